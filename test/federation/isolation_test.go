package federation_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/test/federation"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@shareable"])
`

// A requirement that cannot be had costs the fields that depend on it, and no
// others that are asked for in the same request.
func TestLostRequirementCostsOnlyWhatDependsOnIt(t *testing.T) {
	data, err := dataserver.ParseData([]byte(`{
  "types": {"Product": [{"upc": "1", "price": 3, "weight": 4, "inStock": true}, {"upc": "2", "price": 5, "weight": 6, "inStock": false}]},
  "roots": {"Query.products": {"list": "Product"}},
  "computed": {"Product.estimate": ["*", ["path", "price"], 10], "Product.freight": ["*", ["path", "weight"], 100]}
}`))
	if err != nil {
		t.Fatal(err)
	}
	services := []federation.Subgraph{
		{Name: "catalog", SDL: link + `type Query { products: [Product!]! } type Product @key(fields: "upc") { upc: ID! weight: Int @shareable }`},
		{Name: "prices", SDL: link + `type Product @key(fields: "upc") { upc: ID! price: Int }`},
		{Name: "stock", SDL: link + `type Product @key(fields: "upc") { upc: ID! price: Int @external weight: Int @external inStock: Boolean
  estimate: Int @requires(fields: "price") freight: Int @requires(fields: "weight") }`},
	}
	const query = `{ products { upc inStock estimate freight } }`
	for _, c := range []struct {
		name, down, want string
		errors           int
	}{
		{"all well", "", `{"data":{"products":[{"upc":"1","inStock":true,"estimate":30,"freight":400},{"upc":"2","inStock":false,"estimate":50,"freight":600}]}`, 0},
		{"prices down", "prices", `{"data":{"products":[{"upc":"1","inStock":true,"estimate":null,"freight":400},{"upc":"2","inStock":false,"estimate":null,"freight":600}]}`, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := federation.New(t, services, data, federation.Options{
				KeepLog: true,
				Fault: func(subgraph string, _ *http.Request) *dataserver.Fault {
					if subgraph == c.down {
						return &dataserver.Fault{Status: http.StatusInternalServerError, Body: []byte("down")}
					}
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := g.Do(context.Background(), query, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(got.Raw), c.want) {
				t.Errorf("got  %s\nwant %s\n%s", got.Raw, c.want, got.Plan.Text())
			}
			told := map[string]bool{}
			for _, e := range got.Errors {
				if path, ok := e.(map[string]any)["path"].([]any); ok {
					told[pathText(path)] = true
				}
			}
			for _, at := range []string{"products.0.estimate", "products.1.estimate"} {
				if told[at] != (c.errors > 0) {
					t.Errorf("error at %s: %v, want %v: %v", at, told[at], c.errors > 0, got.Errors)
				}
			}
			if n := len(got.Plan.Fetches); n != 3 {
				t.Errorf("%d fetches, want 3", n)
			}
		})
	}
}

func pathText(path []any) string {
	var parts []string
	for _, p := range path {
		switch p := p.(type) {
		case string:
			parts = append(parts, p)
		default:
			parts = append(parts, strings.TrimSpace(strings.Trim(stringOf(p), `"`)))
		}
	}
	return strings.Join(parts, ".")
}

func stringOf(v any) string {
	if s, ok := v.(interface{ String() string }); ok {
		return s.String()
	}
	return ""
}
