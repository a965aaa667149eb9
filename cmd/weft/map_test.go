package main

import (
	"strings"
	"testing"
)

func TestMap(t *testing.T) {
	const song = `{"id": 7, "full_name": "x", "artist_ids": [1, 2], "a": {"b": true}}`
	for name, test := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"fields":    {song, []string{"--compact", "id name: full_name artists: artist_ids { id: $ }"}, `{"id":7,"name":"x","artists":[{"id":1},{"id":2}]}`},
		"indented":  {song, []string{"id a { b }"}, "{\n  \"id\": 7,\n  \"a\": {\n    \"b\": true\n  }\n}"},
		"list":      {"[" + song + "," + song + "]", []string{"--compact", "id"}, `[{"id":7},{"id":7}]`},
		"value":     {song, []string{"--value", "id"}, "7"},
		"variables": {"", []string{"--compact", "--args", `{"a":1}`, "--this", `{"b":[2]}`, "--config", `{"c":"3"}`, "--batch", `[{"id":4}]`, "--status", "200", "a: $args.a b: $this.b c: $config.c d: $batch.id e: $status f: $env.X"}, `{"a":1,"b":[2],"c":"3","d":[4],"e":200,"f":"y=z"}`},
		"method":    {song, []string{"--value", "artist_ids->first"}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := weftEnv(t, test.stdin, []string{"X=y=z"}, append([]string{"map"}, test.args...)...)
			if got.code != 0 || got.err != "" || strings.TrimSuffix(got.out, "\n") != test.want {
				t.Errorf("exit %d: %s%s", got.code, got.out, got.err)
			}
		})
	}
}

// What the input lacks is told, and the rest is printed.
func TestMapTellsWhatIsMissing(t *testing.T) {
	got := weft(t, `{"id": 7}`, "map", "--compact", "id\nname: full_name")
	if got.code != 0 || got.out != "{\"id\":7}\n" || !strings.Contains(got.err, "selection:2:7: name: ") || !strings.Contains(got.err, "    2 | name: full_name\n      |       ^\n") {
		t.Errorf("exit %d: %s%s", got.code, got.out, got.err)
	}
}

func TestMapErrors(t *testing.T) {
	for name, test := range map[string]struct {
		stdin string
		args  []string
		code  int
		want  []string
	}{
		"syntax":     {"{}", []string{"a: b {"}, 1, []string{"selection:1:7: ", "(MAPPING_SYNTAX)", "    1 | a: b {\n      |       ^\n"}},
		"method":     {"{}", []string{"a: b->frst"}, 1, []string{"selection:1:7: ", "(MAPPING_UNKNOWN_METHOD)", "first"}},
		"two":        {"{}", []string{"a: b->frst\nc: $arg.x"}, 1, []string{"selection:1:7: ", "selection:2:4: ", "$args"}},
		"input":      {"{\n  \"a\": tru }", []string{"a"}, 1, []string{"standard input:2:8: not JSON: ", "    2 |   \"a\": tru }\n      |        ^\n"}},
		"long line":  {`["` + strings.Repeat("x", 1000) + `", oops]`, []string{"a"}, 1, []string{"standard input:1:1006: ", "^\n"}},
		"nothing":    {`{"a": 1}`, []string{"--value", "b"}, 1, []string{"selection:1:1: ", "nothing comes out"}},
		"variable":   {"{}", []string{"--args", "{", "a"}, 2, []string{"--args: "}},
		"no mapping": {"{}", nil, 2, []string{"takes one selection, got 0"}},
		"unquoted":   {"{}", []string{"id", "name"}, 2, []string{"put it in quotes"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := weft(t, test.stdin, append([]string{"map"}, test.args...)...)
			// What is well-formed shows what comes out in spite of its faults.
			out := map[string]string{"method": "{}\n", "two": "{}\n"}[name]
			if got.code != test.code || got.out != out {
				t.Errorf("exit %d: %s", got.code, got.out)
			}
			for _, want := range test.want {
				if !strings.Contains(got.err, want) {
					t.Errorf("%q is not in:\n%s", want, got.err)
				}
			}
		})
	}
}

func TestMapShape(t *testing.T) {
	got := weft(t, "not read", "map", "--shape", `id name: user.full_name kind: $("song") count: ids->size who: $args.id tags: tags->map(@.name) ...meta { page } artists: artist_ids { id: $ } either: $(a ?? "b")`)
	want := `{ # for each element, if the input is a list
  id: $.id
  name: $.user.full_name
  kind: string
  count: number
  who: $args.id
  tags: [$.tags.name]
  page: $.meta.page
  artists: { # for each element, if the input is a list
    id: $.artist_ids
  }
  either: $.a | string
}
`
	if got.code != 0 || got.err != "" || got.out != want {
		t.Errorf("exit %d:\n%s%s", got.code, got.out, got.err)
	}
}
