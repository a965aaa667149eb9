package planner

import "github.com/weft-graphql/weft/planner/schema"

// resolveTypes adds, for every arrival at objects of which the subgraph knows an
// interface object only, the lookup that tells their concrete types, if these
// matter to the client. Whatever depends on the concrete type starts there.
func (r *run) resolveTypes(p *position) error {
	n := len(p.arrivals)
	for _, a := range p.arrivals[:n] {
		if !a.interfaceObject() || !r.needsTypes(p, a) {
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
		for i := range p.outputs[ti] {
			o := &p.outputs[ti][i]
			if o.slot == nil {
				return true
			}
			if o.slot.types.count() != len(p.types) {
				return true
			}
			if !r.untypedField(a, ti, o.slot.fields[ti], 0) {
				return true
			}
		}
	}
	return false
}

// untypedField reports whether a field can be had without knowing the concrete
// types of an interface object's objects, what it requires included.
func (r *run) untypedField(a *arrival, ti int, f schema.FieldID, depth int) bool {
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
		if m.Through == schema.NoType || !r.resolves(m) {
			continue
		}
		for j := range m.Provider.Requires {
			sel := &m.Provider.Requires[j]
			if sel.Name == "__typename" {
				return false
			}
			need := schema.NoField
			if sel.On == schema.NoType {
				need = r.schema.FieldByName(a.pos.types[ti], sel.Name)
			}
			if need == schema.NoField || !r.untypedField(a, ti, need, depth+1) {
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
