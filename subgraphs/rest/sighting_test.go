package rest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// sightSDL has all that can be read in one pass, and some that cannot.
const sightSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
scalar JSON
scalar Time
enum Colour { RED GREEN }
type Query { all: [Thing!]!  one: Thing  deep: [Thing]  count: Int  matrix: [[Float]!]  names: [String!]  wrapped: Inner  odd: Odd }
type Thing @key(fields: "id") {
  id: ID!  name: String!  shortName: String  size: Int  weight: Float!  good: Boolean  colour: Colour  colours: [Colour!]
  any: JSON  anys: [JSON]  inner: Inner  inners: [[Inner!]]  owner: Owner!  owners: [Owner!]  far: String  farNo: Int!
  parts: [Thing!]  notes(kind: String): [Note!]!
}
type Inner { a: Int  b: String!  next: Inner  thing: Thing }
type Owner @key(fields: "id") { id: ID! }
type Odd { when: Time  text: String }
type Note { id: ID  text: String! }
type Pair @key(fields: "a b") { a: ID!  b: Int!  name: String }
`

func sightSpec() *Spec {
	get := func(coordinate, path string) EndpointSpec {
		return EndpointSpec{Coordinate: coordinate, Method: "GET", Path: path}
	}
	ids := get("Thing", "/things")
	ids.Query = []Param{expression("ids", "$batch.id")}
	notes := get("Thing.notes", "/notes")
	notes.Query = []Param{expression("ids", "$batch.id"), expression("kind", "$args.kind")}
	notes.SelectAt, notes.Match, notes.Each = "got.list", "position", "notes"
	deep := get("Query.deep", "/deep")
	deep.SelectAt = "data.things"
	pair := get("Pair", "/pairs")
	pair.Query = []Param{expression("a", "$batch.a"), expression("b", "$batch.b")}
	return &Spec{
		Names:   "snake",
		Retry:   RetrySpec{Attempts: -1},
		Formats: []FormatSpec{{Scalar: "Time", Format: formatEpochS}},
		Types: []TypeSpec{
			{Type: "Thing", Fields: []FieldSpec{
				{Field: "owner", Select: "{ id: owner_id }"}, {Field: "owners", Select: "owner_ids { id: $ }"},
				{Field: "far", Select: "far.away.text"}, {Field: "farNo", Select: "far.no"}, {Field: "size", Select: "size_of"},
			}},
		},
		Endpoints: []EndpointSpec{
			get("Query.all", "/all"), get("Query.one", "/one"), deep, get("Query.count", "/count"), get("Query.matrix", "/matrix"),
			get("Query.names", "/names"), get("Query.wrapped", "/wrapped"), get("Query.odd", "/odd"), ids, notes, pair,
		},
	}
}

// bothWays carries out fetches in one pass and the general way, and compares.
type bothWays struct {
	h     *harness
	cases []*prepared
	calls []*subgraphs.Call
	body  []byte
	// clear counts answers that were read in one pass.
	clear []int
}

func newBothWays(t testing.TB) *bothWays {
	w := &bothWays{}
	w.h = newHarness(t, compiled(t, sightSDL, sightSpec()), TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		return &HTTPResponse{Status: 200, Body: w.body}, nil
	}))
	add := func(call *subgraphs.Call, spec *subgraphs.FetchSpec) {
		p := w.h.prepare(spec).(*prepared)
		w.cases, w.calls, w.clear = append(w.cases, p), append(w.calls, call), append(w.clear, 0)
	}
	root := func(text string) {
		name, _, _ := strings.Cut(text, " ")
		add(&subgraphs.Call{}, &subgraphs.FetchSpec{Facet: "Query." + name, Kind: schema.Query, Root: selections(t, text)})
	}
	const all = "__typename id name shortName size weight good colour colours any anys inner { a b next { b } } inners { b } owner { id } owners { __typename id } far farNo parts { id owner { id } }"
	root("all { " + all + " }")
	root("all { x: name y: name farNo far }")
	root("one { inner { thing { " + all + " } } any }")
	root("deep { parts { parts { weight owners { id } inner { b } } } }")
	root("count")
	root("matrix")
	root("names")
	root("wrapped { next { next { b a } b } }")
	rows := raws(`{"id":"1"}`, `{"id":2}`, `{"id":null}`, `{"id":"\u0033"}`, `{"id":"é"}`, `{"id":"2"}`)
	lookup := func(facet string, rows [][]byte, texts ...string) {
		spec, call := &subgraphs.FetchSpec{Facet: facet}, &subgraphs.Call{}
		for _, text := range texts {
			spec.Entries = append(spec.Entries, w.h.entry(facet, text))
			call.Rows = append(call.Rows, rows)
		}
		add(call, spec)
	}
	lookup("Thing", rows, all)
	lookup("Thing", rows, "name", "owners { id } weight")
	lookup("Thing", rows, "name", "name")
	lookup("Thing.notes", rows, "notes { id text }")
	lookup("Thing.notes", rows, "__typename n: notes(kind: \"k\") { text }")
	lookup("Pair", raws(`{"a":1,"b":2}`, `{"a":"2","b":1}`, `{"a":null,"b":1}`), "name a")
	// Conditions.
	spec := &subgraphs.FetchSpec{Facet: "Thing", Entries: []subgraphs.Entry{w.h.entry("Thing", "name inner { b } weight")}, Variables: []subgraphs.VariableSpec{{Name: "v", Type: "Boolean!"}}}
	spec.Entries[0].Selections[1].Include = []subgraphs.Condition{{Variable: 0}}
	spec.Entries[0].Selections[2].Include = []subgraphs.Condition{{Variable: 0, Negate: true}}
	for _, v := range []string{"true", "false"} {
		add(&subgraphs.Call{Rows: [][][]byte{rows}, Variables: [][]byte{[]byte(v)}}, spec)
	}
	for _, p := range w.cases {
		if p.direct == nil {
			t.Errorf("%s cannot be read in one pass", p.text)
		}
	}
	if p := w.h.prepare(&subgraphs.FetchSpec{Facet: "Query.odd", Kind: schema.Query, Root: selections(t, "odd { when text }")}).(*prepared); p.direct != nil {
		t.Error("a time that is converted is read in one pass")
	}
	return w
}

func (w *bothWays) compare(t testing.TB, body []byte) {
	t.Helper()
	// Long enough for a pause, by which the general way shows.
	w.body = append(slices.Clone(body), strings.Repeat(" ", pauseFrom)...)
	for i, p := range w.cases {
		p.direct.pause.Store(0)
		direct := p.Fetch(context.Background(), w.calls[i])
		got := summary(direct)
		if p.direct.pause.Load() == 0 {
			w.clear[i]++
		}
		general := *p
		general.direct = nil
		other := general.Fetch(context.Background(), w.calls[i])
		if want := summary(other); got != want {
			t.Fatalf("%s of %s:\n%s\nin one pass, and in general\n%s", p.text, body, got, want)
		}
		direct.Release()
		other.Release()
	}
}

func summary(a *subgraphs.Answer) string {
	var b strings.Builder
	for i := range a.Rows {
		for k, row := range a.Rows[i] {
			fmt.Fprintf(&b, "%d/%d %d", i, k, row.Status)
			if row.Status == subgraphs.RowOK {
				fmt.Fprintf(&b, " %s", a.Body[row.Start:row.End])
			}
			b.WriteByte('\n')
		}
	}
	for _, e := range a.Errs {
		fmt.Fprintf(&b, "%d/%d %s %s %s %s\n", e.Entry, e.Row, e.Path, e.Code, e.Message, e.Extensions)
	}
	fmt.Fprintf(&b, "%d %+v", a.Status, a.Cache)
	return b.String()
}

// payloads makes bodies: mostly what the schema promises, with things here and
// there that it does not.
type payloads struct {
	*rand.Rand
	// odd is how many of a thousand values are something else.
	odd int
}

func (g *payloads) value(make func() string) string {
	if g.IntN(1000) >= g.odd {
		return make()
	}
	odd := []string{`null`, `1`, `-0`, `1.5`, `1e3`, `12345678901`, `2147483648`, `1e999`, `"x"`, `"é\n\u0041"`, `"RED"`, `"1"`, `true`, `"true"`, `[]`, `{}`, `[1]`, `[null]`, `{"a":1,"b":"x"}`, `"\ud800"`, `tru`, "\"\x01\"", `[[`}
	return odd[g.IntN(len(odd))]
}

func (g *payloads) pick(values ...string) string {
	return g.value(func() string { return values[g.IntN(len(values))] })
}

func (g *payloads) list(most int, item func() string) string {
	return g.value(func() string {
		items := make([]string, g.IntN(most+1))
		for i := range items {
			items[i] = item()
		}
		return "[" + strings.Join(items, g.space()+","+g.space()) + "]"
	})
}

func (g *payloads) space() string { return []string{"", "", "", " ", "\n\t"}[g.IntN(5)] }

// object writes members in any order, now and then without one or with one twice.
func (g *payloads) object(members ...string) string {
	return g.value(func() string {
		list := slices.Clone(members)
		if g.IntN(2) == 0 {
			g.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
		}
		if len(list) > 1 && g.IntN(1000) < g.odd {
			list = list[1:]
		}
		if g.IntN(1000) < g.odd {
			list = append(list, list[0], `"name":"twice"`, `"n\u0061me":"escaped"`)
		}
		return g.space() + "{" + strings.Join(list, ","+g.space()) + "}"
	})
}

func (g *payloads) member(key, value string) string {
	return strconv.Quote(key) + g.space() + ":" + g.space() + value
}

func (g *payloads) inner(depth int) string {
	if depth > 3 {
		return "null"
	}
	return g.object(g.member("a", g.pick(`1`, `-7`, `null`, `2.0`)), g.member("b", g.pick(`"b"`, `"x \"y\""`, `"\u00e9"`)), g.member("next", g.inner(depth+1)),
		g.member("thing", g.thing(depth+1)), g.member("more", g.pick(`{"a":[1,{}]}`, `"a long text that nobody has asked for"`)))
}

func (g *payloads) thing(depth int) string {
	if depth > 2 {
		return "null"
	}
	id := func() string { return g.pick(`"1"`, `1`, `2`, `"2"`, `"3"`, `"é"`, `"other"`) }
	ids := func() string { return g.list(3, id) }
	return g.object(
		g.member("id", id()), g.member("name", g.pick(`"a name of some length"`, `"ä"`, `3`)), g.member("short_name", g.pick(`"n"`, `null`)),
		g.member("size_of", g.pick(`12`, `null`, `1234567890`)), g.member("weight", g.pick(`1.50`, `3`)), g.member("good", g.pick(`true`, `false`, `null`)),
		g.member("colour", g.pick(`"RED"`, `"GREEN"`, `null`)), g.member("colours", g.list(2, func() string { return g.pick(`"GREEN"`) })),
		g.member("any", g.pick(`{"x":[1, 2]}`, `"t"`, `null`)), g.member("anys", g.list(2, func() string { return g.pick(`1`, `[ ]`, `null`) })),
		g.member("inner", g.inner(depth+1)), g.member("inners", g.list(2, func() string { return g.list(2, func() string { return g.inner(depth + 2) }) })),
		g.member("owner_id", id()), g.member("owner_ids", ids()), g.member("parts", g.list(2, func() string { return g.thing(depth + 1) })),
		g.member("far", g.object(g.member("away", g.object(g.member("text", g.pick(`"far"`, `null`)))), g.member("no", g.pick(`5`)))),
		g.member("a", id()), g.member("b", g.pick(`1`, `2`)),
	)
}

func (g *payloads) body() string {
	switch g.IntN(9) {
	case 0:
		return g.thing(0)
	case 1:
		return g.object(g.member("data", g.object(g.member("things", g.list(4, func() string { return g.thing(0) })))), g.member("x", "1"))
	case 2:
		note := func() string {
			return g.object(g.member("id", g.pick(`1`, `null`)), g.member("text", g.pick(`"t"`, `"u"`)))
		}
		items := make([]string, 5)
		for i := range items {
			items[i] = g.object(g.member("notes", g.list(3, note)), g.member("page", "{}"))
		}
		return g.object(g.member("got", g.object(g.member("list", "["+strings.Join(items[:4+g.IntN(10)/9], ",")+"]"), g.member("n", "4"))))
	case 3:
		return g.list(3, func() string { return g.list(3, func() string { return g.pick(`1`, `2.5`, `null`) }) })
	case 4:
		return g.list(3, func() string { return g.pick(`"a"`, `"b"`, `1`) })
	case 5:
		return g.pick(`1`, `2`, `null`, `"x"`)
	case 6:
		return g.inner(0)
	default:
		return g.list(6, func() string { return g.thing(0) })
	}
}

// One pass over an answer gives what the general way gives, whatever the answer.
func TestBothWaysAgree(t *testing.T) {
	w := newBothWays(t)
	for _, odd := range []int{0, 2, 20, 200} {
		clear(w.clear)
		for i := range 300 {
			g := &payloads{rand.New(rand.NewPCG(uint64(odd), uint64(i))), odd}
			w.compare(t, []byte(g.body()))
		}
		for i, n := range w.clear {
			if n == 0 && odd == 0 {
				t.Errorf("no answer to %s was read in one pass", w.cases[i].text)
			}
		}
	}
}

// What the schema promises is read in one pass.
func TestClearAnswers(t *testing.T) {
	w := newBothWays(t)
	for i := range 50 {
		g := &payloads{Rand: rand.New(rand.NewPCG(7, uint64(i)))}
		w.body = []byte(`[` + strings.Repeat(g.thing(1)+",", 20) + g.thing(1) + `]`)
		for k, p := range w.cases {
			if name := p.e.name; name != "Query.all" && name != "Thing" && name != "Pair" {
				continue
			}
			p.direct.pause.Store(0)
			a := p.Fetch(context.Background(), w.calls[k])
			if p.direct.pause.Load() > 0 {
				t.Fatalf("%s is read the general way: %s", p.text, w.body)
			}
			a.Release()
		}
	}
}

// An upstream whose answers are never clear is not read twice each time.
func TestPause(t *testing.T) {
	w := newBothWays(t)
	w.body = []byte(`[` + strings.Repeat(`{"id":1},`, 200) + `{"id":1}]`)
	p := w.cases[0]
	for range 3 {
		a := p.Fetch(context.Background(), w.calls[0])
		if len(a.Errs) == 0 {
			t.Fatal("no error")
		}
		a.Release()
	}
	if n := p.direct.pause.Load(); n != pauseLength-2 {
		t.Errorf("the pause is %d", n)
	}
}

// FuzzBothWays compares one pass with the general way over any body.
func FuzzBothWays(f *testing.F) {
	for _, seed := range []string{
		`[{"id":1,"name":"n","weight":1,"far":{"no":1},"owner_id":1}]`, `[{"id":"1","name":"n","weight":1.5,"owner_ids":[1,"2",null]}]`,
		`{"data":{"things":[{"parts":[null]}]}}`, `{"got":{"list":[{"notes":[{"id":1,"text":"t"}]},{"notes":[]},null,{"notes":null}]}}`,
		`[[1,null],[2.5]]`, `["a",1]`, `{"next":{"next":{"b":"x"},"b":"y"}}`, `[{"a":1,"b":2},{"b":1,"a":"2","name":"n"}]`, `null`, `7`, `[{"far":[{"no":1}]}]`,
		`{"inner":{"thing":{"id":1}},"any":[ 1 ]}`, `[{"id":"\u0031"}]`, `[{"name":1e5,"name":"x"}]`, "[\"\xff\"]", `[{"id":1}]x`,
	} {
		f.Add([]byte(seed))
	}
	w := newBothWays(f)
	f.Fuzz(func(t *testing.T, body []byte) { w.compare(t, body) })
}
