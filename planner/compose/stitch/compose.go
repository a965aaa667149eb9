package stitch

import (
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// Subgraph is one subgraph to stitch and compose.
type Subgraph struct {
	compose.Input
	Rules Rules
	// Facets are the only ways into the subgraph, by its own names; empty where it
	// can be entered by whatever its schema says.
	Facets []subgraphs.Facet
}

// Compose stitches the subgraphs, composes them, and writes into the result what
// composition could not know. Faults of the rules come as errors of composition,
// before which nothing is composed.
func Compose(sources []Subgraph, joins []Join, opts ...compose.Option) *compose.Result {
	inputs := make([]Input, len(sources))
	for i, s := range sources {
		inputs[i] = Input{Name: s.Name, Doc: s.Doc, Rules: s.Rules}
	}
	prepared, errs := PrepareAll(inputs, joins)
	if len(errs) > 0 {
		r := &compose.Result{}
		for _, e := range errs {
			r.Errors = append(r.Errors, e.forComposition())
		}
		return r
	}
	documents := make([]compose.Input, len(sources))
	facets := map[string][]subgraphs.Facet{}
	for i, s := range sources {
		facets[s.Name] = s.Facets
		documents[i] = s.Input
		documents[i].Doc = prepared[i].Document
	}
	r := compose.Compose(documents, append(opts[:len(opts):len(opts)], compose.WithFinish(func(def *supergraph.Definition) {
		FinishAll(def, prepared)
		for i := range def.Subgraphs {
			if list := facets[def.Subgraphs[i].Name]; len(list) > 0 {
				def.SetFacets(i, list)
			}
		}
	}))...)
	for _, p := range prepared {
		if p.work != nil {
			r.Hints = append(r.Hints, p.work.remarks...)
		}
	}
	return r
}

func (e Error) forComposition() *compose.Error {
	out := &compose.Error{
		Code: e.Code, Message: e.Message, Subgraph: e.Subgraph, Line: e.Pos.Line, Column: e.Pos.Column,
		Rule: e.Rule, Coordinate: e.Coordinate, Hint: e.Hint,
	}
	if e.Rule != "" {
		out.Message = e.Rule + ": " + out.Message
	}
	return out
}
