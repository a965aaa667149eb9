package template

import (
	"fmt"
	"slices"
	"strings"
)

// forbidden are headers that belong to the connection or the framing of a
// message (RFC 9110, section 7.6.1), which the transport alone decides.
var forbidden = []string{"connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}

// CheckHeaderName refuses what is not the name of a header, or of one that a
// request may not set.
func CheckHeaderName(name string) error {
	for i := 0; i < len(name); i++ {
		if !token[name[i]] {
			return fmt.Errorf("%q is not a header name", name)
		}
	}
	if name == "" {
		return fmt.Errorf("%q is not a header name", name)
	}
	if slices.Contains(forbidden, strings.ToLower(name)) {
		return fmt.Errorf("the header %s cannot be set: it belongs to the connection or the framing of the message", strings.ToLower(name))
	}
	return nil
}

// AppendHeader writes the value of a header: a JSON scalar as text, or a list of
// them divided by commas. White space around it is dropped; null, and what is
// not there, is nothing. Line breaks and other control characters are refused,
// and commas and quotes in the elements of a list. The error is a [*ValueError];
// dst comes back as it was then.
func AppendHeader(dst []byte, name string, value []byte) ([]byte, error) {
	begin := len(dst)
	value = trimSpace(value)
	if len(value) == 0 || string(value) == "null" {
		return dst, nil
	}
	var reason string
	if value[0] != '[' {
		if dst, reason = appendHeaderScalar(dst, value, false); reason != "" {
			return dst[:begin], &ValueError{name, reason}
		}
		return dst, nil
	}
	list := items{json: value}
	for list.next() {
		if string(list.item) == "null" {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		if dst, reason = appendHeaderScalar(dst, list.item, true); reason != "" {
			return dst[:begin], &ValueError{name, reason}
		}
	}
	if list.bad {
		return dst[:begin], &ValueError{name, reasonJSON}
	}
	return dst, nil
}

func appendHeaderScalar(dst, value []byte, element bool) ([]byte, string) {
	from := len(dst)
	dst, reason := appendText(dst, value)
	if reason != "" {
		return dst, reason
	}
	text := dst[from:]
	for _, c := range text {
		switch {
		case c < ' ' && c != '\t' || c == 0x7f:
			return dst, reasonControl
		case element && (c == ',' || c == '"'):
			return dst, "has an element with a comma or a quote"
		}
	}
	trimmed := trimSpace(text)
	return append(dst[:from], trimmed...), ""
}
