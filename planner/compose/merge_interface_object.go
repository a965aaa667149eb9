package compose

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// findInjected lists the fields that interface objects add to their interface.
func (m *merger) findInjected() {
	for _, name := range m.names {
		for _, s := range m.sources[name] {
			if s.isInterfaceObject() {
				m.injected[name] = append(m.injected[name], s.fields...)
			}
		}
	}
	for _, list := range m.implementations {
		slices.Sort(list)
	}
}

// throughInterfaces are the fields of a name that interface objects resolve for an
// object. One that its own subgraphs have as @external only comes from these.
func (m *merger) throughInterfaces(t *supergraph.TypeDefinition, name string) []*field {
	if t.Kind != schema.Object {
		return nil
	}
	var out []*field
	for _, i := range t.Implements {
		for _, f := range m.injected[i.Type] {
			if f.name == name && !f.external {
				out = append(out, f)
			}
		}
	}
	return out
}

// injectInterfaceObjectFields gives the implementations of an interface the
// fields that interface objects add to it.
func (m *merger) injectInterfaceObjectFields() {
	for _, name := range m.names {
		injected := m.injected[name]
		t := m.types[name]
		if len(injected) == 0 || t == nil {
			continue
		}
		byName := make(map[string]bool)
		for _, f := range injected {
			byName[f.name] = true
		}
		for _, impl := range m.implementations[name] {
			o := m.types[impl]
			have := make(map[string]bool, len(o.Fields))
			for _, f := range o.Fields {
				have[f.Name] = true
			}
			for _, f := range t.Fields {
				if !byName[f.Name] || have[f.Name] {
					continue
				}
				have[f.Name] = true
				m.checkInjectedSharing(o, f.Name)
				c := *f
				c.In, c.Indirect = nil, true
				o.Fields = append(o.Fields, &c)
			}
			slices.SortFunc(o.Fields, func(a, b *supergraph.FieldDefinition) int { return strings.Compare(a.Name, b.Name) })
		}
	}
}

// checkInjectedSharing reports a field that an object gets from the interface
// objects of several subgraphs, if one of them does not share it.
func (m *merger) checkInjectedSharing(o *supergraph.TypeDefinition, name string) {
	var from, alone []string
	for _, i := range o.Implements {
		for _, f := range m.injected[i.Type] {
			if f.name != name || f.parent.sg.fullyExternal(f) {
				continue
			}
			from = append(from, f.parent.sg.name)
			if !f.shareable {
				alone = append(alone, f.parent.sg.name)
			}
		}
	}
	if len(from) > 1 && len(alone) > 0 {
		m.notShared(o.Name+"."+name, from, alone)
	}
}

// checkInterfaceObjects checks keys on interfaces against the whole graph: a
// subgraph one can enter by an interface's key must know every implementation.
func (m *merger) checkInterfaceObjects() {
	for _, name := range m.names {
		t := m.types[name]
		if t == nil || t.Kind != schema.Interface {
			continue
		}
		for _, s := range m.sources[name] {
			keys := all(s.applied, "key")
			if len(keys) == 0 {
				continue
			}
			if s.kind != schema.Interface {
				m.checkInterfaceObjectAlone(s)
				continue
			}
			i := slices.IndexFunc(keys, resolvable)
			if i < 0 {
				continue
			}
			var missing []string
			for _, impl := range m.implementations[name] {
				if o := s.sg.types[impl]; o == nil || !o.implements(name) {
					missing = append(missing, impl)
				}
			}
			if len(missing) > 0 {
				m.at(CodeInterfaceKeyMissingImplementation, s.sg, keys[i].Pos, name, "Define these types in the subgraph as implementations of the interface.",
					"Interface type %q has a resolvable key (%s) in subgraph %q but that subgraph is missing some of the supergraph implementation types of %q. Subgraph %q should define %s (and have them implement %q).",
					name, keys[i].Directive, s.sg.name, name, s.sg.name, strings.Join(missing, ", "), name)
			}
		}
	}
}

// checkInterfaceObjectAlone reports implementations defined beside an interface
// object: that subgraph is to know the interface as one opaque type.
func (m *merger) checkInterfaceObjectAlone(s *typ) {
	var both []string
	for _, impl := range m.implementations[s.name] {
		if s.sg.types[impl] != nil {
			both = append(both, impl)
		}
	}
	if len(both) > 0 {
		m.at(CodeInterfaceObjectUsage, s.sg, s.pos, s.name, "Remove these types from the subgraph.",
			"Interface type %q is defined as an @interfaceObject in subgraph %q so that subgraph should not define any of the implementation types of %q, but it defines %s", s.name, s.sg.name, s.name, strings.Join(both, ", "))
	}
}
