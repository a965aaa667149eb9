package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Pool hands out authenticators and owns their tokens. The zero Pool is ready
// for use; its fields are set before the first use.
type Pool struct {
	// Client sends token requests; nil means one of the pool's own, which follows
	// no redirects.
	Client *http.Client
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// Renewed, unless it is nil, is told of every token request that has ended: for
	// logs and metrics. It must not block.
	Renewed func(tokenURL string, err error)

	mu      sync.Mutex
	sources map[key]*source
}

func (p *Pool) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// ownClient carries credentials, so it goes nowhere but where it was sent.
var ownClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Acquire returns an authenticator. Equal OAuth 2.0 settings share their token.
// The caller must Release it.
func (p *Pool) Acquire(s Settings) (*Handle, error) {
	h, err := newHandle(s, p.now)
	if err != nil || s.OAuth2 == nil {
		return h, err
	}
	o := *s.OAuth2
	if o.RenewBefore <= 0 {
		o.RenewBefore = 30 * time.Second
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	u, err := url.Parse(o.TokenURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the token URL is not an http or https URL")
	}
	k := o.key()
	p.mu.Lock()
	defer p.mu.Unlock()
	src := p.sources[k]
	if src == nil {
		src = newSource(p, k, o)
		if p.sources == nil {
			p.sources = map[key]*source{}
		}
		p.sources[k] = src
	}
	src.users++
	h.source = src
	return h, nil
}

// Len returns how many token sources are in use.
func (p *Pool) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sources)
}

// token is one access token. It does not change.
type token struct {
	access        string
	authorization string
	// renew and end are when it is renewed and when it ends; zero: never.
	renew, end time.Time
}

func (t *token) valid(now time.Time) bool { return t != nil && (t.end.IsZero() || now.Before(t.end)) }

func (t *token) fresh(now time.Time) bool {
	return t != nil && (t.renew.IsZero() || now.Before(t.renew))
}

// Pauses between token requests. After a failure they double, so that a sick
// token server is not made worse; a rejected token is renewed at most this often.
const (
	firstPause  = 250 * time.Millisecond
	lastPause   = 30 * time.Second
	forcedPause = 5 * time.Second
)

// source gets and keeps the token of some settings.
type source struct {
	pool     *Pool
	key      key
	settings OAuth2
	config   clientcredentials.Config
	users    int // guarded by the pool's mutex
	// base is cancelled when nobody uses the source any more.
	base   context.Context
	cancel context.CancelFunc

	current atomic.Pointer[token]

	mu sync.Mutex
	// flight is the token request under way, nil if there is none.
	flight *flight
	// failures in a row, the last of them, and when the next attempt may be.
	failures  int
	failed    error
	notBefore time.Time
	// forced is when a rejected token was last renewed.
	forced time.Time
}

// flight is one token request. token and err are set when done is closed.
type flight struct {
	done  chan struct{}
	token *token
	err   error
}

func newSource(p *Pool, k key, o OAuth2) *source {
	s := &source{pool: p, key: k, settings: o}
	s.base, s.cancel = context.WithCancel(context.Background())
	s.config = clientcredentials.Config{
		ClientID: o.ClientID, ClientSecret: string(o.ClientSecret), TokenURL: o.TokenURL, Scopes: o.Scopes,
		AuthStyle: oauth2.AuthStyleInHeader, EndpointParams: url.Values{},
	}
	if o.InParams {
		s.config.AuthStyle = oauth2.AuthStyleInParams
	}
	for _, p := range o.Params {
		s.config.EndpointParams.Add(p.Name, string(p.Value))
	}
	if o.Audience != "" {
		s.config.EndpointParams.Set("audience", o.Audience)
	}
	return s
}

func (s *source) release() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	switch s.users--; {
	case s.users == 0:
		delete(s.pool.sources, s.key)
		s.cancel()
	case s.users < 0:
		panic("auth: released too often")
	}
}

// get returns a valid token. One that is soon to end is returned while a new one
// is on its way.
func (s *source) get(ctx context.Context) (*token, error) {
	now := s.pool.now()
	t := s.current.Load()
	if t.fresh(now) {
		return t, nil
	}
	f, err := s.renew(now, nil)
	switch {
	case t.valid(now):
		return t, nil
	case err != nil:
		return nil, err
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// rejected gets another token than the one that an upstream refused, and reports
// whether it could. The old one stays until there is another.
func (s *source) rejected(ctx context.Context, used *token) bool {
	f, err := s.renew(s.pool.now(), used)
	if err != nil {
		return false
	}
	select {
	case <-f.done:
		return f.err == nil && f.token.access != used.access
	case <-ctx.Done():
		return false
	}
}

var errTooSoon = errors.New("the token has been renewed a moment ago")

// renew joins the token request under way, or begins one. The error says why
// there is none. With refused, that token is known to be no good.
func (s *source) renew(now time.Time, refused *token) (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != nil {
		return s.flight, nil
	}
	// Somebody else may have brought a new one since the caller looked.
	if t := s.current.Load(); t != refused && t.fresh(now) {
		f := &flight{done: make(chan struct{}), token: t}
		close(f.done)
		return f, nil
	}
	if now.Before(s.notBefore) {
		return nil, s.failed
	}
	if refused != nil {
		if !s.forced.IsZero() && now.Sub(s.forced) < forcedPause {
			return nil, errTooSoon
		}
		s.forced = now
	}
	s.flight = &flight{done: make(chan struct{})}
	go s.fetch(s.flight)
	return s.flight, nil
}

// fetch carries out a token request. It has a context of its own: who waits for
// it may leave.
func (s *source) fetch(f *flight) {
	ctx, cancel := context.WithTimeout(s.base, s.settings.Timeout)
	defer cancel()
	client := s.pool.Client
	if client == nil {
		client = ownClient
	}
	got, err := s.config.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	now := s.pool.now()
	s.mu.Lock()
	if err == nil {
		f.token, err = s.accept(got, now)
	}
	if err == nil {
		s.current.Store(f.token)
		s.failures, s.failed, s.notBefore = 0, nil, time.Time{}
	} else {
		f.err = failure(err)
		s.failed = f.err
		s.notBefore = now.Add(min(firstPause<<min(s.failures, 10), lastPause))
		s.failures++
	}
	s.flight = nil
	s.mu.Unlock()
	close(f.done)
	if s.pool.Renewed != nil {
		s.pool.Renewed(withoutQuery(s.settings.TokenURL), f.err)
	}
}

var (
	errTokenType = errors.New("the token is not a bearer token")
	errToken     = errors.New("the token cannot be sent in a header")
	errExpired   = errors.New("the token has expired already")
)

func (s *source) accept(got *oauth2.Token, now time.Time) (*token, error) {
	if !strings.EqualFold(got.Type(), "bearer") {
		return nil, errTokenType
	}
	if strings.ContainsAny(got.AccessToken, " \t") || !validValue(got.AccessToken) {
		return nil, errToken
	}
	t := &token{access: got.AccessToken, authorization: "Bearer " + got.AccessToken}
	if !got.Expiry.IsZero() {
		// The library has added the lifetime to the time of day; what is wanted is
		// the lifetime, to go by the pool's clock.
		life := time.Until(got.Expiry).Round(time.Second)
		if life <= 0 {
			return nil, errExpired
		}
		t.end = now.Add(life)
		t.renew = t.end.Add(-min(s.settings.RenewBefore, life/3))
	}
	return t, nil
}

// failure makes an error without secrets and addresses: the library's errors
// repeat the token server's answer, and the URL.
func failure(err error) *Error {
	var answered *oauth2.RetrieveError
	var sent *url.Error
	switch {
	case errors.As(err, &answered):
		e := &Error{Message: "the token server refused the client's credentials"}
		if answered.Response != nil {
			e.Status = answered.Response.StatusCode
		}
		switch e.Status / 100 {
		case 2:
			e.Message, e.Status = "the token server's answer is no token", 0
		case 4:
		default:
			e.Message = "the token server failed"
		}
		if code := answered.ErrorCode; code != "" && len(code) <= 64 && !strings.ContainsFunc(code, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
			e.Err = errors.New(code)
		}
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Message: "the token server did not answer in time", Err: context.DeadlineExceeded}
	case errors.Is(err, errTokenType), errors.Is(err, errToken), errors.Is(err, errExpired):
		return &Error{Message: "the token server's answer is of no use", Err: err}
	case errors.As(err, &sent):
		return &Error{Message: "the token server cannot be reached"}
	}
	return &Error{Message: "the token server's answer is no token"}
}

// withoutQuery leaves out what of a URL may be secret.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
