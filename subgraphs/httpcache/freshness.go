package httpcache

import (
	"net/http"
	"strings"
	"time"
)

// heuristicMax bounds a lifetime that nobody stated.
const heuristicMax = 24 * time.Hour

// rules are what besides the response decides about storing and reuse.
type rules struct {
	// shared says that several users may get what is stored: the rules of shared
	// caches hold. Otherwise they are those of a private cache.
	shared    bool
	heuristic bool
	// ttl is the lifetime of responses that state none; swr and sie are windows
	// for those that state none.
	ttl, swr, sie time.Duration
}

// terms are what a response says about its reuse.
type terms struct {
	d ResponseDirectives
	// lifetime is how long it is fresh, counted from the moment it was made at
	// the origin.
	lifetime time.Duration
	// stated says that the response told its lifetime.
	stated bool
	// age is how old it was when it was received.
	age time.Duration
	// strict forbids to use it stale.
	strict   bool
	swr, sie time.Duration
}

// termsOf judges a response by RFC 9111, section 4.2.
func termsOf(r *Response, sent, received time.Time, by rules) terms {
	control, _ := combined(r.Header, "Cache-Control")
	t := terms{d: ParseResponseDirectives(control)}
	date := received
	if v, ok := value(r.Header, "Date"); ok {
		if at, err := http.ParseTime(v); err == nil {
			date = at
		}
	}
	// Kept within what can be added up safely, whatever the origin says.
	t.age = min(max(0, received.Sub(date), ageOf(r.Header)+received.Sub(sent)), maxDelta)
	t.lifetime, t.stated = freshFor(r, t.d, date, by)
	t.strict = t.d.MustRevalidate || by.shared && (t.d.ProxyRevalidate || t.d.SMaxAge >= 0)
	t.swr, t.sie = by.swr, by.sie
	if t.d.StaleWhileRevalidate >= 0 {
		t.swr = t.d.StaleWhileRevalidate
	}
	if t.d.StaleIfError >= 0 {
		t.sie = t.d.StaleIfError
	}
	if t.strict || t.d.NoCache {
		t.swr, t.sie = 0, 0
	}
	return t
}

// freshFor is the freshness lifetime (RFC 9111, section 4.2.1), and whether the
// response states it.
func freshFor(r *Response, d ResponseDirectives, date time.Time, by rules) (time.Duration, bool) {
	switch {
	case by.shared && d.SMaxAge >= 0:
		return d.SMaxAge, true
	case d.MaxAge >= 0:
		return d.MaxAge, true
	case has(r.Header, "Expires"):
		return untilExpires(r.Header, date), true
	case by.ttl > 0:
		return by.ttl, false
	case by.heuristic && (d.Public || heuristicStatus(r.Status)):
		v, _ := value(r.Header, "Last-Modified")
		if modified, err := http.ParseTime(v); err == nil {
			return min(max(0, date.Sub(modified)/10), heuristicMax), false
		}
	}
	return 0, false
}

// untilExpires is the lifetime that Expires gives; what cannot be read, or
// differs between lines, has expired.
func untilExpires(h []Field, date time.Time) time.Duration {
	text, _ := value(h, "Expires")
	for i := range h {
		if h[i].Name == "Expires" && h[i].Value != text {
			return 0
		}
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(date)), maxDelta)
}

// ageOf is the value of Age. RFC 9111 has the first member count when there are
// several. A field that cannot be read, one that came in several lines, and a
// list that repeats itself are signs of a cache on the way that does not know
// how old its answer is; the response then counts as older than anything.
func ageOf(h []Field) time.Duration {
	text, ok := value(h, "Age")
	if !ok {
		return 0
	}
	lines := 0
	for i := range h {
		if h[i].Name == "Age" {
			lines++
		}
	}
	first, rest, _ := strings.Cut(text, ",")
	first = strings.Trim(first, " \t")
	age, ok := deltaSeconds(first)
	if !ok || lines > 1 || listHas(rest, first) {
		return maxDelta
	}
	return age
}

// heuristicStatus tells whether responses with a status may be stored without a
// stated lifetime (RFC 9110, section 15.1). Partial responses are left out,
// since this cache does not store them.
func heuristicStatus(status int) bool {
	switch status {
	case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

// understood tells whether the cache knows all that the definition of a status
// asks of caches, for must-understand (RFC 9111, section 5.2.2.3).
func understood(status int) bool {
	switch status {
	case 200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408,
		409, 410, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511:
		return true
	}
	return false
}

// storable decides by RFC 9111, section 3, whether the response to a GET request
// may be kept. credentials says that the request carried some.
func (t *terms) storable(r *Response, by rules, credentials bool) bool {
	d := &t.d
	switch {
	case r.Status < 200 || r.Status == http.StatusPartialContent || r.Status == http.StatusNotModified:
		return false
	case d.MustUnderstand && !understood(r.Status):
		return false
	case d.NoStore && !d.MustUnderstand:
		return false
	case by.shared && d.Private:
		return false
	case by.shared && credentials && !d.sharedDespiteCredentials():
		return false
	case varyStar(r.Header):
		return false
	}
	return t.stated || t.lifetime > 0 || d.Public || !by.shared && d.Private || heuristicStatus(r.Status)
}

// sharedDespiteCredentials tells whether an answer to a request with credentials
// may be given to others (RFC 9111, section 3.5).
func (d *ResponseDirectives) sharedDespiteCredentials() bool {
	return d.Public || d.MustRevalidate || d.SMaxAge >= 0
}

// useful tells whether keeping the response could ever save anything: it is
// fresh for a while, may be used stale, or can be revalidated.
func (t *terms) useful(h []Field) bool {
	return t.lifetime > t.age && !t.d.NoCache || t.swr > 0 || t.sie > 0 || hasValidator(h)
}
