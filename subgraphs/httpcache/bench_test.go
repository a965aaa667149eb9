package httpcache

import (
	"bytes"
	"context"
	"strconv"
	"testing"
	"time"
)

func warm(b testing.TB, size int) (*Cache, *Policy, *Request, Fetch) {
	body := bytes.Repeat([]byte("x"), size)
	c := New(NewMemory(16<<20, nil), Options{})
	fetch := func(context.Context, *Request) (*Response, error) {
		return &Response{Status: 200, Body: body, Header: []Field{
			{Name: "Content-Type", Value: "application/json"}, {Name: "Cache-Control", Value: "max-age=3600"}, {Name: "Etag", Value: `"abc"`}}}, nil
	}
	p := &Policy{Namespace: "service1", Tags: []string{"Song"}}
	r := &Request{Method: "GET", URL: "http://127.0.0.1:4106/service1/songs/multishow?ids=1,2,3,4,5", Header: []Field{
		{Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer abcdefghijklmnopqrstuvwxyz"}, {Name: "User-Agent", Value: "weft"}}}
	if _, _, err := c.Do(context.Background(), r, p, fetch); err != nil {
		b.Fatal(err)
	}
	return c, p, r, fetch
}

func TestHitDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	c, p, r, fetch := warm(t, 100<<10)
	n := testing.AllocsPerRun(100, func() {
		if _, o, _ := c.Do(context.Background(), r, p, fetch); o.State != Hit {
			t.Fatal(o.State)
		}
	})
	if n >= 1 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkHit(b *testing.B) {
	for _, size := range []int{100, 100 << 10} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			c, p, r, fetch := warm(b, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, o, _ := c.Do(context.Background(), r, p, fetch); o.State != Hit {
					b.Fatal(o.State)
				}
			}
		})
	}
}

func BenchmarkHitParallel(b *testing.B) {
	c, p, r, fetch := warm(b, 1000)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, o, _ := c.Do(context.Background(), r, p, fetch); o.State != Hit {
				b.Error(o.State)
			}
		}
	})
}

func BenchmarkMiss(b *testing.B) {
	c, p, r, fetch := warm(b, 1000)
	r.Header = append(r.Header, Field{Name: "Cache-Control", Value: "max-age=0"})
	b.ReportAllocs()
	for b.Loop() {
		if _, o, _ := c.Do(context.Background(), r, p, fetch); o.State != Miss {
			b.Fatal(o.State)
		}
	}
}

func warmObjects(header ...Field) (*Cache, *Objects, [][]byte, []Object) {
	c := New(NewMemory(16<<20, nil), Options{})
	q := &Objects{Policy: &Policy{Namespace: "service1", TTL: time.Hour, Tags: []string{"Song"}}, Endpoint: "Song",
		Header: []Field{{Name: "Accept-Encoding", Value: "gzip"}, {Name: "Authorization", Value: "Bearer abcdefghijklmnopqrstuvwxyz"}}}
	keys := make([][]byte, 100)
	items := make([]ObjectItem, len(keys))
	for i := range keys {
		keys[i] = strconv.AppendInt(nil, int64(i), 10)
		items[i] = ObjectItem{Key: keys[i], Body: bytes.Repeat([]byte("x"), 500)}
	}
	found := make([]Object, len(keys))
	f := c.GetMany(context.Background(), q, keys, found)
	c.PutMany(context.Background(), q, f, &Response{Status: 200, Header: header}, time.Now(), items)
	return c, q, keys, found
}

var varied = Field{Name: "Vary", Value: "Accept-Encoding, Authorization"}

func TestFoundObjectsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	c, q, keys, found := warmObjects(varied)
	n := testing.AllocsPerRun(100, func() {
		if c.GetMany(context.Background(), q, keys, found); found[99].State != Fresh {
			t.Fatal(found[99])
		}
	})
	if n >= 1 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkGetMany(b *testing.B) {
	for name, header := range map[string][]Field{"plain": nil, "varied": {varied}} {
		b.Run(name, func(b *testing.B) {
			c, q, keys, found := warmObjects(header...)
			b.ReportAllocs()
			for b.Loop() {
				if c.GetMany(context.Background(), q, keys, found); found[99].State != Fresh {
					b.Fatal(found[99])
				}
			}
		})
	}
}

func BenchmarkPutMany(b *testing.B) {
	c, q, keys, found := warmObjects()
	items := make([]ObjectItem, len(keys))
	for i := range items {
		items[i] = ObjectItem{Key: keys[i], Body: bytes.Repeat([]byte("x"), 500)}
	}
	f := c.GetMany(context.Background(), q, keys, found)
	r := &Response{Status: 200, Header: []Field{varied}}
	b.ReportAllocs()
	for b.Loop() {
		c.PutMany(context.Background(), q, f, r, time.Now(), items)
	}
}
