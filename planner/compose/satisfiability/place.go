package satisfiability

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// The bound on the work of a proof, in steps that each take well under a
// microsecond. Real graphs need about five steps a field.
const (
	maxWork         = 30_000_000
	maxWorkPerField = 500
)

// run is one proof, for one choice of override labels.
type run struct {
	graph  *graph.Graph
	super  *supergraph.Supergraph
	schema *schema.Schema
	// active are the override labels that are on.
	active []bool

	places   []place
	placeIDs map[place]int32
	// extras are what paths add or leave out; 0 is nothing.
	extras   []extra
	extraIDs map[string]int32

	// steps are the interned steps of field sets, by text.
	steps map[string]*step
	paths map[*supergraph.FieldSelection][]*step
	// entries are, by type, the ways into subgraphs; made when first needed.
	entries []*entries

	contexts contexts
	closures []*closure // by place
	facts    map[factKey]*fact
	solver   solver

	// work is what has been done, limit what may be done.
	work, limit int
}

// place is a value as one subgraph holds it.
type place struct {
	// as is the type by which it is looked at; decl is the type as the subgraph
	// declares it: as itself, a narrower one, or, where as is an object, the
	// interface whose interface object the subgraph has.
	as, decl schema.TypeID
	sub      int32
	extra    int32
	// entered is set where a lookup leads; what is external there cannot be had.
	entered bool
}

// extra is what the path to a place changes there.
type extra struct {
	set supergraph.FieldSet
	// made says that the value has the fields of set only: no subgraph gave it,
	// it was made of sibling fields. Otherwise set is added (@provides).
	made bool
}

func newRun(g *graph.Graph, active []bool) *run {
	s := g.Supergraph
	return &run{
		contexts: newContexts(s),
		graph:    g, super: s, schema: s.Schema, active: active,
		placeIDs: make(map[place]int32), extras: make([]extra, 1), extraIDs: make(map[string]int32),
		steps: make(map[string]*step), paths: make(map[*supergraph.FieldSelection][]*step),
		entries: make([]*entries, len(s.Schema.Types)), facts: make(map[factKey]*fact),
		limit: maxWork + maxWorkPerField*len(s.Schema.Fields),
	}
}

// spend counts work and reports whether there is some left.
func (r *run) spend(n int) bool {
	r.work += n
	return r.work <= r.limit
}

func (r *run) place(p place) int32 {
	id, ok := r.placeIDs[p]
	if !ok {
		id = int32(len(r.places))
		r.placeIDs[p] = id
		r.places = append(r.places, p)
		r.closures = append(r.closures, nil)
	}
	return id
}

func (r *run) extra(x extra) int32 {
	if len(x.set) == 0 && !x.made {
		return 0
	}
	var b strings.Builder
	if x.made {
		b.WriteByte('!')
	}
	r.writeSet(&b, x.set)
	id, ok := r.extraIDs[b.String()]
	if !ok {
		id = int32(len(r.extras))
		r.extraIDs[b.String()] = id
		r.extras = append(r.extras, x)
	}
	return id
}

func (r *run) writeSet(b *strings.Builder, set supergraph.FieldSet) {
	for i := range set {
		sel := &set[i]
		if sel.On != schema.NoType {
			b.WriteString("... on " + r.schema.Type(sel.On).Name)
		} else {
			b.WriteString(sel.Name)
		}
		if len(sel.Selections) > 0 {
			b.WriteByte('{')
			r.writeSet(b, sel.Selections)
			b.WriteByte('}')
		}
		b.WriteByte(' ')
	}
}

// view returns what a subgraph says of a type, or nil.
func (r *run) view(t schema.TypeID, sub int32) *supergraph.TypeView { return r.super.View(t, int(sub)) }

// usable reports whether a provider resolves its field under the run's labels.
func (r *run) usable(p *supergraph.Provider) bool {
	return p.Usable(p.Label >= 0 && r.active[p.Label])
}

// through is the interface whose interface object holds the value, or NoType.
func (p *place) through(s *schema.Schema) schema.TypeID {
	if p.decl != p.as && s.Type(p.as).Kind == schema.Object {
		return p.decl
	}
	return schema.NoType
}

// selected finds what a set selects below a field, for values of a type.
func (r *run) selected(set supergraph.FieldSet, as schema.TypeID, name string) (below supergraph.FieldSet, ok bool) {
	for i := range set {
		sel := &set[i]
		switch {
		case sel.On != schema.NoType:
			if sel.On == as || r.schema.Implements(sel.On, as) {
				if b, found := r.selected(sel.Selections, as, name); found {
					below, ok = append(below[:len(below):len(below)], b...), true
				}
			}
		case sel.Name == name:
			below, ok = append(below[:len(below):len(below)], sel.Selections...), true
		}
	}
	return below, ok
}

// gives reports whether a place itself gives a field by a move of its subgraph,
// what the field requires left aside. needs says that it requires something, or has
// contexts.
func (r *run) gives(id int32, m *graph.Move) (ok, needs bool) {
	p := &r.places[id]
	if int32(m.Subgraph) != p.sub || m.Through != p.through(r.schema) || !r.usable(m.Provider) {
		return false, false
	}
	pr := m.Provider
	x := &r.extras[p.extra]
	switch {
	case x.made:
		_, ok = r.selected(x.set, p.as, r.schema.Field(m.Field).Name)
		return ok, false
	case pr.External && p.entered && !pr.Entered:
		return false, false
	case pr.External && (!pr.KeyExternal || pr.Requires != nil):
		_, ok = r.selected(x.set, p.as, r.schema.Field(m.Field).Name)
		return ok, false
	}
	return r.givesAll(id, pr.JoinFrom), pr.HasInputs()
}

// givesAll reports whether a place itself gives all of a field set.
func (r *run) givesAll(id int32, set supergraph.FieldSet) bool {
	for i := range set {
		if set[i].On == schema.NoType && set[i].Name == "__typename" {
			continue
		}
		if on := set[i].On; on != schema.NoType {
			as := r.places[id].as
			if (on == as || r.schema.Implements(on, as)) && !r.givesAll(id, set[i].Selections) {
				return false
			}
			continue
		}
		f := r.schema.FieldByName(r.places[id].as, set[i].Name)
		if f == schema.NoField || !r.givesField(id, f, set[i].Selections) {
			return false
		}
	}
	return true
}

// givesField reports whether a place itself gives a field that requires nothing,
// with all that is selected below it.
func (r *run) givesField(id int32, f schema.FieldID, below supergraph.FieldSet) bool {
	moves := r.graph.Moves(f)
	for i := range moves {
		if ok, needs := r.gives(id, &moves[i]); !ok || needs {
			continue
		}
		if len(below) == 0 {
			return true
		}
		to, ok := r.move(id, &moves[i])
		if ok && to >= 0 && !slices.ContainsFunc(r.concrete(to), func(c int32) bool { return !r.givesAll(c, below) }) {
			return true
		}
	}
	return false
}

// move returns the place that a move from a place leads to, -1 for a leaf. It
// reports false where the subgraph does not know the field's type.
func (r *run) move(id int32, m *graph.Move) (int32, bool) {
	pr := m.Provider
	if !r.schema.Type(pr.Named).Kind.Composite() {
		return -1, true
	}
	p := r.places[id]
	to := place{as: r.schema.Field(m.Field).Type.Type, decl: pr.Named, sub: p.sub}
	if p.extra == 0 && pr.Provides == nil && pr.Join == nil {
		if known, ok := r.placeIDs[to]; ok {
			return known, true
		}
	}
	if r.view(pr.Named, p.sub) == nil {
		return -1, false
	}
	x := extra{set: pr.Provides}
	if p.extra != 0 {
		from := r.extras[p.extra]
		below, _ := r.selected(from.set, p.as, r.schema.Field(m.Field).Name)
		if x.made = from.made; x.made {
			x.set = below
		} else {
			x.set = append(x.set[:len(x.set):len(x.set)], below...)
		}
	}
	if pr.Join != nil {
		x = extra{set: joined(pr.Join), made: true}
	}
	to.extra = r.extra(x)
	return r.place(to), true
}

// joined are the fields that a joined object has: those of its key.
func joined(parts []supergraph.ProviderJoin) supergraph.FieldSet {
	var out supergraph.FieldSet
	for i := range parts {
		at := &out
		for _, name := range parts[i].Key {
			k := slices.IndexFunc(*at, func(s supergraph.FieldSelection) bool { return s.Name == name })
			if k < 0 {
				k = len(*at)
				*at = append(*at, supergraph.FieldSelection{Field: schema.NoField, Name: name, On: schema.NoType})
			}
			at = &(*at)[k].Selections
		}
	}
	return out
}

// cast returns a place as one of a concrete type. It reports false where values
// there are never of that type.
func (r *run) cast(id int32, to schema.TypeID) (int32, bool) {
	p := r.places[id]
	v := r.view(p.decl, p.sub)
	switch {
	case v == nil:
		return 0, false
	case v.InterfaceObject:
		if !r.schema.Implements(p.decl, to) {
			return 0, false
		}
	case v.Kind == schema.Object:
		if p.decl != to {
			return 0, false
		}
	default:
		if _, found := slices.BinarySearch(v.Possible, to); !found {
			return 0, false
		}
		p.decl = to
	}
	p.as = to
	return r.place(p), true
}

// concrete are the places of a place's concrete types.
func (r *run) concrete(id int32) []int32 {
	t := r.schema.Type(r.places[id].as)
	if t.Kind == schema.Object {
		return []int32{id}
	}
	var out []int32
	for _, o := range t.Possible {
		if c, ok := r.cast(id, o); ok {
			out = append(out, c)
		}
	}
	return out
}
