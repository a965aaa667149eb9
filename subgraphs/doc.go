// Package subgraphs says what an upstream is, whatever protocol it speaks: the
// [Client] contract that planning and execution rely on, and the [Subgraph]
// that loading produces.
//
// At planning a fetch's [FetchSpec] is turned into a [Prepared] once; at run
// time a [Call] goes in and an [Answer] comes out. Answers are bytes: decoding
// them by shape is the executor's alone.
//
// A Prepared is immutable and used by any number of goroutines. A Call belongs
// to its caller and must stay unchanged until Fetch returns. An Answer is
// reference-counted and must be released by each of its holders.
package subgraphs
