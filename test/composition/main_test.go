package main

import (
	"reflect"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
)

// TestGraphs checks that the generator is worth its name: the same seed gives
// the same graph, many graphs compose, and many rules are broken.
func TestGraphs(t *testing.T) {
	composed := 0
	codes := make(map[string]bool)
	for seed := range uint64(300) {
		l := graphLine(seed)
		if !reflect.DeepEqual(l, graphLine(seed)) {
			t.Fatalf("seed %d gives two graphs", seed)
		}
		var sources []compose.Source
		for _, s := range l.Services {
			sources = append(sources, compose.Source{Name: s.Name, URL: s.URL, SDL: s.TypeDefs})
		}
		result := compose.ComposeSDL(sources)
		if len(result.Errors) == 0 {
			composed++
		}
		for _, code := range result.Errors.Codes() {
			codes[code] = true
		}
	}
	if composed < 75 {
		t.Errorf("only %d of 300 graphs compose", composed)
	}
	if len(codes) < 25 {
		t.Errorf("only %d codes are met: %v", len(codes), codes)
	}
}
