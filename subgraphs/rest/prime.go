package rest

import (
	"slices"
	"sync"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// What an operation has learned of an object it does not ask for again. Answers
// that later lookups can use are kept, as they came; a lookup goes through those
// it is given and takes objects that have all it needs:
//
//   - What was asked through the very same endpoint is as good as asked again,
//     that there is no such object included. One that answers for all keys at once
//     has answered for those to come, too.
//   - An object anywhere in another endpoint's answer serves if it is the
//     upstream's own (what a select made is not) and each field that is needed is
//     read of it just as the lookup would read it, and is there: a member that is
//     absent is not null.
//
// What is kept is indexed when a lookup comes for it, so that an answer which
// primes nothing costs no more than the memory it lies in.

// kept is what an answer holds for later fetches of the operation. Lookups of
// several goroutines may come for it.
type kept struct {
	e    *endpoint
	up   *Upstream
	asks []*ask
	// index finds asks by key and arguments.
	index  *askTable
	vars   mapping.Variables
	policy subgraphs.CachePolicy
	// all are answers that hold more than was asked for.
	all []*exchange

	mu     sync.Mutex
	tables []table
}

// table are the objects at one place by a key.
type table struct {
	place *place
	of    *endpoint // whose key it is
	items map[string]mapping.Value
}

// keep puts what was found into the answer. What a mutation answers is not kept:
// it may hold objects as they were before.
func (r *run) keep(a *subgraphs.Answer) {
	up := r.client.up
	if !r.call.Keep || r.kind == schema.Mutation || up.spec.Unprimed {
		return
	}
	k := &kept{
		e: r.e, up: up, asks: r.asks, index: &r.index, policy: a.Cache,
		vars: mapping.Variables{Config: up.config, Env: up.env, Request: r.request},
	}
	for i := range r.parts {
		if x := r.parts[i].exchange; x != nil {
			k.all = append(k.all, x)
		}
	}
	a.Kept = k
}

// prime answers asks from what earlier fetches of the operation have found.
func (r *run) prime() {
	if r.root != nil || r.client.up.spec.Unprimed {
		return
	}
	for _, a := range r.call.Primers {
		k, ok := a.Kept.(*kept)
		if !ok || k.up != r.client.up || !r.pending() {
			continue
		}
		used := false
		if k.e == r.e {
			used = r.again(k)
		}
		if r.e.kind == lookupEndpoint && (k.e != r.e || len(k.all) > 0) {
			for i := range k.e.placesOf(r.client.up) {
				if pl := &k.e.places.list[i]; pl.node.typ == r.e.typ && r.pending() {
					used = r.primeAt(k, pl) || used
				}
			}
		}
		if used {
			r.parts = append(r.parts, part{policy: k.policy})
		}
	}
}

// pending reports whether anything is still to be asked.
func (r *run) pending() bool {
	return slices.ContainsFunc(r.asks, func(a *ask) bool { return a.state == askPending })
}

// again takes over what was asked through the same endpoint. It reports whether
// there was anything.
func (r *run) again(k *kept) bool {
	used := false
	for _, a := range r.asks {
		if a.state != askPending {
			continue
		}
		r.scratch = append(append(append(r.scratch[:0], a.key...), 0), a.argsText...)
		_, at, ok := k.index.find(k.asks, r.scratch)
		if !ok {
			continue
		}
		before := k.asks[at]
		switch before.state {
		case askFound, askNull, askMissing:
		default:
			continue
		}
		if before.primed {
			continue // it had what was needed then; where it came from is a primer, too
		}
		a.state, a.value, a.items, a.chosen, a.vars = before.state, before.value, before.items, before.chosen, before.vars
		a.primed, used = true, true
	}
	return used
}

// primeAt takes objects at a place of an answer. It reports whether there were any.
func (r *run) primeAt(k *kept, pl *place) bool {
	if r.e.own.built || r.e.own.typ.kind != schema.Object || !r.e.sameKey(pl.node) {
		return false
	}
	fit := make([]bool, len(r.entries))
	any := false
	for i, s := range r.entries {
		fit[i] = s.whole.object.readAlike(pl.node)
		any = any || fit[i]
	}
	if !any {
		return false
	}
	items := k.items(pl, r.e)
	if len(items) == 0 {
		return false
	}
	// An ask can be that of several entries: all have to be content.
	refused := make([]bool, len(r.asks))
	w := &writer{variables: r.call.Variables}
	for i, s := range r.entries {
		for _, at := range r.targets[i] {
			if at < 0 || refused[at] || r.asks[at].state != askPending {
				continue
			}
			v, ok := items[r.asks[at].key]
			refused[at] = !ok || !fit[i] || !w.holds(s.whole.object, v)
		}
	}
	used := false
	for at, a := range r.asks {
		if a.state == askPending && !refused[at] {
			a.state, a.value, a.chosen = askFound, items[a.key], true
			a.primed, used = true, true
		}
	}
	return used
}

// items are the objects at a place by the key of a lookup; of equal ones the first.
func (k *kept) items(pl *place, of *endpoint) map[string]mapping.Value {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.tables {
		if t := &k.tables[i]; t.place == pl && t.of == of {
			return t.items
		}
	}
	items := map[string]mapping.Value{}
	w := &writer{vars: k.vars}
	var key []byte
	visit := func(v mapping.Value) {
		var ok bool
		if key, ok = w.keyOf(key[:0], pl.node, of.key, v); !ok {
			return
		}
		if _, twice := items[string(key)]; !twice {
			items[string(key)] = v
		}
	}
	for _, a := range k.asks {
		if a.state != askFound || a.primed {
			continue
		}
		w.row, w.vars.Args, w.vars.This = a.row, a.args, a.row
		if a.vars != nil {
			w.vars.Status, w.vars.Response = a.vars.Status, a.vars.Response
		}
		if a.items == nil {
			k.visit(w, a, a.value, pl, visit)
		}
		for _, v := range a.items {
			k.visit(w, a, v, pl, visit)
		}
	}
	for _, x := range k.all {
		w.vars.Status, w.vars.Response = x.vars.Status, x.vars.Response
		for it := x.payload.Iterate(); it.Next(); {
			v, ok := it.Value(), true
			if k.e.each != nil && v.Kind() != mapping.KindNull {
				v, ok = k.e.each.sel.Evaluate(v, &x.vars, nil)
			}
			switch {
			case !ok || k.e.item != nil: // not judged, as nobody has asked for it
			case x.payload.Kind() == mapping.KindList:
				k.visit(w, &ask{}, v, pl, visit)
			case k.e == of && k.e.match == matchMap && len(pl.hops) == 0 && v.Kind() == mapping.KindObject:
				if key = mapping.AppendQuoted(key[:0], it.Key()); items[string(key)].Kind() == mapping.KindMissing {
					items[string(key)] = v
				}
			}
		}
	}
	k.tables = append(k.tables, table{pl, of, items})
	return items
}

// visit walks the value of an ask, or one of its elements.
func (k *kept) visit(w *writer, a *ask, v mapping.Value, pl *place, visit func(mapping.Value)) {
	if k.e.choose != nil && k.e.conn == nil && !a.chosen {
		var ok bool
		if v, ok = k.e.choose.sel.Evaluate(v, &w.vars, nil); !ok {
			return
		}
	}
	pl.walk(w, v, 0, visit)
}

// place is where the answers of an endpoint hold the upstream's own objects of a
// type.
type place struct {
	node *node
	// hops lead there from the value of an ask.
	hops []hop
}

// hop is one step of the way: into a field, or on to one concrete type.
type hop struct {
	give *given
	rule *typenameRule
	only *typ
}

// walk visits the objects at the place below a value.
func (pl *place) walk(w *writer, v mapping.Value, at int, visit func(mapping.Value)) {
	switch v.Kind() {
	case mapping.KindList:
		for it := v.Iterate(); it.Next(); {
			pl.walk(w, it.Value(), at, visit)
		}
		return
	case mapping.KindObject:
	default:
		return
	}
	if at == len(pl.hops) {
		visit(v)
		return
	}
	h := &pl.hops[at]
	if h.give != nil {
		pl.walk(w, w.get(h.give, nil, v), at+1, visit)
	} else if w.typeOf(h.rule, v) == h.only {
		pl.walk(w, v, at+1, visit)
	}
}

// The bounds on the places of an endpoint: payloads can be recursive, and
// schemas large.
const (
	maxPlaces = 32
	maxHops   = 6
)

// placesOnce are the places of an endpoint, found when they are first needed.
type placesOnce struct {
	once sync.Once
	list []place
}

// placesOf are the places of objects of types that can be looked up.
func (e *endpoint) placesOf(up *Upstream) []place {
	e.places.once.Do(func() {
		if e.own != nil {
			e.places.list = up.placesIn(e.own)
		}
	})
	return e.places.list
}

// placesIn searches nodes breadth first, so that of a recursive type the places
// on top are found. What is below a node is searched once.
func (u *Upstream) placesIn(top *node) []place {
	var out []place
	queue := []place{{node: top}}
	seen := map[*node]bool{}
	for len(queue) > 0 && len(out) < maxPlaces {
		pl := queue[0]
		queue = queue[1:]
		n := pl.node
		if !n.built && n.typ.kind == schema.Object && u.lookedUp[n.typ] {
			out = append(out, pl)
		}
		if seen[n] || len(pl.hops) == maxHops {
			continue
		}
		seen[n] = true
		next := func(n *node, h hop) {
			queue = append(queue, place{n, append(pl.hops[:len(pl.hops):len(pl.hops)], h)})
		}
		for _, p := range n.concrete {
			next(p, hop{rule: n.typename, only: p.typ})
		}
		for _, g := range n.fields {
			if g.below != nil && g.row == nil {
				next(g.below, hop{give: g})
			}
		}
	}
	return out
}

// primes reports whether a field of the node's values may serve lookups.
func (n *node) primes(f *field) bool {
	if n.built {
		return false
	}
	g := n.field(f.name)
	return g != nil && (g.row != nil || g.plain())
}

// plain reports whether the field is there exactly if the object has what it is
// made of.
func (g *given) plain() bool {
	return g.row == nil && (g.expr == nil || g.expr.plain && (!g.expr.through || !g.lists()))
}

// lists reports whether the value can be a list, or have lists that a selection
// makes.
func (g *given) lists() bool {
	switch t := g.field.named; {
	case g.field.expr.Elem != nil, t.kind == schema.Scalar && !builtinScalar(t.name):
		return true
	case g.below == nil, !g.below.built:
		return false // one value as it is, or an error
	}
	for _, n := range append([]*node{g.below}, g.below.concrete...) {
		for _, f := range n.fields {
			if f.lists() {
				return true
			}
		}
	}
	return false
}

// sameKey reports whether the key of a lookup can be read of a node's objects as
// it is read of those that the lookup finds.
func (e *endpoint) sameKey(n *node) bool {
	of := e.keyNode
	if of == nil {
		of = n // the lookup's own answers need not hold it
	}
	return keyAlike(e.key, n, of)
}

func keyAlike(set []schema.Selection, n, of *node) bool {
	for i := range set {
		g, other := n.field(set[i].Name), of.field(set[i].Name)
		if !sameReading(g, other) {
			return false
		}
		if len(set[i].Selections) > 0 && (g.below == nil || other.below == nil || !keyAlike(set[i].Selections, g.below, other.below)) {
			return false
		}
	}
	return true
}

// sameReading reports whether two nodes read a field alike and plainly, but for
// what is below it.
func sameReading(a, b *given) bool {
	return a != nil && b != nil && a.key == b.key && a.expr == b.expr && a.row == nil && b.row == nil && a.plain()
}

// readAlike reports whether objects of a node are read as the projection reads
// those it was made for.
func (p *projection) readAlike(n *node) bool {
	if n.typ != p.typ {
		return false
	}
	if p.byType != nil {
		return p.typesAlike(n)
	}
	for _, g := range p.key {
		if !sameReading(n.field(g.field.name), g) {
			return false
		}
	}
	for i := range p.steps {
		st := &p.steps[i]
		if st.give == nil || st.give.row != nil {
			continue // a __typename, or what the row says
		}
		g := n.field(st.give.field.name)
		if !sameReading(g, st.give) || (st.below == nil) != (g.below == nil) || st.below != nil && !st.below.readAlike(g.below) {
			return false
		}
	}
	return true
}

// typesAlike is readAlike for an abstract type.
func (p *projection) typesAlike(n *node) bool {
	if p.rule != n.typename || p.rule == nil || p.rule.by != nil && !p.rule.by.plain {
		return false
	}
	for _, present := range p.rule.present {
		if !present.path.plain {
			return false
		}
	}
	for _, concrete := range n.concrete {
		if below := p.byType[concrete.typ]; below == nil || !below.readAlike(concrete) {
			return false
		}
	}
	return true
}

// holds reports whether an object has all that a projection reads of it, so that
// writing it is no failure for want of something.
func (w *writer) holds(p *projection, in mapping.Value) bool {
	if in.Kind() != mapping.KindObject {
		return false
	}
	if p.byType != nil {
		t := w.concrete(p, in)
		if t == nil || p.byType[t] == nil {
			return false
		}
		p = p.byType[t]
	}
	for _, g := range p.key {
		switch w.get(g, nil, in).Kind() {
		case mapping.KindMissing:
			return false
		case mapping.KindNull:
			return true // it stands for no object
		}
	}
	for i := range p.steps {
		st := &p.steps[i]
		if st.give == nil || st.give.row != nil || !w.included(st.include) {
			continue
		}
		if st.stub != nil {
			v, _ := in.Get(st.stub.from)
			if v.Kind() == mapping.KindMissing || v.Kind() == mapping.KindNull && st.wrap.NonNull {
				return false
			}
			continue
		}
		if !w.holdsValue(&st.value, st.wrap, w.get(st.give, st.expr, in)) {
			return false
		}
	}
	return true
}

// holdsValue is holds for the value of a field.
func (w *writer) holdsValue(v *value, wrap *schema.TypeExpr, in mapping.Value) bool {
	switch kind := in.Kind(); {
	case kind == mapping.KindMissing:
		return false
	case kind == mapping.KindNull:
		return !wrap.NonNull
	case wrap.Elem != nil:
		if kind != mapping.KindList {
			return false
		}
		for it := in.Iterate(); it.Next(); {
			if !w.holdsValue(v, wrap.Elem, it.Value()) {
				return false
			}
		}
		return true
	case v.below != nil:
		return w.holds(v.below, in)
	case v.leaf.kind == leafAny:
		return true
	}
	return in.Kind() != mapping.KindList && in.Kind() != mapping.KindObject
}
