// The demo's operations: those `weft demo` suggests, and others that cover what
// its subgraphs have: entities by each key, @requires, @provides, interfaces,
// unions, arguments, variables, aliases, fragments, mutations.
export const operations = [
  { query: '{ topProducts(first: 3) { name price shippingEstimate reviews { rating author { username } } } }' },
  { query: '{ me { name reviews { body product { name inStock warehouse { city } } } } }' },
  { query: '{ users(first: 2) { name role } todos(done: false) { title priority } }' },
  { query: '{ users { id name reviews(first: 2) { rating product { upc name delivery(express: true) brand { name founded } } } } }' },
  { query: '{ search(text: "a") { __typename ... on Product { name averageRating stock } ... on Brand { name products { upc price } } } }' },
  { query: 'query Find($first: Int, $filter: ProductFilter) { catalog(filter: $filter, first: $first) { upc category dimensions { width height depth } warehouse { code city } } }', variables: { first: 4, filter: { maxPrice: 900 } } },
  { query: '{ warehouses { city products { name shippingEstimate feedback { __typename ... on Review { rating author { name } } ... on Question { body answer } } } } }' },
  { query: 'query User($id: ID!) { user(id: $id) { ...Who posts { __typename id author { ...Who } ... on Review { product { name } } } } } fragment Who on User { name email username address { city } }', variables: { id: '1' } },
  { query: '{ latest: latestReviews(first: 5) { author { username } again: author { username role } } product(upc: "nothing") { name } }' },
  { query: 'mutation { renameUser(id: "1", username: "other") { id username reviews { author { username } } } }' },
  { query: 'mutation { back: renameUser(id: "1", username: "ada") { id username } createTodo(todo: {title: "check"}) { title priority done } }' },
  { query: '{ __typename me { __typename } }' },
];

// answer sends one operation over HTTP.
export async function answer(url, operation) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(operation) });
  return response.json();
}
