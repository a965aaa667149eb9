package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/valyala/fastjson"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// The heavy query: users and topProducts, each with reviews, their products and
// authors, and again, over four subgraphs and eight fetches.

const lorem = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et " +
	"dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea " +
	"commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla " +
	"pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum."

// shop is the data behind the heavy query.
type shop struct {
	users, products int
	reviews         []review // by id - 1
}

type review struct{ author, product int }

func newShop(scale int) *shop { return newShopOf(scale, 9) }

// newShopOf spreads the reviews over so many products: the fewer, the larger
// the answers.
func newShopOf(scale, products int) *shop {
	s := &shop{users: 6, products: 5}
	for range scale {
		for i := range 11 {
			s.reviews = append(s.reviews, review{author: 1, product: i%products + 1})
		}
	}
	s.reviews[0].author, s.reviews[4].author, s.reviews[8].author = 2, 3, 4
	return s
}

// answer writes what a decoding asks of an object.
func (s *shop) answer(d *plan.Decode, typ string, id int) string {
	var out []string
	list := func(child *plan.Decode, typ string, keep func(review) bool) string {
		var items []string
		for i, r := range s.reviews {
			if keep(r) {
				items = append(items, s.answer(child, typ, i+1))
			}
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		var v string
		switch typ + "." + f.Key {
		case "Query.users":
			var items []string
			for u := range s.users {
				items = append(items, s.answer(f.Child, "User", u+1))
			}
			v = "[" + strings.Join(items, ",") + "]"
		case "Query.topProducts":
			var items []string
			for p := range s.products {
				items = append(items, s.answer(f.Child, "Product", p+1))
			}
			v = "[" + strings.Join(items, ",") + "]"
		case "User.id", "Product.upc", "Review.id":
			v = strconv.Quote(strconv.Itoa(id))
		case "User.username":
			v = fmt.Sprintf(`"user%d"`, id)
		case "User.name":
			v = fmt.Sprintf(`"User Number %d"`, id)
		case "User.reviews":
			v = list(f.Child, "Review", func(r review) bool { return r.author == id })
		case "Product.reviews":
			v = list(f.Child, "Review", func(r review) bool { return r.product == id })
		case "Review.body":
			v = strconv.Quote(lorem)
		case "Review.author":
			v = s.answer(f.Child, "User", s.reviews[id-1].author)
		case "Review.product":
			v = s.answer(f.Child, "Product", s.reviews[id-1].product)
		case "Product.name":
			v = fmt.Sprintf(`"Product %d"`, id)
		case "Product.price":
			v = strconv.Itoa(100 * id)
		case "Product.weight":
			v = strconv.Itoa(150 * id)
		case "Product.inStock":
			v = strconv.FormatBool(id%2 == 0)
		case "Product.shippingEstimate":
			v = strconv.Itoa(50 * id)
		case "User.__typename", "Product.__typename", "Review.__typename":
			v = strconv.Quote(typ)
		default:
			panic(typ + "." + f.Key)
		}
		out = append(out, string(f.Quoted)+":"+v)
	}
	return "{" + strings.Join(out, ",") + "}"
}

// expected writes the response as one server with all the data would.
func (s *shop) expected(shape *plan.Shape, typ string, id int) string {
	d := &plan.Decode{Shape: shape}
	for _, o := range shape.Classes[0] {
		f := plan.DecodeField{Key: o.Key, Quoted: []byte(`"` + o.Key + `"`), Slot: o.Slot}
		if o.Child != nil {
			f.Child = s.whole(o.Child)
		}
		d.Fields = append(d.Fields, f)
	}
	return s.answer(d, typ, id)
}

func (s *shop) whole(shape *plan.Shape) *plan.Decode {
	d := &plan.Decode{Shape: shape}
	for _, o := range shape.Classes[0] {
		f := plan.DecodeField{Key: o.Key, Quoted: []byte(`"` + o.Key + `"`)}
		if o.Child != nil {
			f.Child = s.whole(o.Child)
		}
		d.Fields = append(d.Fields, f)
	}
	return d
}

// subgraph answers fetches from the shop.
func (s *shop) subgraph(f *plan.Fetch) stub {
	return func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
		a := subgraphs.NewAnswer(nil)
		if f.Root != nil {
			a.Body = []byte(`{"data":` + s.answer(f.Root, "Query", 0) + `}`)
			return a
		}
		var entries []string
		for e, rows := range call.Rows {
			var items []string
			for _, row := range rows {
				var r struct {
					Type string `json:"__typename"`
					ID   string `json:"id"`
					UPC  string `json:"upc"`
				}
				if err := json.Unmarshal(row, &r); err != nil {
					panic(err)
				}
				id, _ := strconv.Atoi(r.ID + r.UPC)
				// Targets of an entry ask for the same in this plan; the longest
				// decoding serves all.
				d := f.Entries[e].Targets[0].Types[0].Decode
				items = append(items, s.answer(d, r.Type, id))
			}
			entries = append(entries, fmt.Sprintf("%q:[%s]", f.Entries[e].Alias, strings.Join(items, ",")))
		}
		a.Body = []byte(`{"data":{` + strings.Join(entries, ",") + `}}`)
		return a
	}
}

func heavyPlan() *plan.Plan {
	b := newBuilder()
	root := b.shape("Query")
	var products, users []*plan.Shape
	product := func(child *plan.Shape) *plan.Shape {
		p := b.shape("Product")
		b.field(p, "inStock", "Boolean", nil)
		b.field(p, "name", "String", nil)
		b.field(p, "price", "Int", nil)
		b.field(p, "shippingEstimate", "Int", nil)
		b.field(p, "upc", "String!", nil)
		b.field(p, "weight", "Int", nil)
		if child != nil {
			b.field(p, "reviews", "[Review]", child)
		}
		products = append(products, p)
		return p
	}
	reviews := func(key string, child *plan.Shape) *plan.Shape {
		r := b.shape("Review")
		b.field(r, "id", "ID!", nil)
		b.field(r, "body", "String", nil)
		b.field(r, key, "X", child)
		return r
	}
	user := func(child *plan.Shape) *plan.Shape {
		u := b.shape("User")
		b.field(u, "id", "ID!", nil)
		b.field(u, "username", "String", nil)
		b.field(u, "name", "String", nil)
		b.field(u, "reviews", "[Review]", child)
		users = append(users, u)
		return u
	}
	author := func() *plan.Shape { return reviews("author", user(reviews("product", product(nil)))) }
	b.field(root, "users", "[User]", user(reviews("product", product(author()))))
	top := product(author())
	b.field(root, "topProducts", "[Product]", top)
	first := root.Slots[0].Child
	b.collect(products...)
	b.collect(users...)

	// what the reviews subgraph is asked below a user or product
	var below func(s *plan.Shape) *plan.Decode
	below = func(s *plan.Shape) *plan.Decode {
		var fields []any
		for i := range s.Slots {
			switch slot := &s.Slots[i]; slot.Key {
			case "id", "body", "upc", "username":
				fields = append(fields, slot.Key)
			case "author", "product", "reviews":
				fields = append(fields, sub{slot.Key, below(slot.Child)})
			}
		}
		return b.decode(s, fields...)
	}
	accounts := b.rootFetch(nil, b.decode(root, sub{"users", b.decode(first, "id", "username", "name")}))
	catalog := b.rootFetch(nil, b.decode(root, sub{"topProducts", b.decode(top, "upc", "name", "price", "weight")}))
	userReviews := b.lookup(nil, []plan.Target{target(representation(first, "User", "id"),
		b.decode(first, sub{"reviews", below(first.Slots[3].Child)}))}, accounts)
	productReviews := b.lookup(nil, []plan.Target{target(representation(top, "Product", "upc"),
		b.decode(top, sub{"reviews", below(top.Slots[6].Child)}))}, catalog)
	var names, details, stock []plan.Target
	for _, u := range users {
		if u != first {
			names = append(names, target(representation(u, "User", "id"), b.decode(u, "name")))
		}
	}
	for _, p := range products {
		if p != top {
			details = append(details, target(representation(p, "Product", "upc"), b.decode(p, "name", "price", "weight")))
		}
		stock = append(stock, target(representation(p, "Product", "upc", "price?", "weight?"), b.decode(p, "inStock", "shippingEstimate")))
	}
	b.lookup(nil, names, userReviews, productReviews)
	detail := b.lookup(nil, details, userReviews, productReviews)
	b.lookup(nil, stock, catalog, detail)
	return b.plan
}

func (s *shop) serve(p *plan.Plan) {
	for _, f := range p.Fetches {
		f.Prepared = s.subgraph(f)
	}
}

// record replaces the subgraphs by what they answered, and tells how much that
// was.
func record(t testing.TB, p *plan.Plan) (bytes int) {
	t.Helper()
	var size atomic.Int64
	for _, f := range p.Fetches {
		inner := f.Prepared
		f.Prepared = stub(func(ctx context.Context, call *subgraphs.Call) *subgraphs.Answer {
			a := inner.Fetch(ctx, call)
			text := append([]byte(nil), a.Body...)
			size.Add(int64(len(text)))
			f.Prepared = replay{text, new(subgraphs.Answer)}
			return a
		})
	}
	New().Execute(context.Background(), &Request{Plan: p}, nil)
	return int(size.Load())
}

// replay always gives one answer; it is for one request at a time.
type replay struct {
	text   []byte
	answer *subgraphs.Answer
}

func (r replay) Fetch(context.Context, *subgraphs.Call) *subgraphs.Answer {
	r.answer.Renew(nil)
	r.answer.Body = r.text
	return r.answer
}
func (r replay) Text() string { return "replay" }

func TestHeavy(t *testing.T) {
	for scale := 1; scale <= 3; scale++ {
		s := newShop(scale)
		p := heavyPlan()
		s.serve(p)
		got, result := execute(t, &Request{Plan: p})
		want := `{"data":` + s.expected(p.Root, "Query", 0) + `}`
		if got != want {
			t.Fatalf("scale %d: got %d bytes, want %d", scale, len(got), len(want))
		}
		if result.Requests != 7 {
			t.Errorf("%d requests", result.Requests)
		}
		t.Logf("%d bytes, %+v", len(got), result)
		// and again from recorded answers
		record(t, p)
		if again, _ := execute(t, &Request{Plan: p}); again != want {
			t.Fatal("recorded answers give another response")
		}
	}
}

func BenchmarkHeavy(b *testing.B) {
	p := heavyPlan()
	newShop(1).serve(p)
	in := record(b, p)
	e := New()
	r := &Request{Plan: p}
	ctx := context.Background()
	dst, _ := e.Execute(ctx, r, nil)
	b.Logf("%d bytes in, %d bytes out", in, len(dst))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = e.Execute(ctx, r, dst[:0])
	}
}

// largest is the reviews answer of the heavy query.
func largest(p *plan.Plan) (*plan.Fetch, []byte) {
	var f *plan.Fetch
	var text []byte
	for _, g := range p.Fetches {
		if r := g.Prepared.(replay); len(r.text) > len(text) {
			f, text = g, r.text
		}
	}
	return f, text
}

func BenchmarkDecode(b *testing.B) {
	p := heavyPlan()
	newShopOf(1, 6).serve(p)
	record(b, p)
	f, text := largest(p)
	d := f.Entries[0].Targets[0].Types[0].Decode
	rows := bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(`{"data":{"_entities":`)), []byte(`}}`))
	compareDecoding(b, p, d, rows)
}

// Short fields: 80 KB of products.
func BenchmarkDecodeShortFields(b *testing.B) {
	p := heavyPlan()
	top := p.Root.Slots[1].Child
	s := newShop(1)
	d := p.Fetches[1].Root.Fields[0].Child
	if d.Shape != top {
		b.Fatal("not the products")
	}
	var items []string
	for size := 0; size < 80_000; size += len(items[0]) {
		items = append(items, s.answer(d, "Product", len(items)%90+1))
	}
	compareDecoding(b, p, d, []byte("["+strings.Join(items, ",")+"]"))
}

func compareDecoding(b *testing.B, p *plan.Plan, d *plan.Decode, rows []byte) {
	field := &plan.DecodeField{Child: d, Wrap: schema.WrapNamed(false).List(false)}
	x := new(store)
	limits := Limits{}.withDefaults()
	b.Run("shape", func(b *testing.B) {
		b.SetBytes(int64(len(rows)))
		b.ReportAllocs()
		for b.Loop() {
			x.reset(p, limits)
			x.body = rows
			if _, end := x.decodeValue(field, field.Wrap, 0, 0); end != len(rows) {
				b.Fatal(end)
			}
		}
		b.ReportMetric(float64(len(rows)), "bytes")
	})
	b.Run("fastjson", func(b *testing.B) {
		b.SetBytes(int64(len(rows)))
		b.ReportAllocs()
		var parser fastjson.Parser
		for b.Loop() {
			if _, err := parser.ParseBytes(rows); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// fetched is the state of the heavy query before writing.
func fetched(b *testing.B) *state {
	p := heavyPlan()
	newShop(1).serve(p)
	record(b, p)
	x := &state{workers: new(workers)}
	x.begin(&Request{Plan: p})
	x.run(context.Background())
	return x
}

func BenchmarkWrite(b *testing.B) {
	x := fetched(b)
	dst := x.write(nil)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = x.write(dst[:0])
	}
}

func BenchmarkRepresentations(b *testing.B) {
	x := fetched(b)
	fs := &x.fetches[len(x.plan.Fetches)-1] // four positions, three fields
	b.ReportAllocs()
	for b.Loop() {
		fs.begin(fs.fetch)
		x.gather(fs)
	}
	b.ReportMetric(float64(len(fs.members)), "objects")
	b.ReportMetric(float64(len(fs.rows)), "rows")
}
