package main

import (
	"context"
	"errors"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// definition makes the graph that a configuration describes: it loads the
// schemas of the upstreams and composes them, or loads a composed supergraph.
func (a *app) definition(ctx context.Context, c *config.Config) (*supergraph.Definition, error) {
	def, _, err := a.definitionOf(ctx, c)
	return def, err
}

// definitionOf is definition with the upstreams that are not plain GraphQL, by the
// name of the subgraph.
func (a *app) definitionOf(ctx context.Context, c *config.Config) (*supergraph.Definition, map[string]*generation.Upstream, error) {
	options := load.Options{CacheDir: c.SchemaCache.Dir}
	if s := c.Supergraph; s != nil {
		r := load.Supergraph(ctx, generation.SupergraphSource(s), options)
		if r.Err != nil {
			return nil, nil, configured(c, "supergraph", r.Err)
		}
		name := s.Path
		if name == "" {
			name = s.URL
		}
		def, errs := supergraph.Read(name, r.SDL)
		if len(errs) > 0 {
			return nil, nil, &located{name, joinErrors(errs)}
		}
		return def, nil, nil
	}
	sources := generation.Sources(c)
	var (
		texts []compose.Source
		errs  []error
		files = map[string]string{}
	)
	for i, r := range load.Load(ctx, sources, options) {
		if r.Err != nil {
			errs = append(errs, configured(c, "subgraphs."+r.Name, r.Err))
			continue
		}
		if r.Reason != nil {
			p := problemsOf(r.Reason)[0]
			p.message += "; going on with the last good schema"
			if r.Omitted {
				p.message = problemsOf(r.Reason)[0].message + "; going on without the subgraph"
			}
			a.warn(p)
		}
		if r.Omitted {
			continue
		}
		if r.From == load.File {
			files[r.Name] = sources[i].File
		}
		texts = append(texts, compose.Source{Name: r.Name, URL: generation.UpstreamURL(&c.Subgraphs[i]), SDL: r.SDL})
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	composed := generation.Compose(c, texts)
	def, err := a.compose(composed.Result, files)
	return def, composed.Upstreams, err
}

// configured gives an error about a schema its place in the configuration: that of
// the key that says where the schema is, or else of what has the schema.
func configured(c *config.Config, path string, err error) error {
	if at, ok := generation.SchemaPlace(c, path); ok {
		return &located{at.String(), err}
	}
	return err
}

// joinErrors makes one error of a list.
func joinErrors[E error](list []E) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}
