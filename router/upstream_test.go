package router

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo"
)

// upstream is a sample service behind a server of the test's own, which counts
// connections and can be made to misbehave.
type upstream struct {
	name   string
	sdl    string
	server *httptest.Server
	dials  atomic.Int64
	asked  atomic.Int64
	// instead answers in place of the service; nil for the service.
	instead atomic.Pointer[http.HandlerFunc]
}

func (u *upstream) misbehave(h http.HandlerFunc) {
	if h == nil {
		u.instead.Store(nil)
		return
	}
	u.instead.Store(&h)
}

// startUpstreams starts the sample services.
func startUpstreams(t testing.TB) map[string]*upstream {
	t.Helper()
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Only the handlers are needed.
	if err := d.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	all := map[string]*upstream{}
	for _, o := range d.Upstreams() {
		u := &upstream{name: o.Name, sdl: o.SDL}
		service := d.Server(o.Name)
		u.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			u.asked.Add(1)
			if h := u.instead.Load(); h != nil {
				// Only with the body read does the server notice that a client leaves.
				_, _ = io.Copy(io.Discard, r.Body)
				(*h)(w, r)
				return
			}
			service.ServeHTTP(w, r)
		}))
		u.server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				u.dials.Add(1)
			}
		}
		u.server.Start()
		t.Cleanup(u.server.Close)
		all[u.name] = u
	}
	return all
}

// fileConfig is a configuration with the schemas in files of a folder.
func fileConfig(t testing.TB, dir string, all map[string]*upstream) *config.Config {
	t.Helper()
	c := config.Default()
	c.Listen = "127.0.0.1:0"
	c.Introspection.Enabled = true
	c.Log.Access = false
	for _, name := range shopServices {
		u := all[name]
		path := filepath.Join(dir, name+".graphql")
		writeFile(t, path, u.sdl)
		c.Subgraphs = append(c.Subgraphs, config.Subgraph{
			Name: name, URL: u.server.URL + "/graphql",
			Schema: config.Schema{Source: "file", File: path, OnUnavailable: "fail", Timeout: c.TrafficShaping.All.RequestTimeout},
		})
	}
	c.Expand()
	return c
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// closedPort is a URL that nobody listens on.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/graphql"
}
