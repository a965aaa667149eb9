package rest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The codes of what [Compile] finds.
const (
	CodeInvalidURL         = "REST_INVALID_URL"        // the base URL cannot be used
	CodeInvalidSchema      = "REST_INVALID_SCHEMA"     // the schema cannot be served by REST, for instance by subscriptions
	CodeInvalidCoordinate  = "REST_INVALID_COORDINATE" // a key of fetch that is no Query.x, Mutation.x, Type.field, Type or Type(key)
	CodeUnknownType        = "REST_UNKNOWN_TYPE"       // a type that the schema does not have
	CodeUnknownField       = "REST_UNKNOWN_FIELD"      // a field that the type does not have
	CodeUnknownArgument    = "REST_UNKNOWN_ARGUMENT"   // an argument that the field does not have
	CodeUnknownValue       = "REST_UNKNOWN_ENUM_VALUE" // a value that the enum does not have
	CodeUnusedArgument     = "REST_UNUSED_ARGUMENT"    // an argument that nothing which is sent depends on
	CodeInvalidExpression  = "REST_INVALID_EXPRESSION" // an expression of the mapping language that is not well-formed
	CodeInvalidVariable    = "REST_INVALID_VARIABLE"   // a variable that has no value at this place
	CodeAmbiguous          = "REST_AMBIGUOUS_VARIABLE" // {x} is both an argument and a field of the parent
	CodeInvalidPath        = "REST_INVALID_PATH"       // a path template that is not well-formed
	CodeInvalidMethod      = "REST_INVALID_METHOD"     // a method that does not fit the endpoint
	CodeInvalidHeader      = "REST_INVALID_HEADER"     // a header that must not be set
	CodeInvalidOption      = "REST_INVALID_OPTION"     // an option with an impossible value, or one that does not fit the others
	CodeInvalidKey         = "REST_INVALID_KEY"        // a lookup by fields that are no key of the type
	CodeInvalidMatch       = "REST_INVALID_MATCH"      // the elements of an answer cannot be matched like this
	CodeInvalidBatch       = "REST_INVALID_BATCH"      // batch bounds that do not fit the endpoint
	CodeInvalidSelection   = "REST_INVALID_SELECTION"  // a select, omit or provides that does not fit the type
	CodeInvalidPage        = "REST_INVALID_PAGE"       // pagination that does not fit the field
	CodeInvalidJQ          = "REST_INVALID_JQ"         // a jq program that does not compile
	CodeMissingTypename    = "REST_MISSING_TYPENAME"   // an interface or union without a rule that tells the type of a value
	CodeNoEndpoint         = "REST_NO_ENDPOINT"        // a root field without an endpoint
	CodeFieldNotProvided   = "REST_FIELD_NOT_PROVIDED" // a field that no endpoint gives
	CodeArgumentsIgnored   = "REST_ARGUMENTS_IGNORED"  // a field with arguments inside a payload, which cannot know them
	CodeUnsupported        = "REST_UNSUPPORTED"        // not supported yet, such as polling and server-sent events
	CodeUnknownEnvironment = "REST_UNKNOWN_VARIABLE"   // an environment variable that is not set
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
