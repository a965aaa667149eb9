package locate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/vektah/gqlparser/v2/ast"
	gql "github.com/vektah/gqlparser/v2/parser"
	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
)

// marked says where each of the marks ‹ stands in a text, and removes them.
func marked(text string) (string, []operation.Location) {
	var out strings.Builder
	var at []operation.Location
	line, column, before := int32(1), int32(1), ' '
	for _, r := range text {
		if r == '‹' {
			at = append(at, operation.Location{Line: line, Column: column})
			continue
		}
		out.WriteRune(r)
		column += int32(utf16.RuneLen(r))
		switch {
		case r == '\n' && before == '\r':
			column = 1
		case r == '\n' || r == '\r':
			line, column = line+1, 1
		}
		before = r
	}
	return out.String(), at
}

// TestField finds fields; the places expected are marked in the text.
func TestField(t *testing.T) {
	for _, tc := range []struct{ name, path, operation, text string }{
		{"a root field", "a", "", "{ ‹a }"},
		{"lines and characters", "b", "", "# é\n{\n  a(x: \"ünï\") ‹b }"},
		{"characters of two units", "b", "", "\ufeff{ a(x: \"😀\") # 😀\n\t\ufeffc(x: \"😀\", y: \"\"\"😀\n😀\"\"\") ‹b }"},
		{"numbers that touch what follows", "b", "", "{ a(x: [-1-1\"a\"2$c]) @d(x: 1)... on T { ‹b } }"},
		{"quotes that touch a block string", "b", "", "{ a(x: [\"\"\"}\"\"\"\"{\"]) ‹b }"},
		{"all ways to end a line", "b", "", "{\r\n\r\n a\r\n\r# c\r ‹b }"},
		{"below", "b.c", "", "query Q($x: [Int!] = [1], $y: I = {a: \"}\"} @d(if: true)) @d {\n  a { c }\n  b { ‹c d } }"},
		{"an alias", "x", "", "{ x1: x, ‹x: a(b: {c: [1.5e-3, $d, \"\\\"{\", \"\"\"\n } \\\"\"\" { \"\"\"]}) }"},
		{"after a block string", "b", "", "{ a(x: \"\"\"\né\n\"\"\") ‹b }"},
		{"inside a scalar", "a.b.c.d", "", "{ a { ‹b } }"},
		{"twice", "a.b", "", "{ a { ‹b } a { c ‹b } }"},
		{"a fragment used once", "a.b", "", "{ a { ...F } } fragment F on T { ‹b }"},
		{"a fragment used twice", "y.b", "", "{ x { ...F } y { ...F } } fragment F on T { ‹b }"},
		{"equal selections elsewhere", "y.b", "", "{ x: a { b } y: a { ‹b } }"},
		{"fragments of one type", "a.b", "", "{ a { ...F ...G } } fragment F on T { ‹b } fragment G on T { ‹b c }"},
		{"fragments of other types", "a.b", "", "{ a { ...F ...G } } fragment F on T { b } fragment G on U { b c }"},
		{"one type condition at two levels", "a.b.c", "", "{ a { ... on X { b { c } } b { ... on X { c } } } }"},
		{"what is certain and what is not", "a.b", "", "{ a { ‹b ... on T { b } b @include(if: $x) } }"},
		{"all uncertain", "a.b", "", "{ a { b @skip(if: $x) b @include(if: $x) } }"},
		{"a lone uncertain one", "a.b", "", "{ a { ... @include(if: $x) { ‹b @skip(if: $y) } } }"},
		{"another directive", "a.b", "", "{ a { ‹b @note(text: \"skip\") ‹b } }"},
		{"a fragment with a condition and without", "a.b", "", "{ a { ...F @include(if: $x) ...F } } fragment F on T { ‹b }"},
		{"an inline fragment without type", "a.b", "", "{ a { ... { ‹b } ‹b } }"},
		{"one of several operations", "a", "B", "query A { a } query B { ‹a } query C { a }"},
		{"a mutation", "a.b", "", "mutation { a { ‹b } }"},
		{"the first of several if none is named", "a", "", "query A { ‹a } query B { a }"},
		{"descriptions", "a", "Q", "\"\"\"about\n{ a } \"\"\" query Q { ‹a } \"f { a }\" fragment F on T { a }"},
		{"no such operation", "a", "B", "{ a }"},
		{"no such field", "a.c", "", "{ a { b } }"},
		{"no path", "", "", "{ a }"},
		{"a fragment that is not there", "a", "", "{ ...F }"},
		{"fragments in a circle", "a", "", "{ ...F } fragment F on T { ...G ‹a } fragment G on T { ...F }"},
		{"unfinished", "a.b", "", "{ a { ‹b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text, want := marked(tc.text)
			path := strings.Split(tc.path, ".")
			if tc.path == "" {
				path = nil
			}
			o := Parse(text, tc.operation)
			for range 2 {
				if got := o.Field(path); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%s in %q: %v, want %v", tc.path, text, got, want)
				}
			}
		})
	}
}

func TestVariable(t *testing.T) {
	text, want := marked("query A($a: Int) { x }\nquery B(‹$a: Int = 3, \"n\" ‹$b: [T!]! @d(x: [\")\"])) { x(y: $c) }")
	o := Parse(text, "B")
	for i, name := range []string{"a", "b"} {
		if got, ok := o.Variable(name); !ok || got != want[i] {
			t.Errorf("%s: %v %v, want %v", name, got, ok, want[i])
		}
	}
	if _, ok := o.Variable("c"); ok {
		t.Error("c is not defined")
	}
}

// Work is bounded, however fragments multiply.
func TestBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range 60 {
		fmt.Fprintf(&b, " fragment F%d on T%d { ... on A { ...F%d } ... on B { ...F%d } a }", i, i, i+1, i+1)
	}
	o := Parse(b.String(), "")
	if got := o.Field([]string{"a"}); got != nil || o.left > 0 {
		t.Errorf("%v with %d steps left", got, o.left)
	}
	deep := strings.Repeat("{a", 200_000) + strings.Repeat("}", 200_000)
	if got := Parse(deep, "").Field([]string{"a", "a"}); len(got) != 1 || got[0].Column != 4 {
		t.Error(got)
	}
}

// TestPlaces compares the places of all selections of the validation table's
// operations with those of the parser that the operations go through.
func TestPlaces(t *testing.T) {
	files, err := filepath.Glob("../../testdata/validation/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no operations: %v", err)
	}
	compared := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table struct {
			Cases []struct{ Query string }
		}
		if err := yaml.Unmarshal(data, &table); err != nil {
			t.Fatal(err)
		}
		for _, c := range table.Cases {
			compared += compare(t, c.Query)
		}
	}
	compared += compare(t, "\uFEFF# ü\n{ a(b: \"ü\") b\n\tc @d(e: \"x\\\"\", f: 1.5e+3) ... on T { d } }\n")
	if compared < 500 {
		t.Errorf("only %d places compared", compared)
	}
}

// TestPlacesAgree compares with the places that operations have of themselves,
// in texts that say the same in unusual ways.
func TestPlacesAgree(t *testing.T) {
	const sdl = `type Query { a(x: Any): Int } scalar Any`
	doc, errs := schema.Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	front, err := operation.NewFront(sdl, s, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{
		`1`, `[-1-1"a""b"""" """"c"]`, "\"\"\"\r\n 😀\r\"\"\"", `"\u{000000000041}"`, "\"\x07😀\"", "[ # \x07\r1\ufeff]", "{x:\r\n\"\"\"\\\"\"\" }\"\"\"y:[]}", "\"\"\"\"}\"\"\"",
	} {
		text := "# 😀\r\n\ufeff\t{ a(x: " + value + ") b: a # 😀\r c: a(x: " + value + ")\n... on Query { d: a } }"
		op, errs := front.Parse(text, "")
		if errs != nil {
			t.Errorf("%q: %v", text, errs)
			continue
		}
		o := Parse(text, "")
		for i := range op.Root.Selections {
			s := op.Root.Selections[i]
			if s.Set != nil {
				s = s.Set.Selections[0]
			}
			if got := o.Field([]string{s.Key}); len(got) != 1 || got[0] != s.Pos {
				t.Errorf("%q: %s at %v, want %v", text, s.Key, got, s.Pos)
			}
		}
	}
}

// compare returns how many places there are, 0 for what does not parse.
func compare(t *testing.T, text string) int {
	t.Helper()
	doc, err := gql.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return 0
	}
	var want []operation.Location
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			if f, ok := s.(*ast.Field); ok {
				want = append(want, operation.Location{Line: int32(f.Position.Line), Column: int32(f.Position.Column)})
			}
			switch s := s.(type) {
			case *ast.Field:
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			}
		}
	}
	for _, op := range doc.Operations {
		walk(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		walk(f.SelectionSet)
	}
	got := map[operation.Location]bool{}
	fields := 0
	for _, n := range Parse(text, "").nodes {
		if n.kind == field {
			got[n.at] = true
			fields++
		}
	}
	for _, l := range want {
		if !got[l] {
			t.Errorf("%q: nothing found at %v: %v", text, l, got)
		}
	}
	if fields != len(want) {
		t.Errorf("%q: %d fields, want %d", text, fields, len(want))
	}
	return len(want)
}

// FuzzParse takes any text, and ends.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"{ a { b } }", "query Q($a: Int = 1) @d { a: b(c: $a) { ...F } } fragment F on T { d ... on U { e } }",
		"{ a(b: \"\"\" } \"\"\") }", "{a", "fragment", "{ ... on", "query($", "\"\"\"", "{a(b:{c:[", "{é}", "\uFEFF{a}",
	} {
		f.Add(seed, "Q")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		o := Parse(text, name)
		o.Field([]string{"a", "b"})
		o.Variable("a")
	})
}
