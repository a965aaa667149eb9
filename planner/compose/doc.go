// Package compose merges the schemas of several subgraphs into one supergraph.
//
// In go SDL documents, one a subgraph; out comes a [supergraph.Definition], or
// every error at once, each with a stable code (those of Apollo's composition,
// which users and tools know), the subgraph, the place in its SDL and a hint.
//
// It works in stages, and a stage runs only if the one before found no error,
// since later rules would report the same fault again in other words:
//
//  1. read: links, definitions and extensions become a model of each subgraph
//     (load.go, link.go, spec.go);
//  2. check each model: GraphQL's own rules (validate_*.go), then federation's
//     (rule_*.go);
//  3. upgrade Federation 1 models to Federation 2 terms (upgrade.go);
//  4. merge (merge*.go), one kind of element a file;
//  5. check the merged schema (post_*.go);
//  6. prove that each field can be reached (package satisfiability).
//
// A call owns everything it makes; inputs are only read. Composition is
// deterministic and does not depend on the order of inputs.
package compose
