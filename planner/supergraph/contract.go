package supergraph

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// The codes of an [Error] in a contract: those that @inaccessible has in
// composition, since what a contract leaves out is hidden in the same way.
const (
	// CodeQueryRootInaccessible: the contract leaves nothing to query.
	CodeQueryRootInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// CodeReferencedInaccessible: what the contract has is of a type it has not.
	CodeReferencedInaccessible = "REFERENCED_INACCESSIBLE"
	// CodeImplementedByInaccessible: an interface's field is in the contract, that
	// of a type which implements it is not.
	CodeImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE"
	// CodeRequiredInaccessible: a required argument or input field is left out.
	CodeRequiredInaccessible = "REQUIRED_INACCESSIBLE"
	// CodeDefaultValueUsesInaccessible: a default value has what is left out.
	CodeDefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE"
)

// Contract returns the view of a graph that a contract gives: the same
// Definition with more of it @inaccessible. What is left out can still be used
// by keys and requirements. The result shares everything else with the original,
// which is not changed. The Definition is nil exactly if there are errors.
//
// What has an excluded tag is left out, whatever other tags it has. If tags are
// included, so is every union and every field of an object or interface that has
// none of them. Fields have the tags of their type as well. Types of which
// nothing is left are left out; arguments, input objects, enums and scalars, and
// types that cannot be reached any more, only by an excluded tag.
func Contract(def *Definition, include, exclude []string) (*Definition, []Error) {
	c := contract{include: include, exclude: exclude, types: make(map[string]*TypeDefinition, len(def.Types))}
	view := *def
	view.Types = make([]*TypeDefinition, len(def.Types))
	for i, t := range def.Types {
		view.Types[i] = c.filter(t)
		c.types[t.Name] = view.Types[i]
	}
	c.hideEmpty(view.Types)
	for _, t := range view.Types {
		if !t.Applied.Inaccessible {
			c.check(t)
		}
	}
	if query := c.types["Query"]; query == nil || query.Applied.Inaccessible {
		c.fail(CodeQueryRootInaccessible, "Query", "the contract leaves nothing to query")
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return &view, nil
}

// ContractSchema returns the API schema of a contract's view.
func ContractSchema(def *Definition, include, exclude []string) (*schema.Document, []Error) {
	view, errs := Contract(def, include, exclude)
	if len(errs) > 0 {
		return nil, errs
	}
	return APISchema(view), nil
}

type contract struct {
	include, exclude []string
	types            map[string]*TypeDefinition // of the view
	errs             []Error
}

func (c *contract) fail(code, coordinate, format string, args ...any) {
	c.errs = append(c.errs, Error{Code: code, Coordinate: coordinate, Message: fmt.Sprintf(format, args...)})
}

func hasTag(tags, of []string) bool {
	return slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(of, tag) })
}

// hide hides what has an excluded tag.
func (c *contract) hide(a *Applied) {
	a.Inaccessible = a.Inaccessible || hasTag(a.Tags, c.exclude)
}

// filter copies a type with what its tags and those of its parts hide.
func (c *contract) filter(t *TypeDefinition) *TypeDefinition {
	out := *t
	c.hide(&out.Applied)
	selective := len(c.include) > 0 && !hasTag(t.Applied.Tags, c.include)
	if t.Kind == schema.Union && selective {
		out.Applied.Inaccessible = true
	}
	output := t.Kind == schema.Object || t.Kind == schema.Interface
	out.Fields = make([]*FieldDefinition, len(t.Fields))
	for i, f := range t.Fields {
		field := *f
		c.hide(&field.Applied)
		if output && selective && !hasTag(f.Applied.Tags, c.include) {
			field.Applied.Inaccessible = true
		}
		field.Args = make([]*ArgumentDefinition, len(f.Args))
		for j, a := range f.Args {
			arg := *a
			c.hide(&arg.Applied)
			field.Args[j] = &arg
		}
		out.Fields[i] = &field
	}
	out.Values = make([]*EnumValueDefinition, len(t.Values))
	for i, v := range t.Values {
		value := *v
		c.hide(&value.Applied)
		out.Values[i] = &value
	}
	return &out
}

// hideEmpty hides the types of which nothing is left; unions come last, since
// they have nothing but other types.
func (c *contract) hideEmpty(types []*TypeDefinition) {
	for _, t := range types {
		left := t.Kind == schema.Scalar || t.Kind == schema.Union
		left = left || slices.ContainsFunc(t.Fields, func(f *FieldDefinition) bool { return !f.Applied.Inaccessible })
		left = left || slices.ContainsFunc(t.Values, func(v *EnumValueDefinition) bool { return !v.Applied.Inaccessible })
		if !left {
			t.Applied.Inaccessible = true
		}
	}
	for _, t := range types {
		if t.Kind == schema.Union && !slices.ContainsFunc(t.Members, func(m Membership) bool { return !c.hidden(m.Type) }) {
			t.Applied.Inaccessible = true
		}
	}
}

func (c *contract) hidden(name string) bool {
	t := c.types[name]
	return t != nil && t.Applied.Inaccessible
}

// check finds what is wrong with a type that is in the view.
func (c *contract) check(t *TypeDefinition) {
	for _, f := range t.Fields {
		coordinate := t.Name + "." + f.Name
		if f.Applied.Inaccessible {
			if t.Kind == schema.InputObject && f.Type.NonNull && f.Default == nil {
				c.fail(CodeRequiredInaccessible, coordinate, "the contract leaves out this field, but the input object needs it")
			}
			if t.Kind == schema.Object || t.Kind == schema.Interface {
				c.checkImplemented(t, f, nil, coordinate)
			}
			continue
		}
		c.checkType(coordinate, f.Type)
		c.checkDefault(coordinate, f.Default, f.Type)
		for _, a := range f.Args {
			at := coordinate + "(" + a.Name + ":)"
			if a.Applied.Inaccessible {
				if a.Type.NonNull && a.Default == nil {
					c.fail(CodeRequiredInaccessible, at, "the contract leaves out this argument, but the field needs it")
				}
				c.checkImplemented(t, f, a, at)
				continue
			}
			c.checkType(at, a.Type)
			c.checkDefault(at, a.Default, a.Type)
		}
	}
}

// checkImplemented reports a hidden field, or a hidden argument of a field, that
// an interface in the view asks for.
func (c *contract) checkImplemented(t *TypeDefinition, f *FieldDefinition, a *ArgumentDefinition, coordinate string) {
	for _, m := range t.Implements {
		i := c.types[m.Type]
		if i == nil || i.Applied.Inaccessible {
			continue
		}
		for _, want := range i.Fields {
			if want.Name != f.Name || want.Applied.Inaccessible {
				continue
			}
			if a == nil || slices.ContainsFunc(want.Args, func(o *ArgumentDefinition) bool { return o.Name == a.Name && !o.Applied.Inaccessible }) {
				c.fail(CodeImplementedByInaccessible, coordinate, "the contract leaves this out, but not that of the interface %s", i.Name)
			}
		}
	}
}

func (c *contract) checkType(coordinate string, t *schema.TypeExpr) {
	for t.Elem != nil {
		t = t.Elem
	}
	if c.hidden(t.Name) {
		c.fail(CodeReferencedInaccessible, coordinate, "it is in the contract, but its type %s is not", t.Name)
	}
}

// checkDefault reports enum values and input fields of a default that are hidden.
func (c *contract) checkDefault(coordinate string, v *schema.Value, t *schema.TypeExpr) {
	if v == nil {
		return
	}
	if v.Kind == schema.ListValue {
		if t.Elem != nil {
			for _, item := range v.Items {
				c.checkDefault(coordinate, item, t.Elem)
			}
		}
		return
	}
	for t.Elem != nil {
		t = t.Elem
	}
	def := c.types[t.Name]
	if def == nil {
		return
	}
	for _, value := range def.Values {
		if value.Name == v.Raw && value.Applied.Inaccessible && (v.Kind == schema.EnumValue || v.Kind == schema.StringValue) {
			c.fail(CodeDefaultValueUsesInaccessible, coordinate, "the default has %s.%s, which is not in the contract", t.Name, value.Name)
		}
	}
	for _, given := range v.Fields {
		for _, f := range def.Fields {
			if f.Name != given.Name {
				continue
			}
			if f.Applied.Inaccessible {
				c.fail(CodeDefaultValueUsesInaccessible, coordinate, "the default has %s.%s, which is not in the contract", t.Name, f.Name)
				continue
			}
			c.checkDefault(coordinate, given.Value, f.Type)
		}
	}
}
