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
)

// Compose composes the schemas of the configured subgraphs, stitched as the
// configuration says. The sources may be fewer than the subgraphs. A text that
// does not parse is an error with code INVALID_GRAPHQL.
func Compose(c *config.Config, sources []compose.Source) *compose.Result {
	var subgraphs []stitch.Subgraph
	r := &compose.Result{}
	for _, s := range sources {
		doc, faults := schema.Parse(s.Name, s.SDL)
		for _, e := range faults {
			r.Errors = append(r.Errors, &compose.Error{
				Code: compose.CodeInvalidGraphQL, Message: "Syntax error: " + e.Message,
				Subgraph: s.Name, Line: e.Pos.Line, Column: e.Pos.Column,
			})
		}
		subgraphs = append(subgraphs, stitch.Subgraph{
			Input: compose.Input{Name: s.Name, URL: s.URL, Doc: doc}, Rules: rulesOf(c, s.Name),
		})
	}
	if len(r.Errors) > 0 {
		return r
	}
	return stitch.Compose(subgraphs, joinsOf(c))
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
