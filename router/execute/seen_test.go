package execute

import (
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// Objects whose keys end alike, or that differ in a requirement only, share the
// place where they are remembered; each must get the answer to its own row.
func TestObjectsRememberedAtOnePlace(t *testing.T) {
	b := newBuilder()
	root, user := b.shape("Query"), b.shape("User")
	b.field(root, "users", "[User]", user)
	b.field(user, "(id)", "ID", nil)
	b.field(user, "(rank)", "Int", nil)
	b.field(user, "name", "String", nil)
	b.collect(user)
	first := b.rootFetch(body(`{"data":{"users":[`+
		`{"id":"a-12345678","rank":1},{"id":"b-12345678","rank":1},{"id":"a-12345678","rank":2},`+
		`{"id":"a-12345678","rank":null},{"id":"a-12345678","rank":1},{"id":"b-12345678","rank":1},`+
		`{"id":null,"rank":1},{"id":"a-12345678","rank":null},{"id":"a-12345678","rank":null}]}}`),
		b.decode(root, sub{"users", b.decode(user, "id", "rank")}))
	b.lookup(byRow(t, map[string]string{
		`{"__typename":"User","id":"a-12345678","rank":1}`:    `{"name":"a1"}`,
		`{"__typename":"User","id":"a-12345678","rank":2}`:    `{"name":"a2"}`,
		`{"__typename":"User","id":"a-12345678","rank":null}`: `{"name":"a"}`,
		`{"__typename":"User","id":"b-12345678","rank":1}`:    `{"name":"b1"}`,
	}), []plan.Target{target(representation(user, "User", "id", "rank?"), b.decode(user, "name"))}, first)
	got, result := execute(t, &Request{Plan: b.plan})
	want := `{"data":{"users":[{"name":"a1"},{"name":"b1"},{"name":"a2"},{"name":"a"},{"name":"a1"},{"name":"b1"},{"name":null},{"name":"a"},{"name":"a"}]}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if result.Rows != 4 {
		t.Errorf("%d rows", result.Rows)
	}
}
