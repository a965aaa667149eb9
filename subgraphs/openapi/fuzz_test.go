package openapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// Whatever the bytes are, an import ends with a subgraph that compiles or with
// errors that have a code and a place.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 4 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(answering(isUser, user)))
	f.Add([]byte(sending(`{"type": "array", "items": {"oneOf": [` + object + `, {"type": "null"}]}}`)))
	f.Add([]byte(paths(`"/a/{x}?b={b}#c": {"get": ` + op("a", object, pathParam("x")) + `}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 {
			return
		}
		checkImport(t, text)
	})
}

// checkImport imports bytes and checks what always holds.
func checkImport(t *testing.T, text []byte) {
	t.Helper()
	r, err := Import(context.Background(), text, Options{Source: "https://service.example/openapi.json"})
	if err != nil {
		var list Errors
		if !errors.As(err, &list) || len(list) == 0 || list[0].Code == "" || !strings.HasPrefix(list[0].At.Pointer, "#") {
			t.Fatalf("%v", err)
		}
		return
	}
	doc, errs := schema.Parse("test.graphql", r.SDL)
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, r.SDL)
	}
	if _, errs := rest.Compile("test", doc, r.Spec); len(errs) > 0 {
		t.Fatalf("%v\n%s\n%s", errs, r.SDL, r.YAML("a", "b"))
	}
	Locate(text, r.Warnings)
	r.YAML("a", "b")
}

// The fixtures with bytes changed, left out and repeated: bounded and compiling.
func TestMutated(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	const signs = "{}[]:,\"#-/$"
	for range 600 {
		text, err := os.ReadFile(files[random.IntN(len(files))])
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(6) {
			at := random.IntN(len(text))
			piece := text[at:min(at+random.IntN(40), len(text))]
			switch random.IntN(4) {
			case 0:
				text[at] = byte(random.IntN(256))
			case 1:
				text[at] = signs[random.IntN(len(signs))]
			case 2:
				text = append(text[:at:at], text[at+len(piece):]...)
			case 3:
				to := random.IntN(len(text))
				text = slices.Insert(text, to, slices.Clone(piece)...)
			}
		}
		checkImport(t, text)
	}
}
