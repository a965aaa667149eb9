package operation

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

var jsonTexts = []string{
	`null`, `true`, `false`, `0`, `-0`, `-1.5e+10`, `1E5`, `""`, `"a"`, `"\u00e9\ud83d\ude00\ud800\n\/\\"`, `[]`, `{}`, ` [ 1 , [ ] , { "a" : 1 , "b" : [ null ] } ] `,
	`{"a":{"b":{"c":"d"}},"a":2}`, "\"é\u2028\"",
	``, ` `, `nul`, `nulll`, `tru`, `01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `0x1`, `NaN`, `"`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"a\nb\"", "\"\x00\"", "\"\x7f\"",
	`[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `{}{}`, `1 2`, `'a'`, "\xff", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\ufeff1", `// x`,
}

// checkTape compares the scanner with encoding/json.
func checkTape(t *testing.T, text []byte) {
	t.Helper()
	var tape jsonTape
	got := tape.read(text)
	// encoding/json repairs invalid UTF-8 and has another limit of depth.
	want := json.Valid(text) && utf8.Valid(text)
	if got != want {
		if tape.fault == "the value is nested too deep" {
			return
		}
		t.Fatalf("%q: accepted %v, want %v (%s)", text, got, want, tape.fault)
	}
	if !got {
		if tape.fault == "" || tape.faultAt > len(text) {
			t.Fatalf("%q: fault %q at %d", text, tape.fault, tape.faultAt)
		}
		return
	}
	if root := tape.bytes(0); !bytes.Equal(root, bytes.Trim(text, " \t\r\n")) {
		t.Fatalf("%q: root %q", text, root)
	}
	if int(tape.nodes[0].next) != len(tape.nodes) {
		t.Fatalf("%q: %d of %d nodes", text, tape.nodes[0].next, len(tape.nodes))
	}
	for i := range tape.nodes {
		n := uint32(i)
		if tape.nodes[i].kind != jsonString {
			if !json.Valid(tape.bytes(n)) {
				t.Fatalf("%q: node %d is %q", text, i, tape.bytes(n))
			}
			continue
		}
		var want string
		if err := json.Unmarshal(tape.bytes(n), &want); err != nil {
			t.Fatalf("%q: string node %q: %v", text, tape.bytes(n), err)
		}
		if got := string(tape.appendText(nil, n)); got != want {
			t.Fatalf("%q: text %q, want %q", text, got, want)
		}
		var back string
		if err := json.Unmarshal(appendJSONString(nil, want), &back); err != nil || back != want {
			t.Fatalf("%q is written as %s", want, appendJSONString(nil, want))
		}
	}
}

func TestTapeAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range jsonTexts {
		checkTape(t, []byte(text))
	}
}

func FuzzJSON(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(checkTape)
}
