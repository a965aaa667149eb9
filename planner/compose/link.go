package compose

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The identities of the specifications that matter here.
const (
	apolloSpecs        = "https://specs.apollo.dev/"
	federationIdentity = apolloSpecs + "federation"
	linkIdentity       = apolloSpecs + "link"
)

// link is one @link of a subgraph.
type link struct {
	pos          schema.Position
	url          string
	identity     string // the URL without version
	name         string // last part of the identity
	major, minor int
	versioned    bool
	as           string
	imports      []linkImport
}

// linkImport is one imported element; directives keep their '@'.
type linkImport struct {
	pos      schema.Position
	name, as string
}

// namespace is the prefix of elements that are not imported.
func (l *link) namespace() string {
	if l.as != "" {
		return l.as
	}
	return l.name
}

var versionPattern = regexp.MustCompile(`^v(\d{1,9})\.(\d{1,9})$`)

// parseFeatureURL splits a feature URL into identity, name and version.
func parseFeatureURL(text string) (l link, fault string) {
	l.url = text
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return l, "Invalid feature url '" + text + "': it is not an absolute URL"
	}
	path := strings.Trim(u.Path, "/")
	if path == "" {
		return l, "Missing path in feature url '" + text + "'"
	}
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	m := versionPattern.FindStringSubmatch(last)
	if m == nil {
		return l, "Expected a version string (of the form v1.2), got " + last
	}
	if len(parts) < 2 || parts[len(parts)-2] == "" {
		return l, "Missing feature name in feature url '" + text + "'"
	}
	l.major, _ = strconv.Atoi(m[1]) // nine digits at most: cannot fail
	l.minor, _ = strconv.Atoi(m[2])
	l.versioned = true
	l.name = parts[len(parts)-2]
	u.Path = "/" + strings.Join(parts[:len(parts)-1], "/")
	u.RawQuery, u.Fragment = "", ""
	l.identity = u.String()
	return l, ""
}

// linkDirectiveName finds the name under which @link is applied: `link`, or the
// alias that a link to the link specification gives itself, if it is defined.
func linkDirectiveName(doc *schema.Document) string {
	for _, s := range doc.Schemas {
		for _, d := range s.Directives {
			u, as := d.Argument("url"), d.Argument("as")
			if u != nil && u.Kind == schema.StringValue && strings.HasPrefix(u.Raw, linkIdentity+"/") &&
				as != nil && as.Kind == schema.StringValue && as.Raw == d.Name &&
				slices.ContainsFunc(doc.Directives, func(def *schema.DirectiveDefinition) bool { return def.Name == d.Name }) {
				return d.Name
			}
		}
	}
	return "link"
}

// readLinks reads the @link applications. Faults count only in a schema that
// links federation or the link specification: elsewhere @link is a directive
// without meaning to composition.
func (sg *subgraph) readLinks(r *reporter) {
	name := linkDirectiveName(sg.doc)
	core := false
	type application struct {
		d *schema.Directive
		u string
	}
	var list []application
	for _, s := range sg.doc.Schemas {
		for _, d := range s.Directives {
			if d.Name != name {
				continue
			}
			u := d.Argument("url")
			if u == nil || u.Kind != schema.StringValue {
				continue // the check of directive arguments reports it
			}
			list = append(list, application{d, u.Raw})
			if strings.HasPrefix(u.Raw, federationIdentity+"/") || strings.HasPrefix(u.Raw, linkIdentity+"/") {
				core = true
			}
		}
	}
	if len(list) > 0 {
		sg.canonical[name], sg.local["link"] = "link", name
		sg.directives[name] = specDefinitions()["link"]
	}
	if !core {
		return
	}
	seen := make(map[string]bool)
	imported := make(map[string]*link)
	for _, a := range list {
		l, fault := parseFeatureURL(a.u)
		if fault != "" {
			r.at(CodeInvalidLinkIdentifier, sg, a.d.Pos, "", "A feature URL is a path that ends in a name and a version: https://example.org/name/v1.0.", "%s", fault)
			continue
		}
		l.pos = a.d.Pos
		if as := a.d.Argument("as"); as != nil && as.Kind == schema.StringValue {
			l.as = as.Raw
		}
		if seen[l.identity] {
			r.at(CodeInvalidLinkUsage, sg, l.pos, "", "Put all imports into one @link.", "Cannot link feature %q since it has already been linked in the schema.", l.identity)
			continue
		}
		seen[l.identity] = true
		one := l
		sg.readImports(r, &one, a.d.Argument("import"), imported)
		sg.links = append(sg.links, &one)
	}
	sg.checkLinkNames(r)
	for _, l := range sg.links {
		if l.identity != federationIdentity {
			continue
		}
		sg.fed2 = true
		sg.version = l.minor
		if l.major != 2 || l.minor > newestFederation2 {
			r.at(CodeUnknownFederationLinkVersion, sg, l.pos, "", "Use a version from v2.0 to v2."+strconv.Itoa(newestFederation2)+".",
				"Invalid version v%d.%d for the federation feature in @link directive on schema", l.major, l.minor)
		}
	}
}

func (sg *subgraph) readImports(r *reporter, l *link, list *schema.Value, imported map[string]*link) {
	if list == nil || list.Kind == schema.NullValue {
		return
	}
	items := []*schema.Value{list}
	if list.Kind == schema.ListValue {
		items = list.Items
	}
	for _, item := range items {
		imp := linkImport{pos: item.Pos}
		switch item.Kind {
		case schema.StringValue:
			imp.name, imp.as = item.Raw, item.Raw
		case schema.ObjectValue:
			if fault := sg.readImport(&imp, item); fault != "" {
				r.at(CodeInvalidLinkUsage, sg, item.Pos, "", "Write an import as \"@name\" or {name: \"@name\", as: \"@other\"}.", "Invalid sub-value %s for @link(import:) argument: %s.", item.GraphQL(), fault)
				continue
			}
			if imp.as == "" {
				imp.as = imp.name
			}
		}
		switch {
		case imp.name == "":
			r.at(CodeInvalidLinkUsage, sg, item.Pos, "", "", "Invalid sub-value %s for @link(import:) argument: values should be either strings or input object values of the form { name: \"<importedElement>\", as: \"<alias>\" }.", item.GraphQL())
			continue
		case strings.HasPrefix(imp.name, "@") != strings.HasPrefix(imp.as, "@"):
			r.at(CodeInvalidLinkUsage, sg, item.Pos, "", "", "Invalid @link import renaming: %q and %q must both be directives (start with @) or both be types.", imp.name, imp.as)
			continue
		}
		if other := imported[imp.as]; other != nil && other != l {
			if sg.preferFederation(r, l, other) {
				continue
			}
			r.at(CodeInvalidLinkUsage, sg, item.Pos, "", "Rename one of the two with \"as\".", "Cannot import %q from feature %q since it was previously imported from feature %q.", imp.as, l.identity, other.identity)
			continue
		}
		imported[imp.as] = l
		l.imports = append(l.imports, imp)
	}
}

// readImport reads an import that is an object, and says what is wrong with it.
func (sg *subgraph) readImport(imp *linkImport, item *schema.Value) string {
	for _, f := range item.Fields {
		switch {
		case f.Name != "name" && f.Name != "as":
			return "there is no field " + strconv.Quote(f.Name)
		case f.Value.Kind != schema.StringValue:
			return "the value of " + strconv.Quote(f.Name) + " must be a string"
		case !importName.MatchString(f.Value.Raw):
			return "the value of " + strconv.Quote(f.Name) + " must be a GraphQL name"
		case f.Name == "name":
			imp.name = f.Value.Raw
		default:
			imp.as = f.Value.Raw
		}
	}
	return ""
}

// resolveNames says which local name stands for which directive and type of
// which specification.
func (sg *subgraph) resolveNames(r *reporter) {
	bind := func(identity, canonical, local string, version int) {
		sg.canonical[local] = canonical
		sg.origin[local] = identity
		if _, ok := sg.local[canonical]; !ok || strings.Contains(sg.local[canonical], "__") {
			sg.local[canonical] = local
		}
		sg.directives[local] = definitionAt(canonical, version)
	}
	if !sg.fed2 {
		for _, name := range federation1 {
			bind(federationIdentity, name, name, 0)
		}
		for _, name := range []string{"_Any", "_FieldSet"} {
			sg.specTypes[name] = name
		}
	}
	for _, l := range sg.links {
		var elements []string
		version := newestFederation2
		switch {
		case l.identity == federationIdentity:
			version = l.minor
			for name, minor := range since {
				if minor <= version {
					elements = append(elements, name)
				}
			}
			for name, minor := range federationTypes {
				if minor <= version {
					sg.specTypes[l.namespace()+"__"+name] = name
				}
			}
		case l.identity == linkIdentity:
			for _, name := range []string{"Import", "Purpose"} {
				sg.specTypes[l.namespace()+"__"+name] = name
			}
			continue
		case strings.HasPrefix(l.identity, apolloSpecs):
			elements = features[l.name]
			if elements == nil {
				continue
			}
		default:
			continue
		}
		known := make(map[string]bool, len(elements))
		for _, e := range elements {
			known[e] = true
		}
		alias := make(map[string]string)
		for _, imp := range l.imports {
			directive, isDirective := strings.CutPrefix(imp.name, "@")
			minor, isType := federationTypes[imp.name]
			switch {
			case isDirective && known[directive]:
				alias[directive] = imp.as[1:]
			case !isDirective && l.identity == federationIdentity && isType && minor <= version:
				sg.specTypes[imp.as] = imp.name
			case !isDirective && featureTypes[l.name] == imp.name && l.identity != federationIdentity:
				sg.specTypes[imp.as] = imp.name
			case l.identity == federationIdentity || l.major == 0 && l.minor <= featureVersions[l.name]:
				hint := ""
				if minor, ok := since[directive]; ok && isDirective {
					hint = "It exists since v2." + strconv.Itoa(minor) + "."
				} else if known[imp.name] {
					hint = "Did you mean \"@" + imp.name + "\"?"
				}
				r.at(CodeInvalidLinkUsage, sg, imp.pos, "", hint, "Cannot import unknown element %q.", imp.name)
			}
		}
		for _, e := range elements {
			if as, ok := alias[e]; ok {
				bind(l.identity, e, as, version)
				continue
			}
			if e == l.name {
				bind(l.identity, e, l.namespace(), version)
			} else {
				bind(l.identity, e, l.namespace()+"__"+e, version)
			}
		}
	}
}
