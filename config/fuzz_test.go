package config

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Whatever a file holds: no crash, no hang, every problem coded and located, and
// what loads can be printed and loaded again.
func FuzzLoad(f *testing.F) {
	sample, err := os.ReadFile("testdata/router.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	for _, s := range []string{ok, subgraph, "a: &a [*a, *a]\n", "<<: {<<: *x}\n", "subgraphs: [{name: a}, {name: a}]\n",
		"limits: {max_depth: 0x1F}\nsupergraph: {path: x}\n", "? {a: b}\n: c\n", "!!binary x: !!int y\n", "---\n...\n---\n", "supergraph: {url: http://u:p@h/x}\n"} {
		f.Add([]byte(s))
	}
	dir := f.TempDir() // empty, so that no relative ${file.} finds anything
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Load(Options{Sources: []Source{{Name: "f", Data: data, Dir: dir}}, Environ: noEnv})
		if err != nil {
			var errs Errors
			if !errors.As(err, &errs) || len(errs) == 0 {
				t.Fatalf("not Errors: %v", err)
			}
			for _, e := range errs {
				if e.Code == "" || e.Message == "" || e.Line < 0 {
					t.Errorf("incomplete: %+v", e)
				}
			}
			return
		}
		if len(l.secrets) > 0 {
			return
		}
		out, err := l.Print()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Load(Options{Sources: []Source{{Name: "p", Data: out}}, Environ: noEnv})
		if err != nil {
			t.Fatalf("printed:\n%s\nloads with %v", out, err)
		}
		if diff := cmp.Diff(l.Config, again.Config, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Config{}, "Place", "Written"), cmpopts.IgnoreFields(Subgraph{}, "URL"), cmpopts.IgnoreFields(Supergraph{}, "URL"), cmpopts.IgnoreFields(Schema{}, "URL")); diff != "" {
			t.Errorf("(-loaded +printed):\n%s", diff)
		}
	})
}
