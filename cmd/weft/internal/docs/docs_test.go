package docs

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const root = "../../../.."

func TestGoldenErrors(t *testing.T) {
	got, err := Errors(root)
	if err != nil {
		t.Fatal(err)
	}
	const file = root + "/docs/errors.md"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s is out of date; run: go test ./cmd/weft/internal/docs -run Golden -update", file)
	}
}

// Explanations of codes that no longer exist are removed with them.
func TestMeaningsAreUsed(t *testing.T) {
	byFolder, err := collect(root)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, codes := range byFolder {
		for _, c := range codes {
			used[c.Name] = true
		}
	}
	for name := range meanings {
		if !used[name] {
			t.Errorf("%s is explained, but is no code", name)
		}
	}
}

func TestSentence(t *testing.T) {
	for _, tc := range [][3]string{
		{"CodeX", "CodeX is a value that\nis bad.\n", "A value that is bad."},
		{"CodeX", "CodeX: no plan\n", "No plan."},
		{"CodeX", "no connection\n", "No connection."},
		{"CodeX", "", ""},
	} {
		if got := sentence(tc[0], tc[1]); got != tc[2] {
			t.Errorf("sentence(%q) = %q, want %q", tc[1], got, tc[2])
		}
	}
}

// What is not explained fails the build of the reference instead of leaving a
// hole in it.
func TestUnexplainedCode(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(dir+"/config", 0o755); err != nil {
		t.Fatal(err)
	}
	source := "package config\n\nconst CodeNew = \"BRAND_NEW\"\nconst CodeOld = \"QUITE_OLD\" // what it means\n" +
		"const CodeListed = \"ALSO_OLD\"\nfunc Codes() []Info { return []Info{{CodeListed, \"Listed.\"}} }\n"
	if err := os.WriteFile(dir+"/config/x.go", []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Errors(dir)
	if err == nil || !strings.Contains(err.Error(), "BRAND_NEW") || strings.Contains(err.Error(), "_OLD") {
		t.Errorf("%v", err)
	}
}
