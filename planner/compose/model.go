package compose

import (
	"github.com/weft-graphql/weft/planner/schema"
)

// subgraph is the model of one subgraph: definitions and extensions joined,
// directives known by their canonical names, root types under their default
// names.
type subgraph struct {
	index int
	name  string
	url   string
	doc   *schema.Document

	fed2    bool
	version int // minor version of Federation 2
	links   []*link
	// canonical maps a directive's name in this subgraph to its canonical one
	// ("key", "shareable", …) for directives of specifications.
	canonical map[string]string
	// origin says of which specification (by its identity) a local name is.
	origin map[string]string
	// local is the inverse of canonical.
	local map[string]string
	// specTypes are the names of types that a specification defines here.
	specTypes map[string]string
	// directives are all directive definitions by local name.
	directives map[string]*schema.DirectiveDefinition
	// own are the subgraph's own directive definitions, not those of a
	// specification, in source order.
	own []*schema.DirectiveDefinition

	schemaDirectives []*schema.Directive
	schemaPos        schema.Position
	types            map[string]*typ
	order            []*typ
	// renamedRoots maps the default root name to the name in the SDL.
	renamedRoots map[string]string
	// rootsGiven says which roots the schema definition decides on, rootNames
	// by what names.
	rootsGiven [3]bool
	rootNames  [3]string
	// implementations are the types that implement each interface.
	implementations map[string][]*typ

	// used are the external fields that a directive or an interface needs.
	used map[*field]bool
	// provided are the fields that some @provides mentions.
	provided map[*field]bool
}

// typ is one type of one subgraph.
type typ struct {
	sg          *subgraph
	kind        schema.Kind
	name        string // root types under their default names
	description string
	pos         schema.Position
	// hasDefinition and hasExtension say of what parts the type was made.
	hasDefinition bool
	hasExtension  bool
	applied       []applied
	interfaces    []schema.NamedRef
	fields        []*field
	byName        map[string]*field
	members       []schema.NamedRef
	values        []*value
}

// applied is a directive application with the part (definition or extension)
// it was written on.
type applied struct {
	*schema.Directive
	name string // canonical name of a specification's directive, else the local name
	// spec says that the directive belongs to a specification.
	spec      bool
	part      int
	extension bool
}

// field is a field of an object, interface or input object.
type field struct {
	parent      *typ
	name        string
	description string
	pos         schema.Position
	typ         *schema.TypeExpr
	args        []*argument
	def         *schema.Value
	applied     []applied
	part        int
	extension   bool // written in an extension

	external  bool // @external is in force
	keyField  bool // named by a @key
	shareable bool
}

// argument is an argument of a field.
type argument struct {
	name        string
	description string
	pos         schema.Position
	typ         *schema.TypeExpr
	def         *schema.Value
	applied     []applied
}

// value is a value of an enum.
type value struct {
	name        string
	description string
	pos         schema.Position
	applied     []applied
}

func find(list []applied, name string) *applied {
	for i := range list {
		if list[i].spec && list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

func has(list []applied, name string) bool { return find(list, name) != nil }

func all(list []applied, name string) []*applied {
	var out []*applied
	for i := range list {
		if list[i].spec && list[i].name == name {
			out = append(out, &list[i])
		}
	}
	return out
}

func without(list []applied, name string) []applied {
	var out []applied
	for _, a := range list {
		if !a.spec || a.name != name {
			out = append(out, a)
		}
	}
	return out
}

// stringArg returns a string argument.
func (a *applied) stringArg(name string) (string, bool) {
	v := a.Argument(name)
	if v == nil || v.Kind != schema.StringValue {
		return "", false
	}
	return v.Raw, true
}

func (f *field) coordinate() string { return f.parent.name + "." + f.name }

func (t *typ) field(name string) *field { return t.byName[name] }

func (t *typ) removeField(f *field) {
	for i, g := range t.fields {
		if g == f {
			t.fields = append(t.fields[:i:i], t.fields[i+1:]...)
			break
		}
	}
	delete(t.byName, f.name)
}

func (f *field) argument(name string) *argument {
	for _, a := range f.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

func (t *typ) implements(name string) bool {
	for _, i := range t.interfaces {
		if i.Name == name {
			return true
		}
	}
	return false
}

// isEntity reports whether the type has a @key.
func (t *typ) isEntity() bool { return has(t.applied, "key") }

func (t *typ) isInterfaceObject() bool {
	return t.kind == schema.Object && has(t.applied, "interfaceObject")
}

func isRootName(name string) bool {
	return name == "Query" || name == "Mutation" || name == "Subscription"
}

func builtinScalar(name string) bool { return schema.BuiltinScalar(name) }

// kindOf returns the kind of a type named in the subgraph.
func (sg *subgraph) kindOf(name string) (schema.Kind, bool) {
	if t := sg.types[name]; t != nil {
		return t.kind, true
	}
	if builtinScalar(name) {
		return schema.Scalar, true
	}
	if _, ok := sg.specTypes[name]; ok {
		return schema.Scalar, true
	}
	return 0, false
}

// possible returns the object types that a value of the type may have here.
func (sg *subgraph) possible(t *typ) []*typ {
	switch t.kind {
	case schema.Object:
		return []*typ{t}
	case schema.Interface:
		var out []*typ
		for _, i := range sg.implementations[t.name] {
			if i.kind == schema.Object {
				out = append(out, i)
			}
		}
		return out
	case schema.Union:
		var out []*typ
		for _, m := range t.members {
			if o := sg.types[m.Name]; o != nil && o.kind == schema.Object {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// isSubtype reports whether maybe can stand where super is expected, in this
// subgraph.
func (sg *subgraph) isSubtype(maybe, super *schema.TypeExpr) bool {
	return subtype(maybe, super, sg.namedSubtype)
}

func (sg *subgraph) namedSubtype(maybe, super string) bool {
	t := sg.types[maybe]
	s := sg.types[super]
	if t == nil || s == nil {
		return false
	}
	switch s.kind {
	case schema.Interface:
		return t.implements(super)
	case schema.Union:
		for _, m := range s.members {
			if m.Name == maybe {
				return true
			}
		}
	}
	return false
}

// subtype compares types structurally; named decides on two different names.
func subtype(maybe, super *schema.TypeExpr, named func(maybe, super string) bool) bool {
	if super.NonNull && !maybe.NonNull {
		return false
	}
	if (maybe.Elem == nil) != (super.Elem == nil) {
		return false
	}
	if maybe.Elem != nil {
		return subtype(maybe.Elem, super.Elem, named)
	}
	return maybe.Name == super.Name || named(maybe.Name, super.Name)
}
