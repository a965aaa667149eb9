package satisfiability

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// maxStates bounds the walk. Real graphs need about one state a type.
const maxStates = 2_000_000

// state is a position in the API schema with all places that a request can
// have reached it by.
type state struct {
	as     *typ
	places []place
	parent int // index into walker.states, or -1
	step   string
}

type walker struct {
	*graph
	states   []state
	visited  map[*typ][][]int
	checked  map[*typ][][]int
	problems []Problem
	reported map[string]bool
}

// walk proves that each field of the API schema can be reached.
func (g *graph) walk() []Problem {
	w := walker{graph: g, visited: make(map[*typ][][]int), checked: make(map[*typ][][]int), reported: make(map[string]bool)}
	for _, name := range []string{"Query", "Mutation", "Subscription"} {
		t := g.types[name]
		if t == nil || t.def.Applied.Inaccessible {
			continue
		}
		s := state{as: t, parent: -1}
		for _, sub := range sortedSubgraphs(t.views) {
			s.places = append(s.places, place{g.node(node{view: t.views[sub]}), t})
		}
		w.states = append(w.states, s)
	}
	for i := 0; i < len(w.states); i++ {
		if i >= maxStates {
			w.problems = append(w.problems, Problem{Code: CodeTooComplex, Message: "The supergraph is too complex to prove that every field can be reached.", Hint: "Use fewer distinct @provides."})
			break
		}
		w.visit(i)
	}
	return w.problems
}

func sortedSubgraphs(views map[int]*view) []int {
	out := make([]int, 0, len(views))
	for sub := range views {
		out = append(out, sub)
	}
	slices.Sort(out)
	return out
}

// visit looks at all that can follow a state.
func (w *walker) visit(i int) {
	s := w.states[i]
	if s.as.def.Kind.Abstract() {
		w.visitAbstract(i)
		return
	}
	nodes := w.reachAll(s)
	if w.seen(s.as, nodes) {
		w.checkShared(i, nodes)
		return
	}
	bySub := make(map[int][]int, len(nodes))
	for _, n := range nodes {
		sub := w.nodes[n].view.sub
		bySub[sub] = append(bySub[sub], n)
	}
	for _, f := range s.as.def.Fields {
		if f.Applied.Inaccessible {
			continue
		}
		w.visitField(i, f, nodes, bySub)
	}
}

// reachAll joins the closures of a state's places.
func (w *walker) reachAll(s state) []int {
	if len(s.places) == 1 {
		return w.reach(s.places[0])
	}
	var out []int
	for _, p := range s.places {
		if !slices.Contains(out, p.node) {
			out = append(out, w.reach(p)...)
			slices.Sort(out)
			out = slices.Compact(out)
		}
	}
	return out
}

// seen reports whether the type was already proven from no more than these
// nodes, and notes them otherwise: more nodes can only reach more.
func (w *walker) seen(t *typ, nodes []int) bool {
	for _, old := range w.visited[t] {
		if subset(old, nodes) {
			return true
		}
	}
	w.visited[t] = append(w.visited[t], nodes)
	return false
}

// checkShared looks at the shared abstract fields of a state whose fields are
// proven already: with more subgraphs to answer, these may disagree.
func (w *walker) checkShared(i int, nodes []int) {
	s := w.states[i]
	for _, old := range w.visited[s.as] {
		if slices.Equal(old, nodes) {
			return
		}
	}
	for _, old := range w.checked[s.as] {
		if slices.Equal(old, nodes) {
			return
		}
	}
	w.checked[s.as] = append(w.checked[s.as], nodes)
	for _, f := range s.as.def.Fields {
		target := w.types[f.Type.Named()]
		if f.Applied.Inaccessible || target == nil || !target.def.Kind.Abstract() {
			continue
		}
		var places []place
		for _, n := range nodes {
			if to, ok := w.move(place{n, s.as}, f.Name, true); ok && to.as != nil {
				places = append(places, to)
			}
		}
		w.checkRuntimeTypes(i, f, state{as: target, places: w.distinct(places)})
	}
}

func subset(small, large []int) bool {
	if len(small) > len(large) {
		return false
	}
	j := 0
	for _, n := range small {
		for j < len(large) && large[j] < n {
			j++
		}
		if j == len(large) || large[j] != n {
			return false
		}
	}
	return true
}

// visitAbstract goes on to the types that values of an interface or union have.
// Which those are is up to the subgraph that returned the value: keys lead to
// more fields, not to more types.
func (w *walker) visitAbstract(i int) {
	s := w.states[i]
	start := make([]int, len(s.places))
	for k, p := range s.places {
		start[k] = p.node
	}
	for _, old := range w.visited[s.as] {
		if slices.Equal(old, start) {
			return
		}
	}
	w.visited[s.as] = append(w.visited[s.as], start)
	nodes := w.reachAll(s)
	if len(s.as.possible) > 0 && !slices.ContainsFunc(nodes, func(n int) bool { return !w.nodes[n].view.object }) {
		w.reportInterfaceObject(i, nodes)
		return
	}
	for _, o := range s.as.possible {
		if o.def.Applied.Inaccessible {
			continue
		}
		var places []place
		for _, p := range s.places {
			if len(w.downcast(p, o)) == 0 {
				continue
			}
			for _, n := range w.reach(p) {
				places = append(places, w.downcast(place{n, s.as}, o)...)
			}
		}
		// A type that no subgraph returns here cannot be asked for.
		if len(places) > 0 {
			w.states = append(w.states, state{as: o, places: w.distinct(places), parent: i, step: "... on " + o.def.Name})
		}
	}
}

func (w *walker) visitField(i int, f *supergraph.FieldDefinition, nodes []int, bySub map[int][]int) {
	s := w.states[i]
	target := w.types[f.Type.Named()]
	leaf := target == nil
	var places []place
	found := false
	try := func(n int) {
		if leaf && found {
			return
		}
		if to, ok := w.move(place{n, s.as}, f.Name, true); ok {
			found = true
			if !leaf && to.as != nil {
				places = append(places, to)
			}
		}
	}
	if len(f.In) > 0 && len(f.In) < len(nodes) && len(s.as.objects) == 0 {
		for j := range f.In {
			for _, n := range bySub[f.In[j].Subgraph] {
				try(n)
			}
		}
	} else {
		for _, n := range nodes {
			try(n)
		}
	}
	if !found {
		w.report(i, f, nodes)
		return
	}
	if leaf || target.def.Applied.Inaccessible {
		return
	}
	next := state{as: target, places: w.distinct(places), parent: i, step: s.as.def.Name + "." + f.Name}
	if target.def.Kind.Abstract() {
		w.checkRuntimeTypes(i, f, next)
	}
	// Places of a narrower type than the field's are told apart: each subgraph
	// declares the type it returns.
	w.states = append(w.states, w.split(next)...)
}

func (w *walker) distinct(places []place) []place {
	slices.SortFunc(places, func(a, b place) int { return a.node - b.node })
	return slices.Compact(places)
}

// split turns places whose subgraph declares another type (a subtype) into
// states of the types that values can have.
func (w *walker) split(s state) []state {
	if !slices.ContainsFunc(s.places, func(p place) bool { return p.as != s.as }) {
		return []state{s}
	}
	var out []state
	for _, o := range s.as.possible {
		var places []place
		for _, p := range s.places {
			places = append(places, w.downcast(p, o)...)
		}
		if len(places) > 0 {
			out = append(out, state{as: o, places: w.distinct(places), parent: s.parent, step: s.step})
		}
	}
	return out
}

// checkRuntimeTypes reports a shared field whose subgraphs return no type in
// common: which one answers would decide what comes back.
func (w *walker) checkRuntimeTypes(i int, f *supergraph.FieldDefinition, s state) {
	var common []*typ
	subs := make(map[int]bool)
	differ := false
	for k, p := range s.places {
		n := w.nodes[p.node]
		if n.view.object {
			return
		}
		subs[n.view.sub] = true
		types := p.as.possibleIn[n.view.sub]
		if p.as.def.Kind == schema.Object {
			types = []*typ{p.as}
		}
		if k == 0 {
			common = types
			continue
		}
		var both []*typ
		for _, t := range common {
			if slices.Contains(types, t) {
				both = append(both, t)
			}
		}
		differ = differ || len(both) < len(common) || len(both) < len(types)
		common = both
	}
	if !differ || len(common) > 0 || len(subs) < 2 {
		return
	}
	coordinate := w.states[i].as.def.Name + "." + f.Name
	if w.reported["types "+coordinate] {
		return
	}
	w.reported["types "+coordinate] = true
	var names []string
	for _, sub := range sortedKeys(subs) {
		names = append(names, w.def.Subgraphs[sub].Name)
	}
	w.problems = append(w.problems, Problem{
		Code: CodeMismatch, Coordinate: coordinate,
		Message: "Shared field " + coordinate + " of type " + s.as.def.Name + " returns different concrete types in subgraphs " + strings.Join(names, ", ") + ", none of them in common.",
		Hint:    "A shared field must resolve alike everywhere: let the subgraphs have the same implementations or members.",
	})
}

func sortedKeys(m map[int]bool) []int {
	out := make([]int, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
