// Package pitfalls holds, as tests, one small graph for each of the mistakes
// that federation routers are known to make, and the rule that is right in its
// place. Every test runs the whole way: subgraph schemas are composed, the
// operation is planned, and the fetches go over real HTTP to servers that
// refuse what a subgraph of that schema would refuse.
//
// The tests are numbered; the names say what the pitfall is. A test looks at the
// response's bytes and errors, and where the answer alone would not show the
// mistake, at the requests that the subgraphs received.
package pitfalls
