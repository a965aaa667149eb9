package operation

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// fieldsCanMerge is "Field Selection Merging" (section 5.3.2): fields of one
// response key must be one field with the same arguments wherever both can
// apply to one object, and their values must have one shape wherever they
// cannot.
//
// The specification words it as a comparison of all pairs. Here fields and sets
// that say the same are one number first, and a group of fields of one key is
// compared with its first member only, because "the same field" and "the same
// shape" are equivalences; below the group, the union of all sub-selections is
// checked once. A union that was checked already is not checked again, so
// repeated fields and fragments cost no more than reading them.
//
// It relies on the other rules: all names are known, fragments have no cycles.
func (f *Front) fieldsCanMerge(doc *ast.QueryDocument) Errors {
	m := mergers.Get().(*merger)
	m.front, m.report = f, reporter{max: f.limits.maxErrors()}
	m.report.run(func() {
		roots := make([]int, len(doc.Operations))
		for i, op := range doc.Operations {
			roots[i] = m.set(op.SelectionSet, f.rootDefinition(op.Operation))
		}
		for i := range roots {
			m.sameField(roots[i : i+1])
			m.sameShape(roots[i : i+1])
		}
	})
	work, errs := m.work, m.report.errs
	if len(errs) > 0 {
		errs = m.report.sorted()
	}
	m.free()
	if work > maxWork {
		return one(CodeValidationCost, "The document's selections are too entangled to be validated.")
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// mergers are used again, since most of what one needs does not depend on the
// document.
var mergers = sync.Pool{New: func() any {
	return &merger{
		keys:      map[string]int{},
		fieldIDs:  map[fieldKey]int{},
		setIDs:    map[string]int{},
		fragments: map[*ast.FragmentDefinition]int{},
	}
}}

// maxMerger is how many fields a merger that is used again may have seen.
const maxMerger = 1000

// free lets go of the document.
func (m *merger) free() {
	if len(m.fields) > maxMerger || len(m.sets) > maxMerger {
		return
	}
	m.front, m.report, m.work, m.round = nil, reporter{}, 0, 0
	clear(m.keys)
	clear(m.fieldIDs)
	clear(m.setIDs)
	clear(m.fragments)
	clear(m.told)
	clear(m.fields)
	clear(m.sets)
	m.fields, m.sets = m.fields[:0], m.sets[:0]
	m.shapes.reset()
	m.names.reset()
	m.entered, m.taken, m.keyed, m.groupOf = m.entered[:0], m.taken[:0], m.keyed[:0], m.groupOf[:0]
	m.ids = m.ids[:0]
	mergers.Put(m)
}

func (f *Front) rootDefinition(op ast.Operation) *ast.Definition {
	switch op {
	case ast.Mutation:
		return f.api.Mutation
	case ast.Subscription:
		return f.api.Subscription
	}
	return f.api.Query
}

// mergeField is one distinct field.
type mergeField struct {
	fieldKey
	typ  *ast.Type
	node *ast.Field
}

// fieldKey is what makes a field distinct: response key, parent type, name,
// arguments and sub-selection.
type fieldKey struct {
	key    int // by merger.keys
	name   string
	args   string
	parent *ast.Definition
	child  int // a set, or -1
}

// mergeSet is one distinct selection set. Inline fragments are part of it;
// fragment spreads are other sets.
type mergeSet struct {
	fields  []int
	spreads []int
}

type merger struct {
	front  *Front
	report reporter
	work   int

	keys      map[string]int // response keys
	fields    []mergeField
	fieldIDs  map[fieldKey]int
	sets      []mergeSet
	setIDs    map[string]int
	fragments map[*ast.FragmentDefinition]int

	shapes, names unions // checked so far
	told          map[conflictKey]bool
	round         int
	entered       []int // by set: the round it was last collected in
	taken         []int // by field: likewise
	keyed         []int // by key: likewise
	groupOf       []int // by key: its group in that round
	scratch       []byte
	ids           []int // a stack of lists being read
	stack, found  []int
}

// conflictKey is a field that is known not to be another one. Two such fields
// mostly differ in their shapes, too, which is no second conflict.
type conflictKey struct {
	field      int
	name, args string
}

// unions are sets of sets.
type unions struct {
	single []bool // by set
	more   map[string]bool
}

func (u *unions) reset() {
	u.single = u.single[:0]
	u.more = nil
}

var typenameType = ast.NonNullNamedType("String", nil)

// set numbers a selection set.
func (m *merger) set(set ast.SelectionSet, parent *ast.Definition) int {
	base := len(m.ids)
	spreads := m.read(set, parent, nil)
	// Repetitions within a set are dropped; the order does not matter.
	fields := m.ids[base:]
	slices.Sort(fields)
	fields = slices.Compact(fields)
	slices.Sort(spreads)
	spreads = slices.Compact(spreads)
	key := binary.AppendUvarint(m.scratch[:0], uint64(len(fields)))
	for _, id := range fields {
		key = binary.AppendUvarint(key, uint64(id))
	}
	for _, id := range spreads {
		key = binary.AppendUvarint(key, uint64(id))
	}
	m.scratch = key
	m.ids = m.ids[:base]
	if id, known := m.setIDs[string(key)]; known {
		return id
	}
	id := len(m.sets)
	m.setIDs[string(key)] = id
	m.sets = append(m.sets, mergeSet{fields: slices.Clone(fields), spreads: spreads})
	m.entered = append(m.entered, 0)
	return id
}

// read puts the fields of a set on the stack and adds what it spreads.
func (m *merger) read(set ast.SelectionSet, parent *ast.Definition, spreads []int) []int {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			id := m.field(s, parent)
			m.ids = append(m.ids, id)
		case *ast.InlineFragment:
			on := parent
			if s.TypeCondition != "" {
				on = m.front.api.Types[s.TypeCondition]
			}
			spreads = m.read(s.SelectionSet, on, spreads)
		case *ast.FragmentSpread:
			id, known := m.fragments[s.Definition]
			if !known {
				id = m.set(s.Definition.SelectionSet, m.front.api.Types[s.Definition.TypeCondition])
				m.fragments[s.Definition] = id
			}
			spreads = append(spreads, id)
		}
	}
	return spreads
}

func (m *merger) field(node *ast.Field, parent *ast.Definition) int {
	f := mergeField{node: node, fieldKey: fieldKey{name: node.Name, parent: parent, child: -1, args: canonicalArguments(node.Arguments)}}
	var known bool
	if f.key, known = m.keys[node.Alias]; !known {
		f.key = len(m.keyed)
		m.keys[node.Alias] = f.key
		m.keyed = append(m.keyed, 0)
		m.groupOf = append(m.groupOf, 0)
	}
	if node.Name == "__typename" {
		f.typ = typenameType
	} else {
		f.typ = parent.Fields.ForName(node.Name).Type
	}
	if len(node.SelectionSet) > 0 {
		f.child = m.set(node.SelectionSet, m.front.api.Types[f.typ.Name()])
	}
	if id, known := m.fieldIDs[f.fieldKey]; known {
		return id
	}
	id := len(m.fields)
	m.fieldIDs[f.fieldKey] = id
	m.fields = append(m.fields, f)
	m.taken = append(m.taken, 0)
	return id
}

// group is the fields of one response key, distinct ones only.
type group struct {
	fields []int
}

// collect spreads the sets and groups their fields by response key.
func (m *merger) collect(sets []int) []group {
	m.round++
	stack, found := append(m.stack[:0], sets...), m.found[:0]
	groups := 0
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		m.spend(1)
		if m.entered[id] == m.round {
			continue
		}
		m.entered[id] = m.round
		set := &m.sets[id]
		stack = append(stack, set.spreads...)
		m.spend(len(set.fields) + len(set.spreads))
		for _, field := range set.fields {
			if m.taken[field] == m.round {
				continue
			}
			m.taken[field] = m.round
			found = append(found, field)
			if key := m.fields[field].key; m.keyed[key] != m.round {
				m.keyed[key] = m.round
				m.groupOf[key] = groups
				groups++
			}
		}
	}
	m.stack, m.found = stack, found
	// The groups share one array, which is kept as they are: checking them collects
	// again.
	out := make([]group, groups)
	all := make([]int, len(found))
	sizes := slices.Grow(m.stack[:0], groups)[:groups]
	clear(sizes)
	for _, field := range found {
		sizes[m.groupOf[m.fields[field].key]]++
	}
	for i, n := range sizes {
		out[i].fields, all = all[:0:n], all[n:]
	}
	for _, field := range found {
		g := &out[m.groupOf[m.fields[field].key]]
		g.fields = append(g.fields, field)
	}
	for _, g := range out {
		// Numbers are given in document order, which makes messages stable.
		slices.Sort(g.fields)
	}
	m.stack = sizes
	return out
}

func (m *merger) spend(steps int) {
	if m.work += steps; m.work > maxWork {
		panic(stopValidation{})
	}
}

// below returns the distinct sub-selections of a group.
func (m *merger) below(fields []int) []int {
	var sets []int
	for _, id := range fields {
		if child := m.fields[id].child; child >= 0 {
			sets = append(sets, child)
		}
	}
	slices.Sort(sets)
	return slices.Compact(sets)
}

// first reports whether a union of sets is met for the first time.
func (m *merger) first(seen *unions, sets []int) bool {
	if len(sets) == 1 {
		if len(seen.single) == 0 {
			seen.single = slices.Grow(seen.single, len(m.sets))[:len(m.sets)]
			clear(seen.single)
		}
		if seen.single[sets[0]] {
			return false
		}
		seen.single[sets[0]] = true
		return true
	}
	m.scratch = m.scratch[:0]
	for _, id := range sets {
		m.scratch = binary.AppendUvarint(m.scratch, uint64(id))
	}
	if seen.more[string(m.scratch)] {
		return false
	}
	if seen.more == nil {
		seen.more = map[string]bool{}
	}
	seen.more[string(m.scratch)] = true
	return true
}

// sameShape checks SameResponseShape for everything the sets select.
func (m *merger) sameShape(sets []int) {
	if len(sets) == 0 || !m.first(&m.shapes, sets) {
		return
	}
	for _, g := range m.collect(sets) {
		a := &m.fields[g.fields[0]]
		ok := true
		for _, id := range g.fields[1:] {
			b := &m.fields[id]
			if !m.shapesMatch(a.typ, b.typ) {
				ok = false
				if !m.told[conflictKey{id, a.name, a.args}] && !m.told[conflictKey{g.fields[0], b.name, b.args}] {
					m.conflict(a, b, fmt.Sprintf("they return conflicting types %q and %q", a.typ.String(), b.typ.String()))
				}
			}
		}
		if ok {
			m.sameShape(m.below(g.fields))
		}
	}
}

func (m *merger) shapesMatch(a, b *ast.Type) bool {
	for {
		if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			break
		}
		a, b = a.Elem, b.Elem
	}
	defA, defB := m.front.api.Types[a.NamedType], m.front.api.Types[b.NamedType]
	if defA.IsLeafType() || defB.IsLeafType() {
		return a.NamedType == b.NamedType
	}
	return true
}

// sameField checks FieldsInSetCanMerge for everything the sets select. Only two
// different object types keep fields apart, so the fields of each object type
// are checked together with those of all abstract types.
func (m *merger) sameField(sets []int) {
	if len(sets) == 0 || !m.first(&m.names, sets) {
		return
	}
	for _, g := range m.collect(sets) {
		if len(g.fields) == 1 {
			m.same(g.fields)
			continue
		}
		var abstract []int
		var objects []*ast.Definition
		byObject := map[*ast.Definition][]int{}
		for _, id := range g.fields {
			parent := m.fields[id].parent
			if parent.Kind != ast.Object {
				abstract = append(abstract, id)
				continue
			}
			if byObject[parent] == nil {
				objects = append(objects, parent)
			}
			byObject[parent] = append(byObject[parent], id)
		}
		if len(objects) == 0 {
			m.same(abstract)
		}
		for _, object := range objects {
			m.same(append(slices.Clip(abstract), byObject[object]...))
		}
	}
}

func (m *merger) same(fields []int) {
	m.spend(len(fields))
	a := &m.fields[fields[0]]
	ok := true
	for _, id := range fields[1:] {
		b := &m.fields[id]
		switch {
		case a.name != b.name:
			m.conflict(a, b, fmt.Sprintf("%q and %q are different fields", a.name, b.name))
		case a.args != b.args:
			m.conflict(a, b, "they have differing arguments")
		default:
			continue
		}
		ok = false
		if m.told == nil {
			m.told = map[conflictKey]bool{}
		}
		m.told[conflictKey{id, a.name, a.args}] = true
		m.told[conflictKey{fields[0], b.name, b.args}] = true
	}
	// Below fields that are not one field, every difference would be reported
	// again.
	if ok {
		m.sameField(m.below(fields))
	}
}

func (m *merger) conflict(a, b *mergeField, why string) {
	m.report.report(
		fmt.Sprintf("Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.", a.node.Alias, why),
		position(a.node.Position), position(b.node.Position))
}

// canonicalArguments prints arguments in an order of its own, so that equal
// ones are equal text.
func canonicalArguments(args ast.ArgumentList) string {
	if len(args) == 0 {
		return ""
	}
	sorted := slices.Clone(args)
	slices.SortFunc(sorted, func(a, b *ast.Argument) int { return strings.Compare(a.Name, b.Name) })
	var sb strings.Builder
	for _, arg := range sorted {
		sb.WriteString(arg.Name)
		sb.WriteByte(':')
		canonicalValue(&sb, arg.Value)
	}
	return sb.String()
}

func canonicalValue(sb *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.ListValue:
		sb.WriteByte('[')
		for _, child := range v.Children {
			canonicalValue(sb, child.Value)
			sb.WriteByte(',')
		}
		sb.WriteByte(']')
	case ast.ObjectValue:
		fields := slices.Clone(v.Children)
		slices.SortFunc(fields, func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) })
		sb.WriteByte('{')
		for _, child := range fields {
			sb.WriteString(child.Name)
			sb.WriteByte(':')
			canonicalValue(sb, child.Value)
			sb.WriteByte(',')
		}
		sb.WriteByte('}')
	case ast.StringValue, ast.BlockValue:
		fmt.Fprintf(sb, "%q", v.Raw)
	case ast.Variable:
		sb.WriteByte('$')
		sb.WriteString(v.Raw)
	default:
		sb.WriteString(v.Raw)
	}
}
