package openapi

import (
	"fmt"
	"strconv"
	"strings"
)

// The codes of errors and notes. Those of notes say what was left out.
const (
	// CodeUnreadable: neither JSON nor YAML, or not what OpenAPI makes of them.
	CodeUnreadable = "OPENAPI_UNREADABLE"
	// CodeTooLarge: more than [Options] allow.
	CodeTooLarge = "OPENAPI_TOO_LARGE"
	// CodeVersion: not OpenAPI 2, 3.0 or 3.1.
	CodeVersion = "OPENAPI_VERSION"
	// CodeReference: a reference leads nowhere or out of the document.
	CodeReference = "OPENAPI_REFERENCE"
	// CodeServer: nothing says where the service is, or a server cannot be used.
	CodeServer = "OPENAPI_SERVER"
	// CodeCollision: two parts of the document would have one name.
	CodeCollision = "OPENAPI_NAME_COLLISION"
	// CodeName: a name of the options is not one of GraphQL.
	CodeName = "OPENAPI_INVALID_NAME"
	// CodeUnknown: the options name what the document does not have.
	CodeUnknown = "OPENAPI_UNKNOWN"
	// CodeKey: the key of an entity is no field that can be one.
	CodeKey = "OPENAPI_INVALID_KEY"
	// CodeEmpty: no operation is left to be asked.
	CodeEmpty = "OPENAPI_NO_OPERATIONS"

	// NoteMethod: the operation has a method that no field can have.
	NoteMethod = "OPENAPI_METHOD"
	// NotePath: the path cannot be asked for.
	NotePath = "OPENAPI_PATH"
	// NoteResponse: the answer is neither JSON nor text.
	NoteResponse = "OPENAPI_RESPONSE"
	// NoteBody: the request body cannot be sent.
	NoteBody = "OPENAPI_REQUEST_BODY"
	// NoteUpload: the request needs a file.
	NoteUpload = "OPENAPI_UPLOAD"
	// NoteParameter: a parameter cannot be an argument.
	NoteParameter = "OPENAPI_PARAMETER"
	// NoteProperty: a property has no field.
	NoteProperty = "OPENAPI_PROPERTY"
	// NoteEnum: an enum is a String.
	NoteEnum = "OPENAPI_ENUM"
	// NoteUnion: a choice of schemas is a JSON scalar.
	NoteUnion = "OPENAPI_UNION"
	// NoteInput: an input is a JSON scalar.
	NoteInput = "OPENAPI_INPUT"
	// NoteServer: the operation belongs to another server.
	NoteServer = "OPENAPI_OTHER_SERVER"
	// NoteReserved: a type has another name, since GraphQL reserves its own.
	NoteReserved = "OPENAPI_RESERVED_NAME"
	// NoteFormat: a format is a plain String.
	NoteFormat = "OPENAPI_FORMAT"
	// NoteEnvelope: what surrounds a list has no field.
	NoteEnvelope = "OPENAPI_ENVELOPE"
)

// Error is why a document cannot be imported.
type Error struct {
	// Code is stable; tools may rely on it.
	Code     string
	Subgraph string
	// Coordinate is what the schema would have: Query.users, User; may be empty.
	Coordinate string
	Message    string
	// Hint says what to do, naming the key of the configuration; may be empty.
	Hint string
	At   Place
	// Option and Entry are what of the options it is about: entities, links,
	// operations or types, and the name there. They are empty for faults of the
	// document.
	Option, Entry string
}

// of says which option the error is about.
func (e *Error) of(option, entry string) *Error {
	e.Option, e.Entry = option, entry
	return e
}

// Error implements error.
func (e *Error) Error() string {
	return "subgraph " + e.Subgraph + ", " + e.At.String() + ": " + e.Message + " (" + e.Code + ")" + hint(e.Hint)
}

func hint(text string) string {
	if text == "" {
		return ""
	}
	return ". " + text
}

// Note is something that the import left out or changed.
type Note struct {
	// Code is stable.
	Code string
	// Coordinate is what is concerned; may be empty.
	Coordinate string
	Message    string
	Hint       string
	// At has a line only after [Locate].
	At Place
}

// String is the note in one line.
func (n Note) String() string {
	return n.At.String() + ": " + n.Message + " (" + n.Code + ")" + hint(n.Hint)
}

// Place is a place in a document.
type Place struct {
	// Pointer is a JSON pointer (RFC 6901), such as #/paths/~1users/get.
	Pointer string
	// Line and Column count from 1; 0 means not known.
	Line, Column int
}

// String is the place as messages name it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.Pointer
	}
	return p.Pointer + " (line " + strconv.Itoa(p.Line) + ", column " + strconv.Itoa(p.Column) + ")"
}

// Errors are all errors of one import. It holds at least one.
type Errors []*Error

// Error implements error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors to package errors.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i := range e {
		out[i] = e[i]
	}
	return out
}

// findings collects errors and notes.
type findings struct {
	subgraph string
	errs     Errors
	notes    []Note
}

func (f *findings) fail(code, at, coordinate, format string, args ...any) *Error {
	e := &Error{Code: code, Subgraph: f.subgraph, Coordinate: coordinate, Message: fmt.Sprintf(format, args...), At: Place{Pointer: at}}
	f.errs = append(f.errs, e)
	return e
}

func (f *findings) note(code, at, coordinate, hint, format string, args ...any) {
	f.notes = append(f.notes, Note{Code: code, Coordinate: coordinate, Message: fmt.Sprintf(format, args...), Hint: hint, At: Place{Pointer: at}})
}
