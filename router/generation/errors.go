package generation

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// The codes of errors made here. Errors of loading and composing keep their own.
const (
	CodeSubgraph     = "SUBGRAPH_SETTINGS"   // a subgraph that cannot be called as configured
	CodeHeaders      = "HEADER_RULES"        // header rules that cannot work
	CodeNoSubgraphs  = "NO_SUBGRAPHS"        // nothing to serve
	CodeUnknownName  = "CONFIG_UNKNOWN_NAME" // settings for a subgraph that the supergraph does not have
	CodeMock         = "MOCK_UPSTREAM"       // answers that cannot be made up
	CodeOpenAPI      = "OPENAPI_IMPORT"      // an OpenAPI document that cannot be imported
	CodeLabels       = "OVERRIDE_LABELS"     // more override labels than there can be
	CodeSchema       = "INVALID_API_SCHEMA"  // the composed schema cannot be served
	CodeBuildStopped = "BUILD_CANCELLED"     // the build was given up
	CodeInternal     = "INTERNAL_ERROR"      // a fault of the router itself
)

// CodeInfo describes one error code for reference documentation.
type CodeInfo struct {
	// Code is the stable code.
	Code string
	// Meaning says in a sentence what is wrong.
	Meaning string
}

// Codes lists the codes made here.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeSubgraph, "A subgraph cannot be called as it is configured: no URL, or one that cannot be used."},
		{CodeHeaders, "The header rules cannot work."},
		{CodeNoSubgraphs, "No subgraph is configured, or all are left out."},
		{CodeUnknownName, "There are settings for a subgraph that the precomposed supergraph does not have."},
		{CodeMock, "The answers of an upstream cannot be made up of its schema."},
		{CodeOpenAPI, "The OpenAPI document of a subgraph cannot be imported."},
		{CodeLabels, "An override label is to be active, but the supergraph has more than 64 labels and this is not one of those that can be told apart."},
		{CodeSchema, "The composed schema cannot be served."},
		{CodeBuildStopped, "The router stopped, or was told to, while it was loading a configuration."},
		{CodeInternal, "A fault of the router itself; please report it."},
	}
}

// Error is one reason why a generation could not be built.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Subgraph is the subgraph concerned; may be empty.
	Subgraph string `json:"subgraph,omitempty"`
	// File is where the schema was read from; empty if not from a file.
	File string `json:"file,omitempty"`
	// Line and Column are a place in the schema; 0 when not known.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Coordinate is the schema coordinate of the element at fault.
	Coordinate string `json:"coordinate,omitempty"`
	// Hint says what to change; may be empty.
	Hint string `json:"hint,omitempty"`
	// Err is the cause; it may name addresses.
	Err error `json:"-"`
}

// Error returns the whole problem in one line.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.File != "" && e.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	case e.File != "":
		b.WriteString(e.File + ": ")
	case e.Subgraph != "" && e.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", e.Subgraph, e.Line, e.Column)
	}
	if e.Subgraph != "" && (e.File != "" || e.Line == 0) {
		b.WriteString("subgraph " + e.Subgraph + ": ")
	}
	b.WriteString(e.Message)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	b.WriteString(" [" + e.Code + "]")
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors is every reason why a generation could not be built.
type Errors []*Error

// Error returns one problem a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets [errors.As] reach the single problems.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i := range e {
		list[i] = e[i]
	}
	return list
}

func fromLoad(e *load.Error) *Error {
	return &Error{Code: e.Code, Message: "the schema cannot be loaded: " + e.Message, Subgraph: e.Subgraph, Hint: e.Hint, Err: e.Err}
}

func fromParse(e schema.Error, subgraph, file string) *Error {
	return &Error{
		Code: compose.CodeInvalidGraphQL, Message: "Syntax error: " + e.Message,
		Subgraph: subgraph, File: file, Line: e.Pos.Line, Column: e.Pos.Column,
	}
}

func fromCompose(e *compose.Error, files map[string]string) *Error {
	return &Error{
		Code: e.Code, Message: e.Message, Subgraph: e.Subgraph, File: cmp.Or(e.File, files[e.Subgraph]),
		Line: e.Line, Column: e.Column, Coordinate: e.Coordinate, Hint: e.Hint,
	}
}

func fromSupergraph(e supergraph.Error, file string) *Error {
	return &Error{
		Code: e.Code, Message: e.Message, Subgraph: e.Subgraph, File: file,
		Line: e.Pos.Line, Column: e.Pos.Column, Coordinate: e.Coordinate,
	}
}

// fromBuild translates what supergraph.Build returns.
func fromBuild(err error, file string) Errors {
	var one supergraph.Error
	var out Errors
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			out = append(out, fromBuild(e, file)...)
		}
		return out
	}
	if errors.As(err, &one) {
		return Errors{fromSupergraph(one, file)}
	}
	return Errors{{Code: CodeSchema, Message: "the supergraph cannot be used", File: file, Err: err}}
}
