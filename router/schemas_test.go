package router

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
)

// TestPrecomposedSupergraph serves what another process has composed.
func TestPrecomposedSupergraph(t *testing.T) {
	all := startUpstreams(t)
	composed := newRouter(t, fileConfig(t, t.TempDir(), all))
	g := composed.Generation()
	defer g.Release()
	path := filepath.Join(t.TempDir(), "supergraph.graphql")
	writeFile(t, path, supergraph.Print(g.Supergraph().Definition))

	c := config.Default()
	c.Listen = "127.0.0.1:0"
	c.Supergraph = &config.Supergraph{Path: path, Timeout: config.Duration(time.Second)}
	c.Subgraphs = []config.Subgraph{{Name: "accounts", URL: all["todo"].server.URL}}
	c.Expand()
	r := newRouter(t, c)
	const query = `{ topProducts(first: 2) { name stock reviews(first: 1) { rating } } }`
	if got, want := ask(r, query).Body.String(), ask(composed, query).Body.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if s := r.currentSources(t); len(s) != 1 || s[0].Name != "supergraph" || s[0].From != "file" {
		t.Errorf("%+v", s)
	}
	// The URL was overridden.
	asked := all["todo"].asked.Load()
	ask(r, `{ me { id } }`)
	if all["todo"].asked.Load() == asked {
		t.Error("the URL of the configuration was not used")
	}

	unknown := *c
	unknown.Subgraphs = append([]config.Subgraph{{Name: "nobody", URL: "http://x"}}, c.Subgraphs...)
	err := r.Reload(t.Context(), &unknown)
	errs, ok := err.(generation.Errors)
	if !ok || len(errs) != 1 || errs[0].Code != generation.CodeUnknownName || errs[0].Subgraph != "nobody" {
		t.Errorf("%v", err)
	}
}

func (r *Router) currentSources(t testing.TB) []generation.Source {
	t.Helper()
	g := r.Generation()
	if g == nil {
		t.Fatal("no generation")
		return nil
	}
	defer g.Release()
	return g.Sources
}

// TestUnavailable tries what is done about an upstream that does not answer.
func TestUnavailable(t *testing.T) {
	all := startUpstreams(t)
	cache := t.TempDir()
	with := func(policy, url string) *config.Config {
		c := fileConfig(t, t.TempDir(), all)
		c.SchemaCache.Dir = cache
		c.Subgraphs[4].Schema = config.Schema{Source: "auto", OnUnavailable: policy, URL: url, Timeout: config.Duration(5 * time.Second)}
		return c
	}
	todo := all["todo"].server.URL + "/graphql"

	omitted := newRouter(t, with("omit", closed))
	if s := omitted.currentSources(t)[4]; !s.Omitted || s.Reason == "" {
		t.Errorf("%+v", s)
	}
	if got := decode(t, ask(omitted, `{ me { id } }`).Body.Bytes()); len(got.Errors) > 0 {
		t.Errorf("%+v", got)
	}

	// The first start keeps the schema on disk, the second finds it there.
	newRouter(t, with("last_good", todo))
	again := newRouter(t, with("last_good", closed))
	if s := again.currentSources(t)[4]; !s.LastGood || s.Reason == "" {
		t.Errorf("%+v", s)
	}
	if s, ready := again.Status(); !ready || !s.Subgraphs[4].LastGood || s.Subgraphs[4].Reason == "" {
		t.Errorf("%+v", s)
	}
	if err := again.Reload(t.Context(), with("fail", closed)); err == nil {
		t.Error("fail must fail")
	}
}
