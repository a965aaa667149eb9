package pitfalls

import "testing"

// What @provides grants holds on that field's path and nowhere else.
func TestPitfall10_ProvidesIsPerPath(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "in": {"city": "Rome", "zip": "00"}}]},
		"roots": {"Query.full": {"list": "P"}, "Query.bare": {"list": "P"}}}`,
		sdl{"a", `type Query { full: [P] @provides(fields: "name in { city }") bare: [P] }
			type P @key(fields: "id") { id: ID! name: String @external in: Place @external }
			type Place { city: String @external }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! name: String @shareable in: Place @shareable } type Place { city: String @shareable zip: String }`})
	w.do(t, `{full{name in{city}}}`).gives(`{"full":[{"name":"one","in":{"city":"Rome"}}]}`).asked("a")
	w.do(t, `{bare{name in{city}}}`).gives(`{"bare":[{"name":"one","in":{"city":"Rome"}}]}`).asked("a b").sent("a", "!name", "!city")
	w.do(t, `{bare{name} full{name}}`).gives(`{"bare":[{"name":"one"}],"full":[{"name":"one"}]}`).asked("a b").sent("a", "bare{id}")
	w.do(t, `{full{in{city zip}}}`).gives(`{"full":[{"in":{"city":"Rome","zip":"00"}}]}`).asked("a b")
}

// On unions and interfaces, each concrete type has its own provided fields; the
// other members are still looked up.
func TestPitfall11_ProvidesOnUnionsAndInterfaces(t *testing.T) {
	data := `{
		"types": {"Book": [{"id": "1", "title": "Dune"}], "Song": [{"id": "2", "title": "Help"}]},
		"roots": {"Query.ms": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]},
			"Query.is": {"value": [{"$ref": {"__typename": "Book", "id": "1"}}, {"$ref": {"__typename": "Song", "id": "2"}}]}}}`
	w := start(t, data,
		sdl{"a", `type Query { ms: [Media] @provides(fields: "... on Book { title }") is: [Titled] @provides(fields: "... on Book { title }") }
			union Media = Book | Song
			interface Titled { id: ID! }
			type Book implements Titled @key(fields: "id") { id: ID! title: String @external }
			type Song implements Titled @key(fields: "id") { id: ID! }`},
		sdl{"b", `type Book @key(fields: "id") { id: ID! title: String @shareable } type Song @key(fields: "id") { id: ID! title: String }`})
	w.do(t, `{ms{... on Book{title} ... on Song{title}}}`).
		gives(`{"ms":[{"title":"Dune"},{"title":"Help"}]}`).asked("a b").represents("b", `{"__typename":"Song","id":"2"}`)
	w.do(t, `{is{id ... on Book{title} ... on Song{title}}}`).
		gives(`{"is":[{"id":"1","title":"Dune"},{"id":"2","title":"Help"}]}`).asked("a b").represents("b", `{"__typename":"Song","id":"2"}`)
	w.do(t, `{ms{... on Book{title}}}`).gives(`{"ms":[{"title":"Dune"},{}]}`).asked("a")
}
