package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/nearest"
)

// checkGraphQL applies GraphQL's own rules to a subgraph.
func (sg *subgraph) checkGraphQL(r *reporter) {
	c := graphqlCheck{sg: sg, r: r}
	c.directiveDefinitions()
	c.applications(sg.schemaApplications(), "SCHEMA", "schema")
	for _, t := range sg.order {
		c.typ(t)
	}
	c.inputCycles()
}

// schemaApplications are the directives applied to the schema.
func (sg *subgraph) schemaApplications() []applied {
	var out []applied
	for i, s := range sg.doc.Schemas {
		out = append(out, sg.applications(s.Directives, i, s.Extension)...)
	}
	return out
}

type graphqlCheck struct {
	sg *subgraph
	r  *reporter
}

func (c *graphqlCheck) fail(pos schema.Position, coordinate, format string, args ...any) {
	c.r.at(CodeInvalidGraphQL, c.sg, pos, coordinate, "", format, args...)
}

func (c *graphqlCheck) name(name string, pos schema.Position, coordinate string) {
	if strings.HasPrefix(name, "__") {
		c.fail(pos, coordinate, "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", name)
	}
}

func (c *graphqlCheck) directiveDefinitions() {
	for _, d := range c.sg.own {
		seen := make(map[string]bool)
		for _, a := range d.Arguments {
			coordinate := "@" + d.Name + "(" + a.Name + ":)"
			if seen[a.Name] {
				c.fail(a.Pos, coordinate, "Argument %q can only be defined once.", coordinate)
			}
			seen[a.Name] = true
			c.name(a.Name, a.Pos, coordinate)
			c.inputType(a.Type, coordinate)
			c.defaultValue(a.Default, a.Type, a.Pos, coordinate, "argument")
			c.applications(c.sg.applications(a.Directives, 0, false), "ARGUMENT_DEFINITION", coordinate)
		}
	}
}

var typeLocation = [...]string{
	schema.Scalar: "SCALAR", schema.Object: "OBJECT", schema.Interface: "INTERFACE",
	schema.Union: "UNION", schema.Enum: "ENUM", schema.InputObject: "INPUT_OBJECT",
}

func (c *graphqlCheck) typ(t *typ) {
	c.applications(t.applied, typeLocation[t.kind], t.name)
	switch t.kind {
	case schema.Object, schema.Interface:
		if len(t.fields) == 0 {
			c.fail(t.pos, t.name, "Type %s must define one or more fields.", t.name)
		}
		for _, f := range t.fields {
			c.outputField(f)
		}
		c.implementations(t)
	case schema.InputObject:
		if len(t.fields) == 0 {
			c.fail(t.pos, t.name, "Input Object type %s must define one or more fields.", t.name)
		}
		for _, f := range t.fields {
			c.name(f.name, f.pos, f.coordinate())
			c.inputType(f.typ, f.coordinate())
			c.defaultValue(f.def, f.typ, f.pos, f.coordinate(), "input field")
			c.applications(f.applied, "INPUT_FIELD_DEFINITION", f.coordinate())
			if d := find(f.applied, "deprecated"); d != nil && f.typ.NonNull && f.def == nil {
				c.fail(d.Pos, f.coordinate(), "Required input field %s cannot be deprecated.", f.coordinate())
			}
		}
	case schema.Union:
		if len(t.members) == 0 {
			c.fail(t.pos, t.name, "Union type %s must define one or more member types.", t.name)
		}
		for _, m := range t.members {
			kind, ok := c.sg.kindOf(m.Name)
			switch {
			case !ok:
				c.unknownType(m.Pos, t.name, m.Name)
			case kind != schema.Object:
				c.fail(m.Pos, t.name, "Cannot add non-object type %s as member of union type %s", m.Name, t.name)
			}
		}
	case schema.Enum:
		if len(t.values) == 0 {
			c.fail(t.pos, t.name, "Enum type %s must define one or more values.", t.name)
		}
		for _, v := range t.values {
			c.name(v.name, v.pos, t.name+"."+v.name)
			c.applications(v.applied, "ENUM_VALUE", t.name+"."+v.name)
		}
	}
}

func (c *graphqlCheck) outputField(f *field) {
	c.name(f.name, f.pos, f.coordinate())
	if kind, ok := c.sg.kindOf(f.typ.Named()); !ok {
		c.unknownType(f.typ.Pos, f.coordinate(), f.typ.Named())
	} else if kind == schema.InputObject {
		c.fail(f.typ.Pos, f.coordinate(), "The type of %q must be Output Type but got %q, an input object type.", f.coordinate(), f.typ)
	}
	c.applications(f.applied, "FIELD_DEFINITION", f.coordinate())
	for _, a := range f.args {
		coordinate := f.coordinate() + "(" + a.name + ":)"
		c.name(a.name, a.pos, coordinate)
		c.inputType(a.typ, coordinate)
		c.defaultValue(a.def, a.typ, a.pos, coordinate, "argument")
		c.applications(a.applied, "ARGUMENT_DEFINITION", coordinate)
		if d := find(a.applied, "deprecated"); d != nil && a.typ.NonNull && a.def == nil {
			c.fail(d.Pos, coordinate, "Required argument %s cannot be deprecated.", coordinate)
		}
	}
}

func (c *graphqlCheck) unknownType(pos schema.Position, coordinate, name string) {
	names := make([]string, 0, len(c.sg.types))
	for n := range c.sg.types {
		names = append(names, n)
	}
	slices.Sort(names)
	hint := "Define the type, or write \"scalar " + name + "\" if it is a scalar of your own."
	best := nearest.Name(name, names)
	if best != "" {
		hint = fmt.Sprintf("Did you mean %q? If not, define the type, or write \"scalar %s\".", best, name)
	}
	c.r.at(CodeInvalidGraphQL, c.sg, pos, coordinate, hint, "Unknown type %s", name)
}

func (c *graphqlCheck) inputType(t *schema.TypeExpr, coordinate string) {
	kind, ok := c.sg.kindOf(t.Named())
	switch {
	case !ok:
		c.unknownType(t.Pos, coordinate, t.Named())
	case kind.Composite():
		c.fail(t.Pos, coordinate, "The type of %q must be Input Type but got %q.", coordinate, t)
	}
}

func (c *graphqlCheck) implementations(t *typ) {
	for _, ref := range t.interfaces {
		i := c.sg.types[ref.Name]
		switch {
		case i == nil:
			c.fail(ref.Pos, t.name, "Cannot implement unknown type %s", ref.Name)
			continue
		case i.kind != schema.Interface:
			c.fail(ref.Pos, t.name, "Cannot implement non-interface type %s", ref.Name)
			continue
		case i == t:
			c.fail(ref.Pos, t.name, "Type %s cannot implement itself because it would create a circular reference.", t.name)
			continue
		}
		for _, above := range i.interfaces {
			switch {
			case above.Name == t.name:
				c.fail(ref.Pos, t.name, "Type %s cannot implement %s because it would create a circular reference.", t.name, i.name)
			case !t.implements(above.Name):
				c.fail(ref.Pos, t.name, "Type %s must implement %s because it is implemented by %s.", t.name, above.Name, i.name)
			}
		}
		for _, want := range i.fields {
			c.implementedField(t, want)
		}
	}
}

func (c *graphqlCheck) implementedField(t *typ, want *field) {
	got := t.field(want.name)
	if got == nil {
		c.fail(t.pos, t.name, "Interface field %s expected but %s does not provide it.", want.coordinate(), t.name)
		return
	}
	if !c.sg.isSubtype(got.typ, want.typ) {
		c.fail(got.pos, got.coordinate(), "Interface field %s expects type %s but %s of type %s is not a proper subtype.", want.coordinate(), want.typ, got.coordinate(), got.typ)
	}
	for _, a := range want.args {
		b := got.argument(a.name)
		switch {
		case b == nil:
			c.fail(got.pos, got.coordinate(), "Interface field argument %s(%s:) expected but %s does not provide it.", want.coordinate(), a.name, got.coordinate())
		case !a.typ.Equal(b.typ):
			c.fail(b.pos, got.coordinate(), "Interface field argument %s(%s:) expects type %s but %s(%s:) is type %s.", want.coordinate(), a.name, a.typ, got.coordinate(), a.name, b.typ)
		}
	}
	for _, b := range got.args {
		if b.typ.NonNull && b.def == nil && want.argument(b.name) == nil && !has(b.applied, "fromContext") {
			c.fail(b.pos, got.coordinate(), "Field %s includes required argument %s that is missing from the Interface field %s.", got.coordinate(), b.name, want.coordinate())
		}
	}
}

// applications checks the directives applied to one element.
func (c *graphqlCheck) applications(list []applied, location, coordinate string) {
	for i := range list {
		d := &list[i]
		def := c.sg.directives[d.Directive.Name]
		if def == nil {
			c.unknownDirective(d, coordinate)
			continue
		}
		if !slices.Contains(def.Locations, location) {
			c.fail(d.Pos, coordinate, "Directive \"@%s\" may not be used on %s.", d.Directive.Name, location)
		}
		if !def.Repeatable {
			for j := range list[:i] {
				if list[j].Directive.Name == d.Directive.Name {
					c.fail(d.Pos, coordinate, "The directive \"@%s\" can only be used once at this location.", d.Directive.Name)
					break
				}
			}
		}
		c.directiveArguments(d, def, coordinate)
	}
}

func (c *graphqlCheck) unknownDirective(d *applied, coordinate string) {
	name := d.Directive.Name
	hint := ""
	if minor, ok := since[name]; ok {
		switch {
		case !c.sg.fed2:
			hint = "This schema is a Federation 1 schema: to use @" + name + ", add `extend schema @link(url: \"https://specs.apollo.dev/federation/v2.12\", import: [\"@" + name + "\"])`."
		case minor <= c.sg.version:
			hint = "Write \"@" + c.sg.local[name] + "\", or add \"@" + name + "\" to the `import` of the @link to federation."
		default:
			hint = "The directive exists in later versions of Federation 2 only: raise the version in the @link to federation."
		}
	}
	c.r.at(CodeInvalidGraphQL, c.sg, d.Pos, coordinate, hint, "Unknown directive \"@%s\".", name)
}

func (c *graphqlCheck) directiveArguments(d *applied, def *schema.DirectiveDefinition, coordinate string) {
	for i, a := range d.Arguments {
		if slices.ContainsFunc(d.Arguments[:i], func(o schema.Argument) bool { return o.Name == a.Name }) {
			c.fail(a.Pos, coordinate, "There can be only one argument named %q.", a.Name)
			continue
		}
		j := slices.IndexFunc(def.Arguments, func(o *schema.ArgumentDefinition) bool { return o.Name == a.Name })
		if j < 0 {
			c.fail(a.Pos, coordinate, "Unknown argument %q on directive \"@%s\".", a.Name, d.Directive.Name)
			continue
		}
		if a.Value.Kind == schema.NullValue && !d.spec {
			continue // servers in the field accept it for any type
		}
		if !c.valid(a.Value, def.Arguments[j].Type) {
			c.fail(a.Pos, coordinate, "Invalid value for \"@%s(%s:)\" of type %q in application of \"@%s\" to %q.", d.Directive.Name, a.Name, def.Arguments[j].Type, d.Directive.Name, coordinate)
		}
	}
	for _, want := range def.Arguments {
		if want.Type.NonNull && want.Default == nil && d.Argument(want.Name) == nil {
			c.fail(d.Pos, coordinate, "Directive \"@%s\" argument %q of type %q is required, but it was not provided.", d.Directive.Name, want.Name, want.Type)
		}
	}
}

func (c *graphqlCheck) defaultValue(v *schema.Value, t *schema.TypeExpr, pos schema.Position, coordinate, what string) {
	if v == nil {
		return
	}
	if _, known := c.sg.kindOf(t.Named()); known && !c.valid(v, t) {
		c.fail(pos, coordinate, "Invalid default value (got: %s) provided for %s %s of type %s.", v.GraphQL(), what, coordinate, t)
	}
}

// valid reports whether a constant is a value of the type. For arguments of a
// specification's directive, unknown types are its scalars, which take all.
func (c *graphqlCheck) valid(v *schema.Value, t *schema.TypeExpr) bool {
	if v.Kind == schema.NullValue {
		return !t.NonNull
	}
	if t.Elem != nil {
		if v.Kind != schema.ListValue {
			return c.valid(v, t.Elem)
		}
		for _, item := range v.Items {
			if !c.valid(item, t.Elem) {
				return false
			}
		}
		return true
	}
	switch t.Name {
	case "Int":
		return v.Kind == schema.IntValue && int32Text(v.Raw)
	case "Float":
		return v.Kind == schema.IntValue || v.Kind == schema.FloatValue
	case "Boolean":
		return v.Kind == schema.BooleanValue
	case "String":
		return v.Kind == schema.StringValue || v.Kind == schema.EnumValue
	case "ID":
		return v.Kind == schema.StringValue || v.Kind == schema.EnumValue || v.Kind == schema.IntValue
	}
	def := c.sg.types[t.Name]
	if def == nil {
		return true
	}
	switch def.kind {
	case schema.Enum:
		return (v.Kind == schema.EnumValue || v.Kind == schema.StringValue) &&
			slices.ContainsFunc(def.values, func(o *value) bool { return o.name == v.Raw })
	case schema.InputObject:
		if v.Kind != schema.ObjectValue {
			return false
		}
		given := make(map[string]bool, len(v.Fields))
		for _, a := range v.Fields {
			f := def.field(a.Name)
			if f == nil || given[a.Name] || !c.valid(a.Value, f.typ) {
				return false
			}
			given[a.Name] = true
		}
		// A required field may be left out: servers in the field tolerate it.
		return true
	}
	return true
}

func int32Text(raw string) bool {
	digits := strings.TrimPrefix(raw, "-")
	limit := "2147483647"
	if digits != raw {
		limit = "2147483648"
	}
	return len(digits) < len(limit) || len(digits) == len(limit) && digits <= limit
}

// inputCycles reports input objects that need a value of themselves.
func (c *graphqlCheck) inputCycles() {
	const (
		open = 1
		done = 2
	)
	state := make(map[*typ]int)
	var visit func(t *typ)
	visit = func(t *typ) {
		state[t] = open
		for _, f := range t.fields {
			if !f.typ.NonNull || f.typ.Elem != nil {
				continue
			}
			next := c.sg.types[f.typ.Name]
			if next == nil || next.kind != schema.InputObject {
				continue
			}
			switch state[next] {
			case open:
				c.fail(f.pos, f.coordinate(), "Cannot reference Input Object %q within itself through a series of non-null fields.", next.name)
			case 0:
				visit(next)
			}
		}
		state[t] = done
	}
	for _, t := range c.sg.order {
		if t.kind == schema.InputObject && state[t] == 0 {
			visit(t)
		}
	}
}
