package supergraph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const contractHeader = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/tag/v0.3") @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
`

func TestContract(t *testing.T) {
	list := func(s string) []string { return strings.Fields(s) }
	for name, test := range map[string]struct {
		sdl              string
		include, exclude []string
		// want is the API schema without line breaks, or the errors.
		want string
	}{
		"excluded field": {
			`type Query { a: Int b: Int @tag(name: "x") c: Int @tag(name: "y") }`, nil, list("x"),
			`type Query { a: Int c: Int }`,
		},
		"excluded by several": {
			`type Query { a: Int b: Int @tag(name: "x") c: Int @tag(name: "y") }`, nil, list("x y"),
			`type Query { a: Int }`,
		},
		"included fields": {
			`type Query { a: Int b: T @tag(name: "x") } type T { id: ID! @tag(name: "x") secret: Int } type U { a: Int }`, list("x"), nil,
			`type Query { b: T } type T { id: ID! }`,
		},
		"fields have the tags of their type": {
			`type Query { a: T @tag(name: "x") } type T @tag(name: "x") { id: ID! name: String }`, list("x"), nil,
			`type Query { a: T } type T { id: ID! name: String }`,
		},
		"excluding wins": {
			`type Query { a: Int @tag(name: "x") b: Int @tag(name: "x") @tag(name: "y") } type T @tag(name: "x") @tag(name: "y") { id: ID! }`, list("x"), list("y"),
			`type Query { a: Int }`,
		},
		"excluded field of an included type": {
			`type Query @tag(name: "x") { a: Int b: Int @tag(name: "y") }`, list("x"), list("y"),
			`type Query { a: Int }`,
		},
		"excluded type": {
			`type Query { a: Int b: T @tag(name: "x") } type T @tag(name: "x") { id: ID! }`, nil, list("x"),
			`type Query { a: Int }`,
		},
		"unreachable types stay": {
			`type Query { a: Int b: T @tag(name: "x") } type T { id: ID! }`, nil, list("x"),
			`type Query { a: Int } type T { id: ID! }`,
		},
		"unions need a tag": {
			`type Query { a: U @tag(name: "x") } union U @tag(name: "x") = T | S union V = T type T { i: Int @tag(name: "x") } type S { i: Int }`, list("x"), nil,
			`type Query { a: U } type T { i: Int } union U = T`,
		},
		"empty union": {
			`type Query { a: Int } union U = T type T @tag(name: "x") { i: Int }`, nil, list("x"),
			`type Query { a: Int }`,
		},
		"inputs need no tag": {
			`type Query { a(i: I, e: E, s: S): Int @tag(name: "x") } input I { f: Int } enum E { V } scalar S`, list("x"), nil,
			`enum E { V } input I { f: Int } type Query { a(e: E, i: I, s: S): Int } scalar S`,
		},
		"excluded argument, input field, enum value": {
			`type Query { a(i: I, e: E, no: Int @tag(name: "x")): Int } input I { f: Int no: Int @tag(name: "x") } enum E { V NO @tag(name: "x") }`, nil, list("x"),
			`enum E { V } input I { f: Int } type Query { a(e: E, i: I): Int }`,
		},
		"excluded interface": {
			`type Query { a: T } interface N @tag(name: "x") { id: ID! } type T implements N { id: ID! }`, nil, list("x"),
			`type Query { a: T } type T { id: ID! }`,
		},
		"inaccessible stays so": {
			`type Query { a: Int @tag(name: "x") b: Int @tag(name: "x") @inaccessible }`, list("x"), nil,
			`type Query { a: Int }`,
		},
		"nothing left": {`type Query { a: Int }`, list("x"), nil, `QUERY_ROOT_TYPE_INACCESSIBLE Query`},
		"type of a field": {
			`type Query { a: [T!] } type T @tag(name: "x") { id: ID! }`, nil, list("x"),
			`REFERENCED_INACCESSIBLE Query.a`,
		},
		"type of an empty field": {
			`type Query { a: T } type T { id: ID! @tag(name: "x") }`, nil, list("x"),
			`REFERENCED_INACCESSIBLE Query.a`,
		},
		"empty enum": {
			`type Query { a(e: E): Int } enum E { V @tag(name: "x") }`, nil, list("x"),
			`REFERENCED_INACCESSIBLE Query.a(e:)`,
		},
		"required argument": {
			`type Query { a(n: Int! @tag(name: "x"), d: Int! = 1 @tag(name: "x")): Int }`, nil, list("x"),
			`REQUIRED_INACCESSIBLE Query.a(n:)`,
		},
		"required input field": {
			`type Query { a(i: I): Int } input I { f: Int n: Int! @tag(name: "x") d: Int! = 1 @tag(name: "x") }`, nil, list("x"),
			`REQUIRED_INACCESSIBLE I.n`,
		},
		"interface field": {
			`type Query { a: N } interface N { id: ID! } type T implements N { id: ID! @tag(name: "x") b: Int }`, nil, list("x"),
			`IMPLEMENTED_BY_INACCESSIBLE T.id`,
		},
		"interface argument": {
			`type Query { a: N } interface N { f(a: Int): ID! } type T implements N { f(a: Int @tag(name: "x")): ID! }`, nil, list("x"),
			`IMPLEMENTED_BY_INACCESSIBLE T.f(a:)`,
		},
		"defaults": {
			`type Query { a(e: [E] = [V, NO], i: I = {e: NO, f: 1}): Int } enum E { V NO @tag(name: "x") } input I { e: E f: Int @tag(name: "x") }`, nil, list("x"),
			`DEFAULT_VALUE_USES_INACCESSIBLE Query.a(e:); DEFAULT_VALUE_USES_INACCESSIBLE Query.a(i:); DEFAULT_VALUE_USES_INACCESSIBLE Query.a(i:)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			def, errs := supergraph.Read(name, contractHeader+test.sdl)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			before := supergraph.Print(def)
			doc, errs := supergraph.ContractSchema(def, test.include, test.exclude)
			if (doc == nil) != (len(errs) > 0) {
				t.Fatal("a schema or errors, not both")
			}
			var got []string
			for _, e := range errs {
				got = append(got, e.Code+" "+e.Coordinate)
			}
			slices.Sort(got)
			text := strings.Join(got, "; ")
			if doc != nil {
				text = strings.Join(strings.Fields(strings.ReplaceAll(schema.PrintCanonical(doc), "\n", " ")), " ")
			}
			if diff := cmp.Diff(test.want, text); diff != "" {
				t.Error(diff)
			}
			if supergraph.Print(def) != before {
				t.Error("the graph itself was changed")
			}
		})
	}
}
