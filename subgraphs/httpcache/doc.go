// Package httpcache is a shared HTTP cache as RFC 9111 has it, with the
// extensions of RFC 5861 (stale-while-revalidate, stale-if-error), that stands
// between the router and HTTP upstreams. It knows nothing of sockets: a
// [Request] and a way to the origin go in, a [Response] and an [Outcome] come
// out.
//
// [Cache.Do] answers whole requests. [Cache.GetMany] and [Cache.PutMany] keep
// the single objects of batch answers, so that the next batch asks only for
// those that are absent or stale. A [Policy] says who may see what is stored
// (its [Scope]), and which tags later invalidate it. [PolicyOf] tells what a
// response allows others who pass it on.
//
// What is stored lives in a [Store]: [NewMemory] is bounded by bytes, package
// redis beside this one is shared by several routers. A store that fails counts
// as a miss and is reported to [Options.OnError]; no request fails for it.
//
// A Cache and its stores may be used by any number of goroutines and outlive
// the configuration they were made for. Entries and the responses made of them
// are shared and must not be changed, headers and bodies included. A Cache
// starts one goroutine for each request to the origin that others may wait for,
// and a bounded number for refreshing in the background; [Cache.Close] waits
// for all of them.
package httpcache
