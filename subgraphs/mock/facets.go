package mock

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// facetPrefix begins the names of the facets of [Facets].
const facetPrefix = "mock "

// IsFacet reports whether a fetch enters one of the facets of [Facets]. It is what
// [Missing] needs to know.
func IsFacet(spec *subgraphs.FetchSpec) bool { return strings.HasPrefix(spec.Facet, facetPrefix) }

// Facets are the ways into a subgraph that it lacks by its document (and further
// keys, as in [Options.Keys]), beside those it has:
//
//   - for each root field that none of its facets gives, one that gives it, with
//     all that can be selected below; of types that can be looked up for real, only
//     keys, and what is missing;
//   - for each key of a type with fields that no facet gives, a lookup that gives
//     these; of a type that cannot be looked up at all, one that gives all.
//
// A subgraph without any facets needs none of these, for its mock can be entered in
// every way.
func Facets(doc *schema.Document, keys map[string][]string, have []subgraphs.Facet) ([]subgraphs.Facet, error) {
	m, err := newModel(doc, keys)
	if err != nil {
		return nil, err
	}
	g := &gap{have: have}
	var out []subgraphs.Facet
	for _, root := range m.roots[:2] {
		if root == nil {
			continue
		}
		for _, f := range root.fields {
			if slices.ContainsFunc(have, func(o subgraphs.Facet) bool { return o.RootType == root.name && o.RootField == f.name }) {
				continue
			}
			facet := subgraphs.Facet{Name: facetPrefix + root.name + "." + f.name, RootType: root.name, RootField: f.name}
			facet.Gives = append(g.below(f.named), subgraphs.FacetType{Type: root.name, Fields: []subgraphs.FacetField{{Name: f.name}}})
			out = append(out, facet)
		}
	}
	for _, t := range m.order {
		if t.kind != schema.Object || !t.entity() || t.root != "" || g.lookedUp(t) && !slices.ContainsFunc(t.fields, func(f *field) bool { return g.lacks(t, f) }) {
			continue
		}
		for _, set := range t.lookups {
			facet := subgraphs.Facet{Name: facetPrefix + t.name, Type: t.name, Key: set, Batch: true, Gives: g.below(t)}
			if len(t.lookups) > 1 {
				facet.Name += "(" + set + ")"
			}
			out = append(out, facet)
		}
	}
	return out, nil
}

// gap knows what the facets of a subgraph leave out.
type gap struct{ have []subgraphs.Facet }

// lookedUp reports whether objects of a type can be looked up for real.
func (g *gap) lookedUp(t *typ) bool {
	return slices.ContainsFunc(g.have, func(f subgraphs.Facet) bool { return f.Type == t.name })
}

// lacks reports whether no facet gives a field.
func (g *gap) lacks(t *typ, f *field) bool {
	return !f.external && !slices.ContainsFunc(g.have, func(o subgraphs.Facet) bool { return o.Field(t.name, f.name) != nil })
}

// gives reports whether objects that are made up have a field: all, unless the
// object can be looked up for real.
func (g *gap) gives(t *typ, f *field) bool {
	if f.external {
		return false
	}
	for _, k := range t.keys {
		if slices.ContainsFunc(k, func(path []string) bool { return path[0] == f.name }) {
			return true
		}
	}
	return !g.lookedUp(t) || g.lacks(t, f)
}

// below are the types that can be met from a type on, each with what is given of it.
func (g *gap) below(t *typ) []subgraphs.FacetType {
	var out []subgraphs.FacetType
	seen := map[*typ]bool{}
	var visit func(t *typ)
	visit = func(t *typ) {
		if seen[t] || !t.kind.Composite() {
			return
		}
		seen[t] = true
		ft := subgraphs.FacetType{Type: t.name}
		for _, f := range t.fields {
			given := g.gives(t, f)
			if t.kind.Abstract() {
				given = !slices.ContainsFunc(t.possible, func(o *typ) bool { return o.field(f.name) == nil || !g.gives(o, o.field(f.name)) })
			}
			if given {
				ft.Fields = append(ft.Fields, subgraphs.FacetField{Name: f.name})
				visit(f.named)
			}
		}
		for _, o := range t.possible {
			visit(o)
		}
		out = append(out, ft)
	}
	visit(t)
	slices.SortFunc(out, func(a, b subgraphs.FacetType) int { return strings.Compare(a.Type, b.Type) })
	return out
}
