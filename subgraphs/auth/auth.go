package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// Request is one upstream request before it is sent.
type Request struct {
	// Method is the HTTP method; Host the value of the Host header.
	Method, Host string
	// Target is path and query, encoded.
	Target string
	// Header are the headers. Those that authentication sets replace equal ones.
	Header []subgraphs.HeaderField
	// Body is only read.
	Body []byte

	token    *token // what OAuth 2.0 put in
	repeated bool
}

func (r *Request) find(name string) int {
	for i := range r.Header {
		if strings.EqualFold(r.Header[i].Name, name) {
			return i
		}
	}
	return -1
}

func (r *Request) get(name string) string {
	if i := r.find(name); i >= 0 {
		return r.Header[i].Value
	}
	return ""
}

// set leaves one header of the name.
func (r *Request) set(name, value string) {
	i := r.find(name)
	if i < 0 {
		r.Header = append(r.Header, subgraphs.HeaderField{Name: name, Value: value})
		return
	}
	r.Header[i] = subgraphs.HeaderField{Name: name, Value: value}
	kept := r.Header[:i+1]
	for _, f := range r.Header[i+1:] {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	r.Header = kept
}

// Authenticator completes requests to one upstream.
type Authenticator interface {
	// Apply adds what proves who the router is. It is called once all else of the
	// request is final, and again before the request is repeated. The error, an
	// [*Error] or that of the context, means that it must not be sent.
	Apply(ctx context.Context, r *Request) error
	// Rejected takes note that the upstream answered 401 to a request that Apply
	// has completed. It reports whether there are other credentials now, so that
	// the request is worth one repetition.
	Rejected(ctx context.Context, r *Request) bool
}

// CodeFailed is the code of an [Error].
const CodeFailed = "UPSTREAM_AUTHENTICATION_FAILED" // there are no credentials for the upstream: no token could be had

// Error says why a request could not be authenticated. It holds no secret.
type Error struct {
	// Message says what happened.
	Message string
	// Status is the token server's answer, 0 if there was none.
	Status int
	// Err is the cause; it holds no address and no secret. It may be nil.
	Err error
}

// Error returns message and cause.
func (e *Error) Error() string {
	s := e.Message
	if e.Status != 0 {
		s += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Code returns the stable code of the error.
func (e *Error) Code() string { return CodeFailed }

// Handle is the Authenticator of some [Settings]. It is released by whoever
// acquired it.
type Handle struct {
	// authorization is the value of that header if it never changes.
	authorization string
	key           *APIKey
	// pair is the key as it is sent, in a query or a cookie.
	pair   string
	source *source
	signer *signer
}

var _ Authenticator = (*Handle)(nil)

// newHandle makes what needs no pool.
func newHandle(s Settings, now func() time.Time) (*Handle, error) {
	h := &Handle{}
	if b := s.Basic; b != nil {
		if strings.Contains(b.User, ":") {
			return nil, errors.New("the name of a user has no colon")
		}
		h.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(b.User+":"+string(b.Password)))
	}
	if s.Bearer != "" {
		h.authorization = "Bearer " + string(s.Bearer)
	}
	if !validValue(h.authorization) {
		return nil, errors.New("the credentials hold control characters")
	}
	if k := s.APIKey; k != nil {
		if k.Name == "" || !validValue(string(k.Value)) {
			return nil, errors.New("the API key has no name, or holds control characters")
		}
		h.key = k
		switch k.Place {
		case InQuery:
			h.pair = escape(k.Name) + "=" + escape(string(k.Value))
		case InCookie:
			if strings.ContainsAny(k.Name+string(k.Value), "; ,\"\\") {
				return nil, errors.New("the API key cannot be sent as a cookie")
			}
			h.pair = k.Name + "=" + string(k.Value)
		}
	}
	if s.HMAC != nil {
		var err error
		if h.signer, err = newSigner(*s.HMAC, now); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// escape encodes for a query; a space is %20, which all servers understand.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func validValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// Apply implements [Authenticator].
func (h *Handle) Apply(ctx context.Context, r *Request) error {
	if h.authorization != "" {
		r.set("Authorization", h.authorization)
	}
	if h.key != nil {
		h.applyKey(r)
	}
	if h.source != nil {
		t, err := h.source.get(ctx)
		if err != nil {
			return err
		}
		r.token = t
		r.set("Authorization", t.authorization)
	}
	if h.signer != nil {
		h.signer.sign(r)
	}
	return nil
}

func (h *Handle) applyKey(r *Request) {
	switch h.key.Place {
	case InQuery:
		if strings.HasSuffix(r.Target, h.pair) {
			return // applied before: the request is a repetition
		}
		separator := "?"
		if strings.Contains(r.Target, "?") {
			separator = "&"
		}
		r.Target += separator + h.pair
	case InCookie:
		cookies := h.pair
		for c := range strings.SplitSeq(r.get("Cookie"), ";") {
			// A cookie of the client must not stand in for the key.
			c = strings.TrimSpace(c)
			if name, _, _ := strings.Cut(c, "="); c != "" && name != h.key.Name {
				cookies += "; " + c
			}
		}
		r.set("Cookie", cookies)
	default:
		r.set(h.key.Name, string(h.key.Value))
	}
}

// Rejected implements [Authenticator].
func (h *Handle) Rejected(ctx context.Context, r *Request) bool {
	if h.source == nil || r.token == nil || r.repeated {
		return false
	}
	r.repeated = true
	return h.source.rejected(ctx, r.token)
}

// Release gives the authenticator back. It may still be used by requests that
// are on their way, but tokens are no longer renewed.
func (h *Handle) Release() {
	if h.source != nil {
		h.source.release()
	}
}
