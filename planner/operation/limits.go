package operation

import (
	"fmt"
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// Limits bound an operation. A limit of 0 is no limit.
type Limits struct {
	// MaxDepth bounds how deep fields nest; introspection fields have
	// MaxIntrospectionDepth instead.
	MaxDepth              int
	MaxIntrospectionDepth int
	// MaxAliases, MaxRootFields and MaxFields bound how many aliased fields,
	// fields of the root type and fields altogether there are once fragments are
	// spread.
	MaxAliases    int
	MaxRootFields int
	MaxFields     int
	// MaxTokens bounds the tokens of the whole document.
	MaxTokens int
	// MaxDirectives bounds the directives applied in the whole document.
	MaxDirectives int
	// Enforce refuses operations beyond a limit. Otherwise they are only
	// measured.
	Enforce bool

	// MaxErrors bounds how many errors are reported; 0 means 20.
	MaxErrors int
	// Suggestions adds "Did you mean ...?" to messages, which tells clients names
	// of the schema.
	Suggestions bool
}

// Measured is how much of each limit an operation uses. Counts stop at
// math.MaxInt32.
type Measured struct {
	Depth, IntrospectionDepth int
	Aliases                   int
	RootFields                int
	Fields                    int
	Tokens                    int
	Directives                int
}

// maxWork bounds the steps that the rules which are not linear by nature may
// take for one document, whatever the limits say. Real documents stay far
// below; it ends documents built to make validation slow.
const maxWork = 300_000

// DefaultLimits returns limits that the usual tools stay within.
func DefaultLimits() Limits {
	return Limits{
		MaxDepth:              20,
		MaxIntrospectionDepth: 20,
		MaxAliases:            30,
		MaxRootFields:         20,
		MaxFields:             1000,
		MaxTokens:             15_000,
		MaxDirectives:         50,
		Enforce:               true,
	}
}

func (l *Limits) maxErrors() int {
	if l.MaxErrors > 0 {
		return l.MaxErrors
	}
	return 20
}

// check compares what needs the parsed document.
func (l *Limits) check(m *Measured) Errors {
	if !l.Enforce {
		return nil
	}
	var errs Errors
	for _, c := range [...]struct {
		got, limit int
		code       Code
		what       string
	}{
		{m.Depth, l.MaxDepth, CodeMaxDepth, "is %d fields deep"},
		{m.IntrospectionDepth, l.MaxIntrospectionDepth, CodeMaxIntrospection, "introspects %d fields deep"},
		{m.Aliases, l.MaxAliases, CodeMaxAliases, "has %d aliases"},
		{m.RootFields, l.MaxRootFields, CodeMaxRootFields, "has %d root fields"},
		{m.Fields, l.MaxFields, CodeMaxFields, "has %d fields"},
	} {
		if c.limit > 0 && c.got > c.limit {
			errs = append(errs, &Error{Code: c.code, Message: fmt.Sprintf("The operation "+c.what+"; the limit is %d.", c.got, c.limit)})
		}
	}
	return errs
}

// extent is how much a selection set adds to the limits, fragments spread.
type extent struct {
	depth, introspection    int
	aliases, fields, direct int
}

// measurer walks a document once: what a fragment adds is computed once and
// added at each spread, so nested fragments cost no more than their text.
type measurer struct {
	fragments map[*ast.FragmentDefinition]extent
}

func measure(op *ast.OperationDefinition, m *Measured) {
	x := (&measurer{fragments: map[*ast.FragmentDefinition]extent{}}).set(op.SelectionSet)
	m.Depth, m.IntrospectionDepth = x.depth, x.introspection
	m.Aliases, m.Fields, m.RootFields = x.aliases, x.fields, x.direct
}

func (m *measurer) set(set ast.SelectionSet) extent {
	var out extent
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			x := m.set(s.SelectionSet)
			x.direct = 0
			if s.Name == "__schema" || s.Name == "__type" {
				x.introspection = max(x.introspection, x.depth) + 1
				x.depth = 0
			}
			x.depth++
			x.fields = saturate(x.fields + 1)
			if s.Alias != s.Name {
				x.aliases = saturate(x.aliases + 1)
			}
			out.add(x)
			out.direct = saturate(out.direct + 1)
		case *ast.InlineFragment:
			out.add(m.set(s.SelectionSet))
		case *ast.FragmentSpread:
			x, known := m.fragments[s.Definition]
			if !known {
				x = m.set(s.Definition.SelectionSet)
				m.fragments[s.Definition] = x
			}
			out.add(x)
		}
	}
	return out
}

func (x *extent) add(y extent) {
	x.depth = max(x.depth, y.depth)
	x.introspection = max(x.introspection, y.introspection)
	x.aliases = saturate(x.aliases + y.aliases)
	x.fields = saturate(x.fields + y.fields)
	x.direct = saturate(x.direct + y.direct)
}

func saturate(n int) int { return min(n, math.MaxInt32) }
