package satisfiability_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// root is a facet that is entered by a field of Query. What it gives is written
// as "Type: field field".
func root(field string, gives ...string) subgraphs.Facet {
	return subgraphs.Facet{Name: "Query." + field, RootType: "Query", RootField: field, Gives: given(append(gives, "Query: "+field))}
}

// lookup is a facet that is entered by a key of a type.
func lookup(name, typ, key string, gives ...string) subgraphs.Facet {
	return subgraphs.Facet{Name: name, Type: typ, Key: key, Batch: true, Gives: given(gives)}
}

func given(texts []string) []subgraphs.FacetType {
	var out []subgraphs.FacetType
	for _, text := range texts {
		typ, fields, _ := strings.Cut(text, ": ")
		t := subgraphs.FacetType{Type: typ}
		for _, name := range strings.Fields(fields) {
			f := subgraphs.FacetField{Name: name}
			if rest, ok := strings.CutPrefix(name, "!"); ok {
				f = subgraphs.FacetField{Name: rest, External: true}
			}
			if at, below, ok := strings.Cut(name, ">"); ok {
				f = subgraphs.FacetField{Name: at, Provides: below}
			}
			t.Fields = append(t.Fields, f)
		}
		out = append(out, t)
	}
	return out
}

// TestFacets: a payload holds what it holds, whatever the schema says.
func TestFacets(t *testing.T) {
	const (
		users = `type Query { me: User users: [User!]! } type User @key(fields: "id") { id: ID! name: String mail: String friends: [User!]! boss: User }`
		plain = `type Query { top: User } type User @key(fields: "id") { id: ID! rank: Int }`
	)
	full := []string{"User: id name mail friends boss rank"}
	loader := lookup("User", "User", "id", "User: id name mail friends boss")
	for _, c := range []struct {
		name   string
		sdl    []string
		facets []subgraphs.Facet // of the first subgraph
		want   string            // messages
	}{
		{"two endpoints with different fields", []string{users},
			[]subgraphs.Facet{root("me", "User: name mail boss friends id"), root("users", "User: name id friends")},
			`Query.users → User.boss: a gives it only by Query.me, which does not look User up
Query.users → User.mail: a gives it only by Query.me, which does not look User up`},
		{"a loader makes up for it", []string{users},
			[]subgraphs.Facet{root("me", "User: id"), root("users", "User: id name"), loader}, ""},
		{"no key for the loader", []string{users},
			[]subgraphs.Facet{root("me", "User: name"), root("users", "User: id"), loader},
			`Query.me → User.boss: a Query.me gives no id, by which a User could be entered
Query.me → User.friends: a Query.me gives no id, by which a User could be entered
Query.me → User.id: a Query.me gives no id, by which a User could be entered; a gives it only by Query.users, which does not look User up
Query.me → User.mail: a Query.me gives no id, by which a User could be entered`},
		{"field endpoint", []string{users},
			[]subgraphs.Facet{root("me", "User: id name mail boss"), root("users", full...), lookup("User.friends", "User", "id", "User: friends id name mail boss")}, ""},
		{"field endpoint without its key", []string{users},
			[]subgraphs.Facet{root("me", "User: name mail boss"), root("users", "User: id name mail boss"), lookup("User.friends", "User", "id", "User: friends id name mail boss")},
			`Query.me → User.friends: a Query.me gives no id, by which a User.friends could be entered
Query.me → User.id: a Query.me gives no id, by which a User.friends could be entered; a gives it only by Query.users, which does not look User up`},
		{"the key of another subgraph's field", []string{users, plain},
			[]subgraphs.Facet{root("me", "User: id name mail boss"), root("users", full...), lookup("User", "User", "id", "User: id name mail boss"), lookup("User.friends", "User", "rank", "User: friends id")}, ""},
		{"the key of another subgraph's field, which cannot be entered", []string{users, strings.Replace(plain, `"id"`, `"id", resolvable: false`, 1)},
			[]subgraphs.Facet{root("me", "User: id name mail boss"), root("users", full...), lookup("User", "User", "id", "User: id name mail boss"), lookup("User.friends", "User", "rank", "User: friends id")},
			`Query.me → User.friends: none of a Query.me, a User gives rank, by which a User.friends could be entered; a gives it only by Query.users, which does not look User up
Query.me → User.rank: the key "id" of User in subgraph b is not resolvable`},
		{"a field that one path provides", []string{users},
			[]subgraphs.Facet{root("me", "User: id name !mail friends boss"), {
				Name: "Query.users", RootType: "Query", RootField: "users",
				Gives: []subgraphs.FacetType{{Type: "Query", Fields: []subgraphs.FacetField{{Name: "users", Provides: "mail"}}}, given([]string{"User: id name !mail friends boss"})[0]},
			}},
			`Query.me → User.mail: a Query.me gives it only where a path provides it; a Query.users gives it only where a path provides it`},
		{"from a GraphQL subgraph into endpoints", []string{users, plain},
			[]subgraphs.Facet{root("me", "User: id"), root("users", "User: id"), loader}, ""},
		{"from endpoints into a GraphQL subgraph", []string{users, plain},
			[]subgraphs.Facet{root("me", "User: name mail friends boss"), root("users", "User: id name mail friends boss")},
			`Query.me → User.id: subgraph b has no key of User that a Query.me can give (key "id" lacks id); a gives it only by Query.users, which does not look User up
Query.me → User.rank: subgraph b has no key of User that a Query.me can give (key "id" lacks id)
Query.top → User.boss: a gives it only by Query.me, Query.users, which do not look User up
Query.top → User.friends: a gives it only by Query.me, Query.users, which do not look User up
Query.top → User.mail: a gives it only by Query.me, Query.users, which do not look User up
Query.top → User.name: a gives it only by Query.me, Query.users, which do not look User up`},
	} {
		t.Run(c.name, func(t *testing.T) {
			def := merged(t, c.sdl...)
			def.Subgraphs[0].Facets = c.facets
			// A facet gives fields of its own subgraph only.
			for i := range def.Subgraphs[0].Facets {
				for k := range def.Subgraphs[0].Facets[i].Gives {
					drop(&def.Subgraphs[0].Facets[i].Gives[k], "rank")
				}
			}
			check := newCrossCheck(t, def, 0)
			var got []string
			for _, p := range check.problems() {
				got = append(got, p.Message)
				if p.Hint == "" {
					t.Errorf("no hint: %s", p.Message)
				}
			}
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			check.run(3, 200)
			for _, d := range check.differ {
				t.Error(d)
			}
			if check.agreed == 0 || (check.refused > 0) != (c.want != "") {
				t.Errorf("%d agreed, %d refused", check.agreed, check.refused)
			}
		})
	}
}

func drop(t *subgraphs.FacetType, field string) {
	var kept []subgraphs.FacetField
	for _, f := range t.Fields {
		if f.Name != field {
			kept = append(kept, f)
		}
	}
	t.Fields = kept
}

// TestLookups: fields as lookups, joins and namespaces are edges like others.
func TestLookups(t *testing.T) {
	join := []supergraph.JoinPart{{Key: "id", From: "authorId"}}
	// shop makes a graph of accounts (0) and reviews (1) whose reviews have an
	// author that is made of authorId.
	shop := func(change func(d *definition)) *supergraph.Definition {
		d := newDefinition(2)
		for sub := range 2 {
			d.in(sub, "Query")
			d.in(sub, "User")
			d.field("User", "id", "ID", at(sub)...)
		}
		d.in(1, "Review")
		d.typ("User").In[0].Lookups = []supergraph.LookupDefinition{{Key: "id", Path: []string{"users"}, Batch: true,
			Arguments: []supergraph.LookupArgument{{Argument: "ids", Type: "[ID!]!", From: "id"}}}}
		d.field("Query", "me", "User", at(0)...)
		d.field("Query", "reviews", "Review", at(1)...)
		d.field("User", "name", "String", at(0)...)
		d.field("Review", "authorId", "ID", at(1)...)
		d.field("Review", "text", "String", at(1)...)
		d.field("Review", "author", "User", supergraph.FieldIn{Subgraph: 1, Join: join})
		change(d)
		d.build(t)
		return &d.def
	}
	for _, c := range []struct {
		name   string
		change func(d *definition)
		want   string
	}{
		{"join by a lookup field", func(*definition) {}, ""},
		{"join without a lookup", func(d *definition) { d.typ("User").In[0].Lookups = nil },
			"Query.reviews → Review.author → User.name: subgraph s0000 has no resolvable key of User"},
		{"lookup by another key", func(d *definition) {
			d.typ("User").In[0].Lookups[0].Key = "login"
			d.field("User", "login", "String", at(0)...)
		}, `Query.reviews → Review.author → User.name: subgraph s0000 has no key of User that s0001 can give (key "login" lacks login)
Query.reviews → Review.author → User.login: subgraph s0000 has no key of User that s0001 can give (key "login" lacks login)`},
		{"a joined object has its key only", func(d *definition) {
			d.field("User", "posts", "Int", at(1)...)
			d.field("Query", "writer", "User", at(1)...)
			d.typ("Query").Fields[0].In[0].Subgraph = 1 // me
		}, `Query.reviews → Review.author → User.posts: subgraph s0001 has the field on other paths only, and cannot be entered again at User`},
		{"the source of a join is overridden", func(d *definition) {
			d.typ("Review").Fields[0].In[0].UsedOverridden = true
			d.in(0, "Review")
			d.field("Review", "authorId", "ID", at(0)...)
		}, `Query.reviews → Review.authorId: subgraph s0000 has no resolvable key of Review
Query.reviews → Review.author: subgraph s0001 has the field on other paths only, and cannot be entered again at Review`},
		{"namespace", func(d *definition) {
			d.in(0, "Area")
			d.field("Query", "area", "Area", supergraph.FieldIn{Subgraph: 0, Namespace: true})
			d.field("Area", "user", "User", at(0)...)
		}, ""},
		{"namespace of two subgraphs", func(d *definition) {
			d.in(0, "Area")
			d.in(1, "Area")
			d.field("Query", "area", "Area", supergraph.FieldIn{Subgraph: 0, Namespace: true}, supergraph.FieldIn{Subgraph: 1, Namespace: true})
			d.field("Area", "user", "User", at(0)...)
			d.field("Area", "review", "Review", at(1)...)
		}, ""},
		{"namespace that one subgraph does not have", func(d *definition) {
			d.in(0, "Area")
			d.in(1, "Area")
			d.field("Query", "area", "Area", supergraph.FieldIn{Subgraph: 0, Namespace: true})
			d.field("Area", "user", "User", at(0)...)
			d.field("Area", "review", "Review", at(1)...)
		}, "Query.area → Area.review: subgraph s0001 has no resolvable key of Area"},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := newCrossCheck(t, shop(c.change), 0)
			var got []string
			for _, p := range check.problems() {
				got = append(got, p.Message)
			}
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			check.run(3, 200)
			if len(check.differ) > 0 {
				t.Error(check.differ)
			}
		})
	}
}

// TestBuildFaults: what cannot be built is told as problems.
func TestBuildFaults(t *testing.T) {
	def := merged(t, `type Query { a: Int }`)
	def.Types[0].Fields[0].In = []supergraph.FieldIn{{Subgraph: 7}}
	problems := satisfiability.CheckDefinition(def)
	if len(problems) != 1 || problems[0].Code != supergraph.CodeInvalidDefinition || problems[0].Coordinate == "" {
		t.Errorf("%+v", problems)
	}
}
