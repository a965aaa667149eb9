package operation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/operation"
)

// costly are documents made to be slow. Each must be parsed, or refused, in a
// small part of the budget; the bound is generous because tests share machines.
var costly = map[string]func() string{
	"duplicated scalars": func() string {
		return "{ topProducts {" + strings.Repeat(" name", 2000) + " } }"
	},
	"duplicated objects": func() string {
		return "{" + strings.Repeat(" topProducts { name }", 2000) + " }"
	},
	"objects of one key with different aliases": func() string {
		var sb strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&sb, " topProducts { a%d: name }", i)
		}
		return "{" + sb.String() + " }"
	},
	"fragments that double": func() string {
		var sb strings.Builder
		sb.WriteString("{ topProducts { ...F0 } }")
		for i := range 200 {
			fmt.Fprintf(&sb, " fragment F%d on Product { ...F%d ...F%d }", i, i+1, i+1)
		}
		return sb.String() + " fragment F200 on Product { name }"
	},
	"fields that double": func() string {
		var sb strings.Builder
		sb.WriteString("{ topProducts { ...F0 } }")
		for i := range 200 {
			fmt.Fprintf(&sb, " fragment F%d on Product { a: reviews { product { ...F%d } } b: reviews { product { ...F%d } } }", i, i+1, i+1)
		}
		return sb.String() + " fragment F200 on Product { name }"
	},
	"a long chain of fragments": func() string {
		var sb strings.Builder
		sb.WriteString("{ topProducts { ...F0 } }")
		for i := range 1700 {
			fmt.Fprintf(&sb, " fragment F%d on Product { ...F%d }", i, i+1)
		}
		return sb.String() + " fragment F1700 on Product { name }"
	},
	"many operations over many fragments": func() string {
		var sb strings.Builder
		for i := range 700 {
			fmt.Fprintf(&sb, " query Q%d { ...F0 }", i)
		}
		for i := range 700 {
			fmt.Fprintf(&sb, " fragment F%d on Query { ...F%d }", i, i+1)
		}
		return sb.String() + " fragment F700 on Query { __typename }"
	},
	"objects and interfaces that multiply": func() string {
		var set func(depth int) string
		n := 0
		set = func(depth int) string {
			if depth == 0 {
				return "{ id }"
			}
			n++
			return fmt.Sprintf("{ ... on User { u%d: id reviews %s } ... on Product { p%d: id reviews %s } ... on Review { r%d: id } }",
				n, wrapNode(set(depth-1)), n, wrapNode(set(depth-1)), n)
		}
		return "{ node(id: 1) " + set(7) + " }"
	},
	"fragments just below the bound": func() string {
		var sb strings.Builder
		sb.WriteString("{ users { ...F0 } }")
		for i := range 420 {
			fmt.Fprintf(&sb, " fragment F%d on User { ...F%d id }", i, i+1)
		}
		return sb.String() + " fragment F420 on User { name }"
	},
	"operations just below the bound": func() string {
		var sb strings.Builder
		for i := range 270 {
			fmt.Fprintf(&sb, " query Q%d { ...F }", i)
		}
		return sb.String() + " fragment F on Query {" + strings.Repeat(" node(id: 1) { id }", 360) + " }"
	},
	"values in many operations": func() string {
		var sb strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&sb, " query Q%d { ...F }", i)
		}
		return sb.String() + " fragment F on Query { topProducts(filter: {tags: [" + strings.Repeat(`"a" `, 5000) + "]}) { id } }"
	},
	"fields of several types below each other": func() string {
		var set func(depth int) string
		n := 0
		set = func(depth int) string {
			n++
			if depth == 0 {
				return fmt.Sprintf("{ x%d: id }", n)
			}
			return fmt.Sprintf("{ ... on User { a: reviews { author { ... on Node { x%d: id } } } } ... on Node { ... on User { reviews { author %s } } } ... on User { reviews { author %s } } }",
				n, set(depth-1), set(depth-1))
		}
		return "{ node(id: 1) " + set(8) + " }"
	},
	"unknown fields": func() string {
		var sb strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&sb, " unknown%d", i)
		}
		return "{" + sb.String() + " }"
	},
	"nested lists": func() string {
		return "{ topProducts(filter: {meta: " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + "}) { name } }"
	},
	"nested selections": func() string {
		return "{ topProducts " + strings.Repeat("{ reviews { product ", 450) + "{ name }" + strings.Repeat("} }", 450) + " }"
	},
	"many spreads of one fragment": func() string {
		return "{ topProducts {" + strings.Repeat(" ...F", 4000) + " } } fragment F on Product { name reviews { body } }"
	},
	"nested introspection": func() string {
		var sb strings.Builder
		sb.WriteString("{ __schema { types { ...F0 } } }")
		for i := range 100 {
			fmt.Fprintf(&sb, " fragment F%d on __Type { a: ofType { ...F%d } b: ofType { ...F%d } }", i, i+1, i+1)
		}
		return sb.String() + " fragment F100 on __Type { name }"
	},
}

func wrapNode(set string) string { return "{ ... on Node " + set + " }" }

func TestCostIsBounded(t *testing.T) {
	for _, enforce := range []bool{true, false} {
		limits := operation.DefaultLimits()
		limits.Enforce = enforce
		front := newFront(t, shopSDL, limits)
		for name, text := range costly {
			t.Run(fmt.Sprintf("%s/enforce=%v", name, enforce), func(t *testing.T) {
				document := text()
				operationName := ""
				if strings.Contains(document, "query Q0 ") {
					operationName = "Q0"
				}
				begin := time.Now()
				op, errs := front.Parse(document, operationName)
				took := time.Since(begin)
				t.Logf("%d bytes: %v, %d sets, %v", len(document), took, sets(op), truncated(errs))
				if took > time.Second {
					t.Errorf("took %v", took)
				}
				if op != nil && len(op.Normalized) > 4*len(document)+1000 {
					t.Errorf("normalized text of %d bytes for a document of %d", len(op.Normalized), len(document))
				}
			})
		}
	}
}

// TestMergingTypesThatMultiply: every level merges the fields of an interface
// with those of each object type, so that the unions to check multiply.
func TestMergingTypesThatMultiply(t *testing.T) {
	const types = 3
	var sdl strings.Builder
	sdl.WriteString("type Query { node: Node } interface Node { id: ID parent: Node }")
	for i := range types {
		fmt.Fprintf(&sdl, " type T%d implements Node { id: ID parent: Node }", i)
	}
	front := newFront(t, sdl.String(), operation.Limits{})
	n := 0
	var set func(depth int) string
	set = func(depth int) string {
		n++
		if depth == 0 {
			return fmt.Sprintf("{ x%d: id }", n)
		}
		var sb strings.Builder
		sb.WriteString("{")
		for i := range types {
			fmt.Fprintf(&sb, " ... on T%d {", i)
			for range depth {
				n++
				fmt.Fprintf(&sb, " parent { y%d: id", n)
			}
			sb.WriteString(strings.Repeat(" }", depth+1))
		}
		return sb.String() + " parent " + set(depth-1) + " }"
	}
	for depth, refused := range map[int]bool{2: false, 12: true} {
		document := "{ node " + set(depth) + " }"
		begin := time.Now()
		_, errs := front.Parse(document, "")
		took := time.Since(begin)
		t.Logf("depth %d, %d bytes: %v, %v", depth, len(document), took, truncated(errs))
		if refused && (len(errs) != 1 || errs[0].Code != operation.CodeValidationCost) || !refused && errs != nil {
			t.Errorf("depth %d: %v", depth, errs)
		}
		if took > time.Second {
			t.Errorf("depth %d took %v", depth, took)
		}
	}
}

func sets(op *operation.Operation) int {
	if op == nil {
		return 0
	}
	return len(op.Sets)
}

func truncated(errs operation.Errors) string {
	if errs == nil {
		return "accepted"
	}
	text := errs.Error()
	return string(errs[0].Code) + " " + text[:min(len(text), 100)]
}
