// Package plan is what planning produces and execution interprets.
//
// A [Plan] is a tree of shapes and a DAG of fetches. A [Shape] describes the
// objects at one position of the response: their slots, and for each concrete
// type what is written, in which order. A [Fetch] says what to ask of which
// subgraph, which rows to send ([Representation]) and how to read the answer
// into slots ([Decode]). With a plan at hand, execution never looks at a name
// map or a type system.
//
// A Plan is immutable after planning and shared by any number of requests.
package plan
