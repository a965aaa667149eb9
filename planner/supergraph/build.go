package supergraph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Build makes a Definition ready for planning. All faults are reported, joined
// with [errors.Join], each an [Error].
func Build(def *Definition) (*Supergraph, error) {
	types, err := buildSchema(def)
	if err != nil {
		return nil, err
	}
	b := &builder{
		def:      def,
		schema:   types,
		names:    make([]map[schema.TypeID]string, len(def.Subgraphs)),
		subgraph: make(map[string]int, len(def.Subgraphs)),
		out: &Supergraph{
			Definition: def,
			Schema:     types,
			Providers:  make([][]Provider, len(types.Fields)),
			Views:      make([][]TypeView, len(types.Types)),
		},
		keyFields: make(map[fieldInSubgraph]bool),
	}
	for i, sg := range def.Subgraphs {
		if _, taken := b.subgraph[sg.Name]; taken {
			b.fail(CodeInvalidDefinition, "", i, "there are two subgraphs of one name")
		}
		b.subgraph[sg.Name] = i
	}
	b.views()
	b.labels()
	for _, t := range def.Types {
		id := types.TypeByName(t.Name)
		for _, f := range t.Fields {
			b.providers(t, f, types.FieldByName(id, f.Name))
		}
	}
	b.markKeyExternal()
	b.facets()
	b.listSizes()
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	return b.out, nil
}

// buildSchema makes the full type system; what is inaccessible is Hidden.
func buildSchema(def *Definition) (*schema.Schema, error) {
	types := make([]*schema.TypeDefinition, len(def.Types))
	var roots schema.Roots
	for i, t := range def.Types {
		types[i] = plainType(t)
		if t.Kind != schema.Object {
			continue // a type of another kind can have such a name without being a root
		}
		switch t.Name {
		case "Query":
			roots[schema.Query] = t.Name
		case "Mutation":
			roots[schema.Mutation] = t.Name
		case "Subscription":
			roots[schema.Subscription] = t.Name
		}
	}
	s, err := schema.Build(types, roots)
	if err == nil {
		return s, nil
	}
	var out []error
	for _, e := range unjoin(err) {
		var fault *schema.BuildError
		if errors.As(e, &fault) {
			e = Error{Code: CodeInvalidDefinition, Coordinate: fault.Coordinate, Message: fault.Message}
		}
		out = append(out, e)
	}
	return nil, errors.Join(out...)
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// plainType is a merged type as the type system needs it.
func plainType(t *TypeDefinition) *schema.TypeDefinition {
	out := &schema.TypeDefinition{Kind: t.Kind, Name: t.Name, Directives: hiddenMark(t.Applied)}
	if t.OneOf {
		out.Directives = append(out.Directives, &schema.Directive{Name: "oneOf"})
	}
	for _, m := range t.Implements {
		out.Interfaces = append(out.Interfaces, schema.NamedRef{Name: m.Type})
	}
	for _, m := range t.Members {
		out.Members = append(out.Members, schema.NamedRef{Name: m.Type})
	}
	for _, v := range t.Values {
		out.Values = append(out.Values, &schema.EnumValueDefinition{Name: v.Name})
	}
	for _, f := range t.Fields {
		field := &schema.FieldDefinition{Name: f.Name, Type: f.Type, Default: f.Default, Directives: hiddenMark(f.Applied)}
		for _, a := range f.Args {
			field.Arguments = append(field.Arguments, &schema.ArgumentDefinition{
				Name: a.Name, Type: a.Type, Default: a.Default, Directives: hiddenMark(a.Applied),
			})
		}
		out.Fields = append(out.Fields, field)
	}
	return out
}

func hiddenMark(a Applied) []*schema.Directive {
	if !a.Inaccessible {
		return nil
	}
	return []*schema.Directive{{Name: "inaccessible"}}
}

type fieldInSubgraph struct {
	field    schema.FieldID
	subgraph int
}

type builder struct {
	def      *Definition
	schema   *schema.Schema
	out      *Supergraph
	errs     []error
	subgraph map[string]int
	// names are, by subgraph, the types that have another name there.
	names []map[schema.TypeID]string
	// keyFields are the fields that are part of a key of an extended type.
	keyFields map[fieldInSubgraph]bool
	label     map[string]int
	// carrying are, by context, the types that carry it; nil until one is used.
	carrying map[string][]string
}

func (b *builder) fail(code, coordinate string, subgraph int, format string, args ...any) {
	e := Error{Code: code, Coordinate: coordinate, Message: fmt.Sprintf(format, args...)}
	if subgraph >= 0 && subgraph < len(b.def.Subgraphs) {
		e.Subgraph = b.def.Subgraphs[subgraph].Name
	}
	b.errs = append(b.errs, e)
}

// knownSubgraph checks an index of a Definition.
func (b *builder) knownSubgraph(coordinate string, subgraph int) bool {
	if subgraph >= 0 && subgraph < len(b.def.Subgraphs) {
		return true
	}
	b.fail(CodeInvalidDefinition, coordinate, -1, "there is no subgraph %d", subgraph)
	return false
}

func (b *builder) fieldSet(coordinate, what string, subgraph int, on schema.TypeID, text string) FieldSet {
	set, fault := ParseFieldSet(b.schema, on, text)
	if fault != nil {
		fault.Coordinate = coordinate
		fault.Subgraph = b.def.Subgraphs[subgraph].Name
		fault.Message = what + ": " + fault.Message
		b.errs = append(b.errs, *fault)
	}
	return set
}

// views fills Views in two passes: the possible types of an abstract type
// depend on where its possible types live.
func (b *builder) views() {
	for i := range b.schema.Types {
		t := &b.schema.Types[i]
		if t.Kind == schema.Scalar && schema.BuiltinScalar(t.Name) {
			for sg := range b.def.Subgraphs {
				b.out.Views[i] = append(b.out.Views[i], TypeView{Subgraph: sg, Name: t.Name, Kind: schema.Scalar})
			}
		}
	}
	for _, t := range b.def.Types {
		id := b.schema.TypeByName(t.Name)
		for i := range t.In {
			in := &t.In[i]
			if !b.knownSubgraph(t.Name, in.Subgraph) {
				continue
			}
			if slices.ContainsFunc(b.out.Views[id], func(v TypeView) bool { return v.Subgraph == in.Subgraph }) {
				b.fail(CodeInvalidDefinition, t.Name, in.Subgraph, "the type is listed twice")
				continue
			}
			view := TypeView{Subgraph: in.Subgraph, Name: t.Name, Kind: t.Kind, InterfaceObject: in.InterfaceObject, Extension: in.Extension}
			if in.Name != "" && in.Name != t.Name {
				view.Name = in.Name
				if b.names[in.Subgraph] == nil {
					b.names[in.Subgraph] = make(map[schema.TypeID]string)
				}
				b.names[in.Subgraph][id] = in.Name
			}
			if in.InterfaceObject {
				view.Kind = schema.Object
				if t.Kind != schema.Interface {
					b.fail(CodeInvalidDefinition, t.Name, in.Subgraph, "only an interface can be an interface object")
				}
			}
			b.keys(t, id, in, &view)
			b.out.Views[id] = append(b.out.Views[id], view)
		}
		slices.SortFunc(b.out.Views[id], func(x, y TypeView) int { return x.Subgraph - y.Subgraph })
	}
	for _, t := range b.def.Types {
		b.possible(t)
	}
}

func (b *builder) keys(t *TypeDefinition, id schema.TypeID, in *TypeIn, view *TypeView) {
	for _, key := range in.Keys {
		set := b.fieldSet(t.Name, "@key", in.Subgraph, id, key.Fields)
		view.Keys = append(view.Keys, KeySet{Fields: set, Text: key.Fields, Resolvable: key.Resolvable})
		if key.Resolvable {
			view.Lookups = append(view.Lookups, Lookup{Key: set, Text: key.Fields, Typename: view.Name})
		}
		if in.Extension {
			b.collectKeyFields(set, in.Subgraph)
		}
	}
	for i := range in.Lookups {
		lookup := &in.Lookups[i]
		if len(lookup.Path) == 0 {
			b.fail(CodeInvalidDefinition, t.Name, in.Subgraph, "a lookup has no path")
		}
		set := b.fieldSet(t.Name, "lookup", in.Subgraph, id, lookup.Key)
		view.Lookups = append(view.Lookups, Lookup{Key: set, Text: lookup.Key, Typename: view.Name, Field: lookup})
	}
}

func (b *builder) collectKeyFields(set FieldSet, subgraph int) {
	for i := range set {
		if set[i].Field != schema.NoField {
			b.keyFields[fieldInSubgraph{set[i].Field, subgraph}] = true
		}
		b.collectKeyFields(set[i].Selections, subgraph)
	}
}

// possible fills Possible of the views of one type. A membership that names no
// subgraph holds wherever both types are (join v0.3 writes all memberships, but
// a hand-written file may leave them out).
func (b *builder) possible(t *TypeDefinition) {
	id := b.schema.TypeByName(t.Name)
	views := b.out.Views[id]
	switch t.Kind {
	case schema.Object:
		for i := range views {
			views[i].Possible = []schema.TypeID{id}
		}
		for _, m := range t.Implements {
			iface := b.schema.TypeByName(m.Type)
			b.addPossible(t, iface, id, m)
		}
	case schema.Union:
		for _, m := range t.Members {
			b.addPossible(t, id, b.schema.TypeByName(m.Type), m)
		}
	}
}

// addPossible notes that concrete is a possible type of abstract in the
// subgraphs of the membership. Def.Types are sorted by name as ids are, so the
// possible types of interfaces arrive in order; those of unions are sorted here.
func (b *builder) addPossible(t *TypeDefinition, abstract, concrete schema.TypeID, m Membership) {
	for _, sg := range m.Subgraphs {
		b.knownSubgraph(t.Name, sg)
	}
	views := b.out.Views[abstract]
	for i := range views {
		view := &views[i]
		if view.InterfaceObject || len(m.Subgraphs) > 0 && !slices.Contains(m.Subgraphs, view.Subgraph) || b.out.View(concrete, view.Subgraph) == nil {
			continue
		}
		if at, found := slices.BinarySearch(view.Possible, concrete); !found {
			view.Possible = slices.Insert(view.Possible, at, concrete)
		}
	}
}

// labels numbers the override labels before the providers refer to them.
func (b *builder) labels() {
	b.label = make(map[string]int)
	for _, t := range b.def.Types {
		for _, f := range t.Fields {
			for i := range f.In {
				if label := f.In[i].OverrideLabel; label != "" {
					b.label[label] = 0
				}
			}
		}
	}
	for label := range b.label {
		b.out.Labels = append(b.out.Labels, label)
	}
	slices.Sort(b.out.Labels)
	for i, label := range b.out.Labels {
		b.label[label] = i
	}
}

func (b *builder) providers(t *TypeDefinition, f *FieldDefinition, id schema.FieldID) {
	coordinate := t.Name + "." + f.Name
	var list []Provider
	switch {
	case f.Indirect:
		if len(f.In) > 0 {
			b.fail(CodeInvalidDefinition, coordinate, f.In[0].Subgraph, "an indirect field is in no subgraph")
		}
	case len(f.In) == 0:
		for i := range t.In {
			if b.knownSubgraph(coordinate, t.In[i].Subgraph) {
				list = append(list, b.provider(coordinate, f, id, &FieldIn{Subgraph: t.In[i].Subgraph}))
			}
		}
	default:
		for i := range f.In {
			in := &f.In[i]
			switch {
			case !b.knownSubgraph(coordinate, in.Subgraph):
			case b.out.View(b.schema.Field(id).Parent, in.Subgraph) == nil:
				b.fail(CodeInvalidDefinition, coordinate, in.Subgraph, "the subgraph has the field but not its type")
			case slices.ContainsFunc(list, func(p Provider) bool { return p.Subgraph == in.Subgraph }):
				b.fail(CodeInvalidDefinition, coordinate, in.Subgraph, "the field is listed twice")
			default:
				list = append(list, b.provider(coordinate, f, id, in))
			}
		}
		slices.SortFunc(list, func(x, y Provider) int { return x.Subgraph - y.Subgraph })
		b.overrides(f, list)
	}
	b.out.Providers[id] = list
}

func (b *builder) provider(coordinate string, f *FieldDefinition, id schema.FieldID, in *FieldIn) Provider {
	field := b.schema.Field(id)
	p := Provider{
		Subgraph: in.Subgraph,
		Name:     f.Name,
		External: in.External,
		Named:    field.Type.Type,
		Wrap:     field.Type.Wrap,
		Type:     b.typeThere(f.Type, in.Subgraph),
		Label:    -1,
	}
	if in.Name != "" {
		p.Name = in.Name
	}
	if in.Type != nil {
		named := b.schema.TypeByName(in.Type.Named())
		wrap, ok := schema.WrapOf(in.Type)
		if named == schema.NoType || !ok {
			b.fail(CodeInvalidDefinition, coordinate, in.Subgraph, "the type %s is not known", in.Type)
		} else {
			p.Named, p.Wrap, p.Type = named, wrap, b.typeThere(in.Type, in.Subgraph)
		}
	}
	if in.Requires != "" {
		p.RequiresText = in.Requires
		p.Requires = b.fieldSet(coordinate, "@requires", in.Subgraph, field.Parent, in.Requires)
	}
	if in.Provides != "" {
		if !b.schema.Type(p.Named).Kind.Composite() {
			b.fail(CodeInvalidFieldSet, coordinate, in.Subgraph, "@provides on a field without fields of its own")
		} else {
			p.Provides = b.fieldSet(coordinate, "@provides", in.Subgraph, p.Named, in.Provides)
		}
	}
	for _, a := range f.Args {
		p.Args = append(p.Args, ProviderArg{Name: a.Name, Type: b.typeThere(a.Type, in.Subgraph), HasDefault: a.Default != nil})
	}
	p.InputsText = p.RequiresText
	if len(in.ContextArguments) > 0 {
		p.Contexts, p.ContextsText = b.contexts(coordinate, in)
		p.InputsText += p.ContextsText
	}
	p.ArgumentsFrom = in.ArgumentsFrom
	if len(in.ArgumentsFrom) > 0 && in.Requires == "" {
		b.fail(CodeInvalidDefinition, coordinate, in.Subgraph, "an argument is filled from fields, but none is required")
	}
	p.Namespace = in.Namespace
	for _, part := range in.Join {
		join := ProviderJoin{Key: strings.Split(part.Key, "."), From: strings.Split(part.From, ".")}
		p.Join = append(p.Join, join)
		from := b.fieldSet(coordinate, "join", in.Subgraph, field.Parent, strings.Join(join.From, " { ")+strings.Repeat(" }", len(join.From)-1))
		p.JoinFrom = append(p.JoinFrom, from...)
	}
	return p
}

// overrides sets Overridden, Overrides and Label. An override of a subgraph
// that is unknown, or that does not have the field, changes nothing.
func (b *builder) overrides(f *FieldDefinition, list []Provider) {
	byGraph := func(subgraph int) *Provider {
		for i := range list {
			if list[i].Subgraph == subgraph {
				return &list[i]
			}
		}
		return nil
	}
	for i := range f.In {
		in := &f.In[i]
		if to := byGraph(in.Subgraph); to != nil && in.UsedOverridden {
			to.Overridden = true
		}
		source, known := b.subgraph[in.Override]
		if in.Override == "" || !known || source == in.Subgraph {
			continue
		}
		from, to := byGraph(source), byGraph(in.Subgraph)
		if from == nil || to == nil {
			continue
		}
		from.Overridden = true
		if in.OverrideLabel != "" {
			from.Label = b.label[in.OverrideLabel]
			to.Label = from.Label
			to.Overrides = true
		}
	}
}

// markKeyExternal runs when all keys are parsed: a key may reach fields of
// other types.
func (b *builder) markKeyExternal() {
	for key := range b.keyFields {
		if p := b.out.Provider(key.field, key.subgraph); p != nil && p.External {
			p.KeyExternal = true
		}
	}
}

// typeThere prints a type with the names of a subgraph.
func (b *builder) typeThere(t *schema.TypeExpr, subgraph int) string {
	renamed := b.names[subgraph]
	if len(renamed) == 0 {
		return t.String()
	}
	name, ok := renamed[b.schema.TypeByName(t.Named())]
	if !ok {
		return t.String()
	}
	return renameType(t, name).String()
}

func renameType(t *schema.TypeExpr, name string) *schema.TypeExpr {
	out := *t
	if t.Elem != nil {
		out.Elem = renameType(t.Elem, name)
	} else {
		out.Name = name
	}
	return &out
}

// InterfaceObjectProvider is a way to a field through an interface object.
type InterfaceObjectProvider struct {
	// Interface is the interface that Provider's subgraph defines as an object.
	Interface schema.TypeID
	// Field is the field of the interface.
	Field schema.FieldID
	// Provider is the subgraph's part in it.
	Provider *Provider
}

// InterfaceObjectProviders returns the ways in which a field of a type can be
// had through interface objects of the interfaces it implements, ascending by
// interface and subgraph. These are not in Providers of the type's own field.
func (s *Supergraph) InterfaceObjectProviders(t schema.TypeID, fieldName string) []InterfaceObjectProvider {
	var out []InterfaceObjectProvider
	for _, iface := range s.Schema.Type(t).Interfaces {
		field := schema.NoField
		for i := range s.Views[iface] {
			view := &s.Views[iface][i]
			if !view.InterfaceObject {
				continue
			}
			if field == schema.NoField {
				if field = s.Schema.FieldByName(iface, fieldName); field == schema.NoField {
					break
				}
			}
			if p := s.Provider(field, view.Subgraph); p != nil {
				out = append(out, InterfaceObjectProvider{Interface: iface, Field: field, Provider: p})
			}
		}
	}
	return out
}
