package httpcache

import (
	"net/http"
	"slices"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Scope says who may get what is stored.
type Scope uint8

const (
	// User keeps the answers of each set of credentials apart, as a private cache
	// of each user would. Requests without credentials share theirs, by the rules
	// of shared caches.
	User Scope = iota
	// Shared gives everyone the same answers, by the rules of shared caches: the
	// answer to a request with credentials is stored only if the origin says that
	// others may have it (RFC 9111, section 3.5).
	Shared
)

// Policy says how the answers of some endpoint are cached. It must not change
// once it is in use.
type Policy struct {
	// Namespace keeps apart what must not meet, usually upstreams. URLs and tags
	// belong to it.
	Namespace string
	Scope     Scope
	// RevalidateAlways makes every use of a shared answer depend on a revalidation
	// with the caller's own credentials, which proves access. Only answers with a
	// validator are stored then, also those to requests with credentials.
	RevalidateAlways bool
	// Credentials are the canonical names of request fields that say who asks,
	// besides Authorization, Cookie and Proxy-Authorization.
	Credentials []string
	// Tags are names by which what is stored can be invalidated.
	Tags []string
	// Invalidates are names of tags that a successful unsafe request invalidates,
	// besides its own URL.
	Invalidates []string
	// TTL is the lifetime of responses that state none.
	TTL time.Duration
	// StaleWhileRevalidate and StaleIfError are windows for responses that state
	// none and do not forbid being used stale.
	StaleWhileRevalidate, StaleIfError time.Duration
}

func (p *Policy) credential(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Proxy-Authorization":
		return true
	}
	return len(p.Credentials) > 0 && slices.Contains(p.Credentials, name)
}

func (p *Policy) credentials(h []Field) bool {
	for i := range h {
		if p.credential(h[i].Name) {
			return true
		}
	}
	return false
}

// alwaysRevalidate tells whether a stored answer proves nothing about who may
// have it.
func (p *Policy) alwaysRevalidate() bool { return p.RevalidateAlways && p.Scope == Shared }

// rules are the rules for a request, which depend on whether anybody else could
// be given what is stored.
func (c *Cache) rules(p *Policy, credentials bool) rules {
	return rules{shared: p.Scope == Shared || !credentials, heuristic: c.options.Heuristic,
		ttl: min(p.TTL, maxDelta), swr: bounded(p.StaleWhileRevalidate), sie: bounded(p.StaleIfError)}
}

func bounded(window time.Duration) time.Duration { return min(max(0, window), maxDelta) }

// store decides whether a response may and should be kept.
func (p *Policy) store(r *Response, t *terms, by rules, credentials bool) bool {
	if p.alwaysRevalidate() {
		return t.storable(r, by, false) && hasValidator(r.Header)
	}
	return t.storable(r, by, credentials) && t.useful(r.Header)
}

// PolicyOf is what a response that was received now allows those whom it is
// passed on to, as a shared cache reads it. Whether it belongs to one user may
// also follow from the request, which [Outcome.Cache] takes into account.
func PolicyOf(r *Response, now time.Time) subgraphs.CachePolicy {
	by := rules{shared: true}
	t := termsOf(r, now, now, by)
	return t.policy(by, false)
}

// policy is what a response allows those whom it is passed on to.
func (t *terms) policy(by rules, credentials bool) subgraphs.CachePolicy {
	e := Entry{flags: flagsOf(t, by, credentials), lifetime: t.lifetime}
	p := e.policyAt(t.age)
	p.NoStore = t.d.NoStore
	return p
}

// only504 answers a request that is content with nothing but a stored answer
// when there is none (RFC 9111, section 5.2.1.7).
var only504 = &Response{Status: http.StatusGatewayTimeout}
