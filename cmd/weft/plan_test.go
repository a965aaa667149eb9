package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func demoSupergraph(t *testing.T) string {
	t.Helper()
	got := weft(t, "", append([]string{"compose"}, demoSchemas(t)...)...)
	if got.code != 0 {
		t.Fatal(got.err)
	}
	return write(t, t.TempDir(), "supergraph.graphql", got.out)
}

func TestPlan(t *testing.T) {
	file := demoSupergraph(t)
	const operation = `query One($more: Boolean!) { me { name reviews @include(if: $more) { product { name shippingEstimate } } } }
query Two { topProducts { name } }`
	text := weft(t, operation, "plan", "--supergraph", file, "--operation-name", "One", "-")
	if text.code != 0 {
		t.Fatal(text.err)
	}
	for _, want := range []string{"query One: 4 requests in 4 waves", "accounts (wave 1)", "inventory (wave 4"} {
		if !strings.Contains(text.out, want) {
			t.Errorf("lacks %q:\n%s", want, text.out)
		}
	}
	if again := weft(t, operation, "plan", "--supergraph", file, "--operation-name", "One", "-"); again.out != text.out {
		t.Errorf("another plan the second time:\n%s", again.out)
	}

	inJSON := weft(t, operation, "plan", "--supergraph", file, "--operation-name", "One", "--format", "json", "--variables", `{"more": false}`, "-")
	if inJSON.code != 0 {
		t.Fatal(inJSON.err)
	}
	var p struct {
		Operation, Name string
		Requests, Waves int
		Fetches         []struct {
			ID, Wave          int
			Subgraph, Request string
			After             []int
			Skipped           bool
			Paths             []string
		}
	}
	if err := json.Unmarshal([]byte(inJSON.out), &p); err != nil {
		t.Fatal(err)
	}
	if p.Operation != "query" || p.Name != "One" || p.Requests != 4 || p.Waves != 4 || len(p.Fetches) != 4 {
		t.Fatalf("%+v", p)
	}
	for i, f := range p.Fetches {
		if f.ID != i+1 || f.Wave != i+1 || f.Skipped != (i > 0) || f.Request == "" || f.Subgraph == "" {
			t.Errorf("%+v", f)
		}
		if i > 0 && (len(f.After) == 0 || len(f.Paths) != 1) {
			t.Errorf("%+v", f)
		}
	}
	if got := p.Fetches[3].Paths; len(got) == 1 && got[0] != "me.reviews.product" {
		t.Errorf("paths %v", got)
	}
	if strings.Contains(inJSON.out, "explain") {
		t.Error("explained without being asked")
	}
	explained := weft(t, operation, "plan", "--supergraph", file, "--operation-name", "One", "--format", "json", "--explain", "-")
	if !strings.Contains(explained.out, `"coordinate":"Product.shippingEstimate"`) {
		t.Error(explained.out)
	}
	skipped := weft(t, operation, "plan", "--supergraph", file, "--operation-name", "One", "--variables", `{"more": false}`, "-")
	if !strings.Contains(skipped.out, "with these variables 1 of 4 requests are sent") {
		t.Error(skipped.out)
	}
	if !strings.Contains(skipped.out, "with these variables #2 is not sent") || strings.Contains(skipped.out, "#1 is not sent") {
		t.Error(skipped.out)
	}
}

// Over REST upstreams a plan says which requests may spare others something, and
// which of these wait for that alone.
func TestPlanREST(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "things.graphql", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { books: [Book!]! loans: [Loan!]! }
type Loan { book: Book }
type Book @key(fields: "id") { id: ID! title: String }
`)
	conf := write(t, dir, "router.yaml", `subgraphs:
  - name: library
    schema: `+file+`
    rest:
      url: http://127.0.0.1:1
      types: {Loan: {book: "{ id: book_id }"}}
      fetch:
        Query.books: GET /books
        Query.loans: GET /loans
        Book: {GET: /by-id, query: {ids: $batch.id}}
`)
	const operation = `query($all: Boolean = true, $lent: Boolean = true) { books @include(if: $all) { title } loans @include(if: $lent) { book { title } } }`
	text := weft(t, operation, "plan", "--config", conf, "--explain", "-")
	if text.code != 0 {
		t.Fatal(text.err)
	}
	for _, want := range []string{"3 requests in 2 waves", "#3 library Book (wave 2, after #2)\n  after #1 (may prime Book)\n", "longest chain: #2, #3"} {
		if !strings.Contains(text.out, want) {
			t.Errorf("lacks %q:\n%s", want, text.out)
		}
	}
	inJSON := weft(t, operation, "plan", "--config", conf, "--format", "json", "--variables", `{"lent": false}`, "-")
	var p struct {
		Sent    int
		Fetches []struct {
			After, Primers, Awaits []int
			Skipped                bool
		}
	}
	if err := json.Unmarshal([]byte(inJSON.out), &p); err != nil {
		t.Fatal(err, inJSON.err)
	}
	// Without the loans there is nothing to look up, whatever else comes before.
	if p.Sent != 1 || len(p.Fetches) != 3 || !p.Fetches[2].Skipped || len(p.Fetches[2].After) != 2 ||
		!slices.Equal(p.Fetches[2].Primers, []int{1}) || !slices.Equal(p.Fetches[2].Awaits, []int{1}) {
		t.Errorf("%s", inJSON.out)
	}
}

func TestPlanErrors(t *testing.T) {
	file := demoSupergraph(t)
	dir := t.TempDir()
	for _, tc := range []struct {
		name, operation string
		args            []string
		want            string
	}{
		{"unknown field", "{\n  me { nme }\n}", nil, "op.graphql:2:8: Cannot query field"},
		{"syntax", "{ me {", nil, "op.graphql:1:7: Syntax error"},
		{"several operations", "query A {me{id}} query B {me{id}}", nil, "(OPERATION_RESOLUTION_FAILURE)"},
		{"no such operation", "query A {me{id}}", []string{"--operation-name", "B"}, "(OPERATION_RESOLUTION_FAILURE)"},
		{"variables are not JSON", "{me{id}}", []string{"--variables", "{"}, "(BAD_USER_INPUT)"},
		{"variable of a wrong type", "query($n: Int!) {topProducts(first: $n) {upc}}", []string{"--variables", `{"n": "x"}`}, "(BAD_USER_INPUT)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := write(t, dir, "op.graphql", tc.operation)
			got := weft(t, "", append([]string{"plan", "--supergraph", file, op}, tc.args...)...)
			if got.code != 1 || !strings.Contains(got.err, tc.want) || got.out != "" {
				t.Errorf("%d %s%s", got.code, got.err, got.out)
			}
		})
	}
	if got := weft(t, "", "plan", "--supergraph", file, dir+"/none.graphql"); got.code != 1 || !strings.Contains(got.err, "none.graphql") {
		t.Errorf("%d %s", got.code, got.err)
	}
}

// An explanation says for every request what it is there for: fields that were
// asked for, or what other requests are made of.
func TestPlanExplain(t *testing.T) {
	file := demoSupergraph(t)
	const operation = `{ me { reviews { product { shippingEstimate } } } }`
	text := weft(t, operation, "plan", "--supergraph", file, "--explain", "-")
	for _, want := range []string{
		": 4 requests in 4 waves\n", "why me.reviews.product.shippingEstimate: Product.shippingEstimate from inventory (+4 requests, +4 waves); nobody else has it\n",
		"needs Product.weight (requirement of Product.shippingEstimate) from #3 products", "#3 is needed by #4 for Product.price (requirement), Product.weight (requirement)\n", "longest chain: #1, #2, #3, #4\npredicted: 4 requests in 4 waves\n", "  predicted: 1 request for 10 rows\n",
	} {
		if !strings.Contains(text.out, want) {
			t.Errorf("lacks %q:\n%s", want, text.out)
		}
	}
	if got := weft(t, `{ me { __typename } }`, "plan", "--supergraph", file, "--explain", "-"); !strings.Contains(got.out, "why me: Query.me from accounts (+1 request, +1 wave); nobody else has it\n") {
		t.Error(got.out)
	}
	inJSON := weft(t, operation, "plan", "--supergraph", file, "--explain", "--format", "json", "-")
	var p struct {
		Requests, Waves int
		Sent, Predicted *int
		Chain           []int
		Fetches         []struct {
			ID      int
			Request string
			Lookups []struct {
				Targets []struct{ Representations []string }
			}
			Explain struct {
				Fields []struct{ Providers []string }
				Needs  []struct{ From int }
			}
			NeededBy []struct {
				ID     int
				Fields []struct {
					Coordinate string
					Key        bool
				}
			} `json:"needed_by"`
		}
	}
	if err := json.Unmarshal([]byte(inJSON.out), &p); err != nil {
		t.Fatal(err)
	}
	if p.Requests != 4 || p.Waves != 4 || len(p.Chain) != 4 || p.Sent != nil || p.Predicted == nil || *p.Predicted != 4 || len(p.Fetches) != 4 {
		t.Fatalf("%+v", p)
	}
	for i, f := range p.Fetches {
		if len(f.Explain.Fields)+len(f.NeededBy) == 0 {
			t.Errorf("#%d is there for nothing: %+v", f.ID, f)
		}
		if i > 0 && (len(f.Explain.Needs) == 0 || len(f.Lookups) == 0 || len(f.Lookups[0].Targets[0].Representations) == 0) {
			t.Errorf("#%d has no rows: %+v", f.ID, f)
		}
	}
	if n := p.Fetches[2].NeededBy; len(n) != 1 || n[0].ID != 4 || len(n[0].Fields) != 2 || n[0].Fields[0].Key {
		t.Errorf("%+v", n)
	}
}

// The plan depends on override labels: those of the configuration, and those
// named.
func TestPlanLabels(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"]) `
	dir := t.TempDir()
	write(t, dir, "a.graphql", link+`type Query { p: P } type P @key(fields: "id") { id: ID! name: String price: Int }`)
	write(t, dir, "b.graphql", link+`type P @key(fields: "id") { id: ID! name: String @override(from: "a", label: "moved") price: Int @override(from: "a", label: "percent(5)") }`)
	const subgraphs = "subgraphs:\n  - {name: a, url: http://127.0.0.1:1/, schema: a.graphql}\n  - {name: b, url: http://127.0.0.1:1/, schema: b.graphql}\n"
	plain := write(t, dir, "plain.yaml", subgraphs)
	on := write(t, dir, "on.yaml", subgraphs+"override_labels: [{name: moved, enabled: true}]\n")
	for _, tc := range []struct {
		operation string
		args      []string
		want      string
		lacks     string
	}{
		{`{ p { name } }`, []string{"--config", plain}, "the override label moved is off\n", "percent(5)"},
		{`{ p { name } }`, []string{"--config", plain, "--label", "moved"}, "2 requests in 2 waves", " off"},
		{`{ p { name } }`, []string{"--config", on}, "the override label moved is active\n", "query: 1 request"},
		{`{ p { price } }`, []string{"--config", on, "--label", "percent(5)"}, "the override label percent(5) is active\n", "query: 1 request"},
		{`{ p { id } }`, []string{"--config", on}, "query: 1 request", "override label"},
	} {
		got := weft(t, tc.operation, append(append([]string{"plan"}, tc.args...), "-")...)
		if got.code != 0 || !strings.Contains(got.out, tc.want) || strings.Contains(got.out, tc.lacks) {
			t.Errorf("%s %v: %s%s", tc.operation, tc.args, got.out, got.err)
		}
	}
	if got := weft(t, `{ p { id } }`, "plan", "--config", plain, "--label", "mvoed", "-"); got.code != 2 || !strings.Contains(got.err, "moved, percent(5)") {
		t.Errorf("%d %s", got.code, got.err)
	}
}

// A capped lookup takes several requests for a long list; how many is predicted
// from the arguments.
func TestPlanPredicts(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.graphql", `type Query { reviews(first: Int): [Review!]! } type Review { id: ID! authorId: ID! } directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION`)
	write(t, dir, "b.graphql", `type Query { users(ids: [ID!]!): [User] } type User { id: ID! name: String }`)
	file := write(t, dir, "router.yaml", `
subgraphs:
  - {name: a, url: http://127.0.0.1:1/, schema: a.graphql}
  - {name: b, url: http://127.0.0.1:1/, schema: b.graphql, entities: {User: {key: id, lookup: "users(ids: $key.id)", batch: {max: 4}}}}
joins: ["Review.author: b.User by authorId"]
`)
	got := weft(t, `{ reviews { author { name } } }`, "plan", "--config", file, "--explain", "-")
	if got.code != 0 || !strings.Contains(got.out, ": 2 requests in 2 waves") || !strings.Contains(got.out, "predicted: 4 requests in 2 waves\n") || !strings.Contains(got.out, "predicted: 3 requests for 10 rows\n") {
		t.Errorf("%s%s", got.out, got.err)
	}
	conditional := `query($x: Boolean!) { reviews { author { id name @include(if: $x) } } }`
	if got := weft(t, conditional, "plan", "--config", file, "--explain", "-"); !strings.Contains(got.out, "\npredicted: at most 4 requests in 2 waves") {
		t.Error(got.out)
	}
	for variables, want := range map[string]string{`{"x":true}`: "\npredicted: 4 requests in 2 waves\n", `{"x":false}`: "\npredicted: 1 request in 1 wave\n"} {
		if got := weft(t, conditional, "plan", "--config", file, "--explain", "--variables", variables, "-"); !strings.Contains(got.out, want) {
			t.Errorf("%s: %s%s", variables, got.out, got.err)
		}
	}
}
