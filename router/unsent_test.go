package router

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// resetStream is a response whose client leaves while it is being written: as in
// HTTP/2, the write fails although the server goes on reading what it was given.
type resetStream struct {
	http.ResponseWriter
	given []byte
}

func (s *resetStream) Write(p []byte) (int, error) {
	s.given = p
	return 0, errors.New("the stream was reset")
}

// TestUnsentResponseIsNotUsedAgain: the memory of a response that could not be
// written must not come to hold another client's.
func TestUnsentResponseIsNotUsedAgain(t *testing.T) {
	r, _ := prepareLocal(t)
	post := func(w http.ResponseWriter, query string) {
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
		req.Header.Set("Content-Type", "application/json")
		r.ServeHTTP(w, req)
	}
	for range 20 {
		w := &resetStream{ResponseWriter: httptest.NewRecorder()}
		post(w, `{ first: __typename }`)
		before := slices.Clone(w.given)
		post(httptest.NewRecorder(), `{ other: __typename }`)
		if len(before) == 0 || !slices.Equal(before, w.given) {
			t.Fatalf("%q has become %q", before, w.given)
		}
	}
}
