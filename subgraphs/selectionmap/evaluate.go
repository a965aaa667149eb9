package selectionmap

import "github.com/weft-graphql/weft/subgraphs/jsonscan"

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
// The row is checked to be valid JSON only where it is read.
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
	s := jsonscan.Scanner{Bytes: in}
	if e.On != "" {
		if ok, err := is(s, e.On); !ok || err != nil {
			return dst, Null, err
		}
	}
	for i := range e.Path {
		step := &e.Path[i]
		found, err := s.Enter(step.Name)
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
			if ok, err := is(s, step.On); !ok || err != nil {
				return dst, Null, err
			}
		}
	}
	c := s.Peek()
	switch {
	case c == 'n' || c == 0: // null, or nothing, which is an error
		return dst, Null, s.Skip()
	case e.Object:
		if c != '{' {
			return dst, Null, nil
		}
		return e.object(dst, s.Bytes[s.At:], top && len(e.Path) == 0)
	case e.List != nil:
		if c != '[' {
			return dst, Null, nil
		}
		return e.list(dst, &s)
	}
	from := s.At
	if err := s.Skip(); err != nil {
		return dst, Null, err
	}
	return append(dst, s.Bytes[from:s.At]...), Made, nil
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

func (e *Entry) list(dst []byte, s *jsonscan.Scanner) ([]byte, Result, error) {
	start := len(dst)
	dst = append(dst, '[')
	more, err := s.Open('[')
	for first := true; more && err == nil; more, err = s.Next('[') {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		s.Peek()
		from := s.At
		if err := s.Skip(); err != nil {
			return dst[:start], Null, err
		}
		item := s.Bytes[from:s.At]
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

// is reports whether the value is an object of a type. One that does not say its
// type has only one.
func is(s jsonscan.Scanner, typ string) (bool, error) {
	if s.Peek() != '{' {
		return false, nil
	}
	found, err := s.Enter("__typename")
	if !found || err != nil {
		return err == nil, err
	}
	from := s.At
	if err := s.Skip(); err != nil {
		return false, err
	}
	v := s.Bytes[from:s.At]
	return len(v) == len(typ)+2 && v[0] == '"' && string(v[1:len(v)-1]) == typ, nil
}
