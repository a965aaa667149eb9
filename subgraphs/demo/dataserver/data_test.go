package dataserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExpressions evaluates expressions on one entity.
func TestExpressions(t *testing.T) {
	for _, tc := range []struct{ expr, want string }{
		{`1`, `1`},
		{`"text"`, `"text"`},
		{`"$in"`, `5`},
		{`"$$in"`, `"$in"`},
		{`"$none"`, `null`},
		{`"$none.deeper"`, `null`},
		{`{"a": ["+", 1, 1], "b": "$in"}`, `{"a":2,"b":5}`},
		{`["+", 1, 2, 3]`, `6`},
		{`["-", 1, 0.5]`, `0.5`},
		{`["*", 3, 4]`, `12`},
		{`["/", 7, 2]`, `3.5`},
		{`["/", 8, 2]`, `4`},
		{`["/", 1, 0]`, `division by zero`},
		{`["%", 7, 4]`, `3`},
		{`["int", -3.7]`, `-3`},
		{`["round", 3.5]`, `4`},
		{`["int", null]`, `null`},
		{`["+", 1, "a"]`, `a is not a number`},
		{`["=", 1, 1.0]`, `true`},
		{`["=", null, null]`, `true`},
		{`["=", "1", 1]`, `false`},
		{`["!=", "a", "b"]`, `true`},
		{`["<", 1, 2]`, `true`},
		{`["<", "b", "a"]`, `false`},
		{`["<=", 2, 2]`, `true`},
		{`[">", 2, 2]`, `false`},
		{`[">=", 2, 3]`, `false`},
		{`[">", null, 3]`, `not a number`},
		{`["and", true, null, ["error", "not reached"]]`, `false`},
		{`["and", true, 1]`, `true`},
		{`["or", false, 1, ["error", "not reached"]]`, `true`},
		{`["or", false, null]`, `false`},
		{`["not", null]`, `true`},
		{`["coalesce", null, 0, ["error", "not reached"]]`, `0`},
		{`["coalesce", null]`, `null`},
		{`["if", null, ["error", "not reached"], 2]`, `2`},
		{`["if", 1, 1, ["error", "not reached"]]`, `1`},
		{`["concat", "a", 1, true, null, 1.5]`, `"a1true1.5"`},
		{`["concat", ["list"]]`, `not text`},
		{`["join", ["list", 1, 2], "-"]`, `"1-2"`},
		{`["upper", "a"]`, `"A"`},
		{`["lower", "A"]`, `"a"`},
		{`["contains", "Haystack", "STACK"]`, `true`},
		{`["contains", null, "x"]`, `false`},
		{`["list", 1, [ "list" ]]`, `[1,[]]`},
		{`["len", "héé"]`, `3`},
		{`["len", ["path", "scores"]]`, `3`},
		{`["len", null]`, `0`},
		{`["sum", ["path", "scores"]]`, `6`},
		{`["sum", ["list"]]`, `0`},
		{`["min", ["path", "scores"]]`, `1`},
		{`["max", ["path", "scores"]]`, `3`},
		{`["max", ["list"]]`, `null`},
		{`["first", ["path", "scores"]]`, `3`},
		{`["last", ["path", "scores"]]`, `2`},
		{`["last", ["list"]]`, `null`},
		{`["at", ["path", "scores"], 1]`, `1`},
		{`["at", ["path", "scores"], 9]`, `null`},
		{`["take", ["path", "scores"], 2]`, `[3,1]`},
		{`["take", ["path", "scores"], 9]`, `[3,1,2]`},
		{`["take", ["path", "scores"], null]`, `[3,1,2]`},
		{`["take", ["path", "scores"], -1]`, `not a number of items`},
		{`["drop", ["path", "scores"], 1]`, `[1,2]`},
		{`["append", ["path", "scores"], 4]`, `[3,1,2,4]`},
		{`["reverse", ["path", "scores"]]`, `[2,1,3]`},
		{`["flatten", ["list", ["list", 1], 2]]`, `[1,2]`},
		{`["map", ["path", "scores"], ["*", ["self"], 2]]`, `[6,2,4]`},
		{`["filter", ["path", "scores"], [">", ["self"], 1]]`, `[3,2]`},
		{`["map", 1, 1]`, `not a list`},
		{`["in", 2, ["path", "scores"]]`, `true`},
		{`["in", 7, ["path", "scores"]]`, `false`},
		{`["path", "friends", "name"]`, `["Bob","Cid"]`},
		{`["path", "friends", "friends", "name"]`, `["Ann"]`},
		{`["path", "none", "name"]`, `null`},
		{`["path", "name", "x"]`, `no object to read x from`},
		{`["path", "home", "city"]`, `"Rome"`},
		{`["path", "friends", "__typename"]`, `["P","P"]`},
		{`["path", ["greet", {"in": "$in"}]]`, `"hi 5"`},
		{`["get", ["find", "P", {"id": "2"}], "name"]`, `"Bob"`},
		{`["get", ["find", "P", {"id": "9"}], "name"]`, `null`},
		{`["get", ["where", "P", {"friends": ["list", {"id": "1"}]}], "name"]`, `["Bob"]`},
		{`["len", ["all", "P"]]`, `3`},
		{`["stored", "name"]`, `"Ann"`},
		{`["state", "n"]`, `7`},
		{`["state", "m", 8]`, `8`},
		{`["path", "loop"]`, `leans on itself`},
		{`["path", "ring"]`, `0`},
	} {
		data, err := ParseData(fmt.Appendf(nil, `{
			"types": {"P": [
				{"id": "1", "name": "Ann", "scores": [3, 1, 2], "none": null, "home": {"city": "Rome"},
				 "friends": [{"$ref": {"__typename": "P", "id": "2"}}, {"$ref": {"__typename": "P", "id": "3"}}]},
				{"id": "2", "name": "Bob", "friends": [{"$ref": {"__typename": "P", "id": "1"}}]},
				{"id": "3", "name": "Cid", "friends": []}]},
			"state": {"n": 7},
			"roots": {"Query.p": {"find": "P", "by": {"id": "1"}}},
			"computed": {"P.out": %s, "P.greet": ["concat", "hi ", "$in"], "P.loop": ["path", "loop"], "P.ring": ["len", ["where", "P", {"ring": 1}]]}}`, tc.expr))
		if err != nil {
			t.Fatalf("%s: %v", tc.expr, err)
		}
		s := newServer(t, "s", `scalar Any2 type Query { p: P } type P { id: ID! out(in: Int = 5): Any2 loop: Int }`, data)
		got := ask(t, s, `{p{out}}`, `{}`)
		if want := `{"data":{"p":{"out":` + tc.want + `}}}`; got != want && !(strings.Contains(got, "errors") && strings.Contains(got, tc.want)) {
			t.Errorf("%s: %s, want %s", tc.expr, got, tc.want)
		}
	}
}

func TestParseDataRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                                                            "unexpected EOF",
		`{"tipes":{}}`:                                                 `unknown field "tipes"`,
		`{"roots":{"Query.a":{"lisst":"A"}}}`:                          `unknown member "lisst"`,
		`{"roots":{"Query.a":{}}}`:                                     "none of list",
		`{"roots":{"Query.a":1}}`:                                      "want an object",
		`{"roots":{"A.a":{"value":1}}}`:                                "neither Query.x nor Mutation.x",
		`{"roots":{"Query.a":{"list":1}}}`:                             "want a type name",
		`{"roots":{"Query.a":{"find":"A","by":1}}}`:                    "a pattern is an object",
		`{"roots":{"Query.a":{"expr":["nope"]}}}`:                      `unknown operator "nope"`,
		`{"roots":{"Query.a":{"expr":[]}}}`:                            "an array needs an operator",
		`{"roots":{"Query.a":{"expr":["if",1]}}}`:                      "two branches",
		`{"roots":{"Query.a":{"expr":["/",1]}}}`:                       "wrong number of operands",
		`{"roots":{"Query.a":{"expr":["path"]}}}`:                      "want field names",
		`{"roots":{"Query.a":{"expr":["path",["a"]]}}}`:                "a step with arguments",
		`{"roots":{"Mutation.a":{"do":1}}}`:                            "want a list of steps",
		`{"roots":{"Mutation.a":{"do":[{}]}}}`:                         "step 1: none of append",
		`{"roots":{"Mutation.a":{"do":[{"set":"A"}]}}}`:                "set needs by",
		`{"computed":{"A":1}}`:                                         "is not Type.field",
		`{"subgraphs":{"a":{"computed":{"A.b":["x"]}}}}`:               `subgraph "a"`,
		`{"subgraphs":{"a":{"roots":{"Query.b":{"list":"A","x":1}}}}}`: `subgraph "a"`,
	} {
		if _, err := ParseData([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestLoadData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.json")
	if _, err := LoadData(file); err == nil {
		t.Error("a file that is not there was read")
	}
	if err := os.WriteFile(file, []byte(`{"types":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadData(file); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(`{]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadData(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// TestMutationsAreShared runs steps through one server and reads the result
// through another one, by an index that was built before.
func TestMutationsAreShared(t *testing.T) {
	data, err := ParseData([]byte(`{
		"types": {"Item": [{"id": "1", "name": "one", "tags": ["x"]}]},
		"state": {"n": 1},
		"roots": {
			"Query.item": {"find": "Item", "by": {"id": "$id"}},
			"Mutation.add": {"do": [
				{"state": "n", "value": ["+", ["state", "n"], 1], "as": "n"},
				{"append": "Item", "value": {"id": ["concat", "$n"], "name": "$name", "twin": ["find", "Item", {"id": "1"}]}, "as": "item"}], "return": "$item"},
			"Mutation.tag": {"do": [{"set": "Item", "by": {"id": "$id"}, "value": {"tags": ["append", ["stored", "tags"], "$tag"]}, "as": "item"}], "return": "$item"},
			"Mutation.drop": {"do": [{"delete": "Item", "by": {"id": "$id"}, "as": "item"}], "return": "$item"}
		},
		"subgraphs": {"patched": {"patch": {"Item": [{"match": {"id": "1"}, "set": {"tags": ["patched"]}}]}},
			"own": {"types": {"Item": [{"id": "1", "tags": []}]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	const sdl = `type Query { item(id: ID!): Item }
		type Mutation { add(name: String): Item tag(id: ID!, tag: String!): Item drop(id: ID!): Item }
		type Item { id: ID! name: String tags: [String!] twin: Item }`
	servers := map[string]*Server{}
	for _, name := range []string{"a", "b", "patched", "own"} {
		servers[name] = newServer(t, name, sdl, data)
	}
	for _, step := range []struct{ server, query, want string }{
		{"b", `{item(id:"2"){id}}`, `{"item":null}`},
		{"a", `mutation{add(name:"two"){id name twin{name}}}`, `{"add":{"id":"2","name":"two","twin":{"name":"one"}}}`},
		{"b", `{item(id:"2"){name}}`, `{"item":{"name":"two"}}`},
		{"b", `mutation{tag(id:"1",tag:"y"){tags}}`, `{"tag":{"tags":["x","y"]}}`},
		{"a", `{item(id:"2"){twin{tags}}}`, `{"item":{"twin":{"tags":["x","y"]}}}`},
		{"patched", `mutation{tag(id:"1",tag:"z"){tags}}`, `{"tag":{"tags":["patched","z"]}}`},
		{"a", `{item(id:"1"){tags}}`, `{"item":{"tags":["x","y"]}}`},
		{"own", `mutation{tag(id:"1",tag:"mine"){tags} add{id}}`, `{"tag":{"tags":["mine"]},"add":{"id":"3"}}`},
		{"own", `mutation{drop(id:"1"){id}}`, `{"drop":{"id":"1"}}`},
		{"own", `{a:item(id:"1"){id} b:item(id:"3"){id}}`, `{"a":null,"b":{"id":"3"}}`},
		{"a", `{a:item(id:"1"){id} b:item(id:"3"){id}}`, `{"a":{"id":"1"},"b":null}`},
		{"a", `mutation{a:drop(id:"1"){name} b:drop(id:"1"){name} c:tag(id:"1",tag:"x"){id}}`, `{"a":{"name":"one"},"b":null,"c":null}`},
		{"b", `{item(id:"1"){id}}`, `{"item":null}`},
	} {
		if got := ask(t, servers[step.server], step.query, `{}`); got != `{"data":`+step.want+`}` {
			t.Errorf("%s %s: %s", step.server, step.query, got)
		}
	}
	data.Reset()
	for name, want := range map[string]string{"a": `["x"]`, "patched": `["patched"]`, "own": `[]`} {
		if got := ask(t, servers[name], `{item(id:"1"){tags} none:item(id:"2"){id}}`, `{}`); got != `{"data":{"item":{"tags":`+want+`},"none":null}}` {
			t.Errorf("%s after Reset: %s", name, got)
		}
	}
}
