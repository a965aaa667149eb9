package execute

import (
	"context"
	"testing"
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
	x := &state{}
	r := &Request{Plan: p}
	x.begin(r)
	fs := &x.fetches[f.ID]
	x.gather(fs) // entries without rows, so the answer's rows are only skipped
	d := f.Entries[0].Targets[0].Types[0].Decode
	n := testing.AllocsPerRun(50, func() {
		x.store.reset(p, x.limits)
		x.body = text
		for i := range text {
			if i > 0 && text[i] == '{' && text[i-1] == '[' {
				if _, end := x.decodeObject(d, i, true); end < 0 {
					t.Fatal("malformed")
				}
				break
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
