package router

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

const (
	typeJSON    = "application/json; charset=utf-8"
	typeGraphQL = "application/graphql-response+json; charset=utf-8"
)

// response is a decoded GraphQL response.
type response struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string           `json:"message"`
		Locations  []map[string]int `json:"locations"`
		Path       []any            `json:"path"`
		Extensions struct {
			Code    string `json:"code"`
			Service string `json:"service"`
		} `json:"extensions"`
	} `json:"errors"`
}

func decode(t testing.TB, b []byte) response {
	t.Helper()
	var r response
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatalf("not JSON: %v: %s", err, b)
	}
	return r
}

func (r response) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Extensions.Code
}

func get(params ...string) string {
	v := url.Values{}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	return "/graphql?" + v.Encode()
}

// TestHTTP goes through the GraphQL-over-HTTP specification.
func TestHTTP(t *testing.T) {
	c := demoConfig(t, startDemo(t))
	c.TrafficShaping.Router.MaxRequestBodySize = 2000
	r := newRouter(t, c)
	jsonBody := []string{"Content-Type", "application/json"}
	modern := []string{"Content-Type", "application/json", "Accept", "application/graphql-response+json"}
	for _, tt := range []struct {
		name           string
		method, target string
		body           string
		header         []string

		status int
		ctype  string // typeJSON unless set
		code   string
		data   string
		allow  string
	}{
		{name: "post", body: `{"query":"{ me { id } __typename }"}`, data: `{"me":{"id":"1"},"__typename":"Query"}`},
		{name: "charset", body: `{"query":"{__typename}"}`, header: []string{"Content-Type", `Application/JSON; Charset="UTF-8"`}, data: `{"__typename":"Query"}`},
		{name: "modern type", body: `{"query":"{__typename}"}`, header: modern, ctype: typeGraphQL, data: `{"__typename":"Query"}`},
		{name: "both types", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Accept", "application/graphql-response+json, application/json;q=0.9"), ctype: typeGraphQL, data: `{"__typename":"Query"}`},
		{name: "prefers json", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Accept", "application/graphql-response+json;q=0.5, application/json;q=0.9"), data: `{"__typename":"Query"}`},
		{name: "any type", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Accept", "text/html,*/*;q=0.8"), data: `{"__typename":"Query"}`},
		{name: "excluded type", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Accept", "application/graphql-response+json;q=0, */*"), data: `{"__typename":"Query"}`},
		{name: "no acceptable type", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Accept", "text/html"), status: 406, code: CodeNotAcceptable},
		{name: "variables", body: `{"query":"query($id: ID!){ user(id: $id) { name } }","variables":{"id":"2"}}`, data: `{"user":{"name":"Alan Turing"}}`},
		{name: "null variables", body: `{"query":"{__typename}","variables":null,"operationName":null,"extensions":null}`, data: `{"__typename":"Query"}`},
		{name: "operation name", body: `{"query":"query A { a: __typename } query B { b: __typename }","operationName":"B"}`, data: `{"b":"Query"}`},
		{name: "escaped operation name", body: `{"query":"query A { a: __typename } query B { b: __typename }","operationName":"\u0042"}`, data: `{"b":"Query"}`},
		{name: "other keys", body: `{"id":[1,{"x":null}],"query":"{__typename}"}`, data: `{"__typename":"Query"}`},
		{name: "escapes", body: "{\"query\":\"{\\n\\t__typename\\u0020# \\ud83d\\ude00\\n}\"}", data: `{"__typename":"Query"}`},

		{name: "get", method: "GET", target: get("query", "{__typename}"), data: `{"__typename":"Query"}`},
		{name: "get with all", method: "GET", target: get("query", "query A($id: ID!){ user(id: $id) { id } }", "operationName", "A", "variables", ` {"id":"1"} `, "extensions", "{}"), data: `{"user":{"id":"1"}}`},
		{name: "get with bad variables", method: "GET", target: get("query", "{__typename}", "variables", `{"id"`), status: 400, code: "BAD_REQUEST"},
		{name: "get with array variables", method: "GET", target: get("query", "{__typename}", "variables", `[]`), status: 400, code: "BAD_REQUEST"},
		{name: "get twice", method: "GET", target: get("query", "{__typename}") + "&query=%7B__typename%7D", status: 400, code: "BAD_REQUEST"},
		{name: "get malformed", method: "GET", target: "/graphql?query=%zz", status: 400, code: "BAD_REQUEST"},
		{name: "get nothing", method: "GET", target: "/graphql", status: 400, code: "BAD_REQUEST"},
		{name: "mutation by get", method: "GET", target: get("query", `mutation { renameUser(id: "1", username: "x") { id } }`), status: 405, code: CodeMethodNotAllowed, allow: "POST"},
		{name: "put", method: "PUT", body: `{"query":"{__typename}"}`, status: 405, code: CodeMethodNotAllowed, allow: "GET, POST"},
		{name: "head", method: "HEAD", status: 405, code: CodeMethodNotAllowed, allow: "GET, POST"},

		{name: "form", body: "query=%7B__typename%7D", header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: CodeUnsupportedMediaType},
		{name: "text", body: `{"query":"{__typename}"}`, header: []string{"Content-Type", "text/plain"}, status: 415, code: CodeUnsupportedMediaType},
		{name: "text in disguise", body: `{"query":"{__typename}"}`, header: []string{"Content-Type", "text/plain; application/json"}, status: 415, code: CodeUnsupportedMediaType},
		{name: "no type", body: `{"query":"{__typename}"}`, header: []string{}, status: 415, code: CodeUnsupportedMediaType},
		{name: "latin", body: `{"query":"{__typename}"}`, header: []string{"Content-Type", "application/json; charset=iso-8859-1"}, status: 415, code: CodeUnsupportedMediaType},
		{name: "encoding", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Content-Encoding", "br"), status: 415, code: CodeUnsupportedMediaType},
		{name: "not gzip", body: `{"query":"{__typename}"}`, header: append(jsonBody, "Content-Encoding", "gzip"), status: 400, code: CodeBadRequest},

		{name: "empty", status: 400, code: "BAD_REQUEST"},
		{name: "not json", body: `query { me }`, status: 400, code: "BAD_REQUEST"},
		{name: "not json, modern", body: `{"query":`, header: modern, ctype: typeGraphQL, status: 400, code: "BAD_REQUEST"},
		{name: "more than json", body: `{"query":"{__typename}"}{}`, status: 400, code: "BAD_REQUEST"},
		{name: "batch", body: `[{"query":"{__typename}"}]`, status: 400, code: "BATCHING_NOT_SUPPORTED"},
		{name: "string", body: `"{__typename}"`, status: 400, code: "BAD_REQUEST"},
		{name: "no query", body: `{"operationName":"A"}`, status: 400, code: "BAD_REQUEST"},
		{name: "query of wrong type", body: `{"query":{"a":1}}`, status: 400, code: "BAD_REQUEST"},
		{name: "variables of wrong type", body: `{"query":"{__typename}","variables":[1]}`, status: 400, code: "BAD_REQUEST"},
		{name: "name of wrong type", body: `{"query":"{__typename}","operationName":1}`, status: 400, code: "BAD_REQUEST"},
		{name: "extensions of wrong type", body: `{"query":"{__typename}","extensions":"x"}`, status: 400, code: "BAD_REQUEST"},
		{name: "twice", body: `{"query":"{__typename}","qu\u0065ry":"{me{id}}"}`, status: 400, code: "BAD_REQUEST"},
		{name: "persisted", body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, status: 400, code: CodePersistedQuery},
		{name: "too large", body: `{"query":"{__typename}","x":"` + strings.Repeat("x", 3000) + `"}`, status: 413, code: CodeBodyTooLarge},

		{name: "syntax", body: `{"query":"{"}`, status: 200, code: "GRAPHQL_PARSE_FAILED"},
		{name: "syntax, modern", body: `{"query":"{"}`, header: modern, ctype: typeGraphQL, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "empty query", body: `{"query":""}`, header: modern, ctype: typeGraphQL, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "validation", body: `{"query":"{ nobody }"}`, status: 200, code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "validation, modern", body: `{"query":"{ nobody }"}`, header: modern, ctype: typeGraphQL, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "no such operation", body: `{"query":"{ __typename }","operationName":"A"}`, header: modern, ctype: typeGraphQL, status: 400, code: "OPERATION_RESOLUTION_FAILURE"},
		{name: "bad variable", body: `{"query":"query($id: ID!){ user(id: $id) { id } }","variables":{"id":[]}}`, header: modern, ctype: typeGraphQL, status: 400, code: "BAD_USER_INPUT"},
		{name: "bad variable, json", body: `{"query":"query($id: ID!){ user(id: $id) { id } }"}`, status: 200, code: "BAD_USER_INPUT"},
		{name: "defer", body: `{"query":"{ ... @defer { __typename } }"}`, header: modern, ctype: typeGraphQL, status: 400, code: "NOT_SUPPORTED"},
		{name: "introspection", body: `{"query":"{ __schema { queryType { name } } t: __type(name: \"Nobody\") { name } }"}`, data: `{"__schema":{"queryType":{"name":"Query"}},"t":null}`},
		{name: "too many aliases", body: `{"query":"{ ` + aliases(60) + `}"}`, header: modern, ctype: typeGraphQL, status: 400, code: "LIMIT_MAX_ALIASES"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.method == "" {
				tt.method = "POST"
			}
			if tt.target == "" {
				tt.target = "/graphql"
			}
			if tt.header == nil && tt.method == "POST" {
				tt.header = jsonBody
			}
			if tt.status == 0 {
				tt.status = 200
			}
			if tt.ctype == "" {
				tt.ctype = typeJSON
			}
			// Twice: the second time the caches answer.
			for range 2 {
				w := send(r, tt.method, tt.target, strings.NewReader(tt.body), tt.header...)
				if w.Code != tt.status || w.Header().Get("Content-Type") != tt.ctype || w.Header().Get("Allow") != tt.allow {
					t.Fatalf("status %d, type %s, allow %q; want %d, %s, %q: %s", w.Code, w.Header().Get("Content-Type"), w.Header().Get("Allow"), tt.status, tt.ctype, tt.allow, w.Body)
				}
				if w.Header().Get("X-Request-Id") == "" || w.Header().Get("Content-Length") == "" {
					t.Errorf("headers are missing: %v", w.Header())
				}
				got := decode(t, w.Body.Bytes())
				if got.code() != tt.code || tt.code != "" && got.Errors[0].Message == "" {
					t.Errorf("code %q, want %q: %s", got.code(), tt.code, w.Body)
				}
				if string(got.Data) != tt.data {
					t.Errorf("data %s, want %s: %s", got.Data, tt.data, w.Body)
				}
			}
		})
	}
}

func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("a" + strconv.Itoa(i) + ":__typename ")
	}
	return b.String()
}

func TestGzipBody(t *testing.T) {
	c := demoConfig(t, startDemo(t))
	c.TrafficShaping.Router.MaxRequestBodySize = 2000
	r := newRouter(t, c)
	squeeze := func(s string) *bytes.Buffer {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return &b
	}
	header := []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}
	w := send(r, "POST", "/graphql", squeeze(`{"query":"{__typename}"}`), header...)
	if w.Code != 200 || decode(t, w.Body.Bytes()).Data == nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// A small body that grows over the limit.
	w = send(r, "POST", "/graphql", squeeze(`{"query":"{__typename}","x":"`+strings.Repeat("x", 1<<20)+`"}`), header...)
	if w.Code != 413 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestErrorLocations(t *testing.T) {
	r := newRouter(t, demoConfig(t, startDemo(t)))
	got := decode(t, ask(r, "{\n  nobody\n}").Body.Bytes())
	if len(got.Errors) != 1 || len(got.Errors[0].Locations) != 1 || got.Errors[0].Locations[0]["line"] != 2 || got.Errors[0].Locations[0]["column"] != 3 {
		t.Errorf("%+v", got)
	}
}

func TestIntrospectionDisabled(t *testing.T) {
	c := demoConfig(t, startDemo(t))
	c.Introspection.Enabled = false
	r := newRouter(t, c)
	for _, query := range []string{`{ __schema { queryType { name } } }`, `{ ... { __type(name: "X") { name } } }`} {
		got := decode(t, ask(r, query).Body.Bytes())
		if got.code() != CodeIntrospectionDisabled || got.Data != nil {
			t.Errorf("%s: %+v", query, got)
		}
	}
	if got := decode(t, ask(r, `{ __typename }`).Body.Bytes()); string(got.Data) != `{"__typename":"Query"}` {
		t.Errorf("%+v", got)
	}
	if got := decode(t, ask(r, `{ topProduct { upc } }`).Body.Bytes()); strings.Contains(got.Errors[0].Message, "Did you mean") {
		t.Errorf("a hidden schema is told by suggestions: %s", got.Errors[0].Message)
	}
}

func TestRequestID(t *testing.T) {
	r := newRouter(t, demoConfig(t, startDemo(t)))
	if w := ask(r, `{__typename}`, "X-Request-Id", "abc-123"); w.Header().Get("X-Request-Id") != "abc-123" {
		t.Error(w.Header())
	}
	seen := map[string]bool{}
	for _, bad := range []string{"", "a b", "x\x00", strings.Repeat("x", 200), "<script>"} {
		id := ask(r, `{__typename}`, "X-Request-Id", bad).Header().Get("X-Request-Id")
		if id == bad || len(id) != 32 || seen[id] {
			t.Errorf("%q became %q", bad, id)
		}
		seen[id] = true
	}
}

func TestMutation(t *testing.T) {
	d := startDemo(t)
	r := newRouter(t, demoConfig(t, d))
	w := ask(r, `mutation { a: renameUser(id: "1", username: "first") { username } b: renameUser(id: "1", username: "second") { username reviews(first: 1) { rating } } }`)
	got := decode(t, w.Body.Bytes())
	if len(got.Errors) > 0 || !strings.HasPrefix(string(got.Data), `{"a":{"username":"first"},"b":{"username":"second"`) {
		t.Fatal(w.Body)
	}
}

func TestPaths(t *testing.T) {
	d := startDemo(t)
	c := demoConfig(t, d)
	c.Playground.Enabled = true
	r := newRouter(t, c)
	for path, want := range map[string]int{
		"/": 200, "/nothing": 404, "/health": 200, "/health/live": 200, "/health/ready": 200, "/health/x": 404, "/healthy": 404, "/graphql/": 404,
	} {
		if w := send(r, "GET", path, nil); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := send(r, "POST", "/health", nil); w.Code != 405 {
		t.Errorf("POST /health: %d", w.Code)
	}

	// Page and endpoint on one path.
	c = demoConfig(t, d)
	c.Playground.Enabled, c.Playground.Path = true, "/graphql"
	r = newRouter(t, c)
	if w := send(r, "GET", "/graphql", nil, "Accept", "text/html,*/*"); w.Code != 200 || !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := send(r, "GET", get("query", "{__typename}"), nil, "Accept", "text/html,*/*"); w.Code != 200 || decode(t, w.Body.Bytes()).Data == nil {
		t.Errorf("%d %v", w.Code, w.Header())
	}

	// Off unless enabled.
	c = config.Default()
	bare, err := New(Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	if w := send(bare, "GET", "/", nil); w.Code != 404 {
		t.Errorf("the playground is off: %d", w.Code)
	}
	if w := ask(bare, "{__typename}"); w.Code != 503 || decode(t, w.Body.Bytes()).code() != CodeNotReady {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
	if w := send(bare, "GET", "/health/ready", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
	if w := send(bare, "GET", "/health/live", nil); w.Code != 200 {
		t.Errorf("live: %d %s", w.Code, w.Body)
	}
}

// TestNotSupported refuses what has to wait for its turn.
func TestNotSupported(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	writeFile(t, c.Subgraphs[4].Schema.File, "type Query { a: Int } type Subscription { ticks: Int }")
	r := newRouter(t, c)
	for _, query := range []string{`subscription { ticks }`, `{ ... @defer { a } }`} {
		w := ask(r, query, "Accept", "application/graphql-response+json")
		if got := decode(t, w.Body.Bytes()); w.Code != 400 || got.code() != "NOT_SUPPORTED" || got.Data != nil {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestMeasuredLimits(t *testing.T) {
	log := &recorder{}
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Limits.Mode = "measure"
	r := newRouter(t, c, func(o *Options) { o.Logger = log })
	if got := decode(t, ask(r, "{ "+aliases(60)+"}").Body.Bytes()); len(got.Errors) > 0 {
		t.Errorf("%+v", got)
	}
	if !log.has("an operation is over a limit") {
		t.Errorf("%q", log.lines)
	}
}

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes() {
		if c.Meaning == "" || seen[c.Code] {
			t.Errorf("%+v", c)
		}
		seen[c.Code] = true
	}
}

// TestUnreadableConfiguration shows what never came as far as a reload.
func TestUnreadableConfiguration(t *testing.T) {
	r := newRouter(t, fileConfig(t, t.TempDir(), startUpstreams(t)))
	r.Fail(config.Errors{{Code: config.CodeSyntax, File: "router.yaml", Line: 3, Column: 1, Message: "not YAML"}})
	s, ready := r.Status()
	if !ready || s.Reloads.Failed != 1 || s.Reloads.LastError == nil || !strings.Contains(s.Reloads.LastError.Message, "router.yaml:3:1") {
		t.Errorf("%+v", s.Reloads)
	}
}
