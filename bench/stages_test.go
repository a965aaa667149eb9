package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/router/body"
	"github.com/weft-graphql/weft/router/generation"
)

// The stages of a request, each alone. Representations, decoding and writing by
// themselves are benchmarks of router/execute.

// stage is one stage: run does it once.
type stage struct {
	name string
	// allocations are the most that run may make.
	allocations float64
	// bytes that go through it.
	bytes int
	run   func()
}

func stages(t testing.TB) []stage {
	g := graphOf(t, shop.Names...)
	big := graphOf(t, shop.Bulk)
	request := shop.Body(shop.Heavy)
	var parts body.Request
	read := func() {
		if err := body.Read(request, &parts); err != nil {
			t.Fatal(err)
		}
	}
	read()
	query := generation.Query{Text: parts.Query}
	hit := func() {
		p, err := g.Parse(t.Context(), &query)
		if err != nil || p.Operation == nil {
			t.Fatal(err)
		}
		if _, err := g.Plan(t.Context(), p.Operation, 0); err != nil {
			t.Fatal(err)
		}
	}
	hit()
	n := 0
	fresh := func() *generation.Query {
		n++
		text := bytes.Replace(query.Text.Raw, []byte("users {"), fmt.Appendf(nil, "n%d: __typename users {", n), 1)
		return &generation.Query{Text: body.Text{Raw: text, Escaped: true}}
	}
	parse := func() {
		if p, err := g.Parse(t.Context(), fresh()); err != nil || p.Operation == nil {
			t.Fatal(err)
		}
	}
	plan := func() {
		p, err := g.Parse(t.Context(), fresh())
		if err != nil || p.Operation == nil {
			t.Fatal(err)
		}
		if _, err := g.Plan(t.Context(), p.Operation, 0); err != nil {
			t.Fatal(err)
		}
	}
	out := []stage{
		{"read", 0, len(request), read},
		{"hit", 0, len(shop.Heavy), hit},
		{"parse", 480, len(shop.Heavy), parse},
		{"parse and plan", 2700, len(shop.Heavy), plan},
	}
	for _, one := range []struct {
		name        string
		g           *generation.Generation
		query       string
		allocations float64
	}{
		{"execute heavy", g, shop.Heavy, 12},
		{"execute small", g, "{topProducts{name}}", 4},
		{"execute 1-MB", big, "{" + shop.BulkFields[0] + "}", 4},
		{"execute short-fields", big, "{" + shop.BulkFields[2] + "}", 4},
	} {
		run := executable(t, one.g, one.query)
		out = append(out, stage{one.name, one.allocations, run(), func() { run() }})
	}
	return out
}

func BenchmarkStages(b *testing.B) {
	for _, s := range stages(b) {
		b.Run(strings.ReplaceAll(s.name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(s.bytes))
			b.ReportAllocs()
			for b.Loop() {
				s.run()
			}
		})
	}
}

// TestAllocations keeps what was won: no stage allocates more than it did.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, and makes pools drop some of what they are given")
	}
	for _, s := range stages(t) {
		for range 10 {
			s.run()
		}
		n := testing.AllocsPerRun(100, s.run)
		t.Logf("%s: %.0f allocations", s.name, n)
		if n > s.allocations {
			t.Errorf("%s makes %.0f allocations, more than %.0f", s.name, n, s.allocations)
		}
	}
}
