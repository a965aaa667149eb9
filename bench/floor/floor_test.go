package floor

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/bench/upstream"
)

func TestWaves(t *testing.T) {
	calls := []upstream.Call{
		{Subgraph: "c", Begin: 25, End: 40}, // while b goes on, after a
		{Subgraph: "a", Begin: 0, End: 20}, {Subgraph: "b", Begin: 5, End: 30},
		{Subgraph: "d", Begin: 50, End: 60},
	}
	want := [][]Request{{{Subgraph: "a"}, {Subgraph: "b"}}, {{Subgraph: "c"}}, {{Subgraph: "d"}}}
	if got := Waves(calls); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestNet(t *testing.T) {
	var calls atomic.Int32
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if body, err := io.ReadAll(r.Body); err != nil || (r.Method == http.MethodGet) != (len(body) == 0) {
			http.Error(w, "what?", http.StatusBadRequest)
		}
		if r.Header.Get("Authorization") != "me" {
			http.Error(w, "who?", http.StatusForbidden)
		}
	}))
	defer up.Close()
	h := Net(&Recording{Base: up.URL, Waves: [][]Request{{{Subgraph: "a", Body: "1"}, {Subgraph: "b", Body: "2"}}, {{Method: http.MethodGet, Subgraph: "a?id=3"}}}, Answer: []byte(`{"data":1}`)})
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	req.Header.Set("Authorization", "me")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Body.String() != `{"data":1}` || calls.Load() != 3 {
		t.Errorf("%d %s, %d calls", w.Code, w.Body, calls.Load())
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
	if w.Code != http.StatusBadGateway {
		t.Errorf("%d", w.Code)
	}
}
