// Package stitch brings services that know nothing of federation into a
// supergraph.
//
// In goes a subgraph's own SDL document with rules (renames, prefixes, what to
// hide, a namespace, the root fields that look entities up, joins), or a document
// with the directives of the Composite Schemas specification (@lookup, @is,
// @require, @internal, …). Out comes a document that composition understands:
// entities have a @key, joined types a stub, what is hidden is gone. Composition
// takes a key for a way into the subgraph; after it, [Prepared.Finish] writes into
// the Definition what the way really is: a lookup by a field, and the names that
// types and fields have in the subgraph.
//
// Nothing here asks how a subgraph is called: a lookup is a lookup.
//
// The inputs are only read. A [Prepared] is immutable once made and may be used by
// several goroutines; the Definition given to Finish must not be in use elsewhere.
package stitch
