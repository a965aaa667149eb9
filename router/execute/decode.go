package execute

import (
	"encoding/binary"
	"math/bits"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// Decoding reads store.body from a position and returns the position after the
// value, or -1 when the text is malformed (or the store full). Values that are
// well-formed but not what the shape says become failed nulls with an error at
// the object that holds them; what follows them stands.
//
// Keys are expected in the order in which the fetch asked for them. Of a key
// that comes twice the last value counts.

// decodeObject reads the object that begins at i into a new object of dec's
// shape. The object is 0 when its concrete type is not one of those asked for;
// then nothing of it is left. With join the object enters the collection of
// its shape.
func (s *store) decodeObject(dec *plan.Decode, i int, join bool) (object, end int) {
	b := s.body
	shape := dec.Shape
	abstract := dec.Static < 0 && len(dec.Names) > 0
	known := !abstract
	var start mark
	if abstract {
		start = s.mark()
	}
	object = s.object(shape, dec.Static)
	if object == 0 {
		return 0, -1
	}
	if join && shape.Collect >= 0 {
		s.collections[shape.Collect] = append(s.collections[shape.Collect], uint32(object))
	}
	base := s.indexBase
	s.indexBase = len(s.indices)

	if len(dec.Made) > 0 && !s.makeNamespaces(dec, object) {
		return 0, -1
	}
	fields := dec.Fields
	next, sure := 0, 0
	from := i
	// values is the length of the values so far, below 0 if the object cannot be
	// written as it came.
	values := -1
	if dec.Verbatim > 0 {
		values = 0
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		i++
		goto done
	}
	for {
		var f *plan.DecodeField
		if next < len(fields) {
			q := fields[next].Quoted
			n := len(q)
			var same bool
			if n <= 8 && cap(q) >= 8 && len(b)-i >= 8 {
				// Short keys are one word; what lies behind them is shifted out.
				same = (binary.LittleEndian.Uint64(b[i:])^binary.LittleEndian.Uint64(q[:8]))<<(64-8*uint(n)) == 0
			} else {
				same = len(b)-i >= n && string(b[i:i+n]) == string(q)
			}
			if same {
				f = &fields[next]
				i += n
				next++
			}
		}
		if f == nil {
			values = -1
			var n int
			if n, i = findKey(fields, next, b, i); i < 0 {
				return 0, -1
			}
			if n >= 0 {
				f = &fields[n]
				next = n + 1
			}
		}
		if uint(i) < uint(len(b)) && b[i] != ':' {
			i = space(b, i)
		}
		if uint(i) >= uint(len(b)) || b[i] != ':' {
			return 0, -1
		}
		i++
		if uint(i) < uint(len(b)) && b[i] <= ' ' {
			i = space(b, i)
		}
		switch {
		case f == nil:
			if i = skipValue(b, i, 0); i < 0 {
				return 0, -1
			}
		case f.Slot < 0:
			from := i
			if i = skipValue(b, i, 0); i < 0 {
				return 0, -1
			}
			if abstract {
				typ, ok := typeNamed(dec.Names, b[from:i])
				known = ok
				s.setType(object, typ)
			}
		default:
			if f.Sure {
				sure++
			}
			into := object
			if f.Into != 0 {
				into = s.words[object+headerWords+f.Into-1].index()
			}
			w := word(kindEmpty)
			if f.Child == nil {
				if end := shortLeaf(f, b, i); end > 0 {
					w = s.scalar(i, end)
					if values >= 0 {
						values += end - i
					}
					i = end
				}
			}
			if w == word(kindEmpty) {
				at := i
				if w, i = s.decodeValue(f, f.Wrap, into, i); i < 0 {
					return 0, -1
				}
				if values >= 0 {
					if values += i - at; !verbatim(dec, next-1, w) {
						values = -1
					}
				}
			}
			s.words[into+headerWords+f.Slot] = w
		}
		if uint(i) < uint(len(b)) && b[i] <= ' ' {
			i = space(b, i)
		}
		if uint(i) >= uint(len(b)) {
			return 0, -1
		}
		if b[i] == '}' {
			i++
			break
		}
		if b[i] != ',' {
			return 0, -1
		}
		i++
		if uint(i) < uint(len(b)) && b[i] <= ' ' {
			i = space(b, i)
		}
	}
done:
	if sure < dec.Sure && known {
		s.failAbsent(dec, object)
	}
	s.indexBase = base
	if !known {
		s.rollback(start)
		return 0, i
	}
	if len(dec.Made) > 0 && !s.makeObjects(dec, object) {
		return 0, -1
	}
	// No space anywhere, and no key came twice or not at all.
	if values >= 0 && next == len(fields) && i-from == dec.Verbatim+values {
		s.keepVerbatim(object, s.scalar(from, i))
	}
	return object, i
}

// verbatim reports whether the value of a field is written as it came.
func verbatim(dec *plan.Decode, field int, w word) bool {
	switch w.kind() {
	case kindScalar, kindWide:
		return true
	case kindNull:
		return !dec.Shape.Classes[dec.Shape.Types[dec.Static].Class][field].Wrap.NonNull()
	}
	return false
}

// shortLeaf returns the end of a leaf of the simplest kinds, which most are: a
// string of up to seven plain characters, an integer of up to nine digits, or a
// Boolean, where the field promises one. It returns 0 for all others.
func shortLeaf(f *plan.DecodeField, b []byte, i int) int {
	if len(b)-i < 16 || f.Wrap.IsList() {
		return 0
	}
	if b[i] == '"' {
		if f.Leaf != plan.LeafString && f.Leaf != plan.LeafID {
			return 0
		}
		m := special(binary.LittleEndian.Uint64(b[i+1:])) & highs
		if end := i + 1 + bits.TrailingZeros64(m)>>3; m != 0 && b[end] == '"' {
			return end + 1
		}
		return 0
	}
	if f.Leaf == plan.LeafBoolean {
		switch word := binary.LittleEndian.Uint32(b[i:]); {
		case word == 't'|'r'<<8|'u'<<16|'e'<<24:
			return i + 4
		case word == 'f'|'a'<<8|'l'<<16|'s'<<24 && b[i+4] == 'e':
			return i + 5
		}
		return 0
	}
	if f.Leaf != plan.LeafInt && f.Leaf != plan.LeafID {
		return 0
	}
	end := i
	for end < i+10 && b[end]-'0' <= 9 {
		end++
	}
	if n := end - i; n == 0 || n == 10 || n > 1 && b[i] == '0' || b[end] != ',' && b[end] != '}' {
		return 0
	}
	return end
}

// failAbsent records the keys that a right answer must have and this one has
// not. Where conditions leave fields out there is nothing to record for these, so
// that objects of such a decoding may come here for nothing; those of others do
// not.
func (s *store) failAbsent(dec *plan.Decode, object int) {
	for i := range dec.Fields {
		f := &dec.Fields[i]
		if !f.Sure {
			continue
		}
		into := object
		if f.Into != 0 {
			into = s.words[object+headerWords+f.Into-1].index()
		}
		if at := into + headerWords + f.Slot; s.words[at].kind() == kindEmpty && dec.Expects(f, s.bits) {
			s.words[at] = word(kindFailed)
			s.failValue(into, f.Slot, wrongAbsent)
		}
	}
}

// findKey reads the key at i when it is not the expected one. n is the field's
// number, or -1 for a key that was not asked for.
func findKey(fields []plan.DecodeField, next int, b []byte, i int) (n, end int) {
	if i >= len(b) || b[i] != '"' {
		return -1, -1
	}
	end = scanString(b, i+1)
	if end < 0 {
		return -1, -1
	}
	quoted := b[i:end]
	for k := next; k < len(fields); k++ {
		if string(fields[k].Quoted) == string(quoted) {
			return k, end
		}
	}
	for k := 0; k < next && k < len(fields); k++ {
		if string(fields[k].Quoted) == string(quoted) {
			return k, end
		}
	}
	for _, c := range quoted {
		if c != '\\' {
			continue
		}
		key := unescape(quoted[1 : len(quoted)-1])
		for k := range fields {
			if fields[k].Key == key {
				return k, end
			}
		}
		break
	}
	return -1, end
}

// typeNamed finds the type that a __typename names.
func typeNamed(names []plan.TypeName, quoted []byte) (typ int, ok bool) {
	if len(quoted) < 2 || quoted[0] != '"' {
		return -1, false
	}
	raw := quoted[1 : len(quoted)-1]
	for k := range names {
		if equalName(raw, names[k].Name) {
			return names[k].Type, true
		}
	}
	return -1, false
}

// decodeValue reads a value of the given wrapping for a slot of object.
func (s *store) decodeValue(f *plan.DecodeField, wrap schema.Wrap, object, i int) (word, int) {
	b := s.body
	if uint(i) >= uint(len(b)) {
		return 0, -1
	}
	c := b[i]
	switch {
	case c == 'n':
		return word(kindNull), scanLiteral(b, i, "null")
	case wrap.IsList():
		if c == '[' {
			if f.Copied != 0 && wrap == f.Wrap {
				if w, end, ok := s.pass(f.Child, f.Copied, i); ok {
					return w, end
				}
			}
			return s.decodeList(f, wrap.Elem(), object, i)
		}
	case f.Child != nil:
		if c == '{' {
			if f.Copied != 0 {
				if w, end, ok := s.pass(f.Child, schema.Plain, i); ok {
					return w, end
				}
			}
			child, end := s.decodeObject(f.Child, i, true)
			switch {
			case end < 0:
				return 0, -1
			case child == 0:
				s.failValue(object, f.Slot, wrongType)
				return word(kindFailed), end
			}
			return objectWord(child), end
		}
	case f.Leaf == plan.LeafString:
		if c == '"' {
			end := scanString(b, i+1)
			return s.scalar(i, end), end
		}
	default:
		return s.decodeLeaf(f, object, i)
	}
	return s.mismatch(f, object, i)
}

// mismatch reads a value that is not of the kind the field promises.
func (s *store) mismatch(f *plan.DecodeField, object, i int) (word, int) {
	end := skipValue(s.body, i, 0)
	if end >= 0 {
		s.failValue(object, f.Slot, wrongKind)
	}
	return word(kindFailed), end
}

func (s *store) decodeLeaf(f *plan.DecodeField, object, i int) (word, int) {
	b := s.body
	c := b[i]
	switch f.Leaf {
	case plan.LeafAny:
		end := skipValue(b, i, 0)
		return s.scalar(i, end), end
	case plan.LeafBoolean:
		var end int
		switch c {
		case 't':
			end = scanLiteral(b, i, "true")
		case 'f':
			end = scanLiteral(b, i, "false")
		default:
			return s.mismatch(f, object, i)
		}
		return s.scalar(i, end), end
	case plan.LeafInt, plan.LeafFloat, plan.LeafID:
		if c == '-' || c-'0' <= 9 {
			end, integer := scanNumber(b, i)
			if end < 0 {
				return 0, -1
			}
			switch {
			case f.Leaf == plan.LeafFloat,
				integer && f.Leaf == plan.LeafID,
				integer && fitsInt32(b[i:end]):
				return s.scalar(i, end), end
			}
		} else if c == '"' && f.Leaf == plan.LeafID {
			end := scanString(b, i+1)
			return s.scalar(i, end), end
		}
	case plan.LeafString: // decodeValue has seen to it
	case plan.LeafEnum:
		if c == '"' {
			end := scanString(b, i+1)
			if end < 0 {
				return 0, -1
			}
			raw := b[i+1 : end-1]
			for _, name := range f.Enum {
				if string(raw) == name {
					return s.scalar(i, end), end
				}
			}
			for _, name := range f.Enum {
				if equalName(raw, name) {
					return s.scalar(i, end), end
				}
			}
		}
	}
	return s.mismatch(f, object, i)
}

// decodeList reads the list that begins at i.
func (s *store) decodeList(f *plan.DecodeField, elem schema.Wrap, object, i int) (word, int) {
	b := s.body
	i = space(b, i+1)
	base := len(s.stack)
	at := len(s.indices)
	s.indices = append(s.indices, 0)
	if i < len(b) && b[i] == ']' {
		i++
	} else {
		for {
			var w word
			if w, i = s.decodeValue(f, elem, object, i); i < 0 {
				return 0, -1
			}
			if len(s.stack) >= s.maxWords {
				s.full = true
				return 0, -1
			}
			s.stack = append(s.stack, w)
			s.indices[at]++
			if uint(i) < uint(len(b)) && b[i] <= ' ' {
				i = space(b, i)
			}
			if uint(i) >= uint(len(b)) {
				return 0, -1
			}
			if b[i] == ']' {
				i++
				break
			}
			if b[i] != ',' {
				return 0, -1
			}
			i++
			if uint(i) < uint(len(b)) && b[i] <= ' ' {
				i = space(b, i)
			}
		}
	}
	s.indices = s.indices[:at]
	list := s.list(len(s.stack) - base)
	if list == 0 {
		return 0, -1
	}
	copy(s.words[list+headerWords:], s.stack[base:])
	s.stack = s.stack[:base]
	return listWord(list), i
}
