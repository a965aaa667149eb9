// Package satisfiability proves that every field of a supergraph's API schema
// can be reached from every root path, or shows the shortest path that cannot
// go on and what is in the way.
//
// In goes a Supergraph, which is only read; out come problems. What is walked is
// the query graph of package graph, the very moves and lookups that planning
// takes: `_entities` by key, lookups by fields, facets, joins, namespaces and
// interface objects are all edges here, and nothing asks which of them one is.
//
// A value is held at a place: a type within one subgraph, with what a @provides
// on the path adds or a join leaves out. From a place lookups lead into other
// subgraphs as far as the values of their keys can be had, perhaps by further
// lookups. What is reached that way is computed once for each place (closure.go);
// so the walk over the API schema (walk.go) visits a type once for each distinct
// set of subgraphs in which its values can be had, and skips sets that hold a
// smaller one.
//
// One goroutine does the work of one call; calls share nothing. The order of
// problems, and their texts, depend on the input alone.
package satisfiability
