package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

const shelfSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
scalar Bag
type Query { books: [Book!]! brief: [Book!]! chosen: [Book!]! shelves: [Shelf!]! found: [Hit!]! wrapped: Wrapped }
type Mutation { add(id: ID!): Book }
type Book @key(fields: "id") @key(fields: "isbn") @key(fields: "place { row no }") {
	id: ID! isbn: ID title: String! pages: Int blurb: String nick: String bag: Bag tags: [String!] place: Place
	author: Author cover: Cover reviews(page: Int): [String!]
}
type Place { row: String no: Int }
type Cover { colour: String! size: Int }
type Author @key(fields: "id") { id: ID! name: String }
type Shelf @key(fields: "id") { id: ID! books: [Book!] best: Book fixed: [Book!] }
type Film { id: ID! length: Int }
union Hit = Book | Film
type Wrapped { total: Int books: [Book!] }
`

func shelfSpec() *Spec {
	get := func(coordinate, path string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: path}
	}
	brief := get("Query.brief", "/brief")
	brief.Omit = "pages"
	chosen := get("Query.chosen", "/chosen")
	chosen.Select = "id title: heading pages"
	wrapped := get("Query.wrapped", "/wrapped")
	wrapped.Select = "total: count books: data.items"
	add := EndpointSpec{Coordinate: "Mutation.add", Method: "POST", Path: "/books/{id}"}
	batch := func(coordinate, path, key string) EndpointSpec {
		e := get(coordinate, path)
		e.Query = []Param{{Name: "k", Value: "$batch." + key, Expression: true}}
		return e
	}
	place := get("Book(place { row no })", "/places/{place.row}/{place.no}")
	reviews := batch("Book.reviews", "/reviews", "id")
	reviews.Query = append(reviews.Query, expression("page", "$args.page"))
	reviews.Match = "position"
	return &Spec{
		Names: "snake",
		Types: []TypeSpec{
			{Type: "Book", Fields: []FieldSpec{
				{Field: "title", Select: "head.title"},
				{Field: "blurb", Select: `blurb->slice(0, 3)`},
				{Field: "nick", Select: `nick ?? $("none")`},
				{Field: "tags", Select: "labels.name"},
				{Field: "author", Select: "{ id: author_id }"},
			}},
			{Type: "Shelf", Fields: []FieldSpec{{Field: "fixed", Select: "fixed { id title: t pages }"}, {Field: "best", Select: "top.book"}}},
			{Type: "Hit", Typename: &TypenameSpec{By: "kind", Map: []Value{{"book", "Book"}, {"film", "Film"}}}},
		},
		Endpoints: []EndpointSpec{
			get("Query.books", "/books"), brief, chosen, wrapped, get("Query.shelves", "/shelves"), get("Query.found", "/found"), add,
			batch("Book", "/by-id", "id"), batch("Book(isbn)", "/by-isbn", "isbn"), place, reviews,
			batch("Author", "/authors", "id"), batch("Shelf", "/shelf", "id"),
		},
	}
}

// library answers requests by path, lookups by the keys they ask for.
type library struct {
	*fake
	bodies map[string]string
	book   func(id string) string
}

func newLibrary(bodies map[string]string) *library {
	l := &library{bodies: bodies, book: func(id string) string {
		return fmt.Sprintf(`{"id":%q,"isbn":"i%s","head":{"title":"asked"},"pages":1,"blurb":"asked","labels":[{"name":"x"}],"author_id":"a","bag":{},"place":{"row":"r","no":1},"cover":{"colour":"red","size":1}}`, id, id)
	}}
	l.fake = &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		path, query, _ := strings.Cut(strings.TrimPrefix(r.Target, "/api"), "?")
		if body, ok := l.bodies[path]; ok {
			return reply(body), nil
		}
		values, _ := url.ParseQuery(query)
		var out []string
		for _, k := range values["k"] {
			switch {
			case k == "gone":
			case path == "/reviews":
				out = append(out, fmt.Sprintf(`["of %s, page %s"]`, k, values.Get("page")))
			case path == "/by-isbn":
				out = append(out, l.book(strings.TrimPrefix(k, "i")))
			case path == "/shelf":
				out = append(out, fmt.Sprintf(`{"id":%q}`, k))
			default:
				out = append(out, l.book(k))
			}
		}
		if strings.HasPrefix(path, "/places/") {
			return reply(l.book("p")), nil
		}
		return reply("[" + strings.Join(out, ",") + "]"), nil
	}}
	return l
}

func reply(body string) *HTTPResponse {
	if strings.HasPrefix(body, "!") {
		return status(http.StatusInternalServerError, `{}`)
	}
	return ok(body)
}

// first is a fetch whose answer is kept: root fields, or a lookup of rows.
func (h *harness) first(facet, text string, rows ...string) *subgraphs.Answer {
	h.t.Helper()
	return h.fetch(h.spec(facet, text), &subgraphs.Call{Keep: true, Rows: rowsOf(rows)})
}

func (h *harness) spec(facet, text string) *subgraphs.FetchSpec {
	h.t.Helper()
	if strings.HasPrefix(facet, "Query.") {
		return &subgraphs.FetchSpec{Facet: facet, Root: selections(h.t, text)}
	}
	if strings.HasPrefix(facet, "Mutation.") {
		return &subgraphs.FetchSpec{Facet: facet, Kind: schema.Mutation, Root: selections(h.t, text)}
	}
	return &subgraphs.FetchSpec{Facet: facet, Entries: []subgraphs.Entry{h.entry(facet, text)}}
}

func rowsOf(rows []string) [][][]byte {
	if len(rows) == 0 {
		return nil
	}
	return [][][]byte{raws(rows...)}
}

func TestPriming(t *testing.T) {
	whole := `{"id":1,"isbn":"i1","head":{"title":"T"},"pages":7,"blurb":"long","labels":[{"name":"a"}],"bag":[1],"place":{"row":"r","no":2},"author_id":9,"cover":{"colour":"blue","size":null}}`
	for _, c := range []struct {
		name string
		// What the primer is asked and answers.
		facet, text string
		rows        []string
		body        string
		// What is looked up then.
		lookup, want string
		keys         []string
		// What comes of it, and which requests it took.
		got, asked []string
	}{
		{
			name: "all there", facet: "Query.books", text: "books { id }", body: "[" + whole + "]",
			lookup: "Book", want: "id title pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"id":"1","title":"T","pages":7}`},
		},
		{
			name: "only the others are asked for", facet: "Query.books", text: "books { id }", body: `[{"id":2,"pages":2},{"id":"4","pages":4}]`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`, `{"id":4}`, `{"id":null}`},
			got: []string{`{"pages":1}`, `{"pages":2}`, `{"pages":1}`, `{"pages":4}`, "null"}, asked: []string{"GET /api/by-id?k=1&k=3"},
		},
		{
			name: "absent is not null", facet: "Query.books", text: "books { id }", body: `[{"id":1},{"id":2,"pages":null}]`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`, `{"id":"2"}`},
			got: []string{`{"pages":1}`, `{"pages":null}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "null is no value where there must be one", facet: "Query.books", text: "books { id }", body: `[{"id":1,"head":{"title":null}},{"id":2,"head":{}},{"id":3,"head":null},{"id":4}]`,
			lookup: "Book", want: "title", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`, `{"id":"4"}`},
			got: []string{`{"title":"asked"}`, `{"title":"asked"}`, `{"title":"asked"}`, `{"title":"asked"}`}, asked: []string{"GET /api/by-id?k=1&k=2&k=3&k=4"},
		},
		{
			name: "objects below", facet: "Query.books", text: "books { id }",
			body:   `[{"id":1,"cover":{"colour":"blue","size":null}},{"id":2,"cover":{"colour":"blue"}},{"id":3,"cover":{"colour":null,"size":1}},{"id":4,"cover":null},{"id":5,"cover":7}]`,
			lookup: "Book", want: "cover { colour size }", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`, `{"id":"4"}`, `{"id":"5"}`},
			got:   []string{`{"cover":{"colour":"blue","size":null}}`, `{"cover":{"colour":"red","size":1}}`, `{"cover":{"colour":"red","size":1}}`, `{"cover":null}`, `{"cover":{"colour":"red","size":1}}`},
			asked: []string{"GET /api/by-id?k=2&k=3&k=5"},
		},
		{
			name: "stubs", facet: "Query.books", text: "books { id }", body: `[{"id":1,"author_id":9},{"id":2},{"id":3,"author_id":null}]`,
			lookup: "Book", want: "author { id }", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`},
			got: []string{`{"author":{"id":"9"}}`, `{"author":{"id":"a"}}`, `{"author":null}`}, asked: []string{"GET /api/by-id?k=2"},
		},
		{
			name: "what a method made may stand for nothing", facet: "Query.books", text: "books { id }", body: "[" + whole + "]",
			lookup: "Book", want: "blurb", keys: []string{`{"id":"1"}`},
			got: []string{`{"blurb":"ask"}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "a default may stand for nothing", facet: "Query.books", text: "books { id }", body: "[" + whole + "]",
			lookup: "Book", want: "nick", keys: []string{`{"id":"1"}`},
			got: []string{`{"nick":"none"}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "paths through lists make nulls", facet: "Query.books", text: "books { id }", body: `[{"id":1,"labels":[{}]}]`,
			lookup: "Book", want: "tags", keys: []string{`{"id":"1"}`},
			got: []string{`{"tags":["x"]}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "what the endpoint omits", facet: "Query.brief", text: "brief { id }", body: "[" + whole + "]",
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":1}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "and what it does not", facet: "Query.brief", text: "brief { id }", body: "[" + whole + "]",
			lookup: "Book", want: "title", keys: []string{`{"id":"1"}`},
			got: []string{`{"title":"T"}`},
		},
		{
			name: "a select makes another object", facet: "Query.chosen", text: "chosen { id title }", body: `[{"id":1,"heading":"H","pages":7}]`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":1}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "what a select passes on", facet: "Query.wrapped", text: "wrapped { total }", body: `{"count":1,"data":{"items":[` + whole + `]}}`,
			lookup: "Book", want: "pages title", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":7,"title":"T"}`},
		},
		{
			name: "further down", facet: "Query.shelves", text: "shelves { id }", body: `[{"id":1,"books":[{"id":"1","pages":3}],"top":{"book":{"id":"2","pages":4}},"fixed":[{"id":"3","t":"x","pages":5}]},{"id":2,"books":null}]`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`},
			got: []string{`{"pages":3}`, `{"pages":4}`, `{"pages":1}`}, asked: []string{"GET /api/by-id?k=3"},
		},
		{
			name: "of several types", facet: "Query.found", text: "found { ... on Film { id } }", body: `[{"kind":"film","id":"1","pages":3},{"kind":"book","id":"2","pages":4},{"id":"3","pages":5}]`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`, `{"id":"2"}`, `{"id":"3"}`},
			got: []string{`{"pages":1}`, `{"pages":4}`, `{"pages":1}`}, asked: []string{"GET /api/by-id?k=1&k=3"},
		},
		{
			name: "by another key", facet: "Query.books", text: "books { id }", body: "[" + whole + "]",
			lookup: "Book(isbn)", want: "pages", keys: []string{`{"isbn":"i1"}`},
			got: []string{`{"pages":7}`},
		},
		{
			name: "by several fields", facet: "Query.books", text: "books { id }", body: "[" + whole + "]",
			lookup: "Book(place { row no })", want: "pages", keys: []string{`{"place":{"row":"r","no":"2"}}`, `{"place":{"row":"r","no":3}}`},
			got: []string{`{"pages":7}`, `{"pages":1}`}, asked: []string{"GET /api/places/r/3"},
		},
		{
			name: "another lookup", facet: "Book(isbn)", text: "pages", rows: []string{`{"isbn":"i5"}`},
			lookup: "Book", want: "title", keys: []string{`{"id":"5"}`},
			got: []string{`{"title":"asked"}`},
		},
		{
			name: "the same lookup, for other fields", facet: "Book", text: "pages", rows: []string{`{"id":"5"}`, `{"id":"gone"}`},
			lookup: "Book", want: "blurb nick tags", keys: []string{`{"id":"5"}`, `{"id":"gone"}`, `{"id":"6"}`},
			got: []string{`{"blurb":"ask","nick":"none","tags":["x"]}`, "missing", `{"blurb":"ask","nick":"none","tags":["x"]}`}, asked: []string{"GET /api/by-id?k=6"},
		},
		{
			name: "the same field, of the same arguments", facet: "Book.reviews", text: "reviews(page: 1)", rows: []string{`{"id":"5"}`},
			lookup: "Book.reviews", want: "reviews(page: 1) more: reviews(page: 2)", keys: []string{`{"id":"5"}`, `{"id":"6"}`},
			got:   []string{`{"reviews":["of 5, page 1"],"more":["of 5, page 2"]}`, `{"reviews":["of 6, page 1"],"more":["of 6, page 2"]}`},
			asked: []string{"GET /api/reviews?k=5&k=6&page=2", "GET /api/reviews?k=6&page=1"},
		},
		{
			name: "a failure primes nothing", facet: "Query.books", text: "books { id }", body: "!",
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":1}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "a payload of another shape", facet: "Query.books", text: "books { id }", body: `{"id":1,"pages":[5]}`,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":1}`}, asked: []string{"GET /api/by-id?k=1"},
		},
		{
			name: "what a mutation answers", facet: "Mutation.add", text: "add(id: 1) { id }", body: whole,
			lookup: "Book", want: "pages", keys: []string{`{"id":"1"}`},
			got: []string{`{"pages":1}`}, asked: []string{"GET /api/by-id?k=1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(map[string]string{"/books/1": c.body})
			if c.body != "" {
				l.bodies["/"+strings.TrimPrefix(c.facet, "Query.")] = c.body
			}
			h := newHarness(t, compiled(t, shelfSDL, shelfSpec()), l)
			h.client = h.up.Client(Options{Transport: l, Clock: h.clock, Random: func() float64 { return 0 }})
			first := h.first(c.facet, c.text, c.rows...)
			before := len(l.lines())
			l.sent = nil
			a := h.fetch(h.spec(c.lookup, c.want), &subgraphs.Call{Rows: rowsOf(c.keys), Primers: []*subgraphs.Answer{first}})
			same(t, "rows", rowTexts(a, 0), c.got)
			same(t, "requests", l.lines(), c.asked)
			if len(a.Errs) > 0 || before == 0 {
				t.Errorf("%d errors: %v", len(a.Errs), errTexts(a))
			}
		})
	}
}

// What is not to be kept is not.
func TestNotKept(t *testing.T) {
	l := newLibrary(map[string]string{"/books": `[{"id":1,"pages":7}]`})
	up := compiled(t, shelfSDL, shelfSpec())
	h := newHarness(t, up, l)
	if a := h.fetch(h.spec("Query.books", "books { id }"), &subgraphs.Call{}); a.Kept != nil {
		t.Error("kept although nothing asks for it")
	}
	first := h.first("Query.books", "books { id }")
	// Another upstream's answers are of another world.
	other := newHarness(t, compiled(t, shelfSDL, shelfSpec()), l)
	a := other.fetch(other.spec("Book", "pages"), &subgraphs.Call{Rows: rowsOf([]string{`{"id":"1"}`}), Primers: []*subgraphs.Answer{first}})
	same(t, "of another upstream", rowTexts(a, 0), []string{`{"pages":1}`})

	spec := shelfSpec()
	spec.Unprimed = true
	up = compiled(t, shelfSDL, spec)
	for _, f := range up.Facets() {
		if f.Primes || slices.ContainsFunc(f.Gives, func(g subgraphs.FacetType) bool {
			return slices.ContainsFunc(g.Fields, func(f subgraphs.FacetField) bool { return f.Primes })
		}) {
			t.Errorf("%s primes", f.Name)
		}
	}
	h = newHarness(t, up, l)
	if first = h.first("Query.books", "books { id }"); first.Kept != nil {
		t.Error("kept although it is switched off")
	}
}

// Facets say what primes: the upstream's own objects, of types that are looked up.
func TestPrimingFacets(t *testing.T) {
	primes := func(up *Upstream) (out []string) {
		for _, f := range up.Facets() {
			line := f.Name + ":"
			for _, g := range f.Gives {
				for _, field := range g.Fields {
					if field.Primes {
						line += " " + g.Type + "." + field.Name
					}
				}
			}
			out = append(out, line)
		}
		return out
	}
	same(t, "music", primes(compiled(t, musicSDL, musicSpec())), []string{
		"Query.currentUser:",
		"Query.playlists: Playlist.id Playlist.name Playlist.createdBy",
		"UserProfile: UserProfile.id UserProfile.name UserProfile.avatarUrl",
		"Playlist: Playlist.id Playlist.name Playlist.createdBy",
		"Song: Song.id Song.title Song.streamUrl Song.artists",
		"Artist: Artist.id Artist.name",
		"Playlist.songs: Song.id Song.title Song.streamUrl Song.artists",
	})
	book := " Book.id Book.isbn Book.title Book.pages Book.bag Book.place Book.author Book.cover"
	same(t, "shelves", primes(compiled(t, shelfSDL, shelfSpec())), []string{
		"Query.books:" + book,
		"Query.brief:" + strings.Replace(book, " Book.pages", "", 1),
		"Query.chosen:",
		"Query.wrapped:" + book,
		"Query.shelves:" + book + " Shelf.id Shelf.books Shelf.best Shelf.fixed",
		"Query.found:" + book,
		"Mutation.add:" + book,
		"Book:" + book, "Book(isbn):" + book, "Book(place { row no }):" + book,
		"Book.reviews:", "Author: Author.id Author.name",
		"Shelf:" + book + " Shelf.id Shelf.books Shelf.best Shelf.fixed",
	})
}

// An object asked for at two places serves only if it has what both need.
func TestPrimingForSeveralEntries(t *testing.T) {
	l := newLibrary(map[string]string{"/books": `[{"id":1,"pages":7},{"id":2,"pages":8,"head":{"title":"B"}},{"id":3,"head":{"title":"C"}}]`})
	h := newHarness(t, compiled(t, shelfSDL, shelfSpec()), l)
	first := h.first("Query.books", "books { id }")
	l.sent = nil
	a := h.fetch(&subgraphs.FetchSpec{Facet: "Book", Entries: []subgraphs.Entry{h.entry("Book", "pages"), h.entry("Book", "title")}}, &subgraphs.Call{
		Rows:    [][][]byte{raws(`{"id":"1"}`, `{"id":"2"}`), raws(`{"id":"2"}`, `{"id":"1"}`, `{"id":"3"}`)},
		Primers: []*subgraphs.Answer{first},
	})
	same(t, "pages", rowTexts(a, 0), []string{`{"pages":1}`, `{"pages":8}`})
	same(t, "titles", rowTexts(a, 1), []string{`{"title":"B"}`, `{"title":"asked"}`, `{"title":"C"}`})
	same(t, "requests", l.lines(), []string{"GET /api/by-id?k=1"})
	// A field that the variables leave out is not needed.
	l.sent = nil
	spec := h.spec("Book", "pages title")
	spec.Entries[0].Selections[0].Include = []subgraphs.Condition{{Variable: 0}}
	spec.Variables = []subgraphs.VariableSpec{{Name: "c", Type: "Boolean!"}}
	for value, want := range map[string]string{"false": `{"title":"C"}`, "true": `{"pages":1,"title":"asked"}`} {
		a = h.fetch(spec, &subgraphs.Call{Rows: rowsOf([]string{`{"id":"3"}`}), Variables: raws(value), Primers: []*subgraphs.Answer{first}})
		same(t, value, rowTexts(a, 0), []string{want})
	}
}

// An endpoint that answers for all keys at once is asked once.
func TestPrimingFromSupersets(t *testing.T) {
	for match, body := range map[string]string{
		"key": `{"all":[{"it":{"id":1,"name":"a"}},{"it":{"id":2,"name":"b"}},{"it":null},{"other":3}]}`,
		"map": `{"all":{"1":{"it":{"name":"a"}},"2":{"it":{"name":"b"}},"4":{}}}`,
	} {
		spec := shelfSpec()
		at := slices.IndexFunc(spec.Endpoints, func(e EndpointSpec) bool { return e.Coordinate == "Author" })
		spec.Endpoints[at] = EndpointSpec{Coordinate: "Author", Method: "GET", Path: "/authors", Match: match, SelectAt: "all", Each: "it"}
		l := newLibrary(map[string]string{"/authors": body})
		h := newHarness(t, compiled(t, shelfSDL, spec), l)
		first := h.first("Author", "name", `{"id":"1"}`, `{"id":"3"}`)
		a := h.fetch(h.spec("Author", "id name"), &subgraphs.Call{Rows: rowsOf([]string{`{"id":2}`, `{"id":"3"}`, `{"id":"1"}`}), Primers: []*subgraphs.Answer{first}})
		same(t, match, rowTexts(a, 0), []string{`{"id":"2","name":"b"}`, "missing", `{"id":"1","name":"a"}`})
		same(t, match, l.lines(), []string{"GET /api/authors"})
	}
}

// The first primer that has an object serves; the next ones fill in.
func TestSeveralPrimers(t *testing.T) {
	l := newLibrary(map[string]string{"/books": `[{"id":1,"pages":7},{"id":2}]`, "/brief": `[{"id":3}]`})
	l.bodies["/wrapped"] = `{"data":{"items":[{"id":2,"pages":9},{"id":1,"pages":8}]}}`
	h := newHarness(t, compiled(t, shelfSDL, shelfSpec()), l)
	primers := []*subgraphs.Answer{h.first("Query.books", "books { id }"), h.first("Query.wrapped", "wrapped { total }"), h.first("Query.brief", "brief { id }")}
	l.sent = nil
	a := h.fetch(h.spec("Book", "pages"), &subgraphs.Call{Keep: true, Rows: rowsOf([]string{`{"id":"1"}`, `{"id":"2"}`}), Primers: primers})
	same(t, "rows", rowTexts(a, 0), []string{`{"pages":7}`, `{"pages":9}`})
	// What was primed is not passed on for more than it is: the title is asked for.
	b := h.fetch(h.spec("Book", "pages title"), &subgraphs.Call{Rows: rowsOf([]string{`{"id":"1"}`}), Primers: append(primers, a)})
	same(t, "rows", rowTexts(b, 0), []string{`{"pages":1,"title":"asked"}`})
	same(t, "requests", l.lines(), []string{"GET /api/by-id?k=1"})
}

// Objects that the cache had prime as well, and what is primed is not looked for
// in the cache.
func TestPrimingAndCache(t *testing.T) {
	clock := newClock()
	gets := &countedStore{Store: httpcache.NewMemory(1<<20, clock.Now)}
	cache := httpcache.New(gets, httpcache.Options{Now: clock.Now})
	l := newLibrary(nil)
	inner := l.answer
	l.answer = func(n int, r *HTTPRequest) (*HTTPResponse, error) {
		resp, err := inner(n, r)
		if resp != nil {
			resp.Header = append(resp.Header, subgraphs.HeaderField{Name: "Cache-Control", Value: "max-age=60"})
		}
		return resp, err
	}
	spec := shelfSpec()
	spec.Cache = CacheSpec{Scope: "shared"}
	h := newHarness(t, compiled(t, shelfSDL, spec), l)
	h.client = h.up.Client(Options{Transport: l, Clock: clock, Cache: cache})
	h.first("Book(isbn)", "pages", `{"isbn":"i1"}`)
	_ = clock.Sleep(t.Context(), 20*time.Second)
	first := h.first("Book(isbn)", "pages", `{"isbn":"i1"}`) // from the cache
	if n := len(l.lines()); n != 1 {
		t.Fatalf("%d requests", n)
	}
	gets.n = 0
	a := h.fetch(h.spec("Book", "title"), &subgraphs.Call{Rows: rowsOf([]string{`{"id":"1"}`}), Primers: []*subgraphs.Answer{first}})
	same(t, "rows", rowTexts(a, 0), []string{`{"title":"asked"}`})
	if n := len(l.lines()); n != 1 || gets.n != 0 {
		t.Errorf("%d requests, %d times in the cache", n, gets.n)
	}
	if a.Cache.MaxAge != 40*time.Second {
		t.Errorf("it may be kept for %v", a.Cache.MaxAge)
	}
}

// Several lookups come for one answer at the same time.
func TestPrimingConcurrently(t *testing.T) {
	var items []string
	var keys, isbns []string
	for i := range 200 {
		items = append(items, fmt.Sprintf(`{"id":%d,"isbn":"i%d","head":{"title":"T%d"}}`, i, i, i))
		keys = append(keys, fmt.Sprintf(`{"id":"%d"}`, i))
		isbns = append(isbns, fmt.Sprintf(`{"isbn":"i%d"}`, i))
	}
	l := newLibrary(map[string]string{"/books": "[" + strings.Join(items, ",") + "]"})
	h := newHarness(t, compiled(t, shelfSDL, shelfSpec()), l)
	first := h.first("Query.books", "books { id }")
	byID, byISBN := h.prepare(h.spec("Book", "title")), h.prepare(h.spec("Book(isbn)", "title id"))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			p, rows := byID, keys
			if i%2 > 0 {
				p, rows = byISBN, isbns
			}
			a := p.Fetch(context.Background(), &subgraphs.Call{Keep: true, Rows: rowsOf(rows), Primers: []*subgraphs.Answer{first}})
			for n, row := range rowTexts(a, 0) {
				if !strings.HasPrefix(row, fmt.Sprintf(`{"title":"T%d"`, n)) {
					t.Errorf("row %d is %s", n, row)
				}
			}
			a.Release()
		})
	}
	wg.Wait()
	if n := len(l.lines()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// With priming the answer is that without it, whatever members a payload of a
// consistent service lacks.
func TestPrimingChangesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	up := compiled(t, shelfSDL, shelfSpec())
	fields := []string{"isbn", "title", "pages", "blurb", "nick", "bag", "tags", "author { id }", "cover { colour size }", "place { row no }"}
	spared := 0
	for range 300 {
		book := func(id string) map[string]any {
			out := map[string]any{
				"id": id, "isbn": "i" + id, "head": map[string]any{"title": "T" + id}, "pages": len(id), "blurb": "words of " + id, "nick": "n" + id,
				"bag": []any{id}, "labels": []any{map[string]any{"name": id}}, "author_id": "a" + id, "place": map[string]any{"row": id, "no": 3},
				"cover": map[string]any{"colour": "c" + id, "size": 5},
			}
			if id[0]%2 == 0 {
				out["author_id"], out["pages"], out["cover"] = nil, nil, nil
			}
			return out
		}
		var list []map[string]any
		for _, id := range []string{"1", "22", "3", "4"} {
			b := book(id)
			for key, v := range b {
				if m, ok := v.(map[string]any); ok {
					for below := range m {
						if random.IntN(5) == 0 {
							delete(m, below)
						}
					}
				}
				if random.IntN(4) == 0 {
					delete(b, key)
				}
			}
			list = append(list, b)
		}
		body, _ := json.Marshal(list)
		l := newLibrary(map[string]string{"/books": string(body)})
		l.book = func(id string) string { b, _ := json.Marshal(book(id)); return string(b) }
		h := newHarness(t, up, l)
		first := h.first("Query.books", "books { __typename }")
		var want []string
		for _, f := range fields {
			if random.IntN(3) == 0 {
				want = append(want, f)
			}
		}
		want = append(want, "id")
		spec := h.spec("Book", strings.Join(want, " "))
		rows := rowsOf([]string{`{"id":"1"}`, `{"id":"22"}`, `{"id":"3"}`, `{"id":"4"}`, `{"id":"5"}`})
		l.sent = nil
		primed := h.fetch(spec, &subgraphs.Call{Rows: rows, Primers: []*subgraphs.Answer{first}})
		with := l.lines()
		l.sent = nil
		plain := h.fetch(spec, &subgraphs.Call{Rows: rows})
		same(t, strings.Join(want, " ")+" of "+string(body), rowTexts(primed, 0), rowTexts(plain, 0))
		same(t, "errors", errTexts(primed), errTexts(plain))
		if len(with) > 0 && len(with[0]) < len(l.lines()[0]) {
			spared++
		}
	}
	if spared < 50 {
		t.Errorf("only %d lookups asked for less", spared)
	}
}

type countedStore struct {
	httpcache.Store
	n int
}

func (s *countedStore) Get(ctx context.Context, keys []httpcache.Key, tags []httpcache.Tag, found []*httpcache.Entry) (httpcache.Stamp, error) {
	s.n++
	return s.Store.Get(ctx, keys, tags, found)
}
