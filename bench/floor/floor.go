// Package floor has what a router is measured against: servers that make the same
// requests to subgraphs with the same bytes, in the same order, and write the
// same answer, but neither parse, plan, decode nor merge; and a bare reverse
// proxy for operations of one request.
//
// In goes a [Recording], or a URL, out come handlers. They pass Authorization on
// and start a goroutine for each request of a wave but the last.
package floor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/upstream"
)

// Recording is what a router did for one operation.
type Recording struct {
	// Base is the URL of the subgraphs.
	Base string `json:"base"`
	// Waves are the requests that were made at the same time, in order.
	Waves [][]Request `json:"waves"`
	// Answer is what the client got.
	Answer json.RawMessage `json:"answer"`
}

// Request is one request to a subgraph.
type Request struct {
	// Method is POST when empty.
	Method string `json:"method,omitempty"`
	// Subgraph is the path below Base.
	Subgraph string `json:"subgraph"`
	Body     string `json:"body,omitempty"`
	// Type is the content type of the body, JSON when empty.
	Type string `json:"type,omitempty"`
}

// Waves puts calls together that overlap: a call that begins before any of a wave
// has ended belongs to it.
func Waves(calls []upstream.Call) [][]Request {
	calls = slices.Clone(calls)
	slices.SortStableFunc(calls, func(a, b upstream.Call) int { return int(a.Begin - b.Begin) })
	var waves [][]Request
	var ends int64
	for i, c := range calls {
		if i == 0 || c.Begin > ends {
			waves = append(waves, nil)
			ends = c.End
		}
		ends = min(ends, c.End)
		last := &waves[len(waves)-1]
		*last = append(*last, Request{Method: c.Method, Subgraph: c.Subgraph, Body: c.Body, Type: c.Type})
	}
	return waves
}

const maxConns = 1024

// Net replays a recording with net/http.
func Net(r *Recording) http.Handler {
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConns: maxConns, MaxIdleConnsPerHost: maxConns, IdleConnTimeout: time.Minute, DisableCompression: true},
		Timeout:   10 * time.Second,
	}
	var buffers sync.Pool
	call := func(in *http.Request, q *Request) error {
		var body io.Reader
		if q.Body != "" {
			body = bytes.NewReader([]byte(q.Body))
		}
		out, err := http.NewRequestWithContext(in.Context(), cmp.Or(q.Method, http.MethodPost), r.Base+"/"+q.Subgraph, body)
		if err != nil {
			return err
		}
		if body != nil {
			out.Header["Content-Type"] = []string{cmp.Or(q.Type, "application/json")}
		}
		out.Header["Authorization"] = in.Header["Authorization"]
		resp, err := client.Do(out)
		if err != nil {
			return err
		}
		b, _ := buffers.Get().(*bytes.Buffer)
		if b == nil {
			b = new(bytes.Buffer)
		}
		defer buffers.Put(b)
		b.Reset()
		_, err = b.ReadFrom(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d", resp.StatusCode)
		}
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		if _, err := io.Copy(io.Discard, in.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, wave := range r.Waves {
			if err := together(wave, func(q *Request) error { return call(in, q) }); err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(r.Answer)))
		_, _ = w.Write(r.Answer) // to a client that may have left
	})
}

// together makes the calls of a wave at the same time.
func together(wave []Request, call func(*Request) error) error {
	errs := make([]error, len(wave))
	var wg sync.WaitGroup
	for i := range len(wave) - 1 {
		wg.Go(func() { errs[i] = call(&wave[i]) })
	}
	last := len(wave) - 1
	errs[last] = call(&wave[last])
	wg.Wait()
	return errors.Join(errs...)
}

// Fast replays a recording with fasthttp.
func Fast(r *Recording) fasthttp.RequestHandler {
	client := &fasthttp.Client{MaxConnsPerHost: maxConns, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxResponseBodySize: 64 << 20}
	call := func(authorization []byte, q *Request) error {
		out, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(out)
		defer fasthttp.ReleaseResponse(resp)
		out.SetRequestURI(r.Base + "/" + q.Subgraph)
		out.Header.SetMethod(cmp.Or(q.Method, fasthttp.MethodPost))
		if q.Body != "" {
			out.Header.SetContentType(cmp.Or(q.Type, "application/json"))
			out.SetBodyString(q.Body)
		}
		if len(authorization) > 0 {
			out.Header.SetBytesV("Authorization", authorization)
		}
		if err := client.Do(out, resp); err != nil {
			return err
		}
		if resp.StatusCode() != fasthttp.StatusOK {
			return fmt.Errorf("status %d", resp.StatusCode())
		}
		return nil
	}
	return func(in *fasthttp.RequestCtx) {
		authorization := in.Request.Header.Peek("Authorization")
		for _, wave := range r.Waves {
			if err := together(wave, func(q *Request) error { return call(authorization, q) }); err != nil {
				in.Error(err.Error(), fasthttp.StatusBadGateway)
				return
			}
		}
		in.SetContentType("application/json")
		in.SetBody(r.Answer)
	}
}

// Proxy passes the bodies of requests on to one URL with net/http and copies what
// comes back. It does less than [net/http/httputil.ReverseProxy] does: no headers
// but the few that are needed.
func Proxy(target string) http.Handler {
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConns: maxConns, MaxIdleConnsPerHost: maxConns, IdleConnTimeout: time.Minute, DisableCompression: true},
		Timeout:   time.Minute,
	}
	buffers := sync.Pool{New: func() any { return new([32 << 10]byte) }}
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := http.NewRequestWithContext(in.Context(), http.MethodPost, target, bytes.NewReader(body))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out.Header["Content-Type"] = []string{"application/json"}
		out.Header["Authorization"] = in.Header["Authorization"]
		resp, err := client.Do(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.Header()["Content-Type"] = resp.Header["Content-Type"]
		w.Header()["Content-Length"] = resp.Header["Content-Length"]
		w.WriteHeader(resp.StatusCode)
		buffer := buffers.Get().(*[32 << 10]byte)
		defer buffers.Put(buffer)
		// Without WriterTo and ReaderFrom, so that the buffer is used.
		_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{resp.Body}, buffer[:])
		if err != nil {
			panic(http.ErrAbortHandler) // what was sent is not all there is
		}
	})
}
