package generation

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/jensneuse/abstractlogger"

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
	var client subgraphs.Client
	if up != nil && up.Rest != nil {
		wire, err := rest.NewWire(t, set.url, credentials)
		if err != nil {
			return nil, fault("it cannot be called", err)
		}
		cache, release, err := s.caches.acquire(&c.Caches.HTTP, s)
		if err != nil {
			return nil, fault("the cache cannot be used", err)
		}
		e.releases = append(e.releases, release)
		log := s.logger()
		client = up.Rest.Client(rest.Options{
			Transport: e.guarded(c.Subgraph(set.name), set, wire, s), Cache: cache, Timeout: set.timeout, NoShare: !set.dedupe,
			OnMissing: func(typ string, rows int) {
				s.Missing.add(set.name, typ, rows)
				log.Info("objects that a REST upstream was asked for are missing",
					abstractlogger.String("subgraph", set.name), abstractlogger.String("type", typ), abstractlogger.Int("objects", rows))
			},
			OnConversion: func(endpoint, where string, values int) {
				log.Warn("a REST upstream answered with values of other types than the schema's; they were converted",
					abstractlogger.String("subgraph", set.name), abstractlogger.String("endpoint", endpoint),
					abstractlogger.Int("values", values), abstractlogger.String("first", where))
			},
		})
	} else if client, err = graphql.New(graphql.Options{
		Subgraph: set.name, URL: set.url, Transport: t, Timeout: set.timeout, MaxBody: set.maxBody, NoDedupe: !set.dedupe, Auth: credentials,
	}); err != nil {
		return nil, fault("it cannot be called", err)
	}
	if client, err = up.withMock(set.name, client); err != nil {
		return nil, fault("its answers cannot be made up", err)
	}
	return client, nil
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
