package rest

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
	"github.com/weft-graphql/weft/subgraphs/rest/mapping"
)

// node is what a value of a type holds at one place of an answer, and how its
// fields are read. Nodes may be recursive.
type node struct {
	typ    *typ
	fields []*given
	// concrete are the nodes of the concrete types of an abstract one.
	concrete []*node
	// typename tells the concrete type of a value.
	typename *typenameRule
	// built values are made by a selection: their keys are fields of the schema.
	built bool
}

// given is one field of a node.
type given struct {
	field *field
	// key is the member of the object that holds the value; otherwise expr makes
	// it of the object, or it is taken from the row that was looked up.
	key   string
	expr  *reading
	row   []string
	below *node // of a composite field
	enum  *enumMap
}

func (n *node) field(name string) *given {
	for _, g := range n.fields {
		if g.field.name == name {
			return g
		}
	}
	return nil
}

// typenameRule tells the concrete type of an object.
type typenameRule struct {
	// key is the member of a built object with the name of the type.
	key     string
	by      *reading
	types   map[string]*typ // by what the upstream writes
	present []presence
}

type presence struct {
	typ  *typ
	path *reading
}

// typeMapping is one type of the `types:` section.
type typeMapping struct {
	fields   map[string]*reading
	typename *typenameRule
}

// typeMappings compiles the mappings of types.
func (c *compiler) typeMappings() {
	for i := range c.spec.Types {
		s := &c.spec.Types[i]
		t := c.model.types[s.Type]
		if t == nil || !t.kind.Composite() {
			e := c.add(CodeUnknownType, s.At, s.Type, "the schema has no type %s with fields", s.Type)
			e.Hint = didYouMean(s.Type, c.typeNames(func(t *typ) bool { return t.kind.Composite() }))
			continue
		}
		m := c.types[s.Type]
		if m == nil {
			m = &typeMapping{fields: map[string]*reading{}}
			c.types[s.Type] = m
		}
		for _, fs := range s.Fields {
			coordinate := s.Type + "." + fs.Field
			f := t.byName[fs.Field]
			switch {
			case f == nil:
				e := c.add(CodeUnknownField, fs.At, coordinate, "%s has no field %s", s.Type, fs.Field)
				e.Hint = didYouMean(fs.Field, t.fieldNames())
			case len(f.args) > 0:
				c.add(CodeArgumentsIgnored, fs.At, coordinate, "%s has arguments, and a mapping cannot depend on them", coordinate).Hint =
					"Give the field an endpoint of its own."
			default:
				if r := c.readingOf(fs.Select, false, orPlace(fs.At, s.At), coordinate, nil); r != nil {
					m.fields[fs.Field] = r
				}
			}
		}
		if s.Typename != nil {
			m.typename = c.typenameRule(t, s)
		}
	}
}

func (c *compiler) typenameRule(t *typ, s *TypeSpec) *typenameRule {
	if !t.kind.Abstract() {
		c.add(CodeInvalidOption, s.At, s.Type, "typename is for interfaces and unions, and %s is neither", s.Type)
		return nil
	}
	r := &typenameRule{types: map[string]*typ{}}
	concrete := func(name string) *typ {
		at := slices.IndexFunc(t.possible, func(p *typ) bool { return p.name == name })
		if at < 0 {
			e := c.add(CodeUnknownType, s.At, s.Type, "%s is not a concrete type of %s", name, s.Type)
			names := make([]string, len(t.possible))
			for i, p := range t.possible {
				names[i] = p.name
			}
			e.Hint = didYouMean(name, names)
			return nil
		}
		return t.possible[at]
	}
	if s.Typename.By != "" {
		r.by = c.readingOf(s.Typename.By, false, s.At, s.Type, nil)
	}
	for _, v := range s.Typename.Map {
		text := v.Name
		name := v.JSON
		if parsed, err := mapping.ParseValueJSON([]byte(v.JSON)); err == nil {
			name = parsed.Text()
		}
		if p := concrete(name); p != nil {
			r.types[text] = p
		}
	}
	for _, p := range t.possible {
		if r.types[p.name] == nil {
			r.types[p.name] = p
		}
	}
	for _, v := range s.Typename.Present {
		path := v.JSON
		if parsed, err := mapping.ParseValueJSON([]byte(v.JSON)); err == nil {
			path = parsed.Text()
		}
		if p := concrete(v.Name); p != nil {
			if reading := c.readingOf(path, false, s.At, s.Type, nil); reading != nil {
				r.present = append(r.present, presence{p, reading})
			}
		}
	}
	if r.by == nil && len(r.present) == 0 {
		c.add(CodeMissingTypename, s.At, s.Type, "typename needs by: or present:")
		return nil
	}
	return r
}

// mapped is the mapping of a field: the type's own or that of one of its
// interfaces.
func (c *compiler) mapped(t *typ, name string) *reading {
	if m := c.types[t.name]; m != nil && m.fields[name] != nil {
		return m.fields[name]
	}
	for _, face := range t.faces {
		if m := c.types[face]; m != nil && m.fields[name] != nil {
			return m.fields[name]
		}
	}
	return nil
}

// raw is the node of the upstream's own objects of a type: what is mapped under
// types, and the rest by name.
func (c *compiler) raw(t *typ, e *endpoint) *node {
	if n := c.raws[t]; n != nil {
		return n
	}
	n := &node{typ: t}
	c.raws[t] = n
	if t.kind.Abstract() {
		if m := c.types[t.name]; m != nil {
			n.typename = m.typename
		}
		if n.typename == nil {
			c.add(CodeMissingTypename, orPlace(e.spec.At, Place{Key: "rest.types." + t.name}), t.name, "nothing tells the concrete type of a %s", t.name).Hint =
				"Add types." + t.name + ".typename: {by: path of the discriminator}."
		}
		for _, p := range t.possible {
			n.concrete = append(n.concrete, c.raw(p, e))
		}
		return n
	}
	for _, f := range t.fields {
		r := c.mapped(t, f.name)
		if r == nil {
			if len(f.args) > 0 || c.resolved[f] || f.external && !t.keyField(f.name) {
				continue
			}
			g := &given{field: f, key: styled(c.spec.Names, f.name), enum: c.up.enums[f.named.name]}
			if f.named.kind.Composite() {
				g.below = c.raw(f.named, e)
			}
			n.fields = append(n.fields, g)
			continue
		}
		n.fields = append(n.fields, c.made(f, r, e))
	}
	return n
}

// made is a field that an expression makes.
func (c *compiler) made(f *field, r *reading, e *endpoint) *given {
	g := &given{field: f, expr: r, enum: c.up.enums[f.named.name]}
	if s := r.shape; s.Kind == mapping.ShapeAny && s.Root == "$" && len(s.Input) == 1 && r.text == s.Input[0] {
		g.key, g.expr = s.Input[0], nil
	}
	if f.named.kind.Composite() {
		g.below = c.shaped(f.named, r.shape, f.coordinate(), e, 0)
	} else {
		c.checkLeaf(f.named, r.shape, f.coordinate(), e)
	}
	return g
}

// checkLeaf refuses objects where the schema has a scalar.
func (c *compiler) checkLeaf(t *typ, s *mapping.Shape, coordinate string, e *endpoint) {
	s = innermost(s)
	if s.Kind == mapping.ShapeObject && (t.kind == schema.Enum || builtinScalar(t.name)) {
		c.add(CodeInvalidSelection, e.spec.At, coordinate, "%s is a %s, and its mapping makes an object", coordinate, t.name)
	}
}

// innermost looks through lists and choices to what the values are.
func innermost(s *mapping.Shape) *mapping.Shape {
	for range maxShapeDepth {
		switch {
		case s.Kind == mapping.ShapeList && s.Item != nil:
			s = s.Item
			continue
		case s.Kind != mapping.ShapeOneOf:
			return s
		}
		var options []*mapping.Shape
		for _, o := range s.Options {
			if o = innermost(o); o.Kind != mapping.ShapeNull && o.Kind != mapping.ShapeMissing {
				options = append(options, o)
			}
		}
		if len(options) == 0 {
			return s.Options[0]
		}
		first := options[0]
		for _, o := range options[1:] {
			if o.Kind != mapping.ShapeObject || first.Kind != mapping.ShapeObject {
				if o.Kind == mapping.ShapeAny {
					first = o
				}
				continue
			}
			// What all of them have is there for sure.
			both := &mapping.Shape{Kind: mapping.ShapeObject}
			for i := range first.Fields {
				if o.Field(first.Fields[i].Name) != nil {
					both.Fields = append(both.Fields, first.Fields[i])
				}
			}
			first = both
		}
		return first
	}
	return s
}

// shaped is the node of a value that a selection makes.
func (c *compiler) shaped(t *typ, s *mapping.Shape, what string, e *endpoint, depth int) *node {
	s = innermost(s)
	switch s.Kind {
	case mapping.ShapeAny:
		return c.raw(t, e)
	case mapping.ShapeNull, mapping.ShapeMissing:
		return &node{typ: t, built: true}
	case mapping.ShapeObject:
	default:
		c.add(CodeInvalidSelection, e.spec.At, what, "%s is a %s, and its mapping makes a %s", what, t.name, s.Kind)
		return &node{typ: t, built: true}
	}
	n := &node{typ: t, built: true}
	if depth > maxShapeDepth {
		return n
	}
	if t.kind.Abstract() {
		if s.Field("__typename") == nil {
			c.add(CodeMissingTypename, e.spec.At, what, "the mapping of %s does not tell the concrete type of a %s", what, t.name).Hint =
				"Give it a __typename, as in __typename: $(\"" + t.name + "\")."
		}
		n.typename = &typenameRule{key: "__typename", types: map[string]*typ{}}
		for _, p := range t.possible {
			n.typename.types[p.name] = p
			n.concrete = append(n.concrete, c.builtFields(p, s, what, e, depth, t))
		}
		return n
	}
	return c.builtFields(t, s, what, e, depth, nil)
}

// builtFields is the node of an object that a selection makes. Of an abstract
// type's selection it is what one concrete type has.
func (c *compiler) builtFields(t *typ, s *mapping.Shape, what string, e *endpoint, depth int, abstract *typ) *node {
	n := &node{typ: t, built: true}
	for i := range s.Fields {
		sf := &s.Fields[i]
		if sf.Name == "__typename" {
			continue
		}
		f := t.byName[sf.Name]
		switch {
		case f == nil && abstract != nil && slices.ContainsFunc(abstract.possible, func(p *typ) bool { return p.byName[sf.Name] != nil }):
			continue
		case f == nil:
			at := e.spec.At
			if e.spec.Select != "" {
				at = e.spec.at("select")
			}
			err := c.add(CodeUnknownField, at, what, "the mapping of %s makes %s, which %s does not have", what, sf.Name, t.name)
			err.Hint = didYouMean(sf.Name, t.fieldNames())
			continue
		case len(f.args) > 0:
			c.add(CodeArgumentsIgnored, e.spec.At, f.coordinate(), "%s has arguments, and a mapping cannot depend on them", f.coordinate()).Hint =
				"Give the field an endpoint of its own."
			continue
		}
		g := &given{field: f, key: sf.Name, enum: c.up.enums[f.named.name]}
		if f.named.kind.Composite() {
			g.below = c.shaped(f.named, sf.Shape, what+"."+f.name, e, depth+1)
		} else {
			c.checkLeaf(f.named, sf.Shape, f.coordinate(), e)
		}
		n.fields = append(n.fields, g)
	}
	return n
}

// provided is the node of objects that hold just a field set, by the schema's
// names.
func (c *compiler) provided(t *typ, set []schema.Selection, e *endpoint) *node {
	n := &node{typ: t, built: true}
	for i := range set {
		f := t.byName[set[i].Name]
		if f == nil {
			continue // checkSet has reported it
		}
		g := &given{field: f, key: f.name, enum: c.up.enums[f.named.name]}
		if f.named.kind.Composite() {
			g.below = c.provided(f.named, set[i].Selections, e)
		}
		n.fields = append(n.fields, g)
	}
	return n
}

// restrict is a node with only the fields of a set, or without them.
func restrict(n *node, set []schema.Selection, keep bool) *node {
	out := *n
	out.fields = nil
	for _, g := range n.fields {
		at := slices.IndexFunc(set, func(s schema.Selection) bool { return s.Name == g.field.name })
		switch {
		case at < 0 && keep, at >= 0 && !keep && len(set[at].Selections) == 0:
			continue
		case at >= 0 && len(set[at].Selections) > 0 && g.below != nil:
			cut := *g
			cut.below = restrict(g.below, set[at].Selections, keep)
			g = &cut
		}
		out.fields = append(out.fields, g)
	}
	out.concrete = nil
	for _, p := range n.concrete {
		out.concrete = append(out.concrete, restrict(p, set, keep))
	}
	return &out
}

func builtinScalar(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return false
}
