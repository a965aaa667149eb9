package rest

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/inflight"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// Clock tells the time and waits. Tests have their own.
type Clock interface {
	Now() time.Time
	// Sleep waits, or returns the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Options configure a client.
type Options struct {
	// Transport carries the requests; it must outlive the client.
	Transport Transport
	// Cache keeps answers, for the endpoints that are configured so; nil keeps
	// none. It must outlive the client.
	Cache *httpcache.Cache
	// ResponseHeaders are the canonical names of the headers to return in
	// answers; "*" stands for all.
	ResponseHeaders []string
	// Clock is the system's if nil.
	Clock Clock
	// Random returns numbers in [0, 1) for the jitter of repetitions, and must be
	// safe for many goroutines; nil is math/rand.
	Random func() float64
	// IdempotencyKey returns a new value for the header of that name; nil makes
	// random ones.
	IdempotencyKey func() string
	// MaxConcurrent bounds the requests of one fetch that are under way at the
	// same time; 0 is 16.
	MaxConcurrent int
	// MaxDepth bounds the nesting of answers; 0 is 128.
	MaxDepth int
	// OnMissing hears, once for each call, how many looked-up objects of a type
	// the upstream does not have; may be nil.
	OnMissing func(typ string, rows int)
	// JQTimeout bounds one run of a jq program; 0 is 100 ms.
	JQTimeout time.Duration
	// Timeout limits a request of an endpoint for which nothing is said; 0 means that
	// only the context does.
	Timeout time.Duration
	// NoShare sends equal queries that are under way at the same time each by itself.
	NoShare bool
	// OnConversion hears, once for each call, how many values were not of the
	// schema's type but could be converted, where the upstream's [Spec] asks for it;
	// where is the first of them: its path below the field or the looked-up object.
	OnConversion func(endpoint, where string, values int)
}

const (
	defaultConcurrent = 16
	defaultDepth      = 128
	defaultJQTimeout  = 100 * time.Millisecond
	defaultMaxURL     = 4 << 10
	defaultMaxBody    = 8 << 20
	// hardMaxURL is what servers take at least in practice: requests that would
	// be longer and cannot turn into POST are split.
	hardMaxURL = 8 << 10
)

// client carries out the fetches of an upstream.
type client struct {
	up      *Upstream
	options Options
	caching map[*endpoint]*caching
	budget  retryBudget
	// group is the requests under way that others may share; nil if none may.
	group *inflight.Group
	// collect are the response headers that are looked at; nil stands for all.
	collect []string
}

// lookedAt are the response headers that are always of interest.
var lookedAt = []string{"Age", "Cache-Control", "Content-Type", "Date", "Expires", "Last-Modified", "Link", "Pragma", "Retry-After", "Vary"}

// Client returns a client of the upstream.
func (u *Upstream) Client(o Options) subgraphs.Client {
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.IdempotencyKey == nil {
		o.IdempotencyKey = randomKey
	}
	if o.MaxConcurrent <= 0 {
		o.MaxConcurrent = defaultConcurrent
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = defaultDepth
	}
	if o.JQTimeout <= 0 {
		o.JQTimeout = defaultJQTimeout
	}
	cl := &client{up: u, options: o}
	cl.budget.init()
	if !o.NoShare {
		cl.group = inflight.NewGroup()
	}
	cl.caching = cl.cachings()
	if cl.caching == nil && !u.usesResponse && !slices.Contains(o.ResponseHeaders, "*") {
		cl.collect = slices.Concat(lookedAt, o.ResponseHeaders)
	}
	return cl
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// headersValue is what $request.headers and $response.headers are: by name in
// lower case, each a list of lines.
func headersValue(list []subgraphs.HeaderField) mapping.Value {
	b := []byte(`{"headers":{`)
	seen := map[string]bool{}
	for i := range list {
		name := lower(list[i].Name)
		if seen[name] {
			continue
		}
		if len(seen) > 0 {
			b = append(b, ',')
		}
		seen[name] = true
		b = append(mapping.AppendQuoted(b, name), ':', '[')
		first := true
		for j := i; j < len(list); j++ {
			if lower(list[j].Name) != name {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = mapping.AppendQuoted(b, list[j].Value)
		}
		b = append(b, ']')
	}
	v, err := mapping.ParseValueJSON(append(b, '}', '}'))
	if err != nil {
		return mapping.Value{}
	}
	return v
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
