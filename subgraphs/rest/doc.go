// Package rest makes a REST service a subgraph: its endpoints are ways of
// entering it (root fields, lookups by key, fields of an object), its payloads
// are mapped to the types of its schema.
//
// In goes the schema and a [Spec]; [Compile] checks one against the other and
// gives the endpoints as the planner knows them, with exactly the fields each
// provides, and the [Client] that carries them out. Everything compiled is
// immutable and may be used from any goroutine.
package rest
