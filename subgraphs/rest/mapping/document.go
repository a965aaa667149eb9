package mapping

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxDocument bounds a JSON text so that offsets and counts fit the tape.
	maxDocument = 512 << 20
	// defaultDepth is how deeply a JSON text may be nested where nobody says.
	defaultDepth = 500
)

// node is one value or key on the tape: where its text is and where the next
// node after all that is below it begins. It holds no pointer, so the garbage
// collector has nothing to scan.
type node struct {
	start, end uint32
	next       uint32
	meta       uint32 // kind in the low 3 bits, escaped, then the count of items or members
}

const (
	metaKind    = 1<<3 - 1
	metaEscaped = 1 << 3
	metaCount   = 4 // shift
)

// Document is a JSON text parsed into a tape over its bytes. Scalars stay
// where they are: nothing is copied or unescaped. The zero value is ready for
// Parse, and parsing again reuses its memory. Parsing and reading must not
// happen at once; reading alone may.
type Document struct {
	text  []byte
	nodes []node
	// stack holds the open objects and lists while parsing.
	stack []uint32
}

// SyntaxError says why a text is not the JSON that Document accepts.
type SyntaxError struct {
	// Offset is the byte at which it shows.
	Offset  int
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Message)
}

// Parse reads b, which must stay unchanged as long as the document is used. It
// is as strict as RFC 8259 and refuses besides: text that is not UTF-8, escaped
// surrogates without their other half, nesting deeper than maxDepth (0 stands
// for 500) and texts of more than 512 MiB. Of equal keys in an object the first
// one counts. After an error the document is empty.
func (d *Document) Parse(b []byte, maxDepth int) error {
	if maxDepth <= 0 {
		maxDepth = defaultDepth
	}
	d.text, d.nodes, d.stack = b, d.nodes[:0], d.stack[:0]
	if len(b) > maxDocument {
		d.text = nil
		return &SyntaxError{Offset: maxDocument, Message: "text is too long"}
	}
	p := jsonParser{Document: d, maxDepth: maxDepth}
	if message := p.parse(); message != "" {
		d.text, d.nodes = nil, d.nodes[:0]
		return &SyntaxError{Offset: p.i, Message: message}
	}
	return nil
}

// Clear forgets the text and keeps the memory, up to a bound, for the next one.
func (d *Document) Clear() {
	const most = 1 << 16
	if cap(d.nodes) > most {
		d.nodes = nil
	}
	d.text, d.nodes, d.stack = nil, d.nodes[:0], d.stack[:0]
}

// Root returns the value of the text, a missing one if nothing was parsed.
func (d *Document) Root() Value {
	if len(d.nodes) == 0 {
		return Value{}
	}
	return d.value(0)
}

func (d *Document) value(n uint32) Value {
	return Value{doc: d, node: n, kind: Kind(d.nodes[n].meta & metaKind)}
}

func (d *Document) raw(n uint32) []byte {
	nd := &d.nodes[n]
	return d.text[nd.start:nd.end:nd.end]
}

func (d *Document) count(n uint32) int { return int(d.nodes[n].meta >> metaCount) }

// find returns the member of object n with the key and how many were looked at.
func (d *Document) find(n uint32, key string) (value uint32, scanned int, ok bool) {
	nodes, end := d.nodes, d.nodes[n].next
	for k := n + 1; k < end; k = nodes[k+1].next {
		scanned++
		nd := &nodes[k]
		if nd.meta&metaEscaped == 0 {
			if int(nd.end-nd.start) == len(key)+2 && string(d.text[nd.start+1:nd.end-1]) == key {
				return k + 1, scanned, true
			}
		} else if says(d.raw(k), key) {
			return k + 1, scanned, true
		}
	}
	return 0, scanned, false
}

// jsonParser fills the tape of a document.
type jsonParser struct {
	*Document
	i        int
	maxDepth int
}

func (p *jsonParser) space() byte {
	for p.i < len(p.text) {
		switch c := p.text[p.i]; c {
		case ' ', '\n', '\t', '\r':
			p.i++
		default:
			return c
		}
	}
	return 0
}

// parse reads the whole text without recursion. It returns what is wrong at p.i.
func (p *jsonParser) parse() string {
	for {
		// A value begins here.
		c := p.space()
		n := uint32(len(p.nodes))
		start := uint32(p.i)
		switch {
		case p.i >= len(p.text):
			return "unexpected end"
		case c == '{' || c == '[':
			if len(p.stack) >= p.maxDepth {
				return "nested too deeply"
			}
			kind := KindObject
			if c == '[' {
				kind = KindList
			}
			p.nodes = append(p.nodes, node{start: start, meta: uint32(kind)})
			p.stack = append(p.stack, n)
			p.i++
			next := p.space()
			if next == c+2 && p.i < len(p.text) { // } and ] are two behind { and [
				break
			}
			if kind == KindObject {
				if message := p.key(next); message != "" {
					return message
				}
			}
			continue
		case c == '"':
			if message := p.string(KindString); message != "" {
				return message
			}
		case c == '-' || c >= '0' && c <= '9':
			if message := p.number(); message != "" {
				return message
			}
			p.nodes = append(p.nodes, node{start: start, end: uint32(p.i), next: n + 1, meta: uint32(KindNumber)})
		default:
			word, kind := "null", KindNull
			switch c {
			case 't':
				word, kind = "true", KindBool
			case 'f':
				word, kind = "false", KindBool
			}
			if !bytes.HasPrefix(p.text[p.i:], []byte(word)) {
				return "a value is expected"
			}
			p.i += len(word)
			p.nodes = append(p.nodes, node{start: start, end: uint32(p.i), next: n + 1, meta: uint32(kind)})
		}
		// A value has ended, or an empty object or list is open at its end.
		empty := c == '{' || c == '['
		for {
			if len(p.stack) == 0 {
				if p.space(); p.i < len(p.text) {
					return "unexpected text after the value"
				}
				return ""
			}
			open := &p.nodes[p.stack[len(p.stack)-1]]
			if !empty {
				open.meta += 1 << metaCount
			}
			empty = false
			isObject := Kind(open.meta&metaKind) == KindObject
			c := p.space()
			if c == ',' {
				p.i++
				if isObject {
					if message := p.key(p.space()); message != "" {
						return message
					}
				}
				break
			}
			if isObject && c != '}' || !isObject && c != ']' {
				return "a comma or the end of the object or list is expected"
			}
			p.i++
			open.end, open.next = uint32(p.i), uint32(len(p.nodes))
			p.stack = p.stack[:len(p.stack)-1]
		}
	}
}

// key reads a key and the colon after it. c is the character at hand.
func (p *jsonParser) key(c byte) string {
	if c != '"' || p.i >= len(p.text) {
		return "a key is expected"
	}
	if message := p.string(KindString); message != "" {
		return message
	}
	if p.space() != ':' {
		return "a colon is expected"
	}
	p.i++
	return ""
}

func (p *jsonParser) string(kind Kind) string {
	start := p.i
	end, escaped, fault := scanString(p.text, start)
	p.i = end
	if fault != "" {
		return fault
	}
	meta := uint32(kind)
	if escaped {
		meta |= metaEscaped
	}
	p.nodes = append(p.nodes, node{start: uint32(start), end: uint32(end), next: uint32(len(p.nodes)) + 1, meta: meta})
	return ""
}

// plainChar are the bytes of a string that need no attention.
var plainChar = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func (p *jsonParser) number() string {
	var ok bool
	if p.i, ok = scanNumber(p.text, p.i); !ok {
		return "a digit is expected"
	}
	return ""
}

// unescape reads the escape at the beginning of b. width is 0 if there is none.
func unescape(b []byte) (r rune, width int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, ok := hex4(b[2:])
		if !ok {
			return 0, 0
		}
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if len(b) < 12 || b[6] != '\\' || b[7] != 'u' {
			return 0, 0
		}
		low, ok := hex4(b[8:])
		if !ok {
			return 0, 0
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return 0, 0
		}
		return r, 12
	}
	return 0, 0
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// says reports whether the content of the valid JSON string raw is text. It
// looks no further than text is long.
func says(raw []byte, text string) bool {
	raw = raw[1 : len(raw)-1]
	for len(raw) > 0 && text != "" {
		r, width := rune(raw[0]), 1
		if r == '\\' {
			r, width = unescape(raw)
		} else if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRune(raw)
		}
		c, n := utf8.DecodeRuneInString(text)
		if c != r || width == 0 {
			return false
		}
		raw, text = raw[width:], text[n:]
	}
	return len(raw) == 0 && text == ""
}

// unquote appends the content of the valid JSON string raw to dst.
func unquote(dst, raw []byte) []byte {
	for i := 1; i < len(raw)-1; {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		r, width := unescape(raw[i:])
		dst = utf8.AppendRune(dst, r)
		i += max(width, 1)
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plainChar[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, width := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
			if r != utf8.RuneError || width > 1 {
				i += width
				continue
			}
			dst = append(append(dst, s[from:i]...), "\uFFFD"...)
			i++
			from = i
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
