package generation

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/headers"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/load"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// Shared is what outlives generations. Its fields must not change once it is in
// use.
type Shared struct {
	// Transports are the connections to upstreams.
	Transports transport.Pool
	// Auth are the credentials for upstreams, with what renews them.
	Auth   auth.Pool
	caches httpCaches
	guards restGuards
	// Missing counts the objects that REST upstreams were asked for and do not have.
	Missing Missing
	// Logger takes what is worth knowing about a build; nil drops it.
	Logger abstractlogger.Logger
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

func (s *Shared) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Shared) logger() abstractlogger.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return abstractlogger.NoopLogger
}

// Options say what a build starts from.
type Options struct {
	// Previous is the generation that serves now, which the caller holds a
	// reference to; nil at first.
	Previous *Generation
	// Due tells which schemas to load again, by subgraph name ("supergraph" for a
	// precomposed one); nil means all.
	Due func(name string) bool
	// Warm is how many of the most used plans of the previous generation are
	// planned before the new one is handed out, if it cannot take them over.
	Warm int
}

// warmTime bounds the planning of the plans in use before a swap.
const warmTime = 5 * time.Second

// Build makes a generation with one reference, the caller's. The config must be
// in long form and not change any more. A non-nil error is of type [Errors].
func Build(ctx context.Context, c *config.Config, s *Shared, o Options) (g *Generation, err error) {
	defer func() {
		// Composition and planning are large; a fault in them must cost the
		// reload, not the process.
		if p := recover(); p != nil {
			g, err = nil, Errors{{
				Code: CodeInternal, Message: "building failed unexpectedly",
				Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack()),
			}}
		}
	}()
	results := loadSchemas(ctx, c, s, &o)
	if ctx.Err() != nil {
		return nil, Errors{{Code: CodeBuildStopped, Message: "the build was given up", Err: context.Cause(ctx)}}
	}
	gr, errs := graphOf(c, results, o.Previous)
	if errs != nil {
		return nil, errs
	}
	names := make([]string, len(gr.super.Definition.Subgraphs))
	for i := range names {
		names[i] = gr.super.Definition.Subgraphs[i].Name
	}
	table, fault := headers.Compile(headerRules(c), names)
	if fault != nil {
		errs = append(errs, &Error{Code: CodeHeaders, Message: "the header rules cannot be used", Err: fault})
	}
	labels, unknown, more := labelTableOf(c, gr.super)
	errs = append(errs, more...)
	settings, more := settingsOf(c, gr)
	if errs = append(errs, more...); errs != nil {
		return nil, errs
	}
	e, errs := engineOf(c, gr, settings, s, o.Previous)
	if errs != nil {
		return nil, errs
	}
	g = &Generation{
		Config: c, Number: 1, BuiltAt: s.now(), Sources: sourcesOf(results), Headers: table,
		Limits: executeLimits(c), Policy: errorPolicy(), engine: e, loaded: results,
		labels: labels, unknownLabels: unknown,
	}
	g.users.Store(1)
	g.warnUnknown(s.logger(), o.Previous)
	if o.Previous != nil {
		g.Number = o.Previous.Number + 1
		if e != o.Previous.engine && o.Warm > 0 {
			limited, cancel := context.WithTimeout(ctx, warmTime)
			g.warm(limited, o.Previous, o.Warm)
			cancel()
		}
	}
	if c.SchemaCache.Dir != "" {
		if err := load.Keep(c.SchemaCache.Dir, results); err != nil {
			s.logger().Warn("the schemas could not be kept for a later start", abstractlogger.Error(err))
		}
	}
	return g, nil
}

func sourcesOf(results []load.Result) []Source {
	out := make([]Source, len(results))
	for i := range results {
		r := &results[i]
		out[i] = Source{Name: r.Name, From: r.From.String(), LoadedAt: r.LoadedAt, LastGood: r.FromCache, Omitted: r.Omitted}
		if r.Reason != nil {
			out[i].Reason = r.Reason.Message + " (" + r.Reason.Code + ")"
		}
	}
	return out
}

// headerRules are the rules for client headers, those that REST upstreams have
// forwarded included.
func headerRules(c *config.Config) *config.Headers {
	out := c.Headers
	for i := range c.Subgraphs {
		r := c.Subgraphs[i].Rest
		if r == nil || len(r.Headers.Forward) == 0 {
			continue
		}
		rules := config.SubgraphHeaders{Name: c.Subgraphs[i].Name}
		for _, name := range r.Headers.Forward {
			rules.Request = append(rules.Request, config.HeaderRule{Propagate: &config.PropagateHeader{Named: name}})
		}
		out.Subgraphs = append(out.Subgraphs[:len(out.Subgraphs):len(out.Subgraphs)], rules)
	}
	return &out
}
