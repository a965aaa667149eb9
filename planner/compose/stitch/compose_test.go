package stitch

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

const (
	peopleSDL = `
type Query { users(ids: [ID!]!): [User]! getUser(id: ID!): User stats: Stats }
type User { id: ID! name: String best_of: [ID!]! }
type Stats { count: Int }
`
	ratingsSDL = `
type Query { reviews(ids: [ID!]!): [Review]! latest: Review version: String }
type Review { id: ID! body: String authorId: ID! }
`
)

func joined(t *testing.T) ([]Input, []Join) {
	t.Helper()
	return []Input{
			{Name: "ratings", Doc: parse(t, "ratings", ratingsSDL), Rules: Rules{
				Transforms: []Transform{{Hide: []string{"Review.authorId", "Query.reviews"}}},
				Entities:   []Entity{{Type: "Review", Key: "id", Lookup: "reviews(ids: $key.id)", Max: 100, Rule: "entities.Review.0"}},
			}},
			{Name: "people", Doc: parse(t, "people", peopleSDL), Rules: Rules{
				Transforms: []Transform{
					{Rename: &Rename{Types: map[string]string{"User": "Person"}, Fields: map[string]string{"Query.getUser": "person", "User.best_of": "bestOf"}}},
					{Namespace: "people"},
				},
				Entities: []Entity{{Type: "Person", Key: "id", Lookup: "users(ids: $key.id)", Rule: "entities.Person.0"}},
			}},
		}, []Join{
			{Field: "Review.author", Type: "Person", Subgraph: "people", From: []string{"authorId"}, Nullable: true, Rule: "joins.0"},
			{Field: "Person.reviews", Type: "Review", Subgraph: "ratings", By: map[string]string{"id": "bestOf"}, Rule: "joins.1"},
		}
}

// Two services without a single directive, joined both ways.
func TestGoldenJoinedBothWays(t *testing.T) {
	inputs, joins := joined(t)
	prepared, errs := PrepareAll(inputs, joins)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, p := range prepared {
		golden(t, "joined-"+p.Name+".graphql", schema.Print(p.Document))
	}
	def := composed(t, prepared)
	golden(t, "joined-supergraph.graphql", supergraph.Print(def))
	golden(t, "joined-api.graphql", supergraph.PrintAPI(def))
	s, err := supergraph.Build(def)
	if err != nil {
		t.Fatal(err)
	}
	const people, ratings = 0, 1
	person, review := s.Schema.TypeByName("Person"), s.Schema.TypeByName("Review")
	if v := s.View(person, people); v.Name != "User" || len(v.Lookups) != 1 || v.Lookups[0].Typename != "User" || v.Lookups[0].Field == nil || !slices.Equal(v.Lookups[0].Field.Path, []string{"users"}) {
		t.Errorf("Person in people: %+v", v)
	}
	if v := s.View(person, ratings); len(v.Lookups) != 0 || len(v.Keys) != 1 {
		t.Errorf("Person in ratings is entered by %+v", v.Lookups)
	}
	if v := s.View(review, ratings); v.Name != "Review" || len(v.Lookups) != 1 || v.Lookups[0].Field.Max != 100 || !v.Lookups[0].Field.Internal || !v.Lookups[0].Field.Batch {
		t.Errorf("Review in ratings: %+v", v)
	}
	if v := s.View(s.Schema.TypeByName("PeopleQuery"), people); v.Name != "Query" {
		t.Errorf("the namespace is %q there", v.Name)
	}
	if p := s.Provider(s.Schema.FieldByName(person, "bestOf"), people); p.Name != "best_of" || p.Type != "[ID!]!" {
		t.Errorf("bestOf is given by %+v", p)
	}
	if p := s.Provider(s.Schema.FieldByName(s.Schema.TypeByName("PeopleQuery"), "person"), people); p.Name != "getUser" || p.Type != "User" {
		t.Errorf("person is given by %+v", p)
	}
	for coordinate, want := range map[string][]supergraph.FieldIn{
		"Review.author":  {{Subgraph: ratings, Join: []supergraph.JoinPart{{Key: "id", From: "authorId"}}}},
		"Person.reviews": {{Subgraph: people, Join: []supergraph.JoinPart{{Key: "id", From: "bestOf"}}}},
		"Query.people":   {{Subgraph: people, Namespace: true}},
		"Query.latest":   {{Subgraph: ratings}},
		"Person.bestOf":  {{Subgraph: people, Name: "best_of"}},
	} {
		if diff := cmp.Diff(want, find(t, def, coordinate).In); diff != "" {
			t.Errorf("%s (-want +got):\n%s", coordinate, diff)
		}
	}
	if got := find(t, def, "Review.author").Type.String() + " " + find(t, def, "Person.reviews").Type.String(); got != "Person [Review!]!" {
		t.Errorf("the joined fields are %s", got)
	}
}

func find(t *testing.T, def *supergraph.Definition, coordinate string) *supergraph.FieldDefinition {
	t.Helper()
	typeName, name, _ := strings.Cut(coordinate, ".")
	for _, d := range def.Types {
		for _, f := range d.Fields {
			if d.Name == typeName && f.Name == name {
				return f
			}
		}
	}
	t.Fatalf("there is no %s", coordinate)
	return nil
}

// The order in which subgraphs are given decides nothing.
func TestOrder(t *testing.T) {
	inputs, joins := joined(t)
	forward, errs := PrepareAll(inputs, joins)
	slices.Reverse(inputs)
	backward, more := PrepareAll(inputs, joins)
	if len(errs)+len(more) > 0 {
		t.Fatal(errs, more)
	}
	slices.Reverse(backward)
	for i := range forward {
		if a, b := schema.Print(forward[i].Document), schema.Print(backward[i].Document); a != b {
			t.Errorf("%s differs:\n%s", forward[i].Name, cmp.Diff(a, b))
		}
	}
}

// Joins onto what the source subgraph has already, and by keys of several fields.
func TestGoldenJoinShapes(t *testing.T) {
	target := Input{Name: "t", Doc: parse(t, "t", `
type Query { orders(keys: [OrderKey!]!): [Order] }
input OrderKey { shop: ID! number: Num! kind: Kind! }
scalar Num
enum Kind { A B }
type Order { shop: Shop! number: Num! kind: Kind! total: Int }
type Shop { id: ID! name: String }`), Rules: Rules{Entities: []Entity{{Type: "Order", Key: "shop { id } number kind", Lookup: "orders(keys: {shop: $key.shop.id, number: $key.number, kind: $key.kind})", Rule: "entities.Order.0"}}}}
	by := map[string]string{"shop.id": "place.shopId", "number": "no", "kind": "sort"}
	for name, test := range map[string]struct {
		sdl  string
		join Join
		want []supergraph.JoinPart
	}{
		"stub":     {`type Query { line: Line } type Line { place: Place no: Num sort: Kind } type Place { shopId: Int } scalar Num enum Kind { A B }`, Join{By: by}, nil},
		"own type": {`type Query { line: Line } type Line { place: Place no: Num sort: Kind } type Order { number: Num! shop: Shop } type Shop { id: ID! } type Place { shopId: ID } scalar Num enum Kind { A B }`, Join{By: by}, nil},
		"in order": {`type Query { line: Line } type Line { a: ID b: Num c: Kind } scalar Num enum Kind { A B }`, Join{From: []string{"a", "b", "c"}}, []supergraph.JoinPart{{Key: "shop.id", From: "a"}, {Key: "number", From: "b"}, {Key: "kind", From: "c"}}},
	} {
		t.Run(name, func(t *testing.T) {
			j := test.join
			j.Field, j.Type, j.Subgraph, j.Nullable, j.Rule = "Line.order", "Order", "t", true, "joins.0"
			prepared, errs := PrepareAll([]Input{target, {Name: "s", Doc: parse(t, "s", test.sdl)}}, []Join{j})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			golden(t, "join-"+strings.ReplaceAll(name, " ", "-")+".graphql", schema.Print(prepared[1].Document))
			def := composed(t, prepared)
			if _, err := supergraph.Build(def); err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want == nil {
				want = []supergraph.JoinPart{{Key: "shop.id", From: "place.shopId"}, {Key: "number", From: "no"}, {Key: "kind", From: "sort"}}
			}
			if diff := cmp.Diff(want, find(t, def, "Line.order").In[0].Join); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A join may lead to an entity of a federated subgraph.
func TestJoinFederated(t *testing.T) {
	prepared, errs := PrepareAll([]Input{
		{Name: "a", Doc: parse(t, "a", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) type Query { x: Int } type User @key(fields: "id") { id: ID! name: String }`)},
		{Name: "b", Doc: parse(t, "b", `type Query { post: Post } type Post { authors: [Ref] } type Ref { id: ID! }`)},
	}, []Join{{Field: "Post.users", Type: "User", Subgraph: "a", From: []string{"authors.id"}, Nullable: true}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	def := composed(t, prepared)
	if f := find(t, def, "Post.users"); f.Type.String() != "[User]" || f.In[0].Join[0] != (supergraph.JoinPart{Key: "id", From: "authors.id"}) {
		t.Errorf("%s by %+v", f.Type, f.In)
	}
	for _, typ := range def.Types {
		if typ.Name == "User" && (!typ.In[0].Keys[0].Resolvable || typ.In[1].Keys[0].Resolvable) {
			t.Errorf("keys of User: %+v", typ.In)
		}
	}
}

func TestJoinErrors(t *testing.T) {
	inputs := func() []Input {
		return []Input{
			{Name: "a", Doc: parse(t, "a", `type Query { users(ids: [ID!]!): [User] user(name: String!, realm: String!): User by(a: String!, b: String!): User }
type User { id: ID! name: String realm: String a: String b: String } type Loose { id: ID! } enum E { A } type Rated { id: ID! note: String } extend type Query { rated(id: ID!): Rated }`), Rules: Rules{Entities: []Entity{
				{Type: "Rated", Key: "id", Lookup: "rated(id: $key.id)", Rule: "entities.Rated.0"},
				{Type: "User", Key: "id", Lookup: "users(ids: $key.id)", Rule: "entities.User.0"},
				{Type: "User", Key: "name realm", Lookup: "user(name: $key.name, realm: $key.realm)", Rule: "entities.User.1"},
				{Type: "User", Key: "a b", Lookup: "by(a: $key.a, b: $key.b)", Rule: "entities.User.2"},
			}}},
			{Name: "b", Doc: parse(t, "b", `type Query { post: Post } type Post { id: ID authorId: ID! rank: Float names: [String] realms: [String] deep: [[ID]] user: ID lists: [Post] other: Post rated: Rated } type Rated { id: ID! note: String stars: Int }`)},
		}
	}
	for name, test := range map[string]struct {
		join Join
		want string
	}{
		"coordinate":        {Join{Field: "Post", From: []string{"authorId"}}, "STITCH_INVALID_RULE joins.0.field Post"},
		"subgraph":          {Join{Subgraph: "c", From: []string{"authorId"}}, "STITCH_UNKNOWN_SUBGRAPH joins.0.subgraph Post.author"},
		"type":              {Join{Type: "Usr", From: []string{"authorId"}}, "STITCH_UNKNOWN_TYPE joins.0.type Usr"},
		"kind":              {Join{Type: "E", From: []string{"authorId"}}, "STITCH_INVALID_RULE joins.0.type E"},
		"no lookup":         {Join{Type: "Loose", From: []string{"authorId"}}, "STITCH_NO_LOOKUP joins.0.type Loose"},
		"no such key":       {Join{By: map[string]string{"uid": "authorId"}}, "STITCH_INVALID_KEY joins.0.by User"},
		"ambiguous":         {Join{From: []string{"authorId", "id"}}, "STITCH_INVALID_KEY joins.0.by User"},
		"source type":       {Join{Field: "Pst.author", From: []string{"authorId"}}, "STITCH_UNKNOWN_TYPE joins.0.field Pst.author"},
		"source field":      {Join{From: []string{"authrId"}}, "STITCH_UNKNOWN_FIELD joins.0.by Post.authrId"},
		"source leaf":       {Join{From: []string{"other"}}, "STITCH_TYPE_MISMATCH joins.0.by Post.other"},
		"source value type": {Join{From: []string{"rank"}}, "STITCH_TYPE_MISMATCH joins.0.by Post.rank"},
		"lists of lists":    {Join{From: []string{"deep"}}, "STITCH_TYPE_MISMATCH joins.0.by Post.deep"},
		"list in list":      {Join{From: []string{"lists.names"}}, "STITCH_TYPE_MISMATCH joins.0.by Post.names"},
		"lists in pairs":    {Join{By: map[string]string{"name": "names", "realm": "realms"}}, "STITCH_TYPE_MISMATCH joins.0.by Post.names"},
		"list expected":     {Join{From: []string{"authorId"}, List: new(true)}, "STITCH_TYPE_MISMATCH joins.0.list Post.author"},
		"own fields":        {Join{Field: "Post.author", From: []string{"authorId"}, Subgraph: "a", Type: "Rated"}, "STITCH_NO_LOOKUP joins.0 Rated.stars"},
		"field exists":      {Join{Field: "Post.user", From: []string{"authorId"}}, "STITCH_NAME_COLLISION joins.0.field Post.user"},
	} {
		t.Run(name, func(t *testing.T) {
			j := test.join
			j.Rule = "joins.0"
			if j.Field == "" {
				j.Field = "Post.author"
			}
			if j.Type == "" {
				j.Type = "User"
			}
			if j.Subgraph == "" {
				j.Subgraph = "a"
			}
			prepared, errs := PrepareAll(inputs(), []Join{j})
			check(t, prepared != nil, errs, []string{test.want})
		})
	}
}
