package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/schema"
)

// scalarKind says how a scalar's values are checked.
type scalarKind uint8

const (
	scalarCustom scalarKind = iota
	scalarInt
	scalarFloat
	scalarString
	scalarBoolean
	scalarID
)

func scalarOf(name string) scalarKind {
	switch name {
	case "Int":
		return scalarInt
	case "Float":
		return scalarFloat
	case "String":
		return scalarString
	case "Boolean":
		return scalarBoolean
	case "ID":
		return scalarID
	}
	return scalarCustom
}

// inputObject is an input object type as clients see it.
type inputObject struct {
	fields []inputField
	byName map[string]int
	oneOf  bool
	// defaults is set when a field has a default, so that a value may have to be
	// completed.
	defaults bool
}

// inputField is one field of an inputObject.
type inputField struct {
	name string
	typ  schema.TypeRef
	// value is the coerced default as JSON; nil when there is none.
	value []byte

	literal *ast.Value
	state   uint8 // of resolving value
}

const (
	defaultUnresolved uint8 = iota
	defaultResolving
	defaultResolved
)

// loadInputs prepares the visible input types. Defaults come from the API
// schema: hidden fields are never sent on behalf of a client.
func (f *Front) loadInputs() error {
	f.inputs = make([]*inputObject, len(f.schema.Types))
	f.enums = make([]map[string]struct{}, len(f.schema.Types))
	f.scalars = make([]scalarKind, len(f.schema.Types))
	for i := range f.schema.Types {
		t := &f.schema.Types[i]
		def := f.api.Types[t.Name]
		if def == nil {
			continue
		}
		switch t.Kind {
		case schema.Scalar:
			f.scalars[i] = scalarOf(t.Name)
		case schema.Enum:
			f.enums[i] = make(map[string]struct{}, len(def.EnumValues))
			for _, v := range def.EnumValues {
				f.enums[i][v.Name] = struct{}{}
			}
		case schema.InputObject:
			in := &inputObject{byName: make(map[string]int, len(def.Fields)), oneOf: t.OneOf || def.Directives.ForName("oneOf") != nil}
			for _, field := range def.Fields {
				typ, ok := f.typeRef(field.Type)
				if !ok {
					return fmt.Errorf("the type %q of input field %s.%s is not in the schema", field.Type.String(), t.Name, field.Name)
				}
				in.byName[field.Name] = len(in.fields)
				in.fields = append(in.fields, inputField{name: field.Name, typ: typ, literal: field.DefaultValue})
				in.defaults = in.defaults || field.DefaultValue != nil
			}
			f.inputs[i] = in
		}
	}
	for i, in := range f.inputs {
		if in == nil {
			continue
		}
		for j := range in.fields {
			if err := f.resolveDefault(in, j); err != nil {
				return fmt.Errorf("input field %s.%s: %w", f.schema.Types[i].Name, in.fields[j].name, err)
			}
		}
	}
	return nil
}

// resolveDefault coerces a field's default, after those of the input types
// inside it.
func (f *Front) resolveDefault(in *inputObject, field int) error {
	d := &in.fields[field]
	if d.literal == nil || d.state == defaultResolved {
		return nil
	}
	if d.state == defaultResolving {
		return fmt.Errorf("the default value contains itself")
	}
	d.state = defaultResolving
	if err := f.resolveWithin(d.literal, d.typ.Type); err != nil {
		return err
	}
	value, err := f.constant(d.literal, d.typ)
	if err != nil {
		return fmt.Errorf("the default value is invalid: %w", err)
	}
	d.value, d.literal, d.state = value, nil, defaultResolved
	return nil
}

func (f *Front) resolveWithin(v *ast.Value, typ schema.TypeID) error {
	in := f.inputs[typ]
	if in == nil {
		return nil
	}
	if v.Kind == ast.ListValue {
		for _, child := range v.Children {
			if err := f.resolveWithin(child.Value, typ); err != nil {
				return err
			}
		}
		return nil
	}
	if v.Kind != ast.ObjectValue {
		return nil
	}
	for i := range in.fields {
		field := &in.fields[i]
		var err error
		if given := v.Children.ForName(field.name); given != nil {
			err = f.resolveWithin(given, field.typ.Type)
		} else {
			err = f.resolveDefault(in, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// typeRef resolves a type as written in an operation; false when the schema
// does not have it or it has too many lists.
func (f *Front) typeRef(t *ast.Type) (schema.TypeRef, bool) {
	wrap, ok := wrapOf(t, 0)
	id := f.schema.TypeByName(t.Name())
	return schema.TypeRef{Type: id, Wrap: wrap}, ok && id != schema.NoType
}

// maxListDepth is how many lists a schema.Wrap holds.
const maxListDepth = 14

func wrapOf(t *ast.Type, depth int) (schema.Wrap, bool) {
	if t.Elem == nil {
		return schema.WrapNamed(t.NonNull), true
	}
	if depth == maxListDepth {
		return 0, false
	}
	inner, ok := wrapOf(t.Elem, depth+1)
	return inner.List(t.NonNull), ok
}

// constant coerces a literal without variables to JSON.
func (f *Front) constant(v *ast.Value, typ schema.TypeRef) ([]byte, error) {
	plain := appendLiteral(nil, v)
	var values Values
	if !values.tape.read(plain) {
		return nil, fmt.Errorf("%s", values.tape.fault)
	}
	c := coercer{front: f, values: &values}
	out, err := c.coerce(0, typ)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// appendLiteral appends a literal as JSON, before coercion. GraphQL's numbers
// are JSON's; enum values become strings.
func appendLiteral(dst []byte, v *ast.Value) []byte {
	switch v.Kind {
	case ast.ListValue:
		dst = append(dst, '[')
		for i, child := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendLiteral(dst, child.Value)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		dst = append(dst, '{')
		for i, child := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, child.Name)
			dst = append(dst, ':')
			dst = appendLiteral(dst, child.Value)
		}
		return append(dst, '}')
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return appendJSONString(dst, v.Raw)
	}
	return append(dst, v.Raw...)
}

// hasVariable reports whether a literal mentions a variable.
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

// reorderable reports whether a literal could be written in another order.
func reorderable(v *ast.Value) bool {
	if v.Kind == ast.ObjectValue && len(v.Children) > 1 {
		return true
	}
	for _, child := range v.Children {
		if reorderable(child.Value) {
			return true
		}
	}
	return false
}

// depthOf returns how deep a literal nests.
func depthOf(v *ast.Value) int {
	depth := 0
	for _, child := range v.Children {
		depth = max(depth, depthOf(child.Value)+1)
	}
	return depth
}
