package planner

import "math/bits"

// bitset is a set of small integers; sets of one position have equal length.
// The first word is inline, since most positions have few types.
type bitset struct {
	w    uint64
	more []uint64
}

func newBitset(n int) bitset {
	if n <= 64 {
		return bitset{}
	}
	return bitset{more: make([]uint64, (n-1)/64)}
}

func (b *bitset) add(i int) {
	if i < 64 {
		b.w |= 1 << i
		return
	}
	b.more[i/64-1] |= 1 << (i % 64)
}

func (b *bitset) has(i int) bool {
	if i < 64 {
		return b.w>>i&1 != 0
	}
	return b.more[i/64-1]>>(i%64)&1 != 0
}

func (b *bitset) empty() bool {
	if b.w != 0 {
		return false
	}
	for _, w := range b.more {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b *bitset) clone() bitset {
	c := *b
	if b.more != nil {
		c.more = append([]uint64(nil), b.more...)
	}
	return c
}

func (b *bitset) or(o bitset) {
	b.w |= o.w
	for i := range b.more {
		b.more[i] |= o.more[i]
	}
}

func (b *bitset) contains(o bitset) bool {
	if o.w&^b.w != 0 {
		return false
	}
	for i := range o.more {
		if o.more[i]&^b.more[i] != 0 {
			return false
		}
	}
	return true
}

func (b *bitset) intersects(o bitset) bool {
	if b.w&o.w != 0 {
		return true
	}
	for i := range b.more {
		if b.more[i]&o.more[i] != 0 {
			return true
		}
	}
	return false
}

func (b *bitset) count() int {
	n := bits.OnesCount64(b.w)
	for _, w := range b.more {
		n += bits.OnesCount64(w)
	}
	return n
}

// next returns the smallest element not below i, or -1.
func (b *bitset) next(i int) int {
	for ; i < 64*(1+len(b.more)); i++ {
		w := b.w
		if i >= 64 {
			w = b.more[i/64-1]
		}
		if w >>= i % 64; w != 0 {
			return i + bits.TrailingZeros64(w)
		}
		i |= 63
	}
	return -1
}
