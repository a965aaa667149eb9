//go:build linux || darwin

package transport

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// ends returns the two ends of a connection.
func ends(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

// TestDirectWithoutRoom: what the socket cannot take is sent by the ordinary way.
func TestDirectWithoutRoom(t *testing.T) {
	near, far := ends(t)
	// More than the socket buffers of any system hold.
	out := bytes.Repeat([]byte("0123456789abcdef"), 2<<20)
	var wg sync.WaitGroup
	wg.Go(func() {
		got := make([]byte, len(out))
		if _, err := io.ReadFull(far, got); err != nil || !bytes.Equal(got, out) {
			t.Errorf("what was sent is not what came, %v", err)
		}
		_, _ = far.Write([]byte("ok"))
	})
	s := source{c: newConn(near), out: out}
	in := make([]byte, 10)
	n, err := s.Read(in)
	if string(in[:n]) != "ok" || err != nil {
		t.Errorf("%q, %v", in[:n], err)
	}
	wg.Wait()
}

// TestHalfClosedConnection: a warm connection whose other side has said that it
// will write no more, but reads on, costs no more than the time that the request
// has; one that was idle for longer is not used.
func TestHalfClosedConnection(t *testing.T) {
	near, far := ends(t)
	_ = far.CloseWrite()
	c := newConn(near)
	p := &conns{max: 1, maxAge: time.Hour, maxIdl: time.Hour, open: 1}
	p.put(c, time.Now().Add(-2*warmFor))
	got, fault := p.get(context.Background(), time.Time{}, false, false)
	if fault != nil || got != c || got.warm {
		t.Fatalf("%v, %v", got, fault)
	}
	p.put(c, time.Now())
	if got, fault = p.get(context.Background(), time.Time{}, false, false); fault != nil || got != c || !got.warm {
		t.Fatalf("%v, %v", got, fault)
	}
	_ = c.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if _, n, err := c.socket.Exchange([]byte("x"), make([]byte, 10)); err == nil || n != 0 {
		t.Errorf("%d read, %v", n, err)
	}
}
