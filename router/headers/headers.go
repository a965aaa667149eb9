// Package headers decides which headers travel from a client's request to the
// requests to subgraphs.
//
// In go the rules of the configuration ([Compile], once per generation), out
// comes a [Table]: for each subgraph the number of its rule set. Subgraphs with
// equal rules share a set, so that a request evaluates each distinct set at most
// once ([Set.Append]). Headers that belong to one connection or describe one
// message (Host, Content-Length, Accept-Encoding and the like, and those that
// the client's Connection header names) never travel.
//
// Tables and sets are immutable.
package headers

import (
	"fmt"
	"net/http"
	"net/textproto"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
)

// Table says which rules hold for which subgraph.
type Table struct {
	// Sets are the distinct rule sets that are not empty.
	Sets []*Set
	// Of has, by subgraph index, the index into Sets, or -1 when no headers are sent.
	Of []int
}

// Set is a compiled list of rules.
type Set struct {
	rules []rule
}

type kind uint8

const (
	propagateNamed kind = iota
	propagateMatching
	removeNamed
	removeMatching
	insert
)

type rule struct {
	kind     kind
	from, to string // canonical names
	pattern  *regexp.Regexp
	value    string
	fallback bool // value is sent if the client sent none
}

// Compile compiles the rules for subgraphs in the given order. The config must
// be in long form.
func Compile(c *config.Headers, subgraph []string) (*Table, error) {
	t := &Table{Of: make([]int, len(subgraph))}
	var sources [][]config.HeaderRule
	for i, name := range subgraph {
		rules := slices.Clone(c.All.Request)
		for j := range c.Subgraphs {
			if c.Subgraphs[j].Name == name {
				rules = append(rules, c.Subgraphs[j].Request...)
			}
		}
		t.Of[i] = -1
		if len(rules) == 0 {
			continue
		}
		at := slices.IndexFunc(sources, func(o []config.HeaderRule) bool { return reflect.DeepEqual(o, rules) })
		if at < 0 {
			s, err := compile(rules)
			if err != nil {
				return nil, fmt.Errorf("headers of subgraph %s: %w", name, err)
			}
			at = len(t.Sets)
			t.Sets = append(t.Sets, s)
			sources = append(sources, rules)
		}
		t.Of[i] = at
	}
	return t, nil
}

func compile(rules []config.HeaderRule) (*Set, error) {
	s := &Set{}
	for _, r := range rules {
		var c rule
		var pattern string
		switch {
		case r.Propagate != nil && r.Propagate.Matching != "":
			c.kind, pattern = propagateMatching, r.Propagate.Matching
		case r.Propagate != nil:
			c.kind, c.from = propagateNamed, canonical(r.Propagate.Named)
			c.to = c.from
			if r.Propagate.Rename != "" {
				c.to = canonical(r.Propagate.Rename)
			}
			if r.Propagate.Default != nil {
				c.value, c.fallback = *r.Propagate.Default, true
			}
			if never(c.from) || never(c.to) {
				return nil, fmt.Errorf("header %s belongs to one message and cannot be sent on", c.from)
			}
		case r.Remove != nil && r.Remove.Matching != "":
			c.kind, pattern = removeMatching, r.Remove.Matching
		case r.Remove != nil:
			c.kind, c.from = removeNamed, canonical(r.Remove.Named)
		case r.Insert != nil:
			c.kind, c.to, c.value = insert, canonical(r.Insert.Name), r.Insert.Value
			if never(c.to) {
				return nil, fmt.Errorf("header %s belongs to one message and cannot be set", c.to)
			}
		default:
			continue
		}
		if pattern != "" {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, err
			}
			c.pattern = re
		}
		s.rules = append(s.rules, c)
	}
	return s, nil
}

func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// Append appends the headers to send, given those of the client. Names are
// canonical; a header with several values becomes several lines.
func (s *Set) Append(dst []subgraphs.HeaderField, client http.Header) []subgraphs.HeaderField {
	base := len(dst)
	named := client["Connection"]
	for i := range s.rules {
		r := &s.rules[i]
		switch r.kind {
		case propagateNamed:
			values := client[r.from]
			if len(named) > 0 && nominated(named, r.from) {
				values = nil
			}
			if len(values) == 0 && !r.fallback {
				continue
			}
			dst = drop(dst, base, r.to)
			if len(values) == 0 {
				dst = append(dst, subgraphs.HeaderField{Name: r.to, Value: r.value})
			}
			for _, v := range values {
				dst = append(dst, subgraphs.HeaderField{Name: r.to, Value: v})
			}
		case propagateMatching:
			dst = r.matching(dst, base, client, named)
		case removeNamed:
			dst = drop(dst, base, r.from)
		case removeMatching:
			kept := dst[:base]
			for _, f := range dst[base:] {
				if !r.pattern.MatchString(strings.ToLower(f.Name)) {
					kept = append(kept, f)
				}
			}
			dst = kept
		case insert:
			dst = append(drop(dst, base, r.to), subgraphs.HeaderField{Name: r.to, Value: r.value})
		}
	}
	return dst
}

// matching sends all client headers on that match, by name, so that equal
// requests give equal lines.
func (r *rule) matching(dst []subgraphs.HeaderField, base int, client http.Header, named []string) []subgraphs.HeaderField {
	names := make([]string, 0, 16)
	for name := range client {
		if !never(name) && !nominated(named, name) && r.pattern.MatchString(strings.ToLower(name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		dst = drop(dst, base, name)
		for _, v := range client[name] {
			dst = append(dst, subgraphs.HeaderField{Name: name, Value: v})
		}
	}
	return dst
}

func drop(dst []subgraphs.HeaderField, base int, name string) []subgraphs.HeaderField {
	for i := base; i < len(dst); i++ {
		if dst[i].Name == name {
			return append(dst[:base], slices.DeleteFunc(dst[base:], func(f subgraphs.HeaderField) bool { return f.Name == name })...)
		}
	}
	return dst
}

// never lists the headers that belong to one connection (RFC 9110, section
// 7.6.1) or describe one message, by canonical name.
func never(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings",
		"Proxy-Authenticate", "Proxy-Authorization",
		"Host", "Content-Length", "Content-Encoding", "Content-Type", "Accept", "Accept-Encoding", "Accept-Ranges", "Range", "Expect",
		"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range":
		return true
	}
	return false
}

// nominated reports whether a Connection header names the header.
func nominated(connection []string, name string) bool {
	for _, line := range connection {
		for token := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(token), name) {
				return true
			}
		}
	}
	return false
}
