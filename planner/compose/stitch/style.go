package stitch

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// style is how a document speaks of federation.
type style uint8

const (
	// plain documents know nothing of it: all is shared, as in Federation 1.
	plain style = iota
	// federation1 documents use its directives without a link.
	federation1
	// federation2 documents link it.
	federation2
	// composite documents use the directives of the Composite Schemas
	// specification.
	composite
)

const (
	federationURL = "https://specs.apollo.dev/federation/"
	// linkedURL is the version linked where we add a link.
	linkedURL = federationURL + "v2.9"
)

// compositeLinks are parts of the URLs by which a document may link the Composite
// Schemas specification.
var compositeLinks = []string{"composite-schemas", "graphql-federation-spec"}

var (
	federation1Directives = []string{"key", "requires", "provides", "external", "extends"}
	// habits are directives of Federation 2 that a document without link means
	// when it defines them.
	habits              = []string{"composeDirective", "inaccessible", "interfaceObject", "override", "shareable"}
	compositeDirectives = []string{"lookup", "is", "require", "internal"}
	// compositeShared mean the same in both specifications, or nearly so.
	compositeShared = []string{"key", "shareable", "inaccessible", "external", "provides", "override", "tag"}
	compositeTypes  = []string{"FieldSelectionMap", "FieldSelectionSet", "SelectionSet", "SchemaCoordinate"}
	// written are the directives that stitching itself applies.
	written = []string{"key", "shareable", "inaccessible", "external", "provides", "requires"}
)

// classify finds the style of a document and the local names of directives.
func (w *work) classify() {
	w.names = make(map[string]string)
	applied := appliedNames(w.doc)
	if link := federationLink(w.doc); link != nil {
		w.style = federation2
		namespace := "federation"
		if as := link.Argument("as"); as != nil && as.Kind == schema.StringValue {
			namespace = as.Raw
		}
		for _, name := range written {
			w.names[name] = namespace + "__" + name
		}
		for name, as := range imports(link) {
			w.names[name] = as
		}
		return
	}
	if usesComposite(w.doc, applied) {
		w.style = composite
		for _, name := range written {
			w.names[name] = name
		}
		return
	}
	if slices.ContainsFunc(federation1Directives, func(name string) bool { return applied[name] }) || w.hasMachinery() {
		w.style = federation1
		for _, name := range written {
			w.names[name] = name
		}
		return
	}
	for _, name := range written {
		w.names[name] = "federation__" + name
	}
	for _, d := range w.doc.Directives {
		if slices.Contains(habits, d.Name) {
			w.names[d.Name] = d.Name
		}
	}
}

// hasMachinery reports whether the document holds what a federated server adds.
func (w *work) hasMachinery() bool {
	q := w.root(schema.Query)
	return q != nil && (q.field("_entities") != nil || q.field("_service") != nil)
}

// machinery reports whether a type belongs to federation itself.
func (w *work) machinery(t *typ) bool {
	if w.style != federation1 && w.style != federation2 {
		return false
	}
	return slices.Contains(machineryTypes, t.name) || t.name == "_FieldSet" || strings.HasPrefix(t.name, "federation__") || strings.HasPrefix(t.name, "link__")
}

// machineryTypes come with the root fields that a federated server adds to its
// schema by itself.
var machineryTypes = []string{"_Any", "_Entity", "_Service"}

// dropMachinery hides what a federated server adds: transforms must not move it,
// and composition wants none of it.
func (w *work) dropMachinery() {
	if w.style != federation1 && w.style != federation2 {
		return
	}
	for _, t := range w.types {
		if slices.Contains(machineryTypes, t.name) {
			t.hidden = true
		}
	}
	if q := w.root(schema.Query); q != nil {
		for _, name := range []string{"_entities", "_service"} {
			if f := q.field(name); f != nil {
				f.hidden = true
			}
		}
	}
}

// federationLink finds the @link to federation.
func federationLink(doc *schema.Document) *schema.Directive {
	for _, s := range doc.Schemas {
		for _, d := range s.Directives {
			if u := d.Argument("url"); u != nil && u.Kind == schema.StringValue && strings.HasPrefix(u.Raw, federationURL) {
				return d
			}
		}
	}
	return nil
}

func compositeLink(d *schema.Directive) bool {
	u := d.Argument("url")
	return u != nil && u.Kind == schema.StringValue && slices.ContainsFunc(compositeLinks, func(part string) bool { return strings.Contains(u.Raw, part) })
}

// imports lists the imported directives with their local names, without '@'.
func imports(link *schema.Directive) map[string]string {
	out := make(map[string]string)
	list := link.Argument("import")
	if list == nil || list.Kind != schema.ListValue {
		return out
	}
	for _, item := range list.Items {
		name, as := item.Raw, item.Raw
		for _, f := range item.Fields {
			switch f.Name {
			case "name":
				name = f.Value.Raw
				if as == "" {
					as = name
				}
			case "as":
				as = f.Value.Raw
			}
		}
		if strings.HasPrefix(name, "@") && strings.HasPrefix(as, "@") {
			out[name[1:]] = as[1:]
		}
	}
	return out
}

// speaksComposite reports whether a document is written in the directives of the
// Composite Schemas specification.
func speaksComposite(doc *schema.Document) bool {
	return federationLink(doc) == nil && usesComposite(doc, appliedNames(doc))
}

// usesComposite reports whether a document without a federation link uses the
// Composite Schemas directives.
func usesComposite(doc *schema.Document, applied map[string]bool) bool {
	for _, s := range doc.Schemas {
		if slices.ContainsFunc(s.Directives, compositeLink) {
			return true
		}
	}
	defined := make(map[string]bool)
	for _, d := range doc.Directives {
		defined[d.Name] = true
	}
	return applied["lookup"] || applied["require"] || applied["is"] ||
		defined["lookup"] && (defined["is"] || defined["require"] || defined["internal"])
}

// appliedNames are the names of all directives applied to types and below.
func appliedNames(doc *schema.Document) map[string]bool {
	out := make(map[string]bool)
	note := func(list []*schema.Directive) {
		for _, d := range list {
			out[d.Name] = true
		}
	}
	for _, t := range doc.Types {
		note(t.Directives)
		for _, f := range t.Fields {
			note(f.Directives)
			for _, a := range f.Arguments {
				note(a.Directives)
			}
		}
		for _, v := range t.Values {
			note(v.Directives)
		}
	}
	return out
}

// readKeys takes the @key directives of the document for keys, by the names that
// transforms left.
func (w *work) readKeys() {
	if w.style == plain {
		return
	}
	for _, t := range w.types {
		for _, part := range t.parts {
			for _, d := range part.Directives {
				fields := d.Argument("fields")
				if d.Name != w.names["key"] || fields == nil || fields.Kind != schema.StringValue {
					continue
				}
				set, err := schema.ParseSelections(fields.Raw)
				if err != nil {
					continue // composition reports it
				}
				set = w.translate(t, set)
				for _, on := range w.keyTypes(t) {
					k := w.addKey(on, set)
					k.synthetic = w.style == composite
					k.unresolvable = unresolvable(d)
				}
			}
		}
	}
}

// keyTypes are the types a key on t is a key of: in Composite Schemas, the types
// that implement an interface inherit its keys.
func (w *work) keyTypes(t *typ) []*typ {
	if w.style == composite && t.kind == schema.Interface {
		return w.possible(t)
	}
	return []*typ{t}
}

func unresolvable(d *schema.Directive) bool {
	v := d.Argument("resolvable")
	return v != nil && v.Kind == schema.BooleanValue && v.Raw == "false"
}

// translate turns a field set by the subgraph's own names into one by the present
// names.
func (w *work) translate(t *typ, set []schema.Selection) []schema.Selection {
	out := slices.Clone(set)
	for i := range out {
		s := &out[i]
		next := t
		if s.Fragment {
			if s.On != "" {
				if next = w.typeByOriginal(s.On); next != nil {
					s.On = next.name
				}
			}
		} else {
			next = nil
			if f := fieldOf(t, s.Name); f != nil {
				if s.Alias == s.Name {
					s.Alias = f.def.Name
				}
				s.Name = f.def.Name
				next = w.typeByName(f.def.Type.Named())
			}
		}
		s.Selections = w.translate(next, s.Selections)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func fieldOf(t *typ, original string) *field {
	if t == nil {
		return nil
	}
	return t.fieldByOriginal(original)
}
