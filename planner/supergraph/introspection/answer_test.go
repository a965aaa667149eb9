package introspection

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var update = flag.Bool("update", false, "write golden files")

var testdata = filepath.Join("..", "..", "..", "testdata", "supergraph")

// standardQuery asks for everything there is.
const standardQuery = `
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }
`

// selections turns a query text into selections, with fragments as fragments.
func selections(t testing.TB, query string) []Selection {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	var convert func(set ast.SelectionSet) []Selection
	convert = func(set ast.SelectionSet) []Selection {
		var out []Selection
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				sel := Selection{Key: s.Alias, Field: s.Name, Selections: convert(s.SelectionSet)}
				for _, a := range s.Arguments {
					sel.Arguments = append(sel.Arguments, Argument{Name: a.Name, Value: []byte(a.Value.String())})
				}
				out = append(out, sel)
			case *ast.InlineFragment:
				out = append(out, Selection{On: s.TypeCondition, Selections: convert(s.SelectionSet)})
			case *ast.FragmentSpread:
				f := doc.Fragments.ForName(s.Name)
				out = append(out, Selection{On: f.TypeCondition, Selections: convert(f.SelectionSet)})
			}
		}
		return out
	}
	return convert(doc.Operations[0].SelectionSet)
}

func model(t testing.TB) (*Model, *schema.Document) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, "introspection.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := schema.Parse("introspection.graphql", string(text))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	m, err := New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return m, doc
}

func answer(t testing.TB, m *Model, query string) string {
	t.Helper()
	q, err := Compile(selections(t, query), "Query")
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.Answer(q, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out) {
		t.Fatalf("not JSON: %s", out)
	}
	return string(out)
}

func TestStandardQueryGolden(t *testing.T) {
	m, _ := model(t)
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(answer(t, m, standardQuery)), "", "  "); err != nil {
		t.Fatal(err)
	}
	indented.WriteByte('\n')
	path := filepath.Join(testdata, "introspection.json")
	if *update {
		if err := os.WriteFile(path, indented.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), indented.String()); diff != "" {
		t.Error(diff)
	}
}

// The answer to the standard query says all there is: an SDL made of it alone
// is the schema it came from.
func TestStandardQueryRoundTrip(t *testing.T) {
	m, doc := model(t)
	var got struct {
		Schema jsonSchema `json:"__schema"`
	}
	if err := json.Unmarshal([]byte(answer(t, m, standardQuery)), &got); err != nil {
		t.Fatal(err)
	}
	again, errs := schema.Parse("answer", got.Schema.sdl())
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, got.Schema.sdl())
	}
	if diff := cmp.Diff(schema.PrintCanonical(explicit(doc)), schema.PrintCanonical(explicit(again))); diff != "" {
		t.Error(diff)
	}
}

// The same for the API schemas of composed graphs.
func TestComposedRoundTrip(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata, "composed", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files to read", err)
	}
	q, err := Compile(selections(t, standardQuery), "Query")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			def, errs := supergraph.Read(file, string(text))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			api := supergraph.APISchema(def)
			m, err := New(api)
			if err != nil {
				t.Fatal(err)
			}
			out, err := m.Answer(q, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Schema jsonSchema `json:"__schema"`
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			again, faults := schema.Parse("answer", got.Schema.sdl())
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			want, have := schema.Sorted(explicit(api)), schema.Sorted(explicit(again))
			// Whether the roots are named is no part of the API.
			want.Schemas, have.Schemas = nil, nil
			if diff := cmp.Diff(schema.Print(want), schema.Print(have)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	m, _ := model(t)
	for _, c := range []struct{ name, query, want string }{
		{"typename", `{ __typename }`, `{"__typename":"Query"}`},
		{"typenames inside", `{ __schema { __typename queryType { __typename name } } }`, `{"__schema":{"__typename":"__Schema","queryType":{"__typename":"__Type","name":"Query"}}}`},
		{"aliases", `{ a: __type(name: "Color") { b: name } }`, `{"a":{"b":"Color"}}`},
		{"unknown type", `{ __type(name: "Nope") { name } }`, `{"__type":null}`},
		{"built-in scalar", `{ __type(name: "Int") { kind name fields { name } } }`, `{"__type":{"kind":"SCALAR","name":"Int","fields":null}}`},
		{"introspection type", `{ __type(name: "__TypeKind") { kind enumValues { name } } }`, `{"__type":{"kind":"ENUM","enumValues":[{"name":"SCALAR"},{"name":"OBJECT"},{"name":"INTERFACE"},{"name":"UNION"},{"name":"ENUM"},{"name":"INPUT_OBJECT"},{"name":"LIST"},{"name":"NON_NULL"}]}}`},
		{"meta fields are no fields", `{ __type(name: "Query") { fields { name } } }`, `{"__type":{"fields":[{"name":"any"},{"name":"entity"}]}}`},
		{"specifiedByURL", `{ a: __type(name: "Date") { specifiedByURL } b: __type(name: "Int") { specifiedByURL } }`, `{"a":{"specifiedByURL":"https://date.example/spec"},"b":{"specifiedByURL":null}}`},
		{"isOneOf", `{ a: __type(name: "Choice") { isOneOf } b: __type(name: "Point") { isOneOf } c: __type(name: "Any") { isOneOf } }`, `{"a":{"isOneOf":true},"b":{"isOneOf":false},"c":{"isOneOf":null}}`},
		{"interfaces", `{ a: __type(name: "Person") { interfaces { name } } b: __type(name: "Entity") { interfaces { name } } c: __type(name: "Any") { interfaces { name } } }`, `{"a":{"interfaces":[{"name":"Entity"},{"name":"Named"}]},"b":{"interfaces":[]},"c":{"interfaces":null}}`},
		{"possible types", `{ a: __type(name: "Any") { possibleTypes { name } } b: __type(name: "Entity") { possibleTypes { name } } c: __type(name: "Person") { possibleTypes { name } } }`, `{"a":{"possibleTypes":[{"name":"Person"},{"name":"Robot"}]},"b":{"possibleTypes":[{"name":"Person"},{"name":"Robot"}]},"c":{"possibleTypes":null}}`},
		{"fields without the deprecated", `{ __type(name: "Person") { fields { name args { name } } } }`, `{"__type":{"fields":[{"name":"id","args":[]},{"name":"name","args":[{"name":"upper"}]},{"name":"friends","args":[{"name":"filter"},{"name":"choice"}]},{"name":"born","args":[]},{"name":"color","args":[]}]}}`},
		{"the deprecated included", `{ __type(name: "Color") { enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } }`, `{"__type":{"enumValues":[{"name":"RED","isDeprecated":false,"deprecationReason":null},{"name":"GREEN","isDeprecated":true,"deprecationReason":"use \"RED\""},{"name":"BLUE","isDeprecated":true,"deprecationReason":"No longer supported"}]}}`},
		{"includeDeprecated null", `{ __type(name: "Color") { enumValues(includeDeprecated: null) { name } } }`, `{"__type":{"enumValues":[{"name":"RED"}]}}`},
		{"input fields", `{ __type(name: "Filter") { a: inputFields { name defaultValue } b: inputFields(includeDeprecated: true) { name } } }`, `{"__type":{"a":[{"name":"first","defaultValue":"10"},{"name":"colors","defaultValue":"[RED, BLUE]"},{"name":"near","defaultValue":"{x: 1, y: -2.5e3, label: \"a\\\"b\\n\"}"}],"b":[{"name":"first"},{"name":"colors"},{"name":"near"},{"name":"gone"}]}}`},
		{"null default", `{ __type(name: "Point") { inputFields { name defaultValue } } }`, `{"__type":{"inputFields":[{"name":"x","defaultValue":null},{"name":"y","defaultValue":null},{"name":"label","defaultValue":"null"}]}}`},
		{"wrappers", `{ __type(name: "Mutation") { fields { type { kind name fields { name } description ofType { kind name ofType { name } } } } } }`, `{"__type":{"fields":[{"type":{"kind":"NON_NULL","name":null,"fields":null,"description":null,"ofType":{"kind":"OBJECT","name":"Person","ofType":null}}}]}}`},
		{"directives", `{ __schema { directives { name isRepeatable args { name } } } }`, `{"__schema":{"directives":[{"name":"deprecated","isRepeatable":false,"args":[{"name":"reason"}]},{"name":"include","isRepeatable":false,"args":[{"name":"if"}]},{"name":"metered","isRepeatable":true,"args":[{"name":"cost"}]},{"name":"oneOf","isRepeatable":false,"args":[]},{"name":"skip","isRepeatable":false,"args":[{"name":"if"}]},{"name":"specifiedBy","isRepeatable":false,"args":[{"name":"url"}]}]}}`},
		{"merging", `{ __type(name: "Color") { name } ... on Query { __type(name: "Color") { kind ... on __Type { name } ... on __Field { type { name } } } } }`, `{"__type":{"name":"Color","kind":"ENUM"}}`},
		{"no subscription root", `{ __schema { subscriptionType { name } mutationType { name } description } }`, `{"__schema":{"subscriptionType":null,"mutationType":{"name":"Mutation"},"description":"The schema's own\ndescription, with \"quotes\"."}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, answer(t, m, c.query)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for _, query := range []string{
		`{ nope }`,
		`{ __schema { nope } }`,
		`{ __schema { types { name { x } } } }`,
		`{ __type { name } }`,
		`{ __type(name: 3) { name } }`,
		`{ __type(name: null) { name } }`,
		`{ __type(name: "X", other: 1) { name } }`,
		`{ __type(name: "X") { fields(includeDeprecated: "x") { name } } }`,
		`{ __type(name: "X") { name(includeDeprecated: true) } }`,
	} {
		_, err := Compile(selections(t, query), "Query")
		var coded *Error
		if !errors.As(err, &coded) || coded.Code != CodeInvalidQuery {
			t.Errorf("%s: got %v", query, err)
		}
	}
}

// Every level of interfaces { possibleTypes … } multiplies the output; the limit
// must stop the writing, not only be noticed after it (this test would not end).
func TestLimit(t *testing.T) {
	m, _ := model(t)
	query := `{ __schema { types { ` + strings.Repeat(`interfaces { possibleTypes { `, 40) + `name` + strings.Repeat(` } }`, 40) + ` } } }`
	q, err := Compile(selections(t, query), "Query")
	if err != nil {
		t.Fatal(err)
	}
	const limit = 1 << 20
	prefix := []byte("kept")
	out, err := m.Append(prefix, q, limit)
	var coded *Error
	if !errors.As(err, &coded) || coded.Code != CodeTooLarge {
		t.Fatalf("got %v", err)
	}
	if string(out) != "kept" {
		t.Errorf("the buffer was changed: %q", out)
	}
	small, err := Compile(selections(t, `{ __type(name: "Color") { name } }`), "Query")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"__type":{"name":"Color"}}`
	if out, err := m.Answer(small, len(want)); err != nil || string(out) != want {
		t.Errorf("an answer of exactly the limit: %s, %v", out, err)
	}
	if _, err := m.Answer(small, len(want)-1); err == nil {
		t.Error("an answer over the limit by one byte was let through")
	}
}

func TestNewErrors(t *testing.T) {
	for _, sdl := range []string{
		`extend type Query { a: Int }`,
		`type Query { a: Nope }`,
		`type Other { a: Int }`,
		`type Query { a: Int } directive @d(x: Nope) on FIELD`,
	} {
		doc, errs := schema.Parse("x", sdl)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if _, err := New(doc); err == nil {
			t.Errorf("%s was accepted", sdl)
		}
	}
}

func BenchmarkStandardQuery(b *testing.B) {
	m, _ := model(b)
	q, err := Compile(selections(b, standardQuery), "Query")
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = m.Append(buf[:0], q, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buf)))
}
