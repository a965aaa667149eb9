package dataserver

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/astprinter"
	converter "github.com/wundergraph/graphql-go-tools/v2/pkg/introspection"
)

const introspectionQuery = `query IntrospectionQuery {
  __schema {
    description
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }`

const wideSDL = `
"Marks a field."
directive @mark(on: Int = 3, words: [String!] = ["a", "b"]) on FIELD | QUERY

schema { query: Root mutation: Change }

type Root {
  "All of them."
  things(first: Int = 5, filter: Filter = {kind: BIG, tags: ["x"]}): [Thing!]!
  node(id: ID!): Node
  any: Any @deprecated(reason: "use things")
  nested: [[Int!]]
}

type Change { set(id: ID!, to: Float = 1.5): Thing }

interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }

type Thing implements Node & Named { id: ID! name: String at: Date kind: Kind! }
type Other implements Node { id: ID! old: Int @deprecated }
union Any = Thing | Other

scalar Date @specifiedBy(url: "https://example.com/date")

enum Kind { BIG SMALL @deprecated(reason: "too small") }

input Filter { kind: Kind = SMALL tags: [String!] deep: Filter on: Boolean = true }
`

func plainServer(t *testing.T) *Server {
	t.Helper()
	data, err := ParseData([]byte(`{"roots": {"Query.things": {"value": []}, "Query.node": {"value": null}, "Query.any": {"value": null}, "Query.nested": {"value": [[1]]}, "Mutation.set": {"value": null}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Name: "plain", SDL: wideSDL, Data: data, Mode: Plain})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestIntrospectionGivesTheSchemaBack turns the answer into SDL with another
// library's converter and compares the two schemas.
func TestIntrospectionGivesTheSchemaBack(t *testing.T) {
	answer := ask(t, plainServer(t), introspectionQuery, `{}`)
	var body struct {
		Data   json.RawMessage
		Errors []any
	}
	if err := json.Unmarshal([]byte(answer), &body); err != nil || len(body.Errors) > 0 {
		t.Fatal(err, body.Errors)
	}
	doc, err := (&converter.JsonConverter{}).GraphQLDocument(bytes.NewReader(body.Data))
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	if err := astprinter.Print(doc, &printed); err != nil {
		t.Fatal(err)
	}
	want, got := normalSDL(t, wideSDL), normalSDL(t, printed.String())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\nfrom\n%s", diff, printed.String())
	}
}

// normalSDL prints a schema's own types and directives in a fixed order.
func normalSDL(t *testing.T, sdl string) string {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatalf("%v\n%s", err, sdl)
	}
	builtIn, err := parser.ParseSchema(validator.Prelude)
	if err != nil {
		t.Fatal(err)
	}
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool {
		return builtIn.Definitions.ForName(d.Name) != nil
	})
	doc.Directives = slices.DeleteFunc(doc.Directives, func(d *ast.DirectiveDefinition) bool {
		return builtIn.Directives.ForName(d.Name) != nil
	})
	slices.SortFunc(doc.Definitions, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range doc.Directives {
		slices.Sort(d.Locations)
	}
	for _, def := range doc.Definitions {
		// The converter knows neither @specifiedBy nor interfaces of interfaces;
		// TestIntrospectionDetails looks at them.
		if def.Kind == ast.Interface {
			def.Interfaces = nil
		}
		def.Directives = slices.DeleteFunc(def.Directives, func(d *ast.Directive) bool { return d.Name == "specifiedBy" })
		for _, f := range def.Fields {
			for _, d := range f.Directives {
				if d.Name == "deprecated" && len(d.Arguments) == 0 {
					d.Arguments = ast.ArgumentList{{Name: "reason", Value: &ast.Value{Kind: ast.StringValue, Raw: "No longer supported"}}}
				}
			}
		}
	}
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	return b.String()
}

func TestIntrospectionDetails(t *testing.T) {
	s := plainServer(t)
	for query, want := range map[string]string{
		`{__type(name:"Nope"){name}}`:                                      `{"__type":null}`,
		`{__type(name:"Date"){specifiedByURL kind fields{name}}}`:          `{"__type":{"specifiedByURL":"https://example.com/date","kind":"SCALAR","fields":null}}`,
		`{__type(name:"Kind"){enumValues{name}}}`:                          `{"__type":{"enumValues":[{"name":"BIG"}]}}`,
		`{__type(name:"Kind"){enumValues(includeDeprecated:true){name}}}`:  `{"__type":{"enumValues":[{"name":"BIG"},{"name":"SMALL"}]}}`,
		`{__type(name:"Node"){possibleTypes{name} interfaces{name}}}`:      `{"__type":{"possibleTypes":[{"name":"Thing"},{"name":"Other"}],"interfaces":[]}}`,
		`{__type(name:"Named"){possibleTypes{name} interfaces{name}}}`:     `{"__type":{"possibleTypes":[{"name":"Thing"}],"interfaces":[{"name":"Node"}]}}`,
		`{__type(name:"Any"){possibleTypes{name}}}`:                        `{"__type":{"possibleTypes":[{"name":"Thing"},{"name":"Other"}]}}`,
		`{__type(name:"Filter"){isOneOf inputFields{name defaultValue}}}`:  `{"__type":{"isOneOf":false,"inputFields":[{"name":"kind","defaultValue":"SMALL"},{"name":"tags","defaultValue":null},{"name":"deep","defaultValue":null},{"name":"on","defaultValue":"true"}]}}`,
		`{__type(name:"Other"){fields{name} __typename}}`:                  `{"__type":{"fields":[{"name":"id"}],"__typename":"__Type"}}`,
		`{__schema{queryType{name} mutationType{name}} __typename nested}`: `{"__schema":{"queryType":{"name":"Root"},"mutationType":{"name":"Change"}},"__typename":"Root","nested":[[1]]}`,
	} {
		if got := ask(t, s, query, `{}`); got != `{"data":`+want+`}` {
			t.Errorf("%s: %s", query, got)
		}
	}
	for _, name := range []string{"_entities", "_service"} {
		if got := ask(t, s, `{`+name+`}`, `{}`); !strings.Contains(got, "Cannot query field") {
			t.Errorf("a plain service answers %s: %s", name, got)
		}
	}
}

func TestIntrospectionCanBeOff(t *testing.T) {
	s, err := New(Options{SDL: `type Query { topUser: Int }`, Data: parseShop(t), DisableIntrospection: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, `{__schema{queryType{name}}}`, `{}`); !strings.Contains(got, "INTROSPECTION_DISABLED") {
		t.Error(got)
	}
}
