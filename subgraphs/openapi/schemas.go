package openapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// viewKind is what a schema describes.
type viewKind uint8

const (
	viewAny viewKind = iota
	viewScalar
	viewEnum
	viewList
	viewObject
	viewMap // an object with free keys only
	viewUnion
)

// view is a schema as GraphQL can look at it: references followed, allOf merged,
// null and choices sorted out. Views are shared and not changed once made.
type view struct {
	kind viewKind
	// component is the name of the component schema that this is; empty for a
	// schema that is written where it is used.
	component string
	at        string // pointer
	title     string
	about     string
	nullable  bool
	// deflt: there is a default.
	deflt               bool
	readOnly, writeOnly bool
	deprecated          bool

	scalar string   // the type in GraphQL
	binary bool     // a file
	form   bool     // of an object: it is sent as a form that can hold files
	values []string // of an enum
	item   *view    // of a list or a map
	props  []property
	// variants of a union, with what tells them apart.
	variants      []*view
	discriminator *openapi3.Discriminator
	// same is the view that this is a copy of, with something else said about it:
	// both are one type.
	same *view
}

// root is the view whose type this has.
func (v *view) root() *view {
	for v.same != nil {
		v = v.same
	}
	return v
}

func (v *view) copied() *view {
	out := *v
	out.same = v.root()
	return &out
}

// property of an object. Its schema is looked at when it is needed: objects may
// hold themselves.
type property struct {
	name     string
	schema   *openapi3.SchemaRef
	at       string
	required bool
}

func (v *view) property(name string) *property {
	for i := range v.props {
		if v.props[i].name == name {
			return &v.props[i]
		}
	}
	return nil
}

// schemas makes views, and types of them.
type schemas struct {
	*typeMaker
	// names are the components by what they hold; shared schemas have one name.
	names map[*openapi3.Schema]string
	views map[*openapi3.Schema]*view
	// components are those of the document by name.
	components openapi3.Schemas
	// making are the schemas that are being looked at.
	making map[*openapi3.Schema]bool
	work   int
}

func itoa(i int) string { return strconv.Itoa(i) }

func newSchemas(doc *document, o *Options, f *findings) *schemas {
	s := &schemas{names: map[*openapi3.Schema]string{}, views: map[*openapi3.Schema]*view{}, making: map[*openapi3.Schema]bool{}}
	var components openapi3.Schemas
	if doc.Components != nil {
		components = doc.Components.Schemas
	}
	s.components = components
	for _, aliases := range []bool{false, true} {
		for _, name := range sortedKeys(components) {
			ref := components[name]
			if ref == nil || ref.Value == nil || (ref.Ref != "") != aliases {
				continue
			}
			if _, ok := s.names[ref.Value]; !ok {
				s.names[ref.Value] = name
			}
		}
	}
	s.typeMaker = newTypeMaker(s, o, f)
	return s
}

const componentSchemas = "#/components/schemas"

// view looks at a schema.
func (s *schemas) view(ref *openapi3.SchemaRef, at string) *view {
	if ref == nil || ref.Value == nil {
		return &view{kind: viewAny, at: at}
	}
	schema := ref.Value
	if v := s.views[schema]; v != nil {
		return v
	}
	if v := s.aside(ref); v != nil {
		s.views[schema] = v
		return v
	}
	if s.making[schema] || len(s.making) > maxDocumentDepth {
		// A choice or a merge that holds itself.
		return &view{kind: viewAny, at: at}
	}
	name, named := s.names[schema]
	if named {
		at = pointer(componentSchemas, name)
	} else {
		at = refPointer(ref.Ref, at)
	}
	s.making[schema] = true
	v := s.look(schema, at)
	delete(s.making, schema)
	if named && v.kind != viewScalar && v.kind != viewAny {
		v.component = name
	}
	s.views[schema] = v
	return v
}

// aside is the view of a reference with something said beside it, as OpenAPI 3.1
// allows: the component's type, with another default, say. It is nil for others.
func (s *schemas) aside(ref *openapi3.SchemaRef) *view {
	name, ok := strings.CutPrefix(ref.Ref, componentSchemas+"/")
	if !ok || s.components[unescapePointer(name)] == nil {
		return nil
	}
	component := s.components[unescapePointer(name)]
	said := ref.Value
	if component.Value == nil || component.Value == said || len(said.Properties) != len(component.Value.Properties) ||
		len(said.AllOf) != len(component.Value.AllOf) || s.making[component.Value] {
		return nil
	}
	v := s.view(component, pointer(componentSchemas, name)).copied()
	if said.Description != "" {
		v.about = said.Description
	}
	v.nullable = v.nullable || said.Nullable || said.Type.IncludesNull()
	v.deflt = v.deflt || said.Default != nil
	v.readOnly = v.readOnly || said.ReadOnly
	v.writeOnly = v.writeOnly || said.WriteOnly
	v.deprecated = v.deprecated || said.Deprecated
	return v
}

// look makes the view of a schema. The result is new: the caller may change it.
func (s *schemas) look(schema *openapi3.Schema, at string) *view {
	v := s.kindOf(schema, at)
	v.at = at
	if schema.Title != "" {
		v.title = schema.Title
	}
	if schema.Description != "" {
		v.about = schema.Description
	}
	v.nullable = v.nullable || schema.Nullable || schema.Type.IncludesNull()
	v.deflt = v.deflt || schema.Default != nil
	v.readOnly = v.readOnly || schema.ReadOnly
	v.writeOnly = v.writeOnly || schema.WriteOnly
	v.deprecated = v.deprecated || schema.Deprecated
	return v
}

// kindOf finds out what a schema describes.
func (s *schemas) kindOf(schema *openapi3.Schema, at string) *view {
	if schema.Always != nil {
		return &view{kind: viewAny}
	}
	types := slices.DeleteFunc(schema.Type.Clone(), func(t string) bool { return t == "null" })
	choices := len(schema.OneOf) + len(schema.AnyOf)
	switch {
	case len(schema.AllOf) > 0:
		return s.merged(schema, at)
	case len(schema.Properties) > 0 && (len(types) == 0 || slices.Contains(types, "object")):
		return s.object(schema, at)
	case choices > 0:
		return s.choice(schema, at)
	case schema.Type.IncludesNull() && len(types) == 0:
		return &view{kind: viewAny, nullable: true}
	case len(schema.Enum) > 0:
		return enum(schema, types)
	case schema.Const != nil:
		return constant(schema.Const)
	case len(types) > 1:
		return unify(types, schema.Format)
	case slices.Contains(types, "array"), len(types) == 0 && schema.Items != nil:
		v := &view{kind: viewList, item: &view{kind: viewAny, at: at}}
		if schema.Items != nil {
			v.item = s.view(schema.Items, pointer(at, "items"))
		}
		return v
	case slices.Contains(types, "object"), len(types) == 0 && schema.AdditionalProperties.Schema != nil:
		return s.free(schema, at)
	case len(types) == 1:
		return scalar(types[0], schema)
	case schema.Format != "":
		return scalar("string", schema)
	}
	return &view{kind: viewAny}
}

// object is the view of an object with properties; choices beside them only add
// properties that may be there.
func (s *schemas) object(schema *openapi3.Schema, at string) *view {
	v := &view{kind: viewObject}
	s.gather(v, schema, at, 0)
	slices.SortFunc(v.props, func(a, b property) int { return strings.Compare(a.name, b.name) })
	return v
}

// maxMerge bounds how deep merges nest, maxWork how many properties all of them
// look at: parts may be shared, and their number grow exponentially.
const (
	maxMerge = 32
	maxWork  = 5_000_000
)

// gather adds the properties of a schema and of all it is merged of.
func (s *schemas) gather(v *view, schema *openapi3.Schema, at string, depth int) {
	s.work += 1 + len(schema.Properties)
	if depth > maxMerge || s.work > maxWork {
		return
	}
	for i, part := range schema.AllOf {
		if part != nil && part.Value != nil {
			s.gather(v, part.Value, s.whereOf(part, pointer(at, "allOf", itoa(i))), depth+1)
			v.inherit(part.Value)
		}
	}
	for name, p := range schema.Properties {
		entry := property{name: name, schema: p, at: pointer(at, "properties", name)}
		if have := v.property(name); have != nil {
			// What says more goes before what was inherited.
			entry.required = have.required
			if p == nil || p.Value == nil || p.Value.IsEmpty() && p.Ref == "" {
				entry.schema, entry.at = have.schema, have.at
			}
			*have = entry
			continue
		}
		v.props = append(v.props, entry)
	}
	var options []property
	for n, list := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		for i, part := range list {
			if part == nil || part.Value == nil {
				continue
			}
			var o view
			s.gather(&o, part.Value, s.whereOf(part, pointer(at, []string{"oneOf", "anyOf"}[n], itoa(i))), depth+1)
			slices.SortFunc(o.props, func(a, b property) int { return strings.Compare(a.name, b.name) })
			options = append(options, o.props...)
		}
	}
	for _, p := range options {
		if v.property(p.name) == nil {
			p.required = false
			v.props = append(v.props, p)
		}
	}
	for _, name := range schema.Required {
		if p := v.property(name); p != nil {
			p.required = true
		}
	}
}

// inherit takes what a merged part says of the whole.
func (v *view) inherit(part *openapi3.Schema) {
	if v.about == "" {
		v.about = part.Description
	}
}

func (s *schemas) whereOf(ref *openapi3.SchemaRef, at string) string {
	if name, ok := s.names[ref.Value]; ok {
		return pointer(componentSchemas, name)
	}
	return refPointer(ref.Ref, at)
}

// merged is the view of allOf.
func (s *schemas) merged(schema *openapi3.Schema, at string) *view {
	alone := len(schema.Properties) == 0 && len(schema.OneOf)+len(schema.AnyOf) == 0
	var parts []*view
	objects := len(schema.Properties) > 0
	for i, part := range schema.AllOf {
		v := s.view(part, pointer(at, "allOf", itoa(i)))
		switch {
		case v.kind == viewObject || v.kind == viewUnion:
			objects = true
		case v.kind == viewAny && part != nil && part.Value != nil && s.making[part.Value]:
			objects = true // a part that is being merged itself
		case v.kind == viewAny:
			continue
		}
		parts = append(parts, v)
	}
	switch {
	case len(parts) == 1 && alone && parts[0].kind != viewAny:
		// A reference with something said about it.
		return parts[0].copied()
	case objects:
		return s.object(schema, at)
	case len(parts) > 0:
		return parts[0].copied()
	case len(schema.OneOf)+len(schema.AnyOf) > 0:
		return s.choice(schema, at)
	}
	return &view{kind: viewAny}
}

// choice is the view of oneOf and anyOf.
func (s *schemas) choice(schema *openapi3.Schema, at string) *view {
	var options []*view
	nullable := false
	for n, list := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		for i, part := range list {
			if part == nil || part.Value == nil {
				continue
			}
			if t := part.Value.Type; t.IncludesNull() && t.IsSingle() || isNullEnum(part.Value) {
				nullable = true
				continue
			}
			v := s.view(part, pointer(at, []string{"oneOf", "anyOf"}[n], itoa(i)))
			nullable = nullable || v.nullable
			if !slices.Contains(options, v) {
				options = append(options, v)
			}
		}
	}
	if len(options) == 0 {
		// Only null is left, or choices that say nothing about the shape.
		return &view{kind: viewAny, nullable: nullable}
	}
	if len(options) == 1 {
		v := options[0].copied()
		v.nullable = v.nullable || nullable
		return v
	}
	v := &view{kind: viewAny, nullable: nullable}
	objects, plain, lists := 0, 0, 0
	var flat []*view
	for _, o := range options {
		switch o.kind {
		case viewObject:
			objects++
			flat = append(flat, o)
		case viewUnion:
			objects++
			for _, m := range o.variants {
				if !slices.Contains(flat, m) {
					flat = append(flat, m)
				}
			}
			if schema.Discriminator == nil {
				v.discriminator = o.discriminator
			}
		case viewScalar, viewEnum:
			plain++
		case viewList:
			lists++
		}
	}
	switch len(options) {
	case objects:
		v.kind, v.variants = viewUnion, flat
		if schema.Discriminator != nil {
			v.discriminator = schema.Discriminator
		}
	case plain:
		v.kind, v.scalar = viewScalar, options[0].scalarName()
		for _, o := range options[1:] {
			v.scalar = commonScalar(v.scalar, o.scalarName())
		}
		if v.scalar == "" {
			v.kind = viewAny
		}
	case lists:
		v.kind, v.item = viewList, &view{kind: viewAny, at: at}
	}
	return v
}

func isNullEnum(s *openapi3.Schema) bool {
	return len(s.Enum) == 1 && s.Enum[0] == nil
}

// free is the view of an object without properties.
func (s *schemas) free(schema *openapi3.Schema, at string) *view {
	values, where := schema.AdditionalProperties.Schema, pointer(at, "additionalProperties")
	if values == nil {
		for _, pattern := range sortedKeys(schema.PatternProperties) {
			if values != nil {
				return &view{kind: viewMap, item: &view{kind: viewAny, at: at}}
			}
			values, where = schema.PatternProperties[pattern], pointer(at, "patternProperties", pattern)
		}
	}
	switch {
	case values != nil:
		return &view{kind: viewMap, item: s.view(values, where)}
	case schema.AdditionalProperties.Has != nil && *schema.AdditionalProperties.Has:
		return &view{kind: viewMap, item: &view{kind: viewAny, at: at}}
	}
	return &view{kind: viewAny}
}
