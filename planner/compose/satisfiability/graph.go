package satisfiability

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// graph is the definition made ready for walking, for one choice of override
// labels.
type graph struct {
	def   *supergraph.Definition
	types map[string]*typ

	nodes   []node
	nodeIDs map[node]int
	// provided are the distinct @provides, by id; 0 is none.
	provided    [][]schema.Selection
	providedIDs map[string]int
	sets        map[string][]schema.Selection // parsed field sets

	// closures hold, by place, what keys reach from it.
	closures map[place]*closure
	session  []*closure // closures begun since the outermost one
	depth    int
	touched  bool // a closure was read before it was complete
	requires map[requirement]bool
}

// typ is one type of the supergraph.
type typ struct {
	id    int
	def   *supergraph.TypeDefinition
	root  bool
	views map[int]*view // by subgraph
	// possible are the object types a value can have, sorted by name.
	possible []*typ
	// possibleIn are those by subgraph.
	possibleIn map[int][]*typ
	// entries are the distinct keys with the subgraphs they lead into.
	entries []*entry
	fields  map[string]*supergraph.FieldDefinition
	// objects are the interface objects among the interfaces of an object.
	objects []*typ
}

// view is a type in one subgraph.
type view struct {
	typ    *typ
	sub    int
	object bool // an interface object
	keys   []*entry
	// stubs are the field sets of all keys, those that cannot be entered by too.
	stubs  [][]schema.Selection
	fields map[string]*edge
}

// edge is a field in one subgraph.
type edge struct {
	view     *view
	def      *supergraph.FieldDefinition
	external bool
	absent   bool // overridden
	requires []schema.Selection
	provides int
	target   string // named type as declared there
}

// entry is a key of a type with all views it enters.
type entry struct {
	text  string
	set   []schema.Selection
	views []*view
}

// node is a type within one subgraph, with what a @provides adds there.
type node struct {
	view     *view
	provides int
}

// place is a node seen as a value of a certain type: an interface object
// stands for an implementation it does not know.
type place struct {
	node int
	as   *typ
}

func newGraph(def *supergraph.Definition, active map[string]bool) *graph {
	g := &graph{
		def: def, types: make(map[string]*typ, len(def.Types)),
		nodeIDs: make(map[node]int), provided: [][]schema.Selection{nil}, providedIDs: map[string]int{"": 0},
		sets: make(map[string][]schema.Selection), closures: make(map[place]*closure), requires: make(map[requirement]bool),
	}
	subgraphs := make(map[string]int, len(def.Subgraphs))
	for i, s := range def.Subgraphs {
		subgraphs[s.Name] = i
	}
	for i, t := range def.Types {
		if !t.Kind.Composite() {
			continue
		}
		nt := &typ{id: i, def: t, root: t.Name == "Query" || t.Name == "Mutation" || t.Name == "Subscription", views: make(map[int]*view, len(t.In)), possibleIn: make(map[int][]*typ)}
		g.types[t.Name] = nt
		entries := make(map[string]*entry)
		for _, in := range t.In {
			v := &view{typ: nt, sub: in.Subgraph, object: in.InterfaceObject, fields: make(map[string]*edge)}
			nt.views[in.Subgraph] = v
			for _, k := range in.Keys {
				v.stubs = append(v.stubs, g.parse(k.Fields))
				if !k.Resolvable {
					continue
				}
				e := entries[k.Fields]
				if e == nil {
					e = &entry{text: k.Fields, set: g.parse(k.Fields)}
					entries[k.Fields] = e
					nt.entries = append(nt.entries, e)
				}
				e.views = append(e.views, v)
				v.keys = append(v.keys, e)
			}
		}
	}
	for _, t := range def.Types {
		if nt := g.types[t.Name]; nt != nil {
			g.edges(nt, subgraphs, active)
			g.subtypes(nt)
		}
	}
	for _, t := range g.types {
		slices.SortFunc(t.possible, byID)
		for _, list := range t.possibleIn {
			slices.SortFunc(list, byID)
		}
	}
	return g
}

func byID(a, b *typ) int { return a.id - b.id }

func (g *graph) parse(text string) []schema.Selection {
	if text == "" {
		return nil
	}
	set, ok := g.sets[text]
	if !ok {
		// The rules on field sets have refused what does not parse.
		set, _ = schema.ParseSelections(text)
		g.sets[text] = set
	}
	return set
}

// edges adds the fields of a type to its views.
func (g *graph) edges(t *typ, subgraphs map[string]int, active map[string]bool) {
	t.fields = make(map[string]*supergraph.FieldDefinition, len(t.def.Fields))
	for _, f := range t.def.Fields {
		t.fields[f.Name] = f
		if f.Indirect {
			continue
		}
		if len(f.In) == 0 {
			for _, v := range t.views {
				v.fields[f.Name] = &edge{view: v, def: f, target: f.Type.Named()}
			}
			continue
		}
		for i := range f.In {
			in := &f.In[i]
			v := t.views[in.Subgraph]
			if v == nil {
				continue
			}
			e := &edge{view: v, def: f, external: in.External, target: f.Type.Named(), absent: in.UsedOverridden}
			if in.Type != nil {
				e.target = in.Type.Named()
			}
			e.requires = g.parse(in.Requires)
			if in.Provides != "" {
				e.provides = g.provide(g.parse(in.Provides))
			}
			v.fields[f.Name] = e
		}
		// A label decides which of two subgraphs resolves the field.
		for _, in := range f.In {
			if in.OverrideLabel == "" {
				continue
			}
			off, known := subgraphs[in.Override]
			if active[in.OverrideLabel] {
				if v := t.views[off]; known && v != nil && v.fields[f.Name] != nil {
					v.fields[f.Name].absent = true
				}
			} else if v := t.views[off]; known && v != nil && v.fields[f.Name] != nil {
				t.views[in.Subgraph].fields[f.Name].absent = true
			}
		}
	}
}

// subtypes enters an object type into its interfaces, and a union's members
// into the union.
func (g *graph) subtypes(t *typ) {
	if t.def.Kind == schema.Object {
		t.possible = append(t.possible, t)
		for _, i := range t.def.Implements {
			it := g.types[i.Type]
			if it == nil {
				continue
			}
			it.possible = append(it.possible, t)
			for _, sub := range i.Subgraphs {
				it.possibleIn[sub] = append(it.possibleIn[sub], t)
			}
			for _, v := range it.views {
				if v.object {
					t.objects = append(t.objects, it)
					break
				}
			}
		}
	}
	for _, m := range t.def.Members {
		if mt := g.types[m.Type]; mt != nil {
			t.possible = append(t.possible, mt)
			for _, sub := range m.Subgraphs {
				t.possibleIn[sub] = append(t.possibleIn[sub], mt)
			}
		}
	}
}

func (g *graph) provide(set []schema.Selection) int {
	if len(set) == 0 {
		return 0
	}
	text := schema.PrintSelections(set)
	id, ok := g.providedIDs[text]
	if !ok {
		id = len(g.provided)
		g.providedIDs[text] = id
		g.provided = append(g.provided, set)
	}
	return id
}

func (g *graph) node(n node) int {
	id, ok := g.nodeIDs[n]
	if !ok {
		id = len(g.nodes)
		g.nodeIDs[n] = id
		g.nodes = append(g.nodes, n)
	}
	return id
}

// selected finds what a @provides selects below a field, for values of a type.
func (g *graph) selected(set []schema.Selection, on *typ, field string) (below []schema.Selection, ok bool) {
	for i := range set {
		s := &set[i]
		switch {
		case !s.Fragment && s.Name == field:
			below, ok = append(below, s.Selections...), true
		case s.Fragment && (s.On == "" || g.applies(s.On, on)):
			b, found := g.selected(s.Selections, on, field)
			if found {
				below, ok = append(below, b...), true
			}
		}
	}
	return below, ok
}

func (g *graph) applies(condition string, on *typ) bool {
	if condition == on.def.Name {
		return true
	}
	c := g.types[condition]
	return c != nil && slices.Contains(c.possible, on)
}
