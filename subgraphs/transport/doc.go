// Package transport carries HTTP requests to upstreams.
//
// A [Request] of bytes goes in, a [Response] of bytes comes out. HTTP/1.1 over
// TCP and unix sockets runs on a client of our own that keeps its connections
// and costs no goroutine per request; TLS (where HTTP/2 is negotiated) and h2c
// run on net/http. Both behave alike: a cancelled context aborts the request at
// once, each request has its own time limit, bodies are limited while they are
// read and after decompression, redirects are never followed, and an idle
// connection that the upstream had closed is replaced once if the request may
// be sent twice.
//
// A [Pool] hands out transports by their [Settings] and counts their users, so
// that connections outlive whoever asked for them first, for example a
// generation of the router. Transports and the pool may be used by any number
// of goroutines. A Request belongs to its caller and must not change until Do
// returns; a Response belongs to one goroutine until its Release.
package transport
