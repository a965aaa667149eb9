// Package equivalence is a property test: a federated answer equals the answer
// of one server that has all the data, for generated graphs, data and
// operations.
//
// A [Case] is plain data: the types of a graph and what each subgraph has of
// them, the world behind it, and an operation. schemagen.go, datagen.go and
// opgen.go make cases from a seed; they only make graphs that compose and data
// on which a monolith and a federation have to agree (they say where that is
// not a matter of course). The oracle is the data server of
// subgraphs/demo/dataserver over the merged schema, which model.go prints from
// the case and not from a supergraph: it shares nothing with the planner or
// the router. The federated side is the production code, from composition on.
//
// Checked are, for each case,
//
//   - that the data is equal, the order of keys included (unless conditions
//     decide it), and that there are errors where the monolith has errors and
//     nowhere else;
//   - that requests are no more than the plan's fetches, and these no more than
//     a bound computed from types and operation alone;
//   - for the first operations of each graph, that requests stay as they are
//     when every list is ten times longer and holds other entities.
//
// Every operation with conditions runs again with all conditions turned around.
//
// A failing case is cut down (shrink.go): first the operation, then the data,
// then the schema, as long as it fails in the same way. What is left is
// printed, with seeds, answers and plan, and with -out written to files.
//
//	go test ./test/equivalence                                   2,000 cases
//	go test ./test/equivalence -cases 10000 -seed 7              about 25 s of CPU
//	go test ./test/equivalence -cases 1000000 -seed 7 -timeout 0 by hand
//	go test ./test/equivalence -graph 42 -seed 7                 one graph again
//	go test ./test/equivalence -replay dir/case.json             a written case
//	go test ./test/equivalence -cases 200 -http                  over real HTTP
//
// The generator of graph n is seeded with (seed, n), so that both numbers
// repeat it alone. -off and -on switch features of the generator by name (see
// [Features]), which keeps a known failure from hiding the next one.
package equivalence
