package dataserver

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// root is a compiled root field.
type root struct {
	value any // for "value"; used if eval is nil
	eval  expr
	steps []step
}

// step is one mutation step.
type step struct {
	op    string // append, set, delete, state
	typ   string
	by    map[string]expr
	value expr
	key   expr
	as    string
}

func compileRoots(specs map[string]any) (map[string]*root, error) {
	out := make(map[string]*root, len(specs))
	for coordinate, spec := range specs {
		if !strings.HasPrefix(coordinate, "Query.") && !strings.HasPrefix(coordinate, "Mutation.") {
			return nil, fmt.Errorf("root %q is neither Query.x nor Mutation.x", coordinate)
		}
		r, err := compileRoot(spec)
		if err != nil {
			return nil, fmt.Errorf("root %s: %w", coordinate, err)
		}
		out[coordinate] = r
	}
	return out, nil
}

// members checks an object's members against those allowed.
func members(spec any, allowed ...string) (map[string]any, error) {
	m, ok := spec.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want an object, got %T", spec)
	}
	for name := range m {
		if !slices.Contains(allowed, name) {
			return nil, fmt.Errorf("unknown member %q", name)
		}
	}
	return m, nil
}

func compileRoot(spec any) (*root, error) {
	m, err := members(spec, "list", "where", "limit", "offset", "find", "by", "value", "expr", "do", "return")
	if err != nil {
		return nil, err
	}
	if steps, ok := m["do"]; ok {
		return compileSteps(steps, m["return"])
	}
	if types, ok := m["list"]; ok {
		return compileList(types, m)
	}
	if types, ok := m["find"]; ok {
		names, err := typeNames(types)
		if err != nil {
			return nil, err
		}
		by, err := compilePattern(m["by"])
		if err != nil {
			return nil, err
		}
		return &root{eval: func(e *env) (any, error) {
			match, err := e.pattern(by)
			if err != nil {
				return nil, err
			}
			if o := e.view.find(names, match); o != nil {
				return o, nil
			}
			return nil, nil
		}}, nil
	}
	if body, ok := m["expr"]; ok {
		eval, err := compile(body)
		return &root{eval: eval}, err
	}
	if value, ok := m["value"]; ok {
		return &root{value: copyValue(value)}, nil
	}
	return nil, fmt.Errorf("none of list, find, value, expr and do")
}

func compileList(types any, m map[string]any) (*root, error) {
	names, err := typeNames(types)
	if err != nil {
		return nil, err
	}
	where, err := compilePattern(m["where"])
	if err != nil {
		return nil, err
	}
	limit, err := compile(m["limit"])
	if err != nil {
		return nil, err
	}
	offset, err := compile(m["offset"])
	if err != nil {
		return nil, err
	}
	return &root{eval: func(e *env) (any, error) {
		match, err := e.pattern(where)
		if err != nil {
			return nil, err
		}
		// A condition whose argument was not given does not filter.
		maps.DeleteFunc(match, func(_ string, v any) bool { return v == nil })
		list := e.view.list(names, match)
		from, err := e.count(offset, 0)
		if err != nil {
			return nil, err
		}
		list = list[min(from, len(list)):]
		to, err := e.count(limit, len(list))
		if err != nil {
			return nil, err
		}
		return list[:min(to, len(list))], nil
	}}, nil
}

// list returns the entities of the types that match, in file order.
func (v *view) list(types []string, match map[string]any) []any {
	out := []any{}
	for _, typ := range types {
		for _, name := range v.concrete(typ) {
			for _, r := range v.records(name) {
				if o := v.newObject(r); v.matches(o, match) {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// count evaluates a number of items; null means the default.
func (e *env) count(x expr, otherwise int) (int, error) {
	value, err := x(e)
	if err != nil || value == nil {
		return otherwise, err
	}
	n, ok := value.(int64)
	if !ok || n < 0 {
		return 0, fmt.Errorf("%v is not a number of items", value)
	}
	return int(n), nil
}

func typeNames(spec any) ([]string, error) {
	switch spec := spec.(type) {
	case string:
		return []string{spec}, nil
	case []any:
		var out []string
		for _, item := range spec {
			name, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("want type names, got %T", item)
			}
			out = append(out, name)
		}
		return out, nil
	}
	return nil, fmt.Errorf("want a type name or a list of them, got %T", spec)
}

func compilePattern(spec any) (map[string]expr, error) {
	out := map[string]expr{}
	if spec == nil {
		return out, nil
	}
	m, ok := spec.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a pattern is an object, got %T", spec)
	}
	for name, body := range m {
		x, err := compile(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = x
	}
	return out, nil
}

func (e *env) pattern(p map[string]expr) (map[string]any, error) {
	out := make(map[string]any, len(p))
	for name, x := range p {
		value, err := x(e)
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

func compileSteps(spec, result any) (*root, error) {
	list, ok := spec.([]any)
	if !ok {
		return nil, fmt.Errorf("do: want a list of steps")
	}
	r := &root{}
	for i, item := range list {
		s, err := compileStep(item)
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
		r.steps = append(r.steps, s)
	}
	var err error
	r.eval, err = compile(result)
	return r, err
}

func compileStep(spec any) (step, error) {
	m, err := members(spec, "append", "set", "delete", "state", "by", "value", "as")
	if err != nil {
		return step{}, err
	}
	s := step{}
	s.as, _ = m["as"].(string)
	for _, op := range []string{"append", "set", "delete"} {
		if typ, ok := m[op].(string); ok {
			s.op, s.typ = op, typ
		}
	}
	if key, ok := m["state"]; ok {
		s.op = "state"
		if s.key, err = compile(key); err != nil {
			return s, err
		}
	}
	if s.op == "" {
		return s, fmt.Errorf("none of append, set, delete and state")
	}
	if s.by, err = compilePattern(m["by"]); err != nil {
		return s, err
	}
	if (s.op == "set" || s.op == "delete") && len(s.by) == 0 {
		return s, fmt.Errorf("%s needs by", s.op)
	}
	s.value, err = compile(m["value"])
	return s, err
}

// run evaluates the root field. Steps run only under the data's write lock.
func (r *root) run(e *env) (any, error) {
	for _, s := range r.steps {
		result, err := s.run(e)
		if err != nil {
			return nil, err
		}
		if s.as != "" {
			e.args[s.as] = result
		}
	}
	if r.eval == nil {
		return e.view.checked(r.value)
	}
	return r.eval(e)
}

func (s step) run(e *env) (any, error) {
	d := e.view.data
	if s.op == "state" {
		key, err := s.key(e)
		if err != nil {
			return nil, err
		}
		text, ok := scalarText(key)
		if !ok {
			return nil, fmt.Errorf("state key %v is not text", key)
		}
		value, err := s.value(e)
		if err != nil {
			return nil, err
		}
		if value == nil {
			delete(d.state, text)
		} else {
			d.state[text] = value
		}
		return value, nil
	}
	defer func() { d.version++ }()
	var target *object
	if s.op != "append" {
		match, err := e.pattern(s.by)
		if err != nil {
			return nil, err
		}
		if target = e.view.find([]string{s.typ}, match); target == nil {
			return nil, nil
		}
	}
	if s.op == "delete" {
		e.view.remove(target.rec)
		return target, nil
	}
	inner := *e
	if target != nil {
		inner.owner, inner.item = target, target
	}
	value, err := s.value(&inner)
	if err != nil {
		return nil, err
	}
	fields, ok := storable(value).(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s needs an object, got %T", s.op, value)
	}
	if s.op == "append" {
		r := &record{typ: s.typ, fields: fields}
		if _, own := e.view.own[s.typ]; own {
			e.view.own[s.typ] = append(e.view.own[s.typ], r)
		} else {
			d.shared[s.typ] = append(d.shared[s.typ], r)
		}
		return e.view.newObject(r), nil
	}
	for name, item := range fields {
		if _, patched := e.view.patch[target.rec][name]; patched {
			e.view.patch[target.rec][name] = item
			continue
		}
		target.rec.fields[name] = item
	}
	return target, nil
}

func (v *view) remove(r *record) {
	keep := func(list []*record) []*record {
		return slices.DeleteFunc(slices.Clone(list), func(x *record) bool { return x == r })
	}
	if _, own := v.own[r.typ]; own {
		v.own[r.typ] = keep(v.own[r.typ])
		return
	}
	v.data.shared[r.typ] = keep(v.data.shared[r.typ])
}

// storable turns an evaluated value back into data: an entity becomes a
// reference, which keeps later changes of it visible.
func storable(value any) any {
	switch value := value.(type) {
	case *object:
		if value.rec == nil {
			out := storable(value.fields).(map[string]any)
			if value.typ != "" {
				out["__typename"] = value.typ
			}
			return out
		}
		return &object{typ: value.typ, rec: value.rec, fields: value.rec.fields}
	case map[string]any:
		out := make(map[string]any, len(value))
		for k, item := range value {
			out[k] = storable(item)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = storable(item)
		}
		return out
	}
	return value
}
