package pitfalls

import "testing"

// A nullable variable may stand where null is not allowed if there is a default. An
// explicit null is then an error of the field (specification, September 2025,
// 6.4.1): nothing is asked for it, and the rest stands.
func TestNullForAnArgumentWithADefault(t *testing.T) {
	w := start(t, `{
		"types": {"U": [{"id": "1", "name": "ann"}, {"id": "2", "name": "bob"}]},
		"computed": {"U.size": "$by", "U.sure": "$by"},
		"state": {"n": 0},
		"roots": {
			"Query.us": {"list": "U"}, "Query.one": {"value": 1}, "Query.add": {"expr": ["+", "$a", "$b"]}, "Query.list": {"expr": ["len", "$of"]},
			"Query.in": {"expr": ["get", "$in", "n"]}, "Query.any": {"expr": ["if", ["=", ["get", "$of", "a"], null], "null", "set"]},
			"Mutation.bump": {"do": [{"state": "n", "value": ["+", ["state", "n"], "$by"], "as": "n"}], "return": "$n"}
		}}`,
		sdl{"a", `type Query { us: [U!] one: Int add(a: Int! = 1, b: Int! = 2): Int list(of: [Int!]! = []): Int in(in: In!): Int any(of: Any): String }
			scalar Any
			input In { n: Int! = 5 deep: In }
			type U @key(fields: "id") { id: ID! }
			type Mutation { bump(by: Int! = 1): Int }`},
		sdl{"b", `type U @key(fields: "id") { id: ID! name: String size(by: Int! = 3): Int sure(by: Int! = 4): Int! }`})

	op := `query($v: Int){one add(b: $v)}`
	w.do(t, op).gives(`{"one":1,"add":3}`)
	w.do(t, op, `{"v": 5}`).gives(`{"one":1,"add":6}`)
	w.do(t, op, `{"v": null}`).gives(`{"one":1,"add":null}`, "add BAD_USER_INPUT").asked("a")
	// Nothing else is asked of that subgraph: no request.
	w.do(t, `query($v: Int){add(b: $v)}`, `{"v": null}`).gives(`{"add":null}`, "add BAD_USER_INPUT").asked("")
	op = `query($v: Int){us{id size(by: $v)}}`
	w.do(t, op).gives(`{"us":[{"id":"1","size":3},{"id":"2","size":3}]}`)
	w.do(t, op, `{"v": null}`).gives(`{"us":[{"id":"1","size":null},{"id":"2","size":null}]}`, "us.0.size BAD_USER_INPUT", "us.1.size BAD_USER_INPUT").asked("a")
	w.do(t, `query($v: Int){us{name x: size(by: $v)}}`, `{"v": null}`).gives(`{"us":[{"name":"ann","x":null},{"name":"bob","x":null}]}`, "us.0.x", "us.1.x").asked("a b")
	// Null goes up to where it may be, one error for each field.
	w.do(t, `query($v: Int){one us{id sure(by: $v)}}`, `{"v": null}`).gives(`{"one":1,"us":null}`, "us.0.sure BAD_USER_INPUT")
	// The variable's own default allows the same, and @skip and aliases go on.
	op = `query($v: Int = 7, $no: Boolean!){add(a: $v) n: add(a: 1, b: $v) @skip(if: $no)}`
	w.do(t, op, `{"no": false}`).gives(`{"add":9,"n":8}`)
	w.do(t, op, `{"v": null, "no": false}`).gives(`{"add":null,"n":null}`, "add BAD_USER_INPUT", "n BAD_USER_INPUT").asked("")
	w.do(t, op, `{"v": null, "no": true}`).gives(`{"add":null}`, "add BAD_USER_INPUT").asked("")
	// Two at once are one error.
	w.do(t, `query($v: Int, $w: Int){add(a: $v, b: $w)}`, `{"v": null, "w": null}`).gives(`{"add":null}`, "add BAD_USER_INPUT").asked("")
	w.do(t, `query($v: Int, $w: Int){add(a: $v, b: $w)}`, `{"v": 4, "w": null}`).gives(`{"add":null}`, "add BAD_USER_INPUT").asked("")
	w.do(t, `query($v: Int, $w: Int){add(a: $v, b: $w)}`, `{"v": 4}`).gives(`{"add":6}`)
	// Input fields and elements of lists, at any depth.
	op = `query($v: Int){in(in: {n: $v})}`
	w.do(t, op).gives(`{"in":5}`)
	w.do(t, op, `{"v": 6}`).gives(`{"in":6}`)
	w.do(t, op, `{"v": null}`).gives(`{"in":null}`, "in BAD_USER_INPUT").asked("")
	w.do(t, `query($v: Int){in(in: {n: 1, deep: {n: $v}})}`, `{"v": null}`).gives(`{"in":null}`, "in BAD_USER_INPUT").asked("")
	w.do(t, `query($v: Int = 1){list(of: [2, $v])}`, `{"v": null}`).gives(`{"list":null}`, "list BAD_USER_INPUT").asked("")
	w.do(t, `query($v: [Int!]){list(of: $v)}`, `{"v": null}`).gives(`{"list":null}`, "list BAD_USER_INPUT").asked("")
	w.do(t, `query($v: [Int!]){list(of: $v)}`, `{"v": [1]}`).gives(`{"list":1}`)
	// Mutations that are not executed do nothing; the others run.
	w.do(t, `mutation($v: Int){x: bump(by: $v) y: bump z: bump(by: $v)}`, `{"v": null}`).gives(`{"x":null,"y":1,"z":null}`, "x BAD_USER_INPUT", "z BAD_USER_INPUT").asked("a")
	// What is inside a custom scalar has no type.
	w.do(t, `query($v: Int){any(of: {a: $v})}`, `{"v": null}`).gives(`{"any":"null"}`)
	w.do(t, `query($v: Int){any(of: {a: $v})}`, `{"v": 1}`).gives(`{"any":"set"}`)
	// A condition is decided before anything is executed.
	w.do(t, `query($v: Boolean = true){one @include(if: $v)}`, `{"v": null}`).refused("null cannot decide")
}
