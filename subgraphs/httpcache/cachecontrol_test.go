package httpcache

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResponseDirectives(t *testing.T) {
	none := ResponseDirectives{MaxAge: unset, SMaxAge: unset, StaleWhileRevalidate: unset, StaleIfError: unset}
	with := func(f func(d *ResponseDirectives)) ResponseDirectives {
		d := none
		f(&d)
		return d
	}
	maxAge := func(s time.Duration) ResponseDirectives {
		return with(func(d *ResponseDirectives) { d.MaxAge = s })
	}
	for text, want := range map[string]ResponseDirectives{
		"":                      none,
		", ,, foo, bar=1":       none,
		"max-age=60":            maxAge(time.Minute),
		"MaX-aGe=60":            maxAge(time.Minute),
		`max-age="60"`:          maxAge(time.Minute),
		`max-age="6\0"`:         maxAge(time.Minute),
		"max-age=0060":          maxAge(time.Minute),
		"max-age=60,max-age=60": maxAge(time.Minute),
		// Larger than any number: forever.
		"max-age=2147483648":           maxAge(maxDelta),
		"max-age=99999999999":          maxAge(maxDelta),
		"max-age=99999999999999999999": maxAge(maxDelta),
		// What cannot be read, or is contradicted, has expired.
		"max-age=60, max-age=61":             maxAge(0),
		"max-age":                            maxAge(0),
		"max-age=":                           maxAge(0),
		"max-age=-1":                         maxAge(0),
		"max-age=60.0":                       maxAge(0),
		"max-age='60'":                       maxAge(0),
		"max-age =60":                        maxAge(0),
		"max-age= 60":                        maxAge(0),
		"max-age=60a":                        maxAge(0),
		"max-age=6 0":                        maxAge(0),
		`max-age="60" x`:                     maxAge(0),
		`ext="max-age=3600", max-age=1`:      maxAge(time.Second),
		`ext="a\"b, no-store", max-age=1`:    maxAge(time.Second),
		`max-age="1", ext="max-age=3600"`:    maxAge(time.Second),
		`ext="no-store, max-age=1`:           with(func(d *ResponseDirectives) { d.NoStore = true }),
		`ext=a"b, public"`:                   with(func(d *ResponseDirectives) { d.NoStore = true }),
		`ext="x\`:                            with(func(d *ResponseDirectives) { d.NoStore = true }),
		`ext="x" "y, no-store"`:              with(func(d *ResponseDirectives) { d.NoStore = true }),
		"no-store =x":                        with(func(d *ResponseDirectives) { d.NoStore = true }),
		"No-StOrE":                           with(func(d *ResponseDirectives) { d.NoStore = true }),
		"no-cache":                           with(func(d *ResponseDirectives) { d.NoCache = true }),
		`no-cache=""`:                        with(func(d *ResponseDirectives) { d.NoCache = true }),
		`no-cache="a, set-cookie"`:           with(func(d *ResponseDirectives) { d.NoCacheFields = []string{"A", "Set-Cookie"} }),
		`no-cache=a`:                         with(func(d *ResponseDirectives) { d.NoCacheFields = []string{"A"} }),
		`no-cache="a", no-cache`:             with(func(d *ResponseDirectives) { d.NoCache, d.NoCacheFields = true, []string{"A"} }),
		`private="x-user"`:                   with(func(d *ResponseDirectives) { d.PrivateFields = []string{"X-User"} }),
		"private, public":                    with(func(d *ResponseDirectives) { d.Private, d.Public = true, true }),
		"must-revalidate, proxy-revalidate":  with(func(d *ResponseDirectives) { d.MustRevalidate, d.ProxyRevalidate = true, true }),
		"must-understand,immutable":          with(func(d *ResponseDirectives) { d.MustUnderstand, d.Immutable = true, true }),
		"s-maxage=5":                         with(func(d *ResponseDirectives) { d.SMaxAge = 5 * time.Second }),
		"stale-while-revalidate=7":           with(func(d *ResponseDirectives) { d.StaleWhileRevalidate = 7 * time.Second }),
		"stale-if-error=7, stale-if-error=9": with(func(d *ResponseDirectives) { d.StaleIfError = 0 }),
	} {
		if diff := cmp.Diff(want, ParseResponseDirectives(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestRequestDirectives(t *testing.T) {
	with := func(f func(d *RequestDirectives)) RequestDirectives {
		d := noRequestDirectives
		f(&d)
		return d
	}
	for text, want := range map[string]RequestDirectives{
		"foo":                       noRequestDirectives,
		"no-cache, no-store":        with(func(d *RequestDirectives) { d.NoCache, d.NoStore = true, true }),
		"only-if-cached, max-age=0": with(func(d *RequestDirectives) { d.OnlyIfCached, d.MaxAge = true, 0 }),
		"max-age=x":                 with(func(d *RequestDirectives) { d.MaxAge = 0 }),
		"min-fresh=3":               with(func(d *RequestDirectives) { d.MinFresh = 3 * time.Second }),
		"min-fresh=x":               noRequestDirectives,
		"max-stale":                 with(func(d *RequestDirectives) { d.MaxStale = maxDelta }),
		"max-stale=4":               with(func(d *RequestDirectives) { d.MaxStale = 4 * time.Second }),
		"max-stale=":                with(func(d *RequestDirectives) { d.MaxStale = 0 }),
		"stale-if-error=4":          with(func(d *RequestDirectives) { d.StaleIfError = 4 * time.Second }),
	} {
		if diff := cmp.Diff(want, ParseRequestDirectives(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func FuzzCacheControl(f *testing.F) {
	for _, s := range []string{"max-age=60", `private="a, b", no-cache`, `x="\"`, "a=b c,,=", "s-maxage =1", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := ParseResponseDirectives(s)
		for _, v := range []time.Duration{d.MaxAge, d.SMaxAge, d.StaleIfError, d.StaleWhileRevalidate} {
			if v != unset && (v < 0 || v > maxDelta) {
				t.Fatalf("%q: %v", s, v)
			}
		}
		ParseRequestDirectives(s)
		// A directive before cannot hide one that follows, nor give it other values.
		if !strings.ContainsAny(s, "\"=") {
			if p := ParseResponseDirectives("no-store, " + s); !p.NoStore || p.MaxAge != d.MaxAge {
				t.Fatalf("%q: %+v, %+v", s, p, d)
			}
		}
	})
}
