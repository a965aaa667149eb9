package supergraph

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The URLs of the specifications a supergraph text uses.
const (
	apolloSpecs = "https://specs.apollo.dev/"
	linkURL     = apolloSpecs + "link/v1.0"
	// weftURL is linked by texts that say what the join specification cannot:
	// lookups by a field, names that differ from the supergraph's, joined objects
	// and namespaces. It is linked `for: EXECUTION`, so that a router that does not know it refuses
	// the graph instead of answering from half of it.
	weftURL = "https://github.com/weft-graphql/weft/v0.1"
)

// specification is one that Print knows how to define and Read how to leave out.
type specification struct {
	name string
	// url and purpose are used when a Definition needs the specification but
	// does not link it.
	url, purpose string
	// define returns the definitions, given how elements are called and the
	// version that is linked.
	define func(l *resolvedLink) *schema.Document
	// directives are the names of its directives.
	directives []string
	types      []string
}

var specifications = []specification{
	{
		name: "tag", url: apolloSpecs + "tag/v0.3", directives: []string{"tag"},
		define: func(l *resolvedLink) *schema.Document {
			at := locations("FIELD_DEFINITION OBJECT INTERFACE UNION")
			if l.version != "v0.1" {
				at = append(at, locations("ARGUMENT_DEFINITION SCALAR ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION")...)
				if l.version != "v0.2" {
					at = append(at, "SCHEMA")
				}
			}
			return directives(directive(l.directive("tag"), true, at, "name", "String!"))
		},
	},
	{
		name: "inaccessible", url: apolloSpecs + "inaccessible/v0.2", purpose: "SECURITY", directives: []string{"inaccessible"},
		define: func(l *resolvedLink) *schema.Document {
			at := locations("FIELD_DEFINITION OBJECT INTERFACE UNION")
			if l.version != "v0.1" {
				at = append(at, locations("ARGUMENT_DEFINITION SCALAR ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION")...)
			}
			return directives(directive(l.directive("inaccessible"), false, at))
		},
	},
	{
		name: "authenticated", url: apolloSpecs + "authenticated/v0.1", purpose: "SECURITY", directives: []string{"authenticated"},
		define: func(l *resolvedLink) *schema.Document {
			return directives(directive(l.directive("authenticated"), false, authLocations))
		},
	},
	{
		name: "requiresScopes", url: apolloSpecs + "requiresScopes/v0.1", purpose: "SECURITY",
		directives: []string{"requiresScopes"}, types: []string{"Scope"},
		define: func(l *resolvedLink) *schema.Document {
			scope := l.typeName("Scope")
			doc := directives(directive(l.directive("requiresScopes"), false, authLocations, "scopes", "[["+scope+"!]!]!"))
			doc.Types = append(doc.Types, scalar(scope))
			return doc
		},
	},
	{
		name: "policy", url: apolloSpecs + "policy/v0.1", purpose: "SECURITY",
		directives: []string{"policy"}, types: []string{"Policy"},
		define: func(l *resolvedLink) *schema.Document {
			policy := l.typeName("Policy")
			doc := directives(directive(l.directive("policy"), false, authLocations, "policies", "[["+policy+"!]!]!"))
			doc.Types = append(doc.Types, scalar(policy))
			return doc
		},
	},
	{
		name: "cost", url: apolloSpecs + "cost/v0.1", directives: []string{"cost", "listSize"},
		define: func(l *resolvedLink) *schema.Document {
			list := directive(l.directive("listSize"), false, locations("FIELD_DEFINITION"), "assumedSize", "Int",
				"slicingArguments", "[String!]", "sizedFields", "[String!]", "requireOneSlicingArgument", "Boolean")
			list.Arguments[3].Default = &schema.Value{Kind: schema.BooleanValue, Raw: "true"}
			return directives(
				directive(l.directive("cost"), false, locations("ARGUMENT_DEFINITION ENUM FIELD_DEFINITION INPUT_FIELD_DEFINITION OBJECT SCALAR"), "weight", "Int!"),
				list)
		},
	},
	{
		name: "context", url: apolloSpecs + "context/v0.1", purpose: "SECURITY",
		directives: []string{"context", "fromContext"}, types: []string{"ContextFieldValue"},
		define: func(l *resolvedLink) *schema.Document {
			value := l.typeName("ContextFieldValue")
			doc := directives(
				directive(l.directive("context"), true, locations("INTERFACE OBJECT UNION"), "name", "String!"),
				directive(l.directive("fromContext"), false, locations("ARGUMENT_DEFINITION"), "field", value))
			doc.Types = append(doc.Types, scalar(value))
			return doc
		},
	},
	// cacheTag has no elements in a supergraph: its applications travel in
	// @join__directive.
	{name: "cacheTag", url: apolloSpecs + "cacheTag/v0.1", purpose: "EXECUTION", define: func(*resolvedLink) *schema.Document { return &schema.Document{} }},
}

var authLocations = locations("FIELD_DEFINITION OBJECT INTERFACE SCALAR ENUM")

func locations(list string) []string { return strings.Fields(list) }

func directives(list ...*schema.DirectiveDefinition) *schema.Document {
	return &schema.Document{Directives: list}
}

func scalar(name string) *schema.TypeDefinition {
	return &schema.TypeDefinition{Kind: schema.Scalar, Name: name}
}

// directive makes a directive definition; args are names and types in turn.
func directive(name string, repeatable bool, at []string, args ...string) *schema.DirectiveDefinition {
	d := &schema.DirectiveDefinition{Name: name, Repeatable: repeatable, Locations: at}
	for i := 0; i < len(args); i += 2 {
		d.Arguments = append(d.Arguments, &schema.ArgumentDefinition{Name: args[i], Type: typeExpr(args[i+1])})
	}
	return d
}

func specificationOf(name string) *specification {
	for i := range specifications {
		if specifications[i].name == name {
			return &specifications[i]
		}
	}
	return nil
}

// resolvedLink is a link whose URL was taken apart.
type resolvedLink struct {
	Link
	identity string // the URL without the version
	name     string // the specification's own name
	version  string
	spec     *specification // nil when unknown to this package
}

func resolveLink(l Link) resolvedLink {
	out := resolvedLink{Link: l, identity: l.URL}
	url := strings.TrimRight(l.URL, "/")
	if at := strings.LastIndexByte(url, '/'); at >= 0 {
		if isVersion(url[at+1:]) {
			out.version = url[at+1:]
			url = url[:at]
		}
		out.identity = url
		out.name = url[strings.LastIndexByte(url, '/')+1:]
	}
	if name, ok := strings.CutPrefix(out.identity, apolloSpecs); ok {
		out.spec = specificationOf(name)
	}
	return out
}

// isVersion reports whether s is `v` and two numbers.
func isVersion(s string) bool {
	major, minor, ok := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return ok && strings.HasPrefix(s, "v") && digits(major) && digits(minor)
}

// namespace is the prefix of the specification's elements.
func (l *resolvedLink) namespace() string {
	if l.As != "" {
		return l.As
	}
	return l.name
}

// directive returns what a directive of the specification is called here.
func (l *resolvedLink) directive(name string) string {
	for _, i := range l.Import {
		if i.Name == "@"+name {
			if i.As != "" {
				return strings.TrimPrefix(i.As, "@")
			}
			return name
		}
	}
	if name == l.name {
		return l.namespace()
	}
	return l.namespace() + "__" + name
}

// typeName returns what a type of the specification is called here.
func (l *resolvedLink) typeName(name string) string {
	for _, i := range l.Import {
		if i.Name == name {
			if i.As != "" {
				return i.As
			}
			return name
		}
	}
	return l.namespace() + "__" + name
}

// vocabulary translates between the names of directives as the specifications
// give them, which are those a Definition uses, and the names in a text.
type vocabulary struct {
	links   []resolvedLink
	printed map[string]string // specification's name -> name in the text
	known   map[string]string // name in the text -> specification's name
}

// newVocabulary reads the links. A name that the Definition defines itself is
// its own and is never translated.
func newVocabulary(links []Link, defined func(name string) bool) *vocabulary {
	v := &vocabulary{printed: make(map[string]string), known: make(map[string]string)}
	for _, l := range links {
		v.links = append(v.links, resolveLink(l))
	}
	for i := range v.links {
		link := &v.links[i]
		if link.spec == nil {
			continue
		}
		for _, name := range link.spec.directives {
			if defined(name) && link.directive(name) != name {
				continue
			}
			v.printed[name] = link.directive(name)
			v.known[link.directive(name)] = name
		}
	}
	return v
}

func (v *vocabulary) print(name string) string {
	if printed, ok := v.printed[name]; ok {
		return printed
	}
	return name
}

func (v *vocabulary) read(name string) string {
	if known, ok := v.known[name]; ok {
		return known
	}
	return name
}

// owns reports whether a name in the text is that of a directive of a linked
// specification.
func (v *vocabulary) owns(name string) bool {
	for i := range v.links {
		if spec := v.links[i].spec; spec != nil {
			for _, d := range spec.directives {
				if v.links[i].directive(d) == name {
					return true
				}
			}
		}
	}
	return false
}

// generated reports whether a type belongs to a linked specification.
func (v *vocabulary) generated(typeName string) bool {
	for i := range v.links {
		link := &v.links[i]
		if link.spec == nil {
			continue
		}
		for _, name := range link.spec.types {
			if typeName == link.typeName(name) {
				return true
			}
		}
	}
	return false
}

// completeLinks returns the Definition's links and those it needs besides.
func completeLinks(def *Definition) []Link {
	needed := make(map[string]bool) // names of directives
	note := func(a *Applied) {
		if a.Inaccessible {
			needed["inaccessible"] = true
		}
		if len(a.Tags) > 0 {
			needed["tag"] = true
		}
		for _, d := range a.Directives {
			needed[d.Name] = true
		}
	}
	eachApplied(def, note)
	for _, d := range def.SchemaDirectives {
		needed[d.Name] = true
	}
	for _, d := range def.Directives {
		delete(needed, d.Name)
	}
	links := slices.Clone(def.Links)
	for i := range specifications {
		spec := &specifications[i]
		if !slices.ContainsFunc(spec.directives, func(d string) bool { return needed[d] }) ||
			slices.ContainsFunc(links, func(l Link) bool { return resolveLinkSpec(l) == spec }) {
			continue
		}
		link := Link{URL: spec.url, Purpose: spec.purpose}
		if needed["listSize"] && spec.name == "cost" {
			link.Import = []LinkImport{{Name: "@listSize"}}
		}
		links = append(links, link)
	}
	return links
}

func resolveLinkSpec(l Link) *specification {
	r := resolveLink(l)
	return r.spec
}

// eachApplied visits the applications on every element but the schema.
func eachApplied(def *Definition, visit func(*Applied)) {
	for _, t := range def.Types {
		visit(&t.Applied)
		for _, v := range t.Values {
			visit(&v.Applied)
		}
		for _, f := range t.Fields {
			visit(&f.Applied)
			for _, a := range f.Args {
				visit(&a.Applied)
			}
		}
	}
}
