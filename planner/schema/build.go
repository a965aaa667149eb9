package schema

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The codes of a [BuildError].
const (
	CodeUnknownType      = "UNKNOWN_TYPE"
	CodeDuplicateType    = "DUPLICATE_TYPE"
	CodeDuplicateField   = "DUPLICATE_FIELD"
	CodeInvalidKind      = "INVALID_KIND"
	CodeTypeTooDeep      = "TYPE_TOO_DEEP"
	CodeDuplicateRoot    = "DUPLICATE_ROOT"
	CodeExtensionOrphan  = "EXTENSION_WITHOUT_DEFINITION"
	CodeMissingQueryRoot = "MISSING_QUERY_ROOT"
)

// BuildError says why type definitions do not make a [Schema].
type BuildError struct {
	Code string
	// Coordinate is the schema coordinate of the element at fault.
	Coordinate string
	Message    string
	Pos        Position
}

// Error implements error.
func (e *BuildError) Error() string {
	if e.Pos.Known() {
		return fmt.Sprintf("%s at %d:%d: %s (%s)", e.Coordinate, e.Pos.Line, e.Pos.Column, e.Message, e.Code)
	}
	return fmt.Sprintf("%s: %s (%s)", e.Coordinate, e.Message, e.Code)
}

// builtinScalars are part of every Schema, named by its definitions or not.
var builtinScalars = [...]string{"Boolean", "Float", "ID", "Int", "String"}

// BuiltinScalar reports whether the name is one of the five built-in scalars.
func BuiltinScalar(name string) bool {
	for _, s := range builtinScalars {
		if s == name {
			return true
		}
	}
	return false
}

// maxListDepth is how many lists a Wrap can hold.
const maxListDepth = 14

// Roots names the root types; empty where the schema has none.
type Roots [3]string

// Build makes a Schema of complete type definitions (extensions are an error:
// [FromDocument] merges them first). Built-in scalars are added. Elements that
// carry the directive @inaccessible are marked Hidden, input objects that carry
// @oneOf are marked OneOf. All faults are reported, joined with
// [errors.Join], each a *[BuildError].
func Build(types []*TypeDefinition, roots Roots) (*Schema, error) {
	b := builder{byName: make(map[string]*TypeDefinition, len(types)+len(builtinScalars))}
	for _, name := range builtinScalars {
		b.byName[name] = &TypeDefinition{Kind: Scalar, Name: name}
	}
	for _, t := range types {
		if BuiltinScalar(t.Name) && t.Kind == Scalar {
			continue
		}
		if t.Extension {
			b.fail(CodeExtensionOrphan, t.Name, t.Pos, "an extension cannot stand for a definition")
			continue
		}
		if _, taken := b.byName[t.Name]; taken {
			b.fail(CodeDuplicateType, t.Name, t.Pos, "the type is defined twice")
			continue
		}
		b.byName[t.Name] = t
	}
	s := b.build(roots)
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return s, nil
}

// FromDocument makes a Schema of a Document: extensions are merged into their
// definitions, root types are those the schema definition names, or the types
// called Query, Mutation and Subscription when there is none.
func FromDocument(doc *Document) (*Schema, error) {
	var b builder
	merged := make(map[string]*TypeDefinition, len(doc.Types))
	var order []*TypeDefinition
	for _, t := range doc.Types {
		if t.Extension {
			continue
		}
		clone := *t
		if _, taken := merged[t.Name]; taken {
			b.fail(CodeDuplicateType, t.Name, t.Pos, "the type is defined twice")
			continue
		}
		merged[t.Name] = &clone
		order = append(order, &clone)
	}
	for _, t := range doc.Types {
		if !t.Extension {
			continue
		}
		base, ok := merged[t.Name]
		switch {
		case !ok && BuiltinScalar(t.Name) && t.Kind == Scalar:
		case !ok:
			b.fail(CodeExtensionOrphan, t.Name, t.Pos, "the type is extended but never defined")
		case base.Kind != t.Kind:
			b.fail(CodeInvalidKind, t.Name, t.Pos, "the extension is of another kind than the definition")
		default:
			// The full slice expressions keep appends off the caller's arrays.
			base.Directives = append(slices.Clip(base.Directives), t.Directives...)
			base.Interfaces = append(slices.Clip(base.Interfaces), t.Interfaces...)
			base.Fields = append(slices.Clip(base.Fields), t.Fields...)
			base.Members = append(slices.Clip(base.Members), t.Members...)
			base.Values = append(slices.Clip(base.Values), t.Values...)
		}
	}
	s, err := Build(order, documentRoots(doc, merged, &b))
	if len(b.errs) > 0 {
		return nil, errors.Join(append(b.errs, err)...)
	}
	return s, err
}

func documentRoots(doc *Document, types map[string]*TypeDefinition, b *builder) Roots {
	var roots Roots
	defined := false
	for _, def := range doc.Schemas {
		defined = defined || !def.Extension
		for _, r := range def.Roots {
			if roots[r.Operation] != "" && roots[r.Operation] != r.Type {
				b.fail(CodeDuplicateRoot, "schema", r.Pos, "the %s root is given twice", r.Operation)
			}
			roots[r.Operation] = r.Type
		}
	}
	if defined && roots != (Roots{}) {
		return roots
	}
	for kind, name := range [...]string{"Query", "Mutation", "Subscription"} {
		if t, ok := types[name]; ok && t.Kind == Object && roots[kind] == "" {
			roots[kind] = name
		}
	}
	return roots
}

type builder struct {
	byName map[string]*TypeDefinition
	errs   []error
	schema *Schema
}

func (b *builder) fail(code, coordinate string, pos Position, format string, args ...any) {
	b.errs = append(b.errs, &BuildError{Code: code, Coordinate: coordinate, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (b *builder) build(roots Roots) *Schema {
	names := make([]string, 0, len(b.byName))
	fieldCount := 0
	for name, t := range b.byName {
		names = append(names, name)
		fieldCount += len(t.Fields)
	}
	slices.Sort(names)
	s := &Schema{
		Types:  make([]Type, len(names)),
		Fields: make([]Field, 0, fieldCount),
		Roots:  [3]TypeID{NoType, NoType, NoType},
		byName: make(map[string]TypeID, len(names)),
		fields: make([]map[string]FieldID, len(names)),
	}
	b.schema = s
	for i, name := range names {
		s.byName[name] = TypeID(i)
	}
	for i, name := range names {
		b.buildType(TypeID(i), b.byName[name])
	}
	b.buildPossible(names)
	for kind, name := range roots {
		if name == "" {
			continue
		}
		id := s.TypeByName(name)
		switch {
		case id == NoType:
			b.fail(CodeUnknownType, "schema", Position{}, "the %s root type %q is not defined", OperationKind(kind), name)
		case s.Types[id].Kind != Object:
			b.fail(CodeInvalidKind, name, b.byName[name].Pos, "the %s root must be an object type", OperationKind(kind))
		default:
			s.Roots[kind] = id
		}
	}
	if s.Roots[Query] == NoType && len(b.errs) == 0 {
		b.fail(CodeMissingQueryRoot, "schema", Position{}, "there is no query root type")
	}
	return s
}

func (b *builder) buildType(id TypeID, def *TypeDefinition) {
	s := b.schema
	t := &s.Types[id]
	*t = Type{ID: id, Kind: def.Kind, Name: def.Name, Hidden: applied(def.Directives, "inaccessible"), OneOf: applied(def.Directives, "oneOf")}
	for _, v := range def.Values {
		if slices.Contains(t.Values, v.Name) {
			b.fail(CodeDuplicateField, def.Name+"."+v.Name, v.Pos, "the enum value is defined twice")
			continue
		}
		t.Values = append(t.Values, v.Name)
	}
	for _, ref := range def.Interfaces {
		iface := s.TypeByName(ref.Name)
		switch {
		case iface == NoType:
			b.fail(CodeUnknownType, def.Name, ref.Pos, "the interface %q is not defined", ref.Name)
		case b.byName[ref.Name].Kind != Interface:
			b.fail(CodeInvalidKind, def.Name, ref.Pos, "%q is not an interface", ref.Name)
		case !slices.Contains(t.Interfaces, iface):
			t.Interfaces = append(t.Interfaces, iface)
		}
	}
	slices.Sort(t.Interfaces)
	if len(def.Fields) == 0 {
		return
	}
	index := make(map[string]FieldID, len(def.Fields))
	s.fields[id] = index
	for _, f := range def.Fields {
		coordinate := def.Name + "." + f.Name
		if _, taken := index[f.Name]; taken {
			b.fail(CodeDuplicateField, coordinate, f.Pos, "the field is defined twice")
			continue
		}
		fid := FieldID(len(s.Fields))
		index[f.Name] = fid
		t.Fields = append(t.Fields, fid)
		field := Field{
			ID: fid, Name: f.Name, Parent: id,
			Type:   b.ref(coordinate, f.Type, def.Kind == InputObject),
			Hidden: applied(f.Directives, "inaccessible"),
		}
		if f.Default != nil {
			field.Default = f.Default.GraphQL()
		}
		for i, a := range f.Arguments {
			argCoordinate := coordinate + "(" + a.Name + ":)"
			if slices.ContainsFunc(f.Arguments[:i], func(o *ArgumentDefinition) bool { return o.Name == a.Name }) {
				b.fail(CodeDuplicateField, argCoordinate, a.Pos, "the argument is defined twice")
				continue
			}
			arg := Arg{Name: a.Name, Type: b.ref(argCoordinate, a.Type, true), Hidden: applied(a.Directives, "inaccessible")}
			if a.Default != nil {
				arg.Default = a.Default.GraphQL()
			}
			field.Args = append(field.Args, arg)
		}
		s.Fields = append(s.Fields, field)
	}
}

// buildPossible fills Possible once all interfaces are known. Types are
// visited in ascending order, so the lists of interfaces come out sorted.
func (b *builder) buildPossible(names []string) {
	s := b.schema
	for i := range s.Types {
		t := &s.Types[i]
		switch t.Kind {
		case Object:
			t.Possible = []TypeID{t.ID}
			for _, iface := range t.Interfaces {
				s.Types[iface].Possible = append(s.Types[iface].Possible, t.ID)
			}
		case Union:
			for _, ref := range b.byName[names[i]].Members {
				member := s.TypeByName(ref.Name)
				switch {
				case member == NoType:
					b.fail(CodeUnknownType, t.Name, ref.Pos, "the union member %q is not defined", ref.Name)
				case b.byName[ref.Name].Kind != Object:
					b.fail(CodeInvalidKind, t.Name, ref.Pos, "the union member %q is not an object type", ref.Name)
				case !slices.Contains(t.Possible, member):
					t.Possible = append(t.Possible, member)
				}
			}
			slices.Sort(t.Possible)
		}
	}
}

// ref resolves a type as written; input says that an input type is needed.
func (b *builder) ref(coordinate string, expr *TypeExpr, input bool) TypeRef {
	name := expr.Named()
	id := b.schema.TypeByName(name)
	if id == NoType {
		b.fail(CodeUnknownType, coordinate, expr.Pos, "the type %q is not defined", name)
	} else if kind := b.byName[name].Kind; input && kind.Composite() {
		b.fail(CodeInvalidKind, coordinate, expr.Pos, "%q is not an input type", name)
	} else if !input && kind == InputObject {
		b.fail(CodeInvalidKind, coordinate, expr.Pos, "%q is not an output type", name)
	}
	wrap, ok := WrapOf(expr)
	if !ok {
		b.fail(CodeTypeTooDeep, coordinate, expr.Pos, "more than %d lists in one type", maxListDepth)
	}
	return TypeRef{Type: id, Wrap: wrap}
}

// WrapOf returns the list and non-null structure of a type as written; false
// when it has more lists than a Wrap can hold.
func WrapOf(expr *TypeExpr) (Wrap, bool) {
	depth := 0
	for e := expr; e.Elem != nil; e = e.Elem {
		depth++
	}
	if depth > maxListDepth {
		return Plain, false
	}
	return wrapOf(expr), true
}

func wrapOf(expr *TypeExpr) Wrap {
	if expr.Elem == nil {
		return WrapNamed(expr.NonNull)
	}
	return wrapOf(expr.Elem).List(expr.NonNull)
}

func applied(directives []*Directive, name string) bool {
	return slices.ContainsFunc(directives, func(d *Directive) bool { return d.Name == name })
}

// GraphQL returns the value as GraphQL text on one line.
func (v *Value) GraphQL() string {
	var sb strings.Builder
	v.write(&sb)
	return sb.String()
}

func (v *Value) write(sb *strings.Builder) {
	switch v.Kind {
	case NullValue:
		sb.WriteString("null")
	case StringValue:
		WriteString(sb, v.Raw)
	case ListValue:
		sb.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				sb.WriteString(", ")
			}
			item.write(sb)
		}
		sb.WriteByte(']')
	case ObjectValue:
		sb.WriteByte('{')
		for i, f := range v.Fields {
			if i > 0 {
				sb.WriteString(", ")
			}
			sb.WriteString(f.Name)
			sb.WriteString(": ")
			f.Value.write(sb)
		}
		sb.WriteByte('}')
	default:
		sb.WriteString(v.Raw)
	}
}

// WriteString writes a string as a quoted GraphQL string literal.
func WriteString(sb *strings.Builder, s string) {
	sb.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"':
			sb.WriteString(`\"`)
		case '\\':
			sb.WriteString(`\\`)
		case '\n':
			sb.WriteString(`\n`)
		case '\r':
			sb.WriteString(`\r`)
		case '\t':
			sb.WriteString(`\t`)
		default:
			if r < 0x20 || r == 0x7f {
				hex := strconv.FormatInt(int64(r), 16)
				sb.WriteString(`\u` + strings.Repeat("0", 4-len(hex)) + hex)
			} else {
				sb.WriteRune(r)
			}
		}
	}
	sb.WriteByte('"')
}
