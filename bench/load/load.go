// Package load sends requests from many connections and checks every answer.
//
// In go a URL, bodies and the right answer, out come counts and times. [Run] owns
// its goroutines, one for each connection, and returns when all have ended.
package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Options say what to send.
type Options struct {
	URL         string
	Connections int
	// Duration ends the run; with 0, Count requests do.
	Duration time.Duration
	Count    int64
	// First is the number of the first request, so that runs do not repeat one
	// another.
	First int64
	// Body appends the body of the n-th request.
	Body func(dst []byte, n int64) []byte
	// Unique gives each request an Authorization of its own, see [User].
	Unique bool
	// User has the Authorization of all requests that are not unique; nobody's when
	// empty.
	User string
	// Named is what stands in answers before the user, who has to be the one of the
	// request; it counts as [Nobody] then.
	Named string
	// Want is the right answer, as JSON.
	Want []byte
	// Varies is a prefix in answers behind which digits may differ.
	Varies string
	// Progress, if not nil, is told how many answers there were so far.
	Progress *atomic.Int64
}

// User returns who asks in the n-th of requests that are Unique. All have the same
// length.
func User(n int64) string { return fmt.Sprintf("%0*d", len(Nobody), n) }

// Nobody is the user in the right answer, whoever asks.
const Nobody = "0000000000"

// Result is what came of it.
type Result struct {
	Answers, Failed int64
	Elapsed         time.Duration
	// Problem is the first wrong answer.
	Problem error
	times   []time.Duration
}

// Quantile returns the time within which so many of the answers came.
func (r *Result) Quantile(q float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[min(len(r.times)-1, int(q*float64(len(r.times))))]
}

// maxTimes bounds the times that are kept for each connection.
const maxTimes = 1 << 20

// Run sends requests until it is time to end.
func Run(o Options) (*Result, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	want, err := decode(o.Want)
	if err != nil {
		return nil, fmt.Errorf("the right answer is no JSON: %w", err)
	}
	client := &fasthttp.HostClient{
		Addr: u.Host, MaxConns: o.Connections, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		MaxResponseBodySize: 256 << 20, ReadBufferSize: 64 << 10, NoDefaultUserAgentHeader: true,
	}
	defer client.CloseIdleConnections()
	r := &Result{}
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	begin := time.Now()
	for range o.Connections {
		wg.Go(func() {
			w := worker{o: &o, want: want, client: client}
			w.request.SetRequestURI(o.URL)
			w.request.Header.SetMethod(fasthttp.MethodPost)
			w.request.Header.SetContentType("application/json")
			w.request.Header.Set("Accept", "application/json")
			for {
				n := next.Add(1) - 1
				if o.Duration > 0 && time.Since(begin) >= o.Duration || o.Duration == 0 && n >= o.Count {
					break
				}
				w.send(o.First + n)
			}
			mu.Lock()
			defer mu.Unlock()
			r.Answers += w.answers
			r.Failed += w.failed
			r.times = append(r.times, w.times...)
			if r.Problem == nil {
				r.Problem = w.problem
			}
		})
	}
	wg.Wait()
	r.Elapsed = time.Since(begin)
	slices.Sort(r.times)
	return r, nil
}

type worker struct {
	o        *Options
	want     any
	client   *fasthttp.HostClient
	request  fasthttp.Request
	response fasthttp.Response
	body     []byte
	// right are bodies known to be right, byte for byte.
	right [][]byte

	answers, failed int64
	times           []time.Duration
	problem         error
}

func (w *worker) send(n int64) {
	w.body = w.o.Body(w.body[:0], n)
	w.request.SetBodyRaw(w.body)
	user := w.o.User
	if w.o.Unique {
		user = User(n)
	}
	if user != "" {
		w.request.Header.Set("Authorization", "Bearer "+user)
	}
	begin := time.Now()
	err := w.client.Do(&w.request, &w.response)
	took := time.Since(begin)
	if err == nil {
		err = w.check(user)
	}
	if err != nil {
		w.failed++
		if w.problem == nil {
			w.problem = err
		}
		return
	}
	w.answers++
	if len(w.times) < maxTimes {
		w.times = append(w.times, took)
	}
	if w.o.Progress != nil {
		w.o.Progress.Add(1)
	}
}

func (w *worker) check(user string) error {
	body := w.response.Body()
	if status := w.response.StatusCode(); status != fasthttp.StatusOK {
		return fmt.Errorf("status %d: %.300s", status, body)
	}
	if w.o.Varies != "" {
		if i := bytes.Index(body, []byte(w.o.Varies)); i >= 0 {
			for i += len(w.o.Varies); i < len(body) && body[i] >= '0' && body[i] <= '9'; i++ {
				body[i] = '0'
			}
		}
	}
	if w.o.Named != "" {
		i := bytes.Index(body, []byte(w.o.Named)) + len(w.o.Named)
		if i < len(w.o.Named) || !bytes.HasPrefix(body[i:], []byte(user)) {
			return fmt.Errorf("the answer is not for %s: %.300s", user, body)
		}
		copy(body[i:], Nobody[:len(user)])
	}
	for _, right := range w.right {
		if bytes.Equal(body, right) {
			return nil
		}
	}
	got, err := decode(body)
	if err != nil {
		return fmt.Errorf("the answer is no JSON: %w", err)
	}
	if !reflect.DeepEqual(got, w.want) {
		return fmt.Errorf("the answer is wrong: %.300s", body)
	}
	if len(w.right) < 4 {
		w.right = append(w.right, bytes.Clone(body))
	}
	return nil
}

// decode reads an answer; empty extensions are as good as none.
func decode(b []byte) (any, error) {
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	if len(v) == 0 {
		return nil, errors.New("it is empty")
	}
	delete(v, "extensions")
	return v, nil
}
