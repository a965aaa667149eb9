package execute

import (
	"encoding/binary"
	"math/bits"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// copied.go passes over values that are written as they come (plan.DecodeField's
// Copied): every byte is checked, nothing is kept of them but where they lie.
//
// Functions here return the position after the value, or its complement (below 0)
// when the value is not what can be copied. They do not say why, since it is then
// read again the general way, which decides what is wrong, if anything is.

// pass passes over a list or object, if it can be copied. Nothing that begins
// before the place where that turned out wrong is tried again: what holds the
// place would be wrong again, and a text could be made to be read many times over.
func (s *store) pass(d *plan.Decode, wrap schema.Wrap, i int) (w word, end int, ok bool) {
	if i <= s.unfit {
		return 0, 0, false
	}
	if wrap.IsList() {
		end = passList(d, wrap.Elem(), s.body, i)
	} else {
		end = passObject(d, s.body, i)
	}
	if end < 0 {
		s.unfit = ^end
		return 0, 0, false
	}
	return s.scalar(i, end), end, true
}

// open reads a value that was passed over the general way, because something in it
// has an error. Nothing can be wrong with it: it is as it was when the store is full.
func (s *store) open(f *plan.DecodeField, w word) word {
	at := s.span(w)
	body, buffer, unfit := s.body, s.buffer, s.unfit
	s.body, s.buffer, s.unfit = s.bufs[at.buffer], at.buffer, at.end
	if s.body[at.start] == '[' {
		if list, end := s.decodeList(f, f.Wrap.Elem(), 0, at.start); end > 0 {
			w = list
		}
	} else if object, end := s.decodeObject(f.Child, at.start, true); end > 0 {
		w = objectWord(object)
	}
	s.body, s.buffer, s.unfit = body, buffer, unfit
	return w
}

// passObject passes over an object that begins at i.
func passObject(d *plan.Decode, b []byte, i int) int {
	for k := range d.Copies {
		f := &d.Copies[k]
		if n := int(f.Length); n > 0 && len(b)-i >= 16 {
			low, high := binary.LittleEndian.Uint64(b[i:]), binary.LittleEndian.Uint64(b[i+8:])
			if (low^f.Low)&f.LowMask|(high^f.High)&f.HighMask != 0 {
				return ^i
			}
			i += n
		} else {
			n := 1 + len(f.Prefix)
			if len(b)-i < n || b[i] != f.Before || string(b[i+1:i+n]) != string(f.Prefix) {
				return ^i
			}
			i += n
		}
		if !f.Wrap.IsList() && f.Child == nil {
			if end := passShort(f.Leaf, b, i); end > 0 {
				i = end
				continue
			}
		}
		if i = passValue(f, f.Wrap, b, i); i < 0 {
			return i
		}
	}
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	return ^i
}

// passShort is shortLeaf for a leaf that is followed by what the caller checks.
func passShort(leaf plan.LeafKind, b []byte, i int) int {
	if len(b)-i < 16 {
		return 0
	}
	switch leaf {
	case plan.LeafString, plan.LeafID:
		if b[i] == '"' {
			m := special(binary.LittleEndian.Uint64(b[i+1:])) & highs
			if end := i + 1 + bits.TrailingZeros64(m)>>3; m != 0 && b[end] == '"' {
				return end + 1
			}
		}
	case plan.LeafInt:
		end := i
		for end < i+10 && b[end]-'0' <= 9 {
			end++
		}
		if n := end - i; n > 0 && n < 10 && (n == 1 || b[i] != '0') {
			return end
		}
	case plan.LeafBoolean:
		switch word := binary.LittleEndian.Uint32(b[i:]); {
		case word == 't'|'r'<<8|'u'<<16|'e'<<24:
			return i + 4
		case word == 'f'|'a'<<8|'l'<<16|'s'<<24 && b[i+4] == 'e':
			return i + 5
		}
	}
	return 0
}

// passValue passes over the value of a field, or over an element of it.
func passValue(f *plan.CopyField, wrap schema.Wrap, b []byte, i int) int {
	if i >= len(b) {
		return ^i
	}
	c := b[i]
	end := -1
	switch {
	case c == 'n':
		if !wrap.NonNull() {
			end = scanLiteral(b, i, "null")
		}
	case wrap.IsList():
		if c == '[' {
			return passElements(f, wrap.Elem(), b, i)
		}
	case f.Child != nil:
		if c == '{' {
			return passObject(f.Child, b, i)
		}
	default:
		end = passLeaf(f, b, i)
	}
	if end < 0 {
		return ^i
	}
	return end
}

func passLeaf(f *plan.CopyField, b []byte, i int) int {
	c := b[i]
	switch f.Leaf {
	case plan.LeafAny:
		return skipValue(b, i, 0)
	case plan.LeafBoolean:
		if c == 't' {
			return scanLiteral(b, i, "true")
		}
		return scanLiteral(b, i, "false")
	case plan.LeafString:
		if c == '"' {
			return scanString(b, i+1)
		}
	case plan.LeafInt, plan.LeafFloat, plan.LeafID:
		if c == '"' && f.Leaf == plan.LeafID {
			return scanString(b, i+1)
		}
		end, integer := scanNumber(b, i)
		if end > 0 && (f.Leaf == plan.LeafFloat || integer && (f.Leaf == plan.LeafID || fitsInt32(b[i:end]))) {
			return end
		}
	case plan.LeafEnum:
		if c != '"' {
			return -1
		}
		end := scanString(b, i+1)
		if end < 0 {
			return -1
		}
		raw := b[i+1 : end-1]
		for _, name := range f.Enum {
			if string(raw) == name {
				return end
			}
		}
	}
	return -1
}

// passElements passes over a list that begins at i.
func passElements(f *plan.CopyField, elem schema.Wrap, b []byte, i int) int {
	i++
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = passValue(f, elem, b, i); i < 0 {
			return i
		}
		if i >= len(b) {
			return ^i
		}
		i++
		if b[i-1] == ']' {
			return i
		}
		if b[i-1] != ',' {
			return ^(i - 1)
		}
	}
}

// passList passes over a list of objects that begins at i.
func passList(d *plan.Decode, elem schema.Wrap, b []byte, i int) int {
	return passElements(&plan.CopyField{Child: d}, elem, b, i)
}
