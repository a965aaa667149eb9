package operation_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
)

func TestNormalizedText(t *testing.T) {
	front := shop(t)
	for _, c := range []struct{ name, text, want string }{
		{"a field", `{users{id}}`, `query{users{id}}`},
		{"literals are lifted", `{ user(id: "7") { name } topProducts(first: 3) { name } }`,
			`query($_0:ID!,$_1:Int){user(id:$_0){name} topProducts(first:$_1){name}}`},
		{"equal literals share a variable", `{ a: topProducts(first: 3) { name } b: topProducts(first: 3) { upc } }`,
			`query($_0:Int){a:topProducts(first:$_0){name} b:topProducts(first:$_0){upc}}`},
		{"equal literals of different types do not", `{ user(id: 3) { reviews(first: 3) { id } } }`,
			`query($_0:ID!,$_1:Int){user(id:$_0){reviews(first:$_1){id}}}`},
		{"declared variables keep their names", `query Q($id: ID!, $n: Int = 2) { user(id: $id) { reviews(first: $n) { id } } }`,
			`query($id:ID!,$n:Int=null){user(id:$id){reviews(first:$n){id}}}`},
		{"names of lifted variables do not collide", `query Q($_0: Int, $__1: Int) { a: topProducts(first: $_0) { id } b: topProducts(first: $__1) { id } user(id: 1) { id } }`,
			`query($_0:Int,$__1:Int,$___0:ID!){a:topProducts(first:$_0){id} b:topProducts(first:$__1){id} user(id:$___0){id}}`},
		{"arguments in the order of the schema", `{ topProducts(filter: null, first: 1) { id } }`,
			`query($_0:Int,$_1:ProductFilter){topProducts(first:$_0,filter:$_1){id}}`},
		{"templates around variables", `query ($n: String, $t: String!) { topProducts(filter: {tags: [$t, "x"], name: $n, meta: {b: [1, $n]}}) { id } }`,
			`query($n:String,$t:String!,$_0:String!,$_1:JSON,$_2:Sort){topProducts(filter:{name:$n,tags:[$t,$_0],meta:{b:[$_1,$n]},sort:$_2}){id}}`},
		{"a single value for a list", `query ($t: String!) { topProducts(filter: {tags: [$t]}) { id } }`,
			`query($t:String!,$_0:Sort){topProducts(filter:{tags:[$t],sort:$_0}){id}}`},
		{"fragments are inlined", `{ users { ...F } } fragment F on User { id ... { name } }`,
			`query{users{...on User{id ...on User{name}}}}`},
		{"sets used twice are fragments", `{ users { ...F reviews { author { ...F } } } } fragment F on User { id name }`,
			`query{users{...on User{...S0} reviews{author{...on User{...S0}}}}} fragment S0 on User{id name}`},
		{"exact repetitions are dropped", `{ users { id id name id ... { id } ...{ id } } }`,
			`query{users{id name ...on User{id}}}`},
		{"keys are not merged", `{ users { reviews { id } reviews { body } } }`,
			`query{users{reviews{id} reviews{body}}}`},
		{"conditions", `query ($a: Boolean!, $b: Boolean!) { users { id @include(if: $a) name @skip(if: $b) @include(if: $a) ... @skip(if: $a) { username } } }`,
			`query($a:Boolean!,$b:Boolean!){users{id@include(if:$a) name@include(if:$a)@skip(if:$b) ...on User@skip(if:$a){username}}}`},
		{"literal conditions are folded", `{ users { id @include(if: true) name @skip(if: true) ... @include(if: false) { username } ... @skip(if: false) { username } } }`,
			`query{users{id ...on User{username}}}`},
		{"an empty object stays", `{ users { id @skip(if: true) ... { name @include(if: false) } } }`,
			`query{users{__typename@skip(if:true)}}`},
		{"what can never be is dropped", `query ($a: Boolean!) { users { id name @skip(if: $a) @include(if: $a) reviews @skip(if: $a) { id } } }`,
			`query($a:Boolean!){users{id reviews@skip(if:$a){id}}}`},
		{"__typename", `{ __typename users { t: __typename __typename } }`,
			`query{__typename users{t:__typename __typename}}`},
		{"introspection", `{ __type(name: "User") { ...F } } fragment F on __Type { name fields(includeDeprecated: true) { name } ofType { ...on __Type { kind } } }`,
			`query($_0:String!,$_1:Boolean){__type(name:$_0){...on __Type{name fields(includeDeprecated:$_1){name} ofType{...on __Type{kind}}}}}`},
		{"block strings and big numbers", `{ topProducts(filter: {name: """
			a "b"
			  c""", meta: 12345678901234567890.5}) { id } }`,
			`query($_0:ProductFilter){topProducts(filter:$_0){id}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			op := mustParse(t, front, c.text)
			if diff := cmp.Diff(c.want, op.Normalized); diff != "" {
				t.Errorf("normalized (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLiteralsBecomeCoercedJSON(t *testing.T) {
	front := shop(t)
	for _, c := range []struct{ literal, want string }{
		{`{name: "a\"\u00e9\n"}`, `{"name":"a\"é\n","sort":"NAME"}`},
		{`{sort: PRICE}`, `{"sort":"PRICE"}`},
		{`{tags: "one", sort: null}`, `{"tags":["one"],"sort":null}`},
		{`{price: {}}`, `{"price":{"min":0},"sort":"NAME"}`},
		{`{price: {max: 3}, meta: {n: 123456789012345678901234567890, e: RED, f: 1.50, l: [null, true], o: {}}}`,
			`{"price":{"min":0,"max":3},"meta":{"n":123456789012345678901234567890,"e":"RED","f":1.50,"l":[null,true],"o":{}},"sort":"NAME"}`},
		{`{name: """
		    block \""" of
		      text
		  """}`, `{"name":"block \"\"\" of\n  text","sort":"NAME"}`},
		{`null`, `null`},
	} {
		op := mustParse(t, front, `{ topProducts(filter: `+c.literal+`) { id } }`)
		if len(op.Variables) != 1 || op.Declared != 0 {
			t.Fatalf("%s: %d variables", c.literal, len(op.Variables))
		}
		if got := string(op.Variables[0].Const); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.literal, got, c.want)
		}
	}
}

func TestOperationIsTypedByIDs(t *testing.T) {
	doc, _ := schema.Parse("shop", shopSDL)
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	front, err := operation.NewFront(shopSDL, s, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	op := mustParse(t, front, `query Q($id: ID!, $b: Boolean!) {
  node(id: $id) { id ... on User @include(if: $b) { n: name } }
}`)
	node, user := s.TypeByName("Node"), s.TypeByName("User")
	if op.Name != "Q" || op.Kind != schema.Query || op.RootType != s.Roots[schema.Query] || op.Root.Type != op.RootType {
		t.Errorf("operation: %+v", op)
	}
	sel := op.Root.Selections[0]
	if sel.Field != s.FieldByName(op.RootType, "node") || sel.Set.Type != node || sel.Pos != (operation.Location{Line: 2, Column: 3}) {
		t.Errorf("root field: %+v", sel)
	}
	if len(sel.Args) != 1 || sel.Args[0].Name != "id" || op.Variables[sel.Args[0].Value.Variable].Name != "id" {
		t.Errorf("arguments: %+v", sel.Args)
	}
	id, fragment := sel.Set.Selections[0], sel.Set.Selections[1]
	if id.Field != s.FieldByName(node, "id") {
		t.Errorf("the field is not the interface's: %+v", id)
	}
	if fragment.Kind != operation.SelectFragment || fragment.Type != user || fragment.When != (operation.Condition{True: 1}) {
		t.Errorf("fragment: %+v", fragment)
	}
	if name := fragment.Set.Selections[0]; name.Key != "n" || name.Name != "name" || name.Field != s.FieldByName(user, "name") {
		t.Errorf("field in fragment: %+v", name)
	}
	for i, set := range op.Sets {
		if set.ID != i {
			t.Errorf("set %d has id %d", i, set.ID)
		}
	}
	if op.Sets[len(op.Sets)-1] != op.Root {
		t.Error("the root is not the last set")
	}
}

func TestEqualSetsAreOnePointer(t *testing.T) {
	op := mustParse(t, shop(t), `{
		a: users { reviews { id body } }
		b: users { ...U }
		user(id: 1) { reviews { id, body } }
	} fragment U on User { reviews { id body } }`)
	a := op.Root.Selections[0].Set
	b := op.Root.Selections[1].Set.Selections[0].Set
	c := op.Root.Selections[2].Set
	if a != b || a != c {
		t.Errorf("%p %p %p: %s", a, b, c, op.Normalized)
	}
}

// TestPlanInputsFollowNormalizedText: what is dropped must leave no trace in
// the ids and bits that a shared plan refers to.
func TestPlanInputsFollowNormalizedText(t *testing.T) {
	front := shop(t)
	const variables = `($a: Boolean!, $b: Boolean!, $c: Boolean!)`
	texts := []string{
		`query ` + variables + ` { users { id @include(if: $a) name @include(if: $b) username @skip(if: $c) } }`,
		`query X` + variables + ` { users { ...F } } fragment F on User { ` +
			`reviews @include(if: $c) @skip(if: $c) { id } id @include(if: $a) ` +
			`... @skip(if: $b) { reviews @skip(if: true) { id } } name @include(if: $b) username @skip(if: $c) }`,
	}
	a, b := mustParse(t, front, texts[0]), mustParse(t, front, texts[1])
	strip := strings.NewReplacer("...on User{", "", "}}}", "}}")
	if strip.Replace(b.Normalized) != a.Normalized {
		t.Fatalf("not comparable:\n%s\n%s", a.Normalized, b.Normalized)
	}
	if diff := cmp.Diff(a.Conditions, b.Conditions); diff != "" {
		t.Error(diff)
	}
	if len(b.Sets) != 3 {
		t.Errorf("%d sets", len(b.Sets))
	}
	if a.Sets[0].Selections[1].When != (operation.Condition{True: 2}) {
		t.Errorf("condition %+v", a.Sets[0].Selections[1].When)
	}

	same := mustParse(t, front, `query Other($a: Boolean!, $b: Boolean!, $c: Boolean!) {
		users { id @include(if: $a), name @include(if: $b), username @skip(if: $c) } }`)
	if same.Hash != a.Hash || same.Normalized != a.Normalized {
		t.Error("the name and white space of an operation change its key")
	}
}

func TestConditionsHold(t *testing.T) {
	both := operation.Condition{True: 0b01}.And(operation.Condition{False: 0b10})
	for bits, want := range []bool{false, true, false, false} {
		if both.Holds(uint64(bits)) != want {
			t.Errorf("bits %b", bits)
		}
	}
	if !(operation.Condition{}).Always() || both.Always() || both.Never() || !both.And(operation.Condition{True: 0b10}).Never() {
		t.Error("Always or Never is wrong")
	}
	if !both.Implies(operation.Condition{True: 1}) || (operation.Condition{True: 1}).Implies(both) {
		t.Error("Implies is wrong")
	}
}

// TestFrontIsSharedByGoroutines is for the race detector.
func TestFrontIsSharedByGoroutines(t *testing.T) {
	front := newFront(t, validationSDL(t), operation.Limits{})
	var texts []string
	validationCases(t, func(_ string, c validationCase) { texts = append(texts, c.Query) })
	want := make([]string, len(texts))
	describe := func(text string) string {
		op, errs := front.Parse(text, "")
		if errs != nil {
			return errs.Error()
		}
		var values operation.Values
		_ = op.Coerce([]byte(`{"a":1}`), &values)
		return op.Normalized
	}
	for i, text := range texts {
		want[i] = describe(text)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i, text := range texts {
				if got := describe(text); got != want[i] {
					t.Errorf("%s: got %s, want %s", text, got, want[i])
				}
			}
		})
	}
	wait.Wait()
}

func TestSizeGrowsWithTheOperation(t *testing.T) {
	front := shop(t)
	small, large := mustParse(t, front, `{ users { id } }`), mustParse(t, front, heavyQuery(t))
	if small.Size() < 200 || large.Size() < 5*small.Size() {
		t.Errorf("sizes %d and %d", small.Size(), large.Size())
	}
}

func TestTooManyConditions(t *testing.T) {
	front := newFront(t, shopSDL, operation.Limits{})
	document := func(n int) string {
		var vars, fields strings.Builder
		for i := range n {
			fmt.Fprintf(&vars, "$v%d: Boolean! ", i)
			fmt.Fprintf(&fields, "f%d: id @skip(if: $v%d) ", i, i)
		}
		return "query (" + vars.String() + ") { users { " + fields.String() + "} }"
	}
	if op := mustParse(t, front, document(64)); len(op.Conditions) != 64 {
		t.Errorf("%d conditions", len(op.Conditions))
	}
	if _, errs := front.Parse(document(65), ""); len(errs) != 1 || errs[0].Code != operation.CodeMaxConditions {
		t.Errorf("got %v", errs)
	}
}

func TestErrorsAreLocatedAndBounded(t *testing.T) {
	front := newFront(t, shopSDL, operation.Limits{MaxErrors: 3})
	_, errs := front.Parse("{\n  user(id: \"é\") { nope }\n  users { nope }\n}", "")
	if len(errs) != 1 || len(errs[0].Locations) != 2 || errs[0].Locations[0] != (operation.Location{Line: 2, Column: 19}) {
		t.Errorf("equal errors are one with several locations: %+v", errs[0])
	}
	_, errs = front.Parse("{ a b c d e f g }", "")
	if len(errs) != 3 {
		t.Errorf("%d errors", len(errs))
	}
	_, errs = front.Parse("{ users { id @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa } }", "")
	if len(errs) > 2 {
		t.Errorf("a repeated unknown directive gives %d errors", len(errs))
	}
	_, errs = front.Parse("{\n users {\n", "")
	if len(errs) != 1 || errs[0].Code != operation.CodeParseFailed || len(errs[0].Locations) != 1 || errs[0].Locations[0].Line != 3 {
		t.Errorf("syntax error: %+v", errs[0])
	}
	_, errs = front.Parse("{ users { id } }\n # \xff", "")
	if len(errs) != 1 || errs[0].Code != operation.CodeParseFailed || errs[0].Locations[0] != (operation.Location{Line: 2, Column: 4}) {
		t.Errorf("UTF-8: %+v", errs[0])
	}
}

func TestSuggestions(t *testing.T) {
	const text = `{ user(id: 1) { nam } topProducts(filter: {sort: PRIZE}) { id } }`
	for _, on := range []bool{false, true} {
		front := newFront(t, shopSDL, operation.Limits{Suggestions: on})
		_, errs := front.Parse(text, "")
		if len(errs) != 2 {
			t.Fatalf("got %v", errs)
		}
		for _, err := range errs {
			if strings.Contains(err.Message, "Did you mean") != on {
				t.Errorf("suggestions=%v: %s", on, err.Message)
			}
		}
	}
}

func TestHiddenElementsAreUnknown(t *testing.T) {
	full := `type Query { a: A secret(x: Int): Int u: U } type A { id: ID hidden: Int } type H { id: ID } union U = A | H
		enum E { ONE TWO } input I { a: Int b: Int = 3 e: E }`
	api := `type Query { a: A i(in: I): Int u: U } type A { id: ID } union U = A enum E { ONE } input I { a: Int e: E }`
	doc, _ := schema.Parse("full", strings.Replace(full, "secret", "i(in: I): Int secret", 1))
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	front, err := operation.NewFront(api, s, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`{ secret }`, `{ a { hidden } }`, `{ u { ... on H { id } } }`, `{ i(in: {b: 1}) }`, `{ i(in: {e: TWO}) }`} {
		if _, errs := front.Parse(text, ""); errs == nil {
			t.Errorf("%s is accepted", text)
		}
	}
	op := mustParse(t, front, `query ($in: I) { i(in: $in) }`)
	var values operation.Values
	if errs := op.Coerce([]byte(`{"in": {"a": 1}}`), &values); errs != nil || string(values.Raw[0]) != `{"a": 1}` {
		t.Errorf("the default of a hidden field is sent: %s %v", values.Raw[0], errs)
	}
	if errs := op.Coerce([]byte(`{"in": {"e": "TWO"}}`), &values); errs == nil {
		t.Error("a hidden enum value is accepted")
	}
}

func TestBadDefaults(t *testing.T) {
	for sdl, want := range map[string]string{
		`type Query { a(i: I): Int } input I { a: Int = "x" }`:                     "I.a",
		`type Query { a(i: I): Int } input I { a: J = {} } input J { b: I = {} }`:  "contains itself",
		`type Query { a(i: I): Int } input I { a: J = {c: 1} } input J { b: Int }`: "I.a",
	} {
		doc, _ := schema.Parse("s", sdl)
		s, err := schema.FromDocument(doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := operation.NewFront(sdl, s, operation.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", sdl, err)
		}
	}
}

func TestBadSchemas(t *testing.T) {
	doc, _ := schema.Parse("s", `type Query { a: Int }`)
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, sdl := range []string{"type Query {", "type Query { a: Nope }", "type Query { a: Int b: Int }", "type Query { a(i: I): Int } input I { a: Int }"} {
		if _, err := operation.NewFront(sdl, s, operation.Limits{}); err == nil {
			t.Errorf("accepted: %s", sdl)
		}
	}
}
