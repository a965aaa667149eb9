package planner_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/internal/measured"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// TestPlansOutliveRuns checks that nothing of a plan is memory that later runs
// use again, and that a run starts from nothing: plans made by one planner, one
// after the other and at once, are those that new planners make.
func TestPlansOutliveRuns(t *testing.T) {
	type graph struct {
		*loaded
		ops []*operation.Operation
	}
	var all []graph
	for _, g := range graphs {
		one := graph{loaded: load(t, g.subgraphs)}
		files, err := filepath.Glob(filepath.Join("..", "testdata", "plans", g.name, "ops", "*.graphql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no operations", g.name)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			one.ops = append(one.ops, one.parse(t, string(text)))
		}
		all = append(all, one)
	}
	for _, z := range []zoo{{3, 3, true}, {4, 4, false}, {70, 2, false}} {
		one := graph{loaded: z.load(t)}
		rnd := rand.New(rand.NewPCG(3, uint64(z.types)))
		for range 6 {
			choices := make([]byte, 100+rnd.IntN(200))
			for i := range choices {
				choices[i] = byte(rnd.Uint32())
			}
			if op, errs := one.front.Parse(z.operation(&decisions{bytes: choices}), ""); len(errs) == 0 {
				one.ops = append(one.ops, op)
			}
		}
		all = append(all, one)
	}
	for _, g := range all {
		want := make([]*plan.Plan, len(g.ops))
		for i, op := range g.ops {
			want[i] = planned(t, planner.New(g.super, nil, planner.Options{}), op)
		}
		p := planner.New(g.super, nil, planner.Options{})
		var wait sync.WaitGroup
		for worker := range 3 {
			wait.Go(func() {
				got := make([]*plan.Plan, len(g.ops))
				order := rand.New(rand.NewPCG(1, uint64(worker))).Perm(len(g.ops))
				for _, i := range slices.Concat(order, order) {
					got[i] = planned(t, p, g.ops[i])
				}
				for i := range got {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Errorf("another plan for %s", g.ops[i].Normalized)
					}
				}
			})
		}
		wait.Wait()
	}
}

func planned(t *testing.T, p *planner.Planner, op *operation.Operation) *plan.Plan {
	out, err := p.Plan(context.Background(), op, 0)
	if err != nil {
		t.Error(err)
	}
	return out
}

// TestPlanAllocations bounds what planning allocates beyond the plan itself.
func TestPlanAllocations(t *testing.T) {
	if measured.Race {
		t.Skip("the race detector allocates")
	}
	l := load(t, graphs[0].subgraphs)
	p := planner.New(l.super, nil, planner.Options{})
	for _, c := range []struct {
		name, text string
		most       float64
	}{
		{"small", "{ topProducts { name } }", 25},
		{"deep10", deep(10), 850},
		{"wide100", wide(100), 5500},
	} {
		op := l.parse(t, c.text)
		if n := testing.AllocsPerRun(20, func() { planned(t, p, op) }); n > c.most {
			t.Errorf("%s: %v allocations, more than %v", c.name, n, c.most)
		}
	}
}
