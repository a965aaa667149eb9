package planner

import (
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// position is a place of the response that holds objects.
type position struct {
	id  int
	typ schema.TypeID
	// types are the concrete types an object here may have; bitsets of types are
	// over indices into it.
	types []schema.TypeID
	// parent is the slot the objects are in; nil for the root.
	parent *slot
	slots  []*slot
	// outputs are, by type, what the client gets, in order.
	outputs [][]output
	// arrivals are the ways to hold the objects by moving along the parent slot.
	arrivals []*arrival
	// many is set where the response can hold several objects of the position:
	// below a list.
	many bool
	// optional is set where nothing is to be fetched for the position's own sake
	// (see leaf.optional).
	optional bool
	// above are the fetches that make the objects.
	above *producers
	// While fetches are merged: the first of those after the current one that look
	// up objects here, and the entries here of the one that others are joined to.
	lookedUp              *fetch
	merging               int
	firstEntry, lastEntry *fetchEntry
	// explored is set once the slots of the client have been split for good.
	explored bool
}

// output is one key of the response object.
type output struct {
	kind plan.OutputKind
	key  string
	slot *slot
	cond plan.Condition
	sel  *operation.Selection // introspection
	// guard is what refuses the field.
	guard *operation.Guard
}

// slot is one place of a position's objects: a field with its arguments, for
// some concrete types.
type slot struct {
	pos    *position
	key    string
	name   string
	args   []operation.Arg
	consts []supergraph.FieldArg
	types  bitset
	// fields are, by type, the field's id; NoField for types not in types.
	fields []schema.FieldID
	hidden bool
	// again, in a slot of a mutation's root, says that below it a root type is asked
	// anew.
	again bool
	// cond says when the client sees the slot; nil means always.
	cond plan.Condition
	leaf bool
	subs []source
	// child holds the objects in the slot; nil for leaves.
	child *position
	// moved are the field-move arrivals at child, by the arrival they came from.
	moved []*arrival
	// assigned says from where the slot is filled.
	assigned []assignment

	// sameKey is another slot of the position with the same key, while the slots
	// are collected.
	sameKey *slot
	// prefix is the key as written, once it is needed.
	prefix []byte
	// While selections are written: the scope that wrote the slot's objects last
	// and what it wrote; the first use of the slot in a table of keys, and its
	// number.
	writtenIn  int
	selections []subgraphs.Selection
	decode     *plan.Decode
	keysIn     int
	firstKey   int
	// index is the slot's number in the finished shape, -1 when unused.
	index int
}

// source is a selection set with the condition under which it counts, relative
// to the presence of the object it is applied to.
type source struct {
	set  *operation.SelectionSet
	cond plan.Condition
}

// assignment says that an arrival fills the slot for some types.
type assignment struct {
	from  *arrival
	types bitset
	// need says when the value is needed.
	need plan.Condition
	// owners are the fetches of a lookup arrival for the types.
	owners *producers
}

func (r *run) buildRoot() error {
	r.root = r.newPosition(r.op.RootType, nil)
	sources := r.mem.sources.take(1)
	sources[0].set = r.op.Root
	if err := r.collect(r.root, sources); err != nil {
		return err
	}
	for g := range r.super.Subgraphs {
		if r.super.View(r.op.RootType, g) == nil {
			continue
		}
		r.root.arrivals = r.mem.arrivalRefs.append(r.root.arrivals, r.rootArrival(g))
	}
	return nil
}

func (r *run) newPosition(t schema.TypeID, parent *slot) *position {
	p := r.mem.positions.one()
	*p = position{id: len(r.positions), typ: t, parent: parent}
	typ := r.schema.Type(t)
	if typ.Kind != schema.Object {
		p.types = typ.Possible
	}
	if len(p.types) == 0 {
		// An object, or an interface that nothing implements, known as an interface
		// object.
		p.types = r.mem.types.take(1)
		p.types[0] = t
	}
	p.outputs = r.mem.outputLists.take(len(p.types))
	if parent != nil {
		p.many = parent.pos.many || r.schema.Field(parent.anyField()).Type.Wrap.IsList()
	}
	r.positions = append(r.positions, p)
	return p
}

// entry is one response key of CollectFields for one class of types.
type entry struct {
	sel  *operation.Selection
	cond plan.Condition
	subs []source
	// relative are subs without the conditions that the presence of the field
	// implies, once they are needed.
	relative []source
	// slots are those that the types of the class share so far. Composite fields
	// have one for each profile.
	slots []*slot
	// refused is when the field is present but an error, by guard.
	refused []plan.Condition
}

// class are the types of a position that match the same fragments.
type class struct {
	signature bitset
	entries   []entry
}

// collect makes the client's slots of a position: CollectFields (specification,
// section 6.3.2) for each class of concrete types that match the same fragments.
func (r *run) collect(p *position, sources []source) error {
	r.stamp++
	conditions := r.conditionTypes[:0]
	for _, s := range sources {
		conditions = r.fragmentTypes(s.set, conditions)
	}
	r.conditionTypes = conditions
	r.classes = r.classes[:0]
	r.slotByKey = emptied(r.slotByKey)
types:
	for ti, t := range p.types {
		if err := r.step(); err != nil {
			return err
		}
		signature := r.newBitset(len(conditions))
		for i, c := range conditions {
			if c == t || r.schema.Implements(c, t) {
				signature.add(i)
			}
		}
		for i := range r.classes {
			if r.classes[i].signature.equal(signature) {
				if err := r.addSlots(p, ti, r.classes[i].entries); err != nil {
					return err
				}
				continue types
			}
		}
		c := class{signature: signature}
		r.entryByKey = emptied(r.entryByKey)
		for _, s := range sources {
			if err := r.collectFields(t, s.set, s.cond, &c.entries); err != nil {
				return err
			}
		}
		guard(c.entries)
		r.classes = append(r.classes, c)
		if err := r.addSlots(p, ti, c.entries); err != nil {
			return err
		}
	}
	return nil
}

// fragmentTypes lists the type conditions below a selection set, each once.
func (r *run) fragmentTypes(set *operation.SelectionSet, out []schema.TypeID) []schema.TypeID {
	if set == nil || !mark(&r.setSeen, set.ID, r.stamp) {
		return out
	}
	for i := range set.Selections {
		sel := &set.Selections[i]
		if sel.Kind != operation.SelectFragment {
			continue
		}
		out = r.fragmentTypes(sel.Set, out)
		if mark(&r.typeSeen, int(sel.Type), r.stamp) {
			out = append(out, sel.Type)
		}
	}
	return out
}

// mark notes a stamp for a number and reports whether it is new.
func mark(seen *[]int, i, stamp int) bool {
	if i >= len(*seen) {
		*seen = append(*seen, make([]int, i+1-len(*seen))...)
	}
	if (*seen)[i] == stamp {
		return false
	}
	(*seen)[i] = stamp
	return true
}

// few is how many keys are compared one by one before they are indexed.
const few = 12

func (r *run) collectFields(t schema.TypeID, set *operation.SelectionSet, cond plan.Condition, out *[]entry) error {
	if set == nil {
		return nil
	}
	for i := range set.Selections {
		if err := r.step(); err != nil {
			return err
		}
		sel := &set.Selections[i]
		c := cond
		if !sel.When.Always() {
			if c = andCond(cond, fromOperation(sel.When)); c != nil && len(c) == 0 {
				continue
			}
		}
		if sel.Kind == operation.SelectFragment {
			if sel.Type == t || r.schema.Implements(sel.Type, t) {
				if err := r.collectFields(t, sel.Set, c, out); err != nil {
					return err
				}
			}
			continue
		}
		if at := r.entryAt(*out, sel.Key); at >= 0 {
			e := &(*out)[at]
			e.cond = orCond(e.cond, c)
			if sel.Set != nil {
				e.subs = r.appendSource(e.subs, source{set: sel.Set, cond: c})
			}
			continue
		}
		e := entry{sel: sel, cond: c}
		if sel.Set != nil {
			e.subs = r.mem.sources.take(1)
			e.subs[0] = source{set: sel.Set, cond: c}
		}
		*out = r.mem.entries.append(*out, e)
		if len(*out) > few {
			r.indexEntries(*out)
		}
	}
	return nil
}

// guard takes from the conditions of fields those under which an argument is null
// and must not be.
func guard(entries []entry) {
	for i := range entries {
		e := &entries[i]
		for g := e.sel.Guard; g != nil; g = g.Next {
			bit := uint64(1) << g.Bit
			e.refused = append(e.refused, andCond(e.cond, plan.Condition{{Mask: bit}}))
			e.cond = andCond(e.cond, plan.Condition{{Mask: bit, Value: bit}})
		}
	}
}

// entryAt is the entry of a response key, or -1.
func (r *run) entryAt(entries []entry, key string) int {
	if len(entries) > few {
		if at, ok := r.entryByKey[key]; ok {
			return at
		}
		return -1
	}
	for i := range entries {
		if entries[i].sel.Key == key {
			return i
		}
	}
	return -1
}

// indexEntries notes the entry that was added last, and all when there are too
// many now to compare one by one.
func (r *run) indexEntries(entries []entry) {
	from := len(entries) - 1
	if from == few {
		from = 0
	}
	if r.entryByKey == nil {
		r.entryByKey = map[string]int{}
	}
	for i := from; i < len(entries); i++ {
		r.entryByKey[entries[i].sel.Key] = i
	}
}

func (r *run) appendSource(list []source, s source) []source {
	for i := range list {
		if list[i].set == s.set {
			list[i].cond = orCond(list[i].cond, s.cond)
			return list
		}
	}
	return r.mem.sources.append(list, s)
}

// addSlots gives one type its outputs, sharing the slots of types that select
// the same.
func (r *run) addSlots(p *position, ti int, entries []entry) error {
	n := len(entries)
	for i := range entries {
		n += len(entries[i].refused)
	}
	outputs := r.mem.outputs.take(n)
	p.outputs[ti] = outputs
	for i := range entries {
		if err := r.step(); err != nil {
			return err
		}
		e, o := &entries[i], &outputs[0]
		outputs = outputs[1:]
		o.key, o.cond = e.sel.Key, e.cond
		switch e.sel.Kind {
		case operation.SelectTypename:
			o.kind = plan.Typename
			continue
		case operation.SelectIntrospection:
			o.kind, o.sel = plan.FromLocal, e.sel
			continue
		}
		f := r.schema.FieldByName(p.types[ti], e.sel.Name)
		if f == schema.NoField {
			return &Error{Code: CodeUnreachable, Path: p.path(), Coordinate: r.schema.Type(p.types[ti]).Name + "." + e.sel.Name, Message: "the type has no such field"}
		}
		s := r.sharedSlot(p, f, e)
		s.types.add(ti)
		s.fields[ti] = f
		o.kind, o.slot = plan.FromSlot, s
		g := e.sel.Guard
		for _, cond := range e.refused {
			outputs[0] = output{kind: plan.Refused, key: o.key, slot: s, cond: cond, guard: g}
			outputs, g = outputs[1:], g.Next
		}
	}
	return nil
}

// relativeSubs drops the conditions that the presence of the field implies.
func (r *run) relativeSubs(e *entry) []source {
	if e.relative == nil {
		e.relative = r.mem.sources.clone(e.subs)
		for i := range e.relative {
			if coversCond(e.relative[i].cond, e.cond) {
				e.relative[i].cond = nil
			}
		}
	}
	return e.relative
}

// sharedSlot returns the slot of an entry for a field: one that another type
// has for the same, or a new one. There is never more than one to share.
func (r *run) sharedSlot(p *position, f schema.FieldID, e *entry) *slot {
	for _, s := range e.slots {
		if s.leaf || r.graph.Profile(s.anyField()) == r.graph.Profile(f) {
			return s
		}
	}
	s := r.slotByKey[e.sel.Key]
	for s != nil && !r.shares(s, f, e) {
		s = s.sameKey
	}
	if s == nil {
		s = r.newSlot(p, e.sel.Key, e.sel.Name, f)
		s.args, s.cond, s.subs = e.sel.Args, e.cond, r.relativeSubs(e)
		if len(p.types) > 1 {
			if r.slotByKey == nil {
				r.slotByKey = map[string]*slot{}
			}
			s.sameKey = r.slotByKey[s.key]
			r.slotByKey[s.key] = s
		}
	}
	e.slots = r.mem.slotRefs.append(e.slots, s)
	return s
}

// shares reports whether a slot of the entry's key will do for it.
func (r *run) shares(s *slot, f schema.FieldID, e *entry) bool {
	if s.name != e.sel.Name || !sameCond(s.cond, e.cond) || len(s.subs) != len(e.subs) || !sameArgs(s.args, e.sel.Args) {
		return false
	}
	if s.leaf {
		return true
	}
	if r.graph.Profile(s.anyField()) != r.graph.Profile(f) {
		return false
	}
	for i, sub := range r.relativeSubs(e) {
		if s.subs[i].set != sub.set || !sameCond(s.subs[i].cond, sub.cond) {
			return false
		}
	}
	return true
}

func sameArgs(a, b []operation.Arg) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !sameValue(&a[i].Value, &b[i].Value) {
			return false
		}
	}
	return true
}

func sameValue(a, b *operation.Value) bool {
	if a.Kind != b.Kind || a.Variable != b.Variable || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		if !sameValue(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return sameArgs(a.Fields, b.Fields)
}

func (r *run) newSlot(p *position, key, name string, f schema.FieldID) *slot {
	s := r.mem.slots.one()
	*s = slot{
		pos: p, key: key, name: name, types: r.newBitset(len(p.types)),
		fields: r.mem.fields.take(len(p.types)),
		leaf:   !r.schema.Type(r.schema.Field(f).Type.Type).Kind.Composite(),
		index:  -1,
	}
	for i := range s.fields {
		s.fields[i] = schema.NoField
	}
	p.slots = r.mem.slotRefs.append(p.slots, s)
	return s
}

// anyField is the field's id on the first of the slot's types.
func (s *slot) anyField() schema.FieldID {
	return s.fields[s.types.next(0)]
}

// path is the response path of the position, for messages.
func (p *position) path() string {
	if p.parent == nil {
		return ""
	}
	if up := p.parent.pos.path(); up != "" {
		return up + "." + p.parent.key
	}
	return p.parent.key
}

// ensureChild returns the position of the objects in a composite slot.
func (r *run) ensureChild(s *slot) (*position, error) {
	if s.child == nil {
		s.child = r.newPosition(r.schema.Field(s.anyField()).Type.Type, s)
		if err := r.collect(s.child, s.subs); err != nil {
			return nil, err
		}
	}
	return s.child, nil
}

// requirementSlot returns the slot that holds a required field for one type:
// one the client selects anyway if it will do, else a hidden one.
func (r *run) requirementSlot(p *position, ti int, f schema.FieldID, sel *supergraph.FieldSelection) *slot {
	var hidden *slot
	for _, s := range p.slots {
		if s.name != sel.Name || !s.types.has(ti) && !s.hidden {
			continue
		}
		if s.hidden {
			if sameConsts(s.consts, sel.Args) && s.leaf == !r.schema.Type(r.schema.Field(f).Type.Type).Kind.Composite() &&
				(s.leaf || s.types.has(ti) || len(p.types) == 1 || r.graph.Profile(s.anyField()) == r.graph.Profile(f)) {
				hidden = s
			}
			continue
		}
		if len(sel.Args) != 0 || len(s.args) != 0 || s.cond != nil {
			continue
		}
		if s.leaf || s.child != nil && s.child.explored || r.schema.Type(r.schema.Field(f).Type.Type).Kind == schema.Object {
			return s
		}
	}
	if hidden == nil {
		hidden = r.newSlot(p, sel.Name, sel.Name, f)
		hidden.hidden = true
		hidden.consts = sel.Args
	}
	hidden.types.add(ti)
	hidden.fields[ti] = f
	return hidden
}

func sameConsts(a, b []supergraph.FieldArg) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
