package generation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/auth"
	"github.com/weft-graphql/weft/subgraphs/graphql"
	"github.com/weft-graphql/weft/subgraphs/rest"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// connect makes the clients, by index of the graph's upstreams.
func (e *engine) connect(c *config.Config, settings []clientSettings, s *Shared) ([]subgraphs.Client, Errors) {
	var errs Errors
	clients := make([]subgraphs.Client, len(settings))
	for i := range settings {
		client, err := e.client(c, &settings[i], s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		clients[i] = client
	}
	return clients, errs
}

func (e *engine) client(c *config.Config, set *clientSettings, s *Shared) (subgraphs.Client, *Error) {
	fault := func(message string, err error) *Error {
		return &Error{Code: CodeSubgraph, Subgraph: set.name, Message: message, Err: err}
	}
	up := e.graph.upstreams[set.name]
	if up != nil && up.Mock == "all" {
		client, err := up.withMock(set.name, nil)
		if err != nil {
			return nil, fault("its answers cannot be made up", err)
		}
		return client, nil
	}
	endpoint, err := transport.ParseURL(set.url)
	if err != nil {
		return nil, fault("the URL cannot be used", err)
	}
	var credentials auth.Authenticator
	tls := transport.TLS{}
	if sub := c.Subgraph(set.name); sub != nil && sub.Auth != nil {
		tls = AuthTLS(sub.Auth)
		if settings, ok := AuthSettings(sub.Auth); ok {
			handle, err := s.Auth.Acquire(settings)
			if err != nil {
				return nil, fault("auth cannot be used", err)
			}
			e.releases = append(e.releases, handle.Release)
			credentials = handle
		}
	}
	t, err := s.Transports.Acquire(transport.Settings{
		Scheme: endpoint.Scheme, Address: endpoint.Address, TLS: tls, IdleTimeout: set.idleTimeout, MaxConns: set.maxConns,
	})
	if err != nil {
		return nil, fault("the connection cannot be set up", err)
	}
	e.releases = append(e.releases, t.Release)
	if up != nil && up.Rest != nil {
		wire, err := rest.NewWire(t, set.url)
		if err != nil {
			return nil, fault("it cannot be called", err)
		}
		carrier := rest.Transport(wire)
		if credentials != nil {
			carrier = &authorized{next: carrier, auth: credentials, host: endpoint.Host}
		}
		cache, release, err := s.caches.acquire(&c.Caches.HTTP, s)
		if err != nil {
			return nil, fault("the cache cannot be used", err)
		}
		e.releases = append(e.releases, release)
		client, err := up.withMock(set.name, up.Rest.Client(rest.Options{Transport: carrier, Cache: cache}))
		if err != nil {
			return nil, fault("its answers cannot be made up", err)
		}
		return client, nil
	}
	client, err := graphql.New(graphql.Options{
		Subgraph: set.name, URL: set.url, Transport: t, Timeout: set.timeout, MaxBody: set.maxBody, NoDedupe: !set.dedupe, Auth: credentials,
	})
	if err != nil {
		return nil, fault("it cannot be called", err)
	}
	if up != nil {
		wrapped, err := up.withMock(set.name, client)
		if err != nil {
			return nil, fault("its answers cannot be made up", err)
		}
		return wrapped, nil
	}
	return client, nil
}

// authorized completes requests to a REST upstream with credentials, after
// everything that caches or shares them.
type authorized struct {
	next rest.Transport
	auth auth.Authenticator
	host string
}

// Do implements [rest.Transport].
func (a *authorized) Do(ctx context.Context, req *rest.HTTPRequest) (*rest.HTTPResponse, error) {
	r := auth.Request{Method: req.Method, Host: a.host, Target: req.Target, Header: slices.Clone(req.Header), Body: req.Body}
	for {
		if err := a.auth.Apply(ctx, &r); err != nil {
			return nil, err
		}
		completed := *req
		completed.Target, completed.Header = r.Target, r.Header
		resp, err := a.next.Do(ctx, &completed)
		if err != nil || resp.Status != http.StatusUnauthorized || !a.auth.Rejected(ctx, &r) {
			return resp, err
		}
	}
}

// authKey tells whether the credentials for a subgraph have changed.
func authKey(s *config.Subgraph) string {
	if s == nil || s.Auth == nil {
		return ""
	}
	sum := sha256.New()
	writeJSON(sum, s.Auth)
	return hex.EncodeToString(sum.Sum(nil))
}
