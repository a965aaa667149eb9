package rest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestNames(t *testing.T) {
	for _, c := range [][4]string{
		{"streamUrl", "stream_url", "stream-url", "streamUrl"}, {"stream_url", "stream_url", "stream-url", "streamUrl"},
		{"HTTPServer2Go", "http_server2_go", "http-server2-go", "httpServer2Go"}, {"id", "id", "id", "id"}, {"ID", "id", "id", "id"},
		{"_links", "_links", "_links", "_links"}, {"__x_", "__x_", "__x_", "__x_"}, {"IN_PROGRESS", "in_progress", "in-progress", "inProgress"}, {"a1b2", "a1b2", "a1b2", "a1b2"},
	} {
		if got := [4]string{styled("asis", c[0]), styled("snake", c[0]), styled("kebab", c[0]), styled("camel", c[0])}; got != c {
			t.Errorf("%v, not %v", got, c)
		}
	}
}

const shapesSDL = `
schema { query: Root }
type Root { found(kind: String): [Thing!]!  made: Maker  both: Car  direct: Any  nothing: Car }
union Any = Car | Boat
interface Thing { id: ID! }
type Car implements Thing @key(fields: "id") { id: ID! wheels: Int owner: Person }
type Boat implements Thing @key(fields: "id") { id: ID! masts: Int }
type Maker { best: Thing }
type Person @key(fields: "id") @key(fields: "name") { id: ID! name: String! asked: String who: String }
`

func shapesSpec() *Spec {
	get := func(coordinate, path, choose string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: path, Select: choose}
	}
	found := get("Root.found", "/found", `__typename: kind->match(["c", "Car"], ["b", "Boat"]) id wheels masts owner { id: uid name }`)
	found.Query = []Param{expression("kind", "$args.kind")}
	person := get("Person", "/people", "id name who: $this.id asked: $('x')")
	person.Query = []Param{expression("rows", "$batch")}
	person.Lists = "json"
	byName := get("Person(name)", "/people/{name}", "")
	byName.Omit = "asked who"
	return &Spec{
		Types: []TypeSpec{
			{Type: "Any", Typename: &TypenameSpec{Present: []Value{{"Car", "wheels"}, {"Boat", `"masts"`}}}},
			{Type: "Thing", Typename: &TypenameSpec{By: "type", Map: []Value{{"c", `"Car"`}, {"b", "Boat"}}}, Fields: []FieldSpec{{Field: "id", Select: "key"}}},
		},
		Endpoints: []EndpointSpec{
			found, get("Query.made", "/made", ""), get("Query.both", "/both", `$(a ?? b) { id wheels }`), get("Query.direct", "/direct", ""),
			get("Query.nothing", "/nothing", "$(null)"), person, byName,
			{Coordinate: "Boat", Method: "GET", Path: "/boats/{id}"}, {Coordinate: "Car", Method: "GET", Path: "/cars/{id}"},
		},
	}
}

func TestShapes(t *testing.T) {
	up := compiled(t, shapesSDL, shapesSpec())
	for _, c := range []struct{ facet, query, body, want string }{
		{"Query.found", "found { __typename id ... on Car { wheels owner { name } } ... on Boat { masts } }", `[{"kind":"c","id":1,"wheels":4,"owner":{"uid":7,"name":"n"}},{"kind":"b","id":2,"masts":2},{"kind":"?","id":3}]`,
			`{"found":[{"__typename":"Car","id":"1","wheels":4,"owner":{"name":"n"}},{"__typename":"Boat","id":"2","masts":2},null]} 0/0 ["found",2] UPSTREAM_SCHEMA_MISMATCH`},
		{"Query.made", "made { best { id __typename } }", `{"best":{"type":"b","key":5}}`, `{"made":{"best":{"id":"5","__typename":"Boat"}}}`},
		{"Query.made", "made { best { id } }", `{"best":null}`, `{"made":{"best":null}}`},
		{"Query.both", "both { id wheels }", `{"b":{"id":1,"wheels":3}}`, `{"both":{"id":"1","wheels":3}}`},
		{"Query.direct", "direct { ... on Car { wheels id } ... on Boat { masts } }", `{"masts":1}`, `{"direct":{"masts":1}}`},
		{"Query.direct", "direct { ... on Car { wheels } ... on Boat { masts } }", `{"wheels":1,"key":3}`, `{"direct":{"wheels":1}}`},
		{"Query.direct", "direct { ... on Car { wheels } }", `{"x":1}`, `{"direct":null} 0/0 ["direct"] UPSTREAM_SCHEMA_MISMATCH`},
		{"Query.nothing", "nothing { __typename }", `<any>`, `{"nothing":null}`},
	} {
		a := newHarness(t, up, answers(c.body)).root(c.facet, c.query)
		same(t, c.query+" of "+c.body, []string{strings.Join(append(rowTexts(a, 0), errTexts(a)...), " ")}, []string{c.want})
	}
	if f := up.byName["Query.found"].facet; f.RootType != "Root" || f.RootField != "found" {
		t.Errorf("%+v", f)
	}
}

// What a select says of $this is each row's own.
func TestSelectKnowsItsRow(t *testing.T) {
	f := answers(`[{"id":2,"name":"b"},{"id":1,"name":"a"}]`)
	h := newHarness(t, compiled(t, shapesSDL, shapesSpec()), f)
	a := h.lookup("Person", "who name", `{"__typename":"Person","id":"1"}`, `{"id":"2"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"who":"1","name":"a"}`, `{"who":"2","name":"b"}`})
	same(t, "requests", f.lines(), []string{"GET /api/people?rows=%5B%7B%22id%22%3A%221%22%7D%2C%7B%22id%22%3A%222%22%7D%5D"})
}

func TestTypenameFaults(t *testing.T) {
	for code, change := range map[string]func(*Spec){
		CodeUnknownType:      func(s *Spec) { s.Types[0].Typename.Present[0].Name = "Crar" },
		CodeMissingTypename:  func(s *Spec) { s.Types[0].Typename = &TypenameSpec{} },
		CodeInvalidOption:    func(s *Spec) { s.Types[0].Type = "Car" },
		CodeInvalidSelection: func(s *Spec) { s.Endpoints[0].Select = "$('x')" },
	} {
		spec := shapesSpec()
		change(spec)
		found := false
		for _, err := range faultsOf(t, shapesSDL, spec) {
			found = found || err.Code == code
		}
		if !found {
			t.Errorf("no %s", code)
		}
	}
	spec := shapesSpec()
	spec.Endpoints[0].Select = "id"
	if errs := faultsOf(t, shapesSDL, spec); errs[0].Code != CodeMissingTypename || !strings.Contains(errs[0].Hint, "__typename") {
		t.Error(errs)
	}
}

// A connection over links remembers one parameter of the next link.
func TestLinksIntoConnections(t *testing.T) {
	spec := pageSpec()
	spec.Endpoints[4] = EndpointSpec{Coordinate: "Query.conn", Method: "GET", Path: "/conn", Query: []Param{expression("q", "$args.q")},
		Page: &PageSpec{Style: "link", Into: "connection", Items: "items", CursorParam: "offset", Next: "link", Total: "total"}}
	up := compiled(t, pageSDL, spec)
	f := &fake{answer: func(_ int, r *HTTPRequest) (*HTTPResponse, error) {
		if strings.Contains(r.Target, "offset=2") {
			return ok(`{"items":[{"id":3}]}`), nil
		}
		return ok(`{"items":[{"id":1},{"id":2}],"link":"/api/conn?evil=1&offset=2"}`), nil
	}}
	h := newHarness(t, up, f)
	row := rowTexts(h.root("Query.conn", "conn { nodes { id } pageInfo { endCursor } }"), 0)[0]
	_, cursor, _ := strings.Cut(row, `"endCursor":"`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	row = rowTexts(h.root("Query.conn", `conn(after: "`+cursor+`") { nodes { id } pageInfo { hasNextPage endCursor } }`), 0)[0]
	if !strings.HasPrefix(row, `{"conn":{"nodes":[{"id":"3"}],"pageInfo":{"hasNextPage":false,`) {
		t.Error(row)
	}
	same(t, "requests", f.lines(), []string{"GET /api/conn", "GET /api/conn?offset=2"})
}

func TestTheSystemClockHeedsTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	if err := (systemClock{}).Sleep(ctx, time.Nanosecond); err != nil {
		t.Error(err)
	}
	cancel()
	if err := (systemClock{}).Sleep(ctx, time.Hour); err == nil {
		t.Error("slept through the end of its context")
	}
}

// Errors of the whole of a row that is not an object.
func TestRowsThatAreNoObjects(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items/{id}"}))
	for body, want := range map[string]string{`3`: "error", `"x"`: "error", `null`: "missing", `[]`: "missing", `[3]`: "missing"} {
		a := newHarness(t, up, answers(body)).lookup("Item", "id", `{"id":1}`)
		same(t, body, rowTexts(a, 0), []string{want})
	}
	a := newHarness(t, up, answers(`{}`)).lookup("Item.tags", "tags", `3`)
	same(t, "a bad row", rowTexts(a, 0), []string{"error"})
	if a.Errs[0].Code != CodeBadInput {
		t.Error(errTexts(a))
	}
	// Nothing at all is asked for, and answered.
	a = newHarness(t, up, answers(`{}`)).fetch(&subgraphs.FetchSpec{Facet: "Item", Entries: []subgraphs.Entry{newHarness(t, up, nil).entry("Item", "id")}}, &subgraphs.Call{Rows: [][][]byte{nil}})
	if len(a.Rows) != 1 || len(a.Rows[0]) != 0 || a.Cache.MaxAge >= 0 {
		t.Errorf("%+v", a)
	}
}
