package supergraph

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
)

func expr(t string) *schema.TypeExpr {
	if strings.HasSuffix(t, "!") {
		e := expr(strings.TrimSuffix(t, "!"))
		e.NonNull = true
		return e
	}
	if strings.HasPrefix(t, "[") {
		return &schema.TypeExpr{Elem: expr(strings.TrimSuffix(strings.TrimPrefix(t, "["), "]"))}
	}
	return &schema.TypeExpr{Name: t}
}

func subgraphDefinitions(names ...string) []SubgraphDefinition {
	var out []SubgraphDefinition
	for _, n := range names {
		out = append(out, SubgraphDefinition{Name: n, Enum: strings.ToUpper(n), URL: "http://" + n})
	}
	return out
}

func field(name, typ string, in ...FieldIn) *FieldDefinition {
	return &FieldDefinition{Name: name, Type: expr(typ), In: in}
}

func key(subgraph int, keys ...string) TypeIn {
	in := TypeIn{Subgraph: subgraph}
	for _, k := range keys {
		in.Keys = append(in.Keys, Key{Fields: k, Resolvable: true})
	}
	return in
}

func queryType(in ...TypeIn) *TypeDefinition {
	return &TypeDefinition{Kind: schema.Object, Name: "Query", In: in, Fields: []*FieldDefinition{field("ok", "Boolean")}}
}

func mustBuild(t *testing.T, def *Definition) *Supergraph {
	t.Helper()
	sg, err := Build(def)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

func (s *Supergraph) mustField(t *testing.T, typ, name string) schema.FieldID {
	t.Helper()
	id := s.Schema.FieldByName(s.Schema.TypeByName(typ), name)
	if id == schema.NoField {
		t.Fatalf("no field %s.%s", typ, name)
	}
	return id
}

// show prints a field set by names and checks that every id fits its name.
func show(t *testing.T, s *schema.Schema, set FieldSet) string {
	t.Helper()
	var out []string
	for _, sel := range set {
		text := sel.Name
		if sel.On != schema.NoType {
			text = "... on " + s.Type(sel.On).Name
		}
		if sel.Field != schema.NoField && s.Field(sel.Field).Name != sel.Name {
			t.Errorf("field id of %s belongs to %s", sel.Name, s.Field(sel.Field).Name)
		}
		for _, a := range sel.Args {
			text += "(" + a.Name + ": " + a.Value + ")"
		}
		if len(sel.Selections) > 0 {
			text += " { " + show(t, s, sel.Selections) + " }"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestBuildProviders(t *testing.T) {
	extension := key(1, "upc", "maker { id }")
	extension.Extension = true
	extension.Keys[1].Resolvable = false
	def := &Definition{
		Subgraphs: subgraphDefinitions("a", "b", "c"),
		Types: []*TypeDefinition{
			{Kind: schema.Object, Name: "Maker", In: []TypeIn{{Subgraph: 0}, {Subgraph: 1}}, Fields: []*FieldDefinition{
				field("id", "ID!", FieldIn{Subgraph: 0}, FieldIn{Subgraph: 1, External: true}),
				field("name", "String", FieldIn{Subgraph: 0}, FieldIn{Subgraph: 1, External: true}),
			}},
			{Kind: schema.Object, Name: "Product", In: []TypeIn{key(0, "upc"), extension, {Subgraph: 2, Name: "C_Product"}}, Fields: []*FieldDefinition{
				{Name: "price", Type: expr("Int"), In: []FieldIn{{Subgraph: 0}, {Subgraph: 1, External: true}},
					Args: []*ArgumentDefinition{{Name: "in", Type: expr("String!"), Default: &schema.Value{Kind: schema.StringValue, Raw: "EUR"}}}},
				field("estimate", "Int", FieldIn{Subgraph: 1, Requires: `price(in: "USD") maker { id }`}),
				field("maker", "Maker", FieldIn{Subgraph: 1, Provides: "name", Type: expr("Maker!")}),
				field("similar", "[Product!]", FieldIn{Subgraph: 2, Name: "alike"}),
				{Name: "secret", Type: expr("Int"), Applied: Applied{Inaccessible: true}},
				{Name: "indirect", Type: expr("Int"), Indirect: true},
				field("moved", "Int", FieldIn{Subgraph: 0, Override: "b"}, FieldIn{Subgraph: 1, UsedOverridden: true}),
				field("moving", "Int", FieldIn{Subgraph: 0, Override: "b", OverrideLabel: "percent(5)"}, FieldIn{Subgraph: 1, OverrideLabel: "percent(5)"}),
				field("unmoved", "Int", FieldIn{Subgraph: 0, Override: "gone"}, FieldIn{Subgraph: 1}),
				field("upc", "ID!", FieldIn{Subgraph: 0}, FieldIn{Subgraph: 1, External: true}),
			}},
			queryType(TypeIn{Subgraph: 0}),
		},
	}
	sg := mustBuild(t, def)
	type row struct {
		Graph                                        int
		Name, Type, Requires, Provides               string
		External, KeyExternal, Overridden, Overrides bool
		Label                                        int
	}
	cases := []struct {
		typ, field string
		want       []row
	}{
		{"Product", "upc", []row{{Graph: 0, Name: "upc", Type: "ID!", Label: -1}, {Graph: 1, Name: "upc", Type: "ID!", External: true, KeyExternal: true, Label: -1}}},
		{"Product", "price", []row{{Graph: 0, Name: "price", Type: "Int", Label: -1}, {Graph: 1, Name: "price", Type: "Int", External: true, Label: -1}}},
		{"Product", "estimate", []row{{Graph: 1, Name: "estimate", Type: "Int", Requires: `price(in: "USD") maker { id }`, Label: -1}}},
		{"Product", "maker", []row{{Graph: 1, Name: "maker", Type: "Maker!", Provides: "name", Label: -1}}},
		{"Product", "similar", []row{{Graph: 2, Name: "alike", Type: "[C_Product!]", Label: -1}}},
		{"Product", "secret", []row{{Graph: 0, Name: "secret", Type: "Int", Label: -1}, {Graph: 1, Name: "secret", Type: "Int", Label: -1}, {Graph: 2, Name: "secret", Type: "Int", Label: -1}}},
		{"Product", "indirect", nil},
		{"Product", "moved", []row{{Graph: 0, Name: "moved", Type: "Int", Label: -1}, {Graph: 1, Name: "moved", Type: "Int", Overridden: true, Label: -1}}},
		{"Product", "moving", []row{{Graph: 0, Name: "moving", Type: "Int", Overrides: true}, {Graph: 1, Name: "moving", Type: "Int", Overridden: true}}},
		{"Product", "unmoved", []row{{Graph: 0, Name: "unmoved", Type: "Int", Label: -1}, {Graph: 1, Name: "unmoved", Type: "Int", Label: -1}}},
		{"Maker", "id", []row{{Graph: 0, Name: "id", Type: "ID!", Label: -1}, {Graph: 1, Name: "id", Type: "ID!", External: true, KeyExternal: true, Label: -1}}},
		{"Maker", "name", []row{{Graph: 0, Name: "name", Type: "String", Label: -1}, {Graph: 1, Name: "name", Type: "String", External: true, Label: -1}}},
	}
	for _, c := range cases {
		t.Run(c.typ+"."+c.field, func(t *testing.T) {
			var got []row
			for _, p := range sg.Providers[sg.mustField(t, c.typ, c.field)] {
				got = append(got, row{
					Graph: p.Subgraph, Name: p.Name, Type: p.Type, External: p.External, KeyExternal: p.KeyExternal,
					Overridden: p.Overridden, Overrides: p.Overrides, Label: p.Label,
					Requires: show(t, sg.Schema, p.Requires), Provides: show(t, sg.Schema, p.Provides),
				})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if diff := cmp.Diff([]string{"percent(5)"}, sg.Labels); diff != "" {
		t.Error(diff)
	}
	if !sg.Schema.Field(sg.mustField(t, "Product", "secret")).Hidden || sg.Schema.Field(sg.mustField(t, "Product", "upc")).Hidden {
		t.Error("the wrong fields are hidden")
	}
	args := sg.Providers[sg.mustField(t, "Product", "price")][0].Args
	if diff := cmp.Diff([]ProviderArg{{Name: "in", Type: "String!", HasDefault: true}}, args); diff != "" {
		t.Error(diff)
	}
	view := sg.View(sg.Schema.TypeByName("Product"), 1)
	if len(view.Keys) != 2 || len(view.Lookups) != 1 || view.Lookups[0].Text != "upc" || view.Lookups[0].Typename != "Product" {
		t.Errorf("keys and lookups of Product in b: %+v", view)
	}
}

func TestBuildViews(t *testing.T) {
	object := key(1, "id")
	object.InterfaceObject = true
	object.Lookups = []LookupDefinition{{Key: "id", Path: []string{"media"}, Arguments: []LookupArgument{{Argument: "id", From: "id"}}}}
	def := &Definition{
		Subgraphs: subgraphDefinitions("a", "b", "c"),
		Types: []*TypeDefinition{
			{Kind: schema.Union, Name: "Any", In: []TypeIn{{Subgraph: 0}, {Subgraph: 2}}, Members: []Membership{{Type: "Film", Subgraphs: []int{0, 2}}, {Type: "Book", Subgraphs: []int{0}}}},
			{Kind: schema.Object, Name: "Book", In: []TypeIn{key(0, "id"), {Subgraph: 2}}, Implements: []Membership{{Type: "Media", Subgraphs: []int{0}}},
				Fields: []*FieldDefinition{field("id", "ID!"), {Name: "rating", Type: expr("Int"), Indirect: true}}},
			{Kind: schema.Object, Name: "Film", In: []TypeIn{key(0, "id"), {Subgraph: 2}}, Implements: []Membership{{Type: "Media"}},
				Fields: []*FieldDefinition{field("id", "ID!"), {Name: "rating", Type: expr("Int"), Indirect: true}}},
			{Kind: schema.Interface, Name: "Media", In: []TypeIn{key(0, "id"), object, {Subgraph: 2}},
				Fields: []*FieldDefinition{field("id", "ID!"), field("rating", "Int", FieldIn{Subgraph: 1})}},
			queryType(TypeIn{Subgraph: 0}),
		},
	}
	sg := mustBuild(t, def)
	possible := func(typ string, subgraph int) string {
		view := sg.View(sg.Schema.TypeByName(typ), subgraph)
		if view == nil {
			return "absent"
		}
		var names []string
		for _, id := range view.Possible {
			names = append(names, sg.Schema.Type(id).Name)
		}
		return view.Kind.String() + " " + strings.Join(names, " ")
	}
	for _, c := range []struct {
		typ      string
		subgraph int
		want     string
	}{
		{"Media", 0, "INTERFACE Book Film"},
		{"Media", 1, "OBJECT "},
		{"Media", 2, "INTERFACE Film"},
		{"Any", 0, "UNION Book Film"},
		{"Any", 1, "absent"},
		{"Any", 2, "UNION Film"},
		{"Book", 2, "OBJECT Book"},
		{"String", 1, "SCALAR "},
	} {
		if got := possible(c.typ, c.subgraph); got != c.want {
			t.Errorf("%s in %d: got %q, want %q", c.typ, c.subgraph, got, c.want)
		}
	}
	view := sg.View(sg.Schema.TypeByName("Media"), 1)
	if len(view.Lookups) != 2 || view.Lookups[0].Typename != "Media" || view.Lookups[0].Field != nil || view.Lookups[1].Field == nil {
		t.Errorf("lookups of the interface object: %+v", view.Lookups)
	}
	through := sg.InterfaceObjectProviders(sg.Schema.TypeByName("Film"), "rating")
	if len(through) != 1 || through[0].Provider.Subgraph != 1 || through[0].Field != sg.mustField(t, "Media", "rating") {
		t.Errorf("rating of Film through interface objects: %+v", through)
	}
	if got := sg.InterfaceObjectProviders(sg.Schema.TypeByName("Film"), "title"); got != nil {
		t.Errorf("a field the interface does not have: %+v", got)
	}
}

func TestBuildErrors(t *testing.T) {
	base := func(types ...*TypeDefinition) *Definition {
		return &Definition{Subgraphs: subgraphDefinitions("a", "b"), Types: append(types, queryType(TypeIn{Subgraph: 0}))}
	}
	object := func(in TypeIn, fields ...*FieldDefinition) *TypeDefinition {
		return &TypeDefinition{Kind: schema.Object, Name: "P", In: []TypeIn{in}, Fields: append(fields, field("id", "ID!"), field("other", "P"))}
	}
	for _, c := range []struct {
		name string
		def  *Definition
		code string
		text string
		pos  schema.Position
	}{
		{"unknown key field", base(object(key(0, "id  none"))), CodeInvalidFieldSet, "no field none", schema.Position{Line: 1, Column: 5}},
		{"key syntax", base(object(key(0, "id {"))), CodeInvalidFieldSet, "@key", schema.Position{Line: 2, Column: 1}},
		{"empty key", base(object(key(0, ""))), CodeInvalidFieldSet, "empty", schema.Position{}},
		{"key with alias", base(object(key(0, "x: id"))), CodeInvalidFieldSet, "alias", schema.Position{Line: 1, Column: 1}},
		{"leaf with selection", base(object(key(0, "id { a }"))), CodeInvalidFieldSet, "no fields to select", schema.Position{Line: 1, Column: 1}},
		{"composite without selection", base(object(key(0, "other"))), CodeInvalidFieldSet, "needs a selection", schema.Position{Line: 1, Column: 1}},
		{"braces that close early", base(object(key(0, "id } { id"))), CodeInvalidFieldSet, "one selection set", schema.Position{}},
		{"variable", base(object(key(0, "id(x: $y)"))), CodeInvalidFieldSet, "variables", schema.Position{Line: 1, Column: 4}},
		{"spread", base(object(key(0, "...F"))), CodeInvalidFieldSet, "named fragments", schema.Position{Line: 1, Column: 4}},
		{"provides on a leaf", base(object(key(0, "id"), field("n", "Int", FieldIn{Subgraph: 0, Provides: "x"}))), CodeInvalidFieldSet, "without fields", schema.Position{}},
		{"requires of nothing", base(object(key(0, "id"), field("n", "Int", FieldIn{Subgraph: 0, Requires: "other { x }"}))), CodeInvalidFieldSet, "no field x", schema.Position{Line: 1, Column: 9}},
		{"unknown type", base(object(key(0, "id"), field("n", "Nope"))), CodeInvalidDefinition, "not defined", schema.Position{}},
		{"subgraph out of range", base(object(key(7, "id"))), CodeInvalidDefinition, "no subgraph 7", schema.Position{}},
		{"field without type there", base(object(key(0, "id"), field("n", "Int", FieldIn{Subgraph: 1}))), CodeInvalidDefinition, "not its type", schema.Position{}},
		{"field twice", base(object(key(0, "id"), field("n", "Int", FieldIn{}, FieldIn{}))), CodeInvalidDefinition, "listed twice", schema.Position{}},
		{"two subgraphs of one name", &Definition{Subgraphs: subgraphDefinitions("a", "a"), Types: []*TypeDefinition{queryType(TypeIn{})}}, CodeInvalidDefinition, "one name", schema.Position{}},
		{"interface object of an object", base(object(TypeIn{InterfaceObject: true})), CodeInvalidDefinition, "only an interface", schema.Position{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Build(c.def)
			var fault Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			if fault.Code != c.code || !strings.Contains(fault.Message, c.text) || fault.Pos != c.pos {
				t.Errorf("got %+v", fault)
			}
		})
	}
}

func TestNormalizeFieldSet(t *testing.T) {
	for in, want := range map[string]string{
		" id\n name ":                            "id name",
		"{id}":                                   "id",
		"a{b{c}} d":                              "a { b { c } } d",
		"... on X{a}":                            "... on X { a }",
		`f(x:"a",y:[1,{z:E}])`:                   `f(x: "a", y: [1, {z: E}])`,
		"id # why":                               "id",
		"not { closed":                           "not { closed",
		"__typename, ...{ a @include(if:true) }": "__typename ... { a @include(if: true) }",
	} {
		if got := NormalizeFieldSet(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if again := NormalizeFieldSet(want); again != want {
			t.Errorf("%q is not stable: %q", want, again)
		}
	}
}
