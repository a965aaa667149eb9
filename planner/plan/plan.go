package plan

import (
	"math"
	"slices"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// Plan answers one operation.
type Plan struct {
	Kind schema.OperationKind
	Name string
	// Root is the shape of `data`.
	Root *Shape
	// Shapes are all shapes, by Shape.ID.
	Shapes []*Shape
	// Fetches are in an order in which every fetch comes after its Deps.
	Fetches []*Fetch
	// Collections is how many collections of targets a request keeps.
	Collections int
	// Local are the root fields that are answered without a fetch
	// (introspection), by Output.Local.
	Local []LocalField
	// Messages are the errors of fields that are refused, by Output.Local.
	Messages []string
	// Waves is the length of the longest chain of fetches.
	Waves int
}

// LocalField is a root field answered by the router itself.
type LocalField struct {
	// Selection is the introspection field with what is selected below.
	Selection *operation.Selection
}

// Shape describes the objects at one position of the response. Every object of
// the position has one slot for each response key and disjoint set of concrete
// types, whatever fetch fills it; slots the client did not ask for (keys,
// requirements) are among them and just not written.
type Shape struct {
	ID int
	// Type is the declared type of the position in the supergraph.
	Type schema.TypeID
	// Slots of every object of the position.
	Slots []Slot
	// Types are the concrete types an object of the position may have. Objects
	// hold an index into it.
	Types []ConcreteType
	// Classes hold, for ConcreteType.Class, what is written.
	Classes [][]Output
	// Collect is the collection that objects of this position join when a fetch
	// creates them, or -1.
	Collect int
	// Merged says that objects of the position, or of one above, are put
	// together from several fetches, so that they are final only when all of
	// these have settled.
	Merged bool
}

// ConcreteType is one object type at a position.
type ConcreteType struct {
	ID   schema.TypeID
	Name string // as the API schema calls it
	// Class is the index into Shape.Classes, or -1 for a type that the API schema
	// does not have: such an object is null to the client, with an error.
	Class int
}

// Slot is one place of an object.
type Slot struct {
	// Key is the client's response key, or an internal name for a hidden slot.
	Key string
	// Coordinate is the field, as Type.field, for messages.
	Coordinate string
	// Hidden slots are never written.
	Hidden bool
	// Child is the shape of the objects in the slot; nil for leaves.
	Child *Shape
	// Merge says that several fetches fill the slot with objects that are to be
	// merged slot by slot, lists by index.
	Merge bool
}

// OutputKind says where a written value comes from.
type OutputKind uint8

// The sources of written values.
const (
	// FromSlot writes Output.Slot.
	FromSlot OutputKind = iota
	// Typename writes the name of the object's concrete type.
	Typename
	// FromLocal writes the local answer Output.Local (root objects only).
	FromLocal
	// Refused writes null, with an error that says Plan.Messages[Output.Local]: the
	// field cannot be executed.
	Refused
)

// Output is one key of a written object.
type Output struct {
	Kind OutputKind
	// Key is the response key.
	Key string
	// Prefix is the key as written: `"key":`.
	Prefix []byte
	Slot   int
	Local  int
	// Wrap is the type's list and null structure in the supergraph, for null
	// propagation.
	Wrap schema.Wrap
	// Cond says when the key is present; nil means always. Outputs of one key exclude
	// each other.
	Cond Condition
	// Child is the shape of the objects below; nil for leaves.
	Child *Shape
	// Drop leaves out elements of the list that would be null because something
	// below them may not be, instead of what the specification says.
	Drop bool
	// Coordinate is the field, as Type.field, for messages.
	Coordinate string
}

// Condition is a disjunction of conjunctions over the request's condition bits
// (one bit for each variable used in @skip or @include). A nil Condition
// always holds; an empty one that is not nil never does.
type Condition []Term

// Term holds when the bits under Mask equal Value.
type Term struct {
	Mask  uint64
	Value uint64
}

// Holds reports whether the condition holds for the given bits.
func (c Condition) Holds(bits uint64) bool {
	if c == nil {
		return true
	}
	for _, t := range c {
		if bits&t.Mask == t.Value {
			return true
		}
	}
	return false
}

// Fetch is one request to one subgraph.
type Fetch struct {
	ID       int
	Subgraph int
	// Name is the subgraph's name.
	Name string
	Kind schema.OperationKind
	// Deps are the fetches that must have settled before; ids.
	Deps []int
	// Dependants are the fetches that wait for this one; ids.
	Dependants []int
	// Primers are earlier fetches whose answers may hold what this one looks up, so
	// that it need not be asked for; ids. All come before, by Deps.
	Primers []int
	// Awaits are those of Deps that are waited for only because they are Primers.
	Awaits []int
	// Primes says that the fetch is a primer.
	Primes bool
	// Cond says when the fetch has anything to do.
	Cond Condition
	// Wave is 1 for a fetch without dependencies, else 1 + the highest of them.
	Wave int
	// Root reads `data` of a root fetch into the root object; nil for lookups.
	Root *Decode
	// At are the objects that Root reads into where a field leads back to a root
	// type, nil for the root object. All of them get the same.
	At *Target
	// Entries are the lookups; empty for a root fetch.
	Entries []Entry
	// Spec is what was prepared.
	Spec *subgraphs.FetchSpec
	// Prepared carries it out.
	Prepared subgraphs.Prepared
	// Variables are, in the order of Spec.Variables, indices into the
	// operation's coerced values.
	Variables []int
	// Whole says of a lookup that a row without an object means that there is no
	// such object: where one may be null it then is, without an error.
	Whole bool
	// Demand tells how many requests it takes.
	Demand Demand
	// Explain says why the fetch is there; nil unless asked for.
	Explain *Explain
}

// Entry is one lookup of a fetch.
type Entry struct {
	Alias string
	// Targets are the positions the entry serves. Equal rows of all its targets
	// are sent once.
	Targets []Target
}

// Target is one position whose objects a lookup fills.
type Target struct {
	Shape *Shape
	// Path are the slots that lead from the root object to the position; lists
	// are walked through.
	Path []int
	// Collected says that Shape.Collect holds the objects; otherwise they are
	// found by walking Path once every producer has settled.
	Collected bool
	// Types are, by index into Shape.Types, what is sent and read for objects of
	// that type; nil where the lookup does not concern the type.
	Types []*TargetType
	// Untyped is what is sent and read for objects whose concrete type is not
	// known yet, because the subgraph they come from knows an interface object
	// only. When its Decode reads a __typename, the object takes on that type.
	Untyped *TargetType
	// Cond says when the target has anything to do.
	Cond Condition
	// Around are values that a row has besides its representation; nil for none.
	Around *Around
}

// Around are values of a target's rows that come from objects on the way to the
// position. Rows differ when these do, and an object below two objects with
// different ones is two.
type Around struct {
	// Contexts are ordered by Depth; what is deeper wins.
	Contexts []Context
	// Values is how many values a row has.
	Values int
}

// Context is one value of a target's rows, as objects at one place on the way
// give it.
type Context struct {
	// Value is its index among the row's values.
	Value int
	// Depth is the length of the part of Target.Path that leads to the objects.
	Depth int
	Shape *Shape
	// Types are, by index into Shape.Types, what is read: one field, whose Child
	// has one field for each type, or no field, which is null. An object of a type
	// that has none of this leaves the value as it is.
	Types []*Representation
}

// Context returns the context of a value at a depth, adding it if there is none.
func (a *Around) Context(value, depth int, shape *Shape) *Context {
	at := 0
	for ; at < len(a.Contexts); at++ {
		c := &a.Contexts[at]
		if c.Depth == depth && c.Value == value {
			return c
		}
		if c.Depth > depth {
			break
		}
	}
	a.Contexts = slices.Insert(a.Contexts, at, Context{Value: value, Depth: depth, Shape: shape, Types: make([]*Representation, len(shape.Types))})
	a.Values = max(a.Values, value+1)
	return &a.Contexts[at]
}

// TargetType is a lookup for one concrete type.
type TargetType struct {
	Representation *Representation
	// Decode reads a row.
	Decode *Decode
	// Requirements are what the row carries besides the key, where something else
	// is asked for as well: when one cannot be had, the row is sent without it, and
	// only the slots that depend on it fail.
	Requirements []Requirement
}

// Requirement is one @requires.
type Requirement struct {
	// Fields are indices into the representation's fields.
	Fields []int
	// Slots are what depends on them.
	Slots []int
}

// Representation is the template of a row: a JSON object made from the slots of
// an object.
type Representation struct {
	Fields []RepresentationField
	// Names are, by index into the shape's Types, the name to send as
	// __typename for nested objects of abstract type; nil when no name is sent.
	Names []string
}

// RepresentationField is one field of a representation.
type RepresentationField struct {
	// Prefix is the key as written: `"id":`. Braces and commas are up to the
	// writer, since fields can be absent for some types.
	Prefix []byte
	// Constant is written as it is when Slot is -1.
	Constant []byte
	Slot     int
	// Child is the template below for objects and lists of objects.
	Child *Representation
	// Types restricts the field to some of the shape's types (by index); nil
	// means all.
	Types []bool
	// Key marks the fields of the lookup's key: a row whose key leaves are all
	// null is not sent. Other fields are requirements, whose nulls are sent.
	Key bool
}

// Decode reads one object of an answer into the slots of a shape.
type Decode struct {
	Shape *Shape
	// Fields are in the order in which the fetch asks for them.
	Fields []DecodeField
	// Made are objects that the answer does not have and that are made of what it
	// has once the object is read.
	Made []Made
	// Sure is how many of the Fields are, whatever their conditions.
	Sure int
	// Static is the index into Shape.Types when the type is known beforehand, or -1.
	Static int
	// Names maps the __typename of the answer to Shape.Types. It is empty when
	// Static, and when the subgraph knows an interface object only: objects are
	// then of unknown type until a lookup tells it.
	Names []TypeName
	// Verbatim is not 0 when what is asked for is what is written: leaves only, the
	// same keys in the same order, nothing hidden or left out. The bytes of an
	// object that comes without spaces are then those to be written. It is the
	// length of such an object without its values.
	Verbatim int
	// Copies are the Fields once more, for reading objects below a field that is
	// [DecodeField.Copied].
	Copies []CopyField
	// Conds are the conditions of Fields that are Sure, by [DecodeField.Cond].
	Conds []Condition

	copies copies
}

// Condition returns the number of a condition for [DecodeField.Cond], adding it if
// it is not among the last: those of a fragment's fields come one after the other,
// and looking at all of them would take long for an object with thousands. It
// reports false when there are too many.
func (d *Decode) Condition(c Condition) (uint16, bool) {
	if c == nil {
		return 0, true
	}
	n := len(d.Conds)
	for i := n; i > max(n-8, 0); i-- {
		if slices.Equal(d.Conds[i-1], c) {
			return uint16(i), true
		}
	}
	if n == math.MaxUint16 {
		return 0, false
	}
	d.Conds = append(d.Conds, c)
	return uint16(n + 1), true
}

// Expects reports whether a right answer has a field, for the given condition bits.
func (d *Decode) Expects(f *DecodeField, bits uint64) bool {
	return f.Sure && (f.Cond == 0 || d.Conds[f.Cond-1].Holds(bits))
}

// TypeName is a type's name in a subgraph and its index in Shape.Types.
type TypeName struct {
	Name string
	Type int
}

// DecodeField is one key of an answer's object.
type DecodeField struct {
	// Key is the response key in the answer.
	Key string
	// Quoted is the key as it is expected in the bytes: `"key"`.
	Quoted []byte
	// Slot is where the value goes; -1 for the object's __typename.
	Slot int
	// Wrap is the list structure expected (null is accepted everywhere).
	Wrap schema.Wrap
	// Leaf says which scalar is expected when Child is nil.
	Leaf LeafKind
	// Enum are the values an enum may have in the API schema (Leaf is LeafEnum).
	Enum []string
	// Child reads the object, for composite fields.
	Child *Decode
	// Into, when not 0, is one more than the slot of the namespace object (see
	// [Made]) that the value belongs to; Slot is then a slot of that object.
	Into int
	// Sure says that the key cannot be absent from a right answer: it is asked for
	// on every type, and whenever Cond holds.
	Sure bool
	// Cond, when not 0, is one more than the index into [Decode.Conds] of when the
	// field is asked for. Where it is 0, a field that is Sure is always asked for; of
	// others nothing is said.
	Cond uint16
	// Copied is not 0 when nobody but the writer looks at what Child reads and that
	// is written as it comes, if it comes as expected: the keys in the order asked
	// for, no spaces, no null where none may be. The slot then holds the bytes
	// instead of objects. It is how the value is wrapped where it is written.
	Copied schema.Wrap
}

// Made is an object, or a list of objects, made with no request.
type Made struct {
	// Slot is where it goes.
	Slot int
	// Shape is its shape, Static its concrete type, as an index into Shape.Types.
	Shape  *Shape
	Static int
	// Namespace objects are there from the start and take the fields whose Into
	// names their slot. Others are made of Parts: with a null among these the
	// value is null, with lists among these it is a list.
	Namespace bool
	Parts     []MadePart
	// Cond says when it is made; nil means always. Without it nothing is looked up
	// for it.
	Cond Condition
}

// MadePart fills one leaf of a made object.
type MadePart struct {
	// To are the slots that lead to the leaf in the made object; the objects on
	// the way, of the shapes' only type, are made as well. It is empty when the
	// leaf is not needed.
	To []int
	// From are the slots that lead from the object read to the source.
	From []int
}

// LeafKind is what a leaf's JSON may be.
type LeafKind uint8

// The kinds of leaves.
const (
	// LeafAny is a custom scalar: any JSON value, byte for byte.
	LeafAny LeafKind = iota
	// LeafInt is a 32-bit integer.
	LeafInt
	// LeafFloat is any JSON number.
	LeafFloat
	// LeafString is a JSON string.
	LeafString
	// LeafBoolean is true or false.
	LeafBoolean
	// LeafID is a JSON string, or an integer.
	LeafID
	// LeafEnum is one of a set of strings.
	LeafEnum
)
