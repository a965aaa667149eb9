package operation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/schema"
)

// build turns a validated operation into its compact form.
func (f *Front) build(def *ast.OperationDefinition, measured Measured) (*Operation, Errors) {
	op := &Operation{Kind: operationKind(def.Operation), Name: strings.Clone(def.Name), Measured: measured, front: f}
	op.RootType = f.schema.Roots[op.Kind]
	if op.RootType == schema.NoType {
		return nil, one(CodeValidationFailed, fmt.Sprintf("Schema does not support operation type %q.", op.Kind), position(def.Position))
	}
	b := builder{
		front: f, op: op,
		sets:           map[string]*SelectionSet{},
		fragments:      map[*ast.FragmentDefinition]*SelectionSet{},
		introSets:      map[string]*IntrospectionSet{},
		introFragments: map[*ast.FragmentDefinition]*IntrospectionSet{},
		lifted:         map[string]int{},
		bits:           map[int]int{},
	}
	if errs := b.declare(def.VariableDefinitions); errs != nil {
		return nil, errs
	}
	op.Root = b.set(def.SelectionSet, op.RootType)
	if b.err != nil {
		return nil, Errors{b.err}
	}
	b.finish()
	op.Normalized = normalize(op, f.schema, b.introOrder)
	op.Hash = sha256.Sum256([]byte(op.Normalized))
	return op, nil
}

func operationKind(op ast.Operation) schema.OperationKind {
	switch op {
	case ast.Mutation:
		return schema.Mutation
	case ast.Subscription:
		return schema.Subscription
	}
	return schema.Query
}

// fewSelections is up to where selections are compared one by one.
const fewSelections = 12

// builder makes one Operation. Sets are interned by a key that has the ids of
// the sets below, so that keys stay as short as the text.
type builder struct {
	front *Front
	op    *Operation
	err   *Error

	sets           map[string]*SelectionSet
	fragments      map[*ast.FragmentDefinition]*SelectionSet
	introSets      map[string]*IntrospectionSet
	introIDs       map[*IntrospectionSet]int
	introOrder     []*IntrospectionSet
	introFragments map[*ast.FragmentDefinition]*IntrospectionSet

	key  []byte // the keys of the sets being built
	ends []int  // where in key each of their selections begins

	prefix string
	lifted map[string]int // by type and JSON
	// reordered are those of them that have objects, by type and a text that does
	// not depend on the order of fields.
	reordered map[string]int
	bits      map[int]int // condition bit by variable

	guards  []*Guard    // of the field whose arguments are being built
	guarded map[int]int // guards by the variables they are for
	untyped int         // how many custom scalars are around
}

func (b *builder) fail(err *Error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *builder) declare(defs ast.VariableDefinitionList) Errors {
	b.prefix = "_"
	b.op.declared = make(map[string]int, len(defs))
	for _, def := range defs {
		typ, ok := b.front.typeRef(def.Type)
		if !ok {
			return one(CodeValidationFailed, fmt.Sprintf("Variable \"$%s\" cannot be of type %q.", def.Variable, truncate(def.Type.String(), 64)), position(def.Position))
		}
		v := Variable{Name: strings.Clone(def.Variable), Type: typ}
		if def.DefaultValue != nil {
			value, err := b.front.constant(def.DefaultValue, typ)
			if err != nil {
				return one(CodeValidationFailed, fmt.Sprintf("Variable \"$%s\" has an invalid default: %v", def.Variable, err), position(def.Position))
			}
			v.Default = value
		}
		b.op.declared[v.Name] = len(b.op.Variables)
		b.op.Variables = append(b.op.Variables, v)
		for strings.HasPrefix(def.Variable, b.prefix) {
			b.prefix += "_"
		}
	}
	// A longer prefix may be that of a name seen before it grew.
	for i := 0; i < len(defs); i++ {
		if strings.HasPrefix(defs[i].Variable, b.prefix) {
			b.prefix += "_"
			i = -1
		}
	}
	b.op.Declared = len(defs)
	return nil
}

func (b *builder) set(set ast.SelectionSet, parent schema.TypeID) *SelectionSet {
	selections := make([]Selection, 0, len(set))
	// The key grows on a stack: what is below has left it again by the time a
	// selection's own part is written.
	base, first := len(b.key), len(b.ends)
	b.key = binary.AppendVarint(b.key, int64(parent))
	var seen map[string]bool
	for _, node := range set {
		var s Selection
		var keep bool
		switch node := node.(type) {
		case *ast.Field:
			s, keep = b.field(node, parent)
		case *ast.InlineFragment:
			s, keep = b.inlineFragment(node, parent)
		case *ast.FragmentSpread:
			s, keep = b.spread(node)
		}
		if !keep {
			continue
		}
		mark := len(b.key)
		b.key = appendSelectionKey(b.key, &s)
		own := b.key[mark:]
		known := false
		if len(set) <= fewSelections {
			begin := mark
			for i := len(b.ends) - 1; i >= first && !known; i-- {
				known = bytes.Equal(b.key[b.ends[i]:begin], own)
				begin = b.ends[i]
			}
		} else {
			if seen == nil {
				seen = make(map[string]bool, len(set))
			}
			known = seen[string(own)]
			seen[string(own)] = true
		}
		if known {
			b.key = b.key[:mark]
			continue
		}
		b.ends = append(b.ends, mark)
		selections = append(selections, s)
	}
	key := b.key[base:]
	b.key, b.ends = b.key[:base], b.ends[:first]
	if known := b.sets[string(key)]; known != nil {
		return known
	}
	out := &SelectionSet{ID: len(b.op.Sets), Type: parent, Selections: selections}
	b.op.Sets = append(b.op.Sets, out)
	b.sets[string(key)] = out
	return out
}

func (b *builder) field(node *ast.Field, parent schema.TypeID) (Selection, bool) {
	s := Selection{Kind: SelectField, Field: schema.NoField, Type: schema.NoType, Pos: position(node.Position)}
	s.Key, s.Name = names(node)
	var keep bool
	if s.When, keep = b.condition(node.Directives); !keep {
		return s, false
	}
	switch {
	case node.Name == "__typename":
		s.Kind = SelectTypename
		return s, true
	case strings.HasPrefix(node.Name, "__") && parent == b.front.schema.Roots[schema.Query]:
		s.Kind = SelectIntrospection
		b.op.Introspects = true
		s.Args = b.arguments(node)
		s.Introspection = b.introspectionSet(node.SelectionSet, node.Definition.Type.Name())
		return s, true
	}
	s.Field = b.front.schema.FieldByName(parent, node.Name)
	if s.Field == schema.NoField {
		// The API schema and the schema disagree.
		b.fail(&Error{Code: CodeInternal, Message: "The operation could not be processed."})
		return s, false
	}
	b.guards = nil
	s.Args = b.arguments(node)
	for i, g := range b.guards {
		if i == 0 {
			s.Guard = g
		} else {
			b.guards[i-1].Next = g
		}
	}
	if typ := b.front.schema.Field(s.Field).Type.Type; b.front.schema.Type(typ).Kind.Composite() {
		s.Set = b.set(node.SelectionSet, typ)
	}
	return s, true
}

// names returns a field's response key and name. No string of the result is a
// part of the client's text, which plans would else keep alive, comments and
// all.
func names(node *ast.Field) (key, name string) {
	name = node.Definition.Name
	if node.Alias == name {
		return name, name
	}
	return strings.Clone(node.Alias), name
}

func (b *builder) inlineFragment(node *ast.InlineFragment, parent schema.TypeID) (Selection, bool) {
	s := Selection{Kind: SelectFragment, Field: schema.NoField, Type: parent, Pos: position(node.Position)}
	var keep bool
	if s.When, keep = b.condition(node.Directives); !keep {
		return s, false
	}
	if node.TypeCondition != "" {
		s.Type = b.front.schema.TypeByName(node.TypeCondition)
	}
	s.Set = b.set(node.SelectionSet, s.Type)
	return s, len(s.Set.Selections) > 0
}

func (b *builder) spread(node *ast.FragmentSpread) (Selection, bool) {
	def := node.Definition
	s := Selection{Kind: SelectFragment, Field: schema.NoField, Type: b.front.schema.TypeByName(def.TypeCondition), Pos: position(node.Position)}
	var keep bool
	if s.When, keep = b.condition(node.Directives); !keep {
		return s, false
	}
	set, known := b.fragments[def]
	if !known {
		set = b.set(def.SelectionSet, s.Type)
		b.fragments[def] = set
	}
	s.Set = set
	return s, len(set.Selections) > 0
}

// condition reads @skip and @include; false when the selection can never count.
func (b *builder) condition(directives ast.DirectiveList) (Condition, bool) {
	var when Condition
	for _, d := range directives {
		include := d.Name == "include"
		if !include && d.Name != "skip" {
			continue
		}
		arg := d.Arguments.ForName("if")
		if arg.Value.Kind != ast.Variable {
			if (arg.Value.Raw == "true") != include {
				return when, false
			}
			continue
		}
		bit, ok := b.bit(b.op.declared[arg.Value.Raw], d.Position)
		if !ok {
			return when, false
		}
		if include {
			when.True |= 1 << bit
		} else {
			when.False |= 1 << bit
		}
	}
	return when, !when.Never()
}

func (b *builder) bit(v int, at *ast.Position) (int, bool) {
	if bit, known := b.bits[v]; known {
		return bit, true
	}
	bit := len(b.op.Conditions)
	if bit == MaxConditions {
		b.fail(&Error{
			Code:      CodeMaxConditions,
			Message:   fmt.Sprintf("@skip, @include and nullable variables that must not be null use more than %d variables.", MaxConditions),
			Locations: []Location{position(at)},
		})
		return 0, false
	}
	b.bits[v] = bit
	b.op.Conditions = append(b.op.Conditions, v)
	return bit, true
}

// arguments returns a field's arguments in the order of its declaration.
func (b *builder) arguments(node *ast.Field) []Arg {
	if len(node.Arguments) == 0 {
		return nil
	}
	args := make([]Arg, 0, len(node.Arguments))
	for _, def := range node.Definition.Arguments {
		arg := node.Arguments.ForName(def.Name)
		if arg == nil {
			continue
		}
		typ, ok := b.front.typeRef(def.Type)
		if !ok {
			b.fail(&Error{Code: CodeInternal, Message: "The operation could not be processed."})
			return nil
		}
		if depthOf(arg.Value) > maxJSONDepth {
			b.fail(&Error{Code: CodeValidationFailed, Message: "The value is nested too deep.", Locations: []Location{position(arg.Position)}})
			return nil
		}
		known := len(b.guards)
		args = append(args, Arg{Name: def.Name, Value: b.value(arg.Value, typ)})
		for i := known; i < len(b.guards); i++ {
			b.guards[i].Argument = def.Name
		}
	}
	return args
}

// value turns a literal into a variable, or into a template when there are
// variables inside.
func (b *builder) value(v *ast.Value, typ schema.TypeRef) Value {
	if v.Kind == ast.Variable {
		b.guard(b.op.declared[v.Raw], typ, v.Position)
		return Value{Kind: ValueVariable, Variable: b.op.declared[v.Raw], Default: -1}
	}
	if !hasVariable(v) {
		return b.literal(v, typ)
	}
	if typ.Wrap.IsList() {
		elem := schema.TypeRef{Type: typ.Type, Wrap: typ.Wrap.Elem()}
		if v.Kind != ast.ListValue {
			return Value{Kind: ValueList, Default: -1, Items: []Value{b.value(v, elem)}}
		}
		return Value{Kind: ValueList, Default: -1, Items: b.items(v, elem)}
	}
	if in := b.front.inputs[typ.Type]; in != nil {
		out := Value{Kind: ValueObject, Default: -1}
		for i := range in.fields {
			field := &in.fields[i]
			given := v.Children.ForName(field.name)
			if given == nil {
				if field.value != nil {
					out.Fields = append(out.Fields, Arg{Name: field.name, Value: b.lift(field.value, field.typ)})
				}
				continue
			}
			value := b.value(given, field.typ)
			if given.Kind == ast.Variable && field.value != nil {
				value.Default = b.lift(field.value, field.typ).Variable
			}
			out.Fields = append(out.Fields, Arg{Name: field.name, Value: value})
		}
		return out
	}
	// A custom scalar: what is inside has no type of its own.
	b.untyped++
	defer func() { b.untyped-- }()
	if v.Kind == ast.ListValue {
		return Value{Kind: ValueList, Default: -1, Items: b.items(v, typ)}
	}
	out := Value{Kind: ValueObject, Default: -1}
	for _, child := range v.Children {
		out.Fields = append(out.Fields, Arg{Name: strings.Clone(child.Name), Value: b.value(child.Value, typ)})
	}
	// The order says nothing, and equal values must be equal.
	slices.SortFunc(out.Fields, func(a, b Arg) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (b *builder) items(v *ast.Value, elem schema.TypeRef) []Value {
	items := make([]Value, len(v.Children))
	for i, child := range v.Children {
		items[i] = b.value(child.Value, elem)
	}
	return items
}

func (b *builder) literal(v *ast.Value, typ schema.TypeRef) Value {
	if b.front.scalars[typ.Type] == scalarCustom && v.Kind == ast.NullValue {
		typ.Wrap = typ.Wrap.Nullable()
	}
	raw, err := b.front.constant(v, typ)
	if err != nil {
		b.fail(&Error{
			Code:      CodeValidationFailed,
			Message:   fmt.Sprintf("The value does not fit type %q: %v", b.front.schema.TypeString(typ), err),
			Locations: []Location{position(v.Position)},
		})
	}
	if !reorderable(v) {
		return b.lift(raw, typ)
	}
	// Objects that differ in the order of their fields are one value: selections
	// that have them as arguments may be merged, and must be equal then.
	var sb strings.Builder
	canonicalValue(&sb, v)
	key := string(binary.AppendUvarint(binary.AppendVarint(nil, int64(typ.Type)), uint64(typ.Wrap))) + sb.String()
	if i, known := b.reordered[key]; known {
		return Value{Kind: ValueVariable, Variable: i, Default: -1}
	}
	out := b.lift(raw, typ)
	if b.reordered == nil {
		b.reordered = map[string]int{}
	}
	b.reordered[key] = out.Variable
	return out
}

// lift returns the variable that stands for a constant. Equal constants of one
// type are one variable, so that equal arguments stay equal.
func (b *builder) lift(raw []byte, typ schema.TypeRef) Value {
	key := binary.AppendVarint(nil, int64(typ.Type))
	key = binary.AppendUvarint(key, uint64(typ.Wrap))
	key = append(key, raw...)
	i, known := b.lifted[string(key)]
	if !known {
		i = len(b.op.Variables)
		b.lifted[string(key)] = i
		b.op.Variables = append(b.op.Variables, Variable{
			Name: b.prefix + strconv.Itoa(i-b.op.Declared), Type: typ, Const: raw,
		})
	}
	return Value{Kind: ValueVariable, Variable: i, Default: -1}
}

// finish numbers sets and condition bits anew. While building, both also count
// what was dropped later; in the result they must depend on what is left only,
// because operations of equal normalized text share plans.
func (b *builder) finish() {
	op := b.op
	var used Condition
	op.Sets = op.Sets[:0]
	reached := map[*SelectionSet]bool{}
	var visit func(*SelectionSet)
	visit = func(set *SelectionSet) {
		if reached[set] {
			return
		}
		reached[set] = true
		for i := range set.Selections {
			used = used.And(set.Selections[i].When)
			for g := set.Selections[i].Guard; g != nil; g = g.Next {
				used.True |= 1 << g.Bit
			}
			if below := set.Selections[i].Set; below != nil {
				visit(below)
			}
		}
		set.ID = len(op.Sets)
		op.Sets = append(op.Sets, set)
	}
	visit(op.Root)
	op.introspection = b.introOrder
	for _, set := range b.introOrder {
		for i := range set.Selections {
			used = used.And(set.Selections[i].When)
		}
	}

	old := op.Conditions
	op.Conditions = nil
	for bit, variable := range old {
		if (used.True|used.False)>>bit&1 != 0 {
			op.Conditions = append(op.Conditions, variable)
		}
	}
	slices.Sort(op.Conditions)
	var position [MaxConditions]int
	for bit, variable := range old {
		position[bit], _ = slices.BinarySearch(op.Conditions, variable)
	}
	remap := func(mask uint64) (out uint64) {
		for ; mask != 0; mask &= mask - 1 {
			out |= 1 << position[bits.TrailingZeros64(mask)]
		}
		return out
	}
	for _, set := range op.Sets {
		for i := range set.Selections {
			w := &set.Selections[i].When
			w.True, w.False = remap(w.True), remap(w.False)
			for g := set.Selections[i].Guard; g != nil; g = g.Next {
				g.Bit = position[g.Bit]
			}
		}
	}
	for _, set := range b.introOrder {
		for i := range set.Selections {
			w := &set.Selections[i].When
			w.True, w.False = remap(w.True), remap(w.False)
		}
	}
}

func (b *builder) introspectionSet(set ast.SelectionSet, on string) *IntrospectionSet {
	out := &IntrospectionSet{Type: on}
	key := append([]byte(on), 0)
	for _, node := range set {
		var s IntrospectionSelection
		var keep bool
		switch node := node.(type) {
		case *ast.Field:
			s.Key, s.Name = names(node)
			if s.When, keep = b.condition(node.Directives); !keep {
				continue
			}
			s.Args = b.arguments(node)
			if len(node.SelectionSet) > 0 {
				s.Set = b.introspectionSet(node.SelectionSet, node.Definition.Type.Name())
			}
		case *ast.InlineFragment:
			// An introspection type has no other possible type than itself, so a valid
			// condition always holds.
			if s.When, keep = b.condition(node.Directives); !keep {
				continue
			}
			s.Set = b.introspectionSet(node.SelectionSet, on)
		case *ast.FragmentSpread:
			if s.When, keep = b.condition(node.Directives); !keep {
				continue
			}
			var known bool
			if s.Set, known = b.introFragments[node.Definition]; !known {
				s.Set = b.introspectionSet(node.Definition.SelectionSet, on)
				b.introFragments[node.Definition] = s.Set
			}
		}
		out.Selections = append(out.Selections, s)
		below := 0
		if s.Set != nil {
			below = b.introIDs[s.Set] + 1
		}
		key = appendNames(key, s.Key, s.Name)
		key = appendCommonKey(key, s.When, s.Args, below)
	}
	if known := b.introSets[string(key)]; known != nil {
		return known
	}
	if b.introIDs == nil {
		b.introIDs = map[*IntrospectionSet]int{}
	}
	b.introIDs[out] = len(b.introOrder)
	b.introOrder = append(b.introOrder, out)
	b.introSets[string(key)] = out
	return out
}

// appendSelectionKey appends what makes two selections of one parent type the
// same. Positions are no part of it.
func appendSelectionKey(key []byte, s *Selection) []byte {
	key = append(key, byte(s.Kind))
	key = appendNames(key, s.Key, s.Name)
	key = binary.AppendVarint(key, int64(s.Type))
	below := 0
	if s.Set != nil {
		below = s.Set.ID + 1
	}
	if s.Introspection != nil {
		// Interned as well: the pointer is the identity.
		key = fmt.Appendf(key, "%p", s.Introspection)
	}
	return appendCommonKey(key, s.When, s.Args, below)
}

func appendNames(key []byte, names ...string) []byte {
	for _, name := range names {
		key = binary.AppendUvarint(key, uint64(len(name)))
		key = append(key, name...)
	}
	return key
}

func appendCommonKey(key []byte, when Condition, args []Arg, below int) []byte {
	key = binary.AppendUvarint(key, when.True)
	key = binary.AppendUvarint(key, when.False)
	key = binary.AppendUvarint(key, uint64(below))
	key = binary.AppendUvarint(key, uint64(len(args)))
	for i := range args {
		key = appendNames(key, args[i].Name)
		key = appendValueKey(key, &args[i].Value)
	}
	return key
}

func appendValueKey(key []byte, v *Value) []byte {
	key = append(key, byte(v.Kind))
	switch v.Kind {
	case ValueList:
		key = binary.AppendUvarint(key, uint64(len(v.Items)))
		for i := range v.Items {
			key = appendValueKey(key, &v.Items[i])
		}
	case ValueObject:
		key = binary.AppendUvarint(key, uint64(len(v.Fields)))
		for i := range v.Fields {
			key = appendNames(key, v.Fields[i].Name)
			key = appendValueKey(key, &v.Fields[i].Value)
		}
	default:
		key = binary.AppendUvarint(key, uint64(v.Variable))
		key = binary.AppendVarint(key, int64(v.Default))
	}
	return key
}

// Equal reports whether two values are the same whatever the variables are.
func (v *Value) Equal(o *Value) bool {
	return v.Kind == o.Kind && v.Variable == o.Variable && v.Default == o.Default &&
		slices.EqualFunc(v.Items, o.Items, func(a, b Value) bool { return a.Equal(&b) }) &&
		slices.EqualFunc(v.Fields, o.Fields, func(a, b Arg) bool { return a.Name == b.Name && a.Value.Equal(&b.Value) })
}
