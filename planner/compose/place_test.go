package compose

import "testing"

// A field that cannot be reached has the place of its definition in the subgraph
// that would have to change first.
func TestUnreachablePlace(t *testing.T) {
	const fed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@shareable", "@interfaceObject", "@context", "@fromContext"])` + "\n"
	for name, c := range map[string]struct {
		sdl          []string // a, b, c
		coordinate   string
		subgraph     string
		line, column int
	}{
		"no key": {
			[]string{fed + `type Query { t: T } type T @key(fields: "id") { id: ID }`, fed + "\ntype T {\n  n: Int\n}"},
			"T.n", "b", 4, 3,
		},
		"in an extension": {
			[]string{fed + `type Query { t: T } type T @key(fields: "id") { id: ID }`, fed + "type T { m: Int @shareable }\nextend type T {\n  n: Int @shareable }"},
			"T.n", "b", 4, 3,
		},
		"the nearest of two": {
			// c could be entered if a gave its key, b has no key at all.
			[]string{
				fed + `type Query { t: T } type T @key(fields: "id") { id: ID }`,
				fed + "type T { n: Int @shareable }",
				fed + "type T @key(fields: \"sku\") {\n  sku: ID\n  n: Int @shareable }",
			},
			"T.n", "c", 4, 3,
		},
		"of an interface object": {
			[]string{
				fed + `type Query { i: I } interface I @key(fields: "id") { id: ID } type A implements I @key(fields: "id") { id: ID }`,
				fed + "type I @interfaceObject @key(fields: \"sku\") { sku: ID\n n: Int }",
			},
			"A.n", "b", 3, 2,
		},
	} {
		var sources []Source
		for i, sdl := range c.sdl {
			sources = append(sources, Source{Name: string(rune('a' + i)), SDL: sdl})
		}
		r := ComposeSDL(sources)
		found := false
		for _, e := range r.Errors {
			if e.Coordinate != c.coordinate || e.Code != CodeSatisfiability {
				continue
			}
			found = true
			if e.Subgraph != c.subgraph || e.Line != c.line || e.Column != c.column {
				t.Errorf("%s: %s:%d:%d, want %s:%d:%d", name, e.Subgraph, e.Line, e.Column, c.subgraph, c.line, c.column)
			}
		}
		if !found {
			t.Errorf("%s: %v", name, r.Errors)
		}
	}
}
