package execute

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/subgraphs"
)

// held is a client whose calls answer when they are let through.
type held struct{ started, gate chan struct{} }

func (h held) Fetch(context.Context, *subgraphs.Call) *subgraphs.Answer {
	h.started <- struct{}{}
	<-h.gate
	return subgraphs.NewAnswer(nil)
}

func TestWorkersAreUsedAgainAndLetGo(t *testing.T) {
	var w workers
	const n = 8
	h := held{make(chan struct{}, n), make(chan struct{})}
	f := &plan.Fetch{Prepared: h}
	arrived := make(chan arrival, n)
	idle := func(want int) {
		t.Helper()
		for { // a worker puts itself back after it has delivered
			w.mu.Lock()
			got := len(w.idle)
			w.mu.Unlock()
			if got == want {
				return
			}
			runtime.Gosched()
		}
	}
	run := func(jobs int) {
		for i := range jobs {
			w.start(job{t.Context(), arrived, i, f, nil})
		}
		for range jobs {
			<-h.started
		}
		for range jobs {
			h.gate <- struct{}{}
		}
		seen := make([]bool, jobs)
		for range jobs {
			a := <-arrived
			seen[a.fetch] = true
			a.answer.Release()
		}
		for i := range seen {
			if !seen[i] {
				t.Errorf("job %d was not done", i)
			}
		}
	}
	run(n)
	idle(n)
	run(3)
	idle(n)  // three of them again, no new ones
	w.trim() // counts from here on
	run(2)
	idle(n)
	w.trim()
	idle(2) // two were needed
	w.trim()
	w.trim()
	idle(0)
	run(1)
	idle(1)
}

func TestPanicInWorker(t *testing.T) {
	var w workers
	arrived := make(chan arrival, 1)
	w.start(job{t.Context(), arrived, 0, &plan.Fetch{Name: "a", Prepared: panics{}}, nil})
	if a := <-arrived; a.answer.Err == nil || a.answer.Err.Code != CodeInternal {
		t.Errorf("%+v", a.answer)
	}
}

type panics struct{}

func (panics) Fetch(context.Context, *subgraphs.Call) *subgraphs.Answer { panic("boom") }

func (held) Text() string   { return "held" }
func (panics) Text() string { return "panics" }

// atOnce answers without waiting.
type atOnce struct{}

func (atOnce) Fetch(context.Context, *subgraphs.Call) *subgraphs.Answer {
	return subgraphs.NewAnswer(nil)
}
func (atOnce) Text() string { return "" }

// TestTrimmingWhileBusy: a worker that is let go never had a job, and none is left
// behind in the end.
func TestTrimmingWhileBusy(t *testing.T) {
	var w workers
	f := &plan.Fetch{Prepared: atOnce{}}
	stop := make(chan struct{})
	var trimming, owners sync.WaitGroup
	trimming.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				w.trim()
			}
		}
	})
	for range 8 {
		owners.Go(func() {
			arrived := make(chan arrival, 3)
			for i := range 500 {
				for k := range 1 + i%3 {
					w.start(job{t.Context(), arrived, k, f, nil})
				}
				for range 1 + i%3 {
					(<-arrived).answer.Release()
				}
			}
		})
	}
	owners.Wait()
	close(stop)
	trimming.Wait()
	for { // a worker puts itself back after it has delivered
		w.trim()
		w.mu.Lock()
		n, spare, again := len(w.idle), w.spare, w.trimming
		w.mu.Unlock()
		if n == 0 {
			if spare != 0 || again {
				t.Errorf("%d to spare, trimming %v", spare, again)
			}
			return
		}
		runtime.Gosched()
	}
}
