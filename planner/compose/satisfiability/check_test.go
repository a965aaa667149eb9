package satisfiability_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const fed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"])
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
		{"a context on the only path", "", []string{
			`type Query { t: T } type T @context(name: "c") { n: Int v: V } type V { u: U }
				type U @key(fields: "id") { id: ID f(a: Int @fromContext(field: "$c { n }")): ID }`}},
		{"a context of the query type, on a path through another subgraph", "", []string{
			`type Query @context(name: "c") { n: Int } type U @key(fields: "id") { id: ID f(a: Int @fromContext(field: "$c { n }")): ID }`,
			`type Query { v: V } type V { u: U } type U @key(fields: "id") { id: ID }`}},
		{"a context on one of two paths", "U.f", []string{
			`type Query { t: T u: U } type T @context(name: "c") { n: Int u: U }
				type U @key(fields: "id") { id: ID f(a: Int @fromContext(field: "$c { n }")): ID }`}},
		{"a context on a longer path only", "U.f", []string{
			`type Query { u: U } type T @context(name: "c") { n: Int u: U }
				type U @key(fields: "id") { id: ID t: T f(a: Int @fromContext(field: "$c { n }")): ID }`}},
		{"a context carried by the field's own type, at the object itself and around it", "U.f", []string{
			`type Query { u: U } type U @key(fields: "id") @context(name: "c") { id: ID n: Int u: U f(a: Int @fromContext(field: "$c { n }")): ID }`}},
		{"a context of an interface on the path of one type only", "U.f", []string{
			`type Query { i: I } interface I { u: U } type A implements I @context(name: "c") { n: Int u: U } type B implements I { u: U }
				type U @key(fields: "id") { id: ID f(a: Int @fromContext(field: "$c { n }")): ID }`}},
		{"requires", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID n: Int }`,
			`type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`}},
		{"requires of what cannot be had", "T.m T.n", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`,
			`type T { n: Int }`}},
		{"requires, and back by a key that is not resolvable", "", []string{
			`type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @external m: Int @requires(fields: "n") }`,
			`type T @key(fields: "id") { id: ID @shareable n: Int }`}},
		{"no way in by a key that is not resolvable, for a requirement either", "T.m", []string{
			`type Query { u: U } type U { id: ID } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @external m: Int @requires(fields: "n") }`,
			`type Query { t: T } type T @key(fields: "id") { id: ID @shareable n: Int }`}},
		{"requires at the root", "Query.b", []string{
			`type Query { t: Int a: Int @external b: Int @requires(fields: "a") }`,
			`type Query { a: Int }`}},
		{"requirements of requirements", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID c: Int @external d: Int @requires(fields: "c") }`,
			`type T @key(fields: "id") { id: ID b: Int @external c: Int @requires(fields: "b") }`,
			`type T @key(fields: "id") { id: ID b: Int }`}},
		{"requirements in a circle", "T.c T.d", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID c: Int @external d: Int @requires(fields: "c") }`,
			`type T @key(fields: "id") { id: ID d: Int @external c: Int @requires(fields: "d") }`}},
		{"key parts deep down from two subgraphs", "", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") { id: ID o: O @shareable } type O { p: P @shareable } type P { x: ID @shareable }`,
			`type T @key(fields: "id") { id: ID o: O @shareable } type O { p: P @shareable } type P { y: ID @shareable }`,
			`type T @key(fields: "o { p { x y } }") { o: O @shareable n: Int } type O { p: P @shareable } type P { x: ID @shareable y: ID @shareable }`}},
		{"key that goes through its own type", "", []string{
			`type Query { c: C } type C @key(fields: "k") { k: ID @shareable to: C @shareable }`,
			`type C @key(fields: "to { id }") { id: ID @shareable to: C @shareable n: Int }`,
			`type C @key(fields: "k") @key(fields: "id") { k: ID @shareable id: ID @shareable }`}},
		{"key that goes through its own type without end", "C.id C.n", []string{
			`type Query { c: C } type C @key(fields: "k") { k: ID @shareable to: C @shareable }`,
			`type C @key(fields: "to { id }") { id: ID @shareable to: C @shareable n: Int }`,
			`type C @key(fields: "k") { k: ID @shareable }`}},
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
			problems := satisfiability.CheckDefinition(merged(t, c.sdl...))
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
	problems := satisfiability.CheckDefinition(merged(t,
		`type Query { a: A } type A { list: [T] } type T @key(fields: "id") { id: ID }`,
		`type T @key(fields: "sku") { sku: ID n: Int }`))
	if len(problems) != 2 {
		t.Fatal(problems)
	}
	want := `Query.a → A.list → T.n: subgraph b has no key of T that a can give (key "sku" lacks sku)`
	if p := problems[0]; p.Message != want || p.Code != satisfiability.CodeUnreachable || p.Hint == "" {
		t.Errorf("got  %s\nwant %s\n%+v", p.Message, want, p)
	}
}

// TestReasons: for each thing that can be in the way, the message says what, and
// the hint what to change.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		name, message, hint string
		sdl                 []string
	}{
		{"no key", `Query.t → T.n: subgraph b has no resolvable key of T`, `Give T @key(fields: "id") in subgraph b`, []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T { id: ID @shareable n: Int }`}},
		{"no key anywhere", `Query.v → V.y: subgraph b has no resolvable key of V`, `Give V a resolvable @key that both sides have, or mark`, []string{
			`type Query { v: V } type V { x: ID @shareable }`,
			`type V { x: ID @shareable y: ID }`}},
		{"not resolvable", `Query.t → T.n: the key "id" of T in subgraph b is not resolvable`, `Resolve references to T in subgraph b and remove "resolvable: false"`, []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id", resolvable: false) { id: ID n: Int }`}},
		{"other key", `Query.t → T.n: subgraph b has no key of T that a can give (key "id o { x }" lacks o.x; key "sku" lacks sku)`, `Let a give T.o.x, or give T @key(fields: "id") in subgraph b`, []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID o: O @shareable } type O { y: ID @shareable }`,
			`type T @key(fields: "id o { x }") @key(fields: "sku") { id: ID o: O @shareable sku: ID n: Int } type O { x: ID y: ID @shareable }`}},
		{"external", `Query.s → T.n: subgraph a has the field as @external only; the key "id" of T in subgraph b is not resolvable`, `Resolve references to T in subgraph b`, []string{
			`type Query { s: T t: T @provides(fields: "n") } type T @key(fields: "id", resolvable: false) { id: ID n: Int @external }`,
			`type Query { u: T } type T @key(fields: "id", resolvable: false) { id: ID @shareable n: Int @shareable }`}},
		{"requirement", `Query.t → T.m: subgraph b requires n of T, which cannot be had from a, b`, `Let a subgraph that can be reached from there give T.n`, []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID }`,
			`type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`,
			`type T { n: Int }`}},
		{"no way back", `Query.t → T.m: subgraph a requires other fields but has no key of T to be entered again with them`, `Give T a resolvable @key in subgraph a`, []string{
			`type Query { t: T u: T @provides(fields: "n") } type T { id: ID @shareable n: Int @external m: Int @requires(fields: "n") }`,
			`type Query { w: T } type T { id: ID @shareable n: Int @shareable }`}},
		{"root", `Query.b: subgraph a requires other fields, but nothing can be sent along with a request for Query`, `Resolve Query.b without @requires.`, []string{
			`type Query { t: Int a: Int @external b: Int @requires(fields: "a") }`,
			`type Query { a: Int }`}},
		{"interface object", `Query.o: from b, where I is an @interfaceObject, no subgraph can be reached that knows the implementation types of I`, `Give the interface I a resolvable @key`, []string{
			`type Query { x: ID } interface I { id: ID } type T implements I @key(fields: "id") { id: ID }`,
			`type Query { o: I } type I @interfaceObject @key(fields: "id") { id: ID }`}},
		{"key of an interface object", `Query.i → ... on S → S.n: subgraph b has no key of I that a can give (key "sku" lacks sku)`, `Let a give I.sku, or give I @key(fields: "id") in subgraph b`, []string{
			`type Query { i: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID } type S implements I @key(fields: "id") { id: ID }`,
			`type I @interfaceObject @key(fields: "sku") { sku: ID n: Int }`}},
		{"label", `Query.t → T.n: subgraph a resolves the field only while the override label "x" is not active; subgraph b has no resolvable key of T (while the override label "x" is active)`, `Give T @key(fields: "id") in subgraph b`, []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID @shareable n: Int }`,
			`type T { id: ID @shareable n: Int @override(from: "a", label: "x") }`}},
		{"longer path", `Mutation.m → A.b → ... on D → D.t → T.n: subgraph b has no resolvable key of T`, `Give T @key(fields: "id") in subgraph b`, []string{
			`type Query { q: Int } type Mutation { m: A } type A { b: U } union U = D | E type E { x: ID } type D { t: T } type T @key(fields: "id") { id: ID @shareable }`,
			`type T { id: ID @shareable n: Int }`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := satisfiability.CheckDefinition(merged(t, c.sdl...))
			for _, p := range problems {
				if p.Message == c.message && strings.HasPrefix(p.Hint, c.hint) {
					return
				}
			}
			t.Errorf("want %s\n%s…\ngot %+v", c.message, c.hint, problems)
		})
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
		if problems := satisfiability.CheckDefinition(result.Definition); len(problems) > 0 {
			t.Errorf("same key %v: %v", sameKey, problems[:1])
		}
	}
}
