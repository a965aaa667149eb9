package explain_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/compose/explain"
	"github.com/weft-graphql/weft/planner/compose/stitch"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

var update = flag.Bool("update", false, "write the golden file")

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@tag", "@interfaceObject", "@authenticated"])
`

// graph is one of every kind: federated, with interface objects and overrides,
// and stitched.
func graph(t *testing.T) *supergraph.Definition {
	t.Helper()
	subgraph := func(name, sdl string, rules stitch.Rules) stitch.Subgraph {
		doc, errs := schema.Parse(name, sdl)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return stitch.Subgraph{Input: compose.Input{Name: name, URL: "http://" + name, Doc: doc}, Rules: rules}
	}
	r := stitch.Compose([]stitch.Subgraph{
		subgraph("products", link+`
type Query { top(first: Int = 5): [Product!] media: [Media!] }
type Product @key(fields: "id") @key(fields: "sku", resolvable: false) { id: ID! sku: String name: String! @shareable price: Float @tag(name: "public") old: Int weight: Int }
interface Media @key(fields: "id") { id: ID! }
type Film implements Media @key(fields: "id") { id: ID! length: Int @authenticated }
enum Kind { A B }
union Any = Film | Product
type Holder { kind: Kind any: Any }
extend type Query { holder: Holder }
`, stitch.Rules{}),
		subgraph("stock", link+`
type Product @key(fields: "id") { id: ID! name: String @shareable weight: Int @external secret: Int @inaccessible
  shipping: Int @requires(fields: "weight") price: Float @override(from: "products", label: "percent(10)") old: Int @override(from: "products") @deprecated(reason: "gone soon") }
type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int }
`, stitch.Rules{}),
		subgraph("people", `
type Query { users(filter: UserFilter!): UserPage }
type UserPage { nodes: [User] }
type User { id: ID! name: String }
input UserFilter { ids: [ID!] }
`, stitch.Rules{
			Transforms: []stitch.Transform{{Rename: &stitch.Rename{Types: map[string]string{"User": "Person"}, Fields: map[string]string{"Query.users": "people"}}}},
			Entities:   []stitch.Entity{{Type: "Person", Key: "id", Lookup: "people(filter: {ids: $key.id}).nodes", Max: 50, Rule: "entities.Person.0"}},
		}),
		subgraph("reviews", "type Query { reviews: [Review] }\ntype Review { id: ID! authorId: ID }\n", stitch.Rules{}),
	}, []stitch.Join{{Field: "Review.author", Type: "Person", Subgraph: "people", By: map[string]string{"id": "authorId"}, Nullable: true, Rule: "joins.0"}})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	return r.Definition
}

func TestGolden(t *testing.T) {
	def := graph(t)
	view, errs := supergraph.Contract(def, []string{"public"}, nil)
	if len(errs) > 0 {
		// Query has no such tag: a contract of everything will do.
		if view, errs = supergraph.Contract(def, nil, []string{"public"}); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	var b strings.Builder
	b.WriteString(explain.Summary(def).String())
	for _, c := range []string{
		"Product", "Media", "Film", "Person", "Review", "Kind", "Any", "UserFilter",
		"Product.name", "Product.price", "Product.old", "Product.shipping", "Product.weight", "Product.secret", "Product.id", "Film.stars", "Film.length",
		"Query.top", "Query.people", "Review.author", "Person.name",
	} {
		element, err := explain.Element(def, c, explain.Contract{Name: "private", View: view})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(element)
		if err != nil || !json.Valid(text) || !strings.Contains(string(text), `"coordinate":"`+c+`"`) {
			t.Errorf("%v %s", err, text)
		}
		b.WriteString("\n" + element.String())
	}
	const golden = "testdata/explained.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs (-update writes it); got:\n%s", golden, b.String())
	}
}

func TestUnknown(t *testing.T) {
	def := graph(t)
	for coordinate, want := range map[string]string{
		"product":      `did you mean "Product"?`,
		"Nothing":      `the graph has no type "Nothing"`,
		"Product.Name": `did you mean "name"?`,
		"Kind.C":       `the type "Kind" has no field "C"`,
	} {
		if _, err := explain.Element(def, coordinate); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", coordinate, err)
		}
	}
}
