package planner

import (
	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// arrival is one way of holding the objects of a position in one subgraph: at
// the root, by a field move from an arrival at the position above, or by a
// lookup from an arrival at the same position.
type arrival struct {
	id  int
	pos *position
	sub int
	// decl is the type the subgraph has there; view says what it is there.
	decl schema.TypeID
	view *supergraph.TypeView
	// covers are the types the objects can have in this subgraph.
	covers bitset
	// provides are external fields that this path can give (@provides).
	provides supergraph.FieldSet
	// joined says that the objects were made by a join and have the fields of
	// parts only, which are paths of key fields.
	joined bool
	parts  [][]string

	// from and via are set for field moves.
	from *arrival
	via  *slot
	// base is set for lookups; ways are then, by type, the lookup to use, nil
	// where none is possible. inputs is what the lookup is given in addition to
	// the key.
	base     *arrival
	ways     []*way
	tried    bitset
	deriving bool // a way is being sought
	inputs   string
	// contexts are those among the inputs that are selected on objects around: a
	// lookup with contexts gives fields that have the same.
	contexts string
	// most is how many requests the needs of one of the ways add at most.
	most int
	// lookups are the lookup arrivals of which this is the base, moves the field
	// moves that start here.
	lookups []derivedLookup
	moves   []*arrival

	// typed is, for an arrival of which the subgraph knows an interface object
	// only, the lookup arrival that tells the concrete types. It is set where they
	// matter. resolver marks that lookup arrival.
	typed    *arrival
	resolver bool
	// byType marks a lookup of objects of an interface object that has to wait for
	// their concrete types.
	byType bool

	// depth is the length of the chain of requests; requests their number.
	depth    int
	requests int

	// used says for which types the arrival was chosen; need under which
	// condition (nil: always, for all types). committed is set with the first.
	used      bitset
	need      []plan.Condition
	committed bool
	stamp     int
	sought    int // by which call of sources it was found last
}

// way is a lookup for one type, with what its rows need.
type way struct {
	lookup *graph.Lookup
	needs  []need
	depth  int
	// requests is how many requests the needs add.
	requests int
	// contexts are the selections of the contexts that the needs serve.
	contexts []contextNeed
}

// need is one slot that a row reads, and from where it is filled.
type need struct {
	slot *slot
	from *arrival
	// below are the needs in the objects of a composite slot.
	below []need
	ti    int32
	// key tells fields of the key from requirements.
	key bool
	// around says that the value is not part of the representation: a context
	// selects it on an object around the one that is looked up.
	around bool
}

// nameOf is the name of the field that a need reads in a subgraph.
func (r *run) nameOf(n *need, sub int) string {
	if f := n.slot.fields[n.ti]; f != schema.NoField {
		return r.fieldIn(f, n.slot.name, sub)
	}
	return r.nameIn(n.slot.pos.types[n.ti], n.slot.name, sub)
}

func (r *run) newArrival(p *position, sub int, decl schema.TypeID) *arrival {
	a := r.mem.arrivals.one()
	*a = arrival{id: len(r.all), pos: p, sub: sub, decl: decl, view: r.super.View(decl, sub)}
	a.covers = r.newBitset(len(p.types))
	a.used = r.newBitset(len(p.types))
	r.all = append(r.all, a)
	return a
}

func (r *run) rootArrival(sub int) *arrival {
	a := r.newArrival(r.root, sub, r.op.RootType)
	a.covers.add(0)
	a.depth, a.requests = 1, r.weight(sub, r.root)
	return a
}

// assumedRows is how many objects a list is assumed to have where a request can
// be sent for each of them only.
const assumedRows = 10

// weight is what entering a subgraph at a position costs, in requests.
func (r *run) weight(sub int, p *position) int {
	f := r.super.Subgraphs[sub].Facet
	if f == nil {
		return 1
	}
	w := max(1, f.Cost)
	if f.RootField == "" && !f.Batch && p.many {
		w *= assumedRows
	}
	return w
}

// interfaceObject reports whether the arrival holds objects of which the
// subgraph knows the interface only.
func (a *arrival) interfaceObject() bool { return a.view != nil && a.view.InterfaceObject }

// usable reports whether a provider resolves its field under the request's
// override labels.
func (r *run) usable(p *supergraph.Provider) bool {
	return p.Usable(p.Label >= 0 && r.labels>>p.Label&1 == 1)
}

// moveIn returns the move that resolves a field in a subgraph, or nil.
func (r *run) moveIn(f schema.FieldID, sub int, through schema.TypeID) *graph.Move {
	moves := r.graph.Moves(f)
	for i := range moves {
		if moves[i].Subgraph == sub && moves[i].Through == through && r.usable(moves[i].Provider) {
			return &moves[i]
		}
	}
	return nil
}

// through is the interface object the arrival stands on for objects of a type,
// or NoType.
func (a *arrival) through(ti int) schema.TypeID {
	if a.base != nil {
		if w := a.ways[ti]; w != nil {
			return w.lookup.Through
		}
		return schema.NoType
	}
	if a.interfaceObject() {
		return a.decl
	}
	return schema.NoType
}

// local returns the move by which the arrival itself gives a field, or nil.
func (r *run) local(a *arrival, ti int, f schema.FieldID) *graph.Move {
	m := r.moveIn(f, a.sub, a.through(ti))
	if m == nil {
		return nil
	}
	if a.joined {
		for _, part := range a.parts {
			if part[0] == r.schema.Field(f).Name {
				return m
			}
		}
		return nil
	}
	if m.Provider.External && !m.Provider.KeyExternal || m.Provider.External && m.Provider.Requires != nil {
		if provided(a.provides, a.pos.types[ti], r.schema.Field(f).Name, r) == nil {
			return nil
		}
		return m
	}
	for i := range m.Provider.JoinFrom {
		sibling := r.schema.FieldByName(a.pos.types[ti], m.Provider.JoinFrom[i].Name)
		if sibling == schema.NoField || r.local(a, ti, sibling) == nil {
			return nil
		}
	}
	if m.Provider.HasInputs() && (a.base == nil || a.inputs != m.Provider.InputsText) {
		return nil
	}
	return m
}

// provided looks a field up in a @provides set; it returns the element, or nil.
func provided(set supergraph.FieldSet, t schema.TypeID, name string, r *run) *supergraph.FieldSelection {
	for i := range set {
		sel := &set[i]
		if sel.On != schema.NoType {
			if sel.On == t || r.schema.Implements(sel.On, t) {
				if found := provided(sel.Selections, t, name, r); found != nil {
					return found
				}
			}
			continue
		}
		if sel.Name == name {
			return sel
		}
	}
	return nil
}

// movedFrom is the field-move arrival at the slot's objects that starts at an
// arrival, or nil. Both ends list it; the shorter list is searched.
func (s *slot) movedFrom(a *arrival) *arrival {
	if len(a.moves) < len(s.moved) {
		for _, m := range a.moves {
			if m.via == s {
				return m
			}
		}
		return nil
	}
	for _, m := range s.moved {
		if m.from == a {
			return m
		}
	}
	return nil
}

// move returns the arrival at the objects of a composite slot that a field move
// from a reaches. All types of the slot share it.
func (r *run) move(a *arrival, s *slot) (*arrival, error) {
	if m := s.movedFrom(a); m != nil {
		return m, nil
	}
	child, err := r.ensureChild(s)
	if err != nil {
		return nil, err
	}
	ti := s.types.next(0)
	for ti >= 0 && r.local(a, ti, s.fields[ti]) == nil {
		ti = s.types.next(ti + 1)
	}
	if ti < 0 {
		return nil, nil
	}
	m := r.local(a, ti, s.fields[ti])
	to := r.newArrival(child, a.sub, m.Provider.Named)
	to.from, to.via = a, s
	to.depth, to.requests = a.depth, a.requests
	if to.view == nil {
		return nil, nil
	}
	if to.view.InterfaceObject {
		for i := range child.types {
			to.covers.add(i)
		}
	} else {
		possible := to.view.Possible
		if to.view.Kind == schema.Object {
			possible = []schema.TypeID{m.Provider.Named}
		}
		for i, j := 0, 0; i < len(child.types) && j < len(possible); {
			switch {
			case child.types[i] == possible[j]:
				to.covers.add(i)
				i++
				j++
			case child.types[i] < possible[j]:
				i++
			default:
				j++
			}
		}
	}
	to.provides = m.Provider.Provides
	switch {
	case a.joined:
		to.joined = true
		for _, part := range a.parts {
			if part[0] == s.name && len(part) > 1 {
				to.parts = append(to.parts, part[1:])
			}
		}
	case m.Provider.Join != nil:
		to.joined = true
		for i := range m.Provider.Join {
			to.parts = append(to.parts, m.Provider.Join[i].Key)
		}
	}
	if len(a.provides) > 0 {
		if sel := provided(a.provides, a.pos.types[ti], s.name, r); sel != nil && len(sel.Selections) > 0 {
			to.provides = append(append(supergraph.FieldSet(nil), to.provides...), sel.Selections...)
		}
	}
	s.moved = r.mem.arrivalRefs.append(s.moved, to)
	a.moves = r.mem.arrivalRefs.append(a.moves, to)
	return to, nil
}

// derivedLookup is a lookup arrival with what tells it from others of its base.
type derivedLookup struct {
	sub     int
	through schema.TypeID
	inputs  string
	to      *arrival
}

// derivedBy is the lookup arrival from a that a move's subgraph is entered by,
// or nil.
func (a *arrival) derivedBy(m *graph.Move) *arrival {
	for i := range a.lookups {
		l := &a.lookups[i]
		if l.sub == m.Subgraph && l.through == m.Through && l.inputs == m.Provider.InputsText {
			return l.to
		}
	}
	return nil
}

// derivation is a lookup for which a way is being sought.
type derivation struct {
	typ     schema.TypeID
	sub     int
	through schema.TypeID
	inputs  string
}

// nestedEntries is how often a subgraph may be entered at one type in order to
// fill the key by which it is entered at that type. A key can lead through objects
// of its own type without end.
const nestedEntries = 2

// within reports whether a lookup is being sought often enough already.
func (r *run) within(d derivation) bool {
	n := 0
	for i := range r.deriving {
		if r.deriving[i] == d {
			n++
		}
	}
	return n >= nestedEntries
}

// derive returns the arrival that a lookup from a into a subgraph reaches for
// one type, with m's requirement met, or nil when there is none.
func (r *run) derive(a *arrival, ti int, m *graph.Move) (*arrival, error) {
	if a.pos == r.root {
		return r.atRoot(m), nil
	}
	d := a.derivedBy(m)
	if d == nil {
		decl := a.pos.typ
		if m.Through != schema.NoType {
			decl = m.Through
		} else if r.super.View(decl, m.Subgraph) == nil || r.isRoot(a.pos.types[ti]) {
			decl = a.pos.types[ti]
		}
		d = r.newArrival(a.pos, m.Subgraph, decl)
		d.base, d.inputs, d.contexts = a, m.Provider.InputsText, m.Provider.ContextsText
		d.ways = r.mem.wayRefs.take(len(a.pos.types))
		d.tried = r.newBitset(len(a.pos.types))
		a.lookups = r.mem.lookups.append(a.lookups, derivedLookup{sub: m.Subgraph, through: m.Through, inputs: d.inputs, to: d})
	}
	if d.tried.has(ti) {
		if d.ways[ti] == nil {
			return nil, nil
		}
		return d, nil
	}
	open := derivation{typ: a.pos.types[ti], sub: m.Subgraph, through: m.Through, inputs: m.Provider.InputsText}
	if d.deriving || r.within(open) {
		r.cut++
		return nil, nil
	}
	if err := r.step(); err != nil {
		return nil, err
	}
	d.deriving = true
	r.deriving = append(r.deriving, open)
	cut := r.cut
	w, err := r.bestWay(a, ti, m)
	d.deriving = false
	r.deriving = r.deriving[:len(r.deriving)-1]
	if err != nil {
		return nil, err
	}
	// A refusal that rests on a cycle guard holds for this call only. What was
	// found is final: others build on it, and a way found later could lead back
	// to them.
	if w != nil || r.cut == cut || len(r.deriving) == 0 {
		d.tried.add(ti)
	}
	if w == nil {
		return nil, nil
	}
	d.ways[ti] = w
	if len(w.lookup.Provides) > 0 {
		// The lookup of a facet, which leads to objects of one type only.
		d.provides = w.lookup.Provides
	}
	d.covers.add(ti)
	d.depth, d.most = max(d.depth, w.depth), max(d.most, w.requests)
	d.requests = a.requests + r.weight(d.sub, d.pos) + d.most
	return d, nil
}

// bestWay picks the lookup of the move's subgraph whose rows are cheapest to
// fill from a.
func (r *run) bestWay(a *arrival, ti int, m *graph.Move) (*way, error) {
	var best, spare *way
	lookups, facts := r.graph.Lookups(a.pos.types[ti]), r.lookups[a.pos.types[ti]]
	// A key that a holds itself cannot be beaten; looking for others would only
	// cost time. Keys that can be null come last: an entity can be there although
	// one of its keys is null.
	for pass := range 4 {
		near, sure := pass&1 == 0, pass < 2
		for i := range lookups {
			l := &lookups[i]
			if l.Subgraph != m.Subgraph || l.Through != m.Through || l.Root && m.Provider.HasInputs() || sure != facts[i].sure || near != r.holds(a, ti, l.Key, facts[i].fields) {
				continue
			}
			w := spare
			if spare = nil; w == nil {
				w = r.mem.ways.one()
			}
			*w = way{lookup: l, depth: a.depth}
			ok, err := r.requirements(a, ti, l.Key, facts[i].fields, true, &w.needs, w)
			if err != nil {
				return nil, err
			}
			if ok && m.Provider.Requires != nil {
				ok, err = r.requirements(a, ti, m.Provider.Requires, nil, false, &w.needs, w)
				if err != nil {
					return nil, err
				}
			}
			if ok && m.Provider.Contexts != nil {
				if ok, err = r.contexts(a, m.Provider, w); err != nil {
					return nil, err
				}
			}
			if !ok {
				spare = w
				continue
			}
			w.depth++
			if best == nil || w.depth < best.depth || w.depth == best.depth && w.requests < best.requests {
				best, w = w, best
			}
			spare = w
		}
		if best != nil {
			break
		}
	}
	if best == nil && m.Provider.Requires != nil && a.base == nil && a.sub == m.Subgraph {
		return r.reentry(a, ti, m)
	}
	return best, nil
}

// reentry sends objects back to the subgraph that gave them, with what one of its
// fields requires, by a key that nobody else may enter it by.
func (r *run) reentry(a *arrival, ti int, m *graph.Move) (*way, error) {
	lookups := r.graph.Reentries(a.pos.types[ti])
	for i := range lookups {
		l := &lookups[i]
		if l.Subgraph != m.Subgraph || l.Through != m.Through {
			continue
		}
		w := r.mem.ways.one()
		*w = way{lookup: l, depth: a.depth}
		ok, err := r.requirements(a, ti, l.Key, nil, true, &w.needs, w)
		if ok && err == nil {
			ok, err = r.requirements(a, ti, m.Provider.Requires, nil, false, &w.needs, w)
		}
		if err != nil {
			return nil, err
		}
		if ok {
			w.depth++
			return w, nil
		}
	}
	return nil, nil
}

// lookupFacts are what planning wants to know of a lookup's key: whether it is
// sure not to be null, and its fields on the type that is looked up.
type lookupFacts struct {
	sure   bool
	fields []schema.FieldID
}

func newLookupFacts(g *graph.Graph, s *schema.Schema) [][]lookupFacts {
	out := make([][]lookupFacts, len(s.Types))
	for t := range out {
		lookups := g.Lookups(schema.TypeID(t))
		if len(lookups) == 0 {
			continue
		}
		out[t] = make([]lookupFacts, len(lookups))
		for i := range lookups {
			key := lookups[i].Key
			f := lookupFacts{sure: neverNull(s, schema.TypeID(t), key), fields: make([]schema.FieldID, len(key))}
			for j := range key {
				f.fields[j] = s.FieldByName(schema.TypeID(t), key[j].Name)
			}
			out[t][i] = f
		}
	}
	return out
}

// neverNull reports whether at least one field of a key cannot be null, by the
// supergraph's types: a row is sent unless all leaves of its key are null.
func neverNull(s *schema.Schema, t schema.TypeID, key supergraph.FieldSet) bool {
	for i := range key {
		f := s.FieldByName(t, key[i].Name)
		if f == schema.NoField || !s.Field(f).Type.Wrap.NonNull() {
			continue
		}
		if len(key[i].Selections) == 0 || neverNull(s, s.Field(f).Type.Type, key[i].Selections) {
			return true
		}
	}
	return false
}

// holds reports whether an arrival itself gives all fields of a key.
func (r *run) holds(a *arrival, ti int, key supergraph.FieldSet, fields []schema.FieldID) bool {
	for i := range key {
		sel := &key[i]
		if sel.On != schema.NoType || sel.Name == "__typename" {
			continue
		}
		f := fields[i]
		if f == schema.NoField || r.local(a, ti, f) == nil {
			return false
		}
		if len(sel.Selections) > 0 && !r.coversBelow(a, ti, f, sel) {
			return false
		}
	}
	return true
}
