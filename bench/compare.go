package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/process"
)

// measurement is one run of one router, or the medians of several.
type measurement struct {
	Scenario string `json:"scenario"`
	Router   string `json:"router"`
	Round    int    `json:"round"` // 0 for the medians
	// CPU is milliseconds of the router's CPU time for each request; P50 and P99
	// are milliseconds, too.
	CPU       float64 `json:"cpu_ms"`
	RPS       float64 `json:"rps"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	PeakMiB   float64 `json:"peak_mib"`
	IdleMiB   float64 `json:"idle_mib"`
	StartMS   float64 `json:"start_ms"`
	Subgraph  float64 `json:"subgraph_requests"`
	Authority float64 `json:"authorized_share"`
	// Other is how many CPUs were busy with what is no part of the run.
	Other   float64 `json:"other_cpus"`
	Answer  int     `json:"answer_bytes"`
	Failed  int64   `json:"failed"`
	Problem string  `json:"problem,omitempty"`
}

// figures are the fields that have a median.
func (m *measurement) figures() []*float64 {
	return []*float64{&m.CPU, &m.RPS, &m.P50, &m.P99, &m.PeakMiB, &m.IdleMiB, &m.StartMS, &m.Subgraph, &m.Authority, &m.Other}
}

func medians(all []measurement) measurement {
	out := all[0]
	out.Round = 0
	for i, f := range out.figures() {
		var values []float64
		for j := range all {
			values = append(values, *all[j].figures()[i])
		}
		slices.Sort(values)
		*f = values[len(values)/2]
		if n := len(values); n%2 == 0 {
			*f = (values[n/2-1] + values[n/2]) / 2
		}
	}
	for i := range all {
		if all[i].Failed > 0 || all[i].Problem != "" {
			out.Failed, out.Problem = all[i].Failed, all[i].Problem
		}
	}
	return out
}

const mib = 1 << 20

// measure runs one router once.
func (l *lab) measure(ctx context.Context, r contestant, s *scenario) (measurement, error) {
	m := measurement{Scenario: s.name, Router: r.name}
	p, o, ready, err := l.launch(ctx, r, s)
	if err != nil {
		return m, err
	}
	defer p.Stop(2 * time.Second)
	m.StartMS, m.Answer = float64(ready.Microseconds())/1000, len(o.Want)
	select {
	case <-ctx.Done():
		return m, ctx.Err()
	case <-time.After(time.Second):
	}
	_, idle := p.Usage()
	m.IdleMiB = float64(idle) / mib

	o.Connections, o.Count = cmp.Or(s.connections, l.o.connections), 0
	peak := p.Watch(100 * time.Millisecond)
	o.Duration = l.o.warmup
	if _, err := l.send(o); err != nil {
		return m, err
	}
	before, err := l.stats(ctx)
	if err != nil {
		return m, err
	}
	own := func() time.Duration {
		a, _ := p.Usage()
		b, _ := l.subgraphs.Usage()
		return a + b + process.OwnCPU()
	}
	busy, mine := process.Busy(), own()
	cpu, _ := p.Usage()
	o.Duration = l.o.duration
	result, err := l.send(o)
	if err != nil {
		return m, err
	}
	cpuAfter, _ := p.Usage()
	m.Other = max(0, float64(process.Busy()-busy-(own()-mine))/float64(result.Elapsed))
	m.PeakMiB = float64(peak()) / mib
	after, err := l.stats(ctx)
	if err != nil {
		return m, err
	}
	if result.Problem != nil {
		m.Problem = result.Problem.Error()
	}
	m.Failed = result.Failed
	if n := float64(result.Answers); n > 0 {
		m.CPU = float64((cpuAfter - cpu).Microseconds()) / 1000 / n
		m.RPS = n / result.Elapsed.Seconds()
		m.Subgraph = float64(after.Requests-before.Requests) / n
	}
	if n := float64(after.Requests - before.Requests); n > 0 {
		m.Authority = float64(after.Authorized-before.Authorized) / n
	}
	m.P50 = float64(result.Quantile(.5).Microseconds()) / 1000
	m.P99 = float64(result.Quantile(.99).Microseconds()) / 1000
	return m, nil
}

func comma(r rune) bool { return r == ',' }

// compare runs everything and prints the tables.
func (l *lab) compare(ctx context.Context) error {
	others, err := l.others(ctx)
	if err != nil {
		return err
	}
	var log *json.Encoder
	if l.o.json != "" {
		f, err := os.Create(l.o.json)
		if err != nil {
			return err
		}
		defer f.Close()
		log = json.NewEncoder(f)
	}
	results := map[string]map[string]measurement{}
	chosen := strings.FieldsFunc(l.o.scenarios, comma)
	all := scenarios()
	for _, name := range chosen {
		if !slices.ContainsFunc(all, func(s scenario) bool { return s.name == name }) {
			return fmt.Errorf("there is no scenario %q", name)
		}
	}
	for i := range all {
		s := &all[i]
		if len(chosen) > 0 && !slices.Contains(chosen, s.name) {
			continue
		}
		routers := []contestant{l.weftRouter()}
		switch {
		case s.proxied != "":
			routers = append(routers, l.proxyRouter())
		case s.floors():
			if err := l.record(ctx, s); err != nil {
				return err
			}
			routers = append(routers, l.floorRouter("floor-net"), l.floorRouter("floor-fast"))
		}
		for _, r := range others {
			if s.peers && s.rest == r.rest {
				routers = append(routers, r)
			}
		}
		if only := strings.FieldsFunc(l.o.only, comma); len(only) > 0 {
			routers = slices.DeleteFunc(routers, func(c contestant) bool { return !slices.Contains(only, c.name) })
		}
		runs := map[string][]measurement{}
		for round := range l.o.rounds {
			for _, r := range routers {
				fmt.Fprintf(os.Stderr, "%s, round %d: %s\n", s.name, round+1, r.name)
				m, err := l.measure(ctx, r, s)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil {
					m.Problem = err.Error()
					fmt.Fprintln(os.Stderr, err)
				}
				m.Round = round + 1
				runs[r.name] = append(runs[r.name], m)
				if log != nil {
					if err := log.Encode(m); err != nil {
						return err
					}
				}
			}
		}
		results[s.name] = map[string]measurement{}
		for name, list := range runs {
			results[s.name][name] = medians(list)
		}
		table(s, routers, results[s.name], l.o)
	}
	bars(results)
	return nil
}

// table prints what the routers did in one scenario, as Markdown.
func table(s *scenario, routers []contestant, results map[string]measurement, o *options) {
	answer := 0
	for _, r := range routers {
		answer = cmp.Or(answer, results[r.name].Answer)
	}
	fmt.Printf("\n### %s\n\n%d connections, %d × %s, an answer of %d bytes\n\n", s.name, cmp.Or(s.connections, o.connections), o.rounds, o.duration, answer)
	fmt.Println("| | CPU ms/req | RPS | p50 ms | p99 ms | peak MiB | idle MiB | start ms | subgraph requests | other CPUs |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range routers {
		m := results[r.name]
		if m.RPS == 0 || m.Failed > 0 {
			fmt.Printf("| %s | failed: %.120s |\n", r.name, strings.ReplaceAll(m.Problem, "\n", " "))
			continue
		}
		fmt.Printf("| %s | %.3f | %.0f | %.1f | %.1f | %.0f | %.0f | %.0f | %.1f | %.2f |\n",
			r.name, m.CPU, m.RPS, m.P50, m.P99, m.PeakMiB, m.IdleMiB, m.StartMS, m.Subgraph, m.Other)
	}
}

// bars prints the ratios that count.
func bars(results map[string]map[string]measurement) {
	fmt.Printf("\n### Ratios\n\n| | measured | bar |\n|---|--:|--:|\n")
	cpu := func(scenario, router string) float64 { return results[scenario][router].CPU }
	line := func(what string, measured, bar float64, less bool) {
		if measured != measured || measured == 0 || measured > 1e9 {
			return // something of it did not run
		}
		if bar == 0 {
			fmt.Printf("| %s | %.2f | none |\n", what, measured)
			return
		}
		sign := "≤"
		if !less {
			sign = "≥"
		}
		missed := ""
		if less && measured > bar || !less && measured < bar {
			missed = " (missed)"
		}
		fmt.Printf("| %s | %.2f%s | %s %g |\n", what, measured, missed, sign, bar)
	}
	distinct := results["distinct"]["weft"]
	base := results["distinct"]["floor-net"]
	line("CPU, heavy query / floor-net", distinct.CPU/base.CPU, 0.85, true)
	line("throughput / floor-net", distinct.RPS/base.RPS, 0.8, false)
	line("p99 / floor-net", distinct.P99/base.P99, 1.5, true)
	line("CPU, variables / distinct", cpu("variables", "weft")/distinct.CPU, 1.1, true)
	line("CPU, cold plans / distinct", cpu("cold-plans", "weft")/distinct.CPU, 3, true)
	line("CPU, identical / floor-net", cpu("identical", "weft")/cpu("identical", "floor-net"), 0.5, true)
	line("CPU, small query / proxy", cpu("small", "weft")/cpu("small", "proxy"), 1.5, true)
	for _, name := range []string{"1-MB", "10-MB", "short-fields"} {
		line("CPU, "+name+" / proxy", cpu(name, "weft")/cpu(name, "proxy"), 3, true)
		m := results[name]["weft"]
		for _, s := range scenarios() {
			if s.name == name && m.Answer > 0 {
				line("memory in use above idle for each request in flight / answer, "+name, (m.PeakMiB-m.IdleMiB)*mib/float64(s.connections*m.Answer), 4, true)
			}
		}
	}
	line("CPU, REST / floor-net", cpu("home", "weft")/cpu("home", "floor-net"), 0, true)
	line("CPU, REST within freshness / floor-net", cpu("home-cached", "weft")/cpu("home", "floor-net"), 0, true)
	line("peak MiB, heavy query", distinct.PeakMiB, 60, true)
	line("peak MiB, cold plans", results["cold-plans"]["weft"].PeakMiB, 200, true)
	line("idle MiB", distinct.IdleMiB, 25, true)
	line("start ms", distinct.StartMS, 100, true)
	line("subgraph requests, heavy query", distinct.Subgraph, 7, true)
	line("share of subgraph requests with Authorization", distinct.Authority, 1, false)
}
