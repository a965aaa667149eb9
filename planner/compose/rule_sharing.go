package compose

import (
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// checkSharing reports a field that several subgraphs resolve though one of
// them does not say that it is shared.
func (m *merger) checkSharing(t *supergraph.TypeDefinition, sources []*field, overrides overrideSet) {
	if t.Kind != schema.Object {
		return
	}
	var all, alone []string
	note := func(f *field, shareable bool) {
		sg := f.parent.sg
		all = append(all, sg.name)
		if !shareable {
			alone = append(alone, sg.name)
		}
	}
	coordinate := sources[0].coordinate()
	for _, f := range sources {
		if _, away := overrides.away[f.parent.sg.index]; away || f.parent.sg.fullyExternal(f) {
			continue
		}
		if t.Name == "Subscription" && f.shareable {
			m.at(CodeInvalidFieldSharing, f.parent.sg, f.pos, coordinate, "Remove @shareable.", "Fields on root level subscription object cannot be marked as shareable")
			return
		}
		note(f, f.shareable)
	}
	// An interface object gives its fields to each implementation.
	for _, i := range t.Implements {
		for _, f := range m.injected[i.Type] {
			if f.name == sources[0].name && !f.parent.sg.fullyExternal(f) {
				note(f, f.shareable)
			}
		}
	}
	if len(alone) == 0 || len(all) < 2 {
		return
	}
	m.notShared(coordinate, all, alone)
}

func (m *merger) notShared(coordinate string, all, alone []string) {
	m.across(CodeInvalidFieldSharing, coordinate, "Mark the field @shareable in every subgraph that resolves it, or take it from one with @override.",
		"Non-shareable field %q is resolved from multiple subgraphs: it is resolved from %s and defined as non-shareable in %s", coordinate, printSubgraphs(all), printSubgraphs(alone))
}
