package selectionmap

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/jsonscan"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"id":                            "id",
		"a.b.c":                         "a.b.c",
		"a.b!":                          "a.b!",
		"<Book>.isbn | <Movie>.m<X>.id": "<Book>.isbn | <Movie>.m<X>.id",
		"{ id }":                        "{ id: id }",
		"{w:width!,h:size.height}!":     "{ w: width!, h: size.height }!",
		"dimension.{ width height }":    "dimension.{ width: width, height: height }",
		"parts[id]":                     "parts[id]",
		"parts[ { n: id! } ! ]":         "parts[{ n: id! }!]",
		"parts[[{ id name }]!]":         "parts[[{ id: id, name: name }]!]",
		"sizes[!]!":                     "sizes[!]!",
		"grid[[!]!]":                    "grid[[!]!]",
		"{ nested: { a: <M>.b } | { c: <P>.d } }": "{ nested: { a: <M>.b } | { c: <P>.d } }",
	} {
		v, err := Parse(text)
		if err != nil || v.String() != want {
			t.Errorf("%q: got %q, %v; want %q", text, v, err, want)
		}
	}
	for text, want := range map[string]string{
		"":        "a field is missing at the end",
		"{}":      "an object selects no field",
		"a.":      "a field is missing at the end",
		"a[":      "a field is missing at the end",
		"a[]":     `a field is expected at "]"`,
		"a[b":     "] is missing at the end",
		"<A>":     "a dot is missing at the end",
		"<A":      "> is missing at the end",
		"a<B":     "> is missing at the end",
		"{ a b":   "a field or } is missing at the end",
		"{ a a }": "the field a is given twice",
		"a | ":    "a field is missing at the end",
		"a b":     `the end is expected at "b"`,
		"$a":      `a field is expected at "$a"`,
		"a!!":     `the end is expected at "!"`,
		"a\x00":   `the end is expected at "\x00"`,
		strings.Repeat("{a:", MaxNesting+2) + "b": "the selection nests too deep",
		"a" + strings.Repeat("[", MaxNesting+2):   "the selection nests too deep",
	} {
		if v, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %q, %v; want %q", text, v, err, want)
		}
	}
}

func TestAppend(t *testing.T) {
	const row = ` { "__typename" : "Product", "id":"1", "no": null, "size" : {"w": 2, "h": null, "unit":"mm"},
"tags":["a",null,"b"], "full":[1,2], "empty":[], "grid":[[{"v":1},null],[]],
"parts":[{"id":"p1","of":{"w":1}},{"id":null,"of":null}],
"media":{"__typename":"Film","length":90},
"all":[{"__typename":"Film","length":90},{"__typename":"Book","pages":7},{"__typename":"Song"}],
"text":"é\"\\", "deep":{"id":{}} }`
	type made struct {
		value  string
		result Result
	}
	for text, want := range map[string]made{
		"id":                                     {`"1"`, Made},
		"no":                                     {`null`, Null},
		"no.x":                                   {`null`, Null},
		"gone":                                   {`null`, Absent},
		"gone.x":                                 {`null`, Absent},
		"size.gone":                              {`null`, Null},
		"size.w":                                 {`2`, Made},
		"size.w.x":                               {`null`, Null},
		"tags":                                   {`["a",null,"b"]`, Made},
		"text":                                   {`"é\"\\"`, Made},
		"tags[!]":                                {`null`, Null},
		"full[!]":                                {`[1,2]`, Made},
		"empty[!]":                               {`[]`, Made},
		"empty[x]":                               {`[]`, Made},
		"id[x]":                                  {`null`, Null},
		"id.{ x }":                               {`null`, Null},
		"{ a: id b: no }":                        {`{"a":"1","b":null}`, Made},
		"{ a: id b: no! }":                       {`null`, Null},
		"{ o: { b: no! } a: id }":                {`{"o":null,"a":"1"}`, Made},
		"{ o: { b: no! }! a: id }":               {`null`, Null},
		"{ a: id b: gone }":                      {`null`, Absent},
		"{ a: size.{ gone } }":                   {`{"a":{"gone":null}}`, Made},
		"size.{ w h }":                           {`{"w":2,"h":null}`, Made},
		"size.{ w h: h! }":                       {`null`, Null},
		"no.{ w }":                               {`null`, Null},
		"{ id } | { no }":                        {`{"id":"1"}`, Made},
		"{ no: no! } | { id: id! }":              {`{"id":"1"}`, Made},
		"no | id":                                {`"1"`, Made},
		"no | size.h":                            {`null`, Null},
		"gone | id":                              {`null`, Absent},
		"parts[id]":                              {`["p1",null]`, Made},
		"parts[id!]":                             {`null`, Null},
		"parts[{ n: id, w: of.w }]":              {`[{"n":"p1","w":1},{"n":null,"w":null}]`, Made},
		"parts[{ n: id! }]":                      {`[{"n":"p1"},null]`, Made},
		"parts[{ n: id! }!]":                     {`null`, Null},
		"grid[[{ x: v }]]":                       {`[[{"x":1},null],[]]`, Made},
		"grid[[v!]]":                             {`[null,[]]`, Made},
		"media<Film>.length":                     {`90`, Made},
		"media<Book>.pages":                      {`null`, Null},
		"media<Book>.pages | media<Film>.length": {`90`, Made},
		"all[<Film>.length | <Book>.pages]":      {`[90,7,null]`, Made},
		"<Product>.id":                           {`"1"`, Made},
		"<Other>.id":                             {`null`, Null},
		"<Other>.gone | <Product>.id":            {`"1"`, Made},
		"size<Size>.w":                           {`2`, Made},
		"deep.id":                                {`{}`, Made},
	} {
		v, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got, r, err := v.Append([]byte("x"), []byte(row))
		if err != nil || string(got) != "x"+want.value || r != want.result {
			t.Errorf("%q: got %s %d %v, want %s %d", text, got, r, err, want.value, want.result)
		}
	}
}

func TestAppendMalformed(t *testing.T) {
	v, err := Parse("{ a: b[c.d] }")
	if err != nil {
		t.Fatal(err)
	}
	deep := `{"x":` + strings.Repeat("[", jsonscan.MaxDepth+1) + `1` + strings.Repeat("]", jsonscan.MaxDepth+1) + `}`
	for _, row := range []string{`{`, `{"b"`, `{"b":`, `{"b":[`, `{"b":[{]}`, `{"b":[{"c":{"d":tru}}]}`, `{b:1}`, `{"a":"` + "\n" + `"}`, deep} {
		if got, _, err := v.Append(nil, []byte(row)); err == nil {
			t.Errorf("%.40s: got %s", row, got)
		}
	}
}

// One evaluation costs no memory but its result.
func TestAppendAllocates(t *testing.T) {
	v, err := Parse("{ a: size.{ w h } | id, b: parts[{ n: id }!] }")
	if err != nil {
		t.Fatal(err)
	}
	row := []byte(`{"id":"1","size":{"w":1,"h":2},"parts":[{"id":1},{"id":2}]}`)
	b := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { b, _, _ = v.Append(b[:0], row) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a.b", "{ a: b.c! } | <D>.e[f]!", "x[[{ y z }]!]", "a<B>.{ c }", "a[!]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(v.String())
		if err != nil || again.String() != v.String() {
			t.Errorf("%q prints as %q, which reads as %q, %v", text, v, again, err)
		}
	})
}

// Whatever the map and the row: no crash, and of valid JSON comes valid JSON.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{"a.b", "{ a: b.c! } | <D>.e[f]!", "x[[{ y z }]!]", "a<B>.{ c }", "a[!]"} {
		f.Add(seed, `{"__typename":"D","a":{"__typename":"B","b":1,"c":[null]},"b":{"c":null},"e":[{"f":1}],"x":[[{"y":"\u00e9","z":1e5}]]}`)
		f.Add(seed, `{"a":[1,`)
	}
	f.Fuzz(func(t *testing.T, text, row string) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		got, r, err := v.Append(nil, []byte(row))
		if !json.Valid([]byte(row)) {
			return
		}
		if err == nil && !json.Valid(got) {
			t.Errorf("%q of %s is %s", text, row, got)
		}
		if (r == Made) == (string(got) == "null") && err == nil {
			t.Errorf("%q of %s is %s, %d", text, row, got, r)
		}
		if err != nil && !strings.Contains(err.Error(), "nested deeper") {
			t.Errorf("%q of %s: %v", text, row, err)
		}
	})
}
