package execute

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Functions in this file take a text and the place to begin, and return the
// place after what they read, or -1 when the text is not strict JSON (RFC 8259,
// UTF-8 included).

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special returns a word whose lowest bit among highs, if there is one, lies in
// the first byte of x that ends a run of plain characters in a string: a quote,
// a backslash, a control character or a byte beyond ASCII. Bits above the
// lowest may be false alarms, and so may bits outside of highs.
func special(x uint64) uint64 {
	// Flipping bit 1 moves the quote (0x22) down to 0x20, next to the control
	// characters, and nothing else below 0x21.
	return ((x ^ 0x02*ones) - 0x21*ones) | ((x ^ '\\'*ones) - ones) | x
}

// scanString reads a string whose opening quote is before i.
func scanString(b []byte, i int) int {
	for {
		if len(b)-i >= 8 { // most strings are short
			if m := special(binary.LittleEndian.Uint64(b[i:])) & highs; m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				goto stop
			}
			i += 8
		}
		for len(b)-i >= 32 {
			w := b[i : i+32 : i+32]
			m0 := special(binary.LittleEndian.Uint64(w))
			m1 := special(binary.LittleEndian.Uint64(w[8:]))
			m2 := special(binary.LittleEndian.Uint64(w[16:]))
			m3 := special(binary.LittleEndian.Uint64(w[24:]))
			if (m0|m1|m2|m3)&highs == 0 {
				i += 32
				continue
			}
			switch {
			case m0&highs != 0:
			case m1&highs != 0:
				m0 = m1
				i += 8
			case m2&highs != 0:
				m0 = m2
				i += 16
			default:
				m0 = m3
				i += 24
			}
			i += bits.TrailingZeros64(m0&highs) >> 3
			goto stop
		}
		for uint(i) < uint(len(b)) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 && b[i] < utf8.RuneSelf {
			i++
		}
		if i >= len(b) {
			return -1
		}
	stop:
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = scanEscape(b, i+1); i < 0 {
				return -1
			}
		case c < 0x20:
			return -1
		default:
			for i < len(b) && b[i] >= utf8.RuneSelf {
				// Two bytes, and three where any continuation will do; the rest has
				// exceptions.
				if c := b[i]; c >= 0xC2 && c <= 0xDF {
					if len(b)-i < 2 || b[i+1]&0xC0 != 0x80 {
						return -1
					}
					i += 2
					continue
				} else if c > 0xE0 && c <= 0xEF && c != 0xED {
					if len(b)-i < 3 || b[i+1]&0xC0 != 0x80 || b[i+2]&0xC0 != 0x80 {
						return -1
					}
					i += 3
					continue
				}
				r, n := utf8.DecodeRune(b[i:])
				if r == utf8.RuneError && n <= 1 {
					return -1
				}
				i += n
			}
		}
	}
}

// scanEscape reads what follows a backslash.
func scanEscape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if len(b)-i < 5 {
			return -1
		}
		for _, c := range b[i+1 : i+5] {
			if hex(c) < 0 {
				return -1
			}
		}
		return i + 5
	}
	return -1
}

func hex(c byte) int {
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

// scanNumber reads a number; integer is false when it has a fraction or an
// exponent.
func scanNumber(b []byte, i int) (end int, integer bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	start := i
	for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
		i++
	}
	if i == start || i-start > 1 && b[start] == '0' {
		return -1, false
	}
	integer = true
	if i < len(b) && b[i] == '.' {
		integer = false
		i++
		start = i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i == start {
			return -1, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		integer = false
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start = i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i == start {
			return -1, false
		}
	}
	return i, integer
}

// fitsInt32 reports whether an integer (valid JSON) is within 32 bits.
func fitsInt32(b []byte) bool {
	limit := uint64(1<<31 - 1)
	if b[0] == '-' {
		limit++
		b = b[1:]
	}
	if len(b) > 10 {
		return false
	}
	n := uint64(0)
	for _, c := range b {
		n = n*10 + uint64(c-'0')
	}
	return n <= limit
}

func scanLiteral(b []byte, i int, literal string) int {
	if len(b)-i >= len(literal) && string(b[i:i+len(literal)]) == literal {
		return i + len(literal)
	}
	return -1
}

// space skips white space.
func space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' {
		if c := b[i]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return i // whatever reads on refuses it
		}
		i++
	}
	return i
}

// maxDepth bounds the nesting of values that no shape describes.
const maxDepth = 500

// skipValue reads any value.
func skipValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return scanString(b, i+1)
	case '{':
		if depth >= maxDepth {
			return -1
		}
		i = space(b, i+1)
		if i < len(b) && b[i] == '}' {
			return i + 1
		}
		for {
			if i >= len(b) || b[i] != '"' {
				return -1
			}
			if i = scanString(b, i+1); i < 0 {
				return -1
			}
			i = space(b, i)
			if i >= len(b) || b[i] != ':' {
				return -1
			}
			if i = skipValue(b, space(b, i+1), depth+1); i < 0 {
				return -1
			}
			i = space(b, i)
			if i >= len(b) {
				return -1
			}
			if b[i] == '}' {
				return i + 1
			}
			if b[i] != ',' {
				return -1
			}
			i = space(b, i+1)
		}
	case '[':
		if depth >= maxDepth {
			return -1
		}
		i = space(b, i+1)
		if i < len(b) && b[i] == ']' {
			return i + 1
		}
		for {
			if i = skipValue(b, i, depth+1); i < 0 {
				return -1
			}
			i = space(b, i)
			if i >= len(b) {
				return -1
			}
			if b[i] == ']' {
				return i + 1
			}
			if b[i] != ',' {
				return -1
			}
			i = space(b, i+1)
		}
	case 't':
		return scanLiteral(b, i, "true")
	case 'f':
		return scanLiteral(b, i, "false")
	case 'n':
		return scanLiteral(b, i, "null")
	default:
		end, _ := scanNumber(b, i)
		return end
	}
}

// unescape returns the text of a string (valid JSON, without its quotes). It
// is for keys and names only, where backslashes are rare.
func unescape(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := unescapeRune(raw[i+1:])
			i += 4
			if r >= 0xD800 && r < 0xDC00 && len(raw)-i >= 7 && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if low := unescapeRune(raw[i+3:]); low >= 0xDC00 && low < 0xE000 {
					r = (r-0xD800)<<10 | (low - 0xDC00) + 0x10000
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, raw[i])
		}
		i++
	}
	return string(out)
}

func unescapeRune(b []byte) rune {
	return rune(hex(b[0])<<12 | hex(b[1])<<8 | hex(b[2])<<4 | hex(b[3]))
}

// equalName compares a string (valid JSON, without its quotes) with a name.
func equalName(raw []byte, name string) bool {
	if string(raw) == name {
		return true
	}
	for _, c := range raw {
		if c == '\\' {
			return unescape(raw) == name
		}
	}
	return false
}
