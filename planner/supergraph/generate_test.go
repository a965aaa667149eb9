package supergraph

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// generator makes Definitions in canonical form that use everything a
// Definition can say. They need not make sense as graphs.
type generator struct {
	*rand.Rand
	subgraphs int
	objects   []string
	faces     []string
	unions    []string
	inputs    []string
	leaves    []string
	// directives that may be applied, by their names in a Definition.
	applicable []*schema.Directive
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

func (g *generator) text() string {
	return pick(g, []string{
		"plain", "two\nlines", `with "quotes"`, `"""`, `ends with \`, "  indented\n    more", "\nblank first", "blank last\n",
		"tab\there", "ünïcödé 🧵", "a\n\nb", "a\n   \nb", "\x01control", "carriage\rreturn", "{ braces } # hash", " ",
	})
}

func (g *generator) description() string {
	if g.chance(70) {
		return ""
	}
	return g.text()
}

func (g *generator) some() []int {
	var out []int
	for i := range g.subgraphs {
		if g.chance(50) {
			out = append(out, i)
		}
	}
	return out
}

func (g *generator) fieldSet() string {
	return pick(g, []string{"id", "id name", "org { id }", "a(x: 1, y: [\"z\", {k: E}]) b", "... on A { b { c } } __typename"})
}

func (g *generator) value(depth int) *schema.Value {
	kind := schema.ValueKind(g.IntN(8))
	if depth == 0 && kind >= schema.ListValue {
		kind = schema.NullValue
	}
	v := &schema.Value{Kind: kind}
	switch kind {
	case schema.NullValue:
	case schema.IntValue:
		v.Raw = pick(g, []string{"0", "-7", "42"})
	case schema.FloatValue:
		v.Raw = pick(g, []string{"1.5", "-2e10", "3.0E-3"})
	case schema.StringValue:
		v.Raw = g.text()
	case schema.BooleanValue:
		v.Raw = pick(g, []string{"true", "false"})
	case schema.EnumValue:
		v.Raw = pick(g, []string{"RED", "GREEN"})
	case schema.ListValue:
		for range g.IntN(3) {
			v.Items = append(v.Items, g.value(depth-1))
		}
	case schema.ObjectValue:
		for i := range g.IntN(3) {
			v.Fields = append(v.Fields, schema.Argument{Name: fmt.Sprintf("k%d", i), Value: g.value(depth - 1)})
		}
	}
	return v
}

func (g *generator) typ(named []string) *schema.TypeExpr {
	t := &schema.TypeExpr{Name: pick(g, named), NonNull: g.chance(40)}
	for g.chance(25) {
		t = &schema.TypeExpr{Elem: t, NonNull: g.chance(40)}
	}
	return t
}

func (g *generator) applied(joinDirective bool) Applied {
	var a Applied
	a.Inaccessible = g.chance(10)
	for _, tag := range []string{"a", "b", "c d"} {
		if g.chance(10) {
			a.Tags = append(a.Tags, tag)
		}
	}
	for g.chance(20) {
		a.Directives = append(a.Directives, pick(g, g.applicable))
	}
	if joinDirective && g.chance(5) {
		a.Directives = append(a.Directives, apply("join__directive", "graphs", listValue(enumValue("G0")), "name", stringValue("federation__cacheTag"), "args", objectValue("format", stringValue("x"))))
	}
	return a
}

func (g *generator) deprecated() *Deprecation {
	if g.chance(85) {
		return nil
	}
	return &Deprecation{Reason: pick(g, []string{defaultReason, "", g.text()})}
}

func (g *generator) field(i int, input bool) *FieldDefinition {
	f := &FieldDefinition{Name: fmt.Sprintf("f%d", i), Description: g.description(), Deprecated: g.deprecated(), Applied: g.applied(!input)}
	if input {
		f.Type = g.typ(slices.Concat(g.inputs, g.leaves))
		if g.chance(30) {
			f.Default = g.value(2)
		}
	} else {
		f.Type = g.typ(slices.Concat(g.objects, g.faces, g.unions, g.leaves))
		for j := range g.IntN(3) {
			a := &ArgumentDefinition{Name: fmt.Sprintf("a%d", j), Description: g.description(), Type: g.typ(slices.Concat(g.inputs, g.leaves)), Deprecated: g.deprecated(), Applied: g.applied(false)}
			if g.chance(30) {
				a.Default = g.value(2)
			}
			f.Args = append(f.Args, a)
		}
	}
	for _, sg := range g.some() {
		in := FieldIn{Subgraph: sg, External: g.chance(20), UsedOverridden: g.chance(10)}
		if g.chance(10) {
			in.Name = "renamed"
		}
		for j := range g.IntN(12) - 9 {
			in.Join = append(in.Join, JoinPart{Key: fmt.Sprintf("org.id%d", j), From: "place.orgId"})
		}
		in.Namespace = g.chance(10)
		if g.chance(20) {
			in.Requires = g.fieldSet()
		}
		if g.chance(20) {
			in.Provides = g.fieldSet()
		}
		if g.chance(20) {
			in.Type = g.typ(g.leaves)
		}
		if g.chance(10) {
			in.Override = "graph 1"
			if g.chance(50) {
				in.OverrideLabel = "percent(5)"
			}
		}
		for j := range g.IntN(8) - 5 {
			in.ContextArguments = append(in.ContextArguments, ContextArgument{Name: fmt.Sprintf("c%d", j), Type: "String!", Context: "graph__ctx", Selection: " { id }"})
		}
		f.In = append(f.In, in)
	}
	f.Indirect = len(f.In) == 0 && g.chance(20)
	return f
}

func (g *generator) memberships(names []string) []Membership {
	var out []Membership
	for _, name := range names {
		if g.chance(50) {
			out = append(out, Membership{Type: name, Subgraphs: g.some()})
		}
	}
	return out
}

func (g *generator) typeIn(kind schema.Kind) []TypeIn {
	var out []TypeIn
	for _, sg := range append(g.some(), g.subgraphs) {
		in := TypeIn{Subgraph: sg, Extension: g.chance(20), InterfaceObject: kind == schema.Interface && g.chance(20)}
		if g.chance(15) {
			in.Name = fmt.Sprintf("There%d", sg)
		}
		for g.chance(40) {
			in.Keys = append(in.Keys, Key{Fields: g.fieldSet(), Resolvable: g.chance(80)})
		}
		for g.chance(15) {
			l := LookupDefinition{Key: g.fieldSet(), Path: []string{"ns", "users"}, Batch: g.chance(50), Max: g.IntN(3) * 50, Internal: g.chance(30), Match: Correlation(g.IntN(2))}
			for j := range g.IntN(3) {
				l.Arguments = append(l.Arguments, LookupArgument{Argument: fmt.Sprintf("where.ids%d", j), From: "org.id", Type: pick(g, []string{"", "ID", "[Their_Input!]!"})})
			}
			in.Lookups = append(in.Lookups, l)
		}
		out = append(out, in)
	}
	return out
}

func (g *generator) links(def *Definition) {
	renamed := g.chance(30)
	for _, spec := range specifications {
		l := Link{URL: spec.url, Purpose: spec.purpose}
		switch {
		case !renamed || len(spec.directives) == 0:
		case g.chance(50):
			l.As = "my" + spec.name
		default:
			for _, d := range spec.directives {
				l.Import = append(l.Import, LinkImport{Name: "@" + d, As: "@our_" + d})
			}
		}
		def.Links = append(def.Links, l)
	}
	def.Links = append(def.Links, Link{URL: "https://example.com/custom/v1.0", Import: []LinkImport{{Name: "@custom"}, {Name: "@other", As: "@another"}}})
}

// generate makes the Definition of a seed.
func generate(seed uint64) *Definition {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), subgraphs: 1}
	g.subgraphs += g.IntN(4)
	def := &Definition{Description: g.description()}
	for i := range g.subgraphs + 1 {
		def.Subgraphs = append(def.Subgraphs, SubgraphDefinition{Name: fmt.Sprintf("graph %d", i), Enum: fmt.Sprintf("G%d", i), URL: pick(g, []string{"", "http://x/?q=\"1\""})})
	}
	g.objects = []string{"ObjectA", "ObjectB", "Query"}
	g.faces = []string{"FaceA", "FaceB"}
	g.unions = []string{"UnionA"}
	g.inputs = []string{"InputA", "InputB"}
	g.leaves = []string{"Int", "String", "ScalarA", "EnumA", "ID"}
	g.applicable = []*schema.Directive{
		apply("custom"), apply("custom", "x", g.value(2), "y", g.value(1)), apply("authenticated"), apply("cost", "weight", &schema.Value{Kind: schema.IntValue, Raw: "3"}),
		apply("listSize", "assumedSize", &schema.Value{Kind: schema.IntValue, Raw: "3"}), apply("requiresScopes", "scopes", listValue(listValue(stringValue("s")))),
		apply("policy", "policies", listValue(listValue(stringValue("p")))), apply("context", "name", stringValue("c")),
	}
	g.links(def)
	def.Directives = []*schema.DirectiveDefinition{
		{Name: "another", Locations: []string{"QUERY", "FIELD"}},
		{Name: "custom", Description: g.description(), Repeatable: g.chance(50), Locations: []string{"OBJECT", "SCHEMA"}, Arguments: []*schema.ArgumentDefinition{
			{Name: "x", Description: g.description(), Type: g.typ(g.leaves), Default: g.value(2)}, {Name: "y", Type: g.typ(g.inputs)},
		}},
	}
	if g.chance(30) {
		def.SchemaDirectives = []*schema.Directive{apply("custom", "x", g.value(1))}
	}
	add := func(kind schema.Kind, name string, fields int) *TypeDefinition {
		t := &TypeDefinition{Kind: kind, Name: name, Description: g.description(), In: g.typeIn(kind), Applied: g.applied(kind == schema.Object || kind == schema.Interface)}
		for i := range fields {
			t.Fields = append(t.Fields, g.field(i, kind == schema.InputObject))
		}
		def.Types = append(def.Types, t)
		return t
	}
	for _, name := range g.objects {
		add(schema.Object, name, 1+g.IntN(5)).Implements = g.memberships(g.faces)
	}
	for _, name := range g.faces {
		add(schema.Interface, name, 1+g.IntN(3))
	}
	add(schema.Union, g.unions[0], 0).Members = g.memberships(g.objects)
	for _, name := range g.inputs {
		add(schema.InputObject, name, 1+g.IntN(3)).OneOf = g.chance(30)
	}
	if scalar := add(schema.Scalar, "ScalarA", 0); g.chance(50) {
		scalar.SpecifiedBy = "https://scalar.example"
	}
	enum := add(schema.Enum, "EnumA", 0)
	for i := range 1 + g.IntN(4) {
		enum.Values = append(enum.Values, &EnumValueDefinition{Name: fmt.Sprintf("V%d", i), Description: g.description(), Deprecated: g.deprecated(), Applied: g.applied(false), Subgraphs: g.some()})
	}
	slices.SortFunc(def.Types, func(a, b *TypeDefinition) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return def
}
