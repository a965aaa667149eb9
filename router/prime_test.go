package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo/music"
)

// service1 is the demo's first music service with what it was asked, and with
// answers that a test can change.
type service1 struct {
	service *music.Service
	change  func(path string, body []byte) ([]byte, int)

	mu    sync.Mutex
	asked map[string][]url.Values // by path
	total int
}

func (s *service1) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := new(bytes.Buffer)
	_, _ = body.ReadFrom(r.Body)
	form, _ := url.ParseQuery(body.String())
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	r.Body = http.NoBody
	if body.Len() > 0 {
		r = httptest.NewRequest(r.Method, r.URL.String(), body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !strings.HasSuffix(r.URL.Path, ".graphql") {
		s.mu.Lock()
		s.asked[r.URL.Path] = append(s.asked[r.URL.Path], form)
		s.total++
		s.mu.Unlock()
	}
	rec := httptest.NewRecorder()
	s.service.ServeHTTP(rec, r)
	out, status := rec.Body.Bytes(), rec.Code
	if s.change != nil {
		if b, code := s.change(r.URL.Path, out); code != 0 {
			out, status = b, code
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

// musicBehind is the demo's router with its first service behind a service1 and
// caching switched off, so that every request is counted.
func musicBehind(t *testing.T, change func(path string, body []byte) ([]byte, int), configure func(*config.Config)) (*Router, func(query string) (answer string, asked map[string][]url.Values, requests int)) {
	t.Helper()
	one, _ := music.New()
	s := &service1{service: one, change: change, asked: map[string][]url.Values{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	r, d := musicRouter(t, func(c *config.Config) {
		sub := c.Subgraph("service1")
		sub.Rest.URL, sub.Schema.URL = server.URL+"/service1", server.URL+"/service1/schema.graphql"
		uncached(c)
		if configure != nil {
			configure(c)
		}
	})
	return r, func(query string) (string, map[string][]url.Values, int) {
		s.mu.Lock()
		s.asked, s.total = map[string][]url.Values{}, 0
		s.mu.Unlock()
		d.Music("service2").Forget()
		got := ask(r, query).Body.String()
		s.mu.Lock()
		defer s.mu.Unlock()
		total := s.total
		for _, n := range d.Music("service2").Requests() {
			total += n
		}
		return got, s.asked, total
	}
}

// uncached switches the caches of the music services off, and their time-outs,
// which a busy machine would make a matter of luck.
func uncached(c *config.Config) {
	for _, name := range []string{"service1", "service2"} {
		rest := c.Subgraph(name).Rest
		rest.Cache, rest.Timeout = nil, nil
		for _, list := range rest.Fetch {
			for i := range list {
				list[i].Cache = nil
			}
		}
	}
}

const multishow = "/service1/playlists/multishow"

// without leaves playlists out of the list of all.
func without(t *testing.T, ids ...string) func(string, []byte) ([]byte, int) {
	return func(path string, body []byte) ([]byte, int) {
		if path != "/service1/playlists" {
			return nil, 0
		}
		var list []map[string]any
		if err := json.Unmarshal(body, &list); err != nil {
			t.Error(err)
		}
		list = slices.DeleteFunc(list, func(p map[string]any) bool { return slices.Contains(ids, p["id"].(string)) })
		out, err := json.Marshal(list)
		if err != nil {
			t.Error(err)
		}
		return out, http.StatusOK
	}
}

// HomeQuery takes 7 requests where the list of playlists holds all that friends
// listen to, 8 where it does not, and then asks for what is missing only.
func TestHomeQueryPrimed(t *testing.T) {
	_, plain := musicBehind(t, nil, func(c *config.Config) { c.Subgraph("service1").Rest.Prime = false })
	want, asked, n := plain(homeQuery)
	if n != 8 || len(asked[multishow]) != 1 || len(asked[multishow][0]["ids"]) < 4 || strings.Contains(want, `"errors"`) {
		t.Fatalf("unprimed: %d requests: %v", n, asked)
	}
	_, primed := musicBehind(t, nil, nil)
	got, asked, n := primed(homeQuery)
	if n != 7 || len(asked[multishow]) != 0 {
		t.Errorf("%d requests: %v", n, asked)
	}
	if got != want {
		t.Errorf("another answer than without priming:\n%.300s\n%.300s", got, want)
	}

	_, some := musicBehind(t, without(t, "p5", "p20"), nil)
	got, asked, n = some(homeQuery)
	if n != 8 || len(asked[multishow]) != 1 || !slices.Equal(sorted(asked[multishow][0]["ids"]), []string{"p20", "p5"}) {
		t.Errorf("%d requests, of playlists: %v", n, asked[multishow])
	}
	if friends(t, got) != friends(t, want) {
		t.Errorf("friends listen to something else:\n%.300s\n%.300s", friends(t, got), friends(t, want))
	}

	// Caps come on top: 60 artists in two requests.
	capped := func(c *config.Config) { c.Subgraph("service1").Rest.Fetch["Artist"][0].Batch.Max = 40 }
	_, all := musicBehind(t, nil, capped)
	if _, asked, n = all(homeQuery); n != 8 || len(asked["/service1/artists/multishow"]) != 2 {
		t.Errorf("capped: %d requests: %v", n, asked)
	}
	_, some = musicBehind(t, without(t, "p5"), capped)
	if _, asked, n = some(homeQuery); n != 9 || len(asked[multishow]) != 1 || !slices.Equal(asked[multishow][0]["ids"], []string{"p5"}) {
		t.Errorf("capped: %d requests: %v", n, asked)
	}
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func friends(t *testing.T, answer string) string {
	t.Helper()
	var out struct {
		Data struct{ FriendActivity json.RawMessage }
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil || len(out.Data.FriendActivity) == 0 {
		t.Fatalf("%v: %.300s", err, answer)
	}
	return string(out.Data.FriendActivity)
}

// A primer that fails, or that conditions leave out, primes nothing: the lookup
// asks for all.
func TestPrimerFails(t *testing.T) {
	_, failing := musicBehind(t, func(path string, _ []byte) ([]byte, int) {
		if path == "/service1/playlists" {
			return []byte(`{"title":"down"}`), http.StatusBadRequest
		}
		return nil, 0
	}, nil)
	const query = `{ friendActivity { fromPlaylist { name } } playlists { name } }`
	got, asked, n := failing(query)
	if n != 3 || len(asked[multishow]) != 1 || len(asked[multishow][0]["ids"]) < 4 {
		t.Errorf("%d requests: %v", n, asked)
	}
	// Playlists may not be null, so that nothing is left of data but the error.
	if !strings.Contains(got, `"data":null`) || !strings.Contains(got, `"path":["playlists"]`) {
		t.Errorf("%.300s", got)
	}
	_, skipping := musicBehind(t, nil, nil)
	got, asked, n = skipping(`query($no: Boolean = false) { friendActivity { fromPlaylist { name } } playlists @include(if: $no) { name } }`)
	if n != 2 || len(asked[multishow]) != 1 || strings.Contains(got, `"errors"`) {
		t.Errorf("%d requests: %v\n%.300s", n, asked, got)
	}
}

// The same playlist with different fields at two places, and one shape that has
// no id.
func TestPrimingByFields(t *testing.T) {
	_, run := musicBehind(t, nil, nil)
	for _, c := range []struct {
		query    string
		requests int
		lookups  int
	}{
		{`{ playlists { name } friendActivity { fromPlaylist { createdBy { name } } } }`, 3, 0},
		{`{ playlists { __typename } friendActivity { a: fromPlaylist { name } b: fromPlaylist { title: name createdBy { __typename } } } }`, 2, 0},
		{`{ friendActivity { fromPlaylist { name } } }`, 2, 1},
		// A profile is a user without an id: it stands for no user.
		{`{ currentUser { name } friendActivity { friend { name } } }`, 3, 0},
	} {
		got, asked, n := run(c.query)
		if n != c.requests || len(asked[multishow]) != c.lookups || strings.Contains(got, `"errors"`) {
			t.Errorf("%s: %d requests, %v\n%.200s", c.query, n, asked, got)
		}
	}
}

// What is predicted stays an upper bound: what answers will hold is not known.
func TestPrimingAndLimits(t *testing.T) {
	for _, limit := range []struct {
		requests int
		refused  bool
	}{{8, false}, {7, true}} {
		_, run := musicBehind(t, nil, func(c *config.Config) { c.Limits.MaxUpstreamRequests = limit.requests })
		got, _, n := run(`{ playlists { name createdBy { name } songs(pageSize: 1) { artists { name } } } currentUser { name } friendActivity { friend { name } listenedTo { title } fromPlaylist { name } } }`)
		if strings.Contains(got, CodeMaxUpstreamRequests) != limit.refused || !limit.refused && n != 7 {
			t.Errorf("limit %d: %d requests: %.300s", limit.requests, n, got)
		}
	}
}

// staff answers for people who name each other, and counts.
type staff struct {
	mu    sync.Mutex
	names map[string]string
	asked []string
	// answered is closed once someone was looked up; a move waits for that.
	answered chan struct{}
	once     sync.Once
}

func (s *staff) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/move/") {
		select {
		case <-s.answered:
		case <-r.Context().Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
	person := func(id, boss string) string {
		return fmt.Sprintf(`{"id":%q,"name":%q,"boss_id":%q}`, id, s.names[id], boss)
	}
	bosses := map[string]string{"1": "2", "2": "3", "3": "1"}
	switch path, id := r.URL.Path, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; {
	case r.Method == http.MethodPost: // new names for one and the boss
		s.names[id] += "!"
		s.names[bosses[id]] += "!"
		fmt.Fprintf(w, `{"id":%q,"boss_id":%q}`, id, bosses[id])
	case path == "/chief":
		fmt.Fprint(w, `{"id":"1","boss_id":"2"}`)
	case path == "/people":
		var out []string
		for _, id := range r.URL.Query()["ids"] {
			out = append(out, person(id, bosses[id]))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(out, ","))
		s.once.Do(func() { close(s.answered) })
	}
}

func newStaff() *staff {
	return &staff{names: map[string]string{"1": "A", "2": "B", "3": "C"}, answered: make(chan struct{})}
}

func staffRouter(t *testing.T, s *staff) *Router {
	return restRouter(t, s.ServeHTTP, `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { chief: Person }
type Mutation { rename(id: ID!): Person move(id: ID!): Person }
type Person @key(fields: "id") { id: ID! name: String boss: Person }`, `
      types: {Person: {boss: "{ id: boss_id }"}}
      fetch:
        Query.chief: {GET: /chief, omit: name}
        Mutation.rename: {POST: "/rename/{id}", omit: name}
        Mutation.move: {POST: "/move/{id}", omit: name}
        Person: {GET: /people, query: {ids: $batch.id}}
`)
}

// A person that is met again further down is not asked for again: from 1 over 2
// and 3 back to 1.
func TestDiamond(t *testing.T) {
	s := newStaff()
	r := staffRouter(t, s)
	got := ask(r, `{ chief { name boss { name boss { name boss { name boss { name } } } } } }`).Body.String()
	if want := `{"data":{"chief":{"name":"A","boss":{"name":"B","boss":{"name":"C","boss":{"name":"A","boss":{"name":"B"}}}}}}}`; got != want {
		t.Errorf("%s", got)
	}
	// 1 and 2 are known at once, 3 follows, and then everyone is known.
	if want := []string{"GET /chief", "GET /people?ids=1&ids=2", "GET /people?ids=3"}; !slices.Equal(s.asked, want) {
		t.Errorf("%v, want %v", s.asked, want)
	}
}

// After a change nothing is taken from what was found before.
func TestPrimingAndMutations(t *testing.T) {
	s := newStaff()
	r := staffRouter(t, s)
	// The first boss is looked up before the move, which changes that name, and met
	// again behind it.
	got := ask(r, `mutation { rename(id: 3) { boss { name boss { boss { boss { name } } } } } move(id: 3) { boss { name } } }`).Body.String()
	if want := `{"data":{"rename":{"boss":{"name":"A!","boss":{"boss":{"boss":{"name":"A!!"}}}}},"move":{"boss":{"name":"A!!"}}}}`; got != want {
		t.Errorf("%s", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Of what was found after it, the last boss is not asked for again.
	slices.Sort(s.asked)
	if want := []string{"GET /people?ids=1", "GET /people?ids=2&ids=1", "GET /people?ids=3", "POST /move/3", "POST /rename/3"}; !slices.Equal(s.asked, want) {
		t.Errorf("%v, want %v", s.asked, want)
	}
}

// Many operations at a time share nothing of what each keeps for itself.
func TestPrimingConcurrently(t *testing.T) {
	r, _ := musicBehind(t, nil, nil)
	want := ask(r, homeQuery).Body.String()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				if got := ask(r, homeQuery).Body.String(); got != want {
					t.Errorf("%.300s", got)
				}
			}
		})
	}
	wg.Wait()
}

// replay answers a request as it was answered the first time, so that a benchmark
// is of the router rather than of the demo's services.
func replay(h http.Handler) http.Handler {
	var mu sync.Mutex
	known := map[string][]byte{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		key := r.Method + r.URL.RequestURI() + body.String()
		mu.Lock()
		out, ok := known[key]
		mu.Unlock()
		if !ok {
			r.Body = io.NopCloser(body)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			out = rec.Body.Bytes()
			mu.Lock()
			known[key] = out
			mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(out)
	})
}

// BenchmarkHomeQuery is the operation through the router with its REST clients
// over loopback, nothing cached: with all playlists that friends listen to in the
// list, with none of them there, and without priming.
func BenchmarkHomeQuery(b *testing.B) {
	for _, c := range []struct {
		name  string
		prime bool
		lists bool // the list of playlists holds those of friends
	}{{"primed", true, true}, {"missed", true, false}, {"off", false, true}} {
		b.Run(c.name, func(b *testing.B) {
			one, two := music.New()
			var first, second http.Handler = one, two
			if !c.lists { // friends call them by other ids
				first = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					shown := r.URL.Path == multishow
					if shown {
						r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "q", "p")
					}
					rec := httptest.NewRecorder()
					one.ServeHTTP(rec, r)
					out := rec.Body.Bytes()
					if shown {
						out = bytes.ReplaceAll(out, []byte(`"id":"p`), []byte(`"id":"q`))
					}
					_, _ = w.Write(out)
				})
				second = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					rec := httptest.NewRecorder()
					two.ServeHTTP(rec, r)
					_, _ = w.Write(bytes.ReplaceAll(rec.Body.Bytes(), []byte(`"playlistId":"p`), []byte(`"playlistId":"q`)))
				})
			}
			s1, s2 := httptest.NewServer(replay(first)), httptest.NewServer(replay(second))
			b.Cleanup(s1.Close)
			b.Cleanup(s2.Close)
			r, _ := musicRouter(b, func(conf *config.Config) {
				uncached(conf)
				for name, url := range map[string]string{"service1": s1.URL + "/service1", "service2": s2.URL + "/service2"} {
					sub := conf.Subgraph(name)
					sub.Rest.URL, sub.Schema.URL, sub.Rest.Prime = url, url+"/schema.graphql", c.prime
				}
			})
			if got := ask(r, homeQuery).Body.String(); strings.Contains(got, `"errors"`) || !strings.Contains(got, `"fromPlaylist":{`) {
				b.Fatalf("%.300s", got)
			}
			data, err := json.Marshal(map[string]string{"query": homeQuery})
			if err != nil {
				b.Fatal(err)
			}
			w := discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(data))
				req.Header.Set("Content-Type", "application/json")
				r.ServeHTTP(w, req)
			}
		})
	}
}
