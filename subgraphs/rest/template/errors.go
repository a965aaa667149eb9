package template

import "fmt"

// CodeBadUserInput is the code of every [ValueError].
const CodeBadUserInput = "BAD_USER_INPUT"

// SyntaxError is a template that cannot be read.
type SyntaxError struct {
	// Text is the template.
	Text string
	// Offset is the byte in Text where the fault is.
	Offset int
	// Message says what is wrong; Hint, which may be empty, what to change.
	Message, Hint string
}

// Error returns the fault with its place.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s at column %d of %q", e.Message, e.Offset+1, e.Text)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// ValueError is a value that must not become part of a request. It never holds
// the value.
type ValueError struct {
	// Where is the reference, parameter or header that the value is for.
	Where string
	// Reason completes "the value".
	Reason string
}

// Error returns the reason with its place.
func (e *ValueError) Error() string { return fmt.Sprintf("the value of %s %s", e.Where, e.Reason) }

// Code returns the stable code of the error.
func (e *ValueError) Code() string { return CodeBadUserInput }
