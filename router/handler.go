package router

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/onewrite"
	"github.com/weft-graphql/weft/router/playground"
)

var errPanic = errors.New("the request could not be processed")

// routes say which path is what.
type routes struct {
	// Paths are without a slash at their end, the GraphQL endpoint's excepted.
	graphql, health, playgroundPath string

	healthEnabled bool
	playground    http.Handler // nil when it is off
	access        bool
}

func routesOf(c *config.Config, before *routes) *routes {
	rt := &routes{
		graphql: c.GraphQL.Path, access: c.Log.Access,
		health: strings.TrimSuffix(c.Health.Path, "/"), healthEnabled: c.Health.Enabled,
	}
	if !c.Playground.Enabled {
		return rt
	}
	rt.playgroundPath = strings.TrimSuffix(c.Playground.Path, "/")
	if before != nil && before.playground != nil && before.playgroundPath == rt.playgroundPath && before.graphql == rt.graphql {
		rt.playground = before.playground
	} else {
		rt.playground = playground.Handler(playground.Options{Path: c.Playground.Path, GraphQLPath: c.GraphQL.Path})
	}
	return rt
}

// ServeHTTP implements [http.Handler].
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	rt := r.routes.Load()
	path := req.URL.Path
	if path == rt.graphql {
		if rt.playground != nil && path == orSlash(rt.playgroundPath) && wantsPage(req) {
			rt.playground.ServeHTTP(w, req)
			return
		}
		r.serveGraphQL(w, req, rt)
		return
	}
	if rt.healthEnabled && r.serveHealth(w, req, rt.health) {
		return
	}
	if rt.playground != nil && (strings.TrimSuffix(path, "/") == rt.playgroundPath || strings.HasPrefix(path, rt.playgroundPath+"/assets/")) {
		rt.playground.ServeHTTP(w, req)
		return
	}
	http.NotFound(w, req)
}

func orSlash(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// wantsPage tells a browser that opens the endpoint from a client that queries it.
func wantsPage(req *http.Request) bool {
	return req.Method == http.MethodGet && strings.Contains(req.Header.Get("Accept"), "text/html") && !strings.Contains(req.URL.RawQuery, "query=")
}

func (r *Router) serveGraphQL(w http.ResponseWriter, req *http.Request, rt *routes) {
	var began time.Time
	if rt.access {
		began = time.Now()
	}
	rq := r.newRequest()
	rq.header = req.Header
	rq.id = requestID(req.Header)
	rq.gen = r.current.Acquire()
	if rq.gen == nil {
		r.serveNotReady(w, req, rq.id)
		rq.free()
		return
	}
	gen := rq.gen
	status := http.StatusInternalServerError
	finished := false
	defer func() {
		if !finished {
			// The request's memory is in an unknown state: it is not used again.
			p := recover()
			r.logPanic(rq.id, p)
			out := appendFaults(nil, []fault{{code: CodeInternal, message: "The request could not be processed."}})
			write(w, nil, status, rq.media, rq.id, "", out)
		}
		if rt.access {
			rq.accessLog(req, status, began)
		}
		if finished {
			rq.free()
		}
		gen.Release()
	}()
	status = rq.serve(w, req)
	finished = true
}

func (r *Router) logPanic(id string, p any) {
	r.panics.Add(1)
	r.log.Error("a request failed unexpectedly",
		abstractlogger.String("request_id", id), abstractlogger.String("panic", fmt.Sprint(p)),
		abstractlogger.ByteString("stack", debug.Stack()))
}

// serveNotReady answers while there is no graph yet.
func (r *Router) serveNotReady(w http.ResponseWriter, req *http.Request, id string) {
	m, _ := negotiate(req.Header["Accept"])
	w.Header().Set("Retry-After", "1")
	out := appendFaults(nil, []fault{{code: CodeNotReady, message: "The graph has not been loaded yet."}})
	write(w, nil, http.StatusServiceUnavailable, m, id, "", out)
}

var nosniff = []string{"nosniff"}

// write sends a response in one piece. conn is the client's connection, or nil if
// it is not known. It returns false if the client has left: there is nobody to
// tell, but the server may not be through with out. HTTP/2 gives up waiting for a
// write when the client resets the stream.
func write(w http.ResponseWriter, conn *onewrite.Conn, status int, m media, id, allow string, out []byte) bool {
	h := w.Header()
	values := []string{strconv.Itoa(len(out)), id}
	h["Content-Length"] = values[0:1:1]
	h[requestIDHeader] = values[1:2:2]
	h["Content-Type"] = contentTypes[m]
	h["X-Content-Type-Options"] = nosniff
	if allow != "" {
		h.Set("Allow", allow)
	}
	w.WriteHeader(status)
	if len(out) <= onewrite.Room/2 {
		conn = nil
	}
	conn.Hold()
	defer conn.Release()
	_, err := w.Write(out)
	return err == nil
}
