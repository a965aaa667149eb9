// Package cache is a cache of what is made of operation texts: bounded by
// bytes, compared by full text, and without allocation on a hit.
//
// Values go in with a weight in bytes and come out by [Key]; what the cache
// holds is shared by everyone who asks and must not change. When a value is
// missing, [Cache.Load] makes it once, however many ask for it at the same
// moment.
//
// A new value is on trial in an eighth of the memory. If it is asked for there,
// or again soon after it had to leave, it moves on to the rest, where what is
// asked for stays longer than what is not (the SIEVE rule). So a flood of texts
// used once neither washes out the ones in use nor fills the memory, which the
// garbage collector would have to search through time and again.
//
// A Cache may be used by any number of goroutines and starts none.
package cache

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Key identifies a value. All of it is compared.
type Key struct {
	// Text and Name are compared by bytes. [Cache.Get] does not keep them, so
	// that they may point into a request's buffer.
	Text, Name string
	// Flag tells apart keys of the same text.
	Flag uint64
}

// entryOverhead is about what an entry costs beside text and value.
const entryOverhead = 160

// ErrFailed is what those get who waited for a value that could not be made
// because making it panicked.
var ErrFailed = errors.New("the value could not be made")

const maxShards = 16

// trialShare is the part of a shard that values not yet asked for again may
// take: one in so many.
const trialShare = 8

// maxGone is how many values that left the trial a shard remembers, by hash.
const maxGone = 512

// Cache holds values of one type.
type Cache[V any] struct {
	seed   maphash.Seed
	mask   uint64
	shards []shard[V]
}

type shard[V any] struct {
	mu      sync.RWMutex
	max     int64
	entries map[uint64]*entry[V]
	// proven values were asked for again; hand is where eviction from them goes on.
	trial, proven queue[V]
	hand          *entry[V]
	// gone has hashes of values that left the trial, each at a place of its own;
	// nil until there is one.
	gone    []uint64
	flights map[uint64]*flight[V]
	_       [40]byte // keeps locks on cache lines of their own
}

// queue is a list of entries by age.
type queue[V any] struct {
	newest, oldest *entry[V]
	bytes          int64
	count          int
}

func (q *queue[V]) push(e *entry[V]) {
	e.newer, e.older = nil, q.newest
	if q.newest != nil {
		q.newest.newer = e
	} else {
		q.oldest = e
	}
	q.newest = e
	q.bytes += e.weight
	q.count++
}

func (q *queue[V]) remove(e *entry[V]) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		q.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		q.oldest = e.newer
	}
	q.bytes -= e.weight
	q.count--
}

type entry[V any] struct {
	key          Key
	hash         uint64
	value        V
	weight       int64
	hits         atomic.Uint64
	visited      atomic.Bool
	next         *entry[V] // of the same hash
	newer, older *entry[V]
}

// flight is a value being made.
type flight[V any] struct {
	key   Key
	done  chan struct{}
	value V
	ok    bool
	next  *flight[V]
}

// New returns a cache for about so many bytes; with 0 it keeps nothing.
func New[V any](maxBytes int64) *Cache[V] {
	n := int64(1)
	for n < maxShards && maxBytes/(2*n) >= 1<<20 {
		n *= 2
	}
	c := &Cache[V]{seed: maphash.MakeSeed(), mask: uint64(n - 1), shards: make([]shard[V], n)}
	for i := range c.shards {
		s := &c.shards[i]
		s.max = maxBytes / n
		s.entries = map[uint64]*entry[V]{}
		s.flights = map[uint64]*flight[V]{}
	}
	return c
}

func (c *Cache[V]) hash(k *Key) uint64 {
	const odd = 0x9e3779b97f4a7c15
	h := maphash.String(c.seed, k.Text) ^ k.Flag*odd
	if k.Name != "" {
		h = h*odd ^ maphash.String(c.seed, k.Name)
	}
	return h
}

// Get returns the value of a key. It does not keep the key's strings.
func (c *Cache[V]) Get(k Key) (value V, ok bool) {
	h := c.hash(&k)
	s := &c.shards[h&c.mask]
	s.mu.RLock()
	e := s.find(h, &k)
	s.mu.RUnlock()
	if e == nil {
		return value, false
	}
	e.hits.Add(1)
	if !e.visited.Load() {
		e.visited.Store(true)
	}
	return e.value, true
}

func (s *shard[V]) find(h uint64, k *Key) *entry[V] {
	for e := s.entries[h]; e != nil; e = e.next {
		if e.key == *k {
			return e
		}
	}
	return nil
}

// Load returns the value of a key and makes it if it is missing. make returns
// the value, its weight, and whether to keep it; it runs on the goroutine of
// the first who asks, the others wait for it or for the end of their ctx. The
// error is that of ctx, or [ErrFailed].
func (c *Cache[V]) Load(ctx context.Context, k Key, make func() (value V, weight int64, keep bool)) (V, error) {
	h := c.hash(&k)
	s := &c.shards[h&c.mask]
	var none V
	s.mu.Lock()
	if e := s.find(h, &k); e != nil {
		s.mu.Unlock()
		e.hits.Add(1)
		e.visited.Store(true)
		return e.value, nil
	}
	for f := s.flights[h]; f != nil; f = f.next {
		if f.key != k {
			continue
		}
		s.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return none, ctx.Err()
		}
		if !f.ok {
			return none, ErrFailed
		}
		return f.value, nil
	}
	k.Text, k.Name = strings.Clone(k.Text), strings.Clone(k.Name)
	f := &flight[V]{key: k, done: newSignal(), next: s.flights[h]}
	s.flights[h] = f
	s.mu.Unlock()

	var weight int64
	keep := false
	defer func() {
		s.mu.Lock()
		s.land(h, f)
		if f.ok && keep {
			s.add(&entry[V]{key: k, hash: h, value: f.value, weight: weight + entryOverhead + int64(len(k.Text)+len(k.Name))})
		}
		s.mu.Unlock()
		close(f.done)
	}()
	f.value, weight, keep = make()
	f.ok = true
	return f.value, nil
}

func newSignal() chan struct{} { return make(chan struct{}) }

func (s *shard[V]) land(h uint64, f *flight[V]) {
	first := s.flights[h]
	if first == f {
		if f.next == nil {
			delete(s.flights, h)
		} else {
			s.flights[h] = f.next
		}
		return
	}
	for ; first != nil; first = first.next {
		if first.next == f {
			first.next = f.next
			return
		}
	}
}

func (s *shard[V]) add(e *entry[V]) {
	if e.weight > s.max {
		return
	}
	for s.trial.bytes+s.proven.bytes+e.weight > s.max {
		if s.proven.count > 0 {
			s.evict()
		} else {
			s.endTrial()
		}
	}
	e.next = s.entries[e.hash]
	s.entries[e.hash] = e
	if s.comesBack(e.hash) {
		s.proven.push(e)
		return
	}
	s.trial.push(e)
	// One value may be on trial however large it is.
	for s.trial.bytes > s.max/trialShare && s.trial.count > 1 {
		s.endTrial()
	}
}

// endTrial keeps the oldest value on trial if it was asked for again, and drops
// it otherwise.
func (s *shard[V]) endTrial() {
	e := s.trial.oldest
	s.trial.remove(e)
	if e.visited.Load() {
		e.visited.Store(false)
		s.proven.push(e)
		return
	}
	s.forget(e)
	if s.gone == nil {
		s.gone = make([]uint64, maxGone)
	}
	s.gone[place(e.hash)] = e.hash
}

// comesBack reports whether a value left the trial not long ago.
func (s *shard[V]) comesBack(hash uint64) bool {
	if s.gone == nil || s.gone[place(hash)] != hash {
		return false
	}
	s.gone[place(hash)] = 0
	return true
}

// place takes other bits of a hash than those that choose the shard.
func place(hash uint64) uint64 { return hash >> 32 % maxGone }

// evict drops the next proven value that nobody asked for since the hand passed
// it last (SIEVE: https://cachemon.github.io/SIEVE-website).
func (s *shard[V]) evict() {
	e := s.hand
	for {
		if e == nil {
			e = s.proven.oldest
		}
		if !e.visited.Load() {
			break
		}
		e.visited.Store(false)
		e = e.newer
	}
	s.hand = e.newer
	s.proven.remove(e)
	s.forget(e)
}

// forget makes an entry unfindable.
func (s *shard[V]) forget(e *entry[V]) {
	first := s.entries[e.hash]
	if first == e {
		if e.next == nil {
			delete(s.entries, e.hash)
		} else {
			s.entries[e.hash] = e.next
		}
		return
	}
	for ; first != nil; first = first.next {
		if first.next == e {
			first.next = e.next
			return
		}
	}
}

// Stats say how full a cache is.
type Stats struct {
	Entries int   `json:"entries"`
	Bytes   int64 `json:"bytes"`
}

// Stats returns how full the cache is.
func (c *Cache[V]) Stats() Stats {
	var t Stats
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.RLock()
		t.Entries += s.trial.count + s.proven.count
		t.Bytes += s.trial.bytes + s.proven.bytes
		s.mu.RUnlock()
	}
	return t
}

// Used is a value with the number of its hits.
type Used[V any] struct {
	Key   Key
	Value V
	Hits  uint64
}

// Hottest returns the n values asked for most often, most used first; those
// that were made and never asked for again are left out.
func (c *Cache[V]) Hottest(n int) []Used[V] {
	var all []Used[V]
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.RLock()
		for _, q := range [...]*queue[V]{&s.trial, &s.proven} {
			for e := q.newest; e != nil; e = e.older {
				if hits := e.hits.Load(); hits > 0 {
					all = append(all, Used[V]{e.key, e.value, hits})
				}
			}
		}
		s.mu.RUnlock()
	}
	slices.SortStableFunc(all, func(a, b Used[V]) int {
		switch {
		case a.Hits > b.Hits:
			return -1
		case a.Hits < b.Hits:
			return 1
		}
		return strings.Compare(a.Key.Text, b.Key.Text)
	})
	return all[:min(n, len(all))]
}

// AddHits raises the hits of a value, so that what was hot elsewhere is here.
func (c *Cache[V]) AddHits(k Key, hits uint64) {
	h := c.hash(&k)
	s := &c.shards[h&c.mask]
	s.mu.RLock()
	e := s.find(h, &k)
	s.mu.RUnlock()
	if e != nil {
		e.hits.Add(hits)
		e.visited.Store(true)
	}
}
