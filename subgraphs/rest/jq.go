package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/itchyny/gojq"

	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// jqProgram is a compiled jq program: the escape hatch where the mapping
// language does not do. It costs boxing and maps, unlike the rest.
type jqProgram struct{ code *gojq.Code }

// compileJQ compiles the program of an endpoint. It has $args and $status, no
// modules, no further inputs and no environment.
func (c *compiler) compileJQ(e *endpoint) *jqProgram {
	query, err := gojq.Parse(e.spec.JQ)
	if err != nil {
		c.add(CodeInvalidJQ, e.spec.At, e.coordinate(), "%s: the jq program cannot be read: %v", e.coordinate(), err)
		return nil
	}
	code, err := gojq.Compile(query, gojq.WithVariables([]string{varArgs, varStatus}))
	if err != nil {
		c.add(CodeInvalidJQ, e.spec.At, e.coordinate(), "%s: the jq program cannot be compiled: %v", e.coordinate(), err)
		return nil
	}
	e.use.wholeArgs = true // which arguments a program uses is not known
	return &jqProgram{code}
}

var errJQOutput = errors.New("the program gave more than one value")

// run applies the program. It ends when ctx does.
func (p *jqProgram) run(ctx context.Context, in, args mapping.Value, status int) (mapping.Value, error) {
	input, err := boxed(in)
	if err != nil {
		return mapping.Value{}, err
	}
	arguments, err := boxed(args)
	if err != nil {
		return mapping.Value{}, err
	}
	iter := p.code.RunWithContext(ctx, input, arguments, status)
	out, ok := iter.Next()
	if !ok {
		return mapping.Null(), nil
	}
	if err, failed := out.(error); failed {
		return mapping.Value{}, err
	}
	if next, more := iter.Next(); more {
		if err, failed := next.(error); failed {
			return mapping.Value{}, err
		}
		return mapping.Value{}, errJQOutput
	}
	text, err := gojq.Marshal(out)
	if err != nil {
		return mapping.Value{}, err
	}
	return mapping.ParseValueJSON(text)
}

// boxed turns a value into what gojq works on.
func boxed(v mapping.Value) (any, error) {
	if v.Kind() == mapping.KindMissing {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(v.AppendJSON(nil)))
	dec.UseNumber()
	var out any
	err := dec.Decode(&out)
	return out, err
}
