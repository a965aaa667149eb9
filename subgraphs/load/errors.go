package load

import (
	"errors"

	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// The codes of a schema that could not be loaded.
const (
	CodeUnreachable = "SCHEMA_UNREACHABLE" // no connection, or lost before the answer was complete
	CodeTimeout     = "SCHEMA_TIMEOUT"     // no answer in time
	CodeStatus      = "SCHEMA_HTTP_STATUS" // a status other than 2xx without a GraphQL body
	CodeTooLarge    = "SCHEMA_TOO_LARGE"   // larger than allowed
	CodeMalformed   = "SCHEMA_MALFORMED"   // an answer that holds no schema
	CodeNotOffered  = "SCHEMA_NOT_OFFERED" // the upstream refuses to tell its schema
	CodeFile        = "SCHEMA_FILE"        // a file that cannot be read
	CodeInvalid     = "SCHEMA_SOURCE"      // a source that cannot work: URL, header, TLS file
	CodeCancelled   = "SCHEMA_CANCELLED"   // loading was given up
)

// Error says why a schema could not be loaded.
type Error struct {
	Code     string
	Subgraph string
	Message  string
	// Hint says what may help; may be empty.
	Hint string
	// Err is the cause for the log; may be nil.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	s := "schema of " + e.Subgraph + ": " + e.Message + " (" + e.Code + ")"
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// transportError translates a failed request.
func transportError(err error) *Error {
	var e *transport.Error
	var denied *auth.Error
	if errors.As(err, &denied) {
		return &Error{Code: CodeUnreachable, Message: "there are no credentials for the upstream", Err: err, Hint: "check subgraphs[].auth"}
	}
	if !errors.As(err, &e) {
		return &Error{Code: CodeUnreachable, Message: "the request failed", Err: err}
	}
	switch e.Kind {
	case transport.Timeout:
		return &Error{Code: CodeTimeout, Message: "no answer in time", Err: e.Err}
	case transport.Cancelled:
		return &Error{Code: CodeCancelled, Message: "loading was cancelled", Err: e.Err}
	case transport.TooLarge:
		return &Error{Code: CodeTooLarge, Message: "the answer is larger than allowed", Err: e.Err}
	case transport.Malformed:
		return &Error{Code: CodeMalformed, Message: "the answer is not valid HTTP", Err: e.Err}
	case transport.Invalid:
		return &Error{Code: CodeInvalid, Message: "the request could not be built", Err: e.Err}
	case transport.Lost:
		return &Error{Code: CodeUnreachable, Message: "the connection was closed before the answer was complete", Err: e.Err}
	}
	return &Error{
		Code: CodeUnreachable, Message: "no connection could be made", Err: e.Err,
		Hint: "check that it runs and that the URL is right",
	}
}
