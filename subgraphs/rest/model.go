package rest

import (
	"cmp"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// model is the subgraph's own schema with extensions merged, as far as REST
// needs to know it. It is read only once it is built.
type model struct {
	// badKeys says that some @key names a field that is not there.
	badKeys bool
	types   map[string]*typ
	order   []*typ
	// roots are the root types by operation; nil where there is none.
	roots [3]*typ
	// names are, by directive of the federation specification, what the document
	// calls it.
	names map[string]string
}

// typ is one type.
type typ struct {
	name     string
	kind     schema.Kind
	fields   []*field
	byName   map[string]*field
	keys     []keySet
	faces    []string // interfaces it implements
	members  []string
	possible []*typ // concrete types of an abstract one
	values   []string
	pos      schema.Position
}

// keySet is one @key.
type keySet struct {
	text string
	set  []schema.Selection
}

// field is one field of an object or interface, or an input field.
type field struct {
	parent   *typ
	name     string
	expr     *schema.TypeExpr
	named    *typ
	args     []*schema.ArgumentDefinition
	external bool
	pos      schema.Position
}

// coordinate is how the schema is talked about.
func (f *field) coordinate() string { return f.parent.name + "." + f.name }

// argument returns the argument of that name, or nil.
func (f *field) argument(name string) *schema.ArgumentDefinition {
	for _, a := range f.args {
		if a.Name == name {
			return a
		}
	}
	return nil
}

func (f *field) argumentNames() []string {
	out := make([]string, len(f.args))
	for i, a := range f.args {
		out[i] = a.Name
	}
	return out
}

func (t *typ) fieldNames() []string {
	out := make([]string, len(t.fields))
	for i, f := range t.fields {
		out[i] = f.name
	}
	return out
}

// is reports whether an object of the type fits a type condition.
func (t *typ) is(on string) bool {
	if on == "" || on == t.name {
		return true
	}
	for _, name := range t.faces {
		if name == on {
			return true
		}
	}
	return false
}

// keyField reports whether a field is at the top of one of the type's keys.
func (t *typ) keyField(name string) bool {
	for i := range t.keys {
		for j := range t.keys[i].set {
			if t.keys[i].set[j].Name == name {
				return true
			}
		}
	}
	return false
}

func (m *model) typeNames(fit func(*typ) bool) []string {
	var out []string
	for _, t := range m.order {
		if fit == nil || fit(t) {
			out = append(out, t.name)
		}
	}
	return out
}

// isRoot reports whether a type is a root type.
func (m *model) isRoot(t *typ) bool {
	return t == m.roots[0] || t == m.roots[1] || t == m.roots[2]
}

// rootNamed is the root type by its own name or by the usual one.
func (m *model) rootNamed(name string) (schema.OperationKind, *typ, bool) {
	for kind, t := range m.roots {
		if t != nil && t.name == name {
			return schema.OperationKind(kind), t, true
		}
	}
	for kind, usual := range rootNames {
		if name == usual && m.types[name] == nil {
			return schema.OperationKind(kind), m.roots[kind], true
		}
	}
	return 0, nil, false
}

var rootNames = [3]string{"Query", "Mutation", "Subscription"}

// newModel merges a document. What it cannot make sense of it leaves out:
// composition checks the document and reports it.
func newModel(doc *schema.Document, f *faults) *model {
	m := &model{types: map[string]*typ{}, names: directiveNames(doc)}
	for _, name := range []string{"Int", "Float", "String", "Boolean", "ID"} {
		m.types[name] = &typ{name: name, kind: schema.Scalar}
	}
	for _, def := range doc.Types {
		t := m.types[def.Name]
		if t == nil {
			t = &typ{name: def.Name, kind: def.Kind, byName: map[string]*field{}, pos: def.Pos}
			m.types[def.Name] = t
			m.order = append(m.order, t)
		}
		if t.kind != def.Kind || t.byName == nil {
			continue
		}
		m.extend(t, def, f)
	}
	for _, t := range m.order {
		for _, k := range t.keys {
			for _, s := range k.set {
				if t.byName[s.Name] == nil && !s.Fragment && s.Name != "__typename" {
					m.badKeys = true
					f.add(CodeInvalidSchema, Place{}, t.name, "the @key %q of %s names %s, which %s does not have", k.text, t.name, s.Name, t.name).Hint =
						cmp.Or(didYouMean(s.Name, t.fieldNames()), "Add the field to the type, or name another in the @key.")
				}
			}
		}
		for _, fd := range t.fields {
			fd.named = m.types[fd.expr.Named()]
			if fd.named == nil {
				f.add(CodeInvalidSchema, Place{}, fd.coordinate(), "the schema does not define the type %s of %s", fd.expr.Named(), fd.coordinate()).Hint =
					"Define the type, or write \"scalar " + fd.expr.Named() + "\" if it is a scalar of your own."
				fd.named = &typ{name: fd.expr.Named(), kind: schema.Scalar}
				m.types[fd.named.name] = fd.named
			}
		}
	}
	for _, t := range m.order {
		for _, face := range t.faces {
			if it := m.types[face]; it != nil && t.kind == schema.Object {
				it.possible = append(it.possible, t)
			}
		}
		for _, member := range t.members {
			if mt := m.types[member]; mt != nil {
				t.possible = append(t.possible, mt)
			}
		}
	}
	m.findRoots(doc)
	return m
}

func (m *model) extend(t *typ, def *schema.TypeDefinition, f *faults) {
	external := m.applied(def.Directives, "external") != nil
	for _, d := range def.Directives {
		if d.Name != m.names["key"] {
			continue
		}
		v := d.Argument("fields")
		if v == nil {
			continue
		}
		set, err := schema.ParseSelections(v.Raw)
		if err != nil {
			f.add(CodeInvalidSchema, Place{}, t.name, "the @key %q of %s cannot be read: %v", v.Raw, t.name, err)
			continue
		}
		t.keys = append(t.keys, keySet{text: schema.PrintSelections(set), set: set})
	}
	for _, fd := range def.Fields {
		if t.byName[fd.Name] != nil {
			continue
		}
		nf := &field{
			parent: t, name: fd.Name, expr: fd.Type, args: fd.Arguments, pos: fd.Pos,
			external: external || m.applied(fd.Directives, "external") != nil,
		}
		t.fields = append(t.fields, nf)
		t.byName[fd.Name] = nf
	}
	for _, n := range def.Interfaces {
		t.faces = append(t.faces, n.Name)
	}
	for _, n := range def.Members {
		t.members = append(t.members, n.Name)
	}
	for _, v := range def.Values {
		t.values = append(t.values, v.Name)
	}
}

func (m *model) applied(list []*schema.Directive, name string) *schema.Directive {
	for _, d := range list {
		if d.Name == m.names[name] || d.Name == "federation__"+name {
			return d
		}
	}
	return nil
}

func (m *model) findRoots(doc *schema.Document) {
	named := false
	for _, s := range doc.Schemas {
		for _, r := range s.Roots {
			named = true
			if int(r.Operation) < len(m.roots) {
				m.roots[r.Operation] = m.types[r.Type]
			}
		}
	}
	if named {
		return
	}
	for i, name := range rootNames {
		m.roots[i] = m.types[name]
	}
}

// directiveNames reads the @link of the federation specification: directives
// can be imported under another name.
func directiveNames(doc *schema.Document) map[string]string {
	names := map[string]string{"key": "key", "external": "external"}
	for _, s := range doc.Schemas {
		for _, d := range s.Directives {
			url := d.Argument("url")
			if url == nil || !strings.Contains(url.Raw, "/federation/") {
				continue
			}
			imports := d.Argument("import")
			if imports == nil {
				continue
			}
			for _, item := range imports.Items {
				if item.Kind != schema.ObjectValue {
					continue
				}
				var from, to string
				for _, a := range item.Fields {
					switch a.Name {
					case "name":
						from = strings.TrimPrefix(a.Value.Raw, "@")
					case "as":
						to = strings.TrimPrefix(a.Value.Raw, "@")
					}
				}
				if _, known := names[from]; known && to != "" {
					names[from] = to
				}
			}
		}
	}
	return names
}
