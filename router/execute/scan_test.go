package execute

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

var texts = []string{
	`{}`, `[]`, `""`, `0`, `-0`, `-`, `01`, `1.`, `.5`, `1.5`, `1e5`, `1E+5`, `1e`, `1e+`, `-1.25e-3`, `+1`, `0x1`, `1 2`,
	`true`, `false`, `null`, `tru`, `nul`, `nulll`, `True`, `NaN`, `Infinity`,
	`"a"`, `"a`, `a"`, `"\n"`, "\"\n\"", "\"\x00\"", "\"\x1f\"", "\"\x7f\"", `"\u00e9"`, `"\u00g9"`, `"\u12"`, `"\x"`, `"\`, `"\"`, `"\\"`, `"\/"`,
	"\"\xff\"", "\"\xc3\xa9\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xc0\xaf\"", "\"\xef\xbf\xbd\"", `"\ud800"`,
	"\"" + strings.Repeat("a", 100) + "\"", "\"" + strings.Repeat("a", 31) + "\x01" + strings.Repeat("a", 40) + "\"",
	"\"" + strings.Repeat("é", 50) + "\"", "\"" + strings.Repeat("a", 33) + "\\q" + strings.Repeat("a", 40) + "\"",
	`{"a":1}`, `{"a" : 1 , "b":[1 , 2]}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `[1,]`, `[,1]`, `[1 2]`, `[`, `{`, `]`, `[[]`, `[]]`,
	" \t\r\n[ ] ", "\v[]", "[\f]", "\ufeff{}", `{"a":1}x`, ``, ` `, `{"a":{"b":{"c":[{},[],"",1,null]}}}`, `[1,2,3,4.5,"x",{"y":null}]`,
}

// valid is how strict answers are read: RFC 8259 and UTF-8.
func valid(text []byte) bool { return json.Valid(text) && utf8.Valid(text) }

func accepts(text []byte) bool {
	i := skipValue(text, space(text, 0), 0)
	return i >= 0 && space(text, i) == len(text)
}

// deep reports nesting over the limit of skipValue, which encoding/json allows.
func deep(text []byte) bool {
	return strings.Count(string(text), "[")+strings.Count(string(text), "{") >= maxDepth
}

func TestSkipValueIsStrict(t *testing.T) {
	for _, text := range texts {
		if got, want := accepts([]byte(text)), valid([]byte(text)); got != want {
			t.Errorf("%q: accepted %v, want %v", text, got, want)
		}
	}
	// every special byte at every place of a word
	for n := range 70 {
		for _, c := range []byte{'"', '\\', 0, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xc3, 0xff} {
			text := []byte(`"` + strings.Repeat("x", 70) + `"`)
			text[1+n] = c
			if got, want := accepts(text), valid(text); got != want {
				t.Errorf("%q: accepted %v, want %v", text, got, want)
			}
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	for _, n := range []int{maxDepth, maxDepth + 1} {
		text := strings.Repeat("[", n) + strings.Repeat("]", n)
		if got, want := accepts([]byte(text)), n <= maxDepth; got != want {
			t.Errorf("depth %d: accepted %v", n, got)
		}
		text = strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n)
		if got, want := accepts([]byte(text)), n <= maxDepth; got != want {
			t.Errorf("object depth %d: accepted %v", n, got)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, quoted := range []string{`"a"`, `"\u0061b"`, `"\ud83d\ude00x"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\\\"\/\b\f\n\r\t"`, `"é\u00e9"`} {
		var want string
		if err := json.Unmarshal([]byte(quoted), &want); err != nil {
			t.Fatal(err)
		}
		if got := unescape([]byte(quoted[1 : len(quoted)-1])); got != want {
			t.Errorf("%s: got %q, want %q", quoted, got, want)
		}
	}
}

func TestAppendString(t *testing.T) {
	for _, text := range []string{"", "a", "a\"b\\c", "\x00\n\x1f", "é😀", "\xff\xc3"} {
		var got string
		if err := json.Unmarshal(appendString(nil, text), &got); err != nil || got != strings.ToValidUTF8(strings.ReplaceAll(text, "\xff\xc3", "\ufffd\ufffd"), "") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func FuzzSkipValue(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := accepts(text), valid(text); got != want && !deep(text) {
			t.Errorf("%q: accepted %v, want %v", text, got, want)
		}
	})
}

// decodePlan has every kind of field.
func decodePlan() (*plan.Plan, *plan.Decode) {
	b := newBuilder()
	root := b.shape("Query")
	pet := b.shape("Dog", "Cat")
	b.field(root, "int", "Int", nil)
	b.field(root, "float", "Float", nil)
	b.field(root, "string", "String", nil)
	b.field(root, "boolean", "Boolean", nil)
	b.field(root, "id", "ID", nil)
	b.field(root, "color", "Color", nil)
	b.field(root, "any", "JSON", nil)
	b.field(root, "ints", "[[Int]]", nil)
	b.field(root, "pet", "Pet", pet)
	b.field(root, "pets", "[Pet!]", pet)
	b.field(pet, "name", "String", nil)
	b.collect(pet)
	pets := b.decode(pet, "__typename", "name")
	d := b.decode(root, "int", "float", "string", "boolean", "id", "color", "any", "ints", sub{"pet", pets}, sub{"pets", pets})
	b.rootFetch(nil, d)
	return b.plan, d
}

func FuzzDecode(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
		for _, key := range []string{"int", "float", "string", "boolean", "id", "color", "any", "ints", "pet", "pets"} {
			f.Add([]byte(`{"` + key + `":` + text + `}`))
		}
	}
	f.Add([]byte(`{"int":1,"pet":{"__typename":"Dog","name":"Rex"},"pets":[{"name":"x","__typename":"Cat"},{"__typename":"Cow"},null,7]}`))
	f.Add([]byte(`{"\u0069nt":2147483648,"id":12345678901,"color":"BLUE","ints":[[1,[]],[null],3]}`))
	p, d := decodePlan()
	x := new(store)
	f.Fuzz(func(t *testing.T, text []byte) {
		x.reset(p, Limits{}.withDefaults())
		x.body = text
		x.bufs = append(x.bufs[:0], text)
		i := space(text, 0)
		if i >= len(text) || text[i] != '{' {
			return
		}
		_, end := x.decodeObject(d, i, true)
		got := end >= 0 && space(text, end) == len(text)
		if want := valid(text); got != want && !deep(text) {
			t.Errorf("%q: accepted %v, want %v", text, got, want)
		}
		if got && (len(x.stack) != 0 || len(x.indices) != 0) {
			t.Errorf("%q: the cursor is not at rest", text)
		}
		for _, c := range x.collections {
			for _, object := range c {
				if int(object) >= len(x.words) {
					t.Errorf("%q: a collection has an object that is gone", text)
				}
			}
		}
	})
}

func TestLeafKinds(t *testing.T) {
	p, d := decodePlan()
	for _, c := range []struct {
		key, value string
		good       bool
	}{
		{"int", "0", true}, {"int", "-2147483648", true}, {"int", "2147483647", true}, {"int", "2147483648", false},
		{"int", "-2147483649", false}, {"int", "1.0", false}, {"int", "1e2", false}, {"int", `"1"`, false}, {"int", "99999999999999999999", false},
		{"float", "1", true}, {"float", "1.5e300", true}, {"float", `"1"`, false}, {"float", "true", false},
		{"string", `"x"`, true}, {"string", "1", false}, {"string", "{}", false}, {"string", "[]", false},
		{"boolean", "true", true}, {"boolean", "false", true}, {"boolean", "0", false}, {"boolean", `"true"`, false},
		{"id", `"x"`, true}, {"id", "12345678901234567890", true}, {"id", "1.5", false}, {"id", "true", false},
		{"color", `"RED"`, true}, {"color", `"R\u0045D"`, true}, {"color", `"BLUE"`, false}, {"color", "1", false},
		{"any", `{"a":[1,{}]}`, true}, {"any", "12345678901234567890.5", true}, {"any", "false", true},
		{"ints", "[[1,null],null,[]]", true}, {"ints", "[1]", false}, {"ints", "1", false}, {"ints", `[["x"]]`, false},
		{"pet", `{"name":"a","__typename":"Cat"}`, true}, {"pet", `{"name":"a"}`, false}, {"pet", `{"__typename":"Cow"}`, false},
		{"pet", `{"__typename":null}`, false}, {"pet", "[]", false}, {"pet", `{"__typename":"D\u006fg"}`, true},
	} {
		text := []byte(`{"` + c.key + `":` + c.value + `}`)
		x := new(store)
		x.reset(p, Limits{}.withDefaults())
		x.body, x.bufs = text, [][]byte{text}
		object, end := x.decodeObject(d, 0, false)
		if end != len(text) {
			t.Errorf("%s: ends at %d", text, end)
			continue
		}
		if good := len(x.records) == 0; good != c.good {
			t.Errorf("%s: good %v", text, good)
		}
		w := x.words[object+headerWords+slotOf(p.Root, c.key)]
		if c.good && w.kind() == kindScalar && string(x.raw(w)) != c.value {
			t.Errorf("%s: got %s", text, x.raw(w))
		}
		if !c.good && c.key != "ints" && w.kind() != kindFailed {
			t.Errorf("%s: kind %d", text, w.kind())
		}
	}
}

func TestLongScalarsGoToTheSide(t *testing.T) {
	long := `"` + strings.Repeat("x", 1<<lengthBits) + `"`
	p, d := decodePlan()
	x := new(store)
	x.reset(p, Limits{}.withDefaults())
	x.body = []byte(`{"string":` + long + `,"int":1}`)
	x.bufs = [][]byte{x.body}
	object, _ := x.decodeObject(d, 0, false)
	w := x.words[object+headerWords+slotOf(p.Root, "string")]
	if w.kind() != kindWide || string(x.raw(w)) != long {
		t.Errorf("kind %d", w.kind())
	}
	x.buffer = 1 << bufferBits
	if w := x.scalar(3, 4); w.kind() != kindWide {
		t.Errorf("kind %d", w.kind())
	}
}

func TestWrapsOfFourteenLists(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	typ, value := "Int", "1"
	for range 14 {
		typ, value = "["+typ+"!]", "["+value+"]"
	}
	b.field(root, "deep", typ, nil)
	b.rootFetch(body(`{"data":{"deep":`+value+`}}`), b.decode(root, "deep"))
	expect(t, b.plan, `{"data":{"deep":`+value+`}}`)
	if schema.WrapNamed(true).List(false).Depth() != 1 {
		t.Fatal("depth")
	}
}

// TestScanStringUTF8 tries every sequence of up to three bytes, and four-byte ones
// around the edges.
func TestScanStringUTF8(t *testing.T) {
	check := func(seq []byte) {
		text := append(append([]byte(`"ab`), seq...), `c" rest of the text`...)
		end := scanString(text, 1)
		want := -1
		if utf8.Valid(seq) {
			want = len(seq) + 5
		}
		if end != want {
			t.Fatalf("% x: %d, want %d", seq, end, want)
		}
		if cut := append([]byte{}, text[:3+len(seq)]...); scanString(cut, 1) != -1 {
			t.Fatalf("% x: the end of the text is no end of the string", seq)
		}
	}
	edges := []byte{0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0}
	for a := 0x80; a < 0x100; a++ {
		check([]byte{byte(a)})
		for b := 0x80; b < 0x100; b++ {
			check([]byte{byte(a), byte(b)})
			for c := 0x80; c < 0x100; c++ {
				check([]byte{byte(a), byte(b), byte(c)})
			}
			if a >= 0xE0 {
				for _, c := range edges {
					check([]byte{byte(a), byte(b), c})
					for _, d := range edges {
						check([]byte{byte(a), byte(b), c, d})
					}
				}
			}
		}
	}
}
