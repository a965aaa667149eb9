package httpcache

import (
	"context"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
)

// Field is one header line. Names are canonical ("Cache-Control"), as
// [net/http.CanonicalHeaderKey] makes them.
type Field = subgraphs.HeaderField

// Request is a request to an origin. Its header has what depends on the caller;
// what the router adds to all requests, such as credentials of its own, is for
// [Fetch] to add: here it would pass for the caller's.
type Request struct {
	Method string
	// URL is absolute. It is compared as text: whoever makes URLs sees to it
	// that equal ones are spelled the same.
	URL    string
	Header []Field
	// Body is handed to the origin and no part of any key.
	Body []byte
}

// Response is what an origin answers, read to its end. The cache keeps it, so
// nobody may change it afterwards.
type Response struct {
	Status int
	Header []Field
	// Body should be memory of its own: what it is cut out of stays with it, and
	// only its capacity is known.
	Body []byte
}

// Fetch sends a request to the origin. It is called with the caller's request
// or a copy of it, with or without conditions. It may run after [Cache.Do] has
// returned: when another caller waits for the same answer, or to refresh one in
// the background; so it must not rely on memory that its maker takes back. It
// must return soon after ctx ends.
type Fetch func(ctx context.Context, r *Request) (*Response, error)

// clone copies the request with all its text, which may live in a buffer of the
// caller.
func (r *Request) clone() *Request {
	c := &Request{Method: strings.Clone(r.Method), URL: strings.Clone(r.URL)}
	c.Header = make([]Field, len(r.Header), len(r.Header)+2)
	for i, f := range r.Header {
		c.Header[i] = Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)}
	}
	if r.Body != nil {
		c.Body = append([]byte{}, r.Body...)
	}
	return c
}

// value is the first value of a field.
func value(h []Field, name string) (string, bool) {
	for i := range h {
		if h[i].Name == name {
			return h[i].Value, true
		}
	}
	return "", false
}

func has(h []Field, name string) bool {
	_, ok := value(h, name)
	return ok
}

// combined is the value of a field with its lines joined (RFC 9110, section
// 5.2).
func combined(h []Field, name string) (string, bool) {
	joined, found := "", false
	for i := range h {
		switch {
		case h[i].Name != name:
		case found:
			joined += ", " + h[i].Value
		default:
			joined, found = h[i].Value, true
		}
	}
	return joined, found
}

// hopByHop are the fields that belong to one connection only (RFC 9110, section
// 7.6.1; RFC 9111, section 3.1).
func hopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Transfer-Encoding", "Upgrade", "Trailer",
		"Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization":
		return true
	}
	return false
}

// endToEnd are the header lines of a response that a recipient behind the cache
// may see and the cache may store. Most responses have nothing to take away, and
// keep their slice.
func endToEnd(h []Field) []Field {
	named, _ := combined(h, "Connection")
	drop := func(name string) bool {
		return hopByHop(name) || named != "" && listHas(named, name)
	}
	for i := range h {
		if !drop(h[i].Name) {
			continue
		}
		kept := make([]Field, i, len(h))
		copy(kept, h[:i])
		for _, f := range h[i+1:] {
			if !drop(f.Name) {
				kept = append(kept, f)
			}
		}
		return kept
	}
	return h
}

// listHas tells whether a comma-separated list holds a token.
func listHas(list, token string) bool {
	for list != "" {
		var item string
		item, list, _ = strings.Cut(list, ",")
		if strings.EqualFold(strings.Trim(item, " \t"), token) {
			return true
		}
	}
	return false
}

// without is h minus the lines of some names.
func without(h []Field, drop func(name string) bool) []Field {
	kept := make([]Field, 0, len(h)+1)
	for _, f := range h {
		if !drop(f.Name) {
			kept = append(kept, f)
		}
	}
	return kept
}
