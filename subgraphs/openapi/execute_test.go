package openapi

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// service answers requests by "METHOD target", and keeps what was sent.
type service struct {
	answers map[string]string
	kind    string
	status  int
	sent    []string
}

func (s *service) Do(_ context.Context, r *rest.HTTPRequest) (*rest.HTTPResponse, error) {
	line := r.Method + " " + r.Target
	s.sent = append(s.sent, strings.TrimSpace(line+" "+string(r.Body)))
	for _, h := range r.Header {
		if strings.HasPrefix(strings.ToLower(h.Name), "x-") {
			s.sent = append(s.sent, h.Name+": "+h.Value)
		}
	}
	kind, status := s.kind, s.status
	if kind == "" {
		kind = "application/json"
	}
	if status == 0 {
		status = 200
	}
	return &rest.HTTPResponse{Status: status, Header: []subgraphs.HeaderField{{Name: "Content-Type", Value: kind}}, Body: []byte(s.answers[line])}, nil
}

func selections(set []schema.Selection) []subgraphs.Selection {
	var out []subgraphs.Selection
	for _, s := range set {
		if s.Fragment {
			out = append(out, subgraphs.Selection{On: s.On, Selections: selections(s.Selections)})
			continue
		}
		sel := subgraphs.Selection{Key: s.Alias, Field: s.Name, Selections: selections(s.Selections)}
		for _, a := range s.Arguments {
			sel.Arguments = append(sel.Arguments, subgraphs.ArgumentSpec{Name: a.Name, Value: subgraphs.ArgumentValue{Variable: -1, Constant: a.Value.GraphQL()}})
		}
		out = append(out, sel)
	}
	return out
}

// ask carries out one root field and returns its JSON.
func ask(t *testing.T, up *rest.Upstream, s *service, facet, text string) string {
	t.Helper()
	set, err := schema.ParseSelections(text)
	if err != nil {
		t.Fatal(err)
	}
	kind := schema.Query
	if strings.HasPrefix(facet, "Mutation.") {
		kind = schema.Mutation
	}
	p, err := up.Client(rest.Options{Transport: s}).Prepare(&subgraphs.FetchSpec{Facet: facet, Kind: kind, Root: selections(set)})
	if err != nil {
		t.Fatal(err)
	}
	a := p.Fetch(context.Background(), &subgraphs.Call{})
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	for _, e := range a.Errs {
		t.Errorf("%s: %s %s", facet, e.Code, e.Message)
	}
	row := a.Rows[0][0]
	return string(a.Body[row.Start:row.End])
}

// An import is not only read: the service is asked with it.
func TestExecute(t *testing.T) {
	for _, c := range []struct {
		file, facet, ask string
		o                Options
		s                service
		want             string
		sent             []string
	}{
		{file: "library30.yaml", facet: "Query.getBook", ask: `getBook(book_id: "7") { id title in_print type genre size { width_mm } secretive: added }`,
			s:    service{answers: map[string]string{"GET /v1/books/7": `{"data": {"id": 7, "title": "T", "in-print": true, "@type": "b", "genre": "3d", "size": {"width-mm": 2.5}, "added": "2026-01-01"}}`}},
			want: `{"getBook":{"id":"7","title":"T","in_print":true,"type":"b","genre":"_3d","size":{"width_mm":2.5},"secretive":"2026-01-01"}}`, sent: []string{"GET /v1/books/7"}},
		{file: "library30.yaml", facet: "Query.listBooks", ask: `listBooks(page: 2, author_ids: [1, 2], genre: [non_fiction, _true], shelf: ["a", "b"], published: {from: "2026-01-01"}, where: {title: "x"}, sort: minus_title, X_Request_ID: "u-1") { id author { id } editors { id } }`,
			o:    Options{Links: []Link{{"Book.author", "Author", []LinkKey{{"id", "author_id"}}}, {"Book.editors", "Author", []LinkKey{{"id", "editor_ids"}}}}},
			s:    service{answers: map[string]string{"GET /v1/books?author_ids=1,2&genre%5B%5D=non-fiction&genre%5B%5D=true&shelf=a%7Cb&published%5Bfrom%5D=2026-01-01&where=%7B%22title%22%3A%22x%22%7D&page=2&sort=-title": `{"data": [{"id": 1, "author_id": 5, "editor_ids": [6, 7]}, {"id": 2}], "total": 2}`}},
			want: `{"listBooks":[{"id":"1","author":{"id":"5"},"editors":[{"id":"6"},{"id":"7"}]},{"id":"2","author":null,"editors":null}]}`,
			sent: []string{"GET /v1/books?author_ids=1,2&genre%5B%5D=non-fiction&genre%5B%5D=true&shelf=a%7Cb&published%5Bfrom%5D=2026-01-01&where=%7B%22title%22%3A%22x%22%7D&page=2&sort=-title", "X-Request-Id: u-1"}},
		{file: "library30.yaml", facet: "Mutation.replaceBook", ask: `replaceBook(book_id: "7", input: {title: "N", author_id: 1, in_print: false, genre: _true, size: {width_mm: 3}, related: [{isbn: "i"}], editor_ids: null})`,
			s:    service{status: 204},
			want: `{"replaceBook":true}`, sent: []string{`PUT /v1/books/7 {"author_id":1,"editor_ids":null,"genre":"true","in-print":false,"related":[{"isbn":"i"}],"size":{"width-mm":3},"title":"N"}`}},
		{file: "library30.yaml", facet: "Query.search", ask: `search(q: "a b", filter: {to: "2026-02-02"}) { __typename ... on BookHit { title } ... on MemberHit { name hit_type } }`,
			s:    service{answers: map[string]string{"GET /v1/search?q=a%20b&to=2026-02-02": `[{"hit-type": "book", "title": "T"}, {"hit-type": "MemberHit", "name": "N"}]`}},
			want: `{"search":[{"__typename":"BookHit","title":"T"},{"__typename":"MemberHit","name":"N","hit_type":"MemberHit"}]}`, sent: []string{"GET /v1/search?q=a%20b&to=2026-02-02"}},
		{file: "library30.yaml", facet: "Query.events", ask: `events { __typename ... on Return { returned } }`,
			s:    service{answers: map[string]string{"GET /v1/events": `[{"loaned": "x"}, {"returned": "2026-03-03T00:00:00Z"}]`}},
			want: `{"events":[{"__typename":"Loan"},{"__typename":"Return","returned":"2026-03-03T00:00:00Z"}]}`, sent: []string{"GET /v1/events"}},
		{file: "library30.yaml", facet: "Query.getHealth", ask: `getHealth`, s: service{kind: "text/plain", answers: map[string]string{"GET /v1/health": "all fine"}}, want: `{"getHealth":"all fine"}`, sent: []string{"GET /v1/health"}},
		{file: "library30.yaml", facet: "Mutation.addNote", ask: `addNote(input: "hello")`, want: `{"addNote":true}`, sent: []string{"POST /v1/notes hello"}},
		{file: "fastapi.json", facet: "Mutation.login", ask: `login(input: {username: "a", password: "b c"}) { access_token }`, s: service{answers: map[string]string{"POST /login": `{"access_token": "t"}`}},
			want: `{"login":{"access_token":"t"}}`, sent: []string{"POST /login username=a&password=b%20c"}},
		{file: "fastapi.json", facet: "Mutation.createItem", ask: `createItem(input: {name: "n", price: 1.5, kind: in_stock}) { id kind }`, s: service{status: 201, answers: map[string]string{"POST /items/": `{"id": 3, "kind": "in-stock"}`}},
			want: `{"createItem":{"id":"3","kind":"in_stock"}}`, sent: []string{`POST /items/ {"name":"n","price":1.5,"kind":"in-stock"}`}},
		{file: "tickets31.yaml", facet: "Query.ticket", ask: `ticket(key: "K/1") { key labels { key value } either { ... on Ticket_either_option2 { number } } size }`, o: Options{Entries: true},
			s:    service{answers: map[string]string{"GET /api/tickets/K%2F1": `{"key": "K/1", "labels": {"x-a": "1", "x-b": "2"}, "either": {"number": 4}, "size": 9007199254740991}`}},
			want: `{"ticket":{"key":"K/1","labels":[{"key":"x-a","value":"1"},{"key":"x-b","value":"2"}],"either":{"number":4},"size":9007199254740991}}`, sent: []string{"GET /api/tickets/K%2F1"}},
	} {
		t.Run(c.facet, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			_, up := imported(t, text, c.o)
			if got := ask(t, up, &c.s, c.facet, c.ask); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !slices.Equal(c.s.sent, c.sent) {
				t.Errorf("sent %q\nwant %q", c.s.sent, c.sent)
			}
		})
	}
}
