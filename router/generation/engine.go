package generation

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/cache"
)

// engine is what operations are parsed, planned and sent with. Generations that
// differ in nothing of it share one.
type engine struct {
	key        engineKey
	graph      *graph
	front      *operation.Front
	planner    *planner.Planner
	operations *cache.Cache[*Parsed]
	plans      *cache.Cache[*planned]
	uses       labelUses
	// releases give back what was acquired for the clients.
	releases []func()
	log      abstractlogger.Logger
	users    atomic.Int64
}

// engineKey is all that an engine is made from.
type engineKey struct {
	graph      *graph
	limits     operation.Limits
	timeout    time.Duration
	operations int64
	plans      int64
	clients    string
	http       config.HTTPCache
}

// clientSettings say how to call one subgraph.
type clientSettings struct {
	name, url   string
	timeout     time.Duration
	maxBody     int64
	maxConns    int
	idleTimeout time.Duration
	dedupe      bool
	// auth changes when the credentials do.
	auth string
}

// settingsOf finds how each subgraph of the graph is called.
func settingsOf(c *config.Config, g *graph) ([]clientSettings, Errors) {
	var errs Errors
	upstreams := g.super.Definition.Subgraphs
	out := make([]clientSettings, len(upstreams))
	for i := range upstreams {
		sub := &upstreams[i]
		all := &c.TrafficShaping.All
		s := clientSettings{
			name: sub.Name, url: sub.URL, timeout: all.RequestTimeout.Std(), maxBody: all.MaxResponseBodySize.Bytes(),
			maxConns: all.MaxConnectionsPerHost, idleTimeout: all.PoolIdleTimeout.Std(), dedupe: all.DedupeEnabled,
		}
		configured := c.Subgraph(sub.Name)
		if configured != nil && configured.URL != "" {
			s.url = configured.URL
		}
		up := g.upstreams[sub.Name]
		if up != nil {
			s.url = up.URL
		}
		s.auth = authKey(configured)
		if len(sub.Facets) > 0 && up == nil {
			errs = append(errs, &Error{
				Code: CodeSubgraph, Subgraph: s.name, Message: "the supergraph has it as a REST upstream, of which a composed supergraph does not say how to call it",
				Hint: "compose from subgraphs[] instead of reading a supergraph",
			})
		}
		for k := range c.TrafficShaping.Subgraphs {
			if t := &c.TrafficShaping.Subgraphs[k]; t.Name == sub.Name {
				s.override(t)
			}
		}
		if s.url == "" && (up == nil || up.Mock != "all") {
			errs = append(errs, &Error{
				Code: CodeSubgraph, Subgraph: s.name, Message: "no URL is known",
				Hint: "give it as subgraphs[].url",
			})
		}
		out[i] = s
	}
	errs = append(errs, UnknownNames(c, g.super.Definition)...)
	return out, errs
}

func (s *clientSettings) override(t *config.SubgraphTraffic) {
	if t.RequestTimeout != nil {
		s.timeout = t.RequestTimeout.Std()
	}
	if t.DedupeEnabled != nil {
		s.dedupe = *t.DedupeEnabled
	}
	if t.MaxResponseBodySize != nil {
		s.maxBody = t.MaxResponseBodySize.Bytes()
	}
	if t.MaxConnectionsPerHost != nil {
		s.maxConns = *t.MaxConnectionsPerHost
	}
	if t.PoolIdleTimeout != nil {
		s.idleTimeout = t.PoolIdleTimeout.Std()
	}
}

// UnknownNames reports settings for subgraphs that a precomposed supergraph does
// not have, which the configuration alone cannot tell.
func UnknownNames(c *config.Config, def *supergraph.Definition) Errors {
	if c.Supergraph == nil {
		return nil
	}
	var known []string
	for i := range def.Subgraphs {
		known = append(known, def.Subgraphs[i].Name)
	}
	var errs Errors
	told := map[string]bool{}
	check := func(list, name string) {
		path := list + "." + name + ".name"
		var at config.Position
		given := false
		if c.Place != nil {
			at, given = c.Place(path)
		}
		// An entry that a short form became has been told of where that stands.
		if slices.Contains(known, name) || told[name] && !given {
			return
		}
		told[name] = true
		message, hint := config.UnknownSubgraph(name, known)
		e := &Error{Code: CodeUnknownName, Subgraph: name, Message: message + " in the supergraph", Hint: hint}
		if given {
			e.File, e.Line, e.Column, e.Message = at.File, at.Line, at.Column, path+": "+e.Message
		}
		errs = append(errs, e)
	}
	for i := range c.Subgraphs {
		check("subgraphs", c.Subgraphs[i].Name)
	}
	for i := range c.TrafficShaping.Subgraphs {
		check("traffic_shaping.subgraphs", c.TrafficShaping.Subgraphs[i].Name)
	}
	for i := range c.Headers.Subgraphs {
		check("headers.subgraphs", c.Headers.Subgraphs[i].Name)
	}
	return errs
}

// engineOf takes the previous generation's engine over if it fits, else makes
// one. The caller gets a reference.
func engineOf(c *config.Config, g *graph, settings []clientSettings, s *Shared, previous *Generation) (*engine, Errors) {
	key := engineKey{
		graph: g, limits: operationLimits(c), timeout: c.QueryPlanning.Timeout.Std(),
		http: c.Caches.HTTP, operations: c.Caches.Operations.Bytes(), plans: c.Caches.Plans.Bytes(), clients: fmt.Sprintf("%#v", settings),
	}
	if previous != nil && previous.engine.key == key {
		previous.engine.users.Add(1)
		return previous.engine, nil
	}
	e := &engine{
		key: key, graph: g, log: s.logger(),
		operations: cache.New[*Parsed](key.operations),
		plans:      cache.New[*planned](key.plans),
		uses:       labelUsesOf(g.super),
	}
	e.users.Store(1)
	if previous != nil && previous.engine.graph == g && previous.engine.key.limits == key.limits {
		e.front = previous.engine.front
	} else {
		front, err := operation.NewFront(g.api, g.super.Schema, key.limits)
		if err != nil {
			return nil, Errors{{Code: CodeSchema, Message: "the composed schema cannot be served", Err: err}}
		}
		e.front = front
	}
	clients, errs := e.connect(c, settings, s)
	if errs != nil {
		e.release()
		return nil, errs
	}
	e.planner = planner.New(g.super, clients, planner.Options{Timeout: key.timeout})
	return e, nil
}

// release gives a reference back; with the last one the transports go.
func (e *engine) release() {
	if e.users.Add(-1) == 0 {
		for _, release := range e.releases {
			release()
		}
	}
}
