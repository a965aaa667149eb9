package pitfalls

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

// Errors of _entities get the client's paths and lose the subgraph's locations;
// none is dropped for being like another, and the data beside them stays.
func TestPitfall40_Errors(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1"}, {"id": "2"}]},
		"roots": {"Query.ps": {"list": "P"}}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int tags: [Tag] } type Tag { name: String }`})
	w.answerWith("b", `{"data":{"_entities":[{"cost":1,"t":[{"n":"x"},{"n":null}]},{"cost":null,"t":null}]},"errors":[
		{"message":"same","path":["_entities",1,"cost"],"locations":[{"line":1,"column":99}]},
		{"message":"same","path":["_entities",1,"cost"],"locations":[{"line":1,"column":99}]},
		{"message":"deep","path":["_entities",0,"t",1,"n"]},
		{"message":"nowhere"}]}`)
	a := w.do(t, `{ps{cost: price t: tags{n: name}}}`)
	a.has(`{"ps":[{"cost":1,"t":[{"n":"x"},{"n":null}]},{"cost":null,"t":null}]}`)
	same := 0
	for _, e := range a.failures() {
		if fits(e, "ps.1.cost") {
			same++
		}
	}
	if same != 2 || len(a.r.Errors) < 4 {
		a.errorf("two equal errors and two others are expected")
	}
	a.failsAlso("ps.0.t.1.n")
	if raw := string(a.r.Raw); strings.Contains(raw, "_entities") || strings.Contains(raw, "99") || !strings.Contains(raw, "nowhere") {
		a.errorf("paths or locations of the subgraph reach the client")
	}

	for name, f := range map[string]dataserver.Fault{
		"status":    {Status: 500, Body: []byte("oops")},
		"garbage":   {Body: []byte("<html>")},
		"closed":    {Status: 200, Truncate: 5},
		"null data": {Body: []byte(`{"data":null,"errors":[{"message":"no"}]}`)},
		// An error status with a GraphQL answer is read as one.
		"no data": {Status: 400, Body: []byte(`{"errors":[{"message":"no"}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			w.faults["b"] = []dataserver.Fault{f, f}
			a := w.do(t, `{ps{id price}}`)
			w.faults["b"] = nil
			a.has(`{"ps":[{"id":"1","price":null},{"id":"2","price":null}]}`)
			if len(a.r.Errors) == 0 {
				a.errorf("no error")
			}
		})
	}
}

// Nulls and lists within lists keep their places; an empty list asks nothing.
func TestPitfall41_Lists(t *testing.T) {
	ref := func(id string) string { return `{"$ref": {"__typename": "P", "id": "` + id + `"}}` }
	w := start(t, `{
		"types": {"P": [{"id": "1", "price": 10}, {"id": "2", "price": 20}]},
		"roots": {"Query.grid": {"value": [[`+ref("1")+`, null, `+ref("2")+`], null, [], [null], [`+ref("2")+`]]},
			"Query.none": {"value": []}, "Query.hollow": {"value": [[], null, [null]]}}}`,
		sdl{"a", `type Query { grid: [[P]] none: [P] hollow: [[P]] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int }`})
	w.do(t, `{grid{price}}`).gives(`{"grid":[[{"price":10},null,{"price":20}],null,[],[null],[{"price":20}]]}`).
		represents("b", `{"__typename":"P","id":"1"}`, `{"__typename":"P","id":"2"}`)
	w.do(t, `{none{price}}`).gives(`{"none":[]}`).asked("a")
	w.do(t, `{hollow{price}}`).gives(`{"hollow":[[],null,[null]]}`).asked("a")
	w.answerWith("b", `{"data":{"_entities":[{"price":10},{"price":null}]},"errors":[{"message":"no","path":["_entities",1,"price"]}]}`)
	w.do(t, `{grid{price}}`).gives(`{"grid":[[{"price":10},null,{"price":null}],null,[],[null],[{"price":null}]]}`, "grid.0.2.price", "grid.4.0.price")
}

// Numbers and custom scalars pass byte for byte: in answers, keys and variables.
func TestPitfall42_Numbers(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"key": 9007199254740993, "any": {"a": [1.10, 1e2]}, "f": 0.1}]},
		"roots": {"Query.ps": {"list": "P"}, "Query.echo": {"expr": "$v"}}}`,
		sdl{"a", `scalar Long scalar Any type Query { ps: [P] echo(v: Any): Any } type P @key(fields: "key") { key: Long! any: Any f: Float }`},
		sdl{"b", `scalar Long type P @key(fields: "key") { key: Long! twice: Long }`})
	w.answerWith("a", `{"data":{"ps":[{"key":9007199254740993,"any":{"a" : [1.10,1E+2, "\u00e9"]},"f":1.0},{"key":123456789012345678901234567890,"any":1.000,"f":-0.0}]}}`)
	w.answerWith("b", `{"data":{"_entities":[{"twice":18014398509481986},{"twice":-0}]}}`)
	w.do(t, `{ps{key any f twice}}`).
		gives(`{"ps":[{"key":9007199254740993,"any":{"a" : [1.10,1E+2, "\u00e9"]},"f":1.0,"twice":18014398509481986},` +
			`{"key":123456789012345678901234567890,"any":1.000,"f":-0.0,"twice":-0}]}`)
	w.calledWith(t, `{"__typename":"P","key":9007199254740993}`, `{"__typename":"P","key":123456789012345678901234567890}`)
	w.answerWith("a", `{"data":{"echo":1.50}}`)
	w.do(t, `query($v: Any){echo(v: $v)}`, `{"v":{"n":9007199254740993,"d":1.50}}`).gives(`{"echo":1.50}`)
	w.calledWith(t, `9007199254740993`, `1.50`)
	w.answerWith("a", `{"data":{"echo":1}}`)
	w.do(t, `{echo(v: {n: 9007199254740993, d: 1.50})}`).gives(`{"echo":1}`)
	w.calledWith(t, `9007199254740993`, `1.50`)
}

// An object that several places share is written once by a later fetch; the same
// object under other arguments of its parent is another one.
func TestPitfall43_SharedObjects(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1"}], "S": [{"id": "s1", "name": "EUR shop"}, {"id": "s2", "name": "USD shop"}],
			"O": [{"id": "o1", "p": {"$ref": {"__typename": "P", "id": "1"}}}, {"id": "o2", "p": {"$ref": {"__typename": "P", "id": "1"}}}]},
		"roots": {"Query.os": {"list": "O"}},
		"computed": {"P.shop": ["find", "S", {"id": ["if", ["=", "$in", "EUR"], "s1", "s2"]}]}}`,
		sdl{"a", `type Query { os: [O] } type O { id: ID! p: P } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! shop(in: String): S } type S @key(fields: "id") { id: ID! }`},
		sdl{"c", `type S @key(fields: "id") { id: ID! name: String }`})
	w.do(t, `{os{p{shop(in:"EUR"){name}}}}`).
		gives(`{"os":[{"p":{"shop":{"name":"EUR shop"}}},{"p":{"shop":{"name":"EUR shop"}}}]}`).asked("a b c").
		represents("b", `{"__typename":"P","id":"1"}`).represents("c", `{"__typename":"S","id":"s1"}`)
	w.do(t, `{x: os{p{shop(in:"EUR"){name}}} y: os{p{shop(in:"USD"){name}}}}`).
		gives(`{"x":[{"p":{"shop":{"name":"EUR shop"}}},{"p":{"shop":{"name":"EUR shop"}}}],"y":[{"p":{"shop":{"name":"USD shop"}}},{"p":{"shop":{"name":"USD shop"}}}]}`)
}

// A fetch is sent the variables it uses and no others, whatever the client calls
// them.
func TestPitfall44_Variables(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1"}]},
		"roots": {"Query.ps": {"list": "P", "limit": "$first"}},
		"computed": {"P.price": ["*", "$by", 10], "P.tax": ["*", "$by", 1]}}`,
		sdl{"a", `type Query { ps(first: Int): [P] } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price(by: Int): Int }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! tax(by: Int): Int }`})
	a := w.do(t, `query($representations: Int, $_e0: Int, $first: Int, $r0: Int){ps(first:$first){price(by:$representations) tax(by:$_e0) more: tax(by:$r0)}}`,
		`{"representations":2,"_e0":3,"first":1,"r0":4,"unused":5}`)
	a.gives(`{"ps":[{"price":20,"tax":3,"more":4}]}`).asked("a b c").
		represents("b", `{"__typename":"P","id":"1"}`).represents("c", `{"__typename":"P","id":"1"}`)
	for subgraph, n := range map[string]int{"a": 1, "b": 2, "c": 3} {
		if got := a.log(subgraph)[0].Variables; len(got) != n {
			a.errorf("%s got %d variables, want %d: %v", subgraph, len(got), n, got)
		}
	}
	// A variable that was not given is not sent as null.
	a = w.do(t, `query($n: Int){ps(first:$n){id}}`).gives(`{"ps":[{"id":"1"}]}`)
	if got := a.log("a")[0].Variables; len(got) != 0 {
		a.errorf("variables sent: %v", got)
	}
}
