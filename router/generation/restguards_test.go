package generation

import (
	"slices"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/rest"
)

// What is known of a service outlives the generation that learnt it, as long as
// its settings stay.
func TestGuardsOutliveGenerations(t *testing.T) {
	s := &Shared{}
	key := guardKey{"a", "http://a/", rest.GuardSettings{MaxConcurrent: 1}}
	first, releaseFirst := s.guards.acquire(key, s)
	second, releaseSecond := s.guards.acquire(key, s)
	releaseFirst()
	releaseFirst() // once is enough
	third, releaseThird := s.guards.acquire(key, s)
	if first != second || second != third {
		t.Error("a reload forgets")
	}
	other := key
	other.settings.MaxConcurrent = 2
	changed, releaseOther := s.guards.acquire(other, s)
	if changed == third {
		t.Error("other settings, the same guard")
	}
	for _, release := range []func(){releaseSecond, releaseThird, releaseOther} {
		release()
	}
	if len(s.guards.all) != 0 {
		t.Errorf("%d guards are left", len(s.guards.all))
	}
}

func TestMissingIsCounted(t *testing.T) {
	var m Missing
	m.add("s", "Song", 2)
	m.add("s", "Artist", 1)
	m.add("s", "Song", 3)
	if got := m.Counts(); !slices.Equal(got, []MissingCount{{"s", "Artist", 1}, {"s", "Song", 5}}) {
		t.Errorf("%v", got)
	}
}
