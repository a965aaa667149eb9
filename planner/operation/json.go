package operation

import (
	"unicode/utf8"
)

// maxJSONDepth bounds how deep the variables may nest.
const maxJSONDepth = 128

// jsonKind is the kind of a JSON value.
type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonTrue
	jsonFalse
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// String names the kind for error messages.
func (k jsonKind) String() string {
	switch k {
	case jsonNull:
		return "null"
	case jsonTrue, jsonFalse:
		return "a boolean"
	case jsonNumber:
		return "a number"
	case jsonString:
		return "a string"
	case jsonArray:
		return "a list"
	}
	return "an object"
}

// jsonNode is one value (or object key) on the tape: its bytes are
// input[start:end], the nodes below it follow it, next is the node after
// those. The children of an object are key, value, key, value.
type jsonNode struct {
	start, end uint32
	next       uint32
	kind       jsonKind
	escaped    bool // a string with escapes
	integer    bool // a number without fraction and exponent
}

// jsonTape reads one JSON text strictly (RFC 8259, UTF-8) into nodes in
// document order. The nodes are reused from one text to the next.
type jsonTape struct {
	input []byte
	nodes []jsonNode
	pos   int
	// fault and faultAt say why and where reading stopped.
	fault   string
	faultAt int
}

// read reads the whole input; false when it is not one JSON value.
func (t *jsonTape) read(input []byte) bool {
	t.input, t.nodes, t.pos, t.fault = input, t.nodes[:0], 0, ""
	if len(input) > 1<<31 {
		return t.fail("the text is too long")
	}
	t.space()
	if !t.value(0) {
		return false
	}
	t.space()
	if t.pos != len(input) {
		return t.fail("unexpected text after the value")
	}
	return true
}

func (t *jsonTape) fail(why string) bool {
	if t.fault == "" {
		t.fault, t.faultAt = why, t.pos
	}
	return false
}

func (t *jsonTape) space() {
	for t.pos < len(t.input) {
		switch t.input[t.pos] {
		case ' ', '\t', '\n', '\r':
			t.pos++
		default:
			return
		}
	}
}

func (t *jsonTape) peek() byte {
	if t.pos < len(t.input) {
		return t.input[t.pos]
	}
	return 0
}

// open adds a node; close completes it.
func (t *jsonTape) open(kind jsonKind) int {
	t.nodes = append(t.nodes, jsonNode{start: uint32(t.pos), kind: kind})
	return len(t.nodes) - 1
}

func (t *jsonTape) close(node int) bool {
	n := &t.nodes[node]
	n.end = uint32(t.pos)
	n.next = uint32(len(t.nodes))
	return true
}

func (t *jsonTape) value(depth int) bool {
	if depth > maxJSONDepth {
		return t.fail("the value is nested too deep")
	}
	switch c := t.peek(); {
	case c == '{':
		return t.object(depth)
	case c == '[':
		return t.array(depth)
	case c == '"':
		return t.text()
	case c == '-' || c >= '0' && c <= '9':
		return t.number()
	case c == 't':
		return t.literal("true", jsonTrue)
	case c == 'f':
		return t.literal("false", jsonFalse)
	case c == 'n':
		return t.literal("null", jsonNull)
	}
	return t.fail("a value was expected")
}

func (t *jsonTape) literal(word string, kind jsonKind) bool {
	if len(t.input)-t.pos < len(word) || string(t.input[t.pos:t.pos+len(word)]) != word {
		return t.fail("a value was expected")
	}
	node := t.open(kind)
	t.pos += len(word)
	return t.close(node)
}

func (t *jsonTape) array(depth int) bool {
	node := t.open(jsonArray)
	t.pos++
	t.space()
	if t.peek() == ']' {
		t.pos++
		return t.close(node)
	}
	for {
		t.space()
		if !t.value(depth + 1) {
			return false
		}
		t.space()
		switch t.peek() {
		case ',':
			t.pos++
		case ']':
			t.pos++
			return t.close(node)
		default:
			return t.fail("',' or ']' was expected")
		}
	}
}

func (t *jsonTape) object(depth int) bool {
	node := t.open(jsonObject)
	t.pos++
	t.space()
	if t.peek() == '}' {
		t.pos++
		return t.close(node)
	}
	for {
		t.space()
		if t.peek() != '"' {
			return t.fail("a key was expected")
		}
		if !t.text() {
			return false
		}
		t.space()
		if t.peek() != ':' {
			return t.fail("':' was expected")
		}
		t.pos++
		t.space()
		if !t.value(depth + 1) {
			return false
		}
		t.space()
		switch t.peek() {
		case ',':
			t.pos++
		case '}':
			t.pos++
			return t.close(node)
		default:
			return t.fail("',' or '}' was expected")
		}
	}
}

func (t *jsonTape) number() bool {
	node := t.open(jsonNumber)
	integer := true
	if t.peek() == '-' {
		t.pos++
	}
	switch {
	case t.peek() == '0':
		t.pos++
	case !t.digits():
		return t.fail("a digit was expected")
	}
	if t.peek() == '.' {
		integer = false
		t.pos++
		if !t.digits() {
			return t.fail("a digit was expected")
		}
	}
	if c := t.peek(); c == 'e' || c == 'E' {
		integer = false
		t.pos++
		if c := t.peek(); c == '+' || c == '-' {
			t.pos++
		}
		if !t.digits() {
			return t.fail("a digit was expected")
		}
	}
	t.nodes[node].integer = integer
	return t.close(node)
}

func (t *jsonTape) digits() bool {
	from := t.pos
	for c := t.peek(); c >= '0' && c <= '9'; c = t.peek() {
		t.pos++
	}
	return t.pos > from
}

func (t *jsonTape) text() bool {
	node := t.open(jsonString)
	in := t.input
	i := t.pos + 1
	for i < len(in) {
		switch c := in[i]; {
		case c == '"':
			t.pos = i + 1
			return t.close(node)
		case c == '\\':
			t.nodes[node].escaped = true
			size := escapeSize(in[i:])
			if size == 0 {
				t.pos = i
				return t.fail("the escape is invalid")
			}
			i += size
		case c < 0x20:
			t.pos = i
			return t.fail("a control character in a string must be escaped")
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(in[i:])
			if r == utf8.RuneError && size == 1 {
				t.pos = i
				return t.fail("the text is not valid UTF-8")
			}
			i += size
		}
	}
	t.pos = i
	return t.fail("the string does not end")
}

// escapeSize returns the length of the escape at the start of in; 0 when it is
// none. The values of GraphQL's strings are Unicode text, so that half a
// surrogate pair is none.
func escapeSize(in []byte) int {
	if len(in) < 2 {
		return 0
	}
	switch in[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		switch first, ok := hex4(in[2:]); {
		case !ok:
		case first < 0xD800 || first > 0xDFFF:
			return 6
		case first < 0xDC00 && len(in) > 7 && in[6] == '\\' && in[7] == 'u':
			if second, ok := hex4(in[8:]); ok && second >= 0xDC00 && second <= 0xDFFF {
				return 12
			}
		}
	}
	return 0
}

// bytes returns a node as written.
func (t *jsonTape) bytes(node uint32) []byte {
	n := &t.nodes[node]
	return t.input[n.start:n.end:n.end]
}

// appendText appends the characters of a string node.
func (t *jsonTape) appendText(dst []byte, node uint32) []byte {
	n := &t.nodes[node]
	in := t.input[n.start+1 : n.end-1]
	if !n.escaped {
		return append(dst, in...)
	}
	for i := 0; i < len(in); {
		c := in[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		switch c := in[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(in[i+2:])
			i += 6
			if r >= 0xD800 && r < 0xDC00 {
				low, _ := hex4(in[i+2:])
				r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			continue
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// appendJSONString appends s as a JSON string.
func appendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
