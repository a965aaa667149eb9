// Package operation turns the text of a client operation into the compact form
// that the planner reads, and the client's variables into values.
//
// In go an operation document, an operation name and, per request, the JSON
// bytes of the variables. Out come an [Operation] (validated, fragments
// resolved, literals lifted to variables, hashed) and [Values] (coerced
// exactly as the specification says, as raw JSON), or coded [Errors].
//
// Every text is first read token by token, exactly as the specification words
// them (lex.go); what gqlparser's lexer would read otherwise is rewritten for it,
// and the places it tells are translated back (source.go). Parsing is then done
// by gqlparser and validation by its rules on the original document, with a few
// of them replaced (see rules.go and overlap.go); no type of that library leaves
// this package. [Front.Parse] runs on cache misses only;
// [Operation.Coerce] runs once per request and allocates nothing as long as no
// value has to be rewritten.
//
// A [Front] and an [Operation] never change once they are built and may be used
// from any number of goroutines. A [Values] belongs to one request.
package operation
