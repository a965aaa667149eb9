package execute

import (
	"context"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// A fetch is handed the kept answers of its primers: of those that came and
// could be read. They are there for as long as it runs.
func TestPrimers(t *testing.T) {
	b, ds := leafPlan(5)
	released := 0
	answer := func(key, text string, keep bool) stub {
		return func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
			if c.Keep != keep || len(c.Primers) > 0 {
				t.Errorf("%s: keep %v, %d primers", key, c.Keep, len(c.Primers))
			}
			a := subgraphs.NewAnswer(func(*subgraphs.Answer) { released++ })
			a.Body = []byte(text)
			if keep {
				a.Kept = key
			}
			return a
		}
	}
	var primers []*plan.Fetch
	for i, p := range []stub{
		answer("a", `{"data":{"a":1}}`, true),
		failing(subgraphs.CodeStatus),
		answer("c", `{"data":{"c":`, true),
		answer("d", `{"data":{"d":4}}`, false),
	} {
		f := b.rootFetch(p, ds[i])
		if f.Primes = i < 3; f.Primes {
			primers = append(primers, f)
		}
	}
	last := b.rootFetch(stub(func(ctx context.Context, c *subgraphs.Call) *subgraphs.Answer {
		if len(c.Primers) != 1 || c.Primers[0].Kept != "a" || string(c.Primers[0].Body) != `{"data":{"a":1}}` || c.Keep || released != 0 {
			t.Errorf("%d primers, %d answers are gone", len(c.Primers), released)
		}
		return body(`{"data":{"e":5}}`)(ctx, c)
	}), ds[4], primers...)
	for _, f := range primers {
		last.Primers = append(last.Primers, f.ID)
	}
	if err := Check(b.plan); err != nil {
		t.Fatal(err)
	}
	e := New()
	for n := range 3 { // the memory of one request is that of the next
		released = 0
		got, result := e.Execute(t.Context(), &Request{Plan: b.plan}, nil)
		if result.Failed != 2 || released != 3 {
			t.Errorf("run %d: %+v, %d answers are gone: %s", n, result, released, got)
		}
	}
	last.Primers = append(last.Primers, 3)
	if Check(b.plan) == nil {
		t.Error("a fetch that does not prime is a primer")
	}
}
