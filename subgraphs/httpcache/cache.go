package httpcache

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Options of a [Cache]. The zero value is good.
type Options struct {
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// Heuristic makes up a lifetime for responses that state none but have a
	// Last-Modified: a tenth of the time since then, a day at most.
	Heuristic bool
	// Revalidate is for how long stale responses with a validator are kept, to
	// save the transfer of what has not changed. 0 is an hour; negative is not at
	// all.
	Revalidate time.Duration
	// MaxBackground bounds the refreshes in the background at a time; 0 is 64,
	// negative is none.
	MaxBackground int
	// BackgroundTimeout bounds the time of one; 0 is 30 s.
	BackgroundTimeout time.Duration
	// Omit are canonical names of response fields that are neither stored nor
	// given again, for instance Set-Cookie. RFC 9111 wants all of them stored.
	Omit []string
	// OnError is told what failed without failing a request: the store, and
	// refreshes in the background. It may be called by many goroutines at once.
	OnError func(error)
}

// State tells where an answer came from.
type State uint8

// The states of an [Outcome].
const (
	// Bypass: the request or its method is none that a cache answers.
	Bypass State = iota
	// Miss: the origin answered.
	Miss
	// Hit: a stored answer that is fresh.
	Hit
	// Stale: a stored answer that is not fresh any more, as the origin (then it is
	// being refreshed), the policy or the request allows.
	Stale
	// StaleError: the same, because the origin failed.
	StaleError
	// Revalidated: a stored answer of which the origin said that it still holds.
	Revalidated
)

var stateNames = [...]string{"bypass", "miss", "hit", "stale", "stale-error", "revalidated"}

func (s State) String() string { return stateNames[s] }

// Outcome tells how a request was answered.
type Outcome struct {
	State State
	// Age is what to write into the Age field of a stored answer, which [Response]
	// leaves out. It counts only if FromStore.
	Age       time.Duration
	FromStore bool
	// Collapsed says that another caller's request to the origin was waited for.
	Collapsed bool
	// Cache is what the answer allows those whom it is passed on to.
	Cache subgraphs.CachePolicy
}

// ErrClosed is the cause of the end of requests that were under way when the
// cache was closed.
var ErrClosed = errors.New("the cache is closed")

var errFailed = errors.New("the origin answered with an error")

// PanicError is the error of a request to the origin that panicked.
type PanicError struct{ Value any }

func (e *PanicError) Error() string { return fmt.Sprintf("the request panicked: %v", e.Value) }

// StoreError is what [Options.OnError] is told when the store failed.
type StoreError struct {
	// Op is what was to be done: get, set, delete or invalidate.
	Op  string
	Err error
}

func (e *StoreError) Error() string { return "cache store: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *StoreError) Unwrap() error { return e.Err }

// RefreshError is what [Options.OnError] is told when an answer could not be
// refreshed in the background.
type RefreshError struct {
	URL string
	Err error
}

func (e *RefreshError) Error() string { return "refreshing " + e.URL + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RefreshError) Unwrap() error { return e.Err }

// Cache answers requests from a store where it may.
type Cache struct {
	store      Store
	options    Options
	now        func() time.Time
	flights    flights
	background chan struct{}
	// base is the context of all that runs on the cache's own account.
	base    context.Context
	cancel  context.CancelCauseFunc
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// New makes a cache over a store, which may serve other caches, too.
func New(store Store, o Options) *Cache {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Revalidate == 0 {
		o.Revalidate = time.Hour
	}
	if o.MaxBackground == 0 {
		o.MaxBackground = 64
	}
	if o.BackgroundTimeout == 0 {
		o.BackgroundTimeout = 30 * time.Second
	}
	c := &Cache{store: store, options: o, now: o.Now, background: make(chan struct{}, max(0, o.MaxBackground))}
	c.base, c.cancel = context.WithCancelCause(context.Background())
	c.flights.m = map[Key]*flight{}
	return c
}

// Close waits until nothing runs in the background any more; when ctx ends
// first, it makes it end. Requests are still answered afterwards, but nothing is
// refreshed. The store is its maker's to close.
func (c *Cache) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	c.cancel(ErrClosed)
	<-done
	return ctx.Err()
}

// run starts f on a goroutine that Close waits for; after Close it does not,
// unless f belongs to a request.
func (c *Cache) run(f func(), request bool) bool {
	c.mu.Lock()
	if c.closed && !request {
		c.mu.Unlock()
		return false
	}
	counted := !c.closed
	if counted {
		c.running.Add(1)
	}
	c.mu.Unlock()
	go func() {
		if counted {
			defer c.running.Done()
		}
		f()
	}()
	return true
}

func (c *Cache) failed(op string, err error) {
	// Nobody is left whom it could matter to when the request itself was given up.
	if err != nil && c.options.OnError != nil && !errors.Is(err, context.Canceled) {
		c.options.OnError(&StoreError{Op: op, Err: err})
	}
}

// lookup is the memory that looking something up takes; it is pooled, since what
// is handed to a store cannot live on the stack.
type lookup struct {
	key   [1]Key
	tags  []Tag
	found [1]*Entry
	stamp Stamp
	// keys and entries serve variants and objects.
	keys    []Key
	entries []*Entry
}

var lookups = sync.Pool{New: func() any { return &lookup{} }}

func (l *lookup) free() {
	clear(l.found[:])
	clear(l.entries)
	l.tags, l.keys, l.entries = l.tags[:0], l.keys[:0], l.entries[:0]
	lookups.Put(l)
}

const (
	tagOfURL  = 'u'
	tagOfName = 'n'
)

// addTags adds the tags of what is stored for a URL.
func (l *lookup) addTags(p *Policy, url string) {
	l.tags = append(l.tags, tagOf(tagOfURL, p.Namespace, url))
	l.addNamed(p)
}

func (l *lookup) addNamed(p *Policy) {
	for _, name := range p.Tags {
		l.tags = append(l.tags, tagOf(tagOfName, p.Namespace, name))
	}
}

// find looks up what is stored for a request. A store that fails has nothing.
func (c *Cache) find(ctx context.Context, l *lookup, p *Policy, r *Request) *Entry {
	l.key[0] = urlKey(p, r.URL, r.Header)
	l.tags = l.tags[:0]
	l.addTags(p, r.URL)
	l.found[0] = nil
	var err error
	if l.stamp, err = c.store.Get(ctx, l.key[:], l.tags, l.found[:]); err != nil {
		c.failed("get", err)
		l.stamp = 0
		return nil
	}
	e := l.found[0]
	if e == nil || !e.index() {
		return e
	}
	l.keys, l.entries = l.keys[:0], l.entries[:0]
	for _, names := range e.vary.variants {
		l.keys = append(l.keys, variantKey(l.key[0], e.vary.epoch, names, r.Header))
		l.entries = append(l.entries, nil)
	}
	if _, err := c.store.Get(ctx, l.keys, l.tags, l.entries); err != nil {
		c.failed("get", err)
		return nil
	}
	var newest *Entry
	for _, v := range l.entries {
		if v != nil && (newest == nil || v.received.After(newest.received)) {
			newest = v
		}
	}
	return newest
}

// Do answers a request from the store or from the origin. An error is the
// origin's or the end of ctx; the response is nil then. The answer to a HEAD may
// have a body, which is not to be passed on. A request whose method is not safe
// invalidates, so a POST that only reads does not belong here: ask the origin
// directly, and keep what comes as objects ([Cache.PutMany]).
func (c *Cache) Do(ctx context.Context, r *Request, p *Policy, fetch Fetch) (*Response, Outcome, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if safe(r.Method) {
			return c.bypass(ctx, r, p, fetch)
		}
		return c.unsafe(ctx, r, p, fetch)
	}
	rd := noRequestDirectives
	if control, ok := combined(r.Header, "Cache-Control"); ok {
		rd = ParseRequestDirectives(control)
	}
	conditions, atOrigin := clientConditions(r.Header)
	if rd.NoStore || atOrigin {
		return c.bypass(ctx, r, p, fetch)
	}
	l := lookups.Get().(*lookup)
	defer l.free()
	e := c.find(ctx, l, p, r)
	now := c.now()
	if e != nil {
		age := e.ageAt(now)
		use, refresh := c.judge(e, age, &rd, p)
		if use != Miss {
			if refresh {
				c.refresh(ctx, l, e, p, r, fetch)
			}
			return answer(r, e, Outcome{State: use, Age: age, FromStore: true, Cache: e.policyAt(age)}, conditions)
		}
	}
	if rd.OnlyIfCached {
		return only504, Outcome{State: Miss, Cache: subgraphs.CachePolicy{MaxAge: unset, NoStore: true}}, nil
	}
	if r.Method == http.MethodHead {
		return c.head(ctx, l, e, p, r, fetch)
	}
	if conditions && e == nil {
		// The origin may answer with a part or with 304, which nobody else wants.
		return c.toOrigin(ctx, l, nil, p, r, fetch)
	}
	return c.collapsed(ctx, l, e, p, r, &rd, conditions, fetch)
}

// judge decides whether a stored answer may be used as it is: as Hit or Stale,
// or not at all, which is Miss. refresh says that the origin is to be asked
// behind the caller's back.
func (c *Cache) judge(e *Entry, age time.Duration, rd *RequestDirectives, p *Policy) (use State, refresh bool) {
	left := e.lifetime - age
	switch {
	case e.is(flagValidate) || rd.NoCache || p.alwaysRevalidate():
		return Miss, false
	case rd.MaxAge >= 0 && age > rd.MaxAge:
		return Miss, false
	case rd.MinFresh >= 0 && left < rd.MinFresh:
		return Miss, false
	case left > 0:
		return Hit, false
	case e.is(flagStrict):
		return Miss, false
	case e.swr > 0 && -left <= e.swr:
		return Stale, true
	case rd.MaxStale >= 0 && -left <= rd.MaxStale:
		return Stale, false
	}
	return Miss, false
}

// usableOnError tells whether a stored answer may stand in for an origin that
// failed.
func usableOnError(e *Entry, age time.Duration, rd *RequestDirectives, p *Policy) bool {
	if e.is(flagValidate|flagStrict) || rd.NoCache || p.alwaysRevalidate() {
		return false
	}
	return age-e.lifetime <= max(e.sie, rd.StaleIfError)
}

// answer makes the response to a request of a stored one: all of it, the part
// that is asked for, or the word that nothing has changed.
func answer(r *Request, e *Entry, o Outcome, conditions bool) (*Response, Outcome, error) {
	if !conditions {
		return &e.response, o, nil
	}
	if notModified(r.Header, &e.response) {
		return asNotModified(&e.response), o, nil
	}
	if r.Method == http.MethodGet {
		if part := partial(r.Header, &e.response); part != nil {
			return part, o, nil
		}
	}
	return &e.response, o, nil
}

// bypass asks the origin and stores nothing.
func (c *Cache) bypass(ctx context.Context, r *Request, p *Policy, fetch Fetch) (*Response, Outcome, error) {
	sent := c.now()
	res, err := fetch(ctx, r)
	if err != nil {
		return nil, Outcome{State: Bypass}, err
	}
	credentials := p.credentials(r.Header)
	by := c.rules(p, credentials)
	t := termsOf(res, sent, c.now(), by)
	return forward(res), Outcome{State: Bypass, Cache: t.policy(by, credentials)}, nil
}

// forward is the response of the origin without what is meant for us alone.
func forward(r *Response) *Response {
	h := endToEnd(r.Header)
	if len(h) == len(r.Header) {
		return r
	}
	return &Response{Status: r.Status, Header: h, Body: r.Body}
}
