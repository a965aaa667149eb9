// Package callctx is the context of one upstream call.
//
// A [Context] can be used again, makes its channel only when somebody asks for
// it, and tells those who watch it that it ended without a goroutine of its own:
// watching costs neither memory nor the locks of the contexts above. Whoever
// holds the memory begins it and cancels it; any number of goroutines may watch.
// Since it is used again, it must not be kept longer than the call, neither
// itself nor in a context made of it, unless that was given its channel (as
// those of [context.WithCancel] and the like are): see [Detached].
package callctx

import (
	"context"
	"sync"
	"time"
)

// Watcher is told that a context has ended.
type Watcher interface {
	// ContextEnded is called once, by the goroutine that ends the context. It
	// must not block.
	ContextEnded()
}

// Watched is a context that can be watched.
type Watched interface {
	context.Context
	// Watch registers w, which is told at once if the context has ended.
	Watch(w Watcher)
	// Unwatch takes w back. It returns false if w was told, or is being told.
	Unwatch(w Watcher) bool
}

// Context is a context that ends when it is told to. The zero Context has no
// parent and has not ended.
type Context struct {
	mu     sync.Mutex
	parent context.Context
	// apart says that of the parent only the values count.
	apart  bool
	done   chan struct{}
	err    error
	first  Watcher // most calls have one
	others []Watcher
}

var _ Watched = (*Context)(nil)

// Begin gives the context a parent for its deadline and values. The parent's end
// is for the caller to pass on.
func (c *Context) Begin(parent context.Context) { c.parent, c.apart = parent, false }

// BeginDetached is Begin with the values of ctx only, for a call that goes on when
// ctx has ended. Of a ctx that is a Context nothing is kept but its parent.
func (c *Context) BeginDetached(ctx context.Context) {
	for {
		o, ok := ctx.(*Context)
		if !ok {
			break
		}
		ctx = o.parent
	}
	c.parent, c.apart = ctx, true
}

// Deadline implements [context.Context].
func (c *Context) Deadline() (time.Time, bool) {
	if c.parent == nil || c.apart {
		return time.Time{}, false
	}
	return c.parent.Deadline()
}

// Value implements [context.Context].
func (c *Context) Value(key any) any {
	if c.parent == nil {
		return nil
	}
	return c.parent.Value(key)
}

// Detached returns a context with the values of ctx that never ends. Unlike ctx
// it may be kept after the call, for work in the background.
func Detached(ctx context.Context) context.Context {
	if c, ok := ctx.(*Context); ok {
		if c.parent == nil {
			return context.Background()
		}
		ctx = c.parent
	}
	return context.WithoutCancel(ctx)
}

// Done implements [context.Context].
func (c *Context) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.err != nil {
			close(c.done)
		}
	}
	return c.done
}

// Err implements [context.Context].
func (c *Context) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Watch implements [Watched].
func (c *Context) Watch(w Watcher) {
	c.mu.Lock()
	ended := c.err != nil
	switch {
	case ended:
	case c.first == nil:
		c.first = w
	default:
		c.others = append(c.others, w)
	}
	c.mu.Unlock()
	if ended {
		w.ContextEnded()
	}
}

// Unwatch implements [Watched].
func (c *Context) Unwatch(w Watcher) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == w {
		c.first = nil
		return true
	}
	for i, o := range c.others {
		if o == w {
			last := len(c.others) - 1
			c.others[i] = c.others[last]
			c.others[last] = nil
			c.others = c.others[:last]
			return true
		}
	}
	return false
}

// Cancel ends the context with err, unless it has ended.
func (c *Context) Cancel(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	first, others := c.first, c.others
	c.first, c.others = nil, nil
	if c.done != nil {
		close(c.done)
	}
	c.mu.Unlock()
	if first != nil {
		first.ContextEnded()
	}
	for _, w := range others {
		w.ContextEnded()
	}
}

// Reset makes the context fit for another call. It returns false, and leaves the
// context as it is, if somebody was given its channel and may still watch that.
func (c *Context) Reset() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil {
		return false
	}
	c.parent, c.apart, c.err, c.first = nil, false, nil, nil
	clear(c.others)
	c.others = c.others[:0]
	return true
}
