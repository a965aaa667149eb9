package router

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		for _, name := range []string{"service1", "service2"} {
			rest := c.Subgraph(name).Rest
			rest.Cache = nil
			for _, list := range rest.Fetch {
				for i := range list {
					list[i].Cache = nil
				}
			}
		}
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
		total := s.total
		for _, n := range d.Music("service2").Requests() {
			total += n
		}
		return got, s.asked, total
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
}

func (s *staff) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
	person := func(id, boss string) string {
		return fmt.Sprintf(`{"id":%q,"name":%q,"boss_id":%q}`, id, s.names[id], boss)
	}
	bosses := map[string]string{"1": "2", "2": "3", "3": "1"}
	switch path, id := r.URL.Path, strings.TrimPrefix(r.URL.Path, "/rename/"); {
	case id != path:
		s.names[id] += "!"
		fmt.Fprintf(w, `{"id":%q,"boss_id":%q}`, id, bosses[id])
	case path == "/chief":
		fmt.Fprint(w, `{"id":"1","boss_id":"2"}`)
	case path == "/people":
		var out []string
		for _, id := range r.URL.Query()["ids"] {
			out = append(out, person(id, bosses[id]))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(out, ","))
	}
}

func staffRouter(t *testing.T, s *staff) *Router {
	return restRouter(t, s.ServeHTTP, `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { chief: Person }
type Mutation { rename(id: ID!): Person }
type Person @key(fields: "id") { id: ID! name: String boss: Person }`, `
      types: {Person: {boss: "{ id: boss_id }"}}
      fetch:
        Query.chief: {GET: /chief, omit: name}
        Mutation.rename: {POST: "/rename/{id}", omit: name}
        Person: {GET: /people, query: {ids: $batch.id}}
`)
}

// A person that is met again further down is not asked for again: from 1 over 2
// and 3 back to 1.
func TestDiamond(t *testing.T) {
	s := &staff{names: map[string]string{"1": "A", "2": "B", "3": "C"}}
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
	s := &staff{names: map[string]string{"1": "A", "2": "B", "3": "C"}}
	r := staffRouter(t, s)
	got := ask(r, `mutation { a: rename(id: 3) { id boss { boss { name } } } b: rename(id: 2) { boss { name boss { boss { name } } } } }`).Body.String()
	// b: from 2 over 3 and 1 back to 2, whose name has changed.
	if want := `{"data":{"a":{"id":"3","boss":{"boss":{"name":"B!"}}},"b":{"boss":{"name":"C!","boss":{"boss":{"name":"B!"}}}}}}`; got != want {
		t.Errorf("%s\n%v", got, s.asked)
	}
	if s.asked[0] != "POST /rename/3" || s.asked[1] != "POST /rename/2" {
		t.Errorf("%v", s.asked)
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
