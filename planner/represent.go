package planner

import (
	"slices"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// cloneNeeds copies needs so that merging leaves the originals alone.
func cloneNeeds(needs []need) []need {
	out := slices.Clone(needs)
	for i := range out {
		if out[i].below != nil {
			out[i].below = cloneNeeds(out[i].below)
		}
	}
	return out
}

// representation writes the template of a lookup's rows.
func (b *builder) representation(p *position, needs []need, typename string, target int) *plan.Representation {
	rep := &plan.Representation{Fields: []plan.RepresentationField{{
		Prefix:   []byte(`"__typename":`),
		Constant: appendQuoted(nil, typename),
		Slot:     -1,
	}}}
	b.representationFields(rep, p, needs, target)
	return rep
}

func (b *builder) representationFields(rep *plan.Representation, p *position, needs []need, target int) {
	for i := range needs {
		n := &needs[i]
		prefix := append(appendQuoted(nil, n.name), ':')
		at := slices.IndexFunc(rep.Fields, func(f plan.RepresentationField) bool {
			return f.Slot == n.slot.index && string(f.Prefix) == string(prefix)
		})
		if at < 0 {
			at = len(rep.Fields)
			rep.Fields = append(rep.Fields, plan.RepresentationField{Prefix: prefix, Slot: n.slot.index})
			if len(p.types) > 1 {
				rep.Fields[at].Types = make([]bool, len(p.types))
			}
		}
		f := &rep.Fields[at]
		f.Key = f.Key || n.key
		if f.Types != nil {
			f.Types[n.ti] = true
		}
		if n.below == nil {
			continue
		}
		if f.Child == nil {
			child := n.slot.child
			f.Child = &plan.Representation{}
			if b.schema.Type(child.typ).Kind != schema.Object {
				f.Child.Names = make([]string, len(child.types))
				for ti, t := range child.types {
					f.Child.Names[ti] = b.schema.Type(t).Name
					if v := b.super.View(t, target); v != nil {
						f.Child.Names[ti] = v.Name
					}
				}
			}
		}
		b.representationFields(f.Child, n.slot.child, n.below, target)
	}
}
