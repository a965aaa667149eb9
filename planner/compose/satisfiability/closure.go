package satisfiability

import (
	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
)

// closure is where lookups lead from a place.
type closure struct {
	variable
	place   int32
	entries *entries
	// open are the targets that are reached, one bit each.
	open bits
	// count is how many they are.
	count int
	// used says which keys opened them.
	used bits
}

// fact is whether the rest of a way to a leaf can be had at a place, the place
// alone or with the help of lookups.
type fact struct {
	variable
	place int32
	step  *step
	holds bool
}

type factKey struct {
	place int32
	step  *step
}

// variable is a closure or a fact, as the solver sees it. Closures and facts
// rest on one another, in circles too; all start out empty and only grow, so
// that what they have when nothing grows any more is what can be had.
type variable struct {
	// dependents have read it before it was final.
	dependents []solvable
	final      bool
	running    bool
	queued     bool
}

type solvable interface {
	state() *variable
	// evaluate computes the variable from what the others have by now, and
	// reports whether it grew.
	evaluate(r *run) bool
}

func (v *variable) state() *variable { return v }

// solver computes variables until none grows.
type solver struct {
	current []solvable // what is being evaluated, outermost first
	queue   []solvable
	session []*variable // what is not final yet
}

// need evaluates a new variable. Variables that it reads are evaluated first
// where they are new; those that grow later have it evaluated again.
func (r *run) need(v solvable) {
	s := &r.solver
	s.session = append(s.session, v.state())
	outermost := len(s.current) == 0
	r.evaluate(v)
	if !outermost {
		return
	}
	for len(s.queue) > 0 {
		next := s.queue[0]
		s.queue = s.queue[1:]
		next.state().queued = false
		r.evaluate(next)
	}
	for _, v := range s.session {
		v.final, v.dependents = true, nil
	}
	s.session, s.queue = s.session[:0], nil
}

func (r *run) evaluate(v solvable) {
	state := v.state()
	if state.running {
		return // it is queued by whatever grows meanwhile
	}
	state.running = true
	r.solver.current = append(r.solver.current, v)
	grew := v.evaluate(r)
	r.solver.current = r.solver.current[:len(r.solver.current)-1]
	state.running = false
	if !grew {
		return
	}
	wake := state.dependents
	state.dependents = nil
	for _, d := range wake {
		if at := d.state(); !at.queued && !at.final {
			at.queued = true
			r.solver.queue = append(r.solver.queue, d)
		}
	}
}

// reads notes that the variable being evaluated has read another.
func (r *run) reads(v *variable) {
	if v.final || len(r.solver.current) == 0 {
		return
	}
	by := r.solver.current[len(r.solver.current)-1]
	if by.state() == v {
		return
	}
	if n := len(v.dependents); n == 0 || v.dependents[n-1] != by {
		v.dependents = append(v.dependents, by)
	}
}

// closure returns where lookups lead from a place of a concrete type.
func (r *run) closure(place int32) *closure {
	c := r.closures[place]
	if c == nil {
		e := r.entriesOf(r.places[place].as)
		c = &closure{place: place, entries: e, open: newBits(len(e.targets)), used: newBits(len(e.keys))}
		r.closures[place] = c
		r.need(c)
	}
	r.reads(&c.variable)
	return c
}

func (c *closure) evaluate(r *run) bool {
	e := c.entries
	before := c.count
	from := r.places[c.place].through(r.schema)
	var waiting map[schema.FieldID][]int32
	test := make([]int32, 0, len(e.keys))
	for k := range e.keys {
		if key := &e.keys[k]; (key.any || key.from == from) && !c.used.has(k) {
			test = append(test, int32(k))
		}
	}
	// A key is tested again when a subgraph is entered that gives the field it
	// waits for. What it needs below its fields, or what these require, is a fact
	// of its own, and has the closure evaluated again when it comes to hold.
	for len(test) > 0 && r.spend(1) {
		k := test[len(test)-1]
		test = test[:len(test)-1]
		if missing := c.missing(r, &e.keys[k]); missing != nil {
			if waiting == nil {
				waiting = make(map[schema.FieldID][]int32)
			}
			f := r.schema.FieldByName(r.places[c.place].as, missing.name)
			waiting[f] = append(waiting[f], k)
			continue
		}
		c.used.add(int(k))
		for _, t := range e.keys[k].targets {
			if c.open.has(int(t)) {
				continue
			}
			c.open.add(int(t))
			c.count++
			for _, f := range e.targets[t].fields {
				test = append(test, waiting[f]...)
				delete(waiting, f)
			}
		}
	}
	return c.count > before
}

// missing returns the first way of a key that cannot be had, or nil.
func (c *closure) missing(r *run, k *key) *step {
	for _, s := range k.paths {
		if !r.has(c.place, s) {
			return s
		}
	}
	return nil
}

// plain reports whether a step is no fact of its own: a leaf that nothing is
// required for.
func (r *run) plain(c *closure, f schema.FieldID, s *step) bool {
	return s.next == nil && s.on == schema.NoType && f != schema.NoField && !c.entries.hard[f] && !c.entries.objects
}

// has reports whether the rest of a way to a leaf can be had at a place.
func (r *run) has(place int32, s *step) bool {
	if s == nil || s.name == "__typename" && s.on == schema.NoType {
		return true
	}
	as := r.places[place].as
	if s.on != schema.NoType {
		return s.on != as && !r.schema.Implements(s.on, as) || r.has(place, s.next)
	}
	f := r.schema.FieldByName(as, s.name)
	if f == schema.NoField {
		return false
	}
	c := r.closure(place)
	if r.plain(c, f, s) {
		return r.givesLeaf(c, f)
	}
	key := factKey{place, s}
	known := r.facts[key]
	if known == nil {
		known = &fact{place: place, step: s}
		r.facts[key] = known
		r.need(known)
	}
	r.reads(&known.variable)
	return known.holds
}

// givesLeaf reports whether a field that requires nothing can be had.
func (r *run) givesLeaf(c *closure, f schema.FieldID) bool {
	moves := r.graph.Moves(f)
	r.spend(len(moves))
	for i := range moves {
		m := &moves[i]
		if ok, _ := r.gives(c.place, m); ok {
			return true
		}
		if r.opens(c, m) {
			return true
		}
	}
	return false
}

// opens reports whether lookups lead to where a move's subgraph gives the field.
func (r *run) opens(c *closure, m *graph.Move) bool {
	t, ok := c.entries.index[door{int32(m.Subgraph), m.Through}]
	if !ok || !c.open.has(int(t)) {
		return false
	}
	ok, _ = r.gives(c.entries.targets[t].place, m)
	return ok
}

func (f *fact) evaluate(r *run) bool {
	if f.holds || !r.spend(1) {
		return false
	}
	as := r.places[f.place].as
	r.each(f.place, r.schema.FieldByName(as, f.step.name), func(from int32, m *graph.Move) bool {
		f.holds = r.hasBelow(from, m, f.step.next)
		return !f.holds
	})
	return f.holds
}

// hasBelow reports whether the rest of a way can be had below a field, for all
// types that its value can have there.
func (r *run) hasBelow(from int32, m *graph.Move, next *step) bool {
	to, ok := r.move(from, m)
	if !ok {
		return false
	}
	if next == nil || to < 0 {
		return next == nil
	}
	for _, c := range r.concrete(to) {
		if !r.has(c, next) {
			return false
		}
	}
	return true
}

// each calls visit for every place in which values at a place give a field: the
// place itself and what lookups lead to, until it returns false.
func (r *run) each(place int32, f schema.FieldID, visit func(from int32, m *graph.Move) bool) {
	c := r.closure(place)
	moves := r.graph.Moves(f)
	r.spend(len(moves))
	for i := range moves {
		m := &moves[i]
		if !r.usable(m.Provider) {
			continue
		}
		if ok, needs := r.gives(place, m); ok && (!needs || r.reenters(place, m)) && !visit(place, m) {
			return
		}
		t, ok := c.entries.index[door{int32(m.Subgraph), m.Through}]
		if !ok || !c.open.has(int(t)) {
			continue
		}
		if to := &c.entries.targets[t]; r.enters(place, to, m) && !visit(to.place, m) {
			return
		}
	}
	for t := range c.entries.targets {
		if to := &c.entries.targets[t]; to.base && to.place != place && c.open.has(t) && c.entries.objects {
			more := true
			r.each(to.place, f, func(from int32, m *graph.Move) bool {
				more = visit(from, m)
				return more
			})
			if !more {
				return
			}
		}
	}
}

// enters reports whether a field can be had where a lookup from a place leads,
// with what the field requires. A root type is not looked up: nothing can be sent
// along.
func (r *run) enters(place int32, to *target, m *graph.Move) bool {
	ok, needs := r.gives(to.place, m)
	if ok && needs {
		return !to.base && r.meets(place, m) == nil
	}
	return ok
}

// reenters reports whether a place that gives a field itself has what the field
// requires, or can be sent back to its subgraph with it by a key that is only
// good for that.
func (r *run) reenters(place int32, m *graph.Move) bool {
	if m.Provider.Contexts != nil {
		return false // their values go with a lookup
	}
	if r.givesAll(place, m.Provider.Requires) {
		return true
	}
	back := r.graph.Reentries(r.places[place].as)
	for i := range back {
		l := &back[i]
		if l.Subgraph == m.Subgraph && l.Through == m.Through && r.givesAll(place, l.Key) && r.meets(place, m) == nil {
			return true
		}
	}
	return false
}

// meets returns the first way of what a field requires that cannot be had at a
// place, or nil.
func (r *run) meets(place int32, m *graph.Move) *step {
	for _, s := range r.leaves(m.Provider.Requires) {
		if !r.has(place, s) {
			return s
		}
	}
	return nil
}

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits      { return make(bits, (n+63)/64) }
func (b bits) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }
func (b bits) add(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bits) or(other bits) {
	for i := range other {
		b[i] |= other[i]
	}
}
