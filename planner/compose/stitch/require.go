package stitch

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/selectionmap"
)

// requirement is an argument with @require.
type requirement struct {
	field *field
	arg   *schema.ArgumentDefinition
	// typ is the argument's type by the subgraph's own names.
	typ string
	// value is the map as the schema has it, and row the same for the rows of a
	// lookup: by the names in the subgraph, and with marks for what must not be null.
	value, row selectionmap.Value
}

// inheritRequirements hands the requirements of interfaces' fields to the fields of
// the objects, which are what is asked for.
func (w *work) inheritRequirements() {
	for _, t := range w.types {
		if t.kind != schema.Interface {
			continue
		}
		for _, f := range t.fields {
			for _, a := range f.def.Arguments {
				d := applied(a.Directives, "require")
				if d == nil {
					continue
				}
				for _, o := range w.possible(t) {
					g := fieldOf(o, f.original)
					if g == nil {
						continue
					}
					own := g.argument(a.Name)
					if own != nil && applied(own.Directives, "require") == nil {
						own.Directives = append(own.Directives, d)
					}
				}
			}
		}
	}
}

func (w *work) compositeArguments(t *typ, f *field) {
	for _, a := range slices.Clone(f.def.Arguments) {
		coordinate := f.coordinate() + "(" + a.Name + ":)"
		if applied(a.Directives, "is") != nil && applied(f.def.Directives, "lookup") == nil {
			w.failAt(a.Pos, CodeIsInvalidUsage, "", coordinate, "mark the field @lookup, or use @require", "@is at %s is on a field that is not a lookup", coordinate)
		}
		d := applied(a.Directives, "require")
		if d == nil {
			continue
		}
		v, ok := w.selectionMap(d, a.Pos, coordinate, CodeRequireInvalidFieldType, CodeRequireInvalidSyntax)
		if !ok {
			continue
		}
		if t.root {
			w.failAt(a.Pos, CodeRequireNotSupported, "", coordinate, "put the field on the type whose fields it requires", "@require at %s is on a root field: there is no object whose fields it could require", coordinate)
			continue
		}
		f.def.Arguments = slices.DeleteFunc(f.def.Arguments, func(o *schema.ArgumentDefinition) bool { return o == a })
		w.filled = append(w.filled, a)
		if t.kind == schema.Interface {
			continue
		}
		r := &requirement{field: f, arg: a, typ: w.originalType(a.Type), value: v}
		f.requires = append(f.requires, r)
		w.requires = append(w.requires, r)
	}
}

// originalType prints a type by the subgraph's own names.
func (w *work) originalType(t *schema.TypeExpr) string {
	c := copyTypeExpr(t)
	inner := c
	for inner.Elem != nil {
		inner = inner.Elem
	}
	if known := w.typeByName(inner.Name); known != nil {
		inner.Name = known.original
	}
	return c.String()
}

// require makes the fields that arguments require known to the subgraph, as
// external fields that a @requires names.
func (w *work) require(all []*work) {
	byField := make(map[*field][]schema.Selection)
	var order []*field
	for _, r := range w.requires {
		coordinate := r.field.coordinate() + "(" + r.arg.Name + ":)"
		fail := func(hint, format string, args ...any) {
			w.failAt(r.arg.Pos, CodeRequireInvalidFields, "", coordinate, hint, format, args...)
		}
		narrow := narrowed(&r.value, r.field.parent)
		if len(narrow.Alternatives) == 0 {
			fail("", "@require at %s has nothing for %s", coordinate, r.field.parent.name)
			continue
		}
		set := selections(&narrow)
		m := &mirror{to: w, from: all, external: true}
		m.fields(r.field.parent, set)
		m.complete()
		for _, path := range m.unknown {
			fail("", "@require at %s names %s, which no other subgraph has", coordinate, path)
		}
		if len(m.unknown) > 0 {
			continue
		}
		fit := fitting{w: w}
		r.row = fit.value(&narrow, r.field.parent, nil, r.arg.Type, 0)
		if fit.fault != "" {
			fail("the selection must have the shape of the argument", "@require at %s: %s", coordinate, fit.fault)
			continue
		}
		if byField[r.field] == nil {
			order = append(order, r.field)
		}
		byField[r.field] = mergeSelections(byField[r.field], set)
	}
	for _, f := range order {
		f.requirement = schema.PrintSelections(byField[f])
		if set := w.foreign(f.parent, byField[f]); len(set) > 0 {
			f.def.Directives = append(f.def.Directives, directive(w.names["requires"], text("fields", schema.PrintSelections(set))))
		}
	}
	w.dropRequirementInputs()
}

// foreign are the parts of a field set that other subgraphs give: @requires names no
// others. Finish adds what the subgraph itself has, which a row needs as well.
func (w *work) foreign(t *typ, set []schema.Selection) []schema.Selection {
	var out []schema.Selection
	for _, s := range set {
		next := t
		if s.Fragment {
			if s.On != "" {
				next = w.typeByName(s.On)
			}
		} else {
			f := t.field(s.Name)
			if f == nil || f.mirrored || applied(f.def.Directives, w.names["external"]) != nil {
				out = append(out, s)
				continue
			}
			next = w.typeByName(f.def.Type.Named())
		}
		if next != nil && len(s.Selections) > 0 {
			if s.Selections = w.foreign(next, s.Selections); len(s.Selections) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// narrowed is a map for objects of one type: without the alternatives for others.
func narrowed(v *selectionmap.Value, t *typ) selectionmap.Value {
	var out selectionmap.Value
	for _, e := range v.Alternatives {
		if e.On != "" && e.On != t.name {
			continue
		}
		e.On = ""
		if len(e.Path) == 0 && e.Object {
			fields := e.Fields
			e.Fields = nil
			for _, f := range fields {
				if f.Value = narrowed(&f.Value, t); len(f.Value.Alternatives) > 0 {
					e.Fields = append(e.Fields, f)
				}
			}
			if len(e.Fields) == 0 {
				continue
			}
		}
		out.Alternatives = append(out.Alternatives, e)
	}
	return out
}

// fitting compares a map with the type of the argument it fills, and writes the map
// for rows.
type fitting struct {
	w     *work
	fault string
}

func (c *fitting) fail(parts ...string) {
	if c.fault == "" {
		c.fault = strings.Join(parts, "")
	}
}

// value takes a map over objects of a type, which the field last gives, to an
// argument's type. Around is how many lists of that field are still to be selected.
func (c *fitting) value(v *selectionmap.Value, from *typ, last *field, to *schema.TypeExpr, around int) selectionmap.Value {
	out := selectionmap.Value{NonNull: to.NonNull}
	for _, e := range v.Alternatives {
		at, on := from, ""
		if e.On != "" {
			if at = c.narrow(from, e.On); at == nil {
				return out
			}
			on = at.original
		}
		entry := c.entry(e, at, last, to, around)
		entry.On = on
		out.Alternatives = append(out.Alternatives, entry)
	}
	return out
}

// narrow is one of the types that a value of a type can have.
func (c *fitting) narrow(t *typ, on string) *typ {
	if t != nil {
		for _, o := range c.w.possible(t) {
			if o.name == on {
				return o
			}
		}
		c.fail(t.name, " is never ", on)
		return nil
	}
	c.fail("only an object or an abstract type can be ", on)
	return nil
}

// entry takes the rest of a path, below the field last, to a type.
func (c *fitting) entry(e selectionmap.Entry, at *typ, last *field, to *schema.TypeExpr, lists int) selectionmap.Entry {
	var out selectionmap.Entry
	for i, step := range e.Path {
		if lists > 0 {
			// The rest is about the items.
			e.Path = e.Path[i:]
			return c.items(out, e, at, last, to, lists)
		}
		if at == nil {
			c.fail(step.Name, " has nothing below it")
			return out
		}
		if last = at.field(step.Name); last == nil {
			c.fail("there is no field ", at.name, ".", step.Name)
			return out
		}
		lists += last.listDepth()
		at = c.w.typeByName(last.def.Type.Named())
		row := selectionmap.Step{Name: last.original}
		if step.On != "" {
			if lists > 0 {
				c.fail(last.coordinate(), " is a list: its items can be narrowed, as in ", step.Name, "[<", step.On, ">.field]")
				return out
			}
			if at = c.narrow(at, step.On); at == nil {
				return out
			}
			row.On = at.original
		}
		out.Path = append(out.Path, row)
	}
	switch {
	case e.List != nil:
		if lists == 0 || to.Elem == nil {
			c.fail("a list is selected for ", to.String())
			return out
		}
		item := c.value(e.List, at, last, to.Elem, lists-1)
		out.List = &item
	case e.Object:
		in := c.w.typeByName(to.Named())
		if lists > 0 || to.Elem != nil || in == nil || in.kind != schema.InputObject {
			c.fail("an object is selected for ", to.String())
			return out
		}
		out.Object = true
		out.Fields = c.object(e, at, in)
	case last == nil:
		c.fail("nothing is selected")
	case !c.w.leaf(last.def.Type.Named()):
		c.fail("the path ends at ", last.coordinate(), ", which has fields of its own")
	case !fits(last.def.Type.Named(), to.Named()) || lists != depth(to):
		c.fail(last.coordinate(), " is ", last.def.Type.String(), ", the argument ", to.String())
	case lists > 0:
		out.List = leaves(to.Elem)
	}
	return out
}

// items takes the rest of a path to the items of a list.
func (c *fitting) items(out, rest selectionmap.Entry, at *typ, last *field, to *schema.TypeExpr, lists int) selectionmap.Entry {
	if to.Elem == nil {
		c.fail(last.coordinate(), " is ", last.def.Type.String(), ", the argument ", to.String())
		return out
	}
	item := selectionmap.Value{NonNull: to.Elem.NonNull, Alternatives: []selectionmap.Entry{c.entry(rest, at, last, to.Elem, lists-1)}}
	out.List = &item
	return out
}

// leaves is what takes the items of a list of leaves as they are; nil if no item
// must be other than null, so that the list can be taken whole.
func leaves(item *schema.TypeExpr) *selectionmap.Value {
	var below *selectionmap.Value
	if item.Elem != nil {
		below = leaves(item.Elem)
	}
	if below == nil && !item.NonNull {
		return nil
	}
	return &selectionmap.Value{NonNull: item.NonNull, Alternatives: []selectionmap.Entry{{List: below}}}
}

func (c *fitting) object(e selectionmap.Entry, at, in *typ) []selectionmap.Field {
	given := make(map[string]bool)
	var out []selectionmap.Field
	oneOf := slices.ContainsFunc(in.parts, func(p *schema.TypeDefinition) bool { return applied(p.Directives, "oneOf") != nil })
	if oneOf && len(e.Fields) != 1 {
		c.fail("the input type ", in.name, " takes one field at a time")
	}
	for _, f := range e.Fields {
		target := in.fieldByOriginal(f.Name)
		if target == nil {
			c.fail("the input type ", in.name, " has no field ", f.Name)
			return nil
		}
		given[f.Name] = true
		v := c.value(&f.Value, at, nil, target.def.Type, 0)
		v.NonNull = v.NonNull || oneOf
		out = append(out, selectionmap.Field{Name: f.Name, Value: v})
	}
	var missing []string
	for _, f := range in.fields {
		if f.def.Type.NonNull && f.def.Default == nil && !given[f.original] {
			missing = append(missing, f.original)
		}
	}
	if len(missing) > 0 {
		c.fail("the input type ", in.name, " needs ", strings.Join(missing, ", "))
	}
	return out
}

// dropRequirementInputs hides input types that only requirements used.
func (w *work) dropRequirementInputs() {
	used := make(map[string]bool)
	var use func(name string)
	use = func(name string) {
		t := w.typeByName(name)
		if used[name] || t == nil {
			return
		}
		used[name] = true
		if t.kind == schema.InputObject {
			for _, f := range t.fields {
				use(f.def.Type.Named())
			}
		}
	}
	for _, t := range w.types {
		if t.kind == schema.InputObject {
			continue
		}
		for _, f := range t.fields {
			for _, a := range f.def.Arguments {
				use(a.Type.Named())
			}
		}
	}
	for _, d := range w.doc.Directives {
		for _, a := range d.Arguments {
			use(a.Type.Named())
		}
	}
	for _, a := range w.filled {
		if t := w.typeByName(a.Type.Named()); t != nil && t.kind == schema.InputObject && !used[t.name] {
			t.hidden = true
		}
	}
}
