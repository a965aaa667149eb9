package music

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxIDs is how many ids one request may carry, as services have it.
const maxIDs = 200

// maxBody bounds what a client may send, in bytes.
const maxBody = 1 << 20

// Service is one of the two services.
type Service struct {
	mux   *http.ServeMux
	base  string
	sdl   string
	world *world

	mu     sync.Mutex
	counts map[string]int
}

// New returns both services over one world. Their paths begin with /service1
// and /service2.
func New() (service1, service2 *Service) {
	w := newWorld()
	one := &Service{mux: http.NewServeMux(), base: "/service1", world: w, counts: map[string]int{}}
	one.handle("GET", "/profile", one.profile)
	one.handle("GET", "/playlists", one.allPlaylists)
	for _, method := range []string{"GET", "POST"} {
		one.handle(method, "/users", one.multishow("private, max-age=30", func(id string) (any, bool) { u, ok := w.users[id]; return u, ok }))
		one.handle(method, "/songs/multishow", one.multishow("public, max-age=60", func(id string) (any, bool) { s, ok := w.songs[id]; return s, ok }))
		one.handle(method, "/artists/multishow", one.multishow("public, max-age=60", func(id string) (any, bool) { a, ok := w.artists[id]; return a, ok }))
		one.handle(method, "/playlists/multishow", one.multishow("private, max-age=30", func(id string) (any, bool) {
			i := slices.IndexFunc(w.playlists, func(p playlist) bool { return p.ID == id })
			if i < 0 {
				return nil, false
			}
			return w.playlists[i], true
		}))
		one.handle(method, "/songs/multiindex", one.multiindex)
	}
	one.schema(Schema1)
	two := &Service{mux: http.NewServeMux(), base: "/service2", world: w, counts: map[string]int{}}
	two.handle("GET", "/friendActivity", two.friendActivity)
	two.schema(Schema2)
	return one, two
}

// ServeHTTP answers a request. Besides the service's own paths there is
// /-/requests.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/-/requests" {
		s.requests(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// SDL is the text of the service's schema.
func (s *Service) SDL() string { return s.sdl }

// Requests are the counted requests by method and path.
func (s *Service) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int, len(s.counts))
	for k, n := range s.counts {
		out[k] = n
	}
	return out
}

// Forget sets all counters to nothing.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.counts)
}

func (s *Service) requests(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		answer(w, r, "no-store", s.Requests())
	case http.MethodDelete:
		s.Forget()
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "GET, DELETE")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *Service) handle(method, path string, h http.HandlerFunc) {
	s.mux.HandleFunc(method+" "+s.base+path, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.counts[method+" "+r.URL.Path]++
		s.mu.Unlock()
		h(w, r)
	})
}

// schema offers the text of the service's schema. It is not counted.
func (s *Service) schema(text string) {
	s.sdl = text
	s.mux.HandleFunc("GET "+s.base+"/schema.graphql", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/graphql; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
}

// profile has a shape of its own, and no id.
func (s *Service) profile(w http.ResponseWriter, r *http.Request) {
	name := "Ada Lovelace"
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && token != "" {
		name = token
	}
	w.Header().Set("Vary", "Authorization")
	answer(w, r, "private, max-age=30", map[string]any{"response": map[string]any{"userName": name, "avatar": "https://img.example.com/me.png"}})
}

func (s *Service) allPlaylists(w http.ResponseWriter, r *http.Request) {
	answer(w, r, "private, max-age=30", s.world.playlists)
}

func (s *Service) friendActivity(w http.ResponseWriter, r *http.Request) {
	answer(w, r, "private, max-age=30", s.world.listens)
}

// multishow answers many ids at once: in an order of its own, and without those
// it does not know.
func (s *Service) multishow(cache string, find func(string) (any, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		values, ok := parameters(w, r)
		if !ok {
			return
		}
		ids := values["ids"]
		if len(ids) > maxIDs {
			fail(w, http.StatusBadRequest, "at most "+strconv.Itoa(maxIDs)+" ids")
			return
		}
		found := []any{}
		for i := range ids {
			// From the middle to the end, then from the beginning.
			if v, ok := find(ids[(i+len(ids)/2)%len(ids)]); ok {
				found = append(found, v)
			}
		}
		answer(w, r, cache, found)
	}
}

// multiindex answers the same page of many playlists' songs: one element for
// each id, in order, with an empty page for an unknown one.
func (s *Service) multiindex(w http.ResponseWriter, r *http.Request) {
	values, ok := parameters(w, r)
	if !ok {
		return
	}
	ids := values["playlist_ids"]
	if len(ids) > maxIDs {
		fail(w, http.StatusBadRequest, "at most "+strconv.Itoa(maxIDs)+" ids")
		return
	}
	page, size := number(values, "page", 1), number(values, "page_size", 25)
	type element struct {
		Response []song         `json:"response"`
		PageInfo map[string]int `json:"page_info"`
	}
	out := []element{}
	for _, id := range ids {
		e := element{Response: []song{}, PageInfo: map[string]int{"page": page, "page_size": size}}
		for _, p := range s.world.playlists {
			if p.ID != id {
				continue
			}
			from := min((page-1)*size, len(p.songs))
			for _, songID := range p.songs[from:min(from+size, len(p.songs))] {
				e.Response = append(e.Response, s.world.songs[songID])
			}
		}
		out = append(out, e)
	}
	answer(w, r, "private, max-age=30", map[string]any{"responses": out})
}

func number(values map[string][]string, name string, fallback int) int {
	if v := values[name]; len(v) == 1 {
		if n, err := strconv.Atoi(v[0]); err == nil && n > 0 && n <= 1000 {
			return n
		}
	}
	return fallback
}

// parameters are those of the query and of a form or JSON body.
func parameters(w http.ResponseWriter, r *http.Request) (map[string][]string, bool) {
	values := map[string][]string(r.URL.Query())
	if r.Method != http.MethodPost {
		return values, true
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		if err := r.ParseForm(); err != nil {
			fail(w, http.StatusBadRequest, "the form cannot be read")
			return nil, false
		}
		for k, v := range r.PostForm {
			values[k] = append(values[k], v...)
		}
		return values, true
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, "the body is not a JSON object")
		return nil, false
	}
	for k, v := range body {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, item := range list {
			text, err := json.Marshal(item)
			if err != nil {
				continue
			}
			values[k] = append(values[k], strings.Trim(string(text), `"`))
		}
	}
	return values, true
}

// answer writes JSON with a validator.
func answer(w http.ResponseWriter, r *http.Request, cache string, v any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		fail(w, http.StatusInternalServerError, "the answer cannot be written")
		return
	}
	sum := sha256.Sum256(b.Bytes())
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("ETag", tag)
	if r.Method == http.MethodGet && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b.Bytes())
}

// fail writes an error as RFC 9457 has it.
func fail(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}
