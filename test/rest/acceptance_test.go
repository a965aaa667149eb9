package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/demo"
	"github.com/weft-graphql/weft/subgraphs/openapi"
)

const homeQuery = `{
	currentUser { name avatarUrl }
	playlists { name createdBy { name } songs(page: 1, pageSize: 20) { title streamUrl artists { name } } }
	friendActivity { friend { name } listenedTo { title } fromPlaylist { name } }
}`

// music starts the demo's services and a router as the repository's router.yaml
// has it.
func music(t *testing.T, change ...string) (*graph, *demo.Demo) {
	t.Helper()
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(t.Context()) })
	text, err := os.ReadFile("../../router.yaml")
	if err != nil {
		t.Fatal(err)
	}
	yaml := strings.NewReplacer(change...).Replace(string(text))
	var ports []string // replaced at once: a new one may begin like an old one
	for i, u := range d.Upstreams() {
		at, err := url.Parse(u.URL)
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, fmt.Sprintf("127.0.0.1:%d", 4101+i), at.Host)
	}
	yaml = strings.NewReplacer(ports...).Replace(yaml)
	g, err := start(t, strings.Replace(yaml, "listen: 127.0.0.1:4000", "listen: 127.0.0.1:0", 1))
	if err != nil {
		t.Fatal(err)
	}
	return g, d
}

// counted asks the demo services over HTTP what they were asked, and resets them.
func counted(t *testing.T, d *demo.Demo) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, u := range d.Upstreams() {
		if u.Kind != demo.REST {
			continue
		}
		at, _ := url.Parse(u.URL)
		at.Path = "/-/requests"
		res, err := http.Get(at.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, at.String(), nil)
		if res, err = http.DefaultClient.Do(req); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	return out
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// Eight requests in three waves, of which one is not sent since the playlists of
// friends are among those that were listed; a second time within freshness none for
// what all users share. Nine without priming and where artists are cut into parts.
func TestAcceptance01_HomeQuery(t *testing.T) {
	g, d := music(t, "listen:", "query_planning: {expose: true}\nlisten:")
	first := g.ask(t, homeQuery, "Weft-Query-Plan", "json")
	if strings.Contains(first, `"errors"`) || !strings.Contains(first, `"requests":8,"waves":3`) {
		t.Errorf("%.300s", first)
	}
	if n := counted(t, d); sum(n) != 7 || n["GET /service1/playlists/multishow"] != 0 {
		t.Errorf("%d requests: %v", sum(n), n)
	}
	g.ask(t, homeQuery)
	again := counted(t, d)
	for request := range again {
		if strings.Contains(request, "/songs/multishow") || strings.Contains(request, "/artists/") {
			t.Errorf("asked again: %v", again)
		}
	}
	unprimed := []string{"url: http://127.0.0.1:4106/service1", "url: http://127.0.0.1:4106/service1\n      prime: false"}
	each, d := music(t, unprimed...)
	if got := each.ask(t, homeQuery); got != strings.Split(first, `,"extensions"`)[0]+"}" {
		t.Errorf("another answer without priming: %.300s", got)
	}
	if n := counted(t, d); sum(n) != 8 || n["GET /service1/playlists/multishow"] != 1 {
		t.Errorf("without priming: %v", n)
	}
	capped, d := music(t, append(unprimed, "Artist: {GET: /artists/multishow, query: {ids: $batch.id}, batch: {max: 200}", "Artist: {GET: /artists/multishow, query: {ids: $batch.id}, batch: {max: 40}")...)
	if got := capped.ask(t, homeQuery); got != strings.Split(first, `,"extensions"`)[0]+"}" {
		t.Errorf("another answer with a cap: %.300s", got)
	}
	if n := counted(t, d); sum(n) != 9 || n["GET /service1/artists/multishow"] != 2 {
		t.Errorf("with a cap: %v", n)
	}
}

const shopSDL = federated + `
type Query { items: [Item]! item: Item strict: [Strict!]! }
type Item { name: String owner: Owner }
type Strict { name: String owner: Owner! }
type Owner @key(fields: "id") { id: ID! name: String! }
`

func shopRest(owner string) string {
	return `
types:
  Item: {owner: "{ id: ownerId }"}
  Strict: {owner: "{ id: ownerId }"}
fetch:
  Query.items: GET /items
  Query.item: GET /item
  Query.strict: ` + owner
}

// Answers in any order, with gaps, strangers and doubles find their objects.
func TestAcceptance02_MultishowUnorderedWithGaps(t *testing.T) {
	s := answers(t, map[string]string{
		"/items":  `[{"name":"a","ownerId":1},{"name":"b","ownerId":2},{"name":"c","ownerId":3},{"name":"d","ownerId":1},{"name":"e","ownerId":4}]`,
		"/owners": `[{"id":4,"name":"four"},{"id":9,"name":"nine"},{"id":1,"name":"one"},{"id":1,"name":"one again"},{"id":3,"name":"three"}]`,
	})
	g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}}")})
	want(t, g.ask(t, `{ items { name owner { name } } }`),
		`{"items":[{"name":"a","owner":{"name":"one"}},{"name":"b","owner":null},{"name":"c","owner":{"name":"three"}},{"name":"d","owner":{"name":"one"}},{"name":"e","owner":{"name":"four"}}]}`)
	same(t, "requests", s.asked(), []string{"GET /items", "GET /owners?ids=1&ids=2&ids=3&ids=4"})
}

// Two aliases with pages of their own are two requests, each page where it belongs.
func TestAcceptance03_TwoAliasesTwoPages(t *testing.T) {
	g, d := music(t)
	got := g.ask(t, `{ playlists { one: songs(page: 1, pageSize: 1) { title } two: songs(page: 2, pageSize: 1) { title } both: songs(page: 1, pageSize: 2) { title } } }`)
	var answer struct {
		Data struct {
			Playlists []struct{ One, Two, Both []struct{ Title string } }
		}
	}
	if err := json.Unmarshal([]byte(got), &answer); err != nil || len(answer.Data.Playlists) != 25 {
		t.Fatalf("%v: %.300s", err, got)
	}
	for i, p := range answer.Data.Playlists {
		if len(p.Both) != 2 || len(p.One) != 1 || len(p.Two) != 1 || p.Both[0] != p.One[0] || p.Both[1] != p.Two[0] {
			t.Errorf("playlist %d: %+v", i, p)
		}
	}
	if n := counted(t, d)["GET /service1/songs/multiindex"]; n != 3 {
		t.Errorf("%d requests for three pages", n)
	}
}

// An id that leads nowhere: null, an error, or the element is dropped with a warning.
func TestAcceptance04_GarbageID(t *testing.T) {
	bodies := map[string]string{
		"/strict": `[{"name":"a","ownerId":"GARBAGE_ID"},{"name":"b","ownerId":"2"}]`,
		"/owners": `[{"id":"2","name":"two"}]`,
	}
	const query = `{ strict { name owner { name } } }`
	nullable := routed(t, "", part{name: "shop", sdl: shopSDL, service: answers(t, map[string]string{
		"/item": `{"name":"a","ownerId":"GARBAGE_ID"}`, "/owners": `[]`,
	}), rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}}")})
	want(t, nullable.ask(t, `{ item { name owner { name } } }`), `{"item":{"name":"a","owner":null}}`)
	for _, c := range []struct {
		name, owner, data string
		texts             []string
	}{
		{
			"null is passed on to the next that may be null", "GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}}",
			`null`, []string{`"path":["strict",0,"owner"`},
		},
		{
			"error", "GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}, missing: error}",
			`null`, []string{`"path":["strict",0,"owner"`, `"code":"NOT_FOUND"`},
		},
		{
			"drop", "{GET: /strict, missing: drop}\n  Owner: {GET: /owners, query: {ids: $batch.id}}",
			`{"strict":[{"name":"b","owner":{"name":"two"}}]}`, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := part{name: "shop", sdl: shopSDL, service: answers(t, bodies), rest: shopRest(c.owner)}
			g := routed(t, "", p)
			want(t, g.ask(t, query), c.data, c.texts...)
			if c.texts != nil {
				return
			}
			if got := g.ask(t, query); strings.Contains(got, "extensions") {
				t.Errorf("a warning that nobody asked for: %s", got)
			}
			got := routed(t, "warnings: true", p).ask(t, query)
			want(t, got, c.data)
			if !strings.HasSuffix(got, `,"extensions":{"warnings":[{"message":"1 element was left out because something they refer to is missing","path":["strict"],"extensions":{"code":"ELEMENTS_DROPPED","dropped":1}}]}}`) {
				t.Error(got)
			}
		})
	}
}

// A null key asks for nothing and is null; 0 and the empty text are keys.
func TestAcceptance05_NullKeys(t *testing.T) {
	s := answers(t, map[string]string{
		"/items":  `[{"name":"a","ownerId":null},{"name":"b"},{"name":"c","ownerId":0},{"name":"d","ownerId":""}]`,
		"/item":   `{"name":"x","ownerId":null}`,
		"/owners": `[{"id":"","name":"empty"},{"id":0,"name":"zero"}]`,
	})
	g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}}")})
	want(t, g.ask(t, `{ item { name owner { name } } }`), `{"item":{"name":"x","owner":null}}`)
	same(t, "requests", s.asked(), []string{"GET /item"})
	want(t, g.ask(t, `{ items { owner { name } } }`), `{"items":[{"owner":null},{"owner":null},{"owner":{"name":"zero"}},{"owner":{"name":"empty"}}]}`)
	same(t, "requests", s.asked(), []string{"GET /items", "GET /owners?ids=0&ids="})
}

// 1 and "1" are one id.
func TestAcceptance06_NumbersAndTexts(t *testing.T) {
	s := answers(t, map[string]string{
		"/items":  `[{"name":"a","ownerId":1},{"name":"b","ownerId":"1"},{"name":"c","ownerId":"2"}]`,
		"/owners": `[{"id":2,"name":"two"},{"id":"1","name":"one"}]`,
	})
	g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}}")})
	want(t, g.ask(t, `{ items { owner { id name } } }`), `{"items":[{"owner":{"id":"1","name":"one"}},{"owner":{"id":"1","name":"one"}},{"owner":{"id":"2","name":"two"}}]}`)
	same(t, "requests", s.asked(), []string{"GET /items", "GET /owners?ids=1&ids=2"})
}

// One of two parts of a batch fails: its rows are null with errors, the others
// are right.
func TestAcceptance07_OneChunkFails(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		if r.URL.Path == "/items" {
			fmt.Fprint(w, `[{"ownerId":1},{"ownerId":2},{"ownerId":3},{"ownerId":4},{"ownerId":5}]`)
			return
		}
		ids := r.URL.Query()["ids"]
		if slices.Contains(ids, "1") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		slices.Reverse(ids)
		list := []string{}
		for _, id := range ids {
			list = append(list, fmt.Sprintf(`{"id":%s,"name":"n%s"}`, id, id))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
	})
	g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}, batch: {max: 2}}")})
	got := g.ask(t, `{ items { owner { name } } }`)
	want(t, got, `{"items":[{"owner":null},{"owner":null},{"owner":{"name":"n3"}},{"owner":{"name":"n4"}},{"owner":{"name":"n5"}}]}`,
		`"path":["items",0,"owner"`, `"path":["items",1,"owner"`, `"code":"UPSTREAM_ERROR"`, `"http":{"status":500}`)
	if strings.Contains(got, `"path":["items",2`) {
		t.Errorf("an error at a neighbour: %s", got)
	}
	same(t, "requests", s.asked(), []string{"GET /items", "GET /owners?ids=1&ids=2", "GET /owners?ids=3&ids=4", "GET /owners?ids=5"})
}

// More ids than batch.post travel in a body.
func TestAcceptance08_FiftyOneIDs(t *testing.T) {
	for _, n := range []int{50, 51} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request, body string) {
			list := []string{}
			for i := range n {
				if r.URL.Path == "/items" {
					list = append(list, fmt.Sprintf(`{"ownerId":%d}`, i))
				} else {
					list = append(list, fmt.Sprintf(`{"id":%d,"name":"n%d"}`, i, i))
				}
			}
			fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
		})
		g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest("GET /strict\n  Owner: {GET: /owners, query: {ids: $batch.id}, batch: {max: 200, post: 50}}")})
		if got := g.ask(t, `{ items { owner { name } } }`); strings.Contains(got, "null") || strings.Contains(got, "errors") {
			t.Errorf("%d: %.300s", n, got)
		}
		lines := s.asked()
		if n == 50 && (len(lines) != 2 || !strings.HasPrefix(lines[1], "GET /owners?ids=0&ids=1&")) || n == 51 && (len(lines) != 2 || !strings.HasPrefix(lines[1], "POST /owners ids=0&ids=1&")) {
			t.Errorf("%d: %v", n, lines)
		}
	}
}

// Nothing a client sends changes path segments, parameters or headers.
func TestAcceptance09_HostileValues(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) { fmt.Fprint(w, `{"name":"x"}`) })
	g := routed(t, "", part{name: "users", sdl: `type Query { user(id: ID!, tag: String): User } type Mutation { drop(id: ID!): Boolean } type User { name: String }`, service: s, rest: `
fetch:
  Query.user: {GET: "/users/{id}", query: {tag: $args.tag, fixed: yes}, headers: {X-Tag: $args.tag}}
  Mutation.drop: {DELETE: "/users/{id}", select: $(true)}
`})
	refused := func(what, query string, variables map[string]string) {
		got := g.askWith(t, query, variables)
		if !strings.Contains(got, "BAD_USER_INPUT") || !strings.Contains(got, `"path":["`) {
			t.Errorf("%s: %s", what, got)
		}
		if lines := s.asked(); len(lines) > 0 {
			t.Errorf("%s was sent: %q", what, lines)
		}
	}
	for _, id := range []string{"", ".", "..", "%2e%2e", "..%2f", "\x00", "a\r\nb", strings.Repeat("x", 3000)} {
		refused(fmt.Sprintf("id %.10q", id), `query($id: ID!) { user(id: $id) { name } }`, map[string]string{"id": id})
		refused(fmt.Sprintf("id %.10q of a mutation", id), `mutation($id: ID!) { drop(id: $id) }`, map[string]string{"id": id})
	}
	refused("a header with a line break", `query($tag: String) { user(id: 1, tag: $tag) { name } }`, map[string]string{"tag": "a\r\nX-Evil: 1"})
	for id, path := range map[string]string{
		"a/b": "/users/a%2Fb", "a?b=c#d": "/users/a%3Fb%3Dc%23d", "%41": "/users/%2541", "é;=@": "/users/%C3%A9%3B%3D%40", "...": "/users/...",
	} {
		got := g.askWith(t, `query($id: ID!) { user(id: $id, tag: "a&fixed=no") { name } }`, map[string]string{"id": id})
		want(t, got, `{"user":{"name":"x"}}`)
		same(t, id, s.asked(), []string{"GET " + path + "?tag=a%26fixed%3Dno&fixed=yes"})
	}
}

// 404 is null, FastAPI's 422 and problems are told, 429 says when to come again.
func TestAcceptance10_Statuses(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		switch r.URL.Path {
		case "/things/404":
			w.WriteHeader(http.StatusNotFound)
		case "/things/422":
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, `{"detail":[{"loc":["path","id"],"msg":"value is not a valid integer","type":"type_error.integer"}]}`)
		case "/things/409":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"type":"about:blank","title":"Taken","detail":"somebody has it","status":409}`)
		case "/things/429":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/things/html":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<html>`)
		}
	})
	g := routed(t, "", part{name: "things", sdl: `type Query { thing(id: ID!): Thing } type Thing { name: String }`, service: s, rest: `
errors: {expose: true}
fetch: {Query.thing: "GET /things/{id}"}
`})
	ask := func(id string) string { return g.ask(t, `{ thing(id: "`+id+`") { name } }`) }
	want(t, ask("404"), `{"thing":null}`)
	want(t, ask("422"), `{"thing":null}`, `"code":"UNPROCESSABLE"`, `path.id: value is not a valid integer`, `"http":{"status":422}`, `"path":["thing"]`)
	want(t, ask("409"), `{"thing":null}`, `"code":"CONFLICT"`, `somebody has it`, `"problem":{`)
	want(t, ask("429"), `{"thing":null}`, `"code":"RATE_LIMITED"`, `"retryAfter":3600`)
	want(t, ask("html"), `{"thing":null}`, `"code":"UPSTREAM_DECODE"`)
	if n := len(s.asked()); n != 5 {
		t.Errorf("%d requests", n)
	}
}

// Shared and always revalidated: a 304 proves access, and who has none gets
// nothing of what is stored.
func TestAcceptance11_RevalidationProvesAccess(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		switch {
		case !strings.HasPrefix(r.Header.Get("Authorization"), "good-"):
			w.WriteHeader(http.StatusForbidden)
		case r.Header.Get("If-None-Match") == `"1"`:
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Cache-Control", "public, max-age=60")
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Cache-Control", "public, max-age=60")
			fmt.Fprint(w, `{"name":"secret"}`)
		}
	})
	g := routed(t, "", part{name: "things", sdl: `type Query { thing: Thing } type Thing { name: String }`, service: s, rest: `
headers: {forward: [authorization]}
cache: {scope: shared, revalidate: always}
fetch: {Query.thing: GET /thing}
`})
	const query = `{ thing { name } }`
	want(t, g.ask(t, query, "Authorization", "good-a"), `{"thing":{"name":"secret"}}`)
	want(t, g.ask(t, query, "Authorization", "good-b"), `{"thing":{"name":"secret"}}`)
	if tag := s.header("GET /api/thing", "If-None-Match"); tag != `"1"` {
		t.Errorf("the second request asked with If-None-Match %q", tag)
	}
	want(t, g.ask(t, query, "Authorization", "evil"), `{"thing":null}`, `"code":"FORBIDDEN"`)
	want(t, g.ask(t, query, "Authorization", "good-c"), `{"thing":{"name":"secret"}}`)
	if n := len(s.asked()); n != 4 {
		t.Errorf("%d requests for four callers", n)
	}
}

// Answers do not cross between credentials, nor between what they vary by.
func TestAcceptance12_Isolation(t *testing.T) {
	who := func(cache string) *service {
		return serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
			w.Header().Set("Cache-Control", cache)
			if r.URL.Path == "/vary" {
				w.Header().Set("Vary", "Accept-Language")
			}
			fmt.Fprintf(w, `{"name":%q}`, r.Header.Get("Authorization")+r.Header.Get("Cookie")+r.Header.Get("Accept-Language"))
		})
	}
	sdl := `type Query { thing: Thing vary: Thing } type Thing { name: String }`
	for _, c := range []struct {
		name, cache, scope string
		requests           int
	}{
		{"private answers, kept for each user", "private, max-age=60", "user", 3},
		{"private answers are never shared", "private, max-age=60", "shared", 6},
		{"answers to credentials are not shared unless they say so", "max-age=60", "shared", 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := who(c.cache)
			g := routed(t, "", part{name: "things", sdl: sdl, service: s, rest: `
headers: {forward: [authorization, cookie, accept-language]}
cache: {scope: ` + c.scope + `}
fetch: {Query.thing: GET /thing, Query.vary: GET /vary}
`})
			for range 2 {
				want(t, g.ask(t, `{ thing { name } }`, "Authorization", "a"), `{"thing":{"name":"a"}}`)
				want(t, g.ask(t, `{ thing { name } }`, "Authorization", "b"), `{"thing":{"name":"b"}}`)
				want(t, g.ask(t, `{ thing { name } }`, "Cookie", "s=1"), `{"thing":{"name":"s=1"}}`)
			}
			if n := len(s.asked()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
	s := who("public, max-age=60")
	g := routed(t, "", part{name: "things", sdl: sdl, service: s, rest: `
headers: {forward: [accept-language]}
cache: {scope: shared}
fetch: {Query.thing: GET /thing, Query.vary: GET /vary}
`})
	for range 2 {
		want(t, g.ask(t, `{ vary { name } }`, "Accept-Language", "de"), `{"vary":{"name":"de"}}`)
		want(t, g.ask(t, `{ vary { name } }`, "Accept-Language", "fr"), `{"vary":{"name":"fr"}}`)
	}
	if n := len(s.asked()); n != 2 {
		t.Errorf("%d requests for two languages", n)
	}
}

// An element that says that it failed is an error at its own place.
func TestAcceptance13_ItemErrors(t *testing.T) {
	s := answers(t, map[string]string{
		"/items":  `[{"ownerId":1},{"ownerId":2},{"ownerId":3}]`,
		"/owners": `[{"id":2,"error":"is on fire"},{"id":1,"name":"one"},{"id":3,"name":"three"}]`,
	})
	g := routed(t, "", part{name: "shop", sdl: shopSDL, service: s, rest: shopRest(`GET /strict
  Owner: {GET: /owners, query: {ids: $batch.id}, item: {ok: "$(error ?? false)->not", errors: {message: error, code: "$('ON_FIRE')", expose: true}}}`)})
	got := g.ask(t, `{ items { owner { name } } }`)
	want(t, got, `{"items":[{"owner":{"name":"one"}},{"owner":null},{"owner":{"name":"three"}}]}`, `is on fire`, `"code":"ON_FIRE"`, `"path":["items",1,"owner"`)
	if strings.Count(got, `"message"`) != 1 {
		t.Error(got)
	}
}

// A map as answer, and one request that serves every key.
func TestAcceptance14_MapsAndSupersets(t *testing.T) {
	s := answers(t, map[string]string{
		"/tasks":   `{"t1":{"uuid":"t1","worker":"w2"},"t2":{"uuid":"t2","worker":"w1"},"t3":{"uuid":"t3","worker":"gone"}}`,
		"/workers": `{"w1":{"active_queues":["a"]},"w2":{"active_queues":["b","c"]}}`,
	})
	g := routed(t, "", part{name: "celery", sdl: federated + `
type Query { tasks: [Task!]! }
type Task { id: ID! worker: Worker }
type Worker @key(fields: "name") { name: String! queues: [String!] }`, service: s, rest: `
types:
  Task: {id: uuid, worker: "{ name: worker }"}
  Worker: {queues: active_queues}
fetch:
  Query.tasks: {GET: /tasks, at: $->values}
  Worker: {GET: /workers, match: map}
`})
	want(t, g.ask(t, `{ tasks { id worker { name queues } } }`),
		`{"tasks":[{"id":"t1","worker":{"name":"w2","queues":["b","c"]}},{"id":"t2","worker":{"name":"w1","queues":["a"]}},{"id":"t3","worker":{"name":"gone","queues":null}}]}`)
	same(t, "requests", s.asked(), []string{"GET /tasks", "GET /workers"})
}

// REST and GraphQL extend each other's types, and what one requires of the other
// goes into a path.
func TestAcceptance15_RestAndGraphQL(t *testing.T) {
	s := answers(t, map[string]string{
		"/users":                 `[{"id":"1","name":"Ada"},{"id":"2","name":"Bob"}]`,
		"/shipping/eu/o1":        `{"price": 4.5}`,
		"/shipping/us%20east/o2": ``,
		"/shipping/us east/o2":   `{"price": 9}`,
	})
	g := routed(t, "",
		part{name: "rest", service: s, sdl: federated + `
type Query { users: [User!]! }
type User @key(fields: "id") { id: ID! name: String! }
type Order @key(fields: "id") { id: ID! @external zone: String! @external shipping: Float @requires(fields: "zone") }`, rest: `
fetch:
  Query.users: GET /users
  User: {GET: /users, query: {ids: $batch.id}}
  Order.shipping: {GET: "/shipping/{$this.zone}/{$this.id}", at: price}
`},
		part{name: "orders", sdl: federated + `
type Query { orders: [Order!]! }
type Order @key(fields: "id") { id: ID! zone: String! buyer: User! }
type User @key(fields: "id") { id: ID! orders: [Order!]! }`, data: `{
  "types": {
    "Order": [{"id": "o1", "zone": "eu", "buyer": {"$ref": {"__typename": "User", "id": "1"}}}, {"id": "o2", "zone": "us east", "buyer": {"$ref": {"__typename": "User", "id": "2"}}}],
    "User": [{"id": "1", "orders": [{"$ref": {"__typename": "Order", "id": "o1"}}]}, {"id": "2", "orders": [{"$ref": {"__typename": "Order", "id": "o2"}}]}]
  },
  "roots": {"Query.orders": {"list": "Order"}}
}`})
	want(t, g.ask(t, `{ orders { shipping buyer { name } } }`),
		`{"orders":[{"shipping":4.5,"buyer":{"name":"Ada"}},{"shipping":9,"buyer":{"name":"Bob"}}]}`)
	same(t, "requests", s.asked(), []string{"GET /shipping/eu/o1", "GET /shipping/us%20east/o2", "GET /users?ids=1&ids=2"})
	want(t, g.ask(t, `{ users { name orders { id shipping } } }`),
		`{"users":[{"name":"Ada","orders":[{"id":"o1","shipping":4.5}]},{"name":"Bob","orders":[{"id":"o2","shipping":9}]}]}`)
	same(t, "requests", s.asked(), []string{"GET /shipping/eu/o1", "GET /shipping/us%20east/o2", "GET /users"})
}

// A mutation makes what it names stale.
func TestAcceptance16_MutationsInvalidate(t *testing.T) {
	n := 1
	s := serve(t, func(w http.ResponseWriter, r *http.Request, body string) {
		w.Header().Set("Cache-Control", "public, max-age=60")
		if r.Method == http.MethodPost {
			n++
			fmt.Fprint(w, `{"id":9}`)
			return
		}
		fmt.Fprintf(w, `[{"id":%d}]`, n)
	})
	g := routed(t, "", part{name: "todo", sdl: `type Query { todos: [Todo!]! other: [Todo!]! } type Mutation { add(text: String!): Todo touch: Todo } type Todo { id: ID! }`, service: s, rest: `
cache: {scope: shared}
fetch:
  Query.todos: GET /todos
  Query.other: GET /other
  Mutation.add: {POST: /add, body: "text: $args.text", invalidates: [Query.todos]}
  Mutation.touch: POST /touch
`})
	const query = `{ todos { id } other { id } }`
	want(t, g.ask(t, query), `{"todos":[{"id":"1"}],"other":[{"id":"1"}]}`)
	want(t, g.ask(t, `mutation { touch { id } }`), `{"touch":{"id":"9"}}`)
	want(t, g.ask(t, query), `{"todos":[{"id":"1"}],"other":[{"id":"1"}]}`)
	want(t, g.ask(t, `mutation { add(text: "x") { id } }`), `{"add":{"id":"9"}}`)
	want(t, g.ask(t, query), `{"todos":[{"id":"3"}],"other":[{"id":"1"}]}`)
	same(t, "requests", s.asked(), []string{"GET /other", "GET /todos", "GET /todos", `POST /add {"text":"x"}`, "POST /touch"})
}

// What is not as it was declared is an error where it is.
func TestAcceptance17_LyingEnvelopes(t *testing.T) {
	bodies := map[string]string{}
	s := answers(t, bodies)
	g := routed(t, "", part{name: "shop", sdl: `type Query { list: [Thing] thing: Thing } type Thing { name: String! count: Int tags: [String!] }`, service: s, rest: `
at: response
fetch: {Query.list: GET /list, Query.thing: GET /thing}
`})
	for _, c := range []struct{ list, data, text string }{
		{`{}`, `{"list":null}`, `"path":["list"]`},
		{`{"response":7}`, `{"list":null}`, `"path":["list"]`},
		{`{"response":{"name":"x"}}`, `{"list":null}`, `"path":["list"]`},
		{`[]`, `{"list":[]}`, ``},
		{`[1]`, `{"list":[null]}`, ``},
		{`{"response":[{"name":"a","count":"many","tags":["x"]},7,{"count":1},{"name":"c","count":3,"tags":{}}]}`, `{"list":[{"name":"a","count":null,"tags":["x"]},null,null,{"name":"c","count":3,"tags":null}]}`, `"path":["list",0,"count"]`},
	} {
		bodies["/list"] = c.list
		got := g.ask(t, `{ list { name count tags } }`)
		if c.text == "" {
			if !strings.HasPrefix(got, `{"data":{"list":`) {
				t.Errorf("%s: %s", c.list, got)
			}
			continue
		}
		want(t, got, c.data, c.text, "UPSTREAM_SCHEMA_MISMATCH")
	}
}

// The importer takes almost all documents there are, gives the same twice, and never
// panics: test/openapi runs over 2,639 of them by hand; here over the few that the
// project has.
func TestAcceptance18_Importer(t *testing.T) {
	files, err := filepath.Glob("../../subgraphs/openapi/testdata/*.*")
	if err != nil || len(files) < 4 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var printed [2]string
		for i := range printed {
			r, err := openapi.Import(t.Context(), text, openapi.Options{URL: "http://127.0.0.1/"})
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			printed[i] = r.SDL + string(r.YAML("s", "s.graphql"))
		}
		if printed[0] != printed[1] || printed[0] == "" {
			t.Errorf("%s: two imports differ", file)
		}
	}
}
