package openapi

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/rest"
)

// Overlay puts what the configuration says of a service itself over what was
// imported: settings that are given, fields and enums by name, and all endpoints
// of a coordinate by those that are given for it. Neither is changed. Endpoints
// stay in the order of their coordinates. The style of names is the document's.
func Overlay(imported, over *rest.Spec) *rest.Spec {
	if over == nil {
		return imported
	}
	out := *over
	// The document has the service's own names: no style may change them.
	out.Names = imported.Names
	if out.URL == "" {
		out.URL = imported.URL
	}
	out.Types = slices.Clone(imported.Types)
	for _, t := range over.Types {
		i := slices.IndexFunc(out.Types, func(o rest.TypeSpec) bool { return o.Type == t.Type })
		if i < 0 {
			out.Types = append(out.Types, t)
			continue
		}
		merged := t
		merged.Fields = slices.Clone(t.Fields)
		for _, f := range out.Types[i].Fields {
			if !slices.ContainsFunc(t.Fields, func(o rest.FieldSpec) bool { return o.Field == f.Field }) {
				merged.Fields = append(merged.Fields, f)
			}
		}
		if merged.Typename == nil {
			merged.Typename = out.Types[i].Typename
		}
		out.Types[i] = merged
	}
	out.Enums = slices.Clone(imported.Enums)
	for _, e := range over.Enums {
		i := slices.IndexFunc(out.Enums, func(o rest.EnumSpec) bool { return o.Enum == e.Enum })
		if i < 0 {
			out.Enums = append(out.Enums, e)
			continue
		}
		merged := e
		merged.Values = slices.Clone(e.Values)
		for _, v := range out.Enums[i].Values {
			if !slices.ContainsFunc(e.Values, func(o rest.Value) bool { return o.Name == v.Name }) {
				merged.Values = append(merged.Values, v)
			}
		}
		out.Enums[i] = merged
	}
	out.Endpoints = nil
	for _, e := range imported.Endpoints {
		if !slices.ContainsFunc(over.Endpoints, func(o rest.EndpointSpec) bool { return o.Coordinate == e.Coordinate }) {
			out.Endpoints = append(out.Endpoints, e)
		}
	}
	out.Endpoints = append(out.Endpoints, over.Endpoints...)
	slices.SortStableFunc(out.Endpoints, func(a, b rest.EndpointSpec) int { return strings.Compare(a.Coordinate, b.Coordinate) })
	return &out
}
