package inflight

import (
	"context"
	"sync"
	"time"
)

// callContext is the context of a shared call. Unlike those of the context
// package it can be used again, makes its channel only when asked for it, and
// calls back without a goroutine; it implements the Notifier of the transport
// package. It carries no values: the call belongs to none of its callers.
type callContext struct {
	mu     sync.Mutex
	done   chan struct{}
	ended  bool
	f      func()
	called bool
}

var _ context.Context = (*callContext)(nil)

// Deadline implements context.Context.
func (c *callContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value implements context.Context.
func (c *callContext) Value(any) any { return nil }

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.ended {
			close(c.done)
		}
	}
	return c.done
}

// Err implements context.Context.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return context.Canceled
	}
	return nil
}

// Notify registers the function to call when the context ends.
func (c *callContext) Notify(f func()) {
	c.mu.Lock()
	ended := c.ended
	if ended {
		c.called = true
	} else {
		c.f, c.called = f, false
	}
	c.mu.Unlock()
	if ended {
		f()
	}
}

// Unnotify takes the function back; false means that it was called.
func (c *callContext) Unnotify() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.f = nil
	return !c.called
}

func (c *callContext) cancel() {
	c.mu.Lock()
	c.ended = true
	f := c.f
	c.f = nil
	c.called = f != nil
	if c.done != nil {
		close(c.done)
	}
	c.mu.Unlock()
	if f != nil {
		f()
	}
}

// exposed reports whether somebody was given the channel.
func (c *callContext) exposed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done != nil
}

func (c *callContext) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done, c.ended, c.f, c.called = nil, false, nil, false
}
