package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

// upstream is an HTTP server that counts its connections.
type upstream struct {
	*httptest.Server
	conns atomic.Int32
}

func serve(t testing.TB, start func(*httptest.Server), h http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{Server: httptest.NewUnstartedServer(h)}
	u.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			u.conns.Add(1)
		}
	}
	start(u.Server)
	t.Cleanup(u.Close)
	return u
}

func plain(s *httptest.Server) { s.Start() }

func overTLS(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }

func h2c(s *httptest.Server) {
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	s.URL = "h2c" + strings.TrimPrefix(s.URL, "http")
}

// acquire returns a transport to the URL and a request for it.
func acquire(t testing.TB, url string, change func(*Settings)) (*Transport, *Request) {
	t.Helper()
	e, err := ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	s := Settings{Scheme: e.Scheme, Address: e.Address}
	if e.Scheme == "https" {
		s.TLS.InsecureSkipVerify = true
	}
	if change != nil {
		change(&s)
	}
	tr, err := new(Pool).Acquire(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Release)
	return tr, &Request{Target: e.Target, Host: e.Host, Retry: true, Timeout: 20 * time.Second}
}

func kindOf(t *testing.T, err error) Kind {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error", err)
	}
	return e.Kind
}

// script is a TCP server: each connection is handled by the next function.
func script(t testing.TB, handlers ...func(net.Conn, *bufio.Reader)) (url string, conns *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns = new(atomic.Int32)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			h := handlers[min(i, len(handlers)-1)]
			wg.Go(func() {
				defer nc.Close()
				h(nc, bufio.NewReader(nc))
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "http://" + l.Addr().String() + "/graphql", conns
}

// readRequest takes one request off a scripted connection.
func readRequest(r *bufio.Reader) (*http.Request, []byte, error) {
	req, err := http.ReadRequest(r)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(req.Body)
	return req, body, err
}

func reply(w io.Writer, body string) {
	fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestRequestsOverEveryProtocol(t *testing.T) {
	sock := filepath.Join(t.TempDir(), "x.sock")
	for _, c := range []struct {
		name  string
		start func(*httptest.Server)
		proto string
		set   func(*Settings)
	}{
		{"http", plain, "HTTP/1.1", nil},
		{"https", overTLS, "HTTP/2.0", nil},
		{"https, HTTP/1.1 only", overTLS, "HTTP/1.1", func(s *Settings) { s.Protocol = HTTP1 }},
		{"h2c", h2c, "HTTP/2.0", nil},
		{"unix", func(s *httptest.Server) {
			l, err := net.Listen("unix", sock)
			if err != nil {
				t.Fatal(err)
			}
			s.Listener.Close()
			s.Listener = l
			s.Start()
			s.URL = "unix://" + sock + "?path="
		}, "HTTP/1.1", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := make(chan *http.Request, 1)
			u := serve(t, c.start, func(w http.ResponseWriter, r *http.Request) {
				requests <- r
				body, _ := io.ReadAll(r.Body)
				w.Header().Set("X-Trace", "abc")
				w.Header().Set("Cache-Control", "max-age=5")
				w.WriteHeader(201)
				_, _ = w.Write(append([]byte("got "), body...))
			})
			tr, req := acquire(t, u.URL+"/graphql", c.set)
			var err error
			req.Static, err = NewLines(
				subgraphs.HeaderField{Name: "User-Agent", Value: "weft"},
				subgraphs.HeaderField{Name: "X-Team", Value: "static"},
				subgraphs.HeaderField{Name: "Connection", Value: "close"},
			)
			if err != nil {
				t.Fatal(err)
			}
			var resp Response
			for i := range 3 {
				req.Header = []subgraphs.HeaderField{
					{Name: "x-team", Value: "own"}, {Name: "Authorization", Value: "Bearer t"},
					{Name: "Content-Length", Value: "999"},
				}
				req.Body = bytes.Repeat([]byte("x"), 1+i*inline) // also one too long to copy
				req.Collect = []string{"X-Trace"}
				if err := tr.Do(context.Background(), req, &resp); err != nil {
					t.Fatal(err)
				}
				if want := "got " + string(req.Body); resp.Status != 201 || string(resp.Body) != want {
					t.Fatalf("status %d, %d bytes, want %d", resp.Status, len(resp.Body), len(want))
				}
				if string(resp.CacheControl) != "max-age=5" || len(resp.Header) != 1 ||
					resp.Header[0] != (subgraphs.HeaderField{Name: "X-Trace", Value: "abc"}) {
					t.Errorf("headers: %q %v", resp.CacheControl, resp.Header)
				}
				r := <-requests
				seen, uri := r.Header, r.RequestURI
				if r.Proto != c.proto {
					t.Errorf("spoke %s, want %s", r.Proto, c.proto)
				}
				if got := seen.Values("X-Team"); len(got) != 1 || got[0] != "own" {
					t.Errorf("X-Team: %q", got)
				}
				if seen.Get("User-Agent") != "weft" || seen.Get("Authorization") != "Bearer t" || uri != "/graphql" {
					t.Errorf("request: %q %v", uri, seen)
				}
			}
			resp.Release()
			if n := u.conns.Load(); n != 1 {
				t.Errorf("%d connections for 3 requests", n)
			}
		})
	}
}

func TestPoolKeepsConnectionsAcrossUsers(t *testing.T) {
	u := serve(t, plain, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	e, _ := ParseURL(u.URL + "/")
	var pool Pool
	s := Settings{Scheme: e.Scheme, Address: e.Address}
	first, err := pool.Acquire(s)
	if err != nil {
		t.Fatal(err)
	}
	req := &Request{Target: e.Target, Host: e.Host}
	var resp Response
	use := func(tr *Transport) {
		t.Helper()
		if err := tr.Do(context.Background(), req, &resp); err != nil {
			t.Fatal(err)
		}
	}
	use(first)
	second, err := pool.Acquire(s) // the next generation
	if err != nil {
		t.Fatal(err)
	}
	first.Release()
	use(second)
	if first != second || u.conns.Load() != 1 {
		t.Errorf("%d connections", u.conns.Load())
	}
	s.MaxConns = 3
	other, err := pool.Acquire(s)
	if err != nil {
		t.Fatal(err)
	}
	if other == second || pool.Len() != 2 {
		t.Error("other settings share the transport")
	}
	other.Release()
	second.Release()
	if pool.Len() != 0 {
		t.Errorf("%d transports left", pool.Len())
	}
	third, err := pool.Acquire(Settings{Scheme: e.Scheme, Address: e.Address})
	if err != nil {
		t.Fatal(err)
	}
	defer third.Release()
	use(third)
	if u.conns.Load() != 2 {
		t.Errorf("%d connections; a transport without users must close its own", u.conns.Load())
	}
}

func TestCancelAbortsTheUpstreamCall(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"http": plain, "https": overTLS, "h2c": h2c} {
		t.Run(name, func(t *testing.T) {
			arrived, gone := make(chan struct{}), make(chan struct{})
			u := serve(t, start, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(arrived)
				<-r.Context().Done()
				close(gone)
			})
			tr, req := acquire(t, u.URL+"/", nil)
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error)
			go func() { done <- tr.Do(ctx, req, new(Response)) }()
			<-arrived
			cancel()
			if k := kindOf(t, <-done); k != Cancelled {
				t.Errorf("got %v", k)
			}
			<-gone // the upstream saw it
			if err := tr.Do(ctx, req, new(Response)); kindOf(t, err) != Cancelled {
				t.Errorf("ended context: %v", err)
			}
		})
	}
}

func TestDeadlinePerRequest(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"http": plain, "h2c": h2c} {
		t.Run(name, func(t *testing.T) {
			u := serve(t, start, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if r.URL.Path == "/half" {
					w.Header().Set("Content-Length", "10")
					_, _ = io.WriteString(w, "{")
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})
			for _, path := range []string{"/", "/half"} {
				tr, req := acquire(t, u.URL+path, nil)
				req.Timeout = 30 * time.Millisecond
				if k := kindOf(t, tr.Do(context.Background(), req, new(Response))); k != Timeout {
					t.Errorf("%s: by request: got %v", path, k)
				}
				req.Timeout = 0
				ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
				if k := kindOf(t, tr.Do(ctx, req, new(Response))); k != Timeout {
					t.Errorf("%s: by context: got %v", path, k)
				}
				cancel()
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	for _, url := range []string{"http://" + address + "/", "https://" + address + "/", "unix:///nowhere/x.sock"} {
		tr, req := acquire(t, url, nil)
		if k := kindOf(t, tr.Do(context.Background(), req, new(Response))); k != Unreachable {
			t.Errorf("%s: %v", url, k)
		}
	}
	u := serve(t, func(s *httptest.Server) {
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // it will complain
		overTLS(s)
	}, func(http.ResponseWriter, *http.Request) {})
	tr, req := acquire(t, u.URL+"/", func(s *Settings) { s.TLS.InsecureSkipVerify = false })
	if k := kindOf(t, tr.Do(context.Background(), req, new(Response))); k != Unreachable {
		t.Errorf("untrusted certificate: %v", k)
	}
}

func TestInvalidRequests(t *testing.T) {
	for _, start := range []func(*httptest.Server){plain, h2c} {
		var seen atomic.Int32
		u := serve(t, start, func(http.ResponseWriter, *http.Request) { seen.Add(1) })
		for name, change := range map[string]func(*Request){
			"value":  func(r *Request) { r.Header = []subgraphs.HeaderField{{Name: "X", Value: "a\r\nY: b"}} },
			"name":   func(r *Request) { r.Header = []subgraphs.HeaderField{{Name: "X: a\r\nY", Value: "b"}} },
			"target": func(r *Request) { r.Target = "/ HTTP/1.1\r\nX: y\r\n\r\n" },
		} {
			tr, req := acquire(t, u.URL+"/", nil)
			change(req)
			if k := kindOf(t, tr.Do(context.Background(), req, new(Response))); k != Invalid {
				t.Errorf("%s: %v", name, k)
			}
		}
		if seen.Load() != 0 {
			t.Error("an invalid request was sent")
		}
	}
	if _, err := NewLines(subgraphs.HeaderField{Name: "X", Value: "a\nb"}); err == nil {
		t.Error("a static line with a line break was taken")
	}
}

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]Endpoint{
		"http://a.test/graphql?x=1":             {"http", "a.test:80", "a.test", "/graphql?x=1"},
		"https://a.test":                        {"https", "a.test:443", "a.test", "/"},
		"h2c://[::1]:8080/g":                    {"h2c", "[::1]:8080", "[::1]:8080", "/g"},
		"unix:///run/x.sock?path=/graphql":      {"unix", "/run/x.sock", "localhost", "/graphql"},
		"unix:///run/x.sock":                    {"unix", "/run/x.sock", "localhost", "/"},
		"unix:///run/x.sock?path=/g%3Fv%3D1%26": {"unix", "/run/x.sock", "localhost", "/g?v=1&"},
	} {
		if got, err := ParseURL(raw); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"", "a.test", "ftp://a", "http://", "http:///x", "unix://x.sock", "http://u:secret@a/",
		"http://a:b:c/", "unix:///x?path=nope", "http://a/\x7f"} {
		_, err := ParseURL(raw)
		if err == nil {
			t.Errorf("%q was taken", raw)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats a secret: %v", raw, err)
		}
	}
}
