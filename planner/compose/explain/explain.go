package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Contract is a contract's view of the graph.
type Contract struct {
	Name string
	View *supergraph.Definition
}

// explainer looks things up in one Definition.
type explainer struct {
	def   *supergraph.Definition
	types map[string]*supergraph.TypeDefinition
}

func newExplainer(def *supergraph.Definition) *explainer {
	e := &explainer{def: def, types: make(map[string]*supergraph.TypeDefinition, len(def.Types))}
	for _, t := range def.Types {
		e.types[t.Name] = t
	}
	return e
}

func (e *explainer) name(subgraph int) string {
	if subgraph < 0 || subgraph >= len(e.def.Subgraphs) {
		return fmt.Sprintf("#%d", subgraph)
	}
	return e.def.Subgraphs[subgraph].Name
}

func (e *explainer) names(list []int) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = e.name(s)
	}
	return out
}

// Element explains what a coordinate (Type or Type.field) names. It returns a
// *[Type] or a *[Field].
func Element(def *supergraph.Definition, coordinate string, contracts ...Contract) (fmt.Stringer, error) {
	e := newExplainer(def)
	typeName, fieldName, isField := strings.Cut(coordinate, ".")
	t := e.types[typeName]
	if t == nil {
		return nil, fmt.Errorf("the graph has no type %q%s", typeName, meant(typeName, e.typeNames()))
	}
	if !isField {
		return e.typ(t, contracts), nil
	}
	for _, f := range t.Fields {
		if f.Name == fieldName {
			return e.field(t, f, contracts), nil
		}
	}
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return nil, fmt.Errorf("the type %q has no field %q%s", typeName, fieldName, meant(fieldName, names))
}

func (e *explainer) typeNames() []string {
	out := make([]string, len(e.def.Types))
	for i, t := range e.def.Types {
		out[i] = t.Name
	}
	return out
}

// meant names what a wrong name may have been meant for.
func meant(name string, known []string) string {
	for _, k := range known {
		if strings.EqualFold(k, name) || len(name) > 3 && (strings.HasPrefix(strings.ToLower(k), strings.ToLower(name)) || strings.HasPrefix(strings.ToLower(name), strings.ToLower(k)) && len(k) > 3) {
			return fmt.Sprintf("; did you mean %q?", k)
		}
	}
	return ""
}

func hidden(a *supergraph.Applied, by string) string {
	if a.Inaccessible {
		return by + " is @inaccessible"
	}
	return ""
}

func directives(list []*schema.Directive) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.String())
	}
	return out
}

func (e *explainer) typ(t *supergraph.TypeDefinition, contracts []Contract) *Type {
	out := &Type{
		Coordinate: t.Name, Kind: strings.ToLower(strings.ReplaceAll(t.Kind.String(), "_", " ")),
		Hidden: hidden(&t.Applied, "it"), Tags: t.Applied.Tags, Directives: directives(t.Applied.Directives),
	}
	for i := range t.In {
		in := &t.In[i]
		out.In = append(out.In, TypeIn{
			Subgraph: e.name(in.Subgraph), Name: in.Name, Extension: in.Extension, InterfaceObject: in.InterfaceObject, Ways: e.ways(in, t.Name, ""),
		})
	}
	for _, list := range [][]supergraph.Membership{t.Implements, t.Members} {
		for _, m := range list {
			out.Members = append(out.Members, Member{m.Type, e.names(m.Subgraphs)})
		}
	}
	for _, f := range t.Fields {
		part := Part{Name: f.Name, Type: f.Type.String(), Hidden: f.Applied.Inaccessible}
		for _, in := range e.fieldIn(t, f) {
			if in.answers() && !slices.Contains(part.Subgraphs, in.Subgraph) {
				part.Subgraphs = append(part.Subgraphs, in.Subgraph)
			}
		}
		out.Fields = append(out.Fields, part)
	}
	for _, v := range t.Values {
		out.Values = append(out.Values, Part{Name: v.Name, Subgraphs: e.names(v.Subgraphs), Hidden: v.Applied.Inaccessible})
	}
	for _, c := range contracts {
		view := newExplainer(c.View).types[t.Name]
		out.Contracts = append(out.Contracts, Visibility{c.Name, view != nil && !view.Applied.Inaccessible})
	}
	return out
}

// ways are the ways into a subgraph at a type; with a field, those of them that
// lead to the field.
func (e *explainer) ways(in *supergraph.TypeIn, typ, field string) []Way {
	var out []Way
	facets := e.def.Subgraphs[in.Subgraph].Facets
	for i := range facets {
		f := &facets[i]
		if f.Type != typ || field != "" && f.Field(typ, field) == nil {
			continue
		}
		out = append(out, Way{Subgraph: e.name(in.Subgraph), Key: f.Key, By: "endpoint " + f.Name, Batch: f.Batch, Max: f.Max})
	}
	if len(out) > 0 {
		return out
	}
	for _, k := range in.Keys {
		closed := !k.Resolvable && slices.ContainsFunc(in.Lookups, func(l supergraph.LookupDefinition) bool { return l.Key == k.Fields })
		if closed {
			continue // the lookup says it
		}
		out = append(out, Way{Subgraph: e.name(in.Subgraph), Key: k.Fields, By: "_entities", Closed: !k.Resolvable || len(facets) > 0, Batch: true})
	}
	for i := range in.Lookups {
		l := &in.Lookups[i]
		out = append(out, Way{Subgraph: e.name(in.Subgraph), Key: l.Key, By: lookupText(l), Batch: l.Batch, Max: l.Max})
	}
	return out
}

// lookupText writes a lookup as a rule would: users(ids: $key.id).nodes.
func lookupText(l *supergraph.LookupDefinition) string {
	args := make([]string, len(l.Arguments))
	for i, a := range l.Arguments {
		args[i] = a.Argument + ": $key." + a.From
	}
	list := "(" + strings.Join(args, ", ") + ")"
	steps := slices.Clone(l.Path)
	marked := false
	for i, step := range steps {
		if strings.HasSuffix(step, "()") {
			steps[i], marked = strings.TrimSuffix(step, "()")+list, true
		}
	}
	if !marked && len(steps) > 0 {
		steps[len(steps)-1] += list
	}
	return strings.Join(steps, ".")
}

// fieldIn lists what each subgraph has of a field.
func (e *explainer) fieldIn(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition) []FieldIn {
	if f.Indirect {
		return e.indirect(t, f)
	}
	list := f.In
	if len(list) == 0 {
		for _, in := range t.In {
			list = append(list, supergraph.FieldIn{Subgraph: in.Subgraph})
		}
	}
	by := make(map[string]supergraph.FieldIn) // what takes the field from a subgraph
	for _, in := range list {
		if in.Override != "" {
			by[in.Override] = in
		}
	}
	var out []FieldIn
	for _, in := range list {
		x := FieldIn{
			Subgraph: e.name(in.Subgraph), Role: "resolver", Name: in.Name, Type: f.Type.String(),
			Requires: in.Requires, Provides: in.Provides, Override: in.Override, Label: in.OverrideLabel,
		}
		if in.Type != nil {
			x.Type = in.Type.String()
		}
		taker, taken := by[x.Subgraph]
		switch {
		case in.External:
			x.Role = "external"
		case in.UsedOverridden || taken && taker.OverrideLabel == "":
			x.Role, x.By = "overridden", e.name(taker.Subgraph)
		case taken:
			x.Role, x.By, x.Label = "overridden-by-label", e.name(taker.Subgraph), taker.OverrideLabel
		case len(in.Join) > 0:
			x.Role = "join"
		case in.Namespace:
			x.Role = "namespace"
		}
		for _, part := range in.Join {
			x.Join = append(x.Join, part.Key+" from "+part.From)
		}
		for _, c := range in.ContextArguments {
			x.Context = append(x.Context, c.Name+" from "+c.Context+" "+c.Selection)
		}
		out = append(out, x)
	}
	return out
}

// indirect lists the interface objects that give a type a field.
func (e *explainer) indirect(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition) []FieldIn {
	var out []FieldIn
	for _, m := range t.Implements {
		i := e.types[m.Type]
		if i == nil {
			continue
		}
		for _, g := range i.Fields {
			if g.Name != f.Name {
				continue
			}
			for _, in := range e.fieldIn(i, g) {
				for k := range i.In {
					if i.In[k].InterfaceObject && e.name(i.In[k].Subgraph) == in.Subgraph && in.answers() {
						in.Role, in.Name = "interface-object", i.Name
						out = append(out, in)
					}
				}
			}
		}
	}
	return out
}

func (e *explainer) field(t *supergraph.TypeDefinition, f *supergraph.FieldDefinition, contracts []Contract) *Field {
	out := &Field{
		Coordinate: t.Name + "." + f.Name, Type: f.Type.String(), Tags: f.Applied.Tags, Directives: directives(f.Applied.Directives),
		In: e.fieldIn(t, f),
	}
	for _, h := range []string{hidden(&f.Applied, "it"), hidden(&t.Applied, "the type "+t.Name)} {
		if out.Hidden == "" {
			out.Hidden = h
		}
	}
	if f.Deprecated != nil {
		out.Deprecated = f.Deprecated.Reason
	}
	for _, a := range f.Args {
		text := a.Name + ": " + a.Type.String()
		if a.Default != nil {
			text += " = " + a.Default.GraphQL()
		}
		if a.Applied.Inaccessible {
			text += " @inaccessible"
		}
		out.Arguments = append(out.Arguments, text)
	}
	out.Answers, out.Merged = answers(out), merged(out, t.Kind)
	answering := make(map[string]bool)
	for _, in := range out.In {
		answering[in.Subgraph] = answering[in.Subgraph] || in.answers()
	}
	enter := []*supergraph.TypeDefinition{t}
	if f.Indirect {
		enter = nil
		for _, in := range out.In {
			if i := e.types[in.Name]; i != nil && !slices.Contains(enter, i) {
				enter = append(enter, i)
			}
		}
	}
	for _, t := range enter {
		for i := range t.In {
			if answering[e.name(t.In[i].Subgraph)] {
				out.Ways = append(out.Ways, e.ways(&t.In[i], t.Name, f.Name)...)
			}
		}
	}
	for _, c := range contracts {
		view := newExplainer(c.View).types[t.Name]
		visible := view != nil && !view.Applied.Inaccessible
		visible = visible && slices.ContainsFunc(view.Fields, func(g *supergraph.FieldDefinition) bool { return g.Name == f.Name && !g.Applied.Inaccessible })
		out.Contracts = append(out.Contracts, Visibility{c.Name, visible})
	}
	return out
}
