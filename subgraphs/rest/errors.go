package rest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The codes of what [Compile] finds.
const (
	CodeInvalidURL         = "REST_INVALID_URL"
	CodeInvalidSchema      = "REST_INVALID_SCHEMA"
	CodeInvalidCoordinate  = "REST_INVALID_COORDINATE"
	CodeUnknownType        = "REST_UNKNOWN_TYPE"
	CodeUnknownField       = "REST_UNKNOWN_FIELD"
	CodeUnknownArgument    = "REST_UNKNOWN_ARGUMENT"
	CodeUnknownValue       = "REST_UNKNOWN_ENUM_VALUE"
	CodeUnusedArgument     = "REST_UNUSED_ARGUMENT"
	CodeInvalidExpression  = "REST_INVALID_EXPRESSION"
	CodeInvalidVariable    = "REST_INVALID_VARIABLE"
	CodeAmbiguous          = "REST_AMBIGUOUS_VARIABLE"
	CodeInvalidPath        = "REST_INVALID_PATH"
	CodeInvalidMethod      = "REST_INVALID_METHOD"
	CodeInvalidHeader      = "REST_INVALID_HEADER"
	CodeInvalidOption      = "REST_INVALID_OPTION"
	CodeInvalidKey         = "REST_INVALID_KEY"
	CodeInvalidMatch       = "REST_INVALID_MATCH"
	CodeInvalidBatch       = "REST_INVALID_BATCH"
	CodeInvalidSelection   = "REST_INVALID_SELECTION"
	CodeInvalidPage        = "REST_INVALID_PAGE"
	CodeInvalidJQ          = "REST_INVALID_JQ"
	CodeMissingTypename    = "REST_MISSING_TYPENAME"
	CodeNoEndpoint         = "REST_NO_ENDPOINT"
	CodeFieldNotProvided   = "REST_FIELD_NOT_PROVIDED"
	CodeArgumentsIgnored   = "REST_ARGUMENTS_IGNORED"
	CodeUnsupported        = "REST_UNSUPPORTED"
	CodeUnknownEnvironment = "REST_UNKNOWN_VARIABLE"
)

// Error is a fault in the configuration of a REST upstream.
type Error struct {
	// Code is stable; tools may rely on it.
	Code     string
	Subgraph string
	// Coordinate is the type, field or endpoint that is concerned; may be empty.
	Coordinate string
	Message    string
	// Hint says what to do about it; may be empty.
	Hint  string
	Place Place
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("subgraph " + e.Subgraph)
	if e.Place.Key != "" {
		b.WriteString(", " + e.Place.Key)
	}
	if e.Place.Line > 0 {
		b.WriteString(" (line " + strconv.Itoa(e.Place.Line) + ", column " + strconv.Itoa(e.Place.Column) + ")")
	}
	b.WriteString(": " + e.Message + " (" + e.Code + ")")
	if e.Hint != "" {
		b.WriteString(". " + e.Hint)
	}
	return b.String()
}

// faults collects errors.
type faults struct {
	subgraph string
	list     []*Error
}

func (f *faults) add(code string, at Place, coordinate, format string, args ...any) *Error {
	e := &Error{Code: code, Subgraph: f.subgraph, Coordinate: coordinate, Message: fmt.Sprintf(format, args...), Place: at}
	f.list = append(f.list, e)
	return e
}

// didYouMean is a hint that names the candidate closest to what was written, or
// is empty when none is close.
func didYouMean(name string, candidates []string) string {
	best, distance := "", len(name)/2+1
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	for _, c := range sorted {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return "Did you mean " + strconv.Quote(best) + "?"
}

// maxCompared bounds the work of comparing names.
const maxCompared = 64

func editDistance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(diagonal+cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
