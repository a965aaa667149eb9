package generation

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// A schema that cannot be loaded is told with the line that says where it is.
func TestLoadPlace(t *testing.T) {
	l, err := config.Load(config.Options{Environ: []string{}, Sources: []config.Source{{Name: "router.yaml", Data: []byte(`subgraphs:
  - name: a
    url: http://127.0.0.1:1
    schema: a.graphql
  - name: b
    url: http://127.0.0.1:1
`)}}})
	if err != nil {
		t.Fatal(err)
	}
	results := []load.Result{
		{Name: "a", Err: &load.Error{Subgraph: "a", Code: load.CodeFile, Message: "the file cannot be read"}},
		{Name: "b", Err: &load.Error{Subgraph: "b", Code: load.CodeFile, Message: "no answer"}},
	}
	_, errs := graphOf(l.Config, results, nil)
	for i, want := range []string{"router.yaml:4:13: ", "router.yaml:6:10: "} {
		if len(errs) != len(results) || !strings.HasPrefix(errs[i].Error(), want) {
			t.Errorf("%v does not begin with %s", errs, want)
		}
	}
}
