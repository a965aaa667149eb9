package satisfiability

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// CheckWithin is Check for no labels with another bound on the work.
func CheckWithin(s *supergraph.Supergraph, limit int) []Problem {
	r := newRun(graph.New(s), make([]bool, len(s.Labels)))
	r.limit = limit
	return r.walk()
}

// Tracer follows single paths without leaving anything out, which the walk
// does: it skips what is proven already.
type Tracer struct{ run *run }

// Trace is where a path leads.
type Trace struct {
	// Type is the type there.
	Type    schema.TypeID
	places  []int32
	carried uint64
}

// NewTracer returns a Tracer for one choice of labels.
func NewTracer(s *supergraph.Supergraph, active []bool) *Tracer {
	return &Tracer{newRun(graph.New(s), active)}
}

// Root is the beginning of paths from a root type.
func (t *Tracer) Root(of schema.TypeID) Trace { return Trace{Type: of, places: t.run.roots(of)} }

// Field follows a field of an object type. It reports false if it cannot be had.
func (t *Tracer) Field(from Trace, f schema.FieldID) (Trace, bool) {
	h := t.run.hold(from.Type, from.places)
	h.carried = from.carried
	places, ok := h.follow(f)
	return Trace{t.run.schema.Field(f).Type.Type, places, from.carried | t.run.contexts.carried[from.Type]}, ok
}

// Known reports whether something can tell the concrete type of a value.
func (t *Tracer) Known(from Trace) bool {
	w := &walker{run: t.run, reported: map[string]bool{}, states: []state{{as: from.Type, places: from.places, parent: -1}}}
	w.visitAbstract(0)
	return len(w.problems) == 0
}

// On narrows a value to an object type. It reports false if no subgraph returns
// such a value there.
func (t *Tracer) On(from Trace, to schema.TypeID) (Trace, bool) {
	var out []int32
	for _, p := range from.places {
		if c, ok := t.run.cast(p, to); ok {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return Trace{to, slices.Compact(out), from.carried}, len(out) > 0
}

// Follow follows the path of a Problem. It returns how many steps can be taken.
func (t *Tracer) Follow(path []string) int {
	s := t.run.schema
	var at Trace
	for i, step := range path {
		if on, ok := strings.CutPrefix(step, "... on "); ok {
			if at, ok = t.On(at, s.TypeByName(on)); !ok {
				return i
			}
			continue
		}
		typ, name, _ := strings.Cut(step, ".")
		id := s.TypeByName(typ)
		if i == 0 {
			at = t.Root(id)
		}
		next, ok := t.Field(at, s.FieldByName(id, name))
		if !ok {
			return i
		}
		at = next
	}
	return len(path)
}
