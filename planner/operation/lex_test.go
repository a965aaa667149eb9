package operation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/weft-graphql/weft/planner/operation"
)

// lexicalCases are values of a custom scalar as section 2 of the specification
// words them, and texts that are none.
var lexicalCases = []struct {
	value string
	want  string // as JSON; "!" and line:column of a syntax error otherwise
}{
	// 2.9.1 and 2.9.2: numbers. The places count from the value's first character.
	{`0`, `0`},
	{`-0`, `-0`},
	{`-0.0E-0`, `-0.0E-0`},
	{`12345678901234567890.5e+400`, `12345678901234567890.5e+400`},
	{`[-1-1]`, `[-1,-1]`},
	{`[1"a"]`, `[1,"a"]`},
	{`[1[2]{a:3}SIT]`, `[1,[2],{"a":3},"SIT"]`},
	{`[1 SIT]`, `[1,"SIT"]`},
	{`[0#x` + "\n" + `1]`, `[0,1]`},
	{`[1b]`, `!1:3`},
	{`[1_000]`, `!1:3`},
	{`[0x1F]`, `!1:3`},
	{`[1.0e5x]`, `!1:7`},
	{`{a: 1b: 2}`, `!1:6`},
	{`[1.5.5]`, `!1:5`},
	{`[1...]`, `!1:4`},
	{`[1.]`, `!1:4`},
	{`[1.e5]`, `!1:4`},
	{`[1.x]`, `!1:4`},
	{`[.5]`, `!1:2`},
	{`[00]`, `!1:3`},
	{`[-01]`, `!1:4`},
	{`[-]`, `!1:3`},
	{`[--1]`, `!1:3`},
	{`[+1]`, `!1:2`},
	{`[1e]`, `!1:4`},
	{`[1e+]`, `!1:5`},
	{`[1e1.5]`, `!1:5`},
	{`-`, `!1:2`},

	// 2.9.4: strings.
	{`""`, `""`},
	{`"é 😀 \" \\ \/ \b\f\n\r\t"`, `"é 😀 \" \\ / \b\f\n\r\t"`},
	{`["a""b""c"]`, `["a","b","c"]`},
	{`"\u00e9\u{e9}\u{0000e9}"`, `"ééé"`},
	{`"\uD83D\uDE00\u{1F600}\u{10FFFF}"`, `"😀😀` + "\U0010FFFF" + `"`},
	{`"\u{00000000000000000041}" `, `"A"`},
	{`["\u{000000000}""\u{000000041}"]`, "[\"\\u0000\",\"A\"]"},
	{`"\\u{000000041} \\\u{000000042}"`, `"\\u{000000041} \\B"`},
	{"\"a\tb\x7f\u0080\u2028\ufeff\"", "\"a\\tb\x7f\u0080\u2028\ufeff\""},
	{"\"a\x00b\x07\x1f\"", `"a\u0000b\u0007\u001f"`},
	{"[\"\x01\"\"\x02\"]", `["\u0001","\u0002"]`},
	{`"\uD83D"`, `!1:2`},
	{`"ab\uD83Dx"`, `!1:4`},
	{`"\uD83D\n"`, `!1:2`},
	{`"\uD83D\uD83D"`, `!1:2`},
	{`"\uD83D\u{DE00}"`, `!1:2`},
	{`"\uDC00\uD83D"`, `!1:2`},
	{`"\uDEAD"`, `!1:2`},
	{`"\u{D83D}\u{DE00}"`, `!1:2`},
	{`"\u{110000}"`, `!1:2`},
	{`"\u{FFFFFFFFFFFFFFFF41}"`, `!1:2`},
	{`"\u{}"`, `!1:2`},
	{`"\u{41"`, `!1:2`},
	{`"\u{4G}"`, `!1:2`},
	{`"\u12"`, `!1:2`},
	{`"\u00G0"`, `!1:2`},
	{`"\U0041"`, `!1:2`},
	{`"\x41"`, `!1:2`},
	{`"😀\x"`, `!1:4`},
	{`"\'"`, `!1:2`},
	{"\"a\nb\"", `!1:3`},
	{"\"a\rb\"", `!1:3`},
	{`"\`, `!1:2`},
	{`"a`, `!1:3`},
	{`"\"`, `!1:4`},
	{`'a'`, `!1:1`},

	// 2.9.4: block strings.
	{`""""""`, `""`},
	{`"""a"""`, `"a"`},
	{`"""\n \u{} \uD83D \"""" """`, `"\\n \\u{} \\uD83D \"\"\"\" "`},
	{`"""\\""" """`, `"\\\"\"\" "`},
	{`"""a\"""`, `!end`},
	{`"""""a" b"""`, `"\"\"a\" b"`},
	{`["""a""""b"]`, `["a","b"]`},
	{`["""a"""""""b"""]`, `["a","\"b"]`},
	{`["""a""""""b"""]`, `["a","b"]`},
	{`[""""""""""""]`, `["",""]`},
	{`""""a""""`, `!1:10`},
	{`[""""""""]`, `["",""]`},
	{`[1"""a"""2]`, `[1,"a",2]`},
	{"\"\"\"Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\"", `"Hello,\n  World!\n\nYours,\n  GraphQL."`},
	{"\"\"\"  a\n    b\n   c\"\"\"", `"  a\n b\nc"`},
	{"\"\"\"\n\n  \t\n    a\n\t\t  b\n\n \n\"\"\"", `"a\nb"`},
	{"\"\"\"a\n \n   \n  b\"\"\"", `"a\n\n \nb"`},
	{"\"\"\"\n   \n \t\n\"\"\"", `""`},
	{"\"\"\"a\r\n  b\r  c\n\r  d\"\"\"", `"a\nb\nc\n\nd"`},
	{"\"\"\"a\n  \x00\x07b\n  \u00a0c\"\"\"", `"a\n\u0000\u0007b\n` + "\u00a0" + `c"`},
	{`"""a`, `!end`},
	{"\"\"\"a\r\nb", `!end`},

	// 2.1: what is between tokens, and what is no token.
	{"[1#\x00\x07😀é\r2\r\n,3\ufeff4,,,\t5]", `[1,2,3,4,5]`},
	{"[1\u00a02]", `!1:3`},
	{"[1\u20282]", `!1:3`},
	{"[1\x0b2]", `!1:3`},
	{"[1\x002]", `!1:3`},
	{"[1\x7f2]", `!1:3`},
	{"[\"😀é\" a\u00e9]", `!1:9`},
	{"[\r\n\r\t😀]", `!3:2`},
	{`[“a”]`, `!1:2`},
	{`[1%2]`, `!1:3`},
	{`[a;b]`, `!1:3`},
	{`[..]`, `!1:2`},
	{`[a..b]`, `!1:3`},
	{`[a / b]`, `!1:4`},
	{`[<]`, `!1:2`},
	{"[\xef\xbb\xbf\xef\xbf\xbe]", `!1:3`},
}

const lexicalSDL = `type Query { any(any: Any): Int } scalar Any`

// documentOf is a document with a value that begins in the first column of the
// second line.
func documentOf(value string) string { return "{ any(any:\n" + value + "\n) }" }

func TestLexical(t *testing.T) {
	front := newFront(t, lexicalSDL, operation.Limits{})
	for _, c := range lexicalCases {
		t.Run(c.value, func(t *testing.T) {
			text := documentOf(c.value)
			op, errs := front.Parse(text, "")
			if place, invalid := strings.CutPrefix(c.want, "!"); invalid {
				want := operation.Location{Line: 3, Column: 4} // the end
				if place != "end" {
					if _, err := fmt.Sscanf(place, "%d:%d", &want.Line, &want.Column); err != nil {
						t.Fatal(err)
					}
					want.Line++
				} else {
					want.Line += int32(strings.Count(c.value, "\n"))
				}
				if len(errs) != 1 || errs[0].Code != operation.CodeParseFailed {
					t.Fatalf("accepted, or other errors: %v", errs)
				}
				if len(errs[0].Locations) != 1 || errs[0].Locations[0] != want {
					t.Errorf("%s at %v, want %v", errs[0].Message, errs[0].Locations, want)
				}
				return
			}
			if errs != nil {
				t.Fatalf("refused: %v %v", errs, errs[0].Locations)
			}
			var values operation.Values
			if errs := op.Coerce(nil, &values); errs != nil {
				t.Fatal(errs)
			}
			got, _ := op.AppendValue(nil, &op.Root.Selections[0].Args[0].Value, &values)
			if canonical(t, got) != canonical(t, []byte(c.want)) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// canonical writes JSON in one of the ways that there are; numbers keep theirs.
func canonical(t *testing.T, text []byte) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// placed says where each of the marks ‹ stands in a text, and removes them.
func placed(text string) (string, []operation.Location) {
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

// TestLocations: the places of all errors together are those marked in the text.
func TestLocations(t *testing.T) {
	sdl, err := os.ReadFile(filepath.Join(specDir, "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	front := newFront(t, string(sdl), operation.Limits{})
	for _, text := range []string{
		"‹", " # nothing\r\n\t‹", "\ufeff‹", "# 😀‹",
		"{ dog { name }‹", "{ dog { name } } ‹}", "{ dog { name }\r\n\t}\r‹5", "{ dog { ... ‹5 } }", "{ dog { ‹@skip(if: true) name } }",
		// Strings and block strings, and what follows them.
		"{ arguments { intArgField(intArg: ‹\"1\") ‹nope } }",
		"{ arguments { intArgField(intArg: ‹\"\"\"1\"\"\") ‹nope } }",
		"{ arguments { intArgField(intArg: ‹\"\"\"1\n 2\n\n \"\"\") ‹nope } }",
		"{ arguments { stringArgField(stringArg: \"\"\"1\n 2\n😀\"\"\") ‹nope } }",
		"{ arguments { intArgField(‹\"\"\"1\n2\"\"\": 1) } }",
		"{ arguments { intArgField(intArg: 1 ‹\"a\") } }",
		"{ arguments { booleanListArgField(booleanListArg: [true ‹\"a\"‹\"b\",‹\"\"\"c\"\"\"‹\"\", ‹\"d\"]) } }",
		"\"\"\"about\r\nit\"\"\" query Q { dog { ‹nope } }", "\"\"\"about\nit\"\"\" query Q(\"\"\"and\nthis\"\"\" ‹$x: Int) { dog { name } }",
		// Lines and columns.
		"{\r\n  dog {\r\n\t‹nope } }", "{\r  dog {\n\r‹nope } }", "\ufeff{ dog { \ufeff‹nope } }",
		"{ dog { é: name 😀 } }",
		"# 😀\n{ arguments { stringArgField(stringArg: \"é😀\") ‹nope } }",
		"# \x07\n{ arguments { stringArgField(stringArg: \"\x07\") ‹nope intArgField(intArg: ‹\"\u0007\") } }",
		"{ arguments { stringArgField(stringArg: \"\\u{0000000000041}\") ‹nope } }",
		// Elements begin with their first token.
		"{ dog { name ‹@nope } }", "{ dog { ‹... on Human { name } ‹...F } } fragment F on Cat { name }", "{ dog { ...@include(if: true) { ‹nope } ‹... on Nope @skip(if: true) { name } } }",
		"{ dog { ‹x: name ‹x: barkVolume } }",
	} {
		t.Run(text, func(t *testing.T) {
			text, want := placed(text)
			if strings.Contains(text, "é: name 😀") {
				want = []operation.Location{{Line: 1, Column: 9}}
			}
			op, errs := front.Parse(text, "")
			if op != nil {
				t.Fatal("accepted")
			}
			var got []operation.Location
			for _, err := range errs {
				got = append(got, err.Locations...)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v %v, want %v", errs, got, want)
			}
		})
	}
}

// TestSelectionPlaces: an operation knows where its fields are, whatever stands
// between them.
func TestSelectionPlaces(t *testing.T) {
	front := newFront(t, lexicalSDL, operation.Limits{})
	for _, text := range []string{
		"{ ‹__schema { __typename } ‹any }",
		"{\r\n\t‹__schema { __typename }\r ‹any }",
		"# 😀 \ufeff\n\ufeff{ a: any(any: \"😀\") ‹__schema { __typename } }",
		"{ a: any(any: \"\"\"a\n 😀\r\n b\"\"\") ‹__schema { __typename } ‹any }",
		"{ a: any(any: [\"\x07\" \"\\u{000000000041}\"]) ‹__schema { __typename } }",
	} {
		text, want := placed(text)
		op, errs := front.Parse(text, "")
		if errs != nil {
			t.Errorf("%q: %v", text, errs)
			continue
		}
		var got []operation.Location
		for _, s := range op.Root.Selections {
			if s.Key != "a" {
				got = append(got, s.Pos)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestOneConflict: fields that are not one field mostly have not one shape
// either; that is one error.
func TestOneConflict(t *testing.T) {
	sdl, err := os.ReadFile(filepath.Join(specDir, "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	front := newFront(t, string(sdl), operation.Limits{})
	const advice = ". Use different aliases on the fields to fetch both if this was intentional."
	for _, c := range []struct{ text, want string }{
		{"{ dog { ‹x: id ‹x: barkVolume } }", `Fields "x" conflict because "id" and "barkVolume" are different fields` + advice},
		{"{ dog { ‹x: id ‹x: name } }", `Fields "x" conflict because "id" and "name" are different fields` + advice},
		{"{ dog { ...F ‹x: barkVolume } } fragment F on Node { ‹x: id }", `Fields "x" conflict because "id" and "barkVolume" are different fields` + advice},
		{"{ dog { owner { ‹x: name } } dog { owner { ‹x: age } } }", `Fields "x" conflict because "name" and "age" are different fields` + advice},
		{"{ catOrDog { ... on Dog { x: owner { ‹y: name } } ... on Cat { x: owner { ‹y: age } } } }", `Fields "y" conflict because they return conflicting types "String!" and "Int"` + advice},
		{"{ catOrDog { ... on Dog { ‹x: barkVolume ‹x: mother { name } } } }", `Fields "x" conflict because "barkVolume" and "mother" are different fields` + advice},
		{"{ pet { ... on Dog { x: name ‹x: barkVolume } ... on Pet { ‹x: name } } }", `Fields "x" conflict because "name" and "barkVolume" are different fields` + advice},
		{"{ arguments { ‹x: intArgField(intArg: 1) ‹x: intArgField(intArg: 2) } }", `Fields "x" conflict because they have differing arguments` + advice},
	} {
		text, want := placed(c.text)
		_, errs := front.Parse(text, "")
		if len(errs) != 1 || errs[0].Message != c.want || fmt.Sprint(errs[0].Locations) != fmt.Sprint(want) {
			t.Errorf("%s: %d errors", text, len(errs))
			for _, err := range errs {
				t.Errorf("%v %s", err.Locations, err.Message)
			}
			t.Errorf("want %v %s", want, c.want)
		}
	}
	// Two conflicts of one key are two.
	_, errs := front.Parse("{ catOrDog { ... on Dog { x: name x: barkVolume } ... on Cat { x: meowVolume } } }", "")
	if len(errs) != 2 {
		t.Errorf("two conflicts: %v", errs)
	}
}

// TestEqualArguments: objects whose fields stand in another order are one value,
// so that selections which may be merged are one selection.
func TestEqualArguments(t *testing.T) {
	front := newFront(t, coercionSDL, operation.Limits{})
	for _, text := range []string{
		`{ f(input: {name: "a", e: A}) f(input: {e: A, name: "a"}) }`,
		`{ f(inputs: [{name: "a", e: A}]) f(inputs: [{e: A, name: "a"}]) }`,
		`{ f(json: {x: 1, y: [{b: "a", a: B}]}) f(json: {y: [{a: B, b: """a"""}], x: 1}) }`,
		`query ($v: Int) { f(json: {x: $v, y: [{b: 1, a: $v}]}) f(json: {y: [{a: $v, b: 1}], x: $v}) }`,
		`query ($v: String) { f(input: {name: $v, json: {a: 1, b: 2}}) f(input: {json: {b: 2, a: 1}, name: $v}) }`,
	} {
		op := mustParse(t, front, text)
		if len(op.Root.Selections) != 1 {
			t.Errorf("%s is %s", text, op.Normalized)
		}
	}
	for _, text := range []string{
		`{ f(input: {name: "a", e: A}) g: f(input: {name: "e", e: A}) }`,
		`{ f(json: {x: 1, y: 2}) g: f(json: {x: 2, y: 1}) }`,
		`{ f(json: {x: 1, y: "2"}) g: f(json: {x: 1, y: 2}) }`,
		`{ f(jsons: [{x: 1, y: 2}]) g: f(json: [{x: 1, y: 2}]) }`,
	} {
		op := mustParse(t, front, text)
		a, b := op.Root.Selections[0].Args[0].Value, op.Root.Selections[1].Args[0].Value
		if a.Equal(&b) {
			t.Errorf("%s is %s", text, op.Normalized)
		}
	}
}
