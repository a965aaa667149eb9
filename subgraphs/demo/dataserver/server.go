package dataserver

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// Mode says which kind of service a [Server] is.
type Mode int

const (
	// Federated adds the federation protocol: _service and, where the SDL has
	// entities, _entities.
	Federated Mode = iota
	// Plain serves the SDL as it stands.
	Plain
)

// Options describe one server.
type Options struct {
	// Name is the subgraph's name; it selects the "subgraphs" part of the data.
	Name string
	// SDL is the schema text, which Query._service gives back unchanged.
	SDL string
	// Data is the world to answer from; it may be shared between servers.
	Data *Data
	// Mode is [Federated] unless set.
	Mode Mode
	// DisableIntrospection refuses __schema and __type.
	DisableIntrospection bool
	// KeepLog makes [Server.Log] keep every received request.
	KeepLog bool
	// Fault, when it returns a fault, replaces or damages the answer to a
	// request. It runs after the body has been read and may be called from
	// many goroutines at a time.
	Fault func(*http.Request) *Fault
	// MaxBody bounds a request body in bytes; 0 means 8 MiB.
	MaxBody int64
}

// LogEntry is one request as received.
type LogEntry struct {
	Query         string
	OperationName string
	Variables     map[string]any
	Header        http.Header
}

// Server is an http.Handler for one service. All methods are safe for
// concurrent use; it starts no goroutines. Queries run side by side, a
// mutation excludes every other operation on the same [Data].
type Server struct {
	opts     Options
	schema   *ast.Schema
	fed      *federation
	view     *view
	requests atomic.Int64

	logMu sync.Mutex
	log   []LogEntry

	cacheMu sync.RWMutex
	cache   map[string]*document
}

// New checks the SDL and that the data covers its root fields, and returns a
// server for them.
func New(opts Options) (*Server, error) {
	if opts.Data == nil {
		return nil, errors.New("dataserver: Options.Data is nil")
	}
	if opts.MaxBody == 0 {
		opts.MaxBody = 8 << 20
	}
	schema, fed, err := buildSchema(opts.SDL, opts.Mode)
	if err != nil {
		return nil, fmt.Errorf("dataserver: subgraph %q: %w", opts.Name, err)
	}
	s := &Server{opts: opts, schema: schema, fed: fed, cache: map[string]*document{}}
	s.view = opts.Data.view(opts.Name, schema)
	if err := s.checkRoots(); err != nil {
		return nil, fmt.Errorf("dataserver: subgraph %q: %w", opts.Name, err)
	}
	return s, nil
}

// Name returns the name given in the options.
func (s *Server) Name() string { return s.opts.Name }

// SDL returns the schema text given in the options.
func (s *Server) SDL() string { return s.opts.SDL }

// Requests returns how many HTTP requests arrived so far, faulty ones and
// refused ones included.
func (s *Server) Requests() int64 { return s.requests.Load() }

// Log returns the requests received so far; empty unless Options.KeepLog.
func (s *Server) Log() []LogEntry {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	return append([]LogEntry(nil), s.log...)
}

// ResetCounters sets Requests to zero and empties the log.
func (s *Server) ResetCounters() {
	s.requests.Store(0)
	s.logMu.Lock()
	s.log = nil
	s.logMu.Unlock()
}

// checkRoots makes a forgotten or misspelt root field an error at start
// instead of a null nobody looks for.
func (s *Server) checkRoots() error {
	for _, root := range []struct {
		name string
		def  *ast.Definition
	}{{"Query", s.schema.Query}, {"Mutation", s.schema.Mutation}} {
		if root.def == nil {
			continue
		}
		for _, f := range root.def.Fields {
			if s.isProtocolField(f.Name) {
				continue
			}
			if s.view.root(root.name+"."+f.Name) == nil {
				return fmt.Errorf("the data has no root for %s.%s", root.name, f.Name)
			}
		}
	}
	return nil
}

func (s *Server) isProtocolField(name string) bool {
	switch name {
	case "__schema", "__type":
		return true
	case "_service", "_entities":
		return s.opts.Mode == Federated
	}
	return false
}
