package graphql

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/jsonscan"
)

// toRows turns a GraphQL answer into one of LayoutRows. It takes raw over.
func (p *prepared) toRows(raw *subgraphs.Answer, call *subgraphs.Call, r *round) *subgraphs.Answer {
	m := matcher{p: p, call: call, round: r, body: raw.Body}
	if err := m.match(); err != nil {
		status := raw.Status
		raw.Release()
		return p.failed(subgraphs.CodeMalformed, status, "the answer is not a valid GraphQL response", err)
	}
	m.lacking(r)
	a := subgraphs.NewAnswer(func(*subgraphs.Answer) { raw.Release() })
	a.Layout = subgraphs.LayoutRows
	a.Status, a.Body, a.Header, a.Cache = raw.Status, m.body, raw.Header, raw.Cache
	a.Rows, a.Errs = m.rows, m.errs
	return a
}

type span struct{ start, end int }

// matcher finds the rows of a call in a response.
type matcher struct {
	p     *prepared
	call  *subgraphs.Call
	round *round // nil without filled fields
	body  []byte
	rows  [][]subgraphs.Row
	// items are, by entry and row, the index of the row's item in a list of
	// answers, -1 if there is none.
	items [][]int
	errs  []subgraphs.RowErr
}

func (m *matcher) match() error {
	m.rows = make([][]subgraphs.Row, len(m.p.entries))
	m.items = make([][]int, len(m.p.entries))
	for i := range m.rows {
		n := len(m.call.Rows[i])
		m.rows[i] = slices.Repeat([]subgraphs.Row{{Status: subgraphs.RowMissing}}, n)
		m.items[i] = slices.Repeat([]int{-1}, n)
	}
	s := jsonscan.Scanner{Bytes: m.body}
	errs := span{}
	more, err := s.Open('{')
	for ; more && err == nil; more, err = s.Next('{') {
		name, err := s.Key()
		if err != nil {
			return err
		}
		s.Space()
		start := s.At
		if string(name) == "data" && s.Peek() == '{' {
			err = m.data(&s)
		} else {
			err = s.Skip()
		}
		if err != nil {
			return err
		}
		if string(name) == "errors" {
			errs = span{start, s.At}
		}
	}
	if err != nil {
		return err
	}
	if err := s.End(); err != nil {
		return err
	}
	return m.errors(errs)
}

// data reads the members of the data object.
func (m *matcher) data(s *jsonscan.Scanner) error {
	more, err := s.Open('{')
	for ; more && err == nil; more, err = s.Next('{') {
		name, err := s.Key()
		if err != nil {
			return err
		}
		s.Space()
		start := s.At
		if err := s.Skip(); err != nil {
			return err
		}
		entry, row := m.locate(name)
		if entry < 0 {
			continue
		}
		e := &m.p.entries[entry]
		value, rest, found, err := m.descend(span{start, s.At}, e.below())
		if err != nil {
			return err
		}
		switch {
		case !found:
		case e.growing && len(rest) > 0:
			m.refuseRow(entry, row, "the lookup answered with a list")
		case e.growing:
			m.set(entry, row, value)
		default:
			if err := m.list(entry, m.members(entry, row), value, rest); err != nil {
				return err
			}
		}
	}
	return err
}

// locate returns the entry that a response key belongs to, -1 for none, and the
// row if the entry has a key for each, or else the group.
func (m *matcher) locate(key []byte) (entry, row int) {
	for i := range m.p.entries {
		e := &m.p.entries[i]
		if !e.growing && string(key) == e.alias {
			return i, 0
		}
		if !e.numbered() {
			continue
		}
		digits, ok := bytes.CutPrefix(key, []byte(e.alias+"_"))
		if !ok {
			continue
		}
		count := len(m.rows[i])
		if !e.growing {
			count = len(m.round.groups[i])
		}
		if n, ok := index(digits); ok && n < count {
			return i, n
		}
	}
	return -1, -1
}

// members are rows of an entry: all of them, or those of a group.
type members struct {
	all  int
	some []int
}

func (s members) len() int {
	if s.some != nil {
		return len(s.some)
	}
	return s.all
}

func (s members) at(i int) int {
	if s.some != nil {
		return s.some[i]
	}
	return i
}

// members returns the rows that one field of an entry is for.
func (m *matcher) members(entry, group int) members {
	if m.round == nil || len(m.round.groups[entry]) < 2 {
		return members{all: len(m.rows[entry])}
	}
	return members{some: m.round.groups[entry][group].rows}
}

// index reads a row or item number.
func index(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<24 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0
}

// below are the fields between the root field of a lookup and its objects.
func (e *entry) below() []string {
	if len(e.path) == 0 {
		return nil
	}
	return e.path[1:]
}

// descend follows a path into a value. On a null on the way it returns that, and
// at a list it stops: rest is what is left of the path, within its items.
func (m *matcher) descend(v span, path []string) (at span, rest []string, found bool, err error) {
	for i, name := range path {
		s := jsonscan.Scanner{Bytes: m.body[:v.end], At: v.start}
		switch s.Peek() {
		case 'n':
			return v, nil, true, nil
		case '[':
			return v, path[i:], true, nil
		}
		found, err := s.Enter(name)
		if err != nil || !found {
			return v, nil, false, err
		}
		s.Space()
		v.start = s.At
		if err := s.Skip(); err != nil {
			return v, nil, false, err
		}
		v.end = s.At
	}
	return v, nil, true, nil
}

func (m *matcher) set(entry, row int, v span) {
	status := subgraphs.RowOK
	if m.body[v.start] == 'n' {
		status = subgraphs.RowNull
	}
	m.rows[entry][row] = subgraphs.Row{Status: status, Start: v.start, End: v.end}
}

// refuse marks rows of an entry as failed.
func (m *matcher) refuse(entry int, rows members, format string, args ...any) {
	for i := range rows.len() {
		m.rows[entry][rows.at(i)] = subgraphs.Row{Status: subgraphs.RowError}
	}
	m.errs = append(m.errs, subgraphs.RowErr{
		Entry: entry, Row: -1, Code: subgraphs.CodeMalformed, Message: fmt.Sprintf(format, args...),
	})
}

// refuseRow marks one row as failed.
func (m *matcher) refuseRow(entry, row int, message string) {
	m.rows[entry][row] = subgraphs.Row{Status: subgraphs.RowError}
	m.errs = append(m.errs, subgraphs.RowErr{Entry: entry, Row: row, Code: subgraphs.CodeMalformed, Message: message})
}

// list spreads a list of answers over rows of an entry. Rest is the path from
// an item to its object.
func (m *matcher) list(entry int, rows members, v span, rest []string) error {
	s := jsonscan.Scanner{Bytes: m.body[:v.end], At: v.start}
	switch s.Peek() {
	case 'n':
		for i := range rows.len() {
			m.set(entry, rows.at(i), v)
		}
		return nil
	case '[':
	default:
		m.refuse(entry, rows, "the lookup did not answer with a list")
		return nil
	}
	var items []span
	more, err := s.Open('[')
	for ; more && err == nil; more, err = s.Next('[') {
		s.Space()
		start := s.At
		if err := s.Skip(); err != nil {
			return err
		}
		item, deeper, found, err := m.descend(span{start, s.At}, rest)
		if err != nil {
			return err
		}
		if !found || len(deeper) > 0 {
			m.refuse(entry, rows, "the lookup did not answer with a list of objects")
			return nil
		}
		items = append(items, item)
	}
	if err != nil {
		return err
	}
	e := &m.p.entries[entry]
	if e.lookup.Kind == subgraphs.EntitiesLookup || e.lookup.ByPosition {
		if len(items) > rows.len() {
			m.refuse(entry, rows, "the lookup answered %d items for %d keys", len(items), rows.len())
			return nil
		}
		for i, item := range items {
			m.set(entry, rows.at(i), item)
			m.items[entry][rows.at(i)] = i
		}
		return nil
	}
	return m.byKey(entry, rows, items)
}

// byKey finds the item of each row by the values of the key.
func (m *matcher) byKey(entry int, rows members, items []span) error {
	e := &m.p.entries[entry]
	found := make(map[string]int, len(items))
	for i, item := range items {
		if m.body[item.start] != '{' {
			continue
		}
		k, ok, err := identity(m.body[item.start:item.end], e.lookup.Key)
		if err != nil {
			return err
		}
		if _, twice := found[k]; ok && !twice {
			found[k] = i
		}
	}
	for i := range rows.len() {
		row := rows.at(i)
		k, ok, err := identity(m.call.Rows[entry][row], e.keyInRow)
		if err != nil {
			return err
		}
		if i, hit := found[k]; ok && hit {
			m.set(entry, row, items[i])
			m.items[entry][row] = i
		}
	}
	return nil
}

// identity returns the values at the paths, in a form that is equal for equal
// keys. It returns false if one is missing, null, or not a scalar.
func identity(object []byte, paths [][]string) (string, bool, error) {
	var k strings.Builder
	for _, path := range paths {
		v, err := valueAt(object, path)
		if err != nil {
			return "", false, err
		}
		switch v[0] {
		case 'n', '{', '[':
			return "", false, nil
		case '"':
			v = jsonscan.Unquote(v)
		}
		// The length keeps ("a","bc") and ("ab","c") apart.
		k.Write(appendInt(nil, len(v)))
		k.WriteByte(':')
		k.Write(v)
	}
	return k.String(), true, nil
}

// maxErrors is how many errors of a response are read; each may concern many
// rows.
const maxErrors = 10_000

// errors reads the errors of the response and hands them to the rows.
func (m *matcher) errors(at span) error {
	s := jsonscan.Scanner{Bytes: m.body[:at.end], At: at.start}
	if at.end == 0 || s.Peek() != '[' {
		return nil
	}
	more, err := s.Open('[')
	for n := 0; more && err == nil && n < maxErrors; n++ {
		s.Space()
		start := s.At
		if err := s.Skip(); err != nil {
			return err
		}
		if err := m.error(m.body[start:s.At]); err != nil {
			return err
		}
		more, err = s.Next('[')
	}
	return err
}

func (m *matcher) error(b []byte) error {
	text := func(path ...string) (string, error) {
		v, err := valueAt(b, path)
		if err != nil || v[0] != '"' {
			return "", err
		}
		return string(jsonscan.Unquote(v)), nil
	}
	message, err := text("message")
	if err != nil {
		return err
	}
	code, err := text("extensions", "code")
	if err != nil {
		return err
	}
	path, err := elements(b)
	if err != nil {
		return err
	}
	e := subgraphs.RowErr{Row: -1, Message: message, Code: code}
	if len(path) == 0 || path[0][0] != '"' {
		m.errs = append(m.errs, e)
		return nil
	}
	entry, row := m.locate(jsonscan.Unquote(path[0]))
	if entry < 0 {
		m.errs = append(m.errs, e)
		return nil
	}
	e.Entry = entry
	in := &m.p.entries[entry]
	rows := members{}
	if !in.growing {
		rows = m.members(entry, row)
	}
	path = in.belowObject(path[1:])
	switch {
	case in.growing:
		m.hit(e, row, path)
	case len(path) > 0:
		item, ok := index(path[0])
		found := false
		for i := range rows.len() {
			row := rows.at(i)
			if ok && m.items[entry][row] == item {
				m.hit(e, row, path[1:])
				found = true
			}
		}
		if !found {
			// The item that failed has no key to tell its row by: it is one of those
			// that were not found.
			m.errs = append(m.errs, e)
			for i := range rows.len() {
				if row := rows.at(i); m.rows[entry][row].Status == subgraphs.RowMissing {
					m.spoil(entry, row)
				}
			}
		}
	default:
		// The whole list failed.
		m.errs = append(m.errs, e)
		for i := range rows.len() {
			m.spoil(entry, rows.at(i))
		}
	}
	return nil
}

// belowObject cuts the fields of a lookup's path off an error's path. What is left
// of a batch's begins with the index of the item, if the error is within one.
func (e *entry) belowObject(path [][]byte) [][]byte {
	var kept [][]byte
	for names := len(e.below()); names > 0 && len(path) > 0; path = path[1:] {
		if path[0][0] == '"' {
			names--
		} else {
			kept = append(kept, path[0])
		}
	}
	return append(kept, path...)
}

// hit adds an error to a row.
func (m *matcher) hit(e subgraphs.RowErr, row int, path [][]byte) {
	e.Row = row
	e.Path = append(append([]byte{'['}, bytes.Join(path, []byte{','})...), ']')
	m.errs = append(m.errs, e)
	m.spoil(e.Entry, row)
}

// spoil makes a row that is null one that failed.
func (m *matcher) spoil(entry, row int) {
	if r := &m.rows[entry][row]; r.Status == subgraphs.RowNull || r.Status == subgraphs.RowMissing {
		r.Status = subgraphs.RowError
	}
}

// elements returns the elements of an error's path.
func elements(b []byte) ([][]byte, error) {
	s := jsonscan.Scanner{Bytes: b}
	found, err := s.Enter("path")
	if err != nil || !found || s.Peek() != '[' {
		return nil, err
	}
	var path [][]byte
	more, err := s.Open('[')
	for ; more && err == nil; more, err = s.Next('[') {
		s.Space()
		start := s.At
		if err := s.Skip(); err != nil {
			return nil, err
		}
		path = append(path, b[start:s.At])
	}
	return path, err
}
