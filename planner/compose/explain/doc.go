// Package explain says how a supergraph came to be: for a type or a field, which
// subgraphs have it, who answers it and why, how it was merged, and how to get
// there; for a whole graph, what it is made of.
//
// In goes a [supergraph.Definition], whichever way it was made, and a schema
// coordinate; out comes a [Type], [Field] or [Graph], which is plain data (its
// JSON is for tools) and prints itself for people. The Definition is only read,
// and results share nothing with it that may change.
package explain
