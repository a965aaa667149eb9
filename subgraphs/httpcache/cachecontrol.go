package httpcache

import (
	"net/textproto"
	"strings"
	"time"
)

// unset marks a directive that was not given.
const unset time.Duration = -1

// maxDelta is the largest number of seconds: larger ones mean "forever" (RFC
// 9111, section 1.2.2).
const maxDelta = 1 << 31 * time.Second

// ResponseDirectives are the directives of a response's Cache-Control.
// Durations are negative when the directive was not given. A directive that
// cannot be read, or is given twice with different values, counts as its most
// cautious value: a lifetime of 0, no permission to serve stale answers.
type ResponseDirectives struct {
	NoStore, NoCache, Private, Public bool
	MustRevalidate, ProxyRevalidate   bool
	MustUnderstand, Immutable         bool
	// NoCacheFields and PrivateFields are the canonical names of the fields that
	// a qualified no-cache or private speaks of; the unqualified forms set
	// NoCache and Private.
	NoCacheFields, PrivateFields []string

	MaxAge, SMaxAge                    time.Duration
	StaleWhileRevalidate, StaleIfError time.Duration
}

// ParseResponseDirectives reads the value of a Cache-Control field, its lines
// joined by commas.
func ParseResponseDirectives(text string) ResponseDirectives {
	d := ResponseDirectives{MaxAge: unset, SMaxAge: unset, StaleWhileRevalidate: unset, StaleIfError: unset}
	for text != "" {
		var m directive
		m, text = nextDirective(text)
		switch m.name {
		case "no-store":
			d.NoStore = true
		case "no-cache":
			d.NoCacheFields, d.NoCache = qualified(d.NoCacheFields, d.NoCache, m)
		case "private":
			d.PrivateFields, d.Private = qualified(d.PrivateFields, d.Private, m)
		case "public":
			d.Public = d.Public || m.ok
		case "must-revalidate":
			d.MustRevalidate = true
		case "proxy-revalidate":
			d.ProxyRevalidate = true
		case "must-understand":
			d.MustUnderstand = true
		case "immutable":
			d.Immutable = d.Immutable || m.ok
		case "max-age":
			d.MaxAge = lifetime(d.MaxAge, m)
		case "s-maxage":
			d.SMaxAge = lifetime(d.SMaxAge, m)
		case "stale-while-revalidate":
			d.StaleWhileRevalidate = lifetime(d.StaleWhileRevalidate, m)
		case "stale-if-error":
			d.StaleIfError = lifetime(d.StaleIfError, m)
		case broken:
			d.NoStore = true
		}
	}
	return d
}

// RequestDirectives are the directives of a request's Cache-Control. Durations
// are negative when the directive was not given.
type RequestDirectives struct {
	NoStore, NoCache, OnlyIfCached bool

	MaxAge, MinFresh, MaxStale, StaleIfError time.Duration
}

var noRequestDirectives = RequestDirectives{MaxAge: unset, MinFresh: unset, MaxStale: unset, StaleIfError: unset}

// ParseRequestDirectives reads the value of a Cache-Control field, its lines
// joined by commas.
func ParseRequestDirectives(text string) RequestDirectives {
	d := noRequestDirectives
	for text != "" {
		var m directive
		m, text = nextDirective(text)
		switch m.name {
		case "no-store":
			d.NoStore = true
		case "no-cache":
			d.NoCache = true
		case "only-if-cached":
			d.OnlyIfCached = true
		case "max-age":
			d.MaxAge = lifetime(d.MaxAge, m)
		case "min-fresh":
			if s, ok := deltaSeconds(m.value); ok && m.ok {
				d.MinFresh = max(d.MinFresh, s)
			}
		case "max-stale":
			if m.ok && !m.given {
				d.MaxStale = maxDelta
			} else if d.MaxStale != maxDelta {
				d.MaxStale = lifetime(d.MaxStale, m)
			}
		case "stale-if-error":
			d.StaleIfError = lifetime(d.StaleIfError, m)
		}
	}
	return d
}

// lifetime is the value of a directive that allows the more the larger it is,
// after one that may have come before.
func lifetime(before time.Duration, m directive) time.Duration {
	s, ok := deltaSeconds(m.value)
	if !ok || !m.ok || before != unset && before != s {
		return 0
	}
	return s
}

// qualified adds the field names of a no-cache or private. Without any it is
// about the whole response.
func qualified(before []string, whole bool, m directive) ([]string, bool) {
	if !m.ok || !m.given {
		return before, true
	}
	n := len(before)
	for list := m.value; list != ""; {
		var name string
		name, list, _ = strings.Cut(list, ",")
		if name = strings.Trim(name, " \t"); name != "" {
			before = append(before, textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	return before, whole || len(before) == n
}

// deltaSeconds reads digits, and nothing but digits. Numbers that are too large
// are the largest.
func deltaSeconds(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	n := time.Duration(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		if n < maxDelta/time.Second {
			n = n*10 + time.Duration(s[i]-'0')
		}
	}
	return min(n, maxDelta/time.Second) * time.Second, true
}

// broken is the name of what cannot be taken apart into directives any more.
const broken = "\x00"

// directive is one member of Cache-Control.
type directive struct {
	name  string // in lower case
	value string // unquoted
	given bool   // there was a "="
	ok    bool   // the syntax is right
}

// nextDirective takes the first member off a list. Text that breaks the syntax
// belongs to the member it stands in, which is then not ok; a quoted string
// without an end leaves nobody able to say what was meant, and is [broken].
func nextDirective(s string) (directive, string) {
	s = strings.TrimLeft(s, " \t,")
	end := strings.IndexAny(s, ",=")
	if end < 0 {
		end = len(s)
	}
	name := strings.TrimRight(s[:end], " \t")
	d := directive{name: strings.ToLower(name), ok: token(name)}
	if end == len(s) || s[end] == ',' {
		return d, s[end:]
	}
	d.given = true
	d.ok = d.ok && len(name) == end // no space is allowed before "="
	s = s[end+1:]
	if s == "" || s[0] != '"' {
		end = strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		d.value = strings.TrimRight(s[:end], " \t")
		if strings.IndexByte(d.value, '"') >= 0 {
			// A quote that does not begin the value may still hide a comma.
			return directive{name: broken}, ""
		}
		d.ok = d.ok && token(d.value)
		return d, s[end:]
	}
	text, n := unquote(s)
	if n < 0 {
		return directive{name: broken}, ""
	}
	d.value = text
	s = s[n:]
	end = strings.IndexByte(s, ',')
	if end < 0 {
		end = len(s)
	}
	if strings.Trim(s[:end], " \t") != "" {
		d.ok = false
		if strings.IndexByte(s[:end], '"') >= 0 {
			return directive{name: broken}, ""
		}
	}
	return d, s[end:]
}

// unquote reads the quoted string that s begins with, and tells its length, or
// -1 if it has no end.
func unquote(s string) (string, int) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return s[1:i], i + 1
		case '\\':
			return unescape(s)
		}
	}
	return "", -1
}

func unescape(s string) (string, int) {
	text := make([]byte, 0, len(s))
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return string(text), i + 1
		case '\\':
			i++
			if i == len(s) {
				return "", -1
			}
		}
		text = append(text, s[i])
	}
	return "", -1
}

// token tells whether s is a token (RFC 9110, section 5.6.2).
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}
