package supergraph

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// contexts resolves the contextual arguments of a field in a subgraph. The text
// is equal for fields whose arguments have the same values in the same order.
func (b *builder) contexts(coordinate string, in *FieldIn) (out []Context, text string) {
	for _, a := range in.ContextArguments {
		c := Context{Argument: a.Name, Type: a.Type}
		for _, carrier := range b.carriers(a.Context) {
			id := b.schema.TypeByName(carrier)
			if id == schema.NoType {
				continue
			}
			set := b.fieldSet(coordinate, "@fromContext", in.Subgraph, id, a.Selection)
			types := b.schema.Type(id).Possible
			if b.schema.Type(id).Kind == schema.Object {
				types = []schema.TypeID{id}
			}
			for _, t := range types {
				on := b.selectedOn(t, set)
				if slices.ContainsFunc(c.On, func(o ContextOn) bool { return o.Type == t }) {
					continue
				}
				c.On = append(c.On, ContextOn{Type: t, Set: on})
			}
		}
		if len(c.On) == 0 {
			b.fail(CodeInvalidDefinition, coordinate, in.Subgraph, "no type carries the context %s of argument %s", a.Context, a.Name)
		}
		slices.SortFunc(c.On, func(x, y ContextOn) int { return int(x.Type) - int(y.Type) })
		out = append(out, c)
		text += "$" + a.Context + " " + a.Selection + ";"
	}
	return out, text
}

// carriers are the types with a context, those that are objects first: what is
// written at the object itself goes before what its interfaces and unions say.
func (b *builder) carriers(context string) []string {
	if b.carrying == nil {
		b.carrying = map[string][]string{}
		for _, objects := range []bool{true, false} {
			for _, t := range b.def.Types {
				if (t.Kind == schema.Object) != objects {
					continue
				}
				for _, d := range t.Applied.Directives {
					if name := d.Argument("name"); d.Name == "context" && name != nil {
						b.carrying[name.Raw] = append(b.carrying[name.Raw], t.Name)
					}
				}
			}
		}
	}
	return b.carrying[context]
}

// selectedOn is what is left of a selection for objects of one type: fragments on
// others select nothing.
func (b *builder) selectedOn(t schema.TypeID, set FieldSet) FieldSet {
	for i := range set {
		sel := &set[i]
		if sel.On == schema.NoType {
			return set[i : i+1]
		}
		if sel.On == t || b.schema.Implements(sel.On, t) {
			return b.selectedOn(t, sel.Selections)
		}
	}
	return nil
}
