package execute

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// run carries out all fetches of the plan. A fetch starts as soon as its
// producers have settled: done, failed or skipped.
func (x *state) run(ctx context.Context) {
	for i := range x.plan.Fetches {
		if x.fetches[i].waiting == 0 {
			x.ready = append(x.ready, i)
		}
	}
	for {
		x.sending = x.sending[:0]
		for n := 0; n < len(x.ready); n++ { // settling makes others ready
			if i := x.ready[n]; x.prepare(ctx, &x.fetches[i]) {
				x.sending = append(x.sending, i)
			} else {
				x.settle(i)
			}
		}
		x.ready = x.ready[:0]

		if len(x.sending) == 1 && x.inflight == 0 && ctx.Done() == nil {
			fs := &x.fetches[x.sending[0]]
			x.result.Requests++
			x.accept(fs, fetch(ctx, fs.fetch, &fs.call))
			x.settle(x.sending[0])
			continue
		}
		for _, i := range x.sending {
			fs := &x.fetches[i]
			fs.sent = true
			x.inflight++
			x.result.Requests++
			// Even a lone fetch runs elsewhere: the client may carry it out for other
			// requests as well, and would stay for those when ctx ends.
			x.workers.start(job{fs.context(ctx), x.arrived, i, fs.fetch, &fs.call})
		}
		if x.inflight == 0 {
			return
		}
		if !x.await(ctx) {
			return
		}
	}
}

// await takes the next answer, or when ctx ends fails all that is unsettled
// and reports false.
func (x *state) await(ctx context.Context) bool {
	var a arrival
	select {
	case a = <-x.arrived: // what has come counts, even when ctx ends meanwhile
	default:
		select {
		case a = <-x.arrived:
		case <-ctx.Done():
			x.abandon(ctx)
			return false
		}
	}
	x.inflight--
	fs := &x.fetches[a.fetch]
	fs.sent = false
	x.accept(fs, a.answer)
	x.settle(a.fetch)
	return true
}

// abandon settles all fetches because ctx has ended. Those in flight are failed
// without waiting for them; drain takes their answers.
func (x *state) abandon(ctx context.Context) {
	for i := range x.plan.Fetches {
		if fs := &x.fetches[i]; fs.sent {
			fs.ctx.Cancel(ctx.Err())
			x.failEnded(ctx, fs)
			x.settle(i)
		}
	}
	// Producers have settled; what waited for them has its rows, but is not sent.
	for n := 0; n < len(x.ready); n++ {
		i := x.ready[n]
		x.prepare(ctx, &x.fetches[i])
		x.settle(i)
	}
	x.ready = x.ready[:0]
}

// drain waits for the fetches that were given up and lets go of their answers.
func (x *state) drain() {
	for ; x.inflight > 0; x.inflight-- {
		a := <-x.arrived
		a.answer.Release()
	}
}

// prepare makes the call of a fetch. It reports false when there is nothing to
// send: the fetch has settled.
func (x *state) prepare(ctx context.Context, fs *fetchState) bool {
	f := fs.fetch
	if !f.Cond.Holds(x.request.Bits) || x.full {
		return false
	}
	if f.Root != nil {
		u := fs.addUse(-1, f.Root)
		if f.At == nil {
			fs.members = append(fs.members, member{x.root, u})
		} else if !x.findPlaces(fs, u) {
			return false
		}
		fs.uses[u].count = len(fs.members)
	} else {
		if !x.gather(fs) {
			x.fail(fs, failure(f, CodeTooManyRows, tooManyRows), tooManyRows, "")
			return false
		}
		if len(fs.rows) == 0 {
			return false
		}
		x.result.Rows += len(fs.rows)
	}
	if f.ID < len(x.request.Given) && x.request.Given[f.ID] != nil {
		fs.took = true
		x.accept(fs, x.request.Given[f.ID])
		return false
	}
	if ctx.Err() != nil {
		x.failEnded(ctx, fs)
		return false
	}
	x.fillCall(fs)
	return true
}

// settle tells the dependants of a fetch that it has settled.
func (x *state) settle(i int) {
	fs := &x.fetches[i]
	if fs.settled {
		return
	}
	fs.settled = true
	fs.sent = false
	for _, d := range fs.fetch.Dependants {
		x.fetches[d].waiting--
		if x.fetches[d].waiting == 0 {
			x.ready = append(x.ready, d)
		}
	}
}

// fetch carries out a call. A panic in a client fails this fetch alone.
func fetch(ctx context.Context, f *plan.Fetch, call *subgraphs.Call) (a *subgraphs.Answer) {
	defer func() {
		if r := recover(); r != nil {
			a = subgraphs.Failed(&subgraphs.FetchError{
				Code: CodeInternal, Subgraph: f.Name, Message: "internal error", Err: fmt.Errorf("panic: %v\n%s", r, debug.Stack()),
			})
		}
	}()
	if f.Prepared != nil {
		a = f.Prepared.Fetch(ctx, call)
	}
	if a == nil {
		a = subgraphs.Failed(&subgraphs.FetchError{
			Code: CodeInternal, Subgraph: f.Name, Message: "internal error", Err: errors.New("the client gave no answer"),
		})
	}
	return a
}

// failEnded fails a fetch because ctx has ended.
func (x *state) failEnded(ctx context.Context, fs *fetchState) {
	err := failure(fs.fetch, subgraphs.CodeCancelled, "The request was cancelled")
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err.Code, err.Message = subgraphs.CodeTimeout, "The request took too long"
	}
	err.Err = context.Cause(ctx)
	x.fail(fs, err, err.Message, "")
}
