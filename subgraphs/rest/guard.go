package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/transport"
)

// GuardSettings say how a service is spared. The zero value spares it nothing.
type GuardSettings struct {
	// MaxConcurrent bounds the requests under way at the same time; 0 does not.
	MaxConcurrent int
	// ErrorThreshold is the share of requests, in percent, that must fail before no
	// more are sent; 0 sends them always.
	ErrorThreshold float64
	// VolumeThreshold is how many requests there must have been within [window].
	VolumeThreshold int
	// ResetTimeout is how long nothing is sent then.
	ResetTimeout time.Duration
	// HalfOpenAttempts is how many requests find out after that how the service does.
	HalfOpenAttempts int
}

// Guard is what is known of the state of one service: how many requests are
// under way, and how many failed lately. It outlives clients, so that a reload
// forgets nothing, and may be used from any goroutine.
type Guard struct {
	settings GuardSettings
	now      func() time.Time
	slots    chan struct{}

	mu      sync.Mutex
	buckets [windowBuckets]bucket
	state   breakerState
	// until is when an open breaker lets requests through again; probes and passed
	// count those of a half-open one.
	until          time.Time
	probes, passed int
	// period tells requests of one state from those of the states before.
	period uint64
}

// window is how long failures count.
const (
	window        = 10 * time.Second
	windowBuckets = 10
	bucketTime    = window / windowBuckets
)

type bucket struct {
	number       int64 // of the time it is about
	total, fails int
}

type breakerState uint8

const (
	breakerClosed breakerState = iota
	breakerOpen
	breakerHalfOpen
)

// ErrOpen is the cause of requests that were not sent because the service fails.
var ErrOpen = errors.New("the service has been failing; no requests are sent to it for a while")

// NewGuard returns a guard; now is time.Now if nil.
func NewGuard(s GuardSettings, now func() time.Time) *Guard {
	if now == nil {
		now = time.Now
	}
	g := &Guard{settings: s, now: now}
	if s.MaxConcurrent > 0 {
		g.slots = make(chan struct{}, s.MaxConcurrent)
	}
	return g
}

// Around is a Transport that sends through t what the guard lets pass.
func (g *Guard) Around(t Transport) Transport {
	return TransportFunc(func(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
		waited, err := g.wait(ctx, r)
		if err != nil {
			return nil, err
		}
		if g.slots != nil {
			defer func() { <-g.slots }()
		}
		if waited > 0 && r.Timeout > 0 {
			less := *r
			less.Timeout = max(r.Timeout-waited, time.Millisecond)
			r = &less
		}
		period, probe, ok := g.enter()
		if !ok {
			return nil, ErrOpen
		}
		finished := false
		defer func() {
			if !finished { // a panic
				g.leave(period, probe, outcomeUnknown)
			}
		}()
		resp, err := t.Do(ctx, r)
		finished = true
		g.leave(period, probe, outcomeOf(resp, err))
		return resp, err
	})
}

// wait takes a slot and tells how long that took, which counts towards the
// request's timeout.
func (g *Guard) wait(ctx context.Context, r *HTTPRequest) (time.Duration, error) {
	if g.slots == nil {
		return 0, nil
	}
	select {
	case g.slots <- struct{}{}:
		return 0, nil
	default:
	}
	var late <-chan time.Time
	began := time.Now()
	if r.Timeout > 0 {
		t := time.NewTimer(r.Timeout)
		defer t.Stop()
		late = t.C
	}
	select {
	case g.slots <- struct{}{}:
		return time.Since(began), nil
	case <-late:
		return 0, &transport.Error{Kind: transport.Timeout, Err: errors.New("too many requests to the service are under way")}
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return 0, &transport.Error{Kind: transport.Timeout, Err: ctx.Err()}
		}
		return 0, &transport.Error{Kind: transport.Cancelled, Err: ctx.Err()}
	}
}

// outcome is what a request says of the service.
type outcome uint8

const (
	outcomeGood outcome = iota
	outcomeBad
	outcomeUnknown // the caller left, or the request could not be sent at all
)

func outcomeOf(resp *HTTPResponse, err error) outcome {
	if err == nil {
		if resp.Status >= http.StatusInternalServerError {
			return outcomeBad
		}
		return outcomeGood
	}
	var te *transport.Error
	if errors.As(err, &te) {
		switch te.Kind {
		case transport.Unreachable, transport.Timeout, transport.Lost, transport.Malformed:
			return outcomeBad
		}
	}
	return outcomeUnknown
}

// enter asks whether a request may be sent.
func (g *Guard) enter() (period uint64, probe, ok bool) {
	if g.settings.ErrorThreshold <= 0 {
		return 0, false, true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == breakerOpen && !g.now().Before(g.until) {
		g.become(breakerHalfOpen)
	}
	switch g.state {
	case breakerOpen:
		return 0, false, false
	case breakerHalfOpen:
		if g.probes >= max(g.settings.HalfOpenAttempts, 1) {
			return 0, false, false
		}
		g.probes++
		return g.period, true, true
	}
	return g.period, false, true
}

// leave counts what became of a request.
func (g *Guard) leave(period uint64, probe bool, o outcome) {
	if g.settings.ErrorThreshold <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if period != g.period {
		return // it tells of a time that is over
	}
	if probe {
		switch o {
		case outcomeGood:
			if g.passed++; g.passed >= max(g.settings.HalfOpenAttempts, 1) {
				g.become(breakerClosed)
			}
		case outcomeBad:
			g.open()
		case outcomeUnknown:
			g.probes-- // another one has to find out
		}
		return
	}
	if o == outcomeUnknown {
		return
	}
	number := g.now().UnixNano() / int64(bucketTime)
	b := &g.buckets[number%windowBuckets]
	if b.number != number {
		*b = bucket{number: number}
	}
	b.total++
	if o == outcomeGood {
		return
	}
	b.fails++
	total, fails := 0, 0
	for i := range g.buckets {
		if g.buckets[i].number > number-windowBuckets {
			total += g.buckets[i].total
			fails += g.buckets[i].fails
		}
	}
	if total >= max(g.settings.VolumeThreshold, 1) && float64(fails)*100 >= g.settings.ErrorThreshold*float64(total) {
		g.open()
	}
}

func (g *Guard) open() {
	g.until = g.now().Add(g.settings.ResetTimeout)
	g.become(breakerOpen)
}

func (g *Guard) become(s breakerState) {
	g.state = s
	g.period++
	g.probes, g.passed = 0, 0
	g.buckets = [windowBuckets]bucket{}
}
