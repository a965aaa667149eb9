package rest

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

func TestBreaker(t *testing.T) {
	clock := &testClock{now: time.Unix(1000, 0)}
	g := NewGuard(GuardSettings{ErrorThreshold: 50, VolumeThreshold: 4, ResetTimeout: time.Minute, HalfOpenAttempts: 2}, clock.Now)
	sent := 0
	var answer func() (*HTTPResponse, error)
	tr := g.Around(TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		sent++
		return answer()
	}))
	good := func() (*HTTPResponse, error) { return ok(`1`), nil }
	notFound := func() (*HTTPResponse, error) { return status(404, ``), nil }
	bad := func() (*HTTPResponse, error) { return status(500, ``), nil }
	lost := func() (*HTTPResponse, error) { return nil, unreachable() }
	gone := func() (*HTTPResponse, error) { return nil, &transport.Error{Kind: transport.Cancelled} }
	do := func(f func() (*HTTPResponse, error)) bool {
		answer = f
		before := sent
		_, err := tr.Do(t.Context(), &HTTPRequest{})
		if refused := errors.Is(err, ErrOpen); refused == (sent > before) {
			t.Fatalf("%v, and %d requests", err, sent-before)
		}
		return sent > before
	}
	step := func(what string, want bool, list ...func() (*HTTPResponse, error)) {
		t.Helper()
		for i, f := range list {
			if do(f) != want {
				t.Fatalf("%s: request %d: sent is %v", what, i, !want)
			}
		}
	}
	step("below the volume", true, bad, bad, lost)
	clock.now = clock.now.Add(11 * time.Second)
	step("what is long ago does not count, nor does who leaves", true, bad, gone, gone, gone, good, notFound, good)
	step("half of them fail", true, bad, lost) // 3 of 6
	step("open", false, good, good)
	clock.now = clock.now.Add(time.Minute - 1)
	step("still open", false, good)
	clock.now = clock.now.Add(1)
	step("half open: a failure opens it", true, good, bad)
	step("open again", false, good)
	clock.now = clock.now.Add(time.Minute)
	step("half open: who leaves tells nothing", true, gone, gone, good, good)
	step("closed, and all is forgotten", true, bad, bad, bad, good)
}

// A request that began before the breaker opened says nothing about it.
func TestBreakerIgnoresThePast(t *testing.T) {
	clock := &testClock{now: time.Unix(1000, 0)}
	g := NewGuard(GuardSettings{ErrorThreshold: 1, VolumeThreshold: 1, ResetTimeout: time.Minute}, clock.Now)
	old, probe, sent := g.enter()
	if probe || !sent {
		t.Fatal("not closed")
	}
	other, _, _ := g.enter()
	g.leave(other, false, outcomeBad)
	clock.now = clock.now.Add(time.Minute)
	now, probe, sent := g.enter()
	if !probe || !sent {
		t.Fatal("not half open")
	}
	g.leave(old, false, outcomeBad)
	g.leave(now, true, outcomeGood)
	if _, probe, sent := g.enter(); probe || !sent {
		t.Error("the old failure counted")
	}
}

func TestConcurrency(t *testing.T) {
	g := NewGuard(GuardSettings{MaxConcurrent: 1}, nil)
	entered, leave := make(chan time.Duration), make(chan struct{})
	tr := g.Around(TransportFunc(func(_ context.Context, r *HTTPRequest) (*HTTPResponse, error) {
		entered <- r.Timeout
		<-leave
		return ok(`1`), nil
	}))
	done := make(chan error, 2)
	send := func(timeout time.Duration) {
		_, err := tr.Do(context.Background(), &HTTPRequest{Timeout: timeout})
		done <- err
	}
	go send(0)
	<-entered
	var te *transport.Error
	if _, err := tr.Do(t.Context(), &HTTPRequest{Timeout: time.Millisecond}); !errors.As(err, &te) || te.Kind != transport.Timeout {
		t.Errorf("waiting ends with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tr.Do(ctx, &HTTPRequest{}); !errors.As(err, &te) || te.Kind != transport.Cancelled {
		t.Errorf("waiting ends with %v", err)
	}
	go send(time.Hour)
	leave <- struct{}{}
	if left := <-entered; left > time.Hour {
		t.Errorf("%v", left)
	}
	leave <- struct{}{}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Equal requests are one; the first to leave does not take the others along, and
// the last one does.
func TestFlights(t *testing.T) {
	var f flights
	began, leave, ended := make(chan *HTTPRequest, 4), make(chan struct{}), make(chan error, 4)
	send := func(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
		began <- r
		select {
		case <-leave:
			return ok(`1`), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	request := func(who string) *HTTPRequest {
		return &HTTPRequest{Method: "GET", URL: "http://a/x", Header: []subgraphs.HeaderField{{Name: "A", Value: who}, {Name: "B", Value: ""}}}
	}
	do := func(ctx context.Context, who string) {
		go func() { _, err := f.do(ctx, request(who), send); ended <- err }()
	}
	wait := func(n int) {
		t.Helper()
		for {
			f.mu.Lock()
			sum := 0
			for _, fl := range f.all {
				sum += fl.waiting
			}
			f.mu.Unlock()
			if sum == n {
				return
			}
		}
	}
	first, stop := context.WithCancel(t.Context())
	do(first, "x")
	r := <-began
	if len(r.Header) != 2 || r.Header[0].Value != "x" || r.Header[1].Name != "B" {
		t.Errorf("sent with %v", r.Header)
	}
	do(t.Context(), "x")
	wait(2)
	do(t.Context(), "y")
	<-began // other headers, another request
	stop()
	var te *transport.Error
	if err := <-ended; !errors.As(err, &te) || te.Kind != transport.Cancelled {
		t.Errorf("the first to leave got %v", err)
	}
	wait(2)
	close(leave)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	wait(0)
	leave = make(chan struct{})
	late, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := f.do(late, request("x"), send)
	if !errors.As(err, &te) || te.Kind != transport.Timeout {
		t.Errorf("got %v", err)
	}
	defer func() {
		if recover() != "out of order" {
			t.Error("the panic did not reach who waits")
		}
	}()
	_, _ = f.do(t.Context(), request("x"), func(context.Context, *HTTPRequest) (*HTTPResponse, error) { panic("out of order") })
}

// A response that several wait for belongs to none of them, one that is waited for
// alone gives its memory back; and the request outlives whoever began it.
func TestSharedResponsesKeepTheirMemory(t *testing.T) {
	for _, callers := range []int{1, 3} {
		var f flights
		body := []byte("body")
		sent, gate := make(chan *HTTPRequest, 1), make(chan struct{})
		out := make(chan *HTTPResponse, callers)
		for range callers {
			go func() {
				resp, err := f.do(t.Context(), &HTTPRequest{Method: "POST", Safe: true, Body: body}, func(_ context.Context, r *HTTPRequest) (*HTTPResponse, error) {
					sent <- r
					<-gate
					w := &wireResponse{}
					w.HTTPResponse = HTTPResponse{Status: 200, Body: []byte("answer"), wire: w}
					return &w.HTTPResponse, nil
				})
				if err != nil {
					t.Error(err)
				}
				out <- resp
			}()
		}
		req := <-sent
		for waiting := 0; waiting != callers; {
			f.mu.Lock()
			for _, fl := range f.all {
				waiting = fl.waiting
			}
			f.mu.Unlock()
			runtime.Gosched()
		}
		if &req.Body[0] == &body[0] {
			t.Error("the request has the first caller's memory")
		}
		close(gate)
		for range callers {
			resp := <-out
			if (resp.wire != nil) != (callers == 1) {
				t.Errorf("%d callers: memory to give back: %v", callers, resp.wire != nil)
			}
			if string(resp.Body) != "answer" {
				t.Errorf("%q", resp.Body)
			}
		}
	}
}
