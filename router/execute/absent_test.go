package execute

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// when says of a field that it is asked for and written under a condition.
func when(d *plan.Decode, key string, c plan.Condition) {
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Key != key {
			continue
		}
		if !f.Sure {
			d.Sure++
		}
		f.Cond, f.Sure = d.Condition(c)
		for _, class := range d.Shape.Classes {
			for k := range class {
				if o := &class[k]; o.Kind == plan.FromSlot && o.Slot == f.Slot {
					o.Cond = c
				}
			}
		}
	}
}

var (
	ifA = plan.Condition{{Mask: 1, Value: 1}}
	ifB = plan.Condition{{Mask: 2, Value: 2}}
	// Two occurrences of a field, under two conditions.
	ifEither = plan.Condition{{Mask: 1, Value: 1}, {Mask: 2, Value: 2}}
	// A fragment in a fragment.
	ifOnlyA = plan.Condition{{Mask: 3, Value: 1}}
	never   = plan.Condition{}
)

// A key that was asked for under a condition is missed when that holds, and only
// then; whatever else is missed is told beside it.
func TestAbsentUnderConditions(t *testing.T) {
	conds := map[string]plan.Condition{"id": nil, "a": ifA, "b": ifB, "either": ifEither, "only": ifOnlyA, "again": ifA, "never": never}
	keys := []string{"id", "a", "b", "either", "only", "again", "never"}
	for bits := range uint64(4) {
		for left := range 1 << len(keys) {
			b := newBuilder()
			root, item := b.shape("Query"), b.shape("Item")
			fields := []any{}
			for _, key := range keys {
				b.field(item, key, "Int", nil)
				fields = append(fields, key)
			}
			b.field(root, "list", "[Item]", item)
			d := b.decode(item, fields...)
			for _, key := range keys {
				when(d, key, conds[key])
			}
			var sent, data, errs []string
			for i, key := range keys {
				asked := conds[key].Holds(bits)
				switch {
				case left>>i&1 == 0:
					sent = append(sent, fmt.Sprintf(`%q:%d`, key, i))
					if asked {
						data = append(data, fmt.Sprintf(`%q:%d`, key, i))
					}
				case asked:
					data = append(data, fmt.Sprintf(`%q:null`, key))
					errs = append(errs, fmt.Sprintf(`{"message":"A subgraph left out Item.%s","path":["list",1,%[1]q],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}}`, key))
				}
			}
			b.rootFetch(body(`{"data":{"list":[null,{`+strings.Join(sent, ",")+`}]}}`), sure(b.decode(root, sub{"list", d})))
			if err := Check(b.plan); err != nil {
				t.Fatal(err)
			}
			plan.MarkVerbatim(b.plan)
			plan.MarkCopied(b.plan)
			want := `{"data":{"list":[null,{` + strings.Join(data, ",") + `}]}`
			if len(errs) > 0 {
				want += `,"errors":[` + strings.Join(errs, ",") + `]`
			}
			want += `}`
			if got, _ := execute(t, &Request{Plan: b.plan, Bits: bits, Policy: open}); got != want {
				t.Fatalf("bits %b, without %b\ngot  %s\nwant %s", bits, left, got, want)
			}
		}
	}
}

// What is asked for on some types only is not missed, under whatever condition; what
// is asked for on all of them is, once the type is known to be one of them.
func TestAbsentOfTypes(t *testing.T) {
	b := newBuilder()
	root, item := b.shape("Query"), b.shape("A", "B")
	b.field(item, "x", "Int", nil)
	b.field(item, "y", "Int", nil, "A")
	b.field(root, "list", "[Item]", item)
	d := b.decode(item, "__typename", "x", "y")
	when(d, "x", ifA)
	b.rootFetch(body(`{"data":{"list":[{"__typename":"A"},{"__typename":"B"},{"__typename":"C"},{"__typename":"B","x":1}]}}`), sure(b.decode(root, sub{"list", d})))
	for bits, want := range []string{
		`{"data":{"list":[{"y":null},{},null,{}]},"errors":[UNKNOWN]}`,
		`{"data":{"list":[{"x":null,"y":null},{"x":null},null,{"x":1}]},"errors":[UNKNOWN,LEFT0,LEFT1]}`,
	} {
		want = strings.ReplaceAll(want, "UNKNOWN", `{"message":"A subgraph returned an object of an unknown type for Query.list","path":["list",2],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}}`)
		for i := range 2 {
			want = strings.ReplaceAll(want, fmt.Sprintf("LEFT%d", i), fmt.Sprintf(`{"message":"A subgraph left out A.x","path":["list",%d,"x"],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}}`, i))
		}
		if got, _ := execute(t, &Request{Plan: b.plan, Bits: uint64(bits), Policy: open}); got != want {
			t.Errorf("bits %b\ngot  %s\nwant %s", bits, got, want)
		}
	}
}

// A key of a namespace's field is missed at the namespace, and an object below a
// field that is left out is not missed itself.
func TestAbsentInNamespace(t *testing.T) {
	b := newBuilder()
	root, shop := b.shape("Query"), b.shape("Shop")
	b.field(root, "shop", "Shop!", shop)
	b.field(shop, "open", "Boolean!", nil)
	inner := b.decode(shop, "open")
	when(inner, "open", ifB)
	inner.Fields[0].Into = 1
	d := &plan.Decode{Shape: root, Fields: inner.Fields, Conds: inner.Conds, Sure: inner.Sure, Made: []plan.Made{{Slot: 0, Shape: shop, Namespace: true}}}
	b.rootFetch(body(`{"data":{}}`), d)
	if err := Check(b.plan); err != nil {
		t.Fatal(err)
	}
	for bits, want := range []string{
		`{"data":{"shop":{}}}`,
		`{"data":{"shop":{}}}`,
		`{"data":null,"errors":[{"message":"A subgraph left out Shop.open","path":["shop","open"],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}}]}`,
	} {
		if got, _ := execute(t, &Request{Plan: b.plan, Bits: uint64(bits), Policy: open}); got != want {
			t.Errorf("bits %b\ngot  %s\nwant %s", bits, got, want)
		}
	}
}

// A requirement that was asked for under a condition and did not come is not sent
// on as null: what depends on it fails.
func TestAbsentRequirement(t *testing.T) {
	for bits, want := range []struct {
		rows string
		out  string
	}{
		{`{"__typename":"Item","id":"1","size":null}`, `{"data":{"list":[{"price":5}]}}`},
		{``, `{"data":{"list":[{"price":null}]},"errors":[` +
			`{"message":"A subgraph left out a field","path":["list",0],"extensions":{"code":"SUBGRAPH_INVALID_VALUE","service":"s0"}},` +
			`{"message":"A value that this depends on could not be fetched","path":["list",0,"price"],"extensions":{"code":"REQUIREMENT_FAILED","service":"s1"}}]}`},
	} {
		b := newBuilder()
		root, item := b.shape("Query"), b.shape("Item")
		b.field(item, "(id)", "ID", nil)
		b.field(item, "(size)", "Int", nil)
		b.field(item, "price", "Int", nil)
		b.field(root, "list", "[Item]", item)
		b.collect(item)
		d := sure(b.decode(item, "id", "size"))
		when(d, "size", ifA)
		first := b.rootFetch(body(`{"data":{"list":[{"id":"1"}]}}`), b.decode(root, sub{"list", d}))
		var sent []string
		b.lookup(rows(func(row string) string {
			sent = append(sent, row)
			return `{"price":5}`
		}), []plan.Target{target(representation(item, "Item", "id", "size?"), b.decode(item, "price"))}, first)
		if got, _ := execute(t, &Request{Plan: b.plan, Bits: uint64(bits), Policy: open}); got != want.out || strings.Join(sent, " ") != want.rows {
			t.Errorf("bits %b\nsent %s\ngot  %s\nwant %s", bits, sent, got, want.out)
		}
	}
}

// What can be absent is not written as it came, even where it is always written.
func TestAbsentIsNotCopied(t *testing.T) {
	for _, c := range []plan.Condition{nil, ifA} {
		p, d := flat(false, `{"id":"1","big":"RED"}`)
		d.Fields[1].Cond, d.Fields[1].Sure = d.Condition(c)
		plan.MarkVerbatim(p)
		plan.MarkCopied(p)
		if marked := d.Verbatim > 0; marked != (c == nil) {
			t.Errorf("condition %v: verbatim %v", c, marked)
		}
		if copied := p.Fetches[0].Root.Fields[0].Copied != 0; copied != (c == nil) {
			t.Errorf("condition %v: copied %v", c, copied)
		}
		for bits := range uint64(2) {
			got, _ := execute(t, &Request{Plan: p, Bits: bits})
			if missed := strings.Count(got, "left out Item.name"); missed != 3 && c.Holds(bits) || missed > 0 && !c.Holds(bits) {
				t.Errorf("condition %v, bits %b: %s", c, bits, got)
			}
		}
	}
}

func TestConditionNumbers(t *testing.T) {
	var d plan.Decode
	var got []uint16
	for _, c := range []plan.Condition{ifA, nil, ifB, {{Mask: 1, Value: 1}}, never, {}, ifEither} {
		n, ok := d.Condition(c)
		if !ok {
			t.Errorf("%v has no number", c)
		}
		got = append(got, n)
	}
	if want := []uint16{1, 0, 2, 1, 3, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for n := len(d.Conds); n <= 1<<16; n++ {
		c := plan.Condition{{Mask: ^uint64(0), Value: uint64(n)}}
		if i, ok := d.Condition(c); ok != (n < 1<<16-1) || ok && !slices.Equal(d.Conds[i-1], c) {
			t.Fatalf("condition %d has number %d, %v", n, i, ok)
		}
	}
}
