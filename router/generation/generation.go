package generation

import (
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/router/headers"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// Generation is everything the router answers from.
type Generation struct {
	// Config is what it was built from, in long form.
	Config *config.Config
	// Number counts the generations of a router, from 1.
	Number uint64
	// BuiltAt is when it was built.
	BuiltAt time.Time
	// Sources tell where the schemas came from.
	Sources []Source
	// Headers are the rules for requests to subgraphs, by subgraph index.
	Headers *headers.Table
	// Limits and Policy are those of execution.
	Limits execute.Limits
	Policy execute.ErrorPolicy

	engine *engine
	loaded []load.Result
	labels labelTable
	// unknownLabels are configured and mean nothing to this graph.
	unknownLabels []string
	users         atomic.Int64
	closed        atomic.Bool
}

// Source tells where one schema came from.
type Source struct {
	Name string
	// From is file, service, introspection or url.
	From string
	// LoadedAt is when the upstream gave the schema.
	LoadedAt time.Time
	// LastGood says that the upstream was not available and the last good schema
	// is used; Omitted, that the subgraph was left out. Reason says why.
	LastGood, Omitted bool
	Reason            string
}

// Supergraph returns the supergraph.
func (g *Generation) Supergraph() *supergraph.Supergraph { return g.engine.graph.super }

// APISchema returns the schema that clients see, as SDL.
func (g *Generation) APISchema() string { return g.engine.graph.api }

// SameEngine reports whether two generations share planner and caches.
func (g *Generation) SameEngine(o *Generation) bool { return o != nil && g.engine == o.engine }

// CacheStats returns how full the caches of operations and plans are.
func (g *Generation) CacheStats() (operations, plans cache.Stats) {
	return g.engine.operations.Stats(), g.engine.plans.Stats()
}

func operationLimits(c *config.Config) operation.Limits {
	l := operation.DefaultLimits()
	l.MaxDepth = c.Limits.MaxDepth
	l.MaxAliases = c.Limits.MaxAliases
	l.MaxRootFields = c.Limits.MaxRootFields
	l.MaxFields = c.Limits.MaxFields
	l.MaxTokens = c.Limits.MaxTokens
	l.MaxDirectives = c.Limits.MaxDirectives
	l.Enforce = c.Limits.Mode != "measure"
	// Suggestions would tell the names that introspection keeps to itself.
	l.Suggestions = c.Introspection.Enabled
	return l
}

// Excess is a limit that an operation exceeds.
type Excess struct {
	Code        operation.Code
	Used, Limit int
}

// OverLimits returns the limits that an operation exceeds while limits are only
// measured; nothing when they are enforced, since then there is no such
// operation.
func (g *Generation) OverLimits(op *operation.Operation) []Excess {
	l, m := &g.engine.key.limits, &op.Measured
	if l.Enforce {
		return nil
	}
	var out []Excess
	for _, x := range [...]Excess{
		{operation.CodeMaxDepth, m.Depth, l.MaxDepth},
		{operation.CodeMaxIntrospection, m.IntrospectionDepth, l.MaxIntrospectionDepth},
		{operation.CodeMaxAliases, m.Aliases, l.MaxAliases},
		{operation.CodeMaxRootFields, m.RootFields, l.MaxRootFields},
		{operation.CodeMaxFields, m.Fields, l.MaxFields},
		{operation.CodeMaxTokens, m.Tokens, l.MaxTokens},
		{operation.CodeMaxDirectives, m.Directives, l.MaxDirectives},
	} {
		if x.Limit > 0 && x.Used > x.Limit {
			out = append(out, x)
		}
	}
	return out
}

// executeLimits translates the limits; 0 means none here and the default there.
func executeLimits(c *config.Config) execute.Limits {
	const none = 1<<31 - 1
	l := execute.Limits{MaxResponseSize: int(c.Limits.MaxResponseSize.Bytes()), MaxErrors: c.Limits.MaxErrors}
	if l.MaxResponseSize == 0 {
		l.MaxResponseSize = none
	}
	if l.MaxErrors == 0 {
		l.MaxErrors = none
	}
	return l
}

func errorPolicy() execute.ErrorPolicy {
	return execute.ErrorPolicy{ExposeMessages: true, ExposeSubgraph: true, AllowExtensions: []string{"code"}}
}
