package compose

import (
	"maps"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// composedDirectives are the custom directives that @composeDirective carries
// into the supergraph.
type composedDirectives struct {
	// byName is by the directive's name in the supergraph.
	byName map[string]*composedDirective
	// features are the linked specifications that define them, by identity.
	features map[string]*composedFeature
}

type composedDirective struct {
	feature *composedFeature
	element string // name in its specification
	def     *schema.DirectiveDefinition
	// local is the name of the directive in each subgraph that links it.
	local map[*subgraph]string
}

type composedFeature struct {
	identity string
	link     *link
	from     *subgraph
}

func (c *composedDirectives) name(sg *subgraph, local string) (string, bool) {
	d := c.byName[local]
	if d == nil || d.local[sg] != local {
		return "", false
	}
	return local, true
}

func (c *composedDirectives) repeatable(name string) bool {
	d := c.byName[name]
	return d != nil && d.def.Repeatable
}

func (c *composedDirectives) definitions() []*schema.DirectiveDefinition {
	var out []*schema.DirectiveDefinition
	for name, d := range c.byName {
		def := *d.def
		def.Name = name
		out = append(out, &def)
	}
	return out
}

func (c *composedDirectives) links() []supergraph.Link {
	byFeature := make(map[string][]string)
	for name, d := range c.byName {
		byFeature[d.feature.identity] = append(byFeature[d.feature.identity], name)
	}
	identities := make([]string, 0, len(byFeature))
	for id := range byFeature {
		identities = append(identities, id)
	}
	slices.Sort(identities)
	var out []supergraph.Link
	for _, id := range identities {
		f := c.features[id]
		l := supergraph.Link{URL: f.link.url, As: f.link.as}
		names := byFeature[id]
		slices.Sort(names)
		for _, n := range names {
			imp := supergraph.LinkImport{Name: "@" + c.byName[n].element}
			if n != c.byName[n].element {
				imp.As = "@" + n
			}
			l.Import = append(l.Import, imp)
		}
		out = append(out, l)
	}
	return out
}

// element resolves a local directive name to the linked specification's element.
func (sg *subgraph) element(local string) (*link, string) {
	for _, l := range sg.links {
		for _, i := range l.imports {
			if i.as == "@"+local {
				return l, i.name[1:]
			}
		}
		element, ok := l.name, local == l.namespace()
		if !ok {
			element, ok = strings.CutPrefix(local, l.namespace()+"__")
		}
		if !ok {
			continue
		}
		if slices.ContainsFunc(l.imports, func(i linkImport) bool { return i.name == "@"+element }) {
			return l, "" // it has the name it was imported under, and no other
		}
		return l, element
	}
	return nil, ""
}

// ownFeatures are the names of Apollo's specifications whose directives are
// composed by rules of their own, or not at all.
var ownFeatures = []string{"core", "join", "link", "tag", "inaccessible", "federation", "authenticated", "requiresScopes", "source", "context", "cost"}

type composition struct {
	m     *merger
	out   *composedDirectives
	wants map[string][]want // by identity of the feature
}

type want struct {
	sg      *subgraph
	link    *link
	local   string
	element string
	pos     schema.Position
}

func (m *merger) composeDirectives() *composedDirectives {
	c := composition{m: m, out: &composedDirectives{byName: make(map[string]*composedDirective), features: make(map[string]*composedFeature)}, wants: make(map[string][]want)}
	for _, sg := range m.subgraphs {
		for _, d := range sg.applications(sg.schemaDirectives, 0, false) {
			if d.spec && d.name == "composeDirective" {
				c.read(sg, &d)
			}
		}
	}
	identities := make([]string, 0, len(c.wants))
	for id := range c.wants {
		identities = append(identities, id)
	}
	slices.Sort(identities)
	for _, id := range identities {
		c.feature(id)
	}
	c.checkLocalNames()
	c.checkVersions()
	return c.out
}

func (c *composition) fail(sg *subgraph, pos schema.Position, coordinate, hint, format string, args ...any) {
	c.m.at(CodeDirectiveComposition, sg, pos, coordinate, hint, format, args...)
}

func (c *composition) read(sg *subgraph, d *applied) {
	name, ok := d.stringArg("name")
	switch {
	case !ok || name == "":
		c.fail(sg, d.Pos, "", "", "Argument to @composeDirective in subgraph %q cannot be NULL or an empty String", sg.name)
		return
	case !strings.HasPrefix(name, "@"):
		c.fail(sg, d.Pos, "", "Write \"@"+name+"\".", "Argument to @composeDirective %q in subgraph %q must have a leading \"@\"", name, sg.name)
		return
	}
	local := name[1:]
	if sg.directives[local] == nil {
		c.fail(sg, d.Pos, name, "Define the directive, or correct its name.", "Could not find matching directive definition for argument to @composeDirective %q in subgraph %q.", name, sg.name)
		return
	}
	l, element := sg.element(local)
	if l == nil {
		c.fail(sg, d.Pos, name, "Link the specification that defines the directive with @link, and import it.", "Directive %q in subgraph %q cannot be composed because it is not a member of a core feature", name, sg.name)
		return
	}
	if element == "" {
		c.fail(sg, d.Pos, name, "Use the name under which it is imported.", "Directive %q in subgraph %q cannot be composed because it is imported under a different name", name, sg.name)
		return
	}
	if slices.Contains(ownFeatures, strings.TrimPrefix(l.identity, apolloSpecs)) && strings.HasPrefix(l.identity, apolloSpecs) {
		switch sg.canonical[local] {
		case "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "context":
			c.m.hint("DIRECTIVE_COMPOSITION_INFO", name, []Place{sg.place(d.Pos)}, "Remove the @composeDirective.", "Directive %q of subgraph %q is composed anyway: it is one of federation's.", name, sg.name)
		default:
			c.fail(sg, d.Pos, name, "Remove the @composeDirective.", "Composing federation directive %q in subgraph %q is not supported", name, sg.name)
		}
		return
	}
	for _, taken := range []string{"tag", "inaccessible"} {
		for _, o := range c.m.subgraphs {
			if o.local[taken] == local && o.origin[local] != "" {
				c.fail(sg, d.Pos, name, "Rename the directive with \"as\".", "Directive %q in subgraph %q cannot be composed because it conflicts with the federation directive \"@%s\" of subgraph %q, which is composed by itself.", name, sg.name, taken, o.name)
				return
			}
		}
	}
	c.wants[l.identity] = append(c.wants[l.identity], want{sg, l, local, element, d.Pos})
}

// feature decides on one specification: the newest version among the subgraphs
// that compose it brings the definitions.
func (c *composition) feature(identity string) {
	wants := c.wants[identity]
	major := wants[0].link.major
	// Among the subgraphs that compose the feature, the newest version counts.
	var newest *subgraph
	var newestLink *link
	for _, w := range wants {
		if w.link.major != major {
			c.fail(nil, schema.Position{}, identity, "Link the same major version everywhere.", "Core feature %q requested to be merged has major version mismatch across subgraphs", identity)
			return
		}
		if newestLink == nil || w.link.minor > newestLink.minor {
			newest, newestLink = w.sg, w.link
		}
	}
	feature := &composedFeature{identity: identity, link: newestLink, from: newest}
	c.out.features[identity] = feature
	for _, w := range wants {
		local := w.local
		if d := c.out.byName[local]; d != nil {
			if d.feature != feature {
				c.mixed(local)
			} else if d.element != w.element {
				c.different(local)
			}
			continue
		}
		def := definitionIn(newest, identity, w.element)
		if def == nil {
			c.fail(newest, newestLink.pos, "@"+local, "Define the directive there too.", "Core feature %q in subgraph %q does not have a directive definition for \"@%s\"", identity, newest.name, w.element)
			continue
		}
		c.out.byName[local] = &composedDirective{feature: feature, element: w.element, def: def, local: make(map[*subgraph]string)}
	}
}

func (c *composition) mixed(local string) {
	c.fail(nil, schema.Position{}, "@"+local, "Rename the directive in one of the subgraphs.", "Composed directive \"@%s\" is not linked by the same core feature in every subgraph", local)
}

func (c *composition) different(local string) {
	c.fail(nil, schema.Position{}, "@"+local, "Rename the directive in one of the subgraphs.", "Composed directive \"@%s\" does not refer to the same directive in every subgraph", local)
}

func definitionIn(sg *subgraph, identity, element string) *schema.DirectiveDefinition {
	for _, d := range sg.own {
		if l, e := sg.element(d.Name); l != nil && l.identity == identity && e == element {
			return d
		}
	}
	return nil
}

// checkLocalNames finds each composed directive in the subgraphs and reports
// where one name means two things.
func (c *composition) checkLocalNames() {
	names := make([]string, 0, len(c.out.byName))
	for name := range c.out.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d := c.out.byName[name]
		identity := d.feature.identity
		exports := make(map[*subgraph]bool)
		for _, w := range c.wants[identity] {
			if w.element != d.element {
				continue
			}
			exports[w.sg] = true
			if w.local == name {
				d.local[w.sg] = name
				continue
			}
			c.fail(nil, schema.Position{}, "@"+name, "Import the directive under one name everywhere.", "Composed directive is not named consistently in all subgraphs but \"@%s\" in subgraph %q and \"@%s\" elsewhere", w.local, w.sg.name, name)
		}
		var others []Place
		for _, sg := range c.m.subgraphs {
			for _, l := range sg.links {
				if l.identity != identity || exports[sg] {
					continue
				}
				for _, i := range l.imports {
					if i.name == "@"+d.element && i.as != "@"+name {
						others = append(others, sg.place(l.pos))
					}
				}
			}
		}
		if len(others) > 0 {
			c.m.hint("DIRECTIVE_COMPOSITION_WARN", "@"+name, others, "Import it under one name everywhere; that is needed once it is composed there, too.",
				"The composed directive \"@%s\" has another name in %s.", name, namesOf(others))
		}
	}
}

// checkVersions notes features of which subgraphs link different major versions,
// when not all of those compose them.
func (c *composition) checkVersions() {
	byIdentity := make(map[string][]Place)
	majors := make(map[string][]int)
	for _, sg := range c.m.subgraphs {
		for _, l := range sg.links {
			byIdentity[l.identity] = append(byIdentity[l.identity], sg.place(l.pos))
			if !slices.Contains(majors[l.identity], l.major) {
				majors[l.identity] = append(majors[l.identity], l.major)
			}
		}
	}
	for _, identity := range slices.Sorted(maps.Keys(byIdentity)) {
		composed := make(map[int]bool)
		for _, w := range c.wants[identity] {
			composed[w.link.major] = true
		}
		if len(majors[identity]) > 1 && len(composed) < 2 {
			c.m.hint("DIRECTIVE_COMPOSITION_INFO", identity, byIdentity[identity], "Link the same major version everywhere.",
				"The subgraphs link different major versions of %q.", identity)
		}
	}
}
