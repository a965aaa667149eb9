package router

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// status asks a URL and returns the HTTP status.
func status(t testing.TB, client *http.Client, url string) int {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func newClient(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestSickUpstreamAtStart(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.Subgraphs[0].Schema = config.Schema{Source: "service", OnUnavailable: "fail", Timeout: config.Duration(5 * time.Second)}
	asked := make(chan struct{}, 100)
	all["accounts"].misbehave(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		asked <- struct{}{}
	})
	r := serving(t, c)
	client := newClient(t)
	base := "http://" + r.Addr().String()
	<-asked
	if got := status(t, client, base+"/health/ready"); got != 503 {
		t.Errorf("ready: %d", got)
	}
	if got := status(t, client, base+"/health/live"); got != 200 {
		t.Errorf("live: %d", got)
	}
	if got := status(t, client, base+get("query", "{__typename}")); got != 503 {
		t.Errorf("graphql: %d", got)
	}
	all["accounts"].misbehave(nil)
	until(t, r, "loaded", loaded(r))
	if got := status(t, client, base+"/health/ready"); got != 200 {
		t.Errorf("ready: %d", got)
	}
	if s, _ := r.Status(); s.Reloads.Failed == 0 || s.Reloads.LastError != nil {
		t.Errorf("%+v", s.Reloads)
	}
}

func TestExitOnError(t *testing.T) {
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Subgraphs[0].Schema.File = filepath.Join(t.TempDir(), "none")
	r, err := New(Options{Config: c, ExitOnError: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), load.CodeFile) {
		t.Error(err)
	}
}

func TestListenErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.Listen = taken.Addr().String()
	r, err := New(Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	var le *ListenError
	if err := r.Serve(t.Context()); !errors.As(err, &le) || le.Address != c.Listen {
		t.Error(err)
	}

	// A reload to an address that is taken changes nothing.
	dir := t.TempDir()
	r = serving(t, fileConfig(t, dir, all))
	until(t, r, "loaded", loaded(r))
	before := r.Addr().String()
	next := fileConfig(t, dir, all)
	next.Listen = taken.Addr().String()
	if err := r.Reload(t.Context(), next); !errors.As(err, &le) {
		t.Error(err)
	}
	if r.Addr().String() != before || status(t, newClient(t), "http://"+before+"/health/ready") != 200 {
		t.Error("the router does not serve on")
	}
}

func TestListenMoves(t *testing.T) {
	all := startUpstreams(t)
	dir := t.TempDir()
	r := serving(t, fileConfig(t, dir, all))
	until(t, r, "loaded", loaded(r))
	before := r.Addr().String()
	client := newClient(t)
	if status(t, client, "http://"+before+"/health/ready") != 200 {
		t.Fatal("not ready")
	}
	next := fileConfig(t, dir, all)
	socket := filepath.Join(t.TempDir(), "weft.sock")
	next.Listen = "unix://" + socket
	if err := r.Reload(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	over := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	defer over.CloseIdleConnections()
	if got := status(t, &http.Client{Transport: over}, "http://x"+get("query", "{__typename}")); got != 200 {
		t.Errorf("over the socket: %d", got)
	}
	// The old address is closed in the background; its idle connections with it.
	for {
		c, err := net.Dial("tcp", before)
		if err != nil {
			break
		}
		_ = c.Close()
		runtime.Gosched()
	}
}

func TestStaleSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "weft.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Listen = "unix://" + socket
	r := serving(t, c)
	if r.Addr().Network() != "unix" {
		t.Error(r.Addr())
	}
}

func TestDrain(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.ShutdownDelay = config.Duration(300 * time.Millisecond)
	r, err := New(Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx) }()
	until(t, r, "loaded", loaded(r))
	base := "http://" + r.Addr().String()
	client := newClient(t)

	began, release := make(chan struct{}), make(chan struct{})
	all["accounts"].misbehave(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":{"me":{"id":"7"}}}`))
	})
	answer := make(chan string, 1)
	go func() {
		resp, err := newClient(t).Get(base + get("query", "{me{id}}"))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		answer <- string(b)
	}()
	<-began
	stop()
	for !r.draining.Load() {
		runtime.Gosched()
	}
	if got := status(t, client, base+"/health/ready"); got != 503 {
		t.Errorf("ready while draining: %d", got)
	}
	if got := status(t, client, base+get("query", "{__typename}")); got != 200 {
		t.Errorf("requests while draining: %d", got)
	}
	client.CloseIdleConnections()
	for {
		c, err := net.Dial("tcp", r.Addr().String())
		if err != nil {
			break // no longer listening
		}
		_ = c.Close()
		runtime.Gosched()
	}
	close(release)
	if got := <-answer; got != `{"data":{"me":{"id":"7"}}}` {
		t.Errorf("the request in flight: %s", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := r.Reload(context.Background(), c); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if n := r.shared.Transports.Len(); n != 0 {
		t.Errorf("%d transports are left", n)
	}
}

func TestGracePeriodEnds(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.GracePeriod = config.Duration(50 * time.Millisecond)
	r, err := New(Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx) }()
	until(t, r, "loaded", loaded(r))
	began := make(chan struct{})
	all["accounts"].misbehave(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done() // only a cancelled request ends this
	})
	go func() {
		resp, err := newClient(t).Get("http://" + r.Addr().String() + get("query", "{me{id}}"))
		if err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-began
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPolling(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.Subgraphs[4].Schema = config.Schema{
		Source: "auto", OnUnavailable: "fail", Timeout: config.Duration(5 * time.Second), PollInterval: config.Duration(5 * time.Millisecond),
	}
	var sdl = `type Query { first: Int }`
	var mu sync.Mutex
	all["todo"].misbehave(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		b, _ := json.Marshal(map[string]any{"data": map[string]any{"_service": map[string]string{"sdl": sdl}}})
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b)
	})
	others := all["accounts"].asked.Load()
	r := serving(t, c)
	until(t, r, "loaded", loaded(r))
	number := func() uint64 {
		s, _ := r.Status()
		return s.Generation
	}
	polls := all["todo"].asked.Load()
	until(t, r, "polled twice", func() bool { return all["todo"].asked.Load() > polls+2 })
	if number() != 1 {
		t.Errorf("generation %d although nothing changed", number())
	}
	mu.Lock()
	sdl = `type Query { second: Int }`
	mu.Unlock()
	until(t, r, "changed", func() bool { return number() == 2 })
	if got := decode(t, ask(r, `{ first }`).Body.Bytes()); got.code() != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("%+v", got)
	}
	if all["accounts"].asked.Load() != others {
		t.Error("a subgraph without poll_interval was asked")
	}
}

func TestHeadersReachSubgraphs(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.Headers.All.Request = []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "authorization"}}}
	c.Headers.Subgraphs = []config.SubgraphHeaders{{Name: "accounts", Request: []config.HeaderRule{{Insert: &config.InsertHeader{Name: "x-key", Value: "k"}}}}}
	r := newRouter(t, c)
	var got http.Header
	all["accounts"].misbehave(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":{"me":{"id":"7"}}}`))
	})
	for _, token := range []string{"one", "two", ""} {
		h := []string{"X-Other", "x", "Cookie", "c"}
		if token != "" {
			h = append(h, "Authorization", token)
		}
		if w := ask(r, `{me{id}}`, h...); w.Body.String() != `{"data":{"me":{"id":"7"}}}` {
			t.Fatal(w.Body)
		}
		if got.Get("Authorization") != token || got.Get("X-Key") != "k" || got.Get("X-Other") != "" || got.Get("Cookie") != "" || got.Get("Content-Type") != "application/json" {
			t.Errorf("%v", got)
		}
	}
}

// TestOperationDedupe sends equal and different queries at the same time.
func TestOperationDedupe(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.TrafficShaping.Router.Dedupe.Enabled = true
	c.TrafficShaping.All.DedupeEnabled = false
	c.TrafficShaping.Router.Dedupe.IgnoreHeaders = []string{"user-agent", "x-request-id"}
	r := newRouter(t, c)
	release := make(chan struct{})
	all["accounts"].misbehave(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":{"me":{"id":"7"}}}`))
	})
	waiting := func(n int) {
		for r.inFlight.Waiting() != n {
			runtime.Gosched()
		}
	}
	var wg sync.WaitGroup
	asks := func(header ...string) {
		wg.Go(func() {
			if w := ask(r, `{me{id}}`, header...); w.Body.String() != `{"data":{"me":{"id":"7"}}}` {
				t.Error(w.Body)
			}
		})
	}
	// The first one leaves; the others still get their answer.
	gone, leave := context.WithCancel(t.Context())
	wg.Go(func() {
		req, _ := http.NewRequestWithContext(gone, "POST", "/graphql", strings.NewReader(`{"query":"{me{id}}"}`))
		req.Header.Set("Content-Type", "application/json")
		r.ServeHTTP(discard{http.Header{}}, req)
	})
	waiting(1)
	for i := range 10 {
		asks("X-Request-Id", string(rune('a'+i)))
	}
	waiting(11)
	leave()
	waiting(10)
	asks("Authorization", "other")
	waiting(11)
	close(release)
	wg.Wait()
	if n := all["accounts"].asked.Load(); n != 2 {
		t.Errorf("%d upstream requests, want 2", n)
	}
	// Mutations are never shared.
	if got := ask(r, `mutation { a: __typename }`); got.Code != 200 || decode(t, got.Body.Bytes()).Data == nil {
		t.Error(got.Body)
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// recorder is a logger that keeps what is written.
type recorder struct {
	abstractlogger.Noop
	mu    sync.Mutex
	lines []string
}

func (l *recorder) add(m string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, m)
}

func (l *recorder) Info(m string, _ ...abstractlogger.Field)  { l.add(m) }
func (l *recorder) Warn(m string, _ ...abstractlogger.Field)  { l.add(m) }
func (l *recorder) Error(m string, _ ...abstractlogger.Field) { l.add(m) }

func (l *recorder) has(m string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if line == m {
			return true
		}
	}
	return false
}

// TestPanic breaks the response writer once: that request fails, the next is fine.
func TestPanic(t *testing.T) {
	log := &recorder{}
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Log.Access = true
	r := newRouter(t, c, func(o *Options) { o.Logger = log })
	w := &fragile{discard: discard{http.Header{}}}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", "/graphql", strings.NewReader(`{"query":"{__typename}"}`))
	req.Header.Set("Content-Type", "application/json")
	r.ServeHTTP(w, req)
	if w.status != 500 || !strings.Contains(w.body, CodeInternal) || strings.Contains(w.body, "broken") {
		t.Errorf("%d %s", w.status, w.body)
	}
	if !log.has("a request failed unexpectedly") {
		t.Errorf("%q", log.lines)
	}
	if got := ask(r, `{__typename}`); got.Code != 200 {
		t.Error(got.Body)
	}
	if !log.has("request") {
		t.Error("no access log")
	}
}

type fragile struct {
	discard
	broken bool
	status int
	body   string
}

func (f *fragile) WriteHeader(status int) {
	if !f.broken {
		f.broken = true
		panic("broken")
	}
	f.status = status
}

func (f *fragile) Write(b []byte) (int, error) {
	f.body += string(b)
	return len(b), nil
}

func TestRequestTimeout(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.TrafficShaping.Router.RequestTimeout = config.Duration(50 * time.Millisecond)
	r := newRouter(t, c)
	all["accounts"].misbehave(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	got := decode(t, ask(r, `{ me { id } topProducts(first: 1) { name } }`).Body.Bytes())
	if got.code() != subgraphs.CodeTimeout || string(got.Data) != `{"me":null,"topProducts":[{"name":"Table"}]}` {
		t.Errorf("%+v %s", got, got.Data)
	}
}

// TestConcurrent mixes operations, errors, clients that leave, and reloads.
func TestConcurrent(t *testing.T) {
	all := startUpstreams(t)
	dir := t.TempDir()
	r := newRouter(t, fileConfig(t, dir, all))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				switch (i + g) % 4 {
				case 0:
					if w := ask(r, `{ me { id name } }`, "Authorization", "x"); w.Body.String() != `{"data":{"me":{"id":"1","name":"Ada Lovelace"}}}` {
						t.Error(w.Body)
					}
				case 1:
					if w := ask(r, `{ nobody }`); w.Code != 200 {
						t.Error(w.Body)
					}
				case 2:
					ctx, cancel := context.WithCancel(t.Context())
					req, _ := http.NewRequestWithContext(ctx, "POST", "/graphql", strings.NewReader(loadQuery))
					req.Header.Set("Content-Type", "application/json")
					go cancel()
					r.ServeHTTP(discard{http.Header{}}, req)
				case 3:
					if w := ask(r, `{ topProducts(first: 1) { name reviews(first: 1) { author { name } } } }`); w.Body.String() != `{"data":{"topProducts":[{"name":"Table","reviews":[{"author":{"name":"Ada Lovelace"}}]}]}}` {
						t.Error(w.Body)
					}
				}
			}
		})
	}
	for i := range 10 {
		c := fileConfig(t, t.TempDir(), all)
		c.Limits.MaxDepth = 10 + i%2
		if err := r.Reload(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}
