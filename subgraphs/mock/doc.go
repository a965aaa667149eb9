// Package mock answers for a subgraph that does not exist yet. It implements
// [subgraphs.Client] and makes up what it answers from the subgraph's schema and
// from examples; it never uses the network.
//
// In goes the subgraph's own document, a seed and [Examples]; out come answers in
// LayoutRows that are valid by the schema and have no nulls, unless an example or
// a row has one.
//
// # What values depend on
//
// A value is a function of the seed, the type, the identity of the object, the
// name of the field and its arguments, and of nothing else: not of the order of
// requests, not of the subgraph, not of what else is selected. So two subgraphs
// that are both made up agree on what they share.
//
// An object whose type has a key (declared by @key, given in [Options.Keys], or
// else a field such as `id`) is identified by its key, whichever of its keys it is
// looked up by; a number and a string of the same text are the same key. Objects
// that nobody named have keys from a small pool, so that what one subgraph refers
// to, another has. Keys are made such that each leads back to the object; of keys
// that cannot (enums, dates, numbers made of text) only the type's first does.
// Objects without a key are identified by the field that leads to them.
//
// Arguments that are named like a key (`id`, `ids`, `todoID` of a Todo) choose the
// objects; arguments such as `first`, `limit` or `pageSize` set the lengths of
// lists, up to [Options.MaxListLength]. Mutations give back what was put in, where
// a field of the result has the name; nothing is remembered.
//
// # Ownership
//
// A client and what it prepares are immutable and may be used by any number of
// goroutines.
package mock
