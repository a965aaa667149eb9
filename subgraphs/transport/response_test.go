package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBrokenAnswers(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		kind         Kind
	}{
		{"closed at once", "", Lost},
		{"head cut", "HTTP/1.1 200 OK\r\nContent-Le", Lost},
		{"body cut", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"da", Lost},
		{"chunks cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n", Lost},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", Malformed},
		{"chunk longer than said", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", Malformed},
		{"not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", Malformed},
		{"endless head", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n", Malformed},
		{"switch", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", Malformed},
		{"encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", Malformed},
		{"not gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n{\"data\":1234", Malformed},
		{"interim without end", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 9), Malformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, _ := script(t, func(nc net.Conn, r *bufio.Reader) {
				_, _, _ = readRequest(r)
				_, _ = io.WriteString(nc, c.answer)
			})
			tr, req := acquire(t, url, nil)
			resp := Response{}
			err := tr.Do(context.Background(), req, &resp)
			if k := kindOf(t, err); k != c.kind || resp.Body != nil {
				t.Errorf("got %v (%v), want %v", k, err, c.kind)
			}
		})
	}
}

func TestUnusualButGoodAnswers(t *testing.T) {
	for _, c := range []struct {
		name, answer, body string
		conns              int32
	}{
		{"to the end", "HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", `{"a":1}`, 2},
		{"closing", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", "{}", 2},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", 2},
		{"interim", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", 1},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n01\r\n}\r\n0\r\nX-T: 1\r\n\r\n", "{}", 1},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", "", 1},
		{"something behind", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK", "{}", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, conns := script(t, func(nc net.Conn, r *bufio.Reader) {
				for {
					if _, _, err := readRequest(r); err != nil {
						return
					}
					_, _ = io.WriteString(nc, c.answer)
					if c.conns == 2 {
						return
					}
				}
			})
			tr, req := acquire(t, url, nil)
			var resp Response
			for range 2 {
				if err := tr.Do(context.Background(), req, &resp); err != nil || string(resp.Body) != c.body {
					t.Fatalf("%q, %v", resp.Body, err)
				}
			}
			if conns.Load() != c.conns {
				t.Errorf("%d connections, want %d", conns.Load(), c.conns)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	want := strings.Repeat(`{"a":"b"}`, 5000)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, want)
	_ = z.Close()
	for name, start := range map[string]func(*httptest.Server){"http": plain, "h2c": h2c} {
		for _, sized := range []bool{true, false} {
			u := serve(t, start, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				if sized {
					w.Header().Set("Content-Length", fmt.Sprint(zipped.Len()))
				} else {
					w.(http.Flusher).Flush()
				}
				_, _ = w.Write(zipped.Bytes())
			})
			tr, req := acquire(t, u.URL+"/", nil)
			var resp Response
			before := int32(1)
			for i := range 5 {
				if err := tr.Do(context.Background(), req, &resp); err != nil || string(resp.Body) != want {
					t.Fatalf("%s: %d bytes, %v", name, len(resp.Body), err)
				}
				if i == 1 && name == "h2c" {
					// net/http shows a new connection to others only after the request
					// that waited for it has it: the second may have made one more.
					before = u.conns.Load()
				}
			}
			if n := u.conns.Load(); n != before || n > 2 {
				t.Errorf("%s: %d connections", name, n)
			}
			req.MaxBody = int64(len(want)) - 1
			if k := kindOf(t, tr.Do(context.Background(), req, &resp)); k != TooLarge {
				t.Errorf("%s: over the limit after decompression: %v", name, k)
			}
			req.MaxBody++
			if err := tr.Do(context.Background(), req, &resp); err != nil {
				t.Errorf("%s: at the limit: %v", name, err)
			}
		}
	}
}

// TestAnswerBeforeTheRequestIsSent: a server may refuse a request that it has not
// read, and close.
func TestAnswerBeforeTheRequestIsSent(t *testing.T) {
	for _, size := range []int{inline, 64 << 20} { // with the head, and on its own
		for _, warm := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d bytes, warm %v", size, warm), func(t *testing.T) {
				refuse := func(nc net.Conn, r *bufio.Reader) {
					if warm {
						if _, _, err := readRequest(r); err != nil {
							return
						}
						reply(nc, "{}")
					}
					if _, err := r.Peek(1); err == nil {
						_, _ = io.WriteString(nc, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
					}
				}
				url, _ := script(t, refuse)
				tr, req := acquire(t, url, nil)
				req.Retry = false
				var resp Response
				if warm {
					if err := tr.Do(t.Context(), req, &resp); err != nil {
						t.Fatal(err)
					}
				}
				req.Body = make([]byte, size)
				if err := tr.Do(t.Context(), req, &resp); err != nil || resp.Status != http.StatusRequestEntityTooLarge {
					t.Errorf("status %d, %v", resp.Status, err)
				}
			})
		}
	}
}

// TestGoodbyeOfAnIdleConnection: a 408 that came before there was a request is not
// its answer.
func TestGoodbyeOfAnIdleConnection(t *testing.T) {
	bye := make(chan struct{})
	url, conns := script(t, func(nc net.Conn, r *bufio.Reader) {
		if _, _, err := readRequest(r); err == nil {
			reply(nc, "{}")
			_, _ = io.WriteString(nc, "HTTP/1.1 408 Request Time-out\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		}
		_ = nc.Close()
		bye <- struct{}{}
	})
	tr, req := acquire(t, url, nil)
	var resp Response
	for i := range 3 {
		if err := tr.Do(t.Context(), req, &resp); err != nil || resp.Status != http.StatusOK {
			t.Errorf("request %d: status %d, %v", i, resp.Status, err)
		}
		<-bye
	}
	if n := conns.Load(); n != 3 {
		t.Errorf("%d connections", n)
	}
}
