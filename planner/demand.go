package planner

import (
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// demand notes how many requests a fetch takes.
func (b *builder) demand(f *fetch, out *plan.Fetch) {
	facet := b.super.Subgraphs[f.sub].Facet
	d := &out.Demand
	if facet != nil {
		d.Latency = facet.Latency
	}
	if f.root != nil || f.again {
		d.Fixed = 1
		if facet != nil {
			// An endpoint is asked once for each field, under whatever alias.
			d.Fixed = max(1, len(out.Spec.Root))
		}
		return
	}
	if facet != nil {
		d.PerRequest = 1
		if facet.Batch {
			d.PerRequest = facet.Max
		}
	}
	d.Rows = make([][]plan.ListLength, 0, len(f.entries))
	for _, e := range f.entries {
		if l := e.lookup(); facet == nil && l != nil && l.Field != nil {
			d.PerRequest = max(d.PerRequest, l.Field.Max)
		}
		n := 0
		for p := e.pos; p.parent != nil; p = p.parent.pos {
			if b.inList(p) {
				n++
			}
		}
		var lists []plan.ListLength
		if n > 0 {
			lists = make([]plan.ListLength, 0, n)
		}
		for p := e.pos; p.parent != nil; p = p.parent.pos {
			if b.inList(p) {
				lists = append(lists, b.length(p.parent))
			}
		}
		d.Rows = append(d.Rows, lists)
	}
}

// inList reports whether the objects of a position are elements of lists.
func (b *builder) inList(p *position) bool {
	return b.schema.Field(p.parent.anyField()).Type.Wrap.IsList()
}

// length is what is known of the list in a slot.
func (b *builder) length(s *slot) plan.ListLength {
	out := plan.ListLength{Variable: -1, Assumed: assumedRows}
	of := s
	size := b.super.ListSizes[s.anyField()]
	if up := s.pos.parent; up != nil {
		if above := b.super.ListSizes[up.anyField()]; above != nil && slices.Contains(above.Sized, s.name) {
			of, size = up, above
		}
	}
	if size == nil || of == s && len(size.Sized) > 0 {
		return out
	}
	if size.Assumed > 0 {
		out.Assumed = size.Assumed
	}
	for i := range of.args {
		if a := &of.args[i]; slices.Contains(size.Slicing, a.Name) && a.Value.Kind == operation.ValueVariable {
			out.Variable = of.args[i].Value.Variable
			return out
		}
	}
	for _, a := range b.schema.Field(of.anyField()).Args {
		if a.Default == "" || !slices.Contains(size.Slicing, a.Name) {
			continue
		}
		if n, err := strconv.Atoi(a.Default); err == nil && n > 0 {
			out.Assumed = n
		}
	}
	return out
}
