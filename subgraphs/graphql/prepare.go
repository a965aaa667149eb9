package graphql

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// prepared is one compiled fetch. Its request body is fixed up to the values of
// the variables, unless an entry has a field for each row.
type prepared struct {
	client *Client
	text   string
	// before is the request body up to the values of the variables, for a fetch
	// whose text does not depend on the call.
	before []byte
	// after is the request body behind the operation's text.
	after []byte
	// growing says that the text depends on the number of rows: it is put
	// together from these pieces, all of them escaped.
	growing   bool
	open      []byte // `{"query":"query Name(`
	declared  []byte // `$a:Int` of the client's variables
	fragments []byte // of the selections of growing entries
	entries   []entry
	variables [][]byte // `"name":` for each
	declares  [][]byte // `$a:Int` for each
	uses      [][]use  // by variable, when there are filled fields
	byRows    bool     // the answer is turned into LayoutRows
	shared    bool     // may be shared and retried
	capped    bool     // a lookup has a limit on the rows of one request
	filled    bool     // a lookup has filled fields
	sizeHint  atomic.Int32
}

// entry is one compiled lookup.
type entry struct {
	alias  string
	lookup *subgraphs.Lookup
	// growing lookups have a field for each row, others one for all.
	growing bool
	// variable is the name of the representations, or the beginning of the names
	// of the arguments' variables, see rowVariable.
	variable string
	args     []argument
	vars     []lookupVariable
	placing  []string // while compiling: the path of the argument
	// path are the fields from the root to the objects of a lookup by a field, and
	// takes is the one that has the arguments.
	path  []string
	takes int
	// declare and fields are the declarations and the field of a lookup that has
	// one field for all rows.
	declare, fields []byte
	// open and end are a growing lookup's field around the arguments.
	open, end []byte
	// filled are the fields whose arguments are made of the row, types the types that
	// the selection names, and pieces the text of the field behind its alias; see
	// filledField.
	filled []filledField
	types  []string
	pieces []piece
	// keyInRow are the paths in the row of the values at lookup.Key.
	keyInRow [][]string
}

// Prepare implements [subgraphs.Client]. The spec must not change afterwards.
func (c *Client) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	p := &prepared{client: c}
	if err := p.compile(spec); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", c.subgraph, err)
	}
	return p, nil
}

// Text implements [subgraphs.Prepared]. Of a lookup with a field for each row it
// shows one row.
func (p *prepared) Text() string { return p.text }

// EntryAlias returns the response key of an entry: the one the spec gives, or
// `_entities` for a lone entry, or `_e0`, `_e1` and so on.
func EntryAlias(spec *subgraphs.FetchSpec, i int) string {
	switch e := &spec.Entries[i]; {
	case e.Alias != "":
		return e.Alias
	case len(spec.Entries) == 1 && e.Lookup.Kind == subgraphs.EntitiesLookup:
		return "_entities"
	}
	return "_e" + string(appendInt(nil, i))
}

func (p *prepared) compile(spec *subgraphs.FetchSpec) error {
	switch {
	case len(spec.Root) > 0 && len(spec.Entries) > 0:
		return errors.New("a fetch has root fields or lookups, not both")
	case len(spec.Root) == 0 && len(spec.Entries) == 0:
		return errors.New("the fetch selects nothing")
	case len(spec.Entries) > 0 && spec.Kind != schema.Query:
		return errors.New("lookups are queries")
	case spec.Kind == schema.Subscription:
		return errors.New("subscriptions are not carried by requests")
	}
	for i := range spec.Variables {
		for j := range i {
			if spec.Variables[i].Name == spec.Variables[j].Name {
				return fmt.Errorf("variable %s is declared twice", spec.Variables[i].Name)
			}
		}
	}
	p.shared = spec.Kind == schema.Query
	if slices.ContainsFunc(spec.Entries, func(e subgraphs.Entry) bool { return fills(e.Selections) }) {
		p.uses = make([][]use, len(spec.Variables))
	}
	for i := range spec.Entries {
		if err := p.entry(spec, i); err != nil {
			return err
		}
	}

	operation := spec.Kind.String()
	name := ""
	if isName(spec.OperationName) {
		name = spec.OperationName
		operation += " " + name
	}
	pr := &printer{spec: spec}
	first := true
	for i := range spec.Variables {
		from := len(pr.b)
		pr.declare(&first, spec.Variables[i].Name, spec.Variables[i].Type)
		p.declares = append(p.declares, bytes.TrimPrefix(pr.b[from:], []byte{','}))
		p.variables = append(p.variables, append(appendQuoted(nil, spec.Variables[i].Name), ':'))
	}
	if pr.err != nil {
		return pr.err
	}
	p.declared = pr.b
	p.open = append([]byte(`{"query":"`), operation...)

	p.after = append(p.after, '"')
	if name != "" {
		p.after = append(p.after, `,"operationName":`...)
		p.after = appendQuoted(p.after, name)
	}

	ones := make([]int, len(p.entries)) // one row each, for the text to show
	one := &round{groups: make([][]group, len(p.entries))}
	for i := range ones {
		ones[i] = 1
		if len(p.entries[i].filled) > 0 {
			one.groups[i] = shown
		}
	}
	if len(spec.Root) > 0 {
		pr := &printer{spec: spec}
		pr.selections(spec.Root)
		if pr.err != nil {
			return pr.err
		}
		p.text = operation
		if len(p.declared) > 0 {
			p.text += "(" + string(p.declared) + ")"
		}
		if p.text == "query" {
			p.text = ""
		}
		p.text += string(pr.b)
	} else {
		p.text = operation + string(p.operation(nil, ones, one))
	}
	if !p.growing {
		p.before = append([]byte(`{"query":"`), appendEscaped(nil, p.text)...)
		p.before = append(p.before, p.after...)
	}
	// From here on these are put into JSON.
	p.fragments = appendEscaped(nil, p.fragments)
	for i := range p.entries {
		e := &p.entries[i]
		e.fields = appendEscaped(nil, e.fields)
		for j := range e.pieces {
			e.pieces[j].text = appendEscaped(nil, e.pieces[j].text)
		}
	}
	return nil
}

// operation writes the text behind the keyword and name for so many rows of
// each entry, and for the groups of those with filled fields.
func (p *prepared) operation(b []byte, rows []int, r *round) []byte {
	b = append(b, '(')
	start := len(b)
	comma := func() {
		if len(b) > start {
			b = append(b, ',')
		}
	}
	for i := range p.entries {
		e := &p.entries[i]
		if len(e.filled) > 0 {
			b = e.appendDeclarations(b, r.groups[i], len(b) > start)
			continue
		}
		if !e.growing {
			comma()
			b = append(b, e.declare...)
			continue
		}
		for row := range rows[i] {
			for j := range e.vars {
				comma()
				b = append(b, '$')
				b = e.appendVariable(b, row, j)
				b = append(b, ':')
				b = append(b, e.vars[j].typ...)
			}
		}
	}
	switch {
	case r != nil && r.idle != nil:
		for i, idle := range r.idle {
			if !idle {
				comma()
				b = append(b, p.declares[i]...)
			}
		}
	case len(p.declared) > 0:
		comma()
		b = append(b, p.declared...)
	}
	if len(b) == start {
		b = b[:start-1]
	} else {
		b = append(b, ')')
	}
	b = append(b, '{')
	for i := range p.entries {
		e := &p.entries[i]
		if i > 0 {
			b = append(b, ' ')
		}
		if len(e.filled) > 0 {
			b = e.appendFields(b, r.groups[i])
			continue
		}
		if !e.growing {
			b = append(b, e.fields...)
			continue
		}
		for row := range rows[i] {
			if row > 0 {
				b = append(b, ' ')
			}
			b = append(b, e.alias...)
			b = append(b, '_')
			b = appendInt(b, row)
			b = append(b, e.open...)
			if len(e.args) > 0 {
				b = append(b, '(')
				b = e.appendArguments(b, e.args, row)
				b = append(b, ')')
			}
			b = append(b, e.end...)
		}
	}
	b = append(b, '}')
	return append(b, p.fragments...)
}

// internal returns the name of a variable of ours that none of the client's is
// or begins with.
func internal(spec *subgraphs.FetchSpec, i int) string {
	taken := func(prefix string) bool {
		return slices.ContainsFunc(spec.Variables, func(v subgraphs.VariableSpec) bool {
			return strings.HasPrefix(v.Name, prefix)
		})
	}
	if len(spec.Entries) == 1 && !taken("representations") && spec.Entries[0].Lookup.Kind == subgraphs.EntitiesLookup {
		return "representations"
	}
	prefix := "_r"
	for taken(prefix) {
		prefix = "_" + prefix
	}
	return prefix + string(appendInt(nil, i))
}

// entry compiles one lookup.
func (p *prepared) entry(spec *subgraphs.FetchSpec, i int) error {
	in := &spec.Entries[i]
	if in.Lookup == nil || len(in.Selections) == 0 {
		return errors.New("a lookup without a way or a selection")
	}
	l := in.Lookup
	e := entry{alias: EntryAlias(spec, i), lookup: l, variable: internal(spec, i)}
	filled := fills(in.Selections)
	numbered := filled || l.Kind == subgraphs.FieldLookup && !l.Batch
	for j := range p.entries {
		o := &p.entries[j]
		if o.alias == e.alias || o.numbered() && strings.HasPrefix(e.alias, o.alias+"_") ||
			numbered && strings.HasPrefix(o.alias, e.alias+"_") {
			return fmt.Errorf("two lookups share the alias %s", e.alias)
		}
	}
	pr := &printer{spec: spec, uses: p.uses, at: -1, within: -1}
	pr.name(e.alias)
	pr.b = pr.b[:0]
	if filled {
		pr.entry, pr.at = &e, i
		e.typesIn(in.Selections)
		p.filled = true
	}
	switch {
	case l.Kind == subgraphs.EntitiesLookup && filled:
		pr.text("_entities(representations:$")
		pr.cut(piece{kind: pieceRepresentations})
		pr.text(")")
		pr.selections(in.Selections)
		e.pieces = pr.template()
	case l.Kind == subgraphs.EntitiesLookup:
		first := true
		pr.declare(&first, e.variable, "[_Any!]!")
		e.declare, pr.b = pr.b, nil
		if e.alias != "_entities" {
			pr.text(e.alias + ":")
		}
		pr.text("_entities(representations:$" + e.variable + ")")
		pr.selections(in.Selections)
		e.fields = pr.b
	default:
		if err := e.field(pr, p, in, i); err != nil {
			return err
		}
		p.byRows = true
	}
	if pr.err != nil {
		return pr.err
	}
	if l.Max > 0 {
		p.capped, p.byRows = true, true
	}
	p.growing = p.growing || e.growing
	p.entries = append(p.entries, e)
	return nil
}

// field compiles a lookup by a root field.
func (e *entry) field(pr *printer, p *prepared, in *subgraphs.Entry, i int) error {
	l := in.Lookup
	if len(l.Path) == 0 {
		return errors.New("a lookup field has no name")
	}
	if l.Batch {
		if !slices.ContainsFunc(l.Arguments, func(a subgraphs.LookupArgument) bool { return isListType(a.Type) }) {
			return fmt.Errorf("lookup %s takes many rows, but has no list argument", strings.Join(l.Path, "."))
		}
		if !l.ByPosition && len(l.Key) == 0 {
			return fmt.Errorf("lookup %s has no key to match its answers by", strings.Join(l.Path, "."))
		}
	}
	e.growing = !l.Batch
	if err := e.bind(l.Arguments); err != nil {
		return err
	}
	// The arguments name the key's leaves in the order of the key.
	e.keyInRow = nil
	for j := range l.Arguments {
		from := l.Arguments[j].From
		if !slices.ContainsFunc(e.keyInRow, func(o []string) bool { return slices.Equal(o, from) }) {
			e.keyInRow = append(e.keyInRow, from)
		}
	}
	if len(e.keyInRow) != len(l.Key) || slices.ContainsFunc(e.keyInRow, func(from []string) bool { return len(from) == 0 }) {
		e.keyInRow = l.Key
	}
	first := true
	for j := range e.vars {
		pr.declare(&first, e.variable+"_"+e.vars[j].suffix, e.vars[j].typ)
	}
	e.declare, pr.b = pr.b, nil

	e.takes = len(l.Path) - 1
	for j, name := range l.Path {
		if plain, ok := strings.CutSuffix(name, fieldMark); ok {
			e.takes, name = j, plain
		}
		e.path = append(e.path, name)
	}
	pr.text(":")
	for j, name := range e.path[:e.takes+1] {
		if j > 0 {
			pr.text("{")
		}
		pr.name(name)
	}
	e.open, pr.b = pr.b, nil
	for _, name := range e.path[e.takes+1:] {
		pr.text("{")
		pr.name(name)
	}
	below := pr.b
	pr.b = nil
	closing := strings.Repeat("}", len(e.path)-1)
	opened := strings.TrimPrefix(string(e.open), ":")
	takes := func() {
		pr.text(opened)
		if len(e.args) > 0 {
			pr.text("(")
			pr.references(e.args)
			pr.text(")")
		}
		pr.b = append(pr.b, below...)
	}
	if l.Batch && pr.entry != nil {
		takes()
		pr.selections(in.Selections)
		pr.text(closing)
		e.pieces = pr.template()
		return nil
	}
	if l.Batch {
		pr.text(e.alias)
		pr.b = append(pr.b, e.open...)
		pr.text("(")
		pr.b = e.appendArguments(pr.b, e.args, -1)
		pr.text(")")
		pr.b = append(pr.b, below...)
		pr.selections(in.Selections)
		pr.text(closing)
		e.fields = pr.b
		return nil
	}
	// The selection is repeated for every row: fragments say it once. One of an
	// abstract type has a fragment for each type, since the field's own type is not
	// known here.
	// Filled fields are another text for each row.
	name := "F" + string(appendInt(nil, i))
	spreads := ""
	filled, rest := []subgraphs.Selection(nil), in.Selections
	if pr.entry != nil {
		filled, rest = divide(in.Selections)
	}
	for j, list := range byType(rest) {
		fragment, on := name, l.Type
		if list[0].Field == "" && list[0].On != "" && len(list) < len(rest) {
			fragment, on = name+"_"+string(appendInt(nil, j)), list[0].On
		}
		pr.text(" fragment " + fragment + " on ")
		pr.name(on)
		pr.selections(list)
		spreads += "..." + fragment + " "
	}
	p.fragments = append(p.fragments, pr.b...)
	if pr.entry != nil {
		pr.b = nil
		takes()
		pr.text("{" + spreads)
		for j := range filled {
			if filled[j].Field != "" || filled[j].On == "" {
				pr.selection(&subgraphs.Selection{On: l.Type, Selections: filled[j : j+1]})
			} else {
				pr.selection(&filled[j])
			}
		}
		pr.text("}" + closing)
		e.pieces = pr.template()
		return nil
	}
	e.end = []byte(string(below) + "{" + strings.TrimSuffix(spreads, " ") + "}" + closing)
	return nil
}

// byType splits selections on several types into those on each, in the order of
// the types. Selections that are on one type, or on none, stay together.
func byType(all []subgraphs.Selection) [][]subgraphs.Selection {
	var out [][]subgraphs.Selection
	for _, s := range all {
		if s.Field != "" || s.On == "" {
			return [][]subgraphs.Selection{all}
		}
		i := slices.IndexFunc(out, func(list []subgraphs.Selection) bool { return list[0].On == s.On })
		if i < 0 {
			out = append(out, nil)
			i = len(out) - 1
		}
		out[i] = append(out[i], s)
	}
	return out
}
