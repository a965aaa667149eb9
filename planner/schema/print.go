package schema

import "strings"

// Print returns the document as SDL in its own order: schema definitions,
// directive definitions, types. Parse reads it back to an equal document,
// positions aside.
func Print(doc *Document) string {
	p := printer{}
	p.document(doc)
	return p.b.String()
}

// PrintCanonical returns the document as SDL in canonical order (see [Sorted]).
func PrintCanonical(doc *Document) string { return Print(Sorted(doc)) }

// String prints the directive application as SDL.
func (d *Directive) String() string {
	p := printer{}
	p.directive(d)
	return p.b.String()
}

type printer struct{ b strings.Builder }

func (p *printer) document(doc *Document) {
	for _, s := range doc.Schemas {
		p.gap()
		p.schema(s)
	}
	for _, d := range doc.Directives {
		p.gap()
		p.directiveDefinition(d)
	}
	for _, t := range doc.Types {
		p.gap()
		p.typeDefinition(t)
	}
}

// gap leaves an empty line between definitions.
func (p *printer) gap() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

func (p *printer) schema(s *SchemaDefinition) {
	p.description(s.Description, "", true)
	if s.Extension {
		p.b.WriteString("extend ")
	}
	p.b.WriteString("schema")
	p.directives(s.Directives)
	if len(s.Roots) > 0 {
		p.b.WriteString(" {\n")
		for _, r := range s.Roots {
			p.b.WriteString("  " + r.Operation.String() + ": " + r.Type + "\n")
		}
		p.b.WriteString("}")
	}
	p.b.WriteString("\n")
}

func (p *printer) directiveDefinition(d *DirectiveDefinition) {
	p.description(d.Description, "", true)
	p.b.WriteString("directive @" + d.Name)
	p.arguments(d.Arguments, "")
	if d.Repeatable {
		p.b.WriteString(" repeatable")
	}
	p.b.WriteString(" on " + strings.Join(d.Locations, " | ") + "\n")
}

var keyword = [...]string{Scalar: "scalar", Object: "type", Interface: "interface", Union: "union", Enum: "enum", InputObject: "input"}

func (p *printer) typeDefinition(t *TypeDefinition) {
	p.description(t.Description, "", true)
	if t.Extension {
		p.b.WriteString("extend ")
	}
	p.b.WriteString(keyword[t.Kind] + " " + t.Name)
	for i, n := range t.Interfaces {
		if i == 0 {
			p.b.WriteString(" implements ")
		} else {
			p.b.WriteString(" & ")
		}
		p.b.WriteString(n.Name)
	}
	p.directives(t.Directives)
	for i, m := range t.Members {
		if i == 0 {
			p.b.WriteString(" = ")
		} else {
			p.b.WriteString(" | ")
		}
		p.b.WriteString(m.Name)
	}
	if len(t.Fields)+len(t.Values) > 0 {
		p.b.WriteString(" {\n")
		for i, f := range t.Fields {
			p.description(f.Description, "  ", i == 0)
			p.b.WriteString("  " + f.Name)
			p.arguments(f.Arguments, "  ")
			p.b.WriteString(": " + f.Type.String())
			p.defaultValue(f.Default)
			p.directives(f.Directives)
			p.b.WriteByte('\n')
		}
		for i, v := range t.Values {
			p.description(v.Description, "  ", i == 0)
			p.b.WriteString("  " + v.Name)
			p.directives(v.Directives)
			p.b.WriteByte('\n')
		}
		p.b.WriteByte('}')
	}
	p.b.WriteByte('\n')
}

func (p *printer) defaultValue(v *Value) {
	if v != nil {
		p.b.WriteString(" = ")
		p.b.WriteString(v.GraphQL())
	}
}

func (p *printer) arguments(args []*ArgumentDefinition, indent string) {
	if len(args) == 0 {
		return
	}
	described := false
	for _, a := range args {
		described = described || a.Description != ""
	}
	p.b.WriteByte('(')
	for i, a := range args {
		if described {
			p.b.WriteByte('\n')
			p.description(a.Description, indent+"  ", i == 0)
			p.b.WriteString(indent + "  ")
		} else if i > 0 {
			p.b.WriteString(", ")
		}
		p.b.WriteString(a.Name + ": " + a.Type.String())
		p.defaultValue(a.Default)
		p.directives(a.Directives)
	}
	if described {
		p.b.WriteString("\n" + indent)
	}
	p.b.WriteByte(')')
}

func (p *printer) directives(list []*Directive) {
	for _, d := range list {
		p.b.WriteByte(' ')
		p.directive(d)
	}
}

func (p *printer) directive(d *Directive) {
	p.b.WriteString("@" + d.Name)
	for i, a := range d.Arguments {
		if i == 0 {
			p.b.WriteByte('(')
		} else {
			p.b.WriteString(", ")
		}
		p.b.WriteString(a.Name + ": ")
		p.b.WriteString(a.Value.GraphQL())
	}
	if len(d.Arguments) > 0 {
		p.b.WriteByte(')')
	}
}

// description writes a description above an element; elements after the first
// of a block are set apart by an empty line.
func (p *printer) description(text, indent string, first bool) {
	if text == "" {
		return
	}
	if indent != "" && !first {
		p.b.WriteByte('\n')
	}
	p.b.WriteString(indent)
	if blockPrintable(text) {
		p.b.WriteString(strings.ReplaceAll(blockString(text), "\n", "\n"+indent))
	} else {
		WriteString(&p.b, text)
	}
	p.b.WriteByte('\n')
}

// blockPrintable reports whether a block string can hold the text exactly:
// it has no control characters, and reading would strip no lines or indentation.
func blockPrintable(text string) bool {
	for _, r := range text {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0x7f {
			return false
		}
	}
	lines := strings.Split(text, "\n")
	blank := func(s string) bool { return strings.Trim(s, " \t") == "" }
	if blank(lines[0]) || blank(lines[len(lines)-1]) {
		return false
	}
	for _, l := range lines {
		if !blank(l) && l[0] != ' ' && l[0] != '\t' {
			return true // some line is flush left: there is no common indentation
		}
	}
	// The first line keeps its indentation; that of several lines is stripped.
	return len(lines) == 1
}

func blockString(text string) string {
	escaped := strings.ReplaceAll(text, `"""`, `\"""`)
	lines := strings.Split(escaped, "\n")
	single := len(lines) == 1
	leading := len(lines) > 1
	for i, l := range lines {
		if i > 0 && l != "" && l[0] != ' ' && l[0] != '\t' {
			leading = false
		}
	}
	tripleEnd := strings.HasSuffix(escaped, `\"""`)
	trailing := strings.HasSuffix(text, `"`) && !tripleEnd || strings.HasSuffix(text, `\`)
	many := !single || len([]rune(text)) > 70 || trailing || leading || tripleEnd
	var b strings.Builder
	b.WriteString(`"""`)
	if many && !(single && (text[0] == ' ' || text[0] == '\t')) || leading {
		b.WriteByte('\n')
	}
	b.WriteString(escaped)
	if many || trailing {
		b.WriteByte('\n')
	}
	b.WriteString(`"""`)
	return b.String()
}
