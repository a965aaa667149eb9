package generation

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// restGuards are what is known of the state of REST services, by their addresses
// and settings. It outlives generations: a reload does not forget that a service
// fails, nor how many requests to it are under way.
type restGuards struct {
	mu  sync.Mutex
	all map[guardKey]*restGuard
}

type guardKey struct {
	subgraph, url string
	settings      rest.GuardSettings
}

type restGuard struct {
	*rest.Guard
	users int
}

// guarded is the Transport of a REST subgraph as its configuration spares it.
func (e *engine) guarded(c *config.Subgraph, set *clientSettings, t rest.Transport, s *Shared) rest.Transport {
	if c == nil || c.Rest == nil {
		return t
	}
	settings := rest.GuardSettings{MaxConcurrent: c.Rest.MaxConcurrent}
	if b := c.Rest.CircuitBreaker; b != nil {
		settings.ErrorThreshold, settings.VolumeThreshold = float64(b.ErrorThreshold), b.VolumeThreshold
		settings.ResetTimeout, settings.HalfOpenAttempts = b.ResetTimeout.Std(), b.HalfOpenAttempts
	}
	if settings == (rest.GuardSettings{}) {
		return t
	}
	g, release := s.guards.acquire(guardKey{set.name, set.url, settings}, s)
	e.releases = append(e.releases, release)
	return g.Around(t)
}

func (r *restGuards) acquire(key guardKey, s *Shared) (*rest.Guard, func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.all[key]
	if g == nil {
		g = &restGuard{Guard: rest.NewGuard(key.settings, s.now)}
		if r.all == nil {
			r.all = map[guardKey]*restGuard{}
		}
		r.all[key] = g
	}
	g.users++
	return g.Guard, sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if g.users--; g.users == 0 {
			delete(r.all, key)
		}
	})
}

// Missing counts objects that upstreams were asked for and do not have. It may be
// used from any goroutine.
type Missing struct {
	mu     sync.Mutex
	counts map[missingOf]int64
}

type missingOf struct{ subgraph, typ string }

// MissingCount is how many objects of one type one upstream did not have.
type MissingCount struct {
	Subgraph, Type string
	Objects        int64
}

func (m *Missing) add(subgraph, typ string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[missingOf]int64{}
	}
	m.counts[missingOf{subgraph, typ}] += int64(n)
}

// Counts returns the counts since the process began, sorted: what a metric
// rest_missing_total by subgraph and type would say.
func (m *Missing) Counts() []MissingCount {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]MissingCount, 0, len(m.counts))
	for _, of := range slices.SortedFunc(maps.Keys(m.counts), func(a, b missingOf) int {
		return cmp.Or(cmp.Compare(a.subgraph, b.subgraph), cmp.Compare(a.typ, b.typ))
	}) {
		out = append(out, MissingCount{of.subgraph, of.typ, m.counts[of]})
	}
	return out
}
