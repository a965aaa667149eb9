package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

// proxy passes requests on to one origin, with a cache between.
type proxy struct {
	cache  *httpcache.Cache
	origin string
	policy httpcache.Policy
}

// maxBody bounds what is read into memory.
const maxBody = 16 << 20

// ServeHTTP implements [http.Handler].
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req := &httpcache.Request{Method: r.Method, URL: "http://" + p.origin + r.URL.RequestURI(), Body: body}
	for name, values := range r.Header {
		switch name {
		case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Transfer-Encoding", "Upgrade", "Content-Length":
			continue
		}
		for _, v := range values {
			req.Header = append(req.Header, httpcache.Field{Name: name, Value: v})
		}
	}
	policy := p.policy
	policy.Scope = httpcache.Shared
	res, outcome, err := p.cache.Do(r.Context(), req, &policy, p.fetch)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	h := w.Header()
	for _, f := range res.Header {
		h[f.Name] = append(h[f.Name], f.Value)
	}
	if outcome.FromStore {
		h.Set("Age", strconv.FormatInt(int64(outcome.Age/time.Second), 10))
	}
	switch {
	case r.Method == http.MethodHead || res.Status == http.StatusNotModified || res.Status == http.StatusNoContent:
		w.WriteHeader(res.Status)
	default:
		h.Set("Content-Length", strconv.Itoa(len(res.Body)))
		w.WriteHeader(res.Status)
		_, _ = w.Write(res.Body)
	}
}

// fetch sends one request on a connection of its own.
func (p *proxy) fetch(ctx context.Context, r *httpcache.Request) (*httpcache.Response, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.origin)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", r.Method, strings.TrimPrefix(r.URL, "http://"+p.origin), p.origin)
	for _, f := range r.Header {
		fmt.Fprintf(&text, "%s: %s\r\n", f.Name, f.Value)
	}
	if len(r.Body) > 0 {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", len(r.Body))
	}
	text.WriteString("\r\n")
	if _, err := io.WriteString(conn, text.String()); err != nil {
		return nil, err
	}
	if _, err := conn.Write(r.Body); err != nil {
		return nil, err
	}
	return readResponse(bufio.NewReader(conn), r.Method)
}

// readResponse reads a response as RFC 9112, section 6.3 has it: a transfer
// coding that is not known ends with the connection.
func readResponse(b *bufio.Reader, method string) (*httpcache.Response, error) {
	t := textproto.NewReader(b)
	line, err := t.ReadLine()
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 200 || status > 999 {
		return nil, fmt.Errorf("unexpected status line %q", line)
	}
	header, err := t.ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	res := &httpcache.Response{Status: status}
	for name, values := range header {
		for _, v := range values {
			res.Header = append(res.Header, httpcache.Field{Name: name, Value: v})
		}
	}
	if method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		return res, nil
	}
	var body io.Reader = b
	if coding := header.Get("Transfer-Encoding"); coding == "chunked" {
		body = httputil.NewChunkedReader(b)
	} else if n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); coding == "" && err == nil {
		body = io.LimitReader(b, n)
	}
	res.Body, err = io.ReadAll(io.LimitReader(body, maxBody))
	return res, err
}
