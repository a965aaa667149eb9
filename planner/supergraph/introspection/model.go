package introspection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/planner/schema"
)

// Model is an API schema in the form in which it is asked about.
type Model struct {
	description text
	types       []typeModel // by schema.TypeID
	names       map[string]schema.TypeID
	roots       [3]schema.TypeID
	directives  []directiveModel
}

// text is a JSON string, or nil for null.
type text []byte

type typeModel struct {
	kind        schema.Kind
	name        text
	description text
	specifiedBy text
	oneOf       bool
	fields      []fieldModel
	inputs      []inputModel
	values      []valueModel
	interfaces  []schema.TypeID
	possible    []schema.TypeID
}

type fieldModel struct {
	name, description text
	args              []inputModel
	typ               schema.TypeRef
	deprecation
}

type inputModel struct {
	name, description, defaultValue text
	typ                             schema.TypeRef
	deprecation
}

type valueModel struct {
	name, description text
	deprecation
}

type directiveModel struct {
	name, description text
	repeatable        bool
	locations         []text
	args              []inputModel
}

type deprecation struct {
	deprecated bool
	reason     text
}

// builtin are the types and directives every schema has (specification,
// sections 3.5, 3.13 and 4.2).
const builtin = `
scalar Boolean
scalar Float
scalar ID
scalar Int
scalar String
directive @skip("Skipped when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include("Included when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated("Why it is deprecated, and what to use instead." reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy("The URL of the scalar's specification." url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT
type __Schema { description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type directives: [__Directive!]! }
type __Type { kind: __TypeKind! name: String description: String specifiedByURL: String fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!] enumValues(includeDeprecated: Boolean = false): [__EnumValue!] inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type isOneOf: Boolean }
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
type __Field { name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type! isDeprecated: Boolean! deprecationReason: String }
type __InputValue { name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean! deprecationReason: String }
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive { name: String! description: String isRepeatable: Boolean! locations: [__DirectiveLocation!]! args(includeDeprecated: Boolean = false): [__InputValue!]! }
enum __DirectiveLocation { QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION }
`

var builtinDocument = sync.OnceValue(func() *schema.Document {
	doc, errs := schema.Parse("introspection", builtin)
	if len(errs) > 0 {
		panic(errs[0])
	}
	return doc
})

// New makes the Model of an API schema. Extensions must have been merged.
// Built-in scalars and directives may be missing from the Document.
func New(api *schema.Document) (*Model, error) {
	all := schema.Document{Source: api.Source, Schemas: api.Schemas, Types: slices.Clone(api.Types), Directives: slices.Clone(api.Directives)}
	definitions := make(map[string]*schema.TypeDefinition, len(api.Types))
	for _, t := range api.Types {
		if t.Extension {
			return nil, fmt.Errorf("introspection: type %s is an extension; extensions must be merged first", t.Name)
		}
		definitions[t.Name] = t
	}
	for _, t := range builtinDocument().Types {
		if definitions[t.Name] == nil {
			definitions[t.Name] = t
			all.Types = append(all.Types, t)
		}
	}
	for _, d := range builtinDocument().Directives {
		if !slices.ContainsFunc(api.Directives, func(o *schema.DirectiveDefinition) bool { return o.Name == d.Name }) {
			all.Directives = append(all.Directives, d)
		}
	}
	s, err := schema.FromDocument(&all)
	if err != nil {
		return nil, fmt.Errorf("introspection: %w", err)
	}
	b := builder{schema: s}
	m := &Model{roots: s.Roots, names: make(map[string]schema.TypeID, len(s.Types)), types: make([]typeModel, len(s.Types))}
	for i := range s.Types {
		m.names[s.Types[i].Name] = s.Types[i].ID
		m.types[i] = b.typeModel(&s.Types[i], definitions[s.Types[i].Name])
	}
	for _, def := range api.Schemas {
		if def.Description != "" {
			m.description = quoted(def.Description)
		}
	}
	for _, d := range all.Directives {
		m.directives = append(m.directives, b.directive(d))
	}
	slices.SortStableFunc(m.directives, func(x, y directiveModel) int { return bytes.Compare(x.name, y.name) })
	return m, b.err
}

type builder struct {
	schema *schema.Schema
	err    error // the first fault
}

func (b *builder) typeModel(t *schema.Type, def *schema.TypeDefinition) typeModel {
	out := typeModel{
		kind: t.Kind, name: quoted(t.Name), description: described(def.Description),
		oneOf: t.OneOf, interfaces: t.Interfaces,
	}
	if t.Kind.Abstract() {
		out.possible = t.Possible
	}
	for _, d := range def.Directives {
		if url := d.Argument("url"); d.Name == "specifiedBy" && url != nil {
			out.specifiedBy = quoted(url.Raw)
		}
	}
	for _, v := range def.Values {
		out.values = append(out.values, valueModel{name: quoted(v.Name), description: described(v.Description), deprecation: deprecationOf(v.Directives)})
	}
	for i, f := range def.Fields {
		ref := b.schema.Field(t.Fields[i]).Type
		if t.Kind == schema.InputObject {
			out.inputs = append(out.inputs, b.input(f.Name, f.Description, ref, f.Default, f.Directives))
			continue
		}
		out.fields = append(out.fields, fieldModel{
			name: quoted(f.Name), description: described(f.Description), typ: ref,
			args: b.inputs(f.Arguments), deprecation: deprecationOf(f.Directives),
		})
	}
	return out
}

func (b *builder) directive(d *schema.DirectiveDefinition) directiveModel {
	out := directiveModel{name: quoted(d.Name), description: described(d.Description), repeatable: d.Repeatable, args: b.inputs(d.Arguments)}
	for _, l := range d.Locations {
		out.locations = append(out.locations, quoted(l))
	}
	return out
}

func (b *builder) inputs(args []*schema.ArgumentDefinition) []inputModel {
	var out []inputModel
	for _, a := range args {
		ref := schema.TypeRef{Type: b.schema.TypeByName(a.Type.Named())}
		var ok bool
		if ref.Wrap, ok = schema.WrapOf(a.Type); (ref.Type == schema.NoType || !ok) && b.err == nil {
			b.err = fmt.Errorf("introspection: argument %s: the type %s is not defined", a.Name, a.Type)
		}
		out = append(out, b.input(a.Name, a.Description, ref, a.Default, a.Directives))
	}
	return out
}

func (b *builder) input(name, description string, ref schema.TypeRef, def *schema.Value, directives []*schema.Directive) inputModel {
	out := inputModel{name: quoted(name), description: described(description), typ: ref, deprecation: deprecationOf(directives)}
	if def != nil {
		out.defaultValue = quoted(def.GraphQL())
	}
	return out
}

func deprecationOf(directives []*schema.Directive) deprecation {
	for _, d := range directives {
		if d.Name != "deprecated" {
			continue
		}
		reason := d.Argument("reason")
		if reason == nil {
			return deprecation{deprecated: true, reason: quoted("No longer supported")}
		}
		if reason.Kind == schema.NullValue {
			return deprecation{deprecated: true}
		}
		return deprecation{deprecated: true, reason: quoted(reason.Raw)}
	}
	return deprecation{}
}

func described(s string) text {
	if s == "" {
		return nil
	}
	return quoted(s)
}

func quoted(s string) text {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	// A string always encodes.
	_ = enc.Encode(s)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
