package execute

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/planner/plan"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// generator makes random plans.
type generator struct {
	*builder
	r     *rand.Rand
	count int
	salt  uint64
	calm  bool // no faults
	bits  uint64
}

// condition makes one over two variables.
func (g *generator) condition() plan.Condition {
	term := func() plan.Term {
		mask := uint64(1 + g.r.Intn(3))
		return plan.Term{Mask: mask, Value: uint64(g.r.Intn(4)) & mask}
	}
	c := plan.Condition{term()}
	if g.chance(0.3) {
		c = append(c, term())
	}
	return c
}

func (g *generator) chance(p float64) bool { return g.r.Float64() < p }

var leafTypes = []string{"Int", "Float", "String", "Boolean", "ID", "Color", "JSON"}

func (g *generator) wrap(name string) string {
	if g.chance(0.3) {
		name += "!"
	}
	for g.chance(0.3) {
		name = "[" + name + "]"
		if g.chance(0.3) {
			name += "!"
		}
	}
	return name
}

func (g *generator) key(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

func (g *generator) add(d *plan.Decode, s *plan.Shape, key string, child *plan.Decode) {
	info := g.fields[s][slotOf(s, key)]
	d.Fields = append(d.Fields, plan.DecodeField{
		Key: key, Quoted: []byte(`"` + key + `"`), Slot: slotOf(s, key),
		Wrap: info.wrap, Leaf: info.leaf, Enum: info.enum, Child: child,
	})
}

// fill makes the fields of a shape whose objects the given fetches make (more
// than one when they are merged) and returns what each of them reads.
func (g *generator) fill(s *plan.Shape, depth int, makers, above []*plan.Fetch) []*plan.Decode {
	root := s == g.plan.Root
	// Nothing is looked up for plain objects: they may be written as they come.
	plain := !root && len(makers) == 1 && !s.Merged && len(s.Types) == 1 && g.chance(0.4)
	key := ""
	if !root && !plain {
		key = g.key("k")
		g.field(s, "("+key+")", "ID", nil)
	}
	var decodes []*plan.Decode
	for range makers {
		d := &plan.Decode{Shape: s, Static: 0}
		if len(s.Types) > 1 {
			d.Static = -1
			d.Fields = append(d.Fields, plan.DecodeField{Key: "__typename", Quoted: []byte(`"__typename"`), Slot: -1})
			for i, t := range s.Types {
				d.Names = append(d.Names, plan.TypeName{Name: t.Name, Type: i})
			}
		}
		decodes = append(decodes, d)
	}
	if key != "" {
		g.add(decodes[0], s, key, nil)
	}
	upper := append(append([]*plan.Fetch(nil), above...), makers...)
	providers := append([]*plan.Fetch(nil), makers...)
	if key != "" {
		if len(makers) == 1 && g.chance(0.5) && !g.merged(s) {
			g.collect(s)
		}
		for range g.r.Intn(3) {
			d := &plan.Decode{Shape: s, Static: 0}
			keys := []string{key}
			needs := upper
			if n := len(providers); n > len(makers) && g.chance(0.5) {
				// a requirement that another lookup brings
				from := len(makers) + g.r.Intn(n-len(makers))
				required := g.key("r")
				g.field(s, "("+required+")", "ID", nil)
				g.add(decodes[from], s, required, nil)
				keys = append(keys, required+"?")
				needs = append(append([]*plan.Fetch(nil), upper...), providers[from])
			}
			t := target(representation(s, "E", keys...), d)
			if s.Collect < 0 || g.chance(0.3) {
				t.Collected, t.Path = false, nil
			}
			if n := len(t.Types); n > 1 && g.chance(0.3) {
				t.Types[g.r.Intn(n)] = nil
			}
			if g.chance(0.1) {
				t.Cond = plan.Condition{{Mask: 1, Value: uint64(g.r.Intn(2))}}
			}
			f := g.provider(t, needs)
			if g.chance(0.05) {
				f.Cond = plan.Condition{{Mask: 1, Value: uint64(g.r.Intn(2))}}
			}
			providers = append(providers, f)
			decodes = append(decodes, d)
		}
	}
	if g.chance(0.2) && (!plain || g.chance(0.2)) {
		g.typename(s, g.key("t"))
	}
	for range 1 + g.r.Intn(4) {
		p := g.r.Intn(len(providers))
		if depth > 0 && g.chance(0.6) {
			types := []string{g.key("T")}
			for g.chance(0.3) && len(types) < 3 {
				types = append(types, g.key("T"))
			}
			child := g.shape(types...)
			name := g.key("o")
			slot := g.field(s, name, g.wrap("X"), child)
			child.Merged = s.Merged
			if q := g.r.Intn(len(providers)); providers[q] != providers[p] && g.chance(0.6) {
				s.Slots[slot].Merge, child.Merged = true, true
				below := g.fill(child, depth-1, []*plan.Fetch{providers[p], providers[q]}, upper)
				g.add(decodes[p], s, name, below[0])
				g.add(decodes[q], s, name, below[1])
			} else {
				below := g.fill(child, depth-1, []*plan.Fetch{providers[p]}, upper)
				g.add(decodes[p], s, name, below[0])
			}
			continue
		}
		name := g.key("f")
		var only []string
		if len(s.Types) > 1 && g.chance(0.4) {
			only = []string{s.Types[g.r.Intn(len(s.Types))].Name}
		}
		g.field(s, name, g.wrap(leafTypes[g.r.Intn(len(leafTypes))]), nil, only...)
		var cond plan.Condition
		if g.chance(0.15) && (!plain || g.chance(0.2)) {
			cond = g.condition()
			for c := range s.Classes {
				if n := len(s.Classes[c]); n > 0 && s.Classes[c][n-1].Key == name {
					s.Classes[c][n-1].Cond = cond
				}
			}
		}
		g.add(decodes[p], s, name, nil)
		if len(only) == 0 && g.chance(0.6) {
			asked(decodes[p], cond)
		}
	}
	if plain {
		for i := range decodes[0].Fields {
			if f := &decodes[0].Fields[i]; !f.Sure {
				f.Sure = true
				decodes[0].Sure++
			}
		}
	}
	return decodes[:len(makers)]
}

// asked says that the last field of a decoding is asked for under a condition, on
// every type.
func asked(d *plan.Decode, c plan.Condition) {
	f := &d.Fields[len(d.Fields)-1]
	f.Cond, f.Sure = d.Condition(c)
	d.Sure++
}

func (g *generator) merged(s *plan.Shape) bool { return s.Merged }

// provider adds a target to a lookup: a new one, or one that does not come
// before what the target needs.
func (g *generator) provider(t plan.Target, upper []*plan.Fetch) *plan.Fetch {
	if g.chance(0.5) {
		for _, f := range g.plan.Fetches {
			if f.Root != nil || g.chance(0.3) {
				continue
			}
			before := false
			for _, u := range upper {
				before = before || g.reaches(f, u)
			}
			if before {
				continue
			}
			for _, u := range upper {
				f.Deps = append(f.Deps, u.ID)
				u.Dependants = append(u.Dependants, f.ID)
			}
			if g.chance(0.5) {
				f.Entries = append(f.Entries, plan.Entry{Alias: fmt.Sprintf("e%d", len(f.Entries)), Targets: []plan.Target{t}})
			} else {
				e := &f.Entries[g.r.Intn(len(f.Entries))]
				e.Targets = append(e.Targets, t)
			}
			return f
		}
	}
	return g.lookup(nil, []plan.Target{t}, upper...)
}

// reaches reports whether b is a or comes after a.
func (g *generator) reaches(a, b *plan.Fetch) bool {
	if a == b {
		return true
	}
	for _, d := range b.Deps {
		if g.reaches(a, g.plan.Fetches[d]) {
			return true
		}
	}
	return false
}

func (g *generator) hash(parts ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, g.salt, parts)
	return rand.New(rand.NewSource(int64(h.Sum64())))
}

// answer is the answer of a fetch: a function of it and its rows. An empty one
// stands for a failed connection.
func (g *generator) answer(f *plan.Fetch, rows [][]string) string {
	r := g.hash(f.ID, rows)
	if !g.calm {
		switch r.Intn(25) {
		case 0:
			return ""
		case 1:
			return `{"errors":[{"message":"no"},{"message":"never","path":["x"]}],"data":null}`
		case 2:
			return `{"data":{"a":[}}`
		}
	}
	var errs []string
	fail := func(path string) { errs = append(errs, `{"message":"m","path":[`+path+`]}`) }
	var data string
	if f.Root != nil {
		data = g.render([]*plan.Decode{f.Root}, fmt.Sprint(f.ID), f.ID, nil, "", func(p string) { fail(p[1:]) })
	} else {
		var entries []string
		for e, list := range rows {
			var items []string
			// Where there are too many rows, errors of single rows have no place.
			uneven := !g.calm && r.Intn(20) == 0
			fail := func(path string) {
				if !uneven {
					fail(path)
				}
			}
			for n, row := range list {
				item := "null"
				rr := g.hash(f.ID, e, row)
				at := fmt.Sprintf("%q,%d", f.Entries[e].Alias, n)
				if g.calm || rr.Intn(12) > 0 {
					var ds []*plan.Decode
					for t := range f.Entries[e].Targets {
						for _, tt := range f.Entries[e].Targets[t].Types {
							if tt != nil {
								ds = append(ds, tt.Decode)
								break
							}
						}
					}
					item = g.render(ds, fmt.Sprint(f.ID, e, row), f.ID, nil, "", func(p string) { fail(at + p) })
				} else if rr.Intn(2) == 0 {
					fail(at)
				} else if rr.Intn(4) == 0 {
					item = "17"
				}
				items = append(items, item)
			}
			if uneven {
				items = append(items, "null")
			}
			entries = append(entries, fmt.Sprintf("%q:[%s]", f.Entries[e].Alias, strings.Join(items, ",")))
		}
		r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		data = "{" + strings.Join(entries, ",") + "}"
	}
	out := `"data":` + data
	if len(errs) > 0 {
		if r.Intn(2) == 0 {
			out += `,"errors":[` + strings.Join(errs, ",") + "]"
		} else {
			out = `"errors" : [` + strings.Join(errs, " , ") + "], " + out
		}
	}
	return "{" + out + "}"
}

// render writes an object for several decodings at once.
func (g *generator) render(ds []*plan.Decode, seed string, fetch int, types []plan.ConcreteType, path string, fail func(string)) string {
	r := g.hash(seed)
	var members []string
	for _, d := range ds {
		for i := range d.Fields {
			f := &d.Fields[i]
			if f.Slot < 0 {
				tr := g.hash("type", seed[strings.IndexByte(seed, '|')+1:])
				name := d.Shape.Types[tr.Intn(len(d.Shape.Types))].Name
				if !g.calm && r.Intn(30) == 0 {
					name = "Unknown"
				}
				members = append(members, `"__typename":"`+name+`"`)
				continue
			}
			// What is not asked for does not come, most of the time.
			if !g.calm && r.Intn(25) == 0 || f.Cond != 0 && !d.Expects(f, g.bits) && r.Intn(8) > 0 {
				continue
			}
			below := seed + "/" + f.Key
			if d.Shape.Slots[f.Slot].Merge {
				// All fetches agree on what is merged, most of the time.
				below = "|" + f.Key
				if !g.calm && r.Intn(10) == 0 {
					below += seed
				}
			}
			at := path + `,"` + f.Key + `"`
			members = append(members, string(f.Quoted)+":"+g.value(f, f.Wrap, below, fetch, at, fail))
			if !g.calm && r.Intn(20) == 0 {
				fail(at)
			}
		}
	}
	if r.Intn(3) == 0 {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	if r.Intn(10) == 0 {
		members = append(members, `"unknown": {"a" : [1,"\u00e9",{}]}`)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (g *generator) value(f *plan.DecodeField, wrap schema.Wrap, seed string, fetch int, path string, fail func(string)) string {
	r := g.hash("value", seed)
	if n := r.Intn(100); n < 8 && !(g.calm && wrap.NonNull()) {
		if n < 2 {
			fail(path)
		}
		return "null"
	} else if n < 10 && !g.calm {
		return []string{"1", `"no"`, "[]", "{}", "true", "1.5", "[[null]]", "3000000000"}[r.Intn(8)]
	}
	if wrap.IsList() {
		var items []string
		for i := range r.Intn(4) {
			items = append(items, g.value(f, wrap.Elem(), fmt.Sprintf("%s.%d", seed, i), fetch, fmt.Sprintf("%s,%d", path, i), fail))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	if f.Child != nil {
		return g.render([]*plan.Decode{f.Child}, seed, fetch, nil, path, fail)
	}
	switch f.Leaf {
	case plan.LeafInt:
		return strconv.Itoa(r.Intn(100) - 50)
	case plan.LeafFloat:
		return "1.5e3"
	case plan.LeafString:
		return []string{`"text"`, `"a\nb"`, `"ünï"`, `""`}[r.Intn(4)]
	case plan.LeafBoolean:
		return strconv.FormatBool(r.Intn(2) == 0)
	case plan.LeafID:
		return []string{`"1"`, `"2"`, "3", "null"}[r.Intn(4)]
	case plan.LeafEnum:
		return []string{`"RED"`, `"GREEN"`, `"GR\u0045EN"`}[r.Intn(3)]
	}
	return []string{`{"any":1}`, "12345678901234567890", "true"}[r.Intn(3)]
}

func generate(seed int64) (*generator, uint64) {
	r := rand.New(rand.NewSource(seed))
	g := &generator{builder: newBuilder(), r: r, salt: uint64(seed), calm: r.Intn(4) == 0}
	root := g.shape("Query")
	var roots []*plan.Fetch
	for range 1 + r.Intn(2) {
		roots = append(roots, g.rootFetch(nil, nil))
	}
	for i, d := range g.fill(root, 3, roots, nil) {
		roots[i].Root = d
	}
	for _, f := range g.plan.Fetches {
		for e := range f.Entries {
			for t := range f.Entries[e].Targets {
				if target := &f.Entries[e].Targets[t]; !target.Collected {
					target.Path = pathTo(root, target.Shape)
				}
			}
		}
		dedupeDeps(g.plan, f)
	}
	g.bits = uint64(r.Intn(4))
	return g, g.bits
}

func dedupeDeps(p *plan.Plan, f *plan.Fetch) {
	uniq := func(ids []int) []int {
		sort.Ints(ids)
		var out []int
		for i, id := range ids {
			if i == 0 || id != ids[i-1] {
				out = append(out, id)
			}
		}
		return out
	}
	f.Deps, f.Dependants = uniq(f.Deps), uniq(f.Dependants)
}

func callTexts(call *subgraphs.Call) [][]string {
	var rows [][]string
	for _, list := range call.Rows {
		texts := []string(nil)
		for _, r := range list {
			texts = append(texts, string(r))
		}
		rows = append(rows, texts)
	}
	return rows
}

func checkModel(t *testing.T, seed int64) (size int) {
	g, bits := generate(seed)
	if seed%4 != 0 {
		plan.MarkVerbatim(g.plan)
		plan.MarkCopied(g.plan)
	}
	m := &model{plan: g.plan, bits: bits, ask: g.answer}
	wantData, wantErrs := m.run()
	for _, f := range g.plan.Fetches {
		f.Prepared = stub(func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
			text := g.answer(f, callTexts(call))
			if text == "" {
				return subgraphs.Failed(&subgraphs.FetchError{Code: subgraphs.CodeUnreachable, Message: "gone"})
			}
			a := subgraphs.NewAnswer(nil)
			a.Body = []byte(text)
			return a
		})
	}
	out, _ := New().Execute(context.Background(), &Request{Plan: g.plan, Bits: bits, Limits: Limits{MaxErrors: 1 << 20}}, nil)
	var response struct {
		Data   json.RawMessage
		Errors []struct {
			Path       []json.RawMessage
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(out, &response); err != nil {
		t.Fatalf("seed %d: %v in %s", seed, err, out)
	}
	var errs []string
	for _, e := range response.Errors {
		var path []string
		for _, p := range e.Path {
			path = append(path, string(p))
		}
		errs = append(errs, "["+strings.Join(path, ",")+"] "+e.Extensions.Code)
	}
	sort.Strings(errs)
	if string(response.Data) != wantData {
		t.Fatalf("seed %d: data\n got %s\nwant %s", seed, response.Data, wantData)
	}
	if strings.Join(errs, "\n") != strings.Join(wantErrs, "\n") {
		t.Fatalf("seed %d: errors\n got %s\nwant %s\ndata %s", seed, strings.Join(errs, "\n     "), strings.Join(wantErrs, "\n     "), wantData)
	}
	return len(out)
}

var (
	modelCases = flag.Int64("model.cases", 1200, "how many random plans TestModel tries")
	modelSeed  = flag.Int64("model.seed", 1, "the first seed of TestModel")
)

func TestModel(t *testing.T) {
	total := 0
	for n := range *modelCases {
		total += checkModel(t, *modelSeed+n)
	}
	t.Logf("%d cases, %d bytes", *modelCases, total)
}

// Answers with random bytes changed, dropped or doubled: whatever comes of it is
// well-formed, and nothing panics.
func TestMangledAnswers(t *testing.T) {
	e := New()
	for seed := range int64(600) {
		g, bits := generate(seed + 1)
		if seed%4 != 0 {
			plan.MarkVerbatim(g.plan)
			plan.MarkCopied(g.plan)
		}
		for _, f := range g.plan.Fetches {
			f.Prepared = stub(func(_ context.Context, call *subgraphs.Call) *subgraphs.Answer {
				text := []byte(g.answer(f, callTexts(call)))
				r := g.hash("mangle", f.ID, string(text))
				for range r.Intn(3) {
					if len(text) == 0 {
						break
					}
					i := r.Intn(len(text))
					j := min(len(text), i+1+r.Intn(8))
					switch r.Intn(4) {
					case 0:
						text[i] = byte(r.Intn(256))
					case 1:
						text = append(text[:i:i], text[j:]...)
					case 2:
						text = append(text[:j:j], text[i:]...)
					case 3:
						text[i] = `{}[],:"0n\`[r.Intn(10)]
					}
				}
				a := subgraphs.NewAnswer(nil)
				a.Body = text
				return a
			})
		}
		limits := Limits{MaxErrors: 1 + int(seed%20), MaxResponseSize: 500 << (seed % 8), MaxWords: 200 << (seed % 6)}
		out, _ := e.Execute(context.Background(), &Request{Plan: g.plan, Bits: bits, Limits: limits, Policy: open}, nil)
		if !json.Valid(out) {
			t.Fatalf("seed %d: not JSON: %s", seed+1, out)
		}
	}
}
