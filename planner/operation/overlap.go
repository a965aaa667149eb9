package operation

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

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
	m := merger{
		front:     f,
		fieldIDs:  map[string]int{},
		setIDs:    map[string]int{},
		fragments: map[*ast.FragmentDefinition]int{},
		report:    reporter{max: f.limits.maxErrors()},
	}
	m.report.run(func() {
		for _, op := range doc.Operations {
			root := []int{m.set(op.SelectionSet, f.rootDefinition(op.Operation))}
			m.sameShape(root)
			m.sameField(root)
		}
	})
	if m.work > maxWork {
		return one(CodeValidationCost, "The document's selections are too entangled to be validated.")
	}
	if len(m.report.errs) > 0 {
		return m.report.sorted()
	}
	return nil
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

// mergeField is one distinct field: key, parent type, name, arguments and
// sub-selection.
type mergeField struct {
	key    string
	name   string
	args   string
	parent *ast.Definition
	typ    *ast.Type
	child  int // a set, or -1
	node   *ast.Field
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

	fields    []mergeField
	fieldIDs  map[string]int
	sets      []mergeSet
	setIDs    map[string]int
	fragments map[*ast.FragmentDefinition]int

	shapes, names map[string]bool // unions of sets checked so far
	round         int
	entered       []int // by set: the round it was last collected in
	taken         []int // by field: likewise
	scratch       []byte
}

// set numbers a selection set.
func (m *merger) set(set ast.SelectionSet, parent *ast.Definition) int {
	var s mergeSet
	m.read(set, parent, &s)
	// Repetitions within a set are dropped; the order does not matter.
	slices.Sort(s.fields)
	s.fields = slices.Compact(s.fields)
	slices.Sort(s.spreads)
	s.spreads = slices.Compact(s.spreads)
	key := binary.AppendUvarint(nil, uint64(len(s.fields)))
	for _, id := range s.fields {
		key = binary.AppendUvarint(key, uint64(id))
	}
	for _, id := range s.spreads {
		key = binary.AppendUvarint(key, uint64(id))
	}
	if id, known := m.setIDs[string(key)]; known {
		return id
	}
	id := len(m.sets)
	m.setIDs[string(key)] = id
	m.sets = append(m.sets, s)
	m.entered = append(m.entered, 0)
	return id
}

func (m *merger) read(set ast.SelectionSet, parent *ast.Definition, into *mergeSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			into.fields = append(into.fields, m.field(s, parent))
		case *ast.InlineFragment:
			on := parent
			if s.TypeCondition != "" {
				on = m.front.api.Types[s.TypeCondition]
			}
			m.read(s.SelectionSet, on, into)
		case *ast.FragmentSpread:
			id, known := m.fragments[s.Definition]
			if !known {
				id = m.set(s.Definition.SelectionSet, m.front.api.Types[s.Definition.TypeCondition])
				m.fragments[s.Definition] = id
			}
			into.spreads = append(into.spreads, id)
		}
	}
}

func (m *merger) field(node *ast.Field, parent *ast.Definition) int {
	f := mergeField{key: node.Alias, name: node.Name, parent: parent, child: -1, node: node, args: canonicalArguments(node.Arguments)}
	if node.Name == "__typename" {
		f.typ = ast.NonNullNamedType("String", nil)
	} else {
		f.typ = parent.Fields.ForName(node.Name).Type
	}
	if len(node.SelectionSet) > 0 {
		f.child = m.set(node.SelectionSet, m.front.api.Types[f.typ.Name()])
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s %s %s %d %s", f.key, f.name, parent.Name, f.child, f.args)
	if id, known := m.fieldIDs[sb.String()]; known {
		return id
	}
	id := len(m.fields)
	m.fieldIDs[sb.String()] = id
	m.fields = append(m.fields, f)
	m.taken = append(m.taken, 0)
	return id
}

// group is the fields of one response key, distinct ones only.
type group struct {
	key    string
	fields []int
}

// collect spreads the sets and groups their fields by response key.
func (m *merger) collect(sets []int) []group {
	m.round++
	var groups []group
	index := map[string]int{}
	stack := slices.Clone(sets)
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
			key := m.fields[field].key
			at, known := index[key]
			if !known {
				at = len(groups)
				index[key] = at
				groups = append(groups, group{key: key})
			}
			groups[at].fields = append(groups[at].fields, field)
		}
	}
	for _, g := range groups {
		// Numbers are given in document order, which makes messages stable.
		slices.Sort(g.fields)
	}
	return groups
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
func (m *merger) first(seen *map[string]bool, sets []int) bool {
	m.scratch = m.scratch[:0]
	for _, id := range sets {
		m.scratch = binary.AppendUvarint(m.scratch, uint64(id))
	}
	if (*seen)[string(m.scratch)] {
		return false
	}
	if *seen == nil {
		*seen = map[string]bool{}
	}
	(*seen)[string(m.scratch)] = true
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
				m.conflict(a, b, fmt.Sprintf("they return conflicting types %q and %q", a.typ.String(), b.typ.String()))
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
	}
	// Below fields that are not one field, every difference would be reported
	// again.
	if ok {
		m.sameField(m.below(fields))
	}
}

func (m *merger) conflict(a, b *mergeField, why string) {
	m.report.report(
		fmt.Sprintf("Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.", a.key, why),
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
