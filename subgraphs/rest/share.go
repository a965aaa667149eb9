package rest

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/inflight"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// share carries out a request, or waits for an equal one under way if it changes
// nothing. Equal are requests to the last byte, credentials included.
func (cl *client) share(ctx context.Context, e *endpoint, req *HTTPRequest) (*HTTPResponse, error) {
	if cl.group == nil || !e.safe() {
		return cl.send(ctx, ctx, e, req)
	}
	return cl.carry(ctx, e, req)
}

// carry shares a request with all that are equal.
func (cl *client) carry(ctx context.Context, e *endpoint, req *HTTPRequest) (*HTTPResponse, error) {
	c := inflight.NewCall()
	c.Body = appendIdentity(c.Body, req)
	c.Header = append(c.Header, req.Header...)
	s := sendings.Get().(*sending)
	*s = sending{cl, e, req}
	a := cl.group.Carry(ctx, c, s)
	*s = sending{}
	sendings.Put(s)
	if resp, ok := a.(*HTTPResponse); ok {
		return resp, nil
	}
	err := a.(*undelivered).err
	if p, ok := err.(*inflight.PanicError); ok && p.Value != nil {
		panic(p.Value) // as whoever carried the request out did
	}
	return nil, err
}

// appendIdentity appends all that is sent, except for the headers.
func appendIdentity(b []byte, r *HTTPRequest) []byte {
	b = append(binary.AppendUvarint(b, uint64(len(r.Method))), r.Method...)
	b = append(binary.AppendUvarint(b, uint64(len(r.URL))), r.URL...)
	return append(b, r.Body...)
}

// sending is a request on its way. It implements [inflight.Runner]; its answers
// are an [*HTTPResponse] or [*undelivered].
type sending struct {
	client   *client
	endpoint *endpoint
	req      *HTTPRequest
}

var sendings = sync.Pool{New: func() any { return new(sending) }}

// Run implements [inflight.Runner].
func (s *sending) Run(ctx context.Context, c *inflight.Call) inflight.Answer {
	resp, err := s.client.send(ctx, c, s.endpoint, s.req)
	if err != nil {
		return &undelivered{err}
	}
	return resp
}

// Interrupted implements [inflight.Runner].
func (s *sending) Interrupted(err error) inflight.Answer {
	var panicked *inflight.PanicError
	kind := transport.Cancelled
	switch {
	case errors.As(err, &panicked):
		return &undelivered{panicked}
	case errors.Is(err, context.DeadlineExceeded):
		kind = transport.Timeout
	}
	return &undelivered{&transport.Error{Kind: kind, Err: err}}
}

// undelivered is the answer to a request without a response.
type undelivered struct{ err error }

// Retain implements [inflight.Answer]: there is nothing to give back.
func (*undelivered) Retain() {}

// Release implements [inflight.Answer].
func (*undelivered) Release() {}
