package planner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// crew is a service whose endpoints give people in several ways, and one that
// holds nothing but their ids. latency is what Query.people is expected to take.
func crew(t testing.TB, latency time.Duration) *loaded {
	t.Helper()
	r := compose.ComposeSDL([]compose.Source{
		{Name: "staff", SDL: musicLink + `
type Query { people: [Person!]! chief: Person }
type Mutation { rename(id: ID!): Person move(id: ID!): Person }
type Person @key(fields: "id") { id: ID! name: String mail: String boss: Person }
type Team @key(fields: "id") { id: ID! title: String members: [Person!] }`},
		{Name: "picks", SDL: musicLink + `
type Query { picks: [Pick!]! }
type Pick { person: Person team: Team later: Later }
type Later @key(fields: "id") { id: ID! person: Person }
type Person @key(fields: "id", resolvable: false) { id: ID! }
type Team @key(fields: "id", resolvable: false) { id: ID! }`},
	})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	def := r.Definition
	// Bosses and members are told by their ids, but for the teams' members.
	person := func(own ...string) subgraphs.FacetType {
		out := primes1("Person", "id", "name", "mail", "boss")
		for i := range out.Fields {
			f := &out.Fields[i]
			f.External = i > 0
			f.Primes = slices.Contains(own, f.Name)
		}
		return out
	}
	root := func(typ, field, provides string, gives ...subgraphs.FacetType) subgraphs.Facet {
		entry := gives1(typ, field)
		entry.Fields[0].Provides = provides
		return subgraphs.Facet{Name: typ + "." + field, RootType: typ, RootField: field, Gives: append(gives, entry)}
	}
	lookup := func(typ, provides string, gives ...subgraphs.FacetType) subgraphs.Facet {
		return subgraphs.Facet{Name: typ, Type: typ, Key: "id", Provides: provides, Batch: true, Primes: true, Latency: latency, Gives: gives}
	}
	people := root("Query", "people", "name boss { id }", person("id", "name", "boss"))
	people.Latency = latency
	for i := range def.Subgraphs {
		switch def.Subgraphs[i].Name {
		case "staff":
			def.Subgraphs[i].Facets = []subgraphs.Facet{
				people,
				root("Query", "chief", "name", person()),
				root("Mutation", "rename", "name boss { id }", person("id", "name", "boss")),
				root("Mutation", "move", "boss { id }", person("id", "boss")),
				lookup("Person", "name mail boss { id }", person("id", "name", "mail", "boss")),
				lookup("Team", "", primes1("Team", "id", "title", "members"), primes1("Person", "id", "name")),
			}
		case "picks":
			def.Subgraphs[i].Facets = []subgraphs.Facet{
				root("Query", "picks", "", gives1("Pick", "person", "team", "later"), gives1("Person", "id"), gives1("Team", "id"), gives1("Later", "id")),
				lookup("Later", "", gives1("Later", "id", "person"), gives1("Person", "id")),
			}
		}
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

// primed tells which fetches prime which, by facet: ">" waits for it only for that.
func primed(p *plan.Plan) string {
	var out []string
	for _, f := range p.Fetches {
		for _, d := range f.Primers {
			sign := " "
			for _, a := range f.Awaits {
				if a == d {
					sign = ">"
				}
			}
			out = append(out, fmt.Sprintf("%s%d%s%s%d", p.Fetches[d].Spec.Facet, p.Fetches[d].Wave, sign, f.Spec.Facet, f.Wave))
		}
	}
	return strings.Join(out, ", ")
}

func TestPrimers(t *testing.T) {
	for _, c := range []struct {
		name    string
		latency time.Duration
		text    string
		want    string
		waves   int
	}{
		{"waits", 0, `{ people { name } picks { person { name } } }`, "Query.people1>Person2", 2},
		{"a field that the primer lacks", 0, `{ people { name } picks { person { name mail } } }`, "", 2},
		{"a shape of its own", 0, `{ chief { name } picks { person { name } } }`, "", 2},
		{"nothing to wait for", 0, `{ picks { person { name } } }`, "", 2},
		{"waits already", 0, `{ people { boss { name boss { name } } } }`, "Query.people1 Person2, Query.people1 Person3, Person2 Person3", 3},
		{"it would take longer", time.Second, `{ people { name } picks { person { name } } }`, "", 2},
		{"never in the same wave", 0, `{ picks { person { name } team { members { name } } } }`, "", 2},
		{"one wave later", 0, `{ picks { team { members { name } } later { person { name } } } }`, "Team2>Person3", 3},
		// Without the condition the lookup of people is in the second wave.
		{"a chain that conditions shorten", 0, `query($c: Boolean!) { picks { person { name } team { members { name } } later @include(if: $c) { person { name } } } }`, "", 3},
		{"a primer under a condition", 0, `query($c: Boolean!) { people @include(if: $c) { name } picks { person { name } } }`, "Query.people1>Person2", 2},
		// What was found before the last change is not used, nor what a change answers.
		{"a mutation", 0, `mutation { rename(id: 1) { name boss { mail boss { mail } } } }`, "Person2 Person3", 3},
		{"two mutations", 0, `mutation { rename(id: 1) { boss { mail } } move(id: 1) { boss { mail boss { mail } } } }`, "Person3 Person4", 4},
		{"before the last", 0, `mutation { rename(id: 1) { boss { boss { mail } } } move(id: 1) { id } }`, "", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := crew(t, c.latency)
			p, err := planner.New(l.super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, c.text), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := primed(p); got != c.want || p.Waves != c.waves {
				t.Errorf("%s in %d waves, want %s in %d\n%s", got, p.Waves, c.want, c.waves, p.Text())
			}
			for _, f := range p.Fetches {
				for _, d := range f.Deps {
					if p.Fetches[d].Wave >= f.Wave {
						t.Errorf("#%d waits for #%d, which is no earlier", f.ID+1, d+1)
					}
				}
			}
			for bits := range uint64(2) {
				if n, _ := p.Depth(bits); n > p.Waves {
					t.Errorf("%d waves with bits %d", n, bits)
				}
			}
		})
	}
}

// Primers are shown, those that are waited for and those that come before anyway.
func TestPrimersPrint(t *testing.T) {
	l := crew(t, 0)
	p, err := planner.New(l.super, nil, planner.Options{}).Plan(t.Context(), l.parse(t, `{ people { name } chief { name } picks { person { name boss { name } } } }`), 0)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../testdata/plans/facets/primers.txt", []byte(p.Text()))
	text, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "../testdata/plans/facets/primers.json", append(indented.Bytes(), '\n'))
}
