package openapi

import (
	"slices"
	"strings"
)

// sdl prints the schema of the subgraph.
func (im *importer) sdl(r *Result) string {
	p := &printer{}
	p.line("# Imported from the OpenAPI document of " + oneLine(cleaned(r.Title+" "+r.Version)) + ".")
	p.line(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`)
	var scalars []string
	for _, name := range sortedKeys(im.scalars) {
		s := im.scalars[name]
		if s.marked && s.name == name && !builtin(name) {
			scalars = append(scalars, name)
		}
	}
	if len(scalars) > 0 {
		p.line("")
		for _, name := range scalars {
			p.line("scalar " + name)
		}
	}
	im.root(p, "Query", false)
	im.root(p, "Mutation", true)
	types := slices.Clone(im.all)
	slices.SortFunc(types, func(a, b *gtype) int { return strings.Compare(a.name, b.name) })
	for _, t := range types {
		p.typ(t)
	}
	return p.String()
}

func builtin(name string) bool {
	return slices.Contains([]string{"String", "Int", "Float", "Boolean", "ID"}, name)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// root prints a root type.
func (im *importer) root(p *printer, name string, mutation bool) {
	var fields []*gfield
	for _, op := range im.ops {
		if op.mutation == mutation {
			fields = append(fields, op.field)
		}
	}
	if len(fields) == 0 {
		return
	}
	slices.SortFunc(fields, func(a, b *gfield) int { return strings.Compare(a.name, b.name) })
	p.line("")
	p.line("type " + name + " {")
	for _, f := range fields {
		p.field(f)
	}
	p.line("}")
}

// printer writes SDL.
type printer struct{ strings.Builder }

func (p *printer) line(s string) {
	p.WriteString(s)
	p.WriteByte('\n')
}

// about prints a description.
func (p *printer) about(indent, text string) {
	text = strings.TrimSpace(cleaned(text))
	if text == "" {
		return
	}
	text = strings.ReplaceAll(text, `"""`, `\"""`)
	if !strings.Contains(text, "\n") && len(text) <= 100 && !strings.HasSuffix(text, `"`) && !strings.HasSuffix(text, `\`) {
		p.line(indent + `"""` + text + `"""`)
		return
	}
	p.line(indent + `"""`)
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimRight(l, " \t"); l == "" {
			p.line("")
		} else {
			p.line(indent + l)
		}
	}
	p.line(indent + `"""`)
}

// cleaned is a text without what SDL cannot hold.
func cleaned(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffd || r == 0xfeff {
			return -1
		}
		return r
	}, s)
}

func (p *printer) typ(t *gtype) {
	p.line("")
	p.about("", t.about)
	switch t.kind {
	case unionType:
		names := make([]string, len(t.members))
		for i, m := range t.members {
			names[i] = m.name
		}
		p.line("union " + t.name + " = " + strings.Join(names, " | "))
	case enumType:
		p.line("enum " + t.name + " {")
		for _, v := range t.values {
			p.line("  " + v.name)
		}
		p.line("}")
	case inputType:
		p.line("input " + t.name + " {")
		for _, f := range t.fields {
			p.field(f)
		}
		p.line("}")
	default:
		head := "type " + t.name
		if len(t.key) > 0 {
			head += ` @key(fields: "` + strings.Join(t.key, " ") + `"`
			if !t.lookup {
				head += ", resolvable: false"
			}
			head += ")"
		}
		p.line(head + " {")
		for _, keys := range []bool{true, false} {
			for _, f := range t.fields {
				if slices.Contains(t.key, f.name) == keys {
					p.field(f)
				}
			}
		}
		p.line("}")
	}
}

func (p *printer) field(f *gfield) {
	p.about("  ", f.about)
	text := "  " + f.name
	if len(f.args) > 0 {
		args := make([]string, len(f.args))
		long := false
		for i, a := range f.args {
			args[i] = a.name + ": " + a.typ.String() + deprecation(a)
			long = long || strings.TrimSpace(a.about) != ""
		}
		if one := strings.Join(args, ", "); !long && len(text)+len(one) < 100 {
			text += "(" + one + ")"
		} else {
			p.line(text + "(")
			for i, a := range f.args {
				p.about("    ", a.about)
				p.line("    " + args[i])
			}
			text = "  )"
		}
	}
	p.line(text + ": " + f.typ.String() + deprecation(f))
}

func deprecation(f *gfield) string {
	if f.deprecated {
		return " @deprecated"
	}
	return ""
}
