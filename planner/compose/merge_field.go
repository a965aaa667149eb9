package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// mergeFields merges the fields of an object or interface.
func (m *merger) mergeFields(t *supergraph.TypeDefinition) {
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
	value := !m.hintEntity(t, sources) && !isRootName(t.Name)
	for _, name := range names {
		if value {
			m.hintValueTypeField(t, sources, byName[name])
		}
		if f := m.mergeField(t, byName[name]); f != nil {
			t.Fields = append(t.Fields, f)
		}
	}
}

func (m *merger) mergeField(t *supergraph.TypeDefinition, sources []*field) *supergraph.FieldDefinition {
	first := sources[0]
	coordinate := first.coordinate()
	out := &supergraph.FieldDefinition{Name: first.name}
	var resolved []*field
	for _, f := range sources {
		if !f.external {
			resolved = append(resolved, f)
		}
	}
	if len(resolved) == 0 {
		resolved = m.throughInterfaces(t, first.name)
	}
	if len(resolved) == 0 {
		var in []string
		for _, f := range sources {
			in = append(in, f.parent.sg.name)
		}
		m.across(CodeExternalMissingOnBase, coordinate, "Define the field without @external in the subgraph that has it.",
			"Field %q is marked @external on all the subgraphs in which it is listed (%s).", coordinate, printSubgraphs(in))
		return nil
	}
	m.checkExternalDirectives(sources)
	overrides := m.overrides(t, sources)
	m.checkSharing(t, sources, overrides)
	m.hintRuntimeTypes(t, sources, overrides)

	descriptions := make([]string, len(resolved))
	var lists []source
	for i, f := range resolved {
		descriptions[i] = f.description
		lists = append(lists, source{f.parent.sg, f.applied, f.pos})
	}
	out.Description = m.mergeDescription(descriptions, lists, coordinate)
	out.Applied, out.Deprecated = m.mergeApplied(lists, coordinate)
	out.Args = m.mergeArguments(resolved)
	typed := make([]typedSource, len(resolved))
	for i, f := range resolved {
		typed[i] = typedSource{f.parent.sg, f.typ, f.pos}
	}
	out.Type = m.mergeOutputType(typed, coordinate, CodeFieldTypeMismatch, "field")
	m.noteUse(m.outputUse, out.Type, coordinate)
	m.checkExternals(out, sources, coordinate)
	m.joins(t, out, sources, overrides)
	return out
}

// joins writes down what each subgraph says of the field.
func (m *merger) joins(t *supergraph.TypeDefinition, out *supergraph.FieldDefinition, sources []*field, overrides overrideSet) {
	plain := len(sources) == len(m.sources[t.Name])
	for _, f := range sources {
		in := supergraph.FieldIn{Subgraph: f.parent.sg.index, External: f.external}
		if o, ok := overrides.away[f.parent.sg.index]; ok && o.label == "" {
			if !f.parent.sg.used[f] {
				plain = false
				continue
			}
			in.UsedOverridden = true
		}
		if d := find(f.applied, "requires"); d != nil {
			in.Requires = schema.PrintSelections(fieldSetOf(d))
		}
		if d := find(f.applied, "provides"); d != nil {
			in.Provides = schema.PrintSelections(fieldSetOf(d))
		}
		if d := find(f.applied, "override"); d != nil && !overrides.void[f.parent.sg.index] {
			in.Override, _ = d.stringArg("from")
			in.OverrideLabel, _ = d.stringArg("label")
		}
		if !f.typ.Equal(out.Type) {
			in.Type = f.typ
		}
		in.ContextArguments = contextArguments(f)
		if in.External || in.UsedOverridden || in.Requires != "" || in.Provides != "" || in.Override != "" && !overrides.idle[in.Subgraph] || in.Type != nil || in.ContextArguments != nil {
			plain = false
		}
		out.In = append(out.In, in)
	}
	if plain {
		out.In = nil
	}
}

type typedSource struct {
	sg  *subgraph
	typ *schema.TypeExpr
	pos schema.Position
}

// mergeOutputType finds the type of which all others are subtypes.
func (m *merger) mergeOutputType(sources []typedSource, coordinate, code, what string) *schema.TypeExpr {
	dest := sources[0].typ
	for _, s := range sources[1:] {
		switch {
		case dest.Equal(s.typ), m.isSubtype(s.typ, dest):
		case m.isSubtype(dest, s.typ):
			dest = s.typ
		default:
			m.typeMismatch(sources, coordinate, code, what)
			return dest
		}
	}
	m.hintTypes(sources, dest, coordinate, what)
	return dest
}

// hintTypes notes types that differ, though they fit together.
func (m *merger) hintTypes(sources []typedSource, dest *schema.TypeExpr, coordinate, what string) {
	if !slices.ContainsFunc(sources, func(s typedSource) bool { return !s.typ.Equal(dest) }) {
		return
	}
	places := make([]Place, len(sources))
	for i, s := range sources {
		places[i] = s.sg.place(s.pos)
	}
	advice, text := "Declare the same type in every subgraph.", "The type of %s %q differs between subgraphs, but is compatible: the supergraph has %q, of %s."
	if what == "argument" {
		m.hint("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", coordinate, places, advice, text, what, coordinate, dest, distribution(sources))
		return
	}
	m.hint("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", coordinate, places, advice, text, what, coordinate, dest, distribution(sources))
}

// mergeInputType finds the type that is a subtype of all others.
func (m *merger) mergeInputType(sources []typedSource, coordinate, code, what string) *schema.TypeExpr {
	dest := sources[0].typ
	for _, s := range sources[1:] {
		switch {
		case dest.Equal(s.typ), m.isSubtype(dest, s.typ):
		case m.isSubtype(s.typ, dest):
			dest = s.typ
		default:
			m.typeMismatch(sources, coordinate, code, what)
			return dest
		}
	}
	m.hintTypes(sources, dest, coordinate, what)
	return dest
}

func (m *merger) typeMismatch(sources []typedSource, coordinate, code, what string) {
	m.across(code, coordinate, "Make the types agree, up to what a subtype allows.",
		"Type of %s %q is incompatible across subgraphs: it has %s", what, coordinate, distribution(sources))
}

// distribution lists the types with the subgraphs that have them.
func distribution(sources []typedSource) string {
	var order []string
	in := make(map[string][]string)
	for _, s := range sources {
		text := s.typ.String()
		if in[text] == nil {
			order = append(order, text)
		}
		in[text] = append(in[text], s.sg.name)
	}
	parts := make([]string, len(order))
	for i, text := range order {
		parts[i] = fmt.Sprintf("type %q in %s", text, printSubgraphs(in[text]))
	}
	return strings.Join(parts, " but ")
}

func argumentPlaces(args []*argument, from []*subgraph) []Place {
	out := make([]Place, len(args))
	for i, a := range args {
		out[i] = from[i].place(a.pos)
	}
	return out
}

func (m *merger) noteUse(use map[string]string, t *schema.TypeExpr, coordinate string) {
	if t == nil {
		return
	}
	name := t.Named()
	if _, ok := use[name]; !ok && m.kinds[name] == schema.Enum {
		use[name] = coordinate
	}
}

// argumentSource is one subgraph's list of arguments.
type argumentSource struct {
	sg   *subgraph
	args []*argument
	pos  schema.Position
}

func (m *merger) mergeArguments(sources []*field) []*supergraph.ArgumentDefinition {
	lists := make([]argumentSource, len(sources))
	for i, f := range sources {
		lists[i] = argumentSource{f.parent.sg, f.args, f.pos}
	}
	return m.mergeArgumentLists(lists, sources[0].coordinate())
}

func (m *merger) mergeArgumentLists(lists []argumentSource, coordinate string) []*supergraph.ArgumentDefinition {
	if !slices.ContainsFunc(lists, func(l argumentSource) bool { return len(l.args) > 0 }) {
		return nil
	}
	var names []string
	byName := make([]map[string]*argument, len(lists))
	seen := make(map[string]bool)
	for i, l := range lists {
		byName[i] = make(map[string]*argument, len(l.args))
		for _, a := range l.args {
			byName[i][a.name] = a
			if !seen[a.name] {
				seen[a.name] = true
				names = append(names, a.name)
			}
		}
	}
	var out []*supergraph.ArgumentDefinition
	for _, name := range names {
		at := coordinate + "(" + name + ":)"
		var present []*argument
		var from []*subgraph
		var required, missing, contextual []string
		for i, l := range lists {
			a := byName[i][name]
			switch {
			case a == nil:
				missing = append(missing, l.sg.name)
				continue
			case has(a.applied, "fromContext"):
				contextual = append(contextual, l.sg.name)
				continue
			case a.typ.NonNull && a.def == nil:
				required = append(required, l.sg.name)
			}
			present = append(present, a)
			from = append(from, l.sg)
		}
		if len(contextual) > 0 {
			if len(present) > 0 && len(required) > 0 {
				m.across(CodeContextualArgumentNotInAll, at, "Fill the argument by @fromContext in every subgraph, or make it optional.",
					"Argument %q is contextual in %s but is required elsewhere.", at, printSubgraphs(contextual))
			} else if len(present) > 0 {
				m.hint("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", at, argumentPlaces(present, from), "Fill the argument by @fromContext in every subgraph, or in none.",
					"Argument %q is left out of the supergraph: it is contextual in %s.", at, printSubgraphs(contextual))
			}
			continue
		}
		if len(missing) > 0 {
			if len(required) > 0 {
				m.across(CodeRequiredArgumentMissing, at, "Add the argument to every subgraph, make it nullable, or give it a default.",
					"Argument %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", at, printSubgraphs(required), printSubgraphs(missing))
			} else {
				m.hint("INCONSISTENT_ARGUMENT_PRESENCE", at, argumentPlaces(present, from), "Add the argument in every subgraph that has the field.",
					"Optional argument %q is left out of the supergraph: it is missing in %s.", at, printSubgraphs(missing))
			}
			continue
		}
		out = append(out, m.mergeArgument(name, at, present, from))
	}
	return out
}

func (m *merger) mergeArgument(name, at string, present []*argument, from []*subgraph) *supergraph.ArgumentDefinition {
	out := &supergraph.ArgumentDefinition{Name: name}
	descriptions := make([]string, len(present))
	var lists []source
	typed := make([]typedSource, len(present))
	defaults := make([]*schema.Value, len(present))
	for i, a := range present {
		descriptions[i] = a.description
		lists = append(lists, source{from[i], a.applied, a.pos})
		typed[i] = typedSource{from[i], a.typ, a.pos}
		defaults[i] = a.def
	}
	out.Description = m.mergeDescription(descriptions, lists, at)
	out.Applied, out.Deprecated = m.mergeApplied(lists, at)
	out.Type = m.mergeInputType(typed, at, CodeFieldArgumentTypeMismatch, "argument")
	m.noteUse(m.inputUse, out.Type, at)
	out.Default = m.mergeDefault(defaults, from, sourcePlaces(lists), at, CodeFieldArgumentDefaultMismatch, "Argument")
	return out
}

// mergeDefault keeps a default that all subgraphs share. One that some leave
// out is dropped, for they would be sent a value they do not expect; two that
// differ are an error.
func (m *merger) mergeDefault(defaults []*schema.Value, from []*subgraph, places []Place, coordinate, code, what string) *schema.Value {
	var dest *schema.Value
	missing := false
	for _, d := range defaults {
		switch {
		case d == nil:
			missing = true
		case dest == nil:
			dest = d
		case !valueEqual(dest, d):
			var parts []string
			for i, d := range defaults {
				if d != nil {
					parts = append(parts, fmt.Sprintf("default value %s in subgraph %q", d.GraphQL(), from[i].name))
				}
			}
			m.across(code, coordinate, "Use one default in all subgraphs.",
				"%s %q has incompatible default values across subgraphs: it has %s", what, coordinate, strings.Join(parts, " but "))
			return dest
		}
	}
	if dest != nil && missing {
		m.hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", coordinate, places, "Give it the same default in every subgraph.",
			"%s %q has a default value in some subgraphs only: it has none in the supergraph.", what, coordinate)
		return nil
	}
	return dest
}

// mergeDescription takes the description most subgraphs agree on, the first of
// them on a tie.
func (m *merger) mergeDescription(list []string, sources []source, coordinate string) string {
	best, count, distinct := "", 0, 0
	seen := make(map[string]int)
	for _, d := range list {
		if d == "" {
			continue
		}
		if seen[d] == 0 {
			distinct++
		}
		seen[d]++
	}
	for _, d := range list {
		if seen[d] > count {
			best, count = d, seen[d]
		}
	}
	if distinct > 1 {
		var described []source
		for i, s := range sources {
			if list[i] != "" {
				described = append(described, s)
			}
		}
		m.hint("INCONSISTENT_DESCRIPTION", coordinate, sourcePlaces(described), "Describe it alike, or in one subgraph only.",
			"%q is described differently in %s: the supergraph has %s.", coordinate, namesOf(sourcePlaces(described)), strconv.Quote(best))
	}
	return best
}
