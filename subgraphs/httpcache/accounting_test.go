package httpcache

import (
	"bytes"
	"context"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lines are header lines as they come from a connection: each text by itself.
func lines(list ...string) []Field {
	var h []Field
	for _, line := range list {
		name, v, _ := strings.Cut(line, ": ")
		h = append(h, Field{Name: strings.Clone(name), Value: strings.Clone(v)})
	}
	return h
}

func usual(n int) []Field {
	return lines("Date: Mon, 04 Mar 2030 05:06:07 GMT", "Content-Type: application/json; charset=utf-8", "Content-Length: "+strconv.Itoa(n),
		"Cache-Control: public, max-age=3600", `Etag: "`+strconv.Itoa(n)+`-5f3759df"`, "X-Request-Id: 0af7651916cd43dd8448eb211c80319c", "Server: uvicorn")
}

// A filling puts the n-th thing into a cache.
type filling func(c *Cache, n int)

// wholes asks for URLs of their own; a body is memory of its own.
func wholes(size func(n int) int, more ...string) filling {
	return func(c *Cache, n int) {
		p := &Policy{Namespace: "service1", Tags: []string{"Song"}}
		r := &Request{Method: http.MethodGet, URL: "http://127.0.0.1:4106/service1/playlists?page=" + strconv.Itoa(n),
			Header: []Field{{Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer user-" + strconv.Itoa(n)}}}
		_, _, err := c.Do(context.Background(), r, p, func(context.Context, *Request) (*Response, error) {
			body := bytes.Repeat([]byte("x"), size(n))
			return &Response{Status: 200, Header: append(usual(len(body)), lines(more...)...), Body: append([]byte(nil), body...)}, nil
		})
		if err != nil {
			panic(err)
		}
	}
}

// buffered gets answers that are parts of the buffers they were read into.
func buffered(c *Cache, n int) {
	p := &Policy{Namespace: "service1", TTL: time.Hour}
	r := &Request{Method: http.MethodGet, URL: "http://127.0.0.1:4106/service1/songs?page=" + strconv.Itoa(n)}
	_, _, err := c.Do(context.Background(), r, p, func(context.Context, *Request) (*Response, error) {
		head := string(append(bytes.Repeat([]byte(" "), 8<<10), "X-Own: what follows many others"...))[8<<10:]
		name, v, _ := strings.Cut(head, ": ")
		return &Response{Status: 200, Header: []Field{{Name: name, Value: v}}, Body: append(make([]byte, 0, 16<<10), head...)}, nil
	})
	if err != nil {
		panic(err)
	}
}

// batches asks for batches of objects, which are parts of one large body.
func batches(batch int, scope Scope, size func(n int) int, more ...string) filling {
	return func(c *Cache, n int) {
		q := &Objects{Policy: &Policy{Namespace: "service1", Scope: scope, Tags: []string{"Song"}}, Endpoint: "Song",
			Header: []Field{{Name: "Accept-Language", Value: "de-CH, de;q=0.8"}, {Name: "Authorization", Value: "Bearer user-" + strconv.Itoa(n)}}}
		keys := make([][]byte, batch)
		items := make([]ObjectItem, batch)
		var body []byte
		for i := range batch {
			keys[i] = strconv.AppendInt(nil, int64(n*batch+i), 10)
			start := len(body)
			body = append(body, bytes.Repeat([]byte("x"), size(n*batch+i))...)
			items[i] = ObjectItem{Key: keys[i], Body: body[start:]}
		}
		f := c.GetMany(context.Background(), q, keys, make([]Object, batch))
		c.PutMany(context.Background(), q, f, &Response{Status: 200, Header: append(usual(len(body)), lines(more...)...), Body: body}, time.Now(), items)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools survive one
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestAccounting compares what a full store says that it takes with what the heap
// has grown by.
func TestAccounting(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	between := func(low, high int) func(int) int {
		return func(n int) int { return low + n*7919%(high-low) }
	}
	const vary = "Vary: Accept-Encoding, Accept-Language"
	for _, c := range []struct {
		name  string
		fill  filling
		times int // enough to fill it
	}{
		{"small objects", batches(200, Shared, between(40, 300)), 100},
		{"small objects of users", batches(20, User, between(40, 300), vary, "Cache-Control: private"), 1000},
		{"single objects that vary", batches(1, Shared, between(40, 300), vary), 20000},
		{"large objects", batches(50, Shared, between(1000, 9000), vary), 30},
		{"nothing there", batches(200, Shared, func(int) int { return 0 }), 150},
		{"small answers", wholes(between(20, 500), "Cache-Control: private"), 10000},
		{"answers", wholes(between(500, 20000)), 750},
		{"large answers", wholes(between(20000, 60000)), 400},
		{"answers in buffers", buffered, 10000},
		{"answers that vary", wholes(between(500, 3000), vary, "Access-Control-Allow-Origin: *"), 3000},
	} {
		t.Run(c.name, func(t *testing.T) {
			const most = 4 << 20
			m := NewMemory(most, nil)
			cache := New(m, Options{OnError: func(err error) { t.Error(err) }})
			before := heap()
			for n := range c.times {
				c.fill(cache, n)
			}
			full, says := heap()-before, m.Bytes()
			if says < most*8/10 || says > most {
				t.Fatalf("holds %d bytes of %d", says, most)
			}
			ratio := float64(full) / float64(says)
			t.Logf("takes %d bytes, says %d: %.2f", full, says, ratio)
			if ratio < 0.9 || ratio > 1.1 {
				t.Errorf("takes %d bytes, says %d: %.2f", full, says, ratio)
			}
			// What comes once and never again does not make it grow.
			for n := range c.times {
				c.fill(cache, c.times+n)
			}
			if again := heap() - before; float64(again) > 1.1*float64(full) || m.Bytes() > most {
				t.Errorf("grew from %d to %d bytes", full, again)
			}
			if err := cache.Close(context.Background()); err != nil {
				t.Error(err)
			}
			runtime.KeepAlive(m)
		})
	}
}
