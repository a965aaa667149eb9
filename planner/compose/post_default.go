package compose

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// defaults checks what clients must or may leave out against the merged types.
// Enum values and input fields that only some subgraphs have are not in the
// supergraph, and what one subgraph deprecates another may require.
func (c *mergedCheck) defaults() {
	for _, t := range c.def.Types {
		for _, f := range t.Fields {
			at := t.Name + "." + f.Name
			c.defaultValue(f.Default, f.Type, "input field", at)
			if t.Kind == schema.InputObject {
				c.required(f.Deprecated, f.Default, f.Type, "input field", at)
			}
			for _, a := range f.Args {
				c.defaultValue(a.Default, a.Type, "argument", at+"("+a.Name+":)")
				c.required(a.Deprecated, a.Default, a.Type, "argument", at+"("+a.Name+":)")
			}
		}
	}
}

func (c *mergedCheck) required(deprecated *supergraph.Deprecation, v *schema.Value, t *schema.TypeExpr, what, at string) {
	if deprecated != nil && t.NonNull && v == nil {
		c.fail(CodeInvalidGraphQL, at, "Remove @deprecated, or make it optional in every subgraph.", "Required %s %s cannot be deprecated.", what, at)
	}
}

func (c *mergedCheck) defaultValue(v *schema.Value, t *schema.TypeExpr, what, at string) {
	if v != nil && !c.holds(v, t) {
		c.fail(CodeInvalidGraphQL, at, "Define in every subgraph what the default uses, or choose another default.",
			"Invalid default value (got: %s) provided for %s %s of type %s.", v.GraphQL(), what, at, t)
	}
}

// holds reports whether all that a value names exists in the merged type. Its
// form has been checked in the subgraph it comes from.
func (c *mergedCheck) holds(v *schema.Value, t *schema.TypeExpr) bool {
	if v.Kind == schema.ListValue {
		elem := t
		if t.Elem != nil {
			elem = t.Elem
		}
		return !slices.ContainsFunc(v.Items, func(item *schema.Value) bool { return !c.holds(item, elem) })
	}
	def := c.types[t.Named()]
	switch {
	case def == nil || v.Kind == schema.NullValue:
		return true
	case def.Kind == schema.Enum:
		return slices.ContainsFunc(def.Values, func(o *supergraph.EnumValueDefinition) bool { return o.Name == v.Raw })
	case def.Kind == schema.InputObject:
		for _, a := range v.Fields {
			f := mergedField(def, a.Name)
			if f == nil || !c.holds(a.Value, f.Type) {
				return false
			}
		}
	}
	return true
}

// composedOnInterfaces reports composed directives that came from an interface
// object to an interface, where their definition does not allow them.
func (c *mergedCheck) composedOnInterfaces() {
	for _, t := range c.def.Types {
		if t.Kind != schema.Interface {
			continue
		}
		for _, d := range t.Applied.Directives {
			if composed := c.m.composed.byName[d.Name]; composed != nil && !slices.Contains(composed.def.Locations, "INTERFACE") {
				c.fail(CodeInvalidGraphQL, t.Name, "Allow the directive on INTERFACE: the type is one in the supergraph.", "Directive \"@%s\" may not be used on INTERFACE.", d.Name)
			}
		}
	}
}
