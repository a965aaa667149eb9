package stitching

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/compose"
	"github.com/weft-graphql/weft/subgraphs/demo/dataserver"
)

// A service with a lookup of every shape, and one that needs them.
const (
	warehouse = `
type Query {
  items(filter: ItemFilter!): [Item]!
  itemsByKey(keys: [ItemKey!]!): [Item]!
  itemsInOrder(where: Where): [Item]
  itemsByColumns(regions: [String!]!, ids: [ID!]!): [Item]!
  item(by: ItemKey!): Item
  itemBy(one: OneItem!): Item
  itemsConnection(ids: [ID!]!): ItemConnection
  box(id: ID!): Box
  stock: Stock!
}
type Stock { items(ids: [ID!]!): ItemConnection! }
type ItemConnection { nodes: [Item] edges: [ItemEdge] total: Int }
type ItemEdge { node: Item cursor: String }
type Box { item: Item }
type Item { id: ID! region: String! name: String }
input ItemFilter { ids: [ID!] inRegion: String = "any" }
input ItemKey { id: ID! region: String }
input Where { or: [ItemKey] }
input OneItem { id: ID name: String }
`
	shop = `
type Query { orders: [Order!]! broken: [Order!]! }
type Order { itemId: ID region: String }
`
	shelves = `{
  "types": {
    "Item": [
      {"id": "1", "region": "eu", "name": "cup"}, {"id": "2", "region": "eu", "name": "pot"}, {"id": "3", "region": "us", "name": "jug"},
      {"id": "4", "region": "us", "name": {"$error": "no name"}}
    ],
    "Order": [
      {"itemId": "3", "region": "us"}, {"itemId": "1", "region": "eu"}, {"itemId": "9", "region": "eu"},
      {"itemId": "3", "region": "us"}, {"itemId": null, "region": "eu"}, {"itemId": "2", "region": "eu"}
    ]
  },
  "roots": {
    "Query.orders": {"list": "Order"},
    "Query.broken": {"value": [{"itemId": "1", "region": "eu"}, {"itemId": "4", "region": "us"}]},
    "Query.items": {"expr": ["reverse", ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], "$filter.ids"]]]},
    "Query.itemsByKey": {"expr": ["reverse", ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], ["map", "$keys", ["get", ["self"], "id"]]]]]},
    "Query.itemsInOrder": {"expr": ["map", "$where.or", ["find", "Item", {"id": ["get", ["self"], "id"]}]]},
    "Query.itemsByColumns": {"expr": ["filter", ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], "$ids"]], ["in", ["get", ["self"], "region"], "$regions"]]},
    "Query.item": {"find": "Item", "by": {"id": "$by.id"}},
    "Query.itemBy": {"find": "Item", "by": {"id": "$one.id"}},
    "Query.itemsConnection": {"expr": {
      "nodes": ["reverse", ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], "$ids"]]],
      "edges": ["map", ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], "$ids"]], {"node": ["self"]}]
    }},
    "Query.box": {"expr": {"item": ["find", "Item", {"id": "$id"}]}},
    "Query.stock": {"value": {}}
  },
  "computed": {"Stock.items": {"nodes": ["filter", ["all", "Item"], ["in", ["get", ["self"], "id"], "$ids"]]}}
}`
)

func lookupYAML(itemsURL, ordersURL, entity, by string) string {
	return `
subgraphs:
  - name: items
    url: ` + itemsURL + `
    entities:
      Item: ` + entity + `
  - name: orders
    url: ` + ordersURL + `
joins:
  - {field: Order.item, type: Item, subgraph: items, by: {` + by + `}}
`
}

const (
	one  = "id: itemId"
	both = "id: itemId, region: region"
)

var lookupShapes = []struct {
	name, entity, by string
	requests         int64
	// query is a part of the request.
	query string
}{
	{"list in an object", `{key: id, lookup: "items(filter: {ids: $key.id})"}`, one, 1, "items(filter:{ids:$_r0_filter_ids})"},
	{"list of objects", `{key: id region, lookup: "itemsByKey(keys: {id: $key.id, region: $key.region})"}`, both, 1, "itemsByKey(keys:$_r0_keys)"},
	{"list of objects, in brackets", `{key: id region, lookup: "itemsByKey(keys: [{region: $key.region, id: $key.id}])"}`, both, 1, "($_r0_keys:[ItemKey!]!)"},
	{"list of objects in an object, by position", `{key: id, lookup: "itemsInOrder(where: {or: {id: $key.id}})", match: position}`, one, 1, "itemsInOrder(where:{or:$_r0_where_or})"},
	{"arguments in another order than the key", `{key: id region, lookup: "itemsByColumns(regions: $key.region, ids: $key.id)"}`, both, 1, "itemsByColumns("},
	{"one object", `{key: id region, lookup: "item(by: {id: $key.id, region: $key.region})"}`, both, 1, "item(by:{id:$_r0_0_by_id,region:$_r0_0_by_region})"},
	{"one of several fields", `{key: id, lookup: "itemBy(one: {id: $key.id})"}`, one, 1, "$_r0_0_one_id:ID"},
	{"connection", `{key: id, lookup: "itemsConnection(ids: $key.id).nodes"}`, one, 1, "itemsConnection(ids:$_r0_ids){nodes{"},
	{"connection with edges", `{key: id, lookup: "itemsConnection(ids: $key.id) { edges { node } }"}`, one, 1, "itemsConnection(ids:$_r0_ids){edges{node{"},
	{"connection below a field", `{key: id, lookup: "stock.items(ids: $key.id).nodes"}`, one, 1, "stock{items(ids:$_r0_ids){nodes{"},
	{"box around one", `{key: id, lookup: "box(id: $key.id).item"}`, one, 1, "box(id:$_r0_0_id){item{...F0}}"},
	{"capped", `{key: id, lookup: "items(filter: {ids: $key.id})", batch: {max: 2}}`, one, 2, ""},
}

func TestLookupShapes(t *testing.T) {
	d, err := dataserver.ParseData([]byte(shelves))
	if err != nil {
		t.Fatal(err)
	}
	items, itemsURL := service(t, "items", warehouse, d)
	orders, ordersURL := service(t, "orders", shop, d)
	const query = `{ orders { item { name } } }`
	const want = `{"data":{"orders":[{"item":{"name":"jug"}},{"item":{"name":"cup"}},{"item":null},{"item":{"name":"jug"}},{"item":null},{"item":{"name":"pot"}}]}}`
	for _, c := range lookupShapes {
		t.Run(c.name, func(t *testing.T) {
			yaml := lookupYAML(itemsURL, ordersURL, c.entity, c.by)
			text := printed(t, strings.NewReplacer(itemsURL, "http://items.invalid", ordersURL, "http://orders.invalid").Replace(yaml),
				compose.Source{Name: "items", URL: "http://items.invalid", SDL: warehouse},
				compose.Source{Name: "orders", URL: "http://orders.invalid", SDL: shop})
			for from, h := range map[string]http.Handler{
				"configuration": serve(t, yaml),
				"supergraph":    servePrinted(t, text, map[string]string{"items": itemsURL, "orders": ordersURL}),
			} {
				items.ResetCounters()
				orders.ResetCounters()
				// What cannot be found is null: the answer is only compared in what it has.
				got := ask(t, h, query)
				if got = strings.ReplaceAll(got, `{"item":{"name":null}}`, `{"item":null}`); !strings.HasPrefix(got, strings.TrimSuffix(want, "}")) {
					t.Errorf("from %s: got %s\nwant %s", from, got, want)
				}
				if i, o := items.Requests(), orders.Requests(); i != c.requests || o != 1 {
					t.Errorf("from %s: %d requests to items and %d to orders, want %d and 1", from, i, o, c.requests)
				}
				for _, l := range items.Log() {
					if !strings.Contains(l.Query, c.query) {
						t.Errorf("from %s: the request is %s %s", from, l.Query, l.Variables)
					}
				}
			}
		})
	}
}

// An error within an answer is at the object that asked for it, whatever lies
// between the field of the lookup and its objects.
func TestLookupShapeErrors(t *testing.T) {
	d, err := dataserver.ParseData([]byte(shelves))
	if err != nil {
		t.Fatal(err)
	}
	_, itemsURL := service(t, "items", warehouse, d)
	_, ordersURL := service(t, "orders", shop, d)
	for _, c := range lookupShapes {
		h := serve(t, lookupYAML(itemsURL, ordersURL, c.entity, c.by))
		got := ask(t, h, `{ broken { item { name } } }`)
		if !strings.Contains(got, `"path":["broken",1,"item","name"]`) || strings.Contains(got, `"path":["broken",0`) {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
}
