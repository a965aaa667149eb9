package main

import (
	"fmt"
	"slices"
	"strings"
)

// subgraph is one schema of a generated graph.
type subgraph struct {
	name string
	// minor is the minor version of Federation 2; -1 is Federation 1.
	minor int
	// prefixed and renamed are the directives that are not imported under
	// their own names: as federation__x, or under another name.
	prefixed map[string]bool
	renamed  map[string]string
	// roots are names of root operation types that differ from the usual.
	roots map[string]string
	// header holds more lines for the head of the schema.
	header []string
	defs   []*definition
}

// definition is a type, or an extension of one.
type definition struct {
	desc       string
	kind       string // type, interface, union, enum, input, scalar
	name       string
	extend     bool
	implements []string
	dirs       []directive
	fields     []*field // fields, input fields or enum values
	members    []string
}

// field is a field, an argument, an input field or an enum value.
type field struct {
	desc  string
	name  string
	args  []*field
	typ   string
	value string // default value
	dirs  []directive
}

// directive is applied by its name in the specification.
type directive struct{ name, args string }

// federationDirectives are the directives of the specification and the minor
// version of Federation 2 since which each exists.
var federationDirectives = map[string]int{
	"key": 0, "external": 0, "requires": 0, "provides": 0, "shareable": 0, "override": 0, "inaccessible": 0,
	"tag": 0, "extends": 0, "composeDirective": 1, "interfaceObject": 3, "authenticated": 5, "requiresScopes": 5,
	"policy": 6, "context": 8, "fromContext": 8, "cost": 9, "listSize": 9,
}

// knows reports whether the subgraph's version of federation has a directive.
func (s *subgraph) knows(name string) bool {
	since, ok := federationDirectives[name]
	if s.minor < 0 {
		return !ok || slices.Contains([]string{"key", "external", "requires", "provides", "extends", "tag"}, name)
	}
	return !ok || since <= s.minor
}

func (s *subgraph) find(name string) *definition {
	for _, d := range s.defs {
		if d.name == name {
			return d
		}
	}
	return nil
}

func (s *subgraph) rootName(operation string) string {
	if name := s.roots[operation]; name != "" {
		return name
	}
	return operation
}

func (d *definition) find(name string) *field {
	for _, f := range d.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func has(dirs []directive, name string) bool {
	return slices.ContainsFunc(dirs, func(d directive) bool { return d.name == name })
}

func without(dirs []directive, name string) []directive {
	return slices.DeleteFunc(slices.Clone(dirs), func(d directive) bool { return d.name == name })
}

func (f *field) clone() *field {
	c := *f
	c.dirs = slices.Clone(f.dirs)
	c.args = cloneFields(f.args)
	return &c
}

func cloneFields(fields []*field) []*field {
	out := make([]*field, len(fields))
	for i, f := range fields {
		out[i] = f.clone()
	}
	return out
}

func (d *definition) clone() *definition {
	c := *d
	c.dirs = slices.Clone(d.dirs)
	c.implements = slices.Clone(d.implements)
	c.members = slices.Clone(d.members)
	c.fields = cloneFields(d.fields)
	return &c
}

// sdl prints the subgraph.
func (s *subgraph) sdl() string {
	var b strings.Builder
	if s.minor >= 0 {
		var imports []string
		used := s.used()
		for _, name := range used {
			switch as := s.renamed[name]; {
			case s.prefixed[name]:
			case as != "":
				imports = append(imports, fmt.Sprintf(`{name: "@%s", as: "@%s"}`, name, as))
			default:
				imports = append(imports, fmt.Sprintf("%q", "@"+name))
			}
		}
		fmt.Fprintf(&b, "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.%d\", import: [%s])\n", s.minor, strings.Join(imports, ", "))
	}
	for _, line := range s.header {
		b.WriteString(line + "\n")
	}
	if len(s.roots) > 0 {
		b.WriteString("schema {\n")
		for _, op := range []string{"Query", "Mutation", "Subscription"} {
			if s.find(s.rootName(op)) != nil {
				fmt.Fprintf(&b, "  %s: %s\n", strings.ToLower(op), s.rootName(op))
			}
		}
		b.WriteString("}\n")
	}
	for _, d := range s.defs {
		s.printDefinition(&b, d)
	}
	return b.String()
}

// used returns the federation directives that the subgraph applies, sorted.
func (s *subgraph) used() []string {
	seen := map[string]bool{}
	add := func(dirs []directive) {
		for _, d := range dirs {
			if _, ok := federationDirectives[d.name]; ok {
				seen[d.name] = true
			}
		}
	}
	for _, d := range s.defs {
		add(d.dirs)
		for _, f := range d.fields {
			add(f.dirs)
			for _, a := range f.args {
				add(a.dirs)
			}
		}
	}
	for _, line := range s.header {
		if strings.Contains(line, "@composeDirective") {
			seen["composeDirective"] = true
		}
	}
	var out []string
	for name := range seen {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (s *subgraph) printDefinition(b *strings.Builder, d *definition) {
	description(b, "", d.desc)
	if d.extend {
		b.WriteString("extend ")
	}
	b.WriteString(d.kind + " " + d.name)
	if len(d.implements) > 0 {
		b.WriteString(" implements " + strings.Join(d.implements, " & "))
	}
	s.printDirectives(b, d.dirs)
	if len(d.members) > 0 {
		b.WriteString(" = " + strings.Join(d.members, " | "))
	}
	if len(d.fields) > 0 {
		b.WriteString(" {\n")
		for _, f := range d.fields {
			description(b, "  ", f.desc)
			b.WriteString("  " + f.name)
			if len(f.args) > 0 {
				b.WriteString("(")
				for i, a := range f.args {
					if i > 0 {
						b.WriteString(", ")
					}
					s.printValue(b, a)
				}
				b.WriteString(")")
			}
			if d.kind == "enum" {
				s.printDirectives(b, f.dirs)
			} else {
				rest := *f
				rest.name = ""
				s.printValue(b, &rest)
			}
			b.WriteString("\n")
		}
		b.WriteString("}")
	}
	b.WriteString("\n")
}

func (s *subgraph) printValue(b *strings.Builder, f *field) {
	b.WriteString(f.name + ": " + f.typ)
	if f.value != "" {
		b.WriteString(" = " + f.value)
	}
	s.printDirectives(b, f.dirs)
}

func (s *subgraph) printDirectives(b *strings.Builder, dirs []directive) {
	for _, d := range dirs {
		name := d.name
		if _, ok := federationDirectives[name]; ok && s.minor >= 0 {
			if s.prefixed[name] {
				name = "federation__" + name
			} else if as := s.renamed[name]; as != "" {
				name = as
			}
		}
		b.WriteString(" @" + name)
		if d.args != "" {
			b.WriteString("(" + d.args + ")")
		}
	}
}

func description(b *strings.Builder, indent, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s%q\n", indent, text)
	}
}

// base returns the named type of a type reference.
func base(typ string) string { return strings.Trim(typ, "[]!") }
