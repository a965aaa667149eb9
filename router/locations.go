package router

import (
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/router/locate"
)

// text is the operation's text, to find places in.
func (rq *request) text() *locate.Operation {
	if rq.places == nil {
		rq.places = locate.Parse(string(rq.parts.Query.Append(nil)), string(rq.name))
	}
	return rq.places
}

// locate gives the executor the places of a field; see [execute.Request.Locate].
func (rq *request) locate(dst []byte, path []string) []byte {
	start := len(dst)
	if dst = appendLocations(dst, rq.text().Field(path)); len(dst) > start {
		dst = append(dst, ',')
	}
	return dst
}

// variablePlace is where the variable is defined that a path such as
// $input.items[2] begins with.
func (rq *request) variablePlace(path string) []operation.Location {
	name, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil
	}
	if end := strings.IndexAny(name, ".["); end >= 0 {
		name = name[:end]
	}
	at, ok := rq.text().Variable(name)
	if !ok {
		return nil
	}
	return []operation.Location{at}
}

// introspects is where an operation asks for __schema or __type.
func introspects(op *operation.Operation) []operation.Location {
	var out []operation.Location
	for _, set := range op.Sets {
		for i := range set.Selections {
			if s := &set.Selections[i]; s.Kind == operation.SelectIntrospection {
				out = append(out, s.Pos)
			}
		}
	}
	return out
}

// appendLocations appends the member of an error that says where it is, or
// nothing if that is not known.
func appendLocations(dst []byte, locations []operation.Location) []byte {
	known := 0
	for _, l := range locations {
		if l.Line <= 0 || l.Column <= 0 {
			continue
		}
		if known == 0 {
			dst = append(dst, `"locations":[`...)
		} else {
			dst = append(dst, ',')
		}
		known++
		dst = append(dst, `{"line":`...)
		dst = strconv.AppendInt(dst, int64(l.Line), 10)
		dst = append(dst, `,"column":`...)
		dst = strconv.AppendInt(dst, int64(l.Column), 10)
		dst = append(dst, '}')
	}
	if known > 0 {
		dst = append(dst, ']')
	}
	return dst
}
