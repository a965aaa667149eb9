package rest

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// gives finds out what an endpoint gives, and describes it as a facet.
func (c *compiler) gives(e *endpoint) {
	named := e.typ
	what := e.coordinate()
	if e.field != nil {
		named = e.field.named
		what = e.field.coordinate()
	}
	switch {
	case e.conn != nil:
		e.give = c.connectionNode(e)
	case !named.kind.Composite():
		e.whole = named
		if e.choose != nil {
			c.checkLeaf(named, e.choose.shape, what, e)
		}
	case e.choose != nil:
		e.give = c.shaped(named, e.choose.shape, what, e, 0)
	case e.jq != nil:
		e.give = c.provided(named, c.set(e.spec.Provides, named, e, false), e)
	default:
		e.give = c.raw(named, e)
	}
	if e.give != nil && e.jq == nil {
		if e.spec.Provides != "" {
			e.give = restrict(e.give, c.set(e.spec.Provides, named, e, true), true)
		}
		if e.spec.Omit != "" {
			e.give = restrict(e.give, c.set(e.spec.Omit, named, e, true), false)
		}
	}
	e.own = e.give
	if e.kind == lookupEndpoint {
		c.keyFields(e)
	}
	e.facet = c.facet(e)
	e.types = e.typeNames()
}

// set reads a field set of an endpoint.
func (c *compiler) set(text string, t *typ, e *endpoint, whole bool) []schema.Selection {
	set, err := schema.ParseSelections(text)
	if err != nil {
		c.add(CodeInvalidSelection, e.spec.At, e.coordinate(), "%s: the field set %q cannot be read: %v", e.coordinate(), text, err)
		return nil
	}
	if !c.checkSet(set, t, e.spec.At, e.coordinate(), whole) {
		return nil
	}
	return set
}

// keyFields makes sure that answers can be matched by key, and gives the fields
// of the key from the row: the object was found by them.
func (c *compiler) keyFields(e *endpoint) {
	e.keyNode = e.give
	for _, path := range leavesOf(e.key, nil) {
		if e.give.has(path) {
			continue
		}
		e.keyNode = nil
		if e.match == matchKey {
			c.add(CodeInvalidMatch, e.spec.At, e.coordinate(), "the answers to %s do not hold %s, by which they would be matched", e.coordinate(), strings.Join(path, ".")).Hint =
				"Map it, or use match: position or match: map."
		}
	}
	out := *e.give
	out.fields = slices.Clone(e.give.fields)
	for i := range e.key {
		if len(e.key[i].Selections) > 0 {
			continue
		}
		g := &given{field: e.typ.byName[e.key[i].Name], row: []string{e.key[i].Name}}
		at := slices.IndexFunc(out.fields, func(o *given) bool { return o.field == g.field })
		if at >= 0 {
			out.fields[at] = g
		} else {
			out.fields = append(out.fields, g)
		}
	}
	e.give = &out
}

// has reports whether objects of the node hold the leaf at a path.
func (n *node) has(path []string) bool {
	g := n.field(path[0])
	switch {
	case g == nil:
		return false
	case len(path) == 1:
		return g.below == nil
	}
	return g.below != nil && g.below.has(path[1:])
}

// facet describes an endpoint to composition and planning.
func (c *compiler) facet(e *endpoint) subgraphs.Facet {
	f := subgraphs.Facet{
		Name: e.name, Cost: e.spec.Cost, Latency: e.spec.Latency,
		Batch: e.batched || e.superset, Max: e.max, Drop: e.missing == missingDrop,
		Primes: e.lookup() && !c.spec.Unprimed,
	}
	entry := e.give
	if e.field != nil {
		entry = &node{typ: e.typ, built: true, fields: []*given{{field: e.field, below: e.give}}}
	}
	if e.kind == rootEndpoint {
		f.RootType, f.RootField = e.typ.name, e.field.name
	} else {
		f.Type, f.Key = e.typ.name, schema.PrintSelections(e.key)
	}
	g := &gatherer{nodes: map[*typ][]*node{}, seen: map[*node]bool{}}
	g.visit(entry)
	for _, t := range c.order {
		nodes := g.nodes[t]
		if len(nodes) == 0 {
			continue
		}
		ft := subgraphs.FacetType{Type: t.name}
		for _, field := range t.fields {
			have, all := 0, true
			for _, n := range nodes {
				if n.gives(field) {
					have++
				} else {
					all = false
				}
			}
			if have == 0 || t.kind.Abstract() && !all {
				continue
			}
			ft.Fields = append(ft.Fields, subgraphs.FacetField{
				Name: field.name, External: !all, Provides: g.provides(nodes, field),
				Primes: c.lookedUp[t] && !c.spec.Unprimed && slices.ContainsFunc(nodes, func(n *node) bool { return n.primes(field) }),
			})
		}
		f.Gives = append(f.Gives, ft)
	}
	if f.RootField == "" {
		f.Provides = g.print(g.extras(entry), 0)
	}
	return f
}

// gives reports whether all values of the node have a field.
func (n *node) gives(f *field) bool {
	if n.typ.kind.Abstract() {
		for _, p := range n.concrete {
			if p.field(f.name) == nil {
				return false
			}
		}
		return len(n.concrete) > 0
	}
	return n.field(f.name) != nil
}

// gatherer finds the places of each type within a facet.
type gatherer struct {
	nodes map[*typ][]*node
	seen  map[*node]bool
}

func (g *gatherer) visit(n *node) {
	if n == nil || g.seen[n] {
		return
	}
	g.seen[n] = true
	g.nodes[n.typ] = append(g.nodes[n.typ], n)
	for _, p := range n.concrete {
		g.visit(p)
	}
	for _, f := range n.fields {
		g.visit(f.below)
	}
}

// common reports whether a field is there wherever the facet has the type.
func (g *gatherer) common(t *typ, name string) bool {
	for _, n := range g.nodes[t] {
		if n.field(name) == nil {
			return false
		}
	}
	return true
}

// extra is a field that only some places of a type have.
type extra struct {
	on   *typ
	give *given
}

// extras are what the values of a node have beyond what all of their type have.
func (g *gatherer) extras(n *node) []extra {
	if n.typ.kind.Abstract() {
		var out []extra
		for _, p := range n.concrete {
			for _, x := range g.extras(p) {
				x.on = p.typ
				out = append(out, x)
			}
		}
		return out
	}
	var out []extra
	for _, f := range n.fields {
		if !g.common(n.typ, f.field.name) {
			out = append(out, extra{give: f})
		}
	}
	return out
}

// provides is the field set that a field alone gives, wherever its type has the
// field: what only one of several paths gives is left out.
func (g *gatherer) provides(nodes []*node, f *field) string {
	var sets [][]extra
	for _, n := range nodes {
		if given := n.field(f.name); given != nil && given.below != nil {
			sets = append(sets, g.extras(given.below))
		}
	}
	if len(sets) == 0 {
		return ""
	}
	first := slices.DeleteFunc(sets[0], func(x extra) bool {
		return slices.ContainsFunc(sets[1:], func(set []extra) bool {
			return !slices.ContainsFunc(set, func(o extra) bool { return o.on == x.on && o.give.field == x.give.field })
		})
	})
	return g.print(first, 0)
}

// maxProvides bounds how deep a field set goes: shapes may be recursive.
const maxProvides = 4

func (g *gatherer) print(set []extra, depth int) string {
	var b strings.Builder
	for _, x := range set {
		text := x.give.field.name
		if x.give.below != nil {
			below := ""
			if depth < maxProvides {
				below = g.print(g.extras(x.give.below), depth+1)
			}
			if below == "" {
				below = anyLeaf(x.give.below, 0)
			}
			if below == "" {
				continue
			}
			text += " { " + below + " }"
		}
		if x.on != nil {
			text = "... on " + x.on.name + " { " + text + " }"
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String()
}

// anyLeaf names some leaf of a node: a field set of an object cannot be empty.
func anyLeaf(n *node, depth int) string {
	for _, g := range n.fields {
		if g.below == nil {
			return g.field.name
		}
	}
	if depth > maxProvides {
		return ""
	}
	for _, g := range n.fields {
		if below := anyLeaf(g.below, depth+1); below != "" {
			return g.field.name + " { " + below + " }"
		}
	}
	for _, p := range n.concrete {
		if below := anyLeaf(p, depth+1); below != "" {
			return "... on " + p.typ.name + " { " + below + " }"
		}
	}
	return ""
}
