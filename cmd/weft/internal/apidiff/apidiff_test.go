package apidiff

import (
	"slices"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
)

func parse(t *testing.T, sdl string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		name, before, after string
		want                []string
	}{
		{"nothing, in another order", "type Query { a: Int b: Int } enum E { A B }", "enum E { B A } type Query { b: Int a: Int }", nil},
		{"type removed and added", "type A { x: Int }", "type B { x: Int }", []string{"breaking A: type removed", "safe B: type added"}},
		{"kind", "type A { x: Int }", "interface A { x: Int }", []string{"breaking A: kind changed from OBJECT to INTERFACE"}},
		{"field removed", "type A { x: Int y: Int @deprecated }", "type A { x: Int }", []string{"breaking A.y: field removed (it was deprecated)"}},
		{"field added", "type A { x: Int }", "type A { x: Int y: Int }", []string{"safe A.y: field added"}},
		{"more promised", "type A { x: [Int] }", "type A { x: [Int!]! }", []string{"safe A.x: type changed from [Int] to [Int!]!"}},
		{"less promised", "type A { x: Int! }", "type A { x: Int }", []string{"breaking A.x: type changed from Int! to Int"}},
		{"other type", "type A { x: Int }", "type A { x: String }", []string{"breaking A.x: type changed from Int to String"}},
		{"list", "type A { x: Int }", "type A { x: [Int] }", []string{"breaking A.x: type changed from Int to [Int]"}},
		{"an implementation in place of the interface", "interface I { i: Int } type B implements I { i: Int } type A { x: I }",
			"interface I { i: Int } type B implements I { i: Int } type A { x: B }", []string{"safe A.x: type changed from I to B"}},
		{"a member in place of the union", "union U = A | B type A { x: U } type B { y: Int }", "union U = A | B type A { x: B! } type B { y: Int }",
			[]string{"safe A.x: type changed from U to B!"}},
		{"arguments", "type A { x(a: Int b: Int): Int }", "type A { x(b: Int c: Int d: Int! e: Int! = 1): Int }", []string{
			"breaking A.x(a:): argument removed", "breaking A.x(d:): required argument added",
			"dangerous A.x(c:): optional argument added", "dangerous A.x(e:): optional argument added"}},
		{"argument types", "type A { x(a: Int b: Int! c: Int): Int }", "type A { x(a: Int! b: Int c: String): Int }", []string{
			"breaking A.x(a:): type changed from Int to Int!", "breaking A.x(c:): type changed from Int to String", "safe A.x(b:): type changed from Int! to Int"}},
		{"defaults", "type A { x(a: Int = 1 b: Int c: Int = 1 d: Int! = 1 e: [Int] = [1]): Int }", "type A { x(a: Int = 2 b: Int = 1 c: Int d: Int! e: [Int] = [ 1 ]): Int }", []string{
			"breaking A.x(d:): default 1 removed, so that a value is required",
			"dangerous A.x(a:): default changed from 1 to 2", "dangerous A.x(b:): default 1 added", "dangerous A.x(c:): default 1 removed"}},
		{"input fields", "input A { x: Int y: Int! }", "input A { y: Int z: Int! w: Int }", []string{
			"breaking A.x: input field removed", "breaking A.z: required input field added",
			"dangerous A.w: optional input field added", "safe A.y: type changed from Int! to Int"}},
		{"enum values", "enum E { A B }", "enum E { B C }", []string{"breaking E.A: enum value removed", "dangerous E.C: enum value added"}},
		{"union members", "union U = A | B type A { x: Int } type B { x: Int } type C { x: Int }", "union U = B | C type A { x: Int } type B { x: Int } type C { x: Int }",
			[]string{"breaking U: no longer has the member A", "dangerous U: has the member C now"}},
		{"interfaces", "interface I { x: Int } interface J { x: Int } type A implements I { x: Int }", "interface I { x: Int } interface J { x: Int } type A implements J { x: Int }",
			[]string{"breaking A: no longer implements I", "dangerous A: implements J now"}},
		{"descriptions and deprecations", `"a" type A { x: Int y: Int @deprecated }`, `"b" type A { x: Int @deprecated(reason: "r") y: Int }`,
			[]string{"safe A: description changed", "safe A.x: deprecated", "safe A.y: no longer deprecated"}},
		{"directives", "directive @a(x: Int) repeatable on FIELD | QUERY directive @b on FIELD", "directive @a(x: Int y: Int) on FIELD | MUTATION directive @c on FIELD", []string{
			"breaking @a: location QUERY removed", "breaking @a: no longer repeatable", "breaking @b: directive removed",
			"safe @a: location MUTATION added", "safe @a(y:): optional argument added", "safe @c: directive added"}},
		{"roots", "schema { query: Q } type Q { x: Int } type R { x: Int }", "schema { query: R } type Q { x: Int } type R { x: Int }", []string{"breaking schema.query: the query root is R, was Q"}},
		{"extensions", "type A { x: Int } extend type A { y: Int }", "type A { x: Int y: Int }", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, c := range Compare(parse(t, tc.before), parse(t, tc.after)) {
				got = append(got, c.Criticality.String()+" "+c.Coordinate+": "+c.Message)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}
