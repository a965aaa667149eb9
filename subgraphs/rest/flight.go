package rest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/callctx"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// flights are the requests of a client under way that others may share: those
// that change nothing and are equal to the last byte, credentials included.
type flights struct {
	mu  sync.Mutex
	all map[string]*flight
}

// flight is one request under way. It runs under a context of its own, which ends
// when the last one that waits for it leaves.
type flight struct {
	// Guarded by flights.mu: how many wait, and the last moment at which one of them
	// still does; zero if one has no deadline.
	waiting int
	until   time.Time
	cancel  context.CancelFunc
	done    chan struct{}
	resp    *HTTPResponse
	err     error
	// panicked is what send panicked with; whoever waits panics with it in turn.
	panicked any
}

// do carries out send, or waits for an equal request under way.
func (f *flights) do(ctx context.Context, req *HTTPRequest, send func(context.Context, *HTTPRequest) (*HTTPResponse, error)) (*HTTPResponse, error) {
	key, header := flightKey(req)
	f.mu.Lock()
	fl := f.all[key]
	if fl == nil {
		// Values of the first caller's context stay, its end and deadline do not.
		base, cancel := context.WithCancel(callctx.Detached(ctx))
		fl = &flight{cancel: cancel, done: make(chan struct{})}
		fl.until, _ = ctx.Deadline()
		own := &flightContext{base, f, fl}
		if f.all == nil {
			f.all = map[string]*flight{}
		}
		f.all[key] = fl
		// Whoever began, and whose memory headers and body are, may be gone before
		// the request is.
		shared := *req
		shared.Header, shared.Body = header, slices.Clone(req.Body)
		go func() {
			defer close(fl.done)
			defer f.unlist(key, fl)
			defer cancel()
			defer func() { fl.panicked = recover() }()
			fl.resp, fl.err = send(own, &shared)
		}()
	}
	if until, limited := ctx.Deadline(); !limited || !fl.until.IsZero() && until.After(fl.until) {
		fl.until = until
	}
	fl.waiting++
	f.mu.Unlock()
	select {
	case <-fl.done:
		if fl.panicked != nil {
			panic(fl.panicked)
		}
		return fl.resp, fl.err
	case <-ctx.Done():
	}
	f.mu.Lock()
	fl.waiting--
	last := fl.waiting == 0
	if last && f.all[key] == fl {
		delete(f.all, key)
	}
	f.mu.Unlock()
	if last {
		fl.cancel()
		<-fl.done // nothing runs on when the last caller is gone
	}
	kind := transport.Cancelled
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		kind = transport.Timeout
	}
	return nil, &transport.Error{Kind: kind, Err: ctx.Err()}
}

// flightContext has the deadline of whoever waits longest. It does not end by it,
// but because nobody waits any more.
type flightContext struct {
	context.Context
	flights *flights
	flight  *flight
}

// Deadline implements [context.Context].
func (c *flightContext) Deadline() (time.Time, bool) {
	c.flights.mu.Lock()
	defer c.flights.mu.Unlock()
	return c.flight.until, !c.flight.until.IsZero()
}

// unlist ends the sharing of a request that is done. A response that several wait
// for is left to the garbage collector: none of them may give its memory back.
func (f *flights) unlist(key string, fl *flight) {
	f.mu.Lock()
	if f.all[key] == fl {
		delete(f.all, key)
	}
	if fl.resp != nil && fl.waiting != 1 {
		fl.resp = &HTTPResponse{Status: fl.resp.Status, Header: fl.resp.Header, Body: fl.resp.Body}
	}
	f.mu.Unlock()
}

// flightKey is all that is sent, and the headers as parts of it.
func flightKey(r *HTTPRequest) (string, []subgraphs.HeaderField) {
	n := len(r.Method) + len(r.URL) + len(r.Body) + 32
	for i := range r.Header {
		n += len(r.Header[i].Name) + len(r.Header[i].Value) + 16
	}
	b := make([]byte, 0, n)
	put := func(s string) {
		b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
		b = append(b, s...)
	}
	put(r.Method)
	put(r.URL)
	for i := range r.Header {
		put(r.Header[i].Name)
		put(r.Header[i].Value)
	}
	b = append(b, r.Body...)
	key := string(b)
	rest := key
	take := func() string {
		length, after, _ := strings.Cut(rest, ":")
		n, _ := strconv.Atoi(length)
		rest = after[n:]
		return after[:n]
	}
	take()
	take()
	header := make([]subgraphs.HeaderField, len(r.Header))
	for i := range header {
		header[i] = subgraphs.HeaderField{Name: take(), Value: take()}
	}
	return key, header
}
