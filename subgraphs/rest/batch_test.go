package rest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

const itemSDL = `
type Query { one(id: ID!): Item  all: [Item!]! }
type Item @key(fields: "id") @key(fields: "sku shop { id }") { id: ID!  sku: String  shop: Shop  name: String  tags(page: Int = 1): [String!] }
type Shop @key(fields: "id") { id: ID!  }
`

// itemSpec has the endpoints that every test of items needs, and some more.
func itemSpec(more ...EndpointSpec) *Spec {
	spec := &Spec{
		URL:   "http://upstream.test/api",
		Types: []TypeSpec{{Type: "Item", Fields: []FieldSpec{{Field: "shop", Select: "{ id: shop_id }"}}}},
		Endpoints: []EndpointSpec{
			{Coordinate: "Query.one", Method: "GET", Path: "/items/{id}"},
			{Coordinate: "Query.all", Method: "GET", Path: "/items"},
		},
	}
	tags := EndpointSpec{Coordinate: "Item.tags", Method: "GET", Path: "/items/{$this.id}/tags", Query: []Param{expression("page", "$args.page")}}
	for _, e := range more {
		if e.Coordinate == tags.Coordinate {
			tags.Coordinate = ""
		}
	}
	spec.Endpoints = append(spec.Endpoints, more...)
	if tags.Coordinate != "" {
		spec.Endpoints = append(spec.Endpoints, tags)
	}
	return spec
}

func expression(name, value string) Param { return Param{Name: name, Value: value, Expression: true} }

func itemLookup() EndpointSpec {
	return EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items", Query: []Param{expression("ids", "$batch.id")}}
}

// B1: an endpoint is batched exactly if it mentions $batch; rows are distinct
// and in the order in which they came.
func TestB1BatchedIfBatchIsMentioned(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(itemLookup(), EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items/{id}"}))
	if f := up.byName["Item"].facet; !f.Batch {
		t.Error("the endpoint with $batch is not batched")
	}
	if f := up.byName["Item#2"].facet; f.Batch {
		t.Error("the endpoint without $batch is batched")
	}
	f := answers(`[{"id":1,"name":"a"},{"id":2,"name":"b"}]`)
	h := newHarness(t, up, f)
	a := h.lookup("Item", "id name", `{"id":"2"}`, `{"id":"1"}`, `{"id":2}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"id":"2","name":"b"}`, `{"id":"1","name":"a"}`, `{"id":"2","name":"b"}`})
	same(t, "requests", f.lines(), []string{"GET /api/items?ids=2&ids=1"})

	f = &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		return ok(`{"id":` + r.Target[len("/api/items/"):] + `,"name":"x"}`), nil
	}}
	a = newHarness(t, up, f).lookup("Item#2", "id", `{"id":"2"}`, `{"id":"1"}`, `{"id":2}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"id":"2"}`, `{"id":"1"}`, `{"id":"2"}`})
	same(t, "requests", f.lines(), []string{"GET /api/items/1", "GET /api/items/2"})
}

// B2: lists that answer a lookup are matched by key, whatever their order, gaps
// and repetitions.
func TestB2MatchedByKey(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(itemLookup(),
		EndpointSpec{Coordinate: "Item(sku shop { id })", Method: "POST", Path: "/search", Body: "keys: $batch { sku shop: shop.id }"}))
	f := answers(`[{"id":3,"name":"c"},{"id":9,"name":"nobody asked"},{"id":1,"name":"a"},{"id":3,"name":"again"},null,{"name":"no id"}]`)
	a := newHarness(t, up, f).lookup("Item", "name", `{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"a"}`, "missing", `{"name":"c"}`})

	f = answers(`[{"sku":"b","shop_id":1,"name":"b1"},{"sku":"a","shop_id":2,"name":"a2"},{"sku":"a","shop_id":1,"name":"a1"}]`)
	a = newHarness(t, up, f).lookup("Item(sku shop { id })", "name", `{"sku":"a","shop":{"id":"1"}}`, `{"sku":"b","shop":{"id":"1"}}`)
	same(t, "compound keys", rowTexts(a, 0), []string{`{"name":"a1"}`, `{"name":"b1"}`})
	same(t, "requests", f.lines(), []string{`POST /api/search {"keys":[{"sku":"a","shop":"1"},{"sku":"b","shop":"1"}]}`})
}

// B2 holds for a single row, too.
func TestB2ListForOneRow(t *testing.T) {
	e := EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items?id={id}", Select: "id: key name"}
	f := answers(`[{"key":2,"name":"other"},{"key":1,"name":"a"}]`)
	a := newHarness(t, compiled(t, itemSDL, itemSpec(e)), f).lookup("Item", "name", `{"id":"1"}`, `{"id":"3"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"a"}`, "missing"})
	same(t, "requests", f.lines(), []string{"GET /api/items?id=1", "GET /api/items?id=3"})
}

// B2: the last form of match also covers flat lists with many items for a row.
func TestB2Groups(t *testing.T) {
	sdl := `type Query { users: [User!]! } type User @key(fields: "id") { id: ID! posts: [Post!]! last: Post } type Post { title: String! author: ID }`
	group := func(coordinate string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: "/posts", Query: []Param{expression("users", "$batch.id")}, MatchItem: "author", MatchRow: "id"}
	}
	up := compiled(t, sdl, &Spec{Endpoints: []EndpointSpec{{Coordinate: "Query.users", Method: "GET", Path: "/users"}, group("User.posts"), group("User.last")}})
	f := answers(`[{"author":2,"title":"x"},{"author":1,"title":"y"},{"author":2,"title":"z"}]`)
	h := newHarness(t, up, f)
	a := h.lookup("User.posts", "posts { title }", `{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`)
	same(t, "lists", rowTexts(a, 0), []string{`{"posts":[{"title":"y"}]}`, `{"posts":[{"title":"x"},{"title":"z"}]}`, `{"posts":[]}`})
	a = h.lookup("User.last", "last { title }", `{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`)
	same(t, "single", rowTexts(a, 0), []string{`{"last":{"title":"y"}}`, `{"last":{"title":"x"}}`, `{"last":null}`})
}

// B3: rows share a request exactly if everything outside $batch is the same.
func TestB3GroupedByWhatIsOutsideBatch(t *testing.T) {
	up := compiled(t, musicSDL, musicSpec())
	f := &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		u, _ := url.Parse(r.Target)
		var parts []string
		for _, id := range u.Query()["playlist_ids"] {
			parts = append(parts, fmt.Sprintf(`{"response":[{"id":"%s-%s","title":"t"}]}`, id, u.Query().Get("page")))
		}
		return ok(`{"responses":[` + strings.Join(parts, ",") + `]}`), nil
	}}
	h := newHarness(t, up, f)
	a := h.lookup("Playlist.songs", "a: songs(page: 1) { id } b: songs(page: 2, pageSize: 5) { id } c: songs(page: 1) { title }", `{"id":"p"}`, `{"id":"q"}`)
	same(t, "rows", rowTexts(a, 0), []string{
		`{"a":[{"id":"p-1"}],"b":[{"id":"p-2"}],"c":[{"title":"t"}]}`,
		`{"a":[{"id":"q-1"}],"b":[{"id":"q-2"}],"c":[{"title":"t"}]}`,
	})
	same(t, "requests", f.lines(), []string{
		"GET /service1/songs/multiindex?playlist_ids=p&playlist_ids=q&page=1&page_size=25",
		"GET /service1/songs/multiindex?playlist_ids=p&playlist_ids=q&page=2&page_size=5",
	})

	body := EndpointSpec{Coordinate: "Item.tags", Method: "POST", Path: "/tags", Body: "$batch { id page: __args.page }", Match: "position"}
	up = compiled(t, itemSDL, itemSpec(body))
	f = answers(`[["p1"],["p2"]]`)
	a = newHarness(t, up, f).lookup("Item.tags", "a: tags b: tags(page: 2)", `{"id":"7"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"a":["p1"],"b":["p2"]}`})
	same(t, "requests", f.lines(), []string{`POST /api/tags [{"id":"7","page":1},{"id":"7","page":2}]`})

	mixed := EndpointSpec{Coordinate: "Item.tags", Method: "POST", Path: "/tags", Body: "ids: $batch.id page: $args.page", Match: "position"}
	up = compiled(t, itemSDL, itemSpec(mixed))
	f = answers(`[["x"]]`)
	newHarness(t, up, f).lookup("Item.tags", "a: tags b: tags(page: 2)", `{"id":"7"}`)
	same(t, "requests", f.lines(), []string{`POST /api/tags {"ids":["7"],"page":1}`, `POST /api/tags {"ids":["7"],"page":2}`})
}

// B4: null keys send nothing; 0, "" and false are keys; 1 is "1".
func TestB4NullKeysAndKeysThatLookEmpty(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(itemLookup()))
	f := answers(`[{"id":0,"name":"zero"},{"id":"","name":"empty"},{"id":1,"name":"one"}]`)
	h := newHarness(t, up, f)
	a := h.lookup("Item", "name", `{"id":null}`, `{}`)
	same(t, "nulls", rowTexts(a, 0), []string{"null", "null"})
	same(t, "requests", f.lines(), nil)
	a = h.lookup("Item", "name", `{"id":0}`, `{"id":null}`, `{"id":""}`, `{"id":"1"}`, `{"id":1}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"zero"}`, "null", `{"name":"empty"}`, `{"name":"one"}`, `{"name":"one"}`})
	same(t, "requests", f.lines(), []string{"GET /api/items?ids=0&ids=&ids=1"})

	flag := `type Query { x: Flag } type Flag @key(fields: "on") { on: Boolean! name: String }`
	up = compiled(t, flag, &Spec{Endpoints: []EndpointSpec{
		{Coordinate: "Query.x", Method: "GET", Path: "/x"},
		{Coordinate: "Flag", Method: "GET", Path: "/flags", Query: []Param{expression("on", "$batch.on")}},
	}})
	a = newHarness(t, up, answers(`[{"on":false,"name":"off"}]`)).lookup("Flag", "name", `{"on":false}`)
	same(t, "false is a key", rowTexts(a, 0), []string{`{"name":"off"}`})
}

// B5: batch.max splits, a failed chunk fails its rows only; batch.post and long
// URLs turn into POST.
func TestB5ChunksAndPost(t *testing.T) {
	e := itemLookup()
	e.Batch = BatchSpec{Max: 2}
	up := compiled(t, itemSDL, itemSpec(e))
	f := &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		if strings.Contains(r.Target, "ids=1&") {
			return status(500, ""), nil
		}
		u, _ := url.Parse(r.Target)
		var parts []string
		for _, id := range u.Query()["ids"] {
			parts = append(parts, `{"id":"`+id+`","name":"n`+id+`"}`)
		}
		return ok("[" + strings.Join(parts, ",") + "]"), nil
	}}
	a := newHarness(t, up, f).lookup("Item", "name", `{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`, `{"id":"4"}`, `{"id":"5"}`)
	same(t, "rows", rowTexts(a, 0), []string{"error", "error", `{"name":"n3"}`, `{"name":"n4"}`, `{"name":"n5"}`})
	same(t, "errors", errTexts(a), []string{"0/0 [] UPSTREAM_ERROR", "0/1 [] UPSTREAM_ERROR"})
	same(t, "requests", f.lines(), []string{"GET /api/items?ids=1&ids=2", "GET /api/items?ids=3&ids=4", "GET /api/items?ids=5"})
}

func manyRows(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":"%d"}`, i)
	}
	return rows
}

func TestB5PostAboveRowsOrLength(t *testing.T) {
	e := itemLookup()
	e.Batch = BatchSpec{Post: 50}
	e.Query = append(e.Query, Param{Name: "v", Value: "1"})
	up := compiled(t, itemSDL, itemSpec(e))
	f := answers(`[]`)
	h := newHarness(t, up, f)
	h.lookup("Item", "name", manyRows(50)...)
	h.lookup("Item", "name", manyRows(51)...)
	if f.sent[0].Method != "GET" || f.sent[1].Method != "POST" || f.sent[1].Target != "/api/items" ||
		!strings.HasPrefix(f.sent[1].Body, "ids=0&ids=1&") || !strings.HasSuffix(f.sent[1].Body, "&ids=50&v=1") ||
		f.sent[1].header("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("50 and 51 rows: %v", f.lines())
	}

	e.Batch = BatchSpec{Post: 500, PostAs: "json"}
	up = compiled(t, itemSDL, itemSpec(e))
	f = answers(`[]`)
	h = newHarness(t, up, f)
	h.lookup("Item", "name", `{"id":"`+strings.Repeat("x", 5000)+`"}`)
	if f.sent[0].Method != "POST" || !strings.HasPrefix(f.sent[0].Body, `{"ids":["xxx`) || !strings.HasSuffix(f.sent[0].Body, `"],"v":"1"}`) {
		t.Errorf("a long URL: %s %s", f.sent[0].Method, f.sent[0].Target)
	}

	// Without a declared form, what is too long is split.
	up = compiled(t, itemSDL, itemSpec(itemLookup()))
	f = answers(`[]`)
	rows := manyRows(40)
	for i := range rows {
		rows[i] = strings.Replace(rows[i], `"}`, strings.Repeat("y", 500)+`"}`, 1)
	}
	newHarness(t, up, f).lookup("Item", "name", rows...)
	if len(f.sent) < 3 {
		t.Errorf("%d requests for 20 kB of keys", len(f.sent))
	}
	for _, s := range f.sent {
		if s.Method != "GET" || len(s.Target) > hardMaxURL {
			t.Errorf("%s with %d bytes", s.Method, len(s.Target))
		}
	}
}

// B6: a lookup that mentions nothing of its rows loads them all at once; a map's
// keys are the rows' keys.
func TestB6SupersetAndMaps(t *testing.T) {
	sdl := `type Query { tasks: [Task!]! } type Task @key(fields: "id") { id: ID! worker: Worker }
		type Worker @key(fields: "name") { name: String! registered: [String!] }`
	spec := &Spec{
		Types: []TypeSpec{{Type: "Task", Fields: []FieldSpec{{Field: "worker", Select: "{ name: worker }"}, {Field: "id", Select: "uuid"}}}},
		Endpoints: []EndpointSpec{
			{Coordinate: "Query.tasks", Method: "GET", Path: "/tasks", SelectAt: "$->values"},
			{Coordinate: "Worker", Method: "GET", Path: "/workers", Match: "map"},
		},
	}
	up := compiled(t, sdl, spec)
	f := answers(`{"w2@h":{"registered":["a"]},"w1@h":{"registered":[]},"other":{}}`)
	a := newHarness(t, up, f).lookup("Worker", "name registered", `{"name":"w1@h"}`, `{"name":"gone"}`, `{"name":"w2@h"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"w1@h","registered":[]}`, "missing", `{"name":"w2@h","registered":["a"]}`})
	same(t, "requests", f.lines(), []string{"GET /api/workers"})

	f = answers(`{"u1":{"uuid":"u1","worker":"w1@h"},"u2":{"uuid":"u2","worker":null}}`)
	a = newHarness(t, up, f).root("Query.tasks", "tasks { id worker { name } }")
	same(t, "map payload", rowTexts(a, 0), []string{`{"tasks":[{"id":"u1","worker":{"name":"w1@h"}},{"id":"u2","worker":null}]}`})

	sup := EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items"}
	f = answers(`[{"id":1,"name":"a"},{"id":2,"name":"b"}]`)
	a = newHarness(t, compiled(t, itemSDL, itemSpec(sup)), f).lookup("Item", "name", `{"id":"2"}`, `{"id":"3"}`)
	same(t, "superset list", rowTexts(a, 0), []string{`{"name":"b"}`, "missing"})
}

// B7: what becomes of rows that an answer lacks.
func TestB7Missing(t *testing.T) {
	for missing, want := range map[string]string{"": "missing", "null": "null", "error": "error", "drop": "missing"} {
		e := itemLookup()
		e.Missing = missing
		up := compiled(t, itemSDL, itemSpec(e))
		a := newHarness(t, up, answers(`[{"id":1,"name":"a"}]`)).lookup("Item", "name", `{"id":"GARBAGE_ID"}`, `{"id":"1"}`)
		same(t, missing, rowTexts(a, 0), []string{want, `{"name":"a"}`})
		if (missing == "error") != (len(a.Errs) == 1) || missing == "error" && a.Errs[0].Code != CodeNotFound {
			t.Errorf("%s: %v", missing, errTexts(a))
		}
		if (missing == "drop") != up.byName["Item"].facet.Drop {
			t.Errorf("%s: drop is not in the facet", missing)
		}
	}
}

// Several entries of one facet are several places of a response: their rows go
// in one request.
func TestEntriesShareRequests(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(itemLookup()))
	f := answers(`[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"}]`)
	h := newHarness(t, up, f)
	a := h.fetch(&subgraphs.FetchSpec{Facet: "Item", Entries: []subgraphs.Entry{h.entry("Item", "name"), h.entry("Item", "n: name id __typename")}},
		&subgraphs.Call{Rows: [][][]byte{raws(`{"id":"1"}`, `{"id":"2"}`), raws(`{"id":"2"}`, `{"id":"3"}`)}})
	same(t, "first", rowTexts(a, 0), []string{`{"name":"a"}`, `{"name":"b"}`})
	same(t, "second", rowTexts(a, 1), []string{`{"n":"b","id":"2","__typename":"Item"}`, `{"n":"c","id":"3","__typename":"Item"}`})
	same(t, "requests", f.lines(), []string{"GET /api/items?ids=1&ids=2&ids=3"})
}

// Over real connections.
func TestOverTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/items/moved" {
			http.Redirect(w, r, "/api/items/1", http.StatusFound)
			return
		}
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("X-Trace", "t1")
		fmt.Fprintf(w, `{"id":%q,"name":%q}`, r.URL.Path[len("/api/items/"):], r.Header.Get("X-Who"))
	}))
	defer server.Close()
	spec := itemSpec()
	spec.URL = server.URL + "/api"
	up := compiled(t, itemSDL, spec)
	end, err := transport.ParseURL(spec.URL)
	if err != nil {
		t.Fatal(err)
	}
	var pool transport.Pool
	tr, err := pool.Acquire(transport.Settings{Scheme: end.Scheme, Address: end.Address})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Release()
	wire, err := NewWire(tr, spec.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, up: up, client: up.Client(Options{Transport: wire, ResponseHeaders: []string{"X-Trace"}})}
	a := h.fetch(&subgraphs.FetchSpec{Facet: "Query.one", Root: selections(t, `one(id: "a b/c") { id name }`)},
		&subgraphs.Call{Header: []subgraphs.HeaderField{{Name: "X-Who", Value: "me"}, {Name: "Host", Value: "evil"}}})
	same(t, "row", rowTexts(a, 0), []string{`{"one":{"id":"a b/c","name":"me"}}`})
	if a.Status != 200 || a.Cache.MaxAge.Seconds() < 50 || len(a.Header) != 1 || a.Header[0].Value != "t1" {
		t.Errorf("status %d, cache %v, header %v", a.Status, a.Cache, a.Header)
	}
	a = h.root("Query.one", `one(id: "moved") { id }`)
	same(t, "redirects are not followed", errTexts(a), []string{`0/0 ["one"] UPSTREAM_ERROR`})
}
