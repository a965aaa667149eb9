package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/demo"
)

var listening = regexp.MustCompile(`listening.*"address": ?"([^"]+)"`)

// listenAddress is where a router that runs has logged to listen.
func listenAddress(t *testing.T, r *running) string {
	t.Helper()
	m := listening.FindStringSubmatch(r.err.wait(t, "the graph is loaded"))
	if m == nil {
		t.Fatalf("no address in\n%s", r.err)
	}
	return m[1]
}

// upstreams starts the sample upstreams and returns a router.yaml over some of them.
func upstreams(t *testing.T, names ...string) string {
	t.Helper()
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(context.Background()) })
	var b strings.Builder
	b.WriteString("listen: 127.0.0.1:0\nwatch: {debounce: 1ms}\nsubgraphs:\n")
	for _, u := range d.Upstreams() {
		for _, name := range names {
			if u.Name == name {
				fmt.Fprintf(&b, "  - {name: %s, url: %s}\n", u.Name, u.URL)
			}
		}
	}
	return b.String()
}

const users = `{"query":"{ users(first: 1) { username } }"}`

func TestServeReloads(t *testing.T) {
	text := upstreams(t, "accounts", "todo")
	for _, tc := range []struct {
		name string
		// watch is whether a changed file is enough.
		watch bool
	}{{"when a file changes", true}, {"at SIGHUP", false}} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			current := text
			if !tc.watch {
				current = strings.Replace(current, "watch: {", "watch: {enabled: false, ", 1)
			}
			file := write(t, dir, "router.yaml", current)
			r := begin(t, nil, "serve", "--config", file)
			url := "http://" + listenAddress(t, r)
			change := func(text string) {
				write(t, dir, "router.yaml", text)
				if !tc.watch {
					r.reload <- syscall.SIGHUP
				}
			}
			if got := httpPost(t, url+"/graphql", users); got != `{"data":{"users":[{"username":"ada"}]}}` {
				t.Fatal(got)
			}

			change("limits: {max_dpth: 3}\n" + current)
			r.err.wait(t, "the configuration is refused", `did you mean \"max_depth\"`)
			if _, body := httpGet(t, url+"/health/ready"); !strings.Contains(body, "CONFIG_UNKNOWN_KEY") {
				t.Errorf("health does not say why: %s", body)
			}
			if got := httpPost(t, url+"/graphql", users); !strings.HasPrefix(got, `{"data":{"users"`) {
				t.Errorf("it no longer serves: %s", got)
			}

			change("limits: {max_root_fields: 1}\nlog: {level: debug}\n" + current)
			r.err.wait(t, `"generation":2`, "the log level has changed")
			if got := httpPost(t, url+"/graphql", `{"query":"{ users { id } todos { id } }"}`); !strings.Contains(got, "LIMIT_MAX_ROOT_FIELDS") {
				t.Errorf("the new limit does not hold: %s", got)
			}
			if _, body := httpGet(t, url+"/health/ready"); strings.Contains(body, "CONFIG_UNKNOWN_KEY") {
				t.Errorf("the old failure is still shown: %s", body)
			}
			if code := r.end(t); code != 0 {
				t.Errorf("exit code %d\n%s", code, r.err)
			}
		})
	}
}

// A file that a broken configuration names is watched: its repair is noticed.
func TestServeWaitsForUpstreams(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "router.yaml", "listen: 127.0.0.1:0\nwatch: {debounce: 1ms}\nsubgraphs: [{name: a, url: http://127.0.0.1:1/graphql, schema: ./a.graphql}]\n")
	r := begin(t, nil, "--config", file)
	text := r.err.wait(t, "SCHEMA_FILE", "listening")
	url := "http://" + listening.FindStringSubmatch(text)[1]
	if code, body := httpGet(t, url+"/health/ready"); code != http.StatusServiceUnavailable || !strings.Contains(body, "SCHEMA_FILE") {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := httpGet(t, url+"/health/live"); code != http.StatusOK {
		t.Errorf("live: %d", code)
	}
	write(t, dir, "a.graphql", "type Query { a: Int }\n")
	r.err.wait(t, "the graph is loaded")
	if code, body := httpGet(t, url+"/health/ready"); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
}

func TestServeProblemsAtStart(t *testing.T) {
	dir := t.TempDir()
	sick := write(t, dir, "sick.yaml", "listen: 127.0.0.1:0\nsubgraphs: [{name: a, url: http://127.0.0.1:1/graphql}]\n")
	bad := write(t, dir, "bad.graphql", "type Query {\n  a: Nope\n}\n")
	broken := write(t, dir, "broken.yaml", "listen: 127.0.0.1:0\nsubgraphs: [{name: a, url: http://127.0.0.1:1/graphql, schema: ./bad.graphql}]\n")
	port := fmt.Sprint(taken(t).Port)
	for _, tc := range []struct {
		name string
		args []string
		want []string
	}{
		{"sick upstream", []string{"--config", sick, "--exit-on-error"}, []string{"subgraph a: ", "(SCHEMA_UNREACHABLE)"}},
		{"schema that does not compose", []string{"serve", "--config", broken, "--exit-on-error"}, []string{bad + ":2:", "(INVALID_GRAPHQL)"}},
		{"port", []string{"--config", sick, "--listen", "127.0.0.1:" + port}, []string{"port " + port + " on 127.0.0.1 cannot be used", "(LISTEN_FAILED)", "--listen"}},
		{"log level", []string{"--config", sick, "--log-level", "loud"}, []string{"--log-level: ", "CONFIG_INVALID_VALUE"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := weft(t, "", tc.args...)
			if got.code != 1 {
				t.Errorf("exit code %d", got.code)
			}
			for _, want := range tc.want {
				if !strings.Contains(got.err, want) {
					t.Errorf("lacks %q:\n%s", want, got.err)
				}
			}
		})
	}
}

// The binary itself: exit codes reach the shell, SIGHUP reloads, SIGTERM drains.
func TestBinary(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "weft")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, "-ldflags", "-X main.version=v0.0.0-test", ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, tc := range []struct {
		args []string
		code int
	}{{[]string{"version"}, 0}, {[]string{"config", "validate", "--config", filepath.Join(dir, "none.yaml")}, 1}, {[]string{"--nope"}, 2}} {
		cmd := exec.Command(binary, tc.args...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != tc.code {
			t.Errorf("weft %v: exit code %d, want %d\n%s", tc.args, code, tc.code, out)
		}
		if tc.code == 0 && !strings.Contains(string(out), "v0.0.0-test") {
			t.Errorf("version: %s", out)
		}
	}
	if runtime.GOOS == "windows" {
		return // it has no such signals
	}
	file := write(t, dir, "router.yaml", strings.Replace(upstreams(t, "accounts"), "watch: {", "watch: {enabled: false, ", 1))
	cmd := exec.Command(binary, "--config", file)
	r := &running{err: newTranscript(), out: newTranscript()}
	cmd.Stdout, cmd.Stderr = r.out, r.err
	cmd.Env = append(os.Environ(), "WEFT_LOG__LEVEL=info")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	defer cmd.Process.Kill()
	url := "http://" + listenAddress(t, r)
	if got := httpPost(t, url+"/graphql", users); got != `{"data":{"users":[{"username":"ada"}]}}` {
		t.Error(got)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	r.err.wait(t, `"generation":2`)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%v\n%s", err, r.err)
		}
	case <-time.After(60 * time.Second):
		t.Fatalf("it does not end\n%s", r.err)
	}
	if !strings.Contains(r.err.String(), `"stopped"`) {
		t.Errorf("no orderly end:\n%s", r.err)
	}
}
