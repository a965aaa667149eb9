package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// friendsSDL is the second service of the founding example.
const friendsSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
type Query { friendActivity: [FriendListen!]! }
type FriendListen { friend: UserProfile!  listenedTo: Song!  fromPlaylist: Playlist }
type UserProfile @key(fields: "id", resolvable: false) { id: ID! @inaccessible }
type Song        @key(fields: "id", resolvable: false) { id: ID! @inaccessible }
type Playlist    @key(fields: "id", resolvable: false) { id: ID! @inaccessible }
`

// musicService answers as the founding example's services do: multishow without
// order and without the unknown, multiindex by position with a page for each id.
type musicService struct {
	mu     sync.Mutex
	counts map[string]int
}

func (m *musicService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.counts[r.Method+" "+r.URL.Path]++
	m.mu.Unlock()
	_ = r.ParseForm()
	reply := func(v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	// show leaves the third of every four ids out, and turns the order round.
	show := func(object func(id string) map[string]any) {
		var out []map[string]any
		for _, id := range r.Form["ids"] {
			if !strings.HasSuffix(id, "gone") {
				out = append(out, object(id))
			}
		}
		slices.Reverse(out)
		reply(out)
	}
	song := func(id string) map[string]any {
		return map[string]any{"id": id, "title": "title " + id, "stream_url": "http://s/" + id, "artist_ids": []string{"a1", "a-" + id}}
	}
	switch r.URL.Path {
	case "/service1/profile":
		reply(map[string]any{"response": map[string]any{"userName": "me", "avatar": "http://a"}})
	case "/service1/playlists":
		reply([]map[string]any{{"id": 1, "name": "one", "createdBy": 7}, {"id": 2, "name": "two", "createdBy": 8}})
	case "/service1/users":
		show(func(id string) map[string]any {
			return map[string]any{"id": id, "name": "user " + id, "avatar_url": "http://u/" + id}
		})
	case "/service1/playlists/multishow":
		show(func(id string) map[string]any {
			return map[string]any{"id": id, "name": "list " + id, "createdBy": 7}
		})
	case "/service1/songs/multishow":
		show(song)
	case "/service1/artists/multishow":
		show(func(id string) map[string]any { return map[string]any{"id": id, "name": "artist " + id} })
	case "/service1/songs/multiindex":
		var out []map[string]any
		for _, id := range r.Form["playlist_ids"] {
			page := r.Form.Get("page") + "-" + r.Form.Get("page_size")
			out = append(out, map[string]any{"response": []any{song("s" + id + "-" + page)}, "page_info": map[string]any{}})
		}
		reply(map[string]any{"responses": out})
	case "/service2/friendActivity":
		reply([]map[string]any{{"userId": 7, "songId": "x", "playlistId": 1}, {"userId": 9, "songId": "gone", "playlistId": nil}})
	default:
		http.NotFound(w, r)
	}
}

func wire(t *testing.T, up *Upstream, url string) *harness {
	t.Helper()
	end, err := transport.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	var pool transport.Pool
	tr, err := pool.Acquire(transport.Settings{Scheme: end.Scheme, Address: end.Address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Release)
	w, err := NewWire(tr, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &harness{t: t, up: up, client: up.Client(Options{Transport: w})}
}

// The fetches of HomeQuery, as a plan has them: 8 requests in 3 waves.
func TestHomeQuery(t *testing.T) {
	service := &musicService{counts: map[string]int{}}
	server := httptest.NewServer(service)
	defer server.Close()
	spec := musicSpec()
	spec.URL, spec.Timeout = server.URL+"/service1", 0
	s1 := wire(t, compiled(t, musicSDL, spec), spec.URL)
	spec2 := &Spec{
		URL: server.URL + "/service2", Names: "snake",
		Types: []TypeSpec{{Type: "FriendListen", Fields: []FieldSpec{
			{Field: "friend", Select: "{ id: userId }"}, {Field: "listenedTo", Select: "{ id: songId }"}, {Field: "fromPlaylist", Select: "{ id: playlistId }"}}}},
		Endpoints: []EndpointSpec{{Coordinate: "Query.friendActivity", Method: "GET", Path: "/friendActivity", Missing: "drop"}},
	}
	up2 := compiled(t, friendsSDL, spec2)
	if f := up2.Facets()[0]; !f.Drop {
		t.Error("missing: drop is not in the facet")
	}
	s2 := wire(t, up2, spec2.URL)

	// Wave 1.
	same(t, "currentUser", rowTexts(s1.root("Query.currentUser", "currentUser { name avatarUrl }"), 0), []string{`{"currentUser":{"name":"me","avatarUrl":"http://a"}}`})
	same(t, "playlists", rowTexts(s1.root("Query.playlists", "playlists { id name createdBy { id } }"), 0),
		[]string{`{"playlists":[{"id":"1","name":"one","createdBy":{"id":"7"}},{"id":"2","name":"two","createdBy":{"id":"8"}}]}`})
	same(t, "friendActivity", rowTexts(s2.root("Query.friendActivity", "friendActivity { friend { id } listenedTo { id } fromPlaylist { id } }"), 0),
		[]string{`{"friendActivity":[{"friend":{"id":"7"},"listenedTo":{"id":"x"},"fromPlaylist":{"id":"1"}},{"friend":{"id":"9"},"listenedTo":{"id":"gone"},"fromPlaylist":null}]}`})
	// Wave 2: users for two places in one request.
	a := s1.fetch(&subgraphs.FetchSpec{Facet: "UserProfile", Entries: []subgraphs.Entry{s1.entry("UserProfile", "name avatarUrl"), s1.entry("UserProfile", "name")}},
		&subgraphs.Call{Rows: [][][]byte{raws(`{"__typename":"UserProfile","id":"7"}`, `{"__typename":"UserProfile","id":"8"}`), raws(`{"__typename":"UserProfile","id":"7"}`, `{"__typename":"UserProfile","id":"9"}`)}})
	same(t, "createdBy", rowTexts(a, 0), []string{`{"name":"user 7","avatarUrl":"http://u/7"}`, `{"name":"user 8","avatarUrl":"http://u/8"}`})
	same(t, "friend", rowTexts(a, 1), []string{`{"name":"user 7"}`, `{"name":"user 9"}`})
	same(t, "listenedTo", rowTexts(s1.lookup("Song", "title streamUrl", `{"id":"x"}`, `{"id":"gone"}`), 0), []string{`{"title":"title x","streamUrl":"http://s/x"}`, "missing"})
	same(t, "fromPlaylist", rowTexts(s1.lookup("Playlist", "name", `{"id":"1"}`), 0), []string{`{"name":"list 1"}`})
	same(t, "songs", rowTexts(s1.lookup("Playlist.songs", "songs(page: 1, pageSize: 20) { title artists { id } }", `{"id":"1"}`, `{"id":"2"}`), 0),
		[]string{`{"songs":[{"title":"title s1-1-20","artists":[{"id":"a1"},{"id":"a-s1-1-20"}]}]}`, `{"songs":[{"title":"title s2-1-20","artists":[{"id":"a1"},{"id":"a-s2-1-20"}]}]}`})
	// Wave 3.
	same(t, "artists", rowTexts(s1.lookup("Artist", "name", `{"id":"a1"}`, `{"id":"a-s1-1-20"}`, `{"id":"a-s2-1-20"}`), 0),
		[]string{`{"name":"artist a1"}`, `{"name":"artist a-s1-1-20"}`, `{"name":"artist a-s2-1-20"}`})

	var counts []string
	total := 0
	for _, key := range slices.Sorted(maps.Keys(service.counts)) {
		counts = append(counts, fmt.Sprint(key, " ", service.counts[key]))
		total += service.counts[key]
	}
	if total != 8 {
		t.Errorf("%d requests: %v", total, counts)
	}
}

// 51 ids go out as one POST, and the answer is matched as ever.
func TestFiftyOneIDs(t *testing.T) {
	service := &musicService{counts: map[string]int{}}
	server := httptest.NewServer(service)
	defer server.Close()
	spec := musicSpec()
	spec.URL, spec.Timeout = server.URL+"/service1", 0
	h := wire(t, compiled(t, musicSDL, spec), spec.URL)
	rows := rowTexts(h.lookup("Song", "id", manyRows(51)...), 0)
	for i, row := range rows {
		if row != fmt.Sprintf(`{"id":"%d"}`, i) {
			t.Errorf("row %d is %s", i, row)
		}
	}
	if service.counts["POST /service1/songs/multishow"] != 1 || len(service.counts) != 1 {
		t.Errorf("%v", service.counts)
	}
}

// A field of another subgraph becomes a segment of a path (@requires).
func TestRequiresIntoAPath(t *testing.T) {
	sdl := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", {name: "@requires", as: "@needs"}])
		type Query { rates: [Int] } type Product @key(fields: "upc") { upc: ID! zip: String @external box: Box @external shipping: Int @needs(fields: "zip box { kg }") }
		type Box { kg: Float @external }`
	up := compiled(t, sdl, &Spec{Endpoints: []EndpointSpec{
		{Coordinate: "Query.rates", Method: "GET", Path: "/rates"},
		{Coordinate: "Product", Method: "GET", Path: "/products/{upc}"},
		{Coordinate: "Product.shipping", Method: "GET", Path: "/shipping/{zip}", Query: []Param{expression("kg", "$this.box.kg")}, SelectAt: "cents"},
	}})
	if f := up.byName["Product.shipping"].facet; f.Type != "Product" || f.Key != "zip box { kg }" {
		t.Errorf("entered by %s of %s", f.Key, f.Type)
	}
	f := answers(`{"cents":5}`)
	a := newHarness(t, up, f).lookup("Product.shipping", "shipping", `{"__typename":"Product","zip":"80/1","box":{"kg":1.5}}`, `{"zip":"80/1","box":{"kg":null}}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"shipping":5}`, `{"shipping":null}`})
	same(t, "requests", f.lines(), []string{"GET /api/shipping/80%2F1?kg=1.5"})
}

// The strictest part says how long an answer may be kept.
func TestCachePolicy(t *testing.T) {
	e := itemLookup()
	e.Batch.Max = 1
	spec := itemSpec(e)
	header := []string{"max-age=60", "max-age=5, s-maxage=30"}
	f := &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		i := 0
		if strings.HasSuffix(r.Target, "2") {
			i = 1
		}
		return status(200, `[{"id":1},{"id":2}]`, subgraphs.HeaderField{Name: "Cache-Control", Value: header[i]}), nil
	}}
	up := compiled(t, itemSDL, spec)
	a := newHarness(t, up, f).lookup("Item", "id", `{"id":1}`, `{"id":2}`)
	if a.Cache.MaxAge.Seconds() != 30 || a.Cache.Private || a.Cache.NoStore {
		t.Errorf("%+v", a.Cache)
	}
	header[1] = "private, max-age=100"
	if a = newHarness(t, up, f).lookup("Item", "id", `{"id":1}`, `{"id":2}`); !a.Cache.Private || a.Cache.MaxAge.Seconds() != 60 {
		t.Errorf("%+v", a.Cache)
	}
	header[1] = "no-store"
	if a = newHarness(t, up, f).lookup("Item", "id", `{"id":1}`, `{"id":2}`); !a.Cache.NoStore {
		t.Errorf("%+v", a.Cache)
	}
}
