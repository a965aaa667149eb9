package pitfalls

import "testing"

// An interface's field is asked of the interface, unless the subgraph's interface
// or an implementation lacks it.
func TestPitfall34_AbstractExpansion(t *testing.T) {
	w := start(t, `{
		"types": {"Book": [{"id": "1", "title": "Dune", "year": 1965, "size": 1}], "Song": [{"id": "2", "title": "Help", "year": 1965, "size": 2}]},
		"roots": {"Query.ms": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]},
			"Query.cs": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]}}}`,
		sdl{"a", `type Query { ms: [Media] } interface Media { id: ID! title: String }
			type Book implements Media @key(fields: "id") { id: ID! title: String @shareable year: Int @shareable }
			type Song implements Media @key(fields: "id") { id: ID! title: String @shareable }`},
		sdl{"b", `interface Media { id: ID! year: Int size: Int }
			type Book implements Media @key(fields: "id") { id: ID! year: Int @shareable size: Int }
			type Song implements Media @key(fields: "id") { id: ID! year: Int size: Int }`},
		sdl{"c", `type Query { cs: [Media] } interface Media { id: ID! } type Book implements Media @key(fields: "id") { id: ID! title: String @shareable }
			type Song implements Media @key(fields: "id") { id: ID! title: String @shareable }`})
	// a's own interface has both: no reason for type conditions.
	w.do(t, `{ms{id title}}`).gives(`{"ms":[{"id":"1","title":"Dune"},{"id":"2","title":"Help"}]}`).asked("a").sent("a", "!on Book", "!on Song")
	w.do(t, `{ms{...on Book{title} ...on Song{title}}}`).gives(`{"ms":[{"title":"Dune"},{"title":"Help"}]}`).asked("a").sent("a", "!on Book", "!on Song")
	// c's interface lacks the title that its implementations have.
	w.do(t, `{cs{title}}`).gives(`{"cs":[{"title":"Dune"},{"title":"Help"}]}`).asked("c").sent("c", "on Book", "on Song")
	// In a, only Book has the year; b has them all and its own interface has size.
	w.do(t, `{ms{title year}}`).gives(`{"ms":[{"title":"Dune","year":1965},{"title":"Help","year":1965}]}`).asked("a b")
	w.do(t, `{ms{size t: __typename}}`).gives(`{"ms":[{"size":1,"t":"Book"},{"size":2,"t":"Song"}]}`).asked("a b").
		represents("b", `{"__typename":"Book","id":"1"}`, `{"__typename":"Song","id":"2"}`)
}

// Each implementation may narrow a field's type and add arguments of its own.
func TestPitfall35_FieldsOfImplementationsDiffer(t *testing.T) {
	w := start(t, `{
		"types": {"A": [{"id": "1", "v": 1, "self": {"$ref": {"__typename": "A", "id": "1"}}, "extra": "xa"}],
			"B": [{"id": "2", "v": null, "self": {"$ref": {"__typename": "B", "id": "2"}}, "base": 10, "extra": "xb"}]},
		"roots": {"Query.is": {"value": [{"$ref": {"__typename": "A", "id": "1"}}, {"$ref": {"__typename": "B", "id": "2"}}]}},
		"computed": {"A.size": 1, "B.size": ["*", ["stored", "base"], ["coalesce", "$by", 7]]}}`,
		sdl{"a", `type Query { is: [I] } interface I { id: ID! v: Int self: I size: Int }
			type A implements I @key(fields: "id") { id: ID! v: Int! self: A! size: Int }
			type B implements I @key(fields: "id") { id: ID! v: Int self: B size(by: Int = 2): Int }`},
		sdl{"b", `type A @key(fields: "id") { id: ID! extra: String } type B @key(fields: "id") { id: ID! extra: String }`})
	w.do(t, `{is{v size self{id}}}`).gives(`{"is":[{"v":1,"size":1,"self":{"id":"1"}},{"v":null,"size":20,"self":{"id":"2"}}]}`).asked("a")
	w.do(t, `{is{self{... on A{extra} ... on B{e: extra}} ... on B{size(by: 3)}}}`).
		gives(`{"is":[{"self":{"extra":"xa"}},{"self":{"e":"xb"},"size":30}]}`).asked("a b")
	w.do(t, `query($n:Int){is{... on B{size(by:$n)} ... on A{size self{extra v}}}}`, `{"n":4}`).
		gives(`{"is":[{"size":1,"self":{"extra":"xa","v":1}},{"size":40}]}`).asked("a b")
	// A.v is Int!, B.v is not: a null of A takes its object, one of B does not.
	w.answerWith("a", `{"data":{"is":[{"__typename":"A","v":null},{"__typename":"B","v":null}]}}`)
	w.do(t, `{is{__typename v}}`).has(`{"is":[null,{"__typename":"B","v":null}]}`)
}

// A key that is not resolvable makes representations, but is no way in.
func TestPitfall36_NonResolvableKeys(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "name": "one", "local": 5}]},
		"roots": {"Query.ref": {"list": "P"}, "Query.ps": {"list": "P"}}}`
	w := start(t, data,
		sdl{"a", `type Query { ref: [P] } type P @key(fields: "id", resolvable: false) { id: ID! }`},
		sdl{"b", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String }`})
	w.do(t, `{ref{id name}}`).gives(`{"ref":[{"id":"1","name":"one"}]}`).asked("a b")
	w.do(t, `{ps{id name}}`).gives(`{"ps":[{"id":"1","name":"one"}]}`).asked("b")
	_, err := compose(t, data,
		sdl{"a", `type Query { ref: [P] } type P @key(fields: "id", resolvable: false) { id: ID! local: Int }`},
		sdl{"b", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String }`})
	wantCode(t, err, "SATISFIABILITY_ERROR")
}

// Federation 1's extended types: an @external key field can be selected there,
// any other @external field only where it is provided.
func TestPitfall37_Federation1Externals(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "stock": 4}]},
		"roots": {"Query.bare": {"list": "P"}, "Query.full": {"list": "P"}}}`,
		sdl{"a", federation1 + `extend type Query { bare: [P] full: [P] @provides(fields: "name") }
			type P @key(fields: "id") @extends { id: ID! @external name: String @external stock: Int }`},
		sdl{"b", federation1 + `type P @key(fields: "id") { id: ID! name: String }`})
	w.do(t, `{bare{id stock}}`).gives(`{"bare":[{"id":"1","stock":4}]}`).asked("a")
	w.do(t, `{bare{name}}`).gives(`{"bare":[{"name":"one"}]}`).asked("a b").sent("a", "!name")
	w.do(t, `{full{id name}}`).gives(`{"full":[{"id":"1","name":"one"}]}`).asked("a")
}

// A type that has no key in a subgraph is no entity there, id or not.
func TestPitfall38_NotAnEntityWithoutAKey(t *testing.T) {
	w := start(t, `{
		"types": {
			"Account": [{"id": "1", "name": "ada", "mail": "a@b"}],
			"Chat": [{"id": "c", "account": {"$ref": {"__typename": "Account", "id": "1"}}}]},
		"roots": {"Query.chat": {"list": "Chat"}, "Query.mine": {"list": "Chat"}}}`,
		sdl{"a", `type Query { mine: [Chat] } type Chat @key(fields: "id") { id: ID! account: Account @shareable } type Account { id: ID! @shareable name: String }`},
		sdl{"b", `type Query { chat: [Chat] } type Chat @key(fields: "id") { id: ID! account: Account @shareable } type Account @key(fields: "id") { id: ID! @shareable mail: String }`})
	// Account.name is reached through the Chat, not through the account's id.
	w.do(t, `{chat{account{id name mail}}}`).gives(`{"chat":[{"account":{"id":"1","name":"ada","mail":"a@b"}}]}`).asked("a b").
		represents("a", `{"__typename":"Chat","id":"c"}`)
	// The other way about, the id is enough to enter b.
	w.do(t, `{mine{account{name mail}}}`).gives(`{"mine":[{"account":{"name":"ada","mail":"a@b"}}]}`).asked("a b")
}

// Fields under one key have to be the same in name and arguments, composite ones
// too; the order of arguments means nothing.
func TestPitfall39_FieldMerging(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "price": 3}, {"id": "2", "name": "two", "price": 4}]},
		"roots": {"Query.p": {"find": "P", "by": {"id": "$id"}}, "Query.q": {"find": "P", "by": {"id": "$id"}}}}`,
		sdl{"a", `type Query { p(id: ID!, x: Int): P q(id: ID!): P } type P @key(fields: "id") { id: ID! name: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int }`})
	w.do(t, `{a: p(id:1){name} a: p(id:2){name}}`).refused("a")
	w.do(t, `{a: p(id:1){name} a: q(id:1){name}}`).refused("a")
	w.do(t, `{a: p(id:1){n: name} ...F} fragment F on Query {a: p(id:1){n: id}}`).refused("n")
	w.do(t, `{a: p(id:1, x:2){name} a: p(x:2, id:1){price name}}`).gives(`{"a":{"name":"one","price":3}}`).asked("a b")
	w.do(t, `{a: p(id:1){name} b: p(id:2){name price}}`).gives(`{"a":{"name":"one"},"b":{"name":"two","price":4}}`).asked("a b")
}
