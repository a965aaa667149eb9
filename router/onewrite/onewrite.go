// Package onewrite lets a net/http server send a response with one system call.
//
// net/http collects head and content in a buffer of 4 KB. A response larger than
// that leaves in two pieces: the buffer, and what did not fit. On a connection of
// this package a handler that has the whole content can hold the first piece back
// until the second comes; both then leave with one writev.
//
// [Listener] makes the connections and [Context] tells handlers of theirs. A
// connection belongs to the server; only the goroutine that serves a request may
// hold and release.
package onewrite

import (
	"context"
	"io"
	"net"

	"github.com/weft-graphql/weft/subgraphs/transport/socket"
)

// Listener makes the connections that l accepts ones that can hold back, if they
// are TCP connections.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept implements [net.Listener].
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if t, ok := c.(*net.TCPConn); ok && err == nil {
		return &Conn{TCPConn: t, socket: socket.New(t)}, nil
	}
	return c, err
}

type key struct{}

// Context is for [net/http.Server.ConnContext].
func Context(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*Conn); ok {
		return context.WithValue(ctx, key{}, c)
	}
	return ctx
}

// From returns the connection of the request with that context, or nil.
func From(ctx context.Context) *Conn {
	c, _ := ctx.Value(key{}).(*Conn)
	return c
}

// Conn is a TCP connection that can hold back a write until the next.
type Conn struct {
	*net.TCPConn
	socket  *socket.Socket // nil where there is nothing better than the connection
	holding bool
	held    []byte
	// err is what became of held bytes that were said to be written.
	err error
}

// Room is how much net/http collects before it writes: a response whose content
// is not larger leaves in one piece or gains nothing.
const Room = 4 << 10

// Hold begins to hold back. The caller must call Release when it has written all.
// A nil Conn does nothing.
func (c *Conn) Hold() {
	if c != nil {
		c.holding = true
	}
}

// Release ends the holding back and writes what is still held. The next Write
// returns the error if that fails: what follows on the connection must not follow
// a gap.
func (c *Conn) Release() {
	if c == nil {
		return
	}
	c.holding = false
	if len(c.held) > 0 {
		_, c.err = socket.Write(c.socket, c.TCPConn, c.held, nil)
		c.held = c.held[:0]
	}
}

// ReadFrom implements [io.ReaderFrom]; that of the TCP connection would go past
// what is held.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	holding := c.holding
	c.Release()
	c.holding = holding
	if c.err != nil {
		return 0, c.err
	}
	return c.TCPConn.ReadFrom(r)
}

// Write implements [net.Conn].
func (c *Conn) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(c.held) == 0 {
		if !c.holding || len(p) > Room {
			return socket.Write(c.socket, c.TCPConn, p, nil)
		}
		c.held = append(c.held, p...)
		return len(p), nil
	}
	held := len(c.held)
	n, err := socket.Write(c.socket, c.TCPConn, c.held, p)
	c.held = c.held[:0]
	return max(n-held, 0), err
}

// Read implements [net.Conn].
func (c *Conn) Read(p []byte) (int, error) { return socket.Read(c.socket, c.TCPConn, p) }
