package schema

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Bounds on one SDL text. They are far above any real schema; they keep a
// hostile upstream from costing unbounded memory or stack.
const (
	maxTextBytes = 64 << 20
	maxTokens    = 16 << 20
)

// Error is a problem in an SDL text.
type Error struct {
	Source  string
	Message string
	Pos     Position
}

// Error returns the message with its place.
func (e Error) Error() string {
	if !e.Pos.Known() {
		return fmt.Sprintf("%s: %s", e.Source, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Source, e.Pos.Line, e.Pos.Column, e.Message)
}

// Parse reads an SDL text. The source names it in errors. The document is nil
// exactly if there are errors.
func Parse(source, text string) (doc *Document, errs []Error) {
	if len(text) > maxTextBytes {
		return nil, []Error{{Source: source, Message: fmt.Sprintf("the schema is larger than %d bytes", maxTextBytes)}}
	}
	if !utf8.ValidString(text) {
		return nil, []Error{{Source: source, Message: "the schema is not UTF-8"}}
	}
	// What is not UTF-8 reads as the replacement character, as it does in JSON:
	// the same schema from a file and from _service is the same document.
	text = strings.ToValidUTF8(text, "\ufffd")
	// The text comes from an upstream: a fault of the parsing library must not
	// take the process down with it.
	defer func() {
		if r := recover(); r != nil {
			doc, errs = nil, []Error{{Source: source, Message: fmt.Sprintf("the schema cannot be parsed: %v", r)}}
		}
	}()
	parsed, err := parser.ParseSchemaWithLimit(&ast.Source{Name: source, Input: text}, maxTokens)
	if err != nil {
		return nil, []Error{parseError(source, err)}
	}
	c := converter{source: source}
	doc = c.document(parsed)
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return doc, nil
}

func parseError(source string, err error) Error {
	e := Error{Source: source, Message: err.Error()}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		e.Message = located.Message
		if len(located.Locations) > 0 {
			e.Pos = Position{Line: located.Locations[0].Line, Column: located.Locations[0].Column}
		}
	}
	return e
}

// converter turns the library's tree into ours.
type converter struct {
	source string
	errs   []Error
}

func position(p *ast.Position) Position {
	if p == nil {
		return Position{}
	}
	return Position{Line: p.Line, Column: p.Column}
}

func (c *converter) fail(pos Position, format string, args ...any) {
	c.errs = append(c.errs, Error{Source: c.source, Message: fmt.Sprintf(format, args...), Pos: pos})
}

func (c *converter) document(in *ast.SchemaDocument) *Document {
	doc := &Document{Source: c.source}
	for _, s := range in.Schema {
		if len(s.OperationTypes) == 0 {
			c.fail(position(s.Position), "a schema definition must name its root operation types")
		}
		doc.Schemas = append(doc.Schemas, c.schemaDefinition(s, false))
	}
	for _, s := range in.SchemaExtension {
		doc.Schemas = append(doc.Schemas, c.schemaDefinition(s, true))
	}
	sort.SliceStable(doc.Schemas, func(i, j int) bool { return before(doc.Schemas[i].Pos, doc.Schemas[j].Pos) })
	for _, d := range in.Definitions {
		doc.Types = append(doc.Types, c.typeDefinition(d, false))
	}
	for _, d := range in.Extensions {
		doc.Types = append(doc.Types, c.typeDefinition(d, true))
	}
	sort.SliceStable(doc.Types, func(i, j int) bool { return before(doc.Types[i].Pos, doc.Types[j].Pos) })
	for _, d := range in.Directives {
		doc.Directives = append(doc.Directives, c.directiveDefinition(d))
	}
	for _, d := range in.DirectiveExtensions {
		c.fail(position(d.Position), "directive extensions are not supported")
	}
	return doc
}

func before(a, b Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

func (c *converter) schemaDefinition(in *ast.SchemaDefinition, extension bool) *SchemaDefinition {
	out := &SchemaDefinition{
		Pos:         position(in.Position),
		Description: in.Description,
		Extension:   extension,
		Directives:  c.directives(in.Directives),
	}
	for _, op := range in.OperationTypes {
		root := RootDefinition{Pos: position(op.Position), Type: op.Type}
		switch op.Operation {
		case ast.Mutation:
			root.Operation = Mutation
		case ast.Subscription:
			root.Operation = Subscription
		default:
			root.Operation = Query
		}
		out.Roots = append(out.Roots, root)
	}
	return out
}

var kindOf = map[ast.DefinitionKind]Kind{
	ast.Scalar: Scalar, ast.Object: Object, ast.Interface: Interface,
	ast.Union: Union, ast.Enum: Enum, ast.InputObject: InputObject,
}

func (c *converter) typeDefinition(in *ast.Definition, extension bool) *TypeDefinition {
	out := &TypeDefinition{
		Pos:         position(in.Position),
		Kind:        kindOf[in.Kind],
		Name:        in.Name,
		Description: in.Description,
		Extension:   extension,
		Directives:  c.directives(in.Directives),
	}
	for _, name := range in.Interfaces {
		// The library keeps no position for an implemented interface.
		out.Interfaces = append(out.Interfaces, NamedRef{Pos: out.Pos, Name: name})
	}
	for i, name := range in.Types {
		ref := NamedRef{Pos: out.Pos, Name: name}
		if i < len(in.TypePositions) {
			ref.Pos = position(in.TypePositions[i])
		}
		out.Members = append(out.Members, ref)
	}
	for _, f := range in.Fields {
		out.Fields = append(out.Fields, &FieldDefinition{
			Pos:         position(f.Position),
			Name:        f.Name,
			Description: f.Description,
			Arguments:   c.arguments(f.Arguments),
			Type:        c.typeExpr(f.Type, 0),
			Default:     c.value(f.DefaultValue),
			Directives:  c.directives(f.Directives),
		})
	}
	for _, v := range in.EnumValues {
		out.Values = append(out.Values, &EnumValueDefinition{
			Pos:         position(v.Position),
			Name:        v.Name,
			Description: v.Description,
			Directives:  c.directives(v.Directives),
		})
		switch v.Name {
		case "true", "false", "null":
			c.fail(position(v.Position), "%s is not a name for an enum value", v.Name)
		}
	}
	return out
}

func (c *converter) directiveDefinition(in *ast.DirectiveDefinition) *DirectiveDefinition {
	out := &DirectiveDefinition{
		Pos:         position(in.Position),
		Name:        in.Name,
		Description: in.Description,
		Arguments:   c.arguments(in.Arguments),
		Repeatable:  in.IsRepeatable,
	}
	for _, l := range in.Locations {
		out.Locations = append(out.Locations, string(l))
	}
	return out
}

func (c *converter) arguments(in ast.ArgumentDefinitionList) []*ArgumentDefinition {
	var out []*ArgumentDefinition
	for _, a := range in {
		out = append(out, &ArgumentDefinition{
			Pos:         position(a.Position),
			Name:        a.Name,
			Description: a.Description,
			Type:        c.typeExpr(a.Type, 0),
			Default:     c.value(a.DefaultValue),
			Directives:  c.directives(a.Directives),
		})
	}
	return out
}

func (c *converter) typeExpr(in *ast.Type, depth int) *TypeExpr {
	if in == nil {
		return &TypeExpr{}
	}
	out := &TypeExpr{Pos: position(in.Position), Name: in.NamedType, NonNull: in.NonNull}
	if in.Elem != nil {
		if depth >= maxListDepth {
			c.fail(out.Pos, "a type may nest at most %d lists", maxListDepth)
			return out
		}
		out.Elem = c.typeExpr(in.Elem, depth+1)
	}
	return out
}

func (c *converter) directives(in ast.DirectiveList) []*Directive {
	var out []*Directive
	for _, d := range in {
		dir := &Directive{Pos: position(d.Position), Name: d.Name}
		for _, a := range d.Arguments {
			dir.Arguments = append(dir.Arguments, Argument{Pos: position(a.Position), Name: a.Name, Value: c.value(a.Value)})
		}
		out = append(out, dir)
	}
	return out
}

// value recurses as deep as the parser allows (1,000 levels).
func (c *converter) value(in *ast.Value) *Value {
	if in == nil {
		return nil
	}
	out := &Value{Pos: position(in.Position), Raw: in.Raw}
	switch in.Kind {
	case ast.IntValue:
		out.Kind = IntValue
	case ast.FloatValue:
		out.Kind = FloatValue
	case ast.StringValue, ast.BlockValue:
		out.Kind = StringValue
	case ast.BooleanValue:
		out.Kind = BooleanValue
	case ast.NullValue:
		out.Kind, out.Raw = NullValue, ""
	case ast.EnumValue:
		out.Kind = EnumValue
	case ast.ListValue:
		out.Kind = ListValue
		for _, child := range in.Children {
			out.Items = append(out.Items, c.value(child.Value))
		}
	case ast.ObjectValue:
		out.Kind = ObjectValue
		for _, child := range in.Children {
			out.Fields = append(out.Fields, Argument{Pos: position(child.Position), Name: child.Name, Value: c.value(child.Value)})
		}
	default:
		c.fail(out.Pos, "a variable is not allowed here")
		out.Kind = NullValue
	}
	return out
}
