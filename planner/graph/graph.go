// Package graph is the query graph: for every concrete type, the moves that
// give each of its fields, and the lookups that lead into each subgraph.
//
// A GraphQL subgraph is one node for each of its types; a facet is a node too,
// as the Supergraph lists it. In goes a Supergraph, out comes an immutable index
// by id that planning and satisfiability walk. Nothing here knows what protocol
// an upstream speaks.
package graph

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Graph is the query graph of one supergraph. It may be read from any
// goroutine.
type Graph struct {
	Supergraph *supergraph.Supergraph
	// moves are, by FieldID, the ways to resolve the field.
	moves [][]Move
	// lookups are, by TypeID of an object or interface, the ways into subgraphs.
	lookups [][]Lookup
	// reentries are, by TypeID of an object, the ways back into a subgraph.
	reentries [][]Lookup
	// profiles are, by FieldID, an id that two fields share exactly if the same
	// subgraphs resolve them alike.
	profiles []int
	// lookupProfiles are, by TypeID, an id that two types share exactly if they
	// are looked up alike.
	lookupProfiles []int
}

// Move is a field move: within Subgraph, from an object to the field's value.
type Move struct {
	// Field is the field on the concrete type.
	Field    schema.FieldID
	Subgraph int
	Provider *supergraph.Provider
	// Through is the interface whose interface object in the subgraph gives the
	// field, or NoType when the concrete type itself has it there.
	Through schema.TypeID
}

// Lookup is a lookup move for objects of one concrete type.
type Lookup struct {
	*supergraph.Lookup
	Subgraph int
	// Through is the interface whose interface object is entered, or NoType.
	Through schema.TypeID
	// Root says that the type is a root type, which is asked anew: an operation on
	// it, without a key or rows. It can be told from lookups by a key by nothing else.
	Root bool
}

// New indexes the supergraph.
func New(s *supergraph.Supergraph) *Graph {
	g := &Graph{
		Supergraph: s,
		moves:      make([][]Move, len(s.Schema.Fields)),
		lookups:    make([][]Lookup, len(s.Schema.Types)),
		reentries:  make([][]Lookup, len(s.Schema.Types)),
		profiles:   make([]int, len(s.Schema.Fields)),

		lookupProfiles: make([]int, len(s.Schema.Types)),
	}
	for i := range s.Schema.Types {
		t := &s.Schema.Types[i]
		if t.Kind == schema.Interface {
			g.indexInterface(t)
		}
		if t.Kind != schema.Object {
			continue
		}
		g.indexFields(t)
		if t.ID == s.Schema.Roots[schema.Query] || t.ID == s.Schema.Roots[schema.Mutation] {
			g.indexRoot(t)
		} else {
			g.indexLookups(t)
		}
	}
	g.indexProfiles()
	g.indexLookupProfiles()
	return g
}

func (g *Graph) indexFields(t *schema.Type) {
	s := g.Supergraph
	for _, f := range t.Fields {
		providers := s.Providers[f]
		for i := range providers {
			p := &providers[i]
			if p.Overridden && p.Label < 0 {
				continue
			}
			// An interface object's fields can be listed at the implementing
			// types as well, although the subgraph does not know these.
			if g.view(t.ID, p.Subgraph) == nil {
				continue
			}
			g.moves[f] = append(g.moves[f], Move{Field: f, Subgraph: p.Subgraph, Provider: p, Through: schema.NoType})
		}
		name := s.Schema.Field(f).Name
		for _, iface := range t.Interfaces {
			at := s.Schema.FieldByName(iface, name)
			if at == schema.NoField {
				continue
			}
			ps := s.Providers[at]
			for i := range ps {
				p := &ps[i]
				if p.Overridden && p.Label < 0 {
					continue
				}
				if v := g.view(iface, p.Subgraph); v == nil || !v.InterfaceObject || g.view(t.ID, p.Subgraph) != nil {
					continue
				}
				g.moves[f] = append(g.moves[f], Move{Field: f, Subgraph: p.Subgraph, Provider: p, Through: iface})
			}
		}
	}
}

func (g *Graph) indexLookups(t *schema.Type) {
	s := g.Supergraph
	add := func(of schema.TypeID, through schema.TypeID) {
		views := s.Views[of]
		for i := range views {
			v := &views[i]
			if through != schema.NoType && (!v.InterfaceObject || g.view(t.ID, v.Subgraph) != nil) {
				continue
			}
			for j := range v.Lookups {
				g.lookups[t.ID] = append(g.lookups[t.ID], Lookup{Lookup: &v.Lookups[j], Subgraph: v.Subgraph, Through: through})
			}
			if s.Subgraphs[v.Subgraph].Facet != nil {
				continue // what a facet needs is the key of its lookup
			}
			for j := range v.Keys {
				if k := &v.Keys[j]; !k.Resolvable && g.requires(of, v.Subgraph) {
					back := &supergraph.Lookup{Key: k.Fields, Text: k.Text, Typename: v.Name}
					g.reentries[t.ID] = append(g.reentries[t.ID], Lookup{Lookup: back, Subgraph: v.Subgraph, Through: through})
				}
			}
		}
	}
	add(t.ID, schema.NoType)
	for _, iface := range t.Interfaces {
		add(iface, iface)
	}
}

// indexRoot lists the ways to a root type where a field leads back to it: it is the
// same wherever it is.
func (g *Graph) indexRoot(t *schema.Type) {
	views := g.Supergraph.Views[t.ID]
	for i := range views {
		l := &supergraph.Lookup{Typename: views[i].Name}
		g.lookups[t.ID] = append(g.lookups[t.ID], Lookup{Lookup: l, Subgraph: views[i].Subgraph, Through: schema.NoType, Root: true})
	}
}

// indexInterface lists the lookups that take an object of which only the
// interface is known and tell its concrete type, and the fields that interface
// objects give without knowing it.
func (g *Graph) indexInterface(t *schema.Type) {
	s := g.Supergraph
	views := s.Views[t.ID]
	for i := range views {
		v := &views[i]
		if v.InterfaceObject {
			for _, f := range t.Fields {
				if p := s.Provider(f, v.Subgraph); p != nil && (!p.Overridden || p.Label >= 0) {
					g.moves[f] = append(g.moves[f], Move{Field: f, Subgraph: v.Subgraph, Provider: p, Through: t.ID})
				}
			}
			continue
		}
		for j := range v.Lookups {
			g.lookups[t.ID] = append(g.lookups[t.ID], Lookup{Lookup: &v.Lookups[j], Subgraph: v.Subgraph, Through: schema.NoType})
		}
	}
}

// view is Supergraph.View for types that very many subgraphs have.
func (g *Graph) view(t schema.TypeID, subgraph int) *supergraph.TypeView {
	views := g.Supergraph.Views[t]
	i, found := slices.BinarySearchFunc(views, subgraph, func(v supergraph.TypeView, subgraph int) int { return v.Subgraph - subgraph })
	if !found {
		return nil
	}
	return &views[i]
}

// requires reports whether a field of a type requires others in a subgraph.
func (g *Graph) requires(t schema.TypeID, subgraph int) bool {
	for _, f := range g.Supergraph.Schema.Type(t).Fields {
		providers := g.Supergraph.Providers[f]
		i, found := slices.BinarySearchFunc(providers, subgraph, func(p supergraph.Provider, subgraph int) int { return p.Subgraph - subgraph })
		if found && providers[i].Requires != nil {
			return true
		}
	}
	return false
}

// Moves are the ways to resolve a field of a concrete type, by subgraph.
func (g *Graph) Moves(f schema.FieldID) []Move { return g.moves[f] }

// Lookups are the ways into subgraphs for objects of a concrete type, or, for an
// interface, the ways to learn the concrete type of an object of it.
func (g *Graph) Lookups(t schema.TypeID) []Lookup { return g.lookups[t] }

// Reentries are, for a concrete type, the keys that are not resolvable in
// subgraphs where a field requires others. Nothing may enter a subgraph by them.
// But objects that it has given itself can be sent back to it with what the
// field requires: a subgraph with a @requires has to answer for that.
func (g *Graph) Reentries(t schema.TypeID) []Lookup { return g.reentries[t] }

// Profile is equal for two fields exactly if the same subgraphs resolve them in
// the same way, to the same type.
func (g *Graph) Profile(f schema.FieldID) int { return g.profiles[f] }

func (g *Graph) indexProfiles() {
	ids := map[string]int{}
	var key []byte
	for f := range g.moves {
		key = key[:0]
		key = appendInt(key, int(g.Supergraph.Schema.Fields[f].Type.Type))
		for i := range g.moves[f] {
			m := &g.moves[f][i]
			key = appendInt(key, m.Subgraph)
			key = appendInt(key, int(m.Provider.Named))
			key = appendInt(key, m.Provider.Label)
			flags := 0
			if m.Provider.External {
				flags |= 1
			}
			if m.Provider.KeyExternal {
				flags |= 2
			}
			if m.Provider.Entered {
				flags |= 8
			}
			if m.Through != schema.NoType {
				flags |= 4
			}
			key = appendInt(key, flags)
			key = append(key, m.Provider.Name...)
			key = append(key, 0)
			key = append(key, m.Provider.InputsText...)
			key = append(key, 0)
			if len(m.Provider.Provides) > 0 {
				// A @provides is a view of its own.
				key = appendInt(key, f)
			}
		}
		id, ok := ids[string(key)]
		if !ok {
			id = len(ids)
			ids[string(key)] = id
		}
		g.profiles[f] = id
	}
}

// LookupProfile is equal for two types exactly if the same lookups by the same
// keys, whose fields are resolved alike, lead to their objects.
func (g *Graph) LookupProfile(t schema.TypeID) int { return g.lookupProfiles[t] }

func (g *Graph) indexLookupProfiles() {
	ids := map[string]int{}
	var key []byte
	for t := range g.lookups {
		key = key[:0]
		for i := range g.lookups[t] {
			l := &g.lookups[t][i]
			key = appendInt(key, l.Subgraph)
			key = appendInt(key, int(l.Through))
			key = append(key, l.Text...)
			for j := range l.Key {
				if f := g.Supergraph.Schema.FieldByName(schema.TypeID(t), l.Key[j].Name); f != schema.NoField {
					key = appendInt(key, g.profiles[f])
				}
			}
			key = append(key, 0)
		}
		id, ok := ids[string(key)]
		if !ok {
			id = len(ids)
			ids[string(key)] = id
		}
		g.lookupProfiles[t] = id
	}
}

func appendInt(b []byte, n int) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}
