package compose

import (
	"github.com/weft-graphql/weft/planner/supergraph"
)

// mergeEnum merges values by how the enum is used: an input takes only what
// every subgraph understands, an output may be what any subgraph gives, and
// both at once must agree.
func (m *merger) mergeEnum(t *supergraph.TypeDefinition) {
	sources := m.sources[t.Name]
	inputUse, input := m.inputUse[t.Name]
	outputUse, output := m.outputUse[t.Name]
	if !input && !output {
		output = true
		m.hint("UNUSED_ENUM_TYPE", t.Name, typePlaces(sources), "Remove the enum, or use it.",
			"Enum type %q is defined but unused. It will be included in the supergraph with all the values appearing in any subgraph (\"as if\" it was only used as an output type).", t.Name)
	}
	var names []string
	byName := make(map[string][]*value)
	from := make(map[string][]*subgraph)
	for _, s := range sources {
		for _, v := range s.values {
			if byName[v.name] == nil {
				names = append(names, v.name)
			}
			byName[v.name] = append(byName[v.name], v)
			from[v.name] = append(from[v.name], s.sg)
		}
	}
	for _, name := range names {
		values := byName[name]
		coordinate := t.Name + "." + name
		out := &supergraph.EnumValueDefinition{Name: name}
		descriptions := make([]string, len(values))
		var lists []source
		for i, v := range values {
			descriptions[i] = v.description
			lists = append(lists, source{from[name][i], v.applied, v.pos})
			out.Subgraphs = append(out.Subgraphs, from[name][i].index)
		}
		out.Applied, out.Deprecated = m.mergeApplied(lists, coordinate)
		out.Description = m.mergeDescription(descriptions, lists, coordinate)
		if len(values) < len(sources) && (!out.Applied.Inaccessible || !input) {
			missing := missingIn(sources, from[name])
			switch {
			case input && output:
				m.across(CodeEnumValueMismatch, coordinate, "Define the value in every subgraph, or mark it @inaccessible in one.",
					"Enum type %q is used as both input type (for example, as type of %q) and output type (for example, as type of %q), but value %q is not defined in all the subgraphs defining %q: it is not defined in %s", t.Name, inputUse, outputUse, name, t.Name, printSubgraphs(missing))
			case input:
				m.hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", coordinate, sourcePlaces(lists), "Define the value in every subgraph that defines the enum.",
					"Value %q of enum type %q, which is used for inputs, is left out of the supergraph: it is not defined in %s.", name, t.Name, printSubgraphs(missing))
				continue
			default:
				m.hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", coordinate, sourcePlaces(lists), "Define the value in every subgraph that defines the enum.",
					"Value %q of enum type %q is in the supergraph, but not defined in %s.", name, t.Name, printSubgraphs(missing))
			}
		}
		t.Values = append(t.Values, out)
	}
	if len(t.Values) == 0 {
		m.across(CodeEmptyMergedEnumType, t.Name, "Let the subgraphs have at least one value in common.",
			"None of the values of enum type %q are defined consistently in all the subgraphs defining that type. As only values common to all subgraphs are merged, this would result in an empty type.", t.Name)
	}
}

func missingIn(sources []*typ, present []*subgraph) []string {
	have := make(map[*subgraph]bool)
	for _, sg := range present {
		have[sg] = true
	}
	var out []string
	for _, s := range sources {
		if !have[s.sg] {
			out = append(out, s.sg.name)
		}
	}
	return out
}

func (m *merger) hintUnionMembers(t *supergraph.TypeDefinition, sources []*typ) {
	for _, member := range t.Members {
		if len(member.Subgraphs) < len(sources) {
			m.hint("INCONSISTENT_UNION_MEMBER", t.Name, typePlaces(sources), "Add the member in every subgraph that defines the union.",
				"Union type %q has the member %q in some of its subgraphs only.", t.Name, member.Type)
		}
	}
}
