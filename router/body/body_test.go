package body

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRead(t *testing.T) {
	var r Request
	in := []byte("{ \"operationName\" : \"A\\u0042\",\n\"query\":\"{ a(b: \\\"c\\\") }\", \"variables\": {\"a\": [1, {\"b\": \"}\"}]} ,\t\"extensions\":{},\"x\":-1.5e+3}")
	if err := Read(in, &r); err != nil {
		t.Fatal(err, err.Offset)
	}
	if got := string(r.Query.Append(nil)); got != `{ a(b: "c") }` || !r.Query.Escaped {
		t.Errorf("query %q", got)
	}
	if got := string(r.OperationName.Append(nil)); got != "AB" {
		t.Errorf("name %q", got)
	}
	if string(r.Variables) != `{"a": [1, {"b": "}"}]}` || string(r.Extensions) != `{}` {
		t.Errorf("%s %s", r.Variables, r.Extensions)
	}
	if err := Read([]byte(`{}`), &r); err != nil || r.Query.Given() || r.Variables != nil {
		t.Errorf("what was read before is still there: %+v", r)
	}
	if err := Read([]byte(`{"query":""}`), &r); err != nil || !r.Query.Given() {
		t.Errorf("an empty text is a text: %v %+v", err, r)
	}
}

func TestReadErrors(t *testing.T) {
	for in, code := range map[string]string{
		``: CodeMalformed, `  `: CodeMalformed, `[]`: CodeBatch, ` [{}]`: CodeBatch, `{`: CodeMalformed, `{"a"`: CodeMalformed, `{"a":`: CodeMalformed,
		`{"a":1`: CodeMalformed, `{"a":1,}`: CodeMalformed, `{,}`: CodeMalformed, `{"a":01}`: CodeMalformed, `{"a":1.}`: CodeMalformed, `{"a":-}`: CodeMalformed,
		`{"a":+1}`: CodeMalformed, `{"a":.5}`: CodeMalformed, `{"a":1e}`: CodeMalformed, `{"a":nul}`: CodeMalformed, `{"a":NaN}`: CodeMalformed,
		`{"a":"\x"}`: CodeMalformed, `{"a":"\u12"}`: CodeMalformed, `{"a":"\u12g4"}`: CodeMalformed, "{\"a\":\"\n\"}": CodeMalformed, `{"a":"`: CodeMalformed,
		`{"a":"\`: CodeMalformed, `{"a":[1 2]}`: CodeMalformed, `{"a":[1,]}`: CodeMalformed, `{"a":{"b" 1}}`: CodeMalformed, `{"a":{1:1}}`: CodeMalformed,
		`{} {}`: CodeMalformed, `{}x`: CodeMalformed, `null`: CodeMalformed, `{'a':1}`: CodeMalformed, `{"query":nul}`: CodeMalformed, `{"query":tru}`: CodeMalformed,
		`{"query":1}`: CodeMalformed, `{"variables":""}`: CodeMalformed, `{"query":"a","query":"b"}`: CodeMalformed, `{"variables":null,"variables":{}}`: CodeMalformed,
		`{"a":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}`: CodeMalformed,
		`{"a":` + strings.Repeat(`{"a":`, 1_000_000):                        CodeMalformed,
	} {
		var r Request
		err := Read([]byte(in), &r)
		if err == nil || err.Code != code || err.Message == "" || err.Offset < 0 || err.Offset > len(in) {
			t.Errorf("%.50s: %+v", in, err)
		}
	}
}

func TestObject(t *testing.T) {
	for in, want := range map[string]string{`{}`: `{}`, ` {"a":1} `: `{"a":1}`, `null`: ``} {
		got, err := Object([]byte(in), "x")
		if err != nil || string(got) != want {
			t.Errorf("%s: %s %v", in, got, err)
		}
	}
	for _, in := range []string{``, `[]`, `1`, `{`, `{}}`, `nul`, `null1`} {
		if _, err := Object([]byte(in), "x"); err == nil {
			t.Errorf("%s was taken", in)
		}
	}
}

// FuzzRead compares with encoding/json.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"query":"{a}","variables":{"a":[1,2.5e-3,null,true,"\u00e9"]},"operationName":"A","extensions":{}}`,
		`{"query":"\ud83d\ude00 \ud83d \n","x":{"y":[[],{}]}}`, `{"qu\u0065ry":null}`, `[{}]`, `{"query":1}`, "{\"query\":\"\\", `{}`, `{"a":-0.0E+1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var r Request
		err := Read(in, &r)
		valid := json.Valid(in)
		if !valid {
			if err == nil {
				t.Fatalf("not JSON: %q", in)
			}
			return
		}
		if err != nil {
			return // JSON, but no request
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(in, &want) != nil {
			t.Fatalf("not an object: %q", in)
		}
		if utf8.Valid(in) {
			var query *string
			if err := json.Unmarshal(orNull(want["query"]), &query); err != nil || (query != nil) != r.Query.Given() {
				t.Fatalf("query %v %v of %q", query, err, in)
			}
			if query != nil && *query != string(r.Query.Append(nil)) {
				t.Fatalf("query %q, want %q", r.Query.Append(nil), *query)
			}
		}
		if v := want["variables"]; string(v) != "null" && !bytes.Equal(v, r.Variables) {
			t.Fatalf("variables %s, want %s", r.Variables, v)
		}
	})
}

func orNull(b json.RawMessage) json.RawMessage {
	if b == nil {
		return json.RawMessage("null")
	}
	return b
}

var heavy = []byte(`{"query":"` + strings.Repeat(`query Q($a: Int) {\n  users(first: $a) {\n    id name reviews { body } }\n}\n`, 20) + `","variables":{"a":3,"b":{"c":[1,2,3]}},"operationName":"Q"}`)

func TestReadAllocatesNothing(t *testing.T) {
	var r Request
	if n := testing.AllocsPerRun(100, func() { _ = Read(heavy, &r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRead(b *testing.B) {
	var r Request
	b.SetBytes(int64(len(heavy)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Read(heavy, &r); err != nil {
			b.Fatal(err)
		}
	}
}
