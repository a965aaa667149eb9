package mapping

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, ` { "a" : [ 1 , -0.5e+10 , "x" , true , false , null , { } , [ [ ] ] ] } `, `"\ud83d\ude00 é \" \\ \/ \b\f\n\r\t"`,
		`0`, `-0`, `1e5`, `{"a":{"b":{"c":[]}},"a":2,"":0}`, `[{},[],{"a":[]},1]`,
	} {
		var d Document
		if err := d.Parse([]byte(text), 0); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := string(d.Root().AppendJSON(nil)); got != strings.TrimSpace(text) {
			t.Errorf("%s becomes %s", text, got)
		}
		var x, y any
		if json.Unmarshal([]byte(text), &x) != nil || json.Unmarshal(d.Root().appendCompact(nil), &y) != nil || !reflect.DeepEqual(x, y) {
			t.Errorf("%s becomes %s", text, d.Root().appendCompact(nil))
		}
	}
	for text, offset := range map[string]int{
		``: 0, ` `: 1, `{`: 1, `[`: 1, `[1`: 2, `[1,]`: 3, `{"a"}`: 4, `{"a":}`: 5, `{"a":1,}`: 7, `{a:1}`: 1, `[1}`: 2, `{"a":1]`: 6, `1 2`: 2,
		`01`: 1, `1.`: 2, `.5`: 0, `-`: 1, `1e`: 2, `+1`: 0, `tru`: 0, `nul`: 0, `"a`: 2, "\"a\nb\"": 2, `"\x"`: 1, `"\u12g4"`: 1,
		`"\ud83d"`: 1, `"\ude00"`: 1, `"\ud83d\u0041"`: 1, "\"a\xff\"": 0, "\"\xed\xa0\x80\"": 0, "\xef\xbb\xbf1": 0, "\x00": 0,
		strings.Repeat("[", 501): 500, "[}": 1, "{]": 1,
	} {
		var d Document
		err := d.Parse([]byte(text), 0)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != offset {
			t.Errorf("%.20q: %v, want an error at %d", text, err, offset)
		}
		var r Reader
		if r.Reset([]byte(text), 0) && r.Value().Kind != KindMissing && r.End() {
			t.Errorf("%.20q: a Reader accepts it", text)
		}
		if d.Root().Kind() != KindMissing {
			t.Errorf("%.20q: document is not empty", text)
		}
	}
	// Strings are looked at eight bytes at a time: every place is another case.
	for n := range 20 {
		for _, bad := range []string{"\x01", "\x80", `\x`, "\xed\xa0\x80"} {
			text := `"` + strings.Repeat("a", n) + bad + strings.Repeat("é", 20-n) + `"`
			var d Document
			var r Reader
			if d.Parse([]byte(text), 0) == nil || r.Reset([]byte(text), 0) && r.Value().Kind != KindMissing {
				t.Errorf("%q is accepted", text)
			}
		}
		text := `["` + strings.Repeat("~", n) + `é\"` + strings.Repeat("!", 20-n) + `" ,1 ]`
		var r Reader
		if !r.Reset([]byte(text), 0) || r.Value().Kind != KindList || !r.End() {
			t.Errorf("%q is refused", text)
		}
	}
	var d Document
	if d.Parse([]byte(`[[1]]`), 2) != nil || d.Parse([]byte(`[[[1]]]`), 2) == nil {
		t.Error("depth is not what was asked for")
	}
}

func TestValue(t *testing.T) {
	v := mustValue(t, `{"a":[1,"x\u0041",{"b":null}],"\u00e9":true,"a":2}`)
	computed, ok := MustParse(`a: $.a->map(@) "é"`).Evaluate(v, nil, nil)
	if !ok {
		t.Fatal("no value")
	}
	for _, v := range []Value{v, computed} {
		a, ok := v.Get("a")
		if !ok || a.Kind() != KindList || a.Len() != 3 {
			t.Fatalf("a is %v", a.Kind())
		}
		if x, _ := a.Item(1); x.Text() != "xA" || string(x.AppendText([]byte("-"))) != "-xA" {
			t.Error(x.Text())
		}
		if x, _ := a.Item(2); x.Kind() != KindObject || x.Len() != 1 {
			t.Error(x.Kind())
		}
		if _, ok := a.Item(3); ok {
			t.Error("item 3 exists")
		}
		if _, ok := a.Item(-1); ok {
			t.Error("item -1 exists")
		}
		if e, ok := v.Get("é"); !ok || !e.IsTrue() {
			t.Error("é is not found")
		}
		if _, ok := v.Get("x"); ok {
			t.Error("x is found")
		}
		var kinds []Kind
		for it := a.Iterate(); it.Next(); {
			kinds = append(kinds, it.Value().Kind())
			if it.Key() != "" {
				t.Error("an item has a key")
			}
		}
		if !reflect.DeepEqual(kinds, []Kind{KindNumber, KindString, KindObject}) {
			t.Error(kinds)
		}
		var keys []string
		for it := v.Iterate(); it.Next(); {
			keys = append(keys, it.Key())
		}
		if keys[0] != "a" || keys[1] != "é" {
			t.Error(keys)
		}
	}
	if (Value{}).Iterate().of.Len() != 0 || string((Value{}).AppendJSON(nil)) != "null" || (Value{}).Raw() != nil {
		t.Error("the missing value is something")
	}
	if String("a\"\\\n\x01é\xff").Text() != "a\"\\\n\x01é\uFFFD" {
		t.Errorf("%q", String("a\"\\\n\x01é\xff").Text())
	}
	if Int(-5).Text() != "-5" || Bool(false).Text() != "false" || Null().Kind() != KindNull {
		t.Error("constructors")
	}
}
