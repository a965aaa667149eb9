package generation

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/planner/supergraph/introspection"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/load"
)

// supergraphName names the precomposed supergraph among the sources.
const supergraphName = "supergraph"

// graph is what follows from the schemas alone.
type graph struct {
	// key tells two graphs apart.
	key   string
	super *supergraph.Supergraph
	api   string
	model *introspection.Model
	// upstreams are those that are not plain GraphQL, by the name of the subgraph.
	upstreams map[string]*Upstream
}

// loadSchemas loads what the configuration names. Schemas that are not due are
// taken from the previous generation.
func loadSchemas(ctx context.Context, c *config.Config, s *Shared, o *Options) []load.Result {
	options := load.Options{CacheDir: c.SchemaCache.Dir, Pool: &s.Transports, Now: s.now}
	previous := map[string]*load.Result{}
	if o.Previous != nil && sameSources(o.Previous.Config, c) {
		for i := range o.Previous.loaded {
			r := &o.Previous.loaded[i]
			previous[r.Name] = r
		}
	}
	var sources []load.Source
	if g := c.Supergraph; g != nil {
		sources = []load.Source{SupergraphSource(g)}
	} else {
		sources = Sources(c)
	}
	results := make([]load.Result, len(sources))
	var due []load.Source
	var at []int
	for i := range sources {
		p := previous[sources[i].Name]
		sources[i].Previous = p
		if p != nil && o.Due != nil && !o.Due(sources[i].Name) {
			results[i] = *p
			results[i].Unchanged = true
			continue
		}
		due = append(due, sources[i])
		at = append(at, i)
	}
	var got []load.Result
	if c.Supergraph != nil && len(due) > 0 {
		got = []load.Result{load.Supergraph(ctx, due[0], options)}
	} else {
		got = load.Load(ctx, due, options)
	}
	for i := range got {
		results[at[i]] = got[i]
	}
	return results
}

// SupergraphSource is where a composed supergraph is.
func SupergraphSource(g *config.Supergraph) load.Source {
	s := load.Source{
		Name: supergraphName, From: load.File, File: g.Path, URL: g.URL,
		Header: headerFields(g.Headers), Timeout: g.Timeout.Std(),
	}
	if g.Source == "url" {
		s.From = load.Document
	}
	return s
}

// Sources are where the schemas of the configured subgraphs are, in their order.
// Credentials are not in them.
func Sources(c *config.Config) []load.Source {
	out := make([]load.Source, len(c.Subgraphs))
	for i := range c.Subgraphs {
		out[i] = sourceOf(&c.Subgraphs[i])
	}
	return out
}

func sourceOf(s *config.Subgraph) load.Source {
	if o := s.OpenAPI; o != nil {
		out := load.Source{Name: s.Name, From: load.File, File: string(o.Source), Header: headerFields(o.Headers), Timeout: o.Timeout.Std()}
		if o.Source.IsURL() {
			out.From, out.File, out.URL = load.Document, "", string(o.Source)
		}
		return out
	}
	out := load.Source{
		Name: s.Name, File: s.Schema.File, URL: UpstreamURL(s),
		Header: headerFields(s.Schema.Headers), Timeout: s.Schema.Timeout.Std(),
	}
	if s.Schema.URL != "" {
		out.URL = s.Schema.URL
	}
	switch s.Schema.Source {
	case "file":
		out.From = load.File
	case "service":
		out.From = load.Service
	case "introspection":
		out.From = load.Introspection
	case "url":
		out.From = load.Document
	}
	switch s.Schema.OnUnavailable {
	case "last_good":
		out.OnUnavailable = load.LastGood
	case "omit":
		out.OnUnavailable = load.Omit
	}
	return out
}

func headerFields(m map[string]string) []subgraphs.HeaderField {
	var out []subgraphs.HeaderField
	for name, value := range m {
		out = append(out, subgraphs.HeaderField{Name: name, Value: value})
	}
	slices.SortFunc(out, func(a, b subgraphs.HeaderField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// sameSources reports whether results loaded under one configuration may stand
// for those of another when an upstream does not answer.
func sameSources(a, b *config.Config) bool { return (a.Supergraph == nil) == (b.Supergraph == nil) }

// graphOf composes the loaded schemas, or reads the supergraph; an equal one of
// the generation before is taken over.
func graphOf(c *config.Config, results []load.Result, previous *Generation) (*graph, Errors) {
	var errs Errors
	sum := sha256.New()
	for i := range results {
		r := &results[i]
		if r.Err != nil {
			fault := fromLoad(r.Err)
			path := "supergraph"
			if c.Supergraph == nil {
				path = "subgraphs." + r.Name
			}
			if at, ok := SchemaPlace(c, path); ok {
				fault.File, fault.Line, fault.Column = at.File, at.Line, at.Column
				fault.Message = path + ": " + fault.Message
			}
			errs = append(errs, fault)
		}
		fmt.Fprintf(sum, "%q %s %t\n", r.Name, r.Hash, r.Omitted)
	}
	fmt.Fprintf(sum, "%t\n", c.Supergraph != nil)
	for i := range c.Subgraphs {
		fmt.Fprintf(sum, "%q %q\n", c.Subgraphs[i].Name, c.Subgraphs[i].URL)
		writeJSON(sum, c.Subgraphs[i].Rest)
		writeJSON(sum, c.Subgraphs[i].OpenAPI)
		writeJSON(sum, c.Subgraphs[i].Links)
		writeJSON(sum, c.Subgraphs[i].Entities)
		writeJSON(sum, c.Subgraphs[i].Mock)
		writeJSON(sum, rulesOf(c, c.Subgraphs[i].Name))
	}
	writeJSON(sum, joinsOf(c))
	contract := c.ServedContract()
	writeJSON(sum, contract)
	key := string(sum.Sum(nil))
	if errs == nil && previous != nil && previous.engine.graph.key == key {
		return previous.engine.graph, nil
	}
	var def *supergraph.Definition
	var ups map[string]*Upstream
	var file string
	if c.Supergraph != nil {
		file = c.Supergraph.Path
		if errs == nil {
			var faults []supergraph.Error
			def, faults = supergraph.Read(supergraphName, results[0].SDL)
			for _, e := range faults {
				errs = append(errs, fromSupergraph(e, file))
			}
		}
	} else {
		var more Errors
		def, ups, more = composeAll(c, results, errs != nil)
		errs = append(errs, more...)
	}
	if errs != nil {
		return nil, errs
	}
	if contract != nil {
		if def, errs = contractView(def, contract, file); errs != nil {
			return nil, errs
		}
	}
	return newGraph(key, def, ups, file)
}

// contractView hides what the contract leaves out. Planning uses it all the same.
func contractView(def *supergraph.Definition, contract *config.Contract, file string) (*supergraph.Definition, Errors) {
	view, faults := supergraph.Contract(def, contract.IncludeTags, contract.ExcludeTags)
	var errs Errors
	for _, e := range faults {
		fault := fromSupergraph(e, file)
		fault.Message = fmt.Sprintf("contract %s: %s", contract.Name, fault.Message)
		errs = append(errs, fault)
	}
	return view, errs
}

// composeAll parses the schemas and, unless one is missing, composes them.
func composeAll(c *config.Config, results []load.Result, incomplete bool) (*supergraph.Definition, map[string]*Upstream, Errors) {
	var errs Errors
	var sources []compose.Source
	files := map[string]string{}
	for i := range results {
		r := &results[i]
		if r.Err != nil || r.Omitted {
			continue
		}
		if r.From == load.File {
			files[r.Name] = c.Subgraphs[i].Schema.File
		}
		if incomplete {
			// Nothing can be composed, but faults of the texts can be told.
			_, faults := schema.Parse(r.Name, r.SDL)
			for _, e := range faults {
				errs = append(errs, fromParse(e, r.Name, files[r.Name]))
			}
			continue
		}
		sources = append(sources, compose.Source{Name: r.Name, URL: UpstreamURL(&c.Subgraphs[i]), SDL: r.SDL})
	}
	if incomplete {
		return nil, nil, errs
	}
	if len(sources) == 0 {
		return nil, nil, Errors{{Code: CodeNoSubgraphs, Message: "there is no subgraph to serve"}}
	}
	composed := Compose(c, sources)
	for _, e := range composed.Errors {
		errs = append(errs, fromCompose(e, files))
	}
	return composed.Definition, composed.Upstreams, errs
}

// UpstreamURL is where a subgraph is.
func UpstreamURL(s *config.Subgraph) string {
	if s.Rest != nil {
		return s.Rest.URL
	}
	return s.URL
}

// writeJSON adds plain data to a hash.
func writeJSON(sum hash.Hash, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		text = []byte(err.Error())
	}
	sum.Write(text)
}

func newGraph(key string, def *supergraph.Definition, ups map[string]*Upstream, file string) (*graph, Errors) {
	super, err := supergraph.Build(def)
	if err != nil {
		return nil, fromBuild(err, file)
	}
	model, err := introspection.New(supergraph.APISchema(def))
	if err != nil {
		return nil, Errors{{Code: CodeSchema, Message: "the API schema cannot be introspected", File: file, Err: err}}
	}
	return &graph{key: key, super: super, upstreams: ups, api: supergraph.PrintAPI(def), model: model}, nil
}
