package execute

import (
	"context"
	"sync"
	"time"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// workers are goroutines that carry out fetches. They are used again and again,
// since the stack of a new goroutine has to be grown (copied, twice) before a
// request can be sent from it.
type workers struct {
	mu   sync.Mutex
	idle []*worker // the one used last at the end
	// spare is how many have been idle ever since the last trimming.
	spare    int
	trimming bool
	timer    *time.Timer
}

// trimEvery is how often workers that were not needed meanwhile are let go.
const trimEvery = 10 * time.Second

// worker is one goroutine. Whoever takes it off the idle ones may send it one
// job, or close the channel.
type worker struct {
	jobs chan job // room for one, so that giving a job never blocks
}

// job is one fetch to carry out.
type job struct {
	ctx     context.Context
	arrived chan<- arrival // has room for the answer
	i       int
	fetch   *plan.Fetch
	call    *subgraphs.Call
}

// start has a job done.
func (w *workers) start(j job) {
	w.mu.Lock()
	n := len(w.idle)
	if n == 0 {
		w.mu.Unlock()
		k := &worker{jobs: make(chan job, 1)}
		k.jobs <- j
		go k.work(w)
		return
	}
	k := w.idle[n-1]
	w.idle[n-1] = nil
	w.idle = w.idle[:n-1]
	w.spare = min(w.spare, n-1)
	w.mu.Unlock()
	k.jobs <- j
}

// work does jobs until the worker is let go. It touches nothing of the store of
// a request.
func (k *worker) work(w *workers) {
	for j := range k.jobs {
		j.arrived <- arrival{j.i, fetch(j.ctx, j.fetch, j.call)}
		w.put(k)
	}
}

func (w *workers) put(k *worker) {
	w.mu.Lock()
	w.idle = append(w.idle, k)
	if !w.trimming {
		w.trimming = true
		w.spare = 0
		if w.timer == nil {
			w.timer = time.AfterFunc(trimEvery, w.trim)
		} else {
			w.timer.Reset(trimEvery)
		}
	}
	w.mu.Unlock()
}

// trim lets go of the workers that nobody needed since it last ran. It runs as
// long as there are idle ones.
func (w *workers) trim() {
	w.mu.Lock()
	n := min(w.spare, len(w.idle))
	old := append([]*worker(nil), w.idle[:n]...)
	rest := copy(w.idle, w.idle[n:])
	clear(w.idle[rest:])
	w.idle = w.idle[:rest]
	w.spare = rest
	w.trimming = rest > 0
	if w.trimming {
		w.timer.Reset(trimEvery)
	}
	w.mu.Unlock()
	for _, k := range old {
		close(k.jobs)
	}
}
