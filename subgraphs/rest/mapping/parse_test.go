package mapping

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text, code   string
		line, column int
		message      string // part of it
		hint         string // part of it
		kept         bool   // there is a selection nevertheless
	}{
		{"a {", CodeSyntax, 1, 4, `"}" is expected`, "", false},
		{"a }", CodeSyntax, 1, 3, `unexpected "}"`, "", false},
		{"a\n  b: ", CodeSyntax, 2, 6, "a path is expected, not end", "", false},
		{"é: 1", CodeSyntax, 1, 1, `a field is expected, not "é"`, "", false},
		{"'é' %", CodeSyntax, 1, 5, `not "%"`, "", false},
		{"a b.c d", CodeSyntax, 1, 3, "no name", "name: path", false},
		{"a $args.id", CodeSyntax, 1, 3, "no name", "", false},
		{"x { a->first }", CodeSyntax, 1, 5, "no name", "", false},
		{"a.", CodeSyntax, 1, 3, "a key is expected after the dot, not end", "", false},
		{"a->", CodeSyntax, 1, 4, "the name of a method", "", false},
		{"a->first(", CodeSyntax, 1, 10, "an expression is expected, not end", "", false},
		{"$(1", CodeSyntax, 1, 4, `")" is expected`, "", false},
		{"$(1 2)", CodeSyntax, 1, 5, `not "2"`, "", false},
		{"$((a))", CodeSyntax, 1, 3, "dollar sign", "$(…)", false},
		{"$([1, 2)", CodeSyntax, 1, 8, `"]" is expected`, "", false},
		{"$({a b.c})", CodeSyntax, 1, 6, "value has no key", "", false},
		{"$(a ?? b ?! c)", CodeSyntax, 1, 10, "cannot be mixed", "$(…)", false},
		{"x: 'a' ?? b", CodeSyntax, 1, 4, "mistaken for a literal", `$."key"`, false},
		{"a ?? b", CodeSyntax, 1, 3, "a field is expected", "behind an alias", false},
		{"$ args", CodeSyntax, 1, 1, "no name", "", false},
		{"x: 'abc", CodeSyntax, 1, 4, "string has no end", "", false},
		{`x: $("\u12")`, CodeSyntax, 1, 7, "incomplete", "", false},
		{"$(12ab)", CodeSyntax, 1, 3, "behind a number", "quote the key", false},
		{"$(-)", CodeSyntax, 1, 3, "no digits", "", false},
		{"x: \xff", CodeSyntax, 1, 1, "not UTF-8", "", false},
		{strings.Repeat("a {", 70) + strings.Repeat("}", 70), CodeLimit, 1, 195, "64 levels", "", false},
		{strings.Repeat("a ", maxText), CodeLimit, 1, 1, "longer", "", false},
		{"a: b->joinNotnull(',')", CodeUnknownMethod, 1, 7, "->joinNotnull", "did you mean ->joinNotNull?", true},
		{"$->frist", CodeUnknownMethod, 1, 4, "->frist", "did you mean ->first?", true},
		{"$->zzzzzz", CodeUnknownMethod, 1, 4, "->zzzzzz", "methods are add, and", true},
		{"a\nx: $arg.id", CodeUnknownVariable, 2, 4, "$arg", "did you mean $args?", true},
		{"x: $foobar", CodeUnknownVariable, 1, 4, "$foobar", "variables are $args", true},
		{"x: a->as($long)->echo($lnog)", CodeUnknownVariable, 1, 23, "$lnog", "did you mean $long?", true},
		{"x: a->as($v) y: $v", CodeUnknownVariable, 1, 17, "$v", "", true},
		{"x: a->as($v, $v)", CodeUnknownVariable, 1, 14, "$v", "", true},
		{"x: a->get", CodeArguments, 1, 7, "->get requires one argument", "", true},
		{"x: a->first(1)", CodeArguments, 1, 7, "does not take any arguments", "", true},
		{"x: a->slice(1, 2, 3)", CodeArguments, 1, 7, "fewer", "", true},
		{"x: a->add()", CodeArguments, 1, 7, "at least one", "", true},
		{"x: a->match(1)", CodeArguments, 1, 7, "[a, b]", "", true},
		{"x: a->match([1], [2, 3])", CodeArguments, 1, 7, "[a, b]", "", true},
		{"x: a->matchIf([1])", CodeArguments, 1, 7, "[a, b]", "", true},
		{"x: a->as(1)", CodeArguments, 1, 7, "single $variable", "", true},
		{"x: a->as($args)", CodeArguments, 1, 7, "$args", "", true},
	} {
		s, err := Parse(c.text)
		var errs Errors
		if !errors.As(err, &errs) || len(errs) != 1 {
			t.Errorf("%.40q: %v", c.text, err)
			continue
		}
		e := errs[0]
		if e.Code != c.code || e.Line != c.line || e.Column != c.column || !strings.Contains(e.Message, c.message) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%.40q: %v", c.text, e)
		}
		if (s != nil) != c.kept {
			t.Errorf("%.40q: selection %v", c.text, s)
		}
	}
	_, err := Parse("a: $foo.x b: c->bogus d: e->first(1)")
	if errs := err.(Errors); len(errs) != 3 || strings.Count(errs.Error(), "\n") != 2 {
		t.Errorf("not all errors at once: %v", err)
	}
}

func TestParseValue(t *testing.T) {
	for _, c := range [][3]string{
		{`name`, `{"name":1}`, `1`},
		{`{ id: createdBy }`, `{"createdBy":7}`, `{"id":7}`},
		{`artist_ids { id: $ }`, `{"artist_ids":[1]}`, `[{"id":1}]`},
		{`a.b`, `{"a":{"b":1}}`, `1`},
		{`a ?? 5`, `{}`, `5`},
		{`[a, 1]`, `{"a":0}`, `[0,1]`},
		{`-5`, `{}`, `-5`},
		{`$->values`, `{"a":1}`, `[1]`},
	} {
		s, err := ParseValue(c[0])
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		if out, _ := apply(t, s, c[1], nil); out != c[2] {
			t.Errorf("%s gives %s", c[0], out)
		}
		again, err := Parse(s.String())
		if err != nil {
			t.Errorf("%s: %s: %v", c[0], s, err)
			continue
		}
		if out, _ := apply(t, again, c[1], nil); out != c[2] {
			t.Errorf("%s is printed as %s, which gives %s", c[0], s, out)
		}
	}
	for _, text := range []string{"", "a b", "a: b", "true->"} {
		if _, err := ParseValue(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestString(t *testing.T) {
	for _, c := range [][2]string{
		{"a\n b{c , d}", `a b { c d }`},
		{`x:a.b->map({y:@.z})`, `x: a.b->map({y: @.z})`},
		{`$.a{b}`, `$.a { b }`},
		{`a.b{c}`, `$.a.b { c }`},
		{`id a.b{c}`, `id ...a.b { c }`},
		{`id: 'x y' "z": $."b"`, `id: "x y" z: b`},
		{`x: $(a ??  'b')`, `x: $($.a ?? "b")`},
		{`x: a->match(['b',1],["c"])`, `x: a->match(["b", 1], ["c"])`},
		{`x: a->as($v, @.b)->echo($v)`, `x: a->as($v, @.b)->echo($v)`},
		{`x: $args.a?.b`, `x: $args.a?.b`},
		{`x: {a}`, `x: { a }`},
		{`x: a { }`, `x: a { }`},
		{`x: $(- 1)->add(.5)`, `x: $(-1)->add(0.5)`},
	} {
		if got := MustParse(c[0]).String(); got != c[1] {
			t.Errorf("%s is printed as %s, not %s", c[0], got, c[1])
		}
	}
}

func TestReferences(t *testing.T) {
	got := MustParse(`a: $args.in.x
		b: c->map($this.id?.z->first.q) d: $batch { id: $env.E } e: c->as($v)->echo([$v.x, $config.'a b'])`).References()
	want := []Reference{
		{"$args", []string{"in", "x"}, 1, 4},
		{"$this", []string{"id", "z"}, 2, 13},
		{"$batch", nil, 2, 38},
		{"$env", []string{"E"}, 2, 51},
		{"$config", []string{"a b"}, 2, 86},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}
