// Package mapping is the language in which REST upstreams say how a GraphQL
// value is made of a JSON body: renaming, nesting, grouping, lists that map by
// themselves, literals, variables and methods. It follows the core of the
// public JSONSelection grammar, so that users of connectors feel at home.
//
// In goes the text of a selection ([Parse], [ParseValue]) or parts of some
// ([Object], [Path]), and a JSON text ([Document]); out comes JSON, appended to
// the caller's buffer ([Selection.Append]), or a [Value] ([Selection.Evaluate]).
// What a selection gives is known without any input ([Selection.Shape]), which
// variables it needs too ([Selection.References]), and it can be cut down to
// the outputs somebody wants ([Selection.Prune]).
//
//	id                              field of the input
//	name: full_name                 under another name
//	city: address.city              path
//	address { street zip }          object of the input, cut down
//	position: { lat lng }           new object from siblings
//	meta { total }   ...meta.page   nested; spread into this object
//	artists: artist_ids { id: $ }   $ is what the braces are applied to
//	kind: $("song")                 literal; $( ) holds an expression
//	tags: tags->map(@.name)         method; @ is what the method works on
//	nick: nick ?? "none"            ?? skips null and missing, ?! missing only
//	zip: address?.zip               ? tolerates that address is null or missing
//	'task-id'                       quoted key
//	# comment
//
// Keys and braces applied to a list are applied to each element, at every
// level; methods get the whole list. Where a field or path may stand, a quoted
// string is a key and true a name; within $( ), [ ], method arguments and behind
// an operator they are literals. Braces in an expression make an object whose
// values are expressions in turn; braces behind a path are a sub-selection.
//
// What the input lacks is not a failure: the output lacks the key (in a list:
// has null) and an [Issue] says why. Evaluation never panics and is bounded in
// steps, memory and output ([Limits]).
//
// A [Reader] goes through a JSON text once, as strictly as a Document reads it,
// for those who need no Values.
//
// A Selection is immutable; any number of goroutines may use it. A Document and
// the Values in it belong to the caller: Values stay valid until the Document
// is parsed anew or its bytes change, and may be read by any number of
// goroutines meanwhile.
package mapping
