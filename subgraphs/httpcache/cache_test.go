package httpcache

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func shared() *Policy { return &Policy{Namespace: "test", Scope: Shared} }

func TestFreshThenRevalidated(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.gives("one", "Cache-Control: max-age=10", `ETag: "a"`, "Date: {0}", "X-Old: 1", "Content-Encoding: br")
	_, o := w.get(Miss, "one")
	if o.FromStore || o.Cache.MaxAge != 10*time.Second {
		t.Errorf("%+v", o)
	}
	w.clock.advance(4 * time.Second)
	res, o := w.get(Hit, "one")
	if o.Age != 4*time.Second || !o.FromStore || o.Cache.MaxAge != 6*time.Second || has(res.Header, "Age") {
		t.Errorf("%+v", o)
	}
	w.clock.advance(6 * time.Second)
	w.givesStatus(304, "", "Cache-Control: max-age=20", "X-Old: 2", "X-New: 3", "Content-Encoding: gzip", `ETag: "b"`, "Connection: X-Hop", "X-Hop: 1")
	res, o = w.get(Revalidated, "one")
	if v, _ := value(w.origin.last().Header, "If-None-Match"); v != `"a"` {
		t.Errorf("If-None-Match %q", v)
	}
	for name, want := range map[string]string{"X-Old": "2", "X-New": "3", "Content-Encoding": "br", "Etag": `"a"`, "X-Hop": ""} {
		if v, _ := combined(res.Header, name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if o.Cache.MaxAge != 20*time.Second || o.Age != 0 {
		t.Errorf("%+v", o)
	}
	w.clock.advance(19 * time.Second)
	w.get(Hit, "one")
	w.clock.advance(time.Second)
	w.gives("two", "Cache-Control: max-age=20")
	w.get(Miss, "two")
	w.get(Hit, "two")
}

func TestWhatIsNotStored(t *testing.T) {
	for _, lines := range [][]string{
		nil,
		{"Cache-Control: no-store, max-age=10"},
		{"Cache-Control: private, max-age=10"},
		{"Cache-Control: max-age=10", "Vary: *"},
		{"Cache-Control: max-age=0"},
		{"Expires: 0"},
		{"Cache-Control: max-age=10, no-cache"},
		{"Cache-Control: max-age=10", "Age: x"},
	} {
		w := newWorld(t, shared(), Options{})
		w.gives("x", lines...)
		w.get(Miss, "x")
		w.get(Miss, "x")
		if w.store.Bytes() != 0 {
			t.Errorf("%q: %d bytes stored", lines, w.store.Bytes())
		}
	}
}

func TestNoCacheIsAlwaysRevalidated(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.gives("x", "Cache-Control: no-cache, max-age=10, stale-if-error=60", "Last-Modified: {-100}")
	w.get(Miss, "x")
	w.givesStatus(304, "")
	w.get(Revalidated, "x")
	if !has(w.origin.last().Header, "If-Modified-Since") {
		t.Error("not conditional")
	}
	w.origin.answers(nil, errOrigin)
	if _, _, err := w.do(w.request("GET")); !errors.Is(err, errOrigin) {
		t.Errorf("error %v", err)
	}
}

func TestFieldsThatAreNotKept(t *testing.T) {
	w := newWorld(t, shared(), Options{Omit: []string{"Set-Cookie"}})
	w.gives("x", `Cache-Control: max-age=10, no-cache="a", private="b"`, "A: 1", "B: 2", "C: 3", "Set-Cookie: s=1",
		"Connection: close, d", "D: 4", "Keep-Alive: 5", "Proxy-Authenticate: x", "Transfer-Encoding: x")
	res, _ := w.get(Miss, "x")
	if !has(res.Header, "Set-Cookie") || has(res.Header, "D") {
		t.Errorf("first: %v", res.Header)
	}
	res, _ = w.get(Hit, "x")
	var names []string
	for _, f := range res.Header {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "Cache-Control C Date" {
		t.Error(got)
	}
}

func TestRequestDirectivesHold(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	if res, o, err := w.do(w.request("GET", "Cache-Control: only-if-cached")); err != nil || res.Status != 504 || o.FromStore {
		t.Errorf("%v %+v %v", res, o, err)
	}
	w.gives("x", "Cache-Control: max-age=10", `ETag: "a"`)
	w.get(Bypass, "x", "Cache-Control: no-store")
	w.get(Miss, "x")
	w.get(Hit, "x", "Cache-Control: only-if-cached")
	w.get(Bypass, "x", "Cache-Control: no-store")
	w.get(Miss, "x", "Cache-Control: no-cache")
	if v, _ := value(w.origin.last().Header, "If-None-Match"); v != `"a"` {
		t.Errorf("If-None-Match %q", v)
	}
	w.clock.advance(5 * time.Second)
	w.get(Hit, "x", "Cache-Control: max-age=5, min-fresh=5")
	w.get(Miss, "x", "Cache-Control: max-age=4")
	w.clock.advance(5 * time.Second)
	w.get(Miss, "x", "Cache-Control: min-fresh=6")
	w.clock.advance(12 * time.Second)
	w.get(Stale, "x", "Cache-Control: max-stale")
	_, o := w.get(Stale, "x", "Cache-Control: max-stale=2")
	if o.Age != 12*time.Second {
		t.Errorf("age %v", o.Age)
	}
	w.get(Miss, "x", "Cache-Control: max-stale=1")
}

func TestStaleIfError(t *testing.T) {
	for name, fails := range map[string]func(w *world){
		"no answer": func(w *world) { w.origin.answers(nil, errOrigin) },
		"503":       func(w *world) { w.givesStatus(503, "sorry") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, shared(), Options{})
			w.gives("x", "Cache-Control: max-age=10, stale-if-error=20")
			w.get(Miss, "x")
			w.clock.advance(15 * time.Second)
			fails(w)
			if _, o := w.get(StaleError, "x"); o.Age != 15*time.Second || o.Cache.MaxAge != 0 {
				t.Errorf("%+v", o)
			}
			w.givesStatus(404, "gone")
			w.get(Miss, "gone") // not an error of the origin
		})
	}
	// The window ends; what forbids stale answers forbids these, too.
	for _, control := range []string{"max-age=10, stale-if-error=20", "max-age=100, stale-if-error=1000, must-revalidate",
		"max-age=100, stale-if-error=1000, proxy-revalidate", "s-maxage=100, stale-if-error=1000", "max-age=100, stale-if-error=1000, no-cache"} {
		p := shared()
		p.StaleIfError = 0
		w := newWorld(t, p, Options{})
		w.gives("x", "Cache-Control: "+control, `ETag: "a"`)
		w.get(Miss, "x")
		w.clock.advance(101 * time.Second)
		w.origin.answers(nil, errOrigin)
		if res, o, err := w.do(w.request("GET")); !errors.Is(err, errOrigin) {
			t.Errorf("%s: %v %v %v", control, res, o.State, err)
		}
		w.givesStatus(500, "sorry")
		w.get(Miss, "sorry")
	}
	// The policy and the request may allow it, too.
	p := shared()
	p.StaleIfError = time.Minute
	w := newWorld(t, p, Options{})
	w.gives("x", "Cache-Control: max-age=10", `ETag: "a"`)
	w.get(Miss, "x")
	w.clock.advance(30 * time.Second)
	w.origin.answers(nil, errOrigin)
	w.get(StaleError, "x")
	w.clock.advance(100 * time.Second)
	w.get(StaleError, "x", "Cache-Control: stale-if-error=1000")
}

func TestVariants(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	lines := []string{"Cache-Control: max-age=10", "Vary: accept-language, X-A"}
	w.gives("en", lines...)
	w.get(Miss, "en", "Accept-Language: en, de")
	w.gives("fr", lines...)
	w.get(Miss, "fr", "Accept-Language: fr")
	w.gives("none", lines...)
	w.get(Miss, "none")
	w.gives("a", lines...)
	w.get(Miss, "a", "X-A: 1, 2")
	w.get(Miss, "a", "X-A: ")
	w.origin.answers(nil, errOrigin)
	w.get(Hit, "en", "Accept-Language:  DE ,en", "X-Other: 1")
	w.get(Hit, "fr", "Accept-Language: fr")
	w.get(Hit, "none")
	w.get(Hit, "a", "X-A: 1", "X-A: 2")
	w.get(Hit, "a", "X-A:")
	// Another set of names: both are looked at, and the newest answer counts.
	w.clock.advance(time.Second)
	w.gives("b", "Cache-Control: max-age=10", "Vary: X-B")
	w.get(Miss, "b", "X-B: 1", "Accept-Language: es")
	w.get(Hit, "b", "X-B: 1", "Accept-Language: fr")
	w.get(Hit, "fr", "X-B: 2", "Accept-Language: fr")
	// A variant is revalidated where it is.
	w.clock.advance(10 * time.Second)
	w.gives("v1", append(lines, `ETag: "v1"`)...)
	w.get(Miss, "v1", "X-A: v")
	w.clock.advance(10 * time.Second)
	w.givesStatus(304, "")
	w.get(Revalidated, "v1", "X-A: v")
	w.get(Hit, "v1", "X-A: v")
	// What is invalidated stays so, when a new index is made.
	w.givesStatus(204, "")
	if _, _, err := w.do(w.request("DELETE")); err != nil {
		t.Fatal(err)
	}
	w.gives("new", lines...)
	w.get(Miss, "new", "X-A: w")
	w.get(Miss, "new", "X-A: v")
}

func TestInvalidation(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		err    error
		lines  []string
		gone   []string
	}{
		{"success", 200, nil, nil, []string{testURL}},
		{"redirect", 303, nil, []string{"Location: /other"}, []string{testURL, "http://api.test/other"}},
		{"elsewhere", 201, nil, []string{"Location: http://api.test:80/other", "Content-Location: http://evil.test/evil"}, []string{testURL, "http://api.test/other"}},
		{"other port", 201, nil, []string{"Location: http://api.test:81/other"}, []string{testURL}},
		{"other scheme", 201, nil, []string{"Location: https://api.test/other"}, []string{testURL}},
		{"relative", 201, nil, []string{"Content-Location: other#x"}, []string{testURL, "http://api.test/other"}},
		{"refused", 409, nil, []string{"Location: /other"}, nil},
		{"failed", 500, nil, nil, nil},
		{"unknown", 0, errOrigin, nil, []string{testURL}},
	} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "M-SEARCH"} {
			w := newWorld(t, shared(), Options{})
			urls := []string{testURL, "http://api.test/other", "http://evil.test/evil", "http://api.test:81/other", "https://api.test/other"}
			get := func(url string) State {
				_, o, err := w.do(&Request{Method: "GET", URL: url})
				if err != nil {
					t.Fatal(err)
				}
				return o.State
			}
			w.gives("x", "Cache-Control: max-age=10")
			for _, url := range urls {
				get(url)
			}
			w.origin.answers(&Response{Status: tt.status, Header: fields(w.clock.now(), tt.lines...)}, tt.err)
			if _, _, err := w.do(w.request(method)); err != tt.err {
				t.Fatal(err)
			}
			w.gives("x", "Cache-Control: max-age=10")
			for _, url := range urls {
				want := Hit
				for _, g := range tt.gone {
					if g == url {
						want = Miss
					}
				}
				if got := get(url); got != want {
					t.Errorf("%s %s: %s is %v", method, tt.name, url, got)
				}
			}
		}
	}
}

// TestInvalidationOvertakes: an answer that was under way when its URL was
// changed must not be stored as if it came after.
func TestInvalidationOvertakes(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	old := &Response{Status: 200, Header: fields(w.clock.now(), "Cache-Control: max-age=10"), Body: []byte("old")}
	w.origin.next = func(ctx context.Context, r *Request) (*Response, error) {
		if r.Method == "GET" {
			if _, _, err := w.cache.Do(ctx, w.request("PUT"), w.policy, func(context.Context, *Request) (*Response, error) {
				return &Response{Status: 204}, nil
			}); err != nil {
				t.Error(err)
			}
		}
		return old, nil
	}
	w.get(Miss, "old")
	w.gives("new", "Cache-Control: max-age=10")
	w.get(Miss, "new")
	w.get(Hit, "new")
}

func TestTags(t *testing.T) {
	p := shared()
	p.Tags = []string{"Song", "Artist"}
	w := newWorld(t, p, Options{})
	w.gives("x", "Cache-Control: max-age=10")
	w.get(Miss, "x")
	w.cache.InvalidateTags(context.Background(), "another", "Song")
	w.cache.InvalidateTags(context.Background(), "test", "Playlist")
	w.get(Hit, "x")
	w.cache.InvalidateTags(context.Background(), "test", "Artist")
	w.get(Miss, "x")
	w.get(Hit, "x")
	// A mutation elsewhere invalidates by its policy.
	m := shared()
	m.Invalidates = []string{"Song"}
	if _, _, err := w.cache.Do(context.Background(), &Request{Method: "POST", URL: "http://api.test/rename"}, m, w.origin.fetch); err != nil {
		t.Fatal(err)
	}
	w.get(Miss, "x")
}

func TestScopeUser(t *testing.T) {
	p := &Policy{Namespace: "test", Credentials: []string{"X-Key"}}
	w := newWorld(t, p, Options{})
	lines := []string{"Cache-Control: private, max-age=10, s-maxage=0"}
	for _, who := range []string{"Authorization: a", "Authorization: b", "Cookie: a", "X-Key: a"} {
		w.gives(who, lines...)
		_, o := w.get(Miss, who, who)
		if !o.Cache.Private {
			t.Errorf("%s: %+v", who, o.Cache)
		}
	}
	w.origin.answers(nil, errOrigin)
	for _, who := range []string{"Authorization: a", "Authorization: b", "Cookie: a", "X-Key: a"} {
		if _, o := w.get(Hit, who, "X-Other: 1", who); !o.Cache.Private {
			t.Errorf("%s: %+v", who, o.Cache)
		}
	}
	// Those who do not say who they are share, by the rules for that.
	w.gives("nobody", lines...)
	w.get(Miss, "nobody")
	w.get(Miss, "nobody")
	w.gives("nobody", "Cache-Control: max-age=10")
	w.get(Miss, "nobody")
	w.get(Hit, "nobody")
	// A change by one of them is one for all.
	if _, _, err := w.do(w.request("POST", "Authorization: a")); err != nil {
		t.Fatal(err)
	}
	w.gives("new", lines...)
	w.get(Miss, "new", "Authorization: b")
}

func TestScopeShared(t *testing.T) {
	p := &Policy{Namespace: "test", Scope: Shared, Credentials: []string{"X-Key"}}
	for _, who := range []string{"Authorization: a", "Cookie: a", "X-Key: a", "Proxy-Authorization: a"} {
		w := newWorld(t, p, Options{})
		w.gives("x", "Cache-Control: max-age=10")
		if _, o := w.get(Miss, "x", who); !o.Cache.Private {
			t.Errorf("%s: %+v", who, o.Cache)
		}
		w.get(Miss, "x", who)
		w.gives("x", "Cache-Control: max-age=10, public")
		w.get(Miss, "x", who)
		if _, o := w.get(Hit, "x", strings.Replace(who, ": a", ": b", 1)); o.Cache.Private {
			t.Errorf("%s: %+v", who, o.Cache)
		}
	}
}

func TestRevalidateAlways(t *testing.T) {
	p := &Policy{Namespace: "test", Scope: Shared, RevalidateAlways: true, StaleIfError: time.Hour, StaleWhileRevalidate: time.Hour}
	w := newWorld(t, p, Options{})
	tag := "v1"
	w.origin.next = func(_ context.Context, r *Request) (*Response, error) {
		who, _ := value(r.Header, "Authorization")
		have, _ := value(r.Header, "If-None-Match")
		switch {
		case who == "broken":
			return nil, errOrigin
		case who != "alice" && who != "bob":
			return &Response{Status: 403, Body: []byte("no " + who)}, nil
		case have == `"`+tag+`"`:
			return &Response{Status: 304}, nil
		}
		return &Response{Status: 200, Header: fields(w.clock.now(), "Cache-Control: max-age=10", `ETag: "`+tag+`"`), Body: []byte(tag)}, nil
	}
	w.get(Miss, "v1", "Authorization: alice")
	if _, o := w.get(Revalidated, "v1", "Authorization: bob"); !o.Cache.Private {
		t.Errorf("%+v", o.Cache)
	}
	if res, _ := w.get(Miss, "no eve", "Authorization: eve"); res.Status != 403 {
		t.Error(res.Status)
	}
	w.get(Miss, "no ", "Cache-Control: max-stale, only-if-never")
	if _, _, err := w.do(w.request("GET", "Authorization: broken", "Cache-Control: stale-if-error=100")); !errors.Is(err, errOrigin) {
		t.Error(err)
	}
	w.get(Revalidated, "v1", "Authorization: alice") // nobody destroyed it
	tag = "v2"
	w.get(Miss, "v2", "Authorization: bob")
	w.get(Revalidated, "v2", "Authorization: alice")
	if w.origin.count() != 8 {
		t.Errorf("%d requests", w.origin.count())
	}
}

func TestRevalidateAlwaysNeedsValidator(t *testing.T) {
	p := &Policy{Namespace: "test", Scope: Shared, RevalidateAlways: true}
	w := newWorld(t, p, Options{})
	w.gives("x", "Cache-Control: max-age=10")
	w.get(Miss, "x", "Cookie: a")
	if w.store.Bytes() != 0 {
		t.Error("stored")
	}
}

func TestConditionsOfTheClient(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.gives("0123456789", "Cache-Control: max-age=10", `ETag: W/"a"`, "Last-Modified: {-3000}", "Date: {0}", "X-A: 1")
	w.get(Miss, "0123456789", `If-None-Match: "z"`)
	if !has(w.origin.last().Header, "If-None-Match") {
		t.Error("the condition was not passed on")
	}
	for _, tt := range []struct {
		lines  []string
		status int
		body   string
	}{
		{[]string{`If-None-Match: "a"`}, 304, ""},
		{[]string{`If-None-Match: "x", W/"a" , "y"`}, 304, ""},
		{[]string{`If-None-Match: "x,a", "b"`}, 200, "0123456789"},
		{[]string{`If-None-Match: *`}, 304, ""},
		{[]string{`If-None-Match: "b"`, "If-Modified-Since: {0}"}, 200, "0123456789"},
		{[]string{"If-Modified-Since: {-3000}"}, 304, ""},
		{[]string{"If-Modified-Since: {-3001}"}, 200, "0123456789"},
		{[]string{"If-Modified-Since: yesterday"}, 200, "0123456789"},
		{[]string{"Range: bytes=2-4"}, 206, "234"},
		{[]string{"Range: bytes=7-"}, 206, "789"},
		{[]string{"Range: bytes=-3"}, 206, "789"},
		{[]string{"Range: bytes=-30"}, 206, "0123456789"},
		{[]string{"Range: bytes=5-99999999999999999999"}, 206, "56789"},
		{[]string{"Range: bytes=10-"}, 416, ""},
		{[]string{"Range: bytes=-0"}, 416, ""},
		{[]string{"Range: bytes=4-2"}, 200, "0123456789"},
		{[]string{"Range: bytes=0-1,4-5"}, 200, "0123456789"},
		{[]string{"Range: lines=1-2"}, 200, "0123456789"},
		{[]string{"Range: bytes=x-2"}, 200, "0123456789"},
		{[]string{"Range: bytes=0-1", `If-Range: W/"a"`}, 200, "0123456789"},
		{[]string{"Range: bytes=0-1", "If-Range: {-3000}"}, 206, "01"},
		{[]string{"Range: bytes=0-1", "If-Range: {-2999}"}, 200, "0123456789"},
	} {
		res, o, err := w.do(w.request("GET", tt.lines...))
		if err != nil || o.State != Hit || res.Status != tt.status || string(res.Body) != tt.body {
			t.Errorf("%q: %v %v %d %q", tt.lines, err, o.State, res.Status, res.Body)
		}
		if tt.status < 400 && !has(res.Header, "Etag") || (tt.status == 206) != has(res.Header, "Content-Range") && tt.status != 416 {
			t.Errorf("%q: %v", tt.lines, res.Header)
		}
	}
	w.get(Bypass, "0123456789", `If-Match: "a"`)
	// A stale answer is revalidated with its own validator, then the client's
	// condition is judged.
	w.clock.advance(10 * time.Second)
	w.givesStatus(304, "", "Cache-Control: max-age=10")
	res, o, err := w.do(w.request("GET", `If-None-Match: "a"`, "Range: bytes=0-1"))
	if err != nil || o.State != Revalidated || res.Status != 304 {
		t.Errorf("%v %v %v", res, o.State, err)
	}
	if v, _ := combined(w.origin.last().Header, "If-None-Match"); v != `W/"a"` || has(w.origin.last().Header, "Range") {
		t.Errorf("asked with %v", w.origin.last().Header)
	}
}

func TestPartialResponsesAreNotStored(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.givesStatus(206, "01", "Cache-Control: max-age=10", "Content-Range: bytes 0-1/10")
	w.get(Miss, "01", "Range: bytes=0-1")
	w.gives("0123456789", "Cache-Control: max-age=10")
	w.get(Miss, "0123456789")
	w.get(Hit, "0123456789")
}

func TestHead(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	head := func(want State, lines ...string) {
		t.Helper()
		if _, o, err := w.do(w.request("HEAD", lines...)); err != nil || o.State != want {
			t.Errorf("%v %v, want %v", o.State, err, want)
		}
	}
	w.gives("", "Cache-Control: max-age=10")
	head(Miss)
	w.gives("abc", "Cache-Control: max-age=10", `ETag: "a"`)
	w.get(Miss, "abc") // a HEAD leaves nothing behind that a GET could use
	head(Hit)
	w.clock.advance(10 * time.Second)
	w.gives("", "Cache-Control: max-age=10", `ETag: "a"`, "Content-Length: 3", "X-New: 1")
	head(Miss)
	if res, _ := w.get(Hit, "abc"); !has(res.Header, "X-New") {
		t.Error(res.Header)
	}
	w.clock.advance(10 * time.Second)
	w.gives("", "Cache-Control: max-age=10", `ETag: "b"`)
	head(Miss)
	w.gives("def", "Cache-Control: max-age=10", `ETag: "b"`)
	w.get(Miss, "def")
	if has(w.origin.last().Header, "If-None-Match") {
		t.Error("what the HEAD contradicted is still there")
	}
}

func TestPostThatSaysItIsAGet(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.gives("x", "Cache-Control: max-age=10", "Content-Location: /things?a=1")
	if _, o, err := w.do(w.request("POST")); err != nil || o.State != Bypass {
		t.Fatal(o, err)
	}
	w.get(Hit, "x")
	w.gives("y", "Cache-Control: max-age=10", "Content-Location: /else")
	if _, _, err := w.do(w.request("POST")); err != nil {
		t.Fatal(err)
	}
	w.get(Miss, "y")
}

func TestUnstorableReplacesOld(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.gives("x", "Cache-Control: max-age=10, stale-if-error=100", `ETag: "a"`)
	w.get(Miss, "x")
	w.clock.advance(10 * time.Second)
	w.givesStatus(401, "who?")
	w.get(Miss, "who?") // says nothing about the answer
	w.origin.answers(nil, errOrigin)
	w.get(StaleError, "x")
	w.gives("y", "Cache-Control: no-store")
	w.get(Miss, "y")
	w.origin.answers(nil, errOrigin)
	if _, _, err := w.do(w.request("GET")); err == nil {
		t.Error("what the origin took back was given")
	}
}

// failingStore fails in every way.
type failingStore struct{}

func (failingStore) Get(context.Context, []Key, []Tag, []*Entry) (Stamp, error) { return 0, errOrigin }
func (failingStore) Set(context.Context, Stamp, []Item) error                   { return errOrigin }
func (failingStore) Delete(context.Context, []Key) error                        { return errOrigin }
func (failingStore) Invalidate(context.Context, []Tag) error                    { return errOrigin }

func TestStoreFails(t *testing.T) {
	reported := map[string]int{}
	c := New(failingStore{}, Options{OnError: func(err error) {
		var se *StoreError
		if !errors.As(err, &se) || !errors.Is(err, errOrigin) {
			t.Errorf("reported %v", err)
			return
		}
		reported[se.Op]++
	}})
	fetch := func(context.Context, *Request) (*Response, error) {
		return &Response{Status: 200, Header: []Field{{Name: "Cache-Control", Value: "max-age=10"}}, Body: []byte("x")}, nil
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodGet} {
		res, o, err := c.Do(context.Background(), &Request{Method: method, URL: testURL}, shared(), fetch)
		if err != nil || string(res.Body) != "x" || o.FromStore {
			t.Errorf("%s: %v %v", method, o, err)
		}
	}
	if reported["get"] != 3 || reported["set"] != 0 || reported["invalidate"] != 1 {
		t.Error(reported)
	}
	if err := c.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
