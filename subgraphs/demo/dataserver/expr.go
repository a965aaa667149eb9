package dataserver

import (
	"errors"
	"fmt"
	"strings"
)

// expr is a compiled expression.
type expr func(*env) (any, error)

// env is what an expression is evaluated in.
type env struct {
	view *view
	// owner is the entity the field belongs to, nil for a root field.
	owner *object
	// item is what a path starts from: the owner, a list item in map and
	// filter, or, if rep is set, a representation or a part of it.
	item  any
	rep   bool
	args  map[string]any
	depth int
}

// operator compiles an array expression's operands.
type operator func(operands []any) (expr, error)

var operators map[string]operator

// init breaks the cycle between the table and compile.
func init() {
	operators = map[string]operator{
		"path":   compilePath,
		"get":    compileGet,
		"stored": compileStored,
		"self":   func([]any) (expr, error) { return func(e *env) (any, error) { return e.item, nil }, nil },
		"if":     compileIf,
		"map":    eachItem(mapItems),
		"filter": eachItem(filterItems),
		"all":    compileAll,
		"where":  compileSearch(false),
		"find":   compileSearch(true),
		"and":    lazy(func(v any) bool { return v == false || v == nil }, true),
		"or":     lazy(func(v any) bool { return v != false && v != nil }, false),
		"coalesce": lazy(func(v any) bool {
			return v != nil
		}, nil),
		"state": compileState,
		"error": func(operands []any) (expr, error) {
			return eager(1, 1, func(v []any) (any, error) { return nil, errors.New(fmt.Sprint(v[0])) })(operands)
		},
	}
	for name, op := range valueOperators {
		operators[name] = op
	}
}

func compileComputed(specs map[string]any) (map[string]expr, error) {
	out := make(map[string]expr, len(specs))
	for coordinate, spec := range specs {
		if strings.Count(coordinate, ".") != 1 {
			return nil, fmt.Errorf("computed %q is not Type.field", coordinate)
		}
		x, err := compile(spec)
		if err != nil {
			return nil, fmt.Errorf("computed %s: %w", coordinate, err)
		}
		out[coordinate] = x
	}
	return out, nil
}

// compile turns a decoded JSON value into an expression.
func compile(spec any) (expr, error) {
	switch spec := spec.(type) {
	case string:
		if rest, ok := strings.CutPrefix(spec, "$"); ok {
			if strings.HasPrefix(rest, "$") {
				return constant(rest), nil
			}
			return compileArgument(strings.Split(rest, ".")), nil
		}
		return constant(spec), nil
	case map[string]any:
		return compileObject(spec)
	case []any:
		if len(spec) == 0 {
			return nil, errors.New("an array needs an operator; an empty list is [\"list\"]")
		}
		name, ok := spec[0].(string)
		if !ok {
			return nil, fmt.Errorf("%v is not an operator", spec[0])
		}
		op, ok := operators[name]
		if !ok {
			return nil, fmt.Errorf("unknown operator %q", name)
		}
		x, err := op(spec[1:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return x, nil
	}
	return constant(plainNumbers(spec)), nil
}

func constant(value any) expr {
	return func(*env) (any, error) { return value, nil }
}

func compileArgument(path []string) expr {
	return func(e *env) (any, error) {
		value := e.args[path[0]]
		for _, name := range path[1:] {
			switch v := value.(type) {
			case map[string]any:
				value = v[name]
			case *object:
				var err error
				if value, err = e.view.read(v, v.typ, name, nil, e.depth); err != nil {
					return nil, err
				}
			default:
				return nil, nil
			}
		}
		return value, nil
	}
}

func compileObject(spec map[string]any) (expr, error) {
	names := make(map[string]expr, len(spec))
	for name, body := range spec {
		x, err := compile(body)
		if err != nil {
			return nil, err
		}
		names[name] = x
	}
	return func(e *env) (any, error) {
		out := make(map[string]any, len(names))
		for name, x := range names {
			value, err := x(e)
			if err != nil {
				return nil, err
			}
			out[name] = value
		}
		return out, nil
	}, nil
}

func compileOperands(operands []any) ([]expr, error) {
	out := make([]expr, len(operands))
	for i, o := range operands {
		x, err := compile(o)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

type pathStep struct {
	name string
	args map[string]expr
}

func compilePath(operands []any) (expr, error) {
	steps, err := compilePathSteps(operands)
	if err != nil {
		return nil, err
	}
	return func(e *env) (any, error) {
		typ := ""
		if o, ok := e.item.(*object); ok {
			typ = o.typ
		}
		return e.follow(e.item, typ, steps)
	}, nil
}

// compileGet compiles a path that starts at the value of an expression, which
// is data even where the field itself is computed from a representation.
func compileGet(operands []any) (expr, error) {
	if len(operands) == 0 {
		return nil, errors.New("want an expression and field names")
	}
	from, err := compile(operands[0])
	if err != nil {
		return nil, err
	}
	steps, err := compilePathSteps(operands[1:])
	if err != nil {
		return nil, err
	}
	return func(e *env) (any, error) {
		value, err := from(e)
		if err != nil {
			return nil, err
		}
		inner := *e
		inner.rep = false
		return inner.follow(value, "", steps)
	}, nil
}

func compilePathSteps(operands []any) ([]pathStep, error) {
	if len(operands) == 0 {
		return nil, errors.New("want field names")
	}
	steps := make([]pathStep, len(operands))
	for i, o := range operands {
		switch o := o.(type) {
		case string:
			steps[i].name = o
		case []any:
			if len(o) != 2 {
				return nil, errors.New("a step with arguments is [name, {…}]")
			}
			name, ok := o[0].(string)
			if !ok {
				return nil, fmt.Errorf("%v is not a field name", o[0])
			}
			args, err := compilePattern(o[1])
			if err != nil {
				return nil, err
			}
			steps[i] = pathStep{name: name, args: args}
		default:
			return nil, fmt.Errorf("%v is not a field name", o)
		}
	}
	return steps, nil
}

// follow walks a path. In a representation a field that is not there is an
// error: the sender left out what the field requires.
func (e *env) follow(value any, typ string, steps []pathStep) (any, error) {
	if len(steps) == 0 || value == nil {
		return value, nil
	}
	if list, ok := value.([]any); ok {
		out := make([]any, 0, len(list))
		for _, item := range list {
			v, err := e.follow(item, typ, steps)
			if err != nil {
				return nil, err
			}
			if inner, ok := v.([]any); ok {
				out = append(out, inner...)
			} else {
				out = append(out, v)
			}
		}
		return out, nil
	}
	step := steps[0]
	if e.rep {
		m, ok := value.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("no object to read %s from", step.name)
		}
		next, ok := m[step.name]
		if !ok {
			return nil, fmt.Errorf("the representation has no field %s", step.name)
		}
		return e.follow(next, "", steps[1:])
	}
	o, ok := e.view.wrap(value, typ).(*object)
	if !ok {
		return nil, fmt.Errorf("no object to read %s from", step.name)
	}
	args, err := e.pattern(step.args)
	if err != nil {
		return nil, err
	}
	next, err := e.view.read(o, o.typ, step.name, args, e.depth)
	if err != nil {
		return nil, err
	}
	// The schema tells the type of value objects that do not.
	fieldType := ""
	if def := e.view.schema.Types[o.typ]; def != nil {
		if f := def.Fields.ForName(step.name); f != nil {
			fieldType = f.Type.Name()
		}
	}
	return e.follow(next, fieldType, steps[1:])
}

func compileStored(operands []any) (expr, error) {
	if len(operands) != 1 {
		return nil, errors.New("want one field name")
	}
	name, ok := operands[0].(string)
	if !ok {
		return nil, fmt.Errorf("%v is not a field name", operands[0])
	}
	return func(e *env) (any, error) {
		if e.owner == nil {
			return nil, nil
		}
		return e.view.checked(e.view.stored(e.owner, name))
	}, nil
}

func compileIf(operands []any) (expr, error) {
	x, err := compileOperands(operands)
	if err != nil {
		return nil, err
	}
	if len(x) != 3 {
		return nil, errors.New("want a condition and two branches")
	}
	return func(e *env) (any, error) {
		c, err := x[0](e)
		if err != nil {
			return nil, err
		}
		if c == nil || c == false {
			return x[2](e)
		}
		return x[1](e)
	}, nil
}

// lazy evaluates operands until one stops it, else the last answer is given.
func lazy(stop func(any) bool, otherwise any) operator {
	return func(operands []any) (expr, error) {
		x, err := compileOperands(operands)
		if err != nil {
			return nil, err
		}
		return func(e *env) (any, error) {
			for _, operand := range x {
				v, err := operand(e)
				if err != nil {
					return nil, err
				}
				if stop(v) {
					if _, logical := otherwise.(bool); logical {
						return !otherwise.(bool), nil
					}
					return v, nil
				}
			}
			return otherwise, nil
		}, nil
	}
}

// eachItem compiles [list, body] with the body's paths starting at the item.
func eachItem(run func(list []any, body func(any) (any, error)) (any, error)) operator {
	return func(operands []any) (expr, error) {
		x, err := compileOperands(operands)
		if err != nil {
			return nil, err
		}
		if len(x) != 2 {
			return nil, errors.New("want a list and an expression")
		}
		return func(e *env) (any, error) {
			value, err := x[0](e)
			if err != nil || value == nil {
				return nil, err
			}
			list, ok := value.([]any)
			if !ok {
				return nil, fmt.Errorf("%v is not a list", value)
			}
			return run(list, func(item any) (any, error) {
				inner := *e
				inner.item = item
				if _, found := item.(*object); found {
					inner.rep = false // a search result, not part of the representation
				}
				if !inner.rep {
					inner.item = e.view.wrap(item, "")
				}
				return x[1](&inner)
			})
		}, nil
	}
}

func mapItems(list []any, body func(any) (any, error)) (any, error) {
	out := make([]any, len(list))
	for i, item := range list {
		v, err := body(item)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func filterItems(list []any, body func(any) (any, error)) (any, error) {
	out := []any{}
	for _, item := range list {
		v, err := body(item)
		if err != nil {
			return nil, err
		}
		if v != nil && v != false {
			out = append(out, item)
		}
	}
	return out, nil
}

func compileAll(operands []any) (expr, error) {
	return compileSearch(false)(append(operands[:len(operands):len(operands)], map[string]any{}))
}

func compileSearch(one bool) operator {
	return func(operands []any) (expr, error) {
		if len(operands) != 2 {
			return nil, errors.New("want a type and a pattern")
		}
		names, err := typeNames(operands[0])
		if err != nil {
			return nil, err
		}
		p, err := compilePattern(operands[1])
		if err != nil {
			return nil, err
		}
		return func(e *env) (any, error) {
			match, err := e.pattern(p)
			if err != nil {
				return nil, err
			}
			if !one {
				return e.view.list(names, match), nil
			}
			if o := e.view.find(names, match); o != nil {
				return o, nil
			}
			return nil, nil
		}, nil
	}
}

func compileState(operands []any) (expr, error) {
	x, err := compileOperands(operands)
	if err != nil {
		return nil, err
	}
	if len(x) == 0 || len(x) > 2 {
		return nil, errors.New("want a key and perhaps a default")
	}
	return func(e *env) (any, error) {
		key, err := x[0](e)
		if err != nil {
			return nil, err
		}
		text, _ := scalarText(key)
		if v, ok := e.view.data.state[text]; ok || len(x) == 1 {
			return v, nil
		}
		return x[1](e)
	}, nil
}
