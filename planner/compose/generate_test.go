package compose_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
)

// largeGraph generates the shape of a large company's graph: entities that
// several subgraphs extend, value types, enums and inputs, six fields a type.
// The same size gives the same text.
func largeGraph(types int) []compose.Source {
	count := max(3, types*3/100)
	rng := rand.New(rand.NewPCG(1, uint64(types)))
	bodies := make([]strings.Builder, count)
	queries := make([]strings.Builder, count)
	stub := make([]map[int]bool, count) // the entities a subgraph mentions
	for i := range stub {
		stub[i] = make(map[int]bool)
	}
	for t := range types {
		home := t % count
		switch t % 10 {
		case 8: // an enum and an input beside it
			fmt.Fprintf(&bodies[home], "enum E%d { A B C }\ninput I%d { a: Int = 1 b: [String!] c: E%d d: ID }\n", t, t, t)
			fmt.Fprintf(&queries[home], "  q%d(input: I%d, e: E%d = A): E%d\n", t, t, t, t)
		case 9: // a value type that two subgraphs share
			for _, sub := range []int{home, (home + 1) % count} {
				fmt.Fprintf(&bodies[sub], "type V%d @shareable { a: Int b: String c: Float d: [ID!] e: Boolean f: String }\n", t)
			}
			fmt.Fprintf(&queries[home], "  v%d: V%d\n", t, t)
		default: // an entity, to which two more subgraphs add fields
			a := (home + 1 + rng.IntN(count-1)) % count
			b := (home + 1 + rng.IntN(count-1)) % count
			if a == b {
				b = (a + 1) % count
			}
			if b == home {
				b = (b + 1) % count
			}
			stub[home][t], stub[a][t], stub[b][t] = true, true, true
			fmt.Fprintf(&bodies[home], "extend type T%d { name: String size(unit: String = \"m\"): Float rank: Int }\n", t)
			fmt.Fprintf(&queries[home], "  t%d(id: ID!): T%d\n", t, t)
			other := rng.IntN(types/10+1) * 10 % types // a multiple of ten: an entity
			stub[b][other] = true
			fmt.Fprintf(&bodies[b], "extend type T%d { other%d: T%d }\n", t, b, other)
			if a != b {
				fmt.Fprintf(&bodies[a], "extend type T%d { rank: Int @external score%d: Int @requires(fields: \"rank\") note%d: String }\n", t, a, a)
			}
		}
	}
	for sub, types := range stub {
		for _, t := range slices.Sorted(maps.Keys(types)) {
			fmt.Fprintf(&bodies[sub], "type T%d @key(fields: \"id\") { id: ID! }\n", t)
		}
	}
	sources := make([]compose.Source, count)
	for i := range sources {
		sources[i] = compose.Source{
			Name: fmt.Sprintf("s%03d", i), URL: fmt.Sprintf("http://s%03d", i),
			SDL: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@external\", \"@requires\", \"@shareable\"])\n" +
				bodies[i].String() + "type Query {\n" + queries[i].String() + fmt.Sprintf("  s%d: Int\n}\n", i),
		}
	}
	return sources
}

func BenchmarkCompose(b *testing.B) {
	for _, types := range []int{100, 1000, 10000} {
		var inputs []compose.Input
		for _, s := range largeGraph(types) {
			doc, errs := schema.Parse(s.Name, s.SDL)
			if len(errs) > 0 {
				b.Fatal(errs)
			}
			inputs = append(inputs, compose.Input{Name: s.Name, URL: s.URL, Doc: doc})
		}
		b.Run(fmt.Sprintf("types=%d", types), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := compose.Compose(inputs); len(r.Errors) > 0 {
					b.Fatal(r.Errors[:min(5, len(r.Errors))])
				}
			}
		})
	}
}
