package main

import (
	"fmt"
	"slices"
	"strings"
)

// makeRoots gives a subgraph its root fields.
func (g *generator) makeRoots(s *subgraph, index int) {
	query := &definition{kind: "type", name: "Query", extend: g.chance(30)}
	for _, d := range slices.Clone(s.defs) {
		if d.kind != "type" || g.pool[d.name] != nil || !g.chance(60) {
			continue
		}
		query.fields = append(query.fields, &field{name: strings.ToLower(d.name) + s.name, typ: g.wrap(d.name), args: g.arguments(s)})
	}
	for i := range g.IntN(3) {
		query.fields = append(query.fields, &field{name: fmt.Sprintf("q%s%d", s.name, i), typ: g.leaf(s), args: g.arguments(s)})
	}
	if g.chance(15) { // a root field that subgraphs share
		f := &field{name: "shared", typ: "Shop"}
		if s.minor >= 0 {
			f.dirs = append(f.dirs, directive{name: "shareable"})
		}
		g.use(s, "Shop")
		query.fields = append(query.fields, f)
	}
	if index == 0 && len(query.fields) == 0 {
		query.fields = append(query.fields, &field{name: "first", typ: "Int"})
	}
	if len(query.fields) > 0 {
		s.defs = append(s.defs, query)
	}
	if g.chance(20) {
		s.defs = append(s.defs, &definition{kind: "type", name: "Mutation", fields: []*field{{name: "do" + s.name, typ: "Int", args: g.arguments(s)}}})
	}
	if g.chance(8) {
		s.defs = append(s.defs, &definition{kind: "type", name: "Subscription", fields: []*field{{name: "on" + s.name, typ: "Int"}}})
	}
}

// linkFields lets entities refer to each other, some with @provides.
func (g *generator) linkFields() {
	for _, e := range g.entities {
		for _, s := range e.in {
			if !g.chance(40) {
				continue
			}
			target := pick(g.Rand, g.entities)
			g.stub(s, target)
			f := &field{name: "to" + strings.ToLower(target.name) + s.name, typ: g.wrap(target.name)}
			d, there := s.find(e.name), s.find(target.name)
			home := target.home.find(target.name)
			if g.chance(35) && home != nil && target.home != s && target != e {
				for _, candidate := range home.fields {
					if g.pool[base(candidate.typ)] != nil || len(candidate.args) > 0 || there.find(candidate.name) != nil || strings.HasPrefix(candidate.typ, "T") {
						continue
					}
					provided := &field{name: candidate.name, typ: candidate.typ, dirs: []directive{{name: "external"}}}
					if strings.HasPrefix(base(candidate.typ), "T") {
						continue
					}
					there.fields = append(there.fields, provided)
					if target.home.minor >= 0 && !has(candidate.dirs, "shareable") {
						candidate.dirs = append(candidate.dirs, directive{name: "shareable"})
					}
					f.dirs = append(f.dirs, directive{"provides", fmt.Sprintf("fields: %q", candidate.name)})
					break
				}
			}
			d.fields = append(d.fields, f)
		}
	}
	for _, s := range g.subgraphs { // entities behind an interface or a union
		if !g.chance(25) {
			continue
		}
		var members []string
		for _, e := range g.entities {
			d := s.find(e.name)
			if d == nil || d.find("id") == nil {
				continue
			}
			members = append(members, e.name)
			if g.chance(70) {
				d.implements = append(d.implements, "Node")
				if s.find("Node") == nil {
					s.defs = append(s.defs, &definition{kind: "interface", name: "Node", fields: []*field{{name: "id", typ: "ID!"}}})
				}
			}
		}
		query := s.find("Query")
		if query == nil || len(members) == 0 {
			continue
		}
		if s.find("Node") != nil {
			query.fields = append(query.fields, &field{name: "node" + s.name, typ: "Node"})
		}
		if g.chance(50) {
			s.defs = append(s.defs, &definition{kind: "union", name: "Any" + pick(g.Rand, []string{"", strings.ToUpper(s.name)}), members: members})
			query.fields = append(query.fields, &field{name: "any" + s.name, typ: s.defs[len(s.defs)-1].name})
		}
	}
}

// makeInterfaceObject adds an interface with a key, implemented in one
// subgraph and seen as an object in another.
func (g *generator) makeInterfaceObject() {
	var able []*subgraph
	for _, s := range g.subgraphs {
		if s.minor >= 3 && s.find("Query") != nil {
			able = append(able, s)
		}
	}
	if len(able) < 2 {
		return
	}
	a, b := able[0], able[1]
	key := directive{"key", `fields: "id"`}
	id := &field{name: "id", typ: "ID!"}
	a.defs = append(a.defs, &definition{kind: "interface", name: "Media", dirs: []directive{key}, fields: []*field{id.clone(), {name: "title", typ: "String"}}})
	for _, name := range []string{"Book", "Film"} {
		a.defs = append(a.defs, &definition{kind: "type", name: name, implements: []string{"Media"}, dirs: []directive{key}, fields: []*field{
			id.clone(), {name: "title", typ: "String"}, {name: "own" + name, typ: "Int"},
		}})
	}
	query := a.find("Query")
	query.fields = append(query.fields, &field{name: "media", typ: "[Media]"})
	object := &definition{kind: "type", name: "Media", dirs: []directive{key, {name: "interfaceObject"}}, fields: []*field{id.clone(), {name: "rating", typ: "Int!"}}}
	b.defs = append(b.defs, object)
	if g.chance(50) {
		b.find("Query").fields = append(b.find("Query").fields, &field{name: "best", typ: "Media"})
	}
	if g.chance(30) {
		object.fields = append(object.fields, &field{name: "title", typ: "String", dirs: []directive{{name: "external"}}},
			&field{name: "shout", typ: "String", dirs: []directive{{"requires", `fields: "title"`}}})
	}
	if g.chance(20) { // a subgraph that knows one implementation only
		if len(able) > 2 {
			able[2].defs = append(able[2].defs, &definition{kind: "type", name: "Book", dirs: []directive{key}, fields: []*field{id.clone(), {name: "pages", typ: "Int"}}})
		}
	}
}

// makeContext adds a context set by one type and used by another.
func (g *generator) makeContext() {
	var able []*subgraph
	for _, s := range g.subgraphs {
		if s.minor >= 8 && s.find("Query") != nil {
			able = append(able, s)
		}
	}
	if len(able) == 0 {
		return
	}
	s := pick(g.Rand, able)
	selection := pick(g.Rand, []string{"$user { locale }", "$user { locale }", "$user { region { name } }", "$none { locale }", "$user { missing }"})
	s.defs = append(s.defs,
		&definition{kind: "type", name: "Visitor", dirs: []directive{{"key", `fields: "id"`}, {"context", `name: "user"`}}, fields: []*field{
			{name: "id", typ: "ID!"}, {name: "locale", typ: "String!"}, {name: "region", typ: "Region"}, {name: "cart", typ: "Cart!"},
		}},
		&definition{kind: "type", name: "Region", fields: []*field{{name: "name", typ: "String"}}},
		&definition{kind: "type", name: "Cart", dirs: []directive{{"key", `fields: "id"`}}, fields: []*field{
			{name: "id", typ: "ID!"},
			{name: "total", typ: "Int", args: []*field{{name: "locale", typ: "String", dirs: []directive{{"fromContext", fmt.Sprintf("field: %q", selection)}}}, {name: "n", typ: "Int"}}},
		}})
	query := s.find("Query")
	query.fields = append(query.fields, &field{name: "visitor", typ: "Visitor"})
}

// composeDirective lets a custom directive appear in the supergraph.
func (g *generator) composeDirective() {
	for _, s := range g.subgraphs {
		if s.minor < 1 || !g.chance(60) {
			continue
		}
		compose := "composeDirective"
		if s.prefixed[compose] {
			compose = "federation__composeDirective"
		}
		s.header = append(s.header,
			fmt.Sprintf(`extend schema @link(url: "https://example.com/note/v1.%d", import: ["@note"]) @%s(name: "@note")`, g.IntN(2), compose),
			"directive @note(text: String) on OBJECT | FIELD_DEFINITION")
		for _, d := range s.defs {
			if d.kind == "type" && d.name != "Query" && g.chance(30) {
				d.dirs = append(d.dirs, directive{"note", pick(g.Rand, []string{`text: "a"`, `text: "b"`, ""})})
			}
		}
	}
}

// decorate sprinkles directives that change no resolution.
func (g *generator) decorate() {
	rate := pick(g.Rand, []int{0, 2, 6})
	for _, s := range g.subgraphs {
		for _, d := range s.defs {
			for _, f := range d.fields {
				if d.kind == "type" && !has(f.dirs, "external") && g.chance(rate) {
					g.decorateField(s, d, f)
				} else if g.chance(rate) && s.knows("tag") {
					f.dirs = append(f.dirs, directive{"tag", fmt.Sprintf("name: %q", pick(g.Rand, []string{"public", "internal"}))})
				}
			}
			if g.chance(rate) && d.kind != "input" && d.kind != "union" && !strings.HasPrefix(d.name, "Query") {
				name := pick(g.Rand, []string{"authenticated", "inaccessible", "requiresScopes", "tag"})
				g.apply(s, &d.dirs, name)
			}
		}
	}
}

func (g *generator) decorateField(s *subgraph, d *definition, f *field) {
	name := pick(g.Rand, []string{"inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize", "deprecated", "tag"})
	switch {
	case name == "inaccessible" && strings.HasPrefix(d.name, "Query"):
		return
	case name == "listSize" && !strings.HasPrefix(f.typ, "["):
		return
	}
	g.apply(s, &f.dirs, name)
	if g.chance(20) {
		f.desc = "What " + s.name + " says."
	}
}

func (g *generator) apply(s *subgraph, dirs *[]directive, name string) {
	if !s.knows(name) || has(*dirs, name) {
		return
	}
	args := map[string]string{
		"requiresScopes": pick(g.Rand, []string{`scopes: [["a"]]`, `scopes: [["a", "b"], ["c"]]`}),
		"policy":         `policies: [["p"]]`,
		"cost":           fmt.Sprintf("weight: %d", 1+g.IntN(9)),
		"listSize":       fmt.Sprintf("assumedSize: %d", 1+g.IntN(50)),
		"deprecated":     pick(g.Rand, []string{"", `reason: "use another"`}),
		"tag":            fmt.Sprintf("name: %q", pick(g.Rand, []string{"public", "internal"})),
	}[name]
	*dirs = append(*dirs, directive{name, args})
}
