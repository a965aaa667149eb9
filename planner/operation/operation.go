package operation

import (
	"unsafe"

	"github.com/weft-graphql/weft/planner/schema"
)

// Operation is one client operation, ready to be planned. It is immutable.
//
// Everything the planner may use (all but Name, Measured, the constants in
// Variables and the positions) is a function of Normalized: two operations of
// the same normalized text can share one plan.
type Operation struct {
	Kind schema.OperationKind
	// Name is the operation's name; empty when it is anonymous.
	Name string
	// RootType is the root object type the operation starts at.
	RootType schema.TypeID
	Root     *SelectionSet
	// Sets are all distinct selection sets by SelectionSet.ID; children come
	// before the sets that use them, so Root is the last.
	Sets []*SelectionSet
	// Variables are those the client declared, in its order, then those that
	// stand for literals, and guards (see Variable.Guards).
	Variables []Variable
	// Declared is how many of Variables the client declared.
	Declared int
	// Conditions are the indices of the Boolean variables that @skip and
	// @include name, and of guards, by condition bit, ascending.
	Conditions []int
	// Normalized is the canonical text with literals lifted to variables: the
	// key of the plan cache. It reads as a GraphQL document.
	Normalized string
	// Hash is the SHA-256 of Normalized.
	Hash [32]byte
	// Introspects is set when __schema or __type is selected.
	Introspects bool
	// Measured is what the limits were compared with.
	Measured Measured

	front         *Front
	declared      map[string]int // declared variables by name
	introspection []*IntrospectionSet
}

// Size estimates the memory the operation holds, in bytes: its weight in a
// cache.
func (op *Operation) Size() int {
	const (
		perOperation = int(unsafe.Sizeof(Operation{}))
		perSet       = int(unsafe.Sizeof(SelectionSet{})) + 8
		perSelection = int(unsafe.Sizeof(Selection{}))
		perArgument  = int(unsafe.Sizeof(Arg{}))
		perVariable  = int(unsafe.Sizeof(Variable{})) + 48 // and its map entry
	)
	// The second length stands for aliases and other copied names.
	size := perOperation + 2*len(op.Normalized)
	for i := range op.Variables {
		size += perVariable + len(op.Variables[i].Default) + len(op.Variables[i].Const)
	}
	for _, set := range op.Sets {
		size += perSet + len(set.Selections)*perSelection
		for i := range set.Selections {
			size += len(set.Selections[i].Args) * perArgument
		}
	}
	for _, set := range op.introspection {
		size += perSet + len(set.Selections)*perSelection
	}
	return size
}

// Variable is one variable of an operation.
type Variable struct {
	// Name is without the dollar sign and unique within the operation.
	Name string
	Type schema.TypeRef
	// Default is the coerced default value as JSON; nil when there is none.
	Default []byte
	// Const is the coerced literal the variable stands for, as JSON; nil when
	// the client declared the variable.
	Const []byte
	// Guards, when not 0, is one more than the index of another variable: this one is
	// true unless that one is null.
	Guards int
}

// SelectionSet is a list of selections. Equal sets of one operation are one
// pointer (and one ID): a walk that remembers what it did with a set is linear
// however often fragments repeat it. Exact repetitions of a selection within
// one set are dropped; selections of one response key are not merged.
type SelectionSet struct {
	// ID is dense within the operation.
	ID int
	// Type is the composite type the set is written on.
	Type       schema.TypeID
	Selections []Selection
}

// SelectionKind says what a Selection is.
type SelectionKind uint8

// The kinds of selections.
const (
	// SelectField is a field of the schema.
	SelectField SelectionKind = iota
	// SelectTypename is __typename; Field is NoField.
	SelectTypename
	// SelectFragment is an inline fragment or a resolved fragment spread.
	SelectFragment
	// SelectIntrospection is __schema or __type on the query root type; Field is
	// NoField and the sub-selection is in Introspection.
	SelectIntrospection
)

// Selection is one entry of a selection set.
type Selection struct {
	Kind SelectionKind
	// Key is the response key (the alias, else the name); empty for fragments.
	Key string
	// Name is the field's name; empty for fragments.
	Name string
	// Field is the field on the type the enclosing set is written on.
	Field schema.FieldID
	// Type is the type condition of a fragment (the type of the enclosing set
	// when it has none); NoType for fields.
	Type schema.TypeID
	// Args are the given arguments in the order the schema declares them.
	Args []Arg
	// Set is what is selected below: nil for leaves. It may be empty when
	// literal @skip and @include removed everything.
	Set *SelectionSet
	// Introspection is the sub-selection of a SelectIntrospection.
	Introspection *IntrospectionSet
	// When says under which condition bits the selection counts.
	When Condition
	// Guard is the first of the arguments that may turn out to be null and must not
	// be: without their bits the field is an error (specification, section 6.4.1).
	Guard *Guard
	// Pos is where the selection was first written.
	Pos Location
}

// Guard is a nullable variable in a place that is not, because the place or the
// variable has a default. It may be left out, but not be null.
type Guard struct {
	// Bit is the condition bit that says that it is not null.
	Bit int
	// Argument is the argument it is in, Variable its index in Operation.Variables.
	Argument string
	Variable int
	// Next is another guard of the field.
	Next *Guard
}

// IntrospectionSet is a selection set below __schema or __type, by name. Equal
// sets of fragments are shared.
type IntrospectionSet struct {
	// Type is the introspection type the set is written on.
	Type       string
	Selections []IntrospectionSelection
}

// IntrospectionSelection is one entry of an IntrospectionSet: a field, or,
// when Name is empty, a fragment (whose type condition always holds).
type IntrospectionSelection struct {
	Key  string
	Name string
	Args []Arg
	// Set is nil for leaves.
	Set  *IntrospectionSet
	When Condition
}

// Arg is one given argument.
type Arg struct {
	Name  string
	Value Value
}

// ValueKind says what a Value is.
type ValueKind uint8

// The kinds of values. There are no constants: literals are variables.
const (
	// ValueVariable is the value of a variable.
	ValueVariable ValueKind = iota
	// ValueList is a list that has a variable somewhere inside.
	ValueList
	// ValueObject is an input object that has a variable somewhere inside.
	ValueObject
)

// Value is the value of an argument: a variable, or a template around
// variables. Operation.AppendValue writes it as JSON.
type Value struct {
	Kind ValueKind
	// Variable is an index into Operation.Variables.
	Variable int
	// Default is the index of the variable that holds the input field's default,
	// used when Variable is absent; -1 when there is none.
	Default int
	// Items are the elements of a list.
	Items []Value
	// Fields are the fields of an object.
	Fields []Arg
}

// MaxConditions is how many distinct variables @skip and @include of one
// operation may name.
const MaxConditions = 64

// Condition is a conjunction over condition bits (see Operation.Conditions).
// The zero Condition always holds.
type Condition struct {
	// True has the bits that must be set (@include), False those that must not
	// (@skip).
	True, False uint64
}

// Always reports whether the condition holds whatever the bits are.
func (c Condition) Always() bool { return c.True|c.False == 0 }

// Never reports whether no bits satisfy the condition.
func (c Condition) Never() bool { return c.True&c.False != 0 }

// Holds reports whether the bits satisfy the condition.
func (c Condition) Holds(bits uint64) bool {
	return bits&c.True == c.True && bits&c.False == 0
}

// And returns the condition that holds when both do.
func (c Condition) And(d Condition) Condition {
	return Condition{True: c.True | d.True, False: c.False | d.False}
}

// Implies reports whether d holds whenever c does.
func (c Condition) Implies(d Condition) bool {
	return c.Never() || c.True&d.True == d.True && c.False&d.False == d.False
}
