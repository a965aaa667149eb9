package mock_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

// FuzzFetch takes the text of an operation, a row and an example.
func FuzzFetch(f *testing.F) {
	sdl := demo(f, "products")
	f.Add(`{ product(upc: "a") { upc name brand { id products { name } } } }`, `{"__typename":"Product","upc":"upc-3"}`, `{"upc":"x","name":"Table"}`)
	f.Add(`{ catalog(filter: {category: GARDEN}, first: 7) { ... on Named { name } } search(text: "") { __typename } }`, `{"upc":"upc=a%26"}`, `[{"upc":1},{"name":2}]`)
	f.Add(`query($n: Int) { topProducts(first: $n) { dimensions { width } } }`, `{"upc":["a"],"name":{"x":null}}`, `null`)
	f.Fuzz(func(t *testing.T, text, row, example string) {
		if len(text)+len(row)+len(example) > 4096 {
			return
		}
		c, err := mock.New(mock.Options{
			Doc: document(t, sdl), MaxBody: 1 << 16,
			Examples: mock.Examples{"Query.product": example, "Product": example, "Named": example, "Product.dimensions": example},
		})
		if err != nil {
			if json.Valid([]byte(example)) && len(example) < 200 {
				t.Fatal(err)
			}
			return
		}
		doc, perr := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, 1000)
		if perr != nil || len(doc.Operations) != 1 {
			return
		}
		s := spec(t, text)
		check := func(s *subgraphs.FetchSpec, call *subgraphs.Call) {
			p, err := c.Prepare(s)
			if err != nil {
				return
			}
			a := p.Fetch(context.Background(), call)
			b := p.Fetch(context.Background(), call)
			if a.Err != nil {
				if a.Err.Code != subgraphs.CodeTooLarge {
					t.Fatal(a.Err)
				}
				return
			}
			for _, r := range a.Rows[0] {
				if r.Status == subgraphs.RowOK && !json.Valid(a.Body[r.Start:r.End]) {
					t.Fatalf("%s", a.Body[r.Start:r.End])
				}
			}
			if string(a.Body) != string(b.Body) {
				t.Fatalf("%s\n%s", a.Body, b.Body)
			}
		}
		check(s, &subgraphs.Call{Variables: make([][]byte, len(s.Variables))})
		l := entities("Product")
		lookup := &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: &l, Selections: []subgraphs.Selection{
			{Key: "upc", Field: "upc"}, {Key: "name", Field: "name"}, {Key: "brand", Field: "brand", Selections: []subgraphs.Selection{{Key: "id", Field: "id"}}},
		}}}}
		check(lookup, &subgraphs.Call{Rows: [][][]byte{{[]byte(row)}}})
	})
}
