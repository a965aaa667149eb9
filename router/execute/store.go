package execute

import (
	"encoding/binary"
	"sync"

	"github.com/weft-graphql/weft/planner/plan"
)

// store holds the objects of one response.
type store struct {
	words []word
	slab  *slab  // what words and stack belong to; nil until there is an answer
	own   []word // what words was before
	wide  []span
	bufs  [][]byte
	// bits are the condition bits of the request.
	bits   uint64
	shapes []*plan.Shape

	// collections are the objects that targets asked to remember, by
	// plan.Shape.Collect.
	collections [][]uint32

	// verbatim are the byte ranges of objects with flagVerbatim.
	verbatim []word

	records []errorRecord
	infos   []errorInfo
	text    []byte // rests of error paths

	// maxWords bounds the slab; full is set when that was not enough.
	maxWords   int
	maxRecords int
	full       bool
	lost       int // errors dropped because of maxRecords

	walk uint16 // number of the current walk, for visited marks

	// The cursor of decoding: the bytes, their number in bufs, and the fetch.
	body   []byte
	buffer int
	fetch  *plan.Fetch
	// unfit is the last place where what was to be copied turned out not to be fit
	// for that.
	unfit int
	// sum keeps the compiler from leaving out what is read for the cache only.
	sum byte
	// stack holds the elements of lists being decoded; indices the positions
	// within them, from indexBase on those below the current object.
	stack     []word
	indices   []int32
	indexBase int
}

// slab is the memory that answers are decoded into. A store takes one with its
// first answer and gives it back at its end, so that requests which wait for
// their first answer hold next to nothing.
type slab struct {
	words, stack []word
}

var slabs = sync.Pool{New: func() any {
	return &slab{words: make([]word, 0, 4*firstWords)}
}}

// takeSlab moves what there is to a slab.
func (s *store) takeSlab() {
	if s.slab != nil {
		return
	}
	s.slab = slabs.Get().(*slab)
	s.own, s.words = s.words, append(s.slab.words[:0], s.words...)
	s.stack = s.slab.stack[:0]
}

// leaveSlab gives the slab back, unless it has grown too big to keep.
func (s *store) leaveSlab(keep int) {
	if s.slab == nil {
		return
	}
	if cap(s.words) <= keep && cap(s.stack) <= keep {
		s.slab.words, s.slab.stack = s.words[:0], s.stack[:0]
		slabs.Put(s.slab)
	}
	s.words, s.stack, s.own, s.slab = s.own[:0], nil, nil, nil
}

// span is a byte range of a buffer.
type span struct {
	buffer     int
	start, end int
}

func (s span) empty() bool { return s.end == s.start }

const firstWords = 256

// reset readies the store for a plan.
func (s *store) reset(p *plan.Plan, limits Limits) {
	// Index 0 stands for "none", so nothing may live there.
	if cap(s.words) < firstWords {
		s.words = make([]word, 0, firstWords)
	}
	s.words = s.words[:headerWords]
	clear(s.words)
	s.wide = s.wide[:0]
	s.verbatim = s.verbatim[:0]
	s.shapes = p.Shapes
	for len(s.collections) < p.Collections {
		s.collections = append(s.collections, nil)
	}
	for i := range s.collections {
		s.collections[i] = s.collections[i][:0]
	}
	s.records = s.records[:0]
	s.infos = s.infos[:0]
	s.text = s.text[:0]
	s.maxWords = limits.MaxWords
	s.maxRecords = 4*limits.MaxErrors + 64
	s.full = false
	s.lost = 0
	s.walk = 0
	s.stack = s.stack[:0]
	s.indices = s.indices[:0]
	s.indexBase = 0
}

// release drops what must not outlive the request, and buffers too big to keep.
func (s *store) release() {
	const keep = 1 << 17 // words
	clear(s.bufs)
	s.bufs = s.bufs[:0]
	clear(s.infos)
	s.infos = s.infos[:0]
	s.shapes = nil
	s.body = nil
	s.fetch = nil
	s.leaveSlab(keep)
	if cap(s.words) > keep {
		s.words = nil
	}
	if cap(s.stack) > keep {
		s.stack = nil
	}
	if cap(s.wide) > keep/4 {
		s.wide = nil
	}
	if cap(s.verbatim) > keep/4 {
		s.verbatim = nil
	}
	for i := range s.collections {
		if cap(s.collections[i]) > keep {
			s.collections[i] = nil
		}
	}
	if cap(s.text) > keep {
		s.text = nil
	}
}

// alloc returns the index of n zero words, or 0 when the store is full.
func (s *store) alloc(n int) int {
	i := len(s.words)
	if n > cap(s.words)-i && !s.grow(n) {
		return 0
	}
	s.words = s.words[:i+n]
	clear(s.words[i : i+n])
	return i
}

func (s *store) grow(n int) bool {
	need := len(s.words) + n
	if need > s.maxWords {
		s.full = true
		return false
	}
	c := 2 * cap(s.words)
	if c > 1<<15 {
		// Large slabs grow by less: what is not used counts for every request in
		// flight.
		c = cap(s.words) + cap(s.words)/4
	}
	if c < need {
		c = need + need/4
	}
	if c > s.maxWords {
		c = s.maxWords
	}
	words := make([]word, len(s.words), c)
	copy(words, s.words)
	s.words = words
	return true
}

// object allocates an object; 0 when the store is full.
func (s *store) object(shape *plan.Shape, typ int) int {
	i := s.alloc(headerWords + len(shape.Slots))
	if i != 0 {
		s.words[i] = word(shape.ID)<<shapeShift | word(typ+1)
	}
	return i
}

// list allocates a list; 0 when the store is full.
func (s *store) list(n int) int {
	i := s.alloc(headerWords + n)
	if i != 0 {
		s.words[i] = word(n)
	}
	return i
}

func (s *store) shapeOf(object int) *plan.Shape {
	return s.shapes[s.words[object]>>shapeShift&shapeMask]
}

// typeOf is the index into the shape's Types, or -1 when it is not known.
func (s *store) typeOf(object int) int { return int(s.words[object]&typeMask) - 1 }

// keepVerbatim notes the bytes that an object came in and is written with.
func (s *store) keepVerbatim(object int, bytes word) {
	s.verbatim = append(s.verbatim, bytes)
	s.words[object] |= flagVerbatim
	s.words[object+1] = s.words[object+1]&errorMask | word(len(s.verbatim))<<memoShift
}

// changed is told that the slots of an object are no longer those it came with.
func (s *store) changed(object int) {
	if s.words[object]&flagVerbatim != 0 {
		s.words[object] &^= flagVerbatim
		s.words[object+1] &= errorMask
	}
}

func (s *store) setType(object, typ int) {
	s.changed(object)
	s.words[object] = s.words[object]&^typeMask | word(typ+1)
}

func (s *store) listLen(list int) int { return int(uint32(s.words[list])) }

// visit marks an object or list for the current walk and reports whether it
// was marked before.
func (s *store) visit(node int) bool {
	h := s.words[node]
	if uint16(h>>walkShift) == s.walk {
		return true
	}
	s.words[node] = h&^walkMask | word(s.walk)<<walkShift
	return false
}

// share marks what a word refers to as shared.
func (s *store) share(w word) {
	if w.ref() {
		s.words[w.index()] |= flagShared
	}
}

// scalar makes the word of a byte range of the current buffer.
func (s *store) scalar(start, end int) word {
	n := end - start
	if start < 1<<offsetBits && n < 1<<lengthBits && s.buffer < 1<<bufferBits {
		return word(kindScalar) | word(start)<<offsetShift | word(n)<<lengthShift | word(s.buffer)<<bufferShift
	}
	s.wide = append(s.wide, span{s.buffer, start, end})
	return word(len(s.wide)-1)<<32 | word(kindWide)
}

// span is where the bytes of a scalar are.
func (s *store) span(w word) span {
	if w.kind() == kindScalar {
		start := int(w >> offsetShift & (1<<offsetBits - 1))
		n := int(w >> lengthShift & (1<<lengthBits - 1))
		return span{int(w >> bufferShift), start, start + n}
	}
	return s.wide[w>>32]
}

// raw are the bytes of a scalar.
func (s *store) raw(w word) []byte {
	if w.kind() == kindScalar {
		start := int(w >> offsetShift & (1<<offsetBits - 1))
		n := int(w >> lengthShift & (1<<lengthBits - 1))
		return s.bufs[w>>bufferShift][start : start+n]
	}
	return s.bytes(s.wide[w>>32])
}

// appendScalar appends the bytes of a kindScalar. Short ones, which most are, are
// copied as two words instead of by a call.
func (s *store) appendScalar(dst []byte, w word) []byte {
	start := int(w >> offsetShift & (1<<offsetBits - 1))
	n := int(w >> lengthShift & (1<<lengthBits - 1))
	b := s.bufs[w>>bufferShift]
	if at := len(dst); n <= 16 && len(b)-start >= 16 && cap(dst)-at >= 16 {
		d, src := dst[at:at+16], b[start:start+16]
		binary.LittleEndian.PutUint64(d, binary.LittleEndian.Uint64(src))
		binary.LittleEndian.PutUint64(d[8:], binary.LittleEndian.Uint64(src[8:]))
		return dst[:at+n]
	}
	return append(dst, b[start:start+n]...)
}

// appendMember appends a key as it is written, a kindScalar and a comma. Short
// ones are copied as words; what is copied too much is written over.
func (s *store) appendMember(dst, prefix []byte, w word) []byte {
	start := int(w >> offsetShift & (1<<offsetBits - 1))
	n := int(w >> lengthShift & (1<<lengthBits - 1))
	b := s.bufs[w>>bufferShift]
	at, k := len(dst), len(prefix)
	if k <= 8 && cap(prefix) >= 8 && n <= 16 && len(b)-start >= 16 && cap(dst)-at >= 32 {
		d, src := dst[at:at+32], b[start:start+16]
		binary.LittleEndian.PutUint64(d, binary.LittleEndian.Uint64(prefix[:8]))
		binary.LittleEndian.PutUint64(d[k:], binary.LittleEndian.Uint64(src))
		binary.LittleEndian.PutUint64(d[k+8:], binary.LittleEndian.Uint64(src[8:]))
		d[k+n] = ','
		return dst[:at+k+n+1]
	}
	return append(s.appendScalar(append(dst, prefix...), w), ',')
}

func (s *store) bytes(r span) []byte { return s.bufs[r.buffer][r.start:r.end] }

// mark is a state of the store to come back to.
type mark struct {
	words, wide, records, infos, text, lost int
}

func (s *store) mark() mark {
	return mark{len(s.words), len(s.wide), len(s.records), len(s.infos), len(s.text), s.lost}
}

// rollback forgets everything made since the mark. It is right only while
// nothing older refers to it, which holds until an answer is attached.
func (s *store) rollback(m mark) {
	s.words = s.words[:m.words]
	s.wide = s.wide[:m.wide]
	s.records = s.records[:m.records]
	s.infos = s.infos[:m.infos]
	s.text = s.text[:m.text]
	s.lost = m.lost
	for i, c := range s.collections {
		n := len(c)
		for n > 0 && int(c[n-1]) >= m.words {
			n--
		}
		s.collections[i] = c[:n]
	}
}
