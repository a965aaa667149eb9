// Command bench measures Weft against what can be had: the same requests with
// nothing else done (floors), a bare reverse proxy, and other routers.
//
//	go run ./bench                        # Weft and the floors, all scenarios
//	go run ./bench -peers all             # with the routers from npm
//	go run ./bench -peers mesh -scenarios home,home-users,home-cached
//	go run ./bench -router 'mine=/opt/router --port {port} --supergraph {supergraph}'
//	go run ./bench -soak -small 10000000 -heavy 200000
//	go run ./bench -pgo                   # cmd/weft/default.pgo from a heavy run
//
// In go flags, out come tables. Subgraphs, floors and routers are processes of
// their own, so that their CPU time can be told apart; the load is sent from this
// one. It needs Linux, whose /proc has the figures. docs/performance.md explains
// them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	scenarios, peers string
	only             string
	routers          routerFlags
	weft             string
	duration, warmup time.Duration
	rounds           int
	connections      int
	json             string
	peerDir          string

	soak         bool
	small, heavy int64
	pgo          bool
	profile      string
}

// routerFlags are programs given by path.
type routerFlags []string

func (f *routerFlags) String() string { return strings.Join(*f, ", ") }

func (f *routerFlags) Set(v string) error {
	if name, line, ok := strings.Cut(v, "="); !ok || name == "" || line == "" {
		return errors.New("want name=program arguments")
	}
	*f = append(*f, v)
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "serve-") {
		err = serve(ctx, os.Args[1], os.Args[2:])
	} else {
		err = run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.scenarios, "scenarios", "", "which `scenarios` to run, comma-separated; all unless given")
	flag.StringVar(&o.peers, "peers", "", "`routers` from npm to measure as well: hive-gateway, hive-gateway-rust, apollo-gateway, grafbase, mesh (over REST), or all")
	flag.StringVar(&o.only, "only", "", "`names` of what to measure, of all that would be")
	flag.Var(&o.routers, "router", "another router, as `name=program arguments` with {port} and {supergraph}; can be repeated")
	flag.StringVar(&o.weft, "weft", "", "`program` to measure as Weft; built from this checkout unless given")
	flag.DurationVar(&o.duration, "d", 10*time.Second, "how long each run is measured")
	flag.DurationVar(&o.warmup, "warmup", 3*time.Second, "how long each run is warmed up")
	flag.IntVar(&o.rounds, "rounds", 3, "how often everything runs; medians are printed")
	flag.IntVar(&o.connections, "c", 50, "connections")
	flag.StringVar(&o.json, "json", "", "`file` for every round's result, one JSON object a line")
	flag.StringVar(&o.peerDir, "peer-dir", "", "`folder` for the routers from npm; one in the user's cache unless given")
	flag.BoolVar(&o.soak, "soak", false, "send -small and -heavy requests to Weft and watch memory and goroutines")
	flag.Int64Var(&o.small, "small", 10_000_000, "small queries of -soak")
	flag.Int64Var(&o.heavy, "heavy", 200_000, "heavy queries of -soak")
	flag.BoolVar(&o.pgo, "pgo", false, "write cmd/weft/default.pgo from a heavy run")
	flag.StringVar(&o.profile, "profile", "", "`file` for a CPU profile of Weft under -scenarios")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flag.Arg(0))
	}
	l, err := newLab(ctx, &o)
	if err != nil {
		return err
	}
	defer l.close()
	switch {
	case o.pgo:
		return l.refresh(ctx)
	case o.profile != "":
		return l.profileTo(ctx, o.profile)
	case o.soak:
		return l.soak(ctx)
	}
	return l.compare(ctx)
}
