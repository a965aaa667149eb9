package planner

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// What is in this file runs only when plans are to be explained. It looks for
// ways that planning leaves aside, since it has better ones, and never changes
// the plan.

// decision is a leaf with the way that was chosen and what it and the others
// would have cost then.
type decision struct {
	leaf   *leaf
	chosen *arrival
	cost   plan.ExplainCost
	// anyway says that something else had the field asked for before.
	anyway bool
	// below says that it followed from what was chosen below.
	below   bool
	options []option
}

// option is a way that was not chosen.
type option struct {
	way  *arrival
	cost plan.ExplainCost
	// absent says that the objects are not asked for where the way begins.
	absent bool
}

// findOthers finds, for each leaf that the subgraph of its objects gives itself,
// the lookups that would give it too. All that the search changed is undone.
func (r *run) findOthers() {
	undo := r.snapshot()
	defer undo()
	r.others = map[*leaf][]*arrival{}
	for i := range r.leaves {
		l := &r.leaves[i]
		if l.presence {
			continue
		}
		s, ti := l.slot, l.types.next(0)
		moves := r.graph.Moves(s.fields[ti])
		for _, a := range s.pos.arrivals {
			if !a.covers.has(ti) || r.local(a, ti, s.fields[ti]) == nil {
				continue
			}
			for j := range moves {
				m := &moves[j]
				if m.Subgraph == a.sub || !r.resolves(m) || a.interfaceObject() && (m.Through == schema.NoType || a.typed != nil && s.types.count() != len(s.pos.types)) {
					continue
				}
				d, err := r.derive(a, ti, m)
				if err != nil {
					return
				}
				if d != nil && !slices.Contains(l.ways, d) && !slices.Contains(r.others[l], d) {
					r.others[l] = append(r.others[l], d)
				}
			}
		}
	}
}

// snapshot remembers the state of exploring. The function that it returns goes
// back to it.
func (r *run) snapshot() (undo func()) {
	steps, cut := r.steps, r.cut
	arrivals := make([]arrival, len(r.all))
	for i, a := range r.all {
		arrivals[i] = *a
		arrivals[i].covers, arrivals[i].used, arrivals[i].tried = r.cloneBits(a.covers), r.cloneBits(a.used), r.cloneBits(a.tried)
		arrivals[i].ways = slices.Clone(a.ways)
	}
	positions := make([]position, len(r.positions))
	var slots []*slot
	var saved []slot
	for i, p := range r.positions {
		positions[i] = *p
		for _, s := range p.slots {
			slots = append(slots, s)
			saved = append(saved, *s)
			last := &saved[len(saved)-1]
			last.types, last.fields = r.cloneBits(s.types), slices.Clone(s.fields)
		}
	}
	return func() {
		r.steps, r.cut = steps, cut
		r.all, r.positions = r.all[:len(arrivals)], r.positions[:len(positions)]
		for i, a := range r.all {
			*a = arrivals[i]
		}
		for i, p := range r.positions {
			*p = positions[i]
		}
		for i, s := range slots {
			*s = saved[i]
		}
	}
}

// decide remembers the choice for a leaf that is about to be made.
func (r *run) decide(l *leaf, chosen *arrival, deepest int, serves []int) {
	if !r.options.Explain {
		return
	}
	d := decision{leaf: l, chosen: chosen}
	if !l.presence {
		for i := range l.slot.assigned {
			if as := &l.slot.assigned[i]; as.types.has(l.types.next(0)) {
				d.chosen, d.anyway = as.from, true
				break
			}
		}
	}
	if !d.anyway {
		d.cost = r.explainCost(chosen, l, deepest, serves)
	}
	for _, a := range l.ways {
		if a != d.chosen {
			d.options = append(d.options, option{way: a, cost: r.explainCost(a, l, deepest, serves), absent: l.optional && !l.origin(a).committed})
		}
	}
	for _, a := range r.others[l] {
		d.options = append(d.options, option{way: a, cost: r.explainCost(a, l, deepest, nil)})
	}
	r.decisions = append(r.decisions, d)
}

func (r *run) explainCost(a *arrival, l *leaf, deepest int, serves []int) plan.ExplainCost {
	c := r.cost(a, l, deepest, serves)
	return plan.ExplainCost{
		Lists: c.lists, Waves: c.deeper, Requests: c.requests, Merges: c.merges, Wave: c.depth, Serves: -c.serves, Fields: c.moves,
	}
}

// unknown says that a search was given up.
const unknown = "not looked into: the planning budget is spent"

// whyNot says why a subgraph cannot give a field of one type to objects that come
// from any of the arrivals. through is the interface object that it stands on.
func (r *run) whyNot(from []*arrival, ti int, p *supergraph.Provider, through schema.TypeID) string {
	switch {
	case !r.usable(p) && p.Label >= 0 && p.Label < len(r.super.Labels):
		state := "active"
		if p.Overrides {
			state = "not active"
		}
		return "the override label " + r.super.Labels[p.Label] + " is " + state
	case !r.usable(p):
		return "overridden"
	case p.External && !p.Entered:
		return "external there"
	}
	var keys []string
	for _, a := range from {
		if !a.covers.has(ti) {
			continue
		}
		lookups := r.graph.Lookups(a.pos.types[ti])
		for i := range lookups {
			l := &lookups[i]
			if l.Subgraph != p.Subgraph || l.Through != through {
				continue
			}
			hops, err := r.hops(a, ti, l)
			switch {
			case err != nil:
				return unknown
			case hops != nil && p.Requires != nil:
				return "what it requires cannot be had here: " + p.RequiresText
			case hops != nil && a.interfaceObject() && through == schema.NoType:
				return "the objects' concrete types would have to be looked up first"
			case hops != nil:
				return "not weighed, for there are better ways"
			}
			if !slices.Contains(keys, l.Text) {
				keys = append(keys, l.Text)
			}
		}
	}
	switch len(keys) {
	case 0:
		return "the objects cannot be looked up there"
	case 1:
		return "its key cannot be had here: " + keys[0]
	}
	return "none of its keys can be had here: " + strings.Join(keys, "; ")
}

// hops is what it takes to fill the key of a lookup for objects from an arrival;
// nil when that is not possible.
func (r *run) hops(a *arrival, ti int, l *graph.Lookup) (*plan.ExplainHops, error) {
	w := way{depth: a.depth}
	ok, err := r.requirements(a, ti, l.Key, nil, true, &w.needs, &w)
	if !ok || err != nil {
		return nil, err
	}
	return &plan.ExplainHops{Waves: w.depth - a.depth, Requests: w.requests}, nil
}

// explainKeys writes down the key by which objects from an arrival are looked up,
// and the others there are.
func (r *run) explainKeys(a *arrival, ti int) (plan.ExplainKey, []plan.ExplainKey) {
	used := a.ways[ti].lookup
	var chosen plan.ExplainKey
	var others []plan.ExplainKey
	key := func(l *graph.Lookup, sure bool) plan.ExplainKey {
		k := plan.ExplainKey{Key: l.Text, Nullable: !sure}
		hops, err := r.hops(a.base, ti, l)
		switch {
		case err != nil:
			k.Impossible = unknown
		case hops == nil:
			k.Impossible = "it cannot be had here"
		default:
			k.ExplainHops = hops
		}
		return k
	}
	chosen = key(used, neverNull(r.schema, a.pos.types[ti], used.Key))
	of := a.pos.types[ti]
	if a.resolver {
		of = a.decl
	}
	lookups := r.graph.Lookups(of)
	for i := range lookups {
		l := &lookups[i]
		if l.Subgraph != used.Subgraph || l.Through != used.Through || l.Lookup == used.Lookup {
			continue
		}
		k := key(l, neverNull(r.schema, of, l.Key))
		if !slices.ContainsFunc(others, func(o plan.ExplainKey) bool { return o.Key == k.Key }) && k.Key != chosen.Key {
			others = append(others, k)
		}
	}
	return chosen, others
}

// explainSources writes down what a need costs where it is taken from, and the
// other subgraphs that have the field. a is where its objects come from.
func (r *run) explainSources(a *arrival, n *need, x *plan.ExplainNeed) {
	ti, f := int(n.ti), n.slot.fields[n.ti]
	if f == schema.NoField {
		return
	}
	sel := n.selection(r)
	weigh := func(from *arrival) (*plan.ExplainHops, error) {
		t := trial{a: a, ti: ti, f: f, sel: &sel, key: n.key}
		if ok, err := r.try(&t, from); !ok || err != nil {
			return nil, err
		}
		return &plan.ExplainHops{Waves: t.cost.depth - a.depth, Requests: t.cost.requests}, nil
	}
	if n.from == a || n.from.base == a || a.typed != nil && n.from.base == a.typed {
		if hops, err := weigh(n.from); hops != nil && err == nil {
			x.ExplainHops = *hops
		}
	} else {
		x.Anyway = true
	}
	var seen []int
	add := func(sub int, hops *plan.ExplainHops, impossible string) {
		if sub == n.from.sub || slices.Contains(seen, sub) {
			return
		}
		seen = append(seen, sub)
		x.Alternatives = append(x.Alternatives, plan.ExplainSource{Subgraph: r.super.Subgraphs[sub].String(), ExplainHops: hops, Impossible: impossible})
	}
	r.eachProvider(a.pos.types[ti], f, func(p *supergraph.Provider, through schema.TypeID) {
		m := r.moveIn(f, p.Subgraph, through)
		if m == nil || !r.resolves(m) {
			add(p.Subgraph, nil, r.whyNot([]*arrival{a}, ti, p, through))
			return
		}
		from := a
		if m.Subgraph != a.sub || r.local(a, ti, f) == nil {
			base := a
			if a.interfaceObject() && m.Through == schema.NoType {
				base = a.typed
			}
			from = nil
			if base != nil {
				var err error
				if from, err = r.derive(base, ti, m); err != nil {
					add(p.Subgraph, nil, unknown)
					return
				}
			}
		}
		if from == nil {
			add(p.Subgraph, nil, r.whyNot([]*arrival{a}, ti, p, through))
			return
		}
		switch hops, err := weigh(from); {
		case err != nil:
			add(p.Subgraph, nil, unknown)
		case hops == nil:
			add(p.Subgraph, nil, "it cannot give all that is needed below")
		default:
			add(p.Subgraph, hops, "")
		}
	})
}

// selection is what is required by a need.
func (n *need) selection(r *run) supergraph.FieldSelection {
	sel := supergraph.FieldSelection{Field: n.slot.fields[n.ti], Name: n.slot.name, Args: n.slot.consts, On: schema.NoType}
	for i := range n.below {
		b := &n.below[i]
		below := b.selection(r)
		if types := b.slot.pos.types; len(types) > 1 {
			below = supergraph.FieldSelection{Field: schema.NoField, On: types[b.ti], Selections: supergraph.FieldSet{below}}
		}
		sel.Selections = append(sel.Selections, below)
	}
	return sel
}

// eachProvider calls visit for the subgraphs that have a field of an object type,
// or have it on an interface object of which they know no implementation.
func (r *run) eachProvider(t schema.TypeID, f schema.FieldID, visit func(p *supergraph.Provider, through schema.TypeID)) {
	providers := r.super.Providers[f]
	for i := range providers {
		if p := &providers[i]; r.super.View(t, p.Subgraph) != nil {
			visit(p, schema.NoType)
		}
	}
	moves := r.graph.Moves(f)
	for i := range moves {
		if m := &moves[i]; m.Through != schema.NoType {
			visit(m.Provider, m.Through)
		}
	}
}
