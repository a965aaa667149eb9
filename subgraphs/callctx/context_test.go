package callctx

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

type counter struct{ n int }

func (c *counter) ContextEnded() { c.n++ }

func TestWatchersAreToldOnce(t *testing.T) {
	var c Context
	watchers := make([]counter, 3)
	for i := range watchers {
		c.Watch(&watchers[i])
	}
	if !c.Unwatch(&watchers[1]) || c.Unwatch(&watchers[1]) {
		t.Error("a watcher that is registered can be taken back once")
	}
	cause := errors.New("cause")
	c.Cancel(cause)
	c.Cancel(context.Canceled)
	for i, want := range []int{1, 0, 1} {
		if watchers[i].n != want {
			t.Errorf("watcher %d was told %d times, want %d", i, watchers[i].n, want)
		}
	}
	if c.Unwatch(&watchers[0]) {
		t.Error("a watcher that was told was taken back")
	}
	if !errors.Is(c.Err(), cause) {
		t.Errorf("ended with %v", c.Err())
	}
	c.Watch(&watchers[1])
	if watchers[1].n != 1 || c.Unwatch(&watchers[1]) {
		t.Error("one that comes after the end is told at once")
	}
}

func TestChannel(t *testing.T) {
	var c Context
	if !c.Reset() {
		t.Error("nobody has the channel")
	}
	done := c.Done()
	select {
	case <-done:
		t.Error("ended by itself")
	default:
	}
	c.Cancel(context.Canceled)
	<-done
	if c.Reset() {
		t.Error("somebody has the channel")
	}
	var d Context
	d.Cancel(context.Canceled)
	<-d.Done() // asked for after the end
}

func TestResetForgets(t *testing.T) {
	parent, cancel := context.WithDeadline(context.Background(), time.Unix(1<<40, 0))
	defer cancel()
	var c Context
	c.Begin(parent)
	var w counter
	c.Watch(&w)
	if at, ok := c.Deadline(); !ok || at.Unix() != 1<<40 {
		t.Errorf("deadline %v, %v", at, ok)
	}
	if !c.Reset() {
		t.Fatal("nobody has the channel")
	}
	if _, ok := c.Deadline(); ok {
		t.Error("the parent was kept")
	}
	c.Cancel(context.Canceled)
	if w.n != 0 {
		t.Error("a watcher of the call before was told")
	}
}

func TestWatchWhileEnding(t *testing.T) {
	for range 200 {
		var c Context
		watchers := make([]counter, 4)
		var wg sync.WaitGroup
		for i := range watchers {
			wg.Go(func() {
				c.Watch(&watchers[i])
				c.Unwatch(&watchers[i])
			})
		}
		wg.Go(func() { c.Cancel(context.Canceled) })
		wg.Wait()
		for i := range watchers {
			if watchers[i].n > 1 {
				t.Fatalf("told %d times", watchers[i].n)
			}
		}
	}
}

func TestBeginDetached(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithDeadline(context.WithValue(context.Background(), key{}, 1), time.Unix(1<<40, 0))
	defer cancel()
	var outer, middle, inner Context
	outer.Begin(parent)
	middle.Begin(&outer)
	inner.BeginDetached(&middle)
	outer.Cancel(context.Canceled)
	if !outer.Reset() || !middle.Reset() { // used for something else from now on
		t.Fatal("somebody has a channel")
	}
	if _, ok := inner.Deadline(); ok || inner.Err() != nil || inner.Value(key{}) != 1 || Detached(&inner).Value(key{}) != 1 {
		t.Errorf("deadline %v, %v, value %v", ok, inner.Err(), inner.Value(key{}))
	}
	inner.Reset()
	inner.Begin(parent)
	if _, ok := inner.Deadline(); !ok {
		t.Error("a parent that is begun with has its deadline")
	}
	inner.Reset()
	inner.BeginDetached(&outer) // which has no parent
	if inner.Value(key{}) != nil {
		t.Error("the values of an earlier use")
	}
}
