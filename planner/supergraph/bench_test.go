package supergraph

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
)

// large makes a graph of entities spread over many subgraphs, six fields each.
func large(types, graphs int) *Definition {
	def := &Definition{}
	for i := range graphs {
		def.Subgraphs = append(def.Subgraphs, SubgraphDefinition{Name: fmt.Sprintf("s%d", i), Enum: fmt.Sprintf("S%d", i)})
	}
	query := &TypeDefinition{Kind: schema.Object, Name: "Query"}
	for i := range graphs {
		query.In = append(query.In, TypeIn{Subgraph: i})
	}
	node := &TypeDefinition{Kind: schema.Interface, Name: "Node", In: query.In, Fields: []*FieldDefinition{field("id", "ID!")}}
	def.Types = append(def.Types, node, query)
	for i := range types {
		home, guest := i%graphs, (i*7+1)%graphs
		if home == guest {
			guest = (guest + 1) % graphs
		}
		lo, hi := min(home, guest), max(home, guest)
		name := fmt.Sprintf("T%06d", i)
		next := fmt.Sprintf("T%06d", (i+1)%types)
		def.Types = append(def.Types, &TypeDefinition{
			Kind: schema.Object, Name: name, In: []TypeIn{key(lo, "id"), key(hi, "id")},
			Implements: []Membership{{Type: "Node", Subgraphs: []int{lo, hi}}},
			Fields: []*FieldDefinition{
				field("id", "ID!"), field("a", "Int", FieldIn{Subgraph: lo}), field("b", "[String!]!", FieldIn{Subgraph: hi}), field("c", "Float", FieldIn{Subgraph: lo}, FieldIn{Subgraph: hi, External: true}),
				field("d", "String", FieldIn{Subgraph: hi, Requires: "c"}), field("next", next, FieldIn{Subgraph: lo}),
			},
		})
		query.Fields = append(query.Fields, field(fmt.Sprintf("q%d", i), name, FieldIn{Subgraph: home}))
	}
	return def
}

// The cost of each step must grow as the graph does.
func BenchmarkLarge(b *testing.B) {
	for _, types := range []int{100, 1_000, 10_000} {
		def := large(types, 300)
		text := Print(def)
		b.Run(fmt.Sprintf("build/%d", types), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Build(def); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("print/%d", types), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Print(def)
			}
		})
		b.Run(fmt.Sprintf("read/%d", types), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := Read("large", text); errs != nil {
					b.Fatal(errs)
				}
			}
		})
	}
}
