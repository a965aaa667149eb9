package dataserver

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// valueOperators are the operators that evaluate all operands first.
var valueOperators = map[string]operator{
	"+": arithmetic(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b }),
	"-": arithmetic(func(a, b int64) int64 { return a - b }, func(a, b float64) float64 { return a - b }),
	"*": arithmetic(func(a, b int64) int64 { return a * b }, func(a, b float64) float64 { return a * b }),
	"/": eager(2, 2, func(v []any) (any, error) { return divide(v[0], v[1], func(a, b float64) float64 { return a / b }) }),
	"%": eager(2, 2, func(v []any) (any, error) { return divide(v[0], v[1], math.Mod) }),

	"int":   eager(1, 1, func(v []any) (any, error) { return toInt(v[0], math.Trunc) }),
	"round": eager(1, 1, func(v []any) (any, error) { return toInt(v[0], math.Round) }),

	"=":   eager(2, 2, func(v []any) (any, error) { return same(v[0], v[1]), nil }),
	"!=":  eager(2, 2, func(v []any) (any, error) { return !same(v[0], v[1]), nil }),
	"<":   compared(func(c int) bool { return c < 0 }),
	"<=":  compared(func(c int) bool { return c <= 0 }),
	">":   compared(func(c int) bool { return c > 0 }),
	">=":  compared(func(c int) bool { return c >= 0 }),
	"not": eager(1, 1, func(v []any) (any, error) { return v[0] == nil || v[0] == false, nil }),

	"concat": eager(1, -1, func(v []any) (any, error) { return joined(v, "") }),
	"join": eager(2, 2, func(v []any) (any, error) {
		list, err := asList(v[0])
		if err != nil {
			return nil, err
		}
		sep, _ := v[1].(string)
		return joined(list, sep)
	}),
	"upper": eager(1, 1, func(v []any) (any, error) { return onText(v[0], strings.ToUpper) }),
	"lower": eager(1, 1, func(v []any) (any, error) { return onText(v[0], strings.ToLower) }),
	"contains": eager(2, 2, func(v []any) (any, error) {
		s, ok1 := v[0].(string)
		part, ok2 := v[1].(string)
		return ok1 && ok2 && strings.Contains(strings.ToLower(s), strings.ToLower(part)), nil
	}),

	"list": eager(0, -1, func(v []any) (any, error) { return v, nil }),
	"len": eager(1, 1, func(v []any) (any, error) {
		if s, ok := v[0].(string); ok {
			return int64(len([]rune(s))), nil
		}
		list, err := asList(v[0])
		return int64(len(list)), err
	}),
	"sum": eager(1, 1, func(v []any) (any, error) {
		list, err := asList(v[0])
		if err != nil {
			return nil, err
		}
		var sum any = int64(0)
		for _, item := range list {
			if sum, err = add(sum, item); err != nil {
				return nil, err
			}
		}
		return sum, nil
	}),
	"min":   extreme(-1),
	"max":   extreme(1),
	"first": eager(1, 1, func(v []any) (any, error) { return itemAt(v[0], func(int) int { return 0 }) }),
	"last":  eager(1, 1, func(v []any) (any, error) { return itemAt(v[0], func(n int) int { return n - 1 }) }),
	"at": eager(2, 2, func(v []any) (any, error) {
		i, ok := v[1].(int64)
		if !ok {
			return nil, fmt.Errorf("%v is not an index", v[1])
		}
		return itemAt(v[0], func(int) int { return int(i) })
	}),
	"take": sliced(func(list []any, n int) []any { return list[:n] }),
	"drop": sliced(func(list []any, n int) []any { return list[n:] }),
	"reverse": eager(1, 1, func(v []any) (any, error) {
		list, err := asList(v[0])
		out := slices.Clone(list)
		slices.Reverse(out)
		return out, err
	}),
	"flatten": eager(1, 1, func(v []any) (any, error) {
		list, err := asList(v[0])
		out := []any{}
		for _, item := range list {
			if inner, ok := item.([]any); ok {
				out = append(out, inner...)
			} else {
				out = append(out, item)
			}
		}
		return out, err
	}),
	"append": eager(2, 2, func(v []any) (any, error) {
		list, err := asList(v[0])
		if err != nil {
			return nil, err
		}
		return append(list[:len(list):len(list)], v[1]), nil
	}),
	"in": eager(2, 2, func(v []any) (any, error) {
		list, err := asList(v[1])
		if err != nil {
			return nil, err
		}
		for _, item := range list {
			if same(item, v[0]) {
				return true, nil
			}
		}
		return false, nil
	}),
}

// eager compiles an operator with least to most operands (most < 0: any).
func eager(least, most int, run func([]any) (any, error)) operator {
	return func(operands []any) (expr, error) {
		if len(operands) < least || (most >= 0 && len(operands) > most) {
			return nil, fmt.Errorf("wrong number of operands: %d", len(operands))
		}
		x, err := compileOperands(operands)
		if err != nil {
			return nil, err
		}
		return func(e *env) (any, error) {
			values := make([]any, len(x))
			for i := range x {
				v, err := x[i](e)
				if err != nil {
					return nil, err
				}
				values[i] = v
			}
			return run(values)
		}, nil
	}
}

func number(v any) (float64, error) {
	switch v := v.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	}
	return 0, fmt.Errorf("%v is not a number", v)
}

// arithmetic folds numbers; whole numbers stay whole.
func arithmetic(whole func(a, b int64) int64, real func(a, b float64) float64) operator {
	return eager(2, -1, func(v []any) (any, error) {
		acc := v[0]
		for _, next := range v[1:] {
			var err error
			if acc, err = combine(acc, next, whole, real); err != nil {
				return nil, err
			}
		}
		return acc, nil
	})
}

func combine(a, b any, whole func(a, b int64) int64, real func(a, b float64) float64) (any, error) {
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			return whole(x, y), nil
		}
	}
	x, err := number(a)
	if err != nil {
		return nil, err
	}
	y, err := number(b)
	if err != nil {
		return nil, err
	}
	return real(x, y), nil
}

func add(a, b any) (any, error) {
	return combine(a, b, func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b })
}

// divide gives a whole number where the result is one.
func divide(a, b any, op func(a, b float64) float64) (any, error) {
	x, err := number(a)
	if err != nil {
		return nil, err
	}
	y, err := number(b)
	if err != nil {
		return nil, err
	}
	if y == 0 {
		return nil, errors.New("division by zero")
	}
	q := op(x, y)
	if q == math.Trunc(q) && math.Abs(q) < 1<<53 {
		return int64(q), nil
	}
	return q, nil
}

func toInt(v any, how func(float64) float64) (any, error) {
	if v == nil {
		return nil, nil
	}
	f, err := number(v)
	if err != nil {
		return nil, err
	}
	return int64(how(f)), nil
}

// same compares scalars by value and everything else never equal, except null.
func same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, errX := number(a)
	y, errY := number(b)
	if errX == nil && errY == nil {
		return x == y
	}
	switch a := a.(type) {
	case string:
		s, ok := b.(string)
		return ok && s == a
	case bool:
		t, ok := b.(bool)
		return ok && t == a
	}
	return false
}

func compare(a, b any) (int, error) {
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), nil
		}
	}
	x, err := number(a)
	if err != nil {
		return 0, err
	}
	y, err := number(b)
	if err != nil {
		return 0, err
	}
	switch {
	case x < y:
		return -1, nil
	case x > y:
		return 1, nil
	}
	return 0, nil
}

func compared(holds func(int) bool) operator {
	return eager(2, 2, func(v []any) (any, error) {
		c, err := compare(v[0], v[1])
		return holds(c), err
	})
}

func joined(values []any, sep string) (any, error) {
	parts := make([]string, len(values))
	for i, v := range values {
		text, ok := scalarText(v)
		if !ok && v != nil {
			return nil, fmt.Errorf("%v is not text", v)
		}
		parts[i] = text
	}
	return strings.Join(parts, sep), nil
}

func onText(v any, op func(string) string) (any, error) {
	if v == nil {
		return nil, nil
	}
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%v is not text", v)
	}
	return op(s), nil
}

// asList treats null as the empty list.
func asList(v any) ([]any, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%v is not a list", v)
	}
	return list, nil
}

func itemAt(v any, index func(n int) int) (any, error) {
	list, err := asList(v)
	if err != nil {
		return nil, err
	}
	i := index(len(list))
	if i < 0 || i >= len(list) {
		return nil, nil
	}
	return list[i], nil
}

// sliced cuts a list at a count; a null count leaves it whole.
func sliced(cut func([]any, int) []any) operator {
	return eager(2, 2, func(v []any) (any, error) {
		list, err := asList(v[0])
		if err != nil || v[1] == nil {
			return v[0], err
		}
		n, ok := v[1].(int64)
		if !ok || n < 0 {
			return nil, fmt.Errorf("%v is not a number of items", v[1])
		}
		return cut(list, min(int(n), len(list))), nil
	})
}

func extreme(sign int) operator {
	return eager(1, 1, func(v []any) (any, error) {
		list, err := asList(v[0])
		if err != nil || len(list) == 0 {
			return nil, err
		}
		best := list[0]
		for _, item := range list[1:] {
			c, err := compare(item, best)
			if err != nil {
				return nil, err
			}
			if c*sign > 0 {
				best = item
			}
		}
		return best, nil
	})
}
