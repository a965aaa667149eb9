package httpcache

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// maxVariantSets bounds the sets of field names that one URL is remembered to
// vary by.
const maxVariantSets = 4

// toOrigin sends the caller's request as it is and stores what may be stored.
func (c *Cache) toOrigin(ctx context.Context, l *lookup, e *Entry, p *Policy, r *Request, fetch Fetch) (*Response, Outcome, error) {
	sent := c.now()
	res, err := fetch(ctx, r)
	if err != nil {
		return nil, Outcome{State: Miss}, err
	}
	_, o := c.received(ctx, l.key[0], l.stamp, e, p, r, res, sent)
	return forward(res), o, nil
}

// received stores a response to a GET, if it may be stored, and returns its
// entry. before is what it replaces.
func (c *Cache) received(ctx context.Context, key Key, stamp Stamp, before *Entry, p *Policy, r *Request, res *Response, sent time.Time) (*Entry, Outcome) {
	now := c.now()
	credentials := p.credentials(r.Header)
	by := c.rules(p, credentials)
	t := termsOf(res, sent, now, by)
	o := Outcome{State: Miss, Cache: t.policy(by, credentials)}
	if !p.store(res, &t, by, credentials) {
		if before != nil && replaces(res.Status) && !p.alwaysRevalidate() {
			// What was stored is known not to be what the origin would say.
			c.failed("delete", c.store.Delete(ctx, c.keysOf(key, before, r)))
		}
		return nil, o
	}
	e := newEntry(res, &t, now, by, credentials, c.options.Omit)
	c.keep(ctx, key, stamp, varyNames(res.Header), p, r, e)
	return e, o
}

// replaces tells whether a response that cannot be stored still says that the
// one before is of no use. Answers about who asks and failures do not.
func replaces(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests,
		http.StatusPartialContent, http.StatusNotModified, http.StatusRequestedRangeNotSatisfiable:
		return false
	}
	return status >= 200 && status < 500
}

// keysOf are the keys under which an entry may be.
func (c *Cache) keysOf(key Key, e *Entry, r *Request) []Key {
	if e.vary == nil {
		return []Key{key}
	}
	return []Key{variantKey(key, e.vary.epoch, e.vary.names, r.Header)}
}

// keep puts an entry into the store; with Vary, also the index that leads to it.
func (c *Cache) keep(ctx context.Context, key Key, stamp Stamp, names []string, p *Policy, r *Request, e *Entry) {
	if stamp == 0 {
		// The store could not tell, so nothing stored now would ever be found. (There
		// is always a tag: that of the URL.)
		return
	}
	keep := e.keepFor(c.options.Revalidate)
	if len(names) == 0 {
		c.failed("set", c.store.Set(ctx, stamp, []Item{{Key: key, Entry: e, Keep: keep}}))
		return
	}
	names = ownNames(names)
	index := varying{epoch: rand.Uint64(), variants: [][]string{names}}
	// Another variant may have been stored since we looked, so look again.
	l := lookups.Get().(*lookup)
	defer l.free()
	l.key[0] = key
	l.addTags(p, r.URL)
	if _, err := c.store.Get(ctx, l.key[:], l.tags, l.found[:]); err != nil {
		c.failed("get", err)
	} else if found := l.found; found[0] != nil && found[0].index() {
		index.epoch = found[0].vary.epoch
		for _, set := range found[0].vary.variants {
			if len(index.variants) < maxVariantSets && !slices.Equal(set, names) {
				index.variants = append(index.variants, set)
			}
		}
	}
	e.varies(&varying{names: names, epoch: index.epoch}, 1)
	leading := &Entry{received: e.received}
	leading.varies(&index, 1)
	// The index lasts at least as long as any of its variants is likely to.
	c.failed("set", c.store.Set(ctx, stamp, []Item{
		{Key: variantKey(key, index.epoch, names, r.Header), Entry: e, Keep: keep},
		{Key: key, Entry: leading, Keep: max(keep, indexKeep)},
	}))
}

const indexKeep = 24 * time.Hour

// freshened is a stored entry after the origin said that it still holds.
func (c *Cache) freshened(e *Entry, p *Policy, r *Request, res *Response, sent, now time.Time) (*Entry, bool) {
	credentials := p.credentials(r.Header)
	by := c.rules(p, credentials)
	news := dated(endToEnd(res.Header), now)
	whole := &Response{Status: e.response.Status, Header: updated(e.response.Header, news), Body: e.response.Body}
	t := termsOf(whole, sent, now, by)
	n := newEntry(whole, &t, now, by, credentials, c.options.Omit)
	n.mark = e.mark
	return n, p.store(whole, &t, by, credentials)
}

// revalidate asks the origin about a stored entry, or anew if there is none or
// it has no validator.
func (c *Cache) revalidate(ctx context.Context, key Key, stamp Stamp, e *Entry, p *Policy, r *Request, rd *RequestDirectives, fetch Fetch) result {
	ask := r
	asked := false
	if e != nil {
		asked = hasValidator(e.response.Header)
		ask = conditional(r, e.response.Header)
	}
	sent := c.now()
	res, err := fetch(ctx, ask)
	now := c.now()
	if e != nil && (err != nil || failure(res.Status)) && !errors.Is(err, context.Canceled) {
		if age := e.ageAt(now); usableOnError(e, age, rd, p) {
			if err == nil {
				err = errFailed
			}
			return result{entry: e, shareable: true, failed: err,
				outcome: Outcome{State: StaleError, Age: age, FromStore: true, Cache: e.policyAt(age)}}
		}
	}
	if err != nil {
		return result{err: err}
	}
	if asked && res.Status == http.StatusNotModified {
		n, ok := c.freshened(e, p, r, res, sent, now)
		if ok {
			c.keep(ctx, key, stamp, varyNames(n.response.Header), p, r, n)
		} else if !p.alwaysRevalidate() {
			c.failed("delete", c.store.Delete(ctx, c.keysOf(key, e, r)))
		}
		return result{entry: n, shareable: ok,
			outcome: Outcome{State: Revalidated, Age: n.age, FromStore: true, Cache: n.policyAt(n.age)}}
	}
	n, o := c.received(ctx, key, stamp, e, p, r, res, sent)
	return result{entry: n, response: forward(res), shareable: n != nil, outcome: o}
}

// failure tells whether a status is an error of the origin in the sense of
// stale-if-error (RFC 5861, section 4).
func failure(status int) bool {
	switch status {
	case 500, 502, 503, 504:
		return true
	}
	return false
}

// head asks the origin for the header of a response, and learns from it about
// the response stored for GET (RFC 9111, section 4.3.5).
func (c *Cache) head(ctx context.Context, l *lookup, e *Entry, p *Policy, r *Request, fetch Fetch) (*Response, Outcome, error) {
	sent := c.now()
	res, err := fetch(ctx, r)
	if err != nil {
		return nil, Outcome{State: Miss}, err
	}
	now := c.now()
	credentials := p.credentials(r.Header)
	by := c.rules(p, credentials)
	t := termsOf(res, sent, now, by)
	o := Outcome{State: Miss, Cache: t.policy(by, credentials)}
	if e == nil || p.alwaysRevalidate() || !replaces(res.Status) {
		return forward(res), o, nil
	}
	if n, ok := c.freshened(e, p, r, res, sent, now); ok && describes(res, &e.response) {
		c.keep(ctx, l.key[0], l.stamp, varyNames(n.response.Header), p, r, n)
	} else {
		c.failed("delete", c.store.Delete(ctx, c.keysOf(l.key[0], e, r)))
	}
	return forward(res), o, nil
}

// unsafe sends a request that may change things, and invalidates what it may
// have changed (RFC 9111, section 4.4). If nobody knows what became of the
// request, everything is invalidated as if it had succeeded.
func (c *Cache) unsafe(ctx context.Context, r *Request, p *Policy, fetch Fetch) (*Response, Outcome, error) {
	l := lookups.Get().(*lookup)
	defer l.free()
	var reusable bool
	sent := c.now()
	res, err := fetch(ctx, r)
	if err != nil || res.Status < 400 {
		tags := map[Tag]struct{}{tagOf(tagOfURL, p.Namespace, r.URL): {}}
		for _, name := range p.Invalidates {
			tags[tagOf(tagOfName, p.Namespace, name)] = struct{}{}
		}
		if err == nil {
			for _, name := range [...]string{"Location", "Content-Location"} {
				if v, ok := value(res.Header, name); ok {
					if target, same := resolved(r.URL, v); target != "" {
						tags[tagOf(tagOfURL, p.Namespace, target)] = struct{}{}
						reusable = same && name == "Content-Location"
					}
				}
			}
		}
		invalidate := callctx.Detached(ctx)
		c.failed("invalidate", c.store.Invalidate(invalidate, slices.Collect(maps.Keys(tags))))
	}
	if err != nil {
		return nil, Outcome{State: Bypass}, err
	}
	credentials := p.credentials(r.Header)
	by := c.rules(p, credentials)
	t := termsOf(res, sent, c.now(), by)
	o := Outcome{State: Bypass, Cache: t.policy(by, credentials)}
	if r.Method == http.MethodPost && reusable && t.stated && res.Status == http.StatusOK {
		// The answer says that it is what a GET would get (RFC 9110, section 9.3.3).
		get := &Request{Method: http.MethodGet, URL: r.URL, Header: r.Header}
		c.find(ctx, l, p, get)
		_, o = c.received(ctx, l.key[0], l.stamp, nil, p, get, res, sent)
		o.State = Bypass
	}
	return forward(res), o, nil
}

// resolved is the URL that a reference leads to from another, if both have one
// origin, and whether it is that other.
func resolved(from, to string) (target string, same bool) {
	base, err := url.Parse(from)
	if err != nil {
		return "", false
	}
	ref, err := url.Parse(to)
	if err != nil {
		return "", false
	}
	u := base.ResolveReference(ref)
	if u.Scheme != base.Scheme || u.Hostname() != base.Hostname() || port(u) != port(base) {
		return "", false
	}
	u.Host, u.User, u.Fragment = base.Host, base.User, ""
	base.Fragment = ""
	if target = u.String(); target == base.String() {
		return from, true
	}
	return target, false
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// InvalidateTags invalidates what was stored under policies of the namespace
// that have one of these tags.
func (c *Cache) InvalidateTags(ctx context.Context, namespace string, names ...string) {
	tags := make([]Tag, len(names))
	for i, name := range names {
		tags[i] = tagOf(tagOfName, namespace, name)
	}
	c.failed("invalidate", c.store.Invalidate(ctx, tags))
}
