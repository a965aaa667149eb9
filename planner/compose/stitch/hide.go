package stitch

import (
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// hide marks what a pattern names. It goes only at the end: entities may look up
// by what clients do not see.
func (w *work) hide(pattern, rule string) {
	element, arg, hasArg := strings.Cut(pattern, "(")
	if hasArg {
		var ok bool
		if arg, ok = strings.CutSuffix(arg, ")"); !ok || arg == "" {
			w.fail(CodeInvalidRule, rule, pattern, "write Type.field(argument)", "%q is not the coordinate of an argument", pattern)
			return
		}
		arg = strings.TrimSuffix(arg, ":")
	}
	typeName, name, hasField := strings.Cut(element, ".")
	if typeName == "" || hasField && name == "" || hasArg && !hasField {
		w.fail(CodeInvalidRule, rule, pattern, "write Type, Type.field, Type.field(argument) or Enum.VALUE", "%q is not a schema coordinate", pattern)
		return
	}
	types, found := matcher(typeName), false
	for _, t := range w.types {
		if t.hidden || !types(t.name) {
			continue
		}
		if !hasField {
			if t.root {
				if t.name == pattern {
					found = true
					w.fail(CodeInvalidRule, rule, pattern, `hide its fields: "`+t.name+`.*"`, "the root type %q cannot be hidden", t.name)
				}
				continue
			}
			t.hidden, t.hiddenBy, found = true, rule, true
			continue
		}
		if w.hideMember(t, matcher(name), matcher(arg), hasArg, rule) {
			found = true
		}
	}
	if found {
		return
	}
	// Say which part is wrong.
	switch t := w.typeByName(typeName); {
	case t == nil:
		w.fail(CodeUnknownType, rule, pattern, w.meant(typeName, w.typeNames()), "%q hides nothing: the subgraph has no type %q", pattern, typeName)
	case hasArg && t.field(name) != nil:
		w.fail(CodeUnknownArgument, rule, pattern, "", "%q hides nothing: the field %s.%s has no argument %q", pattern, typeName, name, arg)
	default:
		w.fail(CodeUnknownField, rule, pattern, w.meant(name, t.fieldNames()), "%q hides nothing: the type %q has no field %q", pattern, typeName, name)
	}
}

func (w *work) hideMember(t *typ, names, args func(string) bool, hasArg bool, rule string) bool {
	found := false
	for _, f := range t.fields {
		if f.hidden || !names(f.def.Name) {
			continue
		}
		if !hasArg {
			f.hidden, f.hiddenBy, found = true, rule, true
			continue
		}
		for _, a := range f.def.Arguments {
			if args(a.Name) && f.hideArgument(a.Name, rule) {
				found = true
			}
		}
	}
	if hasArg || t.kind != schema.Enum {
		return found
	}
	for _, part := range t.parts {
		kept := part.Values[:0]
		for _, v := range part.Values {
			if names(v.Name) {
				t.lostValues, t.hiddenBy, found = true, rule, true
			} else {
				kept = append(kept, v)
			}
		}
		part.Values = kept
	}
	return found
}

// hideArgument hides an argument and reports whether it was visible before.
func (f *field) hideArgument(name, rule string) bool {
	if _, already := f.hiddenArgs[name]; already {
		return false
	}
	if f.hiddenArgs == nil {
		f.hiddenArgs = make(map[string]string)
	}
	f.hiddenArgs[name] = rule
	return true
}

// prune hides what cannot stay once other things are hidden, until nothing
// changes: fields and arguments of hidden types, and types with nothing in them.
func (w *work) prune() {
	for changed := true; changed; {
		changed = false
		for _, t := range w.types {
			if !t.hidden && w.pruneType(t) {
				changed = true
			}
		}
	}
	w.checkHidden()
}

// gone reports whether a type is hidden, and by what rule.
func (w *work) gone(name string) (rule string, gone bool) {
	t := w.typeByName(name)
	if t == nil || !t.hidden {
		return "", false
	}
	return t.hiddenBy, true
}

func (w *work) pruneType(t *typ) bool {
	changed := false
	for _, f := range t.fields {
		if f.hidden && !f.needed {
			continue
		}
		if by, gone := w.gone(f.def.Type.Named()); gone && !f.hidden {
			f.hidden, f.hiddenBy, changed = true, by, true
			continue
		}
		for _, a := range f.def.Arguments {
			if by, gone := w.gone(a.Type.Named()); gone && f.hideArgument(a.Name, by) {
				changed = true
			}
		}
	}
	by, empty := w.emptied(t)
	if !empty {
		return changed
	}
	t.hidden, t.hiddenBy = true, by
	return true
}

// emptied reports whether all that a type had is hidden, and by what rule. A type
// that had nothing to begin with is left for composition to judge.
func (w *work) emptied(t *typ) (rule string, empty bool) {
	switch t.kind {
	case schema.Object, schema.Interface, schema.InputObject:
		for _, f := range t.fields {
			if !f.hidden || f.needed {
				return "", false
			}
			rule, empty = f.hiddenBy, true
		}
	case schema.Union:
		for _, part := range t.parts {
			for _, m := range part.Members {
				if rule, empty = w.gone(m.Name); !empty {
					return "", false
				}
			}
		}
	case schema.Enum:
		for _, part := range t.parts {
			if len(part.Values) > 0 {
				return "", false
			}
		}
		return t.hiddenBy, t.lostValues
	}
	return rule, empty
}

// checkHidden reports what is hidden though something visible needs it.
func (w *work) checkHidden() {
	for _, t := range w.types {
		if t.hidden {
			continue
		}
		for _, f := range t.fields {
			if t.kind == schema.InputObject {
				if f.hidden && f.def.Type.NonNull && f.def.Default == nil {
					w.fail(CodeHiddenRequired, f.hiddenBy, f.coordinate(), "hide the input type, or the arguments that take it", "the input field %s is hidden, but must be given", f.coordinate())
				}
				continue
			}
			if f.hidden {
				continue
			}
			for _, a := range f.def.Arguments {
				if by, gone := f.hiddenArgs[a.Name]; gone && a.Type.NonNull && a.Default == nil {
					w.fail(CodeHiddenRequired, by, f.coordinate()+"("+a.Name+":)", "hide the field", "the argument %q of %s is hidden, but must be given", a.Name, f.coordinate())
				}
			}
		}
		w.checkImplements(t)
	}
}

func (w *work) checkImplements(t *typ) {
	for _, part := range t.parts {
		for _, i := range part.Interfaces {
			iface := w.typeByName(i.Name)
			if iface == nil || iface.hidden || iface.kind != schema.Interface {
				continue
			}
			for _, f := range iface.fields {
				if g := t.field(f.def.Name); !f.hidden && g != nil && g.hidden && !g.needed {
					w.fail(CodeHiddenRequired, g.hiddenBy, g.coordinate(), "hide "+f.coordinate()+" as well", "%s is hidden, but the interface %q has it", g.coordinate(), iface.name)
				}
			}
		}
	}
}
