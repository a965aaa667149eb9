package generation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose/stitch"
	"github.com/weft-graphql/weft/planner/supergraph"
)

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
