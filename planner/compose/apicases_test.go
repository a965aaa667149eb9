package compose_test

var apiCases = []schemaCase{
	{"fields of an entity", `
type Query {
  a: T
}

type T {
  id: ID!
  m: Int
  n: Int
}
`, []string{fed + `type Query { a: T } type T @key(fields: "id") { id: ID! n: Int }`, fed + `type T @key(fields: "id") { id: ID! m: Int }`}},
	{"root types get their default names", `
type Mutation {
  m: Query
}

type Query {
  a: ID
  b: ID
}
`, []string{`schema { query: Q mutation: M } type Q { a: ID } type M { m: Q }`, `type Query { b: ID }`}},
	{"an output type is the widest", `
interface N {
  id: ID
}

type Query {
  a: T
  b: [ID]
  c: N
}

type T implements N {
  id: ID
}
`, []string{
		fed + `type Query { a: T! @shareable b: [ID!]! @shareable c: T @shareable } type T implements N @shareable { id: ID } interface N { id: ID }`,
		fed + `type Query { a: T @shareable b: [ID] @shareable c: N @shareable } type T implements N @shareable { id: ID } interface N { id: ID }`}},
	{"an argument type is the narrowest, and in all subgraphs", `
type Query {
  a(x: Int!, z: [ID!]): ID
}
`, []string{
		fed + `type Query { a(x: Int, y: ID, z: [ID!] = "q"): ID @shareable }`,
		fed + `type Query { a(x: Int!, z: [ID]): ID @shareable }`}},
	{"inputs by intersection", `
input I {
  x: Int!
}

type Query {
  a(i: I): ID
  b(i: I): ID
}
`, []string{`type Query { a(i: I): ID } input I { x: Int y: Int }`, `type Query { b(i: I): ID } input I { x: Int! z: ID }`}},
	{"enums by use", `
enum Both {
  A
  B
}

enum In {
  A
}

enum Out {
  A
  B
  C
}

type Query {
  a(both: Both, in: In): Out
  b: Both
}
`, []string{
		`type Query { a(in: In, both: Both): Out b: Both } enum In { A B } enum Out { A B } enum Both { A B }`,
		`enum In { A C } enum Out { A C } enum Both { B A }`}},
	{"unions by union, interfaces too", `
interface M {
  id: ID
}

interface N {
  id: ID
}

type Query {
  a: U
}

type S implements M & N {
  id: ID
}

type T {
  x: ID
}

union U = S | T
`, []string{
		fed + `type Query { a: U } union U = S type S implements N @key(fields: "id") { id: ID } interface N { id: ID }`,
		fed + `union U = T | S type T @shareable { x: ID } type S implements M @key(fields: "id") { id: ID } interface M { id: ID }`}},
	{"descriptions and deprecations", `
"""Most agree."""
type Query {
  """
  Two
  lines
  """
  a: ID @deprecated(reason: "old")
  b(
    """Which."""
    x: ID
  ): ID @deprecated
}
`, []string{
		fed + "\"Most agree.\" type Query { \"\"\"\n  Two\n  lines\n  \"\"\" a: ID @deprecated(reason: \"old\") }",
		fed + "\"Some say.\" type Query { b(\"Which.\" x: ID): ID @deprecated }",
		fed + "\"Most agree.\" type Query { b(x: ID): ID @override(from: \"b\") }"}},
	{"what is hidden is gone", `
enum E {
  A
}

type Query {
  a(x: ID): E
}

union U = Query
`, []string{fed + `type Query { a(x: ID, y: ID @inaccessible): E b: T @inaccessible } enum E { A B @inaccessible } type T implements I @inaccessible { c: ID } interface I @inaccessible { c: ID } union U = Query | T`}},
	{"executable directives of all subgraphs", `
directive @all(n: Int) on FIELD

type Query {
  a: ID
  b: ID
}
`, []string{
		`directive @all(n: Int) on FIELD | QUERY directive @one on FIELD directive @type on OBJECT type Query { a: ID }`,
		`directive @all(n: Int) on FIELD type Query { b: ID }`}},
	{"specifiedBy and oneOf", `
input I @oneOf {
  a: ID
  b: ID
}

type Query {
  a(i: I): URL
}

scalar URL @specifiedBy(url: "https://example.org")
`, []string{`type Query { a(i: I): URL } scalar URL @specifiedBy(url: "https://example.org") input I @oneOf { a: ID b: ID }`}},
	{"interface objects add fields to implementations", `
interface I {
  id: ID!
  n: Int
}

type Query {
  a: I
}

type S implements I {
  id: ID!
  n: Int
}

type T implements I {
  id: ID!
  n: Int
  own: Int
}
`, []string{
		fed + `type Query { a: I } interface I @key(fields: "id") { id: ID! } type S implements I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! own: Int }`,
		fed + `type I @interfaceObject @key(fields: "id") { id: ID! n: Int }`}},
	{"defaults take the form of their types", `
enum E {
  A
}

input I {
  e: E = A
  n: Float = 1
}

type Query {
  a(f: Float = 1.5, i: I = {e: A, n: 1}, id: ID = 7, list: [[Int]] = [[1]]): ID
}
`, []string{`type Query { a(i: I = {}, list: [[Int]] = 1, id: ID = "7", f: Float = 1.50): ID } input I { n: Float = 1.0 e: E = A } enum E { A }`}},
	{"names sort by number", `
type Query {
  a2: ID
  a10: ID
}
`, []string{`type Query { a10: ID a2: ID }`}},
}
