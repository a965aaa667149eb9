package equivalence

// provides lets a field that leads to an entity give a leaf of it too.
func (g *schemaGen) provides() {
	for _, e := range g.entities {
		for _, f := range e.Fields {
			t := g.c.compositeType(named(f.Type))
			if t == nil || f.Take || !g.chance(30) {
				continue
			}
			s := pick(g.r, f.In.list())
			if set := g.provided(t, s, 2); set != nil {
				f.Provides = append(f.Provides, &Provide{In: 1 << s, Fields: set})
			}
		}
	}
}

// provided finds something of t that subgraph s does not have.
func (g *schemaGen) provided(t *Type, s, depth int) FieldSet {
	switch t.Kind {
	case Interface, Union:
		if !g.on.AbstractSets || t.Object != 0 {
			return nil
		}
		for _, m := range t.Members {
			if o := g.c.typ(m.Name); m.In.has(s) && o.Kind == Entity {
				if set := g.provided(o, s, depth); set != nil {
					return FieldSet{{On: o.Name, Sub: set}}
				}
			}
		}
	case Entity:
		for _, i := range g.r.Perm(len(t.Fields)) {
			leaf := t.Fields[i]
			if sub := g.c.compositeType(named(leaf.Type)); sub != nil {
				if leaf.In.has(s) && !leaf.Take && depth > 0 && g.on.AbstractSets && g.chance(40) {
					if set := g.provided(sub, s, depth-1); set != nil {
						return FieldSet{{Name: leaf.Name, Sub: set}}
					}
				}
				continue
			}
			if leaf.In.has(s) || leaf.Compute != nil || leaf.Strict != 0 || leaf.Requires != nil || leaf.In&t.AltOnly != 0 {
				continue
			}
			leaf.Shared = true
			return FieldSet{{Name: leaf.Name}}
		}
	}
	return nil
}

// requires adds a computed field.
func (g *schemaGen) requires() {
	e := pick(g.r, g.entities)
	s := pick(g.r, home(e).list())
	f := &Field{Name: g.name("r"), Type: "String", In: 1 << s}
	parts := []any{"concat", f.Name, "("}
	var set FieldSet
	for _, i := range g.r.Perm(len(e.Fields)) {
		q := e.Fields[i]
		if q.In&e.AltOnly != 0 && !g.on.RequireAbsent {
			continue
		}
		if q.In.has(s) || q.Old.has(s) || len(q.Args) > 0 || len(set) >= 2 {
			continue
		}
		item, value := g.required(e, q, s)
		if item == nil {
			continue
		}
		set = append(set, item)
		parts = append(parts, "|", value)
	}
	if len(set) == 0 {
		return
	}
	f.Requires = set
	f.Compute = []any{"if", e.guard(f.In), append(parts, ")"), nil}
	if g.chance(30) && g.on.Arguments {
		f.Args = []*Arg{{Name: "s", Type: "String"}}
		f.Compute = []any{"if", e.guard(f.In), append(parts, ")", "$s"), nil}
	}
	e.Fields = append(e.Fields, f)
}

// required is one field of a @requires and the text computed from it.
func (g *schemaGen) required(e *Type, q *Field, s int) (*SetItem, any) {
	item := &SetItem{Name: q.Name}
	path := []any{"path", q.Name}
	typ := q.Type
	if t := g.c.compositeType(named(q.Type)); t != nil {
		if !g.on.NestedRequires || t.Split || !t.In.has(s) {
			return nil, nil
		}
		if !t.object() {
			return g.requiredAbstract(q, t, s)
		}
		var leaves []*Field
		for _, l := range t.Fields {
			if l.In&t.AltOnly != 0 && !g.on.RequireAbsent {
				continue
			}
			// A split way to the leaf is not the point here.
			if g.c.compositeType(named(l.Type)) == nil && textual(l.Type) && len(l.Args) == 0 && !(t.Kind == Value && !l.In.has(s)) && l.Requires == nil {
				leaves = append(leaves, l)
			}
		}
		if len(leaves) == 0 {
			return nil, nil
		}
		l := pick(g.r, leaves)
		item.Sub = FieldSet{{Name: l.Name}}
		path = append(path, l.Name)
		if isList(l.Type) {
			typ = "[" + l.Type + "]"
		}
	} else if !textual(q.Type) {
		return nil, nil
	}
	if isList(typ) {
		return item, []any{"join", []any{"flatten", path}, ","}
	}
	return item, path
}

// requiredAbstract requires a leaf of one of the types that a field may have.
func (g *schemaGen) requiredAbstract(q *Field, t *Type, s int) (*SetItem, any) {
	if !g.on.AbstractSets || t.Object != 0 {
		return nil, nil
	}
	var leaves []*Field
	var on []string
	for _, m := range t.Members {
		if m.In&q.In != q.In {
			continue
		}
		if !m.In.has(s) {
			return nil, nil
		}
		o := g.c.typ(m.Name)
		for _, l := range o.Fields {
			if g.c.compositeType(named(l.Type)) == nil && textual(l.Type) && !isList(l.Type) && len(l.Args) == 0 && l.Requires == nil &&
				!(o.Kind == Value && !l.In.has(s)) && (l.In&o.AltOnly == 0 || g.on.RequireAbsent) {
				leaves, on = append(leaves, l), append(on, o.Name)
			}
		}
	}
	if len(leaves) == 0 {
		return nil, nil
	}
	i := g.r.IntN(len(leaves))
	item := &SetItem{Name: q.Name, Sub: FieldSet{{Name: "__typename"}, {On: on[i], Sub: FieldSet{{Name: leaves[i].Name}}}}}
	var list any = []any{"path", q.Name}
	if !isList(q.Type) {
		list = []any{"list", list}
	} else {
		list = []any{"flatten", list}
	}
	return item, []any{"join", []any{"map", list, []any{"if", []any{"=", []any{"path", "__typename"}, on[i]}, []any{"path", leaves[i].Name}, nil}}, ","}
}

// textual types are those that expressions turn into text.
func textual(typ string) bool {
	n := named(typ)
	return n != "Blob" && n != "Float" && len(typ) < 3+len(n)+1
}

// override moves a field from one subgraph to another.
func (g *schemaGen) override() {
	e := pick(g.r, g.entities)
	for _, i := range g.r.Perm(len(e.Fields)) {
		f := e.Fields[i]
		if f.In.count() != 1 || f.Old != 0 || f.Type != "String" || f.Requires != nil || e.keyFields(-1)[f.Name] {
			continue
		}
		for _, s := range e.In.list() {
			if !f.In.has(s) && !g.c.externals()[s][e.Name+"."+f.Name] {
				f.Old = 1 << s
				return
			}
		}
	}
}
