package stitch

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var update = flag.Bool("update", false, "write golden files anew")

func parse(t testing.TB, source, text string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse(source, text)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

// golden compares with a file under testdata/stitch.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("../../../testdata/stitch", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// composed composes stitched subgraphs and finishes the result.
func composed(t *testing.T, prepared []*Prepared) *supergraph.Definition {
	t.Helper()
	var inputs []compose.Input
	for _, p := range prepared {
		inputs = append(inputs, compose.Input{Name: p.Name, URL: "http://" + p.Name, Doc: p.Document})
	}
	r := compose.Compose(inputs)
	if len(r.Errors) > 0 {
		t.Fatalf("does not compose: %v", r.Errors)
	}
	FinishAll(r.Definition, prepared)
	// All that stitching says travels in a text.
	text := supergraph.Print(r.Definition)
	again, errs := supergraph.Read("printed", text)
	if len(errs) > 0 {
		t.Fatalf("cannot be read again: %v\n%s", errs, text)
	}
	if diff := cmp.Diff(r.Definition, again, cmpopts.IgnoreTypes(schema.Position{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("printed and read (-before +after):\n%s", diff)
	}
	return r.Definition
}

const accountsSDL = `
schema { query: Root mutation: Changes }
type Root {
  getAccount(id: ID!): Account
  search(by: Filter = {like: {first: "x", last: "y"}}): [Account]
  accounts(ids: [ID!]!, debug: Boolean): [Account]!
  internalStats: Stats
  internalHealth: String
  node(id: ID!): Node
}
type Changes { rename(id: ID!, to: NewName!): Account }
interface Node { id: ID! }
type Account implements Node { id: ID! owner_id: ID secret: String money: Money status: Status }
type Money { amount: Float currency: String }
type Stats { count: Int }
enum Status { OPEN CLOSED INTERNAL }
input NewName { first: String last: String! hint: String }
input Filter { like: NewName = {first: "a", last: "b"} any: [Filter!] = [{like: {last: "c"}}] }
union Thing = Account | Stats
extend type Root { things: [Thing] }
`

// What each rule makes of a document.
func TestGoldenDocuments(t *testing.T) {
	for name, test := range map[string]struct {
		sdl   string
		rules Rules
	}{
		"rename": {accountsSDL, Rules{Transforms: []Transform{
			{Rename: &Rename{
				Types:  map[string]string{"Account": "BillingAccount", "NewName": "Name"},
				Fields: map[string]string{"Query.getAccount": "account", "Account.owner_id": "ownerId", "NewName.first": "given"},
			}},
			{Rename: &Rename{Types: map[string]string{"BillingAccount": "Acct"}, Fields: map[string]string{"Query.account": "acct"}}},
		}}},
		"rename-swap": {"type Query { a: A b: B } type A { x: Int y: Int } type B { z: Int }", Rules{Transforms: []Transform{
			{Rename: &Rename{Types: map[string]string{"A": "B", "B": "A"}, Fields: map[string]string{"A.x": "y", "A.y": "x"}}},
		}}},
		"rename-interface": {accountsSDL, Rules{Transforms: []Transform{{Rename: &Rename{Fields: map[string]string{"Node.id": "key"}}}}}},
		"prefix":           {accountsSDL, Rules{Transforms: []Transform{{Prefix: &Prefix{Value: "Acc_", Types: true, Except: []string{"Money", "N*"}}}}}},
		"prefix-fields":    {accountsSDL, Rules{Transforms: []Transform{{Prefix: &Prefix{Value: "acc_", Fields: true, Except: []string{"Query.node", "rename"}}}}}},
		"hide":             {accountsSDL, Rules{Transforms: []Transform{{Hide: []string{"Query.internal*", "Account.secret", "Query.accounts(debug)", "Stats", "Status.INTERNAL", "NewName.hint"}}}}},
		"hide-cascade":     {accountsSDL, Rules{Transforms: []Transform{{Hide: []string{"Account", "Stats", "NewName"}}}}},
		"namespace":        {accountsSDL, Rules{Transforms: []Transform{{Hide: []string{"Query.internal*"}}, {Namespace: "billing"}}}},
		"entities": {accountsSDL, Rules{
			Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"Account": "User"}, Fields: map[string]string{"Query.getAccount": "user"}}}, {Hide: []string{"Query.accounts", "User.owner_id"}}},
			Entities: []Entity{
				{Type: "User", Key: "id", Lookup: "accounts(ids: $key)", Rule: "entities.User.0"},
				{Type: "User", Key: "owner_id", Lookup: "user(id: $key.owner_id)", Rule: "entities.User.1"},
			},
		}},
		"entities-interface": {accountsSDL, Rules{Entities: []Entity{{Type: "Node", Key: "id", Lookup: "node(id: $key.id)", Rule: "entities.Node.0"}}}},
		"own-directives": {`directive @shareable on OBJECT | FIELD_DEFINITION
directive @mine(of: Kind) on FIELD_DEFINITION
enum Kind { A }
type Query { a: A } type A @shareable { x: Int @tag(name: "public") y: Int @mine(of: A) } type Subscription { s: A }`,
			Rules{Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"A": "B", "Kind": "Sort"}}}}}},
		"federation2": {`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", {name: "@external", as: "@ext"}, "@provides"])
type Query { p: P @provides(fields: "info { w }") hidden: Int }
type P @key(fields: "id info { id }") { id: ID! info: Info price(unit: Int): Int @requires(fields: "weight info { w }") weight: Int @ext }
type Info { id: ID! w: Int @ext }`, Rules{Transforms: []Transform{
			{Rename: &Rename{Types: map[string]string{"P": "Product"}, Fields: map[string]string{"P.id": "upc", "Info.w": "width", "P.weight": "grams"}}},
			{Hide: []string{"Query.hidden", "Product.upc"}},
			{Namespace: "shop"},
		}}},
		"federation1": {`type Query { p: P old: Int } extend type P @key(fields: "id") { id: ID! @external x: Int }`,
			Rules{Transforms: []Transform{{Hide: []string{"Query.old", "P.id"}}, {Rename: &Rename{Fields: map[string]string{"P.id": "key"}}}}}},
		"federation-machinery": {`directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
scalar _Any scalar _FieldSet union _Entity = P type _Service { sdl: String }
type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! p: P } type P @key(fields: "id") { id: ID! }`,
			Rules{Transforms: []Transform{{Prefix: &Prefix{Value: "X_", Types: true, Fields: true}}, {Namespace: "x"}}}},
		"composite": {compositeSDL, Rules{Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"Product": "Item"}, Fields: map[string]string{"Product.sku": "code"}}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parse(t, name, test.sdl)
			before := schema.Print(doc)
			p, errs := Prepare(doc, test.rules)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if schema.Print(doc) != before {
				t.Error("the given document was changed")
			}
			got := schema.Print(p.Document)
			parse(t, name, got)
			golden(t, name+".graphql", got)
			if strings.HasPrefix(name, "federation") {
				return // parts of a graph; TestFederated composes such
			}
			if _, err := supergraph.Build(composed(t, []*Prepared{p})); err != nil {
				t.Error(err)
			}
		})
	}
}

// Federated subgraphs keep their keys and requirements under new names.
func TestFederated(t *testing.T) {
	const owner = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
type Query { all: [Product] } type Product @key(fields: "id info { id }") { id: ID! info: Info @shareable grams: Int note: String }
type Info @shareable { id: ID! width: Int }`
	renames := []Transform{
		{Rename: &Rename{Types: map[string]string{"P": "Product"}, Fields: map[string]string{"P.upc": "id", "Info.w": "width", "P.weight": "grams"}}},
		{Namespace: "shop"},
	}
	for name, sdl := range map[string]string{
		"v2": `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external", "@shareable"])
type Query { p: P } type P @key(fields: "upc info { id }") { upc: ID! info: Info @shareable price: Int @requires(fields: "weight info { w }") weight: Int @external }
type Info { id: ID! @shareable w: Int @external }`,
		"v1": `type Query { p: P } extend type P @key(fields: "upc info { id }") { upc: ID! @external info: Info @external price: Int @requires(fields: "weight info { w }") weight: Int @external }
extend type Info { id: ID! @external w: Int @external }`,
	} {
		t.Run(name, func(t *testing.T) {
			prepared, errs := PrepareAll([]Input{{Name: "prices", Doc: parse(t, "prices", sdl), Rules: Rules{Transforms: renames}}, {Name: "owner", Doc: parse(t, "owner", owner)}},
				[]Join{{Field: "Info.product", Type: "Product", Subgraph: "owner", By: map[string]string{"id": "id", "info.id": "id"}, Nullable: true}})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			def := composed(t, prepared)
			s, err := supergraph.Build(def)
			if err != nil {
				t.Fatal(err)
			}
			const prices = 1
			product := s.Schema.TypeByName("Product")
			view := s.View(product, prices)
			if view.Name != "P" || len(view.Lookups) != 1 || view.Lookups[0].Field != nil || view.Lookups[0].Typename != "P" || view.Lookups[0].Text != "id info { id }" {
				t.Errorf("Product in prices: %+v", view)
			}
			if p := s.Provider(s.Schema.FieldByName(product, "price"), prices); p.RequiresText != "grams info { width }" {
				t.Errorf("price requires %q", p.RequiresText)
			}
			if p := s.Provider(s.Schema.FieldByName(product, "grams"), prices); p.Name != "weight" || !p.External {
				t.Errorf("grams is given by %+v", p)
			}
			if p := s.Provider(s.Schema.FieldByName(product, "id"), prices); p.Name != "upc" {
				t.Errorf("id is given by %+v", p)
			}
		})
	}
}

// A document that no rule speaks of is not touched.
func TestUnchanged(t *testing.T) {
	doc := parse(t, "a", accountsSDL)
	p, errs := Prepare(doc, Rules{})
	if len(errs) > 0 || p.Document != doc {
		t.Errorf("a document without rules was changed: %v", errs)
	}
	p.Finish(&supergraph.Definition{}, 0)
	if got := p.RequireArguments(); got != nil {
		t.Errorf("it requires %v", got)
	}
}

const errorsSDL = `
type Query { user(id: ID!): User users(ids: [ID!]!): [User] byName(name: String!): [User] many(names: [[String]]): [[User]] where(w: Where!): User
  wheres(w: [Where!]!): [User] two(id: ID!, extra: Int!): User admin: Admin need(x: Int!): Admin list: [Admin] count(n: Int): Int num(id: Int!): User deep(key: Deep): User }
type Admin { user(id: ID!): User }
interface Named { name: String }
type User implements Named { id: ID! name: String org: Org n: Int posts(first: Int!): [Int] tags: [String] }
type Org { id: ID! }
type Other { id: ID! }
input Where { id: ID! realm: String! }
input Deep { id: [ID!] }
enum E { A B }
interface Tagged { tag: Int }
interface Marked { tag: Int }
type Both implements Tagged & Marked { tag: Int }
`

// Each set of rules gives exactly these errors: code, rule, coordinate.
func TestRuleErrors(t *testing.T) {
	rename := func(types, fields map[string]string) Rules {
		return Rules{Transforms: []Transform{{Rename: &Rename{Types: types, Fields: fields}}}}
	}
	hide := func(list ...string) Rules { return Rules{Transforms: []Transform{{Hide: list}}} }
	entity := func(typ, key, lookup string) Rules {
		return Rules{Entities: []Entity{{Type: typ, Key: key, Lookup: lookup, Rule: "entities." + typ + ".0"}}}
	}
	lookup := "entities.User.0.lookup"
	for name, test := range map[string]struct {
		rules Rules
		want  []string
	}{
		"rename: type":                  {rename(map[string]string{"Usr": "X"}, nil), []string{"STITCH_UNKNOWN_TYPE transforms.0.rename.types.Usr Usr"}},
		"rename: field":                 {rename(nil, map[string]string{"User.nam": "x"}), []string{"STITCH_UNKNOWN_FIELD transforms.0.rename.fields.User.nam User.nam"}},
		"rename: field of no type":      {rename(nil, map[string]string{"Usr.name": "x"}), []string{"STITCH_UNKNOWN_TYPE transforms.0.rename.fields.Usr.name Usr"}},
		"rename: not a coordinate":      {rename(nil, map[string]string{"name": "x"}), []string{"STITCH_INVALID_RULE transforms.0.rename.fields.name name"}},
		"rename: invalid name":          {rename(map[string]string{"User": "1st"}, nil), []string{"STITCH_INVALID_NAME transforms.0.rename.types.User User"}},
		"rename: reserved name":         {rename(nil, map[string]string{"Org.id": "__id"}), []string{"STITCH_INVALID_NAME transforms.0.rename.fields.Org.id Org.id"}},
		"rename: root":                  {rename(map[string]string{"Query": "Q"}, nil), []string{"STITCH_INVALID_RULE transforms.0.rename.types.Query Query"}},
		"rename: type collides":         {rename(map[string]string{"User": "Org"}, nil), []string{"STITCH_NAME_COLLISION transforms.0.rename.types.User User"}},
		"rename: two to one":            {rename(map[string]string{"User": "X", "Org": "X"}, nil), []string{"STITCH_NAME_COLLISION transforms.0.rename.types.User User"}},
		"rename: built-in":              {rename(map[string]string{"User": "Int"}, nil), []string{"STITCH_NAME_COLLISION transforms.0.rename.types.User User"}},
		"rename: field collides":        {rename(nil, map[string]string{"User.org": "n"}), []string{"STITCH_NAME_COLLISION transforms.0.rename.fields.User.org User.org"}},
		"rename: of an interface":       {rename(nil, map[string]string{"User.name": "x"}), []string{"STITCH_INVALID_RULE transforms.0.rename.fields.User.name User.name"}},
		"rename: of an interface's all": {rename(nil, map[string]string{"Named.name": "x"}), nil},
		"rename: other interface":       {rename(nil, map[string]string{"Tagged.tag": "x"}), []string{"STITCH_INVALID_RULE transforms.0.rename.fields.Tagged.tag Tagged.tag"}},
		"rename: both interfaces":       {rename(nil, map[string]string{"Tagged.tag": "x", "Marked.tag": "x"}), nil},
		"rename: interface collides":    {rename(nil, map[string]string{"Named.name": "n"}), []string{"STITCH_NAME_COLLISION transforms.0.rename.fields.Named.name User.name"}},
		"prefix: value":                 {Rules{Transforms: []Transform{{Prefix: &Prefix{Value: "a-", Types: true}}}}, []string{"STITCH_INVALID_NAME transforms.0.prefix.value "}},
		"prefix: except":                {Rules{Transforms: []Transform{{Prefix: &Prefix{Value: "A_", Types: true, Except: []string{"User", "Money"}}}}}, []string{"STITCH_UNKNOWN_TYPE transforms.0.prefix.except.1 Money"}},
		"prefix: collides":              {Rules{Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"Org": "A_User"}}}, {Prefix: &Prefix{Value: "A_", Types: true, Except: []string{"A_User"}}}}}, []string{"STITCH_NAME_COLLISION transforms.1.prefix User"}},
		"hide: type":                    {hide("Usr*"), []string{"STITCH_UNKNOWN_TYPE transforms.0.hide.0 Usr*"}},
		"hide: field":                   {hide("Org", "User.x*"), []string{"STITCH_UNKNOWN_FIELD transforms.0.hide.1 User.x*"}},
		"hide: argument":                {hide("Query.user(x)"), []string{"STITCH_UNKNOWN_ARGUMENT transforms.0.hide.0 Query.user(x)"}},
		"hide: enum value":              {hide("E.C"), []string{"STITCH_UNKNOWN_FIELD transforms.0.hide.0 E.C"}},
		"hide: no coordinate":           {hide("Query.user(", "a.", "User(x)"), []string{"STITCH_INVALID_RULE transforms.0.hide.0 Query.user(", "STITCH_INVALID_RULE transforms.0.hide.1 a.", "STITCH_INVALID_RULE transforms.0.hide.2 User(x)"}},
		"hide: root":                    {hide("Query"), []string{"STITCH_INVALID_RULE transforms.0.hide.0 Query"}},
		"hide: required argument":       {hide("Query.user(id)"), []string{"STITCH_HIDDEN_REQUIRED transforms.0.hide.0 Query.user(id:)"}},
		"hide: required input field":    {hide("Where.realm"), []string{"STITCH_HIDDEN_REQUIRED transforms.0.hide.0 Where.realm"}},
		"hide: input type of argument":  {hide("Deep", "Where"), []string{"STITCH_HIDDEN_REQUIRED transforms.0.hide.1 Query.where(w:)", "STITCH_HIDDEN_REQUIRED transforms.0.hide.1 Query.wheres(w:)"}},
		"hide: field of an interface":   {hide("User.name"), []string{"STITCH_HIDDEN_REQUIRED transforms.0.hide.0 User.name"}},
		"namespace: name":               {Rules{Transforms: []Transform{{Namespace: "a b"}}}, []string{"STITCH_INVALID_NAME transforms.0.namespace Query.a b"}},
		"namespace: twice":              {Rules{Transforms: []Transform{{Namespace: "a"}, {Namespace: "b"}}}, []string{"STITCH_INVALID_RULE transforms.1.namespace Query.b"}},
		"namespace: collides":           {Rules{Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"Org": "AQuery"}}}, {Namespace: "a"}}}, []string{"STITCH_NAME_COLLISION transforms.1.namespace AQuery"}},
		"later names":                   {Rules{Transforms: []Transform{{Rename: &Rename{Types: map[string]string{"User": "X"}}}, {Hide: []string{"User.n"}}}}, []string{"STITCH_UNKNOWN_TYPE transforms.1.hide.0 User.n"}},
		"entity: type":                  {entity("Usr", "id", "user(id: $key.id)"), []string{"STITCH_UNKNOWN_TYPE entities.Usr.0 Usr"}},
		"entity: kind":                  {entity("E", "id", "user(id: $key.id)"), []string{"STITCH_INVALID_RULE entities.E.0 E"}},
		"entity: root":                  {entity("Query", "id", "user(id: $key.id)"), []string{"STITCH_INVALID_RULE entities.Query.0 Query"}},
		"entity: key syntax":            {entity("User", "id {", "user(id: $key.id)"), []string{"STITCH_INVALID_KEY entities.User.0.key User"}},
		"entity: key field":             {entity("User", "uid", "user(id: $key.uid)"), []string{"STITCH_INVALID_KEY entities.User.0.key User.uid"}},
		"entity: key object":            {entity("User", "org", "user(id: $key.org)"), []string{"STITCH_INVALID_KEY entities.User.0.key User.org"}},
		"entity: key fragment":          {entity("User", "... on User { id }", "user(id: $key.id)"), []string{"STITCH_INVALID_KEY entities.User.0.key User"}},
		"entity: lookup syntax":         {entity("User", "id", "user(id: key.id)"), []string{"STITCH_INVALID_RULE entities.User.0.lookup User"}},
		"entity: lookup field":          {entity("User", "id", "usr(id: $key.id)"), []string{"STITCH_UNKNOWN_FIELD " + lookup + " Query.usr"}},
		"entity: lookup argument":       {entity("User", "id", "user(uid: $key.id)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.user", "STITCH_UNKNOWN_ARGUMENT " + lookup + " Query.user"}},
		"entity: not in the key":        {entity("User", "id", "user(id: $key.name)"), []string{"STITCH_INVALID_KEY " + lookup + " Query.user"}},
		"entity: not used":              {entity("User", "id name", "user(id: $key.id)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.user"}},
		"entity: whole compound key":    {entity("User", "id name", "user(id: $key)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.user"}},
		"entity: argument type":         {entity("User", "id", "num(id: $key.id)"), []string{"STITCH_TYPE_MISMATCH " + lookup + " Query.num"}},
		"entity: argument depth":        {entity("User", "name", "many(names: $key.name)"), []string{"STITCH_TYPE_MISMATCH " + lookup + " Query.many"}},
		"entity: other type":            {entity("Other", "id", "user(id: $key.id)"), []string{"STITCH_INVALID_LOOKUP entities.Other.0.lookup Query.user"}},
		"entity: leaf":                  {entity("User", "n", "count(n: $key.n)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.count"}},
		"entity: list for one":          {entity("User", "name", "byName(name: $key.name)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.byName"}},
		"entity: one for list":          {entity("User", "id", "deep(key: {id: $key.id})"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.deep"}},
		"entity: missing argument":      {entity("User", "id", "two(id: $key.id)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.two"}},
		"entity: missing input field":   {entity("User", "id", "where(w: {id: $key.id})"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.where"}},
		"entity: input field":           {entity("User", "id name", "where(w: {id: $key.id, relm: $key.name})"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.where", "STITCH_UNKNOWN_FIELD " + lookup + " Query.where"}},
		"entity: object for scalar":     {entity("User", "id", "user(id: {id: $key.id})"), []string{"STITCH_TYPE_MISMATCH " + lookup + " Query.user"}},
		"entity: list for scalar":       {entity("User", "id", "user(id: [$key.id])"), []string{"STITCH_TYPE_MISMATCH " + lookup + " Query.user"}},
		"entity: path through list":     {entity("User", "id", "list.user(id: $key.id)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.list"}},
		"entity: path needs argument":   {entity("User", "id", "need.user(id: $key.id)"), []string{"STITCH_INVALID_LOOKUP " + lookup + " Query.need"}},
		"entity: max of one":            {Rules{Entities: []Entity{{Type: "User", Key: "id", Lookup: "user(id: $key.id)", Max: 3, Rule: "entities.User.0"}}}, []string{"STITCH_INVALID_LOOKUP entities.User.0 Query.user"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, errs := Prepare(parse(t, "s", errorsSDL), test.rules)
			check(t, p != nil, errs, test.want)
		})
	}
}

func check(t *testing.T, ok bool, errs []Error, want []string) {
	t.Helper()
	var got []string
	known := make(map[string]bool)
	for _, c := range Codes() {
		known[c.Code] = true
	}
	for _, e := range errs {
		got = append(got, strings.Join([]string{e.Code, e.Rule, e.Coordinate}, " "))
		if e.Message == "" || !known[e.Code] || !strings.Contains(e.Error(), e.Message) {
			t.Errorf("%+v", e)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, errs)
	}
	if ok != (len(want) == 0) {
		t.Errorf("a result is returned: %v", ok)
	}
}

func TestPatterns(t *testing.T) {
	for pattern, names := range map[string]string{
		"abc": "abc", "a*": "a abc abbc ab", "*c": "abc abbc xc", "a*c": "abc abbc", "*": "a abc abbc xc ab", "a*b*c": "abc abbc", "ab*b": "", "*b*": "abc abbc ab", "": "", "a**": "a abc abbc ab",
	} {
		match := matcher(pattern)
		for _, name := range []string{"a", "abc", "abbc", "xc", "ab"} {
			want := slices.Contains(strings.Fields(names), name)
			if match(name) != want {
				t.Errorf("%q matches %q: %v", pattern, name, !want)
			}
		}
	}
}

// Lookups that are right, with what becomes of them.
func TestLookups(t *testing.T) {
	lookups := func(l ...supergraph.LookupDefinition) []supergraph.LookupDefinition { return l }
	arg := func(argument, typ, from string) supergraph.LookupArgument {
		return supergraph.LookupArgument{Argument: argument, Type: typ, From: from}
	}
	for name, test := range map[string]struct {
		entity     Entity
		transforms []Transform
		want       []supergraph.LookupDefinition
	}{
		"single":       {Entity{Key: "id", Lookup: "user(id: $key.id)"}, nil, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"user"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}})},
		"batch":        {Entity{Key: "id", Lookup: "users(ids: $key.id)", Max: 50}, nil, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"users"}, Arguments: []supergraph.LookupArgument{arg("ids", "[ID!]!", "id")}, Batch: true, Max: 50})},
		"by position":  {Entity{Key: "id", Lookup: "users(ids: [$key])", Match: supergraph.ByPosition}, nil, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"users"}, Arguments: []supergraph.LookupArgument{arg("ids", "[ID!]!", "id")}, Batch: true, Match: supergraph.ByPosition})},
		"path":         {Entity{Key: "id", Lookup: "admin.user(id: $key.id)"}, nil, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"admin", "user"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}})},
		"object":       {Entity{Key: "id name", Lookup: "where(w: {id: $key.id realm: $key.name})"}, nil, lookups(supergraph.LookupDefinition{Key: "id name", Path: []string{"where"}, Arguments: []supergraph.LookupArgument{arg("w.id", "ID!", "id"), arg("w.realm", "String!", "name")}})},
		"objects":      {Entity{Key: "id  name", Lookup: "wheres(w: {id: $key.id, realm: $key.name})"}, nil, lookups(supergraph.LookupDefinition{Key: "id name", Path: []string{"wheres"}, Arguments: []supergraph.LookupArgument{arg("w[].id", "[Where!]!", "id"), arg("w[].realm", "[Where!]!", "name")}, Batch: true})},
		"objects, []":  {Entity{Key: "id name", Lookup: "wheres(w: [{id: $key.id, realm: $key.name}])"}, nil, lookups(supergraph.LookupDefinition{Key: "id name", Path: []string{"wheres"}, Arguments: []supergraph.LookupArgument{arg("w[].id", "[Where!]!", "id"), arg("w[].realm", "[Where!]!", "name")}, Batch: true})},
		"nested key":   {Entity{Key: "org { id }", Lookup: "user(id: $key.org.id)"}, nil, lookups(supergraph.LookupDefinition{Key: "org { id }", Path: []string{"user"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "org.id")}})},
		"hidden field": {Entity{Key: "id", Lookup: "user(id: $key.id)"}, []Transform{{Hide: []string{"Query.user"}}}, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"user"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}, Internal: true})},
		"renamed": {Entity{Key: "uid name", Lookup: "find(w: {key: $key.uid, realm: $key.name})"}, []Transform{{Rename: &Rename{Fields: map[string]string{"User.id": "uid", "Query.where": "find", "Where.id": "key"}}}},
			lookups(supergraph.LookupDefinition{Key: "uid name", Path: []string{"where"}, Arguments: []supergraph.LookupArgument{arg("w.id", "ID!", "uid"), arg("w.realm", "String!", "name")}})},
		"namespace": {Entity{Key: "id", Lookup: "user(id: $key.id)"}, []Transform{{Namespace: "ns"}}, lookups(supergraph.LookupDefinition{Key: "id", Path: []string{"user"}, Arguments: []supergraph.LookupArgument{arg("id", "ID!", "id")}})},
	} {
		t.Run(name, func(t *testing.T) {
			test.entity.Type, test.entity.Rule = "User", "entities.User.0"
			p, errs := Prepare(parse(t, "s", errorsSDL), Rules{Transforms: test.transforms, Entities: []Entity{test.entity}})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			def := composed(t, []*Prepared{p})
			if _, err := supergraph.Build(def); err != nil {
				t.Fatal(err)
			}
			for _, typ := range def.Types {
				if typ.Name != "User" {
					continue
				}
				if diff := cmp.Diff(test.want, typ.In[0].Lookups); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				for _, k := range typ.In[0].Keys {
					if k.Resolvable {
						t.Errorf("the key %q can still be resolved by _entities", k.Fields)
					}
				}
			}
		})
	}
}
