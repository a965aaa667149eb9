package stitch

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// maxAlternatives bounds how many lookups the alternatives of one field make.
const maxAlternatives = 64

func applied(list []*schema.Directive, name string) *schema.Directive {
	for _, d := range list {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// composite compiles the directives of the Composite Schemas specification:
// lookups into keys with lookups, requirements into what is read elsewhere, and
// internal elements into hidden ones.
func (w *work) composite() {
	if w.style != composite {
		return
	}
	w.changed = true
	for _, t := range w.types {
		for _, part := range t.parts {
			if applied(part.Directives, "internal") != nil && !t.root {
				t.hidden = true
			}
		}
		for _, f := range t.fields {
			if applied(f.def.Directives, "internal") != nil {
				f.hidden = true
			}
		}
	}
	w.checkComposite()
	reached := make(map[*field]bool)
	if root := w.typeByOperation(schema.Query); root != nil {
		w.compositeLookups(root, nil, map[*typ]bool{}, reached)
	}
	w.checkReached(reached)
	for _, t := range w.types {
		for _, f := range t.fields {
			w.compositeArguments(t, f)
		}
	}
}

// compositeLookups finds the lookups below a type that is reached from the root by
// fields without required arguments.
func (w *work) compositeLookups(t *typ, path []*field, seen map[*typ]bool, reached map[*field]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	for _, f := range t.fields {
		way := append(slices.Clone(path), f)
		if applied(f.def.Directives, "lookup") != nil {
			reached[f] = true
			w.compositeLookup(f, way)
			continue
		}
		next := w.typeByName(f.def.Type.Named())
		required := slices.ContainsFunc(f.def.Arguments, func(a *schema.ArgumentDefinition) bool { return a.Type.NonNull && a.Default == nil })
		// An entity's fields lead to data, not to lookups.
		if next != nil && next.kind == schema.Object && len(next.keys) == 0 && f.def.Type.Elem == nil && !required {
			w.compositeLookups(next, way, seen, reached)
		}
	}
}

// argumentMap is an argument of a lookup with what fills it.
type argumentMap struct {
	arg   *schema.ArgumentDefinition
	value selectedValue
}

func (w *work) compositeLookup(f *field, way []*field) {
	returned := w.typeByName(f.def.Type.Named())
	if f.def.Type.Elem != nil {
		w.failAt(f.def.Pos, CodeLookupReturnsList, "", f.coordinate(), "return one entity; many keys are asked for in one request all the same", "the lookup %s returns a list", f.coordinate())
		return
	}
	if returned == nil || !returned.kind.Composite() {
		w.failAt(f.def.Pos, CodeInvalidLookup, "", f.coordinate(), "", "the lookup %s returns %s, which is no entity", f.coordinate(), f.def.Type)
		return
	}
	var args []argumentMap
	for _, a := range f.def.Arguments {
		m := argumentMap{arg: a}
		if d := applied(a.Directives, "is"); d != nil {
			v, ok := w.selectionMap(d, a.Pos, f.coordinate()+"("+a.Name+":)", CodeIsInvalidFieldType, CodeIsInvalidSyntax)
			if !ok {
				return
			}
			m.value = v
		} else {
			m.value.alternatives = []selectedEntry{{path: []selectedStep{{name: a.Name}}}}
		}
		args = append(args, m)
	}
	if len(args) == 0 {
		w.failAt(f.def.Pos, CodeInvalidLookup, "", f.coordinate(), "give it the entity's key for arguments", "the lookup %s has no arguments", f.coordinate())
		return
	}
	for _, t := range w.possible(returned) {
		w.alternatives(t, f, way, args)
	}
}

// selectionMap reads the argument `field` of @is or @require.
func (w *work) selectionMap(d *schema.Directive, pos schema.Position, coordinate, typeCode, syntaxCode string) (selectedValue, bool) {
	text := d.Argument("field")
	if text == nil || text.Kind != schema.StringValue {
		w.failAt(pos, typeCode, "", coordinate, `such as "id"`, "@%s at %s needs a string for field", d.Name, coordinate)
		return selectedValue{}, false
	}
	v, err := parseSelectedValue(text.Raw)
	if err != nil {
		w.failAt(pos, syntaxCode, "", coordinate, "", "@%s at %s is not a field selection map: %v", d.Name, coordinate, err)
		return selectedValue{}, false
	}
	return v, true
}

// alternatives compiles one lookup for each choice of alternatives.
func (w *work) alternatives(t *typ, f *field, way []*field, args []argumentMap) {
	choices := [][]selectedEntry{nil}
	for _, a := range args {
		var next [][]selectedEntry
		for _, e := range a.value.alternatives {
			if e.on != "" && w.typeByOriginal(e.on) != t {
				continue
			}
			for _, chosen := range choices {
				next = append(next, append(slices.Clone(chosen), e))
			}
		}
		if choices = next; len(choices) > maxAlternatives {
			w.failAt(f.def.Pos, CodeInvalidLookup, "", f.coordinate(), "split the lookup", "the lookup %s has more than %d alternatives", f.coordinate(), maxAlternatives)
			return
		}
	}
	for _, chosen := range choices {
		w.choice(t, f, way, args, chosen)
	}
}

func (w *work) choice(t *typ, f *field, way []*field, args []argumentMap, chosen []selectedEntry) {
	var set []schema.Selection
	var templates []namedTemplate
	for i, a := range args {
		e := chosen[i]
		e.on = ""
		v := selectedValue{alternatives: []selectedEntry{e}}
		set = mergeSelections(set, w.translate(t, v.selections()))
		templates = append(templates, namedTemplate{a.arg.Name, w.templateOf(e, t, nil, w.typeByName(a.arg.Type.Named()))})
	}
	// The checks are those of lookups in rules; the specification has one code.
	before := len(w.errs)
	leaves, ok := w.keyLeaves(t, set, "")
	if ok {
		b := &argumentBinder{w: w, leaves: leaves, field: f, used: make(map[string]bool), ok: true}
		b.arguments(templates)
		if ok = b.ok && !b.batch; ok {
			w.addLookup(t, set, &lookup{fields: way, takes: len(way) - 1, args: b.bound()})
		} else if b.ok {
			w.fail(CodeIsInvalidFields, "", f.coordinate(), "", "the lookup %s takes a list of keys, but returns one entity", f.coordinate())
		}
	}
	for i := before; i < len(w.errs); i++ {
		w.errs[i].Code, w.errs[i].Rule = CodeIsInvalidFields, ""
		if w.errs[i].Pos = f.def.Pos; w.errs[i].Hint == "" {
			w.errs[i].Hint = "each argument of a lookup is a field of the entity, by its own name or by @is"
		}
	}
}

// templateOf turns an entry of a selection map into a template over the key. In
// is the type that the template is for, whose fields the map calls by the names in
// the subgraph.
func (w *work) templateOf(e selectedEntry, t *typ, prefix []string, in *typ) template {
	path := prefix
	for _, step := range e.path {
		name := step.name
		if f := fieldOf(t, step.name); f != nil {
			name = f.def.Name
			t = w.typeByName(f.def.Type.Named())
		}
		path = append(slices.Clone(path), name)
	}
	if e.list != nil {
		item := template{key: []string{""}} // a list is no part of a key; the binder says so
		return template{item: &item}
	}
	if !e.object {
		return template{key: path}
	}
	out := template{object: true}
	for _, f := range e.fields {
		name, below := f.name, (*typ)(nil)
		if g := fieldOf(in, f.name); g != nil {
			name = g.def.Name
			below = w.typeByName(g.def.Type.Named())
		}
		out.fields = append(out.fields, namedTemplate{name, w.templateOf(f.value.alternatives[0], t, path, below)})
	}
	return out
}

// requirement is an argument with @require.
type requirement struct {
	field *field
	arg   *schema.ArgumentDefinition
	// typ is the argument's type by the subgraph's own names.
	typ   string
	value selectedValue
}

func (w *work) compositeArguments(t *typ, f *field) {
	for _, a := range slices.Clone(f.def.Arguments) {
		coordinate := f.coordinate() + "(" + a.Name + ":)"
		if applied(a.Directives, "is") != nil && applied(f.def.Directives, "lookup") == nil {
			w.failAt(a.Pos, CodeIsInvalidUsage, "", coordinate, "mark the field @lookup, or use @require", "@is at %s is on a field that is not a lookup", coordinate)
		}
		d := applied(a.Directives, "require")
		if d == nil {
			continue
		}
		v, ok := w.selectionMap(d, a.Pos, coordinate, CodeRequireInvalidFieldType, CodeRequireInvalidSyntax)
		if !ok {
			continue
		}
		r := &requirement{field: f, arg: a, typ: w.originalType(a.Type), value: v}
		f.requires = append(f.requires, r)
		w.requires = append(w.requires, r)
		f.def.Arguments = slices.DeleteFunc(f.def.Arguments, func(o *schema.ArgumentDefinition) bool { return o == a })
	}
}

// originalType prints a type by the subgraph's own names.
func (w *work) originalType(t *schema.TypeExpr) string {
	c := copyTypeExpr(t)
	inner := c
	for inner.Elem != nil {
		inner = inner.Elem
	}
	if known := w.typeByName(inner.Name); known != nil {
		inner.Name = known.original
	}
	return c.String()
}

// require makes the fields that arguments require known to the subgraph, as
// external fields that a @requires names.
func (w *work) require(all []*work) {
	byField := make(map[*field][]schema.Selection)
	var order []*field
	for _, r := range w.requires {
		coordinate := r.field.coordinate() + "(" + r.arg.Name + ":)"
		fail := func(hint, format string, args ...any) {
			w.failAt(r.arg.Pos, CodeRequireInvalidFields, "", coordinate, hint, format, args...)
		}
		set := r.value.selections()
		if hasFragment(set) {
			fail("require fields of object types", "@require at %s goes through an abstract type, which is not supported", coordinate)
			continue
		}
		m := &mirror{to: w, from: all, external: true}
		m.fields(r.field.parent, set)
		for _, path := range m.unknown {
			fail("", "@require at %s names %s, which no other subgraph has", coordinate, path)
		}
		if len(m.unknown) > 0 {
			continue
		}
		if fault := w.fitsArgument(r.value, r.field.parent, r.arg.Type, 0); fault != "" {
			fail("the selection must have the shape of the argument", "@require at %s: %s", coordinate, fault)
			continue
		}
		if byField[r.field] == nil {
			order = append(order, r.field)
		}
		byField[r.field] = mergeSelections(byField[r.field], set)
	}
	for _, f := range order {
		f.def.Directives = append(f.def.Directives, directive(w.names["requires"], text("fields", schema.PrintSelections(byField[f]))))
	}
	w.dropRequirementInputs()
}

func hasFragment(set []schema.Selection) bool {
	return slices.ContainsFunc(set, func(s schema.Selection) bool { return s.Fragment || hasFragment(s.Selections) })
}

// fitsArgument compares a selection with the type of the argument it fills.
// Around is how many lists around the value are still to be selected.
func (w *work) fitsArgument(v selectedValue, from *typ, to *schema.TypeExpr, around int) string {
	for _, e := range v.alternatives {
		at, lists := from, around
		var last *field
		for _, step := range e.path {
			if at == nil {
				return step.name + " has nothing below it"
			}
			if last = at.field(step.name); last == nil {
				return "there is no field " + at.name + "." + step.name
			}
			lists += last.listDepth()
			at = w.typeByName(last.def.Type.Named())
		}
		if fault := w.fitsEntry(e, at, last, lists, to); fault != "" {
			return fault
		}
	}
	return ""
}

func (w *work) fitsEntry(e selectedEntry, at *typ, last *field, lists int, to *schema.TypeExpr) string {
	switch {
	case e.list != nil:
		if lists == 0 || to.Elem == nil {
			return "a list is selected for " + to.String()
		}
		return w.fitsArgument(*e.list, at, to.Elem, lists-1)
	case e.object:
		in := w.typeByName(to.Named())
		if lists > 0 || to.Elem != nil || in == nil || in.kind != schema.InputObject {
			return "an object is selected for " + to.String()
		}
		return w.fitsObject(e, at, in)
	case !w.leaf(last.def.Type.Named()):
		return "the path ends at " + last.coordinate() + ", which has fields of its own"
	case !fits(last.def.Type.Named(), to.Named()) || lists != depth(to):
		return last.coordinate() + " is " + last.def.Type.String() + ", the argument " + to.String()
	}
	return ""
}

func (w *work) fitsObject(e selectedEntry, at, in *typ) string {
	given := make(map[string]bool)
	for _, f := range e.fields {
		target := in.fieldByOriginal(f.name)
		if target == nil {
			return "the input type " + in.name + " has no field " + f.name
		}
		given[f.name] = true
		if fault := w.fitsArgument(f.value, at, target.def.Type, 0); fault != "" {
			return fault
		}
	}
	var missing []string
	for _, f := range in.fields {
		if f.def.Type.NonNull && f.def.Default == nil && !given[f.original] {
			missing = append(missing, f.original)
		}
	}
	if len(missing) > 0 {
		return "the input type " + in.name + " needs " + strings.Join(missing, ", ")
	}
	return ""
}

// dropRequirementInputs hides input types that only requirements used.
func (w *work) dropRequirementInputs() {
	used := make(map[string]bool)
	var use func(name string)
	use = func(name string) {
		t := w.typeByName(name)
		if used[name] || t == nil {
			return
		}
		used[name] = true
		if t.kind == schema.InputObject {
			for _, f := range t.fields {
				use(f.def.Type.Named())
			}
		}
	}
	for _, t := range w.types {
		if t.kind == schema.InputObject {
			continue
		}
		for _, f := range t.fields {
			for _, a := range f.def.Arguments {
				use(a.Type.Named())
			}
		}
	}
	for _, d := range w.doc.Directives {
		for _, a := range d.Arguments {
			use(a.Type.Named())
		}
	}
	for _, r := range w.requires {
		if t := w.typeByName(r.arg.Type.Named()); t != nil && t.kind == schema.InputObject && !used[t.name] {
			t.hidden = true
		}
	}
}
