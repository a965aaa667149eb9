// Package graphql calls upstreams that speak GraphQL over HTTP. It implements
// [subgraphs.Client].
//
// At planning a [subgraphs.FetchSpec] becomes a request whose text is printed
// and escaped once; a call then only puts raw variables and rows between fixed
// pieces. What comes back is the body of the response as it is (the
// LayoutGraphQL of subgraphs), for root fields and `_entities`. Lookups by other
// root fields are answered in LayoutRows: the body is scanned, and each row of
// the call gets its byte range, by position, by key, or by the alias that was
// made for it. A fetch with a lookup that has a cap on the rows of one request is
// answered so too, since its answer is joined from those of several requests. If
// one entry of a fetch is such a lookup, all its entries are answered so.
//
// The row of an answer that is matched by key is found by the values at
// [subgraphs.Lookup].Key in the answer; they are compared with the values that
// the lookup's arguments took from the row if there is one argument for each
// key leaf, else with the values at the same paths in the row. A string and a
// number of the same text are equal, as ids may come as either.
//
// Arguments that are made of the row ([subgraphs.ArgumentValue].From, the @require of
// Composite Schemas) are variables. A lookup that takes many rows is asked once, in
// the same request, for each group of rows with the same values; its answer is in
// LayoutRows then, unless there is only one group. Where a row has null for an
// argument that must not be null, the field is not asked for: it is null, with an
// error of the row ([CodeRequiredNull]).
//
// Queries that are equal at the same moment share one upstream request;
// mutations never do, and are never sent twice.
//
// A [Client] and what it prepares are immutable and may be used by any number of
// goroutines. The client uses its transport but does not own it.
package graphql
