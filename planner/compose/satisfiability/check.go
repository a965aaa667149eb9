package satisfiability

import (
	"slices"

	"github.com/weft-graphql/weft/planner/supergraph"
)

// The codes of problems.
const (
	CodeUnreachable = "SATISFIABILITY_ERROR"
	CodeMismatch    = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	CodeTooComplex  = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
)

// Problem is one field that cannot be reached.
type Problem struct {
	Code    string
	Message string
	// Coordinate is the field, as Type.field.
	Coordinate string
	Hint       string
}

// maxSingleLabels is how many override labels are tried one at a time, beside
// all of them off and all of them on.
const maxSingleLabels = 16

// Check returns the problems of a supergraph, each field once.
func Check(def *supergraph.Definition) []Problem {
	labels := overrideLabels(def)
	runs := []map[string]bool{{}}
	if len(labels) > 0 {
		on := make(map[string]bool, len(labels))
		for _, l := range labels {
			on[l] = true
		}
		runs = append(runs, on)
	}
	if len(labels) > 1 && len(labels) <= maxSingleLabels {
		for _, l := range labels {
			runs = append(runs, map[string]bool{l: true})
		}
	}
	var out []Problem
	seen := make(map[string]bool)
	for _, active := range runs {
		for _, p := range newGraph(def, active).walk() {
			if !seen[p.Code+p.Coordinate] {
				seen[p.Code+p.Coordinate] = true
				out = append(out, p)
			}
		}
	}
	return out
}

func overrideLabels(def *supergraph.Definition) []string {
	var out []string
	for _, t := range def.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in.OverrideLabel != "" {
					out = append(out, in.OverrideLabel)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
