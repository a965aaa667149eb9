package planner

import (
	"slices"
	"time"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// primers finds, for each lookup of a facet, the fetches whose answers may hold
// what it looks up, so that its client need not ask for that again: by what the
// facets say ([subgraphs.Facet.Primes], [subgraphs.FacetField.Primes]). A lookup
// waits for a primer that it would not wait for anyway only where no chain of
// requests can become longer, nor the time that is expected to pass.
//
// Of a mutation, only lookups after its last root field prime: anything earlier
// may be older than what was changed.
func (b *builder) primers(fetches []*fetch, own *ownership) error {
	if !slices.ContainsFunc(fetches, func(f *fetch) bool { return len(f.entries) > 0 && b.super.Subgraphs[f.sub].Facet != nil }) {
		return nil
	}
	all := b.plan.Fetches
	p := priming{builder: b, own: own, before: make([]bitset, len(all)), least: make([]int, len(all))}
	changed := -1
	if b.plan.Kind == schema.Mutation {
		for _, f := range all {
			if f.Root != nil {
				changed = f.ID
			}
		}
	}
	for i, f := range all {
		p.order(f, fetches[i])
		facet := b.super.Subgraphs[fetches[i].sub].Facet
		if facet == nil || len(f.Entries) == 0 {
			continue
		}
		asked := b.askedOf(fetches[i])
		for k := i - 1; k >= 0; k-- {
			if all[k].Subgraph != f.Subgraph || all[k].Wave >= f.Wave {
				continue
			}
			if err := b.step(); err != nil {
				return err
			}
			if b.plan.Kind == schema.Mutation && (all[k].Root != nil || changed >= 0 && !p.before[k].has(changed)) {
				continue
			}
			if of := b.super.Subgraphs[fetches[k].sub].Facet; of == nil || !mayPrime(of, facet, asked) {
				continue
			}
			if !p.before[i].has(k) && !p.await(f, all[k]) {
				continue
			}
			f.Primers = append(f.Primers, k)
			all[k].Primes = true
		}
		slices.Sort(f.Primers)
		slices.Sort(f.Awaits)
	}
	return nil
}

// mayPrime reports whether answers of a facet may hold what is asked of the
// objects that another one, or the same, looks up.
func mayPrime(of, own *subgraphs.Facet, asked []string) bool {
	if of == own {
		return own.Primes
	}
	if !own.Primes {
		return false
	}
	for _, name := range asked {
		there, here := of.Field(own.Type, name), own.Field(own.Type, name)
		if there == nil || !there.Primes || here == nil || !here.Primes {
			return false
		}
	}
	key, err := schema.ParseSelections(own.Key)
	return err == nil && !slices.ContainsFunc(key, func(s schema.Selection) bool {
		f := of.Field(own.Type, s.Name)
		return f == nil || !f.Primes
	})
}

// askedOf are the fields that a lookup asks of the objects themselves.
func (b *builder) askedOf(f *fetch) []string {
	var out []string
	for _, e := range f.entries {
		for _, s := range e.pos.slots {
			for i := range s.assigned {
				as := &s.assigned[i]
				if slices.Contains(out, s.name) || !slices.ContainsFunc(e.parts, func(p entryPart) bool { return p.arrival == as.from && p.types.intersects(as.types) }) {
					continue
				}
				out = append(out, s.name)
			}
		}
	}
	return out
}

// priming is what is known of the order of fetches, in which each comes after
// those it waits for.
type priming struct {
	*builder
	// before are, by fetch, those that it waits for, directly or not.
	before []bitset
	// least are, by fetch, the waves in which it comes at the least, whatever
	// conditions and nulls leave out: it then has nothing to do in any earlier one.
	least []int
	own   *ownership
}

// order notes what a fetch waits for.
func (p *priming) order(f *plan.Fetch, of *fetch) {
	p.before[f.ID] = p.newBitset(len(p.before))
	for _, d := range f.Deps {
		p.follow(f.ID, d)
	}
	least := f.Wave
	for _, e := range of.entries {
		// Its objects were made by one of the fetches that fill the slot above.
		up := e.pos.parent
		if up == nil {
			least = 1
			continue
		}
		for i := range up.assigned {
			p.own.of(up.assigned[i].from, up, -1, func(made *fetch) { least = min(least, p.least[made.id]+1) })
		}
	}
	p.least[f.ID] = least
}

func (p *priming) follow(f, d int) {
	p.before[f].or(p.before[d])
	p.before[f].add(d)
}

// await lets a fetch wait for another if that costs nothing.
func (p *priming) await(f, on *plan.Fetch) bool {
	if on.Wave >= p.least[f.ID] || p.later(f, on) {
		return false
	}
	f.Awaits = append(f.Awaits, on.ID)
	f.Deps = append(f.Deps, on.ID)
	slices.Sort(f.Deps)
	p.follow(f.ID, on.ID)
	return true
}

// later reports whether the expected time of the plan's longest chain grows when
// a fetch waits for another.
func (p *priming) later(f, on *plan.Fetch) bool {
	before := p.longest(nil, nil)
	return before > 0 && p.longest(f, on) > before
}

// longest is the longest expected time of a chain, with one more dependency.
func (p *priming) longest(f, on *plan.Fetch) time.Duration {
	ends := make([]time.Duration, len(p.plan.Fetches))
	var most time.Duration
	for i, x := range p.plan.Fetches {
		for _, d := range x.Deps {
			ends[i] = max(ends[i], ends[d])
		}
		if x == f {
			ends[i] = max(ends[i], ends[on.ID])
		}
		ends[i] += x.Demand.Latency
		most = max(most, ends[i])
	}
	return most
}
