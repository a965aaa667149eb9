package router

import (
	"math/rand/v2"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

// maxRequestID is the longest id taken from a client.
const maxRequestID = 128

// requestID takes the client's id if it is fit for logs and headers, else makes
// one.
func requestID(h http.Header) string {
	if given := h[requestIDHeader]; len(given) == 1 && saneID(given[0]) {
		return given[0]
	}
	const hex = "0123456789abcdef"
	var id [32]byte
	for i := 0; i < len(id); i += 16 {
		n := rand.Uint64()
		for j := range 16 {
			id[i+j] = hex[n&15]
			n >>= 4
		}
	}
	return string(id[:])
}

func saneID(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '/', c == '+', c == '=', c == '@':
		default:
			return false
		}
	}
	return true
}
