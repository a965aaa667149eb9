package graphql

import (
	"bytes"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// maxAge bounds what an upstream can ask for: a year, as RFC 9111 suggests for
// "forever".
const maxAge = 365 * 24 * time.Hour

// cachePolicy reads the Cache-Control header as a shared cache does (RFC 9111,
// section 5.2.2), and subtracts the age the answer had already.
func cachePolicy(control, age []byte) subgraphs.CachePolicy {
	p := subgraphs.CachePolicy{MaxAge: -1}
	if len(control) == 0 {
		return p
	}
	shared := false
	for len(control) > 0 {
		var d []byte
		d, control = directive(control)
		name, value, _ := bytes.Cut(d, []byte{'='})
		name = bytes.TrimSpace(name)
		switch {
		case bytes.EqualFold(name, []byte("no-store")):
			p.NoStore = true
		case bytes.EqualFold(name, []byte("private")):
			p.Private = true
		case bytes.EqualFold(name, []byte("no-cache")):
			p.MaxAge, shared = 0, true
		case bytes.EqualFold(name, []byte("s-maxage")):
			if s, ok := seconds(value); ok && (!shared || p.MaxAge > s) {
				p.MaxAge, shared = s, true
			}
		case bytes.EqualFold(name, []byte("max-age")):
			if s, ok := seconds(value); ok && !shared && (p.MaxAge < 0 || p.MaxAge > s) {
				p.MaxAge = s
			}
		}
	}
	if a, ok := seconds(age); ok && p.MaxAge > 0 {
		p.MaxAge = max(p.MaxAge-a, 0)
	}
	return p
}

// directive splits off the first directive; commas in quoted strings do not
// count.
func directive(b []byte) (first, rest []byte) {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case quoted && b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ',' && !quoted:
			return bytes.TrimSpace(b[:i]), b[i+1:]
		}
	}
	return bytes.TrimSpace(b), nil
}

func seconds(b []byte) (time.Duration, bool) {
	b = bytes.Trim(bytes.TrimSpace(b), `"`)
	if len(b) == 0 {
		return 0, false
	}
	var n time.Duration
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+time.Duration(c-'0'), maxAge/time.Second)
	}
	return n * time.Second, true
}
