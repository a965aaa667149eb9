package planner

import (
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// contextNeed is what one context selects on the objects of one type around
// those that are looked up.
type contextNeed struct {
	context int // by index into Provider.Contexts
	pos     *position
	ti      int
	needs   []need
}

// contexts finds, for a lookup from arrival a, how the values of a field's
// contexts can be had: each at the nearest position around that carries it. Where
// some types of a position carry a context and others do not, it is sought further
// out as well; an object without any has null. What is found goes into the way as
// if the lookup's rows read it. It reports whether every context is carried by
// something, and all that is selected can be had.
func (r *run) contexts(a *arrival, p *supergraph.Provider, w *way) (bool, error) {
	w.contexts = nil
	for i := range p.Contexts {
		found := false
		for at, all := a.above(), false; at != nil && !all; at = at.from.above() {
			base, via := at.from.root(), at.via
			all = true
			for ti := via.types.next(0); ti >= 0; ti = via.types.next(ti + 1) {
				if !base.covers.has(ti) {
					continue
				}
				set, carries := p.Contexts[i].Selected(via.pos.types[ti])
				if !carries {
					all = false
					continue
				}
				n := contextNeed{context: i, pos: via.pos, ti: ti}
				if ok, err := r.requirements(base, ti, set, nil, false, &n.needs, w); !ok || err != nil {
					return false, err
				}
				found = true
				w.contexts = append(w.contexts, n)
			}
		}
		if !found {
			return false, nil
		}
	}
	for i := range w.contexts {
		for _, n := range w.contexts[i].needs {
			n.around = true
			w.needs = r.mem.needs.append(w.needs, n)
		}
	}
	return true, nil
}

// useContexts commits what the contexts of a lookup select, which counts only where
// the objects are that are looked up.
func (r *run) useContexts(a *arrival, w *way, cond plan.Condition) error {
	for i := range w.needs {
		n := &w.needs[i]
		if !n.around {
			continue
		}
		here := cond
		for p := a.pos; p != n.slot.pos; p = p.parent.pos {
			here = andCond(p.parent.cond, here)
		}
		n.around = false
		err := r.useNeeds(w.needs[i:i+1], a.depth, here)
		n.around = true
		if err != nil {
			return err
		}
	}
	return nil
}

// root is the arrival that an arrival's lookups at its position start from.
func (a *arrival) root() *arrival {
	for a.base != nil {
		a = a.base
	}
	return a
}

// above is the field move that leads to an arrival's position, nil at the root.
func (a *arrival) above() *arrival {
	if a = a.root(); a.from == nil {
		return nil
	}
	return a
}

// own are the needs in the objects that are looked up.
func (w *way) own() []need {
	if w.contexts == nil {
		return w.needs
	}
	var out []need
	for _, n := range w.needs {
		if !n.around {
			out = append(out, n)
		}
	}
	return out
}

// contexts writes down where a target's contexts come from.
func (w *specWriter) contexts(target *plan.Target, by *way) {
	if target.Around == nil {
		target.Around = &plan.Around{}
	}
	for i := range by.contexts {
		n := &by.contexts[i]
		depth := 0
		for p := n.pos; p.parent != nil; p = p.parent.pos {
			depth++
		}
		to := target.Around.Context(n.context, depth, w.shape[n.pos.id])
		if to.Types[n.ti] == nil {
			to.Types[n.ti] = &plan.Representation{}
			w.representationFields(to.Types[n.ti], n.pos, n.needs, w.sub)
		}
	}
	// The objects around count, not only those that are looked up.
	target.Collected = false
}
