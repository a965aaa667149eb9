package httpcache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// callers starts callers that run until they are collected.
type callers struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	got []string
}

func (c *callers) start(ctx context.Context, w *world, r *Request) {
	c.wg.Go(func() {
		res, o, err := w.cache.Do(ctx, r, w.policy, w.origin.fetch)
		text := o.State.String()
		if o.Collapsed {
			text += " collapsed"
		}
		if err != nil {
			text += " " + err.Error()
		} else {
			text += " " + string(res.Body)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.got = append(c.got, text)
	})
}

func (c *callers) collect(t *testing.T, want ...string) {
	t.Helper()
	c.wg.Wait()
	slices.Sort(c.got)
	slices.Sort(want)
	if !slices.Equal(c.got, want) {
		t.Errorf("got %q, want %q", c.got, want)
	}
	c.got = nil
}

// held makes an origin that answers when it is told to.
func (w *world) held(body string, lines ...string) (release func()) {
	gate := make(chan struct{})
	w.origin.mu.Lock()
	defer w.origin.mu.Unlock()
	w.origin.next = func(ctx context.Context, r *Request) (*Response, error) {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		who, _ := value(r.Header, "Authorization")
		return &Response{Status: 200, Header: fields(w.clock.now(), lines...), Body: []byte(body + who)}, nil
	}
	return func() { close(gate) }
}

func TestOneRequestForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &Policy{}, Options{})
		release := w.held("x", "Cache-Control: max-age=10")
		var c callers
		for range 3 {
			c.start(t.Context(), w, w.request("GET"))
			synctest.Wait()
		}
		c.start(t.Context(), w, w.request("GET", "Authorization: a"))
		c.start(t.Context(), w, w.request("GET", "Authorization: a"))
		synctest.Wait()
		release()
		c.collect(t, "miss x", "miss collapsed x", "miss collapsed x", "miss xa", "miss collapsed xa")
		if n := w.origin.count(); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestOneRevalidationForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		w.gives("x", "Cache-Control: max-age=10", `ETag: "a"`)
		w.get(Miss, "x")
		w.clock.advance(10 * time.Second)
		gate := make(chan struct{})
		w.origin.next = func(context.Context, *Request) (*Response, error) {
			<-gate
			return &Response{Status: 304}, nil
		}
		var c callers
		for range 3 {
			c.start(t.Context(), w, w.request("GET"))
			synctest.Wait()
		}
		close(gate)
		c.collect(t, "revalidated x", "revalidated collapsed x", "revalidated collapsed x")
		if n := w.origin.count(); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestNotSharedNotCollapsed: what may not be given to others is not, and nobody
// waits for it a second time.
func TestNotSharedNotCollapsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		release := w.held("x", "Cache-Control: no-store")
		var c callers
		for range 3 {
			c.start(t.Context(), w, w.request("GET"))
			synctest.Wait()
		}
		if n := w.origin.count(); n != 1 {
			t.Errorf("%d requests before the first answer", n)
		}
		release()
		c.collect(t, "miss x", "miss x", "miss x")
		if n := w.origin.count(); n != 3 {
			t.Errorf("%d requests", n)
		}
		release = w.held("y", "Cache-Control: max-age=10")
		c.start(t.Context(), w, w.request("GET"))
		c.start(t.Context(), w, w.request("GET"))
		synctest.Wait()
		if n := w.origin.count(); n != 5 {
			t.Errorf("%d requests: somebody waits", n)
		}
		release()
		c.collect(t, "miss y", "miss y")
		// It could be shared, so the next ones wait again.
		w.clock.advance(time.Minute)
		release = w.held("z", "Cache-Control: max-age=10")
		for range 2 {
			c.start(t.Context(), w, w.request("GET"))
			synctest.Wait()
		}
		release()
		c.collect(t, "miss z", "miss collapsed z")
	})
}

func TestWaiterOfAnotherVariant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		release := w.held("x", "Cache-Control: max-age=10", "Vary: X-A")
		var c callers
		for _, a := range []string{"1", "2", "1"} {
			c.start(t.Context(), w, w.request("GET", "X-A: "+a))
			synctest.Wait()
		}
		release()
		c.collect(t, "miss x", "miss x", "miss collapsed x")
		if n := w.origin.count(); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestLeavingDoesNotFailOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		release := w.held("x", "Cache-Control: max-age=10")
		first, leave := context.WithCancel(t.Context())
		r := w.request("GET")
		var c callers
		c.start(first, w, r)
		synctest.Wait()
		c.start(t.Context(), w, w.request("GET"))
		synctest.Wait()
		leave()
		synctest.Wait()
		r.URL = "changed" // it belongs to the one who left
		release()
		c.collect(t, "miss context canceled", "miss collapsed x")
		w.get(Hit, "x")
	})
}

func TestLastOneLeavingEndsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		ended := make(chan error, 1)
		w.origin.next = func(ctx context.Context, _ *Request) (*Response, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		}
		ctx, leave := context.WithCancel(t.Context())
		var c callers
		c.start(ctx, w, w.request("GET"))
		c.start(ctx, w, w.request("GET"))
		synctest.Wait()
		leave()
		c.collect(t, "miss context canceled", "miss context canceled")
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestTooSlowMayBeStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{})
		w.gives("x", "Cache-Control: max-age=10, stale-if-error=100")
		w.get(Miss, "x")
		w.clock.advance(20 * time.Second)
		defer w.held("y", "Cache-Control: max-age=10")()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		res, o, err := w.cache.Do(ctx, w.request("GET"), w.policy, w.origin.fetch)
		if err != nil || o.State != StaleError || string(res.Body) != "x" {
			t.Errorf("%v %v %v", res, o.State, err)
		}
	})
}

func TestPanicOfFetch(t *testing.T) {
	w := newWorld(t, shared(), Options{})
	w.origin.next = func(context.Context, *Request) (*Response, error) { panic("oops") }
	var p *PanicError
	if _, _, err := w.do(w.request("GET")); !errors.As(err, &p) || p.Value != "oops" {
		t.Error(err)
	}
}

func TestStaleWhileRevalidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reported []error
		w := newWorld(t, shared(), Options{OnError: func(err error) { reported = append(reported, err) }})
		control := "Cache-Control: max-age=10, stale-while-revalidate=20"
		w.gives("x", control)
		w.get(Miss, "x")
		w.clock.advance(15 * time.Second)
		release := w.held("y", control)
		ctx, cancel := context.WithCancel(t.Context())
		for range 3 {
			res, o, err := w.cache.Do(ctx, w.request("GET", "Range: bytes=0-5"), w.policy, w.origin.fetch)
			if err != nil || o.State != Stale || o.Age != 15*time.Second || string(res.Body) != "x" || res.Status != 206 {
				t.Errorf("%v %+v %v", res, o, err)
			}
			synctest.Wait()
		}
		cancel() // the caller's end is not that of the refresh
		if n := w.origin.count(); n != 2 || has(w.origin.last().Header, "Range") {
			t.Errorf("%d requests, last %v", n, w.origin.last())
		}
		release()
		synctest.Wait()
		w.get(Hit, "y")
		// A refresh that fails leaves what there is, and is reported.
		w.clock.advance(15 * time.Second)
		w.origin.answers(nil, errOrigin)
		w.get(Stale, "y")
		synctest.Wait()
		w.givesStatus(500, "")
		w.get(Stale, "y")
		synctest.Wait()
		var re *RefreshError
		if len(reported) != 1 || !errors.As(reported[0], &re) || !errors.Is(re, errOrigin) || re.URL != testURL {
			t.Errorf("reported %v", reported)
		}
		// The window ends.
		w.clock.advance(16 * time.Second)
		w.gives("z", control)
		w.get(Miss, "z")
	})
}

func TestStaleWhileRevalidateForbidden(t *testing.T) {
	for _, more := range []string{"must-revalidate", "proxy-revalidate", "s-maxage=10", "no-cache"} {
		w := newWorld(t, shared(), Options{})
		w.gives("x", "Cache-Control: max-age=10, stale-while-revalidate=20, "+more)
		w.get(Miss, "x")
		w.clock.advance(15 * time.Second)
		w.gives("y", "Cache-Control: max-age=10")
		w.get(Miss, "y")
	}
}

func TestBackgroundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{MaxBackground: 2})
		gate := make(chan struct{})
		wait := func(context.Context) { <-gate }
		for range 2 {
			if !w.cache.Background(t.Context(), wait) {
				t.Error("refused too early")
			}
		}
		if w.cache.Background(t.Context(), wait) {
			t.Error("three at a time")
		}
		// A stale answer is given all the same.
		w.gives("x", "Cache-Control: max-age=10, stale-while-revalidate=20")
		w.get(Miss, "x")
		w.clock.advance(15 * time.Second)
		w.get(Stale, "x")
		synctest.Wait()
		if n := w.origin.count(); n != 1 {
			t.Errorf("%d requests", n)
		}
		close(gate)
		synctest.Wait()
		w.get(Stale, "x")
		synctest.Wait()
		if n := w.origin.count(); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{BackgroundTimeout: time.Hour})
		var ended error
		finish := make(chan struct{})
		w.cache.Background(t.Context(), func(ctx context.Context) { <-finish })
		w.cache.Background(t.Context(), func(ctx context.Context) {
			<-ctx.Done()
			ended = ctx.Err()
		})
		closed := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() { closed <- w.cache.Close(ctx) }()
		synctest.Wait()
		close(finish)
		if err := <-closed; !errors.Is(err, context.DeadlineExceeded) || !errors.Is(ended, context.Canceled) {
			t.Errorf("Close: %v; the refresh: %v", err, ended)
		}
		// Requests are still answered, but nothing starts any more.
		w.held("x", "Cache-Control: max-age=10, stale-while-revalidate=20")()
		w.get(Miss, "x")
		w.clock.advance(15 * time.Second)
		w.get(Stale, "x")
		if w.origin.count() != 1 || w.cache.Background(t.Context(), func(context.Context) {}) {
			t.Error("something was started")
		}
	})
}

func TestBackgroundTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, shared(), Options{BackgroundTimeout: time.Second})
		var ended error
		w.cache.Background(t.Context(), func(ctx context.Context) {
			<-ctx.Done()
			ended = ctx.Err()
		})
		if err := w.cache.Close(t.Context()); err != nil || !errors.Is(ended, context.DeadlineExceeded) {
			t.Error(err, ended)
		}
	})
}
