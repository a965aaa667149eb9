package planner

import (
	"github.com/weft-graphql/weft/planner/plan"
)

// choose commits one way for every leaf: first where there is no choice, then,
// for the rest, the way that adds least to what is committed already.
func (r *run) choose() error {
	deepest := 0
	commit := func(l *leaf, a *arrival) error {
		l.done = true
		deepest = max(deepest, a.depth)
		return r.assignLeaf(l, a)
	}
	for i := range r.leaves {
		l := &r.leaves[i]
		if l.presence || l.optional || len(l.ways) != 1 {
			continue
		}
		r.decide(l, l.ways[0], deepest, nil)
		if err := commit(l, l.ways[0]); err != nil {
			return err
		}
	}
	// How many open leaves each arrival could serve breaks ties, so that one
	// request that serves many is found before several that serve one each.
	serves := r.mem.numbers.take(len(r.all))
	for i := range r.leaves {
		if l := &r.leaves[i]; !l.done && !l.presence && !l.optional {
			for _, a := range l.ways {
				serves[a.id]++
			}
		}
	}
	// Objects that a subgraph is asked for alone count like leaves of their parents.
	for i := range r.leaves {
		if l := &r.leaves[i]; l.presence && !l.optional && l.slot.child.bare() {
			for _, a := range l.ways {
				serves[a.from.id]++
			}
		}
	}
	// What only one subgraph has, and gives from the root, comes before what is there
	// to be had anyway: it can decide from where the objects around it come.
	for _, pass := range [3]struct{ single, free bool }{{single: true}, {free: true}, {}} {
		free := pass.free
		for i := range r.leaves {
			l := &r.leaves[i]
			if l.done || l.presence || l.optional || pass.single && !l.single() {
				continue
			}
			var best *arrival
			var bestCost cost
			for _, a := range l.ways {
				if err := r.step(); err != nil {
					return err
				}
				c := r.cost(a, l, deepest, serves)
				if best == nil || c.less(bestCost) {
					best, bestCost = a, c
				}
			}
			if pass.single && (bestCost.deeper > 0 || bestCost.lists > 0 || best.lookedUp()) {
				continue
			}
			if free && (bestCost.requests > 0 || bestCost.deeper > 0 || bestCost.lists > 0) {
				continue
			}
			r.decide(l, best, deepest, serves)
			for _, a := range l.ways {
				serves[a.id]--
			}
			if err := commit(l, best); err != nil {
				return err
			}
		}
	}
	// Objects of which nothing but their presence is asked. Parents come before
	// children, so an object above is settled when one below asks.
	for _, optional := range [2]bool{false, true} {
		for i := range r.leaves {
			l := &r.leaves[i]
			if l.optional != optional || !l.presence && !optional {
				continue
			}
			if err := r.chooseLate(l, &deepest); err != nil {
				return err
			}
		}
	}
	return r.commitTypes()
}

// chooseLate commits what is left: presence, and leaves that follow from what
// else was chosen.
func (r *run) chooseLate(l *leaf, deepest *int) error {
	missing := l.types
	if l.presence {
		missing = r.unassigned(l.slot)
	}
	if missing.empty() {
		return nil
	}
	var best *arrival
	var bestCost cost
	for _, a := range l.ways {
		if l.optional && !l.origin(a).committed {
			continue
		}
		if c := r.cost(a, l, *deepest, nil); best == nil || c.less(bestCost) {
			best, bestCost = a, c
		}
	}
	if best == nil {
		return nil
	}
	r.decide(l, best, *deepest, nil)
	*deepest = max(*deepest, best.depth)
	if l.presence {
		if err := r.use(best.from, l.slot, missing, l.slot.cond); err != nil {
			return err
		}
		return r.commit(best, best.covers, nil)
	}
	return r.assignLeaf(l, best)
}

// lookedUp reports whether a lookup is part of the way to an arrival.
func (a *arrival) lookedUp() bool {
	for ; a.from != nil; a = a.from {
	}
	return a.base != nil
}

// single reports whether all ways to the leaf are in one subgraph.
func (l *leaf) single() bool {
	for _, a := range l.ways {
		if a.sub != l.ways[0].sub {
			return false
		}
	}
	return true
}

// bare reports whether nothing is selected on a position's objects but their type.
func (p *position) bare() bool {
	for _, s := range p.slots {
		if !s.hidden {
			return false
		}
	}
	return true
}

// origin is the arrival at the leaf's position on which a way rests.
func (l *leaf) origin(a *arrival) *arrival {
	if l.presence {
		a = a.from
	}
	if a.base != nil {
		return a.base
	}
	return a
}

// unassigned are the slot's types that nothing fills yet.
func (r *run) unassigned(s *slot) bitset {
	out := r.cloneBits(s.types)
	for i := range s.assigned {
		out.without(s.assigned[i].types)
	}
	return out
}

// cost is what committing an arrival adds, in order of weight.
type cost struct {
	lists    int // lists that would have to be merged by index
	deeper   int // by how much the longest chain grows
	requests int // new requests
	merges   int // objects that would have to be merged
	depth    int
	serves   int // open leaves it could serve, negated
	moves    int // new fields on the way
	sub      int
}

func (c cost) less(d cost) bool {
	switch {
	case c.lists != d.lists:
		return c.lists < d.lists
	case c.deeper != d.deeper:
		return c.deeper < d.deeper
	case c.requests != d.requests:
		return c.requests < d.requests
	case c.merges != d.merges:
		return c.merges < d.merges
	case c.depth != d.depth:
		return c.depth < d.depth
	case c.serves != d.serves:
		return c.serves < d.serves
	case c.moves != d.moves:
		return c.moves < d.moves
	}
	return c.sub < d.sub
}

func (r *run) cost(a *arrival, l *leaf, deepest int, serves []int) cost {
	c := cost{depth: a.depth, sub: a.sub}
	if a.depth > deepest {
		c.deeper = a.depth - deepest
	}
	if serves != nil {
		c.serves = -serves[a.id]
	}
	r.stamp++
	if l.presence {
		r.addCost(a, -1, &c)
		return c
	}
	for ti := l.types.next(0); ti >= 0; ti = l.types.next(ti + 1) {
		r.addCost(a, ti, &c)
	}
	return c
}

// addCost adds what committing a for one type (-1: for the object itself) adds.
func (r *run) addCost(a *arrival, ti int, c *cost) {
	seen := a.stamp == r.stamp
	a.stamp = r.stamp
	if !seen && !a.committed {
		switch {
		case a.from != nil:
			c.moves++
			for i := range a.via.assigned {
				s := &a.via.assigned[i]
				if s.from != a.from && s.types.intersects(a.via.types) {
					c.merges++
					if r.schema.Field(a.via.anyField()).Type.Wrap.IsList() {
						c.lists++
					}
					break
				}
			}
			r.addCost(a.from, a.via.types.next(0), c)
		case a.base != nil:
			c.requests += r.weight(a.sub, a.pos)
			r.addCost(a.base, ti, c)
		default:
			c.requests += r.weight(a.sub, a.pos)
		}
	}
	if a.base != nil && ti >= 0 && a.ways[ti] != nil && !a.used.has(ti) {
		r.addNeeds(a.ways[ti].needs, c)
	}
}

func (r *run) addNeeds(needs []need, c *cost) {
	for i := range needs {
		n := &needs[i]
		if n.from.stamp != r.stamp {
			r.addCost(n.from, int(n.ti), c)
		}
		if len(n.below) > 0 {
			r.addNeeds(n.below, c)
		}
	}
}

// assignLeaf fills a leaf from an arrival, except for types for which a
// requirement filled it before.
func (r *run) assignLeaf(l *leaf, a *arrival) error {
	if len(l.slot.assigned) == 0 {
		return r.use(a, l.slot, l.types, l.slot.cond)
	}
	missing := r.newBitset(len(l.slot.pos.types))
types:
	for ti := l.types.next(0); ti >= 0; ti = l.types.next(ti + 1) {
		for i := range l.slot.assigned {
			s := &l.slot.assigned[i]
			if s.types.has(ti) {
				if err := r.use(s.from, l.slot, r.oneOf(len(l.slot.pos.types), ti), l.slot.cond); err != nil {
					return err
				}
				continue types
			}
		}
		missing.add(ti)
	}
	if missing.empty() {
		return nil
	}
	return r.use(a, l.slot, missing, l.slot.cond)
}

// use commits that arrival a fills a slot for some types, when need holds, and
// with it everything on which that rests.
func (r *run) use(a *arrival, s *slot, types bitset, need plan.Condition) error {
	if err := r.step(); err != nil {
		return err
	}
	added := false
	found := false
	for i := range s.assigned {
		as := &s.assigned[i]
		if as.from == a {
			found = true
			if !as.types.contains(types) {
				as.types = r.cloneBits(as.types)
				as.types.or(types)
				added = true
			}
			if !coversCond(as.need, need) {
				as.need = orCond(as.need, need)
				added = true
			}
		}
	}
	if !found {
		s.assigned = r.mem.assignments.append(s.assigned, assignment{from: a, types: r.cloneBits(types), need: need})
		added = true
	}
	if !added && a.chosen(types, need) {
		return nil
	}
	for ti := types.next(0); ti >= 0; ti = types.next(ti + 1) {
		if err := r.useSiblings(a, s, ti, need); err != nil {
			return err
		}
	}
	return r.commit(a, types, need)
}

// useSiblings commits the fields that a made object is made of.
func (r *run) useSiblings(a *arrival, s *slot, ti int, need plan.Condition) error {
	m := r.local(a, ti, s.fields[ti])
	if m == nil || m.Provider.Join == nil {
		return nil
	}
	w := r.mem.ways.one()
	ok, err := r.requirements(a, ti, m.Provider.JoinFrom, nil, false, &w.needs, w)
	if !ok || err != nil {
		return err
	}
	return r.useNeeds(w.needs, 0, need)
}

// chosen reports whether the arrival is reached for some types whenever need holds.
// An assignment has one condition for all its types, the arrival one for each.
func (a *arrival) chosen(types bitset, need plan.Condition) bool {
	for ti := types.next(0); ti >= 0; ti = types.next(ti + 1) {
		if !a.used.has(ti) || !coversCond(a.needed(ti), need) {
			return false
		}
	}
	return true
}

// needed is the condition under which the arrival was chosen for a type.
func (a *arrival) needed(ti int) plan.Condition {
	if a.need == nil {
		return nil
	}
	return a.need[ti]
}

// commit makes sure that an arrival is reached, for some types of its position,
// when need holds.
func (r *run) commit(a *arrival, types bitset, need plan.Condition) error {
	if err := r.step(); err != nil {
		return err
	}
	fresh := r.newBitset(len(a.pos.types))
	if a.need == nil && need != nil {
		a.need = r.mem.conditions.take(len(a.pos.types))
	}
	for ti := types.next(0); ti >= 0; ti = types.next(ti + 1) {
		if a.used.has(ti) && coversCond(a.needed(ti), need) {
			continue
		}
		if a.need != nil {
			if a.used.has(ti) {
				a.need[ti] = orCond(a.need[ti], need)
			} else {
				a.need[ti] = need
			}
		}
		a.used.add(ti)
		fresh.add(ti)
	}
	a.committed = true
	switch {
	case a.from != nil:
		// What is above a slot the client sees is needed whenever the client
		// sees it, whatever becomes of the fields below.
		above := a.via.cond
		if a.via.hidden {
			for i := range a.via.assigned {
				if a.via.assigned[i].from == a.from {
					return nil
				}
			}
			above = need
		}
		return r.use(a.from, a.via, a.via.types, above)
	case a.base != nil:
		for ti := fresh.next(0); ti >= 0; ti = fresh.next(ti + 1) {
			if err := r.commit(a.base, r.oneOf(len(a.pos.types), ti), need); err != nil {
				return err
			}
			w := a.ways[ti]
			if w == nil {
				return &Error{Code: CodeUnreachable, Path: a.pos.path(), Coordinate: r.schema.Type(a.pos.types[ti]).Name, Message: "no lookup leads there"}
			}
			if err := r.useNeeds(w.needs, a.depth, need); err != nil {
				return err
			}
			if w.contexts != nil {
				if err := r.useContexts(a, w, need); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// useNeeds commits what the rows of a lookup read. before is the wave of the
// lookup: what is filled earlier anyway is read from there.
func (r *run) useNeeds(needs []need, before int, cond plan.Condition) error {
	for i := range needs {
		n := &needs[i]
		if n.around {
			continue
		}
		n.elsewhere(before)
		types := n.slot.types
		if n.slot.leaf || n.slot.hidden {
			types = r.oneOf(len(n.slot.pos.types), int(n.ti))
		}
		if err := r.use(n.from, n.slot, types, cond); err != nil {
			return err
		}
		if err := r.useBelow(n, before, cond); err != nil {
			return err
		}
	}
	return nil
}

// elsewhere reads a leaf from where it is filled before the given wave anyway.
func (n *need) elsewhere(before int) {
	if !n.slot.leaf {
		return
	}
	for j := range n.slot.assigned {
		as := &n.slot.assigned[j]
		if as.types.has(int(n.ti)) && as.from != n.from && as.from.depth < before {
			n.from = as.from
			return
		}
	}
}

// useBelow commits the needs in the objects of a composite need. They count
// whenever the object does; where one is read from another arrival than the
// object's, that one has to yield the object as well.
func (r *run) useBelow(n *need, before int, cond plan.Condition) error {
	for i := range n.below {
		b := &n.below[i]
		was := b.from
		b.elsewhere(before)
		if a := b.from; a != was && a.via == n.slot && a.from != n.from {
			if err := r.use(a.from, n.slot, r.oneOf(len(n.slot.pos.types), int(n.ti)), cond); err != nil {
				return err
			}
		}
	}
	if len(n.below) == 0 {
		return nil
	}
	return r.useNeeds(n.below, before, nil)
}
