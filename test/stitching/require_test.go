package stitching

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

const requireDirectives = composite + `
directive @require(field: String!) on ARGUMENT_DEFINITION
directive @inaccessible on FIELD_DEFINITION
directive @oneOf on INPUT_OBJECT
`

// world are services that are served from one data file, from their SDL as well as
// from the printed supergraph.
type world struct {
	servers map[string]*dataserver.Server
	ways    map[string]http.Handler
}

type part struct{ name, sdl, rules string }

func newWorld(t *testing.T, data string, parts ...part) *world {
	t.Helper()
	d, err := dataserver.ParseData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{servers: map[string]*dataserver.Server{}, ways: map[string]http.Handler{}}
	dir := t.TempDir()
	yaml, unserved := "subgraphs:\n", "subgraphs:\n"
	urls := map[string]string{}
	var sources []compose.Source
	for _, p := range parts {
		server, url := service(t, p.name, p.sdl, d)
		w.servers[p.name], urls[p.name] = server, url
		file := filepath.Join(dir, p.name+".graphql")
		if err := os.WriteFile(file, []byte(p.sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml += fmt.Sprintf("  - {name: %s, url: %q, schema: %q%s}\n", p.name, url, file, p.rules)
		unserved += fmt.Sprintf("  - {name: %s, url: %q%s}\n", p.name, "http://"+p.name+".invalid", p.rules)
		sources = append(sources, compose.Source{Name: p.name, URL: "http://" + p.name + ".invalid", SDL: p.sdl})
	}
	w.ways["configuration"] = serve(t, yaml)
	w.ways["supergraph"] = servePrinted(t, printed(t, unserved, sources...), urls)
	return w
}

// ask expects an answer (an errorless one in full, else its beginning and parts)
// with a number of requests to each service.
func (w *world) ask(t *testing.T, query string, requests map[string]int64, want ...string) {
	t.Helper()
	for from, h := range w.ways {
		for _, s := range w.servers {
			s.ResetCounters()
		}
		got := ask(t, h, query)
		ok := got == want[0] || len(want) > 1
		for _, part := range want {
			ok = ok && strings.Contains(got, part)
		}
		if !ok {
			t.Errorf("from %s: %s\n got %s\nwant %s", from, query, got, want)
		}
		for name, s := range w.servers {
			if n := s.Requests(); n != requests[name] || !ok {
				t.Errorf("from %s: %s: %d requests to %s, want %d", from, query, n, name, requests[name])
				for _, l := range s.Log() {
					t.Log(l.Query, l.Variables)
				}
			}
		}
	}
}

const (
	catalogSDL = requireDirectives + `
type Query {
  products: [Product!]!
  product(id: ID!): Product @lookup
}
type Product @key(fields: "id") {
  id: ID!
  name: String
  nickname: String
  weight: Int @inaccessible
  dimension: Dimension
  parts: [Part]
  sizes: [Int]
}
type Dimension { size: Int width: Int }
type Part { code: ID weight: Int }
`
	shippingSDL = requireDirectives + `
type Query {
  shippable(id: ID!): Product @lookup @internal
  shippables(ids: [ID!]!): [Product]! @internal
}
type Product @key(fields: "id") {
  id: ID!
  delivery(zip: String!, size: Int! @require(field: "dimension.size"), weight: Int @require(field: "weight")): Int
  label(of: String @require(field: "nickname | name")): String
  box(box: Box! @require(field: "{ of: dimension.{ size }, parts: parts[{ n: code }], name }")): String
  total(parts: [Int!] @require(field: "parts.weight"), sizes: [Int!]! @require(field: "sizes")): Int
  warehouse: String
}
input Box { of: Size parts: [PartIn!] name: String }
input Size { size: Int! }
input PartIn { n: ID! }
`
	shippingData = `{
  "types": {
    "Product": [
      {"id": "1", "name": "cup", "nickname": "mug", "weight": 2, "dimension": {"size": 5}, "parts": [{"code": "a", "weight": 1}, {"code": "b", "weight": 2}], "sizes": [1, 2], "warehouse": "w1"},
      {"id": "2", "name": "pot", "nickname": null, "weight": 3, "dimension": {"size": 6}, "parts": [], "sizes": [], "warehouse": "w2"},
      {"id": "3", "name": "jug", "nickname": null, "weight": 2, "dimension": {"size": 5}, "parts": [{"code": null}], "sizes": [7], "warehouse": "w3"},
      {"id": "4", "name": null, "nickname": null, "weight": null, "dimension": {"size": null}, "parts": null, "sizes": [1, null], "warehouse": "w4"},
      {"id": "5", "name": "tub", "nickname": null, "weight": 2, "dimension": null, "parts": null, "sizes": null, "warehouse": "w5"}
    ]
  },
  "roots": {
    "Query.products": {"list": "Product"},
    "Query.product": {"find": "Product", "by": {"id": "$id"}},
    "Query.shippable": {"find": "Product", "by": {"id": "$id"}},
    "Query.shippables": {"expr": ["reverse", ["filter", ["all", "Product"], ["in", ["get", ["self"], "id"], "$ids"]]]}
  },
  "computed": {
    "Product.delivery": ["+", "$size", ["*", 10, ["coalesce", "$weight", 0]]],
    "Product.label": ["concat", "<", ["coalesce", "$of", "none"], ">"],
    "Product.box": ["concat", ["coalesce", "$box.name", "-"], "/", ["coalesce", "$box.of.size", "-"], "/", ["if", ["=", "$box.parts", null], "-", ["join", ["map", "$box.parts", ["get", ["self"], "n"]], "+"]]],
    "Product.total": ["+", ["sum", ["coalesce", "$parts", ["list"]]], ["sum", "$sizes"]]
  }
}`
)

// Arguments that another subgraph fills: one request a wave, with equal values
// together, and only what lacks a value is left out.
func TestRequire(t *testing.T) {
	const null = `{"delivery":null,"warehouse":`
	for name, rules := range map[string]string{
		"one by one": "",
		"batch":      `, entities: {Product: {key: id, lookup: "shippables(ids: $key.id)"}}`,
	} {
		sdl := shippingSDL
		if rules != "" {
			sdl = strings.Replace(sdl, "  shippable(id: ID!): Product @lookup @internal\n", "", 1)
		}
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, shippingData, part{"catalog", catalogSDL, ""}, part{"shipping", sdl, rules})
			one := map[string]int64{"catalog": 1, "shipping": 1}
			w.ask(t, `{ products { delivery(zip: "1") warehouse } }`, one,
				`{"data":{"products":[{"delivery":25,"warehouse":"w1"},{"delivery":36,"warehouse":"w2"},{"delivery":25,"warehouse":"w3"},`+null+`"w4"},`+null+`"w5"}]},"errors":[`,
				`"path":["products",3,"delivery"]`, `"path":["products",4,"delivery"]`, `"code":"REQUIRED_FIELD_NULL"`)
			if log := w.servers["shipping"].Log(); name == "batch" {
				// Both with size 5 and weight 2 are asked for together, and so are those
				// that lack a size.
				if n := strings.Count(log[0].Query, "shippables("); n != 3 {
					t.Errorf("%d lookups in %s", n, log[0].Query)
				}
			}
			w.ask(t, `{ products { label } }`, one,
				`{"data":{"products":[{"label":"<mug>"},{"label":"<pot>"},{"label":"<jug>"},{"label":"<none>"},{"label":"<tub>"}]}}`)
			// A part without a code makes no list of parts, a dimension without a size
			// no size: the rest of the box is there.
			w.ask(t, `{ products { box } }`, one,
				`{"data":{"products":[{"box":"cup/5/a+b"},{"box":"pot/6/"},{"box":"jug/5/-"},{"box":"-/-/-"},{"box":"tub/-/-"}]}}`)
			w.ask(t, `{ products { id total } }`, one,
				`{"data":{"products":[{"id":"1","total":6},{"id":"2","total":0},{"id":"3","total":7},{"id":"4","total":null},{"id":"5","total":null}]},"errors":[`,
				`"path":["products",3,"total"]`, `"path":["products",4,"total"]`)
			w.ask(t, `{ product(id: "3") { a: delivery(zip: "1") b: delivery(zip: "2") label box } }`, one,
				`{"data":{"product":{"a":25,"b":25,"label":"<jug>","box":"jug/5/-"}}}`)
			w.ask(t, `{ products { warehouse } }`, one,
				`{"data":{"products":[{"warehouse":"w1"},{"warehouse":"w2"},{"warehouse":"w3"},{"warehouse":"w4"},{"warehouse":"w5"}]}}`)
			for _, query := range []string{`{ products { delivery(zip: "1", size: 3) } }`, `{ products { weight } }`, `{ __type(name: "Box") { name } }`} {
				for from, h := range w.ways {
					if got := ask(t, h, query); !strings.Contains(got, `"errors"`) && got != `{"data":{"__type":null}}` {
						t.Errorf("from %s: %s is part of the API: %s", from, query, got)
					}
				}
			}
		})
	}
}

// Equal values make one lookup.
func TestRequireGroups(t *testing.T) {
	var products []string
	for i := range 40 {
		products = append(products, fmt.Sprintf(`{"id":"%d","weight":%d,"dimension":{"size":1}}`, i, i%2))
	}
	data := strings.Replace(shippingData, shippingData[strings.Index(shippingData, `      {"id": "1"`):strings.Index(shippingData, "\n    ]\n")], strings.Join(products, ","), 1)
	sdl := strings.Replace(shippingSDL, "  shippable(id: ID!): Product @lookup @internal\n", "", 1)
	w := newWorld(t, data, part{"catalog", catalogSDL, ""}, part{"shipping", sdl, `, entities: {Product: {key: id, lookup: "shippables(ids: $key.id)"}}`})
	for from, h := range w.ways {
		w.servers["shipping"].ResetCounters()
		got := ask(t, h, `{ products { delivery(zip: "1") } }`)
		if strings.Count(got, `{"delivery":1}`) != 20 || strings.Count(got, `{"delivery":11}`) != 20 || strings.Contains(got, "errors") {
			t.Errorf("from %s: %s", from, got)
		}
		log := w.servers["shipping"].Log()
		if len(log) != 1 || strings.Count(log[0].Query, "shippables(") != 2 {
			t.Errorf("from %s: %d requests, %v", from, len(log), log)
		}
	}
}

// Three services: what is required is itself required of others, is below an
// interface, or differs by type.
func TestRequireAcrossServices(t *testing.T) {
	w := newWorld(t, `{
  "types": {
    "Film": [{"id": "f1", "length": 90, "studio": {"__typename": "Company", "employees": 7}}, {"id": "f2", "length": 60, "studio": {"__typename": "Person", "age": 50}}],
    "Book": [{"id": "b1", "pages": 300, "isbn": "x"}]
  },
  "roots": {
    "Query.media": {"expr": ["append", ["append", ["append", ["list"], ["find", "Film", {"id": "f1"}]], ["find", "Book", {"id": "b1"}]], ["find", "Film", {"id": "f2"}]]},
    "Query.medium": {"find": ["Film", "Book"], "by": {"id": "$id"}},
    "Query.priced": {"find": ["Film", "Book"], "by": {"id": "$id"}},
    "Query.rated": {"find": ["Film", "Book"], "by": {"id": "$id"}}
  },
  "computed": {
    "Film.price": ["*", "$size", 2],
    "Book.price": ["*", "$size", 3],
    "Film.staff": ["coalesce", "$n", -1],
    "Film.by": ["concat", "film ", ["coalesce", "$key.id", "?"], ["coalesce", "$key.isbn", ""]],
    "Book.by": ["concat", "book ", ["coalesce", "$key.id", ""], ["coalesce", "$key.isbn", "?"]],
    "Film.tax": ["/", "$price", 10],
    "Book.tax": ["/", "$price", 10]
  }
}`,
		part{"library", requireDirectives + `
type Query {
  media: [Media!]!
  medium(id: ID!): Media @lookup
}
interface Media @key(fields: "id") { id: ID! }
type Film implements Media @key(fields: "id") { id: ID! length: Int! studio: Studio }
type Book implements Media @key(fields: "id") { id: ID! pages: Int! isbn: ID }
union Studio = Company | Person
type Company { employees: Int }
type Person { age: Int }
`, ""},
		part{"prices", requireDirectives + `
type Query { priced(id: ID!): Media @lookup @internal }
interface Media @key(fields: "id") {
  id: ID!
  price(size: Int! @require(field: "<Film>.length | <Book>.pages")): Int
}
type Film implements Media @key(fields: "id") {
  id: ID!
  price(size: Int!): Int
  staff(n: Int @require(field: "studio<Company>.employees | studio<Person>.age")): Int
  by(key: Key! @require(field: "{ isbn: <Book>.isbn } | { id }")): String
}
type Book implements Media @key(fields: "id") {
  id: ID!
  price(size: Int! @require(field: "pages")): Int
  by(key: Key! @require(field: "{ isbn: <Book>.isbn } | { id }")): String
}
input Key @oneOf { id: ID isbn: ID }
`, ""},
		part{"taxes", requireDirectives + `
type Query { rated(id: ID!): Media @lookup @internal }
interface Media @key(fields: "id") { id: ID! tax(price: Int! @require(field: "price")): Int }
type Film implements Media @key(fields: "id") { id: ID! tax(price: Int!): Int }
type Book implements Media @key(fields: "id") { id: ID! tax(price: Int!): Int }
`, ""})
	w.ask(t, `{ media { price } }`, map[string]int64{"library": 1, "prices": 1},
		`{"data":{"media":[{"price":180},{"price":900},{"price":120}]}}`)
	w.ask(t, `{ media { __typename tax } }`, map[string]int64{"library": 1, "prices": 1, "taxes": 1},
		`{"data":{"media":[{"__typename":"Film","tax":18},{"__typename":"Book","tax":90},{"__typename":"Film","tax":12}]}}`)
	w.ask(t, `{ media { ... on Film { staff by } ... on Book { by } } }`, map[string]int64{"library": 1, "prices": 1},
		`{"data":{"media":[{"staff":7,"by":"film f1"},{"by":"book x"},{"staff":50,"by":"film f2"}]}}`)
	w.ask(t, `{ medium(id: "b1") { id tax price } }`, map[string]int64{"library": 1, "prices": 1, "taxes": 1},
		`{"data":{"medium":{"id":"b1","tax":90,"price":900}}}`)
}

// What could not be had is an error of its own, once, and what the other service
// does not know is null as ever; names are those that transforms give.
func TestRequireFailures(t *testing.T) {
	const data = `{
  "types": {"Product": [
    {"id": "1", "weight": 2, "shelf": "a"}, {"id": "2", "weight": {"$error": "the scales are broken"}, "shelf": "b"},
    {"id": "3", "weight": 4, "shelf": "c"}, {"id": "4", "weight": null, "shelf": "d"}
  ]},
  "roots": {"Query.products": {"list": "Product"}, "Query.product": {"find": "Product", "by": {"id": "$id"}},
    "Query.shippable": {"find": "Product", "by": {"id": "$id"}},
    "Query.shippables": {"expr": ["filter", ["all", "Product"], ["in", ["get", ["self"], "id"], "$ids"]]}},
  "computed": {"Product.cost": ["*", "$weight", 2], "Product.tag": ["concat", "$shelf", "!"]},
  "subgraphs": {"shipping": {"hide": {"Product": [{"id": "3"}]}}}
}`
	catalog := requireDirectives + `
type Query { products: [Product!]! product(id: ID!): Product @lookup }
type Product @key(fields: "id") { id: ID! weight: Int }
`
	for name, rules := range map[string]string{
		"one by one": "",
		"batch":      `, entities: {Product: {key: id, lookup: "shippables(ids: $key.id)"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			lookup := "shippable(id: ID!): Product @lookup @internal"
			if rules != "" {
				lookup = "shippables(ids: [ID!]!): [Product]! @internal"
			}
			w := newWorld(t, data,
				part{"catalog", catalog, ", transforms: [{rename: {fields: {Product.weight: grams}}}]"},
				part{"shipping", requireDirectives + `type Query { ` + lookup + ` }
type Product @key(fields: "id") { id: ID! cost(weight: Int! @require(field: "grams")): Int! shelf: String tag(shelf: String! @require(field: "place")): String }
`, rules + ", transforms: [{rename: {fields: {Product.shelf: place}}}]"})
			const query = `{ products { id cost place tag } }`
			for from, h := range w.ways {
				w.servers["shipping"].ResetCounters()
				got := ask(t, h, strings.Replace(query, "cost", "", 1))
				if want := `{"data":{"products":[{"id":"1","place":"a","tag":"a!"},{"id":"2","place":"b","tag":"b!"},{"id":"3","place":null,"tag":null},{"id":"4","place":"d","tag":"d!"}]}`; !strings.HasPrefix(got, want) {
					t.Errorf("from %s: got %s\nwant %s", from, got, want)
				}
				// One error each, and the nearest parent that may be null is.
				for id, path := range map[string]string{"2": `"code":"REQUIREMENT_FAILED"`, "4": `"code":"REQUIRED_FIELD_NULL"`} {
					got = ask(t, h, `{ product(id: "`+id+`") { id tag cost } }`)
					if !strings.HasPrefix(got, `{"data":{"product":null},"errors"`) || strings.Count(got, `"path":["product","cost"]`) != 1 || !strings.Contains(got, path) {
						t.Errorf("from %s: got %s", from, got)
					}
				}
				if got = ask(t, h, query); !strings.HasPrefix(got, `{"data":null`) || strings.Count(got, `"cost"]`) != 1 {
					t.Errorf("from %s: got %s", from, got)
				}
			}
		})
	}
}
