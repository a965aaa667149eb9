// Package demo runs sample upstreams as real HTTP servers on loopback: four
// federated GraphQL subgraphs of a small shop (accounts, products, reviews,
// inventory), a plain GraphQL to-do service, two REST services of a music player
// (service1, service2) and a federated subgraph that extends a type of theirs
// (charts). Schemas and data are embedded.
//
// In goes a host and a first port, out come the upstreams' URLs. The package
// knows nothing of the router, which meets these servers as it meets any
// other. A [Demo] owns its listeners and one goroutine per server; its methods
// are safe for concurrent use.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
	"github.com/weft-graphql/weft/subgraphs/demo/music"
)

//go:embed services
var services embed.FS

// DefaultFirstPort is the port of the first upstream unless told otherwise.
const DefaultFirstPort = 4101

// Kind says what an upstream speaks.
type Kind string

const (
	// Federated is a GraphQL subgraph with the federation protocol.
	Federated Kind = "federated"
	// GraphQL is a plain GraphQL service with introspection.
	GraphQL Kind = "graphql"
	// REST is a service of JSON over HTTP; its URL is the base of its paths, and
	// its schema is at /schema.graphql below.
	REST Kind = "rest"
)

// service is one upstream before it runs. Its place in the list is its
// distance from the first port, so new services go to the end.
type service struct {
	name string
	kind Kind
	data string // services that name the same file share one world
}

var all = []service{
	{"accounts", Federated, "shop.json"},
	{"products", Federated, "shop.json"},
	{"reviews", Federated, "shop.json"},
	{"inventory", Federated, "shop.json"},
	{"todo", GraphQL, "todo.json"},
	{"service1", REST, ""},
	{"service2", REST, ""},
	{"charts", Federated, "charts.json"},
}

// Options say where the upstreams listen.
type Options struct {
	// Host is the address to bind, 127.0.0.1 unless set.
	Host string
	// FirstPort is the first upstream's port, the others follow. 0 takes any
	// free ports; see [DefaultFirstPort].
	FirstPort int
}

// Upstream is one running sample service.
type Upstream struct {
	Name string
	URL  string
	Kind Kind
	// SDL is the service's schema text.
	SDL string
}

// PortError says which port cannot be listened on.
type PortError struct {
	Upstream string
	Host     string
	Port     int
	Err      error
}

// Code is the error's stable code.
func (e *PortError) Code() string { return "DEMO_PORT_UNAVAILABLE" }

func (e *PortError) Error() string {
	return fmt.Sprintf("demo: port %d on %s, for %s, cannot be used: %v", e.Port, e.Host, e.Upstream, e.Err)
}

// Unwrap returns the system's error.
func (e *PortError) Unwrap() error { return e.Err }

// Demo is a set of running upstreams.
type Demo struct {
	upstreams []Upstream
	handlers  map[string]*dataserver.Server
	music     map[string]*music.Service
	servers   []*http.Server

	serving sync.WaitGroup
	errMu   sync.Mutex
	err     error
}

// Start binds all ports, then serves. Either all upstreams run or none does.
// ctx bounds the start only; [Demo.Close] ends the upstreams.
func Start(ctx context.Context, opts Options) (*Demo, error) {
	if opts.Host == "" {
		opts.Host = "127.0.0.1"
	}
	d := &Demo{handlers: map[string]*dataserver.Server{}}
	worlds := map[string]*dataserver.Data{}
	one, two := music.New()
	d.music = map[string]*music.Service{"service1": one, "service2": two}
	for _, svc := range all {
		if svc.kind == REST {
			continue
		}
		handler, err := svc.handler(worlds)
		if err != nil {
			return nil, fmt.Errorf("demo: %s: %w", svc.name, err)
		}
		d.handlers[svc.name] = handler
	}
	listeners, err := listen(ctx, opts)
	if err != nil {
		return nil, err
	}
	for i, svc := range all {
		base := "http://" + listeners[i].Addr().String()
		u := Upstream{Name: svc.name, Kind: svc.kind}
		mux := http.NewServeMux()
		switch svc.kind {
		case REST:
			u.URL, u.SDL = base+"/"+svc.name, d.music[svc.name].SDL()
			mux.Handle("/", d.music[svc.name])
		default:
			u.URL, u.SDL = base+"/graphql", d.handlers[svc.name].SDL()
			mux.Handle("/graphql", d.handlers[svc.name])
		}
		server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
		d.servers = append(d.servers, server)
		d.upstreams = append(d.upstreams, u)
		d.serving.Add(1)
		go d.serve(server, listeners[i])
	}
	return d, nil
}

func (s service) handler(worlds map[string]*dataserver.Data) (*dataserver.Server, error) {
	sdl, err := services.ReadFile("services/" + s.name + ".graphql")
	if err != nil {
		return nil, err
	}
	if worlds[s.data] == nil {
		text, err := services.ReadFile("services/" + s.data)
		if err != nil {
			return nil, err
		}
		if worlds[s.data], err = dataserver.ParseData(text); err != nil {
			return nil, err
		}
	}
	mode := dataserver.Federated
	if s.kind == GraphQL {
		mode = dataserver.Plain
	}
	return dataserver.New(dataserver.Options{Name: s.name, SDL: string(sdl), Data: worlds[s.data], Mode: mode})
}

func listen(ctx context.Context, opts Options) ([]net.Listener, error) {
	var out []net.Listener
	for i, svc := range all {
		port := 0
		if opts.FirstPort != 0 {
			port = opts.FirstPort + i
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(opts.Host, strconv.Itoa(port)))
		if err != nil {
			for _, open := range out {
				_ = open.Close()
			}
			return nil, &PortError{Upstream: svc.name, Host: opts.Host, Port: port, Err: err}
		}
		out = append(out, l)
	}
	return out, nil
}

func (d *Demo) serve(server *http.Server, l net.Listener) {
	defer d.serving.Done()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		d.errMu.Lock()
		d.err = errors.Join(d.err, fmt.Errorf("demo: %s: %w", l.Addr(), err))
		d.errMu.Unlock()
	}
}

// Upstreams lists the running services in port order.
func (d *Demo) Upstreams() []Upstream { return append([]Upstream(nil), d.upstreams...) }

// Server returns the server of a name, to read its counters; nil if there is
// none.
func (d *Demo) Server(name string) *dataserver.Server { return d.handlers[name] }

// Music returns one of the REST services, to read its counters; nil if there is
// none of the name.
func (d *Demo) Music(name string) *music.Service { return d.music[name] }

// Wait blocks until all upstreams have stopped and returns why, nil after
// [Demo.Close].
func (d *Demo) Wait() error {
	d.serving.Wait()
	d.errMu.Lock()
	defer d.errMu.Unlock()
	return d.err
}

// Close stops the upstreams: running requests may end until ctx is done, then
// their connections are cut. It returns when every server has stopped.
func (d *Demo) Close(ctx context.Context) error {
	errs := make([]error, len(d.servers))
	var closing sync.WaitGroup
	for i, server := range d.servers {
		closing.Go(func() {
			if errs[i] = server.Shutdown(ctx); errs[i] != nil {
				_ = server.Close()
			}
		})
	}
	closing.Wait()
	d.serving.Wait()
	return errors.Join(errs...)
}
