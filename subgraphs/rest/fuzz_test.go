package rest

import (
	"context"
	"encoding/base64"
	"net/url"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// FuzzAnswers feeds bodies to endpoints of every kind: whatever comes back, rows
// are JSON, errors are, and nothing panics.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `[{"id":1,"name":"a","createdBy":2}]`, `{"responses":[{"response":[{"id":1,"artist_ids":[1,null]}]}]}`,
		`{"1":{"id":1},"2":null}`, `{"items":[{"id":1}],"next":"c2","total":9}`, `[{"id":"1","title":"\ud800","artist_ids":{"a":[]}}]`,
		`{"response":{"userName":"x","avatar":3}}`, `[[[]]]`, `"text"`, `1e999`, `{"detail":[{"loc":["a"],"msg":"m"}]}`, "\xff", `{"a":`, `[{"kind":"a","id":{}}]`,
	} {
		f.Add(200, []byte(seed))
	}
	f.Add(404, []byte(`{"detail":"x"}`))
	f.Add(422, []byte(`{"title":"t","detail":[{"msg":1}]}`))
	music := compiled(f, musicSDL, musicSpec())
	pages := compiled(f, pageSDL, pageSpec())
	item := itemLookup()
	item.Item = &ErrorSpec{OK: "name->typeof->eq('string')", Message: "name", Expose: true, Extensions: "name"}
	tags := EndpointSpec{Coordinate: "Item.tags", Method: "GET", Path: "/tags", Query: []Param{expression("ids", "$batch.id"), expression("p", "$args.page")}, MatchItem: "id", MatchRow: "id", Each: "name"}
	spec := itemSpec(item, tags)
	spec.Errors = ErrorSpec{Expose: true, Message: "detail", Extensions: "...$"}
	spec.Retry.Attempts = -1
	items := compiled(f, itemSDL, spec)
	asMap := compiled(f, itemSDL, itemSpec(EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items", Match: "map"}))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		tr := TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
			return &HTTPResponse{Status: code, Body: body, Header: []subgraphs.HeaderField{{Name: "Link", Value: string(body)}}}, nil
		})
		rows := []string{`{"id":"1"}`, `{"id":2}`, `{"id":null}`}
		h := newHarness(t, music, tr)
		h.clock.now = time.Time{}
		h.root("Query.currentUser", "currentUser { name avatarUrl }")
		h.root("Query.playlists", "playlists { id name createdBy { id } }")
		h.lookup("Song", "id title artists { id __typename }", rows...)
		h.lookup("Playlist.songs", "a: songs { title } b: songs(page: 2) { artists { id } }", rows...)
		h = newHarness(t, pages, tr)
		h.root("Query.everything", "everything { id }")
		h.root("Query.linked", "linked { id }")
		h.root("Query.cursored", "cursored { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }")
		h.root("Query.conn", "conn { totalCount nodes { id } }")
		h = newHarness(t, items, tr)
		h.lookup("Item", "id name shop { id }", rows...)
		h.lookup("Item.tags", "tags", rows...)
		newHarness(t, asMap, tr).lookup("Item", "name", rows...)
	})
}

// FuzzPriming feeds bodies to what primes a lookup: whatever they hold, rows are
// JSON, and an object is either asked for or taken from the body.
func FuzzPriming(f *testing.F) {
	for _, seed := range []string{
		``, `[]`, `[{"id":1,"pages":2,"head":{"title":"t"},"author_id":null,"cover":{"colour":"c","size":1}}]`, `[{"id":"1","head":[{"title":"t"},{}]}]`,
		`{"data":{"items":[{"id":2,"head":{"title":7},"pages":"x"}]}}`, `[[{"id":{}}],{"id":1,"kind":"book"}]`, `[{"books":[{"id":1}],"top":{"book":{"id":2,"cover":{}}}}]`,
	} {
		f.Add([]byte(seed))
	}
	up := compiled(f, shelfSDL, shelfSpec())
	f.Fuzz(func(t *testing.T, body []byte) {
		l := newLibrary(map[string]string{"/books": string(body), "/wrapped": string(body), "/shelves": string(body), "/found": string(body)})
		h := newHarness(t, up, l)
		primers := []*subgraphs.Answer{
			h.first("Query.books", "books { __typename }"), h.first("Query.wrapped", "wrapped { total }"),
			h.first("Query.shelves", "shelves { id }"), h.first("Query.found", "found { __typename }"),
		}
		for _, want := range []string{"id title", "pages author { id }", "bag cover { colour size }", "place { row no }"} {
			a := h.fetch(h.spec("Book", want), &subgraphs.Call{Rows: rowsOf([]string{`{"id":"1"}`, `{"id":2}`}), Primers: primers})
			for i, row := range a.Rows[0] {
				if row.Status != subgraphs.RowOK && len(a.Errs) == 0 {
					t.Errorf("row %d is neither asked for nor there", i)
				}
			}
		}
	})
}

// FuzzCursor resumes connections at cursors that clients made up: nothing but
// the one parameter can change.
func FuzzCursor(f *testing.F) {
	f.Add(`{"h":"x","p":1,"s":2}`)
	f.Add(`{"h":"","p":"a&b=c"}`)
	f.Add(`{"p":{}}`)
	f.Add(`[`)
	up := compiled(f, pageSDL, pageSpec())
	f.Fuzz(func(t *testing.T, text string) {
		p := up.byName["Query.cursored"].page
		turn := &turn{}
		if p.resume(turn, base64.RawURLEncoding.EncodeToString([]byte(text)), "x") != nil {
			return
		}
		r := &renderer{up: up, e: up.byName["Query.cursored"], extra: []extraParam{{p.positionName, turn.position}}}
		req, err := r.request([]*ask{{}}, mapping.Value{})
		if err != nil {
			return
		}
		u, err := url.Parse(req.URL)
		if err != nil || u.Hostname() != "upstream.test" || u.Path != "/api/cur" || len(u.Query()) > 1 {
			t.Fatalf("%q leads to %s", text, req.URL)
		}
	})
}
