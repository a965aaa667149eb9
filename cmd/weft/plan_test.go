package main

import (
	"encoding/json"
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
	if !strings.Contains(skipped.out, "with these variables #2 is not sent") || strings.Contains(skipped.out, "#1 is not sent") {
		t.Error(skipped.out)
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
