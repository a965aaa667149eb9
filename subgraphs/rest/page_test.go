package rest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

const pageSDL = `
type Query {
	byPage(page: Int, pageSize: Int): [Thing!]!
	byOffset(offset: Int, limit: Int): [Thing!]!
	everything: [Thing!]!
	linked: [Thing!]!
	conn(first: Int, after: String, q: String): ThingConnection!
	numbered(first: Int, after: String): ThingConnection!
	cursored(first: Int, after: String): ThingConnection!
}
type ThingConnection { edges: [ThingEdge!]! nodes: [Thing!]! pageInfo: PageInfo! totalCount: Int }
type ThingEdge { cursor: String! node: Thing! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Thing { id: ID! }
`

// things is an upstream with seven things.
func things() *fake {
	return &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		u, _ := url.Parse(r.Target)
		q := u.Query()
		number := func(name string, def int) int {
			if n, err := strconv.Atoi(q.Get(name)); err == nil {
				return n
			}
			return def
		}
		size := number("page_size", number("limit", 3))
		from := number("offset", (number("page", 1)-1)*size)
		if c := q.Get("cursor"); c != "" {
			from, _ = strconv.Atoi(strings.TrimPrefix(c, "c"))
		}
		to := min(from+size, 7)
		var items []string
		for i := from; i < to; i++ {
			items = append(items, fmt.Sprintf(`{"id":%d}`, i))
		}
		next, header := "null", []subgraphs.HeaderField(nil)
		if to < 7 {
			next = fmt.Sprintf(`"c%d"`, to)
			header = append(header, subgraphs.HeaderField{Name: "Link", Value: fmt.Sprintf(`<http://other.test/x>; rel="prev, next", <%s?offset=%d>; title="a,b"; rel="last next"`, u.Path, to)})
			if u.Path == "/api/linked" {
				header[0].Value = fmt.Sprintf(`</x>; rel=prev, <?offset=%d>; title="a,b"; rel="last next"`, to)
			}
		}
		if u.Path == "/api/list" {
			return status(200, "["+strings.Join(items, ",")+"]", header...), nil
		}
		return status(200, fmt.Sprintf(`{"items":[%s],"next":%s,"total":7}`, strings.Join(items, ","), next), header...), nil
	}}
}

func pageSpec() *Spec {
	get := func(field, path string, page PageSpec) EndpointSpec {
		page.Items = strings.TrimPrefix(page.Items, "-")
		return EndpointSpec{Coordinate: "Query." + field, Method: "GET", Path: path, Page: &page}
	}
	conn := get("conn", "/conn", PageSpec{Style: "offset", Into: "connection", Items: "items", Total: "total", Default: 2, Max: 4})
	conn.Query = []Param{expression("q", "$args.q")}
	return &Spec{Names: "snake", Endpoints: []EndpointSpec{
		get("byPage", "/list", PageSpec{Style: "page", Default: 2, Max: 5}),
		get("byOffset", "/list", PageSpec{Style: "offset"}),
		get("everything", "/all", PageSpec{Style: "cursor", Items: "items", Next: "next", All: 10}),
		get("linked", "/linked", PageSpec{Style: "link", Items: "items", All: 2}),
		conn,
		get("numbered", "/num", PageSpec{Style: "page", Into: "connection", Items: "items", Default: 3}),
		get("cursored", "/cur", PageSpec{Style: "cursor", Into: "connection", Items: "items", Next: "next", Default: 3}),
	}}
}

func TestPagesIntoLists(t *testing.T) {
	up := compiled(t, pageSDL, pageSpec())
	for _, c := range []struct{ facet, query, want, requests string }{
		{"Query.byPage", "byPage { id }", `{"byPage":[{"id":"0"},{"id":"1"}]}`, "GET /api/list?page_size=2"},
		{"Query.byPage", "byPage(page: 2, pageSize: 100) { id }", `{"byPage":[{"id":"5"},{"id":"6"}]}`, "GET /api/list?page_size=5&page=2"},
		{"Query.byOffset", "byOffset(offset: 4, limit: 2) { id }", `{"byOffset":[{"id":"4"},{"id":"5"}]}`, "GET /api/list?limit=2&offset=4"},
		{"Query.everything", "everything { id }", `{"everything":[{"id":"0"},{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"},{"id":"6"}]}`,
			"GET /api/all\nGET /api/all?cursor=c3\nGET /api/all?cursor=c6"},
		{"Query.linked", "linked { id }", `{"linked":[{"id":"0"},{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"}]}`, "GET /api/linked\nGET /api/linked?offset=3"},
	} {
		f := things()
		a := newHarness(t, up, f).root(c.facet, c.query)
		same(t, c.query, append(rowTexts(a, 0), errTexts(a)...), []string{c.want})
		same(t, c.query, f.lines(), []string{c.requests})
	}
	f := things()
	a := newHarness(t, up, f).root("Query.byPage", "byPage(page: -1) { id }")
	same(t, "negative", errTexts(a), []string{`0/0 ["byPage"] BAD_USER_INPUT`})
}

// Connections: opaque cursors lead to what follows, through all pages.
func TestPagesIntoConnections(t *testing.T) {
	up := compiled(t, pageSDL, pageSpec())
	for _, field := range []string{"conn", "numbered", "cursored"} {
		h := newHarness(t, up, things())
		after, ids := "", ""
		for range 10 {
			args := "first: 2"
			if field != "conn" {
				args = "first: 3"
			}
			if after != "" {
				args += ", after: " + string(mapping.AppendQuoted(nil, after))
			}
			a := h.root("Query."+field, field+"("+args+") { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }")
			if len(a.Errs) > 0 {
				t.Fatalf("%s: %+v", field, a.Errs)
			}
			row := rowTexts(a, 0)[0]
			for _, part := range strings.Split(row[:strings.Index(row, `"nodes"`)], `"id":"`)[1:] {
				ids += part[:1]
			}
			_, end, _ := strings.Cut(row, `"endCursor":"`)
			end, _, _ = strings.Cut(end, `"`)
			if strings.Contains(row, `"hasPreviousPage":true`) != (after != "") {
				t.Errorf("%s: %s", field, row)
			}
			if strings.Contains(row, `"hasNextPage":false`) {
				break
			}
			after = end
		}
		if ids != "0123456" {
			t.Errorf("%s: %s", field, ids)
		}
	}
}

// A cursor behind any element, and cursors that a client made up.
func TestCursors(t *testing.T) {
	up := compiled(t, pageSDL, pageSpec())
	for _, field := range []string{"conn", "numbered", "cursored"} {
		h := newHarness(t, up, things())
		row := rowTexts(h.root("Query."+field, field+"(first: 3) { edges { cursor } }"), 0)[0]
		cursor, _, _ := strings.Cut(strings.Split(row, `"cursor":"`)[2], `"`)
		row = rowTexts(h.root("Query."+field, field+`(first: 3, after: "`+cursor+`") { nodes { id } }`), 0)[0]
		if !strings.HasPrefix(row, `{"`+field+`":{"nodes":[{"id":"2"}`) {
			t.Errorf("%s: %s", field, row)
		}
	}
	f := things()
	h := newHarness(t, up, f)
	row := rowTexts(h.root("Query.conn", `conn(first: 2) { totalCount pageInfo { endCursor } }`), 0)[0]
	if !strings.HasPrefix(row, `{"conn":{"totalCount":7,`) {
		t.Error(row)
	}
	_, cursor, _ := strings.Cut(row, `"endCursor":"`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	raw, _ := base64.RawURLEncoding.DecodeString(cursor)
	hash := strings.Split(string(raw), `"`)[3]
	forged := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	n := len(f.sent)
	for _, bad := range []string{"", "x", "%%", forged("{}"), forged(`{"h":"` + hash + `","p":{"a":1}}`), forged(`{"h":"` + hash + `","p":"1&q=2"}`), forged(`{"h":"` + hash + `","s":-1}`), strings.Repeat("A", 5000)} {
		a := h.root("Query.conn", `conn(first: 2, after: "`+bad+`") { nodes { id } }`)
		same(t, bad, errTexts(a), []string{`0/0 ["conn"] BAD_USER_INPUT`})
	}
	same(t, "other arguments", errTexts(h.root("Query.conn", `conn(first: 2, after: "`+cursor+`", q: "x") { nodes { id } }`)), []string{`0/0 ["conn"] BAD_USER_INPUT`})
	if len(f.sent) != n {
		t.Errorf("%v", f.lines())
	}
}

// Links to other origins are not followed.
func TestLinksStayWithinTheOrigin(t *testing.T) {
	up := compiled(t, pageSDL, pageSpec())
	for _, link := range []string{`<http://evil.test/api/linked?x=1>; rel=next`, `<//evil.test/>; rel=next`, `<https://upstream.test/api>; rel=next`, `<http://upstream.test:81/api>; rel=next`, `<`, `<>; rel=next`, `<http://upstream.test/api/linked?y=1>; rel=next`} {
		f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) {
			return status(200, `{"items":[{"id":1}]}`, subgraphs.HeaderField{Name: "Link", Value: link}), nil
		}}
		a := newHarness(t, up, f).root("Query.linked", "linked { id }")
		want := 1
		if strings.Contains(link, "y=1") {
			want = 2
		}
		if len(f.sent) != want || len(a.Errs) != 0 {
			t.Errorf("%s: %v", link, f.lines())
		}
	}
}
