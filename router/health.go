package router

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/generation"
)

// Status says what the router serves and how it got there.
type Status struct {
	// Status is ok, starting (no graph yet), or stopping.
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
	// UptimeSeconds is how long ago the router was made.
	UptimeSeconds int64 `json:"uptime_seconds"`
	// Generation counts the graphs that have served; 0 means none yet.
	Generation uint64     `json:"generation"`
	LoadedAt   *time.Time `json:"loaded_at,omitempty"`
	// Subgraphs tell where the schemas came from.
	Subgraphs []SubgraphStatus `json:"subgraphs,omitempty"`
	Reloads   ReloadStatus     `json:"reloads"`
	Caches    *CacheStatus     `json:"caches,omitempty"`
}

// SubgraphStatus tells where one schema came from.
type SubgraphStatus struct {
	Name string `json:"name"`
	// Source is file, service, introspection or url.
	Source   string    `json:"source"`
	LoadedAt time.Time `json:"loaded_at"`
	// AgeSeconds is how long ago the upstream gave the schema.
	AgeSeconds int64 `json:"age_seconds"`
	// LastGood says that the upstream was not available at the last loading.
	LastGood bool `json:"last_good,omitempty"`
	// Omitted says that the subgraph was left out of the graph.
	Omitted bool   `json:"omitted,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// ReloadStatus counts reloads, the first loading included.
type ReloadStatus struct {
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// LastError is the error of the last reload; absent if it succeeded.
	LastError *LastError `json:"last_error,omitempty"`
}

// LastError is why the last reload failed.
type LastError struct {
	At      time.Time `json:"at"`
	Message string    `json:"message"`
	// Errors are the single reasons, as far as they are known.
	Errors generation.Errors `json:"errors,omitempty"`
}

// CacheStatus says how full the caches are.
type CacheStatus struct {
	Operations cache.Stats `json:"operations"`
	Plans      cache.Stats `json:"plans"`
}

// Status returns what the health endpoint tells, and whether the router is
// ready for requests.
func (r *Router) Status() (s Status, ready bool) {
	now := r.options.Now()
	s = Status{Status: "starting", Version: r.options.Version, UptimeSeconds: seconds(now.Sub(r.started))}
	r.mu.Lock()
	s.Reloads = ReloadStatus{Succeeded: r.done, Failed: r.failed}
	if e := r.lastError; e != nil {
		s.Reloads.LastError = &LastError{At: e.At, Message: "the configuration could not be loaded"}
		if !errors.As(e.Err, &s.Reloads.LastError.Errors) {
			s.Reloads.LastError.Message = e.Err.Error()
		}
	}
	r.mu.Unlock()
	if g := r.current.Acquire(); g != nil {
		defer g.Release()
		ready = true
		s.Status, s.Generation, s.LoadedAt = "ok", g.Number, &g.BuiltAt
		for i := range g.Sources {
			src := &g.Sources[i]
			s.Subgraphs = append(s.Subgraphs, SubgraphStatus{
				Name: src.Name, Source: src.From, LoadedAt: src.LoadedAt, AgeSeconds: seconds(now.Sub(src.LoadedAt)),
				LastGood: src.LastGood, Omitted: src.Omitted, Reason: src.Reason,
			})
		}
		s.Caches = &CacheStatus{}
		s.Caches.Operations, s.Caches.Plans = g.CacheStats()
	}
	if r.draining.Load() {
		s.Status, ready = "stopping", false
	}
	return s, ready
}

func seconds(d time.Duration) int64 { return int64(max(d, 0) / time.Second) }

// serveHealth answers the health endpoints below base; false means that the
// path is none of them.
func (r *Router) serveHealth(w http.ResponseWriter, req *http.Request, base string) bool {
	path := req.URL.Path
	if len(path) < len(base) || path[:len(base)] != base {
		return false
	}
	status := http.StatusOK
	var answer any
	switch path[len(base):] {
	case "/live":
		answer = map[string]string{"status": "ok"}
	case "", "/ready":
		if base == "" && path == "" {
			return false
		}
		s, ready := r.Status()
		if !ready && path != base {
			status = http.StatusServiceUnavailable
		}
		answer = s
	default:
		return false
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return true
	}
	out, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return true
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, nil, status, mediaJSON, requestID(req.Header), "", out)
	return true
}
