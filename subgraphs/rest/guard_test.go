package rest

import (
	"context"
	"errors"
	"testing"
	"time"

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
