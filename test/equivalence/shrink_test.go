package equivalence

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/plan"
)

// TestShrink lets the shrinker look for the smallest case with a property of
// its plan, instead of one that fails, and checks that it gets there: with
// abstract types, with one fetch for different depths, and with entities that
// the response shows more than once.
func TestShrink(t *testing.T) {
	for _, test := range []struct {
		name string
		has  func(*outcome) bool
		// subgraphs and selections are the most that may be left.
		subgraphs, selections int
	}{
		{"abstract", func(o *outcome) bool { return targets(o.plan, severalTypes) }, 3, 9},
		{"depths", func(o *outcome) bool { return targets(o.plan, differentDepths) }, 3, 12},
		{"shared", func(o *outcome) bool { return o.rows > 0 && o.shared }, 2, 6},
		{"waves", func(o *outcome) bool { return o.waves >= 4 }, 4, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fails := func(c *Case) *Failure {
				g, f := start(t, c, c.Data, false)
				if f != nil {
					return f
				}
				out, f := g.run(c.Op)
				if f == nil && test.has(&out) {
					return &Failure{Class: test.name, Plan: out.plan.Text()}
				}
				return f
			}
			c, f := search(fails, test.name)
			if c == nil {
				t.Fatal("no such case")
			}
			small, f := shrink(c, f, time.Minute, fails)
			if f.Class != test.name {
				t.Fatalf("another failure is left: %s", f)
			}
			selections := 0
			small.Op.visit(func(*[]*Selection, int) bool {
				selections++
				return true
			})
			if len(small.Subgraphs) > test.subgraphs || selections > test.selections {
				t.Errorf("%d subgraphs and %d selections are left, want %d and %d at most\n%s",
					len(small.Subgraphs), selections, test.subgraphs, test.selections, small.print(f, ""))
			}
		})
	}
}

func search(fails func(*Case) *Failure, class string) (*Case, *Failure) {
	for n := range uint64(300) {
		r := rand.New(rand.NewPCG(3, n))
		c := generateSchema(r, AllFeatures())
		generateData(r, AllFeatures(), c)
		for range 4 {
			generateOperation(r, AllFeatures(), c)
			if f := fails(c); f != nil && f.Class == class {
				return c, f
			}
		}
	}
	return nil, nil
}

func targets(p *plan.Plan, has func([]plan.Target) bool) bool {
	for _, f := range p.Fetches {
		var all []plan.Target
		for i := range f.Entries {
			all = append(all, f.Entries[i].Targets...)
		}
		if has(all) {
			return true
		}
	}
	return false
}

func severalTypes(list []plan.Target) bool {
	for i := range list {
		n := 0
		for _, t := range list[i].Types {
			if t != nil {
				n++
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

func differentDepths(list []plan.Target) bool {
	for i := range list {
		if len(list[i].Path) != len(list[0].Path) {
			return true
		}
	}
	return false
}
