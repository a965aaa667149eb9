package pitfalls

import (
	"strings"
	"testing"
)

// An enum that is input has the values all subgraphs have; one that is output
// the values of any. A value clients must not see is null, with an error, and
// rises like any null.
func TestPitfall23_Enums(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "c": "RED", "sure": "RED"}, {"id": "2", "c": "BLUE", "sure": "RED"}, {"id": "3", "c": "SECRET", "sure": "SECRET"}]},
		"roots": {"Query.ps": {"list": "P"}, "Query.in": {"expr": "$m"}, "Query.in2": {"expr": "$m"}, "Query.qs": {"value": ["RED", "BLUE", "SECRET"]}}}`,
		sdl{"a", `type Query { ps: [P] in(m: Mode): String } enum Mode { FAST SLOW } enum Color { RED SECRET @inaccessible }
			type P @key(fields: "id") { id: ID! sure: Color! }`},
		sdl{"b", `type Query { in2(m: Mode): String qs: [Color] } enum Mode { FAST FULL } enum Color { RED BLUE SECRET }
			type P @key(fields: "id") { id: ID! c: Color }`})
	w.do(t, `{in(m: FAST) in2(m: FAST)}`).gives(`{"in":"FAST","in2":"FAST"}`)
	w.do(t, `{in(m: SLOW)}`).refused("SLOW")
	w.do(t, `query($m: Mode){in(m: $m)}`, `{"m":"SLOW"}`).refused("Mode")
	w.do(t, `{ps{c}}`).gives(`{"ps":[{"c":"RED"},{"c":"BLUE"},{"c":null}]}`, "ps.2.c")
	w.do(t, `{ps{id sure}}`).gives(`{"ps":[{"id":"1","sure":"RED"},{"id":"2","sure":"RED"},null]}`, "ps.2.sure")
	w.do(t, `{qs}`).gives(`{"qs":["RED","BLUE",null]}`, "qs.2")
	api := w.api()
	if strings.Contains(api, "SECRET") || strings.Contains(api, "FULL") || !strings.Contains(api, "BLUE") {
		t.Errorf("the API schema:\n%s", api)
	}
}

// An input type has the fields all subgraphs have. Other fields are errors, in
// literals and in variables, and defaults are those of the API schema.
func TestPitfall24_InputObjects(t *testing.T) {
	w := start(t, `{
		"types": {},
		"roots": {"Query.x": {"expr": "$f.x"}, "Query.y": {"expr": "$f.x"}, "Query.n": {"expr": "$n"}}}`,
		sdl{"a", `type Query { x(f: F!): Int n(n: Int = 7): Int } input F { x: Int = 5 only: Int }`},
		sdl{"b", `type Query { y(f: F = {x: 3}): Int } input F { x: Int = 5 more: Int }`})
	w.do(t, `{x(f: {}) y n}`).gives(`{"x":5,"y":3,"n":7}`)
	w.do(t, `query($f: F! = {}, $n: Int = 8){x(f: $f) n(n: $n)}`).gives(`{"x":5,"n":8}`)
	w.do(t, `query($f: F!, $n: Int){x(f: $f) n(n: $n)}`, `{"f":{"x":9}}`).gives(`{"x":9,"n":7}`)
	w.do(t, `query($f: F!, $n: Int){x(f: $f) n(n: $n)}`, `{"f":{"x":null},"n":null}`).gives(`{"x":null,"n":null}`)
	w.do(t, `{x(f: {only: 1})}`).refused("only")
	w.do(t, `query($f: F!){x(f: $f)}`, `{"f":{"only":1}}`).refused("only")
	w.do(t, `query($f: F!){x(f: $f)}`, `{"f":{"more":1}}`).refused("more")
}

// An inaccessible field is no field for clients, not even one that error messages
// suggest; keys and requirements use it as ever.
func TestPitfall25_Inaccessible(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"secretid": "s1", "id": "1", "name": "one", "weight": 3}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.cost": ["*", ["path", "weight"], 2]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "secretid") { id: ID! secretid: ID! @inaccessible weight: Int @inaccessible }`},
		sdl{"b", `type P @key(fields: "secretid") { secretid: ID! @inaccessible weight: Int @external name: String cost: Int @requires(fields: "weight") }`})
	w.do(t, `{ps{id name cost}}`).gives(`{"ps":[{"id":"1","name":"one","cost":6}]}`).asked("a b").
		represents("b", `{"__typename":"P","secretid":"s1","weight":3}`)
	w.do(t, `{ps{secretid}}`).refused("secretid")
	for _, op := range []string{`{ps{secretidd}}`, `{ps{weigh}}`} {
		a := w.do(t, op).refused("")
		for _, e := range a.r.Errors {
			if m := e.(map[string]any)["message"].(string); strings.Contains(m, `"secretid"`) || strings.Contains(m, "weight") {
				a.errorf("suggests what is hidden")
			}
		}
	}
	if api := w.api(); strings.Contains(api, "secretid") || strings.Contains(api, "weight") {
		t.Errorf("the API schema:\n%s", api)
	}
}
