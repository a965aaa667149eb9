package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs/demo"
)

// transcript collects what a running command writes, and lets a test wait for it.
type transcript struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed at the next write
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	close(l.changed)
	l.changed = make(chan struct{})
	return len(p), nil
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// wait returns once the text contains all of what is wanted.
func (l *transcript) wait(t *testing.T, want ...string) string {
	t.Helper()
	timeout := time.After(60 * time.Second)
	for {
		l.mu.Lock()
		text, changed := l.text.String(), l.changed
		l.mu.Unlock()
		missing := ""
		for _, w := range want {
			if !strings.Contains(text, w) {
				missing = w
			}
		}
		if missing == "" {
			return text
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%q was never written:\n%s", missing, text)
		}
	}
}

// running is a command that serves in this process.
type running struct {
	out, err *transcript
	reload   chan os.Signal
	stop     context.CancelFunc
	done     chan int
}

// begin starts a command that ends when it is told to, at the latest with the test.
func begin(t *testing.T, environ []string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{out: newTranscript(), err: newTranscript(), reload: make(chan os.Signal, 1), stop: cancel, done: make(chan int, 1)}
	a := &app{in: strings.NewReader(""), out: r.out, err: r.err, environ: environ, reload: r.reload}
	go func() { r.done <- a.run(ctx, args) }()
	t.Cleanup(func() {
		cancel()
		select {
		case code, ok := <-r.done:
			if ok && code != 0 {
				t.Errorf("weft %v: exit code %d\n%s", args, code, r.err.String())
			}
		case <-time.After(60 * time.Second):
			t.Errorf("weft %v does not end\n%s", args, r.err.String())
		}
	})
	return r
}

// end stops the command and returns its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.done:
		close(r.done)
		return code
	case <-time.After(60 * time.Second):
		t.Fatalf("the command does not end\n%s", r.err.String())
		return 0
	}
}

var curlPattern = regexp.MustCompile(`(?m)^curl -s (\S+) -H 'content-type: application/json' -d '([^']*)'$`)

func httpPost(t *testing.T, url, body string) string {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d: %s", resp.StatusCode, text)
	}
	return string(text)
}

func httpGet(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// Every line the demo prints does what it promises.
func TestDemo(t *testing.T) {
	r := begin(t, nil, "demo", "--listen", "127.0.0.1:0", "--upstream-port", "0")
	text := r.out.wait(t, "Ctrl+C")
	lines := curlPattern.FindAllStringSubmatch(text, -1)
	if len(lines) != 5 {
		t.Fatalf("%d curl lines in\n%s", len(lines), text)
	}
	wanted := []string{
		`{"name":"Table","price":899,"shippingEstimate":50,"reviews":[{"rating":5,"author":{"username":"ada"}}`,
		`"product":{"name":"Table","inStock":true,"warehouse":{"city":"Hamburg"}}`,
		`"todos":[{"title":"Water the plants"`,
		`"friendActivity":[{"friend":{"name":`,
		`{"title":"Quiet Signal No. 0","plays":4729,"artists":[{"name":"The Quiet Rivers"}]}`,
	}
	for i, line := range lines {
		answer := httpPost(t, line[1], line[2])
		if !json.Valid([]byte(answer)) || !strings.HasPrefix(answer, `{"data":{`) || !strings.Contains(answer, wanted[i]) || strings.Contains(answer, `"errors"`) {
			t.Errorf("%s\n%s", line[0], answer)
		}
		endpoint := strings.TrimSuffix(line[1], "/graphql")
		if !strings.Contains(text, "Playground  "+endpoint+"/") {
			t.Errorf("the playground is not named:\n%s", text)
		}
	}
	base := strings.TrimSuffix(lines[0][1], "/graphql")
	if code, page := httpGet(t, base+"/"); code != http.StatusOK || !strings.Contains(page, "<html") {
		t.Errorf("playground: %d %.200s", code, page)
	}
	if code, body := httpGet(t, base+"/health/ready"); code != http.StatusOK {
		t.Errorf("health: %d %s", code, body)
	}
	if answer := httpPost(t, lines[0][1], `{"query":"{ __schema { queryType { name } } }"}`); answer != `{"data":{"__schema":{"queryType":{"name":"Query"}}}}` {
		t.Errorf("introspection: %s", answer)
	}
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.err)
	}
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(base, "http://"), time.Second); err == nil {
		t.Error("the router still listens")
	}
}

// Each curl line asks as many subgraphs as its heading says.
func TestDemoQueriesCrossSubgraphs(t *testing.T) {
	file := demoSupergraph(t)
	for i, want := range []int{3, 4, 2} {
		got := weft(t, demoQueries[i].query, "plan", "--supergraph", file, "--format", "json", "-")
		var p struct{ Fetches []struct{ Subgraph string } }
		if err := json.Unmarshal([]byte(got.out), &p); err != nil {
			t.Fatal(err, got.err)
		}
		names := map[string]bool{}
		for _, f := range p.Fetches {
			names[f.Subgraph] = true
		}
		if len(names) != want {
			t.Errorf("%s: %v", demoQueries[i].query, names)
		}
	}
}

func TestDemoConfigIsTheRepositorysOwn(t *testing.T) {
	want, err := os.ReadFile("../../router.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := weft(t, "", "demo", "--config"); got.code != 0 || got.out != string(want) {
		t.Errorf("exit code %d; router.yaml and cmd/weft/demo.yaml differ:\n%s", got.code, got.out)
	}
}

// The embedded configuration names exactly the upstreams there are, where they are.
func TestDemoConfigFitsTheUpstreams(t *testing.T) {
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(context.Background())
	for _, first := range []int{demo.DefaultFirstPort, 5200} {
		got := weft(t, "", "demo", "--config", "--upstream-port", fmt.Sprint(first), "--listen", "127.0.0.1:9")
		loaded, err := config.Load(config.Options{Sources: []config.Source{{Name: "demo", Data: []byte(got.out)}}, Environ: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Config.Listen != "127.0.0.1:9" || len(loaded.Config.Subgraphs) != len(d.Upstreams()) {
			t.Errorf("%+v", loaded.Config)
		}
		for i, u := range d.Upstreams() {
			s := loaded.Config.Subgraphs[i]
			url, want := s.URL, fmt.Sprintf("http://127.0.0.1:%d/graphql", first+i)
			if u.Kind == demo.REST {
				url, want = s.Rest.URL, fmt.Sprintf("http://127.0.0.1:%d/%s", first+i, u.Name)
				if s.Schema.URL != want+"/schema.graphql" {
					t.Errorf("the schema of %s is at %s", s.Name, s.Schema.URL)
				}
			}
			if s.Name != u.Name || url != want {
				t.Errorf("%s at %s, want %s at %s", s.Name, url, u.Name, want)
			}
		}
	}
}

// taken returns the address of a listener that belongs to someone else.
func taken(t *testing.T) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr)
}

func TestDemoPortTaken(t *testing.T) {
	port := fmt.Sprint(taken(t).Port)
	for _, tc := range []struct {
		name string
		args []string
		flag string
	}{
		{"upstream", []string{"demo", "--listen", "127.0.0.1:0", "--upstream-port", port}, "--upstream-port"},
		{"router", []string{"demo", "--listen", "127.0.0.1:" + port, "--upstream-port", "0"}, "--listen"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := weft(t, "", tc.args...)
			if got.code != 1 || !strings.Contains(got.err, port) || !strings.Contains(got.err, "hint: ") || !strings.Contains(got.err, tc.flag) {
				t.Errorf("exit code %d\n%s", got.code, got.err)
			}
		})
	}
}

// The same job in two processes: upstreams here, a router with a file there.
func TestDemoUpstreamsOnly(t *testing.T) {
	upstreams := begin(t, nil, "demo", "--upstreams-only", "--upstream-port", "0")
	text := upstreams.out.wait(t, "Ctrl+C")
	if strings.Contains(text, "Graph ") {
		t.Errorf("a router is announced:\n%s", text)
	}
	file := write(t, t.TempDir(), "router.yaml", demoConfig)
	args := []string{"--config", file, "--listen", "127.0.0.1:0"}
	for _, m := range regexp.MustCompile(`(?m)^  (\w+) +(http://\S+)`).FindAllStringSubmatch(text, -1) {
		if !strings.HasSuffix(m[2], "/graphql") {
			args = append(args, "--set", "subgraphs."+m[1]+".rest.url="+m[2], "--set", "subgraphs."+m[1]+".schema.url="+m[2]+"/schema.graphql")
			continue
		}
		args = append(args, "--set", "subgraphs."+m[1]+".url="+m[2])
	}
	if len(args) != 4+2*(6+2*2) {
		t.Fatalf("%v", args)
	}
	router := begin(t, nil, args...)
	address := listenAddress(t, router)
	answer := httpPost(t, "http://"+address+"/graphql", `{"query":"{ me { name reviews { product { shippingEstimate } } } }"}`)
	if !strings.HasPrefix(answer, `{"data":{"me":{"name":"Ada Lovelace"`) {
		t.Error(answer)
	}
	if code := router.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if code := upstreams.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
