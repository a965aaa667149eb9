package compose_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden composes the graphs of testdata/compose: one folder a graph, one
// file a subgraph, api.golden the API schema.
func TestGolden(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/compose/*")
	if err != nil || len(folders) == 0 {
		t.Fatal("no graphs in testdata/compose", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(folder, "*.graphql"))
			if err != nil {
				t.Fatal(err)
			}
			var list []compose.Source
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, compose.Source{Name: strings.TrimSuffix(filepath.Base(file), ".graphql"), SDL: string(text)})
			}
			result := compose.ComposeSDL(list)
			if len(result.Errors) > 0 {
				t.Fatal(result.Errors)
			}
			got := supergraph.PrintAPI(result.Definition)
			golden := filepath.Join(folder, "api.golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs (-update writes it); got:\n%s", golden, got)
			}
		})
	}
}
