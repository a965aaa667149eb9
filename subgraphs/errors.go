package subgraphs

import "fmt"

// The codes of a failed fetch. They reach the client as extensions.code.
const (
	CodeUnreachable = "SUBGRAPH_UNREACHABLE"      // no connection
	CodeTimeout     = "SUBGRAPH_TIMEOUT"          // no answer in time
	CodeClosed      = "SUBGRAPH_CONNECTION_LOST"  // closed before the answer was whole
	CodeStatus      = "SUBGRAPH_HTTP_STATUS"      // a status other than 2xx without a GraphQL body
	CodeTooLarge    = "SUBGRAPH_ANSWER_TOO_LARGE" // over max_response_body_size
	CodeMalformed   = "SUBGRAPH_MALFORMED"        // not JSON, not a GraphQL response, wrong shape
	CodeRequest     = "SUBGRAPH_REQUEST_INVALID"  // the request could not be built
	CodeCancelled   = "REQUEST_CANCELLED"         // the client left
)

// FetchError says why a fetch has no answer.
type FetchError struct {
	Code     string
	Subgraph string
	// Status is the HTTP status, 0 when there was none.
	Status int
	// Message says what happened, without addresses or secrets.
	Message string
	// Err is the cause for the log; it may name addresses.
	Err error
}

// Error implements error.
func (e *FetchError) Error() string {
	s := fmt.Sprintf("subgraph %s: %s (%s)", e.Subgraph, e.Message, e.Code)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *FetchError) Unwrap() error { return e.Err }
