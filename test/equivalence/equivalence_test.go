package equivalence

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"
)

var (
	cases = flag.Int("cases", 2000, "how many cases to run")
	seed1 = flag.Uint64("seed", 1, "the seed")
	save  = flag.String("out", "", "a folder to write failing cases to, shrunk")
	each  = flag.Int("each", 2, "how many failures of each class to shrink")
	only  = flag.Int64("graph", -1, "run only the graph of this number")
)

const perGraph = 8

func TestEquivalence(t *testing.T) {
	on := AllFeatures()
	classes := map[string]int{}
	graphs, refused, ran := 0, 0, 0
	began := time.Now()
	var reqs, fetches int
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
				t.Logf("graph %d: %s", n, f)
			}
			ran++
			continue
		}
		for i := range perGraph {
			generateOperation(r, on, c)
			ran++
			out, f := g.run(c.Op)
			reqs += out.requests
			fetches += out.fetches
			if f != nil {
				classes[f.Class]++
				if classes[f.Class] <= *each || *only >= 0 {
					t.Logf("graph %d op %d: %.500s", n, i, f)
					small, sf := shrink(t, c, f, 20*time.Second, func(c *Case) *Failure {
						g, f := start(t, c, c.Data, false)
						if f != nil {
							return f
						}
						_, f = g.run(c.Op)
						return f
					})
					notes := fmt.Sprintf("seed %d, graph %d, operation %d", *seed1, n, i)
					t.Logf("\n%s", small.print(sf, notes))
					if *save != "" {
						if err := small.save(filepath.Join(*save, fmt.Sprintf("%s-%d-%d", f.Class, n, i)), sf, notes); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
	}
	t.Logf("%d graphs (%d do not compose), %d cases, %d requests of %d fetches, %v; classes %v", graphs, refused, ran, reqs, fetches, time.Since(began), classes)
}
