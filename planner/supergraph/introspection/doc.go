// Package introspection answers introspection queries (specification, section
// 4) about one API schema.
//
// In goes the API schema as a Document ([New]); a [Model] comes out, which is
// immutable and may be read from any goroutine. A query is first compiled
// ([Compile]), which resolves every name once, and can then be answered by any
// Model. Answers are JSON; whoever asks owns the bytes, and may cache them for
// as long as the Model lives.
//
// Nested selections can ask for output that is exponential in the length of the
// query, so every answer has a limit.
package introspection
