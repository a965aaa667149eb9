package httpcache

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func (w *world) many(q *Objects, keys ...string) (Found, []Object) {
	raw := make([][]byte, len(keys))
	for i, k := range keys {
		raw[i] = []byte(k)
	}
	found := make([]Object, len(keys))
	return w.cache.GetMany(context.Background(), q, raw, found), found
}

// show writes objects as "fresh:x absent …".
func show(found []Object) string {
	names := [...]string{"absent", "fresh", "usable", "on-error"}
	var list []string
	for _, o := range found {
		s := names[o.State]
		if o.State != Absent {
			s += ":" + string(o.Body)
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func (w *world) want(q *Objects, want string, keys ...string) Found {
	w.t.Helper()
	f, found := w.many(q, keys...)
	if got := show(found); got != want {
		w.t.Errorf("got %s, want %s", got, want)
	}
	return f
}

func (w *world) put(q *Objects, f Found, lines []string, items ...string) {
	put := make([]ObjectItem, len(items))
	for i, it := range items {
		key, body, _ := strings.Cut(it, "=")
		put[i] = ObjectItem{Key: []byte(key), Body: []byte(body)}
		if body == "" {
			put[i].Mark = 7
		}
	}
	r := &Response{Status: 200, Header: fields(w.clock.now(), lines...)}
	w.cache.PutMany(context.Background(), q, f, r, w.clock.now(), put)
}

func TestObjects(t *testing.T) {
	w := newWorld(t, nil, Options{})
	q := &Objects{Policy: &Policy{Namespace: "service1", Scope: Shared, Tags: []string{"Song"}}, Endpoint: "Song"}
	f := w.want(q, "absent absent absent", "1", "2", "3")
	w.put(q, f, []string{"Cache-Control: max-age=10, stale-while-revalidate=10, stale-if-error=20", "Age: 2"}, "1=one", "2=two", "3=")
	f, found := w.many(q, "3", "4", "1")
	if got := show(found); got != "fresh: absent fresh:one" || found[0].Mark != 7 || found[2].Mark != 0 {
		t.Errorf("%s %+v", got, found)
	}
	if found[2].Age != 2*time.Second || found[2].Cache.MaxAge != 8*time.Second || found[2].Cache.Private {
		t.Errorf("%+v", found[2])
	}
	// The next batch has its own freshness.
	w.clock.advance(5 * time.Second)
	w.put(q, f, []string{"Cache-Control: max-age=100"}, "4=four")
	w.clock.advance(4 * time.Second)
	w.want(q, "usable:one fresh:four usable:two", "1", "4", "2")
	w.clock.advance(10 * time.Second)
	w.want(q, "on-error:one fresh:four", "1", "4")
	w.clock.advance(20 * time.Second)
	w.want(q, "absent fresh:four", "1", "4")
	// Other endpoints and upstreams have objects of their own.
	w.want(&Objects{Policy: q.Policy, Endpoint: "Song(page: 2)"}, "absent", "4")
	w.want(&Objects{Policy: &Policy{Namespace: "service2", Scope: Shared, Tags: []string{"Song"}}, Endpoint: "Song"}, "absent", "4")
	w.cache.DeleteMany(context.Background(), q, [][]byte{[]byte("5")})
	w.want(q, "fresh:four", "4")
	w.cache.DeleteMany(context.Background(), q, [][]byte{[]byte("4")})
	w.want(q, "absent", "4")
}

func TestObjectsAreInvalidated(t *testing.T) {
	w := newWorld(t, nil, Options{})
	q := &Objects{Policy: &Policy{Namespace: "service1", Scope: Shared, Tags: []string{"Song", "Query.songs"}}, Endpoint: "Song"}
	fresh := []string{"Cache-Control: max-age=10"}
	w.put(q, w.want(q, "absent", "1"), fresh, "1=one")
	f := w.want(q, "fresh:one", "1")
	w.cache.InvalidateTags(context.Background(), "service1", "Song")
	w.want(q, "absent", "1")
	w.put(q, f, fresh, "1=one") // asked for before
	f = w.want(q, "absent", "1")
	w.put(q, f, fresh, "1=new")
	w.want(q, "fresh:new", "1")
}

func TestObjectsBelongToSomebody(t *testing.T) {
	w := newWorld(t, nil, Options{})
	as := func(p *Policy, lines ...string) *Objects {
		return &Objects{Policy: p, Endpoint: "User", Header: fields(w.clock.now(), lines...), Variant: []string{"X-Tenant"}}
	}
	fresh := []string{"Cache-Control: max-age=10"}
	user := &Policy{}
	alice := as(user, "Authorization: alice")
	w.put(alice, w.want(alice, "absent", "1"), fresh, "1=a")
	w.want(alice, "fresh:a", "1")
	w.want(as(user, "Authorization: bob"), "absent", "1")
	w.want(as(user), "absent", "1")
	if _, found := w.many(alice, "1"); !found[0].Cache.Private {
		t.Error("not private")
	}

	all := &Policy{Scope: Shared}
	alice = as(all, "Authorization: alice")
	w.put(alice, w.want(alice, "absent", "1"), fresh, "1=a")
	w.want(alice, "absent", "1") // others may not have it
	w.put(alice, w.want(alice, "absent", "1"), []string{"Cache-Control: max-age=10, public"}, "1=a")
	w.want(as(all, "Authorization: bob"), "fresh:a", "1")
	w.want(as(all, "X-Tenant: t"), "absent", "1")
	tenant := as(all, "X-Tenant: t")
	w.put(tenant, w.want(tenant, "absent", "1"), fresh, "1=t")
	w.want(tenant, "fresh:t", "1")
	w.want(as(all), "fresh:a", "1")

	// Fields in Vary count even if nobody thought of them.
	q := as(all, "Accept-Language: fr")
	w.put(q, w.want(q, "absent", "2"), append(fresh, "Vary: Accept-Language, X-None"), "2=fr")
	w.want(q, "fresh:fr", "2")
	w.want(as(all), "absent", "2")
	w.want(as(all, "Accept-Language: en"), "absent", "2")
	w.want(as(all, "Accept-Language: fr", "X-None: 1"), "absent", "2")
}

func TestObjectsThatAreNotStored(t *testing.T) {
	w := newWorld(t, nil, Options{})
	q := &Objects{Policy: &Policy{Scope: Shared}, Endpoint: "User"}
	for _, lines := range [][]string{nil, {"Cache-Control: no-store"}, {"Cache-Control: private, max-age=10"},
		{"Cache-Control: no-cache, max-age=10", `ETag: "a"`}, {`ETag: "a"`}, {"Cache-Control: max-age=10", "Vary: *"}} {
		w.put(q, w.want(q, "absent", "1"), lines, "1=x")
		w.want(q, "absent", "1")
	}
	always := &Objects{Policy: &Policy{Scope: Shared, RevalidateAlways: true}, Endpoint: "User"}
	w.put(always, w.want(always, "absent", "1"), []string{"Cache-Control: max-age=10, public"}, "1=x")
	w.want(always, "absent", "1")
	w.want(&Objects{Policy: &Policy{Scope: Shared}, Endpoint: "User"}, "")
	ttl := &Objects{Policy: &Policy{Scope: Shared, TTL: time.Minute}, Endpoint: "User"}
	w.put(ttl, w.want(ttl, "absent", "1"), nil, "1=x")
	w.want(ttl, "fresh:x", "1")
}

// TestObjectBodiesAreCopied: an object must not keep the answer it came in, nor
// change with it.
func TestObjectBodiesAreCopied(t *testing.T) {
	w := newWorld(t, nil, Options{})
	q := &Objects{Policy: &Policy{TTL: time.Minute}, Endpoint: "User"}
	body := []byte("abc")
	f, _ := w.many(q, "1")
	w.cache.PutMany(context.Background(), q, f, &Response{Status: 200}, w.clock.now(), []ObjectItem{{Key: []byte("1"), Body: body}})
	copy(body, "xyz")
	w.want(q, "fresh:abc", "1")
}

func TestObjectsWithoutStore(t *testing.T) {
	c := New(failingStore{}, Options{})
	q := &Objects{Policy: &Policy{TTL: time.Minute}, Endpoint: "User"}
	found := []Object{{State: Fresh}}
	f := c.GetMany(context.Background(), q, [][]byte{[]byte("1")}, found)
	c.PutMany(context.Background(), q, f, &Response{Status: 200}, time.Now(), []ObjectItem{{Key: []byte("1")}})
	if found[0].State != Absent {
		t.Error("found")
	}
}

// What an object varies by is told apart without keeping what the client sent,
// whose memory is the caller's and may be used for something else.
func TestObjectsKeepNothingOfRequests(t *testing.T) {
	w := newWorld(t, nil, Options{})
	const secret = "Bearer of-the-first"
	text := []byte(secret)
	q := &Objects{Policy: &Policy{Namespace: "service1", Scope: User, Credentials: []string{"X-Team"}}, Endpoint: "Song",
		Header: []Field{{Name: "X-Tenant", Value: unsafe.String(&text[0], len(text))}, {Name: "X-Empty", Value: ""}}}
	f := w.want(q, "absent", "1")
	w.put(q, f, []string{"Cache-Control: max-age=10", "Vary: X-Tenant, X-Empty"}, "1=one")
	copy(text, "Bearer of-a-second!")
	w.want(q, "absent", "1")
	copy(text, secret)
	w.want(q, "fresh:one", "1")
	q.Header = q.Header[:1] // absent is not empty
	w.want(q, "absent", "1")

	var it *memoryItem
	for i := range w.store.shards {
		if it == nil {
			it = w.store.shards[i].oldest
		}
	}
	b, err := it.entry.AppendBinary(nil)
	if err != nil || bytes.Contains(b, []byte("Bearer")) || !bytes.Contains(b, []byte("X-Tenant")) {
		t.Errorf("%q %v", b, err)
	}
}
