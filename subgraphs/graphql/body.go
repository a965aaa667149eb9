package graphql

import (
	"errors"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/jsonscan"
)

var errShape = errors.New("the call does not fit the fetch")

// appendBody writes the request body of a call with its round.
func (p *prepared) appendBody(b []byte, call *subgraphs.Call, r *round) ([]byte, error) {
	if p.growing || r != nil && !r.plain {
		rows := make([]int, len(call.Rows))
		for i := range rows {
			rows[i] = len(call.Rows[i])
		}
		b = append(b, p.open...)
		b = p.operation(b, rows, r)
		b = append(b, p.after...)
	} else {
		b = append(b, p.before...)
	}
	if len(p.entries) == 0 && len(p.variables) == 0 {
		return append(b, '}'), nil
	}
	b = append(b, `,"variables":{`...)
	comma := false
	for i := range p.entries {
		e := &p.entries[i]
		if len(e.filled) > 0 {
			var err error
			if b, err = e.appendGroups(b, call.Rows[i], r.groups[i], comma); err != nil {
				return b, err
			}
			comma = comma || b[len(b)-1] != '{'
			continue
		}
		if e.lookup.Kind == subgraphs.EntitiesLookup {
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(b, '"')
			b = append(b, e.variable...)
			b = append(b, `":[`...)
			for j, row := range call.Rows[i] {
				if j > 0 {
					b = append(b, ',')
				}
				b = append(b, row...)
			}
			b = append(b, ']')
			continue
		}
		var err error
		if b, err = e.appendValues(b, call.Rows[i], comma); err != nil {
			return b, err
		}
		comma = comma || b[len(b)-1] != '{'
	}
	for i, v := range call.Variables {
		if v == nil || r != nil && r.idle != nil && r.idle[i] {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, p.variables[i]...)
		b = append(b, v...)
	}
	return append(b, '}', '}'), nil
}

// valueAt returns the value at a path in a JSON object, `null` if there is none.
func valueAt(row []byte, path []string) ([]byte, error) {
	s := jsonscan.Scanner{Bytes: row}
	for _, name := range path {
		found, err := s.Enter(name)
		if err != nil {
			return nil, err
		}
		if !found {
			return []byte("null"), nil
		}
	}
	s.Space()
	start := s.At
	if err := s.Skip(); err != nil {
		return nil, err
	}
	return row[start:s.At], nil
}
