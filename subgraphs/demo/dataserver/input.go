package dataserver

import (
	"fmt"
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// coerceVariables gives the operation's variables their values: defaults
// filled in, every value strictly of its type.
func coerceVariables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(op.VariableDefinitions))
	for _, def := range op.VariableDefinitions {
		value, ok := given[def.Variable]
		var err error
		switch {
		case ok:
			value, err = coerceInput(schema, def.Type, value)
		case def.DefaultValue != nil:
			value, ok, err = literal(schema, def.Type, def.DefaultValue, nil)
		case def.Type.NonNull:
			err = fmt.Errorf("a value is required")
		}
		if err != nil {
			return nil, fmt.Errorf("variable $%s: %w", def.Variable, err)
		}
		if ok {
			out[def.Variable] = value
		}
	}
	return out, nil
}

// coerceInput checks a JSON value against an input type.
func coerceInput(schema *ast.Schema, typ *ast.Type, value any) (any, error) {
	if value == nil {
		if typ.NonNull {
			return nil, fmt.Errorf("null is not a %s", typ)
		}
		return nil, nil
	}
	if typ.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		out := make([]any, len(list))
		for i, item := range list {
			v, err := coerceInput(schema, typ.Elem, item)
			if err != nil {
				return nil, fmt.Errorf("item %d: %w", i, err)
			}
			out[i] = v
		}
		return out, nil
	}
	def := schema.Types[typ.NamedType]
	if def == nil {
		return nil, fmt.Errorf("unknown type %s", typ.NamedType)
	}
	if def.Kind != ast.InputObject {
		return coerceScalar(def, value, true)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%v is not a %s", value, def.Name)
	}
	for name := range object {
		if def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("%s has no field %s", def.Name, name)
		}
	}
	return inputObject(schema, def, func(f *ast.FieldDefinition) (any, bool, error) {
		v, ok := object[f.Name]
		if !ok {
			return nil, false, nil
		}
		v, err := coerceInput(schema, f.Type, v)
		return v, true, err
	})
}

// inputObject builds an input object with its defaults.
func inputObject(schema *ast.Schema, def *ast.Definition, read func(*ast.FieldDefinition) (any, bool, error)) (any, error) {
	out := map[string]any{}
	for _, f := range def.Fields {
		v, ok, err := read(f)
		if err == nil && !ok && f.DefaultValue != nil {
			v, ok, err = literal(schema, f.Type, f.DefaultValue, nil)
		}
		if err == nil && f.Type.NonNull && v == nil {
			err = fmt.Errorf("a value is required")
		}
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", def.Name, f.Name, err)
		}
		if ok {
			out[f.Name] = v
		}
	}
	if def.Directives.ForName("oneOf") != nil {
		if len(out) != 1 {
			return nil, fmt.Errorf("%s takes exactly one field", def.Name)
		}
		for name, v := range out {
			if v == nil {
				return nil, fmt.Errorf("%s.%s: null is no value", def.Name, name)
			}
		}
	}
	return out, nil
}

// literal evaluates a value of the query text; ok is false for a variable
// that has no value.
func literal(schema *ast.Schema, typ *ast.Type, v *ast.Value, vars map[string]any) (value any, ok bool, err error) {
	switch v.Kind {
	case ast.Variable:
		value, ok = vars[v.Raw]
		if ok && value == nil && typ.NonNull {
			return nil, false, fmt.Errorf("null is not a %s", typ)
		}
		return value, ok, nil
	case ast.NullValue:
		if typ.NonNull {
			return nil, false, fmt.Errorf("null is not a %s", typ)
		}
		return nil, true, nil
	}
	if typ.Elem != nil {
		if v.Kind != ast.ListValue {
			item, _, err := literal(schema, typ.Elem, v, vars)
			return []any{item}, true, err
		}
		out := make([]any, len(v.Children))
		for i, c := range v.Children {
			item, _, err := literal(schema, typ.Elem, c.Value, vars)
			if err == nil && item == nil && typ.Elem.NonNull {
				err = fmt.Errorf("null is not a %s", typ.Elem)
			}
			if err != nil {
				return nil, false, err
			}
			out[i] = item
		}
		return out, true, nil
	}
	def := schema.Types[typ.NamedType]
	if def == nil {
		return nil, false, fmt.Errorf("unknown type %s", typ.NamedType)
	}
	if def.Kind == ast.InputObject && v.Kind == ast.ObjectValue {
		value, err := inputObject(schema, def, func(f *ast.FieldDefinition) (any, bool, error) {
			c := v.Children.ForName(f.Name)
			if c == nil {
				return nil, false, nil
			}
			return literal(schema, f.Type, c, vars)
		})
		return value, true, err
	}
	raw, err := v.Value(vars)
	if err != nil {
		return nil, false, fmt.Errorf("%s is out of range", v.Raw)
	}
	value, err = coerceScalar(def, raw, true)
	return value, true, err
}

// coerceScalar checks a scalar or enum value. An input ID may be a whole
// number; a result may not, so that sloppy data shows.
func coerceScalar(def *ast.Definition, value any, input bool) (any, error) {
	wrong := func() (any, error) {
		return nil, fmt.Errorf("%s cannot represent %s", def.Name, describe(value))
	}
	if def.Kind == ast.Enum {
		name, ok := value.(string)
		if !ok || def.EnumValues.ForName(name) == nil {
			return wrong()
		}
		return name, nil
	}
	switch def.Name {
	case "Int":
		switch n := value.(type) {
		case int64:
			if n >= math.MinInt32 && n <= math.MaxInt32 {
				return n, nil
			}
		case float64:
			if n == math.Trunc(n) && n >= math.MinInt32 && n <= math.MaxInt32 {
				return int64(n), nil
			}
		}
		return wrong()
	case "Float":
		switch n := value.(type) {
		case int64:
			return n, nil
		case float64:
			if !math.IsNaN(n) && !math.IsInf(n, 0) {
				return n, nil
			}
		}
		return wrong()
	case "String":
		if s, ok := value.(string); ok {
			return s, nil
		}
		return wrong()
	case "Boolean":
		if b, ok := value.(bool); ok {
			return b, nil
		}
		return wrong()
	case "ID":
		switch id := value.(type) {
		case string:
			return id, nil
		case int64:
			if input {
				text, _ := scalarText(id)
				return text, nil
			}
		}
		return wrong()
	}
	return value, nil
}

func describe(value any) string {
	switch value := value.(type) {
	case string:
		return fmt.Sprintf("%q", value)
	case map[string]any, *object:
		return "an object"
	case []any:
		return "a list"
	}
	return fmt.Sprint(value)
}
