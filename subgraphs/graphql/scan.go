package graphql

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deeply a JSON text may be nested.
const maxDepth = 500

var errJSON = errors.New("not valid JSON")

// scanner walks through JSON text and checks it strictly (RFC 8259) on the way:
// numbers, literals, escapes, control characters, UTF-8, depth. It keeps
// nothing.
type scanner struct {
	b     []byte
	i     int
	depth int
}

func (s *scanner) bad() error { return fmt.Errorf("%w at byte %d", errJSON, s.i) }

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return
		}
	}
}

// peek returns the next byte that is not space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// end checks that nothing but space is left.
func (s *scanner) end() error {
	if s.space(); s.i < len(s.b) {
		return s.bad()
	}
	return nil
}

// open steps into an object or list. more is false if it is empty.
func (s *scanner) open(c byte) (more bool, err error) {
	if s.peek() != c {
		return false, s.bad()
	}
	s.i++
	if s.depth++; s.depth > maxDepth {
		return false, fmt.Errorf("JSON is nested deeper than %d", maxDepth)
	}
	if s.peek() == c+2 { // '{'+2 is '}', '['+2 is ']'
		s.i++
		s.depth--
		return false, nil
	}
	return true, nil
}

// next steps to the next member or item. more is false at the end.
func (s *scanner) next(c byte) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.i++
		return true, nil
	case c + 2:
		s.i++
		s.depth--
		return false, nil
	}
	return false, s.bad()
}

// key reads a member's name, up to its value. The result is decoded.
func (s *scanner) key() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.bad()
	}
	start := s.i
	if err := s.str(); err != nil {
		return nil, err
	}
	name := unquote(s.b[start:s.i])
	if s.peek() != ':' {
		return nil, s.bad()
	}
	s.i++
	return name, nil
}

// enter stops at the value of the first member with this name. It returns false
// if the value is no object or has no such member.
func (s *scanner) enter(name string) (bool, error) {
	if s.peek() != '{' {
		return false, nil
	}
	more, err := s.open('{')
	for ; more && err == nil; more, err = s.next('{') {
		k, err := s.key()
		if err != nil {
			return false, err
		}
		if string(k) == name {
			s.space()
			return true, nil
		}
		if err := s.skip(); err != nil {
			return false, err
		}
	}
	return false, err
}

// skip steps over a value.
func (s *scanner) skip() error {
	switch c := s.peek(); c {
	case '{':
		more, err := s.open('{')
		for ; more && err == nil; more, err = s.next('{') {
			if s.peek() != '"' {
				return s.bad()
			}
			if err := s.str(); err != nil {
				return err
			}
			if s.peek() != ':' {
				return s.bad()
			}
			s.i++
			if err := s.skip(); err != nil {
				return err
			}
		}
		return err
	case '[':
		more, err := s.open('[')
		for ; more && err == nil; more, err = s.next('[') {
			if err := s.skip(); err != nil {
				return err
			}
		}
		return err
	case '"':
		return s.str()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		return s.number()
	}
}

func (s *scanner) literal(text string) error {
	if len(s.b)-s.i < len(text) || string(s.b[s.i:s.i+len(text)]) != text {
		return s.bad()
	}
	s.i += len(text)
	return nil
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

func (s *scanner) number() error {
	at := func(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }
	if at('-') {
		s.i++
	}
	if at('0') {
		s.i++
	} else if !s.digits() {
		return s.bad()
	}
	if at('.') {
		s.i++
		if !s.digits() {
			return s.bad()
		}
	}
	if at('e') || at('E') {
		s.i++
		if at('+') || at('-') {
			s.i++
		}
		if !s.digits() {
			return s.bad()
		}
	}
	return nil
}

// str steps over a string; the scanner is at its first quote.
func (s *scanner) str() error {
	for i := s.i + 1; i < len(s.b); {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return nil
		case c == '\\':
			n := escape(s.b[i:])
			if n == 0 {
				s.i = i
				return s.bad()
			}
			i += n
		case c < ' ':
			s.i = i
			return s.bad()
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(s.b[i:])
			if r == utf8.RuneError && n == 1 {
				s.i = i
				return s.bad()
			}
			i += n
		}
	}
	s.i = len(s.b)
	return s.bad()
}

// escape returns the length of the escape sequence that b begins with, 0 if it
// is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unquote decodes a string that was checked. Without escapes it is a part of the
// text.
func unquote(b []byte) []byte {
	b = b[1 : len(b)-1]
	i := 0
	for i < len(b) && b[i] != '\\' {
		i++
	}
	if i == len(b) {
		return b
	}
	out := append([]byte(nil), b[:i]...)
	for i < len(b) {
		c := b[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		c = b[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(b[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(0)
				if i+1 < len(b) && b[i] == '\\' && b[i+1] == 'u' {
					low, _ = hex4(b[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return out
}
