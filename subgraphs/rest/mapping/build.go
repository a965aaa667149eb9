package mapping

// Field is one field of the object that Object makes.
type Field struct {
	// Key is the key in the output.
	Key string
	// Value is applied to the node; nil stands for the field Key of it.
	Value *Selection
	// Below is applied to what Value gives, to each element of a list. Null
	// stays null. Nil stands for all as it is.
	Below *Selection
}

// Object returns the selection that makes an object of the fields, in their
// order. A field whose value is missing is left out. The input may be a list;
// then each element becomes an object.
func Object(fields []Field) *Selection {
	s := new(Selection)
	sub := &object{entries: make([]entry, 0, len(fields))}
	for _, f := range fields {
		value := f.Value
		if value == nil {
			value = Path(f.Key)
		}
		p := value.top
		s.locals = max(s.locals, value.locals)
		if f.Below != nil {
			p = compose(p, f.Below)
			s.locals = max(s.locals, f.Below.locals)
		}
		sub.entries = append(sub.entries, entry{key: f.Key, value: p.asExpr()})
	}
	s.top = (&path{sub: sub.finish()}).finish()
	return s
}

// Path returns the selection of a path from $, of $ itself without keys.
func Path(keys ...string) *Selection {
	p := new(path)
	for _, key := range keys {
		p.steps = append(p.steps, step{kind: stepKey, key: key})
	}
	return &Selection{top: p.finish()}
}

// compose makes one path of p and a selection for what it gives.
func compose(p *path, below *Selection) *path {
	top := below.top
	if !top.bare() || top.sub == nil {
		if p.sub != nil {
			p = wrap(p)
		}
		q := *p
		q.steps = append(append([]step(nil), p.steps...), step{kind: stepBelow, below: top})
		return q.finish()
	}
	sub := *top.sub
	sub.quiet = true
	return p.under(&sub, below.locals == 0)
}

// wrap puts a path in $( ), so that steps can follow its sub-selection.
func wrap(p *path) *path {
	e := p.asExpr()
	return (&path{root: root{kind: rootExpr, expr: &e, pos: p.root.pos}}).finish()
}

// under returns p with a sub-selection of what it gives. If fusible, it tries
// to make one sub-selection of the one that p has and this.
func (p *path) under(sub *object, fusible bool) *path {
	q := *p
	if p.sub == nil {
		q.sub = sub
		return q.finish()
	}
	if fused := fuse(p.sub, sub); fusible && fused != nil {
		q.sub = fused
		return q.finish()
	}
	w := wrap(p)
	w.sub = sub
	return w
}

// fuse makes one sub-selection of first and then second, so that no object
// needs to be built in between: { id: $ } and { key: id } become { key: $ }. It
// returns nil where that cannot be.
func fuse(first, second *object) *object {
	if !first.direct {
		return nil
	}
	fused := &object{quiet: first.quiet, entries: make([]entry, 0, len(second.entries))}
	for _, e := range second.entries {
		p := e.value.path
		if e.spread || p == nil || p.root.kind != rootInput || len(p.steps) == 0 || p.steps[0].quiet {
			return nil
		}
		for _, st := range p.steps {
			if st.kind != stepKey && st.kind != stepOptional {
				return nil
			}
		}
		if p.steps[0].kind != stepKey {
			return nil
		}
		source := first.named(p.steps[0].key)
		if source == nil {
			continue
		}
		q := source.value.path
		if rest := p.steps[1:]; len(rest) > 0 {
			if q.sub != nil {
				q = wrap(q)
			}
			c := *q
			c.steps = append(append([]step(nil), q.steps...), rest...)
			q = c.finish()
		}
		if p.sub != nil {
			q = q.under(p.sub, true)
		}
		fused.entries = append(fused.entries, entry{key: e.key, value: q.asExpr(), pos: source.pos})
	}
	return fused.withWitness(first).finish()
}

func (o *object) named(key string) *entry {
	for i := range o.entries {
		if !o.entries[i].spread && o.entries[i].key == key {
			return &o.entries[i]
		}
	}
	return nil
}

// withWitness keeps one entry of the original where all of them were dropped
// but one makes an object even of a scalar: { id: $ } over numbers gives
// objects, { } would leave the numbers.
func (o *object) withWitness(original *object) *object {
	if len(o.entries) > 0 {
		return o
	}
	for _, e := range original.entries {
		if p := e.value.path; !e.spread && (p == nil || p.root.kind != rootInput || len(p.steps) == 0 || p.steps[0].kind != stepKey) {
			o.entries = append(o.entries, e)
			break
		}
	}
	return o
}

// Keep is a tree of the names that somebody wants of an output. A nil Keep
// stands for all of it.
type Keep struct {
	// Names are the wanted keys and what is wanted of each; nil there stands
	// for all again.
	Names map[string]*Keep
}

// Prune returns the selection without the outputs that nobody wants. What
// cannot be told apart beforehand stays, so the output may have more than was
// asked for, but never less and never something else.
func (s *Selection) Prune(keep *Keep) *Selection {
	if keep == nil {
		return s
	}
	c := *s
	c.top = keep.path(s.top)
	return &c
}

func (k *Keep) path(p *path) *path {
	if k == nil {
		return p
	}
	q := *p
	if p.sub != nil {
		q.sub = k.object(p.sub)
		return &q
	}
	last := len(p.steps) - 1
	for last >= 0 && p.steps[last].kind == stepOptional {
		last--
	}
	if last < 0 {
		if p.root.kind == rootExpr {
			e := k.expr(*p.root.expr)
			q.root.expr = &e
		}
		return &q
	}
	q.steps = append([]step(nil), p.steps...)
	switch st := &q.steps[last]; {
	case st.bad != "":
	case st.kind == stepBelow:
		st.below = k.path(st.below)
	case st.kind == stepMethod && (st.method == methodMap || st.method == methodEcho):
		st.args = []expr{k.expr(st.args[0])}
	case st.kind == stepMethod && (st.method == methodMatch || st.method == methodMatchIf):
		args := make([]expr, len(st.args))
		for i, arg := range st.args {
			items := append([]expr(nil), arg.items...)
			items[len(items)-1] = k.expr(items[len(items)-1])
			args[i] = expr{kind: exprArray, items: items}
		}
		st.args = args
	}
	return &q
}

func (k *Keep) expr(e expr) expr {
	switch e.kind {
	case exprPath:
		return k.path(e.path).expression()
	case exprObject:
		e.object = k.object(e.object)
	case exprArray, exprChain:
		items := make([]expr, len(e.items))
		for i := range e.items {
			items[i] = k.expr(e.items[i])
		}
		e.items = items
	}
	return e
}

func (k *Keep) object(o *object) *object {
	pruned := &object{quiet: o.quiet}
	for _, e := range o.entries {
		below := k
		if !e.spread {
			var wanted bool
			if below, wanted = k.Names[e.key]; !wanted {
				continue
			}
		}
		if below != nil {
			if e.value.kind == exprPath {
				e.value = below.path(e.value.path).asExpr()
			} else {
				e.value = below.expr(e.value)
			}
		}
		pruned.entries = append(pruned.entries, e)
	}
	return pruned.withWitness(o).finish()
}
