package graphql

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/jsonscan"
)

// from is an argument made of the row.
func from(name, typ, selection string) subgraphs.ArgumentSpec {
	return subgraphs.ArgumentSpec{Name: name, Type: typ, Value: subgraphs.ArgumentValue{Variable: -1, From: selection}}
}

func with(s subgraphs.Selection, args ...subgraphs.ArgumentSpec) subgraphs.Selection {
	s.Arguments = args
	return s
}

func aliased(key string, s subgraphs.Selection) subgraphs.Selection {
	s.Key = key
	return s
}

func rowsOf(texts ...string) [][]byte {
	var out [][]byte
	for _, text := range texts {
		out = append(out, []byte(text))
	}
	return out
}

// asked answers with the body and keeps the requests.
func asked(t *testing.T, body string, requests *[]string) *Client {
	return connect(t, upstream(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*requests = append(*requests, string(b))
		_, _ = io.WriteString(w, body)
	}), nil)
}

func TestFilledFields(t *testing.T) {
	delivery := with(field("delivery", field("days")), from("size", "Int!", "dim.size"), from("box", "Box", "{ n: name }"), subgraphs.ArgumentSpec{Name: "zip", Value: constant(`"x"`)})
	product := subgraphs.FetchSpec{Entries: []subgraphs.Entry{entities("Product", field("id"), delivery)}}
	byID := func(kind string, s ...subgraphs.Selection) *subgraphs.FetchSpec {
		return &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: lookup(kind), Selections: s}}}
	}
	cost := with(field("cost"), from("size", "Int!", "size"))
	for _, c := range []struct {
		name   string
		spec   *subgraphs.FetchSpec
		rows   [][]byte
		text   string
		body   string
		answer string
		want   []string
		errs   []string
		raw    bool // the answer is passed on as it is
	}{
		{
			name: "entities: equal values are one lookup", spec: &product,
			rows: rowsOf(`{"__typename":"Product","id":"1","dim":{"size":5},"name":"a"}`, `{"__typename":"Product","id":"2","dim":{"size":5},"name":"a"}`),
			text: `query($representations:[_Any!]!,$representations_delivery_size:Int!,$representations_delivery_box:Box){_entities(representations:$representations){...on Product{id delivery(size:$representations_delivery_size,box:$representations_delivery_box,zip:"x"){days}}}}`,
			body: `{"query":"query($representations:[_Any!]!,$representations_delivery_size:Int!,$representations_delivery_box:Box){_entities(representations:$representations){...on Product{id delivery(size:$representations_delivery_size,box:$representations_delivery_box,zip:\"x\"){days}}}}","variables":{"representations":[{"__typename":"Product","id":"1","dim":{"size":5},"name":"a"},{"__typename":"Product","id":"2","dim":{"size":5},"name":"a"}],"representations_delivery_size":5,"representations_delivery_box":{"n":"a"}}}`,
			raw:  true, answer: `{"data":{"_entities":[{},{}]}}`,
		},
		{
			name: "entities: other values are other lookups, rows keep their order", spec: &product,
			rows: rowsOf(`{"id":"1","dim":{"size":5},"name":"a"}`, `{"id":"2","dim":{"size":6},"name":"a"}`, `{"id":"3","dim":{"size":5},"name":"a"}`, `{"id":"4","dim":{"size":5},"name":null}`),
			body: `{"query":"query($representations:[_Any!]!,$representations_delivery_size:Int!,$representations_delivery_box:Box,$representations_1:[_Any!]!,$representations_1_delivery_size:Int!,$representations_1_delivery_box:Box,$representations_2:[_Any!]!,$representations_2_delivery_size:Int!,$representations_2_delivery_box:Box){` +
				`_entities(representations:$representations){...on Product{id delivery(size:$representations_delivery_size,box:$representations_delivery_box,zip:\"x\"){days}}} ` +
				`_entities_1:_entities(representations:$representations_1){...on Product{id delivery(size:$representations_1_delivery_size,box:$representations_1_delivery_box,zip:\"x\"){days}}} ` +
				`_entities_2:_entities(representations:$representations_2){...on Product{id delivery(size:$representations_2_delivery_size,box:$representations_2_delivery_box,zip:\"x\"){days}}}}",` +
				`"variables":{"representations":[{"id":"1","dim":{"size":5},"name":"a"},{"id":"3","dim":{"size":5},"name":"a"}],"representations_delivery_size":5,"representations_delivery_box":{"n":"a"},` +
				`"representations_1":[{"id":"2","dim":{"size":6},"name":"a"}],"representations_1_delivery_size":6,"representations_1_delivery_box":{"n":"a"},` +
				`"representations_2":[{"id":"4","dim":{"size":5},"name":null}],"representations_2_delivery_size":5,"representations_2_delivery_box":{"n":null}}}`,
			answer: `{"data":{"_entities_2":[{"id":"4"}],"_entities":[{"id":"1"},{"id":"3"}],"_entities_1":[null]},"errors":[{"message":"late","path":["_entities",1,"delivery"]},{"message":"lost","path":["_entities_1",0]}]}`,
			want:   []string{`{"id":"1"}`, "error", `{"id":"3"}`, `{"id":"4"}`}, errs: []string{`0 2 ["delivery"] late `, `0 1 [] lost `},
		},
		{
			name: "a required null leaves the field out", spec: &product,
			rows:   rowsOf(`{"id":"1","dim":{"size":5},"name":"a"}`, `{"id":"2","dim":{"size":null},"name":"a"}`, `{"id":"3","dim":null,"name":"b"}`),
			body:   `_entities_1:_entities(representations:$representations_1){...on Product{id __typename }}}","variables":{"representations":[{"id":"1","dim":{"size":5},"name":"a"}],"representations_delivery_size":5,"representations_delivery_box":{"n":"a"},"representations_1":[{"id":"2","dim":{"size":null},"name":"a"},{"id":"3","dim":null,"name":"b"}]}}`,
			answer: `{"data":{"_entities":[{"id":"1","delivery":{"days":1}}],"_entities_1":[{"id":"2"},null]}}`,
			want:   []string{`{"id":"1","delivery":{"days":1}}`, `{"delivery":null,"id":"2"}`, `<null>`},
			errs:   []string{`0 1 ["delivery"] what the argument size of delivery requires is null REQUIRED_FIELD_NULL`},
		},
		{
			name: "what the row lacks is null without a word", spec: byID("entities", cost),
			rows: rowsOf(`{"id":"1"}`, `{"id":"2","size":null}`), body: `{"query":"query($representations:[_Any!]!){_entities(representations:$representations){ __typename }}","variables":{"representations":[{"id":"1"},{"id":"2","size":null}]}}`,
			answer: `{"data":{"_entities":[{},{"__typename":"User"}]}}`,
			want:   []string{`{"cost":null}`, `{"cost":null,"__typename":"User"}`}, errs: []string{`0 1 ["cost"] what the argument size of cost requires is null REQUIRED_FIELD_NULL`},
		},
		{
			name: "batch by key", spec: byID("key", field("name"), aliased("b", cost), with(aliased("a", field("cost")), from("size", "Int", "other"))),
			rows: rowsOf(`{"id":"1","size":1,"other":0}`, `{"id":"2","size":2,"other":0}`, `{"id":"3","size":1,"other":0}`),
			text: `query($_r0_ids:[ID!]!,$_r0_b_size:Int!,$_r0_a_size:Int){_e0:users(ids:$_r0_ids){name b:cost(size:$_r0_b_size) a:cost(size:$_r0_a_size)}}`,
			body: `{"query":"query($_r0_ids:[ID!]!,$_r0_b_size:Int!,$_r0_a_size:Int,$_r0_1_ids:[ID!]!,$_r0_1_b_size:Int!,$_r0_1_a_size:Int){_e0:users(ids:$_r0_ids){name b:cost(size:$_r0_b_size) a:cost(size:$_r0_a_size)} _e0_1:users(ids:$_r0_1_ids){name b:cost(size:$_r0_1_b_size) a:cost(size:$_r0_1_a_size)}}",` +
				`"variables":{"_r0_ids":["1","3"],"_r0_b_size":1,"_r0_a_size":0,"_r0_1_ids":["2"],"_r0_1_b_size":2,"_r0_1_a_size":0}}`,
			answer: `{"data":{"_e0":[{"_k":{"id":3},"name":"c"},{"_k":{"id":2},"name":"stray"}],"_e0_1":[{"_k":{"id":2},"name":"b"}]},"errors":[{"message":"gone","path":["_e0",7]},{"message":"no cost","path":["_e0_1",0,"b"]}]}`,
			want:   []string{"error", `{"_k":{"id":2},"name":"b"}`, `{"_k":{"id":3},"name":"c"}`}, errs: []string{`0 -1  gone `, `0 1 ["b"] no cost `},
		},
		{
			name: "a whole group fails", spec: byID("position", cost),
			rows:   rowsOf(`{"id":"1","size":1}`, `{"id":"2","size":2}`),
			answer: `{"data":{"_e0":[{"cost":1}],"_e0_1":null},"errors":[{"message":"down","path":["_e0_1"]}]}`,
			want:   []string{`{"cost":1}`, "error"}, errs: []string{`0 -1  down `},
		},
		{
			name: "a group answers too much", spec: byID("position", cost),
			rows:   rowsOf(`{"id":"1","size":1}`, `{"id":"2","size":2}`),
			answer: `{"data":{"_e0":[{"cost":1},{"cost":2}],"_e0_1":[{"cost":3}]}}`,
			want:   []string{"error", `{"cost":3}`}, errs: []string{`0 -1  the lookup answered 2 items for 1 keys SUBGRAPH_MALFORMED`},
		},
		{
			name: "one by one", spec: byID("single", field("name"), on("Person", field("age"), cost)),
			rows: rowsOf(`{"id":"1","size":1}`, `{"id":"2","size":null}`),
			text: `query($_r0_0_id:ID!,$_r0_0_cost_size:Int!){_e0_0:user(id:$_r0_0_id){...F0 ...on Person{ cost(size:$_r0_0_cost_size)}}} fragment F0 on User{name...on Person{age}}`,
			body: `{"query":"query($_r0_0_id:ID!,$_r0_0_cost_size:Int!,$_r0_1_id:ID!){_e0_0:user(id:$_r0_0_id){...F0 ...on Person{ cost(size:$_r0_0_cost_size)}} _e0_1:user(id:$_r0_1_id){...F0 ...on Person{ __typename }}} fragment F0 on User{name...on Person{age}}",` +
				`"variables":{"_r0_0_id":"1","_r0_0_cost_size":1,"_r0_1_id":"2"}}`,
			answer: `{"data":{"_e0_0":{"name":"a","cost":3},"_e0_1":{"name":"b"}}}`,
			want:   []string{`{"name":"a","cost":3}`, `{"cost":null,"name":"b"}`}, errs: []string{`0 1 ["cost"] what the argument size of cost requires is null REQUIRED_FIELD_NULL`},
		},
		{
			name: "one by one, nothing but the field", spec: byID("single path", cost),
			rows:   rowsOf(`{"id":"1","size":1}`),
			text:   `query($_r0_0_id:ID!,$_r0_0_cost_size:Int!){_e0_0:directory{user(id:$_r0_0_id){...on User{ cost(size:$_r0_0_cost_size)}}}}`,
			answer: `{"data":{"_e0_0":{"user":{"cost":3}}}}`, want: []string{`{"cost":3}`},
		},
		{
			name: "other types do not ask", spec: byID("single", on("Film", with(field("cost"), from("size", "Int!", "length"))), on("Book", with(field("cost"), from("size", "Int!", "pages")))),
			rows:   rowsOf(`{"__typename":"Film","id":"1","length":9,"pages":null}`, `{"__typename":"Book","id":"2","length":null,"pages":8}`),
			body:   `"variables":{"_r0_0_id":"1","_r0_0_cost_size":9,"_r0_1_id":"2","_r0_1_cost_size_2":8}}`,
			answer: `{"data":{"_e0_0":{"cost":3},"_e0_1":{"cost":4}}}`, want: []string{`{"cost":3}`, `{"cost":4}`},
		},
		{name: "no rows", spec: &product, want: []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests []string
			p := prepare(t, asked(t, c.answer, &requests), c.spec)
			if c.text != "" && p.Text() != c.text {
				t.Errorf("the text is %s\nwant %s", p.Text(), c.text)
			}
			a := p.Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{c.rows}})
			defer a.Release()
			if a.Err != nil {
				t.Fatal(a.Err)
			}
			if want := min(1, len(c.rows)); len(requests) != want {
				t.Fatalf("%d requests, want %d", len(requests), want)
			}
			if len(requests) > 0 {
				if !strings.HasSuffix(requests[0], c.body) {
					t.Errorf("the request is\n%s\nwant\n%s", requests[0], c.body)
				}
				parses(t, requests[0])
			}
			if c.raw {
				if a.Layout != subgraphs.LayoutGraphQL || string(a.Body) != c.answer {
					t.Errorf("got %d %s", a.Layout, a.Body)
				}
				return
			}
			rows, errs := show(a)
			if len(rows[0]) > 0 || len(c.want) > 0 {
				if diff := cmp.Diff(c.want, rows[0]); diff != "" {
					t.Error(diff)
				}
			}
			if diff := cmp.Diff(c.errs, errs); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// parses checks the operation of a request body.
func parses(t *testing.T, body string) {
	t.Helper()
	v, err := valueAt([]byte(body), []string{"query"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseQuery(&ast.Source{Input: string(jsonscan.Unquote(v))}); err != nil {
		t.Errorf("%s: %v", jsonscan.Unquote(v), err)
	}
}

// Conditions decide as the upstream would: what is not asked lacks nothing.
func TestFilledFieldsConditions(t *testing.T) {
	cost := with(field("cost"), from("size", "Int!", "size"))
	spec := &subgraphs.FetchSpec{
		Variables: []subgraphs.VariableSpec{{Name: "a", Type: "Boolean!"}, {Name: "b", Type: "Boolean!"}},
		Entries:   []subgraphs.Entry{entities("User", field("id"), conditional(subgraphs.Selection{Selections: []subgraphs.Selection{conditional(cost, -2)}}, 1))},
	}
	for _, c := range []struct {
		a, b, body string
		errs       int
	}{
		{"true", "false", `{...on User{id...@include(if:$a){ __typename }}}`, 1},
		{"false", "false", `{...on User{id...@include(if:$a){ __typename }}}`, 0},
		{"true", "true", `{...on User{id...@include(if:$a){ __typename }}}`, 0},
	} {
		var requests []string
		p := prepare(t, asked(t, `{"data":{"_entities":[{"id":"1"}]}}`, &requests), spec)
		a := p.Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{rowsOf(`{"id":"1","size":null}`)}, Variables: rowsOf(c.a, c.b)})
		if a.Err != nil || len(a.Errs) != c.errs || !strings.Contains(requests[0], c.body) {
			t.Errorf("%s %s: %v %v %s", c.a, c.b, a.Err, a.Errs, requests)
		}
		a.Release()
	}
}

// Several lookups of a fetch, each with its own groups, are one request, and a
// capped one is split before it is grouped.
func TestFilledFieldsOfSeveralLookups(t *testing.T) {
	cost := with(field("cost"), from("size", "Int!", "size"))
	capped := lookup("position")
	capped.Max = 2
	spec := &subgraphs.FetchSpec{Entries: []subgraphs.Entry{
		{Lookup: lookup("position"), Selections: []subgraphs.Selection{cost}},
		{Lookup: lookup("single"), Selections: []subgraphs.Selection{cost}},
		{Lookup: lookup("single"), Selections: []subgraphs.Selection{field("name")}},
		{Lookup: lookup("entities"), Selections: []subgraphs.Selection{field("name")}},
		entities("User", cost),
	}}
	rows := rowsOf(`{"id":"1","size":1}`, `{"id":"2","size":2}`)
	var requests []string
	p := prepare(t, asked(t, `{"data":{"_e0":[{"cost":1}],"_e0_1":[{"cost":2}],"_e1_0":{"cost":3},"_e1_1":{"cost":4},"_e2_0":{"name":5},"_e3":[{"name":6}],"_e4_1":[{"cost":8}],"_e4":[{"cost":7}]}}`, &requests), spec)
	a := p.Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{rows, rows, rows[:1], rows[:1], rows}})
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	got, errs := show(a)
	want := [][]string{{`{"cost":1}`, `{"cost":2}`}, {`{"cost":3}`, `{"cost":4}`}, {`{"name":5}`}, {`{"name":6}`}, {`{"cost":7}`, `{"cost":8}`}}
	if diff := cmp.Diff(want, got); diff != "" || len(errs) > 0 || len(requests) != 1 {
		t.Error(diff, errs, requests)
	}
	a.Release()
	parses(t, requests[0])

	var count atomic.Int32
	url := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		b, _ := io.ReadAll(r.Body)
		body := `{"data":{"_e0":[{"cost":1}],"_e0_1":[{"cost":2}]}}`
		if !strings.Contains(string(b), "_e0_1") {
			body = `{"data":{"_e0":[{"cost":"last"}]}}`
		}
		_, _ = io.WriteString(w, body)
	})
	p = prepare(t, connect(t, url, nil), &subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: capped, Selections: []subgraphs.Selection{cost}}}})
	a = p.Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{rowsOf(`{"id":"1","size":1}`, `{"id":"2","size":2}`, `{"id":"3","size":1}`)}})
	defer a.Release()
	if got, errs = show(a); count.Load() != 2 || len(errs) > 0 || strings.Join(got[0], "") != `{"cost":1}{"cost":2}{"cost":"last"}` {
		t.Errorf("got %v %v after %d requests", got, errs, count.Load())
	}
}

// What cannot be right is refused when it is planned, or when it is called.
func TestFilledFieldsRefused(t *testing.T) {
	cost := with(field("cost"), from("size", "Int!", "size"))
	for _, s := range []struct {
		selection subgraphs.Selection
		want      string
	}{
		{with(field("cost"), from("size", "Int!", "a.")), "argument size of cost"},
		{with(field("cost"), from("size", "Int)", "a")), "not a GraphQL type"},
		{with(field("cost"), from("size", "", "a")), "not a GraphQL type"},
		{with(field("cost"), from("si ze", "Int", "a")), "not a GraphQL name"},
		{field("below", cost), "it is not a field of one"},
	} {
		for _, kind := range []string{"entities", "key", "single"} {
			_, err := client(t).Prepare(&subgraphs.FetchSpec{Entries: []subgraphs.Entry{{Lookup: lookup(kind), Selections: []subgraphs.Selection{s.selection}}}})
			if err == nil || !strings.Contains(err.Error(), s.want) {
				t.Errorf("%s: got %v, want %s", kind, err, s.want)
			}
		}
	}
	if _, err := client(t).Prepare(&subgraphs.FetchSpec{Root: []subgraphs.Selection{cost}}); err == nil {
		t.Error("a root field is filled from a row")
	}
	spec := &subgraphs.FetchSpec{Entries: []subgraphs.Entry{entities("User", cost)}}
	for _, row := range []string{`{"size":`, `{"size":x}`, `{`} {
		a := prepare(t, client(t), spec).Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{rowsOf(row)}})
		if a.Err == nil || a.Err.Code != subgraphs.CodeRequest {
			t.Errorf("%s: got %v", row, a.Err)
		}
		a.Release()
	}
	a := prepare(t, client(t), spec).Fetch(context.Background(), &subgraphs.Call{})
	if a.Err == nil || a.Err.Code != subgraphs.CodeRequest {
		t.Errorf("got %v", a.Err)
	}
	a.Release()
}
