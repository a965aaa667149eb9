package equivalence

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// schemaGen makes the types of a case.
type schemaGen struct {
	r        *rand.Rand
	on       Features
	c        *Case
	entities []*Type
	names    int
}

func (g *schemaGen) chance(percent int) bool { return g.r.IntN(100) < percent }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// subset picks n or fewer of the members of m, at least one.
func (g *schemaGen) subset(m Mask, n int) Mask {
	list := m.list()
	if len(list) == 0 {
		return 0
	}
	g.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var out Mask
	for _, s := range list[:min(max(n, 1), len(list))] {
		out |= 1 << s
	}
	return out
}

// owners picks who resolves a field: mostly one, sometimes more.
func (g *schemaGen) owners(m Mask) Mask {
	n := 1
	for n < m.count() && g.chance(25) {
		n++
	}
	return g.subset(m, n)
}

// ownersOf is owners for a field of an entity: either subgraphs that know it
// by a nullable key only, or others.
func (g *schemaGen) ownersOf(t *Type, m Mask) Mask {
	m = g.owners(m)
	if m&^t.AltOnly != 0 {
		m &^= t.AltOnly
	}
	return m
}

func (g *schemaGen) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

// generateSchema makes subgraphs and types. The result need not compose.
func generateSchema(r *rand.Rand, on Features) *Case {
	g := &schemaGen{r: r, on: on, c: &Case{}}
	n := 2 + r.IntN(3)
	if g.chance(20) {
		n = 5 + r.IntN(2)
	}
	for i := range n {
		g.c.Subgraphs = append(g.c.Subgraphs, string(rune('a'+i)))
	}
	g.c.Types = append(g.c.Types,
		&Type{Name: "Color", Kind: Enum, Values: []string{"RED", "GREEN", "BLUE"}},
		&Type{Name: "Blob", Kind: Scalar},
		&Type{Name: "Filter", Kind: Input, Fields: []*Field{{Name: "min", Type: "Int"}, {Name: "tags", Type: "[String!]"}, {Name: "color", Type: "Color"}}},
	)
	query := &Type{Name: "Query", Kind: Root}
	all := Mask(1<<n - 1)
	for i := range 2 + r.IntN(4) {
		g.entity(fmt.Sprintf("E%d", i+1), all)
	}
	var values []*Type
	for i := range r.IntN(4) {
		values = append(values, g.valueType(fmt.Sprintf("V%d", i+1), all, values))
	}
	var abstract []*Type
	if on.Interfaces {
		for i := range r.IntN(3) {
			if t := g.interfaceType(fmt.Sprintf("I%d", i+1), values); t != nil {
				abstract = append(abstract, t)
			}
		}
	}
	if on.Unions {
		for i := range r.IntN(3) {
			if t := g.unionType(fmt.Sprintf("U%d", i+1), values); t != nil {
				abstract = append(abstract, t)
			}
		}
	}
	if on.InterfaceObjects && g.chance(30) {
		if t := g.interfaceObject("N1", all); t != nil {
			abstract = append(abstract, t)
		}
	}
	for _, e := range g.entities {
		for range 1 + r.IntN(3) {
			g.link(e, values, abstract)
		}
	}
	if on.Provides {
		g.provides()
	}
	if on.Requires {
		for range r.IntN(7) {
			g.requires()
		}
	}
	if on.Override {
		for range r.IntN(3) {
			g.override()
		}
	}
	g.roots(query, values, abstract)
	g.c.Types = append([]*Type{query}, g.c.Types...)
	for _, f := range query.Fields {
		query.In |= f.In
	}
	return g.c
}

var leafTypes = []string{"String", "String", "Int", "Float", "Boolean", "ID", "Color", "Blob"}

func (g *schemaGen) leafType(loose bool) string {
	t := pick(g.r, leafTypes)
	switch {
	case g.chance(10):
		t = "[" + t + "]"
	case g.chance(5):
		t = "[" + t + "!]"
	case g.chance(4):
		t = "[[" + t + "]]"
	}
	if !loose && g.chance(25) {
		t += "!"
	}
	return t
}

func (g *schemaGen) leaf(t *Type, in Mask) *Field {
	f := &Field{Name: g.name("f"), Type: g.leafType(t.soft()), In: in}
	if g.on.StrictSome && !t.soft() && in.count() > 1 && !nonNull(f.Type) && g.chance(30) {
		f.Strict = g.subset(in, in.count()-1)
	}
	if g.on.Arguments && g.chance(25) {
		g.arguments(f)
		f.Compute = []any{"if", t.guard(in), f.Compute, nil}
	}
	t.Fields = append(t.Fields, f)
	return f
}

// arguments turns a leaf into text made from its arguments.
func (g *schemaGen) arguments(f *Field) {
	f.Type, f.Strict = "String", 0
	parts := []any{"concat", f.Name, ":", []any{"stored", f.Name}}
	add := func(a *Arg, e any) {
		f.Args = append(f.Args, a)
		parts = append(parts, "/", []any{"coalesce", e, "none"})
	}
	for _, i := range g.r.Perm(5)[:1+g.r.IntN(3)] {
		switch i {
		case 0:
			add(&Arg{Name: "s", Type: "String", Default: pick(g.r, []string{"", `"d\"q"`})}, "$s")
		case 1:
			add(&Arg{Name: "n", Type: pick(g.r, []string{"Int", "Int! = 3", "Int = 7"})}, "$n")
		case 2:
			add(&Arg{Name: "c", Type: "Color", Default: pick(g.r, []string{"", "GREEN"})}, "$c")
		case 3:
			add(&Arg{Name: "l", Type: "[Int]"}, []any{"join", "$l", ","})
		case 4:
			f.Args = append(f.Args, &Arg{Name: "in", Type: "Filter"})
			parts = append(parts, "/", []any{"coalesce", "$in.min", "-"}, []any{"join", "$in.tags", "+"}, []any{"coalesce", "$in.color", "-"})
		}
	}
	for _, a := range f.Args {
		if i := slices.Index([]byte(a.Type), '='); i >= 0 {
			a.Type, a.Default = a.Type[:i-1], a.Type[i+2:]
		}
	}
	f.Compute = parts
}

// guard is the condition under which a computed field of an entity has a value
// in the given subgraphs.
func (t *Type) guard(in Mask) any {
	if in&t.AltOnly != 0 {
		return []any{"stored", "alt"}
	}
	return []any{"stored", "_x"}
}

func (g *schemaGen) entity(name string, all Mask) {
	n := 1 + g.r.IntN(all.count())
	if n == 1 && g.chance(70) {
		n = 2
	}
	t := &Type{Name: name, Kind: Entity, In: g.subset(all, n)}
	if g.on.NullKeys && t.In.count() > 1 && g.chance(20) {
		g.nullKeys(t)
		return
	}
	t.Loose = g.chance(25)
	kinds := 1
	if !t.Loose {
		for kinds < 3 && g.chance(40) {
			kinds++
		}
	}
	shapes := g.r.Perm(3)[:kinds]
	if !slices.Contains(shapes, 0) && g.chance(60) {
		shapes[0] = 0
	}
	for _, shape := range shapes {
		k := &Key{}
		add := func(f *Field) *Field {
			if old := t.field(f.Name); old != nil {
				return old
			}
			t.Fields = append(t.Fields, f)
			return f
		}
		switch {
		case shape == 0:
			add(&Field{Name: "id", Type: "ID!"})
			k.Fields = FieldSet{{Name: "id"}}
		case shape == 1:
			add(&Field{Name: "sku", Type: "String!"})
			add(&Field{Name: "zone", Type: pick(g.r, []string{"Int!", "String!", "Int!"})})
			k.Fields = FieldSet{{Name: "sku"}, {Name: "zone"}}
		case g.on.NestedKeys:
			if g.c.typ("Ref") == nil {
				g.c.Types = append(g.c.Types, &Type{Name: "Ref", Kind: Value, Fields: []*Field{{Name: "code", Type: "String!"}, {Name: "area", Type: "String!"}}})
			}
			add(&Field{Name: "ref", Type: "Ref!"})
			k.Fields = FieldSet{{Name: "ref", Sub: FieldSet{{Name: "code"}}}}
			if g.chance(50) {
				k.Fields[0].Sub = append(k.Fields[0].Sub, &SetItem{Name: "area"})
			}
		default:
			add(&Field{Name: "upc", Type: "String!"})
			k.Fields = FieldSet{{Name: "upc"}}
		}
		t.Keys = append(t.Keys, k)
	}
	// Each subgraph after the first shares a key with one before it.
	subs := t.In.list()
	g.r.Shuffle(len(subs), func(i, j int) { subs[i], subs[j] = subs[j], subs[i] })
	for i, s := range subs {
		var from []*Key
		for _, k := range t.Keys {
			if i == 0 || k.In != 0 {
				from = append(from, k)
			}
		}
		g.giveKey(t, pick(g.r, from), s)
		for _, k := range t.Keys {
			if g.chance(35) {
				g.giveKey(t, k, s)
			}
		}
	}
	t.Keys = slices.DeleteFunc(t.Keys, func(k *Key) bool { return k.In == 0 })
	t.Fields = slices.DeleteFunc(t.Fields, func(f *Field) bool { return f.In == 0 })
	for range 2 + g.r.IntN(5) {
		g.leaf(t, g.ownersOf(t, t.In))
	}
	g.c.Types = append(g.c.Types, t)
	g.entities = append(g.entities, t)
}

// nullKeys makes an entity with a key that may be null: some subgraphs know it
// by its id, some by the other key, at least one by both.
func (g *schemaGen) nullKeys(t *Type) {
	id := &Key{Fields: FieldSet{{Name: "id"}}}
	alt := &Key{Fields: FieldSet{{Name: "alt"}}}
	t.Fields = []*Field{{Name: "id", Type: "ID!"}, {Name: "alt", Type: "String"}}
	t.Keys = []*Key{id, alt}
	for i, s := range t.In.list() {
		n := g.r.IntN(3)
		if i == 0 {
			n = 1
		}
		if n <= 1 {
			g.giveKey(t, id, s)
		}
		if n >= 1 {
			g.giveKey(t, alt, s)
		}
	}
	t.AltOnly = alt.In &^ id.In
	if g.chance(30) {
		t.Keys[0], t.Keys[1] = t.Keys[1], t.Keys[0]
	}
	for range 2 + g.r.IntN(5) {
		g.leaf(t, g.ownersOf(t, t.In))
	}
	g.c.Types = append(g.c.Types, t)
	g.entities = append(g.entities, t)
}

func (g *schemaGen) giveKey(t *Type, k *Key, s int) {
	k.In |= 1 << s
	for _, i := range k.Fields {
		f := t.field(i.Name)
		f.In |= 1 << s
		if i.Name == "ref" {
			ref := g.c.typ("Ref")
			ref.In |= 1 << s
			for _, f := range ref.Fields {
				f.In |= 1 << s
			}
		}
	}
}

// stub makes subgraph s know the entity by one of its keys.
func (g *schemaGen) stub(t *Type, s int) {
	if t.In.has(s) {
		return
	}
	t.In |= 1 << s
	k := pick(g.r, t.Keys)
	if t.AltOnly != 0 || t.field("alt") != nil {
		for k.Fields[0].Name == "alt" {
			k = pick(g.r, t.Keys)
		}
	}
	g.giveKey(t, k, s)
	if g.on.Stubs && g.chance(50) {
		k.Stub |= 1 << s
	}
}

// home are the subgraphs where an entity can be looked up, so that it may have
// fields of its own there.
func home(t *Type) Mask {
	if t.Kind != Entity {
		return t.In
	}
	m := Mask(0)
	for _, k := range t.Keys {
		m |= k.In &^ k.Stub
	}
	return m
}

// valueType makes a type without a key. The fields of a split one lie in
// several subgraphs; then all who return it must return the same.
func (g *schemaGen) valueType(name string, all Mask, values []*Type) *Type {
	t := &Type{Name: name, Kind: Value, In: g.subset(all, 1+g.r.IntN(3))}
	t.Split = g.on.SplitValues && t.In.count() > 1 && g.chance(45)
	for range 1 + g.r.IntN(3) {
		in := t.In
		if t.Split {
			in = g.owners(t.In)
		}
		g.leaf(t, in)
	}
	if len(values) > 0 && g.chance(40) {
		v := pick(g.r, values)
		if v.In&t.In == v.In && (v.Split || v.In == t.In) {
			t.Fields = append(t.Fields, &Field{Name: g.name("v"), Type: g.wrap(v.Name, t.Loose), In: v.In})
			t.Split = t.Split || v.Split || v.In != t.In
		}
	}
	if !t.Split && g.chance(30) {
		e := pick(g.r, g.entities)
		for _, s := range t.In.list() {
			g.stub(e, s)
		}
		t.Fields = append(t.Fields, &Field{Name: g.name("e"), Type: g.wrap(e.Name, t.Loose), In: t.In})
	}
	for _, s := range t.In.list() {
		if !slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.In.has(s) }) {
			t.Fields[0].In |= 1 << s
			t.Fields[0].Strict = 0
		}
	}
	g.c.Types = append(g.c.Types, t)
	return t
}

func (g *schemaGen) wrap(name string, loose bool) string {
	t := name
	switch n := g.r.IntN(10); {
	case n < 4:
	case n < 8:
		if g.chance(30) {
			t += "!"
		}
		t = "[" + t + "]"
	case n < 9:
		t = "[[" + t + "]]"
	}
	if !loose && g.chance(20) {
		t += "!"
	}
	return t
}

// link gives an entity a field that returns objects.
func (g *schemaGen) link(e *Type, values, abstract []*Type) {
	f := &Field{Name: g.name("l")}
	target := pick(g.r, g.entities)
	switch n := g.r.IntN(10); {
	case n < 3 && len(values) > 0:
		target = pick(g.r, values)
		switch {
		case target.In&home(e)&^e.AltOnly != target.In:
			if !target.Split {
				f.In = target.In & home(e) &^ e.AltOnly
			}
		case target.Split:
			f.In = target.In
		default:
			f.In = g.owners(target.In)
		}
	case n < 6 && len(abstract) > 0:
		target = pick(g.r, abstract)
		f.In = g.ownersOf(e, home(e)&target.In)
		if f.In == 0 {
			return
		}
	default:
		f.In = g.ownersOf(e, home(e))
		for _, s := range f.In.list() {
			g.stub(target, s)
		}
	}
	if f.In == 0 {
		return
	}
	f.Type = g.wrap(target.Name, e.soft())
	if target.Kind == Interface || target.Kind == Union {
		if len(possible(g.c, target, f.In)) == 0 {
			return
		}
	}
	if g.on.Arguments && isList(f.Type) && g.chance(25) {
		f.Args = []*Arg{{Name: "first", Type: "Int", Default: pick(g.r, []string{"", "1", "2"})}}
		f.Take = true
	}
	e.Fields = append(e.Fields, f)
}

// possible are the object types that all the subgraphs know under an abstract
// type.
func possible(c *Case, t *Type, in Mask) []string {
	if t.object() {
		return []string{t.Name}
	}
	var out []string
	for _, m := range t.Members {
		if m.In&in == in {
			out = append(out, m.Name)
		}
	}
	return out
}

// roots makes the fields of Query.
func (g *schemaGen) roots(query *Type, values, abstract []*Type) {
	for _, e := range g.entities {
		in := g.rootOwners(e.In)
		if g.chance(60) {
			query.Fields = append(query.Fields, &Field{Name: g.name("q"), Type: g.wrap(e.Name, true), In: in})
		}
		if g.chance(50) {
			k := pick(g.r, e.Keys)
			if k.Fields[0].Name == "id" {
				query.Fields = append(query.Fields, &Field{Name: g.name("by"), Type: e.Name, In: g.rootOwners(k.In), Args: []*Arg{{Name: "id", Type: "ID!"}},
					Compute: map[string]any{"find": e.Name, "by": map[string]any{"id": "$id"}}})
			}
		}
	}
	for _, t := range abstract {
		if g.chance(70) {
			in := g.rootOwners(t.In)
			if len(possible(g.c, t, in)) > 0 {
				query.Fields = append(query.Fields, &Field{Name: g.name("q"), Type: g.wrap(t.Name, true), In: in})
			}
		}
	}
	for _, t := range values {
		if g.chance(30) {
			in := g.rootOwners(t.In)
			if t.Split {
				in = t.In
			}
			query.Fields = append(query.Fields, &Field{Name: g.name("q"), Type: g.wrap(t.Name, true), In: in})
		}
	}
	if len(query.Fields) == 0 {
		e := g.entities[0]
		query.Fields = append(query.Fields, &Field{Name: g.name("q"), Type: "[" + e.Name + "]", In: g.subset(e.In, 1)})
	}
	query.Fields = append(query.Fields, &Field{Name: g.name("s"), Type: "String", In: g.rootOwners(Mask(1<<len(g.c.Subgraphs) - 1))})
}

func (g *schemaGen) rootOwners(m Mask) Mask {
	if !g.on.SharedRoots {
		return g.subset(m, 1)
	}
	return g.owners(m)
}
