package httpcache

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

// Memory is a [Store] in the process, bounded by bytes. When it is full,
// entries that were not used since they were last looked at go first (the SIEVE
// rule), so that answers asked for once do not wash out those in use.
type Memory struct {
	shards [memoryShards]memoryShard
	now    func() time.Time
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
	items      map[Key]*memoryItem
	// newest and oldest are the ends of the list; hand is where eviction goes on.
	newest, oldest, hand *memoryItem
	_                    [64]byte // keeps locks on cache lines of their own
}

type memoryItem struct {
	key          Key
	entry        *Entry
	stamp        Stamp
	until        time.Time
	cost         int64
	used         atomic.Bool
	newer, older *memoryItem
}

// NewMemory makes a store that takes about maxBytes. A nil clock is [time.Now].
func NewMemory(maxBytes int64, now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	m := &Memory{now: now}
	for i := range m.shards {
		m.shards[i].max = maxBytes / memoryShards
		m.shards[i].items = map[Key]*memoryItem{}
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
	now := m.now()
	for i := range keys {
		found[i] = m.shard(&keys[i]).get(&keys[i], stamp, now)
	}
	return stamp, nil
}

func (s *memoryShard) get(k *Key, stamp Stamp, now time.Time) *Entry {
	s.mu.RLock()
	it := s.items[*k]
	if it == nil {
		s.mu.RUnlock()
		return nil
	}
	e := it.entry
	usable := it.stamp == stamp && now.Before(it.until)
	if usable && !it.used.Load() {
		it.used.Store(true)
	}
	s.mu.RUnlock()
	if !usable {
		s.mu.Lock()
		// Somebody may have replaced it meanwhile.
		if s.items[*k] == it {
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
	now := m.now()
	for i := range items {
		it := &items[i]
		m.shard(&it.Key).set(&memoryItem{key: it.Key, entry: it.Entry, stamp: stamp, until: now.Add(it.Keep), cost: it.Entry.Cost()})
	}
	return nil
}

func (s *memoryShard) set(it *memoryItem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.items[it.key]; old != nil {
		it.used.Store(old.used.Load())
		s.remove(old)
	}
	if it.cost > s.max {
		return
	}
	for s.bytes+it.cost > s.max {
		s.evict()
	}
	it.older = s.newest
	if s.newest != nil {
		s.newest.newer = it
	} else {
		s.oldest = it
	}
	s.newest = it
	s.items[it.key] = it
	s.bytes += it.cost
}

// evict removes the next entry that was not used since the hand last passed it.
func (s *memoryShard) evict() {
	it := s.hand
	if it == nil {
		it = s.oldest
	}
	for it.used.Load() {
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
	delete(s.items, it.key)
	s.bytes -= it.cost
}

// Delete implements [Store].
func (m *Memory) Delete(_ context.Context, keys []Key) error {
	for i := range keys {
		s := m.shard(&keys[i])
		s.mu.Lock()
		if it := s.items[keys[i]]; it != nil {
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
