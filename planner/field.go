package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// field writes one field for one type. More than one selection comes back when
// its condition is a disjunction. sure says that it is asked of every type.
func (w *specWriter) field(sc *scope, pk *pick, ti int, group []*arrival, sure bool) []subgraphs.Selection {
	s := pk.slot
	var from *arrival
	for i := range s.assigned {
		if as := &s.assigned[i]; as.types.has(ti) && slices.Contains(group, as.from) {
			from = as.from
			break
		}
	}
	m := w.moveIn(s.fields[ti], w.sub, from.through(ti))
	if m.Provider.Made() {
		return w.made(sc, s, ti, group, m)
	}
	key := sc.keyFor(s, m.Provider.Type)
	sel := subgraphs.Selection{Key: key, Field: m.Provider.Name}
	for i := range s.args {
		if arg, ok := w.argument(&s.args[i], m.Provider, s.fields[ti]); ok {
			sel.Arguments = append(sel.Arguments, arg)
		}
	}
	for _, a := range m.Provider.ArgumentsFrom {
		sel.Arguments = append(sel.Arguments, subgraphs.ArgumentSpec{
			Name: a.Argument, Type: a.Type, Value: subgraphs.ArgumentValue{Variable: -1, From: a.Selection},
		})
	}
	for _, c := range s.consts {
		sel.Arguments = append(sel.Arguments, subgraphs.ArgumentSpec{Name: c.Name, Value: subgraphs.ArgumentValue{Variable: -1, Constant: c.Value}})
	}
	field := plan.DecodeField{Key: key, Quoted: appendQuoted(nil, key), Slot: s.index}
	def := w.schema.Field(s.fields[ti])
	field.Wrap = def.Type.Wrap
	if s.leaf {
		if !s.hidden {
			field.Leaf, field.Enum = w.leafKind(def.Type.Type)
		}
	} else {
		sel.Selections, field.Child = w.child(sc, s, group)
	}
	known := slices.ContainsFunc(sc.decode.Fields, func(f plan.DecodeField) bool { return f.Key == key && f.Slot == s.index })
	if !known {
		if field.Sure = sure && pk.need == nil; field.Sure {
			sc.decode.Sure++
		}
		sc.decode.Fields = append(sc.decode.Fields, field)
	}
	return w.conditional(sel, pk.need)
}

func (w *specWriter) child(sc *scope, s *slot, group []*arrival) ([]subgraphs.Selection, *plan.Decode) {
	for _, c := range sc.children {
		if c.slot == s {
			return c.sels, c.decode
		}
	}
	var below []*arrival
	for _, m := range s.moved {
		if slices.Contains(group, m.from) {
			below = append(below, m)
		}
	}
	sels, decode := w.object(below, s.child)
	sc.children = append(sc.children, childUse{slot: s, sels: sels, decode: decode})
	return sels, decode
}

// keyFor is the response key of a slot: the client's where it is free. A key
// stands for one slot and one type in the subgraph, for fields of one key must
// be mergeable there (specification, section 5.3.2).
func (sc *scope) keyFor(s *slot, typ string) string {
	taken := func(key string) bool {
		for _, k := range sc.keys {
			if k.slot == s && k.typ == typ {
				continue
			}
			// Leaves of one type may share a key where no object has both.
			if k.key == key && (k.on == sc.on || k.typ != typ || !k.slot.leaf || !s.leaf) {
				return true
			}
		}
		return false
	}
	for _, k := range sc.keys {
		if k.slot == s && k.typ == typ && !taken(k.key) {
			if k.on != sc.on {
				sc.keys = append(sc.keys, keyUse{key: k.key, slot: s, typ: typ, on: sc.on})
			}
			return k.key
		}
	}
	key := s.key
	for n := 0; taken(key) || n == 0 && reservedKey(key); n++ {
		key = fmt.Sprintf("_%d_%s", s.index, s.name)
		if n > 0 {
			key = fmt.Sprintf("_%d_%d_%s", s.index, n, s.name)
		}
	}
	sc.keys = append(sc.keys, keyUse{key: key, slot: s, typ: typ, on: sc.on})
	return key
}

// reservedKey reports keys that mean something in an answer.
func reservedKey(key string) bool { return key == "__typename" }

// conditional wraps a selection in its condition: directives for a conjunction,
// one fragment for each term of a disjunction.
func (w *specWriter) conditional(sel subgraphs.Selection, need plan.Condition) []subgraphs.Selection {
	if need == nil {
		return []subgraphs.Selection{sel}
	}
	var out []subgraphs.Selection
	for _, t := range need {
		var include []subgraphs.Condition
		for bit := 0; bit < len(w.op.Conditions); bit++ {
			if t.Mask>>bit&1 == 1 {
				include = append(include, subgraphs.Condition{
					Variable: w.variable(w.op.Conditions[bit], "Boolean!"),
					Negate:   t.Value>>bit&1 == 0,
				})
			}
		}
		if len(need) == 1 {
			sel.Include = include
			return []subgraphs.Selection{sel}
		}
		out = append(out, subgraphs.Selection{Include: include, Selections: []subgraphs.Selection{sel}})
	}
	return out
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
