package pitfalls

import (
	"fmt"
	"testing"
)

func conditionWorld(t *testing.T) *world {
	return start(t, `{
		"types": {"P": [{"id": "1", "name": "one", "price": 10, "weight": 3}]},
		"roots": {"Query.ps": {"list": "P"}},
		"computed": {"P.ship": ["path", "weight"]}}`,
		sdl{"a", `type Query { ps: [P] } type P @key(fields: "id") { id: ID! name: String }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int weight: Int }`},
		sdl{"c", `type P @key(fields: "id") { id: ID! weight: Int @external ship: Int @requires(fields: "weight") }`})
}

// Both directives on one node have to let it through, and so have those of every
// fragment around it. A key is fetched whatever becomes of the client's own field.
func TestPitfall31_SkipAndInclude(t *testing.T) {
	w := conditionWorld(t)
	for n := range 8 {
		skip, include, outer := n&1 != 0, n&2 != 0, n&4 != 0
		vars := fmt.Sprintf(`{"s":%v,"i":%v,"o":%v}`, skip, include, outer)
		in := !skip && include
		want := `{"ps":[{"price":10}]}`
		if in {
			want = `{"ps":[{"id":"1","price":10}]}`
		}
		w.do(t, `query($s:Boolean!,$i:Boolean!){ps{id @skip(if:$s) @include(if:$i) price}}`, vars).gives(want).asked("a b")
		want, asked := `{"ps":[{}]}`, "a"
		if in && outer {
			want, asked = `{"ps":[{"name":"one","price":10}]}`, "a b"
		} else if in {
			want = `{"ps":[{"name":"one"}]}`
		}
		w.do(t, `query($s:Boolean!,$i:Boolean!,$o:Boolean!){ps{... @skip(if:$s) @include(if:$i) {name ...F @include(if:$o)}}} fragment F on P {price}`, vars).
			gives(want).asked(asked)
	}
}

// A field that is also selected without a condition is there; two conditions are
// an "or"; an object of which all is skipped is {} and not null.
func TestPitfall32_ConditionsOfOneField(t *testing.T) {
	w := conditionWorld(t)
	for n := range 4 {
		x, y := n&1 != 0, n&2 != 0
		vars := fmt.Sprintf(`{"x":%v,"y":%v}`, x, y)
		w.do(t, `query($x:Boolean!){ps{price @include(if:$x) name @skip(if:$x) price name}}`, vars).
			gives(`{"ps":[{"price":10,"name":"one"}]}`).asked("a b")
		want, asked := `{"ps":[{}]}`, "a"
		if x || y {
			want, asked = `{"ps":[{"price":10}]}`, "a b"
		}
		w.do(t, `query($x:Boolean!,$y:Boolean!){ps{price @include(if:$x) price @include(if:$y)}}`, vars).gives(want).asked(asked)
		want, asked = `{}`, ""
		if x {
			want, asked = `{"ps":[{"name":"one"}]}`, "a"
		}
		w.do(t, `query($x:Boolean!){ps @include(if:$x) {name}}`, vars).gives(want).asked(asked)
	}
}

// A fetch of which every output is skipped is not sent, nor is one that only it
// needed; what depends on both a skipped and another field still comes.
func TestPitfall33_ConditionalFetches(t *testing.T) {
	w := conditionWorld(t)
	const op = `query($p:Boolean!,$s:Boolean!){ps{id price @include(if:$p) ship @include(if:$s)}}`
	w.do(t, op, `{"p":false,"s":false}`).gives(`{"ps":[{"id":"1"}]}`).asked("a")
	w.do(t, op, `{"p":true,"s":false}`).gives(`{"ps":[{"id":"1","price":10}]}`).asked("a b")
	w.do(t, op, `{"p":false,"s":true}`).gives(`{"ps":[{"id":"1","ship":3}]}`).asked("a b c")
	w.do(t, op, `{"p":true,"s":true}`).gives(`{"ps":[{"id":"1","price":10,"ship":3}]}`).asked("a b c")
	// The client's weight is skipped, the requirement's is not.
	const both = `query($w:Boolean!,$s:Boolean!){ps{weight @include(if:$w) ship @include(if:$s)}}`
	w.do(t, both, `{"w":false,"s":true}`).gives(`{"ps":[{"ship":3}]}`).asked("a b c")
	w.do(t, both, `{"w":true,"s":false}`).gives(`{"ps":[{"weight":3}]}`).asked("a b")
	w.do(t, both, `{"w":false,"s":false}`).gives(`{"ps":[{}]}`).asked("a")
	w.do(t, `{ps @skip(if:true){price}}`).gives(`{}`).asked("")
	w.do(t, `{ps{id ship @include(if:false)}}`).gives(`{"ps":[{"id":"1"}]}`).asked("a")
}

// A conditional field whose fetch also serves another path: the condition belongs
// to the one place only.
func TestPitfall33_ConditionsOfSharedFetches(t *testing.T) {
	w := start(t, `{
		"types": {"P": [{"id": "1", "price": 10}, {"id": "2", "price": 20}]},
		"roots": {"Query.x": {"find": "P", "by": {"id": "1"}}, "Query.y": {"find": "P", "by": {"id": "2"}}}}`,
		sdl{"a", `type Query { x: P y: P } type P @key(fields: "id") { id: ID! }`},
		sdl{"b", `type P @key(fields: "id") { id: ID! price: Int }`})
	const op = `query($x:Boolean!,$y:Boolean!){x{price @include(if:$x)} y{price @include(if:$y)}}`
	w.do(t, op, `{"x":true,"y":true}`).gives(`{"x":{"price":10},"y":{"price":20}}`).asked("a b")
	w.do(t, op, `{"x":false,"y":true}`).gives(`{"x":{},"y":{"price":20}}`).asked("a b").represents("b", `{"__typename":"P","id":"2"}`)
	w.do(t, op, `{"x":true,"y":false}`).gives(`{"x":{"price":10},"y":{}}`).asked("a b").represents("b", `{"__typename":"P","id":"1"}`)
	w.do(t, op, `{"x":false,"y":false}`).gives(`{"x":{},"y":{}}`).asked("a")
	w.do(t, `query($x:Boolean!){x @include(if:$x) {price} y{price}}`, `{"x":false}`).gives(`{"y":{"price":20}}`).asked("a b")
}

// A field that was asked for under a condition which holds is missed like any
// other when the answer has no such key; one that was not asked for is not.
func TestConditionalFieldsLeftOut(t *testing.T) {
	w := conditionWorld(t)
	const left = " SUBGRAPH_INVALID_VALUE"
	for n := range 8 {
		x, y, z := n&1 != 0, n&2 != 0, n&4 != 0
		vars := fmt.Sprintf(`{"x":%v,"y":%v,"z":%v}`, x, y, z)
		nulls := func(data, absent string, holds bool) (string, []string) {
			if holds {
				return data[:len(data)-len(`}]}`)] + `,"` + absent + `":null}]}`, []string{"ps.0." + absent + left}
			}
			return data, nil
		}
		// A fragment in a fragment, and the field once more beside them.
		w.answerWith("a", `{"data":{"ps":[{"id":"1"}]}}`)
		data, errs := nulls(`{"ps":[{"id":"1"}]}`, "name", x && !y || z)
		w.do(t, `query($x:Boolean!,$y:Boolean!,$z:Boolean!){ps{id ...@include(if:$x){...@skip(if:$y){name}} name @include(if:$z)}}`, vars).gives(data, errs...)
		// In a row of a lookup.
		w.answerWith("b", `{"data":{"_entities":[{"price":10}]}}`)
		data, errs = nulls(`{"ps":[{"price":10}]}`, "weight", x && !y)
		w.do(t, `query($x:Boolean!,$y:Boolean!){ps{price ...@skip(if:$y){weight @include(if:$x)}}}`, vars).gives(data, errs...)
		// A field at the root.
		w.answerWith("a", `{"data":{}}`)
		if a := w.do(t, `query($x:Boolean!){ps @include(if:$x){name}}`, vars); x {
			a.gives(`{"ps":null}`, "ps"+left)
		} else {
			a.gives(`{}`).asked("")
			w.faults["a"] = nil
		}
	}
}

// Of fields that only some types have nothing can be missed; what all have is,
// under its condition.
func TestConditionalFieldsOfTypesLeftOut(t *testing.T) {
	w := start(t, `{"types": {}, "roots": {"Query.ns": {"value": []}}}`,
		sdl{"a", `type Query { ns: [N] } interface N { id: ID name: String } type A implements N { id: ID name: String a: Int } type B implements N { id: ID name: String b: Int }`})
	const body = `{"data":{"ns":[{"__typename":"A","id":"1"},{"__typename":"B","id":"2"}]}}`
	const op = `query($x:Boolean!){ns{id ...@include(if:$x){name ... on A{a} ... on B{b}}}}`
	w.answerWith("a", body, body)
	w.do(t, op, `{"x":false}`).gives(`{"ns":[{"id":"1"},{"id":"2"}]}`)
	w.do(t, op, `{"x":true}`).gives(`{"ns":[{"id":"1","name":null,"a":null},{"id":"2","name":null,"b":null}]}`,
		"ns.0.name SUBGRAPH_INVALID_VALUE", "ns.1.name SUBGRAPH_INVALID_VALUE")
}
