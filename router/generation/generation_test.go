package generation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/supergraph/introspection"
	"github.com/weft-graphql/weft/router/body"
)

const sdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { me: User users: [User!]! }
type User @key(fields: "id") { id: ID! name: String friends: [User!]! }
`

func testConfig(t testing.TB, schema string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.graphql")
	if err := os.WriteFile(path, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Subgraphs = []config.Subgraph{{
		Name: "users", URL: "http://127.0.0.1:1/graphql",
		Schema: config.Schema{Source: "file", File: path, OnUnavailable: "fail", Timeout: config.Duration(time.Second)},
	}}
	c.Introspection.Enabled = true
	c.Expand()
	return c
}

func build(t testing.TB, c *config.Config, s *Shared, o Options) *Generation {
	t.Helper()
	g, err := Build(t.Context(), c, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestCurrent swaps generations while others acquire and release them: nobody
// ever holds a closed one, and in the end all are closed.
func TestCurrent(t *testing.T) {
	var shared Shared
	var current Current
	if current.Acquire() != nil {
		t.Fatal("there is none yet")
	}
	c := testConfig(t, sdl)
	first := build(t, c, &shared, Options{})
	current.Swap(first)
	all := []*Generation{first}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				g := current.Acquire()
				if g.closed.Load() {
					t.Error("acquired a closed generation")
				}
				runtime.Gosched()
				g.Release()
			}
		})
	}
	for i := range 200 {
		next := *c
		next.Limits.MaxDepth = 5 + i%2
		previous := current.Acquire()
		g := build(t, &next, &shared, Options{Previous: previous})
		previous.Release()
		current.Swap(g)
		all = append(all, g)
	}
	close(stop)
	wg.Wait()
	if n := shared.Transports.Len(); n != 1 {
		t.Errorf("%d transports", n)
	}
	current.Swap(nil)
	for _, g := range all {
		if !g.closed.Load() || g.Retain() {
			t.Fatalf("generation %d is not closed", g.Number)
		}
	}
	if n := shared.Transports.Len(); n != 0 {
		t.Errorf("%d transports are left", n)
	}
}

func parse(t testing.TB, g *Generation, text string) *Parsed {
	t.Helper()
	p, err := g.Parse(t.Context(), &Query{Text: body.Text{Raw: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestWeights checks the estimates for the caches against what is really
// allocated.
func TestWeights(t *testing.T) {
	g := build(t, testConfig(t, sdl), &Shared{}, Options{})
	defer g.Release()
	text := func(i int) string {
		return fmt.Sprintf(`query Q%d($a: Boolean = true) { me { id name friends { id name a%d: name @include(if: $a) friends { friends { name } } } } users { %s } }`, i, i, strings.Repeat("name ", 20))
	}
	const n = 300
	measure := func() uint64 {
		var m runtime.MemStats
		for range 2 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := measure()
	for i := range n {
		p := parse(t, g, text(i))
		if p.Operation == nil {
			t.Fatal(p.Errors)
		}
		if _, err := g.Plan(t.Context(), p.Operation, 0); err != nil {
			t.Fatal(err)
		}
	}
	used := float64(measure() - before)
	ops, plans := g.CacheStats()
	weighed := float64(ops.Bytes + plans.Bytes)
	t.Logf("%d operations: %.0f bytes used, %.0f weighed (%d + %d)", n, used, weighed, ops.Bytes, plans.Bytes)
	if ops.Entries != n || plans.Entries != n || weighed < used/2 || weighed > used*2 {
		t.Error("the estimate is off by more than two")
	}
}

func TestParseKeys(t *testing.T) {
	g := build(t, testConfig(t, sdl), &Shared{}, Options{})
	defer g.Release()
	// The same bytes, once as sent and once escaped, are different texts.
	raw := []byte(`{ me { id } } #\u000aquery B { users { id } }`)
	plain, err := g.Parse(t.Context(), &Query{Text: body.Text{Raw: raw}})
	if err != nil || plain.Operation == nil {
		t.Fatal(err, plain)
	}
	escaped, err := g.Parse(t.Context(), &Query{Text: body.Text{Raw: raw, Escaped: true}})
	if err != nil || len(escaped.Errors) == 0 {
		t.Errorf("two operations without a name are refused: %v %+v", err, escaped)
	}
	// What fails is remembered too.
	first := parse(t, g, `{ nobody }`)
	if first.Operation != nil || first != parse(t, g, `{ nobody }`) {
		t.Error("a failure was not kept")
	}
	// The key's bytes belong to the caller.
	text := []byte(`{ users { id } }`)
	p, _ := g.Parse(t.Context(), &Query{Text: body.Text{Raw: text}})
	copy(text, `{ users { xx } }`)
	if p.Operation == nil || parse(t, g, `{ users { id } }`) != p {
		t.Error("the cache kept the caller's bytes")
	}
}

// TestIntrospectionBomb spreads fragments so that they double at each level.
func TestIntrospectionBomb(t *testing.T) {
	c := testConfig(t, sdl)
	c.Limits.Mode = "measure"
	g := build(t, c, &Shared{}, Options{})
	defer g.Release()
	var b strings.Builder
	b.WriteString("{ __schema { types { ...F0 } } }")
	const levels = 18
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on __Type { ofType { ...F%d } ofType { ...F%d } }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on __Type { name }", levels)
	p := parse(t, g, b.String())
	if p.Operation == nil {
		t.Fatal(p.Errors)
	}
	pl, err := g.Plan(t.Context(), p.Operation, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values operation.Values
	if errs := p.Operation.Coerce(nil, &values); errs != nil {
		t.Fatal(errs)
	}
	_, err = g.Local(pl, p.Operation, &values, 0)
	var tooLarge *introspection.Error
	if !errors.As(err, &tooLarge) || tooLarge.Code != introspection.CodeTooLarge {
		t.Errorf("%v", err)
	}
}

func TestBuildCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Build(ctx, testConfig(t, sdl), &Shared{}, Options{})
	errs, ok := err.(Errors)
	if !ok || len(errs) != 1 || errs[0].Code != CodeBuildStopped {
		t.Errorf("%v", err)
	}
}
