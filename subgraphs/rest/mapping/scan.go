package mapping

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// needsCare returns a word whose lowest set bit among the high ones of its
// bytes, if there is one, lies in the first byte of x that is not plain in a
// string: a quote, a backslash, a control character or a byte beyond ASCII. Bits
// above it may be false alarms.
func needsCare(x uint64) uint64 {
	// With bit 1 flipped the quote is 0x20, next to the control characters, and
	// nothing else comes below 0x21.
	return (((x ^ 0x02*everyByte) - 0x21*everyByte) | ((x ^ '\\'*everyByte) - everyByte) | x) & highBits
}

// scanString reads the string whose opening quote is at start. end is behind its
// closing quote, or where the fault is.
func scanString(b []byte, start int) (end int, escaped bool, fault string) {
	i := start + 1
	high := false
	for {
		for len(b)-i >= 8 {
			m := needsCare(binary.LittleEndian.Uint64(b[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && plainChar[b[i]] {
			i++
		}
		if i >= len(b) {
			return i, escaped, "unexpected end of a string"
		}
		switch c := b[i]; {
		case c == '"':
			i++
			if high && !utf8.Valid(b[start:i]) {
				return start, escaped, "string is not UTF-8"
			}
			return i, escaped, ""
		case c == '\\':
			escaped = true
			_, width := unescape(b[i:])
			if width == 0 {
				return i, escaped, "unknown escape in a string"
			}
			i += width
		case c < ' ':
			return i, escaped, "control character in a string"
		default:
			high = true
			for i < len(b) && b[i] >= utf8.RuneSelf {
				i++
			}
		}
	}
}

// scanNumber reads the number at i. end is behind it, or where a digit is
// missing, and ok is false then.
func scanNumber(b []byte, i int) (end int, ok bool) {
	digits := func() bool {
		from := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		return i > from
	}
	at := func(c byte) bool { return i < len(b) && b[i] == c }
	if at('-') {
		i++
	}
	if at('0') {
		i++
	} else if !digits() {
		return i, false
	}
	if at('.') {
		i++
		if !digits() {
			return i, false
		}
	}
	if at('e') || at('E') {
		i++
		if at('+') || at('-') {
			i++
		}
		if !digits() {
			return i, false
		}
	}
	return i, true
}

// Reader reads a JSON text once, from its front to its end, and builds nothing.
// It accepts what [Document.Parse] accepts and nothing else, once [Reader.End]
// has said so. Where something is wrong its methods report failure, and what is
// read after that means nothing. The zero value is ready for Reset; a Reader
// belongs to one goroutine.
type Reader struct {
	text       []byte
	i          int
	depth, max int
}

// Span is one value of a text.
type Span struct {
	// Kind is missing if the text is wrong.
	Kind       Kind
	Start, End int
	// Escaped strings have escapes in their text.
	Escaped bool
}

// Reset begins to read b, which may nest as [Document.Parse] says.
func (r *Reader) Reset(b []byte, maxDepth int) bool {
	if maxDepth <= 0 {
		maxDepth = defaultDepth
	}
	*r = Reader{text: b, max: maxDepth}
	return len(b) <= maxDocument
}

// Peek returns the first byte of what comes next, 0 at the end.
func (r *Reader) Peek() byte {
	if r.i < len(r.text) && r.text[r.i] > ' ' {
		return r.text[r.i]
	}
	return r.peek()
}

func (r *Reader) peek() byte {
	for ; r.i < len(r.text); r.i++ {
		switch c := r.text[r.i]; c {
		case ' ', '\n', '\t', '\r':
		default:
			return c
		}
	}
	return 0
}

// Offset is where the Reader is: after Peek, where the value begins.
func (r *Reader) Offset() int { return r.i }

// Open goes into the object or list that comes next.
func (r *Reader) Open() bool {
	r.i++
	r.depth++
	return r.depth <= r.max
}

// More goes to the next item of a list or member of an object that Open has gone
// into, end being its last character; first says that nothing of it has been
// read. It leaves the list or object at its end, which is no failure.
func (r *Reader) More(first bool, end byte) (more, ok bool) {
	switch c := r.Peek(); {
	case c == end:
		r.i++
		r.depth--
		return false, true
	case first:
		return true, true
	case c == ',':
		r.i++
		return true, true
	}
	return false, false
}

// Key reads a key with its quotes and the colon behind it.
func (r *Reader) Key() (key []byte, escaped, ok bool) {
	if r.Peek() != '"' {
		return nil, false, false
	}
	start := r.i
	end, escaped, fault := scanString(r.text, start)
	r.i = end
	if fault != "" || r.Peek() != ':' {
		return nil, escaped, false
	}
	r.i++
	return r.text[start:end], escaped, true
}

// Take goes past a member's key and the colon behind it if that is what comes
// next, byte by byte.
func (r *Reader) Take(member []byte) bool {
	r.Peek()
	if len(r.text)-r.i < len(member) || string(r.text[r.i:r.i+len(member)]) != string(member) {
		return false
	}
	r.i += len(member)
	return true
}

// Value reads a whole value.
func (r *Reader) Value() (s Span) {
	c := r.Peek()
	s.Start = r.i
	switch c {
	case '"':
		end, escaped, fault := scanString(r.text, r.i)
		if fault != "" {
			return s
		}
		r.i, s.Escaped, s.Kind = end, escaped, KindString
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		end, ok := scanNumber(r.text, r.i)
		if !ok {
			return s
		}
		r.i, s.Kind = end, KindNumber
	case '{':
		if !r.skipObject() {
			return s
		}
		s.Kind = KindObject
	case '[':
		if !r.skipList() {
			return s
		}
		s.Kind = KindList
	case 'n':
		if !r.word("null") {
			return s
		}
		s.Kind = KindNull
	case 't':
		if !r.word("true") {
			return s
		}
		s.Kind = KindBool
	case 'f':
		if !r.word("false") {
			return s
		}
		s.Kind = KindBool
	}
	s.End = r.i
	return s
}

func (r *Reader) word(w string) bool {
	if len(r.text)-r.i < len(w) || string(r.text[r.i:r.i+len(w)]) != w {
		return false
	}
	r.i += len(w)
	return true
}

func (r *Reader) skipObject() bool {
	if !r.Open() {
		return false
	}
	for first := true; ; first = false {
		more, ok := r.More(first, '}')
		if !more {
			return ok
		}
		if _, _, ok = r.Key(); !ok || r.Value().Kind == KindMissing {
			return false
		}
	}
}

func (r *Reader) skipList() bool {
	if !r.Open() {
		return false
	}
	for first := true; ; first = false {
		more, ok := r.More(first, ']')
		if !more {
			return ok
		}
		if r.Value().Kind == KindMissing {
			return false
		}
	}
}

// End reports whether nothing is left.
func (r *Reader) End() bool { return r.Peek() == 0 && r.i == len(r.text) }
