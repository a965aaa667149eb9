package operation

import (
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// valuesOfCorrectType: literals fit the type expected where they stand
// (sections 5.6.1 to 5.6.4). The walk calls it for every value, inner ones
// first, with the expected type filled in.
func (f *Front) valuesOfCorrectType(events *validator.Events, report validator.AddErrFunc) {
	events.OnValue(func(w *validator.Walker, v *ast.Value) {
		def := v.Definition
		if def == nil || v.ExpectedType == nil || v.Kind == ast.Variable {
			return
		}
		fail := func(options ...validator.ErrorOption) {
			report(append(options, func(g *gqlerror.Error) {
				if v.Position != nil {
					g.Locations = append(g.Locations, gqlerror.Location{Line: v.Position.Line, Column: v.Position.Column})
				}
			})...)
		}
		mismatch := func() {
			fail(validator.Message("Expected value of type %q, found %s.", v.ExpectedType.String(), printValue(v)))
		}
		if v.Kind == ast.NullValue {
			if v.ExpectedType.NonNull {
				mismatch()
			}
			return
		}
		if def.Kind == ast.Scalar && scalarOf(def.Name) == scalarCustom {
			return
		}
		if v.Kind == ast.ListValue {
			if v.ExpectedType.Elem == nil {
				mismatch()
			}
			return
		}
		switch def.Kind {
		case ast.Scalar:
			if why := scalarLiteral(scalarOf(def.Name), v); why != "" {
				fail(validator.Message("%s", why))
			}
		case ast.Enum:
			if v.Kind != ast.EnumValue {
				mismatch()
			} else if def.EnumValues.ForName(v.Raw) == nil {
				fail(append([]validator.ErrorOption{
					validator.Message("Value %q does not exist in %q enum.", v.Raw, def.Name),
				}, f.suggestValues(v.Raw, def)...)...)
			}
		case ast.InputObject:
			if v.Kind != ast.ObjectValue {
				mismatch()
				return
			}
			f.inputLiteral(v, def, fail)
		default:
			mismatch()
		}
	})
}

// scalarLiteral says why a literal is no value of a built-in scalar; empty when
// it is one.
func scalarLiteral(kind scalarKind, v *ast.Value) string {
	switch kind {
	case scalarInt:
		if v.Kind != ast.IntValue {
			return "Int cannot represent non-integer value: " + printValue(v)
		}
		if _, err := strconv.ParseInt(v.Raw, 10, 32); err != nil {
			return "Int cannot represent non 32-bit signed integer value: " + printValue(v)
		}
	case scalarFloat:
		if v.Kind != ast.IntValue && v.Kind != ast.FloatValue {
			return "Float cannot represent non numeric value: " + printValue(v)
		}
		if n, err := strconv.ParseFloat(v.Raw, 64); err != nil || math.IsInf(n, 0) {
			return "Float cannot represent value outside of the double precision range: " + printValue(v)
		}
	case scalarString:
		if v.Kind != ast.StringValue && v.Kind != ast.BlockValue {
			return "String cannot represent a non string value: " + printValue(v)
		}
	case scalarBoolean:
		if v.Kind != ast.BooleanValue {
			return "Boolean cannot represent a non boolean value: " + printValue(v)
		}
	case scalarID:
		if v.Kind != ast.StringValue && v.Kind != ast.BlockValue && v.Kind != ast.IntValue {
			return "ID cannot represent a non-string and non-integer value: " + printValue(v)
		}
	}
	return ""
}

func (f *Front) inputLiteral(v *ast.Value, def *ast.Definition, fail func(...validator.ErrorOption)) {
	for _, field := range def.Fields {
		if field.Type.NonNull && field.DefaultValue == nil && v.Children.ForName(field.Name) == nil {
			fail(validator.Message("Field %q of required type %q was not provided.", def.Name+"."+field.Name, field.Type.String()))
		}
	}
	if def.Directives.ForName("oneOf") != nil {
		switch {
		case len(v.Children) != 1:
			fail(validator.Message("OneOf input object %q must specify exactly one field.", def.Name))
		case v.Children[0].Value.Kind == ast.NullValue:
			fail(validator.Message("Field %q must be non-null.", def.Name+"."+v.Children[0].Name))
		}
	}
	for _, child := range v.Children {
		if def.Fields.ForName(child.Name) == nil {
			options := []validator.ErrorOption{validator.Message("Field %q is not defined by type %q.", child.Name, def.Name)}
			if f.limits.Suggestions {
				names := make([]string, 0, len(def.Fields))
				for _, field := range def.Fields {
					names = append(names, field.Name)
				}
				options = append(options, core.SuggestListQuoted("Did you mean", child.Name, names))
			}
			fail(options...)
		}
	}
}

func (f *Front) suggestValues(name string, def *ast.Definition) []validator.ErrorOption {
	if !f.limits.Suggestions {
		return nil
	}
	names := make([]string, 0, len(def.EnumValues))
	for _, v := range def.EnumValues {
		names = append(names, v.Name)
	}
	return []validator.ErrorOption{core.SuggestListQuoted("Did you mean the enum value", name, names)}
}

// printValue prints a literal for a message. Nested values are left out: a deep
// list of mistakes would print every level again.
func printValue(v *ast.Value) string {
	switch v.Kind {
	case ast.ListValue:
		return fmt.Sprintf("a list of %d values", len(v.Children))
	case ast.ObjectValue:
		return fmt.Sprintf("an object of %d fields", len(v.Children))
	case ast.StringValue, ast.BlockValue:
		return truncate(strconv.Quote(truncate(v.Raw, 64)), 128)
	}
	return truncate(v.Raw, 64)
}
