package execute

import (
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

func TestRootFetch(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	b.field(root, "me", "User", user)
	b.field(root, "n", "Int", nil)
	b.field(user, "id", "ID!", nil)
	b.field(user, "tags", "[[String!]]", nil)
	b.typename(user, "__typename")
	b.rootFetch(body(`{"data":{"me":{"tags":[["a"],null,[]],"x":{"y":[1]},"id":7},"n":3}}`),
		b.decode(root, sub{"me", b.decode(user, "id", "tags")}, "n"))
	expect(t, b.plan, `{"data":{"me":{"id":7,"tags":[["a"],null,[]],"__typename":"User"},"n":3}}`)
}

func TestEntities(t *testing.T) {
	b := newBuilder()
	root := b.shape("Query")
	user := b.shape("User")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "name", "String", nil)
	b.collect(user)
	first := b.rootFetch(body(`{"data":{"users":[{"id":"1"},null,{"id":"2"},{"id":"1"},{"id":null}]}}`),
		b.decode(root, sub{"users", b.decode(user, "id")}))
	f := b.lookup(byRow(t, map[string]string{
		`{"__typename":"User","id":"1"}`: `{"name":"A"}`,
		`{"__typename":"User","id":"2"}`: `{"name":"B"}`,
	}), []plan.Target{target(representation(user, "User", "id"), b.decode(user, "name"))}, first)
	expect(t, b.plan, `{"data":{"users":[{"name":"A"},null,{"name":"B"},{"name":"A"},{"name":null}]}}`)
	f.Entries[0].Targets[0].Collected = false
	f.Entries[0].Targets[0].Path = []int{0}
	expect(t, b.plan, `{"data":{"users":[{"name":"A"},null,{"name":"B"},{"name":"A"},{"name":null}]}}`)
}
