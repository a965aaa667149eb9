package jsonscan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestScannerRefusesDepth(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	s := Scanner{Bytes: []byte(deep)}
	if s.Skip() == nil {
		t.Error("too deep, but taken")
	}
	s = Scanner{Bytes: []byte(deep[1 : len(deep)-1])}
	if err := s.Skip(); err != nil {
		t.Error(err)
	}
}

// FuzzScanner compares with encoding/json: both take the same texts, but that
// the scanner also refuses what is not UTF-8.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,true,null,"\u00e9\ud83d\ude00"]}`, `01`, `"\x"`, "\"\x01\"", `{"a":1,}`, `[}`, "\"\xff\"", `-`, `1.`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := Scanner{Bytes: b}
		err := s.Skip()
		if err == nil {
			err = s.End()
		}
		want := json.Valid(b) && utf8.Valid(b)
		if want && err != nil && !errors.Is(err, ErrJSON) {
			return // depth
		}
		if (err == nil) != want {
			t.Fatalf("%q: %v, want valid %v", b, err, want)
		}
		if err == nil && len(b) > 0 && b[0] == '"' && b[len(b)-1] == '"' {
			var want string
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			if got := string(Unquote(b)); got != want {
				t.Fatalf("%q: %q, want %q", b, got, want)
			}
		}
	})
}
