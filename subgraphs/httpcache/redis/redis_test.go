package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

var ctx = context.Background()

func open(t *testing.T, address string, o Options) *Store {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second // the machine may be busy
	}
	s, err := Open("redis://"+address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// router is a cache over Redis with an origin behind it.
type router struct {
	t     *testing.T
	cache *httpcache.Cache
	// body and header are what the origin answers.
	body   string
	header []httpcache.Field
	errs   []error
}

func newRouter(t *testing.T, s *Store) *router {
	r := &router{t: t}
	r.cache = httpcache.New(s, httpcache.Options{OnError: func(err error) { r.errs = append(r.errs, err) }})
	return r
}

var policy = &httpcache.Policy{Namespace: "test", Scope: httpcache.Shared, Tags: []string{"Thing"}}

func (r *router) do(method string, want httpcache.State, body string, header ...httpcache.Field) {
	r.t.Helper()
	res, o, err := r.cache.Do(ctx, &httpcache.Request{Method: method, URL: "http://api.test/things", Header: header}, policy,
		func(context.Context, *httpcache.Request) (*httpcache.Response, error) {
			return &httpcache.Response{Status: 200, Header: r.header, Body: []byte(r.body)}, nil
		})
	if err != nil || o.State != want || string(res.Body) != body {
		r.t.Errorf("%v %q %v; want %v %q", o.State, res.Body, err, want, body)
	}
}

func (r *router) gives(body string, lines ...string) {
	r.body, r.header = body, nil
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.header = append(r.header, httpcache.Field{Name: name, Value: value})
	}
}

func (r *router) healthy() {
	r.t.Helper()
	if len(r.errs) > 0 {
		r.t.Errorf("reported: %v", r.errs)
	}
}

func TestSharedByRouters(t *testing.T) {
	m := miniredis.RunT(t)
	a, b := newRouter(t, open(t, m.Addr(), Options{})), newRouter(t, open(t, m.Addr(), Options{}))
	a.gives("one", "Cache-Control: max-age=60, stale-if-error=40", `Content-Type: text/plain`)
	b.gives("two", "Cache-Control: max-age=60")
	a.do("GET", httpcache.Miss, "one")
	a.do("GET", httpcache.Hit, "one")
	b.do("GET", httpcache.Hit, "one")
	// What is of no use any more goes by itself.
	entry := ""
	for _, k := range m.Keys() {
		if strings.HasPrefix(k, "weft:http:e:") {
			entry = k
		}
	}
	if ttl := m.TTL(entry); ttl < 90*time.Second || ttl > 100*time.Second {
		t.Errorf("%s is kept for %v", entry, ttl)
	}
	b.do("POST", httpcache.Bypass, "two")
	a.do("GET", httpcache.Miss, "one")
	b.do("GET", httpcache.Hit, "one")
	b.cache.InvalidateTags(ctx, "test", "Thing")
	b.do("GET", httpcache.Miss, "two")
	a.do("GET", httpcache.Hit, "two")
	other := newRouter(t, open(t, m.Addr(), Options{Prefix: "other:"}))
	other.gives("three", "Cache-Control: max-age=60")
	other.do("GET", httpcache.Miss, "three")
	a.healthy()
	b.healthy()
}

func TestVariantsAndObjects(t *testing.T) {
	m := miniredis.RunT(t)
	r := newRouter(t, open(t, m.Addr(), Options{}))
	en, fr := httpcache.Field{Name: "Accept-Language", Value: "en"}, httpcache.Field{Name: "Accept-Language", Value: "fr"}
	r.gives("en", "Cache-Control: max-age=60", "Vary: Accept-Language")
	r.do("GET", httpcache.Miss, "en", en)
	r.gives("fr", "Cache-Control: max-age=60", "Vary: Accept-Language")
	r.do("GET", httpcache.Miss, "fr", fr)
	r.do("GET", httpcache.Hit, "en", en)
	r.do("GET", httpcache.Hit, "fr", fr)

	q := &httpcache.Objects{Policy: policy, Endpoint: "Thing", Header: []httpcache.Field{en}}
	keys := [][]byte{[]byte("1"), []byte("2"), []byte("3")}
	found := make([]httpcache.Object, len(keys))
	f := r.cache.GetMany(ctx, q, keys, found)
	r.cache.PutMany(ctx, q, f, &httpcache.Response{Status: 200, Header: r.header}, time.Now(),
		[]httpcache.ObjectItem{{Key: keys[0], Body: []byte("a")}, {Key: keys[2], Mark: 9}})
	r.cache.GetMany(ctx, q, keys, found)
	if found[0].State != httpcache.Fresh || string(found[0].Body) != "a" || found[1].State != httpcache.Absent ||
		found[2].State != httpcache.Fresh || found[2].Mark != 9 {
		t.Errorf("%+v", found)
	}
	q.Header = []httpcache.Field{fr}
	if r.cache.GetMany(ctx, q, keys, found); found[0].State != httpcache.Absent {
		t.Error("another variant was given")
	}
	r.healthy()
}

// TestEviction: Redis may drop any key, and somebody may write what he likes.
func TestEviction(t *testing.T) {
	m := miniredis.RunT(t)
	r := newRouter(t, open(t, m.Addr(), Options{}))
	r.gives("x", "Cache-Control: max-age=60")
	r.do("GET", httpcache.Miss, "x")
	for _, k := range m.Keys() {
		if strings.HasPrefix(k, "weft:http:t:") {
			m.Del(k)
			r.do("GET", httpcache.Miss, "x") // it might have been invalidated meanwhile
			r.do("GET", httpcache.Hit, "x")
		}
	}
	for _, k := range m.Keys() {
		if strings.HasPrefix(k, "weft:http:e:") {
			was, _ := m.Get(k)
			for _, bad := range []string{"", "short", was[:8], was[:8] + "\xff" + was[9:], was[:20]} {
				if err := m.Set(k, bad); err != nil {
					t.Fatal(err)
				}
				r.do("GET", httpcache.Miss, "x")
			}
			m.Del(k)
			r.do("GET", httpcache.Miss, "x")
		}
	}
	r.healthy()
	for _, k := range m.Keys() {
		if strings.HasPrefix(k, "weft:http:t:") {
			if err := m.Set(k, "no number"); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.do("GET", httpcache.Miss, "x")
	if len(r.errs) == 0 {
		t.Error("a key that holds something else was not reported")
	}
}

func TestLimits(t *testing.T) {
	m := miniredis.RunT(t)
	r := newRouter(t, open(t, m.Addr(), Options{MaxBytes: 1000}))
	r.gives(strings.Repeat("x", 1000), "Cache-Control: max-age=60")
	r.do("GET", httpcache.Miss, r.body)
	r.do("GET", httpcache.Miss, r.body)
	r.healthy()
}

// TestBroken: whatever is wrong with Redis, requests are answered.
func TestBroken(t *testing.T) {
	down, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = down.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // connects, but never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	refusing := miniredis.RunT(t)
	refusing.SetError("LOADING Redis is loading the dataset in memory")
	for name, address := range map[string]string{"down": down.Addr().String(), "mute": mute.Addr().String(), "refusing": refusing.Addr()} {
		t.Run(name, func(t *testing.T) {
			r := newRouter(t, open(t, address, Options{Timeout: 20 * time.Millisecond, Cooldown: time.Hour}))
			r.gives("x", "Cache-Control: max-age=60")
			begin := time.Now()
			for range 20 {
				r.do("GET", httpcache.Miss, "x")
			}
			// Three failures are waited for; with room for a busy machine.
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			unavailable := 0
			for _, err := range r.errs {
				if errors.Is(err, ErrUnavailable) {
					unavailable++
				}
			}
			if unavailable != len(r.errs)-tolerated {
				t.Errorf("%d of %d reports say that Redis was not asked", unavailable, len(r.errs))
			}
			// Invalidations are tried all the same.
			n := len(r.errs)
			r.do("POST", httpcache.Bypass, "x")
			if len(r.errs) != n+1 || errors.Is(r.errs[n], ErrUnavailable) {
				t.Errorf("reports of an invalidation: %v", r.errs[n:])
			}
		})
	}
}

func TestRecovers(t *testing.T) {
	m := miniredis.RunT(t)
	r := newRouter(t, open(t, m.Addr(), Options{Cooldown: time.Nanosecond}))
	r.gives("x", "Cache-Control: max-age=60")
	m.SetError("LOADING")
	for range 5 {
		r.do("GET", httpcache.Miss, "x")
	}
	m.SetError("")
	r.errs = nil
	r.do("GET", httpcache.Miss, "x")
	r.do("GET", httpcache.Hit, "x")
	r.healthy()
}

// TestCallerGivesUp: that says nothing about Redis.
func TestCallerGivesUp(t *testing.T) {
	m := miniredis.RunT(t)
	s := open(t, m.Addr(), Options{Cooldown: time.Hour})
	gone, cancel := context.WithCancel(ctx)
	cancel()
	var found [1]*httpcache.Entry
	for range 10 {
		if _, err := s.Get(gone, make([]httpcache.Key, 1), nil, found[:]); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if _, err := s.Get(ctx, make([]httpcache.Key, 1), []httpcache.Tag{1}, found[:]); err != nil {
		t.Error(err)
	}
}

func TestNothingToDo(t *testing.T) {
	s := open(t, "127.0.0.1:1", Options{})
	if err := errors.Join(s.Set(ctx, 0, nil), s.Delete(ctx, nil), s.Invalidate(ctx, nil)); err != nil {
		t.Error(err)
	}
	if _, err := Open("http://nowhere", Options{}); err == nil {
		t.Error("no error for a URL that is none")
	}
}
