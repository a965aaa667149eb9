package pitfalls

import "testing"

// Fields that the client, a key and a requirement ask for under one name may be
// different fields: they are told apart by internal aliases, which inputs and
// paths below follow.
func TestPitfall28_AliasConflicts(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "weight": 3, "dims": {"w": 2, "h": 9}, "box": {"w": 5, "h": 8}}, {"id": "2", "name": "two", "weight": 4, "dims": {"w": 6, "h": 7}, "box": null}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {
			"P.price": ["*", ["stored", "weight"], ["if", ["=", "$in", "EUR"], 2, ["if", ["=", "$in", "USD"], 3, 5]]],
			"P.cost": ["path", ["price", {"in": "GBP"}]],
			"P.area": ["+", ["path", "dims", "w"], ["path", "weight"]]
		}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String weight: Int dims: Dims box: Dims price(in: String): Int } type Dims { w: Int h: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! weight: Int @external dims: Dims @external price(in: String): Int @external
			cost: Int @requires(fields: "price(in: \"GBP\")") area: Int @requires(fields: "dims { w } weight") note: String }
			type Dims { w: Int @external }`})
	// The requirement's price against two others of the client.
	w.do(t, `{ps{price(in:"EUR") usd: price(in:"USD") cost}}`).
		gives(`{"ps":[{"price":6,"usd":9,"cost":15},{"price":8,"usd":12,"cost":20}]}`).asked("a b").
		represents("b", `{"__typename":"P","id":"1","price":15}`, `{"__typename":"P","id":"2","price":20}`)
	// The client's aliases are the names of what is required.
	w.do(t, `{ps{weight: name dims: box{w: h} area}}`).
		gives(`{"ps":[{"weight":"one","dims":{"w":8},"area":5},{"weight":"two","dims":null,"area":10}]}`).asked("a b").
		represents("b", `{"__typename":"P","id":"1","weight":3,"dims":{"w":2}}`, `{"__typename":"P","id":"2","weight":4,"dims":{"w":6}}`)
	w.do(t, `{ps{dims{w: h} area}}`).
		gives(`{"ps":[{"dims":{"w":9},"area":5},{"dims":{"w":7},"area":10}]}`).asked("a b").
		represents("b", `{"__typename":"P","id":"1","weight":3,"dims":{"w":2}}`, `{"__typename":"P","id":"2","weight":4,"dims":{"w":6}}`)
	// One entity under two aliases that ask different things of the same lookup.
	w.do(t, `{x: ps{n: cost} y: ps{n: area}}`).
		gives(`{"x":[{"n":15},{"n":20}],"y":[{"n":5},{"n":10}]}`)
}

// `id: name`: the key is the field id, never what the client calls so.
func TestPitfall29_AliasEqualToAKeyField(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "price": 10, "org": {"id": "o1", "name": "org"}}]},
		"roots": {"Query.ps": {"list": "P"}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") @key(fields: "org { id }") { id: ID! name: String org: Org } type Org @shareable { id: ID! name: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int }`},
		sdl{"c", `type P @key(fields: "org { id }") { org: Org @shareable price2: Int } type Org @shareable { id: ID! }`})
	w.do(t, `{ps{id: name price}}`).gives(`{"ps":[{"id":"one","price":10}]}`).
		represents("b", `{"__typename":"P","id":"1"}`)
	w.do(t, `{ps{__typename: id price}}`).gives(`{"ps":[{"__typename":"1","price":10}]}`).
		represents("b", `{"__typename":"P","id":"1"}`)
	w.do(t, `{ps{name: id id: __typename price}}`).gives(`{"ps":[{"name":"1","id":"P","price":10}]}`).
		represents("b", `{"__typename":"P","id":"1"}`)
	w.do(t, `{ps{org{id: name} price2}}`).gives(`{"ps":[{"org":{"id":"org"},"price2":null}]}`).
		represents("c", `{"__typename":"P","org":{"id":"o1"}}`)
}
