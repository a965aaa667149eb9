package planner

import (
	"unsafe"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// slab hands out zeroed memory for one run, in chunks. What it gave away is
// taken back all at once, when the run is over: nothing of it may be reachable
// from a plan.
type slab[T any] struct {
	chunks [][]T
	at     int // the chunk in use
	used   int // how much of it
}

const (
	firstChunk = 512      // bytes of a slab's first chunk
	largeChunk = 64 << 10 // up to which chunks double
	keptChunks = 2 << 20  // bytes a slab keeps for the next run
)

// take returns n values.
func (s *slab[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	for s.at < len(s.chunks) {
		if c := s.chunks[s.at]; s.used+n <= len(c) {
			piece := c[s.used : s.used+n : s.used+n]
			s.used += n
			return piece
		}
		s.at++
		s.used = 0
	}
	var zero T
	size := int(unsafe.Sizeof(zero))
	chunk := make([]T, max(n, 1, min(firstChunk<<min(len(s.chunks), 8), largeChunk)/size))
	s.chunks = append(s.chunks, chunk)
	s.used = n
	return chunk[:n:n]
}

// one returns a pointer to a zero value.
func (s *slab[T]) one() *T { return &s.take(1)[0] }

// append is the built-in one, with the slab's memory. A list that was the last
// to be given away grows in its place.
func (s *slab[T]) append(list []T, x T) []T {
	n := len(list)
	if n < cap(list) {
		list = list[:n+1]
		list[n] = x
		return list
	}
	if n > 0 && s.at < len(s.chunks) {
		if c := s.chunks[s.at]; s.used >= n && &c[s.used-1] == &list[n-1] && s.used+n <= len(c) {
			at := s.used - n
			s.used += n
			list = c[at : at+n+1 : s.used]
			list[n] = x
			return list
		}
	}
	more := s.take(max(1, 2*n))
	copy(more, list)
	more[n] = x
	return more[:n+1]
}

// clone returns a copy of a list.
func (s *slab[T]) clone(list []T) []T {
	out := s.take(len(list))
	copy(out, list)
	return out
}

// reset takes everything back and returns how many bytes the slab keeps.
func (s *slab[T]) reset() int {
	var zero T
	size, kept := 0, 0
	for i, c := range s.chunks {
		bytes := len(c) * int(unsafe.Sizeof(zero))
		if size+bytes > keptChunks {
			break
		}
		size += bytes
		kept++
		if i < s.at {
			clear(c)
		} else if i == s.at {
			clear(c[:s.used])
		}
	}
	clear(s.chunks[kept:])
	s.chunks = s.chunks[:kept]
	s.at, s.used = 0, 0
	return size
}

// memory is what one run works in. It is used again by later ones.
type memory struct {
	positions    slab[position]
	slots        slab[slot]
	arrivals     slab[arrival]
	ways         slab[way]
	needs        slab[need]
	outputs      slab[output]
	outputLists  slab[[]output]
	entries      slab[entry]
	sources      slab[source]
	assignments  slab[assignment]
	lookups      slab[derivedLookup]
	bitsets      slab[bitset]
	fetches      slab[fetch]
	fetchLists   slab[[]*fetch]
	lookupsOf    slab[fetchEntry]
	parts        slab[entryPart]
	producers    slab[producers]
	picks        slab[pick]
	keys         slab[keys]
	keyUses      slab[keyUse]
	scopes       slab[scope]
	slotRefs     slab[*slot]
	arrivalRefs  slab[*arrival]
	wayRefs      slab[*way]
	fetchRefs    slab[*fetch]
	entryRefs    slab[*fetchEntry]
	producerRefs slab[*producers]
	shapes       slab[*plan.Shape]
	conditions   slab[plan.Condition]
	fields       slab[schema.FieldID]
	types        slab[schema.TypeID]
	texts        slab[string]
	words        slab[uint64]
	wordLists    slab[[]uint64]
	numbers      slab[int]
	numberLists  slab[[]int]
	flags        slab[bool]
}

// reset takes everything back and returns how many bytes are kept.
func (m *memory) reset() int {
	return m.positions.reset() + m.slots.reset() + m.arrivals.reset() + m.ways.reset() +
		m.needs.reset() + m.outputs.reset() + m.outputLists.reset() + m.entries.reset() +
		m.sources.reset() + m.assignments.reset() + m.lookups.reset() + m.bitsets.reset() +
		m.fetches.reset() + m.fetchLists.reset() + m.lookupsOf.reset() + m.parts.reset() +
		m.producers.reset() + m.picks.reset() + m.keys.reset() + m.keyUses.reset() +
		m.scopes.reset() + m.slotRefs.reset() + m.arrivalRefs.reset() + m.wayRefs.reset() +
		m.fetchRefs.reset() + m.entryRefs.reset() + m.producerRefs.reset() + m.shapes.reset() +
		m.conditions.reset() + m.fields.reset() + m.types.reset() + m.texts.reset() +
		m.words.reset() + m.wordLists.reset() + m.numbers.reset() + m.numberLists.reset() +
		m.flags.reset()
}
