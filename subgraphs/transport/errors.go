package transport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind is the class of a failure.
type Kind uint8

// The classes of failures.
const (
	// Unreachable: no connection could be made.
	Unreachable Kind = iota
	// Timeout: no answer in time.
	Timeout
	// Lost: the connection broke before the answer was whole.
	Lost
	// TooLarge: the body is over the limit.
	TooLarge
	// Malformed: what came back is not HTTP, or is encoded in a way nobody asked for.
	Malformed
	// Cancelled: the caller's context was cancelled.
	Cancelled
	// Invalid: the request cannot be sent, for example for a line break in a header.
	Invalid
)

func (k Kind) String() string {
	switch k {
	case Unreachable:
		return "unreachable"
	case Timeout:
		return "timed out"
	case Lost:
		return "connection lost"
	case TooLarge:
		return "body too large"
	case Malformed:
		return "malformed response"
	case Cancelled:
		return "cancelled"
	case Invalid:
		return "invalid request"
	}
	return "unknown"
}

// Error is a failed request. Err may name addresses and is meant for logs.
type Error struct {
	Kind Kind
	// Status is the HTTP status if a response had begun, else 0.
	Status int
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return "transport: " + e.Kind.String()
	}
	return fmt.Sprintf("transport: %s: %v", e.Kind, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func fail(kind Kind, err error) *Error { return &Error{Kind: kind, Err: err} }

// interrupted tells why a request under ctx ended early, if it was for the
// context or for its deadline; otherwise it returns nil.
func interrupted(ctx context.Context, deadline time.Time, cause error) *Error {
	if err := ctx.Err(); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return fail(Timeout, err)
		}
		return fail(Cancelled, err)
	}
	if !deadline.IsZero() && !time.Now().Before(deadline) {
		if cause == nil {
			cause = context.DeadlineExceeded
		}
		return fail(Timeout, cause)
	}
	return nil
}
