package satisfiability_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/planner/compose/satisfiability"
	"github.com/weft-graphql/weft/planner/internal/measured"
	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// definition builds definitions by hand, where composing hundreds of texts
// would take longer than what is to be measured.
type definition struct {
	def   supergraph.Definition
	types map[string]*supergraph.TypeDefinition
}

func newDefinition(subgraphs int) *definition {
	d := &definition{types: map[string]*supergraph.TypeDefinition{}}
	for i := range subgraphs {
		name := fmt.Sprintf("s%04d", i)
		d.def.Subgraphs = append(d.def.Subgraphs, supergraph.SubgraphDefinition{Name: name, Enum: strings.ToUpper(name)})
	}
	return d
}

func (d *definition) typ(name string) *supergraph.TypeDefinition {
	t := d.types[name]
	if t == nil {
		t = &supergraph.TypeDefinition{Kind: schema.Object, Name: name}
		d.types[name] = t
	}
	return t
}

// in notes that a subgraph has a type, with keys.
func (d *definition) in(sub int, name string, keys ...string) {
	in := supergraph.TypeIn{Subgraph: sub}
	for _, k := range keys {
		in.Keys = append(in.Keys, supergraph.Key{Fields: k, Resolvable: true})
	}
	t := d.typ(name)
	t.In = append(t.In, in)
}

// field adds a field to some subgraphs.
func (d *definition) field(typ, name, of string, in ...supergraph.FieldIn) {
	t := d.typ(typ)
	at := slices.IndexFunc(t.Fields, func(f *supergraph.FieldDefinition) bool { return f.Name == name })
	if at < 0 {
		at = len(t.Fields)
		t.Fields = append(t.Fields, &supergraph.FieldDefinition{Name: name, Type: &schema.TypeExpr{Name: of}})
	}
	t.Fields[at].In = append(t.Fields[at].In, in...)
}

func at(subs ...int) []supergraph.FieldIn {
	out := make([]supergraph.FieldIn, len(subs))
	for i, s := range subs {
		out[i].Subgraph = s
	}
	return out
}

func (d *definition) build(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	for _, typ := range d.types {
		d.def.Types = append(d.def.Types, typ)
	}
	slices.SortFunc(d.def.Types, func(a, b *supergraph.TypeDefinition) int { return strings.Compare(a.Name, b.Name) })
	s, err := supergraph.Build(&d.def)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shared are n subgraphs that have T by one key; each returns it.
func shared(n int, sound bool) *definition {
	d := newDefinition(n)
	for i := range n {
		d.in(i, "Query")
		key := "id"
		if i == n-1 && !sound {
			key = "own"
		}
		d.in(i, "T", key)
		d.field("Query", fmt.Sprintf("t%d", i), "T", at(i)...)
		d.field("T", key, "ID", at(i)...)
		d.field("T", fmt.Sprintf("f%d", i), "Int", at(i)...)
		d.field("T", "next", "T", at(i)...)
	}
	return d
}

// pairs are n pairs of subgraphs: each of the second has a type of its own that
// the first returns, and all share T.
func pairs(n int, sound bool) *definition {
	d := newDefinition(2 * n)
	for i := range n {
		a, b := 2*i, 2*i+1
		own := fmt.Sprintf("T%d", i)
		d.in(a, "Query")
		d.in(a, own, "id")
		d.in(b, own, "id")
		d.in(a, "T", "id")
		d.in(b, "T", "id")
		d.field("Query", fmt.Sprintf("t%d", i), own, at(a)...)
		d.field(own, "id", "ID", at(a, b)...)
		d.field(own, "t", "T", at(b)...)
		d.field("T", "id", "ID", at(a, b)...)
		d.field("T", fmt.Sprintf("to%d", i), own, at(a)...)
		d.field("T", fmt.Sprintf("f%d", i), "Int", at(b)...)
	}
	if !sound {
		d.typ("T1").In[1].Keys = nil
	}
	return d
}

// chain are n subgraphs, each with T by two keys, one of which the next has; in
// a cycle the last one leads to the first.
func chain(n int, cycle, sound bool) *definition {
	d := newDefinition(n)
	for i := range n {
		next := i + 1
		if cycle {
			next = (i + 1) % n
		}
		d.in(i, "Query")
		keys := []string{fmt.Sprintf("k%d", i), fmt.Sprintf("k%d", next)}
		if i == n/2 && !sound {
			keys = keys[1:]
		}
		d.in(i, "T", keys...)
		d.field("Query", fmt.Sprintf("t%d", i), "T", at(i)...)
		d.field("T", fmt.Sprintf("k%d", i), "ID", at(i)...)
		if i != n/2 || sound {
			d.field("T", fmt.Sprintf("k%d", next), "ID", at(i)...)
		}
		d.field("T", fmt.Sprintf("f%d", i), "Int", at(i)...)
		d.field("T", "next", "T", at(i)...)
	}
	return d
}

// staircase are n subgraphs, each entered by a key of what all before give.
func staircase(n int, sound bool) *definition {
	d := newDefinition(n)
	var parts []string
	for i := range n {
		d.in(i, "Query")
		part := fmt.Sprintf("p%d", i)
		if i == 0 {
			d.in(i, "T", "p0")
			d.field("Query", "t", "T", at(i)...)
		} else {
			d.in(i, "T", strings.Join(parts, " "))
			d.field("Query", fmt.Sprintf("q%d", i), "Int", at(i)...)
		}
		if i == n/2 && !sound {
			d.field("T", "other", "ID", at(i)...)
			d.field("T", part, "ID", supergraph.FieldIn{Subgraph: i, External: true})
		} else {
			d.field("T", part, "ID", at(i)...)
		}
		parts = append(parts, part)
	}
	return d
}

// lacking are n subgraphs that share a value type which leads to itself by n
// fields; each subgraph lacks one of them, but for one that may have all. Any
// set of subgraphs can be where a path ends.
func lacking(n int, sound bool) *definition {
	d := newDefinition(n)
	for i := range n {
		d.in(i, "Query")
		d.in(i, "V")
		d.field("Query", "v", "V", at(i)...)
		d.field("V", "x", "Int", at(i)...)
		for j := range n {
			if i != j || sound && i == 0 {
				d.field("V", fmt.Sprintf("f%d", j), "V", at(i)...)
			}
		}
	}
	return d
}

// scattered are n subgraphs that share a value type which leads to itself by
// fields that half of the subgraphs have each.
func scattered(n, fields int) *definition {
	rng := rand.New(rand.NewPCG(1, 2))
	d := newDefinition(n)
	for i := range n {
		d.in(i, "Query")
		d.in(i, "V")
		d.field("Query", "v", "V", at(i)...)
		d.field("V", "x", "Int", at(i)...)
	}
	for j := range fields {
		for i := range n {
			if i == j%n || rng.IntN(2) == 0 {
				d.field("V", fmt.Sprintf("f%d", j), "V", at(i)...)
			}
		}
	}
	return d
}

// requirements are n fields, each of which requires the next two, in two
// subgraphs; the last ones require the first unless the graph is sound.
func requirements(n int, sound bool) *definition {
	d := newDefinition(3)
	for sub := range 3 {
		d.in(sub, "Query")
		d.in(sub, "T", "id")
		d.field("T", "id", "ID", at(sub)...)
	}
	d.field("Query", "t", "T", at(0)...)
	for i := range n {
		a, b := fmt.Sprintf("f%d", i+1), fmt.Sprintf("f%d", i+2)
		if i >= n-2 {
			if sound {
				d.field("T", fmt.Sprintf("f%d", i), "Int", at(1, 2)...)
				continue
			}
			a, b = "f0", "f1"
		}
		d.field("T", fmt.Sprintf("f%d", i), "Int",
			supergraph.FieldIn{Subgraph: 1, Requires: a}, supergraph.FieldIn{Subgraph: 2, Requires: b})
	}
	return d
}

// nested are types whose keys go through one another, in subgraphs that have all
// of them; only the last subgraph has ids. In a sound graph it can be entered at
// one of the types otherwise.
func nested(n int, sound bool) *definition {
	d := newDefinition(n + 1)
	for sub := range n + 1 {
		d.in(sub, "Query")
		for i := range n {
			name := fmt.Sprintf("T%d", i)
			keys := []string{"to { id }"}
			if sub == n && i == 0 && sound {
				keys = append(keys, "own")
			}
			d.in(sub, name, keys...)
			d.field(name, "to", fmt.Sprintf("T%d", (i+1)%n), at(sub)...)
			d.field(name, fmt.Sprintf("f%d", sub), "Int", at(sub)...)
			if i == 0 {
				d.field(name, "own", "ID", at(sub)...)
			}
			if sub == n {
				d.field(name, "id", "ID", at(sub)...)
			}
		}
		d.field("Query", fmt.Sprintf("t%d", sub), fmt.Sprintf("T%d", sub%n), at(sub)...)
	}
	return d
}

// TestBounded: the worst that keys and value types can do is proven or refuted
// in less than a second.
func TestBounded(t *testing.T) {
	for _, c := range []struct {
		name  string
		def   *definition
		sound bool
	}{
		{"1000 subgraphs by one key", shared(1000, true), true},
		{"1000 subgraphs, one by another key", shared(1000, false), false},
		{"1000 pairs", pairs(1000, true), true},
		{"1000 pairs, one apart", pairs(1000, false), false},
		{"chain of 1000 keys", chain(1000, false, true), true},
		{"chain of 1000 keys, broken", chain(1000, false, false), false},
		{"cycle of 1000 keys", chain(1000, true, true), true},
		{"compound keys of 200 subgraphs", staircase(200, true), true},
		{"compound keys of 200 subgraphs, broken", staircase(200, false), false},
		{"64 subgraphs share a value type", lacking(64, true), true},
		{"64 subgraphs share a value type, each lacks a field", lacking(64, false), false},
		{"128 subgraphs share a value type, each lacks a field", lacking(128, false), false},
		{"80 subgraphs, scattered value type", scattered(80, 60), false},
		{"1000 requirements", requirements(1000, true), true},
		{"1000 requirements in a circle", requirements(1000, false), false},
		{"keys through one another", nested(20, true), true},
		{"keys through one another, broken", nested(20, false), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.def.build(t)
			start := measured.CPU()
			problems := satisfiability.Check(s)
			took := measured.CPU() - start
			t.Logf("%v, %d problems", took, len(problems))
			if took > time.Second && !measured.Race {
				t.Errorf("took %v", took)
			}
			if (len(problems) == 0) != c.sound {
				t.Errorf("%d problems", len(problems))
			}
			for _, p := range problems {
				if p.Code != satisfiability.CodeUnreachable {
					t.Error(p)
				}
			}
		})
	}
}

// TestTooComplex: what cannot be proven with a bounded amount of work is told.
func TestTooComplex(t *testing.T) {
	s := lacking(30, true).build(t)
	if problems := satisfiability.CheckWithin(s, 5_000_000); len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
	problems := satisfiability.CheckWithin(s, 10_000)
	if len(problems) != 1 || problems[0].Code != satisfiability.CodeTooComplex || problems[0].Hint == "" {
		t.Errorf("%+v", problems)
	}
}

// TestShortest: the counter-example is a shortest one, though other paths lead to
// the same field.
func TestShortest(t *testing.T) {
	d := newDefinition(2)
	for sub := range 2 {
		d.in(sub, "Query")
		d.in(sub, "T")
		d.field("T", "x", "Int", at(sub)...)
	}
	const length = 20
	for i := range length {
		typ := fmt.Sprintf("V%02d", i)
		d.in(0, typ)
		d.field(typ, "t", "T", at(0)...)
		if i+1 < length {
			d.field(typ, "next", fmt.Sprintf("V%02d", i+1), at(0)...)
		}
	}
	d.field("T", "n", "Int", at(1)...)
	d.field("Query", "a", "V00", at(0)...)
	d.field("Query", "t", "T", at(1)...)
	problems := satisfiability.Check(d.build(t))
	if len(problems) != 1 || strings.Join(problems[0].Path, " ") != "Query.a V00.t T.n" {
		t.Errorf("%+v", problems)
	}
}

// TestSameProblems: the order of problems and their texts depend on the graph
// alone.
func TestSameProblems(t *testing.T) {
	first := fmt.Sprint(satisfiability.Check(nested(8, false).build(t)))
	for range 5 {
		if again := fmt.Sprint(satisfiability.Check(nested(8, false).build(t))); again != first {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}
