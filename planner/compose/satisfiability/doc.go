// Package satisfiability proves that every field of a supergraph's API schema
// can be reached from every root path, or shows the shortest path that cannot
// go on.
//
// In goes a merged definition, which it only reads; out come problems. One
// goroutine does the work of one call; calls share nothing.
//
// A place in the graph is a node: a type within one subgraph, perhaps with the
// extra fields that a @provides gives on the path there. From a node one can
// move along the subgraph's own fields, and by key to other subgraphs. What is
// reachable by keys from a node is computed once (its closure), so the walk
// over the API schema visits each type once per distinct closure.
package satisfiability
