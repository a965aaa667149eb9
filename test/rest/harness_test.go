// Package rest tests graphs with REST services as their users see them: services
// and routers are real HTTP servers, and what is checked is what goes over the
// wire.
package rest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

// federated is the head of a schema that uses federation.
const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@inaccessible"])
`

// service is a REST service that remembers what it was asked.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string
	last  map[string]http.Header
}

// serve starts a service. The path of a request is what follows /api.
func serve(t *testing.T, h func(w http.ResponseWriter, r *http.Request, body string)) *service {
	t.Helper()
	s := &service{last: map[string]http.Header{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		line := r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/api")
		if len(body) > 0 {
			line += " " + string(body)
		}
		s.mu.Lock()
		s.lines = append(s.lines, line)
		s.last[r.Method+" "+r.URL.Path] = r.Header.Clone()
		s.mu.Unlock()
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/api")
		w.Header().Set("Content-Type", "application/json")
		h(w, r, string(body))
	}))
	t.Cleanup(s.Close)
	return s
}

// answers is a service that answers paths with fixed bodies.
func answers(t *testing.T, bodies map[string]string) *service {
	return serve(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		body, ok := bodies[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, body)
	})
}

// asked returns what the service was asked since the last time, sorted.
func (s *service) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.lines
	s.lines = nil
	slices.Sort(out)
	return out
}

func (s *service) header(request, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[request].Get(name)
}

// part is one subgraph: with a service it is a REST one, with data a federated one.
type part struct {
	name, sdl string
	service   *service
	rest      string // lines below rest:, without indentation
	data      string
}

// graph is a router under test.
type graph struct {
	url    string
	router *router.Router
}

// routed starts a router over the parts.
func routed(t *testing.T, settings string, parts ...part) *graph {
	t.Helper()
	g, err := attempt(t, settings, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// attempt is routed where the configuration may be refused.
func attempt(t *testing.T, settings string, parts ...part) (*graph, error) {
	t.Helper()
	dir := t.TempDir()
	yaml := "listen: 127.0.0.1:0\nlog: {access: false}\n" + settings + "\nsubgraphs:\n"
	for _, p := range parts {
		file := filepath.Join(dir, p.name+".graphql")
		if err := os.WriteFile(file, []byte(p.sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml += fmt.Sprintf("  - name: %s\n    schema: %q\n", p.name, file)
		if p.service == nil {
			d, err := dataserver.ParseData([]byte(p.data))
			if err != nil {
				t.Fatal(err)
			}
			h, err := dataserver.New(dataserver.Options{Name: p.name, SDL: p.sdl, Data: d})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(h)
			t.Cleanup(server.Close)
			yaml += fmt.Sprintf("    url: %q\n", server.URL)
			continue
		}
		yaml += fmt.Sprintf("    rest:\n      url: %q\n", p.service.URL+"/api")
		for _, line := range strings.Split(strings.Trim(p.rest, "\n"), "\n") {
			yaml += "      " + line + "\n"
		}
	}
	return start(t, yaml)
}

func start(t *testing.T, yaml string) (*graph, error) {
	t.Helper()
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(yaml)}}, Environ: []string{}})
	if err != nil {
		return nil, err
	}
	r, err := router.New(router.Options{Config: loaded.Config, ExitOnError: true})
	if err != nil {
		return nil, err
	}
	t.Cleanup(r.Close)
	if err := r.Reload(t.Context(), loaded.Config); err != nil {
		return nil, err
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return &graph{url: server.URL + "/graphql", router: r}, nil
}

// ask sends an operation; header are names and values.
func (g *graph) ask(t *testing.T, query string, header ...string) string {
	t.Helper()
	return g.askWith(t, query, nil, header...)
}

func (g *graph) askWith(t *testing.T, query string, variables any, header ...string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// want checks an answer: the data exactly, and that each of the texts is in it.
func want(t *testing.T, got, data string, texts ...string) {
	t.Helper()
	if !strings.HasPrefix(got, `{"data":`+data+`,"errors"`) && got != `{"data":`+data+`}` && !strings.HasPrefix(got, `{"data":`+data+`,"extensions"`) {
		t.Errorf("got %s\nwant data %s", got, data)
	}
	if len(texts) == 0 && strings.Contains(got, `"errors"`) {
		t.Errorf("there are errors: %s", got)
	}
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("no %s in %s", text, got)
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
