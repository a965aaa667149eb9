package compose

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// mergeInputFields keeps the fields that all subgraphs of an input object have.
func (m *merger) mergeInputFields(t *supergraph.TypeDefinition) {
	sources := m.sources[t.Name]
	var names []string
	byName := make(map[string][]*field)
	for _, s := range sources {
		for _, f := range s.fields {
			if byName[f.name] == nil {
				names = append(names, f.name)
			}
			byName[f.name] = append(byName[f.name], f)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fields := byName[name]
		hidden := slices.ContainsFunc(fields, func(f *field) bool { return has(f.applied, "inaccessible") })
		if len(fields) < len(sources) && !hidden {
			m.missingInputField(t, sources, fields)
			continue
		}
		t.Fields = append(t.Fields, m.mergeInputField(t, fields))
	}
	if len(t.Fields) == 0 {
		m.across(CodeEmptyMergedInputType, t.Name, "Let the subgraphs have at least one field in common.",
			"None of the fields of input object type %q are consistently defined in all the subgraphs defining that type. As only fields common to all subgraphs are merged, this would result in an empty type.", t.Name)
	}
}

func (m *merger) missingInputField(t *supergraph.TypeDefinition, sources []*typ, fields []*field) {
	coordinate := fields[0].coordinate()
	var required, missing []string
	for _, f := range fields {
		m.noteUse(m.inputUse, f.typ, coordinate)
		if f.typ.NonNull && f.def == nil {
			required = append(required, f.parent.sg.name)
		}
	}
	for _, s := range sources {
		if s.field(fields[0].name) == nil {
			missing = append(missing, s.sg.name)
		}
	}
	if len(required) > 0 {
		m.across(CodeRequiredInputFieldMissing, coordinate, "Add the field to every subgraph, make it nullable, or give it a default.",
			"Input object field %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", coordinate, printSubgraphs(required), printSubgraphs(missing))
		return
	}
	m.hint("INCONSISTENT_INPUT_OBJECT_FIELD", coordinate, fieldPlaces(fields), "Add the field in every subgraph that defines the input object.",
		"Input field %q is left out of the supergraph: it is missing in %s.", coordinate, printSubgraphs(missing))
}

func (m *merger) mergeInputField(t *supergraph.TypeDefinition, fields []*field) *supergraph.FieldDefinition {
	first := fields[0]
	coordinate := first.coordinate()
	out := &supergraph.FieldDefinition{Name: first.name}
	descriptions := make([]string, len(fields))
	var lists []source
	typed := make([]typedSource, len(fields))
	defaults := make([]*schema.Value, len(fields))
	from := make([]*subgraph, len(fields))
	for i, f := range fields {
		descriptions[i] = f.description
		lists = append(lists, source{f.parent.sg, f.applied, f.pos})
		typed[i] = typedSource{f.parent.sg, f.typ, f.pos}
		defaults[i], from[i] = f.def, f.parent.sg
	}
	out.Description = m.mergeDescription(descriptions, lists, coordinate)
	out.Applied, out.Deprecated = m.mergeApplied(lists, coordinate)
	out.Type = m.mergeInputType(typed, coordinate, CodeFieldTypeMismatch, "field")
	m.noteUse(m.inputUse, out.Type, coordinate)
	out.Default = m.mergeDefault(defaults, from, fieldPlaces(fields), coordinate, CodeInputFieldDefaultMismatch, "Input field")
	plain := len(fields) == len(m.sources[t.Name])
	for _, f := range fields {
		in := supergraph.FieldIn{Subgraph: f.parent.sg.index}
		if !f.typ.Equal(out.Type) {
			in.Type, plain = f.typ, false
		}
		out.In = append(out.In, in)
	}
	if plain {
		out.In = nil
	}
	return out
}
