package execute

import (
	"bytes"
	"context"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// allocations per request of the heavy query with recorded answers.
func allocations(t *testing.T, scale int) float64 {
	p := heavyPlan()
	newShop(scale).serve(p)
	record(t, p)
	e := New()
	r := &Request{Plan: p}
	ctx := context.Background()
	var dst []byte
	run := func() { dst, _ = e.Execute(ctx, r, dst[:0]) }
	for range 5 {
		run()
	}
	return testing.AllocsPerRun(200, run)
}

func TestAllocationsDoNotGrowWithTheResponse(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector, pools drop some of what they are given")
	}
	small, large := allocations(t, 1), allocations(t, 2)
	t.Logf("%v and %v allocations", small, large)
	if small > 12 || large > small+1 {
		t.Errorf("%v and %v allocations", small, large)
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	p := heavyPlan()
	newShop(1).serve(p)
	record(t, p)
	f, text := largest(p)
	rows := bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(`{"data":{"_entities":`)), []byte(`}}`))
	field := &plan.DecodeField{Child: f.Entries[0].Targets[0].Types[0].Decode, Wrap: schema.WrapNamed(false).List(false)}
	x := new(store)
	n := testing.AllocsPerRun(50, func() {
		x.reset(p, Limits{}.withDefaults())
		x.body = rows
		if _, end := x.decodeValue(field, field.Wrap, 0, 0); end != len(rows) {
			t.Fatal("malformed")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWritingDoesNotAllocate(t *testing.T) {
	p := heavyPlan()
	newShop(1).serve(p)
	x := &state{workers: new(workers)}
	x.begin(&Request{Plan: p})
	x.run(context.Background())
	dst := x.write(nil)
	if n := testing.AllocsPerRun(50, func() { dst = x.write(dst[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
