package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Pool hands out transports. The zero Pool is ready for use.
type Pool struct {
	mu  sync.Mutex
	all map[key]*Transport
}

// Acquire returns the transport of the settings, a new one if nobody uses one
// with equal settings now. The caller must Release it.
func (p *Pool) Acquire(s Settings) (*Transport, error) {
	s = s.withDefaults()
	k, conf, err := s.load()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.all[k]; t != nil {
		t.users++
		return t, nil
	}
	rt, err := newRoundTripper(s, conf)
	if err != nil {
		return nil, err
	}
	t := &Transport{rt: rt, pool: p, key: k, users: 1}
	if p.all == nil {
		p.all = map[key]*Transport{}
	}
	p.all[k] = t
	return t, nil
}

// Len returns how many transports are in use.
func (p *Pool) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// Transport sends requests to one upstream.
type Transport struct {
	rt   roundTripper
	pool *Pool
	key  key
	// users is guarded by the pool's mutex.
	users int
}

// Release gives the transport back. With its last user it closes its idle
// connections; requests in flight end undisturbed.
func (t *Transport) Release() {
	t.pool.mu.Lock()
	t.users--
	n := t.users
	if n == 0 {
		delete(t.pool.all, t.key)
	}
	t.pool.mu.Unlock()
	switch {
	case n == 0:
		t.rt.close()
	case n < 0:
		panic("transport: released too often")
	}
}

// Do sends the request and reads the whole response into resp. The error is
// always an *[Error]; resp then holds nothing that needs a Release.
func (t *Transport) Do(ctx context.Context, req *Request, resp *Response) error {
	resp.reset()
	deadline := time.Time{}
	if req.Timeout > 0 {
		deadline = time.Now().Add(req.Timeout)
	}
	if d, ok := ctx.Deadline(); ok && (deadline.IsZero() || d.Before(deadline)) {
		deadline = d
	}
	if ctx.Err() != nil {
		return interrupted(ctx, deadline, nil)
	}
	if err := t.rt.do(ctx, deadline, req, resp); err != nil {
		resp.Release()
		err.Status = resp.Status
		return err
	}
	return nil
}

type roundTripper interface {
	do(ctx context.Context, deadline time.Time, req *Request, resp *Response) *Error
	close()
}

// dialer makes connections. Names are looked up on every dial, and of several
// addresses the first that answers is taken, IPv6 and IPv4 racing (RFC 6555).
type dialer struct {
	net.Dialer
	network, address string
	tls              *tls.Config
	timeout          time.Duration
}

func (d *dialer) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	nc, err := d.DialContext(ctx, d.network, d.address)
	if err != nil || d.tls == nil {
		return nc, err
	}
	tc := tls.Client(nc, d.tls)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return tc, nil
}

func newRoundTripper(s Settings, conf *tls.Config) (roundTripper, error) {
	d := &dialer{network: "tcp", address: s.Address, timeout: s.DialTimeout}
	switch s.Scheme {
	case "unix":
		d.network = "unix"
	case "http", "https", "h2c":
	default:
		return nil, fmt.Errorf("scheme %q is not supported", s.Scheme)
	}
	if s.Scheme == "h2c" && s.Protocol == HTTP1 {
		return nil, errors.New("h2c is HTTP/2; it cannot be restricted to HTTP/1.1")
	}
	if s.Scheme == "h2c" || s.Protocol == HTTP2 || s.Scheme == "https" && s.Protocol == Auto {
		return newStandard(s, d, conf), nil
	}
	d.tls = conf
	return newLean(s, d), nil
}
