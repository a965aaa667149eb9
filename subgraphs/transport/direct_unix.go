//go:build linux || darwin

package transport

import (
	"io"
	"net"
	"os"
	"syscall"
)

// direct sends a request and reads the beginning of its response without trying
// to read before anything can have come. net.Conn has to try: it may wait only
// for what happens after it has asked the poller to forget what happened before.
// Here that is asked before the request is sent, so the response cannot be missed
// and one system call of three is saved.
//
// What can be missed is the other side's closing a connection while that was
// idle. If it closed both ways, the request provokes a reset, which is seen; the
// few that half-close are the reason why only connections are used in this way
// that have not been idle for long.
type direct struct {
	raw  syscall.RawConn
	step func(fd uintptr) bool // d.next, bound once

	out  []byte // what is still to be sent
	in   []byte
	sent int
	n    int
	err  error
}

// newDirect returns nil if the connection is not a plain socket.
func newDirect(nc net.Conn) *direct {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return nil
	}
	raw, err := nc.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	d := &direct{raw: raw}
	d.step = d.next
	return d
}

// exchange sends out and reads into in. It returns what it sent if that is not
// all; nothing has been read then.
func (d *direct) exchange(out, in []byte) (sent, n int, err error) {
	d.out, d.in, d.sent, d.n, d.err = out, in, 0, 0, nil
	err = d.raw.Read(d.step)
	if err == nil {
		err = d.err
	}
	d.out, d.in = nil, nil
	if err == nil && d.n == 0 && d.sent == len(out) {
		err = io.EOF
	}
	return d.sent, d.n, err
}

// next is called when the connection may be read, and once before. It returns
// false to wait.
func (d *direct) next(fd uintptr) bool {
	if len(d.out) > 0 {
		n, err := retried(syscall.Write, int(fd), d.out)
		if err != nil && err != syscall.EAGAIN {
			d.err = os.NewSyscallError("write", err)
			return true
		}
		d.sent = max(n, 0)
		if d.sent < len(d.out) {
			return true
		}
		d.out = nil
		return false
	}
	n, err := retried(syscall.Read, int(fd), d.in)
	if err == syscall.EAGAIN {
		return false
	}
	if err != nil {
		d.err = os.NewSyscallError("read", err)
	}
	d.n = max(n, 0)
	return true
}

func retried(call func(int, []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
