package httpcache

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"
)

func numbered(n int) (k Key) {
	// All in one shard, so that its order can be seen.
	binary.LittleEndian.PutUint64(k[8:], uint64(n))
	return k
}

func bodied(n int) *Entry { return &Entry{response: Response{Body: make([]byte, n)}} }

func stored(t *testing.T, m *Memory, k Key, tags ...Tag) *Entry {
	t.Helper()
	var found [1]*Entry
	if _, err := m.Get(context.Background(), []Key{k}, tags, found[:]); err != nil {
		t.Fatal(err)
	}
	return found[0]
}

func put(t *testing.T, m *Memory, s Stamp, k Key, e *Entry) {
	t.Helper()
	if err := m.Set(context.Background(), s, []Item{{Key: k, Entry: e, Keep: time.Minute}}); err != nil {
		t.Fatal(err)
	}
}

func TestMemoryEvictsWhatIsNotUsed(t *testing.T) {
	const size = 1000
	each := bodied(size).Cost() + perItem
	m := NewMemory(memoryShards*each*4, nil)
	for n := range 4 {
		put(t, m, 0, numbered(n), bodied(size))
	}
	stored(t, m, numbered(0))
	stored(t, m, numbered(2))
	// 1 goes, then 3; what was used stays.
	put(t, m, 0, numbered(4), bodied(size))
	put(t, m, 0, numbered(5), bodied(size))
	for n, want := range []bool{true, false, true, false, true, true} {
		if got := stored(t, m, numbered(n)) != nil; got != want {
			t.Errorf("%d is there: %v", n, got)
		}
	}
	if got, most := m.Bytes(), each*4; got != most {
		t.Errorf("%d bytes, not %d", got, most)
	}
	put(t, m, 0, numbered(6), bodied(size*10)) // too large for its share
	if stored(t, m, numbered(6)) != nil {
		t.Error("kept")
	}
	put(t, m, 0, numbered(0), bodied(2*size)) // replaced, which evicts another
	if m.Bytes() > each*4 || len(stored(t, m, numbered(0)).response.Body) != 2*size {
		t.Errorf("%d bytes", m.Bytes())
	}
}

func TestMemoryForgets(t *testing.T) {
	clock := newClock()
	m := NewMemory(1<<20, clock.now)
	ctx := context.Background()
	put(t, m, 0, numbered(1), bodied(1))
	clock.advance(time.Minute - 1)
	if stored(t, m, numbered(1)) == nil {
		t.Error("gone early")
	}
	clock.advance(1)
	if stored(t, m, numbered(1)) != nil || m.Bytes() != 0 {
		t.Error("still there")
	}
	tags := []Tag{1, 2}
	var found [1]*Entry
	stamp, _ := m.Get(ctx, []Key{numbered(1)}, tags, found[:])
	put(t, m, stamp, numbered(1), bodied(1))
	if stored(t, m, numbered(1), 1, 2) == nil {
		t.Error("not found by its tags")
	}
	put(t, m, stamp, numbered(1), bodied(1))
	if stored(t, m, numbered(1), 2, 1) != nil {
		t.Error("found by others")
	}
	put(t, m, stamp, numbered(1), bodied(1))
	if err := m.Invalidate(ctx, []Tag{3}); err != nil {
		t.Fatal(err)
	}
	if stored(t, m, numbered(1), 1, 2) == nil {
		t.Error("invalidated by another tag")
	}
	if err := m.Invalidate(ctx, []Tag{2}); err != nil {
		t.Fatal(err)
	}
	if stored(t, m, numbered(1), 1, 2) != nil || m.Bytes() != 0 {
		t.Error("not invalidated")
	}
	put(t, m, 0, numbered(1), bodied(1))
	if err := m.Delete(ctx, []Key{numbered(2), numbered(1)}); err != nil || m.Bytes() != 0 {
		t.Error("not deleted", err)
	}
}

func TestMemoryUsedByMany(t *testing.T) {
	m := NewMemory(memoryShards*5000, nil)
	ctx := context.Background()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 2000 {
				k := numbered((n*7 + g) % 50)
				var found [1]*Entry
				stamp, _ := m.Get(ctx, []Key{k}, []Tag{5}, found[:])
				switch {
				case n%100 == 0:
					_ = m.Invalidate(ctx, []Tag{5})
				case n%17 == 0:
					_ = m.Delete(ctx, []Key{k})
				case found[0] == nil:
					_ = m.Set(ctx, stamp, []Item{{Key: k, Entry: bodied(n % 500), Keep: time.Minute}})
				}
			}
		})
	}
	wg.Wait()
	s := &m.shards[0]
	var bytes int64
	n := 0
	for it := s.oldest; it != nil; it = it.newer {
		bytes += it.cost
		n++
	}
	chained := 0
	for _, it := range s.buckets {
		for ; it != nil; it = it.next {
			chained++
		}
	}
	if bytes != s.bytes || n != s.count || n != chained || s.bytes > s.max {
		t.Errorf("%d bytes in %d items, %d in buckets, %d in %d counted", bytes, n, chained, s.bytes, s.count)
	}
}

func TestMemorySweeps(t *testing.T) {
	clock := newClock()
	m := NewMemory(1<<24, clock.now)
	const items = 1000
	for n := range items {
		put(t, m, 0, numbered(n), bodied(500))
		stored(t, m, numbered(n)) // used, which does not save it
	}
	full, buckets := m.Bytes(), len(m.shards[0].buckets)
	clock.advance(time.Minute)
	for n := range items {
		put(t, m, 0, numbered(items+n), bodied(10))
	}
	s := &m.shards[0]
	if s.count > items || m.Bytes() > full/2 {
		t.Errorf("%d items are left, %d of %d bytes", s.count, m.Bytes(), full)
	}
	for n := range items {
		if s.find(new(numbered(n))) != nil {
			t.Fatalf("%d is still there", n)
		}
	}
	// What held the many is given back, too.
	clock.advance(time.Minute)
	for n := range items {
		put(t, m, 0, numbered(2*items+n%5), bodied(10))
	}
	if s.count != 5 || len(s.buckets) >= buckets/4 {
		t.Errorf("%d items in %d buckets", s.count, len(s.buckets))
	}
}

func TestMemoryEvictsWhatIsOver(t *testing.T) {
	clock := newClock()
	each := bodied(1000).Cost() + perItem
	m := NewMemory(memoryShards*each*4, clock.now)
	ctx := context.Background()
	for n := range 4 {
		keep := time.Hour
		if n == 3 {
			keep = time.Second
		}
		if err := m.Set(ctx, 0, []Item{{Key: numbered(n), Entry: bodied(1000), Keep: keep}}); err != nil {
			t.Fatal(err)
		}
		stored(t, m, numbered(n))
	}
	clock.advance(time.Second)
	s := &m.shards[0]
	s.evict(clock.now().Sub(m.start))
	if s.count != 3 || s.find(new(numbered(3))) != nil {
		t.Error("another went first")
	}
}
