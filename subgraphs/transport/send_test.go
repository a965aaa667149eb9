package transport

import (
	"net"
	"slices"
	"testing"
)

// writes is a connection that is no socket, as TLS is, and notes what is written.
type writes struct {
	net.Conn
	sizes []int
}

func (w *writes) Write(p []byte) (int, error) {
	w.sizes = append(w.sizes, len(p))
	return len(p), nil
}

// TestSendingByOthers: a connection that is no socket is written to once for each
// piece that there is.
func TestSendingByOthers(t *testing.T) {
	w := new(writes)
	c := newConn(w)
	for _, sizes := range [][2]int{{10, 0}, {10, 20}} {
		if err := c.send(make([]byte, sizes[0]), make([]byte, sizes[1])); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(w.sizes, []int{10, 10, 20}) {
		t.Errorf("writes of %d bytes", w.sizes)
	}
	out := make([]byte, 10)
	if n := testing.AllocsPerRun(10, func() {
		w.sizes = w.sizes[:0]
		_ = c.send(out, nil)
	}); n > 0 {
		t.Errorf("%v allocations for one piece", n)
	}
}
