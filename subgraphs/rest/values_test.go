package rest

import (
	"strconv"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestCoercion(t *testing.T) {
	sdl := `scalar DateTime scalar Stamp scalar Text scalar Num scalar JSON enum State { IN_BETWEEN DONE OPEN }
		type Query { x: X } type X { i: Int f: Float s: String b: Boolean id: ID e: State d: DateTime m: Stamp t: Text n: Num j: JSON l: [[Int]] }`
	spec := &Spec{
		Names:     "snake",
		Formats:   []FormatSpec{{Scalar: "DateTime", Format: "epoch_s"}, {Scalar: "Stamp", Format: "epoch_ms"}, {Scalar: "Text", Format: "string"}, {Scalar: "Num", Format: "number"}},
		Enums:     []EnumSpec{{Enum: "State", Values: []Value{{"OPEN", "0"}}}},
		Endpoints: []EndpointSpec{{Coordinate: "Query.x", Method: "GET", Path: "/x"}},
	}
	strict := *spec
	strict.Strict = true
	up, strictUp := compiled(t, sdl, spec), compiled(t, sdl, &strict)
	const bad = "!"
	for _, c := range []struct{ field, in, want, strict string }{
		{"i", `12`, `12`, `12`}, {"i", `"12"`, `12`, bad}, {"i", `12.0`, `12`, `12`}, {"i", `1.2e1`, `12`, `12`}, {"i", `12.5`, bad, bad},
		{"i", `2147483648`, bad, bad}, {"i", `"x"`, bad, bad}, {"i", `" 12"`, bad, bad}, {"i", `true`, bad, bad}, {"i", `{}`, bad, bad}, {"i", `null`, `null`, `null`}, {"i", `-0`, `0`, `0`},
		{"f", `1`, `1`, `1`}, {"f", `1.50`, `1.50`, `1.50`}, {"f", `"1e3"`, `1e3`, bad}, {"f", `1e999`, bad, bad}, {"f", `"NaN"`, bad, bad},
		{"s", `"é"`, `"é"`, `"é"`}, {"s", `12`, `"12"`, bad}, {"s", `true`, `"true"`, bad}, {"s", `[]`, bad, bad},
		{"b", `true`, `true`, `true`}, {"b", `"false"`, `false`, bad}, {"b", `1`, `true`, bad}, {"b", `2`, bad, bad},
		{"id", `7`, `"7"`, `"7"`}, {"id", `"7"`, `"7"`, `"7"`}, {"id", `7.5`, bad, bad}, {"id", `123456789012345678901`, `"123456789012345678901"`, `"123456789012345678901"`},
		{"e", `"DONE"`, `"DONE"`, `"DONE"`}, {"e", `"in_between"`, `"IN_BETWEEN"`, `"IN_BETWEEN"`}, {"e", `0`, `"OPEN"`, `"OPEN"`}, {"e", `"gone"`, bad, bad}, {"e", `[1]`, bad, bad},
		{"d", `1700000000`, `"2023-11-14T22:13:20Z"`, `"2023-11-14T22:13:20Z"`}, {"d", `1700000000.25`, `"2023-11-14T22:13:20.25Z"`, `"2023-11-14T22:13:20.25Z"`}, {"d", `"2023-11-14T22:13:20Z"`, `"2023-11-14T22:13:20Z"`, `"2023-11-14T22:13:20Z"`},
		{"d", `-1`, `"1969-12-31T23:59:59Z"`, `"1969-12-31T23:59:59Z"`}, {"d", `1e99`, bad, bad}, {"d", `"soon"`, bad, bad}, {"d", `1.7e9`, `"2023-11-14T22:13:20Z"`, `"2023-11-14T22:13:20Z"`},
		{"m", `1700000000123`, `"2023-11-14T22:13:20.123Z"`, `"2023-11-14T22:13:20.123Z"`},
		{"t", `12`, `"12"`, bad}, {"n", `"12"`, `12`, bad}, {"j", `{"a":[1]}`, `{"a":[1]}`, `{"a":[1]}`},
		{"l", `[[1,"2"],null]`, `[[1,2],null]`, `[[1,null],null]`}, {"l", `[3]`, `[null]`, `[null]`},
	} {
		for i, u := range []*Upstream{up, strictUp} {
			want := []string{c.want, c.strict}[i]
			a := newHarness(t, u, answers(`{"`+c.field+`":`+c.in+`}`)).root("Query.x", "x { "+c.field+" }")
			value := want
			if want == bad {
				value = "null"
			}
			same(t, c.field+" of "+c.in, rowTexts(a, 0), []string{`{"x":{"` + c.field + `":` + value + `}}`})
			if (want == bad) != (len(a.Errs) == 1) && c.field != "l" {
				t.Errorf("%s of %s: errors %v", c.field, c.in, errTexts(a))
			}
		}
	}
}

// Aliases, repeated keys, fragments and conditions of the client's selection.
func TestSelections(t *testing.T) {
	up := compiled(t, musicSDL, musicSpec())
	h := newHarness(t, up, answers(`[{"id":1,"name":"p","createdBy":9},{"id":2,"name":"q","createdBy":null}]`))
	a := h.root("Query.playlists", `ps: playlists { ... on Playlist { title: name } title: name by: createdBy { __typename id } ... { id } }`)
	same(t, "aliases", rowTexts(a, 0), []string{`{"ps":[{"title":"p","by":{"__typename":"UserProfile","id":"9"},"id":"1"},{"title":"q","by":null,"id":"2"}]}`})

	name := subgraphs.Selection{Key: "name", Field: "name"}
	by := func(include ...subgraphs.Condition) subgraphs.Selection {
		return subgraphs.Selection{Include: include, Selections: []subgraphs.Selection{
			name, {Key: "createdBy", Field: "createdBy", Selections: []subgraphs.Selection{{Key: "id", Field: "id"}}},
		}}
	}
	spec := &subgraphs.FetchSpec{Facet: "Query.playlists", Root: []subgraphs.Selection{
		{Key: "playlists", Field: "playlists", Selections: []subgraphs.Selection{
			{Key: "id", Field: "id", Include: []subgraphs.Condition{{Variable: 0, Negate: true}}},
			by(subgraphs.Condition{Variable: 0}), by(subgraphs.Condition{Variable: 1}),
		}},
	}}
	for vars, want := range map[string]string{
		"true false":  `{"playlists":[{"name":"p","createdBy":{"id":"9"}},{"name":"q","createdBy":null}]}`,
		"false true":  `{"playlists":[{"id":"1","name":"p","createdBy":{"id":"9"}},{"id":"2","name":"q","createdBy":null}]}`,
		"false false": `{"playlists":[{"id":"1"},{"id":"2"}]}`,
	} {
		var a, b string
		for i, c := range vars {
			if c == ' ' {
				a, b = vars[:i], vars[i+1:]
			}
		}
		got := h.fetch(spec, &subgraphs.Call{Variables: raws(a, b)})
		same(t, vars, rowTexts(got, 0), []string{want})
	}
	// A root field that is left out is not asked for.
	f := answers(`[]`)
	h = newHarness(t, up, f)
	spec.Root[0].Include = []subgraphs.Condition{{Variable: 0}}
	same(t, "left out", rowTexts(h.fetch(spec, &subgraphs.Call{Variables: raws("false", "false")}), 0), []string{`{}`})
	same(t, "requests", f.lines(), nil)
}

// Null foreign keys are nulls, in lists too, and nobody is asked for them.
func TestNullForeignKeys(t *testing.T) {
	up := compiled(t, musicSDL, musicSpec())
	a := newHarness(t, up, answers(`[{"id":1,"artist_ids":[3,null,"4"]}]`)).lookup("Song", "artists { id }", `{"id":"1"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"artists":[{"id":"3"},null,{"id":"4"}]}`})
}

func TestArguments(t *testing.T) {
	sdl := `type Query { s(a: Int = 3, b: [String!], c: In, d: Boolean): String } input In { someKey: Int list: [In!] e: E } enum E { ONE_TWO }`
	get := EndpointSpec{Coordinate: "Query.s", Method: "POST", Path: "/s/{a}", Body: "all: $args c: $args.c n: $args.c.someKey", Query: []Param{
		expression("b", "$args.b"), expression("d", "$args.d"), {Name: "k", Value: "a&b"}}}
	up := compiled(t, sdl, &Spec{Names: "snake", Lists: "brackets", Endpoints: []EndpointSpec{get}})
	f := answers(`"x"`)
	h := newHarness(t, up, f)
	variable := func(name string, i int) subgraphs.ArgumentSpec {
		return subgraphs.ArgumentSpec{Name: name, Value: subgraphs.ArgumentValue{Variable: i}}
	}
	composed := subgraphs.ArgumentSpec{Name: "c", Value: subgraphs.ArgumentValue{Variable: -1, Object: true, Fields: []subgraphs.ArgumentSpec{
		variable("someKey", 1), {Name: "list", Value: subgraphs.ArgumentValue{Variable: -1, List: true, Items: []subgraphs.ArgumentValue{{Variable: 2}, {Variable: -1, Constant: "{someKey: 5, e: ONE_TWO}"}}}},
	}}}
	spec := &subgraphs.FetchSpec{Facet: "Query.s", Root: []subgraphs.Selection{{Key: "s", Field: "s", Arguments: []subgraphs.ArgumentSpec{variable("a", 3), variable("b", 0), composed}}}}
	a := h.fetch(spec, &subgraphs.Call{Variables: [][]byte{[]byte(`["x y","&"]`), []byte("4"), []byte(`{"someKey":6}`), nil}})
	same(t, "row", rowTexts(a, 0), []string{`{"s":"x"}`})
	input := `{"some_key":4,"list":[{"some_key":6},{"some_key":5,"e":"one_two"}]}`
	same(t, "request", f.lines(), []string{
		`POST /api/s/3?b%5B%5D=x%20y&b%5B%5D=%26&k=a%26b {"all":{"a":3,"b":["x y","&"],"c":` + input + `},"c":` + input + `,"n":4}`})
}

func TestEncodings(t *testing.T) {
	sdl := `type Query { q: String } type Mutation { f(a: String, b: [Int]): String t(a: String): String m(a: String, o: [Int]): String }`
	post := func(field, encode, body string) EndpointSpec {
		return EndpointSpec{Coordinate: "Mutation." + field, Method: "POST", Path: "/" + field, Encode: encode, Body: body}
	}
	up := compiled(t, sdl, &Spec{Endpoints: []EndpointSpec{
		{Coordinate: "Query.q", Method: "GET", Path: "/q"},
		post("f", "form", "a: $args.a b: $args.b"), post("t", "text", "$args.a"), post("m", "multipart", "a: $args.a o: $args.o"),
	}})
	f := answers(`"done"`)
	h := newHarness(t, up, f)
	h.root("Mutation.f", `f(a: "x=y&z", b: [1, 2])`)
	h.root("Mutation.t", `t(a: "plain")`)
	h.root("Mutation.m", `m(a: "v\r\nw", o: [1])`)
	if f.sent[0].Body != "a=x%3Dy%26z&b=1&b=2" || f.sent[0].header("Content-Type") != "application/x-www-form-urlencoded" || f.sent[1].Body != "plain" {
		t.Errorf("%v", f.lines())
	}
	if s := f.sent[2]; s.header("Content-Type")[:30] != "multipart/form-data; boundary=" {
		t.Errorf("%s", s.Body)
	}
	text := &fake{answer: func(int, *HTTPRequest) (*HTTPResponse, error) {
		return status(200, "pong", subgraphs.HeaderField{Name: "Content-Type", Value: "text/plain; charset=utf-8"}), nil
	}}
	same(t, "plain text", rowTexts(newHarness(t, up, text).root("Query.q", "q"), 0), []string{`{"q":"pong"}`})
}

func TestEnvironmentAndConfig(t *testing.T) {
	spec := itemSpec()
	spec.Config = []Value{{"tenant", `{"id":"t1"}`}}
	spec.Env = func(name string) (string, bool) { return "s3cret", name == "KEY" }
	spec.Endpoints[1].Path = "/{$config.tenant.id}/items"
	spec.Endpoints[1].Headers = []Header{{Name: "X-Key", Value: "$env.KEY", Expression: true}}
	f := answers(`[]`)
	newHarness(t, compiled(t, itemSDL, spec), f).root("Query.all", "all { id }")
	if f.sent[0].Target != "/api/t1/items" || f.sent[0].header("X-Key") != "s3cret" {
		t.Errorf("%v", f.sent)
	}
}

func TestJQ(t *testing.T) {
	spec := itemSpec(EndpointSpec{Coordinate: "Item", Method: "GET", Path: "/items/{id}", JQ: `{id: .a.b, name: ("n" + (.c|tostring)), shop: {id: .s}}`, Provides: "id name shop { id }"})
	spec.Endpoints[1].JQ, spec.Endpoints[1].Select = `[.rows[] | select(.ok)]`, "id: key name"
	spec.Endpoints[0].JQ, spec.Endpoints[0].Provides = `def f: f; f`, "id sku"
	up := compiled(t, itemSDL, spec)
	a := newHarness(t, up, answers(`{"a":{"b":12345678901234567890},"c":[1],"s":null}`)).lookup("Item", "name shop { id } id", `{"id":"1"}`)
	same(t, "rows", rowTexts(a, 0), []string{`{"name":"n[1]","shop":null,"id":"1"}`})
	a = newHarness(t, up, answers(`{"rows":[{"ok":true,"key":1,"name":"x"},{"ok":false},{"ok":true,"key":12345678901234567890}]}`)).root("Query.all", "all { id name }")
	same(t, "select on jq", rowTexts(a, 0), []string{`{"all":[{"id":"1","name":"x"},{"id":"12345678901234567890","name":null}]}`})
	a = newHarness(t, up, answers(`{"rows":3}`)).root("Query.all", "all { id }")
	same(t, "failing program", errTexts(a), []string{`0/0 ["all"] UPSTREAM_SCHEMA_MISMATCH`})
	// A program without an end is ended.
	a = newHarness(t, up, answers(`{}`)).root("Query.one", `one(id: 1) { id }`)
	same(t, "endless program", errTexts(a), []string{`0/0 ["one"] UPSTREAM_SCHEMA_MISMATCH`})
}

// Foreign keys are written without their mapping; the outcome is the same.
func TestStubsAreWhatTheirMappingsMake(t *testing.T) {
	sdl := `type Query { x: X } type X { a: K b: [K!]! c: [[K]] d: K! e: [K] } type K @key(fields: "id") { id: ID! }`
	types := func(one, many string) *Spec {
		return &Spec{
			Types: []TypeSpec{{Type: "X", Fields: []FieldSpec{
				{Field: "a", Select: one}, {Field: "b", Select: many}, {Field: "c", Select: many}, {Field: "d", Select: many}, {Field: "e", Select: one}}}},
			Endpoints: []EndpointSpec{{Coordinate: "Query.x", Method: "GET", Path: "/x"}},
		}
	}
	fast := compiled(t, sdl, types("{ id: k }", "k { id: $ }"))
	slow := compiled(t, sdl, types("{ id: $.k }", "$.k { id: $ }"))
	for _, g := range []struct {
		up   *Upstream
		want bool
	}{{fast, true}, {slow, false}} {
		if got := stubOf(g.up.byName["Query.x"].give.field("a")) != nil; got != g.want {
			t.Fatalf("a stub: %t", got)
		}
	}
	for _, k := range []string{``, `"k":null`, `"k":1`, `"k":"x"`, `"k":[]`, `"k":[1,null,"2"]`, `"k":[[1],null,[null,2]]`, `"k":[[[1]]]`, `"k":{"id":1}`, `"k":[{"id":1}]`, `"k":true`, `"k":1.5`, `"k":[1,[2]]`} {
		var got [2][]string
		for i, up := range []*Upstream{fast, slow} {
			a := newHarness(t, up, answers("{"+k+"}")).root("Query.x", "x { a { id __typename } b { n: id } c { id } d { id } e { id } }")
			got[i] = append(rowTexts(a, 0), errTexts(a)...)
		}
		same(t, k, got[0], got[1])
	}
}

// Conversions are told where somebody wants to know, and are none where the value
// is what the schema says.
func TestConversionsAreTold(t *testing.T) {
	sdl := `type Query { a: A } type A { n: Int s: String f: Float i: ID l: [Int] }`
	up := compiled(t, sdl, &Spec{WarnOfConversions: true, Endpoints: []EndpointSpec{{Coordinate: "Query.a", Method: "GET", Path: "/a"}}})
	for body, want := range map[string]string{
		`{"n":1,"s":"x","f":1,"i":7,"l":[1]}`:             "",
		`{"n":"1","s":"x","f":"1","i":7,"l":[1,"2","3"]}`: `Query.a ["a","n"] 4`,
	} {
		h := newHarness(t, up, answers(body))
		told := ""
		h.client = up.Client(Options{Transport: answers(body), OnConversion: func(endpoint, where string, values int) {
			told = endpoint + " " + where + " " + strconv.Itoa(values)
		}})
		h.root("Query.a", "a { n s f i l }")
		if told != want {
			t.Errorf("%s: %q", body, told)
		}
	}
}

func TestTimesAsNumbers(t *testing.T) {
	for _, c := range [][3]string{
		{"epoch_s", "2024-01-02T03:04:05Z", "1704164645"}, {"epoch_s", "2024-01-02T03:04:05.25+01:00", "1704161045.25"}, {"epoch_s", "1969-12-31T23:59:58.5Z", "-1.5"},
		{"epoch_s", "1969-12-31T23:59:59.5Z", "-0.5"}, {"epoch_ms", "1970-01-01T00:00:00.0015Z", "1.5"}, {"epoch_ms", "1969-12-31T23:59:59.9985Z", "-1.5"}, {"epoch_s", "tomorrow", ""},
		{"number", "12.50", "12.50"}, {"number", "twelve", ""}, {"number", "1 ", ""}, {"iso", "x", ""},
	} {
		got, ok := sentAs(c[0], c[1])
		if got != c[2] || ok != (c[2] != "") {
			t.Errorf("%s of %s: %s, %v", c[0], c[1], got, ok)
		}
	}
}

// What a jq program gives is bounded, however small it is in memory.
func TestJQBounds(t *testing.T) {
	spec := &Spec{MaxBody: 1 << 16, Endpoints: []EndpointSpec{{Coordinate: "Query.a", Method: "GET", Path: "/a", Provides: "n",
		JQ: `{n: (reduce range(40) as $i ("x"; [., .]))}`}}}
	up := compiled(t, `scalar JSON type Query { a: A } type A { n: JSON }`, spec)
	a := newHarness(t, up, answers(`{}`)).root("Query.a", "a { n }")
	if len(a.Errs) != 1 || a.Errs[0].Code != CodeMismatch {
		t.Errorf("%v", a.Errs)
	}
}
