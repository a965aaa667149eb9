package planner_test

import (
	"slices"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/plan"
)

// TestCopied: what is copied as it comes, and what is not because somebody else
// looks into it or because it is written in another way than it comes.
func TestCopied(t *testing.T) {
	l := composed(t, []compose.Source{
		{Name: "a", URL: "http://a", SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external"])
			type Query { items: [Item!] any: [Any] box: Box wrapped: Wrapped @shareable }
			type Item @key(fields: "id") @key(fields: "part { code }") { id: ID! name: String part: Part parts: [Part] }
			type Part { code: Int @shareable size(unit: String): Float @shareable }
			type Box { lid: Part item: Item plain: Plain! }
			type Plain { a: Int b: [String!]! c: Deep }
			type Deep { x: Int }
			type Wrapped { one: Deep2 @shareable two: Int }
			type Deep2 { x: Int @shareable }
			union Any = Plain | Box`},
		{Name: "b", URL: "http://b", SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])
			type Query { wrapped: Wrapped @shareable }
			type Item @key(fields: "part { code }") { part: Part price: Float }
			type Part { code: Int @shareable }
			type Wrapped { one: Deep2 @shareable three: Int }
			type Deep2 { x: Int @shareable y: Int }`},
		{Name: "c", URL: "http://c", SDL: `
			extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
			type Item @key(fields: "id") { id: ID! parts: [Part] @external weight: Int @requires(fields: "parts { size }") }
			type Part { size(unit: String): Float @external }`},
	})
	for _, test := range []struct {
		op   string
		want []string
	}{
		{`{ items { id name } }`, []string{"items"}},
		{`{ items { id part { code size } parts { size } } }`, []string{"items"}},
		{`{ box { plain { a b c { x } } lid { size } } }`, []string{"box"}},
		// Another name is no difference, another order is none either: both are asked for.
		{`{ boxes: box { lower: plain { b first: a } lid { size(unit: "m") } } }`, []string{"boxes"}},
		// What depends on variables, and what the router answers itself.
		{`query($v: Boolean!) { box { plain { a } lid { size @include(if: $v) } } }`, []string{"box.plain"}},
		{`{ box { plain { __typename a } lid { size } } }`, []string{"box.lid"}},
		{`query($v: Boolean!) { box @include(if: $v) { plain { a } } }`, []string{"box"}},
		// Objects of types that have to be found out, but what is below them can be.
		{`{ any { ... on Plain { a c { x } } ... on Box { lid { code } } } }`, []string{"any.c", "any.lid"}},
		// Objects that something is looked up for, keys, and requirements.
		{`{ items { parts { size } price } }`, []string{"items.parts"}},
		{`{ items { part { code } price } }`, nil},
		{`{ items { part { code size } parts { code size } weight } }`, []string{"items.part"}},
		{`{ box { item { name price } plain { a } } }`, []string{"box.plain"}},
		// Objects put together from the answers of several subgraphs.
		{`{ wrapped { one { x y } two three } }`, nil},
	} {
		p := planned(t, planner.New(l.super, nil, planner.Options{}), l.parse(t, test.op))
		var got []string
		var walk func(d *plan.Decode, path string)
		walk = func(d *plan.Decode, path string) {
			for i := range d.Fields {
				f := &d.Fields[i]
				if f.Child == nil {
					continue
				}
				if at := path + d.Shape.Slots[f.Slot].Key; f.Copied != 0 {
					got = append(got, at)
				} else {
					walk(f.Child, at+".")
				}
			}
		}
		for _, f := range p.Fetches {
			if f.Root != nil {
				walk(f.Root, "")
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v are copied, want %v", test.op, got, test.want)
		}
	}
}
