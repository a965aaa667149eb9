package rest

import (
	"errors"
	"fmt"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// arguments makes the JSON object of a field's arguments. What the client does
// not give has the default of the schema.
type arguments struct {
	list []argument
	// constant is the object when no variable is in it.
	constant []byte
}

type argument struct {
	json     []byte // "name":
	variable int    // or -1
	constant []byte // JSON text
	composed *composed
	fallback []byte // JSON text of the default; nil without one
}

// composed is a list or an object with variables in it.
type composed struct {
	list  bool
	items []argument
}

// argumentsOf compiles the arguments of one selection of a field.
func argumentsOf(f *field, given []subgraphs.ArgumentSpec) (*arguments, error) {
	a := &arguments{}
	static := true
	for _, def := range f.args {
		arg := argument{json: append(mapping.AppendQuoted(nil, def.Name), ':'), variable: -1}
		if def.Default != nil {
			arg.fallback = appendSchemaValue(nil, def.Default)
		}
		for i := range given {
			if given[i].Name != def.Name {
				continue
			}
			if err := arg.compile(&given[i].Value); err != nil {
				return nil, fmt.Errorf("argument %s of %s: %w", def.Name, f.coordinate(), err)
			}
		}
		static = static && arg.static()
		a.list = append(a.list, arg)
	}
	for i := range given {
		if f.argument(given[i].Name) == nil {
			return nil, fmt.Errorf("%s has no argument %s", f.coordinate(), given[i].Name)
		}
	}
	if static {
		a.constant = a.append(nil, nil)
	}
	return a, nil
}

func (a *argument) static() bool {
	if a.composed != nil {
		for i := range a.composed.items {
			if !a.composed.items[i].static() {
				return false
			}
		}
	}
	return a.variable < 0
}

func (a *argument) compile(v *subgraphs.ArgumentValue) error {
	switch {
	case v.Variable >= 0:
		a.variable = v.Variable
	case v.List || v.Object:
		a.composed = &composed{list: v.List}
		for i := range v.Items {
			item := argument{variable: -1}
			if err := item.compile(&v.Items[i]); err != nil {
				return err
			}
			a.composed.items = append(a.composed.items, item)
		}
		for i := range v.Fields {
			item := argument{json: append(mapping.AppendQuoted(nil, v.Fields[i].Name), ':'), variable: -1}
			if err := item.compile(&v.Fields[i].Value); err != nil {
				return err
			}
			a.composed.items = append(a.composed.items, item)
		}
	default:
		json, err := constantJSON(v.Constant)
		if err != nil {
			return err
		}
		a.constant = json
	}
	return nil
}

var errConstant = errors.New("the constant is not a GraphQL value")

// constantJSON turns a GraphQL constant into JSON.
func constantJSON(text string) ([]byte, error) {
	set, err := schema.ParseSelections("f(v: " + text + "\n)")
	if err != nil {
		return nil, err
	}
	if len(set) != 1 || len(set[0].Arguments) != 1 {
		return nil, errConstant
	}
	return appendSchemaValue(nil, set[0].Arguments[0].Value), nil
}

// appendSchemaValue writes a GraphQL value as JSON.
func appendSchemaValue(dst []byte, v *schema.Value) []byte {
	switch v.Kind {
	case schema.IntValue, schema.FloatValue, schema.BooleanValue:
		return append(dst, v.Raw...)
	case schema.StringValue, schema.EnumValue:
		return mapping.AppendQuoted(dst, v.Raw)
	case schema.ListValue:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendSchemaValue(dst, item)
		}
		return append(dst, ']')
	case schema.ObjectValue:
		dst = append(dst, '{')
		for i := range v.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(mapping.AppendQuoted(dst, v.Fields[i].Name), ':')
			dst = appendSchemaValue(dst, v.Fields[i].Value)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// append writes the object for a call.
func (a *arguments) append(dst []byte, variables [][]byte) []byte {
	if a == nil {
		return append(dst, "{}"...)
	}
	if a.constant != nil {
		return append(dst, a.constant...)
	}
	dst = append(dst, '{')
	first := true
	for i := range a.list {
		dst = a.list[i].member(dst, variables, &first)
	}
	return append(dst, '}')
}

// member writes an argument or an input field, unless it is not given.
func (a *argument) member(dst []byte, variables [][]byte, first *bool) []byte {
	start := len(dst)
	if !*first {
		dst = append(dst, ',')
	}
	dst = append(dst, a.json...)
	dst, ok := a.value(dst, variables)
	if !ok {
		return dst[:start]
	}
	*first = false
	return dst
}

func (a *argument) value(dst []byte, variables [][]byte) ([]byte, bool) {
	switch {
	case a.variable >= 0:
		if a.variable < len(variables) && variables[a.variable] != nil {
			return append(dst, variables[a.variable]...), true
		}
	case a.composed != nil:
		return a.composed.append(dst, variables), true
	case a.constant != nil:
		return append(dst, a.constant...), true
	}
	if a.fallback != nil {
		return append(dst, a.fallback...), true
	}
	return dst, false
}

func (c *composed) append(dst []byte, variables [][]byte) []byte {
	first := true
	if !c.list {
		dst = append(dst, '{')
		for i := range c.items {
			dst = c.items[i].member(dst, variables, &first)
		}
		return append(dst, '}')
	}
	dst = append(dst, '[')
	for i := range c.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		var ok bool
		if dst, ok = c.items[i].value(dst, variables); !ok {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, ']')
}

// appendSent writes a value that is sent. What comes from an argument, or from a
// field of the object, is written
// as the upstream spells it: names of input fields and values of enums.
func (u *Upstream) appendSent(dst []byte, v mapping.Value, s *mapping.Shape, ref *reference) []byte {
	if s == nil {
		return v.AppendJSON(dst)
	}
	switch {
	case s.Kind == mapping.ShapeAny && (s.Root == varThis || s.Root == varBatch && len(s.Input) > 0 && s.Input[0] != argsOfRow):
		if t := leafAt(ref.owner, s.Input); t != nil {
			return u.appendInput(dst, v, t)
		}
	case s.Kind == mapping.ShapeAny && ref.field != nil && (s.Root == varArgs || s.Root == varBatch && len(s.Input) > 0 && s.Input[0] == argsOfRow):
		path := s.Input
		if s.Root == varBatch {
			path = path[1:]
		}
		if len(path) == 0 {
			return u.appendArguments(dst, v, ref.field)
		}
		if t := u.argumentType(ref.field, path); t != nil {
			return u.appendInput(dst, v, t)
		}
	case s.Kind == mapping.ShapeObject && v.Kind() == mapping.KindObject && !s.Open:
		dst = append(dst, '{')
		first := true
		for it := v.Iterate(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			key := it.Key()
			dst = append(mapping.AppendQuoted(dst, key), ':')
			var below *mapping.Shape
			if sf := s.Field(key); sf != nil {
				below = sf.Shape
			}
			dst = u.appendSent(dst, it.Value(), below, ref)
		}
		return append(dst, '}')
	case v.Kind() == mapping.KindList && (s.Kind == mapping.ShapeList || s.Kind == mapping.ShapeObject):
		item := s
		if s.Kind == mapping.ShapeList {
			item = s.Item
		}
		dst = append(dst, '[')
		first := true
		for it := v.Iterate(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			dst = u.appendSent(dst, it.Value(), item, ref)
		}
		return append(dst, ']')
	}
	return v.AppendJSON(dst)
}

// leafAt is the type of the scalar or enum that a path of an object's fields leads
// to; nil when it is not known.
func leafAt(t *typ, path []string) *typ {
	for _, name := range path {
		if t == nil || t.byName[name] == nil {
			return nil
		}
		t = t.byName[name].named
	}
	if t == nil || t.kind.Composite() {
		return nil
	}
	return t
}

// argumentType is the type of what a path of $args leads to; nil when it is not
// known.
func (u *Upstream) argumentType(f *field, path []string) *typ {
	a := f.argument(path[0])
	if a == nil {
		return nil
	}
	t := u.model.types[a.Type.Named()]
	for _, name := range path[1:] {
		if t == nil || t.byName[name] == nil {
			return nil
		}
		t = t.byName[name].named
	}
	return t
}

// appendArguments writes all arguments as one object.
func (u *Upstream) appendArguments(dst []byte, v mapping.Value, f *field) []byte {
	if v.Kind() != mapping.KindObject {
		return v.AppendJSON(dst)
	}
	dst = append(dst, '{')
	first := true
	for it := v.Iterate(); it.Next(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		key := it.Key()
		dst = append(mapping.AppendQuoted(dst, styled(u.spec.Names, key)), ':')
		dst = u.appendInput(dst, it.Value(), u.argumentType(f, []string{key}))
	}
	return append(dst, '}')
}

// appendInput writes a value of an input type.
func (u *Upstream) appendInput(dst []byte, v mapping.Value, t *typ) []byte {
	switch {
	case t == nil:
	case v.Kind() == mapping.KindList:
		dst = append(dst, '[')
		first := true
		for it := v.Iterate(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			dst = u.appendInput(dst, it.Value(), t)
		}
		return append(dst, ']')
	case t.kind == schema.Enum && v.Kind() == mapping.KindString:
		text := v.Text()
		if json, ok := u.enums[t.name].in[text]; ok {
			return append(dst, json...)
		}
		return mapping.AppendQuoted(dst, styled(u.spec.Names, text))
	case t.name == "ID" && v.Kind() == mapping.KindNumber:
		return mapping.AppendQuoted(dst, v.Raw()) // as the literal 1 is the id "1"
	case t.kind == schema.Scalar && v.Kind() == mapping.KindString && u.formats[t.name] != "":
		if number, ok := sentAs(u.formats[t.name], v.Text()); ok {
			return append(dst, number...)
		}
	case t.kind == schema.InputObject && v.Kind() == mapping.KindObject:
		dst = append(dst, '{')
		first := true
		for it := v.Iterate(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			key := it.Key()
			var below *typ
			if f := t.byName[key]; f != nil {
				below = f.named
			}
			dst = append(mapping.AppendQuoted(dst, styled(u.spec.Names, key)), ':')
			dst = u.appendInput(dst, it.Value(), below)
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}
