package openapi

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// imported imports a document, and checks what holds for every result: it
// compiles, it composes, and a second import gives the same.
func imported(t testing.TB, text []byte, o Options) (*Result, *rest.Upstream) {
	t.Helper()
	if o.Source == "" {
		o.Source = "https://service.example/docs/openapi.json"
	}
	r, err := Import(context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := schema.Parse("test.graphql", r.SDL)
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, r.SDL)
	}
	up, faults := rest.Compile("test", doc, r.Spec)
	for _, f := range faults {
		t.Error(f)
	}
	if len(faults) > 0 {
		t.Fatalf("%s\n%s", r.SDL, r.YAML("test", "test.graphql"))
	}
	if strings.Contains(r.SDL, "type Query") {
		if c := compose.Compose([]compose.Input{{Name: "test", Doc: doc}}); len(c.Errors) > 0 {
			t.Fatalf("%v\n%s", c.Errors, r.SDL)
		}
	}
	again, err := Import(context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	if again.SDL != r.SDL || !bytes.Equal(again.YAML("test", "test.graphql"), r.YAML("test", "test.graphql")) {
		t.Error("two imports differ")
	}
	return r, up
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		file string
		o    Options
	}{
		{file: "fastapi.json"},
		{file: "library30.yaml", o: Options{
			Links: []Link{
				{Field: "Book.author", Type: "Author", By: []LinkKey{{"id", "author_id"}}},
				{Field: "Book.editors", Type: "Author", By: []LinkKey{{"id", "editor_ids"}}},
			},
			Entities: []Entity{{Type: "Ref", Key: "isbn"}},
		}},
		{file: "tickets31.yaml", o: Options{TrustRequired: true, Entries: true}},
		{file: "pets2.json", o: Options{Operations: map[string]string{"GET /pet/findByStatus": "pets", "updatePetWithForm": "", "addPet": "Mutation.newPet"}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			r, _ := imported(t, text, c.o)
			Locate(text, r.Warnings)
			var notes strings.Builder
			for _, n := range r.Warnings {
				notes.WriteString(n.String() + "\n")
			}
			base := strings.TrimSuffix(c.file, filepath.Ext(c.file))
			golden(t, base+".graphql", r.SDL)
			golden(t, base+".router.yaml", string(r.YAML(base, base+".graphql")))
			golden(t, base+".notes", notes.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update if that is meant:\n%s", name, got)
	}
}
