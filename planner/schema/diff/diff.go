// Package diff says what has changed between two API schemas, and what each
// change can do to clients.
//
// In go two SDL documents, out comes a list of [Change], each with a criticality,
// a code and a coordinate. The kinds of changes and their criticality are those of
// GraphQL Inspector, which many teams know from their pipelines; where it stays
// silent on a change that can break operations, this package does not (see
// [Codes]).
//
// The documents are only read, extensions count as part of their types, and the
// order of definitions and of the result does not depend on the order in which
// anything is written. Nothing is kept or started.
package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/planner/schema"
)

// Criticality says what a change can do to clients.
type Criticality uint8

// The criticalities, gravest first.
const (
	// Breaking changes make operations fail that worked before.
	Breaking Criticality = iota
	// Dangerous changes leave operations valid, but may change how they behave.
	Dangerous
	// Safe changes cannot be noticed by a client that does not look for them.
	Safe
)

// String returns BREAKING, DANGEROUS or SAFE.
func (c Criticality) String() string {
	switch c {
	case Breaking:
		return "BREAKING"
	case Dangerous:
		return "DANGEROUS"
	}
	return "SAFE"
}

// Change is one difference between two schemas.
type Change struct {
	Criticality Criticality
	// Code is the kind of change, as GraphQL Inspector calls it; see the Code
	// constants.
	Code string
	// Coordinate is the schema coordinate of the element that changed.
	Coordinate string
	// Message says what changed.
	Message string
}

// Compare lists the changes from one schema to another: the gravest first, then by
// coordinate, code and message.
func Compare(old, new *schema.Document) []Change {
	c := &comparer{old: index(old), new: index(new)}
	c.roots()
	c.types()
	c.directives()
	c.usage("", "Schema", "schema", c.old.schema, c.new.schema)
	slices.SortFunc(c.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Criticality, b.Criticality), strings.Compare(a.Coordinate, b.Coordinate),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
	})
	return c.changes
}

// indexed is a document by name, extensions merged into their types.
type indexed struct {
	types      map[string]*schema.TypeDefinition
	directives map[string]*schema.DirectiveDefinition
	roots      schema.Roots
	schema     []*schema.Directive
}

func index(doc *schema.Document) *indexed {
	x := &indexed{types: make(map[string]*schema.TypeDefinition), directives: make(map[string]*schema.DirectiveDefinition)}
	for _, part := range doc.Types {
		if part.Kind == schema.Scalar && schema.BuiltinScalar(part.Name) {
			continue
		}
		t := x.types[part.Name]
		if t == nil {
			c := *part
			x.types[part.Name] = &c
			continue
		}
		if !part.Extension {
			t.Description, t.Kind = part.Description, part.Kind
		}
		t.Directives = slices.Concat(t.Directives, part.Directives)
		t.Interfaces = slices.Concat(t.Interfaces, part.Interfaces)
		t.Fields = slices.Concat(t.Fields, part.Fields)
		t.Members = slices.Concat(t.Members, part.Members)
		t.Values = slices.Concat(t.Values, part.Values)
	}
	for _, d := range doc.Directives {
		x.directives[d.Name] = d
	}
	defined := false
	for _, s := range doc.Schemas {
		x.schema = append(x.schema, s.Directives...)
		for _, r := range s.Roots {
			x.roots[r.Operation], defined = r.Type, true
		}
	}
	if !defined {
		for op, name := range [3]string{"Query", "Mutation", "Subscription"} {
			if x.types[name] != nil {
				x.roots[op] = name
			}
		}
	}
	return x
}

type comparer struct {
	old, new *indexed
	changes  []Change
}

func (c *comparer) add(criticality Criticality, code, coordinate, message string) {
	c.changes = append(c.changes, Change{criticality, code, coordinate, message})
}

// roots compares the names of root types. A root type that is there in only one of
// the schemas is a type added or removed.
func (c *comparer) roots() {
	codes := [3]string{CodeSchemaQueryTypeChanged, CodeSchemaMutationTypeChanged, CodeSchemaSubscriptionTypeChanged}
	for op, code := range codes {
		was, is := c.old.roots[op], c.new.roots[op]
		name := schema.OperationKind(op).String()
		switch {
		case was == is:
		case was == "":
			c.add(Safe, code, "schema."+name, "the schema has the "+name+" root "+is+" now")
		case is == "":
			c.add(Breaking, code, "schema."+name, "the schema has no "+name+" root any more; it was "+was)
		default:
			c.add(Breaking, code, "schema."+name, "the "+name+" root changed from "+was+" to "+is)
		}
	}
}

func (c *comparer) types() {
	for name, t := range c.old.types {
		is := c.new.types[name]
		if is == nil {
			c.add(Breaking, CodeTypeRemoved, name, word(t.Kind)+" "+name+" was removed")
			continue
		}
		if is.Kind != t.Kind {
			c.add(Breaking, CodeTypeKindChanged, name, name+" changed from "+word(t.Kind)+" to "+word(is.Kind))
			c.typeDescription(t, is)
			continue
		}
		c.typ(t, is)
	}
	for name, t := range c.new.types {
		if c.old.types[name] == nil {
			c.add(Safe, CodeTypeAdded, name, word(t.Kind)+" "+name+" was added")
		}
	}
}

func word(k schema.Kind) string {
	return [...]string{schema.Scalar: "scalar", schema.Object: "object type", schema.Interface: "interface", schema.Union: "union", schema.Enum: "enum", schema.InputObject: "input object"}[k]
}

func (c *comparer) typ(old, new *schema.TypeDefinition) {
	c.typeDescription(old, new)
	c.usage(new.Name, usageOf[new.Kind], word(new.Kind)+" "+new.Name, old.Directives, new.Directives)
	switch new.Kind {
	case schema.Object, schema.Interface:
		c.interfaces(old, new)
		c.fields(old, new)
	case schema.InputObject:
		c.inputFields(old, new)
	case schema.Enum:
		c.enumValues(old, new)
	case schema.Union:
		c.members(old, new)
	}
}

func (c *comparer) typeDescription(old, new *schema.TypeDefinition) {
	c.description(old.Description, new.Description, new.Name, word(new.Kind)+" "+new.Name, CodeTypeDescriptionAdded, CodeTypeDescriptionRemoved, CodeTypeDescriptionChanged)
}

// description compares descriptions, with a code for each of what can happen.
func (c *comparer) description(was, is, coordinate, what, added, removed, changed string) {
	switch {
	case was == is:
	case was == "":
		c.add(Safe, added, coordinate, "a description was added to "+what)
	case is == "":
		c.add(Safe, removed, coordinate, "the description of "+what+" was removed")
	default:
		c.add(Safe, changed, coordinate, "the description of "+what+" changed")
	}
}

// paired calls f for each name of two lists, with nil where one lacks it.
func paired[T any](old, new []*T, name func(*T) string, f func(old, new *T)) {
	byName := make(map[string]*T, len(new))
	for _, n := range new {
		byName[name(n)] = n
	}
	seen := make(map[string]bool, len(old))
	for _, o := range old {
		if !seen[name(o)] {
			seen[name(o)] = true
			f(o, byName[name(o)])
		}
	}
	for _, n := range new {
		if !seen[name(n)] {
			seen[name(n)] = true
			f(nil, n)
		}
	}
}

func (c *comparer) interfaces(old, new *schema.TypeDefinition) {
	names := func(list []schema.NamedRef) []string {
		var out []string
		for _, i := range list {
			out = append(out, i.Name)
		}
		return out
	}
	was, is := names(old.Interfaces), names(new.Interfaces)
	for _, name := range was {
		if !slices.Contains(is, name) {
			c.add(Breaking, CodeObjectTypeInterfaceRemoved, new.Name, word(new.Kind)+" "+new.Name+" no longer implements "+name)
		}
	}
	for _, name := range is {
		if !slices.Contains(was, name) {
			c.add(Dangerous, CodeObjectTypeInterfaceAdded, new.Name, word(new.Kind)+" "+new.Name+" implements "+name+" now")
		}
	}
}

func (c *comparer) members(old, new *schema.TypeDefinition) {
	has := func(list []schema.NamedRef, name string) bool {
		return slices.ContainsFunc(list, func(m schema.NamedRef) bool { return m.Name == name })
	}
	for _, m := range old.Members {
		if !has(new.Members, m.Name) {
			c.add(Breaking, CodeUnionMemberRemoved, new.Name, "member "+m.Name+" was removed from union "+new.Name)
		}
	}
	for _, m := range new.Members {
		if !has(old.Members, m.Name) {
			c.add(Dangerous, CodeUnionMemberAdded, new.Name, "member "+m.Name+" was added to union "+new.Name)
		}
	}
}

func (c *comparer) enumValues(old, new *schema.TypeDefinition) {
	paired(old.Values, new.Values, func(v *schema.EnumValueDefinition) string { return v.Name }, func(o, n *schema.EnumValueDefinition) {
		switch {
		case n == nil:
			c.add(Breaking, CodeEnumValueRemoved, new.Name+"."+o.Name, "value "+o.Name+deprecatedNote(o.Directives)+" was removed from enum "+new.Name)
			return
		case o == nil:
			c.add(Dangerous, CodeEnumValueAdded, new.Name+"."+n.Name, "value "+n.Name+" was added to enum "+new.Name)
			return
		}
		at := new.Name + "." + n.Name
		what := "enum value " + at
		c.description(o.Description, n.Description, at, what, CodeEnumValueDescriptionChanged, CodeEnumValueDescriptionChanged, CodeEnumValueDescriptionChanged)
		c.deprecation(o.Directives, n.Directives, at, what, deprecationCodes{
			CodeEnumValueDeprecationReasonAdded, CodeEnumValueDeprecationReasonRemoved,
			CodeEnumValueDeprecationReasonAdded, CodeEnumValueDeprecationReasonRemoved, CodeEnumValueDeprecationReasonChanged})
		c.usage(at, "EnumValue", what, o.Directives, n.Directives)
	})
}
