package selectionmap

import (
	"errors"
	"fmt"
)

// maxDepth is how deeply a row may be nested.
const maxDepth = 500

var errJSON = errors.New("not valid JSON")

// Result is what became of a map.
type Result uint8

const (
	// Made is a value other than null.
	Made Result = iota
	// Null is a map without a value: `null` is written.
	Null
	// Absent says that the row lacks a field that the map begins with, which is
	// not the same as null: its value is not known. `null` is written.
	Absent
)

// Append makes the value of a row, which is one JSON object, and appends it to dst.
// The row is trusted to be valid JSON only where it is read.
func (v *Value) Append(dst, row []byte) ([]byte, Result, error) {
	start := len(dst)
	dst, r, err := v.append(dst, row, true)
	if err != nil {
		return dst[:start], Null, err
	}
	if r != Made {
		dst = append(dst[:start], "null"...)
	}
	return dst, r, nil
}

// append evaluates a map over a value; top says that it is the row. Nothing is
// appended unless the result is Made.
func (v *Value) append(dst, in []byte, top bool) ([]byte, Result, error) {
	for i := range v.Alternatives {
		var r Result
		var err error
		if dst, r, err = v.Alternatives[i].append(dst, in, top); r != Null || err != nil {
			return dst, r, err
		}
	}
	return dst, Null, nil
}

func (e *Entry) append(dst, in []byte, top bool) ([]byte, Result, error) {
	s := scanner{b: in}
	if e.On != "" {
		if ok, err := s.is(e.On); !ok || err != nil {
			return dst, Null, err
		}
	}
	for i := range e.Path {
		step := &e.Path[i]
		found, err := s.enter(step.Name)
		if err != nil {
			return dst, Null, err
		}
		if !found {
			if top && i == 0 {
				return dst, Absent, nil
			}
			return dst, Null, nil
		}
		if step.On != "" {
			if ok, err := s.is(step.On); !ok || err != nil {
				return dst, Null, err
			}
		}
	}
	c := s.peek()
	switch {
	case c == 0:
		return dst, Null, s.bad()
	case c == 'n':
		return dst, Null, s.skip()
	case e.Object:
		if c != '{' {
			return dst, Null, nil
		}
		return e.object(dst, s.b[s.i:], top && len(e.Path) == 0)
	case e.List != nil:
		if c != '[' {
			return dst, Null, nil
		}
		return e.list(dst, &s)
	}
	from := s.i
	if err := s.skip(); err != nil {
		return dst, Null, err
	}
	return append(dst, s.b[from:s.i]...), Made, nil
}

func (e *Entry) object(dst, in []byte, top bool) ([]byte, Result, error) {
	start := len(dst)
	dst = append(dst, '{')
	for i := range e.Fields {
		f := &e.Fields[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, f.Name...)
		dst = append(dst, '"', ':')
		var r Result
		var err error
		dst, r, err = f.Value.append(dst, in, top)
		switch {
		case err != nil || r == Absent:
			return dst[:start], r, err
		case r == Null && f.Value.NonNull:
			return dst[:start], Null, nil
		case r == Null:
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}'), Made, nil
}

func (e *Entry) list(dst []byte, s *scanner) ([]byte, Result, error) {
	start := len(dst)
	dst = append(dst, '[')
	more, err := s.open('[')
	for first := true; more && err == nil; more, err = s.next('[') {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		s.peek()
		from := s.i
		if err := s.skip(); err != nil {
			return dst[:start], Null, err
		}
		item := s.b[from:s.i]
		var r Result
		var err error
		if item[0] != 'n' {
			dst, r, err = e.List.append(dst, item, false)
		} else {
			r = Null
		}
		switch {
		case err != nil:
			return dst[:start], Null, err
		case r == Null && e.List.NonNull:
			return dst[:start], Null, nil
		case r == Null:
			dst = append(dst, "null"...)
		}
	}
	if err != nil {
		return dst[:start], Null, err
	}
	return append(dst, ']'), Made, nil
}

// scanner walks through JSON text.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) bad() error { return fmt.Errorf("%w at byte %d", errJSON, s.i) }

// peek returns the next byte that is not space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\r', '\t':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// open steps into an object or list; more is false if it is empty.
func (s *scanner) open(c byte) (more bool, err error) {
	if s.peek() != c {
		return false, s.bad()
	}
	s.i++
	if s.peek() == c+2 { // '{'+2 is '}', '['+2 is ']'
		s.i++
		return false, nil
	}
	return true, nil
}

// next steps to the next member or item; more is false at the end.
func (s *scanner) next(c byte) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.i++
		return true, nil
	case c + 2:
		s.i++
		return false, nil
	}
	return false, s.bad()
}

// key reads a member's name, up to its value, as it is written.
func (s *scanner) key() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.bad()
	}
	from := s.i + 1
	if err := s.str(); err != nil {
		return nil, err
	}
	name := s.b[from : s.i-1]
	if s.peek() != ':' {
		return nil, s.bad()
	}
	s.i++
	return name, nil
}

// enter stops at the value of the first member with this name. It reports false if
// the value is no object or has no such member; the scanner is of no use then.
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
			s.peek()
			return true, nil
		}
		if err := s.skip(); err != nil {
			return false, err
		}
	}
	return false, err
}

// is reports whether the value is an object of a type. One that does not say its
// type has only one.
func (s *scanner) is(typ string) (bool, error) {
	if s.peek() != '{' {
		return false, nil
	}
	at := *s
	found, err := at.enter("__typename")
	if !found || err != nil {
		return err == nil, err
	}
	from := at.i
	if err := at.skip(); err != nil {
		return false, err
	}
	v := at.b[from:at.i]
	return len(v) == len(typ)+2 && v[0] == '"' && string(v[1:len(v)-1]) == typ, nil
}

// skip steps over a value.
func (s *scanner) skip() error {
	var closing [maxDepth]byte
	depth := 0
	for {
		c := s.peek()
		switch c {
		case '{', '[':
			more, err := s.open(c)
			if err != nil {
				return err
			}
			if more {
				if depth == maxDepth {
					return fmt.Errorf("JSON is nested deeper than %d", maxDepth)
				}
				closing[depth] = c
				depth++
				if c == '{' {
					if _, err := s.key(); err != nil {
						return err
					}
				}
				continue
			}
		case '"':
			if err := s.str(); err != nil {
				return err
			}
		default:
			if err := s.word(); err != nil {
				return err
			}
		}
		for depth > 0 {
			more, err := s.next(closing[depth-1])
			if err != nil {
				return err
			}
			if more {
				if closing[depth-1] == '{' {
					if _, err := s.key(); err != nil {
						return err
					}
				}
				break
			}
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// word steps over a number or a literal.
func (s *scanner) word() error {
	from := s.i
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			break
		}
		s.i++
	}
	switch w := s.b[from:s.i]; {
	case len(w) == 0:
		return s.bad()
	case w[0] == '-' || w[0] >= '0' && w[0] <= '9':
		return nil
	case string(w) == "true" || string(w) == "false" || string(w) == "null":
		return nil
	}
	s.i = from
	return s.bad()
}

// str steps over a string; the scanner is at its first quote.
func (s *scanner) str() error {
	for i := s.i + 1; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return nil
		case c == '\\':
			i++
		case c < ' ':
			s.i = i
			return s.bad()
		}
	}
	s.i = len(s.b)
	return s.bad()
}
