package httpcache

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Memory is a [Store] in the process, bounded by bytes: those of its entries and
// of its own books. When it is full, entries that were not used since they were
// last looked at go first (the SIEVE rule), so that answers asked for once do not
// wash out those in use. Those whose time is up go as others come.
type Memory struct {
	shards [memoryShards]memoryShard
	now    func() time.Time
	// start is when its time began, which times are counted from.
	start time.Time
	// states are counters of invalidations, found by the low bits of a tag. Tags
	// that share one are invalidated together; in return the table never grows.
	states [tagStates]atomic.Uint64
}

const (
	memoryShards = 16
	tagStates    = 1 << 16
)

type memoryShard struct {
	mu         sync.RWMutex
	max, bytes int64
	// buckets are chains of items with like keys. The keys that clients can cause
	// are hashed once more, so that nobody can make a long chain.
	buckets []*memoryItem
	count   int
	seed    maphash.Seed
	// newest and oldest are the ends of the list; hand is where eviction goes on,
	// broom where items whose time is up are looked for.
	newest, oldest, hand, broom *memoryItem
	_                           [64]byte // keeps locks on cache lines of their own
}

type memoryItem struct {
	key   Key
	entry *Entry
	stamp Stamp
	until time.Duration
	cost  int64
	used  atomic.Bool
	// next is the next in the bucket.
	next, newer, older *memoryItem
}

const (
	// perItem is what an item takes beside its entry: there are half as many to
	// twice as many buckets as items.
	perItem = int64(unsafe.Sizeof(memoryItem{}) + 2*unsafe.Sizeof(uintptr(0)))
	// sweeps is how many items are looked at for each that comes.
	sweeps     = 2
	minBuckets = 16
)

// NewMemory makes a store that takes about maxBytes. A nil clock is [time.Now].
func NewMemory(maxBytes int64, now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	m := &Memory{now: now, start: now()}
	for i := range m.shards {
		m.shards[i].max = maxBytes / memoryShards
		m.shards[i].seed = maphash.MakeSeed()
	}
	return m
}

func (m *Memory) shard(k *Key) *memoryShard {
	return &m.shards[binary.LittleEndian.Uint32(k[:])%memoryShards]
}

func (m *Memory) stamp(tags []Tag) Stamp {
	var s Stamp
	for _, t := range tags {
		s = FoldTag(s, t, m.states[t%tagStates].Load())
	}
	return s
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, keys []Key, tags []Tag, found []*Entry) (Stamp, error) {
	stamp := m.stamp(tags)
	now := m.now().Sub(m.start)
	for i := range keys {
		found[i] = m.shard(&keys[i]).get(&keys[i], stamp, now)
	}
	return stamp, nil
}

func (s *memoryShard) get(k *Key, stamp Stamp, now time.Duration) *Entry {
	s.mu.RLock()
	it := s.find(k)
	if it == nil {
		s.mu.RUnlock()
		return nil
	}
	e := it.entry
	usable := it.stamp == stamp && now < it.until
	if usable && !it.used.Load() {
		it.used.Store(true)
	}
	s.mu.RUnlock()
	if !usable {
		s.mu.Lock()
		// Somebody may have replaced it meanwhile.
		if s.find(k) == it {
			s.remove(it)
		}
		s.mu.Unlock()
		return nil
	}
	return e
}

// Set implements [Store]. An entry larger than its share of the store is not
// kept.
func (m *Memory) Set(_ context.Context, stamp Stamp, items []Item) error {
	now := m.now().Sub(m.start)
	for i := range items {
		it := &items[i]
		m.shard(&it.Key).set(&memoryItem{key: it.Key, entry: it.Entry, stamp: stamp,
			until: now + min(it.Keep, math.MaxInt64-max(now, 0)), cost: it.Entry.Cost() + perItem}, now)
	}
	return nil
}

func (s *memoryShard) set(it *memoryItem, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.find(&it.key); old != nil {
		it.used.Store(old.used.Load())
		s.remove(old)
	}
	s.sweep(now)
	if it.cost > s.max {
		return
	}
	for s.bytes+it.cost > s.max {
		s.evict(now)
	}
	it.older = s.newest
	if s.newest != nil {
		s.newest.newer = it
	} else {
		s.oldest = it
	}
	s.newest = it
	s.add(it)
	s.bytes += it.cost
}

func (s *memoryShard) bucket(k *Key) **memoryItem {
	return &s.buckets[maphash.Bytes(s.seed, k[8:16])&uint64(len(s.buckets)-1)]
}

func (s *memoryShard) find(k *Key) *memoryItem {
	if len(s.buckets) == 0 {
		return nil
	}
	it := *s.bucket(k)
	for it != nil && it.key != *k {
		it = it.next
	}
	return it
}

// add puts an item into its bucket.
func (s *memoryShard) add(it *memoryItem) {
	if n := len(s.buckets); s.count >= n {
		s.rehash(max(minBuckets, 2*n))
	}
	at := s.bucket(&it.key)
	it.next, *at = *at, it
	s.count++
}

// drop takes an item out of its bucket.
func (s *memoryShard) drop(it *memoryItem) {
	at := s.bucket(&it.key)
	for *at != it {
		at = &(*at).next
	}
	*at, it.next = it.next, nil
	s.count--
	// Few large entries may follow many small ones.
	if n := len(s.buckets); n > minBuckets && s.count < n/4 {
		s.rehash(n / 2)
	}
}

func (s *memoryShard) rehash(n int) {
	old := s.buckets
	s.buckets = make([]*memoryItem, n)
	for _, it := range old {
		for it != nil {
			next := it.next
			at := s.bucket(&it.key)
			it.next, *at = *at, it
			it = next
		}
	}
}

// sweep removes some of the items whose time is up. By the time as many have come
// as there were, it has seen all of them.
func (s *memoryShard) sweep(now time.Duration) {
	for range sweeps {
		it := s.broom
		if it == nil {
			it = s.oldest
		}
		if it == nil {
			return
		}
		s.broom = it.newer
		if now >= it.until {
			s.remove(it)
		}
	}
}

// evict removes the next entry that was not used since the hand last passed it,
// or is of no use any more.
func (s *memoryShard) evict(now time.Duration) {
	it := s.hand
	if it == nil {
		it = s.oldest
	}
	for it.used.Load() && now < it.until {
		it.used.Store(false)
		if it = it.newer; it == nil {
			it = s.oldest
		}
	}
	s.hand = it
	s.remove(it)
}

func (s *memoryShard) remove(it *memoryItem) {
	if s.hand == it {
		s.hand = it.newer
	}
	if s.broom == it {
		s.broom = it.newer
	}
	if it.newer != nil {
		it.newer.older = it.older
	} else {
		s.newest = it.older
	}
	if it.older != nil {
		it.older.newer = it.newer
	} else {
		s.oldest = it.newer
	}
	it.newer, it.older = nil, nil
	s.drop(it)
	s.bytes -= it.cost
}

// Delete implements [Store].
func (m *Memory) Delete(_ context.Context, keys []Key) error {
	for i := range keys {
		s := m.shard(&keys[i])
		s.mu.Lock()
		if it := s.find(&keys[i]); it != nil {
			s.remove(it)
		}
		s.mu.Unlock()
	}
	return nil
}

// Invalidate implements [Store].
func (m *Memory) Invalidate(_ context.Context, tags []Tag) error {
	for _, t := range tags {
		m.states[t%tagStates].Add(1)
	}
	return nil
}

// Bytes is about how many bytes the store holds.
func (m *Memory) Bytes() int64 {
	var n int64
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.RLock()
		n += s.bytes
		s.mu.RUnlock()
	}
	return n
}
