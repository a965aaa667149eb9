//go:build linux || darwin

package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
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

func TestDirectExchange(t *testing.T) {
	near, far := ends(t)
	d := newDirect(near)
	go func() { _, _ = io.Copy(far, far) }() // an echo
	in := make([]byte, 100)
	for i := range 1000 {
		out := []byte(strings.Repeat("x", 1+i%50))
		sent, n, err := d.exchange(out, in)
		if sent != len(out) || n < 1 || err != nil {
			t.Fatalf("exchange %d: %d sent, %d read, %v", i, sent, n, err)
		}
		if _, err := io.ReadFull(near, in[n:len(out)]); err != nil || !bytes.Equal(in[:len(out)], out) {
			t.Fatalf("exchange %d: %q, %v", i, in[:n], err)
		}
	}
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

func TestDirectEnds(t *testing.T) {
	in := make([]byte, 10)
	t.Run("closed before", func(t *testing.T) {
		near, far := ends(t)
		_ = far.Close()
		d := newDirect(near)
		// What is sent provokes a reset; the end may be seen before it comes.
		if _, n, err := d.exchange([]byte("x"), in); err == nil || n != 0 {
			t.Errorf("%d read, %v", n, err)
		}
	})
	t.Run("closed instead of answering", func(t *testing.T) {
		near, far := ends(t)
		go func() {
			_, _ = io.ReadFull(far, make([]byte, 1))
			_ = far.Close()
		}()
		if sent, n, err := newDirect(near).exchange([]byte("x"), in); sent != 1 || n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%d sent, %d read, %v", sent, n, err)
		}
	})
	t.Run("aborted", func(t *testing.T) {
		near, far := ends(t)
		c := newConn(near)
		go func() {
			_, _ = io.ReadFull(far, make([]byte, 1))
			c.ContextEnded()
		}()
		if _, _, err := c.direct.exchange([]byte("x"), in); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
	t.Run("too late", func(t *testing.T) {
		near, _ := ends(t)
		_ = near.SetDeadline(time.Unix(1, 0))
		if sent, _, err := newDirect(near).exchange([]byte("x"), in); sent != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d sent, %v", sent, err)
		}
	})
	t.Run("closed here", func(t *testing.T) {
		near, _ := ends(t)
		d := newDirect(near)
		_ = near.Close()
		if _, _, err := d.exchange([]byte("x"), in); err == nil {
			t.Error("no error")
		}
	})
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
	if _, n, err := c.direct.exchange([]byte("x"), make([]byte, 10)); err == nil || n != 0 {
		t.Errorf("%d read, %v", n, err)
	}
}

func TestDirectDoesNotAllocate(t *testing.T) {
	near, far := ends(t)
	d := newDirect(near)
	go func() { _, _ = io.Copy(far, far) }()
	out, in := []byte("x"), make([]byte, 10)
	if n := testing.AllocsPerRun(100, func() {
		if _, _, err := d.exchange(out, in); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
