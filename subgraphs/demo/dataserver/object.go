package dataserver

import (
	"errors"
	"fmt"
	"strconv"
)

// maxDepth bounds how deep computed fields may lean on each other.
const maxDepth = 64

// object is an entity or a value object during execution.
type object struct {
	typ    string // "" for a value object that does not say
	rec    *record
	fields map[string]any
	// rep is the representation through which _entities reached the object.
	rep map[string]any
}

// stored reads a value as the data holds it for this view.
func (v *view) stored(o *object, name string) any {
	if o.rec != nil {
		if value, ok := v.patch[o.rec][name]; ok {
			return value
		}
	}
	return o.fields[name]
}

// read answers a field: the subgraph's expression, its patch, the shared
// expression, the stored value, null. typ is the type's name in the schema,
// which differs from the object's own for @interfaceObject types.
func (v *view) read(o *object, typ, name string, args map[string]any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("computed field %s.%s leans on itself", typ, name)
	}
	if name == "__typename" && o.typ != "" {
		return o.typ, nil
	}
	evaluate := func(own bool) (any, bool, error) {
		for _, t := range []string{o.typ, typ} {
			if e := v.computed(t+"."+name, own); e != nil {
				value, err := e(&env{view: v, owner: o, item: o, args: args, depth: depth + 1})
				return value, true, err
			}
			if o.typ == typ {
				break
			}
		}
		return nil, false, nil
	}
	if value, ok, err := evaluate(true); ok {
		return value, err
	}
	if o.rec != nil {
		if value, ok := v.patch[o.rec][name]; ok {
			return v.checked(value)
		}
	}
	if value, ok, err := evaluate(false); ok {
		return value, err
	}
	return v.checked(o.fields[name])
}

// checked turns {"$error": …} into an error.
func (v *view) checked(value any) (any, error) {
	if m, ok := value.(map[string]any); ok {
		if message, ok := m["$error"]; ok {
			return nil, errors.New(fmt.Sprint(message))
		}
	}
	return value, nil
}

// wrap makes an object of a value where it is one: it follows references and
// gives value objects their type, typ unless they state one.
func (v *view) wrap(value any, typ string) any {
	m, ok := value.(map[string]any)
	if !ok {
		return value
	}
	if ref, ok := m["$ref"].(map[string]any); ok {
		name, _ := ref["__typename"].(string)
		match := make(map[string]any, len(ref))
		for k, item := range ref {
			if k != "__typename" {
				match[k] = item
			}
		}
		if o := v.find([]string{name}, match); o != nil {
			return o
		}
		// An entity unknown here is still one that its key names.
		return &object{typ: name, fields: match}
	}
	if name, ok := m["__typename"].(string); ok {
		typ = name
	}
	return &object{typ: typ, fields: m}
}

// matches reports whether the object has the wanted fields; nested objects
// and lists are compared member by member. Only stored values count: computed
// fields that search by computed fields would never end.
func (v *view) matches(o *object, want map[string]any) bool {
	for name, w := range want {
		if name == "__typename" {
			continue
		}
		if !v.equal(v.stored(o, name), w) {
			return false
		}
	}
	return true
}

// equal compares a value of the data with a wanted one.
func (v *view) equal(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		if _, isRef := want["$ref"]; isRef {
			a, ok1 := v.wrap(got, "").(*object)
			b, ok2 := v.wrap(want, "").(*object)
			return ok1 && ok2 && v.same(a, b)
		}
		o, ok := v.wrap(got, "").(*object)
		return ok && v.matches(o, want)
	case *object:
		o, ok := v.wrap(got, "").(*object)
		return ok && v.same(o, want)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range list {
			if !v.equal(list[i], want[i]) {
				return false
			}
		}
		return true
	}
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	a, ok1 := scalarText(got)
	b, ok2 := scalarText(want)
	return ok1 && ok2 && a == b
}

func (v *view) same(a, b *object) bool {
	if a.rec != nil || b.rec != nil {
		return a.rec == b.rec
	}
	return a.typ == b.typ && len(a.fields) == len(b.fields) && v.matches(a, b.fields)
}

// scalarText spells a scalar; ok is false for null, lists and objects.
func scalarText(value any) (text string, ok bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case int64:
		return strconv.FormatInt(value, 10), true
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return "", false
}
