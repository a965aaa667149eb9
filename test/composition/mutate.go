package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// mutation changes one thing somewhere in the graph; it reports whether it
// found something to change.
type mutation struct {
	name  string
	apply func(m *mutator) bool
}

// mutator is a random place in the graph: a subgraph, a type and a field of it.
type mutator struct {
	*rand.Rand
	subgraphs []*subgraph
	s         *subgraph
	d         *definition
	f         *field
}

// mutate changes a graph in a few places and says how.
func mutate(rng *rand.Rand, subgraphs []*subgraph, changes int) []string {
	var done []string
	for attempt := 0; len(done) < changes && attempt < 300; attempt++ {
		m := &mutator{Rand: rng, subgraphs: subgraphs}
		m.s = pick(rng, subgraphs)
		if len(m.s.defs) == 0 {
			continue
		}
		m.d = pick(rng, m.s.defs)
		if len(m.d.fields) > 0 {
			m.f = pick(rng, m.d.fields)
		}
		if change := pick(rng, mutations); change.apply(m) {
			done = append(done, change.name)
		}
	}
	return done
}

// onField makes a change that needs a field of an object or interface type.
func onField(apply func(m *mutator) bool) func(*mutator) bool {
	return func(m *mutator) bool {
		return m.f != nil && (m.d.kind == "type" || m.d.kind == "interface") && apply(m)
	}
}

// addToField applies a directive to a field.
func addToField(name, args string) func(*mutator) bool {
	return onField(func(m *mutator) bool {
		if !m.s.knows(name) || has(m.f.dirs, name) {
			return false
		}
		m.f.dirs = append(m.f.dirs, directive{name, args})
		return true
	})
}

// addToType applies a directive to a type.
func addToType(name, args string, kinds ...string) func(*mutator) bool {
	return func(m *mutator) bool {
		if !slices.Contains(kinds, m.d.kind) || !m.s.knows(name) {
			return false
		}
		m.d.dirs = append(m.d.dirs, directive{name, args})
		return true
	}
}

// dropDirective removes a directive from a type or a field.
func dropDirective(name string) func(*mutator) bool {
	return func(m *mutator) bool {
		if has(m.d.dirs, name) {
			m.d.dirs = without(m.d.dirs, name)
			return true
		}
		for _, f := range m.d.fields {
			if has(f.dirs, name) {
				f.dirs = without(f.dirs, name)
				return true
			}
		}
		return false
	}
}

// setArguments gives the first application of a directive other arguments.
func setArguments(name, args string) func(*mutator) bool {
	return func(m *mutator) bool {
		set := func(dirs []directive) bool {
			i := slices.IndexFunc(dirs, func(d directive) bool { return d.name == name })
			if i >= 0 {
				dirs[i].args = args
			}
			return i >= 0
		}
		if set(m.d.dirs) {
			return true
		}
		return slices.ContainsFunc(m.d.fields, func(f *field) bool { return set(f.dirs) })
	}
}

var mutations = []mutation{
	{"drop a field", onField(func(m *mutator) bool {
		i := slices.Index(m.d.fields, m.f)
		m.d.fields = slices.Delete(m.d.fields, i, i+1)
		return true
	})},
	{"drop an input field or enum value", func(m *mutator) bool {
		if m.d.kind != "input" && m.d.kind != "enum" {
			return false
		}
		i := slices.Index(m.d.fields, m.f)
		m.d.fields = slices.Delete(m.d.fields, i, i+1)
		return true
	}},
	{"drop a type", func(m *mutator) bool {
		m.s.defs = slices.Delete(m.s.defs, slices.Index(m.s.defs, m.d), slices.Index(m.s.defs, m.d)+1)
		return true
	}},
	{"rename a type", func(m *mutator) bool {
		m.d.name += "X"
		return true
	}},
	{"rename a field", onField(func(m *mutator) bool {
		m.f.name += "X"
		return true
	})},
	{"other field type", onField(func(m *mutator) bool {
		m.f.typ = strings.Replace(m.f.typ, base(m.f.typ), "Float", 1)
		return true
	})},
	{"unknown field type", onField(func(m *mutator) bool {
		m.f.typ = "Missing"
		return true
	})},
	{"list or not", onField(func(m *mutator) bool {
		if strings.HasPrefix(m.f.typ, "[") {
			m.f.typ = base(m.f.typ)
		} else {
			m.f.typ = "[" + m.f.typ + "]"
		}
		return true
	})},
	{"nullability of a field", onField(func(m *mutator) bool {
		if t, ok := strings.CutSuffix(m.f.typ, "!"); ok {
			m.f.typ = t
		} else {
			m.f.typ += "!"
		}
		return true
	})},
	{"required input field", func(m *mutator) bool {
		if m.d.kind != "input" {
			return false
		}
		m.f.typ = strings.TrimSuffix(m.f.typ, "!") + "!"
		m.f.value = ""
		return true
	}},
	{"other default", func(m *mutator) bool {
		if m.f == nil {
			return false
		}
		for _, f := range append([]*field{m.f}, m.f.args...) {
			if f.typ == "Int" && f.value != "" {
				f.value = "42"
				return true
			}
		}
		return false
	}},
	{"invalid default", func(m *mutator) bool {
		if m.f == nil || len(m.f.args) == 0 {
			return false
		}
		pick(m.Rand, m.f.args).value = pick(m.Rand, []string{`"text"`, "1.5", "NONE", "{none: 1}", "null"})
		return true
	}},
	{"required argument", onField(func(m *mutator) bool {
		m.f.args = append(m.f.args, &field{name: "must", typ: "Int!"})
		return true
	})},
	{"optional argument", onField(func(m *mutator) bool {
		m.f.args = append(m.f.args, &field{name: "may", typ: "Int"})
		return true
	})},
	{"drop an argument", onField(func(m *mutator) bool {
		if len(m.f.args) == 0 {
			return false
		}
		m.f.args = m.f.args[1:]
		return true
	})},
	{"other argument type", onField(func(m *mutator) bool {
		if len(m.f.args) == 0 {
			return false
		}
		a := pick(m.Rand, m.f.args)
		a.typ, a.value = pick(m.Rand, []string{"Boolean", "Int!", "[Int]", "Missing"}), ""
		return true
	})},
	{"more enum values", func(m *mutator) bool {
		if m.d.kind != "enum" {
			return false
		}
		m.d.fields = append(m.d.fields, &field{name: "MORE"})
		return true
	}},
	{"more input fields", func(m *mutator) bool {
		if m.d.kind != "input" {
			return false
		}
		m.d.fields = append(m.d.fields, &field{name: "more", typ: "Int"})
		return true
	}},
	{"other kind", func(m *mutator) bool {
		switch m.d.kind {
		case "type":
			m.d.kind = pick(m.Rand, []string{"interface", "input"})
		case "interface":
			m.d.kind = "type"
		case "input":
			m.d.kind = "type"
		default:
			m.d.kind, m.d.members = "scalar", nil
			m.d.fields = nil
		}
		return true
	}},
	{"drop a union member", func(m *mutator) bool {
		if len(m.d.members) == 0 {
			return false
		}
		m.d.members = m.d.members[1:]
		return true
	}},
	{"invalid union member", func(m *mutator) bool {
		if m.d.kind != "union" {
			return false
		}
		m.d.members = append(m.d.members, pick(m.Rand, []string{"Named", "String", "Missing", m.d.members[0]}))
		return true
	}},
	{"drop implements", func(m *mutator) bool {
		if len(m.d.implements) == 0 {
			return false
		}
		m.d.implements = m.d.implements[1:]
		return true
	}},
	{"more interface fields", func(m *mutator) bool {
		if m.d.kind != "interface" {
			return false
		}
		m.d.fields = append(m.d.fields, &field{name: "extra", typ: "Int"})
		return true
	}},
	{"definition or extension", func(m *mutator) bool {
		m.d.extend = !m.d.extend
		return true
	}},
	{"type defined twice", func(m *mutator) bool {
		m.s.defs = append(m.s.defs, m.d.clone())
		return true
	}},
	{"field defined twice", onField(func(m *mutator) bool {
		m.d.fields = append(m.d.fields, m.f.clone())
		return true
	})},
	{"drop @key", dropDirective("key")},
	{"drop @external", dropDirective("external")},
	{"drop @shareable", dropDirective("shareable")},
	{"drop @requires", dropDirective("requires")},
	{"drop @provides", dropDirective("provides")},
	{"drop @override", dropDirective("override")},
	{"drop @interfaceObject", dropDirective("interfaceObject")},
	{"drop @context", dropDirective("context")},
	{"drop @fromContext", func(m *mutator) bool {
		if m.f == nil || len(m.f.args) == 0 || len(m.f.args[0].dirs) == 0 {
			return false
		}
		m.f.args[0].dirs = nil
		return true
	}},
	{"unknown key field", setArguments("key", `fields: "missing"`)},
	{"key without a selection", setArguments("key", `fields: "owner"`)},
	{"key syntax", setArguments("key", `fields: "id {"`)},
	{"key of another type", setArguments("key", `fields: 1`)},
	{"key without fields", setArguments("key", ``)},
	{"key not resolvable", setArguments("key", `fields: "id", resolvable: false`)},
	{"unknown required field", setArguments("requires", `fields: "missing"`)},
	{"requires syntax", setArguments("requires", `fields: "a b }"`)},
	{"requires as a list", setArguments("requires", `fields: ["id"]`)},
	{"requires with a directive", setArguments("requires", `fields: "id @include(if: true)"`)},
	{"unknown provided field", setArguments("provides", `fields: "missing"`)},
	{"provides of the key", setArguments("provides", `fields: "id"`)},
	{"override from oneself", func(m *mutator) bool { return setArguments("override", fmt.Sprintf("from: %q", m.s.name))(m) }},
	{"override from nobody", setArguments("override", `from: "zz"`)},
	{"override label", setArguments("override", `from: "a", label: "per cent"`)},
	{"add @key", addToType("key", `fields: "id"`, "type", "interface")},
	{"add @external", addToField("external", "")},
	{"add @external to a type", addToType("external", "", "type")},
	{"add @shareable", addToField("shareable", "")},
	{"add @shareable to a type", addToType("shareable", "", "type", "interface")},
	{"add @requires", addToField("requires", `fields: "id"`)},
	{"add @provides", addToField("provides", `fields: "id"`)},
	{"add @override", addToField("override", `from: "a"`)},
	{"add @inaccessible", addToField("inaccessible", "")},
	{"add @inaccessible to a type", addToType("inaccessible", "", "type", "interface", "enum", "union", "input", "scalar")},
	{"add @inaccessible below", func(m *mutator) bool {
		if m.f == nil || !m.s.knows("inaccessible") {
			return false
		}
		f := m.f
		if len(f.args) > 0 {
			f = pick(m.Rand, f.args)
		}
		f.dirs = append(f.dirs, directive{name: "inaccessible"})
		return true
	}},
	{"add @interfaceObject", addToType("interfaceObject", "", "type")},
	{"add @authenticated", addToField("authenticated", "")},
	{"add @authenticated to a type", addToType("authenticated", "", "type", "interface", "enum", "scalar")},
	{"add @requiresScopes", addToField("requiresScopes", `scopes: [["x"]]`)},
	{"add @cost", addToField("cost", "weight: 3")},
	{"add @listSize", addToField("listSize", `slicingArguments: ["arg0"]`)},
	{"negative @listSize", addToField("listSize", `assumedSize: -1`)},
	{"sized fields", addToField("listSize", `assumedSize: 3, sizedFields: ["items"]`)},
	{"invalid tag", addToField("tag", `name: "no good"`)},
	{"tag without a name", addToField("tag", ``)},
	{"unknown directive", func(m *mutator) bool {
		m.d.dirs = append(m.d.dirs, directive{name: "unknown"})
		return true
	}},
	{"directive at a wrong place", func(m *mutator) bool {
		if m.d.kind != "enum" && m.d.kind != "input" {
			return false
		}
		m.f.dirs = append(m.f.dirs, directive{name: pick(m.Rand, []string{"shareable", "external"})})
		return true
	}},
	{"directive newer than the version", func(m *mutator) bool {
		name := pick(m.Rand, []string{"authenticated", "cost", "policy", "interfaceObject"})
		if m.s.minor < 0 || m.s.knows(name) || m.d.kind != "type" {
			return false
		}
		m.d.dirs = append(m.d.dirs, directive{name: name, args: map[string]string{"cost": "weight: 1", "policy": `policies: [["p"]]`}[name]})
		return true
	}},
	{"other federation version", func(m *mutator) bool {
		if m.s.minor < 0 {
			return false
		}
		m.s.minor = pick(m.Rand, []int{0, 1, 99})
		return true
	}},
	{"federation 1", func(m *mutator) bool {
		if m.s.minor < 0 {
			return false
		}
		m.s.minor = -1
		return true
	}},
	{"unknown import", func(m *mutator) bool {
		m.s.header = append(m.s.header, `extend schema @link(url: "https://specs.apollo.dev/tag/v0.3", import: ["@missing"])`)
		return m.s.minor >= 0
	}},
	{"composed directive without a link", func(m *mutator) bool {
		if m.s.minor < 1 || m.s.prefixed["composeDirective"] {
			return false
		}
		m.s.header = append(m.s.header, `extend schema @composeDirective(name: "@nowhere")`)
		return true
	}},
	{"reserved name", onField(func(m *mutator) bool {
		m.f.name = "__" + m.f.name
		return true
	})},
	{"no root fields", func(m *mutator) bool {
		if m.d.name != "Query" {
			return false
		}
		m.s.defs = slices.DeleteFunc(m.s.defs, func(d *definition) bool { return d == m.d })
		return true
	}},
	{"query root hidden", func(m *mutator) bool {
		if m.d.name != "Query" || !m.s.knows("inaccessible") {
			return false
		}
		m.d.dirs = append(m.d.dirs, directive{name: "inaccessible"})
		return true
	}},
	{"same subgraph name", func(m *mutator) bool {
		if m.IntN(5) > 0 {
			return false
		}
		m.s.name = m.subgraphs[0].name
		return true
	}},
}
