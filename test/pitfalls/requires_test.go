package pitfalls

import "testing"

// A requirement can itself have requirements: each is a chain of its own, and
// every leaf of it has to be there before the requiring fetch starts.
func TestPitfall01_NestedRequires(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "x": 2, "v": 5}, {"id": "2", "x": 3, "v": 7}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {
			"P.y": ["*", ["path", "x"], 10],
			"P.z": ["+", ["path", "y"], 1],
			"P.w": ["+", ["path", "z"], ["path", "v"]]
		}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! x: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! y: Int @external z: Int @requires(fields: "y") }`},
		sdl{"d", `type P @key(fields: "id") { id: ID! z: Int @external v: Int @external w: Int @requires(fields: "z v") }`},
		sdl{"e", `type P @key(fields: "id") { id: ID! v: Int }`})
	w.do(t, `{ps{w}}`).gives(`{"ps":[{"w":26},{"w":38}]}`).asked("a b c d e").waves(4).
		represents("b", `{"__typename":"P","id":"1","x":2}`, `{"__typename":"P","id":"2","x":3}`).
		represents("c", `{"__typename":"P","id":"1","y":20}`, `{"__typename":"P","id":"2","y":30}`).
		represents("d", `{"__typename":"P","id":"1","z":21,"v":5}`, `{"__typename":"P","id":"2","z":31,"v":7}`)
}

// A required field is told by its name and its arguments: other arguments are
// another field, although the representation knows it by one name only.
func TestPitfall02_RequiresWithArguments(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "base": 10}, {"id": "2", "base": 20}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {
			"P.price": ["*", ["stored", "base"], ["if", ["=", "$in", "EUR"], 2, ["if", ["=", "$in", "USD"], 3, 5]]],
			"P.eur": ["path", ["price", {"in": "EUR"}]],
			"P.usd": ["path", ["price", {"in": "USD"}]]
		}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! price(in: String!): Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price(in: String!): Int @external
			eur: Int @requires(fields: "price(in: \"EUR\")") usd: Int @requires(fields: "price(in: \"USD\")") }`})
	w.do(t, `{ps{eur}}`).gives(`{"ps":[{"eur":20},{"eur":40}]}`).asked("a b").
		represents("b", `{"__typename":"P","id":"1","price":20}`, `{"__typename":"P","id":"2","price":40}`)
	w.do(t, `query($in: String!){ps{usd price(in:$in) eur eurToo: price(in:"EUR")}}`, `{"in":"GBP"}`).
		gives(`{"ps":[{"usd":30,"price":50,"eur":20,"eurToo":20},{"usd":60,"price":100,"eur":40,"eurToo":40}]}`).
		represents("b", `{"__typename":"P","id":"1","price":20}`, `{"__typename":"P","id":"2","price":40}`,
			`{"__typename":"P","id":"1","price":30}`, `{"__typename":"P","id":"2","price":60}`)
}

// Type conditions of a requirement hold in the query and in the representation:
// it has just the branch of the object's type.
func TestPitfall03_RequiresWithFragments(t *testing.T) {
	w := start(t, `{
		"types": {"P": [
			{"id": "1", "maker": {"__typename": "Person", "name": "Ada"}},
			{"id": "2", "maker": {"__typename": "Firm", "name": "Weft", "title": "Ltd", "seat": {"city": "Rome"}}},
			{"id": "3", "maker": null}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.label": ["coalesce", ["path", "maker", "name"], "nobody"]}
		}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! maker: Maker }
			interface Maker { name: String } type Person implements Maker { name: String }
			type Firm implements Maker { name: String title: String seat: Seat } type Seat { city: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! maker: Maker @external label: String
				@requires(fields: "maker { name ... on Firm { title seat { city } } }") }
			interface Maker { name: String } type Person implements Maker { name: String @external }
			type Firm implements Maker { name: String @external title: String @external seat: Seat @external }
			type Seat { city: String @external }`})
	a := w.do(t, `{ps{label}}`)
	a.gives(`{"ps":[{"label":"Ada"},{"label":"Weft"},{"label":"nobody"}]}`).asked("a b").
		represents("b",
			`{"__typename":"P","id":"1","maker":{"__typename":"Person","name":"Ada"}}`,
			`{"__typename":"P","id":"2","maker":{"__typename":"Firm","name":"Weft","title":"Ltd","seat":{"city":"Rome"}}}`,
			`{"__typename":"P","id":"3","maker":null}`)
}

// A requiring field of the very subgraph the object comes from needs a second
// visit there, by a key of its own.
func TestPitfall04_RequiresInTheCurrentSubgraph(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "upc": "u1", "weight": 4, "size": 1}, {"id": "2", "upc": "u2", "weight": 6, "size": 2}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.tax": ["*", ["path", "weight"], 3]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") @key(fields: "upc") { id: ID! upc: ID! size: Int weight: Int @external tax: Int @requires(fields: "weight") }`},
		sdl{"b", `type P @key(fields: "upc") { upc: ID! weight: Int }`})
	w.do(t, `{ps{size tax}}`).gives(`{"ps":[{"size":1,"tax":12},{"size":2,"tax":18}]}`).asked("a a b").waves(3).
		represents("b", `{"__typename":"P","upc":"u1"}`, `{"__typename":"P","upc":"u2"}`)
}

// Requirements that go to and fro between two subgraphs are no circle; those
// that need themselves are one, and are refused instead of followed for ever.
func TestPitfall05_CircularRequires(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "x": 2}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.y": ["+", ["path", "x"], 1], "P.z": ["+", ["path", "y"], 1], "P.q": ["+", ["path", "z"], 1]}}`
	w := start(t, data,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! x: Int y: Int @external z: Int @requires(fields: "y") }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! x: Int @external z: Int @external y: Int @requires(fields: "x") q: Int @requires(fields: "z") }`})
	w.do(t, `{ps{q}}`).gives(`{"ps":[{"q":5}]}`).asked("a a b b").waves(4)

	_, err := compose(t, data,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! x: Int y: Int @external z: Int @requires(fields: "y") }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! z: Int @external y: Int @requires(fields: "z") q: Int }`})
	wantCode(t, err, "SATISFIABILITY_ERROR")
}

// A required null is a value and is sent. A required field that failed is not
// null but unknown: what needs it must not be computed from null.
func TestPitfall06_PartialRequirement(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "w": 5, "n": "a"}, {"id": "2", "w": null, "n": "b"}, {"id": "3", "w": {"$error": "no scales"}, "n": "c"}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.s": ["coalesce", ["path", "w"], -1]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! w: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! n: String w: Int @external s: Int @requires(fields: "w") }`})
	a := w.do(t, `{ps{s w}}`)
	a.gives(`{"ps":[{"s":5,"w":5},{"s":-1,"w":null},{"s":null,"w":null}]}`, "ps.2.w DOWNSTREAM_SERVICE_ERROR", "ps.2.s REQUIREMENT_FAILED")
	a.represents("b", `{"__typename":"P","id":"1","w":5}`, `{"__typename":"P","id":"2","w":null}`)
	// What does not depend on the requirement arrives all the same.
	a = w.do(t, `{ps{n s}}`)
	a.has(`{"ps":[{"n":"a","s":5},{"n":"b","s":-1},{"n":"c","s":null}]}`).failsAlso("ps.2.s REQUIREMENT_FAILED")
	a.represents("b", `{"__typename":"P","id":"1","w":5}`, `{"__typename":"P","id":"2","w":null}`, `{"__typename":"P","id":"3"}`)
}
