package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the example in docs/plans.md")

// The example in docs/plans.md is what the command prints for the demo.
func TestGoldenPlanDocument(t *testing.T) {
	const file = "../../docs/plans.md"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc := strings.ReplaceAll(string(raw), "\r\n", "\n")
	operation := block(t, doc, "graphql")
	graph := demoSupergraph(t)
	text := weft(t, operation, "plan", "--supergraph", graph, "--explain", "-")
	inJSON := weft(t, operation, "plan", "--supergraph", graph, "--explain", "--format", "json", "-")
	if text.code != 0 || inJSON.code != 0 {
		t.Fatal(text.err, inJSON.err)
	}
	var p struct {
		Fetches []struct{ Explain json.RawMessage }
	}
	if err := json.Unmarshal([]byte(inJSON.out), &p); err != nil || len(p.Fetches) < 2 {
		t.Fatal(err, inJSON.out)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, p.Fetches[1].Explain, "", "  "); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(doc, "```text\n"+block(t, doc, "text"), "```text\n"+text.out, 1)
	want = strings.Replace(want, "```json\n"+block(t, doc, "json"), "```json\n"+pretty.String()+"\n", 1)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != doc {
		t.Errorf("%s is out of date; run: go test ./cmd/weft -run GoldenPlan -update", file)
	}
}

// block is the first block of a language in a Markdown text.
func block(t *testing.T, doc, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(doc, "\n```"+language+"\n")
	if strings.HasPrefix(rest, "```") {
		return ""
	}
	text, _, closed := strings.Cut(rest, "\n```")
	if !found || !closed {
		t.Fatalf("no block of %s", language)
	}
	return text + "\n"
}
