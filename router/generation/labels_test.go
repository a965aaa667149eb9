package generation

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/planner/supergraph"
)

// The label of the 65th place cannot be told from others: switching it on is an
// error, leaving it off is not.
func TestTooManyLabels(t *testing.T) {
	s := &supergraph.Supergraph{}
	for i := range 66 {
		s.Labels = append(s.Labels, fmt.Sprintf("l%02d", i))
	}
	yes := true
	c := config.Default()
	c.OverrideLabels = []config.OverrideLabel{{Name: "l63", Enabled: &yes}}
	table, _, errs := labelTableOf(c, s)
	if errs != nil || table.fixed != 1<<63 {
		t.Errorf("%x %v", table.fixed, errs)
	}
	c.OverrideLabels[0].Name = "l65"
	_, _, errs = labelTableOf(c, s)
	if len(errs) != 1 || errs[0].Code != CodeLabels || !strings.Contains(errs[0].Message, `"l65"`) {
		t.Error(errs)
	}
}

// The draw of a label depends on its name and the seed only, and meets its share.
func TestDraw(t *testing.T) {
	some := config.Percent(0.5)
	c := config.Default()
	c.OverrideLabels = []config.OverrideLabel{{Name: "rare", Percent: &some}}
	few := &Generation{}
	few.labels, _, _ = labelTableOf(c, &supergraph.Supergraph{Labels: []string{"percent(33.3)"}})
	more := &Generation{}
	more.labels, _, _ = labelTableOf(c, &supergraph.Supergraph{Labels: []string{"percent(1)", "percent(33.3)", "rare"}})
	const n = 200_000
	counts := [3]int{}
	for seed := range uint64(n) {
		a, b := few.Draw(few.labels.drawn, seed), more.Draw(more.labels.drawn, seed)
		if a&1 != b>>1&1 {
			t.Fatalf("seed %d: another label changes the draw", seed)
		}
		for b != 0 {
			counts[bits.TrailingZeros64(b)]++
			b &= b - 1
		}
		if more.Draw(1, seed)&^1 != 0 {
			t.Fatal("drawn without being asked for")
		}
	}
	for i, share := range []float64{0.01, 0.333, 0.005} {
		if got := float64(counts[i]) / n; got < share*0.9 || got > share*1.1 {
			t.Errorf("%d: %f, want %f", i, got, share)
		}
	}
}

const labelledSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
type Query { ps: [Named] p: P q: Q }
interface Named { name: String }
type P implements Named @key(fields: "id") { id: ID! name: String price: Int }
type Q implements Named @key(fields: "id") { id: ID! name: String price: Int }
`

// Which labels matter to which operations.
func TestLabelUses(t *testing.T) {
	c := testConfig(t, labelledSDL)
	other := testConfig(t, `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
type P @key(fields: "id") { id: ID! name: String @override(from: "users", label: "name") price: Int @override(from: "users", label: "price") }
`)
	other.Subgraphs[0].Name = "other"
	c.Subgraphs = append(c.Subgraphs, other.Subgraphs[0])
	yes := true
	c.OverrideLabels = []config.OverrideLabel{{Name: "name", Enabled: &yes}, {Name: "price", Enabled: &yes}}
	g := build(t, c, &Shared{}, Options{})
	defer g.Release()
	for query, want := range map[string]uint64{
		`{ p { id } }`:    0,
		`{ p { name } }`:  1,
		`{ p { price } }`: 2,
		`{ p { ...F } } fragment F on P { name price }`: 3,
		`{ ps { name } }`:               1, // P has the interface's field
		`{ q { name price } }`:          0,
		`{ ps { ... on Q { price } } }`: 0,
		`{ ps { ... on P { price } } }`: 2,
	} {
		op, errs := g.engine.front.Parse(query, "")
		if errs != nil {
			t.Fatal(errs)
		}
		fixed, drawn := g.Labels(op)
		if fixed != want || drawn != 0 {
			t.Errorf("%s: %b %b, want %b", query, fixed, drawn, want)
		}
	}
	op, _ := g.engine.front.Parse(`{ p { name price } }`, "")
	if n := testing.AllocsPerRun(100, func() { g.Labels(op); g.Draw(3, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Labels that the supergraph has too many of fail a build with their code.
func TestLabelErrorsFailTheBuild(t *testing.T) {
	var a, b strings.Builder
	a.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@override\"])\ntype Query { p: P }\ntype P @key(fields: \"id\") { id: ID!\n")
	b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@override\"])\ntype P @key(fields: \"id\") { id: ID!\n")
	for i := range 65 {
		fmt.Fprintf(&a, "f%02d: Int\n", i)
		fmt.Fprintf(&b, "f%02d: Int @override(from: \"users\", label: \"l%02d\")\n", i, i)
	}
	c := testConfig(t, a.String()+"}")
	other := testConfig(t, b.String()+"}")
	other.Subgraphs[0].Name = "other"
	c.Subgraphs = append(c.Subgraphs, other.Subgraphs[0])
	build(t, c, &Shared{}, Options{}).Release()
	yes := true
	c.OverrideLabels = []config.OverrideLabel{{Name: "l64", Enabled: &yes}}
	_, err := Build(t.Context(), c, &Shared{}, Options{})
	var errs Errors
	if !errors.As(err, &errs) || errs[0].Code != CodeLabels {
		t.Error(err)
	}
}

// Whatever labels an operation is planned with, those that are said not to
// matter do not change the plan.
func TestOtherLabelsChangeNothing(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override", "@requires", "@external", "@shareable", "@provides"])
`
	var c *config.Config
	for _, s := range [][2]string{
		{"users", `type Query { ps: [Named] p: P q: Q both: [Either] } interface Named { id: ID! name: String } union Either = P | Q
			type P implements Named @key(fields: "id") @key(fields: "code") { id: ID! code: ID! @shareable name: String price: Int owner: Q size: Int }
			type Q implements Named @key(fields: "id") { id: ID! name: String price: Int ps: [P] }`},
		{"b", `type P @key(fields: "id") { id: ID! code: ID! @shareable @override(from: "users", label: "code") name: String @override(from: "users", label: "name")
				price: Int @override(from: "users", label: "price") owner: Q @override(from: "users", label: "owner") }
			type Q @key(fields: "id") { id: ID! price: Int @override(from: "users", label: "percent(5)") ps: [P] @override(from: "users", label: "ps") }`},
		{"c", `type P @key(fields: "id") { id: ID! price: Int @external size: Int @external full: Int @requires(fields: "price size") }
			type Q @key(fields: "id") { id: ID! name: String @override(from: "users", label: "q-name") }`},
		{"d", `type P @key(fields: "code") { code: ID! @shareable stock: Int }`},
	} {
		one := testConfig(t, link+s[1])
		one.Subgraphs[0].Name = s[0]
		if c == nil {
			c = one
		} else {
			c.Subgraphs = append(c.Subgraphs, one.Subgraphs[0])
		}
	}
	g := build(t, c, &Shared{}, Options{})
	defer g.Release()
	labels := len(g.Supergraph().Labels)
	if labels != 7 {
		t.Fatal(g.Supergraph().Labels)
	}
	left := 0
	for _, query := range []string{
		`{ p { id } }`, `{ p { name } q { name } }`, `{ ps { name } }`, `{ ps { id ... on P { stock } } }`, `{ p { full } }`,
		`{ both { ... on P { owner { price } } ... on Q { ps { code } } } }`, `{ q { ps { owner { name } } } }`, `{ p { stock full } }`, `{ p { size } }`,
	} {
		op, errs := g.engine.front.Parse(query, "")
		if errs != nil {
			t.Fatal(errs)
		}
		uses := g.engine.uses.in(op)
		left += labels - bits.OnesCount64(uses)
		for set := range uint64(1) << labels {
			all, err := g.engine.planner.Plan(t.Context(), op, set)
			if err != nil {
				t.Fatal(err)
			}
			masked, err := g.engine.planner.Plan(t.Context(), op, set&uses)
			if err != nil {
				t.Fatal(err)
			}
			if all.Text() != masked.Text() {
				t.Fatalf("%s: labels %b make\n%s\nbut %b make\n%s", query, set, all.Text(), set&uses, masked.Text())
			}
		}
	}
	if left < 20 {
		t.Errorf("only %d labels are left out", left)
	}
}
