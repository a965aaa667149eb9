package schema

// TypeID is the dense index of a type within one [Schema].
type TypeID int32

// FieldID is the dense index of a field within one [Schema]: every field of
// every object, interface and input type has its own.
type FieldID int32

// NoType and NoField stand for "none".
const (
	NoType  TypeID  = -1
	NoField FieldID = -1
)

// Kind is the kind of a type.
type Kind uint8

// The kinds of types (specification, section 3.4).
const (
	Scalar Kind = iota
	Object
	Interface
	Union
	Enum
	InputObject
)

// String returns the kind as introspection's __TypeKind spells it.
func (k Kind) String() string {
	switch k {
	case Scalar:
		return "SCALAR"
	case Object:
		return "OBJECT"
	case Interface:
		return "INTERFACE"
	case Union:
		return "UNION"
	case Enum:
		return "ENUM"
	case InputObject:
		return "INPUT_OBJECT"
	}
	return "UNKNOWN"
}

// Composite reports whether a value of this kind has a selection set.
func (k Kind) Composite() bool { return k == Object || k == Interface || k == Union }

// Abstract reports whether the concrete type is known at run time only.
func (k Kind) Abstract() bool { return k == Interface || k == Union }

// OperationKind is the kind of an operation.
type OperationKind uint8

// The kinds of operations.
const (
	Query OperationKind = iota
	Mutation
	Subscription
)

// String returns the keyword of the operation.
func (k OperationKind) String() string {
	switch k {
	case Mutation:
		return "mutation"
	case Subscription:
		return "subscription"
	}
	return "query"
}

// Schema is a finished, immutable type system.
type Schema struct {
	// Types are indexed by TypeID, sorted by name.
	Types []Type
	// Fields are indexed by FieldID, grouped by type.
	Fields []Field
	// Roots are the root types by OperationKind; NoType where absent.
	Roots [3]TypeID

	byName map[string]TypeID
	fields []map[string]FieldID // by TypeID
}

// Type is one type of a Schema.
type Type struct {
	ID   TypeID
	Kind Kind
	Name string
	// Fields are the ids of its fields, in declaration order.
	Fields []FieldID
	// Interfaces are the interfaces the type implements, sorted by id.
	Interfaces []TypeID
	// Possible are the object types a value of this type may have, sorted by
	// id; for an object the type itself, for other kinds empty.
	Possible []TypeID
	// Values are the names of an enum's values.
	Values []string
	// Hidden types are not part of the API schema (@inaccessible).
	Hidden bool
	// OneOf marks an input object of which exactly one field is given.
	OneOf bool
}

// Field is one field of an object, interface or input type.
type Field struct {
	ID   FieldID
	Name string
	// Parent is the type that declares the field.
	Parent TypeID
	Type   TypeRef
	Args   []Arg
	// Hidden fields are not part of the API schema (@inaccessible).
	Hidden bool
	// Default is the GraphQL text of an input field's default; empty when absent.
	Default string
}

// Arg is one argument of a field.
type Arg struct {
	Name string
	Type TypeRef
	// Default is the GraphQL text of the default value; empty when absent.
	Default string
	Hidden  bool
}

// Wrap is the list and non-null structure around a named type. It is a stack
// of two-bit levels below a sentinel bit, the innermost level highest:
// bit 0 of a level is non-null, bit 1 says "this level is a list around the
// next". It holds up to 14 lists.
type Wrap uint32

const wrapSentinel Wrap = 1

// TypeRef is a type with its wrappers.
type TypeRef struct {
	Type TypeID
	Wrap Wrap
}

// Plain is the wrapper of a nullable named type.
const Plain = wrapSentinel << 2

// WrapNamed returns the wrapper of a named type.
func WrapNamed(nonNull bool) Wrap {
	if nonNull {
		return wrapSentinel<<2 | 1
	}
	return wrapSentinel << 2
}

// List returns the wrapper of a list whose elements are wrapped by w.
func (w Wrap) List(nonNull bool) Wrap {
	w = w<<2 | 2
	if nonNull {
		w |= 1
	}
	return w
}

// NonNull reports whether the outermost level is non-null.
func (w Wrap) NonNull() bool { return w&1 != 0 }

// IsList reports whether the outermost level is a list.
func (w Wrap) IsList() bool { return w&2 != 0 }

// Elem returns the wrapper of a list's elements.
func (w Wrap) Elem() Wrap { return w >> 2 }

// Nullable returns the same wrapper with the outermost level nullable.
func (w Wrap) Nullable() Wrap { return w &^ 1 }

// Depth returns how many lists there are.
func (w Wrap) Depth() int {
	n := 0
	for w.IsList() {
		n++
		w = w.Elem()
	}
	return n
}

// TypeByName returns the id of the named type, or NoType.
func (s *Schema) TypeByName(name string) TypeID {
	if id, ok := s.byName[name]; ok {
		return id
	}
	return NoType
}

// FieldByName returns the id of a type's field, or NoField.
func (s *Schema) FieldByName(t TypeID, name string) FieldID {
	if t < 0 || int(t) >= len(s.fields) {
		return NoField
	}
	if id, ok := s.fields[t][name]; ok {
		return id
	}
	return NoField
}

// Type returns the type with the given id.
func (s *Schema) Type(id TypeID) *Type { return &s.Types[id] }

// Field returns the field with the given id.
func (s *Schema) Field(id FieldID) *Field { return &s.Fields[id] }

// Implements reports whether concrete is one of the possible types of t.
func (s *Schema) Implements(t, concrete TypeID) bool {
	possible := s.Types[t].Possible
	lo, hi := 0, len(possible)
	for lo < hi {
		mid := (lo + hi) / 2
		if possible[mid] < concrete {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(possible) && possible[lo] == concrete
}

// TypeString prints a type reference as SDL.
func (s *Schema) TypeString(t TypeRef) string {
	return wrapString(s.Types[t.Type].Name, t.Wrap)
}

func wrapString(name string, w Wrap) string {
	text := name
	if w.IsList() {
		text = "[" + wrapString(name, w.Elem()) + "]"
	}
	if w.NonNull() {
		text += "!"
	}
	return text
}
