// Package federation runs whole federated graphs in tests: data-driven
// subgraphs as real HTTP servers, composed, planned and executed by the same
// packages as in production, with nothing between them but the test.
//
// A Graph belongs to one test. Do may be called from many goroutines.
package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/subgraphs/graphql"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// Subgraph is one service of a graph.
type Subgraph struct {
	Name string
	SDL  string
}

// Graph is a composed graph with running subgraphs.
type Graph struct {
	Servers    []*dataserver.Server
	Supergraph *supergraph.Supergraph
	Front      *operation.Front
	Planner    *planner.Planner
	Executor   *execute.Executor
	Limits     execute.Limits

	local []*inProcess
}

// Options change how a Graph is made.
type Options struct {
	// Supergraph is a join-spec text to use instead of composing.
	Supergraph string
	// Fault is passed to every server, with the server's name.
	Fault func(subgraph string, r *http.Request) *dataserver.Fault
	// Wrap is put around every client.
	Wrap func(subgraph string, c subgraphs.Client) subgraphs.Client
	// KeepLog keeps every request at the servers.
	KeepLog bool
	// InProcess answers every fetch by a function call instead of over HTTP,
	// for tests that run many graphs. Fault and KeepLog do not work then.
	InProcess bool
	Planner   planner.Options
}

// New starts the subgraphs and composes them. The graph is closed with the test.
func New(t testing.TB, services []Subgraph, data *dataserver.Data, o Options) (*Graph, error) {
	t.Helper()
	g := &Graph{Executor: execute.New()}
	urls := map[string]string{}
	var sources []compose.Source
	for _, s := range services {
		options := dataserver.Options{Name: s.Name, SDL: s.SDL, Data: data, KeepLog: o.KeepLog}
		if o.Fault != nil {
			options.Fault = func(r *http.Request) *dataserver.Fault { return o.Fault(s.Name, r) }
		}
		server, err := dataserver.New(options)
		if err != nil {
			return nil, err
		}
		g.Servers = append(g.Servers, server)
		urls[s.Name] = "http://" + s.Name + ".test/"
		if !o.InProcess {
			h := httptest.NewServer(server)
			t.Cleanup(h.Close)
			urls[s.Name] = h.URL
		}
		sources = append(sources, compose.Source{Name: s.Name, URL: urls[s.Name], SDL: s.SDL})
	}
	def, err := definition(sources, o.Supergraph)
	if err != nil {
		return nil, err
	}
	if g.Supergraph, err = supergraph.Build(def); err != nil {
		return nil, err
	}
	api := schema.Print(supergraph.APISchema(def))
	if g.Front, err = operation.NewFront(api, g.Supergraph.Schema, operation.Limits{}); err != nil {
		return nil, err
	}
	pool := &transport.Pool{}
	clients := make([]subgraphs.Client, len(g.Supergraph.Subgraphs))
	for i, s := range g.Supergraph.Subgraphs {
		url, ok := urls[s.Name]
		if !ok {
			return nil, fmt.Errorf("no server for subgraph %s", s.Name)
		}
		var c subgraphs.Client
		if o.InProcess {
			c, err = g.inProcess(s.Name, url)
		} else {
			c, err = overHTTP(t, pool, s.Name, url)
		}
		if err != nil {
			return nil, err
		}
		if o.Wrap != nil {
			c = o.Wrap(s.Name, c)
		}
		clients[i] = c
	}
	g.Planner = planner.New(g.Supergraph, clients, o.Planner)
	return g, nil
}

func overHTTP(t testing.TB, pool *transport.Pool, name, url string) (subgraphs.Client, error) {
	end, err := transport.ParseURL(url)
	if err != nil {
		return nil, err
	}
	tr, err := pool.Acquire(transport.Settings{Scheme: end.Scheme, Address: end.Address})
	if err != nil {
		return nil, err
	}
	t.Cleanup(tr.Release)
	return graphql.New(graphql.Options{Subgraph: name, URL: url, Transport: tr, MaxBody: 50 << 20})
}

func (g *Graph) inProcess(name, url string) (subgraphs.Client, error) {
	inner, err := graphql.New(graphql.Options{Subgraph: name, URL: url})
	if err != nil {
		return nil, err
	}
	for _, s := range g.Servers {
		if s.Name() == name {
			c := &inProcess{inner: inner, server: s}
			g.local = append(g.local, c)
			return c, nil
		}
	}
	return nil, fmt.Errorf("no server for subgraph %s", name)
}

func definition(sources []compose.Source, joined string) (*supergraph.Definition, error) {
	if joined != "" {
		def, errs := supergraph.Read("supergraph", joined)
		if len(errs) > 0 {
			return nil, errs[0]
		}
		return def, nil
	}
	r := compose.ComposeSDL(sources)
	if len(r.Errors) > 0 {
		return nil, r.Errors
	}
	return r.Definition, nil
}

// Response is a GraphQL response as decoded JSON.
type Response struct {
	Data   any   `json:"data"`
	Errors []any `json:"errors"`
	// Raw are the bytes of the response.
	Raw []byte `json:"-"`
	// Plan is the plan that was carried out; nil if there was none.
	Plan *plan.Plan `json:"-"`
	// Result is what execution took.
	Result execute.Result `json:"-"`
}

// Do answers one operation. Errors before execution come as a response whose
// data is nil.
func (g *Graph) Do(ctx context.Context, query string, variables []byte) (*Response, error) {
	op, errs := g.Front.Parse(query, "")
	if len(errs) > 0 {
		return requestError(errs), nil
	}
	p, err := g.Planner.Plan(ctx, op, 0)
	if err != nil {
		return requestError(err), nil
	}
	return g.Run(ctx, op, p, variables)
}

// Run carries out a plan.
func (g *Graph) Run(ctx context.Context, op *operation.Operation, p *plan.Plan, variables []byte) (*Response, error) {
	var values operation.Values
	if errs := op.Coerce(variables, &values); len(errs) > 0 {
		return requestError(errs), nil
	}
	out, result := g.Executor.Execute(ctx, &execute.Request{
		Plan: p, Values: values.Raw, Bits: op.Bits(&values), Limits: g.Limits,
		Policy: execute.ErrorPolicy{ExposeMessages: true, ExposeSubgraph: true},
	}, nil)
	resp := &Response{Raw: out, Plan: p, Result: result}
	d := json.NewDecoder(strings.NewReader(string(out)))
	d.UseNumber()
	if err := d.Decode(resp); err != nil {
		return nil, fmt.Errorf("the response is not JSON: %w\n%s", err, out)
	}
	return resp, nil
}

func requestError(err error) *Response {
	return &Response{Errors: []any{map[string]any{"message": err.Error()}}}
}

// Requests is how many requests the servers have seen since the last call.
func (g *Graph) Requests() int {
	n := 0
	for _, s := range g.Servers {
		n += int(s.Requests())
		s.ResetCounters()
	}
	for _, c := range g.local {
		n += int(c.requests.Swap(0))
	}
	return n
}
