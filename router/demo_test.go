package router

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo"
)

// shopServices are those sample upstreams that make a graph by themselves and
// speak GraphQL.
var shopServices = []string{"accounts", "products", "reviews", "inventory", "todo"}

// demoConfig is the configuration of the sample shop.
func demoConfig(t testing.TB, d *demo.Demo) *config.Config {
	t.Helper()
	c := config.Default()
	c.Listen = "127.0.0.1:0"
	c.Introspection.Enabled = true
	c.Log.Access = false
	for _, u := range d.Upstreams() {
		if !slices.Contains(shopServices, u.Name) {
			continue
		}
		s := config.Subgraph{Name: u.Name, URL: u.URL}
		s.Schema = config.Schema{Source: "auto", OnUnavailable: "fail", Timeout: config.Default().TrafficShaping.All.RequestTimeout}
		c.Subgraphs = append(c.Subgraphs, s)
	}
	c.Expand()
	return c
}

func startDemo(t testing.TB) *demo.Demo {
	t.Helper()
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.Background()) })
	return d
}

// newRouter returns a router that serves the configuration.
func newRouter(t testing.TB, c *config.Config, options ...func(*Options)) *Router {
	t.Helper()
	o := Options{Config: c}
	for _, change := range options {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// ask posts an operation to a handler.
func ask(h http.Handler, query string, header ...string) *httptest.ResponseRecorder {
	b, _ := json.Marshal(map[string]string{"query": query})
	return send(h, http.MethodPost, "/graphql", bytes.NewReader(b), append([]string{"Content-Type", "application/json"}, header...)...)
}

func send(h http.Handler, method, target string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, body)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestDemo(t *testing.T) {
	r := newRouter(t, demoConfig(t, startDemo(t)))
	w := ask(r, `{ topProducts(first: 2) { name stock shippingEstimate reviews { rating author { username name } } } todos: __typename }`)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	got := w.Body.String()
	if strings.Contains(got, `"errors"`) || !strings.Contains(got, `"shippingEstimate":`) || !strings.Contains(got, `"username":`) {
		t.Fatal(got)
	}
	got = ask(r, `{ __schema { queryType { name } } a: __type(name: "Product") { kind } topProducts(first: 1) { upc } }`).Body.String()
	if got != `{"data":{"__schema":{"queryType":{"name":"Query"}},"a":{"kind":"OBJECT"},"topProducts":[{"upc":"1"}]}}` {
		t.Error(got)
	}
}
