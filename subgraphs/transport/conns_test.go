package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// closedAfterFirst answers one request a connection, without saying that it
// will close, and tells when it closed.
func closedAfterFirst(t *testing.T) (string, *atomic.Int32, <-chan struct{}) {
	closed := make(chan struct{}, 10)
	url, conns := script(t, func(nc net.Conn, r *bufio.Reader) {
		if _, _, err := readRequest(r); err == nil {
			reply(nc, "{}")
		}
		nc.Close()
		closed <- struct{}{}
	})
	return url, conns, closed
}

func TestRetryWhenAnIdleConnectionWasClosed(t *testing.T) {
	url, conns, closed := closedAfterFirst(t)
	tr, req := acquire(t, url, nil)
	var resp Response
	for range 3 {
		if err := tr.Do(context.Background(), req, &resp); err != nil {
			t.Fatal(err)
		}
		<-closed
	}
	if conns.Load() != 3 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestMutationsAreNotRetried(t *testing.T) {
	// Closes after having read the second request: whether it was carried out
	// nobody knows.
	var requests atomic.Int32
	url, _ := script(t, func(nc net.Conn, r *bufio.Reader) {
		for i := range 2 {
			if _, _, err := readRequest(r); err != nil {
				return
			}
			requests.Add(1)
			if i == 0 {
				reply(nc, "{}")
			}
		}
	})
	for _, retry := range []bool{false, true} {
		requests.Store(0)
		tr, req := acquire(t, url, nil)
		req.Retry = retry
		var resp Response
		if err := tr.Do(context.Background(), req, &resp); err != nil {
			t.Fatal(err)
		}
		err := tr.Do(context.Background(), req, &resp)
		if retry {
			if err != nil || requests.Load() != 3 {
				t.Errorf("query: %v after %d requests", err, requests.Load())
			}
		} else if kindOf(t, err) != Lost || requests.Load() != 2 {
			t.Errorf("mutation: %v after %d requests", err, requests.Load())
		}
	}
}

func TestMutationGetsALiveConnection(t *testing.T) {
	if !checksLiveness {
		t.Skip("sockets cannot be looked into here")
	}
	url, conns, closed := closedAfterFirst(t)
	tr, req := acquire(t, url, nil)
	req.Retry = false
	var resp Response
	for range 3 {
		if err := tr.Do(context.Background(), req, &resp); err != nil {
			t.Fatal(err)
		}
		<-closed
	}
	if conns.Load() != 3 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestMutationGetsALiveConnectionOverTLS(t *testing.T) {
	if !checksLiveness {
		t.Skip("sockets cannot be looked into here")
	}
	closed := make(chan struct{}, 3)
	u := serve(t, func(s *httptest.Server) {
		s.Config.IdleTimeout = time.Millisecond
		s.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				closed <- struct{}{}
			}
		}
		s.StartTLS()
	}, func(http.ResponseWriter, *http.Request) {})
	tr, req := acquire(t, u.URL+"/", func(s *Settings) { s.Protocol = HTTP1 })
	req.Retry = false
	for range 3 {
		if err := tr.Do(context.Background(), req, new(Response)); err != nil {
			t.Fatal(err)
		}
		<-closed
	}
}

func TestConnectionsOutliveTheDeadlinesOfRequests(t *testing.T) {
	u := serve(t, plain, func(http.ResponseWriter, *http.Request) {})
	tr, req := acquire(t, u.URL+"/", nil)
	for _, retry := range []bool{true, false, true} {
		req.Retry = retry
		if err := tr.Do(context.Background(), req, new(Response)); err != nil {
			t.Fatal(err)
		}
		// As if the deadline had passed while the connection was idle.
		if err := tr.rt.(*lean).conns.idle[0].SetDeadline(time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if n := u.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestRetryOnlyOnce(t *testing.T) {
	url, conns := script(t,
		func(nc net.Conn, r *bufio.Reader) {
			_, _, _ = readRequest(r)
			reply(nc, "{}")
			_, _, _ = readRequest(r)
		},
		func(_ net.Conn, r *bufio.Reader) { _, _, _ = readRequest(r) })
	tr, req := acquire(t, url, nil)
	var resp Response
	if err := tr.Do(context.Background(), req, &resp); err != nil {
		t.Fatal(err)
	}
	if k := kindOf(t, tr.Do(context.Background(), req, &resp)); k != Lost {
		t.Errorf("got %v", k)
	}
	if conns.Load() != 2 {
		t.Errorf("%d connections, want 2", conns.Load())
	}
}

func TestMaxConns(t *testing.T) {
	release, arrived := make(chan struct{}), make(chan struct{}, 8)
	u := serve(t, plain, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	tr, req := acquire(t, u.URL+"/", func(s *Settings) { s.MaxConns = 2 })
	const requests = 8
	errs := make(chan error, requests)
	for range 2 {
		go func() { errs <- tr.Do(context.Background(), req, new(Response)) }()
	}
	<-arrived
	<-arrived
	// A third finds no connection within its time, nor one that is cancelled.
	short := *req
	short.Timeout = 10 * time.Millisecond
	if k := kindOf(t, tr.Do(context.Background(), &short, new(Response))); k != Timeout {
		t.Errorf("got %v", k)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancelled := make(chan error)
	go func() { cancelled <- tr.Do(ctx, req, new(Response)) }()
	cancel()
	if k := kindOf(t, <-cancelled); k != Cancelled {
		t.Errorf("got %v", k)
	}
	for range requests - 2 {
		go func() { errs <- tr.Do(context.Background(), req, new(Response)) }()
	}
	close(release)
	for range requests {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := u.conns.Load(); n > 2 {
		t.Errorf("%d connections, limit 2", n)
	}
}

func TestPlacesOfFailedConnectionsAreGivenBack(t *testing.T) {
	url, conns := script(t, func(net.Conn, *bufio.Reader) {}) // closes at once
	tr, req := acquire(t, url, func(s *Settings) { s.MaxConns = 1 })
	for range 5 {
		if k := kindOf(t, tr.Do(context.Background(), req, new(Response))); k != Lost {
			t.Fatalf("got %v", k)
		}
	}
	if conns.Load() != 5 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestIdleAndOldConnectionsAreClosed(t *testing.T) {
	closed := make(chan struct{}, 2)
	u := serve(t, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				closed <- struct{}{}
			}
		}
		s.Start()
	}, func(http.ResponseWriter, *http.Request) {})
	tr, req := acquire(t, u.URL+"/", func(s *Settings) { s.IdleTimeout = 10 * time.Millisecond })
	if err := tr.Do(context.Background(), req, new(Response)); err != nil {
		t.Fatal(err)
	}
	<-closed
	tr, req = acquire(t, u.URL+"/", func(s *Settings) { s.MaxConnAge = time.Nanosecond })
	if err := tr.Do(context.Background(), req, new(Response)); err != nil {
		t.Fatal(err)
	}
	<-closed
}

func TestWaitersGetThePlaceOfAClosedConnection(t *testing.T) {
	url, conns := script(t, func(nc net.Conn, r *bufio.Reader) {
		_, _, _ = readRequest(r)
		_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
	})
	tr, req := acquire(t, url, func(s *Settings) { s.MaxConns = 1 })
	const requests = 6
	errs := make(chan error, requests)
	for range requests {
		go func() { errs <- tr.Do(context.Background(), req, new(Response)) }()
	}
	for range requests {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if conns.Load() != requests {
		t.Errorf("%d connections", conns.Load())
	}
}
