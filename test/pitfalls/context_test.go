package pitfalls

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/supergraph"
)

// eachContextWorld runs a test on a graph composed here, on what is printed of
// that and read again, and on what @apollo/composition makes of the same subgraphs.
func eachContextWorld(t *testing.T, name, data string, services []sdl, test func(t *testing.T, w *world)) {
	native := start(t, data, services...)
	t.Run("composed", func(t *testing.T) { test(t, native) })
	theirs, err := os.ReadFile(filepath.Join("testdata", "context-"+name+".graphql"))
	if err != nil {
		t.Fatal(err)
	}
	for from, joined := range map[string]string{"printed": supergraph.Print(native.Supergraph.Definition), "apollo": string(theirs)} {
		t.Run(from, func(t *testing.T) {
			w, err := join(t, data, joined, services...)
			if err != nil {
				t.Fatal(err)
			}
			test(t, w)
		})
	}
}

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
	{"zones", fed28 + `type Product @key(fields: "id") { id: ID! zone: String }`},
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
		"Product": [{"id": "p1", "title": "one", "weight": 1, "stock": 7, "zone": "A"}, {"id": "p2", "title": "two", "weight": 2, "stock": 8, "zone": "B"}]
	},
	"computed": {"Product.price": ["concat", ["path", "id"], " in ", ["coalesce", "$in", "nothing"]]},
	"roots": {"Query.shops": {"list": "Shop"}}
}`

// The same entity below two objects with different contexts is two objects, below
// two with equal ones it is asked for once. What lies between them is shared until
// then, lists of lists included.
func TestContextOfSharedEntities(t *testing.T) {
	eachContextWorld(t, "priced", pricedData, priced, testContextOfSharedEntitiesOn)
}

func testContextOfSharedEntitiesOn(t *testing.T, w *world) {
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
	a = w.do(t, `{shops{shelf{rows{zone stock title price weight}}}}`)
	product := func(currency string) (one, two string) {
		return `{"zone":"A","stock":7,"title":"one","price":"p1 in ` + currency + `","weight":1}`, `{"zone":"B","stock":8,"title":"two","price":"p2 in ` + currency + `","weight":2}`
	}
	var all []string
	for _, currency := range []string{"EUR", "USD", "EUR", "nothing"} {
		one, two := product(currency)
		all = append(all, `{"shelf":{"rows":[[`+one+`],[`+two+`,`+one+`]]}}`)
	}
	a.gives(`{"shops":[` + strings.Join(all, ",") + `]}`).asked("money prices shelves shops stock zones").waves(3)
}

// What a context selects comes from another subgraph, and that fails: only what
// depends on it is missing, and nothing is asked with a value that is not known.
func TestContextThatFails(t *testing.T) {
	eachContextWorld(t, "priced", pricedData, priced, testContextThatFailsOn)
}

func testContextThatFailsOn(t *testing.T, w *world) {
	w.answerWith("money", `{"data":{"_entities":[{"currency":"EUR"},null,{"currency":null},{"currency":"USD"}]},"errors":[
		{"message":"no","path":["_entities",1]},{"message":"no","path":["_entities",2,"currency"]}]}`)
	a := w.do(t, `{shops{id shelf{rows{id price}}}}`)
	shelf := func(currency string) string {
		price := `"p1 in ` + currency + `"`
		if currency == "" {
			return `"shelf":{"rows":[[{"id":"p1","price":null}],[{"id":"p2","price":null},{"id":"p1","price":null}]]}`
		}
		return `"shelf":{"rows":[[{"id":"p1","price":` + price + `}],[{"id":"p2","price":` + strings.Replace(price, "p1", "p2", 1) + `},{"id":"p1","price":` + price + `}]]}`
	}
	a.has(`{"shops":[{"id":"s1",` + shelf("EUR") + `},{"id":"s2",` + shelf("") + `},{"id":"s3",` + shelf("") + `},{"id":"s4",` + shelf("USD") + `}]}`)
	a.failsAlso("shops.1.shelf.rows.0.0.price REQUIREMENT_FAILED")
	a.failsAlso("shops.2.shelf.rows.1.1.price REQUIREMENT_FAILED")
	for _, f := range a.failures() {
		if strings.HasPrefix(f, "shops.0") || strings.HasPrefix(f, "shops.3") {
			a.errorf("unexpected error %s", f)
		}
	}
	if n := strings.Count(a.text("prices"), "price("); n != 2 {
		a.errorf("asked for %d groups", n)
	}
	w.answerWith("money", `<html>`)
	a = w.do(t, `{shops{shelf{rows{id price weight}}}}`)
	a.asked("money prices shelves shops").failsAlso("shops.0.shelf.rows.0.0.price REQUIREMENT_FAILED")
	if n := strings.Count(string(a.r.Raw), `"price":null,"weight":1`); n != 8 {
		a.errorf("weights are missing: %d", n)
	}
}

// nested is a graph with contexts on interfaces and unions, at several levels.
var nested = []sdl{
	{"tree", fed28 + `
		type Query @context(name: "all") { nodes: [Node!]! things: [Thing!]! lang: String }
		interface Node @context(name: "node") { id: ID! name: String leaf: Leaf }
		type Branch implements Node @key(fields: "id") { id: ID! name: String leaf: Leaf below: [Node!] deep: Deep }
		type Root implements Node @key(fields: "id") { id: ID! name: String leaf: Leaf plain: Plain }
		type Plain { leaf: Leaf }
		union Thing @context(name: "thing") = Cup | Hat | Bag
		type Bag { pin: Pin }
		type Cup { volume: Int pin: Pin }
		type Hat { size: Size pin: Pin }
		type Size { cm: Int! at: Box }
		type Box { cm: Int }
		type Deep @context(name: "node2") { code: Int leaf: Leaf }
		type Pin @key(fields: "id") {
			id: ID!
			at(n: Int @fromContext(field: "$thing ... on Cup { volume } ... on Hat { size { at { cm } } }")): Int
		}
		type Leaf @key(fields: "id") {
			id: ID!
			inNode(name: String @fromContext(field: "$node { name }")): String
			both(lang: String @fromContext(field: "$all { lang }"), name: String @fromContext(field: "$node { name }"), by: Int = 1): [String]
		}`},
}

const nestedData = `{
	"types": {
		"Leaf": [{"id": "l"}], "Pin": [{"id": "p"}],
		"Root": [{"id": "r", "name": "root", "leaf": {"$ref": {"__typename": "Leaf", "id": "l"}}, "plain": {"leaf": {"$ref": {"__typename": "Leaf", "id": "l"}}}}],
		"Branch": [
			{"id": "b", "name": "branch", "leaf": {"$ref": {"__typename": "Leaf", "id": "l"}},
				"below": [{"$ref": {"__typename": "Root", "id": "r"}}, {"$ref": {"__typename": "Branch", "id": "c"}}]},
			{"id": "c", "name": null, "leaf": {"$ref": {"__typename": "Leaf", "id": "l"}}, "deep": {"code": 1, "leaf": {"$ref": {"__typename": "Leaf", "id": "l"}}}}
		]
	},
	"computed": {
		"Leaf.inNode": "$name", "Pin.at": "$n", "Leaf.both": ["list", "$lang", "$name", ["concat", "", "$by"]]
	},
	"roots": {
		"Query.lang": {"value": "en"},
		"Query.nodes": {"value": [{"$ref": {"__typename": "Root", "id": "r"}}, {"$ref": {"__typename": "Branch", "id": "b"}}, {"$ref": {"__typename": "Branch", "id": "c"}}]},
		"Query.things": {"value": [
			{"__typename": "Cup", "volume": 3, "pin": {"$ref": {"__typename": "Pin", "id": "p"}}},
			{"__typename": "Hat", "size": {"cm": 9, "at": {"cm": 5}}, "pin": {"$ref": {"__typename": "Pin", "id": "p"}}},
			{"__typename": "Hat", "size": {"cm": 9, "at": null}, "pin": {"$ref": {"__typename": "Pin", "id": "p"}}},
			{"__typename": "Bag", "pin": {"$ref": {"__typename": "Pin", "id": "p"}}}
		]}
	}
}`

// The nearest object around that carries the context counts, by its own type, and
// a context can be selected by type and through objects.
func TestContextOfTheNearest(t *testing.T) {
	eachContextWorld(t, "nested", nestedData, nested, testContextOfTheNearestOn)
}

func testContextOfTheNearestOn(t *testing.T, w *world) {
	w.do(t, `{nodes{leaf{inNode} ...on Branch{below{leaf{inNode}} deep{leaf{inNode}}} ...on Root{plain{leaf{inNode}}}}}`).gives(
		`{"nodes":[{"leaf":{"inNode":"root"},"plain":{"leaf":{"inNode":"root"}}},` +
			`{"leaf":{"inNode":"branch"},"below":[{"leaf":{"inNode":"root"}},{"leaf":{"inNode":null}}],"deep":null},` +
			`{"leaf":{"inNode":null},"below":null,"deep":{"leaf":{"inNode":null}}}]}`).asked("tree tree")
	w.do(t, `{things{...on Cup{pin{at}} ...on Hat{pin{at}} ...on Bag{pin{at}}}}`).gives(
		`{"things":[{"pin":{"at":3}},{"pin":{"at":5}},{"pin":{"at":null}},{"pin":{"at":null}}]}`).asked("tree tree")
	// Two contexts at once, one of the operation's root, beside a given argument and
	// under another name.
	w.do(t, `query($n: Int){nodes{name leaf{x: both(by: $n) y: both}}}`, `{"n": 4}`).gives(
		`{"nodes":[{"name":"root","leaf":{"x":["en","root","4"],"y":["en","root","1"]}},` +
			`{"name":"branch","leaf":{"x":["en","branch","4"],"y":["en","branch","1"]}},` +
			`{"name":null,"leaf":{"x":["en",null,"4"],"y":["en",null,"1"]}}]}`).asked("tree tree")
	// Nothing is fetched for a field that is left out.
	a := w.do(t, `query($x: Boolean!){nodes{id leaf{id inNode @include(if: $x)}}}`, `{"x": false}`)
	a.gives(`{"nodes":[{"id":"r","leaf":{"id":"l"}},{"id":"b","leaf":{"id":"l"}},{"id":"c","leaf":{"id":"l"}}]}`).asked("tree")
}

// chained is a graph in which what a contextual field gives is needed for more: for
// objects of other subgraphs, for a requirement, for another context.
var chained = []sdl{
	{"users", fed28 + `
		type Query { users: [User!]! }
		type Mutation { touch: [User!]! }
		type User @key(fields: "id") { id: ID! org: Org }
		type Org @key(fields: "id") { id: ID! }`},
	{"locale", fed28 + `
		type User @key(fields: "id") @context(name: "user") { id: ID! lang: String }
		type Org @key(fields: "id") {
			id: ID!
			motto(in: String @fromContext(field: "$user { lang }")): Text
		}
		type Text @key(fields: "id") { id: ID! }`},
	{"texts", fed28 + `
		type Text @key(fields: "id") @context(name: "text") { id: ID! mark: Mark lines: [Line!]! }
		type Mark { sign: String }
		type Line @key(fields: "id") { id: ID! shown(mark: String @fromContext(field: "$text { mark { sign } }")): String }`},
	{"labels", fed28 + `
		type Org @key(fields: "id") { id: ID! motto: Text @external label: String @requires(fields: "motto { id }") }
		type Text @key(fields: "id") { id: ID! }
		type Line @key(fields: "id") { id: ID! shown: String @external loud: String @requires(fields: "shown") }`},
}

const chainedData = `{
	"types": {
		"User": [
			{"id": "1", "lang": "en", "org": {"$ref": {"__typename": "Org", "id": "o"}}},
			{"id": "2", "lang": "de", "org": {"$ref": {"__typename": "Org", "id": "o"}}},
			{"id": "3", "lang": "en", "org": {"$ref": {"__typename": "Org", "id": "o"}}}
		],
		"Org": [{"id": "o"}],
		"Text": [
			{"id": "en", "mark": {"sign": "!"}, "lines": [{"$ref": {"__typename": "Line", "id": "l1"}}, {"$ref": {"__typename": "Line", "id": "l2"}}]},
			{"id": "de", "mark": {"sign": "?"}, "lines": [{"$ref": {"__typename": "Line", "id": "l1"}}]}
		],
		"Line": [{"id": "l1"}, {"id": "l2"}]
	},
	"computed": {
		"Org.motto": ["find", "Text", {"id": "$in"}],
		"Org.label": ["concat", ["path", "id"], "-", ["path", "motto", "id"]],
		"Line.shown": ["concat", ["path", "id"], "$mark"],
		"Line.loud": ["upper", ["path", "shown"]]
	},
	"roots": {"Query.users": {"list": "User"}, "Mutation.touch": {"expr": ["all", "User"]}}
}`

func TestContextsThatRestOnEachOther(t *testing.T) {
	w := start(t, chainedData, chained...)
	a := w.do(t, `{users{id org{motto{lines{shown loud}} label}}}`)
	en := `"org":{"motto":{"lines":[{"shown":"l1!","loud":"L1!"},{"shown":"l2!","loud":"L2!"}]},"label":"o-en"}`
	de := `"org":{"motto":{"lines":[{"shown":"l1?","loud":"L1?"}]},"label":"o-de"}`
	a.gives(`{"users":[{"id":"1",` + en + `},{"id":"2",` + de + `},{"id":"3",` + en + `}]}`)
	a.represents("labels",
		`{"__typename":"Org","id":"o","motto":{"id":"en"}}`, `{"__typename":"Org","id":"o","motto":{"id":"de"}}`,
		`{"__typename":"Line","id":"l1","shown":"l1!"}`, `{"__typename":"Line","id":"l2","shown":"l2!"}`, `{"__typename":"Line","id":"l1","shown":"l1?"}`)
	// Under a mutation, and with the requirement alone.
	w.do(t, `mutation{touch{org{label}}}`).gives(`{"touch":[{"org":{"label":"o-en"}},{"org":{"label":"o-de"}},{"org":{"label":"o-en"}}]}`)
	// Two aliases, and conditions on what the context serves.
	w.do(t, `query($no: Boolean!){users{org @skip(if: $no){m: motto{id} n: motto @include(if: $no){lines{shown}}}}}`, `{"no": false}`).
		gives(`{"users":[{"org":{"m":{"id":"en"}}},{"org":{"m":{"id":"de"}}},{"org":{"m":{"id":"en"}}}]}`).asked("locale locale users")
	w.do(t, `query($no: Boolean!){users{id org @skip(if: $no){m: motto{id}}}}`, `{"no": true}`).
		gives(`{"users":[{"id":"1"},{"id":"2"},{"id":"3"}]}`).asked("users")
}
