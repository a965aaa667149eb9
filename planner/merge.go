package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/supergraph"
)

// merge joins lookups in one subgraph into one request where the longest chain
// does not grow: first those of one wave, then any. It returns what is left,
// with its dependencies settled.
func (r *run) merge(fetches []*fetch, longest int) ([]*fetch, error) {
	r.link(fetches, longest, true)
	for _, f := range fetches {
		if f.gone() || len(f.entries) == 0 {
			continue
		}
		if err := r.mergeInto(f, true, fetches, longest); err != nil {
			return nil, err
		}
	}
	fetches = r.settle(fetches)
	r.link(fetches, longest, false)
	for _, f := range fetches {
		if f.gone() || len(f.entries) == 0 {
			continue
		}
		if err := r.mergeInto(f, false, fetches, longest); err != nil {
			return nil, err
		}
	}
	return r.settle(fetches), nil
}

// link chains the lookups of each subgraph, those of one wave or all, in their
// order, and those that begin at one position.
func (r *run) link(fetches []*fetch, longest int, sameWave bool) {
	rows := 1
	if sameWave {
		rows = longest + 1
	}
	last := r.mem.fetchRefs.take(rows * len(r.super.Subgraphs))
	for _, f := range slices.Backward(fetches) {
		if len(f.entries) == 0 {
			continue
		}
		at := f.sub
		if sameWave {
			at += f.wave * len(r.super.Subgraphs)
		}
		f.next, last[at] = last[at], f
		p := f.entries[0].pos
		f.nextHere, p.lookedUp = p.lookedUp, f
	}
	// The position's chains begin anew with the next pass.
	for _, f := range fetches {
		if len(f.entries) > 0 {
			f.entries[0].pos.lookedUp = nil
		}
	}
}

// mergeInto joins to a fetch those after it that can be.
func (r *run) mergeInto(f *fetch, sameWave bool, fetches []*fetch, longest int) error {
	r.merging++
	for _, e := range f.entries {
		r.indexEntry(e)
	}
	// What a field looks up can be joined at its position only, and so can
	// everything when nothing is to be coalesced.
	here := len(f.entries) == 1 && (f.byField || f.again || r.options.NoCoalesce)
	var g *fetch
	next := func(g *fetch) *fetch {
		if here {
			return g.nextHere
		}
		return g.next
	}
	for g = next(f); g != nil; g = next(g) {
		if g.gone() || g.sub != f.sub || g.again != f.again || sameWave != (f.wave == g.wave) {
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
		r.joinFetches(f, g)
		if !sameWave {
			setWaves(fetches)
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
		if r.entryFor(e) == nil {
			how = aliased
			break
		}
	}
	if how == aliased && (f.byField || g.byField || f.again) {
		return apart
	}
	return how
}

// indexEntry adds an entry to those of its position in the fetch that others are
// being joined to.
func (r *run) indexEntry(e *fetchEntry) {
	p := e.pos
	e.next = nil
	if p.merging != r.merging {
		p.merging, p.firstEntry = r.merging, e
	} else {
		p.lastEntry.next = e
	}
	p.lastEntry = e
}

// entryFor returns the entry of the fetch that others are being joined to, which
// an entry of the same position and keys can join, or nil.
func (r *run) entryFor(e *fetchEntry) *fetchEntry {
	if e.pos.merging != r.merging {
		return nil
	}
	for have := e.pos.firstEntry; have != nil; have = have.next {
		if (have.untyped() == nil) == (e.untyped() == nil) && !r.entriesClash(have, e) {
			return have
		}
	}
	return nil
}

// entriesClash reports whether two entries look one type up in different ways.
func (r *run) entriesClash(x, y *fetchEntry) bool {
	if x.parts[0].contexts != y.parts[0].contexts {
		return true // the rows of one may be more than those of the other
	}
	for i := range x.parts {
		a := &x.parts[i]
		for j := range y.parts {
			b := &y.parts[j]
			if !a.types.intersects(b.types) {
				if !sameField(a.lookup(), b.lookup()) {
					return true
				}
				continue
			}
			for ti := a.types.next(0); ti >= 0; ti = a.types.next(ti + 1) {
				if b.types.has(ti) && (a.ways[ti].lookup.Lookup != b.ways[ti].lookup.Lookup || r.needsClash(a.ways[ti].own(), b.ways[ti].own(), a.sub)) {
					return true
				}
			}
		}
	}
	return false
}

// lookup is the lookup of one of the part's types, nil if there is none.
func (p *entryPart) lookup() *supergraph.Lookup {
	for ti := p.types.next(0); ti >= 0; ti = p.types.next(ti + 1) {
		if w := p.ways[ti]; w != nil {
			return w.lookup.Lookup
		}
	}
	return nil
}

// sameField reports whether objects of two types can be looked up together: by
// `_entities`, or by one field with the same arguments.
func sameField(x, y *supergraph.Lookup) bool {
	if x == nil || y == nil || x.Field == nil || y.Field == nil {
		return true
	}
	return slices.Equal(x.Field.Path, y.Field.Path) && slices.Equal(x.Field.Arguments, y.Field.Arguments) &&
		x.Field.Batch == y.Field.Batch && x.Field.Match == y.Field.Match && x.Field.Max == y.Field.Max
}

// needsClash reports whether two lookups need one field of the representation
// with different arguments.
func (r *run) needsClash(a, b []need, sub int) bool {
	for i := range a {
		for j := range b {
			x, y := &a[i], &b[j]
			if x.ti != y.ti || x.slot != y.slot && r.nameOf(x, sub) != r.nameOf(y, sub) {
				continue
			}
			if x.slot != y.slot || r.needsClash(x.below, y.below, sub) {
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
		if d = d.final(); d == g || r.search(d, g) {
			return true
		}
	}
	return false
}

// staysShallow reports whether the longest chain stays within the limit when g
// joins f.
func (r *run) staysShallow(fetches []*fetch, f, g *fetch, longest int) bool {
	r.stamp++
	for _, x := range fetches {
		if !x.gone() && r.depthWith(x, f, g) > longest {
			return false
		}
	}
	return true
}

// depthWith is the wave that x would have with g joined to f.
func (r *run) depthWith(x, f, g *fetch) int {
	if x == g {
		x = f
	}
	if x.mark == r.stamp {
		return x.depth
	}
	x.mark = r.stamp
	w := 0
	for _, d := range x.deps {
		w = max(w, r.depthWith(d.final(), f, g))
	}
	if x == f {
		for _, d := range g.deps {
			w = max(w, r.depthWith(d.final(), f, g))
		}
	}
	x.depth = w + 1
	return x.depth
}

// add joins the parts of another entry of the same position.
func (r *run) add(e *fetchEntry, parts []entryPart) {
next:
	for _, p := range parts {
		for i := range e.parts {
			if e.parts[i].arrival == p.arrival {
				e.parts[i].types.or(p.types)
				continue next
			}
		}
		e.parts = r.mem.parts.append(e.parts, p)
	}
}

// joinFetches adds to f, which others are being joined to, what g does.
func (r *run) joinFetches(f, g *fetch) {
	for _, e := range g.entries {
		if have := r.entryFor(e); have != nil {
			r.add(have, e.parts)
			continue
		}
		f.entries = r.mem.entryRefs.append(f.entries, e)
		r.indexEntry(e)
	}
	for _, d := range g.deps {
		f.deps = r.mem.fetchRefs.append(f.deps, d)
	}
	if f.marked != r.merging {
		f.marked = r.merging
		for _, p := range f.waits {
			p.mark = r.merging
		}
	}
	for _, p := range g.waits {
		if p.mark != r.merging {
			p.mark = r.merging
			f.waits = r.mem.producerRefs.append(f.waits, p)
		}
	}
	f.byField = f.byField || g.byField
	g.into = f
}

// settle drops fetches that were merged and makes the dependencies of the others
// plain lists without duplicates.
func (r *run) settle(fetches []*fetch) []*fetch {
	r.settling++
	fetches = slices.DeleteFunc(fetches, (*fetch).gone)
	for _, f := range fetches {
		for _, p := range f.waits {
			r.flatten(p)
		}
		r.stamp++
		f.mark = r.stamp
		deps := r.unmarked(nil, f.deps)
		for _, p := range f.waits {
			deps = r.unmarked(deps, p.flat)
		}
		f.deps, f.waits = deps, nil
	}
	return fetches
}

// flatten lists the final fetches of a list.
func (r *run) flatten(p *producers) {
	if p.settled == r.settling {
		return
	}
	p.settled = r.settling
	for _, l := range p.lists {
		r.flatten(l)
	}
	r.stamp++
	p.flat = r.unmarked(nil, p.fetches)
	for _, l := range p.lists {
		p.flat = r.unmarked(p.flat, l.flat)
	}
}

// unmarked appends the final fetches of a list that are not marked yet.
func (r *run) unmarked(out, list []*fetch) []*fetch {
	for _, f := range list {
		if f = f.final(); f.mark != r.stamp {
			f.mark = r.stamp
			out = r.mem.fetchRefs.append(out, f)
		}
	}
	return out
}
