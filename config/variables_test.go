package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testVariables() *variables {
	return &variables{
		lookupEnv: lookupIn([]string{"A=1", "EMPTY=", "PASSWORD=p4$$w0rd ${env.A}", "WITH=a=b"}),
		readFile: func(name string) (string, error) {
			if filepath.Base(name) == "key" {
				return "k " + filepath.ToSlash(name), nil
			}
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	}
}

func TestExpandText(t *testing.T) {
	for _, test := range []struct {
		in, want string
		outside  bool
	}{
		{"plain", "plain", false},
		{"p4$$w0rd $1 {args.id} sum($1)", "p4$$w0rd $1 {args.id} sum($1)", false},
		{"${env.A}", "1", true},
		{"<${env.A}|${env.A}>", "<1|1>", true},
		{"${env.NOPE:-d}", "d", false},
		{"${env.EMPTY:-d}", "d", false},
		{"${env.EMPTY}", "", true},
		{"${env.NOPE:-}", "", false},
		{"${env.NOPE:-a:-b}", "a:-b", false},
		{"${env.A:-d}", "1", true},
		{"${env.WITH}", "a=b", true},
		// What a variable holds is not expanded again.
		{"${env.PASSWORD}", "p4$$w0rd ${env.A}", true},
		{"$${env.A}", "${env.A}", false},
		{"$$${env.A}", "$${env.A}", false},
		{"$${${env.A}}", "${1}", true},
		{"${file.key}", "k dir/key", true},
		{"${file./abs/key}", "k /abs/key", true},
		{"${file.nope:-d}", "d", false},
	} {
		got, outside, err := testVariables().expandText(test.in, "dir")
		if err != nil || got != test.want || outside != test.outside {
			t.Errorf("%s: %q, %v, %v; want %q, %v", test.in, got, outside, err, test.want, test.outside)
		}
	}
	for in, code := range map[string]string{
		"${env.NOPE}": CodeUnsetVariable, "${file.nope}": CodeFile, "${": CodeInvalidValue, "${}": CodeInvalidValue, "${env.}": CodeInvalidValue,
		"${A}": CodeInvalidValue, "${env.A": CodeInvalidValue, "${file.}": CodeInvalidValue,
	} {
		if _, _, err := testVariables().expandText(in, ""); err == nil || err.Code != code {
			t.Errorf("%s: %v, want %s", in, err, code)
		}
	}
}

func TestReadSecretFile(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{"k": "k", "k\n": "k", "k\r\n": "k", "k\n\n": "k\n", "": ""} {
		path := filepath.Join(dir, "k")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readSecretFile(path); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxSecretFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{large, dir} {
		if _, err := readSecretFile(path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}

// Variables cannot change the structure around them.
func TestVariablesStayScalars(t *testing.T) {
	l, err := Load(Options{
		Sources: []Source{{Name: "r", Data: []byte("subgraphs: [{name: a, url: http://a/}]\nheaders: {all: {request: [{insert: {name: x, value: \"${env.V}\"}}]}}\n")}},
		Environ: []string{`V=", evil: [1] } # {{`},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Config.Headers.All.Request[0].Insert.Value; got != `", evil: [1] } # {{` {
		t.Errorf("got %q", got)
	}
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"${env.A}", "$${x}", "${file.key:-d}", "${env.NOPE:-${env.A}}", "$$${", "${env.A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, _, err := testVariables().expandText(s, "")
		if err == nil && !strings.Contains(s, "${") && got != s {
			t.Errorf("%q became %q without a variable", s, got)
		}
		if got, _, err := testVariables().expandText(escapeVariables(s), ""); err != nil || got != s {
			t.Errorf("%q escaped and expanded is %q, %v", s, got, err)
		}
	})
}
