package execute

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
)

// represent.go makes rows: the JSON objects by which a lookup finds entities.

// keyState tells what the leaves of a row's key are like so far.
type keyState uint8

const (
	keyNone    keyState = iota // no key leaf seen
	keyNull                    // only nulls
	keyPresent                 // at least one value
)

// representation appends the row of an object to dst. It reports false, and
// appends nothing, when there is no row to send: the key is null, or, then
// missing is true, something needed never came.
func (s *store) representation(dst []byte, r *plan.Representation, object int) (row []byte, ok, missing bool) {
	start := len(dst)
	key := keyNone
	dst, ok = s.appendRow(dst, r, object, 0, false, &key)
	if !ok || key == keyNull {
		return dst[:start], false, !ok
	}
	return dst, true, false
}

// partialRow makes a row without the requirements that cannot be had; lost has a
// bit for each of them. It reports false when there is no row to send even so.
func (s *store) partialRow(dst []byte, t *plan.TargetType, object int) (row []byte, lost uint64, ok bool) {
	start := len(dst)
	r := t.Representation
	var skip, keep uint64
	for i := range t.Requirements {
		var fields uint64
		missing := false
		for _, n := range t.Requirements[i].Fields {
			if n >= 64 || i >= 64 {
				return dst, 0, false
			}
			fields |= 1 << n
			var none keyState
			only := plan.Representation{Fields: r.Fields[n : n+1]}
			d, had := s.appendRow(dst, &only, object, 0, false, &none)
			dst = d[:start]
			missing = missing || !had
		}
		if missing {
			lost |= 1 << i
			skip |= fields
		} else {
			keep |= fields
		}
	}
	if lost == 0 {
		return dst, 0, false // it is the key that cannot be had
	}
	key := keyNone
	dst, ok = s.appendRow(dst, r, object, skip&^keep, false, &key)
	if !ok || key == keyNull || !s.leaves(t, lost) {
		return dst[:start], 0, false
	}
	return dst, lost, true
}

// leaves reports whether something remains to be asked for without the lost
// requirements.
func (s *store) leaves(t *plan.TargetType, lost uint64) bool {
fields:
	for i := range t.Decode.Fields {
		slot := t.Decode.Fields[i].Slot
		if slot < 0 {
			continue
		}
		for n := range t.Requirements {
			if lost>>n&1 == 1 && slices.Contains(t.Requirements[n].Slots, slot) {
				continue fields
			}
		}
		return true
	}
	return false
}

// appendRow appends one object of a row, without the fields (by index) in skip.
// inKey says that it lies within a field of the key.
func (s *store) appendRow(dst []byte, r *plan.Representation, object int, skip uint64, inKey bool, key *keyState) ([]byte, bool) {
	typ := s.typeOf(object)
	dst = append(dst, '{')
	if r.Names != nil {
		n := typ
		if n < 0 && len(r.Names) == 1 {
			n = 0
		}
		if n < 0 || n >= len(r.Names) {
			return dst, false
		}
		if name := r.Names[n]; name != "" {
			dst = append(dst, `"__typename":"`...)
			dst = append(dst, name...)
			dst = append(dst, '"', ',')
		}
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Types != nil && (typ < 0 || !f.Types[typ]) || skip != 0 && i < 64 && skip>>i&1 == 1 {
			continue
		}
		dst = append(dst, f.Prefix...)
		if f.Slot < 0 {
			dst = append(dst, f.Constant...)
		} else {
			w := s.words[object+headerWords+f.Slot]
			if w.kind() == kindScalar {
				if f.Key || inKey {
					*key = keyPresent
				}
				dst = s.appendScalar(dst, w)
			} else {
				var ok bool
				if dst, ok = s.appendRowValue(dst, f, w, f.Key || inKey, key); !ok {
					return dst, false
				}
			}
		}
		dst = append(dst, ',')
	}
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = '}'
		return dst, true
	}
	return append(dst, '}'), true
}

func (s *store) appendRowValue(dst []byte, f *plan.RepresentationField, w word, inKey bool, key *keyState) ([]byte, bool) {
	switch w.kind() {
	case kindNull, kindEmpty:
		// What no fetch filled, and none failed to fill, is null: there is no such
		// entity.
		if inKey && *key == keyNone {
			*key = keyNull
		}
		return append(dst, "null"...), true
	case kindScalar, kindWide:
		if inKey {
			*key = keyPresent
		}
		return append(dst, s.raw(w)...), true
	case kindObject:
		if f.Child == nil {
			return dst, false
		}
		return s.appendRow(dst, f.Child, w.index(), 0, inKey, key)
	case kindList:
		list := w.index()
		n := s.listLen(list)
		if n == 0 {
			// An empty list is a value, in a key as anywhere.
			if inKey {
				*key = keyPresent
			}
			return append(dst, '[', ']'), true
		}
		dst = append(dst, '[')
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			var ok bool
			if dst, ok = s.appendRowValue(dst, f, s.words[list+headerWords+i], inKey, key); !ok {
				return dst, false
			}
		}
		return append(dst, ']'), true
	}
	return dst, false // failed: null would be a lie
}
