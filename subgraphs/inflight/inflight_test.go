package inflight

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// echo answers with the body of the call, when it is let through.
type echo struct {
	runs     atomic.Int32
	released atomic.Int32
	started  chan context.Context
	gate     chan struct{}
}

func (e *echo) Run(ctx context.Context, c *Call) Answer {
	e.runs.Add(1)
	if e.started != nil {
		e.started <- ctx
	}
	if e.gate != nil {
		select {
		case <-e.gate:
		case <-ctx.Done():
			return e.Interrupted(ctx.Err())
		}
	}
	a := subgraphs.NewAnswer(func(*subgraphs.Answer) { e.released.Add(1) })
	a.Body = append([]byte(nil), c.Body...)
	for _, h := range c.Header {
		a.Body = append(a.Body, h.Value...)
	}
	return a
}

func (e *echo) Interrupted(err error) Answer {
	return subgraphs.Failed(&subgraphs.FetchError{Code: subgraphs.CodeCancelled, Err: err})
}

func call(body string, header ...string) *Call {
	c := NewCall()
	c.Body = append(c.Body, body...)
	for _, v := range header {
		c.Header = append(c.Header, subgraphs.HeaderField{Name: "Authorization", Value: v})
	}
	return c
}

// untilWaiting blocks until n callers wait.
func untilWaiting(g *Group, n int) {
	for g.Waiting() != n {
		runtime.Gosched()
	}
}

func cancellable(t testing.TB) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return ctx, cancel
}

type way func(*Group, context.Context, *Call, Runner) *subgraphs.Answer

func started(g *Group, ctx context.Context, c *Call, r Runner) *subgraphs.Answer {
	return g.Do(ctx, c, r).(*subgraphs.Answer)
}

func carried(g *Group, ctx context.Context, c *Call, r Runner) *subgraphs.Answer {
	return g.Carry(ctx, c, r).(*subgraphs.Answer)
}

// bothWays runs a test with a goroutine for the call and without.
func bothWays(t *testing.T, test func(*testing.T, way)) {
	t.Run("Do", func(t *testing.T) { test(t, started) })
	t.Run("Carry", func(t *testing.T) { test(t, carried) })
	t.Run("Carry, watched", func(t *testing.T) {
		test(t, func(g *Group, ctx context.Context, c *Call, r Runner) *subgraphs.Answer {
			var own callctx.Context
			own.Begin(ctx)
			stop := context.AfterFunc(ctx, func() { own.Cancel(ctx.Err()) })
			defer stop()
			return carried(g, &own, c, r)
		})
	})
}

func TestEqualCallsShareOneRun(t *testing.T) { bothWays(t, equalCallsShareOneRun) }

func equalCallsShareOneRun(t *testing.T, do way) {
	g, e := NewGroup(), &echo{gate: make(chan struct{})}
	ctx, _ := cancellable(t)
	const callers = 20
	answers := make(chan *subgraphs.Answer, callers)
	for range callers {
		go func() { answers <- do(g, ctx, call("a", "user"), e) }()
	}
	untilWaiting(g, callers)
	close(e.gate)
	for i := range callers {
		a := <-answers
		if string(a.Body) != "auser" {
			t.Errorf("got %q", a.Body)
		}
		if n := e.released.Load(); n != 0 {
			t.Fatalf("released after %d of %d callers", i, callers)
		}
		defer a.Release()
	}
	if e.runs.Load() != 1 || g.Waiting() != 0 {
		t.Errorf("%d runs, %d waiting", e.runs.Load(), g.Waiting())
	}
}

func TestReleasedByTheLast(t *testing.T) { bothWays(t, releasedByTheLast) }

func releasedByTheLast(t *testing.T, do way) {
	g, e := NewGroup(), &echo{gate: make(chan struct{})}
	ctx, _ := cancellable(t)
	answers := make(chan *subgraphs.Answer, 3)
	for range 3 {
		go func() { answers <- do(g, ctx, call("a"), e) }()
	}
	untilWaiting(g, 3)
	close(e.gate)
	for i := range 3 {
		(<-answers).Release()
		if got, want := e.released.Load() == 1, i == 2; got != want {
			t.Errorf("after %d: released %v", i+1, got)
		}
	}
}

func TestDifferentCallsDoNotShare(t *testing.T) { bothWays(t, differentCallsDoNotShare) }

func differentCallsDoNotShare(t *testing.T, do way) {
	g, e := NewGroup(), &echo{gate: make(chan struct{})}
	ctx, _ := cancellable(t)
	answers := make(chan *subgraphs.Answer, 4)
	for _, c := range []*Call{call("a", "x"), call("a", "y"), call("b", "x"), call("a")} {
		go func() { answers <- do(g, ctx, c, e) }()
	}
	untilWaiting(g, 4)
	close(e.gate)
	got := map[string]bool{}
	for range 4 {
		a := <-answers
		got[string(a.Body)] = true
		a.Release()
	}
	if e.runs.Load() != 4 || !got["ax"] || !got["ay"] || !got["bx"] || !got["a"] {
		t.Errorf("%d runs, %v", e.runs.Load(), got)
	}
}

func TestEqualHashesAreComparedByBytes(t *testing.T) {
	g, e := NewGroup(), &echo{gate: make(chan struct{})}
	ctx, _ := cancellable(t)
	// A call is put where another one's hash points.
	a, b := call("a"), call("b")
	answers := make(chan *subgraphs.Answer, 2)
	go func() { answers <- started(g, ctx, a, e) }()
	untilWaiting(g, 1)
	for i := range g.shards {
		s := &g.shards[i]
		s.mu.Lock()
		for h, c := range s.calls {
			b.hash, b.shard, b.next, b.waiting, b.runner = h, s, c, 1, e
			b.users.Store(2)
			s.calls[h] = b
			break
		}
		s.mu.Unlock()
	}
	go func() { answers <- started(g, ctx, call("a"), e) }() // joins a, not b
	untilWaiting(g, 3)
	close(e.gate)
	for range 2 {
		if got := <-answers; string(got.Body) != "a" {
			t.Errorf("got %q", got.Body)
		}
	}
	b.carryOut()
	if got := b.wait(ctx, e).(*subgraphs.Answer); string(got.Body) != "b" {
		t.Errorf("got %q", got.Body)
	}
	if g.Waiting() != 0 {
		t.Error("a call was left behind")
	}
}

func TestTheFirstLeavingDoesNotFailTheOthers(t *testing.T) {
	g, e := NewGroup(), &echo{gate: make(chan struct{}), started: make(chan context.Context, 1)}
	first, leave := cancellable(t)
	stay, _ := cancellable(t)
	left, answer := make(chan *subgraphs.Answer), make(chan *subgraphs.Answer)
	go func() { left <- started(g, first, call("a"), e) }()
	shared := <-e.started
	go func() { answer <- started(g, stay, call("a"), e) }()
	untilWaiting(g, 2)
	leave()
	if a := <-left; a.Err == nil || a.Err.Code != subgraphs.CodeCancelled || !errors.Is(a.Err, context.Canceled) {
		t.Errorf("the one that left: %v", a.Err)
	}
	if shared.Err() != nil {
		t.Error("the shared call was cancelled")
	}
	close(e.gate)
	if a := <-answer; string(a.Body) != "a" {
		t.Errorf("the one that stayed: %+v", a)
	}
	if e.runs.Load() != 1 {
		t.Errorf("%d runs", e.runs.Load())
	}
}

// TestTheFirstStaysForTheOthers: the caller that carries a call out goes on when
// its context ends, gets nothing, and the others get the answer of the one run.
func TestTheFirstStaysForTheOthers(t *testing.T) {
	g, e := NewGroup(), &echo{gate: make(chan struct{}), started: make(chan context.Context, 1)}
	stay, _ := cancellable(t)
	var first callctx.Context
	left, answer := make(chan *subgraphs.Answer), make(chan *subgraphs.Answer)
	go func() { left <- carried(g, &first, call("a"), e) }()
	shared := <-e.started
	go func() { answer <- carried(g, stay, call("a"), e) }()
	untilWaiting(g, 2)
	first.Cancel(context.Canceled)
	if g.Waiting() != 1 || shared.Err() != nil {
		t.Errorf("%d wait, the shared call has %v", g.Waiting(), shared.Err())
	}
	close(e.gate)
	if a := <-answer; string(a.Body) != "a" {
		t.Errorf("the one that stayed: %+v", a)
	} else {
		a.Release()
	}
	if a := <-left; a.Err == nil || !errors.Is(a.Err, context.Canceled) {
		t.Errorf("the one that left: %v", a.Err)
	}
	if e.runs.Load() != 1 || e.released.Load() != 1 {
		t.Errorf("%d runs, %d released", e.runs.Load(), e.released.Load())
	}
}

func TestTheLastLeavingCancelsTheCall(t *testing.T) { bothWays(t, theLastLeavingCancelsTheCall) }

func theLastLeavingCancelsTheCall(t *testing.T, do way) {
	g, e := NewGroup(), &echo{gate: make(chan struct{}), started: make(chan context.Context, 2)}
	ctx, leave := cancellable(t)
	left := make(chan *subgraphs.Answer)
	for range 2 {
		go func() { left <- do(g, ctx, call("a"), e) }()
	}
	shared := <-e.started
	untilWaiting(g, 2)
	leave()
	<-left
	<-left
	<-shared.Done()
	// A cancelled call is not joined by the next one.
	next, _ := cancellable(t)
	answer := make(chan *subgraphs.Answer)
	go func() { answer <- do(g, next, call("a"), e) }()
	<-e.started
	close(e.gate)
	if a := <-answer; string(a.Body) != "a" || e.runs.Load() != 2 {
		t.Errorf("%+v after %d runs", a, e.runs.Load())
	}
}

// TestTheCallEndsAsTheLastLeft: its context has the error of that caller's.
func TestTheCallEndsAsTheLastLeft(t *testing.T) {
	for _, firstIsLast := range []bool{false, true} {
		g, e := NewGroup(), &echo{gate: make(chan struct{}), started: make(chan context.Context, 1)}
		var ctxs [2]callctx.Context
		left := make(chan *subgraphs.Answer)
		go func() { left <- carried(g, &ctxs[0], call("a"), e) }()
		shared := <-e.started
		go func() { left <- carried(g, &ctxs[1], call("a"), e) }()
		untilWaiting(g, 2)
		early, late := &ctxs[0], &ctxs[1]
		if firstIsLast {
			early, late = late, early
		}
		early.Cancel(context.Canceled)
		untilWaiting(g, 1)
		late.Cancel(context.DeadlineExceeded)
		<-shared.Done()
		if err := shared.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the first is the last: %v: ended with %v", firstIsLast, err)
		}
		<-left
		<-left
	}
}

// TestDeadline: that of a call is the latest of its callers', and moves.
func TestDeadline(t *testing.T) { bothWays(t, deadline) }

func deadline(t *testing.T, do way) {
	g, r := NewGroup(), &told{calls: make(chan *Call), gate: make(chan struct{})}
	far := time.Now().Add(time.Hour)
	done := make(chan *subgraphs.Answer)
	var c *Call
	for i, step := range []struct {
		own, want time.Duration // after far; never is 0
	}{{2, 2}, {1, 2}, {3, 3}, {0, 0}, {4, 0}} {
		ctx, _ := cancellable(t)
		if step.own > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, far.Add(step.own))
			defer cancel()
		}
		go func() { done <- do(g, ctx, call("a"), r) }()
		if i == 0 {
			c = <-r.calls
		}
		untilWaiting(g, i+1)
		got, ok := c.Deadline()
		if want := far.Add(step.want); ok != (step.want > 0) || ok && !got.Equal(want) {
			t.Errorf("step %d: %v, %v", i, got.Sub(far), ok)
		}
	}
	close(r.gate)
	for range 5 {
		(<-done).Release()
	}
}

// told tells which call it carries out.
type told struct {
	calls chan *Call
	gate  chan struct{}
}

func (r *told) Run(_ context.Context, c *Call) Answer {
	r.calls <- c
	<-r.gate
	return subgraphs.NewAnswer(nil)
}

func (r *told) Interrupted(error) Answer { return subgraphs.NewAnswer(nil) }

// TestValues: a call that is carried out by a caller has the values of its context,
// but not its end and deadline.
func TestValues(t *testing.T) {
	g, e := NewGroup(), &echo{started: make(chan context.Context, 1)}
	type key struct{}
	parent, cancel := context.WithDeadline(context.WithValue(t.Context(), key{}, "value"), time.Now().Add(time.Hour))
	defer cancel()
	var own callctx.Context
	own.Begin(parent)
	for _, ctx := range []context.Context{parent, &own} {
		e.gate = make(chan struct{})
		answer := make(chan *subgraphs.Answer)
		go func() { answer <- carried(g, ctx, call("a"), e) }()
		shared := <-e.started
		if got := shared.Value(key{}); got != "value" {
			t.Errorf("the value is %v", got)
		}
		if at, ok := shared.Deadline(); ok {
			t.Errorf("the deadline is %v", at)
		}
		close(e.gate)
		(<-answer).Release()
	}
}

// broken panics when it is let through.
type broken struct{ echo }

func (b *broken) Run(context.Context, *Call) Answer {
	b.runs.Add(1)
	<-b.gate
	panic("broken")
}

// TestPanicEndsTheCall: a panic goes to the caller that carries the call out; the
// others get an error, and nobody joins what will never end.
func TestPanicEndsTheCall(t *testing.T) {
	g, b := NewGroup(), &broken{echo{gate: make(chan struct{})}}
	ctx, _ := cancellable(t)
	panicked := make(chan any)
	carry := func(ctx context.Context) {
		defer func() { panicked <- recover() }()
		g.Carry(ctx, call("a"), b)
	}
	var first callctx.Context
	go carry(&first)
	untilWaiting(g, 1)
	answers := make(chan *subgraphs.Answer)
	go func() { answers <- carried(g, ctx, call("a"), b) }()
	untilWaiting(g, 2)
	b.gate <- struct{}{}
	if got := <-panicked; got != "broken" {
		t.Errorf("the one that carried the call out: %v", got)
	}
	var p *PanicError
	if a := <-answers; a.Err == nil || !errors.As(a.Err, &p) || p.Value != "broken" {
		t.Errorf("the one that waited: %+v", a)
	}
	if !first.Reset() || g.Waiting() != 0 {
		t.Error("the call was left behind")
	}
	go carry(ctx)
	b.gate <- struct{}{}
	if <-panicked == nil || b.runs.Load() != 2 {
		t.Errorf("%d runs", b.runs.Load())
	}
}

// TestManyCallers mixes joining, leaving and finishing; every answer must hold
// what its caller asked for, and every answer must be released once.
func TestManyCallers(t *testing.T) { bothWays(t, manyCallers) }

func manyCallers(t *testing.T, do way) {
	g, e := NewGroup(), &echo{}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 500 {
				ctx, cancel := context.WithCancel(context.Background())
				if (i+j)%7 == 0 {
					go cancel()
				}
				want := fmt.Sprint(j % 5)
				a := do(g, ctx, call(want), e)
				if a.Err == nil && string(a.Body) != want {
					t.Errorf("got %q, want %q", a.Body, want)
				}
				a.Release()
				cancel()
			}
		})
	}
	wg.Wait()
	for e.released.Load() != e.runs.Load() {
		runtime.Gosched()
	}
	if g.Waiting() != 0 {
		t.Error("calls left behind")
	}
}

// still answers with one answer, so that only the group's work is counted.
type still struct{ a *subgraphs.Answer }

func (s *still) Run(context.Context, *Call) Answer { s.a.Retain(); return s.a }
func (s *still) Interrupted(error) Answer          { return s.a }

func BenchmarkDo(b *testing.B) {
	g, r := NewGroup(), &still{subgraphs.NewAnswer(nil)}
	body := make([]byte, 900)
	h := subgraphs.HeaderField{Name: "Authorization", Value: "Bearer abcdef"}
	run := func(do way, ctx context.Context, b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := NewCall()
			c.Body = append(c.Body, body...)
			c.Header = append(c.Header, h)
			do(g, ctx, c, r).Release()
		}
	}
	b.Run("own goroutine", func(b *testing.B) { ctx, _ := cancellable(b); run(started, ctx, b) })
	b.Run("carried", func(b *testing.B) { run(carried, &callctx.Context{}, b) })
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	g, r := NewGroup(), &still{subgraphs.NewAnswer(nil)}
	var ctx callctx.Context
	n := testing.AllocsPerRun(200, func() {
		g.Carry(&ctx, call("a"), r).Release()
	})
	if n > 0 {
		t.Errorf("%v allocations when nobody shares", n)
	}
}
