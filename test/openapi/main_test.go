package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("good.json", `{"openapi": "3.0.0", "info": {"title": "a", "version": "1"}, "paths": {"/a": {"get": {"operationId": "a", "responses": {"204": {"description": ""}}}}}}`)
	put("note.txt", "not looked at")
	s := settings{limit: time.Minute, compose: true, dump: t.TempDir()}
	if !run(&s, []string{dir}, 2, 100, true) {
		t.Error("a good document is not imported")
	}
	if _, err := os.Stat(filepath.Join(s.dump, "good.json.txt")); err != nil {
		t.Error(err)
	}
	put("bad.yaml", "openapi: 9\n")
	if run(&s, []string{dir}, 1, 60, false) || !run(&s, []string{dir}, 1, 50, false) {
		t.Error("half of the documents are imported, and that is not what counts")
	}
	if o := s.document(filepath.Join(dir, "bad.yaml")); len(o.codes) != 1 || o.codes[0] != "OPENAPI_VERSION" || o.broken != "" {
		t.Errorf("%+v", o)
	}
}
