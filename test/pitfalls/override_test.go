package pitfalls

import "testing"

// An overridden field is the new subgraph's; in the old one it goes on as key and
// external field. With a label, each request decides.
func TestPitfall26_Override(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "name": "new", "price": 5, "stock": 7}]},
		"roots": {"Query.ps": {"list": "P"}, "Query.other": {"value": 1}},
		"computed": {"P.shout": ["concat", ["path", "name"], "!"]},
		"subgraphs": {"a": {"patch": {"P": [{"match": {"id": "1"}, "set": {"name": "old"}}]}}}}`
	w := start(t, data,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String stock: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! name: String @override(from: "a") }`})
	w.do(t, `{ps{name}}`).gives(`{"ps":[{"name":"new"}]}`).asked("a b").sent("a", "!name")

	// The key itself is overridden: a can still be entered by it.
	w = start(t, data,
		sdl{"a", `type Query { other: Int } type P @key(fields: "id") { id: ID! stock: Int }`},
		sdl{"b", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! @override(from: "a") price: Int }`})
	w.do(t, `{ps{id price stock}}`).gives(`{"ps":[{"id":"1","price":5,"stock":7}]}`).asked("a b")

	// A third subgraph requires the field, marked @external: it gets the new value.
	w = start(t, data,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! name: String @override(from: "a") }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! name: String @external shout: String @requires(fields: "name") }`})
	w.do(t, `{ps{shout}}`).gives(`{"ps":[{"shout":"new!"}]}`).asked("a b c").waves(3)

	w = start(t, data,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! name: String @override(from: "a", label: "moved") }`})
	if len(w.Supergraph.Labels) != 1 {
		t.Fatalf("labels: %v", w.Supergraph.Labels)
	}
	w.doLabels(t, 0, `{ps{name}}`).gives(`{"ps":[{"name":"old"}]}`).asked("a")
	w.doLabels(t, 1, `{ps{name}}`).gives(`{"ps":[{"name":"new"}]}`).asked("a b")
}

// The requirements of an overridden field are those of its new owner. On an
// interface, each implementation is overridden for itself. A source subgraph that
// does not exist changes nothing.
func TestPitfall27_OverrideWithRequires(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "weight": 5, "size": 7}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.ship": ["path", "size"]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! ship: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! size: Int @external ship: Int @override(from: "a") @requires(fields: "size") }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! weight: Int size: Int }`})
	w.do(t, `{ps{ship}}`).gives(`{"ps":[{"ship":7}]}`).asked("a b c").waves(3).sent("a", "!ship").
		represents("b", `{"__typename":"P","id":"1","size":7}`)

	w = start(t, `{
		"types": {"Book": [{"id": "1", "title": "new"}], "Song": [{"id": "2", "title": "Help"}]},
		"roots": {"Query.ms": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]}},
		"subgraphs": {"a": {"patch": {"Book": [{"match": {"id": "1"}, "set": {"title": "old"}}]}}}}`,
		sdl{"a", `type Query { ms: [Media] } interface Media { id: ID! title: String }
			type Book implements Media @key(fields: "id") { id: ID! title: String } type Song implements Media @key(fields: "id") { id: ID! title: String }`},
		sdl{"b", `type Book @key(fields: "id") { id: ID! title: String @override(from: "a") }`})
	w.do(t, `{ms{title}}`).gives(`{"ms":[{"title":"new"},{"title":"Help"}]}`).asked("a b").
		represents("b", `{"__typename":"Book","id":"1"}`)

	w = start(t, `{"types": {"P": [{"id": "1", "name": "n"}]}, "roots": {"Query.ps": {"list": "P"}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! name: String @override(from: "gone") }`})
	w.do(t, `{ps{name}}`).gives(`{"ps":[{"name":"n"}]}`).asked("a b")
}
