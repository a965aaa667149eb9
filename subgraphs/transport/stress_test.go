package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// content is n bytes that tell which answer they are of.
func content(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	x := byte(r.Uint32())
	for i := range b {
		b[i] = x + byte(i*7) + byte(i>>8)
	}
	return b
}

// framed is a whole response with that content, in a framing chosen at random.
func framed(r *rand.Rand, b []byte) []byte {
	var out bytes.Buffer
	for range r.IntN(3) / 2 {
		out.WriteString("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
	}
	out.WriteString("HTTP/1.1 200 OK\r\n")
	if r.IntN(3) == 0 {
		var zipped bytes.Buffer
		level := []int{gzip.NoCompression, gzip.BestSpeed, gzip.HuffmanOnly}[r.IntN(3)]
		for from := 0; from < len(b); { // sometimes of several members
			z, _ := gzip.NewWriterLevel(&zipped, level)
			n := len(b) - from
			if r.IntN(4) == 0 {
				n = 1 + r.IntN(n)
			}
			_, _ = z.Write(b[from : from+n])
			_ = z.Close()
			from += n
		}
		if len(b) > 0 {
			b = zipped.Bytes()
			out.WriteString("Content-Encoding: gzip\r\n")
		}
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n", len(b))
		out.Write(b)
		return out.Bytes()
	}
	out.WriteString("Transfer-Encoding: chunked\r\n\r\n")
	for len(b) > 0 {
		n := min(len(b), 1+r.IntN([]int{3, 100, maxHead - 1, maxHead + 100, 200_000}[r.IntN(5)]))
		if r.IntN(8) == 0 {
			n = min(len(b), maxHead)
		}
		out.WriteString(strconv.FormatInt(int64(n), 16))
		if r.IntN(5) == 0 {
			out.WriteString(";name=value")
		}
		out.WriteString("\r\n")
		out.Write(b[:n])
		out.WriteString("\r\n")
		b = b[n:]
	}
	out.WriteString("0\r\n")
	if r.IntN(4) == 0 {
		out.WriteString("X-Checksum: 1\r\n")
	}
	out.WriteString("\r\n")
	return out.Bytes()
}

// TestEveryFraming: whatever the framing and wherever the pieces end in which a
// response comes, its content is right and the connection carries the next one.
func TestEveryFraming(t *testing.T) {
	rounds := 300
	if raceEnabled || testing.Short() {
		rounds = 60
	}
	const seed = 7
	server := rand.New(rand.NewPCG(seed, 1))
	url, conns := script(t, func(nc net.Conn, in *bufio.Reader) {
		for i := range rounds {
			if _, _, err := readRequest(in); err != nil {
				return
			}
			r := rand.New(rand.NewPCG(seed, uint64(100+i)))
			b := framed(r, content(r, size(r)))
			for len(b) > 0 {
				n := len(b)
				if server.IntN(2) == 0 {
					n = min(n, 1+server.IntN(60_000))
				}
				if _, err := nc.Write(b[:n]); err != nil {
					return
				}
				b = b[n:]
			}
		}
	})
	tr, req := acquire(t, url, nil)
	req.Retry = false
	var resp Response
	for i := range rounds {
		r := rand.New(rand.NewPCG(seed, uint64(100+i)))
		want := content(r, size(r))
		req.Body = make([]byte, i%3*40_000)
		req.SizeHint = []int{0, 10, len(want), 1 << 20}[i%4]
		if err := tr.Do(t.Context(), req, &resp); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		if !bytes.Equal(resp.Body, want) {
			t.Fatalf("round %d: %d bytes are not the %d that were sent", i, len(resp.Body), len(want))
		}
	}
	resp.Release()
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func size(r *rand.Rand) int {
	return r.IntN([]int{1, 100, 5_000, 3 * maxHead, 400_000}[r.IntN(5)] + 1)
}

// TestSiege lets many callers, who often leave, meet a server that often closes,
// at any point of a response or of the request. Whoever gets an answer must get
// the whole answer to its own question. WEFT_SIEGE gives it more time.
func TestSiege(t *testing.T) {
	long, _ := time.ParseDuration(os.Getenv("WEFT_SIEGE"))
	until := time.Now().Add(long)
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) { siege(t, network, until) })
	}
}

func siege(t *testing.T, network string, until time.Time) {
	address, prefix := "127.0.0.1:0", "http://"
	if network == "unix" {
		address, prefix = t.TempDir()+"/s", "unix://"
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for n := uint64(0); ; n++ {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { besieged(nc, rand.New(rand.NewPCG(3, n))) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	url := prefix + l.Addr().String() + "/graphql"
	if network == "unix" {
		url = prefix + address + "?path=/graphql"
	}
	tr, base := acquire(t, url, func(s *Settings) { s.MaxConns = 6 })
	var callers sync.WaitGroup
	var mu sync.Mutex
	good, bad := 0, map[Kind]int{}
	for c := range 12 {
		callers.Go(func() {
			r := rand.New(rand.NewPCG(5, uint64(c)))
			var resp Response
			for i := 0; i < 150 || time.Now().Before(until); i++ {
				req := *base
				req.Retry = r.IntN(2) == 0
				req.Timeout = 10 * time.Second
				if r.IntN(20) == 0 {
					req.Timeout = time.Duration(r.IntN(3_000_000))
				}
				question := fmt.Sprintf("%d-%d.", c, i)
				req.Body = bytes.Repeat([]byte(question), 1+r.IntN([]int{2, 500, 30_000}[r.IntN(3)]))
				ctx, cancel := context.WithCancel(t.Context())
				switch r.IntN(6) {
				case 0:
					go cancel()
				case 1:
					go func() {
						for range 50 {
							runtime.Gosched() // a little later
						}
						cancel()
					}()
				}
				err := tr.Do(ctx, &req, &resp)
				cancel()
				mu.Lock()
				if err == nil {
					good++
					if !bytes.Equal(resp.Body, req.Body) {
						t.Errorf("%.20q was answered with %.20q", req.Body, resp.Body)
					}
				} else {
					bad[err.(*Error).Kind]++
					if k := err.(*Error).Kind; k == Malformed || k == Timeout && req.Timeout > time.Second {
						t.Errorf("%v", err)
					}
				}
				mu.Unlock()
				resp.Release()
			}
		})
	}
	callers.Wait()
	t.Logf("%d answered, %v", good, bad)
	if good == 0 || bad[Lost] == 0 {
		t.Errorf("%d answered, %v", good, bad)
	}
	// Nothing was lost count of: all places can be taken.
	p := &tr.rt.(*lean).conns
	p.mu.Lock()
	if p.open != len(p.idle) || len(p.waiters) != 0 {
		t.Errorf("%d open, %d idle, %d wait", p.open, len(p.idle), len(p.waiters))
	}
	p.mu.Unlock()
}

// besieged answers with what it was sent, or closes before it is through.
func besieged(nc net.Conn, r *rand.Rand) {
	defer func() { _ = nc.Close() }()
	in := bufio.NewReader(nc)
	for {
		switch r.IntN(25) {
		case 0:
			return
		case 1:
			_, _ = in.Discard(1 + r.IntN(60)) // closes with a reset
			return
		}
		_, body, err := readRequest(in)
		if err != nil {
			return
		}
		if r.IntN(25) == 0 {
			return
		}
		b := framed(r, body)
		cut := len(b)
		if r.IntN(15) == 0 {
			cut = r.IntN(len(b))
		}
		for b, left := b, cut; left > 0; {
			n := left
			if r.IntN(3) == 0 {
				n = 1 + r.IntN(n)
			}
			if _, err := nc.Write(b[:n]); err != nil {
				return
			}
			b, left = b[n:], left-n
		}
		if cut < len(b) {
			return
		}
	}
}
