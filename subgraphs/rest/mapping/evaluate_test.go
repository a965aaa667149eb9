package mapping

import (
	"fmt"
	"strings"
	"testing"
)

func mustValue(t testing.TB, text string) Value {
	t.Helper()
	v, err := ParseValueJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// apply runs a selection both ways and returns the output, "-" if there is
// none, and the issues.
func apply(t *testing.T, s *Selection, in string, vars *Variables) (string, []Issue) {
	t.Helper()
	v := mustValue(t, in)
	var issues, again []Issue
	out, ok := s.Append([]byte("x"), v, vars, &issues)
	built, ok2 := s.Evaluate(v, vars, &again)
	if ok != ok2 {
		t.Errorf("%s: Append gives %v, Evaluate %v", s, ok, ok2)
	}
	if out[0] != 'x' || !ok && len(out) != 1 {
		t.Errorf("%s: Append does not keep the buffer: %s", s, out)
	}
	if !ok {
		return "-", issues
	}
	if !sameJSON(t, out[1:], built.AppendJSON(nil)) {
		t.Errorf("%s: Append gives %s, Evaluate %s", s, out[1:], built.AppendJSON(nil))
	}
	return string(out[1:]), issues
}

// cases are selection, input, output ("-" for none) and how many issues.
type evaluation struct {
	selection, in, out string
	issues             int
}

func runEvaluations(t *testing.T, cases []evaluation) {
	t.Helper()
	for _, c := range cases {
		s, err := Parse(c.selection)
		if err != nil {
			t.Errorf("%s: %v", c.selection, err)
			continue
		}
		out, issues := apply(t, s, c.in, nil)
		if out != c.out || len(issues) != c.issues {
			t.Errorf("%s\n of %s\n gives %s %v,\n want  %s and %d issues", c.selection, c.in, out, issues, c.out, c.issues)
		}
		again, err := Parse(s.String())
		if err != nil {
			t.Errorf("%s is printed as %s: %v", c.selection, s, err)
			continue
		}
		if again.String() != s.String() {
			t.Errorf("%s is printed as %s, then as %s", c.selection, s, again)
		}
		if out2, issues2 := apply(t, again, c.in, nil); out2 != out || len(issues2) != len(issues) {
			t.Errorf("%s is printed as %s, which gives %s", c.selection, s, out2)
		}
	}
}

func TestSyntax(t *testing.T) {
	runEvaluations(t, []evaluation{
		// Fields, aliases, nesting.
		{`a b { c d }`, `{"a":1,"b":{"c":2,"d":3,"e":4},"f":5}`, `{"a":1,"b":{"c":2,"d":3}}`, 0},
		{`x: a y: b.c`, `{"a":1,"b":{"c":2}}`, `{"x":1,"y":2}`, 0},
		{`x: { a y: { b } }`, `{"a":1,"b":2}`, `{"x":{"a":1,"y":{"b":2}}}`, 0},
		{`{ a }`, `{"a":1,"b":2}`, `{"a":1}`, 0},
		{`a, b`, `{"a":1,"b":2}`, `{"a":1,"b":2}`, 0},
		{``, `{"a":1}`, `{}`, 0},
		{"a # comment\n# another\nb", `{"a":1,"b":2}`, `{"a":1,"b":2}`, 0},
		{`a b`, `{"a":null}`, `{"a":null}`, 1},
		{`a x: a a: b`, `{"a":1,"b":2}`, `{"a":2,"x":1}`, 0},
		{`a { b } a { c }`, `{"a":{"b":1,"c":2}}`, `{"a":{"b":1,"c":2}}`, 0},
		// Paths.
		{`$`, `[1, 2]`, `[1, 2]`, 0},
		{`@`, `{"a":1}`, `{"a":1}`, 0},
		{`$.a`, `{"a":1.0}`, `1.0`, 0},
		{`a.b`, `{"a":{"b":9007199254740993}}`, `9007199254740993`, 0},
		{`$ . a . b`, `{"a":{"b":1}}`, `1`, 0},
		{`a.b { c }`, `{"a":{"b":{"c":1,"d":2}}}`, `{"c":1}`, 0},
		{`id a.b { c }`, `{"id":0,"a":{"b":{"c":1,"d":2}}}`, `{"id":0,"c":1}`, 0},
		{`id $.a { c }`, `{"id":0,"a":{"c":1}}`, `{"id":0,"c":1}`, 0},
		{`id $.a`, `{"id":0,"a":{"c":1}}`, `{"id":0,"a":{"c":1}}`, 0},
		{`a.b`, `{"a":{}}`, `-`, 1},
		{`a.b`, `{"a":null}`, `-`, 1},
		{`$.a.b.c`, `{"a":7}`, `-`, 1},
		// Quoted keys.
		{`id: $.'task-id'`, `{"task-id":"t"}`, `{"id":"t"}`, 0},
		{`id: 'task-id'`, `{"task-id":"t"}`, `{"id":"t"}`, 0},
		{`"x y" 'p"q': a`, `{"x y":1,"a":2}`, `{"x y":1,"p\"q":2}`, 0},
		{`'it\'s': "\u00e9"`, `{"é":1}`, `{"it's":1}`, 0},
		{`x: "é"`, `{"\u00e9":1}`, `{"x":1}`, 0},
		{`x: "a€b"`, `{"a\u20ac":0,"a€b\u0000":0,"\u0061€b":1}`, `{"x":1}`, 0},
		// Lists map at every level.
		{`$.a { b }`, `{"a":[{"b":1},{"b":2,"c":3}]}`, `[{"b":1},{"b":2}]`, 0},
		{`x: a { b { c } }`, `{"a":[[{"b":[{"c":1}]}],[]]}`, `{"x":[[{"b":[{"c":1}]}],[]]}`, 0},
		{`a.b`, `{"a":[{"b":1},{},[{"b":2}],null]}`, `[1,null,[2],null]`, 2},
		{`a.b.c`, `{"a":[{"b":[{"c":1},{"c":2}]},{"b":{"c":3}}]}`, `[[1,2],3]`, 0},
		{`id`, `[{"id":1},{"id":2}]`, `[{"id":1},{"id":2}]`, 0},
		{`artists: artist_ids { id: $ }`, `{"artist_ids":[1,"2",null]}`, `{"artists":[{"id":1},{"id":"2"},{"id":null}]}`, 0},
		{`a { x }`, `{"a":[1,"s",null,true,{"x":0}]}`, `{"a":[1,"s",null,true,{"x":0}]}`, 4},
		{`a { x }`, `{"a":null}`, `{"a":null}`, 1},
		// Literals and expressions.
		{`$({a: 1, "b": [true, null, -2.50], c: {d: 'x'}})`, `{}`, `{"a":1,"b":[true,null,-2.50],"c":{"d":"x"}}`, 0},
		{`x: $(1) y: $("s") z: $(true) n: $(null) m: $(- 1)`, `{}`, `{"x":1,"y":"s","z":true,"n":null,"m":-1}`, 0},
		{`x: [a, 'b', $.c { d }, missing]`, `{"a":1,"c":{"d":2,"e":3}}`, `{"x":[1,"b",{"d":2},null]}`, 1},
		{`x: 5 y: -.5 z: 1. e: 1e3 o: 007`, `{}`, `{"x":5,"y":-0.5,"z":1.0,"e":1e3,"o":7}`, 0},
		{`$({a, b: $.b.c, d { e }, ...f})`, `{"a":1,"b":{"c":2},"d":{"e":3},"f":{"g":4}}`, `{"a":1,"b":2,"d":{"e":3},"g":4}`, 0},
		{`$({x: missing, y: 1})`, `{}`, `{"y":1}`, 1},
		{`$(true.a)`, `{}`, `-`, 1},
		{`$([1,2]->first)`, `{}`, `1`, 0},
		{`$("abc"->slice(1))`, `{}`, `"bc"`, 0},
		{`$(-1->add(10))`, `{}`, `9`, 0},
		{`$({a: 'ay'}.a)`, `{}`, `"ay"`, 0},
		{`x: $('a\n\u00e9\'\\')`, `{}`, `{"x":"a\né'\\"}`, 0},
		{`a->echo({ x: @.b, y: $.c }) { y }`, `{"a":{"b":1},"c":2}`, `{"y":2}`, 0},
		// Spread.
		{`a ...b`, `{"a":1,"b":{"c":2,"a":3}}`, `{"a":3,"c":2}`, 0},
		{`a ...b c`, `{"a":1,"b":null,"c":2}`, `null`, 0},
		{`a ...b`, `{"a":1,"b":[1]}`, `{"a":1}`, 1},
		{`a ...b`, `{"a":1}`, `{"a":1}`, 2},
		{`x { a ...b }`, `{"x":[{"a":1,"b":{"c":2}},{"b":null}]}`, `{"x":[{"a":1,"c":2},null]}`, 1},
		{`...kind->match(["book", { t: "Book", pages }], ["Other"])`, `{"kind":"book","pages":3}`, `{"t":"Book","pages":3}`, 0},
		// Operators.
		{`x: a ?? b ?? "none"`, `{"a":null}`, `{"x":"none"}`, 0},
		{`x: a ?! "none"`, `{"a":null}`, `{"x":null}`, 0},
		{`$(a ?? $(b ?! 3))`, `{"a":null}`, `3`, 0},
		{`$(a ?? b)`, `{}`, `-`, 2},
		{`$(a.x ?? b)`, `{"b":1}`, `1`, 0},
		// Optional steps.
		{`x: a?.b?.c y: d? z`, `{"a":{"b":null},"d":null,"z":1}`, `{"z":1}`, 0},
		{`a? { b }`, `{"a":null}`, `{}`, 0},
		{`a? { b }`, `{"a":{"b":1}}`, `{"a":{"b":1}}`, 0},
		{`x: a?->jsonStringify y: b->jsonStringify`, `{"a":null,"b":null}`, `{"y":"null"}`, 0},
		{`x: a->get(5)?`, `{"a":[]}`, `{}`, 0},
		{`x: a.b?`, `{"a":[{"b":1},{}]}`, `{"x":[1,null]}`, 0},
	})
}

func TestMethods(t *testing.T) {
	cases := []evaluation{
		{`$->add(1, 2.5)`, `1`, `4.5`, 0},
		{`$->add(1)`, `9223372036854775807`, `9223372036854776000.0`, 0},
		{`$->add(1)`, `9007199254740993`, `9007199254740994`, 0},
		{`$->sub(1)`, `-9223372036854775808`, `-9223372036854776000.0`, 0},
		{`$->mul(-1)`, `-9223372036854775808`, `9223372036854776000.0`, 0},
		{`$->mul(1e300)`, `1e300`, `-`, 1},
		{`$->div(0)`, `1`, `-`, 1},
		{`$->div(4)`, `1`, `0.25`, 0},
		{`$->mod(0)`, `1`, `-`, 1},
		{`$->mod(-1)`, `-9223372036854775808`, `0`, 0},
		{`$->mod(3)`, `-7`, `-1`, 0},
		{`$->add('1')`, `1`, `-`, 1},
		{`$->add(1)`, `"1"`, `-`, 1},
		{`$->mul(0.0000001)`, `1`, `1e-07`, 0},
		{`a->and(b, c)`, `{"a":true,"b":true,"c":false}`, `false`, 0},
		{`a->and(1)`, `{"a":true}`, `-`, 1},
		{`a->and(missing)`, `{"a":false}`, `false`, 0},
		{`a->or(missing)`, `{"a":true}`, `true`, 0},
		{`a->or(b)`, `{"a":null,"b":true}`, `-`, 1},
		{`a->not`, `{"a":1}`, `-`, 1},
		{`a->as($x)->echo([$x.b, @.c])`, `{"a":{"b":1,"c":2}}`, `[1,2]`, 0},
		{`a->as($x, @.b) { c d: $x }`, `{"a":{"b":1,"c":2}}`, `{"c":2,"d":1}`, 0},
		{`a->as($x).list { n: $x.n i: $ }`, `{"a":{"n":"N","list":[1,2]}}`, `[{"n":"N","i":1},{"n":"N","i":2}]`, 0},
		{`x: a->as($x)->echo($x) y: b->as($x)->echo($x)`, `{"a":1,"b":2}`, `{"x":1,"y":2}`, 0},
		{`$->contains("é")`, `["\u00e9"]`, `true`, 0},
		{`$->contains(1)`, `"1"`, `-`, 1},
		{`$->entries`, `{"a":1}`, `[{"key":"a","value":1}]`, 0},
		{`$->entries { k: key }`, `{"a":1,"b":2}`, `[{"k":"a"},{"k":"b"}]`, 0},
		{`$->eq({b: [2.0], a: 1})`, `{"a":1.0,"b":[2]}`, `true`, 0},
		{`$->eq("1")`, `1`, `false`, 0},
		{`$->eq(null)`, `null`, `true`, 0},
		{`$->ne(9007199254740992)`, `9007199254740993`, `true`, 0},
		{`$->filter(@.a)`, `[{"a":true,"b":1},{"a":false}]`, `[{"a":true,"b":1}]`, 0},
		{`$->filter(@->as($u)->echo($u.a)->and($u.b->gt(1)))`, `[{"a":true,"b":1},{"a":true,"b":2}]`, `[{"a":true,"b":2}]`, 0},
		{`$->filter(1)`, `[]`, `[]`, 0},
		{`$->filter(1)`, `[1]`, `-`, 1},
		{`$->find(@->gt(1))`, `[1,2,3]`, `2`, 0},
		{`$->find(@->gt(9))`, `[1]`, `-`, 0},
		{`$->first`, `"éa"`, `"é"`, 0},
		{`$->last`, `"a\u00e9"`, `"é"`, 0},
		{`$->first`, `""`, `-`, 0},
		{`$->first`, `7`, `7`, 0},
		{`$->get("a b")`, `{"a b":1}`, `1`, 0},
		{`$->get(-1)`, `"aé"`, `"é"`, 0},
		{`$->get(1.5)`, `[1,2]`, `-`, 1},
		{`$->get(0)`, `{"0":1}`, `-`, 1},
		{`$->get(0)`, `null`, `-`, 1},
		{`$->get(-9223372036854775808)`, `[1]`, `-`, 1},
		{`$->gt(1)`, `"a"`, `-`, 1},
		{`$->gt(9007199254740992)`, `9007199254740993`, `true`, 0},
		{`$->gte(1.0)`, `1`, `true`, 0},
		{`$->lt("b")`, `"\u0061"`, `true`, 0},
		{`$->lte(true)`, `true`, `-`, 1},
		{`$->has("a")`, `{"a":null}`, `true`, 0},
		{`$->has(0)`, `null`, `false`, 0},
		{`$->has(-3)`, `[1,2]`, `false`, 0},
		{`$->in(["a", "b"])`, `"b"`, `true`, 0},
		{`$->in("ab")`, `"a"`, `-`, 1},
		{`$->joinNotNull(",")`, `["a",null,1,2.50,true,"\u00e9"]`, `"a,1,2.50,true,é"`, 0},
		{`$->joinNotNull(",")`, `[[1]]`, `-`, 1},
		{`$->joinNotNull(",")`, `[]`, `""`, 0},
		{`$->joinNotNull(",")`, `5`, `"5"`, 0},
		{`$->jsonParse.a`, `"{\"a\":[1]}"`, `[1]`, 0},
		{`$->jsonParse`, `"{"`, `-`, 1},
		{`$->jsonParse`, `1`, `-`, 1},
		{`$->jsonStringify`, `{ "a" : [ 1.0, "\u00e9" ] }`, `"{\"a\":[1.0,\"\\u00e9\"]}"`, 0},
		{`$->keys`, `{"a":1,"b":2}`, `["a","b"]`, 0},
		{`$->values`, `{"a":1,"b":{"c":2}}`, `[1,{"c":2}]`, 0},
		{`$->values { c }`, `{"a":{"c":1},"b":{"c":2,"d":3}}`, `[{"c":1},{"c":2}]`, 0},
		{`$->map({ i: @, n: $->size })`, `[1,2]`, `[{"i":1,"n":2},{"i":2,"n":2}]`, 0},
		{`$->map(@.a)`, `[{"a":1},{}]`, `[1,null]`, 1},
		{`$->match([1, "one"], [@, "many"])`, `1.0`, `"one"`, 0},
		{`$->match([1, "one"], ["many"])`, `2`, `"many"`, 0},
		{`$->match([1, "one"])`, `2`, `-`, 1},
		{`$->matchIf([@->gt(1), "many"], [true, "few"])`, `1`, `"few"`, 0},
		{`$->parseInt(16)`, `"-fF"`, `-255`, 0},
		{`$->parseInt`, `"4_2"`, `-`, 1},
		{`$->parseInt`, `"12.5"`, `-`, 1},
		{`$->parseInt`, `1e30`, `-`, 1},
		{`$->parseInt`, `3.0`, `3`, 0},
		{`$->parseInt(1)`, `"1"`, `-`, 1},
		{`$->parseInt`, `null`, `-`, 1},
		{`$->size`, `"aé\u00e9"`, `3`, 0},
		{`$->slice(1)`, `[1,2,3]`, `[2,3]`, 0},
		{`$->slice(-5, 2)`, `"aéb"`, `"aé"`, 0},
		{`$->slice(2, 1)`, `[1,2,3]`, `[]`, 0},
		{`$->slice(0, 1)`, `{}`, `-`, 1},
		{`$->slice("a")`, `[1]`, `-`, 1},
		{`$->toString`, `1.00`, `"1.00"`, 0},
		{`$->toString`, `[]`, `-`, 1},
		{`$->typeof`, `{}`, `"object"`, 0},
	}
	runEvaluations(t, cases)
	for _, name := range Methods() {
		tested := false
		for _, c := range cases {
			tested = tested || strings.Contains(c.selection+"(", "->"+name+"(") || strings.Contains(c.selection+" ", "->"+name+" ")
		}
		if !tested {
			t.Errorf("->%s has no test", name)
		}
	}
}

func TestVariables(t *testing.T) {
	vars := &Variables{
		Args: mustValue(t, `{"id":"7","in":{"x":[1,2]}}`), This: mustValue(t, `{"a":1}`),
		Batch: mustValue(t, `[{"id":1},{"id":2}]`), Config: mustValue(t, `{"c":1}`), Env: mustValue(t, `{"E":"e"}`),
		Status: Int(200), Request: mustValue(t, `{"headers":{"a":["b"]}}`), Response: mustValue(t, `{"headers":{}}`),
		Context: String("ctx"),
	}
	s := MustParse(`id: $args.id x: $args.in.x t: $this.a b: $batch.id c: $config.c e: $env.E ok: $status->eq(200)
		h: $request.headers.a->first r: $response.headers k: $context list { v: $ id: $args.id }`)
	out, issues := apply(t, s, `{"list":[1]}`, vars)
	want := `{"id":"7","x":[1,2],"t":1,"b":[1,2],"c":1,"e":"e","ok":true,"h":"b","r":{},"k":"ctx","list":[{"v":1,"id":"7"}]}`
	if out != want || len(issues) > 0 {
		t.Errorf("got  %s %v\nwant %s", out, issues, want)
	}
	for _, text := range []string{`a: $args.id b: $args.none`, `$({a: $args.id})`} {
		if got, ok := MustParse(text).Append(nil, Value{}, vars, nil); !ok || string(got) != `{"a":"7"}` {
			t.Errorf("%s without input gives %s", text, got)
		}
	}
	out, issues = apply(t, MustParse(`a: $args.x b: $this? c: $this.a?`), `{}`, &Variables{Args: mustValue(t, `{}`)})
	if out != `{}` || len(issues) != 2 || issues[1].Message != "Variable $this not found" {
		t.Errorf("got %s %v", out, issues)
	}
}

func TestIssues(t *testing.T) {
	_, issues := apply(t, MustParse("a: songs {\n  title: name.first\n}"), `{"songs":[{"name":{"first":1}},{"name":{}}]}`, nil)
	want := Issue{Path: "a[1].title", Message: "Property .first not found in object", Line: 2, Column: 15}
	if len(issues) != 1 || issues[0] != want {
		t.Errorf("got %+v, want %+v", issues, want)
	}
	if got := issues[0].String(); got != "a[1].title: Property .first not found in object (2:15)" {
		t.Error(got)
	}
	_, issues = apply(t, MustParse(`x`), "["+strings.Repeat("{},", 5000)+"{}]", nil)
	if len(issues) != maxIssues {
		t.Errorf("%d issues", len(issues))
	}
}

func TestLimits(t *testing.T) {
	list := "[" + strings.Repeat("1,", 999) + "1]"
	for _, c := range []struct{ selection, in string }{
		{`$->map($->map($->map(1)))`, list},
		{`$->filter($->map($->contains(2))->contains(3))`, list},
		{`x: $` + strings.Repeat(`->echo([@, @])`, 40), `1`},
		{`x: $` + strings.Repeat(`->echo([@, @])`, 40) + `->jsonStringify`, `1`},
		{`x: $` + strings.Repeat(`->echo([@, @])`, 40) + `->as($a)->eq($a)`, `1`},
		{`x: $` + strings.Repeat(`->echo([@, @])`, 40) + `.a`, `1`},
		{`x: $` + strings.Repeat(`->echo([@, @])`, 40) + ` { a: $ }`, `1`},
		{`x: $` + strings.Repeat(`->echo([@, @]->joinNotNull("x"))`, 40), `"abc"`},
		{`$.l->map($({ ...$.o }))`, `{"l":` + list + `,"o":{"` + strings.Repeat(`x`, 100_000) + `":1}}`},
		{`$.l->map($.s->jsonParse)`, `{"l":` + list + `,"s":"[` + strings.Repeat(`1,`, 50_000) + `1]"}`},
		{`$.l->map($.s->eq($.l->first->toString))`, `{"l":` + list + `,"s":"\u0041` + strings.Repeat(`x`, 1_000_000) + `"}`},
		{`$->map($)`, `[` + strings.Repeat(`"`+strings.Repeat("x", 4000)+`",`, 2000) + `1]`},
	} {
		var issues []Issue
		out, ok := MustParse(c.selection).Append(nil, mustValue(t, c.in), nil, &issues)
		if ok || len(out) > 0 || len(issues) == 0 || !issues[len(issues)-1].Limit {
			t.Errorf("%.60s: %v, %d bytes, %v", c.selection, ok, len(out), issues)
		}
	}
	s := MustParse(`a { b }`)
	for _, l := range []Limits{{Steps: 3}, {Bytes: 8}} {
		var issues []Issue
		if out, ok := s.WithLimits(l).Append(nil, mustValue(t, `{"a":[{"b":1},{"b":2},{"b":3}]}`), nil, &issues); ok || !issues[0].Limit {
			t.Errorf("%+v: %s", l, out)
		}
	}
	if _, ok := s.WithLimits(Limits{Values: 2}).Evaluate(mustValue(t, `{"a":[{"b":1},{"b":2},{"b":3}]}`), nil, nil); ok {
		t.Error("values are not limited")
	}
}

func TestConcurrentUse(t *testing.T) {
	s := MustParse(`a->as($x)->map({ v: @, s: $x->size })`)
	in := mustValue(t, `{"a":[1,2]}`)
	done := make(chan string)
	for range 8 {
		go func() {
			var out []byte
			for range 200 {
				out, _ = s.Append(out[:0], in, nil, nil)
			}
			done <- string(out)
		}()
	}
	for range 8 {
		if got := <-done; got != `[{"v":1,"s":2},{"v":2,"s":2}]` {
			t.Error(got)
		}
	}
}

func songs(n int) []byte {
	var b []byte
	b = append(b, `{"data":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"id":%d,"title":"Song \\u00e9 %d","stream_url":"https://example.com/%d","duration":%d.5,"album":{"id":%d,"name":"Album"},"artist_ids":[%d,%d,3],"genre":null,"explicit":false}`, i, i, i, i, i/10, i, i+1)
	}
	return append(b, `]}`...)
}

const songSelection = `songs: data { id title streamUrl: stream_url album: album.name artists: artist_ids { id: $ } }`

func TestNoAllocationPerElement(t *testing.T) {
	s := MustParse(songSelection)
	vars := new(Variables)
	var few, many Document
	if few.Parse(songs(10), 0) != nil || many.Parse(songs(1000), 0) != nil {
		t.Fatal("sample is not JSON")
	}
	dst := make([]byte, 0, 1<<20)
	count := func(d *Document) float64 {
		return testing.AllocsPerRun(20, func() {
			var issues []Issue
			if _, ok := s.Append(dst, d.Root(), vars, &issues); !ok || len(issues) > 0 {
				t.Fatal("no output")
			}
		})
	}
	if a, b := count(&few), count(&many); b > a+1 {
		t.Errorf("%v allocations for 10 elements, %v for 1000", a, b)
	}
	text := songs(1000)
	if n := testing.AllocsPerRun(5, func() { _ = many.Parse(text, 0) }); n > 0 {
		t.Errorf("%v allocations to parse again", n)
	}
}

func BenchmarkAppendSongs(b *testing.B) {
	s := MustParse(songSelection)
	var d Document
	if err := d.Parse(songs(1000), 0); err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = s.Append(dst[:0], d.Root(), nil, nil)
	}
	b.SetBytes(int64(len(d.text)))
}

func BenchmarkParseSongs(b *testing.B) {
	text := songs(1000)
	var d Document
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Parse(text, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkObjectSongs(b *testing.B) {
	artists, _ := ParseValue("artist_ids { id: $ }")
	data, _ := ParseValue("data")
	below := Object([]Field{
		{Key: "id"}, {Key: "t", Value: Path("title")},
		{Key: "artists", Value: artists, Below: Object([]Field{{Key: "key", Value: Path("id")}})},
	})
	s := Object([]Field{{Key: "songs", Value: data, Below: below}})
	var d Document
	if err := d.Parse(songs(1000), 0); err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = s.Append(dst[:0], d.Root(), nil, nil)
	}
}
