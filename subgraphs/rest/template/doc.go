// Package template renders what a REST request consists of besides its body:
// the path, the query (or a form), header values, and their joining with the
// base URL of the upstream.
//
// In go templates written in the configuration, parsed once ([ParsePath],
// [Split], [ParseBase]), and values as raw JSON, which come from clients and
// upstreams and are data only: whatever they hold, what is rendered has the
// scheme, host and port of the base URL, a path below it with as many segments
// as the template has, the parameters that the configuration names and no
// further ones, and no header but the one that is set. A value that cannot be
// rendered under these rules is a [ValueError], and nothing is to be sent then.
//
// Everything parsed is immutable and may be used from any goroutine; rendering
// appends to the caller's bytes and keeps nothing.
package template
