package mapping

import (
	"fmt"
	"strings"
)

// The codes of what can be wrong with the text of a selection.
const (
	CodeSyntax          = "MAPPING_SYNTAX"           // not well-formed
	CodeUnknownMethod   = "MAPPING_UNKNOWN_METHOD"   // ->name does not exist
	CodeUnknownVariable = "MAPPING_UNKNOWN_VARIABLE" // $name does not exist here
	CodeArguments       = "MAPPING_ARGUMENTS"        // wrong number or form of a method's arguments
	CodeLimit           = "MAPPING_LIMIT"            // too long or nested too deeply
)

// Error is one thing wrong with the text of a selection.
type Error struct {
	Code    string
	Message string
	// Line and Column are where, from 1, in characters.
	Line, Column int
	// Hint says what to do about it; it may be empty.
	Hint string
}

// Error implements error.
func (e *Error) Error() string {
	s := fmt.Sprintf("%d:%d: %s (%s)", e.Line, e.Column, e.Message, e.Code)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Errors is all that is wrong with the text of a selection, in its order.
type Errors []*Error

// Error implements error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Issue says why a part of the output is missing.
type Issue struct {
	// Path is the place in the output, as in songs[3].title.
	Path    string
	Message string
	// Line and Column are the place in the text of the selection, 0 if it was
	// not made from text.
	Line, Column int
	// Limit is set if evaluation was given up because of a limit.
	Limit bool
}

// String returns the issue in one line.
func (i Issue) String() string {
	s := i.Message
	if i.Path != "" {
		s = i.Path + ": " + s
	}
	if i.Line > 0 {
		s += fmt.Sprintf(" (%d:%d)", i.Line, i.Column)
	}
	return s
}

// nearest returns the candidate most like name, "" if none is like it.
func nearest(name string, candidates []string) string {
	best, most := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if strings.EqualFold(c, name) {
			return c
		}
		if d := distance(name, c, most); d < most {
			best, most = c, d
		}
	}
	return best
}

// distance is the number of edits that make a into b, swapping two neighbours
// being one, or limit if it is not less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 64 {
		return limit
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			d := row[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			next[j] = min(d, row[j]+1, next[j-1]+1)
		}
		before, row = row, next
	}
	return min(row[len(b)], limit)
}
