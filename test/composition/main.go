// Command composition generates federated graphs for the differential test
// described in docs/composition.md: Weft and @apollo/composition compose the
// same graphs, compare.mjs compares what came of it.
//
// It writes one graph a line, as `weft compose --batch` reads them. The same
// seed gives the same graphs. Some are valid by construction, others have had a
// few things changed at random, so that most rules of composition are met.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
)

type line struct {
	ID       string    `json:"id"`
	Services []service `json:"services"`
}

type service struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	TypeDefs string `json:"typeDefs"`
}

func main() {
	seed := flag.Uint64("seed", 1, "seed of the first graph")
	count := flag.Int("n", 1000, "how many graphs")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for i := range *count {
		if err := enc.Encode(graphLine(*seed + uint64(i))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// graphLine generates the graph of a seed. The id says which seed made it and
// what was changed.
func graphLine(seed uint64) line {
	rng := rand.New(rand.NewPCG(seed, 0x77656674))
	subgraphs := generate(rng)
	changes := 0
	switch roll := rng.IntN(10); {
	case roll < 4:
	case roll < 8:
		changes = 1
	default:
		changes = 2
	}
	id := fmt.Sprint(seed)
	for _, what := range mutate(rng, subgraphs, changes) {
		id += " " + what
	}
	l := line{ID: id}
	for _, s := range subgraphs {
		l.Services = append(l.Services, service{Name: s.name, URL: "http://" + s.name, TypeDefs: s.sdl()})
	}
	return l
}
