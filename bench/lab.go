package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/floor"
	"github.com/weft-graphql/weft/bench/home"
	"github.com/weft-graphql/weft/bench/load"
	"github.com/weft-graphql/weft/bench/peers"
	"github.com/weft-graphql/weft/bench/process"
	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/bench/upstream"
)

// lab is what all runs share. It belongs to one goroutine.
type lab struct {
	o     *options
	dir   string // for everything that is written
	self  string // this program
	weft  string
	world *shop.World
	// base is the URL of the subgraphs.
	base       string
	subgraphs  *process.Process
	supergraph string // file
	next       int64  // number of the next request
}

func newLab(ctx context.Context, o *options) (*lab, error) {
	l := &lab{o: o, weft: o.weft}
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return nil, errors.New("this needs Linux: CPU time and memory are read from /proc")
	}
	var err error
	if l.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if l.world, err = shop.New(); err != nil {
		return nil, err
	}
	if l.dir, err = os.MkdirTemp("", "weft-bench-"); err != nil {
		return nil, err
	}
	if err := l.prepare(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// prepare builds Weft, starts the subgraphs and writes the supergraph.
func (l *lab) prepare(ctx context.Context) error {
	if l.weft == "" {
		l.weft = filepath.Join(l.dir, "weft")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", l.weft, "github.com/weft-graphql/weft/cmd/weft").CombinedOutput(); err != nil {
			return fmt.Errorf("building Weft: %w\n%s", err, out)
		}
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	l.base = "http://" + address
	if l.subgraphs, err = l.serve("serve-subgraphs", "-listen", address); err != nil {
		return err
	}
	for _, name := range append([]string{shop.Bulk}, shop.Names...) {
		if err := os.WriteFile(filepath.Join(l.dir, name+".graphql"), []byte(shop.Schema(name)), 0o600); err != nil {
			return err
		}
	}
	return l.await(ctx, l.subgraphs, func() error { _, err := l.stats(ctx); return err })
}

func (l *lab) close() {
	if l.subgraphs != nil {
		l.subgraphs.Stop(time.Second)
	}
	if err := os.RemoveAll(l.dir); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// serve starts this program with one of the commands of serve.go.
func (l *lab) serve(command string, args ...string) (*process.Process, error) {
	return process.Start(process.Command{
		Args: append([]string{l.self, command}, args...), Log: filepath.Join(l.dir, command+".log"),
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// readyTimeout is how long a program may take to answer.
const readyTimeout = 60 * time.Second

// await tries until there is no error.
func (l *lab) await(ctx context.Context, p *process.Process, try func() error) error {
	limit := time.Now().Add(readyTimeout)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if ended := p.Exited(); ended != nil {
			return ended
		}
		if time.Now().After(limit) {
			return fmt.Errorf("it is not ready: %w\n%s", err, p.Tail())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func get(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

func (l *lab) stats(ctx context.Context) (s upstream.Stats, err error) {
	err = get(ctx, l.base+"/stats", &s)
	return s, err
}

// contestant is something to measure.
type contestant struct {
	name string
	// start starts it at an address for a scenario, and returns its URL.
	start func(address string, s *scenario) (*process.Process, string, error)
	// rest says that it is for the scenarios over REST only.
	rest bool
	// recorded says that its answer is a copy of one, whoever asks.
	recorded bool
	// nulls says that it answers null for what Weft is told to leave out.
	nulls bool
}

// config writes a router.yaml for Weft.
func (l *lab) config(address string, s *scenario) (string, error) {
	var sb strings.Builder
	fmt.Fprintf(&sb, "listen: %s\nheaders: {forward: [authorization]}\nlog: {level: warn, access: false}\nwatch: {enabled: false}\n", address)
	if s.dedupe {
		sb.WriteString("traffic_shaping: {router: {dedupe: {enabled: true}}}\n")
	}
	if s.rest {
		sb.WriteString(home.Config(l.base, s.cached))
		return l.write("router.yaml", sb.String())
	}
	sb.WriteString("subgraphs:\n")
	for _, name := range append([]string{shop.Bulk}, shop.Names...) {
		fmt.Fprintf(&sb, "  - {name: %s, url: %s/%s, schema: %s}\n", name, l.base, name, filepath.Join(l.dir, name+".graphql"))
	}
	return l.write("router.yaml", sb.String())
}

func (l *lab) write(name, text string) (string, error) {
	file := filepath.Join(l.dir, name)
	return file, os.WriteFile(file, []byte(text), 0o600)
}

func (l *lab) weftRouter() contestant {
	return contestant{name: "weft", start: func(address string, s *scenario) (*process.Process, string, error) {
		file, err := l.config(address, s)
		if err != nil {
			return nil, "", err
		}
		p, err := process.Start(process.Command{Args: []string{l.weft, "serve", "--config", file}, Log: filepath.Join(l.dir, "weft.log")})
		return p, "http://" + address + "/graphql", err
	}}
}

// hosted is Weft inside this program, which tells more about it.
func (l *lab) hosted(insides, profile string) contestant {
	return contestant{name: "weft", start: func(address string, s *scenario) (*process.Process, string, error) {
		file, err := l.config(address, s)
		if err != nil {
			return nil, "", err
		}
		p, err := l.serve("serve-weft", "-file", file, "-listen", insides, "-profile", profile)
		return p, "http://" + address + "/graphql", err
	}}
}

func (l *lab) floorRouter(name string) contestant {
	return contestant{name: name, recorded: true, start: func(address string, s *scenario) (*process.Process, string, error) {
		p, err := l.serve("serve-"+name, "-listen", address, "-file", l.recordingFor(s))
		return p, "http://" + address + "/", err
	}}
}

func (l *lab) recordingFor(s *scenario) string {
	return filepath.Join(l.dir, "recording-"+s.name+".json")
}

func (l *lab) proxyRouter() contestant {
	return contestant{name: "proxy", start: func(address string, s *scenario) (*process.Process, string, error) {
		p, err := l.serve("serve-proxy", "-listen", address, "-target", l.base+"/"+s.proxied)
		return p, "http://" + address + "/", err
	}}
}

// others are the routers of -peers and -router.
func (l *lab) others(ctx context.Context) ([]contestant, error) {
	names := strings.FieldsFunc(l.o.peers, comma)
	if l.o.peers == "all" {
		names = append(slices.Clone(peers.Names), peers.Mesh)
	}
	if _, err := exec.LookPath("npm"); err != nil && len(names) > 0 {
		fmt.Fprintln(os.Stderr, "SKIPPED: there is no npm, so there are no", strings.Join(names, ", "))
		names = nil
	}
	if len(names)+len(l.o.routers) == 0 {
		return nil, nil
	}
	l.supergraph = filepath.Join(l.dir, "supergraph.graphql")
	file, err := l.config("127.0.0.1:1", &scenario{})
	if err != nil {
		return nil, err
	}
	text, err := exec.CommandContext(ctx, l.weft, "compose", "--config", file).Output()
	if err != nil {
		return nil, fmt.Errorf("composing the supergraph: %w", err)
	}
	if err := os.WriteFile(l.supergraph, text, 0o600); err != nil {
		return nil, err
	}
	dir := l.o.peerDir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		if dir, err = peers.Dir(cache); err != nil {
			return nil, err
		}
	}
	if len(names) > 0 {
		if err := peers.Install(ctx, dir); err != nil {
			return nil, err
		}
	}
	var out []contestant
	setting := func(name, address string) (peers.Setting, error) {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			return peers.Setting{}, err
		}
		s := peers.Setting{Dir: dir, Supergraph: l.supergraph, Port: a.Port, Log: filepath.Join(l.dir, name+".log")}
		for _, g := range append([]string{shop.Bulk}, shop.Names...) {
			s.Subgraphs = append(s.Subgraphs, peers.Subgraph{Name: g, URL: l.base + "/" + g, Schema: filepath.Join(l.dir, g+".graphql")})
		}
		return s, nil
	}
	for _, name := range names {
		rest := name == peers.Mesh
		if rest {
			if err := peers.Compose(ctx, dir, l.base, l.meshSupergraph()); err != nil {
				return nil, err
			}
		}
		out = append(out, contestant{name: name, rest: rest, nulls: rest, start: func(address string, _ *scenario) (*process.Process, string, error) {
			s, err := setting(name, address)
			if err != nil {
				return nil, "", err
			}
			if rest {
				s.Supergraph = l.meshSupergraph()
			}
			c, path, err := peers.Command(name, s)
			if err != nil {
				return nil, "", err
			}
			p, err := process.Start(c)
			return p, "http://" + address + path, err
		}})
	}
	for _, given := range l.o.routers {
		name, line, _ := strings.Cut(given, "=")
		out = append(out, contestant{name: name, start: func(address string, _ *scenario) (*process.Process, string, error) {
			s, err := setting(name, address)
			if err != nil {
				return nil, "", err
			}
			c, err := peers.Given(line, s)
			if err != nil {
				return nil, "", err
			}
			p, err := process.Start(c)
			return p, "http://" + address + "/graphql", err
		}})
	}
	return out, nil
}

func (l *lab) meshSupergraph() string { return filepath.Join(l.dir, "mesh.graphql") }

// launch starts a router and waits for its first right answer.
func (l *lab) launch(ctx context.Context, r contestant, s *scenario) (p *process.Process, o load.Options, ready time.Duration, err error) {
	address, err := freeAddress()
	if err != nil {
		return nil, o, 0, err
	}
	if o, err = l.requests(ctx, r, s); err != nil {
		return nil, o, 0, err
	}
	if p, o.URL, err = r.start(address, s); err != nil {
		return nil, o, 0, err
	}
	err = l.await(ctx, p, func() error {
		result, err := l.send(o)
		if err == nil {
			err = result.Problem
		}
		return err
	})
	if err != nil {
		p.Stop(time.Second)
		return nil, o, 0, fmt.Errorf("%s: %w", r.name, err)
	}
	return p, o, time.Since(p.Started), nil
}

// requests returns the load of a scenario, one request of it, and what a router has
// to answer.
func (l *lab) requests(ctx context.Context, r contestant, s *scenario) (load.Options, error) {
	o := load.Options{Connections: 1, Count: 1, Body: s.body, Unique: s.unique, Varies: s.varies}
	if !s.rest {
		o.Want = l.world.Whole(bodyOf(s))
		return o, nil
	}
	if !s.unique {
		o.User = load.Nobody
	}
	if !r.recorded {
		o.Named = home.Named
	}
	var err error
	o.Want, err = home.Answer(ctx, home.Options{Base: l.base, User: load.Nobody, Nulls: r.nulls})
	return o, err
}

// send runs a load whose requests are numbered on.
func (l *lab) send(o load.Options) (*load.Result, error) {
	o.First = l.next
	r, err := load.Run(o)
	if err == nil {
		l.next += r.Answers + r.Failed + int64(o.Connections)
	}
	return r, err
}

// record writes the recording from which floors are made.
func (l *lab) record(ctx context.Context, s *scenario) error {
	p, o, _, err := l.launch(ctx, l.weftRouter(), s)
	if err != nil {
		return err
	}
	defer p.Stop(time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+"/recording?delay=30ms", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if result, err := l.send(o); err != nil || result.Problem != nil {
		return errors.Join(err, fmt.Errorf("recording: %w", result.Problem))
	}
	var calls []upstream.Call
	if err := get(ctx, l.base+"/recording", &calls); err != nil {
		return err
	}
	text, err := json.Marshal(floor.Recording{Base: l.base, Waves: floor.Waves(calls), Answer: o.Want})
	if err != nil {
		return err
	}
	return os.WriteFile(l.recordingFor(s), text, 0o600)
}
