package rest

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

// cachingUpstream answers items with a lifetime, and counts.
type cachingUpstream struct {
	*fake
	mu      sync.Mutex
	control string
	status  int
}

func newCachingUpstream(control string) *cachingUpstream {
	u := &cachingUpstream{control: control, status: 200}
	u.fake = &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		u.mu.Lock()
		defer u.mu.Unlock()
		header := []subgraphs.HeaderField{{Name: "Cache-Control", Value: u.control}, {Name: "Etag", Value: `"v1"`}}
		who, known := "", false
		for _, h := range r.Header {
			switch {
			case h.Name == "Authorization":
				who = h.Value
			case h.Name == "If-None-Match" && h.Value == `"v1"`:
				known = true
			}
		}
		if who == "blocked" {
			return status(403, ""), nil
		}
		if u.status != 200 {
			return status(u.status, ""), nil
		}
		if known {
			return status(304, "", header...), nil
		}
		target, _ := url.Parse(r.Target)
		var items []string
		for _, id := range target.Query()["ids"] {
			if id != "gone" {
				items = append(items, `{"id":"`+id+`","name":"`+who+id+`"}`)
			}
		}
		if r.Method == "POST" || strings.HasPrefix(r.Target, "/api/items/") {
			return status(200, `{"id":"one","name":"`+who+`"}`, header...), nil
		}
		return status(200, "["+strings.Join(items, ",")+"]", header...), nil
	}}
	return u
}

func (u *cachingUpstream) set(code int) {
	u.mu.Lock()
	u.status = code
	u.mu.Unlock()
}

func (u *cachingUpstream) count() int { return len(u.lines()) }

func cached(t *testing.T, spec *Spec, tr Transport, sdl string) *harness {
	t.Helper()
	clock := newClock()
	cache := httpcache.New(httpcache.NewMemory(1<<20, clock.Now), httpcache.Options{Now: clock.Now})
	t.Cleanup(func() { _ = cache.Close(context.Background()) })
	up := compiled(t, sdl, spec)
	return &harness{t: t, up: up, clock: clock, client: up.Client(Options{Transport: tr, Clock: clock, Cache: cache, Random: func() float64 { return 0 }})}
}

func cachedSpec(c CacheSpec) *Spec {
	e := itemLookup()
	e.Cache = &c
	spec := itemSpec(e)
	spec.Forward = []string{"authorization"}
	spec.Retry.Attempts = -1
	spec.Endpoints[0].Cache = &c
	return spec
}

func (h *harness) as(who, facet, query string, rows ...string) *subgraphs.Answer {
	h.t.Helper()
	call := &subgraphs.Call{Header: []subgraphs.HeaderField{{Name: "Authorization", Value: who}}}
	if who == "" {
		call.Header = nil
	}
	if rows == nil {
		return h.fetch(&subgraphs.FetchSpec{Facet: facet, Root: selections(h.t, query)}, call)
	}
	call.Rows = [][][]byte{raws(rows...)}
	return h.fetch(&subgraphs.FetchSpec{Facet: facet, Entries: []subgraphs.Entry{h.entry(facet, query)}}, call)
}

// A batch asks only for what is not known; what does not exist is known, too.
func TestBatchesAskForAbsentKeysOnly(t *testing.T) {
	u := newCachingUpstream("max-age=60")
	h := cached(t, cachedSpec(CacheSpec{Scope: "shared"}), u, itemSDL)
	same(t, "first", rowTexts(h.as("", "Item", "name", `{"id":"1"}`, `{"id":"gone"}`), 0), []string{`{"name":"1"}`, "missing"})
	a := h.as("", "Item", "n: name id", `{"id":"2"}`, `{"id":"1"}`, `{"id":"gone"}`)
	same(t, "second", rowTexts(a, 0), []string{`{"n":"2","id":"2"}`, `{"n":"1","id":"1"}`, "missing"})
	h.clock.now = h.clock.now.Add(20 * time.Second)
	a = h.as("", "Item", "name", `{"id":"2"}`, `{"id":"1"}`)
	same(t, "third", rowTexts(a, 0), []string{`{"name":"2"}`, `{"name":"1"}`})
	if a.Cache.MaxAge != 40*time.Second {
		t.Errorf("%+v", a.Cache)
	}
	same(t, "requests", u.lines(), []string{"GET /api/items?ids=1&ids=gone", "GET /api/items?ids=2"})
	h.clock.now = h.clock.now.Add(41 * time.Second)
	h.as("", "Item", "name", `{"id":"1"}`, `{"id":"2"}`)
	same(t, "stale", u.lines(), []string{"GET /api/items?ids=1&ids=2", "GET /api/items?ids=1&ids=gone", "GET /api/items?ids=2"})
}

// What belongs to one user is never another's.
func TestUsersAreKeptApart(t *testing.T) {
	u := newCachingUpstream("max-age=60, private")
	h := cached(t, cachedSpec(CacheSpec{Scope: "user"}), u, itemSDL)
	for _, facet := range []string{"Item", "Query.one"} {
		query, rows, wrap := "name", []string{`{"id":"1"}`}, func(who string) string { return `{"name":"` + who + `1"}` }
		if facet == "Query.one" {
			query, rows, wrap = `one(id: 1) { name }`, nil, func(who string) string { return `{"one":{"name":"` + who + `"}}` }
		}
		before := u.count()
		for _, who := range []string{"ann", "bob", "ann", "bob"} {
			same(t, facet, rowTexts(h.as(who, facet, query, rows...), 0), []string{wrap(who)})
		}
		if n := u.count() - before; n != 2 {
			t.Errorf("%s: %d requests for two users", facet, n)
		}
	}
	// Shared storage of what needs credentials wants the upstream's permission.
	u = newCachingUpstream("max-age=60")
	h = cached(t, cachedSpec(CacheSpec{Scope: "shared"}), u, itemSDL)
	h.as("ann", "Item", "name", `{"id":"1"}`)
	same(t, "not stored", rowTexts(h.as("bob", "Item", "name", `{"id":"1"}`), 0), []string{`{"name":"bob1"}`})
}

// With revalidate: always, a 304 for the caller's own credentials proves access.
func TestEveryHitIsRevalidated(t *testing.T) {
	u := newCachingUpstream("max-age=60, must-revalidate")
	h := cached(t, cachedSpec(CacheSpec{Scope: "shared", Revalidate: "always"}), u, itemSDL)
	for _, facet := range []string{"Query.one", "Item"} {
		query, rows := `one(id: 1) { name }`, []string(nil)
		if facet == "Item" {
			query, rows = "name", []string{`{"id":"1"}`}
		}
		first := rowTexts(h.as("ann", facet, query, rows...), 0)
		same(t, "a 304", rowTexts(h.as("bob", facet, query, rows...), 0), first)
		a := h.as("blocked", facet, query, rows...)
		if len(a.Errs) != 1 || a.Errs[0].Code != CodeForbidden || strings.Contains(string(a.Body), "ann") {
			t.Errorf("%s: %s %v", facet, a.Body, errTexts(a))
		}
	}
}

func TestMutationsInvalidate(t *testing.T) {
	u := newCachingUpstream("max-age=60")
	spec := cachedSpec(CacheSpec{Scope: "shared"})
	spec.Endpoints = append(spec.Endpoints, EndpointSpec{Coordinate: "Mutation.rename", Method: "POST", Path: "/rename", Body: "id: $args.id", Invalidates: []string{"Item"}},
		EndpointSpec{Coordinate: "Mutation.other", Method: "POST", Path: "/other", Body: "id: $args.id", Invalidates: []string{"Shop"}, Select: "id name"})
	h := cached(t, spec, u, itemSDL+`type Mutation { rename(id: ID): Item other(id: ID): Item }`)
	look := func() { h.as("", "Item", "name", `{"id":"1"}`); h.as("", "Query.one", "one(id: 1) { name }") }
	look()
	look()
	if n := u.count(); n != 2 {
		t.Fatalf("%d requests", n)
	}
	h.root("Mutation.rename", "rename(id: 1) { name }")
	look()
	if n := u.count(); n != 5 {
		t.Errorf("%d requests after an invalidation", n)
	}
}

// stale-if-error answers for an upstream that is down, not for one that refuses.
func TestStaleIfError(t *testing.T) {
	u := newCachingUpstream("max-age=60, stale-if-error=600")
	h := cached(t, cachedSpec(CacheSpec{Scope: "shared"}), u, itemSDL)
	for code, want := range map[int]string{503: `{"name":"1"}`, 403: "error", 401: "error"} {
		u.set(200)
		h.clock.now = h.clock.now.Add(time.Hour)
		h.as("", "Item", "name", `{"id":"1"}`)
		h.clock.now = h.clock.now.Add(2 * time.Minute)
		u.set(code)
		same(t, want, rowTexts(h.as("", "Item", "name", `{"id":"1"}`, `{"id":"2"}`), 0), []string{want, "error"})
	}
}

// stale-while-revalidate answers at once and asks behind the caller's back.
func TestStaleWhileRevalidate(t *testing.T) {
	u := newCachingUpstream("max-age=60, stale-while-revalidate=600")
	clock := newClock()
	cache := httpcache.New(httpcache.NewMemory(1<<20, clock.Now), httpcache.Options{Now: clock.Now})
	up := compiled(t, itemSDL, cachedSpec(CacheSpec{Scope: "shared"}))
	h := &harness{t: t, up: up, clock: clock, client: up.Client(Options{Transport: u, Clock: clock, Cache: cache})}
	row := []byte(`{"id":"1"}`)
	spec := &subgraphs.FetchSpec{Facet: "Item", Entries: []subgraphs.Entry{h.entry("Item", "name")}}
	h.fetch(spec, &subgraphs.Call{Rows: [][][]byte{{row}}})
	clock.now = clock.now.Add(2 * time.Minute)
	same(t, "stale", rowTexts(h.fetch(spec, &subgraphs.Call{Rows: [][][]byte{{row}}}), 0), []string{`{"name":"1"}`})
	clear(row) // the call's memory is its maker's again
	if err := cache.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	same(t, "requests", u.lines(), []string{"GET /api/items?ids=1", "GET /api/items?ids=1"})
}
