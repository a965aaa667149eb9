// Command roundtrip is Weft's half of ../joinspec.mjs, a check run by hand: it reads
// supergraph texts, one JSON object {"id", "supergraph"} a line, and writes for
// each the text that Weft prints for it, or the errors.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/weft-graphql/weft/planner/supergraph"
)

type item struct {
	ID         string   `json:"id"`
	Supergraph string   `json:"supergraph,omitempty"`
	Errors     []string `json:"errors,omitempty"`
}

func main() {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := json.NewEncoder(os.Stdout)
	for in.More() {
		var it item
		if err := in.Decode(&it); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(roundTrip(it)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func roundTrip(it item) item {
	result := item{ID: it.ID}
	def, errs := supergraph.Read(it.ID, it.Supergraph)
	for _, e := range errs {
		result.Errors = append(result.Errors, e.Error())
	}
	if def == nil {
		return result
	}
	if _, err := supergraph.Build(def); err != nil {
		result.Errors = append(result.Errors, err.Error())
		return result
	}
	result.Supergraph = supergraph.Print(def)
	return result
}
