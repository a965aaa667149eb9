package generation

import (
	"context"
	"sync"
	"time"

	"github.com/jensneuse/abstractlogger"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/httpcache"
	"github.com/weft-graphql/weft/subgraphs/httpcache/redis"
)

// httpCaches are the caches of answers in use, by their settings. They outlive
// generations: a reload that changes nothing of them finds what was stored.
type httpCaches struct {
	mu  sync.Mutex
	all map[config.HTTPCache]*httpCache
}

type httpCache struct {
	cache *httpcache.Cache
	close func() error
	users int
}

// closeTime bounds how long refreshes in the background may go on when the last
// user of a cache is gone.
const closeTime = 5 * time.Second

// acquire returns the cache of the given settings, nil if they keep nothing, and
// what gives it back.
func (h *httpCaches) acquire(set *config.HTTPCache, s *Shared) (*httpcache.Cache, func(), error) {
	if set.Redis == "" && set.Memory.Bytes() == 0 {
		return nil, func() {}, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := *set
	c := h.all[key]
	if c == nil {
		c = &httpCache{close: func() error { return nil }}
		var store httpcache.Store
		if set.Redis == "" {
			store = httpcache.NewMemory(set.Memory.Bytes(), s.now)
		} else {
			shared, err := redis.Open(set.Redis, redis.Options{Prefix: set.Prefix, Timeout: set.Timeout.Std()})
			if err != nil {
				return nil, nil, err
			}
			store, c.close = shared, shared.Close
		}
		log := s.logger()
		c.cache = httpcache.New(store, httpcache.Options{
			Now: s.now,
			// A cookie is for the one it was set for.
			Omit:    []string{"Set-Cookie"},
			OnError: func(err error) { log.Warn("the HTTP cache: a failure", abstractlogger.Error(err)) },
		})
		if h.all == nil {
			h.all = map[config.HTTPCache]*httpCache{}
		}
		h.all[key] = c
	}
	c.users++
	return c.cache, sync.OnceFunc(func() { h.release(key, s) }), nil
}

func (h *httpCaches) release(key config.HTTPCache, s *Shared) {
	h.mu.Lock()
	c := h.all[key]
	c.users--
	last := c.users == 0
	if last {
		delete(h.all, key)
	}
	h.mu.Unlock()
	if !last {
		return
	}
	// Whoever lets go of a generation does not wait for refreshes.
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err := c.cache.Close(ctx); err != nil {
			s.logger().Warn("the HTTP cache was closed while it refreshed answers", abstractlogger.Error(err))
		}
		if err := c.close(); err != nil {
			s.logger().Warn("the connection to Redis was not closed well", abstractlogger.Error(err))
		}
	}()
}
