package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])
`

func build(t *testing.T, facets []subgraphs.Facet, sdl ...string) *graph.Graph {
	t.Helper()
	var sources []compose.Source
	for i, text := range sdl {
		sources = append(sources, compose.Source{Name: string(rune('a' + i)), SDL: link + text})
	}
	result := compose.ComposeSDL(sources, compose.WithoutSatisfiability())
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	result.Definition.Subgraphs[0].Facets = facets
	s, err := supergraph.Build(result.Definition)
	if err != nil {
		t.Fatal(err)
	}
	return graph.New(s)
}

func field(t *testing.T, g *graph.Graph, coordinate string) schema.FieldID {
	t.Helper()
	typ, name, _ := strings.Cut(coordinate, ".")
	s := g.Supergraph.Schema
	f := s.FieldByName(s.TypeByName(typ), name)
	if f == schema.NoField {
		t.Fatalf("no field %s", coordinate)
	}
	return f
}

// moves are the subgraphs that give a field, with the interface they know.
func moves(t *testing.T, g *graph.Graph, coordinate string) string {
	t.Helper()
	var out []string
	for _, m := range g.Moves(field(t, g, coordinate)) {
		out = append(out, g.Supergraph.Subgraphs[m.Subgraph].String()+through(g, m.Through))
	}
	return strings.Join(out, ", ")
}

func lookups(g *graph.Graph, list []graph.Lookup) string {
	var out []string
	for _, l := range list {
		out = append(out, g.Supergraph.Subgraphs[l.Subgraph].String()+through(g, l.Through)+" by "+l.Text)
	}
	return strings.Join(out, ", ")
}

func through(g *graph.Graph, t schema.TypeID) string {
	if t == schema.NoType {
		return ""
	}
	return " as " + g.Supergraph.Schema.Type(t).Name
}

func TestMovesAndLookups(t *testing.T) {
	g := build(t, nil,
		`type Query { i: I } interface I @key(fields: "id") { id: ID }
		type S implements I @key(fields: "id") @key(fields: "sku", resolvable: false) { id: ID sku: ID @shareable s: Int }
		type T implements I @key(fields: "id") { id: ID }`,
		`type I @interfaceObject @key(fields: "id") { id: ID n: Int }`,
		`type S @key(fields: "sku") { sku: ID s: Int @override(from: "a", label: "x") more: Int @external sum: Int @requires(fields: "more") }
		type T @key(fields: "id", resolvable: false) { id: ID @shareable r: Int @external q: Int @requires(fields: "r") }`,
		`type S @key(fields: "sku") { sku: ID more: Int @shareable } type T @key(fields: "id") { id: ID r: Int }`)
	for coordinate, want := range map[string]string{
		"Query.i": "a",
		"S.s":     "a, c",
		"S.n":     "b as I",
		"T.n":     "b as I",
		"S.more":  "c, d",
		"I.n":     "b as I",
	} {
		if got := moves(t, g, coordinate); got != want {
			t.Errorf("%s: %s, want %s", coordinate, got, want)
		}
	}
	for typ, want := range map[string]string{
		"S": "a by id, c by sku, d by sku, b as I by id",
		"T": "a by id, d by id, b as I by id",
		"I": "a by id",
	} {
		if got := lookups(g, g.Lookups(g.Supergraph.Schema.TypeByName(typ))); got != want {
			t.Errorf("%s: %s, want %s", typ, got, want)
		}
	}
	// Only where a field requires others is there a way back by such a key.
	for typ, want := range map[string]string{"S": "", "T": "c by id", "I": ""} {
		if got := lookups(g, g.Reentries(g.Supergraph.Schema.TypeByName(typ))); got != want {
			t.Errorf("back to %s: %q, want %q", typ, got, want)
		}
	}
}

// TestFacetNodes: each facet is a node with what it gives.
func TestFacetNodes(t *testing.T) {
	gives := func(typ string, fields ...string) subgraphs.FacetType {
		out := subgraphs.FacetType{Type: typ}
		for _, f := range fields {
			out.Fields = append(out.Fields, subgraphs.FacetField{Name: f})
		}
		return out
	}
	g := build(t, []subgraphs.Facet{
		{Name: "Query.me", RootType: "Query", RootField: "me", Gives: []subgraphs.FacetType{gives("Query", "me"), gives("User", "name")}},
		{Name: "User", Type: "User", Key: "id", Gives: []subgraphs.FacetType{gives("User", "id", "name")}},
		{Name: "User.posts", Type: "User", Key: "rank", Gives: []subgraphs.FacetType{gives("User", "posts")}},
	},
		`type Query { me: User } type User @key(fields: "id") { id: ID name: String posts: Int }`,
		`type User @key(fields: "id") { id: ID rank: Int }`)
	for coordinate, want := range map[string]string{
		"Query.me":   "a Query.me",
		"User.name":  "a Query.me, a User",
		"User.posts": "a User.posts",
		"User.id":    "a User, b",
		"User.rank":  "b",
	} {
		if got := moves(t, g, coordinate); got != want {
			t.Errorf("%s: %s, want %s", coordinate, got, want)
		}
	}
	user := g.Supergraph.Schema.TypeByName("User")
	if got, want := lookups(g, g.Lookups(user)), "a User by id, a User.posts by rank, b by id"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := lookups(g, g.Reentries(user)); got != "" {
		t.Errorf("no way back into an endpoint: %s", got)
	}
}

// TestProfiles: types and fields share a profile exactly if they are resolved
// alike.
func TestProfiles(t *testing.T) {
	g := build(t, nil,
		`type Query { s: S t: T u: U } interface V { v: Int }
		type S @key(fields: "id") { id: ID x: Int p: Int @shareable }
		type T @key(fields: "id") { id: ID x: Int p: Int @shareable }
		type U @key(fields: "id") @key(fields: "x") { id: ID x: Int p: Int }`,
		`type S @key(fields: "id") { id: ID p: Int @shareable } type T @key(fields: "id") { id: ID p: Int @shareable }`)
	profile := func(coordinate string) int { return g.Profile(field(t, g, coordinate)) }
	if profile("S.p") != profile("T.p") || profile("S.p") == profile("U.p") || profile("S.x") == profile("S.p") {
		t.Error("profiles of fields")
	}
	s := g.Supergraph.Schema
	of := func(name string) int { return g.LookupProfile(s.TypeByName(name)) }
	if of("S") != of("T") || of("S") == of("U") {
		t.Error("profiles of lookups")
	}
	if slices.Contains([]int{of("S"), of("U")}, of("Query")) {
		t.Error("a type without lookups is like one with")
	}
}
