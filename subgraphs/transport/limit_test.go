package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

const mib = 1 << 20

// zeros writes n bytes without holding them.
func zeros(w io.Writer, n int) {
	block := make([]byte, 256<<10)
	for n > 0 {
		m, err := w.Write(block[:min(n, len(block))])
		if err != nil {
			return
		}
		n -= m
	}
}

// TestBodyLimit lets an upstream send 100 MB against a limit of 50 MB.
func TestBodyLimit(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros(z, 100*mib)
	_ = z.Close()
	for name, answer := range map[string]func(w http.ResponseWriter){
		"announced": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(100*mib))
			zeros(w, 100*mib)
		},
		"chunked": func(w http.ResponseWriter) { zeros(w, 100*mib) },
		"zipped": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
	} {
		for proto, start := range map[string]func(*httptest.Server){"http": plain, "h2c": h2c} {
			t.Run(name+" over "+proto, func(t *testing.T) {
				u := serve(t, start, func(w http.ResponseWriter, _ *http.Request) { answer(w) })
				tr, req := acquire(t, u.URL+"/", nil)
				req.MaxBody = 50 * mib
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err := tr.Do(context.Background(), req, new(Response))
				runtime.ReadMemStats(&after)
				if k := kindOf(t, err); k != TooLarge {
					t.Fatalf("got %v", err)
				}
				// The server's part is in the figure too. The race detector lets pools
				// forget some of what they are given.
				most := uint64(70 * mib)
				if raceEnabled {
					most = 90 * mib
				}
				if took := after.TotalAlloc - before.TotalAlloc; took > most {
					t.Errorf("allocated %d MiB in all", took/mib)
				}
			})
		}
	}
}

// TestAnnouncedLengthIsNotBelieved: an upstream that announces much and sends
// little makes us allocate little.
func TestAnnouncedLengthIsNotBelieved(t *testing.T) {
	url, _ := script(t, func(nc net.Conn, r *bufio.Reader) {
		_, _, _ = readRequest(r)
		_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n{}")
	})
	tr, req := acquire(t, url, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := tr.Do(context.Background(), req, new(Response))
	runtime.ReadMemStats(&after)
	if k := kindOf(t, err); k != Lost {
		t.Errorf("got %v", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 4*mib {
		t.Errorf("allocated %d MiB", took/mib)
	}
}

func TestReadBodiesOfAllSizes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, 12*mib)
	for i := range content {
		content[i] = byte(rnd.Uint32())
	}
	for _, n := range []int{0, 1, 8191, 8192, 8193, 64 << 10, largest - 1, largest, largest + 1, 5 * mib, 12 * mib} {
		want := content[:n]
		for _, known := range []bool{true, false} {
			for _, limit := range []int64{0, int64(n), int64(n) - 1} {
				if limit < 0 || n == 0 && limit == 0 && !known {
					continue
				}
				length := int64(-1)
				if known {
					length = int64(n)
				}
				var resp Response
				err := resp.read(iotest.DataErrReader(bytes.NewReader(want)), length, limit, 0)
				if limit > 0 && limit < int64(n) {
					if !errors.Is(err, errTooLarge) {
						t.Errorf("%d bytes, known %v, limit %d: %v", n, known, limit, err)
					}
				} else if err != nil || !bytes.Equal(resp.Body, want) {
					t.Errorf("%d bytes, known %v, limit %d: %d bytes, %v", n, known, limit, len(resp.Body), err)
				}
				resp.Release()
				if n > 0 && known {
					err = resp.read(bytes.NewReader(want[1:]), length, 0, 0)
					if err != io.ErrUnexpectedEOF {
						t.Errorf("%d bytes, one missing: %v", n, err)
					}
					resp.Release()
				}
			}
		}
	}
}

// FuzzChunks compares the chunk reader with the standard library's: what both
// take, both read alike, and nothing behind the body is consumed.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("4\r\nabcd\r\n0\r\n\r\nrest"))
	f.Add([]byte("1;x\r\na\r\n0\r\nT: v\r\n\r\n"))
	f.Add([]byte("fffffffffffffffff\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		src := &source{c: &conn{Conn: recorded{r: bytes.NewReader(in)}}}
		br := bufio.NewReaderSize(src, maxHead)
		b := &body{br: br, in: src, kind: chunked}
		got, err := io.ReadAll(b)
		one := &body{br: bufio.NewReaderSize(bytes.NewReader(in), maxHead), kind: chunked}
		var bytewise []byte
		var errOne error
		for {
			c, err := one.ReadByte()
			if err != nil {
				errOne = err
				break
			}
			bytewise = append(bytewise, c)
		}
		if (err == nil) != (errOne == io.EOF) || err == nil && !bytes.Equal(got, bytewise) {
			t.Fatalf("Read: %q %v; ReadByte: %q %v", got, err, bytewise, errOne)
		}
		if err != nil {
			return
		}
		if !b.ended() {
			t.Fatal("read to the end, but not ended")
		}
		want, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(in)))
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// FuzzResponse feeds arbitrary bytes as a response.
func FuzzResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 500 No\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b"))
	f.Fuzz(func(t *testing.T, in []byte) {
		x := exchanges.Get().(*exchange)
		defer x.free()
		x.in = source{c: &conn{Conn: recorded{r: bytes.NewReader(in)}}}
		x.br.Reset(&x.in)
		var resp Response
		req := &Request{MaxBody: 1000, Collect: []string{"*"}}
		if _, err := x.read(req, &resp); err == nil && (len(resp.Body) > 1000 || resp.Status < 200) {
			t.Fatalf("status %d, %d bytes", resp.Status, len(resp.Body))
		}
		resp.Release()
	})
}

// TestChunksReadAhead: chunks of all lengths around those that are read together
// with the line behind them, in pieces of all sizes, give what was sent, and
// leave nothing behind for the next response.
func TestChunksReadAhead(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", 4*maxHead/16)
	for _, size := range []int{maxHead - 1, maxHead, maxHead + 1, maxHead + 200, 2*maxHead + 7, len(content)} {
		for _, piece := range []int{maxHead / 2, maxHead - 60, maxHead, maxHead + 100, 1 << 20} {
			var out strings.Builder
			out.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			for rest := content; rest != ""; {
				n := min(size, len(rest))
				fmt.Fprintf(&out, "%x\r\n%s\r\n", n, rest[:n])
				rest = rest[n:]
			}
			out.WriteString("0\r\n\r\n")
			x := exchanges.Get().(*exchange)
			x.in = source{c: &conn{Conn: recorded{r: &pieces{strings.NewReader(out.String()), piece}}}}
			x.br.Reset(&x.in)
			var resp Response
			_, err := x.read(&Request{SizeHint: len(content)}, &resp)
			if err != nil || string(resp.Body) != content {
				t.Errorf("chunks of %d in pieces of %d: %d bytes, %v", size, piece, len(resp.Body), err)
			}
			if !x.body.ended() || x.br.Buffered() > 0 || x.in.read < x.in.given {
				t.Errorf("chunks of %d in pieces of %d: something was left", size, piece)
			}
			resp.Release()
			x.free()
		}
	}
}

// pieces reads at most size bytes at a time.
type pieces struct {
	r    io.Reader
	size int
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.size)]) }
