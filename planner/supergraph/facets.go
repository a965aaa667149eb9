package supergraph

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// facets numbers the ways to ask the upstreams: a subgraph without facets is
// one, and every facet is one of its own, with the types and fields it gives
// and no others. Composition merges such a subgraph whole; only from here on
// does it count what an endpoint can really give.
func (b *builder) facets() {
	any := false
	first := make([]int, len(b.def.Subgraphs))
	for i := range b.def.Subgraphs {
		sub := Subgraph{SubgraphDefinition: b.def.Subgraphs[i], Upstream: i}
		first[i] = len(b.out.Subgraphs)
		if len(sub.Facets) == 0 {
			b.out.Subgraphs = append(b.out.Subgraphs, sub)
			continue
		}
		any = true
		for k := range sub.Facets {
			sub.Facet = &sub.Facets[k]
			b.checkFacet(i, sub.Facet)
			b.out.Drops = b.out.Drops || sub.Facet.Drop
			b.out.Subgraphs = append(b.out.Subgraphs, sub)
		}
	}
	if !any {
		return
	}
	// A facet makes objects of the types that joins lead to, which it does not give.
	type made struct {
		sub int
		typ schema.TypeID
	}
	joined := map[made]bool{}
	for _, list := range b.out.Providers {
		for i := range list {
			if len(list[i].Join) > 0 {
				joined[made{list[i].Subgraph, list[i].Named}] = true
			}
		}
	}
	for id := range b.out.Views {
		t := b.schema.Type(schema.TypeID(id))
		var views []TypeView
		for _, v := range b.out.Views[id] {
			at := first[v.Subgraph]
			if all := b.def.Subgraphs[v.Subgraph].Facets; len(all) == 0 {
				v.Subgraph = at
				views = append(views, v)
			} else {
				for k := range all {
					if fv, ok := b.facetView(t, v, &all[k], joined[made{v.Subgraph, schema.TypeID(id)}]); ok {
						fv.Subgraph = at + k
						views = append(views, fv)
					}
				}
			}
		}
		b.out.Views[id] = views
	}
	for id := range b.out.Providers {
		var list []Provider
		for _, p := range b.out.Providers[id] {
			sub := p.Subgraph
			at := first[sub]
			if all := b.def.Subgraphs[sub].Facets; len(all) == 0 {
				p.Subgraph = at
				list = append(list, p)
			} else {
				for k := range all {
					fp := p
					fp.Subgraph = at + k
					if fp, ok := b.facetProvider(schema.FieldID(id), fp, sub, &all[k], joined[made{sub, b.schema.Field(schema.FieldID(id)).Parent}]); ok {
						list = append(list, fp)
					}
				}
			}
		}
		b.out.Providers[id] = list
	}
}

// facetView is a type as a facet knows it: the types it gives, and those that
// hold no fields.
func (b *builder) facetView(t *schema.Type, v TypeView, f *subgraphs.Facet, joined bool) (TypeView, bool) {
	if !t.Kind.Composite() {
		return v, true
	}
	if f.Of(t.Name) == nil && !joined {
		return v, false
	}
	keys := make([]KeySet, len(v.Keys))
	for i, key := range v.Keys {
		key.Resolvable = false
		keys[i] = key
	}
	v.Keys, v.Lookups = keys, nil
	var possible []schema.TypeID
	for _, p := range v.Possible {
		if f.Of(b.schema.Type(p).Name) != nil {
			possible = append(possible, p)
		}
	}
	v.Possible = possible
	if f.Type == t.Name {
		set, fault := ParseFieldSet(b.schema, t.ID, f.Key)
		if fault == nil { // checkFacet reports it
			v.Lookups = []Lookup{{Key: set, Text: f.Key, Typename: v.Name, Facet: f}}
			if f.Provides != "" {
				v.Lookups[0].Provides, _ = ParseFieldSet(b.schema, t.ID, f.Provides)
			}
		}
	}
	return v, true
}

// facetProvider is a field as a facet gives it; p has the number of the facet,
// whose views are made already.
func (b *builder) facetProvider(id schema.FieldID, p Provider, sub int, f *subgraphs.Facet, joined bool) (Provider, bool) {
	field := b.schema.Field(id)
	parent := b.schema.Type(field.Parent).Name
	if p.Made() {
		if f.Of(parent) == nil {
			return p, false
		}
		for i := range p.JoinFrom {
			if f.Field(parent, p.JoinFrom[i].Name) == nil {
				return p, false
			}
		}
		return p, true
	}
	given := f.Field(parent, field.Name)
	if given == nil {
		if !joined || f.Of(parent) != nil {
			return p, false
		}
		p.Requires, p.RequiresText, p.InputsText, p.Provides = nil, "", p.ContextsText, nil
		return p, true
	}
	p.External, p.KeyExternal = given.External, false
	if v := b.out.View(field.Parent, p.Subgraph); given.External && v != nil && len(v.Lookups) > 0 {
		p.Entered = slices.ContainsFunc(v.Lookups[0].Provides, func(s FieldSelection) bool { return s.Name == field.Name })
	}
	// What an endpoint needs of the object is part of its lookup.
	p.Requires, p.RequiresText, p.InputsText, p.Provides = nil, "", p.ContextsText, nil
	if given.Provides != "" {
		p.Provides = b.fieldSet(parent+"."+field.Name, "facet", sub, p.Named, given.Provides)
	}
	return p, true
}

// checkFacet reports names that the supergraph does not have.
func (b *builder) checkFacet(sub int, f *subgraphs.Facet) {
	switch {
	case f.RootField != "":
		if t := b.schema.TypeByName(f.RootType); t == schema.NoType || b.schema.FieldByName(t, f.RootField) == schema.NoField {
			b.fail(CodeInvalidDefinition, f.RootType+"."+f.RootField, sub, "facet %s: there is no such root field", f.Name)
		}
	case f.Type == "":
		b.fail(CodeInvalidDefinition, "", sub, "facet %s cannot be entered", f.Name)
	default:
		t := b.schema.TypeByName(f.Type)
		if t == schema.NoType {
			b.fail(CodeInvalidDefinition, f.Type, sub, "facet %s: there is no such type", f.Name)
			break
		}
		b.fieldSet(f.Type, "facet "+f.Name, sub, t, f.Key)
		if f.Provides != "" {
			b.fieldSet(f.Type, "facet "+f.Name, sub, t, f.Provides)
		}
	}
	for _, g := range f.Gives {
		t := b.schema.TypeByName(g.Type)
		if t == schema.NoType {
			b.fail(CodeInvalidDefinition, g.Type, sub, "facet %s gives an unknown type", f.Name)
			continue
		}
		for _, field := range g.Fields {
			if b.schema.FieldByName(t, field.Name) == schema.NoField {
				b.fail(CodeInvalidDefinition, g.Type+"."+field.Name, sub, "facet %s gives an unknown field", f.Name)
			}
		}
	}
}
