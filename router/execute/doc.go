// Package execute interprets plans: it carries out the fetches of a
// [plan.Plan], decodes their answers by shape into a compact store, and writes
// the response.
//
// In goes a [Request] (a plan with coerced variables, condition bits, local
// answers and limits), out comes the GraphQL response as bytes, together with
// a [Result]. Nothing in here knows about HTTP, schemas or operations.
//
// # The store
//
// A response is a DAG of objects and lists in one slab of 64-bit words without
// pointers, so that the garbage collector has nothing to scan. Scalars are byte
// ranges of the answers they came in; they are never unescaped or copied before
// they are written. Equal rows of a lookup are fetched and decoded once, and
// what lies below them is shared by every object that asked. What two fetches
// bring for one value object is put together in a new object, since either half
// may show elsewhere. While writing, what is shared is written once and copied
// after that.
//
// The slab is one slice that grows by doubling, with 32-bit indices. Segments
// would save the copies of growing, but cost a second load for each access and
// split long lists; slabs are pooled, so growing is rare.
//
// # Errors
//
// Whatever a subgraph does, the response is well-formed and what did not depend
// on the failure stands. Errors rest at objects of the store until they are
// written, because the same object can show at several paths: each of them
// gets its own error. Paths have the client's response keys; fields the client
// did not ask for end them. A null where none may be is reported, unless an
// error at that place or below has been already, and nulls the nearest parent
// that may be null; of what is nulled with it, later siblings are not looked
// at. Limits on size, errors, rows and words end in coded errors.
//
// # Ownership
//
// The goroutine that calls [Executor.Execute] owns the store of its request and
// does all the decoding, attaching, scheduling and writing. Other goroutines
// only carry out [subgraphs.Prepared.Fetch] and hand over the answer. They are
// kept for the next requests, their stacks having grown. Even a lone fetch runs
// on one of them: its client may carry the call out for other requests as well,
// and would not come back while those wait. An
// Executor may be used by any number of goroutines; a Request by one at a time.
package execute
