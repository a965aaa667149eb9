package graphql

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/inflight"
	"github.com/weft-graphql/weft/subgraphs/jsonscan"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// answer is a pooled Answer with the memory of its request.
type answer struct {
	subgraphs.Answer
	req  transport.Request
	resp transport.Response
	// free is bound once, so that a release costs no closure.
	free func(*subgraphs.Answer)
}

var answers sync.Pool

func newAnswer() *answer {
	a, _ := answers.Get().(*answer)
	if a == nil {
		a = &answer{}
		a.free = func(*subgraphs.Answer) {
			a.Body, a.Header, a.Err = nil, nil, nil
			a.resp.Release()
			answers.Put(a)
		}
	}
	a.Renew(a.free)
	return a
}

// Fetch implements [subgraphs.Prepared].
func (p *prepared) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	if p.capped && len(call.Rows) == len(p.entries) {
		if n := p.requests(call); n > 1 {
			return p.split(ctx, call, n)
		}
	}
	return p.fetch(ctx, call)
}

// fetch carries out a call with one request, or none if nothing is asked.
func (p *prepared) fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	if (p.growing || p.filled) && len(call.Rows) == len(p.entries) && p.nothing(call) {
		a := subgraphs.NewAnswer(nil)
		a.Layout = subgraphs.LayoutRows
		a.Rows = make([][]subgraphs.Row, len(p.entries))
		a.Cache.MaxAge = -1
		return a
	}
	r, err := p.round(call)
	if err != nil {
		return p.failed(subgraphs.CodeRequest, 0, "the request could not be built", err)
	}
	c := inflight.NewCall()
	if c.Body, err = p.appendBody(c.Body, call, r); err != nil {
		c.Free()
		return p.failed(subgraphs.CodeRequest, 0, "the request could not be built", err)
	}
	c.Header = append(c.Header, call.Header...)
	var a *subgraphs.Answer
	if p.shared && p.client.group != nil {
		a = p.client.group.Carry(ctx, c, p).(*subgraphs.Answer)
	} else {
		a = p.send(ctx, c)
		c.Free()
	}
	if (p.byRows || r != nil && !r.plain) && a.Err == nil {
		return p.toRows(a, call, r)
	}
	return a
}

// nothing reports whether the operation would have no field.
func (p *prepared) nothing(call *subgraphs.Call) bool {
	for i := range p.entries {
		if !p.entries[i].numbered() || len(call.Rows[i]) > 0 {
			return false
		}
	}
	return true
}

// Run implements [inflight.Runner].
func (p *prepared) Run(ctx context.Context, c *inflight.Call) inflight.Answer { return p.send(ctx, c) }

// send sends a call.
func (p *prepared) send(ctx context.Context, c *inflight.Call) *subgraphs.Answer {
	cl := p.client
	a := newAnswer()
	a.req = transport.Request{
		Method:   http.MethodPost,
		Target:   cl.target,
		Host:     cl.host,
		Static:   cl.lines,
		Header:   c.Header,
		Body:     c.Body,
		Timeout:  cl.timeout,
		MaxBody:  cl.maxBody,
		Retry:    p.shared,
		SizeHint: int(p.sizeHint.Load()),
		Collect:  cl.collect,
	}
	err := auth.Send(ctx, cl.auth, cl.transport, &a.req, &a.resp)
	a.req = transport.Request{}
	if err != nil {
		a.Release()
		return p.transportFailed(err)
	}
	body := a.resp.Body
	a.Status, a.Body, a.Header = a.resp.Status, body, a.resp.Header
	a.Cache = cachePolicy(a.resp.CacheControl, a.resp.Age)
	p.remember(len(body))
	if a.Err = p.judge(a.Status, body); a.Err != nil {
		a.Body = nil
	}
	return &a.Answer
}

// remember adapts the expected size of an answer: at once when it grows, slowly
// when it shrinks, so that one large answer does not set the size of all later
// ones.
func (p *prepared) remember(n int) {
	size, hint := int32(min(n, 1<<20)), p.sizeHint.Load()
	switch {
	case size > hint:
		p.sizeHint.Store(size)
	case size < hint/2:
		p.sizeHint.Store(hint - hint/8)
	}
}

// judge decides whether a response can be read. Whether it is a well-formed
// GraphQL response is for its decoder to find out; here only what is obviously
// something else is refused, an HTML page for instance.
func (p *prepared) judge(status int, body []byte) *subgraphs.FetchError {
	s := jsonscan.Scanner{Bytes: body}
	object := s.Peek() == '{'
	if status >= 200 && status < 300 {
		if object {
			return nil
		}
		return p.fault(subgraphs.CodeMalformed, status, "the answer is not a JSON object", nil)
	}
	// A GraphQL server may answer an error with any status and still have
	// something to say (GraphQL over HTTP, section 6.4.2).
	if object && saysSomething(body) {
		return nil
	}
	return p.fault(subgraphs.CodeStatus, status, "answered with HTTP status "+string(appendInt(nil, status)), nil)
}

// saysSomething reports whether the body is a JSON object with data or errors.
func saysSomething(body []byte) bool {
	s := jsonscan.Scanner{Bytes: body}
	found := false
	more, err := s.Open('{')
	for ; more && err == nil; more, err = s.Next('{') {
		name, err := s.Key()
		if err != nil {
			return false
		}
		found = found || string(name) == "data" || string(name) == "errors"
		if s.Skip() != nil {
			return false
		}
	}
	return err == nil && found && s.End() == nil
}

func (p *prepared) fault(code string, status int, message string, err error) *subgraphs.FetchError {
	return &subgraphs.FetchError{Code: code, Subgraph: p.client.subgraph, Status: status, Message: message, Err: err}
}

func (p *prepared) failed(code string, status int, message string, err error) *subgraphs.Answer {
	a := subgraphs.Failed(p.fault(code, status, message, err))
	a.Cache.MaxAge = -1
	return a
}

// Interrupted implements [inflight.Runner].
func (p *prepared) Interrupted(err error) inflight.Answer {
	if errors.Is(err, context.DeadlineExceeded) {
		return p.failed(subgraphs.CodeTimeout, 0, messages[transport.Timeout].text, err)
	}
	return p.failed(subgraphs.CodeCancelled, 0, messages[transport.Cancelled].text, err)
}

// messages are what a client may see of a failure: no addresses.
var messages = map[transport.Kind]struct{ code, text string }{
	transport.Unreachable: {subgraphs.CodeUnreachable, "no connection could be made"},
	transport.Timeout:     {subgraphs.CodeTimeout, "no answer in time"},
	transport.Lost:        {subgraphs.CodeClosed, "the connection was closed before the answer was complete"},
	transport.TooLarge:    {subgraphs.CodeTooLarge, "the answer is larger than allowed"},
	transport.Malformed:   {subgraphs.CodeMalformed, "the answer is not valid HTTP"},
	transport.Cancelled:   {subgraphs.CodeCancelled, "the request was cancelled"},
	transport.Invalid:     {subgraphs.CodeRequest, "the request could not be built"},
}

func (p *prepared) transportFailed(err error) *subgraphs.Answer {
	var e *transport.Error
	var denied *auth.Error
	switch {
	case errors.As(err, &e):
	case errors.As(err, &denied):
		return p.failed(auth.CodeFailed, 0, "there are no credentials for the subgraph", err)
	case errors.Is(err, context.Canceled):
		return p.failed(subgraphs.CodeCancelled, 0, messages[transport.Cancelled].text, err)
	case errors.Is(err, context.DeadlineExceeded):
		return p.failed(subgraphs.CodeTimeout, 0, messages[transport.Timeout].text, err)
	default:
		return p.failed(subgraphs.CodeUnreachable, 0, messages[transport.Unreachable].text, err)
	}
	m := messages[e.Kind]
	return p.failed(m.code, e.Status, m.text, e.Err)
}
