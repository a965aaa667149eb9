package graphql

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

func client(t testing.TB) *Client {
	t.Helper()
	c, err := New(Options{Subgraph: "products", URL: "http://upstream.test/graphql"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prepare(t testing.TB, c *Client, spec *subgraphs.FetchSpec) *prepared {
	t.Helper()
	p, err := c.Prepare(spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseQuery(&ast.Source{Input: p.Text()}); err != nil {
		t.Fatalf("%s: %v", p.Text(), err)
	}
	return p.(*prepared)
}

func field(name string, below ...subgraphs.Selection) subgraphs.Selection {
	return subgraphs.Selection{Key: name, Field: name, Selections: below}
}

func on(typ string, below ...subgraphs.Selection) subgraphs.Selection {
	return subgraphs.Selection{On: typ, Selections: below}
}

func variable(i int) subgraphs.ArgumentValue { return subgraphs.ArgumentValue{Variable: i} }

func constant(s string) subgraphs.ArgumentValue {
	return subgraphs.ArgumentValue{Variable: -1, Constant: s}
}

func entities(typ string, below ...subgraphs.Selection) subgraphs.Entry {
	return subgraphs.Entry{
		Lookup:     &subgraphs.Lookup{Kind: subgraphs.EntitiesLookup, Type: typ, Batch: true, ByPosition: true},
		Selections: []subgraphs.Selection{on(typ, below...)},
	}
}

// conditional returns s under conditions: positive numbers include by variable
// n-1, negative ones skip by variable -n-1.
func conditional(s subgraphs.Selection, vars ...int) subgraphs.Selection {
	for _, v := range vars {
		if v > 0 {
			s.Include = append(s.Include, subgraphs.Condition{Variable: v - 1})
		} else {
			s.Include = append(s.Include, subgraphs.Condition{Variable: -v - 1, Negate: true})
		}
	}
	return s
}

func TestTextAndBody(t *testing.T) {
	rows := func(entries ...[]string) [][][]byte {
		out := make([][][]byte, len(entries))
		for i, e := range entries {
			for _, r := range e {
				out[i] = append(out[i], []byte(r))
			}
		}
		return out
	}
	many := &subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "User", Path: []string{"users"}, Batch: true, ByPosition: true,
		Arguments: []subgraphs.LookupArgument{{Name: "ids", Type: "[ID!]!", From: []string{"key", "id"}}},
	}
	single := &subgraphs.Lookup{
		Kind: subgraphs.FieldLookup, Type: "User", Path: []string{"directory", "user"},
		Arguments: []subgraphs.LookupArgument{
			{Name: "id", Type: "ID!", From: []string{"id"}}, {Name: "realm", Type: "String", From: []string{"realm"}},
		},
	}
	for _, c := range []struct {
		name      string
		spec      subgraphs.FetchSpec
		call      subgraphs.Call
		text      string
		query     string // what is sent, if not text
		variables string
	}{
		{
			name: "root",
			spec: subgraphs.FetchSpec{Root: []subgraphs.Selection{field("me", field("id"), field("name"))}},
			text: `{me{id name}}`,
		},
		{
			name: "operation name",
			spec: subgraphs.FetchSpec{OperationName: "Me", Root: []subgraphs.Selection{field("me", field("id"))}},
			text: `query Me{me{id}}`,
		},
		{
			name: "an operation name that is none is left out",
			spec: subgraphs.FetchSpec{OperationName: "Me{x}", Root: []subgraphs.Selection{field("me", field("id"))}},
			text: `{me{id}}`,
		},
		{
			name: "mutation with arguments of all kinds",
			spec: subgraphs.FetchSpec{
				Kind:      schema.Mutation,
				Variables: []subgraphs.VariableSpec{{Name: "a", Type: "Int!"}, {Name: "b", Type: "[String!]"}},
				Root: []subgraphs.Selection{{
					Key: "x", Field: "add",
					Arguments: []subgraphs.ArgumentSpec{
						{Name: "n", Value: variable(0)},
						{Name: "s", Value: constant(`"q\"\n"`)},
						{Name: "o", Value: subgraphs.ArgumentValue{Object: true, Variable: -1, Fields: []subgraphs.ArgumentSpec{
							{Name: "l", Value: subgraphs.ArgumentValue{List: true, Variable: -1, Items: []subgraphs.ArgumentValue{
								constant("1"), variable(1), {List: true, Variable: -1},
							}}},
							{Name: "e", Value: constant("RED")},
						}}},
					},
				}},
			},
			call:      subgraphs.Call{Variables: [][]byte{[]byte("12345678901234567890"), nil}},
			text:      `mutation($a:Int!,$b:[String!]){x:add(n:$a,s:"q\"\n",o:{l:[1,$b,[]],e:RED})}`,
			variables: `{"a":12345678901234567890}`,
		},
		{
			name: "conditions",
			spec: subgraphs.FetchSpec{
				Variables: []subgraphs.VariableSpec{{Name: "a", Type: "Boolean!"}, {Name: "b", Type: "Boolean!"}},
				Root: []subgraphs.Selection{
					conditional(field("one"), 1),
					conditional(field("two"), 1, -2),
					conditional(field("three", field("x")), 1, 2, 2),
					conditional(on("", field("four")), -1),
					conditional(on("Query", field("five")), -1, -2),
					on("", field("six")),
					field("seven"),
				},
			},
			call: subgraphs.Call{Variables: [][]byte{[]byte("true"), []byte("false")}},
			text: `query($a:Boolean!,$b:Boolean!){one@include(if:$a)two@include(if:$a)@skip(if:$b)` +
				`...@include(if:$b){three@include(if:$a){x}}...@skip(if:$a){four}` +
				`...@skip(if:$b){...on Query@skip(if:$a){five}}six seven}`,
			variables: `{"a":true,"b":false}`,
		},
		{
			name:      "one entities lookup",
			spec:      subgraphs.FetchSpec{Entries: []subgraphs.Entry{entities("Product", field("name"), field("price"))}},
			call:      subgraphs.Call{Rows: rows([]string{`{"__typename":"Product","upc":"1"}`, `{"__typename":"Product","upc":"2"}`})},
			text:      `query($representations:[_Any!]!){_entities(representations:$representations){...on Product{name price}}}`,
			variables: `{"representations":[{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"2"}]}`,
		},
		{
			name: "several entities lookups",
			spec: subgraphs.FetchSpec{
				OperationName: "Q",
				Variables:     []subgraphs.VariableSpec{{Name: "first", Type: "Int"}},
				Entries: []subgraphs.Entry{
					entities("User", field("name")),
					entities("Product", subgraphs.Selection{Field: "reviews", Arguments: []subgraphs.ArgumentSpec{{Name: "first", Value: variable(0)}}, Selections: []subgraphs.Selection{field("id")}}),
				},
			},
			call: subgraphs.Call{Rows: rows([]string{`{"id":1}`}, nil), Variables: [][]byte{[]byte("5")}},
			text: `query Q($_r0:[_Any!]!,$_r1:[_Any!]!,$first:Int){_e0:_entities(representations:$_r0){...on User{name}} ` +
				`_e1:_entities(representations:$_r1){...on Product{reviews(first:$first){id}}}}`,
			variables: `{"_r0":[{"id":1}],"_r1":[],"first":5}`,
		},
		{
			name: "names of the client's variables are kept apart from ours",
			spec: subgraphs.FetchSpec{
				Variables: []subgraphs.VariableSpec{{Name: "representations", Type: "Int"}, {Name: "_r0", Type: "Int"}},
				Entries: []subgraphs.Entry{entities("User", subgraphs.Selection{Field: "f", Arguments: []subgraphs.ArgumentSpec{
					{Name: "a", Value: variable(0)}, {Name: "b", Value: variable(1)},
				}})},
			},
			call:      subgraphs.Call{Rows: rows([]string{`{}`}), Variables: [][]byte{[]byte("1"), []byte("2")}},
			text:      `query($__r0:[_Any!]!,$representations:Int,$_r0:Int){_entities(representations:$__r0){...on User{f(a:$representations,b:$_r0)}}}`,
			variables: `{"__r0":[{}],"representations":1,"_r0":2}`,
		},
		{
			name:      "batched field lookup",
			spec:      subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Alias: "u", Lookup: many, Selections: []subgraphs.Selection{field("name")}}}},
			call:      subgraphs.Call{Rows: rows([]string{`{"key":{"id":"1"}}`, `{"x":0,"key":{"id":2}}`})},
			text:      `query($_r0_ids:[ID!]!){u:users(ids:$_r0_ids){name}}`,
			variables: `{"_r0_ids":["1",2]}`,
		},
		{
			name: "single field lookup",
			spec: subgraphs.FetchSpec{
				Variables: []subgraphs.VariableSpec{{Name: "full", Type: "Boolean!"}},
				Entries: []subgraphs.Entry{{Lookup: single, Selections: []subgraphs.Selection{
					conditional(field("name"), 1),
					{Field: "tag", Arguments: []subgraphs.ArgumentSpec{{Name: "s", Value: constant(`"a\"b"`)}}},
				}}},
			},
			call: subgraphs.Call{Rows: rows([]string{`{"id":"1","realm":"r"}`, `{"id":"2"}`}), Variables: [][]byte{[]byte("true")}},
			text: `query($_r0_0_id:ID!,$_r0_0_realm:String,$full:Boolean!){_e0_0:directory{user(id:$_r0_0_id,realm:$_r0_0_realm){...F0}}}` +
				` fragment F0 on User{name@include(if:$full)tag(s:"a\"b")}`,
			query: `query($_r0_0_id:ID!,$_r0_0_realm:String,$_r0_1_id:ID!,$_r0_1_realm:String,$full:Boolean!){` +
				`_e0_0:directory{user(id:$_r0_0_id,realm:$_r0_0_realm){...F0}} _e0_1:directory{user(id:$_r0_1_id,realm:$_r0_1_realm){...F0}}}` +
				` fragment F0 on User{name@include(if:$full)tag(s:"a\"b")}`,
			variables: `{"_r0_0_id":"1","_r0_0_realm":"r","_r0_1_id":"2","_r0_1_realm":null,"full":true}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := prepare(t, client(t), &c.spec)
			if p.Text() != c.text {
				t.Errorf("text\n got %s\nwant %s", p.Text(), c.text)
			}
			b, err := p.appendBody(nil, &c.call, nil)
			if err != nil {
				t.Fatal(err)
			}
			var body struct {
				Query         string
				OperationName string
				Variables     json.RawMessage
			}
			if err := json.Unmarshal(b, &body); err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if c.query == "" {
				c.query = c.text
			}
			if body.Query != c.query || string(body.Variables) != c.variables {
				t.Errorf("body\n got %s %s\nwant %s %s", body.Query, body.Variables, c.query, c.variables)
			}
			if _, err := parser.ParseQuery(&ast.Source{Input: body.Query}); err != nil {
				t.Error(err)
			}
			if name := c.spec.OperationName; isName(name) && body.OperationName != name {
				t.Errorf("operationName %q", body.OperationName)
			}
		})
	}
}

func TestSpecsThatAreRefused(t *testing.T) {
	list := func(change func(*subgraphs.Lookup)) *subgraphs.FetchSpec {
		l := &subgraphs.Lookup{Kind: subgraphs.FieldLookup, Type: "U", Path: []string{"us"}, Batch: true, ByPosition: true,
			Arguments: []subgraphs.LookupArgument{{Name: "ids", Type: "[ID]", From: []string{"id"}}}}
		change(l)
		return &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: l, Selections: []subgraphs.Selection{field("a")}}}}
	}
	root := func(s subgraphs.Selection) *subgraphs.FetchSpec {
		return &subgraphs.FetchSpec{Root: []subgraphs.Selection{s}}
	}
	two := func(a, b string) *subgraphs.FetchSpec {
		x, y := entities("A", field("a")), list(func(l *subgraphs.Lookup) { l.Batch = false }).Entries[0]
		x.Alias, y.Alias = a, b
		return &subgraphs.FetchSpec{Entries: []subgraphs.Entry{x, y}}
	}
	for name, spec := range map[string]*subgraphs.FetchSpec{
		"nothing selected":     {},
		"a name that breaks":   root(field("a}x{b")),
		"an alias that breaks": root(subgraphs.Selection{Key: "a:b", Field: "c"}),
		"a condition type":     root(on("A{x}...on B", field("x"))),
		"an empty fragment":    root(on("A")),
		"an unknown variable":  root(conditional(field("a"), 7)),
		"an empty argument":    root(subgraphs.Selection{Field: "a", Arguments: []subgraphs.ArgumentSpec{{Name: "x", Value: constant("")}}}),
		"a variable type":      {Root: []subgraphs.Selection{field("a")}, Variables: []subgraphs.VariableSpec{{Name: "a", Type: "[Int"}}},
		"a variable twice":     {Root: []subgraphs.Selection{field("a")}, Variables: []subgraphs.VariableSpec{{Name: "a", Type: "Int"}, {Name: "a", Type: "Int"}}},
		"a subscription":       {Kind: schema.Subscription, Root: []subgraphs.Selection{field("a")}},
		"a mutating lookup":    {Kind: schema.Mutation, Entries: []subgraphs.Entry{entities("A", field("a"))}},
		"no path":              list(func(l *subgraphs.Lookup) { l.Path = nil }),
		"a path that breaks":   list(func(l *subgraphs.Lookup) { l.Path = []string{"a b"} }),
		"no list argument":     list(func(l *subgraphs.Lookup) { l.Arguments[0].Type = "ID" }),
		"an argument type":     list(func(l *subgraphs.Lookup) { l.Arguments[0].Type = "[ID]){x}" }),
		"no key to match":      list(func(l *subgraphs.Lookup) { l.ByPosition = false }),
		"one alias twice":      two("a", "a"),
		"an alias of a row":    two("a_0", "a"),
	} {
		if p, err := client(t).Prepare(spec); err == nil {
			t.Errorf("%s: taken as %s", name, p.Text())
		} else if !strings.Contains(err.Error(), "products") {
			t.Errorf("%s: the error does not name the subgraph: %v", name, err)
		}
	}
}

func TestNewRefusesWhatCannotBeSent(t *testing.T) {
	if _, err := New(Options{Subgraph: "a", URL: "ftp://x"}); err == nil {
		t.Error("a URL that cannot be used was taken")
	}
	if _, err := New(Options{Subgraph: "a", URL: "http://x", Header: []subgraphs.HeaderField{{Name: "A", Value: "b\nc"}}}); err == nil {
		t.Error("a header that cannot be sent was taken")
	}
}
