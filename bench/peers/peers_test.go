package peers

import (
	"reflect"
	"slices"
	"testing"
)

func TestGiven(t *testing.T) {
	c, err := Given("/opt/router --port={port} -s {supergraph}", Setting{Supergraph: "/x/super.graphql", Port: 4001, Log: "l"})
	if want := []string{"/opt/router", "--port=4001", "-s", "/x/super.graphql"}; err != nil || !reflect.DeepEqual(c.Args, want) {
		t.Errorf("%v %v", c.Args, err)
	}
	if _, err := Given(" ", Setting{}); err == nil {
		t.Error("no program was named")
	}
}

func TestCommands(t *testing.T) {
	for _, name := range append(slices.Clone(Names), Mesh) {
		if c, _, err := Command(name, Setting{Dir: t.TempDir(), Port: 1, Subgraphs: []Subgraph{{"a", "http://127.0.0.1:1", "/x/a.graphql"}}}); err != nil || len(c.Args) == 0 {
			t.Error(name, err)
		}
	}
	if _, _, err := Command("another", Setting{}); err == nil {
		t.Error("an unknown router was accepted")
	}
}
