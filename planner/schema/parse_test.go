package schema_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
)

const everything = `"""
About the schema.
"""
schema @x(a: [1, -2.5, "s\n", true, null, E, {k: "v"}]) {
  query: Q
  mutation: M
}

extend schema @y

"A directive."
directive @x(
  "An argument."
  a: [Int!] = [1]
) repeatable on SCHEMA | FIELD_DEFINITION

directive @y on SCHEMA

"""A type."""
type Q implements N & O @x {
  """
  A field,
    in two lines.
  """
  f(a: Int = 1 @x, b: [[String!]]!): Q! @deprecated(reason: "no")

  "another"
  g: ID
}

extend type Q implements P {
  h: I
}

type M {
  m(
    "described"
    a: I = {b: {}}
    c: ID
  ): ID
}

interface N implements O {
  g: ID
}

interface O {
  g: ID
}

interface P {
  h: I
}

union U @x = Q | M

enum E {
  A
  B @deprecated
}

input I @oneOf {
  b: I
  c: E = A
}

scalar S @specifiedBy(url: "https://example.org")
`

func parse(t *testing.T, text string) *schema.Document {
	t.Helper()
	doc, errs := schema.Parse("test", text)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return doc
}

func TestPrintIsReadBack(t *testing.T) {
	once := schema.Print(parse(t, everything))
	twice := schema.Print(parse(t, once))
	if once != twice {
		t.Fatalf("printed:\n%s\nread and printed again:\n%s", once, twice)
	}
	for _, part := range []string{
		"\"\"\"\n  A field,\n    in two lines.\n  \"\"\"", "extend type Q implements P {", "extend schema @y",
		`@x(a: [1, -2.5, "s\n", true, null, E, {k: "v"}])`, "repeatable on SCHEMA | FIELD_DEFINITION", "b: [[String!]]!",
	} {
		if !strings.Contains(once, part) {
			t.Errorf("%q is not in\n%s", part, once)
		}
	}
}

func TestPositions(t *testing.T) {
	doc := parse(t, "type Query {\n  a(x: Int): ID\n    @d(v: 1)\n}\nextend type Query { b: [ID] }\nunion U = A\n  | B")
	if len(doc.Types) != 3 || doc.Types[0].Extension || !doc.Types[1].Extension || doc.Types[2].Kind != schema.Union {
		t.Fatalf("definitions and extensions are not in source order: %+v", doc.Types)
	}
	f := doc.Types[0].Fields[0]
	for what, c := range map[string]struct{ got, want schema.Position }{
		"field":     {f.Pos, schema.Position{Line: 2, Column: 3}},
		"argument":  {f.Arguments[0].Pos, schema.Position{Line: 2, Column: 5}},
		"extension": {doc.Types[1].Pos, schema.Position{Line: 5, Column: 13}},
		"member":    {doc.Types[2].Members[1].Pos, schema.Position{Line: 7, Column: 5}},
	} {
		if c.got != c.want {
			t.Errorf("%s is at %v, want %v", what, c.got, c.want)
		}
	}
	if d := f.Directives[0]; d.Pos.Line != 3 || d.Argument("v") == nil || d.Argument("v").Pos.Line != 3 {
		t.Errorf("directive: %+v", d)
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"unfinished":          {"type Query {", 1},
		"unknown character":   {"type Query {\n  a: I%D\n}", 2},
		"operation":           {"query { a }", 1},
		"empty body":          {"type Query {\n}", 2},
		"reserved value":      {"enum E {\n  true\n}", 2},
		"variable":            {"type Query {\n a(x: Int = $v): ID }", 2},
		"schema without body": {"schema @x", 1},
		"directive extension": {"extend directive @x @y", 1},
		"too many lists":      {"type Query { a: " + strings.Repeat("[", 20) + "ID" + strings.Repeat("]", 20) + " }", 1},
		"too deep a value":    {"type Query { a(x: Int = " + strings.Repeat("[", 5000) + "): ID }", 1},
	} {
		doc, errs := schema.Parse("sub", c.text)
		if doc != nil || len(errs) == 0 {
			t.Errorf("%s: no error", name)
			continue
		}
		if errs[0].Source != "sub" || errs[0].Pos.Line != c.line {
			t.Errorf("%s: %+v, want line %d", name, errs[0], c.line)
		}
		if !strings.HasPrefix(errs[0].Error(), "sub:") {
			t.Errorf("%s: %q does not name the source", name, errs[0].Error())
		}
	}
}

func TestParseBounds(t *testing.T) {
	for name, text := range map[string]string{
		"not UTF-8": "type Query { a: ID } # \xff",
		"too large": strings.Repeat(" ", 64<<20+1),
	} {
		if doc, errs := schema.Parse("sub", text); doc != nil || len(errs) != 1 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

func TestDescriptions(t *testing.T) {
	for _, text := range []string{
		"plain", " leading space", "trailing \\", `with "quotes"`, `ends with "`, `has """ three`, `ends """`, "two\nlines", "first\n  indented", "a\n\nb",
		"\nblank first", "blank last\n", "tab\tinside", "control \u0007", strings.Repeat("long ", 30), "  all\n  indented",
	} {
		doc := &schema.Document{Types: []*schema.TypeDefinition{{
			Kind: schema.Object, Name: "T", Description: text,
			Fields: []*schema.FieldDefinition{{Name: "f", Description: text, Type: &schema.TypeExpr{Name: "ID"}}},
		}}}
		printed := schema.Print(doc)
		back := parse(t, printed)
		if got := back.Types[0].Description; got != text {
			t.Errorf("type: %q is read back as %q from\n%s", text, got, printed)
		}
		if got := back.Types[0].Fields[0].Description; got != text {
			t.Errorf("field: %q is read back as %q from\n%s", text, got, printed)
		}
	}
}

func TestCanonicalOrder(t *testing.T) {
	doc := parse(t, "type b { z: ID a2(y: ID, x: ID): ID a10: ID } directive @d on QUERY | FIELD union U = b | a type a implements J & I { i: ID } enum E { B A }")
	want := `directive @d on FIELD | QUERY

enum E {
  A
  B
}

union U = a | b

type a implements I & J {
  i: ID
}

type b {
  a2(x: ID, y: ID): ID
  a10: ID
  z: ID
}
`
	if got := schema.PrintCanonical(doc); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if doc.Types[0].Name != "b" || doc.Types[0].Fields[0].Name != "z" {
		t.Error("the document itself was changed")
	}
}

func TestCompareNames(t *testing.T) {
	ordered := []string{"A", "B", "a", "a0", "a0b", "a1", "a2", "a10", "a10b", "b", "b2c"}
	for i, x := range ordered {
		for j, y := range ordered {
			if got := schema.CompareNames(x, y); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("CompareNames(%q, %q) = %d", x, y, got)
			}
		}
	}
}

func TestSelections(t *testing.T) {
	for text, want := range map[string]string{
		"id":                              "id",
		"  { id   name }":                 "id name",
		"a { b c(x: 1, y: [\"z\"]) } d":   "a { b c(x: 1, y: [\"z\"]) } d",
		"... on T { a @x(y: 1) } ... {b}": "... on T { a @x(y: 1) } ... { b }",
		"x: id # comment":                 "x: id",
	} {
		set, err := schema.ParseSelections(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := schema.PrintSelections(set); got != want {
			t.Errorf("%q prints as %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "  ", "a {", "a { }", "...F", "id } query { x", "a(x: $v)", "{a} fragment F on T {b}"} {
		if set, err := schema.ParseSelections(text); err == nil {
			t.Errorf("%q is accepted as %q", text, schema.PrintSelections(set))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(everything)
	for _, seed := range []string{
		"", "type Query { a: ID }", "type Query {", "\"\"\"x\"\"\" type A", "extend schema @link(url: \"x\", import: [\"@a\", {name: \"@b\", as: \"@c\"}])",
		"enum E { A } union U = | A | B", "input I { a: [Int!]! = [1] @d }", "directive @d(a: S = {b: null}) repeatable on | FIELD | ENUM", "{a}", "\"\\u{1F600}\" scalar S",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, errs := schema.Parse("fuzz", text)
		if (doc == nil) != (len(errs) > 0) {
			t.Fatal("neither a document nor errors, or both")
		}
		if doc == nil {
			return
		}
		once := schema.Print(doc)
		again, errs := schema.Parse("fuzz", once)
		if len(errs) > 0 {
			t.Fatalf("what was printed does not parse: %v\n%s", errs, once)
		}
		if twice := schema.Print(again); once != twice {
			t.Fatalf("printed:\n%s\nread and printed again:\n%s", once, twice)
		}
		schema.PrintCanonical(doc)
	})
}
