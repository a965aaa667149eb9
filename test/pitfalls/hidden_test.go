package pitfalls

import "testing"

// Requirements and keys below abstract types and lists, together with clients
// that select the same places under conditions: the hidden parts must not show,
// nor go missing.
func TestPitfall03_RequiresBelowListsOfAbstractTypes(t *testing.T) {
	w := start(t, `{
		"types": {
			"P": [{"id": "1", "makers": [{"$ref": {"__typename": "Firm", "id": "f1"}}, null, {"$ref": {"__typename": "Person", "id": "m1"}}]}, {"id": "2", "makers": []}],
			"Firm": [{"id": "f1", "seat": "Rome", "tax": 9}], "Person": [{"id": "m1", "name": "Ada"}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.count": ["len", ["path", "makers"]]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! makers: [Maker] } union Maker = Person | Firm
			type Person @key(fields: "id") { id: ID! name: String } type Firm @key(fields: "id") { id: ID! seat: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! makers: [Maker] @external count: Int @requires(fields: "makers { ... on Firm { tax seat } ... on Person { name } }") }
			union Maker = Person | Firm type Person @key(fields: "id") { id: ID! name: String @external }
			type Firm @key(fields: "id") { id: ID! seat: String @external tax: Int @external }`},
		sdl{"c", `type Firm @key(fields: "id") { id: ID! tax: Int }`})
	w.do(t, `{ps{count}}`).gives(`{"ps":[{"count":3},{"count":0}]}`).asked("a b c").waves(3).
		represents("b", `{"__typename":"P","id":"1","makers":[{"__typename":"Firm","tax":9,"seat":"Rome"},null,{"__typename":"Person","name":"Ada"}]}`,
			`{"__typename":"P","id":"2","makers":[]}`)
	const op = `query($m:Boolean!,$c:Boolean!){ps{makers @include(if:$m){... on Person{seat: name} ... on Firm{name: seat}} count @include(if:$c)}}`
	const makers = `"makers":[{"name":"Rome"},null,{"seat":"Ada"}]`
	w.do(t, op, `{"m":true,"c":true}`).gives(`{"ps":[{` + makers + `,"count":3},{"makers":[],"count":0}]}`).asked("a b c")
	w.do(t, op, `{"m":false,"c":true}`).gives(`{"ps":[{"count":3},{"count":0}]}`).asked("a b c")
	w.do(t, op, `{"m":true,"c":false}`).gives(`{"ps":[{` + makers + `},{"makers":[]}]}`).asked("a")
	w.do(t, op, `{"m":false,"c":false}`).gives(`{"ps":[{},{}]}`).asked("a")
}
