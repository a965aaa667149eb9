package operation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graphql/weft/planner/schema"
)

// Front parses operations against one schema. It is immutable.
type Front struct {
	schema *schema.Schema
	api    *ast.Schema
	limits Limits
	rules  []validator.Rule
	// inputs and enums describe the visible input types, by TypeID.
	inputs  []*inputObject
	enums   []map[string]struct{}
	scalars []scalarKind
	// visible marks the types of the API schema.
	visible []bool
}

// NewFront returns a Front. The API schema's SDL says what clients may use; s
// has at least its elements (and may have hidden ones) and gives the ids.
func NewFront(apiSDL string, s *schema.Schema, limits Limits) (front *Front, err error) {
	defer func() {
		if p := recover(); p != nil {
			front, err = nil, fmt.Errorf("%s: the API schema cannot be loaded: %v", CodeInternal, p)
		}
	}()
	api, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "api schema", Input: apiSDL})
	if err != nil {
		return nil, fmt.Errorf("the API schema cannot be loaded: %w", plainError(err))
	}
	f := &Front{schema: s, api: api, limits: limits}
	f.visible = make([]bool, len(s.Types))
	if err := f.matchTypes(); err != nil {
		return nil, err
	}
	f.rules = f.ruleSet()
	if err := f.loadInputs(); err != nil {
		return nil, err
	}
	return f, nil
}

// matchTypes marks the visible types and makes sure that all ids that an
// operation can need are there.
func (f *Front) matchTypes() error {
	for _, name := range slices.Sorted(maps.Keys(f.api.Types)) {
		def := f.api.Types[name]
		id := f.schema.TypeByName(def.Name)
		if id == schema.NoType {
			if strings.HasPrefix(def.Name, "__") {
				continue
			}
			return fmt.Errorf("the type %q of the API schema is not in the schema", def.Name)
		}
		f.visible[id] = true
		for _, field := range def.Fields {
			if f.schema.FieldByName(id, field.Name) == schema.NoField && !strings.HasPrefix(field.Name, "__") {
				return fmt.Errorf("the field %q of the API schema is not in the schema", def.Name+"."+field.Name)
			}
		}
	}
	return nil
}

// plainError strips the parsing library's type from an error.
func plainError(err error) error {
	var g *gqlerror.Error
	if !errors.As(err, &g) {
		return errors.New(err.Error())
	}
	if len(g.Locations) > 0 {
		return fmt.Errorf("%d:%d: %s", g.Locations[0].Line, g.Locations[0].Column, g.Message)
	}
	return errors.New(g.Message)
}

// Parse turns an operation document into an Operation: operationName selects
// one of several; it may be empty when there is one only.
func (f *Front) Parse(text, operationName string) (op *Operation, errs Errors) {
	defer func() {
		// A fault of the parsing library or of ours must not reach the process; the
		// message says nothing about our insides.
		if p := recover(); p != nil {
			op, errs = nil, one(CodeInternal, "The operation could not be processed.")
		}
	}()
	if at := invalidUTF8(text); at >= 0 {
		return nil, one(CodeParseFailed, "The document is not valid UTF-8.", placeOf(text, at))
	}
	maxTokens := 0
	if f.limits.Enforce {
		maxTokens = f.limits.MaxTokens
	}
	var src source
	if errs := src.read(text, maxTokens); errs != nil {
		return nil, errs
	}
	if f.limits.Enforce && f.limits.MaxDirectives > 0 && src.directives > f.limits.MaxDirectives {
		return nil, one(CodeMaxDirectives, fmt.Sprintf("The document applies %d directives; at most %d are allowed.", src.directives, f.limits.MaxDirectives))
	}
	if op, errs = f.process(&src, operationName); errs != nil {
		src.locate(errs)
		return nil, errs
	}
	if src.moved {
		src.locateSelections(op)
	}
	return op, nil
}

// process does all that is done with a text once it has been read. All places
// in what it returns are those of the parsing library.
func (f *Front) process(src *source, operationName string) (*Operation, Errors) {
	measured := Measured{Tokens: src.tokens, Directives: src.directives}
	doc, errs := parseDocument(src.plain)
	if errs != nil {
		return nil, errs
	}
	if errs := f.validate(doc); errs != nil {
		return nil, errs
	}
	selected, errs := selectOperation(doc, operationName)
	if errs != nil {
		return nil, errs
	}
	measure(selected, &measured)
	if errs := f.limits.check(&measured); errs != nil {
		return nil, errs
	}
	return f.build(selected, measured)
}

func parseDocument(text string) (*ast.QueryDocument, Errors) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		var g *gqlerror.Error
		if !errors.As(err, &g) {
			return nil, one(CodeParseFailed, "Syntax error: "+err.Error())
		}
		return nil, one(CodeParseFailed, "Syntax error: "+g.Message, locations(g)...)
	}
	for _, fragment := range doc.Fragments {
		// The library still reads an experiment that never became GraphQL.
		if len(fragment.VariableDefinition) > 0 {
			return nil, one(CodeParseFailed, "Syntax error: a fragment cannot define variables.", position(fragment.Position))
		}
	}
	return doc, nil
}

func selectOperation(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, Errors) {
	switch {
	case len(doc.Operations) == 0:
		return nil, one(CodeOperationResolution, "The document has no operation.")
	case name != "":
		if op := doc.Operations.ForName(name); op != nil && op.Name == name {
			return op, nil
		}
		return nil, one(CodeOperationResolution, fmt.Sprintf("The document has no operation named %q.", name))
	case len(doc.Operations) > 1:
		return nil, one(CodeOperationResolution, "The document has several operations: an operation name is required.")
	}
	return doc.Operations[0], nil
}

func position(p *ast.Position) Location {
	if p == nil {
		return Location{}
	}
	return Location{Line: int32(p.Line), Column: int32(p.Column)}
}

func locations(g *gqlerror.Error) []Location {
	out := make([]Location, 0, len(g.Locations))
	for _, l := range g.Locations {
		out = append(out, Location{Line: int32(l.Line), Column: int32(l.Column)})
	}
	return out
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}
