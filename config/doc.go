// Package config turns router.yaml into a [Config].
//
// In go YAML files (or documents in memory), WEFT_* environment variables and
// flags; out comes one immutable, validated [Config] in its long form, or
// [Errors]: every problem at once, each with a stable code, file, line, column,
// dotted path and a hint. Layers, weakest first: defaults, files in the order
// given, environment, flags.
//
// The package starts nothing and logs nothing; it reads only the files it was
// told of. A [Loaded] belongs to its caller and is safe to read from any
// goroutine as long as nobody writes to it. [Watch] runs on the goroutine that
// calls it.
//
// types.go is the single source for keys, defaults and documentation: the
// decoder, the JSON schema and the reference in docs/config.md are derived from
// its struct tags and doc comments.
package config
