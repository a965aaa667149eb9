package compose_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
)

// ruleLine is a line of testdata/rules.jsonl: a small graph, the codes of the
// errors it has, or of the hints if it composes. "@all" at the beginning of a
// schema stands for a link of federation v2.9 with all its directives.
type ruleLine struct {
	Name         string
	SDL          []string
	Codes, Hints []string
}

// ours are the hints that testdata/rules.jsonl does not list.
var ours = []string{"UNUSED_EXTERNAL", "TYPE_ONLY_IN_ONE_SUBGRAPH", "SIMILAR_TYPE_NAMES"}

func TestRuleFile(t *testing.T) {
	text, err := os.ReadFile("testdata/rules.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) < 400 {
		t.Fatalf("only %d cases", len(lines))
	}
	for _, line := range lines {
		var c ruleLine
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			for i := range c.SDL {
				if rest, ok := strings.CutPrefix(c.SDL[i], "@all\n"); ok {
					c.SDL[i] = fed + rest
				}
			}
			r := compose.ComposeSDL(sources(c.SDL...))
			if got := r.Errors.Codes(); !slices.Equal(got, c.Codes) {
				t.Fatalf("codes %v, want %v\n%v", got, c.Codes, r.Errors)
			}
			if len(c.Codes) > 0 {
				return
			}
			if got := hintCodes(t, r); !slices.Equal(got, c.Hints) {
				t.Errorf("hints %v, want %v", got, c.Hints)
			}
		})
	}
}

// hintCodes are the distinct codes of hints, after a look at each hint.
func hintCodes(t *testing.T, r *compose.Result) []string {
	t.Helper()
	codes := []string{}
	for _, h := range r.Hints {
		if h.Message == "" || h.Advice == "" || h.Level.String() == "none" || len(h.Places) == 0 {
			t.Errorf("hint %+v", h)
		}
		for _, p := range h.Places {
			if p.Subgraph == "" || p.Line == 0 || p.Column == 0 {
				t.Errorf("%s at %+v", h.Code, p)
			}
		}
		if !slices.Contains(ours, h.Code) {
			codes = append(codes, h.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
