package httpcache

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"

	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// result is what became of a request to the origin.
type result struct {
	// entry is what is or could have been stored, nil if that is not allowed.
	entry *Entry
	// response is the origin's; nil if the answer is the entry.
	response *Response
	// shareable says that others may be given the entry, too.
	shareable bool
	outcome   Outcome
	err       error
	// failed is why a stale entry had to do, if that was no response.
	failed error
}

// flight is a request to the origin that callers wait for.
type flight struct {
	key     Key
	request *Request
	done    chan struct{}
	result  result
	cancel  context.CancelFunc
	// waiting counts the callers; guarded by flights.mu. A refresh in the
	// background waits for itself.
	waiting int
}

// flights are the requests under way.
type flights struct {
	mu sync.Mutex
	m  map[Key]*flight
	// lonely are keys whose answers could not be shared the last time. Waiting for
	// them would only make everyone slower.
	lonely [1 << 10]atomic.Uint64
}

func (f *flights) lonelySlot(k *Key) (*atomic.Uint64, uint64) {
	return &f.lonely[binary.LittleEndian.Uint16(k[:])%uint16(len(f.lonely))], binary.LittleEndian.Uint64(k[8:]) | 1
}

// learned remembers whether answers for a key can be shared.
func (f *flights) learned(k *Key, r *result) {
	if r.err != nil || r.response != nil && failure(r.response.Status) {
		return
	}
	slot, mark := f.lonelySlot(k)
	switch {
	case !r.shareable:
		slot.Store(mark)
	case slot.Load() == mark:
		slot.Store(0)
	}
}

// collapsed asks the origin, or waits for somebody who is asking it the same.
func (c *Cache) collapsed(ctx context.Context, l *lookup, e *Entry, p *Policy, r *Request, rd *RequestDirectives, conditions bool, fetch Fetch) (*Response, Outcome, error) {
	key := flightKey(l.key[0], p, r.Header)
	f := &c.flights
	slot, mark := f.lonelySlot(&key)
	if slot.Load() == mark {
		res := c.revalidate(ctx, l.key[0], l.stamp, e, p, r, rd, fetch)
		f.learned(&key, &res)
		return finish(r, &res, conditions)
	}
	f.mu.Lock()
	fl := f.m[key]
	joined := fl != nil
	if joined {
		fl.waiting++
		f.mu.Unlock()
	} else {
		// One who leads must not take the others down with it, so the request gets a
		// context and a copy of its own.
		flying, cancel := context.WithCancel(callctx.Detached(ctx))
		fl = &flight{key: key, request: r.clone(), done: make(chan struct{}), cancel: cancel, waiting: 1}
		f.m[key] = fl
		f.mu.Unlock()
		at, stamp, directives := l.key[0], l.stamp, *rd
		c.run(func() {
			if c.base.Err() == nil {
				stop := context.AfterFunc(c.base, cancel)
				defer stop()
			}
			c.fly(flying, fl, at, stamp, e, p, &directives, fetch)
		}, true)
	}
	select {
	case <-fl.done:
	case <-ctx.Done():
		select {
		case <-fl.done: // both happened: the answer is there
		default:
			f.leave(fl)
			return c.interrupted(ctx, e, p, r, rd, conditions)
		}
	}
	f.leave(fl)
	res := fl.result
	if joined && !fl.fits(r) {
		res = c.revalidate(ctx, l.key[0], l.stamp, e, p, r, rd, fetch)
		return finish(r, &res, conditions)
	}
	if joined && res.err == nil {
		// The entry may be all that is left of it: the response was the leader's.
		res.response = nil
		res.outcome.Collapsed = true
	}
	return finish(r, &res, conditions)
}

// fits tells whether what a flight brought answers the request of one who only
// waited.
func (fl *flight) fits(r *Request) bool {
	res := &fl.result
	if res.err != nil {
		return true
	}
	return res.shareable && sameSelection(varyNames(res.entry.response.Header), fl.request.Header, r.Header)
}

// interrupted answers a caller whose time is up. An answer that may be used when
// the origin fails may be used when it is too slow, too.
func (c *Cache) interrupted(ctx context.Context, e *Entry, p *Policy, r *Request, rd *RequestDirectives, conditions bool) (*Response, Outcome, error) {
	if e != nil && ctx.Err() == context.DeadlineExceeded {
		if age := e.ageAt(c.now()); usableOnError(e, age, rd, p) {
			return answer(r, e, Outcome{State: StaleError, Age: age, FromStore: true, Cache: e.policyAt(age)}, conditions)
		}
	}
	return nil, Outcome{State: Miss}, context.Cause(ctx)
}

// finish makes an answer of what became of a request.
func finish(r *Request, res *result, conditions bool) (*Response, Outcome, error) {
	switch {
	case res.err != nil:
		return nil, res.outcome, res.err
	case res.response == nil:
		return answer(r, res.entry, res.outcome, conditions)
	case conditions && res.entry != nil && notModified(r.Header, res.response):
		return asNotModified(res.response), res.outcome, nil
	}
	return res.response, res.outcome, nil
}

// fly carries a flight out.
func (c *Cache) fly(ctx context.Context, fl *flight, at Key, stamp Stamp, e *Entry, p *Policy, rd *RequestDirectives, fetch Fetch) {
	defer func() {
		// Several wait for this goroutine, and none of them could catch its panic.
		if v := recover(); v != nil {
			fl.result = result{err: &PanicError{Value: v}}
		}
		c.flights.remove(fl)
		close(fl.done)
		fl.cancel()
	}()
	fl.result = c.revalidate(ctx, at, stamp, e, p, fl.request, rd, fetch)
	c.flights.learned(&fl.key, &fl.result)
}

func (f *flights) remove(fl *flight) {
	f.mu.Lock()
	if f.m[fl.key] == fl {
		delete(f.m, fl.key)
	}
	f.mu.Unlock()
}

// leave ends a flight that nobody waits for any more.
func (f *flights) leave(fl *flight) {
	f.mu.Lock()
	fl.waiting--
	if fl.waiting == 0 {
		if f.m[fl.key] == fl {
			// Whoever comes now must not wait for what is about to be cancelled.
			delete(f.m, fl.key)
		}
		f.mu.Unlock()
		fl.cancel()
		return
	}
	f.mu.Unlock()
}

// refresh revalidates a stale entry in the background, unless that is under way
// or too much is.
func (c *Cache) refresh(ctx context.Context, l *lookup, e *Entry, p *Policy, r *Request, fetch Fetch) {
	key := flightKey(l.key[0], p, r.Header)
	f := &c.flights
	f.mu.Lock()
	_, busy := f.m[key]
	f.mu.Unlock()
	if busy || !c.mayRefresh() {
		return
	}
	fl := &flight{key: key, request: r.clone(), done: make(chan struct{}), waiting: 1}
	fl.request.Method = "GET"
	fl.request.Header = without(fl.request.Header, conditionField)
	f.mu.Lock()
	if _, busy = f.m[key]; busy {
		f.mu.Unlock()
		<-c.background
		return
	}
	f.m[key] = fl
	flying, cancel := c.detached(ctx)
	fl.cancel = cancel
	f.mu.Unlock()
	at, stamp := l.key[0], l.stamp
	started := c.run(func() {
		defer func() { <-c.background }()
		rd := noRequestDirectives
		c.fly(flying, fl, at, stamp, e, p, &rd, fetch)
		if err := fl.result.failure(); err != nil && c.options.OnError != nil {
			c.options.OnError(&RefreshError{URL: fl.request.URL, Err: err})
		}
	}, false)
	if !started {
		<-c.background
		f.remove(fl)
		cancel()
		fl.result = result{err: ErrClosed}
		close(fl.done)
	}
}

func (r *result) failure() error {
	if r.err != nil {
		return r.err
	}
	return r.failed
}

func (c *Cache) mayRefresh() bool {
	select {
	case c.background <- struct{}{}:
		return true
	default:
		return false
	}
}

// detached is a context for work in the background: with the values of the
// request that caused it, but with an end of its own.
func (c *Cache) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	d, cancel := context.WithTimeout(callctx.Detached(ctx), c.options.BackgroundTimeout)
	stop := context.AfterFunc(c.base, cancel)
	return d, func() {
		stop()
		cancel()
	}
}

// Background runs f in the background under the bound of [Options.MaxBackground]
// and tells whether it does; for refreshing objects of batch answers. Its context
// has the values of ctx, but not its end.
func (c *Cache) Background(ctx context.Context, f func(ctx context.Context)) bool {
	if !c.mayRefresh() {
		return false
	}
	d, cancel := c.detached(ctx)
	started := c.run(func() {
		defer func() {
			cancel()
			<-c.background
		}()
		f(d)
	}, false)
	if !started {
		cancel()
		<-c.background
	}
	return started
}
