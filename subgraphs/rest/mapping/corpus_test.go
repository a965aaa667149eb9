package mapping

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// corpusCase is one row of the public test corpus of the grammar. Its rows were
// extracted by a program, so that single ones may be wrong.
type corpusCase struct {
	File    string          `json:"file"`
	Test    string          `json:"test"`
	Expr    string          `json:"expr"`
	Input   json.RawMessage `json:"input"`
	Output  json.RawMessage `json:"output"`
	Missing bool            `json:"missing"`
	Errors  []string        `json:"errors"`
}

// TestCorpus runs the corpus in the folder WEFT_REFERENCE: outputs, and whether
// there are errors, must agree.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("WEFT_REFERENCE")
	if folder == "" {
		t.Skip("WEFT_REFERENCE is not set")
	}
	text, err := os.ReadFile(filepath.Join(folder, "jsonselection.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []corpusCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	type score struct{ passed, all int }
	scores := map[string]*score{}
	passed := 0
	for i, c := range cases {
		if scores[c.File] == nil {
			scores[c.File] = new(score)
		}
		scores[c.File].all++
		var in Value
		if in, err = ParseValueJSON(c.Input); err != nil {
			t.Fatal(err)
		}
		s, parseErr := Parse(c.Expr)
		var issues []Issue
		var streamed []byte
		ok := false
		if s != nil {
			var built Value
			var built1 bool
			streamed, ok = s.Append(nil, in, nil, &issues)
			if built, built1 = s.Evaluate(in, nil, nil); built1 != ok || ok && !sameJSON(t, streamed, built.AppendJSON(nil)) {
				t.Errorf("row %d: %s: Append gives %s, Evaluate %s", i, c.Expr, streamed, built.AppendJSON(nil))
			}
		}
		failed := parseErr != nil || len(issues) > 0
		if ok == c.Missing || ok && !sameJSON(t, streamed, c.Output) || failed != (len(c.Errors) > 0) {
			t.Logf("row %d, %s: %s\n  of %s\n  gives %s (%v, %v)\n  not   %s (missing %v, %q)", i, c.Test, c.Expr, c.Input, streamed, issues, parseErr, c.Output, c.Missing, c.Errors)
			continue
		}
		passed++
		scores[c.File].passed++
	}
	files := make([]string, 0, len(scores))
	for f := range scores {
		files = append(files, f)
	}
	sort.Strings(files)
	for _, f := range files {
		t.Logf("%-36s %3d of %3d", strings.TrimSuffix(f, ".rs"), scores[f].passed, scores[f].all)
	}
	t.Logf("%d of %d", passed, len(cases))
	if passed*100 < len(cases)*99 {
		t.Errorf("only %d of %d rows pass", passed, len(cases))
	}
}

// sameJSON compares two JSON texts by what they mean.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	x, err := ParseValueJSON(a)
	if err != nil {
		t.Errorf("%v in %s", err, a)
		return false
	}
	y, err := ParseValueJSON(b)
	if err != nil {
		t.Errorf("%v in %s", err, b)
		return false
	}
	return (&evaluator{steps: 1 << 30}).equal(x, y)
}
