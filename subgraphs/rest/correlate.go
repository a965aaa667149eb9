package rest

import (
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// correlate gives each ask its part of the payload.
func (r *run) correlate(x *exchange, asks []*ask) {
	payload := x.payload
	null := payload.Kind() == mapping.KindNull || payload.Kind() == mapping.KindMissing
	if r.e.match == matchNone && r.e.keyNode != nil && payload.Kind() == mapping.KindList {
		// A search by the key, as /users?id=7, answers with a list.
		for _, a := range asks {
			a.state = askMissing
		}
		r.byKey(x, asks, payload)
		return
	}
	if r.e.match == matchNone {
		for _, a := range asks {
			a.state, a.value = askFound, payload
			if null && (r.e.choose == nil || r.e.give != nil) {
				a.state = askNull
			}
		}
		return
	}
	for _, a := range asks {
		a.state = askMissing
	}
	if null {
		return
	}
	switch r.e.match {
	case matchPosition:
		if payload.Kind() != mapping.KindList || payload.Len() != len(asks) {
			failAll(asks, x.uneven(payload, len(asks)))
			return
		}
		i := 0
		for it := payload.Iterate(); it.Next(); i++ {
			r.element(x, asks[i], it.Value())
		}
	case matchMap:
		if payload.Kind() != mapping.KindObject {
			failAll(asks, x.wrong(payload, "an object with the keys of its rows"))
			return
		}
		for _, a := range asks {
			path := leavesOf(r.e.key, nil)[0]
			key := a.row
			for _, name := range path {
				key, _ = key.Get(name)
			}
			if v, ok := payload.Get(key.Text()); ok {
				r.element(x, a, v)
			}
		}
	case matchKey:
		if payload.Kind() != mapping.KindList {
			failAll(asks, x.wrong(payload, "a list"))
			return
		}
		r.byKey(x, asks, payload)
	case matchGroup:
		if payload.Kind() != mapping.KindList {
			failAll(asks, x.wrong(payload, "a list"))
			return
		}
		r.byGroup(x, asks, payload)
	}
}

func (x *exchange) wrong(v mapping.Value, want string) *failure {
	return &failure{code: CodeMismatch, status: x.status, message: "the upstream answered with " + article(v.Kind()) + ", not with " + want}
}

func (x *exchange) uneven(v mapping.Value, n int) *failure {
	if v.Kind() != mapping.KindList {
		return x.wrong(v, "a list")
	}
	return &failure{
		code: CodeMismatch, status: x.status,
		message: "the upstream answered " + strconv.Itoa(n) + " rows with " + strconv.Itoa(v.Len()) + " elements, so none can be told to belong to its row",
	}
}

// good judges an element by the endpoint's rule for single elements.
func (r *run) good(x *exchange, v mapping.Value) *failure {
	rule := r.e.item
	if rule == nil || rule.ok == nil || rule.ok.expr == nil {
		return nil
	}
	if ok, there := rule.ok.expr.sel.Evaluate(v, &x.vars, nil); there && ok.IsTrue() {
		return nil
	}
	f := &failure{code: CodeItem, message: "the upstream could not answer this element"}
	f.refine(rule, v, &x.vars)
	return f
}

// open takes an element's payload out of it.
func (r *run) open(x *exchange, v mapping.Value) (mapping.Value, bool) {
	if r.e.each == nil || v.Kind() == mapping.KindNull {
		return v, true
	}
	return r.e.each.sel.Evaluate(v, &x.vars, nil)
}

// element gives an ask the element that answers it.
func (r *run) element(x *exchange, a *ask, v mapping.Value) {
	if f := r.good(x, v); f != nil {
		a.state, a.fail = askFailed, f
		return
	}
	v, ok := r.open(x, v)
	switch {
	case !ok:
		a.state, a.fail = askFailed, &failure{code: CodeMismatch, status: x.status, message: "an element of the upstream's answer has nothing at " + r.e.each.text}
	case v.Kind() == mapping.KindNull:
		a.state = askNull
		if r.e.kind == lookupEndpoint {
			a.state = askMissing
		}
	default:
		a.state, a.value = askFound, v
	}
}

// byKey matches elements by the fields of the key. Elements may come in any
// order, be absent, twice, or never asked for.
func (r *run) byKey(x *exchange, asks []*ask, payload mapping.Value) {
	index := make(map[string]*ask, len(asks))
	for _, a := range asks {
		index[a.key] = a
	}
	w := writer{vars: x.vars}
	var key []byte
	for it := payload.Iterate(); it.Next(); {
		v, ok := r.open(x, it.Value())
		if !ok || v.Kind() != mapping.KindObject {
			continue
		}
		chosen, made := false, v
		if r.e.choose != nil {
			if made, ok = r.e.choose.sel.Evaluate(v, &x.vars, nil); !ok {
				continue
			}
			// What depends on the row is made anew once it is known.
			if chosen = !r.e.choose.this; chosen {
				v = made
			}
		}
		if key, ok = w.keyOf(key[:0], r.e.keyNode, r.e.key, made); !ok {
			continue
		}
		a := index[string(key)]
		if a == nil || a.state == askFound {
			continue
		}
		if f := r.good(x, it.Value()); f != nil {
			a.state, a.fail = askFailed, f
			continue
		}
		a.state, a.value, a.chosen, a.fail = askFound, v, chosen, nil
	}
}

// keyOf is the canonical key of an object of an answer.
func (w *writer) keyOf(dst []byte, n *node, set []schema.Selection, v mapping.Value) ([]byte, bool) {
	for i := range set {
		g := n.field(set[i].Name)
		if g == nil {
			return dst, false
		}
		value := w.get(g, nil, v)
		var ok bool
		if len(set[i].Selections) > 0 {
			dst, ok = w.keyOf(dst, g.below, set[i].Selections, value)
		} else {
			if enum := g.enum; enum != nil {
				if name, known := enum.out[value.Text()]; known && value.Kind() != mapping.KindNull {
					value = mapping.String(name)
				}
			}
			dst, ok = appendKeyLeaf(dst, value)
		}
		if !ok {
			return dst, false
		}
	}
	return dst, true
}

// byGroup matches elements by a path in them and one in the rows. A row may have
// any number of elements.
func (r *run) byGroup(x *exchange, asks []*ask, payload mapping.Value) {
	index := make(map[string][]*ask, len(asks))
	many := r.many()
	for _, a := range asks {
		v := a.row
		for _, name := range r.e.matchRow {
			v, _ = v.Get(name)
		}
		key := v.Text()
		index[key] = append(index[key], a)
		if many {
			a.state, a.items = askFound, []mapping.Value{}
		}
	}
	for it := payload.Iterate(); it.Next(); {
		key, ok := r.e.matchItem.sel.Evaluate(it.Value(), &x.vars, nil)
		if !ok || key.Kind() == mapping.KindNull {
			continue
		}
		for _, a := range index[key.Text()] {
			switch {
			case !many && a.state != askMissing:
			case !many:
				r.element(x, a, it.Value())
			case a.state == askFound:
				f := r.good(x, it.Value())
				v, ok := r.open(x, it.Value())
				if f != nil {
					a.state, a.fail = askFailed, f
				} else if ok {
					a.items = append(a.items, v)
				}
			}
		}
	}
}

// many reports whether a row has a list of elements.
func (r *run) many() bool {
	if r.e.field == nil {
		return false
	}
	t := r.e.field.expr
	return t.Elem != nil
}
