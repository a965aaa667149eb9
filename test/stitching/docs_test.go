package stitching

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/generation"
)

var (
	fenced = regexp.MustCompile("(?ms)^```(yaml|graphql)\n(.*?)^```$")
	named  = regexp.MustCompile(`^# (\w+)\.graphql\n`)
)

// The configurations of docs/stitching.md load, compose with the schemas there,
// and the contract they serve is a schema.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/stitching.md")
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]string{}
	var configs []string
	for _, m := range fenced.FindAllStringSubmatch(strings.ReplaceAll(string(page), "\r\n", "\n"), -1) {
		if m[1] == "yaml" {
			configs = append(configs, m[2])
			continue
		}
		name := named.FindStringSubmatch(m[2])
		if name == nil {
			t.Fatalf("a schema without a name:\n%s", m[2])
		}
		schemas[name[1]] = m[2]
	}
	if len(configs) < 6 {
		t.Fatalf("only %d configurations", len(configs))
	}
	used := map[string]bool{}
	for _, yaml := range configs {
		loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "router.yaml", Data: []byte(yaml)}}, Environ: []string{}})
		if err != nil {
			t.Errorf("%v\n%s", err, yaml)
			continue
		}
		c := loaded.Config
		var sources []compose.Source
		for i := range c.Subgraphs {
			s := &c.Subgraphs[i]
			if schemas[s.Name] == "" {
				t.Errorf("there is no schema of %s", s.Name)
			}
			used[s.Name] = true
			sources = append(sources, compose.Source{Name: s.Name, URL: s.URL, SDL: schemas[s.Name]})
		}
		r := generation.Compose(c, sources)
		if len(r.Errors) > 0 {
			t.Errorf("%v\n%s", r.Errors, yaml)
			continue
		}
		if _, err := supergraph.Build(r.Definition); err != nil {
			t.Errorf("%v\n%s", err, yaml)
		}
		if view := c.ServedContract(); view != nil {
			if _, errs := supergraph.ContractSchema(r.Definition, view.IncludeTags, view.ExcludeTags); len(errs) > 0 {
				t.Errorf("%v\n%s", errs, yaml)
			}
		}
	}
	for name := range schemas {
		if !used[name] {
			t.Errorf("%s.graphql is in no configuration", name)
		}
	}
}
