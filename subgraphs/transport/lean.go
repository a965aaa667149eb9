package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// lean is HTTP/1.1 over our own connections. A request runs on the caller's
// goroutine alone.
type lean struct {
	conns conns
}

func newLean(s Settings, d *dialer) *lean {
	return &lean{conns: conns{dialer: d, max: s.MaxConns, maxAge: s.MaxConnAge, maxIdl: s.IdleTimeout}}
}

func (l *lean) close() { l.conns.close() }

func (l *lean) do(ctx context.Context, deadline time.Time, req *Request, resp *Response) *Error {
	x := exchanges.Get().(*exchange)
	defer x.free()
	if err := x.render(req); err != nil {
		return fail(Invalid, err)
	}
	// A request that must not be sent twice gets a connection that was seen to
	// be open the moment before.
	c, fault := l.conns.get(ctx, deadline, false, !req.Retry)
	if fault != nil {
		return fault
	}
	since := c.idle
	again, fault := l.roundTrip(ctx, c, x, deadline, req, resp)
	if !again {
		return fault
	}
	l.conns.stale(since)
	if !req.Retry {
		return fault
	}
	resp.reset()
	if c, fault = l.conns.get(ctx, deadline, true, false); fault != nil {
		return fault
	}
	_, fault = l.roundTrip(ctx, c, x, deadline, req, resp)
	return fault
}

// roundTrip uses c up: it goes back to the idle ones or is closed. It returns
// true if c had been closed by the other side before it saw the request.
func (l *lean) roundTrip(ctx context.Context, c *conn, x *exchange, deadline time.Time, req *Request, resp *Response) (bool, *Error) {
	// The deadline first: an abort must not be overwritten.
	if err := c.SetDeadline(deadline); err != nil {
		l.conns.drop(c)
		return c.reused(), fail(Lost, err)
	}
	var stop func() bool
	watched, _ := ctx.(callctx.Watched)
	if watched != nil {
		watched.Watch(c)
	} else if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, c.ContextEnded)
	}
	x.in = source{c: c}
	x.br.Reset(&x.in)
	// Whoever refuses a request may close before having read it: there can be a
	// response even if sending failed.
	x.in.cut = x.write(c, req)
	kind, err := x.read(req, resp)
	aborted := watched != nil && !watched.Unwatch(c) || stop != nil && !stop()
	if err == nil && !aborted && x.in.cut == nil && !x.head.ConnectionClose() && x.body.ended() && x.br.Buffered() == 0 && x.in.read == x.in.given {
		l.conns.put(c, time.Now())
		return false, nil
	}
	l.conns.drop(c)
	if err == nil {
		// Some servers say goodbye to idle connections with a response to nothing
		// (RFC 9110, section 15.5.9).
		return req.Retry && c.reused() && resp.Status == http.StatusRequestTimeout && x.head.ConnectionClose(), nil
	}
	if e := interrupted(ctx, deadline, err); e != nil {
		return false, e
	}
	return c.reused() && x.in.n == 0 && kind == Lost, fail(kind, err)
}

// source remembers what reading a connection brought.
type source struct {
	c *conn
	// out is the request, if it is sent with the first read.
	out []byte
	// cut is why the request could not be sent whole.
	cut error
	n   int64
	err error
	// ahead[read:given] has been read already and comes next.
	ahead       [64]byte
	read, given int
}

// unread takes back what was read last, at most len(s.ahead) bytes.
func (s *source) unread(p []byte) { s.read, s.given = 0, copy(s.ahead[:], p) }

func (s *source) Read(p []byte) (n int, err error) {
	if s.read < s.given {
		n = copy(p, s.ahead[s.read:s.given])
		s.read += n
		return n, nil
	}
	if s.out == nil {
		n, err = s.c.Read(p)
	} else {
		n, err = s.first(p)
	}
	s.n += int64(n)
	if err != nil {
		if s.cut != nil && s.n == 0 {
			err = s.cut
		}
		s.err = err
	}
	return n, err
}

// first sends the request and begins to read the response.
func (s *source) first(p []byte) (int, error) {
	out := s.out
	s.out = nil
	sent, n, err := s.c.socket.Exchange(out, p)
	if sent == len(out) {
		return n, err
	}
	if err == nil {
		// The socket has no room for the rest now.
		err = s.c.send(out[sent:], nil)
	}
	s.cut = err
	return s.c.Read(p)
}

// exchange is the working memory of one request. Connections hold none, so
// that an idle one costs little.
type exchange struct {
	out  []byte
	in   source
	br   *bufio.Reader
	head fasthttp.ResponseHeader
	body body
	zip  *gzip.Reader
}

// maxHead is the most that the head of a response may take.
const maxHead = 16 << 10

var exchanges = sync.Pool{New: func() any {
	x := &exchange{}
	x.br = bufio.NewReaderSize(&x.in, maxHead)
	return x
}}

func (x *exchange) free() {
	x.in = source{}
	x.body = body{}
	if cap(x.out) > 128<<10 {
		x.out = nil
	}
	exchanges.Put(x)
}

// inline is the largest body that is copied behind the head, to be written with
// one call.
const inline = 64 << 10

// render writes the head, and a small body, to x.out.
func (x *exchange) render(req *Request) error {
	method := req.Method
	if method == "" {
		method = http.MethodPost
	}
	if !validName(method) || !validTarget(req.Target) || !validValue(req.Host) {
		return errTarget
	}
	b := append(x.out[:0], method...)
	b = append(b, ' ')
	b = append(b, req.Target...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, req.Host...)
	b = append(b, "\r\n"...)
	b, err := appendHeader(b, req)
	if err != nil {
		return err
	}
	if len(req.Body) > 0 || method != http.MethodGet && method != http.MethodHead {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(req.Body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	if len(req.Body) <= inline {
		b = append(b, req.Body...)
	}
	x.out = b
	return nil
}

// write sends the request, or has it sent when the response is read.
func (x *exchange) write(c *conn, req *Request) error {
	if len(req.Body) <= inline {
		if c.socket != nil && c.warm {
			x.in.out = x.out
			return nil
		}
		return c.send(x.out, nil)
	}
	return c.send(x.out, req.Body)
}

var (
	errEncoding = errors.New("the response has a content encoding that was not asked for")
	errSwitch   = errors.New("the response switches protocols")
	errInterim  = errors.New("too many interim responses")
)

// read reads the response. The kind tells what an error means if nothing
// interrupted it.
func (x *exchange) read(req *Request, resp *Response) (Kind, error) {
	for i := 0; ; i++ {
		if err := x.head.Read(x.br); err != nil {
			if x.in.err != nil {
				return Lost, x.in.err
			}
			return Malformed, err
		}
		status := x.head.StatusCode()
		if status == http.StatusSwitchingProtocols {
			return Malformed, errSwitch
		}
		if status >= 200 {
			resp.Status = status
			break
		}
		if i == 5 {
			return Malformed, errInterim
		}
	}
	for name, value := range x.head.All() {
		resp.collect(req, name, value)
	}
	length := int64(x.head.ContentLength())
	if req.Method == http.MethodHead || resp.Status == http.StatusNoContent || resp.Status == http.StatusNotModified {
		length = 0
	}
	x.body = body{br: x.br, in: &x.in, left: length, kind: sized}
	switch length {
	case -1:
		x.body.kind, x.body.left = chunked, 0
	case -2:
		x.body.kind, length = unsized, -1
	}
	err := x.readBody(req, resp, length)
	switch {
	case err == nil:
		return 0, nil
	case errors.Is(err, errTooLarge):
		return TooLarge, err
	case x.in.err != nil:
		return Lost, x.in.err
	}
	return Malformed, err
}

func (x *exchange) readBody(req *Request, resp *Response, length int64) error {
	encoding := x.head.ContentEncoding()
	if length == 0 || len(encoding) == 0 || bytes.EqualFold(encoding, []byte("identity")) {
		return resp.read(&x.body, length, req.MaxBody, req.SizeHint)
	}
	if !bytes.EqualFold(encoding, []byte("gzip")) && !bytes.EqualFold(encoding, []byte("x-gzip")) {
		return fmt.Errorf("%w: %q", errEncoding, encoding)
	}
	if req.MaxBody > 0 && length > req.MaxBody {
		return errTooLarge
	}
	if x.zip == nil {
		x.zip = new(gzip.Reader)
	}
	if err := x.zip.Reset(&x.body); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return resp.read(x.zip, -1, req.MaxBody, req.SizeHint)
}
