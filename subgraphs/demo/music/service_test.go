package music_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/demo/music"
)

func ask(t *testing.T, h http.Handler, method, url, body string, out any) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, url, err, w.Body)
		}
	}
	return w
}

type object struct {
	ID string `json:"id"`
}

func TestMultishow(t *testing.T) {
	one, _ := music.New()
	for _, c := range []struct{ method, url, body string }{
		{"GET", "/service1/songs/multishow?ids=s1&ids=nobody&ids=s2&ids=s3", ""},
		{"POST", "/service1/songs/multishow", "ids=s1&ids=nobody&ids=s2&ids=s3"},
		{"POST", "/service1/songs/multishow", `{"ids": ["s1", "nobody", "s2", "s3"]}`},
	} {
		var got []object
		ask(t, one, c.method, c.url, c.body, &got)
		// Unordered, and without what is not there.
		if len(got) != 3 || got[0].ID != "s2" || got[1].ID != "s3" || got[2].ID != "s1" {
			t.Errorf("%s %s: %v", c.method, c.url, got)
		}
	}
	if w := ask(t, one, "GET", "/service1/users?"+strings.Repeat("ids=u1&", 201), "", nil); w.Code != http.StatusBadRequest {
		t.Errorf("201 ids: status %d", w.Code)
	}
}

func TestMultiindex(t *testing.T) {
	one, _ := music.New()
	var got struct {
		Responses []struct{ Response []object }
	}
	ask(t, one, "GET", "/service1/songs/multiindex?playlist_ids=p1&playlist_ids=nobody&playlist_ids=p0&page=2&page_size=20", "", &got)
	if len(got.Responses) != 3 || len(got.Responses[0].Response) != 20 || len(got.Responses[1].Response) != 0 || len(got.Responses[2].Response) != 20 {
		t.Fatalf("%+v", got)
	}
	if got.Responses[2].Response[0].ID != "s140" {
		t.Errorf("the second page of p0 begins with %s", got.Responses[2].Response[0].ID)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	one, two := music.New()
	ask(t, one, "GET", "/service1/profile", "", nil)
	ask(t, one, "GET", "/service1/profile", "", nil)
	ask(t, two, "GET", "/service2/friendActivity", "", nil)
	ask(t, two, "GET", "/service2/schema.graphql", "", nil)
	var got map[string]int
	ask(t, one, "GET", "/-/requests", "", &got)
	if len(got) != 1 || got["GET /service1/profile"] != 2 {
		t.Error(got)
	}
	ask(t, two, "DELETE", "/-/requests", "", nil)
	if n := two.Requests(); len(n) != 0 {
		t.Error(n)
	}
}

func TestRevalidation(t *testing.T) {
	one, _ := music.New()
	w := ask(t, one, "GET", "/service1/playlists", "", nil)
	r := httptest.NewRequest("GET", "/service1/playlists", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	one.ServeHTTP(again, r)
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("status %d, %d bytes", again.Code, again.Body.Len())
	}
}

func TestSchemasParse(t *testing.T) {
	for _, text := range []string{music.Schema1, music.Schema2} {
		if _, errs := schema.Parse("service", text); len(errs) > 0 {
			t.Error(errs)
		}
	}
}
