package supergraph_test

import (
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

func named(name string) *schema.TypeExpr { return &schema.TypeExpr{Name: name} }

func TestAPISchema(t *testing.T) {
	hidden := supergraph.Applied{Inaccessible: true}
	str := func(raw string) *schema.Value { return &schema.Value{Kind: schema.StringValue, Raw: raw} }
	def := &supergraph.Definition{
		Subgraphs: []supergraph.SubgraphDefinition{{Name: "a", Enum: "A"}},
		Directives: []*schema.DirectiveDefinition{
			{Name: "op", Locations: []string{"FIELD_DEFINITION", "FIELD"}},
			{Name: "composed", Locations: []string{"OBJECT"}},
		},
		Types: []*supergraph.TypeDefinition{
			{Kind: schema.Enum, Name: "E", Values: []*supergraph.EnumValueDefinition{
				{Name: "B", Deprecated: &supergraph.Deprecation{Reason: "No longer supported"}},
				{Name: "A", Deprecated: &supergraph.Deprecation{Reason: "old"}},
				{Name: "X", Applied: hidden},
			}},
			{Kind: schema.InputObject, Name: "In", OneOf: true, Fields: []*supergraph.FieldDefinition{
				{Name: "e", Type: named("E"), Default: str("A")},
				{Name: "f", Type: named("Float"), Default: &schema.Value{Kind: schema.FloatValue, Raw: "1.50"}},
				{Name: "need", Type: &schema.TypeExpr{Name: "Int", NonNull: true}},
				{Name: "secret", Type: named("Int"), Applied: hidden},
			}},
			{Kind: schema.Interface, Name: "Gone", Applied: hidden, Fields: []*supergraph.FieldDefinition{{Name: "id", Type: named("ID")}}},
			{
				Kind: schema.Object, Name: "Query", Description: "The root.",
				Applied:    supergraph.Applied{Tags: []string{"x"}, Directives: []*schema.Directive{{Name: "authenticated"}}},
				Implements: []supergraph.Membership{{Type: "Gone", Subgraphs: []int{0}}},
				Fields: []*supergraph.FieldDefinition{
					{Name: "b", Type: named("ID"), Applied: hidden},
					{Name: "a", Type: named("E"), Args: []*supergraph.ArgumentDefinition{
						{Name: "z", Type: named("ID"), Default: str("12")},
						{Name: "incomplete", Type: named("In"), Default: &schema.Value{Kind: schema.ObjectValue}},
						{Name: "in", Type: named("In"), Default: &schema.Value{Kind: schema.ObjectValue, Fields: []schema.Argument{
							{Name: "need", Value: &schema.Value{Kind: schema.IntValue, Raw: "1"}},
						}}},
						{Name: "l", Type: &schema.TypeExpr{Elem: named("E")}, Default: str("B")},
						{Name: "n", Type: named("ID"), Applied: hidden},
					}},
				},
			},
			{Kind: schema.Scalar, Name: "S", SpecifiedBy: "https://example.org"},
			{Kind: schema.Union, Name: "U", Members: []supergraph.Membership{{Type: "Query"}, {Type: "Gone"}}},
		},
	}
	want := `directive @op on FIELD

enum E {
  A @deprecated(reason: "old")
  B @deprecated
}

input In @oneOf {
  e: E = A
  f: Float = 1.5
  need: Int!
}

"""The root."""
type Query {
  a(in: In = {e: A, f: 1.5, need: 1}, incomplete: In, l: [E] = [B], z: ID = 12): E
}

scalar S @specifiedBy(url: "https://example.org")

union U = Query
`
	if got := supergraph.PrintAPI(def); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	doc := supergraph.APISchema(def)
	if _, errs := schema.Parse("api", schema.Print(doc)); len(errs) > 0 {
		t.Errorf("the API schema does not parse: %v", errs)
	}
	if def.Types[0].Values[0].Name != "B" {
		t.Error("the definition was changed")
	}
}

func TestFloatDefaults(t *testing.T) {
	for raw, want := range map[string]string{
		"1": "1", "1.0": "1", "-0.25": "-0.25", "1e3": "1000", "1e21": "1e+21", "1.5e-7": "1.5e-7", "123456789012345680000": "123456789012345680000",
	} {
		def := &supergraph.Definition{Types: []*supergraph.TypeDefinition{{Kind: schema.InputObject, Name: "I", Fields: []*supergraph.FieldDefinition{
			{Name: "f", Type: named("Float"), Default: &schema.Value{Kind: schema.FloatValue, Raw: raw}},
		}}}}
		if got := supergraph.APISchema(def).Types[0].Fields[0].Default.Raw; got != want {
			t.Errorf("%s prints as %s, want %s", raw, got, want)
		}
	}
}
