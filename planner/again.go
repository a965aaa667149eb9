package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// again.go is about fields that lead back to a root type, as `query: Query` in a
// payload does: it is asked anew in whatever subgraph has what is selected.

// isRoot reports whether a type is one that can be asked anew.
func (r *run) isRoot(t schema.TypeID) bool {
	return t == r.schema.Roots[schema.Query] || t == r.schema.Roots[schema.Mutation]
}

// atRoot is the arrival of a move's subgraph at the operation's root, or nil.
func (r *run) atRoot(m *graph.Move) *arrival {
	for _, a := range r.root.arrivals {
		if a.sub == m.Subgraph && m.Through == schema.NoType && !m.Provider.HasInputs() {
			return a
		}
	}
	return nil
}

// again reports whether the arrival is the root type, asked anew at a position
// below the root.
func (a *arrival) again() bool {
	if a.base == nil {
		return false
	}
	for _, w := range a.ways {
		if w != nil {
			return w.lookup.Root
		}
	}
	return false
}

// awaitAgain makes the root fetches of a mutation wait for what is looked up below
// an earlier field that leads to a root type asked anew: that is to see what this
// field has done, and not what the later ones do.
func (r *run) awaitAgain(fetches []*fetch, own *ownership) {
	for _, f := range fetches {
		if len(f.entries) == 0 {
			continue
		}
		s := f.entries[0].pos.rootSlot()
		if !s.again {
			continue
		}
		for _, next := range fetches {
			if next.root != nil && slices.Contains(next.deps, own.serial[s]) {
				next.deps = r.mem.fetchRefs.append(next.deps, f)
			}
		}
	}
}

// rootSlot is the slot of the root that a position is below.
func (p *position) rootSlot() *slot {
	for p.parent.pos.parent != nil {
		p = p.parent.pos
	}
	return p.parent
}

// rootAgain writes the operation that asks a root type anew for the objects of a
// position.
func (w *specWriter) rootAgain(f *fetch) {
	e := f.entries[0]
	types := w.typesOf(e)
	ti := types.next(0)
	kind := schema.Query
	if e.pos.types[ti] == w.schema.Roots[schema.Mutation] {
		kind = schema.Mutation
	}
	w.fetch.Kind, w.fetch.Spec.Kind = kind, kind
	at := w.target(e)
	group := w.group(e, ti, nil)
	w.fetch.Spec.Root, w.fetch.Root = w.object(group, e.pos)
	for _, a := range group {
		at.Cond = orCond(at.Cond, a.needed(ti))
	}
	at.Types[ti] = &plan.TargetType{Decode: w.fetch.Root, Representation: &plan.Representation{}}
	w.fetch.At, w.fetch.Cond = &at, at.Cond
}
