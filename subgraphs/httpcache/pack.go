package httpcache

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unsafe"
)

// What is stored stays for long, so it has to be memory of its own, of which the
// size is known: a text that is a part of a buffer keeps all of the buffer.

const (
	fieldSize = int64(unsafe.Sizeof(Field{}))
	nameSize  = int64(unsafe.Sizeof(""))
)

// knownNames are names of fields that need not be kept once more with each entry.
var knownNames = func() map[string]string {
	known := map[string]string{}
	for _, name := range [...]string{
		"Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Access-Control-Allow-Origin", "Age", "Alt-Svc",
		"Authorization", "Cache-Control", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location",
		"Content-Security-Policy", "Content-Type", "Cookie", "Date", "Etag", "Expires", "Last-Modified", "Link", "Location",
		"Origin", "Pragma", "Referrer-Policy", "Retry-After", "Server", "Set-Cookie", "Strict-Transport-Security", "Vary",
		"Via", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By", "X-Request-Id",
	} {
		known[name] = name
	}
	return known
}()

// packed copies header lines into two pieces of memory, one of which is the text,
// and returns the size of that.
func packed(h []Field) (fields []Field, text uint32) {
	n := 0
	for i := range h {
		if _, known := knownNames[h[i].Name]; !known {
			n += len(h[i].Name)
		}
		n += len(h[i].Value)
	}
	var b strings.Builder
	b.Grow(n)
	add := func(s string) string {
		start := b.Len()
		b.WriteString(s)
		return b.String()[start:]
	}
	// Appending tells by the capacity how much memory it took.
	fields = append([]Field(nil), h...)
	for i := range fields {
		f := &fields[i]
		name, known := knownNames[f.Name]
		if !known {
			name = add(f.Name)
		}
		f.Name, f.Value = name, add(f.Value)
	}
	return fields, size(b.Cap())
}

// size is a number of bytes that is at most that of one entry.
func size[T ~int | ~int64](n T) uint32 { return uint32(min(int64(n), math.MaxUint32)) }

// compact is a body without much unused memory behind it.
func compact(body []byte) []byte {
	if cap(body)-len(body) > len(body)/4+16 {
		return bytes.Clone(body)
	}
	return body
}

// ownNames copies names of fields.
func ownNames(names []string) []string {
	own := slices.Clone(names)
	for i, name := range own {
		known, ok := knownNames[name]
		if !ok {
			known = strings.Clone(name)
		}
		own[i] = known
	}
	return own
}

// size is how many bytes of memory it takes.
func (v *varying) size() int64 {
	n := int64(unsafe.Sizeof(*v)) + sizeOfNames(v.names)
	if cap(v.variants) > 0 {
		n += int64(cap(v.variants)) * int64(unsafe.Sizeof(v.variants[:1][0]))
	}
	for _, set := range v.variants {
		n += sizeOfNames(set)
	}
	return n
}

func sizeOfNames(names []string) int64 {
	n := int64(cap(names)) * nameSize
	for _, name := range names {
		if _, known := knownNames[name]; !known {
			n += int64(len(name)+15) &^ 15
		}
	}
	return n
}
