package execute

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// rowStore decodes an object of pets and owners to make rows of.
func rowStore(t *testing.T, text string) (*store, *plan.Shape, int) {
	b := newBuilder()
	product := b.shape("Product")
	owner := b.shape("Person", "Company")
	b.field(product, "id", "ID", nil)
	b.field(product, "sku", "String", nil)
	b.field(product, "owner", "Owner", owner)
	b.field(product, "owners", "[[Owner]]", owner)
	b.field(product, "tags", "[String]", nil)
	b.field(owner, "id", "ID", nil)
	b.field(owner, "vat", "Int", nil)
	o := b.decode(owner, "__typename", "id", "vat")
	d := b.decode(product, "id", "sku", sub{"owner", o}, sub{"owners", o}, "tags")
	x := new(store)
	x.reset(b.plan, Limits{}.withDefaults())
	x.body = []byte(text)
	x.bufs = [][]byte{x.body}
	object, end := x.decodeObject(d, 0, false)
	if end != len(text) || len(x.records) > 0 {
		t.Fatalf("%s: ends at %d", text, end)
	}
	return x, product, object
}

func TestRepresentations(t *testing.T) {
	ownerKey := func(s *plan.Shape) *plan.Representation {
		return &plan.Representation{Names: []string{"Person", "Firm"}, Fields: []plan.RepresentationField{
			{Prefix: []byte(`"id":`), Slot: 0},
			{Prefix: []byte(`"vat":`), Slot: 1, Types: []bool{false, true}},
		}}
	}
	for _, c := range []struct {
		name, text string
		make       func(s *plan.Shape) *plan.Representation
		want       string
	}{
		{"simple", `{"id":1}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id") }, `{"__typename":"P","id":1}`},
		{"escapes", `{"id":"a\"\u00e9"}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id") }, `{"__typename":"P","id":"a\"\u00e9"}`},
		{"null key", `{"id":null}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id") }, ``},
		{"no key", `{}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id") }, ``},
		{"renamed", `{"sku":"x"}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "upc:sku") }, `{"__typename":"P","upc":"x"}`},
		{"part of the key is null", `{"id":1,"sku":null}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku") }, `{"__typename":"P","id":1,"sku":null}`},
		{"the other part", `{"id":null,"sku":"x"}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku") }, `{"__typename":"P","id":null,"sku":"x"}`},
		{"all of the key is null", `{"id":null,"sku":null}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku") }, ``},
		{"part of the key is absent", `{"id":1}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku") }, `{"__typename":"P","id":1,"sku":null}`},
		{"null requirement", `{"id":1,"sku":null}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku?") }, `{"__typename":"P","id":1,"sku":null}`},
		{"absent requirement", `{"id":1}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "sku?") }, `{"__typename":"P","id":1,"sku":null}`},
		{"list", `{"id":1,"tags":["a",null]}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "id", "tags?") }, `{"__typename":"P","id":1,"tags":["a",null]}`},
		{"empty list", `{"tags":[]}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "tags") }, `{"__typename":"P","tags":[]}`},
		{"list key of nulls", `{"tags":[null]}`, func(s *plan.Shape) *plan.Representation { return representation(s, "P", "tags") }, ``},
		{"nested", `{"owner":{"__typename":"Company","id":"c","vat":7}}`, func(s *plan.Shape) *plan.Representation {
			r := representation(s, "P", "owner")
			r.Fields[1].Child = ownerKey(s)
			return r
		}, `{"__typename":"P","owner":{"__typename":"Firm","id":"c","vat":7}}`},
		{"nested by type", `{"owner":{"__typename":"Person","id":"p"}}`, func(s *plan.Shape) *plan.Representation {
			r := representation(s, "P", "owner")
			r.Fields[1].Child = ownerKey(s)
			return r
		}, `{"__typename":"P","owner":{"__typename":"Person","id":"p"}}`},
		{"nested null", `{"owner":{"__typename":"Person","id":null}}`, func(s *plan.Shape) *plan.Representation {
			r := representation(s, "P", "owner")
			r.Fields[1].Child = ownerKey(s)
			return r
		}, ``},
		{"null parent", `{"id":1,"owner":null}`, func(s *plan.Shape) *plan.Representation {
			r := representation(s, "P", "id", "owner?")
			r.Fields[2].Child = ownerKey(s)
			return r
		}, `{"__typename":"P","id":1,"owner":null}`},
		{"lists of lists", `{"id":1,"owners":[[{"__typename":"Person","id":"p"},null],null,[]]}`, func(s *plan.Shape) *plan.Representation {
			r := representation(s, "P", "id", "owners?")
			r.Fields[2].Child = ownerKey(s)
			return r
		}, `{"__typename":"P","id":1,"owners":[[{"__typename":"Person","id":"p"},null],null,[]]}`},
	} {
		x, shape, object := rowStore(t, c.text)
		got, ok, _ := x.representation([]byte("kept"), c.make(shape), object)
		if !strings.HasPrefix(string(got), "kept") || string(got[4:]) != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %s, %v", c.name, got, ok)
		}
	}
}

// Many rows: the table grows, and equal hashes cannot join what differs.
func TestManyRows(t *testing.T) {
	const n = 5000
	var users []string
	for i := range 2 * n {
		users = append(users, fmt.Sprintf(`{"id":"%d","name":null}`, i%n))
	}
	sent := 0
	p := usersPlan(body(`{"data":{"users":[`+strings.Join(users, ",")+`]}}`), stub(func(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
		sent = len(call.Rows[0])
		return rows(func(row string) string { return `{"age":` + digits(row) + `}` })(ctx, call)
	}))
	got, result := execute(t, &Request{Plan: p})
	if sent != n || result.Rows != n {
		t.Errorf("%d sent, %+v", sent, result)
	}
	var want []string
	for i := range 2 * n {
		want = append(want, fmt.Sprintf(`{"name":null,"age":%d}`, i%n))
	}
	if got != `{"data":{"users":[`+strings.Join(want, ",")+`]}}` {
		t.Errorf("got %.200s", got)
	}
}

func TestEqualHashesAreCompared(t *testing.T) {
	fs := &fetchState{first: []int{0}}
	fs.resetTable()
	add := func(text string) int {
		start := len(fs.text)
		fs.text = append(fs.text, text...)
		return fs.addRow(start)
	}
	add("a")
	// Give the row of "a" the hash of "b".
	other := &fetchState{first: []int{0}}
	other.resetTable()
	other.text = append(other.text, "b"...)
	other.addRow(0)
	fs.rows[0].hash = other.rows[0].hash
	clear(fs.table)
	fs.table[int(fs.rows[0].hash)&(len(fs.table)-1)] = 1
	if n := add("b"); n != 1 {
		t.Errorf("row %d", n)
	}
	if n := add("b"); n != 1 {
		t.Errorf("row %d", n)
	}
}

// rowLayout answers rows one by one, as a REST upstream does.
func rowLayout(entries [][]subgraphs.Row, text string, errs ...subgraphs.RowErr) stub {
	return func(context.Context, *subgraphs.Call) *subgraphs.Answer {
		a := subgraphs.NewAnswer(nil)
		a.Layout = subgraphs.LayoutRows
		a.Body = []byte(text)
		a.Rows = entries
		a.Errs = errs
		return a
	}
}

func TestRowLayout(t *testing.T) {
	const text = `{"age":1} {"age":2}`
	one, two := subgraphs.Row{Start: 0, End: 9}, subgraphs.Row{Start: 9, End: 19}
	status := func(s subgraphs.RowStatus) subgraphs.Row { return subgraphs.Row{Status: s} }
	list := func(rows ...subgraphs.Row) [][]subgraphs.Row { return [][]subgraphs.Row{rows} }
	const head = `{"data":{"users":[{"name":"A","age":%s},{"name":"B","age":%s}]}`
	at := func(path, message, code string) string {
		return fmt.Sprintf(`{"message":%q,"path":[%s],"extensions":{"code":%q,"service":"s1"}}`, message, path, code)
	}
	for _, c := range []struct {
		name   string
		answer stub
		a, b   string
		errs   []string
	}{
		{"rows", rowLayout(list(one, two), text), "1", "2", nil},
		{"null and missing", rowLayout(list(status(subgraphs.RowNull), status(subgraphs.RowMissing)), text), "null", "null", nil},
		{"error", rowLayout(list(one, status(subgraphs.RowError)), text), "1", "null", []string{at(`"users",1,"age"`, upstreamMessage, CodeUpstream)}},
		{"error said", rowLayout(list(one, status(subgraphs.RowError)), text, subgraphs.RowErr{Row: 1, Message: "no", Code: "NO"}), "1", "null",
			[]string{at(`"users",1,"age"`, upstreamMessage+": no", "NO")}},
		{"error below", rowLayout(list(one, two), text, subgraphs.RowErr{Row: 0, Path: []byte(`["age"]`), Message: "no"}), "1", "2",
			[]string{at(`"users",0,"age"`, upstreamMessage+": no", CodeUpstream)}},
		{"error of the call", rowLayout(list(one, two), text, subgraphs.RowErr{Row: -1, Message: "no"}), "1", "2",
			[]string{at(`"users",0`, upstreamMessage+": no", CodeUpstream)}},
		{"error of no entry", rowLayout(list(one, two), text, subgraphs.RowErr{Entry: 3, Path: []byte(`[`), Message: "no"}), "1", "2",
			[]string{at(`"users",0`, upstreamMessage+": no", CodeUpstream)}},
		{"too few", rowLayout(list(one), text), "null", "null",
			[]string{at(`"users",0,"age"`, unevenRows, CodeEntities), at(`"users",1,"age"`, unevenRows, CodeEntities)}},
		{"malformed", rowLayout(list(one, subgraphs.Row{Start: 9, End: 18}), text), "null", "null",
			[]string{at(`"users",0,"age"`, "A subgraph's answer is not a well-formed response", subgraphs.CodeMalformed),
				at(`"users",1,"age"`, "A subgraph's answer is not a well-formed response", subgraphs.CodeMalformed)}},
		{"out of the body", rowLayout(list(one, subgraphs.Row{Start: 9, End: 99}), text), "null", "null",
			[]string{at(`"users",0,"age"`, "A subgraph's answer is not a well-formed response", subgraphs.CodeMalformed),
				at(`"users",1,"age"`, "A subgraph's answer is not a well-formed response", subgraphs.CodeMalformed)}},
	} {
		want := fmt.Sprintf(head, c.a, c.b)
		if c.errs != nil {
			want += `,"errors":[` + strings.Join(c.errs, ",") + "]"
		}
		t.Run(c.name, func(t *testing.T) { expect(t, usersPlan(body(twoUsers), c.answer), want+"}") })
	}
}

func TestRowLayoutOfARoot(t *testing.T) {
	const text = `{"users":[{"id":"1","name":"A"}]}`
	lookup := body(`{"data":{"_entities":[{"age":1}]}}`)
	whole := [][]subgraphs.Row{{{End: len(text)}}}
	expect(t, usersPlan(rowLayout(whole, text), lookup), `{"data":{"users":[{"name":"A","age":1}]}}`)
	expect(t, usersPlan(rowLayout([][]subgraphs.Row{{{Status: subgraphs.RowError}}}, ""), lookup),
		`{"data":{"users":null},"errors":[{"message":"A subgraph reported an error","path":["users"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`)
	expect(t, usersPlan(rowLayout([][]subgraphs.Row{{{Status: subgraphs.RowNull}}}, ""), lookup), `{"data":{"users":null}}`)
	got, _ := execute(t, &Request{Plan: usersPlan(rowLayout(nil, text), lookup)})
	if !strings.Contains(got, subgraphs.CodeMalformed) {
		t.Errorf("got %s", got)
	}
}

func TestSeveralEntries(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	user, shop := b.shape("User"), b.shape("Shop")
	b.field(root, "users", "[User]", user)
	b.field(root, "shop", "Shop", shop)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "name", "String", nil)
	b.field(shop, "(id)", "ID", nil)
	b.field(shop, "city", "String!", nil)
	b.collect(user, shop)
	first := b.rootFetch(body(`{"data":{"users":[{"id":"1"},{"id":"1"}],"shop":{"id":"1"}}}`),
		b.decode(root, sub{"users", b.decode(user, "id")}, sub{"shop", b.decode(shop, "id")}))
	f := b.lookup(nil, []plan.Target{target(representation(user, "User", "id"), b.decode(user, "name"))}, first)
	f.Entries[0].Alias = "_e0"
	f.Entries = append(f.Entries, plan.Entry{Alias: "_e1", Targets: []plan.Target{target(representation(shop, "Shop", "id"), b.decode(shop, "city"))}})
	f.Prepared = body(`{"data":{"_e1":[{"city":"C"}],"_e0":[{"name":"N"}]}}`)
	expect(t, b.plan, `{"data":{"users":[{"name":"N"},{"name":"N"}],"shop":{"city":"C"}}}`)
	// One entry is uneven, the other stands.
	f.Prepared = body(`{"data":{"_e1":[{"city":"C"},null],"_e0":[{"name":"N"}]}}`)
	expect(t, b.plan, `{"data":{"users":[{"name":"N"},{"name":"N"}],"shop":null},"errors":[{"message":"A subgraph returned more or fewer objects than it was asked for",`+
		`"path":["shop","city"],"extensions":{"code":"SUBGRAPH_ENTITIES_MISMATCH","service":"s1"}}]}`)
	// One has an error that says why nothing came, the other has none.
	f.Prepared = body(`{"data":{"_e1":null,"_e0":null},"errors":[{"message":"why","path":["_e0"]}]}`)
	expect(t, b.plan, `{"data":{"users":[{"name":null},{"name":null}],"shop":null},"errors":[`+
		`{"message":"why","path":["users",0,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}},`+
		`{"message":"why","path":["users",1,"name"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}},`+
		`{"message":"A subgraph did not return the objects it was asked for","path":["shop","city"],"extensions":{"code":"SUBGRAPH_ENTITIES_MISMATCH","service":"s1"}}]}`)
}
