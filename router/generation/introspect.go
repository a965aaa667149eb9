package generation

import (
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/supergraph/introspection"
)

// localKey is the response key that answers of single fields are made under.
const localKey = "v"

// maxIntrospection bounds the selections of one introspection query once its
// fragments are spread, which can be exponentially many.
const maxIntrospection = 50_000

// Local answers the introspection fields of a plan from the API schema: the JSON
// values for execute.Request.Local. The error is an *introspection.Error.
func (g *Generation) Local(p *plan.Plan, op *operation.Operation, values *operation.Values, bits uint64) ([][]byte, error) {
	if len(p.Local) == 0 {
		return nil, nil
	}
	l := localizer{op: op, values: values, bits: bits, left: maxIntrospection}
	out := make([][]byte, len(p.Local))
	for i := range p.Local {
		sel := p.Local[i].Selection
		if !sel.When.Holds(bits) {
			continue
		}
		below := l.selections(sel.Introspection)
		if l.left < 0 {
			return nil, &introspection.Error{Code: introspection.CodeTooLarge, Message: "the introspection query is too large"}
		}
		query, err := introspection.Compile([]introspection.Selection{{
			Key: localKey, Field: sel.Name, Arguments: l.arguments(sel.Args), Selections: below,
		}}, "Query")
		if err != nil {
			return nil, err
		}
		answer, err := g.engine.graph.model.Answer(query, g.Limits.MaxResponseSize)
		if err != nil {
			return nil, err
		}
		out[i] = answer[len(`{"`+localKey+`":`) : len(answer)-1]
	}
	return out, nil
}

// localizer resolves conditions and variables of introspection selections.
type localizer struct {
	op     *operation.Operation
	values *operation.Values
	bits   uint64
	left   int
}

func (l *localizer) selections(set *operation.IntrospectionSet) []introspection.Selection {
	if set == nil {
		return nil
	}
	out := make([]introspection.Selection, 0, len(set.Selections))
	for i := range set.Selections {
		if l.left--; l.left < 0 {
			return nil
		}
		s := &set.Selections[i]
		if !s.When.Holds(l.bits) {
			continue
		}
		// The type condition of a fragment always holds here.
		out = append(out, introspection.Selection{
			Key: s.Key, Field: s.Name, Arguments: l.arguments(s.Args), Selections: l.selections(s.Set),
		})
	}
	return out
}

func (l *localizer) arguments(args []operation.Arg) []introspection.Argument {
	var out []introspection.Argument
	for i := range args {
		if value, given := l.op.AppendValue(nil, &args[i].Value, l.values); given {
			out = append(out, introspection.Argument{Name: args[i].Name, Value: value})
		}
	}
	return out
}
