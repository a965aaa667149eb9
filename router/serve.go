package router

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/onewrite"
)

// listener is a listener with the server behind it.
type listener struct {
	net.Listener
	// address is what the configuration calls it.
	address string
	server  *http.Server
}

// CodeListen is the code of a [ListenError].
const CodeListen = "LISTEN_FAILED"

// ListenError says that an address cannot be listened on.
type ListenError struct {
	Address string
	Err     error
}

// Error implements error.
func (e *ListenError) Error() string {
	return fmt.Sprintf("cannot listen on %s: %v (%s)", e.Address, e.Err, CodeListen)
}

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }

const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	// minWriteTimeout bounds how long a client may take to receive an answer.
	minWriteTimeout = 10 * time.Minute
)

// Listen opens the configured address without serving it yet, so that an
// address that is taken shows before anything else begins. Serve calls it if
// need be.
func (r *Router) Listen() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listening != nil {
		return nil
	}
	l, err := r.listen(r.wanted)
	if err == nil {
		r.listening = l
	}
	return err
}

// listen opens a listener; r.mu is held.
func (r *Router) listen(c *config.Config) (*listener, error) {
	network, address := "tcp", c.Listen
	if path, ok := strings.CutPrefix(address, "unix://"); ok {
		network, address = "unix", path
		removeStale(path)
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, &ListenError{c.Listen, err}
	}
	server := &http.Server{
		Handler: r, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		WriteTimeout:   max(minWriteTimeout, 2*c.TrafficShaping.Router.RequestTimeout.Std()),
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: serverLog(r.log), ConnContext: onewrite.Context,
	}
	return &listener{Listener: onewrite.Listener(l), address: c.Listen, server: server}, nil
}

// removeStale removes a socket that a router left behind which did not end well.
func removeStale(path string) {
	if info, err := os.Stat(path); err != nil || info.Mode()&os.ModeSocket == 0 {
		return
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		_ = c.Close() // somebody listens: leave it
		return
	}
	_ = os.Remove(path)
}

// start serves a listener on a goroutine of its own; r.mu is held.
func (r *Router) start(l *listener) {
	r.closing.Go(func() {
		if err := l.server.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
			select {
			case r.serveErr <- fmt.Errorf("serving %s: %w", l.address, err):
			default:
			}
		}
	})
	r.log.Info("listening", abstractlogger.String("address", l.Addr().String()))
}

// retire stops a listener that another has replaced: at once for new
// connections, and for those there are when their requests have ended.
func (r *Router) retire(l *listener, c *config.Config) {
	grace := c.GracePeriod.Std()
	r.closing.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if l.server.Shutdown(ctx) != nil {
			_ = l.server.Close()
		}
		r.log.Info("no longer listening", abstractlogger.String("address", l.address))
	})
}

// The waits between attempts to load the first configuration.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Serve listens, loads the graph, and answers until ctx ends; then it drains:
// for shutdown_delay it serves on but is not ready, for grace_period it lets
// requests end, and then cancels the rest. It returns nil after that, or the
// error that kept it from serving. It can be called once.
func (r *Router) Serve(ctx context.Context) error {
	if err := r.Listen(); err != nil {
		return err
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return ErrClosed
	}
	r.start(r.listening)
	r.mu.Unlock()

	background, stop := context.WithCancel(ctx)
	defer stop()
	r.closing.Go(func() {
		r.first(background)
		r.poll(background)
	})
	var err error
	select {
	case <-ctx.Done():
	case err = <-r.serveErr:
	}
	stop()
	return r.drain(err)
}

// first loads the first configuration, again and again until it succeeds.
func (r *Router) first(ctx context.Context) {
	wait := firstRetry
	for {
		r.mu.Lock()
		c, changed := r.wanted, r.changed
		r.mu.Unlock()
		if g := r.current.Acquire(); g != nil {
			g.Release()
			return
		}
		err := r.reloads.enter(ctx, false)
		if err == nil {
			err = r.replace(ctx, c, nil)
			r.reloads.leave()
			if err != nil && r.options.ExitOnError && ctx.Err() == nil {
				select {
				case r.serveErr <- err:
				default:
				}
				return
			}
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
		wait = min(2*wait, lastRetry)
	}
}

// poll loads schemas again that have a poll_interval.
func (r *Router) poll(ctx context.Context) {
	next := map[string]time.Time{}
	for ctx.Err() == nil {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		g := r.current.Acquire()
		if g == nil {
			return
		}
		c := g.Config
		g.Release()
		intervals := pollIntervals(c)
		now := r.options.Now()
		var first time.Time
		for name, every := range intervals {
			if at, ok := next[name]; !ok || at.After(now.Add(every)) {
				next[name] = now.Add(every)
			}
			if at := next[name]; first.IsZero() || at.Before(first) {
				first = at
			}
		}
		for name := range next {
			if intervals[name] == 0 {
				delete(next, name)
			}
		}
		var tick <-chan time.Time
		var timer *time.Timer
		if !first.IsZero() {
			timer = time.NewTimer(first.Sub(now))
			tick = timer.C
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-tick:
			r.pollDue(ctx, c, next, intervals)
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// pollDue loads the schemas whose time has come. If a reload runs at the
// moment, they wait for their next turn: it loads them too.
func (r *Router) pollDue(ctx context.Context, c *config.Config, next map[string]time.Time, intervals map[string]time.Duration) {
	now := r.options.Now()
	due := map[string]bool{}
	for name, at := range next {
		if !at.After(now) {
			due[name] = true
			next[name] = now.Add(intervals[name])
		}
	}
	if len(due) == 0 || r.reloads.enter(ctx, false) != nil {
		return
	}
	defer r.reloads.leave()
	if g := r.current.Acquire(); g != nil {
		same := g.Config == c
		g.Release()
		if !same {
			return
		}
	}
	// The error has been logged and noted.
	_ = r.replace(ctx, c, func(name string) bool { return due[name] })
}

func pollIntervals(c *config.Config) map[string]time.Duration {
	out := map[string]time.Duration{}
	if c.Supergraph != nil {
		if d := c.Supergraph.PollInterval.Std(); d > 0 {
			out["supergraph"] = d
		}
		return out
	}
	for i := range c.Subgraphs {
		if d := c.Subgraphs[i].Schema.PollInterval.Std(); d > 0 {
			out[c.Subgraphs[i].Name] = d
		}
	}
	return out
}

// drain ends serving.
func (r *Router) drain(cause error) error {
	r.draining.Store(true)
	r.mu.Lock()
	c := r.wanted
	r.mu.Unlock()
	if g := r.current.Acquire(); g != nil {
		c = g.Config
		g.Release()
	}
	if cause == nil && c.ShutdownDelay > 0 {
		r.log.Info("stopping; not ready from now on", abstractlogger.String("shutdown_delay", c.ShutdownDelay.String()))
		<-time.After(c.ShutdownDelay.Std())
	}
	r.reloads.close()
	r.mu.Lock()
	r.closed = true
	l := r.listening
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), c.GracePeriod.Std())
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		r.log.Warn("requests did not end within the grace period and are cancelled")
		_ = l.server.Close()
	}
	return r.finish(cause)
}

func (r *Router) finish(cause error) error {
	r.closing.Wait()
	r.current.Swap(nil)
	r.log.Info("stopped")
	return cause
}
