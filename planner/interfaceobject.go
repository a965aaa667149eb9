package planner

import (
	"slices"

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
