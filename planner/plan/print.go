package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
)

// Text prints the plan for people: the fetches in order, with what each waits
// for, the rows it sends and what it asks. Equal plans print equally.
func (p *Plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", p.Kind)
	if p.Name != "" {
		fmt.Fprintf(&b, " %s", p.Name)
	}
	fmt.Fprintf(&b, ": %s in %s\n", count(len(p.Fetches), "request"), count(p.Waves, "wave"))
	for _, f := range p.Fetches {
		b.WriteByte('\n')
		f.text(&b, p)
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (f *Fetch) text(b *strings.Builder, p *Plan) {
	name := f.Name
	if f.Spec.Facet != "" {
		name += " " + f.Spec.Facet
	}
	fmt.Fprintf(b, "#%d %s (wave %d", f.ID+1, name, f.Wave)
	if len(f.Deps) > len(f.Awaits) {
		b.WriteString(", after")
		for _, d := range f.Deps {
			if !slices.Contains(f.Awaits, d) {
				fmt.Fprintf(b, " #%d", d+1)
			}
		}
	}
	b.WriteByte(')')
	if f.Cond != nil {
		fmt.Fprintf(b, " if %s", f.Cond)
	}
	b.WriteByte('\n')
	for _, d := range f.Primers {
		after := ""
		if slices.Contains(f.Awaits, d) {
			after = "after "
		}
		fmt.Fprintf(b, "  %s#%d (may prime %s)\n", after, d+1, f.Spec.Facet)
	}
	for i, v := range f.Spec.Variables {
		fmt.Fprintf(b, "  $%s: %s = variable %d\n", v.Name, v.Type, f.Variables[i])
	}
	if f.Root != nil {
		fmt.Fprintf(b, "  %s\n", f.Spec.Kind)
		if f.At != nil {
			fmt.Fprintf(b, "    at %s\n", f.At.pathText(p))
		}
		printSelections(b, f.Spec, f.Spec.Root, "    ")
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		fmt.Fprintf(b, "  %s\n", e.Alias)
		for j := range e.Targets {
			t := &e.Targets[j]
			fmt.Fprintf(b, "    at %s\n", t.pathText(p))
			for _, line := range t.contextLines(p) {
				fmt.Fprintf(b, "      %s\n", line)
			}
			if t.Untyped != nil {
				fmt.Fprintf(b, "      %s\n", t.Untyped.Representation.text(t.Shape))
			}
			for _, tt := range t.Types {
				if tt != nil {
					fmt.Fprintf(b, "      %s\n", tt.Representation.text(t.Shape))
				}
			}
		}
		printSelections(b, f.Spec, f.Spec.Entries[i].Selections, "    ")
	}
	if f.Explain != nil {
		f.Explain.text(b)
	}
}

// contextLines say where the contexts of a target come from.
func (t *Target) contextLines(p *Plan) []string {
	if t.Around == nil {
		return nil
	}
	var out []string
	for i := range t.Around.Contexts {
		c := &t.Around.Contexts[i]
		line := "context " + strconv.Itoa(c.Value+1)
		if c.Depth > 0 {
			line += " from " + pathText(p, t.Path[:c.Depth])
		}
		for ti, rep := range c.Types {
			if rep == nil {
				continue
			}
			if len(c.Types) > 1 {
				line += " ... on " + c.Shape.Types[ti].Name
			}
			line += " " + rep.text(c.Shape)
		}
		out = append(out, line)
	}
	return out
}

// pathText is the response path of a target.
func (t *Target) pathText(p *Plan) string { return pathText(p, t.Path) }

func pathText(p *Plan, path []int) string {
	var parts []string
	s := p.Root
	for _, slot := range path {
		parts = append(parts, s.Slots[slot].Key)
		s = s.Slots[slot].Child
	}
	return strings.Join(parts, ".")
}

func (r *Representation) text(s *Shape) string {
	var b strings.Builder
	b.WriteByte('{')
	if r.Names != nil {
		b.WriteString("__typename")
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if b.Len() > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Trim(string(f.Prefix), `":`))
		if f.Slot < 0 {
			b.WriteString(":" + strings.Trim(string(f.Constant), `"`))
			continue
		}
		slot := &s.Slots[f.Slot]
		if name := strings.Trim(string(f.Prefix), `":`); slot.Key != name {
			b.WriteString("<-" + slot.Key)
		}
		if f.Types != nil {
			b.WriteString(" (")
			first := true
			for ti, on := range f.Types {
				if on {
					if !first {
						b.WriteByte('|')
					}
					first = false
					b.WriteString(s.Types[ti].Name)
				}
			}
			b.WriteByte(')')
		}
		if f.Child != nil {
			b.WriteString(" " + f.Child.text(slot.Child))
		}
	}
	b.WriteByte('}')
	return b.String()
}

func printSelections(b *strings.Builder, spec *subgraphs.FetchSpec, sels []subgraphs.Selection, indent string) {
	for i := range sels {
		s := &sels[i]
		b.WriteString(indent)
		switch {
		case s.Field != "":
			if s.Key != s.Field {
				b.WriteString(s.Key + ": ")
			}
			b.WriteString(s.Field)
			if len(s.Arguments) > 0 {
				b.WriteByte('(')
				for j := range s.Arguments {
					if j > 0 {
						b.WriteString(", ")
					}
					b.WriteString(s.Arguments[j].Name + ": ")
					printValue(b, spec, &s.Arguments[j].Value)
				}
				b.WriteByte(')')
			}
		case s.On != "":
			b.WriteString("... on " + s.On)
		default:
			b.WriteString("...")
		}
		for _, c := range s.Include {
			if c.Negate {
				b.WriteString(" @skip(if: $" + spec.Variables[c.Variable].Name + ")")
			} else {
				b.WriteString(" @include(if: $" + spec.Variables[c.Variable].Name + ")")
			}
		}
		b.WriteByte('\n')
		printSelections(b, spec, s.Selections, indent+"  ")
	}
}

func printValue(b *strings.Builder, spec *subgraphs.FetchSpec, v *subgraphs.ArgumentValue) {
	switch {
	case v.List:
		b.WriteByte('[')
		for i := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			printValue(b, spec, &v.Items[i])
		}
		b.WriteByte(']')
	case v.Object:
		b.WriteByte('{')
		for i := range v.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(v.Fields[i].Name + ": ")
			printValue(b, spec, &v.Fields[i].Value)
		}
		b.WriteByte('}')
	case v.Variable >= 0:
		b.WriteString("$" + spec.Variables[v.Variable].Name)
	case v.From != "":
		b.WriteString("(" + v.From + ")")
	case v.Context > 0:
		b.WriteString("(context " + strconv.Itoa(int(v.Context)) + ")")
	default:
		b.WriteString(v.Constant)
	}
}

// String prints a condition: bits are numbered, '!' negates, ' and ' binds
// closer than ' or '.
func (c Condition) String() string {
	if c == nil {
		return "always"
	}
	if len(c) == 0 {
		return "never"
	}
	var terms []string
	for _, t := range c {
		var bits []string
		for i := 0; i < 64; i++ {
			if t.Mask>>i&1 == 0 {
				continue
			}
			s := "bit" + strconv.Itoa(i)
			if t.Value>>i&1 == 0 {
				s = "!" + s
			}
			bits = append(bits, s)
		}
		terms = append(terms, strings.Join(bits, " and "))
	}
	return strings.Join(terms, " or ")
}
