package execute

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
)

// sure says of all fields of a decode that they are asked for without condition.
func sure(d *plan.Decode) *plan.Decode {
	for i := range d.Fields {
		d.Fields[i].Sure = true
	}
	d.Sure = len(d.Fields)
	return d
}

// flat is a plan for `{ one { id name big } list { id name big } }`, with the
// same answer for both fields.
func flat(marked bool, object string) (*plan.Plan, *plan.Decode) {
	b := newBuilder()
	root, item := b.shape("Query"), b.shape("Item")
	b.field(item, "id", "ID!", nil)
	b.field(item, "name", "String", nil)
	b.field(item, "big", "Color", nil)
	b.field(root, "one", "Item", item)
	b.field(root, "list", "[Item]", item)
	d := sure(b.decode(item, "id", "name", "big"))
	b.rootFetch(body(fmt.Sprintf(`{"data":{"one":%s,"list":[%[1]s,%[1]s]},"errors":[{"message":"E","path":["list",1,"name"]}]}`, object)),
		sure(b.decode(root, sub{"one", d}, sub{"list", d})))
	if marked {
		plan.MarkVerbatim(b.plan)
	}
	return b.plan, d
}

// TestVerbatimWritesTheSame: objects that are copied come out as those do that
// are put together, whatever the answer looks like.
func TestVerbatimWritesTheSame(t *testing.T) {
	long := strings.Repeat("x", 3<<20) // does not fit in one word
	for _, object := range []string{
		`{"id":"1","name":"a","big":"RED"}`,
		`{"id":"1","name":null,"big":"RED"}`,
		`{"id":"1","name":"\u00e4\n","big":null}`,
		`{"id":"1","name":"` + long + `","big":"GREEN"}`,
		`{"id":17,"name":"a","big":"RED"}`,
		`{"id":null,"name":"a","big":"RED"}`,
		`{"id":"1","name":"a","big":"BLUE"}`,
		`{"id":"1","name":5,"big":"RED"}`,
		`{"id":"1","name":"a"}`,
		`{"name":"a","id":"1","big":"RED"}`,
		`{"id":"1","name":"a","big":"RED","more":1}`,
		`{"more":1,"id":"1","name":"a","big":"RED"}`,
		`{"id":"1","name":"a","big":"RED","id":"2"}`,
		`{"id":"1","id":"2","name":"a","big":"RED"}`,
		`{ "id":"1","name":"a","big":"RED"}`,
		`{"id" :"1","name":"a","big":"RED"}`,
		`{"id": "1","name":"a","big":"RED"}`,
		`{"id":"1" ,"name":"a","big":"RED"}`,
		"{\"id\":\"1\",\n\"name\":\"a\",\"big\":\"RED\"}",
		`{"id":"1","name":"a","big":"RED" }`,
		`{"i\u0064":"1","name":"a","big":"RED"}`,
		`{}`,
		`null`,
	} {
		copied, d := flat(true, object)
		if d.Verbatim != len(`{"id":,"name":,"big":}`) {
			t.Fatalf("the decode is not marked: %d", d.Verbatim)
		}
		plain, _ := flat(false, object)
		got, _ := execute(t, &Request{Plan: copied, Policy: open})
		want, _ := execute(t, &Request{Plan: plain, Policy: open})
		if got != want {
			t.Errorf("%.100s\ngot  %.1000s\nwant %.1000s", object, got, want)
		}
	}
}

// TestVerbatimIsUsed: without it the test above would prove nothing.
func TestVerbatimIsUsed(t *testing.T) {
	for object, want := range map[string]int{
		`{"id":"1","name":"a","big":"RED"}`:  3,
		`{"id":"1","name":null,"big":null}`:  3,
		`{"id":"1", "name":"a","big":"RED"}`: 0,
		`{"id":null,"name":"a","big":"RED"}`: 0,
		`{"id":"1","name":"a","big":"BLUE"}`: 0,
	} {
		p, _ := flat(true, object)
		x := &state{workers: new(workers)}
		x.begin(&Request{Plan: p})
		x.run(t.Context())
		if len(x.verbatim) != want {
			t.Errorf("%s: %d objects are copied, want %d", object, len(x.verbatim), want)
		}
	}
}

// TestVerbatimShared: entities that several places show, one of which a lookup
// completes where another fetch has brought a null.
func TestVerbatimShared(t *testing.T) {
	for _, marked := range []bool{false, true} {
		b := newBuilder()
		root, item, maker := b.shape("Query"), b.shape("Item"), b.shape("Maker")
		b.field(maker, "name", "String!", nil)
		b.field(maker, "city", "String", nil)
		b.field(item, "(id)", "ID!", nil)
		b.field(item, "maker", "Maker", maker)
		b.field(root, "items", "[Item]", item)
		b.collect(item)
		first := b.rootFetch(body(`{"data":{"items":[{"id":"1"},{"id":"2"},{"id":"1"},{"id":"1"}]}}`),
			b.decode(root, sub{"items", b.decode(item, "id")}))
		dec := b.decode(item, sub{"maker", sure(b.decode(maker, "name", "city"))})
		b.lookup(body(`{"data":{"_entities":[{"maker":{"name":"A","city":null}},{"maker":{"name":"B","city":"C"}}]}}`), []plan.Target{target(representation(item, "Item", "id"), dec)}, first)
		if marked {
			plan.MarkVerbatim(b.plan)
		}
		expect(t, b.plan, `{"data":{"items":[`+
			`{"maker":{"name":"A","city":null}},{"maker":{"name":"B","city":"C"}},{"maker":{"name":"A","city":null}},{"maker":{"name":"A","city":null}}]}}`)
	}
}

// FuzzVerbatim: whatever comes for an object, copying it and putting it together
// give the same.
func FuzzVerbatim(f *testing.F) {
	f.Add([]byte(`{"id":"1","name":"a","big":"RED"}`))
	f.Add([]byte(`{"id":"1","name":null,"big":"BLUE"}`))
	f.Add([]byte(`{"id":"1","name":"a","big":"RED","id":"1"}`))
	f.Add([]byte(`{"id":"1" ,"name":"\u00e9","big":"RED"}`))
	f.Fuzz(func(t *testing.T, object []byte) {
		copied, _ := flat(true, string(object))
		plain, _ := flat(false, string(object))
		got, _ := execute(t, &Request{Plan: copied, Policy: open})
		want, _ := execute(t, &Request{Plan: plain, Policy: open})
		if got != want {
			t.Errorf("%q\ngot  %s\nwant %s", object, got, want)
		}
	})
}
