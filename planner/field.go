package planner

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// field writes one field for one type. More than one selection is written when
// its condition is a disjunction. sure says that it is asked of every type.
func (w *specWriter) field(sc *scope, pk *pick, ti int, group []*arrival, sure bool) {
	s := pk.slot
	var from *arrival
	for i := range s.assigned {
		if as := &s.assigned[i]; as.types.has(ti) && slices.Contains(group, as.from) {
			from = as.from
			break
		}
	}
	f := s.fields[ti]
	m := w.moveIn(f, w.sub, from.through(ti))
	if m.Provider.Made() {
		w.made(sc, s, ti, group, m, pk.need)
		return
	}
	use := w.keyFor(sc, s, m.Provider.Type)
	key, known := use.key, use.read == sc.id
	use.read = sc.id
	sel := subgraphs.Selection{Key: key, Field: m.Provider.Name, Arguments: w.arguments(s, f, m.Provider)}
	var decode *plan.Decode
	if !s.leaf {
		sel.Selections, decode = w.child(sc, s, group)
	}
	if !known {
		def := w.schema.Field(f)
		quoted := w.prefix(s, f, key)
		field := plan.DecodeField{
			Key: key, Quoted: quoted[: len(quoted)-1 : len(quoted)-1], Slot: s.index,
			Wrap: def.Type.Wrap, Child: decode,
		}
		if sure {
			field.Cond, field.Sure = sc.decode.Condition(pk.need)
		}
		if s.leaf && !s.hidden {
			field.Leaf, field.Enum = w.leafKind(def.Type.Type)
		}
		if field.Sure {
			sc.decode.Sure++
		}
		w.stacks.decodeFields = append(w.stacks.decodeFields, field)
	}
	w.conditional(sel, pk.need)
}

// arguments are those the client gave, as far as the subgraph has them, and those
// that are made.
func (w *specWriter) arguments(s *slot, f schema.FieldID, p *supergraph.Provider) []subgraphs.ArgumentSpec {
	n := len(s.args) + len(p.ArgumentsFrom) + len(p.Contexts) + len(s.consts)
	if n == 0 {
		return nil
	}
	out := make([]subgraphs.ArgumentSpec, 0, n)
	for i := range s.args {
		if arg, ok := w.argument(&s.args[i], p, f); ok {
			out = append(out, arg)
		}
	}
	for _, a := range p.ArgumentsFrom {
		out = append(out, subgraphs.ArgumentSpec{
			Name: a.Argument, Type: a.Type, Value: subgraphs.ArgumentValue{Variable: -1, From: a.Selection},
		})
	}
	for i := range p.Contexts {
		c := &p.Contexts[i]
		out = append(out, subgraphs.ArgumentSpec{Name: c.Argument, Type: c.Type, Value: subgraphs.ArgumentValue{Variable: -1, Context: uint16(i + 1)}})
	}
	for _, c := range s.consts {
		out = append(out, subgraphs.ArgumentSpec{Name: c.Name, Value: subgraphs.ArgumentValue{Variable: -1, Constant: c.Value}})
	}
	return out
}

func (w *specWriter) child(sc *scope, s *slot, group []*arrival) ([]subgraphs.Selection, *plan.Decode) {
	if s.writtenIn != sc.written {
		sels, decode := w.object(w.below(s, group), s.child)
		s.writtenIn, s.selections, s.decode = sc.written, sels, decode
	}
	return s.selections, s.decode
}

// below are the field moves along a slot from a group of arrivals.
func (w *specWriter) below(s *slot, group []*arrival) []*arrival {
	out := w.mem.arrivalRefs.take(min(len(s.moved), len(group)))[:0]
	for _, m := range s.moved {
		if slices.Contains(group, m.from) {
			out = append(out, m)
		}
	}
	return out
}

// conditional writes a selection with its condition: directives for a conjunction,
// one fragment for each term of a disjunction.
func (w *specWriter) conditional(sel subgraphs.Selection, need plan.Condition) {
	if need == nil {
		w.stacks.selections = append(w.stacks.selections, sel)
		return
	}
	for _, t := range need {
		include := make([]subgraphs.Condition, 0, bits.OnesCount64(t.Mask))
		for mask := t.Mask; mask != 0; mask &= mask - 1 {
			bit := bits.TrailingZeros64(mask)
			if bit >= len(w.op.Conditions) {
				break
			}
			include = append(include, subgraphs.Condition{
				Variable: w.variable(w.op.Conditions[bit], "Boolean!"),
				Negate:   t.Value>>bit&1 == 0,
			})
		}
		if len(need) == 1 {
			sel.Include = include
			w.stacks.selections = append(w.stacks.selections, sel)
			return
		}
		w.stacks.selections = append(w.stacks.selections, subgraphs.Selection{Include: include, Selections: []subgraphs.Selection{sel}})
	}
}

// variable is the index in the fetch of one of the operation's variables, used
// at a place of the given type.
func (w *specWriter) variable(index int, typ string) int {
	spec := w.fetch.Spec
	for i, v := range w.fetch.Variables {
		if v == index && spec.Variables[i].Type == typ {
			return i
		}
	}
	name := w.op.Variables[index].Name
	for n := 2; slices.ContainsFunc(spec.Variables, func(v subgraphs.VariableSpec) bool { return v.Name == name }); n++ {
		name = w.op.Variables[index].Name + "_" + strconv.Itoa(n)
	}
	w.fetch.Variables = append(w.fetch.Variables, index)
	spec.Variables = append(spec.Variables, subgraphs.VariableSpec{Name: name, Type: typ})
	return len(spec.Variables) - 1
}

// argument writes one argument, unless the subgraph does not have it.
func (w *specWriter) argument(a *operation.Arg, p *supergraph.Provider, f schema.FieldID) (subgraphs.ArgumentSpec, bool) {
	for i := range p.Args {
		if p.Args[i].Name != a.Name {
			continue
		}
		typ := p.Args[i].Type
		if p.Args[i].HasDefault {
			typ = strings.TrimSuffix(typ, "!")
		}
		args := w.schema.Field(f).Args
		at := slices.IndexFunc(args, func(x schema.Arg) bool { return x.Name == a.Name })
		if at < 0 {
			return subgraphs.ArgumentSpec{}, false
		}
		return subgraphs.ArgumentSpec{Name: a.Name, Value: w.value(&a.Value, args[at].Type, typ)}, true
	}
	return subgraphs.ArgumentSpec{}, false
}

func (w *specWriter) value(v *operation.Value, t schema.TypeRef, text string) subgraphs.ArgumentValue {
	switch v.Kind {
	case operation.ValueList:
		out := subgraphs.ArgumentValue{Variable: -1, List: true}
		elem := t
		if t.Wrap.IsList() {
			elem.Wrap = t.Wrap.Elem()
		}
		for i := range v.Items {
			out.Items = append(out.Items, w.value(&v.Items[i], elem, w.schema.TypeString(elem)))
		}
		return out
	case operation.ValueObject:
		out := subgraphs.ArgumentValue{Variable: -1, Object: true}
		for i := range v.Fields {
			f := w.schema.FieldByName(t.Type, v.Fields[i].Name)
			if f == schema.NoField {
				if w.schema.Type(t.Type).Kind == schema.Scalar {
					// What is inside a custom scalar has no type of its own.
					out.Fields = append(out.Fields, subgraphs.ArgumentSpec{Name: v.Fields[i].Name, Value: w.value(&v.Fields[i].Value, t, text)})
				}
				continue
			}
			ft := w.schema.Field(f)
			typ := w.schema.TypeString(ft.Type)
			if ft.Default != "" {
				typ = strings.TrimSuffix(typ, "!")
			}
			out.Fields = append(out.Fields, subgraphs.ArgumentSpec{Name: v.Fields[i].Name, Value: w.value(&v.Fields[i].Value, ft.Type, typ)})
		}
		return out
	}
	if own := w.op.Variables[v.Variable].Type; own.Type != t.Type && w.schema.Type(t.Type).Kind == schema.Scalar && schema.BuiltinScalar(w.schema.Type(own.Type).Name) {
		text = w.schema.TypeString(own) // inside a custom scalar
	}
	return subgraphs.ArgumentValue{Variable: w.variable(v.Variable, text)}
}

func (w *specWriter) leafKind(t schema.TypeID) (plan.LeafKind, []string) {
	typ := w.schema.Type(t)
	if typ.Kind == schema.Enum {
		return plan.LeafEnum, w.enums[t]
	}
	switch typ.Name {
	case "Int":
		return plan.LeafInt, nil
	case "Float":
		return plan.LeafFloat, nil
	case "String":
		return plan.LeafString, nil
	case "Boolean":
		return plan.LeafBoolean, nil
	case "ID":
		return plan.LeafID, nil
	}
	return plan.LeafAny, nil
}
