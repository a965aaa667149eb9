package template

import (
	"unicode/utf16"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

func table(chars string) (t [256]bool) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for _, c := range chars {
		t[c] = true
	}
	return t
}

var (
	// unreserved is RFC 3986, section 2.3: what never needs encoding.
	unreserved      = table("-._~")
	unreservedSlash = table("-._~/")
	// pathByte may stand in the path of a template as it is: RFC 3986's pchar.
	pathByte = table("-._~!$&'()*+,;=:@")
	// token is RFC 9110, section 5.6.2: header names.
	token = table("!#$%&'*+-.^_`|~")
)

func appendEscaped(dst []byte, c byte) []byte {
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// escapeTail percent-encodes dst[from:] in place, but for what keep has.
func escapeTail(dst []byte, from int, keep *[256]bool) []byte {
	n := 0
	for _, c := range dst[from:] {
		if !keep[c] {
			n++
		}
	}
	if n == 0 {
		return dst
	}
	r := len(dst) - 1
	for range n {
		dst = append(dst, 0, 0)
	}
	for w := len(dst) - 1; w > r; r-- {
		c := dst[r]
		if keep[c] {
			dst[w] = c
			w--
			continue
		}
		dst[w-2], dst[w-1], dst[w] = '%', upperHex[c>>4], upperHex[c&15]
		w -= 3
	}
	return dst
}

// unescape decodes %XX in place and returns the new length.
func unescape(b []byte) int {
	w := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if hi, lo := hexValue(b[i+1]), hexValue(b[i+2]); hi >= 0 && lo >= 0 {
				c = byte(hi<<4 | lo)
				i += 2
			}
		}
		b[w] = c
		w++
	}
	return w
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// appendText writes a JSON scalar as text: a string without its quotes and
// escapes, numbers and booleans byte by byte. The reason completes "the value".
func appendText(dst, value []byte) ([]byte, string) {
	if len(value) == 0 {
		return dst, reasonJSON
	}
	switch c := value[0]; c {
	case '"':
		dst, ok := appendUnquoted(dst, value)
		if !ok {
			return dst, reasonJSON
		}
		return dst, ""
	case '{', '[':
		return dst, reasonScalar
	case 'n':
		if string(value) == "null" {
			return dst, reasonNull
		}
	case 't', 'f':
		if s := string(value); s == "true" || s == "false" {
			return append(dst, value...), ""
		}
	default:
		if validNumber(value) {
			return append(dst, value...), ""
		}
	}
	return dst, reasonJSON
}

// validNumber is the grammar of RFC 8259, section 6.
func validNumber(b []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		b = b[n:]
		return n > 0
	}
	if b[0] == '-' {
		b = b[1:]
	}
	if len(b) > 1 && b[0] == '0' && b[1] >= '0' && b[1] <= '9' || !digits() {
		return false
	}
	if len(b) > 0 && b[0] == '.' {
		b = b[1:]
		if !digits() {
			return false
		}
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if !digits() {
			return false
		}
	}
	return len(b) == 0
}

// appendUnquoted writes what a JSON string stands for; false means that it is
// not a JSON string of valid Unicode.
func appendUnquoted(dst, s []byte) ([]byte, bool) {
	if len(s) < 2 || s[len(s)-1] != '"' {
		return dst, false
	}
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c < ' ':
			return dst, false
		case c != '\\' && c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		case c != '\\':
			r, n := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && n == 1 {
				return dst, false
			}
			dst = append(dst, s[i:i+n]...)
			i += n
		case i+1 == len(s):
			return dst, false
		case s[i+1] != 'u':
			c, ok := unescaped(s[i+1])
			if !ok {
				return dst, false
			}
			dst = append(dst, c)
			i += 2
		default:
			r := hex4(s[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				if i+2 > len(s) || s[i] != '\\' || s[i+1] != 'u' {
					return dst, false
				}
				r = utf16.DecodeRune(r, hex4(s[i+2:]))
				if r == utf8.RuneError {
					return dst, false
				}
				i += 6
			}
			if r < 0 {
				return dst, false
			}
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst, true
}

func unescaped(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// hex4 reads four hexadecimal digits; -1 if they are not there.
func hex4(s []byte) rune {
	if len(s) < 4 {
		return -1
	}
	var r rune
	for _, c := range s[:4] {
		v := hexValue(c)
		if v < 0 {
			return -1
		}
		r = r<<4 | rune(v)
	}
	return r
}

// items walks over the elements of a list or the members of an object.
type items struct {
	json []byte
	// key and item are the current member, raw; key is nil in a list.
	key, item []byte
	// bad: the JSON is malformed; the walk has ended.
	bad bool

	at int
}

// next goes on to the next element; false means that there is none.
func (l *items) next() bool {
	b := l.json
	object := b[0] == '{'
	closing := byte(']')
	if object {
		closing = '}'
	}
	first := l.at == 0
	if first {
		l.at = 1
	}
	l.space()
	if l.at >= len(b) {
		return l.fail()
	}
	if b[l.at] == closing {
		if l.at++; l.at != len(b) {
			return l.fail()
		}
		return false
	}
	if !first {
		if b[l.at] != ',' {
			return l.fail()
		}
		l.at++
		l.space()
	}
	if object {
		end, ok := endOf(b, l.at)
		if !ok || b[l.at] != '"' {
			return l.fail()
		}
		l.key = b[l.at:end]
		l.at = end
		l.space()
		if l.at >= len(b) || b[l.at] != ':' {
			return l.fail()
		}
		l.at++
		l.space()
	}
	end, ok := endOf(b, l.at)
	if !ok {
		return l.fail()
	}
	l.item = b[l.at:end]
	l.at = end
	return true
}

func (l *items) space() {
	for l.at < len(l.json) && isSpace(l.json[l.at]) {
		l.at++
	}
}

func (l *items) fail() bool {
	l.bad = true
	return false
}

// endOf finds the end of the JSON value at i. Brackets are matched and strings
// respected; what is inside is judged by those who read it.
func endOf(b []byte, i int) (int, bool) {
	var open [maxNesting]byte
	depth := 0
	for i < len(b) {
		switch c := b[i]; c {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if i >= len(b) {
				return 0, false
			}
			i++
		case '{', '[':
			if depth == maxNesting {
				return 0, false
			}
			open[depth] = c + 2 // the closing bracket
			depth++
			i++
		case '}', ']':
			if depth == 0 || open[depth-1] != c {
				return 0, false
			}
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
			if depth == 0 {
				return 0, false
			}
			continue
		default:
			start := i
			for i < len(b) && (unreserved[b[i]] || b[i] == '+') {
				i++
			}
			if i == start {
				return 0, false
			}
		}
		if depth == 0 {
			return i, true
		}
	}
	return 0, false
}

// maxNesting bounds objects and lists within each other.
const maxNesting = 32
