package planner

import (
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
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
}

// slot is one place of a position's objects: a field with its arguments, for
// some concrete types.
type slot struct {
	id     int
	pos    *position
	key    string
	name   string
	args   []operation.Arg
	consts []supergraph.FieldArg
	types  bitset
	// fields are, by type, the field's id; NoField for types not in types.
	fields []schema.FieldID
	hidden bool
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
}

func (r *run) buildRoot() error {
	r.derived = map[deriveKey]*arrival{}
	r.root = r.newPosition(r.op.RootType, nil)
	if err := r.collect(r.root, []source{{set: r.op.Root}}); err != nil {
		return err
	}
	for g := range r.super.Subgraphs {
		if r.super.View(r.op.RootType, g) == nil {
			continue
		}
		r.root.arrivals = append(r.root.arrivals, r.rootArrival(g))
	}
	return nil
}

func (r *run) newPosition(t schema.TypeID, parent *slot) *position {
	p := &position{id: len(r.positions), typ: t, parent: parent}
	typ := r.schema.Type(t)
	if typ.Kind == schema.Object {
		p.types = []schema.TypeID{t}
	} else if p.types = typ.Possible; len(p.types) == 0 {
		// An interface that nothing implements, known as an interface object.
		p.types = []schema.TypeID{t}
	}
	p.outputs = make([][]output, len(p.types))
	if parent != nil {
		p.many = parent.pos.many || r.schema.Field(parent.anyField()).Type.Wrap.IsList()
	}
	r.positions = append(r.positions, p)
	return p
}

// entry is one response key of CollectFields for one class of types.
type entry struct {
	kind operation.SelectionKind
	sel  *operation.Selection
	cond plan.Condition
	subs []source
}

// collect makes the client's slots of a position: CollectFields (specification,
// section 6.3.2) for each class of concrete types that match the same fragments.
func (r *run) collect(p *position, sources []source) error {
	var conditions []schema.TypeID
	seen := map[*operation.SelectionSet]bool{}
	for _, s := range sources {
		conditions = fragmentTypes(s.set, seen, conditions)
	}
	type class struct {
		signature []bool
		entries   []entry
	}
	var classes []class
types:
	for ti, t := range p.types {
		if err := r.step(); err != nil {
			return err
		}
		signature := make([]bool, len(conditions))
		for i, c := range conditions {
			signature[i] = c == t || r.schema.Implements(c, t)
		}
		for i := range classes {
			if equalBools(classes[i].signature, signature) {
				if err := r.addSlots(p, ti, classes[i].entries); err != nil {
					return err
				}
				continue types
			}
		}
		c := class{signature: signature}
		for _, s := range sources {
			if err := r.collectFields(t, s.set, s.cond, &c.entries); err != nil {
				return err
			}
		}
		classes = append(classes, c)
		if err := r.addSlots(p, ti, c.entries); err != nil {
			return err
		}
	}
	return nil
}

func equalBools(a, b []bool) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func fragmentTypes(set *operation.SelectionSet, seen map[*operation.SelectionSet]bool, out []schema.TypeID) []schema.TypeID {
	if set == nil || seen[set] {
		return out
	}
	seen[set] = true
next:
	for i := range set.Selections {
		sel := &set.Selections[i]
		if sel.Kind != operation.SelectFragment {
			continue
		}
		out = fragmentTypes(sel.Set, seen, out)
		for _, t := range out {
			if t == sel.Type {
				continue next
			}
		}
		out = append(out, sel.Type)
	}
	return out
}

func (r *run) collectFields(t schema.TypeID, set *operation.SelectionSet, cond plan.Condition, out *[]entry) error {
	if set == nil {
		return nil
	}
next:
	for i := range set.Selections {
		if err := r.step(); err != nil {
			return err
		}
		sel := &set.Selections[i]
		c := andCond(cond, fromOperation(sel.When))
		if c != nil && len(c) == 0 {
			continue
		}
		if sel.Kind == operation.SelectFragment {
			if sel.Type == t || r.schema.Implements(sel.Type, t) {
				if err := r.collectFields(t, sel.Set, c, out); err != nil {
					return err
				}
			}
			continue
		}
		for j := range *out {
			e := &(*out)[j]
			if e.sel.Key == sel.Key {
				e.cond = orCond(e.cond, c)
				if sel.Set != nil {
					e.subs = appendSource(e.subs, source{set: sel.Set, cond: c})
				}
				continue next
			}
		}
		e := entry{kind: sel.Kind, sel: sel, cond: c}
		if sel.Set != nil {
			e.subs = []source{{set: sel.Set, cond: c}}
		}
		*out = append(*out, e)
	}
	return nil
}

func appendSource(list []source, s source) []source {
	for i := range list {
		if list[i].set == s.set {
			list[i].cond = orCond(list[i].cond, s.cond)
			return list
		}
	}
	return append(list, s)
}

// addSlots gives one type its outputs, sharing the slots of types that select
// the same.
func (r *run) addSlots(p *position, ti int, entries []entry) error {
	for i := range entries {
		if err := r.step(); err != nil {
			return err
		}
		e := &entries[i]
		switch e.kind {
		case operation.SelectTypename:
			p.outputs[ti] = append(p.outputs[ti], output{kind: plan.Typename, key: e.sel.Key, cond: e.cond})
			continue
		case operation.SelectIntrospection:
			p.outputs[ti] = append(p.outputs[ti], output{kind: plan.FromLocal, key: e.sel.Key, cond: e.cond, sel: e.sel})
			continue
		}
		f := r.schema.FieldByName(p.types[ti], e.sel.Name)
		if f == schema.NoField {
			return &Error{Code: CodeUnreachable, Path: p.path(), Coordinate: r.schema.Type(p.types[ti]).Name + "." + e.sel.Name, Message: "the type has no such field"}
		}
		s := r.sharedSlot(p, f, e)
		if s == nil {
			s = r.newSlot(p, e.sel.Key, e.sel.Name, f)
			s.args, s.cond, s.subs = e.sel.Args, e.cond, e.relativeSubs()
		}
		s.types.add(ti)
		s.fields[ti] = f
		p.outputs[ti] = append(p.outputs[ti], output{kind: plan.FromSlot, key: e.sel.Key, slot: s, cond: e.cond})
	}
	return nil
}

// relativeSubs drops the conditions that the presence of the field implies.
func (e *entry) relativeSubs() []source {
	out := make([]source, len(e.subs))
	for i, s := range e.subs {
		if coversCond(s.cond, e.cond) {
			s.cond = nil
		}
		out[i] = s
	}
	return out
}

func (r *run) sharedSlot(p *position, f schema.FieldID, e *entry) *slot {
next:
	for _, s := range p.slots {
		if s.key != e.sel.Key || s.name != e.sel.Name || s.hidden || !sameCond(s.cond, e.cond) || len(s.subs) != len(e.subs) {
			continue
		}
		if !sameArgs(s.args, e.sel.Args) {
			continue
		}
		if !s.leaf {
			if r.graph.Profile(s.anyField()) != r.graph.Profile(f) {
				continue
			}
			for i, sub := range e.relativeSubs() {
				if s.subs[i].set != sub.set || !sameCond(s.subs[i].cond, sub.cond) {
					continue next
				}
			}
		}
		return s
	}
	return nil
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
	s := &slot{
		id: r.slots, pos: p, key: key, name: name, types: newBitset(len(p.types)),
		fields: make([]schema.FieldID, len(p.types)),
		leaf:   !r.schema.Type(r.schema.Field(f).Type.Type).Kind.Composite(),
		index:  -1,
	}
	r.slots++
	for i := range s.fields {
		s.fields[i] = schema.NoField
	}
	p.slots = append(p.slots, s)
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
