package compose

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

var executableLocations = []string{"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION"}

// mergeExecutableDirectives keeps the directives for operations that every
// subgraph defines: a router must not promise what one of them refuses.
func (m *merger) mergeExecutableDirectives() []*schema.DirectiveDefinition {
	defs := make(map[string][]*schema.DirectiveDefinition)
	from := make(map[string][]*subgraph)
	var names []string
	for _, sg := range m.subgraphs {
		for _, d := range sg.own {
			if !slices.ContainsFunc(d.Locations, func(l string) bool { return slices.Contains(executableLocations, l) }) {
				continue
			}
			if _, ok := m.composed.name(sg, d.Name); ok {
				continue
			}
			if defs[d.Name] == nil {
				names = append(names, d.Name)
			}
			defs[d.Name] = append(defs[d.Name], d)
			from[d.Name] = append(from[d.Name], sg)
		}
	}
	slices.Sort(names)
	var out []*schema.DirectiveDefinition
	for _, name := range names {
		if d := m.mergeExecutable(name, defs[name], from[name]); d != nil {
			out = append(out, d)
		}
	}
	return out
}

func (m *merger) mergeExecutable(name string, list []*schema.DirectiveDefinition, from []*subgraph) *schema.DirectiveDefinition {
	at := "@" + name
	places := make([]Place, len(list))
	sources := make([]source, len(list))
	for i, d := range list {
		places[i], sources[i] = from[i].place(d.Pos), source{sg: from[i], pos: d.Pos}
	}
	if len(list) < len(m.subgraphs) {
		m.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", at, places, "Define the directive in every subgraph, or in none.",
			"The executable directive \"@%s\" is left out of the supergraph: not all subgraphs define it, only %s.", name, namesOf(places))
		return nil
	}
	d := &schema.DirectiveDefinition{Name: name, Repeatable: list[0].Repeatable}
	var repeatable, locations bool // differ
	for _, o := range list {
		repeatable = repeatable || o.Repeatable != list[0].Repeatable
	}
	d.Repeatable = d.Repeatable && !repeatable
	for _, l := range executableLocations {
		n := 0
		for _, o := range list {
			if slices.Contains(o.Locations, l) {
				n++
			}
		}
		if n == len(list) {
			d.Locations = append(d.Locations, l)
		}
		locations = locations || n > 0 && n < len(list)
	}
	if len(d.Locations) == 0 {
		m.hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", at, places, "Let the definitions have a location in common.",
			"The executable directive \"@%s\" is left out of the supergraph: it has no location that is common to all subgraphs.", name)
		return nil
	}
	if repeatable {
		m.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", at, places, "Make it repeatable in every subgraph, or in none.",
			"The executable directive \"@%s\" is not repeatable in the supergraph: not all subgraphs define it as repeatable.", name)
	}
	if locations {
		m.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", at, places, "Give it the same locations in every subgraph.",
			"The executable directive \"@%s\" has other locations in some subgraphs: the supergraph has those of all, %s.", name, strings.Join(d.Locations, " | "))
	}
	descriptions := make([]string, len(list))
	lists := make([]argumentSource, len(list))
	for i, o := range list {
		descriptions[i] = o.Description
		lists[i] = argumentSource{sg: from[i], pos: o.Pos}
		for _, a := range o.Arguments {
			lists[i].args = append(lists[i].args, &argument{name: a.Name, description: a.Description, pos: a.Pos, typ: a.Type, def: a.Default, applied: from[i].applications(a.Directives, 0, false)})
		}
	}
	d.Description = m.mergeDescription(descriptions, sources, at)
	for _, a := range m.mergeArgumentLists(lists, at) {
		arg := &schema.ArgumentDefinition{Name: a.Name, Description: a.Description, Type: a.Type, Default: a.Default}
		if a.Applied.Inaccessible {
			arg.Directives = []*schema.Directive{{Name: "inaccessible"}}
		}
		d.Arguments = append(d.Arguments, arg)
	}
	return d
}
