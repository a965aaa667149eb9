package httpcache

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The corpus is that of https://cache-tests.fyi as data. TestCorpus plays both
// the client and the origin of its runner, on a clock that need not be waited
// for; test/httpcache runs the real one over sockets.

type corpusSuite struct {
	ID    string       `json:"id"`
	Tests []corpusTest `json:"tests"`
}

type corpusTest struct {
	ID          string          `json:"id"`
	Kind        string          `json:"kind"`
	BrowserOnly bool            `json:"browser_only"`
	DependsOn   []string        `json:"depends_on"`
	Requests    []corpusRequest `json:"requests"`
}

type corpusRequest struct {
	Method          string            `json:"request_method"`
	RequestHeaders  [][2]any          `json:"request_headers"`
	RequestBody     string            `json:"request_body"`
	Filename        string            `json:"filename"`
	Query           string            `json:"query_arg"`
	MagicIMS        bool              `json:"magic_ims"`
	MagicLocations  bool              `json:"magic_locations"`
	RFC850          []string          `json:"rfc850date"`
	Status          []any             `json:"response_status"`
	ResponseHeaders [][]any           `json:"response_headers"`
	ResponseBody    *string           `json:"response_body"`
	Disconnect      bool              `json:"disconnect"`
	Pause           bool              `json:"pause_after"`
	Type            string            `json:"expected_type"`
	ExpectedStatus  int               `json:"expected_status"`
	ExpectedText    *string           `json:"expected_response_text"`
	Expected        []json.RawMessage `json:"expected_response_headers"`
	Missing         []json.RawMessage `json:"expected_response_headers_missing"`
	AtOrigin        []json.RawMessage `json:"expected_request_headers"`
	CheckBody       *bool             `json:"check_body"`
}

// corpusMisses are the tests that are not passed, and why.
var corpusMisses = map[string]string{
	"vary-normalise-lang-select":                 "choosing by Content-Language takes knowing what other languages there are",
	"vary-normalise-space":                       "the syntax of an unknown field may not allow it",
	"conditional-lm-fresh-no-lm":                 "the stored Date is later than If-Modified-Since",
	"partial-store-partial-reuse-partial":        "partial responses are not stored",
	"partial-store-partial-complete":             "partial responses are not stored",
	"partial-store-partial-reuse-partial-absent": "partial responses are not stored",
	"partial-store-partial-reuse-partial-suffix": "partial responses are not stored",

	"partial-store-partial-reuse-partial-byterange": "partial responses are not stored",
}

func TestCorpus(t *testing.T) {
	folder := os.Getenv("WEFT_REFERENCE")
	if folder == "" {
		t.Skip("WEFT_REFERENCE is not set")
	}
	data, err := os.ReadFile(filepath.Join(folder, "cache-tests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var suites []corpusSuite
	if err := json.Unmarshal(data, &suites); err != nil {
		t.Fatal(err)
	}
	passed, count := map[string]int{}, map[string]int{}
	for _, suite := range suites {
		for _, test := range suite.Tests {
			if test.BrowserOnly || test.Kind == "check" {
				continue
			}
			kind := test.Kind
			if kind == "" {
				kind = "required"
			}
			count[kind]++
			failed := playCorpus(t, test)
			_, known := corpusMisses[test.ID]
			switch {
			case failed == "":
				passed[kind]++
				if known {
					t.Errorf("%s is passed, but listed as missed", test.ID)
				}
			case kind == "required" || !known:
				t.Errorf("%s (%s): %s", test.ID, kind, failed)
			}
		}
	}
	if len(count) != 2 || count["required"] < 150 || count["optimal"] < 80 {
		t.Errorf("the corpus is not complete: %v", count)
	}
	t.Logf("passed %v of %v", passed, count)
}

// playCorpus plays one test and tells what went wrong.
func playCorpus(t *testing.T, test corpusTest) string {
	w := newWorld(t, shared(), Options{Heuristic: true})
	o := &corpusOrigin{world: w, test: test}
	var last *Response
	for i, rc := range test.Requests {
		res, outcome, err := w.cache.Do(context.Background(), o.request(i, last), w.policy, o.fetch)
		if err != nil {
			if rc.Disconnect && rc.Type == "not_cached" {
				return "" // as it should be, and the end of all such tests
			}
			return fmt.Sprintf("request %d: %v", i+1, err)
		}
		if outcome.FromStore {
			res = &Response{Status: res.Status, Body: res.Body, Header: append(slices.Clip(res.Header),
				Field{Name: "Age", Value: strconv.Itoa(int(outcome.Age / time.Second))})}
		}
		if failed := o.check(i, res); failed != "" {
			return fmt.Sprintf("request %d: %s", i+1, failed)
		}
		last = res
		if rc.Pause {
			w.clock.advance(3 * time.Second)
		}
	}
	return ""
}

type corpusOrigin struct {
	*world
	test corpusTest
	seen []corpusSeen
}

type corpusSeen struct {
	number int
	header []Field
}

const corpusBody = "the body"

func (o *corpusOrigin) request(i int, last *Response) *Request {
	rc := o.test.Requests[i]
	r := &Request{Method: http.MethodGet, URL: "http://origin.test/test/" + o.test.ID, Body: []byte(rc.RequestBody)}
	if rc.Method != "" {
		r.Method = rc.Method
	}
	if rc.Filename != "" {
		r.URL += "/" + rc.Filename
	}
	if rc.Query != "" {
		r.URL += "?" + rc.Query
	}
	if rc.RequestHeaders == nil {
		r.Header = []Field{{Name: "Pragma", Value: "foo"}, {Name: "Cache-Control", Value: "nothing-to-see-here"}}
	}
	for _, h := range rc.RequestHeaders {
		name := textproto.CanonicalMIMEHeaderKey(h[0].(string))
		v, _ := h[1].(string)
		if d, ok := h[1].(float64); ok {
			at, _ := value(last.Header, "Server-Now")
			now, err := time.Parse(time.RFC3339, at)
			if err != nil {
				panic(err)
			}
			v = rc.date(name, now, d)
		}
		r.Header = append(r.Header, Field{Name: name, Value: v})
	}
	r.Header = append(r.Header, Field{Name: "Test-Id", Value: o.test.ID}, Field{Name: "Req-Num", Value: strconv.Itoa(i + 1)})
	return r
}

func (rc *corpusRequest) date(name string, now time.Time, seconds float64) string {
	at := now.Add(time.Duration(seconds) * time.Second).UTC()
	if slices.Contains(rc.RFC850, strings.ToLower(name)) {
		return at.Format("Monday, 02-Jan-06 15:04:05 GMT")
	}
	return at.Format(http.TimeFormat)
}

func (o *corpusOrigin) fetch(_ context.Context, r *Request) (*Response, error) {
	number, _ := value(r.Header, "Req-Num")
	i, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	rc := o.test.Requests[i-1]
	o.seen = append(o.seen, corpusSeen{number: i, header: r.clone().Header})
	now := o.clock.now()
	res := &Response{Status: 200}
	if len(rc.Status) > 0 {
		res.Status = int(rc.Status[0].(float64))
	}
	if strings.HasSuffix(rc.Type, "validated") {
		res.Status = 999
		for _, h := range o.test.Requests[i-2].ResponseHeaders {
			var condition string
			switch h[0].(string) {
			case "ETag":
				condition = "If-None-Match"
			case "Last-Modified":
				condition = "If-Modified-Since"
			default:
				continue
			}
			if sent, ok := value(r.Header, condition); ok && (fmt.Sprint(h[1]) == sent || h[0] == "Last-Modified") {
				res.Status = http.StatusNotModified
			}
		}
	}
	res.Header = []Field{{Name: "Server-Request-Count", Value: strconv.Itoa(len(o.seen))}, {Name: "Server-Now", Value: now.Format(time.RFC3339)}}
	for _, h := range rc.ResponseHeaders {
		res.Header = append(res.Header, o.responseField(&rc, r, h, now))
	}
	if !has(res.Header, "Date") {
		res.Header = append(res.Header, Field{Name: "Date", Value: now.UTC().Format(http.TimeFormat)})
	}
	if rc.Disconnect {
		return nil, errOrigin
	}
	if res.Status != http.StatusNotModified && res.Status != http.StatusNoContent && r.Method != http.MethodHead {
		res.Body = []byte(corpusBody)
		if rc.ResponseBody != nil {
			res.Body = []byte(*rc.ResponseBody)
		}
	}
	return res, nil
}

func (o *corpusOrigin) responseField(rc *corpusRequest, r *Request, h []any, now time.Time) Field {
	name := textproto.CanonicalMIMEHeaderKey(h[0].(string))
	v, _ := h[1].(string)
	if d, ok := h[1].(float64); ok {
		v = rc.date(name, now, d)
	}
	if rc.MagicLocations && strings.HasSuffix(name, "Location") {
		if v != "" {
			v = "/" + v
		}
		v = strings.TrimPrefix(r.URL, "http://origin.test") + v
	}
	return Field{Name: name, Value: v}
}

// check tells what is wrong with a response.
func (o *corpusOrigin) check(i int, res *Response) string {
	rc := o.test.Requests[i]
	count, _ := value(res.Header, "Server-Request-Count")
	at, _ := strconv.Atoi(count)
	asked := len(o.seen) > 0 && o.seen[len(o.seen)-1].number == i+1
	switch rc.Type {
	case "cached":
		if at >= i+1 || asked {
			return "does not come from the cache"
		}
	case "not_cached":
		if at != i+1 {
			return "comes from the cache"
		}
	case "etag_validated", "lm_validated":
		condition := "If-None-Match"
		if rc.Type == "lm_validated" {
			condition = "If-Modified-Since"
		}
		if !asked || !has(o.seen[len(o.seen)-1].header, condition) {
			return "was not revalidated"
		}
	}
	want := 200
	if len(rc.Status) > 0 {
		want = int(rc.Status[0].(float64))
	}
	if rc.ExpectedStatus > 0 {
		want = rc.ExpectedStatus
	}
	if res.Status != want {
		return fmt.Sprintf("status %d, not %d", res.Status, want)
	}
	for _, raw := range rc.AtOrigin {
		name, v, _ := corpusHeader(raw)
		if !asked {
			return "the origin was not asked"
		}
		if got, ok := value(o.seen[len(o.seen)-1].header, name); !ok || v != nil && got != v {
			return fmt.Sprintf("the origin got %s %q", name, got)
		}
	}
	for _, raw := range rc.Expected {
		name, v, operator := corpusHeader(raw)
		got, ok := combined(res.Header, name)
		switch x := v.(type) {
		case nil:
		case float64:
			if operator == ">" {
				n, _ := strconv.Atoi(got)
				ok = ok && float64(n) > x
			} else {
				now, _ := value(res.Header, "Server-Now")
				t, _ := time.Parse(time.RFC3339, now)
				ok = ok && got == rc.date(name, t, x)
			}
		case string:
			ok = ok && got == x
		}
		if !ok {
			return fmt.Sprintf("%s is %q", name, got)
		}
	}
	for _, raw := range rc.Missing {
		if name, v, _ := corpusHeader(raw); has(res.Header, name) {
			if got, _ := combined(res.Header, name); v == nil || strings.Contains(got, v.(string)) {
				return name + " is there"
			}
		}
	}
	return o.checkBody(&rc, res)
}

func (o *corpusOrigin) checkBody(rc *corpusRequest, res *Response) string {
	want := corpusBody
	switch {
	case rc.CheckBody != nil && !*rc.CheckBody, res.Status == 304, res.Status == 204, rc.Method == http.MethodHead:
		return ""
	case rc.ExpectedText != nil:
		want = *rc.ExpectedText
	case rc.ResponseBody != nil:
		want = *rc.ResponseBody
	}
	if string(res.Body) != want {
		return fmt.Sprintf("body %q, not %q", res.Body, want)
	}
	return ""
}

// corpusHeader reads what is expected of a field: a name, a name and a value, or
// a name, an operator and a value.
func corpusHeader(raw json.RawMessage) (name string, v any, operator string) {
	if json.Unmarshal(raw, &name) == nil {
		return textproto.CanonicalMIMEHeaderKey(name), nil, ""
	}
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		panic(err)
	}
	name = textproto.CanonicalMIMEHeaderKey(list[0].(string))
	if len(list) > 2 {
		operator, _ = list[1].(string)
	}
	return name, list[len(list)-1], operator
}
