package compose_test

type schemaCase struct {
	name string
	want string
	sdl  []string
}

var ruleCases = []schemaCase{
	// GraphQL's own rules.
	{"unknown type", "INVALID_GRAPHQL", []string{`type Query { a: Nope }`}},
	{"unknown directive", "INVALID_GRAPHQL", []string{`type Query { a: ID @nope }`}},
	{"directive at a wrong place", "INVALID_GRAPHQL", []string{`directive @x on OBJECT type Query { a: ID @x }`}},
	{"directive repeated", "INVALID_GRAPHQL", []string{`directive @x on FIELD_DEFINITION type Query { a: ID @x @x }`}},
	{"directive argument unknown", "INVALID_GRAPHQL", []string{`directive @x on FIELD_DEFINITION type Query { a: ID @x(y: 1) }`}},
	{"directive argument missing", "INVALID_GRAPHQL", []string{fed + `type Query { a: ID @tag }`}},
	{"directive argument of a wrong type", "INVALID_GRAPHQL", []string{`directive @x(n: Int) on FIELD_DEFINITION type Query { a: ID @x(n: "1") }`}},
	{"directive defined twice", "INVALID_GRAPHQL", []string{`directive @x on FIELD directive @x on FIELD type Query { a: ID }`}},
	{"type defined twice", "INVALID_GRAPHQL", []string{`type Query { a: ID } type Query { b: ID }`}},
	{"field defined twice", "INVALID_GRAPHQL", []string{`type Query { a: ID } extend type Query { a: ID }`}},
	{"argument defined twice", "INVALID_GRAPHQL", []string{`type Query { a(x: ID, x: ID): ID }`}},
	{"value defined twice", "INVALID_GRAPHQL", []string{`type Query { a: E } enum E { A A }`}},
	{"member named twice", "INVALID_GRAPHQL", []string{`type Query { a: U } union U = Query | Query`}},
	{"extension of another kind", "INVALID_GRAPHQL", []string{`type Query { a: ID } extend interface Query { b: ID }`}},
	{"type without fields", "INVALID_GRAPHQL", []string{`type Query { a: T } type T`}},
	{"input without fields", "INVALID_GRAPHQL", []string{`type Query { a(i: I): ID } input I`}},
	{"enum without values", "INVALID_GRAPHQL", []string{`type Query { a: E } enum E`}},
	{"union without members", "INVALID_GRAPHQL", []string{`type Query { a: U } union U`}},
	{"union of scalars", "INVALID_GRAPHQL", []string{`type Query { a: U } union U = ID`}},
	{"reserved field name", "INVALID_GRAPHQL", []string{`type Query { __a: ID }`}},
	{"reserved type name", "INVALID_GRAPHQL", []string{`type Query { a: __T } type __T { a: ID }`}},
	{"input type as output", "INVALID_GRAPHQL", []string{`type Query { a: I } input I { a: ID }`}},
	{"output type as input", "INVALID_GRAPHQL", []string{`type Query { a(t: T): ID } type T { a: ID }`}},
	{"input cycle", "INVALID_GRAPHQL", []string{`type Query { a(i: I): ID } input I { j: J! } input J { i: I! }`}},
	{"interface field missing", "INVALID_GRAPHQL", []string{`type Query { a: T } interface N { id: ID } type T implements N { a: ID }`}},
	{"interface field of another type", "INVALID_GRAPHQL", []string{`type Query { a: T } interface N { id: ID! } type T implements N { id: ID }`}},
	{"interface argument missing", "INVALID_GRAPHQL", []string{`type Query { a: T } interface N { id(x: ID): ID } type T implements N { id: ID }`}},
	{"required argument beyond the interface", "INVALID_GRAPHQL", []string{`type Query { a: T } interface N { id: ID } type T implements N { id(x: ID!): ID }`}},
	{"implements an object", "INVALID_GRAPHQL", []string{`type Query { a: T } type N { id: ID } type T implements N { id: ID }`}},
	{"implements itself", "INVALID_GRAPHQL", []string{`type Query { a: N } interface N implements N { id: ID }`}},
	{"interface of an interface left out", "INVALID_GRAPHQL", []string{`type Query { a: T } interface M { id: ID } interface N implements M { id: ID } type T implements N { id: ID }`}},
	{"default of a wrong type", "INVALID_GRAPHQL", []string{`type Query { a(x: Int = "1"): ID }`}},
	{"null default of a required field", "INVALID_GRAPHQL", []string{`type Query { a(i: I): ID } input I { x: Int! = null }`}},
	{"default beyond 32 bits", "INVALID_GRAPHQL", []string{`type Query { a(x: Int = 2147483648): ID }`}},
	{"required argument deprecated", "INVALID_GRAPHQL", []string{`type Query { a(x: ID! @deprecated): ID }`}},
	{"unknown root type", "INVALID_GRAPHQL", []string{`schema { query: Q } type Query { a: ID }`}},
	{"interface as root type", "INVALID_GRAPHQL", []string{`schema { query: Q } interface Q { a: ID }`}},
	{"built-in scalar redefined", "", []string{`scalar ID type Query { a: ID }`}},
	{"every default is fine", "", []string{`type Query { a(i: I = {n: 1, l: 2, e: A}, f: Float = 1, d: ID = 3): ID } input I { n: Int! l: [Int] e: E } enum E { A }`}},

	// Links.
	{"federation linked twice", "INVALID_LINK_DIRECTIVE_USAGE", []string{fed + fed + `type Query { a: ID }`}},
	{"unknown import", "INVALID_LINK_DIRECTIVE_USAGE", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@interfaceObject"]) type Query { a: ID }`}},
	{"import that is no name", "INVALID_LINK_DIRECTIVE_USAGE", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: [1]) type Query { a: ID }`}},
	{"one name imported twice", "INVALID_LINK_DIRECTIVE_USAGE", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"]) @link(url: "https://example.org/z/v1.0", import: ["@key"]) type Query { a: ID }`}},
	{"version that is none", "INVALID_LINK_IDENTIFIER", []string{fed + `extend schema @link(url: "https://example.org/z/one") type Query { a: ID }`}},
	{"link without a path", "INVALID_LINK_IDENTIFIER", []string{fed + `extend schema @link(url: "https://example.org") type Query { a: ID }`}},
	{"unknown federation version", "UNKNOWN_FEDERATION_LINK_VERSION", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v3.0") type Query { a: ID }`}},
	{"directive not imported", "INVALID_GRAPHQL", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0") type Query { a: T } type T @key(fields: "id") { id: ID }`}},
	{"directive by its full name", "", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0") type Query { a: T } type T @federation__key(fields: "id") { id: ID }`}},
	{"directive under an alias", "", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: [{name: "@key", as: "@id"}]) type Query { a: T } type T @id(fields: "id") { id: ID }`}},
	{"namespace under an alias", "", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", as: "f") type Query { a: T } type T @f__key(fields: "id") { id: ID }`}},
	{"mismatched import", "LINK_IMPORT_NAME_MISMATCH", []string{
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost"]) type Query { a: ID @cost(weight: 1) }`,
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{name: "@cost", as: "@price"}]) type Query { b: ID @price(weight: 1) }`}},
	{"own definition of a directive", "", []string{`directive @key(fields: String!) repeatable on OBJECT | INTERFACE type Query { a: T } type T @key(fields: "id") { id: ID }`}},
	{"own definition that differs", "DIRECTIVE_DEFINITION_INVALID", []string{`directive @key(field: String!) on OBJECT type Query { a: ID }`}},
	{"own type that differs", "TYPE_DEFINITION_INVALID", []string{`type Query { a: _Any } type _Any { a: ID }`}},

	// Roots.
	{"type with the name of a root", "ROOT_QUERY_USED", []string{`schema { query: Q } type Q { a: ID } type Query { b: ID }`}},
	{"no query", "NO_QUERIES", []string{`type T { a: ID }`}},
	{"query root of another name", "", []string{`schema { query: Q } type Q { a: ID }`}},

	// Field sets.
	{"key of an unknown field", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "sku") { id: ID }`}},
	{"key that does not parse", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "id {") { id: ID }`}},
	{"empty key", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "") { id: ID }`}},
	{"key with an alias", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "x: id") { id: ID }`}},
	{"key of an object without selection", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "o") { o: O } type O { id: ID }`}},
	{"key that is not a string", "KEY_INVALID_FIELDS_TYPE", []string{fed + `type Query { a: T } type T @key(fields: true) { id: ID }`}},
	{"key with arguments", "KEY_FIELDS_HAS_ARGS", []string{fed + `type Query { a: T } type T @key(fields: "id") { id(x: ID): ID }`}},
	{"key of an interface type", "KEY_FIELDS_SELECT_INVALID_TYPE", []string{fed + `type Query { a: T } interface I { id: ID } type T @key(fields: "i { id }") { i: I }`}},
	{"key with a directive", "KEY_DIRECTIVE_IN_FIELDS_ARG", []string{fed + `directive @x on FIELD type Query { a: T } type T @key(fields: "id @x") { id: ID }`}},
	{"key on an interface too early", "KEY_UNSUPPORTED_ON_INTERFACE", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.2", import: ["@key"]) type Query { a: I } interface I @key(fields: "id") { id: ID }`}},
	{"requires what is not external", "REQUIRES_FIELDS_MISSING_EXTERNAL", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int m: Int @requires(fields: "n") }`}},
	{"requires an unknown field", "REQUIRES_INVALID_FIELDS", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID m: Int @requires(fields: "n") }`}},
	{"provides what is not external", "PROVIDES_FIELDS_MISSING_EXTERNAL", []string{fed + `type Query { a: T @provides(fields: "n") } type T @key(fields: "id") { id: ID n: Int }`}},
	{"provides on a scalar", "PROVIDES_ON_NON_OBJECT_FIELD", []string{fed + `type Query { a: ID @provides(fields: "n") }`}},
	{"provides with arguments", "PROVIDES_FIELDS_HAS_ARGS", []string{fed + `type Query { a: T @provides(fields: "n") } type T @key(fields: "id") { id: ID n(x: Int): Int @external }`,
		fed + `type T @key(fields: "id") { id: ID n(x: Int): Int @shareable }`}},

	// External.
	{"external unused", "EXTERNAL_UNUSED", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external }`, fed + `type T @key(fields: "id") { id: ID n: Int }`}},
	{"external on an interface", "EXTERNAL_ON_INTERFACE EXTERNAL_UNUSED", []string{fed + `type Query { a: I } interface I { id: ID @external }`}},
	{"external everywhere", "EXTERNAL_MISSING_ON_BASE", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`}},
	{"external of another type", "EXTERNAL_TYPE_MISMATCH", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`, fed + `type T @key(fields: "id") { id: ID n: String }`}},
	{"external without argument", "EXTERNAL_ARGUMENT_MISSING", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`, fed + `type T @key(fields: "id") { id: ID n(x: Int): Int }`}},
	{"external with another argument type", "EXTERNAL_ARGUMENT_TYPE_MISMATCH", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n(x: ID): Int @external m: Int @requires(fields: "n") }`, fed + `type T @key(fields: "id") { id: ID n(x: Int): Int }`}},
	{"tag on external", "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external @tag(name: "x") m: Int @requires(fields: "n") }`, fed + `type T @key(fields: "id") { id: ID n: Int }`}},

	// Sharing and overriding.
	{"not shareable", "INVALID_FIELD_SHARING", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int }`, fed + `type T @key(fields: "id") { id: ID n: Int }`}},
	{"shareable on one side only", "INVALID_FIELD_SHARING", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @shareable }`, fed + `type T @key(fields: "id") { id: ID n: Int }`}},
	{"shared subscription", "INVALID_FIELD_SHARING", []string{fed + `type Query { a: ID } type Subscription { a: ID @shareable }`}},
	{"shareable interface field", "INVALID_SHAREABLE_USAGE", []string{fed + `type Query { a: I } interface I { a: ID @shareable }`}},
	{"shareable twice", "INVALID_SHAREABLE_USAGE", []string{fed + `type Query { a: ID @shareable @shareable }`}},
	{"override from itself", "OVERRIDE_FROM_SELF_ERROR", []string{fed + `type Query { a: ID @override(from: "a") }`}},
	{"override of an override", "INVALID_FIELD_SHARING OVERRIDE_SOURCE_HAS_OVERRIDE", []string{fed + `type Query { a: ID @override(from: "b") }`, fed + `type Query { a: ID @override(from: "a") }`}},
	{"override of a requires", "INVALID_FIELD_SHARING OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`, fed + `type T @key(fields: "id") { id: ID n: Int m: Int @override(from: "a") }`}},
	{"override on an interface", "OVERRIDE_ON_INTERFACE", []string{fed + `type Query { a: I } interface I { a: ID @override(from: "b") }`}},
	{"bad override label", "OVERRIDE_LABEL_INVALID", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int }`, fed + `type T @key(fields: "id") { id: ID n: Int @override(from: "a", label: "7up") }`}},
	{"good override labels", "", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int m: Int }`, fed + `type T @key(fields: "id") { id: ID n: Int @override(from: "a", label: "percent(12.5)") m: Int @override(from: "a", label: "x-1") }`}},

	// Merging.
	{"kinds differ", "TYPE_KIND_MISMATCH", []string{fed + `type Query { a: T } type T { a: ID }`, fed + `interface T { a: ID }`}},
	{"field types differ", "FIELD_TYPE_MISMATCH", []string{fed + `type Query { a: ID @shareable }`, fed + `type Query { a: Int @shareable }`}},
	{"argument types differ", "FIELD_ARGUMENT_TYPE_MISMATCH", []string{fed + `type Query { a(x: Int): ID @shareable }`, fed + `type Query { a(x: ID): ID @shareable }`}},
	{"argument defaults differ", "FIELD_ARGUMENT_DEFAULT_MISMATCH", []string{fed + `type Query { a(x: Int = 1): ID @shareable }`, fed + `type Query { a(x: Int = 2): ID @shareable }`}},
	{"required argument missing", "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", []string{fed + `type Query { a(x: Int!): ID @shareable }`, fed + `type Query { a: ID @shareable }`}},
	{"input defaults differ", "INPUT_FIELD_DEFAULT_MISMATCH", []string{`type Query { a(i: I): ID } input I { x: Int = 1 }`, `input I { x: Int = 2 }`}},
	{"required input field missing", "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", []string{`type Query { a(i: I): ID } input I { x: Int! y: Int }`, `input I { y: Int }`}},
	{"inputs with nothing in common", "EMPTY_MERGED_INPUT_TYPE", []string{`type Query { a(i: I): ID } input I { x: Int }`, `input I { y: Int }`}},
	{"input enums with nothing in common", "EMPTY_MERGED_ENUM_TYPE", []string{`type Query { a(e: E): ID } enum E { A }`, `enum E { B }`}},
	{"enum used both ways", "ENUM_VALUE_MISMATCH", []string{`type Query { a(e: E): E } enum E { A B }`, `enum E { A }`}},
	{"interface field without implementation", "INTERFACE_FIELD_NO_IMPLEM", []string{fed + `type Query { a: T } interface I { x: ID } type T implements I @key(fields: "id") { id: ID x: ID }`, fed + `interface I { y: ID } type U { y: ID }`}},
	{"merged field weaker than its interface", "INVALID_GRAPHQL", []string{fed + `type Query { a: T } interface I { id: ID! } type T implements I @key(fields: "id") { id: ID! }`, fed + `type T @key(fields: "id") { id: ID }`}},
	{"extension without a base", "EXTENSION_WITH_NO_BASE", []string{`type Query { a: T } extend type T @key(fields: "id") { id: ID }`}},
	{"enum extension without a base", "EXTENSION_WITH_NO_BASE", []string{`type Query { a: E } extend enum E { A }`}},

	// Interface objects.
	{"interface object without a key", "INTERFACE_OBJECT_USAGE_ERROR", []string{fed + `type Query { a: I } type I @interfaceObject { id: ID }`}},
	{"interface object without an interface", "INTERFACE_OBJECT_USAGE_ERROR", []string{fed + `type Query { a: I } type I @interfaceObject @key(fields: "id") { id: ID }`}},
	{"interface object beside implementations", "INTERFACE_OBJECT_USAGE_ERROR", []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID }`,
		fed + `type I @interfaceObject @key(fields: "id") { id: ID n: Int } type T @key(fields: "id") { id: ID }`}},
	{"interface key not on implementation", "INTERFACE_KEY_NOT_ON_IMPLEMENTATION", []string{fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I { id: ID }`}},
	{"interface key without all implementations", "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID }`,
		fed + `type Query { b: I } interface I { id: ID } type U implements I @key(fields: "id") { id: ID }`}},

	// Directives of specifications.
	{"auth on an interface", "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", []string{fed + `type Query { a: I } interface I @authenticated { a: ID }`}},
	{"auth not repeated", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS", []string{
		fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @authenticated }`,
		fed + `type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") }`}},
	{"auth repeated", "", []string{
		fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @requiresScopes(scopes: [["x"], ["y"]]) }`,
		fed + `type T @key(fields: "id") { id: ID n: Int @external m: Int @requires(fields: "n") @requiresScopes(scopes: [["x", "z"]]) }`}},
	{"cost on an interface field", "COST_APPLIED_TO_INTERFACE_FIELD", []string{fed + `type Query { a: I } interface I { a: ID @cost(weight: 1) }`}},
	{"list size of no list", "LIST_SIZE_APPLIED_TO_NON_LIST", []string{fed + `type Query { a: ID @listSize(assumedSize: 1) }`}},
	{"negative list size", "LIST_SIZE_INVALID_ASSUMED_SIZE", []string{fed + `type Query { a: [ID] @listSize(assumedSize: -1) }`}},
	{"unknown slicing argument", "LIST_SIZE_INVALID_SLICING_ARGUMENT", []string{fed + `type Query { a(n: Int): [ID] @listSize(slicingArguments: ["m"]) }`}},
	{"sized field that is no list", "LIST_SIZE_APPLIED_TO_NON_LIST", []string{fed + `type Query { a: C @listSize(sizedFields: ["n"]) } type C { n: Int }`}},
	{"unknown sized field", "LIST_SIZE_INVALID_SIZED_FIELD", []string{fed + `type Query { a: C @listSize(sizedFields: ["m"]) } type C { n: [Int] }`}},
	{"composed directive without a feature", "DIRECTIVE_COMPOSITION_ERROR", []string{fed + `extend schema @composeDirective(name: "@x") directive @x on OBJECT type Query { a: ID }`}},
	{"composed directive of two majors", "DIRECTIVE_COMPOSITION_ERROR", []string{
		fed + `extend schema @link(url: "https://example.org/x/v1.0", import: ["@x"]) @composeDirective(name: "@x") directive @x on OBJECT type Query { a: ID }`,
		fed + `extend schema @link(url: "https://example.org/x/v2.0", import: ["@x"]) @composeDirective(name: "@x") directive @x on OBJECT type Query { b: ID }`}},
	{"context never set", "CONTEXT_NOT_SET", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID f(x: ID @fromContext(field: "$c { id }")): Int }`}},
	{"context set", "", []string{fed + `type Query { a: P } type P @key(fields: "id") @context(name: "c") { id: ID! t: T } type T @key(fields: "id") { id: ID f(x: ID @fromContext(field: "$c { id }")): Int }`}},

	// Inaccessible elements.
	{"query hidden", "ONLY_INACCESSIBLE_CHILDREN", []string{fed + `type Query { a: ID @inaccessible }`}},
	{"query type hidden", "QUERY_ROOT_TYPE_INACCESSIBLE", []string{fed + `type Query @inaccessible { a: ID }`}},
	{"hidden type in use", "REFERENCED_INACCESSIBLE", []string{fed + `type Query { a: T } type T @inaccessible { a: ID }`}},
	{"hidden field of an interface", "IMPLEMENTED_BY_INACCESSIBLE", []string{fed + `type Query { a: T } interface I { id: ID } type T implements I { id: ID @inaccessible b: ID }`}},
	{"hidden required argument", "REQUIRED_INACCESSIBLE", []string{fed + `type Query { a(x: ID! @inaccessible): ID }`}},
	{"hidden default", "DEFAULT_VALUE_USES_INACCESSIBLE", []string{fed + `type Query { a(e: E = A): ID } enum E { A @inaccessible B }`}},

	// Federation 1.
	{"extension of a type elsewhere", "", []string{`type Query { a: T } type T @key(fields: "id") { id: ID! }`, `extend type T @key(fields: "id") { id: ID! @external n: Int }`}},
	{"value types are shared", "", []string{`type Query { a: V } type V { x: ID }`, `type Query { b: V } type V { x: ID }`}},
	{"unused external is dropped", "", []string{`type Query { a: T } type T @key(fields: "id") { id: ID! n: Int }`, `extend type T @key(fields: "id") { id: ID! @external n: Int @external m: Int }`}},
	{"only unused externals", "TYPE_WITH_ONLY_UNUSED_EXTERNAL", []string{`type Query { a: T } type T { n: Int @external }`, `type T { n: Int }`}},
	{"Federation 2 directive without a link", "INVALID_GRAPHQL", []string{`type Query { a: ID @shareable }`}},
	{"federation machinery in the text", "", []string{`scalar _Any scalar _FieldSet union _Entity = T type _Service { sdl: String } type Query { a: T _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } type T @key(fields: "id") { id: ID! }`}},

	// Rules that meet.
	{"provides and external at once", "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", []string{fed + `type Query { a: T @external @provides(fields: "n") } type T @key(fields: "id") { id: ID n: Int @external }`, fed + `type Query { a: T } type T @key(fields: "id") { id: ID n: Int @shareable }`}},
	{"one name from two interface objects", "INVALID_FIELD_SHARING", []string{
		fed + `type Query { a: I b: J } interface I @key(fields: "id") { id: ID } interface J @key(fields: "id") { id: ID } type T implements I & J @key(fields: "id") { id: ID }`,
		fed + `type I @interfaceObject @key(fields: "id") { id: ID n: Int @shareable }`,
		fed + `type J @interfaceObject @key(fields: "id") { id: ID n: Int }`}},
	{"argument in requires that the owner lacks", "REQUIRES_INVALID_FIELDS", []string{
		fed + `type Query { a: T } type T @key(fields: "id") { id: ID n(x: Int): Int @external m: Int @requires(fields: "n(x: 1)") }`,
		fed + `type T @key(fields: "id") { id: ID n: Int }`}},
	{"required argument left out of requires", "REQUIRES_INVALID_FIELDS", []string{
		fed + `type Query { a: T } type T @key(fields: "id") { id: ID n(x: Int!): Int @external m: Int @requires(fields: "n") }`,
		fed + `type T @key(fields: "id") { id: ID n(x: Int!): Int }`}},
	{"external with another default", "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", []string{
		fed + `type Query { a: T } type T @key(fields: "id") { id: ID n(x: Int = 1): Int @external m: Int @requires(fields: "n") }`,
		fed + `type T @key(fields: "id") { id: ID n(x: Int = 2): Int }`}},
	{"enum of a dropped input field is still an input", "ENUM_VALUE_MISMATCH", []string{`type Query { a(i: I): E } input I { x: Int e: E } enum E { A B }`, `input I { x: Int } enum E { A }`}},
	{"extension beside a shared value type", "INVALID_FIELD_SHARING", []string{`type Query { a: V } type V { x: ID } extend type V { y: ID }`, fed + `type V @shareable { x: ID y: ID }`}},
	{"subscriptions are not shared by habit", "INVALID_FIELD_SHARING", []string{`type Query { a: ID } type Subscription { s: ID }`, `type Subscription { s: ID }`}},
	{"own definition of a later directive", "", []string{`directive @override(from: String!) on FIELD_DEFINITION type Query { a: ID @override(from: "b") }`, fed + `type Query { a: ID }`}},
	{"override on an interface object", "INVALID_FIELD_SHARING OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID n: Int }`,
		fed + `type I @interfaceObject @key(fields: "id") { id: ID n: Int @override(from: "a") }`}},
	{"empty schema", "INVALID_GRAPHQL", []string{`type Query { a: ID }`, `# nothing`}},
	{"unknown element of a specification", "INVALID_LINK_DIRECTIVE_USAGE", []string{fed + `extend schema @link(url: "https://specs.apollo.dev/policy/v0.1", import: ["Policy", "@nothing"]) type Query { a: ID }`}},
	{"element of an unknown version", "", []string{`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") @link(url: "https://specs.apollo.dev/tag/v0.99", import: ["@nothing"]) type Query { a: ID }`}},
	{"applied under two names", "LINK_IMPORT_NAME_MISMATCH", []string{fed + `type Query { a: ID @tag(name: "x") }`,
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { b: ID @federation__tag(name: "x") }`}},
	{"imported under two names, applied under one", "", []string{fed + `type Query { a: ID }`,
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{name: "@tag", as: "@label"}]) type Query { b: ID @label(name: "x") }`}},
	{"default of a value not in every subgraph", "INVALID_GRAPHQL", []string{`type Query { a(e: [E] = [A, B]): ID } enum E { A B }`, `type Query { b(e: E): ID } enum E { A }`}},
	{"default of a field not in every subgraph", "INVALID_GRAPHQL", []string{`type Query { a(i: I = {x: 1, y: 2}): ID } input I { x: Int y: Int }`, `type Query { b(i: I): ID } input I { x: Int }`}},
	{"composed directive from an interface object", "INVALID_GRAPHQL", []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID }`,
		fed + `extend schema @link(url: "https://example.com/note/v1.0", import: ["@note"]) @composeDirective(name: "@note") directive @note on OBJECT type I @key(fields: "id") @interfaceObject @note { id: ID n: Int }`}},
	{"interface object requires what an implementation protects", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS", []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID n: Int } type T implements I @key(fields: "id") { id: ID n: Int @authenticated }`,
		fed + `type I @key(fields: "id") @interfaceObject { id: ID n: Int @external m: Int @requires(fields: "n") }`}},
	{"context reads what is protected", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS", []string{
		fed + `type Query { v: V } type V @key(fields: "id") @context(name: "c") @authenticated { id: ID! x: ID t: T } type T @key(fields: "id") { id: ID f(x: ID @fromContext(field: "$c { x }")): Int }`}},
	{"context reads a protected field", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS", []string{
		fed + `type Query { v: V } type V @key(fields: "id") @context(name: "c") { id: ID! x: ID @policy(policies: [["p"]]) t: T } type T @key(fields: "id") { id: ID f(x: ID @fromContext(field: "$c { x }")): Int }`}},
	{"context repeats the protection", "", []string{
		fed + `type Query { v: V } type V @key(fields: "id") @context(name: "c") @authenticated { id: ID! x: ID t: T } type T @key(fields: "id") { id: ID f(x: ID @fromContext(field: "$c { x }")): Int @authenticated }`}},
	{"interface object beside a key of Federation 1", "INTERFACE_OBJECT_USAGE_ERROR", []string{
		`type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "id") { id: ID }`,
		fed + `type I @key(fields: "id") @interfaceObject { id: ID n: Int }`}},
	{"two names and a directive that is not there", "DIRECTIVE_COMPOSITION_ERROR LINK_IMPORT_NAME_MISMATCH", []string{
		fed + `extend schema @composeDirective(name: "@nowhere") type Query { a: ID @tag(name: "x") }`,
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { b: ID @federation__tag(name: "x") }`}},
	{"deprecated here, required there", "INVALID_GRAPHQL", []string{`type Query { a(i: I): ID } input I { x: Int @deprecated y: Int }`, `type Query { b(i: I): ID } input I { x: Int! y: Int }`}},
	{"argument deprecated here, required there", "INVALID_GRAPHQL", []string{
		fed + `type Query { a(x: Int @deprecated): ID @shareable }`, fed + `type Query { a(x: Int!): ID @shareable }`}},
	{"interface key of an unknown field", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: I } interface I @key(fields: "x") { id: ID } type T implements I { id: ID }`}},
	{"interface key that does not parse", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: I } interface I @key(fields: "id {") { id: ID } type T implements I { id: ID }`}},
	{"implementation key of an unknown field", "KEY_INVALID_FIELDS", []string{fed + `type Query { a: I } interface I @key(fields: "id") { id: ID } type T implements I @key(fields: "x") { id: ID }`}},
	{"provides on a field of an external type", "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", []string{fed + `type Query { a: T } type T @external { n: T @provides(fields: "m") m: Int }`, fed + `type T { n: T m: Int }`}},
	{"only unused externals in a root type", "TYPE_WITH_ONLY_UNUSED_EXTERNAL", []string{`type Query { a: ID } type Mutation { n: Int @external }`, `type Mutation { n: Int }`}},
	{"cannot be reached", "SATISFIABILITY_ERROR", []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID }`, fed + `type T { n: Int }`}},
}
