package router

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// TestBadSchemas feeds what cannot be loaded or composed to a router that
// serves: all errors come at once, and the graph before serves on.
func TestBadSchemas(t *testing.T) {
	dir := t.TempDir()
	all := startUpstreams(t)
	r := newRouter(t, fileConfig(t, dir, all))
	good := ask(r, `{ me { id } }`).Body.String()

	type want struct {
		code, subgraph string
		located        bool
	}
	for _, tt := range []struct {
		name   string
		change func(c *config.Config, dir string)
		want   []want
	}{
		{"unreachable", func(c *config.Config, _ string) {
			c.Subgraphs[0].URL, c.Subgraphs[0].Schema.Source = closedPort(t), "service"
		}, []want{{load.CodeUnreachable, "accounts", false}}},
		{"no file", func(c *config.Config, dir string) {
			c.Subgraphs[1].Schema.File = filepath.Join(dir, "none")
		}, []want{{load.CodeFile, "products", false}}},
		{"does not parse", func(_ *config.Config, dir string) {
			writeFile(t, filepath.Join(dir, "reviews.graphql"), "type Query {\n  a: \n}")
		}, []want{{"INVALID_GRAPHQL", "reviews", true}}},
		{"unreachable and does not parse", func(c *config.Config, dir string) {
			c.Subgraphs[0].URL, c.Subgraphs[0].Schema.Source = closedPort(t), "auto"
			writeFile(t, filepath.Join(dir, "reviews.graphql"), "type Query {{")
			writeFile(t, filepath.Join(dir, "todo.graphql"), "")
		}, []want{{load.CodeUnreachable, "accounts", false}, {load.CodeMalformed, "todo", false}, {"INVALID_GRAPHQL", "reviews", true}}},
		{"does not compose", func(_ *config.Config, dir string) {
			text := all["products"].sdl
			writeFile(t, filepath.Join(dir, "products.graphql"), strings.Replace(text, "enum Category {", "enum Role { X }\n\nenum Category {", 1)+"\ntype Warehouse @key(fields: \"nothing\") { code: ID! }")
		}, []want{{"KEY_INVALID_FIELDS", "products", true}}},
		{"bad url", func(c *config.Config, _ string) {
			c.Subgraphs[1].URL = "ftp://x"
			c.Subgraphs[2].URL = "http://"
		}, []want{{generation.CodeSubgraph, "products", false}, {generation.CodeSubgraph, "reviews", false}}},
		{"nothing", func(c *config.Config, _ string) { c.Subgraphs = nil }, []want{{generation.CodeNoSubgraphs, "", false}}},
		{"no supergraph", func(c *config.Config, dir string) {
			c.Supergraph = &config.Supergraph{Source: "file", Path: filepath.Join(dir, "none")}
		}, []want{{load.CodeFile, "supergraph", false}}},
		{"bad supergraph", func(c *config.Config, dir string) {
			path := filepath.Join(dir, "super.graphql")
			writeFile(t, path, "type Query { a: Int }")
			c.Supergraph = &config.Supergraph{Source: "file", Path: path}
		}, []want{{"UNSUPPORTED_LINKED_FEATURE", "", false}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			c := fileConfig(t, dir, all)
			tt.change(c, dir)
			err := r.Reload(t.Context(), c)
			var errs generation.Errors
			if !errors.As(err, &errs) {
				t.Fatalf("%v", err)
			}
			for _, e := range errs {
				t.Log(e)
			}
			for _, w := range tt.want {
				found := false
				for _, e := range errs {
					found = found || e.Code == w.code && e.Subgraph == w.subgraph && (e.Line > 0 && e.Column > 0 && e.File != "" || !w.located)
				}
				if !found {
					t.Errorf("%+v is missing", w)
				}
			}
			if len(errs) < len(tt.want) {
				t.Errorf("%d errors", len(errs))
			}
			if got := ask(r, `{ me { id } }`).Body.String(); got != good {
				t.Errorf("the graph before does not serve on: %s", got)
			}
			var s Status
			w := send(r, "GET", "/health/ready", nil)
			if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || w.Code != 200 {
				t.Fatal(err, w.Code)
			}
			if s.Generation != 1 || s.Reloads.LastError == nil || len(s.Reloads.LastError.Errors) != len(errs) {
				t.Errorf("not at /health/ready: %s", w.Body)
			}
		})
	}
	if err := r.Reload(t.Context(), fileConfig(t, dir, all)); err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Status(); s.Reloads.LastError != nil || s.Reloads.Failed == 0 {
		t.Errorf("%+v", s.Reloads)
	}
}

// TestBadAnswers lets one subgraph misbehave: its fields fail with coded errors
// at the client's paths, and the rest stands.
func TestBadAnswers(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.TrafficShaping.All.MaxResponseBodySize = 1 << 20
	timeout := config.Duration(100 * time.Millisecond)
	c.TrafficShaping.Subgraphs = []config.SubgraphTraffic{{Name: "reviews", RequestTimeout: &timeout}}
	r := newRouter(t, c)
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	sent := make(chan int, 1)
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		code string
	}{
		{"not json", answer(200, "text/html", "<html>"), subgraphs.CodeMalformed},
		{"empty", answer(200, "application/json", ""), subgraphs.CodeMalformed},
		{"truncated json", answer(200, "application/json", `{"data":{"_entities":[{"averageRating":4`), subgraphs.CodeMalformed},
		{"truncated body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"data":{"_entities":[`))
			panic(http.ErrAbortHandler)
		}, subgraphs.CodeClosed},
		{"wrong type", answer(200, "application/json", `{"data":{"_entities":[{"averageRating":"high"},{"averageRating":true}]}}`), execute.CodeInvalidValue},
		{"wrong shape", answer(200, "application/json", `{"data":[1]}`), ""},
		{"fewer rows", answer(200, "application/json", `{"data":{"_entities":[]}}`), execute.CodeEntities},
		{"status 500", answer(500, "text/plain", "internal"), subgraphs.CodeStatus},
		{"graphql error", answer(200, "application/json", `{"data":null,"errors":[{"message":"no luck","extensions":{"code":"LUCK","secret":"x"}}]}`), "LUCK"},
		{"100 MB", func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			n := 0
			for ; n < 100; n++ {
				if _, err := w.Write(chunk); err != nil {
					break
				}
			}
			select {
			case sent <- n:
			default: // asked a second time
			}
		}, subgraphs.CodeTooLarge},
		{"time-out", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, subgraphs.CodeTimeout},
		{"closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, subgraphs.CodeClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all["reviews"].misbehave(tt.h)
			w := ask(r, `{ shop: topProducts(first: 2) { name stock averageRating } me { name } }`)
			got := decode(t, w.Body.Bytes())
			if w.Code != 200 || len(got.Errors) == 0 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if want := `{"shop":[{"name":"Table","stock":12,"averageRating":null},{"name":"Couch","stock":0,"averageRating":null}],"me":{"name":"Ada Lovelace"}}`; string(got.Data) != want {
				t.Errorf("data %s", got.Data)
			}
			e := got.Errors[0]
			if tt.code != "" && got.code() != tt.code || got.code() == "" || e.Extensions.Service != "reviews" {
				t.Errorf("code %q of %q, want %q: %s", got.code(), e.Extensions.Service, tt.code, w.Body)
			}
			if len(e.Path) < 2 || e.Path[0] != "shop" {
				t.Errorf("path %v", e.Path)
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "127.0.0.1") {
				t.Errorf("too much is told: %s", w.Body)
			}
			if tt.name == "100 MB" {
				if n := <-sent; n == 100 {
					t.Error("the whole body was read")
				}
			}
		})
	}
	all["reviews"].misbehave(nil)
	if got := decode(t, ask(r, `{ topProducts(first: 2) { averageRating } }`).Body.Bytes()); len(got.Errors) > 0 {
		t.Errorf("%+v", got)
	}
}
