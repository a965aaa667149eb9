package execute

import (
	"encoding/binary"

	"github.com/weft-graphql/weft/planner/plan"
)

// seen.go spares making a row that was made before: objects of one position
// that send equal rows have equal values in the slots the row is made of, and
// values are quicker to compare than rows are to make.

// seenSize is how many objects of an entry are remembered at most.
const (
	seenBits = 6
	seenSize = 1 << seenBits
)

// seen is an object whose row was made, and its use.
type seen struct {
	lookup *plan.TargetType // nil while there is none
	object int
	use    int
}

// seenAt is the only place where an object with the values of this one is
// remembered. It reports false when the first value is no scalar.
//
// Values that share a place cost time only, and less than a row costs, so it does
// not matter that a client may choose them.
func (s *store) seenAt(r *plan.Representation, object int) (int, bool) {
	for i := range r.Fields {
		slot := r.Fields[i].Slot
		if slot < 0 {
			continue
		}
		w := s.words[object+headerWords+slot]
		if w.kind() != kindScalar {
			return 0, false
		}
		// Where keys differ is their end. It is read with what is before it, which is
		// shifted out: a loop over a few bytes, now two, now three, is mispredicted.
		at := s.span(w)
		var end uint64
		if at.end >= 8 {
			end = binary.LittleEndian.Uint64(s.bufs[at.buffer][at.end-8:])
			end >>= 8 * uint(8-min(at.end-at.start, 8))
		}
		return int(end * 0x9e3779b97f4a7c15 >> (64 - seenBits)), true
	}
	return 0, false
}

// sameRow reports whether two objects of one shape send equal rows. It may say no
// of two that do: of values that are not scalars or nulls it knows nothing, since
// comparing what lies below them would be no quicker than making the row.
func (s *store) sameRow(r *plan.Representation, a, b int) bool {
	if (s.words[a]^s.words[b])&typeMask != 0 {
		return false
	}
	for i := range r.Fields {
		slot := r.Fields[i].Slot
		if slot < 0 {
			continue
		}
		v, w := s.words[a+headerWords+slot], s.words[b+headerWords+slot]
		switch {
		case v.kind() != w.kind():
			return false
		case v.kind() == kindScalar:
			if v != w && string(s.raw(v)) != string(s.raw(w)) {
				return false
			}
		case v.kind() > kindNull:
			return false
		}
	}
	return true
}

// ahead is how many objects are brought near at once.
const ahead = 16

// fetchKeys brings objects and the bytes of their first values into the cache. Both
// were written a while ago, before the answers of other fetches were awaited, so
// each is far away; read one after the other, as making rows does, every one would
// be waited for. Here none depends on the one before.
func (s *store) fetchKeys(target *plan.Target, objects []uint32) {
	lookup := lookupFor(target, s.typeOf(int(objects[0])))
	if lookup == nil {
		return
	}
	slot := -1
	for i := range lookup.Representation.Fields {
		if slot = lookup.Representation.Fields[i].Slot; slot >= 0 {
			break
		}
	}
	if slot < 0 {
		return
	}
	var values [ahead]word
	for i, object := range objects {
		values[i] = s.words[int(object)+headerWords+slot]
	}
	var sum byte
	for _, w := range values[:len(objects)] {
		if w.kind() == kindScalar {
			sum += s.bufs[w>>bufferShift][w>>offsetShift&(1<<offsetBits-1)]
		}
	}
	s.sum = sum
}
