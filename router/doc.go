// Package router is the server: GraphQL over HTTP in front of generations that
// can be replaced while it serves.
//
// A [Router] is made from [Options] ([New]). It is an [http.Handler] for the
// GraphQL endpoint, the health endpoints and the playground, and can listen by
// itself ([Router.Serve]). A configuration comes in with [Router.Reload]: the
// next generation is built completely, then takes the place of the one before
// with one atomic swap; if it cannot be built, nothing changes.
//
// A request's way: reading ([body]), finding operation and plan
// ([generation]), running ([execute]), one write. Everything that belongs to
// one request is in a pooled value that only the request's goroutine touches;
// everything else is immutable, atomic, or guarded by the mutex beside it. A
// Router may be used by any number of goroutines.
package router
