package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// retryBudget bounds repetitions to a share of all requests, so that an upstream
// in trouble is not buried under them.
type retryBudget struct {
	mu     sync.Mutex
	tokens float64
}

// reserve is how many repetitions may be made before any share is saved up.
const reserve = 10

func (b *retryBudget) init() { b.tokens = reserve }

// earn counts a request.
func (b *retryBudget) earn(percent int) {
	b.mu.Lock()
	b.tokens = min(b.tokens+float64(percent)/100, 10*reserve)
	b.mu.Unlock()
}

// spend takes what a repetition costs, if it is there.
func (b *retryBudget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// limit says until when a request is waited for: a context, or a shared call.
type limit interface {
	Deadline() (time.Time, bool)
}

// send carries out a request, and repeats it where that may help and l leaves the
// time.
func (cl *client) send(ctx context.Context, l limit, e *endpoint, req *HTTPRequest) (*HTTPResponse, error) {
	cl.budget.earn(e.retry.budget)
	for attempt := 0; ; attempt++ {
		resp, err := cl.options.Transport.Do(ctx, req)
		if attempt >= e.retry.attempts || !e.repeatable() || ctx.Err() != nil || !worthRepeating(resp, err) {
			return resp, err
		}
		pause := time.Duration(cl.options.Random() * float64(e.retry.backoff<<min(attempt, 16)))
		if resp != nil {
			if after, ok := retryAfter(resp.Header, cl.options.Clock.Now()); ok {
				pause = max(after, 0)
			}
		}
		if deadline, ok := l.Deadline(); ok && !cl.options.Clock.Now().Add(pause).Before(deadline) {
			return resp, err
		}
		if pause > maxPause || !cl.budget.spend() {
			return resp, err
		}
		if cl.options.Clock.Sleep(ctx, pause) != nil {
			return resp, err
		}
		if resp != nil {
			resp.Release()
		}
	}
}

// maxPause is the longest time that a request waits to be repeated, whatever an
// upstream asks for.
const maxPause = 10 * time.Second

// worthRepeating: there was no connection, or the upstream says that it could
// not serve the request now.
func worthRepeating(resp *HTTPResponse, err error) bool {
	if err != nil {
		var te *transport.Error
		return errors.As(err, &te) && te.Kind == transport.Unreachable
	}
	switch resp.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	return false
}

// retryAfter reads Retry-After: seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(h []subgraphs.HeaderField, now time.Time) (time.Duration, bool) {
	value := headerValue(h, "Retry-After")
	if value == "" {
		return 0, false
	}
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	if t, err := http.ParseTime(value); err == nil {
		return t.Sub(now), true
	}
	return 0, false
}

func headerValue(h []subgraphs.HeaderField, name string) string {
	for i := range h {
		if http.CanonicalHeaderKey(h[i].Name) == name {
			return h[i].Value
		}
	}
	return ""
}

func randomKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
