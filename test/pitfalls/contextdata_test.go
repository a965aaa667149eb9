package pitfalls

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// spread is a graph with contexts at two levels and everything in its own
// subgraph, so that lookups at all levels are under way at the same time.
var spread = []sdl{
	{"a", fed28 + `type Query { as: [A] } type A @key(fields: "id") { id: ID! bs: [B] } type B @key(fields: "id") { id: ID! }`},
	{"b", fed28 + `type B @key(fields: "id") { id: ID! cs: [[C]] w: Int } type C @key(fields: "id") { id: ID! }`},
	{"c", fed28 + `type C @key(fields: "id") { id: ID! n: Int next: C }`},
	{"v", fed28 + `type A @key(fields: "id") { id: ID! v: Int }`},
	{"x", fed28 + `
		type A @key(fields: "id") @context(name: "a") { id: ID! v: Int @external }
		type B @key(fields: "id") @context(name: "b") { id: ID! w: Int @external }
		type C @key(fields: "id") {
			id: ID! plain: Int
			f(x: Int @fromContext(field: "$a { v }"), y: Int @fromContext(field: "$b { w }")): String
			g(x: Int @fromContext(field: "$a { v }")): C
		}`},
	{"y", fed28 + `
		type B @key(fields: "id") @context(name: "b") { id: ID! w: Int @external }
		type C @key(fields: "id") { id: ID! f: String @external up: String @requires(fields: "f") h(y: Int @fromContext(field: "$b { w }")): Int }`},
}

// spreadData is random data of that graph, and what its operations should give.
type spreadData struct {
	as, bs, cs []map[string]any
}

func ref(typ string, id any) any {
	return map[string]any{"$ref": map[string]any{"__typename": typ, "id": id}}
}

func newSpreadData(r *rand.Rand) *spreadData {
	d := &spreadData{}
	maybe := func(n int) any {
		if r.IntN(5) == 0 {
			return nil
		}
		return r.IntN(n)
	}
	for i := range 1 + r.IntN(3) {
		d.cs = append(d.cs, map[string]any{"id": fmt.Sprint("c", i), "n": i, "plain": i, "next": maybe(3)})
	}
	for i := range 1 + r.IntN(3) {
		var lists []any
		for range r.IntN(3) {
			var list []any
			for range r.IntN(3) {
				list = append(list, maybe(len(d.cs)))
			}
			lists = append(lists, append([]any{}, list...))
		}
		d.bs = append(d.bs, map[string]any{"id": fmt.Sprint("b", i), "w": maybe(2), "cs": append([]any{}, lists...)})
	}
	for i := range 1 + r.IntN(4) {
		var list []any
		for range r.IntN(3) {
			list = append(list, maybe(len(d.bs)))
		}
		d.as = append(d.as, map[string]any{"id": fmt.Sprint("a", i), "v": maybe(3), "bs": append([]any{}, list...)})
	}
	return d
}

// text is the data as the server takes it.
func (d *spreadData) text(t *testing.T) string {
	link := func(typ string, of []map[string]any, i any) any {
		if n, ok := i.(int); ok {
			return ref(typ, of[n%len(of)]["id"])
		}
		return nil
	}
	var as, bs, cs []any
	for _, a := range d.as {
		list := []any{}
		for _, i := range a["bs"].([]any) {
			list = append(list, link("B", d.bs, i))
		}
		as = append(as, map[string]any{"id": a["id"], "v": a["v"], "bs": list})
	}
	for _, b := range d.bs {
		lists := []any{}
		for _, l := range b["cs"].([]any) {
			list := []any{}
			for _, i := range l.([]any) {
				list = append(list, link("C", d.cs, i))
			}
			lists = append(lists, list)
		}
		bs = append(bs, map[string]any{"id": b["id"], "w": b["w"], "cs": lists})
	}
	for _, c := range d.cs {
		cs = append(cs, map[string]any{"id": c["id"], "n": c["n"], "plain": c["plain"], "next": link("C", d.cs, c["next"])})
	}
	out, err := json.Marshal(map[string]any{
		"types": map[string]any{"A": as, "B": bs, "C": cs},
		"roots": map[string]any{"Query.as": map[string]any{"list": "A"}},
		"computed": map[string]any{
			"C.f":  []any{"concat", []any{"path", "id"}, "/", []any{"coalesce", "$x", "-"}, "/", []any{"coalesce", "$y", "-"}},
			"C.g":  []any{"find", "C", map[string]any{"n": "$x"}},
			"C.h":  "$y",
			"C.up": []any{"upper", []any{"path", "f"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// write writes what the fields of a C give below contexts x and y.
func (d *spreadData) write(w *strings.Builder, i, x, y any, fields []string) {
	n, ok := i.(int)
	if !ok {
		w.WriteString("null")
		return
	}
	c := d.cs[n%len(d.cs)]
	shown := func(v any) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprint(v)
	}
	value := func(v any) string {
		b, _ := json.Marshal(v)
		return string(b)
	}
	for at, field := range fields {
		w.WriteByte("{,"[min(at, 1)])
		name, below, _ := strings.Cut(field, "{")
		w.WriteString(`"` + name + `":`)
		f := c["id"].(string) + "/" + shown(x) + "/" + shown(y)
		next := strings.Fields(strings.TrimSuffix(below, "}"))
		switch name {
		case "f":
			w.WriteString(value(f))
		case "up":
			w.WriteString(value(strings.ToUpper(f)))
		case "h":
			w.WriteString(value(y))
		case "next":
			d.write(w, c["next"], x, y, next)
		case "g":
			if m, ok := x.(int); ok && m < len(d.cs) {
				d.write(w, x, x, y, next)
			} else {
				w.WriteString("null")
			}
		default:
			w.WriteString(value(c[name]))
		}
	}
	w.WriteByte('}')
}

func (d *spreadData) want(fields []string) string {
	var w strings.Builder
	w.WriteString(`{"as":[`)
	for i, a := range d.as {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(`{"bs":[`)
		for j, n := range a["bs"].([]any) {
			if j > 0 {
				w.WriteByte(',')
			}
			k, ok := n.(int)
			if !ok {
				w.WriteString("null")
				continue
			}
			b := d.bs[k%len(d.bs)]
			w.WriteString(`{"cs":[`)
			for m, l := range b["cs"].([]any) {
				if m > 0 {
					w.WriteByte(',')
				}
				w.WriteByte('[')
				for o, c := range l.([]any) {
					if o > 0 {
						w.WriteByte(',')
					}
					d.write(&w, c, a["v"], b["w"], fields)
				}
				w.WriteByte(']')
			}
			w.WriteString(`]}`)
		}
		w.WriteString(`]}`)
	}
	w.WriteString(`]}`)
	return w.String()
}

// Whatever is shared in the data, each place gets what its own contexts say.
func TestContextsInGeneratedData(t *testing.T) {
	choices := []string{"id", "n", "plain", "f", "up", "h", "next{f n}", "next{h up}", "g{f plain}", "g{n h}"}
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, seed))
			d := newSpreadData(r)
			w := start(t, d.text(t), spread...)
			for range 4 {
				var fields []string
				for _, c := range choices {
					name, _, _ := strings.Cut(c, "{")
					if r.IntN(2) == 0 && !strings.Contains(" "+strings.Join(fields, " "), " "+name+"{") {
						fields = append(fields, c)
					}
				}
				if len(fields) == 0 {
					continue
				}
				r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
				w.do(t, `{as{bs{cs{`+strings.Join(fields, " ")+`}}}}`).gives(d.want(fields))
			}
		})
	}
}
