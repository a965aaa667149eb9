// Package planner turns an operation into a plan: (Supergraph, Operation) -> Plan.
//
// Planning has four stages, each with files of its own. Positions (position.go)
// are the places of the response that hold objects, with one slot for each
// response key. Exploring (explore.go, arrival.go, require.go) finds, for every
// slot, all the ways it can be reached: an arrival is one way of holding the
// objects of a position in one subgraph. Choosing (choose.go) commits, for every
// leaf, the way that adds least. Building (fetches.go, merge.go, selection.go,
// shape.go) merges what can be asked together and writes the plan down.
//
// A Planner can be used by any number of goroutines; nothing of it changes but
// the memory it keeps for runs (arena.go). One run of Plan belongs to one
// goroutine, and so does its memory until it is over: plans never refer to it.
// The same supergraph and operation give the same plan, byte for byte: nothing
// here ranges over a map.
package planner

import (
	"context"
	"sync"
	"sync/atomic"
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
	names names
	// lookups are, by TypeID, what is known of graph.Lookups.
	lookups [][]lookupFacts
	// spare is a run that is not in use, for the memory it has; more of them are in
	// runs, which forgets them when they are not needed for a while.
	spare atomic.Pointer[run]
	runs  sync.Pool
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
	p.names, p.lookups = newNames(s.Schema), newLookupFacts(p.graph, s.Schema)
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
	r := p.spare.Swap(nil)
	if r == nil {
		if r, _ = p.runs.Get().(*run); r == nil {
			r = &run{}
		}
	}
	r.Planner, r.ctx, r.op, r.labels = p, ctx, op, labels
	if p.options.Timeout > 0 {
		r.deadline = time.Now().Add(p.options.Timeout)
	}
	out, err := r.plan()
	// A run that panics is not used again.
	if kept := r.reset(); kept > maxSpare || !p.spare.CompareAndSwap(nil, r) {
		p.runs.Put(r)
	}
	return out, err
}

// maxSpare is how many bytes of memory a planner holds for its next run.
const maxSpare = 512 << 10

// run is the state of one Plan call.
type run struct {
	*Planner
	mem      memory
	ctx      context.Context
	op       *operation.Operation
	labels   uint64
	deadline time.Time
	steps    int

	root      *position
	positions []*position
	all       []*arrival // by id
	leaves    []leaf
	decisions []decision
	deriving  []derivation // what ways are being sought for
	cut       int          // how often a cycle guard refused a way
	stamp     int          // marks what a search has visited
	seeking   int          // counts calls of sources
	merging   int          // counts the fetches that others were joined to
	settling  int          // counts calls of settle
	scopes    int          // counts the selection sets written

	// While the slots of a position are collected:
	conditionTypes []schema.TypeID // of fragments
	classes        []class
	entryByKey     map[string]int // of the class, when there are many
	slotByKey      map[string]*slot
	setSeen        []int // by selection set, a stamp
	typeSeen       []int // by type, a stamp

	found      []*arrival // what sources returns
	contending []contender

	// Ways that are not considered, when the plan is to be explained.
	others map[*leaf][]*arrival

	// While the plan is written down:
	builder  builder
	stacks   stacks
	keyTable map[keyIn]int // uses of keys, one more than their numbers
	hashed   map[*subgraphs.Selection]uint64
}

// reset forgets everything but memory. It returns the bytes of that.
func (r *run) reset() int {
	kept := r.mem.reset()
	// The stamps go on, so that old ones mean nothing.
	*r = run{
		mem: r.mem, stamp: r.stamp,
		positions: forget(r.positions), all: forget(r.all), leaves: forget(r.leaves),
		found: forget(r.found), contending: forget(r.contending), conditionTypes: forget(r.conditionTypes),
		classes: forget(r.classes), entryByKey: emptied(r.entryByKey), slotByKey: emptied(r.slotByKey), setSeen: r.setSeen, typeSeen: r.typeSeen,
		stacks: stacks{selections: forget(r.stacks.selections), decodeFields: forget(r.stacks.decodeFields)}, keyTable: emptied(r.keyTable),
		hashed: emptied(r.hashed),
	}
	return kept
}

// forget empties a list; only what one of a usual operation holds is kept.
func forget[T any](list []T) []T {
	const usual = 1024
	if cap(list) > usual {
		return nil
	}
	clear(list[:cap(list)])
	return list[:0]
}

// emptied is a map without its entries. One that has grown large is dropped, for
// to clear it costs as much ever after.
func emptied[K comparable, V any](m map[K]V) map[K]V {
	const large = 256
	if len(m) > large {
		return nil
	}
	clear(m)
	return m
}

func (r *run) plan() (*plan.Plan, error) {
	if err := r.buildRoot(); err != nil {
		return nil, err
	}
	if err := r.explore(r.root); err != nil {
		return nil, err
	}
	if r.options.Explain {
		r.findOthers()
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
