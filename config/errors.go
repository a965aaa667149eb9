package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Codes of configuration errors. They are stable: scripts may match them.
const (
	CodeFile          = "CONFIG_FILE"           // a file cannot be found or read
	CodeSyntax        = "CONFIG_SYNTAX"         // not YAML, or YAML that goes beyond what a configuration needs
	CodeUnknownKey    = "CONFIG_UNKNOWN_KEY"    // a key that does not exist
	CodeDuplicateKey  = "CONFIG_DUPLICATE_KEY"  // a key given twice in one mapping
	CodeWrongType     = "CONFIG_WRONG_TYPE"     // a value of another type than the key takes
	CodeInvalidValue  = "CONFIG_INVALID_VALUE"  // a value of the right type that makes no sense
	CodeUnsetVariable = "CONFIG_UNSET_VARIABLE" // ${env.X} without default, X not set
	CodeDuplicateName = "CONFIG_DUPLICATE_NAME" // two list entries of one name
	CodeUnknownName   = "CONFIG_UNKNOWN_NAME"   // a reference to a subgraph that is not configured
	CodeConflict      = "CONFIG_CONFLICT"       // keys that exclude each other
	CodeMissing       = "CONFIG_MISSING"        // something required is not given
	CodeNotSupported  = "CONFIG_NOT_SUPPORTED"  // a key this version knows but does not support
)

// CodeInfo describes one error code for reference documentation.
type CodeInfo struct {
	// Code is the stable code.
	Code string
	// Meaning says in a sentence what is wrong.
	Meaning string
}

// Codes lists every code that an [Error] of this package may carry.
func Codes() []CodeInfo {
	return []CodeInfo{
		{CodeFile, "A file of the configuration, or a file named in it, cannot be found or read."},
		{CodeSyntax, "A file is not well-formed YAML, holds more than one document, or nests or repeats too much."},
		{CodeUnknownKey, "A key that does not exist at this place."},
		{CodeDuplicateKey, "The same key is given twice in one mapping."},
		{CodeWrongType, "The value has another type than the key takes."},
		{CodeInvalidValue, "The value has the right type, but is not one the key can take."},
		{CodeUnsetVariable, "An environment variable is used without a default and is not set."},
		{CodeDuplicateName, "Two entries of one list have the same name."},
		{CodeUnknownName, "An entry names a subgraph that is not configured."},
		{CodeConflict, "Two keys are given that exclude each other."},
		{CodeMissing, "A required key is not given."},
		{CodeNotSupported, "The key is known, but not supported by this version."},
	}
}

// Position is a place in the configuration.
type Position struct {
	// File is a path as the user gave it, the name of an environment variable, or a flag such as --listen.
	File string
	// Line and Column count from 1; both are 0 where there are no lines, as in a flag.
	Line, Column int
}

// String returns file:line:column, as editors and terminals understand it.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is one problem of a configuration.
type Error struct {
	// Code is one of the CONFIG_ codes.
	Code string
	// File, Line and Column say where; see [Position].
	File   string
	Line   int
	Column int
	// Path is the dotted path of the key as it is written, list entries by name:
	// subgraphs.accounts.url; see [Config.KeyPath].
	Path string
	// Message says what is wrong.
	Message string
	// Hint says what to change; it may be empty.
	Hint string
}

// Position returns where the problem is.
func (e Error) Position() Position { return Position{e.File, e.Line, e.Column} }

// Error returns the whole problem in one line.
func (e Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.Position().String())
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString(" (")
		b.WriteString(e.Hint)
		b.WriteString(")")
	}
	b.WriteString(" [")
	b.WriteString(e.Code)
	b.WriteString("]")
	return b.String()
}

// Errors is every problem of a configuration, in the order of files and lines.
type Errors []Error

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

// sorted orders by layer (the order of files), then by place.
func (e Errors) sorted(files []string) Errors {
	rank := make(map[string]int, len(files))
	for i, f := range files {
		if _, ok := rank[f]; !ok {
			rank[f] = i - len(files)
		}
	}
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(cmp.Compare(rank[a.File], rank[b.File]), cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return e
}

func errorAt(p Position, code, path, message, hint string) Error {
	return Error{Code: code, File: p.File, Line: p.Line, Column: p.Column, Path: path, Message: message, Hint: hint}
}
