package stitch

import (
	"errors"
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/selectionmap"
)

// parseSelectionMap reads a field selection map (Composite Schemas specification,
// appendix A) as a schema may have it, without our marks for what must not be null.
func parseSelectionMap(text string) (selectionmap.Value, error) {
	v, err := selectionmap.Parse(text)
	if err == nil && marked(&v) {
		err = errors.New("an exclamation mark has no place in it")
	}
	return v, err
}

func marked(v *selectionmap.Value) bool {
	return v.NonNull || slices.ContainsFunc(v.Alternatives, func(e selectionmap.Entry) bool {
		return e.List != nil && marked(e.List) || slices.ContainsFunc(e.Fields, func(f selectionmap.Field) bool { return marked(&f.Value) })
	})
}

// selections are the fields of the output type that a map reads.
func selections(v *selectionmap.Value) []schema.Selection {
	var out []schema.Selection
	for _, e := range v.Alternatives {
		var below []schema.Selection
		for _, f := range e.Fields {
			below = mergeSelections(below, selections(&f.Value))
		}
		if e.List != nil {
			below = mergeSelections(below, selections(e.List))
		}
		for i := len(e.Path) - 1; i >= 0; i-- {
			if on := e.Path[i].On; on != "" {
				below = []schema.Selection{{Fragment: true, On: on, Selections: below}}
			}
			name := e.Path[i].Name
			below = []schema.Selection{{Alias: name, Name: name, Selections: below}}
		}
		if e.On != "" {
			below = []schema.Selection{{Fragment: true, On: e.On, Selections: below}}
		}
		out = mergeSelections(out, below)
	}
	return out
}

// mergeSelections joins two field sets, each field once.
func mergeSelections(a, b []schema.Selection) []schema.Selection {
	for _, s := range b {
		merged := false
		for i := range a {
			if a[i].Name == s.Name && a[i].Fragment == s.Fragment && a[i].On == s.On {
				a[i].Selections = mergeSelections(a[i].Selections, s.Selections)
				merged = true
			}
		}
		if !merged {
			a = append(a, s)
		}
	}
	return a
}
