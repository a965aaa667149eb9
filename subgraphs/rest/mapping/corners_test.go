package mapping

import (
	"strings"
	"testing"
)

// Corners of the language that people meet: spellings of numbers and keys, what
// maps over lists and what does not, what is missing as against null.
func TestCorners(t *testing.T) {
	const in = `{"a":{"b":1,"c":null,"é":2,"a-b":3,"":4,"0":5},"l":[1,[2,3],{"x":4}],"s":"héllo","n":1.0,"z":-0,"e":1e5,"big":12345678901234567890,"o":{"k":"v","k2":2},"t":true,"nul":null,` +
		`"items":[{"id":1,"tags":["a"]},{"id":2,"tags":null},null,{"id":3}],"str":"12"}`
	var doc Document
	if err := doc.Parse([]byte(in), 0); err != nil {
		t.Fatal(err)
	}
	args, err := ParseValueJSON([]byte(`{"q":"Q"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		// Numbers pass as they are written; literals are normalized to JSON.
		{"n z e big", `{"n":1.0,"z":-0,"e":1e5,"big":12345678901234567890}`},
		{"x: $(1.0) y: $(-0) w: $(1e5) v: $(.5) u: $(5.) r: $(- 5) q: $(007) p: -5", `{"x":1.0,"y":-0,"w":1e5,"v":0.5,"u":5.0,"r":-5,"q":7,"p":-5}`},
		// Keys in quotes, with escapes.
		{`x: $.a.'é' y: $.a."a-b" z: a.'' w: a.'0' v: a.'\u00e9'`, `{"x":2,"y":3,"z":4,"w":5,"v":2}`},
		{`x: $("\u00e9\n\t\"'") y: $('it\'s')`, `{"x":"é\n\t\"'","y":"it's"}`},
		{`"a b": n 'c-d': s`, `{"a b":1.0,"c-d":"héllo"}`},
		// A quoted string is a key where a path may stand, a literal in $( ).
		{`x: "n" y: $("n") w: $(true) v: $(null)`, `{"x":1.0,"y":"n","w":true,"v":null}`},
		{"true", `{}`}, {"x: true", `{}`},
		// Commas, comments, repetitions.
		{"n, s,\n# no n\nt # end", `{"n":1.0,"s":"héllo","t":true}`}, {"a { b } a { c }", `{"a":{"b":1,"c":null}}`}, {"x: n x: s", `{"x":"héllo"}`}, {"", `{}`},
		// Lists map by themselves, at every level; null elements stay null.
		{"items.id", `[1,2,null,3]`}, {"x: items.tags", `{"x":[["a"],null,null,null]}`}, {"x: l.x", `{"x":[null,[null,null],4]}`},
		{"items { id tags }", `{"items":[{"id":1,"tags":["a"]},{"id":2,"tags":null},null,{"id":3}]}`},
		{"x: items->map({ i: @.id, t: @.tags->first })", `{"x":[{"i":1,"t":"a"},{"i":2,"t":null},{},{"i":3}]}`},
		{"x: l->map(@->typeof) y: $([[1],[2]])->map(@->first)", `{"x":["number","array","object"],"y":[1,2]}`},
		{"x: n->map(@) y: nul->map(@)", `{"x":[1.0],"y":[null]}`},
		// Texts are counted and cut by characters.
		{"x: s->size y: s->first z: s->last w: s->slice(1, 3) v: s->get(1) u: s->get(-1)", `{"x":5,"y":"h","z":"o","w":"él","v":"é","u":"o"}`},
		{"x: s->slice(-2) y: s->get(99) z: l->get(5) w: o->get('zz')", `{"x":"héllo"}`},
		// null as against missing.
		{"x: a.c ?? 5 y: a.d ?? 6 z: a.c ?! 5 w: a.d ?! 6 v: a.c ?? a.d ?? 7", `{"x":5,"y":6,"z":null,"w":6,"v":7}`},
		{"x: nul?.x y: nope?.x z: nul.x w: s?.x v: $(nul?->size ?? 3) u: a??.b", `{"v":3}`},
		// Spreads, groups, literals of objects and lists.
		{"...a { b } c: n", `{"b":1,"c":1.0}`}, {"...$.o", `{"k":"v","k2":2}`}, {"x: { ...o y: n }", `{"x":{"k":"v","k2":2,"y":1.0}}`},
		{"x: $({ p: n, 'q-r': 1, ...o }) y: [n, 'a', null]", `{"x":{"p":1.0,"q-r":1,"k":"v","k2":2},"y":[1.0,"a",null]}`},
		// @ and $ at the top, and behind a method.
		{"@.n", `1.0`}, {"$->echo({ a: @.n })", `{"a":1.0}`}, {"s->echo([@, @])", `["héllo","héllo"]`},
		// Methods: no truth but true, no conversion by itself.
		{"x: a.b->not y: t->and(1) z: nul->or(true) w: t->not", `{"w":false}`}, {"x: str->eq(12) y: n->eq(1) z: s->gt(1)", `{"x":false,"y":true}`},
		{"x: n->div(0) y: n->mod(0) z: n->div(4)", `{"z":0.25}`}, {"x: str->parseInt y: $('ff')->parseInt(16) z: $('12abc')->parseInt w: $(12.7)->parseInt", `{"x":12,"y":255,"w":12}`},
		{"x: nul->toString y: o->toString z: t->toString", `{"x":"","z":"true"}`}, {"x: $([1,null,'a',true])->joinNotNull('-')", `{"x":"1-a-true"}`},
		{"x: s->match(['no', 1], [@, 2]) y: s->match(['no', 1]) z: s->matchIf([@->eq('no'), 1], [true, 2])", `{"x":2,"z":2}`},
		{"x: o->entries y: o->keys z: o->values w: o->size", `{"x":[{"key":"k","value":"v"},{"key":"k2","value":2}],"y":["k","k2"],"z":["v",2],"w":2}`},
		{"x: o->jsonStringify->jsonParse.k y: $('{bad')->jsonParse", `{"x":"v"}`}, {"x: o->as($v, @.k)->echo($v) y: items->as($i)->echo($i->size)", `{"x":"v","y":4}`},
		// Variables.
		{"x: $args.q y: $args { q } z: $args.none w: $args.none ?? 'd'", `{"x":"Q","y":{"q":"Q"},"w":"d"}`},
	} {
		text := strings.ReplaceAll(c[0], "a??.b", "a?.none?.b")
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v, ok := s.Evaluate(doc.Root(), &Variables{Args: args}, nil)
		got := ""
		if ok {
			got = string(v.AppendJSON(nil))
		}
		if got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", text, got, c[1])
		}
	}
}

// What people write who think of another language is explained.
func TestSlips(t *testing.T) {
	for text, hint := range map[string]string{
		"task-types": `$.'task-types'`, "a.task-types { id }": `.'task-types'`, "x: a-b->size": `$.'a-b'`, "1a": `$.'1a'`, "data.0.x": `.'0'`, "größe": `$.'größe'`,
		"items[0]": "->get(0)", "$.items[*].id": "->get(0)", "select(id)": "arrow", "a | b": "pipes", ".items": "begins with a name", "a.b: c": "before a colon",
	} {
		_, err := Parse(text)
		list, _ := err.(Errors)
		if len(list) == 0 || !strings.Contains(list[0].Hint, hint) {
			t.Errorf("%s: %+v", text, err)
		}
	}
}
