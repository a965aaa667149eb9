package rest

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// Every key of an endpoint and of a service, by what it makes of a request or an
// answer.
func TestRequests(t *testing.T) {
	const sdl = `
type Query {
  list(ids: [ID!]): Thing
  state(state: State): Thing
  since(since: Time): Thing
  some(ids: [ID!], state: State, since: Time, page: Int): Thing
  page(ids: [ID!], page: Int): Thing
  plain: Thing
  path(a: String, b: Int): Thing
  any(path: String!): Thing
}
type Mutation { send(input: In!): Thing put(id: ID!, name: String): Thing patch(id: ID!): Thing }
type Thing { id: ID state: State since: Time }
input In { firstName: String tags: [String!] state: State nested: In since: Time }
enum State { OPEN IN_PROGRESS DONE }
scalar Time`
	for _, c := range []struct {
		name, rest, query string
		asked             []string
	}{
		{"short form", `fetch: {Query.plain: GET /x}`, `{ plain { id } }`, []string{"GET /x"}},
		{"lists: repeat", `fetch: {Query.list: {GET: /l, query: {ids: $args.ids}}}`, `{ list(ids: ["a", "b c"]) { id } }`, []string{"GET /l?ids=a&ids=b%20c"}},
		{"lists: comma", "lists: comma\nfetch: {Query.list: {GET: /l, query: {ids: $args.ids}}}", `{ list(ids: ["a,b", "c"]) { id } }`, []string{"GET /l?ids=a%2Cb,c"}},
		{"lists: brackets", `fetch: {Query.list: {GET: /l, lists: brackets, query: {ids: $args.ids}}}`, `{ list(ids: [1, 2]) { id } }`, []string{"GET /l?ids%5B%5D=1&ids%5B%5D=2"}},
		{"lists: index", `fetch: {Query.list: {GET: /l, lists: index, query: {ids: $args.ids}}}`, `{ list(ids: [1, 2]) { id } }`, []string{"GET /l?ids%5B0%5D=1&ids%5B1%5D=2"}},
		{"lists: pipe", "lists: comma\nfetch: {Query.list: {GET: /l, query: {ids: {value: $args.ids, lists: pipe}}}}", `{ list(ids: [1, 2]) { id } }`, []string{"GET /l?ids=1%7C2"}},
		{"lists: json", `fetch: {Query.list: {GET: /l, query: {ids: {value: $args.ids, lists: json}}}}`, `{ list(ids: [1, 2]) { id } }`, []string{"GET /l?ids=%5B%221%22%2C%222%22%5D"}},
		{"null and absent are left out", `fetch: {Query.some: {GET: /l, query: {ids: $args.ids, p: $args.page, s: $args.state, t: $args.since}}}`, `{ some(ids: null, page: 0) { id } }`, []string{"GET /l?p=0"}},
		{"a method in a parameter", `fetch: {Query.list: {GET: /l, query: {ids: '$args.ids->joinNotNull("~")'}}}`, `{ list(ids: [1, 2]) { id } }`, []string{"GET /l?ids=1~2"}},
		{"in the path", `fetch: {Query.page: "GET /l?ids={$args.ids}&fixed=1&p={page}"}`, `{ page(ids: [1, 2], page: 3) { id } }`, []string{"GET /l?ids=1&ids=2&fixed=1&p=3"}},
		{"config and literal values", "config: {size: 50, who: {name: x}}\nfetch: {Query.plain: {GET: '/x/{$config.who.name}', query: {size: $config.size, v: 1.0, t: true}}}", `{ plain { id } }`, []string{"GET /x/x?size=50&v=1.0&t=true"}},
		{"several values in a segment", `fetch: {Query.path: "GET /x/{a}-{$args.b}.json"}`, `{ path(a: "q/", b: 3) { id } }`, []string{"GET /x/q%2F-3.json"}},
		{"a value of several segments", `fetch: {Query.any: {GET: "/files/{+path}", multi_segment: true}}`, `{ any(path: "a/b c/d") { id } }`, []string{"GET /files/a/b%20c/d"}},
		{"names: enum values", "names: snake\nfetch: {Query.state: {GET: /l, query: {s: $args.state}}}", `{ state(state: IN_PROGRESS) { id } }`, []string{"GET /l?s=in_progress"}},
		{"enums go before names", "names: snake\nenums: {State: {OPEN: OPEN, DONE: 7}}\nfetch: {Query.state: {GET: /l, query: {s: $args.state}}}", `{ a: state(state: OPEN) { id } b: state(state: DONE) { id } }`, []string{"GET /l?s=7", "GET /l?s=OPEN"}},
		{"formats go both ways", "formats: {Time: epoch_s}\nfetch: {Query.since: {GET: /l, query: {t: $args.since}}}", `{ since(since: "2024-01-02T03:04:05Z") { id } }`, []string{"GET /l?t=1704164645"}},
		{"names: fields of inputs", "names: snake\nformats: {Time: epoch_ms}\nfetch: {Mutation.send: {POST: /x, body: $args.input}}", `mutation { send(input: {firstName: "a", state: DONE, nested: {firstName: "b", since: "1970-01-01T00:00:01.5Z"}}) { id } }`, []string{`POST /x {"first_name":"a","state":"done","nested":{"first_name":"b","since":1500}}`}},
		{"body of an expression", `fetch: {Mutation.put: {PUT: "/x/{id}", body: "label: $args.name kind: $('k') deep: { id: $args.id }"}}`, `mutation { put(id: 1, name: "n") { id } }`, []string{`PUT /x/1 {"label":"n","kind":"k","deep":{"id":"1"}}`}},
		{"encode: form", `fetch: {Mutation.send: {POST: /x, body: $args.input, encode: form}}`, `mutation { send(input: {firstName: "a b", tags: ["x", "y"], nested: {firstName: "&"}}) { id } }`, []string{`POST /x firstName=a%20b&tags=x&tags=y&nested%5BfirstName%5D=%26`}},
		{"encode: form with a list style", "lists: brackets\nfetch: {Mutation.send: {POST: /x, body: $args.input, encode: form}}", `mutation { send(input: {tags: ["x", "y"]}) { id } }`, []string{`POST /x tags%5B%5D=x&tags%5B%5D=y`}},
		{"encode: text", `fetch: {Mutation.put: {PUT: "/x/{id}", body: $args.name, encode: text}}`, `mutation { put(id: 1, name: "plain \"text\"") { id } }`, []string{`PUT /x/1 plain "text"`}},
		{"PATCH without a body", `fetch: {Mutation.patch: "PATCH /x/{id}"}`, `mutation { patch(id: 1) { id } }`, []string{`PATCH /x/1`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) { fmt.Fprint(w, `null`) })
			rest := c.rest
			for _, field := range []string{"Query.list", "Query.state", "Query.since", "Query.some", "Query.page", "Query.plain", "Query.path", "Query.any", "Mutation.send", "Mutation.put", "Mutation.patch"} {
				if !strings.Contains(rest, field+":") {
					rest = strings.Replace(rest, "fetch: {", "fetch: {"+field+": "+other[field]+", ", 1)
				}
			}
			g := routed(t, "", part{name: "s", sdl: sdl, service: s, rest: rest})
			if got := g.ask(t, c.query); strings.Contains(got, "errors") {
				t.Error(got)
			}
			same(t, "requests", s.asked(), c.asked)
		})
	}
}

// other are the endpoints that a case is not about.
var other = map[string]string{
	"Query.list": `{GET: /l, query: {i: $args.ids}}`, "Query.state": `{GET: /s, query: {s: $args.state}}`, "Query.since": `{GET: /s, query: {s: $args.since}}`,
	"Query.some": `{GET: /l, query: {i: $args.ids, s: $args.state, t: $args.since, p: $args.page}}`, "Query.page": `{GET: /l, query: {i: $args.ids, p: $args.page}}`, "Query.plain": `GET /plain`,
	"Query.path": `{GET: /p, query: {a: $args.a, b: $args.b}}`, "Query.any": `"GET /any/{path}"`,
	"Mutation.send": `{POST: /send, body: $args.input}`, "Mutation.put": `{PUT: "/put/{id}", body: $args.name}`, "Mutation.patch": `"PATCH /patch/{id}"`,
}

func TestMultipart(t *testing.T) {
	got := ""
	s := serve(t, func(w http.ResponseWriter, r *http.Request, body string) {
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			t.Error(err)
		}
		for parts := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
			p, err := parts.NextPart()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(p)
			got += p.FormName() + "=" + string(text) + ";"
		}
		fmt.Fprint(w, `true`)
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { a: Int } type Mutation { send(name: String, tags: [String!]): Boolean }`, service: s, rest: `
fetch: {Query.a: GET /a, Mutation.send: {POST: /x, body: "name: $args.name tags: $args.tags", encode: multipart}}`})
	want(t, g.ask(t, `mutation { send(name: "a\"b", tags: ["x"]) }`), `{"send":true}`)
	if got != `name=a"b;tags=["x"];` {
		t.Error(got)
	}
}

// What becomes of answers.
func TestAnswers(t *testing.T) {
	const sdl = federated + `
type Query { thing: Thing things: [Thing] found: [Found!] node: Node flag: Boolean text: String }
type Thing @key(fields: "id") { id: ID name: String state: State at: Time size: Int parts: [Thing!] city: String }
union Found = Song | Film
type Song { title: String! } type Film { name: String! }
interface Node { id: ID! } type A implements Node { id: ID! a: Int } type B implements Node { id: ID! b: Int }
enum State { OPEN IN_PROGRESS }
scalar Time`
	base := map[string]string{
		"Query.thing": "GET /r", "Query.things": "GET /r", "Query.found": "GET /r", "Query.node": "GET /r", "Query.flag": "GET /r", "Query.text": "GET /r",
	}
	for _, c := range []struct{ name, rest, fetch, body, query, data string }{
		{"names: snake", "names: snake", "", `{"id":1,"state":"in_progress"}`, `{ thing { id state } }`, `{"thing":{"id":"1","state":"IN_PROGRESS"}}`},
		{"formats", "formats: {Time: epoch_s}", "", `{"at":1704164645.25,"size":"12"}`, `{ thing { at size } }`, `{"thing":{"at":"2024-01-02T03:04:05.25Z","size":12}}`},
		{"formats: milliseconds", "formats: {Time: epoch_ms}", "", `{"at":1704164645250}`, `{ thing { at } }`, `{"thing":{"at":"2024-01-02T03:04:05.25Z"}}`},
		{"types by path", "types: {Thing: {city: address.city, name: $.'full-name'}}", "", `{"address":{"city":"Rome"},"full-name":"x"}`, `{ thing { city name } }`, `{"thing":{"city":"Rome","name":"x"}}`},
		{"select goes before types", "types: {Thing: {name: other}}", `Query.thing: {GET: /r, select: "id name: label"}`, `{"id":1,"label":"l","other":"o"}`, `{ thing { name } }`, `{"thing":{"name":"l"}}`},
		{"at of the service and of an endpoint", "at: data", `Query.thing: {GET: /r, at: data.inner}`, `{"data":{"inner":{"name":"i"}}}`, `{ thing { name } }`, `{"thing":{"name":"i"}}`},
		{"typename by a value", `types: {Found: {typename: {by: kind, map: {s: Song}}}, Node: {typename: {by: type}}}`, "", `[{"kind":"s","title":"t"},{"kind":"Film","name":"f"}]`,
			`{ found { ... on Song { title } ... on Film { name } __typename } }`, `{"found":[{"title":"t","__typename":"Song"},{"name":"f","__typename":"Film"}]}`},
		{"typename by what is there", `types: {Found: {typename: {present: {Song: title, Film: name}}}, Node: {typename: {by: type}}}`, "", `[{"title":"t"},{"name":"f"}]`,
			`{ found { ... on Song { title } ... on Film { name } } }`, `{"found":[{"title":"t"},{"name":"f"}]}`},
		{"interface", `types: {Found: {typename: {by: kind}}, Node: {typename: {by: type}}}`, "", `{"type":"B","id":7,"b":1}`, `{ node { id ... on B { b } } }`, `{"node":{"id":"7","b":1}}`},
		{"no content", "", "", ``, `{ thing { name } flag }`, `{"thing":null,"flag":null}`},
		{"lines of JSON", "", "", "NDJSON{\"id\":1}\n\n{\"id\":2}\n", `{ things { id } }`, `{"things":[{"id":"1"},{"id":"2"}]}`},
		{"plain text", "", "", "TEXThello", `{ text }`, `{"text":"hello"}`},
		{"jq", "", `Query.thing: {GET: /r, jq: "{id: .a, name: (.a + .b)}", provides: id name}`, `{"a":"x","b":"y"}`, `{ thing { name } }`, `{"thing":{"name":"xy"}}`},
		{"literal for done", "", `Query.flag: {GET: /r, select: "$(true)"}`, `whatever`, `{ flag }`, `{"flag":true}`},
		{"status and headers of the answer", "", `Query.thing: {GET: /r, select: "id size: $status name: $response.headers.x-it->first"}`, `{}`, `{ thing { size name } }`, ``},
		{"nested lists map by themselves", "types: {Thing: {parts: \"groups.items { id: $ }\"}}", "", `{"groups":[{"items":[1,2]}]}`, `{ thing { parts { id } } }`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
				if rest, ok := strings.CutPrefix(c.body, "NDJSON"); ok {
					w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
					fmt.Fprint(w, rest)
					return
				}
				if rest, ok := strings.CutPrefix(c.body, "TEXT"); ok {
					w.Header().Set("Content-Type", "text/plain")
					fmt.Fprint(w, rest)
					return
				}
				w.Header().Set("X-It", "that")
				fmt.Fprint(w, c.body)
			})
			rest := c.rest + "\n"
			if !strings.Contains(rest, "Found:") {
				if strings.Contains(rest, "types: {") {
					rest = strings.Replace(rest, "types: {", "types: {Found: {typename: {by: kind}}, Node: {typename: {by: type}}, ", 1)
				} else {
					rest += "types: {Found: {typename: {by: kind}}, Node: {typename: {by: type}}}\n"
				}
			}
			rest += "fetch:\n"
			for _, field := range slices.Sorted(mapKeys(base)) {
				if !strings.HasPrefix(c.fetch, field+":") {
					rest += "  " + field + ": " + base[field] + "\n"
				}
			}
			if c.fetch != "" {
				rest += "  " + c.fetch + "\n"
			}
			rest += "  Thing: \"GET /thing/{id}\"\n"
			if strings.Contains(c.fetch, "x-it") {
				rest = strings.ReplaceAll(rest, "headers.x-it", "headers.'x-it'")
				c.data = `{"thing":{"size":200,"name":"that"}}`
			}
			if strings.Contains(c.rest, "groups.items") {
				// A list in a list is no list of objects, and said to be none.
				g := routed(t, "", part{name: "s", sdl: sdl, service: s, rest: rest})
				want(t, g.ask(t, c.query), `{"thing":{"parts":null}}`, "UPSTREAM_SCHEMA_MISMATCH")
				return
			}
			g := routed(t, "", part{name: "s", sdl: sdl, service: s, rest: rest})
			want(t, g.ask(t, c.query), c.data)
		})
	}
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// ok, not_found, errors: what is a failure and how it is told.
func TestFailures(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/soft":
			fmt.Fprint(w, `{"success":false,"reason":"tired","num":17}`)
		case "/teapot":
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, `{"name":"short"}`)
		}
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { gone: Thing soft: Thing teapot: Thing } type Thing { name: String }`, service: s, rest: `
fetch:
  Query.gone: {GET: /gone, not_found: error}
  Query.soft: {GET: /soft, ok: "$status->eq(200)->and(success)", errors: {expose: true, message: reason, code: "$('TIRED')", extensions: "number: num"}}
  Query.teapot: {GET: /teapot, ok: 200..418}
`})
	want(t, g.ask(t, `{ gone { name } }`), `{"gone":null}`, `"code":"NOT_FOUND"`, `"http":{"status":404}`, `"service":"s"`)
	want(t, g.ask(t, `{ soft { name } }`), `{"soft":null}`, `"message":"tired"`, `"code":"TIRED"`, `"number":17`)
	want(t, g.ask(t, `{ teapot { name } }`), `{"teapot":{"name":"short"}}`)
}

// A list of alternatives: one object is shown, several are shown together.
func TestAlternatives(t *testing.T) {
	s := answers(t, map[string]string{
		"/one": `{"name":"x","ownerId":1}`, "/many": `[{"ownerId":1},{"ownerId":2}]`,
		"/owners/1": `{"id":1,"name":"one"}`, "/owners": `[{"id":1,"name":"one"},{"id":2,"name":"two"}]`,
	})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { one: Item many: [Item!] }
type Item { owner: Owner }
type Owner @key(fields: "id") { id: ID! name: String }`, service: s, rest: `
types: {Item: {owner: "{ id: ownerId }"}}
fetch:
  Query.one: GET /one
  Query.many: GET /many
  Owner:
    - GET /owners/{id}
    - {GET: /owners, query: {ids: $batch.id}}
`})
	want(t, g.ask(t, `{ one { owner { name } } }`), `{"one":{"owner":{"name":"one"}}}`)
	same(t, "one", s.asked(), []string{"GET /one", "GET /owners/1"})
	want(t, g.ask(t, `{ many { owner { name } } }`), `{"many":[{"owner":{"name":"one"}},{"owner":{"name":"two"}}]}`)
	same(t, "many", s.asked(), []string{"GET /many", "GET /owners?ids=1&ids=2"})
}

// The four joins: one to one, one to many, many to one, many to many; and a flat
// list that is grouped.
func TestJoins(t *testing.T) {
	s := answers(t, map[string]string{
		"/users": `[{"id":1},{"id":2},{"id":3}]`, "/me": `{"id":2}`,
		"/users/2/posts": `[{"id":"p3"}]`,
		"/posts":         `[{"id":"p1","user_id":1},{"id":"p2","user_id":3},{"id":"p3","user_id":1}]`,
		"/pages":         `{"pages":[{"items":[{"id":"p9"}]},{"items":[]},null]}`,
		"/tags":          `{"1":["a"],"3":[]}`,
	})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { me: User users: [User!]! }
type User @key(fields: "id") { id: ID! own: [Post!] posts: [Post!] page(n: Int): [Post!] tags: [String!] }
type Post { id: ID! }`, service: s, rest: `
fetch:
  Query.me: GET /me
  Query.users: GET /users
  User.own: GET /users/{id}/posts
  User.posts: {GET: /posts, query: {user_ids: $batch.id}, match: {user_id: id}}
  User.page: {POST: /pages, body: "queries: $batch { user: id n: __args.n }", at: pages, match: position, each: items}
  User.tags: {GET: /tags, query: {of: {value: $batch.id, lists: comma}}, match: map}
`})
	want(t, g.ask(t, `{ me { own { id } } }`), `{"me":{"own":[{"id":"p3"}]}}`)
	same(t, "1:N", s.asked(), []string{"GET /me", "GET /users/2/posts"})
	want(t, g.ask(t, `{ users { id posts { id } } }`), `{"users":[{"id":"1","posts":[{"id":"p1"},{"id":"p3"}]},{"id":"2","posts":[]},{"id":"3","posts":[{"id":"p2"}]}]}`)
	same(t, "grouped", s.asked(), []string{"GET /posts?user_ids=1&user_ids=2&user_ids=3", "GET /users"})
	want(t, g.ask(t, `{ users { a: page(n: 1) { id } } }`), `{"users":[{"a":[{"id":"p9"}]},{"a":[]},{"a":null}]}`)
	same(t, "M:N", s.asked(), []string{"GET /users", `POST /pages {"queries":[{"user":"1","n":1},{"user":"2","n":1},{"user":"3","n":1}]}`})
	want(t, g.ask(t, `{ users { tags } }`), `{"users":[{"tags":["a"]},{"tags":null},{"tags":[]}]}`)
	same(t, "map", s.asked(), []string{"GET /tags?of=1,2,3", "GET /users"})
}

// Rows with arguments of their own are one request if they are in the body.
func TestArgumentsOfRows(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, body string) {
		if r.URL.Path == "/users" {
			fmt.Fprint(w, `[{"id":1},{"id":2}]`)
			return
		}
		fmt.Fprintf(w, "[%s]", strings.TrimSuffix(strings.Repeat(`["x"],`, strings.Count(body, `"user"`)), ","))
	})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { users: [User!]! }
type User @key(fields: "id") { id: ID! page(n: Int): [String!] }`, service: s, rest: `
fetch:
  Query.users: GET /users
  User.page: {POST: /pages, body: "$batch { user: id n: __args.n }", match: position}
`})
	want(t, g.ask(t, `{ users { a: page(n: 1) b: page(n: 2) } }`), `{"users":[{"a":["x"],"b":["x"]},{"a":["x"],"b":["x"]}]}`)
	same(t, "requests", s.asked(), []string{"GET /users", `POST /pages [{"user":"1","n":1},{"user":"1","n":2},{"user":"2","n":1},{"user":"2","n":2}]`})
}

// A payload that lacks fields is completed by the lookup.
func TestPartialRepresentations(t *testing.T) {
	s := answers(t, map[string]string{"/list": `[{"id":1,"name":"short"}]`, "/other": `[{"id":1,"name":"short"}]`, "/full": `[{"id":1,"name":"short","text":"long"}]`})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { list: [Thing!] other: [Thing!] }
type Thing @key(fields: "id") { id: ID! name: String text: String }`, service: s, rest: `
fetch:
  Query.list: {GET: /list, omit: text}
  Query.other: {GET: /other, provides: id name}
  Thing: {GET: /full, query: {id: $batch.id}}
`})
	want(t, g.ask(t, `{ list { name } }`), `{"list":[{"name":"short"}]}`)
	same(t, "what is there", s.asked(), []string{"GET /list"})
	want(t, g.ask(t, `{ list { name text } }`), `{"list":[{"name":"short","text":"long"}]}`)
	same(t, "omit", s.asked(), []string{"GET /full?id=1", "GET /list"})
	want(t, g.ask(t, `{ other { text } }`), `{"other":[{"text":"long"}]}`)
	same(t, "provides", s.asked(), []string{"GET /full?id=1", "GET /other"})
}

// Pages of every style, into lists and connections.
func TestPages(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e"}
	var s *service
	s = serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		q := r.URL.Query()
		n := func(name string, or int) int {
			if _, err := fmt.Sscan(q.Get(name), &or); err != nil && q.Has(name) {
				t.Errorf("%s=%s", name, q.Get(name))
			}
			return or
		}
		size := n("size", 2)
		from := max(n("offset", (n("page", 1)-1)*size), n("cursor", 0))
		to := min(from+size, len(all))
		list := []string{}
		for _, id := range all[min(from, to):to] {
			list = append(list, `{"id":"`+id+`"}`)
		}
		next := "null"
		if to < len(all) {
			next = fmt.Sprintf(`"%d"`, to)
			w.Header().Set("Link", fmt.Sprintf(`<%s/api/link?cursor=%d>; rel="next"`, s.URL, to))
		}
		fmt.Fprintf(w, `{"items":[%s],"next":%s,"total":%d}`, strings.Join(list, ","), next, len(all))
	})
	g := routed(t, "", part{name: "s", sdl: `
type Query {
  pages(page: Int, size: Int): [Thing!]
  offsets(offset: Int, size: Int): [Thing!]
  everything: [Thing!]
  linked: [Thing!]
  conn(first: Int, after: String): ThingConnection
}
type Thing { id: ID! }
type ThingConnection { edges: [ThingEdge] nodes: [Thing] pageInfo: PageInfo! totalCount: Int }
type ThingEdge { cursor: String! node: Thing }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`, service: s, rest: `
fetch:
  Query.pages: {GET: /pages, page: {style: page, page: page, size: size, items: items, default: 2, max: 3}}
  Query.offsets: {GET: /offsets, page: {style: offset, offset: offset, limit: size, limit_param: size, items: items, default: 2}}
  Query.everything: {GET: /cursors, page: {style: cursor, items: items, next: next, cursor_param: cursor, all: {max_pages: 2}}}
  Query.linked: {GET: /link, at: items, page: {style: link, all: {max_pages: 10}}}
  Query.conn: {GET: /cursors, page: {style: cursor, first: first, after: after, size_param: size, items: items, next: next, total: total, cursor_param: cursor, into: connection, default: 2}}
`})
	want(t, g.ask(t, `{ pages(page: 2) { id } }`), `{"pages":[{"id":"c"},{"id":"d"}]}`)
	want(t, g.ask(t, `{ pages(size: 100) { id } }`), `{"pages":[{"id":"a"},{"id":"b"},{"id":"c"}]}`)
	want(t, g.ask(t, `{ offsets(offset: 3, size: 1) { id } }`), `{"offsets":[{"id":"d"}]}`)
	s.asked()
	want(t, g.ask(t, `{ everything { id } }`), `{"everything":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"}]}`)
	same(t, "all, at most two pages", s.asked(), []string{"GET /cursors", "GET /cursors?cursor=2"})
	want(t, g.ask(t, `{ linked { id } }`), `{"linked":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"},{"id":"e"}]}`)
	first := g.ask(t, `{ conn(first: 2) { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage endCursor } totalCount } }`)
	if !strings.Contains(first, `"nodes":[{"id":"a"},{"id":"b"}],"pageInfo":{"hasNextPage":true,"endCursor":"`) || !strings.Contains(first, `"totalCount":5`) {
		t.Fatal(first)
	}
	_, cursor, _ := strings.Cut(first, `"endCursor":"`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	want(t, g.ask(t, `{ conn(first: 2, after: "`+cursor+`") { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`),
		`{"conn":{"nodes":[{"id":"c"},{"id":"d"}],"pageInfo":{"hasNextPage":true,"hasPreviousPage":true}}}`)
	if got := g.ask(t, `{ conn(first: 2, after: "forged") { nodes { id } } }`); !strings.Contains(got, "BAD_USER_INPUT") {
		t.Error(got)
	}
}

// What may pass is tried again, if that does no harm.
func TestRepeating(t *testing.T) {
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		if n.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, `"done"`)
	})
	sdl := `type Query { a: String } type Mutation { post: String put: String keyed: String }`
	g := routed(t, "", part{name: "s", sdl: sdl, service: s, rest: `
retry: {attempts: 2, backoff: 1ms}
fetch: {Query.a: GET /a, Mutation.post: POST /post, Mutation.put: PUT /put, Mutation.keyed: {POST: /keyed, idempotent: true}}
`})
	want(t, g.ask(t, `{ a }`), `{"a":"done"}`)
	n.Store(0)
	want(t, g.ask(t, `mutation { put }`), `{"put":"done"}`)
	n.Store(0)
	want(t, g.ask(t, `mutation { keyed }`), `{"keyed":"done"}`)
	if s.header("POST /api/keyed", "Idempotency-Key") == "" {
		t.Error("no Idempotency-Key")
	}
	n.Store(0)
	want(t, g.ask(t, `mutation { post }`), `{"post":null}`, `"http":{"status":503}`)
	if n.Load() != 1 {
		t.Errorf("POST was sent %d times", n.Load())
	}
}

// A service that fails is left alone; one that has enough to do gets no more.
func TestSparing(t *testing.T) {
	var sick atomic.Bool
	sick.Store(true)
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		if sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, `"well"`)
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { a: String }`, service: s, rest: `
retry: false
circuit_breaker: {error_threshold: 50, volume_threshold: 4, reset_timeout: 50ms}
fetch: {Query.a: GET /a}
`})
	for range 4 {
		want(t, g.ask(t, `{ a }`), `{"a":null}`, `"http":{"status":500}`)
	}
	got := g.ask(t, `{ a }`)
	want(t, got, `{"a":null}`, `"code":"UPSTREAM_CIRCUIT_OPEN"`)
	if n := len(s.asked()); n != 4 {
		t.Errorf("%d requests", n)
	}
	sick.Store(false)
	for range 1000 {
		if got = g.ask(t, `{ a }`); got == `{"data":{"a":"well"}}` {
			return
		}
	}
	t.Errorf("the service is not asked again: %s", got)
}

// Equal queries under way at the same time are one request, whatever operation
// they are part of; others wait for their turn.
func TestSharing(t *testing.T) {
	entered, leave := make(chan string, 10), make(chan struct{})
	var under, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		most.Store(max(most.Load(), under.Add(1)))
		entered <- r.URL.Path
		<-leave
		under.Add(-1)
		fmt.Fprintf(w, `{"name":%q}`, r.Header.Get("Authorization"))
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { a: Thing b: Thing c: Thing } type Thing { name: String }`, service: s, rest: `
headers: {forward: [authorization]}
max_concurrent: 2
fetch: {Query.a: GET /a, Query.b: GET /b, Query.c: GET /c}
`})
	done := make(chan string, 10)
	ask := func(query, who string) {
		go func() { done <- g.ask(t, query, "Authorization", who) }()
	}
	ask(`{ a { name } }`, "x")
	<-entered
	ask(`query Other { y: a { name } }`, "x")
	ask(`{ b { name } }`, "x")
	<-entered
	ask(`{ c { name } a { name } }`, "x")
	close(leave)
	for range 4 {
		if got := <-done; !strings.Contains(got, `"name":"x"`) || strings.Contains(got, "errors") {
			t.Error(got)
		}
	}
	if most.Load() > 2 {
		t.Errorf("%d requests at the same time", most.Load())
	}
	if lines := s.asked(); len(lines) > 5 || !slices.Contains(lines, "GET /c") {
		t.Errorf("requests: %v", lines)
	}
}

// Values of other types than the schema's.
func TestStrict(t *testing.T) {
	s := answers(t, map[string]string{"/a": `{"n":"12","b":1}`})
	for strict, data := range map[string]string{"off": `{"a":{"n":12,"b":true}}`, "warn": `{"a":{"n":12,"b":true}}`, "error": `{"a":{"n":null,"b":null}}`} {
		g := routed(t, "", part{name: "s", sdl: `type Query { a: A } type A { n: Int b: Boolean }`, service: s, rest: "strict: " + strict + "\nfetch: {Query.a: GET /a}"})
		if strict == "error" {
			want(t, g.ask(t, `{ a { n b } }`), data, "UPSTREAM_SCHEMA_MISMATCH")
			continue
		}
		want(t, g.ask(t, `{ a { n b } }`), data)
	}
}

// Limits are known before the first request, with the path that costs it.
func TestLimits(t *testing.T) {
	s := answers(t, map[string]string{})
	p := part{name: "s", sdl: federated + `
type Query { users: [User!]! }
type User @key(fields: "id") { id: ID! name: String friend: User posts: [Post!] }
type Post @key(fields: "id") { id: ID! author: User }`, service: s, rest: `
types: {User: {friend: "{ id: friendId }"}, Post: {author: "{ id: authorId }"}}
fetch:
  Query.users: {GET: /users, latency: 100ms, omit: name}
  User: {GET: "/users/{id}", latency: 100ms}
  User.posts: {GET: /posts, query: {users: $batch.id}, match: {userId: id}, latency: 100ms}
`}
	for _, c := range []struct{ settings, query, code, path string }{
		{"limits: {max_upstream_requests: 5}", `{ users { name } }`, "MAX_UPSTREAM_REQUESTS", "users"},
		{"limits: {max_waves: 2}", `{ users { posts { author { name } } } }`, "MAX_WAVES", "users.posts.author"},
		{"limits: {latency_budget: 250ms}", `{ users { posts { author { name } } } }`, "LATENCY_BUDGET", "users.posts.author"},
	} {
		got := routed(t, c.settings, p).ask(t, c.query)
		if !strings.Contains(got, c.code) || !strings.Contains(got, c.path) {
			t.Errorf("%s: %s", c.settings, got)
		}
	}
	if lines := s.asked(); len(lines) > 0 {
		t.Errorf("asked: %v", lines)
	}
}

// What cannot be is said when the configuration is loaded.
func TestRefused(t *testing.T) {
	const sdl = federated + `
type Query { thing(id: ID!): Thing things: [Thing!] }
type Thing @key(fields: "id") { id: ID! name: String owner(full: Boolean): Owner }
type Owner @key(fields: "id") { id: ID! name: String }`
	s := answers(t, map[string]string{})
	for _, c := range []struct{ fetch, text string }{
		{`Query.thing: {GET: "/t/{id}", poll: {every: 1s}}`, `"poll" is not supported yet`},
		{`Query.thing: {GET: "/t/{id}", sse: {event: x}}`, `"sse" is not supported yet`},
		{`Subscription.thing: GET /t`, `not supported yet`},
		{`Query.thing: GET /t/{idd}`, `Did you mean "id"?`},
		{`Query.thin: GET /t`, `Did you mean "thing"?`},
		{`Query.thing: {GET: "/t/{id}", select: "nam: name"}`, `Did you mean "name"?`},
		{`Query.thing: {GET: "/t/{id}", select: "name: label->joinnotnull(',')"}`, `did you mean ->joinNotNull?`},
		{`Query.thing: {GET: "/t/{id}", at: task-types}`, `$.'task-types'`},
		{`Query.thing: {GET: "/t/{id}", quer: {}}`, `did you mean "query"?`},
		{`Query.thing: {GET: "/t/{+id}"}`, `multi_segment`},
		{`Query.thing: {GET: "/t", query: {i: 1}}`, `nothing that is sent depends on the argument id`},
		{`Query.thing: {GET: "/t/{id}", invalidates: [Thing]}`, `only mutations invalidate`},
		{`Query.thing: {GET: "/t/{id}", query: {ids: $batch.id}}`, `a root field has no rows`},
		{`Query.thing: {GET: "/t/{id}", headers: {Host: evil}}`, `Host`},
		{`Query.thing: {GET: "/t/{id}", headers: {Connection: close}}`, `Connection`},
		{`Query.thing: GET /t/../{id}`, `leads elsewhere`},
		{`Query.thing: {GET: "/t/{id}", missing: drop}`, `Say it at the field that holds the list`},
		{`Query.thing: {GET: "/t/{id}", cache: {scope: shared, revalidate: sometimes}}`, `always`},
	} {
		rest := "types: {Thing: {name: label}}\nfetch:\n  " + c.fetch + "\n"
		for _, line := range []string{`Query.thing: GET /t/{id}`, `Query.things: GET /t`, `Thing.owner: {GET: "/t/{$this.id}/owner", query: {f: $args.full}}`, `Owner: GET /o/{id}`} {
			name, _, _ := strings.Cut(line, ":")
			if !strings.HasPrefix(c.fetch, name+":") {
				rest += "  " + line + "\n"
			}
		}
		_, err := attempt(t, "", part{name: "s", sdl: sdl, service: s, rest: rest})
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.fetch, err)
		}
	}
}

// A lookup of an interface is one of each of its types.
func TestInterfaceLookups(t *testing.T) {
	s := answers(t, map[string]string{
		"/refs":  `[{"kind":"car","ref":1},{"kind":"boat","ref":"2"},{"kind":"car","ref":3}]`,
		"/nodes": `[{"id":2,"type":"boat","label":"b","masts":2},{"id":1,"type":"car","label":"a","wheels":4}]`,
	})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { things: [Thing!]! }
interface Thing { id: ID! label: String }
type Car implements Thing @key(fields: "id") { id: ID! label: String wheels: Int }
type Boat implements Thing @key(fields: "id") { id: ID! label: String masts: Int }`, service: s, rest: `
types: {Thing: {typename: {by: type, map: {car: Car, boat: Boat}}}}
fetch:
  Query.things: {GET: /refs, select: "__typename: kind->match(['car', 'Car'], ['boat', 'Boat']) id: ref"}
  Thing: {GET: /nodes, query: {ids: $batch.id}}
`})
	want(t, g.ask(t, `{ things { __typename id label ... on Car { wheels } ... on Boat { masts } } }`),
		`{"things":[{"__typename":"Car","id":"1","label":"a","wheels":4},{"__typename":"Boat","id":"2","label":"b","masts":2},{"__typename":"Car","id":"3","label":null,"wheels":null}]}`)
	same(t, "requests", s.asked(), []string{"GET /nodes?ids=1&ids=3", "GET /nodes?ids=2", "GET /refs"})
}

// drop at a lookup: elements that hold what it does not find go, of whatever list,
// and no others.
func TestDropAtLookups(t *testing.T) {
	s := answers(t, map[string]string{
		"/likes": `[{"item":"gone","by":"u1"},{"item":"i2","by":"u1"},{"item":"i2","by":"gone"}]`, "/like": `{"item":"gone","by":"u1"}`,
		"/items": `[{"id":"i2","name":"two","tags":[{"of":"gone"},{"of":"i2"}]}]`, "/users": `[{"id":"u1","name":"one"}]`,
	})
	sdl := federated + `
type Query { likes: [Like]! like: Like }
type Like { item: Item! by: User }
type Item @key(fields: "id") { id: ID! name: String! tags: [Tag] }
type Tag { of: Item }
type User @key(fields: "id") { id: ID! name: String! }`
	rest := `
types: {Like: {item: "{ id: item }", by: "{ id: by }"}, Tag: {of: "{ id: of }"}}
fetch:
  Query.likes: GET /likes
  Query.like: GET /like
  Item: {GET: /items, query: {ids: $batch.id}, missing: drop}
  User: {GET: /users, query: {ids: $batch.id}}
`
	g := routed(t, "", part{name: "s", sdl: sdl, service: s, rest: rest})
	want(t, g.ask(t, `{ likes { item { name } } }`), `{"likes":[{"item":{"name":"two"}},{"item":{"name":"two"}}]}`)
	want(t, g.ask(t, `{ like { item { name } } }`), `{"like":null}`, "NON_NULL_VIOLATION")
	want(t, g.ask(t, `{ likes { by { name } } }`), `{"likes":[{"by":{"name":"one"}},{"by":{"name":"one"}},{"by":null}]}`)
}

// drop works on every endpoint of a field with a list.
func TestDropBelowObjects(t *testing.T) {
	s := answers(t, map[string]string{
		"/users": `[{"id":1},{"id":1}]`, "/users/1/likes": `[{"item":"gone"},{"item":"i2"}]`, "/items": `[{"id":"i2","name":"two"}]`,
	})
	g := routed(t, "warnings: true", part{name: "s", sdl: federated + `
type Query { users: [User!]! }
type User @key(fields: "id") { id: ID! likes: [Like!]! }
type Like { item: Item! }
type Item @key(fields: "id") { id: ID! name: String! }`, service: s, rest: `
types: {Like: {item: "{ id: item }"}}
fetch:
  Query.users: GET /users
  User.likes: {GET: "/users/{id}/likes", missing: drop}
  Item: {GET: /items, query: {ids: $batch.id}}
`})
	got := g.ask(t, `{ users { likes { item { name } } } }`)
	want(t, got, `{"users":[{"likes":[{"item":{"name":"two"}}]},{"likes":[{"item":{"name":"two"}}]}]}`)
	// What is shared in memory is told at each of its places.
	if !strings.Contains(got, `"path":["users",0,"likes"]`) || !strings.Contains(got, `"path":["users",1,"likes"]`) {
		t.Error(got)
	}
}

// Of what is left out itself, nothing is told besides.
func TestWarningsOfWhatRemains(t *testing.T) {
	s := answers(t, map[string]string{
		"/groups": `[{"likes":["gone","i2"],"lead":"gone"},{"likes":["i2","gone","gone"],"lead":"i2"}]`, "/items": `[{"id":"i2","name":"two"}]`,
	})
	g := routed(t, "warnings: true", part{name: "s", sdl: federated + `
type Query { groups: [Group!]! }
type Group { likes: [Item!]! lead: Item! }
type Item @key(fields: "id") { id: ID! name: String! }`, service: s, rest: `
types: {Group: {likes: "likes { id: $ }", lead: "{ id: lead }"}}
fetch:
  Query.groups: GET /groups
  Item: {GET: /items, query: {ids: $batch.id}, missing: drop}
`})
	got := g.ask(t, `{ groups { likes { name } lead { name } } }`)
	want(t, got, `{"groups":[{"likes":[{"name":"two"}],"lead":{"name":"two"}}]}`)
	if _, warnings, _ := strings.Cut(got, `"warnings":`); strings.Count(warnings, `"path"`) != 2 || !strings.Contains(warnings, `"path":["groups",0,"likes"],"extensions":{"code":"ELEMENTS_DROPPED","dropped":2}`) || !strings.Contains(warnings, `"path":["groups"],"extensions":{"code":"ELEMENTS_DROPPED","dropped":1}`) {
		t.Error(warnings)
	}
}

// Keys of several fields, keys besides the first, and parameters in the path text.
func TestCompoundAndOtherKeys(t *testing.T) {
	s := answers(t, map[string]string{
		"/lines": `[{"sku":"a","country":"de"},{"sku":"a","country":"fr"},{"sku":"b","country":"de"}]`,
		"/stock": `[{"country":"fr","sku":"a","left":2},{"country":"de","sku":"b","left":3},{"country":"de","sku":"a","left":1}]`,
		"/names": `[{"code":"B","sku":"b"},{"code":"A","sku":"a"}]`,
		"/codes": `[{"id":"A","name":"first"},{"id":"B","name":"second"}]`,
	})
	g := routed(t, "", part{name: "s", sdl: federated + `
type Query { lines: [Line!]! }
type Line { stock: Stock product: Product }
type Stock @key(fields: "sku country") { sku: ID! country: String! left: Int }
type Product @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! name: String }`, service: s, rest: `
types:
  Line: {stock: "{ sku country }", product: "{ sku }"}
fetch:
  Query.lines: GET /lines
  Stock: {POST: /stock, body: "$batch { sku country }"}
  Product(sku): {GET: "/names?skus={$batch.sku}", lists: comma, select: "id: code sku"}
  Product: {GET: "/codes?id={$batch.id}&full=yes", omit: sku}
`})
	want(t, g.ask(t, `{ lines { stock { left } product { name } } }`),
		`{"lines":[{"stock":{"left":1},"product":{"name":"first"}},{"stock":{"left":2},"product":{"name":"first"}},{"stock":{"left":3},"product":{"name":"second"}}]}`)
	same(t, "requests", s.asked(), []string{
		"GET /codes?id=A&id=B&full=yes", "GET /lines", "GET /names?skus=a,b",
		`POST /stock [{"sku":"a","country":"de"},{"sku":"a","country":"fr"},{"sku":"b","country":"de"}]`,
	})
}

// A service may send redirects; nobody follows them with the client's credentials.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := answers(t, map[string]string{"/": `"stolen"`})
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		http.Redirect(w, r, elsewhere.URL+"/api/", http.StatusFound)
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { a: String }`, service: s, rest: "headers: {forward: [authorization]}\nfetch: {Query.a: GET /a}"})
	want(t, g.ask(t, `{ a }`, "Authorization", "secret"), `{"a":null}`, `"http":{"status":302}`)
	if lines := elsewhere.asked(); len(lines) > 0 {
		t.Errorf("followed: %v", lines)
	}
}

// Answers are bounded in size and depth.
func TestBounds(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		if r.URL.Path == "/long" {
			fmt.Fprintf(w, `{"name":%q}`, strings.Repeat("x", 5000))
			return
		}
		fmt.Fprint(w, strings.Repeat(`[`, 100000)+strings.Repeat(`]`, 100000))
	})
	g := routed(t, "", part{name: "s", sdl: `type Query { long: Thing deep: Thing } type Thing { name: String }`, service: s, rest: `
max_body: 4KiB
fetch: {Query.long: GET /long, Query.deep: GET /deep}
`})
	want(t, g.ask(t, `{ long { name } }`), `{"long":null}`, "UPSTREAM_DECODE")
	want(t, g.ask(t, `{ deep { name } }`), `{"deep":null}`, "UPSTREAM_DECODE")
}
