package schema

import (
	"errors"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// maxSelectionTokens bounds the work one field set can cause.
const maxSelectionTokens = 10_000

// Selection is one element of a selection set in a directive argument (a field
// set): a field, or a fragment when Fragment is set. It is by name; nothing
// says yet that the names exist.
type Selection struct {
	// Fragment marks an inline fragment; On is its type condition, or empty.
	Fragment bool
	On       string
	// Alias and Name are equal for a field without an alias.
	Alias, Name string
	Arguments   []Argument
	Directives  []*Directive
	Selections  []Selection
}

// ParseSelections parses the text of a field set, with or without outer
// braces. Named fragments and variables are faults.
func ParseSelections(text string) ([]Selection, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the field set is empty")
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		// The line break keeps a trailing comment off the closing brace.
		text = "{" + text + "\n}"
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxSelectionTokens)
	if err != nil {
		var located *gqlerror.Error
		if errors.As(err, &located) {
			return nil, errors.New(located.Message)
		}
		return nil, err
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, errors.New("a field set is one selection set")
	}
	c := converter{}
	out, err := c.selections(doc.Operations[0].SelectionSet)
	if err == nil && len(c.errs) > 0 {
		err = errors.New(c.errs[0].Message)
	}
	return out, err
}

func (c *converter) selections(in ast.SelectionSet) ([]Selection, error) {
	out := make([]Selection, 0, len(in))
	for _, selection := range in {
		var s Selection
		var below ast.SelectionSet
		switch sel := selection.(type) {
		case *ast.Field:
			s = Selection{Alias: sel.Alias, Name: sel.Name, Directives: c.directives(sel.Directives)}
			for _, a := range sel.Arguments {
				s.Arguments = append(s.Arguments, Argument{Name: a.Name, Value: c.value(a.Value)})
			}
			below = sel.SelectionSet
		case *ast.InlineFragment:
			s = Selection{Fragment: true, On: sel.TypeCondition, Directives: c.directives(sel.Directives)}
			below = sel.SelectionSet
		default:
			return nil, errors.New("named fragments are not allowed in a field set")
		}
		var err error
		if s.Selections, err = c.selections(below); err != nil {
			return nil, err
		}
		if len(s.Selections) == 0 {
			s.Selections = nil
		}
		out = append(out, s)
	}
	return out, nil
}

// PrintSelections returns a field set as text with single spaces and without
// outer braces.
func PrintSelections(set []Selection) string {
	var b strings.Builder
	writeSelectionList(&b, set)
	return b.String()
}

func writeSelectionList(b *strings.Builder, set []Selection) {
	for i := range set {
		s := &set[i]
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case s.Fragment && s.On != "":
			b.WriteString("... on " + s.On)
		case s.Fragment:
			b.WriteString("...")
		default:
			if s.Alias != s.Name {
				b.WriteString(s.Alias + ": ")
			}
			b.WriteString(s.Name)
		}
		for j, a := range s.Arguments {
			if j == 0 {
				b.WriteByte('(')
			} else {
				b.WriteString(", ")
			}
			b.WriteString(a.Name + ": " + a.Value.GraphQL())
		}
		if len(s.Arguments) > 0 {
			b.WriteByte(')')
		}
		for _, d := range s.Directives {
			b.WriteString(" " + d.String())
		}
		if len(s.Selections) > 0 {
			b.WriteString(" { ")
			writeSelectionList(b, s.Selections)
			b.WriteString(" }")
		}
	}
}
