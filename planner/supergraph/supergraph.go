package supergraph

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// Supergraph is a Definition made ready for planning: every name resolved to
// an id once. It is immutable.
type Supergraph struct {
	// Definition is what it was built from.
	Definition *Definition
	// Schema is the full type system, elements hidden from the API included
	// and marked Hidden.
	Schema *schema.Schema
	// Subgraphs are the ways to ask the upstreams, by the index every list here
	// uses: one for each subgraph, or one for each of its facets.
	Subgraphs []Subgraph
	// Providers are, by FieldID, the subgraphs that have the field, ascending.
	Providers [][]Provider
	// Views are, by TypeID, what each subgraph that has the type says of it,
	// ascending by subgraph.
	Views [][]TypeView
	// ListSizes are, by FieldID, what is known of the lengths of lists; nil where
	// nothing is.
	ListSizes []*ListSize
	// Labels are the distinct override labels, sorted.
	Labels []string
	// Drops says that some facet leaves out list elements where something is missing.
	Drops bool
}

// Subgraph is an upstream as planning sees it: all of it, or one facet.
type Subgraph struct {
	SubgraphDefinition
	// Upstream is the index into Definition.Subgraphs.
	Upstream int
	// Facet is the only way of entering it here; nil when there is no restriction.
	Facet *subgraphs.Facet
}

// String names the subgraph, with the facet where there is one.
func (s *Subgraph) String() string {
	if s.Facet == nil {
		return s.Name
	}
	return s.Name + " " + s.Facet.Name
}

// Provider is one subgraph's part in one field.
type Provider struct {
	Subgraph int
	// Name is the field's name there.
	Name string
	// External fields can be selected only where a @provides or a key covers them.
	External bool
	// Entered marks an external field that the lookup into the subgraph provides.
	Entered bool
	// KeyExternal marks an external field that is part of a key of a type the
	// subgraph extends: @external is only how Federation v1 has to write it, and
	// the subgraph can give the field all the same.
	KeyExternal bool
	// Type is the field's type there, printed with the subgraph's names.
	Type string
	// Wrap is the list and null structure of the type there; Named is the
	// supergraph's id of its named type.
	Wrap  schema.Wrap
	Named schema.TypeID
	// Requires are the fields the representation must carry; nil when none.
	Requires FieldSet
	// RequiresText is the requirement as written, for explaining.
	RequiresText string
	// Provides are fields of the field's type that this path alone can give.
	Provides FieldSet
	// Overridden fields are not resolved here (another subgraph took them over)
	// unless Label is set and inactive. Label is an index into Labels, or -1.
	Overridden bool
	Label      int
	// Overrides says that the field is resolved here only while Label is active
	// (Label >= 0).
	Overrides bool
	// Args are the arguments the field has there, with the types as declared.
	Args []ProviderArg
	// Contexts are the arguments filled from contexts (@fromContext).
	Contexts []Context
	// InputsText names what a lookup needs besides the key so that the field can be
	// asked for: what it requires and its contexts, which are also in ContextsText.
	// Fields with the same inputs can be asked for together.
	InputsText, ContextsText string
	// ArgumentsFrom are filled from the fields of Requires.
	ArgumentsFrom []ArgumentFrom
	// Join says that the value is made of sibling fields, with no request; then
	// JoinFrom are these siblings.
	Join     []ProviderJoin
	JoinFrom FieldSet
	// Namespace says that the value is an object that is always there and whose
	// fields are the subgraph's root fields.
	Namespace bool
}

// Usable reports whether the subgraph resolves the field, active saying whether
// its override label, if it has one, is.
func (p *Provider) Usable(active bool) bool {
	switch {
	case p.Overridden:
		return p.Label >= 0 && !active
	case p.Overrides && p.Label >= 0:
		return active
	}
	return true
}

// HasInputs reports whether the field needs more than the object it is on: fields
// of it that other subgraphs resolve, or contexts. It can be asked for after a
// lookup that was given these, and nowhere else.
func (p *Provider) HasInputs() bool { return p.InputsText != "" }

// Context is an argument whose value is selected on an object around the field's.
type Context struct {
	// Argument is the argument's name, Type its type in the subgraph, as SDL.
	Argument, Type string
	// On are the object types that carry the context, ascending, with what is
	// selected on each: one field, down to a leaf, or nothing, which is null.
	On []ContextOn
}

// ContextOn is what a context selects on one object type.
type ContextOn struct {
	Type schema.TypeID
	Set  FieldSet
}

// Selected is what the context selects on objects of a type. It reports false if
// these do not carry it.
func (c *Context) Selected(t schema.TypeID) (FieldSet, bool) {
	i, found := slices.BinarySearchFunc(c.On, t, func(o ContextOn, t schema.TypeID) int { return int(o.Type) - int(t) })
	if !found {
		return nil, false
	}
	return c.On[i].Set, true
}

// Made reports whether the subgraph has no such field and its value is made of
// what else it gives.
func (p *Provider) Made() bool { return p.Namespace || p.Join != nil }

// ProviderJoin fills one key field of a joined object; see [JoinPart].
type ProviderJoin struct {
	Key  []string
	From []string
}

// ProviderArg is an argument as a subgraph declares it.
type ProviderArg struct {
	Name string // name in the supergraph
	Type string // as SDL, with the subgraph's names
	// HasDefault says that the argument may be left out although non-null.
	HasDefault bool
}

// TypeView is one subgraph's part in one type.
type TypeView struct {
	Subgraph int
	// Name is the type's name there.
	Name string
	// Kind is the type's kind there: Object for an interface object.
	Kind schema.Kind
	// InterfaceObject says that an interface is defined as an object there.
	InterfaceObject bool
	// Extension says that the subgraph only extends the type.
	Extension bool
	// Possible are the object types the type may have there, sorted; for an
	// interface object it is empty.
	Possible []schema.TypeID
	// Keys are all keys of the type there, resolvable or not.
	Keys []KeySet
	// Lookups are the ways in: one for each resolvable key, then field lookups.
	Lookups []Lookup
}

// KeySet is one key.
type KeySet struct {
	Fields     FieldSet
	Text       string
	Resolvable bool
}

// Lookup is one way into a subgraph at a type.
type Lookup struct {
	// Key are the fields a row must carry.
	Key FieldSet
	// Text is the key as written.
	Text string
	// Typename is the type's name in representations: the interface's name where
	// the subgraph has an interface object.
	Typename string
	// Field is set for lookups by a field; nil means `_entities`, or the facet's
	// own way of entering.
	Field *LookupDefinition
	// Facet is set for the lookup of a facet.
	Facet *subgraphs.Facet
	// Provides are external fields that the looked-up objects have.
	Provides FieldSet
}

// FieldSet is a parsed field set (the argument of @key, @requires, @provides).
type FieldSet []FieldSelection

// FieldSelection is one element of a field set: a field, or an inline fragment.
type FieldSelection struct {
	// Field is the field's id on the type the set is about; NoField for an
	// inline fragment.
	Field schema.FieldID
	Name  string
	// Args are constant arguments as GraphQL text.
	Args []FieldArg
	// On is the type condition of an inline fragment; NoType for a field.
	On schema.TypeID
	// Selections below.
	Selections FieldSet
}

// FieldArg is a constant argument in a field set.
type FieldArg struct {
	Name  string
	Value string
}

// View returns what a subgraph says of a type, or nil.
func (s *Supergraph) View(t schema.TypeID, subgraph int) *TypeView {
	views := s.Views[t]
	i, found := slices.BinarySearchFunc(views, subgraph, func(v TypeView, subgraph int) int { return v.Subgraph - subgraph })
	if !found {
		return nil
	}
	return &views[i]
}

// Provider returns a subgraph's part in a field, or nil.
func (s *Supergraph) Provider(f schema.FieldID, subgraph int) *Provider {
	providers := s.Providers[f]
	for i := range providers {
		if providers[i].Subgraph == subgraph {
			return &providers[i]
		}
	}
	return nil
}
