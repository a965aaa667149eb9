package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/bench/process"
)

// sample is one look at a router under load.
type sample struct {
	answers    int64
	rss, heap  float64 // MiB
	goroutines int
}

// sampling is how often the soak looks.
const sampling = time.Second

// soak sends many requests to a hosted Weft and prints how memory and goroutines
// go. It fails when they grow.
func (l *lab) soak(ctx context.Context) error {
	insides, err := freeAddress()
	if err != nil {
		return err
	}
	all := scenarios()
	var p *process.Process
	var url string
	var failed error
	for _, part := range []struct {
		name  string
		count int64
	}{{"small", l.o.small}, {"distinct", l.o.heavy}} {
		if part.count == 0 {
			continue
		}
		s := &all[slices.IndexFunc(all, func(s scenario) bool { return s.name == part.name })]
		r := l.hosted(insides, "")
		if p != nil {
			// One process for all parts.
			r.start = func(string, *scenario) (*process.Process, string, error) { return p, url, nil }
		}
		started, o, _, err := l.launch(ctx, r, s)
		if err != nil {
			return err
		}
		if p == nil {
			p, url = started, o.URL
			defer p.Stop(2 * time.Second)
		}
		var progress atomic.Int64
		o.Connections, o.Count, o.Progress = l.o.connections, part.count, &progress
		ended := make(chan error, 1)
		go func() {
			result, err := l.send(o)
			if err == nil && result.Problem != nil {
				err = fmt.Errorf("%d failed, first: %w", result.Failed, result.Problem)
			}
			ended <- err
		}()
		var samples []sample
		ticker := time.NewTicker(sampling)
		for running := true; running; {
			select {
			case <-ctx.Done():
				ticker.Stop()
				return ctx.Err()
			case err := <-ended:
				if err != nil {
					ticker.Stop()
					return err
				}
				running = false
			case <-ticker.C:
				var in Insides
				if err := get(ctx, "http://"+insides, &in); err != nil {
					ticker.Stop()
					return err
				}
				_, rss := p.Usage()
				samples = append(samples, sample{progress.Load(), float64(rss) / mib, float64(in.Heap) / mib, in.Goroutines})
			}
		}
		ticker.Stop()
		failed = errors.Join(failed, trend(part.name, part.count, samples))
	}
	return failed
}

// trend prints eight parts of a soak and says whether the last ones are higher
// than those after the beginning.
func trend(name string, count int64, samples []sample) error {
	const parts = 8
	if len(samples) < 2*parts {
		return fmt.Errorf("%s: the soak was too short to see anything", name)
	}
	fmt.Printf("\n### Soak: %d × %s\n\n| answers | RSS MiB | heap MiB | goroutines |\n|--:|--:|--:|--:|\n", count, name)
	median := func(list []sample, of func(sample) float64) float64 {
		var values []float64
		for _, s := range list {
			values = append(values, of(s))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	rss := func(s sample) float64 { return s.rss }
	heap := func(s sample) float64 { return s.heap }
	goroutines := func(s sample) float64 { return float64(s.goroutines) }
	var at [parts][]sample
	for i := range parts {
		at[i] = samples[i*len(samples)/parts : (i+1)*len(samples)/parts]
		fmt.Printf("| %d | %.0f | %.0f | %.0f |\n", at[i][len(at[i])-1].answers, median(at[i], rss), median(at[i], heap), median(at[i], goroutines))
	}
	for _, c := range []struct {
		what  string
		of    func(sample) float64
		slack float64
	}{{"resident memory", rss, 8}, {"goroutines", goroutines, 20}} {
		early := median(slices.Concat(at[1], at[2]), c.of)
		late := median(slices.Concat(at[parts-2], at[parts-1]), c.of)
		if late > early*1.1+c.slack {
			return fmt.Errorf("%s: %s grew from %.0f to %.0f", name, c.what, early, late)
		}
	}
	return nil
}
