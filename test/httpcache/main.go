// Command httpcache is a plain reverse proxy with the cache of
// subgraphs/httpcache in front: what the conformance tests of run.sh are run
// against. It speaks HTTP/1.1 to the origin by itself, one connection for each
// request, because the tests send header fields that client libraries refuse.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weft-graphql/weft/subgraphs/httpcache"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	origin := flag.String("origin", "", "address of the origin, host:port")
	heuristic := flag.Bool("heuristic", false, "make up a lifetime for responses that state none")
	flag.Parse()
	if *origin == "" {
		log.Fatal("-origin is missing")
	}
	if err := serve(*listen, *origin, *heuristic); err != nil {
		log.Fatal(err)
	}
}

func serve(listen, origin string, heuristic bool) error {
	cache := httpcache.New(httpcache.NewMemory(64<<20, nil), httpcache.Options{
		Heuristic: heuristic,
		OnError:   func(err error) { log.Print(err) },
	})
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: &proxy{cache: cache, origin: origin}, ReadHeaderTimeout: 10 * time.Second}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		_ = server.Close()
	}()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return cache.Close(ctx)
}
