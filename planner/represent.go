package planner

import (
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
)

// cloneNeeds copies needs so that merging leaves the originals alone.
func (r *run) cloneNeeds(needs []need) []need {
	if len(needs) == 0 {
		return needs
	}
	out := r.mem.needs.clone(needs)
	for i := range out {
		out[i].below = r.cloneNeeds(out[i].below)
	}
	return out
}

// plain reports whether needs are as mergeNeeds makes them and have none below,
// so that they can be shared.
func plain(needs []need) bool {
	for i := range needs {
		if needs[i].below != nil {
			return false
		}
		for j := range i {
			if needs[j].slot == needs[i].slot && needs[j].ti == needs[i].ti && needs[j].from == needs[i].from {
				return false
			}
		}
	}
	return true
}

var (
	typenamePrefix = []byte(`"__typename":`)
	typenameQuoted = typenamePrefix[: len(typenamePrefix)-1 : len(typenamePrefix)-1]
)

// representation writes the template of a lookup's rows.
func (b *builder) representation(p *position, t schema.TypeID, needs []need, typename string, target int) *plan.Representation {
	rep := &plan.Representation{Fields: make([]plan.RepresentationField, 1, 1+len(needs))}
	rep.Fields[0] = plan.RepresentationField{Prefix: typenamePrefix, Constant: b.names.typeConstant(b.schema, t, typename), Slot: -1}
	b.representationFields(rep, p, needs, target)
	return rep
}

func (b *builder) representationFields(rep *plan.Representation, p *position, needs []need, target int) {
	for i := range needs {
		n := &needs[i]
		name := b.nameOf(n, target)
		at := -1
		for j := range rep.Fields {
			if f := &rep.Fields[j]; f.Slot == n.slot.index && isPrefix(f.Prefix, name) {
				at = j
				break
			}
		}
		if at < 0 {
			at = len(rep.Fields)
			rep.Fields = append(rep.Fields, plan.RepresentationField{Prefix: b.prefix(n.slot, n.slot.fields[n.ti], name), Slot: n.slot.index})
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
			f.Child = &plan.Representation{Fields: make([]plan.RepresentationField, 0, len(n.below))}
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

// isPrefix reports whether a prefix is that of a name.
func isPrefix(prefix []byte, name string) bool {
	return len(prefix) == len(name)+3 && string(prefix[1:len(prefix)-2]) == name
}

// prefix is a key as the key of a JSON object, with its colon. The slot's own is
// written once.
func (b *builder) prefix(s *slot, f schema.FieldID, key string) []byte {
	if f != schema.NoField && key == b.schema.Field(f).Name {
		return b.names.prefix(f)
	}
	if key == s.key {
		if s.prefix == nil {
			s.prefix = b.newPrefix(key)
		}
		return s.prefix
	}
	return b.newPrefix(key)
}

func (b *builder) newPrefix(key string) []byte {
	return append(appendQuoted(make([]byte, 0, len(key)+3), key), ':')
}
