package schema

// Position is a place in an SDL text. Line and Column count from 1; the zero
// Position means "not known" (for example an element that a tool generated).
type Position struct {
	Line   int
	Column int
}

// Known reports whether the position names a place.
func (p Position) Known() bool { return p.Line > 0 }

// Document is one SDL text, as written: nothing is merged, built-in types are
// not added, extensions stay apart from definitions.
type Document struct {
	// Source names where the text came from: a subgraph's name or a file.
	Source string
	// Schemas are the `schema` definitions and extensions, in source order.
	Schemas []*SchemaDefinition
	// Types are the type definitions and extensions, in source order.
	Types []*TypeDefinition
	// Directives are the directive definitions, in source order.
	Directives []*DirectiveDefinition
}

// SchemaDefinition is `schema {…}` or `extend schema {…}`.
type SchemaDefinition struct {
	Pos         Position
	Description string
	Extension   bool
	Directives  []*Directive
	Roots       []RootDefinition
}

// RootDefinition names the type of one root operation.
type RootDefinition struct {
	Pos       Position
	Operation OperationKind
	Type      string
}

// TypeDefinition is a type definition or extension of any kind.
type TypeDefinition struct {
	Pos         Position
	Kind        Kind
	Name        string
	Description string
	Extension   bool
	Directives  []*Directive
	// Interfaces are the interfaces an object or interface implements.
	Interfaces []NamedRef
	// Fields are the fields of an object, interface or input object.
	Fields []*FieldDefinition
	// Members are the members of a union.
	Members []NamedRef
	// Values are the values of an enum.
	Values []*EnumValueDefinition
}

// NamedRef is a type named at a place.
type NamedRef struct {
	Pos  Position
	Name string
}

// FieldDefinition is a field of an object or interface, or, with Default and
// without Arguments, an input field.
type FieldDefinition struct {
	Pos         Position
	Name        string
	Description string
	Arguments   []*ArgumentDefinition
	Type        *TypeExpr
	Default     *Value // input fields only; nil when absent
	Directives  []*Directive
}

// ArgumentDefinition is an argument of a field or of a directive definition.
type ArgumentDefinition struct {
	Pos         Position
	Name        string
	Description string
	Type        *TypeExpr
	Default     *Value // nil when absent
	Directives  []*Directive
}

// EnumValueDefinition is one value of an enum.
type EnumValueDefinition struct {
	Pos         Position
	Name        string
	Description string
	Directives  []*Directive
}

// DirectiveDefinition is `directive @name(…) repeatable on …`.
type DirectiveDefinition struct {
	Pos         Position
	Name        string
	Description string
	Arguments   []*ArgumentDefinition
	Repeatable  bool
	Locations   []string
}

// Directive is one application of a directive.
type Directive struct {
	Pos       Position
	Name      string // without '@'
	Arguments []Argument
}

// Argument is a named value of a directive application.
type Argument struct {
	Pos   Position
	Name  string
	Value *Value
}

// Argument returns the value given for the named argument, or nil.
func (d *Directive) Argument(name string) *Value {
	for i := range d.Arguments {
		if d.Arguments[i].Name == name {
			return d.Arguments[i].Value
		}
	}
	return nil
}

// TypeExpr is a type as written: a name, or a list of Elem; NonNull adds '!'.
type TypeExpr struct {
	Pos     Position
	Name    string    // empty for a list
	Elem    *TypeExpr // nil for a named type
	NonNull bool
}

// Named returns the innermost named type.
func (t *TypeExpr) Named() string {
	for t.Elem != nil {
		t = t.Elem
	}
	return t.Name
}

// String prints the type as SDL.
func (t *TypeExpr) String() string {
	s := t.Name
	if t.Elem != nil {
		s = "[" + t.Elem.String() + "]"
	}
	if t.NonNull {
		s += "!"
	}
	return s
}

// Equal reports whether both types are written alike.
func (t *TypeExpr) Equal(o *TypeExpr) bool {
	if t == nil || o == nil {
		return t == o
	}
	if t.NonNull != o.NonNull || t.Name != o.Name || (t.Elem == nil) != (o.Elem == nil) {
		return false
	}
	return t.Elem == nil || t.Elem.Equal(o.Elem)
}

// ValueKind says what a Value is.
type ValueKind uint8

// The kinds of constant values (specification, section 2.9).
const (
	NullValue ValueKind = iota
	IntValue
	FloatValue
	StringValue
	BooleanValue
	EnumValue
	ListValue
	ObjectValue
)

// Value is a constant value in SDL.
type Value struct {
	Pos  Position
	Kind ValueKind
	// Raw is the text of a number, the decoded text of a string, `true` or
	// `false`, or the name of an enum value.
	Raw string
	// Items are the elements of a list.
	Items []*Value
	// Fields are the fields of an object, in source order.
	Fields []Argument
}
