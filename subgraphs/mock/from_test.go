package mock

import (
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// What an argument takes of the row is what the map says, not a made-up value.
func TestArgumentsFromTheRow(t *testing.T) {
	row, err := parseNode([]byte(`{"__typename":"Box","size":{"w":3,"h":null},"parts":[{"id":"a"},{"id":"b"}],"nick":null,"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	p := &prepared{}
	for from, want := range map[string]string{
		"size.w":                    `3`,
		"{ w: size.w, n: name }":    `{"w":3,"n":"x"}`,
		"parts[{ key: id }]":        `[{"key":"a"},{"key":"b"}]`,
		"nick | name":               `"x"`,
		"size.h":                    `null`,
		"<Box>.name | <Crate>.name": `"x"`,
		"elsewhere":                 ``,
	} {
		a, err := p.argumentValue("a", &subgraphs.ArgumentValue{Variable: -1, From: from}, 0)
		if err != nil {
			t.Errorf("%s: %v", from, err)
			continue
		}
		got := ""
		if n := a.value(nil, row); n != nil {
			got = string(n.append(nil))
		}
		if got != want {
			t.Errorf("%s: %s, not %s", from, got, want)
		}
	}
	if _, err := p.argumentValue("a", &subgraphs.ArgumentValue{Variable: -1, From: "a..b"}, 0); err == nil {
		t.Error("a map that is none is taken")
	}
}
