package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

// standard is net/http: TLS with negotiated HTTP/2, and h2c.
type standard struct {
	fresh  func() *http.Transport
	scheme string
	host   string
	maxAge time.Duration

	current atomic.Pointer[http.Transport]
	mu      sync.Mutex
	expires atomic.Int64 // when current is replaced, in Unix nanoseconds
}

func newStandard(s Settings, d *dialer, conf *tls.Config) *standard {
	t := &standard{scheme: "https", host: s.Address, maxAge: s.MaxConnAge}
	if s.Scheme != "https" {
		t.scheme = "http"
	}
	protocols := new(http.Protocols)
	switch {
	case s.Scheme != "https":
		protocols.SetUnencryptedHTTP2(true)
		t.host = "localhost"
		if s.Scheme != "unix" {
			t.host = s.Address
		}
	case s.Protocol == HTTP2:
		protocols.SetHTTP2(true)
	default:
		protocols.SetHTTP1(true)
		protocols.SetHTTP2(true)
	}
	t.fresh = func() *http.Transport {
		return &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return d.dial(ctx)
			},
			TLSClientConfig:        conf.Clone(),
			TLSHandshakeTimeout:    s.DialTimeout,
			Protocols:              protocols,
			DisableCompression:     true, // done here, with a limit
			MaxIdleConnsPerHost:    s.MaxConns,
			MaxConnsPerHost:        s.MaxConns,
			IdleConnTimeout:        s.IdleTimeout,
			MaxResponseHeaderBytes: maxHead,
		}
	}
	t.current.Store(t.fresh())
	t.expires.Store(time.Now().Add(t.maxAge).UnixNano())
	return t
}

func (t *standard) close() { t.current.Load().CloseIdleConnections() }

// transport returns the transport to use now. net/http has no limit on the age
// of a connection, so the transport is replaced as a whole; the old one closes
// its connections as they become idle.
func (t *standard) transport() *http.Transport {
	now := time.Now()
	if now.UnixNano() < t.expires.Load() {
		return t.current.Load()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.UnixNano() >= t.expires.Load() {
		old := t.current.Swap(t.fresh())
		t.expires.Store(now.Add(t.maxAge).UnixNano())
		old.CloseIdleConnections()
	}
	return t.current.Load()
}

func (t *standard) do(ctx context.Context, deadline time.Time, req *Request, resp *Response) *Error {
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	r, err := t.request(ctx, req)
	if err != nil {
		return fail(Invalid, err)
	}
	got, err := t.transport().RoundTrip(r)
	if err != nil {
		kind := Lost
		var op *net.OpError
		var cert *tls.CertificateVerificationError
		if errors.As(err, &op) && op.Op == "dial" || errors.As(err, &cert) {
			kind = Unreachable
		} else if e := (net.Error)(nil); errors.As(err, &e) && e.Timeout() {
			kind = Timeout
		} else if strings.Contains(err.Error(), "malformed HTTP") {
			kind = Malformed
		}
		return interruptedOr(ctx, deadline, kind, err)
	}
	defer got.Body.Close()
	resp.Status = got.StatusCode
	for name, values := range got.Header {
		for _, v := range values {
			resp.collect(req, []byte(name), []byte(v))
		}
	}
	if err := readStandard(got, req, resp); err != nil {
		kind := Lost
		switch {
		case errors.Is(err, errTooLarge):
			return fail(TooLarge, err)
		case errors.Is(err, errEncoding), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
			kind = Malformed
		}
		return interruptedOr(ctx, deadline, kind, err)
	}
	return nil
}

func (t *standard) request(ctx context.Context, req *Request) (*http.Request, error) {
	if !validTarget(req.Target) {
		return nil, errTarget
	}
	u, err := url.ParseRequestURI(req.Target)
	if err != nil {
		return nil, errTarget
	}
	u.Scheme, u.Host = t.scheme, t.host
	r := (&http.Request{
		Method:        req.Method,
		URL:           u,
		Host:          req.Host,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{},
		ContentLength: int64(len(req.Body)),
	}).WithContext(ctx)
	if r.Method == "" {
		r.Method = http.MethodPost
	}
	if len(req.Body) > 0 {
		// A copy, since net/http may still read it after RoundTrip returned.
		content := bytes.Clone(req.Body)
		r.Body = io.NopCloser(bytes.NewReader(content))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	}
	if req.Static != nil {
		for _, f := range req.Static.fields {
			if !given(req.Header, f.Name) {
				r.Header.Set(f.Name, f.Value)
			}
		}
	}
	for _, f := range req.Header {
		if framing(f.Name) {
			continue
		}
		if !validName(f.Name) || !validValue(f.Value) {
			return nil, fmt.Errorf("header %q is not valid", f.Name)
		}
		r.Header.Add(f.Name, f.Value)
	}
	if _, ok := r.Header["User-Agent"]; !ok {
		r.Header["User-Agent"] = nil // else net/http names itself
	}
	if req.Retry && len(r.Header["Idempotency-Key"]) == 0 {
		// An empty value is not sent; it tells net/http that the request may
		// be repeated when an idle connection was found closed.
		r.Header["Idempotency-Key"] = nil
	}
	return r, nil
}

func readStandard(got *http.Response, req *Request, resp *Response) error {
	length := got.ContentLength
	if req.Method == http.MethodHead {
		length = 0
	}
	encoding := got.Header.Get("Content-Encoding")
	switch {
	case length == 0 || encoding == "" || strings.EqualFold(encoding, "identity"):
		return resp.read(got.Body, length, req.MaxBody, req.SizeHint)
	case !strings.EqualFold(encoding, "gzip") && !strings.EqualFold(encoding, "x-gzip"):
		return fmt.Errorf("%w: %q", errEncoding, encoding)
	case req.MaxBody > 0 && length > req.MaxBody:
		return errTooLarge
	}
	z, err := gzip.NewReader(got.Body)
	if err != nil {
		return err
	}
	return resp.read(z, -1, req.MaxBody, req.SizeHint)
}
