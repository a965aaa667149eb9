package planner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
)

// wide is an operation of n aliased root fields, each with lookups below.
func wide(n int) string {
	var b strings.Builder
	b.WriteString("{")
	for i := range n {
		fmt.Fprintf(&b, " a%d: product(upc: \"%d\") { name stock reviews { body author { name } } }", i, i)
	}
	b.WriteString(" }")
	return b.String()
}

// deep follows products and reviews n times.
func deep(n int) string {
	return "{ topProducts " + strings.Repeat("{ name stock reviews { body author { name reviews { product ", n) +
		"{ name }" + strings.Repeat(" } } } }", n) + " }"
}

func BenchmarkPlan(b *testing.B) {
	l := load(b, graphs[0].subgraphs)
	p := planner.New(l.super, nil, planner.Options{})
	for _, c := range []struct{ name, text string }{
		{"small", "{ topProducts { name } }"},
		{"wide100", wide(100)},
		{"deep10", deep(10)},
	} {
		op := l.parse(b, c.text)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Plan(context.Background(), op, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
