package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/floor"
	"github.com/weft-graphql/weft/bench/shop"
	"github.com/weft-graphql/weft/bench/upstream"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router"
)

// serve is what the processes run that the harness starts besides routers: itself,
// with one of these commands.
func serve(ctx context.Context, command string, args []string) error {
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	listen := flags.String("listen", "", "address")
	file := flags.String("file", "", "recording or configuration")
	target := flags.String("target", "", "URL to pass requests on to")
	profile := flags.String("profile", "", "file for a CPU profile")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch command {
	case "serve-subgraphs":
		w, err := shop.New()
		if err != nil {
			return err
		}
		return serveHTTP(ctx, *listen, upstream.New(w))
	case "serve-proxy":
		return serveHTTP(ctx, *listen, floor.Proxy(*target))
	case "serve-floor-net", "serve-floor-fast":
		var r floor.Recording
		text, err := os.ReadFile(*file)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &r); err != nil {
			return err
		}
		if command == "serve-floor-net" {
			return serveHTTP(ctx, *listen, floor.Net(&r))
		}
		s := &fasthttp.Server{Handler: floor.Fast(&r), NoDefaultServerHeader: true}
		context.AfterFunc(ctx, func() { _ = s.Shutdown() }) // the process ends anyway
		return s.ListenAndServe(*listen)
	case "serve-weft":
		return serveWeft(ctx, *file, *listen, *profile)
	}
	return fmt.Errorf("unknown command %q", command)
}

func serveHTTP(ctx context.Context, address string, h http.Handler) error {
	s := &http.Server{Addr: address, Handler: h, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Insides is what a hosted Weft tells about itself at its second address.
type Insides struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes in use after the last collection, and since
}

// serveWeft runs the router as the command does, with a second address that tells
// about its insides, and a CPU profile if asked for.
func serveWeft(ctx context.Context, file, insides, profile string) error {
	loaded, err := config.Load(config.Options{Files: []string{file}, Environ: os.Environ()})
	if err != nil {
		return err
	}
	r, err := router.New(router.Options{Config: loaded.Config, ExitOnError: true})
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if insides != "" {
		l, err := net.Listen("tcp", insides)
		if err != nil {
			return err
		}
		defer l.Close()
		go func() {
			_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // ends with its listener
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				_ = json.NewEncoder(w).Encode(Insides{runtime.NumGoroutine(), m.HeapAlloc})
			}))
		}()
	}
	return r.Serve(ctx)
}
