package generation

import "sync/atomic"

// Current holds the generation that new requests get. The zero Current holds
// none.
type Current struct {
	p atomic.Pointer[Generation]
}

// Acquire returns the current generation, nil if there is none. The caller must
// Release it.
func (c *Current) Acquire() *Generation {
	for {
		g := c.p.Load()
		if g == nil {
			return nil
		}
		g.users.Add(1)
		// It may have been replaced and closed between the two steps above; it is
		// safe to use only if it is still the one.
		if c.p.Load() == g {
			return g
		}
		g.Release()
	}
}

// Swap makes next the current generation, nil for none, and takes over the
// caller's reference to it. The generation before closes with its last user.
func (c *Current) Swap(next *Generation) {
	if old := c.p.Swap(next); old != nil {
		old.Release()
	}
}

// Release gives a reference back.
func (g *Generation) Release() {
	switch n := g.users.Add(-1); {
	case n == 0:
		// Acquire may bring a closed generation up to 1 and back for a moment.
		if g.closed.CompareAndSwap(false, true) {
			g.engine.release()
		}
	case n < 0:
		panic("generation: released too often")
	}
}

// Retain adds a reference, unless the generation has been closed.
func (g *Generation) Retain() bool {
	for {
		n := g.users.Load()
		if n <= 0 {
			return false
		}
		if g.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}
