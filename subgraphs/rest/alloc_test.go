package rest

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

// stage is one fetch of the founding example with n of everything.
type stage struct {
	name string
	// most is how many allocations a fetch may take, whatever n is.
	most float64
	spec func(h *harness) *subgraphs.FetchSpec
	rows func(n int) [][][]byte
	body func(n int) string
	keep bool
}

func repeat(n int, format string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func keys(typ string) func(n int) [][][]byte {
	return func(n int) [][][]byte {
		rows := make([][]byte, n)
		for i := range rows {
			rows[i] = fmt.Appendf(nil, `{"__typename":%q,"id":"%d"}`, typ, i)
		}
		return [][][]byte{rows}
	}
}

func stages() []stage {
	root := func(facet, text string) func(h *harness) *subgraphs.FetchSpec {
		return func(h *harness) *subgraphs.FetchSpec {
			return &subgraphs.FetchSpec{Facet: facet, Kind: schema.Query, Root: selections(h.t, text)}
		}
	}
	lookup := func(facet string, texts ...string) func(h *harness) *subgraphs.FetchSpec {
		return func(h *harness) *subgraphs.FetchSpec {
			spec := &subgraphs.FetchSpec{Facet: facet}
			for _, text := range texts {
				spec.Entries = append(spec.Entries, h.entry(facet, text))
			}
			return spec
		}
	}
	const song = `{"id":"#","title":"title of the song #","stream_url":"http://songs.test/#","artist_ids":["#","a"]}`
	return []stage{
		{
			name: "playlists", most: 9, spec: root("Query.playlists", "playlists { id name createdBy { id } }"),
			body: func(n int) string { return repeat(n, `{"id":#,"name":"list #","createdBy":"u#"}`) },
		},
		{
			name: "kept playlists", most: 12, keep: true, spec: root("Query.playlists", "playlists { id name createdBy { id } }"),
			body: func(n int) string { return repeat(n, `{"id":#,"name":"list #","createdBy":"u#"}`) },
		},
		{
			name: "users", most: 10, spec: lookup("UserProfile", "name avatarUrl", "name"),
			rows: func(n int) [][][]byte { return append(keys("UserProfile")(n), keys("UserProfile")(n)...) },
			body: func(n int) string { return repeat(n, `{"id":"#","name":"user #","avatar_url":"http://u/#"}`) },
		},
		{
			name: "songs of playlists", most: 20, spec: lookup("Playlist.songs", "songs(page: 1, pageSize: 20) { title streamUrl artists { id } }"), rows: keys("Playlist"),
			body: func(n int) string {
				return `{"responses":` + repeat(n, `{"response":`+repeat(5, song)+`,"page_info":{}}`) + `}`
			},
		},
		{
			name: "artists", most: 10, spec: lookup("Artist", "name"), rows: keys("Artist"),
			body: func(n int) string { return repeat(n, `{"name":"artist #","id":"#"}`) },
		},
	}
}

// allocations is how many the fetches of a client make, of which begin gives a new
// one. Collections empty the pools, so there are none meanwhile. On a busy machine
// a client can settle at a few more, so that more than the most is looked at again
// with another.
func allocations(most float64, begin func() func()) (n float64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range 3 {
		fetch := begin()
		fetch()
		if n = testing.AllocsPerRun(100, fetch); n <= most {
			break
		}
	}
	return n
}

// What a fetch allocates does not grow with what it asks for and gets, nor because
// others may wait for the same request.
func TestAllocationsOfFetches(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	up := compiled(t, musicSDL, musicSpec())
	for _, s := range stages() {
		for _, n := range []int{2, 150, -2, -150} {
			alone := n > 0
			n, most := max(n, -n), s.most
			resp := ok(s.body(n))
			got := allocations(most, func() func() {
				h := newHarness(t, up, TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) { return resp, nil }))
				if alone {
					h.client.(*client).group = nil
				}
				p := h.prepare(s.spec(h))
				call := &subgraphs.Call{Keep: s.keep}
				if s.rows != nil {
					call.Rows = s.rows(n)
				}
				return func() {
					a := p.Fetch(context.Background(), call)
					if len(a.Errs) > 0 || a.Rows[0][0].Status != subgraphs.RowOK {
						t.Fatalf("%s: %v", s.name, a.Errs)
					}
					a.Release()
				}
			})
			t.Logf("%s, %d, alone %v: %v", s.name, n, alone, got)
			if got > most {
				t.Errorf("%s: %v allocations for %d, not %v (alone: %v)", s.name, got, n, most, alone)
			}
		}
	}
}

// The same holds for what the HTTP cache has.
func TestAllocationsOfRecall(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	up := compiled(t, musicSDL, musicSpec())
	s := stages()[4]
	for _, n := range []int{2, 150} {
		requests := 0
		cache := httpcache.New(httpcache.NewMemory(16<<20, nil), httpcache.Options{})
		client := up.Client(Options{Cache: cache, Transport: TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
			requests++
			return &HTTPResponse{Status: 200, Header: []subgraphs.HeaderField{{Name: "Cache-Control", Value: "max-age=600"}}, Body: []byte(s.body(n))}, nil
		})})
		h := &harness{t: t, up: up, client: client}
		p := h.prepare(s.spec(h))
		call := &subgraphs.Call{Rows: s.rows(n)}
		fetch := func() {
			a := p.Fetch(context.Background(), call)
			if text := string(a.Body[a.Rows[0][n-1].Start:a.Rows[0][n-1].End]); text != fmt.Sprintf(`{"name":"artist %d"}`, n-1) {
				t.Fatal(text)
			}
			a.Release()
		}
		if got := allocations(14, func() func() { return fetch }); got > 14 {
			t.Errorf("%v allocations for %d", got, n)
		}
		if requests != 1 {
			t.Errorf("%d requests", requests)
		}
		cache.Close(context.Background())
	}
}
