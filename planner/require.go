package planner

import (
	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// requirements finds, for objects of one type, how the fields of a field set
// can be had from arrival a (or from lookups that start there). It appends what
// is needed and reports whether all of it can be had. target is the subgraph
// that will be sent the fields; their names are those used there.
func (r *run) requirements(a *arrival, ti int, set supergraph.FieldSet, key bool, target int, needs *[]need, w *way) (bool, error) {
	t := a.pos.types[ti]
	for i := range set {
		sel := &set[i]
		if sel.On != schema.NoType {
			if sel.On != t && !r.schema.Implements(sel.On, t) {
				continue
			}
			ok, err := r.requirements(a, ti, sel.Selections, key, target, needs, w)
			if !ok || err != nil {
				return false, err
			}
			continue
		}
		if sel.Name == "__typename" {
			continue
		}
		f := r.schema.FieldByName(t, sel.Name)
		if f == schema.NoField {
			return false, nil
		}
		ok, err := r.requirement(a, ti, f, sel, key, target, needs, w)
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *run) requirement(a *arrival, ti int, f schema.FieldID, sel *supergraph.FieldSelection, key bool, target int, needs *[]need, w *way) (bool, error) {
	var best need
	var bestWay way
	found := false
	try := func(from *arrival) (bool, error) {
		s := r.requirementSlot(a.pos, ti, f, sel)
		n := need{slot: s, ti: ti, from: from, name: r.nameIn(a.pos.types[ti], sel.Name, target), key: key}
		cost := way{depth: from.depth}
		if from != a {
			cost.requests = from.requests - a.requests
		}
		if len(sel.Selections) > 0 {
			below, err := r.requirementsBelow(from, s, sel, key, target, &cost)
			if below == nil || err != nil {
				return false, err
			}
			n.below = below
		}
		if !found || cost.depth < bestWay.depth || cost.depth == bestWay.depth && cost.requests < bestWay.requests {
			best, bestWay, found = n, cost, true
		}
		return true, nil
	}
	local := r.local(a, ti, f) != nil
	if local {
		ok, err := try(a)
		if err != nil {
			return false, err
		}
		local = ok
	}
	// Nothing beats what the arrival itself holds.
	if !local || bestWay.depth > a.depth {
		moves := r.graph.Moves(f)
		for i := range moves {
			m := &moves[i]
			if !r.resolves(m) || m.Subgraph == a.sub && m.Provider.Requires == nil && a.base == nil && local {
				continue
			}
			base := a
			if a.interfaceObject() && m.Through == schema.NoType {
				// The objects' concrete types have to be known first.
				if a.typed == nil {
					continue
				}
				base = a.typed
				if m.Subgraph == base.sub && m.Provider.Requires == nil && r.local(base, ti, f) != nil {
					if _, err := try(base); err != nil {
						return false, err
					}
					continue
				}
			}
			d, err := r.derive(base, ti, m)
			if err != nil {
				return false, err
			}
			if d != nil {
				if _, err := try(d); err != nil {
					return false, err
				}
			}
		}
	}
	if !found {
		return r.splitRequirement(a, ti, f, sel, key, target, needs, w)
	}
	w.depth = max(w.depth, bestWay.depth)
	for i := range *needs {
		have := &(*needs)[i]
		if have.slot == best.slot && have.from == best.from && have.ti == ti {
			have.below = mergeNeeds(have.below, best.below)
			have.key = have.key || best.key
			return true, nil
		}
	}
	*needs = append(*needs, best)
	w.requests += bestWay.requests
	return true, nil
}

// splitRequirement finds the parts of a composite requirement each on its own
// way: a value type's fields can be spread over subgraphs.
func (r *run) splitRequirement(a *arrival, ti int, f schema.FieldID, sel *supergraph.FieldSelection, key bool, target int, needs *[]need, w *way) (bool, error) {
	if len(sel.Selections) < 2 {
		return false, nil
	}
	for i := range sel.Selections {
		part := *sel
		part.Selections = sel.Selections[i : i+1]
		if ok, err := r.requirement(a, ti, f, &part, key, target, needs, w); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// mergeNeeds joins two lists of needs in the objects of one slot.
func mergeNeeds(a, b []need) []need {
next:
	for _, n := range b {
		for i := range a {
			if a[i].slot == n.slot && a[i].ti == n.ti && a[i].from == n.from {
				a[i].below = mergeNeeds(a[i].below, n.below)
				continue next
			}
		}
		a = append(a, n)
	}
	return a
}

// requirementsBelow finds the needs in the objects of a composite field. The
// result is nil when something cannot be had, and not nil otherwise.
func (r *run) requirementsBelow(from *arrival, s *slot, sel *supergraph.FieldSelection, key bool, target int, w *way) ([]need, error) {
	to, err := r.move(from, s)
	if to == nil || err != nil {
		return nil, err
	}
	below := []need{}
	for ti := to.covers.next(0); ti >= 0; ti = to.covers.next(ti + 1) {
		ok, err := r.requirements(to, ti, sel.Selections, key, target, &below, w)
		if !ok || err != nil {
			return nil, err
		}
	}
	return below, nil
}

// coversBelow reports whether a subgraph gives all that is required below one of
// its fields without leaving it; a guess that decides an order of trying only.
func (r *run) coversBelow(a *arrival, ti int, f schema.FieldID, sel *supergraph.FieldSelection) bool {
	m := r.local(a, ti, f)
	return r.givesAll(m.Provider.Named, a.sub, sel.Selections)
}

func (r *run) givesAll(t schema.TypeID, sub int, set supergraph.FieldSet) bool {
	for i := range set {
		sel := &set[i]
		if sel.On != schema.NoType || sel.Name == "__typename" {
			continue
		}
		f := r.schema.FieldByName(t, sel.Name)
		if f == schema.NoField {
			return false
		}
		p := r.super.Provider(f, sub)
		if p == nil || p.External && !p.KeyExternal {
			return false
		}
		if len(sel.Selections) > 0 && !r.givesAll(p.Named, sub, sel.Selections) {
			return false
		}
	}
	return true
}

// resolves reports whether a move's subgraph resolves the field whoever asks:
// not overridden, and not merely external there.
func (r *run) resolves(m *graph.Move) bool {
	return r.usable(m.Provider) && !m.Provider.External
}

// nameIn is the name of a type's field in a subgraph. A facet is sent fields
// that it does not give itself; the other facets of the subgraph know their names.
func (r *run) nameIn(t schema.TypeID, name string, sub int) string {
	f := r.schema.FieldByName(t, name)
	if f == schema.NoField {
		return name
	}
	if p := r.super.Provider(f, sub); p != nil && p.Name != "" {
		return p.Name
	}
	if s := &r.super.Subgraphs[sub]; s.Facet != nil {
		providers := r.super.Providers[f]
		for i := range providers {
			if p := &providers[i]; r.super.Subgraphs[p.Subgraph].Upstream == s.Upstream && p.Name != "" {
				return p.Name
			}
		}
	}
	return name
}
