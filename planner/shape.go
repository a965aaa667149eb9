package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// builder writes the chosen fetches down as a plan. What is part of the plan is
// allocated for it, and never the run's memory.
type builder struct {
	*run
	plan  *plan.Plan
	shape []*plan.Shape // by position id; nil where nothing is fetched
	// owners are, by arrival id and type, the number of the fetch entry that gives
	// what the arrival gives; root arrivals have one number.
	owners [][]int
	// made are shapes and decodes decodes that are not used yet.
	made    []plan.Shape
	decodes []plan.Decode
	tables  int // counts tables of keys
	writer  specWriter
	apart   []bitset // toldApart's
}

// stacks hold lists in the making, each on top of those it is part of. Finished
// lists are copied from there.
type stacks struct {
	selections   []subgraphs.Selection
	decodeFields []plan.DecodeField
}

// finished takes the list that begins at an index off a stack.
func finished[T any](stack *[]T, from int) []T {
	top := (*stack)[from:]
	if len(top) == 0 {
		return nil
	}
	out := make([]T, len(top))
	copy(out, top)
	*stack = (*stack)[:from]
	return out
}

// shapes makes the shapes of all positions that something is fetched for.
func (b *builder) shapes(fetches []*fetch) {
	b.shape = b.mem.shapes.take(len(b.positions))
	b.owners = b.mem.numberLists.take(len(b.all))
	n := 0
	targets := b.mem.flags.take(len(b.positions))
	for _, f := range fetches {
		for _, e := range f.entries {
			targets[e.pos.id] = true
			for i := range e.parts {
				p := &e.parts[i]
				if b.owners[p.id] == nil {
					b.owners[p.id] = b.mem.numbers.take(len(e.pos.types))
				}
				for ti := p.types.next(0); ti >= 0; ti = p.types.next(ti + 1) {
					b.owners[p.id][ti] = n
				}
			}
			n++
		}
		if f.root != nil {
			b.owners[f.root.id] = b.mem.numbers.take(1)
			b.owners[f.root.id][0] = n
			n++
		}
	}
	count := b.countShapes(b.root)
	b.made = make([]plan.Shape, count)
	b.plan.Shapes = make([]*plan.Shape, 0, count)
	b.plan.Root = b.makeShape(b.root, false, targets)
}

// countShapes counts the positions that something is fetched for.
func (b *builder) countShapes(p *position) int {
	n := 1
	for _, s := range p.slots {
		if len(s.assigned) > 0 && s.child != nil {
			n += b.countShapes(s.child)
		}
	}
	return n
}

// merged reports whether two fetch entries fill a slot for one and the same type.
func (b *builder) merged(s *slot) bool {
	for i := range s.assigned {
		for j := range i {
			x, y := &s.assigned[i], &s.assigned[j]
			if !x.types.intersects(y.types) {
				continue
			}
			for ti := x.types.next(0); ti >= 0; ti = x.types.next(ti + 1) {
				if y.types.has(ti) && !slices.Equal(b.ownersOf(x.from, ti), b.ownersOf(y.from, ti)) {
					return true
				}
				if y.types.has(ti) && x.from.from != nil && y.from.from != nil {
					break // their owners are the same for all types
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
	for i := range via.assigned {
		as := &via.assigned[i]
		if as.from != a {
			continue
		}
		for t, n := range b.owners[a.id] {
			if as.types.has(t) && !slices.Contains(out, n) {
				out = b.mem.numbers.append(out, n)
			}
		}
	}
	return out
}

func (b *builder) makeShape(p *position, merged bool, targets []bool) *plan.Shape {
	s := &b.made[0]
	b.made = b.made[1:]
	s.ID, s.Type, s.Collect, s.Merged = len(b.plan.Shapes), p.typ, -1, merged
	b.plan.Shapes = append(b.plan.Shapes, s)
	b.shape[p.id] = s
	if targets[p.id] && !merged && p.parent != nil {
		s.Collect = b.plan.Collections
		b.plan.Collections++
	}
	n := 0
	for _, sl := range p.slots {
		if len(sl.assigned) > 0 || !sl.hidden {
			sl.index = n
			n++
		}
	}
	if n > 0 {
		s.Slots = make([]plan.Slot, n)
	}
	for _, sl := range p.slots {
		if sl.index >= 0 {
			at := &s.Slots[sl.index]
			at.Key, at.Hidden, at.Coordinate = sl.key, sl.hidden, b.names.coordinate(sl.anyField())
		}
	}
	for _, sl := range p.slots {
		if len(sl.assigned) == 0 || sl.child == nil {
			continue
		}
		at := &s.Slots[sl.index]
		at.Merge = b.merged(sl)
		at.Child = b.makeShape(sl.child, merged || at.Merge, targets)
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
	s.Types = make([]plan.ConcreteType, len(p.types))
	firsts := b.mem.numbers.take(len(p.types))[:0] // by class, its first type
types:
	for ti, t := range p.types {
		typ := b.schema.Type(t)
		s.Types[ti] = plan.ConcreteType{ID: t, Name: typ.Name, Class: -1}
		if typ.Hidden {
			// Objects of a type that the API does not have are null to the client,
			// but their fields can serve as requirements.
			continue
		}
		for class, first := range firsts {
			if b.sameOutputs(p, first, ti) {
				s.Types[ti].Class = class
				continue types
			}
		}
		s.Types[ti].Class = len(firsts)
		firsts = append(firsts, ti)
		s.Classes = append(s.Classes, b.outputsOf(p, s, ti))
	}
}

// outputsOf writes down what is written for one type.
func (b *builder) outputsOf(p *position, s *plan.Shape, ti int) []plan.Output {
	if len(p.outputs[ti]) == 0 {
		return nil
	}
	t := p.types[ti]
	outs := make([]plan.Output, len(p.outputs[ti]))
	for i := range outs {
		o, out := &p.outputs[ti][i], &outs[i]
		out.Kind, out.Key, out.Cond, out.Slot, out.Local = o.kind, o.key, o.cond, -1, -1
		switch o.kind {
		case plan.FromSlot:
			f := o.slot.fields[ti]
			out.Prefix = b.prefix(o.slot, f, o.key)
			out.Wrap = b.schema.Field(f).Type.Wrap
			out.Coordinate = b.names.coordinate(f)
			out.Slot = o.slot.index
			out.Drop = out.Wrap.IsList() && b.drops(o.slot)
			if o.slot.index >= 0 {
				out.Child = s.Slots[o.slot.index].Child
			}
		case plan.Refused:
			f := o.slot.fields[ti]
			out.Prefix = b.prefix(o.slot, f, o.key)
			out.Wrap = b.schema.Field(f).Type.Wrap
			out.Coordinate = b.names.coordinate(f)
			out.Local = b.refusal(o.guard)
		case plan.Typename:
			if out.Prefix = typenamePrefix; o.key != "__typename" {
				out.Prefix = b.newPrefix(o.key)
			}
			out.Wrap = schema.WrapNamed(true)
			out.Coordinate = b.names.typename(t)
		case plan.FromLocal:
			out.Prefix = b.newPrefix(o.key)
			out.Wrap = schema.WrapNamed(o.sel.Name == "__schema")
			out.Local = b.local(o)
			out.Coordinate = b.coordinate(t, o.sel.Name)
		}
	}
	return outs
}

// sameOutputs reports whether the same is written for two types of a position.
func (b *builder) sameOutputs(p *position, ti, tj int) bool {
	return slices.EqualFunc(p.outputs[ti], p.outputs[tj], func(x, y output) bool { return b.sameOutput(&x, &y, ti, tj) })
}

// sameOutput reports whether two outputs, of two types, write the same.
func (r *run) sameOutput(x, y *output, ti, tj int) bool {
	if x.kind != y.kind || x.key != y.key || x.slot != y.slot || x.guard != y.guard || !sameCond(x.cond, y.cond) || x.kind == plan.FromLocal {
		return false
	}
	return x.slot == nil || x.slot.fields[ti] == y.slot.fields[tj] ||
		r.schema.Field(x.slot.fields[ti]).Type.Wrap == r.schema.Field(y.slot.fields[tj]).Type.Wrap
}

// drops reports whether elements of a slot's list are left out where something is
// missing: as the facet says that fills the list, or one that looks up what the
// elements hold.
func (b *builder) drops(s *slot) bool {
	if !b.super.Drops {
		return false
	}
	for i := range s.assigned {
		if f := b.entered(s.assigned[i].from); f != nil && !f.OfObject() {
			return true
		}
	}
	return s.child != nil && b.dropsBelow(s.child)
}

// dropsBelow reports whether objects of a position, or what they hold without
// another list between, are looked up through a facet that drops what is missing.
func (b *builder) dropsBelow(p *position) bool {
	for _, s := range p.slots {
		for i := range s.assigned {
			if f := b.entered(s.assigned[i].from); f != nil && f.OfObject() {
				return true
			}
		}
		if s.child == nil {
			continue
		}
		list := false
		for _, f := range s.fields {
			list = list || f != schema.NoField && b.schema.Field(f).Type.Wrap.IsList()
		}
		if !list && b.dropsBelow(s.child) {
			return true
		}
	}
	return false
}

// refusal says why a field is refused.
func (b *builder) refusal(g *operation.Guard) int {
	b.plan.Messages = append(b.plan.Messages, "Argument \""+g.Argument+"\" must not be null, but variable \"$"+b.op.Variables[g.Variable].Name+"\" is.")
	return len(b.plan.Messages) - 1
}

// entered is the facet that an arrival enters a subgraph by, if it drops what is
// missing.
func (b *builder) entered(a *arrival) *subgraphs.Facet {
	if f := b.super.Subgraphs[a.sub].Facet; f != nil && f.Drop && a.from == nil {
		return f
	}
	return nil
}

func (b *builder) local(o *output) int {
	b.plan.Local = append(b.plan.Local, plan.LocalField{Selection: o.sel})
	return len(b.plan.Local) - 1
}
