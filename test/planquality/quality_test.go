// Package planquality compares the plans of Weft with those of another planner;
// see README.md.
package planquality

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// suite is one graph, ready for planning.
type suite struct {
	front   *operation.Front
	planner *planner.Planner
	queries []string
}

func load(t *testing.T, dir string) *suite {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "subgraphs", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no subgraphs (%v)", dir, err)
	}
	var sources []compose.Source
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".graphql")
		sources = append(sources, compose.Source{Name: name, URL: "http://" + name, SDL: string(text)})
	}
	r := compose.ComposeSDL(sources)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	super, err := supergraph.Build(r.Definition)
	if err != nil {
		t.Fatal(err)
	}
	front, err := operation.NewFront(schema.Print(supergraph.APISchema(r.Definition)), super.Schema, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Query string }
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	s := &suite{front: front, planner: planner.New(super, nil, planner.Options{})}
	for _, c := range cases {
		s.queries = append(s.queries, c.Query)
	}
	return s
}

// TestPlanQuality compares with the counts that plans.mjs wrote (WEFT_PLANS) for
// the suites in WEFT_PLAN_SUITES.
func TestPlanQuality(t *testing.T) {
	counts, folder := os.Getenv("WEFT_PLANS"), os.Getenv("WEFT_PLAN_SUITES")
	if counts == "" || folder == "" {
		t.Skip("run.sh sets WEFT_PLANS and WEFT_PLAN_SUITES")
	}
	text, err := os.ReadFile(counts)
	if err != nil {
		t.Fatal(err)
	}
	var theirs map[string]json.RawMessage
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(dirs)
	var table strings.Builder
	table.WriteString("| suite | case | Weft | Apollo | |\n|---|--:|--:|--:|---|\n")
	var ours, others [2]int
	fewer, planned := 0, 0
	row := func(dir string, i int, mine, other, note string) {
		fmt.Fprintf(&table, "| %s | %d | %s | %s | %s |\n", filepath.Base(dir), i, mine, other, note)
	}
	for _, dir := range dirs {
		s := load(t, dir)
		for i, query := range s.queries {
			name := fmt.Sprintf("%s/%d", filepath.Base(dir), i)
			var n [2]int
			// A plan without a fetch, of fields that no subgraph can give, is none.
			refused := json.Unmarshal(theirs[name], &n) != nil || n[0] == 0
			op, errs := s.front.Parse(query, "")
			if len(errs) > 0 {
				row(dir, i, "-", other(n, refused), "not valid")
				if !refused {
					t.Errorf("%s: %v", name, errs)
				}
				continue
			}
			p, err := s.planner.Plan(t.Context(), op, 0)
			if err != nil {
				row(dir, i, "-", other(n, refused), "cannot be planned")
				if !refused {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if refused {
				row(dir, i, pair(len(p.Fetches), p.Waves), "-", "planned by Weft only")
				continue
			}
			note := ""
			switch {
			case len(p.Fetches) > n[0] || p.Waves > n[1]:
				note = "more"
				t.Errorf("%s: %d fetches in %d waves, theirs %d in %d\n%s\n%s", name, len(p.Fetches), p.Waves, n[0], n[1], query, p.Text())
			case len(p.Fetches) < n[0] || p.Waves < n[1]:
				note = "fewer"
				fewer++
			}
			ours[0], ours[1] = ours[0]+len(p.Fetches), ours[1]+p.Waves
			others[0], others[1] = others[0]+n[0], others[1]+n[1]
			planned++
			row(dir, i, pair(len(p.Fetches), p.Waves), other(n, false), note)
		}
	}
	fmt.Fprintf(&table, "| **sum** | **%d** | **%s** | **%s** | fewer in %d |\n", planned, pair(ours[0], ours[1]), other(others, false), fewer)
	file := os.Getenv("WEFT_PLAN_TABLE")
	if file == "" {
		t.Log("\n" + table.String())
	} else if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pair prints fetches and waves.
func pair(fetches, waves int) string { return fmt.Sprintf("%d/%d", fetches, waves) }

func other(n [2]int, refused bool) string {
	if refused {
		return "-"
	}
	return pair(n[0], n[1])
}
