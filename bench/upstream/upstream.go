// Package upstream serves the subgraphs of the benchmarks over HTTP: /accounts,
// /inventory, /products, /reviews and /bulk, and the demo's REST services of a
// music player, /service1 and /service2, each at a path of one server.
//
// In go GraphQL requests, out come the answers of package shop; REST requests are
// the demo's. The server counts what arrives (/stats) and can write down requests
// with their times (/recording), from which floors are made. It may be used by any
// number of goroutines.
package upstream

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/subgraphs/demo/music"
)

// Stats is what /stats answers.
type Stats struct {
	Requests int64 `json:"requests"`
	// Authorized are those that had the header Authorization.
	Authorized int64 `json:"authorized"`
}

// Call is one request as /recording answers it.
type Call struct {
	// Method is POST for subgraphs, whatever it was for REST services.
	Method string `json:"method"`
	// Subgraph is the path, with the query of a REST request, without the first
	// slash.
	Subgraph string `json:"subgraph"`
	Body     string `json:"body"`
	// Type is the content type of the body.
	Type string `json:"type"`
	// Begin and End are nanoseconds since the recording began.
	Begin int64 `json:"begin"`
	End   int64 `json:"end"`
}

// Server serves the subgraphs.
type Server struct {
	world                *shop.World
	rest                 map[string]http.Handler
	requests, authorized atomic.Int64
	bodies               sync.Pool

	recording atomic.Bool
	mu        sync.Mutex
	began     time.Time
	delay     time.Duration
	calls     []Call
}

// New returns a server for a world.
func New(w *shop.World) *Server {
	one, two := music.New()
	return &Server{world: w, rest: map[string]http.Handler{"service1": one, "service2": two}}
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/stats":
		reply(w, Stats{s.requests.Load(), s.authorized.Load()})
		return
	case "/recording":
		s.serveRecording(w, r)
		return
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	rest := s.rest[name]
	if rest != nil && strings.HasSuffix(r.URL.Path, "/schema.graphql") {
		rest.ServeHTTP(w, r) // not counted: it is asked for once, at the start
		return
	}
	s.requests.Add(1)
	if r.Header.Get("Authorization") != "" {
		s.authorized.Add(1)
	}
	buffer, _ := s.bodies.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = new(bytes.Buffer)
	}
	defer s.bodies.Put(buffer)
	buffer.Reset()
	if _, err := buffer.ReadFrom(io.LimitReader(r.Body, 8<<20)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if rest == nil && (shop.Schema(name) == "" || r.URL.Path != "/"+name) {
		http.NotFound(w, r)
		return
	}
	if s.recording.Load() {
		c := Call{Method: r.Method, Subgraph: strings.TrimPrefix(r.URL.RequestURI(), "/"), Body: buffer.String(), Type: r.Header.Get("Content-Type")}
		defer s.record(c, time.Now())
		time.Sleep(s.delay) // so that requests sent together overlap
	}
	if rest != nil {
		r.Body = io.NopCloser(bytes.NewReader(buffer.Bytes()))
		rest.ServeHTTP(w, r)
		return
	}
	out := s.world.Answer(name, buffer.Bytes())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(out)))
	// An error means that the router has left.
	_, _ = w.Write(out)
}

func (s *Server) record(c Call, begin time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Begin, c.End = begin.Sub(s.began).Nanoseconds(), time.Since(s.began).Nanoseconds()
	s.calls = append(s.calls, c)
}

// serveRecording begins a recording at POST, with ?delay=, and ends it at GET.
func (s *Server) serveRecording(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		delay, err := time.ParseDuration(r.URL.Query().Get("delay"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.calls, s.began, s.delay = nil, time.Now(), delay
		s.recording.Store(true)
		return
	}
	s.recording.Store(false)
	reply(w, s.calls)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // to a client that may have left
}
