package plan

import "time"

// Demand tells how many upstream requests a fetch takes, as far as that can be
// known before it runs.
type Demand struct {
	// Fixed is the number of requests of a root fetch; 0 for lookups.
	Fixed int
	// Rows are, for each target of a lookup, the lists its path leads through: the
	// product of their lengths is the number of rows.
	Rows [][]ListLength
	// PerRequest is how many rows one request takes; 0 means any number.
	PerRequest int
	// Latency is what a request is expected to take; 0 is not known.
	Latency time.Duration
}

// ListLength is the expected length of one list.
type ListLength struct {
	// Variable is the index of the operation's variable that tells it, or -1.
	Variable int
	// Assumed is the length otherwise.
	Assumed int
}

// maxRows keeps products of lengths from overflowing.
const maxRows = 1 << 30

// requests is the number for given values of variables; length returns a
// negative number for a variable that holds none.
func (d *Demand) requests(length func(variable int) int) int {
	return d.Predict(length).Requests
}

// Predict is what the fetch is expected to take for given values of variables;
// length returns a negative number for a variable that holds none.
func (d *Demand) Predict(length func(variable int) int) Prediction {
	if d.Fixed > 0 {
		return Prediction{Requests: d.Fixed}
	}
	total := 0
	for _, target := range d.Rows {
		n := 1
		for _, l := range target {
			size := l.Assumed
			if l.Variable >= 0 {
				if told := length(l.Variable); told >= 0 {
					size = told
				}
			}
			n = min(n*min(size, maxRows), maxRows)
		}
		total = min(total+n, maxRows)
	}
	switch {
	case total == 0:
		return Prediction{}
	case d.PerRequest == 0:
		return Prediction{Requests: 1, Rows: total}
	}
	return Prediction{Requests: (total + d.PerRequest - 1) / d.PerRequest, Rows: total}
}

// Requests estimates how many upstream requests the plan takes for the given
// bits and values of list-length arguments, and names the fetch that takes most.
func (p *Plan) Requests(bits uint64, length func(variable int) int) (int, *Fetch) {
	total, most := 0, -1
	var worst *Fetch
	for _, f := range p.Fetches {
		if !f.Cond.Holds(bits) {
			continue
		}
		n := f.Demand.requests(length)
		total = min(total+n, maxRows)
		if n > most {
			most, worst = n, f
		}
	}
	return total, worst
}

// Depth is the length of the longest chain of fetches, and the last of them.
func (p *Plan) Depth(bits uint64) (int, *Fetch) {
	return longest(p, bits, func(*Fetch) int { return 1 })
}

// Latency is the longest sum of expected latencies along a chain of fetches,
// and the last fetch of that chain.
func (p *Plan) Latency(bits uint64) (time.Duration, *Fetch) {
	return longest(p, bits, func(f *Fetch) time.Duration { return f.Demand.Latency })
}

// longest is the largest sum along a chain of fetches, and the fetch it ends at.
func longest[N int | time.Duration](p *Plan, bits uint64, of func(*Fetch) N) (N, *Fetch) {
	ends := make([]N, len(p.Fetches))
	var most N
	var last *Fetch
	for i, f := range p.Fetches {
		for _, d := range f.Deps {
			ends[i] = max(ends[i], ends[d])
		}
		if f.Cond.Holds(bits) {
			ends[i] += of(f)
		}
		if ends[i] > most {
			most, last = ends[i], f
		}
	}
	return most, last
}

// Where names the response path that makes the fetch necessary, for messages.
func (f *Fetch) Where(p *Plan) string {
	for i := range f.Entries {
		for t := range f.Entries[i].Targets {
			return f.Entries[i].Targets[t].pathText(p)
		}
	}
	for _, s := range f.Spec.Root {
		return s.Key
	}
	return ""
}
