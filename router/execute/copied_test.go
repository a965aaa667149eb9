package execute

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// nested is a plan for a list of objects with everything below that can be copied.
func nested(marked bool, answer string) *plan.Plan {
	b := newBuilder()
	root, item, part := b.shape("Query"), b.shape("Item"), b.shape("Part")
	b.field(part, "x", "Int!", nil)
	b.field(part, "averyveryverylongkey", "Float", nil)
	b.field(item, "id", "ID!", nil)
	b.field(item, "tags", "[String!]", nil)
	b.field(item, "color", "Color", nil)
	b.field(item, "ok", "Boolean", nil)
	b.field(item, "any", "JSON", nil)
	b.field(item, "parts", "[[Part!]]", part)
	b.field(item, "part", "Part", part)
	b.field(root, "list", "[Item]!", item)
	p := sure(b.decode(part, "x", "averyveryverylongkey"))
	d := sure(b.decode(item, "id", "tags", "color", "ok", "any", sub{"parts", p}, sub{"part", p}))
	b.rootFetch(body(answer), sure(b.decode(root, sub{"list", d})))
	if marked {
		plan.MarkVerbatim(b.plan)
		plan.MarkCopied(b.plan)
	}
	return b.plan
}

const (
	goodPart = `{"x":1,"averyveryverylongkey":-1.5e3}`
	goodItem = `{"id":"1","tags":["a","bcdefghijklmnop"],"color":"RED","ok":false,"any":{"a": [1, 2]},"parts":[[` + goodPart + `],null,[]],"part":` + goodPart + `}`
)

// lists are values of the field; how many objects of each are copied one by one is
// -1 where the whole list is.
var lists = []struct {
	text   string
	copied int
}{
	{`[]`, -1},
	{`[` + goodItem + `]`, -1},
	{`[` + goodItem + `,null,` + goodItem + `]`, -1},
	{`[` + strings.Replace(goodItem, `"1"`, "1", 1) + `]`, -1},
	{`[` + strings.Replace(goodItem, `"RED"`, "null", 1) + `]`, -1},
	{`[` + strings.Replace(goodItem, `"part":`+goodPart, `"part":null`, 1) + `]`, -1},
	{`[` + goodItem + `, ` + goodItem + `]`, 1},
	{`[ ` + goodItem + `,` + goodItem + `,` + goodItem + `]`, 3},
	{`[` + strings.Replace(goodItem, `"1"`, "null", 1) + `,` + goodItem + `]`, 1},
	{`[` + strings.Replace(goodItem, `"a"`, "null", 1) + `,` + goodItem + `]`, 1},
	{`[` + strings.Replace(goodItem, `"RED"`, `"BLUE"`, 1) + `,` + goodItem + `]`, 1},
	{`[` + strings.Replace(goodItem, `"RED"`, `"R\u0045D"`, 1) + `,` + goodItem + `]`, 1},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":1.5`, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":12345678901`, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":-2147483648`, 1) + `]`, -1},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":01`, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":null`, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"x":1,`, ``, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"x":1`, `"x":1,"x":2`, 1) + `]`, 0},
	{`[` + strings.Replace(goodItem, `"id"`, `"di"`, 1) + `,` + goodItem + `]`, 1},
	{`[` + strings.Replace(goodItem, `"ok":false`, `"ok":fals`, 1) + `]`, 0},
	{`[` + goodItem + `,]`, 0},
	{`[` + goodItem, 0},
	{`[` + goodItem + `}`, 0},
	{`[17]`, 0},
	{`null`, 0},
	{`{}`, 0},
}

func listAnswer(list string, errors string) string {
	return `{"data":{"list":` + list + `}` + errors + `}`
}

// TestCopiedWritesTheSame: values that are copied come out as those do that are
// put together, whatever the answer looks like.
func TestCopiedWritesTheSame(t *testing.T) {
	for _, errors := range []string{
		"",
		`,"errors":[{"message":"E","path":["list",0,"part","x"]}]`,
		`,"errors":[{"message":"E","path":["list",0,"color"]},{"message":"F","path":["list",1]}]`,
		`,"errors":[{"message":"E","path":["list",9,"parts",0,0]},{"message":"F"},{"message":"G","path":["list"]}]`,
	} {
		for _, l := range lists {
			answer := listAnswer(l.text, errors)
			got, _ := execute(t, &Request{Plan: nested(true, answer), Policy: open})
			want, _ := execute(t, &Request{Plan: nested(false, answer), Policy: open})
			if got != want {
				t.Errorf("%s\ngot  %s\nwant %s", answer, got, want)
			}
		}
	}
}

// TestCopiedIsUsed: without it the test above would prove nothing.
func TestCopiedIsUsed(t *testing.T) {
	for _, l := range lists {
		x := &state{workers: new(workers)}
		x.begin(&Request{Plan: nested(true, listAnswer(l.text, ""))})
		x.run(t.Context())
		got := 0
		switch w := x.words[x.root+headerWords]; w.kind() {
		case kindScalar:
			got = -1
		case kindList:
			for i := range x.listLen(w.index()) {
				if x.words[w.index()+headerWords+i].kind() == kindScalar {
					got++
				}
			}
		}
		if got != l.copied {
			t.Errorf("%s: %d, want %d", l.text, got, l.copied)
		}
	}
}

// TestCopyingReadsOnce: what cannot be copied is found out once, not again at
// every level and in every element.
func TestCopyingReadsOnce(t *testing.T) {
	// The last element is wrong; all before have been passed over.
	text := `[` + strings.Repeat(goodItem+",", 1000) + `{"id":null}]`
	x := &state{workers: new(workers)}
	x.begin(&Request{Plan: nested(true, listAnswer(text, ""))})
	x.run(t.Context())
	w := x.words[x.root+headerWords]
	if w.kind() != kindList {
		t.Fatal("the list was copied")
	}
	for i := range 1000 {
		if x.words[w.index()+headerWords+i].kind() != kindObject {
			t.Fatalf("element %d was passed over again", i)
		}
	}
}

// FuzzCopied: whatever comes for a list, copying it and putting it together give
// the same.
func FuzzCopied(f *testing.F) {
	for _, l := range lists {
		f.Add([]byte(l.text), []byte(`["list",0,"part"]`))
	}
	f.Fuzz(func(t *testing.T, list, path []byte) {
		answer := listAnswer(string(list), `,"errors":[{"message":"E","path":`+string(path)+`}]`)
		got, _ := execute(t, &Request{Plan: nested(true, answer), Policy: open})
		want, _ := execute(t, &Request{Plan: nested(false, answer), Policy: open})
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", answer, got, want)
		}
	})
}
