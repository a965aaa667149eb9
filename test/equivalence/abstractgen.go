package equivalence

import (
	"fmt"
	"slices"
)

// interfaceType spreads an interface over entities and whole value types.
func (g *schemaGen) interfaceType(name string, values []*Type) *Type {
	t := &Type{Name: name, Kind: Interface}
	fields := []*Field{{Name: g.name("i"), Type: g.leafType(true)}}
	if g.chance(40) {
		fields = append(fields, &Field{Name: g.name("i"), Type: g.leafType(true)})
	}
	if g.chance(30) {
		e := pick(g.r, g.entities)
		fields = append(fields, &Field{Name: g.name("i"), Type: g.wrap(e.Name, true)})
	}
	var members []*Type
	for _, e := range g.entities {
		if g.chance(60) {
			members = append(members, e)
		}
	}
	for _, v := range values {
		if !v.Split && g.chance(30) {
			members = append(members, v)
		}
	}
	if len(members) == 0 {
		return nil
	}
	for _, m := range members {
		for _, f := range fields {
			c := *f
			c.In = g.ownersOf(m, home(m))
			if m.Kind == Value {
				c.In = m.In
			}
			if e := g.c.compositeType(named(c.Type)); e != nil {
				for _, s := range c.In.list() {
					g.stub(e, s)
				}
			}
			m.Fields = append(m.Fields, &c)
		}
		in := Mask(0)
		for _, s := range m.In.list() {
			if g.chance(75) {
				in |= 1 << s
			}
		}
		if in != 0 {
			t.Members = append(t.Members, &Member{Name: m.Name, In: in})
		}
	}
	id := true
	for _, m := range t.Members {
		f := g.c.typ(m.Name).field("id")
		id = id && f != nil && f.Type == "ID!"
	}
	if id && g.chance(60) {
		fields = append(fields, &Field{Name: "id", Type: "ID!"})
	}
	// In each subgraph the interface has what all its members there resolve.
	for s := range g.c.Subgraphs {
		some := false
		for _, m := range t.Members {
			some = some || m.In.has(s)
		}
		any := false
		for _, f := range fields {
			every := some
			for _, m := range t.Members {
				if m.In.has(s) {
					every = every && g.c.typ(m.Name).field(f.Name).In.has(s)
				}
			}
			if every {
				f.In |= 1 << s
				any = true
			}
		}
		if any {
			t.In |= 1 << s
			continue
		}
		for _, m := range t.Members {
			m.In &^= 1 << s
		}
	}
	t.Members = slices.DeleteFunc(t.Members, func(m *Member) bool { return m.In == 0 })
	t.Fields = slices.DeleteFunc(fields, func(f *Field) bool { return f.In == 0 })
	if len(t.Members) == 0 {
		return nil
	}
	g.c.Types = append(g.c.Types, t)
	return t
}

// interfaceObject makes an interface with a key. One subgraph has it with all
// its members; others know it as an object, or only some of the members.
func (g *schemaGen) interfaceObject(name string, all Mask) *Type {
	home := g.subset(all, 1)
	t := &Type{Name: name, Kind: Interface, Object: g.subset(all&^home, 1+g.r.IntN(2))}
	if t.Object == 0 {
		return nil
	}
	t.In = home | t.Object
	rest := all &^ t.In
	t.Keys = []*Key{{Fields: FieldSet{{Name: "id"}}, In: t.In}}
	t.Fields = []*Field{{Name: "id", Type: "ID!", In: t.In}}
	for range 1 + g.r.IntN(2) {
		g.leaf(t, home)
	}
	for range 1 + g.r.IntN(3) {
		g.leaf(t, g.owners(t.Object))
	}
	if g.chance(50) {
		e := pick(g.r, g.entities)
		f := &Field{Name: g.name("n"), Type: g.wrap(e.Name, true), In: g.owners(t.Object)}
		for _, s := range f.In.list() {
			g.stub(e, s)
		}
		t.Fields = append(t.Fields, f)
	}
	g.c.Types = append(g.c.Types, t)
	for i := range 1 + g.r.IntN(3) {
		m := &Type{Name: fmt.Sprintf("%sM%d", name, i+1), Kind: Entity, In: home}
		if rest != 0 && g.chance(50) {
			m.In |= g.subset(rest, 1)
		}
		m.Keys = []*Key{{Fields: FieldSet{{Name: "id"}}, In: m.In}}
		for _, f := range t.Fields {
			c := *f
			if f.Name == "id" {
				c.In = m.In
			}
			m.Fields = append(m.Fields, &c)
		}
		g.leaf(m, home)
		g.leaf(m, g.owners(m.In))
		t.Members = append(t.Members, &Member{Name: m.Name, In: t.In})
		g.c.Types = append(g.c.Types, m)
	}
	return t
}

func (g *schemaGen) unionType(name string, values []*Type) *Type {
	t := &Type{Name: name, Kind: Union}
	for _, m := range append(slices.Clone(g.entities), values...) {
		if m.Split || !g.chance(60) {
			continue
		}
		in := Mask(0)
		for _, s := range m.In.list() {
			if g.chance(75) {
				in |= 1 << s
			}
		}
		if in != 0 {
			t.Members = append(t.Members, &Member{Name: m.Name, In: in})
			t.In |= in
		}
	}
	if len(t.Members) == 0 {
		return nil
	}
	g.c.Types = append(g.c.Types, t)
	return t
}
