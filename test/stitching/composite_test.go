package stitching

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

const compositeDirectives = composite + `
directive @external on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION
directive @oneOf on INPUT_OBJECT
`

// Composite Schemas directives as services use them: several lookups for a type,
// by input objects and one-of inputs, below another field, of interfaces and
// unions, by a key that only the lookup names.
func TestCompositeLookups(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {
    "Product": [{"id": "1", "sku": "a", "origin": {"region": "eu"}, "name": "cup"}, {"id": "2", "sku": "b", "origin": {"region": "us"}, "name": "pot"}],
    "Film": [{"id": "f1", "title": "Metropolis", "length": 150}],
    "Book": [{"id": "b1", "title": "Dune", "pages": 400}],
    "Line": [
      {"product": {"$ref": {"__typename": "Product", "id": "2"}}, "media": {"$ref": {"__typename": "Book", "id": "b1"}}},
      {"product": {"$ref": {"__typename": "Product", "id": "1"}}, "media": {"$ref": {"__typename": "Film", "id": "f1"}}},
      {"product": {"$ref": {"__typename": "Product", "id": "2"}}, "media": {"$ref": {"__typename": "Film", "id": "f1"}}}
    ]
  },
  "roots": {
    "Query.lines": {"list": "Line"},
    "Query.lookups": {"value": {}},
    "Query.media": {"find": ["Film", "Book"], "by": {"id": "$id"}},
    "Query.anyMedia": {"find": ["Film", "Book"], "by": {"id": "$key.id"}}
  },
  "computed": {
    "Lookups.byKey": ["find", "Product", {"sku": "$key.sku", "origin": {"region": "$key.region"}}],
    "Lookups.by": ["find", "Product", {"id": "$one.id"}]
  }
}`))
	if err != nil {
		t.Fatal(err)
	}
	schemas := []struct{ name, sdl string }{
		{"catalog", compositeDirectives + `
type Query { lookups: Lookups! @internal }
type Lookups @internal {
  byKey(key: ProductKey! @is(field: "{ sku, region: origin.region }")): Product @lookup
}
input ProductKey { sku: String! region: String }
type Product @key(fields: "sku origin { region }") { sku: String! origin: Origin @shareable name: String }
type Origin @shareable { region: String }
`},
		{"media", compositeDirectives + `
type Query {
  media(id: ID!): Media @lookup @internal
  anyMedia(key: MediaKey! @is(field: "{ id }")): AnyMedia @lookup @internal
}
input MediaKey { id: ID! }
interface Media @key(fields: "id") { id: ID! title: String }
union AnyMedia = Film | Book
type Film implements Media @key(fields: "id") { id: ID! title: String length: Int }
type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
`},
		{"shop", compositeDirectives + `
type Query {
  lines: [Line!]!
  lookups: Lookups! @internal
}
type Lookups @internal { by(one: OneProduct! @is(field: "{ id } | { sku }")): Product @lookup }
input OneProduct @oneOf { id: ID sku: String }
type Line { product: Product media: Media }
type Product { id: ID! @inaccessible sku: String! @shareable origin: Origin @shareable }
type Origin @shareable { region: String }
interface Media @key(fields: "id") { id: ID! }
type Film implements Media @key(fields: "id") { id: ID! }
type Book implements Media @key(fields: "id") { id: ID! }
`},
	}
	dir := t.TempDir()
	servers := map[string]*dataserver.Server{}
	yaml := "subgraphs:\n"
	for _, s := range schemas {
		server, url := service(t, s.name, s.sdl, d)
		servers[s.name] = server
		file := filepath.Join(dir, s.name+".graphql")
		if err := os.WriteFile(file, []byte(s.sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml += fmt.Sprintf("  - {name: %s, url: %q, schema: %q}\n", s.name, url, file)
	}
	h := serve(t, yaml)
	for _, c := range []struct {
		query, want          string
		catalog, media, shop int64
	}{
		{
			`{ lines { product { name sku } } }`,
			`{"data":{"lines":[{"product":{"name":"pot","sku":"b"}},{"product":{"name":"cup","sku":"a"}},{"product":{"name":"pot","sku":"b"}}]}}`, 1, 0, 1,
		},
		{
			`{ lines { media { __typename ... on Film { length title } ... on Book { pages } } } }`,
			`{"data":{"lines":[{"media":{"__typename":"Book","pages":400}},{"media":{"__typename":"Film","length":150,"title":"Metropolis"}},{"media":{"__typename":"Film","length":150,"title":"Metropolis"}}]}}`, 0, 1, 1,
		},
	} {
		for _, s := range servers {
			s.ResetCounters()
		}
		if got := ask(t, h, c.query); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.query, got, c.want)
		}
		for name, want := range map[string]int64{"catalog": c.catalog, "media": c.media, "shop": c.shop} {
			if got := servers[name].Requests(); got != want {
				t.Errorf("%s: %d requests to %s, want %d", c.query, got, name, want)
				for _, l := range servers[name].Log() {
					t.Log(l.Query, l.Variables)
				}
			}
		}
	}
	for _, query := range []string{`{ lines { product { id } } }`, `{ lookups { __typename } }`, `{ media(id: "f1") { id } }`} {
		if got := ask(t, h, query); !strings.Contains(got, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("%s is part of the API: %s", query, got)
		}
	}
}
