package load

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Answers that name who asks have to name the one who asked.
func TestNamed(t *testing.T) {
	const named = `{"data":{"name":"`
	for _, c := range []struct {
		answerer func(user string) string
		failed   int64
	}{
		{func(user string) string { return user }, 0},
		{func(string) string { return User(7) }, 9},
		{func(string) string { return "" }, 10},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `%s%s"}}`, named, c.answerer(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
		}))
		r, err := Run(Options{
			URL: s.URL + "/", Connections: 1, Count: 10, Unique: true, Named: named, Want: []byte(named + Nobody + `"}}`),
			Body: func(dst []byte, _ int64) []byte { return append(dst, "{}"...) },
		})
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		if r.Failed != c.failed || r.Answers != 10-c.failed || (r.Problem != nil) != (c.failed > 0) {
			t.Errorf("%d failed, want %d: %v", r.Failed, c.failed, r.Problem)
		}
	}
}
