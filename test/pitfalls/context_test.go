package pitfalls

import (
	"fmt"
	"strings"
	"testing"
)

// fed28 links what contexts need.
const fed28 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external",
	"@requires", "@shareable", "@context", "@fromContext"]) `

// priced is a graph in which products cost something else in each shop: the currency
// of a shop is known to another subgraph than the prices are.
var priced = []sdl{
	{"shops", fed28 + `
		type Query { shops: [Shop!]! }
		type Shop @key(fields: "id") { id: ID! shelf: Shelf }
		type Shelf @key(fields: "id") { id: ID! }`},
	{"money", fed28 + `type Shop @key(fields: "id") { id: ID! currency: String }`},
	{"shelves", fed28 + `
		type Shelf @key(fields: "id") { id: ID! rows: [[Product!]!]! }
		type Product @key(fields: "id") { id: ID! title: String! }`},
	{"stock", fed28 + `type Product @key(fields: "id") { id: ID! stock: Int }`},
	{"prices", fed28 + `
		type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String @external }
		type Product @key(fields: "id") {
			id: ID! weight: Int
			price(in: String @fromContext(field: "$shop { currency }")): String
		}`},
}

const pricedData = `{
	"types": {
		"Shop": [
			{"id": "s1", "currency": "EUR", "shelf": {"$ref": {"__typename": "Shelf", "id": "f"}}},
			{"id": "s2", "currency": "USD", "shelf": {"$ref": {"__typename": "Shelf", "id": "f"}}},
			{"id": "s3", "currency": "EUR", "shelf": {"$ref": {"__typename": "Shelf", "id": "f"}}},
			{"id": "s4", "currency": null, "shelf": {"$ref": {"__typename": "Shelf", "id": "f"}}}
		],
		"Shelf": [{"id": "f", "rows": [
			[{"$ref": {"__typename": "Product", "id": "p1"}}],
			[{"$ref": {"__typename": "Product", "id": "p2"}}, {"$ref": {"__typename": "Product", "id": "p1"}}]]}],
		"Product": [{"id": "p1", "title": "one", "weight": 1, "stock": 7}, {"id": "p2", "title": "two", "weight": 2, "stock": 8}]
	},
	"computed": {"Product.price": ["concat", ["path", "id"], " in ", ["coalesce", "$in", "nothing"]]},
	"roots": {"Query.shops": {"list": "Shop"}}
}`

// The same entity below two objects with different contexts is two objects, below
// two with equal ones it is asked for once. What lies between them is shared until
// then, lists of lists included.
func TestContextOfSharedEntities(t *testing.T) {
	w := start(t, pricedData, priced...)
	a := w.do(t, `{shops{id shelf{rows{id price}}}}`)
	shelf := func(currency string) string {
		return strings.ReplaceAll(`"shelf":{"rows":[[{"id":"p1","price":"p1 in X"}],[{"id":"p2","price":"p2 in X"},{"id":"p1","price":"p1 in X"}]]}`, "X", currency)
	}
	want := `{"shops":[{"id":"s1",` + shelf("EUR") + `},{"id":"s2",` + shelf("USD") + `},{"id":"s3",` + shelf("EUR") + `},{"id":"s4",` + shelf("nothing") + `}]}`
	a.gives(want).asked("money prices shelves shops").waves(3)
	a.represents("prices",
		`{"__typename":"Product","id":"p1"}`, `{"__typename":"Product","id":"p2"}`,
		`{"__typename":"Product","id":"p1"}`, `{"__typename":"Product","id":"p2"}`,
		`{"__typename":"Product","id":"p1"}`, `{"__typename":"Product","id":"p2"}`)
	// What does not depend on the context goes to all of them, whichever comes first.
	a = w.do(t, `{shops{shelf{rows{stock title price weight}}}}`)
	product := func(currency string) (one, two string) {
		return `{"stock":7,"title":"one","price":"p1 in ` + currency + `","weight":1}`, `{"stock":8,"title":"two","price":"p2 in ` + currency + `","weight":2}`
	}
	var all []string
	for _, currency := range []string{"EUR", "USD", "EUR", "nothing"} {
		one, two := product(currency)
		all = append(all, `{"shelf":{"rows":[[`+one+`],[`+two+`,`+one+`]]}}`)
	}
	a.gives(`{"shops":[` + strings.Join(all, ",") + `]}`).asked("money prices shelves shops stock").waves(3)
	fmt.Println(a.r.Plan.Text(), a.text("prices"))
}
