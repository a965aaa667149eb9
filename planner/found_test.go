package planner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/stitch"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const foundLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides"])
`

// Graphs on which planning once went wrong; each field must be had in the number
// of requests that are needed.
func TestFoundGraphs(t *testing.T) {
	for _, c := range []struct {
		name     string
		sdl      []string
		query    string
		requests int
	}{
		{"a key through objects of its own type", []string{
			`type Query { c: C } type C @key(fields: "k") { k: ID @shareable to: C @shareable }`,
			`type C @key(fields: "to { id }") { id: ID @shareable to: C @shareable n: Int }`,
			`type C @key(fields: "k") @key(fields: "id") { k: ID @shareable id: ID @shareable }`,
		}, `{ c { n } }`, 3},
		{"a requirement met by sending objects back", []string{
			`type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID! x: Int @external y: Int @requires(fields: "x") }`,
			`type T @key(fields: "id") { id: ID! x: Int }`,
		}, `{ t { y } }`, 3},
		{"a key of leaves in several subgraphs", []string{
			`type Query { t: T } type T @key(fields: "id") { id: ID! o: O @shareable } type O { p: P @shareable } type P { x: ID @shareable }`,
			`type T @key(fields: "id") { id: ID! o: O @shareable } type O { p: P @shareable } type P { y: ID @shareable }`,
			`type T @key(fields: "o { p { x y } }") { o: O @shareable n: Int } type O { p: P @shareable } type P { x: ID @shareable y: ID @shareable }`,
		}, `{ t { n } }`, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sources []compose.Source
			for i, sdl := range c.sdl {
				sources = append(sources, compose.Source{Name: string(rune('a' + i)), SDL: foundLink + sdl})
			}
			l := composed(t, sources)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			p, err := planner.New(l.super, nil, planner.Options{}).Plan(ctx, l.parse(t, c.query), 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Fetches) != c.requests {
				t.Errorf("%d requests, want %d\n%s", len(p.Fetches), c.requests, p.Text())
			}
		})
	}
}

// A joined object has its key and nothing else, though the subgraph that it was
// made in may have more of the type; and it is made only when it is asked for.
func TestJoinedObjects(t *testing.T) {
	parse := func(name, sdl string) *schema.Document {
		doc, errs := schema.Parse(name, sdl)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return doc
	}
	r := stitch.Compose([]stitch.Subgraph{
		{Input: compose.Input{Name: "reviews", Doc: parse("reviews", `type Query { reviews: [Review!]! user(id: ID!): User } type Review { id: ID! authorId: ID } type User { id: ID! posts: Int }`)},
			Rules: stitch.Rules{Entities: []stitch.Entity{{Type: "User", Key: "id", Lookup: "user(id: $key.id)"}}}},
		{Input: compose.Input{Name: "accounts", Doc: parse("accounts", `type Query { users(ids: [ID!]!): [User]! } type User { id: ID! name: String }`)},
			Rules: stitch.Rules{Entities: []stitch.Entity{{Type: "User", Key: "id", Lookup: "users(ids: $key.id)"}}}},
	}, []stitch.Join{{Field: "Review.author", Type: "User", Subgraph: "accounts", From: []string{"authorId"}}})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	super, err := supergraph.Build(r.Definition)
	if err != nil {
		t.Fatal(err)
	}
	f, err := operation.NewFront(schema.Print(supergraph.APISchema(r.Definition)), super.Schema, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l := &loaded{super: super, front: f}
	p, err := planner.New(super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, `{ reviews { author { posts name } } }`), 0)
	if err != nil {
		t.Fatal(err)
	}
	if text := p.Text(); len(p.Fetches) != 3 || !strings.Contains(text, "posts") {
		t.Errorf("%s", text)
	}
	p, err = planner.New(super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, `query ($x: Boolean!) { reviews { id author @include(if: $x) { name } } }`), 0)
	if err != nil {
		t.Fatal(err)
	}
	if made := p.Fetches[0].Root.Fields[0].Child.Made; len(made) != 1 || made[0].Cond.Holds(0) || !made[0].Cond.Holds(1) {
		t.Errorf("%+v\n%s", made, p.Text())
	}
}
