package execute

import (
	"context"
	"sync"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// Limits bound one request. A zero field takes its default.
type Limits struct {
	// MaxResponseSize bounds the bytes of the response's data and errors.
	MaxResponseSize int
	// MaxErrors bounds the errors that are written; one more says how many were
	// left out.
	MaxErrors int
	// MaxRows bounds the rows of one fetch.
	MaxRows int
	// MaxWords bounds the store, in words of eight bytes. About one word is
	// needed for each value of an answer.
	MaxWords int
}

// The default limits.
const (
	DefaultMaxResponseSize = 64 << 20
	DefaultMaxErrors       = 1000
	DefaultMaxRows         = 1 << 20
	DefaultMaxWords        = 1 << 25
)

func (l Limits) withDefaults() Limits {
	if l.MaxResponseSize <= 0 {
		l.MaxResponseSize = DefaultMaxResponseSize
	}
	if l.MaxErrors <= 0 {
		l.MaxErrors = DefaultMaxErrors
	}
	if l.MaxRows <= 0 {
		l.MaxRows = DefaultMaxRows
	}
	if l.MaxWords <= 0 {
		l.MaxWords = DefaultMaxWords
	}
	if l.MaxWords > 1<<32-1 {
		l.MaxWords = 1<<32 - 1 // indices have 32 bits
	}
	return l
}

// ErrorPolicy says how much of what went wrong upstream the client may see.
// The zero policy shows nothing: neither messages nor names.
type ErrorPolicy struct {
	// ExposeMessages passes the messages of subgraphs on; otherwise a fixed text
	// stands for them.
	ExposeMessages bool
	// ExposeSubgraph names the subgraph, as extensions.service.
	ExposeSubgraph bool
	// AllowExtensions are the keys of an upstream error's extensions that are
	// passed on. With "code" among them, the upstream's code replaces ours.
	AllowExtensions []string
	// AllowResponseExtensions are the keys of an upstream response's extensions
	// that are passed on. When several fetches send a key, that of the earliest
	// fetch of the plan is taken.
	AllowResponseExtensions []string
}

// Request is one run of a plan. It must not change while it is executed; the
// memory of Values and of the headers must stay as it is for as long as a fetch
// runs, and one that does not heed the end of ctx outlives Execute.
type Request struct {
	Plan *plan.Plan
	// Values are the operation's coerced variables as raw JSON, nil for absent
	// ones: the space that plan.Fetch.Variables points into.
	Values [][]byte
	// Bits are the condition bits.
	Bits uint64
	// Local are the answers of Plan.Local, as raw JSON; nil means null.
	Local [][]byte
	// Header gives the headers to send with a fetch; may be nil. It is called by
	// the goroutine that executes.
	Header func(f *plan.Fetch) []subgraphs.HeaderField
	// Given are, by fetch id, answers that are there already (an event that a
	// subscription delivered): such a fetch is not sent. May be shorter than the
	// plan's fetches. Execute releases them.
	Given []*subgraphs.Answer
	// OnAnswer sees every answer as it arrives, for response headers and cache
	// policies; may be nil. It is called by the goroutine that executes and must
	// not keep the answer without retaining it.
	OnAnswer func(f *plan.Fetch, a *subgraphs.Answer)

	// OnFailure hears of every fetch that failed as a whole, for logs and
	// metrics; may be nil. It is called by the goroutine that executes.
	OnFailure func(f *plan.Fetch, err *subgraphs.FetchError)

	// Locate appends the `"locations":[…],` of an error at a response path (its
	// keys, list indices left out), or nothing; may be nil. It is called by the
	// goroutine that executes, as often as there are errors.
	Locate func(dst []byte, path []string) []byte
	// Room returns a slice with the content of dst and room for n bytes more, for
	// responses that dst has no room for; nil takes new memory. It is called at most
	// once, by the goroutine that executes.
	Room func(dst []byte, n int) []byte
	// Extensions are members for the response's extensions, as raw JSON without
	// braces; empty for none.
	Extensions []byte
	// Warnings asks for extensions.warnings: what is not an error but should be
	// known, such as elements left out of lists.
	Warnings bool

	Limits Limits
	Policy ErrorPolicy
}

// Result tells what a request took.
type Result struct {
	// Requests is how many fetches were sent.
	Requests int
	// Failed is how many fetches failed as a whole, those included that were
	// never sent because the request had ended.
	Failed int
	// Rows is how many distinct rows were looked up.
	Rows int
	// Errors is how many errors the response has, those left out included.
	Errors int
	// Dropped is how many list elements were left out because something below them
	// is missing.
	Dropped int
	// NoData says that `data` is null.
	NoData bool
	// TooLarge says that a limit ended the response.
	TooLarge bool
}

// Executor runs plans. It keeps the memory of finished requests for the next.
type Executor struct {
	pool    sync.Pool
	workers workers
}

// New returns an Executor.
func New() *Executor {
	e := &Executor{}
	e.pool.New = func() any { return &state{workers: &e.workers} }
	return e
}

// Execute carries out the request's plan and appends the response, a JSON
// object with "data" and, when there are any, "errors" and "extensions", to
// dst. Whatever fails, the response is well-formed. When ctx ends, fetches that
// have not settled fail with a coded error and the rest is written.
func (e *Executor) Execute(ctx context.Context, r *Request, dst []byte) ([]byte, Result) {
	x := e.pool.Get().(*state)
	x.begin(r)
	x.run(ctx)
	dst = x.write(dst)
	result := x.result
	x.leave()
	if x.inflight > 0 {
		// Fetches that were given up still read their calls, which live in x.
		go func() {
			x.drain()
			x.end()
			e.pool.Put(x)
		}()
		return dst, result
	}
	x.end()
	e.pool.Put(x)
	return dst, result
}
