package dataserver

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Location is a place in a query text, both from 1.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Error is one entry of an answer's errors list.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path,omitempty"`
	Locations  []Location     `json:"locations,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// codedError is a failure with a code, before it has a path.
func codedError(code, message string) *Error {
	return &Error{Message: message, Extensions: map[string]any{"code": code}}
}

func requestError(code, message string) *Error { return codedError(code, message) }

// answer is what a request leads to.
type answer struct {
	ran  bool // whether execution began, hence whether there is data
	data any  // *orderedObject or nil
	errs []*Error
}

func failed(errs ...*Error) *answer { return &answer{errs: errs} }

// orderedObject is a response object in selection order.
type orderedObject struct {
	keys   []string
	values []any
}

func (a *answer) encode() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(a.errs) > 0 {
		b.WriteString(`"errors":`)
		encodeJSON(&b, a.errs)
	}
	if a.ran {
		if len(a.errs) > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"data":`)
		encodeValue(&b, a.data)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func encodeValue(b *bytes.Buffer, value any) {
	switch value := value.(type) {
	case *orderedObject:
		b.WriteByte('{')
		for i, key := range value.keys {
			if i > 0 {
				b.WriteByte(',')
			}
			encodeString(b, key)
			b.WriteByte(':')
			encodeValue(b, value.values[i])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				b.WriteByte(',')
			}
			encodeValue(b, item)
		}
		b.WriteByte(']')
	case string:
		encodeString(b, value)
	case int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), value, 10))
	default:
		encodeJSON(b, value)
	}
}

// encodeString writes most strings without the detour of an encoder.
func encodeString(b *bytes.Buffer, s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			encodeJSON(b, s)
			return
		}
	}
	b.WriteByte('"')
	b.WriteString(s)
	b.WriteByte('"')
}

// encodeJSON writes a value that is known to be encodable: everything here
// comes from decoded JSON or from this package.
func encodeJSON(b *bytes.Buffer, value any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		b.WriteString("null")
		return
	}
	b.Truncate(b.Len() - 1)
}
