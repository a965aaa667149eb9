package stitch

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

// emit writes the working copy's decisions into its document.
func (w *work) emit() {
	types := w.doc.Types[:0]
	for _, part := range w.doc.Types {
		t := w.byPart[part]
		if t.hidden {
			continue
		}
		w.emitPart(t, part)
		if part.Extension && len(part.Fields)+len(part.Members)+len(part.Values)+len(part.Interfaces)+len(part.Directives) == 0 && len(t.parts) > 1 {
			t.parts = slices.DeleteFunc(t.parts, func(p *schema.TypeDefinition) bool { return p == part })
			continue // all it had is hidden
		}
		types = append(types, part)
	}
	w.doc.Types = types
	for _, t := range w.types {
		if !t.hidden {
			w.emitType(t)
		}
	}
	if w.style == composite {
		w.dropComposite()
	}
	w.emitSchema()
}

// emitPart filters one definition or extension.
func (w *work) emitPart(t *typ, part *schema.TypeDefinition) {
	hidden := func(r schema.NamedRef) bool { _, gone := w.gone(r.Name); return gone }
	part.Interfaces = slices.DeleteFunc(part.Interfaces, hidden)
	part.Members = slices.DeleteFunc(part.Members, hidden)
	part.Directives = w.directives(part.Directives, t, t)
	if w.style == composite {
		// All keys are in t.keys; emitType writes them.
		part.Directives = slices.DeleteFunc(part.Directives, func(d *schema.Directive) bool { return d.Name == "key" })
	}
	own := make(map[*schema.FieldDefinition]bool, len(part.Fields))
	for _, f := range part.Fields {
		own[f] = true
	}
	part.Fields = part.Fields[:0:0]
	for _, f := range t.fields {
		added := (f.join != nil || f.mirrored || f.namespace) && part == t.parts[0]
		if !own[f.def] && !added || f.hidden && !f.needed {
			continue
		}
		w.emitField(t, f)
		part.Fields = append(part.Fields, f.def)
	}
}

func (w *work) emitField(t *typ, f *field) {
	f.def.Arguments = slices.DeleteFunc(f.def.Arguments, func(a *schema.ArgumentDefinition) bool { _, ok := f.hiddenArgs[a.Name]; return ok })
	f.def.Directives = w.directives(f.def.Directives, t, w.typeByName(f.def.Type.Named()))
	f.def.Default = w.presentValue(f.def.Default, f.def.Type)
	for _, a := range f.def.Arguments {
		a.Default = w.presentValue(a.Default, a.Type)
		a.Directives = slices.DeleteFunc(a.Directives, w.compositeOnly)
	}
	if f.hidden && applied(f.def.Directives, w.names["inaccessible"]) == nil {
		f.def.Directives = append(f.def.Directives, directive(w.names["inaccessible"]))
		w.declareInaccessible()
	}
}

// presentValue rewrites a default by the present names of input fields.
func (w *work) presentValue(v *schema.Value, t *schema.TypeExpr) *schema.Value {
	if v == nil || v.Kind != schema.ListValue && v.Kind != schema.ObjectValue {
		return v
	}
	c := *v
	if v.Kind == schema.ListValue {
		elem := t
		if t.Elem != nil {
			elem = t.Elem
		}
		c.Items = make([]*schema.Value, len(v.Items))
		for i, item := range v.Items {
			c.Items[i] = w.presentValue(item, elem)
		}
		return &c
	}
	in := w.typeByName(t.Named())
	c.Fields = nil
	for _, given := range v.Fields {
		f := fieldOf(in, given.Name)
		if f != nil && f.hidden {
			continue // clients see a default without it; the subgraph knows its own
		}
		if f != nil {
			given.Name, given.Value = f.def.Name, w.presentValue(given.Value, f.def.Type)
		}
		c.Fields = append(c.Fields, given)
	}
	return &c
}

func (w *work) compositeOnly(d *schema.Directive) bool {
	return w.style == composite && slices.Contains(compositeDirectives, d.Name)
}

// directives rewrites the field sets in directives by the present names: @key and
// @requires are about the type, @provides about the field's type.
func (w *work) directives(list []*schema.Directive, t, below *typ) []*schema.Directive {
	out := slices.DeleteFunc(list, w.compositeOnly)
	if w.style == plain {
		return out
	}
	for i, d := range out {
		on := t
		switch d.Name {
		case w.names["key"], w.names["requires"]:
		case w.names["provides"]:
			on = below
		default:
			continue
		}
		out[i] = w.rewritten(d, on)
	}
	return out
}

func (w *work) rewritten(d *schema.Directive, on *typ) *schema.Directive {
	fields := d.Argument("fields")
	if fields == nil || fields.Kind != schema.StringValue || on == nil {
		return d
	}
	set, err := schema.ParseSelections(fields.Raw)
	if err != nil {
		return d
	}
	now := schema.PrintSelections(w.translate(on, set))
	if now == schema.PrintSelections(set) {
		return d
	}
	c := *d
	c.Arguments = slices.Clone(d.Arguments)
	for i := range c.Arguments {
		if c.Arguments[i].Name == "fields" {
			c.Arguments[i].Value = &schema.Value{Pos: fields.Pos, Kind: schema.StringValue, Raw: now}
		}
	}
	return &c
}

// emitType adds the directives that rules ask for on a type.
func (w *work) emitType(t *typ) {
	first := t.parts[0]
	if t.kind == schema.Object {
		for _, k := range t.keys {
			if !k.synthetic {
				continue
			}
			key := directive(w.names["key"], text("fields", k.text))
			if len(k.lookups) == 0 {
				key.Arguments = append(key.Arguments, schema.Argument{Name: "resolvable", Value: &schema.Value{Kind: schema.BooleanValue, Raw: "false"}})
			}
			first.Directives = append(first.Directives, key)
		}
	}
	if t.kind != schema.Object || t.name == rootNames[schema.Subscription] && t.root {
		return
	}
	switch w.style {
	case plain:
		// What Federation 1 would share without a word.
		for _, part := range t.parts {
			if applied(part.Directives, w.names["shareable"]) == nil {
				part.Directives = append(part.Directives, directive(w.names["shareable"]))
			}
		}
	case federation2, composite:
		for _, f := range t.fields {
			if f.namespace && applied(f.def.Directives, w.names["shareable"]) == nil {
				// Several subgraphs may share a namespace.
				f.def.Directives = append(f.def.Directives, directive(w.names["shareable"]))
			}
		}
	}
}

// dropComposite removes the definitions that come with the Composite Schemas
// directives, and their link.
func (w *work) dropComposite() {
	spec := func(name string) bool {
		return slices.Contains(compositeDirectives, name) || slices.Contains(compositeShared, name)
	}
	w.doc.Directives = slices.DeleteFunc(w.doc.Directives, func(d *schema.DirectiveDefinition) bool { return spec(d.Name) })
	w.doc.Types = slices.DeleteFunc(w.doc.Types, func(t *schema.TypeDefinition) bool {
		return t.Kind == schema.Scalar && slices.Contains(compositeTypes, t.Name)
	})
	for _, s := range w.doc.Schemas {
		s.Directives = slices.DeleteFunc(s.Directives, compositeLink)
	}
}

// declareInaccessible defines @inaccessible in documents that cannot link it.
func (w *work) declareInaccessible() {
	if w.style != federation1 || slices.ContainsFunc(w.doc.Directives, func(d *schema.DirectiveDefinition) bool { return d.Name == "inaccessible" }) {
		return
	}
	w.doc.Directives = append(w.doc.Directives, &schema.DirectiveDefinition{Name: "inaccessible", Locations: []string{"FIELD_DEFINITION"}})
}

// emitSchema fits the schema definition to the root types that are left, and
// links federation where the document does not.
func (w *work) emitSchema() {
	for _, s := range w.doc.Schemas {
		s.Roots = slices.DeleteFunc(s.Roots, func(r schema.RootDefinition) bool { _, gone := w.gone(r.Type); return gone })
	}
	w.doc.Schemas = slices.DeleteFunc(w.doc.Schemas, func(s *schema.SchemaDefinition) bool {
		return len(s.Roots) == 0 && len(s.Directives) == 0
	})
	if w.style != plain && w.style != composite {
		return
	}
	link := directive("link", text("url", linkedURL))
	var names []string
	if w.style == composite {
		names = append(slices.Clone(compositeShared), "requires")
	} else {
		names = w.meantDirectives()
	}
	if len(names) > 0 {
		list := &schema.Value{Kind: schema.ListValue}
		for _, name := range names {
			list.Items = append(list.Items, &schema.Value{Kind: schema.StringValue, Raw: "@" + name})
		}
		link.Arguments = append(link.Arguments, schema.Argument{Name: "import", Value: list})
	}
	w.doc.Schemas = append(w.doc.Schemas, &schema.SchemaDefinition{Extension: true, Directives: []*schema.Directive{link}})
}

// meantDirectives are the directives of federation that a document without link
// has always been able to use: @tag, and what it defines itself.
func (w *work) meantDirectives() []string {
	var out []string
	if appliedNames(w.doc)["tag"] {
		out = append(out, "tag")
	}
	for _, d := range w.doc.Directives {
		if slices.Contains(habits, d.Name) || d.Name == "tag" && !slices.Contains(out, "tag") {
			out = append(out, d.Name)
		}
	}
	return out
}
