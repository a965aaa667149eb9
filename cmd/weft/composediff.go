package main

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/schema/diff"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// diff prints what def changes for clients of the schema in a file, and fails if
// something breaks.
func (a *app) diff(file string, def *supergraph.Definition) error {
	text, ferr := readText(file, nil)
	if ferr != nil {
		return config.Errors{*ferr}
	}
	before, errs := schema.Parse(file, text)
	if len(errs) > 0 {
		list := make([]supergraph.Error, len(errs))
		for i, e := range errs {
			list[i] = supergraph.Error{Code: supergraph.CodeInvalidGraphQL, Message: "Syntax error: " + e.Message, Source: file, Pos: e.Pos}
		}
		return &located{file, joinErrors(list)}
	}
	if slices.ContainsFunc(before.Types, func(t *schema.TypeDefinition) bool { return t.Name == "join__Graph" }) {
		old, errs := supergraph.Read(file, text)
		if len(errs) > 0 {
			return &located{file, joinErrors(errs)}
		}
		before = supergraph.APISchema(old)
	}
	changes := diff.Compare(before, supergraph.APISchema(def))
	counts := map[diff.Criticality]int{}
	for _, c := range changes {
		counts[c.Criticality]++
		if _, err := fmt.Fprintf(a.out, "%s %s: %s\n", c.Criticality, c.Coordinate, c.Message); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(a.out, "%d breaking, %d dangerous and %d safe changes\n",
		counts[diff.Breaking], counts[diff.Dangerous], counts[diff.Safe]); err != nil {
		return err
	}
	if counts[diff.Breaking] > 0 {
		return errReported
	}
	return nil
}
