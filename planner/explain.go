package planner

import (
	"reflect"
	"slices"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// explain writes down why a fetch is there. Everything else of the plan is
// finished: what is sought here cannot change it.
func (b *builder) explain(f *fetch, out *plan.Fetch, own *ownership) {
	b.steps = 0
	e := &plan.Explain{}
	e.Predicted = out.Demand.Predict(func(variable int) int { return b.op.Natural(&operation.Values{}, variable) })
	for i := range b.decisions {
		b.explainField(e, &b.decisions[i], f, own)
	}
	if len(e.Fields) == 0 {
		b.explainObjects(e, f, own)
	}
	for _, en := range f.entries {
		for i := range en.parts {
			part := &en.parts[i]
			for ti := part.types.next(0); ti >= 0; ti = part.types.next(ti + 1) {
				if out.At == nil { // a root type is entered without a key
					b.explainLookup(e, part.arrival, ti, own)
				}
				b.explainNeeds(e, part.base, part.ways[ti].needs, b.forcedBy(part.arrival, ti), own)
			}
		}
	}
	out.Explain = e
}

// explainObjects explains a fetch that no leaf was chosen from: it gives the
// objects that hold others.
func (b *builder) explainObjects(e *plan.Explain, f *fetch, own *ownership) {
	for i := range b.leaves {
		l := &b.leaves[i]
		if !l.presence || f.root == nil && !slices.ContainsFunc(f.entries, func(en *fetchEntry) bool { return en.pos == l.slot.pos }) || f.root != nil && l.slot.pos != b.root {
			continue
		}
		for j := range l.slot.assigned {
			d := decision{leaf: l, chosen: l.slot.assigned[j].from, below: true}
			for _, a := range l.ways {
				d.options = append(d.options, option{way: a, cost: b.explainCost(a, l, b.deepest(), nil)})
			}
			b.explainField(e, &d, f, own)
		}
	}
}

// deepest is the length of the longest chain of requests that was chosen.
func (r *run) deepest() int {
	out := 0
	for _, a := range r.all {
		if a.committed {
			out = max(out, a.depth)
		}
	}
	return out
}

func (b *builder) explainField(e *plan.Explain, d *decision, f *fetch, own *ownership) {
	s := d.leaf.slot
	ti := d.leaf.types.next(0)
	for ; ti >= 0; ti = d.leaf.types.next(ti + 1) {
		here := false
		own.of(d.chosen, s, ti, func(g *fetch) { here = here || g == f })
		if here {
			break
		}
	}
	if ti < 0 {
		return
	}
	t := s.pos.types[ti]
	x := plan.ExplainField{
		Path: s.key, Coordinate: b.coordinate(t, s.name), Subgraph: b.super.Subgraphs[d.chosen.sub].String(), Cost: d.cost, Anyway: d.anyway, Below: d.below,
	}
	if up := s.pos.path(); up != "" {
		x.Path = up + "." + s.key
	}
	// The cheapest way into each of the other subgraphs.
	seen := []int{d.chosen.sub}
	for i := range d.options {
		o := &d.options[i]
		if slices.Contains(seen, o.way.sub) {
			continue
		}
		seen = append(seen, o.way.sub)
		for j := i + 1; j < len(d.options); j++ {
			if p := &d.options[j]; p.way.sub == o.way.sub && (o.absent && !p.absent || o.absent == p.absent && p.cost.Less(o.cost)) {
				o = p
			}
		}
		w := plan.ExplainWay{Subgraph: b.super.Subgraphs[o.way.sub].String()}
		if o.absent {
			w.Impossible = "the objects are not asked for there"
		} else {
			w.ExplainCost = &o.cost
			if !d.anyway && !d.below {
				w.Decided = o.cost.Decided(d.cost)
			}
		}
		x.Alternatives = append(x.Alternatives, w)
	}
	b.eachProvider(t, s.fields[ti], func(p *supergraph.Provider, through schema.TypeID) {
		name := b.super.Subgraphs[p.Subgraph].String()
		if m := b.moveIn(s.fields[ti], p.Subgraph, through); m != nil && b.resolves(m) && !slices.Contains(x.Providers, name) {
			x.Providers = append(x.Providers, name)
		}
		if !slices.Contains(seen, p.Subgraph) {
			seen = append(seen, p.Subgraph)
			x.Alternatives = append(x.Alternatives, plan.ExplainWay{Subgraph: name, Impossible: b.whyNot(s.pos.arrivals, ti, p, through)})
		}
	})
	if !slices.Contains(x.Providers, x.Subgraph) {
		x.Providers = append(x.Providers, x.Subgraph+" (by @provides)")
	}
	if !slices.ContainsFunc(e.Fields, func(have plan.ExplainField) bool { return reflect.DeepEqual(have, x) }) {
		e.Fields = append(e.Fields, x)
	}
}

func (b *builder) explainLookup(e *plan.Explain, a *arrival, ti int, own *ownership) {
	x := plan.ExplainLookup{Path: a.pos.path()}
	x.ExplainKey, x.Others = b.explainKeys(a, ti)
	own.of(a.base, nil, ti, func(f *fetch) {
		if f.sub == a.base.sub {
			x.From, x.Subgraph = f.id+1, b.super.Subgraphs[f.sub].String()
		}
	})
	name := b.schema.Type(a.pos.types[ti]).Name
	for i := range e.Lookups {
		have := &e.Lookups[i]
		x.Types = have.Types
		if reflect.DeepEqual(*have, x) {
			if !slices.Contains(have.Types, name) {
				have.Types = append(have.Types, name)
			}
			return
		}
	}
	x.Types = []string{name}
	e.Lookups = append(e.Lookups, x)
}

// forcedBy are the fields that have a lookup carry its requirement.
func (b *builder) forcedBy(a *arrival, ti int) []string {
	if a.inputs == "" {
		return nil
	}
	var out []string
	for _, s := range a.pos.slots {
		if !s.assignedTo(a, ti) || s.fields[ti] == schema.NoField {
			continue
		}
		if m := b.moveIn(s.fields[ti], a.sub, a.through(ti)); m != nil && m.Provider.InputsText == a.inputs {
			if name := b.coordinate(a.pos.types[ti], s.name); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// explainNeeds writes down what rows are made of. a is where their objects come
// from.
func (b *builder) explainNeeds(e *plan.Explain, a *arrival, needs []need, forced []string, own *ownership) {
	for i := range needs {
		n, a := &needs[i], a
		x := plan.ExplainNeed{
			Coordinate: b.coordinate(n.slot.pos.types[n.ti], n.slot.name), Key: n.key, Context: n.around,
			Subgraph: b.super.Subgraphs[n.from.sub].String(),
		}
		if !n.key {
			x.For = forced
		}
		if n.around {
			if a = n.from; a.base != nil {
				a = a.base
			}
		}
		own.of(n.from, n.slot, int(n.ti), func(f *fetch) { x.From = f.id + 1 })
		b.explainSources(a, n, &x)
		if !slices.ContainsFunc(e.Needs, func(have plan.ExplainNeed) bool { return reflect.DeepEqual(have, x) }) {
			e.Needs = append(e.Needs, x)
		}
		if len(n.below) > 0 {
			if below := n.slot.movedFrom(n.from); below != nil {
				b.explainNeeds(e, below, n.below, forced, own)
			}
		}
	}
}
