package httpcache

import (
	"net/http"
	"slices"
	"time"
	"unsafe"

	"github.com/weft-graphql/weft/subgraphs"
)

// Entry is what a [Store] keeps under a key: a response with all that is needed
// to judge later whether it may be used; one object of a batch answer; or, for
// responses with Vary, the list of fields that tell variants apart. Entries are
// immutable.
type Entry struct {
	response Response
	// mark is the caller's, for objects of batch answers.
	mark uint8
	flags
	// text is how many bytes of memory the entry keeps beside its header lines and
	// its body: their text, and its part of what vary holds.
	text uint32
	// received is when the response came, age how old it was then.
	received time.Time
	age      time.Duration
	// lifetime is for how long it is fresh; swr and sie are the windows after it.
	lifetime, swr, sie time.Duration
	// vary is nil if every request for the key may be given this.
	vary *varying
}

// varying says how requests for one key are told apart.
type varying struct {
	// names are the request fields by which the response was chosen, and chosen is
	// a hash of what they were, for objects. What clients send is not kept: it may
	// be long, or secret.
	names  []string
	chosen Key
	// variants makes the entry an index: sets of names, the one used last first.
	variants [][]string
	// epoch belongs to the index; it is part of the keys of the variants, so that
	// a new index does not find what an old one left behind.
	epoch uint64
}

type flags uint8

const (
	// flagValidate: every use needs a successful revalidation.
	flagValidate flags = 1 << iota
	// flagStrict: it must not be used stale.
	flagStrict
	// flagPersonal: what is passed on must be marked private.
	flagPersonal
	// flagStated: the response stated its lifetime.
	flagStated
)

func (f flags) is(x flags) bool { return f&x != 0 }

// newEntry makes an entry of a response whose terms allow storing. Header lines
// that must not be kept are left out.
func newEntry(r *Response, t *terms, received time.Time, by rules, credentials bool, omit []string) *Entry {
	e := &Entry{response: Response{Status: r.Status, Body: compact(r.Body)}, received: received,
		age: t.age, lifetime: t.lifetime, swr: t.swr, sie: t.sie}
	e.flags = flagsOf(t, by, credentials)
	e.response.Header, e.text = packed(storedHeader(r.Header, &t.d, by, omit, received))
	return e
}

func flagsOf(t *terms, by rules, credentials bool) flags {
	var f flags
	if t.d.NoCache {
		f |= flagValidate
	}
	if t.strict {
		f |= flagStrict
	}
	if t.stated {
		f |= flagStated
	}
	if t.d.Private || credentials && (!by.shared || !t.d.sharedDespiteCredentials()) {
		f |= flagPersonal
	}
	return f
}

// storedHeader are the lines to keep: without those of the connection, without
// Age, which is made anew for each use, and without what private and no-cache
// name.
func storedHeader(h []Field, d *ResponseDirectives, by rules, omit []string, received time.Time) []Field {
	h = without(endToEnd(h), func(name string) bool {
		return name == "Age" || slices.Contains(omit, name) || slices.Contains(d.NoCacheFields, name) ||
			by.shared && slices.Contains(d.PrivateFields, name)
	})
	return dated(h, received)
}

// dated gives a header a Date if it has none that can be read (RFC 9110, section
// 6.6.1).
func dated(h []Field, received time.Time) []Field {
	if v, ok := value(h, "Date"); ok {
		if _, err := http.ParseTime(v); err == nil {
			return h
		}
		h = without(h, func(name string) bool { return name == "Date" })
	}
	return append(slices.Clip(h), Field{Name: "Date", Value: received.UTC().Format(http.TimeFormat)})
}

// ageAt is how old the response is now (RFC 9111, section 4.2.3).
func (e *Entry) ageAt(now time.Time) time.Duration {
	return e.age + min(max(0, now.Sub(e.received)), maxDelta)
}

// keepFor is how long a store has to keep the entry: until neither freshness nor
// a window allows its use, and, if it can be revalidated, for longer.
func (e *Entry) keepFor(revalidate time.Duration) time.Duration {
	after := max(e.swr, e.sie)
	if hasValidator(e.response.Header) {
		after = max(after, revalidate)
	}
	return max(0, e.lifetime-e.age) + after
}

// policyAt is what the entry allows those whom it is passed on to.
func (e *Entry) policyAt(age time.Duration) subgraphs.CachePolicy {
	p := subgraphs.CachePolicy{MaxAge: unset, Private: e.is(flagPersonal)}
	switch {
	case e.is(flagValidate):
		p.MaxAge = 0
	case e.is(flagStated) || e.lifetime > 0:
		p.MaxAge = max(0, e.lifetime-age)
	}
	return p
}

// varies gives the entry, which is new, what it has in common with some others.
func (e *Entry) varies(v *varying, sharedBy int) {
	e.vary = v
	e.text += size((v.size() + int64(sharedBy) - 1) / int64(sharedBy))
}

// index tells whether the entry only leads to variants.
func (e *Entry) index() bool { return e.vary != nil && e.vary.variants != nil }

// Cost is how many bytes of memory the entry keeps from being used for something
// else, as far as the entry can know.
func (e *Entry) Cost() int64 {
	const itself = int64(unsafe.Sizeof(Entry{}))
	return itself + int64(cap(e.response.Header))*fieldSize + int64(e.text) + int64(cap(e.response.Body))
}
