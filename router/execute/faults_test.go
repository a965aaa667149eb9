package execute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// usersPlan asks two subgraphs: users with a name and, by key, an age.
func usersPlan(first, second subgraphs.Prepared) *plan.Plan {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "name", "String", nil)
	b.field(user, "age", "Int", nil)
	b.collect(user)
	f := b.rootFetch(first, b.decode(root, sub{"users", b.decode(user, "id", "name")}))
	b.lookup(second, []plan.Target{target(representation(user, "User", "id"), b.decode(user, "age"))}, f)
	return b.plan
}

const twoUsers = `{"data":{"users":[{"id":"1","name":"A"},{"id":"2","name":"B"}]}}`

func failing(code string) stub {
	return func(context.Context, *subgraphs.Call) *subgraphs.Answer {
		return subgraphs.Failed(&subgraphs.FetchError{Code: code, Subgraph: "s", Message: "it \"broke\"", Err: errors.New("10.0.0.1: secret")})
	}
}

func TestLookupFaults(t *testing.T) {
	const stands = `{"data":{"users":[{"name":"A","age":null},{"name":"B","age":null}]},"errors":[`
	each := func(message, code string) string {
		var list []string
		for i := range 2 {
			list = append(list, fmt.Sprintf(`{"message":%q,"path":["users",%d,"age"],"extensions":{"code":%q,"service":"s1"}}`, message, i, code))
		}
		return stands + strings.Join(list, ",") + "]}"
	}
	told := func(message string, user int) string {
		return fmt.Sprintf(`{"message":%q,"path":["users",%d,"age"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}`, message, user)
	}
	clean := strings.TrimSuffix(stands, `,"errors":[`) + "}"
	const malformed = "A subgraph's answer is not a well-formed response"
	for _, c := range []struct {
		name   string
		answer stub
		want   string
	}{
		{"unreachable", failing(subgraphs.CodeUnreachable), each(`A subgraph could not be reached or did not answer properly: it "broke"`, subgraphs.CodeUnreachable)},
		{"not JSON", body(`<html>`), each(malformed, subgraphs.CodeMalformed)},
		{"empty", body(``), each(malformed, subgraphs.CodeMalformed)},
		{"truncated", body(`{"data":{"_entities":[{"age":1},{"age"`), each(malformed, subgraphs.CodeMalformed)},
		{"trailing", body(`{"data":{"_entities":[{"age":1},{"age":2}]}}}`), each(malformed, subgraphs.CodeMalformed)},
		{"bad number", body(`{"data":{"_entities":[{"age":1},{"age":02}]}}`), each(malformed, subgraphs.CodeMalformed)},
		{"bad UTF-8", body("{\"data\":{\"_entities\":[{\"age\":1,\"x\":\"\xff\"},{\"age\":2}]}}"), each(malformed, subgraphs.CodeMalformed)},
		{"an array", body(`[]`), each(malformed, subgraphs.CodeMalformed)},
		{"nothing in it", body(`{}`), each(malformed, subgraphs.CodeMalformed)},
		{"null data", body(`{"data":null}`), each(malformed, subgraphs.CodeMalformed)},
		{"no errors in errors", body(`{"data":null,"errors":[]}`), each(noRows, subgraphs.CodeMalformed)},
		{"data of a wrong type", body(`{"data":7}`), each(malformed, subgraphs.CodeMalformed)},
		{"twice", body(`{"data":{"_entities":[null,null],"_entities":[null,null]}}`), each(malformed, subgraphs.CodeMalformed)},
		{"data twice", body(`{"data":{"_entities":[null,null]},"data":{}}`), each(malformed, subgraphs.CodeMalformed)},
		{"too few", body(`{"data":{"_entities":[{"age":1}]}}`), each(unevenRows, CodeEntities)},
		{"too many", body(`{"data":{"_entities":[{"age":1},{"age":2},{"age":3}]}}`), each(unevenRows, CodeEntities)},
		{"none", body(`{"data":{"_entities":[]}}`), each(unevenRows, CodeEntities)},
		{"not a list", body(`{"data":{"_entities":{"age":1}}}`), each(unevenRows, CodeEntities)},
		{"null list", body(`{"data":{"_entities":null}}`), each(noRows, CodeEntities)},
		{"no list", body(`{"data":{}}`), each(noRows, CodeEntities)},
		{"null list with an error", body(`{"data":{"_entities":null},"errors":[{"message":"why"}]}`), each("why", CodeUpstream)},
		{"null list with an error there", body(`{"data":{"_entities":null},"errors":[{"message":"why","path":["_entities"]}]}`), each("why", CodeUpstream)},
		{"an error alone", body(`{"errors":[{"message":"why"}]}`), each("why", CodeUpstream)},
		{"one for all, one for a row", body(`{"errors":[{"message":"why"},{"message":"and","path":["_entities",1,"age"]},{"message":"or"}]}`),
			stands + told("why", 0) + "," + told("or", 0) + "," + told("why", 1) + "," + told("and", 1) + "," + told("or", 1) + "]}"},
		{"an error of no use", body(`{"errors":[7]}`), each(upstreamMessage, CodeUpstream)},
		{"errors of a wrong type", body(`{"errors":"why"}`), each(upstreamMessage, CodeUpstream)},
		{"rows of a wrong type", body(`{"data":{"_entities":[1,"x"]}}`), each(wrongRow, CodeInvalidValue)},
		{"null rows", body(`{"data":{"_entities":[null,null]}}`), clean},
		{"missing keys", body(`{"data":{"_entities":[{},{"other":1}]},"errors":null,"extensions":{"a":1}}`), clean},
		{"one row", body(`{"data":{"_entities":[{"age":1},null]},"errors":[{"message":"m","path":["_entities",1]}]}`),
			`{"data":{"users":[{"name":"A","age":1},{"name":"B","age":null}]},"errors":[{"message":"m","path":["users",1,"age"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`},
		{"one value", body(`{"data":{"_entities":[{"age":1},{"age":"x"}]}}`),
			`{"data":{"users":[{"name":"A","age":1},{"name":"B","age":null}]},"errors":[{"message":"A subgraph returned a value of the wrong type for User.age","path":["users",1,"age"],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s1"}}]}`},
		{"placeless beside data", body(`{"data":{"_entities":[{"age":1},{"age":2}]},"errors":[{"message":"m"}]}`),
			`{"data":{"users":[{"name":"A","age":1},{"name":"B","age":2}]},"errors":[{"message":"m","path":["users",0],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`},
		{"a row that was not asked for", body(`{"data":{"_entities":[{"age":1},{"age":2}]},"errors":[{"message":"m","path":["_entities",9,"age"]}]}`),
			`{"data":{"users":[{"name":"A","age":1},{"name":"B","age":2}]},"errors":[{"message":"m","path":["users",0],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`},
		{"nil", func(context.Context, *subgraphs.Call) *subgraphs.Answer { return nil }, each("A subgraph could not be reached or did not answer properly: internal error", CodeInternal)},
		{"panic", func(context.Context, *subgraphs.Call) *subgraphs.Answer { panic("bang") }, each("A subgraph could not be reached or did not answer properly: internal error", CodeInternal)},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, usersPlan(body(twoUsers), c.answer), c.want)
		})
	}
}

func TestRootFaults(t *testing.T) {
	for _, text := range []string{`<html>`, `{"data":{"users":[{"id":1}}`, `{"data":[]}`} {
		expect(t, usersPlan(body(text), body(`no`)), `{"data":{"users":null},"errors":[{"message":"A subgraph's answer is not a well-formed response",`+
			`"path":["users"],"extensions":{"code":"SUBGRAPH_MALFORMED","service":"s0"}}]}`)
	}
	expect(t, usersPlan(body(`{"data":null,"errors":[{"message":"m","path":["users",0,"id"]}]}`), body(`no`)),
		`{"data":{"users":null},"errors":[{"message":"m","path":["users",0],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`)
	expect(t, usersPlan(body(`{"data":{"users":[]},"errors":[{"message":"m"}]}`), body(`no`)),
		`{"data":{"users":[]},"errors":[{"message":"m","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s0"}}]}`)
}

func TestErrorPolicy(t *testing.T) {
	p := usersPlan(body(twoUsers), body(`{"data":{"_entities":[null,{"age":2}]},"errors":[{"message":"host db-1 \u00e9","path":["_entities",0],`+
		`"extensions":{"code":"DB","service":"mine","trace":{"a":[1]},"co\u0064e":"E"}}],"extensions":{"cost":5,"debug":1}}`))
	for _, c := range []struct {
		policy ErrorPolicy
		want   string
	}{
		{ErrorPolicy{}, `{"message":"A subgraph reported an error","path":["users",0,"age"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}]}`},
		{ErrorPolicy{ExposeMessages: true}, `{"message":"host db-1 \u00e9","path":["users",0,"age"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}]}`},
		{ErrorPolicy{ExposeSubgraph: true, AllowExtensions: []string{"service", "trace", "trace"}}, `{"message":"A subgraph reported an error","path":["users",0,"age"],` +
			`"extensions":{"trace":{"a":[1]},"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`},
		{ErrorPolicy{AllowExtensions: []string{"code", "service"}, AllowResponseExtensions: []string{"cost"}}, `{"message":"A subgraph reported an error","path":["users",0,"age"],` +
			`"extensions":{"code":"E","service":"mine"}}],"extensions":{"cost":5}}`},
	} {
		got, _ := execute(t, &Request{Plan: p, Policy: c.policy})
		if want := `{"data":{"users":[{"name":"A","age":null},{"name":"B","age":2}]},"errors":[` + c.want; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	got, _ := execute(t, &Request{Plan: usersPlan(body(twoUsers), failing(subgraphs.CodeStatus))})
	if strings.Contains(got, "broke") || strings.Contains(got, "secret") || strings.Contains(got, "service") {
		t.Errorf("got %s", got)
	}
}

func TestResponseExtensionsOfTheEarliestFetchWin(t *testing.T) {
	for range 10 {
		b := newBuilder()
		root := b.shape("Query")
		b.field(root, "a", "Int", nil)
		b.field(root, "b", "Int", nil)
		b.rootFetch(body(`{"extensions":{"x":"first"},"data":{"a":1}}`), b.decode(root, "a"))
		b.rootFetch(body(`{"data":{"b":2},"extensions":{"x":"second","y":2}}`), b.decode(root, "b"))
		got, _ := execute(t, &Request{Plan: b.plan, Policy: ErrorPolicy{AllowResponseExtensions: []string{"x"}}})
		if want := `{"data":{"a":1,"b":2},"extensions":{"x":"first"}}`; got != want {
			t.Fatalf("got %s", got)
		}
	}
}

func TestFailedRequirementIsNotSentAsNull(t *testing.T) {
	for _, c := range []struct {
		answer, row string
	}{
		{`{"data":{"o":{"id":"1","weight":null}}}`, `{"__typename":"Product","id":"1","weight":null}`},
		{`{"data":{"o":{"id":"1","weight":null}},"errors":[{"message":"m","path":["o","weight"]}]}`, ""},
		{`{"data":{"o":{"id":"1","weight":"heavy"}}}`, ""},
		{`{"data":{"o":{"id":"1"}}}`, `{"__typename":"Product","id":"1","weight":null}`},
		{`{"data":{"o":{"id":null,"weight":1}}}`, ""},
		{`{"data":{"o":{"id":"1","weight":7}}}`, `{"__typename":"Product","id":"1","weight":7}`},
	} {
		b := newBuilder()
		root := b.shape("Query")
		product := b.shape("Product")
		b.field(root, "o", "Product", product)
		b.field(product, "(id)", "ID", nil)
		b.field(product, "(weight)", "Int", nil)
		b.field(product, "shipping", "Int", nil)
		b.collect(product)
		f := b.rootFetch(body(c.answer), b.decode(root, sub{"o", b.decode(product, "id", "weight")}))
		row := ""
		b.lookup(rows(func(r string) string { row = r; return `{"shipping":1}` }),
			[]plan.Target{target(representation(product, "Product", "id", "weight?"), b.decode(product, "shipping"))}, f)
		got, _ := execute(t, &Request{Plan: b.plan})
		if row != c.row {
			t.Errorf("%s: sent %s, want %s", c.answer, row, c.row)
		}
		// What is hidden is never told: the path ends at the object.
		if strings.Contains(got, "weight") {
			t.Errorf("got %s", got)
		}
		if strings.Contains(c.answer, "errors") && !strings.Contains(got, `"path":["o"]`) {
			t.Errorf("got %s", got)
		}
	}
}

func TestUnknownTypes(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	pet := b.shape("Dog", "Cat")
	b.field(root, "pets", "[Pet]", pet)
	b.field(pet, "bark", "Int", nil, "Dog")
	b.field(pet, "meow", "Int", nil, "Cat")
	b.typename(pet, "t")
	b.rootFetch(body(`{"data":{"pets":[{"__typename":"Cat","meow":1},{"bark":2,"__typename":"Dog"},{"__typename":"Cow","bark":3},{"bark":4}]}}`),
		b.decode(root, sub{"pets", b.decode(pet, "__typename", "bark", "meow")}))
	got, _ := execute(t, &Request{Plan: b.plan})
	if want := `{"data":{"pets":[{"meow":1,"t":"Cat"},{"bark":2,"t":"Dog"},null,null]},"errors":[`; !strings.HasPrefix(got, want) || strings.Contains(got, "Cow") {
		t.Errorf("got %s", got)
	}
	if strings.Count(got, `"path":["pets",2]`) != 1 || strings.Count(got, `"path":["pets",3]`) != 1 {
		t.Errorf("got %s", got)
	}
}

// An interface object's type comes from another subgraph.
func TestUntypedObjects(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	node := b.shape("A", "B")
	b.field(root, "nodes", "[Node]", node)
	b.field(node, "(id)", "ID", nil)
	b.field(node, "a", "Int", nil, "A")
	b.field(node, "b", "Int", nil, "B")
	b.typename(node, "__typename")
	b.collect(node)
	d := b.decode(node, "id")
	f := b.rootFetch(body(`{"data":{"nodes":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}]}}`), b.decode(root, sub{"nodes", d}))
	types := b.decode(node, "__typename")
	typed := b.lookup(byRow(t, map[string]string{
		`{"__typename":"Node","id":"1"}`: `{"__typename":"A"}`,
		`{"__typename":"Node","id":"2"}`: `{"__typename":"B"}`,
		`{"__typename":"Node","id":"3"}`: `null`,
		`{"__typename":"Node","id":"4"}`: `{"__typename":"C"}`,
	}), []plan.Target{{Shape: node, Collected: true, Types: []*plan.TargetType{nil, nil},
		Untyped: &plan.TargetType{Representation: representation(node, "Node", "id"), Decode: types}}}, f)
	as := &plan.TargetType{Representation: representation(node, "A", "id"), Decode: b.decode(node, "a")}
	as.Decode.Static = 0
	b.lookup(byRow(t, map[string]string{`{"__typename":"A","id":"1"}`: `{"a":11}`}),
		[]plan.Target{{Shape: node, Collected: true, Types: []*plan.TargetType{as, nil}}}, typed)
	got, _ := execute(t, &Request{Plan: b.plan})
	if want := `{"data":{"nodes":[{"a":11,"__typename":"A"},{"b":null,"__typename":"B"},null,null]},"errors":[`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	if strings.Count(got, `"message"`) != 2 {
		t.Errorf("got %s", got)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	b.field(root, "l", "[Int]", nil)
	b.rootFetch(body(`{"data":{"l":[`+strings.Repeat(`"x",`, 100_000)+`1]}}`), b.decode(root, "l"))
	got, result := execute(t, &Request{Plan: b.plan, Limits: Limits{MaxErrors: 3}})
	if n := strings.Count(got, `"path"`); n != 3 || result.Errors != 100_000 {
		t.Errorf("%d errors written, %d counted", n, result.Errors)
	}
	if !strings.Contains(got, `{"message":"99997 more errors were left out","extensions":{"code":"ERRORS_OMITTED"}}`) {
		t.Errorf("got %s", got[len(got)-200:])
	}
}

func TestWordsAreBounded(t *testing.T) {
	for _, typ := range []string{"[Int]", "[[Int]]"} {
		b := newBuilder()
		root := b.shape("Query")
		b.field(root, "l", typ, nil)
		item := "1"
		if typ == "[[Int]]" {
			item = "[]"
		}
		b.rootFetch(body(`{"data":{"l":[`+strings.Repeat(item+",", 5000)+item+`]}}`), b.decode(root, "l"))
		got, result := execute(t, &Request{Plan: b.plan, Limits: Limits{MaxWords: 1000}})
		if !result.TooLarge || !strings.Contains(got, CodeTooLarge) {
			t.Errorf("got %s", got)
		}
	}
}

func TestRowsAreBounded(t *testing.T) {
	p := usersPlan(body(twoUsers), rows(func(string) string { t.Error("sent"); return "" }))
	got, _ := execute(t, &Request{Plan: p, Limits: Limits{MaxRows: 1}})
	if strings.Count(got, CodeTooManyRows) != 2 {
		t.Errorf("got %s", got)
	}
}

func TestResponseSizeIsBounded(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	b.field(root, "s", "String", nil)
	b.rootFetch(body(`{"data":{"s":"`+strings.Repeat("x", 1000)+`"}}`), b.decode(root, "s"))
	for limit, large := range map[int]bool{1000: true, 1100: false} {
		if _, result := execute(t, &Request{Plan: b.plan, Limits: Limits{MaxResponseSize: limit}}); result.TooLarge != large {
			t.Errorf("%d: %+v", limit, result)
		}
	}
}

// Whatever comes back, the response is well-formed.
func FuzzExecute(f *testing.F) {
	f.Add(twoUsers, `{"data":{"_entities":[{"age":1},{"age":2}]}}`)
	f.Add(twoUsers, `{"errors":[{"message":"m","path":["_entities",1,"age",0,"x",{}]},[],{"path":[0]}],"data":{"_entities":[null,{"age":"x"}]}}`)
	f.Add(`{"data":{"users":[{"id":"\u0031","name":"A"},{"id":1},{"id":{}},null,[]],"users":[{"id":2,"name":3}]}}`, `{"data":{"_entities":[{},{},{}]},"extensions":{"x":1}}`)
	f.Add(`{"data":{"users":null},"errors":[{"message":"\ud800","path":["users"],"extensions":{"code":7}}]}`, ``)
	for _, text := range texts {
		f.Add(`{"data":{"users":`+text+`}}`, `{"data":`+text+`,"errors":`+text+`}`)
	}
	e := New()
	f.Fuzz(func(t *testing.T, first, second string) {
		r := &Request{
			Plan:   usersPlan(body(first), body(second)),
			Policy: ErrorPolicy{ExposeMessages: true, ExposeSubgraph: true, AllowExtensions: []string{"code", "x"}, AllowResponseExtensions: []string{"x"}},
			Limits: Limits{MaxErrors: 10, MaxResponseSize: 1 << 16},
		}
		out, _ := e.Execute(context.Background(), r, nil)
		if !json.Valid(out) {
			t.Errorf("not JSON: %s", out)
		}
		again, _ := e.Execute(context.Background(), r, nil)
		if string(again) != string(out) {
			t.Errorf("first %s\n then %s", out, again)
		}
	})
}

// A failed fetch of many rows shows at each of its objects, yet its errors take
// no more room than those of one.
func TestFailedFetchOfManyRows(t *testing.T) {
	const n = 5000
	var users []string
	for i := range n {
		users = append(users, fmt.Sprintf(`{"id":"%d","name":null}`, i))
	}
	first := body(`{"data":{"users":[` + strings.Join(users, ",") + `]}}`)
	for answer, each := range map[string]int{
		`no`: 1,
		`{"errors":[{"message":"a"},{"message":"b"}]}`:                                                                2,
		`{"data":{"_entities":null},"errors":[{"message":"a"},{"message":"b"},{"message":"c","path":["_entities"]}]}`: 3,
	} {
		p := usersPlan(first, body(answer))
		got, result := execute(t, &Request{Plan: p, Limits: Limits{MaxErrors: 10}})
		if result.Errors != each*n || strings.Count(got, `"path"`) != 10 {
			t.Errorf("%s: %+v", answer, result)
		}
		x := &state{workers: new(workers)}
		x.begin(&Request{Plan: p})
		x.run(context.Background())
		if len(x.records) != each {
			t.Errorf("%s: %d records", answer, len(x.records))
		}
	}
}

// Errors without a place are bounded before they are spread over all rows.
func TestManyPlacelessErrors(t *testing.T) {
	errs := strings.TrimSuffix(strings.Repeat(`{"message":"m"},`, 5000), ",")
	_, result := execute(t, &Request{Plan: usersPlan(body(twoUsers), body(`{"errors":[`+errs+`]}`))})
	if want := 2*maxPlaceless + 5000 - maxPlaceless; result.Errors != want {
		t.Errorf("%d errors, want %d", result.Errors, want)
	}
}
