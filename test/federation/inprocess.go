package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

// inProcess is a client that hands request bodies to a server by a function
// call. The operations are those that the wrapped client prints. Only fetches
// by root fields and by _entities are supported.
type inProcess struct {
	inner    subgraphs.Client
	server   *dataserver.Server
	requests atomic.Int64
}

// Prepare implements subgraphs.Client.
func (c *inProcess) Prepare(spec *subgraphs.FetchSpec) (subgraphs.Prepared, error) {
	inner, err := c.inner.Prepare(spec)
	if err != nil {
		return nil, err
	}
	text := inner.Text()
	query, err := json.Marshal(text)
	if err != nil {
		return nil, err
	}
	p := &inProcessPrepared{Prepared: inner, client: c, head: `{"query":` + string(query) + `,"variables":{`}
	doc, perr := parser.ParseQuery(&ast.Source{Name: spec.Subgraph, Input: text})
	if perr != nil {
		return nil, fmt.Errorf("the printed operation does not parse: %w\n%s", perr, text)
	}
	for _, v := range doc.Operations[0].VariableDefinitions {
		if v.Type.String() == "[_Any!]!" {
			p.entries = append(p.entries, v.Variable)
		}
	}
	if len(p.entries) != len(spec.Entries) {
		return nil, fmt.Errorf("%d variables for %d lookups in %s", len(p.entries), len(spec.Entries), text)
	}
	for i := range spec.Variables {
		p.variables = append(p.variables, spec.Variables[i].Name)
	}
	return p, nil
}

type inProcessPrepared struct {
	subgraphs.Prepared
	client    *inProcess
	head      string
	entries   []string
	variables []string
}

// Fetch implements subgraphs.Prepared.
func (p *inProcessPrepared) Fetch(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
	if err := ctx.Err(); err != nil {
		return subgraphs.Failed(&subgraphs.FetchError{Code: subgraphs.CodeCancelled, Message: "cancelled", Err: err})
	}
	p.client.requests.Add(1)
	a := subgraphs.NewAnswer(nil)
	a.Status, a.Layout, a.Cache.MaxAge = 200, subgraphs.LayoutGraphQL, -1
	a.Body = p.client.server.Answer(p.body(call))
	return a
}

func (p *inProcessPrepared) body(call *subgraphs.Call) []byte {
	b := []byte(p.head)
	comma := false
	name := func(name string) {
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(append(append(b, '"'), name...), '"', ':')
	}
	for i, entry := range p.entries {
		name(entry)
		b = append(b, '[')
		for j, row := range call.Rows[i] {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, row...)
		}
		b = append(b, ']')
	}
	for i, v := range call.Variables {
		if v != nil {
			name(p.variables[i])
			b = append(b, v...)
		}
	}
	return append(b, '}', '}')
}
