package pitfalls

import (
	"strings"
	"testing"
)

// Root fields of a mutation run one after the other, whatever the subgraphs; only
// neighbours of the same subgraph share a request.
func TestPitfall30_MutationsAreSerial(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "price": 10}]},
		"state": {"n": 0},
		"roots": {
			"Query.ps": {"list": "P"},
			"Mutation.add": {"do": [{"state": "n", "value": ["+", ["state", "n"], "$by"], "as": "n"}], "return": "$n"},
			"Mutation.times": {"do": [{"state": "n", "value": ["*", ["state", "n"], "$by"], "as": "n"}], "return": "$n"},
			"Mutation.put": {"do": [{"state": "n", "value": ["+", ["state", "n"], 100]}, {"set": "P", "by": {"id": "1"}, "value": {"price": 11}, "as": "p"}], "return": "$p"}
		}}`,
		sdl{"a", `type Query { ps: [P] } type Mutation { add(by: Int!): Int put: P } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type Mutation { times(by: Int!): Int } type P @key(fields: "id") { id: ID! price: Int }`})
	a := w.do(t, `mutation{one: add(by: 2) two: times(by: 10) three: add(by: 1) four: add(by: 3) five: times(by: 2)}`)
	a.gives(`{"one":2,"two":20,"three":21,"four":24,"five":48}`)
	if got := strings.Join(w.order, " "); got != "a b a b" {
		a.errorf("requests in the order %q", got)
	}
	// A nested read of the first field belongs to it, not between others' writes.
	a = w.do(t, `mutation{put{id price} two: times(by: 0)}`)
	a.gives(`{"put":{"id":"1","price":11},"two":0}`)
	// A field that fails does not keep the later ones from running.
	w.answerWith("a", `{"data":{"add":null},"errors":[{"message":"no","path":["add"]}]}`)
	a = w.do(t, `mutation{add(by: 2) times(by: 10)}`)
	a.gives(`{"add":null,"times":0}`, "add")
	// A failed request is not sent again.
	w.answerWith("a", `<html>`)
	a = w.do(t, `mutation{add(by: 2) times(by: 10)}`)
	a.gives(`{"add":null,"times":0}`, "add")
	if got := strings.Join(w.order, " "); got != "a b" {
		a.errorf("requests in the order %q", got)
	}
}
