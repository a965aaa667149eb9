package subgraphs

import "time"

// Facet is one way of entering a subgraph together with exactly what that way
// gives. A GraphQL subgraph needs none: however it is entered, all that its
// schema declares can be selected. A REST upstream has one for each endpoint,
// since a payload holds what it holds.
//
// Names are those of the supergraph's types and fields once composition has
// taken the facet over, those of the subgraph's own schema before.
type Facet struct {
	// Name identifies the facet within its subgraph; it is what the client is
	// told at [Client.Prepare].
	Name string
	// RootType and RootField are the root field by which the facet is entered:
	// "Query" and "playlists". Both are empty for a lookup.
	RootType  string
	RootField string
	// Type and Key are the lookup by which the facet is entered otherwise: an
	// object of the type is looked up by the values of a field set, which need
	// not be a @key.
	Type string
	Key  string
	// Provides are fields that the looked-up object has and that objects of the
	// type further down in the same answer lack, as a field set; they are External
	// in the type.
	Provides string
	// Batch says that one request takes many rows; Max caps them (0: no cap).
	Batch bool
	Max   int
	// Gives are the types the facet can yield, each with its fields, the entered
	// type (the root type for a root field) included.
	Gives []FacetType
	// Cost is what one request weighs against another of the same purpose; 0 is 1.
	Cost int
	// Latency is what one request is expected to take; 0 is not known.
	Latency time.Duration
	// Primes says of a lookup that what was once asked through it need not be asked
	// again in the same operation; see [Call.Primers].
	Primes bool
	// Drop says that list elements are left out which would be null because an
	// object is not found: of a field's facet, the elements of its list, whoever
	// looks the object up; of the facet of objects, those elements, of whatever
	// list, that hold the object.
	Drop bool
}

// FacetType is what a facet gives of one type.
type FacetType struct {
	Type   string
	Fields []FacetField
}

// FacetField is one field a facet gives.
type FacetField struct {
	Name string
	// Provides are fields of the field's type that this path alone gives, as a
	// field set; they are External in their types.
	Provides string
	// External fields are given only where a path provides them.
	External bool
	// Primes says that the field means the same wherever facets of the subgraph
	// have it with this mark. Objects of an answer that have all that is looked up,
	// so marked, can stand for the lookup of a facet that marks it, too.
	Primes bool
}

// OfObject reports whether the facet looks up objects as a whole, not one field of
// theirs.
func (f *Facet) OfObject() bool {
	t := f.Of(f.Type)
	return f.RootField == "" && t != nil && (len(t.Fields) != 1 || t.Fields[0].Name == f.Key)
}

// Field returns what the facet gives of a field, or nil.
func (f *Facet) Field(typ, name string) *FacetField {
	t := f.Of(typ)
	if t == nil {
		return nil
	}
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// Of returns what the facet gives of a type, or nil.
func (f *Facet) Of(typ string) *FacetType {
	for i := range f.Gives {
		if f.Gives[i].Type == typ {
			return &f.Gives[i]
		}
	}
	return nil
}
