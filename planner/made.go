package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/plan"
)

// made writes a composite slot whose objects the subgraph does not have: a
// joined object made of sibling fields, or a namespace, whose fields are asked
// for in its place.
func (w *specWriter) made(sc *scope, s *slot, ti int, group []*arrival, m *graph.Move, need plan.Condition) {
	if slices.ContainsFunc(sc.decode.Made, func(have plan.Made) bool { return have.Slot == s.index }) {
		return
	}
	below := w.below(s, group)
	made := plan.Made{
		Slot: s.index, Shape: w.shape[s.child.id], Namespace: m.Provider.Namespace,
		Static: slices.Index(s.child.types, m.Provider.Named), Cond: need,
	}
	if made.Namespace {
		// The fields below are asked for beside this one: they share its keys.
		inner := w.scope(sc.keys, 0)
		inner.inline = true
		inner.decode.Shape, inner.decode.Static, inner.decode.Conds = made.Shape, made.Static, sc.decode.Conds
		w.objectIn(inner, below, s.child)
		sc.decode.Conds = inner.decode.Conds
		for i := inner.fields; i < len(w.stacks.decodeFields); i++ {
			f := &w.stacks.decodeFields[i]
			f.Into = s.index + 1
			if f.Sure {
				sc.decode.Sure++
			}
		}
		sc.decode.Made = append(sc.decode.Made, made)
		return
	}
	for _, part := range m.Provider.Join {
		made.Parts = append(made.Parts, plan.MadePart{
			From: w.slotPath(group, s.pos, ti, part.From),
			To:   w.slotPath(below, s.child, made.Static, part.Key),
		})
	}
	sc.decode.Made = append(sc.decode.Made, made)
}

// slotPath finds the slots that a group of arrivals fills along a path of
// fields; nil when one of them is not asked for.
func (w *specWriter) slotPath(group []*arrival, p *position, ti int, path []string) []int {
	var out []int
	for depth, name := range path {
		var found *slot
		for _, s := range p.slots {
			if s.name != name || len(s.args) > 0 || len(s.consts) > 0 || !s.types.has(ti) {
				continue
			}
			for i := range s.assigned {
				if s.assigned[i].types.has(ti) && slices.Contains(group, s.assigned[i].from) {
					found = s
				}
			}
		}
		if found == nil {
			return nil
		}
		out = append(out, found.index)
		if depth == len(path)-1 {
			break
		}
		group, p = w.below(found, group), found.child
		ti = 0
	}
	return out
}
