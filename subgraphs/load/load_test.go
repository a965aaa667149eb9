package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

func serve(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/graphql"
}

// query reads the query of a request.
func query(r *http.Request) string {
	var body struct{ Query string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body.Query
}

func write(w io.Writer, v any) { _ = json.NewEncoder(w).Encode(v) }

type object = map[string]any

const sdl = "type Query { a: Int }\n"

// federated answers `_service { sdl }` only.
func federated(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if query(r) != "{_service{sdl}}" {
			write(w, object{"errors": []object{{"message": "introspection is off"}}})
			return
		}
		write(w, object{"data": object{"_service": object{"sdl": text}}})
	}
}

func refuse(w http.ResponseWriter, message string) {
	w.WriteHeader(400)
	write(w, object{"errors": []object{{"message": message}}})
}

// one loads one source.
func one(t *testing.T, s Source, o Options) Result {
	t.Helper()
	if s.Name == "" {
		s.Name = "products"
	}
	return Load(context.Background(), []Source{s}, o)[0]
}

func TestService(t *testing.T) {
	var header http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		federated(sdl)(w, r)
	})
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, from := range []From{Service, Auto} {
		r := one(t, Source{From: from, URL: url, Header: []subgraphs.HeaderField{{Name: "Authorization", Value: "secret"}}},
			Options{Now: func() time.Time { return now }})
		if r.Err != nil || r.SDL != sdl || r.From != Service || r.Name != "products" || r.FromCache || !r.LoadedAt.Equal(now) || r.Hash != hash(sdl) {
			t.Errorf("%v: %+v", from, r)
		}
		if header.Get("Authorization") != "secret" || header.Get("Content-Type") != "application/json" {
			t.Errorf("headers: %v", header)
		}
	}
}

func TestResultsAreInOrderAndParallel(t *testing.T) {
	// Every upstream answers when all were asked.
	const n = 5
	arrived := make(chan struct{}, n)
	all := make(chan struct{})
	go func() {
		for range n {
			<-arrived
		}
		close(all)
	}()
	var sources []Source
	for i := range n {
		text := fmt.Sprintf("type Query { f%d: Int }", i)
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-all
			federated(text)(w, r)
		})
		sources = append(sources, Source{Name: fmt.Sprint("s", i), URL: url})
	}
	for i, r := range Load(context.Background(), sources, Options{}) {
		if r.Err != nil || r.Name != sources[i].Name || r.SDL != fmt.Sprintf("type Query { f%d: Int }", i) {
			t.Errorf("%d: %+v", i, r)
		}
	}
}

// TestFailures goes through what an upstream can do wrong.
func TestFailures(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		source  Source
		code    string
		says    string
	}{
		{name: "unreachable", source: Source{URL: closed.URL}, code: CodeUnreachable},
		{name: "500", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, code: CodeStatus, says: "500"},
		{name: "404", handler: http.NotFound, code: CodeStatus, says: "path of the URL"},
		{name: "redirect", handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, code: CodeStatus, says: "redirect"},
		{name: "HTML", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") }, code: CodeMalformed, says: "HTML"},
		{name: "empty", handler: func(http.ResponseWriter, *http.Request) {}, code: CodeMalformed, says: "empty"},
		{name: "broken JSON", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":{"_ser`) }, code: CodeMalformed, says: "broken"},
		{name: "no data", handler: func(w http.ResponseWriter, _ *http.Request) { write(w, object{"a": 1}) }, code: CodeMalformed},
		{name: "another shape", handler: func(w http.ResponseWriter, _ *http.Request) { write(w, object{"data": object{"_service": 1}}) }, code: CodeMalformed},
		{name: "truncated", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"data":`)
			panic(http.ErrAbortHandler)
		}, code: CodeUnreachable, says: "closed"},
		{name: "huge", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) }, code: CodeTooLarge},
		{name: "slow", handler: func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, source: Source{Timeout: 20 * time.Millisecond}, code: CodeTimeout},
		{name: "neither", handler: func(w http.ResponseWriter, _ *http.Request) { refuse(w, "not for you") }, code: CodeNotOffered, says: "not for you"},
		{name: "no introspection", handler: federated(sdl), source: Source{From: Introspection}, code: CodeNotOffered, says: "introspection is off"},
		{name: "no service", handler: federated("  "), source: Source{From: Service}, code: CodeNotOffered},
		{name: "no URL", source: Source{URL: "nonsense"}, code: CodeInvalid},
		{name: "bad header", handler: federated(sdl), source: Source{Header: []subgraphs.HeaderField{{Name: "a b", Value: "c"}}}, code: CodeInvalid},
		{name: "no CA file", source: Source{URL: "https://a.test", TLS: transport.TLS{CAFile: "/nowhere.pem"}}, code: CodeInvalid},
		{name: "no file", source: Source{From: File, File: "/nowhere.graphql"}, code: CodeFile},
		{name: "document is HTML", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "\n<html>") }, source: Source{From: Document}, code: CodeMalformed},
		{name: "document is missing", handler: http.NotFound, source: Source{From: Document}, code: CodeStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.handler != nil {
				c.source.URL = serve(t, c.handler)
			}
			r := one(t, c.source, Options{MaxSize: 1 << 20})
			if r.Err == nil || r.Err.Code != c.code || r.SDL != "" {
				t.Fatalf("got %v, want %s", r.Err, c.code)
			}
			if text := r.Err.Error(); r.Err.Subgraph != "products" || !strings.Contains(text, "products") || !strings.Contains(text, c.says) {
				t.Errorf("%q", text)
			}
			if strings.Contains(r.Err.Message, "127.0.0.1") {
				t.Errorf("the message names an address: %q", r.Err.Message)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	// A load that was given up is no reason for the last good schema.
	r := Load(ctx, []Source{{Name: "a", URL: url, OnUnavailable: Omit}}, Options{})[0]
	if r.Err == nil || r.Err.Code != CodeCancelled || r.Omitted {
		t.Errorf("%+v", r)
	}
}

func TestPolicies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	url := serve(t, federated(sdl))
	good := one(t, Source{URL: url}, Options{})
	other := good
	other.Name = "../Products"
	if err := Keep(dir, []Result{good, other, {Name: "failed", Err: &Error{}}}); err != nil {
		t.Fatal(err)
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	sick := Source{URL: closed.URL, OnUnavailable: LastGood}

	for _, name := range []string{"products", "../Products"} {
		sick.Name = name
		r := one(t, sick, Options{CacheDir: dir})
		if r.Err != nil || r.SDL != sdl || !r.FromCache || r.From != Service || !r.LoadedAt.Equal(good.LoadedAt) || r.Name != name {
			t.Errorf("last good: %+v", r)
		}
		if r.Reason == nil || r.Reason.Code != CodeUnreachable || r.Reason.Subgraph != name {
			t.Errorf("reason: %v", r.Reason)
		}
	}
	sick.Name = ""

	sick.Previous = &Result{Name: "products", SDL: "type Query { b: Int }"}
	if r := one(t, sick, Options{}); r.SDL != sick.Previous.SDL || !r.FromCache || !r.Unchanged || r.Reason == nil {
		t.Errorf("previous: %+v", r)
	}
	sick.Previous = nil

	sick.Name = "unknown"
	if r := one(t, sick, Options{CacheDir: dir}); r.Err == nil || !strings.Contains(r.Err.Error(), "no last good schema") {
		t.Errorf("nothing kept: %+v", r)
	}
	if r := one(t, sick, Options{}); r.Err == nil || r.Err.Code != CodeUnreachable {
		t.Errorf("no cache: %+v", r)
	}
	sick.OnUnavailable = Omit
	if r := one(t, sick, Options{}); !r.Omitted || r.Err != nil || r.Reason == nil || r.SDL != "" {
		t.Errorf("omit: %+v", r)
	}
	sick.URL = "nonsense"
	if r := one(t, sick, Options{}); r.Err == nil || r.Omitted {
		t.Errorf("a source that cannot work must not be hidden: %+v", r)
	}
}

func TestCacheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	r := Result{Name: "a/b", SDL: sdl, Hash: hash(sdl), LoadedAt: time.Now()}
	if err := Keep("", []Result{r}); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := Keep(dir, []Result{r}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	path := filepath.Join(dir, files[0].Name())
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"cut":     b[:len(b)/2],
		"changed": bytes.Replace(b, []byte("Int"), []byte("Xnt"), 1),
		"another": bytes.Replace(b, []byte("a/b"), []byte("a/c"), 1),
	} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := lastGood(dir, "a/b"); err == nil || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
		closed := httptest.NewServer(http.NotFoundHandler())
		closed.Close()
		got := one(t, Source{Name: "a/b", URL: closed.URL, OnUnavailable: LastGood}, Options{CacheDir: dir})
		if got.Err == nil || !strings.Contains(got.Err.Error(), "damaged") {
			t.Errorf("%s: %v", name, got.Err)
		}
	}
	if fileName("Users") == fileName("users") || strings.Contains(fileName("../../etc/passwd"), "/") {
		t.Error("file names")
	}
}

func TestUnchanged(t *testing.T) {
	text := sdl
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { federated(text)(w, r) })
	first := one(t, Source{URL: url}, Options{})
	if first.Unchanged {
		t.Error("the first is no repetition")
	}
	if r := one(t, Source{URL: url, Previous: &first}, Options{}); !r.Unchanged || r.SDL != sdl {
		t.Errorf("%+v", r)
	}
	text = "type Query { b: Int }"
	if r := one(t, Source{URL: url, Previous: &first}, Options{}); r.Unchanged || r.SDL != text {
		t.Errorf("%+v", r)
	}
}

func TestDocumentIsRevalidated(t *testing.T) {
	var full, asked int
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		asked++
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "\xef\xbb\xbf"+sdl)
		_ = z.Close()
	})
	s := Source{Name: "supergraph", From: Document, URL: url}
	first := Supergraph(context.Background(), s, Options{})
	if first.Err != nil || first.SDL != sdl || first.ETag != `"1"` || first.Unchanged {
		t.Fatalf("%+v", first)
	}
	s.Previous = &first
	second := Supergraph(context.Background(), s, Options{})
	if second.Err != nil || second.SDL != sdl || second.ETag != `"1"` || !second.Unchanged {
		t.Errorf("%+v", second)
	}
	if full != 1 || asked != 2 {
		t.Errorf("%d of %d answers were whole", full, asked)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	r := Supergraph(context.Background(), Source{Name: "x", From: File, File: put("a", "\xef\xbb\xbf"+sdl)}, Options{})
	if r.Err != nil || r.SDL != sdl || r.From != File {
		t.Errorf("%+v", r)
	}
	if r := one(t, Source{From: File, File: put("b", " \n")}, Options{}); r.Err == nil || r.Err.Code != CodeMalformed {
		t.Errorf("%+v", r)
	}
	if r := one(t, Source{From: File, File: put("c", sdl)}, Options{MaxSize: 5}); r.Err == nil || r.Err.Code != CodeTooLarge {
		t.Errorf("%+v", r)
	}
	if r := Supergraph(context.Background(), Source{From: Auto, URL: "http://a.test"}, Options{}); r.Err == nil || r.Err.Code != CodeInvalid {
		t.Errorf("%+v", r)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(federated(sdl))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	if r := one(t, Source{URL: "unix://" + path + "?path=/graphql"}, Options{}); r.Err != nil || r.SDL != sdl {
		t.Errorf("%+v", r)
	}
}
