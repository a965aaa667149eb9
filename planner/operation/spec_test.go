package operation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/planner/operation"
)

const specDir = "testdata/spec"

// specRules are the rules of section 5 of the specification (September 2025).
var specRules = []string{
	"5.1.1", "5.2.1.1", "5.2.2.1", "5.2.3.1", "5.2.4.1",
	"5.3.1", "5.3.2", "5.3.3", "5.4.1", "5.4.2", "5.4.3",
	"5.5.1.1", "5.5.1.2", "5.5.1.3", "5.5.1.4", "5.5.2.1", "5.5.2.2",
	"5.5.2.3.1", "5.5.2.3.2", "5.5.2.3.3", "5.5.2.3.4",
	"5.6.1", "5.6.2", "5.6.3", "5.6.4", "5.7.1", "5.7.2", "5.7.3",
	"5.8.1", "5.8.2", "5.8.3", "5.8.4", "5.8.5",
}

// specRule is a rule with operations that keep it and operations that break it.
type specRule struct {
	Rule           string
	Valid, Invalid []specCase
}

// specCase is an operation; in the table it may be the text alone.
type specCase struct {
	Query     string
	Operation string
	// Code of the error, GRAPHQL_VALIDATION_FAILED unless set.
	Code operation.Code
}

func (c *specCase) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		c.Query = n.Value
		return nil
	}
	type plain specCase
	return n.Decode((*plain)(c))
}

// TestSpecification judges operations by every rule of section 5 of the
// specification: its own examples, and more.
func TestSpecification(t *testing.T) {
	sdl, err := os.ReadFile(filepath.Join(specDir, "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	front := newFront(t, string(sdl), operation.Limits{})
	files, err := filepath.Glob(filepath.Join(specDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	valid, invalid := map[string]int{"5.2.1.1": 0}, map[string]int{"5.2.1.1": 1} // the latter is TestOperationTypeExistence
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rules []specRule
		if err := yaml.Unmarshal(text, &rules); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, r := range rules {
			number, _, _ := strings.Cut(r.Rule, " ")
			valid[number] += len(r.Valid)
			invalid[number] += len(r.Invalid)
			for _, c := range r.Valid {
				t.Run(r.Rule+"/valid", func(t *testing.T) {
					if _, errs := front.Parse(c.Query, c.Operation); errs != nil {
						t.Errorf("refused: %s\n%v", c.Query, errs)
					}
				})
			}
			for _, c := range r.Invalid {
				t.Run(r.Rule+"/invalid", func(t *testing.T) { refused(t, front, c) })
			}
		}
	}
	for _, number := range specRules {
		if valid[number] == 0 || invalid[number] == 0 {
			t.Errorf("%s has %d valid and %d invalid operations", number, valid[number], invalid[number])
		}
		delete(valid, number)
	}
	if len(valid) > 0 {
		t.Errorf("no rules of section 5: %v", valid)
	}
}

// refused checks that an operation is, with a place inside its text.
func refused(t *testing.T, front *operation.Front, c specCase) {
	t.Helper()
	_, errs := front.Parse(c.Query, c.Operation)
	if errs == nil {
		t.Fatalf("accepted: %s", c.Query)
	}
	want := c.Code
	if want == "" {
		want = operation.CodeValidationFailed
	}
	lines := strings.Split(c.Query, "\n")
	for _, e := range errs {
		if e.Code != want {
			t.Errorf("%s: %s (%s), want %s", c.Query, e.Message, e.Code, want)
		}
		if len(e.Locations) == 0 {
			t.Errorf("%s: %s: no place", c.Query, e.Message)
		}
		for _, l := range e.Locations {
			if l.Line < 1 || int(l.Line) > len(lines) || l.Column < 1 || int(l.Column) > len(lines[l.Line-1])+1 {
				t.Errorf("%s: %s: %v is no place in it", c.Query, e.Message, l)
			}
		}
	}
}

// TestOperationTypeExistence is rule 5.2.1.1, which needs a schema that lacks
// root types.
func TestOperationTypeExistence(t *testing.T) {
	front := newFront(t, `type Query { a: Int }`, operation.Limits{})
	for _, c := range []specCase{
		{Query: `mutation { a }`}, {Query: `subscription { a }`}, {Query: `mutation M { __typename }`}, {Query: `subscription S { __typename }`},
		{Query: `query A { a } mutation B { a }`, Operation: "A"},
	} {
		refused(t, front, c)
	}
	if _, errs := front.Parse(`query { a }`, ""); errs != nil {
		t.Error(errs)
	}
}
