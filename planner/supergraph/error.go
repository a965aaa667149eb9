package supergraph

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// The codes of an [Error].
const (
	// CodeInvalidDefinition: a Definition contradicts itself.
	CodeInvalidDefinition = "INVALID_SUPERGRAPH"
	// CodeInvalidFieldSet: a field set does not parse, or selects what is not there.
	CodeInvalidFieldSet = "INVALID_FIELD_SET"
	// CodeInvalidGraphQL: the supergraph text is not GraphQL.
	CodeInvalidGraphQL = "INVALID_GRAPHQL"
	// CodeUnsupportedLink: the text uses a specification, or a version of one,
	// that cannot be read.
	CodeUnsupportedLink = "UNSUPPORTED_LINKED_FEATURE"
	// CodeInvalidJoin: a directive of the join specification is misused.
	CodeInvalidJoin = "INVALID_JOIN_DIRECTIVE"
)

// Error says why a supergraph cannot be built or read.
type Error struct {
	Code    string
	Message string
	// Coordinate is the schema coordinate of the element at fault, if any.
	Coordinate string
	// Subgraph is the name of the subgraph concerned, if any.
	Subgraph string
	// Source and Pos are the place in a text that was read; in field sets,
	// Pos is the place within Source, which then is the field set itself.
	Source string
	Pos    schema.Position
}

// Error implements error.
func (e Error) Error() string {
	var sb strings.Builder
	if e.Coordinate != "" {
		sb.WriteString(e.Coordinate + ": ")
	}
	sb.WriteString(e.Message)
	if e.Subgraph != "" {
		fmt.Fprintf(&sb, ", subgraph %q", e.Subgraph)
	}
	if e.Pos.Known() {
		fmt.Fprintf(&sb, ", at %d:%d of %q", e.Pos.Line, e.Pos.Column, e.Source)
	}
	fmt.Fprintf(&sb, " (%s)", e.Code)
	return sb.String()
}
