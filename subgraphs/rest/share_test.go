package rest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/callctx"
	"github.com/weft-graphql/weft/subgraphs/transport"
)

// sharer is a client that sends with a function, and an endpoint of it.
func sharer(t testing.TB, send TransportFunc) (*client, *endpoint) {
	up := compiled(t, todoSDL, todoSpec())
	return newHarness(t, up, send).client.(*client), endpointOf(t, up, "Query.todo")
}

func endpointOf(t testing.TB, up *Upstream, coordinate string) *endpoint {
	t.Helper()
	for _, e := range up.endpoints {
		if e.name == coordinate {
			return e
		}
	}
	t.Fatalf("there is no endpoint %s", coordinate)
	return nil
}

// untilWaiting blocks until n callers wait.
func untilWaiting(cl *client, n int) {
	for cl.group.Waiting() != n {
		runtime.Gosched()
	}
}

// who is a request with the credentials of somebody.
func who(name string) *HTTPRequest {
	return &HTTPRequest{Method: "GET", URL: "http://a/x", Header: []subgraphs.HeaderField{{Name: "A", Value: name}, {Name: "B", Value: ""}}}
}

// Equal requests are one. Leaving does not take the others along; whoever carries
// the request out stays for them, and gets nothing.
func TestEqualRequestsAreOne(t *testing.T) {
	began, leave := make(chan *HTTPRequest, 4), make(chan struct{})
	cl, e := sharer(t, func(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error) {
		began <- r
		select {
		case <-leave:
			return ok(`1`), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	do := func(ctx context.Context, req *HTTPRequest) chan error {
		ended := make(chan error, 1)
		go func() { _, err := cl.share(ctx, e, req); ended <- err }()
		return ended
	}
	first, stop := context.WithCancel(t.Context())
	left := do(first, who("x"))
	r := <-began
	if len(r.Header) != 2 || r.Header[0].Value != "x" || r.Header[1].Name != "B" {
		t.Errorf("sent with %v", r.Header)
	}
	second, stopSecond := context.WithCancel(t.Context())
	leftToo := do(second, who("x"))
	stayed := do(t.Context(), who("x"))
	untilWaiting(cl, 3)
	other := do(t.Context(), who("y"))
	<-began // other headers, another request
	var te *transport.Error
	stopSecond()
	if err := <-leftToo; !errors.As(err, &te) || te.Kind != transport.Cancelled {
		t.Errorf("one that waited and left got %v", err)
	}
	stop()
	untilWaiting(cl, 2)
	close(leave)
	if err := <-left; !errors.As(err, &te) || te.Kind != transport.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("the first, who left, got %v", err)
	}
	for _, ended := range []chan error{stayed, other} {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if n := cl.group.Waiting(); n != 0 || len(began) != 0 {
		t.Errorf("%d wait, %d more requests", n, len(began))
	}
}

// The last to leave ends the request, before the first returns: nothing runs on.
// What it is told is how its own context ended.
func TestTheLastToLeaveEndsTheRequest(t *testing.T) {
	began, running := make(chan struct{}, 1), atomic.Bool{}
	ended := make(chan error, 1)
	cl, e := sharer(t, func(ctx context.Context, _ *HTTPRequest) (*HTTPResponse, error) {
		running.Store(true)
		defer running.Store(false)
		began <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	})
	first, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := cl.share(first, e, who("x")); done <- err }()
	<-began
	var late callctx.Context
	joined := make(chan error, 1)
	go func() { _, err := cl.share(&late, e, who("x")); joined <- err }()
	untilWaiting(cl, 2)
	stop()
	untilWaiting(cl, 1)
	late.Cancel(context.DeadlineExceeded)
	var te *transport.Error
	if err := <-joined; !errors.As(err, &te) || te.Kind != transport.Timeout {
		t.Errorf("whose time was up got %v", err)
	}
	if err := <-done; !errors.As(err, &te) || te.Kind != transport.Cancelled {
		t.Errorf("who left got %v", err)
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the request ended with %v", err)
	}
	if running.Load() {
		t.Error("the request runs on")
	}
	alone, cancelAlone := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancelAlone()
	if _, err := cl.share(alone, e, who("x")); !errors.As(err, &te) || te.Kind != transport.Timeout || running.Load() {
		t.Errorf("got %v, and it runs on: %v", err, running.Load())
	}
}

// What failed fails for all who wait, in the same way.
func TestSharedFailures(t *testing.T) {
	began, gate := make(chan struct{}, 1), make(chan struct{})
	cl, e := sharer(t, func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		began <- struct{}{}
		<-gate
		return nil, &transport.Error{Kind: transport.Lost}
	})
	ended := make(chan error, 3)
	for range cap(ended) {
		go func() { _, err := cl.share(t.Context(), e, who("x")); ended <- err }()
	}
	<-began
	untilWaiting(cl, cap(ended))
	close(gate)
	var te *transport.Error
	for range cap(ended) {
		if err := <-ended; !errors.As(err, &te) || te.Kind != transport.Lost {
			t.Errorf("got %v", err)
		}
	}
}

// A panic is that of everybody who waits.
func TestSharedPanics(t *testing.T) {
	began, gate := make(chan struct{}, 1), make(chan struct{})
	cl, e := sharer(t, func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		began <- struct{}{}
		<-gate
		panic("out of order")
	})
	panicked := make(chan any, 3)
	for range cap(panicked) {
		go func() {
			defer func() { panicked <- recover() }()
			_, _ = cl.share(t.Context(), e, who("x"))
		}()
	}
	<-began
	untilWaiting(cl, cap(panicked))
	close(gate)
	for range cap(panicked) {
		if got := <-panicked; got != "out of order" {
			t.Errorf("recovered %v", got)
		}
	}
	if n := cl.group.Waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

// A request that changes something is sent for each caller, as is every request if
// nothing is to be shared.
func TestOnlySafeRequestsAreShared(t *testing.T) {
	up := compiled(t, todoSDL, todoSpec())
	for _, c := range []struct {
		coordinate string
		noShare    bool
	}{{"Mutation.touch", false}, {"Query.todo", true}} {
		began, gate := make(chan struct{}), make(chan struct{})
		cl := up.Client(Options{NoShare: c.noShare, Transport: TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
			began <- struct{}{}
			<-gate
			return ok(`1`), nil
		})}).(*client)
		e := endpointOf(t, up, c.coordinate)
		done := make(chan error, 2)
		for range 2 {
			go func() { _, err := cl.share(t.Context(), e, who("x")); done <- err }()
		}
		<-began
		<-began // both are under way
		close(gate)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
}

// Parts of a request cannot be taken for others.
func TestIdentity(t *testing.T) {
	seen := map[string]HTTPRequest{}
	for _, r := range []HTTPRequest{
		{Method: "GET", URL: "http://a/x"}, {Method: "GETh", URL: "ttp://a/x"}, {Method: "POST", URL: "http://a/x"},
		{Method: "POST", URL: "http://a/x", Body: []byte("y")}, {Method: "POST", URL: "http://a/xy"}, {Method: "POST", URL: "http://a/", Body: []byte("xy")},
	} {
		id := string(appendIdentity(nil, &r))
		if o, ok := seen[id]; ok {
			t.Errorf("%v and %v are the same", o, r)
		}
		seen[id] = r
	}
}

// A request is repeated as long as anybody waits, be it somebody who came later.
func TestSharedDeadline(t *testing.T) {
	for _, c := range []struct {
		name   string
		second time.Duration // from the clock's time; 0 has none
		sent   int32
	}{{"both too early", 2 * time.Second, 1}, {"the second later", time.Hour, 2}, {"the second never", 0, 2}} {
		var sent atomic.Int32
		began, gate := make(chan struct{}, 2), make(chan struct{})
		cl, e := sharer(t, func(ctx context.Context, _ *HTTPRequest) (*HTTPResponse, error) {
			if at, ok := ctx.Deadline(); ok {
				t.Errorf("%s: the request has a deadline, which cannot move: %v", c.name, at)
			}
			began <- struct{}{}
			<-gate
			if sent.Add(1) == 1 {
				return status(503, "", subgraphs.HeaderField{Name: "Retry-After", Value: "3"}), nil
			}
			return ok(`1`), nil
		})
		// Far away, so that no context ends by itself.
		now := time.Now().Add(time.Hour)
		cl.options.Clock.(*testClock).now = now
		first, cancel := context.WithDeadline(t.Context(), now.Add(time.Second))
		defer cancel()
		second := t.Context()
		if c.second > 0 {
			var cancel context.CancelFunc
			second, cancel = context.WithDeadline(second, now.Add(c.second))
			defer cancel()
		}
		done := make(chan error, 2)
		go func() { _, err := cl.share(first, e, who("x")); done <- err }()
		<-began
		go func() { _, err := cl.share(second, e, who("x")); done <- err }()
		untilWaiting(cl, 2)
		close(gate)
		for range 2 {
			if err := <-done; err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if sent.Load() != c.sent {
			t.Errorf("%s: %d requests, not %d", c.name, sent.Load(), c.sent)
		}
	}
}

// A shared request has the values of the first caller's context.
func TestSharedRequestsHaveValues(t *testing.T) {
	file := &subgraphs.File{Name: "f"}
	cl, e := sharer(t, func(ctx context.Context, _ *HTTPRequest) (*HTTPResponse, error) {
		if subgraphs.FileOf(ctx, "0") != file || subgraphs.FileOf(callctx.Detached(ctx), "0") != file {
			t.Error("the values are gone")
		}
		return ok(`1`), nil
	})
	var ctx callctx.Context
	ctx.Begin(subgraphs.WithFiles(t.Context(), map[string]*subgraphs.File{"0": file}))
	if _, err := cl.share(&ctx, e, who("x")); err != nil {
		t.Error(err)
	}
}

// received is a response in memory that is to be given back.
func received(body string) *HTTPResponse {
	w := &wireResponse{}
	w.holders.Store(1)
	w.HTTPResponse = HTTPResponse{Status: 200, Body: []byte(body), wire: w}
	return &w.HTTPResponse
}

// The memory of a response is given back when the last of those who got it lets go.
func TestSharedResponsesKeepTheirMemory(t *testing.T) {
	for _, callers := range []int{1, 3} {
		began, gate := make(chan struct{}, 1), make(chan struct{})
		resp := received("answer")
		wire := resp.wire
		cl, e := sharer(t, func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
			began <- struct{}{}
			<-gate
			return resp, nil
		})
		out := make(chan *HTTPResponse, callers)
		for range callers {
			go func() {
				resp, err := cl.share(t.Context(), e, who("x"))
				if err != nil {
					t.Error(err)
				}
				out <- resp
			}()
		}
		<-began
		untilWaiting(cl, callers)
		close(gate)
		all := make([]*HTTPResponse, callers)
		for i := range all {
			all[i] = <-out
		}
		for i, resp := range all {
			if string(resp.Body) != "answer" || resp.wire == nil {
				t.Fatalf("caller %d of %d: %q, memory to give back: %v", i, callers, resp.Body, resp.wire != nil)
			}
			last := i == callers-1
			if resp.releaseBody(); (resp.Body == nil) != last {
				t.Errorf("caller %d of %d: the body is gone: %v", i, callers, resp.Body == nil)
			}
			if resp.Release(); wire.holders.Load() != int32(callers-i-1) {
				t.Errorf("caller %d of %d: %d holders", i, callers, wire.holders.Load())
			}
		}
	}
}

// Fetches that share a response write the same rows, and give it back once.
func TestFetchesShareResponses(t *testing.T) {
	began, gate := make(chan struct{}, 1), make(chan struct{})
	resp := received(`{"id":1,"text":"x"}`)
	wire := resp.wire
	h := newHarness(t, compiled(t, todoSDL, todoSpec()), TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) {
		began <- struct{}{}
		<-gate
		return resp, nil
	}))
	p := h.prepare(&subgraphs.FetchSpec{Facet: "Query.todo", Kind: schema.Query, Root: selections(t, `todo(todoID: 1) { text }`)})
	out := make(chan *subgraphs.Answer, 4)
	for range cap(out) {
		go func() { out <- p.Fetch(t.Context(), &subgraphs.Call{}) }()
	}
	<-began
	untilWaiting(h.client.(*client), cap(out))
	close(gate)
	for range cap(out) {
		a := <-out
		same(t, "row", rowTexts(a, 0), []string{`{"todo":{"text":"x"}}`})
		a.Release()
	}
	if n := wire.holders.Load(); n != 0 || wire.Body != nil {
		t.Errorf("%d holders", n)
	}
}

// BenchmarkGet is a GET without the network, as it may be shared and alone.
func BenchmarkGet(b *testing.B) {
	up := compiled(b, musicSDL, musicSpec())
	resp := ok(`[{"id":1,"name":"list"}]`)
	for _, noShare := range []bool{false, true} {
		name := "shareable"
		if noShare {
			name = "alone"
		}
		b.Run(name, func(b *testing.B) {
			client := up.Client(Options{NoShare: noShare, Transport: TransportFunc(func(context.Context, *HTTPRequest) (*HTTPResponse, error) { return resp, nil })})
			p, err := client.Prepare(&subgraphs.FetchSpec{Facet: "Query.playlists", Kind: schema.Query, Root: selections(b, "playlists { id name }")})
			if err != nil {
				b.Fatal(err)
			}
			var ctx callctx.Context
			b.ReportAllocs()
			for b.Loop() {
				p.Fetch(&ctx, &subgraphs.Call{}).Release()
			}
		})
	}
}
