package pitfalls

import "testing"

// The way between two subgraphs may lead over several keys, composite and nested
// ones included.
func TestPitfall19_MultiHopKeys(t *testing.T) {
	w := start(t, `{
		"types": {"P": [
			{"id": "1", "pid": "p1", "org": {"id": "o1"}, "codes": [{"c": "x"}, {"c": "y"}], "price": 10, "deep": "d1"},
			{"id": "2", "pid": "p2", "org": {"id": "o2"}, "codes": [], "price": 20, "deep": "d2"}]},
		"roots": {"Query.ps": {"list": "P"}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") @key(fields: "pid") { id: ID! pid: ID! }`},
		sdl{"c", `type P @key(fields: "pid") @key(fields: "pid org { id } codes { c }") { pid: ID! price: Int org: Org codes: [Code] } type Org @shareable { id: ID! } type Code @shareable { c: String }`},
		sdl{"d", `type P @key(fields: "pid org { id } codes { c }") { pid: ID! deep: String org: Org @shareable codes: [Code] @shareable } type Org @shareable { id: ID! } type Code @shareable { c: String }`},
	)
	w.do(t, `{ps{price}}`).gives(`{"ps":[{"price":10},{"price":20}]}`).asked("a b c").waves(3)
	w.do(t, `{ps{deep}}`).gives(`{"ps":[{"deep":"d1"},{"deep":"d2"}]}`).asked("a b c d").waves(4).
		represents("d", `{"__typename":"P","pid":"p1","org":{"id":"o1"},"codes":[{"c":"x"},{"c":"y"}]}`,
			`{"__typename":"P","pid":"p2","org":{"id":"o2"},"codes":[]}`)
}

// A key field counts as present only where the path really gives it.
func TestPitfall20_KeyFieldsComeFromThePath(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "code": "c1", "price": 10}]},
		"roots": {"Query.bare": {"list": "P"}, "Query.full": {"list": "P"}},
		"computed": {"P.other": ["concat", ["path", "code"], "!"]}}`
	w := start(t, data,
		sdl{"a", `type Query { bare: [P] full: [P] @provides(fields: "code") }
			type P @key(fields: "id") { id: ID! code: ID @external other: String @requires(fields: "code") }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! code: ID @shareable }`},
		sdl{"c", `type P @key(fields: "code") { code: ID @shareable price: Int }`})
	w.do(t, `{bare{price}}`).gives(`{"bare":[{"price":10}]}`).asked("a b c").sent("a", "!code")
	w.do(t, `{full{price}}`).gives(`{"full":[{"price":10}]}`).asked("a c").sent("a", "code")

	// In federation 1, the @external key field of an extended type is what the
	// reference holds, so it is there.
	w = start(t, data,
		sdl{"a", federation1 + `type Query { bare: [P] } extend type P @key(fields: "code") { code: ID @external }`},
		sdl{"c", federation1 + `type P @key(fields: "code") { code: ID price: Int }`})
	w.do(t, `{bare{code}}`).gives(`{"bare":[{"code":"c1"}]}`).asked("a")
	w.do(t, `{bare{price}}`).gives(`{"bare":[{"price":10}]}`).asked("a c")
}

// An entity that is null or whose key is null is not looked up; the others keep
// their places.
func TestPitfall21_NullKeys(t *testing.T) {
	w := start(t, `{
		"types": {
			"P": [{"n": 1, "code": "x", "price": 10}, {"n": 2, "code": null, "price": 20}, {"n": 3, "code": "z", "price": 30}],
			"Q": [{"id": "1", "p": {"$ref": {"__typename": "P", "n": 3}}}, {"id": "2", "p": null}, {"id": "3", "p": {"$ref": {"__typename": "P", "n": 1}}}]},
		"roots": {"Query.ps": {"list": "P"}, "Query.qs": {"list": "Q"}, "Query.nothing": {"list": "P", "where": {"n": 2}}}}`,
		sdl{"a", `type Query { ps: [P] qs: [Q] nothing: [P] } type P @key(fields: "code") { code: ID n: Int } type Q { id: ID! p: P }`},
		sdl{"b", `type P @key(fields: "code") { code: ID price: Int }`})
	w.do(t, `{ps{n price}}`).gives(`{"ps":[{"n":1,"price":10},{"n":2,"price":null},{"n":3,"price":30}]}`).
		represents("b", `{"__typename":"P","code":"x"}`, `{"__typename":"P","code":"z"}`)
	w.do(t, `{qs{id p{price}}}`).
		gives(`{"qs":[{"id":"1","p":{"price":30}},{"id":"2","p":null},{"id":"3","p":{"price":10}}]}`).
		represents("b", `{"__typename":"P","code":"x"}`, `{"__typename":"P","code":"z"}`)
	w.do(t, `{nothing{price}}`).gives(`{"nothing":[{"price":null}]}`).asked("a")
}

// The items of an _entities answer belong to the representations by index. An
// item that is null is a null for all positions that share it; a list of another
// length tells nothing and is an error for every position, never a shift.
func TestPitfall22_EntitiesAlignByIndex(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "price": 10}, {"id": "2", "price": 20}]},
		"roots": {"Query.ps": {"value": [{"$ref": {"__typename": "P", "id": "1"}}, {"$ref": {"__typename": "P", "id": "2"}}, {"$ref": {"__typename": "P", "id": "1"}}]}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int }`})
	const op = `{ps{id price}}`
	const none = `{"ps":[{"id":"1","price":null},{"id":"2","price":null},{"id":"1","price":null}]}`
	w.do(t, op).gives(`{"ps":[{"id":"1","price":10},{"id":"2","price":20},{"id":"1","price":10}]}`).
		represents("b", `{"__typename":"P","id":"1"}`, `{"__typename":"P","id":"2"}`)

	w.answerWith("b", `{"data":{"_entities":[null,{"price":20}]}}`)
	w.do(t, op).gives(`{"ps":[{"id":"1","price":null},{"id":"2","price":20},{"id":"1","price":null}]}`)
	w.answerWith("b", `{"data":{"_entities":[null,{"price":20}]},"errors":[{"message":"no","path":["_entities",0,"price"]}]}`)
	w.do(t, op).gives(`{"ps":[{"id":"1","price":null},{"id":"2","price":20},{"id":"1","price":null}]}`, "ps.0.price", "ps.2.price")

	for _, body := range []string{
		`{"data":{"_entities":[{"price":20}]}}`,
		`{"data":{"_entities":[]}}`,
		`{"data":{"_entities":[{"price":1},{"price":2},{"price":3}]}}`,
	} {
		w.answerWith("b", body)
		a := w.do(t, op)
		a.has(none)
		for _, at := range []string{"ps.0.price", "ps.1.price", "ps.2.price"} {
			a.failsAlso(at + " SUBGRAPH_ENTITIES_MISMATCH")
		}
	}
}
