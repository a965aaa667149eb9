package graphql

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/jsonscan"
	"github.com/weft-graphql/weft/subgraphs/selectionmap"
)

// Fields with arguments that are made of the row: their values differ by row, so
// the rows of a lookup that takes many are grouped by them, and each group is a
// lookup of its own in the same operation. The first group has the names that a
// lookup without such fields has; the others have numbers. A lookup of one row has
// a number anyhow.

// CodeRequiredNull is the code of a row's error.
const CodeRequiredNull = "REQUIRED_FIELD_NULL" // an argument that must not be null is made of a field that is (`@require`)

// filledField is a field of an entry with such arguments.
type filledField struct {
	key string
	// first and end are its variables in entry.vars.
	first, end int
	// on are the types around it, include the conditions on it and around it.
	on      []string
	include []subgraphs.Condition
}

// filling makes the value of a variable.
type filling struct {
	field    int // in entry.filled
	argument string
	value    selectionmap.Value
	// context, when not 0, is one more than the index of the value in the row's
	// contexts; value is not used then.
	context  int
	required bool
}

// piece is a part of the text of an entry with filled fields: fixed text, the name
// of a variable, or the beginning of a filled field, which ends before piece end.
type piece struct {
	kind     pieceKind
	text     []byte
	variable int
	field    int
	end      int
}

type pieceKind uint8

const (
	pieceText pieceKind = iota
	pieceVariable
	pieceRepresentations
	pieceField
)

// numbered reports whether the response keys of the entry end in numbers.
func (e *entry) numbered() bool { return e.growing || len(e.filled) > 0 }

// number is the number in the names of a group, -1 for none.
func (e *entry) number(group int) int {
	if group == 0 && !e.growing {
		return -1
	}
	return group
}

// group are rows with the same values.
type group struct {
	values []byte
	// ends are the ends in values of each filled variable.
	ends []int
	// skip has the filled fields that are not asked for; nil for none.
	skip []bool
	rows []int
}

// lack is a filled field that a row does not get, because of the null that a variable
// would have; the variable is -1 if it is not known what it would have.
type lack struct{ entry, row, field, variable int }

// round is what the rows of one call make of the entries with filled fields.
type round struct {
	// groups are by entry; those of other entries have none.
	groups [][]group
	lacks  []lack
	// plain says that every such entry has one group which asks for all: the
	// operation is the one that was printed when it was prepared.
	plain bool
	// idle are, by variable of the spec, those that the operation does not use because
	// of what it leaves out; nil for none.
	idle []bool
}

// round checks a call and groups its rows; the result is nil where no entry has
// filled fields.
func (p *prepared) round(call *subgraphs.Call) (*round, error) {
	if len(call.Rows) != len(p.entries) || len(call.Variables) > len(p.variables) {
		return nil, errShape
	}
	if !p.filled {
		return nil, nil
	}
	r := &round{groups: make([][]group, len(p.entries)), plain: !p.growing}
	var scratch group
	for i := range p.entries {
		e := &p.entries[i]
		if len(e.filled) == 0 {
			continue
		}
		known := map[string]int(nil)
		for row := range call.Rows[i] {
			if err := e.evaluate(&scratch, r, i, row, call); err != nil {
				return nil, err
			}
			groups := r.groups[i]
			at := len(groups) - 1
			switch {
			case e.growing:
				at = -1
			case at >= 0 && groups[at].same(&scratch):
			case at >= 0:
				if known == nil {
					known = make(map[string]int)
					for n := range groups {
						known[groups[n].identity()] = n
					}
				}
				n, ok := known[scratch.identity()]
				if at = n; !ok {
					at = -1
					known[scratch.identity()] = len(groups)
				}
			}
			if at < 0 {
				at = len(groups)
				r.groups[i] = append(groups, group{
					values: bytes.Clone(scratch.values), ends: slices.Clone(scratch.ends), skip: slices.Clone(scratch.skip),
				})
				if scratch.skip != nil || at > 0 {
					r.plain = false
				}
			}
			g := &r.groups[i][at]
			g.rows = append(g.rows, row)
		}
		if len(r.groups[i]) == 0 {
			r.plain = false
		}
	}
	if !r.plain {
		r.idle = p.idle(r)
	}
	return r, nil
}

func (g *group) same(o *group) bool {
	return bytes.Equal(g.values, o.values) && slices.Equal(g.skip, o.skip)
}

// identity is equal for equal groups. A JSON text has no control characters.
func (g *group) identity() string {
	b := bytes.Clone(g.values)
	for i, skip := range g.skip {
		if skip {
			b = append(b, 0)
			b = appendInt(b, i)
		}
	}
	return string(b)
}

// evaluate makes the values of one row.
func (e *entry) evaluate(g *group, r *round, entry, row int, call *subgraphs.Call) error {
	g.values, g.ends, g.skip = g.values[:0], g.ends[:0], nil
	text := call.Rows[entry][row]
	for i := range e.filled {
		f := &e.filled[i]
		start := len(g.values)
		asked, err := e.asked(f, text, call)
		if err != nil {
			return err
		}
		for v := f.first; v < f.end; v++ {
			fill := e.vars[v].fill
			if asked {
				var result selectionmap.Result
				if fill.context > 0 {
					g.values, result, err = appendContext(g.values, call, entry, row, fill.context-1)
				} else {
					g.values, result, err = fill.value.Append(g.values, text)
				}
				if err != nil {
					return err
				}
				switch {
				case result == selectionmap.Absent:
					// Whoever made the row knows why, and says so.
					asked = false
					r.lacks = append(r.lacks, lack{entry, row, i, -1})
				case result == selectionmap.Null && fill.required:
					asked = false
					r.lacks = append(r.lacks, lack{entry, row, i, v})
				default:
					g.values = append(g.values, ',')
				}
			}
			g.ends = append(g.ends, len(g.values))
		}
		if !asked {
			if g.skip == nil {
				g.skip = make([]bool, len(e.filled))
			}
			g.skip[i] = true
			g.values = g.values[:start]
			for v := range f.end - f.first {
				g.ends[len(g.ends)-1-v] = start
			}
		}
	}
	return nil
}

// appendContext writes a context of a row.
func appendContext(b []byte, call *subgraphs.Call, entry, row, n int) ([]byte, selectionmap.Result, error) {
	if entry >= len(call.Contexts) || row >= len(call.Contexts[entry]) {
		return b, 0, errShape
	}
	s := jsonscan.Scanner{Bytes: call.Contexts[entry][row]}
	more, err := s.Open('[')
	for ; more && err == nil; more, err = s.Next('[') {
		s.Space()
		start := s.At
		if err := s.Skip(); err != nil {
			return b, 0, err
		}
		if n--; n >= 0 {
			continue
		}
		value := s.Bytes[start:s.At]
		if value[0] == 'n' {
			return append(b, value...), selectionmap.Null, nil
		}
		return append(b, value...), selectionmap.Made, nil
	}
	if err == nil {
		err = errShape
	}
	return b, 0, err
}

// asked reports whether a filled field is asked of a row at all.
func (e *entry) asked(f *filledField, row []byte, call *subgraphs.Call) (bool, error) {
	for _, c := range f.include {
		if c.Variable < len(call.Variables) && (string(call.Variables[c.Variable]) == "true") == c.Negate {
			return false, nil
		}
	}
	if len(f.on) == 0 {
		return true, nil
	}
	name, err := valueAt(row, []string{"__typename"})
	if err != nil || name[0] != '"' {
		return err == nil, err
	}
	// A row may name an abstract type, which tells nothing.
	if typ := string(jsonscan.Unquote(name)); slices.Contains(e.types, typ) && !slices.Contains(f.on, typ) {
		return false, nil
	}
	return true, nil
}

// fills reports whether a selection has filled fields.
func fills(list []subgraphs.Selection) bool {
	return slices.ContainsFunc(list, func(s subgraphs.Selection) bool {
		return s.Field != "" && hasFrom(s.Arguments) || fills(s.Selections)
	})
}

func hasFrom(args []subgraphs.ArgumentSpec) bool {
	return slices.ContainsFunc(args, func(a subgraphs.ArgumentSpec) bool {
		return a.Value.From != "" || a.Value.Context > 0 || hasFrom(a.Value.Fields)
	})
}

// divide splits a selection into its filled fields and the rest.
func divide(list []subgraphs.Selection) (filled, rest []subgraphs.Selection) {
	for _, s := range list {
		switch {
		case s.Field != "" && hasFrom(s.Arguments):
			filled = append(filled, s)
		case s.Field != "" || !fills(s.Selections):
			rest = append(rest, s)
		default:
			a, b := s, s
			a.Selections, b.Selections = divide(s.Selections)
			filled = append(filled, a)
			if len(b.Selections) > 0 {
				rest = append(rest, b)
			}
		}
	}
	return filled, rest
}

// typesIn adds the type conditions of a selection to the entry.
func (e *entry) typesIn(list []subgraphs.Selection) {
	for i := range list {
		if list[i].Field == "" {
			if list[i].On != "" {
				e.types = append(e.types, list[i].On)
			}
			e.typesIn(list[i].Selections)
		}
	}
}

// fill adds the variable for an argument of the filled field that is being
// printed.
func (e *entry) fill(key string, a *subgraphs.ArgumentSpec) (int, error) {
	var value selectionmap.Value
	if a.Value.Context == 0 {
		var err error
		if value, err = selectionmap.Parse(a.Value.From); err != nil {
			return 0, fmt.Errorf("argument %s of %s: %w", a.Name, key, err)
		}
	}
	if !isType(a.Type) {
		return 0, fmt.Errorf("argument %s of %s: %q is not a GraphQL type", a.Name, key, a.Type)
	}
	i := e.newVariable(key+"_"+a.Name, a.Type)
	e.vars[i].fill = &filling{field: len(e.filled) - 1, argument: a.Name, value: value, context: int(a.Value.Context), required: a.Type[len(a.Type)-1] == '!'}
	return i, nil
}

// cut ends a piece of text and adds another piece.
func (p *printer) cut(next piece) int {
	if len(p.b) > 0 {
		p.pieces = append(p.pieces, piece{text: p.b})
		p.b = nil
	}
	p.pieces = append(p.pieces, next)
	return len(p.pieces) - 1
}

// template ends the pieces.
func (p *printer) template() []piece {
	out := p.pieces
	if len(p.b) > 0 {
		out = append(out, piece{text: p.b})
	}
	p.b, p.pieces = nil, nil
	return out
}

// references prints arguments of a lookup as pieces.
func (p *printer) references(args []argument) {
	for i := range args {
		if i > 0 {
			p.text(",")
		}
		p.text(args[i].name + ":")
		if args[i].variable >= 0 {
			p.text("$")
			p.cut(piece{kind: pieceVariable, variable: args[i].variable})
			continue
		}
		p.text("{")
		p.references(args[i].fields)
		p.text("}")
	}
}

// begin starts a filled field; its number is returned.
func (p *printer) begin(s *subgraphs.Selection) int {
	e := p.entry
	if e == nil || p.below > 0 {
		p.fail("an argument of %s is made of a row, but it is not a field of one", s.Field)
		return -1
	}
	key := s.Key
	if key == "" {
		key = s.Field
	}
	f := filledField{key: key, first: len(e.vars), end: len(e.vars), on: slices.Clone(p.on), include: slices.Clone(p.include)}
	f.include = append(f.include, s.Include...)
	e.filled = append(e.filled, f)
	p.within = len(e.filled) - 1
	p.text(" ")
	return p.cut(piece{kind: pieceField, field: len(e.filled) - 1})
}

func (p *printer) end(at int) {
	if at < 0 || p.err != nil {
		return
	}
	p.within = -1
	if len(p.b) > 0 {
		p.pieces = append(p.pieces, piece{text: p.b})
		p.b = nil
	}
	e := p.entry
	e.filled[p.pieces[at].field].end = len(e.vars)
	p.pieces[at].end = len(p.pieces)
}

// from prints the variable of a value that is made of the row.
func (p *printer) from(a *subgraphs.ArgumentSpec) {
	if p.entry == nil || len(p.entry.filled) == 0 {
		p.fail("argument %s is made of a row, but there is none", a.Name)
		return
	}
	i, err := p.entry.fill(p.entry.filled[len(p.entry.filled)-1].key, a)
	if err != nil {
		p.fail("%w", err)
		return
	}
	p.text("$")
	p.cut(piece{kind: pieceVariable, variable: i})
}

// shown stands for the groups in the text that is shown: one of all rows.
var shown = []group{{}}

// appendDeclarations writes the variables of the groups of an entry.
func (e *entry) appendDeclarations(b []byte, groups []group, comma bool) []byte {
	for n := range groups {
		g := &groups[n]
		number := e.number(n)
		if e.lookup.Kind == subgraphs.EntitiesLookup {
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(b, '$')
			b = e.appendRepresentations(b, number)
			b = append(b, ":[_Any!]!"...)
		}
		for i := range e.vars {
			if g.skips(e.vars[i].fill) {
				continue
			}
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(b, '$')
			b = e.appendVariable(b, number, i)
			b = append(b, ':')
			b = append(b, e.vars[i].typ...)
		}
	}
	return b
}

// skips reports whether a variable is of a field that is not asked for.
func (g *group) skips(f *filling) bool { return f != nil && g.skip != nil && g.skip[f.field] }

// appendRepresentations writes the name of the variable of an `_entities` lookup.
func (e *entry) appendRepresentations(b []byte, number int) []byte {
	b = append(b, e.variable...)
	if number >= 0 {
		b = append(b, '_')
		b = appendInt(b, number)
	}
	return b
}

// appendFields writes the fields of the groups of an entry.
func (e *entry) appendFields(b []byte, groups []group) []byte {
	for n := range groups {
		if n > 0 {
			b = append(b, ' ')
		}
		number := e.number(n)
		if number >= 0 || e.lookup.Kind != subgraphs.EntitiesLookup || e.alias != "_entities" {
			b = append(b, e.alias...)
			if number >= 0 {
				b = append(b, '_')
				b = appendInt(b, number)
			}
			b = append(b, ':')
		}
		for i := 0; i < len(e.pieces); i++ {
			c := &e.pieces[i]
			switch c.kind {
			case pieceText:
				b = append(b, c.text...)
			case pieceVariable:
				b = e.appendVariable(b, number, c.variable)
			case pieceRepresentations:
				b = e.appendRepresentations(b, number)
			case pieceField:
				if groups[n].skip != nil && groups[n].skip[c.field] {
					// A selection must not be empty.
					b = append(b, "__typename "...)
					i = c.end - 1
				}
			}
		}
	}
	return b
}

// appendGroups writes the values of the variables of the groups.
func (e *entry) appendGroups(b []byte, rows [][]byte, groups []group, comma bool) ([]byte, error) {
	for n := range groups {
		g := &groups[n]
		number := e.number(n)
		in := rows
		if len(groups) > 1 {
			in = make([][]byte, len(g.rows))
			for i, row := range g.rows {
				in[i] = rows[row]
			}
		}
		if e.lookup.Kind == subgraphs.EntitiesLookup {
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(b, '"')
			b = e.appendRepresentations(b, number)
			b = append(b, `":[`...)
			b = append(bytesJoin(b, in), ']')
		}
		from, filled := 0, 0
		for i := range e.vars {
			v := &e.vars[i]
			var value []byte
			if v.fill != nil {
				value = g.values[from:g.ends[filled]]
				from = g.ends[filled]
				filled++
				if g.skips(v.fill) {
					continue
				}
			}
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(b, '"')
			b = e.appendVariable(b, number, i)
			b = append(b, `":`...)
			if v.fill != nil {
				b = append(b, value[:len(value)-1]...) // without its comma
				continue
			}
			var err error
			if b, err = e.appendValue(b, v, in); err != nil {
				return b, err
			}
		}
	}
	return b, nil
}

func bytesJoin(b []byte, list [][]byte) []byte {
	for i, row := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, row...)
	}
	return b
}

// lacking gives the rows their nulls for the fields that could not be asked for, and
// an error for each where nobody else has one.
func (m *matcher) lacking(r *round) {
	if r == nil {
		return
	}
	body := m.body[:len(m.body):len(m.body)] // it may be shared
	for i := range r.lacks {
		l := &r.lacks[i]
		row := &m.rows[l.entry][l.row]
		if row.Status != subgraphs.RowOK {
			continue
		}
		e := &m.p.entries[l.entry]
		f := &e.filled[l.field]
		old := body[row.Start:row.End]
		start := len(body)
		if s := (jsonscan.Scanner{Bytes: old}); s.Peek() == '{' {
			body = append(body, '{')
			body = appendQuoted(body, f.key)
			body = append(body, ":null"...)
			s.At++
			if s.Peek() != '}' {
				body = append(body, ',')
			}
			body = append(body, old[s.At:]...)
			row.Start, row.End = start, len(body)
		}
		if l.variable < 0 {
			continue
		}
		m.errs = append(m.errs, subgraphs.RowErr{
			Entry: l.entry, Row: l.row, Code: CodeRequiredNull,
			Path:    append(appendQuoted([]byte{'['}, f.key), ']'),
			Message: "what the argument " + e.vars[l.variable].fill.argument + " of " + f.key + " requires is null",
		})
	}
	m.body = body
}
