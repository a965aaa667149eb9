// Package schema is the type system the whole project shares. It imports
// nothing of ours.
//
// It holds two things. A [Document] is one SDL text as its author wrote it:
// definitions, extensions, directive applications and positions, by name. It
// is what composition reads. A [Schema] is a finished type system: types and
// fields have dense integer ids, names are looked up once, and the planner and
// executor work on ids alone.
//
// In goes SDL text; out come values that never change after they are built.
// A Document belongs to whoever parsed it; a Schema may be read from any
// number of goroutines. No type of the parsing library leaves this package.
package schema
