package execute

import (
	"context"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/callctx"
)

// state is all the memory of one request. States are pooled.
type state struct {
	store
	writer

	request *Request
	plan    *plan.Plan
	limits  Limits
	result  Result

	root    int // the object of `data`
	fetches []fetchState
	ready   []int
	sending []int
	// arrived has room for the answers of all fetches, so that no fetch
	// goroutine ever blocks on it.
	arrived  chan arrival
	inflight int
	workers  *workers            // the executor's
	answers  []*subgraphs.Answer // to be released at the end

	merged mergeMemo
	// contexts is nil until a plan has some.
	contexts *contextWalk
	passed   []passedExtension
}

// arrival is an answer on its way to the owner.
type arrival struct {
	fetch  int
	answer *subgraphs.Answer
}

// fetchState is what a request keeps for one fetch.
type fetchState struct {
	fetch   *plan.Fetch
	waiting int  // producers that have not settled
	sent    bool // in flight
	settled bool
	took    bool // a given answer was used

	// ctx is that of the call while it is sent; nil if it cannot be used again.
	ctx  *callctx.Context
	call subgraphs.Call
	// answer is what came, once it was read and good; it lives as long as the request.
	answer *subgraphs.Answer
	// text holds the representations one after the other.
	text []byte
	rows []row
	// first is, by entry, the number of its first row; one more at the end.
	first   []int
	last    int // the row found last
	uses    []use
	members []member
	table   []int32 // open addressing over the rows of the entry at hand
	seen    *[seenSize]seen
	entries []entryState
	// splits are, by row, where in text its contexts begin, 0 for none; shorter than
	// rows, or empty, where the last ones have none.
	splits []int
	// placeless counts the errors of the answer that have no place of their own.
	placeless int
	// missing is the info shared by the errors of rows that could not be made, or
	// -1.
	missing int

	// partial are the objects whose rows were sent without a requirement.
	partial []partial

	flat [][]byte // backs call.Rows
}

// partial is an object whose row lacks some requirements (by bit).
type partial struct {
	object int
	lookup *plan.TargetType
	lost   uint64
}

// row is one distinct representation of an entry.
type row struct {
	hash       uint64
	start, end int // in fetchState.text
	uses       int // head of its uses, or -1
}

// use is one way in which a row's answer is decoded: objects of different
// shapes may have sent equal rows.
type use struct {
	next   int // use of the same row, or -1
	decode *plan.Decode
	object int // the decoded object; 0 for a null row
	count  int // how many members there are
}

// entryState is what the answer said about an entry.
type entryState uint8

const (
	entryMissing entryState = iota
	entryNull
	entryUneven // more or fewer rows than asked for, or no list at all
	entryRead
)

// member is an object that waits for a use.
type member struct {
	object int
	use    int
}

func (x *state) begin(r *Request) {
	x.request = r
	x.bits = r.Bits
	x.plan = r.Plan
	x.limits = r.Limits.withDefaults()
	x.result = Result{}
	x.store.reset(r.Plan, x.limits)
	x.root = x.store.object(r.Plan.Root, rootType(r.Plan.Root))
	n := len(r.Plan.Fetches)
	for len(x.fetches) < n {
		x.fetches = append(x.fetches, fetchState{})
	}
	for i, f := range r.Plan.Fetches {
		x.fetches[i].begin(f)
	}
	if cap(x.arrived) < n {
		x.arrived = make(chan arrival, n)
	}
	x.inflight = 0
	x.ready = x.ready[:0]
	x.sending = x.sending[:0]
	x.passed = x.passed[:0]
}

// rootType is the concrete type of a position that has only one.
func rootType(shape *plan.Shape) int {
	if len(shape.Types) == 1 {
		return 0
	}
	return -1
}

// leave lets go of the request; it may change from now on.
func (x *state) leave() {
	for i, a := range x.request.Given {
		if a != nil && (i >= len(x.plan.Fetches) || !x.fetches[i].took) {
			a.Release()
		}
	}
	x.request = nil
}

// end readies the state for its next use.
func (x *state) end() {
	for i, a := range x.answers {
		a.Release()
		x.answers[i] = nil
	}
	x.answers = x.answers[:0]
	for i := range x.plan.Fetches {
		x.fetches[i].end()
	}
	x.store.release()
	x.writer.release()
	x.merged.release()
	if x.contexts != nil {
		x.contexts.release()
	}
	clear(x.passed)
	x.passed = x.passed[:0]
	x.plan = nil
}

func (fs *fetchState) begin(f *plan.Fetch) {
	fs.missing = -1
	fs.partial = fs.partial[:0]
	fs.fetch = f
	fs.waiting = len(f.Deps)
	fs.sent = false
	fs.settled = false
	fs.text = fs.text[:0]
	fs.rows = fs.rows[:0]
	fs.first = fs.first[:0]
	fs.uses = fs.uses[:0]
	fs.members = fs.members[:0]
	fs.entries = fs.entries[:0]
	fs.splits = fs.splits[:0]
	fs.took = false
	fs.placeless = 0
}

func (fs *fetchState) end() {
	const keep = 1 << 13 // elements
	fs.fetch = nil
	fs.answer = nil
	clear(fs.partial)
	fs.partial = fs.partial[:0]
	if fs.ctx != nil && !fs.ctx.Reset() {
		fs.ctx = nil
	}
	clear(fs.call.Rows)
	clear(fs.call.Variables)
	clear(fs.call.Primers)
	fs.call = subgraphs.Call{Rows: fs.call.Rows[:0], Variables: fs.call.Variables[:0], Primers: fs.call.Primers[:0]}
	clear(fs.uses)
	clear(fs.flat)
	if fs.seen != nil {
		clear(fs.seen[:])
	}
	if cap(fs.text) > 8*keep {
		fs.text = nil
	}
	if cap(fs.rows) > keep {
		fs.rows = nil
		fs.flat = nil
		fs.splits = nil
		fs.uses = nil
		fs.table = nil
	}
	if cap(fs.members) > keep {
		fs.members = nil
	}
}

// context returns the context for the call, which abandon ends.
func (fs *fetchState) context(parent context.Context) context.Context {
	if fs.ctx == nil {
		fs.ctx = &callctx.Context{}
	}
	fs.ctx.Begin(parent)
	return fs.ctx
}

// addUse returns the use of row r with the given decoding, or of no row (a root
// fetch) when r is -1.
func (fs *fetchState) addUse(r int, d *plan.Decode) int {
	head := -1
	if r >= 0 {
		head = fs.rows[r].uses
		for u := head; u >= 0; u = fs.uses[u].next {
			if fs.uses[u].decode == d {
				return u
			}
		}
		fs.rows[r].uses = len(fs.uses)
	}
	fs.uses = append(fs.uses, use{next: head, decode: d})
	return len(fs.uses) - 1
}
