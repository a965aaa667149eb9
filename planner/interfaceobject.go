package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// resolveTypes adds, for every arrival at objects of which the subgraph knows an
// interface object only, the lookup that tells their concrete types, if these
// matter to the client. Whatever depends on the concrete type starts there.
func (r *run) resolveTypes(p *position) error {
	n := len(p.arrivals)
	for _, a := range p.arrivals[:n] {
		if !a.interfaceObject() {
			continue
		}
		if !r.needsTypes(p, a) {
			r.sameOrder(p)
			continue
		}
		d, err := r.typeLookup(a)
		if err != nil {
			return err
		}
		if d != nil {
			a.typed = d
			p.arrivals = r.mem.arrivalRefs.append(p.arrivals, d)
		}
	}
	return nil
}

// needsTypes reports whether the client, or a field it selects, depends on the
// concrete type of the objects of an interface object.
func (r *run) needsTypes(p *position, a *arrival) bool {
	for ti := range p.types {
		if !r.alike(p, ti) {
			return true
		}
		var entered bitset
		known := false
		for i := range p.outputs[ti] {
			o := &p.outputs[ti][i]
			if o.slot == nil {
				return true
			}
			if o.slot.types.count() != len(p.types) {
				return true
			}
			if r.local(a, ti, o.slot.fields[ti]) != nil {
				continue
			}
			if !known {
				entered, known = r.enteredUntyped(a, ti), true
			}
			if !r.untypedField(a, ti, o.slot.fields[ti], entered, 0) {
				return true
			}
		}
	}
	return false
}

// alike reports whether the same is written for a type as for the first one, if
// in another order.
func (r *run) alike(p *position, ti int) bool {
	if ti == 0 {
		return true
	}
	first, outputs := p.outputs[0], p.outputs[ti]
	if len(first) != len(outputs) || r.schema.Type(p.types[0]).Hidden != r.schema.Type(p.types[ti]).Hidden {
		return false
	}
	for i := range outputs {
		at := i
		if !r.sameOutput(&first[i], &outputs[i], 0, ti) {
			at = slices.IndexFunc(first, func(o output) bool { return r.sameOutput(&o, &outputs[i], 0, ti) })
		}
		if at < 0 {
			return false
		}
	}
	return true
}

// sameOrder writes all types in the order of the first: that of objects whose
// type is not known can be no other, and a request for the sake of order alone
// would not be worth it.
func (r *run) sameOrder(p *position) {
	for ti := 1; ti < len(p.types); ti++ {
		outputs := p.outputs[ti]
		for i := range outputs {
			for j := i; j < len(outputs); j++ {
				if r.sameOutput(&p.outputs[0][i], &outputs[j], 0, ti) {
					outputs[i], outputs[j] = outputs[j], outputs[i]
					break
				}
			}
		}
	}
}

// enteredUntyped are the subgraphs in which the objects of an interface object can
// be looked up as such, without their concrete types: each by a key of which those
// before it give the fields.
func (r *run) enteredUntyped(a *arrival, ti int) bitset {
	entered := r.newBitset(len(r.super.Subgraphs))
	entered.add(a.sub)
	lookups := r.graph.Lookups(a.pos.types[ti])
	for grown := true; grown; {
		grown = false
	next:
		for i := range lookups {
			l := &lookups[i]
			if l.Through == schema.NoType || entered.has(l.Subgraph) {
				continue
			}
			for j := range l.Key {
				if !r.untypedSelection(a, ti, &l.Key[j], entered, 0) {
					continue next
				}
			}
			entered.add(l.Subgraph)
			grown = true
		}
	}
	return entered
}

// untypedSelection is untypedField for an element of a field set.
func (r *run) untypedSelection(a *arrival, ti int, sel *supergraph.FieldSelection, entered bitset, depth int) bool {
	if sel.Name == "__typename" || sel.On != schema.NoType {
		return false
	}
	f := r.schema.FieldByName(a.pos.types[ti], sel.Name)
	return f != schema.NoField && r.untypedField(a, ti, f, entered, depth)
}

// untypedField reports whether a field can be had from the subgraphs that were
// entered without knowing the concrete types of an interface object's objects,
// what it requires included.
func (r *run) untypedField(a *arrival, ti int, f schema.FieldID, entered bitset, depth int) bool {
	if r.local(a, ti, f) != nil {
		return true
	}
	if depth > maxUntypedDepth {
		return false
	}
	moves := r.graph.Moves(f)
next:
	for i := range moves {
		m := &moves[i]
		if m.Through == schema.NoType || !r.resolves(m) || !entered.has(m.Subgraph) {
			continue
		}
		for j := range m.Provider.Requires {
			if !r.untypedSelection(a, ti, &m.Provider.Requires[j], entered, depth+1) {
				continue next
			}
		}
		return true
	}
	return false
}

// maxUntypedDepth bounds chains of requirements; longer ones make the types known.
const maxUntypedDepth = 8

// typeLookup returns the cheapest lookup that tells the concrete types of an
// interface object's objects, or nil.
func (r *run) typeLookup(a *arrival) (*arrival, error) {
	var best *arrival
	lookups := r.graph.Lookups(a.decl)
	for i := range lookups {
		l := &lookups[i]
		view := r.super.View(a.decl, l.Subgraph)
		d := r.mem.arrivals.one()
		*d = arrival{pos: a.pos, sub: l.Subgraph, decl: a.decl, view: view, base: a, resolver: true, depth: a.depth, requests: a.requests + 1}
		d.covers, d.used, d.tried = r.newBitset(len(a.pos.types)), r.newBitset(len(a.pos.types)), r.newBitset(len(a.pos.types))
		d.ways = r.mem.wayRefs.take(len(a.pos.types))
		possible := true
		for ti, t := range a.pos.types {
			d.tried.add(ti)
			if !r.schema.Implements(a.decl, t) || r.super.View(t, l.Subgraph) == nil {
				continue
			}
			w := r.mem.ways.one()
			w.lookup, w.depth = l, a.depth
			ok, err := r.requirements(a, ti, l.Key, nil, true, &w.needs, w)
			if err != nil {
				return nil, err
			}
			if !ok {
				possible = false
				break
			}
			w.depth++
			d.ways[ti] = w
			d.covers.add(ti)
			d.depth = max(d.depth, w.depth)
		}
		if !possible || d.covers.empty() {
			continue
		}
		if best == nil || d.depth < best.depth {
			best = d
		}
	}
	if best != nil {
		best.id = len(r.all)
		r.all = append(r.all, best)
	}
	return best, nil
}

// commitTypes makes sure that the concrete types of interface objects' objects
// become known where they matter.
func (r *run) commitTypes() error {
	for _, a := range r.all {
		if a.typed == nil || !a.committed {
			continue
		}
		known := false
		for _, b := range a.pos.arrivals {
			if b.committed && b.base == nil && !b.interfaceObject() {
				known = true
			}
		}
		if known {
			continue
		}
		if err := r.commit(a.typed, a.typed.covers, nil); err != nil {
			return err
		}
	}
	return nil
}

// toldApart are the types of an entry, by the entries that the request needs. To a
// subgraph that knows an interface object only, all of them are one type, and a
// fragment would ask for the same of all: those of which other things are asked,
// which may require what the others do not send, are looked up under another alias.
func (w *specWriter) toldApart(e *fetchEntry) []bitset {
	used := w.typesOf(e)
	out := append(w.apart[:0], used)
	for ti := used.next(0); ti >= 0; ti = used.next(ti + 1) {
		l := e.lookupOf(ti)
		if l.Through == schema.NoType || l.Field != nil {
			continue
		}
		for i := 0; ; i++ {
			if i == len(out) {
				out = append(out, w.newBitset(len(e.pos.types)))
			}
			first := firstThrough(e, out[i], l.Through)
			if first < 0 || first >= ti || w.askedAlike(e, first, ti) {
				out[i].add(ti)
				break
			}
			if i == 0 {
				out[0] = w.cloneBits(out[0])
				out[0].remove(ti)
			}
		}
	}
	w.apart = out
	return out
}

// firstThrough is the first of the types that are looked up through an interface,
// or -1.
func firstThrough(e *fetchEntry, types bitset, iface schema.TypeID) int {
	for ti := types.next(0); ti >= 0; ti = types.next(ti + 1) {
		if e.lookupOf(ti).Through == iface {
			return ti
		}
	}
	return -1
}

// lookupOf is the lookup of a type, nil when the entry has none.
func (e *fetchEntry) lookupOf(ti int) *graph.Lookup {
	for i := range e.parts {
		if p := &e.parts[i]; p.types.has(ti) {
			return p.ways[ti].lookup
		}
	}
	return nil
}

// askedAlike reports whether the same is asked of objects of two types: the same
// slots from the same lookups.
func (w *specWriter) askedAlike(e *fetchEntry, ti, tj int) bool {
	for i := range e.parts {
		p := &e.parts[i]
		if p.types.has(ti) != p.types.has(tj) {
			return false
		}
		if !p.types.has(ti) {
			continue
		}
		for _, s := range e.pos.slots {
			if s.assignedTo(p.arrival, ti) != s.assignedTo(p.arrival, tj) {
				return false
			}
		}
	}
	return true
}

// untyped reports whether a lookup sends all objects alike, as objects of the
// interface.
func (a *arrival) untyped() bool {
	return a.resolver || a.base.interfaceObject() && !a.byType
}

// dependsOnType reports whether a lookup of objects of an interface object sends or
// asks something that depends on their concrete types. It is found from objects of
// unknown types and could start before these are known, but not then.
func (r *run) dependsOnType(a *arrival) bool {
	if a.resolver || !a.base.interfaceObject() || a.base.typed == nil {
		return false
	}
	first := a.used.next(0)
	for ti := range a.pos.types {
		if !a.used.has(ti) || !r.sameNeeds(a.ways[first].needs, a.ways[ti].needs) {
			return true
		}
		for _, s := range a.pos.slots {
			if s.assignedTo(a, first) != s.assignedTo(a, ti) {
				return true
			}
		}
	}
	return false
}

// tellsTypes is the lookup that tells the concrete types which another one has to
// know, or nil.
func (a *arrival) tellsTypes() *arrival {
	switch {
	case a.byType:
		return a.base.typed
	case a.base.resolver:
		return a.base
	}
	return nil
}

// sameNeeds reports whether the rows of two types read the same.
func (r *run) sameNeeds(a, b []need) bool {
	return slices.EqualFunc(a, b, func(x, y need) bool {
		return x.slot == y.slot && x.from == y.from && x.key == y.key && x.around == y.around &&
			slices.EqualFunc(x.below, y.below, func(x, y need) bool { return x.ti == y.ti && r.sameNeeds([]need{x}, []need{y}) })
	})
}
