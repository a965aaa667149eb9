package transport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Request is one request.
type Request struct {
	// Method is the HTTP method; empty means POST.
	Method string
	// Target is path and query, already encoded.
	Target string
	// Host is the value of the Host header.
	Host string
	// Static are the lines that do not change from request to request; may be nil.
	Static *Lines
	// Header are the lines of this request. A name given here replaces the
	// static line of that name. Lines that frame the message (content-length,
	// transfer-encoding, connection and the like) are left out.
	Header []subgraphs.HeaderField
	// Body is the content; it is only read.
	Body []byte
	// Timeout limits the whole request; 0 means that only the context does.
	Timeout time.Duration
	// MaxBody limits the body of the response, as received and decompressed;
	// 0 means no limit.
	MaxBody int64
	// Retry allows to send the request a second time when an idle connection
	// turned out to be closed. Only for requests that change nothing.
	Retry bool
	// SizeHint is the expected size of the body.
	SizeHint int
	// Collect are the names of the response headers to return, in canonical
	// form; "*" stands for all.
	Collect []string
}

// Response is what came back. The zero value is ready for use, and it may be
// used again after Release.
type Response struct {
	Status int
	// Body is the decompressed content, valid until Release.
	Body []byte
	// CacheControl is the value of the Cache-Control header, and Age that of
	// the Age header, valid until the next use.
	CacheControl, Age []byte
	// Header are the headers that the request wanted to see.
	Header []subgraphs.HeaderField

	buf *buffer
}

// Release gives the body back.
func (resp *Response) Release() {
	resp.Body = nil
	if resp.buf != nil {
		resp.buf.free()
		resp.buf = nil
	}
}

func (resp *Response) reset() {
	resp.Release()
	clear(resp.Header)
	*resp = Response{Header: resp.Header[:0], CacheControl: resp.CacheControl[:0], Age: resp.Age[:0]}
}

// collect takes in one header line of the response. name is canonical.
func (resp *Response) collect(req *Request, name, value []byte) {
	if string(name) == "Cache-Control" {
		if len(resp.CacheControl) > 0 {
			resp.CacheControl = append(resp.CacheControl, ',')
		}
		resp.CacheControl = append(resp.CacheControl, value...)
	} else if string(name) == "Age" {
		resp.Age = append(resp.Age[:0], value...)
	}
	for _, want := range req.Collect {
		if want == string(name) || want == "*" {
			resp.Header = append(resp.Header, subgraphs.HeaderField{Name: string(name), Value: string(value)})
			return
		}
	}
}

// Lines are header lines, checked and rendered once.
type Lines struct {
	raw    []byte
	fields []subgraphs.HeaderField
	ends   []int // of each field in raw
}

// NewLines renders header lines. Of two fields with the same name the later one
// holds. Lines that frame the message are left out.
func NewLines(fields ...subgraphs.HeaderField) (*Lines, error) {
	l := &Lines{}
	for i, f := range fields {
		if framing(f.Name) || slices.ContainsFunc(fields[i+1:], func(o subgraphs.HeaderField) bool {
			return strings.EqualFold(o.Name, f.Name)
		}) {
			continue
		}
		var err error
		if l.raw, err = appendLine(l.raw, f); err != nil {
			return nil, err
		}
		l.fields = append(l.fields, f)
		l.ends = append(l.ends, len(l.raw))
	}
	return l, nil
}

// appendHeader writes the request's static and own lines.
func appendHeader(dst []byte, req *Request) ([]byte, error) {
	if l := req.Static; l != nil {
		if len(req.Header) == 0 {
			dst = append(dst, l.raw...)
		} else {
			start := 0
			for i, end := range l.ends {
				if !given(req.Header, l.fields[i].Name) {
					dst = append(dst, l.raw[start:end]...)
				}
				start = end
			}
		}
	}
	for _, f := range req.Header {
		if framing(f.Name) {
			continue
		}
		var err error
		if dst, err = appendLine(dst, f); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func given(fields []subgraphs.HeaderField, name string) bool {
	for i := range fields {
		if len(fields[i].Name) == len(name) && strings.EqualFold(fields[i].Name, name) {
			return true
		}
	}
	return false
}

func appendLine(dst []byte, f subgraphs.HeaderField) ([]byte, error) {
	if !validName(f.Name) {
		return dst, fmt.Errorf("%q is not a header name", f.Name)
	}
	if !validValue(f.Value) {
		return dst, fmt.Errorf("the value of header %s holds control characters", f.Name)
	}
	dst = append(dst, f.Name...)
	dst = append(dst, ": "...)
	dst = append(dst, f.Value...)
	return append(dst, "\r\n"...), nil
}

// framing reports whether a header belongs to the connection or the framing of
// the message, which the transport alone decides (RFC 9110, section 7.6.1).
func framing(name string) bool {
	switch len(name) {
	case 2:
		return strings.EqualFold(name, "te")
	case 4:
		return strings.EqualFold(name, "host")
	case 6:
		return strings.EqualFold(name, "expect")
	case 7:
		return strings.EqualFold(name, "upgrade") || strings.EqualFold(name, "trailer")
	case 10:
		return strings.EqualFold(name, "connection") || strings.EqualFold(name, "keep-alive")
	case 14:
		return strings.EqualFold(name, "content-length")
	case 16:
		return strings.EqualFold(name, "proxy-connection")
	case 17:
		return strings.EqualFold(name, "transfer-encoding")
	}
	return false
}

var nameByte = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

func validName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !nameByte[s[i]] {
			return false
		}
	}
	return s != ""
}

func validValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

var errTarget = errors.New("the request target is not valid")

// validTarget refuses what would end the request line early.
func validTarget(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != "" && s[0] == '/'
}
