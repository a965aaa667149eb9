package httpcache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Objects says which objects of batch answers are meant: those that an endpoint
// gives for keys, to one who asks with some header.
type Objects struct {
	// Policy must not have RevalidateAlways: a single object cannot be
	// revalidated. Nothing is found or stored with it.
	Policy *Policy
	// Endpoint is the coordinate of the endpoint, with all that changes what it
	// says of an object, for instance the arguments besides the keys.
	Endpoint string
	// Header are the lines of the request.
	Header []Field
	// Variant are the canonical names of request fields that change the answers.
	// Fields in a response's Vary are minded even if they are not listed, but then
	// only the variant stored last is found.
	Variant []string
}

// ObjectState tells what may be done with what was found for a key.
type ObjectState uint8

// The states of an [Object].
const (
	// Absent: ask for it.
	Absent ObjectState = iota
	// Fresh: use it.
	Fresh
	// StaleUsable: use it, and refresh it in the background ([Cache.Background]).
	StaleUsable
	// StaleOnError: ask for it; use it if the origin fails.
	StaleOnError
)

// Object is what is stored for one key.
type Object struct {
	State ObjectState
	// Body is shared and must not be changed.
	Body []byte
	// Mark is what it was stored with.
	Mark uint8
	// Age is how old it is.
	Age time.Duration
	// Cache is what it allows those whom it is passed on to.
	Cache subgraphs.CachePolicy
}

// Found tells the moment at which objects were looked up. What is asked for
// because of it is put with it.
type Found struct {
	stamp Stamp
	valid bool
}

// ObjectItem is one object of a batch answer.
type ObjectItem struct {
	Key []byte
	// Body is copied, since it is usually a part of something larger.
	Body []byte
	// Mark is the caller's own, for instance that there is no such object.
	Mark uint8
}

func (q *Objects) policy() (*Policy, bool) {
	return q.Policy, !q.Policy.alwaysRevalidate()
}

// prefix is what the keys of all objects have in common.
func (q *Objects) prefix(b []byte) []byte {
	p := q.Policy
	b = append(b, keyOfObject, byte(p.Scope))
	b = appendText(b, p.Namespace)
	b = appendText(b, q.Endpoint)
	for _, name := range q.Variant {
		if v, ok := selecting(q.Header, name); ok {
			b = appendText(b, name)
			b = appendText(b, v)
		}
	}
	if p.Scope == User {
		b = append(b, 0)
		b = appendCredentials(b, p, q.Header)
	}
	h := sha256.Sum256(b)
	return append(b[:0], h[:]...)
}

func (q *Objects) keys(keys []Key, prefix []byte, text func(i int) []byte, n int) []Key {
	for i := range n {
		prefix = append(prefix[:sha256.Size], text(i)...)
		keys = append(keys, sha256.Sum256(prefix))
	}
	return keys
}

// GetMany looks up the objects of some keys at once: found[i] is set to what is
// stored for keys[i].
func (c *Cache) GetMany(ctx context.Context, q *Objects, keys [][]byte, found []Object) Found {
	clear(found[:len(keys)])
	p, ok := q.policy()
	if !ok || len(keys) == 0 {
		return Found{}
	}
	l := lookups.Get().(*lookup)
	defer l.free()
	var room [512]byte
	l.keys = q.keys(l.keys[:0], q.prefix(room[:0]), func(i int) []byte { return keys[i] }, len(keys))
	l.tags = l.tags[:0]
	l.addNamed(p)
	l.entries = slices.Grow(l.entries[:0], len(keys))[:len(keys)]
	clear(l.entries)
	stamp, err := c.store.Get(ctx, l.keys, l.tags, l.entries)
	if err != nil {
		c.failed("get", err)
		return Found{}
	}
	now := c.now()
	chosen := selection{request: q.Header}
	for i, e := range l.entries {
		if e == nil || !chosen.matches(e) {
			continue
		}
		age := e.ageAt(now)
		over := age - e.lifetime
		o := Object{Body: e.response.Body, Mark: e.mark, Age: age, Cache: e.policyAt(age)}
		switch {
		case over < 0:
			o.State = Fresh
		case e.swr > 0 && over <= e.swr:
			o.State = StaleUsable
		case e.sie > 0 && over <= e.sie:
			o.State = StaleOnError
		default:
			continue
		}
		found[i] = o
	}
	return Found{stamp: stamp, valid: true}
}

// PutMany stores the objects of a batch answer, each with the freshness of the
// response r that they came in, which was received now and asked for at sent.
// It returns what the response allows those whom it is passed on to.
func (c *Cache) PutMany(ctx context.Context, q *Objects, f Found, r *Response, sent time.Time, items []ObjectItem) subgraphs.CachePolicy {
	p, ok := q.policy()
	credentials := p.credentials(q.Header)
	by := c.rules(p, credentials)
	now := c.now()
	t := termsOf(r, sent, now, by)
	policy := t.policy(by, credentials)
	// Objects have no validators of their own, so those that are never usable
	// without one are of no use.
	if !ok || !f.valid || len(items) == 0 || t.d.NoCache || !t.storable(r, by, credentials) ||
		t.lifetime <= t.age && t.swr == 0 && t.sie == 0 {
		return policy
	}
	var vary *varying
	if names := varyNames(r.Header); len(names) > 0 {
		vary = &varying{names: ownNames(names), chosen: chosenBy(names, q.Header)}
	}
	var room [512]byte
	keys := q.keys(make([]Key, 0, len(items)), q.prefix(room[:0]), func(i int) []byte { return items[i].Key }, len(items))
	put := make([]Item, len(items))
	for i := range items {
		// One at a time, so that what stays does not keep the others alive.
		e := &Entry{response: Response{Status: r.Status, Body: bytes.Clone(items[i].Body)}, mark: items[i].Mark,
			flags: flagsOf(&t, by, credentials), received: now, age: t.age,
			lifetime: t.lifetime, swr: t.swr, sie: t.sie}
		if vary != nil {
			e.varies(vary, len(items))
		}
		put[i] = Item{Key: keys[i], Entry: e, Keep: e.keepFor(0)}
	}
	c.failed("set", c.store.Set(ctx, f.stamp, put))
	return policy
}

// DeleteMany forgets objects.
func (c *Cache) DeleteMany(ctx context.Context, q *Objects, keys [][]byte) {
	var room [512]byte
	all := q.keys(make([]Key, 0, len(keys)), q.prefix(room[:0]), func(i int) []byte { return keys[i] }, len(keys))
	c.failed("delete", c.store.Delete(ctx, all))
}
