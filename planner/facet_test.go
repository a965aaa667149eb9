package planner_test

import (
	"path/filepath"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

const musicLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible", "@external", "@requires"])
scalar URL
`

// music are two services of endpoints and a federated one: every endpoint gives
// what its payload holds and nothing else.
func music(t testing.TB) *loaded {
	t.Helper()
	r := compose.ComposeSDL([]compose.Source{
		{Name: "service1", SDL: musicLink + `
type Query { currentUser: UserProfile! playlists: [Playlist!]! song(id: ID!): Song }
type UserProfile @key(fields: "id") { id: ID! @inaccessible name: String! avatarUrl: URL! }
type Playlist @key(fields: "id") { id: ID! @inaccessible name: String! createdBy: UserProfile! songs(page: Int, pageSize: Int = 25): [Song!]! }
type Song @key(fields: "id") { id: ID! @inaccessible title: String! streamUrl: URL! artists: [Artist!]! lyrics(rating: Int): String @requires(fields: "chart") chart: Int @external }
type Artist @key(fields: "id") { id: ID! @inaccessible name: String! }`},
		{Name: "service2", SDL: musicLink + `
type Query { friendActivity: [FriendListen!]! }
type FriendListen { friend: UserProfile! listenedTo: Song! fromPlaylist: Playlist }
type UserProfile @key(fields: "id", resolvable: false) { id: ID! @inaccessible }
type Song @key(fields: "id", resolvable: false) { id: ID! @inaccessible }
type Playlist @key(fields: "id", resolvable: false) { id: ID! @inaccessible }`},
		{Name: "charts", SDL: musicLink + `
type Query { hits: [Song!]! }
type Song @key(fields: "id") { id: ID! @inaccessible chart: Int }`},
	})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	def := r.Definition
	root := func(field string, gives ...subgraphs.FacetType) subgraphs.Facet {
		return subgraphs.Facet{Name: "Query." + field, RootType: "Query", RootField: field, Gives: append(gives, gives1("Query", field))}
	}
	def.Subgraphs[1].Facets = []subgraphs.Facet{
		root("currentUser", gives1("UserProfile", "name", "avatarUrl")),
		root("playlists", primes1("Playlist", "id", "name", "createdBy"), gives1("UserProfile", "id")),
		root("song", primes1("Song", "id", "title", "streamUrl", "artists"), gives1("Artist", "id")),
		{Name: "UserProfile", Type: "UserProfile", Key: "id", Batch: true, Max: 200, Primes: true, Gives: []subgraphs.FacetType{primes1("UserProfile", "id", "name", "avatarUrl")}},
		{Name: "Playlist", Type: "Playlist", Key: "id", Batch: true, Max: 200, Primes: true, Gives: []subgraphs.FacetType{primes1("Playlist", "id", "name", "createdBy"), gives1("UserProfile", "id")}},
		{Name: "Song", Type: "Song", Key: "id", Batch: true, Max: 200, Primes: true, Gives: []subgraphs.FacetType{primes1("Song", "id", "title", "streamUrl", "artists"), gives1("Artist", "id")}},
		{Name: "Song#2", Type: "Song", Key: "id", Primes: true, Gives: []subgraphs.FacetType{primes1("Song", "id", "title", "streamUrl", "artists"), gives1("Artist", "id")}},
		{Name: "Artist", Type: "Artist", Key: "id", Batch: true, Max: 200, Primes: true, Gives: []subgraphs.FacetType{primes1("Artist", "id", "name")}},
		{Name: "Playlist.songs", Type: "Playlist", Key: "id", Batch: true, Max: 200, Primes: true, Gives: []subgraphs.FacetType{
			gives1("Playlist", "songs"), primes1("Song", "id", "title", "streamUrl", "artists"), gives1("Artist", "id"),
		}},
		{Name: "Song.lyrics", Type: "Song", Key: "id chart", Primes: true, Gives: []subgraphs.FacetType{gives1("Song", "lyrics")}},
	}
	def.Subgraphs[2].Facets = []subgraphs.Facet{
		root("friendActivity", gives1("FriendListen", "friend", "listenedTo", "fromPlaylist"),
			gives1("UserProfile", "id"), gives1("Song", "id"), gives1("Playlist", "id")),
	}
	s, err := supergraph.Build(def)
	if err != nil {
		t.Fatal(err)
	}
	f, err := operation.NewFront(schema.Print(supergraph.APISchema(def)), s.Schema, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return &loaded{super: s, front: f}
}

func gives1(typ string, fields ...string) subgraphs.FacetType {
	out := subgraphs.FacetType{Type: typ}
	for _, f := range fields {
		out.Fields = append(out.Fields, subgraphs.FacetField{Name: f})
	}
	return out
}

// primes1 is gives1 for an upstream's own objects.
func primes1(typ string, fields ...string) subgraphs.FacetType {
	out := gives1(typ, fields...)
	for i := range out.Fields {
		out.Fields[i].Primes = true
	}
	return out
}

func TestFacetPlans(t *testing.T) {
	l := music(t)
	for _, c := range []struct {
		name            string
		requests, waves int
		text            string
	}{
		{"home", 8, 3, `query Home {
			currentUser { name avatarUrl }
			playlists { name createdBy { name } songs(page: 1, pageSize: 20) { title streamUrl artists { name } } }
			friendActivity { friend { name } listenedTo { title } fromPlaylist { name } }
		}`},
		// Two pages of songs are one entry of one fetch.
		{"pages", 2, 2, `{ playlists { name a: songs(page: 1) { title } b: songs(page: 2) { title } } }`},
		// An endpoint of another service's key, and a field it has to be sent.
		{"requirement", 2, 2, `{ hits { lyrics(rating: 1) } }`},
		{"requirementFromAfar", 4, 4, `{ playlists { songs { lyrics } } }`},
		{"embedded", 1, 1, `{ song(id: 1) { title artists { __typename } } }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := planner.New(l.super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, c.text), 0)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("../testdata/plans/facets", c.name+".txt"), []byte(p.Text()))
			if len(p.Fetches) != c.requests || p.Waves != c.waves {
				t.Errorf("%d requests in %d waves, want %d in %d\n%s", len(p.Fetches), p.Waves, c.requests, c.waves, p.Text())
			}
		})
	}
}

// Objects that a lookup leads to can have fields that objects of their type
// further down in the same answer lack.
func TestEnteredObjects(t *testing.T) {
	r := compose.ComposeSDL([]compose.Source{{Name: "staff", SDL: musicLink + `
type Query { boss: Employee }
type Employee @key(fields: "id") { id: ID! name: String manager: Employee }`}})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	def := r.Definition
	external := func(names ...string) (out []subgraphs.FacetField) {
		for _, n := range names {
			out = append(out, subgraphs.FacetField{Name: n, External: true})
		}
		return out
	}
	employee := subgraphs.FacetType{Type: "Employee", Fields: append([]subgraphs.FacetField{{Name: "id"}}, external("name", "manager")...)}
	def.Subgraphs[0].Facets = []subgraphs.Facet{
		{Name: "Query.boss", RootType: "Query", RootField: "boss", Gives: []subgraphs.FacetType{
			{Type: "Query", Fields: []subgraphs.FacetField{{Name: "boss", Provides: "name manager { id }"}}}, employee,
		}},
		{Name: "Employee", Type: "Employee", Key: "id", Provides: "name manager { id }", Batch: true, Gives: []subgraphs.FacetType{employee}},
	}
	if problems := satisfiability.CheckDefinition(def); len(problems) > 0 {
		t.Fatal(problems)
	}
	super, err := supergraph.Build(def)
	if err != nil {
		t.Fatal(err)
	}
	f, err := operation.NewFront(schema.Print(supergraph.APISchema(def)), super.Schema, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l := &loaded{super: super, front: f}
	for text, requests := range map[string]int{
		`{ boss { name manager { __typename } } }`:              1,
		`{ boss { name manager { name } } }`:                    2,
		`{ boss { manager { manager { manager { name } } } } }`: 4,
	} {
		p, err := planner.New(super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, text), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Fetches) != requests {
			t.Errorf("%s: %s", text, p.Text())
		}
	}
}

func TestDemand(t *testing.T) {
	l := music(t)
	op := l.parse(t, `query Home($n: Int) {
		playlists { createdBy { name } songs(pageSize: $n) { artists { name } } }
		friendActivity { friend { name } }
	}`)
	p, err := planner.New(l.super, nil, planner.Options{}).Plan(t.Context(), op, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ size, want int }{
		{-1, 2 + 1 + 1 + 5}, // 10 playlists with 10 songs of 10 artists each, 200 a request
		{20, 2 + 1 + 1 + 10},
		{0, 2 + 1 + 1},
		{1 << 40, 2 + 1 + 1 + (1<<30+199)/200},
	} {
		got, worst := p.Requests(0, func(variable int) int {
			if op.Variables[variable].Name == "n" {
				return c.size
			}
			return -1
		})
		if got != c.want {
			t.Errorf("n = %d: %d requests, want %d", c.size, got, c.want)
		}
		if c.size > 0 && worst.Where(p) != "playlists.songs.artists" {
			t.Errorf("n = %d: worst is %s", c.size, worst.Where(p))
		}
	}
}
