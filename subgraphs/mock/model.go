package mock

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// model is what a document says, by name: extensions merged, keys found. Unlike
// [schema.FromDocument] it takes documents that only extend a type, and names
// types nobody defined scalars, since subgraphs may do both.
type model struct {
	types map[string]*typ
	order []*typ // as in the document
	roots [3]*typ
	// keyNames are the names of key fields other than `id`.
	keyNames map[string]bool
}

type typ struct {
	name   string
	kind   schema.Kind
	hidden bool
	fields []*field
	byName map[string]*field
	// possible are the concrete types, by name.
	possible   []*typ
	interfaces []string
	members    []string
	values     []string // of an enum
	keys       []key
	// lookups are the field sets by which objects can be looked up.
	lookups []string
	// root types have no identity and are the same in every subgraph.
	root string
	// family is the interface with a key that an object implements; its objects
	// share the pool of keys with those of its siblings.
	family *typ
}

// key are the paths to the leaves of one key.
type key [][]string

type field struct {
	name  string
	typ   *schema.TypeExpr
	named *typ
	args  []argumentDefinition
	// external fields are owned by another subgraph.
	external bool
}

type argumentDefinition struct {
	name  string
	value *node // the default; nil for none
}

func (t *typ) field(name string) *field { return t.byName[name] }

func (t *typ) entity() bool { return len(t.keys) > 0 }

// is reports whether objects of the concrete type t are of the other type.
func (t *typ) is(other *typ) bool { return t == other || slices.Contains(other.possible, t) }

func newModel(doc *schema.Document, more map[string][]string) (*model, error) {
	if doc == nil {
		return nil, errors.New("there is no schema")
	}
	m := &model{types: map[string]*typ{}, keyNames: map[string]bool{}}
	keyNames := directiveNames(doc, "key")
	externalNames := directiveNames(doc, "external")
	var order []*typ
	declared, resolvable, hidden := map[*typ][]string{}, map[*typ][]string{}, map[*typ][]string{}
	for _, d := range doc.Types {
		t := m.types[d.Name]
		if t == nil {
			t = &typ{name: d.Name, kind: d.Kind, byName: map[string]*field{}}
			m.types[d.Name] = t
			order = append(order, t)
		}
		if t.kind != d.Kind {
			return nil, fmt.Errorf("type %s has two kinds", d.Name)
		}
		t.hidden = t.hidden || applied(d.Directives, "inaccessible")
		for _, v := range d.Values {
			// A value that the graph does not show would be refused.
			if applied(v.Directives, "inaccessible") {
				hidden[t] = append(hidden[t], v.Name)
			} else {
				t.values = append(t.values, v.Name)
			}
		}
		for _, ref := range d.Interfaces {
			t.interfaces = append(t.interfaces, ref.Name)
		}
		for _, ref := range d.Members {
			t.members = append(t.members, ref.Name)
		}
		for _, f := range d.Fields {
			if t.byName[f.Name] != nil {
				continue
			}
			out := &field{name: f.Name, typ: f.Type}
			for _, name := range externalNames {
				out.external = out.external || applied(f.Directives, name)
			}
			for _, a := range f.Arguments {
				def := argumentDefinition{name: a.Name}
				if a.Default != nil {
					def.value = nodeOf(a.Default)
				}
				out.args = append(out.args, def)
			}
			t.fields = append(t.fields, out)
			t.byName[f.Name] = out
		}
		for _, d := range d.Directives {
			if v := d.Argument("fields"); v != nil && slices.Contains(keyNames, d.Name) {
				declared[t] = append(declared[t], v.Raw)
				if r := d.Argument("resolvable"); r == nil || r.Raw != "false" {
					resolvable[t] = append(resolvable[t], v.Raw)
				}
			}
		}
	}
	for _, t := range order {
		if len(t.values) == 0 {
			t.values = hidden[t]
		}
		for _, f := range t.fields {
			f.named = m.named(f.typ.Named())
		}
	}
	m.findPossible(order)
	m.findRoots(doc)
	for _, t := range order {
		sets := append(declared[t], more[t.name]...)
		if err := m.findKeys(t, sets); err != nil {
			return nil, err
		}
		if t.lookups = append(resolvable[t], more[t.name]...); len(sets) == 0 && t.entity() {
			t.lookups = t.keys[0][0]
		}
	}
	m.order = order
	for _, t := range order {
		slices.Sort(t.interfaces)
		for _, name := range t.interfaces {
			if i := m.types[name]; t.kind == schema.Object && t.family == nil && i != nil && i.kind == schema.Interface && i.entity() {
				t.family = i
			}
		}
	}
	return m, nil
}

// named returns a type; one that nobody defines is a scalar.
func (m *model) named(name string) *typ {
	t := m.types[name]
	if t == nil {
		t = &typ{name: name, kind: schema.Scalar}
		m.types[name] = t
	}
	return t
}

func (m *model) findPossible(order []*typ) {
	for _, t := range order {
		switch t.kind {
		case schema.Object:
			t.possible = append(t.possible, t)
			for _, name := range t.interfaces {
				if i := m.types[name]; i != nil && i.kind == schema.Interface && !slices.Contains(i.possible, t) {
					i.possible = append(i.possible, t)
				}
			}
		case schema.Union:
			for _, name := range t.members {
				if o := m.types[name]; o != nil && o.kind == schema.Object && !slices.Contains(t.possible, o) {
					t.possible = append(t.possible, o)
				}
			}
		}
	}
	for _, t := range order {
		slices.SortFunc(t.possible, func(a, b *typ) int { return strings.Compare(a.name, b.name) })
		if t.kind == schema.Object {
			continue
		}
		// What the graph does not show would be refused.
		shown := slices.DeleteFunc(slices.Clone(t.possible), func(o *typ) bool { return o.hidden })
		if len(shown) > 0 {
			t.possible = shown
		}
	}
}

func (m *model) findRoots(doc *schema.Document) {
	names := [3]string{"Query", "Mutation", "Subscription"}
	given := names
	for _, d := range doc.Schemas {
		for _, r := range d.Roots {
			given[r.Operation] = r.Type
		}
	}
	for kind, name := range given {
		if t := m.types[name]; t != nil && t.kind == schema.Object {
			m.roots[kind] = t
			t.root = names[kind]
		}
	}
}

// findKeys notes the keys of a type: those that are declared, or else a field
// that is named as keys are.
func (m *model) findKeys(t *typ, sets []string) error {
	if t.root != "" || t.kind != schema.Object && t.kind != schema.Interface {
		return nil
	}
	for _, text := range sets {
		set, err := schema.ParseSelections(text)
		if err != nil {
			return fmt.Errorf("type %s has the key %q: %w", t.name, text, err)
		}
		k, err := m.leaves(t, set, nil, nil)
		if err != nil {
			return fmt.Errorf("type %s has the key %q: %w", t.name, text, err)
		}
		t.keys = append(t.keys, k)
		for _, path := range k {
			if name := path[len(path)-1]; len(path) == 1 && !idName(name) {
				m.keyNames[name] = true
			}
		}
	}
	if len(t.keys) > 0 {
		return nil
	}
	for _, f := range t.fields {
		if f.typ.Elem != nil || f.named.kind != schema.Scalar {
			continue
		}
		switch name := plain(f.name); name {
		case "id", "uuid", "guid", plain(t.name) + "id":
			t.keys = []key{{{f.name}}}
			return nil
		}
	}
	return nil
}

func (m *model) leaves(t *typ, set []schema.Selection, above []string, out key) (key, error) {
	for i := range set {
		s := &set[i]
		if s.Name == "__typename" {
			continue
		}
		f := t.field(s.Name)
		if f == nil {
			return nil, fmt.Errorf("type %s has no field %q", t.name, s.Name)
		}
		path := append(slices.Clone(above), s.Name)
		if len(s.Selections) == 0 {
			if f.named.kind.Composite() {
				return nil, fmt.Errorf("nothing is selected of %s.%s", t.name, s.Name)
			}
			out = append(out, path)
			continue
		}
		if f.typ.Elem != nil {
			return nil, fmt.Errorf("%s.%s is a list", t.name, s.Name)
		}
		var err error
		if out, err = m.leaves(f.named, s.Selections, path, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// directiveNames are the names that a federation directive may have in a document.
func directiveNames(doc *schema.Document, name string) []string {
	out := []string{name, "federation__" + name}
	for _, s := range doc.Schemas {
		for _, d := range s.Directives {
			url := d.Argument("url")
			if d.Name != "link" || url == nil || !strings.Contains(url.Raw, "/federation/") {
				continue
			}
			if as := d.Argument("as"); as != nil {
				out = append(out, as.Raw+"__"+name)
			}
			imports := d.Argument("import")
			if imports == nil {
				continue
			}
			for _, item := range imports.Items {
				n := nodeOf(item)
				if from, as := n.get("name"), n.get("as"); from != nil && as != nil && from.text == "@"+name {
					out = append(out, strings.TrimPrefix(as.text, "@"))
				}
			}
		}
	}
	return out
}

func applied(list []*schema.Directive, name string) bool {
	return slices.ContainsFunc(list, func(d *schema.Directive) bool { return d.Name == name || d.Name == "federation__"+name })
}

// plain is a name without its style: userId, user_id and UserID are alike.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// idName reports whether a field's name says that it is an id, its own or that of
// another object.
func idName(name string) bool {
	p := plain(name)
	switch {
	case p == "id" || p == "uuid" || p == "guid" || strings.HasSuffix(name, "ID") || strings.HasSuffix(name, "Id"):
		return true
	}
	return strings.HasSuffix(name, "_id")
}
