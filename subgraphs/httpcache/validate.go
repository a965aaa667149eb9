package httpcache

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// conditionField tells whether a field makes a request conditional or partial. The
// cache replaces these by its own when it revalidates.
func conditionField(name string) bool {
	switch name {
	case "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range":
		return true
	}
	return false
}

// hasValidator tells whether a response can be revalidated.
func hasValidator(h []Field) bool {
	if v, ok := value(h, "Etag"); ok && v != "" {
		return true
	}
	v, ok := value(h, "Last-Modified")
	if !ok {
		return false
	}
	_, err := http.ParseTime(v)
	return err == nil
}

// conditional is the request with the validators of a stored response as its
// only conditions (RFC 9111, section 4.3.1), or without any if there are none.
func conditional(r *Request, stored []Field) *Request {
	c := *r
	c.Header = without(r.Header, conditionField)
	if v, ok := value(stored, "Etag"); ok && v != "" {
		c.Header = append(c.Header, Field{Name: "If-None-Match", Value: v})
	}
	if v, ok := value(stored, "Last-Modified"); ok {
		if _, err := http.ParseTime(v); err == nil {
			c.Header = append(c.Header, Field{Name: "If-Modified-Since", Value: v})
		}
	}
	return &c
}

// updated are the header lines of a stored response after a 304 (or the answer
// to a HEAD) for it: fields that came replace those that were stored (RFC 9111,
// section 3.2). What describes the stored content stays with it, the entity tag
// too: the cache asked with one tag only, and a 304 says that it still holds.
func updated(stored, news []Field) []Field {
	keep := func(name string) bool {
		switch name {
		case "Content-Encoding", "Content-Length", "Content-Md5", "Content-Range", "Etag":
			return true
		}
		return false
	}
	h := without(stored, func(name string) bool { return !keep(name) && (name == "Age" || has(news, name)) })
	for _, f := range news {
		if !keep(f.Name) {
			h = append(h, f)
		}
	}
	return h
}

// clientConditions tells whether the request asks for a part of the response or
// for one under conditions.
func clientConditions(h []Field) (conditional, atOrigin bool) {
	for i := range h {
		switch h[i].Name {
		case "If-None-Match", "If-Modified-Since", "If-Range", "Range":
			conditional = true
		case "If-Match", "If-Unmodified-Since":
			// A cache has no say in these (RFC 9111, section 4.3.2).
			conditional, atOrigin = true, true
		}
	}
	return conditional, atOrigin
}

// notModified tells whether the conditions of a request make the stored response
// a 304 (RFC 9111, section 4.3.2).
func notModified(request []Field, stored *Response) bool {
	if stored.Status != http.StatusOK && has(request, "If-Modified-Since") && !has(request, "If-None-Match") {
		return false
	}
	if list, ok := combined(request, "If-None-Match"); ok {
		if strings.Trim(list, " \t") == "*" {
			return stored.Status >= 200 && stored.Status < 300
		}
		tag, ok := value(stored.Header, "Etag")
		return ok && matchesWeakly(list, tag)
	}
	text, ok := value(request, "If-Modified-Since")
	if !ok {
		return false
	}
	since, err := http.ParseTime(text)
	if err != nil {
		return false
	}
	text, ok = value(stored.Header, "Last-Modified")
	if !ok {
		text, _ = value(stored.Header, "Date")
	}
	modified, err := http.ParseTime(text)
	return err == nil && !modified.After(since)
}

// matchesWeakly looks for an entity tag in a list of them, weak comparison (RFC
// 9110, section 8.8.3.2).
func matchesWeakly(list, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for list = strings.TrimLeft(list, " \t,"); list != ""; list = strings.TrimLeft(list, " \t,") {
		rest := strings.TrimPrefix(list, "W/")
		end := strings.IndexByte(rest, ',')
		if strings.HasPrefix(rest, `"`) {
			if end = strings.IndexByte(rest[1:], '"'); end >= 0 {
				end += 2
			}
		}
		if end < 0 {
			end = len(rest)
		}
		if strings.TrimRight(rest[:end], " \t") == tag {
			return true
		}
		list = rest[end:]
	}
	return false
}

// asNotModified is the 304 for a stored response.
func asNotModified(stored *Response) *Response {
	return &Response{Status: http.StatusNotModified, Header: without(stored.Header, func(name string) bool {
		return name == "Content-Length" || name == "Content-Encoding" || name == "Content-Type" || name == "Content-Range"
	})}
}

// partial is the part of a stored response that a request asks for. It is nil
// if the whole is to be sent: for several ranges, a unit other than bytes, or an
// If-Range that does not match (RFC 9110, section 14).
func partial(request []Field, stored *Response) *Response {
	text, ok := value(request, "Range")
	if !ok || stored.Status != http.StatusOK || has(stored.Header, "Content-Range") || !rangeHolds(request, stored.Header) {
		return nil
	}
	size := len(stored.Body)
	first, last, ok := byteRange(text, size)
	if !ok {
		return nil
	}
	contentRange := "bytes */" + strconv.Itoa(size)
	if first >= size || last < first {
		return &Response{Status: http.StatusRequestedRangeNotSatisfiable,
			Header: []Field{{Name: "Content-Range", Value: contentRange}}}
	}
	contentRange = "bytes " + strconv.Itoa(first) + "-" + strconv.Itoa(last) + "/" + strconv.Itoa(size)
	h := without(stored.Header, func(name string) bool { return name == "Content-Length" || name == "Content-Md5" })
	h = append(h, Field{Name: "Content-Range", Value: contentRange})
	return &Response{Status: http.StatusPartialContent, Header: h, Body: stored.Body[first : last+1 : last+1]}
}

// rangeHolds evaluates If-Range, which compares strongly.
func rangeHolds(request, stored []Field) bool {
	text, ok := value(request, "If-Range")
	if !ok {
		return true
	}
	if strings.HasPrefix(text, `"`) {
		tag, _ := value(stored, "Etag")
		return tag == text
	}
	modified, ok := value(stored, "Last-Modified")
	if !ok || modified != text {
		return false
	}
	// A date is a strong validator only if the response was made well after it.
	m, err := http.ParseTime(modified)
	if err != nil {
		return false
	}
	v, _ := value(stored, "Date")
	d, err := http.ParseTime(v)
	return err == nil && d.Sub(m) >= time.Minute
}

// byteRange reads a Range of one range of bytes; last is inclusive.
func byteRange(text string, size int) (first, last int, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes=")
	if !ok || strings.Contains(text, ",") {
		return 0, 0, false
	}
	from, to, ok := strings.Cut(strings.Trim(text, " \t"), "-")
	if !ok {
		return 0, 0, false
	}
	if from == "" {
		n, ok := digits(to)
		if !ok {
			return 0, 0, false
		}
		if n == 0 {
			return size, size, true
		}
		return max(0, size-n), size - 1, true
	}
	first, ok = digits(from)
	if !ok {
		return 0, 0, false
	}
	if to == "" {
		return first, size - 1, true
	}
	last, ok = digits(to)
	if !ok || last < first {
		return 0, 0, false
	}
	return first, min(last, size-1), true
}

// digits reads a number; one too large for any body is a large one.
func digits(s string) (int, bool) {
	if s == "" {
		return 0, false
	}
	if strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 1 << 30, true
	}
	return n, true
}

// describes tells whether the answer to a HEAD speaks of the response stored for
// GET (RFC 9111, section 4.3.5).
func describes(head, stored *Response) bool {
	if head.Status != stored.Status {
		return false
	}
	for _, name := range [...]string{"Etag", "Last-Modified"} {
		if v, ok := value(head.Header, name); ok {
			if was, _ := value(stored.Header, name); was != v {
				return false
			}
		}
	}
	if v, ok := value(head.Header, "Content-Length"); ok && v != strconv.Itoa(len(stored.Body)) {
		return false
	}
	return true
}

// safe tells whether a method promises to change nothing (RFC 9110, section
// 9.2.1). Unknown methods do not.
func safe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}
