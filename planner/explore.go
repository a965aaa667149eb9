package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// leaf is something to fetch, with the arrivals that can give it.
type leaf struct {
	slot  *slot
	types bitset
	ways  []*arrival
	// presence is set for a composite slot: only the object itself is asked for.
	presence bool
	// optional leaves are fetched only from arrivals that are chosen for other
	// reasons: their types are not members of the position in every subgraph that
	// could be asked, so no subgraph is chosen for their sake.
	optional bool
	done     bool
}

// maxTied is how many equally cheap arrivals in one subgraph are kept apart at
// a position: different ways to it may share different requests later.
const maxTied = 3

// crowded is how many arrivals a position may have before only one in each
// subgraph is kept: each of them may lead into each subgraph.
const crowded = 12

// explore finds the ways to every slot of a position and below.
func (r *run) explore(p *position) error {
	if err := r.resolveTypes(p); err != nil {
		return err
	}
	if err := r.split(p); err != nil {
		return err
	}
	p.explored = true
	visible := len(p.slots)
	for i := 0; i < visible; i++ {
		s := p.slots[i]
		if s.hidden {
			continue
		}
		if s.leaf {
			if err := r.exploreLeaf(s); err != nil {
				return err
			}
			continue
		}
		if err := r.exploreComposite(s); err != nil {
			return err
		}
	}
	return nil
}

// split makes sure that all types of a composite slot can be reached in the
// same ways: by the same arrivals, providers and keys. Types that differ get a
// slot of their own.
func (r *run) split(p *position) error {
	if len(p.types) == 1 {
		return nil
	}
	for _, a := range p.arrivals {
		if a.interfaceObject() && a.typed == nil {
			return nil // the types stay unknown, all are treated alike
		}
	}
	type group struct {
		slot    *slot
		covered bitset
		lookups int
	}
	var groups []group
	var covered []bitset // by type, which arrivals do
	n := len(p.slots)
	for i := 0; i < n; i++ {
		s := p.slots[i]
		if s.leaf || s.hidden {
			continue
		}
		groups = groups[:0]
	types:
		for ti := s.types.next(0); ti >= 0; ti = s.types.next(ti + 1) {
			if err := r.step(); err != nil {
				return err
			}
			if covered == nil {
				covered = r.coveredBy(p)
			}
			lookups := r.graph.LookupProfile(p.types[ti])
			for j := range groups {
				if groups[j].lookups == lookups && groups[j].covered.equal(covered[ti]) {
					if to := groups[j].slot; to != s {
						r.moveType(s, to, ti)
					}
					continue types
				}
			}
			g := group{slot: s, covered: covered[ti], lookups: lookups}
			if len(groups) > 0 {
				g.slot = r.newSlot(p, s.key, s.name, s.fields[ti])
				g.slot.args, g.slot.cond, g.slot.subs = s.args, s.cond, s.subs
				r.moveType(s, g.slot, ti)
			}
			groups = append(groups, g)
		}
	}
	return nil
}

// coveredBy tells, for each type of a position, which of its arrivals cover it.
func (r *run) coveredBy(p *position) []bitset {
	out := r.mem.bitsets.take(len(p.types))
	for ti := range out {
		out[ti] = r.newBitset(len(p.arrivals))
		for j, a := range p.arrivals {
			if a.covers.has(ti) {
				out[ti].add(j)
			}
		}
	}
	return out
}

// moveType moves a type from one slot to another that is like it.
func (r *run) moveType(from, to *slot, ti int) {
	to.types.add(ti)
	to.fields[ti] = from.fields[ti]
	from.types = r.cloneBits(from.types)
	from.types.remove(ti)
	from.fields[ti] = schema.NoField
	outputs := from.pos.outputs[ti]
	for i := range outputs {
		if outputs[i].slot == from {
			outputs[i].slot = to
		}
	}
}

// sources are the arrivals at the slot's position that give its field for one
// type, at the position or after a lookup. The list is good until the next call.
func (r *run) sources(s *slot, ti int) ([]*arrival, bool, error) {
	r.seeking++
	out := r.found[:0]
	f := s.fields[ti]
	covered := false
	for _, a := range s.pos.arrivals {
		if !a.covers.has(ti) {
			continue
		}
		covered = true
		local := r.local(a, ti, f) != nil
		if local {
			out = append(out, a)
			if s.leaf {
				continue
			}
		}
		if s.pos == r.root {
			continue // every subgraph has an arrival of its own
		}
		moves := r.graph.Moves(f)
		for i := range moves {
			m := &moves[i]
			if !r.resolves(m) || local && m.Subgraph == a.sub {
				continue
			}
			if a.interfaceObject() && (m.Through == schema.NoType || a.typed != nil && s.types.count() != len(s.pos.types)) {
				continue // the concrete type has to be known first
			}
			d, err := r.derive(a, ti, m)
			if err != nil {
				return nil, false, err
			}
			if d != nil && d.sought != r.seeking {
				d.sought = r.seeking
				out = append(out, d)
			}
		}
	}
	r.found = out
	return out, covered, nil
}

// everywhere reports whether all arrivals at the position can yield a type.
func (p *position) everywhere(ti int) bool {
	for _, a := range p.arrivals {
		if !a.covers.has(ti) {
			return false
		}
	}
	return true
}

func (r *run) exploreLeaf(s *slot) error {
	first := len(r.leaves)
types:
	for ti := s.types.next(0); ti >= 0; ti = s.types.next(ti + 1) {
		if err := r.step(); err != nil {
			return err
		}
		ways, covered, err := r.sources(s, ti)
		if err != nil {
			return err
		}
		if !covered {
			if s.pos.types[ti] == s.pos.typ && !r.declared(s, ti) {
				return r.unreachable(s, ti)
			}
			continue
		}
		if len(ways) == 0 {
			return r.unreachable(s, ti)
		}
		optional := s.pos.optional || !s.pos.everywhere(ti)
		for i := first; i < len(r.leaves); i++ {
			if l := &r.leaves[i]; l.optional == optional && slices.Equal(l.ways, ways) {
				l.types.add(ti)
				continue types
			}
		}
		r.leaves = append(r.leaves, leaf{slot: s, types: r.oneOf(len(s.pos.types), ti), ways: r.mem.arrivalRefs.clone(ways), optional: optional})
	}
	if leaves := r.leaves[first:]; len(leaves) > 1 && !commonOrigin(leaves) {
		return r.unreachable(s, leaves[0].types.next(0))
	}
	return nil
}

// commonOrigin reports whether one arrival at the position leads to the field
// for all types that every arrival can yield. Without one, whichever subgraph
// gives the objects, some of them would stay without the field.
func commonOrigin(leaves []leaf) bool {
	var common []*arrival
	first := true
	for i := range leaves {
		l := &leaves[i]
		if l.optional {
			continue
		}
		var origins []*arrival
		for _, a := range l.ways {
			if o := l.origin(a); first || slices.Contains(common, o) {
				origins = append(origins, o)
			}
		}
		common, first = origins, false
	}
	return first || len(common) > 0
}

// declared reports whether a subgraph at the position has the slot's field on
// the very type, for interfaces that nothing implements.
func (r *run) declared(s *slot, ti int) bool {
	for _, a := range s.pos.arrivals {
		if r.super.Provider(s.fields[ti], a.sub) != nil {
			return true
		}
	}
	return false
}

func (r *run) unreachable(s *slot, ti int) error {
	path := s.key
	if up := s.pos.path(); up != "" {
		path = up + "." + s.key
	}
	return &Error{
		Code: CodeUnreachable, Path: path,
		Coordinate: r.schema.Type(s.pos.types[ti]).Name + "." + s.name,
		Message:    "no subgraph can give this field here: none that has it can be entered with the keys at hand",
	}
}

func (r *run) exploreComposite(s *slot) error {
	if err := r.step(); err != nil {
		return err
	}
	var ways []*arrival
	first := true
	for ti := s.types.next(0); ti >= 0; ti = s.types.next(ti + 1) {
		w, covered, err := r.sources(s, ti)
		if err != nil {
			return err
		}
		if !covered {
			continue
		}
		if first {
			ways, first = r.mem.arrivalRefs.clone(w), false
		} else {
			for _, a := range w {
				a.sought = r.seeking
			}
			ways = slices.DeleteFunc(ways, func(a *arrival) bool { return a.sought != r.seeking })
		}
		if len(ways) == 0 {
			return r.unreachable(s, ti)
		}
	}
	if first {
		return nil // no object here can have any of the slot's types
	}
	child, err := r.ensureChild(s)
	if err != nil {
		return err
	}
	for _, a := range r.contenders(ways, s) {
		to, err := r.move(a, s)
		if err != nil {
			return err
		}
		if to != nil {
			child.arrivals = r.mem.arrivalRefs.append(child.arrivals, to)
		}
	}
	child.arrivals = prune(child.arrivals)
	child.optional = s.pos.optional || !s.pos.everywhere(s.types.next(0))
	r.leaves = append(r.leaves, leaf{slot: s, types: r.cloneBits(s.types), ways: child.arrivals, presence: true, optional: child.optional})
	return r.explore(child)
}

// contender is an arrival with what tells the objects in a slot apart that it
// leads to.
type contender struct {
	*arrival
	order    int
	decl     schema.TypeID
	provides *supergraph.FieldSelection
	known    bool
}

// contenders are the arrivals, where there are many, without those whose field
// moves along a slot would not outlive prune: every arrival costs memory.
func (r *run) contenders(ways []*arrival, s *slot) []*arrival {
	if len(ways) <= few {
		return ways
	}
	list := r.contending[:0]
	for i, a := range ways {
		c := contender{arrival: a, order: i}
		ti := s.types.next(0)
		var m *graph.Move
		for ti >= 0 && m == nil {
			if m = r.local(a, ti, s.fields[ti]); m == nil {
				ti = s.types.next(ti + 1)
			}
		}
		if m != nil && !a.joined && len(a.provides) == 0 && m.Provider.Join == nil && r.super.View(m.Provider.Named, a.sub) != nil {
			c.known, c.decl = true, m.Provider.Named
			if len(m.Provider.Provides) > 0 {
				c.provides = &m.Provider.Provides[0]
			}
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b contender) int {
		if a.depth != b.depth {
			return a.depth - b.depth
		}
		return a.requests - b.requests
	})
	kept := list[:0]
	for _, c := range list {
		tied := 0
		for i := range kept {
			k := &kept[i]
			if !c.known || !k.known || k.sub != c.sub || k.decl != c.decl || k.provides != c.provides {
				continue
			}
			if k.depth < c.depth || k.requests < c.requests {
				tied = maxTied
				break
			}
			tied++
		}
		if tied < maxTied {
			kept = append(kept, c)
		}
	}
	r.contending = list
	slices.SortFunc(kept, func(a, b contender) int { return a.order - b.order })
	out := ways[:0]
	for i := range kept {
		out = append(out, kept[i].arrival)
	}
	return out
}

// prune keeps the cheapest arrivals of each kind (subgraph, type, @provides).
func prune(list []*arrival) []*arrival {
	slices.SortStableFunc(list, func(a, b *arrival) int {
		if a.depth != b.depth {
			return a.depth - b.depth
		}
		return a.requests - b.requests
	})
	if list = untied(list, maxTied); len(list) > crowded {
		list = untied(list, 1)
	}
	return list
}

// untied keeps so many equally cheap arrivals of each kind, of a sorted list.
func untied(list []*arrival, most int) []*arrival {
	out := list[:0]
	for _, a := range list {
		tied := 0
		for _, b := range out {
			if a.sub != b.sub || a.decl != b.decl || !sameView(a, b) {
				continue
			}
			if b.depth < a.depth || b.requests < a.requests {
				tied = most
				break
			}
			tied++
		}
		if tied < most {
			out = append(out, a)
		}
	}
	return out
}

func sameView(a, b *arrival) bool {
	if len(a.provides) != len(b.provides) {
		return false
	}
	return len(a.provides) == 0 || &a.provides[0] == &b.provides[0]
}
