// Package selectionmap reads field selection maps, the little language of the
// Composite Schemas specification (appendix A) that says how an argument's value
// is made of fields of an object, and makes such values: in go a map and an object
// as raw JSON, out comes raw JSON.
//
//	dimension.size                      a path
//	{ w: dimension.width, name }        an input object
//	parts[{ n: id }]                    a list, each item mapped
//	media<Film>.length                  only where media is a Film
//	nickname | name                     the first alternative that has a value
//
// What is missing on the way, null, or of another type has no value; a map without
// a value is null. A value that ends in `!` must not be null: the object or list
// around it is null then, up to the first that may be. The language of the
// specification has no such mark; composition, which knows the types of the
// arguments, writes it into the maps of a supergraph, since nothing else there
// tells what an input object's fields may be. In `sizes[!]` the items are taken as
// they are, and must not be null.
//
// A parsed map is immutable, and any number of goroutines may evaluate it.
package selectionmap
