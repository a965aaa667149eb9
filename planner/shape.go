package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// builder writes the chosen fetches down as a plan.
type builder struct {
	*run
	plan  *plan.Plan
	shape []*plan.Shape // by position id; nil where nothing is fetched
	// owners are, by arrival id and type, the number of the fetch entry that gives
	// what the arrival gives; root arrivals have one number.
	owners [][]int
}

// shapes makes the shapes of all positions that something is fetched for.
func (b *builder) shapes(fetches []*fetch) {
	b.shape = make([]*plan.Shape, len(b.positions))
	b.owners = make([][]int, len(b.all))
	n := 0
	targets := make([]bool, len(b.positions))
	for _, f := range fetches {
		for _, e := range f.entries {
			targets[e.pos.id] = true
			for _, p := range e.parts {
				if b.owners[p.id] == nil {
					b.owners[p.id] = make([]int, len(e.pos.types))
				}
				for ti := p.types.next(0); ti >= 0; ti = p.types.next(ti + 1) {
					b.owners[p.id][ti] = n
				}
			}
			n++
		}
		if f.root != nil {
			b.owners[f.root.id] = []int{n}
			n++
		}
	}
	b.plan.Root = b.makeShape(b.root, false, targets)
}

// merged reports whether two fetch entries fill a slot for one and the same type.
func (b *builder) merged(s *slot) bool {
	for i := range s.assigned {
		for j := range i {
			x, y := &s.assigned[i], &s.assigned[j]
			for ti := x.types.next(0); ti >= 0; ti = x.types.next(ti + 1) {
				if y.types.has(ti) && !slices.Equal(b.ownersOf(x.from, ti), b.ownersOf(y.from, ti)) {
					return true
				}
			}
		}
	}
	return false
}

// ownersOf numbers the fetch entries whose answers hold what an arrival gives for
// a type.
func (b *builder) ownersOf(a *arrival, ti int) []int {
	if a.from == nil {
		if a.base == nil {
			return b.owners[a.id]
		}
		return b.owners[a.id][ti : ti+1]
	}
	via := a.via
	for a = a.from; a.from != nil; a = a.from {
		via = a.via
	}
	if a.base == nil {
		return b.owners[a.id]
	}
	var out []int
	for t, n := range b.owners[a.id] {
		if via.assignedTo(a, t) && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func (b *builder) makeShape(p *position, merged bool, targets []bool) *plan.Shape {
	s := &plan.Shape{ID: len(b.plan.Shapes), Type: p.typ, Collect: -1, Merged: merged}
	b.plan.Shapes = append(b.plan.Shapes, s)
	b.shape[p.id] = s
	if targets[p.id] && !merged && p.parent != nil {
		s.Collect = b.plan.Collections
		b.plan.Collections++
	}
	for _, sl := range p.slots {
		if len(sl.assigned) == 0 && sl.hidden {
			continue
		}
		sl.index = len(s.Slots)
		s.Slots = append(s.Slots, plan.Slot{
			Key: sl.key, Hidden: sl.hidden,
			Coordinate: b.coordinate(p.types[sl.types.next(0)], sl.name),
		})
	}
	for _, sl := range p.slots {
		if len(sl.assigned) == 0 || sl.child == nil {
			continue
		}
		s.Slots[sl.index].Merge = b.merged(sl)
		// Slots grow no more here, but makeShape below appends to Shapes only.
		child := b.makeShape(sl.child, merged || s.Slots[sl.index].Merge, targets)
		s.Slots[sl.index].Child = child
	}
	b.classes(p, s)
	return s
}

func (b *builder) coordinate(t schema.TypeID, field string) string {
	return b.schema.Type(t).Name + "." + field
}

// classes writes down what is written for each concrete type; types that write
// the same share a class.
func (b *builder) classes(p *position, s *plan.Shape) {
	for ti, t := range p.types {
		if b.schema.Type(t).Hidden {
			// Objects of a type that the API does not have are null to the client,
			// but their fields can serve as requirements.
			s.Types = append(s.Types, plan.ConcreteType{ID: t, Name: b.schema.Type(t).Name, Class: -1})
			continue
		}
		var outs []plan.Output
		for i := range p.outputs[ti] {
			o := &p.outputs[ti][i]
			out := plan.Output{Kind: o.kind, Key: o.key, Prefix: append(appendQuoted(nil, o.key), ':'), Cond: o.cond, Slot: -1, Local: -1}
			switch o.kind {
			case plan.FromSlot:
				f := b.schema.Field(o.slot.fields[ti])
				out.Wrap = f.Type.Wrap
				out.Coordinate = b.coordinate(t, o.slot.name)
				out.Slot = o.slot.index
				out.Drop = out.Wrap.IsList() && b.drops(o.slot)
				if o.slot.index >= 0 {
					out.Child = s.Slots[o.slot.index].Child
				}
			case plan.Typename:
				out.Wrap = schema.WrapNamed(true)
				out.Coordinate = b.coordinate(t, "__typename")
			case plan.FromLocal:
				out.Wrap = schema.WrapNamed(o.sel.Name == "__schema")
				out.Local = b.local(o)
				out.Coordinate = b.coordinate(t, o.sel.Name)
			}
			outs = append(outs, out)
		}
		class := slices.IndexFunc(s.Classes, func(have []plan.Output) bool { return sameOutputs(have, outs) })
		if class < 0 {
			class = len(s.Classes)
			s.Classes = append(s.Classes, outs)
		}
		s.Types = append(s.Types, plan.ConcreteType{ID: t, Name: b.schema.Type(t).Name, Class: class})
	}
}

func sameOutputs(a, b []plan.Output) bool {
	return slices.EqualFunc(a, b, func(x, y plan.Output) bool {
		return x.Kind == y.Kind && x.Key == y.Key && x.Slot == y.Slot && x.Local == y.Local && x.Wrap == y.Wrap && x.Drop == y.Drop && sameCond(x.Cond, y.Cond)
	})
}

// drops reports whether a slot is filled through a facet that leaves out what
// is missing.
func (b *builder) drops(s *slot) bool {
	for i := range s.assigned {
		a := s.assigned[i].from
		if f := b.super.Subgraphs[a.sub].Facet; f != nil && f.Drop && a.from == nil {
			return true
		}
	}
	return false
}

func (b *builder) local(o *output) int {
	b.plan.Local = append(b.plan.Local, plan.LocalField{Selection: o.sel})
	return len(b.plan.Local) - 1
}

// appendQuoted appends a name as a JSON string. GraphQL names need no escapes.
func appendQuoted(dst []byte, name string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"')
}
