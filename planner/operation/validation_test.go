package operation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
)

const validationDir = "../../testdata/validation"

func newFront(t testing.TB, sdl string, limits operation.Limits) *operation.Front {
	t.Helper()
	doc, errs := schema.Parse("test", sdl)
	if len(errs) > 0 {
		t.Fatalf("schema: %v", errs)
	}
	s, err := schema.FromDocument(doc)
	if err != nil {
		t.Fatalf("schema: %v", err)
	}
	front, err := operation.NewFront(sdl, s, limits)
	if err != nil {
		t.Fatalf("front: %v", err)
	}
	return front
}

func validationSDL(t testing.TB) string {
	t.Helper()
	sdl, err := os.ReadFile(filepath.Join(validationDir, "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(sdl)
}

type validationCase struct {
	Name      string `yaml:"name"`
	Query     string `yaml:"query"`
	Operation string `yaml:"operation"`
	// Error is part of the message of one of the errors; empty: it is valid.
	Error string `yaml:"error"`
	Code  string `yaml:"code"`
}

func validationCases(t testing.TB, each func(file string, c validationCase)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(validationDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Cases []validationCase `yaml:"cases"`
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, c := range file.Cases {
			each(strings.TrimSuffix(filepath.Base(path), ".yaml"), c)
		}
	}
}

// TestValidation runs the table of operations for every rule of section 5 of
// the specification of September 2025.
func TestValidation(t *testing.T) {
	front := newFront(t, validationSDL(t), operation.Limits{})
	total := 0
	validationCases(t, func(file string, c validationCase) {
		total++
		t.Run(file+"/"+c.Name, func(t *testing.T) {
			op, errs := front.Parse(c.Query, c.Operation)
			if c.Error == "" {
				if errs != nil {
					t.Fatalf("valid, but refused: %v", errs)
				}
				if op.Normalized == "" || op.Root == nil {
					t.Fatalf("incomplete operation: %+v", op)
				}
				return
			}
			if errs == nil {
				t.Fatalf("invalid, but accepted: %s", op.Normalized)
			}
			want := operation.Code(c.Code)
			if want == "" {
				want = operation.CodeValidationFailed
			}
			for _, err := range errs {
				if err.Code == want && strings.Contains(err.Message, c.Error) {
					if want == operation.CodeValidationFailed && len(err.Locations) == 0 {
						t.Fatalf("no location: %v", err)
					}
					return
				}
			}
			for _, err := range errs {
				t.Errorf("got %s: %s", err.Code, err.Message)
			}
			t.Errorf("want %s: %s", want, c.Error)
		})
	})
	if total < 130 {
		t.Errorf("only %d cases", total)
	}
}
