package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func load(t testing.TB, c *Cache[int], k Key, value int, weight int64) int {
	t.Helper()
	got, err := c.Load(context.Background(), k, func() (int, int64, bool) { return value, weight, true })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestKeys(t *testing.T) {
	c := New[int](1 << 20)
	keys := []Key{{Text: "a"}, {Text: "a", Name: "b"}, {Text: "ab"}, {Text: "a", Flag: 1}, {Name: "a"}, {Text: "b", Name: "a"}}
	for i, k := range keys {
		if got := load(t, c, k, i, 1); got != i {
			t.Errorf("%v: %d", k, got)
		}
	}
	for i, k := range keys {
		if got, ok := c.Get(k); !ok || got != i {
			t.Errorf("%v: %d %t", k, got, ok)
		}
		if got := load(t, c, k, -1, 1); got != i {
			t.Errorf("%v was made again", k)
		}
	}
	if _, ok := c.Get(Key{Text: "c"}); ok {
		t.Error("found what is not there")
	}
}

// TestCollisions puts all keys under one hash.
func TestCollisions(t *testing.T) {
	c := New[int](3 * trialShare * entryOverhead)
	s := &c.shards[0]
	for i := range 10 {
		k := Key{Text: fmt.Sprint(i)}
		s.mu.Lock()
		s.gone = nil
		s.add(&entry[int]{key: k, hash: 7, value: i, weight: entryOverhead})
		e := s.find(7, &k)
		s.mu.Unlock()
		if e == nil || e.value != i {
			t.Fatal(i, e)
		}
	}
	if n := c.Stats().Entries; n != 3 {
		t.Errorf("%d entries", n)
	}
	for i := range 10 {
		k := Key{Text: fmt.Sprint(i)}
		if e := s.find(7, &k); (e != nil) != (i >= 7) {
			t.Errorf("%d: %v", i, e)
		}
	}
}

func TestBound(t *testing.T) {
	const limit = 64 << 10
	c := New[int](limit)
	hot := Key{Text: "hot"}
	load(t, c, hot, 1, 100)
	for i := range 10_000 {
		load(t, c, Key{Text: fmt.Sprint(i)}, i, 500)
		if _, ok := c.Get(hot); !ok {
			t.Fatalf("the entry in use was dropped after %d others", i)
		}
		if s := c.Stats(); s.Bytes > limit/trialShare+500 {
			t.Fatalf("values used once take %+v", s)
		}
	}
	if s := c.Stats(); s.Entries < 10 {
		t.Errorf("%+v", s)
	}
	// What is asked for again gets the rest.
	for range 3 {
		for i := range 80 {
			load(t, c, Key{Text: fmt.Sprint("used", i)}, i, 500)
		}
	}
	found := 0
	for i := range 80 {
		if _, ok := c.Get(Key{Text: fmt.Sprint("used", i)}); ok {
			found++
		}
	}
	// Two values may share the place of their hashes, so one can be forgotten.
	if found < 70 {
		t.Errorf("%d of 80 values in use were kept", found)
	}
	for i := range 10_000 {
		load(t, c, Key{Text: fmt.Sprint("again", i%500)}, i, 500)
		if s := c.Stats(); s.Bytes > limit {
			t.Fatalf("%+v", s)
		}
	}
	// What is larger than everything is not kept, and drops nothing.
	n := c.Stats().Entries
	load(t, c, Key{Text: "huge"}, 1, 2*limit)
	if _, ok := c.Get(Key{Text: "huge"}); ok || c.Stats().Entries != n {
		t.Error("a huge value was kept")
	}
	// One that takes more than the trial has is kept as long as it is the only one.
	load(t, c, Key{Text: "large"}, 1, limit/2)
	if _, ok := c.Get(Key{Text: "large"}); !ok {
		t.Error("a large value was not kept")
	}
	nothing := New[int](0)
	load(t, nothing, hot, 1, 1)
	if nothing.Stats() != (Stats{}) {
		t.Errorf("%+v", nothing.Stats())
	}
}

func TestMadeOnce(t *testing.T) {
	c := New[int](1 << 20)
	var made atomic.Int32
	begun, finish := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := c.Load(context.Background(), Key{Text: "x"}, func() (int, int64, bool) {
				made.Add(1)
				close(begun)
				<-finish
				return 5, 1, true
			})
			if got != 5 || err != nil {
				t.Error(got, err)
			}
		})
	}
	<-begun
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Load(gone, Key{Text: "x"}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(finish)
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}

func TestNotKept(t *testing.T) {
	c := New[int](1 << 20)
	for i := range 3 {
		got, err := c.Load(context.Background(), Key{Text: "x"}, func() (int, int64, bool) { return i, 1, false })
		if got != i || err != nil {
			t.Error(got, err)
		}
	}
}

func TestPanic(t *testing.T) {
	c := New[int](1 << 20)
	begun, waits := make(chan struct{}), make(chan struct{})
	go func() {
		defer func() { _ = recover() }()
		_, _ = c.Load(context.Background(), Key{Text: "x"}, func() (int, int64, bool) {
			close(begun)
			<-waits
			panic("broken")
		})
	}()
	<-begun
	result := make(chan error)
	go func() {
		ctx := &signalled{Context: context.Background(), asked: waits}
		_, err := c.Load(ctx, Key{Text: "x"}, func() (int, int64, bool) { return 1, 1, true })
		result <- err
	}()
	if err := <-result; !errors.Is(err, ErrFailed) {
		t.Error(err)
	}
	if got := load(t, c, Key{Text: "x"}, 7, 1); got != 7 {
		t.Error(got)
	}
}

// signalled closes asked when somebody begins to wait for it.
type signalled struct {
	context.Context
	asked chan struct{}
}

func (s *signalled) Done() <-chan struct{} {
	close(s.asked)
	return s.Context.Done()
}

func TestHottest(t *testing.T) {
	c := New[int](1 << 20)
	for i := range 20 {
		k := Key{Text: fmt.Sprint(i)}
		load(t, c, k, i, 1)
		for range i {
			c.Get(k)
		}
	}
	c.AddHits(Key{Text: "3"}, 100)
	got := c.Hottest(3)
	if len(got) != 3 || got[0].Value != 3 || got[0].Hits != 103 || got[1].Value != 19 || got[2].Value != 18 {
		t.Errorf("%+v", got)
	}
	if n := len(c.Hottest(100)); n != 19 {
		t.Errorf("%d: what was never used again is not hot", n)
	}
}

func TestConcurrent(t *testing.T) {
	c := New[int](8 << 10)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				n := (i*7 + g*13) % 100
				k := Key{Text: fmt.Sprint(n)}
				if got, ok := c.Get(k); ok && got != n {
					t.Error(got, n)
				}
				if got := load(t, c, k, n, 100); got != n {
					t.Error(got, n)
				}
				if i%500 == 0 {
					c.Hottest(5)
					c.Stats()
				}
			}
		})
	}
	wg.Wait()
}

func TestHitAllocatesNothing(t *testing.T) {
	c := New[int](1 << 20)
	k := Key{Text: strings.Repeat("x", 2000), Name: "A"}
	load(t, c, k, 1, 1)
	if n := testing.AllocsPerRun(100, func() { c.Get(k) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkHit(b *testing.B) {
	c := New[int](1 << 20)
	k := Key{Text: strings.Repeat("x", 1000)}
	load(b, c, k, 1, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := c.Get(k); !ok {
			b.Fatal("gone")
		}
	}
}
