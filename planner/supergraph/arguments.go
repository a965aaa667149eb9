package supergraph

import "github.com/weft-graphql/weft/planner/schema"

func (r *reader) graphArgument(d *schema.Directive) (int, bool) {
	v := d.Argument("graph")
	if v == nil {
		r.fail(CodeInvalidJoin, d.Pos, "@%s names no graph", d.Name)
		return 0, false
	}
	return r.graph(v)
}

func (r *reader) graph(v *schema.Value) (int, bool) {
	subgraph, ok := r.graphs[v.Raw]
	if !ok || v.Kind != schema.EnumValue {
		r.fail(CodeInvalidJoin, v.Pos, "there is no subgraph %s", v.GraphQL())
		return 0, false
	}
	return subgraph, true
}

// text returns a string argument, empty when absent or null.
func (r *reader) text(name string, v *schema.Value) string {
	if v == nil || v.Kind == schema.NullValue {
		return ""
	}
	if v.Kind != schema.StringValue {
		r.fail(CodeInvalidJoin, v.Pos, "the argument %s must be a string", name)
		return ""
	}
	return v.Raw
}

// flag returns a boolean argument, false when absent or null.
func (r *reader) flag(name string, v *schema.Value) bool {
	if v == nil || v.Kind == schema.NullValue {
		return false
	}
	if v.Kind != schema.BooleanValue {
		r.fail(CodeInvalidJoin, v.Pos, "the argument %s must be true or false", name)
	}
	return v.Raw == "true"
}

// items returns the elements of a list argument; by GraphQL's rules, a single
// value is a list of one.
func (r *reader) items(v *schema.Value) []*schema.Value {
	switch {
	case v == nil || v.Kind == schema.NullValue:
		return nil
	case v.Kind == schema.ListValue:
		return v.Items
	}
	return []*schema.Value{v}
}

// The functions below copy without positions.

func bareDirective(d *schema.Directive) *schema.Directive {
	out := &schema.Directive{Name: d.Name}
	for _, a := range d.Arguments {
		out.Arguments = append(out.Arguments, schema.Argument{Name: a.Name, Value: bareValue(a.Value)})
	}
	return out
}

func bareValue(v *schema.Value) *schema.Value {
	if v == nil {
		return nil
	}
	out := &schema.Value{Kind: v.Kind, Raw: v.Raw}
	for _, item := range v.Items {
		out.Items = append(out.Items, bareValue(item))
	}
	for _, f := range v.Fields {
		out.Fields = append(out.Fields, schema.Argument{Name: f.Name, Value: bareValue(f.Value)})
	}
	return out
}

func bareType(t *schema.TypeExpr) *schema.TypeExpr {
	out := &schema.TypeExpr{Name: t.Name, NonNull: t.NonNull}
	if t.Elem != nil {
		out.Elem = bareType(t.Elem)
	}
	return out
}
