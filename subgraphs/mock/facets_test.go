package mock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/test/federation"
)

const halfBuilt = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])
type Query { playlists: [Playlist!]! featured: [Song!]! }
type Playlist @key(fields: "id") { id: ID! name: String! songs: [Song!]! mood: String! }
type Song @key(fields: "id") { id: ID! title: String! lyrics: Lyrics! }
type Lyrics { text: String! writers: [Artist!]! }
type Artist @key(fields: "id") { id: ID! name: String! }`

func gives(typ string, fields ...string) subgraphs.FacetType {
	out := subgraphs.FacetType{Type: typ}
	for _, f := range fields {
		out.Fields = append(out.Fields, subgraphs.FacetField{Name: f})
	}
	return out
}

// endpoints are what is there of halfBuilt.
var endpoints = []subgraphs.Facet{
	{Name: "playlists", RootType: "Query", RootField: "playlists", Gives: []subgraphs.FacetType{gives("Playlist", "id", "name", "songs"), gives("Query", "playlists"), gives("Song", "id")}},
	{Name: "Song", Type: "Song", Key: "id", Batch: true, Gives: []subgraphs.FacetType{gives("Song", "id", "title")}},
}

func TestFacets(t *testing.T) {
	got, err := mock.Facets(document(t, halfBuilt), nil, endpoints)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range got {
		line := f.Name + " " + f.RootType + f.Type + f.Key
		for _, g := range f.Gives {
			line += fmt.Sprintf(" %s%v", g.Type, g.Fields)
		}
		lines = append(lines, strings.ReplaceAll(line, "  false false", ""))
	}
	want := []string{
		"mock Query.featured Query Artist[{id} {name}] Lyrics[{text} {writers}] Song[{id} {lyrics}] Query[{featured}]",
		"mock Playlist Playlistid Artist[{id} {name}] Lyrics[{text} {writers}] Playlist[{id} {name} {songs} {mood}] Song[{id} {lyrics}]",
		"mock Song Songid Artist[{id} {name}] Lyrics[{text} {writers}] Song[{id} {lyrics}]",
		"mock Artist Artistid Artist[{id} {name}]",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// asked notes which facets are asked for real.
type asked struct {
	subgraphs.Client
	facets map[string]bool
}

func (a *asked) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	a.facets[spec.Facet] = true
	return a.Client.Prepare(spec)
}

// A graph of which some endpoints exist: these are asked, the rest is made up.
func TestHalfBuilt(t *testing.T) {
	more, err := mock.Facets(document(t, halfBuilt), nil, endpoints)
	if err != nil {
		t.Fatal(err)
	}
	// The real service knows one title.
	real := &asked{facets: map[string]bool{}, Client: client(t, halfBuilt, mock.Options{Examples: mock.Examples{"Song.title": `"Real"`, "Playlist.name": `"Real"`}})}
	c := mock.Missing(real, client(t, halfBuilt, mock.Options{}), mock.IsFacet)
	services := []federation.Subgraph{{Name: "music", SDL: halfBuilt}}
	g := composed(t, services, append(slices.Clone(endpoints), more...), func(federation.Subgraph) subgraphs.Client { return c })
	got := do(t, g, `{ playlists { name mood songs { title lyrics { text writers { name } } } } featured { id title lyrics { text } } }`, "")
	for _, path := range []string{"playlists.0.name", "playlists.0.songs.0.title", "featured.0.title"} {
		if g := get(t, got, "data."+path); g != "Real" {
			t.Errorf("%s is %s", path, g)
		}
	}
	for _, path := range []string{"playlists.0.mood", "playlists.0.songs.0.lyrics.writers.0.name", "featured.0.lyrics.text"} {
		if get(t, got, "data."+path) == "" {
			t.Errorf("%s is empty", path)
		}
	}
	if len(real.facets) != 2 || !real.facets["playlists"] || !real.facets["Song"] {
		t.Errorf("asked for real: %v", real.facets)
	}
}
