package planner_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// explained plans an operation with an explanation. It checks that the plan is
// the one that is made without, and that nothing in the explanation contradicts
// itself.
func explained(t *testing.T, l *loaded, op *operation.Operation) *plan.Plan {
	t.Helper()
	plain, plainErr := planner.New(l.super, nil, planner.Options{}).Plan(t.Context(), op, 0)
	p, err := planner.New(l.super, nil, planner.Options{Explain: true}).Plan(t.Context(), op, 0)
	if (plainErr == nil) != (err == nil) {
		t.Fatalf("%s\nexplained: %v, otherwise: %v", op.Normalized, err, plainErr)
	}
	if err != nil {
		return nil
	}
	again, err := planner.New(l.super, nil, planner.Options{Explain: true}).Plan(t.Context(), op, 0)
	if err != nil || again.Text() != p.Text() {
		t.Errorf("explaining twice gave two texts (%v)", err)
	}
	for i, f := range p.Fetches {
		e := f.Explain
		if e == nil {
			t.Fatalf("#%d is not explained", i+1)
		}
		lookup := len(f.Entries) > 0
		if e.Predicted.Requests < 1 && f.Demand.PerRequest == 0 || lookup != (len(e.Lookups) > 0) || !lookup && len(e.Fields) == 0 {
			t.Errorf("#%d: %+v", i+1, e)
		}
		for _, x := range e.Fields {
			if x.Subgraph != plain.Fetches[i].Name {
				t.Errorf("#%d: %s is from %s", i+1, x.Path, x.Subgraph)
			}
			for _, w := range x.Alternatives {
				if w.Subgraph == x.Subgraph || (w.ExplainCost == nil) == (w.Impossible == "") {
					t.Errorf("#%d: %s: %+v", i+1, x.Path, w)
				}
				if w.Decided != "" && w.ExplainCost.Less(x.Cost) {
					t.Errorf("#%d: %s: %s costs less, %+v", i+1, x.Path, w.Subgraph, w)
				}
			}
		}
		for _, k := range e.Lookups {
			if k.Impossible != "" || k.From < 1 || !slices.Contains(f.Deps, k.From-1) && !waitsFor(p, f, k.From-1) {
				t.Errorf("#%d: %+v", i+1, k)
			}
		}
		for _, n := range e.Needs {
			if n.From < 1 || p.Fetches[n.From-1].Name != n.Subgraph || !n.Key && len(n.For) == 0 {
				t.Errorf("#%d: %+v", i+1, n)
			}
		}
		f.Explain = nil
	}
	if !reflect.DeepEqual(p, plain) {
		t.Errorf("another plan when it is explained:\n%s\n%s", p.Text(), plain.Text())
	}
	return again
}

// waitsFor reports whether a fetch waits for another, directly or not.
func waitsFor(p *plan.Plan, f *plan.Fetch, on int) bool {
	return f.ID == on || slices.ContainsFunc(f.Deps, func(d int) bool { return d == on || waitsFor(p, p.Fetches[d], on) })
}

// Explaining looks further than planning does, and must not change what is found.
func TestExplainedPlansAreThePlans(t *testing.T) {
	for _, g := range graphs {
		l := load(t, g.subgraphs)
		files, err := filepath.Glob(filepath.Join("..", "testdata", "plans", g.name, "ops", "*.graphql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no operations", g.name)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			explained(t, l, l.parse(t, string(text)))
		}
	}
	for _, z := range []zoo{{3, 3, true}, {4, 4, false}, {3, 6, false}, {70, 2, false}} {
		l := z.load(t)
		rnd := rand.New(rand.NewPCG(5, uint64(z.types)))
		for range 8 {
			choices := make([]byte, 50+rnd.IntN(150))
			for i := range choices {
				choices[i] = byte(rnd.Uint32())
			}
			if op, errs := l.front.Parse(z.operation(&decisions{bytes: choices}), ""); len(errs) == 0 {
				explained(t, l, op)
			}
		}
	}
}

// The conformance corpus, where WEFT_CORPUS says that it is.
func TestExplainedCorpus(t *testing.T) {
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		t.Skip("WEFT_CORPUS names no folder with audit/SUITE")
	}
	suites, err := filepath.Glob(filepath.Join(corpus, "audit", "*"))
	if err != nil || len(suites) == 0 {
		t.Fatal("no suites")
	}
	for _, dir := range suites {
		l := load(t, filepath.Join(dir, "subgraphs", "*.graphql"))
		text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct{ Query string }
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		for i, c := range cases {
			t.Run(filepath.Base(dir), func(t *testing.T) {
				op, errs := l.front.Parse(c.Query, "")
				if len(errs) > 0 {
					t.Skip(errs[0])
				}
				if p := explained(t, l, op); p != nil && strings.Contains(p.Text(), "not weighed") {
					t.Errorf("case %d: %s", i, p.Text())
				}
			})
		}
	}
}

// TestExplain goes through everything that an explanation has to say.
func TestExplain(t *testing.T) {
	l := composed(t, []compose.Source{
		{Name: "a", SDL: foundLink + `type Query { p: P }
type P @key(fields: "id") { id: ID! sku: ID @shareable size: Int @shareable }`},
		{Name: "b", SDL: foundLink + `type P @key(fields: "sku") @key(fields: "id") @key(fields: "code") { id: ID! sku: ID @shareable code: ID price(in: String): Int size: Int @external weight: Int @external cost: Int @requires(fields: "size weight") }`},
		{Name: "c", SDL: foundLink + `type P @key(fields: "id") { id: ID! size: Int @shareable weight: Int @shareable }`},
		{Name: "d", SDL: foundLink + `type P @key(fields: "code") { code: ID @shareable weight: Int @shareable }`},
		{Name: "e", SDL: foundLink + `type P @key(fields: "id", resolvable: false) { id: ID! size: Int @shareable }`},
	})
	p := explained(t, l, l.parse(t, `{ p { cost size } }`))
	text := p.Text()
	for _, want := range []string{
		"why p.cost: P.cost from b (+3 requests, +3 waves); nobody else has it\n",
		"why p.size: P.size from a (+0 requests, +0 waves); it is asked for as a key or requirement anyway\n",
		"not b: external there\n",
		"not e: the objects cannot be looked up there\n",
		"by key id (+0 requests, +0 waves): P at p from #1 a\n    or key sku, which can be null (+0 requests, +0 waves)\n",
		"needs P.weight (requirement of P.cost) from #2 c (+1 request, +1 wave)\n",
		"    or d (+2 requests, +2 waves)\n",
		"predicted: 1 request for 1 row\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"predicted":{"requests":1,"rows":1}`, `"for":["P.cost"],"from":2,"subgraph":"c","waves":1,"requests":1`, `"nullable":true`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("lacks %s\n%s", want, raw)
		}
	}
	if p, err := planner.New(l.super, nil, planner.Options{}).Plan(context.Background(), l.parse(t, `{ p { cost size } }`), 0); err != nil || p.Fetches[0].Explain != nil {
		t.Error("explained without being asked", err)
	}
}
