package compose

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

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
	for _, d := range sg.own {
		for _, a := range d.Arguments {
			for _, x := range sg.applications(a.Directives, 0, false) {
				if x.spec && x.name == "fromContext" {
					at := "@" + d.Name + "(" + a.Name + ":)"
					r.at(CodeContextNotSet, sg, x.Pos, at, "", "@fromContext argument cannot be used on a directive definition %q.", at)
				}
			}
		}
	}
	for _, t := range sg.order {
		for _, f := range t.fields {
			for _, a := range f.args {
				if d := find(a.applied, "fromContext"); d != nil {
					c := contextUse{sg: sg, r: r, field: f, arg: a, d: d, at: f.coordinate() + "(" + a.name + ":)"}
					c.check(contexts)
				}
			}
		}
	}
}

// contextUse is one @fromContext.
type contextUse struct {
	sg    *subgraph
	r     *reporter
	field *field
	arg   *argument
	d     *applied
	at    string
	name  string // of the context
}

func (c *contextUse) fail(code, hint, format string, args ...any) {
	c.r.at(code, c.sg, c.d.Pos, c.at, hint, format, args...)
}

func (c *contextUse) invalid(hint, format string, args ...any) {
	c.fail(CodeContextInvalidSelection, hint, "Context %q is used in %q but the selection is invalid: "+format, append([]any{c.name, c.at}, args...)...)
}

func (c *contextUse) check(contexts map[string][]*typ) {
	parent := c.field.parent
	if parent.kind != schema.Object {
		c.fail(CodeContextNotSet, "", "@fromContext argument cannot be used on a field that exists on an abstract type %q.", c.at)
		return
	}
	for _, i := range parent.interfaces {
		if t := c.sg.types[i.Name]; t != nil && t.field(c.field.name) != nil {
			c.fail(CodeContextNotSet, "Use another field than the interface's.", "@fromContext argument cannot be used on a field implementing an interface field %q.", t.name+"."+c.field.name)
		}
	}
	if c.arg.def != nil {
		c.fail(CodeContextNotSet, "Remove the default.", "@fromContext arguments may not have a default value: %q.", c.at)
	}
	text, _ := c.d.stringArg("field")
	var selection string
	c.name, selection = splitContext(text)
	if c.name == "" || selection == "" {
		c.fail(CodeNoContextInSelection, "Write `$context { field }`.", "@fromContext argument does not reference a context %q.", text)
		return
	}
	if contexts[c.name] == nil {
		c.fail(CodeContextNotSet, "Set the context with @context.", "Context %q is used at location %q but is never set.", c.name, c.at)
	} else if set, err := schema.ParseSelections(selection); err != nil {
		c.invalid("Select a field of the context's type.", "%s", err)
	} else {
		c.selection(set, contexts[c.name])
	}
	if !slices.ContainsFunc(all(parent.applied, "key"), resolvable) {
		c.fail(CodeContextNoResolvableKey, "Give the type a resolvable @key.", "Object %q has no resolvable key but has a field with a contextual argument.", parent.name)
	}
}

// selection checks a selection for all types that set the context: it is one
// field, or one inline fragment for each of some object types.
func (c *contextUse) selection(set []schema.Selection, setBy []*typ) {
	if plain := c.plain(set); !plain {
		return
	}
	if !set[0].Fragment {
		if len(set) > 1 {
			c.invalid("Select one field.", "multiple selections are made")
			return
		}
		for _, t := range setBy {
			if !c.ends(t, set) {
				return
			}
		}
		return
	}
	used := make(map[string]bool)
	for _, s := range set {
		on := c.sg.types[s.On]
		switch {
		case !s.Fragment:
			c.invalid("Select one field for each type.", "multiple fields could be selected")
			return
		case s.On == "" || used[s.On]:
			c.invalid("", "each fragment must have a type condition of its own")
			return
		case on == nil || on.kind != schema.Object:
			c.invalid("", "the type condition %q must be an object type", s.On)
			return
		}
		used[s.On] = true
	}
	for _, t := range setBy {
		matches := false
		for _, s := range set {
			on := c.sg.types[s.On]
			if !slices.Contains(c.sg.possible(t), on) {
				continue
			}
			matches = true
			delete(used, s.On)
			if !c.ends(on, s.Selections) {
				return
			}
		}
		if !matches {
			c.invalid("", "no type condition matches %q", t.name)
			return
		}
	}
	for _, s := range set {
		if used[s.On] {
			c.invalid("Remove the fragment.", "the type condition %q is never used", s.On)
		}
	}
}

// plain reports aliases and directives, which a selection must not have.
func (c *contextUse) plain(set []schema.Selection) bool {
	for i := range set {
		s := &set[i]
		if !s.Fragment && s.Alias != "" && s.Alias != s.Name {
			c.invalid("Remove the alias.", "aliases are not allowed")
			return false
		}
		if len(s.Directives) > 0 {
			c.invalid("Remove the directive.", "directives are not allowed")
			return false
		}
		if !c.plain(s.Selections) {
			return false
		}
	}
	return true
}

// ends follows fields down from a type to the one whose value the argument gets,
// and compares its type: a context may be without a value, so the argument must
// be nullable.
func (c *contextUse) ends(t *typ, set []schema.Selection) bool {
	lists := 0
	for {
		if t == nil || len(set) != 1 || set[0].Fragment {
			c.invalid("Select one field.", "no one field is selected")
			return false
		}
		if t.isInterfaceObject() {
			c.invalid("", "the type %q is an interface object", t.name)
			return false
		}
		f := t.field(set[0].Name)
		if f == nil {
			c.invalid("", "%q has no field %q", t.name, set[0].Name)
			return false
		}
		c.sg.used[f] = true
		for _, a := range f.args {
			if a.typ.NonNull && a.def == nil && !slices.ContainsFunc(set[0].Arguments, func(g schema.Argument) bool { return g.Name == a.name }) {
				c.invalid("Give the argument a value.", "the argument %q of %q needs a value", a.name, f.coordinate())
				return false
			}
		}
		lists += listDepth(f.typ)
		if set = set[0].Selections; len(set) > 0 {
			t = c.sg.types[f.typ.Named()]
			continue
		}
		want := c.arg.typ
		if kind, ok := c.sg.kindOf(f.typ.Named()); ok && kind.Composite() || nonNullAnywhere(want) || want.Named() != f.typ.Named() || listDepth(want) != lists {
			c.invalid("Give the argument the nullable type of the selected field.", "the type of the selection %q does not match the expected type %q", f.typ, want)
			return false
		}
		return true
	}
}

func listDepth(t *schema.TypeExpr) int {
	n := 0
	for ; t.Elem != nil; t = t.Elem {
		n++
	}
	return n
}

func nonNullAnywhere(t *schema.TypeExpr) bool {
	for ; t != nil; t = t.Elem {
		if t.NonNull {
			return true
		}
	}
	return false
}

// splitContext splits `$name { selection }`.
func splitContext(text string) (name, selection string) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "$") {
		return "", ""
	}
	text = strings.TrimSpace(text[1:])
	i := strings.IndexFunc(text, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
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
