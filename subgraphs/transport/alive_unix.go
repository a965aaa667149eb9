//go:build linux || darwin

package transport

import (
	"net"
	"syscall"
)

// checksLiveness says whether alive can tell.
const checksLiveness = true

// alive reports whether an idle connection is still open on the other side. It
// looks into the socket without taking anything and without waiting.
func alive(nc net.Conn) bool {
	overTLS := false
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc, overTLS = t.NetConn(), true
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	ok = false
	err = raw.Read(func(fd uintptr) bool {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EAGAIN || err == syscall.EWOULDBLOCK:
			ok = true
		case err == nil && n > 0:
			// Nothing may come unasked, but for TLS session tickets.
			ok = overTLS
		}
		return true
	})
	return err == nil && ok
}
