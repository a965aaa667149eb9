package pitfalls

import "testing"

// Two members of a union whose fields of one name have types that only differ in
// the subgraph: asked under one key, that subgraph would refuse the operation.
func TestPitfall16_ChildTypeMismatch(t *testing.T) {
	w := start(t, `{
		"types": {"User": [{"id": "1", "kind": "ONE", "n": "x"}], "Admin": [{"id": "2", "kind": "TWO", "n": "y"}]},
		"roots": {"Query.accounts": {"value": [{"$ref": {"__typename": "User", "id": "1"}}, {"$ref": {"__typename": "Admin", "id": "2"}}]},
			"Query.users": {"list": "User"}}}`,
		sdl{"a", `type Query { accounts: [Account] } union Account = User | Admin enum Kind { ONE TWO }
			type User @key(fields: "id") { id: ID kind: Kind @shareable } type Admin @shareable { id: ID! kind: Kind! }`},
		sdl{"b", `type Query { users: [User] } enum Kind { ONE TWO } type User @key(fields: "id") { id: ID! n: String kind: Kind @shareable } type Admin { id: ID @shareable kind: Kind @shareable }`},
	)
	w.do(t, `{accounts{... on User{id kind} ... on Admin{id kind}}}`).
		gives(`{"accounts":[{"id":"1","kind":"ONE"},{"id":"2","kind":"TWO"}]}`).asked("a")
	w.do(t, `{accounts{__typename ... on User{id n} ... on Admin{id}}}`).
		gives(`{"accounts":[{"__typename":"User","id":"1","n":"x"},{"__typename":"Admin","id":"2"}]}`).asked("a b").
		represents("b", `{"__typename":"User","id":"1"}`)
}

// Nulls rise by the supergraph's types, after all parts are there.
func TestPitfall17_NullsRiseBySupergraphTypes(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "x": 1, "n": "a"}, {"id": "2", "x": null, "n": "b"}]},
		"roots": {"Query.ps": {"list": "P"}, "Query.all": {"list": "P"}, "Query.sure": {"list": "P"}},
		"subgraphs": {"b": {"hide": {"P": [{"id": "2"}]}}}}`
	w := start(t, data,
		sdl{"a", `type Query { ps: [P] all: [P!] sure: [P!]! } type P @key(fields: "id") { id: ID! n: String! @shareable }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! x: Int! n: String @shareable }`})
	// b does not know P 2: a null for Int!, which takes the item, the list or all.
	w.do(t, `{ps{id x}}`).gives(`{"ps":[{"id":"1","x":1},null]}`, "ps.1.x")
	w.do(t, `{ok: ps{id} all{id x}}`).gives(`{"ok":[{"id":"1"},{"id":"2"}],"all":null}`, "all.1.x")
	w.do(t, `{ps{id} sure{id x}}`).gives(`null`, "sure.1.x")
	// P.n is String! in a and String in b, so nullable in the graph: a null in a's
	// answer stays where it is.
	w.answerWith("a", `{"data":{"ps":[{"n":null},{"n":"b"}]}}`)
	w.do(t, `{ps{n}}`).gives(`{"ps":[{"n":null},{"n":"b"}]}`)
}

// __typename: under any alias; of the root without a request; of an interface by
// the object; and never a type that clients must not see.
func TestPitfall18_Typename(t *testing.T) {
	w := start(t, `{
		"types": {"A": [{"id": "1", "f": "x"}], "B": [{"id": "2", "f": "y"}]},
		"roots": {"Query.is": {"value": [{"$ref": {"__typename": "A", "id": "1"}}, {"$ref": {"__typename": "B", "id": "2"}}]},
			"Query.as": {"list": "A"},
			"Query.us": {"value": [{"$ref": {"__typename": "A", "id": "1"}}, {"$ref": {"__typename": "B", "id": "2"}}]}}}`,
		sdl{"a", `type Query { is: [I] as: [A] us: [U] } interface I { id: ID! } union U = A | B
			type A implements I @key(fields: "id") { id: ID! } type B implements I @key(fields: "id") @inaccessible { id: ID! }`},
		sdl{"b", `type A @key(fields: "id") { id: ID! f: String }`})
	w.do(t, `{__typename q: __typename}`).gives(`{"__typename":"Query","q":"Query"}`).asked("")
	w.do(t, `{q: __typename as{a: __typename id b: __typename f}}`).
		gives(`{"q":"Query","as":[{"a":"A","id":"1","b":"A","f":"x"}]}`).asked("a b")
	a := w.do(t, `{is{t: __typename id}}`)
	a.has(`{"is":[{"t":"A","id":"1"},null]}`).failsAlso("is.1")
	a = w.do(t, `{us{t: __typename ... on A{f}}}`)
	a.has(`{"us":[{"t":"A","f":"x"},null]}`).failsAlso("us.1")
	w.do(t, `{us{... on B{id}}}`).refused("B")
}
