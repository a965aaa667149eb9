package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// output is what a run of the command left behind.
type output struct {
	code     int
	out, err string
}

// weft runs the command in this process.
func weft(t *testing.T, stdin string, args ...string) output {
	t.Helper()
	return weftEnv(t, stdin, nil, args...)
}

func weftEnv(t *testing.T, stdin string, environ []string, args ...string) output {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{in: strings.NewReader(stdin), out: &out, err: &errOut, environ: environ}
	code := a.run(t.Context(), args)
	return output{code, out.String(), errOut.String()}
}

// write puts a file into a folder and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "good.yaml", "subgraphs: [{name: a, url: http://127.0.0.1:1/graphql}]\n")
	bad := write(t, dir, "bad.yaml", "listn: 1\nlimits: {max_depth: deep}\n")
	schema := write(t, dir, "a.graphql", "type Query { a: Int }\n")
	broken := write(t, dir, "b.graphql", "type Query {\n  a: Int\n  b:\n}\n")
	for _, tc := range []struct {
		name  string
		args  []string
		stdin string
		code  int
		want  []string // on standard error
	}{
		{"version", []string{"version"}, "", 0, nil},
		{"version flag", []string{"--version"}, "", 0, nil},
		{"help", []string{"--help"}, "", 0, nil},
		{"unknown command", []string{"compse"}, "", 2, []string{`unknown command "compse", did you mean compose?`, "weft --help"}},
		{"unknown flag", []string{"plan", "--nope"}, "", 2, []string{"unknown flag: --nope", "weft plan --help"}},
		{"argument where none belongs", []string{"version", "x"}, "", 2, []string{"takes no arguments"}},
		{"config without command", []string{"config"}, "", 2, []string{"validate, print and schema"}},
		{"config with unknown command", []string{"config", "check"}, "", 2, []string{`unknown command "check"`}},
		{"set without value", []string{"config", "validate", "--set", "listen"}, "", 2, []string{"key.path=value"}},
		{"valid configuration", []string{"config", "validate", "--config", good}, "", 0, nil},
		{"broken configuration", []string{"config", "validate", "--config", bad}, "", 1, []string{
			bad + `:1:1: listn: unknown key "listn" (CONFIG_UNKNOWN_KEY)`, `  hint: did you mean "listen"?`, bad + ":2:21: limits.max_depth"}},
		{"missing configuration", []string{"config", "print", "-c", filepath.Join(dir, "none.yaml")}, "", 1, []string{"none.yaml", "CONFIG_FILE"}},
		{"bad flag value", []string{"config", "validate", "-c", good, "--set", "limits.max_depth=deep"}, "", 1, []string{"--set limits.max_depth: "}},
		{"schema composes", []string{"compose", schema}, "", 0, nil},
		{"schema does not parse", []string{"compose", broken}, "", 1, []string{broken + ":4:1: Syntax error", "(INVALID_GRAPHQL)"}},
		{"schema is not there", []string{"compose", filepath.Join(dir, "c.graphql")}, "", 1, []string{"c.graphql: ", "(CONFIG_FILE)"}},
		{"unknown format", []string{"compose", schema, "--format", "xml"}, "", 2, []string{"--format xml"}},
		{"batch with files", []string{"compose", "--batch", schema}, "", 2, []string{"--batch"}},
		{"batch with format", []string{"compose", "--batch", "--format", "api"}, "", 2, []string{"--batch"}},
		{"files and configuration", []string{"compose", "-c", good, schema}, "", 2, []string{"not both"}},
		{"plan without operation", []string{"plan"}, "", 2, []string{"takes one file"}},
		{"plan from two graphs", []string{"plan", "-c", good, "--supergraph", schema, "-"}, "", 2, []string{"not both"}},
		{"plan in unknown format", []string{"plan", "--format", "svg", "-"}, "", 2, []string{"--format svg"}},
		{"plan of no supergraph", []string{"plan", "--supergraph", schema, "-"}, "{a}", 1, []string{schema, ")"}},
		{"demo with a bad port", []string{"demo", "--upstream-port", "70000"}, "", 2, []string{"--upstream-port 70000"}},
		{"upstream that is not there", []string{"compose", "-c", good}, "", 1, []string{"schema of a: ", "(SCHEMA_UNREACHABLE)", "  hint: "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := weft(t, tc.stdin, tc.args...)
			if got.code != tc.code {
				t.Errorf("exit code %d, want %d; stderr:\n%s", got.code, tc.code, got.err)
			}
			for _, want := range tc.want {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			if tc.code == 0 && got.out == "" {
				t.Error("no output")
			}
			if tc.code != 0 && got.out != "" {
				t.Errorf("output in spite of a problem: %s", got.out)
			}
		})
	}
}

// A message that spans lines keeps its code on the first and is indented below.
func TestProblemText(t *testing.T) {
	p := problem{source: "a.graphql", line: 3, column: 5, message: "cannot be reached:\n{\n  a\n}\n", code: "X_Y"}
	want := "a.graphql:3:5: cannot be reached: (X_Y)\n    {\n      a\n    }"
	if got := p.text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMissingRouterYAML(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{nil, {"serve"}} {
		got := weft(t, "", args...)
		if got.code != 1 {
			t.Errorf("weft %v: exit code %d", args, got.code)
		}
		for _, want := range []string{"router.yaml: there is no configuration file here", "weft demo"} {
			if !strings.Contains(got.err, want) {
				t.Errorf("weft %v: stderr lacks %q:\n%s", args, want, got.err)
			}
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	files := map[string]string{
		"/proc/self/cgroup":                   "12:cpu:/x\n0::/pod/one\n",
		"/sys/fs/cgroup/pod/one/memory.max":   "max\n",
		"/sys/fs/cgroup/pod/memory.max":       "1000000\n",
		"/sys/fs/cgroup/memory.max":           "2000000\n",
		"/sys/fs/cgroup/elsewhere/memory.max": "10\n",
	}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	if got := cgroupLimit(read); got != 1_000_000 {
		t.Errorf("limit %d", got)
	}
	files["/sys/fs/cgroup/pod/one/memory.max"] = "500000\n"
	if got := cgroupLimit(read); got != 500_000 {
		t.Errorf("limit %d", got)
	}
	delete(files, "/proc/self/cgroup")
	if got := cgroupLimit(read); got != 0 {
		t.Errorf("limit %d without control groups", got)
	}
}
