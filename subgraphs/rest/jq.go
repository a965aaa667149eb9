package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"time"

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

var (
	errJQOutput   = errors.New("the program gave more than one value")
	errJQTooLarge = errors.New("the program gave more than an answer may hold")
)

// jqSlots bounds the programs that run at the same time, and so the memory that
// they take together: what one takes is bounded by its time only.
var jqSlots = make(chan struct{}, runtime.GOMAXPROCS(0))

// run applies the program. It ends when ctx does; what it gives is limited in size.
func (p *jqProgram) run(ctx context.Context, timeout time.Duration, in, args mapping.Value, status int, limit int64) (mapping.Value, error) {
	select {
	case jqSlots <- struct{}{}:
		defer func() { <-jqSlots }()
	case <-ctx.Done():
		return mapping.Value{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
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
	if measure(out, int(limit)) < 0 {
		return mapping.Value{}, errJQTooLarge
	}
	text, err := gojq.Marshal(out)
	if err != nil {
		return mapping.Value{}, err
	}
	return mapping.ParseValueJSON(text)
}

// measure takes about what a value takes as JSON off what is left; the result is
// negative when there is less. Values share their parts, so that a small one in
// memory can be a very large text.
func measure(v any, left int) int {
	left -= 2
	switch v := v.(type) {
	case string:
		return left - len(v)
	case []any:
		for _, item := range v {
			if left < 0 {
				break
			}
			left = measure(item, left)
		}
	case map[string]any:
		for key, item := range v {
			if left < 0 {
				break
			}
			left = measure(item, left-len(key))
		}
	}
	return left
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
