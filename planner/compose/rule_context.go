package compose

import (
	"regexp"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var contextNamePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// checkContexts applies the rules of @context and @fromContext.
func (sg *subgraph) checkContexts(r *reporter) {
	contexts := make(map[string][]*typ)
	for _, t := range sg.order {
		for _, d := range all(t.applied, "context") {
			name, _ := d.stringArg("name")
			if !contextNamePattern.MatchString(name) {
				r.at(CodeContextNameInvalid, sg, d.Pos, t.name, "Use letters and digits, a letter first.", "Context name %q is invalid. It should have only alphanumeric characters.", name)
				continue
			}
			contexts[name] = append(contexts[name], t)
		}
	}
	for _, t := range sg.order {
		for _, f := range t.fields {
			for _, a := range f.args {
				if d := find(a.applied, "fromContext"); d != nil {
					sg.checkFromContext(r, f, a, d, contexts)
				}
			}
		}
	}
}

func (sg *subgraph) checkFromContext(r *reporter, f *field, a *argument, d *applied, contexts map[string][]*typ) {
	at := f.coordinate() + "(" + a.name + ":)"
	fail := func(code, hint, format string, args ...any) { r.at(code, sg, d.Pos, at, hint, format, args...) }
	text, _ := d.stringArg("field")
	name, selection := splitContext(text)
	switch {
	case f.parent.kind != schema.Object:
		fail(CodeContextNotSet, "", "@fromContext argument cannot be used on a field that exists on an abstract type %q.", at)
		return
	case a.def != nil:
		fail(CodeContextNotSet, "Remove the default.", "@fromContext arguments may not have a default value: %q.", at)
		return
	case name == "":
		fail(CodeNoContextReferenced, "Write `$context { field }`.", "@fromContext argument does not reference a context %q.", text)
		return
	case contexts[name] == nil:
		fail(CodeContextNotSet, "Set the context with @context.", "Context %q is used at location %q but is never set.", name, at)
		return
	}
	set, err := schema.ParseSelections(selection)
	if err != nil {
		fail(CodeNoSelectionForContext, "Select a field of the context's type.", "Context %q is used in %q but the selection is invalid: %s", name, at, err)
		return
	}
	for _, t := range contexts[name] {
		sg.checkContextSelection(r, t, set, a, at, name, d)
	}
	resolvableKey := false
	for _, key := range all(f.parent.applied, "key") {
		resolvableKey = resolvableKey || resolvable(key)
	}
	if !resolvableKey {
		fail(CodeContextNoResolvableKey, "Give the type a resolvable @key.", "Object %q has no resolvable key but has a field with a contextual argument.", f.parent.name)
	}
}

// checkContextSelection follows the one path a context selection may take.
func (sg *subgraph) checkContextSelection(r *reporter, t *typ, set []schema.Selection, a *argument, at, name string, d *applied) {
	var result *schema.TypeExpr
	found := false
	for t != nil {
		if len(set) == 0 {
			break
		}
		s := set[0]
		if s.Fragment {
			// Of several fragments, those that cannot apply to this type say nothing.
			var next []schema.Selection
			for _, o := range set {
				on := sg.types[o.On]
				if o.Fragment && (o.On == "" || on == t || on != nil && sg.overlap(on, t)) {
					next = o.Selections
					if on != nil {
						t = on
					}
					break
				}
			}
			set = next
			continue
		}
		if len(set) > 1 {
			r.at(CodeContextInvalidSelection, sg, d.Pos, at, "Select one field.", "Context %q is used in %q but the selection is invalid: multiple selections are made", name, at)
			return
		}
		f := t.field(s.Name)
		if f == nil {
			r.at(CodeContextInvalidSelection, sg, d.Pos, at, "", "Context %q is used in %q but the selection is invalid for type %q.", name, at, t.name)
			return
		}
		sg.used[f] = true
		if len(s.Selections) == 0 {
			result, found = f.typ, true
			break
		}
		set, t = s.Selections, sg.types[f.typ.Named()]
	}
	if !found {
		r.at(CodeContextInvalidSelection, sg, d.Pos, at, "", "Context %q is used in %q but the selection is invalid: no selection matches", name, at)
		return
	}
	if nullable := withoutNonNull(result); !nullable.Equal(withoutNonNull(a.typ)) {
		r.at(CodeContextInvalidSelection, sg, d.Pos, at, "Give the argument the type of the selected field.", "Context %q is used in %q but the selection is invalid: the type of the selection %q does not match the expected type %q", name, at, result, a.typ)
	}
}

func withoutNonNull(t *schema.TypeExpr) *schema.TypeExpr {
	c := *t
	c.NonNull = false
	return &c
}

// splitContext splits `$name { selection }`.
func splitContext(text string) (name, selection string) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "$") {
		return "", ""
	}
	text = strings.TrimSpace(text[1:])
	i := strings.IndexFunc(text, func(c rune) bool { return c == '{' || c == ' ' || c == '\t' || c == '\n' || c == '.' })
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

func contextArguments(f *field) []supergraph.ContextArgument {
	var out []supergraph.ContextArgument
	for _, a := range f.args {
		d := find(a.applied, "fromContext")
		if d == nil {
			continue
		}
		text, _ := d.stringArg("field")
		name, selection := splitContext(text)
		out = append(out, supergraph.ContextArgument{Name: a.name, Type: a.typ.String(), Context: f.parent.sg.name + "__" + name, Selection: selection})
	}
	return out
}
