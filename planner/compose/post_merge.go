package compose

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// checkMerged checks what only the whole graph shows. It runs on a merge
// without errors.
func checkMerged(m *merger, def *supergraph.Definition, r *reporter) {
	c := mergedCheck{m: m, def: def, r: r, types: m.types}
	c.implementations()
	c.emptyTypes()
	c.defaults()
	if r.failed() {
		return
	}
	c.requiredArguments()
	c.transitiveAuth()
	if r.failed() {
		return
	}
	if c.composedOnInterfaces(); r.failed() {
		return
	}
	c.inaccessible()
}

type mergedCheck struct {
	m     *merger
	def   *supergraph.Definition
	r     *reporter
	types map[string]*supergraph.TypeDefinition
}

func (c *mergedCheck) fail(code, coordinate, hint, format string, args ...any) {
	c.m.across(code, coordinate, hint, format, args...)
}

func mergedField(t *supergraph.TypeDefinition, name string) *supergraph.FieldDefinition {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// emptyTypes reports object types whose every field was external or lost.
func (c *mergedCheck) emptyTypes() {
	for _, t := range c.def.Types {
		if (t.Kind == schema.Object || t.Kind == schema.Interface) && len(t.Fields) == 0 {
			c.fail(CodeInvalidGraphQL, t.Name, "", "Type %s must define one or more fields.", t.Name)
		}
	}
}

// checkInterfaceFields reports implementations that lack a field their
// interface got from another subgraph.
func (m *merger) checkInterfaceFields() {
	for _, name := range m.names {
		o := m.types[name]
		if o == nil || len(o.Implements) == 0 {
			continue
		}
		have := make(map[string]bool, len(o.Fields))
		for _, f := range o.Fields {
			have[f.Name] = true
		}
		for _, i := range o.Implements {
			t := m.types[i.Type]
			if t == nil || t.Kind != schema.Interface {
				continue
			}
			for _, f := range t.Fields {
				if !have[f.Name] {
					m.missingImplementation(t, o, f)
				}
			}
		}
	}
}

func (m *merger) missingImplementation(t, o *supergraph.TypeDefinition, f *supergraph.FieldDefinition) {
	var declared, implementing []string
	for _, s := range m.sources[t.Name] {
		if s.field(f.Name) != nil {
			declared = append(declared, s.sg.name)
		}
	}
	for _, s := range m.sources[o.Name] {
		if s.implements(t.Name) {
			implementing = append(implementing, s.sg.name)
		}
	}
	coordinate := t.Name + "." + f.Name
	if len(declared) == 0 || len(implementing) == 0 {
		return
	}
	m.across(CodeInterfaceFieldNoImplementation, coordinate, "Add the field to the type in one of the subgraphs.",
		"Interface field %q is declared in %s but type %q, which implements %q only in %s does not have field %q.", coordinate, printSubgraphs(declared), o.Name, t.Name, printSubgraphs(implementing), f.Name)
}

// implementations checks merged types against merged interfaces: merging may
// have made a field nullable in one and not in the other.
func (c *mergedCheck) implementations() {
	for _, t := range c.def.Types {
		for _, i := range t.Implements {
			it := c.types[i.Type]
			if it == nil {
				continue
			}
			for _, above := range it.Implements {
				if above.Type != t.Name && !c.m.interfaces[t.Name][above.Type] {
					c.fail(CodeInvalidGraphQL, t.Name, "", "Type %s must implement %s because it is implemented by %s.", t.Name, above.Type, it.Name)
				}
			}
			for _, want := range it.Fields {
				c.implementation(t, it, want)
			}
		}
	}
}

func (c *mergedCheck) implementation(t, it *supergraph.TypeDefinition, want *supergraph.FieldDefinition) {
	got := mergedField(t, want.Name)
	if got == nil {
		c.fail(CodeInvalidGraphQL, t.Name, "", "Interface field %s.%s expected but %s does not provide it.", it.Name, want.Name, t.Name)
		return
	}
	at := t.Name + "." + got.Name
	if !c.m.isSubtype(got.Type, want.Type) {
		c.fail(CodeInvalidGraphQL, at, "Make the types agree.", "Interface field %s.%s expects type %s but %s of type %s is not a proper subtype.", it.Name, want.Name, want.Type, at, got.Type)
	}
	for _, a := range want.Args {
		i := slices.IndexFunc(got.Args, func(b *supergraph.ArgumentDefinition) bool { return b.Name == a.Name })
		switch {
		case i < 0:
			c.fail(CodeInvalidGraphQL, at, "", "Interface field argument %s.%s(%s:) expected but %s does not provide it.", it.Name, want.Name, a.Name, at)
		case !a.Type.Equal(got.Args[i].Type):
			c.fail(CodeInvalidGraphQL, at, "", "Interface field argument %s.%s(%s:) expects type %s but %s(%s:) is type %s.", it.Name, want.Name, a.Name, a.Type, at, a.Name, got.Args[i].Type)
		}
	}
	for _, b := range got.Args {
		if b.Type.NonNull && b.Default == nil && !slices.ContainsFunc(want.Args, func(a *supergraph.ArgumentDefinition) bool { return a.Name == b.Name }) {
			c.fail(CodeInvalidGraphQL, at, "", "Field %s includes required argument %s that is missing from the Interface field %s.%s.", at, b.Name, it.Name, want.Name)
		}
	}
}

// requiredArguments checks arguments in @requires against the merged field:
// the subgraph that resolves it may not know them, or need more.
func (c *mergedCheck) requiredArguments() {
	for _, t := range c.def.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in.Requires == "" {
					continue
				}
				set, err := schema.ParseSelections(in.Requires)
				if err != nil {
					continue
				}
				c.selectionArguments(t, set, func(format string, args ...any) {
					sg := c.m.subgraphs[in.Subgraph]
					var pos schema.Position
					if st := sg.types[t.Name]; st != nil && st.field(f.Name) != nil {
						pos = st.field(f.Name).pos
					}
					c.r.at(CodeRequiresInvalidFields, sg, pos, t.Name+"."+f.Name, "Declare the arguments as the subgraph does that resolves the field.",
						"On field \""+t.Name+"."+f.Name+"\", for @requires: "+format, args...)
				})
			}
		}
	}
}

func (c *mergedCheck) selectionArguments(t *supergraph.TypeDefinition, set []schema.Selection, fail func(format string, args ...any)) {
	for i := range set {
		s := &set[i]
		on := t
		if s.Fragment {
			if s.On != "" {
				on = c.types[s.On]
			}
			if on != nil {
				c.selectionArguments(on, s.Selections, fail)
			}
			continue
		}
		f := mergedField(t, s.Name)
		if f == nil {
			continue
		}
		given := make(map[string]bool)
		for _, a := range s.Arguments {
			given[a.Name] = true
			if !slices.ContainsFunc(f.Args, func(o *supergraph.ArgumentDefinition) bool { return o.Name == a.Name }) {
				fail("cannot provide a value for argument %q of field %q as the argument is not defined in every subgraph that resolves it", a.Name, t.Name+"."+f.Name)
			}
		}
		for _, a := range f.Args {
			if a.Type.NonNull && a.Default == nil && !given[a.Name] {
				fail("no value provided for argument %q of field %q but a value is mandatory", a.Name, t.Name+"."+f.Name)
			}
		}
		if next := c.types[f.Type.Named()]; next != nil {
			c.selectionArguments(next, s.Selections, fail)
		}
	}
}
