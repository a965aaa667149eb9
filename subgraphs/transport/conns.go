package transport

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/transport/socket"
)

// conn is one connection. It has one user at a time.
type conn struct {
	net.Conn
	born time.Time
	// idle is when the connection was last put back; zero while it is new.
	idle time.Time
	// warm says that it has not been idle for long.
	warm   bool
	socket *socket.Socket // nil if the connection is not a plain socket
}

func newConn(nc net.Conn) *conn {
	return &conn{Conn: nc, born: time.Now(), warm: true, socket: socket.New(nc)}
}

// Read implements [net.Conn].
func (c *conn) Read(p []byte) (int, error) { return socket.Read(c.socket, c.Conn, p) }

// send writes head and body.
func (c *conn) send(head, body []byte) error {
	_, err := socket.Write(c.socket, c.Conn, head, body)
	return err
}

// warmFor is how long a connection may be idle to be used without looking
// whether it is still open; see [socket.Socket.Exchange].
const warmFor = time.Second

// ContextEnded implements [callctx.Watcher]: reads and writes under way fail.
func (c *conn) ContextEnded() { _ = c.SetDeadline(time.Unix(1, 0)) }

// reused reports whether the connection has carried a request before, in which
// case the other side may have closed it meanwhile.
func (c *conn) reused() bool { return !c.idle.IsZero() }

// conns is the set of connections to one upstream: a stack of idle ones, and a
// limit on all.
type conns struct {
	dialer *dialer
	max    int
	maxAge time.Duration
	maxIdl time.Duration

	mu      sync.Mutex
	idle    []*conn // oldest first
	open    int     // idle ones, those in use, and those being dialed
	waiters []chan *conn
	closed  bool
	reaper  *time.Timer
	reaping bool
}

// get returns a connection: an idle one, unless fresh or unless it fails the
// check, else a new one, else the next that becomes free.
func (p *conns) get(ctx context.Context, deadline time.Time, fresh, check bool) (*conn, *Error) {
	now := time.Now()
	for {
		p.mu.Lock()
		n := len(p.idle)
		if fresh || n == 0 {
			break
		}
		c := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		if now.Sub(c.idle) < p.maxIdl && now.Sub(c.born) < p.maxAge && (!check || alive(c.Conn)) {
			c.warm = now.Sub(c.idle) < warmFor
			return c, nil
		}
		p.drop(c)
	}
	if p.open < p.max {
		p.open++
		p.mu.Unlock()
		return p.dial(ctx, deadline)
	}
	if fresh && len(p.idle) > 0 {
		// No room for another: an idle one gives its place.
		old := p.cut(1)
		p.mu.Unlock()
		_ = old[0].Close()
		return p.dial(ctx, deadline)
	}
	turn := make(chan *conn, 1)
	p.waiters = append(p.waiters, turn)
	p.mu.Unlock()

	var expired <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		expired = timer.C
	}
	var cause error
	select {
	case c := <-turn:
		if c != nil {
			return c, nil
		}
		return p.dial(ctx, deadline)
	case <-ctx.Done():
		cause = ctx.Err()
	case <-expired:
		cause = errors.New("all connections were in use")
	}
	p.mu.Lock()
	for i, w := range p.waiters {
		if w == turn {
			p.waiters = append(p.waiters[:i], p.waiters[i+1:]...)
			p.mu.Unlock()
			return nil, interruptedOr(ctx, deadline, Timeout, cause)
		}
	}
	p.mu.Unlock()
	// The turn came in the same moment: pass it on.
	if c := <-turn; c != nil {
		p.put(c, now)
	} else {
		p.leave()
	}
	return nil, interruptedOr(ctx, deadline, Timeout, cause)
}

func interruptedOr(ctx context.Context, deadline time.Time, kind Kind, cause error) *Error {
	if e := interrupted(ctx, deadline, cause); e != nil {
		return e
	}
	return fail(kind, cause)
}

// dial makes a connection for a place already taken.
func (p *conns) dial(ctx context.Context, deadline time.Time) (*conn, *Error) {
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	nc, err := p.dialer.dial(ctx)
	if err != nil {
		p.leave()
		return nil, interruptedOr(ctx, deadline, Unreachable, err)
	}
	return newConn(nc), nil
}

// put takes back a connection in good order.
func (p *conns) put(c *conn, now time.Time) {
	c.idle = now
	p.mu.Lock()
	if p.closed || now.Sub(c.born) >= p.maxAge {
		p.mu.Unlock()
		p.drop(c)
		return
	}
	if len(p.waiters) > 0 {
		w := p.waiters[0]
		p.waiters = append(p.waiters[:0], p.waiters[1:]...)
		p.mu.Unlock()
		c.warm = true
		w <- c
		return
	}
	p.idle = append(p.idle, c)
	if !p.reaping {
		p.reaping = true
		if p.reaper == nil {
			p.reaper = time.AfterFunc(p.maxIdl, p.reap)
		} else {
			p.reaper.Reset(p.maxIdl)
		}
	}
	p.mu.Unlock()
}

// drop closes a connection and gives its place to whoever waits.
func (p *conns) drop(c *conn) {
	_ = c.Close()
	p.leave()
}

func (p *conns) leave() {
	p.mu.Lock()
	if len(p.waiters) > 0 {
		w := p.waiters[0]
		p.waiters = append(p.waiters[:0], p.waiters[1:]...)
		p.mu.Unlock()
		w <- nil
		return
	}
	p.open--
	p.mu.Unlock()
}

// stale is told that a connection, idle since then, was found closed: those that have been
// idle for longer will be as well.
func (p *conns) stale(since time.Time) {
	p.mu.Lock()
	n := 0
	for n < len(p.idle) && !p.idle[n].idle.After(since) {
		n++
	}
	old := p.cut(n)
	p.mu.Unlock()
	for _, c := range old {
		p.drop(c)
	}
}

// cut takes the n oldest off the idle ones. The caller holds the mutex.
func (p *conns) cut(n int) []*conn {
	if n == 0 {
		return nil
	}
	old := append([]*conn(nil), p.idle[:n]...)
	rest := copy(p.idle, p.idle[n:])
	clear(p.idle[rest:])
	p.idle = p.idle[:rest]
	return old
}

func (p *conns) reap() {
	now := time.Now()
	p.mu.Lock()
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].idle) >= p.maxIdl {
		n++
	}
	old := p.cut(n)
	p.reaping = len(p.idle) > 0 && !p.closed
	if p.reaping {
		p.reaper.Reset(p.maxIdl - now.Sub(p.idle[0].idle))
	}
	p.mu.Unlock()
	for _, c := range old {
		p.drop(c)
	}
}

func (p *conns) close() {
	p.mu.Lock()
	p.closed = true
	if p.reaper != nil {
		p.reaper.Stop()
	}
	old := p.cut(len(p.idle))
	p.mu.Unlock()
	for _, c := range old {
		p.drop(c)
	}
}
