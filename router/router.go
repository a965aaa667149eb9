package router

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/subgraphs/inflight"
)

// DefaultWarm is how many plans are made again before a reload takes effect,
// unless the options say otherwise.
const DefaultWarm = 200

// Options are what a Router is made from.
type Options struct {
	// Config is the first configuration, in long form; the router does not change
	// it and nobody else may.
	Config *config.Config
	// Logger takes the router's log; nil drops it.
	Logger abstractlogger.Logger
	// ExitOnError makes Serve return the error when the first configuration
	// cannot be loaded; otherwise it answers 503 and tries again.
	ExitOnError bool
	// Warm is how many of the most used plans a reload makes again before it
	// takes effect: 0 means DefaultWarm, below 0 none.
	Warm int
	// Version is told by the health endpoint.
	Version string
	// Loaded is called after a generation has taken effect, by the goroutine that
	// made it; nil calls nothing. Making one takes memory that serving does not
	// need, which the process may now give back.
	Loaded func()
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Seed gives the random number by which the override labels of a request are
	// drawn; nil is math/rand's. Requests with equal numbers get equal labels, so
	// that a number made of a user's name, say, keeps users on one side. Any
	// number of goroutines call it.
	Seed func(*http.Request) uint64
}

// Router serves GraphQL. See the package comment.
type Router struct {
	options  Options
	log      abstractlogger.Logger
	shared   *generation.Shared
	current  generation.Current
	routes   atomic.Pointer[routes]
	executor *execute.Executor
	inFlight *inflight.Group
	requests sync.Pool
	large    sync.Pool // of *[]byte, memory of large responses
	panics   atomic.Int64
	draining atomic.Bool
	started  time.Time

	reloads reloads

	mu sync.Mutex
	// wanted is the configuration asked for last, whether it could be loaded or not.
	wanted *config.Config
	// listening is what the router listens on; nil before Listen.
	listening *listener
	// closed is set when Serve ends.
	closed bool
	// changed wakes those that go by the current configuration.
	changed chan struct{}
	// failures are what became of the reloads.
	done, failed int
	lastError    *ReloadError
	serveErr     chan error
	closing      sync.WaitGroup
}

// ReloadError is a reload that changed nothing.
type ReloadError struct {
	At  time.Time
	Err error
}

// Error implements error.
func (e *ReloadError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ReloadError) Unwrap() error { return e.Err }

// New returns a Router that has no graph yet: [Router.Serve] loads it, or for a
// router inside another server, the first [Router.Reload].
func New(o Options) (*Router, error) {
	if o.Config == nil {
		return nil, errors.New("router: there is no configuration")
	}
	if o.Logger == nil {
		o.Logger = abstractlogger.NoopLogger
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Seed == nil {
		o.Seed = func(*http.Request) uint64 { return rand.Uint64() }
	}
	if o.Warm == 0 {
		o.Warm = DefaultWarm
	}
	r := &Router{
		options: o, log: o.Logger, shared: &generation.Shared{Logger: o.Logger, Now: o.Now},
		executor: execute.New(), inFlight: inflight.NewGroup(), started: o.Now(),
		wanted: o.Config, changed: make(chan struct{}), serveErr: make(chan error, 1),
	}
	r.routes.Store(routesOf(o.Config, nil))
	return r, nil
}

// Generation returns the generation that serves now, nil if there is none. The
// caller must Release it.
func (r *Router) Generation() *generation.Generation { return r.current.Acquire() }

// Addr returns the address the router listens on, nil before [Router.Listen].
func (r *Router) Addr() net.Addr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listening == nil {
		return nil
	}
	return r.listening.Listener.Addr()
}

// Close ends a router that was never served: it lets go of its generation.
// Requests under way end undisturbed. [Router.Serve] does so itself.
func (r *Router) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.reloads.close()
	r.current.Swap(nil)
}
