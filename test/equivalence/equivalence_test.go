package equivalence

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var (
	cases  = flag.Int("cases", 2000, "how many cases to run")
	seed1  = flag.Uint64("seed", 1, "the seed")
	save   = flag.String("out", "", "a folder to write failing cases to, shrunk")
	each   = flag.Int("each", 2, "how many failures of each class to shrink")
	off    = flag.String("off", "", "features to switch off, by name, with commas")
	with   = flag.String("on", "", "features to switch on")
	replay = flag.String("replay", "", "a case.json to run")
	only   = flag.Int64("graph", -1, "run only the graph of this number")
)

const perGraph = 8

func TestEquivalence(t *testing.T) {
	on := AllFeatures()
	on.set(*off, false)
	on.set(*with, true)
	classes := map[string]int{}
	graphs, refused, ran, long := 0, 0, 0, 0
	began := time.Now()
	var reqs, fetches int
	report := func(n uint64, i int, c *Case, f *Failure, test func(c *Case) *Failure) {
		classes[f.Class]++
		if classes[f.Class] > *each && *only < 0 {
			return
		}
		notes := fmt.Sprintf("seed %d, graph %d, operation %d", *seed1, n, i)
		t.Errorf("%s: %.500s", notes, f)
		small, sf := shrink(t, c, f, 20*time.Second, test)
		t.Logf("\n%s", small.print(sf, notes))
		if *save != "" {
			if err := small.save(filepath.Join(*save, fmt.Sprintf("%s-%d-%d", f.Class, n, i)), sf, notes); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := uint64(0); ran < *cases; n++ {
		if *only >= 0 && n != uint64(*only) {
			if n > uint64(*only) {
				break
			}
			continue
		}
		r := rand.New(rand.NewPCG(*seed1, n))
		c := generateSchema(r, on)
		generateData(r, on, c)
		graphs++
		g, f := start(t, c, c.Data, false)
		if f != nil {
			if f.Class == classCompose {
				refused++
			}
			classes[f.Class]++
			if classes[f.Class] <= 5 || *only >= 0 {
				t.Errorf("seed %d, graph %d: %s", *seed1, n, f)
			}
			ran++
			continue
		}
		var longer [2]*graph
		for i := range perGraph {
			generateOperation(r, on, c)
			for flip := range 2 {
				if flip == 1 && !c.Op.flip() {
					break
				}
				ran++
				out, f := g.run(c.Op)
				reqs += out.requests
				fetches += out.fetches
				if f != nil {
					report(n, i, c, f, runShort(t))
					continue
				}
				k, factor := 0, 10
				if c.listDepth(c.Op) > 3 {
					k, factor = 1, 4
				}
				if float64(out.size)*math.Pow(float64(factor), float64(c.listDepth(c.Op))) > 3e6 || i > 1 && *only < 0 {
					continue
				}
				if longer[k] == nil {
					if longer[k], f = start(t, c, c.times(factor), false); f != nil {
						t.Fatal(f)
					}
				}
				long++
				if f := g.tenfold(longer[k], c.Op, out); f != nil {
					report(n, i, c, f, runLong(t, factor))
				}
			}
		}
	}
	t.Logf("seed %d: %d graphs (%d do not compose), %d cases (%d also with longer lists), %d requests of %d fetches, %v; failures %v",
		*seed1, graphs, refused, ran, long, reqs, fetches, time.Since(began).Round(time.Millisecond), classes)
}

// TestReplay runs a case that a failing test has written.
func TestReplay(t *testing.T) {
	if *replay == "" {
		t.Skip("no -replay")
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

func runShort(t *testing.T) func(*Case) *Failure {
	return func(c *Case) *Failure {
		g, f := start(t, c, c.Data, false)
		if f == nil {
			_, f = g.run(c.Op)
		}
		return f
	}
}

func runLong(t *testing.T, factor int) func(*Case) *Failure {
	return func(c *Case) *Failure {
		g, f := start(t, c, c.Data, false)
		if f != nil {
			return f
		}
		out, f := g.run(c.Op)
		if f != nil {
			return f
		}
		long, f := start(t, c, c.times(factor), false)
		if f != nil {
			return f
		}
		return g.tenfold(long, c.Op, out)
	}
}
