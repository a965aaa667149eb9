package compose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// fed is the head of a Federation 2 schema with the usual imports.
const fed = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@tag", "@extends", "@interfaceObject", "@composeDirective", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@context", "@fromContext"])
`

// sources names the texts a, b, c, …
func sources(sdl ...string) []compose.Source {
	out := make([]compose.Source, len(sdl))
	for i, text := range sdl {
		out[i] = compose.Source{Name: string(rune('a' + i)), SDL: text}
	}
	return out
}

// TestRules composes schemas that break one rule each, or are just right. The
// wanted codes are in one text; an empty one means that the schemas compose.
func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			result := compose.ComposeSDL(sources(c.sdl...))
			if got := strings.Join(result.Errors.Codes(), " "); got != c.want {
				t.Fatalf("codes %q, want %q\n%v", got, c.want, result.Errors)
			}
			if (result.Definition == nil) != (c.want != "") {
				t.Fatalf("definition is %v", result.Definition)
			}
		})
	}
}

// TestAPI compares the API schema that merging gives.
func TestAPI(t *testing.T) {
	for _, c := range apiCases {
		t.Run(c.name, func(t *testing.T) {
			result := compose.ComposeSDL(sources(c.sdl...))
			if len(result.Errors) > 0 {
				t.Fatal(result.Errors)
			}
			got := strings.TrimSpace(supergraph.PrintAPI(result.Definition))
			if want := strings.TrimSpace(c.want); got != want {
				t.Fatalf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestErrorsAreLocated(t *testing.T) {
	result := compose.ComposeSDL([]compose.Source{
		{Name: "products", SDL: fed + "type Query { top: Product }\ntype Product @key(fields: \"sku\") {\n  id: ID!\n}"},
		{Name: "broken", SDL: "type Query {"},
	})
	if len(result.Errors) != 1 || result.Errors[0].Subgraph != "broken" || result.Errors[0].Line != 1 {
		t.Fatalf("a text that does not parse: %v", result.Errors)
	}
	result = compose.ComposeSDL([]compose.Source{
		{Name: "products", SDL: fed + "type Query { top: Product }\ntype Product @key(fields: \"sku\") {\n  id: ID!\n}"},
		{Name: "other", SDL: "type Query { a: Missing }"},
	})
	if len(result.Errors) != 2 {
		t.Fatalf("want the errors of both subgraphs, got %v", result.Errors)
	}
	other, products := result.Errors[0], result.Errors[1]
	if other.Subgraph != "other" || other.Line != 1 || other.Coordinate != "Query.a" || other.Code != compose.CodeInvalidGraphQL {
		t.Errorf("%+v", other)
	}
	if products.Subgraph != "products" || products.Line != 3 || products.Coordinate != "Product" || products.Hint == "" || products.Code != compose.CodeKeyInvalidFields {
		t.Errorf("%+v", products)
	}
	if text := result.Errors.Error(); !strings.Contains(text, "products:3:") {
		t.Errorf("no place in %q", text)
	}
}

func TestInvalidNames(t *testing.T) {
	for _, names := range [][]string{{""}, {"_"}, {"a", "a"}} {
		var list []compose.Source
		for _, n := range names {
			list = append(list, compose.Source{Name: n, SDL: "type Query { a: ID }"})
		}
		if codes := compose.ComposeSDL(list).Errors.Codes(); !slices.Equal(codes, []string{compose.CodeInvalidSubgraphName}) {
			t.Errorf("%q: %v", names, codes)
		}
	}
	if codes := compose.Compose([]compose.Input{{Name: "a"}}).Errors.Codes(); !slices.Equal(codes, []string{compose.CodeInvalidGraphQL}) {
		t.Errorf("an input without a document: %v", codes)
	}
	if codes := compose.Compose(nil).Errors.Codes(); !slices.Equal(codes, []string{compose.CodeNoQueries}) {
		t.Errorf("no input: %v", codes)
	}
}

func TestHints(t *testing.T) {
	result := compose.ComposeSDL(sources(
		fed+"type Query { u(x: Int): U @shareable }\n\"one\"\ntype U @key(fields: \"id\") { id: ID! n: Int @override(from: \"zz\") }\nenum Unused { A }",
		fed+"type Query { u: U @shareable }\n\"two\"\ntype U @key(fields: \"id\") { id: ID! }",
	))
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	var codes []string
	for _, h := range result.Hints {
		codes = append(codes, h.Code)
	}
	for _, want := range []string{"INCONSISTENT_DESCRIPTION", "INCONSISTENT_ARGUMENT_PRESENCE", "FROM_SUBGRAPH_DOES_NOT_EXIST", "UNUSED_ENUM_TYPE"} {
		if !slices.Contains(codes, want) {
			t.Errorf("no hint %s in %v", want, codes)
		}
	}
}

// TestContextNames: a context is known to the supergraph by its subgraph and
// name, on the type as in the arguments it fills; other routers insist on it.
func TestContextNames(t *testing.T) {
	result := compose.ComposeSDL([]compose.Source{
		{Name: "shop", SDL: fed + "type Query { v: Visitor }\ntype Visitor @key(fields: \"id\") @context(name: \"user\") { id: ID! locale: String t: T }\n" +
			"type T @key(fields: \"id\") { id: ID! f(l: String @fromContext(field: \"$user { locale }\")): Int }"},
		{Name: "users", SDL: fed + "type Visitor @key(fields: \"id\") @context(name: \"user\") { id: ID! name: String }"},
	})
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	text := supergraph.Print(result.Definition)
	for _, want := range []string{`@context(name: "shop__user")`, `@context(name: "users__user")`, `context: "shop__user"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, c := range ruleCases {
		f.Add(c.sdl[0], c.sdl[len(c.sdl)-1])
	}
	for _, c := range apiCases {
		f.Add(c.sdl[0], c.sdl[len(c.sdl)-1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		result := compose.ComposeSDL(sources(a, b))
		if (result.Definition == nil) == (len(result.Errors) == 0) {
			t.Fatal("neither a definition nor errors, or both")
		}
		again := compose.ComposeSDL([]compose.Source{{Name: "b", SDL: b}, {Name: "a", SDL: a}})
		if result.Errors.Error() != again.Errors.Error() {
			t.Fatalf("the order of inputs matters:\n%v\n\n%v", result.Errors, again.Errors)
		}
		if result.Definition != nil && supergraph.PrintAPI(result.Definition) != supergraph.PrintAPI(again.Definition) {
			t.Fatal("the order of inputs matters")
		}
	})
}
