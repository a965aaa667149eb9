package planner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var update = flag.Bool("update", false, "write golden files anew")

// graphs are the folders of testdata/plans with where their subgraphs are.
var graphs = []struct{ name, subgraphs string }{
	{"shop", "../subgraphs/demo/services/{accounts,products,reviews,inventory}.graphql"},
	{"media", "../testdata/plans/media/*.graphql"},
	{"hops", "../testdata/plans/hops/*.graphql"},
	{"contexts", "../testdata/plans/contexts/*.graphql"},
	{"again", "../testdata/plans/again/*.graphql"},
}

// loaded is a composed graph ready for planning.
type loaded struct {
	super *supergraph.Supergraph
	front *operation.Front
}

func load(t testing.TB, pattern string) *loaded {
	t.Helper()
	var sources []compose.Source
	for _, file := range expand(t, pattern) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".graphql")
		sources = append(sources, compose.Source{Name: name, URL: "http://" + name, SDL: string(text)})
	}
	return composed(t, sources)
}

func composed(t testing.TB, sources []compose.Source) *loaded {
	t.Helper()
	return composedWith(t, sources, operation.Limits{})
}

func composedWith(t testing.TB, sources []compose.Source, limits operation.Limits) *loaded {
	t.Helper()
	r := compose.ComposeSDL(sources)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	s, err := supergraph.Build(r.Definition)
	if err != nil {
		t.Fatal(err)
	}
	f, err := operation.NewFront(schema.Print(supergraph.APISchema(r.Definition)), s.Schema, limits)
	if err != nil {
		t.Fatal(err)
	}
	return &loaded{super: s, front: f}
}

// expand is filepath.Glob with one {a,b} group.
func expand(t testing.TB, pattern string) []string {
	var files []string
	before, rest, ok := strings.Cut(pattern, "{")
	names := []string{pattern}
	if ok {
		group, after, _ := strings.Cut(rest, "}")
		names = nil
		for _, n := range strings.Split(group, ",") {
			names = append(names, before+n+after)
		}
	}
	for _, n := range names {
		found, err := filepath.Glob(n)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no files (%v)", n, err)
		}
		files = append(files, found...)
	}
	return files
}

func (l *loaded) parse(t testing.TB, text string) *operation.Operation {
	t.Helper()
	op, errs := l.front.Parse(text, "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return op
}

func TestGoldenPlans(t *testing.T) {
	for _, g := range graphs {
		l := load(t, g.subgraphs)
		p := planner.New(l.super, nil, planner.Options{})
		ops, err := filepath.Glob(filepath.Join("..", "testdata", "plans", g.name, "ops", "*.graphql"))
		if err != nil || len(ops) == 0 {
			t.Fatalf("%s has no operations", g.name)
		}
		for _, file := range ops {
			t.Run(g.name+"/"+strings.TrimSuffix(filepath.Base(file), ".graphql"), func(t *testing.T) {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				op := l.parse(t, string(text))
				got, err := p.Plan(context.Background(), op, 0)
				if err != nil {
					t.Fatal(err)
				}
				again, err := planner.New(l.super, nil, planner.Options{}).Plan(context.Background(), op, 0)
				if err != nil {
					t.Fatal(err)
				}
				if got.Text() != again.Text() {
					t.Fatal("planning twice gave two plans")
				}
				golden(t, strings.TrimSuffix(file, ".graphql")+".plan", []byte(got.Text()))
				why, err := planner.New(l.super, nil, planner.Options{Explain: true}).Plan(context.Background(), op, 0)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, strings.TrimSuffix(file, ".graphql")+".explain", []byte(why.Text()))
				var pretty bytes.Buffer
				raw, err := json.Marshal(got)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Indent(&pretty, raw, "", "  "); err != nil {
					t.Fatal(err)
				}
				pretty.WriteByte('\n')
				golden(t, strings.TrimSuffix(file, ".graphql")+".plan.json", pretty.Bytes())
			})
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run go test -update", err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; run go test -update and look at the difference\ngot:\n%s", file, got)
	}
}
