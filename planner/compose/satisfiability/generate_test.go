package satisfiability_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/compose"
)

// generator makes small federated graphs, satisfiable or not: a few entities
// with keys of many shapes, a value type, an interface and a union.
type generator struct {
	rng *rand.Rand
	// objects says that one subgraph knows the interface as an interface object.
	objects bool
	// easy graphs have a key that all subgraphs share.
	easy bool
	// required says that a field of it requires f1, which the interface has.
	required bool
	// ids says that all entities of the subgraph have an id.
	ids bool
	// override is set once a field is taken over from the base subgraph.
	override bool
	// to are the types of the fields "to" of the entities.
	to map[string]string
}

func (g *generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

func (g *generator) graph() []compose.Source {
	n := 2 + g.rng.IntN(3)
	g.objects = g.chance(30)
	g.easy = g.chance(50)
	g.required = g.objects && g.chance(40)
	g.to = map[string]string{}
	for _, t := range []string{"A", "B", "C"} {
		g.to[t] = []string{"A", "B", "C", "V", "I", "U"}[g.rng.IntN(6)]
	}
	sources := make([]compose.Source, 0, n+1)
	for i := range n {
		sources = append(sources, compose.Source{Name: fmt.Sprintf("s%d", i), SDL: fed + g.subgraph(i)})
	}
	// What is external anywhere has to be resolved somewhere.
	base := "type Query { base: Int v: V @shareable }\ntype V @shareable { x: Int y: Int }\n"
	for _, t := range []string{"A", "B", "C"} {
		key := []string{"", `@key(fields: "id")`, `@key(fields: "id")`, `@key(fields: "id") @key(fields: "k1")`, `@key(fields: "k2")`, `@key(fields: "w { x }")`}[g.rng.IntN(6)]
		if g.easy {
			key = `@key(fields: "id")`
		}
		base += fmt.Sprintf("type %s %s { id: ID @shareable k1: ID @shareable f1: Int @shareable f2: Int @shareable p: Int @shareable k2: ID @shareable w: V @shareable }\n", t, key)
	}
	sources = append(sources, compose.Source{Name: "base", SDL: fed + base})
	if g.objects {
		key := ` @key(fields: "id")`
		if g.chance(20) {
			key = ` @key(fields: "id", resolvable: false)`
		}
		text := "type Query { o: I }\ntype I @interfaceObject" + key + " { id: ID @shareable io: Int @shareable }\n"
		if g.required {
			text = "type I @interfaceObject" + key + " { id: ID @shareable f1: Int @external io: Int @requires(fields: \"f1\") }\n"
		}
		sources = append(sources, compose.Source{Name: "objects", SDL: fed + text})
	}
	return sources
}

func (g *generator) subgraph(i int) string {
	var b strings.Builder
	g.ids = g.easy || g.chance(40)
	var have []string
	for _, t := range []string{"A", "B", "C"} {
		if g.chance(75) {
			have = append(have, t)
		}
	}
	if len(have) == 0 {
		have = []string{"A"}
	}
	value := g.chance(60)
	members := slices.DeleteFunc(slices.Clone(have), func(t string) bool { return t == "C" })
	iface, union := len(members) > 0 && g.chance(60), len(members) > 0 && g.chance(50)
	if g.objects && iface {
		// A subgraph with the keyed interface knows all implementations.
		have, members = []string{"A", "B", "C"}[:2+g.rng.IntN(2)], []string{"A", "B"}
	}
	targets := slices.Clone(have)
	if value {
		targets = append(targets, "V")
	}
	if iface {
		targets = append(targets, "I")
	}
	if union {
		targets = append(targets, "U")
	}
	fmt.Fprintf(&b, "type Query {\n  q%d: %s @shareable\n", i, targets[g.rng.IntN(len(targets))])
	for _, t := range targets {
		if g.chance(30) {
			fmt.Fprintf(&b, "  %s: %s @shareable\n", strings.ToLower(t), t)
		}
	}
	if slices.Contains(have, "A") && g.chance(30) {
		fmt.Fprintf(&b, "  p%d: A @provides(fields: \"p\")\n", i)
	}
	provides := strings.Contains(b.String(), "@provides")
	b.WriteString("}\n")
	for _, t := range have {
		implements := iface && slices.Contains(members, t)
		g.entity(&b, t, targets, value, implements, provides && t == "A")
	}
	if value {
		var fields []string
		for _, f := range []string{"x: Int", "y: Int", "a: A", "v: V"} {
			if (f == "x: Int" || g.easy == (f == "y: Int") && (g.easy || g.chance(60))) && (f != "a: A" || slices.Contains(have, "A")) {
				fields = append(fields, f)
			}
		}
		fmt.Fprintf(&b, "type V @shareable { %s }\n", strings.Join(fields, " "))
	}
	if iface {
		key := ""
		if g.objects {
			key = ` @key(fields: "id")`
		}
		f1 := map[bool]string{true: " f1: Int"}[g.required]
		fmt.Fprintf(&b, "interface I%s { id: ID%s }\n", key, f1)
	}
	if union {
		fmt.Fprintf(&b, "union U = %s\n", strings.Join(members, " | "))
	}
	return b.String()
}

func (g *generator) entity(b *strings.Builder, t string, targets []string, value, implements, provides bool) {
	fields := map[string]string{}
	add := func(name, rest string) {
		if fields[name] == "" {
			fields[name] = rest
		}
	}
	var keys []string
	if g.ids {
		add("id", "ID @shareable")
	}
	if implements {
		add("id", "ID @shareable")
		if g.required {
			add("f1", "Int @shareable")
		}
		if g.objects {
			keys = append(keys, `@key(fields: "id")`)
		}
	}
	if provides {
		add("p", "Int @external")
	}
	shapes := []string{"id", "k1", "k2", "id k1", "k1 k2"}
	if value {
		shapes = append(shapes, "w { x }")
	}
	if g.ids && strings.Contains("ABC", g.to[t]) && slices.Contains(targets, g.to[t]) {
		shapes = append(shapes, "to { id }", "k2 to { id }")
	}
	if g.easy && len(keys) == 0 && g.chance(97) {
		keys = append(keys, `@key(fields: "id")`)
	}
	for range g.rng.IntN(3) {
		shape := shapes[g.rng.IntN(len(shapes))]
		key := fmt.Sprintf("@key(fields: %q)", shape)
		if g.chance(12) {
			key = fmt.Sprintf("@key(fields: %q, resolvable: false)", shape)
		}
		if slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, fmt.Sprintf("%q", shape)) }) {
			continue
		}
		keys = append(keys, key)
		for _, f := range strings.Fields(shape) {
			switch f {
			case "id", "k1", "k2":
				add(f, "ID @shareable")
			case "w":
				add("w", "V @shareable")
			case "to":
				add("to", g.to[t]+" @shareable")
			}
		}
	}
	for _, f := range []string{"id", "k1", "k2"} {
		if g.chance(20) {
			add(f, "ID @shareable")
		}
	}
	for _, f := range []string{"f1", "f2", "p"} {
		if g.chance(30) {
			add(f, "Int @shareable")
		}
	}
	if g.chance(50) && slices.Contains(targets, g.to[t]) {
		add("to", g.to[t]+" @shareable")
	}
	if g.chance(25) {
		required := []string{"f1", "f2", "k2"}[g.rng.IntN(3)]
		typ := map[bool]string{true: "ID", false: "Int"}[required == "k2"]
		if fields[required] == "" {
			add(required, typ+" @external")
			add("r"+required, "Int @shareable @requires(fields: \""+required+"\")")
		}
	}
	if value && fields["w"] == "" && g.chance(10) {
		add("w", "V @external")
		add("rw", "Int @shareable @requires(fields: \"w { x }\")")
	}
	if !g.override && g.chance(5) {
		g.override = true
		label := map[bool]string{true: `, label: "percent(5)"`}[g.chance(60)]
		fields["f2"] = `Int @shareable @override(from: "base"` + label + ")"
	}
	if len(fields) == 0 {
		add("f1", "Int @shareable")
	}
	fmt.Fprintf(b, "type %s %s%s {", t, map[bool]string{true: "implements I "}[implements], strings.Join(keys, " "))
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, " %s: %s", name, fields[name])
	}
	b.WriteString(" }\n")
}
