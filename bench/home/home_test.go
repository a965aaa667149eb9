package home

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/bench/upstream"
	"github.com/weft-graphql/weft/config"
)

func TestAnswer(t *testing.T) {
	w, err := shop.New()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(upstream.New(w))
	defer s.Close()
	for _, c := range []struct {
		nulls   bool
		listens int
	}{{false, 19}, {true, 20}} {
		text, err := Answer(t.Context(), Options{Base: s.URL, User: "me", Nulls: c.nulls})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), Named+`me"`) {
			t.Errorf("not for the user: %.200s", text)
		}
		var got struct {
			Data struct {
				Playlists      []playlist
				FriendActivity []listen
			}
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Data.Playlists) != 25 || len(got.Data.FriendActivity) != c.listens {
			t.Fatalf("%d playlists, %d listens", len(got.Data.Playlists), len(got.Data.FriendActivity))
		}
		// p1 begins with s37, which is by a47 and a4.
		first := got.Data.Playlists[1].Songs[0]
		if len(got.Data.Playlists[1].Songs) != 20 || !strings.HasSuffix(first.Title, " No. 37") || len(first.Artists) != 2 {
			t.Errorf("%+v", first)
		}
		// The fifth listen is to a song that is gone.
		if gone := got.Data.FriendActivity[4].ListenedTo == nil; gone != c.nulls {
			t.Errorf("nulls %v: %+v", c.nulls, got.Data.FriendActivity[4])
		}
	}
	if _, err := Answer(t.Context(), Options{Base: s.URL + "/nowhere"}); err == nil {
		t.Error("an answer from nowhere")
	}
}

func TestConfig(t *testing.T) {
	for cached, want := range map[bool]int{false: 0, true: 4} {
		text := Config("http://127.0.0.1:1", cached)
		if got := strings.Count(text, "cache:"); got != want {
			t.Errorf("cached %v: %d times in\n%s", cached, got, text)
		}
		if _, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(text)}}, Environ: []string{}}); err != nil {
			t.Errorf("cached %v: %v", cached, err)
		}
	}
}
