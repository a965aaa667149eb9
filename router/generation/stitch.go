package generation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/stitch"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// Composition is a composed graph with the upstreams of it that are not GraphQL.
type Composition struct {
	*compose.Result
	// Rest are the REST upstreams, by the name of the subgraph.
	Rest map[string]*rest.Upstream
}

// Compose composes the schemas of the configured subgraphs, stitched as the
// configuration says. The sources may be fewer than the subgraphs. A text that
// does not parse is an error with code INVALID_GRAPHQL.
func Compose(c *config.Config, sources []compose.Source) *Composition {
	var parts []stitch.Subgraph
	r := &Composition{Result: &compose.Result{}, Rest: map[string]*rest.Upstream{}}
	for _, s := range sources {
		doc, faults := schema.Parse(s.Name, s.SDL)
		for _, e := range faults {
			r.Errors = append(r.Errors, &compose.Error{
				Code: compose.CodeInvalidGraphQL, Message: "Syntax error: " + e.Message,
				Subgraph: s.Name, Line: e.Pos.Line, Column: e.Pos.Column,
			})
		}
		one := stitch.Subgraph{Input: compose.Input{Name: s.Name, URL: s.URL, Doc: doc}, Rules: rulesOf(c, s.Name)}
		if len(faults) == 0 {
			one.Facets = r.facets(c, s.Name, doc)
		}
		parts = append(parts, one)
	}
	if len(r.Errors) == 0 {
		r.Result = stitch.Compose(parts, joinsOf(c))
	}
	return r
}

// facets compiles a REST upstream against its schema; nil for other upstreams.
func (r *Composition) facets(c *config.Config, name string, doc *schema.Document) []subgraphs.Facet {
	s := c.Subgraph(name)
	if s == nil || s.Rest == nil {
		return nil
	}
	up, faults := rest.Compile(name, doc, RestSpec(s, c.Place))
	for _, e := range faults {
		r.Errors = append(r.Errors, restError(c, name, e))
	}
	if up == nil || len(faults) > 0 {
		return nil
	}
	r.Rest[name] = up
	return up.Facets()
}

// restError is a fault of a REST upstream's configuration as one of composition.
// Its place is in the configuration.
func restError(c *config.Config, name string, e *rest.Error) *compose.Error {
	out := &compose.Error{Code: e.Code, Subgraph: name, Message: e.Message, Hint: e.Hint}
	if e.Place.Key != "" {
		out.Message = e.Place.Key + ": " + e.Message
	}
	if c.Place != nil && e.Place.Line > 0 {
		if at, ok := c.Place("subgraphs." + name + "." + e.Place.Key); ok {
			out.Message = fmt.Sprintf("%s:%d:%d: %s", at.File, at.Line, at.Column, out.Message)
		}
	}
	return out
}

// rulesOf are the stitching rules of a subgraph.
func rulesOf(c *config.Config, name string) stitch.Rules {
	var out stitch.Rules
	s := c.Subgraph(name)
	if s == nil {
		return out
	}
	for i := range s.Transforms {
		t := &s.Transforms[i]
		rule := stitch.Transform{Hide: t.Hide, Namespace: t.Namespace}
		if t.Rename != nil {
			rule.Rename = &stitch.Rename{Types: t.Rename.Types, Fields: t.Rename.Fields}
		}
		if t.Prefix != nil {
			rule.Prefix = &stitch.Prefix{Value: t.Prefix.Value, Types: t.Prefix.Types, Fields: t.Prefix.Fields, Except: t.Prefix.Except}
		}
		out.Transforms = append(out.Transforms, rule)
	}
	for _, typ := range slices.Sorted(maps.Keys(s.Entities)) {
		for i, e := range s.Entities[typ] {
			if e.Lookup == "" {
				continue // the key of an OpenAPI document's type, which has lookups of its own
			}
			match := supergraph.ByKey
			if e.Match == "position" {
				match = supergraph.ByPosition
			}
			out.Entities = append(out.Entities, stitch.Entity{
				Type: typ, Key: e.Key, Lookup: e.Lookup, Max: e.Batch.Max, Match: match,
				Rule: fmt.Sprintf("entities.%s.%d", typ, i),
			})
		}
	}
	return out
}

// joinsOf are the joins between subgraphs.
func joinsOf(c *config.Config) []stitch.Join {
	var out []stitch.Join
	for i := range c.Joins {
		j := &c.Joins[i]
		out = append(out, stitch.Join{
			Field: j.Field, Type: j.Type, Subgraph: j.Subgraph, By: j.By, From: j.From,
			List: j.List, Nullable: j.Nullable, Rule: fmt.Sprintf("joins.%d", i),
		})
	}
	return out
}
