package schema

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustFromSDL(t *testing.T, sdl string) *Schema {
	t.Helper()
	doc, errs := Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := FromDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const buildSDL = `
schema { query: Root mutation: Change }
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
type User implements Named & Node @inaccessible { id: ID! name: String friends(first: Int! = 10, of: [Kind!] = [A] @inaccessible): [[User!]]! }
type Bot implements Node { id: ID! secret: Int @inaccessible }
union Actor = User | Bot
enum Kind { B A }
input Filter @oneOf { a: Int b: Float c: String = "x" }
scalar Date
type Root { actor(f: Filter): Actor }
type Change { go: Boolean }
extend type Root { when: Date }
extend enum Kind { C }
extend union Actor = Ghost
type Ghost { boo: Int }
extend scalar ID @tag(name: "x")
`

func TestFromDocument(t *testing.T) {
	s := mustFromSDL(t, buildSDL)
	var names []string
	for i, typ := range s.Types {
		names = append(names, typ.Name)
		if typ.ID != TypeID(i) || s.TypeByName(typ.Name) != typ.ID {
			t.Errorf("id of %s", typ.Name)
		}
		for _, f := range typ.Fields {
			field := s.Field(f)
			if field.ID != f || field.Parent != typ.ID || s.FieldByName(typ.ID, field.Name) != f {
				t.Errorf("id of %s.%s", typ.Name, field.Name)
			}
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("types are not sorted: %v", names)
	}
	for _, builtin := range []string{"Boolean", "Float", "ID", "Int", "String"} {
		if id := s.TypeByName(builtin); id == NoType || s.Type(id).Kind != Scalar {
			t.Errorf("scalar %s is missing", builtin)
		}
	}
	list := func(ids []TypeID) string {
		var out []string
		for _, id := range ids {
			out = append(out, s.Type(id).Name)
		}
		return strings.Join(out, " ")
	}
	get := func(name string) *Type { return s.Type(s.TypeByName(name)) }
	for _, c := range []struct{ what, got, want string }{
		{"possible Node", list(get("Node").Possible), "Bot User"},
		{"possible Named", list(get("Named").Possible), "User"},
		{"possible Actor", list(get("Actor").Possible), "Bot Ghost User"},
		{"possible User", list(get("User").Possible), "User"},
		{"possible Kind", list(get("Kind").Possible), ""},
		{"interfaces User", list(get("User").Interfaces), "Named Node"},
		{"values", strings.Join(get("Kind").Values, " "), "B A C"},
		{"query root", s.Type(s.Roots[Query]).Name, "Root"},
		{"mutation root", s.Type(s.Roots[Mutation]).Name, "Change"},
		{"friends", s.TypeString(s.Field(s.FieldByName(get("User").ID, "friends")).Type), "[[User!]]!"},
		{"extended", s.TypeString(s.Field(s.FieldByName(get("Root").ID, "when")).Type), "Date"},
		{"default of an input field", s.Field(s.FieldByName(get("Filter").ID, "c")).Default, `"x"`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if s.Roots[Subscription] != NoType {
		t.Error("there is no subscription root")
	}
	if !get("User").Hidden || get("Bot").Hidden || !s.Field(s.FieldByName(get("Bot").ID, "secret")).Hidden {
		t.Error("the wrong elements are hidden")
	}
	if !get("Filter").OneOf || get("Root").OneOf {
		t.Error("oneOf")
	}
	args := s.Field(s.FieldByName(get("User").ID, "friends")).Args
	want := []Arg{
		{Name: "first", Type: TypeRef{s.TypeByName("Int"), WrapNamed(true)}, Default: "10"},
		{Name: "of", Type: TypeRef{s.TypeByName("Kind"), WrapNamed(true).List(false)}, Default: "[A]", Hidden: true},
	}
	if diff := cmp.Diff(want, args); diff != "" {
		t.Error(diff)
	}
	if !s.Implements(get("Actor").ID, get("Ghost").ID) || s.Implements(get("Node").ID, get("Ghost").ID) {
		t.Error("Implements")
	}
}

func TestBuildDefaultRoots(t *testing.T) {
	s := mustFromSDL(t, "type Query { a: Int } type Subscription { b: Int } extend schema @link(url: \"x\")")
	if s.Roots[Query] != s.TypeByName("Query") || s.Roots[Subscription] != s.TypeByName("Subscription") || s.Roots[Mutation] != NoType {
		t.Errorf("roots: %v", s.Roots)
	}
}

func TestFromDocumentLeavesTheDocumentAlone(t *testing.T) {
	doc, errs := Parse("test", buildSDL)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	before := Print(doc)
	if _, err := FromDocument(doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, Print(doc)); diff != "" {
		t.Error(diff)
	}
}

func TestBuildFaults(t *testing.T) {
	for _, c := range []struct {
		name, sdl, code, coordinate string
		pos                         Position
	}{
		{"unknown field type", "type Query { a: Nope }", CodeUnknownType, "Query.a", Position{1, 17}},
		{"unknown argument type", "type Query { a(b: Nope): Int }", CodeUnknownType, "Query.a(b:)", Position{1, 19}},
		{"unknown interface", "type Query implements Nope { a: Int }", CodeUnknownType, "Query", Position{1, 6}},
		{"unknown member", "type Query { a: Int } union U = Nope", CodeUnknownType, "U", Position{1, 33}},
		{"unknown root", "schema { query: Nope }", CodeUnknownType, "schema", Position{}},
		{"object as argument", "type Query { a(b: Query): Int }", CodeInvalidKind, "Query.a(b:)", Position{1, 19}},
		{"input as field", "input I { a: Int } type Query { a: I }", CodeInvalidKind, "Query.a", Position{1, 36}},
		{"object as input field", "input I { a: Query } type Query { a: Int }", CodeInvalidKind, "I.a", Position{1, 14}},
		{"implements an object", "type A { a: Int } type Query implements A { a: Int }", CodeInvalidKind, "Query", Position{1, 24}},
		{"interface as member", "interface A { a: Int } type Query { a: Int } union U = A", CodeInvalidKind, "U", Position{1, 56}},
		{"root that is no object", "schema { query: S } scalar S", CodeInvalidKind, "S", Position{1, 28}},
		{"extension of another kind", "type Query { a: Int } extend input Query { b: Int }", CodeInvalidKind, "Query", Position{1, 36}},
		{"extension of nothing", "type Query { a: Int } extend type Nope { b: Int }", CodeExtensionOrphan, "Nope", Position{1, 35}},
		{"type twice", "type Query { a: Int } type Query { b: Int }", CodeDuplicateType, "Query", Position{1, 28}},
		{"field twice", "type Query { a: Int } extend type Query { a: Int }", CodeDuplicateField, "Query.a", Position{1, 43}},
		{"argument twice", "type Query { a(b: Int, b: Int): Int }", CodeDuplicateField, "Query.a(b:)", Position{1, 24}},
		{"value twice", "type Query { a: Int } enum E { A A }", CodeDuplicateField, "E.A", Position{1, 34}},
		{"no query root", "type Nope { a: Int }", CodeMissingQueryRoot, "schema", Position{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, errs := Parse("test", c.sdl)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			_, err := FromDocument(doc)
			var fault *BuildError
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			if fault.Code != c.code || fault.Coordinate != c.coordinate {
				t.Errorf("got %v", fault)
			}
			if fault.Pos != c.pos {
				t.Errorf("got position %v, want %v", fault.Pos, c.pos)
			}
		})
	}
}

// Parse refuses such a type already; definitions need not come from a text.
func TestBuildTooManyLists(t *testing.T) {
	typ := &TypeExpr{Name: "Int"}
	for range 15 {
		typ = &TypeExpr{Elem: typ}
	}
	_, err := Build([]*TypeDefinition{{Kind: Object, Name: "Query", Fields: []*FieldDefinition{{Name: "a", Type: typ}}}}, Roots{Query: "Query"})
	var fault *BuildError
	if !errors.As(err, &fault) || fault.Code != CodeTypeTooDeep || fault.Coordinate != "Query.a" {
		t.Errorf("got %v", err)
	}
}

func TestBuildReportsEveryFault(t *testing.T) {
	doc, _ := Parse("test", "type Query { a: Nope b: Nope2 } union U = Nope3")
	_, err := FromDocument(doc)
	for _, name := range []string{"Nope", "Nope2", "Nope3"} {
		if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%s is not in %v", name, err)
		}
	}
}

func TestWrapOf(t *testing.T) {
	for _, text := range []string{"X", "X!", "[X]", "[X!]!", "[[X]!]", strings.Repeat("[", 14) + "X!" + strings.Repeat("]!", 14)} {
		doc, errs := Parse("test", "type Query { a: "+text+" } scalar X")
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		s, err := FromDocument(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.TypeString(s.Fields[0].Type); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
}

func TestWriteString(t *testing.T) {
	for in, want := range map[string]string{
		"":             `""`,
		"a\"b\\c":      `"a\"b\\c"`,
		"\n\r\t":       `"\n\r\t"`,
		"\x00\x1f\x7f": `"\u0000\u001f\u007f"`,
		"ü🧵":           `"ü🧵"`,
	} {
		var sb strings.Builder
		WriteString(&sb, in)
		if sb.String() != want {
			t.Errorf("%q: got %s, want %s", in, sb.String(), want)
		}
	}
}
