package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// fetch writes one fetch down: what is asked, and how the answer is read.
func (b *builder) fetch(f *fetch) error {
	sub := &b.super.Subgraphs[f.sub]
	out := &plan.Fetch{
		ID: f.id, Subgraph: sub.Upstream, Name: sub.Name, Wave: f.wave, Cond: never,
		Spec: &subgraphs.FetchSpec{Subgraph: sub.Name, OperationName: b.op.Name},
	}
	if sub.Facet != nil {
		out.Spec.Facet = sub.Facet.Name
		out.Whole = sub.Facet.OfObject()
	}
	if len(f.deps) > 0 {
		out.Deps = make([]int, len(f.deps))
		for i, d := range f.deps {
			out.Deps[i] = d.id
		}
		slices.Sort(out.Deps)
	}
	w := &b.writer
	*w = specWriter{builder: b, fetch: out, sub: f.sub}
	if f.root != nil {
		out.Kind = b.op.Kind
		out.Spec.Kind = b.op.Kind
		w.only = f.slots
		group := b.mem.arrivalRefs.take(1)
		group[0] = f.root
		sels, decode := w.object(group, b.root)
		out.Spec.Root, out.Root = sels, decode
		out.Cond = w.rootCondition(f)
	} else if f.again {
		w.rootAgain(f)
	} else {
		out.Entries = make([]plan.Entry, 0, len(f.entries))
		out.Spec.Entries = make([]subgraphs.Entry, 0, len(f.entries))
		for _, e := range f.entries {
			if e.untyped() != nil {
				w.entry(e, bitset{})
				continue
			}
			for _, types := range w.toldApart(e) {
				w.entry(e, types)
			}
		}
		if len(out.Entries) > 1 {
			for i := range out.Entries {
				alias := "_e" + strconv.Itoa(i)
				out.Entries[i].Alias, out.Spec.Entries[i].Alias = alias, alias
			}
		}
	}
	b.demand(f, out)
	if client := b.client(sub.Upstream); client != nil {
		prepared, err := client.Prepare(out.Spec)
		if err != nil {
			return &Error{Code: CodePrepare, Message: "subgraph " + out.Name + " cannot carry out a fetch: " + err.Error(), Err: err}
		}
		out.Prepared = prepared
	}
	b.plan.Fetches = append(b.plan.Fetches, out)
	return nil
}

func (b *builder) client(sub int) subgraphs.Client {
	if sub < len(b.clients) {
		return b.clients[sub]
	}
	return nil
}

// specWriter writes the selections of one fetch.
type specWriter struct {
	*builder
	fetch *plan.Fetch
	// sub is the subgraph (or facet) by the supergraph's index.
	sub int
	// only restricts the root slots of a mutation's fetch; nil means all.
	only []*slot
	// hashes are, by entry, of its selections.
	hashes []uint64
}

func (w *specWriter) rootCondition(f *fetch) plan.Condition {
	cond := never
	for _, s := range w.root.slots {
		if f.slots != nil && !slices.Contains(f.slots, s) {
			continue
		}
		for i := range s.assigned {
			if s.assigned[i].from == f.root {
				cond = orCond(cond, s.assigned[i].need)
			}
		}
	}
	return cond
}

// target is the position of an entry, without what is to happen there.
func (w *specWriter) target(e *fetchEntry) plan.Target {
	shape := w.shape[e.pos.id]
	target := plan.Target{Shape: shape, Collected: shape.Collect >= 0, Types: make([]*plan.TargetType, len(e.pos.types)), Cond: never}
	depth := 0
	for p := e.pos; p.parent != nil; p = p.parent.pos {
		depth++
	}
	target.Path = make([]int, depth)
	for p := e.pos; p.parent != nil; p = p.parent.pos {
		depth--
		target.Path[depth] = p.parent.index
	}
	return target
}

// entry writes one lookup for some types: a target, in an entry of its own or,
// when another position asks for the very same, in that one's.
func (w *specWriter) entry(e *fetchEntry, used bitset) {
	shape := w.shape[e.pos.id]
	targets := make([]plan.Target, 1)
	target := &targets[0]
	*target = w.target(e)
	var lookup *subgraphs.Lookup
	var group []*arrival
	written := 0
	var picks []pick
	var types []plan.TargetType
	keys := w.newKeys(len(e.pos.types))
	from := len(w.stacks.selections)
	if a := e.untyped(); a != nil {
		lookup = w.untyped(e, a, target)
	} else {
		types = make([]plan.TargetType, used.count())
	}
	for ti := used.next(0); ti >= 0; ti = used.next(ti + 1) {
		if same := w.group(e, ti, group); len(group) == 0 || &same[0] != &group[0] {
			group, picks, written = same, w.picks(same, e.pos), 0
		}
		var needs []need
		var by *way
		for _, a := range group {
			by = a.ways[ti]
			own := by.own()
			if needs == nil && plain(own) {
				needs = slices.Clip(own)
			} else {
				needs = w.mergeNeeds(needs, w.cloneNeeds(own))
			}
			if by.contexts != nil {
				w.contexts(target, by)
			}
			target.Cond = orCond(target.Cond, a.needed(ti))
		}
		typename := by.lookup.Typename
		on, first := w.condition(keys, typename)
		sc := w.scope(keys, on)
		// What is below the fields of several types is written once.
		if written == 0 {
			written = sc.id
		}
		sc.written = written
		sc.decode.Shape, sc.decode.Static = shape, ti
		below := len(w.stacks.selections)
		w.typed(sc, group, picks, ti)
		rep := w.representation(e.pos, e.pos.types[ti], needs, typename, w.sub)
		target.Types[ti] = &types[0]
		types = types[1:]
		*target.Types[ti] = plan.TargetType{Representation: rep, Decode: w.finish(sc), Requirements: w.requirementsOf(group, ti, rep)}
		if lookup == nil {
			lookup = lookupSpec(by.lookup.Lookup)
		}
		if lookup.Kind == subgraphs.FieldLookup && lookup.Batch && !lookup.ByPosition {
			w.keySelections(e.pos.types[ti], by.lookup.Key, lookup)
		}
		sels := finished(&w.stacks.selections, below)
		// A fragment on a type is joined to an equal one of the same type: objects of
		// several types can be entered as one interface object.
		if first || !hasFragment(w.stacks.selections[from:], typename, sels) {
			w.stacks.selections = append(w.stacks.selections, subgraphs.Selection{On: typename, Selections: sels})
		}
	}
	sels := finished(&w.stacks.selections, from)
	w.fetch.Cond = orCond(w.fetch.Cond, target.Cond)
	spec := w.fetch.Spec
	hash := w.hashSelections(sels)
	for i := range spec.Entries {
		if w.hashes[i] == hash && sameLookup(spec.Entries[i].Lookup, lookup) && sameSelections(spec.Entries[i].Selections, sels) {
			w.fetch.Entries[i].Targets = append(w.fetch.Entries[i].Targets, *target)
			return
		}
	}
	w.hashes = w.mem.words.append(w.hashes, hash)
	spec.Entries = append(spec.Entries, subgraphs.Entry{Alias: "_entities", Lookup: lookup, Selections: sels})
	w.fetch.Entries = append(w.fetch.Entries, plan.Entry{Alias: "_entities", Targets: targets})
}

// requirementsOf tells which slots depend on which fields of a representation,
// when the lookup also gives something that depends on none.
func (w *specWriter) requirementsOf(group []*arrival, ti int, rep *plan.Representation) []plan.Requirement {
	if len(group) < 2 {
		return nil
	}
	var out []plan.Requirement
	for _, a := range group {
		if a.inputs == "" {
			continue
		}
		var r plan.Requirement
		for _, n := range a.ways[ti].own() {
			name := w.nameOf(&n, w.sub)
			for i := range rep.Fields {
				f := &rep.Fields[i]
				if f.Slot == n.slot.index && !f.Key && !n.key && isPrefix(f.Prefix, name) {
					r.Fields = append(r.Fields, i)
				}
			}
		}
		for _, s := range a.pos.slots {
			if s.assignedTo(a, ti) {
				r.Slots = append(r.Slots, s.index)
			}
		}
		if len(r.Fields) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// keySelections asks for the key fields of a lookup whose answers are matched by
// key, beside what is asked for anyway, and notes where they are in the answer.
func (w *specWriter) keySelections(t schema.TypeID, key supergraph.FieldSet, lookup *subgraphs.Lookup) {
	lookup.Key = nil
	for i := range key {
		alias := "_k" + strconv.Itoa(i)
		sel := w.keySelection(t, &key[i], []string{alias}, lookup)
		sel.Key = alias
		w.stacks.selections = append(w.stacks.selections, sel)
	}
}

func (w *specWriter) keySelection(t schema.TypeID, key *supergraph.FieldSelection, path []string, lookup *subgraphs.Lookup) subgraphs.Selection {
	name := w.nameIn(t, key.Name, w.sub)
	sel := subgraphs.Selection{Key: name, Field: name}
	if len(key.Selections) == 0 {
		lookup.Key = append(lookup.Key, slices.Clone(path))
	}
	named := schema.NoType
	if f := w.schema.FieldByName(t, key.Name); f != schema.NoField {
		named = w.schema.Field(f).Type.Type
	}
	for i := range key.Selections {
		below := &key.Selections[i]
		sel.Selections = append(sel.Selections, w.keySelection(named, below, append(path, w.nameIn(named, below.Name, w.sub)), lookup))
	}
	return sel
}

// untyped returns an arrival of the entry that starts from objects of unknown
// concrete type, or nil.
func (e *fetchEntry) untyped() *arrival {
	for _, p := range e.parts {
		if p.arrival.untyped() {
			return p.arrival
		}
	}
	return nil
}

// gives reports whether a slot is filled from the entry for a type.
func (e *fetchEntry) gives(ti int) bool {
	for _, s := range e.pos.slots {
		for _, p := range e.parts {
			if s.assignedTo(p.arrival, ti) {
				return true
			}
		}
	}
	return false
}

// untyped writes a lookup for objects of unknown concrete type: all are sent
// alike, as objects of the interface.
func (w *specWriter) untyped(e *fetchEntry, a *arrival, target *plan.Target) *subgraphs.Lookup {
	ti := a.used.next(0)
	by := a.ways[ti]
	var needs []need
	group := w.mem.arrivalRefs.take(len(e.parts))
	for i := range e.parts {
		b := e.parts[i].arrival
		group[i] = b
		for i, way := range b.ways {
			if way == nil || !b.used.has(i) {
				continue
			}
			target.Cond = orCond(target.Cond, b.needed(i))
			if i == ti {
				needs = w.mergeNeeds(needs, w.cloneNeeds(way.own()))
			}
			if way.contexts != nil {
				w.contexts(target, way)
			}
		}
	}
	from := len(w.stacks.selections)
	sc := w.scope(w.newKeys(0), 0)
	sc.decode.Shape, sc.decode.Static = w.shape[e.pos.id], -1
	if a.resolver {
		w.objectIn(sc, group, e.pos)
	} else {
		w.typed(sc, group, w.picks(group, e.pos), ti)
	}
	decode := w.finish(sc)
	below := finished(&w.stacks.selections, from)
	rep := w.representation(e.pos, schema.NoType, needs, by.lookup.Typename, w.sub)
	for i := range rep.Fields {
		rep.Fields[i].Types = nil
	}
	target.Untyped = &plan.TargetType{Representation: rep, Decode: decode}
	// Another lookup may have told the types by then. One that was to tell them is
	// left out for objects of which nothing else is asked.
	for i := range target.Types {
		if !a.resolver || e.gives(i) {
			target.Types[i] = target.Untyped
		}
	}
	w.stacks.selections = append(w.stacks.selections, subgraphs.Selection{On: by.lookup.Typename, Selections: below})
	return lookupSpec(by.lookup.Lookup)
}

// hasFragment reports whether there is a fragment on a type with the same below.
func hasFragment(sels []subgraphs.Selection, on string, below []subgraphs.Selection) bool {
	for i := range sels {
		if sels[i].On == on && sameSelections(sels[i].Selections, below) {
			return true
		}
	}
	return false
}

func lookupSpec(l *supergraph.Lookup) *subgraphs.Lookup {
	if f := l.Facet; f != nil {
		return &subgraphs.Lookup{Kind: subgraphs.FacetLookup, Type: l.Typename, Batch: f.Batch, Max: f.Max}
	}
	if l.Field == nil {
		return &subgraphs.Lookup{Kind: subgraphs.EntitiesLookup, Type: l.Typename, Batch: true, ByPosition: true}
	}
	out := &subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: l.Typename, Path: l.Field.Path, Batch: l.Field.Batch,
		ByPosition: l.Field.Match == supergraph.ByPosition, Max: l.Field.Max,
	}
	for _, a := range l.Field.Arguments {
		out.Arguments = append(out.Arguments, subgraphs.LookupArgument{Name: a.Argument, Type: a.Type, From: strings.Split(a.From, ".")})
	}
	return out
}

func sameLookup(a, b *subgraphs.Lookup) bool {
	return a.Kind == b.Kind && (a.Kind != subgraphs.FieldLookup || a.Type == b.Type && slices.Equal(a.Path, b.Path) && a.Batch == b.Batch)
}

// hashSelections is equal for equal selections. Those that many types share are
// hashed once.
func (w *specWriter) hashSelections(sels []subgraphs.Selection) uint64 {
	h := uint64(len(sels))
	for i := range sels {
		s := &sels[i]
		h = hashName(hashName(hashName(h, s.Key), s.Field), s.On)
		if len(s.Selections) == 0 {
			continue
		}
		below, known := uint64(0), false
		if len(s.Selections) > few {
			below, known = w.hashed[&s.Selections[0]]
		}
		if !known {
			below = w.hashSelections(s.Selections)
			if len(s.Selections) > few {
				if w.hashed == nil {
					w.hashed = map[*subgraphs.Selection]uint64{}
				}
				w.hashed[&s.Selections[0]] = below
			}
		}
		h = (h ^ below) * hashPrime
	}
	return h
}

const hashPrime = 1099511628211

func hashName(h uint64, name string) uint64 {
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * hashPrime
	}
	return (h ^ 0xff) * hashPrime
}

func sameSelections(a, b []subgraphs.Selection) bool {
	if len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] {
		return true
	}
	return slices.EqualFunc(a, b, func(x, y subgraphs.Selection) bool {
		return x.Key == y.Key && x.Field == y.Field && x.On == y.On &&
			slices.EqualFunc(x.Arguments, y.Arguments, sameArgument) && slices.Equal(x.Include, y.Include) &&
			sameSelections(x.Selections, y.Selections)
	})
}

func sameArgument(a, b subgraphs.ArgumentSpec) bool {
	return a.Name == b.Name && sameArgumentValue(a.Value, b.Value)
}

func sameArgumentValue(a, b subgraphs.ArgumentValue) bool {
	return a.Variable == b.Variable && a.Constant == b.Constant && a.From == b.From && a.Context == b.Context && a.List == b.List && a.Object == b.Object &&
		slices.EqualFunc(a.Items, b.Items, sameArgumentValue) && slices.EqualFunc(a.Fields, b.Fields, sameArgument)
}

// pick is a slot that a group of arrivals fills, with the types and condition.
type pick struct {
	slot  *slot
	types bitset
	need  plan.Condition
}

func (w *specWriter) picks(group []*arrival, p *position) []pick {
	out := w.mem.picks.take(len(p.slots))[:0]
	for _, s := range p.slots {
		if len(s.assigned) == 0 || w.only != nil && p == w.root && !slices.Contains(w.only, s) {
			continue
		}
		at := -1
		for i := range s.assigned {
			as := &s.assigned[i]
			if !slices.Contains(group, as.from) {
				continue
			}
			if at < 0 {
				at = len(out)
				out = append(out, pick{slot: s, types: w.cloneBits(as.types), need: as.need})
				continue
			}
			out[at].types.or(as.types)
			out[at].need = orCond(out[at].need, as.need)
		}
	}
	for i := range out {
		if out[i].slot.hidden && out[i].slot.leaf && !w.requires(&out[i], group) {
			// Leaves of keys and requirements are asked for without condition: a request that
			// is sent anyway gains nothing by leaving them out. One that has a
			// requirement itself keeps its condition, for else the requirement would
			// be needed without condition, too; so do objects, for what is needed
			// below them would be looked up.
			out[i].need = nil
		}
	}
	return out
}

// requires reports whether a slot's field has a requirement where it is asked for.
func (w *specWriter) requires(pk *pick, group []*arrival) bool {
	for ti := pk.types.next(0); ti >= 0; ti = pk.types.next(ti + 1) {
		for _, a := range group {
			if m := w.moveIn(pk.slot.fields[ti], w.sub, a.through(ti)); m != nil && m.Provider.HasInputs() {
				return true
			}
		}
	}
	return false
}

// scope is one selection set in the making, for one group of arrivals. Its
// selections and the fields of its decode are on top of the builder's stacks.
type scope struct {
	id     int
	keys   *keys
	decode *plan.Decode
	fields int // where they begin on the stack
	// on is the type condition (its number among those of the keys) that the fields
	// stand under when each type of a lookup is read by itself; the keys of other
	// types are known all the same, for the subgraph sees them all.
	on int
	// written is the scope, this or one like it, that wrote the objects in the slots.
	written int
	// inline is set for the fields of a namespace, which are asked for beside it.
	inline bool
}

func (w *specWriter) scope(keys *keys, on int) *scope {
	w.scopes++
	sc := w.mem.scopes.one()
	if len(w.decodes) == 0 {
		w.decodes = make([]plan.Decode, 8)
	}
	*sc = scope{id: w.scopes, written: w.scopes, keys: keys, on: on, decode: &w.decodes[0], fields: len(w.stacks.decodeFields)}
	w.decodes = w.decodes[1:]
	return sc
}

// finish completes the scope's decode.
func (w *specWriter) finish(sc *scope) *plan.Decode {
	sc.decode.Fields = finished(&w.stacks.decodeFields, sc.fields)
	return sc.decode
}

// object writes what a group of arrivals of one type in the subgraph gives.
func (w *specWriter) object(group []*arrival, p *position) ([]subgraphs.Selection, *plan.Decode) {
	sc := w.scope(w.newKeys(0), 0)
	sc.decode.Shape, sc.decode.Static = w.shape[p.id], -1
	from := len(w.stacks.selections)
	w.objectIn(sc, group, p)
	return finished(&w.stacks.selections, from), w.finish(sc)
}

func (w *specWriter) objectIn(sc *scope, group []*arrival, p *position) {
	picks := w.picks(group, p)
	view := group[0].view
	from := len(w.stacks.selections)
	switch {
	case view.InterfaceObject:
		for i := range picks {
			w.field(sc, &picks[i], picks[i].types.next(0), group, true)
		}
	case view.Kind == schema.Object:
		ti := slices.Index(p.types, group[0].decl)
		sc.decode.Static = ti
		for i := range picks {
			if picks[i].types.has(ti) {
				w.field(sc, &picks[i], ti, group, true)
			}
		}
	default:
		w.abstract(sc, group, p, picks)
	}
	if len(w.stacks.selections) == from && !sc.inline {
		w.typename()
	}
}

// typename asks for the name of the object's type.
func (w *specWriter) typename() {
	w.stacks.selections = append(w.stacks.selections, subgraphs.Selection{Key: "__typename", Field: "__typename"})
	w.stacks.decodeFields = append(w.stacks.decodeFields, plan.DecodeField{Key: "__typename", Quoted: typenameQuoted, Slot: -1})
}

// abstract writes the fields of an interface or union: those that the
// interface has there for all types directly, the others in fragments.
func (w *specWriter) abstract(sc *scope, group []*arrival, p *position, picks []pick) {
	sub := group[0].sub
	decl := group[0].decl
	covers := w.newBitset(len(p.types))
	for _, a := range group {
		covers.or(a.covers)
	}
	w.typename()
	sc.decode.Names = make([]plan.TypeName, 0, covers.count())
	for ti := covers.next(0); ti >= 0; ti = covers.next(ti + 1) {
		if v := w.super.View(p.types[ti], sub); v != nil {
			sc.decode.Names = append(sc.decode.Names, plan.TypeName{Name: v.Name, Type: ti})
		}
	}
	rest := picks[:0]
	for i := range picks {
		if picks[i].types.contains(covers) && w.uniform(decl, sub, picks[i].slot, covers) {
			w.field(sc, &picks[i], covers.next(0), group, true)
		} else {
			rest = append(rest, picks[i])
		}
	}
	if len(rest) == 0 {
		return
	}
	for ti := covers.next(0); ti >= 0; ti = covers.next(ti + 1) {
		v := w.super.View(p.types[ti], sub)
		if v == nil {
			continue
		}
		from := len(w.stacks.selections)
		for i := range rest {
			if rest[i].types.has(ti) {
				w.field(sc, &rest[i], ti, group, false)
			}
		}
		if below := finished(&w.stacks.selections, from); below != nil {
			w.stacks.selections = append(w.stacks.selections, subgraphs.Selection{On: v.Name, Selections: below})
		}
	}
}

// uniform reports whether a slot's field can be asked on the abstract type
// itself: the interface has it there, and every type it covers resolves it
// there as the same field.
func (w *specWriter) uniform(decl schema.TypeID, sub int, s *slot, covers bitset) bool {
	f := w.schema.FieldByName(decl, s.name)
	if f == schema.NoField {
		return false
	}
	at := w.super.Provider(f, sub)
	if at == nil {
		return false
	}
	for ti := covers.next(0); ti >= 0; ti = covers.next(ti + 1) {
		p := w.super.Provider(s.fields[ti], sub)
		if p == nil || p.Name != at.Name || p.Type != at.Type || p.Made() {
			return false
		}
	}
	return true
}

// typed writes what lookups at a position give for objects of one type.
func (w *specWriter) typed(sc *scope, group []*arrival, picks []pick, ti int) {
	from := len(w.stacks.selections)
	for i := range picks {
		if picks[i].types.has(ti) {
			w.field(sc, &picks[i], ti, group, true)
		}
	}
	if len(w.stacks.selections) == from {
		w.typename()
	}
}
