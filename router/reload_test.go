package router

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/generation"
)

// serving starts a router's listener and ends it with the test.
func serving(t testing.TB, c *config.Config, options ...func(*Options)) *Router {
	t.Helper()
	o := Options{Config: c}
	for _, change := range options {
		change(&o)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// until waits for the router to change until a condition holds.
func until(t testing.TB, r *Router, what string, holds func() bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatal("never: " + what)
		}
	}
}

func loaded(r *Router) func() bool {
	return func() bool {
		g := r.Generation()
		if g == nil {
			return false
		}
		g.Release()
		return true
	}
}

const loadQuery = `{"query":"query Load($n: Int) { topProducts(first: $n) { name stock shippingEstimate reviews(first: 1) { author { username name } } } }","variables":{"n":3}}`

// TestReloadUnderLoad reloads 50 times, half of them broken, while clients ask
// 200 times a second: no request is lost, connections stay, and memory and
// goroutines end where they were.
func TestReloadUnderLoad(t *testing.T) {
	all := startUpstreams(t)
	dir := t.TempDir()
	base := fileConfig(t, dir, all)
	const maxConns = 8
	base.TrafficShaping.All.MaxConnectionsPerHost = maxConns
	r := serving(t, base)
	until(t, r, "loaded", loaded(r))
	url := "http://" + r.Addr().String() + "/graphql"

	var dials atomic.Int64
	transport := &http.Transport{
		MaxConnsPerHost: maxConns, MaxIdleConnsPerHost: maxConns, DisableCompression: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	post := func() (string, error) {
		resp, err := client.Post(url, "application/json", strings.NewReader(loadQuery))
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != 200 {
			err = errors.New(resp.Status)
		}
		return string(b), err
	}
	want, err := post()
	if err != nil || strings.Contains(want, `"errors"`) {
		t.Fatal(want, err)
	}
	// All connections there may be are made before counting.
	warm := func() {
		var wg sync.WaitGroup
		for range 4 * maxConns {
			wg.Go(func() {
				if got, err := post(); err != nil || got != want {
					t.Error(got, err)
				}
			})
		}
		wg.Wait()
	}
	warm()

	// next makes the n-th configuration; every second one is broken.
	next := func(n int) (c *config.Config, broken bool) {
		c = fileConfig(t, dir, all)
		c.TrafficShaping.All.MaxConnectionsPerHost = maxConns
		broken = n%2 == 1
		switch n % 8 {
		case 0, 4: // another schema
			writeFile(t, filepath.Join(dir, "todo.graphql"), all["todo"].sdl+"\nextend type Query { extra"+string(rune('a'+n%26))+": Int }\n")
		case 1:
			writeFile(t, filepath.Join(dir, "products.graphql"), "type Query {")
		case 2: // other limits: the supergraph stays, the planner does not
			c.Limits.MaxDepth = 15 + n%5
		case 3:
			writeFile(t, filepath.Join(dir, "products.graphql"), strings.ReplaceAll(all["products"].sdl, "weight: Int", "weight: [String!]"))
		case 5:
			c.Subgraphs[0].Schema = config.Schema{Source: "service", URL: closed, OnUnavailable: "fail", Timeout: config.Duration(time.Second)}
		case 7:
			c.Subgraphs[3].URL = "ftp://nowhere"
		}
		return c, broken
	}

	stop, pause := make(chan struct{}), make(chan chan struct{})
	answered := make(chan struct{}, 10_000)
	var sent, lost atomic.Int64
	var loads sync.WaitGroup
	loads.Go(func() {
		tick := time.NewTicker(time.Second / 200)
		defer tick.Stop()
		var inFlight sync.WaitGroup
		defer inFlight.Wait()
		for {
			select {
			case <-stop:
				return
			case resume := <-pause:
				inFlight.Wait()
				resume <- struct{}{}
				<-resume
				continue
			case <-tick.C:
			}
			sent.Add(1)
			inFlight.Go(func() {
				if got, err := post(); err != nil || got != want {
					lost.Add(1)
					t.Errorf("lost: %v %s", err, got)
				}
				answered <- struct{}{}
			})
		}
	})
	reload := func(n int) {
		c, broken := next(n)
		for range 3 { // some requests between reloads
			<-answered
		}
		err := r.Reload(t.Context(), c)
		var errs generation.Errors
		if broken != (err != nil) || broken && (!errors.As(err, &errs) || errs[0].Code == "") {
			t.Errorf("reload %d: %v", n, err)
		}
	}
	// The first ones fill pools and caches.
	for n := range 10 {
		reload(n)
	}
	resume := make(chan struct{})
	pause <- resume
	<-resume
	before := measure()
	resume <- struct{}{}
	dialsBefore := dials.Load()
	upstreamBefore := map[string]int64{}
	for name, u := range all {
		upstreamBefore[name] = u.dials.Load()
	}
	for n := range 50 {
		reload(n)
	}
	close(stop)
	loads.Wait()
	after := measure()
	t.Logf("%d requests, %d lost; heap %d -> %d; goroutines %d -> %d", sent.Load(), lost.Load(), before.heap, after.heap, before.goroutines, after.goroutines)
	if float64(after.heap) > 1.1*float64(before.heap) {
		t.Errorf("the heap grew from %d to %d", before.heap, after.heap)
	}
	if float64(after.goroutines) > 1.1*float64(before.goroutines) {
		t.Errorf("goroutines grew from %d to %d", before.goroutines, after.goroutines)
	}
	if n := dials.Load(); n != dialsBefore || n > maxConns {
		t.Errorf("clients connected %d times, %d of them during the reloads", n, n-dialsBefore)
	}
	for name, u := range all {
		// Under load there may be one more connection at once than before, but
		// never more than the pool allows: none is given up by a reload.
		if n := u.dials.Load(); n > maxConns {
			t.Errorf("%s was connected to %d times, %d of them during the reloads", name, n, n-upstreamBefore[name])
		}
	}
	if s, _ := r.Status(); s.Reloads.Succeeded < 31 || s.Reloads.Failed != 30 {
		t.Errorf("%+v", s.Reloads)
	}
	if n := r.shared.Transports.Len(); n != len(shopServices) {
		t.Errorf("%d transports for %d upstreams", n, len(shopServices))
	}
}

// closed is an address that nobody listens on: port 1 is never given out.
const closed = "http://127.0.0.1:1/graphql"

type usage struct {
	heap       uint64
	goroutines int
}

func measure() usage {
	var m runtime.MemStats
	for range 3 { // pools let go at the second collection
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return usage{m.HeapAlloc, runtime.NumGoroutine()}
}

func TestUnchangedReloadRebuildsNothing(t *testing.T) {
	all := startUpstreams(t)
	dir := t.TempDir()
	r := newRouter(t, fileConfig(t, dir, all))
	ask(r, `{ me { id } }`)
	first := r.Generation()
	defer first.Release()

	same := fileConfig(t, dir, all)
	same.Headers.All.Request = []config.HeaderRule{{Propagate: &config.PropagateHeader{Named: "authorization"}}}
	if err := r.Reload(t.Context(), same); err != nil {
		t.Fatal(err)
	}
	second := r.Generation()
	defer second.Release()
	if second == first || !second.SameEngine(first) || second.Number != 2 {
		t.Error("other header rules need no other planner")
	}
	if ops, plans := second.CacheStats(); ops.Entries != 1 || plans.Entries != 1 {
		t.Errorf("the caches were lost: %+v %+v", ops, plans)
	}

	other := fileConfig(t, dir, all)
	other.Limits.MaxDepth = 7
	if err := r.Reload(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	third := r.Generation()
	defer third.Release()
	if third.SameEngine(first) || third.Supergraph() != first.Supergraph() {
		t.Error("other limits need another planner, not another supergraph")
	}
}

func TestHotPlansAreWarmed(t *testing.T) {
	all := startUpstreams(t)
	dir := t.TempDir()
	r := newRouter(t, fileConfig(t, dir, all))
	for range 3 {
		ask(r, `{ me { id } }`)
		ask(r, `{ __typename }`)
	}
	ask(r, `{ me { name } }`) // used once: not hot
	writeFile(t, filepath.Join(dir, "todo.graphql"), all["todo"].sdl+"\nextend type Query { extra: Int }\n")
	c := fileConfig(t, t.TempDir(), all)
	c.Subgraphs[4].Schema.File = filepath.Join(dir, "todo.graphql")
	if err := r.Reload(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	g := r.Generation()
	defer g.Release()
	if ops, plans := g.CacheStats(); ops.Entries != 2 || plans.Entries != 2 {
		t.Errorf("%+v %+v", ops, plans)
	}
}

func TestNewerReloadSupersedes(t *testing.T) {
	var q reloads
	ctx := t.Context()
	if err := q.enter(ctx, true); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	waits := func() *turn {
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.waiting
	}
	enter := func() { results <- q.enter(ctx, true) }
	go enter()
	for waits() == nil {
		runtime.Gosched()
	}
	first := waits()
	go enter()
	if err := <-results; !errors.Is(err, ErrSuperseded) {
		t.Fatal(err)
	}
	for waits() == first || waits() == nil {
		runtime.Gosched()
	}
	if err := q.enter(ctx, false); !errors.Is(err, ErrSuperseded) {
		t.Error(err)
	}
	q.leave()
	if err := <-results; err != nil {
		t.Error(err)
	}
	// One whose context ends while it waits leaves the queue.
	gone, cancel := context.WithCancel(ctx)
	go func() { results <- q.enter(gone, true) }()
	for waits() == nil {
		runtime.Gosched()
	}
	cancel()
	if err := <-results; !errors.Is(err, context.Canceled) || waits() != nil {
		t.Error(err)
	}
	go q.leave()
	q.close()
	if err := q.enter(ctx, true); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}
