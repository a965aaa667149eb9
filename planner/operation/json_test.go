package operation

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var jsonTexts = []string{
	`null`, `true`, `false`, `0`, `-0`, `-1.5e+10`, `1E5`, `""`, `"a"`, `"\u00e9\ud83d\ude00\n\/\\"`, `[]`, `{}`, ` [ 1 , [ ] , { "a" : 1 , "b" : [ null ] } ] `,
	`{"a":{"b":{"c":"d"}},"a":2}`, "\"é\u2028\"",
	`"\ud800"`, `"\udc00"`, `"\udc00\ud800"`, `"\ud800\ud800"`, `"\ud800x"`, `"\ud800\n"`, `"\ud800\u"`, `"\ud800\udc0"`, `{"\udbff":1}`, `"\udbff\udfff"`, `"\ud800\\udc00"`,
	``, ` `, `nul`, `nulll`, `tru`, `01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `0x1`, `NaN`, `"`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"a\nb\"", "\"\x00\"", "\"\x7f\"",
	`[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `{}{}`, `1 2`, `'a'`, "\xff", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\ufeff1", `// x`,
}

// halfPair finds escapes of surrogates in valid JSON that are not a pair.
var halfPair = func() *regexp.Regexp {
	const (
		high  = `\\u[dD][89abAB][0-9a-fA-F]{2}`
		low   = `\\u[dD][c-fC-F][0-9a-fA-F]{2}`
		other = `(?:[^\\]|\\[^u]|\\u(?:[^dD]|[dD][0-7])|` + high + low + `)`
	)
	return regexp.MustCompile(`(?s)^` + other + `*?(?:` + low + `|` + high + `(?:[^\\]|\\[^u]|\\u[^dD]|\\u[dD][^c-fC-F]))`)
}()

// checkTape compares the scanner with encoding/json.
func checkTape(t *testing.T, text []byte) {
	t.Helper()
	var tape jsonTape
	got := tape.read(text)
	// encoding/json repairs invalid UTF-8 and halves of surrogate pairs, and has
	// another limit of depth.
	want := json.Valid(text) && utf8.Valid(text) && !halfPair.Match(text)
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

// TestIntValue compares with exact arithmetic.
func TestIntValue(t *testing.T) {
	r := rand.New(rand.NewPCG(20250903, 2))
	digits := func(n int) string {
		var sb strings.Builder
		for range n {
			sb.WriteByte("0012345679"[r.IntN(10)])
		}
		return sb.String()
	}
	whole, other := 0, 0
	for range 200_000 {
		text := []string{"", "-"}[r.IntN(2)]
		if r.IntN(4) == 0 {
			text += "0"
		} else {
			text += string("123456789"[r.IntN(9)]) + digits(r.IntN(11))
		}
		integer := true
		if r.IntN(2) == 0 {
			text, integer = text+"."+digits(1+r.IntN(6))+strings.Repeat("0", r.IntN(3)), false
		}
		if r.IntN(2) == 0 {
			text, integer = text+string("eE"[r.IntN(2)])+[]string{"", "+", "-"}[r.IntN(3)]+[]string{"", "0"}[r.IntN(2)]+strconv.Itoa(r.IntN(12)), false
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		want := exact.IsInt() && exact.Num().IsInt64() && exact.Num().Int64() >= math.MinInt32 && exact.Num().Int64() <= math.MaxInt32
		got, fits, plain := intValue([]byte(text), integer)
		if fits != want || want && got != exact.Num().Int64() || plain != integer {
			t.Fatalf("%s: %d %v %v, want %v", text, got, fits, plain, want)
		}
		if want {
			whole++
		} else {
			other++
		}
	}
	if whole < 10_000 || other < 10_000 {
		t.Errorf("%d integers and %d others prove little", whole, other)
	}
}
