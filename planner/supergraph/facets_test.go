package supergraph

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// facetGraph is a graph of one subgraph with facets and one without.
func facetGraph() *Definition {
	def := &Definition{
		Subgraphs: subgraphDefinitions("plain", "rest"),
		Types: []*TypeDefinition{
			{Kind: schema.Object, Name: "Query", In: []TypeIn{{Subgraph: 0}, {Subgraph: 1}}, Fields: []*FieldDefinition{
				field("me", "User", FieldIn{Subgraph: 1}), field("users", "[User!]!", FieldIn{Subgraph: 1}), field("top", "User", FieldIn{Subgraph: 0}),
			}},
			{Kind: schema.Object, Name: "User", In: []TypeIn{key(0, "id"), key(1, "id")}, Fields: []*FieldDefinition{
				field("id", "ID!"), field("name", "String", FieldIn{Subgraph: 1}), field("boss", "User", FieldIn{Subgraph: 1}),
				field("posts", "Int", FieldIn{Subgraph: 1}), field("rank", "Int", FieldIn{Subgraph: 0}),
			}},
		},
	}
	def.Subgraphs[1].Facets = []subgraphs.Facet{
		{Name: "Query.me", RootType: "Query", RootField: "me", Latency: 30 * time.Millisecond, Gives: []subgraphs.FacetType{
			{Type: "Query", Fields: []subgraphs.FacetField{{Name: "me"}}}, {Type: "User", Fields: []subgraphs.FacetField{{Name: "name"}}},
		}},
		{Name: "Query.users", RootType: "Query", RootField: "users", Drop: true, Gives: []subgraphs.FacetType{
			{Type: "Query", Fields: []subgraphs.FacetField{{Name: "users", Provides: "name"}}},
			{Type: "User", Fields: []subgraphs.FacetField{{Name: "id"}, {Name: "boss"}, {Name: "name", External: true}}},
		}},
		{Name: "User", Type: "User", Key: "id", Batch: true, Max: 200, Cost: 2, Primes: true, Gives: []subgraphs.FacetType{
			{Type: "User", Fields: []subgraphs.FacetField{{Name: "id", Primes: true}, {Name: "name", Primes: true}, {Name: "boss"}}},
		}},
		{Name: "User.posts", Type: "User", Key: "rank", Gives: []subgraphs.FacetType{{Type: "User", Fields: []subgraphs.FacetField{{Name: "posts"}}}}},
	}
	return def
}

func TestFacetsPrintReadIdentity(t *testing.T) {
	def := facetGraph()
	if Portable(def) {
		t.Error("a graph with facets is not portable")
	}
	text := Print(def)
	golden(t, filepath.Join("printed", "weft-facets.graphql"), text)
	if diff := cmp.Diff(def, mustRead(t, "printed", text)); diff != "" {
		t.Error(diff)
	}
}

func TestBuildFacets(t *testing.T) {
	s := mustBuild(t, facetGraph())
	var names []string
	for i := range s.Subgraphs {
		names = append(names, s.Subgraphs[i].String())
	}
	if got, want := strings.Join(names, ", "), "plain, rest Query.me, rest Query.users, rest User, rest User.posts"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	user := s.Schema.TypeByName("User")
	for _, c := range []struct {
		field string
		want  string
	}{
		{"id", "plain; rest Query.users; rest User"},
		{"name", "rest Query.me; rest Query.users external; rest User"},
		{"boss", "rest Query.users; rest User"},
		{"posts", "rest User.posts"},
		{"rank", "plain"},
	} {
		var got []string
		for _, p := range s.Providers[s.Schema.FieldByName(user, c.field)] {
			text := s.Subgraphs[p.Subgraph].String()
			if p.External {
				text += " external"
			}
			got = append(got, text)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("User.%s: got %v, want %s", c.field, got, c.want)
		}
	}
	for sub, want := range []int{1, 0, 0, 1, 1} {
		view := s.View(user, sub)
		if view == nil || len(view.Lookups) != want {
			t.Errorf("%s: %+v, want %d lookups", &s.Subgraphs[sub], view, want)
		}
	}
}

func TestBuildFacetErrors(t *testing.T) {
	def := facetGraph()
	f := def.Subgraphs[1].Facets
	f[0].RootField = "nobody"
	f[2].Key = "nothing"
	f[3].Gives[0].Fields[0].Name = "nope"
	_, err := Build(def)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Query.nobody", "nothing", "User.nope"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

// Facets come with the names of the subgraph; a transform may have given the
// supergraph others, or hidden something.
func TestSetFacetsTranslates(t *testing.T) {
	user := key(0, "id")
	user.Name = "U"
	def := &Definition{
		Subgraphs: subgraphDefinitions("rest"),
		Types: []*TypeDefinition{
			{Kind: schema.Object, Name: "Query", In: []TypeIn{{Subgraph: 0}}, Fields: []*FieldDefinition{
				field("people", "[User!]!", FieldIn{Subgraph: 0, Name: "users"}),
			}},
			{Kind: schema.Object, Name: "User", In: []TypeIn{user}, Fields: []*FieldDefinition{
				field("id", "ID!", FieldIn{Subgraph: 0}), field("fullName", "String", FieldIn{Subgraph: 0, Name: "name"}), field("boss", "User", FieldIn{Subgraph: 0}),
			}},
		},
	}
	def.SetFacets(0, []subgraphs.Facet{
		{Name: "Query.users", RootType: "Query", RootField: "users", Gives: []subgraphs.FacetType{
			{Type: "Query", Fields: []subgraphs.FacetField{{Name: "users", Provides: "boss { name }"}}},
			{Type: "U", Fields: []subgraphs.FacetField{{Name: "id"}, {Name: "name", External: true}, {Name: "secret"}}},
		}},
		{Name: "Query.gone", RootType: "Query", RootField: "gone"},
		{Name: "U", Type: "U", Key: "id name", Gives: []subgraphs.FacetType{{Type: "U", Fields: []subgraphs.FacetField{{Name: "boss"}}}}},
		{Name: "U.secret", Type: "U", Key: "secret"},
	})
	want := []subgraphs.Facet{
		{Name: "Query.users", RootType: "Query", RootField: "people", Gives: []subgraphs.FacetType{
			{Type: "Query", Fields: []subgraphs.FacetField{{Name: "people", Provides: "boss { fullName }"}}},
			{Type: "User", Fields: []subgraphs.FacetField{{Name: "id"}, {Name: "fullName", External: true}}},
		}},
		{Name: "U", Type: "User", Key: "id fullName", Gives: []subgraphs.FacetType{{Type: "User", Fields: []subgraphs.FacetField{{Name: "boss"}}}}},
	}
	if diff := cmp.Diff(want, def.Subgraphs[0].Facets); diff != "" {
		t.Error(diff)
	}
	mustBuild(t, def)
}

// A join that starts in a facet makes objects of a type that no endpoint gives.
func TestFacetsOfJoins(t *testing.T) {
	def := facetGraph()
	user := def.Types[1]
	user.Fields = append(user.Fields, field("teamId", "ID", FieldIn{Subgraph: 1}),
		field("team", "Team", FieldIn{Subgraph: 1, Join: []JoinPart{{Key: "id", From: "teamId"}}}))
	def.Types = append(def.Types, &TypeDefinition{Kind: schema.Object, Name: "Team", In: []TypeIn{key(0, "id"), key(1, "id")}, Fields: []*FieldDefinition{
		field("id", "ID!"), field("name", "String", FieldIn{Subgraph: 0}),
	}})
	users := &def.Subgraphs[1].Facets[1]
	users.Gives[1].Fields = append(users.Gives[1].Fields, subgraphs.FacetField{Name: "teamId"})
	s := mustBuild(t, def)
	id := s.Schema.TypeByName("User")
	var got []string
	for _, p := range s.Providers[s.Schema.FieldByName(id, "team")] {
		got = append(got, s.Subgraphs[p.Subgraph].String())
	}
	if strings.Join(got, ", ") != "rest Query.users" {
		t.Errorf("User.team is given by %v", got)
	}
	team := s.Schema.TypeByName("Team")
	if s.View(team, 2) == nil || s.Provider(s.Schema.FieldByName(team, "id"), 2) == nil || s.Provider(s.Schema.FieldByName(team, "name"), 2) != nil {
		t.Error("the facet makes teams of their ids, and of nothing else")
	}
}
