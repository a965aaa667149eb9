package graphql

import "slices"

// idle.go finds the variables that an operation would declare for nothing, because
// the filled fields that use them are left out.

// use is where a variable of the spec is used: an entry with filled fields and the
// number of the field, or -1 for what surrounds the fields. Entry -1 is anywhere
// else.
type use struct{ entry, field int }

// idle finds the variables of the spec that an operation does not use: to declare
// them would make it invalid.
func (p *prepared) idle(r *round) []bool {
	var out []bool
	for i, uses := range p.uses {
		if slices.ContainsFunc(uses, r.has) {
			continue
		}
		if out == nil {
			out = make([]bool, len(p.uses))
		}
		out[i] = true
	}
	return out
}

// has reports whether the place of a use is part of the operation.
func (r *round) has(u use) bool {
	return u.entry < 0 || slices.ContainsFunc(r.groups[u.entry], func(g group) bool {
		return u.field < 0 || g.skip == nil || !g.skip[u.field]
	})
}
