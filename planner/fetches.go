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
	// deps are the fetches it waits for; until they are settled (see settle) they
	// can be merged ones, and waits are more of them.
	deps  []*fetch
	waits []*producers
	wave  int
	mark  int // of the last search that came by
	depth int // what that search found
	// marked says for which merging the lists in waits are marked.
	marked int
	into   *fetch // the fetch it was merged into
	// byField is set when a lookup is a root field: it cannot share a request.
	byField bool
	// again is set when a root type is asked anew for the objects of a position: it
	// cannot share a request either.
	again bool
	// next is the next fetch that may be merged with it, nextHere the next one at
	// the same position.
	next, nextHere *fetch
}

func (f *fetch) gone() bool { return f.into != nil }

// final is the fetch that does what f does.
func (f *fetch) final() *fetch {
	for f.into != nil {
		if f.into.into != nil {
			f.into = f.into.into
		}
		f = f.into
	}
	return f
}

// producers are fetches that others wait for, in a list that these share.
type producers struct {
	fetches []*fetch
	lists   []*producers
	wave    int
	mark    int
	// flat are all of them, once merged fetches are settled.
	flat    []*fetch
	settled int
}

// fetchEntry is a lookup at one position: the arrivals whose fields are asked
// for together.
type fetchEntry struct {
	pos   *position
	parts []entryPart
	// next is another entry of the fetch at the position, while merging.
	next *fetchEntry
}

// entryPart is an arrival with the types for which the entry looks it up. Each
// type begins as a fetch of its own, since what one type needs may come from
// another type's lookup in the subgraph that the first one's leads to.
type entryPart struct {
	*arrival
	types bitset
}

// typesOf are those of all parts.
func (r *run) typesOf(e *fetchEntry) bitset {
	out := r.newBitset(len(e.pos.types))
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

// group are the arrivals that are looked up for a type; the last group is
// returned again when it is the same.
func (r *run) group(e *fetchEntry, ti int, last []*arrival) []*arrival {
	n, same := 0, true
	for i := range e.parts {
		if p := &e.parts[i]; p.types.has(ti) {
			same = same && n < len(last) && last[n] == p.arrival
			n++
		}
	}
	if same && n == len(last) {
		return last
	}
	out := r.mem.arrivalRefs.take(n)[:0]
	for i := range e.parts {
		if p := &e.parts[i]; p.types.has(ti) {
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
	if f != nil {
		add(f.final())
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
	own := &ownership{lookups: r.mem.fetchLists.take(len(r.all)), roots: r.mem.fetchRefs.take(len(r.all))}
	var fetches []*fetch
	add := func(f fetch) *fetch {
		at := r.mem.fetches.one()
		*at = f
		at.id = len(fetches)
		fetches = r.mem.fetchRefs.append(fetches, at)
		return at
	}
	if r.op.Kind == schema.Mutation {
		own.serial = map[*slot]*fetch{}
		r.serialRoots(add, own.serial)
	}
	for _, a := range r.all {
		if !a.committed || a.from != nil {
			continue
		}
		switch {
		case a.base != nil:
			of := r.mem.fetchRefs.take(len(a.pos.types))
			own.lookups[a.id] = of
			a.byType = r.dependsOnType(a)
			whole := a.untyped()
			var f *fetch
			for ti := a.used.next(0); ti >= 0; ti = a.used.next(ti + 1) {
				if f == nil || !whole {
					e := r.mem.lookupsOf.one()
					e.pos = a.pos
					e.parts = r.mem.parts.take(1)
					e.parts[0] = entryPart{arrival: a, types: r.newBitset(len(a.pos.types))}
					f = add(fetch{sub: a.sub})
					f.entries = r.mem.entryRefs.append(nil, e)
				}
				f.entries[0].parts[0].types.add(ti)
				f.byField = f.byField || a.ways[ti].lookup.Field != nil
				f.again = a.ways[ti].lookup.Root
				of[ti] = f
			}
		case r.op.Kind != schema.Mutation:
			own.roots[a.id] = add(fetch{sub: a.sub, root: a})
		}
	}
	for _, f := range fetches {
		for _, e := range f.entries {
			for i := range e.parts {
				part := &e.parts[i]
				if above := r.above(e.pos, own); above != nil {
					f.waits = r.mem.producerRefs.append(f.waits, above)
				}
				if types := part.tellsTypes(); types != nil {
					for _, on := range own.lookups[types.id] {
						r.depend(f, on)
					}
				}
				for ti := part.types.next(0); ti >= 0; ti = part.types.next(ti + 1) {
					r.dependOnNeeds(f, part.ways[ti].needs, own)
				}
			}
		}
	}
	if own.serial != nil {
		r.awaitAgain(fetches, own)
	}
	longest, err := r.firstWaves(fetches)
	if err != nil {
		return nil, nil, err
	}
	if fetches, err = r.merge(fetches, longest); err != nil {
		return nil, nil, err
	}
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
func (r *run) serialRoots(add func(fetch) *fetch, rootOf map[*slot]*fetch) {
	for _, a := range r.all {
		if a.committed && a.again() {
			a.pos.rootSlot().again = true
		}
	}
	var last *fetch
	for _, s := range r.root.slots {
		for i := range s.assigned {
			a := s.assigned[i].from
			if last == nil || last.root != a || last.slots[len(last.slots)-1].again {
				next := add(fetch{sub: a.sub, root: a, slots: []*slot{}})
				r.depend(next, last)
				last = next
			}
			last.slots = append(last.slots, s)
			rootOf[s] = last
		}
	}
}

// above are the fetches that make the objects of a position: those that fill
// the slots on the way to it. All fetches at the position share the list.
func (r *run) above(p *position, own *ownership) *producers {
	if p.parent == nil || p.above != nil {
		return p.above
	}
	p.above = r.mem.producers.one()
	for i := range p.parent.assigned {
		f, list := r.owners(p.parent.assigned[i].from, p.parent, own)
		if f != nil {
			p.above.fetches = r.mem.fetchRefs.append(p.above.fetches, f)
		}
		if list != nil {
			p.above.lists = r.mem.producerRefs.append(p.above.lists, list)
		}
	}
	if up := r.above(p.parent.pos, own); up != nil {
		p.above.lists = r.mem.producerRefs.append(p.above.lists, up)
	}
	return p.above
}

// owners are the fetches whose answers hold what an arrival gives for a slot,
// for all types it is assigned for: one, or a list.
func (r *run) owners(a *arrival, s *slot, own *ownership) (*fetch, *producers) {
	for a.from != nil {
		a, s = a.from, a.via
	}
	if a.base == nil {
		if f := own.roots[a.id]; f != nil {
			return f, nil
		}
		return own.serial[s], nil
	}
	for i := range s.assigned {
		as := &s.assigned[i]
		if as.from != a {
			continue
		}
		if as.owners == nil {
			as.owners = r.mem.producers.one()
			var last *fetch
			lookups := own.lookups[a.id]
			if lookups == nil {
				return nil, nil // nothing comes from an arrival that is not committed
			}
			for ti := as.types.next(0); ti >= 0; ti = as.types.next(ti + 1) {
				if f := lookups[ti]; f != nil && f != last {
					as.owners.fetches = r.mem.fetchRefs.append(as.owners.fetches, f)
					last = f
				}
			}
		}
		return nil, as.owners
	}
	return nil, nil
}

func (r *run) depend(f, on *fetch) {
	if on != nil && on != f && (len(f.deps) == 0 || f.deps[len(f.deps)-1] != on) {
		f.deps = r.mem.fetchRefs.append(f.deps, on)
	}
}

func (r *run) dependOnNeeds(f *fetch, needs []need, own *ownership) {
	for i := range needs {
		n := &needs[i]
		if a := n.from; a.from == nil && a.base != nil {
			if lookups := own.lookups[a.id]; lookups != nil {
				r.depend(f, lookups[n.ti])
			}
		} else if on, list := r.owners(a, n.slot, own); list == nil {
			r.depend(f, on)
		} else if slices.Contains(list.fetches, f) {
			for _, on := range list.fetches {
				r.depend(f, on)
			}
		} else if len(f.waits) == 0 || f.waits[len(f.waits)-1] != list {
			f.waits = r.mem.producerRefs.append(f.waits, list)
		}
		if len(n.below) > 0 {
			r.dependOnNeeds(f, n.below, own)
		}
	}
}

// opened is the wave of a fetch while those it waits for are numbered.
const opened = -1

// firstWaves numbers fetches like setWaves. That they do not wait for each
// other is checked as a last line of defence: exploring never makes a cycle.
func (r *run) firstWaves(fetches []*fetch) (int, error) {
	longest := 0
	for _, f := range fetches {
		if !f.firstWave() {
			return 0, &Error{Code: CodeUnreachable, Message: "the requirements of the operation's fields wait for each other"}
		}
		longest = max(longest, f.wave)
	}
	return longest, nil
}

func (f *fetch) firstWave() bool {
	if f.wave != 0 {
		return f.wave != opened
	}
	f.wave = opened
	wave := 0
	for _, d := range f.deps {
		if !d.firstWave() {
			return false
		}
		wave = max(wave, d.wave)
	}
	for _, p := range f.waits {
		if !p.firstWave() {
			return false
		}
		wave = max(wave, p.wave-1)
	}
	f.wave = wave + 1
	return true
}

// firstWave makes the wave of a list one more than the last of its fetches.
func (p *producers) firstWave() bool {
	if p.wave != 0 {
		return p.wave != opened
	}
	p.wave = opened
	wave := 0
	for _, d := range p.fetches {
		if !d.firstWave() {
			return false
		}
		wave = max(wave, d.wave)
	}
	for _, l := range p.lists {
		if !l.firstWave() {
			return false
		}
		wave = max(wave, l.wave-1)
	}
	p.wave = wave + 1
	return true
}

// setWaves numbers every fetch by its longest chain of dependencies and returns
// the longest of all. The graph must be acyclic.
func setWaves(fetches []*fetch) int {
	for _, f := range fetches {
		f.wave = 0
	}
	longest := 0
	for _, f := range fetches {
		if !f.gone() {
			longest = max(longest, f.setWave())
		}
	}
	return longest
}

func (f *fetch) setWave() int {
	if f.wave == 0 {
		w := 0
		for _, d := range f.deps {
			w = max(w, d.final().setWave())
		}
		f.wave = w + 1
	}
	return f.wave
}

// reduce drops dependencies that follow from others.
func (r *run) reduce(fetches []*fetch) {
	for _, f := range fetches {
		if len(f.deps) < 2 {
			continue
		}
		first := f.wave
		for _, d := range f.deps {
			first = min(first, d.wave)
		}
		r.stamp++
		for _, d := range f.deps {
			r.markBelow(d, first)
		}
		f.deps = slices.DeleteFunc(f.deps, func(d *fetch) bool { return d.mark == r.stamp })
	}
}

// markBelow marks all that a fetch waits for, down to a wave.
func (r *run) markBelow(f *fetch, first int) {
	if f.wave <= first {
		return
	}
	for _, d := range f.deps {
		if d.mark != r.stamp {
			d.mark = r.stamp
			r.markBelow(d, first)
		}
	}
}

// build writes the plan down.
func (r *run) build() (*plan.Plan, error) {
	fetches, own, err := r.fetchGraph()
	if err != nil {
		return nil, err
	}
	b := &r.builder
	b.run, b.plan = r, &plan.Plan{Kind: r.op.Kind, Name: r.op.Name}
	b.shapes(fetches)
	b.plan.Fetches = make([]*plan.Fetch, 0, len(fetches))
	for _, f := range fetches {
		if err := b.fetch(f); err != nil {
			return nil, err
		}
	}
	if r.options.Explain {
		for i, f := range fetches {
			b.explain(f, b.plan.Fetches[i], own)
		}
	}
	if err := b.primers(fetches, own); err != nil {
		return nil, err
	}
	for _, f := range b.plan.Fetches {
		for _, d := range f.Deps {
			b.plan.Fetches[d].Dependants = append(b.plan.Fetches[d].Dependants, f.ID)
		}
		b.plan.Waves = max(b.plan.Waves, f.Wave)
	}
	plan.MarkVerbatim(b.plan)
	plan.MarkCopied(b.plan)
	return b.plan, nil
}
