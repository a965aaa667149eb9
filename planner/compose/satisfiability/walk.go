package satisfiability

import (
	"container/heap"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/schema"
)

// Bounds on walking by length of path, so that the first counter-example is a
// shortest one: how many sets of places one type is proven from, and how much
// work there is, once a type has more sets than usual. Real graphs stay far below.
// Beyond them the walk takes small sets first: what is proven from a small set is
// proven from all that hold it.
const (
	broadSets         = 1000
	usualSets         = 8
	broadWork         = 1_000_000
	broadWorkPerField = 50
)

// state is a position in the API schema with all places that a request can
// have reached it by.
type state struct {
	as schema.TypeID
	// places are sorted.
	places []int32
	parent int // index into walker.states, or -1
	step   string
	// carried are the contexts that objects on the path carry.
	carried uint64
}

// proof is a set of places, and contexts, that a type has been proven with.
type proof struct {
	places  []int32
	carried uint64
}

type walker struct {
	*run
	states []state
	// visited are, by type, the sets of places proven, without those that hold
	// another one; counts say how many they have been.
	visited [][]proof
	counts  []int
	// known are the places that led to them, by content.
	known    map[string]bool
	sets     map[string]bool // all sets met, by content
	problems []Problem
	reported map[string]bool

	// next is the first state not visited; rest are those left in order of size
	// once the walk has become too broad.
	next  int
	broad bool
	rest  sizeOrder
}

// walk proves that each field of the API schema can be reached.
func (r *run) walk() []Problem {
	w := &walker{
		run: r, visited: make([][]proof, len(r.schema.Types)), counts: make([]int, len(r.schema.Types)), known: make(map[string]bool),
		sets: make(map[string]bool), reported: make(map[string]bool),
	}
	w.rest.walker = w
	for _, root := range r.schema.Roots {
		if root == schema.NoType || r.schema.Type(root).Hidden {
			continue
		}
		w.states = append(w.states, state{as: root, places: r.roots(root), parent: -1})
	}
	for i, ok := w.pick(); ok && w.spend(0); i, ok = w.pick() {
		w.visit(i)
	}
	if !w.spend(0) {
		w.problems = append(w.problems, Problem{
			Code: CodeTooComplex, Message: "The supergraph is too complex to prove that every field can be reached.",
			Hint: "Let the subgraphs that share value types share all of their fields, and use fewer distinct @provides.",
		})
	}
	return w.problems
}

// roots are the places of a root type.
func (r *run) roots(t schema.TypeID) []int32 {
	var out []int32
	for i := range r.super.Views[t] {
		out = append(out, r.place(place{as: t, decl: t, sub: int32(r.super.Views[t][i].Subgraph)}))
	}
	slices.Sort(out)
	return out
}

// pick takes the next state to visit.
func (w *walker) pick() (int, bool) {
	if !w.broad {
		w.next++
		return w.next - 1, w.next <= len(w.states)
	}
	for ; w.next < len(w.states); w.next++ {
		heap.Push(&w.rest, w.next)
	}
	if len(w.rest.list) == 0 {
		return 0, false
	}
	return heap.Pop(&w.rest).(int), true
}

// sizeOrder is a heap of states, those with few places first.
type sizeOrder struct {
	walker *walker
	list   []int
}

func (o *sizeOrder) Len() int { return len(o.list) }
func (o *sizeOrder) Less(i, j int) bool {
	a, b := o.list[i], o.list[j]
	if n, m := len(o.walker.states[a].places), len(o.walker.states[b].places); n != m {
		return n < m
	}
	return a < b
}
func (o *sizeOrder) Swap(i, j int) { o.list[i], o.list[j] = o.list[j], o.list[i] }
func (o *sizeOrder) Push(x any)    { o.list = append(o.list, x.(int)) }
func (o *sizeOrder) Pop() any {
	x := o.list[len(o.list)-1]
	o.list = o.list[:len(o.list)-1]
	return x
}

func content(as schema.TypeID, places []int32, carried uint64) string {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 12+4*len(places)), uint32(as))
	if carried != 0 {
		b = binary.LittleEndian.AppendUint64(append(b, 0xff, 0xff, 0xff, 0xff), carried) // no place has such a number
	}
	for _, p := range places {
		b = binary.LittleEndian.AppendUint32(b, uint32(p))
	}
	return string(b)
}

// note adds a set to a list of known ones and reports whether it was new.
func note(known map[string]bool, as schema.TypeID, places []int32, carried uint64) bool {
	key := content(as, places, carried)
	if known[key] {
		return false
	}
	known[key] = true
	return true
}

// visit looks at all that can follow a state.
func (w *walker) visit(i int) {
	s := w.states[i]
	if !note(w.known, s.as, s.places, s.carried) || !w.spend(len(s.places)) {
		return
	}
	if w.schema.Type(s.as).Kind.Abstract() {
		w.visitAbstract(i)
		return
	}
	h := w.hold(s.as, s.places)
	h.carried = s.carried
	set := h.set()
	if !note(w.sets, s.as, set, s.carried) {
		return
	}
	if w.proven(s.as, set, s.carried) {
		w.checkShared(i, h)
		return
	}
	clean := true
	for _, f := range w.schema.Type(s.as).Fields {
		if !w.schema.Field(f).Hidden && !w.visitField(i, f, h) {
			clean = false
		}
	}
	w.prove(s.as, set, s.carried, clean)
}

// proven reports whether the type was already proven from no more than this set:
// more places can only reach more.
func (w *walker) proven(t schema.TypeID, set []int32, carried uint64) bool {
	for _, old := range w.visited[t] {
		w.work += 1 + len(old.places)/8
		if old.carried&^carried == 0 && subset(old.places, set) {
			return true
		}
	}
	return false
}

// prove notes that the type has been visited with a set. Where a field could not
// be had with it, more places may lead on to further problems, which are to be
// told as well as long as there are not too many sets.
func (w *walker) prove(t schema.TypeID, set []int32, carried uint64, clean bool) {
	w.counts[t]++
	enough := broadWork + broadWorkPerField*len(w.schema.Fields)
	w.broad = w.broad || w.counts[t] > broadSets || w.counts[t] > usualSets && w.work > enough
	if !clean && !w.broad {
		return
	}
	w.work += len(w.visited[t])
	w.visited[t] = append(slices.DeleteFunc(w.visited[t], func(old proof) bool {
		return carried&^old.carried == 0 && subset(set, old.places)
	}), proof{set, carried})
}

func subset(small, large []int32) bool {
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
// Which those are is up to the subgraph that returned the value: lookups lead to
// more fields, not to more types.
func (w *walker) visitAbstract(i int) {
	s := w.states[i]
	possible := w.schema.Type(s.as).Possible
	typed := len(possible) == 0
	var next []state
	for _, o := range possible {
		var places []int32
		for _, p := range s.places {
			if c, ok := w.cast(p, o); ok {
				places = append(places, c)
				if at := &w.places[c]; at.decl == o || w.closure(c).tells(w.run) {
					typed = true
				}
			}
		}
		// A type that no subgraph returns here cannot be asked for.
		if len(places) > 0 && !w.schema.Type(o).Hidden {
			slices.Sort(places)
			next = append(next, state{as: o, places: slices.Compact(places), parent: i, step: "... on " + w.schema.Type(o).Name, carried: s.carried})
		}
	}
	if !typed && len(s.places) > 0 && len(next) > 0 {
		w.reportInterfaceObject(i)
		return
	}
	w.states = append(w.states, next...)
}

// tells reports whether lookups from the place of an interface object lead to
// where the concrete type is known.
func (c *closure) tells(r *run) bool {
	for t := range c.entries.targets {
		if c.open.has(t) && r.places[c.entries.targets[t].place].through(r.schema) == schema.NoType {
			return true
		}
	}
	return false
}

// holding is all that can be done with values of one type that are held at some
// places.
type holding struct {
	run     *run
	entries *entries
	// bases are places where requests begin, in order of subgraphs.
	bases []int32
	// open are the targets that lookups from any of them lead to.
	open bits
	// told is what explanations have found out so far.
	told told
	// carried are the contexts that objects around carry.
	carried uint64
}

func (r *run) hold(as schema.TypeID, places []int32) *holding {
	h := &holding{run: r, entries: r.entriesOf(as), carried: everyContext}
	h.open = newBits(len(h.entries.targets))
	have := make(map[int32]bool, len(places))
	for next := slices.Clone(places); len(next) > 0; next = next[1:] {
		if have[next[0]] {
			continue
		}
		have[next[0]] = true
		h.bases = append(h.bases, next[0])
		c := r.closure(next[0])
		r.spend(len(c.open))
		h.open.or(c.open)
		for t := range h.entries.targets {
			if h.entries.targets[t].base && c.open.has(t) {
				next = append(next, h.entries.targets[t].place)
			}
		}
	}
	slices.SortFunc(h.bases, func(a, b int32) int {
		if x, y := r.places[a].sub, r.places[b].sub; x != y {
			return int(x - y)
		}
		return int(a - b)
	})
	return h
}

// set are the places in order, without those that give no more than a lookup
// into the same subgraph does.
func (h *holding) set() []int32 {
	var out []int32
	for _, b := range h.bases {
		p := &h.run.places[b]
		t, ok := h.entries.index[door{p.sub, p.through(h.run.schema)}]
		if ok && p.extra == 0 && h.open.has(int(t)) && h.entries.targets[t].twin {
			continue
		}
		out = append(out, b)
	}
	for t := range h.entries.targets {
		if h.open.has(t) {
			out = append(out, h.entries.targets[t].place)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// in are the bases in a subgraph.
func (h *holding) in(sub int) []int32 {
	at, _ := slices.BinarySearchFunc(h.bases, int32(sub), func(b, sub int32) int { return int(h.run.places[b].sub - sub) })
	end := at
	for end < len(h.bases) && h.run.places[h.bases[end]].sub == int32(sub) {
		end++
	}
	return h.bases[at:end]
}

// each calls visit for every place in which a field can be had, until it
// returns false.
func (h *holding) each(f schema.FieldID, visit func(from int32, m *graph.Move) bool) {
	r := h.run
	moves := r.graph.Moves(f)
	r.spend(len(moves))
	for i := range moves {
		m := &moves[i]
		if !r.usable(m.Provider) || m.Provider.Contexts != nil && r.contexts.needs[m.Provider]&^h.carried != 0 {
			continue
		}
		for _, b := range h.in(m.Subgraph) {
			if ok, needs := r.gives(b, m); ok && (!needs || r.reenters(b, m)) && !visit(b, m) {
				return
			}
		}
		t, ok := h.entries.index[door{int32(m.Subgraph), m.Through}]
		if !ok || !h.open.has(int(t)) {
			continue
		}
		to := &h.entries.targets[t]
		ok, needs := r.gives(to.place, m)
		if ok && needs {
			ok = !to.base && slices.ContainsFunc(h.bases, func(b int32) bool {
				return r.closure(b).open.has(int(t)) && r.meets(b, m) == nil
			})
		}
		if ok && !visit(to.place, m) {
			return
		}
	}
}

// follow returns the places that a field leads to, and whether it can be had.
func (h *holding) follow(f schema.FieldID) (places []int32, found bool) {
	leaf := !h.run.schema.Type(h.run.schema.Field(f).Type.Type).Kind.Composite()
	h.each(f, func(from int32, m *graph.Move) bool {
		to, ok := h.run.move(from, m)
		if !ok {
			return true
		}
		found = true
		if to >= 0 {
			places = append(places, to)
		}
		return !leaf
	})
	slices.Sort(places)
	return slices.Compact(places), found
}

// visitField goes on along a field and reports whether that can be done.
func (w *walker) visitField(i int, f schema.FieldID, h *holding) bool {
	field := w.schema.Field(f)
	places, found := h.follow(f)
	if !found {
		if w.reportContext(i, f, h) {
			return false
		}
		if w.spend(0) { // else it may be that the search was given up
			w.report(i, f, h)
		}
		return false
	}
	target := w.schema.Type(field.Type.Type)
	if !target.Kind.Composite() || target.Hidden {
		return true
	}
	next := state{as: target.ID, places: places, parent: i, step: w.coordinate(f), carried: h.carried | w.contexts.carried[field.Parent]}
	if target.Kind.Abstract() {
		w.checkRuntimeTypes(f, next)
	}
	w.states = append(w.states, next)
	return true
}

// checkShared looks at the shared abstract fields of a state whose fields are
// proven already: with more subgraphs to answer, these may disagree.
func (w *walker) checkShared(i int, h *holding) {
	as := w.states[i].as
	for _, f := range w.schema.Type(as).Fields {
		field := w.schema.Field(f)
		if field.Hidden || !w.schema.Type(field.Type.Type).Kind.Abstract() || len(w.graph.Moves(f)) < 2 {
			continue
		}
		places, _ := h.follow(f)
		w.checkRuntimeTypes(f, state{as: field.Type.Type, places: places})
	}
}

// checkRuntimeTypes reports a shared field whose subgraphs return no type in
// common: which one answers would decide what comes back.
func (w *walker) checkRuntimeTypes(f schema.FieldID, s state) {
	var common []schema.TypeID
	var upstreams []int
	differ := false
	for k, id := range s.places {
		p := w.places[id]
		v := w.view(p.decl, p.sub)
		if v == nil || v.InterfaceObject {
			return
		}
		if up := w.super.Subgraphs[p.sub].Upstream; !slices.Contains(upstreams, up) {
			upstreams = append(upstreams, up)
		}
		types := v.Possible
		if v.Kind == schema.Object {
			types = []schema.TypeID{p.decl}
		}
		if k == 0 {
			common = types
			continue
		}
		var both []schema.TypeID
		for _, t := range common {
			if slices.Contains(types, t) {
				both = append(both, t)
			}
		}
		differ = differ || len(both) < len(common) || len(both) < len(types)
		common = both
	}
	if !differ || len(common) > 0 || len(upstreams) < 2 || w.reported["types "+w.coordinate(f)] {
		return
	}
	coordinate := w.coordinate(f)
	w.reported["types "+coordinate] = true
	slices.Sort(upstreams)
	var names []string
	for _, up := range upstreams {
		names = append(names, w.super.Definition.Subgraphs[up].Name)
	}
	w.problems = append(w.problems, Problem{
		Code: CodeMismatch, Coordinate: coordinate, Subgraph: names[0], Labels: w.labels(),
		Message: "Shared field " + coordinate + " of type " + w.schema.Type(s.as).Name + " returns different concrete types in subgraphs " + strings.Join(names, ", ") + ", none of them in common.",
		Hint:    "A shared field must resolve alike everywhere: let the subgraphs have the same implementations or members.",
	})
}

func (r *run) coordinate(f schema.FieldID) string {
	field := r.schema.Field(f)
	return r.schema.Type(field.Parent).Name + "." + field.Name
}
