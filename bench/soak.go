package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
const sampling = 250 * time.Millisecond

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
		t := newTrend(part.name, part.count, o.Connections)
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
				t.add(sample{progress.Load(), float64(rss) / mib, float64(in.Heap) / mib, in.Goroutines})
			}
		}
		ticker.Stop()
		failed = errors.Join(failed, t.end())
	}
	return failed
}

// parts are the rows of a soak.
const parts = 8

// trend is how a soak goes, in parts of equally many answers.
type trend struct {
	name        string
	count       int64
	connections int
	at          [parts][]sample
}

func newTrend(name string, count int64, connections int) *trend {
	fmt.Printf("\n### Soak: %d × %s\n\n| answers | RSS MiB | heap MiB | goroutines |\n|--:|--:|--:|--:|\n", count, name)
	return &trend{name: name, count: count, connections: connections}
}

// add takes a sample, and prints the part that it ends.
func (t *trend) add(s sample) {
	part := int(min(s.answers*parts/t.count, parts-1))
	if part > 0 && len(t.at[part]) == 0 {
		t.print(part - 1)
	}
	t.at[part] = append(t.at[part], s)
}

func (t *trend) print(part int) {
	if list := t.at[part]; len(list) > 0 {
		fmt.Printf("| %d | %.0f | %.0f | %.0f |\n", list[len(list)-1].answers, median(list, rss), median(list, heap), median(list, goroutines))
	}
}

func rss(s sample) float64        { return s.rss }
func heap(s sample) float64       { return s.heap }
func goroutines(s sample) float64 { return float64(s.goroutines) }

func median(list []sample, of func(sample) float64) float64 {
	var values []float64
	for _, s := range list {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// end prints the last part, and the verdict: whether the last two parts are higher
// than the two after the first, in which everything is still new. Goroutines come
// and go with what is in flight, so as many as there are connections do not count.
func (t *trend) end() error {
	t.print(parts - 1)
	for _, list := range t.at {
		if len(list) == 0 {
			return fmt.Errorf("%s: the soak was too short to see anything", t.name)
		}
	}
	var verdicts []string
	var failed error
	for _, c := range []struct {
		what  string
		of    func(sample) float64
		slack float64
	}{{"resident memory", rss, 8}, {"goroutines", goroutines, float64(t.connections)}} {
		early := median(slices.Concat(t.at[1], t.at[2]), c.of)
		late := median(slices.Concat(t.at[parts-2], t.at[parts-1]), c.of)
		verdict := "flat"
		if late > early*1.1+c.slack {
			verdict = "not flat"
			failed = errors.Join(failed, fmt.Errorf("%s: %s grew from %.0f to %.0f", t.name, c.what, early, late))
		}
		verdicts = append(verdicts, fmt.Sprintf("%s %s (%.0f, then %.0f)", c.what, verdict, early, late))
	}
	fmt.Printf("\n%s\n", strings.Join(verdicts, ", "))
	return failed
}
