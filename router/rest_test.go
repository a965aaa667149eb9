package router

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

// restRouter is a router over one REST service.
func restRouter(t *testing.T, h http.HandlerFunc, sdl, rest string) *Router {
	t.Helper()
	upstream := httptest.NewServer(h)
	t.Cleanup(upstream.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "things.graphql")
	writeFile(t, file, sdl)
	text := fmt.Sprintf("listen: 127.0.0.1:0\nlog: {access: false}\nsubgraphs:\n  - name: things\n    schema: %q\n    rest:\n      url: %q\n%s", file, upstream.URL, rest)
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(text)}}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	return newRouter(t, loaded.Config)
}

// What a service says of a failure reaches the client at the path it concerns.
func TestRestFailures(t *testing.T) {
	r := restRouter(t, func(w http.ResponseWriter, r *http.Request) {
		status := 0
		if _, err := fmt.Sscanf(r.URL.Path, "/things/%d", &status); err != nil {
			fmt.Fprint(w, `{"id": "1", "name": "one"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, `{"detail": [{"loc": ["path", "id"], "msg": "is wrong", "type": "value_error"}]}`)
	}, `type Query { thing(id: ID!): Thing one: Thing! } type Thing { id: ID! name: String }`, `
      errors: {expose: true}
      retry: {attempts: 0}
      fetch:
        Query.thing: GET /things/{id}
        Query.one: GET /one
`)
	for _, c := range []struct{ name, query, want string }{
		{"404 is null", `{ thing(id: 404) { name } one { name } }`, `{"data":{"thing":null,"one":{"name":"one"}}}`},
		{"422 with FastAPI's detail", `{ t: thing(id: 422) { name } }`, `"path":["t"],"extensions":{"code":"UNPROCESSABLE"`},
		{"422 shows the status", `{ thing(id: 422) { name } }`, `"http":{"status":422}`},
		{"422 shows what was said", `{ thing(id: 422) { name } }`, `is wrong`},
		{"500", `{ thing(id: 500) { name } one { id } }`, `{"data":{"thing":null,"one":{"id":"1"}},"errors":[{`},
		{"a value that must not be sent", `{ thing(id: "..") { name } }`, `"code":"BAD_USER_INPUT"`},
	} {
		if got := ask(r, c.query).Body.String(); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// A field that an endpoint does not give is looked up with another, or found
// missing before anything is served.
func TestRestReachability(t *testing.T) {
	const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { me: User! all: [User!]! } type User @key(fields: "id") { id: ID! name: String! friends: Int }`
	h := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/me":
			fmt.Fprint(w, `{"name": "me"}`)
		case "/users":
			fmt.Fprint(w, `[{"id": 1, "name": "a", "friends": 3}]`)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "users.graphql")
	writeFile(t, file, sdl)
	upstream := httptest.NewServer(http.HandlerFunc(h))
	t.Cleanup(upstream.Close)
	text := fmt.Sprintf(`
listen: 127.0.0.1:0
subgraphs:
  - name: users
    schema: %q
    rest:
      url: %q
      fetch:
        Query.me: {GET: /me, select: "name"}
        Query.all: GET /users
        User: {GET: /users, query: {ids: $batch.id}}
`, file, upstream.URL)
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(text)}}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Options{Config: loaded.Config})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	err = r.Reload(t.Context(), loaded.Config)
	if err == nil || !strings.Contains(err.Error(), "Query.me → User.friends") {
		t.Errorf("got %v", err)
	}
}
