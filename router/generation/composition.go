package generation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/stitch"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/subgraphs/openapi"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// Composition is a composed graph with what is to be known of those of its
// upstreams that are not plain GraphQL.
type Composition struct {
	*compose.Result
	// Upstreams are these, by the name of the subgraph.
	Upstreams map[string]*Upstream
}

// Upstream is one that is REST, or made up.
type Upstream struct {
	// Rest answers; nil when it is GraphQL or wholly made up.
	Rest *rest.Upstream
	// URL is where it is.
	URL string
	// Doc is its schema, before stitching.
	Doc *schema.Document
	// Mock says what is made up, by Seed: "", "missing" or "all".
	Mock string
	Seed uint64
	// Examples are what made-up answers show, by coordinate.
	Examples map[string]string
}

// Compose composes the schemas of the configured subgraphs, stitched as the
// configuration says. The sources may be fewer than the subgraphs; that of a
// subgraph with an OpenAPI document is the document. A text that does not parse is
// an error with code INVALID_GRAPHQL.
func Compose(c *config.Config, sources []compose.Source) *Composition {
	r := &Composition{Result: &compose.Result{}, Upstreams: map[string]*Upstream{}}
	var parts []stitch.Subgraph
	for _, s := range sources {
		if part, ok := r.part(c, s); ok {
			parts = append(parts, part)
		}
	}
	if len(r.Errors) == 0 {
		r.Result = stitch.Compose(parts, joinsOf(c))
		r.place(c)
	}
	return r
}

// part makes one subgraph ready for composition; false after errors.
func (r *Composition) part(c *config.Config, s compose.Source) (stitch.Subgraph, bool) {
	configured := c.Subgraph(s.Name)
	var spec *rest.Spec
	var examples map[string]string
	if configured != nil {
		spec = RestSpec(configured, c.Place)
		if configured.OpenAPI != nil {
			imported := r.importOpenAPI(c, configured, s.SDL)
			if imported == nil {
				return stitch.Subgraph{}, false
			}
			s.SDL, spec = imported.SDL, openapi.Overlay(imported.Spec, spec)
			s.URL, examples = spec.URL, imported.Examples
		}
	}
	doc, faults := schema.Parse(s.Name, s.SDL)
	for _, e := range faults {
		r.Errors = append(r.Errors, &compose.Error{
			Code: compose.CodeInvalidGraphQL, Message: "Syntax error: " + e.Message,
			Subgraph: s.Name, Line: e.Pos.Line, Column: e.Pos.Column,
		})
	}
	if len(faults) > 0 {
		return stitch.Subgraph{}, false
	}
	part := stitch.Subgraph{Input: compose.Input{Name: s.Name, URL: s.URL, Doc: doc}, Rules: rulesOf(c, s.Name)}
	up := &Upstream{URL: s.URL, Doc: doc}
	if configured != nil && configured.Mock != nil && configured.Mock.Mode != "none" {
		up.Mock, up.Seed, up.Examples = configured.Mock.Mode, uint64(configured.Mock.Seed), examples
	}
	if spec == nil && up.Mock == "" {
		return part, true
	}
	r.Upstreams[s.Name] = up
	if spec == nil || up.Mock == "all" {
		return part, true
	}
	spec.Partial = up.Mock == "missing"
	compiled, wrong := rest.Compile(s.Name, doc, spec)
	r.Errors = append(r.Errors, restErrors(c, s.Name, doc, wrong)...)
	if len(wrong) > 0 {
		return part, false
	}
	up.Rest, part.Facets = compiled, compiled.Facets()
	if up.Mock == "missing" {
		made, err := mock.Facets(doc, nil, part.Facets)
		if err != nil {
			r.Errors = append(r.Errors, &compose.Error{Code: CodeMock, Subgraph: s.Name, Message: "what is missing cannot be made up: " + err.Error()})
			return part, false
		}
		part.Facets = append(part.Facets, made...)
	}
	return part, true
}

// importOpenAPI makes schema and endpoints of an OpenAPI document; nil after
// errors.
func (r *Composition) importOpenAPI(c *config.Config, s *config.Subgraph, text string) *openapi.Result {
	o := openapi.Options{
		Subgraph: s.Name, Source: string(s.OpenAPI.Source), TrustRequired: s.OpenAPI.Trust == "required", Entries: s.OpenAPI.Maps == "entries",
		Operations: s.OpenAPI.Operations, Types: s.OpenAPI.Types,
	}
	if s.Rest != nil {
		o.URL = s.Rest.URL
	}
	for typ, list := range s.Entities {
		for _, e := range list {
			if e.Lookup == "" {
				o.Entities = append(o.Entities, openapi.Entity{Type: typ, Key: e.Key})
			}
		}
	}
	slices.SortFunc(o.Entities, func(a, b openapi.Entity) int { return strings.Compare(a.Type, b.Type) })
	for _, l := range s.Links {
		link := openapi.Link{Field: l.Field, Type: l.Type}
		for _, by := range l.By {
			link.By = append(link.By, openapi.LinkKey{Key: by.Name, From: by.Text})
		}
		o.Links = append(o.Links, link)
	}
	result, err := openapi.Import(context.Background(), []byte(text), o)
	var faults openapi.Errors
	switch {
	case err == nil:
		return result
	case errors.As(err, &faults):
		for _, e := range faults {
			r.Errors = append(r.Errors, openapiError(c, s, e))
		}
	default:
		r.Errors = append(r.Errors, placed(c, "subgraphs."+s.Name+".openapi", &compose.Error{Code: CodeOpenAPI, Subgraph: s.Name, Message: "the document cannot be imported: " + err.Error()}))
	}
	return nil
}

// withMock is the client of an upstream of which something may be made up; of a
// nil Upstream nothing is.
func (u *Upstream) withMock(name string, real subgraphs.Client) (subgraphs.Client, error) {
	if u == nil || u.Mock == "" {
		return real, nil
	}
	made, err := mock.New(mock.Options{Subgraph: name, Doc: u.Doc, Seed: u.Seed, Examples: u.Examples})
	if err != nil || u.Mock == "all" || real == nil {
		return made, err
	}
	return mock.Missing(real, made, mock.IsFacet, mock.WhenUnreachable(rest.CodeUnreachable)), nil
}
