package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// musicSDL and musicSpec are the service of the founding example.
const musicSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
scalar URL
type Query { currentUser: UserProfile!  playlists: [Playlist!]! }
type UserProfile @key(fields: "id") { id: ID! @inaccessible  name: String!  avatarUrl: URL! }
type Playlist @key(fields: "id") { id: ID! @inaccessible  name: String!  createdBy: UserProfile!
  songs(page: Int, pageSize: Int = 25): [Song!]! }
type Song @key(fields: "id") { id: ID! @inaccessible  title: String!  streamUrl: URL!  artists: [Artist!]! }
type Artist @key(fields: "id") { id: ID! @inaccessible  name: String! }
`

func musicSpec() *Spec {
	get := func(coordinate, path string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: path}
	}
	ids := func(e EndpointSpec, batch BatchSpec) EndpointSpec {
		e.Query = []Param{{Name: "ids", Value: "$batch.id", Expression: true}}
		e.Batch = batch
		return e
	}
	current := get("Query.currentUser", "/profile")
	current.Select = "name: response.userName avatarUrl: response.avatar"
	songs := get("Playlist.songs", "/songs/multiindex")
	songs.Query = []Param{
		{Name: "playlist_ids", Value: "$batch.id", Expression: true},
		{Name: "page", Value: "$args.page", Expression: true},
		{Name: "page_size", Value: "$args.pageSize", Expression: true},
	}
	songs.SelectAt, songs.Match, songs.Each = "responses", "position", "response"
	songs.Batch = BatchSpec{Max: 200, Post: 50}
	return &Spec{
		URL: "http://127.0.0.1:4106/service1", Timeout: 300 * time.Millisecond,
		Cache: CacheSpec{Scope: "user"}, Names: "snake",
		Types: []TypeSpec{
			{Type: "Playlist", Fields: []FieldSpec{{Field: "createdBy", Select: "{ id: createdBy }"}}},
			{Type: "Song", Fields: []FieldSpec{{Field: "artists", Select: "artist_ids { id: $ }"}}},
		},
		Endpoints: []EndpointSpec{
			current,
			get("Query.playlists", "/playlists"),
			ids(get("UserProfile", "/users"), BatchSpec{Max: 200, Post: 50}),
			ids(get("Playlist", "/playlists/multishow"), BatchSpec{Max: 200}),
			ids(get("Song", "/songs/multishow"), BatchSpec{Max: 200, Post: 50}),
			ids(get("Artist", "/artists/multishow"), BatchSpec{Max: 200}),
			songs,
		},
	}
}

func document(t testing.TB, sdl string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

func compiled(t testing.TB, sdl string, spec *Spec) *Upstream {
	t.Helper()
	if spec.URL == "" {
		spec.URL = "http://upstream.test/api"
	}
	up, errs := Compile("test", document(t, sdl), spec)
	for _, err := range errs {
		t.Error(err)
	}
	if up == nil {
		t.FailNow()
	}
	return up
}

// sent is one request as it was sent.
type sent struct {
	Method, Target, Body string
	Header               []subgraphs.HeaderField
}

func (s sent) header(name string) string { return headerValue(s.Header, name) }

// fake is an upstream: requests are recorded and answered by a function.
type fake struct {
	mu     sync.Mutex
	sent   []sent
	answer func(n int, r *HTTPRequest) (*HTTPResponse, error)
}

func (f *fake) Do(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
	f.mu.Lock()
	n := len(f.sent)
	f.sent = append(f.sent, sent{r.Method, r.Target, string(r.Body), slices.Clone(r.Header)})
	f.mu.Unlock()
	return f.answer(n, r)
}

func (f *fake) lines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []string{}
	for _, s := range f.sent {
		line := s.Method + " " + s.Target
		if s.Body != "" {
			line += " " + s.Body
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func ok(body string) *HTTPResponse {
	return &HTTPResponse{Status: 200, Header: []subgraphs.HeaderField{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body)}
}

func status(code int, body string, header ...subgraphs.HeaderField) *HTTPResponse {
	return &HTTPResponse{Status: code, Header: header, Body: []byte(body)}
}

// answers replies with the same body to everything.
func answers(body string) *fake {
	return &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return ok(body), nil }}
}

func unreachable() error {
	return &transport.Error{Kind: transport.Unreachable, Err: fmt.Errorf("connection refused")}
}

// testClock does not wait.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	pauses []time.Duration
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pauses = append(c.pauses, d)
	c.now = c.now.Add(d)
	return ctx.Err()
}

func newClock() *testClock {
	return &testClock{now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
}

// selections reads a selection set. Variables are not part of it.
func selections(t testing.TB, text string) []subgraphs.Selection {
	t.Helper()
	set, err := schema.ParseSelections(text)
	if err != nil {
		t.Fatal(err)
	}
	return converted(set)
}

func converted(set []schema.Selection) []subgraphs.Selection {
	var out []subgraphs.Selection
	for _, s := range set {
		if s.Fragment {
			out = append(out, subgraphs.Selection{On: s.On, Selections: converted(s.Selections)})
			continue
		}
		sel := subgraphs.Selection{Key: s.Alias, Field: s.Name, Selections: converted(s.Selections)}
		for _, a := range s.Arguments {
			sel.Arguments = append(sel.Arguments, subgraphs.ArgumentSpec{
				Name: a.Name, Value: subgraphs.ArgumentValue{Variable: -1, Constant: a.Value.GraphQL()},
			})
		}
		out = append(out, sel)
	}
	return out
}

// harness carries out fetches.
type harness struct {
	t      testing.TB
	up     *Upstream
	client subgraphs.Client
	clock  *testClock
}

func newHarness(t testing.TB, up *Upstream, tr Transport) *harness {
	clock := newClock()
	return &harness{t: t, up: up, clock: clock, client: up.Client(Options{
		Transport: tr, Clock: clock, Random: func() float64 { return 0.5 }, IdempotencyKey: func() string { return "key-1" },
	})}
}

func (h *harness) prepare(spec *subgraphs.FetchSpec) subgraphs.Prepared {
	h.t.Helper()
	p, err := h.client.Prepare(spec)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// root fetches root fields.
func (h *harness) root(facet, text string) *subgraphs.Answer {
	h.t.Helper()
	kind := schema.Query
	if strings.HasPrefix(facet, "Mutation.") {
		kind = schema.Mutation
	}
	return h.fetch(&subgraphs.FetchSpec{Facet: facet, Kind: kind, Root: selections(h.t, text)}, &subgraphs.Call{})
}

func (h *harness) fetch(spec *subgraphs.FetchSpec, call *subgraphs.Call) *subgraphs.Answer {
	h.t.Helper()
	a := h.prepare(spec).Fetch(context.Background(), call)
	checkAnswer(h.t, a)
	return a
}

// lookup fetches objects of one entry.
func (h *harness) lookup(facet, text string, rows ...string) *subgraphs.Answer {
	h.t.Helper()
	return h.fetch(&subgraphs.FetchSpec{Facet: facet, Entries: []subgraphs.Entry{h.entry(facet, text)}}, &subgraphs.Call{Rows: [][][]byte{raws(rows...)}})
}

func (h *harness) entry(facet, text string) subgraphs.Entry {
	h.t.Helper()
	for _, f := range h.up.Facets() {
		if f.Name == facet {
			return subgraphs.Entry{
				Lookup:     &subgraphs.Lookup{Kind: subgraphs.FacetLookup, Type: f.Type, Batch: f.Batch},
				Selections: selections(h.t, text),
			}
		}
	}
	h.t.Fatalf("there is no facet %s", facet)
	return subgraphs.Entry{}
}

func raws(rows ...string) [][]byte {
	out := make([][]byte, len(rows))
	for i, r := range rows {
		out[i] = []byte(r)
	}
	return out
}

// checkAnswer checks what holds for every answer.
func checkAnswer(t testing.TB, a *subgraphs.Answer) {
	t.Helper()
	if a.Err != nil {
		return
	}
	if a.Layout != subgraphs.LayoutRows {
		t.Fatal("the answer is not in rows")
	}
	for _, rows := range a.Rows {
		for _, row := range rows {
			if row.Status == subgraphs.RowOK && !json.Valid(a.Body[row.Start:row.End]) {
				t.Fatalf("a row is not JSON: %s", a.Body[row.Start:row.End])
			}
		}
	}
	for _, e := range a.Errs {
		if len(e.Path) > 0 && !json.Valid(e.Path) || len(e.Extensions) > 0 && !json.Valid(e.Extensions) {
			t.Fatalf("an error is not JSON: %s %s", e.Path, e.Extensions)
		}
	}
}

// rowTexts are the rows of an entry, with their status where there is no object.
func rowTexts(a *subgraphs.Answer, entry int) []string {
	var out []string
	for _, row := range a.Rows[entry] {
		switch row.Status {
		case subgraphs.RowOK:
			out = append(out, string(a.Body[row.Start:row.End]))
		case subgraphs.RowNull:
			out = append(out, "null")
		case subgraphs.RowMissing:
			out = append(out, "missing")
		case subgraphs.RowError:
			out = append(out, "error")
		}
	}
	return out
}

func errTexts(a *subgraphs.Answer) []string {
	out := []string{}
	for _, e := range a.Errs {
		out = append(out, fmt.Sprintf("%d/%d %s %s", e.Entry, e.Row, e.Path, e.Code))
	}
	return out
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
