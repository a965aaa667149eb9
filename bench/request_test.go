package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
)

// discard is a response that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// reusable is a body that can be read again and again.
type reusable struct{ *bytes.Reader }

func (reusable) Close() error { return nil }

// BenchmarkRequest is a whole request but for its connection, upstreams on
// loopback included, which take more than half of the time.
func BenchmarkRequest(b *testing.B) {
	c := configOf(b, shop.Names...)
	c.Headers.All.Request = []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "authorization"}}}
	r, err := router.New(router.Options{Config: c})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if err := r.Reload(b.Context(), c); err != nil {
		b.Fatal(err)
	}
	for _, one := range []struct{ name, query string }{{"heavy", shop.Heavy}, {"small", "{topProducts{name}}"}} {
		b.Run(one.name, func(b *testing.B) {
			data := shop.Body(one.query)
			req := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer x")
			req.ContentLength = int64(len(data))
			src := reusable{bytes.NewReader(data)}
			req.Body = src
			w := discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				src.Reset(data)
				r.ServeHTTP(w, req)
			}
		})
	}
}
