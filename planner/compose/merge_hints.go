package compose

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// hintEntity notes an object that is an entity in some of its subgraphs only. It
// reports whether it is one anywhere.
func (m *merger) hintEntity(t *supergraph.TypeDefinition, sources []*typ) bool {
	var with, without []*typ
	for _, s := range sources {
		if s.isEntity() {
			with = append(with, s)
		} else {
			without = append(without, s)
		}
	}
	if t.Kind == schema.Object && len(with) > 0 && len(without) > 0 {
		m.hint("INCONSISTENT_ENTITY", t.Name, typePlaces(append(without, with...)), "Give it the @key there, too; with resolvable: false if the subgraph cannot look it up.",
			"Type %q is an entity (it has a @key) in %s, but not in %s.", t.Name, namesOf(typePlaces(with)), namesOf(typePlaces(without)))
	}
	return len(with) > 0
}

// hintValueTypeField notes a field that not all subgraphs of a value type have:
// operations that reach the type elsewhere cannot ask for it.
func (m *merger) hintValueTypeField(t *supergraph.TypeDefinition, sources []*typ, fields []*field) {
	name := fields[0].name
	if t.Kind == schema.Interface && slices.ContainsFunc(m.injected[t.Name], func(f *field) bool { return f.name == name && !f.external }) {
		return // an interface object gives it to all of them
	}
	var missing []*typ
	for _, s := range sources {
		if s.field(name) == nil && !s.isInterfaceObject() && slices.ContainsFunc(s.fields, func(f *field) bool { return !f.external }) {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return
	}
	at := fields[0].coordinate()
	places := append(fieldPlaces(fields), typePlaces(missing)...)
	advice := "Add the field there, or make the type an entity with a @key."
	text := "Field %q is in %s, but not in %s, which define %q as well."
	in, not := namesOf(fieldPlaces(fields)), namesOf(typePlaces(missing))
	if t.Kind == schema.Interface {
		m.hint("INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD", at, places, advice, text, at, in, not, t.Name)
		return
	}
	m.hint("INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", at, places, advice, text, at, in, not, t.Name)
}

// hintRuntimeTypes notes a shared field whose abstract type stands for other
// types in one subgraph than in another: whichever is asked, the answer should be
// the same.
func (m *merger) hintRuntimeTypes(t *supergraph.TypeDefinition, sources []*field, overrides overrideSet) {
	if t.Kind != schema.Object || len(sources) < 2 {
		return
	}
	merged := m.types[sources[0].typ.Named()]
	if merged == nil || !merged.Kind.Abstract() {
		return
	}
	var resolved []*field
	var all [][]string
	differ := false
	for _, f := range sources {
		sg := f.parent.sg
		back := sg.types[f.typ.Named()]
		if o, away := overrides.away[sg.index]; away && o.label == "" || sg.fullyExternal(f) || back == nil || !back.kind.Abstract() {
			continue
		}
		var names []string
		for _, o := range sg.possible(back) {
			names = append(names, o.name)
		}
		slices.Sort(names)
		resolved, all = append(resolved, f), append(all, names)
		differ = differ || !slices.Equal(names, all[0])
	}
	if !differ {
		return
	}
	parts := make([]string, len(resolved))
	for i, f := range resolved {
		parts[i] = strings.Join(all[i], ", ") + " in subgraph " + f.parent.sg.name
	}
	m.hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", sources[0].coordinate(), fieldPlaces(resolved), "Let it return objects only of the types that all of the subgraphs have.",
		"The shared field %q can return other types of %q in some subgraphs: %s.", sources[0].coordinate(), merged.Name, strings.Join(parts, "; "))
}

// hintLonely notes types that only one subgraph has, though their directives say
// that others should, and types whose names are nearly the same.
func (m *merger) hintLonely() {
	alike := make(map[string][]string)
	for _, name := range m.names {
		key := strings.ToLower(strings.ReplaceAll(name, "_", ""))
		alike[key] = append(alike[key], name)
		sources := m.sources[name]
		if len(sources) > 1 || isRootName(name) || len(m.subgraphs) == 1 {
			continue
		}
		s := sources[0]
		if s.isEntity() || slices.ContainsFunc(s.fields, func(f *field) bool { return has(f.applied, "shareable") }) || has(s.applied, "shareable") {
			m.hint("TYPE_ONLY_IN_ONE_SUBGRAPH", name, typePlaces(sources), "Nothing, if other subgraphs are to add to the type later.",
				"Type %q can be shared between subgraphs, but only subgraph %q defines it.", name, s.sg.name)
		}
	}
	for _, name := range m.names {
		group := alike[strings.ToLower(strings.ReplaceAll(name, "_", ""))]
		if len(group) < 2 || group[0] != name {
			continue
		}
		var places []Place
		for _, n := range group {
			places = append(places, typePlaces(m.sources[n])...)
		}
		m.hint("SIMILAR_TYPE_NAMES", name, places, "Use one name, if they are meant to be one type.",
			"The types %s differ in case or underscores only.", strings.Join(group, ", "))
	}
}

// neededFor is the version of Federation 2 that brought each specification which
// can also be linked by itself.
var neededFor = map[string]int{"cost": 9, "authenticated": 5}

// hintVersions notes subgraphs that link a specification newer than the version
// of federation they link.
func (m *merger) hintVersions() {
	for _, sg := range m.subgraphs {
		i := slices.IndexFunc(sg.links, func(l *link) bool { return l.identity == federationIdentity })
		if i < 0 {
			continue
		}
		linked, needed := sg.links[i].minor, 0
		var cause *link
		for _, l := range sg.links {
			minor := neededFor[l.name]
			if l.name == "connect" {
				minor = 9 + l.minor // v0.1 came with v2.10
			}
			if l.identity == apolloSpecs+l.name && minor > max(linked, needed) {
				cause, needed = l, minor
			}
		}
		if cause != nil {
			m.hint("IMPLICITLY_UPGRADED_FEDERATION_VERSION", "@"+cause.namespace(), []Place{sg.place(cause.pos)}, "Link that version of federation.",
				"Subgraph %q links v2.%d of federation, but %s came with v2.%d: it is read as that.", sg.name, linked, cause.url, needed)
		}
	}
}
