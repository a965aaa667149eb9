package load

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// introspection is the answer of an upstream with everything a schema can hold.
const introspection = `{"__schema":{
"queryType":{"name":"Root"},"mutationType":null,"subscriptionType":null,
"types":[
 {"kind":"OBJECT","name":"Root","description":"The \"root\"\nof all","interfaces":[],"fields":[
  {"name":"user","description":null,"isDeprecated":false,"type":{"kind":"INTERFACE","name":"Node"},"args":[
   {"name":"id","description":"which","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}},"defaultValue":null},
   {"name":"by","type":{"kind":"INPUT_OBJECT","name":"By"},"defaultValue":"{ids: [\"1\"]}","isDeprecated":true,"deprecationReason":"use id"}]},
  {"name":"old","args":[],"isDeprecated":true,"deprecationReason":null,"type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"UNION","name":"Any"}}}}]},
 {"kind":"INTERFACE","name":"Node","interfaces":[],"fields":[{"name":"id","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}}]},
 {"kind":"INTERFACE","name":"Named","interfaces":[{"kind":"INTERFACE","name":"Node"}],"fields":[{"name":"id","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}}]},
 {"kind":"OBJECT","name":"User","interfaces":[{"kind":"INTERFACE","name":"Node"},{"kind":"INTERFACE","name":"Named"}],"fields":[
  {"name":"id","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}},
  {"name":"at","args":[],"type":{"kind":"SCALAR","name":"Date"}}]},
 {"kind":"UNION","name":"Any","possibleTypes":[{"kind":"OBJECT","name":"User"},{"kind":"OBJECT","name":"Query"}]},
 {"kind":"OBJECT","name":"Query","interfaces":[],"fields":[{"name":"c","args":[],"type":{"kind":"ENUM","name":"Color"}}]},
 {"kind":"ENUM","name":"Color","enumValues":[{"name":"RED","description":"hot"},{"name":"BLUE","isDeprecated":true,"deprecationReason":"a \\ b"}]},
 {"kind":"INPUT_OBJECT","name":"By","isOneOf":true,"inputFields":[{"name":"ids","type":{"kind":"LIST","ofType":{"kind":"SCALAR","name":"ID"}}},
  {"name":"n","description":"number","type":{"kind":"SCALAR","name":"Int"}}]},
 {"kind":"SCALAR","name":"Date","specifiedByURL":"https://date.test"},
 {"kind":"SCALAR","name":"ID"},{"kind":"OBJECT","name":"__Type","fields":[]}],
"directives":[{"name":"skip","locations":["FIELD"],"args":[]},
 {"name":"tag","isRepeatable":true,"locations":["FIELD","OBJECT"],"args":[{"name":"n","type":{"kind":"SCALAR","name":"Int"},"defaultValue":"1"}]}]
}}`

const printed = `schema {
  query: Root
}

directive @tag(n: Int = 1) repeatable on FIELD | OBJECT

"The \"root\"\nof all"
type Root {
  user("which" id: ID!, by: By = {ids: ["1"]} @deprecated(reason: "use id")): Node
  old: [Any!] @deprecated
}

interface Node {
  id: ID!
}

interface Named implements Node {
  id: ID!
}

type User implements Node & Named {
  id: ID!
  at: Date
}

union Any = User | Query

type Query {
  c: Color
}

enum Color {
  "hot"
  RED
  BLUE @deprecated(reason: "a \\ b")
}

input By @oneOf {
  ids: [ID]
  "number"
  n: Int
}

scalar Date @specifiedBy(url: "https://date.test")

`

// introspectable answers the introspection query if it holds none of the words.
func introspectable(answer string, unknown ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := query(r)
		for _, word := range append(unknown, "_service") {
			if strings.Contains(q, word) {
				refuse(w, "Cannot query field "+word)
				return
			}
		}
		write(w, object{"data": json.RawMessage(answer)})
	}
}

func TestIntrospection(t *testing.T) {
	for name, unknown := range map[string][]string{
		"a server of today": nil,
		"of 2021":           {"isOneOf"},
		"an old server":     {"isOneOf", "specifiedByURL", "isRepeatable", "args(includeDeprecated"},
	} {
		for _, from := range []From{Auto, Introspection} {
			r := one(t, Source{From: from, URL: serve(t, introspectable(introspection, unknown...))}, Options{})
			if r.Err != nil || r.From != Introspection {
				t.Fatalf("%s: %+v", name, r)
			}
			if d := cmp.Diff(printed, r.SDL); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

func TestIntrospectionQueriesAreGood(t *testing.T) {
	for _, q := range queries {
		if _, err := parser.ParseQuery(&ast.Source{Input: q}); err != nil {
			t.Errorf("%v: %s", err, q)
		}
	}
	// Without what the specification of 2021 lacks they are valid operations.
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: "type Query { a: Int }"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gqlparser.LoadQueryWithRules(schema, queries[2], nil); err != nil {
		t.Error(err)
	}
}

func TestIntrospectionAnswersThatAreNoSchema(t *testing.T) {
	for name, answer := range map[string]string{
		"no schema":     `{}`,
		"no types":      `{"__schema":{"queryType":{"name":"Query"},"types":[]}}`,
		"unknown kind":  `{"__schema":{"types":[{"kind":"THING","name":"A"}]}}`,
		"a bad name":    `{"__schema":{"types":[{"kind":"SCALAR","name":"A } type B { x: Int"}]}}`,
		"no name":       `{"__schema":{"types":[{"kind":"OBJECT","name":"A","fields":[{"name":"a","type":{"kind":"OBJECT","name":null}}]}]}}`,
		"too deep":      `{"__schema":{"types":[{"kind":"OBJECT","name":"A","fields":[{"name":"a","type":{"kind":"LIST","ofType":null}}]}]}}`,
		"a bad default": `{"__schema":{"types":[{"kind":"INPUT_OBJECT","name":"A","inputFields":[{"name":"a","type":{"kind":"SCALAR","name":"Int"},"defaultValue":"{"}]}]}}`,
		"another shape": `{"__schema":{"types":{}}}`,
	} {
		r := one(t, Source{From: Introspection, URL: serve(t, introspectable(answer))}, Options{})
		if r.Err == nil || r.Err.Code != CodeMalformed {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// FuzzIntrospection: whatever an upstream answers, the text parses or there is
// an error.
func FuzzIntrospection(f *testing.F) {
	f.Add([]byte(introspection))
	f.Fuzz(func(t *testing.T, b []byte) {
		var data introspected
		if json.Unmarshal(b, &data) != nil || data.Schema == nil {
			return
		}
		text, err := printSchema(data.Schema)
		if err != nil {
			return
		}
		if _, err := parser.ParseSchema(&ast.Source{Input: text}); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	})
}
