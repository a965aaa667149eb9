package planner

import (
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// never is the condition that does not hold.
var never = plan.Condition{}

func fromOperation(c operation.Condition) plan.Condition {
	if c.Always() {
		return nil
	}
	if c.Never() {
		return never
	}
	return plan.Condition{{Mask: c.True | c.False, Value: c.True}}
}

// orCond returns a condition that holds when a or b does.
func orCond(a, b plan.Condition) plan.Condition {
	if a == nil || b == nil {
		return nil
	}
	if len(a) == 0 {
		return b
	}
	out := a
	copied := false
next:
	for _, t := range b {
		for _, u := range out {
			if implies(t, u) {
				continue next
			}
		}
		if !copied {
			out = append(plan.Condition(nil), a...)
			copied = true
		}
		kept := out[:0]
		for _, u := range out {
			if !implies(u, t) {
				kept = append(kept, u)
			}
		}
		out = append(kept, t)
		// x or not x.
		for _, u := range out[:len(out)-1] {
			if u.Mask == t.Mask && u.Mask&(u.Mask-1) == 0 && u.Value != t.Value {
				return nil
			}
		}
	}
	return out
}

// andCond returns a condition that holds when a and b do.
func andCond(a, b plan.Condition) plan.Condition {
	if a == nil {
		return b
	}
	if b == nil || sameCond(a, b) {
		return a
	}
	out := never
	for _, t := range a {
		for _, u := range b {
			if common := t.Mask & u.Mask; t.Value&common != u.Value&common {
				continue
			}
			out = orCond(out, plan.Condition{{Mask: t.Mask | u.Mask, Value: t.Value | u.Value}})
		}
	}
	return out
}

// implies reports whether u holds whenever t does.
func implies(t, u plan.Term) bool {
	return t.Mask&u.Mask == u.Mask && t.Value&u.Mask == u.Value
}

// coversCond reports whether a holds whenever b does.
func coversCond(a, b plan.Condition) bool {
	if a == nil {
		return true
	}
	if b == nil {
		return false
	}
next:
	for _, t := range b {
		for _, u := range a {
			if implies(t, u) {
				continue next
			}
		}
		return false
	}
	return true
}

func sameCond(a, b plan.Condition) bool {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
