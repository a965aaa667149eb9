// Package redis is a store for httpcache that several routers share: entries go
// in and come out of Redis 6 or later, one server, sentinel or cluster.
//
// Entries are values that expire by themselves when they are of no use any more.
// Tags are a fixed number of keys that hold random numbers; an entry is stored
// with what its tags held, and invalidating a tag gives it another number. So
// nothing ever scans, and Redis may evict whatever it likes: a tag that is gone
// gets a new number, which makes its entries misses.
//
// Every call ends within [Options.Timeout]. After some failures in a row the
// store stops asking for [Options.Cooldown], so that a Redis that is down costs
// next to nothing. A Store may be used by any number of goroutines and starts
// none; who made the client closes it.
package redis

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

// Options of a [Store]. The zero value is good.
type Options struct {
	// Prefix begins all keys; "" is "weft:http:". Routers with the same prefix
	// share what they store.
	Prefix string
	// Timeout bounds each call; 0 is 50 ms.
	Timeout time.Duration
	// Cooldown is for how long nothing is asked after failures; 0 is 1 s.
	Cooldown time.Duration
	// MaxBytes is the largest entry that is stored; 0 is 4 MB.
	MaxBytes int
}

// ErrUnavailable is what calls get while the store does not ask Redis, because
// it failed before.
var ErrUnavailable = errors.New("redis failed before and is left alone for a while")

const (
	// tagKeys is the number of keys that tags share. Tags that share one are
	// invalidated together.
	tagKeys = 1 << 14
	// tolerated is the number of failures in a row before the store stops asking.
	tolerated = 3
)

// Store is a [httpcache.Store] in Redis.
type Store struct {
	client  redis.UniversalClient
	options Options
	// failures counts those in a row; until is when Redis may be asked again, in
	// nanoseconds since start.
	failures atomic.Int32
	until    atomic.Int64
	start    time.Time
}

// New makes a store over a client. The client should have
// ContextTimeoutEnabled, and no retries; [Open] sees to both.
func New(client redis.UniversalClient, o Options) *Store {
	if o.Prefix == "" {
		o.Prefix = "weft:http:"
	}
	if o.Timeout == 0 {
		o.Timeout = 50 * time.Millisecond
	}
	if o.Cooldown == 0 {
		o.Cooldown = time.Second
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 20
	}
	return &Store{client: client, options: o, start: time.Now()}
}

// Open makes a client for a URL (redis://, rediss://, unix://) and a store over
// it. It does not connect yet. [Store.Close] closes the client.
func Open(url string, o Options) (*Store, error) {
	settings, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	s := New(nil, o)
	settings.ContextTimeoutEnabled = true
	settings.MaxRetries = -1
	settings.DialerRetries = 1
	settings.DialTimeout = s.options.Timeout
	settings.ReadTimeout, settings.WriteTimeout = s.options.Timeout, s.options.Timeout
	settings.PoolTimeout = s.options.Timeout
	s.client = redis.NewClient(settings)
	return s, nil
}

// Close closes the client.
func (s *Store) Close() error { return s.client.Close() }

func (s *Store) entryKey(k *httpcache.Key) string {
	var room [128]byte
	b := append(room[:0], s.options.Prefix...)
	b = append(b, "e:"...)
	return string(hex.AppendEncode(b, k[:]))
}

func (s *Store) tagKey(t httpcache.Tag) string {
	var room [128]byte
	b := append(room[:0], s.options.Prefix...)
	b = append(b, "t:"...)
	return string(strconv.AppendUint(b, uint64(t%tagKeys), 16))
}

// begin bounds a call, unless Redis is being left alone.
func (s *Store) begin(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if until := s.until.Load(); until > 0 && int64(time.Since(s.start)) < until {
		return nil, nil, ErrUnavailable
	}
	bounded, cancel := context.WithTimeout(ctx, s.options.Timeout)
	return bounded, cancel, nil
}

// ended notes how a call ended. That the caller gave up says nothing of Redis.
func (s *Store) ended(ctx context.Context, err error) error {
	switch {
	case err == nil:
		s.failures.Store(0)
		s.until.Store(0)
	case ctx.Err() != nil:
	case s.failures.Add(1) >= tolerated:
		s.until.Store(int64(time.Since(s.start) + s.options.Cooldown))
	}
	return err
}

// run sends a pipeline; that keys are missing is no error.
func run(ctx context.Context, p redis.Pipeliner) error {
	cmds, err := p.Exec(ctx)
	if err == nil || !errors.Is(err, redis.Nil) {
		return err
	}
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}

// Get implements [httpcache.Store].
func (s *Store) Get(ctx context.Context, keys []httpcache.Key, tags []httpcache.Tag, found []*httpcache.Entry) (httpcache.Stamp, error) {
	clear(found[:len(keys)])
	bounded, cancel, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	stamp, err := s.get(bounded, keys, tags, found)
	return stamp, s.ended(ctx, err)
}

func (s *Store) get(ctx context.Context, keys []httpcache.Key, tags []httpcache.Tag, found []*httpcache.Entry) (httpcache.Stamp, error) {
	p := s.client.Pipeline()
	states := make([]*redis.StringCmd, len(tags))
	for i, t := range tags {
		states[i] = p.Get(ctx, s.tagKey(t))
	}
	values := make([]*redis.StringCmd, len(keys))
	for i := range keys {
		values[i] = p.Get(ctx, s.entryKey(&keys[i]))
	}
	if err := run(ctx, p); err != nil {
		return 0, err
	}
	stamp, complete := stampOf(tags, states)
	if !complete {
		// Whatever was stored under a tag that had another number is gone with it.
		return s.create(ctx, tags)
	}
	for i, v := range values {
		data, err := v.Bytes()
		if err != nil || len(data) < 8 || httpcache.Stamp(binary.LittleEndian.Uint64(data)) != stamp {
			continue
		}
		// Another version's entry is a miss, too.
		found[i], _ = httpcache.DecodeEntry(data[8:])
	}
	return stamp, nil
}

func stampOf(tags []httpcache.Tag, states []*redis.StringCmd) (stamp httpcache.Stamp, complete bool) {
	for i, t := range tags {
		n, err := states[i].Uint64()
		if err != nil {
			return 0, false
		}
		stamp = httpcache.FoldTag(stamp, t, n)
	}
	return stamp, true
}

// create gives numbers to the tags that have none, and returns the stamp.
func (s *Store) create(ctx context.Context, tags []httpcache.Tag) (httpcache.Stamp, error) {
	p := s.client.Pipeline()
	states := make([]*redis.StringCmd, len(tags))
	for i, t := range tags {
		key := s.tagKey(t)
		p.SetNX(ctx, key, number(), 0)
		states[i] = p.Get(ctx, key)
	}
	if err := run(ctx, p); err != nil {
		return 0, err
	}
	stamp, complete := stampOf(tags, states)
	if !complete {
		return 0, errors.New("a tag is not a number")
	}
	return stamp, nil
}

func number() string { return strconv.FormatUint(rand.Uint64(), 10) }

// Set implements [httpcache.Store].
func (s *Store) Set(ctx context.Context, stamp httpcache.Stamp, items []httpcache.Item) error {
	bounded, cancel, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	p := s.client.Pipeline()
	for i := range items {
		it := &items[i]
		if it.Keep < time.Millisecond || it.Entry.Cost() > int64(s.options.MaxBytes) {
			continue
		}
		value := binary.LittleEndian.AppendUint64(make([]byte, 0, it.Entry.Cost()), uint64(stamp))
		if value, err = it.Entry.AppendBinary(value); err != nil {
			return err
		}
		p.Set(bounded, s.entryKey(&it.Key), value, it.Keep)
	}
	if p.Len() == 0 {
		return nil
	}
	return s.ended(ctx, run(bounded, p))
}

// Delete implements [httpcache.Store].
func (s *Store) Delete(ctx context.Context, keys []httpcache.Key) error {
	bounded, cancel, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	p := s.client.Pipeline()
	for i := range keys {
		p.Del(bounded, s.entryKey(&keys[i]))
	}
	if p.Len() == 0 {
		return nil
	}
	return s.ended(ctx, run(bounded, p))
}

// Invalidate implements [httpcache.Store]. It asks Redis even when it failed
// before: an invalidation that is lost is worse than the time it takes.
func (s *Store) Invalidate(ctx context.Context, tags []httpcache.Tag) error {
	bounded, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	p := s.client.Pipeline()
	for _, t := range tags {
		p.Set(bounded, s.tagKey(t), number(), 0)
	}
	if p.Len() == 0 {
		return nil
	}
	return s.ended(ctx, run(bounded, p))
}
