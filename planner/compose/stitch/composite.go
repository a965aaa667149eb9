package stitch

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/selectionmap"
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
	w.inheritRequirements()
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
	value selectionmap.Value
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
			m.value.Alternatives = []selectionmap.Entry{{Path: []selectionmap.Step{{Name: a.Name}}}}
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
func (w *work) selectionMap(d *schema.Directive, pos schema.Position, coordinate, typeCode, syntaxCode string) (selectionmap.Value, bool) {
	text := d.Argument("field")
	if text == nil || text.Kind != schema.StringValue {
		w.failAt(pos, typeCode, "", coordinate, `such as "id"`, "@%s at %s needs a string for field", d.Name, coordinate)
		return selectionmap.Value{}, false
	}
	v, err := parseSelectionMap(text.Raw)
	if err != nil {
		w.failAt(pos, syntaxCode, "", coordinate, "", "@%s at %s is not a field selection map: %v", d.Name, coordinate, err)
		return selectionmap.Value{}, false
	}
	return v, true
}

// alternatives compiles one lookup for each choice of alternatives.
func (w *work) alternatives(t *typ, f *field, way []*field, args []argumentMap) {
	choices := [][]selectionmap.Entry{nil}
	for _, a := range args {
		var next [][]selectionmap.Entry
		for _, e := range a.value.Alternatives {
			if e.On != "" && w.typeByOriginal(e.On) != t {
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

func (w *work) choice(t *typ, f *field, way []*field, args []argumentMap, chosen []selectionmap.Entry) {
	var set []schema.Selection
	var templates []namedTemplate
	for i, a := range args {
		e := chosen[i]
		e.On = ""
		v := selectionmap.Value{Alternatives: []selectionmap.Entry{e}}
		set = mergeSelections(set, w.translate(t, selections(&v)))
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
func (w *work) templateOf(e selectionmap.Entry, t *typ, prefix []string, in *typ) template {
	path := prefix
	for _, step := range e.Path {
		name := step.Name
		if f := fieldOf(t, step.Name); f != nil {
			name = f.def.Name
			t = w.typeByName(f.def.Type.Named())
		}
		path = append(slices.Clone(path), name)
	}
	if e.List != nil {
		item := template{key: []string{""}} // a list is no part of a key; the binder says so
		return template{item: &item}
	}
	if !e.Object {
		return template{key: path}
	}
	out := template{object: true}
	for _, f := range e.Fields {
		name, below := f.Name, (*typ)(nil)
		if g := fieldOf(in, f.Name); g != nil {
			name = g.def.Name
			below = w.typeByName(g.def.Type.Named())
		}
		out.fields = append(out.fields, namedTemplate{name, w.templateOf(f.Value.Alternatives[0], t, path, below)})
	}
	return out
}
