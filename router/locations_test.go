package router

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
)

// places prints the locations of errors, line:column, by error.
func (r response) places() string {
	var out []string
	for _, e := range r.Errors {
		var at []string
		for _, l := range e.Locations {
			at = append(at, fmt.Sprintf("%d:%d", l["line"], l["column"]))
		}
		out = append(out, strings.Join(at, " "))
	}
	return strings.Join(out, ", ")
}

func down(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func saying(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	}
}

// TestLocations looks at where errors say that they are.
func TestLocations(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	c.Introspection.Enabled = false
	all["inventory"].misbehave(down)
	all["accounts"].misbehave(saying(`{"data":{"me":{"id":"1","name":null}},"errors":[{"message":"no name","path":["me","name"]}]}`))
	for _, dedupe := range []bool{false, true} {
		c := *c
		c.TrafficShaping.Router.Dedupe.Enabled = dedupe
		r := newRouter(t, &c)
		for _, tc := range []struct{ name, query, want string }{
			{"a failed lookup", `{ topProducts(first: 1) { name stock } }`, "1:32"},
			// The plan is the same: the text tells the places.
			{"another layout", "{\n  topProducts(first: 1) {\n    name\n    stock\n  }\n}", "4:5"},
			{"spaces only", "{ topProducts(first: 1) { name     stock } }", "1:36"},
			{"an escape", "{\t# \u00e9 \\ \"\n topProducts(first: 1) { stock } }", "2:26"},
			{"an alias", `{ topProducts(first: 1) { s: stock } }`, "1:27"},
			{"equal selections", `{ a: topProducts(first: 0) { stock } b: topProducts(first: 1) { stock } }`, "1:65"},
			{"selected twice", `{ topProducts(first: 1) { stock name } topProducts(first: 1) { stock } }`, "1:27 1:64"},
			{"in a fragment", `{ topProducts(first: 1) { ...F } } fragment F on Product { stock }`, "1:60"},
			{"an upstream's own error", `{ me { name } }`, "1:8"},
			{"no field", `{ me { wings } }`, "1:8"},
			{"bad argument", "{ topProducts(first: true) { name } }", "1:22"},
			{"conflict", `{ topProducts(first: 1) { upc } topProducts(first: 2) { upc } }`, "1:3 1:33"},
			{"syntax", "{\n me {", "2:6"},
			{"end of text", "{", "1:2"},
			{"a variable without value", "query($a: Int,\n $id: ID!) { user(id: $id) { id } topProducts(first: $a) { upc } }", "2:2"},
			{"unused variable", `query($a: Int) { me { id } }`, "1:7"},
			{"introspection", `{ me { id } __schema { types { name } } }`, "1:13"},
			{"introspection in a fragment", `{ ...F } fragment F on Query { me { id } x: __type(name: "User") { name } }`, "1:42"},
			{"defer", `{ me { ... @defer { id } } }`, "1:12"},
		} {
			t.Run(fmt.Sprintf("%s, %v", tc.name, dedupe), func(t *testing.T) {
				w := ask(r, tc.query)
				got := decode(t, w.Body.Bytes())
				if got.places() != tc.want {
					t.Errorf("%q, want %q: %s", got.places(), tc.want, w.Body)
				}
			})
		}
	}
}

// Where it depends on the objects which selection an error comes from, nothing
// is said.
func TestUncertainLocations(t *testing.T) {
	c, _ := serviceConfig(t, `{"types": {"Dog": [{"id": "1", "name": null}], "Cat": [{"id": "2", "name": null}]},
		"roots": {"Query.pets": {"value": [{"$ref": {"__typename": "Dog", "id": "1"}}, {"$ref": {"__typename": "Cat", "id": "2"}}]}}}`,
		service{"a", fed2 + `type Query { pets: [Pet] } interface Pet { id: ID! name: String! } type Dog implements Pet @key(fields: "id") { id: ID! name: String! } type Cat implements Pet @key(fields: "id") { id: ID! name: String! }`})
	r := newRouter(t, c)
	for query, want := range map[string]string{
		`{ pets { name } }`: "1:10, 1:10",
		`{ pets { ... on Dog { name } ... on Cat { name } } }`:                                ", ",
		`{ pets { ... on Dog { name } } }`:                                                    "1:23",
		`{ pets { ...F ...G } } fragment F on Dog { name } fragment G on Dog { id name }`:     "1:44 1:74",
		`query($x: Boolean = true) { pets { name @include(if: $x) ... on Dog { name id } } }`: ", ",
	} {
		w := ask(r, query)
		if got := decode(t, w.Body.Bytes()); got.places() != want {
			t.Errorf("%s: %q, want %q: %s", query, got.places(), want, w.Body)
		}
	}
}

// A field that is refused because of a null is told where it is.
func TestRefusedLocations(t *testing.T) {
	c, _ := serviceConfig(t, `{"roots": {"Query.f": {"value": 1}}}`, service{"a", fed2 + `type Query { f(a: Int! = 1): Int }`})
	w := ask(newRouter(t, c), "query($v: Int = null) {\n f\n x: f(a: $v) }")
	if got := decode(t, w.Body.Bytes()); got.places() != "3:2" || !strings.Contains(w.Body.String(), `"data":{"f":1,"x":null}`) {
		t.Errorf("%s", w.Body)
	}
}

// The plan of an operation is shown to whom asks for it, if the configuration
// allows it, and to no one else.
func TestExposedPlan(t *testing.T) {
	all := startUpstreams(t)
	c := fileConfig(t, t.TempDir(), all)
	hidden := newRouter(t, c)
	exposing := *c
	exposing.QueryPlanning.Expose = true
	exposing.TrafficShaping.Router.Dedupe.Enabled = true
	exposed := newRouter(t, &exposing)
	const query = `{ me { name reviews { rating } } }`
	plain := ask(hidden, query).Body.String()
	for _, value := range []string{"", "json", "text", "true", "JSON"} {
		if got := ask(hidden, query, "Weft-Query-Plan", value).Body.String(); got != plain {
			t.Errorf("%q shows a plan although it is hidden: %s", value, got)
		}
	}
	for _, value := range []string{"", "true", "1"} {
		if got := ask(exposed, query, "Weft-Query-Plan", value).Body.String(); got != plain {
			t.Errorf("%q shows a plan: %s", value, got)
		}
	}
	if got := ask(exposed, query, "Apollo-Query-Plan-Experimental", "true", "X-WG-Include-Query-Plan", "true").Body.String(); got != plain {
		t.Error(got)
	}
	inJSON := ask(exposed, query, "weft-query-plan", "json").Body.String()
	rest, ok := strings.CutPrefix(inJSON, strings.TrimSuffix(plain, "}")+`,"extensions":{"queryPlan":{"operation":"query","requests":2,"waves":2,"fetches":[`)
	if !ok || !strings.HasSuffix(rest, `]}}}`) || !strings.Contains(rest, `"subgraph":"reviews"`) {
		t.Error(inJSON)
	}
	decode(t, []byte(inJSON))
	inText := ask(exposed, query, "Weft-Query-Plan", "text").Body.String()
	if !strings.HasPrefix(inText, strings.TrimSuffix(plain, "}")+`,"extensions":{"queryPlan":"query: 2 requests in 2 waves\n`) {
		t.Error(inText)
	}
	decode(t, []byte(inText))
	// With errors, the plan comes after them.
	all["reviews"].misbehave(down)
	if got := ask(exposed, query, "Weft-Query-Plan", "json").Body.String(); !strings.Contains(got, `}],"extensions":{"queryPlan":`) {
		t.Error(got)
	} else {
		decode(t, []byte(got))
	}
	// Without a plan there is none to show.
	if got := ask(exposed, `{ nobody }`, "Weft-Query-Plan", "json").Body.String(); strings.Contains(got, "queryPlan") {
		t.Error(got)
	}
}

// A limit that is only measured is told for every request over it.
func TestMeasuredLimitsOfEachRequest(t *testing.T) {
	c := fileConfig(t, t.TempDir(), startUpstreams(t))
	c.Limits = config.Limits{Mode: "measure", MaxDepth: 1, MaxAliases: 2, MaxResponseSize: 1 << 20, MaxErrors: 10}
	log, lines := observed()
	r := newRouter(t, c, func(o *Options) { o.Logger = log })
	over := `query Deep { me { id } }`
	for _, id := range []string{"first", "second", "third"} {
		if got := decode(t, ask(r, over, "X-Request-Id", id).Body.Bytes()); len(got.Errors) > 0 {
			t.Fatal(got.Errors)
		}
		ask(r, `{ __typename }`, "X-Request-Id", id+"-within")
	}
	told := map[any]int{}
	for _, l := range lines.FilterMessage("an operation is over a limit").All() {
		f := l.ContextMap()
		if f["request_id"] == nil {
			continue
		}
		told[f["request_id"]]++
		if f["code"] != "LIMIT_MAX_DEPTH" || f["operation_name"] != "Deep" || fmt.Sprint(f["used"], f["limit"]) != "2 1" {
			t.Errorf("%v", f)
		}
	}
	if len(told) != 3 || told["first"] != 1 || told["second"] != 1 || told["third"] != 1 {
		t.Errorf("%v", told)
	}
}
