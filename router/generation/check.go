package generation

import (
	"context"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/rest"
)

// CheckRest tries the endpoints of a REST subgraph that only read, as a client of
// the router with this header would, without any cache.
func CheckRest(ctx context.Context, c *config.Config, name string, up *Upstream, header []subgraphs.HeaderField) ([]rest.Finding, error) {
	uncached := *c
	uncached.Caches.HTTP = config.HTTPCache{}
	all := &c.TrafficShaping.All
	set := clientSettings{
		name: name, url: up.URL, timeout: all.RequestTimeout.Std(), maxBody: all.MaxResponseBodySize.Bytes(),
		maxConns: all.MaxConnectionsPerHost, idleTimeout: all.PoolIdleTimeout.Std(),
	}
	for i := range c.TrafficShaping.Subgraphs {
		if t := &c.TrafficShaping.Subgraphs[i]; t.Name == name {
			set.override(t)
		}
	}
	e := &engine{graph: &graph{upstreams: map[string]*Upstream{name: {Rest: up.Rest, URL: up.URL}}}}
	e.users.Store(1)
	defer e.release()
	client, err := e.client(&uncached, &set, &Shared{})
	if err != nil {
		return nil, err
	}
	return up.Rest.Check(ctx, client, header), nil
}
