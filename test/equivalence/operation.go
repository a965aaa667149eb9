package equivalence

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Operation is a query.
type Operation struct {
	Variables  []*Variable
	Selections []*Selection
	Fragments  []*Fragment
}

// Variable is a variable of the operation and its value.
type Variable struct {
	Name, Type string
	Default    string `json:",omitempty"`
	// Given says that the request has a value for it.
	Given bool
	Value any
}

// Fragment is a named fragment.
type Fragment struct {
	Name, On   string
	Selections []*Selection
}

// Selection is a field, an inline fragment (Inline) or a spread.
type Selection struct {
	Alias  string   `json:",omitempty"`
	Field  string   `json:",omitempty"`
	Args   []*Given `json:",omitempty"`
	Inline bool     `json:",omitempty"`
	On     string   `json:",omitempty"`
	Spread string   `json:",omitempty"`
	// Skip and Include are variables, or "true" or "false", if not empty.
	Skip    string       `json:",omitempty"`
	Include string       `json:",omitempty"`
	Sub     []*Selection `json:",omitempty"`
}

// Given is an argument as written.
type Given struct{ Name, Text string }

func (s *Selection) key() string {
	if s.Alias != "" {
		return s.Alias
	}
	return s.Field
}

// Text prints the operation.
func (o *Operation) Text() string {
	var b strings.Builder
	b.WriteString("query")
	for i, v := range o.Variables {
		b.WriteString([]string{", ", "("}[btoi(i == 0)])
		fmt.Fprintf(&b, "$%s: %s", v.Name, v.Type)
		if v.Default != "" {
			fmt.Fprintf(&b, " = %s", v.Default)
		}
	}
	if len(o.Variables) > 0 {
		b.WriteByte(')')
	}
	b.WriteString(" {\n")
	printSelections(&b, o.Selections, "  ")
	b.WriteString("}\n")
	for _, f := range o.Fragments {
		fmt.Fprintf(&b, "\nfragment %s on %s {\n", f.Name, f.On)
		printSelections(&b, f.Selections, "  ")
		b.WriteString("}\n")
	}
	return b.String()
}

func printSelections(b *strings.Builder, list []*Selection, indent string) {
	for _, s := range list {
		b.WriteString(indent)
		switch {
		case s.Spread != "":
			b.WriteString("..." + s.Spread)
		case s.Inline:
			b.WriteString("...")
			if s.On != "" {
				b.WriteString(" on " + s.On)
			}
		default:
			if s.Alias != "" {
				b.WriteString(s.Alias + ": ")
			}
			b.WriteString(s.Field)
			for i, a := range s.Args {
				b.WriteString([]string{", ", "("}[btoi(i == 0)])
				fmt.Fprintf(b, "%s: %s", a.Name, a.Text)
			}
			if len(s.Args) > 0 {
				b.WriteByte(')')
			}
		}
		if s.Skip != "" {
			fmt.Fprintf(b, " @skip(if: %s)", s.Skip)
		}
		if s.Include != "" {
			fmt.Fprintf(b, " @include(if: %s)", s.Include)
		}
		if len(s.Sub) > 0 {
			b.WriteString(" {\n")
			printSelections(b, s.Sub, indent+"  ")
			b.WriteString(indent + "}")
		}
		b.WriteByte('\n')
	}
}

// Values are the variables of the request as JSON.
func (o *Operation) Values() []byte {
	m := map[string]any{}
	for _, v := range o.Variables {
		if v.Given {
			m[v.Name] = v.Value
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		panic(err) // values are decoded JSON
	}
	return out
}

// prune removes fragments and variables that nothing uses.
func (o *Operation) prune() {
	spread := map[string]bool{}
	var walk func(list []*Selection)
	walk = func(list []*Selection) {
		for _, s := range list {
			if s.Spread != "" && !spread[s.Spread] {
				spread[s.Spread] = true
				for _, f := range o.Fragments {
					if f.Name == s.Spread {
						walk(f.Selections)
					}
				}
			}
			walk(s.Sub)
		}
	}
	walk(o.Selections)
	o.Fragments = slices.DeleteFunc(o.Fragments, func(f *Fragment) bool { return !spread[f.Name] })
	_, body, _ := strings.Cut((&Operation{Selections: o.Selections, Fragments: o.Fragments}).Text(), "{")
	o.Variables = slices.DeleteFunc(o.Variables, func(v *Variable) bool { return !mentions(body, v.Name) })
}

// mentions reports whether a text has the variable.
func mentions(text, name string) bool {
	for {
		_, after, found := strings.Cut(text, "$"+name)
		if !found {
			return false
		}
		if after == "" || after[0] < '0' || after[0] > '9' {
			return true
		}
		text = after
	}
}

// conditional reports whether anything depends on a variable.
func (o *Operation) conditional() bool {
	found := false
	o.visit(func(list *[]*Selection, i int) bool {
		s := (*list)[i]
		found = found || strings.HasPrefix(s.Skip+s.Include, "$")
		return !found
	})
	return found
}

// flip turns every condition around that is a variable; false if there is none.
func (o *Operation) flip() bool {
	some := false
	for _, v := range o.Variables {
		if b, ok := v.Value.(bool); ok && v.Given {
			v.Value, some = !b, true
		}
	}
	return some
}

// listDepth is how many lists lie around the innermost object of the response.
func (c *Case) listDepth(o *Operation) int {
	var walk func(t *Type, list []*Selection) int
	walk = func(t *Type, list []*Selection) int {
		deepest := 0
		for _, s := range list {
			d := 0
			switch {
			case s.Spread != "":
				for _, f := range o.Fragments {
					if f.Name == s.Spread {
						d = walk(c.typ(f.On), f.Selections)
					}
				}
			case s.Inline:
				on := t
				if s.On != "" {
					on = c.typ(s.On)
				}
				d = walk(on, s.Sub)
			default:
				f := t.field(s.Field)
				if f == nil {
					continue
				}
				d = strings.Count(f.Type, "[")
				if sub := c.compositeType(named(f.Type)); sub != nil {
					d += walk(sub, s.Sub)
				}
			}
			deepest = max(deepest, d)
		}
		return deepest
	}
	return walk(c.typ("Query"), o.Selections)
}
