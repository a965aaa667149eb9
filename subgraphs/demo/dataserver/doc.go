// Package dataserver answers GraphQL for one subgraph, or for one plain
// GraphQL service, from a data file instead of resolvers written by hand.
//
// What goes in is SDL (federation v1 or v2 style, or plain) and a [Data]: one
// JSON document that describes a whole world of entities, root fields and
// computed fields, and that any number of servers share. Each [Server] shows
// only the part of that world which its own SDL owns. A server over the merged
// schema, started as [Plain], therefore gives the answer a federated graph has
// to give, which makes the package an oracle for tests; it imports nothing of
// the router for that reason.
//
// A server is strict where a router could be wrong: it refuses @external
// fields that are neither key nor provided, representations that no @key of
// the type accepts, @requires fields whose inputs the representation lacks,
// and values that do not fit their type.
//
// # Data file
//
//	{
//	  "types": {
//	    "User": [
//	      {"id": "1", "name": "Ada", "friend": {"$ref": {"__typename": "User", "id": "2"}}},
//	      {"id": "2", "name": "Bob", "home": {"city": "Rome"}}
//	    ]
//	  },
//	  "interfaces": {"Media": ["Book", "Song"]},
//	  "roots": {
//	    "Query.users": {"list": "User", "where": {"name": "$name"}, "limit": "$first"},
//	    "Query.user": {"find": "User", "by": {"id": "$id"}},
//	    "Query.version": {"value": "1"},
//	    "Query.total": {"expr": ["len", ["all", "User"]]},
//	    "Mutation.rename": {
//	      "do": [{"set": "User", "by": {"id": "$id"}, "value": {"name": "$name"}, "as": "user"}],
//	      "return": "$user"
//	    }
//	  },
//	  "computed": {"Product.shippingEstimate": ["/", ["path", "weight"], 2]},
//	  "state": {"counter": 0},
//	  "subgraphs": {
//	    "a": {
//	      "types": {"User": [{"id": "1"}]},
//	      "patch": {"User": [{"match": {"id": "1"}, "set": {"name": {"$error": "not here"}}}]},
//	      "hide": {"User": [{"id": "2"}]},
//	      "roots": {"Query.users": {"value": []}},
//	      "computed": {}
//	    }
//	  }
//	}
//
// Values are plain JSON. An object with "$ref" points at an entity by any
// fields that identify it, one with "$error" makes the field fail with that
// message, and any other object is a value object, which states its
// "__typename" where its declared type is abstract. "interfaces" names the
// concrete types behind a type that a subgraph knows as @interfaceObject only.
// A subgraph's "types" replaces a list of entities, "patch" changes single
// values, "hide" removes entities, "roots" and "computed" come before the
// shared ones; a server whose name is not listed sees the shared world.
//
// Patterns ("where", "by", "match", "hide", references, keys) compare stored
// values, nested ones too, never computed ones.
//
// A field's value is, in this order: the subgraph's computed expression, its
// patch, the shared computed expression, the stored value, null. A @requires
// field in a federated server is computed from the representation alone.
//
// # Expressions
//
// A JSON scalar is itself. A string that starts with "$" reads an argument or
// a name bound by a mutation step ("$input.name" goes deeper, "$$" writes a
// dollar sign). An object is built member by member. An array is an operator
// with operands:
//
//	["path", "category", ["price", {"currency": "USD"}]]  a field path, with arguments; maps over lists;
//	                                      "__typename" is there too, in a representation if it was sent
//	["get", e, "name"]                    a field path from the value of an expression
//	["stored", "name"]                    the entity's stored value, computed fields aside
//	["self"]                              the current object or list item
//	["+", a, b…] "-" "*" "/" "%"          arithmetic
//	["int", a] ["round", a]               truncated, rounded
//	["=", a, b] "!=" "<" "<=" ">" ">="    comparison
//	["and", a…] ["or", a…] ["not", a]     logic, lazily
//	["if", c, a, b] ["coalesce", a…]      choice, lazily
//	["concat", a…] ["join", list, sep]    text
//	["upper", a] ["lower", a] ["contains", a, part]  text; contains ignores case
//	["list", a…] ["len", a] ["sum", l] ["min", l] ["max", l]
//	["first", l] ["last", l] ["at", l, n] ["take", l, n] ["drop", l, n] ["append", l, a] ["reverse", l] ["flatten", l]
//	["map", l, e] ["filter", l, e] ["in", a, l]
//	["all", "User"] ["where", "User", {"team": {"id": ["path", "id"]}}] ["find", "User", {…}]
//	["state", "counter", default]         a cell of the mutable state
//	["error", message]                    fails the field
//
// Mutation steps under "do" run in order: {"append": type, "value": object},
// {"set": type, "by": pattern, "value": object}, {"delete": type, "by":
// pattern} and {"state": key, "value": expression}; "as" binds the entity or
// the value to a name. "set" and "delete" on an entity that does not exist
// bind null.
package dataserver
