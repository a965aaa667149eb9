package satisfiability

import (
	"errors"

	"github.com/weft-graphql/weft/planner/graph"
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
	// Subgraph is the one to change first: that which has the field and is nearest
	// to giving it. It is empty if there is none.
	Subgraph string
	Hint     string
	// Path are the steps of the counter-example, the last one included: fields as
	// Type.field, and narrowing to a type as "... on Type".
	Path []string
	// Labels are the override labels that are active in the counter-example.
	Labels []string
}

// maxSingleLabels is how many override labels are tried one at a time, beside
// all of them off and all of them on.
const maxSingleLabels = 16

// CheckDefinition builds the supergraph of a definition and checks it. A
// definition that cannot be built has the faults of building as problems.
func CheckDefinition(def *supergraph.Definition) []Problem {
	s, err := supergraph.Build(def)
	if err == nil {
		return Check(s)
	}
	var out []Problem
	for _, e := range unjoin(err) {
		p := Problem{Code: supergraph.CodeInvalidDefinition, Message: e.Error()}
		var fault supergraph.Error
		if errors.As(e, &fault) {
			p.Code, p.Coordinate = fault.Code, fault.Coordinate
		}
		out = append(out, p)
	}
	return out
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// Check returns the problems of a supergraph, each field once.
func Check(s *supergraph.Supergraph) []Problem {
	g := graph.New(s)
	runs := [][]bool{make([]bool, len(s.Labels))}
	if len(s.Labels) > 0 {
		on := make([]bool, len(s.Labels))
		for i := range on {
			on[i] = true
		}
		runs = append(runs, on)
	}
	if len(s.Labels) > 1 && len(s.Labels) <= maxSingleLabels {
		for i := range s.Labels {
			one := make([]bool, len(s.Labels))
			one[i] = true
			runs = append(runs, one)
		}
	}
	var out []Problem
	seen := make(map[string]bool)
	for _, active := range runs {
		for _, p := range newRun(g, active).walk() {
			if !seen[p.Code+p.Coordinate] {
				seen[p.Code+p.Coordinate] = true
				out = append(out, p)
			}
		}
	}
	return out
}
