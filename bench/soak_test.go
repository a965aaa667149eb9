package main

import "testing"

func TestTrend(t *testing.T) {
	for name, c := range map[string]struct {
		at      func(n int64) sample
		flat    bool
		samples int64
	}{
		"flat after warming up": {func(n int64) sample { return sample{rss: float64(min(n, 100))/2 + 20, goroutines: 100 + int(n%40)} }, true, 1000},
		"memory grows":          {func(n int64) sample { return sample{rss: 50 + float64(n)/20, goroutines: 100} }, false, 1000},
		"goroutines grow":       {func(n int64) sample { return sample{rss: 50, goroutines: 100 + int(n/5)} }, false, 1000},
		"too short":             {func(int64) sample { return sample{rss: 50, goroutines: 100} }, false, 3},
	} {
		trend := newTrend(name, c.samples, 50)
		for n := range c.samples {
			s := c.at(n)
			s.answers = n
			trend.add(s)
		}
		if err := trend.end(); (err == nil) != c.flat {
			t.Errorf("%s: %v", name, err)
		}
	}
}
