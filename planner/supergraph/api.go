package supergraph

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// APISchema returns the schema that clients see: without what is @inaccessible,
// without the machinery of federation, and without directives but those for
// operations, @deprecated, @specifiedBy and @oneOf. The document is in the
// order of the definition; it shares types and values with it.
func APISchema(def *Definition) *schema.Document {
	b := apiBuilder{types: make(map[string]*TypeDefinition, len(def.Types))}
	for _, t := range def.Types {
		b.types[t.Name] = t
	}
	doc := &schema.Document{}
	// What a specification brings along is the machinery of the graph, not part of
	// what it offers.
	linked := map[string]bool{}
	for _, l := range def.Links {
		for _, i := range l.Import {
			name := i.As
			if name == "" {
				name = i.Name
			}
			linked[name] = true
		}
	}
	named := slices.ContainsFunc(def.Types, func(t *TypeDefinition) bool {
		return t.Kind != schema.Object && (t.Name == "Mutation" || t.Name == "Subscription")
	})
	if def.Description != "" || named {
		doc.Schemas = []*schema.SchemaDefinition{apiRoots(def)}
	}
	for _, d := range def.Directives {
		if c := executable(d); c != nil && !linked["@"+d.Name] {
			doc.Directives = append(doc.Directives, c)
		}
	}
	for _, t := range def.Types {
		if !t.Applied.Inaccessible {
			doc.Types = append(doc.Types, b.typeDefinition(t))
		}
	}
	return doc
}

// PrintAPI returns the API schema as SDL in canonical order, with default
// values in the form a server would print them: coerced to their types.
func PrintAPI(def *Definition) string { return schema.PrintCanonical(APISchema(def)) }

type apiBuilder struct {
	types map[string]*TypeDefinition
}

func (b *apiBuilder) hidden(name string) bool {
	t := b.types[name]
	return t != nil && t.Applied.Inaccessible
}

// executable returns the directive with its locations in operations only, or
// nil when it has none.
func executable(d *schema.DirectiveDefinition) *schema.DirectiveDefinition {
	c := *d
	c.Locations = nil
	for _, l := range d.Locations {
		switch l {
		case "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION":
			c.Locations = append(c.Locations, l)
		}
	}
	if len(c.Locations) == 0 {
		return nil
	}
	c.Arguments = nil
	for _, a := range d.Arguments {
		if slices.ContainsFunc(a.Directives, func(d *schema.Directive) bool { return d.Name == "inaccessible" }) {
			continue
		}
		ac := *a
		ac.Directives = nil
		c.Arguments = append(c.Arguments, &ac)
	}
	return &c
}

// apiRoots is the schema definition, which is written for its description, and
// where a type that is no root has a root's name.
func apiRoots(def *Definition) *schema.SchemaDefinition {
	out := &schema.SchemaDefinition{Description: def.Description}
	for kind, name := range [...]string{"Query", "Mutation", "Subscription"} {
		if slices.ContainsFunc(def.Types, func(t *TypeDefinition) bool {
			return t.Name == name && t.Kind == schema.Object && !t.Applied.Inaccessible
		}) {
			out.Roots = append(out.Roots, schema.RootDefinition{Operation: schema.OperationKind(kind), Type: name})
		}
	}
	return out
}

func (b *apiBuilder) typeDefinition(t *TypeDefinition) *schema.TypeDefinition {
	out := &schema.TypeDefinition{Kind: t.Kind, Name: t.Name, Description: t.Description}
	if t.SpecifiedBy != "" {
		out.Directives = append(out.Directives, apiDirective("specifiedBy", "url", t.SpecifiedBy))
	}
	if t.OneOf {
		out.Directives = append(out.Directives, &schema.Directive{Name: "oneOf"})
	}
	for _, i := range t.Implements {
		if !b.hidden(i.Type) {
			out.Interfaces = append(out.Interfaces, schema.NamedRef{Name: i.Type})
		}
	}
	for _, m := range t.Members {
		if !b.hidden(m.Type) {
			out.Members = append(out.Members, schema.NamedRef{Name: m.Type})
		}
	}
	for _, f := range t.Fields {
		if f.Applied.Inaccessible {
			continue
		}
		fd := &schema.FieldDefinition{
			Name: f.Name, Description: f.Description, Type: f.Type,
			Default: b.coerced(f.Default, f.Type, 0), Directives: deprecated(f.Deprecated),
		}
		for _, a := range f.Args {
			if a.Applied.Inaccessible {
				continue
			}
			fd.Arguments = append(fd.Arguments, &schema.ArgumentDefinition{
				Name: a.Name, Description: a.Description, Type: a.Type,
				Default: b.coerced(a.Default, a.Type, 0), Directives: deprecated(a.Deprecated),
			})
		}
		out.Fields = append(out.Fields, fd)
	}
	for _, v := range t.Values {
		if !v.Applied.Inaccessible {
			out.Values = append(out.Values, &schema.EnumValueDefinition{Name: v.Name, Description: v.Description, Directives: deprecated(v.Deprecated)})
		}
	}
	return out
}

func deprecated(d *Deprecation) []*schema.Directive {
	switch {
	case d == nil:
		return nil
	case d.Reason == defaultReason: // what a @deprecated without a reason means
		return []*schema.Directive{{Name: "deprecated"}}
	}
	return []*schema.Directive{apiDirective("deprecated", "reason", d.Reason)}
}

func apiDirective(name, argument, value string) *schema.Directive {
	return &schema.Directive{Name: name, Arguments: []schema.Argument{
		{Name: argument, Value: &schema.Value{Kind: schema.StringValue, Raw: value}},
	}}
}

// maxDefaultDepth bounds defaults that input objects give each other.
const maxDefaultDepth = 16

// coerced gives a default value the form its type gives it: single values
// become lists, enum values lose quotes, input objects are completed by the
// defaults of their own fields and sorted. A value without a field that its
// input object requires is no value at all: the result is nil.
func (b *apiBuilder) coerced(v *schema.Value, t *schema.TypeExpr, depth int) *schema.Value {
	if v == nil || v.Kind == schema.NullValue || depth > maxDefaultDepth {
		return v
	}
	if t.Elem != nil {
		items := []*schema.Value{v}
		if v.Kind == schema.ListValue {
			items = v.Items
		}
		out := &schema.Value{Pos: v.Pos, Kind: schema.ListValue}
		for _, item := range items {
			c := b.coerced(item, t.Elem, depth+1)
			if c == nil {
				return nil
			}
			out.Items = append(out.Items, c)
		}
		return out
	}
	switch t.Name {
	case "ID":
		if v.Kind == schema.StringValue && integer(v.Raw) {
			return &schema.Value{Pos: v.Pos, Kind: schema.IntValue, Raw: v.Raw}
		}
		return v
	case "Float":
		if f, err := strconv.ParseFloat(v.Raw, 64); err == nil && (v.Kind == schema.FloatValue || v.Kind == schema.IntValue) {
			return number(v, f)
		}
		return v
	}
	def := b.types[t.Name]
	if def == nil {
		return v
	}
	switch def.Kind {
	case schema.Enum:
		if v.Kind == schema.StringValue {
			return &schema.Value{Pos: v.Pos, Kind: schema.EnumValue, Raw: v.Raw}
		}
	case schema.InputObject:
		if v.Kind == schema.ObjectValue {
			return b.coercedObject(v, def, depth)
		}
	}
	return v
}

func (b *apiBuilder) coercedObject(v *schema.Value, def *TypeDefinition, depth int) *schema.Value {
	out := &schema.Value{Pos: v.Pos, Kind: schema.ObjectValue}
	for _, f := range def.Fields {
		if f.Applied.Inaccessible {
			continue
		}
		given := f.Default
		for _, a := range v.Fields {
			if a.Name == f.Name {
				given = a.Value
			}
		}
		if given == nil {
			if f.Type.NonNull {
				return nil
			}
			continue
		}
		value := b.coerced(given, f.Type, depth+1)
		if value == nil {
			return nil
		}
		out.Fields = append(out.Fields, schema.Argument{Name: f.Name, Value: value})
	}
	slices.SortStableFunc(out.Fields, func(x, y schema.Argument) int { return schema.CompareNames(x.Name, y.Name) })
	return out
}

func integer(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits != "0" && digits[0] == '0' || digits == "0" && s != "0" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// number prints a float the way JavaScript does, as the reference printer is
// written in it.
func number(v *schema.Value, f float64) *schema.Value {
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if f != 0 && (f >= 1e21 || f <= -1e21 || f < 1e-6 && f > -1e-6) {
		text = strconv.FormatFloat(f, 'e', -1, 64)
		mantissa, exponent, _ := strings.Cut(text, "e")
		sign := exponent[:1]
		text = mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
	}
	kind := schema.IntValue
	if strings.ContainsAny(text, ".e") {
		kind = schema.FloatValue
	}
	return &schema.Value{Pos: v.Pos, Kind: kind, Raw: text}
}
