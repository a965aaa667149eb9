package planner

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSlab grows lists in one slab, in any order, and compares them with lists of
// their own.
func TestSlab(t *testing.T) {
	var s slab[int]
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		var got, want [20][]int
		for n := range 20_000 {
			i := rnd.IntN(len(got))
			switch rnd.IntN(50) {
			case 0:
				got[i], want[i] = nil, nil
			case 1:
				got[i], want[i] = s.clone(got[rnd.IntN(2)]), nil
				want[i] = slices.Clone(got[i])
			case 2:
				got[i] = s.take(rnd.IntN(3000))
				if slices.ContainsFunc(got[i], func(x int) bool { return x != 0 }) {
					t.Fatal("the memory is not empty")
				}
				want[i] = make([]int, len(got[i]))
			default:
				got[i], want[i] = s.append(got[i], n), append(want[i], n)
			}
		}
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("list %d differs", i)
			}
		}
		if kept := s.reset(); kept > keptChunks {
			t.Errorf("%d bytes are kept, more than %d", kept, keptChunks)
		}
	}
}

func TestBitset(t *testing.T) {
	var r run
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 63, 64, 65, 128, 200} {
		var sets [3]bitset
		var want [3]map[int]bool
		for i := range sets {
			sets[i], want[i] = r.newBitset(n), map[int]bool{}
			for range rnd.IntN(2 * n) {
				x := rnd.IntN(n)
				sets[i].add(x)
				want[i][x] = true
			}
		}
		copied := r.cloneBits(sets[0])
		copied.or(sets[1])
		copied.without(sets[2])
		intersects, contains, count := false, true, 0
		for x := range n {
			if got := (want[0][x] || want[1][x]) && !want[2][x]; copied.has(x) != got {
				t.Errorf("%d of %d: %v", x, n, got)
			}
			intersects = intersects || want[0][x] && want[1][x]
			contains = contains && (want[0][x] || !want[1][x])
			if want[0][x] {
				if sets[0].next(x) != x {
					t.Errorf("next(%d) of %d: %d", x, n, sets[0].next(x))
				}
				count++
			}
		}
		if sets[0].intersects(sets[1]) != intersects || sets[0].contains(sets[1]) != contains || sets[0].count() != count {
			t.Errorf("of %d: %v %v %d", n, intersects, contains, count)
		}
		listed := 0
		for x := sets[0].next(0); x >= 0; x = sets[0].next(x + 1) {
			listed++
			sets[0].remove(x)
		}
		if listed != count || !sets[0].empty() || sets[0].equal(r.oneOf(n, n-1)) {
			t.Errorf("of %d: %d listed, %d in it", n, listed, count)
		}
	}
}
