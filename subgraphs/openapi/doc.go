// Package openapi makes a REST subgraph of an OpenAPI document: Swagger 2,
// OpenAPI 3.0 or 3.1, in JSON or YAML.
//
// In goes the text of a document with [Options]; [Import] gives the subgraph's
// SDL and the [rest.Spec] that belongs to it, what [rest.Compile] takes. Nothing
// is fetched: references to other documents are refused. [YAML] prints the spec
// as a part of router.yaml, for people who want to go on by hand.
//
// What cannot be decided without guessing is an [Error] with its place in the
// document and the configuration key that decides it; what had to be left out is
// a [Note]. The same document and options always give the same bytes.
//
// A Result belongs to the caller. Import keeps nothing and may be called from
// any number of goroutines.
package openapi
