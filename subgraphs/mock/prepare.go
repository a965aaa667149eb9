package mock

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// prepared is one compiled fetch. It is immutable.
type prepared struct {
	client     *client
	root       *typ // nil for lookups
	selections []selection
	entries    []entry
	variables  int
	text       string
}

// entry is one compiled lookup.
type entry struct {
	lookup     *subgraphs.Lookup
	typ        *typ
	selections []selection
}

// selection is a field or an inline fragment.
type selection struct {
	key     string
	field   string // empty for a fragment
	on      *typ   // nil for any type
	args    []argument
	include []subgraphs.Condition
	below   []selection
}

const typename = "__typename"

// Prepare implements [subgraphs.Client]. It fails if the fetch does not fit the
// subgraph's schema.
func (c *client) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	p := &prepared{client: c, variables: len(spec.Variables)}
	if err := p.compile(spec); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", c.subgraph, err)
	}
	var b strings.Builder
	b.WriteString("mock " + spec.Kind.String())
	if p.root != nil {
		printSelections(&b, p.selections)
	}
	for i := range p.entries {
		b.WriteString(" " + p.entries[i].typ.name)
		printSelections(&b, p.entries[i].selections)
	}
	p.text = b.String()
	return p, nil
}

// Text implements [subgraphs.Prepared].
func (p *prepared) Text() string { return p.text }

func (p *prepared) compile(spec *subgraphs.FetchSpec) error {
	m := p.client.model
	switch {
	case len(spec.Root) > 0 && len(spec.Entries) > 0:
		return errors.New("a fetch has root fields or lookups, not both")
	case len(spec.Root) == 0 && len(spec.Entries) == 0:
		return errors.New("the fetch selects nothing")
	case len(spec.Entries) > 0 && spec.Kind != schema.Query:
		return errors.New("lookups are queries")
	case spec.Kind != schema.Query && spec.Kind != schema.Mutation:
		return errors.New("subscriptions are not made up")
	}
	var err error
	if len(spec.Root) > 0 {
		if p.root = m.roots[spec.Kind]; p.root == nil {
			return fmt.Errorf("the schema has no %s root", spec.Kind)
		}
		p.selections, err = p.compileAll(p.root, spec.Root, 0)
		return err
	}
	for i := range spec.Entries {
		in := &spec.Entries[i]
		if in.Lookup == nil || len(in.Selections) == 0 {
			return errors.New("a lookup without a way or a selection")
		}
		e := entry{lookup: in.Lookup, typ: m.types[in.Lookup.Type]}
		if e.typ == nil || !e.typ.kind.Composite() || e.typ.root != "" {
			return fmt.Errorf("there is no type %q to look up", in.Lookup.Type)
		}
		if e.selections, err = p.compileAll(e.typ, in.Selections, 0); err != nil {
			return err
		}
		p.entries = append(p.entries, e)
	}
	return nil
}

func (p *prepared) compileAll(t *typ, list []subgraphs.Selection, depth int) ([]selection, error) {
	if depth > maxNesting {
		return nil, errors.New("the selection is nested too deeply")
	}
	out := make([]selection, 0, len(list))
	for i := range list {
		in := &list[i]
		s := selection{key: in.Key, field: in.Field, include: in.Include}
		for _, c := range in.Include {
			if c.Variable < 0 || c.Variable >= p.variables {
				return nil, fmt.Errorf("variable %d is not declared", c.Variable)
			}
		}
		if s.key == "" {
			s.key = in.Field
		}
		below := t
		switch {
		case in.Field == "":
			if in.On != "" {
				if s.on = p.client.model.types[in.On]; s.on == nil || !s.on.kind.Composite() {
					return nil, fmt.Errorf("there is no type %q", in.On)
				}
				below = s.on
			}
			if len(in.Selections) == 0 {
				return nil, errors.New("an inline fragment selects nothing")
			}
		case in.Field == typename:
			below = nil
		default:
			f := t.field(in.Field)
			if f == nil {
				return nil, fmt.Errorf("type %s has no field %q", t.name, in.Field)
			}
			if f.named.kind.Composite() != (len(in.Selections) > 0) {
				return nil, fmt.Errorf("%s.%s and what is selected of it do not go together", t.name, in.Field)
			}
			for j := range in.Arguments {
				a, err := p.argument(&in.Arguments[j], 0)
				if err != nil {
					return nil, fmt.Errorf("%s.%s: %w", t.name, in.Field, err)
				}
				if !f.takes(a.name) {
					return nil, fmt.Errorf("%s.%s has no argument %q", t.name, in.Field, a.name)
				}
				s.args = append(s.args, a)
			}
			below = f.named
		}
		if len(in.Selections) > 0 {
			if below == nil {
				return nil, errors.New("nothing can be selected of __typename")
			}
			var err error
			if s.below, err = p.compileAll(below, in.Selections, depth+1); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func (f *field) takes(name string) bool {
	for i := range f.args {
		if f.args[i].name == name {
			return true
		}
	}
	return false
}

// printSelections describes selections for people, in the style of an operation.
func printSelections(b *strings.Builder, list []selection) {
	b.WriteString("{")
	for i := range list {
		if i > 0 {
			b.WriteString(" ")
		}
		s := &list[i]
		switch {
		case s.field != "" && s.key != s.field:
			b.WriteString(s.key + ":" + s.field)
		case s.field != "":
			b.WriteString(s.field)
		case s.on != nil:
			b.WriteString("...on " + s.on.name)
		default:
			b.WriteString("...")
		}
		for j := range s.args {
			b.WriteString([2]string{"(", ","}[min(j, 1)] + s.args[j].name)
		}
		if len(s.args) > 0 {
			b.WriteString(")")
		}
		if len(s.below) > 0 {
			printSelections(b, s.below)
		}
	}
	b.WriteString("}")
}
