package stitch

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const compositeSDL = `
directive @lookup on FIELD_DEFINITION
directive @is(field: FieldSelectionMap!) on ARGUMENT_DEFINITION
directive @internal on OBJECT | FIELD_DEFINITION
directive @key(fields: FieldSelectionSet!) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
scalar FieldSelectionMap
scalar FieldSelectionSet
type Query {
  product(id: ID!): Product @lookup
  bySku(code: String! @is(field: "sku"), region: String @is(field: "origin.region")): Product @lookup @internal
  by(one: ProductBy! @is(field: "{ id } | { at: origin.region }")): Product @lookup
  lookups: Lookups! @internal
  media(id: ID! @is(field: "<Film>.id | <Book>.isbn")): Media @lookup
}
type Lookups @internal { maker(name: String!): Maker @lookup }
input ProductBy @oneOf { id: ID at: String }
type Product @key(fields: "id") @key(fields: "sku  origin { region }") { id: ID! sku: String! origin: Origin maker: Maker @shareable }
type Origin { region: String }
type Maker { name: String! }
interface Media @key(fields: "id") { id: ID! }
type Film implements Media { id: ID! length: Int }
type Book implements Media @key(fields: "isbn") { id: ID! isbn: ID! }
`

func TestGoldenCompositeLookups(t *testing.T) {
	p, errs := Prepare(parse(t, "s", compositeSDL), Rules{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	def := composed(t, []*Prepared{p})
	if _, err := supergraph.Build(def); err != nil {
		t.Fatal(err)
	}
	arg := func(argument, typ, from string) supergraph.LookupArgument {
		return supergraph.LookupArgument{Argument: argument, Type: typ, From: from}
	}
	type ways map[string][]supergraph.LookupDefinition
	want := ways{
		"Product": {
			{Key: "id", Path: []string{"product"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}},
			{Key: "id", Path: []string{"by"}, Arguments: []supergraph.LookupArgument{arg("one.id", "ID!", "id")}},
			{Key: "sku origin { region }", Path: []string{"bySku"}, Arguments: []supergraph.LookupArgument{arg("code", "String!", "sku"), arg("region", "String", "origin.region")}, Internal: true},
			{Key: "origin { region }", Path: []string{"by"}, Arguments: []supergraph.LookupArgument{arg("one.at", "String!", "origin.region")}},
		},
		"Maker": {{Key: "name", Path: []string{"lookups", "maker"}, Arguments: []supergraph.LookupArgument{arg("name", "String!", "name")}, Internal: true}},
		"Film":  {{Key: "id", Path: []string{"media"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}}},
		"Book":  {{Key: "isbn", Path: []string{"media"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "isbn")}}},
	}
	got := ways{}
	for _, typ := range def.Types {
		for _, in := range typ.In {
			if len(in.Lookups) > 0 {
				got[typ.Name] = in.Lookups
			}
			for _, k := range in.Keys {
				if k.Resolvable {
					t.Errorf("the key %q of %s can be resolved by _entities", k.Fields, typ.Name)
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	golden(t, "composite-api.graphql", supergraph.PrintAPI(def))
}

// @require: arguments that other subgraphs fill.
func TestGoldenRequire(t *testing.T) {
	shipping := `
type Query { shippingProduct(id: ID!): Product @lookup @internal }
type Product @key(fields: "id") {
  id: ID!
  delivery(zip: String!, size: Int! @require(field: "dimension.size"), box: Box! @require(field: "{ w: dimension.{ weight } , parts: parts[{ n: id }], name }")): Int
}
input Box { w: Weight parts: [PartIn!] name: String }
input Weight { weight: Int }
input PartIn { n: ID! }
`
	catalog := `
type Query { product(id: ID!): Product @lookup }
type Product @key(fields: "id") { id: ID! name: String dimension: Dimension parts: [Part!]! }
type Dimension { size: Int! weight: Int unit: Unit }
type Part { id: ID! unit: Unit }
enum Unit { MM }
`
	inputs := []Input{{Name: "shipping", Doc: parse(t, "shipping", shipping)}, {Name: "catalog", Doc: parse(t, "catalog", catalog)}}
	prepared, errs := PrepareAll(inputs, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	golden(t, "require.graphql", schema.Print(prepared[0].Document))
	def := composed(t, prepared)
	if _, err := supergraph.Build(def); err != nil {
		t.Fatal(err)
	}
	golden(t, "require-api.graphql", supergraph.PrintAPI(def))
	if f := find(t, def, "Product.delivery"); f.In[0].Requires != "dimension { size weight } parts { id } name" {
		t.Errorf("delivery requires %q", f.In[0].Requires)
	}
	want := []RequireArgument{
		{"Product", "delivery", "size", "Int!", "dimension.size!"},
		{"Product", "delivery", "box", "Box!", "{ w: dimension.{ weight: weight }, parts: parts[{ n: id! }!], name: name }!"},
	}
	if diff := cmp.Diff(want, prepared[0].RequireArguments()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := prepared[1].RequireArguments(); len(got) > 0 {
		t.Errorf("catalog requires %v", got)
	}
}

func TestCompositeErrors(t *testing.T) {
	const rest = ` type P @key(fields: "id") { id: ID! name: String tags: [String] sub: Sub x(a: Int): Int } type Sub { id: ID! } input In { id: ID! } type Other @key(fields: "id") { id: ID! dim: Dim } type Dim { w: Int list: [Int] }`
	for name, test := range map[string]struct {
		sdl  string
		want []string
	}{
		"list":               {`type Query { p(ids: [ID!]!): [P] @lookup }`, []string{"LOOKUP_RETURNS_LIST  Query.p"}},
		"leaf":               {`type Query { p(id: ID!): Int @lookup }`, []string{"STITCH_INVALID_LOOKUP  Query.p"}},
		"no arguments":       {`type Query { p: P @lookup }`, []string{"STITCH_INVALID_LOOKUP  Query.p"}},
		"unknown field":      {`type Query { p(key: ID!): P @lookup }`, []string{"IS_INVALID_FIELDS  P.key"}},
		"is: field":          {`type Query { p(key: ID! @is(field: "key")): P @lookup }`, []string{"IS_INVALID_FIELDS  P.key"}},
		"is: type":           {`type Query { p(key: Int! @is(field: "name")): P @lookup }`, []string{"IS_INVALID_FIELDS  Query.p"}},
		"is: object":         {`type Query { p(key: ID! @is(field: "sub")): P @lookup }`, []string{"IS_INVALID_FIELDS  P.sub"}},
		"is: shape":          {`type Query { p(key: In! @is(field: "id")): P @lookup }`, []string{"IS_INVALID_FIELDS  Query.p"}},
		"is: list":           {`type Query { p(keys: [ID!] @is(field: "id")): P @lookup }`, []string{"IS_INVALID_FIELDS  Query.p"}},
		"is: list map":       {`type Query { p(keys: [String] @is(field: "tags[name]")): P @lookup }`, []string{"IS_INVALID_FIELDS  P.tags"}},
		"is: syntax":         {`type Query { p(key: ID! @is(field: "{ id")): P @lookup }`, []string{"IS_INVALID_SYNTAX  Query.p(key:)"}},
		"is: value":          {`type Query { p(key: ID! @is(field: 1)): P @lookup }`, []string{"IS_INVALID_FIELD_TYPE  Query.p(key:)"}},
		"is: usage":          {`type Query { p(id: ID! @is(field: "id")): P }`, []string{"IS_INVALID_USAGE  Query.p(id:)"}},
		"require: field":     {`type Query { o(id: ID!): Other @lookup } extend type P { y(w: Int @require(field: "weight")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: value":     {`type Query { o: Int } extend type P { y(w: Int @require(field: [])): Int }`, []string{"REQUIRE_INVALID_FIELD_TYPE  P.y(w:)"}},
		"require: text":      {`type Query { o: Int } extend type P { y(w: Int @require(field: "a.")): Int }`, []string{"REQUIRE_INVALID_SYNTAX  P.y(w:)"}},
		"require: shape":     {`type Query { o: Int } extend type P { y(w: In @require(field: "elsewhere.w")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: leaf":      {`type Query { o: Int } extend type P { y(w: Int @require(field: "elsewhere")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: depth":     {`type Query { o: Int } extend type P { y(w: Int @require(field: "elsewhere.list")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: input":     {`type Query { o: Int } extend type P { y(w: In @require(field: "{ other: elsewhere.w }")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: needs":     {`type Query { o: Int } extend type P { y(w: Need @require(field: "{ a: elsewhere.w }")): Int } input Need { a: Int b: Int! }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: lists":     {`type Query { o: Int } extend type P { y(w: [[Cell!]!] @require(field: "matrix[[{ v: w }]]") v: [Int] @require(field: "row[w]")): Int } input Cell { v: Int }`, nil},
		"require: flat":      {`type Query { o: Int } extend type P { y(w: [[Cell!]!] @require(field: "matrix[{ v: w }]")): Int } input Cell { v: Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: less":      {`type Query { o: Int } extend type P { y(w: [Int] @require(field: "matrix[w]")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: narrow":    {`type Query { o: Int } extend type P { y(w: [Int] @require(field: "row[<Dim>.w | <P>.id]")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: below":     {`type Query { o: Int } extend type P { y(w: [Int] @require(field: "kinds[x]")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"key: text":          {`type Query { o: Int } type K @key(fields: "id {") { id: ID! }`, []string{"KEY_INVALID_SYNTAX  K"}},
		"key: value":         {`type Query { o: Int } type K @key(fields: 1) { id: ID! }`, []string{"KEY_INVALID_FIELDS_TYPE  K"}},
		"provides: text":     {`type Query { o: P @provides(fields: "{") }`, []string{"PROVIDES_INVALID_SYNTAX  Query.o"}},
		"provides: value":    {`type Query { o: P @provides(fields: ["id"]) }`, []string{"PROVIDES_INVALID_FIELDS_TYPE  Query.o"}},
		"provides: leaf":     {`type Query { o: Int @provides(fields: "id") }`, []string{"PROVIDES_ON_NON_COMPOSITE_FIELD  Query.o"}},
		"provides: union":    {`type Query { o: U @provides(fields: "id") } union U = P`, []string{"PROVIDES_ON_NON_COMPOSITE_FIELD  Query.o"}},
		"external: provides": {`type Query { o: Int } extend type P { e: Sub @external @provides(fields: "id") }`, []string{"EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE  P.e"}},
		"external: require":  {`type Query { o: Int } extend type P { e(w: Int @require(field: "elsewhere.w")): Sub @external }`, []string{"EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE  P.e"}},
		"override: self":     {`type Query { o: Int @override(from: "s") }`, []string{"OVERRIDE_FROM_SELF  Query.o"}},
		"reserved type":      {`type Query { o: Int } input FieldSelectionMap { a: Int }`, []string{"TYPE_DEFINITION_INVALID  FieldSelectionMap"}},
		"one of: two":        {`type Query { p(by: Two! @is(field: "{ id, name }")): P @lookup } input Two @oneOf { id: ID name: String }`, []string{"IS_INVALID_FIELDS  Query.p"}},
		"require: same type": {`type Query { o: Int } extend type P { y(w: Int @require(field: "elsewhere<Dim>.w")): Int }`, nil},
		"require: type":      {`type Query { o: Int } extend type P { y(w: Int @require(field: "elsewhere<Other>.w")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: member":    {`type Query { o: Int } extend type P { y(w: Int @require(field: "any<Dim>.w | any<P>.name | item<Dim>.w")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: list type": {`type Query { o: Int } extend type P { y(w: [Int] @require(field: "row<Dim>.w")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: nothing":   {`type Query { o: Int } extend type P { y(w: Int @require(field: "<Other>.dim.w")): Int }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
		"require: marked":    {`type Query { o: Int } extend type P { y(w: Int @require(field: "{ a: elsewhere.w! }")): Int }`, []string{"REQUIRE_INVALID_SYNTAX  P.y(w:)"}},
		"require: root":      {`type Query { o(w: Int @require(field: "elsewhere.w")): Int }`, []string{"REQUIRE_NOT_SUPPORTED  Query.o(w:)"}},
		"require: one of":    {`type Query { o: Int } extend type P { y(w: One @require(field: "{ a: elsewhere.w, b: id } | { b: id }")): Int } input One @oneOf { a: Int b: ID }`, []string{"REQUIRE_INVALID_FIELDS  P.y(w:)"}},
	} {
		t.Run(name, func(t *testing.T) {
			prepared, errs := PrepareAll([]Input{
				{Name: "s", Doc: parse(t, "s", test.sdl+" directive @lookup on FIELD_DEFINITION directive @is(field: String!) on ARGUMENT_DEFINITION"+rest)},
				{Name: "elsewhere", Doc: parse(t, "elsewhere", `type Query { q(id: ID!): P @lookup } type P @key(fields: "id") { id: ID! elsewhere: Dim matrix: [[Dim]] row: [Dim] kinds: [Kind] any: Any item: Item } union Any = Dim | P interface Item { w: Int } enum Kind { A } type Dim { w: Int list: [Int] }`)},
			}, nil)
			check(t, prepared != nil, errs, test.want)
		})
	}
}

func TestExpressions(t *testing.T) {
	for text, fault := range map[string]string{
		"a(b: $key)":                    "",
		"a.b.c(d: $key.e.f)":            "",
		"a(b: {c: [$key.d] e: $key.f})": "",
		"a(b:$key.c,d:$key.e)":          "",
		"":                              "a field is missing at the end",
		"a.":                            "a field is missing at the end",
		"a()":                           "the brackets hold no argument",
		"a(b)":                          `a colon is expected at ")"`,
		"a(b: 1)":                       `a value from the key, such as $key.id, is expected at "1)"`,
		"a(b: $row.id)":                 "there is no $row; values come from $key",
		"a(b: $key.id":                  "an argument or ) is missing at the end",
		"a(b: [$key.id)":                `] is expected at ")"`,
		"a(b: $key.id) c":               `the end is expected at "c"`,
		"a(b: $key.x, b: $key.y)":       `"b" is given twice`,
		"a(b: $key.)":                   `a field of the key is expected at ")"`,
	} {
		_, err := parseExpression(text)
		if got := errorText(err); got != fault {
			t.Errorf("%q: got %q, want %q", text, got, fault)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSelectionMaps(t *testing.T) {
	for text, want := range map[string]string{
		"id":                                     "id",
		"a.b.c":                                  "a.b.c",
		"<Book>.isbn | <Movie>.m<X>.id":          "<Book>.isbn | <Movie>.m<X>.id",
		"{ id }":                                 "{ id: id }",
		"{w:width,h:size.height}":                "{ w: width, h: size.height }",
		"dimension.{ width height }":             "dimension.{ width: width, height: height }",
		"parts[id]":                              "parts[id]",
		"parts[[{ id name }]]":                   "parts[[{ id: id, name: name }]]",
		"{ nested: { a: <M>.b } | { c: <P>.d }}": "{ nested: { a: <M>.b } | { c: <P>.d } }",
		"":                                       "",
		"{}":                                     "",
		"a.":                                     "",
		"a[":                                     "",
		"a[b":                                    "",
		"<A>":                                    "",
		"<A":                                     "",
		"a<B":                                    "",
		"{ a b":                                  "",
		"{ a a }":                                "",
		"a | ":                                   "",
		"a b":                                    "",
		"$a":                                     "",
	} {
		v, err := parseSelectionMap(text)
		if (err != nil) != (want == "") || err == nil && v.String() != want {
			t.Errorf("%q: got %q, %v; want %q", text, v, err, want)
		}
	}
}

func FuzzSelectionMap(f *testing.F) {
	for _, seed := range []string{"a.b", "{ a: b.c } | <D>.e[f]", "x[[{ y z }]]", "a<B>.{ c }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseSelectionMap(text)
		if err != nil {
			return
		}
		again, err := parseSelectionMap(v.String())
		if err != nil || again.String() != v.String() {
			t.Errorf("%q prints as %q, which reads as %q, %v", text, v, again, err)
		}
		schema.PrintSelections(selections(&v))
	})
}

// Whatever a subgraph and its rules say: no crash, and what comes out is SDL.
func FuzzPrepare(f *testing.F) {
	for _, sdl := range []string{accountsSDL, errorsSDL, compositeSDL, peopleSDL, ratingsSDL, requiringSDL} {
		f.Add(sdl, "User.na*", "User", "id", "users(ids: $key.id)", "Query.user", "x")
		f.Add(sdl, "Query.accounts(debug)", "Account", "id owner_id", "getAccount(id: $key.id)", "Node.id", "Account")
	}
	other, errs := schema.Parse("other", `type Query { u: User } type User { id: ID! name: String media: Media item: Item } union Media = Film | Book interface Item { id: ID! } type Film implements Item { id: ID! n: Int } type Book { n: Int }`)
	if len(errs) > 0 {
		f.Fatal(errs)
	}
	f.Fuzz(func(t *testing.T, sdl, hide, typ, key, lookup, field, name string) {
		doc, errs := schema.Parse("f", sdl)
		if len(errs) > 0 {
			return
		}
		rules := Rules{
			Transforms: []Transform{
				{Rename: &Rename{Types: map[string]string{typ: name}, Fields: map[string]string{field: name}}},
				{Prefix: &Prefix{Value: name, Types: true, Fields: true}}, {Hide: []string{hide}}, {Namespace: name},
			},
			Entities: []Entity{{Type: typ, Key: key, Lookup: lookup}},
		}
		for _, r := range []Rules{rules, {Transforms: rules.Transforms[2:3], Entities: rules.Entities}, {}} {
			prepared, errs := PrepareAll([]Input{{Name: "f", Doc: doc, Rules: r}, {Name: "other", Doc: other}}, []Join{{Field: field, Type: typ, Subgraph: "f", From: []string{key}}})
			if (prepared == nil) != (len(errs) > 0) {
				t.Fatalf("%v beside %v", prepared, errs)
			}
			if len(errs) > 0 {
				continue
			}
			if _, again := schema.Parse("again", schema.Print(prepared[0].Document)); len(again) > 0 {
				t.Errorf("%v in\n%s", again, schema.Print(prepared[0].Document))
			}
		}
	})
}

// requiringSDL requires what FuzzPrepare's other document has, and more.
const requiringSDL = `type Query { u(id: ID!): User @lookup }
interface Named { id: ID! x(n: String @require(field: "<User>.name | id")): Int }
type User implements Named @key(fields: "id") { id: ID! own: Int many: [[User]] x(n: String): Int
  y(a: [Int] @require(field: "many.own") b: B @require(field: "{ n: name, at: media<Film>.n | media<Book>.n }") c: [[B!]] @require(field: "many[[{ n: name }]]")): Int }
input B { n: String! at: Int }`

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"a(b: $key)", "a.b(c: {d: [$key.e]})"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := parseExpression(text); err == nil && len(e.path) == 0 {
			t.Errorf("%q is an expression without a field", text)
		}
	})
}

// Lookups that work but could be better are remarked on.
func TestCompositeRemarks(t *testing.T) {
	doc := parse(t, "s", `type Query { p(id: ID!): P! @lookup other: Other }
type P @key(fields: "id") { id: ID! sub(name: String!): Sub @lookup }
type Other { deep(id: ID!): Deep }
type Deep { q(id: ID!): P @lookup }
type Sub @key(fields: "name") { name: String! }`)
	r := Compose([]Subgraph{{Input: compose.Input{Name: "s", URL: "http://s", Doc: doc}}}, nil)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	var got []string
	for _, h := range r.Hints {
		if h.Level == compose.Warn {
			got = append(got, fmt.Sprint(h.Code, " ", h.Coordinate, " ", h.Places))
		}
	}
	want := []string{
		"LOOKUP_RETURNS_NON_NULLABLE_TYPE Query.p [{s 1 14}]",
		"LOOKUP_NOT_REACHABLE P.sub [{s 2 37}]", "LOOKUP_NOT_REACHABLE Deep.q [{s 4 13}]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
