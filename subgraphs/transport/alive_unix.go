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
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
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
	// Control, since Read would fail for the past deadline of the last request.
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		// Nothing may come unasked: what is there is an end, or the TLS alert
		// that announces it.
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		ok = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
	})
	return err == nil && ok
}
