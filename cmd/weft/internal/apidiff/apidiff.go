// Package apidiff says what a change of an API schema means for its clients.
//
// In go two SDL documents as parsed, out comes a list of [Change], each with
// how grave it is. The kinds and their criticality are those of GraphQL
// Inspector, which users know. The package only reads its inputs, keeps nothing
// and starts nothing; its results do not depend on the order of definitions.
package apidiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Criticality says what a change can do to clients.
type Criticality uint8

// The criticalities, gravest first.
const (
	// Breaking changes make operations fail that worked before.
	Breaking Criticality = iota
	// Dangerous changes can surprise clients, such as by a value they do not know.
	Dangerous
	// NonBreaking changes are safe.
	NonBreaking
)

// String returns the word for it.
func (c Criticality) String() string {
	switch c {
	case Breaking:
		return "breaking"
	case Dangerous:
		return "dangerous"
	}
	return "safe"
}

// Change is one difference.
type Change struct {
	Criticality Criticality
	// Coordinate is the schema coordinate of what changed.
	Coordinate string
	Message    string
}

// Compare returns what changes from before to after, gravest first.
func Compare(before, after *schema.Document) []Change {
	d := &differ{before: index(before), after: index(after)}
	d.roots(before, after)
	for _, name := range names(d.before.types, d.after.types) {
		d.typ(name, d.before.types[name], d.after.types[name])
	}
	for _, name := range names(d.before.directives, d.after.directives) {
		d.directive(d.before.directives[name], d.after.directives[name])
	}
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Criticality, b.Criticality), strings.Compare(a.Coordinate, b.Coordinate))
	})
	return d.changes
}

// indexed is a document by name, extensions merged into their types.
type indexed struct {
	types      map[string]*schema.TypeDefinition
	directives map[string]*schema.DirectiveDefinition
}

func index(doc *schema.Document) indexed {
	x := indexed{map[string]*schema.TypeDefinition{}, map[string]*schema.DirectiveDefinition{}}
	for _, t := range doc.Types {
		have := x.types[t.Name]
		if have == nil {
			x.types[t.Name] = t
			continue
		}
		merged := *have
		merged.Directives = slices.Concat(have.Directives, t.Directives)
		merged.Interfaces = slices.Concat(have.Interfaces, t.Interfaces)
		merged.Fields = slices.Concat(have.Fields, t.Fields)
		merged.Members = slices.Concat(have.Members, t.Members)
		merged.Values = slices.Concat(have.Values, t.Values)
		x.types[t.Name] = &merged
	}
	for _, d := range doc.Directives {
		x.directives[d.Name] = d
	}
	return x
}

// differ gathers the changes.
type differ struct {
	before, after indexed
	changes       []Change
}

func (d *differ) add(c Criticality, coordinate, format string, args ...any) {
	d.changes = append(d.changes, Change{c, coordinate, fmt.Sprintf(format, args...)})
}

func (d *differ) roots(before, after *schema.Document) {
	for _, op := range []schema.OperationKind{schema.Query, schema.Mutation, schema.Subscription} {
		a, b := root(before, d.before, op), root(after, d.after, op)
		if a != "" && b != "" && a != b {
			d.add(Breaking, "schema."+op.String(), "the %s root is %s, was %s", op, b, a)
		}
	}
}

// root is the name of a root type, empty if there is none.
func root(doc *schema.Document, x indexed, op schema.OperationKind) string {
	declared := false
	for _, s := range doc.Schemas {
		for _, r := range s.Roots {
			declared = true
			if r.Operation == op {
				return r.Type
			}
		}
	}
	name := op.String()
	name = strings.ToUpper(name[:1]) + name[1:]
	if declared || x.types[name] == nil {
		return ""
	}
	return name
}

func (d *differ) typ(name string, a, b *schema.TypeDefinition) {
	switch {
	case a == nil:
		d.add(NonBreaking, name, "type added")
		return
	case b == nil:
		d.add(Breaking, name, "type removed")
		return
	case a.Kind != b.Kind:
		d.add(Breaking, name, "kind changed from %s to %s", a.Kind, b.Kind)
		return
	}
	d.described(name, a.Description, b.Description)
	d.deprecated(name, a.Directives, b.Directives)
	switch a.Kind {
	case schema.Object, schema.Interface:
		d.memberships(name, a.Interfaces, b.Interfaces, "implements %s now", "no longer implements %s")
		d.fields(name, a.Fields, b.Fields)
	case schema.InputObject:
		d.inputFields(name, a.Fields, b.Fields)
	case schema.Union:
		d.memberships(name, a.Members, b.Members, "has the member %s now", "no longer has the member %s")
	case schema.Enum:
		d.values(name, a.Values, b.Values)
	}
}

func (d *differ) memberships(coordinate string, a, b []schema.NamedRef, added, removed string) {
	key := func(r schema.NamedRef) string { return r.Name }
	each(a, b, key, func(name string, a, b *schema.NamedRef) {
		switch {
		case a == nil:
			d.add(Dangerous, coordinate, added, name)
		case b == nil:
			d.add(Breaking, coordinate, removed, name)
		}
	})
}

func (d *differ) fields(parent string, a, b []*schema.FieldDefinition) {
	key := func(f *schema.FieldDefinition) string { return f.Name }
	each(a, b, key, func(name string, before, after **schema.FieldDefinition) {
		at := parent + "." + name
		switch {
		case before == nil:
			d.add(NonBreaking, at, "field added")
			return
		case after == nil:
			note := ""
			if isDeprecated((*before).Directives) {
				note = " (it was deprecated)"
			}
			d.add(Breaking, at, "field removed%s", note)
			return
		}
		a, b := *before, *after
		d.described(at, a.Description, b.Description)
		d.deprecated(at, a.Directives, b.Directives)
		if !a.Type.Equal(b.Type) {
			c := Breaking
			if d.safeOutput(a.Type, b.Type) {
				c = NonBreaking
			}
			d.add(c, at, "type changed from %s to %s", a.Type, b.Type)
		}
		d.arguments(at, a.Arguments, b.Arguments, Dangerous)
	})
}

// arguments compares those of a field or directive; optional says how grave a
// new argument is that nobody has to give.
func (d *differ) arguments(parent string, a, b []*schema.ArgumentDefinition, optional Criticality) {
	key := func(f *schema.ArgumentDefinition) string { return f.Name }
	each(a, b, key, func(name string, before, after **schema.ArgumentDefinition) {
		at := parent + "(" + name + ":)"
		switch {
		case before == nil:
			d.inputAdded(at, "argument", (*after).Type, (*after).Default, optional)
			return
		case after == nil:
			d.add(Breaking, at, "argument removed")
			return
		}
		a, b := *before, *after
		d.described(at, a.Description, b.Description)
		d.deprecated(at, a.Directives, b.Directives)
		d.input(at, a.Type, b.Type, a.Default, b.Default)
	})
}

func (d *differ) inputFields(parent string, a, b []*schema.FieldDefinition) {
	key := func(f *schema.FieldDefinition) string { return f.Name }
	each(a, b, key, func(name string, before, after **schema.FieldDefinition) {
		at := parent + "." + name
		switch {
		case before == nil:
			d.inputAdded(at, "input field", (*after).Type, (*after).Default, Dangerous)
			return
		case after == nil:
			d.add(Breaking, at, "input field removed")
			return
		}
		a, b := *before, *after
		d.described(at, a.Description, b.Description)
		d.deprecated(at, a.Directives, b.Directives)
		d.input(at, a.Type, b.Type, a.Default, b.Default)
	})
}

func (d *differ) inputAdded(at, what string, t *schema.TypeExpr, value *schema.Value, optional Criticality) {
	if t.NonNull && value == nil {
		d.add(Breaking, at, "required %s added", what)
		return
	}
	d.add(optional, at, "optional %s added", what)
}

// input compares the type and default of an argument or input field.
func (d *differ) input(at string, a, b *schema.TypeExpr, x, y *schema.Value) {
	if !a.Equal(b) {
		c := Breaking
		if safeInput(a, b) {
			c = NonBreaking
		}
		d.add(c, at, "type changed from %s to %s", a, b)
	}
	switch {
	case x == nil && y == nil, x != nil && y != nil && x.GraphQL() == y.GraphQL():
	case x == nil:
		d.add(Dangerous, at, "default %s added", y.GraphQL())
	case y == nil && b.NonNull:
		d.add(Breaking, at, "default %s removed, so that a value is required", x.GraphQL())
	case y == nil:
		d.add(Dangerous, at, "default %s removed", x.GraphQL())
	default:
		d.add(Dangerous, at, "default changed from %s to %s", x.GraphQL(), y.GraphQL())
	}
}

func (d *differ) values(parent string, a, b []*schema.EnumValueDefinition) {
	key := func(f *schema.EnumValueDefinition) string { return f.Name }
	each(a, b, key, func(name string, before, after **schema.EnumValueDefinition) {
		at := parent + "." + name
		switch {
		case before == nil:
			d.add(Dangerous, at, "enum value added")
		case after == nil:
			d.add(Breaking, at, "enum value removed")
		default:
			d.described(at, (*before).Description, (*after).Description)
			d.deprecated(at, (*before).Directives, (*after).Directives)
		}
	})
}

func (d *differ) directive(a, b *schema.DirectiveDefinition) {
	switch {
	case a == nil:
		d.add(NonBreaking, "@"+b.Name, "directive added")
		return
	case b == nil:
		d.add(Breaking, "@"+a.Name, "directive removed")
		return
	}
	at := "@" + a.Name
	d.described(at, a.Description, b.Description)
	d.arguments(at, a.Arguments, b.Arguments, NonBreaking)
	same := func(s string) string { return s }
	each(a.Locations, b.Locations, same, func(name string, before, after *string) {
		switch {
		case before == nil:
			d.add(NonBreaking, at, "location %s added", name)
		case after == nil:
			d.add(Breaking, at, "location %s removed", name)
		}
	})
	switch {
	case a.Repeatable && !b.Repeatable:
		d.add(Breaking, at, "no longer repeatable")
	case !a.Repeatable && b.Repeatable:
		d.add(NonBreaking, at, "repeatable now")
	}
}

func (d *differ) described(at, a, b string) {
	if a != b {
		d.add(NonBreaking, at, "description changed")
	}
}

func (d *differ) deprecated(at string, a, b []*schema.Directive) {
	switch was, is := isDeprecated(a), isDeprecated(b); {
	case !was && is:
		d.add(NonBreaking, at, "deprecated")
	case was && !is:
		d.add(NonBreaking, at, "no longer deprecated")
	}
}

func isDeprecated(list []*schema.Directive) bool {
	return slices.ContainsFunc(list, func(d *schema.Directive) bool { return d.Name == "deprecated" })
}

// safeOutput reports whether clients that expect a can take b: it promises no
// less.
func (d *differ) safeOutput(a, b *schema.TypeExpr) bool {
	switch {
	case a.NonNull && !b.NonNull, (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return d.safeOutput(a.Elem, b.Elem)
	}
	return a.Name == b.Name || d.isPossible(a.Name, b.Name)
}

// isPossible reports whether one type was and is a kind of another.
func (d *differ) isPossible(abstract, name string) bool {
	for _, x := range []indexed{d.before, d.after} {
		is := func(r schema.NamedRef, want string) bool { return r.Name == want }
		t, u := x.types[name], x.types[abstract]
		if t != nil && slices.ContainsFunc(t.Interfaces, func(r schema.NamedRef) bool { return is(r, abstract) }) {
			continue
		}
		if u != nil && slices.ContainsFunc(u.Members, func(r schema.NamedRef) bool { return is(r, name) }) {
			continue
		}
		return false
	}
	return true
}

// safeInput reports whether what clients send as a is good as b: it asks for no
// more.
func safeInput(a, b *schema.TypeExpr) bool {
	switch {
	case b.NonNull && !a.NonNull, (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return safeInput(a.Elem, b.Elem)
	}
	return a.Name == b.Name
}

// names are the keys of both maps, sorted.
func names[V any](a, b map[string]V) []string {
	var out []string
	for name := range a {
		out = append(out, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// each pairs the elements of two lists by name; nil stands for a missing one.
func each[T any](a, b []T, key func(T) string, visit func(name string, a, b *T)) {
	x, y := byKey(a, key), byKey(b, key)
	for _, name := range names(x, y) {
		visit(name, x[name], y[name])
	}
}

func byKey[T any](list []T, key func(T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		m[key(list[i])] = &list[i]
	}
	return m
}
