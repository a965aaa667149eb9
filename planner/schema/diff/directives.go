package diff

import (
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/planner/schema"
)

func (c *comparer) directives() {
	for name, d := range c.old.directives {
		is := c.new.directives[name]
		if is == nil {
			c.add(Breaking, CodeDirectiveRemoved, "@"+name, "directive @"+name+" was removed")
			continue
		}
		c.directive(d, is)
	}
	for name := range c.new.directives {
		if c.old.directives[name] == nil {
			c.add(Safe, CodeDirectiveAdded, "@"+name, "directive @"+name+" was added")
		}
	}
}

func (c *comparer) directive(old, new *schema.DirectiveDefinition) {
	at := "@" + new.Name
	what := "directive " + at
	c.description(old.Description, new.Description, at, what, CodeDirectiveDescriptionChanged, CodeDirectiveDescriptionChanged, CodeDirectiveDescriptionChanged)
	switch {
	case old.Repeatable && !new.Repeatable:
		c.add(Dangerous, CodeDirectiveRepeatableRemoved, at, what+" is no longer repeatable")
	case !old.Repeatable && new.Repeatable:
		c.add(Safe, CodeDirectiveRepeatableAdded, at, what+" is repeatable now")
	}
	for _, l := range old.Locations {
		if !slices.Contains(new.Locations, l) {
			c.add(Breaking, CodeDirectiveLocationRemoved, at, what+" can no longer be used on "+l)
		}
	}
	for _, l := range new.Locations {
		if !slices.Contains(old.Locations, l) {
			c.add(Safe, CodeDirectiveLocationAdded, at, what+" can be used on "+l+" now")
		}
	}
	paired(old.Arguments, new.Arguments, func(a *schema.ArgumentDefinition) string { return a.Name }, func(o, n *schema.ArgumentDefinition) {
		switch {
		case n == nil:
			c.add(Breaking, CodeDirectiveArgumentRemoved, at+"("+o.Name+":)", "argument "+o.Name+" was removed from "+what)
			return
		case o == nil:
			criticality := Safe
			if n.Type.NonNull && n.Default == nil {
				criticality = Breaking
			}
			c.add(criticality, CodeDirectiveArgumentAdded, at+"("+n.Name+":)", "argument "+n.Name+": "+n.Type.String()+" was added to "+what)
			return
		}
		arg := at + "(" + n.Name + ":)"
		c.description(o.Description, n.Description, arg, "argument "+arg, CodeDirectiveArgumentDescriptionChanged, CodeDirectiveArgumentDescriptionChanged, CodeDirectiveArgumentDescriptionChanged)
		c.inputType(o.Type, n.Type, arg, "argument "+arg, CodeDirectiveArgumentTypeChanged)
		c.defaultValue(o.Default, n.Default, n.Type, arg, "argument "+arg, CodeDirectiveArgumentDefaultValueChanged)
	})
}

// usageOf is the middle of the codes for directives on types.
var usageOf = map[schema.Kind]string{
	schema.Scalar: "Scalar", schema.Object: "Object", schema.Interface: "Interface",
	schema.Union: "UnionMember", schema.Enum: "Enum", schema.InputObject: "InputObject",
}

// usage compares the directives applied to an element. @deprecated has codes of
// its own.
func (c *comparer) usage(coordinate, element, what string, old, new []*schema.Directive) {
	codes := usageCodes[element]
	was, is := occurrences(old), occurrences(new)
	paired(was, is, func(o *occurrence) string { return o.id }, func(o, n *occurrence) {
		switch {
		case n == nil:
			criticality := Dangerous
			if o.d.Name == "oneOf" {
				criticality = Safe
			}
			c.add(criticality, codes.removed, coordinate, "@"+o.d.Name+" was removed from "+what)
		case o == nil:
			criticality := Dangerous
			if n.d.Name == "oneOf" {
				criticality = Breaking
			}
			c.add(criticality, codes.added, coordinate, "@"+n.d.Name+" was added to "+what)
		default:
			c.usageArguments(coordinate, what, o.d, n.d)
		}
	})
}

// occurrence is one application of a directive; the second of a name is another
// one than the first.
type occurrence struct {
	id string
	d  *schema.Directive
}

func occurrences(list []*schema.Directive) []*occurrence {
	var out []*occurrence
	count := make(map[string]int)
	for _, d := range list {
		if d.Name == "deprecated" {
			continue
		}
		count[d.Name]++
		out = append(out, &occurrence{d.Name + "#" + strconv.Itoa(count[d.Name]), d})
	}
	return out
}

func (c *comparer) usageArguments(coordinate, what string, old, new *schema.Directive) {
	for _, a := range old.Arguments {
		if v := new.Argument(a.Name); v == nil || !equalValues(a.Value, v) {
			c.add(Dangerous, CodeDirectiveUsageArgumentRemoved, coordinate, "argument "+a.Name+": "+a.Value.GraphQL()+" was removed from @"+new.Name+" on "+what)
		}
	}
	for _, a := range new.Arguments {
		if v := old.Argument(a.Name); v == nil || !equalValues(a.Value, v) {
			c.add(Safe, CodeDirectiveUsageArgumentAdded, coordinate, "argument "+a.Name+": "+a.Value.GraphQL()+" was added to @"+new.Name+" on "+what)
		}
	}
}
