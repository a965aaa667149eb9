package mock_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

func TestSameEntityByEveryWay(t *testing.T) {
	c := client(t, demo(t, "accounts"), mock.Options{})
	const fields = `id email name username birthday role address { street city }`
	root := ask(t, c, `{ user(id: 4) { `+fields+` } }`)
	want := get(t, root, "user")
	if got := get(t, root, "user.id"); got != "4" {
		t.Errorf("id %s", got)
	}
	email := get(t, root, "user.email")
	rows := look(t, c, entities("User"), fields, `{"__typename":"User","id":"4"}`, `{"__typename":"User","id":4}`, `{"email":"`+email+`"}`)
	for i, r := range rows {
		if got := get(t, `{"user":`+r+`}`, "user"); got != want {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
	field := subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "User", Path: []string{"user"},
		Arguments: []subgraphs.LookupArgument{{Name: "id", Type: "ID!", From: []string{"id"}}},
	}
	facet := subgraphs.Lookup{Kind: subgraphs.FacetLookup, Type: "User"}
	for _, l := range []subgraphs.Lookup{field, facet} {
		if got := get(t, `{"user":`+look(t, c, l, fields, `{"id":"4"}`)[0]+`}`, "user"); got != want {
			t.Errorf("%v: %s, want %s", l.Kind, got, want)
		}
	}
	// A key that nobody made leads to one entity by all of its keys, too.
	strange := look(t, c, entities("User"), fields, `{"email":"ann@home.test"}`)[0]
	again := look(t, c, entities("User"), fields, `{"id":"`+get(t, strange, "id")+`"}`)[0]
	if strange != again || get(t, strange, "email") != "ann@home.test" {
		t.Errorf("%s\n%s", strange, again)
	}
	// Seeds differ, requests do not.
	other := client(t, demo(t, "accounts"), mock.Options{Seed: 2})
	if ask(t, other, `{ user(id: 4) { `+fields+` } }`) == root {
		t.Error("another seed gives the same")
	}
	same := client(t, demo(t, "accounts"), mock.Options{})
	if got := ask(t, same, `query($i: ID!) { u: user(id: $i) { `+fields+` } }`, `"4"`); get(t, got, "u") != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAnswersFitTheSelection(t *testing.T) {
	c := client(t, demo(t, "products"), mock.Options{})
	got := ask(t, c, `query($yes: Boolean!, $no: Boolean!) {
		kind: __typename
		product(upc: "table") { __typename key: upc upc dimensions { width } ... on Named { called: name } ...on Brand { founded } }
		a: product(upc: "x") @include(if: $no) { upc }
		b: product(upc: "x") @skip(if: $no) @include(if: $yes) { upc ... @include(if: $no) { name } }
		search(text: "a") { __typename ... on Product { upc category } ... on Brand { id founded } }
		c: search(text: "a") { ... on Named { name } }
	}`, "true", "false")
	for path, want := range map[string]string{
		"kind": "Query", "product.__typename": "Product", "product.key": "table", "product.upc": "table", "b.upc": "x",
	} {
		if g := get(t, got, path); g != want {
			t.Errorf("%s is %s, want %s", path, g, want)
		}
	}
	for _, none := range []string{`"a":`, "founded\":null"} {
		if strings.Contains(got, none) {
			t.Errorf("%s in %s", none, got)
		}
	}
	if b := get(t, got, "b"); strings.Contains(b, "name") {
		t.Errorf("b is %s", b)
	}
	if n := count(t, got, "search"); n != 3 {
		t.Errorf("%d found", n)
	}
	for i := range 3 {
		at := "search." + strconv.Itoa(i)
		switch typ := get(t, got, at+".__typename"); typ {
		case "Product":
			if c := get(t, got, at+".category"); !slices.Contains([]string{"LIVING", "KITCHEN", "GARDEN", "ELECTRONICS"}, c) {
				t.Errorf("category %s", c)
			}
		case "Brand":
			get(t, got, at+".founded")
		default:
			t.Errorf("type %s", typ)
		}
	}
}

func TestLists(t *testing.T) {
	const sdl = `
type Query {
  users(first: Int = 2, after: String): [User!]!
  byIDs(ids: [ID!]!): [User]!
  byKeys(keys: [UserKey!]!): [User!]!
  page(pageSize: Int): UserConnection!
  all: [User!]!
  grid: [[Int!]!]!
  pairs: [Pair!]!
}
input UserKey { id: ID! }
type User { id: ID! name: String! friends(limit: Int): [User!]! }
type UserConnection { edges: [UserEdge!]! nodes: [User!]! totalCount: Int! }
type UserEdge { cursor: String! node: User! }
type Pair { left: User! right: User! }`
	c := client(t, sdl, mock.Options{})
	got := ask(t, c, `{
		users { id } one: users(first: 1) { id } many: users(first: 25) { id } none: users(first: 0) { id }
		negative: users(first: -3) { id } huge: users(first: 2000000000) { id }
		byIDs(ids: [7, "b", 7]) { id } byKeys(keys: [{id: "9"}, {id: "8"}]) { id }
		page(pageSize: 5) { edges { node { id } } nodes { id } }
		all { id friends(limit: 2) { id friends { id } } }
		grid pairs { left { id } }
	}`)
	for path, want := range map[string]int{
		"users": 2, "one": 1, "many": 25, "none": 0, "negative": 0, "huge": 100, "byIDs": 3, "byKeys": 2, "page.edges": 5, "page.nodes": 5,
		"all": 3, "all.0.friends": 2, "all.0.friends.0.friends": 3, "grid": 3, "grid.0": 3, "pairs": 3,
	} {
		if n := count(t, got, path); n != want {
			t.Errorf("%s has %d elements, want %d", path, n, want)
		}
	}
	if a, b := get(t, got, "byIDs"), get(t, got, "byKeys"); a != `[{"id":"7"},{"id":"b"},{"id":"7"}]` || b != `[{"id":"9"},{"id":"8"}]` {
		t.Errorf("%s, %s", a, b)
	}
	// A shorter list begins the longer one; elements are distinct.
	if get(t, got, "users.1.id") != get(t, got, "many.1.id") || get(t, got, "one.0.id") != get(t, got, "many.0.id") {
		t.Errorf("the lists begin differently: %s", got)
	}
	for _, path := range []string{"huge", "page.edges", "pairs", "all"} {
		seen := map[string]bool{}
		for i := range count(t, got, path) {
			e := get(t, got, path+"."+strconv.Itoa(i))
			if seen[e] {
				t.Errorf("%s has %s twice", path, e)
			}
			seen[e] = true
		}
	}
	// The friends of a user are a matter of the user, however it is reached.
	first := get(t, got, "all.0.id")
	other := ask(t, c, `{ byIDs(ids: ["`+first+`"]) { friends(limit: 2) { id } } }`)
	for i := range 2 {
		at := ".friends." + strconv.Itoa(i) + ".id"
		if a, b := get(t, got, "all.0"+at), get(t, other, "byIDs.0"+at); a != b {
			t.Errorf("friend %d is %s and %s", i, a, b)
		}
	}
}

func TestMutationsEcho(t *testing.T) {
	todo := client(t, demo(t, "todo"), mock.Options{})
	got := ask(t, todo, `mutation($t: TodoInput!) { createTodo(todo: $t) { id title done priority tags } toggleTodo(todoID: "12") { id title } }`,
		`{"title":"Buy \"milk\" today","priority":"HIGH","tags":["a","b"]}`)
	for path, want := range map[string]string{
		"createTodo.title": `Buy \"milk\" today`, "createTodo.priority": "HIGH", "createTodo.tags": `["a","b"]`, "toggleTodo.id": "12",
	} {
		if g := get(t, got, path); g != want {
			t.Errorf("%s is %s, want %s", path, g, want)
		}
	}
	query := ask(t, todo, `{ todo(todoID: 12) { title } }`)
	if get(t, query, "todo.title") != get(t, got, "toggleTodo.title") {
		t.Error("an object that is not changed differs from itself")
	}
	c := client(t, `type Query { a: Int } type Mutation {
  save(input: UserInput!): SavePayload!
  remove(id: ID!): ID!
  ban(id: ID!): Boolean!
}
input UserInput { id: ID name: String wrong: String address: AddressInput }
input AddressInput { city: String }
type SavePayload { user: User! ok: Boolean! }
type User { id: ID! name: String! wrong: Int! address: Address! }
type Address { city: String! street: String! }`, mock.Options{})
	got = ask(t, c, `mutation { save(input: {id: "5", name: "Ann", wrong: "no", address: {city: "Rome"}}) { user { id name wrong address { city street } } }
		made: save(input: {name: "Ben"}) { user { id name } } remove(id: "77") ban(id: 3) }`)
	for path, want := range map[string]string{
		"save.user.id": "5", "save.user.name": "Ann", "save.user.address.city": "Rome", "made.user.name": "Ben", "remove": "77", "ban": "true",
	} {
		if g := get(t, got, path); g != want {
			t.Errorf("%s is %s, want %s", path, g, want)
		}
	}
	if n, err := strconv.Atoi(get(t, got, "made.user.id")); err != nil || n < 1000 {
		t.Errorf("a new user has the id %s", get(t, got, "made.user.id"))
	}
	if get(t, got, "save.user.address.street") == "" {
		t.Error("no street")
	}
}

func TestScalarsByName(t *testing.T) {
	c := client(t, `scalar DateTime scalar Date scalar URL scalar Email scalar UUID scalar JSON scalar Long scalar Strange
type Query { u: User! }
type User { at: DateTime! day: Date! site: URL! mail: Email! token: UUID! data: JSON! big: Long! odd: Strange! email: String! name: String! homepageUrl: String!
  title: String! createdAt: String! price: Float! rating: Int! authorId: ID! friend_id: Int! firstName: String! tags: [String!]! active: Boolean! }`, mock.Options{})
	got := ask(t, c, `{ u { at day site mail token data big odd email name homepageUrl title createdAt price rating authorId friend_id firstName tags active } }`)
	t.Log(got)
	for path, check := range map[string]func(string) bool{
		"at": timestamp, "createdAt": timestamp, "day": func(s string) bool { return len(s) == 10 },
		"site": isURL, "homepageUrl": isURL, "mail": isEmail, "email": isEmail, "token": func(s string) bool { return len(s) == 36 },
		"data": func(s string) bool { return strings.HasPrefix(s, "{") }, "big": isNumber, "odd": func(s string) bool { return s != "" },
		"name":  func(s string) bool { return strings.Contains(s, " ") },
		"price": isNumber, "rating": func(s string) bool { return s >= "1" && s <= "5" },
		"authorId": inPool, "friend_id": inPool, "firstName": func(s string) bool { return s != "" && !strings.Contains(s, " ") },
		"tags": func(s string) bool { return strings.Count(s, ",") == 2 }, "active": func(s string) bool { return s == "true" || s == "false" },
	} {
		if g := get(t, got, "u."+path); !check(g) {
			t.Errorf("%s is %s", path, g)
		}
	}
}

func timestamp(s string) bool { return len(s) == 20 && strings.HasSuffix(s, "Z") }
func isURL(s string) bool     { return strings.HasPrefix(s, "https://example.com/") }
func isEmail(s string) bool   { return strings.HasSuffix(s, "@example.com") }
func isNumber(s string) bool  { _, err := strconv.ParseFloat(s, 64); return err == nil }
func inPool(s string) bool    { n, err := strconv.Atoi(s); return err == nil && n >= 1 && n <= 10 }

func TestKeysOfEveryKind(t *testing.T) {
	const sdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{name: "@key", as: "@identity"}, "@external"])
scalar Date
enum Region { EU US }
type Query { shops: [Shop!]! days: [Day!]! media: [Media!]! books: [Book!]! }
type Shop @identity(fields: "region number") @identity(fields: "org { code } name") { region: Region! number: Int! name: String! org: Org! size: Int! }
type Org @identity(fields: "code") { code: String! city: String! }
type Day @identity(fields: "date") { date: Date! note: String! }
interface Media @identity(fields: "id") { id: ID! title: String! }
type Book implements Media @identity(fields: "id") { id: ID! title: String! pages: Int! }
type Film implements Media @identity(fields: "id") { id: ID! title: String! minutes: Int! }`
	c := client(t, sdl, mock.Options{})
	got := ask(t, c, `{ shops { region number name org { code city } size } days { date note }
		media { __typename id title ... on Book { pages } ... on Film { minutes } } books { __typename id title pages } }`)
	for i := range 3 {
		at := "." + strconv.Itoa(i)
		shop := get(t, got, "shops"+at)
		rows := look(t, c, entities("Shop"), `region number name org { code city } size`,
			`{"__typename":"Shop","number":`+get(t, shop, "number")+`,"region":"`+get(t, shop, "region")+`"}`,
			`{"org":{"code":"`+get(t, shop, "org.code")+`"},"name":"`+get(t, shop, "name")+`"}`)
		for _, r := range rows {
			if get(t, `{"x":`+r+`}`, "x") != shop {
				t.Errorf("%s, want %s", r, shop)
			}
		}
		day := get(t, got, "days"+at)
		if r := look(t, c, entities("Day"), `date note`, `{"date":"`+get(t, day, "date")+`"}`)[0]; r != day {
			t.Errorf("%s, want %s", r, day)
		}
		for _, list := range []string{"media", "books"} {
			m := get(t, got, list+at)
			typ := get(t, m, "__typename")
			more := map[string]string{"Book": "pages", "Film": "minutes"}[typ]
			for _, row := range []string{`{"__typename":"Media","id":"` + get(t, m, "id") + `"}`, `{"__typename":"` + typ + `","id":"` + get(t, m, "id") + `"}`} {
				r := look(t, c, entities("Media"), `... on Media { __typename id title } ... on `+typ+` { `+more+` }`, row)[0]
				if get(t, `{"x":`+r+`}`, "x") != m {
					t.Errorf("%s, want %s", r, m)
				}
			}
		}
	}
	// Values that nobody made are given back, whatever they are.
	for _, row := range []string{`{"number":77,"region":"US"}`, `{"name":"a=b&c","org":{"code":"ü\""}}`} {
		r := look(t, c, entities("Shop"), `region number name org { code city }`, row)[0]
		var want map[string]any
		if err := json.Unmarshal([]byte(row), &want); err != nil {
			t.Fatal(err)
		}
		for k, v := range want {
			var all map[string]any
			if err := json.Unmarshal([]byte(r), &all); err != nil {
				t.Fatal(err)
			}
			if o, ok := v.(map[string]any); ok {
				v, all[k] = o["code"], all[k].(map[string]any)["code"]
			}
			if all[k] != v {
				t.Errorf("%s is %v in %s", k, all[k], r)
			}
		}
	}
	if r := look(t, c, entities("Org"), `code`, `{"code":null}`, `{"city":"Rome"}`, `[]`, `{"__typename":"Query","code":"a"}`, `{`); r[0] != "null" || r[2] != "error" || r[3] != "error" || r[4] != "error" {
		t.Errorf("%v", r)
	}
}

func TestExamples(t *testing.T) {
	const sdl = `
type Query { me: User! user(id: ID!): User users: [User!]! posts(first: Int): [Post!]! stats: Stats! any: Any! }
type User { id: ID! name: String! age: Int! email: String! posts: [Post!]! nick: String }
type Post { id: ID! title: String! author: User! }
type Stats { visits: Int! city: String! top: [Entry!]! }
type Entry { label: String! value: Int! }
union Any = User | Post`
	c := client(t, sdl, mock.Options{Examples: mock.Examples{
		"Query.me":    `{"id": 42, "name": "Ann", "age": "old", "extra": [1], "nick": null, "posts": [{"id": "p1", "title": "First"}, {"title": "Second"}]}`,
		"Query.stats": `{"visits": 7, "top": [{"label": "x"}, {"label": "y", "value": 2}]}`,
		"User.email":  `"someone@home.test"`,
		"Query.any":   `{"__typename": "Post", "id": "p1"}`,
		"Post":        `{"id": "p9", "title": "A post"}`,
		"Gone.field":  `1`,
	}})
	got := ask(t, c, `{ me { id name age email nick posts { id title author { id } } } stats { visits city top { label value } }
		user(id: "42") { name age nick } other: user(id: 7) { id name age } posts(first: 2) { id title } any { __typename ... on Post { id title } } }`)
	t.Log(got)
	for path, want := range map[string]string{
		"me.id": "42", "me.name": "Ann", "me.nick": "null", "me.email": "someone@home.test", "me.posts.0.id": "p1", "me.posts.0.title": "First",
		"me.posts.1.title": "Second", "stats.visits": "7", "stats.top.0.label": "x", "stats.top.1.value": "2", "user.name": "Ann",
		"other.id": "7", "user.age": get(t, got, "me.age"), "any.__typename": "Post", "any.title": "First",
	} {
		if g := get(t, got, path); g != want {
			t.Errorf("%s is %s, want %s", path, g, want)
		}
	}
	if n := count(t, got, "stats.top"); n != 2 {
		t.Errorf("%d entries", n)
	}
	post := get(t, got, "me.posts.1")
	if r := look(t, c, entities("Post"), `id title author { id }`, `{"id":"`+get(t, post, "id")+`"}`)[0]; get(t, `{"x":`+r+`}`, "x") != post {
		t.Errorf("%s, want %s", r, post)
	}
	if _, err := mock.New(mock.Options{Subgraph: "s", Doc: document(t, sdl), Examples: mock.Examples{"Query.me": `{`}}); err == nil || !strings.Contains(err.Error(), "Query.me") {
		t.Errorf("a bad example: %v", err)
	}
}

func TestDocumentsOfSubgraphs(t *testing.T) {
	// Federation 1: only extensions, no query type, nobody defines the scalars.
	c := client(t, `extend type Product @key(fields: "upc") { upc: String! @external stock: Int! at: Moment }`, mock.Options{})
	if r := look(t, c, entities("Product"), `... on Product { upc stock at }`, `{"__typename":"Product","upc":"table"}`)[0]; get(t, r, "upc") != "table" {
		t.Error(r)
	}
	for _, bad := range []string{
		`type A @key(fields: "b") { id: ID! } type Query { a: A }`,
		`type A @key(fields: "") { id: ID! } type Query { a: A }`,
		`type A @key(fields: "b") { b: B } type B { id: ID! } type Query { a: A }`,
	} {
		if _, err := mock.New(mock.Options{Doc: document(t, bad)}); err == nil {
			t.Errorf("no error for %s", bad)
		}
	}
	if _, err := mock.New(mock.Options{}); err == nil {
		t.Error("no error without a document")
	}
	// Keys whose objects' keys lie in each other end.
	c = client(t, `type Query { a: A! } type A @key(fields: "b { a { id } }") { b: B! id: ID! } type B @key(fields: "a { b { n } }") { a: A! n: Int! }`, mock.Options{})
	ask(t, c, `{ a { id b { n a { id } } } }`)
	c = client(t, `type Query { a: A! } type A @key(fields: "v") { v: ID! n: Int! } type B { c: Int }`, mock.Options{Keys: map[string][]string{"A": {"n"}}})
	got := ask(t, c, `{ a { v n } }`)
	if r := look(t, c, entities("A"), `v n`, `{"n":`+get(t, got, "a.n")+`}`)[0]; get(t, r, "v") != get(t, got, "a.v") {
		t.Errorf("%s, want %s", r, got)
	}
}

func TestPrepareRefuses(t *testing.T) {
	c := client(t, demo(t, "products"), mock.Options{})
	for _, text := range []string{
		`{ gone }`, `{ product }`, `{ product(upc: "a") { upc { a } } }`, `{ product(sku: 1) { upc } }`, `{ product(upc: "a") { ... on Gone { a } } }`,
		`mutation { a }`, `{ product(upc: "a") { gone } }`, `{ __typename { a } }`,
	} {
		if _, err := c.Prepare(spec(t, text)); err == nil {
			t.Errorf("no error for %s", text)
		}
	}
	field := []subgraphs.Selection{{Key: "upc", Field: "upc"}}
	root := []subgraphs.Selection{{Key: "t", Field: "__typename"}}
	lookup := entities("Product")
	gone := entities("Gone")
	for name, s := range map[string]*subgraphs.FetchSpec{
		"nothing":      {},
		"both":         {Root: root, Entries: []subgraphs.Entry{{Lookup: &lookup, Selections: field}}},
		"mutation":     {Kind: schema.Mutation, Entries: []subgraphs.Entry{{Lookup: &lookup, Selections: field}}},
		"subscription": {Kind: schema.Subscription, Root: root},
		"no lookup":    {Entries: []subgraphs.Entry{{Selections: field}}},
		"gone":         {Entries: []subgraphs.Entry{{Lookup: &gone, Selections: field}}},
		"condition":    {Root: []subgraphs.Selection{{Key: "t", Field: "__typename", Include: []subgraphs.Condition{{Variable: 0}}}}},
	} {
		if _, err := c.Prepare(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBounds(t *testing.T) {
	c := client(t, `type Query { users(first: Int): [User!]! } type User { id: ID! friends(first: Int): [User!]! }`, mock.Options{MaxBody: 100_000})
	text := `{ users(first: 100) { ` + strings.Repeat(`friends(first: 100) { `, 20) + `id` + strings.Repeat(` }`, 22)
	p, err := c.Prepare(spec(t, text))
	if err != nil {
		t.Fatal(err)
	}
	a := p.Fetch(context.Background(), &subgraphs.Call{})
	if a.Err == nil || a.Err.Code != subgraphs.CodeTooLarge {
		t.Errorf("got %v", a.Err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if a := p.Fetch(ctx, &subgraphs.Call{}); a.Err == nil || a.Err.Code != subgraphs.CodeCancelled {
		t.Errorf("got %v", a.Err)
	}
	if a := p.Fetch(context.Background(), &subgraphs.Call{Variables: [][]byte{[]byte("{")}}); a.Err == nil || a.Err.Code != subgraphs.CodeRequest {
		t.Errorf("got %v", a.Err)
	}
	deep := `{ users { ` + strings.Repeat(`friends { `, 300) + `id` + strings.Repeat(` }`, 302)
	if _, err := c.Prepare(spec(t, deep)); err == nil {
		t.Error("no error for a deep selection")
	}
}

func TestFieldLookups(t *testing.T) {
	c := client(t, demo(t, "todo"), mock.Options{})
	want := ask(t, c, `{ a: todo(todoID: "3") { id title done } b: todo(todoID: "x y") { id title done } }`)
	one := subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "Todo", Path: []string{"todo"},
		Arguments: []subgraphs.LookupArgument{{Name: "todoID", Type: "ID!", From: []string{"ref"}}},
	}
	byKey := subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "Todo", Path: []string{"todos()", "nodes"}, Batch: true, Key: [][]string{{"_k0"}},
		Arguments: []subgraphs.LookupArgument{{Name: "where.ids", Type: "[ID!]!", From: []string{"ref"}}},
	}
	byPosition := byKey
	byPosition.ByPosition, byPosition.Key = true, nil
	byPosition.Arguments = []subgraphs.LookupArgument{{Name: "keys[].id", Type: "[TodoKey!]!", From: []string{"ref"}}}
	for name, l := range map[string]subgraphs.Lookup{"one": one, "by key": byKey, "by position": byPosition} {
		got := look(t, c, l, `_k0: id id title done`, `{"ref":"3"}`, `{"ref":"x y"}`, `{"ref":3}`)
		for i, path := range []string{"a", "b", "a"} {
			for _, field := range []string{"id", "title", "done"} {
				if g, w := get(t, got[i], field), get(t, want, path+"."+field); g != w {
					t.Errorf("%s: %s of row %d is %s, want %s", name, field, i, g, w)
				}
			}
			if get(t, got[i], "_k0") != get(t, got[i], "id") {
				t.Errorf("%s: %s", name, got[i])
			}
		}
	}
}

// Arguments that mean the same give the same; others do not.
func TestArguments(t *testing.T) {
	c := client(t, `type Query { find(filter: Filter, sort: Sort = ASC, n: Int): Hit! } enum Sort { ASC DESC } input Filter { a: ID b: [String!] }
type Hit { score: Int! text: String! }`, mock.Options{})
	got := ask(t, c, `query($f: Filter, $a: ID, $none: Int) {
		plain: find { score text } default: find(sort: ASC, n: $none) { score text } null: find(filter: null) { score text }
		one: find(filter: {a: 1, b: ["x"]}) { score text } same: find(filter: {b: ["x"], a: "1"}, sort: ASC) { score text } variable: find(filter: $f) { score text }
		other: find(filter: {a: 2, b: ["x"]}) { score text } down: find(sort: DESC) { score text }
	}`, `{"a":"1","b":["x"]}`, "", "")
	same := func(a, b string, want bool) {
		if (get(t, got, a) == get(t, got, b)) != want {
			t.Errorf("%s %s, %s %s", a, get(t, got, a), b, get(t, got, b))
		}
	}
	same("plain", "default", true)
	same("plain", "null", true)
	same("one", "same", true)
	same("one", "variable", true)
	same("one", "other", false)
	same("plain", "one", false)
	same("plain", "down", false)
}

func TestManyGoroutines(t *testing.T) {
	c := client(t, demo(t, "reviews"), mock.Options{Examples: mock.Examples{"Query.review": `{"id": "1", "author": {"id": 5}}`}})
	p, err := c.Prepare(spec(t, `query($n: Int) { latestReviews(first: $n) { id author { id reviews(first: $n) { id rating } } product { feedback { ... on Review { id } } } } review(id: 1) { author { id } } }`))
	if err != nil {
		t.Fatal(err)
	}
	call := &subgraphs.Call{Variables: [][]byte{[]byte("5")}}
	want := string(p.Fetch(context.Background(), call).Body)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := string(p.Fetch(context.Background(), call).Body); got != want {
					t.Errorf("%s\n%s", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
