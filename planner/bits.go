package planner

import (
	"math/bits"
	"slices"
)

// bitset is a set of small integers; sets of one position have equal length.
// The first word is inline, since most positions have few types.
type bitset struct {
	w    uint64
	more *[]uint64 // nil when there is no more
}

func (r *run) newBitset(n int) bitset {
	if n <= 64 {
		return bitset{}
	}
	more := r.mem.wordLists.one()
	*more = r.mem.words.take((n - 1) / 64)
	return bitset{more: more}
}

// oneOf is the set of i alone.
func (r *run) oneOf(n, i int) bitset {
	b := r.newBitset(n)
	b.add(i)
	return b
}

func (r *run) cloneBits(b bitset) bitset {
	if b.more != nil {
		more := r.mem.wordLists.one()
		*more = r.mem.words.clone(*b.more)
		b.more = more
	}
	return b
}

// rest are the words after the first.
func (b *bitset) rest() []uint64 {
	if b.more == nil {
		return nil
	}
	return *b.more
}

func (b *bitset) add(i int) {
	if i < 64 {
		b.w |= 1 << i
		return
	}
	(*b.more)[i/64-1] |= 1 << (i % 64)
}

func (b *bitset) remove(i int) {
	if i < 64 {
		b.w &^= 1 << i
		return
	}
	(*b.more)[i/64-1] &^= 1 << (i % 64)
}

func (b *bitset) has(i int) bool {
	if i < 64 {
		return b.w>>i&1 != 0
	}
	return (*b.more)[i/64-1]>>(i%64)&1 != 0
}

func (b *bitset) empty() bool {
	if b.w != 0 {
		return false
	}
	for _, w := range b.rest() {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b *bitset) or(o bitset) {
	b.w |= o.w
	for i, w := range o.rest() {
		(*b.more)[i] |= w
	}
}

// without takes away the elements of another set.
func (b *bitset) without(o bitset) {
	b.w &^= o.w
	for i, w := range o.rest() {
		(*b.more)[i] &^= w
	}
}

func (b *bitset) contains(o bitset) bool {
	if o.w&^b.w != 0 {
		return false
	}
	for i, w := range o.rest() {
		if w&^(*b.more)[i] != 0 {
			return false
		}
	}
	return true
}

func (b *bitset) intersects(o bitset) bool {
	if b.w&o.w != 0 {
		return true
	}
	for i, w := range o.rest() {
		if w&(*b.more)[i] != 0 {
			return true
		}
	}
	return false
}

func (b *bitset) equal(o bitset) bool {
	return b.w == o.w && slices.Equal(b.rest(), o.rest())
}

func (b *bitset) count() int {
	n := bits.OnesCount64(b.w)
	for _, w := range b.rest() {
		n += bits.OnesCount64(w)
	}
	return n
}

// next returns the smallest element not below i, or -1.
func (b *bitset) next(i int) int {
	if i < 64 {
		if w := b.w >> i; w != 0 {
			return i + bits.TrailingZeros64(w)
		}
		i = 64
	}
	rest := b.rest()
	for ; i < 64*(1+len(rest)); i++ {
		if w := rest[i/64-1] >> (i % 64); w != 0 {
			return i + bits.TrailingZeros64(w)
		}
		i |= 63
	}
	return -1
}
