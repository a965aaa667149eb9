package supergraph

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/schema"
)

// maxFieldSetTokens bounds the work one field set can cause.
const maxFieldSetTokens = 10_000

// ParseFieldSet parses the text of a field set about the given type. Braces
// around the text are allowed. The second result is nil when the set is good;
// otherwise it says where in the text the fault is.
func ParseFieldSet(s *schema.Schema, on schema.TypeID, text string) (FieldSet, *Error) {
	// Most keys are one leaf field.
	if isName(text) && s.Type(on).Kind != schema.Union {
		if f := s.FieldByName(on, text); f != schema.NoField && !s.Type(s.Field(f).Type.Type).Kind.Composite() {
			return FieldSet{{Field: f, Name: text, On: schema.NoType}}, nil
		}
	}
	selections, err := parseSelections(text)
	if err != nil {
		return nil, err
	}
	p := fieldSetParser{schema: s, text: text, shift: fieldSetShift(text)}
	set := p.selections(on, selections)
	if p.err != nil {
		return nil, p.err
	}
	return set, nil
}

// NormalizeFieldSet returns a field set with single spaces and without outer
// braces, the form in which a [Definition] holds field sets. Text that does not
// parse is returned as it is.
func NormalizeFieldSet(text string) string {
	if isName(text) {
		return text
	}
	selections, err := schema.ParseSelections(text)
	if err != nil {
		return text
	}
	return schema.PrintSelections(selections)
}

// fieldSetShift is how many columns the parsed text is ahead of the given one.
func fieldSetShift(text string) int {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return 0
	}
	return 1
}

func parseSelections(text string) (ast.SelectionSet, *Error) {
	if strings.TrimSpace(text) == "" {
		return nil, &Error{Code: CodeInvalidFieldSet, Message: "the field set is empty", Source: text}
	}
	if !utf8.ValidString(text) {
		return nil, &Error{Code: CodeInvalidFieldSet, Message: "the field set is not UTF-8", Source: text}
	}
	wrapped := text
	shift := fieldSetShift(text)
	if shift > 0 {
		// The line break keeps a trailing comment off the closing brace.
		wrapped = "{" + text + "\n}"
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: wrapped}, maxFieldSetTokens)
	if err != nil {
		out := &Error{Code: CodeInvalidFieldSet, Message: err.Error(), Source: text}
		var located *gqlerror.Error
		if errors.As(err, &located) {
			out.Message = located.Message
			if len(located.Locations) > 0 {
				out.Pos = shifted(located.Locations[0].Line, located.Locations[0].Column, shift)
			}
		}
		return nil, out
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, &Error{Code: CodeInvalidFieldSet, Message: "a field set is one selection set", Source: text}
	}
	return doc.Operations[0].SelectionSet, nil
}

func shifted(line, column, shift int) schema.Position {
	if line == 1 && column > shift {
		column -= shift
	}
	return schema.Position{Line: line, Column: column}
}

type fieldSetParser struct {
	schema *schema.Schema
	text   string
	shift  int
	err    *Error // the first fault
}

func (p *fieldSetParser) fail(pos *ast.Position, message string) {
	if p.err != nil {
		return
	}
	p.err = &Error{Code: CodeInvalidFieldSet, Message: message, Source: p.text}
	if pos != nil {
		p.err.Pos = shifted(pos.Line, pos.Column, p.shift)
	}
}

func (p *fieldSetParser) selections(on schema.TypeID, in ast.SelectionSet) FieldSet {
	set := make(FieldSet, 0, len(in))
	for _, selection := range in {
		switch sel := selection.(type) {
		case *ast.Field:
			set = append(set, p.field(on, sel))
		case *ast.InlineFragment:
			condition := on
			if sel.TypeCondition != "" {
				condition = p.schema.TypeByName(sel.TypeCondition)
			}
			if condition == schema.NoType {
				p.fail(sel.Position, "type "+sel.TypeCondition+" does not exist")
				continue
			}
			if !p.schema.Type(condition).Kind.Composite() {
				p.fail(sel.Position, "type "+sel.TypeCondition+" has no fields")
				continue
			}
			if len(sel.Directives) > 0 {
				p.fail(sel.Position, "directives are not allowed in a field set")
			}
			set = append(set, FieldSelection{
				Field: schema.NoField, On: condition, Selections: p.selections(condition, sel.SelectionSet),
			})
		default:
			p.fail(sel.GetPosition(), "named fragments are not allowed in a field set")
		}
		if p.err != nil {
			return nil
		}
	}
	return set
}

func (p *fieldSetParser) field(on schema.TypeID, sel *ast.Field) FieldSelection {
	parent := p.schema.Type(on)
	out := FieldSelection{Field: schema.NoField, Name: sel.Name, On: schema.NoType}
	if sel.Alias != sel.Name {
		p.fail(sel.Position, "aliases are not allowed in a field set")
		return out
	}
	if len(sel.Directives) > 0 {
		p.fail(sel.Position, "directives are not allowed in a field set")
		return out
	}
	if sel.Name == "__typename" {
		if len(sel.Arguments) > 0 || len(sel.SelectionSet) > 0 {
			p.fail(sel.Position, "__typename has neither arguments nor fields")
		}
		return out
	}
	out.Field = p.schema.FieldByName(on, sel.Name)
	if out.Field == schema.NoField || parent.Kind == schema.Union {
		p.fail(sel.Position, "type "+parent.Name+" has no field "+sel.Name)
		return out
	}
	for _, arg := range sel.Arguments {
		if hasVariable(arg.Value) {
			p.fail(arg.Position, "variables are not allowed in a field set")
			return out
		}
		out.Args = append(out.Args, FieldArg{Name: arg.Name, Value: constantText(arg.Value)})
	}
	field := p.schema.Field(out.Field)
	named := p.schema.Type(field.Type.Type)
	switch composite := named.Kind.Composite(); {
	case composite && len(sel.SelectionSet) == 0:
		p.fail(sel.Position, "field "+parent.Name+"."+sel.Name+" needs a selection of its fields")
	case !composite && len(sel.SelectionSet) > 0:
		p.fail(sel.Position, "field "+parent.Name+"."+sel.Name+" has no fields to select")
	case composite:
		out.Selections = p.selections(named.ID, sel.SelectionSet)
	}
	return out
}

func hasVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, child := range v.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

func constantText(v *ast.Value) string {
	var sb strings.Builder
	writeConstant(&sb, v)
	return sb.String()
}

func writeConstant(sb *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.Variable:
		sb.WriteString("$" + v.Raw)
	case ast.StringValue, ast.BlockValue:
		schema.WriteString(sb, v.Raw)
	case ast.NullValue:
		sb.WriteString("null")
	case ast.ListValue:
		sb.WriteByte('[')
		for i, child := range v.Children {
			if i > 0 {
				sb.WriteString(", ")
			}
			writeConstant(sb, child.Value)
		}
		sb.WriteByte(']')
	case ast.ObjectValue:
		sb.WriteByte('{')
		for i, child := range v.Children {
			if i > 0 {
				sb.WriteString(", ")
			}
			sb.WriteString(child.Name + ": ")
			writeConstant(sb, child.Value)
		}
		sb.WriteByte('}')
	default:
		sb.WriteString(v.Raw)
	}
}
