package rest

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// projection writes what a fetch selects of the values of one node. It is made
// at planning.
type projection struct {
	typ   *typ
	steps []step
	// key are the fields without which a built object stands for none: the
	// foreign keys of a stub.
	key []*given
	// byType are the projections of the concrete types of an abstract one, which
	// rule tells.
	byType map[*typ]*projection
	rule   *typenameRule
}

// step writes one response key.
type step struct {
	member
	give *given
	expr *mapping.Selection
	stub *stub
	value
}

// member is one key of an object that is written.
type member struct {
	name string
	json []byte // "name":
	// include are alternatives of conditions; nil means always.
	include [][]subgraphs.Condition
	// typename is the JSON text of a __typename.
	typename []byte
}

// value is how the value of a field is written.
type value struct {
	wrap  *schema.TypeExpr
	leaf  *leaf
	below *projection
}

// selected is a selection with the conditions of the fragments around it.
type selected struct {
	*subgraphs.Selection
	include []subgraphs.Condition
}

func selectedOf(list []subgraphs.Selection, include []subgraphs.Condition, out []selected) []selected {
	for i := range list {
		out = append(out, selected{&list[i], include})
	}
	return out
}

// chosen are the selections of one response key.
type chosen struct {
	first   *subgraphs.Selection
	include [][]subgraphs.Condition
	below   []selected
}

// member is the key of the result in which the field is written.
func (c *chosen) member() member {
	return member{name: c.first.Key, json: append(mapping.AppendQuoted(nil, c.first.Key), ':'), include: c.include}
}

// collect groups the selections that hold for a type by response key, as
// GraphQL's CollectFields does, keeping conditions.
func collect(t *typ, list []selected) ([]*chosen, error) {
	var out []*chosen
	var walk func(list []selected) error
	walk = func(list []selected) error {
		for _, s := range list {
			include := s.include
			if len(s.Include) > 0 {
				include = append(slices.Clone(include), s.Include...)
			}
			if s.Field == "" {
				if t.is(s.On) {
					if err := walk(selectedOf(s.Selections, include, nil)); err != nil {
						return err
					}
				}
				continue
			}
			at := slices.IndexFunc(out, func(c *chosen) bool { return c.first.Key == s.Key })
			if at < 0 {
				at = len(out)
				out = append(out, &chosen{first: s.Selection, include: [][]subgraphs.Condition{}})
			}
			c := out[at]
			if c.first.Field != s.Field {
				return fmt.Errorf("%s stands for both %s and %s", s.Key, c.first.Field, s.Field)
			}
			if len(include) == 0 {
				c.include = nil
			} else if c.include != nil {
				c.include = append(c.include, include)
			}
			c.below = selectedOf(s.Selections, include, c.below)
		}
		return nil
	}
	if err := walk(list); err != nil {
		return nil, err
	}
	for _, c := range out {
		if len(c.include) == 1 {
			// The field itself has the condition; what is below needs it no more.
			for i := range c.below {
				c.below[i].include = nil
			}
		}
	}
	return out, nil
}

// project compiles what is selected of a node.
func (u *Upstream) project(n *node, list []selected, root bool) (*projection, error) {
	p := &projection{typ: n.typ, rule: n.typename}
	if n.typ.kind.Abstract() {
		p.byType = map[*typ]*projection{}
		for _, concrete := range n.concrete {
			below, err := u.project(concrete, list, root)
			if err != nil {
				return nil, err
			}
			p.byType[concrete.typ] = below
		}
		return p, nil
	}
	if n.built && !root && len(n.typ.keys) > 0 {
		for _, s := range n.typ.keys[0].set {
			if g := n.field(s.Name); g != nil && g.below == nil {
				p.key = append(p.key, g)
			}
		}
	}
	fields, err := collect(n.typ, list)
	if err != nil {
		return nil, err
	}
	for _, c := range fields {
		st := step{member: c.member()}
		if c.first.Field == "__typename" {
			st.typename = mapping.AppendQuoted(nil, n.typ.name)
			p.steps = append(p.steps, st)
			continue
		}
		g := n.field(c.first.Field)
		if g == nil {
			return nil, fmt.Errorf("the endpoint does not give %s.%s here", n.typ.name, c.first.Field)
		}
		st.give = g
		if st.value, err = u.valueOf(g.field, g.below, c.below); err != nil {
			return nil, err
		}
		st.stub = stubOf(g)
		if g.expr != nil {
			st.expr = g.expr.sel
			if g.below != nil && g.below.built {
				st.expr = st.expr.Prune(st.below.keep())
			}
		}
		p.steps = append(p.steps, st)
	}
	return p, nil
}

// valueOf compiles how a field's value is written.
func (u *Upstream) valueOf(f *field, n *node, list []selected) (value, error) {
	v := value{wrap: f.expr}
	if n == nil {
		v.leaf = u.leafOf(f.named)
		return v, nil
	}
	below, err := u.project(n, list, false)
	v.below = below
	return v, err
}

// keep are the keys of a built value that its projection reads.
func (p *projection) keep() *mapping.Keep {
	out := &mapping.Keep{Names: map[string]*mapping.Keep{}}
	p.addTo(out)
	return out
}

func (p *projection) addTo(k *mapping.Keep) {
	if p.rule != nil && p.rule.key != "" {
		k.Names[p.rule.key] = nil
	}
	for _, g := range p.key {
		k.Names[g.key] = nil
	}
	for _, below := range p.byType {
		below.addTo(k)
	}
	for i := range p.steps {
		st := &p.steps[i]
		if st.give == nil || st.give.key == "" {
			continue
		}
		var keep *mapping.Keep
		if st.below != nil && st.give.below.built && !st.give.below.typ.kind.Abstract() {
			keep = st.below.keep()
			if have, ok := k.Names[st.give.key]; ok {
				keep = union(have, keep)
			}
		}
		k.Names[st.give.key] = keep
	}
}

// union keeps what either keeps; nil keeps all.
func union(a, b *mapping.Keep) *mapping.Keep {
	if a == nil || b == nil {
		return nil
	}
	out := &mapping.Keep{Names: map[string]*mapping.Keep{}}
	for name, k := range a.Names {
		out.Names[name] = k
	}
	for name, k := range b.Names {
		if have, ok := out.Names[name]; ok {
			k = union(have, k)
		}
		out.Names[name] = k
	}
	return out
}

// maxErrors bounds the errors of one answer.
const maxErrors = 1000

// writer writes the rows of one answer. It belongs to one goroutine.
type writer struct {
	body      []byte
	vars      mapping.Variables
	row       mapping.Value
	variables [][]byte
	errs      []subgraphs.RowErr
	entry, at int
	// conversions counts values that had to be converted, where somebody wants to
	// know; conversion is the path of the first.
	conversions int
	conversion  string
	// seen has its rows in body already.
	seen *sighting
	// path are the keys and indices of what is being written; a key has index -1.
	path []pathElement
}

type pathElement struct {
	key   string
	index int
}

func (w *writer) included(include [][]subgraphs.Condition) bool {
	return include == nil || included(include, w.variables)
}

// included reports whether one of the alternatives holds; nil always does.
func included(include [][]subgraphs.Condition, variables [][]byte) bool {
	if include == nil {
		return true
	}
	for _, all := range include {
		holds := true
		for _, c := range all {
			yes := c.Variable >= 0 && c.Variable < len(variables) && string(variables[c.Variable]) == "true"
			holds = holds && yes != c.Negate
		}
		if holds {
			return true
		}
	}
	return false
}

// pathJSON is the current path.
func (w *writer) pathJSON() []byte {
	path := []byte{'['}
	for i, p := range w.path {
		if i > 0 {
			path = append(path, ',')
		}
		if p.index >= 0 {
			path = strconv.AppendInt(path, int64(p.index), 10)
		} else {
			path = mapping.AppendQuoted(path, p.key)
		}
	}
	return append(path, ']')
}

// convertible counts a value that is not exactly what the schema says.
func (w *writer) convertible(exact *leaf, v mapping.Value) {
	n := len(w.body)
	out, ok := exact.append(w.body, v)
	w.body = out[:n]
	if ok {
		return
	}
	if w.conversions++; w.conversions == 1 {
		w.conversion = string(w.pathJSON())
	}
}

// fail records an error at the current path.
func (w *writer) fail(code, message string, extensions []byte) {
	if len(w.errs) >= maxErrors {
		return
	}
	w.errs = append(w.errs, subgraphs.RowErr{
		Entry: w.entry, Row: w.at, Path: w.pathJSON(), Code: code, Message: message, Public: true, Extensions: extensions,
	})
}

func (w *writer) mismatch(format string, args ...any) {
	w.fail(CodeMismatch, fmt.Sprintf(format, args...), nil)
	w.null()
}

func (w *writer) absent() {
	w.mismatch("the upstream's answer has no value here, where the schema promises one")
}

func (w *writer) null() { w.body = append(w.body, "null"...) }

// write writes a value of a field.
func (w *writer) write(v *value, wrap *schema.TypeExpr, in mapping.Value) {
	switch kind := in.Kind(); {
	case kind == mapping.KindMissing && wrap.NonNull:
		w.absent()
	case kind == mapping.KindMissing || kind == mapping.KindNull:
		w.null()
	case wrap.Elem != nil:
		if kind != mapping.KindList {
			if kind == mapping.KindObject && v.below != nil && w.hollow(v.below, in) {
				w.null()
				return
			}
			w.mismatch("the upstream answered with %s where the schema has a list", article(kind))
			return
		}
		w.body = append(w.body, '[')
		w.path = append(w.path, pathElement{})
		top := len(w.path) - 1
		i := 0
		for it := in.Iterate(); it.Next(); i++ {
			if i > 0 {
				w.body = append(w.body, ',')
			}
			w.path[top].index = i
			w.write(v, wrap.Elem, it.Value())
		}
		w.path = w.path[:top]
		w.body = append(w.body, ']')
	case v.below != nil:
		if kind != mapping.KindObject {
			w.mismatch("the upstream answered with %s where the schema has an object", article(kind))
			return
		}
		w.object(v.below, in)
	default:
		if v.leaf.exact != nil {
			w.convertible(v.leaf.exact, in)
		}
		var ok bool
		if w.body, ok = v.leaf.append(w.body, in); !ok {
			w.mismatch("the upstream answered with %s that is no %s", article(kind), v.leaf.name)
		}
	}
}

func article(k mapping.Kind) string {
	switch k {
	case mapping.KindObject, mapping.KindList:
		if k == mapping.KindList {
			return "a list"
		}
		return "an object"
	}
	return "a " + k.String()
}

// object writes an object.
func (w *writer) object(p *projection, in mapping.Value) {
	if p.byType != nil {
		t := w.concrete(p, in)
		if t == nil || p.byType[t] == nil {
			w.mismatch("the upstream's answer does not tell which %s this is", p.typ.name)
			return
		}
		p = p.byType[t]
	}
	if w.hollow(p, in) {
		w.null()
		return
	}
	w.body = append(w.body, '{')
	for i := range p.steps {
		st := &p.steps[i]
		if !w.begin(&st.member) {
			continue
		}
		if st.stub != nil {
			key, _ := in.Get(st.stub.from)
			w.stub(st, st.wrap, key)
		} else {
			w.write(&st.value, st.wrap, w.get(st.give, st.expr, in))
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.body = append(w.body, '}')
}

// begin writes the key of a member, and its value if that is a __typename. It
// reports whether the value is still to be written, at a path that then leads to it.
func (w *writer) begin(m *member) bool {
	if !w.included(m.include) {
		return false
	}
	if w.body[len(w.body)-1] != '{' {
		w.body = append(w.body, ',')
	}
	w.body = append(w.body, m.json...)
	if m.typename != nil {
		w.body = append(w.body, m.typename...)
		return false
	}
	w.path = append(w.path, pathElement{key: m.name, index: -1})
	return true
}

// hollow reports whether a built object stands for none: its key is null.
func (w *writer) hollow(p *projection, in mapping.Value) bool {
	for _, g := range p.key {
		if kind := w.get(g, nil, in).Kind(); kind == mapping.KindNull || kind == mapping.KindMissing {
			return true
		}
	}
	return false
}

// get reads a field of an object.
func (w *writer) get(g *given, expr *mapping.Selection, in mapping.Value) mapping.Value {
	switch {
	case g.row != nil:
		v := w.row
		for _, name := range g.row {
			v, _ = v.Get(name)
		}
		return v
	case g.key != "":
		v, _ := in.Get(g.key)
		return v
	case expr == nil:
		expr = g.expr.sel
	}
	v, _ := expr.Evaluate(in, &w.vars, nil)
	return v
}

// concrete finds the concrete type of an object.
func (w *writer) concrete(p *projection, in mapping.Value) *typ {
	return w.typeOf(p.rule, in)
}

// typeOf finds the concrete type of an object by a rule.
func (w *writer) typeOf(r *typenameRule, in mapping.Value) *typ {
	switch {
	case r == nil:
		return nil
	case r.key != "":
		v, _ := in.Get(r.key)
		return r.types[v.Text()]
	case r.by != nil:
		if v, ok := r.by.sel.Evaluate(in, &w.vars, nil); ok {
			if t := r.types[v.Text()]; t != nil {
				return t
			}
		}
	}
	for _, present := range r.present {
		if v, ok := present.path.sel.Evaluate(in, &w.vars, nil); ok && v.Kind() != mapping.KindNull {
			return present.typ
		}
	}
	return nil
}
