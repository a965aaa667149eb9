package stitch

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// lookup is a way to an entity by a field of the subgraph.
type lookup struct {
	// fields are the steps from the root to the objects; their original names are
	// the path. The one with the index takes has the arguments.
	fields []*field
	takes  int
	args   []lookupArgument
	batch  bool
	match  supergraph.Correlation
	max    int
}

// lookupArgument fills a leaf of an argument of a lookup.
type lookupArgument struct {
	// path are the argument's name and the input fields below it, as the subgraph
	// has them. A step that is a list of objects, one for each row, ends in "[]".
	path []string
	// from is the leaf of the key, and leaf its index.
	from []string
	leaf int
	// typ is the type of the list with an element for each row, if there is one in
	// the path, else of the leaf; by the subgraph's own names.
	typ string
}

// entities compiles the rules for entities.
func (w *work) entities(rules []Entity) {
	for _, r := range rules {
		t := w.needType(r.Type, r.Rule)
		if t == nil {
			continue
		}
		if !t.kind.Composite() {
			w.fail(CodeInvalidRule, r.Rule, t.name, "", "%q is no object, interface or union: it cannot be looked up", t.name)
			continue
		}
		if t.root || t.hidden {
			w.fail(CodeInvalidRule, r.Rule, t.name, "", "%q cannot be an entity: it is %s", t.name, map[bool]string{true: "a root type", false: "hidden"}[t.root])
			continue
		}
		set, err := schema.ParseSelections(r.Key)
		if err != nil {
			w.fail(CodeInvalidKey, r.Rule+".key", t.name, `such as "id" or "number region"`, "the key %q is not a field set: %v", r.Key, err)
			continue
		}
		e, err := parseExpression(r.Lookup)
		if err != nil {
			w.fail(CodeInvalidRule, r.Rule+".lookup", t.name, `such as "users(ids: $key.id)"`, "the lookup %q cannot be read: %v", r.Lookup, err)
			continue
		}
		// An abstract type is looked up for each type its objects may have.
		for _, concrete := range w.possible(t) {
			leaves, ok := w.keyLeaves(concrete, set, r.Rule+".key")
			if !ok {
				break
			}
			if l := w.compileLookup(concrete, t, leaves, e, r); l != nil {
				w.addLookup(concrete, set, l)
			}
		}
	}
}

// addLookup notes a lookup for a key of a type, and the key itself.
func (w *work) addLookup(t *typ, set []schema.Selection, l *lookup) {
	k := w.addKey(t, set)
	k.lookups = append(k.lookups, l)
}

// addKey finds the key of a type, or adds it.
func (w *work) addKey(t *typ, set []schema.Selection) *entityKey {
	text := schema.PrintSelections(set)
	for _, k := range t.keys {
		if sameKey(k.set, set) {
			return k
		}
	}
	k := &entityKey{set: set, text: text, synthetic: true}
	t.keys = append(t.keys, k)
	return k
}

// sameKey compares keys without regard to the order of fields.
func sameKey(a, b []schema.Selection) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s schema.Selection) bool {
		return !slices.ContainsFunc(b, func(o schema.Selection) bool {
			return s.Name == o.Name && s.Fragment == o.Fragment && s.On == o.On && sameKey(s.Selections, o.Selections)
		})
	})
}

// keyLeaf is one leaf of a key.
type keyLeaf struct {
	path  []string
	field *field
}

// keyLeaves checks a key against its type and lists its leaves in order.
func (w *work) keyLeaves(t *typ, set []schema.Selection, rule string) ([]keyLeaf, bool) {
	var out []keyLeaf
	ok := true
	var walk func(t *typ, set []schema.Selection, path []string)
	walk = func(t *typ, set []schema.Selection, path []string) {
		for _, s := range set {
			if s.Fragment || len(s.Arguments) > 0 || len(s.Directives) > 0 || s.Alias != s.Name {
				ok = false
				w.fail(CodeInvalidKey, rule, t.name, "name fields only", "a key holds no fragments, arguments, aliases or directives")
				continue
			}
			f := t.field(s.Name)
			if f == nil {
				ok = false
				w.fail(CodeInvalidKey, rule, t.name+"."+s.Name, w.meant(s.Name, t.fieldNames()), "the key names the field %q, which %q does not have", s.Name, t.name)
				continue
			}
			next := append(slices.Clone(path), s.Name)
			below := w.typeByName(f.def.Type.Named())
			switch leaf := w.leaf(f.def.Type.Named()); {
			case len(s.Selections) == 0 && leaf:
				out = append(out, keyLeaf{next, f})
			case len(s.Selections) > 0 && below != nil && below.kind == schema.Object && f.def.Type.Elem == nil:
				walk(below, s.Selections, next)
			default:
				ok = false
				w.fail(CodeInvalidKey, rule, f.coordinate(), "a key ends in scalars or enums", "the key cannot take %s, which is %s", f.coordinate(), f.def.Type)
			}
		}
	}
	walk(t, set, nil)
	return out, ok
}

func (f *field) listDepth() int { return depth(f.def.Type) }

func depth(t *schema.TypeExpr) int {
	n := 0
	for ; t.Elem != nil; t = t.Elem {
		n++
	}
	return n
}

// compileLookup checks a lookup against the subgraph's schema. Through is the
// type the rule names, t the concrete type.
func (w *work) compileLookup(t, through *typ, leaves []keyLeaf, e *expression, r Entity) *lookup {
	rule := r.Rule + ".lookup"
	l := &lookup{match: r.Match, max: r.Max}
	if l.fields = w.lookupPath(e.path, rule); l.fields == nil {
		return nil
	}
	last := l.fields[len(l.fields)-1]
	l.takes = len(l.fields) - 1
	b := &argumentBinder{w: w, rule: rule, leaves: leaves, field: last, used: make(map[string]bool), ok: true}
	b.arguments(e.args)
	if !b.ok {
		return nil
	}
	lists := last.listDepth()
	for _, name := range e.below {
		next := w.resultStep(last, name, rule)
		if next == nil {
			return nil
		}
		l.fields, last = append(l.fields, next), next
		lists += next.listDepth()
	}
	for _, leaf := range leaves {
		if !b.used[strings.Join(leaf.path, ".")] {
			w.fail(CodeInvalidLookup, rule, last.coordinate(), "pass it, or leave it out of the key", "the lookup does not use $key.%s", strings.Join(leaf.path, "."))
			return nil
		}
	}
	returned := w.typeByName(last.def.Type.Named())
	if returned == nil || returned != t && returned != through && !slices.Contains(w.possible(returned), t) {
		w.fail(CodeInvalidLookup, rule, last.coordinate(), "", "%s returns %s, not %q", last.coordinate(), last.def.Type, t.name)
		return nil
	}
	l.args = b.bound()
	switch {
	case lists > 1:
		w.fail(CodeInvalidLookup, rule, last.coordinate(), "", "%s returns a list of lists", last.coordinate())
		return nil
	case lists == 1 && !b.batch:
		w.fail(CodeInvalidLookup, rule, last.coordinate(), "name a field that returns one "+t.name+", or one whose argument takes a list of keys", "%s returns a list, but takes one key at a time", last.coordinate())
		return nil
	case lists == 0 && b.batch:
		w.fail(CodeInvalidLookup, rule, last.coordinate(), "name a field that returns a list of "+t.name, "%s takes a list of keys, but returns one %s", last.coordinate(), t.name)
		return nil
	}
	l.batch = b.batch
	if !l.batch && (l.max > 0 || l.match == supergraph.ByPosition) {
		w.fail(CodeInvalidLookup, r.Rule, last.coordinate(), "remove batch and match", "%s looks one object up: there is no batch to cap or match", last.coordinate())
		return nil
	}
	return l
}

// resultStep finds a field between the one that takes a lookup's arguments and its
// objects.
func (w *work) resultStep(above *field, name, rule string) *field {
	t := w.typeByName(above.def.Type.Named())
	if t == nil || t.kind != schema.Object {
		w.fail(CodeInvalidLookup, rule, above.coordinate(), "", "there is nothing to select below %s, which is %s", above.coordinate(), above.def.Type)
		return nil
	}
	f := t.field(name)
	if f == nil {
		w.fail(CodeUnknownField, rule, t.name+"."+name, w.meant(name, t.fieldNames()), "the lookup names the field %q, which %q does not have", name, t.name)
		return nil
	}
	for _, a := range f.def.Arguments {
		if a.Type.NonNull && a.Default == nil {
			w.fail(CodeInvalidLookup, rule, f.coordinate(), "", "%s on the way from the lookup needs the argument %q", f.coordinate(), a.Name)
			return nil
		}
	}
	return f
}

// lookupPath finds the fields from the root to a lookup.
func (w *work) lookupPath(path []string, rule string) []*field {
	t := w.typeByOperation(schema.Query)
	if t == nil {
		w.fail(CodeInvalidLookup, rule, "Query", "", "the subgraph has no query fields")
		return nil
	}
	var out []*field
	for i, name := range path {
		f := t.field(name)
		if f == nil {
			w.fail(CodeUnknownField, rule, t.name+"."+name, w.meant(name, t.fieldNames()), "the lookup names the field %q, which %q does not have", name, t.name)
			return nil
		}
		out = append(out, f)
		if i == len(path)-1 {
			break
		}
		next := w.typeByName(f.def.Type.Named())
		if next == nil || next.kind != schema.Object || f.def.Type.Elem != nil {
			w.fail(CodeInvalidLookup, rule, f.coordinate(), "", "there is no lookup below %s, which is %s", f.coordinate(), f.def.Type)
			return nil
		}
		for _, a := range f.def.Arguments {
			if a.Type.NonNull && a.Default == nil {
				w.fail(CodeInvalidLookup, rule, f.coordinate(), "", "%s on the way to the lookup needs the argument %q", f.coordinate(), a.Name)
				return nil
			}
		}
		t = next
	}
	return out
}

// typeByOperation is the type whose fields are the subgraph's own root fields:
// the root type, or what a namespace made of it.
func (w *work) typeByOperation(op schema.OperationKind) *typ {
	root := w.root(op)
	if root == nil {
		return nil
	}
	for _, f := range root.fields {
		if f.namespace {
			return w.typeByName(f.def.Type.Named())
		}
	}
	return root
}

// argumentBinder matches the templates of a lookup with a field's arguments.
type argumentBinder struct {
	w      *work
	rule   string
	leaves []keyLeaf
	field  *field
	out    []lookupArgument
	used   map[string]bool
	batch  bool
	single bool
	ok     bool
}

// bound are the bound arguments in the order of the key's leaves.
func (b *argumentBinder) bound() []lookupArgument {
	slices.SortStableFunc(b.out, func(x, y lookupArgument) int { return x.leaf - y.leaf })
	return b.out
}

func (b *argumentBinder) fail(code, hint, format string, args ...any) {
	b.ok = false
	b.w.fail(code, b.rule, b.field.coordinate(), hint, format, args...)
}

func (b *argumentBinder) arguments(args []namedTemplate) {
	for _, given := range args {
		a := b.field.argument(given.name)
		if a == nil {
			var known []string
			for _, a := range b.field.def.Arguments {
				known = append(known, a.Name)
			}
			b.fail(CodeUnknownArgument, b.w.meant(given.name, known), "%s has no argument %q", b.field.coordinate(), given.name)
			continue
		}
		b.value(given.value, a.Type, []string{a.Name}, nil)
	}
	for _, a := range b.field.def.Arguments {
		if a.Type.NonNull && a.Default == nil && !slices.ContainsFunc(args, func(t namedTemplate) bool { return t.name == a.Name }) {
			b.fail(CodeInvalidLookup, "pass it from the key", "%s needs the argument %q", b.field.coordinate(), a.Name)
		}
	}
	if b.batch && b.single {
		b.fail(CodeInvalidLookup, "", "some arguments take one key, others a list of keys")
	}
}

// value binds one template to a type. List is the type of the list with one
// element for each row that surrounds it, if one does.
func (b *argumentBinder) value(v template, t *schema.TypeExpr, path []string, list *schema.TypeExpr) {
	where := strings.Join(path, ".")
	switch {
	case v.item != nil:
		if t.Elem == nil || list != nil {
			b.fail(CodeTypeMismatch, "", "%q takes %s, not a list of keys", where, t)
			return
		}
		b.element(*v.item, t, path)
	case v.object && t.Elem != nil && list == nil:
		b.element(v, t, path)
	case v.object:
		b.object(v, t, path, list)
	case v.whole && len(b.leaves) == 1:
		b.leaf(0, t, path, list)
	case v.whole:
		b.fail(CodeInvalidLookup, "name one field of the key for each", "the key has several fields; %q cannot take them all", where)
	default:
		i := slices.IndexFunc(b.leaves, func(leaf keyLeaf) bool { return slices.Equal(leaf.path, v.key) })
		if i < 0 {
			b.fail(CodeInvalidKey, "", "the key has no field %q", strings.Join(v.key, "."))
			return
		}
		b.leaf(i, t, path, list)
	}
}

// element binds the template of what a list holds for each row.
func (b *argumentBinder) element(v template, list *schema.TypeExpr, path []string) {
	if v.object {
		path = slices.Clone(path)
		path[len(path)-1] += "[]"
	}
	b.value(v, list.Elem, path, list)
}

func (b *argumentBinder) object(v template, t *schema.TypeExpr, path []string, list *schema.TypeExpr) {
	in := b.w.typeByName(t.Named())
	if t.Elem != nil || in == nil || in.kind != schema.InputObject {
		b.fail(CodeTypeMismatch, "", "%q takes %s, not an object", strings.Join(path, "."), t)
		return
	}
	oneOf := slices.ContainsFunc(in.parts, func(p *schema.TypeDefinition) bool { return applied(p.Directives, "oneOf") != nil })
	if oneOf && len(v.fields) != 1 {
		b.fail(CodeInvalidLookup, "", "the input type %q takes exactly one of its fields", in.name)
	}
	for _, given := range v.fields {
		f := in.field(given.name)
		if f == nil {
			b.fail(CodeUnknownField, b.w.meant(given.name, in.fieldNames()), "the input type %q has no field %q", in.name, given.name)
			continue
		}
		typ := f.def.Type
		if oneOf && !typ.NonNull {
			c := *typ
			c.NonNull = true // a variable there must not be null
			typ = &c
		}
		b.value(given.value, typ, append(slices.Clone(path), f.original), list)
	}
	for _, f := range in.fields {
		if f.def.Type.NonNull && f.def.Default == nil && !slices.ContainsFunc(v.fields, func(t namedTemplate) bool { return t.name == f.def.Name }) {
			b.fail(CodeInvalidLookup, "pass it from the key", "the input type %q needs the field %q", in.name, f.def.Name)
		}
	}
}

func (b *argumentBinder) leaf(index int, t *schema.TypeExpr, path []string, list *schema.TypeExpr) {
	leaf := b.leaves[index]
	from := strings.Join(leaf.path, ".")
	if !fits(leaf.field.def.Type.Named(), t.Named()) {
		b.fail(CodeTypeMismatch, "", "%q takes %s, but $key.%s is %s", strings.Join(path, "."), t, from, leaf.field.def.Type)
		return
	}
	switch more := depth(t) - leaf.field.listDepth(); {
	case more == 0 && list != nil, more == 1 && list == nil:
		b.batch = true
	case more == 0:
		b.single = true
	default:
		b.fail(CodeTypeMismatch, "", "%q takes %s, but $key.%s is %s", strings.Join(path, "."), t, from, leaf.field.def.Type)
		return
	}
	b.used[from] = true
	typ := t
	if list != nil {
		typ = list
	}
	b.out = append(b.out, lookupArgument{path: path, from: leaf.path, leaf: index, typ: b.w.originalType(typ)})
}

// fits reports whether values of an output type are accepted where an input type
// is expected, going by how GraphQL coerces inputs.
func fits(output, input string) bool {
	if output == input {
		return true
	}
	switch input {
	case "ID":
		return output == "String" || output == "Int"
	case "String":
		return output == "ID"
	case "Float":
		return output == "Int"
	}
	return false
}

// definition is the lookup as the Definition has it.
func (l *lookup) definition(key string) supergraph.LookupDefinition {
	d := supergraph.LookupDefinition{Key: key, Batch: l.batch, Match: l.match, Max: l.max}
	for i, f := range l.fields {
		step := f.original
		if i == l.takes && i < len(l.fields)-1 {
			step += "()" // the arguments are this field's, not the last one's
		}
		d.Path = append(d.Path, step)
		d.Internal = d.Internal || f.hidden
	}
	for _, a := range l.args {
		d.Arguments = append(d.Arguments, supergraph.LookupArgument{Argument: strings.Join(a.path, "."), Type: a.typ, From: strings.Join(a.from, ".")})
	}
	return d
}
