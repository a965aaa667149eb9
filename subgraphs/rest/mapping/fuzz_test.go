package mapping

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var fuzzSelections = []string{
	`id name: full_name a.b { c }`, `x: { a y: { b } } ...c?.d`, `$.a->map({ x: @, y: $.b })->first { x }`,
	`x: a ?? b ?? "none" y: $(a ?! 1)`, `$([1, -2.5, "s", { a: b, c }])->entries.key`, `a->as($v, @.b)->echo([$v, $args.x]) { z }`,
	`'q k'.'r' "s": t`, `k->match(["a", { x }], ["d"])`, `$->matchIf([@->eq(1)->and($.a->not), null], [true, 2])`,
	`$->jsonParse->jsonStringify->slice(1, 2)`, `a->filter(@->gt(1))->find(@->typeof->eq('number'))`, `# c` + "\n" + `a`,
	`x: $->joinNotNull(", ")->parseInt(16)->add(1)->div(3)`, `$->get(0)->has("a")`, `$->contains($)->or($.a->in($))`,
	`a { b } a { c }`, `x: $({a: {b: 1}, ...c}.a.b)`, `$status->eq(200) x`, `x: $foo->bar(1)`,
}

var fuzzInputs = []string{
	`{"a":[{"b":1},{"b":null}],"c":{"d":{"e":1}},"k":"a"}`, `[1,2.5,"x",null,[true]]`, `"{\"a\":1}"`, `{"a":{"b":"\u00e9"}}`, `null`, `1e400`, `"ff"`,
}

// FuzzParse: what parses prints as text that parses to the same.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzSelections {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (*Selection, error){Parse, ParseValue} {
			s, err := parse(text)
			if s != nil {
				s.Shape()
				s.References()
			}
			if err != nil {
				for _, e := range err.(Errors) {
					if e.Line < 1 || e.Column < 1 || e.Code == "" {
						t.Errorf("%q: %+v", text, e)
					}
				}
				continue
			}
			printed := s.String()
			again, err := Parse(printed)
			if err != nil {
				if errs := err.(Errors); errs[0].Code == CodeLimit {
					continue // $( ) that was added for clarity nests deeper
				}
				t.Fatalf("%q is printed as %q: %v", text, printed, err)
			}
			if again.String() != printed {
				t.Fatalf("%q is printed as %q, then as %q", text, printed, again)
			}
		}
	})
}

// FuzzDocument: Document accepts what encoding/json accepts, but for what its
// documentation says, and keeps what it means.
func FuzzDocument(f *testing.F) {
	for _, s := range fuzzInputs {
		f.Add([]byte(s))
	}
	for _, s := range []string{`{`, `[1,]`, `{"a":1,"a":2}`, `"\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"", "\"\x00\"", ` [ ] `, `-0.0e-0`, `01`} {
		f.Add([]byte(s))
	}
	var d Document
	f.Fuzz(func(t *testing.T, text []byte) {
		err := d.Parse(text, 100)
		valid := json.Valid(text)
		var r Reader
		if read := r.Reset(text, 100) && r.Value().Kind != KindMissing && r.End(); read != (err == nil) {
			t.Fatalf("%q: a Reader says %v, a Document %v", text, read, err)
		}
		if err == nil && !valid {
			t.Fatalf("%q is accepted", text)
		}
		if err != nil {
			if valid && utf8.Valid(text) && err.(*SyntaxError).Message != "nested too deeply" && !strings.Contains(string(text), `\u`) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got := strings.TrimSpace(string(d.Root().AppendJSON(nil))); got != strings.Trim(string(text), " \t\r\n") {
			t.Fatalf("%q becomes %q", text, got)
		}
		walk(t, d.Root())
		compact := d.Root().appendCompact(nil)
		if again, err := ParseValueJSON(compact); err != nil || !(&evaluator{steps: 1 << 40}).equal(d.Root(), again) && !strings.Contains(string(text), ":") {
			t.Fatalf("%q compact is %q: %v", text, compact, err)
		}
	})
}

// walk visits all of v and checks that counts and texts agree.
func walk(t *testing.T, v Value) {
	n := 0
	for it := v.Iterate(); it.Next(); n++ {
		if v.Kind() == KindObject {
			if _, ok := v.Get(it.Key()); !ok {
				t.Errorf("key %q is not found", it.Key())
			}
		} else if item, ok := v.Item(n); !ok || item.Kind() != it.Value().Kind() {
			t.Errorf("item %d is not found", n)
		}
		walk(t, it.Value())
	}
	if n != v.Len() {
		t.Errorf("%d items of %d", n, v.Len())
	}
	if v.Kind() == KindString {
		var want string
		if err := json.Unmarshal(v.Raw(), &want); err != nil || v.Text() != want {
			t.Errorf("%s says %q, not %q", v.Raw(), v.Text(), want)
		}
	}
}

// FuzzAppend: evaluation never panics, writes JSON, and gives the same both
// ways, pruned or composed.
func FuzzAppend(f *testing.F) {
	for i, s := range fuzzSelections {
		f.Add(s, fuzzInputs[i%len(fuzzInputs)])
	}
	f.Fuzz(func(t *testing.T, text, input string) {
		in, err := ParseValueJSON([]byte(input))
		if err != nil {
			return
		}
		s, _ := Parse(text)
		if s == nil {
			return
		}
		s = s.WithLimits(Limits{Steps: 20_000, Values: 20_000, Bytes: 100_000})
		vars := &Variables{Args: in, Status: Int(200)}
		var issues []Issue
		check := func(s *Selection) {
			out, ok := s.Append([]byte("x"), in, vars, &issues)
			if out[0] != 'x' || !ok && len(out) > 1 || ok && !json.Valid(out[1:]) {
				t.Fatalf("%q of %q gives %q", s, input, out)
			}
			built, ok2 := s.Evaluate(in, vars, nil)
			for _, issue := range issues {
				if issue.Limit {
					return // both ways count a little differently
				}
			}
			if ok && ok2 && string(out[1:]) != string(built.AppendJSON(nil)) && !sameJSON(t, out[1:], built.AppendJSON(nil)) {
				t.Fatalf("%q of %q: Append %q, Evaluate %q", s, input, out[1:], built.AppendJSON(nil))
			}
		}
		check(s)
		check(s.Prune(&Keep{Names: map[string]*Keep{"x": nil, "a": {Names: map[string]*Keep{"b": nil}}}}))
		object := Object([]Field{{Key: "x", Value: s, Below: Object([]Field{{Key: "a"}, {Key: "y", Value: Path("x")}})}, {Key: "z", Value: Path("a"), Below: s}})
		check(object.WithLimits(Limits{Steps: 20_000, Values: 20_000, Bytes: 100_000}))
	})
}
