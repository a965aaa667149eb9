package rest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// prepared is one compiled fetch. It is immutable.
type prepared struct {
	client *client
	e      *endpoint
	kind   schema.OperationKind
	text   string
	// root are the root fields; entries the lookups, one of both.
	root    *shell
	entries []*shell
	// direct is how answers become rows in one pass; nil where that cannot be.
	direct *direct
}

// shell is what is written around the values of asks: the root object, or a row.
type shell struct {
	// whole: the row is the looked-up object itself.
	whole *occurrence
	steps []shellStep
	// asks are the different values that a row asks for.
	asks []*occurrence
}

// shellStep is one key of a shell: a __typename or the value of an ask.
type shellStep struct {
	member
	ask int
}

// occurrence is one selection of the endpoint's field, or of the looked-up object.
type occurrence struct {
	include [][]subgraphs.Condition
	args    *arguments
	choose  *mapping.Selection // of the endpoint, cut down to what is selected
	object  *projection        // of a looked-up object
	value                      // of a field
}

// Prepare implements [subgraphs.Client].
func (cl *client) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	p := &prepared{client: cl, kind: spec.Kind}
	p.e = cl.up.byName[spec.Facet]
	if p.e == nil {
		return nil, fmt.Errorf("subgraph %s: there is no endpoint %q", cl.up.subgraph, spec.Facet)
	}
	if err := p.compile(spec); err != nil {
		return nil, fmt.Errorf("subgraph %s, %s: %w", cl.up.subgraph, p.e.name, err)
	}
	p.text = p.describe()
	p.direct = p.directly()
	return p, nil
}

func (p *prepared) compile(spec *subgraphs.FetchSpec) error {
	e := p.e
	switch {
	case len(spec.Root) > 0 && len(spec.Entries) > 0:
		return errors.New("a fetch has root fields or lookups, not both")
	case spec.Kind == schema.Subscription:
		return errors.New("subscriptions are not supported")
	case e.kind == rootEndpoint:
		if len(spec.Root) == 0 {
			return errors.New("the endpoint is a root field")
		}
		if spec.Kind != e.operation {
			return fmt.Errorf("the endpoint belongs to a %s", e.operation)
		}
		s, err := p.shell(spec.Root)
		p.root = s
		return err
	case len(spec.Entries) == 0:
		return errors.New("the endpoint is entered by a lookup")
	}
	for i := range spec.Entries {
		in := &spec.Entries[i]
		if in.Lookup == nil || in.Lookup.Type != e.typ.name {
			return fmt.Errorf("the endpoint looks up %s", e.typ.name)
		}
		var s *shell
		var err error
		if e.kind == lookupEndpoint {
			s = &shell{}
			s.whole, err = p.whole(in.Selections)
			s.asks = []*occurrence{s.whole}
		} else {
			s, err = p.shell(in.Selections)
		}
		if err != nil {
			return err
		}
		p.entries = append(p.entries, s)
	}
	return nil
}

// whole compiles what is selected of a looked-up object.
func (p *prepared) whole(list []subgraphs.Selection) (*occurrence, error) {
	o := &occurrence{}
	var err error
	if o.object, err = p.client.up.project(p.e.give, selectedOf(list, nil, nil), true); err != nil {
		return nil, err
	}
	o.choose = p.choose(o.object)
	return o, nil
}

// choose is the endpoint's select, cut down to what a projection reads.
func (p *prepared) choose(below *projection) *mapping.Selection {
	r := p.e.choose
	switch {
	case r == nil || p.e.conn != nil:
		return nil
	case below == nil || !p.e.give.built && p.e.give.typ.kind == schema.Object:
		return r.sel
	}
	keep := below.keep()
	if p.e.keyNode != nil {
		// Answers are matched by their keys, selected or not.
		for _, s := range p.e.key {
			keep.Names[s.Name] = nil
		}
	}
	return r.sel.Prune(keep)
}

// shell compiles selections of the endpoint's field.
func (p *prepared) shell(list []subgraphs.Selection) (*shell, error) {
	e := p.e
	s := &shell{}
	fields, err := collect(e.typ, selectedOf(list, nil, nil))
	if err != nil {
		return nil, err
	}
	for _, c := range fields {
		st := shellStep{member: c.member()}
		switch c.first.Field {
		case "__typename":
			st.typename = mapping.AppendQuoted(nil, e.typ.name)
		case e.field.name:
			o := &occurrence{include: c.include}
			if o.args, err = argumentsOf(e.field, c.first.Arguments); err != nil {
				return nil, err
			}
			if o.value, err = p.client.up.valueOf(e.field, e.give, c.below); err != nil {
				return nil, err
			}
			if o.below != nil {
				o.below.key = nil // the field's own object is never a stub
			}
			o.choose = p.choose(o.below)
			st.ask = len(s.asks)
			s.asks = append(s.asks, o)
		default:
			return nil, fmt.Errorf("the endpoint does not give %s.%s", e.typ.name, c.first.Field)
		}
		s.steps = append(s.steps, st)
	}
	return s, nil
}

// Text implements [subgraphs.Prepared]: the request, with its templates.
func (p *prepared) Text() string { return p.text }

func (p *prepared) describe() string {
	e := p.e
	var b strings.Builder
	b.WriteString(e.method + " " + e.path.String())
	for i, q := range e.query {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(q.name + "=")
		if q.value != nil {
			b.WriteString("{" + q.value.text + "}")
		} else {
			b.WriteString(q.text)
		}
	}
	if e.body != nil {
		b.WriteString(" " + e.body.text)
	}
	return b.String()
}

// typeNames are the types that an answer holds.
func (e *endpoint) typeNames() []string {
	var out []string
	for _, g := range e.facet.Gives {
		if e.kind == lookupEndpoint || g.Type != e.typ.name {
			out = append(out, g.Type)
		}
	}
	slices.Sort(out)
	return out
}
