// Package stitching runs the router over services that know nothing of
// federation, joined by configuration alone or by Composite Schemas directives.
package stitching

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

const (
	people = `
type Query {
  users(ids: [ID!]!): [User]!
  everyone: [User!]!
}

type User {
  id: ID!
  name: String!
  favoriteIds: [ID!]!
}
`
	opinions = `
type Query {
  reviews: [Review!]!
  reviewsById(ids: [ID!]!): [Review]!
}

type Review {
  id: ID!
  body: String!
  authorId: ID
}
`
	data = `{
  "types": {
    "User": [
      {"id": "1", "name": "Ada", "favoriteIds": ["r2", "r3"]},
      {"id": "2", "name": "Bob", "favoriteIds": []},
      {"id": "3", "name": "Eve", "favoriteIds": ["r1"]}
    ],
    "Review": [
      {"id": "r1", "body": "good", "authorId": "2"},
      {"id": "r2", "body": "bad", "authorId": "1"},
      {"id": "r3", "body": "ugly", "authorId": "2"},
      {"id": "r4", "body": "anonymous", "authorId": null}
    ]
  },
  "roots": {
    "Query.everyone": {"list": "User"},
    "Query.users": {"expr": ["reverse", ["filter", ["all", "User"], ["in", ["get", ["self"], "id"], "$ids"]]]},
    "Query.reviews": {"list": "Review"},
    "Query.reviewsById": {"expr": ["reverse", ["filter", ["all", "Review"], ["in", ["get", ["self"], "id"], "$ids"]]]}
  }
}`
)

// service starts a plain GraphQL server.
func service(t *testing.T, name, sdl string, d *dataserver.Data) (*dataserver.Server, string) {
	t.Helper()
	s, err := dataserver.New(dataserver.Options{Name: name, SDL: sdl, Data: d, Mode: dataserver.Plain, KeepLog: true})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL
}

func serve(t *testing.T, yaml string) http.Handler {
	t.Helper()
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(yaml)}}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := router.New(router.Options{Config: loaded.Config, ExitOnError: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	if err := r.Reload(t.Context(), loaded.Config); err != nil {
		t.Fatal(err)
	}
	return r
}

func ask(t *testing.T, h http.Handler, query string) string {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestJoinedBothWays(t *testing.T) {
	d, err := dataserver.ParseData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	accounts, accountsURL := service(t, "accounts", people, d)
	reviews, reviewsURL := service(t, "reviews", opinions, d)
	h := serve(t, joinedYAML(accountsURL, reviewsURL))
	askBothWays(t, h, accounts, reviews)
}

// joinedYAML is a configuration that joins the two services both ways.
func joinedYAML(accountsURL, reviewsURL string) string {
	return `
subgraphs:
  - name: accounts
    url: ` + accountsURL + `
    entities:
      User: {key: id, lookup: "users(ids: $key.id)"}
  - name: reviews
    url: ` + reviewsURL + `
    transforms:
      - rename: {fields: {Review.body: text}}
    entities:
      Review: {key: id, lookup: "reviewsById(ids: $key.id)"}
joins:
  - "Review.author: accounts.User by authorId"
  - "User.favorites: reviews.Review by favoriteIds"
`
}

// askBothWays asks across both joins and counts the requests.
func askBothWays(t *testing.T, h http.Handler, accounts, reviews *dataserver.Server) {
	t.Helper()
	for _, s := range []*dataserver.Server{accounts, reviews} {
		s.ResetCounters()
	}
	for _, c := range []struct {
		query, want       string
		accounts, reviews int64
	}{
		{
			`{ reviews { text author { name } } }`,
			`{"data":{"reviews":[{"text":"good","author":{"name":"Bob"}},{"text":"bad","author":{"name":"Ada"}},{"text":"ugly","author":{"name":"Bob"}},{"text":"anonymous","author":null}]}}`,
			1, 1,
		},
		{
			`{ everyone { name favorites { text author { id name } } } }`,
			`{"data":{"everyone":[{"name":"Ada","favorites":[{"text":"bad","author":{"id":"1","name":"Ada"}},{"text":"ugly","author":{"id":"2","name":"Bob"}}]},{"name":"Bob","favorites":[]},{"name":"Eve","favorites":[{"text":"good","author":{"id":"2","name":"Bob"}}]}]}}`,
			2, 1,
		},
	} {
		if got := ask(t, h, c.query); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.query, got, c.want)
			for _, s := range []*dataserver.Server{accounts, reviews} {
				for _, l := range s.Log() {
					t.Log(s.Name(), l.Query, l.Variables)
				}
			}
		}
		// One request for each wave, however many objects there are.
		if a, r := accounts.Requests(), reviews.Requests(); a != c.accounts || r != c.reviews {
			t.Errorf("%s: %d requests to accounts and %d to reviews, want %d and %d", c.query, a, r, c.accounts, c.reviews)
		}
		accounts.ResetCounters()
		reviews.ResetCounters()
	}
}

// composite declares the directives of the Composite Schemas specification that
// the test uses, for servers that check their own schema.
const composite = `
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @lookup on FIELD_DEFINITION
directive @is(field: String!) on ARGUMENT_DEFINITION
directive @internal on OBJECT | FIELD_DEFINITION
directive @shareable on OBJECT | FIELD_DEFINITION
`

func TestCompositeSchemasDirectives(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {
    "User": [{"id": "1", "name": "Ada"}, {"id": "2", "name": "Bob"}],
    "Review": [{"id": "r1", "body": "good", "author": {"$ref": {"__typename": "User", "id": "2"}}},
               {"id": "r2", "body": "bad", "author": {"$ref": {"__typename": "User", "id": "1"}}},
               {"id": "r3", "body": "ugly", "author": {"$ref": {"__typename": "User", "id": "2"}}}]
  },
  "roots": {
    "Query.userById": {"find": "User", "by": {"id": "$id"}},
    "Query.reviews": {"list": "Review"},
    "Query.reviewer": {"find": "User", "by": {"id": "$key"}}
  },
  "computed": {"User.count": ["len", ["where", "Review", {"author": {"id": ["path", "id"]}}]]}
}`))
	if err != nil {
		t.Fatal(err)
	}
	const accountsSDL = composite + `
type Query { userById(id: ID!): User @lookup }
type User @key(fields: "id") { id: ID! name: String! }
`
	const reviewsSDL = composite + `
type Query {
  reviews: [Review!]!
  reviewer(key: ID! @is(field: "id")): User @lookup @internal
}
type Review { id: ID! body: String! author: User! }
type User @key(fields: "id") { id: ID! count: Int! }
`
	dir := t.TempDir()
	var servers []*dataserver.Server
	yaml := "subgraphs:\n"
	for _, s := range []struct{ name, sdl string }{{"accounts", accountsSDL}, {"reviews", reviewsSDL}} {
		server, url := service(t, s.name, s.sdl, d)
		servers = append(servers, server)
		file := filepath.Join(dir, s.name+".graphql")
		if err := os.WriteFile(file, []byte(s.sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml += fmt.Sprintf("  - {name: %s, url: %q, schema: %q}\n", s.name, url, file)
	}
	h := serve(t, yaml)
	for _, s := range servers {
		s.ResetCounters()
	}
	const query = `{ reviews { body author { name count } } userById(id: "2") { name count } }`
	const want = `{"data":{"reviews":[{"body":"good","author":{"name":"Bob","count":2}},{"body":"bad","author":{"name":"Ada","count":1}},{"body":"ugly","author":{"name":"Bob","count":2}}],"userById":{"name":"Bob","count":2}}}`
	if got := ask(t, h, query); got != want {
		t.Errorf("got %s\nwant %s", got, want)
		for _, s := range servers {
			for _, l := range s.Log() {
				t.Log(s.Name(), l.Query, l.Variables)
			}
		}
	}
	// Single lookups go together in one request, however many rows there are.
	if a, r := servers[0].Requests(), servers[1].Requests(); a != 2 || r != 2 {
		t.Errorf("%d requests to accounts and %d to reviews, want 2 and 2", a, r)
	}
	if got := ask(t, h, `{ reviewer(key: "1") { count } }`); !strings.Contains(got, "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("an internal lookup is part of the API: %s", got)
	}
}

func TestTransforms(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {"Account": [{"id": "1", "owner_name": "Ada", "secret": "x", "kind": "GOLD"}]},
  "roots": {
    "Query.getAccount": {"find": "Account", "by": {"id": "$id"}},
    "Query.internalState": {"value": "hidden"},
    "Query.version": {"value": "7"}
  }
}`))
	if err != nil {
		t.Fatal(err)
	}
	_, url := service(t, "billing", `
type Query { getAccount(id: ID!): Account internalState: String version: String }
type Account { id: ID! owner_name: String secret: String kind: Kind }
enum Kind { GOLD TIN }
`, d)
	h := serve(t, `
introspection: true
subgraphs:
  - name: billing
    url: `+url+`
    transforms:
      - rename: {types: {Account: Customer}, fields: {Query.getAccount: account, Account.owner_name: ownerName}}
      - prefix: {value: Billing_, except: [Kind]}
      - hide: ["Query.internal*", Billing_Customer.secret]
      - namespace: billing
`)
	for query, want := range map[string]string{
		`{ billing { account(id: "1") { __typename id ownerName kind } version } }`: `{"data":{"billing":{"account":{"__typename":"Billing_Customer","id":"1","ownerName":"Ada","kind":"GOLD"},"version":"7"}}}`,
		`query($n: ID!) { billing { account(id: $n) { id } } }`:                     `"code":"BAD_USER_INPUT"`,
		`{ billing { a: account(id: "1") { id } b: account(id: "2") { id } } }`:     `{"data":{"billing":{"a":{"id":"1"},"b":null}}}`,
		`{ billing { internalState } }`:                                             `"code":"GRAPHQL_VALIDATION_FAILED"`,
		`{ billing { account(id: "1") { secret } } }`:                               `"code":"GRAPHQL_VALIDATION_FAILED"`,
		`{ version }`: `"code":"GRAPHQL_VALIDATION_FAILED"`,
		`{ billing { __typename } x: billing { v: version } }`: `{"data":{"billing":{"__typename":"BillingQuery"},"x":{"v":"7"}}}`,
	} {
		if got := ask(t, h, query); !strings.Contains(got, want) {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

// What a namespace holds is missed there when it was asked for and did not come,
// whatever conditions it and the namespace stand under.
func TestNamespacedFieldsLeftOut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "billing.graphql")
	if err := os.WriteFile(file, []byte("type Query { version: String size: Int }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data":{"size":1}}`)
	}))
	t.Cleanup(server.Close)
	h := serve(t, fmt.Sprintf("subgraphs:\n  - {name: billing, url: %q, schema: %q, transforms: [{namespace: billing}]}\n", server.URL, file))
	const missed = `"path":["billing","version"],"extensions":{"code":"SUBGRAPH_INVALID_VALUE"`
	for query, want := range map[string]string{
		`{ billing { size version } }`:                                                                                                 missed,
		`query($x: Boolean! = true) { billing { size version @include(if: $x) } }`:                                                     missed,
		`query($x: Boolean! = false) { billing { size version @include(if: $x) } }`:                                                    `{"data":{"billing":{"size":1}}}`,
		`query($x: Boolean! = true) { billing @include(if: $x) { version } billing { size } }`:                                         missed,
		`query($x: Boolean! = false) { billing @include(if: $x) { version } billing { size } }`:                                        `{"data":{"billing":{"size":1}}}`,
		`query($x: Boolean! = true, $y: Boolean! = false) { billing { size version @skip(if: $x) ... @include(if: $y) { version } } }`: `{"data":{"billing":{"size":1}}}`,
	} {
		if got := ask(t, h, query); !strings.Contains(got, want) {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

// An error at an entry of a batch answer that has no key cannot be told from one
// of the rows that were not found, but it must not vanish.
func TestErrorsOfBatchEntriesArrive(t *testing.T) {
	d, err := dataserver.ParseData([]byte(`{
  "types": {"Review": [{"id": "r1", "authorId": "1"}, {"id": "r2", "authorId": "2"}]},
  "roots": {
    "Query.reviews": {"list": "Review"},
    "Query.users": {"value": [{"__typename": "User", "id": "2", "name": "Bob"}, {"$error": "broken"}]}
  }
}`))
	if err != nil {
		t.Fatal(err)
	}
	_, accountsURL := service(t, "accounts", "type Query { users(ids: [ID!]!): [User] }\ntype User { id: ID! name: String }\n", d)
	_, reviewsURL := service(t, "reviews", "type Query { reviews: [Review!]! }\ntype Review { id: ID! authorId: ID }\n", d)
	h := serve(t, `
subgraphs:
  - name: accounts
    url: `+accountsURL+`
    entities:
      User: {key: id, lookup: "users(ids: $key.id)"}
  - name: reviews
    url: `+reviewsURL+`
joins:
  - "Review.author: accounts.User by authorId"
`)
	got := ask(t, h, `{ reviews { author { name } } }`)
	if !strings.HasPrefix(got, `{"data":{"reviews":[{"author":{"name":null}},{"author":{"name":"Bob"}}]},"errors":[{"message":"A subgraph reported an error: broken"`) ||
		!strings.Contains(got, `"path":["reviews",0,"author`) {
		t.Errorf("got %s", got)
	}
}
