package pitfalls

import (
	"strings"
	"testing"
)

var again = []sdl{
	{"a", `
		type Query { p: P ps: [P!]! none: P a: Int later: Later }
		type Mutation { addX(by: Int!): Payload }
		type P { id: ID! query: Query }
		type Payload { n: Int query: Query! }
		union Later = P | Query`},
	{"b", `
		type Query { b: Int @shareable item(id: ID!): Item need: Int! c: Int }
		type Mutation { addY(by: Int!): Reply }
		type Reply { query: Query }
		type Item @key(fields: "id") { id: ID! }`},
	{"c", `type Item @key(fields: "id") { id: ID! name: String }`},
}

const againData = `{
	"types": {"Item": [{"id": "1", "name": "one"}]},
	"state": {"n": 0},
	"computed": {"Query.a": 1, "Query.b": ["state", "n"], "Query.item": ["find", "Item", {"id": "$id"}], "P.id": ["coalesce", ["stored", "id"], "p"]},
	"roots": {
		"Query.p": {"value": {"__typename": "P", "id": "p", "query": {"p": {"query": {}}}}},
		"Query.ps": {"value": [{"__typename": "P", "id": "p1", "query": {"p": {"query": {}}}}, {"__typename": "P", "id": "p2", "query": null}, {"__typename": "P", "id": "p3", "query": {"p": {"query": {}}}}]},
		"Query.none": {"value": null},
		"Query.later": {"value": {"__typename": "Query"}},
		"Query.a": {"value": 1}, "Query.b": {"expr": ["state", "n"]}, "Query.c": {"value": 3}, "Query.need": {"value": null},
		"Query.item": {"find": "Item", "by": {"id": "$id"}},
		"Mutation.addX": {"do": [{"state": "n", "value": ["+", ["state", "n"], "$by"], "as": "n"}], "return": {"n": "$n", "query": {}}},
		"Mutation.addY": {"do": [{"state": "n", "value": ["+", ["state", "n"], "$by"], "as": "n"}], "return": {"query": {}}}
	}
}`

// A field that leads back to a root type leads to all of it, in every subgraph and
// without a key: an operation of its own, once for all objects of the place.
func TestRootTypeBehindAField(t *testing.T) {
	w := start(t, againData, again...)
	w.do(t, `{p{query{b a}}}`).gives(`{"p":{"query":{"b":0,"a":1}}}`).asked("a b").waves(2).sent("b", "{b}")
	w.do(t, `query($id: ID!){ps{id query{__typename one: item(id: $id){name} p{query{b x: c}}}}}`, `{"id": "1"}`).gives(
		`{"ps":[{"id":"p1","query":{"__typename":"Query","one":{"name":"one"},"p":{"query":{"b":0,"x":3}}}},` +
			`{"id":"p2","query":null},{"id":"p3","query":{"__typename":"Query","one":{"name":"one"},"p":{"query":{"b":0,"x":3}}}}]}`).asked("a b b c")
	// Nothing is asked for objects that are not there.
	w.do(t, `{none{query{b}}}`).gives(`{"none":null}`).asked("a")
	w.do(t, `query($no: Boolean!){p{id query @skip(if: $no){b}}}`, `{"no": true}`).gives(`{"p":{"id":"p"}}`).asked("a")
	w.do(t, `query($no: Boolean!){p{id query{a b @include(if: $no)}}}`, `{"no": false}`).gives(`{"p":{"id":"p","query":{"a":1}}}`).asked("a")
	// Among other types.
	w.do(t, `{later{...on Query{b a} ...on P{id}}}`).gives(`{"later":{"b":0,"a":1}}`).asked("a b")
	// Errors and nulls stay where they belong.
	w.do(t, `{p{id query{a need}} b}`).gives(`{"p":{"id":"p","query":null},"b":0}`, "p.query.need")
	w.answerWith("b", `<html>`)
	w.do(t, `{ps{id query{a b}}}`).gives(`{"ps":[{"id":"p1","query":{"a":1,"b":null}},{"id":"p2","query":null},{"id":"p3","query":{"a":1,"b":null}}]}`,
		"ps.0.query.b", "ps.2.query.b")
}

// What a mutation's payload asks of the query type is seen after the mutation, and
// before the next one.
func TestQueryInAMutationsPayload(t *testing.T) {
	w := start(t, againData, again...)
	a := w.do(t, `mutation{addX(by: 2){n query{b item(id: "1"){name}}}}`)
	a.gives(`{"addX":{"n":2,"query":{"b":2,"item":{"name":"one"}}}}`)
	if got := strings.Join(w.order, " "); got != "a b c" {
		a.errorf("requests in the order %q", got)
	}
	a.sent("b", "query", "!mutation")
	a = w.do(t, `mutation{one: addX(by: 1){n query{b}} two: addX(by: 1){query{b}} three: addY(by: 1){query{b a item(id: "1"){name}}} four: addX(by: 1){n} five: addX(by: 1){n}}`)
	a.gives(`{"one":{"n":3,"query":{"b":3}},"two":{"query":{"b":4}},"three":{"query":{"b":5,"a":1,"item":{"name":"one"}}},"four":{"n":6},"five":{"n":7}}`)
	if got := strings.Join(w.order, " "); got != "a b a b b a c a" && got != "a b a b b c a a" {
		a.errorf("requests in the order %q", got)
	}
}
