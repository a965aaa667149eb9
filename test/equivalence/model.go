package equivalence

import (
	"fmt"
	"slices"
	"strings"
)

// Mask is a set of subgraphs, by index.
type Mask uint32

func (m Mask) has(s int) bool { return m&(1<<s) != 0 }

func (m Mask) list() []int {
	var out []int
	for s := 0; m>>s != 0; s++ {
		if m.has(s) {
			out = append(out, s)
		}
	}
	return out
}

func (m Mask) count() int { return len(m.list()) }

// Case is one graph, its data and one operation over it. It is plain data, so
// that it can be copied, cut down and written to a file.
type Case struct {
	Subgraphs []string
	Types     []*Type
	Data      *World
	Op        *Operation
}

// Kind is a kind of type.
type Kind string

// The kinds of types. Entities and values are both object types.
const (
	Entity    Kind = "entity"
	Value     Kind = "value"
	Interface Kind = "interface"
	Union     Kind = "union"
	Enum      Kind = "enum"
	Scalar    Kind = "scalar"
	Input     Kind = "input"
	Root      Kind = "root"
)

// Type is one type of the graph and what each subgraph has of it.
type Type struct {
	Name string
	Kind Kind
	// In are the subgraphs that have the type; enums, scalars and inputs are
	// wherever something uses them.
	In     Mask
	Keys   []*Key   `json:",omitempty"`
	Fields []*Field `json:",omitempty"`
	// Members are the object types of an interface or union.
	Members []*Member `json:",omitempty"`
	Values  []string  `json:",omitempty"`
	// Loose says that no field but the key's may be non-null: objects of the
	// type may be unknown where they are looked up.
	Loose bool `json:",omitempty"`
	// AltOnly are the subgraphs that know the entity by its nullable key only.
	// What they have of an entity without that key is null.
	AltOnly Mask `json:",omitempty"`
	// Object are the subgraphs that know an interface as @interfaceObject.
	Object Mask `json:",omitempty"`
	// Split says that the fields of a value type lie in several subgraphs.
	Split bool `json:",omitempty"`
}

// Key is one key of an entity.
type Key struct {
	Fields FieldSet
	In     Mask
	// Stub are the subgraphs where the key leads nowhere.
	Stub Mask `json:",omitempty"`
}

// Member is a type that an interface or union has in some subgraphs.
type Member struct {
	Name string
	In   Mask
}

// Field is one field and where it is.
type Field struct {
	Name string
	Type string // as SDL
	Args []*Arg `json:",omitempty"`
	// In are the subgraphs that resolve the field.
	In Mask
	// Old is the subgraph that the field was taken from by @override.
	Old Mask `json:",omitempty"`
	// Strict are the subgraphs that declare the field non-null though the graph
	// does not.
	Strict Mask `json:",omitempty"`
	// Shared says that another subgraph provides the field.
	Shared   bool       `json:",omitempty"`
	Provides []*Provide `json:",omitempty"`
	Requires FieldSet   `json:",omitempty"`
	// Take says that the argument first limits the list.
	Take bool `json:",omitempty"`
	// Compute is the data server's expression for the field.
	Compute any `json:",omitempty"`
}

// Provide is one @provides.
type Provide struct {
	In     Mask
	Fields FieldSet
}

// Arg is an argument or an input field.
type Arg struct {
	Name, Type string
	Default    string `json:",omitempty"`
}

// FieldSet is the selection of a key, @requires or @provides.
type FieldSet []*SetItem

// SetItem is a field of a FieldSet, or with On a fragment.
type SetItem struct {
	Name string   `json:",omitempty"`
	On   string   `json:",omitempty"`
	Sub  FieldSet `json:",omitempty"`
}

func (s FieldSet) String() string {
	var parts []string
	for _, i := range s {
		text := i.Name
		if i.On != "" {
			text = "... on " + i.On
		}
		if len(i.Sub) > 0 {
			text += " { " + i.Sub.String() + " }"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func (c *Case) typ(name string) *Type {
	for _, t := range c.Types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (t *Type) field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (t *Type) composite() bool {
	switch t.Kind {
	case Entity, Value, Interface, Union, Root:
		return true
	}
	return false
}

// soft says that the fields of the type may be null.
func (t *Type) soft() bool { return t.Loose || t.AltOnly != 0 }

func (t *Type) object() bool { return t.Kind == Entity || t.Kind == Value || t.Kind == Root }

// named is the innermost name of a type.
func named(typ string) string { return strings.Trim(typ, "[]!") }

func isList(typ string) bool { return strings.HasPrefix(typ, "[") }

func nonNull(typ string) bool { return strings.HasSuffix(typ, "!") }

// inner is the type of a list's items.
func inner(typ string) string {
	typ = strings.TrimSuffix(typ, "!")
	return typ[1 : len(typ)-1]
}

var builtin = []string{"String", "Int", "Float", "Boolean", "ID"}

func (c *Case) compositeType(name string) *Type {
	if slices.Contains(builtin, name) {
		return nil
	}
	if t := c.typ(name); t != nil && t.composite() {
		return t
	}
	return nil
}

// keyFields tells which fields of an entity are in a key in subgraph s; s < 0
// means any.
func (t *Type) keyFields(s int) map[string]bool {
	out := map[string]bool{}
	for _, k := range t.Keys {
		if s < 0 || k.In.has(s) {
			for _, i := range k.Fields {
				out[i.Name] = true
			}
		}
	}
	return out
}

// externals finds, by subgraph, the fields that must be declared @external for
// the sake of @requires and @provides.
func (c *Case) externals() []map[string]bool {
	out := make([]map[string]bool, len(c.Subgraphs))
	for s := range out {
		out[s] = map[string]bool{}
	}
	var walk func(s int, t *Type, set FieldSet)
	walk = func(s int, t *Type, set FieldSet) {
		for _, i := range set {
			if i.On != "" {
				walk(s, c.typ(i.On), i.Sub)
				continue
			}
			if i.Name == "__typename" || t == nil {
				continue
			}
			f := t.field(i.Name)
			if f == nil {
				continue
			}
			if !f.In.has(s) {
				out[s][t.Name+"."+f.Name] = true
			}
			walk(s, c.compositeType(named(f.Type)), i.Sub)
		}
	}
	for _, t := range c.Types {
		for _, f := range t.Fields {
			for _, s := range f.In.list() {
				if f.Requires != nil {
					walk(s, t, f.Requires)
				}
			}
			for _, p := range f.Provides {
				for _, s := range p.In.list() {
					walk(s, c.compositeType(named(f.Type)), p.Fields)
				}
			}
		}
	}
	return out
}

// SDL prints the schema of one subgraph.
func (c *Case) SDL(s int) string {
	var b strings.Builder
	b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\", \"@external\", \"@requires\", \"@provides\", \"@override\", \"@interfaceObject\"])\n")
	external := c.externals()[s]
	used := map[string]bool{}
	for _, t := range c.Types {
		if t.composite() && t.In.has(s) {
			c.printType(&b, t, s, external, used)
		}
	}
	c.printLeaves(&b, used)
	return b.String()
}

// Monolith prints the schema of one server that has everything.
func (c *Case) Monolith() string {
	var b strings.Builder
	used := map[string]bool{}
	for _, t := range c.Types {
		if t.composite() {
			c.printType(&b, t, -1, nil, used)
		}
	}
	c.printLeaves(&b, used)
	return b.String()
}

// printType prints a type for subgraph s, or for the monolith if s < 0.
func (c *Case) printType(b *strings.Builder, t *Type, s int, external map[string]bool, used map[string]bool) {
	whole := s < 0
	switch t.Kind {
	case Union:
		var names []string
		for _, m := range t.Members {
			if whole || m.In.has(s) {
				names = append(names, m.Name)
			}
		}
		fmt.Fprintf(b, "\nunion %s = %s\n", t.Name, strings.Join(names, " | "))
		return
	case Interface:
		if !whole && t.Object.has(s) {
			fmt.Fprintf(b, "\ntype %s @interfaceObject", t.Name)
			break
		}
		fmt.Fprintf(b, "\ninterface %s", t.Name)
	default:
		fmt.Fprintf(b, "\ntype %s", t.Name)
	}
	var implements []string
	for _, i := range c.Types {
		if i.Kind != Interface {
			continue
		}
		for _, m := range i.Members {
			if m.Name == t.Name && (whole || m.In.has(s)) {
				implements = append(implements, i.Name)
			}
		}
	}
	if len(implements) > 0 {
		fmt.Fprintf(b, " implements %s", strings.Join(implements, " & "))
	}
	if !whole {
		for _, k := range t.Keys {
			if !k.In.has(s) {
				continue
			}
			fmt.Fprintf(b, " @key(fields: %q", k.Fields.String())
			if k.Stub.has(s) {
				b.WriteString(", resolvable: false")
			}
			b.WriteByte(')')
		}
	}
	b.WriteString(" {\n")
	for _, f := range t.Fields {
		ext := external[t.Name+"."+f.Name]
		if !whole && !f.In.has(s) && !f.Old.has(s) && !ext {
			continue
		}
		fmt.Fprintf(b, "  %s", f.Name)
		for i, a := range f.Args {
			b.WriteString([]string{", ", "("}[btoi(i == 0)])
			fmt.Fprintf(b, "%s: %s", a.Name, a.Type)
			if a.Default != "" {
				fmt.Fprintf(b, " = %s", a.Default)
			}
			used[named(a.Type)] = true
		}
		if len(f.Args) > 0 {
			b.WriteByte(')')
		}
		fmt.Fprintf(b, ": %s", f.Type)
		used[named(f.Type)] = true
		if whole {
			b.WriteByte('\n')
			continue
		}
		if f.Strict.has(s) && !nonNull(f.Type) {
			b.WriteByte('!')
		}
		if t.object() || t.Object.has(s) {
			switch {
			case ext:
				b.WriteString(" @external")
			case f.Old.has(s):
			default:
				if f.In.count() > 1 || f.Shared {
					b.WriteString(" @shareable")
				}
				if f.Old != 0 {
					fmt.Fprintf(b, " @override(from: %q)", c.Subgraphs[f.Old.list()[0]])
				}
				if f.Requires != nil {
					fmt.Fprintf(b, " @requires(fields: %q)", f.Requires.String())
				}
				for _, p := range f.Provides {
					if p.In.has(s) {
						fmt.Fprintf(b, " @provides(fields: %q)", p.Fields.String())
					}
				}
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *Case) printLeaves(b *strings.Builder, used map[string]bool) {
	for _, t := range c.Types {
		if !used[t.Name] {
			continue
		}
		if t.Kind == Input {
			for _, f := range t.Fields {
				used[named(f.Type)] = true
			}
		}
	}
	for _, t := range c.Types {
		if !used[t.Name] {
			continue
		}
		switch t.Kind {
		case Enum:
			fmt.Fprintf(b, "\nenum %s { %s }\n", t.Name, strings.Join(t.Values, " "))
		case Scalar:
			fmt.Fprintf(b, "\nscalar %s\n", t.Name)
		case Input:
			fmt.Fprintf(b, "\ninput %s {\n", t.Name)
			for _, f := range t.Fields {
				fmt.Fprintf(b, "  %s: %s\n", f.Name, f.Type)
			}
			b.WriteString("}\n")
		}
	}
}
