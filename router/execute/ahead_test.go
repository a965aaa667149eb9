package execute

import (
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// TestAttachingObjectsOfSeveralShapes: objects that are attached to in a row need
// not have as many slots as each other, and the last ones can lie at the very end of
// the store.
func TestAttachingObjectsOfSeveralShapes(t *testing.T) {
	b := newBuilder()
	root, wide, narrow := b.shape("Query"), b.shape("Item"), b.shape("Item")
	b.field(wide, "(id)", "ID", nil)
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "late"} {
		b.field(wide, key, "String", nil)
	}
	b.field(narrow, "(id)", "ID", nil)
	b.field(narrow, "late", "String", nil)
	b.field(root, "wide", "Item", wide)
	b.field(root, "narrow", "Item", narrow)
	fetch := b.rootFetch(body(`{"data":{"wide":{"id":"1"},"narrow":{"id":"2"}}}`),
		b.decode(root, sub{"wide", b.decode(wide, "id")}, sub{"narrow", b.decode(narrow, "id")}))
	// Nothing is found, so that nothing is decoded behind the objects.
	b.lookup(rows(func(string) string { return "null" }),
		[]plan.Target{
			target(representation(wide, "Item", "id"), b.decode(wide, "late"), 0),
			target(representation(narrow, "Item", "id"), b.decode(narrow, "late"), 1),
		}, fetch)
	if err := Check(b.plan); err != nil {
		t.Fatal(err)
	}
	expect(t, b.plan, `{"data":{"wide":{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"late":null},"narrow":{"late":null}}}`)
}
