package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

func TestProxy(t *testing.T) {
	var asked atomic.Int32
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("X-Method", r.Method)
		_, _ = io.WriteString(w, r.URL.RequestURI()+string(body))
	}))
	defer origin.Close()
	cache := httpcache.New(httpcache.NewMemory(1<<20, nil), httpcache.Options{})
	defer func() { _ = cache.Close(context.Background()) }()
	front := httptest.NewServer(&proxy{cache: cache, origin: strings.TrimPrefix(origin.URL, "http://")})
	defer front.Close()

	for _, tt := range []struct {
		method, body, want string
		age                bool
		asked              int32
	}{
		{"GET", "", "/a?b=1", false, 1},
		{"GET", "", "/a?b=1", true, 1},
		{"HEAD", "", "", true, 1},
		{"POST", "x", "/a?b=1x", false, 2},
		{"GET", "", "/a?b=1", false, 3},
	} {
		r, err := http.NewRequest(tt.method, front.URL+"/a?b=1", strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || string(body) != tt.want || (res.Header.Get("Age") != "") != tt.age || asked.Load() != tt.asked {
			t.Errorf("%s: %q, Age %q, %d asked, %v", tt.method, body, res.Header.Get("Age"), asked.Load(), err)
		}
	}
	origin.Close()
	res, err := http.Get(front.URL + "/other")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusBadGateway {
		t.Error(res.Status)
	}
}

func TestReadResponse(t *testing.T) {
	for text, want := range map[string]string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc":                      "ab",
		"HTTP/1.1 200 OK\r\n\r\nabc":                                           "abc",
		"HTTP/1.1 299\r\nTransfer-Encoding: whatever\r\n\r\nabc":               "abc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n": "a",
		"HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nabc":                      "",
	} {
		res, err := readResponse(bufio.NewReader(strings.NewReader(text)), "GET")
		if err != nil || string(res.Body) != want {
			t.Errorf("%q: %v %v", text, res, err)
		}
	}
	for _, text := range []string{"", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nX"} {
		if _, err := readResponse(bufio.NewReader(strings.NewReader(text)), "GET"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
