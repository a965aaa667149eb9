package stitch

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const requireDeclarations = " directive @lookup on FIELD_DEFINITION directive @require(field: String!) on ARGUMENT_DEFINITION"

func composeTwo(t *testing.T, first string, rules Rules, second string) *compose.Result {
	t.Helper()
	return Compose([]Subgraph{
		{Input: compose.Input{Name: "a", URL: "http://a", Doc: parse(t, "a", first+requireDeclarations)}, Rules: rules},
		{Input: compose.Input{Name: "b", URL: "http://b", Doc: parse(t, "b", second+requireDeclarations)}},
	}, nil)
}

// What rows have is told by the subgraph's own names, what they lack by those of
// the supergraph, and what an argument must not lack is marked.
func TestRequireMaps(t *testing.T) {
	const other = `type Query { p(id: ID!): P @lookup }
type P @key(fields: "id") { id: ID! weight: Int grid: [[Int]] media: Media item: Item one: Sub parts: [Sub] sub: [[Sub]] }
union Media = Film | Book interface Item { id: ID! price: Int }
type Film { length: Int } type Book implements Item { id: ID! price: Int pages: Int } type Disc implements Item { id: ID! price: Int speed: Int }
type Sub { w: Int v: String }`
	for name, c := range map[string]struct{ argument, requires, selection string }{
		"own field":       {`Int @require(field: "size")`, "size", "length"},
		"own and foreign": {`In! @require(field: "{ a: size, b: weight }")`, "size weight", "{ a: length, b: weight! }!"},
		"below own":       {`Int! @require(field: "one.w")`, "one { w }", "only.w!"},
		"list":            {`[Int!] @require(field: "parts.w")`, "parts { w }", "parts[w!]"},
		"lists":           {`[[Int!]]! @require(field: "sub.w")`, "sub { w }", "sub[[w!]]!"},
		"list of lists":   {`[[In!]!] @require(field: "sub[[{ b: w }]]")`, "sub { w }", "sub[[{ b: w! }!]!]"},
		"leaves":          {`[[Int!]!] @require(field: "grid")`, "grid", "grid[[!]!]"},
		"some leaves":     {`[[Int!]] @require(field: "grid")`, "grid", "grid[[!]]"},
		"any leaves":      {`[[Int]]! @require(field: "grid")`, "grid", "grid!"},
		"union":           {`Int @require(field: "media<Film>.length | media<Book>.pages")`, "media { ... on Film { length } ... on Book { pages } }", "media<Film>.length | media<Book>.pages"},
		"interface":       {`Int @require(field: "item.price")`, "item { price }", "item.price"},
		"objects":         {`Int @require(field: "item<Book>.pages | item<Disc>.speed | item.price")`, "item { ... on Book { pages } ... on Disc { speed } price }", "item<Book>.pages | item<Disc>.speed | item.price"},
		"only objects":    {`Int @require(field: "item<Disc>.speed")`, "item { ... on Disc { speed } }", "item<Disc>.speed"},
		"own type":        {`Int @require(field: "<P>.weight | <Other>.x")`, "weight", "weight"},
		"one of":          {`One! @require(field: "{ a: weight } | { b: id }")`, "weight id", "{ a: weight! } | { b: id! }!"},
	} {
		t.Run(name, func(t *testing.T) {
			r := composeTwo(t, `type Query { own(id: ID!): P @lookup } type P @key(fields: "id") { id: ID! length: Int @shareable only: Sub @shareable y(w: `+c.argument+`): Int } type Sub { v: String @shareable } input In { a: Int b: Int! } input One @oneOf { a: Int b: ID } type Other { x: Int }`,
				Rules{Transforms: []Transform{{Rename: &Rename{Fields: map[string]string{"P.length": "size", "P.only": "one"}}}}}, strings.ReplaceAll(strings.ReplaceAll(other, "one: Sub", "one: Sub @shareable"), "v: String", "v: String @shareable"))
			if len(r.Errors) > 0 {
				t.Fatal(r.Errors)
			}
			if _, err := supergraph.Build(r.Definition); err != nil {
				t.Fatal(err)
			}
			in := find(t, r.Definition, "P.y").In[0]
			typ, _, _ := strings.Cut(c.argument, " @")
			want := []supergraph.ArgumentFrom{{Argument: "w", Type: typ, Selection: c.selection}}
			if diff := cmp.Diff(want, in.ArgumentsFrom); diff != "" || in.Requires != c.requires {
				t.Errorf("requires %q, want %q\n%s", in.Requires, c.requires, diff)
			}
			if api := supergraph.PrintAPI(r.Definition); !strings.Contains(api, "y: Int") {
				t.Errorf("the argument is part of the API:\n%s", api)
			}
			text := supergraph.Print(r.Definition)
			again, errs := supergraph.Read("printed", text)
			if len(errs) > 0 || supergraph.Print(again) != text {
				t.Errorf("%v\n%s", errs, text)
			}
		})
	}
}

// An argument is filled only from what can be had.
func TestRequireMustBeObtainable(t *testing.T) {
	for name, c := range map[string]struct{ first, second, want string }{
		"no lookup at the other": {
			`type Query { own(id: ID!): P @lookup other: P } type P @key(fields: "id") { id: ID! y(w: Int @require(field: "weight")): Int }`,
			`type Query { q: Q } type Q { p: P } type P @key(fields: "id") { id: ID! weight: Int }`, "SATISFIABILITY_ERROR",
		},
		"no lookup here": {
			`type Query { own: P x(id: ID!): X @lookup } type X @key(fields: "id") { id: ID! } type P { id: ID! @shareable y(w: Int @require(field: "weight")): Int }`,
			`type Query { p(id: ID!): P @lookup } type P @key(fields: "id") { id: ID! @shareable weight: Int }`, "SATISFIABILITY_ERROR",
		},
		"in a circle": {
			`type Query { own(id: ID!): P @lookup } type P @key(fields: "id") { id: ID! y(w: Int @require(field: "z")): Int }`,
			`type Query { p(id: ID!): P @lookup } type P @key(fields: "id") { id: ID! z(w: Int @require(field: "y")): Int }`, "SATISFIABILITY_ERROR",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := composeTwo(t, c.first, Rules{}, c.second)
			if len(r.Errors) == 0 || r.Errors[0].Code != c.want {
				t.Errorf("got %v", r.Errors)
			}
		})
	}
}
