package demo

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingOfTheRouterIsImported keeps the sample servers an independent
// check: a mistake in the router's own packages must not reach them.
func TestNothingOfTheRouterIsImported(t *testing.T) {
	const module, own = "github.com/weft-graphql/weft/", "github.com/weft-graphql/weft/subgraphs/demo"
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("dataserver/*.go")
	if err != nil {
		t.Fatal(err)
	}
	if files = append(files, more...); len(files) < 10 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if strings.HasPrefix(path, module) && !strings.HasPrefix(path, own) {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}
