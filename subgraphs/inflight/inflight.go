package inflight

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// Answer is what a call brings, counted by reference: it comes with one.
type Answer interface {
	// Retain adds a reference.
	Retain()
	// Release takes one away; after the last one nobody may read the answer.
	Release()
}

// Runner carries out a call.
type Runner interface {
	// Run sends the call and returns its answer, never nil. It must return soon
	// after ctx ends. It may use the call until it returns and not longer. ctx has
	// the values of the context of the caller that carries the call out, if one does.
	// It has no deadline, since whoever joins may bring a later one (see
	// [Call.Deadline]); it ends when the last caller leaves, with the error of that
	// caller's context.
	Run(ctx context.Context, c *Call) Answer
	// Interrupted returns the answer for a caller whose context ended with err, or
	// whose call ended with a [PanicError].
	Interrupted(err error) Answer
}

// PanicError says that whoever carried a call out panicked.
type PanicError struct {
	// Value is what it panicked with; nil if it ended its goroutine.
	Value any
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("carrying out the call failed unexpectedly: %v", e.Value)
}

// Call is one upstream request. Its memory is pooled.
type Call struct {
	// Body is the content to send, or anything else that is equal for equal calls
	// only; it is appended to.
	Body []byte
	// Header are the header lines that differ from call to call.
	Header []subgraphs.HeaderField

	ctx    callctx.Context
	runner Runner
	shard  *shard
	hash   uint64
	answer Answer
	// carrier is the context of the caller that carries the call out, if one does.
	carrier context.Context
	// turn holds one token for each caller that waits when the answer is there.
	turn chan struct{}
	run  func() // c.carryOut, bound once
	// users counts who still reads the call: the callers that wait, the goroutine
	// that carries it out, and the context that watches for the first caller.
	users atomic.Int32

	// Guarded by the shard's mutex:
	next    *Call
	waiting int
	done    bool
	left    bool // the caller that carries it out no longer waits
	// until is the latest deadline of all who came; endless says that one had none.
	until   time.Time
	endless bool
}

var calls sync.Pool

// NewCall returns an empty call.
func NewCall() *Call {
	if c, _ := calls.Get().(*Call); c != nil {
		return c
	}
	c := &Call{turn: make(chan struct{}, 4)}
	c.run = c.carryOut
	return c
}

// maxKept is the largest body whose memory is kept for the next call.
const maxKept = 256 << 10

// Free gives back a call that was not handed to a group.
func (c *Call) Free() {
	if cap(c.Body) > maxKept {
		c.Body = nil
	}
	c.Body = c.Body[:0]
	clear(c.Header)
	c.Header = c.Header[:0]
	c.runner, c.shard, c.answer, c.carrier, c.next = nil, nil, nil, nil, nil
	c.waiting, c.done, c.left = 0, false, false
	c.until, c.endless = time.Time{}, false
	if c.ctx.Reset() {
		calls.Put(c)
	}
}

// Deadline returns when the last of those who wait gives up, and false if one of
// them never does. It may become later while the call runs.
func (c *Call) Deadline() (time.Time, bool) {
	c.shard.mu.Lock()
	defer c.shard.mu.Unlock()
	if c.endless {
		return time.Time{}, false
	}
	return c.until, true
}

// extend makes the call go on for one more caller. The caller of extend holds the
// shard's mutex.
func (c *Call) extend(until time.Time, limited bool) {
	switch {
	case !limited:
		c.endless = true
	case until.After(c.until):
		c.until = until
	}
}

func (c *Call) leave() {
	if c.users.Add(-1) == 0 {
		c.Free()
	}
}

const shards = 16

type shard struct {
	mu    sync.Mutex
	calls map[uint64]*Call
	_     [40]byte // keeps the mutexes on cache lines of their own
}

// Group is a set of calls that may be shared among each other.
type Group struct {
	seed   maphash.Seed
	shards [shards]shard
}

// NewGroup returns a group without calls.
func NewGroup() *Group {
	g := &Group{seed: maphash.MakeSeed()}
	for i := range g.shards {
		g.shards[i].calls = map[uint64]*Call{}
	}
	return g
}

// Do carries out c with r, or waits for an equal call under way. It takes c
// over. The caller must release the answer. It returns when the answer is there
// or when ctx ends: the call runs on a goroutine of its own.
func (g *Group) Do(ctx context.Context, c *Call, r Runner) Answer {
	if ctx.Done() == nil {
		return g.Carry(ctx, c, r) // this caller never leaves
	}
	if o := g.join(ctx, c, r, 2); o != c {
		return o.wait(ctx, r)
	}
	go c.run()
	return c.wait(ctx, r)
}

// Carry is Do on the caller's goroutine, which saves starting one: whoever comes
// first carries the call out. If its ctx ends while others wait, it returns only
// when they have their answer.
func (g *Group) Carry(ctx context.Context, c *Call, r Runner) (a Answer) {
	if o := g.join(ctx, c, r, 1); o != c {
		return o.wait(ctx, r)
	}
	c.carrier = ctx
	c.ctx.BeginDetached(ctx)
	var stop func() bool
	watched, _ := ctx.(callctx.Watched)
	switch {
	case watched != nil:
		c.users.Add(1)
		watched.Watch(c)
	case ctx.Done() != nil:
		c.users.Add(1)
		stop = context.AfterFunc(ctx, c.ContextEnded)
	}
	defer func() {
		var value any
		panicked := a == nil
		if panicked {
			// The panic is this caller's to deal with. The others must have an answer,
			// and nobody may join what will never end.
			value = recover()
			a = r.Interrupted(&PanicError{value})
		}
		if watched != nil && watched.Unwatch(c) || stop != nil && stop() {
			c.users.Add(-1)
		}
		switch stayed := c.finish(a, true); {
		case !stayed:
			a = r.Interrupted(ctx.Err())
		case panicked:
			a.Release()
		}
		c.leave()
		if value != nil {
			panic(value)
		}
	}()
	return c.runner.Run(&c.ctx, c)
}

// join returns the equal call under way, as one that waits for it, or lists c
// with that many users.
func (g *Group) join(ctx context.Context, c *Call, r Runner, users int32) *Call {
	until, limited := ctx.Deadline()
	h := maphash.Bytes(g.seed, c.Body)
	for i := range c.Header {
		const odd = 0x9e3779b97f4a7c15
		h = h*odd ^ maphash.String(g.seed, c.Header[i].Name)
		h = h*odd ^ maphash.String(g.seed, c.Header[i].Value)
	}
	s := &g.shards[h%shards]
	s.mu.Lock()
	for o := s.calls[h]; o != nil; o = o.next {
		if bytes.Equal(o.Body, c.Body) && slices.Equal(o.Header, c.Header) {
			o.waiting++
			o.extend(until, limited)
			o.users.Add(1)
			s.mu.Unlock()
			c.Free()
			return o
		}
	}
	c.runner, c.shard, c.hash = r, s, h
	c.waiting = 1
	c.extend(until, limited)
	c.users.Store(users)
	c.next = s.calls[h]
	s.calls[h] = c
	s.mu.Unlock()
	return c
}

// Waiting returns how many callers wait for an answer now.
func (g *Group) Waiting() int {
	n := 0
	for i := range g.shards {
		s := &g.shards[i]
		s.mu.Lock()
		for _, c := range s.calls {
			for ; c != nil; c = c.next {
				n += c.waiting
			}
		}
		s.mu.Unlock()
	}
	return n
}

func (c *Call) wait(ctx context.Context, r Runner) Answer {
	select {
	case <-c.turn:
		a := c.answer
		c.leave()
		return a
	case <-ctx.Done():
	}
	s := c.shard
	s.mu.Lock()
	if c.done {
		s.mu.Unlock()
		<-c.turn
		a := c.answer
		c.leave()
		return a
	}
	last := c.unwait()
	s.mu.Unlock()
	if last {
		c.ctx.Cancel(ctx.Err())
	}
	c.leave()
	return r.Interrupted(ctx.Err())
}

// unwait takes away one that waits and reports whether it was the last, in which
// case nobody can join any more. The caller holds the shard's mutex.
func (c *Call) unwait() bool {
	c.waiting--
	if c.waiting > 0 {
		return false
	}
	c.shard.unlist(c)
	return true
}

// ContextEnded implements [callctx.Watcher]: the caller that carries the call
// out no longer wants the answer.
func (c *Call) ContextEnded() {
	s := c.shard
	s.mu.Lock()
	last := false
	var err error
	if !c.done { // and thus the caller has not come back yet, and its context is its own
		c.left = true
		last, err = c.unwait(), c.carrier.Err()
	}
	s.mu.Unlock()
	if last {
		c.ctx.Cancel(err)
	}
	c.leave()
}

func (c *Call) carryOut() {
	c.finish(c.runner.Run(&c.ctx, c), false)
	c.leave()
}

// finish hands the answer to all who wait. It reports whether the caller that
// carried the call out is one of them; it gets the answer by other means.
func (c *Call) finish(a Answer, carrier bool) bool {
	c.answer = a
	s := c.shard
	s.mu.Lock()
	n := c.waiting
	if n > 0 {
		s.unlist(c)
	}
	c.done = true
	carrier = carrier && !c.left
	s.mu.Unlock()
	if n == 0 {
		a.Release()
	}
	for range n - 1 {
		a.Retain()
	}
	if carrier {
		n--
	}
	// What does not fit is left to a goroutine, so that the first caller need not
	// wait until the others have come round.
	for ; n > 0; n-- {
		select {
		case c.turn <- struct{}{}:
			continue
		default:
		}
		c.users.Add(1)
		go c.pass(n)
		break
	}
	return carrier
}

// pass wakes n of those who wait.
func (c *Call) pass(n int) {
	for range n {
		c.turn <- struct{}{}
	}
	c.leave()
}

// unlist takes c off the list of calls that can be joined.
func (s *shard) unlist(c *Call) {
	first := s.calls[c.hash]
	if first == c {
		if c.next == nil {
			delete(s.calls, c.hash)
		} else {
			s.calls[c.hash] = c.next
		}
		return
	}
	for o := first; o != nil; o = o.next {
		if o.next == c {
			o.next = c.next
			return
		}
	}
}
