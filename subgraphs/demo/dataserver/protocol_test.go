package dataserver

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const shopData = `{
  "types": {
    "User": [
      {"id": "1", "name": "Ada", "email": "ada@x", "team": {"$ref": {"__typename": "Team", "id": "t1"}}},
      {"id": "2", "name": "Bob", "email": "bob@x", "team": {"$ref": {"__typename": "Team", "id": "t2"}}}
    ],
    "Team": [{"id": "t1", "name": "Reds"}, {"id": "t2", "name": "Blues"}],
    "Product": [
      {"upc": "p1", "name": "Pen", "price": 3, "weight": 10, "size": {"w": 1, "h": 2}, "maker": {"__typename": "Person", "name": "Eve"}},
      {"upc": "p2", "name": "Safe", "price": 3000, "weight": 100000, "size": {"w": 5, "h": 6}, "maker": {"__typename": "Firm", "title": "Acme"}}
    ],
    "Book": [{"id": "b1", "title": "Dune"}],
    "Song": [{"id": "s1", "title": "Help"}]
  },
  "interfaces": {"Media": ["Book", "Song"]},
  "roots": {
    "Query.users": {"list": "User", "where": {"name": "$name"}, "limit": "$first", "offset": "$skip"},
    "Query.user": {"find": "User", "by": {"id": "$id"}},
    "Query.topUser": {"find": "User", "by": {"id": "1"}},
    "Query.products": {"list": "Product"},
    "Query.media": {"find": "Book", "by": {"id": "b1"}},
    "Query.echo": {"expr": "$in"},
    "Query.strict": {"value": {"$error": "no"}}
  },
  "computed": {
    "Product.shipping": ["if", [">", ["path", "price"], 1000], 0, ["/", ["path", "weight"], 2]],
    "Product.area": ["*", ["path", "size", "w"], ["path", "size", "h"]],
    "Product.label": ["concat", "by ", ["coalesce", ["path", "maker", "name"], "?"]],
    "Product.cost": ["*", ["stored", "price"], ["if", ["=", "$in", "CENT"], 100, 1]],
    "Product.costEUR": ["path", ["cost", {"in": "EUR"}]],
    "Product.costCENT": ["path", ["cost", {"in": "CENT"}]]
  },
  "subgraphs": {
    "patched": {
      "patch": {"User": [{"match": {"id": "1"}, "set": {"name": "Ada of patched"}}]},
      "hide": {"User": [{"id": "2"}]}
    },
    "replaced": {"types": {"User": [{"id": "9", "name": "Nina"}]}, "roots": {"Query.topUser": {"find": "User", "by": {"id": "9"}}}}
  }
}`

func newServer(t *testing.T, name, sdl string, data *Data) *Server {
	t.Helper()
	s, err := New(Options{Name: name, SDL: sdl, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parseShop(t *testing.T) *Data {
	t.Helper()
	d, err := ParseData([]byte(shopData))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ask runs a query with variables written as JSON.
func ask(t *testing.T, s *Server, query, vars string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(vars)})
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Answer(body))
}

func entitiesQuery(selection string) string {
	return `query($r:[_Any!]!){_entities(representations:$r){` + selection + `}}`
}

const fed2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@interfaceObject"]) `

func TestEntities(t *testing.T) {
	data := parseShop(t)
	users := newServer(t, "users", fed2+`
		type User @key(fields: "id") @key(fields: "email team { id }") { id: ID! name: String email: String team: Team }
		type Team @key(fields: "id", resolvable: false) { id: ID! }`, data)
	media := newServer(t, "media", fed2+`
		type Query { media: Media }
		interface Media @key(fields: "id") { id: ID! title: String }
		type Book implements Media @key(fields: "id") { id: ID! title: String }
		type Song implements Media @key(fields: "id") { id: ID! title: String }`, data)
	object := newServer(t, "object", fed2+`
		type Query { media: Media }
		type Media @key(fields: "id") @interfaceObject { id: ID! }`, data)
	for _, tc := range []struct {
		name      string
		server    *Server
		selection string
		reps      string
		want      string // the whole answer, or a part of it where errors are expected
	}{
		{"by key", users, `...on User{name}`, `[{"__typename":"User","id":"2"},{"__typename":"User","id":1}]`,
			`{"data":{"_entities":[{"name":"Bob"},{"name":"Ada"}]}}`},
		{"by compound nested key", users, `__typename ...on User{id}`, `[{"__typename":"User","email":"bob@x","team":{"__typename":"Team","id":"t2"}}]`,
			`{"data":{"_entities":[{"__typename":"User","id":"2"}]}}`},
		{"nested key that differs", users, `...on User{id}`, `[{"__typename":"User","email":"bob@x","team":{"id":"t1"}}]`,
			`{"data":{"_entities":[null]}}`},
		{"both keys have to agree", users, `...on User{id}`, `[{"__typename":"User","id":"1","email":"bob@x","team":{"id":"t2"}}]`,
			`{"data":{"_entities":[null]}}`},
		{"unknown entity", users, `...on User{id}`, `[{"__typename":"User","id":"77"}]`, `{"data":{"_entities":[null]}}`},
		{"no key fits", users, `...on User{id}`, `[{"__typename":"User","email":"bob@x"}]`, `fits no key`},
		{"unknown field", users, `...on User{id}`, `[{"__typename":"User","id":"1","nick":"x"}]`, `User has no field nick`},
		{"unknown type", users, `...on User{id}`, `[{"__typename":"Ghost","id":"1"}]`, `\"Ghost\" is no entity`},
		{"not resolvable", users, `...on User{id}`, `[{"__typename":"Team","id":"t1"}]`, `Team has no resolvable key`},
		{"no type", users, `...on User{id}`, `[{"id":"1"}]`, `needs a __typename`},
		{"no object", users, `...on User{id}`, `["User"]`, `a representation is an object`},
		{"wrong type of key", users, `...on User{id}`, `[{"__typename":"User","id":true}]`, `ID cannot represent true`},
		{"one bad, one good", users, `...on User{id}`, `[{"__typename":"User"},{"__typename":"User","id":"1"}]`, `"data":{"_entities":[null,{"id":"1"}]}`},
		{"by interface", media, `__typename ...on Media{title}`, `[{"__typename":"Media","id":"s1"},{"__typename":"Book","id":"b1"}]`,
			`{"data":{"_entities":[{"__typename":"Song","title":"Help"},{"__typename":"Book","title":"Dune"}]}}`},
		{"interface object", object, `__typename ...on Media{id}`, `[{"__typename":"Media","id":"s1"}]`,
			`{"data":{"_entities":[{"__typename":"Media","id":"s1"}]}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ask(t, tc.server, entitiesQuery(tc.selection), `{"r":`+tc.reps+`}`)
			if got != tc.want && !strings.Contains(got, tc.want) || strings.HasPrefix(tc.want, `{"data"`) && got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	if got, want := ask(t, object, `{media{__typename id}}`, `{}`), `{"data":{"media":{"__typename":"Media","id":"b1"}}}`; got != want {
		t.Errorf("interface object at the root: %s", got)
	}
}

func TestRequires(t *testing.T) {
	data := parseShop(t)
	s := newServer(t, "ship", fed2+`
		type Query { products: [Product] @provides(fields: "price weight") bare: [Product] }
		interface Maker { name: String }
		type Person implements Maker { name: String }
		type Firm implements Maker { name: String title: String! @external }
		type Size { w: Int! @external h: Int! @external }
		type Product @key(fields: "upc") {
			upc: ID! @external
			price: Int @external
			weight: Int @external
			cost(in: String): Int @external
			size: Size @external
			maker: Maker @external
			shipping: Int @requires(fields: "price weight")
			area: Int @requires(fields: "size { w h }")
			label: String @requires(fields: "maker { name ... on Firm { title } }")
			costEUR: Int @requires(fields: "cost(in: \"EUR\")")
			costCENT: Int @requires(fields: "cost(in: \"CENT\")")
		}`, withRoot(t, `"Query.bare": {"list": "Product"}`))
	for _, tc := range []struct{ name, selection, rep, want string }{
		{"computed from the representation alone", `shipping`, `"price":10,"weight":70`, `{"data":{"_entities":[{"shipping":35}]}}`},
		{"null input", `shipping`, `"price":2000,"weight":null`, `{"data":{"_entities":[{"shipping":0}]}}`},
		{"missing", `shipping`, `"price":10`, `field weight is missing`},
		{"malformed", `shipping`, `"price":10,"weight":"7"`, `Int cannot represent \"7\"`},
		{"nested", `area`, `"size":{"w":3,"h":4}`, `{"data":{"_entities":[{"area":12}]}}`},
		{"nested missing", `area`, `"size":{"w":3}`, `field h is missing`},
		{"nested null for non-null", `area`, `"size":{"w":3,"h":null}`, `null for Int!`},
		{"nested no object", `area`, `"size":3`, `is no object`},
		{"fragment applies", `label`, `"maker":{"__typename":"Firm","name":"A"}`, `field title is missing`},
		{"fragment does not apply", `label`, `"maker":{"__typename":"Person","name":"A"}`, `{"data":{"_entities":[{"label":"by A"}]}}`},
		{"arguments", `costEUR`, `"cost":5`, `{"data":{"_entities":[{"costEUR":5}]}}`},
		{"arguments in conflict", `costEUR costCENT`, `"cost":5`, `one representation cannot hold cost`},
		{"not asked for, not needed", `upc`, ``, `{"data":{"_entities":[{"upc":"p1"}]}}`},
		{"external field", `price`, `"price":10`, `Product.price is @external`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rep := `{"__typename":"Product","upc":"p1"`
			if tc.rep != "" {
				rep += "," + tc.rep
			}
			got := ask(t, s, entitiesQuery(`...on Product{`+tc.selection+`}`), `{"r":[`+rep+`}]}`)
			if strings.HasPrefix(tc.want, "{") && got != tc.want || !strings.Contains(got, tc.want) {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	if got := ask(t, s, `{bare{shipping}}`, `{}`); !strings.Contains(got, "REQUIRES_NOT_MET") {
		t.Errorf("without a representation: %s", got)
	}
	if got, want := ask(t, s, `{products{shipping price}}`, `{}`), `{"data":{"products":[{"shipping":5,"price":3},{"shipping":0,"price":3000}]}}`; got != want {
		t.Errorf("with all inputs provided: %s", got)
	}
	mono, err := New(Options{Data: data, Mode: Plain, SDL: `
		type Query { products: [Product] }
		type Size { w: Int h: Int }
		type Product { shipping: Int area: Int costEUR: Int costCENT: Int cost(in: String): Int size: Size }`})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ask(t, mono, `{products{shipping area costEUR costCENT cost(in:"CENT") size{h}}}`, `{}`),
		`{"data":{"products":[{"shipping":5,"area":2,"costEUR":3,"costCENT":300,"cost":300,"size":{"h":2}},{"shipping":0,"area":30,"costEUR":3000,"costCENT":300000,"cost":300000,"size":{"h":6}}]}}`; got != want {
		t.Errorf("monolith: %s", got)
	}
}

// withRoot adds a root to a copy of the shop's data.
func withRoot(t *testing.T, root string) *Data {
	t.Helper()
	d, err := ParseData([]byte(strings.Replace(shopData, `"roots": {`, `"roots": {`+root+`,`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestProvides(t *testing.T) {
	data := parseShop(t)
	for _, tc := range []struct{ name, sdl string }{
		{"federation 1", `
			type Query { topUser: User @provides(fields: "name team { name }") user(id: ID!): User }
			extend type User @key(fields: "id") { id: ID! @external name: String @external team: Team }
			extend type Team @key(fields: "id") { id: ID! @external name: String @external }`},
		{"federation 2", fed2 + `
			type Query { topUser: User @provides(fields: "name team { name }") user(id: ID!): User }
			type User @key(fields: "id") { id: ID! name: String @external team: Team }
			type Team @key(fields: "id") { id: ID! name: String @external }`},
		{"renamed directives", `
			schema @link(url: "https://specs.apollo.dev/federation/v2.5", as: "fed", import: [{name: "@key", as: "@id"}, "@provides"]) { query: Root }
			directive @key(on: Int) on OBJECT
			type Root { topUser: User @provides(fields: "name team { name }") user(id: ID!): User }
			type User @id(fields: "id") @key(on: 1) { id: ID! name: String @fed__external team: Team }
			type Team @id(fields: "id") { id: ID! name: String @fed__external }`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t, "p", tc.sdl, data)
			if got, want := ask(t, s, `{topUser{id name team{id name}}}`, `{}`), `{"data":{"topUser":{"id":"1","name":"Ada","team":{"id":"t1","name":"Reds"}}}}`; got != want {
				t.Errorf("provided: %s", got)
			}
			if got := ask(t, s, `{user(id:1){id name}}`, `{}`); !strings.Contains(got, "EXTERNAL_FIELD") || !strings.Contains(got, `"data":{"user":{"id":"1","name":null}}`) {
				t.Errorf("not provided: %s", got)
			}
			if got := ask(t, s, `{user(id:1){team{name}}}`, `{}`); !strings.Contains(got, "Team.name is @external") {
				t.Errorf("not provided below: %s", got)
			}
			if got, want := ask(t, s, entitiesQuery(`...on User{id}`), `{"r":[{"__typename":"User","id":"2"}]}`), `{"data":{"_entities":[{"id":"2"}]}}`; got != want {
				t.Errorf("entities: %s", got)
			}
			if got := ask(t, s, `{_service{sdl}}`, `{}`); !strings.Contains(got, "type User") {
				t.Error(got)
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	data := parseShop(t)
	sdl := `type Query { topUser: User users(name: String, first: Int, skip: Int): [User] } type User { id: ID! name: String }`
	got := map[string]string{}
	for _, name := range []string{"plain", "patched", "replaced"} {
		got[name] = ask(t, newServer(t, name, sdl, data), `{topUser{name} users{id}}`, `{}`)
	}
	want := map[string]string{
		"plain":    `{"data":{"topUser":{"name":"Ada"},"users":[{"id":"1"},{"id":"2"}]}}`,
		"patched":  `{"data":{"topUser":{"name":"Ada of patched"},"users":[{"id":"1"}]}}`,
		"replaced": `{"data":{"topUser":{"name":"Nina"},"users":[{"id":"9"}]}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	plain := newServer(t, "plain", sdl, data)
	for query, want := range map[string]string{
		`{users(first:1){id}}`:         `{"data":{"users":[{"id":"1"}]}}`,
		`{users(skip:1){id}}`:          `{"data":{"users":[{"id":"2"}]}}`,
		`{users(first:9,skip:9){id}}`:  `{"data":{"users":[]}}`,
		`{users(name:"Bob"){id}}`:      `{"data":{"users":[{"id":"2"}]}}`,
		`{users(name:"Nobody"){id}}`:   `{"data":{"users":[]}}`,
		`{users(first:-1){id}}`:        `-1 is not a number of items`,
		`{a:topUser{b:name c:name}}`:   `{"data":{"a":{"b":"Ada","c":"Ada"}}}`,
		`{topUser{id}topUser{name}}`:   `{"data":{"topUser":{"id":"1","name":"Ada"}}}`,
		`{topUser{...on User{name}}}`:  `{"data":{"topUser":{"name":"Ada"}}}`,
		`{topUser{id @skip(if:true)}}`: `{"data":{"topUser":{}}}`,
	} {
		if got := ask(t, plain, query, `{}`); got != want && !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
}

func TestNullPropagation(t *testing.T) {
	data, err := ParseData([]byte(`{
		"types": {"A": [{"id": "1", "bad": null, "worse": {"$error": "boom"}, "list": [1, null, 2], "odd": "x"}]},
		"roots": {"Query.a": {"find": "A", "by": {"id": "1"}}, "Query.list": {"list": "A"}, "Query.must": {"find": "A", "by": {"id": "1"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, "s", `type Query { a: A list: [A!] must: A! } type A { id: ID! bad: Int! worse: Int list: [Int!] odd: Int e: E } enum E { X }`, data)
	for _, tc := range []struct{ query, data, message, path string }{
		{`{a{id worse}}`, `{"a":{"id":"1","worse":null}}`, "boom", `["a","worse"]`},
		{`{a{id bad}}`, `{"a":null}`, "cannot return null", `["a","bad"]`},
		{`{list{x:bad}}`, `{"list":null}`, "cannot return null", `["list",0,"x"]`},
		{`{must{bad}}`, `null`, "cannot return null", `["must","bad"]`},
		{`{a{list}}`, `{"a":{"list":null}}`, "cannot return null", `["a","list",1]`},
		{`{a{odd}}`, `{"a":{"odd":null}}`, `cannot represent "x"`, `["a","odd"]`},
	} {
		var got struct {
			Data   json.RawMessage
			Errors []struct {
				Message string
				Path    json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(ask(t, s, tc.query, `{}`)), &got); err != nil {
			t.Fatal(err)
		}
		if string(got.Data) != tc.data || len(got.Errors) != 1 || !strings.Contains(got.Errors[0].Message, tc.message) || string(got.Errors[0].Path) != tc.path {
			t.Errorf("%s: %s %+v", tc.query, got.Data, got.Errors)
		}
	}
}

func TestVariables(t *testing.T) {
	data := parseShop(t)
	s := newServer(t, "s", `
		scalar JSON enum E { X Y }
		input In { i: Int! = 4 f: Float s: String b: Boolean id: ID e: E l: [Int!] n: In any: JSON }
		type Query { echo(in: In): JSON }`, data)
	for _, tc := range []struct{ vars, want string }{
		{`{"v":{}}`, `{"i":4}`},
		{`{"v":{"i":1,"f":2,"s":"s","b":true,"id":7,"e":"Y","l":3,"n":{},"any":{"a":[1,2.5]}}}`,
			`{"any":{"a":[1,2.5]},"b":true,"e":"Y","f":2,"i":1,"id":"7","l":[3],"n":{"i":4},"s":"s"}`},
		{`{}`, `null`},
		{`{"v":null}`, `null`},
		{`{"v":{"i":null}}`, ``},
		{`{"v":{"i":"1"}}`, ``},
		{`{"v":{"i":1.5}}`, ``},
		{`{"v":{"i":3000000000}}`, ``},
		{`{"v":{"s":1}}`, ``},
		{`{"v":{"e":"Z"}}`, ``},
		{`{"v":{"e":"x"}}`, ``},
		{`{"v":{"l":[null]}}`, ``},
		{`{"v":{"zz":1}}`, ``},
		{`{"v":[]}`, ``},
	} {
		got := ask(t, s, `query($v: In){echo(in:$v)}`, tc.vars)
		if want := `{"data":{"echo":` + tc.want + `}}`; tc.want != "" && got != want {
			t.Errorf("%s: %s", tc.vars, got)
		}
		if tc.want == "" && !strings.Contains(got, "BAD_USER_INPUT") {
			t.Errorf("%s: %s", tc.vars, got)
		}
	}
	if got, want := ask(t, s, `query($i: Int = 9, $l: [Int!]){echo(in:{i:$i,l:$l,n:{s:"a",i:2},e:X,id:5,any:{z:$i}})}`, `{}`),
		`{"data":{"echo":{"any":{"z":9},"e":"X","i":9,"id":"5","n":{"i":2,"s":"a"}}}}`; got != want {
		t.Errorf("literals: %s", got)
	}
}

func TestRequestErrors(t *testing.T) {
	s := newServer(t, "s", `type Query { strict: Int! }`, parseShop(t))
	for query, want := range map[string]string{
		`{strict}`:                        `{"errors":[{"message":"no","path":["strict"],"locations":[{"line":1,"column":2}]}],"data":null}`,
		`{nope}`:                          `GRAPHQL_VALIDATION_FAILED`,
		`{`:                               `GRAPHQL_VALIDATION_FAILED`,
		`query A{strict} query B{strict}`: `OPERATION_RESOLUTION_FAILURE`,
		`mutation{x}`:                     `GRAPHQL_VALIDATION_FAILED`,
	} {
		got := ask(t, s, query, `{}`)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
		if !strings.Contains(want, `"data"`) && strings.Contains(got, `"data"`) {
			t.Errorf("%s: a request that did not run has data: %s", query, got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ sdl, want string }{
		"syntax":            {`type Query {`, "Expected"},
		"unknown type":      {`type Query { a: Nope }`, "Nope"},
		"unknown directive": {`type Query { a: Int @nope }`, "nope"},
		"key of no field":   {`type Query { strict: A } type A @key(fields: "zz") { id: ID }`, "A has no field zz"},
		"bad field set":     {`type Query { strict: A } type A @key(fields: "id {") { id: ID }`, "field set"},
		"requires":          {`type Query { strict: A } type A @key(fields: "id") { id: ID x: Int @requires(fields: "y") }`, "A has no field y"},
		"provides":          {`type Query { strict: A @provides(fields: "y") } type A { id: ID }`, "A has no field y"},
		"root without data": {`type Query { elsewhere: Int }`, "no root for Query.elsewhere"},
	} {
		_, err := New(Options{Name: "s", SDL: tc.sdl, Data: parseShop(t)})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(Options{SDL: `type Query { a: Int }`}); err == nil {
		t.Error("no data, no error")
	}
}

func TestEntitiesOnlyWhereThereAreSome(t *testing.T) {
	s := newServer(t, "s", fed2+`type Query { topUser: User } type User @key(fields: "id", resolvable: false) { id: ID! }`, parseShop(t))
	if got := ask(t, s, `{_entities(representations:[]){__typename}}`, `{}`); !strings.Contains(got, "Cannot query field") {
		t.Error(got)
	}
	if got := ask(t, s, `{_service{sdl}}`, `{}`); !strings.Contains(got, fmt.Sprintf("%q", "data")) {
		t.Error(got)
	}
}
