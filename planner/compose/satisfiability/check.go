package satisfiability

import "github.com/weft-graphql/weft/planner/supergraph"

// Problem is one field that cannot be reached.
type Problem struct {
	Code       string
	Message    string
	Coordinate string
	Hint       string
}

// Check returns the problems of a supergraph.
func Check(def *supergraph.Definition) []Problem {
	return nil
}
