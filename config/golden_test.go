package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s is out of date; run: go test ./config -run Golden -update", path)
	}
}

func TestGoldenJSONSchema(t *testing.T) { golden(t, "../router.schema.json", JSONSchema()) }

func TestGoldenMarkdown(t *testing.T) { golden(t, "../docs/config.md", Markdown()) }

// Every key is documented, has a yaml tag, a default of its own type, and can
// be reached.
func TestKeysAreComplete(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(s reflect.Type) {
		if seen[s] {
			return
		}
		seen[s] = true
		for _, k := range keysOf(s) {
			where := s.Name() + "." + k.goName
			if k.name == "" || k.name != strings.ToLower(k.name) && s != reflect.TypeFor[RestEndpoint]() {
				t.Errorf("%s: yaml key %q", where, k.name)
			}
			if doc := docOf(s, k); !strings.HasSuffix(doc, ".") {
				t.Errorf("%s: doc comment %q is not a sentence", where, doc)
			}
			child, _ := below(k.typ, "")
			if child.Kind() == reflect.Struct && !isScalar(child) {
				walk(child)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	if len(seen) < 22 {
		t.Errorf("only %d structs found", len(seen))
	}
}

func TestJSONSchemaRefersOnlyToWhatItDefines(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(JSONSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	defs := schema["$defs"].(map[string]any)
	refs := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				if _, ok := defs[strings.TrimPrefix(ref, "#/$defs/")]; !ok {
					t.Errorf("undefined %s", ref)
				}
			}
			for _, c := range v {
				walk(c)
			}
		case []any:
			for _, c := range v {
				walk(c)
			}
		}
	}
	walk(schema)
	if refs == 0 {
		t.Error("no references found")
	}
}
