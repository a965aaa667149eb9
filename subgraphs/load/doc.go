// Package load gets the schemas of subgraphs: from files, from `_service { sdl }`,
// by introspection, or as a document from a URL.
//
// [Source]s go in, one [Result] for each comes out, in the same order: SDL text
// with where it came from, or a coded [Error] that names the subgraph. All
// sources are loaded at the same time, each within its own limit. What happens
// when one cannot be loaded, its [Policy] says; the last good text is kept on
// disk by [Keep], which is to be called when the schemas have been composed.
//
// The package keeps no state but the files of the schema cache and may be used
// by any number of goroutines. Results are values.
package load
