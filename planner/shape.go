package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// builder writes the chosen fetches down as a plan.
type builder struct {
	*run
	plan   *plan.Plan
	shape  []*plan.Shape // by position id; nil where nothing is fetched
	owners []int         // by arrival id: number of the fetch entry it belongs to, -1 for none
}

// shapes makes the shapes of all positions that something is fetched for.
func (b *builder) shapes(fetches []*fetch) {
	b.shape = make([]*plan.Shape, len(b.positions))
	b.owners = make([]int, len(b.all))
	for i := range b.owners {
		b.owners[i] = -1
	}
	n := 0
	targets := make([]bool, len(b.positions))
	for _, f := range fetches {
		for _, e := range f.entries {
			targets[e.pos.id] = true
			for _, a := range e.arrivals {
				b.owners[a.id] = n
			}
			n++
		}
		if f.root != nil {
			b.owners[f.root.id] = n
			n++
		}
	}
	b.plan.Root = b.makeShape(b.root, false, targets)
}

// owner numbers the fetch entry whose answer holds what the arrival gives.
func (b *builder) owner(a *arrival) int {
	for a.from != nil {
		a = a.from
	}
	return b.owners[a.id]
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
		first := b.owner(sl.assigned[0].from)
		for i := range sl.assigned {
			if b.owner(sl.assigned[i].from) != first {
				s.Slots[sl.index].Merge = true
			}
		}
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
		return x.Kind == y.Kind && x.Key == y.Key && x.Slot == y.Slot && x.Local == y.Local && x.Wrap == y.Wrap && sameCond(x.Cond, y.Cond)
	})
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
