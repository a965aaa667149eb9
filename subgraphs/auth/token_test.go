package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time of day that stands still.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// tokenServer answers token requests: the n-th as answer says.
type tokenServer struct {
	*httptest.Server
	mu     sync.Mutex
	asked  int
	bodies []string
	basic  []string
	answer func(n int, w http.ResponseWriter)
	// entered is told of each request, which then waits for proceed, if there are such.
	entered, proceed chan struct{}
}

func newTokenServer(t *testing.T) *tokenServer {
	s := &tokenServer{}
	s.answer = func(n int, w http.ResponseWriter) { s.give(w, fmt.Sprintf("t%d", n), 3600) }
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		user, password, _ := r.BasicAuth()
		s.mu.Lock()
		s.asked++
		n := s.asked
		s.bodies = append(s.bodies, r.PostForm.Encode())
		s.basic = append(s.basic, user+":"+password)
		answer, entered, proceed := s.answer, s.entered, s.proceed
		s.mu.Unlock()
		if entered != nil {
			entered <- struct{}{}
			select {
			case <-proceed:
			case <-r.Context().Done():
				return
			}
		}
		answer(n, w)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *tokenServer) give(w http.ResponseWriter, token string, seconds int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": %q, "token_type": "bearer", "expires_in": %d}`, token, seconds)
}

func (s *tokenServer) set(answer func(n int, w http.ResponseWriter)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *tokenServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func refuse(_ int, w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	fmt.Fprint(w, `{"error": "invalid_client", "error_description": "not hunter2 but hunter3"}`)
}

// rig is a pool with its clock and server.
type rig struct {
	*testing.T
	clock   *clock
	server  *tokenServer
	pool    *Pool
	renewed chan error
}

func newRig(t *testing.T) *rig {
	g := &rig{T: t, clock: &clock{now: noon}, server: newTokenServer(t), renewed: make(chan error, 100)}
	g.pool = &Pool{Now: g.clock.Now, Renewed: func(url string, err error) {
		if url != g.server.URL+"/token" {
			t.Errorf("told of %s", url)
		}
		g.renewed <- err
	}}
	return g
}

func (g *rig) settings() Settings {
	return Settings{OAuth2: &OAuth2{TokenURL: g.server.URL + "/token?tenant=x", ClientID: "weft", ClientSecret: "hunter2"}}
}

func (g *rig) acquire(s Settings) *Handle {
	g.Helper()
	h, err := g.pool.Acquire(s)
	if err != nil {
		g.Fatal(err)
	}
	return h
}

// sent is the header that a request goes with.
func (g *rig) sent(h *Handle) string {
	g.Helper()
	r := &Request{Method: "GET", Target: "/x"}
	if err := h.Apply(context.Background(), r); err != nil {
		g.Fatal(err)
	}
	return r.get("Authorization")
}

func (g *rig) fails(h *Handle, want string) {
	g.Helper()
	r := &Request{Method: "GET", Target: "/x"}
	err := h.Apply(context.Background(), r)
	var e *Error
	if !errors.As(err, &e) || e.Code() != CodeFailed || err.Error() != want {
		g.Errorf("%v, not %q", err, want)
	}
	if r.get("Authorization") != "" {
		g.Error("a header is set")
	}
}

func (g *rig) is(got, want string) {
	g.Helper()
	if got != want {
		g.Errorf("sent %q, not %q", got, want)
	}
}

func (g *rig) asked(want int) {
	g.Helper()
	if n := g.server.count(); n != want {
		g.Errorf("%d token requests, not %d", n, want)
	}
}

func TestTokenRequest(t *testing.T) {
	g := newRig(t)
	s := g.settings()
	s.OAuth2.Scopes, s.OAuth2.Audience = []string{"todos", "users"}, "api://x"
	s.OAuth2.Params = []Param{{"resource", "r&s"}}
	h := g.acquire(s)
	defer h.Release()
	g.is(g.sent(h), "Bearer t1")
	if want := "audience=api%3A%2F%2Fx&grant_type=client_credentials&resource=r%26s&scope=todos+users"; g.server.bodies[0] != want {
		t.Errorf("body %s", g.server.bodies[0])
	}
	if g.server.basic[0] != "weft:hunter2" {
		t.Errorf("credentials %s", g.server.basic[0])
	}
	s.OAuth2.InParams = true
	h2 := g.acquire(s)
	defer h2.Release()
	g.is(g.sent(h2), "Bearer t2")
	if !strings.Contains(g.server.bodies[1], "client_id=weft") || !strings.Contains(g.server.bodies[1], "client_secret=hunter2") || g.server.basic[1] != ":" {
		t.Errorf("%s, %s", g.server.bodies[1], g.server.basic[1])
	}
}

// Generations that follow one another share the token; the last one ends it.
func TestTokenOutlivesGenerations(t *testing.T) {
	g := newRig(t)
	first := g.acquire(g.settings())
	g.is(g.sent(first), "Bearer t1")
	second := g.acquire(g.settings())
	first.Release()
	g.is(g.sent(second), "Bearer t1")
	other := g.settings()
	other.OAuth2.ClientSecret = "changed"
	third := g.acquire(other)
	if g.pool.Len() != 2 {
		t.Errorf("%d sources", g.pool.Len())
	}
	g.is(g.sent(third), "Bearer t2")
	second.Release()
	third.Release()
	if g.pool.Len() != 0 {
		t.Errorf("%d sources", g.pool.Len())
	}
	fourth := g.acquire(g.settings())
	defer fourth.Release()
	g.is(g.sent(fourth), "Bearer t3")
}

// Requests that need a token at the same time cause one token request.
func TestOneTokenRequestAtATime(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	g.server.entered, g.server.proceed = make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	got := make([]string, 20)
	for i := range got {
		wg.Go(func() {
			r := &Request{}
			if err := h.Apply(context.Background(), r); err != nil {
				t.Error(err)
			}
			got[i] = r.get("Authorization")
		})
	}
	<-g.server.entered
	close(g.server.proceed)
	wg.Wait()
	for _, s := range got {
		g.is(s, "Bearer t1")
	}
	g.asked(1)
}

// A token is renewed before it ends, and requests go on with it meanwhile.
func TestTokenIsRenewedInTheBackground(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	g.is(g.sent(h), "Bearer t1")
	<-g.renewed
	g.clock.pass(time.Hour - 31*time.Second)
	g.is(g.sent(h), "Bearer t1")
	g.asked(1)
	g.server.mu.Lock()
	g.server.entered, g.server.proceed = make(chan struct{}), make(chan struct{})
	g.server.mu.Unlock()
	g.clock.pass(2 * time.Second)
	g.is(g.sent(h), "Bearer t1")
	<-g.server.entered
	g.is(g.sent(h), "Bearer t1")
	close(g.server.proceed)
	if err := <-g.renewed; err != nil {
		t.Fatal(err)
	}
	g.is(g.sent(h), "Bearer t2")
	g.asked(2)
}

// A failed renewal keeps a token that is still valid, and is not tried again at once.
func TestFailedRenewalKeepsTheToken(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	g.is(g.sent(h), "Bearer t1")
	<-g.renewed
	g.server.set(refuse)
	g.clock.pass(time.Hour - 20*time.Second)
	g.is(g.sent(h), "Bearer t1")
	if err := <-g.renewed; err == nil || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "http://") {
		t.Errorf("%v", err)
	}
	g.is(g.sent(h), "Bearer t1")
	g.asked(2)
	g.clock.pass(firstPause)
	g.is(g.sent(h), "Bearer t1")
	<-g.renewed
	g.asked(3)
	// When it has ended, requests fail, until the server is well again.
	g.clock.pass(21 * time.Second)
	g.fails(h, "the token server refused the client's credentials (status 401): invalid_client")
	<-g.renewed
	g.asked(4)
	g.fails(h, "the token server refused the client's credentials (status 401): invalid_client")
	g.asked(4)
	g.server.set(func(n int, w http.ResponseWriter) { g.server.give(w, "well", 60) })
	g.clock.pass(lastPause)
	g.is(g.sent(h), "Bearer well")
}

func TestShortLivedToken(t *testing.T) {
	g := newRig(t)
	g.server.set(func(n int, w http.ResponseWriter) { g.server.give(w, fmt.Sprint("t", n), 6) })
	h := g.acquire(g.settings())
	defer h.Release()
	g.is(g.sent(h), "Bearer t1")
	g.clock.pass(3 * time.Second)
	g.is(g.sent(h), "Bearer t1")
	g.asked(1)
	g.clock.pass(3 * time.Second)
	g.is(g.sent(h), "Bearer t2")
}

func TestTokenWithoutEnd(t *testing.T) {
	g := newRig(t)
	g.server.set(func(_ int, w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token": "forever", "token_type": "Bearer"}`)
	})
	h := g.acquire(g.settings())
	defer h.Release()
	g.is(g.sent(h), "Bearer forever")
	g.clock.pass(1000 * time.Hour)
	g.is(g.sent(h), "Bearer forever")
	g.asked(1)
}

// An upstream's 401 renews the token, once.
func TestRejectedToken(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	ctx := context.Background()
	r, late := &Request{}, &Request{}
	for _, r := range []*Request{r, late} {
		if err := h.Apply(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if !h.Rejected(ctx, r) {
		t.Fatal("no new token")
	}
	g.asked(2)
	if err := h.Apply(ctx, r); err != nil || r.get("Authorization") != "Bearer t2" {
		t.Errorf("%v, %v", r.Header, err)
	}
	if h.Rejected(ctx, r) {
		t.Error("a second repetition")
	}
	// Who was rejected with the old token takes the new one.
	if !h.Rejected(ctx, late) {
		t.Error("the new token is not taken")
	}
	// An upstream that refuses everything does not wear the token server out.
	for range 5 {
		r := &Request{}
		if err := h.Apply(ctx, r); err != nil {
			t.Fatal(err)
		}
		if h.Rejected(ctx, r) {
			t.Error("renewed again")
		}
	}
	g.asked(2)
	g.clock.pass(forcedPause)
	r = &Request{}
	if err := h.Apply(ctx, r); err != nil || !h.Rejected(ctx, r) {
		t.Errorf("not renewed, %v", err)
	}
	g.asked(3)
}

// A renewal that a 401 forced and that fails leaves the token for others.
func TestFailedForcedRenewal(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	r := &Request{}
	if err := h.Apply(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	g.server.set(refuse)
	if h.Rejected(context.Background(), r) {
		t.Error("worth a repetition")
	}
	g.is(g.sent(h), "Bearer t1")
}

// Who waits may leave, and the others get their token all the same.
func TestWaitingEndsWithTheContext(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	defer h.Release()
	g.server.entered, g.server.proceed = make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error)
	go func() { left <- h.Apply(ctx, &Request{}) }()
	<-g.server.entered
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(g.server.proceed)
	g.is(g.sent(h), "Bearer t1")
	g.asked(1)
}

// The last Release ends a token request that nobody waits for.
func TestReleaseEndsTheTokenRequest(t *testing.T) {
	g := newRig(t)
	h := g.acquire(g.settings())
	g.server.entered, g.server.proceed = make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error)
	go func() { left <- h.Apply(ctx, &Request{}) }()
	<-g.server.entered
	cancel()
	<-left
	h.Release()
	if err := <-g.renewed; err == nil {
		t.Error("the request went on")
	}
}

func TestBadTokenServers(t *testing.T) {
	plain := func(text string) func(int, http.ResponseWriter) {
		return func(_ int, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, text)
		}
	}
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter)
		want   string
	}{
		"no token":   {plain(`{"secret": "hunter2"}`), "the token server's answer is no token"},
		"no JSON":    {plain(`<hunter2>`), "the token server's answer is no token"},
		"other type": {plain(`{"access_token": "hunter2", "token_type": "mac"}`), "the token server's answer is of no use: the token is not a bearer token"},
		"line break": {plain(`{"access_token": "hunter2\r\nX: y", "token_type": "bearer"}`), "the token server's answer is of no use: the token cannot be sent in a header"},
		"expired":    {plain(`{"access_token": "hunter2", "token_type": "bearer", "expires_in": -5}`), "the token server's answer is of no use: the token has expired already"},
		"status":     {func(_ int, w http.ResponseWriter) { http.Error(w, "hunter2", http.StatusServiceUnavailable) }, "the token server failed (status 503)"},
		"redirect": {func(_ int, w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, "the token server failed (status 307)"},
		"connection": {func(int, http.ResponseWriter) { panic(http.ErrAbortHandler) }, "the token server cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			g.server.set(c.answer)
			h := g.acquire(g.settings())
			defer h.Release()
			g.fails(h, c.want)
		})
	}
	t.Run("silence", func(t *testing.T) {
		g := newRig(t)
		g.server.entered, g.server.proceed = make(chan struct{}, 1), make(chan struct{})
		s := g.settings()
		s.OAuth2.Timeout = time.Millisecond
		h := g.acquire(s)
		defer h.Release()
		g.fails(h, "the token server did not answer in time: context deadline exceeded")
	})
}
