package dataserver

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// testServer serves over HTTP with a fault hook that tests may change.
type testServer struct {
	*Server
	url string
}

func serve(t *testing.T, opts Options) testServer {
	t.Helper()
	if opts.SDL == "" {
		opts.SDL = `type Query { topUser: User user(id: ID!): User } type User { id: ID! name: String }`
	}
	if opts.Data == nil {
		opts.Data = parseShop(t)
	}
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return testServer{s, h.URL}
}

func send(t *testing.T, req *http.Request) (int, http.Header, string, error) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(body), err
}

func newRequest(t *testing.T, method, url, body string, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

const askName = `{"query":"{topUser{name}}"}`

func TestHTTP(t *testing.T) {
	s := serve(t, Options{Name: "s", KeepLog: true, MaxBody: 1000})
	get := func(query string) string { return s.url + "?query=" + url.QueryEscape(query) }
	for _, tc := range []struct {
		name   string
		req    *http.Request
		status int
		want   string
	}{
		{"post", newRequest(t, "POST", s.url, askName), 200, `{"data":{"topUser":{"name":"Ada"}}}`},
		{"charset", newRequest(t, "POST", s.url, askName, "Content-Type", "application/json; charset=utf-8"), 200, "Ada"},
		{"get", newRequest(t, "GET", get(`query($i:ID!){user(id:$i){name}}`)+"&variables="+url.QueryEscape(`{"i":"2"}`), ""), 200, "Bob"},
		{"get without query", newRequest(t, "GET", s.url, ""), 400, "no query"},
		{"get, bad variables", newRequest(t, "GET", get(`{topUser{id}}`)+"&variables=[1]", ""), 400, "not an object"},
		{"method", newRequest(t, "PUT", s.url, askName), 405, "only GET and POST"},
		{"media type", newRequest(t, "POST", s.url, askName, "Content-Type", "text/plain"), 415, "application/json"},
		{"not JSON", newRequest(t, "POST", s.url, `{`), 400, "BAD_REQUEST"},
		{"batch", newRequest(t, "POST", s.url, `[]`), 400, "BAD_REQUEST"},
		{"no query", newRequest(t, "POST", s.url, `{"variables":{}}`), 400, "no query"},
		{"variables", newRequest(t, "POST", s.url, `{"query":"{topUser{id}}","variables":1}`), 400, "not an object"},
		{"too large", newRequest(t, "POST", s.url, askName+strings.Repeat(" ", 1000)), 413, "too large"},
		{"invalid, old media type", newRequest(t, "POST", s.url, `{"query":"{nope}"}`), 200, "GRAPHQL_VALIDATION_FAILED"},
		{"invalid, new media type", newRequest(t, "POST", s.url, `{"query":"{nope}"}`, "Accept", mediaResponse), 400, "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, header, body, err := send(t, tc.req)
			if err != nil || status != tc.status || !strings.Contains(body, tc.want) {
				t.Errorf("%d %q %v", status, body, err)
			}
			want := mediaJSON
			if tc.req.Header.Get("Accept") == mediaResponse {
				want = mediaResponse
			}
			if !strings.HasPrefix(header.Get("Content-Type"), want) {
				t.Error(header)
			}
		})
	}
	if n := s.Requests(); n != 14 {
		t.Errorf("%d requests counted", n)
	}
	log := s.Log()
	if len(log) != 5 || log[0].Query != "{topUser{name}}" || log[2].Variables["i"] != "2" || log[0].Header.Get("Content-Type") == "" {
		t.Errorf("%+v", log)
	}
	s.ResetCounters()
	if s.Requests() != 0 || len(s.Log()) != 0 {
		t.Error("the counters were not reset")
	}
}

func TestMutationsNeedPost(t *testing.T) {
	data, err := ParseData([]byte(`{"roots": {"Query.n": {"expr": ["state", "n", 0]},
		"Mutation.inc": {"do": [{"state": "n", "value": ["+", ["state", "n", 0], 1], "as": "n"}], "return": "$n"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, Options{SDL: `type Query { n: Int } type Mutation { inc: Int }`, Data: data})
	_, _, body, err := send(t, newRequest(t, "GET", s.url+"?query="+url.QueryEscape("mutation{inc}"), ""))
	if err != nil || !strings.Contains(body, "GET serves queries only") {
		t.Error(body, err)
	}
	var done sync.WaitGroup
	for range 20 {
		done.Go(func() {
			if _, _, body, err := send(t, newRequest(t, "POST", s.url, `{"query":"mutation{a:inc b:inc}"}`)); err != nil || strings.Contains(body, "errors") {
				t.Error(body, err)
			}
			if _, _, body, err := send(t, newRequest(t, "POST", s.url, `{"query":"{n}"}`)); err != nil || strings.Contains(body, "errors") {
				t.Error(body, err)
			}
		})
	}
	done.Wait()
	if _, _, body, _ := send(t, newRequest(t, "POST", s.url, `{"query":"{n}"}`)); body != `{"data":{"n":40}}` {
		t.Error(body)
	}
	data.Reset()
	if _, _, body, _ := send(t, newRequest(t, "POST", s.url, `{"query":"{n}"}`)); body != `{"data":{"n":0}}` {
		t.Errorf("after Reset: %s", body)
	}
}

func TestFaults(t *testing.T) {
	release := make(chan struct{})
	arrived := make(chan struct{}, 1)
	faults := map[string]*Fault{
		"status":   {Status: 503, Header: http.Header{"Retry-After": {"7"}}},
		"body":     {Body: []byte("<html>")},
		"empty":    {Body: []byte{}},
		"truncate": {Truncate: 9},
		"close":    {Close: true},
		"wait":     {Wait: release},
		"hang":     {Hang: true},
	}
	s := serve(t, Options{Fault: func(r *http.Request) *Fault {
		select {
		case arrived <- struct{}{}:
		default:
		}
		return faults[r.Header.Get("X-Fault")]
	}})
	with := func(fault string) *http.Request { return newRequest(t, "POST", s.url, askName, "X-Fault", fault) }

	status, header, body, err := send(t, with("status"))
	if err != nil || status != 503 || header.Get("Retry-After") != "7" || !strings.Contains(body, "Ada") {
		t.Error(status, header, body, err)
	}
	if status, _, body, err := send(t, with("body")); err != nil || status != 200 || body != "<html>" {
		t.Error(status, body, err)
	}
	if status, _, body, err := send(t, with("empty")); err != nil || status != 200 || body != "" {
		t.Error(status, body, err)
	}
	if _, _, body, err := send(t, with("truncate")); err == nil || len(body) != 9 {
		t.Errorf("%q %v", body, err)
	}
	if _, _, _, err := send(t, with("close")); err == nil {
		t.Error("an answer came over a closed connection")
	}
	if _, _, body, err := send(t, with("")); err != nil || !strings.Contains(body, "Ada") {
		t.Error(body, err)
	}

	got := make(chan string, 1)
	go func() {
		_, _, body, _ := send(t, with("wait"))
		got <- body
	}()
	close(release)
	if body := <-got; !strings.Contains(body, "Ada") {
		t.Error(body)
	}

	select {
	case <-arrived:
	default:
	}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, _, _, err := send(t, with("hang").WithContext(ctx))
		failed <- err
	}()
	<-arrived
	cancel()
	if err := <-failed; err == nil {
		t.Error("a hanging server answered")
	}
}
