//go:build linux || darwin

package socket

import (
	"io"
	"net"
	"os"
	"syscall"
)

// Socket is the socket of a connection that stays the caller's.
type Socket struct {
	raw  syscall.RawConn
	addr net.Addr
	net  string
	in   reading
	out  writing
}

// New returns nil if the connection is not a plain socket, or on a platform where
// nothing would be gained.
func New(nc net.Conn) *Socket {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return nil
	}
	raw, err := nc.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	s := &Socket{raw: raw, addr: nc.RemoteAddr()}
	if s.addr != nil {
		s.net = s.addr.Network()
	}
	// Bound once: a bound method is an allocation.
	s.in.step, s.out.step = s.in.next, s.out.next
	return s
}

// Read is [net.Conn]'s.
func (s *Socket) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	_, n, err := s.read(nil, p)
	return n, err
}

// Exchange sends out and reads into in, which must have room. It returns what it
// sent if that is not all; nothing has been read then.
//
// What it can miss is that the other side closed the connection before. If that
// closed both ways, what is sent provokes a reset, which is seen. If it has only said
// that it will send no more, the call ends at the connection's deadline.
func (s *Socket) Exchange(out, in []byte) (sent, n int, err error) {
	return s.read(out, in)
}

func (s *Socket) read(out, in []byte) (sent, n int, err error) {
	r := &s.in
	r.out, r.in, r.sent, r.n, r.err, r.call = out, in, 0, 0, nil, "read"
	err = named(s.raw.Read(r.step), "read")
	if err == nil && r.err != nil {
		err = s.failed(r.call, r.err)
	}
	r.out, r.in = nil, nil
	if err == nil && r.n == 0 && r.sent == len(out) {
		err = io.EOF
	}
	return r.sent, r.n, err
}

// Write writes the pieces one after the other, all of them unless it returns an
// error, and returns how much.
func (s *Socket) Write(first, second []byte) (int, error) {
	w := &s.out
	w.pieces, w.n, w.err = [2][]byte{first, second}, 0, nil
	err := named(s.raw.Write(w.step), "write")
	if err == nil && w.err != nil {
		err = s.failed("write", w.err)
	}
	w.pieces = [2][]byte{}
	return w.n, err
}

// failed is an error as the net package makes them, which others look for.
func (s *Socket) failed(call string, err error) error {
	return &net.OpError{Op: call, Net: s.net, Addr: s.addr, Err: os.NewSyscallError(call, err)}
}

// named gives an error of the poller (too late, or closed) the name of the call; that
// of the raw connection is one that net/http, for one, does not know.
func named(err error, call string) error {
	if op, ok := err.(*net.OpError); ok { // made for this call
		op.Op = call
	}
	return err
}

// reading is one call of read.
type reading struct {
	step func(fd uintptr) bool
	out  []byte // what is still to be sent
	in   []byte
	sent int
	n    int
	call string
	err  error
}

// next is called when the socket may be read, and once before. It returns false
// to wait.
//
// The poller has forgotten what happened before the first call. With something to
// send that cannot be the answer, so it is sent and then awaited.
func (r *reading) next(fd uintptr) bool {
	if len(r.out) > 0 {
		n, err := write(fd, r.out, nil)
		if err != nil && err != syscall.EAGAIN {
			r.call, r.err = "write", err
			return true
		}
		r.sent = max(n, 0)
		if r.sent < len(r.out) {
			return true
		}
		r.out = nil
		return false
	}
	n, err := read(fd, r.in)
	if err == syscall.EAGAIN {
		return false
	}
	r.n, r.err = max(n, 0), err
	return true
}

// writing is one call of Write.
type writing struct {
	step   func(fd uintptr) bool
	pieces [2][]byte
	n      int
	err    error
}

func (w *writing) next(fd uintptr) bool {
	for len(w.pieces[0])+len(w.pieces[1]) > 0 {
		n, err := write(fd, w.pieces[0], w.pieces[1])
		if err == syscall.EAGAIN {
			return false
		}
		if err != nil {
			w.err = err
			return true
		}
		w.n += n
		first := min(n, len(w.pieces[0]))
		w.pieces[0] = w.pieces[0][first:]
		w.pieces[1] = w.pieces[1][n-first:]
	}
	return true
}
