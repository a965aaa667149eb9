package rest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

const todoSDL = `
type Query { todos: [Todo!]!  todo(todoID: ID!): Todo  must(id: ID!): Todo! }
type Mutation { createTodo(todo: TodoInput!): Todo!  removeTodo(id: ID!): Boolean  touch(id: ID!): Todo }
input TodoInput { text: String! dueDate: String priority: Priority = LOW }
enum Priority { LOW IN_BETWEEN HIGH }
type Todo { id: ID! text: String priority: Priority }
`

func todoSpec() *Spec {
	return &Spec{
		URL: "http://todo:8080/api", Names: "snake",
		Enums: []EnumSpec{{Enum: "Priority", Values: []Value{{"HIGH", "3"}, {"LOW", `"low!"`}}}},
		Endpoints: []EndpointSpec{
			{Coordinate: "Query.todos", Method: "GET", Path: "/todos"},
			{Coordinate: "Query.todo", Method: "GET", Path: "/todos/{todoID}"},
			{Coordinate: "Query.must", Method: "GET", Path: "/todos/{id}"},
			{Coordinate: "Mutation.createTodo", Method: "POST", Path: "/todos", Body: "$args.todo", Invalidates: []string{"Query.todos", "Todo"}, Idempotent: true},
			{Coordinate: "Mutation.removeTodo", Method: "DELETE", Path: "/todos/{id}", Select: "$(true)"},
			{Coordinate: "Mutation.touch", Method: "POST", Path: "/todos/{id}/touch"},
		},
	}
}

// statusCases are the statuses of rest.md's table.
func TestStatusTable(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	for code, want := range map[int]string{
		400: "BAD_UPSTREAM_REQUEST", 401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "UPSTREAM_CLIENT_ERROR",
		409: "CONFLICT", 410: "GONE", 418: "UPSTREAM_CLIENT_ERROR", 422: "UNPROCESSABLE", 429: "RATE_LIMITED",
		500: "UPSTREAM_ERROR", 503: "UPSTREAM_ERROR", 302: "UPSTREAM_ERROR", 304: "UPSTREAM_ERROR",
	} {
		f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(code, `{"secret":1}`), nil }}
		a := newHarness(t, up, f).root("Query.must", `must(id: 1) { id }`)
		if len(a.Errs) != 1 || a.Errs[0].Code != want || string(a.Errs[0].Path) != `["must"]` || !strings.Contains(string(a.Errs[0].Extensions), `"http":{"status":`) {
			t.Errorf("%d: %v %s", code, errTexts(a), a.Errs[0].Extensions)
		}
		if strings.Contains(string(a.Errs[0].Extensions)+a.Errs[0].Message, "secret") {
			t.Errorf("%d: the body is shown", code)
		}
		if !a.Cache.NoStore {
			t.Errorf("%d: an answer with an error can be stored", code)
		}
	}
}

// 404 is null for lookups and nullable fields, unless not_found is error.
func TestNotFoundIsNull(t *testing.T) {
	f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(404, "gone fishing"), nil }}
	a := newHarness(t, compiled(t, todoSDL, todoSpec()), f).root("Query.todo", `todo(todoID: 1) { id }`)
	same(t, "nullable", append(rowTexts(a, 0), errTexts(a)...), []string{`{"todo":null}`})
	spec := todoSpec()
	spec.Endpoints[1].NotFound = "error"
	a = newHarness(t, compiled(t, todoSDL, spec), f).root("Query.todo", `todo(todoID: 1) { id }`)
	same(t, "not_found: error", errTexts(a), []string{`0/0 ["todo"] NOT_FOUND`})
	a = newHarness(t, compiled(t, itemSDL, itemSpec(itemLookup())), f).lookup("Item", "id", `{"id":1}`)
	same(t, "lookup", append(rowTexts(a, 0), errTexts(a)...), []string{"missing"})
}

// Validation errors of FastAPI, problem details, and Retry-After.
func TestErrorBodies(t *testing.T) {
	spec := todoSpec()
	spec.Errors = ErrorSpec{Expose: true}
	spec.Retry = RetrySpec{Attempts: -1}
	up := compiled(t, todoSDL, spec)
	for _, c := range []struct {
		name   string
		answer *HTTPResponse
		want   string
		ext    string
	}{
		{"FastAPI list", status(422, `{"detail":[{"loc":["body","text"],"msg":"Field required","type":"missing"},{"loc":["body","n",0],"msg":"too big"}]}`),
			"body.text: Field required; body.n.0: too big", `"problem":{"detail":[`},
		{"FastAPI text", status(404, `{"detail":"Not here"}`), "Not here", `"status":404`},
		{"problem", status(409, `{"type":"about:blank","title":"Conflict","detail":"taken","status":409}`), "taken", `"problem":{"type":"about:blank"`},
		{"problem without detail", status(409, `{"title":"Conflict"}`), "Conflict", `"problem"`},
		{"rate", status(429, ``, subgraphs.HeaderField{Name: "Retry-After", Value: "7"}), "the upstream answered with status 429", `"retryAfter":7`},
		{"html", status(500, `<html>`), "the upstream answered with status 500", `{"http":{"status":500}}`},
	} {
		f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return c.answer, nil }}
		a := newHarness(t, up, f).root("Query.must", `must(id: 1) { id }`)
		if len(a.Errs) != 1 || a.Errs[0].Message != c.want || !strings.Contains(string(a.Errs[0].Extensions), c.ext) {
			t.Errorf("%s: %q %s", c.name, a.Errs[0].Message, a.Errs[0].Extensions)
		}
	}
	spec = todoSpec()
	spec.Errors = ErrorSpec{Message: "error.text", Code: "error.code", Extensions: "field: error.field status: $status", Expose: true}
	spec.Endpoints[2].OK = `$status->eq(200)->and(success)`
	up = compiled(t, todoSDL, spec)
	a := newHarness(t, up, answers(`{"success":false,"error":{"text":"no","code":"MINE","field":"x"}}`)).root("Query.must", `must(id: 1) { id }`)
	if a.Errs[0].Code != "MINE" || a.Errs[0].Message != "no" || string(a.Errs[0].Extensions) != `{"http":{"status":200},"field":"x","status":200}` {
		t.Errorf("mapped errors: %+v %s", a.Errs[0], a.Errs[0].Extensions)
	}
}

func TestOKRange(t *testing.T) {
	spec := todoSpec()
	spec.Endpoints[2].OK = "200..404"
	f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(404, `{"id":1}`), nil }}
	a := newHarness(t, compiled(t, todoSDL, spec), f).root("Query.must", `must(id: 1) { id }`)
	same(t, "404 that is ok", rowTexts(a, 0), []string{`{"must":{"id":"1"}}`})
}

// An error of a single element is at the path of its row only.
func TestItemErrors(t *testing.T) {
	e := itemLookup()
	e.Item = &ErrorSpec{OK: "ok", Message: "why", Expose: true}
	e.Each = "data"
	up := compiled(t, itemSDL, itemSpec(e))
	f := answers(`[{"ok":false,"why":"broken","data":{"id":1}},{"ok":true,"data":{"id":2,"name":"b"}}]`)
	a := newHarness(t, up, f).lookup("Item", "name", `{"id":"2"}`, `{"id":"1"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"b"}`, "error"})
	if len(a.Errs) != 1 || a.Errs[0].Row != 1 || a.Errs[0].Message != "broken" || a.Errs[0].Code != CodeItem {
		t.Errorf("%+v", a.Errs)
	}

	tags := EndpointSpec{Coordinate: "Item.tags", Method: "GET", Path: "/tags", Query: []Param{expression("ids", "$batch.id"), expression("page", "$args.page")},
		Match: "position", Item: &ErrorSpec{OK: "error->typeof->eq('null')->or($.error?->typeof->eq('null'))"}, Each: "tags"}
	tags.Item.OK = "tags->typeof->eq('array')"
	up = compiled(t, itemSDL, itemSpec(tags))
	a = newHarness(t, up, answers(`[{"tags":["a"]},{"tags":3}]`)).lookup("Item.tags", "t: tags", `{"id":"2"}`, `{"id":"1"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"t":["a"]}`, `{"t":null}`})
	same(t, "errors", errTexts(a), []string{`0/1 ["t"] UPSTREAM_ITEM_ERROR`})
}

// What is not what was promised is an error at its place, never a panic and
// never somebody else's row.
func TestLyingAnswers(t *testing.T) {
	up := compiled(t, musicSDL, musicSpec())
	for _, c := range []struct {
		name, facet, query, body string
		rows                     []string
		want                     []string
	}{
		{"no envelope", "Playlist.songs", "songs(page: 1) { id }", `{"data":[]}`, []string{`{"id":"1"}`}, []string{`0/0 ["songs"] UPSTREAM_SCHEMA_MISMATCH`}},
		{"too few", "Playlist.songs", "songs { id }", `{"responses":[{"response":[]}]}`, []string{`{"id":"1"}`, `{"id":"2"}`},
			[]string{`0/0 ["songs"] UPSTREAM_SCHEMA_MISMATCH`, `0/1 ["songs"] UPSTREAM_SCHEMA_MISMATCH`}},
		{"no each", "Playlist.songs", "songs { id }", `{"responses":[{"response":[]},{"error":1}]}`, []string{`{"id":"1"}`, `{"id":"2"}`}, []string{`0/1 ["songs"] UPSTREAM_SCHEMA_MISMATCH`}},
		{"not a list", "Song", "id", `{"id":1}`, []string{`{"id":"1"}`}, []string{`0/0 [] UPSTREAM_SCHEMA_MISMATCH`}},
		{"absent field", "Song", "id title", `[{"id":1}]`, []string{`{"id":"1"}`}, []string{`0/0 ["title"] UPSTREAM_SCHEMA_MISMATCH`}},
		{"wrong kinds", "Song", "id title artists { id }", `[{"id":1,"title":{},"artist_ids":[[1],{"a":2}]}]`, []string{`{"id":"1"}`},
			[]string{`0/0 ["title"] UPSTREAM_SCHEMA_MISMATCH`, `0/0 ["artists",0] UPSTREAM_SCHEMA_MISMATCH`, `0/0 ["artists",1,"id"] UPSTREAM_SCHEMA_MISMATCH`}},
		{"not JSON", "Song", "id", `<html>`, []string{`{"id":"1"}`}, []string{`0/0 [] UPSTREAM_DECODE`}},
		{"cut off", "Song", "id", `[{"id":1}`, []string{`{"id":"1"}`}, []string{`0/0 [] UPSTREAM_DECODE`}},
		{"too deep", "Song", "id", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), []string{`{"id":"1"}`}, []string{`0/0 [] UPSTREAM_DECODE`}},
		{"scalar elements", "Song", "id", `[1,"x",null]`, []string{`{"id":"1"}`}, []string{}},
	} {
		a := newHarness(t, up, answers(c.body)).lookup(c.facet, c.query, c.rows...)
		same(t, c.name, errTexts(a), c.want)
	}
	a := newHarness(t, up, answers(`{"user":{}}`)).root("Query.currentUser", "currentUser { name }")
	same(t, "select of nothing", errTexts(a), []string{`0/0 ["currentUser","name"] UPSTREAM_SCHEMA_MISMATCH`})
}

func TestEmptyBodies(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	empty := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(204, ""), nil }}
	a := newHarness(t, up, empty).root("Mutation.removeTodo", `removeTodo(id: 3)`)
	same(t, "204 with a constant", rowTexts(a, 0), []string{`{"removeTodo":true}`})
	a = newHarness(t, up, empty).root("Query.todo", `todo(todoID: 3) { id }`)
	same(t, "204", append(rowTexts(a, 0), errTexts(a)...), []string{`{"todo":null}`})
	a = newHarness(t, up, answers("  \n")).root("Query.todo", `todo(todoID: 3) { id }`)
	same(t, "blank", append(rowTexts(a, 0), errTexts(a)...), []string{`{"todo":null}`})
	spec := todoSpec()
	spec.MaxBody = 1
	big := newHarness(t, compiled(t, todoSDL, spec), answers(`[]`))
	same(t, "too large", errTexts(big.root("Query.todos", "todos { id }")), []string{`0/0 ["todos"] UPSTREAM_DECODE`})
}

// Values of clients never change host, path segments or headers.
func TestPathValues(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	for value, target := range map[string]string{
		"a/b": "/api/todos/a%2Fb", "a?b#c": "/api/todos/a%3Fb%23c", "é": "/api/todos/%C3%A9", "a b": "/api/todos/a%20b",
		"..": "", ".": "", "": "", "%2e%2e": "", "a\u0000": "", "a\r\nX: y": "", "%2e%2e%2fx": "", strings.Repeat("x", 3000): "",
	} {
		f := answers(`{"id":1}`)
		a := newHarness(t, up, f).fetch(&subgraphs.FetchSpec{Facet: "Query.todo", Root: []subgraphs.Selection{{
			Key: "todo", Field: "todo", Selections: selections(t, "id"),
			Arguments: []subgraphs.ArgumentSpec{{Name: "todoID", Value: subgraphs.ArgumentValue{Variable: 0}}},
		}}, Variables: []subgraphs.VariableSpec{{Name: "v", Type: "ID!"}}}, &subgraphs.Call{Variables: [][]byte{mapping.AppendQuoted(nil, value)}})
		if target == "" {
			if len(f.sent) != 0 || len(a.Errs) != 1 || a.Errs[0].Code != CodeBadInput {
				t.Errorf("%q: %v %v", value, f.lines(), errTexts(a))
			}
		} else if len(f.sent) != 1 || f.sent[0].Target != target {
			t.Errorf("%q: %v", value, f.lines())
		}
	}
	// One bad value of a batch fails its own row.
	e := EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items/{$batch.id}"}
	f := answers(`[{"id":1,"name":"a"},{"id":2,"name":"b"}]`)
	a := newHarness(t, compiled(t, itemSDL, itemSpec(e)), f).lookup("Item", "name", `{"id":"1"}`, `{"id":".."}`, `{"id":"2"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"a"}`, "error", `{"name":"b"}`})
	same(t, "requests", f.lines(), []string{"GET /api/items/1,2"})
}

func TestHeaders(t *testing.T) {
	spec := itemSpec()
	spec.Headers = []Header{{Name: "X-Static", Value: "s"}, {Name: "X-Version", Value: "1"}, {Name: "X-From", Value: "$request.headers.'x-in'->first", Expression: true}}
	spec.Endpoints[0].Headers = []Header{{Name: "x-version", Value: "2"}, {Name: "X-Id", Value: "$args.id", Expression: true}}
	up := compiled(t, itemSDL, spec)
	f := answers(`{"id":1}`)
	h := newHarness(t, up, f)
	fetch := func(id string, header ...subgraphs.HeaderField) *subgraphs.Answer {
		return h.fetch(&subgraphs.FetchSpec{Facet: "Query.one", Root: selections(t, `one(id: `+string(mapping.AppendQuoted(nil, id))+`) { id }`)}, &subgraphs.Call{Header: header})
	}
	fetch("7", subgraphs.HeaderField{Name: "X-In", Value: "in"}, subgraphs.HeaderField{Name: "Authorization", Value: "Bearer t"},
		subgraphs.HeaderField{Name: "Host", Value: "evil"}, subgraphs.HeaderField{Name: "Content-Length", Value: "9"}, subgraphs.HeaderField{Name: "Connection", Value: "x-static"},
		subgraphs.HeaderField{Name: "If-None-Match", Value: "*"}, subgraphs.HeaderField{Name: "Accept", Value: "text/html"})
	s := f.sent[0]
	for name, want := range map[string]string{"X-Static": "s", "X-Version": "2", "X-Id": "7", "X-From": "in", "Authorization": "Bearer t", "Host": "", "Content-Length": "", "Connection": "", "If-None-Match": "", "Accept": "application/json"} {
		if got := s.header(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	for _, bad := range []string{"a\r\nX-Evil: 1", "a\n", "a\x00b"} {
		a := fetch(bad)
		if len(f.sent) != 1 || len(a.Errs) != 1 || a.Errs[0].Code != CodeBadInput {
			t.Errorf("%q: %v", bad, errTexts(a))
		}
		if a = fetch("7", subgraphs.HeaderField{Name: "X-Out", Value: bad}); len(f.sent) != 1 || a.Errs[0].Code != CodeBadInput {
			t.Errorf("forwarded %q: %v", bad, errTexts(a))
		}
	}
}

func TestRetries(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	good := ok(`{"id":1,"text":"x"}`)
	flaky := func(n int, fails ...any) *fake {
		return &fake{answer: func(i int, _ *HTTPRequest) (*HTTPResponse, error) {
			if i < n {
				switch f := fails[i%len(fails)].(type) {
				case error:
					return nil, f
				case *HTTPResponse:
					return f, nil
				}
			}
			return good, nil
		}}
	}
	t.Run("repeated twice with jitter", func(t *testing.T) {
		f := flaky(2, status(503, ""), unreachable())
		h := newHarness(t, up, f)
		same(t, "row", rowTexts(h.root("Query.todo", `todo(todoID: 1) { text }`), 0), []string{`{"todo":{"text":"x"}}`})
		if len(h.clock.pauses) != 2 || h.clock.pauses[0] != 25*time.Millisecond || h.clock.pauses[1] != 50*time.Millisecond {
			t.Errorf("pauses %v", h.clock.pauses)
		}
	})
	t.Run("no more than twice", func(t *testing.T) {
		f := flaky(3, status(502, ""))
		a := newHarness(t, up, f).root("Query.todo", `todo(todoID: 1) { text }`)
		if len(f.sent) != 3 || a.Errs[0].Code != CodeUpstream {
			t.Errorf("%d requests, %v", len(f.sent), errTexts(a))
		}
	})
	t.Run("what will not get better", func(t *testing.T) {
		for _, fail := range []any{status(500, ""), status(400, ""), &transport.Error{Kind: transport.Timeout}, &transport.Error{Kind: transport.Lost}} {
			f := flaky(9, fail)
			newHarness(t, up, f).root("Query.must", `must(id: 1) { text }`)
			if len(f.sent) != 1 {
				t.Errorf("%v: %d requests", fail, len(f.sent))
			}
		}
	})
	t.Run("Retry-After", func(t *testing.T) {
		f := flaky(1, status(429, "", subgraphs.HeaderField{Name: "Retry-After", Value: "3"}))
		h := newHarness(t, up, f)
		h.root("Query.todo", `todo(todoID: 1) { text }`)
		if len(h.clock.pauses) != 1 || h.clock.pauses[0] != 3*time.Second {
			t.Errorf("pauses %v", h.clock.pauses)
		}
	})
	t.Run("within the deadline", func(t *testing.T) {
		f := flaky(1, status(503, "", subgraphs.HeaderField{Name: "Retry-After", Value: "3"}))
		h := newHarness(t, up, f)
		ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(time.Hour))
		defer cancel()
		h.clock.now = time.Now().Add(time.Hour - time.Second)
		a := h.prepare(&subgraphs.FetchSpec{Facet: "Query.todo", Root: selections(t, `todo(todoID: 1) { text }`)}).Fetch(ctx, &subgraphs.Call{})
		if len(f.sent) != 1 || len(a.Errs) != 1 {
			t.Errorf("%d requests, %v", len(f.sent), errTexts(a))
		}
	})
	t.Run("budget", func(t *testing.T) {
		f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(503, ""), nil }}
		h := newHarness(t, up, f)
		for range 100 {
			h.root("Query.todo", `todo(todoID: 1) { text }`)
		}
		if n := len(f.sent); n < 105 || n > 125 {
			t.Errorf("%d requests for 100 with a budget of 10%%", n)
		}
	})
	t.Run("mutations are not", func(t *testing.T) {
		f := flaky(1, status(503, ""))
		newHarness(t, up, f).root("Mutation.touch", `touch(id: 1) { id }`)
		if len(f.sent) != 1 || f.sent[0].header("Idempotency-Key") != "" {
			t.Errorf("%v", f.lines())
		}
	})
	t.Run("unless they are idempotent", func(t *testing.T) {
		f := flaky(1, status(503, ""))
		newHarness(t, up, f).root("Mutation.createTodo", `createTodo(todo: {text: "x"}) { id }`)
		if len(f.sent) != 2 || f.sent[0].header("Idempotency-Key") != "key-1" || f.sent[1].header("Idempotency-Key") != "key-1" {
			t.Errorf("%v", f.sent)
		}
		f = flaky(1, status(503, ""))
		newHarness(t, up, f).root("Mutation.removeTodo", `removeTodo(id: 1)`)
		if len(f.sent) != 2 {
			t.Errorf("DELETE: %v", f.lines())
		}
	})
}

func TestTransportFailures(t *testing.T) {
	spec := todoSpec()
	spec.Retry.Attempts = -1
	up := compiled(t, todoSDL, spec)
	for want, err := range map[string]error{
		CodeTimeout: &transport.Error{Kind: transport.Timeout}, CodeUnreachable: unreachable(), CodeUpstream: &transport.Error{Kind: transport.Lost},
		CodeDecode: &transport.Error{Kind: transport.TooLarge}, CodeCancelled: &transport.Error{Kind: transport.Cancelled},
	} {
		f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return nil, err }}
		a := newHarness(t, up, f).root("Query.todos", "todos { id }")
		same(t, want, errTexts(a), []string{`0/0 ["todos"] ` + want})
		if strings.Contains(a.Errs[0].Message, "refused") {
			t.Error("the message names the cause")
		}
	}
	f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return nil, errors.New("odd") }}
	same(t, "other", errTexts(newHarness(t, up, f).root("Query.todos", "todos { id }")), []string{`0/0 ["todos"] UPSTREAM_UNREACHABLE`})
}

// Root fields of a mutation run in order, equal ones each for itself.
func TestMutationsAreSerial(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	running := 0
	var order []string
	f := &fake{answer: func(n int, r *HTTPRequest) (*HTTPResponse, error) {
		if running++; running != 1 {
			t.Error("two at the same time")
		}
		order = append(order, string(r.Body))
		running--
		if n == 1 {
			return status(500, ""), nil
		}
		return ok(`{"id":` + string(rune('0'+n)) + `,"priority":3}`), nil
	}}
	a := newHarness(t, up, f).root("Mutation.createTodo", `
		b: createTodo(todo: {text: "x", dueDate: "d", priority: HIGH}) { id priority }
		a: createTodo(todo: {text: "y", priority: IN_BETWEEN}) { id }
		c: createTodo(todo: {text: "y", priority: LOW}) { __typename id }
		d: createTodo(todo: {text: "y", priority: LOW}) { id }`)
	same(t, "row", rowTexts(a, 0), []string{`{"b":{"id":"0","priority":"HIGH"},"a":null,"c":{"__typename":"Todo","id":"2"},"d":{"id":"3"}}`})
	same(t, "errors", errTexts(a), []string{`0/0 ["a"] UPSTREAM_ERROR`})
	same(t, "bodies", order, []string{`{"text":"x","due_date":"d","priority":3}`, `{"text":"y","priority":"in_between"}`, `{"text":"y","priority":"low!"}`, `{"text":"y","priority":"low!"}`})
	if !a.Cache.NoStore {
		t.Error("a mutation can be stored")
	}
}

func TestWrongFetches(t *testing.T) {
	h := newHarness(t, compiled(t, itemSDL, itemSpec(itemLookup())), answers("[]"))
	for name, spec := range map[string]*subgraphs.FetchSpec{
		"no facet":   {Facet: "Nope", Root: selections(t, "all { id }")},
		"other kind": {Facet: "Query.all", Kind: schema.Mutation, Root: selections(t, "all { id }")},
		"nothing":    {Facet: "Query.all"},
		"no lookup":  {Facet: "Item", Root: selections(t, "all { id }")},
		"not given":  {Facet: "Item", Entries: []subgraphs.Entry{h.entry("Item", "id tags")}},
		"argument":   {Facet: "Query.one", Root: selections(t, "one(idd: 3) { id }")},
	} {
		if _, err := h.client.Prepare(spec); err == nil {
			t.Errorf("%s: prepared", name)
		}
	}
	a := h.lookup("Item", "id", `3`, `{`, `{"id":1}`)
	same(t, "rows that are none", rowTexts(a, 0), []string{"error", "error", "missing"})
}

// A body that nobody reads may be anything.
func TestIgnoredBodies(t *testing.T) {
	f := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) { return status(200, "<p>done</p>"), nil }}
	a := newHarness(t, compiled(t, todoSDL, todoSpec()), f).root("Mutation.removeTodo", `removeTodo(id: 3)`)
	same(t, "row", append(rowTexts(a, 0), errTexts(a)...), []string{`{"removeTodo":true}`})
}

// Rows that were not found are counted by type.
func TestMissingRowsAreCounted(t *testing.T) {
	up := compiled(t, itemSDL, itemSpec(itemLookup()))
	counted := map[string]int{}
	h := &harness{t: t, up: up, client: up.Client(Options{Transport: answers(`[{"id":1}]`), OnMissing: func(typ string, rows int) { counted[typ] += rows }})}
	h.lookup("Item", "id", `{"id":1}`, `{"id":2}`, `{"id":3}`, `{"id":null}`)
	if counted["Item"] != 2 || len(counted) != 1 {
		t.Error(counted)
	}
}
