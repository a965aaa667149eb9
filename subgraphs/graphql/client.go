package graphql

import (
	"fmt"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/inflight"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// DefaultUserAgent is sent unless the options or a call say otherwise.
const DefaultUserAgent = "weft"

// Options configure a client.
type Options struct {
	// Subgraph is the name used in errors.
	Subgraph string
	// URL is where operations are sent, see [transport.ParseURL].
	URL string
	// Transport carries the requests. It must outlive the client.
	Transport *transport.Transport
	// Timeout limits each call; 0 means that only the context does.
	Timeout time.Duration
	// MaxBody limits response bodies, decompressed; 0 means no limit.
	MaxBody int64
	// Header are sent with every call; those of the call go before them.
	Header []subgraphs.HeaderField
	// ResponseHeaders are the names of the headers to return in answers; "*"
	// stands for all.
	ResponseHeaders []string
	// Auth proves to the upstream who the router is; nil if nothing does. It must
	// outlive the client.
	Auth auth.Authenticator
	// NoDedupe turns off sharing of equal calls.
	NoDedupe bool
}

// Client calls one subgraph.
type Client struct {
	subgraph  string
	transport *transport.Transport
	target    string
	host      string
	timeout   time.Duration
	maxBody   int64
	lines     *transport.Lines
	collect   []string
	auth      auth.Authenticator
	group     *inflight.Group // nil when calls are not shared
}

var _ subgraphs.Client = (*Client)(nil)

// New returns a client. It fails if the URL or a header cannot be used.
func New(o Options) (*Client, error) {
	e, err := transport.ParseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", o.Subgraph, err)
	}
	c := &Client{
		subgraph: o.Subgraph, transport: o.Transport, target: e.Target, host: e.Host,
		timeout: o.Timeout, maxBody: o.MaxBody, collect: o.ResponseHeaders, auth: o.Auth,
	}
	fields := []subgraphs.HeaderField{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "Accept", Value: "application/graphql-response+json, application/json"},
		{Name: "Accept-Encoding", Value: "gzip"},
		{Name: "User-Agent", Value: DefaultUserAgent},
	}
	for _, f := range o.Header {
		if strings.EqualFold(f.Name, "Host") {
			c.host = f.Value
		}
		fields = append(fields, f)
	}
	if c.lines, err = transport.NewLines(fields...); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", o.Subgraph, err)
	}
	if !o.NoDedupe {
		c.group = inflight.NewGroup()
	}
	return c, nil
}
