// Package body reads the body of a GraphQL request without a decoder: it finds
// `query`, `variables`, `operationName` and `extensions` as ranges of the bytes.
//
// The body must be one JSON object, and is checked strictly (UTF-8 in strings
// excepted, which is up to the reader of the values); other keys are checked and
// skipped. The ranges are part of the body and live as long as it does.
// [Read] keeps no state and allocates nothing but errors.
package body

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Codes of bodies that are no GraphQL request.
const (
	// CodeMalformed: not JSON, or not a JSON object.
	CodeMalformed = "BAD_REQUEST"
	// CodeBatch: a JSON array.
	CodeBatch = "BATCHING_NOT_SUPPORTED"
)

// Error says why a body is no GraphQL request.
type Error struct {
	Code    string
	Message string
	// Offset is where in the body.
	Offset int
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Text is a JSON string as it was sent.
type Text struct {
	// Raw is what is between the quotes, escapes and all; nil when absent or null.
	Raw []byte
	// Escaped says that Raw has escapes.
	Escaped bool
}

// Given reports whether there was a string.
func (t Text) Given() bool { return t.Raw != nil }

// Append appends the decoded text.
func (t Text) Append(dst []byte) []byte {
	if !t.Escaped {
		return append(dst, t.Raw...)
	}
	return appendUnescaped(dst, t.Raw)
}

// Request are the parts of a request.
type Request struct {
	Query         Text
	OperationName Text
	// Variables and Extensions are JSON objects; nil when absent or null.
	Variables  []byte
	Extensions []byte
}

// maxDepth bounds nesting. Deeper variables than this have no use.
const maxDepth = 256

// Read finds the parts of a request.
func Read(b []byte, r *Request) *Error {
	*r = Request{}
	s := scanner{b: b}
	s.space()
	if s.i == len(b) {
		return &Error{CodeMalformed, "The body is empty.", 0}
	}
	switch b[s.i] {
	case '[':
		return &Error{CodeBatch, "Several operations in one request are not supported.", s.i}
	case '{':
	default:
		return &Error{CodeMalformed, "The body must be a JSON object.", s.i}
	}
	if !s.request(r) {
		if s.err == nil {
			s.err = &Error{CodeMalformed, "The body is not valid JSON.", min(s.i, len(b))}
		}
		return s.err
	}
	s.space()
	if s.i != len(b) {
		return &Error{CodeMalformed, "The body goes on after the JSON object.", s.i}
	}
	return nil
}

type scanner struct {
	b   []byte
	i   int
	err *Error
}

func (s *scanner) refuse(at int, message string) bool {
	s.err = &Error{CodeMalformed, message, at}
	return false
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

const (
	seenQuery = 1 << iota
	seenVariables
	seenName
	seenExtensions
)

func (s *scanner) request(r *Request) bool {
	s.i++
	s.space()
	if s.peek() == '}' {
		s.i++
		return true
	}
	seen := 0
	var unescaped [64]byte
	for {
		at := s.i
		key, ok := s.text()
		if !ok {
			return false
		}
		s.space()
		if s.peek() != ':' {
			return false
		}
		s.i++
		s.space()
		name := key.Raw
		if key.Escaped {
			// No key of ours is longer than the array once it is decoded, nor
			// more than six times as long before.
			if len(name) > len(unescaped) {
				name = nil
			} else {
				name = appendUnescaped(unescaped[:0], name)
			}
		}
		bit := 0
		switch string(name) {
		case "query":
			bit = seenQuery
		case "variables":
			bit = seenVariables
		case "operationName":
			bit = seenName
		case "extensions":
			bit = seenExtensions
		}
		if seen&bit != 0 {
			return s.refuse(at, "The body has the key \""+string(name)+"\" twice.")
		}
		seen |= bit
		start := s.i
		switch c := s.peek(); {
		case bit == seenQuery || bit == seenName:
			if c == 'n' {
				ok = s.literal("null")
				break
			}
			if c != '"' {
				if ok = s.value(0); ok {
					return s.refuse(start, "\""+string(name)+"\" must be a string.")
				}
				return false
			}
			var t Text
			if t, ok = s.text(); ok && bit == seenQuery {
				r.Query = t
			} else if ok {
				r.OperationName = t
			}
		case bit != 0:
			if ok = s.value(0); !ok || c == 'n' {
				break
			}
			if c != '{' {
				return s.refuse(start, "\""+string(name)+"\" must be an object.")
			}
			if bit == seenVariables {
				r.Variables = s.b[start:s.i]
			} else {
				r.Extensions = s.b[start:s.i]
			}
		default:
			ok = s.value(0)
		}
		if !ok {
			return false
		}
		s.space()
		switch s.peek() {
		case ',':
			s.i++
			s.space()
		case '}':
			s.i++
			return true
		default:
			return false
		}
	}
}

// text reads a string.
func (s *scanner) text() (t Text, ok bool) {
	if s.peek() != '"' {
		return t, false
	}
	b := s.b
	start := s.i + 1
	for i := start; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			s.i = i + 1
			t.Raw = b[start:i:i]
			return t, true
		case c < ' ':
			s.i = i
			return t, false
		case c == '\\':
			t.Escaped = true
			i++
			if i == len(b) {
				s.i = i
				return t, false
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(b) || hex4(b[i+1:i+5]) < 0 {
					s.i = i
					return t, false
				}
				i += 4
			default:
				s.i = i
				return t, false
			}
		}
	}
	s.i = len(b)
	return t, false
}

func (s *scanner) value(depth int) bool {
	if depth > maxDepth {
		return s.refuse(s.i, "The body is nested too deeply.")
	}
	switch c := s.peek(); {
	case c == '"':
		_, ok := s.text()
		return ok
	case c == '{' || c == '[':
		return s.composite(depth, c+2) // '}' and ']' lie two after their openings
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.number()
}

func (s *scanner) composite(depth int, end byte) bool {
	s.i++
	s.space()
	if s.peek() == end {
		s.i++
		return true
	}
	for {
		if end == '}' {
			if _, ok := s.text(); !ok {
				return false
			}
			s.space()
			if s.peek() != ':' {
				return false
			}
			s.i++
			s.space()
		}
		if !s.value(depth + 1) {
			return false
		}
		s.space()
		switch s.peek() {
		case ',':
			s.i++
			s.space()
		case end:
			s.i++
			return true
		default:
			return false
		}
	}
}

func (s *scanner) literal(word string) bool {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return false
	}
	s.i += len(word)
	return true
}

func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.i++
		if !s.digits() {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.i++
		if c := s.peek(); c == '+' || c == '-' {
			s.i++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.i
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.i++
	}
	return s.i > start
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// appendUnescaped decodes what text has checked. Lone surrogates become U+FFFD.
func appendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' {
			dst = append(dst, c)
			continue
		}
		i++
		switch raw[i] {
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
			r := hex4(raw[i+1 : i+5])
			i += 4
			if utf16.IsSurrogate(r) {
				second := rune(-1)
				if i+6 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
					second = hex4(raw[i+3 : i+7])
				}
				if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, raw[i])
		}
	}
	return dst
}

// Object checks that b is one JSON object, or null, for which it returns nil.
// what names it in errors.
func Object(b []byte, what string) ([]byte, *Error) {
	s := scanner{b: b}
	s.space()
	start := s.i
	c := s.peek()
	if c != '{' && c != 'n' || !s.value(0) {
		return nil, &Error{CodeMalformed, "\"" + what + "\" must be a JSON object.", min(s.i, len(b))}
	}
	end := s.i
	s.space()
	if s.i != len(b) {
		return nil, &Error{CodeMalformed, "\"" + what + "\" must be a JSON object.", s.i}
	}
	if c == 'n' {
		return nil, nil
	}
	return b[start:end], nil
}
