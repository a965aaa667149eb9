package router

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo"
)

const homeQuery = `query Home {
	currentUser { name avatarUrl }
	playlists { name createdBy { name } songs(page: 1, pageSize: 20) { title streamUrl artists { name } } }
	friendActivity { friend { name } listenedTo { title } fromPlaylist { name } }
}`

// musicRouter is a router over the demo as the repository's router.yaml has it.
func musicRouter(t testing.TB, change func(*config.Config)) (*Router, *demo.Demo) {
	t.Helper()
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(context.Background()) })
	text, err := os.ReadFile("../router.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]string{"listen": "127.0.0.1:0"}
	for _, u := range d.Upstreams() {
		if u.Kind == demo.REST {
			flags["subgraphs."+u.Name+".rest.url"] = u.URL
			flags["subgraphs."+u.Name+".schema.url"] = u.URL + "/schema.graphql"
			continue
		}
		flags["subgraphs."+u.Name+".url"] = u.URL
	}
	loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: text}}, Flags: flags, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	loaded.Config.Log.Access = false
	if change != nil {
		change(loaded.Config)
	}
	return newRouter(t, loaded.Config), d
}

// The operation that the REST upstreams were made for: eight requests in three
// waves whatever the lengths of the lists, seven because all playlists that
// friends listen to are among those of the list, and none for shared data that is
// fresh.
func TestHomeQuery(t *testing.T) {
	r, d := musicRouter(t, nil)
	counted := func() map[string]int {
		out := map[string]int{}
		for _, name := range []string{"service1", "service2"} {
			for k, n := range d.Music(name).Requests() {
				out[k] = n
			}
			d.Music(name).Forget()
		}
		return out
	}
	answer := ask(r, homeQuery).Body.Bytes()
	var got struct {
		Data struct {
			CurrentUser struct{ Name, AvatarURL string }
			Playlists   []struct {
				Name      string
				CreatedBy struct{ Name string }
				Songs     []struct {
					Title   string
					Artists []struct{ Name string }
				}
			}
			FriendActivity []struct {
				Friend       struct{ Name string }
				ListenedTo   struct{ Title string }
				FromPlaylist *struct{ Name string }
			}
		}
		Errors []any
	}
	if err := json.Unmarshal(answer, &got); err != nil || len(got.Errors) > 0 {
		t.Fatalf("%v: %.500s", err, answer)
	}
	// One of 20 listens is to a song that is gone.
	if len(got.Data.Playlists) != 25 || len(got.Data.FriendActivity) != 19 {
		t.Fatalf("%d playlists, %d listens", len(got.Data.Playlists), len(got.Data.FriendActivity))
	}
	// Positional answers stay with their playlists: p1 begins with s37.
	if p := got.Data.Playlists[1]; p.CreatedBy.Name == "" || len(p.Songs) != 20 || !strings.HasSuffix(p.Songs[0].Title, " No. 37") || len(p.Songs[0].Artists) != 2 {
		t.Errorf("%+v", p)
	}
	for i, l := range got.Data.FriendActivity {
		if l.Friend.Name == "" || l.ListenedTo.Title == "" || l.FromPlaylist != nil && l.FromPlaylist.Name == "" {
			t.Errorf("listen %d: %+v", i, l)
		}
	}
	total := 0
	first := counted()
	for _, n := range first {
		total += n
	}
	if total != 7 || first["GET /service1/playlists/multishow"] != 0 {
		t.Errorf("%d requests: %v", total, first)
	}
	if again := ask(r, homeQuery).Body.Bytes(); string(again) != string(answer) {
		t.Errorf("another answer the second time: %.300s", again)
	}
	if second := counted(); second["GET /service1/songs/multishow"]+second["GET /service1/artists/multishow"]+second["POST /service1/artists/multishow"] != 0 {
		t.Errorf("shared data were asked for again: %v", second)
	}
	explained := ask(r, homeQuery, "Weft-Query-Plan", "json")
	if strings.Contains(explained.Body.String(), "queryPlan") {
		t.Error("the plan is shown although it is not exposed")
	}
}

func TestHomeQueryWaves(t *testing.T) {
	r, _ := musicRouter(t, func(c *config.Config) { c.QueryPlanning.Expose = true })
	got := ask(r, homeQuery, "Weft-Query-Plan", "json").Body.String()
	if !strings.Contains(got, `"requests":8,"waves":3`) {
		t.Errorf("%.300s", got[strings.Index(got, `"extensions"`):])
	}
}

// Types of one kind of upstream in another's: in both directions.
func TestRestAndGraphQLTogether(t *testing.T) {
	r, _ := musicRouter(t, nil)
	for _, c := range []struct{ query, want string }{
		{`{ topSongs(first: 1) { plays title artists { name } } }`, `{"data":{"topSongs":[{"plays":4729,"title":"Quiet Signal No. 0","artists":[{"name":"The Quiet Rivers"}]}]}}`},
		{`{ friendActivity { listenedTo { plays } } }`, `{"data":{"friendActivity":[{"listenedTo":{"plays":4729}},`},
	} {
		if got := ask(r, c.query).Body.String(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n%.300s", c.query, got)
		}
	}
}

// Mocked, the services are never asked.
func TestMockedUpstreams(t *testing.T) {
	r, d := musicRouter(t, func(c *config.Config) {
		for _, name := range []string{"service1", "service2"} {
			c.Subgraph(name).Mock = &config.Mock{Mode: "all", Seed: 7}
		}
	})
	first := ask(r, homeQuery).Body.String()
	if !strings.HasPrefix(first, `{"data":{"currentUser":{"name":"`) || strings.Contains(first, `"errors"`) {
		t.Fatalf("%.300s", first)
	}
	if again := ask(r, homeQuery).Body.String(); again != first {
		t.Error("another answer the second time")
	}
	if n := len(d.Music("service1").Requests()) + len(d.Music("service2").Requests()); n != 0 {
		t.Errorf("%d endpoints were asked", n)
	}
}
