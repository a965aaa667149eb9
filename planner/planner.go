// Package planner turns an operation into a plan: (Supergraph, Operation) -> Plan.
//
// Planning has four stages, each with files of its own. Positions (position.go)
// are the places of the response that hold objects, with one slot for each
// response key. Exploring (explore.go, arrival.go, require.go) finds, for every
// slot, all the ways it can be reached: an arrival is one way of holding the
// objects of a position in one subgraph. Choosing (choose.go) commits, for every
// leaf, the way that adds least. Building (fetches.go, selection.go, shape.go)
// merges what can be asked together and writes the plan down.
//
// A Planner is immutable and used by any number of goroutines. One run of Plan
// belongs to one goroutine. The same supergraph and operation give the same
// plan, byte for byte: nothing here ranges over a map.
package planner

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/planner/graph"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/subgraphs"
)

// Planner plans the operations of one supergraph.
type Planner struct {
	graph   *graph.Graph
	super   *supergraph.Supergraph
	schema  *schema.Schema
	clients []subgraphs.Client
	options Options
	// enums are, by TypeID, the values an enum has in the API schema.
	enums [][]string
}

// Options bound and shape planning. The zero value is usable.
type Options struct {
	// MaxSteps bounds the work of one plan; 0 means 1,000,000.
	MaxSteps int
	// Timeout bounds the time of one plan; 0 means none.
	Timeout time.Duration
	// Explain records for every fetch why it is there.
	Explain bool
	// NoCoalesce keeps every lookup in a request of its own.
	NoCoalesce bool
}

// New returns a planner. clients are by subgraph index; a nil client leaves
// fetches unprepared, which is enough for printing plans.
func New(s *supergraph.Supergraph, clients []subgraphs.Client, options Options) *Planner {
	if options.MaxSteps == 0 {
		options.MaxSteps = 1_000_000
	}
	p := &Planner{graph: graph.New(s), super: s, schema: s.Schema, clients: clients, options: options}
	p.enums = make([][]string, len(s.Schema.Types))
	for _, t := range s.Definition.Types {
		for _, v := range t.Values {
			if id := s.Schema.TypeByName(t.Name); id != schema.NoType && !v.Applied.Inaccessible {
				p.enums[id] = append(p.enums[id], v.Name)
			}
		}
	}
	return p
}

// Graph returns the query graph.
func (p *Planner) Graph() *graph.Graph { return p.graph }

// Plan plans one operation. labels has a bit set for each active override
// label, by index into Supergraph.Labels. Errors are of type *Error.
func (p *Planner) Plan(ctx context.Context, op *operation.Operation, labels uint64) (*plan.Plan, error) {
	if op.Kind == schema.Subscription {
		return nil, &Error{Code: CodeNotSupported, Message: "subscriptions are not supported yet"}
	}
	r := &run{Planner: p, ctx: ctx, op: op, labels: labels}
	if p.options.Timeout > 0 {
		r.deadline = time.Now().Add(p.options.Timeout)
	}
	return r.plan()
}

// run is the state of one Plan call.
type run struct {
	*Planner
	ctx      context.Context
	op       *operation.Operation
	labels   uint64
	deadline time.Time
	steps    int

	root      *position
	positions []*position
	slots     int // how many slots were made, for ids
	arrivals  int // how many arrivals were made, for ids
	all       []*arrival
	leaves    []leaf
	decisions []decision
	derived   map[deriveKey]*arrival
	deriving  []deriveKey
	cut       int // how often a cycle guard refused a way
	stamp     int // marks visited arrivals while costs are estimated
}

func (r *run) plan() (*plan.Plan, error) {
	if err := r.buildRoot(); err != nil {
		return nil, err
	}
	if err := r.explore(r.root); err != nil {
		return nil, err
	}
	if err := r.choose(); err != nil {
		return nil, err
	}
	return r.build()
}

// step counts work and fails when the budget is spent.
func (r *run) step() error {
	r.steps++
	if r.steps > r.options.MaxSteps {
		return &Error{Code: CodeBudget, Message: "planning took more steps than allowed; select fewer fields of abstract types or fewer levels"}
	}
	if r.steps&1023 == 0 {
		if err := r.ctx.Err(); err != nil {
			return &Error{Code: CodeTimeout, Message: "planning was cancelled", Err: err}
		}
		if !r.deadline.IsZero() && time.Now().After(r.deadline) {
			return &Error{Code: CodeTimeout, Message: "planning took longer than query_planning.timeout"}
		}
	}
	return nil
}
