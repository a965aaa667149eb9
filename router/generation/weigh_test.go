package generation

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/body"
)

// shopGeneration serves the graph of the benchmarks.
func shopGeneration(t testing.TB, change func(*config.Config)) *Generation {
	t.Helper()
	dir := t.TempDir()
	c := config.Default()
	for _, name := range shop.Names {
		path := filepath.Join(dir, name+".graphql")
		if err := os.WriteFile(path, []byte(shop.Schema(name)), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Subgraphs = append(c.Subgraphs, config.Subgraph{
			Name: name, URL: "http://127.0.0.1:1/" + name,
			Schema: config.Schema{Source: "file", File: path, OnUnavailable: "fail", Timeout: config.Duration(time.Second)},
		})
	}
	c.Introspection.Enabled = true
	if change != nil {
		change(c)
	}
	c.Expand()
	return build(t, c, &Shared{}, Options{})
}

// heap returns the bytes in use by objects that are reachable.
func heap() int64 {
	runtime.GC()
	runtime.GC() // the first may leave what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestWeightsAreHonest compares what the caches believe to hold with the memory that is
// really in use: the bounds of the configuration bound nothing else.
func TestWeightsAreHonest(t *testing.T) {
	for name, text := range map[string]func(i int) string{
		"heavy": func(i int) string {
			return strings.Replace(shop.Heavy, "users {", fmt.Sprintf("n%d: __typename users {", i), 1)
		},
		"small": func(i int) string { return fmt.Sprintf("{ a%d: topProducts { name } }", i) },
		"aliases": func(i int) string {
			var sb strings.Builder
			fmt.Fprintf(&sb, "query N%d { ", i)
			for j := range 15 {
				fmt.Fprintf(&sb, "a%d_%d: users { id n%d: name reviews { body } } ", i, j, i)
			}
			return sb.String() + "}"
		},
		"arguments": func(i int) string {
			return fmt.Sprintf("query N%d($a%d: Int = 7, $b: ID!, $c: Boolean!) { topProducts(first: $a%d) { upc price @include(if: $c) } user(id: $b) { name birthday } x: user(id: \"%d\") { name } }", i, i, i, i)
		},
		"names": func(i int) string {
			// The plans are one, the operations many.
			return fmt.Sprintf("query Name%d { me { id name reviews { id product { upc inStock shippingEstimate } } } }", i)
		},
		"introspection": func(i int) string {
			return fmt.Sprintf("{ a%d: __schema { types { name kind fields { name args { name type { name kind ofType { name kind } } } type { name kind ofType { name kind } } } } } }", i)
		},
		"invalid":       func(i int) string { return fmt.Sprintf("{ users { id name x%d y%d } }", i, i) },
		"long comments": func(i int) string { return fmt.Sprintf("# %d %s\n{ me { id } }", i, strings.Repeat("comment ", 200)) },
	} {
		t.Run(name, func(t *testing.T) {
			g := shopGeneration(t, func(c *config.Config) { c.Caches.Operations, c.Caches.Plans = 1<<30, 1<<30 })
			load := func(from, n int) {
				for i := from; i < from+n; i++ {
					p, err := g.Parse(t.Context(), &Query{Text: body.Text{Raw: []byte(text(i))}})
					if err != nil {
						t.Fatal(err)
					}
					if p.Operation == nil {
						continue
					}
					if _, err := g.Plan(t.Context(), p.Operation, 0); err != nil {
						t.Fatal(err)
					}
				}
			}
			weight := func() int64 {
				a, b := g.CacheStats()
				return a.Bytes + b.Bytes
			}
			load(1000, 10)
			const n = 300
			heapBefore, weightBefore := heap(), weight()
			load(1010, n)
			ops, plans := g.CacheStats()
			real, believed := heap()-heapBefore, weight()-weightBefore
			ratio := float64(believed) / float64(real)
			t.Logf("%d operations and %d plans: %d bytes each, weighed %d, %.2f", ops.Entries, plans.Entries, real/n, believed/n, ratio)
			if ratio < 0.8 || ratio > 1.3 {
				t.Errorf("the weights are %.2f of the memory in use", ratio)
			}
			runtime.KeepAlive(g)
		})
	}
}
