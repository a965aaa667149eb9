package config

import (
	"slices"
	"strconv"
	"strings"
)

// Expand moves every short form to its long form: headers.forward, and the
// timeout and headers written beside a subgraph. Load has done so already; call
// it on a Config built by hand. Expanding twice changes nothing.
func (c *Config) Expand() { c.expand() }

// move says that what was given at one path now is at another.
type move struct{ from, to string }

func (c *Config) expand() []move {
	var moves []move
	if n := len(c.Headers.Forward); n > 0 {
		moves = append(moves, forwardMoves("headers.forward", n, "headers.all.request", "headers.all.request", len(c.Headers.All.Request))...)
		c.Headers.All.Request = append(forwardRules(c.Headers.Forward), c.Headers.All.Request...)
		c.Headers.Forward = nil
	}
	for i := range c.Subgraphs {
		moves = append(moves, c.expandSubgraph(&c.Subgraphs[i])...)
	}
	if s := c.Supergraph; s != nil && s.Source == "" {
		switch {
		case s.Path != "":
			s.Source = "file"
		case s.URL != "":
			s.Source = "url"
		}
	}
	return moves
}

func (c *Config) expandSubgraph(s *Subgraph) []move {
	var moves []move
	from := join("subgraphs", s.Name)
	if s.Timeout != nil {
		list := &c.TrafficShaping.Subgraphs
		i := slices.IndexFunc(*list, func(t SubgraphTraffic) bool { return t.Name == s.Name })
		if i < 0 {
			*list = append(*list, SubgraphTraffic{Name: s.Name})
			i = len(*list) - 1
		}
		(*list)[i].RequestTimeout = s.Timeout
		s.Timeout = nil
		moves = append(moves, move{from + ".timeout", join("traffic_shaping.subgraphs", s.Name) + ".request_timeout"})
	}
	if s.Headers != nil {
		to := join("headers.subgraphs", s.Name) + ".request"
		n := len(s.Headers.Forward)
		moves = append(moves, forwardMoves(from+".headers.forward", n, from+".headers.request", to, len(s.Headers.Request))...)
		c.Headers.Subgraphs = append(c.Headers.Subgraphs, SubgraphHeaders{Name: s.Name, Request: append(forwardRules(s.Headers.Forward), s.Headers.Request...)})
		s.Headers = nil
	}
	if s.Schema.File != "" && s.Schema.Source == "auto" {
		s.Schema.Source = "file"
	}
	return moves
}

func forwardRules(names []string) []HeaderRule {
	rules := make([]HeaderRule, len(names))
	for i, name := range names {
		rules[i].Propagate = &PropagateHeader{Named: name}
	}
	return rules
}

// forwardMoves places n forwarded names ahead of the rules that were at `rules`.
func forwardMoves(forward string, n int, rules, to string, count int) []move {
	var moves []move
	for i := range n {
		moves = append(moves, move{join(forward, strconv.Itoa(i)), join(to, strconv.Itoa(i)) + ".propagate.named"})
	}
	for i := range count {
		moves = append(moves, move{join(rules, strconv.Itoa(i)), join(to, strconv.Itoa(i+n))})
	}
	return moves
}

// renamed carries out all moves at once, the longest match for each path.
func renamed[T any](at map[string]T, moves []move) map[string]T {
	if len(moves) == 0 {
		return at
	}
	to := make(map[string]string, len(moves))
	for _, m := range moves {
		to[m.from] = m.to
	}
	out := make(map[string]T, len(at))
	for path, v := range at {
		for prefix := path; prefix != ""; prefix = prefix[:max(strings.LastIndexByte(prefix, '.'), 0)] {
			if t, ok := to[prefix]; ok {
				path = t + path[len(prefix):]
				break
			}
		}
		out[path] = v
	}
	return out
}

// TrafficFor returns the traffic shaping of one subgraph: `all` with what the
// subgraph overrides. The Config must be in long form.
func (c *Config) TrafficFor(subgraph string) Traffic {
	t := c.TrafficShaping.All
	for _, s := range c.TrafficShaping.Subgraphs {
		if s.Name != subgraph {
			continue
		}
		replace(&t.RequestTimeout, s.RequestTimeout)
		replace(&t.DedupeEnabled, s.DedupeEnabled)
		replace(&t.MaxResponseBodySize, s.MaxResponseBodySize)
		replace(&t.MaxConnectionsPerHost, s.MaxConnectionsPerHost)
		replace(&t.PoolIdleTimeout, s.PoolIdleTimeout)
	}
	return t
}

func replace[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// RequestHeaders returns the rules for requests to one subgraph, in the order
// they apply. The Config must be in long form.
func (c *Config) RequestHeaders(subgraph string) []HeaderRule {
	rules := slices.Clone(c.Headers.All.Request)
	for _, s := range c.Headers.Subgraphs {
		if s.Name == subgraph {
			rules = append(rules, s.Request...)
		}
	}
	return rules
}

// Subgraph returns the subgraph of a name, or nil.
func (c *Config) Subgraph(name string) *Subgraph {
	for i := range c.Subgraphs {
		if c.Subgraphs[i].Name == name {
			return &c.Subgraphs[i]
		}
	}
	return nil
}
