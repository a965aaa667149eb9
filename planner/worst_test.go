package planner_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/internal/measured"
	"github.com/weft-graphql/weft/planner/operation"
)

var (
	search = flag.Duration("search", 0, "how long TestSearchWorst looks for operations that plan slowly, for each graph")
	seed   = flag.Uint64("seed", 1, "where the search of TestSearchWorst begins")
	keep   = flag.String("keep", "", "folder into which TestSearchWorst writes the slowest operation of each graph")
)

// defaultLimits are those of the configuration.
var defaultLimits = operation.Limits{MaxDepth: 20, MaxAliases: 30, MaxRootFields: 20, MaxFields: 2000, MaxTokens: 15000, MaxDirectives: 50}

// slowest is what the worst operation may take, parsing and validation included.
const slowest = 100 * time.Millisecond

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

// zoo is a graph made to be hard: an interface with many types, every one of
// them in many subgraphs. Where objects are shared, all subgraphs lead to the
// next ones; else one does, and the rest is looked up, with chains of
// requirements.
type zoo struct {
	types, subgraphs int
	shared           bool
}

func (z zoo) String() string {
	return fmt.Sprintf("%dtypes_%dsubgraphs_shared%t", z.types, z.subgraphs, z.shared)
}

func (z zoo) load(t testing.TB) *loaded {
	var sources []compose.Source
	for s := range z.subgraphs {
		var b strings.Builder
		b.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires"])
type Query { node: Node @shareable nodes: [Node!]! @shareable }
`)
		next := ""
		switch {
		case z.shared:
			next = "next: Node @shareable all: [Node!]! @shareable"
		case s == 0:
			next = "next: Node all: [Node!]!"
		}
		fmt.Fprintf(&b, "interface Node { id: ID! f%d: Int %s }\n", s, strings.ReplaceAll(next, "@shareable", ""))
		for i := range z.types {
			fmt.Fprintf(&b, "type T%d implements Node @key(fields: \"id\") { id: ID! %s f%d: Int g%d_%d: Int h%d: T%d e%d: Int", i, next, s, i, s, s, (i+1)%z.types, s)
			if s > 0 {
				fmt.Fprintf(&b, " e%d: Int @external r%d: Int @requires(fields: \"e%d\")", s-1, s, s-1)
			}
			b.WriteString(" }\n")
		}
		sources = append(sources, compose.Source{Name: fmt.Sprintf("s%d", s), SDL: b.String()})
	}
	return composedWith(t, sources, defaultLimits)
}

var zoos = []zoo{{5, 3, false}, {20, 5, true}, {50, 4, true}, {8, 12, true}, {20, 5, false}, {50, 4, false}, {8, 12, false}, {3, 30, false}}

// worst are operations of which each is hard in a way of its own.
func (z zoo) worst() map[string]string {
	repeat := strings.Repeat
	fields, each, requires, aliases, roots, chain, vars, conditions, nested := "", "", "", "", "", "", "", "", ""
	for s := range z.subgraphs {
		fields += fmt.Sprintf(" f%d", s)
		if s > 0 {
			requires += fmt.Sprintf(" ... on T0 { r%d }", s)
		}
	}
	for i := range z.types {
		each += fmt.Sprintf(" ... on T%d {", i)
		for s := range z.subgraphs {
			each += fmt.Sprintf(" g%d_%d", i, s)
		}
		each += " }"
	}
	for i := range 29 {
		aliases += fmt.Sprintf(" a%d: next { %s next { next { %s } } }", i, fields, fields)
	}
	for i := range 19 {
		roots += fmt.Sprintf(" a%d: node { %s next { next { %s } } }", i, fields, fields)
	}
	for i := range 17 {
		chain += fmt.Sprintf("{ %s h%d ", fields, i%z.subgraphs)
		vars += fmt.Sprintf(" $v%d: Boolean!", i)
		conditions += fmt.Sprintf(" ... @include(if: $v%d) { %s next { id %s } }", i, fields, fields)
		nested += fmt.Sprintf("{ %s ... @include(if: $v%d) { next { id } } ... @skip(if: $v%d) { next { %s } } next ", fields, i, i, fields)
	}
	some := max(1, min(17, 1800/(z.types*z.subgraphs)))
	few := max(1, min(17, 600/z.subgraphs))
	var tree func(d int) string
	tree = func(d int) string {
		if d == 0 {
			return "{" + fields + " }"
		}
		return "{ a: next " + tree(d-1) + " b: all " + tree(d-1) + " }"
	}
	out := map[string]string{
		"duplicates":       "{ node {" + repeat(" id", 1990) + " } }",
		"duplicate fields": "{ node {" + repeat(fields, 1900/z.subgraphs) + " } }",
		"deep":             "{ node " + repeat("{ next ", 18) + "{" + fields + "}" + repeat("}", 18) + " }",
		"deep and wide":    "{ node " + repeat("{ "+fields+" next ", 18) + "{" + fields + "}" + repeat("}", 18) + " }",
		"fragments":        "{ node " + repeat("{ "+each+" next ", some) + "{" + each + "}" + repeat("}", some) + " }",
		"fragments, lists": "{ nodes " + repeat("{ "+each+" all ", some) + "{" + each + "}" + repeat("}", some) + " }",
		"aliases":          "{ node {" + aliases + " } }",
		"aliases, lists":   "{ nodes {" + strings.ReplaceAll(aliases, "next", "all") + " } }",
		"root aliases":     "{ " + roots + " }",
		"chain":            "{ node { ... on T0 " + chain + "{" + fields + "}" + repeat("}", 17) + " } }",
		"requirements":     "{ nodes " + repeat("{ "+requires+" all ", few) + "{" + requires + "}" + repeat("}", few) + " }",
		"tree":             "{ node " + tree(3) + " }",
		"conditions":       "query (" + vars + ") { node {" + conditions + " } }",
		"conditions, deep": "query (" + vars + ") { node " + nested + "{ id }" + repeat("}", 17) + " }",
	}
	return out
}

// took parses and plans an operation; refused ones cost what they cost.
func (l *loaded) took(p *planner.Planner, text string) (time.Duration, error) {
	start := time.Now()
	op, errs := l.front.Parse(text, "")
	if len(errs) > 0 {
		return time.Since(start), errs[0]
	}
	_, err := p.Plan(context.Background(), op, 0)
	return time.Since(start), err
}

func TestWorst(t *testing.T) {
	if measured.Race || testing.Short() {
		t.Skip("measures time")
	}
	for _, z := range zoos {
		l := z.load(t)
		p := planner.New(l.super, nil, planner.Options{})
		worst := z.worst()
		names := make([]string, 0, len(worst))
		for name := range worst {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if least := l.quickest(p, worst[name], slowest); least > 2*slowest {
				t.Errorf("%v, %s: %v, more than %v", z, name, least, slowest)
			}
		}
	}
}

// quickest is the least that several runs took, in time or processor time, for
// others may use the machine. Runs end once one is quicker than enough.
func (l *loaded) quickest(p *planner.Planner, text string, enough time.Duration) time.Duration {
	least := time.Hour
	for range 8 {
		before := measured.CPU()
		d, _ := l.took(p, text)
		if least = min(least, d, measured.CPU()-before); least < enough {
			break
		}
	}
	return least
}

// found are the slowest operations that searches have found for a graph so far.
func (z zoo) found(t testing.TB) map[string]string {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "plans", "worst", z.String()+"*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: nothing found (%v)", z, err)
	}
	out := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".graphql")] = string(text)
	}
	return out
}

// TestWorstFound keeps the worst that was found within its bound.
func TestWorstFound(t *testing.T) {
	if measured.Race || testing.Short() {
		t.Skip("measures time")
	}
	for _, z := range zoos {
		l := z.load(t)
		p := planner.New(l.super, nil, planner.Options{})
		for name, text := range z.found(t) {
			if _, err := l.took(p, text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			least := l.quickest(p, text, slowest/2)
			t.Logf("%s: %v", name, least)
			// With some slack, as above.
			if least > 2*slowest {
				t.Errorf("%s: %v, more than %v", name, least, slowest)
			}
		}
	}
}

func BenchmarkWorstFound(b *testing.B) {
	for _, z := range zoos {
		l := z.load(b)
		p := planner.New(l.super, nil, planner.Options{})
		for name, text := range z.found(b) {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := l.took(p, text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkWorst(b *testing.B) {
	for _, z := range zoos {
		l := z.load(b)
		p := planner.New(l.super, nil, planner.Options{})
		for name, text := range z.worst() {
			b.Run(z.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := l.took(p, text); err != nil && !strings.Contains(err.Error(), "on type") {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// decisions are the choices of a generated operation, one byte each; the search
// changes some and keeps what plans slower.
type decisions struct {
	bytes []byte
	at    int
}

func (d *decisions) next(n int) int {
	if d.at >= len(d.bytes) {
		return 0
	}
	d.at++
	return int(d.bytes[d.at-1]) % n
}

// operation makes an operation over a zoo of its decisions.
func (z zoo) operation(d *decisions) string {
	fields, aliases, conditions := 1900, 29, 0
	var b strings.Builder
	var selection func(depth, on int)
	selection = func(depth, on int) {
		b.WriteString("{ id")
		for n := 1 + d.next(12); n > 0 && fields > 0 && d.at < len(d.bytes); n-- {
			fields--
			switch kind := d.next(8); {
			case kind < 2:
				fmt.Fprintf(&b, " f%d", d.next(z.subgraphs))
			case kind == 2 && on < 0:
				t := d.next(z.types)
				fmt.Fprintf(&b, " ... on T%d ", t)
				selection(depth, t)
			case kind == 2:
				fmt.Fprintf(&b, " g%d_%d", on, d.next(z.subgraphs))
			case kind == 3 && on >= 0:
				fmt.Fprintf(&b, " r%d", 1+d.next(z.subgraphs-1))
			case kind == 4 && on >= 0 && depth > 1:
				fmt.Fprintf(&b, " h%d ", d.next(z.subgraphs))
				selection(depth-1, (on+1)%z.types)
			case kind == 5 && conditions < 24:
				conditions++
				fmt.Fprintf(&b, " ... @include(if: $v%d) ", d.next(10))
				selection(depth, on)
			case depth > 1:
				if aliases > 0 && d.next(2) == 0 {
					aliases--
					fmt.Fprintf(&b, " a%d:", aliases)
				}
				b.WriteString([]string{" next ", " all "}[d.next(2)])
				selection(depth-1, -1)
			}
		}
		b.WriteString(" }")
	}
	for n := 1 + d.next(19); n > 0; n-- {
		if aliases > 0 {
			aliases--
			fmt.Fprintf(&b, " r%d:", aliases)
		}
		b.WriteString([]string{" node ", " nodes "}[d.next(2)])
		selection(19, -1)
	}
	vars := ""
	for i := range 10 {
		if strings.Contains(b.String(), fmt.Sprintf("$v%d)", i)) {
			vars += fmt.Sprintf(" $v%d: Boolean!", i)
		}
	}
	if vars != "" {
		vars = "(" + vars + ")"
	}
	return "query " + vars + " {" + b.String() + " }"
}

// TestSearchWorst climbs towards operations that plan slowly. By hand:
// go test ./planner -run SearchWorst -args -search 1m -keep folder
func TestSearchWorst(t *testing.T) {
	if *search == 0 {
		t.Skip("runs for a time given by -search")
	}
	for _, z := range zoos {
		l := z.load(t)
		p := planner.New(l.super, nil, planner.Options{})
		rnd := rand.New(rand.NewPCG(*seed, uint64(z.types)))
		var best []byte
		var slow time.Duration
		tried := 0
		for end := time.Now().Add(*search); time.Now().Before(end); tried++ {
			next := slices.Clone(best)
			if len(next) == 0 || rnd.IntN(50) == 0 {
				next = make([]byte, 200+rnd.IntN(4000))
				for i := range next {
					next[i] = byte(rnd.Uint32())
				}
			} else {
				for range 1 + rnd.IntN(20) {
					next[rnd.IntN(len(next))] = byte(rnd.Uint32())
				}
			}
			text := z.operation(&decisions{bytes: next})
			// Several times, for it may have been something else that took so long.
			if d := l.quickest(p, text, slow); d > slow {
				slow, best = d, next
			}
		}
		_, err := l.took(p, z.operation(&decisions{bytes: best}))
		t.Logf("%v: %v after %d tries (%v)", z, slow, tried, err)
		if *keep != "" {
			if err := os.WriteFile(filepath.Join(*keep, z.String()+".graphql"), []byte(z.operation(&decisions{bytes: best})), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if slow > slowest {
			t.Errorf("%v: %v\n%s", z, slow, z.operation(&decisions{bytes: best}))
		}
	}
}
