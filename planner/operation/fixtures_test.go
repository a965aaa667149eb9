package operation_test

import (
	"os"
	"testing"

	"github.com/weft-graphql/weft/planner/operation"
)

// shopSDL is a graph of users, products and reviews, with deep recursion
// possible in every direction.
const shopSDL = `
interface Node { id: ID! }
type Query {
  users: [User]
  user(id: ID!): User
  topProducts(first: Int = 5, filter: ProductFilter): [Product]
  node(id: ID!): Node
}
type User implements Node { id: ID!, name: String, username: String, reviews(first: Int): [Review] }
type Product implements Node {
  id: ID!
  upc: String!
  name: String
  price: Int
  weight: Int
  inStock: Boolean
  shippingEstimate: Int
  reviews(first: Int): [Review]
}
type Review implements Node { id: ID!, body: String, author: User, product: Product }
input ProductFilter { name: String, tags: [String!], price: PriceRange, meta: JSON, sort: Sort = NAME }
input PriceRange { min: Int! = 0, max: Int }
enum Sort { NAME PRICE }
scalar JSON
`

func heavyQuery(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/heavy.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func shop(t testing.TB) *operation.Front { return newFront(t, shopSDL, operation.DefaultLimits()) }

func mustParse(t testing.TB, f *operation.Front, text string) *operation.Operation {
	t.Helper()
	op, errs := f.Parse(text, "")
	if errs != nil {
		t.Fatalf("%s\n%v", text, errs)
	}
	return op
}
