package equivalence

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	cases   = flag.Int("cases", 2000, "how many cases to run")
	seed    = flag.Uint64("seed", 1, "the seed; graph n is made from (seed, n)")
	only    = flag.Int64("graph", -1, "run only the graph of this number")
	off     = flag.String("off", "", "features of the generator to switch off, with commas")
	on      = flag.String("on", "", "features of the generator to switch on")
	overTCP = flag.Bool("http", false, "call the subgraphs over HTTP")
	folder  = flag.String("out", "", "a folder to write failing cases to")
	reports = flag.Int("reports", 2, "how many failures of each class to cut down and print")
	replay  = flag.String("replay", "", "a case.json to run")
	patient = flag.Duration("shrink", 20*time.Second, "how long to cut down one failure")
)

const (
	// perGraph is how many operations run over one graph.
	perGraph = 8
	// longerFor is how many of them run with longer lists too.
	longerFor = 2
	// maxLonger bounds the guessed bytes of an answer with longer lists.
	maxLonger = 3e6
)

func features() Features {
	f := DefaultFeatures()
	if err := errors.Join(f.set(*off, false), f.set(*on, true)); err != nil {
		panic(err)
	}
	return f
}

// tally counts what a run of the test has done. Its methods may be called from
// many goroutines.
type tally struct {
	mu                                              sync.Mutex
	classes                                         map[string]int
	graphs, cases, flipped, long, requests, fetches atomic.Int64
}

// count notes a failure and tells how many of its class there were.
func (y *tally) count(class string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.classes[class]++
	return y.classes[class]
}

func TestEquivalence(t *testing.T) {
	began := time.Now()
	y := &tally{classes: map[string]int{}}
	graphs := uint64((*cases + perGraph - 1) / perGraph)
	t.Run("graphs", func(t *testing.T) {
		if *only >= 0 {
			y.graph(t, uint64(*only))
			return
		}
		workers := uint64(runtime.GOMAXPROCS(0))
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for n := w; n < graphs; n += workers {
					y.graph(t, n)
				}
			})
		}
	})
	t.Logf("seed %d: %d graphs, %d cases, %d of them again with conditions turned around, %d with longer lists; %d requests of %d fetches planned; %v; failures: %v",
		*seed, y.graphs.Load(), y.cases.Load(), y.flipped.Load(), y.long.Load(), y.requests.Load(), y.fetches.Load(), time.Since(began).Round(time.Millisecond), y.classes)
}

// graph makes graph n and runs its operations.
func (y *tally) graph(t *testing.T, n uint64) {
	with := features()
	r := rand.New(rand.NewPCG(*seed, n))
	c := generateSchema(r, with)
	generateData(r, with, c)
	y.graphs.Add(1)
	g, f := start(t, c, c.Data, *overTCP)
	if f != nil {
		if y.count(f.Class) <= *reports {
			t.Errorf("seed %d, graph %d: %s", *seed, n, f)
		}
		return
	}
	long := map[int]*graph{}
	for i := range perGraph {
		generateOperation(r, with, c)
		y.cases.Add(1)
		out := y.check(t, g, n, i)
		if i < longerFor && out != nil {
			y.longer(t, g, n, i, *out, long)
		}
		if c.Op.flip() {
			y.flipped.Add(1)
			y.check(t, g, n, i)
		}
	}
}

func (y *tally) check(t *testing.T, g *graph, n uint64, i int) *outcome {
	out, f := g.run(g.c.Op)
	y.requests.Add(int64(out.requests))
	y.fetches.Add(int64(out.fetches))
	if f != nil {
		y.report(t, n, i, g.c, f, runShort(t))
		return nil
	}
	return &out
}

// longer runs the operation with longer lists: ten times, less where lists are
// so deep in lists that the answer would be huge.
func (y *tally) longer(t *testing.T, g *graph, n uint64, i int, short outcome, long map[int]*graph) {
	depth := g.c.listDepth(g.c.Op)
	factor := 10
	if depth > 3 {
		factor = 4
	}
	if float64(short.size)*math.Pow(float64(factor), float64(depth)) > maxLonger {
		return
	}
	if long[factor] == nil {
		l, f := start(t, g.c, g.c.times(factor), *overTCP)
		if f != nil {
			t.Errorf("seed %d, graph %d: longer lists: %s", *seed, n, f)
			return
		}
		long[factor] = l
	}
	y.long.Add(1)
	if f := tenfold(long[factor], g.c.Op, short); f != nil {
		y.report(t, n, i, g.c, f, runLong(t, factor))
	}
}

// report cuts a failing case down and prints it.
func (y *tally) report(t *testing.T, n uint64, i int, c *Case, f *Failure, test func(*Case) *Failure) {
	t.Helper()
	notes := fmt.Sprintf("seed %d, graph %d, operation %d", *seed, n, i)
	if y.count(f.Class) > *reports && *only < 0 {
		t.Fail()
		return
	}
	small, sf := shrink(c, f, *patient, test)
	t.Errorf("%s\n%s", notes, small.print(sf, notes))
	if *folder != "" {
		if err := small.save(filepath.Join(*folder, fmt.Sprintf("%s-%d-%d-%d", f.Class, *seed, n, i)), sf, notes); err != nil {
			t.Error(err)
		}
	}
}

func runShort(t testing.TB) func(*Case) *Failure {
	return func(c *Case) *Failure {
		g, f := start(t, c, c.Data, *overTCP)
		if f == nil {
			_, f = g.run(c.Op)
		}
		return f
	}
}

func runLong(t testing.TB, factor int) func(*Case) *Failure {
	return func(c *Case) *Failure {
		g, f := start(t, c, c.Data, *overTCP)
		if f != nil {
			return f
		}
		out, f := g.run(c.Op)
		if f != nil {
			return f
		}
		long, f := start(t, c, c.times(factor), *overTCP)
		if f != nil {
			return f
		}
		return tenfold(long, c.Op, out)
	}
}

// TestReplay runs a case that a failing test has written.
func TestReplay(t *testing.T) {
	if *replay == "" {
		t.Skip("-replay names no case")
	}
	text, err := os.ReadFile(*replay)
	if err != nil {
		t.Fatal(err)
	}
	c, err := readCase(text)
	if err != nil {
		t.Fatal(err)
	}
	if f := runLong(t, 10)(c); f != nil {
		t.Fatalf("\n%s", c.print(f, *replay))
	}
}

// TestFound runs the cases that once failed; testdata has one file for each
// cause.
func TestFound(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, err := readCase(text)
			if err != nil {
				t.Fatal(err)
			}
			if f := runLong(t, 10)(c); f != nil {
				t.Errorf("\n%s", c.print(f, name))
			}
		})
	}
}

// TestOverHTTP runs a few cases with subgraphs that are real HTTP servers, so
// that the short way to them proves the same.
func TestOverHTTP(t *testing.T) {
	for n := range uint64(5) {
		r := rand.New(rand.NewPCG(*seed, n))
		c := generateSchema(r, features())
		generateData(r, features(), c)
		g, f := start(t, c, c.Data, true)
		if f != nil {
			t.Fatal(f)
		}
		for i := range perGraph {
			generateOperation(r, features(), c)
			if _, f := g.run(c.Op); f != nil {
				t.Errorf("seed %d, graph %d, operation %d: %s", *seed, n, i, f)
			}
		}
	}
}

// TestReach checks that the generator makes all that it is there for.
func TestReach(t *testing.T) {
	want := []string{
		"@key(fields: \"id\")", "@key(fields: \"sku zone\")", "ref { code", "resolvable: false", "alt: String",
		"@shareable", "@external", "@provides(fields: \"f", "@provides(fields: \"l", "@provides(fields: \"... on",
		"@requires(fields: \"f", "@requires(fields: \"l", "@requires(fields: \"r", "__typename ... on",
		"@override", "@interfaceObject @key", "interface ", "union ", "input Filter", "scalar Blob", "enum Color", "[[",
		"hide", "-91\"",
	}
	wantOp := []string{"... on I", "... on U", "... on N", "fragment ", "@skip", "@include", "__typename", "$v", ": Filter"}
	seen := map[string]int{}
	waves := map[int]int{}
	note := func(text string, parts []string) {
		for _, p := range parts {
			if strings.Contains(text, p) {
				seen[p]++
			}
		}
	}
	for n := range uint64(150) {
		r := rand.New(rand.NewPCG(1, n))
		c := generateSchema(r, AllFeatures())
		generateData(r, AllFeatures(), c)
		var b strings.Builder
		for s := range c.Subgraphs {
			b.WriteString(c.SDL(s))
		}
		data, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
		note(b.String(), want)
		g, f := start(t, c, c.Data, false)
		if f != nil {
			t.Fatalf("graph %d: %s", n, f)
		}
		for range 4 {
			generateOperation(r, AllFeatures(), c)
			note(c.Op.Text(), wantOp)
			if out, f := g.run(c.Op); f == nil {
				waves[out.waves]++
			}
		}
	}
	for _, p := range slices.Concat(want, wantOp) {
		if seen[p] < 3 {
			t.Errorf("%q came up %d times", p, seen[p])
		}
	}
	for w := 1; w <= 4; w++ {
		if waves[w] == 0 {
			t.Errorf("no plan of %d waves: %v", w, slices.Sorted(maps.Keys(waves)))
		}
	}
}
