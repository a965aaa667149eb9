package diff

import (
	"slices"

	"github.com/weft-graphql/weft/planner/schema"
)

func (c *comparer) fields(old, new *schema.TypeDefinition) {
	paired(old.Fields, new.Fields, func(f *schema.FieldDefinition) string { return f.Name }, func(o, n *schema.FieldDefinition) {
		switch {
		case n == nil:
			c.add(Breaking, CodeFieldRemoved, new.Name+"."+o.Name, "field "+o.Name+deprecatedNote(o.Directives)+" was removed from "+word(new.Kind)+" "+new.Name)
			return
		case o == nil:
			c.add(Safe, CodeFieldAdded, new.Name+"."+n.Name, "field "+n.Name+" was added to "+word(new.Kind)+" "+new.Name)
			return
		}
		at := new.Name + "." + n.Name
		what := "field " + at
		c.description(o.Description, n.Description, at, what, CodeFieldDescriptionAdded, CodeFieldDescriptionRemoved, CodeFieldDescriptionChanged)
		c.deprecation(o.Directives, n.Directives, at, what, deprecationCodes{
			CodeFieldDeprecationAdded, CodeFieldDeprecationRemoved,
			CodeFieldDeprecationReasonAdded, CodeFieldDeprecationReasonRemoved, CodeFieldDeprecationReasonChanged})
		if !o.Type.Equal(n.Type) {
			criticality := Breaking
			if safeOutput(o.Type, n.Type) {
				criticality = Safe
			}
			c.add(criticality, CodeFieldTypeChanged, at, what+" changed type from "+o.Type.String()+" to "+n.Type.String())
		}
		c.arguments(o, n, at)
		c.usage(at, "FieldDefinition", what, o.Directives, n.Directives)
	})
}

func (c *comparer) arguments(old, new *schema.FieldDefinition, field string) {
	paired(old.Arguments, new.Arguments, func(a *schema.ArgumentDefinition) string { return a.Name }, func(o, n *schema.ArgumentDefinition) {
		switch {
		case n == nil:
			c.add(Breaking, CodeFieldArgumentRemoved, field+"("+o.Name+":)", "argument "+o.Name+": "+o.Type.String()+" was removed from field "+field)
			return
		case o == nil:
			criticality, note := Dangerous, ""
			if n.Default != nil {
				note = " (with a default)"
			} else if n.Type.NonNull {
				criticality = Breaking
			}
			c.add(criticality, CodeFieldArgumentAdded, field+"("+n.Name+":)", "argument "+n.Name+": "+n.Type.String()+note+" was added to field "+field)
			return
		}
		at := field + "(" + n.Name + ":)"
		what := "argument " + at
		c.description(o.Description, n.Description, at, what, CodeFieldArgumentDescriptionChanged, CodeFieldArgumentDescriptionChanged, CodeFieldArgumentDescriptionChanged)
		c.deprecation(o.Directives, n.Directives, at, what, deprecationCodes{
			CodeFieldArgumentDeprecationAdded, CodeFieldArgumentDeprecationRemoved,
			CodeFieldArgumentDeprecationReasonAdded, CodeFieldArgumentDeprecationReasonRemoved, CodeFieldArgumentDeprecationReasonChanged})
		c.inputType(o.Type, n.Type, at, what, CodeFieldArgumentTypeChanged)
		c.defaultValue(o.Default, n.Default, n.Type, at, what, CodeFieldArgumentDefaultChanged)
		c.usage(at, "ArgumentDefinition", what, o.Directives, n.Directives)
	})
}

func (c *comparer) inputFields(old, new *schema.TypeDefinition) {
	paired(old.Fields, new.Fields, func(f *schema.FieldDefinition) string { return f.Name }, func(o, n *schema.FieldDefinition) {
		switch {
		case n == nil:
			c.add(Breaking, CodeInputFieldRemoved, new.Name+"."+o.Name, "input field "+o.Name+deprecatedNote(o.Directives)+" was removed from input object "+new.Name)
			return
		case o == nil:
			c.inputFieldAdded(new, n)
			return
		}
		at := new.Name + "." + n.Name
		what := "input field " + at
		c.description(o.Description, n.Description, at, what, CodeInputFieldDescriptionAdded, CodeInputFieldDescriptionRemoved, CodeInputFieldDescriptionChanged)
		c.deprecation(o.Directives, n.Directives, at, what, deprecationCodes{
			CodeInputFieldDeprecationAdded, CodeInputFieldDeprecationRemoved,
			CodeInputFieldDeprecationReasonAdded, CodeInputFieldDeprecationReasonRemoved, CodeInputFieldDeprecationReasonChanged})
		c.inputType(o.Type, n.Type, at, what, CodeInputFieldTypeChanged)
		c.defaultValue(o.Default, n.Default, n.Type, at, what, CodeInputFieldDefaultValueChanged)
		c.usage(at, "InputFieldDefinition", what, o.Directives, n.Directives)
	})
}

// inputFieldAdded: a new field that need not be given is safe, unless it brings a
// default that acts on those who leave it out.
func (c *comparer) inputFieldAdded(t *schema.TypeDefinition, f *schema.FieldDefinition) {
	criticality, note := Safe, ""
	switch {
	case f.Default != nil:
		criticality, note = Dangerous, " with the default "+f.Default.GraphQL()
	case f.Type.NonNull:
		criticality = Breaking
	}
	c.add(criticality, CodeInputFieldAdded, t.Name+"."+f.Name, "input field "+f.Name+": "+f.Type.String()+note+" was added to input object "+t.Name)
}

func (c *comparer) inputType(was, is *schema.TypeExpr, coordinate, what, code string) {
	if was.Equal(is) {
		return
	}
	criticality := Breaking
	if safeInput(was, is) {
		criticality = Safe
	}
	c.add(criticality, code, coordinate, "the type of "+what+" changed from "+was.String()+" to "+is.String())
}

// defaultValue compares defaults. Without its default, a non-null argument must be
// given: that breaks those who left it out.
func (c *comparer) defaultValue(was, is *schema.Value, typ *schema.TypeExpr, coordinate, what, code string) {
	switch {
	case equalValues(was, is):
	case was == nil:
		c.add(Dangerous, code, coordinate, "the default "+is.GraphQL()+" was added to "+what)
	case is == nil && typ.NonNull:
		c.add(Breaking, code, coordinate, "the default "+was.GraphQL()+" of "+what+" was removed; it must be given now")
	case is == nil:
		c.add(Dangerous, code, coordinate, "the default "+was.GraphQL()+" of "+what+" was removed")
	default:
		c.add(Dangerous, code, coordinate, "the default of "+what+" changed from "+was.GraphQL()+" to "+is.GraphQL())
	}
}

// equalValues compares constants; the fields of objects in any order.
func equalValues(a, b *schema.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Fields) != len(b.Fields) || !slices.EqualFunc(a.Items, b.Items, equalValues) {
		return false
	}
	return !slices.ContainsFunc(a.Fields, func(f schema.Argument) bool {
		return !slices.ContainsFunc(b.Fields, func(o schema.Argument) bool { return o.Name == f.Name && equalValues(f.Value, o.Value) })
	})
}

// safeOutput reports whether clients that expect the old type of a field can take
// the new one: it may promise more, never less.
func safeOutput(old, new *schema.TypeExpr) bool {
	if old.NonNull && !new.NonNull || (old.Elem == nil) != (new.Elem == nil) {
		return false
	}
	if old.Elem != nil {
		return safeOutput(old.Elem, new.Elem)
	}
	return old.Name == new.Name
}

// safeInput reports whether values of the old type are accepted where the new one
// is asked for.
func safeInput(old, new *schema.TypeExpr) bool {
	if new.NonNull && !old.NonNull || (old.Elem == nil) != (new.Elem == nil) {
		return false
	}
	if old.Elem != nil {
		return safeInput(old.Elem, new.Elem)
	}
	return old.Name == new.Name
}

const defaultReason = "No longer supported"

// deprecation returns whether an element is deprecated, and the reason if one is
// given.
func deprecation(list []*schema.Directive) (deprecated bool, reason string) {
	for _, d := range list {
		if d.Name != "deprecated" {
			continue
		}
		if v := d.Argument("reason"); v != nil && v.Kind == schema.StringValue && v.Raw != defaultReason {
			reason = v.Raw
		}
		return true, reason
	}
	return false, ""
}

func deprecatedNote(list []*schema.Directive) string {
	if deprecated, _ := deprecation(list); deprecated {
		return " (deprecated)"
	}
	return ""
}

// deprecationCodes are the codes of what can happen to a deprecation.
type deprecationCodes struct {
	added, removed                           string
	reasonAdded, reasonRemoved, reasonChange string
}

func (c *comparer) deprecation(old, new []*schema.Directive, coordinate, what string, codes deprecationCodes) {
	was, oldReason := deprecation(old)
	is, newReason := deprecation(new)
	switch {
	case !was && is:
		c.add(Safe, codes.added, coordinate, what+" is deprecated now")
	case was && !is:
		c.add(Safe, codes.removed, coordinate, what+" is no longer deprecated")
	case !was || oldReason == newReason:
	case oldReason == "":
		c.add(Safe, codes.reasonAdded, coordinate, "a reason was added to the deprecation of "+what)
	case newReason == "":
		c.add(Safe, codes.reasonRemoved, coordinate, "the reason was removed from the deprecation of "+what)
	default:
		c.add(Safe, codes.reasonChange, coordinate, "the reason for the deprecation of "+what+" changed")
	}
}
