package mapping

import (
	"fmt"
	"strings"
	"testing"
)

func mustParseValue(t testing.TB, text string) *Selection {
	t.Helper()
	s, err := ParseValue(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestObject(t *testing.T) {
	stub := func(fields ...Field) *Selection { return Object(fields) }
	key := Field{Key: "key", Value: Path("id")}
	for _, c := range []struct {
		name   string
		fields []Field
		in     string
		out    string
		issues int
		text   string
	}{
		{"alias and order", []Field{{Key: "b", Value: Path("a")}, {Key: "a"}}, `{"a":1}`, `{"b":1,"a":1}`, 0, `b: a a`},
		{"same field twice", []Field{{Key: "x", Value: Path("a")}, {Key: "y", Value: Path("a")}}, `{"a":1}`, `{"x":1,"y":1}`, 0, `x: a y: a`},
		{"missing", []Field{{Key: "a"}, {Key: "b"}}, `{"b":1}`, `{"b":1}`, 1, `a b`},
		{"over a list", []Field{{Key: "a"}}, `[{"a":1},{"a":2}]`, `[{"a":1},{"a":2}]`, 0, `a`},
		{"below", []Field{{Key: "a", Below: stub(Field{Key: "b"})}}, `{"a":[[{"b":1,"c":2}],null]}`, `{"a":[[{"b":1}],null]}`, 0, `a { b }`},
		{"below null", []Field{{Key: "a", Below: stub(Field{Key: "b"})}}, `{"a":null}`, `{"a":null}`, 0, `a { b }`},
		{"fused", []Field{{Key: "artists", Value: mustParseValue(t, `artist_ids { id: $ }`), Below: stub(key)}}, `{"artist_ids":[1,null]}`, `{"artists":[{"key":1},{"key":null}]}`, 0, `artists: artist_ids { key: $ }`},
		{"fused group", []Field{{Key: "by", Value: mustParseValue(t, `{ id: createdBy }`), Below: stub(key)}}, `{"createdBy":1}`, `{"by":{"key":1}}`, 0, `by: { key: createdBy }`},
		{"fused, nothing wanted", []Field{{Key: "artists", Value: mustParseValue(t, `artist_ids { id: $ }`), Below: stub()}}, `{"artist_ids":[1]}`, `{"artists":[{"id":1}]}`, 0, `artists: artist_ids { id: $ }`},
		{"fused deep", []Field{{Key: "x", Value: mustParseValue(t, `a { b { c d } }`), Below: stub(Field{Key: "y", Value: Path("b"), Below: stub(Field{Key: "z", Value: Path("c")})})}}, `{"a":{"b":[{"c":1}]}}`, `{"x":{"y":[{"z":1}]}}`, 0, `x: a { y: b { z: c } }`},
		{"fused, path goes on", []Field{{Key: "x", Value: mustParseValue(t, `a { b { c d } }`), Below: stub(Field{Key: "y", Value: Path("b", "c")})}}, `{"a":{"b":{"c":1,"d":2}}}`, `{"x":{"y":1}}`, 0, `x: a { y: $($.b { c d }).c }`},
		{"not fusible", []Field{{Key: "x", Value: mustParseValue(t, `a { b ...c }`), Below: stub(Field{Key: "y", Value: Path("d")})}}, `{"a":{"b":1,"c":{"d":2}}}`, `{"x":{"y":2}}`, 0, `x: $($.a { b ...c }) { y: d }`},
		{"of a selection", []Field{{Key: "x", Value: MustParse(`a b`), Below: stub(Field{Key: "c", Value: Path("b")})}}, `{"a":1,"b":2}`, `{"x":{"c":2}}`, 0, `x: { c: b }`},
		{"literal", []Field{{Key: "x", Value: mustParseValue(t, `$([1, 2])`), Below: stub(Field{Key: "v", Value: Path()})}}, `{}`, `{"x":[{"v":1},{"v":2}]}`, 0, `x: $([1,2]) { v: $ }`},
		{"path below", []Field{{Key: "x", Value: Path("a"), Below: Path("b")}}, `{"a":[{"b":1},null]}`, `{"x":[1,null]}`, 0, ``},
		{"path below a sub-selection", []Field{{Key: "x", Value: mustParseValue(t, `a { b }`), Below: Path("b")}}, `{"a":{"b":1}}`, `{"x":1}`, 0, ``},
		{"locals", []Field{{Key: "x", Value: mustParseValue(t, `a->as($v) { p: $v.n q: $v.n }`), Below: stub(Field{Key: "r", Value: mustParseValue(t, `p->as($w)->echo($w)`)}, Field{Key: "s", Value: Path("q")})}}, `{"a":{"n":1}}`, `{"x":{"r":1,"s":1}}`, 0, ``},
	} {
		s := Object(c.fields)
		out, issues := apply(t, s, c.in, nil)
		if out != c.out || len(issues) != c.issues {
			t.Errorf("%s: %s gives %s %v, not %s", c.name, s, out, issues, c.out)
		}
		if c.text != "" && s.String() != c.text {
			t.Errorf("%s: is %s", c.name, s)
		}
		if _, err := Parse(s.String()); err != nil {
			t.Errorf("%s: %s: %v", c.name, s, err)
		}
	}
	if s := Path("a", "b c"); s.String() != `$.a."b c"` {
		t.Error(s)
	}
}

// keepOf reads a Keep from a selection set: a b { c }; a name alone keeps all.
func keepOf(t *testing.T, text string) *Keep {
	t.Helper()
	var of func(o *object) *Keep
	of = func(o *object) *Keep {
		k := &Keep{Names: map[string]*Keep{}}
		for _, e := range o.entries {
			k.Names[e.key] = nil
			if sub := e.value.path.sub; sub != nil {
				k.Names[e.key] = of(sub)
			}
		}
		return k
	}
	return of(MustParse(text).top.sub)
}

func TestPrune(t *testing.T) {
	for _, c := range [][3]string{
		{`a b { c d } e`, `b { d }`, `b { d }`},
		{`a b { c d } e`, `b`, `b { c d }`},
		{`a: x.y z: { p q }`, `z { q }`, `z: { q }`},
		{`id meta.page { total next }`, `id next`, `id ...meta.page { next }`},
		{`id meta.page { total next }`, `id`, `id ...meta.page { }`},
		{`id ...$args`, `other`, `...$args`},
		{`xs: a { id: $ v: b }`, `xs { none }`, `xs: a { id: $ }`},
		{`xs: a->map({ p: @.q, r: @.s })`, `xs { r }`, `xs: a->map({r: @.s})`},
		{`x: a->match([1, { p: b, q: c }], [@, null])`, `x { q }`, `x: a->match([1, {q: $.c}], [@, null])`},
		{`x: $(a { p q } ?? { p: b, q: c })`, `x { q }`, `x: $($.a { q } ?? {q: $.c})`},
		{`$.data { a b }`, `b`, `$.data { b }`},
		{`x: a->first { p q }`, `x { q }`, `x: a->first { q }`},
		{`x: a`, `x { q }`, `x: a`},
	} {
		s := MustParse(c[0])
		if got := s.Prune(keepOf(t, c[1])).String(); got != c[2] {
			t.Errorf("%s pruned to %s is %s, not %s", c[0], c[1], got, c[2])
		}
		if s.String() != MustParse(c[0]).String() {
			t.Errorf("%s was changed", c[0])
		}
		if s.Prune(nil) != s {
			t.Errorf("%s: nil does not keep all", c[0])
		}
	}
}

// describe writes a shape in short.
func describe(s *Shape) string {
	switch s.Kind {
	case ShapeAny:
		if s.Root == "" {
			return "any"
		}
		return strings.Join(append([]string{s.Root}, s.Input...), ".")
	case ShapeObject:
		var fields []string
		for _, f := range s.Fields {
			opt := ""
			if f.Optional {
				opt = "?"
			}
			fields = append(fields, f.Name+opt+": "+describe(f.Shape))
		}
		if s.Open {
			fields = append(fields, "...")
		}
		mapped := ""
		if s.Mapped {
			mapped = "*"
		}
		return mapped + "{" + strings.Join(fields, ", ") + "}"
	case ShapeList:
		return "[" + describe(s.Item) + "]"
	case ShapeOneOf:
		var options []string
		for _, o := range s.Options {
			options = append(options, describe(o))
		}
		return strings.Join(options, "|")
	}
	return fmt.Sprint(s.Kind)
}

func TestShape(t *testing.T) {
	for _, c := range [][2]string{
		{`id name: full_name`, `*{id: $.id, name: $.full_name}`},
		{`$.data.items { id }`, `*{id: $.data.items.id}`},
		{`a { b { c } } x: { y }`, `*{a: *{b: *{c: $.a.b.c}}, x: *{y: $.y}}`},
		{`ids { id: $ }`, `*{ids: *{id: $.ids}}`},
		{`x: $(1) y: $("s") z: $([1, "a"]) o: $({a: null}) b: $(true)`, `*{x: number, y: string, z: [number|string], o: {a: null}, b: boolean}`},
		{`a: $args.id b: $this.c { d }`, `*{a: $args.id, b: *{d: $this.c.d}}`},
		{`id meta.page { total }`, `*{id: $.id, total: $.meta.page.total}`},
		{`id ...meta`, `*{id: $.id, ...}`},
		{`id ...k->match(["a", {x: p}], ["b", {x: q, y: r}])`, `*{id: $.id, x?: $.p|$.q, y?: $.r}`},
		{`...k->match(["a", {x: p}], [@, {x: q, y: r}])`, `*{x: $.q, y?: $.r}`},
		{`s: a->size t: a->toString e: a->eq(1) k: a->keys`, `*{s: number, t: string, e: boolean, k: [string]}`},
		{`a->map({ x: @.y })`, `[{x: $.a.y}]`},
		{`a->map({ x: @.y }) { z: x }`, `[{z: $.a.y}]`},
		{`a->entries { key v: value }`, `[{key: string, v: any}]`},
		{`x: a ?? "none"`, `*{x: $.a|string}`},
		{`a->as($v) { b: $v.c }`, `*{b: $.a.c}`},
		{`a->find(@.x) { y }`, `*{y: $.a.y}|missing`},
		{`a->first { b }`, `*{b: any}`},
		{`$({a: 1}).b`, `missing`},
		{`$({a: b}).a`, `$.b`},
		{`a->jsonParse { b }`, `*{b: any}`},
	} {
		if got := describe(MustParse(c[0]).Shape()); got != c[1] {
			t.Errorf("%s has shape %s, not %s", c[0], got, c[1])
		}
	}
	s := MustParse(`x: $` + strings.Repeat(`->echo([@, @.a])`, 40) + ` { a: $ b: $ }`).Shape()
	if s.Kind != ShapeObject {
		t.Error(s.Kind)
	}
	o := Object([]Field{{Key: "artists", Value: mustParseValue(t, `artist_ids { id: $ }`), Below: Object([]Field{{Key: "key", Value: Path("id")}})}})
	if got := describe(o.Shape()); got != `*{artists: *{key: $.artist_ids}}` {
		t.Error(got)
	}
}
