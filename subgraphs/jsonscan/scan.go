// Package jsonscan walks through JSON text without keeping anything of it.
//
// In go bytes from outside; what comes out are positions in them. Everything that
// a [Scanner] steps over is checked strictly (RFC 8259): numbers, literals,
// escapes, control characters, UTF-8, depth. A Scanner belongs to one goroutine.
package jsonscan

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deeply a JSON text may be nested.
const MaxDepth = 500

// ErrJSON is what errors about the text wrap, but for the one about its depth.
var ErrJSON = errors.New("not valid JSON")

// Scanner is at a place of a JSON text. After an error it is of no use.
type Scanner struct {
	// Bytes is the text.
	Bytes []byte
	// At is the place: the index of the next byte.
	At    int
	depth int
}

func (s *Scanner) bad() error { return fmt.Errorf("%w at byte %d", ErrJSON, s.At) }

// Space steps over what means nothing.
func (s *Scanner) Space() {
	for s.At < len(s.Bytes) {
		switch s.Bytes[s.At] {
		case ' ', '\n', '\r', '\t':
			s.At++
		default:
			return
		}
	}
}

// Peek returns the next byte that is not space, 0 at the end.
func (s *Scanner) Peek() byte {
	s.Space()
	if s.At < len(s.Bytes) {
		return s.Bytes[s.At]
	}
	return 0
}

// End checks that nothing but space is left.
func (s *Scanner) End() error {
	if s.Space(); s.At < len(s.Bytes) {
		return s.bad()
	}
	return nil
}

// Open steps into an object or list. more is false if it is empty.
func (s *Scanner) Open(c byte) (more bool, err error) {
	if s.Peek() != c {
		return false, s.bad()
	}
	s.At++
	if s.depth++; s.depth > MaxDepth {
		return false, fmt.Errorf("JSON is nested deeper than %d", MaxDepth)
	}
	if s.Peek() == c+2 { // '{'+2 is '}', '['+2 is ']'
		s.At++
		s.depth--
		return false, nil
	}
	return true, nil
}

// Next steps to the next member or item. more is false at the end.
func (s *Scanner) Next(c byte) (more bool, err error) {
	switch s.Peek() {
	case ',':
		s.At++
		return true, nil
	case c + 2:
		s.At++
		s.depth--
		return false, nil
	}
	return false, s.bad()
}

// Key reads a member's name, up to its value. The result is decoded.
func (s *Scanner) Key() ([]byte, error) {
	if s.Peek() != '"' {
		return nil, s.bad()
	}
	start := s.At
	if err := s.Str(); err != nil {
		return nil, err
	}
	name := Unquote(s.Bytes[start:s.At])
	if s.Peek() != ':' {
		return nil, s.bad()
	}
	s.At++
	return name, nil
}

// Enter stops at the value of the first member with this name. It returns false
// if the value is no object or has no such member.
func (s *Scanner) Enter(name string) (bool, error) {
	if s.Peek() != '{' {
		return false, nil
	}
	more, err := s.Open('{')
	for ; more && err == nil; more, err = s.Next('{') {
		k, err := s.Key()
		if err != nil {
			return false, err
		}
		if string(k) == name {
			s.Space()
			return true, nil
		}
		if err := s.Skip(); err != nil {
			return false, err
		}
	}
	return false, err
}

// Skip steps over a value.
func (s *Scanner) Skip() error {
	switch c := s.Peek(); c {
	case '{':
		more, err := s.Open('{')
		for ; more && err == nil; more, err = s.Next('{') {
			if s.Peek() != '"' {
				return s.bad()
			}
			if err := s.Str(); err != nil {
				return err
			}
			if s.Peek() != ':' {
				return s.bad()
			}
			s.At++
			if err := s.Skip(); err != nil {
				return err
			}
		}
		return err
	case '[':
		more, err := s.Open('[')
		for ; more && err == nil; more, err = s.Next('[') {
			if err := s.Skip(); err != nil {
				return err
			}
		}
		return err
	case '"':
		return s.Str()
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

func (s *Scanner) literal(text string) error {
	if len(s.Bytes)-s.At < len(text) || string(s.Bytes[s.At:s.At+len(text)]) != text {
		return s.bad()
	}
	s.At += len(text)
	return nil
}

func (s *Scanner) digits() bool {
	start := s.At
	for s.At < len(s.Bytes) && '0' <= s.Bytes[s.At] && s.Bytes[s.At] <= '9' {
		s.At++
	}
	return s.At > start
}

func (s *Scanner) number() error {
	at := func(c byte) bool { return s.At < len(s.Bytes) && s.Bytes[s.At] == c }
	if at('-') {
		s.At++
	}
	if at('0') {
		s.At++
	} else if !s.digits() {
		return s.bad()
	}
	if at('.') {
		s.At++
		if !s.digits() {
			return s.bad()
		}
	}
	if at('e') || at('E') {
		s.At++
		if at('+') || at('-') {
			s.At++
		}
		if !s.digits() {
			return s.bad()
		}
	}
	return nil
}

// Str steps over a string; the scanner is at its first quote.
func (s *Scanner) Str() error {
	for i := s.At + 1; i < len(s.Bytes); {
		switch c := s.Bytes[i]; {
		case c == '"':
			s.At = i + 1
			return nil
		case c == '\\':
			n := escape(s.Bytes[i:])
			if n == 0 {
				s.At = i
				return s.bad()
			}
			i += n
		case c < ' ':
			s.At = i
			return s.bad()
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(s.Bytes[i:])
			if r == utf8.RuneError && n == 1 {
				s.At = i
				return s.bad()
			}
			i += n
		}
	}
	s.At = len(s.Bytes)
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

// Unquote decodes a string that was checked. Without escapes it is a part of the
// text.
func Unquote(b []byte) []byte {
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
