package satisfiability

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// closure is what one can reach from a place by keys alone, itself included.
type closure struct {
	place place
	// nodes are sorted.
	nodes []int
	begun bool
	done  bool
}

// requirement is a question asked again and again: can a node satisfy the
// @requires of a field?
type requirement struct {
	node int
	edge *edge
}

// reach returns the closure of a place. Keys may need values that other
// closures give, in circles; so closures begun together are computed again
// until none grows.
func (g *graph) reach(p place) []int {
	c := g.closures[p]
	if c == nil {
		c = &closure{place: p, nodes: []int{p.node}}
		g.closures[p] = c
	}
	switch {
	case c.done:
		return c.nodes
	case c.begun:
		g.touched = true
		return c.nodes
	}
	c.begun = true
	g.session = append(g.session, c)
	g.depth++
	g.grow(c)
	g.depth--
	if g.depth == 0 {
		g.finish()
	}
	return c.nodes
}

// finish grows the closures of a session until they are complete.
func (g *graph) finish() {
	for again := g.touched; again; {
		again = false
		count := len(g.session)
		for i := 0; i < len(g.session); i++ { // may get longer meanwhile
			before := len(g.session[i].nodes)
			g.depth++
			g.grow(g.session[i])
			g.depth--
			again = again || len(g.session[i].nodes) > before
		}
		again = again || len(g.session) > count
	}
	for _, c := range g.session {
		c.done = true
	}
	g.session, g.touched = g.session[:0], false
}

// grow adds to a closure what its present nodes lead to.
func (g *graph) grow(c *closure) {
	in := make(map[int]bool, len(c.nodes))
	queue := slices.Clone(c.nodes)
	for _, n := range c.nodes {
		in[n] = true
	}
	add := func(v *view) {
		id := g.node(node{view: v})
		if !in[id] {
			in[id] = true
			queue = append(queue, id)
			c.nodes = append(c.nodes, id)
		}
	}
	used := make(map[*entry]bool)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		n := g.nodes[id]
		as := c.place.as
		if as.root {
			for _, v := range as.views {
				add(v)
			}
			continue
		}
		g.hop(n, id, as, as.entries, used, add, nil)
		// To interface objects that add fields to this type.
		for _, i := range as.objects {
			g.hop(n, id, as, i.entries, used, add, func(v *view) bool { return v.object })
		}
		// From an interface object to the interface, and there to the type.
		if n.view.object && n.view.typ != as {
			i := n.view.typ
			g.hop(n, id, as, i.entries, used, func(v *view) {
				if o := as.views[v.sub]; o != nil && slices.Contains(i.possibleIn[v.sub], as) {
					add(o)
				}
			}, func(v *view) bool { return !v.object })
		}
	}
	slices.Sort(c.nodes)
}

// hop follows those keys whose values the node can give.
func (g *graph) hop(n node, id int, as *typ, entries []*entry, used map[*entry]bool, add func(*view), only func(*view) bool) {
	for _, e := range entries {
		if used[e] && only == nil {
			continue
		}
		if len(e.views) == 1 && e.views[0] == n.view {
			continue
		}
		if !g.gives(place{id, as}, e.set) {
			continue
		}
		if only == nil {
			used[e] = true
		}
		for _, v := range e.views {
			if only == nil || only(v) {
				add(v)
			}
		}
	}
}

// gives reports whether a selection can be had at a place, from the subgraph
// itself or by further keys.
func (g *graph) gives(p place, set []schema.Selection) bool {
	if g.local(p, set) {
		return true
	}
	return g.resolve([]place{p}, set)
}

// local reports whether the subgraph of the place has the whole selection.
func (g *graph) local(p place, set []schema.Selection) bool {
	for i := range set {
		s := &set[i]
		if s.Fragment {
			on := p.as
			if s.On != "" {
				on = g.types[s.On]
			}
			if on == nil {
				return false
			}
			for _, q := range g.downcast(p, on) {
				if !g.local(q, s.Selections) {
					return false
				}
			}
			continue
		}
		if s.Name == "__typename" {
			continue
		}
		next, ok := g.move(p, s.Name, false)
		if !ok || len(s.Selections) > 0 && !g.local(next, s.Selections) {
			return false
		}
	}
	return true
}

// downcast returns the places that values of the condition's type have.
func (g *graph) downcast(p place, on *typ) []place {
	if on == p.as {
		return []place{p}
	}
	n := g.nodes[p.node]
	if p.as.def.Kind == schema.Object {
		if slices.Contains(on.possible, p.as) {
			return []place{p}
		}
		return nil
	}
	if n.view.object {
		return []place{{p.node, on}}
	}
	var out []place
	for _, o := range p.as.possibleIn[n.view.sub] {
		if o == on || slices.Contains(on.possible, o) {
			if v := o.views[n.view.sub]; v != nil {
				out = append(out, place{g.node(node{v, n.provides}), o})
			}
		}
	}
	return out
}

// move follows a field within the subgraph of a place. With deep, the field's
// @requires must be satisfiable; without, a field that requires others is none.
func (g *graph) move(p place, name string, deep bool) (place, bool) {
	n := g.nodes[p.node]
	e := n.view.fields[name]
	if e == nil || e.absent {
		return place{}, false
	}
	provides := e.provides
	below, provided := g.selected(g.provided[n.provides], p.as, name)
	if e.external && !provided {
		return place{}, false
	}
	if len(e.requires) > 0 && (!deep || !g.satisfies(p, e)) {
		return place{}, false
	}
	if len(below) > 0 {
		provides = g.provide(append(slices.Clone(g.provided[e.provides]), below...))
	}
	t := g.types[e.target]
	if t == nil {
		return place{}, true // a leaf
	}
	v := t.views[n.view.sub]
	if v == nil {
		return place{}, false
	}
	return place{g.node(node{v, provides}), t}, true
}

// satisfies reports whether the @requires of a field can be had from the place,
// and the subgraph be entered again with it.
func (g *graph) satisfies(p place, e *edge) bool {
	if g.local(p, e.requires) {
		return true
	}
	q := requirement{p.node, e}
	if known, ok := g.requires[q]; ok {
		return known
	}
	// A requirement that needs itself is not satisfied.
	g.requires[q] = false
	touched := g.touched
	g.touched = false
	ok := g.enterable(p) && g.resolve([]place{p}, e.requires)
	if g.touched || g.depth > 0 && !ok {
		delete(g.requires, q) // not final: closures may still grow
	} else {
		g.requires[q] = ok
	}
	g.touched = g.touched || touched
	return ok
}

// enterable reports whether the subgraph has a key of the type whose values it
// gives itself. As in Apollo's composition, `resolvable: false` does not matter
// here: a subgraph with a @requires must answer for it.
func (g *graph) enterable(p place) bool {
	for _, set := range g.nodes[p.node].view.stubs {
		if g.local(p, set) {
			return true
		}
	}
	return false
}

// resolve reports whether a selection can be had from any of the places, each
// of its parts perhaps from another.
func (g *graph) resolve(places []place, set []schema.Selection) bool {
	for i := range set {
		s := &set[i]
		if s.Fragment {
			if !g.resolveFragment(places, s) {
				return false
			}
			continue
		}
		if s.Name == "__typename" {
			continue
		}
		next, ok := g.resolveField(places, s.Name)
		if !ok || len(s.Selections) > 0 && !g.resolve(next, s.Selections) {
			return false
		}
	}
	return true
}

func (g *graph) resolveFragment(places []place, s *schema.Selection) bool {
	byType := make(map[*typ][]place)
	var order []*typ
	for _, p := range places {
		on := p.as
		if s.On != "" {
			on = g.types[s.On]
		}
		if on == nil {
			return false
		}
		for _, r := range g.reach(p) {
			for _, q := range g.downcast(place{r, p.as}, on) {
				if byType[q.as] == nil {
					order = append(order, q.as)
				}
				byType[q.as] = append(byType[q.as], q)
			}
		}
	}
	for _, t := range order {
		if !g.resolve(byType[t], s.Selections) {
			return false
		}
	}
	return true
}

// resolveField returns the places a field leads to from any of the places.
func (g *graph) resolveField(places []place, name string) (next []place, ok bool) {
	for _, p := range places {
		for _, r := range slices.Clone(g.reach(p)) {
			q := place{r, p.as}
			if to, moved := g.move(q, name, true); moved && g.everywhere(q, name) {
				ok = true
				if to.as != nil {
					next = append(next, to)
				}
			}
		}
	}
	if ok {
		return next, true
	}
	// An interface's field may have to be fetched for each type apart.
	for _, p := range places {
		if p.as.def.Kind != schema.Interface {
			continue
		}
		all := true
		var found []place
		for _, o := range p.as.possibleIn[g.nodes[p.node].view.sub] {
			to, moved := g.resolveField(g.downcast(p, o), name)
			all = all && moved
			found = append(found, to...)
		}
		if all && len(p.as.possibleIn[g.nodes[p.node].view.sub]) > 0 {
			return found, true
		}
	}
	return nil, false
}

// everywhere reports whether all local implementations give an interface's
// field as the interface promises.
func (g *graph) everywhere(p place, name string) bool {
	n := g.nodes[p.node]
	if p.as.def.Kind != schema.Interface || n.view.object {
		return true
	}
	for _, o := range p.as.possibleIn[n.view.sub] {
		v := o.views[n.view.sub]
		if v == nil {
			continue
		}
		if _, ok := g.move(place{g.node(node{v, n.provides}), o}, name, false); !ok {
			return false
		}
	}
	return true
}
