package rest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// caching is how the answers of one endpoint are cached.
type caching struct {
	policy *httpcache.Policy
	// whole: requests go through the cache as they are. objects: the single
	// objects of batches are kept, so that the next batch asks for fewer.
	whole, objects bool
}

// cachings makes the caching of each endpoint; nil without a cache.
func (cl *client) cachings() map[*endpoint]*caching {
	if cl.options.Cache == nil {
		return nil
	}
	u := cl.up
	var credentials []string
	for _, name := range u.spec.Forward {
		credentials = append(credentials, http.CanonicalHeaderKey(name))
	}
	out := map[*endpoint]*caching{}
	for _, e := range u.endpoints {
		p := &httpcache.Policy{Namespace: u.subgraph, Credentials: credentials}
		if !e.safe() {
			p.Invalidates = e.invalidates
			out[e] = &caching{policy: p, whole: true}
			continue
		}
		spec := u.cacheOf(e)
		if spec == nil {
			continue
		}
		if spec.Scope == "shared" {
			p.Scope = httpcache.Shared
		}
		p.RevalidateAlways = spec.Revalidate == "always"
		p.TTL, p.StaleWhileRevalidate, p.StaleIfError = spec.TTL, spec.StaleWhileRevalidate, spec.StaleIfError
		name, _, _ := strings.Cut(e.name, "#")
		p.Tags = append([]string{name}, e.types...)
		many := e.match == matchKey || e.match == matchPosition || e.match == matchMap
		c := &caching{policy: p, objects: many && !p.RevalidateAlways}
		c.whole = !c.objects && e.method == http.MethodGet
		out[e] = c
	}
	return out
}

// part is one response of an answer, or an object that was in the cache.
type part struct {
	resp   *HTTPResponse // nil for an object
	policy subgraphs.CachePolicy
	// exchange is set where the answer holds more than was asked for, and that is
	// to be kept.
	exchange *exchange
	// sighting and document are what the answer was read with.
	sighting *sighting
	document *mapping.Document
}

// ask carries out a request, through the cache where it can answer.
func (cl *client) ask(ctx context.Context, e *endpoint, req *HTTPRequest) (*HTTPResponse, subgraphs.CachePolicy, error) {
	c := cl.caching[e]
	if c == nil || !c.whole {
		resp, err := cl.share(ctx, e, req)
		if err != nil {
			return nil, subgraphs.CachePolicy{}, err
		}
		return resp, cl.policyOf(e, resp), nil
	}
	resp, outcome, err := cl.options.Cache.Do(ctx, &httpcache.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: req.Body}, c.policy,
		func(ctx context.Context, r *httpcache.Request) (*httpcache.Response, error) {
			again := *req
			again.Header = r.Header
			resp, err := cl.share(ctx, e, &again)
			if err != nil {
				return nil, err
			}
			// The cache keeps it, and in no more memory than it needs.
			out := &httpcache.Response{Status: resp.Status, Header: slices.Clone(resp.Header), Body: slices.Clone(resp.Body)}
			resp.Release()
			return out, nil
		})
	if err != nil {
		return nil, subgraphs.CachePolicy{}, err
	}
	return &HTTPResponse{Status: resp.Status, Header: resp.Header, Body: resp.Body}, outcome.Cache, nil
}

// policyOf is what a response that came straight from the upstream allows.
func (cl *client) policyOf(e *endpoint, resp *HTTPResponse) subgraphs.CachePolicy {
	p := httpcache.PolicyOf(&httpcache.Response{Status: resp.Status, Header: resp.Header, Body: resp.Body}, cl.options.Clock.Now())
	if spec := cl.up.cacheOf(e); spec != nil {
		if spec.TTL > 0 && p.MaxAge < 0 && !p.NoStore {
			p.MaxAge = spec.TTL
		}
		p.Private = p.Private || spec.Scope == "user"
	}
	return p
}

// The marks of stored objects: what was found for a key.
const (
	markFound uint8 = 1 + iota
	markChosen
	markNull
	markMissing
)

// recall takes what the cache has for asks of one group. What is stale is used
// and refreshed, or kept in case the upstream fails, as the policy has it.
func (r *run) recall(ctx context.Context, g *chunk) {
	c := r.client.caching[r.e]
	if c == nil || !c.objects {
		return
	}
	q := r.objects(c, g.signature)
	keys := r.keys[:0]
	for _, a := range g.asks {
		keys = append(keys, a.id)
	}
	r.keys = keys
	n := len(r.found)
	r.found = slices.Grow(r.found, len(keys))[:n+len(keys)]
	found := r.found[n:]
	s := r.recalling()
	g.found = r.client.options.Cache.GetMany(ctx, q, keys, found)
	g.recalled = true
	var stale []*ask
	for i, a := range g.asks {
		switch o := &found[i]; o.State {
		case httpcache.Fresh, httpcache.StaleUsable:
			if s.recall(r, a, o) || a.apply(o) {
				r.parts = append(r.parts, part{policy: o.Cache})
				if o.State == httpcache.StaleUsable {
					stale = append(stale, a)
				}
			}
		case httpcache.StaleOnError:
			a.stale = o
		}
	}
	if s != nil {
		r.recalled = append(r.recalled, s)
	}
	if len(stale) > 0 {
		r.refresh(ctx, g, stale)
	}
}

// objects says which objects of the cache a group is about.
func (r *run) objects(c *caching, signature string) *httpcache.Objects {
	header := make([]httpcache.Field, 0, len(r.call.Header))
	for _, h := range r.call.Header {
		header = append(header, httpcache.Field{Name: http.CanonicalHeaderKey(h.Name), Value: h.Value})
	}
	return &httpcache.Objects{Policy: c.policy, Endpoint: r.e.name + "\x00" + signature, Header: header}
}

// apply takes over a stored object.
func (a *ask) apply(o *httpcache.Object) bool {
	switch o.Mark {
	case markNull:
		a.state = askNull
	case markMissing:
		a.state = askMissing
	case markFound, markChosen:
		v, err := mapping.ParseValueJSON(o.Body)
		if err != nil {
			return false
		}
		a.state, a.value, a.chosen, a.fail = askFound, v, o.Mark == markChosen, nil
	default:
		return false
	}
	return true
}

// remember stores what a chunk's answer said of its rows, and returns what the
// answer allows.
func (r *run) remember(ctx context.Context, c *chunk, x *exchange, asks []*ask) {
	caching := r.client.caching[r.e]
	if caching == nil || !caching.objects || !c.recalled || x.resp == nil || x.fail != nil {
		return
	}
	items := make([]httpcache.ObjectItem, 0, len(asks))
	for _, a := range asks {
		item := httpcache.ObjectItem{Key: a.id}
		switch a.state {
		case askFound:
			// The cache copies what it keeps.
			item.Mark = markFound
			if a.seen != nil {
				item.Body = a.raw
			} else if item.Body = a.value.Raw(); item.Body == nil {
				item.Body = a.value.AppendJSON(nil)
			}
			if a.chosen {
				item.Mark = markChosen
			}
		case askNull:
			item.Mark = markNull
		case askMissing:
			item.Mark = markMissing
		default:
			continue
		}
		items = append(items, item)
	}
	q := r.objects(caching, c.signature)
	resp := &httpcache.Response{Status: x.resp.Status, Header: x.resp.Header, Body: x.resp.Body}
	x.policy = r.client.options.Cache.PutMany(ctx, q, c.found, resp, x.now, items)
}

// rescue answers asks that failed with what the cache has for such a case (RFC
// 5861, section 4).
func rescue(asks []*ask) {
	for _, a := range asks {
		if a.state == askFailed && a.stale != nil && a.apply(a.stale) {
			a.fail = nil
		}
	}
}

// refresh asks for stale objects behind the caller's back. The call's memory is
// gone by then, so that all that is needed is copied.
func (r *run) refresh(ctx context.Context, g *chunk, stale []*ask) {
	call := &subgraphs.Call{Header: make([]subgraphs.HeaderField, len(r.call.Header))}
	for i, h := range r.call.Header {
		call.Header[i] = subgraphs.HeaderField{Name: strings.Clone(h.Name), Value: strings.Clone(h.Value)}
	}
	again := &run{prepared: r.prepared, call: call}
	if r.client.up.usesRequest {
		again.request = headersValue(call.Header)
	}
	work := &chunk{signature: g.signature, found: g.found, recalled: true}
	for _, a := range stale {
		text := slices.Clone(r.rowOf(a))
		row, err := mapping.ParseValueJSON(text)
		if err != nil {
			return
		}
		args, err := mapping.ParseValueJSON(slices.Clone(a.argsText))
		if err != nil {
			return
		}
		work.asks = append(work.asks, &ask{row: row, rowText: text, id: slices.Clone(a.id), key: strings.Clone(a.key), args: args, argsText: slices.Clone(a.argsText)})
	}
	r.client.options.Cache.Background(ctx, func(ctx context.Context) {
		again.carryOut(ctx, again.split([]*chunk{work}))
	})
}

// strictest combines what the parts of an answer allow.
func strictest(parts []part) subgraphs.CachePolicy {
	out := subgraphs.CachePolicy{MaxAge: time.Duration(-1)}
	for i := range parts {
		p := &parts[i].policy
		out.Private = out.Private || p.Private
		out.NoStore = out.NoStore || p.NoStore
		if i == 0 || p.MaxAge < out.MaxAge {
			out.MaxAge = p.MaxAge
		}
	}
	return out
}
