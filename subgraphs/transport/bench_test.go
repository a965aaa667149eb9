package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/subgraphs"
)

// fixedServer reads requests of a known length and answers each with the same
// bytes, so that the figures are the client's.
func fixedServer(b *testing.B, answer string) string {
	url, _ := script(b, func(nc net.Conn, r *bufio.Reader) {
		for {
			length := 0
			for {
				line, err := r.ReadSlice('\n')
				if err != nil {
					return
				}
				if len(line) == 2 {
					break
				}
				if s := string(line); strings.HasPrefix(s, "Content-Length: ") {
					for _, c := range strings.TrimSpace(s[16:]) {
						length = length*10 + int(c-'0')
					}
				}
			}
			if _, err := r.Discard(length); err != nil {
				return
			}
			if _, err := io.WriteString(nc, answer); err != nil {
				return
			}
		}
	})
	return url
}

func answerOf(n int) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: " +
		itoa(n) + "\r\n\r\n" + strings.Repeat("x", n)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func BenchmarkDo(b *testing.B) {
	body := make([]byte, 900)
	for _, size := range []int{400, 80_000} {
		url := fixedServer(b, answerOf(size))
		lines, err := NewLines(
			subgraphs.HeaderField{Name: "User-Agent", Value: "weft"},
			subgraphs.HeaderField{Name: "Content-Type", Value: "application/json"},
			subgraphs.HeaderField{Name: "Accept", Value: "application/json"})
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range []struct {
			name string
			ctx  func() (context.Context, context.CancelFunc)
		}{
			{"background", func() (context.Context, context.CancelFunc) { return context.Background(), func() {} }},
			{"cancellable", func() (context.Context, context.CancelFunc) { return context.WithCancel(context.Background()) }},
		} {
			b.Run(itoa(size)+"/weft/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				tr, req := acquire(b, url, nil)
				req.Static, req.Body = lines, body
				req.Header = []subgraphs.HeaderField{{Name: "Authorization", Value: "Bearer abcdef"}}
				ctx, cancel := c.ctx()
				defer cancel()
				var resp Response
				for b.Loop() {
					if err := tr.Do(ctx, req, &resp); err != nil || len(resp.Body) != size {
						b.Fatal(err)
					}
					resp.Release()
				}
			})
		}
		b.Run(itoa(size)+"/fasthttp", func(b *testing.B) {
			b.ReportAllocs()
			e, _ := ParseURL(url)
			hc := &fasthttp.HostClient{Addr: e.Address, NoDefaultUserAgentHeader: true}
			for b.Loop() {
				req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
				req.SetRequestURI(url)
				req.Header.SetMethod("POST")
				req.Header.Set("User-Agent", "weft")
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Accept", "application/json")
				req.Header.Set("Authorization", "Bearer abcdef")
				req.SetBodyRaw(body)
				if err := hc.Do(req, resp); err != nil || len(resp.Body()) != size {
					b.Fatal(err)
				}
				fasthttp.ReleaseRequest(req)
				fasthttp.ReleaseResponse(resp)
			}
		})
	}
}

func TestAllocationsPerRequest(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	url, _ := script(t, func(nc net.Conn, r *bufio.Reader) {
		for {
			if _, _, err := readRequest(r); err != nil {
				return
			}
			reply(nc, `{"data":null}`)
		}
	})
	tr, req := acquire(t, url, nil)
	x := exchanges.Get().(*exchange)
	// The server of the test runs in this process, so what is counted is only
	// what a request costs around the connection.
	var resp Response
	if n := testing.AllocsPerRun(100, func() {
		if err := x.render(req); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("render: %v allocations", n)
	}
	x.free()
	if err := tr.Do(context.Background(), req, &resp); err != nil {
		t.Fatal(err)
	}
	answer := answerOf(400)
	n := testing.AllocsPerRun(100, func() {
		x := exchanges.Get().(*exchange)
		x.in = source{c: &conn{Conn: recorded{r: strings.NewReader(answer)}}}
		x.br.Reset(&x.in)
		if _, err := x.read(req, &resp); err != nil {
			t.Fatal(err)
		}
		resp.Release()
		x.free()
	})
	if n > 3.5 { // three are the test's reader and connection
		t.Errorf("read: %v allocations", n)
	}
}

// recorded is a connection that brings what a reader has.
type recorded struct {
	net.Conn
	r io.Reader
}

func (c recorded) Read(p []byte) (int, error) { return c.r.Read(p) }
