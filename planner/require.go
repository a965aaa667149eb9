package planner

import (
	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// requirements finds, for objects of one type, how the fields of a field set
// can be had from arrival a (or from lookups that start there). It appends what
// is needed and reports whether all of it can be had. fields are those of the
// set on the type, where they are known.
func (r *run) requirements(a *arrival, ti int, set supergraph.FieldSet, fields []schema.FieldID, key bool, needs *[]need, w *way) (bool, error) {
	t := a.pos.types[ti]
	for i := range set {
		sel := &set[i]
		if sel.On != schema.NoType {
			if sel.On != t && !r.schema.Implements(sel.On, t) {
				continue
			}
			ok, err := r.requirements(a, ti, sel.Selections, nil, key, needs, w)
			if !ok || err != nil {
				return false, err
			}
			continue
		}
		if sel.Name == "__typename" {
			continue
		}
		f := schema.NoField
		if fields != nil {
			f = fields[i]
		} else {
			f = r.schema.FieldByName(t, sel.Name)
		}
		if f == schema.NoField {
			return false, nil
		}
		ok, err := r.requirement(a, ti, f, sel, key, needs, w)
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *run) requirement(a *arrival, ti int, f schema.FieldID, sel *supergraph.FieldSelection, key bool, needs *[]need, w *way) (bool, error) {
	t := trial{a: a, ti: ti, f: f, sel: sel, key: key}
	local := r.local(a, ti, f) != nil
	if local {
		ok, err := r.try(&t, a)
		if err != nil {
			return false, err
		}
		local = ok
	}
	// Nothing beats what the arrival itself holds.
	if !local || t.cost.depth > a.depth {
		moves := r.graph.Moves(f)
		for i := range moves {
			m := &moves[i]
			if !r.resolves(m) || m.Subgraph == a.sub && !m.Provider.HasInputs() && a.base == nil && local {
				continue
			}
			base := a
			if a.interfaceObject() && m.Through == schema.NoType {
				// The objects' concrete types have to be known first.
				if a.typed == nil {
					continue
				}
				base = a.typed
				if m.Subgraph == base.sub && !m.Provider.HasInputs() && r.local(base, ti, f) != nil {
					if _, err := r.try(&t, base); err != nil {
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
				if _, err := r.try(&t, d); err != nil {
					return false, err
				}
			}
		}
	}
	if !t.found {
		return r.splitRequirement(a, ti, f, sel, key, needs, w)
	}
	w.depth = max(w.depth, t.cost.depth)
	for i := range *needs {
		have := &(*needs)[i]
		if have.slot == t.best.slot && have.from == t.best.from && int(have.ti) == ti {
			have.below = r.mergeNeeds(have.below, t.best.below)
			have.key = have.key || t.best.key
			return true, nil
		}
	}
	*needs = r.mem.needs.append(*needs, t.best)
	w.requests += t.cost.requests
	return true, nil
}

// trial is the search for the best way to one required field.
type trial struct {
	a   *arrival
	ti  int
	f   schema.FieldID
	sel *supergraph.FieldSelection
	key bool

	found bool
	best  need
	cost  struct{ depth, requests int }
}

// try weighs an arrival that gives the field; it reports whether it gives what
// is required below, too.
func (r *run) try(t *trial, from *arrival) (bool, error) {
	s := r.requirementSlot(t.a.pos, t.ti, t.f, t.sel)
	var below []need
	w := way{depth: from.depth}
	if from != t.a {
		w.requests = from.requests - t.a.requests
	}
	if len(t.sel.Selections) > 0 {
		ok := false
		var err error
		if below, ok, err = r.requirementsBelow(from, s, t.sel, t.key, &w); !ok || err != nil {
			return false, err
		}
	}
	if !t.found || w.depth < t.cost.depth || w.depth == t.cost.depth && w.requests < t.cost.requests {
		t.best = need{slot: s, ti: int32(t.ti), from: from, key: t.key, below: below}
		t.cost.depth, t.cost.requests, t.found = w.depth, w.requests, true
	}
	return true, nil
}

// splitRequirement finds the parts of a composite requirement each on its own
// way: a value type's fields can be spread over subgraphs.
func (r *run) splitRequirement(a *arrival, ti int, f schema.FieldID, sel *supergraph.FieldSelection, key bool, needs *[]need, w *way) (bool, error) {
	parts := leafPaths(sel)
	if len(parts) < 2 {
		return false, nil
	}
	for i := range parts {
		part := parts[i]
		if ok, err := r.requirement(a, ti, f, &part, key, needs, w); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// leafPaths are the selections of the single leaves of a selection.
func leafPaths(sel *supergraph.FieldSelection) []supergraph.FieldSelection {
	if len(sel.Selections) == 0 {
		return []supergraph.FieldSelection{*sel}
	}
	var out []supergraph.FieldSelection
	for i := range sel.Selections {
		for _, below := range leafPaths(&sel.Selections[i]) {
			part := *sel
			part.Selections = supergraph.FieldSet{below}
			out = append(out, part)
		}
	}
	return out
}

// mergeNeeds joins two lists of needs in the objects of one slot.
func (r *run) mergeNeeds(a, b []need) []need {
next:
	for _, n := range b {
		for i := range a {
			if a[i].slot == n.slot && a[i].ti == n.ti && a[i].from == n.from {
				a[i].below = r.mergeNeeds(a[i].below, n.below)
				continue next
			}
		}
		a = r.mem.needs.append(a, n)
	}
	return a
}

// requirementsBelow finds the needs in the objects of a composite field. It
// reports whether all can be had; the list is not nil then.
func (r *run) requirementsBelow(from *arrival, s *slot, sel *supergraph.FieldSelection, key bool, w *way) ([]need, bool, error) {
	to, err := r.move(from, s)
	if to == nil || err != nil {
		return nil, false, err
	}
	// The needs are collected where the way keeps its own, for a pointer to a
	// local list would have to be allocated.
	mine := w.needs
	w.needs = r.mem.needs.take(1)[:0]
	for ti := to.covers.next(0); ti >= 0; ti = to.covers.next(ti + 1) {
		ok, err := r.requirements(to, ti, sel.Selections, nil, key, &w.needs, w)
		if !ok || err != nil {
			return nil, false, err
		}
	}
	below := w.needs
	w.needs = mine
	return below, true, nil
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
	return r.usable(m.Provider) && (!m.Provider.External || m.Provider.Entered)
}

// nameIn is the name of a type's field in a subgraph. A facet is sent fields
// that it does not give itself; the other facets of the subgraph know their names.
func (r *run) nameIn(t schema.TypeID, name string, sub int) string {
	f := r.schema.FieldByName(t, name)
	if f == schema.NoField {
		return name
	}
	return r.fieldIn(f, name, sub)
}

// fieldIn is the name of a field in a subgraph.
func (r *run) fieldIn(f schema.FieldID, name string, sub int) string {
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
