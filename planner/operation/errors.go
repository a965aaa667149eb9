package operation

import "strings"

// Code is a stable error code, sent to clients as extensions.code.
type Code string

// The codes of this package.
const (
	// CodeParseFailed: the text is not a GraphQL executable document.
	CodeParseFailed Code = "GRAPHQL_PARSE_FAILED"
	// CodeValidationFailed: the document breaks a validation rule.
	CodeValidationFailed Code = "GRAPHQL_VALIDATION_FAILED"
	// CodeOperationResolution: the operation name is missing, unknown or
	// ambiguous.
	CodeOperationResolution Code = "OPERATION_RESOLUTION_FAILURE"
	// CodeBadUserInput: the variables do not fit their declared types.
	CodeBadUserInput Code = "BAD_USER_INPUT"
	// CodeNotSupported: valid GraphQL that this server does not execute.
	CodeNotSupported Code = "NOT_SUPPORTED"
	// CodeInternal: the validator failed; a bug.
	CodeInternal Code = "INTERNAL_SERVER_ERROR"

	// The limit that the operation exceeds.
	CodeMaxDepth         Code = "LIMIT_MAX_DEPTH"
	CodeMaxIntrospection Code = "LIMIT_MAX_INTROSPECTION_DEPTH"
	CodeMaxAliases       Code = "LIMIT_MAX_ALIASES"
	CodeMaxRootFields    Code = "LIMIT_MAX_ROOT_FIELDS"
	CodeMaxFields        Code = "LIMIT_MAX_FIELDS"
	CodeMaxTokens        Code = "LIMIT_MAX_TOKENS"
	CodeMaxDirectives    Code = "LIMIT_MAX_DIRECTIVES"
	CodeMaxConditions    Code = "LIMIT_MAX_CONDITIONS"
	// CodeValidationCost: a bound that holds whatever the limits say.
	CodeValidationCost Code = "LIMIT_VALIDATION_COST"
)

// Location is a place in the operation's text: the beginning of the element
// meant. Both numbers count from 1, columns in UTF-16 code units, as editors and
// the reference implementation have them: a tab or a byte order mark is one, a
// character beyond the basic multilingual plane two. Lines end as section 2.1.2
// says, with "\r\n" as one end. The zero Location means "not known".
type Location struct {
	Line, Column int32
}

// Error is one problem with an operation or its variables.
type Error struct {
	Code    Code
	Message string
	// Locations are where in the text; there may be several when one problem
	// occurs several times.
	Locations []Location
	// Variable is the path of the offending value, as in `$input.items[2].qty`;
	// empty unless Code is BAD_USER_INPUT.
	Variable string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Errors are one or more problems. A nil Errors means success.
type Errors []*Error

// Error joins the messages.
func (e Errors) Error() string {
	messages := make([]string, len(e))
	for i, err := range e {
		messages[i] = err.Message
	}
	return strings.Join(messages, "; ")
}

func one(code Code, message string, at ...Location) Errors {
	return Errors{{Code: code, Message: message, Locations: at}}
}
