package schema

import (
	"slices"
	"strings"
)

// Sorted returns a copy of the document in canonical order: types, fields,
// arguments, enum values, union members, interfaces, directive definitions and
// their locations by name, digits compared as numbers. Directive applications
// keep their order, since it may mean something. Definitions are copied,
// types and values shared.
func Sorted(doc *Document) *Document {
	out := &Document{Source: doc.Source, Schemas: doc.Schemas}
	for _, d := range doc.Directives {
		c := *d
		c.Arguments = sortedArguments(d.Arguments)
		c.Locations = slices.Clone(d.Locations)
		slices.SortStableFunc(c.Locations, CompareNames)
		out.Directives = append(out.Directives, &c)
	}
	slices.SortStableFunc(out.Directives, func(a, b *DirectiveDefinition) int { return CompareNames(a.Name, b.Name) })
	for _, t := range doc.Types {
		c := *t
		c.Interfaces = slices.Clone(t.Interfaces)
		slices.SortStableFunc(c.Interfaces, func(a, b NamedRef) int { return CompareNames(a.Name, b.Name) })
		c.Members = slices.Clone(t.Members)
		slices.SortStableFunc(c.Members, func(a, b NamedRef) int { return CompareNames(a.Name, b.Name) })
		c.Values = slices.Clone(t.Values)
		slices.SortStableFunc(c.Values, func(a, b *EnumValueDefinition) int { return CompareNames(a.Name, b.Name) })
		c.Fields = make([]*FieldDefinition, len(t.Fields))
		for i, f := range t.Fields {
			fc := *f
			fc.Arguments = sortedArguments(f.Arguments)
			c.Fields[i] = &fc
		}
		slices.SortStableFunc(c.Fields, func(a, b *FieldDefinition) int { return CompareNames(a.Name, b.Name) })
		out.Types = append(out.Types, &c)
	}
	slices.SortStableFunc(out.Types, func(a, b *TypeDefinition) int { return CompareNames(a.Name, b.Name) })
	return out
}

func sortedArguments(in []*ArgumentDefinition) []*ArgumentDefinition {
	out := slices.Clone(in)
	slices.SortStableFunc(out, func(a, b *ArgumentDefinition) int { return CompareNames(a.Name, b.Name) })
	return out
}

// CompareNames orders names naturally: runs of digits compare as numbers
// (`a2` before `a10`), everything else by code unit. It is the order in which
// the reference implementation sorts a schema, where a zero that begins a run
// is a number of its own.
func CompareNames(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if digit(a[i]) && digit(b[j]) {
			x, y := number(a[i:]), number(b[j:])
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			i += len(x)
			j += len(y)
			continue
		}
		if a[i] != b[j] {
			return int(a[i]) - int(b[j])
		}
		i++
		j++
	}
	return len(a) - len(b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// number returns the digits that begin s, up to the first if it is a zero.
func number(s string) string {
	n := 1
	for s[0] != '0' && n < len(s) && digit(s[n]) {
		n++
	}
	return s[:n]
}
