package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest"
)

// spec is what the configuration would say of the service.
func (im *importer) spec() *rest.Spec {
	out := &rest.Spec{URL: im.base.url}
	types := slices.Clone(im.all)
	slices.SortFunc(types, func(a, b *gtype) int { return strings.Compare(a.name, b.name) })
	for _, t := range types {
		switch t.kind {
		case objectType:
			s := rest.TypeSpec{Type: t.name}
			for _, f := range t.fields {
				if f.mapping != "" {
					s.Fields = append(s.Fields, rest.FieldSpec{Field: f.name, Select: f.mapping})
				}
			}
			if len(s.Fields) > 0 {
				out.Types = append(out.Types, s)
			}
		case unionType:
			out.Types = append(out.Types, rest.TypeSpec{Type: t.name, Typename: im.typename(t)})
		case enumType:
			s := rest.EnumSpec{Enum: t.name}
			for _, v := range t.values {
				if v.name != v.text {
					text, _ := json.Marshal(v.text) // a string always can be
					s.Values = append(s.Values, rest.Value{Name: v.name, JSON: string(text)})
				}
			}
			if len(s.Values) > 0 {
				out.Enums = append(out.Enums, s)
			}
		}
	}
	for _, op := range im.ops {
		out.Endpoints = append(out.Endpoints, op.endpoint)
	}
	for _, e := range im.entities {
		out.Endpoints = append(out.Endpoints, e.endpoint)
	}
	slices.SortStableFunc(out.Endpoints, func(a, b rest.EndpointSpec) int { return strings.Compare(a.Coordinate, b.Coordinate) })
	return out
}

// typename tells the members of a union apart.
func (im *importer) typename(t *gtype) *rest.TypenameSpec {
	variants := make([]*view, len(t.members))
	for i, m := range t.members {
		variants[i] = m.view
	}
	out := &rest.TypenameSpec{}
	if !discriminated(t.view, variants) {
		for i, name := range im.presence(variants) {
			out.Present = append(out.Present, rest.Value{Name: t.members[i].name, JSON: quoteKey(name)})
		}
		return out
	}
	d := t.view.discriminator
	out.By = quoteKey(d.PropertyName)
	mapped := map[*gtype]bool{}
	listed := map[string]bool{}
	for _, value := range sortedKeys(d.Mapping) {
		ref := d.Mapping[value].Ref
		name := unescapePointer(ref[strings.LastIndexByte(ref, '/')+1:])
		for _, m := range t.members {
			if m.component == name {
				mapped[m], listed[value] = true, true
				out.Map = append(out.Map, rest.Value{Name: value, JSON: m.name})
			}
		}
	}
	// What the mapping does not list is called by the name of the component.
	for _, m := range t.members {
		if !mapped[m] && !listed[m.component] && m.component != m.name {
			out.Map = append(out.Map, rest.Value{Name: m.component, JSON: m.name})
		}
	}
	return out
}
