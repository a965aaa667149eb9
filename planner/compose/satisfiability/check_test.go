package satisfiability_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const fed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"])
`

func merged(t testing.TB, sdl ...string) *supergraph.Definition {
	t.Helper()
	var sources []compose.Source
	for i, text := range sdl {
		sources = append(sources, compose.Source{Name: string(rune('a' + i)), SDL: fed + text})
	}
	result := compose.ComposeSDL(sources, compose.WithoutSatisfiability())
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	return result.Definition
}

// TestCheck names the fields that cannot be reached; none means that all can.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		want string
		sdl  []string
	}{
		{"key move", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") { id: ID n: Int }`}},
		{"no key at the goal", "T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T { id: ID @shareable n: Int }`}},
		{"key not resolvable", "T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id", resolvable: false) { id: ID n: Int }`}},
		{"key that the source does not have", "T.n T.sku", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "sku") { sku: ID n: Int }`}},
		{"several hops", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") @key(fields: "sku") { id: ID sku: ID }`,
			`type T @key(fields: "sku") { sku: ID n: Int }`}},
		{"compound key from two subgraphs", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID x: ID @shareable }`,
			`type T @key(fields: "id") { id: ID y: ID @shareable }`,
			`type T @key(fields: "x y") { x: ID @shareable y: ID @shareable n: Int }`}},
		{"nested key", "", []string{
			`type Query { t: T } type T @key(fields: "o { id }") { o: O } type O { id: ID @shareable }`,
			`type T @key(fields: "o { id }") { o: O n: Int } type O { id: ID @shareable }`}},
		{"nested key through another entity", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID o: O @shareable } type O @key(fields: "id") { id: ID }`,
			`type T @key(fields: "o { sku }") { o: O n: Int } type O @key(fields: "sku") @key(fields: "id") { sku: ID id: ID }`}},
		{"keys that need each other", "T.n U.m", []string{
			`type Query { t: T u: U } type T { u: U @shareable x: ID @shareable } type U { t: T @shareable }`,
			`type T @key(fields: "u { m }") { u: U n: Int } type U @key(fields: "t { n }") { t: T m: Int }`}},
		{"value type through its parent only", "V.y", []string{
			`type Query { v: V @shareable } type V @shareable { x: ID }`,
			`type V @shareable { x: ID y: ID }`}},
		{"value type through a shared root", "", []string{
			`type Query { v: V @shareable } type V @shareable { x: ID }`,
			`type Query { v: V @shareable } type V @shareable { x: ID y: ID }`}},
		{"query as a field leads everywhere", "", []string{
			`type Query { a: ID } type Mutation { m: P } type P { query: Query }`,
			`type Query { b: ID }`}},
		{"requires", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID n: Int }`,
			`type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`}},
		{"requires of what cannot be had", "T.m T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`,
			`type T { n: Int }`}},
		{"provides", "", []string{
			`type Query { t: T @provides(fields: "n") } type T @key(fields: "id", resolvable: false) { id: ID n: Int @external }`,
			`type Query { u: T } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @shareable }`}},
		{"provides on one path only", "T.n", []string{
			`type Query { s: T t: T @provides(fields: "n") } type T @key(fields: "id", resolvable: false) { id: ID n: Int @external }`,
			`type Query { u: T } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @shareable }`}},
		{"provides further down", "", []string{
			`type Query { s: S @provides(fields: "t { n }") } type S { t: T } type T @key(fields: "id", resolvable: false) { id: ID n: Int @external }`,
			`type Query { u: T } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @shareable }`}},
		{"each implementation of an interface", "T.n", []string{
			`type Query { i: I } interface I { id: ID } type S implements I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID @shareable }`,
			`type S @key(fields: "id") { id: ID n: Int } type T { id: ID @shareable n: Int }`}},
		{"only members that a subgraph returns", "", []string{
			`type Query { u: U } union U = S type S { id: ID }`,
			`type Query { v: U } union U = T type T { id: ID }`}},
		{"interface object", "", []string{
			`type Query { i: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID own: ID }`,
			`type Query { o: I } type I @interfaceObject @key(fields: "id") { id: ID n: Int }`}},
		{"interface object with no way to the types", "I", []string{
			`type Query { x: ID } interface I { id: ID } type T implements I @key(fields: "id") { id: ID }`,
			`type Query { o: I } type I @interfaceObject @key(fields: "id") { id: ID }`}},
		{"override takes the only way", "T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID n: Int }`,
			`type T { id: ID @shareable n: Int @override(from: "a") }`}},
		{"override label on or off", "T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID n: Int }`,
			`type T { id: ID @shareable n: Int @override(from: "a", label: "x") }`}},
		{"hidden fields are not asked for", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T { id: ID @shareable n: Int @inaccessible }`}},
		{"no types in common", "Query.u", []string{
			`type Query { u: U @shareable } union U = S type S { id: ID }`,
			`type Query { u: U @shareable } union U = T type T { id: ID }`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			problems := satisfiability.Check(merged(t, c.sdl...))
			for _, p := range problems {
				got = append(got, p.Coordinate)
			}
			if strings.Join(got, " ") != c.want {
				t.Fatalf("got %v, want %q\n%+v", got, c.want, problems)
			}
		})
	}
}

func TestProblemsExplainThePath(t *testing.T) {
	problems := satisfiability.Check(merged(t,
		`type Query { a: A } type A { list: [T] } type T @key(fields: "id") { id: ID }`,
		`type T @key(fields: "sku") { sku: ID n: Int }`))
	if len(problems) != 2 {
		t.Fatal(problems)
	}
	want := `Query.a → A.list → T.n: subgraph b has no key of T that a can give (it has "sku")`
	if p := problems[0]; p.Message != want || p.Code != satisfiability.CodeUnreachable || p.Hint == "" {
		t.Errorf("got  %s\nwant %s\n%+v", p.Message, want, p)
	}
}

// TestManySubgraphsAtOneType is the worst case of key moves: each of many
// subgraphs has the type, and hands on to the next by another key.
func TestManySubgraphsAtOneType(t *testing.T) {
	for _, sameKey := range []bool{true, false} {
		const count = 300
		sdl := make([]compose.Source, count)
		for i := range sdl {
			text := fmt.Sprintf("type T @key(fields: \"k%d\") @key(fields: \"k%d\") { k%d: ID k%d: ID f%d: Int }", i, i+1, i, i+1, i)
			if sameKey {
				text = fmt.Sprintf("type T @key(fields: \"id\") { id: ID f%d: Int }", i)
			}
			if i == 0 {
				text += " type Query { t: T }"
			}
			sdl[i] = compose.Source{Name: fmt.Sprintf("s%03d", i), SDL: fed + text}
		}
		result := compose.ComposeSDL(sdl, compose.WithoutSatisfiability())
		if len(result.Errors) > 0 {
			t.Fatal(result.Errors)
		}
		if problems := satisfiability.Check(result.Definition); len(problems) > 0 {
			t.Errorf("same key %v: %v", sameKey, problems[:1])
		}
	}
}
