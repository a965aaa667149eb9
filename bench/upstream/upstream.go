// Package upstream serves the subgraphs of the benchmarks over HTTP: /accounts,
// /inventory, /products, /reviews and /bulk, each at a path of one server.
//
// In go GraphQL requests, out come the answers of package shop. The server counts
// what arrives (/stats) and can write down requests with their times
// (/recording), from which floors are made. It may be used by any number of
// goroutines.
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
)

// Stats is what /stats answers.
type Stats struct {
	Requests int64 `json:"requests"`
	// Authorized are those that had the header Authorization.
	Authorized int64 `json:"authorized"`
}

// Call is one request as /recording answers it.
type Call struct {
	Subgraph string `json:"subgraph"`
	Body     string `json:"body"`
	// Begin and End are nanoseconds since the recording began.
	Begin int64 `json:"begin"`
	End   int64 `json:"end"`
}

// Server serves the subgraphs.
type Server struct {
	world                *shop.World
	requests, authorized atomic.Int64
	bodies               sync.Pool

	recording atomic.Bool
	mu        sync.Mutex
	began     time.Time
	delay     time.Duration
	calls     []Call
}

// New returns a server for a world.
func New(w *shop.World) *Server { return &Server{world: w} }

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
	name := strings.TrimPrefix(r.URL.Path, "/")
	if shop.Schema(name) == "" {
		http.NotFound(w, r)
		return
	}
	if s.recording.Load() {
		defer s.record(name, buffer.String(), time.Now())
		time.Sleep(s.delay) // so that requests sent together overlap
	}
	out := s.world.Answer(name, buffer.Bytes())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(out)))
	// An error means that the router has left.
	_, _ = w.Write(out)
}

func (s *Server) record(name, body string, begin time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{name, body, begin.Sub(s.began).Nanoseconds(), time.Since(s.began).Nanoseconds()})
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
