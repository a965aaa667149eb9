package main

import (
	"strings"
	"testing"
)

func TestComposeDiff(t *testing.T) {
	dir := t.TempDir()
	now := write(t, dir, "a.graphql", "type Query { a: Int c: Int }\n")
	api := write(t, dir, "api.graphql", "type Query { a: Int b: Int }\n")
	got := weft(t, "", "compose", now, "--diff", api)
	if want := "BREAKING Query.b: field b was removed from object type Query\nSAFE Query.c: field c was added to object type Query\n1 breaking, 0 dangerous and 1 safe changes\n"; got.code != 1 || got.out != want || got.err != "" {
		t.Errorf("%d %s%s", got.code, got.out, got.err)
	}

	// What is compared with may be a supergraph.
	printed := weft(t, "", "compose", now)
	super := write(t, dir, "supergraph.graphql", printed.out)
	if got := weft(t, "", "compose", now, "--diff", super); got.code != 0 || got.out != "0 breaking, 0 dangerous and 0 safe changes\n" {
		t.Errorf("%d %s%s", got.code, got.out, got.err)
	}

	broken := write(t, dir, "broken.graphql", "type Query {\n")
	if got := weft(t, "", "compose", now, "--diff", broken); got.code != 1 || !strings.HasPrefix(got.err, broken+":2:1: Syntax error") || got.out != "" {
		t.Errorf("%d %s%s", got.code, got.out, got.err)
	}
	if got := weft(t, "", "compose", now, "--diff", dir+"/none.graphql"); got.code != 1 || !strings.Contains(got.err, "none.graphql") {
		t.Errorf("%d %s", got.code, got.err)
	}
	if got := weft(t, "", "compose", now, "--diff", api, "--format", "json"); got.code != 2 {
		t.Errorf("%d %s", got.code, got.err)
	}
}
