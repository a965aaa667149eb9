package operation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/operation"
)

const coercionSDL = `
type Query { f(
  int: Int, float: Float, string: String, boolean: Boolean, id: ID, enum: E, json: JSON,
  ints: [Int], matrix: [[Int!]], input: In, inputs: [In!], one: One, jsons: [JSON!]
): Int }
enum E { A B LONG_VALUE }
scalar JSON
input In { items: [Item!], name: String = "n", e: E, nested: Item = {qty: 7}, json: JSON }
input Item { qty: Int! = 1, tags: [String!], sub: In }
input Strict { a: Int!, b: Int }
input One @oneOf { a: Int, b: String, c: Item }
extend type Query { strict(in: Strict!): Int }
`

// coerceOne coerces one variable of a type; absent values give "<absent>".
func coerceOne(t *testing.T, front *operation.Front, typ, raw string) (string, operation.Errors) {
	t.Helper()
	op, errs := front.Parse("query ($v: "+typ+") { f(json: {v: $v}) }", "")
	if errs != nil {
		t.Fatalf("%s: %v", typ, errs)
	}
	var values operation.Values
	if errs := op.Coerce([]byte(raw), &values); errs != nil {
		return "", errs
	}
	if values.Raw[0] == nil {
		return "<absent>", nil
	}
	return string(values.Raw[0]), nil
}

func TestCoerce(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	for _, c := range []struct {
		typ, raw, want string // want is the value, or "!" and part of the error
	}{
		{"Int", `{"v":1}`, `1`},
		{"Int", ` { "v" : -2147483648 } `, `-2147483648`},
		{"Int", `{"v":2147483647}`, `2147483647`},
		{"Int", `{"v":2147483648}`, `!32-bit`},
		{"Int", `{"v":-2147483649}`, `!32-bit`},
		{"Int", `{"v":123456789012345678901234567890}`, `!32-bit`},
		{"Int", `{"v":5.0}`, `5`},
		{"Int", `{"v":1e3}`, `1000`},
		{"Int", `{"v":1.5}`, `!32-bit`},
		{"Int", `{"v":1e300}`, `!32-bit`},
		{"Int", `{"v":-0}`, `-0`},
		{"Int", `{"v":-0.000e9}`, `0`},
		{"Int", `{"v":0e999999999999999999999}`, `0`},
		{"Int", `{"v":-21474836480.00E-1}`, `-2147483648`},
		{"Int", `{"v":2147483647.0}`, `2147483647`},
		{"Int", `{"v":2147483648.0}`, `!32-bit`},
		{"Int", `{"v":0.00021e5}`, `21`},
		{"Int", `{"v":0.00021e4}`, `!32-bit`},
		{"Int", `{"v":1200e-2}`, `12`},
		{"Int", `{"v":1200e-3}`, `!32-bit`},
		{"Int", `{"v":1.00000000000000000001}`, `!32-bit`},
		{"Int", `{"v":0.99999999999999999999}`, `!32-bit`},
		{"Int", `{"v":1e-400}`, `!32-bit`},
		{"Int", `{"v":1e400}`, `!32-bit`},
		{"Int", `{"v":1e10}`, `!32-bit`},
		{"Int", `{"v":1e99999999999999999999}`, `!32-bit`},
		{"Int", `{"v":1e-99999999999999999999}`, `!32-bit`},
		{"Int", `{"v":9007199254740993}`, `!32-bit`},
		{"Int", `{"v":"1"}`, `!expected Int, found a string`},
		{"Int", `{"v":true}`, `!expected Int, found a boolean`},
		{"Int", `{"v":[1]}`, `!expected Int, found a list`},
		{"Int", `{"v":null}`, `null`},
		{"Int", `{}`, `<absent>`},
		{"Int", ``, `<absent>`},
		{"Int", `null`, `<absent>`},
		{"Int = 4", `{}`, `4`},
		{"Int = 4", `{"v":null}`, `null`},
		{"Int = null", `{}`, `null`},
		{"Int!", `{}`, `!a value of type Int! is required`},
		{"Int!", `{"v":null}`, `!expected Int!, found null`},
		{"Int! = 4", `{}`, `4`},
		{"Int! = 4", `{"v":null}`, `!expected Int!, found null`},
		{"Float", `{"v":1}`, `1`},
		{"Float", `{"v":1.50}`, `1.50`},
		{"Float", `{"v":-1.5e-10}`, `-1.5e-10`},
		{"Float", `{"v":1e999}`, `!double precision`},
		{"Float", `{"v":-1e400}`, `!double precision`},
		{"Float", `{"v":1.7976931348623157e308}`, `1.7976931348623157e308`},
		{"Float", `{"v":1e-400}`, `1e-400`},
		{"Float", `{"v":9007199254740993}`, `9007199254740993`},
		{"Float", `{"v":1` + strings.Repeat("0", 400) + `}`, `!double precision`},
		{"Float", `{"v":true}`, `!expected Float, found a boolean`},
		{"Float", `{"v":"1.5"}`, `!expected Float, found a string`},
		{"String", `{"v":"a\u00e9\n"}`, `"a\u00e9\n"`},
		{"String", `{"v":"\ud83d\ude00"}`, `"\ud83d\ude00"`},
		{"String", `{"v":"\ud83d"}`, `!escape is invalid`},
		{"String", `{"v":"\udc00\ud83d"}`, `!escape is invalid`},
		{"String", `{"v":"\ud83dx"}`, `!escape is invalid`},
		{"ID", `{"v":"\ude00"}`, `!escape is invalid`},
		{"JSON", `{"v":{"\ud83d":1}}`, `!escape is invalid`},
		{"String", `{"v":"\u{1F600}"}`, `!escape`},
		{"String", `{"v":["a"]}`, `!expected String, found a list`},
		{"String", `{"v":1}`, `!expected String, found a number`},
		{"String", `{"v":{}}`, `!expected String, found an object`},
		{"Boolean", `{"v":false}`, `false`},
		{"Boolean", `{"v":0}`, `!expected Boolean, found a number`},
		{"Boolean", `{"v":"true"}`, `!expected Boolean, found a string`},
		{"ID", `{"v":"a"}`, `"a"`},
		{"ID", `{"v":123456789012345678901234567890}`, `123456789012345678901234567890`},
		{"ID", `{"v":9007199254740993}`, `9007199254740993`},
		{"ID", `{"v":-4}`, `-4`},
		{"ID", `{"v":""}`, `""`},
		{"ID", `{"v":1.0}`, `!expected ID, found a number`},
		{"ID", `{"v":1e3}`, `!expected ID, found a number`},
		{"ID", `{"v":["a"]}`, `!expected ID, found a list`},
		{"ID", `{"v":1.5}`, `!expected ID, found a number`},
		{"ID", `{"v":true}`, `!expected ID, found a boolean`},
		{"E", `{"v":"A"}`, `"A"`},
		{"E", `{"v":"\u0041"}`, `"\u0041"`},
		{"E", `{"v":"C"}`, `!does not exist in enum E`},
		{"E", `{"v":"a"}`, `!does not exist in enum E`},
		{"E", `{"v":null}`, `null`},
		{"E", `{"v":true}`, `!expected E, found a boolean`},
		{"E", `{"v":["A"]}`, `!expected E, found a list`},
		{"[E!]", `{"v":"B"}`, `["B"]`},
		{"[E!]", `{"v":["A","X"]}`, `!Variable "$v[1]": the value does not exist`},
		{"E = A", `{}`, `"A"`},
		{"E", `{"v":1}`, `!expected E, found a number`},
		{"JSON", `{"v": {"a":[1.10,{"b":null}]} }`, `{"a":[1.10,{"b":null}]}`},
		{"JSON", `{"v":12345678901234567890123}`, `12345678901234567890123`},
		{"JSON", `{"v":[9007199254740993,-0.0,1e400,1E-400,1.10]}`, `[9007199254740993,-0.0,1e400,1E-400,1.10]`},
		{"JSON", `{"v": {"a" : 1, "a" : 2 , "b":"\u0041\/"} }`, `{"a" : 1, "a" : 2 , "b":"\u0041\/"}`},
		{"JSON = {a: [1.50, B, \"x\"], b: null}", `{}`, `{"a":[1.50,"B","x"],"b":null}`},
		{"JSON!", `{"v":null}`, `!found null`},
		{"[JSON!]", `{"v":{"a":1}}`, `[{"a":1}]`},
		{"[JSON!]", `{"v":[1,null]}`, `!$v[1]`},
		{"[Int]", `{"v":[1, null, 3]}`, `[1, null, 3]`},
		{"[Int]", `{"v":[]}`, `[]`},
		{"[Int]", `{"v":1}`, `[1]`},
		{"[Int]", `{"v":null}`, `null`},
		{"[Int]", `{"v":[1,"b"]}`, `!Variable "$v[1]": expected Int, found a string.`},
		{"[Int]", `{"v":"b"}`, `!expected Int, found a string`},
		{"[Int!]!", `{"v":[null]}`, `!expected Int!, found null`},
		{"[[Int!]]", `{"v":1}`, `[[1]]`},
		{"[[Int!]]", `{"v":[1,[2,3],null]}`, `[[1],[2,3],null]`},
		{"[[Int!]]", `{"v":[[1],[null]]}`, `!Variable "$v[1][0]"`},
		{"[Int] = 3", `{}`, `[3]`},
		{"[[Int!]] = 3", `{}`, `[[3]]`},
		{"[[Int!]] = [1, [2]]", `{}`, `[[1],[2]]`},
		{"[[[Int]!]]", `{"v":5}`, `[[[5]]]`},
		{"[[[Int]!]]", `{"v":[[5],[[6],null]]}`, `!Variable "$v[1][1]": expected [Int]!, found null.`},
		{"[[[Int]!]]", `{"v":[5,[6,[7,null]],[[]]]}`, `[[[5]],[[6],[7,null]],[[]]]`},
		{"[Int!]!", `{"v":1.0}`, `[1]`},
		{"[Float!]", `{"v":[1,2.50]}`, `[1,2.50]`},
		{"[ID]", `{"v":[1,"a",9007199254740993]}`, `[1,"a",9007199254740993]`},
		{"[String]", `{"v":{}}`, `!expected String, found an object`},
		{"[In!]!", `{"v":[{"name":"a","nested":null},null]}`, `!Variable "$v[1]": expected In!, found null.`},
		{"Strict!", `{"v":{"a":1}}`, `{"a":1}`},
		{"Strict!", `{"v":{"b":null,"a":1}}`, `{"b":null,"a":1}`},
		{"Strict!", `{"v":{"b":1}}`, `!field "a" of required type Int! was not provided`},
		{"Strict!", `{"v":{"a":null}}`, `!Variable "$v.a": expected Int!, found null`},
		{"Strict!", `{"v":{"a":1,"c":2}}`, `!field "c" is not defined by type Strict`},
		{"Strict!", `{"v":{"a":1,"a":2}}`, `{"a":2}`},
		{"Strict!", `{"v":{"a":"x","\u0061":2}}`, `{"a":2}`},
		{"Strict!", `{"v":1}`, `!expected Strict!, found a number`},
		{"Strict!", `{"v":[]}`, `!expected Strict!, found a list`},
		{"In", `{"v":{}}`, `{"name":"n","nested":{"qty":7}}`},
		{"In", `{"v":{"name":null,"nested":null}}`, `{"name":null,"nested":null}`},
		{"In", `{"v":{"nested":{},"json":{"x":1.0}}}`, `{"name":"n","nested":{"qty":1},"json":{"x":1.0}}`},
		{"In", `{"v":{"name":"x","nested":{"qty":1},"items":{"qty":2}}}`, `{"items":[{"qty":2}],"name":"x","nested":{"qty":1}}`},
		{"In", `{"v":{"items":[{"qty":1},{"qty":2},{"qty":"x"}]}}`, `!Variable "$v.items[2].qty": expected Int!, found a string.`},
		{"In", `{"v":{"items":[{"sub":{"items":[{"tags":["a",null]}]}}]}}`, `!Variable "$v.items[0].sub.items[0].tags[1]"`},
		{"In", `{"v":{"nested":{"sub":{}}}}`, `{"name":"n","nested":{"qty":1,"sub":{"name":"n","nested":{"qty":7}}}}`},
		{"In", `{"v":{"nested":{"qty":null}}}`, `!Variable "$v.nested.qty": expected Int!, found null.`},
		{"In", `{"v":{"name":"x","nested":null,"items":{"qty":1,"tags":"t"}}}`, `{"items":[{"qty":1,"tags":["t"]}],"name":"x","nested":null}`},
		{"In", `{"v":{"name":"x","name":"y","nested":null}}`, `{"name":"y","nested":null}`},
		{"In", `{"v":{"e":"A","nested":{"qty":2.0}}}`, `{"name":"n","e":"A","nested":{"qty":2}}`},
		{"In", `{"v":{"Name":"x"}}`, `!field "Name" is not defined by type In`},
		{"In", `{"v":{"__typename":"In"}}`, `!field "__typename" is not defined by type In`},
		{"In!", `{"v":null}`, `!expected In!, found null`},
		{"In", `{"v":"{}"}`, `!expected In, found a string`},
		{"In = {nested: {sub: {nested: null}}}", `{}`, `{"name":"n","nested":{"qty":1,"sub":{"name":"n","nested":null}}}`},
		{"In = {e: B}", `{}`, `{"name":"n","e":"B","nested":{"qty":7}}`},
		{"[In!]", `{"v":{"name":"a","nested":null}}`, `[{"name":"a","nested":null}]`},
		{"One", `{"v":{"a":1}}`, `{"a":1}`},
		{"One", `{"v":{"c":{}}}`, `{"c":{"qty":1}}`},
		{"One", `{"v":{}}`, `!exactly one field`},
		{"One", `{"v":{"a":1,"b":"x"}}`, `!exactly one field`},
		{"One", `{"v":{"a":1,"b":null}}`, `!must not be null`},
		{"One", `{"v":{"a":null}}`, `!Variable "$v.a": the field of a oneOf input object must not be null.`},
		{"One", `{"v":null}`, `null`},
		{"One!", `{"v":null}`, `!expected One!, found null`},
		{"One", `{"v":{"a":null,"b":"x"}}`, `!must not be null`},
		{"One", `{"v":{"a":1,"a":2}}`, `{"a":2}`},
		{"One", `{"v":{"a":1,"a":null}}`, `!must not be null`},
		{"One", `{"v":{"a":"x"}}`, `!Variable "$v.a": expected Int, found a string.`},
		{"One", `{"v":{"c":{"qty":"x"}}}`, `!Variable "$v.c.qty"`},
		{"One", `{"v":{"a":1,"z":1}}`, `!field "z" is not defined`},
		{"One", `{"v":{"a":1.0}}`, `{"a":1}`},
		{"[One!]", `{"v":{"b":"x"}}`, `[{"b":"x"}]`},
		{"[One!]", `{"v":[{"b":"x"},{}]}`, `!Variable "$v[1]": exactly one field`},
		{"One = {b: \"x\"}", `{}`, `{"b":"x"}`},
		{"One", `{"v":{"z":1}}`, `!field "z" is not defined`},
		{"Int", `{"v":1,"v":2}`, `2`},
		{"Int", `{"v":"x","\u0076":2}`, `2`},
		{"Int", `{"v":2,"other":"ignored","_0":1}`, `2`},
		{"Int", `[1]`, `!must be a JSON object, not a list`},
		{"Int", `"x"`, `!must be a JSON object, not a string`},
		{"Int", `{"v":1`, `!not valid JSON`},
		{"Int", `{"v":01}`, `!not valid JSON`},
		{"Int", `{"v":1} x`, `!not valid JSON`},
		{"String", "{\"v\":\"a\nb\"}", `!control character`},
		{"String", "{\"v\":\"\xff\"}", `!UTF-8`},
		{"String", `{"v":"\x"}`, `!escape`},
		{"JSON", `{"v":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, `!nested too deep`},
	} {
		t.Run(c.typ+" "+c.raw[:min(len(c.raw), 60)], func(t *testing.T) {
			got, errs := coerceOne(t, front, c.typ, c.raw)
			if want, isError := strings.CutPrefix(c.want, "!"); isError {
				if len(errs) != 1 || errs[0].Code != operation.CodeBadUserInput || !strings.Contains(errs[0].Message, want) {
					t.Errorf("got %q %v, want error %q", got, errs, want)
				}
				return
			}
			if errs != nil || got != c.want {
				t.Errorf("got %q %v, want %q", got, errs, c.want)
			}
		})
	}
}

func TestCoerceReportsEveryVariable(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	op := mustParse(t, front, `query ($a: Int!, $b: E, $c: In) { f(int: $a, enum: $b, input: $c) }`)
	var values operation.Values
	errs := op.Coerce([]byte(`{"b":"X","c":{"items":[{"qty":null}]}}`), &values)
	var paths []string
	for _, err := range errs {
		paths = append(paths, err.Variable)
	}
	if fmt.Sprint(paths) != "[$a $b $c.items[0].qty]" {
		t.Errorf("got %v: %v", paths, errs)
	}
}

// TestValuesCanBeReused: nothing of one request may be seen in the next.
func TestValuesCanBeReused(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	a := mustParse(t, front, `query ($a: Int, $b: [Int], $c: In) { f(int: $a, ints: $b, input: $c, float: 1.5) }`)
	b := mustParse(t, front, `query ($x: ID) { f(id: $x) }`)
	var values operation.Values
	for range 3 {
		if errs := a.Coerce([]byte(`{"a":1,"b":2,"c":{}}`), &values); errs != nil {
			t.Fatal(errs)
		}
		if got := fmt.Sprintf("%s", values.Raw); got != `[1 [2] {"name":"n","nested":{"qty":7}} 1.5]` {
			t.Fatal(got)
		}
		if errs := b.Coerce(nil, &values); errs != nil || len(values.Raw) != 1 || values.Raw[0] != nil {
			t.Fatalf("%s %v", values.Raw, errs)
		}
		if errs := a.Coerce([]byte(`{"a":true}`), &values); errs == nil {
			t.Fatal("accepted")
		}
		if errs := a.Coerce([]byte(`{}`), &values); errs != nil || values.Raw[0] != nil || values.Raw[1] != nil || values.Raw[2] != nil {
			t.Fatalf("%s %v", values.Raw, errs)
		}
	}
}

func TestBits(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	op := mustParse(t, front, `query ($b: Boolean!, $i: Int, $a: Boolean = true) { x: f(int: $i) @skip(if: $a) y: f @include(if: $b) }`)
	var values operation.Values
	for raw, want := range map[string]uint64{
		`{"b":true}`:            0b11,
		`{"b":false}`:           0b10,
		`{"b":true,"a":false}`:  0b01,
		`{"b":false,"a":false}`: 0b00,
	} {
		if errs := op.Coerce([]byte(raw), &values); errs != nil {
			t.Fatal(errs)
		}
		if got := op.Bits(&values); got != want {
			t.Errorf("%s: bits %b, want %b", raw, got, want)
		}
	}
	if errs := op.Coerce([]byte(`{"b":true,"a":null}`), &values); len(errs) != 1 || errs[0].Variable != "$a" {
		t.Errorf("null decides a condition: %v", errs)
	}
}

func TestAppendValue(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	op := mustParse(t, front, `query ($q: Int, $s: String, $n: String) {
		f(input: {items: {qty: $q, tags: ["a", "b"]}, name: $s, json: {x: [$n, 1.50], y: $n}}, matrix: [[1], [2]])
	}`)
	args := op.Root.Selections[0].Args
	if args[0].Name != "matrix" || args[1].Name != "input" {
		t.Fatalf("arguments: %+v", args)
	}
	for raw, want := range map[string]string{
		`{}`:                            `{"items":[{"qty":1,"tags":["a","b"]}],"name":"n","nested":{"qty":7},"json":{"x":[null,1.50]}}`,
		`{"q":5,"s":null,"n":"\u00e9"}`: `{"items":[{"qty":5,"tags":["a","b"]}],"name":null,"nested":{"qty":7},"json":{"x":["\u00e9",1.50],"y":"\u00e9"}}`,
	} {
		var values operation.Values
		if errs := op.Coerce([]byte(raw), &values); errs != nil {
			t.Fatal(errs)
		}
		got, given := op.AppendValue(nil, &args[1].Value, &values)
		if !given || string(got) != want || !json.Valid(got) {
			t.Errorf("%s:\n got %s\nwant %s", raw, got, want)
		}
		if got, _ := op.AppendValue([]byte("m="), &args[0].Value, &values); string(got) != "m=[[1],[2]]" {
			t.Errorf("matrix: %s", got)
		}
	}
	op = mustParse(t, front, `query ($q: Int) { f(int: $q) }`)
	var values operation.Values
	if errs := op.Coerce(nil, &values); errs != nil {
		t.Fatal(errs)
	}
	if got, given := op.AppendValue(nil, &op.Root.Selections[0].Args[0].Value, &values); given || len(got) > 0 {
		t.Errorf("an absent variable gives %q", got)
	}
}

func TestCoerceDoesNotAllocate(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	for name, c := range map[string]struct{ query, raw string }{
		"unchanged": {
			`query ($a: Int!, $b: E, $c: Strict!, $d: JSON, $s: String, $f: [Int]) { f(int: $a, enum: $b, json: $d, string: $s, ints: $f, float: 2.5) strict(in: $c) }`,
			`{"a":1,"b":"LONG_VALUE","c":{"a":1,"b":2},"d":{"x":[1,2,{"y":null}]},"s":"text \u00e9 more","f":[1,2,3]}`,
		},
		"rewritten": {
			`query ($c: In, $f: [Int]) { f(input: $c, ints: $f) }`,
			`{"c":{"items":[{},{"tags":"a"}]},"f":7}`,
		},
		"no variables": {`{ f(int: 1) }`, ``},
	} {
		op := mustParse(t, front, c.query)
		var values operation.Values
		raw := []byte(c.raw)
		allocs := testing.AllocsPerRun(100, func() {
			if errs := op.Coerce(raw, &values); errs != nil {
				t.Fatal(errs)
			}
			_ = op.Bits(&values)
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
