package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestComposeExplain(t *testing.T) {
	files := demoSchemas(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--explain"}, "other routers can serve the supergraph, too"},
		{[]string{"--explain", "Product.shippingEstimate"}, "inventory resolves it: Int\n      requires "},
		{[]string{"--explain=Product"}, "by key \"upc\" into products: _entities"},
		{[]string{"--explain=Product", "User.name"}, "\n\nUser.name"},
	} {
		got := weft(t, "", append(append([]string{"compose"}, c.args...), files...)...)
		if got.code != 0 || !strings.Contains(got.out, c.want) {
			t.Errorf("%v: %d %s%s", c.args, got.code, got.err, got.out)
		}
	}
	inJSON := weft(t, "", append([]string{"compose", "--explain", "--format", "json", "Product.upc"}, files...)...)
	var field struct {
		Coordinate string
		Subgraphs  []struct{ Subgraph, Role string }
	}
	if err := json.Unmarshal([]byte(inJSON.out), &field); err != nil || field.Coordinate != "Product.upc" || len(field.Subgraphs) < 2 {
		t.Errorf("%v %s%s", err, inJSON.err, inJSON.out)
	}
	for _, args := range [][]string{{"--explain=Product.nothing"}, {"--explain", "--format", "api"}, {"--explain", "--diff", "x"}} {
		if got := weft(t, "", append(append([]string{"compose"}, args...), files...)...); got.code != exitUsage {
			t.Errorf("%v: %d %s", args, got.code, got.err)
		}
	}
}

// Hints are shown from a level on, and errors with the line they are about.
func TestComposeHints(t *testing.T) {
	dir := t.TempDir()
	const link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@shareable\", \"@override\"])\n"
	a := write(t, dir, "a.graphql", link+"type Query { q(x: Int): Int @shareable o: Int @override(from: \"b\") }\nenum Unused { A }\n")
	b := write(t, dir, "b.graphql", link+"type Query { q: Int @shareable o: Int }\n")
	for level, want := range map[string][]string{
		"debug": {"warn: ", "info: ", "debug: "}, "info": {"warn: ", "info: "}, "warn": {"warn: "}, "none": nil, "": {"warn: ", "info: "},
	} {
		args := []string{"compose", a, b}
		if level != "" {
			args = append(args, "--hints", level)
		}
		got := weft(t, "", args...)
		if got.code != 0 {
			t.Fatal(got.err)
		}
		for _, prefix := range []string{"warn: ", "info: ", "debug: "} {
			shown, wanted := strings.Contains(got.err, prefix), false
			for _, w := range want {
				wanted = wanted || w == prefix
			}
			if shown != wanted {
				t.Errorf("--hints %s: %s", level, got.err)
			}
		}
	}
	if got := weft(t, "", "compose", a, b, "--hints", "warn"); !strings.Contains(got.err, "warn: "+a+":2:16: ") || !strings.Contains(got.err, "(INCONSISTENT_ARGUMENT_PRESENCE)\n  hint: ") {
		t.Errorf("%s", got.err)
	}
	if got := weft(t, "", "compose", a, b, "--hints", "loud"); got.code != exitUsage {
		t.Errorf("%d %s", got.code, got.err)
	}
	inJSON := weft(t, "", "compose", a, b, "--format", "json")
	var r struct {
		Portable bool
		Hints    []struct {
			Code, Level, Message, Coordinate, Hint string
			Places                                 []struct {
				Subgraph     string
				Line, Column int
			}
		}
	}
	if err := json.Unmarshal([]byte(inJSON.out), &r); err != nil || len(r.Hints) != 2 || r.Hints[0].Level != "warn" || len(r.Hints[0].Places) == 0 || !r.Portable || inJSON.err != "" {
		t.Errorf("%v %s%s", err, inJSON.err, inJSON.out)
	}
}

func TestComposeExcerpt(t *testing.T) {
	a, b := conflict(t)
	got := weft(t, "", "compose", a, b)
	if want := "    6 |   broken: Nowhere\n      |           ^\n"; !strings.Contains(got.err, want) {
		t.Errorf("%q", got.err)
	}
}

// What is wrong with a contract is shown where the schema has it.
func TestContractErrorsAreLocated(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.graphql", "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@tag\"])\n"+
		"type Query {\n  secret: Secret\n}\ntype Secret @tag(name: \"x\") { a: Int }\n")
	file := write(t, dir, "router.yaml", "subgraphs: [{name: a, url: \"http://a\", schema: ./a.graphql}]\ncontracts: [{name: c, exclude_tags: [x]}]\n")
	got := weft(t, "", "compose", "-c", file, "--format", "api", "--contract", "c")
	if got.code != 1 || !strings.Contains(got.err, "a.graphql:3:3: ") || !strings.Contains(got.err, "3 |   secret: Secret") || !strings.Contains(got.err, "REFERENCED_INACCESSIBLE") {
		t.Errorf("%d %s", got.code, got.err)
	}
	explained := weft(t, "", "compose", "-c", file, "--explain", "Query.secret")
	if explained.code != 0 || !strings.Contains(explained.out, "a resolves it: Secret") {
		t.Errorf("%d %s%s", explained.code, explained.err, explained.out)
	}
}
