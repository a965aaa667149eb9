package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// Input is one subgraph to compose.
type Input struct {
	Name string
	URL  string
	Doc  *schema.Document
}

// Result is what came of a composition.
type Result struct {
	// Definition is the composed graph; nil if there are errors.
	Definition *supergraph.Definition
	Hints      []Hint
	Errors     Errors
}

// Option changes how [Compose] works.
type Option func(*options)

type options struct {
	skipSatisfiability bool
	finish             func(*supergraph.Definition)
}

// WithoutSatisfiability leaves out the proof that every field can be reached.
func WithoutSatisfiability() Option {
	return func(o *options) { o.skipSatisfiability = true }
}

// WithFinish has the merged Definition completed by what composition itself does
// not know, before it is proven that every field can be reached.
func WithFinish(finish func(*supergraph.Definition)) Option {
	return func(o *options) { o.finish = finish }
}

// Source is a subgraph as text.
type Source struct {
	Name, URL, SDL string
}

// ComposeSDL parses the sources and composes them. A text that does not parse
// is an error with code INVALID_GRAPHQL.
func ComposeSDL(sources []Source, opts ...Option) *Result {
	var errs Errors
	inputs := make([]Input, 0, len(sources))
	for _, s := range sources {
		doc, parseErrs := schema.Parse(s.Name, s.SDL)
		for _, e := range parseErrs {
			errs = append(errs, &Error{Code: CodeInvalidGraphQL, Message: "Syntax error: " + e.Message, Subgraph: s.Name, Line: e.Pos.Line, Column: e.Pos.Column})
		}
		inputs = append(inputs, Input{Name: s.Name, URL: s.URL, Doc: doc})
	}
	if len(errs) > 0 {
		return &Result{Errors: errs.sorted()}
	}
	return Compose(inputs, opts...)
}

// Compose merges subgraphs into one supergraph. It reads its inputs only.
func Compose(inputs []Input, opts ...Option) *Result {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	r := &reporter{}
	def := run(inputs, o, r)
	if r.failed() {
		return &Result{Errors: r.errors.sorted(), Hints: sortedHints(r.hints)}
	}
	return &Result{Definition: def, Hints: sortedHints(r.hints)}
}

func run(inputs []Input, o options, r *reporter) *supergraph.Definition {
	// The order of subgraphs decides ties; by name, it does not depend on how
	// the caller found them.
	inputs = slices.Clone(inputs)
	slices.SortStableFunc(inputs, func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	checkNames(inputs, r)
	if r.failed() {
		return nil
	}
	subgraphs := make([]*subgraph, 0, len(inputs))
	for i, in := range inputs {
		one := &reporter{}
		sg := load(in, i, one)
		if sg != nil && !one.failed() {
			sg.checkGraphQL(one)
		}
		if sg != nil && !one.failed() {
			sg.checkDefaultRootNames(one)
		}
		if sg != nil && !one.failed() && sg.fed2 {
			sg.derive()
			sg.checkFederation(one)
		}
		r.errors = append(r.errors, one.errors...)
		subgraphs = append(subgraphs, sg)
	}
	if r.failed() {
		return nil
	}
	if upgrade(subgraphs, r); r.failed() {
		return nil
	}
	m := newMerger(subgraphs, r)
	def := m.merge()
	if r.failed() {
		return nil
	}
	checkMerged(m, def, r)
	if r.failed() {
		return nil
	}
	if o.finish != nil {
		o.finish(def)
	}
	if !o.skipSatisfiability {
		for _, p := range satisfiability.CheckDefinition(def) {
			e := &Error{Code: p.Code, Message: p.Message, Coordinate: p.Coordinate, Hint: p.Hint}
			if in, pos := m.placeOf(p.Coordinate, p.Subgraph); in != nil {
				e.Subgraph, e.Line, e.Column = in.name, pos.Line, pos.Column
			}
			r.errors = append(r.errors, e)
		}
	}
	return def
}

func checkNames(inputs []Input, r *reporter) {
	for i, in := range inputs {
		fail := func(hint, format string, args ...any) {
			r.errors = append(r.errors, &Error{Code: CodeInvalidSubgraphName, Subgraph: in.Name, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
		switch {
		case in.Name == "":
			fail("Give every subgraph a name.", "A subgraph has no name.")
		case in.Name == "_":
			fail("Choose another name.", "Invalid name _ for a subgraph: this name is reserved")
		case i > 0 && inputs[i-1].Name == in.Name:
			fail("Give every subgraph a name of its own.", "A subgraph named %s already exists", in.Name)
		}
		if in.Doc == nil || len(in.Doc.Schemas)+len(in.Doc.Directives)+len(in.Doc.Types) == 0 {
			r.errors = append(r.errors, &Error{Code: CodeInvalidGraphQL, Subgraph: in.Name, Message: "The subgraph has no schema.", Hint: "Define at least one type."})
		}
	}
}

// placeOf finds where a subgraph has the element at a coordinate: the named one,
// or else the first that has it as its own. It is nil if no text says so.
func (m *merger) placeOf(coordinate, name string) (in *subgraph, at schema.Position) {
	typeName, fieldName, isField := strings.Cut(coordinate, ".")
	sources := m.sources[typeName]
	if isField {
		// A field that an @interfaceObject adds is written on the interface.
		for _, t := range m.sources[typeName] {
			for _, i := range t.interfaces {
				sources = append(sources[:len(sources):len(sources)], m.sources[i.Name]...)
			}
		}
	}
	best := 0
	for _, t := range sources {
		pos, rank := t.pos, 1
		if isField {
			f := t.byName[fieldName]
			if f == nil {
				continue
			}
			if pos = f.pos; !f.external {
				rank = 2
			}
		}
		if t.sg.name == name {
			rank = 3
		}
		if pos.Known() && rank > best {
			in, at, best = t.sg, pos, rank
		}
	}
	return in, at
}
