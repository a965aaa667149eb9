package httpcache

import (
	"context"
	"errors"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeClock is a clock that stands still unless it is moved.
type fakeClock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *fakeClock {
	return &fakeClock{at: time.Date(2030, 3, 4, 5, 6, 7, 0, time.UTC)}
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fields reads "Name: value" lines; {+N} and {-N} become HTTP dates that many
// seconds from now.
func fields(now time.Time, lines ...string) []Field {
	var h []Field
	for _, line := range lines {
		name, v, _ := strings.Cut(line, ":")
		v = strings.TrimSpace(v)
		if strings.HasPrefix(v, "{") && strings.HasSuffix(v, "}") {
			d, err := time.ParseDuration(strings.Trim(v, "{}") + "s")
			if err != nil {
				panic(err)
			}
			v = now.Add(d).UTC().Format(http.TimeFormat)
		}
		h = append(h, Field{Name: textproto.CanonicalMIMEHeaderKey(name), Value: v})
	}
	return h
}

var errOrigin = errors.New("the origin is down")

// origin is a scripted origin that remembers what it was asked.
type origin struct {
	mu    sync.Mutex
	asked []*Request
	// next answers; it is called without the lock.
	next func(ctx context.Context, r *Request) (*Response, error)
}

func (o *origin) fetch(ctx context.Context, r *Request) (*Response, error) {
	o.mu.Lock()
	o.asked = append(o.asked, r.clone())
	next := o.next
	o.mu.Unlock()
	return next(ctx, r)
}

func (o *origin) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.asked)
}

func (o *origin) last() *Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[len(o.asked)-1]
}

// answers makes the origin give one response from now on.
func (o *origin) answers(r *Response, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next = func(context.Context, *Request) (*Response, error) { return r, err }
}

// world is a cache with a clock, a store and an origin.
type world struct {
	t      *testing.T
	clock  *fakeClock
	store  *Memory
	cache  *Cache
	origin *origin
	policy *Policy
}

func newWorld(t *testing.T, p *Policy, o Options) *world {
	w := &world{t: t, clock: newClock(), origin: &origin{}, policy: p}
	o.Now = w.clock.now
	if o.OnError == nil {
		o.OnError = func(err error) { t.Errorf("reported: %v", err) }
	}
	w.store = NewMemory(1<<20, w.clock.now)
	w.cache = New(w.store, o)
	t.Cleanup(func() {
		if err := w.cache.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return w
}

const testURL = "http://api.test/things?a=1"

func (w *world) request(method string, lines ...string) *Request {
	return &Request{Method: method, URL: testURL, Header: fields(w.clock.now(), lines...)}
}

func (w *world) do(r *Request) (*Response, Outcome, error) {
	w.t.Helper()
	return w.cache.Do(context.Background(), r, w.policy, w.origin.fetch)
}

// get asks and checks where the answer came from and what it is.
func (w *world) get(want State, body string, lines ...string) (*Response, Outcome) {
	w.t.Helper()
	res, o, err := w.do(w.request(http.MethodGet, lines...))
	if err != nil {
		w.t.Fatalf("error %v, want %v", err, want)
	}
	if o.State != want || string(res.Body) != body {
		w.t.Fatalf("%v, status %d, body %q; want %v, body %q", o.State, res.Status, res.Body, want, body)
	}
	return res, o
}

// gives makes the origin answer with 200, a body and some header lines.
func (w *world) gives(body string, lines ...string) { w.givesStatus(200, body, lines...) }

func (w *world) givesStatus(status int, body string, lines ...string) {
	w.origin.answers(&Response{Status: status, Header: fields(w.clock.now(), lines...), Body: []byte(body)}, nil)
}
