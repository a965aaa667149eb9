//go:build linux || darwin

package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
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

func TestExchange(t *testing.T) {
	near, far := ends(t)
	s := New(near)
	go func() { _, _ = io.Copy(far, far) }() // an echo
	in := make([]byte, 100)
	for i := range 1000 {
		out := []byte(strings.Repeat("x", 1+i%50))
		sent, n, err := s.Exchange(out, in)
		if sent != len(out) || n < 1 || err != nil {
			t.Fatalf("exchange %d: %d sent, %d read, %v", i, sent, n, err)
		}
		if _, err := io.ReadFull(near, in[n:len(out)]); err != nil || !bytes.Equal(in[:len(out)], out) {
			t.Fatalf("exchange %d: %q, %v", i, in[:n], err)
		}
	}
}

func TestExchangeEnds(t *testing.T) {
	in := make([]byte, 10)
	t.Run("closed before", func(t *testing.T) {
		near, far := ends(t)
		_ = far.Close()
		s := New(near)
		// What is sent provokes a reset; the end may be seen before it comes.
		if _, n, err := s.Exchange([]byte("x"), in); err == nil || n != 0 {
			t.Errorf("%d read, %v", n, err)
		}
	})
	t.Run("closed instead of answering", func(t *testing.T) {
		near, far := ends(t)
		go func() {
			_, _ = io.ReadFull(far, make([]byte, 1))
			_ = far.Close()
		}()
		if sent, n, err := New(near).Exchange([]byte("x"), in); sent != 1 || n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%d sent, %d read, %v", sent, n, err)
		}
	})
	t.Run("aborted", func(t *testing.T) {
		near, far := ends(t)
		go func() {
			_, _ = io.ReadFull(far, make([]byte, 1))
			_ = near.SetDeadline(time.Unix(1, 0))
		}()
		if _, _, err := New(near).Exchange([]byte("x"), in); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
	t.Run("too late", func(t *testing.T) {
		near, _ := ends(t)
		_ = near.SetDeadline(time.Unix(1, 0))
		if sent, _, err := New(near).Exchange([]byte("x"), in); sent != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d sent, %v", sent, err)
		}
	})
	t.Run("closed here", func(t *testing.T) {
		near, _ := ends(t)
		s := New(near)
		_ = near.Close()
		if _, _, err := s.Exchange([]byte("x"), in); err == nil {
			t.Error("no error")
		}
	})
}

func TestExchangeDoesNotAllocate(t *testing.T) {
	near, far := ends(t)
	s := New(near)
	go func() { _, _ = io.Copy(far, far) }()
	out, in := []byte("x"), make([]byte, 10)
	if n := testing.AllocsPerRun(100, func() {
		if _, _, err := s.Exchange(out, in); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestPieces: two pieces of any sizes arrive in their order, while the other
// direction is read, and also where the socket takes only a part at a time.
func TestPieces(t *testing.T) {
	near, far := ends(t)
	s := New(near)
	var all bytes.Buffer
	sizes := [][2]int{{0, 0}, {1, 0}, {0, 1}, {3, 5}, {4096, 90_000}, {1, 8 << 20}, {8 << 20, 1}, {8 << 20, 8 << 20}}
	for i, n := range sizes {
		all.Write(bytes.Repeat([]byte{byte('a' + i)}, n[0]))
		all.Write(bytes.Repeat([]byte{byte('A' + i)}, n[1]))
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		got, err := io.ReadAll(far)
		if err != nil || !bytes.Equal(got, all.Bytes()) {
			t.Errorf("%d bytes came of %d, %v", len(got), all.Len(), err)
		}
		_, _ = far.Write([]byte("all there"))
		_ = far.CloseWrite()
	})
	wg.Go(func() {
		got := make([]byte, 0, 20)
		for {
			n, err := s.Read(got[len(got) : len(got)+3])
			got = got[:len(got)+n]
			if err != nil {
				if err != io.EOF || string(got) != "all there" {
					t.Errorf("read %q, %v", got, err)
				}
				return
			}
		}
	})
	for i, n := range sizes {
		first, second := bytes.Repeat([]byte{byte('a' + i)}, n[0]), bytes.Repeat([]byte{byte('A' + i)}, n[1])
		if got, err := s.Write(first, second); err != nil || got != n[0]+n[1] {
			t.Fatalf("%d and %d: %d written, %v", n[0], n[1], got, err)
		}
	}
	_ = near.CloseWrite()
	wg.Wait()
}

// TestErrors: errors are those of the net package, since others look into them.
func TestErrors(t *testing.T) {
	near, far := ends(t)
	s := New(near)
	_ = near.SetDeadline(time.Unix(1, 0))
	_, err := s.Read(make([]byte, 1))
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("reading too late: %v", err)
	}
	if _, err = s.Write([]byte("x"), nil); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("writing too late: %v", err)
	}
	_ = near.SetDeadline(time.Time{})
	if n, err := s.Read(nil); n != 0 || err != nil {
		t.Errorf("reading nothing: %d, %v", n, err)
	}
	_ = far.SetLinger(0)
	_ = far.Close() // a reset
	var op *net.OpError
	if _, err = s.Read(make([]byte, 1)); !errors.As(err, &op) || op.Op != "read" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reading after a reset: %v", err)
	}
	if _, err = s.Write([]byte("x"), []byte("y")); !errors.As(err, &op) || op.Op != "write" || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing after a reset: %v", err)
	}
	_ = near.Close()
	if _, err = s.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading after closing: %v", err)
	}
}

// TestErrorNames: net/http tells by the name whether a request could not be read or
// was a bad one.
func TestErrorNames(t *testing.T) {
	near, _ := ends(t)
	s := New(near)
	both := func(when string) {
		t.Helper()
		var read, write *net.OpError
		if _, err := s.Read(make([]byte, 1)); !errors.As(err, &read) || read.Op != "read" {
			t.Errorf("reading %s: %v", when, err)
		}
		if _, err := s.Write([]byte("x"), nil); !errors.As(err, &write) || write.Op != "write" {
			t.Errorf("writing %s: %v", when, err)
		}
	}
	_ = near.SetDeadline(time.Unix(1, 0))
	both("too late")
	_ = near.Close()
	both("after closing")
}

func TestOnlyPlainSockets(t *testing.T) {
	a, b := net.Pipe()
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	if New(a) != nil {
		t.Error("a pipe is not a socket")
	}
}
