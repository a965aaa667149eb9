package stitch

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// copyDocument copies all that transforms change; directive applications and
// values are shared, since they are replaced, never written to.
func copyDocument(in *schema.Document) *schema.Document {
	out := &schema.Document{Source: in.Source}
	for _, s := range in.Schemas {
		c := *s
		c.Roots = slices.Clone(s.Roots)
		c.Directives = slices.Clone(s.Directives)
		out.Schemas = append(out.Schemas, &c)
	}
	for _, t := range in.Types {
		out.Types = append(out.Types, copyType(t))
	}
	for _, d := range in.Directives {
		c := *d
		c.Arguments = copyArguments(d.Arguments)
		out.Directives = append(out.Directives, &c)
	}
	return out
}

func copyType(t *schema.TypeDefinition) *schema.TypeDefinition {
	c := *t
	c.Directives = slices.Clone(t.Directives)
	c.Interfaces = slices.Clone(t.Interfaces)
	c.Members = slices.Clone(t.Members)
	c.Fields = nil
	for _, f := range t.Fields {
		c.Fields = append(c.Fields, copyField(f))
	}
	c.Values = nil
	for _, v := range t.Values {
		cv := *v
		cv.Directives = slices.Clone(v.Directives)
		c.Values = append(c.Values, &cv)
	}
	return &c
}

func copyField(f *schema.FieldDefinition) *schema.FieldDefinition {
	c := *f
	c.Type = copyTypeExpr(f.Type)
	c.Arguments = copyArguments(f.Arguments)
	c.Directives = slices.Clone(f.Directives)
	return &c
}

func copyArguments(list []*schema.ArgumentDefinition) []*schema.ArgumentDefinition {
	out := make([]*schema.ArgumentDefinition, 0, len(list))
	for _, a := range list {
		c := *a
		c.Type = copyTypeExpr(a.Type)
		c.Directives = slices.Clone(a.Directives)
		out = append(out, &c)
	}
	return out
}

func copyTypeExpr(t *schema.TypeExpr) *schema.TypeExpr {
	c := *t
	if t.Elem != nil {
		c.Elem = copyTypeExpr(t.Elem)
	}
	return &c
}

func directive(name string, args ...schema.Argument) *schema.Directive {
	return &schema.Directive{Name: name, Arguments: args}
}

func text(name, value string) schema.Argument {
	return schema.Argument{Name: name, Value: &schema.Value{Kind: schema.StringValue, Raw: value}}
}
