// Package rest makes a REST service a subgraph: its endpoints are ways of
// entering it (root fields, lookups by key, fields of an object), its payloads
// are mapped to the types of its schema.
//
// In goes the schema and a [Spec]; [Compile] checks one against the other and
// gives an [Upstream]: the endpoints as the planner knows them, with exactly the
// fields each provides ([Upstream.Facets]), and the client that carries them out
// ([Upstream.Client]). The files follow the way of a value:
//
//   - compile.go, model.go, expression.go, endpoint.go, response.go: the
//     configuration, checked
//   - node.go, facet.go: what an endpoint gives, from the static shapes of its
//     mappings
//   - prepare.go, arguments.go, projection.go: what a fetch selects, compiled
//   - rows.go: rows to distinct asks; fetch.go: asks to groups, chunks and
//     requests; render.go: one request; share.go, retry.go, transport.go: sending it
//   - correlate.go: parts of an answer to their asks; coerce.go, answer.go:
//     writing them; failure.go: what the client is told when there is none
//   - sight.go, sighting.go: the same in one pass over the answer's bytes, where
//     the mapping only picks members and the answer is as the schema promises
//   - prime.go: what earlier answers of the operation hold already
//   - page.go, connection.go: pages; jq.go: the escape hatch; caching.go: whole
//     answers and single objects of batches in a [httpcache.Cache]
//   - reuse.go: the memory of a fetch, given back with its answer
//
// Rows of a fetch go out together exactly if everything outside $batch renders
// the same; a failed request fails its own rows only. Whatever comes from a
// client or an upstream is data: it changes neither the origin, nor the number
// of path segments, nor parameters and headers it is not meant for.
//
// An Upstream and its clients are immutable and may be used from any goroutine.
// One fetch belongs to its caller's goroutine; its requests run in others of
// their own, which end before it returns. Only refreshing the cache in the
// background outlives a fetch, with copies of all it needs. The bytes of an
// answer and all that was kept for priming are gone when it is released.
package rest
