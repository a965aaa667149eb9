package dataserver

import (
	"encoding/json"
	"testing"
)

// FuzzRequest feeds request bodies to a server that has keys, requirements
// and abstract types. Whatever comes in, it must answer JSON, and the same
// body must get the same answer.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`{"query":"{topUser{name}}"}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Product{shipping area label}}}","variables":{"r":[{"__typename":"Product","upc":"p1","price":1,"weight":2,"size":{"w":1,"h":2},"maker":{"__typename":"Firm","name":"x","title":"y"}}]}}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Product{area}}}","variables":{"r":[{"__typename":"Product","upc":1,"size":[{"w":null}]}]}}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":{"__typename":"Product","upc":"p1"}}}`,
		`{"query":"{_entities(representations:[{__typename:\"Product\",upc:\"p1\"}]){__typename}}"}`,
		`{"query":"{_entities(representations:[1e999]){__typename}}"}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[null,1,"",[],{"__typename":7},{"__typename":"Query"}]}}`,
		`{"query":"{__schema{types{name}}}","operationName":null,"variables":null}`,
		`{"query":1}`, `[]`, `null`, `{"query":"{topUser{name}}","variables":[]}`,
		`{"query":"{topUser{name}}","variables":{"a":99999999999999999999,"b":1e400}}`,
	} {
		f.Add([]byte(body))
	}
	data, err := ParseData([]byte(shopData))
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(Options{Name: "s", Data: data, SDL: fed2 + `
		type Query { topUser: User }
		type User @key(fields: "id") @key(fields: "email team { id }") { id: ID! name: String email: String team: Team }
		type Team @key(fields: "id") { id: ID! }
		interface Maker { name: String }
		type Person implements Maker { name: String }
		type Firm implements Maker { name: String title: String! @external }
		type Size { w: Int! @external h: Int! @external }
		type Product @key(fields: "upc") {
			upc: ID!
			price: Int @external
			weight: Int @external
			size: Size @external
			maker: Maker @external
			shipping: Int @requires(fields: "price weight")
			area: Int @requires(fields: "size { w h }")
			label: String @requires(fields: "maker { name ... on Firm { title } }")
		}`})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 4096 {
			t.Skip("large inputs only make validation slow")
		}
		first := string(s.Answer(body))
		if !json.Valid([]byte(first)) {
			t.Fatalf("no JSON: %q", first)
		}
		if second := string(s.Answer(body)); second != first {
			t.Fatalf("two answers:\n%s\n%s", first, second)
		}
	})
}
