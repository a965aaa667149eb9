package mock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/planner/operation"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
	"github.com/weft-graphql/weft/router/execute"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
	"github.com/weft-graphql/weft/test/federation"
)

// composed makes a graph of subgraphs that are asked through the given clients.
// The facets are those of the only subgraph, if it has some.
func composed(t testing.TB, services []federation.Subgraph, facets []subgraphs.Facet, client func(federation.Subgraph) subgraphs.Client) *federation.Graph {
	t.Helper()
	var sources []compose.Source
	for _, s := range services {
		sources = append(sources, compose.Source{Name: s.Name, SDL: s.SDL})
	}
	r := compose.ComposeSDL(sources)
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	r.Definition.Subgraphs[0].Facets = facets
	g := &federation.Graph{Executor: execute.New()}
	var err error
	if g.Supergraph, err = supergraph.Build(r.Definition); err != nil {
		t.Fatal(err)
	}
	if g.Front, err = operation.NewFront(schema.Print(supergraph.APISchema(r.Definition)), g.Supergraph.Schema, operation.Limits{}); err != nil {
		t.Fatal(err)
	}
	var clients []subgraphs.Client
	for i := range r.Definition.Subgraphs {
		name := r.Definition.Subgraphs[i].Name
		clients = append(clients, client(services[slices.IndexFunc(services, func(s federation.Subgraph) bool { return s.Name == name })]))
	}
	g.Planner = planner.New(g.Supergraph, clients, planner.Options{})
	return g
}

// mocked composes subgraphs none of which exists.
func mocked(t testing.TB, seed uint64, services ...federation.Subgraph) *federation.Graph {
	t.Helper()
	return composed(t, services, nil, func(s federation.Subgraph) subgraphs.Client {
		return client(t, s.SDL, mock.Options{Seed: seed})
	})
}

func demoGraph(t testing.TB, seed uint64) *federation.Graph {
	t.Helper()
	var services []federation.Subgraph
	for _, name := range []string{"accounts", "products", "inventory", "reviews"} {
		services = append(services, federation.Subgraph{Name: name, SDL: demo(t, name)})
	}
	return mocked(t, seed, services...)
}

// do answers an operation that must have no errors and no nulls.
func do(t testing.TB, g *federation.Graph, text, variables string) string {
	t.Helper()
	r, err := g.Do(context.Background(), text, []byte(variables))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Errors) > 0 || strings.Contains(string(r.Raw), "null") {
		plan := ""
		if r.Plan != nil {
			plan = r.Plan.Text()
		}
		t.Fatalf("%s\n%s\n%.3000s\n%s", text, variables, r.Raw, plan)
	}
	return string(r.Raw)
}

func TestTwoSubgraphs(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])
`
	services := []federation.Subgraph{
		{Name: "orders", SDL: link + `type Query { orders(first: Int): [Order!]! }
type Order @key(fields: "id") { id: ID! total: Float! customer: Customer! lines: [Line!]! }
type Line { quantity: Int! item: Item! }
type Customer @key(fields: "email") { email: String! orders: [Order!]! }
type Item @key(fields: "sku region { code }") { sku: String! region: Region! }
type Region @key(fields: "code") { code: ID! }`},
		{Name: "people", SDL: link + `type Query { customer(id: ID!): Customer customers: [Customer!]! }
type Customer @key(fields: "id") @key(fields: "email") { id: ID! email: String! name: String! }
type Order @key(fields: "id") { id: ID! total: Float! @external discount: Float! @requires(fields: "total") }
type Item @key(fields: "sku region { code }") { sku: String! region: Region! label: String! }
type Region @key(fields: "code") { code: ID! country: String! }`},
	}
	g := mocked(t, 1, services...)
	const query = `{ orders(first: 4) { id total discount customer { id email name orders { id total } } lines { quantity item { sku label region { code country } } } } customers { id email name } }`
	got := do(t, g, query, "")
	if again := do(t, mocked(t, 1, services...), query, ""); again != got {
		t.Errorf("the answer is\n%s\nthen\n%s", got, again)
	}
	if other := do(t, mocked(t, 2, services...), query, ""); other == got {
		t.Error("another seed gives the same")
	}
	for i := range 4 {
		c := get(t, got, "data.orders."+strconv.Itoa(i)+".customer")
		other := do(t, g, `query($id: ID!) { customer(id: $id) { id email name orders { id total } } }`, `{"id":"`+get(t, c, "id")+`"}`)
		if o := get(t, other, "data.customer"); o != c {
			t.Errorf("a customer is %s and %s", c, o)
		}
	}
	// An order looks the same wherever it is met.
	totals := map[string]string{}
	walk(t, got, func(o map[string]any) {
		if o["total"] == nil {
			return
		}
		id, total := fmt.Sprint(o["id"]), fmt.Sprint(o["total"])
		if totals[id] == "" {
			totals[id] = total
		}
		if totals[id] != total {
			t.Errorf("the total of order %s is %s and %s", id, totals[id], total)
		}
	})
	if len(totals) < 4 {
		t.Errorf("%d orders", len(totals))
	}
}

// walk calls f with every object of a response.
func walk(t testing.TB, text string, f func(map[string]any)) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	var into func(v any)
	into = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			f(v)
			for _, x := range v {
				into(x)
			}
		case []any:
			for _, x := range v {
				into(x)
			}
		}
	}
	into(v)
}

func TestDemoJoins(t *testing.T) {
	got := do(t, demoGraph(t, 0), `{
		topProducts(first: 5) { upc name reviews(first: 4) { id rating author { id username reviews { id rating product { upc name } } } } }
		users(first: 10) { id username reviews { id rating } }
		warehouses { code city products { upc name warehouse { code city } shippingEstimate } }
		me { id email username }
	}`, "")
	seen := map[string]string{}
	shared := 0
	walk(t, got, func(o map[string]any) {
		for _, pair := range [][2]string{{"upc", "name"}, {"id", "username"}, {"id", "rating"}, {"code", "city"}} {
			if o[pair[0]] == nil || o[pair[1]] == nil {
				continue
			}
			key := pair[1] + " of " + fmt.Sprint(o[pair[0]])
			value := fmt.Sprint(o[pair[1]])
			if seen[key] == "" {
				seen[key] = value
			} else {
				shared++
			}
			if seen[key] != value {
				t.Errorf("the %s is %s and %s", key, seen[key], value)
			}
		}
	})
	if shared < 20 {
		t.Errorf("objects met again only %d times", shared)
	}
}

// opGen makes random operations.
type opGen struct {
	r       *rand.Rand
	s       *schema.Schema
	b       strings.Builder
	aliases int
	budget  int
}

func (g *opGen) selections(t *schema.Type, depth int) {
	g.b.WriteString("{ ")
	g.aliases++
	fmt.Fprintf(&g.b, "a%d: __typename ", g.aliases)
	for range 1 + g.r.IntN(5) {
		if t.Kind.Abstract() && g.r.IntN(2) == 0 || t.Kind == schema.Union {
			on := t.Possible[g.r.IntN(len(t.Possible))]
			fmt.Fprintf(&g.b, "... on %s %s", g.s.Type(on).Name, g.condition())
			g.selections(g.s.Type(on), depth)
			continue
		}
		f := g.s.Field(t.Fields[g.r.IntN(len(t.Fields))])
		named := g.s.Type(f.Type.Type)
		if g.budget--; f.Hidden || named.Kind.Composite() && (depth == 0 || g.budget < 0) {
			continue
		}
		g.aliases++
		fmt.Fprintf(&g.b, "a%d: %s", g.aliases, f.Name)
		g.arguments(f)
		g.b.WriteString(" " + g.condition())
		if named.Kind.Composite() {
			g.selections(named, depth-1)
		}
	}
	g.b.WriteString("} ")
}

func (g *opGen) condition() string {
	switch g.r.IntN(8) {
	case 0:
		return "@include(if: $yes) "
	case 1:
		return "@skip(if: $no) "
	case 2:
		return "@include(if: $no) "
	}
	return ""
}

func (g *opGen) arguments(f *schema.Field) {
	open := "("
	for i := range f.Args {
		a := &f.Args[i]
		if a.Hidden || g.r.IntN(2) == 0 && (!a.Type.Wrap.NonNull() || a.Default != "") {
			continue
		}
		g.b.WriteString(open + a.Name + ": ")
		g.value(a.Type)
		open = ", "
	}
	if open != "(" {
		g.b.WriteString(")")
	}
}

func (g *opGen) value(ref schema.TypeRef) {
	t := g.s.Type(ref.Type)
	if ref.Wrap.IsList() {
		g.b.WriteString("[")
		for range g.r.IntN(3) {
			g.value(schema.TypeRef{Type: ref.Type, Wrap: ref.Wrap.Elem()})
			g.b.WriteString(" ")
		}
		g.b.WriteString("]")
		return
	}
	switch t.Kind {
	case schema.Enum:
		g.b.WriteString(t.Values[g.r.IntN(len(t.Values))])
		return
	case schema.InputObject:
		g.b.WriteString("{")
		for _, id := range t.Fields {
			f := g.s.Field(id)
			g.b.WriteString(f.Name + ": ")
			g.value(f.Type)
			g.b.WriteString(" ")
		}
		g.b.WriteString("}")
		return
	}
	switch t.Name {
	case "Boolean":
		g.b.WriteString(strconv.FormatBool(g.r.IntN(2) == 0))
	case "Int":
		g.b.WriteString(strconv.Itoa(g.r.IntN(6)))
	case "Float":
		g.b.WriteString("1.5")
	default:
		g.b.WriteString(strconv.Quote([]string{"1", "7", "x", "a=b", "upc-3", "user2@example.com", ""}[g.r.IntN(7)]))
	}
}

// Whatever is asked of a graph that nobody has built yet, the answer is valid, has
// nothing missing, and is the same the next time.
func TestRandomOperations(t *testing.T) {
	graphs := []*federation.Graph{
		demoGraph(t, 7),
		mocked(t, 7, federation.Subgraph{Name: "todo", SDL: demo(t, "todo")}),
	}
	for n := range 400 {
		g := graphs[n%len(graphs)]
		gen := &opGen{r: rand.New(rand.NewPCG(uint64(n), 1)), s: g.Supergraph.Schema, budget: 25}
		kind := schema.Query
		if n%5 == 4 {
			kind = schema.Mutation
		}
		gen.selections(gen.s.Type(gen.s.Roots[kind]), 4)
		text := kind.String() + "($yes: Boolean!, $no: Boolean!) " + gen.b.String()
		if !strings.Contains(text, "$yes)") {
			text = strings.Replace(text, "{ a1: __typename", "{ a1: __typename zy: __typename @include(if: $yes)", 1)
		}
		if !strings.Contains(text, "if: $no)") {
			text = strings.Replace(text, "{ a1: __typename", "{ a1: __typename zn: __typename @skip(if: $no)", 1)
		}
		const variables = `{"yes":true,"no":false}`
		got := do(t, g, text, variables)
		if again := do(t, g, text, variables); again != got {
			t.Fatalf("%s\n%s\n%s", text, got, again)
		}
	}
}

// An interface object knows no types; another subgraph tells them, always alike.
func TestInterfaceObject(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])
`
	g := mocked(t, 3, federation.Subgraph{Name: "library", SDL: link + `type Query { library: [Media!]! books: [Book!]! }
interface Media @key(fields: "id") { id: ID! title: String! }
type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! }
type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }`},
		federation.Subgraph{Name: "ratings", SDL: link + `type Query { best(first: Int): [Media!]! }
type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int! rivals: [Media!]! }`})
	got := do(t, g, `{ best(first: 8) { __typename id title stars rivals { __typename id title } ... on Book { pages } }
		library { __typename id title stars } books { __typename id title stars pages } }`, "")
	types := map[string]string{}
	walk(t, got, func(o map[string]any) {
		if o["id"] == nil {
			return
		}
		id, typ := fmt.Sprint(o["id"]), fmt.Sprint(o["__typename"], o["title"])
		if types[id] != "" && types[id] != typ {
			t.Errorf("%s is %s and %s", id, types[id], typ)
		}
		types[id] = typ
	})
	if len(types) < 8 {
		t.Errorf("%d media", len(types))
	}
}
