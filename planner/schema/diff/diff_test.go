package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
)

func parse(t testing.TB, text string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse("test", text)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

// cases are changes with what each is said to be: criticality, code, coordinate.
var cases = map[string]struct {
	old, new string
	want     []string
}{
	"nothing":                {"type Query { a: Int b(x: Int = 1): [E!] } enum E { A B }", "enum E { B A } extend type Query { a: Int } type Query { b(x: Int = 1): [E!] }", nil},
	"built-in scalars":       {"scalar ID type Query { a: ID }", "type Query { a: ID }", nil},
	"root renamed":           {"schema { query: Q mutation: M subscription: S } type Q { a: Int } type M { a: Int } type S { a: Int }", "schema { query: Q2 mutation: M2 subscription: S2 } type Q { a: Int } type M { a: Int } type S { a: Int } type Q2 { a: Int } type M2 { a: Int } type S2 { a: Int }", []string{"BREAKING SCHEMA_MUTATION_TYPE_CHANGED schema.mutation", "BREAKING SCHEMA_QUERY_TYPE_CHANGED schema.query", "BREAKING SCHEMA_SUBSCRIPTION_TYPE_CHANGED schema.subscription", "SAFE TYPE_ADDED M2", "SAFE TYPE_ADDED Q2", "SAFE TYPE_ADDED S2"}},
	"root spelled out":       {"schema { query: Query } type Query { a: Int }", "type Query { a: Int }", nil},
	"root added":             {"type Query { a: Int }", "type Query { a: Int } type Mutation { a: Int }", []string{"SAFE TYPE_ADDED Mutation", "SAFE SCHEMA_MUTATION_TYPE_CHANGED schema.mutation"}},
	"root removed":           {"type Query { a: Int } type Mutation { a: Int }", "type Query { a: Int }", []string{"BREAKING TYPE_REMOVED Mutation", "BREAKING SCHEMA_MUTATION_TYPE_CHANGED schema.mutation"}},
	"type removed":           {"type A { a: Int } scalar B", "scalar B", []string{"BREAKING TYPE_REMOVED A"}},
	"type added":             {"scalar B", "scalar B enum A { X } ", []string{"SAFE TYPE_ADDED A"}},
	"type kind":              {"type A { a: Int }", `"d" interface A { b: Int }`, []string{"BREAKING TYPE_KIND_CHANGED A", "SAFE TYPE_DESCRIPTION_ADDED A"}},
	"type descriptions":      {`scalar A "b" scalar B "c" scalar C`, `"a" scalar A scalar B "cc" scalar C`, []string{"SAFE TYPE_DESCRIPTION_ADDED A", "SAFE TYPE_DESCRIPTION_REMOVED B", "SAFE TYPE_DESCRIPTION_CHANGED C"}},
	"interface removed":      {"interface I { a: Int } type A implements I { a: Int }", "interface I { a: Int } type A { a: Int }", []string{"BREAKING OBJECT_TYPE_INTERFACE_REMOVED A"}},
	"interface added":        {"interface I { a: Int } interface J { a: Int }", "interface I { a: Int } interface J implements I { a: Int }", []string{"DANGEROUS OBJECT_TYPE_INTERFACE_ADDED J"}},
	"union members":          {"union U = A | B type A { a: Int } type B { a: Int } type C { a: Int }", "union U = B | C type A { a: Int } type B { a: Int } type C { a: Int }", []string{"BREAKING UNION_MEMBER_REMOVED U", "DANGEROUS UNION_MEMBER_ADDED U"}},
	"enum values":            {"enum E { A B }", "enum E { B C }", []string{"BREAKING ENUM_VALUE_REMOVED E.A", "DANGEROUS ENUM_VALUE_ADDED E.C"}},
	"enum value description": {"enum E { A }", `enum E { "a" A }`, []string{"SAFE ENUM_VALUE_DESCRIPTION_CHANGED E.A"}},
	"enum value deprecation": {`enum E { A B @deprecated(reason: "b") C @deprecated(reason: "c") D @deprecated E @deprecated(reason: "e") }`, `enum E { A @deprecated B C @deprecated(reason: "cc") D @deprecated(reason: "d") E @deprecated }`, []string{
		"SAFE ENUM_VALUE_DEPRECATION_REASON_ADDED E.A", "SAFE ENUM_VALUE_DEPRECATION_REASON_REMOVED E.B", "SAFE ENUM_VALUE_DEPRECATION_REASON_CHANGED E.C", "SAFE ENUM_VALUE_DEPRECATION_REASON_ADDED E.D", "SAFE ENUM_VALUE_DEPRECATION_REASON_REMOVED E.E"}},
	"fields":             {"type A { a: Int b: Int }", "type A { b: Int c: Int }", []string{"BREAKING FIELD_REMOVED A.a", "SAFE FIELD_ADDED A.c"}},
	"field descriptions": {`interface A { a: Int "b" b: Int "c" c: Int }`, `interface A { "a" a: Int b: Int "cc" c: Int }`, []string{"SAFE FIELD_DESCRIPTION_ADDED A.a", "SAFE FIELD_DESCRIPTION_REMOVED A.b", "SAFE FIELD_DESCRIPTION_CHANGED A.c"}},
	"field deprecation": {`type A { a: Int b: Int @deprecated c: Int @deprecated d: Int @deprecated(reason: "d") e: Int @deprecated(reason: "e") f: Int @deprecated(reason: "No longer supported") }`, `type A { a: Int @deprecated b: Int c: Int @deprecated(reason: "c") d: Int @deprecated e: Int @deprecated(reason: "ee") f: Int @deprecated }`, []string{
		"SAFE FIELD_DEPRECATION_ADDED A.a", "SAFE FIELD_DEPRECATION_REMOVED A.b", "SAFE FIELD_DEPRECATION_REASON_ADDED A.c", "SAFE FIELD_DEPRECATION_REASON_REMOVED A.d", "SAFE FIELD_DEPRECATION_REASON_CHANGED A.e"}},
	"field type, safe":     {"type A { a: Int b: [Int] c: [Int!] d: [[Int]] }", "type A { a: Int! b: [Int]! c: [Int!]! d: [[Int!]!] }", []string{"SAFE FIELD_TYPE_CHANGED A.a", "SAFE FIELD_TYPE_CHANGED A.b", "SAFE FIELD_TYPE_CHANGED A.c", "SAFE FIELD_TYPE_CHANGED A.d"}},
	"field type, breaking": {"type A { a: Int! b: [Int] c: [Int!] d: [Int]! }", "type A { a: Int b: Int c: [Int] d: [String]! }", []string{"BREAKING FIELD_TYPE_CHANGED A.a", "BREAKING FIELD_TYPE_CHANGED A.b", "BREAKING FIELD_TYPE_CHANGED A.c", "BREAKING FIELD_TYPE_CHANGED A.d"}},
	"arguments":            {"type A { a(x: Int): Int }", "type A { a(o: Int d: Int! = 1 r: Int!): Int }", []string{"BREAKING FIELD_ARGUMENT_ADDED A.a(r:)", "BREAKING FIELD_ARGUMENT_REMOVED A.a(x:)", "DANGEROUS FIELD_ARGUMENT_ADDED A.a(d:)", "DANGEROUS FIELD_ARGUMENT_ADDED A.a(o:)"}},
	"argument description": {`type A { a("x" x: Int): Int }`, `type A { a("xx" x: Int): Int }`, []string{"SAFE FIELD_ARGUMENT_DESCRIPTION_CHANGED A.a(x:)"}},
	"argument types":       {"type A { a(s: Int! t: [Int!]! b: Int c: Int d: [Int]): Int }", "type A { a(s: Int t: [Int] b: Int! c: String d: Int): Int }", []string{"BREAKING FIELD_ARGUMENT_TYPE_CHANGED A.a(b:)", "BREAKING FIELD_ARGUMENT_TYPE_CHANGED A.a(c:)", "BREAKING FIELD_ARGUMENT_TYPE_CHANGED A.a(d:)", "SAFE FIELD_ARGUMENT_TYPE_CHANGED A.a(s:)", "SAFE FIELD_ARGUMENT_TYPE_CHANGED A.a(t:)"}},
	"argument defaults": {"type A { a(a: Int b: Int = 1 c: Int = 1 d: Int! = 1 e: [I] = [{x: 1, y: 2}]): Int }", "type A { a(a: Int = 1 b: Int = 2 c: Int d: Int! e: [I] = [{y: 2, x: 1}]): Int }", []string{
		"BREAKING FIELD_ARGUMENT_DEFAULT_CHANGED A.a(d:)", "DANGEROUS FIELD_ARGUMENT_DEFAULT_CHANGED A.a(a:)", "DANGEROUS FIELD_ARGUMENT_DEFAULT_CHANGED A.a(b:)", "DANGEROUS FIELD_ARGUMENT_DEFAULT_CHANGED A.a(c:)"}},
	"argument deprecation": {`type A { a(a: Int b: Int @deprecated c: Int @deprecated d: Int @deprecated(reason: "d") e: Int @deprecated(reason: "e")): Int }`, `type A { a(a: Int @deprecated b: Int c: Int @deprecated(reason: "c") d: Int @deprecated e: Int @deprecated(reason: "ee")): Int }`, []string{
		"SAFE FIELD_ARGUMENT_DEPRECATION_ADDED A.a(a:)", "SAFE FIELD_ARGUMENT_DEPRECATION_REMOVED A.a(b:)", "SAFE FIELD_ARGUMENT_DEPRECATION_REASON_ADDED A.a(c:)", "SAFE FIELD_ARGUMENT_DEPRECATION_REASON_REMOVED A.a(d:)", "SAFE FIELD_ARGUMENT_DEPRECATION_REASON_CHANGED A.a(e:)"}},
	"input fields":             {"input A { x: Int }", "input A { o: Int d: Int = 1 e: Int! = 1 r: Int! }", []string{"BREAKING INPUT_FIELD_ADDED A.r", "BREAKING INPUT_FIELD_REMOVED A.x", "DANGEROUS INPUT_FIELD_ADDED A.d", "DANGEROUS INPUT_FIELD_ADDED A.e", "SAFE INPUT_FIELD_ADDED A.o"}},
	"input field descriptions": {`input A { a: Int "b" b: Int "c" c: Int }`, `input A { "a" a: Int b: Int "cc" c: Int }`, []string{"SAFE INPUT_FIELD_DESCRIPTION_ADDED A.a", "SAFE INPUT_FIELD_DESCRIPTION_REMOVED A.b", "SAFE INPUT_FIELD_DESCRIPTION_CHANGED A.c"}},
	"input field types":        {"input A { a: Int! b: Int }", "input A { a: Int b: [Int] }", []string{"BREAKING INPUT_FIELD_TYPE_CHANGED A.b", "SAFE INPUT_FIELD_TYPE_CHANGED A.a"}},
	"input field defaults":     {"input A { a: Int = 1 b: Int! = 1 }", "input A { a: Int = 2 b: Int! }", []string{"BREAKING INPUT_FIELD_DEFAULT_VALUE_CHANGED A.b", "DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGED A.a"}},
	"input field deprecation": {`input A { a: Int b: Int @deprecated c: Int @deprecated d: Int @deprecated(reason: "d") e: Int @deprecated(reason: "e") }`, `input A { a: Int @deprecated b: Int c: Int @deprecated(reason: "c") d: Int @deprecated e: Int @deprecated(reason: "ee") }`, []string{
		"SAFE INPUT_FIELD_DEPRECATION_ADDED A.a", "SAFE INPUT_FIELD_DEPRECATION_REMOVED A.b", "SAFE INPUT_FIELD_DEPRECATION_REASON_ADDED A.c", "SAFE INPUT_FIELD_DEPRECATION_REASON_REMOVED A.d", "SAFE INPUT_FIELD_DEPRECATION_REASON_CHANGED A.e"}},
	"directives":              {"directive @a on FIELD directive @b on FIELD", "directive @b on FIELD directive @c on FIELD", []string{"BREAKING DIRECTIVE_REMOVED @a", "SAFE DIRECTIVE_ADDED @c"}},
	"directive":               {`directive @a on FIELD | QUERY`, `"a" directive @a repeatable on FIELD | MUTATION`, []string{"BREAKING DIRECTIVE_LOCATION_REMOVED @a", "SAFE DIRECTIVE_DESCRIPTION_CHANGED @a", "SAFE DIRECTIVE_LOCATION_ADDED @a", "SAFE DIRECTIVE_REPEATABLE_ADDED @a"}},
	"directive, once":         {"directive @a repeatable on FIELD", "directive @a on FIELD", []string{"DANGEROUS DIRECTIVE_REPEATABLE_REMOVED @a"}},
	"directive arguments":     {"directive @a(x: Int) on FIELD", "directive @a(o: Int d: Int! = 1 r: Int!) on FIELD", []string{"BREAKING DIRECTIVE_ARGUMENT_ADDED @a(r:)", "BREAKING DIRECTIVE_ARGUMENT_REMOVED @a(x:)", "SAFE DIRECTIVE_ARGUMENT_ADDED @a(d:)", "SAFE DIRECTIVE_ARGUMENT_ADDED @a(o:)"}},
	"directive argument":      {`directive @a(x: Int! y: Int = 1 z: Int) on FIELD`, `directive @a("x" x: Int y: Int = 2 z: String) on FIELD`, []string{"BREAKING DIRECTIVE_ARGUMENT_TYPE_CHANGED @a(z:)", "DANGEROUS DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED @a(y:)", "SAFE DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED @a(x:)", "SAFE DIRECTIVE_ARGUMENT_TYPE_CHANGED @a(x:)"}},
	"usage":                   {"type A @a(x: 1) @a(x: 2) { a: Int }", "type A @a(x: 1) @a(x: 3) @b { a: Int }", []string{"DANGEROUS DIRECTIVE_USAGE_ARGUMENT_REMOVED A", "DANGEROUS DIRECTIVE_USAGE_OBJECT_ADDED A", "SAFE DIRECTIVE_USAGE_ARGUMENT_ADDED A"}},
	"oneOf":                   {"input A { a: Int } input B @oneOf { a: Int }", "input A @oneOf { a: Int } input B { a: Int }", []string{"BREAKING DIRECTIVE_USAGE_INPUT_OBJECT_ADDED A", "SAFE DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED B"}},
	"removed, though present": {"type A { a: Int @deprecated } enum E { A @deprecated B } input I { a: Int @deprecated b: Int }", "type A { b: Int } enum E { B } input I { b: Int }", []string{"BREAKING FIELD_REMOVED A.a", "BREAKING ENUM_VALUE_REMOVED E.A", "BREAKING INPUT_FIELD_REMOVED I.a", "SAFE FIELD_ADDED A.b"}},
}

func init() {
	// A directive on each kind of element, added and removed.
	for code, sdl := range map[string]string{
		"SCALAR S": "scalar S@", "OBJECT O": "type O@ { a: Int }", "INTERFACE I": "interface I@ { a: Int }", "UNION_MEMBER U": "union U@ = O type O { a: Int }",
		"ENUM E": "enum E@ { A }", "ENUM_VALUE E.A": "enum E { A@ }", "INPUT_OBJECT N": "input N@ { a: Int }", "FIELD_DEFINITION O.a": "type O { a: Int@ }",
		"ARGUMENT_DEFINITION O.a(x:)": "type O { a(x: Int@): Int }", "INPUT_FIELD_DEFINITION N.a": "input N { a: Int@ }", "SCHEMA ": "schema@ { query: Q } type Q { a: Int }",
	} {
		element, at, _ := strings.Cut(code, " ")
		without, with := strings.Replace(sdl, "@", "", 1), strings.Replace(sdl, "@", " @x(y: 1)", 1)
		for kind, pair := range map[string][2]string{"ADDED": {without, with}, "REMOVED": {with, without}} {
			c := cases["usage"]
			c.old, c.new, c.want = pair[0], pair[1], []string{fmt.Sprintf("DANGEROUS DIRECTIVE_USAGE_%s_%s %s", element, kind, at)}
			cases["usage "+element+" "+kind] = c
		}
	}
}

func TestCompare(t *testing.T) {
	seen := make(map[string]bool)
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range Compare(parse(t, test.old), parse(t, test.new)) {
				seen[c.Code] = true
				got = append(got, fmt.Sprintf("%s %s %s", c.Criticality, c.Code, c.Coordinate))
				if c.Message == "" || !slices.Contains(Codes(), c.Code) {
					t.Errorf("%+v", c)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, code := range Codes() {
		if !seen[code] {
			t.Errorf("no case makes %s", code)
		}
	}
}

func TestMessages(t *testing.T) {
	old := parse(t, "type A { a(x: Int): Int! old: Int @deprecated } enum E { A }")
	new := parse(t, "type A { a(x: Int! = 1 y: [Int] = [1]): Int } enum E { A B }")
	var got []string
	for _, c := range Compare(old, new) {
		got = append(got, c.Message)
	}
	want := []string{
		"field A.a changed type from Int! to Int",
		"the type of argument A.a(x:) changed from Int to Int!",
		"field old (deprecated) was removed from object type A",
		"the default 1 was added to argument A.a(x:)",
		"argument y: [Int] (with a default) was added to field A.a",
		"value B was added to enum E",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The other way round, what was added is removed: no change is lost.
func TestSymmetric(t *testing.T) {
	for name, test := range cases {
		there, back := Compare(parse(t, test.old), parse(t, test.new)), Compare(parse(t, test.new), parse(t, test.old))
		if (len(there) == 0) != (len(back) == 0) {
			t.Errorf("%s: %d changes there, %d back", name, len(there), len(back))
		}
	}
}
