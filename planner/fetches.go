package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// fetch is a request in the making.
type fetch struct {
	id   int
	sub  int
	root *arrival // set for root fetches
	// slots are the root slots a mutation's fetch is restricted to; nil means all.
	slots   []*slot
	entries []*fetchEntry
	deps    []*fetch // without duplicates
	users   []*fetch // that have it among their deps; kept while merging only
	wave    int
	mark    int    // of the last search that came by
	gone    bool   // merged into another
	into    *fetch // which one
}

// fetchEntry is a lookup at one position: the arrivals whose fields are asked
// for together.
type fetchEntry struct {
	pos   *position
	parts []entryPart
}

// entryPart is an arrival with the types for which the entry looks it up. Each
// type begins as a fetch of its own, since what one type needs may come from
// another type's lookup in the subgraph that the first one's leads to.
type entryPart struct {
	*arrival
	types bitset
}

// types are those of all parts.
func (e *fetchEntry) types() bitset {
	out := newBitset(len(e.pos.types))
	for _, p := range e.parts {
		out.or(p.types)
	}
	return out
}

// lookup is one of the entry's lookups, nil when there is none.
func (e *fetchEntry) lookup() *supergraph.Lookup {
	for _, p := range e.parts {
		for _, w := range p.ways {
			if w != nil {
				return w.lookup.Lookup
			}
		}
	}
	return nil
}

// group are the arrivals that are looked up for a type.
func (e *fetchEntry) group(ti int) []*arrival {
	var out []*arrival
	for _, p := range e.parts {
		if p.types.has(ti) {
			out = append(out, p.arrival)
		}
	}
	return out
}

// ownership tells which fetches give what.
type ownership struct {
	// lookups are, by arrival id and type, the fetches of lookups; roots, by
	// arrival id, root fetches; serial the root fetches of a mutation, by slot.
	lookups [][]*fetch
	roots   []*fetch
	serial  map[*slot]*fetch
}

// of calls add for each fetch whose answer holds what an arrival gives for a
// slot, for one type of the slot's position or, with ti -1, for all it is
// assigned for.
func (o *ownership) of(a *arrival, s *slot, ti int, add func(*fetch)) {
	for a.from != nil {
		a, s, ti = a.from, a.via, -1
	}
	if a.base == nil {
		f := o.roots[a.id]
		if f == nil {
			f = o.serial[s]
		}
		o.add(f, add)
		return
	}
	for t, f := range o.lookups[a.id] {
		if f == nil || ti >= 0 && t != ti || ti < 0 && s != nil && !s.assignedTo(a, t) {
			continue
		}
		o.add(f, add)
	}
}

func (o *ownership) add(f *fetch, add func(*fetch)) {
	for f != nil && f.gone {
		f = f.into
	}
	if f != nil {
		add(f)
	}
}

// assignedTo reports whether the slot is filled from an arrival for a type.
func (s *slot) assignedTo(a *arrival, ti int) bool {
	for i := range s.assigned {
		if s.assigned[i].from == a && s.assigned[i].types.has(ti) {
			return true
		}
	}
	return false
}

// fetchGraph makes one fetch for each committed root arrival and for each type
// of each lookup arrival, finds what waits for what, and merges.
func (r *run) fetchGraph() ([]*fetch, *ownership, error) {
	own := &ownership{lookups: make([][]*fetch, len(r.all)), roots: make([]*fetch, len(r.all)), serial: map[*slot]*fetch{}}
	var fetches []*fetch
	add := func(f *fetch) *fetch {
		f.id = len(fetches)
		fetches = append(fetches, f)
		return f
	}
	if r.op.Kind == schema.Mutation {
		r.serialRoots(add, own.serial)
	}
	for _, a := range r.all {
		if !a.committed || a.from != nil {
			continue
		}
		switch {
		case a.base != nil:
			own.lookups[a.id] = make([]*fetch, len(a.pos.types))
			whole := a.resolver || a.base.interfaceObject()
			var f *fetch
			for ti := a.used.next(0); ti >= 0; ti = a.used.next(ti + 1) {
				if f == nil || !whole {
					f = add(&fetch{sub: a.sub, entries: []*fetchEntry{{pos: a.pos, parts: []entryPart{{arrival: a, types: newBitset(len(a.pos.types))}}}}})
				}
				f.entries[0].parts[0].types.add(ti)
				own.lookups[a.id][ti] = f
			}
		case r.op.Kind != schema.Mutation:
			own.roots[a.id] = add(&fetch{sub: a.sub, root: a})
		}
	}
	for _, f := range fetches {
		for _, e := range f.entries {
			for _, part := range e.parts {
				// The objects must be there and final.
				for p := part.pos; p.parent != nil; p = p.parent.pos {
					for i := range p.parent.assigned {
						own.of(p.parent.assigned[i].from, p.parent, -1, f.depend)
					}
				}
				if part.base.resolver {
					own.of(part.base, nil, -1, f.depend)
				}
				for ti := part.types.next(0); ti >= 0; ti = part.types.next(ti + 1) {
					dependOnNeeds(f, part.ways[ti].needs, own)
				}
			}
		}
	}
	if err := checkAcyclic(fetches); err != nil {
		return nil, nil, err
	}
	if err := r.merge(fetches); err != nil {
		return nil, nil, err
	}
	fetches = slices.DeleteFunc(fetches, func(f *fetch) bool { return f.gone })
	setWaves(fetches)
	r.reduce(fetches)
	slices.SortStableFunc(fetches, func(a, b *fetch) int {
		if a.wave != b.wave {
			return a.wave - b.wave
		}
		return a.id - b.id
	})
	for i, f := range fetches {
		f.id = i
	}
	return fetches, own, nil
}

// serialRoots makes the root fetches of a mutation: one for each run of
// neighbouring root fields in one subgraph, each waiting for the one before.
func (r *run) serialRoots(add func(*fetch) *fetch, rootOf map[*slot]*fetch) {
	var last *fetch
	for _, s := range r.root.slots {
		for i := range s.assigned {
			a := s.assigned[i].from
			if last == nil || last.root != a {
				next := add(&fetch{sub: a.sub, root: a, slots: []*slot{}})
				if last != nil {
					next.depend(last)
				}
				last = next
			}
			last.slots = append(last.slots, s)
			rootOf[s] = last
		}
	}
}

func (f *fetch) depend(on *fetch) {
	if on != nil && on != f && !slices.Contains(f.deps, on) {
		f.deps = append(f.deps, on)
		on.users = append(on.users, f)
	}
}

func dependOnNeeds(f *fetch, needs []need, own *ownership) {
	for i := range needs {
		n := &needs[i]
		own.of(n.from, n.slot, n.ti, f.depend)
		if len(n.below) > 0 {
			dependOnNeeds(f, n.below, own)
		}
	}
}

// checkAcyclic is a last line of defence: exploring never makes a cycle.
func checkAcyclic(fetches []*fetch) error {
	const (
		open = 1
		done = 2
	)
	state := make([]int, len(fetches))
	var visit func(f *fetch) bool
	visit = func(f *fetch) bool {
		switch state[f.id] {
		case open:
			return false
		case done:
			return true
		}
		state[f.id] = open
		for _, d := range f.deps {
			if !visit(d) {
				return false
			}
		}
		state[f.id] = done
		return true
	}
	for _, f := range fetches {
		if !visit(f) {
			return &Error{Code: CodeUnreachable, Message: "the requirements of the operation's fields wait for each other"}
		}
	}
	return nil
}

// setWaves numbers every fetch by its longest chain of dependencies and returns
// the longest of all. The graph must be acyclic.
func setWaves(fetches []*fetch) int {
	for _, f := range fetches {
		f.wave = 0
	}
	var visit func(f *fetch) int
	visit = func(f *fetch) int {
		if f.wave == 0 {
			w := 0
			for _, d := range f.deps {
				w = max(w, visit(d))
			}
			f.wave = w + 1
		}
		return f.wave
	}
	longest := 0
	for _, f := range fetches {
		if !f.gone {
			longest = max(longest, visit(f))
		}
	}
	return longest
}

// merge joins lookups in one subgraph into one request where the longest chain
// does not grow: first those of one wave, then any.
func (r *run) merge(fetches []*fetch) error {
	longest := setWaves(fetches)
	for _, sameWave := range [2]bool{true, false} {
		for i, f := range fetches {
			if f.gone || len(f.entries) == 0 {
				continue
			}
			for _, g := range fetches[i+1:] {
				if g.gone || g.sub != f.sub || len(g.entries) == 0 || sameWave != (f.wave == g.wave) {
					continue
				}
				if err := r.step(); err != nil {
					return err
				}
				join := r.joinable(f, g)
				if join == apart || r.options.NoCoalesce && join != together {
					continue
				}
				if !sameWave && (r.reaches(f, g) || r.reaches(g, f) || !r.staysShallow(fetches, f, g, longest)) {
					continue
				}
				joinFetches(f, g)
				if !sameWave {
					setWaves(fetches)
				}
			}
		}
	}
	return nil
}

type joint int

const (
	apart    joint = iota
	aliased        // several lookups in one request
	together       // at one position, by the same keys: one lookup
)

func (r *run) joinable(f, g *fetch) joint {
	how := together
	for _, e := range g.entries {
		if f.entryFor(e) == nil {
			how = aliased
		}
	}
	if how == together {
		return together
	}
	for _, x := range [2]*fetch{f, g} {
		for _, e := range x.entries {
			for _, a := range e.parts {
				for ti := a.types.next(0); ti >= 0; ti = a.types.next(ti + 1) {
					if a.ways[ti].lookup.Field != nil {
						return apart
					}
				}
			}
		}
	}
	return aliased
}

// entryFor returns the entry of f that an entry of the same position and keys
// can join, or nil.
func (f *fetch) entryFor(e *fetchEntry) *fetchEntry {
next:
	for _, have := range f.entries {
		if have.pos != e.pos || (have.untyped() == nil) != (e.untyped() == nil) {
			continue
		}
		for _, a := range have.parts {
			for _, b := range e.parts {
				for ti := a.types.next(0); ti >= 0; ti = a.types.next(ti + 1) {
					if b.types.has(ti) && (a.ways[ti].lookup.Lookup != b.ways[ti].lookup.Lookup || needsClash(a.ways[ti].needs, b.ways[ti].needs)) {
						continue next
					}
				}
			}
		}
		return have
	}
	return nil
}

// needsClash reports whether two lookups need one field of the representation
// with different arguments.
func needsClash(a, b []need) bool {
	for i := range a {
		for j := range b {
			if a[i].name != b[j].name || a[i].ti != b[j].ti {
				continue
			}
			if a[i].slot != b[j].slot || needsClash(a[i].below, b[j].below) {
				return true
			}
		}
	}
	return false
}

// reaches reports whether f waits for g, directly or not. It looks at every
// fetch once, however many chains lead there.
func (r *run) reaches(f, g *fetch) bool {
	r.stamp++
	return r.search(f, g)
}

func (r *run) search(f, g *fetch) bool {
	if f.wave <= g.wave || f.mark == r.stamp {
		return false
	}
	f.mark = r.stamp
	for _, d := range f.deps {
		if d == g || r.search(d, g) {
			return true
		}
	}
	return false
}

// staysShallow reports whether the longest chain stays within the limit when g
// joins f.
func (r *run) staysShallow(fetches []*fetch, f, g *fetch, longest int) bool {
	depth := make([]int, len(fetches))
	var visit func(x *fetch) int
	visit = func(x *fetch) int {
		if x == g {
			x = f
		}
		if depth[x.id] == 0 {
			w := 0
			for _, d := range x.deps {
				w = max(w, visit(d))
			}
			if x == f {
				for _, d := range g.deps {
					w = max(w, visit(d))
				}
			}
			depth[x.id] = w + 1
		}
		return depth[x.id]
	}
	for _, x := range fetches {
		if !x.gone && visit(x) > longest {
			return false
		}
	}
	return true
}

// add joins the parts of another entry of the same position.
func (e *fetchEntry) add(parts []entryPart) {
next:
	for _, p := range parts {
		for i := range e.parts {
			if e.parts[i].arrival == p.arrival {
				e.parts[i].types.or(p.types)
				continue next
			}
		}
		e.parts = append(e.parts, p)
	}
}

func joinFetches(f, g *fetch) {
	for _, e := range g.entries {
		if have := f.entryFor(e); have != nil {
			have.add(e.parts)
			continue
		}
		f.entries = append(f.entries, e)
	}
	for _, d := range g.deps {
		f.depend(d)
	}
	g.gone, g.into = true, f
	for _, x := range g.users {
		i := slices.Index(x.deps, g)
		if i < 0 {
			continue
		}
		if slices.Contains(x.deps, f) {
			x.deps = slices.Delete(x.deps, i, i+1)
		} else {
			x.deps[i] = f
			f.users = append(f.users, x)
		}
	}
}

// reduce drops dependencies that follow from others.
func (r *run) reduce(fetches []*fetch) {
	for _, f := range fetches {
		kept := f.deps[:0:0]
	next:
		for _, d := range f.deps {
			for _, other := range f.deps {
				if other != d && r.reaches(other, d) {
					continue next
				}
			}
			kept = append(kept, d)
		}
		f.deps = kept
	}
}

// build writes the plan down.
func (r *run) build() (*plan.Plan, error) {
	fetches, own, err := r.fetchGraph()
	if err != nil {
		return nil, err
	}
	b := &builder{run: r, plan: &plan.Plan{Kind: r.op.Kind, Name: r.op.Name}}
	b.shapes(fetches)
	for _, f := range fetches {
		if err := b.fetch(f); err != nil {
			return nil, err
		}
		if r.options.Explain {
			b.explain(f, b.plan.Fetches[len(b.plan.Fetches)-1], own)
		}
	}
	for _, f := range b.plan.Fetches {
		for _, d := range f.Deps {
			b.plan.Fetches[d].Dependants = append(b.plan.Fetches[d].Dependants, f.ID)
		}
		b.plan.Waves = max(b.plan.Waves, f.Wave)
	}
	return b.plan, nil
}
