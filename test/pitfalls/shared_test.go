package pitfalls

import "testing"

// A shared root field may come from any subgraph, or in part from several, which
// are then put together; a part that is null takes only itself away.
func TestPitfall12_SharedRoots(t *testing.T) {
	w := start(t, `{
		"types": {}, "roots": {"Query.me": {"value": {"name": "Ada", "mail": "a@b", "age": 36}}}}`,
		sdl{"a", `type Query { me: Me @shareable } type Me @shareable { name: String age: Int }`},
		sdl{"b", `type Query { me: Me @shareable } type Me @shareable { name: String mail: String }`})
	w.do(t, `{me{name}}`).gives(`{"me":{"name":"Ada"}}`)
	if n := len(w.order); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	w.do(t, `{me{name age}}`).gives(`{"me":{"name":"Ada","age":36}}`).asked("a")
	w.do(t, `{me{mail name age}}`).gives(`{"me":{"mail":"a@b","name":"Ada","age":36}}`).asked("a b").waves(1)
	w.answerWith("b", `{"data":{"me":null},"errors":[{"message":"gone","path":["me"]}]}`)
	w.do(t, `{me{age mail}}`).gives(`{"me":{"age":36,"mail":null}}`, "me DOWNSTREAM_SERVICE_ERROR")
}

// A value type has no key: its other fields come by entering the parent entity
// again, never by an _entities call for the value type.
func TestPitfall13_SharedValueTypes(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "dims": {"w": 2, "h": 3}}, {"id": "2", "dims": {"w": 4, "h": 5}}, {"id": "3", "dims": null}]},
		"roots": {"Query.ps": {"list": "P"}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! dims: Dims @shareable } type Dims { w: Int }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! dims: Dims @shareable } type Dims { h: Int }`})
	w.do(t, `{ps{dims{w h}}}`).gives(`{"ps":[{"dims":{"w":2,"h":3}},{"dims":{"w":4,"h":5}},{"dims":null}]}`).asked("a b").
		represents("b", `{"__typename":"P","id":"1"}`, `{"__typename":"P","id":"2"}`, `{"__typename":"P","id":"3"}`).
		sent("b", "!on Dims")
	w.do(t, `{ps{dims{h}}}`).gives(`{"ps":[{"dims":{"h":3}},{"dims":{"h":5}},{"dims":null}]}`).asked("a b").sent("a", "!dims")
}

// A fragment on a member that a subgraph's union lacks is left out of what that
// subgraph is asked; objects of other types stay, if need be as {}.
func TestPitfall14_PartialUnions(t *testing.T) {
	w := start(t, `{
		"types": {"A": [{"id": "1", "x": 1}], "B": [{"id": "2", "y": 2}], "C": [{"id": "3", "z": 3}]},
		"roots": {
			"Query.us": {"value": [{"$ref": {"__typename": "A", "id": "1"}}, {"$ref": {"__typename": "B", "id": "2"}}]},
			"Query.vs": {"value": [{"$ref": {"__typename": "C", "id": "3"}}]}}}`,
		sdl{"a", `type Query { us: [U] } union U = A | B type A @key(fields: "id") { id: ID! x: Int } type B @key(fields: "id") { id: ID! }`},
		sdl{"b", `type Query { vs: [U] } union U = A | C type C @key(fields: "id") { id: ID! z: Int } type A @key(fields: "id") { id: ID! }`},
		sdl{"c", `type B @key(fields: "id") { id: ID! y: Int }`})
	w.do(t, `{us{__typename ... on A{x} ... on C{z}}}`).
		gives(`{"us":[{"__typename":"A","x":1},{"__typename":"B"}]}`).asked("a").sent("a", "!on C", "!z")
	w.do(t, `{us{... on A{x} ... on C{z}} vs{... on C{z} ... on B{y}}}`).
		gives(`{"us":[{"x":1},{}],"vs":[{"z":3}]}`).asked("a b")
	w.do(t, `{us{... on C{z}}}`).gives(`{"us":[{},{}]}`).asked("a")
	w.do(t, `{us{... on B{y}}}`).gives(`{"us":[{},{"y":2}]}`).asked("a c")
}

// Where several subgraphs may answer a union field, only their common members
// count; a field that one subgraph alone has keeps all its members.
func TestPitfall15_UnionFieldOfSeveralSubgraphs(t *testing.T) {
	w := start(t, `{
		"types": {"Book": [{"id": "1", "title": "Dune", "a": "A", "b": "B"}], "Movie": [{"id": "2", "title": "Jaws"}], "Song": [{"id": "3", "title": "Help"}]},
		"roots": {
			"Query.media": {"value": {"$ref": {"__typename": "Book", "id": "1"}}},
			"Query.mine": {"value": {"$ref": {"__typename": "Song", "id": "3"}}},
			"Query.yours": {"value": {"$ref": {"__typename": "Movie", "id": "2"}}}}}`,
		sdl{"a", `type Query { media: Media @shareable mine: Media } union Media = Book | Song
			type Book @key(fields: "id") { id: ID! title: String @shareable a: String } type Song @key(fields: "id") { id: ID! title: String }`},
		sdl{"b", `type Query { media: Media @shareable yours: Media } union Media = Book | Movie
			type Book @key(fields: "id") { id: ID! title: String @shareable b: String } type Movie @key(fields: "id") { id: ID! title: String }`})
	w.do(t, `{media{__typename ... on Book{title} ... on Movie{title} ... on Song{title}}}`).
		gives(`{"media":{"__typename":"Book","title":"Dune"}}`)
	if n := len(w.order); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	w.do(t, `{media{... on Movie{title}}}`).gives(`{"media":{}}`)
	w.do(t, `{media{... on Song{title} ... on Book{a b}}}`).gives(`{"media":{"a":"A","b":"B"}}`)
	w.do(t, `{mine{... on Movie{title} ... on Song{title}} yours{... on Movie{title} ... on Song{title}}}`).
		gives(`{"mine":{"title":"Help"},"yours":{"title":"Jaws"}}`).asked("a b").sent("a", "!Movie").sent("b", "!Song")
}

// A requirement below a value type may need parts of it from several subgraphs.
func TestPitfall13_RequirementOfASplitValueType(t *testing.T) {
	data := `{
		"types": {"P": [{"id": "1", "dims": {"w": 2, "h": 3}}, {"id": "2", "dims": {"w": 4, "h": 5}}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.area": ["*", ["path", "dims", "w"], ["path", "dims", "h"]]}}`
	b := sdl{"b", `type P @key(fields: "id") { id: ID! dims: Dims @shareable } type Dims { w: Int }`}
	c := sdl{"c", `type P @key(fields: "id") { id: ID! dims: Dims @shareable } type Dims { h: Int }`}
	d := sdl{"d", `type P @key(fields: "id") { id: ID! dims: Dims @external area: Int @requires(fields: "dims { w h }") }
		type Dims { w: Int @external h: Int @external }`}
	w := start(t, data, sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`}, b, c, d)
	w.do(t, `{ps{area}}`).gives(`{"ps":[{"area":6},{"area":20}]}`).asked("a b c d").waves(3).
		represents("d", `{"__typename":"P","id":"1","dims":{"w":2,"h":3}}`, `{"__typename":"P","id":"2","dims":{"w":4,"h":5}}`)
	// A part that failed is not sent as null.
	w.answerWith("b", `{"data":{"_entities":[{"dims":{"w":null}},{"dims":{"w":4}}]},"errors":[{"message":"no","path":["_entities",0,"dims","w"]}]}`)
	w.do(t, `{ps{area}}`).has(`{"ps":[{"area":null},{"area":20}]}`).failsAlso("ps.0.area")
	// The first part comes with the object itself.
	w = start(t, data, sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! dims: Dims @shareable } type Dims { w: Int }`}, c, d)
	w.do(t, `{ps{area}}`).gives(`{"ps":[{"area":6},{"area":20}]}`).asked("a c d").waves(3)
}
