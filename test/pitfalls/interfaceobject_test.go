package pitfalls

import "testing"

const mediaData = `{
	"types": {
		"Book": [{"id": "1", "pages": 300, "rating": 4, "isbn": "i1", "title": "Dune"}],
		"Song": [{"id": "2", "length": 180, "rating": 5, "title": "Help"}]},
	"interfaces": {"Media": ["Book", "Song"]},
	"roots": {
		"Query.top": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]},
		"Query.media": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]}}}`

// A subgraph that knows an interface object only does not know the concrete
// type: it has to come from one that has the real interface before any type
// condition is looked at.
func TestPitfall07_InterfaceObjectTypename(t *testing.T) {
	w := start(t, mediaData,
		sdl{"a", `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! }
			type Book implements Media @key(fields: "id") { id: ID! pages: Int }
			type Song implements Media @key(fields: "id") { id: ID! length: Int }`},
		sdl{"b", `type Query { top: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int }`})
	w.do(t, `{top{__typename rating}}`).
		gives(`{"top":[{"__typename":"Book","rating":4},{"__typename":"Song","rating":5}]}`).asked("a b").
		sent("b", "!... on", "!...on")
	w.do(t, `{top{rating ... on Book{pages} ... on Song{length}}}`).
		gives(`{"top":[{"rating":4,"pages":300},{"rating":5,"length":180}]}`).asked("a b")
	// A field of the interface object under one type's condition only.
	w.do(t, `{top{... on Song{rating}}}`).gives(`{"top":[{},{"rating":5}]}`)
	// Nothing about types was asked for: no reason to ask for them.
	w.do(t, `{top{id rating}}`).gives(`{"top":[{"id":"1","rating":4},{"id":"2","rating":5}]}`).asked("b")
}

// A representation for an interface object has the interface's name as
// __typename, and that name never reaches the client.
func TestPitfall08_InterfaceObjectRepresentation(t *testing.T) {
	w := start(t, mediaData,
		sdl{"a", `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! }
			type Book implements Media @key(fields: "id") { id: ID! pages: Int }
			type Song implements Media @key(fields: "id") { id: ID! length: Int }`},
		sdl{"b", `type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int }`})
	w.do(t, `{media{__typename rating}}`).
		gives(`{"media":[{"__typename":"Book","rating":4},{"__typename":"Song","rating":5}]}`).asked("a b").
		represents("b", `{"__typename":"Media","id":"1"}`, `{"__typename":"Media","id":"2"}`)
	w.do(t, `{media{... on Book{t: __typename rating}}}`).
		gives(`{"media":[{"t":"Book","rating":4},{}]}`).
		represents("b", `{"__typename":"Media","id":"1"}`)
}

// A field of a concrete type in a third subgraph: first the type, then the
// object's own key.
func TestPitfall09_IndirectInterfaceObjectExtension(t *testing.T) {
	w := start(t, mediaData,
		sdl{"a", `type Query { top: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int }`},
		sdl{"b", `interface Media @key(fields: "id") { id: ID! }
			type Book implements Media @key(fields: "id") { id: ID! } type Song implements Media @key(fields: "id") { id: ID! }`},
		sdl{"c", `type Book @key(fields: "id") { id: ID! isbn: String }`})
	w.do(t, `{top{rating ... on Book{isbn}}}`).
		gives(`{"top":[{"rating":4,"isbn":"i1"},{"rating":5}]}`).asked("a b c").waves(3).
		represents("b", `{"__typename":"Media","id":"1"}`, `{"__typename":"Media","id":"2"}`).
		represents("c", `{"__typename":"Book","id":"1"}`)
}

// An interface object's field may require fields of the interface, which only the
// concrete types in other subgraphs have.
func TestPitfall08_InterfaceObjectWithRequires(t *testing.T) {
	w := start(t, `{
		"types": {"Book": [{"id": "1", "title": "Dune"}], "Song": [{"id": "2", "title": "Help"}]},
		"interfaces": {"Media": ["Book", "Song"]},
		"roots": {
			"Query.media": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]},
			"Query.top": {"value": [{"$ref": {"__typename": "Song", "id": "2"}}, {"$ref": {"__typename": "Book", "id": "1"}}]}},
		"computed": {"Book.loud": ["upper", ["path", "title"]], "Song.loud": ["upper", ["path", "title"]]}}`,
		sdl{"a", `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String }
			type Book implements Media @key(fields: "id") { id: ID! title: String }
			type Song implements Media @key(fields: "id") { id: ID! title: String }`},
		sdl{"b", `type Query { top: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external loud: String @requires(fields: "title") }`})
	w.do(t, `{media{loud}}`).gives(`{"media":[{"loud":"DUNE"},{"loud":"HELP"}]}`).asked("a b").
		represents("b", `{"__typename":"Media","id":"1","title":"Dune"}`, `{"__typename":"Media","id":"2","title":"Help"}`)
	w.do(t, `{top{loud}}`).gives(`{"top":[{"loud":"HELP"},{"loud":"DUNE"}]}`).asked("a b b")
	w.do(t, `{top{__typename ... on Book{loud}}}`).gives(`{"top":[{"__typename":"Song"},{"__typename":"Book","loud":"DUNE"}]}`).asked("a b b").
		represents("a", `{"__typename":"Media","id":"1"}`, `{"__typename":"Media","id":"2"}`)
}

// Neither the key by which an interface object is left nor the way back has to be
// resolvable where it is only a reference.
func TestPitfall36_NonResolvableInterfaceObject(t *testing.T) {
	w := start(t, mediaData,
		sdl{"a", `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String }
			type Book implements Media @key(fields: "id") { id: ID! title: String }
			type Song implements Media @key(fields: "id") { id: ID! title: String length: Int }`},
		sdl{"b", `type Query { top: [Media] } type Media @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }`})
	w.do(t, `{top{id}}`).gives(`{"top":[{"id":"1"},{"id":"2"}]}`).asked("b")
	w.do(t, `{top{id title}}`).gives(`{"top":[{"id":"1","title":"Dune"},{"id":"2","title":"Help"}]}`).asked("a b").
		represents("a", `{"__typename":"Media","id":"1"}`, `{"__typename":"Media","id":"2"}`)
	w.do(t, `{top{__typename ... on Song{length}}}`).gives(`{"top":[{"__typename":"Book"},{"__typename":"Song","length":180}]}`).asked("a b")
	w.do(t, `{media{id title}}`).gives(`{"media":[{"id":"1","title":"Dune"},{"id":"2","title":"Help"}]}`).asked("a")
}
