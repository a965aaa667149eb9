package satisfiability

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// step is one step on the way to a leaf of a field set: a field, or a condition
// on the type. Equal ways are one chain of steps.
type step struct {
	name string
	on   schema.TypeID // NoType for a field
	next *step         // nil behind the leaf
	text string
}

// leaves are the ways to the leaves of a field set.
func (r *run) leaves(set supergraph.FieldSet) []*step {
	if len(set) == 0 {
		return nil
	}
	if known, ok := r.paths[&set[0]]; ok {
		return known
	}
	var out []*step
	for i := range set {
		sel := &set[i]
		if sel.On == schema.NoType && sel.Name == "__typename" {
			continue
		}
		if len(sel.Selections) == 0 {
			out = append(out, r.step(sel, nil))
			continue
		}
		for _, below := range r.leaves(sel.Selections) {
			out = append(out, r.step(sel, below))
		}
		if sel.On == schema.NoType {
			// A selection of type names alone still needs the object.
			if len(r.leaves(sel.Selections)) == 0 {
				out = append(out, r.step(sel, r.intern(&step{name: "__typename", on: schema.NoType, text: "__typename"})))
			}
		}
	}
	r.paths[&set[0]] = out
	return out
}

func (r *run) step(sel *supergraph.FieldSelection, next *step) *step {
	s := &step{name: sel.Name, on: sel.On, next: next, text: sel.Name}
	if sel.On != schema.NoType {
		s.text = "... on " + r.schema.Type(sel.On).Name
	}
	if next != nil {
		s.text += " { " + next.text + " }"
	}
	return r.intern(s)
}

func (r *run) intern(s *step) *step {
	if known := r.steps[s.text]; known != nil {
		return known
	}
	r.steps[s.text] = s
	return s
}

// entries are the ways from values of one concrete type into subgraphs.
type entries struct {
	targets []target
	index   map[door]int32
	keys    []key
	// first are, by field, the keys that a path of which begins with it.
	first map[schema.FieldID][]int32
	// simple are the fields that no subgraph requires anything for.
	hard map[schema.FieldID]bool
	// objects says that some subgraphs know values of the type as interface
	// objects only.
	objects bool
}

// door is where a lookup leads, as a field move names it.
type door struct {
	sub     int32
	through schema.TypeID
}

// target is a place that lookups lead to.
type target struct {
	place int32
	// base targets are as good as a place that a field move leads to: requests
	// begin there.
	base bool
	// fields are the fields that begin a key and that can be had there.
	fields []schema.FieldID
	// twin is set if the place of a field move in the subgraph gives no more.
	twin bool
}

// key is a distinct field set with all it opens.
type key struct {
	text    string
	paths   []*step
	targets []int32
	// from says where values must be held that the key is read from: NoType for
	// anywhere but in interface objects, or an interface object; any for both.
	from schema.TypeID
	any  bool
}

// entriesOf returns the ways into subgraphs for a concrete type.
func (r *run) entriesOf(t schema.TypeID) *entries {
	if e := r.entries[t]; e != nil {
		return e
	}
	e := &entries{index: make(map[door]int32), first: make(map[schema.FieldID][]int32), hard: make(map[schema.FieldID]bool)}
	r.entries[t] = e
	byText := make(map[string]int)
	add := func(text string, set supergraph.FieldSet, from schema.TypeID, any bool, at int32) {
		id := text
		switch {
		case any:
			id = "any " + text
		case from != schema.NoType:
			id = r.schema.Type(from).Name + " " + text
		}
		k, ok := byText[id]
		if !ok {
			k = len(e.keys)
			byText[id] = k
			e.keys = append(e.keys, key{text: text, paths: r.leaves(set), from: from, any: any})
		}
		e.keys[k].targets = append(e.keys[k].targets, at)
	}
	if slices.Contains(r.schema.Roots[:], t) {
		// A root type can be asked anew from anywhere.
		for i := range r.super.Views[t] {
			sub := int32(r.super.Views[t][i].Subgraph)
			add("", nil, schema.NoType, true, r.target(e, door{sub, schema.NoType}, place{as: t, decl: t, sub: sub}, true))
		}
	}
	lookups := r.graph.Lookups(t)
	for i := range lookups {
		l := &lookups[i]
		if l.Root {
			continue
		}
		d := door{int32(l.Subgraph), l.Through}
		p := place{as: t, decl: t, sub: d.sub, entered: true}
		if l.Through != schema.NoType {
			p.decl = l.Through
		}
		p.extra = r.extra(extra{set: l.Provides})
		add(l.Text, l.Key, schema.NoType, l.Through != schema.NoType, r.target(e, d, p, false))
	}
	for _, iface := range r.schema.Type(t).Interfaces {
		object := slices.ContainsFunc(r.super.Views[iface], func(v supergraph.TypeView) bool { return v.InterfaceObject })
		e.objects = e.objects || object
		if !object {
			continue
		}
		// Lookups of the interface tell the type of what an interface object holds.
		lookups := r.graph.Lookups(iface)
		for i := range lookups {
			l := &lookups[i]
			v := r.view(iface, int32(l.Subgraph))
			if v == nil || r.view(t, int32(l.Subgraph)) == nil {
				continue
			}
			if _, found := slices.BinarySearch(v.Possible, t); !found {
				continue
			}
			d := door{int32(l.Subgraph), -2 - iface} // no move names it
			add(l.Text, l.Key, iface, false, r.target(e, d, place{as: t, decl: t, sub: d.sub}, true))
		}
	}
	r.indexKeys(t, e)
	return e
}

func (r *run) target(e *entries, d door, p place, base bool) int32 {
	at, ok := e.index[d]
	if !ok {
		at = int32(len(e.targets))
		e.index[d] = at
		e.targets = append(e.targets, target{place: r.place(p), base: base, twin: !base && d.through == schema.NoType})
	}
	return at
}

// indexKeys notes where the fields that begin keys can be had.
func (r *run) indexKeys(t schema.TypeID, e *entries) {
	for k := range e.keys {
		for _, s := range e.keys[k].paths {
			f := r.schema.FieldByName(t, s.name)
			if s.on != schema.NoType || f == schema.NoField {
				continue
			}
			if list := e.first[f]; len(list) == 0 || list[len(list)-1] != int32(k) {
				e.first[f] = append(list, int32(k))
			}
		}
	}
	for _, f := range r.schema.Type(t).Fields {
		moves := r.graph.Moves(f)
		begins := e.first[f] != nil
		for i := range moves {
			m := &moves[i]
			if !r.usable(m.Provider) {
				continue
			}
			if m.Provider.Requires != nil {
				e.hard[f] = true
			}
			at, ok := e.index[door{int32(m.Subgraph), m.Through}]
			if !ok {
				continue
			}
			if m.Provider.KeyExternal {
				e.targets[at].twin = false
			}
			if begins && !m.Provider.External {
				e.targets[at].fields = append(e.targets[at].fields, f)
			}
		}
	}
}
