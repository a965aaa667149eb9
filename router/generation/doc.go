// Package generation builds what the router answers from: one immutable set of
// configuration, supergraph, planner, clients, header rules and caches.
//
// A configuration goes into [Build]; a [Generation] comes out, or every reason
// why not as [Errors]. Schemas that did not change since the generation before
// are not composed again, and when nothing that planning depends on changed,
// planner and caches go over to the next generation as they are.
//
// A Generation belongs to the [Current] it is set into. Requests acquire it and
// release it; once it has been replaced and the last request has released it,
// its upstream transports are given back. What must outlive generations
// (the transport pool) is in [Shared]. Everything here may be used by any number
// of goroutines; one Build at a time is up to the caller.
package generation
