// Package supergraph is the model of one composed graph.
//
// A [Definition] is the graph by name: what composition produces, what a
// join-spec SDL text says and what is printed as such a text. It is the one
// exchange form, so a graph composed here and a graph composed elsewhere take
// the same way from there on. [Print] writes it as a supergraph text of the join
// specification, [Read] reads such a text from any composer.
//
// A [Supergraph] is built from a Definition ([Build]): dense ids, and for each
// field of each type the list of its providers, for each type the lookups of
// each subgraph. It is immutable and may be read from any goroutine. The
// package also derives the API schema; the package introspection below it
// answers queries about that.
package supergraph
