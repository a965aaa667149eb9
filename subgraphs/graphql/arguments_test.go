package graphql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/subgraphs"
)

func filled(name, typ, from string) subgraphs.LookupArgument {
	a := subgraphs.LookupArgument{Name: name, Type: typ}
	if from != "" {
		a.From = strings.Split(from, ".")
	}
	return a
}

func shaped(batch bool, path []string, args ...subgraphs.LookupArgument) *subgraphs.FetchSpec {
	l := &subgraphs.Lookup{Kind: subgraphs.FieldLookup, Type: "User", Path: path, Arguments: args, Batch: batch, ByPosition: batch}
	return &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: l, Selections: []subgraphs.Selection{field("name")}}}}
}

func TestNestedArguments(t *testing.T) {
	rows := [][]byte{[]byte(`{"id":"1","at":{"region":"eu"}}`), []byte(`{"id":"2","at":{"region":"eu"}}`)}
	for _, c := range []struct {
		name string
		spec *subgraphs.FetchSpec
		want string
	}{
		{
			"a list in an object", shaped(true, []string{"users"}, filled("filter.by.ids", "[ID!]", "id"), filled("filter.region", "String!", "at.region"), filled("x", "Int", "n")),
			`{"query":"query($_r0_filter_by_ids:[ID!],$_r0_filter_region:String!,$_r0_x:Int){_e0:users(filter:{by:{ids:$_r0_filter_by_ids},region:$_r0_filter_region},x:$_r0_x){name}}",` +
				`"variables":{"_r0_filter_by_ids":["1","2"],"_r0_filter_region":"eu","_r0_x":null}}`,
		},
		{
			"a list of objects", shaped(true, []string{"users"}, filled("keys[].id", "[Key!]!", "id"), filled("keys[].at.region", "[Key!]!", "at.region"), filled("keys[].at.all", "[Key!]!", "at")),
			`{"query":"query($_r0_keys:[Key!]!){_e0:users(keys:$_r0_keys){name}}",` +
				`"variables":{"_r0_keys":[{"id":"1","at":{"region":"eu","all":{"region":"eu"}}},{"id":"2","at":{"region":"eu","all":{"region":"eu"}}}]}}`,
		},
		{
			"names that would be the same", shaped(true, []string{"users"}, filled("a.b", "[ID]", "id"), filled("a_b", "[ID]", "id")),
			`{"query":"query($_r0_a_b:[ID],$_r0_a_b_2:[ID]){_e0:users(a:{b:$_r0_a_b},a_b:$_r0_a_b_2){name}}","variables":{"_r0_a_b":["1","2"],"_r0_a_b_2":["1","2"]}}`,
		},
		{
			"one object at a time", shaped(false, []string{"user()", "node"}, filled("by.id", "ID!", "id"), filled("by.region", "String", "at.region")),
			`{"query":"query($_r0_0_by_id:ID!,$_r0_0_by_region:String,$_r0_1_by_id:ID!,$_r0_1_by_region:String)` +
				`{_e0_0:user(by:{id:$_r0_0_by_id,region:$_r0_0_by_region}){node{...F0}} _e0_1:user(by:{id:$_r0_1_by_id,region:$_r0_1_by_region}){node{...F0}}} fragment F0 on User{name}",` +
				`"variables":{"_r0_0_by_id":"1","_r0_0_by_region":"eu","_r0_1_by_id":"2","_r0_1_by_region":"eu"}}`,
		},
		{
			"a connection", shaped(true, []string{"admin", "users()", "edges", "node"}, filled("ids", "[ID!]!", "id")),
			`{"query":"query($_r0_ids:[ID!]!){_e0:admin{users(ids:$_r0_ids){edges{node{name}}}}}","variables":{"_r0_ids":["1","2"]}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := prepare(t, client(t), c.spec).appendBody(nil, &subgraphs.Call{Rows: [][][]byte{rows}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadArguments(t *testing.T) {
	for want, args := range map[string][]subgraphs.LookupArgument{
		"filled twice":          {filled("ids", "[ID]", "id"), filled("ids", "[ID]", "id")},
		"both a value and":      {filled("a", "[ID]", "id"), filled("a.b", "[ID]", "id")},
		"has two types":         {filled("keys[].id", "[Key]", "id"), filled("keys[].at", "[Other]", "id")},
		"has no list":           {filled("keys[].id", "Key", "id"), filled("ids", "[ID]", "id")},
		"is not a GraphQL name": {filled("ids", "[ID]", "id"), filled("a){x}.b", "ID", "id")},
	} {
		if _, err := client(t).Prepare(shaped(true, []string{"users"}, args...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := client(t).Prepare(shaped(false, []string{"user"}, filled("keys[].id", "[Key]", "id"))); err == nil || !strings.Contains(err.Error(), "but the lookup one") {
		t.Errorf("%v", err)
	}
}

// Rows of one request that would need different values of one argument fail.
func TestCommonArguments(t *testing.T) {
	p := prepare(t, client(t), shaped(true, []string{"users"}, filled("ids", "[ID]", "id"), filled("in.region", "String", "region")))
	call := &subgraphs.Call{Rows: [][][]byte{{[]byte(`{"id":"1","region":"eu"}`), []byte(`{"id":"2","region":"us"}`)}}}
	if _, err := p.appendBody(nil, call, nil); err == nil || !strings.Contains(err.Error(), "differs") {
		t.Errorf("%v", err)
	}
}

// A connection's objects and errors are found behind its edges.
func TestRowsOfConnections(t *testing.T) {
	rows := [][][]byte{{[]byte(`{"id":"1"}`), []byte(`{"id":"2"}`), []byte(`{"id":"3"}`)}}
	byKey := shaped(true, []string{"users()", "edges", "node"}, filled("ids", "[ID!]!", "id"))
	byKey.Entries[0].Lookup.ByPosition, byKey.Entries[0].Lookup.Key = false, [][]string{{"_k"}}
	for _, c := range []struct {
		name, answer string
		spec         *subgraphs.FetchSpec
		want, errs   []string
	}{
		{
			"by key", `{"data":{"_e0":{"edges":[{"node":{"_k":"3","n":null}},null,{"node":null},{"node":{"_k":"1"}}]}},"errors":[{"message":"m","path":["_e0","edges",0,"node","n"]},{"message":"l","path":["_e0","edges"]}]}`,
			byKey, []string{`{"_k":"1"}`, "error", `{"_k":"3","n":null}`}, []string{`0 2 ["n"] m `, "0 -1  l "},
		},
		{
			"by position", `{"data":{"_e0":{"nodes":[{"n":1},null,{"n":3}]}},"errors":[{"message":"m","path":["_e0","nodes",1]},{"message":"d","path":["_e0","nodes",2,"a","b"]}]}`,
			shaped(true, []string{"users()", "nodes"}, filled("ids", "[ID!]!", "id")),
			[]string{`{"n":1}`, "error", `{"n":3}`}, []string{"0 1 [] m ", `0 2 ["a","b"] d `},
		},
		{
			"null on the way", `{"data":{"_e0":null}}`, byKey, []string{"<null>", "<null>", "<null>"}, nil,
		},
		{
			"items without the field", `{"data":{"_e0":{"edges":[{}]}}}`, byKey, []string{"error", "error", "error"}, []string{"0 -1  the lookup did not answer with a list of objects SUBGRAPH_MALFORMED"},
		},
		{
			"no list", `{"data":{"_e0":{"edges":{"node":{}}}}}`, byKey, []string{"error", "error", "error"}, []string{"0 -1  the lookup did not answer with a list SUBGRAPH_MALFORMED"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := subgraphs.NewAnswer(nil)
			raw.Body = []byte(c.answer)
			got, errs := show(prepare(t, client(t), c.spec).toRows(raw, &subgraphs.Call{Rows: rows}, nil))
			if diff := cmp.Diff([][]string{c.want}, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.errs, errs); diff != "" {
				t.Error(diff)
			}
		})
	}
	one := shaped(false, []string{"box()", "user"}, filled("id", "ID!", "id"))
	raw := subgraphs.NewAnswer(nil)
	raw.Body = []byte(`{"data":{"_e0_0":{"user":{"n":1}},"_e0_1":[{"user":{}}],"_e0_2":null}}`)
	got, errs := show(prepare(t, client(t), one).toRows(raw, &subgraphs.Call{Rows: rows}, nil))
	if diff := cmp.Diff([][]string{{`{"n":1}`, "error", "<null>"}}, got); diff != "" || len(errs) != 1 {
		t.Errorf("%s %v", diff, errs)
	}
}
