package compose

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// inaccessible checks that the API schema still stands when all that is
// @inaccessible is taken out.
func (c *mergedCheck) inaccessible() {
	for _, d := range c.def.Directives {
		if c.m.composed.byName[d.Name] != nil {
			continue // it is no part of the API schema
		}
		for _, a := range d.Arguments {
			if len(a.Directives) == 0 { // those are @inaccessible
				c.reference(a.Type, "@"+d.Name+"("+a.Name+":)")
				c.defaultUses(a.Default, a.Type, "@"+d.Name+"("+a.Name+":)")
			} else if a.Type.NonNull && a.Default == nil {
				c.fail(CodeRequiredInaccessible, "@"+d.Name+"("+a.Name+":)", "Give it a default, or make it nullable.", "Argument %q is @inaccessible but is required.", "@"+d.Name+"("+a.Name+":)")
			}
		}
	}
	for _, t := range c.def.Types {
		if t.Applied.Inaccessible {
			if t.Name == "Query" {
				c.fail(CodeQueryRootInaccessible, t.Name, "Hide fields of Query instead.", "Type %q is @inaccessible but is the root query type, which must be in the API schema.", t.Name)
			}
			continue
		}
		c.onlyInaccessibleChildren(t)
		switch t.Kind {
		case schema.Object, schema.Interface:
			for _, f := range t.Fields {
				c.inaccessibleField(t, f)
			}
		case schema.InputObject:
			for _, f := range t.Fields {
				at := t.Name + "." + f.Name
				if f.Applied.Inaccessible {
					if f.Type.NonNull && f.Default == nil {
						c.fail(CodeRequiredInaccessible, at, "Give it a default, or make it nullable.", "Input field %q is @inaccessible but is a required input field of its type.", at)
					}
					continue
				}
				c.reference(f.Type, at)
				c.defaultUses(f.Default, f.Type, at)
			}
		}
	}
}

func (c *mergedCheck) hidden(name string) bool {
	t := c.types[name]
	return t != nil && t.Applied.Inaccessible
}

func (c *mergedCheck) reference(t *schema.TypeExpr, at string) {
	if name := t.Named(); c.hidden(name) {
		c.fail(CodeReferencedInaccessible, at, "Mark this element @inaccessible as well.", "Type %q is @inaccessible but is referenced by %q, which is in the API schema.", name, at)
	}
}

func (c *mergedCheck) onlyInaccessibleChildren(t *supergraph.TypeDefinition) {
	what, visible := "", false
	switch t.Kind {
	case schema.Object, schema.Interface, schema.InputObject:
		what = "fields"
		visible = len(t.Fields) == 0 || slices.ContainsFunc(t.Fields, func(f *supergraph.FieldDefinition) bool { return !f.Applied.Inaccessible })
	case schema.Union:
		what = "members"
		visible = slices.ContainsFunc(t.Members, func(u supergraph.Membership) bool { return !c.hidden(u.Type) })
	case schema.Enum:
		what = "values"
		visible = slices.ContainsFunc(t.Values, func(v *supergraph.EnumValueDefinition) bool { return !v.Applied.Inaccessible })
	default:
		return
	}
	if !visible {
		c.fail(CodeOnlyInaccessibleChildren, t.Name, "Mark the type @inaccessible.", "Type %q is in the API schema but all of its %s are @inaccessible.", t.Name, what)
	}
}

func (c *mergedCheck) inaccessibleField(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition) {
	at := t.Name + "." + f.Name
	var above []*supergraph.FieldDefinition // the same field of visible interfaces
	var aboveNames []string
	for _, i := range t.Implements {
		it := c.types[i.Type]
		if it == nil || it.Applied.Inaccessible {
			continue
		}
		if g := mergedField(it, f.Name); g != nil && !g.Applied.Inaccessible {
			above = append(above, g)
			aboveNames = append(aboveNames, i.Type+"."+g.Name)
		}
	}
	if f.Applied.Inaccessible {
		if len(above) > 0 {
			c.fail(CodeImplementedByInaccessible, at, "Hide the interface's field as well.", "Field %q is @inaccessible but implements the interface field %q, which is in the API schema.", at, aboveNames[0])
		}
		return
	}
	c.reference(f.Type, at)
	for _, a := range f.Args {
		argAt := at + "(" + a.Name + ":)"
		if !a.Applied.Inaccessible {
			c.reference(a.Type, argAt)
			c.defaultUses(a.Default, a.Type, argAt)
			continue
		}
		if a.Type.NonNull && a.Default == nil {
			c.fail(CodeRequiredInaccessible, argAt, "Give it a default, or make it nullable.", "Argument %q is @inaccessible but is a required argument of its field.", argAt)
		}
		for i, g := range above {
			if slices.ContainsFunc(g.Args, func(b *supergraph.ArgumentDefinition) bool { return b.Name == a.Name && !b.Applied.Inaccessible }) {
				c.fail(CodeImplementedByInaccessible, argAt, "Hide the interface's argument as well.", "Argument %q is @inaccessible but implements the interface argument \"%s(%s:)\", which is in the API schema.", argAt, aboveNames[i], a.Name)
			}
		}
	}
}

// defaultUses reports defaults made of hidden enum values or input fields.
func (c *mergedCheck) defaultUses(v *schema.Value, t *schema.TypeExpr, at string) {
	if v == nil {
		return
	}
	if v.Kind == schema.ListValue {
		elem := t
		if t.Elem != nil {
			elem = t.Elem
		}
		for _, item := range v.Items {
			c.defaultUses(item, elem, at)
		}
		return
	}
	def := c.types[t.Named()]
	if def == nil {
		return
	}
	for _, value := range def.Values {
		if def.Kind == schema.Enum && v.Raw == value.Name && value.Applied.Inaccessible {
			c.fail(CodeDefaultValueUsesInaccessible, at, "Choose another default.", "Enum value %q is @inaccessible but is used in the default value of %q, which is in the API schema.", def.Name+"."+value.Name, at)
		}
	}
	for _, a := range v.Fields {
		f := mergedField(def, a.Name)
		if f == nil || def.Kind != schema.InputObject {
			continue
		}
		if f.Applied.Inaccessible {
			c.fail(CodeDefaultValueUsesInaccessible, at, "Choose another default.", "Input field %q is @inaccessible but is used in the default value of %q, which is in the API schema.", def.Name+"."+f.Name, at)
			continue
		}
		c.defaultUses(a.Value, f.Type, at)
	}
}
