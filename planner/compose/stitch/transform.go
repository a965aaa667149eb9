package stitch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// transform applies the rules in order.
func (w *work) transform(rules []Transform) {
	for i, r := range rules {
		at := fmt.Sprintf("transforms.%d", i)
		if r.Rename != nil {
			w.rename(r.Rename, at+".rename")
		}
		if r.Prefix != nil {
			w.prefix(r.Prefix, at+".prefix")
		}
		for j, pattern := range r.Hide {
			w.hide(pattern, fmt.Sprintf("%s.hide.%d", at, j))
		}
		if r.Namespace != "" {
			w.namespace(r.Namespace, at+".namespace")
		}
	}
}

// newName is a name that an element is about to get.
type newName struct {
	f    *field
	to   string
	rule string
}

func (w *work) rename(r *Rename, rule string) {
	// Both halves of the rule speak of the names before it.
	types := make(map[string]string)
	for _, from := range slices.Sorted(maps.Keys(r.Types)) {
		to, at := r.Types[from], rule+".types."+from
		t := w.needType(from, at)
		if t == nil || !w.checkName(to, at, from) {
			continue
		}
		if t.root {
			w.fail(CodeInvalidRule, at, from, "the root types are called Query, Mutation and Subscription in every graph", "the root type %q cannot be renamed", from)
			continue
		}
		types[from] = to
	}
	var fields []newName
	for _, from := range slices.Sorted(maps.Keys(r.Fields)) {
		to, at := r.Fields[from], rule+".fields."+from
		f := w.needField(from, at)
		if f == nil || !w.checkName(to, at, from) {
			continue
		}
		if i := w.staysBehind(f, to, r.Fields); i != nil {
			w.fail(CodeInvalidRule, at, from, fmt.Sprintf("rename %s; that renames it in all types that implement %s", i.coordinate(), i.parent.name),
				"the interface %q has the field as well", i.parent.name)
			continue
		}
		for _, g := range w.implementations(f) {
			fields = append(fields, newName{g, to, at})
		}
	}
	w.applyTypeNames(types, rule+".types.")
	w.applyFieldNames(fields)
}

// staysBehind returns the field of an interface that would keep its name although
// the given field, or one that is renamed with it, implements it.
func (w *work) staysBehind(f *field, to string, renamed map[string]string) *field {
	for _, g := range w.implementations(f) {
		for _, part := range g.parent.parts {
			for _, i := range part.Interfaces {
				t := w.typeByName(i.Name)
				if t == nil || t == f.parent || t.kind != schema.Interface {
					continue
				}
				if of := t.field(f.def.Name); of != nil && renamed[of.coordinate()] != to && !t.implements(f.parent.name) {
					return of
				}
			}
		}
	}
	return nil
}

// implementations are a field and, if it is an interface's, those that implement
// it.
func (w *work) implementations(f *field) []*field {
	out := []*field{f}
	if f.parent.kind != schema.Interface {
		return out
	}
	for _, t := range w.types {
		if t.implements(f.parent.name) {
			if g := t.field(f.def.Name); g != nil {
				out = append(out, g)
			}
		}
	}
	return out
}

// applyTypeNames renames types if no two get one name.
func (w *work) applyTypeNames(names map[string]string, rule string) {
	taken := make(map[string]string)
	for _, t := range w.types {
		if _, moves := names[t.name]; !moves && !t.hidden {
			taken[t.name] = t.name
		}
	}
	for _, from := range slices.Sorted(maps.Keys(names)) {
		to := names[from]
		other, clash := taken[to]
		if schema.BuiltinScalar(to) {
			other, clash = to, true
		}
		if clash && from != to {
			at := strings.TrimSuffix(rule, ".")
			if strings.HasSuffix(rule, ".") {
				at = rule + from
			}
			w.fail(CodeNameCollision, at, from, "choose another name", "%q cannot be called %q: %q has that name", from, to, other)
			delete(names, from)
			continue
		}
		taken[to] = from
	}
	w.renameTypes(names)
}

// applyFieldNames renames fields if no two of a type get one name.
func (w *work) applyFieldNames(list []newName) {
	to := make(map[*field]newName, len(list))
	for _, n := range list {
		to[n.f] = n
	}
	reported := make(map[string]bool)
	final := func(f *field) string {
		if n, ok := to[f]; ok {
			return n.to
		}
		return f.def.Name
	}
	for _, n := range list {
		if _, ok := to[n.f]; !ok {
			continue
		}
		for _, other := range n.f.parent.fields {
			if other == n.f || other.hidden || final(other) != n.to || n.f.def.Name == n.to {
				continue
			}
			if at := n.rule + n.f.coordinate(); !reported[at] {
				reported[at] = true
				w.fail(CodeNameCollision, n.rule, n.f.coordinate(), "choose another name", "%s cannot be called %q: the type has a field of that name", n.f.coordinate(), n.to)
			}
			delete(to, n.f)
			break
		}
	}
	for f, n := range to {
		f.def.Name = n.to
	}
}

func (w *work) prefix(p *Prefix, rule string) {
	if !validName(p.Value) {
		w.fail(CodeInvalidName, rule+".value", "", "letters, digits and _, not beginning with a digit or __", "%q cannot begin a name", p.Value)
		return
	}
	matches := make([]func(string) bool, len(p.Except))
	used := make([]bool, len(p.Except))
	for i, pattern := range p.Except {
		matches[i] = matcher(pattern)
	}
	excepted := func(names ...string) bool {
		found := false
		for i, match := range matches {
			if slices.ContainsFunc(names, match) {
				used[i], found = true, true
			}
		}
		return found
	}
	types := make(map[string]string)
	var fields []newName
	for _, t := range w.types {
		if t.root {
			for _, f := range t.fields {
				if !excepted(f.def.Name, f.coordinate()) && p.Fields {
					fields = append(fields, newName{f, p.Value + f.def.Name, rule})
				}
			}
			continue
		}
		if !schema.BuiltinScalar(t.name) && !w.machinery(t) && !excepted(t.name) && p.Types {
			types[t.name] = p.Value + t.name
		}
	}
	for i, ok := range used {
		if !ok {
			w.fail(CodeUnknownType, fmt.Sprintf("%s.except.%d", rule, i), p.Except[i], w.meant(p.Except[i], w.typeNames()), "%q excepts nothing: there is no such type or root field", p.Except[i])
		}
	}
	w.applyTypeNames(types, rule)
	w.applyFieldNames(fields)
}

// namespace moves all root fields of a subgraph behind one field of the root.
// Subscriptions stay where they are: each must be a root field of its own.
func (w *work) namespace(name, rule string) {
	if !w.checkName(name, rule, "Query."+name) {
		return
	}
	base := strings.ToUpper(name[:1]) + name[1:]
	for _, op := range []schema.OperationKind{schema.Query, schema.Mutation} {
		root := w.root(op)
		if root == nil {
			continue
		}
		if slices.ContainsFunc(root.fields, func(f *field) bool { return f.namespace }) {
			w.fail(CodeInvalidRule, rule, root.name+"."+name, "keep one of them", "the subgraph has a namespace already")
			return
		}
		inner := base + rootNames[op]
		if t := w.typeByName(inner); t != nil && !t.hidden {
			w.fail(CodeNameCollision, rule, inner, "rename the type first", "the namespace needs the type name %q, which the subgraph has already", inner)
			continue
		}
		// The type that is the root in the subgraph goes on under a new name; a new
		// root holds the one field that leads to it.
		outer := &schema.TypeDefinition{Kind: schema.Object, Name: root.name}
		w.renameTypesButRoots(root, inner)
		root.root = false
		t := w.addType(outer)
		t.root, t.original = true, root.original
		f := t.addField(&schema.FieldDefinition{Name: name, Type: &schema.TypeExpr{Name: inner, NonNull: true}})
		f.namespace = true
	}
}

// renameTypesButRoots renames a root type, leaving the schema definition to name
// the type that takes its place.
func (w *work) renameTypesButRoots(root *typ, to string) {
	old := root.name
	w.renameTypes(map[string]string{old: to})
	for _, s := range w.doc.Schemas {
		for i := range s.Roots {
			if s.Roots[i].Type == to {
				s.Roots[i].Type = old
			}
		}
	}
}
