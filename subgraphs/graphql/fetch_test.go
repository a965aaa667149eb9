package graphql

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// connect returns a client of the upstream at the URL.
func connect(t testing.TB, url string, change func(*Options)) *Client {
	t.Helper()
	e, err := transport.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := new(transport.Pool).Acquire(transport.Settings{Scheme: e.Scheme, Address: e.Address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Release)
	o := Options{Subgraph: "products", URL: url, Transport: tr, Timeout: 20 * time.Second}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func upstream(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/graphql"
}

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var root = &subgraphs.FetchSpec{Root: []subgraphs.Selection{field("me", field("id"))}}

func TestFetchSendsAndAnswers(t *testing.T) {
	var got *http.Request
	var body string
	url := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		w.Header().Set("Cache-Control", "private, max-age=60")
		w.Header().Set("Age", "10")
		w.Header().Set("X-Cost", "7")
		w.Header().Set("X-Other", "8")
		_, _ = io.WriteString(w, ` {"data":{"me":{"id":"1"}}}`)
	})
	c := connect(t, url, func(o *Options) {
		o.Header = []subgraphs.HeaderField{{Name: "X-Static", Value: "s"}, {Name: "User-Agent", Value: "other"}, {Name: "Host", Value: "virtual.test"}}
		o.ResponseHeaders = []string{"X-Cost"}
	})
	a := prepare(t, c, root).Fetch(context.Background(), &subgraphs.Call{
		Header: []subgraphs.HeaderField{{Name: "Authorization", Value: "Bearer t"}},
	})
	defer a.Release()
	if a.Err != nil || a.Layout != subgraphs.LayoutGraphQL || a.Status != 200 || string(a.Body) != ` {"data":{"me":{"id":"1"}}}` {
		t.Fatalf("%+v", a)
	}
	if a.Cache != (subgraphs.CachePolicy{MaxAge: 50 * time.Second, Private: true}) {
		t.Errorf("cache: %+v", a.Cache)
	}
	if d := cmp.Diff([]subgraphs.HeaderField{{Name: "X-Cost", Value: "7"}}, a.Header); d != "" {
		t.Error(d)
	}
	if body != `{"query":"{me{id}}"}` || got.Method != "POST" || got.RequestURI != "/graphql" || got.Host != "virtual.test" {
		t.Errorf("%s %s %s", got.Method, got.RequestURI, body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/graphql-response+json, application/json",
		"Accept-Encoding": "gzip", "User-Agent": "other", "X-Static": "s", "Authorization": "Bearer t",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
}

// TestFailures goes through what an upstream can do wrong.
func TestFailures(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"data":{"me"`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		code    string
		status  int
	}{
		{"not JSON", answering(200, "<html>"), subgraphs.CodeMalformed, 200},
		{"a list", answering(200, `[{"data":1}]`), subgraphs.CodeMalformed, 200},
		{"empty", answering(200, ""), subgraphs.CodeMalformed, 200},
		{"no content", answering(204, ""), subgraphs.CodeMalformed, 204},
		{"truncated", cut, subgraphs.CodeClosed, 200},
		{"500 with text", answering(500, "oops"), subgraphs.CodeStatus, 500},
		{"500 with other JSON", answering(500, `{"message":"oops"}`), subgraphs.CodeStatus, 500},
		{"500 with cut JSON", answering(500, `{"errors":[`), subgraphs.CodeStatus, 500},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		}, subgraphs.CodeStatus, http.StatusTemporaryRedirect},
		{"closed connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, subgraphs.CodeClosed, 0},
		{"100 MB", func(w http.ResponseWriter, _ *http.Request) {
			block := bytes.Repeat([]byte{'x'}, 1<<20)
			block[0] = '{'
			for range 100 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, subgraphs.CodeTooLarge, 200},
		{"time-out", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, subgraphs.CodeTimeout, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := upstream(t, c.handler)
			cl := connect(t, url, func(o *Options) {
				o.MaxBody = 1 << 20
				if c.code == subgraphs.CodeTimeout {
					o.Timeout = 20 * time.Millisecond
				}
			})
			a := prepare(t, cl, root).Fetch(context.Background(), &subgraphs.Call{})
			defer a.Release()
			if a.Err == nil || a.Err.Code != c.code || a.Err.Status != c.status || a.Body != nil {
				t.Fatalf("got %+v, want %s %d", a.Err, c.code, c.status)
			}
			if a.Err.Subgraph != "products" || strings.Contains(a.Err.Message, "127.0.0.1") || a.Err.Message == "" {
				t.Errorf("message %q of %q", a.Err.Message, a.Err.Subgraph)
			}
		})
	}
	t.Run("unreachable", func(t *testing.T) {
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		a := prepare(t, connect(t, s.URL, nil), root).Fetch(context.Background(), &subgraphs.Call{})
		if a.Err == nil || a.Err.Code != subgraphs.CodeUnreachable || a.Err.Err == nil || strings.Contains(a.Err.Message, "127.0.0.1") {
			t.Errorf("%+v", a.Err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		for _, kind := range []schema.OperationKind{schema.Query, schema.Mutation} {
			arrived := make(chan struct{})
			url := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(arrived)
				<-r.Context().Done()
			})
			ctx, cancel := context.WithCancel(context.Background())
			go func() { <-arrived; cancel() }()
			spec := *root
			spec.Kind = kind
			a := prepare(t, connect(t, url, nil), &spec).Fetch(ctx, &subgraphs.Call{})
			if a.Err == nil || a.Err.Code != subgraphs.CodeCancelled {
				t.Errorf("%v: %+v", kind, a.Err)
			}
		}
	})
	t.Run("wrong call", func(t *testing.T) {
		a := prepare(t, client(t), root).Fetch(context.Background(), &subgraphs.Call{Rows: [][][]byte{nil}})
		if a.Err == nil || a.Err.Code != subgraphs.CodeRequest {
			t.Errorf("%+v", a.Err)
		}
	})
	t.Run("header with a line break", func(t *testing.T) {
		url := upstream(t, answering(200, `{}`))
		a := prepare(t, connect(t, url, nil), root).Fetch(context.Background(), &subgraphs.Call{
			Header: []subgraphs.HeaderField{{Name: "A", Value: "b\r\nC: d"}},
		})
		if a.Err == nil || a.Err.Code != subgraphs.CodeRequest {
			t.Errorf("%+v", a.Err)
		}
	})
}

func TestStatusWithAGraphQLBody(t *testing.T) {
	for status, body := range map[int]string{
		400: `{"errors":[{"message":"no"}]}`,
		500: ` {"extensions":{},"data":null,"errors":[]} `,
	} {
		url := upstream(t, answering(status, body))
		a := prepare(t, connect(t, url, nil), root).Fetch(context.Background(), &subgraphs.Call{})
		if a.Err != nil || a.Status != status || string(a.Body) != body {
			t.Errorf("%d: %+v", status, a)
		}
		a.Release()
	}
}

func TestEqualQueriesShareARequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   schema.OperationKind
		no     bool
		second string // Authorization of the second caller
		want   int32
	}{
		{"queries", schema.Query, false, "a", 1},
		{"another user", schema.Query, false, "b", 2},
		{"turned off", schema.Query, true, "a", 2},
		{"mutations", schema.Mutation, false, "a", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int32
			both := make(chan struct{})
			url := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
				if requests.Add(1) == c.want && c.want > 1 {
					close(both)
				}
				<-both
				_, _ = io.WriteString(w, `{"data":{"me":null}}`)
			})
			cl := connect(t, url, func(o *Options) { o.NoDedupe = c.no })
			spec := *root
			spec.Kind = c.kind
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			answers := make(chan *subgraphs.Answer)
			for _, user := range []string{"a", c.second} {
				// Each has a plan of its own: what is sent counts.
				p := prepare(t, cl, &spec)
				go func() {
					answers <- p.Fetch(ctx, &subgraphs.Call{Header: []subgraphs.HeaderField{{Name: "Authorization", Value: user}}})
				}()
			}
			if c.want == 1 {
				for cl.group.Waiting() < 2 {
					runtime.Gosched()
				}
				close(both)
			}
			for range 2 {
				a := <-answers
				if a.Err != nil || string(a.Body) != `{"data":{"me":null}}` {
					t.Errorf("%+v", a)
				}
				a.Release()
			}
			if requests.Load() != c.want {
				t.Errorf("%d requests, want %d", requests.Load(), c.want)
			}
		})
	}
}

func TestCachePolicy(t *testing.T) {
	const s = time.Second
	for control, want := range map[string]subgraphs.CachePolicy{
		"":                                   {MaxAge: -1},
		"public":                             {MaxAge: -1},
		"max-age=10":                         {MaxAge: 7 * s},
		"max-age=2":                          {MaxAge: 0},
		"Max-Age=\"10\" , PRIVATE":           {MaxAge: 7 * s, Private: true},
		"max-age=10, s-maxage=20":            {MaxAge: 17 * s},
		"s-maxage=20,max-age=10":             {MaxAge: 17 * s},
		"max-age=20, max-age=10":             {MaxAge: 7 * s},
		"no-cache, max-age=10":               {MaxAge: 0},
		"no-store":                           {MaxAge: -1, NoStore: true},
		"max-age=x":                          {MaxAge: -1},
		"max-age=99999999999999999999999999": {MaxAge: maxAge - 3*s},
		`ext="a, no-store", max-age=10`:      {MaxAge: 7 * s},
		",,=,\"":                             {MaxAge: -1},
	} {
		if got := cachePolicy([]byte(control), []byte("3")); got != want {
			t.Errorf("%q: %+v, want %+v", control, got, want)
		}
	}
}

// fixed is an upstream that reads requests and answers the same bytes each
// time, at as little cost as possible.
func fixed(b testing.TB, body string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				r := bufio.NewReaderSize(nc, 64<<10)
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
						if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
							length, _ = index(bytes.TrimSpace(v))
						}
					}
					if _, err := r.Discard(length); err != nil {
						return
					}
					if _, err := nc.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/graphql"
}

func entityCall() (*subgraphs.FetchSpec, *subgraphs.Call) {
	call := &subgraphs.Call{Rows: make([][][]byte, 1), Header: []subgraphs.HeaderField{{Name: "Authorization", Value: "Bearer abcdef"}}}
	for i := range 20 {
		call.Rows[0] = append(call.Rows[0], fmt.Appendf(nil, `{"__typename":"Product","upc":"%d"}`, i))
	}
	return &subgraphs.FetchSpec{Entries: []subgraphs.Entry{entities("Product", field("name"), field("price"))}}, call
}

func BenchmarkFetch(b *testing.B) {
	spec, call := entityCall()
	url := fixed(b, `{"data":{"_entities":["`+strings.Repeat("x", 400)+`"]}}`)
	for _, dedupe := range []bool{true, false} {
		b.Run(fmt.Sprintf("dedupe=%v", dedupe), func(b *testing.B) {
			p := prepare(b, connect(b, url, func(o *Options) { o.NoDedupe = !dedupe }), spec)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				a := p.Fetch(ctx, call)
				if a.Err != nil {
					b.Fatal(a.Err)
				}
				a.Release()
			}
		})
	}
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	spec, call := entityCall()
	url := fixed(t, `{"data":{"_entities":[`+strings.Repeat("1,", 30_000)+`1]}}`)
	p := prepare(t, connect(t, url, nil), spec)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := testing.AllocsPerRun(200, func() {
		a := p.Fetch(ctx, call)
		if a.Err != nil {
			t.Fatal(a.Err)
		}
		a.Release()
	})
	if n > 5 {
		t.Errorf("%v allocations for a call", n)
	}
}
