package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator builds one graph. Types that several subgraphs share come from a
// pool: a subgraph that mentions one gets its own copy, sometimes with a
// difference, since merging differences is what composition is about.
type generator struct {
	*rand.Rand
	subgraphs []*subgraph
	pool      map[string]*definition
	poolNames []string
	entities  []*entity
	// vary is how likely a copy differs, in percent.
	vary int
}

// entity is a type with keys that several subgraphs contribute to.
type entity struct {
	name string
	keys []string
	// keyFields are the fields that the keys mention, by name.
	keyFields map[string]*field
	home      *subgraph
	in        []*subgraph
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// generate makes the subgraphs of one graph.
func generate(rng *rand.Rand) []*subgraph {
	g := &generator{Rand: rng, pool: map[string]*definition{}, vary: pick(rng, []int{0, 0, 5, 15})}
	mode := g.IntN(10)
	for i := range 2 + g.IntN(3) {
		s := &subgraph{name: string(rune('a' + i)), minor: g.IntN(13), prefixed: map[string]bool{}, renamed: map[string]string{}, roots: map[string]string{}}
		if mode < 2 || mode < 5 && g.chance(50) {
			s.minor = -1
		}
		if s.minor >= 0 && g.chance(15) {
			s.prefixed[pick(rng, []string{"key", "shareable", "tag", "external"})] = true
		}
		if s.minor >= 0 && g.chance(15) {
			name := pick(rng, []string{"key", "shareable", "provides", "requires", "inaccessible"})
			s.renamed[name] = "my" + strings.ToUpper(name[:1]) + name[1:]
		}
		g.subgraphs = append(g.subgraphs, s)
	}
	g.makePool()
	for i := range 1 + g.IntN(4) {
		g.makeEntity(i)
	}
	for _, e := range g.entities {
		g.placeEntity(e)
	}
	for i, s := range g.subgraphs {
		g.makeRoots(s, i)
	}
	for _, s := range g.subgraphs {
		if len(s.defs) == 0 {
			s.defs = append(s.defs, &definition{kind: "type", name: "Query", fields: []*field{{name: "only" + s.name, typ: "Int"}}})
		}
	}
	g.linkFields()
	if g.chance(25) {
		g.makeInterfaceObject()
	}
	if g.chance(10) {
		g.makeContext()
	}
	if g.chance(10) {
		g.composeDirective()
	}
	g.decorate()
	if g.chance(10) {
		s := pick(rng, g.subgraphs)
		if q := s.find("Query"); q != nil && !q.extend {
			q.name = "RootQuery"
			s.roots["Query"] = "RootQuery"
		}
	}
	return g.subgraphs
}

// makePool makes the types that subgraphs share.
func (g *generator) makePool() {
	add := func(d *definition) {
		g.pool[d.name] = d
		g.poolNames = append(g.poolNames, d.name)
	}
	add(&definition{kind: "scalar", name: "Date"})
	add(&definition{kind: "enum", name: "Color", desc: "A color.", fields: []*field{{name: "RED"}, {name: "GREEN"}, {name: "BLUE", desc: "as the sky"}}})
	add(&definition{kind: "enum", name: "Size", fields: []*field{{name: "S"}, {name: "M"}, {name: "L"}}})
	add(&definition{kind: "input", name: "Range", fields: []*field{
		{name: "from", typ: "Int", value: "0"}, {name: "to", typ: "Int"}, {name: "unit", typ: "String", value: `"m"`},
	}})
	add(&definition{kind: "input", name: "Filter", fields: []*field{
		{name: "color", typ: "Color"}, {name: "range", typ: "Range"}, {name: "tags", typ: "[String!]", value: `["x"]`}, {name: "text", typ: "String"},
	}})
	add(&definition{kind: "type", name: "Money", fields: []*field{{name: "amount", typ: "Int!"}, {name: "currency", typ: "String"}, {name: "day", typ: "Date"}}})
	add(&definition{kind: "type", name: "Place", desc: "Somewhere.", fields: []*field{
		{name: "city", typ: "String"}, {name: "price", typ: "Money"}, {name: "near", typ: "[Place!]", args: []*field{{name: "radius", typ: "Int", value: "10"}}},
	}})
	add(&definition{kind: "interface", name: "Named", fields: []*field{{name: "name", typ: "String"}}})
	add(&definition{kind: "type", name: "Shop", implements: []string{"Named"}, fields: []*field{{name: "name", typ: "String"}, {name: "place", typ: "Place"}}})
	add(&definition{kind: "type", name: "Person", implements: []string{"Named"}, fields: []*field{{name: "name", typ: "String"}, {name: "age", typ: "Int"}}})
	add(&definition{kind: "union", name: "Thing", members: []string{"Shop", "Person", "Money"}})
}

// use makes sure that a subgraph has a type of the pool, and the types it needs.
func (g *generator) use(s *subgraph, name string) {
	template := g.pool[name]
	if template == nil || s.find(name) != nil {
		return
	}
	d := template.clone()
	s.defs = append(s.defs, d)
	if g.chance(g.vary) {
		g.differ(d)
	}
	if d.kind == "type" && s.minor >= 0 {
		if g.chance(50) {
			d.dirs = append(d.dirs, directive{name: "shareable"})
		} else {
			for _, f := range d.fields {
				f.dirs = append(f.dirs, directive{name: "shareable"})
			}
		}
	}
	for _, f := range d.fields {
		g.use(s, base(f.typ))
		for _, a := range f.args {
			g.use(s, base(a.typ))
		}
	}
	for _, m := range d.members {
		g.use(s, m)
	}
	for _, i := range d.implements {
		g.use(s, i)
	}
	if d.kind == "interface" && g.chance(80) {
		for _, other := range g.poolNames {
			if slices.Contains(g.pool[other].implements, name) && g.chance(80) {
				g.use(s, other)
			}
		}
	}
}

// differ changes a copy in a way that merging allows or that reveals a rule.
func (g *generator) differ(d *definition) {
	switch g.IntN(5) {
	case 0:
		d.desc = "Another text."
	case 1: // nullability
		if d.kind == "type" || d.kind == "input" {
			f := pick(g.Rand, d.fields)
			if strings.HasSuffix(f.typ, "!") {
				f.typ = strings.TrimSuffix(f.typ, "!")
			} else if f.value == "" {
				f.typ += "!"
			}
		}
	case 2: // fewer
		if len(d.fields) > 1 {
			i := g.IntN(len(d.fields))
			d.fields = slices.Delete(d.fields, i, i+1)
		}
		if len(d.members) > 1 {
			i := g.IntN(len(d.members))
			d.members = slices.Delete(d.members, i, i+1)
		}
	case 3: // more
		switch d.kind {
		case "enum":
			d.fields = append(d.fields, &field{name: "OTHER"})
		case "input", "type":
			d.fields = append(d.fields, &field{name: "other", typ: "Boolean"})
		}
	case 4:
		if len(d.fields) > 0 {
			f := pick(g.Rand, d.fields)
			f.dirs = append(f.dirs, directive{"deprecated", `reason: "old"`})
		}
	}
}

func (g *generator) makeEntity(i int) {
	e := &entity{name: fmt.Sprintf("T%d", i), keyFields: map[string]*field{"id": {name: "id", typ: "ID!"}}}
	e.keys = []string{"id"}
	switch g.IntN(5) {
	case 0:
		e.keys = append(e.keys, "sku")
		e.keyFields["sku"] = &field{name: "sku", typ: "String!"}
	case 1:
		e.keys = []string{"id region"}
		e.keyFields["region"] = &field{name: "region", typ: "String"}
	case 2:
		if i > 0 {
			owner := g.entities[0].name
			e.keys = []string{"id", "owner { id }"}
			e.keyFields["owner"] = &field{name: "owner", typ: owner}
		}
	}
	g.entities = append(g.entities, e)
	order := g.Perm(len(g.subgraphs))
	e.home = g.subgraphs[order[0]]
	for _, at := range order[:1+g.IntN(len(order))] {
		e.in = append(e.in, g.subgraphs[at])
	}
}

// leaf returns a type for a field, with everything it needs in the subgraph.
func (g *generator) leaf(s *subgraph) string {
	typ := pick(g.Rand, []string{"Int", "String", "Float", "Boolean", "ID", "Date", "Color", "Size", "Money", "Place", "Named", "Thing", "Shop"})
	if g.chance(50) {
		typ = pick(g.Rand, []string{"Int", "String"})
	}
	g.use(s, typ)
	return g.wrap(typ)
}

func (g *generator) wrap(typ string) string {
	switch g.IntN(8) {
	case 0:
		return typ + "!"
	case 1:
		return "[" + typ + "]"
	case 2:
		return "[" + typ + "!]!"
	}
	return typ
}

func (g *generator) arguments(s *subgraph) []*field {
	var args []*field
	for i := range g.IntN(3) {
		a := &field{name: fmt.Sprintf("arg%d", i)}
		switch g.IntN(6) {
		case 0:
			a.typ, a.value = "Int", "3"
		case 1:
			a.typ = "String"
		case 2:
			a.typ, a.value = "Color", pick(g.Rand, []string{"RED", "GREEN"})
		case 3:
			a.typ = "Filter"
		case 4:
			a.typ, a.value = "Range", `{from: 1, unit: "cm"}`
		case 5:
			a.typ = "[Size!]"
		}
		g.use(s, base(a.typ))
		args = append(args, a)
	}
	return args
}

// placeEntity puts an entity into its subgraphs.
func (g *generator) placeEntity(e *entity) {
	var own []*field // fields of the home subgraph
	for at, s := range e.in {
		d := &definition{kind: "type", name: e.name}
		away := s != e.home
		if away && s.minor < 0 {
			if g.chance(70) {
				d.extend = true
			} else {
				d.dirs = append(d.dirs, directive{name: "extends"})
			}
		}
		keys := e.keys
		if away && len(keys) > 1 && g.chance(60) {
			keys = []string{pick(g.Rand, keys)}
		}
		var mentioned []string
		for _, key := range keys {
			args := fmt.Sprintf("fields: %q", key)
			if s.minor >= 0 && away && g.chance(8) {
				args += ", resolvable: false"
			}
			d.dirs = append(d.dirs, directive{"key", args})
			for name := range e.keyFields {
				if slices.Contains(strings.Fields(key), name) && !slices.Contains(mentioned, name) {
					mentioned = append(mentioned, name)
				}
			}
		}
		slices.Sort(mentioned)
		// "owner { id }" mentions the id of the owner, not one's own.
		if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, "id") }) {
			mentioned = slices.DeleteFunc(mentioned, func(n string) bool { return n == "id" })
		}
		for _, name := range mentioned {
			f := e.keyFields[name].clone()
			if d.extend || has(d.dirs, "extends") {
				f.dirs = append(f.dirs, directive{name: "external"})
			}
			d.fields = append(d.fields, f)
			if name == "owner" {
				g.stub(s, g.entities[0])
			}
		}
		s.defs = append(s.defs, d)
		count := 1 + g.IntN(3)
		for j := range count {
			f := &field{name: fmt.Sprintf("%s%d", s.name, j), typ: g.leaf(s), args: g.arguments(s)}
			d.fields = append(d.fields, f)
			if !away && len(f.args) == 0 {
				own = append(own, f)
			}
		}
		if s.minor >= 0 && at > 0 && len(own) > 0 && g.chance(30) {
			g.shareField(s, d, e, pick(g.Rand, own))
		} else if at > 0 && len(own) > 0 && g.chance(35) {
			g.requireField(s, d, pick(g.Rand, own))
		}
	}
}

// shareField lets a second subgraph resolve a field, or take it over.
func (g *generator) shareField(s *subgraph, d *definition, e *entity, f *field) {
	other := f.clone()
	other.dirs = nil
	g.use(s, base(f.typ))
	switch {
	case g.chance(30) && e.home != s:
		args := fmt.Sprintf("from: %q", e.home.name)
		if s.minor >= 7 && g.chance(40) {
			args += pick(g.Rand, []string{`, label: "percent(25)"`, `, label: "beta"`})
		}
		other.dirs = append(other.dirs, directive{"override", args})
	case e.home.minor >= 0:
		other.dirs = append(other.dirs, directive{name: "shareable"})
		if !has(f.dirs, "shareable") {
			f.dirs = append(f.dirs, directive{name: "shareable"})
		}
	default:
		other.dirs = append(other.dirs, directive{name: "shareable"})
	}
	d.fields = append(d.fields, other)
}

// requireField declares a field of another subgraph and computes one from it.
func (g *generator) requireField(s *subgraph, d *definition, f *field) {
	set := f.name
	if def := g.pool[base(f.typ)]; def != nil && def.kind != "scalar" && def.kind != "enum" {
		switch base(f.typ) {
		case "Money":
			set += " { amount }"
		case "Place":
			set += " { city }"
		case "Named":
			set += " { name }"
		case "Shop":
			set += " { name place { city } }"
		default:
			set += " { ... on Shop { name } }"
		}
	}
	g.use(s, base(f.typ))
	external := f.clone()
	external.dirs = []directive{{name: "external"}}
	d.fields = append(d.fields, external, &field{name: "from" + f.name, typ: "Int", dirs: []directive{{"requires", fmt.Sprintf("fields: %q", set)}}})
}

// stub makes sure that a subgraph can mention an entity.
func (g *generator) stub(s *subgraph, e *entity) {
	if s.find(e.name) != nil {
		return
	}
	key := e.keys[0]
	d := &definition{kind: "type", name: e.name, extend: s.minor < 0}
	args := fmt.Sprintf("fields: %q", key)
	if s.minor >= 0 && g.chance(40) {
		args += ", resolvable: false"
	}
	d.dirs = append(d.dirs, directive{"key", args})
	s.defs = append(s.defs, d)
	for _, name := range []string{"id", "region"} {
		if slices.Contains(strings.Fields(key), name) {
			f := e.keyFields[name].clone()
			if d.extend {
				f.dirs = append(f.dirs, directive{name: "external"})
			}
			d.fields = append(d.fields, f)
		}
	}
}
