package load

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/nearest"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// From tells where a schema comes from.
type From uint8

// The origins of schemas.
const (
	// Auto asks for `_service { sdl }`, and introspects an upstream that has none.
	Auto From = iota
	// Service asks for `_service { sdl }` (federation).
	Service
	// Introspection asks the introspection query.
	Introspection
	// File reads SDL from a file.
	File
	// Document gets SDL from a URL.
	Document
)

// String returns the origin as the configuration spells it.
func (f From) String() string {
	switch f {
	case Auto:
		return "auto"
	case Service:
		return "service"
	case Introspection:
		return "introspection"
	case File:
		return "file"
	case Document:
		return "url"
	}
	return "unknown"
}

// Policy says what to do when a schema cannot be loaded.
type Policy uint8

// The policies.
const (
	// Fail reports the error.
	Fail Policy = iota
	// LastGood takes the text that was kept last, and reports the error if there
	// is none.
	LastGood
	// Omit leaves the subgraph out.
	Omit
)

// Source says where the schema of one subgraph is.
type Source struct {
	// Name is the name of the subgraph.
	Name string
	From From
	// File is the path of a File.
	File string
	// URL is the upstream, or the document.
	URL string
	// TLS are the settings of an https URL.
	TLS transport.TLS
	// Protocol is the version of HTTP to speak.
	Protocol transport.Protocol
	// Header are sent along.
	Header []subgraphs.HeaderField
	// Auth proves to the upstream who the router is; nil if nothing does.
	Auth auth.Authenticator
	// OnUnavailable says what to do when the schema cannot be loaded.
	OnUnavailable Policy
	// Timeout limits the loading of this schema; 0 means that of the options.
	Timeout time.Duration
	// Previous is the result of the last loading; it lets this one tell that
	// nothing changed. May be nil.
	Previous *Result
}

// Options are the same for all sources.
type Options struct {
	// Timeout limits the loading of each schema; 0 is 10 s.
	Timeout time.Duration
	// MaxSize limits each schema in bytes; 0 is 50 MiB.
	MaxSize int64
	// CacheDir holds the last good schemas; empty means that none are kept.
	CacheDir string
	// Pool provides the connections; nil means a pool of its own.
	Pool *transport.Pool
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxSize <= 0 {
		o.MaxSize = 50 << 20
	}
	if o.Pool == nil {
		o.Pool = new(transport.Pool)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Result is a loaded schema.
type Result struct {
	// Name is the name of the subgraph.
	Name string
	// SDL is the text of the schema; empty if Err is set or Omitted.
	SDL string
	// From is where the text came from, never Auto.
	From From
	// LoadedAt is when the upstream gave it.
	LoadedAt time.Time
	// FromCache says that the text is the last good one, since the upstream was
	// not available; Reason says why.
	FromCache bool
	// Omitted says that the subgraph is to be left out; Reason says why.
	Omitted bool
	// Unchanged says that the text is that of Source.Previous.
	Unchanged bool
	// Hash is the SHA-256 of the text, in hex.
	Hash string
	// ETag is the validator that came with a Document.
	ETag string
	// Err is set when there is no schema and the policy does not help.
	Err *Error
	// Reason is the failure that FromCache or Omitted got around.
	Reason *Error
}

// atOnce limits how many schemas are loaded at the same time.
const atOnce = 32

// Load loads the schemas of all sources. The results are in the order of the
// sources.
func Load(ctx context.Context, sources []Source, o Options) []Result {
	o = o.withDefaults()
	results := make([]Result, len(sources))
	places := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range sources {
		places <- struct{}{}
		wg.Go(func() {
			results[i] = loadOne(ctx, &sources[i], &o)
			<-places
		})
	}
	wg.Wait()
	return results
}

// Supergraph loads the text of a composed supergraph from a File or a Document.
func Supergraph(ctx context.Context, s Source, o Options) Result {
	o = o.withDefaults()
	if s.From != File && s.From != Document {
		return Result{Name: s.Name, From: s.From, Err: &Error{
			Code: CodeInvalid, Subgraph: s.Name, Message: "a supergraph comes from a file or a URL, not from " + s.From.String(),
		}}
	}
	return loadOne(ctx, &s, &o)
}

func loadOne(ctx context.Context, s *Source, o *Options) Result {
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = o.Timeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := get(limited, s, o)
	if err == nil {
		r.Name, r.LoadedAt, r.Hash = s.Name, o.Now(), hash(r.SDL)
		r.Unchanged = s.Previous != nil && s.Previous.Err == nil && s.Previous.Hash == r.Hash
		return r
	}
	err.Subgraph = s.Name
	failed := Result{Name: s.Name, From: s.From, Reason: err}
	switch {
	case err.Code == CodeInvalid || ctx.Err() != nil:
		// Not the upstream's fault.
	case s.OnUnavailable == Omit:
		failed.Omitted = true
		return failed
	case s.OnUnavailable == LastGood:
		// What is in use now is at least as good as what is on disk.
		if p := s.Previous; p != nil && p.Err == nil && p.SDL != "" {
			r := *p
			r.FromCache, r.Unchanged, r.Reason = true, true, err
			return r
		}
		r, lost := lastGood(o.CacheDir, s.Name)
		if lost == nil {
			r.Reason = err
			return r
		}
		if err.Hint != "" {
			err.Hint += "; "
		}
		err.Hint += "there is no last good schema to fall back to"
		if !errors.Is(lost, os.ErrNotExist) && !errors.Is(lost, errNoCache) {
			err.Err = errors.Join(err.Err, lost)
		}
	}
	return Result{Name: s.Name, From: s.From, Err: err}
}

func hash(sdl string) string {
	sum := sha256.Sum256([]byte(sdl))
	return hex.EncodeToString(sum[:])
}

// get loads a schema from where the source says.
func get(ctx context.Context, s *Source, o *Options) (Result, *Error) {
	if s.From == File {
		sdl, err := readFile(s.File, o.MaxSize)
		return Result{SDL: sdl, From: File}, err
	}
	u, err := dial(s, o)
	if err != nil {
		return Result{}, err
	}
	defer u.transport.Release()
	switch s.From {
	case Service:
		sdl, err := u.service(ctx)
		return Result{SDL: sdl, From: Service}, err
	case Introspection:
		sdl, err := u.introspect(ctx)
		return Result{SDL: sdl, From: Introspection}, err
	case Document:
		return u.document(ctx)
	}
	sdl, err := u.service(ctx)
	if err == nil || err.Code != CodeNotOffered {
		return Result{SDL: sdl, From: Service}, err
	}
	sdl, second := u.introspect(ctx)
	if second != nil && second.Code == CodeNotOffered {
		second.Message = "the upstream offers neither `_service { sdl }` nor introspection"
		second.Hint = "give the schema as a file"
		second.Err = errors.Join(err.Err, second.Err)
	}
	return Result{SDL: sdl, From: Introspection}, second
}

// fileHint says what there is beside a file that does not exist.
func fileHint(path string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	const relative = "a relative path begins at the folder of the file that it is written in"
	list, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "there is no folder " + filepath.Dir(path) + "; " + relative
	}
	var names []string
	for _, e := range list {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if best := nearest.Name(filepath.Base(path), names); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return relative
}

func readFile(path string, limit int64) (string, *Error) {
	f, err := os.Open(path)
	if err != nil {
		return "", &Error{Code: CodeFile, Message: "the file cannot be read", Hint: fileHint(path, err), Err: err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return "", &Error{Code: CodeFile, Message: "the file cannot be read", Err: err}
	}
	if int64(len(b)) > limit {
		return "", &Error{Code: CodeTooLarge, Message: "the file is larger than allowed"}
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(b)) == 0 {
		return "", &Error{Code: CodeMalformed, Message: "the file is empty"}
	}
	return string(b), nil
}
