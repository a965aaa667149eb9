package rest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// HTTPRequest is one request to the upstream.
type HTTPRequest struct {
	Method string
	// URL is absolute.
	URL string
	// Target is its path and query.
	Target string
	Header []subgraphs.HeaderField
	Body   []byte
	// Timeout limits the request; 0 means that only the context does.
	Timeout time.Duration
	// MaxBody limits the body of the response, decompressed.
	MaxBody int64
	// Collect are the canonical names of the response headers that are wanted; nil
	// stands for all.
	Collect []string
	// Endpoint names the endpoint, as its facet does.
	Endpoint string
	// Safe requests change nothing: they may be shared, cached and sent again.
	Safe bool
	// Cache says how the answer is cached; nil where nothing is said.
	Cache *CacheSpec
	// Types are the names of the types that the answer holds, Invalidates what a
	// successful request makes stale: types and fields.
	Types       []string
	Invalidates []string
}

// HTTPResponse is what came back, read to its end. It may be shared: nobody may
// change it, and who has it may read it until releasing it.
type HTTPResponse struct {
	Status int
	// Header are the response's lines, names in canonical form.
	Header []subgraphs.HeaderField
	Body   []byte

	// wire has the memory of Header and Body, where they came over a connection;
	// otherwise it is the garbage collector's.
	wire *wireResponse
}

// releaseBody gives the memory of the body back, if nobody else has the response;
// otherwise it goes with the rest.
func (r *HTTPResponse) releaseBody() {
	if r.wire != nil && r.wire.holders.Load() == 1 {
		r.Body = nil
		r.wire.received.Release()
	}
}

// Retain adds a holder of the response.
func (r *HTTPResponse) Retain() {
	if r.wire != nil {
		r.wire.holders.Add(1)
	}
}

// Release lets go of the response. With the last of its holders its memory is gone.
func (r *HTTPResponse) Release() {
	if w := r.wire; w != nil && w.holders.Add(-1) == 0 {
		w.HTTPResponse = HTTPResponse{}
		w.received.Release()
		wireResponses.Put(w)
	}
}

// wireResponse is a response with the memory it was received in.
type wireResponse struct {
	HTTPResponse
	received transport.Response
	holders  atomic.Int32
}

var wireResponses = sync.Pool{New: func() any { return new(wireResponse) }}

// Transport carries requests. Implementations layer authentication, caching and
// the like around each other. An error says that there is no response; it is an
// [*transport.Error] where its kind is known. A Transport may be called from any
// goroutine, and must not keep the request after it returned.
type Transport interface {
	Do(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error)
}

// TransportFunc is a function as a Transport.
type TransportFunc func(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error)

// Do implements [Transport].
func (f TransportFunc) Do(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
	return f(ctx, r)
}

// Wire is a Transport over connections of a pool. It never follows redirects.
type Wire struct {
	transport *transport.Transport
	host      string
	auth      auth.Authenticator
}

// NewWire returns a Transport to the upstream at a URL; t must outlive it and
// have been acquired for the same URL. a proves to the upstream who the router
// is, and may be nil.
func NewWire(t *transport.Transport, url string, a auth.Authenticator) (*Wire, error) {
	e, err := transport.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("rest: %w", err)
	}
	return &Wire{transport: t, host: e.Host, auth: a}, nil
}

// Do implements [Transport].
func (w *Wire) Do(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
	req := transport.Request{
		Method: r.Method, Target: r.Target, Host: w.host, Header: r.Header, Body: r.Body,
		Timeout: r.Timeout, MaxBody: r.MaxBody, Retry: r.Safe, Collect: allHeaders,
	}
	if r.Collect != nil {
		req.Collect = r.Collect
	}
	out := wireResponses.Get().(*wireResponse)
	if err := auth.Send(ctx, w.auth, w.transport, &req, &out.received); err != nil {
		out.received.Release()
		wireResponses.Put(out)
		return nil, err
	}
	out.holders.Store(1)
	out.HTTPResponse = HTTPResponse{Status: out.received.Status, Header: out.received.Header, Body: out.received.Body, wire: out}
	return &out.HTTPResponse, nil
}

var allHeaders = []string{"*"}
