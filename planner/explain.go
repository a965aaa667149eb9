package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
)

// decision is a leaf with the way that was chosen and what the others would
// have cost then. Decisions are kept only when plans are to be explained.
type decision struct {
	leaf   *leaf
	chosen *arrival
	costs  []cost // by leaf.ways
}

// decide remembers the choice for a leaf.
func (r *run) decide(l *leaf, chosen *arrival, deepest int, serves []int) {
	if !r.options.Explain || l.presence {
		return
	}
	d := decision{leaf: l, chosen: chosen}
	for _, a := range l.ways {
		d.costs = append(d.costs, r.cost(a, l, deepest, serves))
	}
	r.decisions = append(r.decisions, d)
}

// explain writes down why a fetch is there.
func (b *builder) explain(f *fetch, out *plan.Fetch, own *ownership) {
	e := &plan.Explain{}
	for i := range b.decisions {
		d := &b.decisions[i]
		s := d.leaf.slot
		here := false
		own.of(d.chosen, s, d.leaf.types.next(0), func(g *fetch) { here = here || g == f })
		if !here {
			continue
		}
		t := s.pos.types[d.leaf.types.next(0)]
		x := plan.ExplainField{Path: s.key, Coordinate: b.coordinate(t, s.name)}
		if up := s.pos.path(); up != "" {
			x.Path = up + "." + s.key
		}
		moves := b.graph.Moves(s.fields[d.leaf.types.next(0)])
		for j := range moves {
			if name := b.super.Subgraphs[moves[j].Subgraph].String(); b.resolves(&moves[j]) && !slices.Contains(x.Providers, name) {
				x.Providers = append(x.Providers, name)
			}
		}
		if name := b.super.Subgraphs[d.chosen.sub].String(); !slices.Contains(x.Providers, name) {
			x.Providers = append(x.Providers, name+" (by @provides)")
		}
		for j, a := range d.leaf.ways {
			if a != d.chosen {
				c := d.costs[j]
				x.Alternatives = append(x.Alternatives, plan.ExplainWay{
					Subgraph: b.super.Subgraphs[a.sub].String(), Requests: c.requests, Waves: c.deeper, Merges: c.lists + c.merges,
				})
			}
		}
		e.Fields = append(e.Fields, x)
	}
	for _, en := range f.entries {
		for _, a := range en.parts {
			for ti := a.types.next(0); ti >= 0; ti = a.types.next(ti + 1) {
				b.explainNeeds(e, a.ways[ti].needs, own)
			}
		}
	}
	out.Explain = e
}

func (b *builder) explainNeeds(e *plan.Explain, needs []need, own *ownership) {
	for i := range needs {
		n := &needs[i]
		x := plan.ExplainNeed{Coordinate: b.coordinate(n.slot.pos.types[n.ti], n.slot.name), Key: n.key}
		own.of(n.from, n.slot, int(n.ti), func(f *fetch) { x.From = f.id + 1 })
		if !slices.Contains(e.Needs, x) {
			e.Needs = append(e.Needs, x)
		}
		b.explainNeeds(e, n.below, own)
	}
}
