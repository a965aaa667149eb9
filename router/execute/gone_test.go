package execute

import (
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// An object that a lookup did not find shows below two objects with different
// values of a context, so that one of them gets a copy. Neither is an error.
func TestGoneObjectIsCopied(t *testing.T) {
	for _, whole := range []bool{true, false} {
		b := newBuilder()
		root, node, leaf := b.shape("Query"), b.shape("Node"), b.shape("Leaf")
		b.field(leaf, "(id)", "ID", nil)
		b.field(leaf, "name", "String!", nil)
		b.field(leaf, "shown", "String", nil)
		b.field(node, "(id)", "ID", nil)
		b.field(node, "lang", "String", nil)
		b.field(node, "leaf", "Leaf", leaf)
		b.field(root, "nodes", "[Node]", node)
		b.collect(node, leaf)
		first := b.rootFetch(body(`{"data":{"nodes":[{"id":"1","lang":"en"},{"id":"1","lang":"de"}]}}`),
			b.decode(root, sub{"nodes", b.decode(node, "id", "lang")}))
		// Both nodes send one row and share what it brings.
		leaves := b.lookup(rows(func(string) string { return `{"leaf":{"id":"7"}}` }),
			[]plan.Target{target(representation(node, "Node", "id"), b.decode(node, sub{"leaf", b.decode(leaf, "id")}))}, first)
		names := b.lookup(rows(func(string) string { return `null` }),
			[]plan.Target{target(representation(leaf, "Leaf", "id"), b.decode(leaf, "name"))}, leaves)
		names.Whole = whole
		around := target(representation(leaf, "Leaf", "id"), b.decode(leaf, "shown"), 0, slotOf(node, "leaf"))
		around.Around = &plan.Around{}
		around.Around.Context(0, 1, node).Types[0] = &plan.Representation{Fields: []plan.RepresentationField{{Slot: slotOf(node, "lang")}}}
		asked := 0
		b.lookup(rows(func(string) string {
			asked++
			return `{"shown":"x"}`
		}), []plan.Target{around}, leaves, names)
		if err := Check(b.plan); err != nil {
			t.Fatal(err)
		}
		const data = `{"data":{"nodes":[{"lang":"en","leaf":null},{"lang":"de","leaf":null}]}`
		if whole {
			expect(t, b.plan, data+`}`)
		} else {
			expect(t, b.plan, data+`,"errors":[`+
				`{"message":"Cannot return null for non-nullable field Leaf.name.","path":["nodes",0,"leaf","name"],"extensions":{"code":"NON_NULL_VIOLATION"}},`+
				`{"message":"Cannot return null for non-nullable field Leaf.name.","path":["nodes",1,"leaf","name"],"extensions":{"code":"NON_NULL_VIOLATION"}}]}`)
		}
		if asked != 2 {
			t.Errorf("%d rows with contexts, want 2", asked)
		}
	}
}

// An object that a lookup did not find is put together with what another fetch says
// of it: what is lacking still is no error where it has to do with the lookup, and
// one where it has not.
func TestGoneObjectIsMerged(t *testing.T) {
	const errors = `,"errors":[{"message":"Cannot return null for non-nullable field `
	const end = `],"extensions":{"code":"NON_NULL_VIOLATION"}}]}`
	for half, want := range map[string]string{
		// Nobody has said what the name is.
		`{"size":1}`:               `{"data":{"items":[{"maker":null}]}}`,
		`{"city":{"zip":1}}`:       `{"data":{"items":[{"maker":null}]}}`,
		`null`:                     `{"data":{"items":[{"maker":null}]}}`,
		`{"name":"A"}`:             `{"data":{"items":[{"maker":{"name":"A","size":null,"city":null}}]}}`,
		`{"name":null}`:            `{"data":{"items":[{"maker":null}]}` + errors + `Maker.name.","path":["items",0,"maker","name"` + end,
		`{"name":"A","nick":null}`: `{"data":{"items":[{"maker":{"name":"A","size":null,"city":null}}]}}`,
		// The name is known, and what is wrong with the city is another matter.
		`{"name":"A","city":{"zip":null}}`: `{"data":{"items":[{"maker":{"name":"A","size":null,"city":null}}]}` + errors + `City.zip.","path":["items",0,"maker","city","zip"` + end,
	} {
		b := newBuilder()
		root, item, maker, city := b.shape("Query"), b.shape("Item"), b.shape("Maker"), b.shape("City")
		b.field(city, "zip", "Int!", nil)
		b.field(maker, "(id)", "ID", nil)
		b.field(maker, "name", "String!", nil)
		b.field(maker, "size", "Int", nil)
		b.field(maker, "city", "City", city)
		b.field(maker, "nick", "String!", nil)
		// Left out by the request, so that it is not lacking.
		maker.Classes[0][3].Cond = ifA
		b.field(item, "(id)", "ID", nil)
		n := b.field(item, "maker", "Maker", maker)
		item.Slots[n].Merge, maker.Merged, city.Merged = true, true, true
		b.field(root, "items", "[Item]", item)
		b.collect(item)
		first := b.rootFetch(body(`{"data":{"items":[{"id":"1","maker":{"id":"m"}}]}}`),
			b.decode(root, sub{"items", b.decode(item, "id", sub{"maker", b.decode(maker, "id")})}))
		gone := b.lookup(rows(func(string) string { return `null` }),
			[]plan.Target{target(representation(maker, "Maker", "id"), b.decode(maker, "name", "nick"), 0, n)}, first)
		gone.Whole = true
		b.lookup(rows(func(string) string { return `{"maker":` + half + `}` }),
			[]plan.Target{target(representation(item, "Item", "id"), b.decode(item, sub{"maker", b.decode(maker, "name", "size", "nick", sub{"city", b.decode(city, "zip")})}))}, first, gone)
		if err := Check(b.plan); err != nil {
			t.Fatal(err)
		}
		if got, _ := execute(t, &Request{Plan: b.plan, Policy: open}); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", half, got, want)
		}
	}
}

// Whichever half does not exist, and both: it is told by what is lacking.
func TestGoneHalves(t *testing.T) {
	b := newBuilder()
	root, item := b.shape("Query"), b.shape("Item", "Other")
	b.field(item, "x", "Int!", nil, "Item")
	b.field(item, "y", "Int!", nil)
	b.field(root, "item", "Item", item)
	for _, c := range []struct {
		first, second word
		typ           int
		x, y          kind
		want          bool
	}{
		{0, 0, 0, kindEmpty, kindEmpty, false},
		{flagGone, 0, 0, kindEmpty, kindEmpty, true},
		{0, flagGone, 0, kindEmpty, kindEmpty, true},
		{flagGone, flagGone, 0, kindEmpty, kindEmpty, true},
		{flagGone, 0, 0, kindNull, kindEmpty, true},
		{0, flagGone, 0, kindEmpty, kindNull, true},
		{flagGone, flagGone, 0, kindNull, kindFailed, false},
		{flagGone, 0, 1, kindEmpty, kindNull, false},
		{flagGone, 0, 1, kindNull, kindEmpty, true},
		{flagGone, 0, -1, kindNull, kindNull, true},
	} {
		x := &state{workers: new(workers)}
		x.begin(&Request{Plan: b.plan})
		one, two := x.object(item, c.typ), x.object(item, c.typ)
		x.words[one] |= c.first
		x.words[two] |= c.second
		x.words[one+headerWords], x.words[two+headerWords+1] = word(c.x), word(c.y)
		w := x.mergeObjects(objectWord(one), objectWord(two), 0, x.root)
		if got := w.kind() == kindObject && x.words[w.index()]&flagGone != 0; got != c.want {
			t.Errorf("%+v: gone %v", c, got)
		}
	}
}
