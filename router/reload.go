package router

import (
	"context"
	"errors"
	"sync"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/generation"
)

// ErrSuperseded is what a waiting [Router.Reload] gets when a newer one takes
// its place.
var ErrSuperseded = errors.New("router: a newer configuration has taken the place of this one")

// ErrClosed is what a [Router.Reload] gets once the router has stopped.
var ErrClosed = errors.New("router: the router has stopped")

// reloads lets one reload run at a time and one wait.
type reloads struct {
	mu      sync.Mutex
	running bool
	closed  bool
	waiting *turn
	idle    chan struct{} // closed when nothing runs any more; set by close
}

// turn is a reload that waits.
type turn struct {
	begin chan struct{} // closed when it is its turn
	lost  chan struct{} // closed when it will never be
}

// enter waits for the caller's turn. With wait unset it gives up at once if
// another reload runs.
func (q *reloads) enter(ctx context.Context, wait bool) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	if !q.running {
		q.running = true
		q.mu.Unlock()
		return nil
	}
	if !wait {
		q.mu.Unlock()
		return ErrSuperseded
	}
	if q.waiting != nil {
		close(q.waiting.lost)
	}
	t := &turn{make(chan struct{}), make(chan struct{})}
	q.waiting = t
	q.mu.Unlock()
	select {
	case <-t.begin:
		return nil
	case <-t.lost:
		return ErrSuperseded
	case <-ctx.Done():
	}
	q.mu.Lock()
	if q.waiting == t {
		q.waiting = nil
		q.mu.Unlock()
		return ctx.Err()
	}
	q.mu.Unlock()
	select {
	case <-t.begin: // the turn has come all the same: pass it on
		q.leave()
		return ctx.Err()
	case <-t.lost:
		return ErrSuperseded
	}
}

func (q *reloads) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t := q.waiting; t != nil {
		q.waiting = nil
		close(t.begin)
		return
	}
	q.running = false
	if q.idle != nil {
		close(q.idle)
	}
}

// close refuses further reloads and waits for the one that runs.
func (q *reloads) close() {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.closed = true
	if q.waiting != nil {
		close(q.waiting.lost)
		q.waiting = nil
	}
	if !q.running {
		q.mu.Unlock()
		return
	}
	idle := make(chan struct{})
	q.idle = idle
	q.mu.Unlock()
	<-idle
}

// Reload replaces the configuration, which must be in long form and not change
// any more. It returns when the next generation serves, or with the reason why
// nothing changed: [generation.Errors], an error of listening, [ErrSuperseded],
// or that of ctx. Of several calls one runs and the newest waits.
func (r *Router) Reload(ctx context.Context, c *config.Config) error {
	r.mu.Lock()
	r.wanted = c
	r.mu.Unlock()
	if err := r.reloads.enter(ctx, true); err != nil {
		return err
	}
	defer r.reloads.leave()
	return r.replace(ctx, c, nil)
}

// Fail records that a configuration could not even be read, so that it shows at
// the health endpoint like any other failed reload. Whoever read it logs it.
func (r *Router) Fail(err error) { r.note(err) }

// replace builds the next generation and swaps it in. due restricts which
// schemas are loaded again; nil means all. The caller has the turn.
func (r *Router) replace(ctx context.Context, c *config.Config, due func(string) bool) error {
	began := r.options.Now()
	previous := r.current.Acquire()
	if previous != nil {
		defer previous.Release()
	}
	next, err := generation.Build(ctx, c, r.shared, generation.Options{Previous: previous, Due: due, Warm: max(r.options.Warm, 0)})
	if err == nil {
		err = r.install(c, previous, next, due != nil)
	}
	if err != nil {
		r.note(err)
		if ctx.Err() == nil {
			r.logFailure(err, previous != nil)
		}
		return err
	}
	if due != nil && next.SameEngine(previous) {
		return nil
	}
	r.log.Info("the graph is loaded",
		abstractlogger.Int("generation", int(next.Number)), abstractlogger.Int("subgraphs", len(next.Headers.Of)),
		abstractlogger.Int("duration_ms", int(r.options.Now().Sub(began).Milliseconds())),
		abstractlogger.Bool("unchanged", next.SameEngine(previous)))
	for i := range next.Sources {
		if s := &next.Sources[i]; s.Reason != "" {
			r.log.Warn("the schema of a subgraph could not be loaded",
				abstractlogger.String("subgraph", s.Name), abstractlogger.Bool("last_good", s.LastGood),
				abstractlogger.Bool("omitted", s.Omitted), abstractlogger.String("reason", s.Reason))
		}
	}
	if r.options.Loaded != nil {
		r.options.Loaded()
	}
	return nil
}

// install makes a generation the one that serves, listening elsewhere first if
// the configuration says so. It takes the reference over.
func (r *Router) install(c *config.Config, previous, next *generation.Generation, polled bool) error {
	if polled && next.SameEngine(previous) {
		// Nobody asked for it and nothing changed but the age of the schemas.
		next.Number = previous.Number
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		next.Release()
		return ErrClosed
	}
	old := r.listening
	var moved *listener
	if old != nil && old.address != c.Listen {
		l, err := r.listen(c)
		if err != nil {
			next.Release()
			return err
		}
		moved = l
	}
	r.routes.Store(routesOf(c, r.routes.Load()))
	// Told first: whoever sees the new generation sees that it was loaded, too.
	r.done++
	r.lastError = nil
	r.current.Swap(next)
	if moved != nil {
		r.listening = moved
		r.start(moved)
		r.retire(old, c)
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// note keeps why a reload failed for the health endpoint.
func (r *Router) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
	r.lastError = &ReloadError{At: r.options.Now(), Err: err}
}

func (r *Router) logFailure(err error, serving bool) {
	message := "the graph cannot be loaded"
	if serving {
		message = "the reload failed; the graph before serves on"
	}
	var all generation.Errors
	if !errors.As(err, &all) {
		r.log.Error(message, abstractlogger.Error(err))
		return
	}
	for _, e := range all {
		r.log.Error(message,
			abstractlogger.String("code", e.Code), abstractlogger.String("subgraph", e.Subgraph),
			abstractlogger.String("coordinate", e.Coordinate), abstractlogger.Error(e))
	}
}
