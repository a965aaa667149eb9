// Package home has the benchmark over REST: one operation that needs eight
// endpoints of the demo's two music services, the configuration with which Weft
// answers it, and the right answer.
//
// In goes the URL of the services, out come a configuration and an answer. The
// answer is joined here from one request for each object and page, without
// anything of the router, so that it can tell whether a router is right.
package home

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Query is the operation.
const Query = `query Home {
  currentUser { name avatarUrl }
  playlists { name createdBy { name } songs(page: 1, pageSize: 20) { title streamUrl artists { name } } }
  friendActivity { friend { name } listenedTo { title } fromPlaylist { name } }
}`

// Named is what stands in the answer before the name of the user, which is what
// comes behind Bearer in the request's Authorization.
const Named = `"currentUser":{"name":"`

//go:embed router.yaml
var routerYAML string

// caching is a part of the configuration that says what is cached.
var caching = regexp.MustCompile(`(?m)^ +cache: .*\n|, cache: \{[^}]*\}`)

// Config returns the subgraphs part of a router.yaml for services at a URL.
func Config(base string, cached bool) string {
	text := routerYAML
	if !cached {
		text = caching.ReplaceAllString(text, "")
	}
	return strings.ReplaceAll(text, "{base}", base)
}

// Options say which answer is right.
type Options struct {
	// Base is the URL of the services.
	Base string
	// User is who asks.
	User string
	// Nulls keeps what has lost an object that it refers to, with null there. Without,
	// it is left out, which is what the configuration says.
	Nulls bool
}

type name struct {
	Name string `json:"name"`
}

type song struct {
	Title     string `json:"title"`
	StreamURL string `json:"streamUrl"`
	Artists   []name `json:"artists"`
}

type playlist struct {
	Name      string `json:"name"`
	CreatedBy name   `json:"createdBy"`
	Songs     []song `json:"songs"`
}

type title struct {
	Title string `json:"title"`
}

type listen struct {
	Friend       name   `json:"friend"`
	ListenedTo   *title `json:"listenedTo"`
	FromPlaylist *name  `json:"fromPlaylist"`
}

// Answer asks the services for everything and returns the right answer.
func Answer(ctx context.Context, o Options) ([]byte, error) {
	c := caller{ctx: ctx, o: &o}
	var profile struct {
		Response struct{ UserName, Avatar string }
	}
	c.get("/service1/profile", &profile)
	var lists []struct{ ID, Name, CreatedBy string }
	c.get("/service1/playlists", &lists)
	var data struct {
		CurrentUser struct {
			Name      string `json:"name"`
			AvatarURL string `json:"avatarUrl"`
		} `json:"currentUser"`
		Playlists      []playlist `json:"playlists"`
		FriendActivity []listen   `json:"friendActivity"`
	}
	data.CurrentUser.Name, data.CurrentUser.AvatarURL = profile.Response.UserName, profile.Response.Avatar
	for _, l := range lists {
		p := playlist{Name: l.Name, CreatedBy: *c.named("/service1/users", l.CreatedBy)}
		var pages struct {
			Responses []struct {
				Response []struct {
					Title     string
					StreamURL string   `json:"stream_url"`
					ArtistIDs []string `json:"artist_ids"`
				}
			}
		}
		c.get("/service1/songs/multiindex?page=1&page_size=20&playlist_ids="+url.QueryEscape(l.ID), &pages)
		for _, page := range pages.Responses {
			for _, s := range page.Response {
				out := song{Title: s.Title, StreamURL: s.StreamURL, Artists: []name{}}
				for _, id := range s.ArtistIDs {
					out.Artists = append(out.Artists, *c.named("/service1/artists/multishow", id))
				}
				p.Songs = append(p.Songs, out)
			}
		}
		data.Playlists = append(data.Playlists, p)
	}
	var activity []struct {
		UserID, SongID string
		PlaylistID     *string
	}
	c.get("/service2/friendActivity", &activity)
	for _, a := range activity {
		l := listen{Friend: *c.named("/service1/users", a.UserID)}
		var songs []title
		c.get("/service1/songs/multishow?ids="+url.QueryEscape(a.SongID), &songs)
		if len(songs) == 0 && !o.Nulls {
			continue
		}
		if len(songs) > 0 {
			l.ListenedTo = &songs[0]
		}
		if a.PlaylistID != nil {
			l.FromPlaylist = c.named("/service1/playlists/multishow", *a.PlaylistID)
		}
		data.FriendActivity = append(data.FriendActivity, l)
	}
	if c.err != nil {
		return nil, c.err
	}
	return json.Marshal(map[string]any{"data": data})
}

// caller makes requests and keeps the first error.
type caller struct {
	ctx  context.Context
	o    *Options
	seen map[string]*name
	err  error
}

// named returns the name of an object, which has to be there.
func (c *caller) named(path, id string) *name {
	path += "?ids=" + url.QueryEscape(id)
	if n := c.seen[path]; n != nil {
		return n
	}
	var found []name
	c.get(path, &found)
	if len(found) != 1 {
		if c.err == nil {
			c.err = fmt.Errorf("%s: %d objects", path, len(found))
		}
		return &name{}
	}
	if c.seen == nil {
		c.seen = map[string]*name{}
	}
	c.seen[path] = &found[0]
	return &found[0]
}

func (c *caller) get(path string, into any) {
	if c.err != nil {
		return
	}
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, c.o.Base+path, nil)
	if err != nil {
		c.err = err
		return
	}
	if c.o.User != "" {
		req.Header.Set("Authorization", "Bearer "+c.o.User)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.err = err
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		c.err = fmt.Errorf("%s: %s", path, resp.Status)
		return
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		c.err = fmt.Errorf("%s: %w", path, err)
	}
}
