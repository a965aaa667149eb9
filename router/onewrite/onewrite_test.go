package onewrite

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// server answers with content of the length that the query asks for.
func server(t *testing.T) *httptest.Server {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.RawQuery)
		content := bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]
		c := From(r.Context())
		if c == nil {
			t.Error("the handler's connection is not known")
		}
		w.Header().Set("Content-Length", strconv.Itoa(n))
		c.Hold()
		_, _ = w.Write(content)
		c.Release()
	}))
	s.Listener = Listener(s.Listener)
	s.Config.ConnContext = Context
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestAllSizesArrive(t *testing.T) {
	s := server(t)
	client := s.Client()
	// Around the point where the buffer overflows, every length.
	sizes := []int{0, 1, 100, 100_000, 5 << 20}
	for n := 3700; n < 4300; n++ {
		sizes = append(sizes, n)
	}
	for n := 8000; n < 8300; n += 7 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		res, err := client.Get(s.URL + "/?" + strconv.Itoa(n))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !bytes.Equal(got, bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]) {
			t.Fatalf("%d bytes: got %d bytes, %v", n, len(got), err)
		}
	}
}

// pair returns the two ends of a connection.
func pair(t *testing.T) (*Conn, net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := Listener(l).Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near.(*Conn), far
}

func TestHeldPiecesKeepTheirOrder(t *testing.T) {
	c, far := pair(t)
	write := func(s string) {
		if n, err := c.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatalf("%d of %d, %v", n, len(s), err)
		}
	}
	c.Hold()
	write("a")
	if len(c.held) != 1 {
		t.Error("not held")
	}
	write("bc")
	write("d")
	c.Release()
	write("e")
	c.Hold()
	write("f")
	c.Release()
	c.Release()
	got := make([]byte, 6)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "abcdef" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestErrorAfterHolding(t *testing.T) {
	c, _ := pair(t)
	c.Hold()
	if _, err := c.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	_ = c.TCPConn.Close()
	if n, err := c.Write([]byte("b")); err == nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	c.Release()
}

// TestErrorOfHeldBytes: once held bytes are lost, nothing may follow them, even
// if the connection could be written again.
func TestErrorOfHeldBytes(t *testing.T) {
	c, _ := pair(t)
	c.Hold()
	if _, err := c.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	_ = c.SetWriteDeadline(time.Unix(1, 0))
	c.Release()
	_ = c.SetWriteDeadline(time.Time{})
	if n, err := c.Write([]byte("b")); err == nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := c.ReadFrom(strings.NewReader("b")); err == nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestReadFromKeepsTheOrder(t *testing.T) {
	c, far := pair(t)
	c.Hold()
	_, _ = c.Write([]byte("a"))
	if _, err := c.ReadFrom(strings.NewReader("b")); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Write([]byte("c"))
	c.Release()
	got := make([]byte, 3)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "abc" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNoAllocations(t *testing.T) {
	c, far := pair(t)
	go func() { _, _ = io.Copy(io.Discard, far) }()
	small, large := make([]byte, 4096), make([]byte, 50_000)
	n := testing.AllocsPerRun(100, func() {
		c.Hold()
		_, _ = c.Write(small)
		_, _ = c.Write(large)
		c.Release()
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestOtherConnections(t *testing.T) {
	if From(context.Background()) != nil {
		t.Error("a connection out of nothing")
	}
	var c *Conn
	c.Hold()
	c.Release()
	a, b := net.Pipe()
	_, _ = a.Close(), b.Close()
	if Context(context.Background(), a) != context.Background() {
		t.Error("a pipe cannot hold back")
	}
}
