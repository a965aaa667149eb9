package stitch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// placedJoin is a join that has found its place.
type placedJoin struct {
	parts []supergraph.JoinPart
}

// ownType is a type that a join leads to and that the source subgraph has as well.
// A joined object has its key only: what the source alone knows of the type must
// be reached by a lookup.
type ownType struct {
	t    *typ
	key  []schema.Selection
	join Join
}

// joinCompiler places one join. All works are by the names that transforms left.
type joinCompiler struct {
	works  []*work
	join   Join
	source *work
	target *work
	typ    *typ // the joined type in the target
}

func placeJoin(works []*work, j Join) {
	c := &joinCompiler{works: works, join: j}
	typeName, name, ok := strings.Cut(j.Field, ".")
	if !ok || !validName(typeName) || !validName(name) {
		works[0].failAs("", CodeInvalidRule, j.Rule+".field", j.Field, "write Type.field", "%q is not the coordinate of a field", j.Field)
		return
	}
	for _, w := range works {
		if w.subgraph == j.Subgraph {
			c.target = w
		}
	}
	if c.target == nil {
		works[0].failAs("", CodeUnknownSubgraph, j.Rule+".subgraph", j.Field, "", "there is no subgraph %q", j.Subgraph)
		return
	}
	if c.typ = c.target.needType(j.Type, j.Rule+".type"); c.typ == nil {
		return
	}
	if c.typ.kind != schema.Object {
		c.target.fail(CodeInvalidRule, j.Rule+".type", j.Type, "join one of the object types", "%q is not an object type", j.Type)
		return
	}
	leaves, set, from := c.key()
	if leaves == nil || !c.findSource(typeName, name, from) {
		return
	}
	c.place(typeName, name, leaves, set, from)
}

// failAs reports an error of the whole configuration, not of a subgraph.
func (w *work) failAs(subgraph, code, rule, coordinate, hint, format string, args ...any) {
	w.fail(code, rule, coordinate, hint, format, args...)
	w.errs[len(w.errs)-1].Subgraph = subgraph
}

// key finds the key that the join uses, and the source field for each of its
// leaves.
func (c *joinCompiler) key() (leaves []keyLeaf, set []schema.Selection, from []string) {
	j := c.join
	type candidate struct {
		leaves []keyLeaf
		set    []schema.Selection
		from   []string
	}
	var found []candidate
	var known []string
	for _, k := range c.typ.keys {
		if len(k.lookups) == 0 && (k.synthetic || k.unresolvable) {
			continue
		}
		leaves, ok := c.target.keyLeaves(c.typ, k.set, j.Rule)
		if !ok {
			return nil, nil, nil // a faulty key; reported
		}
		known = append(known, fmt.Sprintf("%q", k.text))
		if from, ok := sources(leaves, j); ok {
			found = append(found, candidate{leaves, k.set, from})
		}
	}
	switch {
	case len(known) == 0 && len(c.target.errs) > 0:
		// Its entities are at fault, as reported.
	case len(known) == 0:
		c.target.fail(CodeNoLookup, j.Rule+".type", j.Type, fmt.Sprintf("say how, under entities of %s: %s: {key: id, lookup: \"…\"}", j.Subgraph, j.Type),
			"the subgraph cannot look %q up", j.Type)
	case len(found) == 0:
		c.target.fail(CodeInvalidKey, j.Rule+".by", j.Type, "its keys are "+strings.Join(known, ", "), "the join gives no key by which %q can be looked up", j.Type)
	case len(found) > 1:
		c.target.fail(CodeInvalidKey, j.Rule+".by", j.Type, "name the key's fields: by: {"+strings.Join(found[0].leaves[0].path, ".")+": "+found[0].from[0]+"}",
			"%q has several keys of that length: %s", j.Type, strings.Join(known, ", "))
	default:
		return found[0].leaves, found[0].set, found[0].from
	}
	return nil, nil, nil
}

// sources orders the fields of a join as the key's leaves are.
func sources(leaves []keyLeaf, j Join) ([]string, bool) {
	if len(j.By) == 0 {
		return j.From, len(j.From) == len(leaves)
	}
	var out []string
	for _, leaf := range leaves {
		from, ok := j.By[strings.Join(leaf.path, ".")]
		if !ok {
			return nil, false
		}
		out = append(out, from)
	}
	return out, len(out) == len(j.By)
}

// findSource finds the subgraph that has all source fields: the first by name.
func (c *joinCompiler) findSource(typeName, name string, from []string) bool {
	var having []*work
	for _, w := range c.works {
		t := w.typeByName(typeName)
		if t == nil || t.hidden || t.stub {
			continue
		}
		if f := t.field(name); f != nil && !f.hidden {
			w.fail(CodeNameCollision, c.join.Rule+".field", c.join.Field, "choose another name, or hide the field", "the type %q has a field %q already", typeName, name)
			return false
		}
		having = append(having, w)
		missing := slices.ContainsFunc(from, func(path string) bool { return w.fieldAt(t, path) == nil })
		if !missing && c.source == nil {
			c.source = w
		}
	}
	if c.source != nil {
		return true
	}
	if len(having) == 0 {
		c.works[0].failAs("", CodeUnknownType, c.join.Rule+".field", c.join.Field, "", "no subgraph has the type %q", typeName)
		return false
	}
	w := having[0]
	t := w.typeByName(typeName)
	for _, path := range from {
		if w.fieldAt(t, path) == nil {
			w.fail(CodeUnknownField, c.join.Rule+".by", typeName+"."+path, w.meant(path, t.fieldNames()), "no subgraph has all of the source fields; %q lacks %q", typeName, path)
		}
	}
	return false
}

// fieldAt follows a dotted path from a type.
func (w *work) fieldAt(t *typ, path string) *field {
	list := w.fieldsAt(t, path)
	if list == nil {
		return nil
	}
	return list[len(list)-1]
}

func (w *work) fieldsAt(t *typ, path string) []*field {
	var out []*field
	for _, step := range strings.Split(path, ".") {
		if t == nil {
			return nil
		}
		f := t.field(step)
		if f == nil || f.join != nil {
			return nil
		}
		out = append(out, f)
		t = w.typeByName(f.def.Type.Named())
	}
	return out
}

func (c *joinCompiler) place(typeName, name string, leaves []keyLeaf, set []schema.Selection, from []string) {
	j, w := c.join, c.source
	t := w.typeByName(typeName)
	placed := &placedJoin{}
	list := false
	for i, leaf := range leaves {
		steps := w.fieldsAt(t, from[i])
		last, lists := steps[len(steps)-1], 0
		for _, f := range steps {
			lists += f.listDepth()
			f.needed = true
		}
		key := strings.Join(leaf.path, ".")
		switch {
		case !w.leaf(last.def.Type.Named()) || !fits(last.def.Type.Named(), leaf.field.def.Type.Named()):
			w.fail(CodeTypeMismatch, j.Rule+".by", last.coordinate(), "", "%s is %s, but the key %s.%s is %s", last.coordinate(), last.def.Type, c.typ.name, key, leaf.field.def.Type)
			return
		case lists > 1 || lists == 1 && len(leaves) > 1:
			w.fail(CodeTypeMismatch, j.Rule+".by", last.coordinate(), "a list makes a join only as the whole key", "%s gives lists of key values that cannot be paired", last.coordinate())
			return
		}
		list = list || lists == 1
		placed.parts = append(placed.parts, supergraph.JoinPart{Key: key, From: from[i]})
	}
	if j.List != nil && *j.List != list {
		is := map[bool]string{true: "a list", false: "one value"}
		w.fail(CodeTypeMismatch, j.Rule+".list", j.Field, "leave list out", "the join should give %s, but its source is %s", is[*j.List], is[list])
		return
	}
	expr := &schema.TypeExpr{Name: c.typ.name, NonNull: !j.Nullable}
	if list {
		expr = &schema.TypeExpr{Elem: expr, NonNull: !j.Nullable}
	}
	f := t.addField(&schema.FieldDefinition{Name: name, Type: expr})
	f.join = placed
	w.changed = true
	if w != c.target {
		c.stub(f, set)
	}
}

// stub makes the joined type known to the source subgraph by its key.
func (c *joinCompiler) stub(f *field, set []schema.Selection) {
	w := c.source
	own := w.typeByName(c.typ.name)
	if own == nil || own.hidden {
		own = w.addType(&schema.TypeDefinition{Kind: schema.Object, Name: c.typ.name})
		own.stub = true
	}
	if own.kind != schema.Object {
		w.fail(CodeNameCollision, c.join.Rule+".type", own.name, "rename the type of one of the subgraphs", "%q is an object in %q, but not here", own.name, c.target.subgraph)
		return
	}
	m := &mirror{to: w, from: []*work{c.target}}
	if own.stub {
		m.fields(own, set)
	} else if missing := w.lacking(own, set); len(missing) > 0 {
		// The subgraph's own type goes without these: it is this field alone that
		// gives them.
		m.external = true
		m.fields(own, missing)
		f.def.Directives = append(f.def.Directives, directive(w.names["provides"], text("fields", schema.PrintSelections(missing))))
	}
	if !own.stub {
		w.ownTypes = append(w.ownTypes, ownType{own, set, c.join})
	}
	for _, path := range m.unknown {
		w.fail(CodeInvalidKey, c.join.Rule, path, "", "the key field %s cannot be taken over from %q", path, c.target.subgraph)
	}
	w.addKey(own, set)
}

// checkOwnTypes reports fields that a joined object cannot reach. It runs when all
// joins are placed.
func (w *work) checkOwnTypes(works []*work) {
	for _, o := range w.ownTypes {
		if o.t.lookedUp() {
			continue
		}
		for _, f := range o.t.fields {
			key := slices.ContainsFunc(o.key, func(s schema.Selection) bool { return s.Name == f.def.Name })
			if f.hidden || key || f.join != nil || f.mirrored || elsewhere(works, w, o.t.name, f.def.Name) {
				continue
			}
			w.fail(CodeNoLookup, o.join.Rule, f.coordinate(),
				fmt.Sprintf("say under entities of %s how %s is looked up, or hide the field", w.subgraph, o.t.name),
				"%s gives objects of %q from which %s cannot be reached: only %q has it, and cannot look it up", o.join.Field, o.t.name, f.coordinate(), w.subgraph)
		}
	}
}

// lookedUp reports whether the subgraph can be entered at the type.
func (t *typ) lookedUp() bool {
	return slices.ContainsFunc(t.keys, func(k *entityKey) bool { return len(k.lookups) > 0 || !k.synthetic && !k.unresolvable })
}

// elsewhere reports whether another subgraph that looks the type up has the field.
func elsewhere(works []*work, not *work, typeName, name string) bool {
	return slices.ContainsFunc(works, func(w *work) bool {
		t := w.typeByName(typeName)
		if w == not || t == nil || t.hidden || !t.lookedUp() {
			return false
		}
		f := t.field(name)
		return f != nil && !f.hidden && !f.mirrored
	})
}

// lacking are the parts of a field set that a type does not have.
func (w *work) lacking(t *typ, set []schema.Selection) []schema.Selection {
	var out []schema.Selection
	for _, s := range set {
		f := t.field(s.Name)
		if f == nil || f.hidden && !f.needed {
			out = append(out, s)
			continue
		}
		f.needed = true
		if below := w.typeByName(f.def.Type.Named()); below != nil && len(s.Selections) > 0 {
			if s.Selections = w.lacking(below, s.Selections); len(s.Selections) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// mirror copies fields of other subgraphs' types into a document that has to
// name them.
type mirror struct {
	to       *work
	from     []*work
	external bool
	// interfaces are those that fragments are below.
	interfaces []interfaceStub
	// unknown are the coordinates that no subgraph has.
	unknown []string
}

func (m *mirror) fields(t *typ, set []schema.Selection) {
	for _, s := range set {
		if s.Fragment {
			m.fragment(t, s)
			continue
		}
		f := t.field(s.Name)
		if f == nil || f.hidden && !f.needed {
			other, from := m.find(t.name, s.Name)
			if other == nil {
				m.unknown = append(m.unknown, t.name+"."+s.Name)
				continue
			}
			def := &schema.FieldDefinition{Name: s.Name, Type: copyTypeExpr(other.def.Type)}
			if m.external && t.kind != schema.Interface {
				def.Directives = append(def.Directives, directive(m.to.names["external"]))
			}
			f = t.addField(def)
			f.mirrored = true
			m.ensureType(def.Type.Named(), from)
		}
		if below := m.to.typeByName(f.def.Type.Named()); below != nil && len(s.Selections) > 0 {
			m.fields(below, s.Selections)
		}
	}
}

// fragment mirrors what is asked of one of the types of an abstract one.
func (m *mirror) fragment(t *typ, s schema.Selection) {
	if s.On == "" || s.On == t.name {
		m.fields(t, s.Selections)
		return
	}
	for _, o := range m.to.possible(t) {
		if o.name == s.On {
			m.fields(o, s.Selections)
			return
		}
	}
	for _, w := range m.from {
		other := w.typeByName(t.name)
		if w == m.to || !t.stub || other == nil || other.hidden {
			continue
		}
		for _, o := range w.possible(other) {
			if o.name != s.On || o.hidden {
				continue
			}
			m.ensureType(s.On, w)
			own := m.to.typeByName(s.On)
			if own.kind != schema.Object {
				break
			}
			if t.kind == schema.Union {
				t.parts[0].Members = append(t.parts[0].Members, schema.NamedRef{Name: s.On})
			} else {
				own.parts[0].Interfaces = append(own.parts[0].Interfaces, schema.NamedRef{Name: t.name})
				m.interfaces = append(m.interfaces, interfaceStub{t, other})
			}
			m.fields(own, s.Selections)
			return
		}
	}
	m.unknown = append(m.unknown, t.name+"<"+s.On+">")
}

// interfaceStub is an interface that only another subgraph has.
type interfaceStub struct{ to, from *typ }

// complete gives interfaces a field, and their objects all that the interfaces have.
func (m *mirror) complete() {
	for _, i := range m.interfaces {
		if len(i.to.fields) == 0 {
			for _, f := range i.from.fields {
				if schema.BuiltinScalar(f.def.Type.Named()) && len(f.def.Arguments) == 0 && !f.hidden {
					m.fields(i.to, []schema.Selection{{Alias: f.def.Name, Name: f.def.Name}})
					break
				}
			}
		}
		for _, o := range m.to.possible(i.to) {
			for _, f := range i.to.fields {
				m.fields(o, []schema.Selection{{Alias: f.def.Name, Name: f.def.Name}})
			}
		}
	}
}

// find looks for a field that needs no argument.
func (m *mirror) find(typeName, name string) (*field, *work) {
	for _, w := range m.from {
		t := w.typeByName(typeName)
		if w == m.to || t == nil || t.hidden {
			continue
		}
		f := t.field(name)
		if f == nil || f.hidden && !f.needed || f.mirrored ||
			slices.ContainsFunc(f.def.Arguments, func(a *schema.ArgumentDefinition) bool { return a.Type.NonNull && a.Default == nil }) {
			continue
		}
		return f, w
	}
	return nil, nil
}

// ensureType adds a type that only another subgraph has: leaves whole, objects
// without fields, which the selection then adds.
func (m *mirror) ensureType(name string, from *work) {
	if t := m.to.typeByName(name); t != nil && !t.hidden || schema.BuiltinScalar(name) {
		return
	}
	other := from.typeByName(name)
	if other == nil {
		return
	}
	def := &schema.TypeDefinition{Kind: other.kind, Name: name}
	for _, part := range other.parts {
		if other.kind == schema.Enum {
			def.Values = append(def.Values, part.Values...)
		}
	}
	t := m.to.addType(def)
	t.stub = true
}
