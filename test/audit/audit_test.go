// Package audit runs the federation gateway audit's suites through native
// composition, planning and execution, over real HTTP subgraphs.
//
// The suites (subgraph SDL, operations, expected answers) are read from the
// folder that WEFT_CORPUS names; the data that the subgraphs answer from is in
// testdata/audit, one file a suite, unless the suite has a data.json of its own.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/test/federation"
)

type auditCase struct {
	Query     string          `json:"query"`
	Variables json.RawMessage `json:"variables"`
	Expected  struct {
		Data   json.RawMessage `json:"data"`
		Errors any             `json:"errors"`
	} `json:"expected"`
}

func suites(t testing.TB) []string {
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		t.Skip("WEFT_CORPUS names no folder with the audit's suites")
	}
	dirs, err := filepath.Glob(filepath.Join(corpus, "audit", "*", "cases.json"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no suites in %s: %v", corpus, err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

func loadSuite(t testing.TB, dir string) ([]federation.Subgraph, *dataserver.Data, []auditCase) {
	files, err := filepath.Glob(filepath.Join(dir, "subgraphs", "*.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	var services []federation.Subgraph
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		services = append(services, federation.Subgraph{Name: strings.TrimSuffix(filepath.Base(f), ".graphql"), SDL: string(text)})
	}
	world := filepath.Join(dir, "data.json")
	if _, err := os.Stat(world); err != nil {
		world = filepath.Join("..", "..", "testdata", "audit", filepath.Base(dir)+".json")
	}
	data, err := dataserver.LoadData(world)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []auditCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return services, data, cases
}

// supergraphOf names a folder with supergraphs that other tools composed, one
// file a suite; the suites then run over these.
func supergraphOf(t testing.TB, suite string) string {
	dir := os.Getenv("WEFT_AUDIT_SUPERGRAPHS")
	if dir == "" {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(dir, suite+".graphql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAudit(t *testing.T) {
	for _, dir := range suites(t) {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			services, data, cases := loadSuite(t, dir)
			g, err := federation.New(t, services, data, federation.Options{Supergraph: supergraphOf(t, name)})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range cases {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					data.Reset()
					check(t, g, c)
				})
			}
		})
	}
}

func check(t *testing.T, g *federation.Graph, c auditCase) {
	got, err := g.Do(context.Background(), c.Query, c.Variables)
	if err != nil {
		t.Fatal(err)
	}
	var want any
	d := json.NewDecoder(strings.NewReader(string(c.Expected.Data)))
	d.UseNumber()
	if len(c.Expected.Data) > 0 {
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
	}
	failed := false
	if !reflect.DeepEqual(got.Data, want) {
		failed = true
		data, _ := json.Marshal(got.Data)
		t.Errorf("data differs\n got %s\nwant %s", data, c.Expected.Data)
	}
	if errs, ok := c.Expected.Errors.(bool); ok && errs != (len(got.Errors) > 0) {
		failed = true
		t.Errorf("errors: %v, want errors: %v", got.Errors, errs)
	}
	if failed {
		t.Logf("operation:\n%s", c.Query)
		t.Logf("errors: %v", got.Errors)
		if got.Plan != nil {
			t.Logf("plan:\n%s", got.Plan.Text())
		}
	}
}
