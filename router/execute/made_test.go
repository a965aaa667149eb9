package execute

import (
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// A namespace that no subgraph has, filled by two fetches.
func TestNamespaces(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	shop := b.shape("Shop")
	b.field(root, "shop", "Shop!", shop)
	b.field(root, "n", "Int", nil)
	root.Slots[0].Merge, shop.Merged = true, true
	b.field(shop, "open", "Boolean", nil)
	b.field(shop, "items", "[Int!]", nil)
	b.typename(shop, "t")
	into := func(fields ...string) *plan.Decode {
		inner := b.decode(shop)
		for _, f := range fields {
			inner.Fields = append(inner.Fields, b.decode(shop, f).Fields...)
		}
		d := &plan.Decode{Shape: root, Static: 0, Fields: inner.Fields}
		for i := range d.Fields {
			d.Fields[i].Into = 1
		}
		d.Made = []plan.Made{{Slot: 0, Shape: shop, Namespace: true}}
		return d
	}
	one := into("open")
	one.Fields = append(one.Fields, b.decode(root, "n").Fields...)
	first := b.rootFetch(body(`{"data":{"open":true,"n":1}}`), one)
	second := b.rootFetch(body(`{"data":{"items":[1,2]}}`), into("items"))
	if err := Check(b.plan); err != nil {
		t.Fatal(err)
	}
	for range 10 { // both orders of arrival
		expect(t, b.plan, `{"data":{"shop":{"open":true,"items":[1,2],"t":"Shop"},"n":1}}`)
	}
	// Errors have the namespace in their paths.
	second.Prepared = body(`{"data":{"items":[1,null]},"errors":[{"message":"m","path":["items",1]}]}`)
	expect(t, b.plan, `{"data":{"shop":{"open":true,"items":null,"t":"Shop"},"n":1},"errors":[`+
		`{"message":"m","path":["shop","items",1],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`)
	second.Prepared = body(`{"data":null,"errors":[{"message":"m","path":["items"]}]}`)
	expect(t, b.plan, `{"data":{"shop":{"open":true,"items":null,"t":"Shop"},"n":1},"errors":[`+
		`{"message":"m","path":["shop","items"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`)
	second.Prepared = body(`no`)
	expect(t, b.plan, `{"data":{"shop":{"open":true,"items":null,"t":"Shop"},"n":1},"errors":[`+
		`{"message":"A subgraph's answer is not a well-formed response","path":["shop"],"extensions":{"code":"SUBGRAPH_MALFORMED","service":"s1"}}]}`)
	// Both fail: there is nothing to be in the namespace, and it may not be null.
	first.Prepared = body(`no`)
	got, result := execute(t, &Request{Plan: b.plan})
	if !result.NoData || result.Errors != 2 {
		t.Errorf("got %s", got)
	}
}

// Objects joined by a key that a sibling field holds, looked up after that;
// they are made in rows of lookups, too, and shared with the row.
func TestJoinedObjects(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	order := b.shape("Order")
	user, item := b.shape("User"), b.shape("Item")
	b.field(root, "orders", "[Order]", order)
	b.field(order, "(id)", "ID", nil)
	b.field(order, "(userId)", "ID", nil)
	b.field(order, "(itemIds)", "[ID]", nil)
	b.field(order, "user", "User", user)
	b.field(order, "items", "[Item]", item)
	b.field(user, "id", "ID", nil)
	b.field(user, "name", "String", nil)
	b.field(item, "(id)", "ID", nil)
	b.field(item, "price", "Int", nil)
	b.collect(order, user, item)
	first := b.rootFetch(body(`{"data":{"orders":[{"id":"1"},{"id":"2"},{"id":"1"},{"id":"3"}]}}`),
		b.decode(root, sub{"orders", b.decode(order, "id")}))
	d := b.decode(order, "userId", "itemIds")
	d.Made = []plan.Made{
		{Slot: 3, Shape: user, Parts: []plan.MadePart{{To: []int{0}, From: []int{1}}}},
		{Slot: 4, Shape: item, Parts: []plan.MadePart{{To: []int{0}, From: []int{2}}}},
	}
	row := b.lookup(byRow(t, map[string]string{
		`{"__typename":"Order","id":"1"}`: `{"userId":"u","itemIds":["i","j"]}`,
		`{"__typename":"Order","id":"2"}`: `{"itemIds":[null,"i"],"userId":"v"}`,
		`{"__typename":"Order","id":"3"}`: `{"itemIds":null,"userId":null}`,
	}), []plan.Target{target(representation(order, "Order", "id"), d)}, first)
	b.lookup(byRow(t, map[string]string{
		`{"__typename":"User","id":"u"}`: `{"name":"U"}`,
		`{"__typename":"User","id":"v"}`: `{"name":"V"}`,
	}), []plan.Target{target(representation(user, "User", "id"), b.decode(user, "name"))}, row)
	b.lookup(byRow(t, map[string]string{
		`{"__typename":"Item","id":"i"}`: `{"price":1}`,
		`{"__typename":"Item","id":"j"}`: `{"price":2}`,
	}), []plan.Target{target(representation(item, "Item", "id"), b.decode(item, "price"))}, row)
	if err := Check(b.plan); err != nil {
		t.Fatal(err)
	}
	const one = `{"user":{"id":"u","name":"U"},"items":[{"price":1},{"price":2}]}`
	expect(t, b.plan, `{"data":{"orders":[`+one+`,{"user":{"id":"v","name":"V"},"items":[null,{"price":1}]},`+one+`,{"user":null,"items":null}]}}`)
	// A failed lookup of the orders leaves nothing to make objects of.
	row.Prepared = body(`no`)
	got, result := execute(t, &Request{Plan: b.plan})
	if result.Requests != 2 || result.Errors != 4 {
		t.Errorf("got %s, %+v", got, result)
	}
}

func TestAbsentKeys(t *testing.T) {
	p := usersPlan(body(`{"data":{"users":[{"id":"1"},{"name":"B","id":"2"}]}}`), body(`{"data":{"_entities":[{"age":1},{"age":2}]}}`))
	users := p.Fetches[0].Root.Fields[0].Child
	for i := range users.Fields {
		users.Fields[i].Sure = true
	}
	users.Sure = len(users.Fields)
	if err := Check(p); err != nil {
		t.Fatal(err)
	}
	expect(t, p, `{"data":{"users":[{"name":null,"age":1},{"name":"B","age":2}]},"errors":[`+
		`{"message":"A subgraph left out User.name","path":["users",0,"name"],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}}]}`)
}
