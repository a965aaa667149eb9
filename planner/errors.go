package planner

// The codes of planning errors. They reach the client as extensions.code.
const (
	CodeNotSupported = "NOT_SUPPORTED"          // a feature that waits for its turn
	CodeUnreachable  = "PLAN_UNREACHABLE_FIELD" // no subgraph can give a field
	CodeBudget       = "PLAN_TOO_COMPLEX"       // the planning budget is spent
	CodeTimeout      = "PLAN_TIMEOUT"           // query_planning.timeout passed
	CodePrepare      = "PLAN_PREPARE_FAILED"    // a client could not compile a fetch
)

// Error says why an operation cannot be planned.
type Error struct {
	Code string
	// Path is the response path, for example "users.reviews"; may be empty.
	Path string
	// Coordinate is the field at fault, as Type.field; may be empty.
	Coordinate string
	Message    string
	Err        error
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Message
	if e.Coordinate != "" {
		s = e.Coordinate + ": " + s
	}
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	return s + " (" + e.Code + ")"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
