package router

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/generation"
)

// BenchmarkCacheHit finds operation and plan of a text seen before.
func BenchmarkCacheHit(b *testing.B) {
	r := newRouter(b, fileConfig(b, b.TempDir(), startUpstreams(b)))
	g := r.Generation()
	defer g.Release()
	var parts body.Request
	if err := body.Read([]byte(loadQuery), &parts); err != nil {
		b.Fatal(err)
	}
	q := generation.Query{Text: parts.Query}
	b.ReportAllocs()
	for b.Loop() {
		hit(b, g, &q)
	}
}

func hit(t testing.TB, g *generation.Generation, q *generation.Query) {
	p, err := g.Parse(t.Context(), q)
	if err != nil || p.Operation == nil {
		t.Fatal(err)
	}
	if _, err := g.Plan(t.Context(), p.Operation, 0); err != nil {
		t.Fatal(err)
	}
}

func TestCacheHitAllocatesNothing(t *testing.T) {
	r := newRouter(t, fileConfig(t, t.TempDir(), startUpstreams(t)))
	g := r.Generation()
	defer g.Release()
	var parts body.Request
	if err := body.Read([]byte(loadQuery), &parts); err != nil {
		t.Fatal(err)
	}
	q := generation.Query{Text: parts.Query}
	if n := testing.AllocsPerRun(100, func() { hit(t, g, &q) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// reusable is a request that can be sent again and again.
type reusable struct {
	*bytes.Reader
	data []byte
}

func (r *reusable) Close() error { return nil }

func prepareLocal(t testing.TB) (*Router, func()) {
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Headers.All.Request = []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "authorization"}}}
	r := newRouter(t, c)
	data := []byte(`{"query":"query A($x: Boolean = true) { a: __typename @include(if: $x) }","variables":{"x":true}}`)
	req := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	req.Header.Set("Content-Type", "application/json")
	req.ContentLength = int64(len(data))
	src := &reusable{bytes.NewReader(data), data}
	req.Body = src
	w := discard{http.Header{}}
	return r, func() {
		src.Reset(src.data)
		r.ServeHTTP(w, req)
	}
}

// BenchmarkRequest is a request without its upstreams: reading, caches,
// variables, executor, response.
func BenchmarkRequest(b *testing.B) {
	_, send := prepareLocal(b)
	b.ReportAllocs()
	for b.Loop() {
		send()
	}
}

func TestRequestAllocations(t *testing.T) {
	_, send := prepareLocal(t)
	send()
	// The id, the header values, and the context with its timer.
	if n := testing.AllocsPerRun(200, send); n > 7 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}
