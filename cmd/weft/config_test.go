package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

func TestConfigPrint(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "router.yaml", "subgraphs:\n  - {name: a, url: http://a/graphql, timeout: 3s}\nheaders: {forward: [authorization]}\n")
	over := write(t, dir, "over.yaml", "listen: :1234\nlimits: {max_depth: 7}\n")
	got := weftEnv(t, "", []string{"WEFT_LIMITS__MAX_FIELDS=11", "WEFT_LIMITS__MAX_DEPTH=8"},
		"config", "print", "-c", file, "-c", over, "--set", "limits.max_depth=9", "--set", "subgraphs.a.schema.headers.x-key=secret-key")
	if got.code != 0 {
		t.Fatal(got.err)
	}
	for _, want := range []string{"listen: :1234", "max_depth: 9", "max_fields: 11", "request_timeout: 3s", "named: authorization", "max_aliases: 30"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("lacks %q:\n%s", want, got.out)
		}
	}
	if strings.Contains(got.out, "secret-key") {
		t.Error("a secret is shown")
	}
	// What is printed is a configuration that says the same.
	again := weft(t, "", "config", "print", "-c", write(t, dir, "again.yaml", got.out))
	if again.out != got.out {
		t.Errorf("printed again:\n%s%s", again.out, again.err)
	}
}

func TestConfigSchema(t *testing.T) {
	got := weft(t, "", "config", "schema")
	if got.code != 0 || got.out != string(config.JSONSchema()) || !json.Valid([]byte(got.out)) {
		t.Errorf("%d %s", got.code, got.err)
	}
}

func TestConfigValidateWarns(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "r.yaml", "subgraphs: [{name: a, url: http://a/graphql}]\n")
	got := weftEnv(t, "", []string{"WEFT_LISTN=x"}, "config", "validate", "-c", file)
	if got.code != 0 || !strings.Contains(got.err, "warning: WEFT_LISTN: ") || !strings.Contains(got.err, "WEFT_LISTEN") {
		t.Errorf("%d %s", got.code, got.err)
	}
	if got.out != file+" is valid\n" {
		t.Errorf("%q", got.out)
	}
}
